//! Long random lives of the machine.

use super::*;
use crate::takeover::source::Source;
use proptest::prelude::*;
use proptest::strategy::ValueTree;

const SHARED: Control = Control::Shared {
    weight: 0.6,
    override_deg: 20.0,
    override_for: 0.5,
};

/// Any situation: mostly quiet, now and then something happens, and often for a while.
fn any_situation() -> impl Strategy<Value = (Situation, u32)> {
    let rare = |n: u32| (0..n).prop_map(|i| i == 0);
    let seen = (rare(3), 0..4u32, rare(40), rare(60), 0.0..12.0f64);
    let done = (0..6usize, rare(4), rare(4), rare(4), rare(5), rare(6));
    let moving = (
        0.0..30.0f64,
        rare(3),
        -1.2..1.2f64,
        -0.15..0.15f64,
        -40.0..40.0f64,
    );
    (seen, done, moving, 1..150u32).prop_map(|(seen, done, moving, ticks)| {
        let (doubts, reason, severe, collided, budget) = seen;
        let (intent, take_over, hand_back, no_need, absent, unlinked) = done;
        let (speed, stands, offset, heading, against_deg) = moving;
        let means = [Means::Button, Means::Brake, Means::Steering];
        let situation = Situation {
            time: 0.0,
            doubt: doubts.then_some(Verdict {
                reason: Reason::ALL[reason as usize],
                budget: (budget > 4.0).then_some(budget),
                severe,
            }),
            inputs: Inputs::default(),
            intent: means.get(intent).copied(),
            take_over,
            hand_back,
            no_need,
            present: !absent,
            linked: !unlinked,
            collided,
            against_deg,
            speed: if stands { 0.0 } else { speed },
            stopping: 3.0,
            offset,
            heading,
        };
        (situation, ticks)
    })
}

fn any_settings() -> impl Strategy<Value = (AuthoritySettings, Control)> {
    (any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(accepts, by_budget, shared)| {
        let settings = AuthoritySettings {
            rejection: if accepts {
                Rejection::Accepted { quiet: 3.0 }
            } else {
                Rejection::Noted
            },
            deadline_by_budget: by_budget,
            unattended_after: accepts.then_some(1.0),
            ..Default::default()
        };
        (settings, if shared { SHARED } else { Control::Direct })
    })
}

#[test]
fn every_way_of_the_table_is_gone_in_a_few_hundred_random_lives() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let lives = (
        any_settings(),
        prop::collection::vec(any_situation(), 30..60),
    );
    let mut missing = TRANSITIONS.to_vec();
    for _ in 0..600 {
        let life = lives.new_tree(&mut runner).expect("a life");
        let ((settings, control), steps) = life.current();
        let mut machine = Machine::new(settings, control);
        let mut tick = 0u32;
        for (situation, ticks) in steps {
            for _ in 0..ticks {
                let time = f64::from(tick) / 100.0;
                machine.step(&Situation { time, ..situation }, &mut Vec::new());
                tick += 1;
            }
        }
        missing.retain(|way| !machine.went.contains(way));
    }
    assert_eq!(missing, []);
}

/// The state that an event says the machine is in after it, if it says so.
fn state_after(event: &Event) -> Option<Authority> {
    Some(match event {
        Event::RequestRaised { .. } => Authority::RequestPending,
        Event::TakenOver { mode, .. } if *mode == Mode::Shared => Authority::Shared,
        Event::TakenOver { .. } | Event::ControlUnshared { .. } => Authority::Operator,
        Event::HandedBack
        | Event::RequestEnded {
            outcome: Outcome::Rejected,
            ..
        } => Authority::Automation,
        Event::MinimalRiskStarted { .. } => Authority::MinimalRisk,
        Event::Standstill => Authority::Standstill,
        _ => return None,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever happens: each change of state is one of the table and has its event, each request
    /// has exactly one outcome, one party drives, and nobody is in command for longer than the
    /// timeout without being there.
    #[test]
    fn long_random_lives_keep_the_rules(
        (settings, control) in any_settings(),
        steps in prop::collection::vec(any_situation(), 1..60),
    ) {
        let mut machine = Machine::new(settings, control);
        let mut events = Vec::new();
        let (mut tick, mut absent) = (0u32, 0u32);
        let (mut state, mut raised, mut open) = (Authority::Automation, 0, None);
        let (mut offered, mut returning) = (false, false);
        let ways: Vec<_> = TRANSITIONS.iter().map(|t| (t.0, t.1)).collect();
        for (situation, ticks) in steps {
            for i in 0..ticks {
                let now = Situation {
                    time: f64::from(tick) / 100.0,
                    intent: situation.intent.filter(|_| i == 0),
                    take_over: situation.take_over && i == 0,
                    hand_back: situation.hand_back && i == 0,
                    no_need: situation.no_need && i == 0,
                    ..situation
                };
                absent = if now.in_reach() { 0 } else { absent + 1 };
                let after = machine.step(&now, &mut events);
                prop_assert!(machine.went.drain(..).all(|way| TRANSITIONS.contains(&way)));
                for event in events.drain(..) {
                    if let Some(to) = state_after(&event) {
                        prop_assert!(ways.contains(&(state, to)), "{state:?} -> {to:?}");
                        state = to;
                    }
                    match event {
                        Event::RequestRaised { request, .. } => {
                            prop_assert_eq!((open, request), (None, raised + 1));
                            raised = request;
                            open = Some(request);
                        }
                        Event::RequestEnded { request, .. } => {
                            prop_assert_eq!(open.take(), Some(request));
                        }
                        Event::TakenOver { request, .. } | Event::MinimalRiskStarted { request, .. } => {
                            prop_assert_eq!(request, open);
                        }
                        Event::HandBackOffered => {
                            prop_assert!(!offered);
                            offered = true;
                        }
                        Event::OfferWithdrawn => {
                            prop_assert!(offered);
                            offered = false;
                        }
                        Event::HandBackStarted => {
                            prop_assert!(!returning);
                            returning = true;
                        }
                        Event::HandBackAborted { .. } => {
                            prop_assert!(returning);
                            returning = false;
                        }
                        Event::HandedBack => {
                            prop_assert!(returning);
                            (returning, offered) = (false, false);
                        }
                        _ => {}
                    }
                }
                prop_assert_eq!(state, after, "a change without its event");
                prop_assert_eq!(open.is_some(), after == Authority::RequestPending);
                prop_assert_eq!(machine.offers(), offered);
                prop_assert!(!offered || after.is_in_command());
                prop_assert!(!machine.handing_back() || after.is_in_command());
                returning = machine.handing_back();
                prop_assert!(!after.is_in_command() || absent <= 51);
                let source = Source::of(after, now.in_reach(), &control);
                let by_operator = matches!(source, Source::Operator | Source::Shared { .. });
                prop_assert_eq!(by_operator, after.is_in_command() && now.in_reach());
                tick += 1;
            }
        }
        machine.finish(&mut events);
        prop_assert_eq!(events.len(), usize::from(open.is_some()));
    }
}
