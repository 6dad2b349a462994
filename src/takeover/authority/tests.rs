use super::*;
use proptest::prelude::*;

const DOUBT: Verdict = Verdict {
    reason: Reason::FreeSpace,
    budget: None,
    severe: false,
};

fn calm(time: f64) -> Situation {
    Situation {
        time,
        doubt: None,
        inputs: Inputs::default(),
        intent: None,
        hand_back: false,
        present: true,
        speed: 25.0,
        offset: 0.0,
        heading: 0.0,
    }
}

/// Runs 100 Hz ticks up to `until` s and returns (time, event) for each event.
fn run(until: f64, situation: impl Fn(f64) -> Situation) -> (Machine, Vec<(f64, Event)>) {
    let mut machine = Machine::new(AuthoritySettings::default());
    let mut out = Vec::new();
    let mut events = Vec::new();
    for tick in 0..(until * 100.0) as u32 {
        let t = f64::from(tick) / 100.0;
        machine.step(&situation(t), &mut events);
        out.extend(events.drain(..).map(|e| (t, e)));
    }
    (machine, out)
}

fn doubting(t: f64) -> Situation {
    Situation {
        doubt: (t >= 1.0).then_some(DOUBT),
        ..calm(t)
    }
}

#[test]
fn without_an_answer_it_escalates_at_4_s_stops_from_10_s_and_stands_still() {
    let (machine, events) = run(30.0, |t| Situation {
        speed: (25.0 - 3.0 * (t - 11.0).max(0.0)).max(0.0),
        ..doubting(t)
    });
    let times: Vec<f64> = events.iter().map(|e| e.0).collect();
    assert_eq!(times.len(), 4, "{events:?}");
    assert_eq!(times[0], 1.0);
    assert_eq!(times[1], 5.0);
    assert_eq!(times[2], 11.0);
    assert!(matches!(
        events[2].1,
        Event::MinimalRiskStarted {
            request: Some(1),
            cause: MinimalRiskCause::NoResponse
        }
    ));
    assert_eq!(events[3].1, Event::Standstill);
    assert_eq!(machine.state(), Authority::Standstill);
}

#[test]
fn an_input_takes_over_and_ends_the_request() {
    let (machine, events) = run(20.0, |t| Situation {
        intent: (t >= 3.0).then_some(Means::Brake),
        ..doubting(t)
    });
    assert_eq!(
        events[1],
        (
            3.0,
            Event::TakenOver {
                request: Some(1),
                by: Means::Brake
            }
        )
    );
    assert_eq!(events.len(), 2);
    assert_eq!(machine.state(), Authority::Operator);
    assert_eq!(machine.request(), None);
}

#[test]
fn confidence_coming_back_does_not_withdraw_a_request() {
    let (_, events) = run(12.0, |t| Situation {
        doubt: (1.0..2.0).contains(&t).then_some(DOUBT),
        ..calm(t)
    });
    assert!(matches!(
        events.last(),
        Some((11.0, Event::MinimalRiskStarted { .. }))
    ));
}

#[test]
fn a_hand_back_is_checked() {
    let operator_from = |t: f64| (t == 0.0).then_some(Means::Button);
    for (situation, expected) in [
        (calm(0.0), Event::HandedBack),
        (
            Situation {
                doubt: Some(DOUBT),
                ..calm(0.0)
            },
            Event::HandBackRefused {
                because: Refusal::LowConfidence,
            },
        ),
        (
            Situation {
                offset: -1.0,
                ..calm(0.0)
            },
            Event::HandBackRefused {
                because: Refusal::NotInLane,
            },
        ),
        (
            Situation {
                heading: 0.1,
                ..calm(0.0)
            },
            Event::HandBackRefused {
                because: Refusal::NotInLane,
            },
        ),
    ] {
        let (_, events) = run(3.0, |t| Situation {
            time: t,
            intent: operator_from(t),
            hand_back: t == 2.0,
            doubt: situation.doubt.filter(|_| t > 0.0),
            ..situation
        });
        assert_eq!(events.last(), Some(&(2.0, expected)));
    }
}

#[test]
fn an_operator_who_vanishes_while_driving_ends_in_minimal_risk() {
    let (machine, events) = run(5.0, |t| Situation {
        intent: (t == 0.0).then_some(Means::Button),
        present: t < 2.0,
        ..calm(t)
    });
    assert_eq!(events[1], (2.0, Event::OperatorLost));
    assert!(matches!(
        events[2],
        (
            2.5,
            Event::MinimalRiskStarted {
                request: None,
                cause: MinimalRiskCause::OperatorLost
            }
        )
    ));
    assert_eq!(machine.state(), Authority::MinimalRisk);
}

#[test]
fn a_short_absence_is_forgiven() {
    let (machine, events) = run(5.0, |t| Situation {
        intent: (t == 0.0).then_some(Means::Button),
        present: !(2.0..2.4).contains(&t),
        ..calm(t)
    });
    assert_eq!(events.last(), Some(&(2.4, Event::OperatorBack)));
    assert_eq!(machine.state(), Authority::Operator);
}

fn allowed(from: Authority, to: Authority) -> bool {
    use Authority::*;
    from == to
        || matches!(
            (from, to),
            (Automation, RequestPending | Operator)
                | (RequestPending, Operator | MinimalRisk)
                | (Operator, Automation | MinimalRisk)
                | (MinimalRisk, Operator | Standstill)
                | (Standstill, Operator)
        )
}

proptest! {
    /// Whatever happens: no transition outside the diagram, one outcome for each request, and
    /// nobody driving for longer than the timeout without an operator.
    #[test]
    fn long_random_lives_keep_the_rules(
        steps in prop::collection::vec(
            (any::<bool>(), 0..8u8, any::<bool>(), 0..10u8, 0.0..30.0f64, 1..200u32),
            1..60,
        )
    ) {
        let mut machine = Machine::new(AuthoritySettings::default());
        let (mut tick, mut open, mut events) = (0u32, None, Vec::new());
        let mut absent = 0u32;
        for (doubt, intent, hand_back, present, speed, ticks) in steps {
            for i in 0..ticks {
                let now = Situation {
                    doubt: doubt.then_some(DOUBT),
                    intent: (intent == 0 && i == 0 && present != 0).then_some(Means::Steering),
                    hand_back: hand_back && i == 0,
                    present: present != 0,
                    speed: if intent == 1 { 0.0 } else { speed },
                    ..calm(f64::from(tick) / 100.0)
                };
                absent = if now.present { 0 } else { absent + 1 };
                let before = machine.state();
                let after = machine.step(&now, &mut events);
                prop_assert!(allowed(before, after), "{before:?} -> {after:?}");
                for event in events.drain(..) {
                    match event {
                        Event::RequestRaised { request, .. } => {
                            prop_assert_eq!(open, None);
                            open = Some(request);
                        }
                        Event::TakenOver { request, .. }
                        | Event::MinimalRiskStarted { request, .. } => {
                            prop_assert_eq!(request, open);
                            open = None;
                        }
                        _ => {}
                    }
                }
                prop_assert_eq!(open.is_some(), after == Authority::RequestPending);
                prop_assert!(after != Authority::Operator || absent <= 51);
                tick += 1;
            }
        }
    }
}
