//! Other road users in the simulation: their bodies do what traffic says, until they are hit.

use crate::driving::{run, script};
use std::sync::Arc;
use takeover::frame::{End, Frame};
use takeover::operator::Nobody;
use takeover::road::Light;
use takeover::road_user::RoadUser;
use takeover::scenario::Scenario;
use takeover::sim::Simulation;
use takeover::takeover::event::Event;
use takeover::takeover::policy::PolicySettings;
use takeover::traffic::{Ego, Traffic};

fn scenario(duration: f64, rest: &str) -> Arc<Scenario> {
    let text = format!(
        "(
    title: \"t\",
    duration: {duration:.1},
    road: (lanes: 2, lane_width: 3.5, speed_limit: 30.0, line: [
        Straight(length: 300.0), Curve(radius: 250.0, length: 400.0), Straight(length: 2300.0)]),
    ego: (lane: -2, s: 100.0, speed: 20.0),
{rest}
)"
    );
    Arc::new(Scenario::parse(&text).unwrap_or_else(|e| panic!("{e:?}")))
}

/// Steps with nobody at the controls; `watch` sees every frame.
fn watch(scenario: &Arc<Scenario>, ticks: u64, mut watch: impl FnMut(&Frame)) {
    let mut sim = Simulation::new(scenario.clone(), 1);
    for _ in 0..ticks {
        watch(sim.step(Default::default()));
    }
}

const PATHS: &str = "    traffic: [
        (name: \"bend\", lane: -1, s: 250.0, speed: 22.0,
         actions: [(name: \"change\", when: Time(3.0), do: ChangeLane(side: Right)),
                   (name: \"brake\", when: Time(10.0), do: Brake(decel: 6.0))]),
        (name: \"lorry\", vehicle: \"truck\", lane: -1, s: 200.0, speed: 15.0),
        (name: \"walker\", kind: Pedestrian, t: 3.0, s: 600.0,
         actions: [(name: \"cross\", when: Time(1.0), do: Cross(speed: 1.5))]),
        (name: \"parked\", lane: -2, s: 800.0, offset: -2.5, hazards: true),
        (name: \"far\", lane: -1, s: 2000.0, speed: 25.0, driver: ()),
    ],";

#[test]
fn bodies_follow_their_paths_within_a_millimetre() {
    let scenario = scenario(100.0, PATHS);
    // The same traffic without physics, shown an ego far away: nobody here reacts to it.
    let network = &scenario.network;
    let mut traffic = Traffic::new(network, &scenario.traffic, 1);
    let far = network
        .lane_pos(takeover::road::RoadId(0), -2, 5.0)
        .expect("a lane");
    let place = network.road_point(far, 0.0);
    let ego = Ego::standing(network.pose(place), 4.6, 1.8, place);
    let (mut worst, mut turned, mut tick) = (0.0_f64, 0.0_f64, 0_u64);
    watch(&scenario, 1500, |frame| {
        traffic.step(network, &ego, tick as f64 / 100.0, 0.01, &mut Vec::new());
        tick += 1;
        for i in 0..traffic.len() {
            let body = &frame.bodies[i + 1];
            let middle = body.position + body.rotation * body.to_middle;
            let pose = traffic.pose(i);
            let off = [
                f64::from(middle.x) - pose.x,
                f64::from(middle.y) - pose.y,
                f64::from(middle.z) - pose.z,
            ];
            worst = off.into_iter().fold(worst, |w, x| w.max(x.abs()));
            let forward = body.rotation * glam::Vec3::X;
            let yaw = libm::atan2(f64::from(forward.y), f64::from(forward.x));
            turned = turned.max(takeover::road::wrap_angle(yaw - pose.yaw).abs());
            let v = traffic.velocity(i);
            if !traffic.brake_lights(i) && i < 2 && tick > 1 {
                let seen = f64::from(body.velocity.length());
                let speed = (v[0] * v[0] + v[1] * v[1]).sqrt();
                assert!(
                    (seen - speed).abs() < 0.12,
                    "{seen} m/s, not {speed}, at {tick}"
                );
            }
        }
    });
    assert!(worst < 1e-3, "{worst} m off the path");
    assert!(turned < 1e-3, "{turned} rad");
}

#[test]
fn frames_show_kinds_lights_and_events_of_actions() {
    let scenario = scenario(100.0, PATHS);
    let mut told = Vec::new();
    let (mut right, mut brake) = (false, false);
    watch(&scenario, 1450, |frame| {
        let kinds: Vec<_> = frame.bodies[1..].iter().map(|b| b.kind).collect();
        use RoadUser::{Car, Pedestrian, Truck};
        assert_eq!(kinds, [Car, Truck, Pedestrian, Car, Car]);
        assert!(frame.bodies[4].hazard_lights && !frame.bodies[1].hazard_lights);
        right |= frame.bodies[1].indicator == -1 && frame.time > 3.0 && frame.time < 6.1;
        brake |= frame.bodies[1].brake_lights && frame.time > 10.0;
        for e in &frame.events {
            if matches!(e.event, Event::Action { .. }) {
                told.push((e.tick, e.event.describe()));
            }
        }
    });
    assert!(right && brake);
    let at = |what: &str| told.iter().find(|t| t.1 == what).map(|t| t.0);
    assert_eq!(at("bend: change started"), Some(300));
    assert!(at("bend: change ended").is_some_and(|t| t.abs_diff(600) <= 1));
    assert_eq!(at("bend: brake started"), Some(1000));
    assert!(at("bend: brake ended").is_some_and(|t| t.abs_diff(1000 + 367) <= 1));
    assert_eq!(at("walker: cross started"), Some(100));
}

#[test]
fn who_is_hit_slides_to_rest_and_steers_no_more() {
    let scenario = scenario(60.0, "    traffic: [(name: \"wall\", lane: -2, s: 160.0)],");
    let operator = script(
        "(inputs: [(at: 0.5, take_over: true, accelerator: 1.0), \
         (at: 2.9, accelerator: 0.0, brake: 1.0)])",
    );
    let mut speeds = Vec::new();
    let (end, account) = run(&scenario, operator, |frame| {
        speeds.push(frame.bodies[1].velocity.length());
        let p = frame.bodies[1].position + frame.bodies[1].rotation * frame.bodies[1].to_middle;
        assert!(p.z.abs() < 0.02, "on the road: {p}");
    });
    assert_eq!(end, End::Collision);
    assert_eq!(account.collisions[0].with, "wall");
    let fastest = speeds.iter().copied().fold(0.0, f32::max);
    assert!(fastest > 5.0, "it was pushed: {fastest}");
    let peak = speeds.iter().position(|s| *s == fastest).expect("there");
    // Two seconds later, on its own: slower by what friction takes.
    let last = *speeds.last().expect("some");
    assert!(last < fastest - 6.0 || last == 0.0, "{fastest} to {last}");
    assert!(speeds.len() - peak > 150);
}

#[test]
fn two_who_hit_each_other_come_to_rest() {
    let scenario = scenario(
        100.0,
        "    traffic: [(name: \"wall\", lane: -1, s: 400.0),
            (name: \"blind\", lane: -1, s: 340.0, speed: 20.0)],",
    );
    let mut last = Vec::new();
    watch(&scenario, 1000, |frame| {
        last = frame.bodies[1..]
            .iter()
            .map(|b| (b.velocity.length(), b.hazard_lights))
            .collect();
    });
    assert!(
        last.iter().all(|(v, hazards)| *v < 0.01 && *hazards),
        "{last:?}"
    );
}

#[test]
fn the_vanished_are_out_of_sight_and_in_nobodys_way() {
    let scenario = scenario(
        60.0,
        "    traffic: [(name: \"wall\", lane: -2, s: 300.0,
            actions: [(name: \"away\", when: Time(1.0), do: Vanish)])],",
    );
    let mut seen = Vec::new();
    let (end, account) = run(&scenario, Box::new(Nobody), |frame| {
        seen.push(frame.bodies[1].position.z);
    });
    assert!(account.collisions.is_empty(), "{end:?}");
    assert!(seen[50] > 0.0 && seen[150] < -500.0);
}

#[test]
fn crowds_run_the_same_twice_and_by_the_seed() {
    let scenario = scenario(60.0, "    flow: [(count: 60, from: 150.0, to: 2900.0)],");
    let hash = |seed| {
        let mut sim = Simulation::new(scenario.clone(), seed);
        (0..1500).map(|_| sim.step(Default::default()).hash).last()
    };
    assert_eq!(hash(1), hash(1));
    assert_ne!(hash(1), hash(2));
}

/// A scenario with a network made by hand: what files can say about objects and lights is not this
/// test's business.
fn with(change: impl FnOnce(&mut takeover::road::Road)) -> Arc<Scenario> {
    let base = scenario(60.0, "");
    let mut scenario = (*base).clone();
    let mut road = scenario.network.roads[0].clone();
    change(&mut road);
    scenario.network = takeover::road::Network::new(vec![road], Vec::new());
    Arc::new(scenario)
}

fn object(kind: takeover::road::ObjectKind, name: &str, s: f64) -> takeover::road::Object {
    takeover::road::Object {
        kind,
        name: name.into(),
        s,
        t: -5.25,
        heading: 0.0,
        size: [0.5, 2.0, 1.0],
    }
}

#[test]
fn a_cone_is_told_and_a_barrier_ends_the_run() {
    use takeover::perception::{Fault, FaultKind, Target};
    use takeover::road::ObjectKind::{Barrier, Cone};
    let blind = with(|road| {
        road.objects.push(object(Cone, "cone 1", 150.0));
        road.objects.push(object(Barrier, "barrier", 220.0));
    });
    // A vehicle that sees nothing drives on.
    let mut scenario = (*blind).clone();
    scenario.policy = PolicySettings::silent();
    scenario.faults = [Target::Camera, Target::Lidar, Target::Radar]
        .map(|sensor| Fault {
            at: 0.0,
            until: None,
            what: FaultKind::Failure { sensor },
        })
        .into();
    let (end, account) = run(&Arc::new(scenario), Box::new(Nobody), |_| {});
    assert_eq!(end, End::Collision);
    let with: Vec<_> = account.collisions.iter().map(|c| c.with.as_str()).collect();
    assert_eq!(with, ["cone 1", "barrier"]);
    let (cone, barrier) = (&account.collisions[0], &account.collisions[1]);
    assert!(cone.delta_v < 0.5, "a cone gives way: {cone:?}");
    assert!(barrier.delta_v > 5.0, "{barrier:?}");
    assert!(
        barrier.time_s - cone.time_s > 2.5,
        "it went on: 70 m at 20 m/s"
    );
}

#[test]
fn frames_show_what_the_lights_show() {
    use takeover::road::{Programme, Signal, SignalKind};
    let scenario = with(|road| {
        road.signals.push(Signal {
            name: "light".into(),
            s: 2000.0,
            t: -8.0,
            along: true,
            kind: SignalKind::Light(Programme {
                phases: vec![(Light::Green, 2.0), (Light::Amber, 1.0), (Light::Red, 50.0)],
                offset: 0.0,
                failure: None,
            }),
        });
    });
    watch(&scenario, 400, |frame| {
        let expected = match frame.time {
            t if t < 2.0 - 1e-9 => Light::Green,
            t if t < 3.0 - 1e-9 => Light::Amber,
            _ => Light::Red,
        };
        assert_eq!(frame.lights, [expected], "{}", frame.time);
    });
}

#[test]
fn bodies_go_up_hills() {
    let base = scenario(
        60.0,
        "    traffic: [(name: \"climber\", lane: -1, s: 400.0, speed: 25.0)],",
    );
    let mut scenario = (*base).clone();
    let mut road = scenario.network.roads[0].clone();
    road.elevation = takeover::road::Profile::eased(&[(600.0, 0.0), (1000.0, 20.0)]);
    scenario.network = takeover::road::Network::new(vec![road], Vec::new());
    let mut highest = 0.0_f32;
    let mut steepest = 0.0_f32;
    watch(&Arc::new(scenario), 3000, |frame| {
        let body = &frame.bodies[1];
        let middle = body.position + body.rotation * body.to_middle;
        highest = highest.max(middle.z);
        steepest = steepest.max((body.rotation * glam::Vec3::X).z);
    });
    assert!((highest - 20.0).abs() < 0.01, "{highest} m");
    assert!((steepest - 0.075).abs() < 0.002, "seen tilted: {steepest}");
}
