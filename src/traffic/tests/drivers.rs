//! Drivers by themselves: following, changing lanes, lights, crossings.

use super::*;
use crate::road::{End, Pose2};

fn crowd(network: &Network, count: usize, kinds: Vec<(RoadUser, f64)>) -> Plan {
    let lanes = network.lanes().iter().enumerate();
    let lanes = lanes.map(|(k, l)| {
        let lane = LaneId(k as u32);
        (LanePos { lane, d: 7.0 }, l.length() - 7.0)
    });
    Plan {
        actors: Vec::new(),
        flows: vec![Flow {
            name: "flow 1".into(),
            count,
            lanes: lanes.collect(),
            speed: None,
            speed_spread: 0.1,
            kinds,
            driver: DriverSettings::default(),
            taken: Vec::new(),
        }],
    }
}

#[test]
fn behind_a_steady_leader_the_gap_is_that_of_the_closed_form() {
    let network = straight(20_000.0, 1, 0, 30.0);
    let mut leader = scripted(&network, "leader", -1, 200.0, 15.0);
    leader.speed = 15.0;
    let follower = actor(&network, "follower", -1, 50.0, 15.0);
    let mut world = World::new(network, vec![leader, follower]);
    world.run(300.0);
    let gap = world.s(0) - world.s(1) - 4.6;
    let expected = DriverSettings::default().equilibrium_gap(15.0, 30.0);
    assert!((gap - expected).abs() < 0.05, "{gap} m, not {expected}");
    assert!((world.traffic.speed(1) - 15.0).abs() < 1e-3);
}

#[test]
fn five_hundred_in_a_crowd_never_touch_in_five_minutes() {
    let network = ring(1500.0, 3, 30.0);
    let kinds = vec![
        (RoadUser::Car, 0.8),
        (RoadUser::Van, 0.1),
        (RoadUser::Truck, 0.1),
    ];
    let plan = crowd(&network, 500, kinds);
    let mut world = World::of(network, &plan, 7);
    assert_eq!(world.traffic.len(), 500);
    assert_eq!(world.overlap(), None, "at the start");
    let mut changes = 0;
    let mut before: Vec<i32> = (0..500).map(|i| world.lane(i)).collect();
    for second in 0..300 {
        for part in 0..4 {
            world.run(0.25);
            let touching = world.overlap();
            assert_eq!(touching, None, "after {second}.{part} s");
        }
        for (i, before) in before.iter_mut().enumerate() {
            let now = world.lane(i);
            changes += usize::from(now != *before);
            *before = now;
        }
    }
    let mean = (0..500).map(|i| world.traffic.speed(i)).sum::<f64>() / 500.0;
    assert!((15.0..30.0).contains(&mean), "they flow: {mean} m/s");
    assert!(changes > 50, "they change lanes: {changes}");
}

#[test]
fn two_runs_are_equal_and_another_seed_is_another_run() {
    let run = |seed| {
        let network = ring(400.0, 2, 25.0);
        let plan = crowd(&network, 60, vec![(RoadUser::Car, 1.0)]);
        let mut world = World::of(network, &plan, seed);
        world.run(60.0);
        world.bits()
    };
    assert_eq!(run(3), run(3));
    assert_ne!(run(3), run(4));
}

#[test]
fn a_jam_dissolves() {
    let network = straight(4000.0, 1, 0, 20.0);
    let mut actors = vec![scripted(&network, "first", -1, 600.0, 0.0)];
    actors[0].actions.push(action(
        "go",
        Trigger::Time(30.0),
        Do::Speed {
            to: 20.0,
            rate: 1.0,
        },
    ));
    for i in 0..20 {
        let s = 600.0 - 7.0 * f64::from(i + 1);
        actors.push(actor(&network, &format!("car {i}"), -1, s, 0.0));
    }
    let mut world = World::new(network, actors);
    world.run(29.0);
    assert!((1..=20).all(|i| world.traffic.speed(i) < 0.3), "a jam");
    world.run(5.0);
    assert!(world.traffic.speed(1) > 1.0 && world.traffic.speed(20) < 0.3);
    world.run(86.0);
    assert!((1..=20).all(|i| world.traffic.speed(i) > 15.0), "gone");
    assert_eq!(world.overlap(), None);
}

/// A road of two sections and then another road, lane -1 throughout.
fn three_pieces() -> Network {
    let piece = |length| ReferenceLine::new(&[Element::Straight { length }]);
    let mut first = plain("main", piece(300.0), 1, 0, 25.0);
    let mut section = first.sections[0].clone();
    section.s = 150.0;
    first.sections[0].right[0].next = Some(-1);
    section.right[0].previous = Some(-1);
    section.right[0].next = Some(-1);
    first.sections.push(section);
    first.after = Some(Link::Road(RoadId(1), End::Start));
    let line = ReferenceLine::from_pose(
        Pose2 {
            x: 300.0,
            y: 0.0,
            yaw: 0.0,
        },
        &[Element::Straight { length: 600.0 }],
    );
    let mut second = plain("second", line, 1, 0, 25.0);
    second.before = Some(Link::Road(MAIN, End::End));
    second.sections[0].right[0].previous = Some(-1);
    Network::new(vec![first, second], Vec::new())
}

#[test]
fn who_stands_beyond_section_and_road_ends_is_seen() {
    let network = three_pieces();
    let mut wall = scripted(&network, "wall", -1, 10.0, 0.0);
    let at = network.lane_pos(RoadId(1), -1, 20.0).expect("a lane");
    wall.place = Place::Lane { at, offset: 0.0 };
    let car = actor(&network, "car", -1, 20.0, 20.0);
    let mut world = World::new(network, vec![wall, car]);
    world.run(60.0);
    // 320 m in the world: 2 m and two half lengths before it.
    let x = world.traffic.pose(1).x;
    assert!(world.traffic.speed(1) < 0.05);
    assert!((320.0 - 4.6 - 2.3 - x).abs() < 0.6, "{x}");
}

#[test]
fn at_the_end_of_the_road_one_is_gone() {
    let network = straight(300.0, 1, 0, 20.0);
    let car = actor(&network, "car", -1, 200.0, 20.0);
    let mut world = World::new(network, vec![car]);
    world.run(4.9);
    assert!(world.traffic.present(0));
    world.run(0.3);
    assert!(!world.traffic.present(0));
    world.run(1.0);
}

#[test]
fn a_slow_leader_is_overtaken_and_the_polite_let_it_be() {
    // A fast one comes from behind in the left lane: overtaking would cost it a lot.
    let changed = |politeness| {
        let network = straight(5000.0, 2, 0, 30.0);
        let slow = scripted(&network, "slow", -2, 200.0, 15.0);
        let fast = scripted(&network, "fast", -1, 60.0, 30.0);
        let mut car = actor(&network, "car", -2, 150.0, 20.0);
        car.driver = Some(DriverSettings {
            politeness,
            safe_deceleration: 9.0,
            keep_right: 0.0,
            ..Default::default()
        });
        let mut fast = fast;
        // It reacts, so that the car's change costs it something.
        fast.driver = Some(DriverSettings {
            lane_changes: false,
            ..Default::default()
        });
        fast.blind = false;
        let mut world = World::new(network, vec![slow, car, fast]);
        let mut first = f64::INFINITY;
        for _ in 0..2000 {
            world.step();
            if world.lane(1) == -1 && first.is_infinite() {
                first = world.time();
            }
        }
        assert_eq!(world.overlap(), None);
        first
    };
    let (egoist, polite) = (changed(0.0), changed(1.0));
    assert!(egoist < polite, "{egoist} s, {polite} s");
    assert!(egoist < 5.0, "{egoist}");
}

#[test]
fn who_has_overtaken_goes_back_to_the_right() {
    let network = straight(4000.0, 2, 0, 30.0);
    let car = actor(&network, "car", -1, 50.0, 25.0);
    let mut world = World::new(network, vec![car]);
    world.run(20.0);
    assert_eq!(world.lane(0), -2);
    // In the middle of it, and no longer moving across.
    let (_, offset) = world.traffic.lane(0).expect("on a lane");
    assert!(offset.abs() < 1e-9);
}

#[test]
fn bends_and_limits_slow_a_driver_down_in_time() {
    let line = ReferenceLine::new(&[
        Element::Straight { length: 400.0 },
        Element::Curve {
            radius: 50.0,
            length: 60.0,
            transition: 20.0,
        },
        Element::Straight { length: 500.0 },
    ]);
    let mut road = plain("main", line, 1, 0, 25.0);
    road.limits.push((700.0, 10.0));
    let network = Network::new(vec![road], Vec::new());
    let car = actor(&network, "car", -1, 20.0, 25.0);
    let mut world = World::new(network, vec![car]);
    let mut hardest = 0.0_f64;
    let mut in_bend = 0.0_f64;
    while world.s(0) < 850.0 {
        world.step();
        hardest = hardest.min(world.traffic.acceleration(0));
        let s = world.s(0);
        let v = world.traffic.speed(0);
        if (420.0..440.0).contains(&s) {
            in_bend = in_bend.max(v * v / 51.75);
        }
        if s > 715.0 {
            assert!(v < 10.8, "{v} m/s at {s}");
        }
    }
    assert!((1.0..2.5).contains(&in_bend), "{in_bend} m/s2 across");
    assert!(hardest > -3.5, "comfortable: {hardest}");
}

#[test]
fn pedestrians_and_debris_in_the_lane_make_drivers_brake() {
    for kind in [RoadUser::Pedestrian, RoadUser::Debris, RoadUser::Animal] {
        let network = straight(1000.0, 1, 1, 15.0);
        let mut thing = scripted(&network, "thing", -1, 0.0, 0.0);
        thing.shape = Shape::of(kind);
        let point = RoadPoint {
            road: MAIN,
            s: 300.0,
            t: -1.5,
        };
        thing.place = Place::Road {
            point,
            heading: 1.0,
        };
        let car = actor(&network, "car", -1, 150.0, 15.0);
        let mut world = World::new(network, vec![thing, car]);
        world.run(40.0);
        assert!(world.traffic.speed(1) < 0.1, "{kind:?}");
        assert!(
            (293.0..299.0).contains(&(world.s(1) + 2.3)),
            "{kind:?} {}",
            world.s(1)
        );
    }
    // Beside the lane it does not.
    let network = straight(1000.0, 1, 1, 15.0);
    let mut thing = scripted(&network, "thing", -1, 0.0, 0.0);
    thing.shape = Shape::of(RoadUser::Pedestrian);
    let point = RoadPoint {
        road: MAIN,
        s: 300.0,
        t: -5.0,
    };
    thing.place = Place::Road {
        point,
        heading: 1.0,
    };
    let car = actor(&network, "car", -1, 150.0, 15.0);
    let mut world = World::new(network, vec![thing, car]);
    world.run(20.0);
    assert!(world.s(1) > 400.0);
}

#[test]
fn a_lane_that_ends_is_left_before_it_does() {
    let line = ReferenceLine::new(&[Element::Straight { length: 1500.0 }]);
    let mut road = plain("main", line, 2, 0, 20.0);
    let mut narrow = plain(
        "x",
        ReferenceLine::new(&[Element::Straight { length: 1.0 }]),
        1,
        0,
        1.0,
    )
    .sections
    .remove(0);
    narrow.s = 800.0;
    narrow.right[0].previous = Some(-1);
    road.sections[0].right[0].next = Some(-1);
    road.sections.push(narrow);
    let network = Network::new(vec![road], Vec::new());
    let mut cars = Vec::new();
    for k in 0..6 {
        let s = 60.0 * f64::from(k) + 20.0;
        cars.push(actor(&network, &format!("right {k}"), -2, s, 18.0));
        cars.push(actor(&network, &format!("left {k}"), -1, s + 25.0, 18.0));
    }
    let mut world = World::new(network, cars);
    for _ in 0..150 {
        world.run(1.0);
        assert_eq!(world.overlap(), None, "at {} s", world.time());
    }
    let left: Vec<&str> = (0..12)
        .filter(|i| world.traffic.present(*i))
        .map(|i| world.traffic.name(i))
        .collect();
    assert!(left.is_empty(), "everybody got through: {left:?}");
}

#[test]
fn indicators_brake_lights_and_hazards() {
    let network = straight(2000.0, 2, 0, 30.0);
    let mut car = scripted(&network, "car", -2, 50.0, 20.0);
    car.actions = vec![
        action(
            "change",
            Trigger::Time(1.0),
            Do::ChangeLane {
                side: Side::Left,
                over: 3.0,
            },
        ),
        action(
            "slow",
            Trigger::Time(5.0),
            Do::Speed {
                to: 10.0,
                rate: 3.0,
            },
        ),
        action(
            "coast",
            Trigger::Time(10.0),
            Do::Speed { to: 8.0, rate: 0.5 },
        ),
        action("flash", Trigger::Time(15.0), Do::Hazards(true)),
    ];
    let mut world = World::new(network, vec![car]);
    let lights = |w: &World| {
        let t = &w.traffic;
        (t.indicator(0), t.brake_lights(0), t.hazard_lights(0))
    };
    world.run(0.9);
    assert_eq!(lights(&world), (0, false, false));
    world.run(1.0);
    assert_eq!(lights(&world), (1, false, false));
    world.run(4.0);
    assert_eq!(lights(&world), (0, true, false));
    world.run(5.0);
    assert_eq!(
        lights(&world),
        (0, false, false),
        "0.5 m/s2 needs no brakes"
    );
    world.run(5.0);
    assert_eq!(lights(&world), (0, false, true));
}

#[test]
fn the_blind_drive_on_at_their_own_speed_and_see_nobody() {
    let network = straight(1000.0, 1, 0, 20.0);
    let wall = scripted(&network, "wall", -1, 300.0, 0.0);
    let mut car = actor(&network, "car", -1, 100.0, 10.0);
    car.blind = true;
    let mut world = World::new(network, vec![wall, car]);
    world.run(30.0);
    assert!(world.s(1) > 400.0 && world.traffic.speed(1) > 19.0);
}

#[test]
fn hills_are_followed_in_height_and_pitch() {
    let line = ReferenceLine::new(&[Element::Straight { length: 1000.0 }]);
    let mut road = plain("main", line, 1, 0, 20.0);
    road.elevation = crate::road::Profile::eased(&[(200.0, 0.0), (600.0, 24.0)]);
    let network = Network::new(vec![road], Vec::new());
    let car = scripted(&network, "car", -1, 100.0, 20.0);
    let mut world = World::new(network, vec![car]);
    let mut steepest = 0.0_f64;
    while world.s(0) < 700.0 {
        world.step();
        let p = world.traffic.pose(0);
        let here = world.network.pose(RoadPoint {
            road: MAIN,
            s: world.s(0),
            t: -1.75,
        });
        assert!((p.z - here.z).abs() < 1e-3 && (p.pitch - here.pitch).abs() < 1e-3);
        let v = world.traffic.velocity(0);
        let speed = libm::sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
        assert!((speed - 20.0).abs() < 0.01, "along the slope: {speed}");
        steepest = steepest.max(-p.pitch);
    }
    // Eased: one and a half times the mean slope of 6 %.
    assert!((steepest - libm::atan(0.09)).abs() < 1e-3, "{steepest}");
}

#[test]
fn a_lane_closed_by_cones_and_a_barrier_is_closed_for_everybody() {
    let open = straight(1500.0, 2, 0, 25.0);
    let mut road = open.roads[0].clone();
    let right = road.centre(-2, 0.0).expect("a lane");
    let mut put = |kind, s: f64, length: f64| {
        road.objects.push(crate::road::Object {
            kind,
            name: format!("object at {s}"),
            s,
            t: right,
            heading: 0.0,
            size: [length, 0.5, 1.0],
        });
    };
    for k in 0..10 {
        put(
            crate::road::ObjectKind::Cone,
            700.0 + 10.0 * f64::from(k),
            0.4,
        );
    }
    put(crate::road::ObjectKind::Barrier, 830.0, 40.0);
    let network = Network::new(vec![road], Vec::new());
    let kinds = vec![(RoadUser::Car, 1.0)];
    let mut plan = crowd(&network, 30, kinds);
    for (_, to) in &mut plan.flows[0].lanes {
        *to = 600.0;
    }
    let mut world = World::of(network, &plan, 3);
    let mut passed = 0;
    for _ in 0..1200 {
        world.run(0.1);
        for i in 0..world.traffic.len() {
            if world.traffic.present(i) && (698.0..850.0).contains(&world.s(i)) {
                let pose = world.traffic.pose(i);
                assert!(
                    (pose.y - right).abs() > 1.1,
                    "{} drives through at s {}",
                    world.traffic.name(i),
                    world.s(i)
                );
                passed += 1;
            }
        }
    }
    assert!(passed > 500, "others pass beside it");
}
