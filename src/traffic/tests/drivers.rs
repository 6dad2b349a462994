//! Drivers by themselves: following, changing lanes, lights, crossings.

use super::*;
use crate::road::{Conflict, End, Junction, LaneKind, Mark, Pose2, Stretch, lane};

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

fn with_light(phases: Vec<(Light, f64)>) -> Network {
    let line = ReferenceLine::new(&[Element::Straight { length: 1000.0 }]);
    let mut road = plain("main", line, 1, 0, 15.0);
    road.signals.push(Signal {
        name: "light".into(),
        s: 300.0,
        t: -6.0,
        along: true,
        kind: SignalKind::Light(Programme {
            phases,
            offset: 0.0,
            failure: None,
        }),
    });
    Network::new(vec![road], Vec::new())
}

#[test]
fn at_red_one_stops_before_the_line_and_goes_at_green() {
    let network = with_light(vec![(Light::Red, 40.0), (Light::Green, 60.0)]);
    let cars = vec![
        actor(&network, "first", -1, 100.0, 15.0),
        actor(&network, "second", -1, 70.0, 15.0),
    ];
    let mut world = World::new(network, cars);
    world.run(39.0);
    let front = world.s(0) + 2.3;
    assert!((296.0..300.0).contains(&front), "{front}");
    assert!(world.traffic.speed(0) < 0.1 && world.traffic.speed(1) < 0.1);
    assert!(world.s(1) < world.s(0) - 4.6 - 1.5, "a queue");
    world.run(1.5);
    assert!(world.traffic.speed(0) > 0.3, "green");
    world.run(10.0);
    assert!(world.s(0) > 320.0 && world.s(1) > 310.0);
}

#[test]
fn amber_stops_who_can_and_lets_who_cannot_go() {
    // Amber from 2 s on, red from 5 s on. From 15 m/s, stopping with 3 m/s2 takes 37.5 m.
    let at_red = |s: f64| {
        let network = with_light(vec![
            (Light::Green, 2.0),
            (Light::Amber, 3.0),
            (Light::Red, 60.0),
        ]);
        let car = actor(&network, "car", -1, s, 15.0);
        let mut world = World::new(network, vec![car]);
        world.run(20.0);
        world.s(0)
    };
    // At 2 s its front is 60 m before the line, or 20 m.
    assert!(at_red(300.0 - 30.0 - 62.3) < 300.0);
    assert!(at_red(300.0 - 30.0 - 22.3) > 320.0);
}

/// Two roads that cross at the origin, as connecting roads of one junction: from the west (with
/// the right of way) and from the south.
fn crossing() -> Network {
    let straight_on = |x: f64, y: f64, yaw: f64, length: f64| {
        ReferenceLine::from_pose(Pose2 { x, y, yaw }, &[Element::Straight { length }])
    };
    let one = |name: &str, line: ReferenceLine| {
        let mut road = plain(name, line, 1, 0, 14.0);
        road.sections[0].right = vec![lane(LaneKind::Driving, 3.5, Mark::Solid)];
        road
    };
    let north = std::f64::consts::FRAC_PI_2;
    let mut roads = vec![
        one("west", straight_on(-220.0, 0.0, 0.0, 200.0)),
        one("west to east", straight_on(-20.0, 0.0, 0.0, 40.0)),
        one("east", straight_on(20.0, 0.0, 0.0, 200.0)),
        one("south", straight_on(0.0, -220.0, north, 200.0)),
        one("south to north", straight_on(0.0, -20.0, north, 40.0)),
        one("north", straight_on(0.0, 20.0, north, 200.0)),
    ];
    for (a, c, b) in [(0, 1, 2), (3, 4, 5)] {
        let id = |k: usize| RoadId(k as u32);
        roads[a].after = Some(Link::Junction(0));
        roads[c].junction = Some(0);
        roads[c].before = Some(Link::Road(id(a), End::End));
        roads[c].after = Some(Link::Road(id(b), End::Start));
        roads[c].sections[0].right[0].previous = Some(-1);
        roads[c].sections[0].right[0].next = Some(-1);
        roads[b].before = Some(Link::Junction(0));
    }
    let zone = Stretch {
        from: 16.0,
        to: 26.0,
    };
    let conflict = |other: u32, give_way| Conflict {
        other: RoadId(other),
        own: zone,
        theirs: zone,
        give_way,
    };
    let junction = Junction {
        name: "cross".into(),
        roads: vec![RoadId(1), RoadId(4)],
        conflicts: vec![vec![conflict(4, false)], vec![conflict(1, true)]],
        centre: Pose2::default(),
        radius: 25.0,
    };
    Network::new(roads, vec![junction])
}

fn on(network: &Network, name: &str, road: &str, s: f64, speed: f64) -> Actor {
    let road = network.road_named(road).expect("a road");
    let at = network.lane_pos(road, -1, s).expect("a lane");
    Actor {
        place: Place::Lane { at, offset: 0.0 },
        ..actor_anywhere(name, at, speed)
    }
}

fn actor_anywhere(name: &str, at: LanePos, speed: f64) -> Actor {
    Actor {
        name: name.into(),
        shape: Shape::of(RoadUser::Car),
        place: Place::Lane { at, offset: 0.0 },
        speed,
        driver: Some(DriverSettings::default()),
        blind: false,
        script: Vec::new(),
        actions: Vec::new(),
        hazards: false,
        goals: Vec::new(),
    }
}

#[test]
fn who_must_give_way_waits_for_a_gap_and_then_goes() {
    let network = crossing();
    let mut cars = vec![on(&network, "minor", "south", 100.0, 12.0)];
    for k in 0..3 {
        cars.push(on(
            &network,
            &format!("major {k}"),
            "west",
            110.0 - 30.0 * f64::from(k),
            12.0,
        ));
    }
    let mut world = World::new(network, cars);
    let mut passed = Vec::new();
    for _ in 0..4500 {
        world.step();
        assert_eq!(world.overlap(), None, "at {} s", world.time());
        for i in 0..4 {
            let p = world.traffic.pose(i);
            let beyond = if i == 0 { p.y > 5.0 } else { p.x > 5.0 };
            if beyond && !passed.contains(&i) {
                passed.push(i);
                if i > 0 {
                    assert!(world.traffic.speed(i) > 9.0, "the right of way is used");
                }
            }
        }
    }
    assert_eq!(passed.len(), 4, "all went: {passed:?}");
    assert_ne!(passed[0], 0, "the minor road not first: {passed:?}");
}

#[test]
fn with_nobody_coming_one_does_not_stop() {
    let network = crossing();
    let cars = vec![on(&network, "minor", "south", 100.0, 12.0)];
    let mut world = World::new(network, cars);
    let mut slowest = f64::INFINITY;
    for _ in 0..1500 {
        world.step();
        slowest = slowest.min(world.traffic.speed(0));
    }
    assert!(slowest > 11.0, "{slowest}");
    assert!(world.traffic.pose(0).y > 5.0);
}

#[test]
fn the_ego_counts_as_a_leader_and_at_crossings() {
    let network = straight(1000.0, 1, 0, 20.0);
    let car = actor(&network, "car", -1, 100.0, 20.0);
    let mut world = World::new(network, vec![car]);
    world.put_ego(300.0, -1.75, 0.0, 0.0);
    world.run(40.0);
    let gap = 300.0 - 2.3 - 2.3 - world.s(0);
    assert!((1.0..3.0).contains(&gap), "{gap}");

    let network = crossing();
    let cars = vec![on(&network, "minor", "south", 120.0, 12.0)];
    let mut world = World::new(network, cars);
    world.put_ego(-110.0, -1.75, 0.0, 14.0);
    for _ in 0..1500 {
        world.step();
        let ego = Outline {
            x: world.ego.x,
            y: world.ego.y,
            yaw: 0.0,
            length: 4.6,
            width: 1.82,
        };
        assert!(!world.outline(0).meets(&ego, 0.5), "at {} s", world.time());
    }
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
fn a_route_leads_over_the_lane_that_goes_there() {
    // At the fork lane -1 goes on straight and lane -2 turns off.
    let piece =
        |from: Pose2, length| ReferenceLine::from_pose(from, &[Element::Straight { length }]);
    let mut main = plain("main", piece(Pose2::default(), 800.0), 2, 0, 20.0);
    main.after = Some(Link::Junction(0));
    let one = |name: &str, y: f64, yaw: f64, x: f64, length: f64| {
        let mut road = plain(name, piece(Pose2 { x, y, yaw }, length), 1, 0, 20.0);
        road.sections[0].right = vec![lane(LaneKind::Driving, 3.5, Mark::Solid)];
        road
    };
    let mut roads = vec![main];
    for (k, (name, y, yaw)) in [("on", 0.0, 0.0), ("off", -3.5, -0.1)]
        .into_iter()
        .enumerate()
    {
        let from = RoadId(1 + 2 * k as u32);
        let mut way = one(&format!("{name} way"), y, yaw, 800.0, 30.0);
        way.junction = Some(0);
        way.before = Some(Link::Road(MAIN, End::End));
        way.after = Some(Link::Road(RoadId(from.0 + 1), End::Start));
        way.sections[0].right[0].previous = Some(-1 - k as i32);
        way.sections[0].right[0].next = Some(-1);
        let (c, s) = (libm::cos(yaw), libm::sin(yaw));
        let mut leg = one(name, y + 30.0 * s, yaw, 800.0 + 30.0 * c, 300.0);
        leg.before = Some(Link::Junction(0));
        roads.push(way);
        roads.push(leg);
    }
    let junction = Junction {
        name: "fork".into(),
        roads: vec![RoadId(1), RoadId(3)],
        conflicts: vec![Vec::new(), Vec::new()],
        centre: Pose2 {
            x: 815.0,
            y: 0.0,
            yaw: 0.0,
        },
        radius: 20.0,
    };
    let network = Network::new(roads, vec![junction]);
    for (start, goal) in [(-1, "off"), (-2, "on"), (-2, "off"), (-1, "on")] {
        let road = network.road_named(goal).expect("a road");
        let mut car = actor(&network, "car", start, 50.0, 20.0);
        car.goals = vec![network.lane_pos(road, -1, 10.0).expect("a lane").lane];
        let mut world = World::new(network.clone(), vec![car]);
        let mut came_to = None;
        for _ in 0..9000 {
            world.step();
            if let Some((at, _)) = world.traffic.lane(0) {
                came_to = Some(world.network.lane(at.lane).road);
            }
        }
        assert_eq!(came_to, Some(road), "from lane {start} to {goal}");
        assert!(!world.traffic.present(0), "it went on to the end");
    }
}
