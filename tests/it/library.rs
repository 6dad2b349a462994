//! The scenario library: what happens in each file, and when.
//!
//! Each scenario is run with nobody at the desk, with its operator script, and checked against the
//! times of its events. Times are those of seed 1; where a figure comes from sensors it may move by
//! a few tenths when perception changes, and should be looked at when it does.

use crate::common::project;
use crate::driving::run;
use std::fs;
use std::sync::Arc;
use takeover::frame::End;
use takeover::operator::Nobody;
use takeover::operator::model::Model;
use takeover::operator::script::{Script, Scripted};
use takeover::perception::{Function, GHOSTS_FROM};
use takeover::scenario::Scenario;
use takeover::session::tally::Account;
use takeover::sim::Simulation;
use takeover::takeover::event::{Authority, Event};
use takeover::takeover::intent::Means;
use takeover::takeover::reason::Reason;
use takeover::traffic::Phase;

fn names() -> Vec<String> {
    let folder = fs::read_dir(project("scenarios")).expect("the library");
    let mut names: Vec<String> = folder
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.extension().is_some_and(|e| e == "ron"))
        .filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned()))
        .collect();
    names.sort();
    names
}

fn load(name: &str) -> Arc<Scenario> {
    let path = project(&format!("scenarios/{name}.ron"));
    Arc::new(Scenario::load(&path).unwrap_or_else(|e| panic!("{e}")))
}

fn alone(name: &str) -> (End, Account) {
    run(&load(name), Box::new(Nobody), |_| {})
}

fn time(account: &Account, what: &str, wanted: impl Fn(&Event) -> bool) -> f64 {
    let found = account.events.iter().find(|e| wanted(&e.event));
    found.map_or_else(|| panic!("no {what} in {:#?}", account.events), |e| e.time)
}

/// The first request came for this reason at about this time, s; escalation after 4 s and the
/// minimal-risk manoeuvre after 10 s follow to the tick.
fn asked(account: &Account, reason: Function, at: f64) {
    let raised = time(
        account,
        "request",
        |e| matches!(e, Event::RequestRaised { reason: r, .. } if *r == Reason::from(reason)),
    );
    assert!((raised - at).abs() < 0.75, "raised at {raised}, not {at}");
    let first = time(account, "request", |e| {
        matches!(e, Event::RequestRaised { .. })
    });
    assert!((first - raised).abs() < 1e-9, "another reason came first");
    let escalated = time(account, "escalation", |e| {
        matches!(e, Event::RequestEscalated { .. })
    });
    assert!((escalated - raised - 4.0).abs() < 0.011);
    let stopping = time(account, "manoeuvre", |e| {
        matches!(e, Event::MinimalRiskStarted { .. })
    });
    assert!((stopping - raised - 10.0).abs() < 0.011);
}

fn action(account: &Account, user: &str, action: &str, phase: Phase) -> f64 {
    time(account, action, |e| {
        matches!(e, Event::Action { user: u, action: a, phase: p }
            if u == user && a == action && *p == phase)
    })
}

#[test]
fn the_library_states_what_each_scenario_is_for() {
    assert!(names().len() >= 16, "{:?}", names());
    for name in names() {
        let s = load(&name);
        for (field, text) in [
            ("purpose", &s.purpose),
            ("hazard", &s.hazard),
            ("provokes", &s.provokes),
        ] {
            assert!(text.len() > 20, "{name}: {field} says too little: {text:?}");
        }
        // Where nobody is asked, there may be nothing that a takeover could be in time for.
        let asks = !s.provokes.starts_with("None");
        assert!(s.time_budget.is_some() || !asks, "{name}: time_budget");
        assert!(s.without_operator.is_some(), "{name}: without_operator");
    }
}

#[test]
fn with_nobody_at_the_desk_each_ends_as_it_says() {
    for name in names() {
        let scenario = load(&name);
        let (end, account) = alone(&name);
        assert_eq!(Some(end), scenario.without_operator, "{name}");
        if end != End::Collision {
            assert!(account.collisions.is_empty(), "{name}: {account:#?}");
        }
        // Sensors' noise and crowds differ by the seed; the outcome does not.
        for seed in 2..=4 {
            let mut sim = Simulation::new(scenario.clone(), seed);
            let end = loop {
                if let Some(end) = sim.step(Default::default()).ended {
                    break end;
                }
            };
            assert_eq!(Some(end), scenario.without_operator, "{name}, seed {seed}");
        }
    }
}

#[test]
fn with_the_modelled_operator_nothing_is_hit_that_was_asked_about() {
    for name in names().iter().filter(|n| *n != "silent_failure") {
        let scenario = load(name);
        let operator = Box::new(Model::new(scenario.clone(), 1));
        let (end, account) = run(&scenario, operator, |_| {});
        assert!(account.collisions.is_empty(), "{name}: {account:#?}");
        assert_ne!(end, End::LeftRoad, "{name}");
    }
}

#[test]
fn with_a_good_operator_nothing_is_hit_and_nobody_leaves_the_road() {
    for name in names() {
        let path = project(&format!("scenarios/operators/{name}.ron"));
        let script = Script::load(&path).unwrap_or_else(|e| panic!("{e}"));
        let (end, account) = run(&load(&name), Box::new(Scripted::new(script)), |_| {});
        assert!(account.collisions.is_empty(), "{name}: {account:#?}");
        assert!(
            matches!(end, End::Completed | End::RoadEnd),
            "{name}: {end:?}"
        );
        let taken = account
            .events
            .iter()
            .any(|e| matches!(e.event, Event::TakenOver { .. }));
        assert!(taken, "{name}: the operator never drove");
    }
}

#[test]
fn requests_come_for_their_reason_at_their_time() {
    for (name, reason, at) in [
        ("fog_bank", Function::FreeSpace, 53.3),
        ("heavy_rain", Function::FreeSpace, 35.7),
        ("low_sun", Function::Lanes, 33.8),
        ("tunnel_exit", Function::Lanes, 40.6),
        ("lost_markings", Function::Lanes, 26.9),
        ("lane_closure", Function::Planning, 43.7),
        ("broken_down", Function::Planning, 31.5),
        ("cut_out", Function::Planning, 32.8),
        ("dirty_camera", Function::Lanes, 25.4),
        ("lidar_failure", Function::FreeSpace, 26.4),
        ("ghost_object", Function::Objects, 20.8),
        ("failed_light", Function::Signals, 12.5),
        ("narrow_street", Function::Planning, 25.7),
        ("cell_change", Function::Lanes, 33.3),
    ] {
        let (_, account) = alone(name);
        asked(&account, reason, at);
    }
}

#[test]
fn the_cut_in_ends_as_close_and_as_slow_as_it_says() {
    let mut at_end = None;
    let mut hardest: f64 = 0.0;
    let (_, account) = run(&load("cut_in"), Box::new(Nobody), |frame| {
        hardest = hardest.min(frame.ego.acceleration);
        let ended = frame.events.iter().any(|e| {
            matches!(&e.event, Event::Action { action, phase: Phase::Ended, .. } if action == "cut in")
        });
        if ended {
            let (ego, other) = (frame.bodies[0], frame.bodies[1]);
            let apart = (other.position - ego.position).length();
            at_end = Some(f64::from(apart) - f64::from(ego.size.x + other.size.x) / 2.0);
        }
    });
    let started = action(&account, "cutter", "cut in", Phase::Started);
    assert!((started - 14.0).abs() < 0.011, "{started}");
    let ended = action(&account, "cutter", "cut in", Phase::Ended);
    let on = action(&account, "cutter", "go on", Phase::Started);
    assert!((on - ended - 6.0).abs() < 0.011, "{on} after {ended}");
    // The ego brakes while the other comes over, so the gap grows beyond the 14 m that were meant.
    let gap = at_end.expect("it ended");
    assert!((10.0..25.0).contains(&gap), "{gap}");
    assert!((-6.0..-1.0).contains(&hardest), "{hardest}");
    assert!(account.takeovers.is_empty());
}

#[test]
fn the_cut_out_leaves_room_for_emergency_braking_only() {
    let mut hardest: f64 = 0.0;
    let (_, account) = run(&load("cut_out"), Box::new(Nobody), |frame| {
        hardest = hardest.min(frame.ego.acceleration);
    });
    let swerve = action(&account, "van ahead", "swerve", Phase::Started);
    let done = action(&account, "van ahead", "swerve", Phase::Ended);
    assert!((swerve - 30.5).abs() < 0.2, "{swerve}");
    assert!((done - swerve - 2.0).abs() < 0.011);
    assert!(hardest < -5.0, "an emergency (UN R157): {hardest}");
}

#[test]
fn the_pedestrian_is_hidden_until_late_and_missed() {
    let mut seen_at = None;
    let mut nearest = f32::INFINITY;
    let (_, account) = run(&load("jaywalker"), Box::new(Nobody), |frame| {
        // The pedestrian is the fourth actor.
        let walker = frame.bodies[4].position;
        let seen = frame.tracks.iter().any(|t| {
            let off = (t.x - f64::from(walker.x)).hypot(t.y - f64::from(walker.y));
            t.existence > 0.5 && off < 1.5
        });
        if seen_at.is_none() && seen {
            seen_at = Some(frame.time);
        }
        nearest = nearest.min((frame.bodies[4].position - frame.bodies[0].position).length());
    });
    let crossing = action(&account, "pedestrian", "cross", Phase::Started);
    let seen = seen_at.expect("seen in the end");
    assert!(
        seen > crossing + 1.0,
        "seen at {seen}, set out at {crossing}"
    );
    assert!(nearest > 3.0, "{nearest}");
}

#[test]
fn the_deer_runs_and_is_missed() {
    let (_, account) = alone("lidar_failure");
    let set_out = action(&account, "deer", "run across", Phase::Started);
    let over = action(&account, "deer", "run across", Phase::Ended);
    assert!(set_out > 26.0 && over > set_out + 2.0, "{set_out} {over}");
}

#[test]
fn the_ghost_is_a_request_without_need() {
    let (_, account) = run(&load("ghost_object"), Box::new(Nobody), |frame| {
        // Nothing is there: the way ahead is free of everything but the ghost while it lasts.
        if frame.time > 28.0 {
            return;
        }
        for track in frame.tracks.iter().filter(|t| t.offset.abs() < 1.0) {
            let real = track.id < GHOSTS_FROM && track.existence > 0.5;
            assert!(track.gap < 0.0 || !real, "{track:?}");
        }
    });
    assert_eq!(account.takeovers.len(), 1);
}

#[test]
fn the_silent_failure_never_asks_and_a_watchful_person_prevents_it() {
    let mut least: f64 = 1.0;
    let (_, account) = run(&load("silent_failure"), Box::new(Nobody), |frame| {
        least = least.min(frame.confidence.overall);
    });
    assert!(least > 0.9, "{least}");
    assert!(account.takeovers.is_empty());
    let crash = &account.collisions[0];
    assert_eq!(crash.with, "stopped lorry");
    assert!((crash.time_s - 34.7).abs() < 0.5, "{}", crash.time_s);
    assert!(crash.delta_v > 20.0, "{}", crash.delta_v);

    let path = project("scenarios/operators/silent_failure.ron");
    let script = Script::load(&path).unwrap_or_else(|e| panic!("{e}"));
    let (_, account) = run(
        &load("silent_failure"),
        Box::new(Scripted::new(script)),
        |_| {},
    );
    let taken = time(&account, "takeover", |e| {
        matches!(
            e,
            Event::TakenOver {
                request: None,
                by: Means::Brake,
                ..
            }
        )
    });
    assert!((taken - 28.5).abs() < 0.011, "{taken}");
}

#[test]
fn the_dirty_vehicle_stops_on_the_shoulder_with_its_hazards_on() {
    let mut last = None;
    let mut hazards = true;
    run(&load("dirty_camera"), Box::new(Nobody), |frame| {
        if matches!(
            frame.authority,
            Authority::MinimalRisk | Authority::Standstill
        ) {
            hazards &= frame.bodies[0].hazard_lights;
        }
        last = Some((frame.ego.offset, frame.ego.speed));
    });
    let (offset, speed) = last.expect("frames");
    assert!(speed.abs() < 0.05 && hazards);
    // Lane 3.75 m and shoulder 2.5 m wide: from middle to middle 3.125 m.
    assert!((offset + 3.1).abs() < 0.5, "{offset}");
}

#[test]
fn at_the_failed_light_the_vehicle_waits_at_its_line() {
    let mut stood_at = None;
    run(&load("failed_light"), Box::new(Nobody), |frame| {
        if frame.ego.speed < 0.05 && frame.time > 5.0 {
            stood_at = Some((frame.time, frame.ego.s));
        }
    });
    let (_, s) = stood_at.expect("it stopped");
    // The arm is 260 m long; the front bumper is 2.15 m ahead of the centre of gravity.
    assert!((248.0..258.0).contains(&s), "{s}");
}

#[test]
fn a_planned_takeover_comes_as_long_before_its_place_as_it_says() {
    let (_, account) = alone("planned_exit");
    let raised = account.events.iter().find_map(|e| match &e.event {
        Event::RequestRaised {
            reason: Reason::Planned,
            estimate_s,
            inputs: Some(inputs),
            ..
        } => Some((*estimate_s, inputs.s, inputs.speed)),
        _ => None,
    });
    let (estimate, s, speed) = raised.expect("it asks");
    let left = (1400.0 - s) / speed;
    assert!((14.0..=15.0).contains(&left), "{left}");
    assert!((estimate.expect("an estimate") - left).abs() < 0.1);
}

#[test]
fn a_lost_link_stops_the_vehicle_in_its_lane_and_gives_nothing_back() {
    let script = Script::load(&project("scenarios/operators/lost_link.ron"));
    let operator = Box::new(Scripted::new(script.expect("sound")));
    let (mut widest, mut moved): (f64, bool) = (0.0, false);
    let (_, account) = run(&load("lost_link"), operator, |frame| {
        // From the loss to the second takeover.
        if (18.3..27.5).contains(&frame.time) {
            widest = widest.max(frame.ego.offset.abs());
            moved |= frame.time > 27.0 && frame.ego.speed > 0.1;
        }
    });
    let time = |wanted: fn(&Event) -> bool| {
        let found = account.events.iter().find(|e| wanted(&e.event));
        found.expect("it happened").time
    };
    let lost = time(|e| matches!(e, Event::LinkLost));
    let manoeuvre = time(|e| matches!(e, Event::MinimalRiskStarted { .. }));
    assert!(
        (manoeuvre - lost - 0.5).abs() < 0.011,
        "{manoeuvre} after {lost}"
    );
    let back = time(|e| matches!(e, Event::LinkBack));
    let standstill = time(|e| matches!(e, Event::Standstill));
    assert!(back < standstill, "being back stops no manoeuvre");
    assert!(
        widest < 1.0 && !moved,
        "{widest} m beside the lane's centre"
    );
}
