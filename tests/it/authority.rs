//! Who drives, in the real simulation: random lives, vanished operators, lost links, hand-overs.

use crate::driving::{fog_bank, run, script};
use proptest::prelude::*;
use std::sync::Arc;
use takeover::command::{Arrived, Command, DeviceKind};
use takeover::frame::{End, Frame};
use takeover::operator::Nobody;
use takeover::scenario::Scenario;
use takeover::sim::Simulation;
use takeover::takeover::authority::TRANSITIONS;
use takeover::takeover::event::{Authority, Event, MinimalRiskCause, Mode, Outcome, Unshared};
use takeover::takeover::source::Source;

/// Steering wheel, degrees/s, and pedals, 1/s: the defaults of the hand-over, and a rounding.
const WHEEL_RATE: f64 = 120.0 + 0.5;
const DT: f64 = 0.01;

/// A motorway with a bend from 300 m to 800 m, and whatever else is said.
fn motorway(more: &str) -> Arc<Scenario> {
    let text = format!(
        "(title: \"t\", duration: 60.0, \
        road: (lanes: 2, shoulder_width: 2.5, speed_limit: 25.0, line: [Straight(length: 300.0), \
            Curve(radius: 400.0, length: 500.0), Straight(length: 1500.0)]), \
        ego: (lane: -2, s: 20.0, speed: 25.0), {more})"
    );
    Arc::new(Scenario::parse(&text).unwrap_or_else(|e| panic!("{e:?}")))
}

/// Without a camera there are no lane markings: a request.
const CAMERA_FAILS: &str = "faults: [(at: 8.0, what: Failure(sensor: Camera))]";

fn present() -> Command {
    Command {
        present: true,
        ..Default::default()
    }
}

/// A tick from `before` to `after` goes along the table, in at most two steps (a severe failure
/// asks and stops at once).
fn by_the_table(before: Authority, after: Authority) -> bool {
    let way = |from, to| TRANSITIONS.iter().any(|t| (t.0, t.1) == (from, to));
    before == after
        || way(before, after)
        || Authority::ALL
            .iter()
            .any(|x| way(before, *x) && way(*x, after))
}

/// Follows the requests of a run: each has one outcome.
#[derive(Default)]
struct Requests {
    raised: u32,
    open: Option<u32>,
}

impl Requests {
    fn look(&mut self, frame: &Frame) {
        for event in &frame.events {
            match event.event {
                Event::RequestRaised { request, .. } => {
                    assert_eq!((self.open, request), (None, self.raised + 1));
                    self.raised = request;
                    self.open = Some(request);
                }
                Event::RequestEnded { request, .. } => assert_eq!(self.open.take(), Some(request)),
                _ => {}
            }
        }
        let pending = frame.authority == Authority::RequestPending;
        // The last frame's request has just ended with the run.
        assert!(self.open.is_some() == pending || frame.ended.is_some());
    }
}

/// What an operator does for a while.
fn any_doing() -> impl Strategy<Value = (Command, f64, u32)> {
    let rare = |n: u32| (0..n).prop_map(|i| i == 0);
    let buttons = (rare(6), rare(6), rare(6), rare(5), rare(6));
    let axes = (-30.0..30.0f32, 0.0..1.0f32, 0.0..1.0f32, 0..3u32);
    (buttons, axes, 0..4usize, 2..150u32).prop_map(|(buttons, axes, device, ticks)| {
        let (take_over, hand_back, no_need, absent, unlinked) = buttons;
        let (wheel, accelerator, brake, which) = axes;
        let command = Command {
            wheel: if which == 0 { wheel.to_radians() } else { 0.0 },
            accelerator: if which == 1 { accelerator } else { 0.0 },
            brake: if which == 2 && brake > 0.5 {
                brake - 0.5
            } else {
                0.0
            },
            take_over,
            hand_back,
            no_need,
            device: DeviceKind::ALL[device],
            present: !absent,
        };
        (command, if unlinked { 1.0 } else { 0.0 }, ticks)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever is done at the controls: one authority and one source at every tick, no way but
    /// those of the table, one outcome for each request, nobody in command who is not there, and
    /// no jolt when the controls go over to the operator.
    #[test]
    fn random_lives_in_the_simulation_keep_the_rules(
        seed in 1..5u64,
        shared in any::<bool>(),
        accepted in any::<bool>(),
        doings in prop::collection::vec(any_doing(), 10..60),
    ) {
        let control = if shared { "control: Shared(), " } else { "" };
        let rejection = if accepted { "Accepted(quiet: 5.0)" } else { "Noted" };
        let scenario = motorway(&format!(
            "{control} authority: (rejection: {rejection}), {CAMERA_FAILS}"
        ));
        let timeout = scenario.authority.operator_timeout;
        let mut sim = Simulation::new(scenario.clone(), seed);
        let mut requests = Requests::default();
        let (mut before, mut source) = (Authority::Automation, Source::Automation);
        let (mut wheel, mut brake) = (0.0, 0.0);
        // Ticks without an operator; ticks since the operator's controls began to take over, until
        // they have.
        let (mut absent, mut taking) = (0u32, None);
        'life: for (command, age, ticks) in doings {
            for _ in 0..ticks {
                let frame = sim.step_with(Arrived { command, age, glass: 0.0 });
                prop_assert!(by_the_table(before, frame.authority), "{before:?} {:?}", frame.authority);
                requests.look(frame);
                let reached = command.present && age == 0.0;
                absent = if reached { 0 } else { absent + 1 };
                let in_command = frame.authority.is_in_command();
                prop_assert!(!in_command || f64::from(absent) * DT <= timeout + 1.5 * DT);
                let expected = match frame.authority {
                    Authority::Operator | Authority::Shared if !reached => Source::Bridge,
                    Authority::Operator => Source::Operator,
                    Authority::Shared => Source::Shared { weight: 0.6 },
                    _ => Source::Automation,
                };
                prop_assert_eq!(frame.source, expected);
                if frame.source != source {
                    source = frame.source;
                    taking = (source == Source::Operator).then_some(0);
                }
                let turned = (frame.ego.wheel - wheel).abs().to_degrees();
                let apart = (frame.ego.wheel - f64::from(command.wheel)).abs();
                if let Some(since) = taking {
                    prop_assert!(turned <= WHEEL_RATE * DT || apart < 1e-4, "{turned} at once");
                    let met = apart < 1e-4 || f64::from(since + 1) * DT >= 1.0 - 1e-9;
                    taking = (!met).then_some(since + 1);
                }
                if source == Source::Operator {
                    // The brake wins: what is pressed harder is in force.
                    let pressed = f64::from(command.brake);
                    prop_assert!(frame.ego.brake >= pressed - 1e-6, "{} of {pressed}", frame.ego.brake);
                    prop_assert!(brake - frame.ego.brake <= 2.0 * DT + 1e-6 || taking.is_none() || frame.ego.brake <= pressed + 1e-6);
                }
                (before, wheel, brake) = (frame.authority, frame.ego.wheel, frame.ego.brake);
                if frame.ended.is_some() {
                    prop_assert_eq!(requests.open, None);
                    break 'life;
                }
            }
        }
    }

    /// An operator who drives, and then is gone for good, by whatever way: a minimal-risk manoeuvre
    /// within the timeout, at no more than 4 m/s2, without a jerk, to a standstill in the lane.
    #[test]
    fn who_vanishes_ends_in_minimal_risk_and_standstill(
        seed in 1..5u64,
        at in 200..2500u32,
        unlinked in any::<bool>(),
        wheel in -4.0..4.0f32,
        pedal in -0.3..0.5f32,
        shared in any::<bool>(),
    ) {
        let scenario = motorway(if shared { "control: Shared()" } else { "" });
        let mut sim = Simulation::new(scenario, seed);
        let (mut held, mut vanished, mut started) = (present(), false, None);
        let mut speeds: Vec<f64> = Vec::new();
        let mut off: f64 = 0.0;
        for tick in 0..6000 {
            let before = (sim.frame().ego.wheel, sim.frame().authority);
            if tick == at {
                // Takes hold of the wheel as it is, and turns it a little; presses a pedal.
                held = Command {
                    wheel: before.0 as f32 + wheel.to_radians(),
                    accelerator: pedal.max(0.0),
                    brake: (-pedal).max(0.0),
                    take_over: true,
                    ..present()
                };
            }
            vanished |= tick == at + 30;
            let arrived = Arrived {
                glass: 0.0,
                command: Command { present: !vanished || unlinked, ..held },
                age: if vanished && unlinked { 1.0 } else { 0.0 },
            };
            let frame = sim.step_with(arrived);
            if tick == at + 29 {
                prop_assert!(frame.authority.is_in_command());
            }
            if vanished && frame.authority.is_in_command() {
                prop_assert_eq!(frame.source, Source::Bridge);
                prop_assert!(tick <= at + 30 + 50);
            }
            for event in &frame.events {
                if let Event::MinimalRiskStarted { cause, .. } = event.event {
                    let expected = if unlinked { MinimalRiskCause::LinkLost } else { MinimalRiskCause::OperatorLost };
                    prop_assert_eq!(cause, expected);
                    started = Some(event.time);
                }
            }
            if let Some(started) = started {
                speeds.push(frame.ego.speed);
                off = off.max(frame.ego.offset.abs());
                prop_assert!(frame.bodies[0].hazard_lights);
                if frame.authority == Authority::Standstill {
                    prop_assert!(frame.time - started < 25.0 / 3.0 + 6.0);
                }
            }
            if let Some(end) = frame.ended {
                prop_assert_eq!(end, End::MinimalRiskStandstill);
                break;
            }
        }
        prop_assert!(started.is_some());
        prop_assert!(off < 1.2, "{} m off the lane's centre", off);
        let (hardest, jerk) = harshness(&speeds);
        prop_assert!(hardest <= 4.0, "{hardest} m/s2");
        prop_assert!(jerk <= JERK, "{jerk} m/s3");
    }
}

/// Over 0.5 s: largest deceleration and change of acceleration, m/s2 and m/s3, until it stands
/// (the stop itself is a jolt of the springs).
fn harshness(speeds: &[f64]) -> (f64, f64) {
    let moving: Vec<f64> = speeds.iter().copied().take_while(|v| *v > 1.0).collect();
    let mean: Vec<f64> = moving.windows(51).map(|w| (w[50] - w[0]) / 0.5).collect();
    let hardest = mean.iter().fold(0.0, |h: f64, a| h.max(-a));
    let jerk = mean
        .windows(51)
        .map(|w| (w[50] - w[0]).abs() / 0.5)
        .fold(0.0, f64::max);
    (hardest, jerk)
}

/// Change of acceleration of a minimal-risk manoeuvre over 0.5 s, m/s3: the automation's own 2.5,
/// and what pedals that are let go of within half a second add.
const JERK: f64 = 6.5;

#[test]
fn a_minimal_risk_manoeuvre_keeps_its_limits() {
    for (scenario, name) in [(fog_bank(), "fog"), (motorway(CAMERA_FAILS), "motorway")] {
        let mut speeds = Vec::new();
        let mut hardest_of_all: f64 = 0.0;
        let (end, account) = run(&scenario, Box::new(Nobody), |frame| {
            hardest_of_all = hardest_of_all.min(frame.ego.acceleration);
            if frame.authority == Authority::MinimalRisk {
                speeds.push(frame.ego.speed);
            }
        });
        assert_eq!(end, End::MinimalRiskStandstill, "{name}");
        let (hardest, jerk) = harshness(&speeds);
        assert!((2.5..=4.0).contains(&hardest), "{name}: {hardest} m/s2");
        assert!(jerk <= 3.0, "{name}: {jerk} m/s3");
        let most = scenario.autopilot.max_deceleration;
        assert!(hardest_of_all >= -most - 0.5, "{name}: {hardest_of_all}");
        let ends = |e: &&takeover::takeover::event::TimedEvent| {
            matches!(
                e.event,
                Event::RequestEnded {
                    outcome: Outcome::MinimalRisk,
                    ..
                }
            )
        };
        assert_eq!(account.events.iter().filter(ends).count(), 1);
    }
}

/// Runs the fog bank's motorway with an operator who takes over at 5 s, and a link.
fn with_link(link: &str) -> (End, Vec<(f64, Event)>) {
    let operator = script(
        "(inputs: [(at: 5.0, take_over: true), (at: 5.2, take_over: false, wheel_deg: 0.0)])",
    );
    let (end, account) = run(&motorway(link), operator, |_| {});
    let wanted = |e: &Event| {
        matches!(
            e,
            Event::LinkLost | Event::LinkBack | Event::MinimalRiskStarted { .. }
        )
    };
    let events = account.events.into_iter();
    let told = events
        .filter(|e| wanted(&e.event))
        .map(|e| (e.time, e.event));
    (end, told.collect())
}

#[test]
fn a_lost_link_is_noticed_and_ends_in_minimal_risk_whichever_way_it_fails() {
    let stops = |told: &[(f64, Event)], lost: f64, back: f64| {
        assert_eq!(told.len(), 3, "{told:?}");
        let near = |t: f64, at: f64| (t - at).abs() < 0.0201;
        assert!(
            near(told[0].0, lost) && told[0].1 == Event::LinkLost,
            "{told:?}"
        );
        let cause = MinimalRiskCause::LinkLost;
        let started = Event::MinimalRiskStarted {
            request: None,
            cause,
        };
        assert!(
            near(told[1].0, lost + 0.5) && told[1].1 == started,
            "{told:?}"
        );
        assert!(
            near(told[2].0, back) && told[2].1 == Event::LinkBack,
            "{told:?}"
        );
    };
    // Link timeout 0.3 s; a station without a picture waits as long, and stops sending.
    for (direction, lost) in [("Both", 7.3), ("Up", 7.3), ("Down", 7.6)] {
        let link = format!("link: (outages: [(at: 7.0, until: 9.0, direction: {direction})])");
        let (end, told) = with_link(&link);
        stops(&told, lost, 9.0);
        // It came back, and nobody took over again: the vehicle stops all the same.
        assert_eq!(end, End::MinimalRiskStandstill);
    }
    let (_, told) =
        with_link("link: (down_ms: 60.0, up_ms: 100.0, outages: [(at: 7.0, until: 9.0)])");
    // What would arrive after 7.0 s was sent after 6.9 s; what is sent once there is a picture
    // again, 60 ms after the end, arrives 100 ms later.
    stops(&told, 7.2, 9.16);
    // A short one is bridged.
    let (end, told) = with_link("link: (outages: [(at: 7.0, until: 7.5)])");
    let names: Vec<_> = told.iter().map(|e| &e.1).collect();
    assert_eq!(names, [&Event::LinkLost, &Event::LinkBack]);
    assert_ne!(end, End::MinimalRiskStandstill);
    let (_, told) = with_link("link: (outages: [(at: 7.0, until: 7.2)])");
    assert_eq!(told, []);
}

#[test]
fn the_bridge_goes_on_round_the_bend_without_the_last_throttle() {
    let mut sim = Simulation::new(motorway(""), 1);
    // Into the bend, where the wheel is turned.
    while sim.frame().ego.s < 450.0 {
        sim.step(present());
    }
    let wheel = sim.frame().ego.wheel;
    assert!(wheel.to_degrees() > 2.0, "{wheel}");
    let hold = Command {
        wheel: wheel as f32,
        accelerator: 0.6,
        take_over: true,
        ..present()
    };
    for _ in 0..100 {
        sim.step(hold);
    }
    let before = sim.frame().ego;
    assert!((before.accelerator - 0.6).abs() < 1e-6, "{before:?}");
    for k in 1..=45 {
        let frame = sim.step(Command::default());
        assert_eq!(
            (frame.authority, frame.source),
            (Authority::Operator, Source::Bridge)
        );
        assert!(
            frame.ego.wheel.to_degrees() > 0.7 * wheel.to_degrees(),
            "{:?}",
            frame.ego
        );
        let most = (0.6 - 0.02 * f64::from(k)).max(0.0);
        assert!(frame.ego.accelerator <= most + 1e-4, "{:?}", frame.ego);
    }
    // Back in time: the operator drives on, without a jolt.
    let frame = sim.step(hold);
    assert_eq!(frame.source, Source::Operator);
    assert!((frame.ego.wheel - before.wheel).abs() < 0.1);
    assert!(frame.ego.offset.abs() < 0.6, "{}", frame.ego.offset);
    assert!(frame.events.iter().any(|e| e.event == Event::OperatorBack));
}

#[test]
fn handing_over_in_a_bend_turns_the_wheel_at_its_rate() {
    let mut sim = Simulation::new(motorway(""), 1);
    while sim.frame().ego.s < 450.0 {
        sim.step(present());
    }
    let mut wheel = sim.frame().ego.wheel;
    let mut steps = 0;
    // Presses the button with the wheel straight: a careless takeover.
    loop {
        let frame = sim.step(Command {
            take_over: true,
            ..present()
        });
        steps += 1;
        let turned = (wheel - frame.ego.wheel).to_degrees();
        assert!(turned <= 1.2 + 1e-3, "{turned} degrees in a tick");
        wheel = frame.ego.wheel;
        if wheel.abs() < 1e-6 {
            break;
        }
        assert!(steps < 100);
    }
    assert!(steps > 3, "{steps}");
    // The brake does not wait for anything.
    let frame = sim.step(Command {
        brake: 0.9,
        ..present()
    });
    assert!((frame.ego.brake - 0.9).abs() < 1e-6);
}

#[test]
fn shared_control_steers_by_its_law_and_ends_by_the_button_or_against_the_automation() {
    let scenario = motorway("control: Shared(weight: 0.5, override_deg: 15.0, override_for: 0.4)");
    let drive = |then: &dyn Fn(u32) -> Command| {
        let mut sim = Simulation::new(scenario.clone(), 1);
        let mut told = Vec::new();
        for tick in 0..600u32 {
            let command = match tick {
                0..100 => present(),
                100..110 => Command {
                    take_over: true,
                    ..present()
                },
                _ => then(tick),
            };
            let frame = sim.step(command);
            let events = frame.events.iter();
            told.extend(events.map(|e| e.event.clone()));
        }
        (sim, told)
    };
    let taken = |told: &[Event]| {
        told.iter().any(|e| {
            matches!(
                e,
                Event::TakenOver {
                    mode: Mode::Shared,
                    ..
                }
            )
        })
    };
    // Half of a small steady pull: the automation leans against it, and the vehicle stays in lane.
    let pull = |degrees: f32| Command {
        wheel: degrees.to_radians(),
        ..present()
    };
    let (mut sim, told) = drive(&|_| pull(2.0));
    assert!(taken(&told));
    let before = sim.frame().ego;
    assert_eq!(sim.frame().authority, Authority::Shared);
    assert_eq!(sim.frame().source, Source::Shared { weight: 0.5 });
    assert!(before.offset.abs() < 0.5, "{}", before.offset);
    // Six degrees more of the operator's are three of the vehicle's.
    let turned = (sim.step(pull(8.0)).ego.wheel - before.wheel).to_degrees();
    assert!((turned - 3.0).abs() < 0.3, "{turned}");
    for (because, then) in [
        (
            Unshared::Button,
            &(|tick: u32| Command {
                take_over: tick >= 300,
                ..present()
            }) as &dyn Fn(u32) -> Command,
        ),
        (Unshared::Steering, &|tick: u32| Command {
            wheel: if (300..345).contains(&tick) {
                0.35
            } else {
                0.0
            },
            ..present()
        }),
    ] {
        let (sim, told) = drive(then);
        assert!(taken(&told));
        assert!(
            told.contains(&Event::ControlUnshared { because }),
            "{told:?}"
        );
        assert_eq!(sim.frame().authority, Authority::Operator);
    }
}

#[test]
fn a_silent_operator_counts_as_gone_only_where_that_is_asked_for() {
    let operator = || script("(inputs: [(at: 5.0, take_over: true), (at: 5.2, take_over: false)])");
    let stopped = |more: &str| {
        let (_, account) = run(&motorway(more), operator(), |_| {});
        let lost = account
            .events
            .iter()
            .find(|e| e.event == Event::OperatorLost);
        lost.map(|e| e.time)
    };
    assert_eq!(stopped(""), None);
    let lost = stopped("authority: (silence_timeout: 2.0)").expect("noticed");
    assert!((lost - 7.2).abs() < 0.011, "{lost}");
}

#[test]
fn a_rejected_request_lets_the_automation_drive_on_if_that_is_accepted() {
    let rejected = |rejection: &str| {
        let operator = script(
            "(inputs: [(after_request: 1.0, no_need: true), (after_request: 1.1, no_need: false)])",
        );
        let more = format!("authority: (rejection: {rejection}), {CAMERA_FAILS}");
        run(&motorway(&more), operator, |_| {}).1
    };
    let account = rejected("Accepted(quiet: 60.0)");
    assert_eq!(account.takeovers.len(), 1);
    assert_eq!(account.takeovers[0].outcome, Outcome::Rejected);
    let account = rejected("Noted");
    assert!(
        account
            .events
            .iter()
            .any(|e| e.event == Event::Rejected { request: 1 })
    );
    assert_eq!(account.takeovers[0].outcome, Outcome::MinimalRisk);
}

#[test]
fn a_pad_that_is_bumped_does_not_take_over_and_its_timeline_agrees_with_the_vehicle() {
    let mut sim = Simulation::new(motorway(""), 1);
    let pad = |wheel: f32| Command {
        wheel,
        device: DeviceKind::Gamepad,
        ..present()
    };
    let mut taken = None;
    for tick in 0..800 {
        // A bump of 40 ms at 2 s, a trigger that is stuck from 3 s on at 9 %, a hand at 6 s.
        let command = match tick {
            200..204 => pad(0.6),
            300..600 => Command {
                brake: 0.09,
                ..pad(0.0)
            },
            600.. => pad(0.1),
            _ => pad(0.0),
        };
        let frame = sim.step(command);
        let takes = |e: &Event| matches!(e, Event::TakenOver { .. });
        if frame.events.iter().any(|e| takes(&e.event)) {
            taken.get_or_insert(tick);
        }
    }
    assert_eq!(taken, Some(605));
}
