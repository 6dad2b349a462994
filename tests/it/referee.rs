//! The referee: what it sees of whole runs, and what it says of requests.

use crate::common::{output, project, takeover};
use std::sync::Arc;
use takeover::command::Command;
use takeover::operator::script::{Script, Scripted};
use takeover::operator::{Nobody, Operator};
use takeover::record::{Entry, Log, grain};
use takeover::referee::Side;
use takeover::referee::verdict::Effect;
use takeover::road_user::RoadUser;
use takeover::scenario::Scenario;
use takeover::session::limit::{Limit, LimitKind, LimitWatch};
use takeover::session::tally::Account;
use takeover::session::{Session, Stop, fork};
use takeover::sim::Simulation;
use takeover::takeover::event::{Authority, Event, TimedEvent};
use takeover::vehicle::profile;

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
            let asked = |e: &TimedEvent| {
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

fn script(name: &str) -> Box<dyn Operator> {
    let path = project(&format!("scenarios/operators/{name}.ron"));
    Box::new(Scripted::new(
        Script::load(&path).unwrap_or_else(|e| panic!("{e}")),
    ))
}

/// A run to its end, judged.
fn judged(name: &str, operator: Box<dyn Operator>) -> Account {
    let scenario = load(name);
    let sim = Simulation::new(scenario.clone(), 1);
    let mut session = Session::new(&scenario, sim, operator, None);
    while session.tick(0.0).ended.is_none() {}
    session.judge(&Stop::default()).expect("repeatable");
    session.finish().0
}

#[test]
fn a_crash_has_a_kind_and_the_velocities_that_momentum_gives() {
    let account = judged("silent_failure", Box::new(Nobody));
    assert_eq!(account.collisions.len(), 1, "touching again is no new one");
    let crash = &account.collisions[0];
    assert_eq!(crash.kind, Some(RoadUser::Truck));
    // Masses of the profiles, the lorry at rest. Restitution is at most 0.1 (the bodies' setting), and
    // the tyres take a little from the lorry while it is pushed.
    let mass = |name: &str| f64::from(profile(name).expect("a profile").mass);
    let (m, lorry) = (mass("saloon"), mass("truck"));
    let ours = 1.05 * crash.closing_speed * lorry / (m + lorry);
    let theirs = ours * m / lorry;
    assert!((crash.delta_v - ours).abs() < 0.1 * ours, "{crash:?}");
    let other = crash.other_delta_v.expect("a road user has one");
    assert!(
        (other - theirs).abs() < 0.15 * theirs,
        "{crash:?}, {theirs}"
    );
    // The near miss before it was none.
    assert_eq!(account.dangers.near_misses, []);
    let least = account.dangers.least_ttc.expect("it closed in");
    assert!(least.value < 0.05 && (least.time_s - crash.time_s).abs() < 0.05);
    assert_eq!(least.with.as_deref(), Some("stopped lorry"));
}

#[test]
fn the_cut_in_has_the_pet_of_its_positions_and_is_no_near_miss() {
    // By hand: the ego's front reaches the place that the cutter's rear has just left. From the
    // bodies of the frame: when their outlines first overlap across the lane, the gap between the
    // bumpers over the ego's speed.
    let mut joined = None;
    let mut entered = None;
    let mut least: Option<(f64, f64)> = None;
    let mut sim = Simulation::new(load("cut_in"), 1);
    while sim.frame().ended.is_none() {
        let frame = sim.step(Command::default());
        let (ego, cutter) = (frame.bodies[0], frame.bodies[1]);
        // The road is straight there: x along it, y across.
        let across =
            (cutter.position.y - ego.position.y).abs() - (ego.size.y + cutter.size.y) / 2.0;
        let middle = ego.position.x + ego.to_middle.x;
        let gap = cutter.position.x - middle - (ego.size.x + cutter.size.x) / 2.0;
        if frame.time > 14.0 && across < 0.0 && gap > 0.0 {
            joined.get_or_insert((frame.time, f64::from(gap) / frame.ego.speed));
            let ttc = gap / (ego.velocity.x - cutter.velocity.x);
            if ttc > 0.0 && least.is_none_or(|(by_hand, _)| f64::from(ttc) < by_hand) {
                least = Some((f64::from(ttc), frame.judged.ttc.unwrap_or(f64::INFINITY)));
            }
        }
        if let Some(pet) = frame.judged.pet {
            assert_eq!(frame.judged.pet_with, Some(1));
            entered.get_or_insert((frame.time, pet));
        }
        let near = |e: &TimedEvent| matches!(e.event, Event::NearMiss { .. });
        assert!(!frame.events.iter().any(near), "{:?}", frame.events);
    }
    let (at, time_gap) = joined.expect("it came over");
    let (entered_at, pet) = entered.expect("a time");
    // The ego gets to where the cutter came over after just that time.
    assert!(
        (entered_at - at - time_gap).abs() < 0.15,
        "{entered_at}, {at}"
    );
    assert!((pet - time_gap).abs() < 0.1, "{pet}, not {time_gap}");
    // Gap over closing speed, at its least: over the 1.5 s of a near miss.
    let (by_hand, ttc) = least.expect("it closed in");
    assert!(
        (ttc - by_hand).abs() < 0.02 * by_hand,
        "{ttc}, not {by_hand}"
    );
    assert!(by_hand > 1.5, "{by_hand}");
}

#[test]
fn quiet_runs_have_no_near_miss_and_no_lane_departure() {
    for name in [
        "broken_down",
        "cut_in",
        "dirty_camera",
        "failed_light",
        "fog_bank",
        "ghost_object",
        "heavy_rain",
        "lane_closure",
        "lost_markings",
        "low_sun",
        "narrow_street",
    ] {
        let mut sim = Simulation::new(load(name), 1);
        while sim.frame().ended.is_none() {
            let frame = sim.step(Command::default());
            for e in &frame.events {
                assert!(
                    !matches!(
                        e.event,
                        Event::NearMiss { .. } | Event::LaneDeparture { .. }
                    ),
                    "{name}: {e:?}"
                );
            }
        }
    }
}

#[test]
fn drifting_onto_the_shoulder_is_a_lane_departure_and_coming_back_ends_it() {
    let text = load("fog_bank").text.clone();
    let scenario = Arc::new(Scenario::parse(&text).expect("sound"));
    let inputs = "(inputs: [(at: 2.0, take_over: true, wheel_deg: -4.0), (at: 4.0, wheel_deg: 8.0), \
        (at: 6.0, wheel_deg: 0.0)])";
    let operator = Box::new(Scripted::new(Script::parse(inputs).expect("sound")));
    let mut session = Session::new(
        &scenario,
        Simulation::new(scenario.clone(), 1),
        operator,
        None,
    );
    // In lane -2 of 2, as the ego starts; the right edge by the frame's own offset.
    let (mut began, mut most): (Option<f64>, f64) = (None, 0.0);
    let half = f64::from(scenario.ego.track) / 2.0 + 0.1;
    for _ in 0..1500 {
        let frame = session.tick(0.0);
        let over = -frame.ego.offset + half - 1.875;
        if over > 0.06 && began.is_none() {
            began = Some(frame.time);
        }
        if frame.ego.offset < 0.0 {
            most = most.max(over);
        }
    }
    let account = session.finish().0;
    let found = &account.dangers.lane_departures;
    let first = found.first().unwrap_or_else(|| panic!("{account:#?}"));
    assert_eq!(first.side, Side::Right);
    assert!(
        (first.time_s - began.expect("it went over")).abs() < 0.3,
        "{found:?}"
    );
    let excursion = first.excursion_m.expect("it came back");
    assert!((excursion - most).abs() < 0.3, "{excursion}, {most}");
}

#[test]
fn needless_and_needed_requests_are_told_apart_by_a_run_without_them() {
    let verdict = |name: &str| {
        let account = judged(name, Box::new(Nobody));
        assert_eq!(account.verdicts.len(), 1, "{name}");
        account.verdicts[0].clone()
    };
    let ghost = verdict("ghost_object");
    assert!(!ghost.needed && ghost.in_time.is_none(), "{ghost:?}");
    assert!((ghost.followed_s - 20.0).abs() < 0.02, "{ghost:?}");
    assert_eq!(ghost.effect, Effect::None);

    let stuck = verdict("broken_down");
    assert!(stuck.needed && stuck.in_time == Some(true), "{stuck:?}");
    let limit = stuck.limit.as_ref().expect("a limit");
    assert_eq!(limit.kind, LimitKind::Blocked);
    let budget = stuck.budget_s.expect("a budget");
    assert!((limit.time - stuck.time_s - budget).abs() < 1e-9);
    // 8 s by hand: 168 m to go at 21 m/s, and comfortable braking.
    assert!((7.0..10.0).contains(&budget), "{budget}");
    assert!(!stuck.answered);

    // The request came after the emergency braking had begun.
    let late = verdict("cut_out");
    assert_eq!((late.needed, late.in_time), (true, Some(false)), "{late:?}");
}

#[test]
fn a_person_who_prevents_a_crash_is_credited_with_it() {
    let account = judged("silent_failure", script("silent_failure"));
    let verdict = &account.verdicts[0];
    assert_eq!((verdict.request, verdict.answered), (None, true));
    assert!(verdict.needed, "{verdict:?}");
    let gravest = verdict.gravest.as_ref().expect("a crash");
    assert_eq!(gravest.kind, LimitKind::Collision);
    assert_eq!(gravest.with.as_deref(), Some("stopped lorry"));
    // The same crash as with nobody at the desk, to the tick.
    let alone = judged("silent_failure", Box::new(Nobody));
    assert!((gravest.time - alone.collisions[0].time_s).abs() < 1e-9);
    assert!(
        matches!(verdict.effect, Effect::Prevented | Effect::Eased),
        "{verdict:?}"
    );
}

#[test]
fn a_log_is_judged_as_the_run_was_and_a_changed_one_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("run.mcap");
    let (out, err, code) = output(
        takeover()
            .args(["run", "scenarios/broken_down.ron", "--headless", "--json"])
            .args(["--operator", "script:scenarios/operators/broken_down.ron"])
            .arg("--log")
            .arg(&log),
    );
    assert_eq!(code, 0, "{err}");
    let run: serde_json::Value = serde_json::from_str(&out).expect("json");
    assert!(!run["verdicts"].as_array().expect("a list").is_empty());
    for verb in ["judge", "inspect"] {
        let (out, err, code) = output(takeover().arg(verb).arg(&log).arg("--json"));
        assert_eq!(code, 0, "{err}");
        let again: serde_json::Value = serde_json::from_str(&out).expect("json");
        assert_eq!(again["verdicts"], run["verdicts"], "{verb}");
        if verb == "inspect" {
            assert_eq!(again["dangers"], run["dangers"]);
            assert_eq!(again["collisions"], run["collisions"]);
        }
    }
    // Another world in the same log: the hash tells.
    let read = Log::read(&log).expect("readable");
    let other = read.scenario.replacen("speed: 21.0", "speed: 21.1", 1);
    assert_ne!(other, read.scenario);
    let other = Arc::new(Scenario::parse(&other).expect("sound"));
    let found = fork::replay(&read, &other);
    assert!(
        matches!(found, Err(fork::NoVerdict::Differs { tick: 1, .. })),
        "{found:?}"
    );
}

#[test]
fn a_tick_s_truth_is_in_the_record() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("run.mcap");
    let (_, err, code) = output(
        takeover()
            .args([
                "run",
                "scenarios/cut_in.ron",
                "--headless",
                "--operator",
                "none",
            ])
            .arg("--log")
            .arg(&path),
    );
    assert_eq!(code, 0, "{err}");
    let log = Log::read(&path).expect("readable");
    let mut sim = Simulation::new(load("cut_in"), 1);
    let mut measured = 0;
    for entry in &log.entries {
        let Entry::State(state) = entry else { continue };
        let judged = sim.step(Command::default()).judged;
        let time = |exact: f64| grain::rounded(exact, grain::TIME);
        let length = |exact: f64| grain::rounded(exact, grain::LENGTH);
        assert_eq!(
            (state.ttc, state.ttc_with),
            (judged.ttc.map(time), judged.ttc_with)
        );
        assert_eq!(
            (state.gap, state.gap_with),
            (judged.gap.map(length), judged.gap_with)
        );
        assert_eq!(
            (state.pet, state.pet_with),
            (judged.pet.map(time), judged.pet_with)
        );
        measured += usize::from(judged.ttc.is_some());
    }
    assert!(measured > 100, "{measured}");
}

#[test]
fn what_is_met_before_a_takeover_is_not_counted_after_it() {
    // A lane departure and a near miss of the past must not come back in the fork.
    let text = "(title: \"t\", duration: 25.0, policy: Silent, \
        road: (lanes: 2, shoulder_width: 2.5, speed_limit: 30.0, line: [Straight(length: 3000.0)]), \
        ego: (lane: -2, s: 30.0, speed: 20.0), \
        faults: [(at: 0.0, until: 8.0, what: LaneShift(by: 1.2))])";
    let scenario = Arc::new(Scenario::parse(text).expect("sound"));
    let script = Script::parse("(inputs: [(at: 20.0, take_over: true)])").expect("sound");
    let sim = Simulation::new(scenario.clone(), 1);
    let operator = Box::new(Scripted::new(script));
    let mut session = Session::new(&scenario, sim, operator, None);
    let mut departed = false;
    while session.ended().is_none() {
        let frame = session.tick(0.0);
        departed |= frame
            .events
            .iter()
            .any(|e| matches!(e.event, Event::LaneDeparture { .. }));
    }
    session.judge(&Stop::default()).expect("repeatable");
    let account = session.finish().0;
    assert!(departed, "the shift leads out of the lane");
    assert_eq!(account.verdicts.len(), 1);
    assert_eq!(account.verdicts[0].limit, None, "{:?}", account.verdicts);
}
