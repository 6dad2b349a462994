use super::*;
use crate::perception::{Class, LaneReport, LightReport, Track};
use crate::road::{Element, LanePos, Light, Locator, RoadId, two_lanes, wrap_angle};
use crate::vehicle::profile;

const DT: f64 = 0.01;

/// A world of its own: a road, a vehicle that moves as its steering and pedals say, things on it.
struct Drive {
    network: Network,
    route: Option<Route>,
    spec: VehicleSpec,
    pilot: Autopilot,
    locator: Locator,
    pose: Pose2,
    speed: f64,
    steer: f64,
    acceleration: f64,
    tracks: Vec<Track>,
    light: Option<(f64, Light)>,
    task: Task,
    time: f64,
    /// Worst of the run.
    worst_offset: f64,
    worst_jerk: f64,
    worst_brake: f64,
}

fn straight() -> Network {
    two_lanes(&[Element::Straight { length: 3000.0 }])
}

fn track(x: f64, y: f64, vx: f64) -> Track {
    Track {
        id: 1,
        x,
        y,
        vx,
        length: 4.5,
        width: 1.8,
        existence: 1.0,
        ..Default::default()
    }
}

impl Drive {
    fn new(network: Network, speed: f64, settings: AutopilotSettings) -> Self {
        let start = network.lane_pos(RoadId(0), -2, 30.0).expect("a lane");
        let p = network.lane_pose(start, 0.0);
        Self {
            network,
            route: None,
            spec: profile("saloon").expect("profile"),
            pilot: Autopilot::new(settings),
            locator: Locator::default(),
            pose: Pose2 {
                x: p.x,
                y: p.y,
                yaw: p.yaw,
            },
            speed,
            steer: 0.0,
            acceleration: 0.0,
            tracks: Vec::new(),
            light: None,
            task: Task::Drive,
            time: 0.0,
            worst_offset: 0.0,
            worst_jerk: 0.0,
            worst_brake: 0.0,
        }
    }

    fn report(&mut self) -> (Report, LanePos) {
        let p = self.pose;
        let found = self
            .locator
            .update(&self.network, self.route.as_ref(), p.x, p.y, p.yaw)
            .expect("on the road");
        self.worst_offset = self.worst_offset.max(found.offset.abs());
        let mut report = Report {
            tracks: self.tracks.clone(),
            lane: LaneReport {
                at: found.at,
                width: self.network.width(found.at),
                offset: found.offset,
                heading: found.heading,
                range: 80.0,
                quality: 1.0,
            },
            pose: p,
            visible_range: 180.0,
            ..Default::default()
        };
        report.light = self.light.map(|(s, shows)| LightReport {
            distance: s - found.point.s - 2.15,
            shows: Some(shows),
        });
        (report, found.at)
    }

    /// One tick: the vehicle follows its steering as the linear single-track model does when it
    /// has settled, and its pedals as `pedals` promises.
    fn step(&mut self) {
        let news = ((self.time / DT).round() as u64).is_multiple_of(5);
        let (report, _) = self.report();
        let rate = self.steer / f64::from(self.spec.steer_for(1.0, self.speed as f32)) * self.speed;
        let own = Odometry {
            speed: self.speed,
            yaw_rate: rate,
        };
        let known = Knowledge {
            network: &self.network,
            route: self.route.as_ref(),
            spec: &self.spec,
        };
        let controls = self.pilot.drive(self.task, &report, news, own, &known, DT);
        let wanted = f64::from(controls.steer).clamp(-0.6, 0.6);
        self.steer += (wanted - self.steer).clamp(-0.7 * DT, 0.7 * DT);
        let before = self.acceleration;
        self.acceleration = if self.pilot.hold {
            -3.0
        } else {
            self.pilot.acceleration
        };
        self.worst_jerk = self.worst_jerk.max((self.acceleration - before).abs() / DT);
        self.worst_brake = self.worst_brake.max(-self.acceleration);
        self.speed = (self.speed + self.acceleration * DT).max(0.0);
        let p = &mut self.pose;
        p.yaw = wrap_angle(p.yaw + rate * DT);
        p.x += self.speed * DT * libm::cos(p.yaw);
        p.y += self.speed * DT * libm::sin(p.yaw);
        for t in &mut self.tracks {
            t.x += t.vx * DT;
            t.y += t.vy * DT;
        }
        self.time += DT;
    }

    fn run(&mut self, seconds: f64) -> &mut Self {
        let end = self.time + seconds;
        while self.time < end {
            self.step();
        }
        self
    }

    /// Distance to the nearest track's box, m (both taken along x).
    fn gap(&self) -> f64 {
        self.tracks
            .iter()
            .map(|t| t.x - t.length / 2.0 - self.pose.x - 2.15)
            .fold(f64::INFINITY, f64::min)
    }
}

fn pilot() -> AutopilotSettings {
    AutopilotSettings::default()
}

#[test]
fn it_reaches_the_limit_on_a_free_road_within_comfort() {
    let mut drive = Drive::new(straight(), 10.0, pilot());
    drive.run(40.0);
    assert!((28.0..=30.2).contains(&drive.speed), "{}", drive.speed);
    assert!(drive.worst_jerk <= 2.6, "{}", drive.worst_jerk);
    assert!(drive.worst_offset < 0.05, "{}", drive.worst_offset);
}

#[test]
fn bends_are_taken_at_their_speed_and_on_the_line() {
    let winding = two_lanes(&[
        Element::Straight { length: 300.0 },
        Element::Curve {
            radius: 120.0,
            length: 150.0,
            transition: 40.0,
        },
        Element::Curve {
            radius: -90.0,
            length: 120.0,
            transition: 35.0,
        },
        Element::Straight { length: 300.0 },
    ]);
    let settings = AutopilotSettings {
        lateral_acceleration: 3.0,
        ..pilot()
    };
    let mut drive = Drive::new(winding, 25.0, settings);
    drive.run(12.0);
    drive.worst_offset = 0.0;
    drive.run(20.0);
    assert!(drive.worst_offset < 0.3, "{}", drive.worst_offset);
    assert!(drive.worst_brake < 3.1, "{}", drive.worst_brake);
    assert!(drive.pose.x > 300.0);
}

#[test]
fn it_follows_at_the_gap_of_un_r157_and_stops_and_goes_with_its_leader() {
    let mut drive = Drive::new(straight(), 25.0, pilot());
    drive.tracks.push(track(120.0, -5.25, 20.0));
    drive.run(60.0);
    let gap = drive.gap();
    let least = minimum_time_gap(20.0) * 20.0;
    assert!((drive.speed - 20.0).abs() < 0.3, "{}", drive.speed);
    assert!(gap > least && gap < 2.2 * least, "{gap}, at least {least}");
    for _ in 0..100 {
        drive.tracks[0].vx -= 0.2;
        drive.run(0.1);
    }
    drive.run(15.0);
    assert!(drive.speed < 0.1);
    assert!((1.5..8.0).contains(&drive.gap()), "{}", drive.gap());
    drive.tracks[0].vx = 15.0;
    drive.run(20.0);
    assert!(drive.speed > 10.0, "{}", drive.speed);
}

#[test]
fn it_brakes_hard_for_what_appears_close_ahead_and_stops_before_it() {
    let settings = AutopilotSettings {
        lane_changes: false,
        ..pilot()
    };
    let mut drive = Drive::new(straight(), 25.0, settings);
    drive.run(1.0);
    drive.tracks.push(track(drive.pose.x + 60.0, -5.25, 0.0));
    drive.run(8.0);
    assert!(drive.speed < 0.1 && drive.gap() > 0.2, "{}", drive.gap());
    assert!(
        (5.0..=8.01).contains(&drive.worst_brake),
        "{}",
        drive.worst_brake
    );
}

#[test]
fn a_vehicle_in_the_next_lane_is_left_alone_until_it_comes_over() {
    let mut drive = Drive::new(straight(), 25.0, pilot());
    drive.tracks.push(track(70.0, -1.75, 20.0));
    drive.run(2.0);
    assert!(drive.acceleration > 0.0);
    drive.tracks[0].x = drive.pose.x + 30.0;
    drive.tracks[0].vy = -1.0;
    drive.run(1.0);
    assert!(drive.acceleration < -0.5, "{}", drive.acceleration);
}

#[test]
fn a_broken_down_vehicle_is_passed_on_the_other_lane_and_the_lane_taken_again() {
    let mut drive = Drive::new(straight(), 25.0, pilot());
    drive.tracks.push(track(400.0, -5.25, 0.0));
    let mut nearest: f64 = f64::INFINITY;
    for _ in 0..4000 {
        drive.step();
        let t = &drive.tracks[0];
        if (drive.pose.x - t.x).abs() < 4.5 {
            nearest = nearest.min((drive.pose.y - t.y).abs());
        }
    }
    assert!(drive.pose.x > 450.0, "{}", drive.pose.x);
    assert!(nearest > 2.8, "passed {nearest} m beside it");
    assert!((drive.pose.y + 5.25).abs() < 0.3, "back: {}", drive.pose.y);
}

#[test]
fn from_a_standstill_the_indicator_stays_on_until_the_marking_is_crossed() {
    let mut drive = Drive::new(straight(), 0.0, pilot());
    drive.tracks.push(track(drive.pose.x + 18.0, -5.25, 0.0));
    let mut crossed = false;
    for _ in 0..6000 {
        drive.step();
        let across = drive.pose.y + 5.25;
        if (0.8..2.7).contains(&across) {
            crossed = true;
            assert_eq!(drive.pilot.lamps().indicator.abs(), 1, "{across} m across");
        }
        if across > 3.0 {
            break;
        }
    }
    assert!(crossed, "it never left its lane");
}

#[test]
fn it_does_not_move_over_in_front_of_someone_faster() {
    let mut drive = Drive::new(straight(), 20.0, pilot());
    drive.tracks.push(track(260.0, -5.25, 0.0));
    // A column on the left lane, 25 m apart, faster than we are.
    for i in 0..30 {
        let mut other = track(30.0 - 25.0 * f64::from(i), -1.75, 24.0);
        other.id = 2 + i as u32;
        drive.tracks.push(other);
    }
    drive.run(14.0);
    assert!((drive.pose.y + 5.25).abs() < 0.4, "{}", drive.pose.y);
    let gap = drive.tracks[0].x - 2.25 - drive.pose.x - 2.15;
    assert!(gap > 1.0, "{gap}");
}

#[test]
fn it_keeps_away_from_what_reaches_into_the_lane() {
    let mut drive = Drive::new(straight(), 12.0, pilot());
    // Half on the shoulder: its left side 0.2 m inside the lane (edge at -7).
    drive.tracks.push(track(150.0, -7.7, 0.0));
    let mut side: f64 = f64::INFINITY;
    for _ in 0..2500 {
        drive.step();
        let t = &drive.tracks[0];
        if (drive.pose.x - t.x).abs() < 4.0 {
            side = side.min(drive.pose.y - t.y - 1.82 / 2.0 - 0.9);
        }
    }
    assert!(drive.pose.x > 200.0);
    assert!(side > 0.45, "{side}");
}

#[test]
fn someone_about_to_cross_is_waited_for() {
    let mut drive = Drive::new(straight(), 12.0, pilot());
    let mut person = track(110.0, -14.0, 0.0);
    (person.class, person.length, person.width, person.vy) = (Class::Pedestrian, 0.5, 0.5, 1.4);
    drive.tracks.push(person);
    let mut nearest: f64 = f64::INFINITY;
    for _ in 0..2000 {
        drive.step();
        let t = &drive.tracks[0];
        if (t.y + 5.25).abs() < 1.2 {
            nearest = nearest.min((t.x - drive.pose.x).abs());
        }
    }
    assert!(nearest > 4.0, "{nearest}");
    assert!(drive.pose.x > 130.0, "it went on afterwards");
}

#[test]
fn red_is_stopped_at_and_green_is_driven_at() {
    let mut drive = Drive::new(straight(), 13.0, pilot());
    drive.light = Some((200.0, Light::Red));
    drive.run(30.0);
    let to_line = 200.0 - drive.pose.x - 2.15;
    assert!(drive.speed < 0.1);
    assert!((0.0..3.0).contains(&to_line), "{to_line}");
    drive.light = Some((200.0, Light::Green));
    drive.run(8.0);
    assert!(drive.speed > 5.0);
}

#[test]
fn a_minimal_risk_manoeuvre_stops_in_the_lane_within_four_metres_per_second_squared() {
    let mut drive = Drive::new(straight(), 25.0, pilot());
    drive.run(2.0);
    drive.task = Task::MinimalRisk;
    drive.run(15.0);
    assert!(drive.speed < 0.05);
    assert!(
        (2.5..=4.0).contains(&drive.worst_brake),
        "{}",
        drive.worst_brake
    );
    assert!((drive.pose.y + 5.25).abs() < 0.1);
    assert!(drive.pilot.lamps().hazards);
}

#[test]
fn the_second_strategy_stops_on_the_shoulder_unless_it_is_taken() {
    let settings = AutopilotSettings {
        minimal_risk: MinimalRisk::Shoulder,
        ..pilot()
    };
    for (taken, expected) in [(false, -8.25), (true, -5.25)] {
        let mut drive = Drive::new(straight(), 25.0, settings);
        if taken {
            drive.tracks.push(track(200.0, -8.25, 0.0));
            drive.tracks[0].gap = 100.0;
            drive.tracks[0].offset = -3.0;
        }
        drive.run(2.0);
        drive.task = Task::MinimalRisk;
        drive.run(20.0);
        assert!(drive.speed < 0.05);
        assert!((drive.pose.y - expected).abs() < 0.3, "{}", drive.pose.y);
        assert!(drive.worst_brake <= 4.0);
    }
}

#[test]
fn the_plan_leads_along_the_lane() {
    let mut drive = Drive::new(straight(), 20.0, pilot());
    drive.run(1.0);
    let mut points = Vec::new();
    plan(&drive.pilot, drive.speed, &mut points);
    assert_eq!(points.len(), 21);
    let last = points[20];
    assert_eq!(last.after, 5.0);
    let far = f64::from(last.position.x) - drive.pose.x;
    assert!((100.0..122.0).contains(&far), "{far}");
    assert!((last.position.y + 5.25).abs() < 0.2);
}
