//! The autopilot in the whole simulation, with the real vehicle under it.

use std::sync::Arc;
use takeover::command::Command;
use takeover::frame::Frame;
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
