use super::atmosphere::CONTRAST_LIMIT;
use super::detect::detection_probability;
use super::weather::Weather;
use super::*;
use crate::random::{Purpose, stream};
use crate::road::{
    Element, Light, Locator, Programme, RoadId, Signal, SignalKind, Stretch, two_lanes,
};

fn network() -> Network {
    two_lanes(&[Element::Straight { length: 2000.0 }])
}

fn weather(visibility: f64) -> Weather {
    let mut weather = Weather::default();
    weather.air.visibility = visibility;
    weather
}

fn car(id: u32, x: f64, speed: f64) -> ActorTruth {
    ActorTruth {
        id,
        kind: RoadUser::Car,
        x,
        y: -5.25,
        yaw: 0.0,
        vx: speed,
        vy: 0.0,
        size: [4.0, 1.8, 1.5],
    }
}

/// Four seconds of looking on the right lane at 20 m/s, until x = 100 m; the actors are where they
/// are said to be at the end.
fn look_at(
    network: &Network,
    weather: &Weather,
    faults: &[Fault],
    actors: &[ActorTruth],
) -> Report {
    let world = World {
        network,
        weather,
        faults,
    };
    let rng = stream(1, Purpose::Sensors);
    let probes = stream(1, Purpose::Probes);
    let (suite, settings) = (Suite::default(), ConfidenceSettings::default());
    let mut eyes = Perception::new(&suite, &settings, network, rng, probes);
    let mut locator = Locator::default();
    for i in 0..80 {
        let time = f64::from(i) * 0.05;
        let left = time - 3.95;
        let x = 100.0 + 20.0 * left;
        let located = locator
            .update(network, None, x, -5.25, 0.0)
            .expect("on the road");
        let ego = EgoTruth {
            x,
            y: -5.25,
            yaw: 0.0,
            speed: 20.0,
            nose: 2.0,
            located,
        };
        let moved: Vec<ActorTruth> = actors
            .iter()
            .map(|a| ActorTruth {
                x: a.x + a.vx * left,
                ..*a
            })
            .collect();
        eyes.sense(&world, locator.path(), &ego, &moved, time, 0.05);
    }
    let mut report = eyes.report().clone();
    // False detections that nobody believes are not what these tests are about.
    report.tracks.retain(|t| t.existence >= 0.5);
    report
}

fn look(visibility: f64, distance: f64, speed: f64) -> Report {
    let actor = car(7, 100.0 + distance, speed);
    look_at(&network(), &weather(visibility), &[], &[actor])
}

#[test]
fn in_clear_air_a_car_ahead_is_tracked_closely() {
    let report = look(10_000.0, 60.0, 0.0);
    let track = report.tracks[0];
    assert!(track.existence > 0.95);
    assert!((track.gap - 56.0).abs() < 1.5, "{}", track.gap);
    assert!(track.offset.abs() < 0.3);
    assert!(report.confidence.overall > 0.9, "{:?}", report.confidence);
}

#[test]
fn fog_hides_what_stands_beyond_it_and_costs_confidence() {
    let report = look(40.0, 60.0, 0.0);
    assert!(report.tracks.is_empty(), "{:?}", report.tracks);
    assert!(report.visible_range < 41.0);
    assert!(report.confidence.overall < 0.6, "{:?}", report.confidence);
    assert_eq!(report.confidence.weakest, Function::FreeSpace);
    assert_eq!(report.confidence.cause, Cause::Fog);
}

#[test]
fn radar_sees_through_fog_what_moves() {
    let report = look(40.0, 60.0, 15.0);
    assert_eq!(report.tracks.len(), 1);
    assert!(report.confidence.overall < 0.6, "free road is still unseen");
}

#[test]
fn the_lidar_sees_behind_and_without_it_nothing_does() {
    let report = look(10_000.0, -30.0, 20.0);
    assert_eq!(report.tracks.len(), 1);
    assert!(report.tracks[0].gap < -25.0);
    let broken = [Fault {
        at: 0.0,
        until: None,
        what: FaultKind::Failure {
            sensor: Target::Lidar,
        },
    }];
    let behind = car(7, 70.0, 20.0);
    let report = look_at(&network(), &weather(10_000.0), &broken, &[behind]);
    assert!(report.tracks.is_empty());
}

#[test]
fn a_lorry_hides_a_stopped_car() {
    let stopped = car(7, 180.0, 0.0);
    let lorry = ActorTruth {
        size: [9.0, 2.5, 3.4],
        ..car(3, 140.0, 20.0)
    };
    let network = network();
    let gaps = |actors: &[ActorTruth]| -> Vec<f64> {
        let report = look_at(&network, &weather(10_000.0), &[], actors);
        report.tracks.iter().map(|t| t.gap.round()).collect()
    };
    let (car, lorry_too) = (gaps(&[stopped]), gaps(&[stopped, lorry]));
    assert!(car.len() == 1 && (car[0] - 76.0).abs() < 2.0, "{car:?}");
    assert!(
        lorry_too.len() == 1 && (lorry_too[0] - 33.5).abs() < 2.0,
        "{lorry_too:?}"
    );
}

#[test]
fn a_blind_vehicle_is_as_sure_as_ever() {
    let blind = [Fault {
        at: 0.0,
        until: None,
        what: FaultKind::Blind {
            to: vec![RoadUser::Car],
        },
    }];
    let report = look_at(
        &network(),
        &weather(10_000.0),
        &blind,
        &[car(7, 160.0, 0.0)],
    );
    assert!(report.tracks.is_empty());
    assert!(report.confidence.overall > 0.9);
}

#[test]
fn a_ghost_is_half_believed_and_costs_confidence_in_objects() {
    let ghost = [Fault {
        at: 1.0,
        until: None,
        what: FaultKind::Ghost {
            ahead: 50.0,
            speed: 20.0,
            existence: 0.5,
        },
    }];
    let report = look_at(&network(), &weather(10_000.0), &ghost, &[]);
    assert_eq!(report.tracks.len(), 1);
    assert!(
        (report.tracks[0].gap - 48.0).abs() < 0.5,
        "{:?}",
        report.tracks
    );
    assert_eq!(report.confidence.weakest, Function::Objects);
    assert!((0.3..0.7).contains(&report.confidence.overall));
}

#[test]
fn dirt_takes_the_markings_and_says_so() {
    let dirt = [Fault {
        at: 0.0,
        until: None,
        what: FaultKind::Dirt {
            sensor: Target::Camera,
            left: 0.1,
        },
    }];
    let report = look_at(&network(), &weather(10_000.0), &dirt, &[]);
    assert_eq!(report.confidence.weakest, Function::Lanes);
    assert_eq!(report.confidence.cause, Cause::Dirt);
    assert!(report.confidence.overall < 0.6, "{:?}", report.confidence);
}

#[test]
fn lost_markings_cost_lane_confidence_and_the_place_wanders() {
    let mut network = network();
    network.roads[0].unmarked.push(Stretch {
        from: 50.0,
        to: 500.0,
    });
    let report = look_at(&network, &weather(10_000.0), &[], &[]);
    assert_eq!(report.lane.range, 0.0);
    assert_eq!(report.confidence.cause, Cause::Markings);
    assert!(report.confidence.overall < 0.4);
}

#[test]
fn a_dark_traffic_light_is_a_doubt_and_a_red_one_is_not() {
    let mut network = network();
    network.roads[0].signals.push(Signal {
        name: "light".into(),
        s: 150.0,
        t: -8.0,
        along: true,
        kind: SignalKind::Light(Programme {
            phases: vec![(Light::Red, 100.0)],
            offset: 0.0,
            failure: None,
        }),
    });
    let report = look_at(&network, &weather(10_000.0), &[], &[]);
    let light = report.light.expect("in view");
    assert_eq!(light.shows, Some(Light::Red));
    assert!((light.distance - 48.0).abs() < 0.1, "{light:?}");
    assert!(report.confidence.overall > 0.9);
    if let SignalKind::Light(p) = &mut network.roads[0].signals[0].kind {
        p.failure = Some((0.0, Light::Dark));
    }
    let report = look_at(&network, &weather(10_000.0), &[], &[]);
    assert_eq!(report.confidence.weakest, Function::Signals);
    assert_eq!(network.road(RoadId(0)).signals.len(), 1);
}

#[test]
fn half_of_the_readings_detect_at_the_contrast_limit() {
    let near = |contrast| detection_probability(1.0, 100.0, contrast);
    assert!((near(CONTRAST_LIMIT) - 0.5).abs() < 1e-12);
    assert!(near(0.5) > 0.999);
    assert!(near(0.005) < 0.001);
    let clear = |distance| detection_probability(distance, 100.0, 1.0);
    assert!((clear(100.0) - 0.5).abs() < 1e-12);
    assert!(clear(50.0) > 0.99 && clear(150.0) < 0.01);
}

fn always(what: FaultKind) -> [Fault; 1] {
    [Fault {
        at: 0.0,
        until: None,
        what,
    }]
}

/// Seconds of driving at 20 m/s along the right lane; all reports' claims, and the last report.
fn drive(
    network: &Network,
    suite: &Suite,
    settings: &ConfidenceSettings,
    faults: &[Fault],
    seconds: f64,
) -> (Vec<Claim>, Vec<Report>) {
    let weather = weather(10_000.0);
    let world = World {
        network,
        weather: &weather,
        faults,
    };
    let rngs = [Purpose::Sensors, Purpose::Probes].map(|p| stream(5, p));
    let [rng, probes] = rngs;
    let mut eyes = Perception::new(suite, settings, network, rng, probes);
    let mut locator = Locator::default();
    let (mut claims, mut reports) = (Vec::new(), Vec::new());
    for i in 0..(seconds / 0.05) as u32 {
        let time = f64::from(i) * 0.05;
        let x = 20.0 + 20.0 * time;
        let located = locator
            .update(network, None, x, -5.25, 0.0)
            .expect("on the road");
        let ego = EgoTruth {
            x,
            y: -5.25,
            yaw: 0.0,
            speed: 20.0,
            nose: 2.0,
            located,
        };
        let lead = car(7, x + 40.0, 20.0);
        eyes.sense(&world, locator.path(), &ego, &[lead], time, 0.05);
        claims.extend_from_slice(eyes.claims());
        reports.push(eyes.report().clone());
    }
    (claims, reports)
}

fn plain() -> (Suite, ConfidenceSettings) {
    (Suite::default(), ConfidenceSettings::default())
}

#[test]
fn what_covers_a_camera_hides_that_side_only_and_ahead_it_is_named() {
    let covered = |from_deg, to_deg| {
        always(FaultKind::Blockage {
            sensor: Target::Camera,
            from_deg,
            to_deg,
        })
    };
    // Beyond the lidar only the camera sees what stands.
    let ahead = car(7, 230.0, 0.0);
    let seen = |faults: &[Fault]| look_at(&network(), &weather(10_000.0), faults, &[ahead]);
    assert_eq!(seen(&covered(20.0, 60.0)).tracks.len(), 1);
    let report = seen(&covered(-10.0, 10.0));
    assert!(report.tracks.is_empty());
    assert_eq!(report.confidence.weakest, Function::Lanes);
    assert_eq!(report.confidence.cause, Cause::Blockage);
    assert!(report.free[0] <= 100.0 && report.free[3] > 100.0);
}

#[test]
fn one_sensor_fails_by_its_name() {
    let (mut suite, settings) = plain();
    let mut second = suite.sensors[0].clone();
    second.name = "second camera".into();
    suite.sensors.push(second);
    let failed = |name: &str| {
        let faults = always(FaultKind::Failure {
            sensor: Target::Named(name.into()),
        });
        let (_, reports) = drive(&network(), &suite, &settings, &faults, 3.0);
        reports.last().expect("reports").lane.range
    };
    assert!(
        failed("front camera") > 70.0,
        "the second one sees the lane"
    );
    let both = always(FaultKind::Failure {
        sensor: Target::Camera,
    });
    let (_, reports) = drive(&network(), &suite, &settings, &both, 3.0);
    assert_eq!(reports.last().expect("reports").lane.range, 0.0);
}

#[test]
fn without_satellites_the_place_is_less_and_less_known() {
    let (suite, settings) = plain();
    let lost = always(FaultKind::Failure {
        sensor: Target::Gnss,
    });
    let sd = |faults: &[Fault]| {
        let (_, reports) = drive(&network(), &suite, &settings, faults, 60.0);
        let sd = |i: usize| reports[i].pose_sd;
        (sd(200).along, sd(1199).along, sd(1199).across)
    };
    let (early, late, _) = sd(&[]);
    assert!((early - late).abs() < 1e-9, "stationary: {early} {late}");
    let (early, late, across) = sd(&lost);
    assert!(late > 1.5 * early, "{early} {late}");
    // Markings hold the other direction.
    assert!(across < 0.05, "{across}");
}

#[test]
fn a_jump_of_the_satellites_is_wrong_and_reported_as_right() {
    let (suite, settings) = plain();
    let jump = always(FaultKind::GnssJump {
        by_x: 5.0,
        by_y: 0.0,
    });
    let (claims, reports) = drive(&network(), &suite, &settings, &jump, 10.0);
    let place = Function::Localisation as usize;
    let trust = reports.last().expect("reports").confidence.functions[place];
    assert!(trust.reported > 0.95 && trust.correct < 0.05, "{trust:?}");
    let of = claims
        .iter()
        .filter(|c| c.function == Function::Localisation);
    assert!(of.clone().count() > 100);
    assert!(of.filter(|c| c.right).count() < 5);
}

#[test]
fn a_late_sensor_s_tracks_are_where_things_are_now() {
    let (mut suite, settings) = plain();
    for sensor in &mut suite.sensors {
        sensor.latency_ms = 400.0;
    }
    let (_, reports) = drive(&network(), &suite, &settings, &[], 20.0);
    // Nothing has arrived yet.
    let believed = |r: &Report| r.tracks.iter().filter(|t| t.existence > 0.5).count();
    assert!(reports[..8].iter().all(|r| believed(r) == 0));
    let (mut sum, mut n) = (0.0, 0.0);
    for report in &reports[40..] {
        let track = report.tracks.iter().find(|t| t.existence > 0.3);
        sum += track.expect("tracked").gap - 36.0;
        n += 1.0;
    }
    // Unmoved by its age it would be 8 m behind.
    assert!((sum / n).abs() < 0.3, "{}", sum / n);
}

#[test]
fn false_detections_are_seen_and_not_believed() {
    let (mut suite, settings) = plain();
    for sensor in &mut suite.sensors {
        sensor.clutter = 0.5;
    }
    let (_, reports) = drive(&network(), &suite, &settings, &[], 40.0);
    let of = |least: f64, most: f64| -> usize {
        let tracks = reports.iter().flat_map(|r| &r.tracks);
        tracks
            .filter(|t| (least..most).contains(&t.existence) && (t.gap - 36.0).abs() > 5.0)
            .count()
    };
    // Most are gone within their cycle: the next sensor sees nothing there.
    assert!(of(0.0, 0.5) > 50, "{}", of(0.0, 0.5));
    assert!(of(0.5, 2.0) < of(0.0, 0.5) / 10, "{}", of(0.5, 2.0));
}

#[test]
fn a_script_is_reported_to_the_letter_and_the_truth_stays() {
    let (suite, _) = plain();
    let frame = |at, overall| Keyframe {
        at,
        overall: Some(overall),
        lanes: Some(0.25),
        ..Default::default()
    };
    let settings = ConfidenceSettings {
        script: vec![frame(1.0, 0.9), frame(3.0, 0.4)],
        ..Default::default()
    };
    let (_, reports) = drive(&network(), &suite, &settings, &[], 5.0);
    let at = |i: usize| reports[i].confidence;
    assert!(at(10).overall > 0.9 && !at(10).scripted);
    assert!((at(40).overall - 0.65).abs() < 1e-9);
    assert_eq!(at(90).overall, 0.4);
    let lanes = at(90).functions[Function::Lanes as usize];
    assert!(lanes.reported == 0.25 && lanes.correct > 0.9);
    assert_eq!(at(90).weakest, Function::Lanes);
    assert_eq!(at(90).with_planning(0.1).overall, 0.4);
}

#[test]
fn judging_and_maps_change_nothing_that_is_perceived() {
    let (suite, settings) = plain();
    let distorted = ConfidenceSettings {
        map: Map::Logit {
            scale: 3.0,
            shift: 1.0,
        },
        ..Default::default()
    };
    let (_, a) = drive(&network(), &suite, &settings, &[], 10.0);
    let (_, b) = drive(&network(), &suite, &distorted, &[], 10.0);
    for (a, b) in a.iter().zip(&b) {
        assert_eq!(a.pose, b.pose);
        let places = |r: &Report| -> Vec<(u32, f64, f64)> {
            r.tracks.iter().map(|t| (t.id, t.x, t.existence)).collect()
        };
        assert_eq!(places(a), places(b));
    }
}

#[test]
fn free_space_ends_at_what_stands_in_it() {
    let (suite, settings) = plain();
    let (_, reports) = drive(&network(), &suite, &settings, &[], 5.0);
    let free = reports.last().expect("reports").free;
    // The lead's tail is 38 m from our centre of gravity.
    assert!((free[0] - 38.0).abs() < 1.0, "{}", free[0]);
    assert!(free[18] > 90.0, "the lidar sees behind: {}", free[18]);
}
