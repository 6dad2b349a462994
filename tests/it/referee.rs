//! The referee: what it sees of whole runs, and what it says of requests.

use crate::common::project;
use std::sync::Arc;
use takeover::command::Command;
use takeover::scenario::Scenario;
use takeover::session::limit::{Limit, LimitKind, LimitWatch};
use takeover::sim::Simulation;
use takeover::takeover::event::{Authority, Event};

fn load(name: &str) -> Arc<Scenario> {
    let path = project(&format!("scenarios/{name}.ron"));
    Arc::new(Scenario::load(&path).unwrap_or_else(|e| panic!("{e}")))
}

/// What is met when the automation drives alone from a time on, s.
fn alone_from(name: &str, from: f64, until: f64) -> (Vec<Limit>, Vec<Authority>) {
    let scenario = load(name);
    let mut sim = Simulation::new(scenario.clone(), 1);
    let mut watch = LimitWatch::new(&scenario);
    let (mut limits, mut authorities) = (Vec::new(), Vec::new());
    while sim.frame().time < until {
        if (sim.frame().time - from).abs() < 1e-6 {
            sim.go_alone();
        }
        let pressed = Command {
            take_over: sim.frame().time > from + 1.0,
            present: true,
            ..Default::default()
        };
        let frame = sim.step(pressed);
        limits.extend(watch.frame(frame));
        if frame.time > from + 0.005 {
            let asked = |e: &takeover::takeover::event::TimedEvent| {
                matches!(
                    e.event,
                    Event::RequestRaised { .. }
                        | Event::TakenOver { .. }
                        | Event::MinimalRiskStarted { .. }
                )
            };
            assert!(!frame.events.iter().any(asked), "{:?}", frame.events);
            authorities.push(frame.authority);
        }
    }
    (limits, authorities)
}

#[test]
fn alone_nobody_is_asked_and_nobody_is_heard() {
    // Half-way through a pending request, and before it.
    for from in [20.0, 35.0] {
        let (limits, authorities) = alone_from("broken_down", from, 60.0);
        assert!(authorities.iter().all(|a| *a == Authority::Automation));
        assert_eq!(limits.len(), 1, "{limits:?}");
        assert_eq!(limits[0].kind, LimitKind::Blocked);
        assert!((33.0..50.0).contains(&limits[0].time), "{limits:?}");
    }
}
