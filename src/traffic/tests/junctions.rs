//! Lights, stop signs, right of way, routes.

use super::*;
use crate::road::{Conflict, End, Junction, LaneKind, Mark, Pose2, Stretch, lane};

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
    actor_at(name, at, speed)
}

#[test]
fn who_must_give_way_waits_for_a_gap_and_then_goes() {
    let network = crossing();
    // All would be there at the same time as one of the others, at whatever speed.
    let mut cars = vec![on(&network, "minor", "south", 108.0, 12.0)];
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
    world.put_ego(-101.0, -1.75, 0.0, 14.0);
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

#[test]
fn at_a_stop_sign_one_stands_for_a_second_and_goes() {
    let line = ReferenceLine::new(&[Element::Straight { length: 1000.0 }]);
    let mut road = plain("main", line, 1, 0, 15.0);
    road.signals.push(Signal {
        name: "stop".into(),
        s: 300.0,
        t: -6.0,
        along: true,
        kind: SignalKind::Stop,
    });
    let network = Network::new(vec![road], Vec::new());
    let car = actor(&network, "car", -1, 150.0, 15.0);
    let mut world = World::new(network, vec![car]);
    let mut stood = 0.0;
    for _ in 0..9000 {
        world.step();
        if world.traffic.present(0) && world.traffic.speed(0) < 0.3 {
            stood += DT;
            assert!(
                (294.0..300.0).contains(&(world.s(0) + 2.3)),
                "{}",
                world.s(0)
            );
        }
    }
    assert!((1.0..4.0).contains(&stood), "{stood} s");
    assert!(!world.traffic.present(0), "it went on to the end");
}
