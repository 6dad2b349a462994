//! Whole runs in the library: what happens, and when.

use crate::common::project;
use std::sync::Arc;
use takeover::frame::{End, Frame};
use takeover::operator::script::{Script, Scripted};
use takeover::operator::{Nobody, Operator};
use takeover::scenario::Scenario;
use takeover::session::Session;
use takeover::session::tally::Account;
use takeover::sim::Simulation;
use takeover::takeover::event::{Authority, Event, MinimalRiskCause};
use takeover::takeover::reason::Reason;
use takeover::takeover::timeline::Outcome;

pub fn fog_bank() -> Arc<Scenario> {
    Arc::new(Scenario::load(&project("scenarios/fog_bank.ron")).unwrap_or_else(|e| panic!("{e}")))
}

/// The fog bank with one text replaced by another.
fn changed(from: &str, to: &str) -> Arc<Scenario> {
    let text = fog_bank().text.clone();
    assert!(text.contains(from), "the scenario no longer has `{from}`");
    let scenario = Scenario::parse(&text.replacen(from, to, 1));
    Arc::new(scenario.unwrap_or_else(|e| panic!("{e:?}")))
}

pub fn script(text: &str) -> Box<dyn Operator> {
    Box::new(Scripted::new(Script::parse(text).expect("a sound script")))
}

/// Runs to the end; `watch` sees every frame.
pub fn run(
    scenario: &Arc<Scenario>,
    operator: Box<dyn Operator>,
    mut watch: impl FnMut(&Frame),
) -> (End, Account) {
    let mut session = Session::new(
        scenario,
        Simulation::new(scenario.clone(), 1),
        operator,
        None,
    );
    loop {
        let frame = session.tick(0.0);
        watch(frame);
        if let Some(end) = frame.ended {
            return (end, session.finish().0);
        }
    }
}

fn time_of(account: &Account, wanted: impl Fn(&Event) -> bool) -> Option<f64> {
    account
        .events
        .iter()
        .find(|e| wanted(&e.event))
        .map(|e| e.time)
}

/// Who drove, one after the other, in the first 12 s.
fn first_authorities(operator: Box<dyn Operator>) -> (Vec<Authority>, Account) {
    let mut authorities = Vec::new();
    let (_, account) = run(&fog_bank(), operator, |frame| {
        if frame.time < 12.0 && authorities.last() != Some(&frame.authority) {
            authorities.push(frame.authority);
        }
    });
    (authorities, account)
}

#[test]
fn the_autopilot_keeps_its_lane_in_the_bend_and_its_distance() {
    let mut worst: f64 = 0.0;
    let mut closest = f32::INFINITY;
    run(&fog_bank(), Box::new(Nobody), |frame| {
        if frame.time < 50.0 {
            worst = worst.max(frame.ego.offset.abs());
            let apart = frame.bodies[1].position - frame.bodies[0].position;
            closest = closest.min(apart.length());
        }
    });
    assert!(worst < 0.25, "{worst} m off the lane's centre");
    // Time gap of UN R157 at 23 m/s: 1.6 s = 37 m, and the two half lengths.
    assert!(closest > 43.0, "{closest} m between the middles");
}

#[test]
fn with_nobody_there_it_asks_escalates_and_stops_by_itself() {
    let mut hardest: f64 = 0.0;
    let mut lights = true;
    let (end, account) = run(&fog_bank(), Box::new(Nobody), |frame| {
        if frame.authority == Authority::MinimalRisk {
            hardest = hardest.min(frame.ego.acceleration);
            lights &= frame.bodies[0].hazard_lights;
        }
    });
    assert_eq!(end, End::MinimalRiskStandstill);
    let raised = time_of(&account, |e| matches!(e, Event::RequestRaised { .. })).expect("asked");
    let escalated =
        time_of(&account, |e| matches!(e, Event::RequestEscalated { .. })).expect("escalated");
    let stopping =
        time_of(&account, |e| matches!(e, Event::MinimalRiskStarted { .. })).expect("stopping");
    assert!((45.0..60.0).contains(&raised), "{raised}");
    assert!((escalated - raised - 4.0).abs() < 1e-6);
    assert!((stopping - raised - 10.0).abs() < 1e-6);
    assert!(hardest > -4.0, "UN R157 allows 4 m/s2, got {hardest}");
    assert!(lights, "hazard lights from the start");
    assert_eq!(account.takeovers.len(), 1);
    assert_eq!(account.takeovers[0].outcome, Outcome::MinimalRisk);
    assert!(account.collisions.is_empty());
}

#[test]
fn a_scripted_takeover_is_timed_to_the_tick() {
    let operator =
        script("(inputs: [(after_request: 1.505, brake: 0.05), (after_request: 1.7, brake: 0.3)])");
    let (_, account) = run(&fog_bank(), operator, |_| {});
    let t = &account.takeovers[0];
    let shown = t.shown_s.expect("shown");
    assert!(
        (shown - t.raised_s.expect("raised") - 0.01).abs() < 1e-9,
        "one tick to leave the vehicle"
    );
    assert!((t.first_input_s.expect("input") - shown - 1.505).abs() < 1e-6);
    assert!((t.threshold_s.expect("threshold") - shown - 1.7).abs() < 1e-6);
    let to_force = t.in_force_s.expect("in force") - t.threshold_s.expect("threshold");
    assert!((0.0..=0.02 + 1e-9).contains(&to_force), "{to_force}");
    assert_eq!(t.outcome, Outcome::TakenOver);
}

#[test]
fn the_link_delays_what_is_shown_and_what_takes_force() {
    let scenario = changed(
        "    traffic: [",
        "    link: (down_ms: 120.0, up_ms: 80.0),\n    traffic: [",
    );
    let (_, account) = run(
        &scenario,
        script("(inputs: [(after_request: 1.0, take_over: true)])"),
        |_| {},
    );
    let t = &account.takeovers[0];
    let shown = t.shown_s.expect("shown");
    assert!((shown - t.raised_s.expect("raised") - 0.13).abs() < 1e-9);
    let to_force = t.in_force_s.expect("in force") - t.threshold_s.expect("threshold");
    assert!((to_force - 0.08).abs() < 0.0101, "{to_force}");
}

#[test]
fn steering_moves_the_vehicle_sideways_by_forces() {
    let operator = script(
        "(inputs: [(at: 2.0, take_over: true), (at: 3.0, wheel_deg: 8.0), (at: 4.0, wheel_deg: 0.0)])",
    );
    let (mut before, mut after, mut fastest) = (0.0, 0.0, 0.0_f64);
    let mut last = None;
    run(&fog_bank(), operator, |frame| {
        let body = &frame.bodies[0];
        if (frame.time - 3.0).abs() < 1e-9 {
            before = body.position.y;
        }
        if (frame.time - 4.0).abs() < 1e-9 {
            after = body.position.y;
        }
        if let Some(last) = last
            && frame.time < 5.0
        {
            let step: glam::Vec3 = body.position - last;
            fastest = fastest.max(f64::from(step.length()));
        }
        last = Some(body.position);
    });
    assert!(
        after - before > 0.3,
        "moved {} m to the left",
        after - before
    );
    assert!(
        fastest < 0.30,
        "no step is longer than speed x 10 ms: {fastest} m"
    );
}

#[test]
fn running_into_the_lorry_is_a_collision_with_a_contact() {
    // Full accelerator towards the lorry, far below the speed of 100 km/h.
    let operator = script("(inputs: [(at: 1.0, take_over: true, accelerator: 1.0)])");
    let mut lorry_speeds = Vec::new();
    let (end, account) = run(&fog_bank(), operator, |frame| {
        lorry_speeds.push(frame.bodies[1].velocity.length());
    });
    assert_eq!(end, End::Collision);
    let crash = &account.collisions[0];
    assert_eq!(crash.with, "lorry");
    assert!(crash.closing_speed > 2.0, "{crash:?}");
    assert!(
        crash.delta_v > 0.5 && crash.delta_v < 2.0 * crash.closing_speed,
        "{crash:?}"
    );
    let fastest = lorry_speeds.iter().copied().fold(0.0, f32::max);
    assert!(fastest > 23.2, "the lorry was pushed: {fastest} m/s");
}

#[test]
fn an_operator_who_is_lost_while_driving_leads_to_minimal_risk() {
    let operator = script("(inputs: [(at: 5.0, take_over: true), (at: 8.0, present: false)])");
    let (end, account) = run(&fog_bank(), operator, |_| {});
    assert_eq!(end, End::MinimalRiskStandstill);
    let lost = time_of(&account, |e| *e == Event::OperatorLost).expect("noticed");
    let stopping = time_of(&account, |e| {
        matches!(
            e,
            Event::MinimalRiskStarted {
                cause: MinimalRiskCause::OperatorLost,
                ..
            }
        )
    });
    assert!((lost - 8.0).abs() < 0.011);
    assert!((stopping.expect("stops") - lost - 0.5).abs() < 0.011);
}

#[test]
fn control_is_handed_back_when_the_vehicle_agrees() {
    let operator = script(
        "(inputs: [(at: 5.0, take_over: true), (at: 5.2, take_over: false), (at: 8.0, hand_back: true)])",
    );
    let (authorities, _) = first_authorities(operator);
    assert_eq!(
        authorities,
        [
            Authority::Automation,
            Authority::Operator,
            Authority::Automation
        ]
    );
}

#[test]
fn a_tap_within_one_tick_takes_over_and_hands_back() {
    let operator = script(
        "(inputs: [(at: 5.001, take_over: true), (at: 5.002, take_over: false), \
         (at: 8.001, hand_back: true), (at: 8.002, hand_back: false)])",
    );
    let (authorities, account) = first_authorities(operator);
    assert_eq!(
        authorities,
        [
            Authority::Automation,
            Authority::Operator,
            Authority::Automation
        ]
    );
    let t = &account.takeovers[0];
    assert_eq!((t.first_input_s, t.threshold_s), (Some(5.001), Some(5.001)));
}

#[test]
fn leaving_the_road_is_seen_and_ends_the_run() {
    let operator = script("(inputs: [(at: 2.0, take_over: true, wheel_deg: -20.0)])");
    let (end, account) = run(&fog_bank(), operator, |_| {});
    assert_eq!(end, End::LeftRoad);
    let left = time_of(&account, |e| matches!(e, Event::LeftRoad { .. })).expect("seen");
    assert!((3.0..10.0).contains(&left), "{left}");
}

#[test]
fn after_a_crash_nobody_is_asked() {
    let operator = script("(inputs: [(at: 1.0, take_over: true, accelerator: 1.0)])");
    let (_, account) = run(&fog_bank(), operator, |_| {});
    let crash = account.collisions[0].time_s;
    let asked =
        |e: &&takeover::takeover::event::TimedEvent| matches!(e.event, Event::RequestRaised { .. });
    assert!(account.events.iter().filter(asked).all(|e| e.time < crash));
}

#[test]
fn a_request_says_why_how_long_and_by_what_it_was_decided() {
    let first = |policy: &str| {
        let scenario = changed(
            "    traffic: [",
            &format!("    policy: {policy},\n    traffic: ["),
        );
        let (_, account) = run(&scenario, Box::new(Nobody), |_| {});
        let raised = account
            .events
            .into_iter()
            .find(|e| matches!(e.event, Event::RequestRaised { .. }));
        let raised = raised.unwrap_or_else(|| panic!("{policy}: nobody was asked"));
        // As it is written, and read again.
        let text = serde_json::to_string(&raised).expect("json");
        let again: takeover::takeover::event::TimedEvent =
            serde_json::from_str(&text).expect("readable");
        assert_eq!(again, raised);
        let Event::RequestRaised {
            reason,
            estimate_s,
            inputs,
            ..
        } = raised.event
        else {
            panic!("{raised:?}");
        };
        let inputs = *inputs.expect("recorded");
        assert_eq!(inputs.time, raised.time);
        (reason, estimate_s, inputs)
    };
    let (reason, estimate, inputs) = first("Planned(s: 600.0, before: 12.0)");
    assert_eq!(reason, Reason::Planned);
    let left = (600.0 - inputs.s) / inputs.speed;
    assert!((estimate.expect("an estimate") - left).abs() < 1e-9);
    assert!((11.9..=12.0).contains(&left), "{left}");

    let (reason, estimate, inputs) = first("Domain(min_visible_range: 100.0)");
    assert_eq!((reason, estimate), (Reason::Weather, None));
    assert!(inputs.visible_range < 100.0, "{inputs:?}");

    let (_, none, at_limit) = first("Threshold()");
    assert_eq!(none, None);
    let (_, estimate, early) = first("TimeToLimit(map_end: false)");
    assert!(
        early.time < at_limit.time,
        "{} and {}",
        early.time,
        at_limit.time
    );
    assert!(estimate.expect("an estimate") <= 8.0);
}

#[test]
fn without_any_sensor_the_request_is_about_that_and_at_once() {
    use takeover::perception::{Fault, FaultKind, Target};
    let mut scenario = (*fog_bank()).clone();
    scenario.faults = [Target::Camera, Target::Lidar, Target::Radar]
        .map(|sensor| Fault {
            at: 5.0,
            until: None,
            what: FaultKind::Failure { sensor },
        })
        .into();
    let (_, account) = run(&Arc::new(scenario), Box::new(Nobody), |_| {});
    let raised = time_of(&account, |e| {
        matches!(e, Event::RequestRaised { reason: Reason::SensorFailure, estimate_s, .. }
            if *estimate_s == Some(0.0))
    });
    // The dwell is 0.2 s, a report comes every 50 ms.
    assert!((5.2..5.3).contains(&raised.expect("asked")), "{raised:?}");
}

#[test]
fn a_deadline_by_budget_stops_before_the_place() {
    for (speed, place, before) in [
        (20.0, 700.0, 10.0),
        (20.0, 1200.0, 30.0),
        (15.0, 400.0, 12.0),
    ] {
        let text = format!(
            "(title: \"t\", duration: 120.0, policy: Planned(s: {place}, before: {before}), \
             authority: (deadline_by_budget: true), \
             road: (lanes: 2, shoulder_width: 2.5, speed_limit: 30.0, line: [Straight(length: 3000.0)]), \
             ego: (lane: -2, s: 30.0, speed: {speed}))"
        );
        let scenario = Arc::new(Scenario::parse(&text).expect("sound"));
        let mut last = 0.0;
        let (end, _) = run(&scenario, Box::new(Nobody), |frame| last = frame.ego.s);
        assert_eq!(end, End::MinimalRiskStandstill);
        assert!(
            (place - 25.0..=place).contains(&last),
            "{last} m for {place}"
        );
    }
}

#[test]
fn rejecting_one_reason_hides_no_other() {
    let text = "(title: \"t\", duration: 30.0, \
        confidence: (script: [(at: 5.0, overall: 1.0, lanes: 1.0), (at: 5.1, overall: 0.4, lanes: 0.4), \
            (at: 16.0, overall: 0.4, lanes: 0.4), (at: 16.1, overall: 1.0, lanes: 1.0)]), \
        authority: (rejection: Accepted(quiet: 20.0)), \
        policy: [Threshold(), Planned(s: 400.0, before: 5.0)], \
        road: (lanes: 2, shoulder_width: 2.5, speed_limit: 20.0, line: [Straight(length: 3000.0)]), \
        ego: (lane: -2, s: 30.0, speed: 20.0))";
    let scenario = Arc::new(Scenario::parse(text).expect("sound"));
    let inputs =
        "(inputs: [(after_request: 1.0, no_need: true), (after_request: 1.2, no_need: false)])";
    let (_, account) = run(&scenario, script(inputs), |_| {});
    let asked: Vec<Reason> = account
        .events
        .iter()
        .filter_map(|e| match e.event {
            Event::RequestRaised { reason, .. } => Some(reason),
            _ => None,
        })
        .collect();
    // Lanes are rejected; the place is asked about all the same, and nothing that is not in doubt.
    assert_eq!(
        asked,
        [Reason::Lanes, Reason::Planned],
        "{:?}",
        account.events
    );
}

#[test]
fn a_pad_in_a_script_needs_a_pads_dwell_and_controls_held_from_the_start_are_no_input() {
    let scenario = fog_bank();
    let taken = |device: &str| {
        let text =
            format!("(inputs: [(at: 0.0, brake: 0.5, device: {device}), (at: 10.0, brake: 0.65)])");
        let (_, account) = run(&scenario, script(&text), |_| {});
        account.takeovers[0].clone()
    };
    let (program, pad) = (taken("program"), taken("gamepad"));
    assert_eq!(program.first_input_s, Some(10.0));
    assert_eq!(program.in_force_s, Some(10.0));
    assert_eq!(pad.threshold_s, Some(10.0));
    assert_eq!(pad.in_force_s, Some(10.05));
}
