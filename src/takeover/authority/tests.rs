use super::*;

const DOUBT: Verdict = Verdict {
    reason: Reason::FreeSpace,
    budget: None,
    severe: false,
};

const SEVERE: Verdict = Verdict {
    reason: Reason::SensorFailure,
    budget: None,
    severe: true,
};

const SHARED: Control = Control::Shared {
    weight: 0.6,
    override_deg: 20.0,
    override_for: 0.5,
};

fn calm(time: f64) -> Situation {
    Situation {
        time,
        doubt: None,
        inputs: Inputs::default(),
        intent: None,
        take_over: false,
        hand_back: false,
        no_need: false,
        present: true,
        linked: true,
        collided: false,
        against_deg: 0.0,
        speed: 25.0,
        stopping: 4.0,
        offset: 0.0,
        heading: 0.0,
    }
}

/// Runs 100 Hz ticks up to `until` s and returns (time, event) for each event.
fn run_with(
    settings: AuthoritySettings,
    control: Control,
    until: f64,
    situation: impl Fn(f64) -> Situation,
) -> (Machine, Vec<(f64, Event)>) {
    let mut machine = Machine::new(settings, control);
    let mut out = Vec::new();
    let mut events = Vec::new();
    for tick in 0..(until * 100.0) as u32 {
        let t = f64::from(tick) / 100.0;
        machine.step(&situation(t), &mut events);
        out.extend(events.drain(..).map(|e| (t, e)));
    }
    (machine, out)
}

fn run(until: f64, situation: impl Fn(f64) -> Situation) -> (Machine, Vec<(f64, Event)>) {
    run_with(
        AuthoritySettings::default(),
        Control::Direct,
        until,
        situation,
    )
}

fn doubting(t: f64) -> Situation {
    Situation {
        doubt: (t >= 1.0).then_some(DOUBT),
        ..calm(t)
    }
}

/// The operator takes over by button in the first tick.
fn driving(t: f64) -> Situation {
    Situation {
        intent: (t == 0.0).then_some(Means::Button),
        ..calm(t)
    }
}

fn ended(request: u32, outcome: Outcome) -> Event {
    Event::RequestEnded { request, outcome }
}

#[test]
fn without_an_answer_it_escalates_at_4_s_stops_from_10_s_and_stands_still() {
    let (machine, events) = run(30.0, |t| Situation {
        speed: (25.0 - 3.0 * (t - 11.0).max(0.0)).max(0.0),
        ..doubting(t)
    });
    let times: Vec<f64> = events.iter().map(|e| e.0).collect();
    assert_eq!(times.len(), 5, "{events:?}");
    assert_eq!(times[..4], [1.0, 5.0, 11.0, 11.0]);
    assert_eq!(
        events[2].1,
        Event::MinimalRiskStarted {
            request: Some(1),
            cause: MinimalRiskCause::NoResponse
        }
    );
    assert_eq!(events[3].1, ended(1, Outcome::MinimalRisk));
    assert_eq!(events[4].1, Event::Standstill);
    assert_eq!(machine.state(), Authority::Standstill);
}

#[test]
fn an_input_takes_over_and_ends_the_request() {
    let (machine, events) = run(20.0, |t| Situation {
        intent: (t >= 3.0).then_some(Means::Brake),
        ..doubting(t)
    });
    let taken = Event::TakenOver {
        request: Some(1),
        by: Means::Brake,
        mode: Mode::Direct,
    };
    assert_eq!(
        events[1..],
        [(3.0, taken), (3.0, ended(1, Outcome::TakenOver))]
    );
    assert_eq!(machine.state(), Authority::Operator);
    assert_eq!(machine.request(), None);
}

#[test]
fn confidence_coming_back_does_not_withdraw_a_request() {
    let (_, events) = run(12.0, |t| Situation {
        doubt: (1.0..2.0).contains(&t).then_some(DOUBT),
        ..calm(t)
    });
    assert_eq!(events.last(), Some(&(11.0, ended(1, Outcome::MinimalRisk))));
}

#[test]
fn a_severe_failure_asks_and_stops_in_the_same_tick() {
    let severe = |from: f64| {
        move |t: f64| Situation {
            doubt: (t >= from).then_some(SEVERE),
            ..calm(t)
        }
    };
    let (machine, events) = run(3.0, severe(1.0));
    assert!(matches!(
        events[0],
        (1.0, Event::RequestRaised { budget_s: 0.0, .. })
    ));
    assert_eq!(
        events[1..],
        [
            (
                1.0,
                Event::MinimalRiskStarted {
                    request: Some(1),
                    cause: MinimalRiskCause::SevereFailure
                }
            ),
            (1.0, ended(1, Outcome::MinimalRisk)),
        ]
    );
    assert_eq!(machine.state(), Authority::MinimalRisk);
    // A request that is open already does not wait any longer either.
    let (_, events) = run(5.0, |t| Situation {
        doubt: if t >= 3.0 {
            Some(SEVERE)
        } else {
            doubting(t).doubt
        },
        ..calm(t)
    });
    assert_eq!(events.last(), Some(&(3.0, ended(1, Outcome::MinimalRisk))));
}

#[test]
fn the_deadline_is_the_setting_s_or_leaves_time_to_stop_within_the_budget() {
    let with_budget = |t: f64| Situation {
        doubt: (t >= 1.0).then_some(Verdict {
            // Of a limit at 8 s.
            budget: Some(8.0 - t),
            ..DOUBT
        }),
        ..calm(t)
    };
    let stops_at = |deadline_by_budget| {
        let settings = AuthoritySettings {
            deadline_by_budget,
            ..Default::default()
        };
        let (_, events) = run_with(settings, Control::Direct, 15.0, with_budget);
        assert!(matches!(
            events[0].1,
            Event::RequestRaised {
                estimate_s: Some(7.0),
                ..
            }
        ));
        events.last().expect("it stops").0
    };
    assert_eq!(stops_at(false), 11.0);
    // 7 s to the limit, 4 s of which the stop takes.
    assert_eq!(stops_at(true), 4.0);
}

#[test]
fn a_second_reason_is_added_once_and_a_doubt_while_the_operator_drives_is_told() {
    let other = Verdict {
        reason: Reason::Lanes,
        ..DOUBT
    };
    let reasons = |t: f64| Situation {
        // Back and forth between the two, from 2 s on.
        doubt: match (t * 100.0).round() as u32 {
            0..100 => None,
            k if k >= 200 && k % 2 == 0 => Some(other),
            _ => Some(DOUBT),
        },
        ..calm(t)
    };
    let (_, events) = run(4.9, reasons);
    let added = Event::ReasonAdded {
        request: 1,
        reason: Reason::Lanes,
    };
    assert_eq!(events[1..], [(2.0, added)]);

    let (machine, events) = run(5.0, |t| Situation {
        intent: driving(t).intent,
        ..reasons(t)
    });
    let advisory = |reason| Event::Advisory { reason };
    assert_eq!(
        events[1..],
        [
            (1.0, advisory(Reason::FreeSpace)),
            (2.0, advisory(Reason::Lanes))
        ]
    );
    assert_eq!(machine.state(), Authority::Operator);
}

#[test]
fn a_rejection_is_noted_or_accepted() {
    let rejecting = |t: f64| Situation {
        no_need: t == 3.0,
        ..doubting(t)
    };
    let (_, events) = run(12.0, rejecting);
    assert_eq!(events[1], (3.0, Event::Rejected { request: 1 }));
    assert_eq!(events.last(), Some(&(11.0, ended(1, Outcome::MinimalRisk))));

    let settings = AuthoritySettings {
        rejection: Rejection::Accepted { quiet: 20.0 },
        ..Default::default()
    };
    let accepted = |situation: &dyn Fn(f64) -> Situation| {
        run_with(settings, Control::Direct, 26.0, situation).1
    };
    let raised_at = |events: &[(f64, Event)]| -> Vec<f64> {
        let raised = |e: &&(f64, Event)| matches!(e.1, Event::RequestRaised { .. });
        events.iter().filter(raised).map(|e| e.0).collect()
    };
    let events = accepted(&rejecting);
    assert_eq!(
        events[1..3],
        [
            (3.0, Event::Rejected { request: 1 }),
            (3.0, ended(1, Outcome::Rejected))
        ]
    );
    assert_eq!(raised_at(&events), [1.0, 23.0], "quiet for 20 s");
    let released = accepted(&|t| Situation {
        doubt: rejecting(t).doubt.filter(|_| !(6.0..7.0).contains(&t)),
        ..rejecting(t)
    });
    assert_eq!(raised_at(&released), [1.0, 7.0], "the doubt was gone");
    let another = accepted(&|t| Situation {
        doubt: if t >= 9.0 {
            Some(Verdict {
                reason: Reason::Lanes,
                ..DOUBT
            })
        } else {
            rejecting(t).doubt
        },
        ..rejecting(t)
    });
    assert_eq!(raised_at(&another), [1.0, 9.0], "another reason");
    let severe = accepted(&|t| Situation {
        doubt: if t >= 9.0 {
            Some(SEVERE)
        } else {
            rejecting(t).doubt
        },
        ..rejecting(t)
    });
    assert_eq!(raised_at(&severe), [1.0, 9.0]);
}

#[test]
fn a_hand_back_is_checked() {
    for (situation, because) in [
        (
            Situation {
                doubt: Some(DOUBT),
                ..calm(0.0)
            },
            Refusal::LowConfidence,
        ),
        (
            Situation {
                offset: -1.0,
                ..calm(0.0)
            },
            Refusal::NotInLane,
        ),
        (
            Situation {
                heading: 0.1,
                ..calm(0.0)
            },
            Refusal::NotInLane,
        ),
    ] {
        let (_, events) = run(3.0, |t| Situation {
            time: t,
            hand_back: t == 2.0,
            doubt: situation.doubt.filter(|_| t > 0.0),
            intent: driving(t).intent,
            ..situation
        });
        let refused = Event::HandBackRefused { because };
        assert_eq!(events.last(), Some(&(2.0, refused)));
    }
}

#[test]
fn a_hand_back_must_hold_while_the_operator_stays_in_command() {
    let given = |t: f64| Situation {
        hand_back: t == 2.0,
        ..driving(t)
    };
    let (machine, events) = run(3.0, given);
    assert_eq!(
        events[1..],
        [(2.0, Event::HandBackStarted), (2.5, Event::HandedBack)]
    );
    assert_eq!(machine.state(), Authority::Automation);
    let from = |t: f64| t >= 2.2;
    let aborted = |because, change: &dyn Fn(f64) -> Situation| {
        let (machine, events) = run(2.6, change);
        let at = events.iter().position(|e| e.0 >= 2.2).expect("an abort");
        let abort = events[at..].iter().any(|e| {
            let aborted = Event::HandBackAborted { because };
            e.1 == aborted
        });
        assert!(abort, "{events:?}");
        assert_eq!(machine.state(), Authority::Operator);
    };
    aborted(Abort::LowConfidence, &|t| Situation {
        doubt: from(t).then_some(DOUBT),
        ..given(t)
    });
    aborted(Abort::NotInLane, &|t| Situation {
        offset: if from(t) { 0.9 } else { 0.0 },
        ..given(t)
    });
    aborted(Abort::OperatorActed, &|t| Situation {
        intent: if from(t) {
            Some(Means::Steering)
        } else {
            given(t).intent
        },
        ..given(t)
    });
    aborted(Abort::OperatorLost, &|t| Situation {
        present: !from(t),
        ..given(t)
    });
}

#[test]
fn the_vehicle_offers_and_withdraws_and_never_takes() {
    let (machine, events) = run(30.0, |t| Situation {
        offset: if (10.0..11.0).contains(&t) { 1.0 } else { 0.0 },
        ..driving(t)
    });
    assert_eq!(
        events[1..],
        [
            // Ready from the tick after the takeover on.
            (3.01, Event::HandBackOffered),
            (10.0, Event::OfferWithdrawn),
            (14.0, Event::HandBackOffered),
        ]
    );
    assert!(machine.offers());
    assert_eq!(machine.state(), Authority::Operator);
    let (machine, events) = run(5.0, |t| Situation {
        hand_back: t == 4.0,
        ..driving(t)
    });
    assert_eq!(events.last(), Some(&(4.5, Event::HandedBack)));
    assert!(!machine.offers());
}

#[test]
fn an_operator_who_vanishes_while_driving_ends_in_minimal_risk() {
    let vanish = |linked: bool| {
        run(5.0, move |t| Situation {
            present: t < 2.0 || !linked,
            linked: t < 2.0 || linked,
            ..driving(t)
        })
    };
    for (linked, lost, cause) in [
        (true, Event::OperatorLost, MinimalRiskCause::OperatorLost),
        (false, Event::LinkLost, MinimalRiskCause::LinkLost),
    ] {
        let (machine, events) = vanish(linked);
        let started = Event::MinimalRiskStarted {
            request: None,
            cause,
        };
        assert_eq!(events[1..], [(2.0, lost), (2.5, started)]);
        assert_eq!(machine.state(), Authority::MinimalRisk);
    }
}

#[test]
fn automation_that_loses_its_operator_or_link_stops_after_a_while() {
    let manoeuvre = |there: f64, setting: Option<f64>, linked: bool| {
        let settings = AuthoritySettings {
            unattended_after: setting,
            ..AuthoritySettings::default()
        };
        let (_, events) = run_with(settings, Control::Direct, 30.0, |t| Situation {
            present: t < there || !linked,
            linked: t < there || linked,
            ..calm(t)
        });
        let started = |e: &&(f64, Event)| matches!(e.1, Event::MinimalRiskStarted { .. });
        events.iter().find(started).cloned()
    };
    for (linked, cause) in [
        (true, MinimalRiskCause::OperatorLost),
        (false, MinimalRiskCause::LinkLost),
    ] {
        let request = None;
        let expected = Event::MinimalRiskStarted { request, cause };
        assert_eq!(manoeuvre(2.0, Some(10.0), linked), Some((12.0, expected)));
        assert_eq!(manoeuvre(2.0, None, linked), None, "as it is set");
        assert_eq!(manoeuvre(0.0, Some(10.0), linked), None, "nobody was there");
    }
}

#[test]
fn who_comes_and_goes_is_gone() {
    // Away for 0.3 s and back for 0.3 s, in turns.
    let (machine, events) = run(5.0, |t| Situation {
        present: t < 2.0 || (t * 100.0).round() as u32 % 60 >= 30,
        ..driving(t)
    });
    assert_eq!(machine.state(), Authority::MinimalRisk);
    let manoeuvre = |e: &&(f64, Event)| matches!(e.1, Event::MinimalRiskStarted { .. });
    let started = events.iter().find(manoeuvre).expect("it stops").0;
    assert!((2.5..3.2).contains(&started), "{started}");
}

#[test]
fn a_short_absence_is_forgiven_and_a_long_one_is_not_undone_by_coming_back() {
    let absent = |until: f64| {
        run(5.0, move |t| Situation {
            present: !(2.0..until).contains(&t),
            ..driving(t)
        })
    };
    let (machine, events) = absent(2.4);
    assert_eq!(events.last(), Some(&(2.4, Event::OperatorBack)));
    assert_eq!(machine.state(), Authority::Operator);
    assert_eq!(absent(3.0).0.state(), Authority::MinimalRisk);
    let (machine, events) = run(5.0, |t| Situation {
        linked: !(2.0..3.0).contains(&t),
        ..driving(t)
    });
    assert_eq!(events.last(), Some(&(3.0, Event::LinkBack)));
    assert_eq!(machine.state(), Authority::MinimalRisk);
}

#[test]
fn a_collision_while_the_automation_drives_stops_it_and_ends_the_request() {
    let crash = |t: f64| Situation {
        collided: t >= 2.0,
        ..doubting(t)
    };
    let (machine, events) = run(3.0, crash);
    let started = |request| Event::MinimalRiskStarted {
        request,
        cause: MinimalRiskCause::Collision,
    };
    assert_eq!(
        events[1..],
        [(2.0, ended(1, Outcome::Collision)), (2.0, started(None))]
    );
    assert_eq!(machine.state(), Authority::MinimalRisk);
    let (_, events) = run(3.0, |t| Situation {
        doubt: None,
        ..crash(t)
    });
    assert_eq!(events, [(2.0, started(None))]);
    // Whoever drives goes on.
    let (machine, _) = run(3.0, |t| Situation {
        collided: t >= 2.0,
        ..driving(t)
    });
    assert_eq!(machine.state(), Authority::Operator);
}

#[test]
fn a_run_that_ends_ends_its_request() {
    let (mut machine, _) = run(3.0, doubting);
    let mut events = Vec::new();
    machine.finish(&mut events);
    machine.finish(&mut events);
    assert_eq!(events, [ended(1, Outcome::RunEnded)]);
}

#[test]
fn shared_control_is_entered_by_taking_over_and_left_by_wanting_more() {
    let shared = |situation: &dyn Fn(f64) -> Situation| {
        run_with(AuthoritySettings::default(), SHARED, 5.0, situation)
    };
    let (machine, events) = shared(&driving);
    assert!(matches!(
        events[0].1,
        Event::TakenOver {
            mode: Mode::Shared,
            ..
        }
    ));
    assert_eq!(machine.state(), Authority::Shared);
    let unshared = |at, because| Some((at, Event::ControlUnshared { because }));
    let cases: [(&dyn Fn(f64) -> Situation, _); 4] = [
        (
            &|t| Situation {
                take_over: t == 2.0,
                ..driving(t)
            },
            unshared(2.0, Unshared::Button),
        ),
        (
            &|t| Situation {
                against_deg: if t >= 2.0 { -25.0 } else { 0.0 },
                ..driving(t)
            },
            unshared(2.5, Unshared::Steering),
        ),
        (
            &|t| Situation {
                doubt: (t >= 2.0).then_some(SEVERE),
                ..driving(t)
            },
            unshared(2.0, Unshared::AutomationFailed),
        ),
        (
            &|t| Situation {
                collided: t >= 2.0,
                ..driving(t)
            },
            unshared(2.0, Unshared::AutomationFailed),
        ),
    ];
    for (situation, expected) in cases {
        let (machine, events) = shared(situation);
        let found = events
            .into_iter()
            .find(|e| matches!(e.1, Event::ControlUnshared { .. }));
        assert_eq!(found, expected);
        assert_eq!(machine.state(), Authority::Operator);
    }
    // After a minimal-risk manoeuvre the automation has no share any more.
    let (machine, _) = shared(&|t| Situation {
        present: !(1.0..3.0).contains(&t),
        intent: (t == 0.0 || t == 4.0).then_some(Means::Button),
        ..calm(t)
    });
    assert_eq!(machine.state(), Authority::Operator);
}

#[test]
fn the_documented_diagram_is_the_code_s() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/authority.md");
    let text = std::fs::read_to_string(path).expect("docs/authority.md is there");
    let (begin, end) = ("<!-- transitions: made from the code -->\n", "<!-- end -->");
    let from = text.find(begin).expect("the mark at its begin") + begin.len();
    let to = from + text[from..].find(end).expect("the mark at its end");
    let made = transitions::as_markdown();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        let new = format!("{}{made}{}", &text[..from], &text[to..]);
        std::fs::write(path, new).expect("writable");
        return;
    }
    assert!(
        text[from..to] == made,
        "run `UPDATE_DOCS=1 cargo test --no-default-features --lib authority`"
    );
}
