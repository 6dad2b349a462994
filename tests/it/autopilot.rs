//! The autopilot in the whole simulation, with the real vehicle under it.

use std::sync::Arc;
use takeover::command::Command;
use takeover::frame::{End, Frame};
use takeover::scenario::Scenario;
use takeover::sim::Simulation;

/// Runs a scenario with nobody at the desk; `watch` sees every frame.
fn drive(text: &str, mut watch: impl FnMut(&Frame)) -> Frame {
    let scenario = Scenario::parse(text).unwrap_or_else(|p| panic!("{p:?}"));
    let mut sim = Simulation::new(Arc::new(scenario), 1);
    loop {
        let frame = sim.step(Command::default());
        watch(frame);
        if frame.ended.is_some() {
            return frame.clone();
        }
    }
}

const WINDING: &str = r#"(
    title: "winding", duration: 120.0,
    road: (lanes: 1, oncoming: 1, lane_width: 3.5, shoulder_width: 1.5, speed_limit: 27.0,
        elevation: [(0, 0), (400, 12), (900, -5), (1500, 3)],
        superelevation: [(300, 0), (380, 3), (600, 3), (700, 0)],
        line: [
            Straight(length: 200.0),
            Curve(radius: 150.0, length: 200.0, transition: 60.0),
            Curve(radius: -100.0, length: 180.0, transition: 50.0),
            Straight(length: 100.0),
            Curve(radius: -60.0, length: 110.0, transition: 30.0),
            Curve(radius: 80.0, length: 150.0, transition: 35.0),
            Straight(length: 600.0),
        ]),
    ego: (vehicle: "VEHICLE", lane: -1, s: 20.0, speed: 20.0),
    autopilot: (lateral_acceleration: 3.0),
)"#;

#[test]
fn the_lane_is_kept_within_thirty_centimetres_at_three_metres_per_second_squared() {
    for vehicle in ["saloon", "compact", "van"] {
        let text = WINDING.replace("VEHICLE", vehicle);
        let (mut worst, mut sideways, mut at): (f64, f64, f64) = (0.0, 0.0, 0.0);
        let mut last_heading: Option<f64> = None;
        let end = drive(&text, |frame| {
            let ego = &frame.bodies[0];
            let spin = f64::from(ego.angular_velocity.z);
            sideways = sideways.max((spin * frame.ego.speed).abs());
            if frame.ego.offset.abs() > worst {
                (worst, at) = (frame.ego.offset.abs(), frame.ego.s);
            }
            last_heading = Some(spin);
        });
        assert!(end.ego.s > 1300.0, "{vehicle}: got to {}", end.ego.s);
        assert!(worst < 0.3, "{vehicle}: {worst} m at s {at}");
        assert!(sideways > 2.5, "{vehicle}: only {sideways} m/s2");
    }
}

/// A crossing with others from every side.
fn crossing(control: &str, destination: &str) -> String {
    let arm = |name: &str, start: &str| {
        format!(
            "(name: \"{name}\", {start} lanes: 1, oncoming: 1, lane_width: 3.5, shoulder_width: 0.5, \
             speed_limit: 13.9, line: [Straight(length: 220.0)])"
        )
    };
    let from = |angle: i32| format!("start: Arm(junction: \"crossing\", angle_deg: {angle}.0),");
    let car = |name: &str, road: &str, s: f64, to: &str| {
        format!(
            "(name: \"{name}\", road: \"{road}\", lane: {}, s: {s}, speed: 10.0, driver: (), to: \"{to}\")",
            if road == "south" { -1 } else { 1 }
        )
    };
    let others = [
        car("w1", "west", 110.0, "east"),
        car("w2", "west", 150.0, "east"),
        car("w3", "west", 185.0, "south"),
        car("e1", "east", 100.0, "west"),
        car("e2", "east", 140.0, "north"),
        car("n1", "north", 90.0, "south"),
        car("n2", "north", 130.0, "south"),
        car("n3", "north", 175.0, "east"),
    ];
    format!(
        "(title: \"crossing\", duration: 150.0, roads: [{}], \
         junctions: [(name: \"crossing\", at: EndOf(\"south\"), radius: 14.0, control: {control})], \
         ego: (road: \"south\", lane: -1, s: 20.0, speed: 12.0, destination: \"{destination}\"), \
         traffic: [{}])",
        [
            arm("south", ""),
            arm("north", &from(0)),
            arm("west", &from(90)),
            arm("east", &from(-90)),
        ]
        .join(", "),
        others.join(", "),
    )
}

#[test]
fn every_kind_of_crossing_is_passed_in_every_direction_without_a_scratch() {
    for control in [
        "Lights()",
        "Lights(offset: 25.0)",
        "RightBeforeLeft",
        "PriorityRoad([\"west\", \"east\"])",
        "PriorityRoad([\"south\", \"north\"])",
        "Stop([\"south\", \"north\"])",
        "AllWayStop",
    ] {
        for destination in ["north", "west", "east"] {
            let (mut off, mut hardest): (f64, f64) = (0.0, 0.0);
            let mut hit = Vec::new();
            let end = drive(&crossing(control, destination), |frame| {
                off = off.max(frame.ego.offset.abs());
                hardest = hardest.min(frame.ego.acceleration);
                for e in &frame.events {
                    if let takeover::takeover::event::Event::Collision { with, .. } = &e.event {
                        hit.push(with.clone());
                    }
                }
            });
            let name = format!("{control} to {destination}");
            assert!(hit.is_empty(), "{name}: hit {hit:?} at {}", end.time);
            assert_eq!(end.ended, Some(End::RoadEnd), "{name} after {} s", end.time);
            assert!(off < 0.45, "{name}: {off} m beside the lane's centre");
            assert!(hardest > -5.0, "{name}: braked with {hardest}");
        }
    }
}

#[test]
fn on_snow_and_ice_it_slows_down_and_stays_in_its_lane() {
    for (surface, least, most) in [("Snow", 7.5, 12.0), ("Ice", 4.5, 8.0)] {
        let text = WINDING
            .replace("VEHICLE", "saloon")
            .replace("duration: 120.0", "duration: 400.0")
            .replace("speed: 20.0", "speed: 8.0")
            .replace("lanes: 1,", &format!("lanes: 1, surface: {surface},"))
            // Level, so that it can get up at all.
            .replace("elevation: [(0, 0), (400, 12), (900, -5), (1500, 3)],", "");
        let (mut worst, mut slowest): (f64, f64) = (0.0, 99.0);
        let end = drive(&text, |frame| {
            worst = worst.max(frame.ego.offset.abs());
            // In the tightest bend, radius 60 m.
            if (700.0..760.0).contains(&frame.ego.s) {
                slowest = slowest.min(frame.ego.speed);
            }
        });
        assert_eq!(end.ended, Some(End::RoadEnd), "{surface}");
        assert!(worst < 0.5, "{surface}: {worst} m off the middle");
        assert!((least..most).contains(&slowest), "{surface}: {slowest}");
    }
}
