//! Scripted manoeuvres, to the tick.

use super::*;

/// Two ticks would be one too many.
const TICK: f64 = 0.0101;

fn at(world: &World, what: &str, expected: f64) {
    let got = world.when(what);
    assert!(
        (got - expected).abs() < TICK,
        "{what} at {got} s, not {expected}"
    );
}

/// One scripted car at 20 m/s from s = 100 in lane -2 of a two-lane road.
fn one(actions: Vec<Action>) -> World {
    let network = straight(4000.0, 2, 1, 30.0);
    let mut car = scripted(&network, "car", -2, 100.0, 20.0);
    car.actions = actions;
    World::new(network, vec![car])
}

fn flash(when: Trigger) -> Action {
    action("flash", when, Do::Hazards(true))
}

#[test]
fn a_speed_script_is_kept_as_written() {
    let network = straight(4000.0, 1, 0, 10.0);
    let mut car = scripted(&network, "car", -1, 100.0, 20.0);
    let step = |at, speed, rate| SpeedStep { at, speed, rate };
    car.script = vec![step(2.0, 10.0, 2.0), step(10.0, 15.0, 1.0)];
    // Somebody is in the way, and the limit is 10 m/s: a script does not care.
    let wall = scripted(&network, "wall", -1, 130.0, 0.0);
    let mut world = World::new(network, vec![car, wall]);
    for (until, speed) in [
        (2.0, 20.0),
        (4.5, 15.0),
        (7.0, 10.0),
        (9.9, 10.0),
        (12.0, 12.0),
        (20.0, 15.0),
    ] {
        world.run(until - world.time());
        let v = world.traffic.speed(0);
        assert!((v - speed).abs() < 1e-9, "{v} m/s at {until} s");
    }
}

#[test]
fn triggers_of_time_and_place_fire_at_their_tick() {
    let mut world = one(vec![flash(Trigger::Time(3.21))]);
    world.run(4.0);
    assert_eq!(world.when("car flash started"), 3.21);

    // 150 m at 20 m/s.
    let mut world = one(vec![flash(Trigger::SelfAt {
        road: MAIN,
        s: 250.0,
    })]);
    world.run(9.0);
    at(&world, "car flash started", 7.5);

    let mut world = one(vec![flash(Trigger::EgoAt {
        road: MAIN,
        s: 500.0,
    })]);
    world.put_ego(400.0, -5.25, 0.0, 25.0);
    world.run(5.0);
    at(&world, "car flash started", 4.0);
}

#[test]
fn a_place_is_passed_in_either_direction_of_travel() {
    let network = straight(4000.0, 2, 1, 30.0);
    let mut car = scripted(&network, "car", 1, 1000.0, 20.0);
    car.actions = vec![flash(Trigger::SelfAt {
        road: MAIN,
        s: 900.0,
    })];
    let mut world = World::new(network, vec![car]);
    world.run(6.0);
    at(&world, "car flash started", 5.0);
}

#[test]
fn distance_to_the_ego_is_straight_from_middle_to_middle() {
    // 300 m behind, 10 m/s faster: 50 m apart after 25 s.
    let mut world = one(vec![flash(Trigger::EgoWithin(50.0))]);
    world.put_ego(-200.0, -5.25, 0.0, 30.0);
    world.run(26.0);
    at(&world, "car flash started", 25.0);
    // 40 m to the side: 30 m along is when 50 m remain.
    let mut world = one(vec![flash(Trigger::EgoWithin(50.0))]);
    world.put_ego(-200.0, -45.25, 0.0, 30.0);
    world.run(28.0);
    at(&world, "car flash started", 27.0);
}

#[test]
fn time_to_collision_is_from_bumper_to_bumper() {
    // 300 m less two half lengths of 2.3 m, closing with 10 m/s: 4 s remain at 25.54 s.
    let mut world = one(vec![flash(Trigger::Ttc(4.0))]);
    world.put_ego(-200.0, -5.25, 0.0, 30.0);
    world.run(27.0);
    at(&world, "car flash started", (300.0 - 4.6 - 40.0) / 10.0);
}

#[test]
fn after_counts_from_the_end_also_of_others() {
    let network = straight(4000.0, 2, 0, 30.0);
    let mut a = scripted(&network, "a", -2, 100.0, 20.0);
    a.actions = vec![
        action(
            "slow",
            Trigger::Time(1.0),
            Do::Speed {
                to: 10.0,
                rate: 2.0,
            },
        ),
        action(
            "flash",
            Trigger::After {
                user: 0,
                action: 0,
                delay: 1.5,
            },
            Do::Hazards(true),
        ),
    ];
    let mut b = scripted(&network, "b", -1, 100.0, 20.0);
    b.actions = vec![flash(Trigger::After {
        user: 0,
        action: 0,
        delay: 0.5,
    })];
    let mut world = World::new(network, vec![a, b]);
    world.run(9.0);
    at(&world, "a slow ended", 6.0);
    at(&world, "a flash started", 7.5);
    at(&world, "b flash started", 6.5);
}

#[test]
fn all_waits_for_all_and_any_for_one() {
    let early = || Trigger::Time(2.0);
    let place = || Trigger::SelfAt {
        road: MAIN,
        s: 200.0,
    };
    let mut world = one(vec![flash(Trigger::All(vec![place(), early()]))]);
    world.run(8.0);
    at(&world, "car flash started", 5.0);
    let mut world = one(vec![flash(Trigger::Any(vec![place(), early()]))]);
    world.run(8.0);
    at(&world, "car flash started", 2.0);
    // A place that was passed stays passed.
    let late = Trigger::All(vec![place(), Trigger::Time(7.0)]);
    let mut world = one(vec![flash(late)]);
    world.run(8.0);
    at(&world, "car flash started", 7.0);
}

#[test]
fn speeds_profiles_and_brakes_end_when_physics_says() {
    let mut world = one(vec![action(
        "slow",
        Trigger::Time(1.0),
        Do::Speed {
            to: 15.0,
            rate: 2.0,
        },
    )]);
    world.run(5.0);
    at(&world, "car slow ended", 3.5);
    assert!((world.traffic.speed(0) - 15.0).abs() < 1e-9);

    let points = vec![(2.0, 10.0), (4.0, 10.0), (5.0, 12.0)];
    let mut world = one(vec![action(
        "shape",
        Trigger::Time(1.0),
        Do::Profile(points),
    )]);
    for (until, speed) in [(2.0, 15.0), (3.0, 10.0), (5.0, 10.0), (5.5, 11.0)] {
        world.run(until - world.time());
        assert!((world.traffic.speed(0) - speed).abs() < 0.11, "{until}");
    }
    world.run(2.0);
    at(&world, "car shape ended", 6.0);
    assert!((world.traffic.speed(0) - 12.0).abs() < 1e-9);

    let mut world = one(vec![action(
        "brake",
        Trigger::Time(1.0),
        Do::Brake { decel: 8.0 },
    )]);
    world.run(3.0);
    assert!(world.traffic.brake_lights(0));
    world.run(2.0);
    at(&world, "car brake ended", 3.5);
    // 20 m, then v^2 / 2a.
    assert!(
        (world.s(0) - (100.0 + 20.0 + 25.0)).abs() < 0.01,
        "{}",
        world.s(0)
    );
    assert_eq!(world.traffic.speed(0), 0.0);
}

#[test]
fn a_lane_change_is_smooth_and_takes_its_time() {
    let change = Do::ChangeLane {
        side: Side::Left,
        over: 3.0,
    };
    let mut world = one(vec![action("change", Trigger::Time(1.0), change)]);
    let (mut fastest, mut last) = (0.0_f64, world.traffic.pose(0).y);
    for _ in 0..500 {
        world.step();
        let y = world.traffic.pose(0).y;
        fastest = fastest.max((y - last).abs() / DT);
        last = y;
        if (world.time() - 2.5).abs() < 1e-9 {
            assert!((y + 3.5).abs() < 0.03, "half way after half the time: {y}");
        }
    }
    at(&world, "car change ended", 4.0);
    assert!((last + 1.75).abs() < 1e-9, "{last}");
    // Least jerk: 15/8 of the mean.
    assert!((fastest - 1.875 * 3.5 / 3.0).abs() < 0.01, "{fastest}");
    assert_eq!(world.lane(0), -1);
}

#[test]
fn a_lane_change_to_where_there_is_none_is_aborted() {
    let change = Do::ChangeLane {
        side: Side::Right,
        over: 3.0,
    };
    let mut world = one(vec![action("change", Trigger::Time(1.0), change)]);
    world.run(2.0);
    at(&world, "car change aborted", 1.0);
    assert_eq!(world.lane(0), -2);
}

#[test]
fn to_a_lane_by_its_id_goes_lane_by_lane() {
    let network = straight(4000.0, 3, 0, 30.0);
    let mut car = scripted(&network, "car", -3, 100.0, 20.0);
    car.actions = vec![action(
        "over",
        Trigger::Time(1.0),
        Do::ChangeTo {
            lane: -1,
            over: 2.0,
        },
    )];
    let mut world = World::new(network, vec![car]);
    world.run(7.0);
    at(&world, "car over ended", 5.0);
    assert_eq!(world.lane(0), -1);
}

/// Gap of a car that cuts in before the ego, at the end of the manoeuvre.
fn cut_in(s: f64, speed: f64, ego_speed: f64, gap: f64, relative: f64) -> (f64, World) {
    let network = straight(6000.0, 2, 0, 40.0);
    let mut car = scripted(&network, "car", -1, s, speed);
    let what = Do::CutIn {
        whom: Whom::Ego,
        gap,
        relative_speed: relative,
        over: 3.0,
    };
    car.actions = vec![action("cut in", Trigger::Time(1.0), what)];
    let mut world = World::new(network, vec![car]);
    world.put_ego(500.0, -5.25, 0.0, ego_speed);
    while !world.events.iter().any(|e| e.1 == "car cut in ended") {
        world.step();
        assert!(world.time() < 60.0, "{:?}", world.events);
    }
    (world.s(0) - 2.3 - (world.ego.x + 2.3), world)
}

#[test]
fn a_cut_in_ends_with_the_gap_and_speed_asked_for() {
    for (s, speed, ego_speed, gap, relative) in [
        (460.0, 25.0, 25.0, 12.0, 0.0),
        (480.0, 30.0, 22.0, 8.0, 0.0),
        (540.0, 20.0, 25.0, 20.0, -2.0),
        (505.0, 25.0, 25.0, 15.0, 1.0),
    ] {
        let (got, world) = cut_in(s, speed, ego_speed, gap, relative);
        assert!((got - gap).abs() < 0.5, "{got} m, not {gap}");
        assert_eq!(world.lane(0), -2);
        let (_, offset) = world.traffic.lane(0).expect("a lane");
        assert!(offset.abs() < 0.05, "it is in: {offset}");
        let v = world.traffic.speed(0) - ego_speed;
        assert!((v - relative).abs() < 0.3, "{v} m/s, not {relative}");
    }
}

#[test]
fn a_cut_out_happens_at_its_gap_and_shows_what_was_ahead() {
    let network = straight(4000.0, 2, 0, 30.0);
    let mut car = actor(&network, "car", -2, 100.0, 20.0);
    car.driver = Some(DriverSettings {
        lane_changes: false,
        ..Default::default()
    });
    let what = Do::CutOut {
        side: Side::Left,
        gap: Some(30.0),
        over: 2.0,
    };
    car.actions = vec![
        action(
            "hold",
            Trigger::Time(0.0),
            Do::Speed {
                to: 20.0,
                rate: 2.0,
            },
        ),
        action("cut out", Trigger::Time(0.5), what),
    ];
    let wall = scripted(&network, "wall", -2, 300.0, 0.0);
    let mut world = World::new(network, vec![car, wall]);
    let mut began = None;
    for _ in 0..1500 {
        world.step();
        if began.is_none() && world.lane(0) == -1 {
            began = Some(300.0 - 4.6 - world.s(0));
        }
        assert_eq!(world.overlap(), None);
    }
    let began = began.expect("it went");
    assert!((29.0..30.5).contains(&began), "{began} m");
    assert!(world.traffic.speed(0) > 19.0, "it did not brake for it");
}

#[test]
fn an_offset_stays() {
    let mut world = one(vec![action(
        "aside",
        Trigger::Time(1.0),
        Do::Offset { to: 0.5, over: 2.0 },
    )]);
    world.run(6.0);
    at(&world, "car aside ended", 3.0);
    assert!((world.traffic.pose(0).y - (-5.25 + 0.5)).abs() < 1e-9);
}

#[test]
fn trajectories_pass_their_points_on_time_and_lead_back_to_the_lane() {
    let points = vec![(2.0, 140.0, -5.0), (4.0, 180.0, -3.0), (6.0, 220.0, -1.75)];
    let mut world = one(vec![action(
        "way",
        Trigger::Time(0.0),
        Do::Trajectory(points.clone()),
    )]);
    for (t, x, y) in points {
        world.run(t - world.time());
        let p = world.traffic.pose(0);
        assert!(
            (p.x - x).abs() < 0.01 && (p.y - y).abs() < 0.01,
            "{p:?} at {t}"
        );
    }
    world.run(0.1);
    at(&world, "car way ended", 6.0);
    assert_eq!(world.lane(0), -1);
    assert!((world.traffic.speed(0) - 20.0).abs() < 1.0);
    world.run(5.0);
    assert!((world.traffic.pose(0).y + 1.75).abs() < 1e-6);
}

#[test]
fn pedestrians_cross_in_the_time_it_takes() {
    let network = straight(1000.0, 2, 2, 15.0);
    let mut walker = scripted(&network, "walker", -1, 0.0, 0.0);
    walker.shape = Shape::of(RoadUser::Pedestrian);
    // Carriageway from -9.5 to 9.5 m.
    let point = RoadPoint {
        road: MAIN,
        s: 200.0,
        t: -10.5,
    };
    walker.place = Place::Road {
        point,
        heading: 0.0,
    };
    walker.actions = vec![action(
        "cross",
        Trigger::Time(2.0),
        Do::Cross { speed: 1.4 },
    )];
    let mut world = World::new(network, vec![walker]);
    world.run(30.0);
    at(&world, "walker cross started", 2.0);
    at(&world, "walker cross ended", 2.0 + 21.0 / 1.4);
    let p = world.traffic.pose(0);
    assert!((p.y - 10.5).abs() < 1e-9 && (p.x - 200.0).abs() < 1e-9);
    assert_eq!(world.traffic.speed(0), 0.0);
}

#[test]
fn a_walk_goes_from_place_to_place() {
    let network = straight(1000.0, 2, 2, 15.0);
    let mut deer = scripted(&network, "deer", -1, 0.0, 0.0);
    deer.shape = Shape::of(RoadUser::Animal);
    let point = RoadPoint {
        road: MAIN,
        s: 200.0,
        t: -10.0,
    };
    deer.place = Place::Road {
        point,
        heading: 0.0,
    };
    let path = vec![(200.0, 0.0), (230.0, 0.0)];
    deer.actions = vec![action(
        "run",
        Trigger::Time(1.0),
        Do::WalkOnRoad {
            road: MAIN,
            path,
            speed: 5.0,
        },
    )];
    let mut world = World::new(network, vec![deer]);
    world.run(3.0 + 0.01);
    let p = world.traffic.pose(0);
    assert!(p.y.abs() < 0.06 && (p.x - 200.0).abs() < 0.06, "{p:?}");
    world.run(3.0);
    let p = world.traffic.pose(0);
    assert!((p.x - 215.0).abs() < 0.1 && p.yaw.abs() < 1e-9, "{p:?}");
    world.run(4.0);
    at(&world, "deer run ended", 9.0);
}

#[test]
fn vanished_is_gone_and_frees_the_lane() {
    let network = straight(1000.0, 1, 0, 20.0);
    let mut wall = scripted(&network, "wall", -1, 300.0, 0.0);
    wall.actions = vec![action("away", Trigger::Time(30.0), Do::Vanish)];
    let car = actor(&network, "car", -1, 100.0, 20.0);
    let mut world = World::new(network, vec![wall, car]);
    world.run(30.0);
    assert!(world.traffic.present(0) && world.traffic.speed(1) < 0.2);
    world.run(6.0);
    assert!(!world.traffic.present(0) && world.traffic.speed(1) > 3.0);
}

#[test]
fn a_new_action_aborts_the_one_before() {
    let mut world = one(vec![
        action("slow", Trigger::Time(1.0), Do::Speed { to: 0.0, rate: 1.0 }),
        action(
            "fast",
            Trigger::Time(3.0),
            Do::Speed {
                to: 25.0,
                rate: 1.0,
            },
        ),
    ]);
    world.run(12.0);
    at(&world, "car slow aborted", 3.0);
    at(&world, "car fast ended", 10.0);
}

#[test]
fn a_driver_gets_its_own_speed_back() {
    let network = straight(4000.0, 1, 0, 20.0);
    let mut car = actor(&network, "car", -1, 100.0, 20.0);
    car.actions = vec![
        action("slow", Trigger::Time(1.0), Do::Speed { to: 5.0, rate: 3.0 }),
        action(
            "drive",
            Trigger::After {
                user: 0,
                action: 0,
                delay: 2.0,
            },
            Do::Drive,
        ),
    ];
    let mut world = World::new(network, vec![car]);
    world.run(7.9);
    assert!((world.traffic.speed(0) - 5.0).abs() < 0.01);
    world.run(40.0);
    assert!(world.traffic.speed(0) > 18.0);
}

#[test]
fn a_struck_user_is_left_to_physics_and_its_actions_are_aborted() {
    let mut world = one(vec![
        action("slow", Trigger::Time(1.0), Do::Speed { to: 0.0, rate: 1.0 }),
        flash(Trigger::Time(5.0)),
    ]);
    world.run(2.0);
    let network = world.network.clone();
    world.traffic.strike(0, &network);
    world.run(5.0);
    at(&world, "car slow aborted", 2.0);
    assert!(!world.events.iter().any(|e| e.1 == "car flash started"));
    assert!(world.traffic.struck(0) && world.traffic.hazard_lights(0));
    let pose = world.traffic.pose(0);
    let (v, _) = world
        .traffic
        .slide(0, &network, pose, [6.0, 0.0, 0.0], 0.0, DT);
    assert!((v[0] - 5.94).abs() < 1e-9, "6 m/s2 of friction");
}
