use super::*;
use crate::road::{Element, Network, two_lanes};

/// Nothing to worry about, at 20 m/s from s = 100 m.
fn calm(time: f64) -> Inputs {
    Inputs {
        time,
        speed: 20.0,
        visible_range: 150.0,
        daylight: 1.0,
        friction: 1.0,
        s: 100.0 + 20.0 * time,
        speed_limit: 25.0,
        map_left: MAP_AHEAD,
        ..Default::default()
    }
}

/// The same with this overall confidence, the lanes being the weakest.
fn with_overall(overall: f64, now: Inputs) -> Inputs {
    Inputs {
        confidence: Confidence {
            overall,
            weakest: Function::Lanes,
            ..Default::default()
        },
        ..now
    }
}

fn network() -> Network {
    two_lanes(&[Element::Straight { length: 2000.0 }])
}

/// Time and verdict at each change between asking and not asking, in 30 s at 100 Hz.
fn changes(
    policies: Vec<PolicyKind>,
    inputs: impl Fn(f64) -> Inputs,
) -> Vec<(f64, Option<Verdict>)> {
    let mut policy = PolicySettings(policies).build(&network());
    let mut out: Vec<(f64, Option<Verdict>)> = Vec::new();
    for tick in 0..3000 {
        let t = f64::from(tick) * 0.01;
        let now = policy.step(&inputs(t));
        let was = out.last().is_some_and(|(_, last)| last.is_some());
        if now.is_some() != was {
            out.push((t, now));
        }
    }
    out
}

fn times(changes: &[(f64, Option<Verdict>)]) -> Vec<f64> {
    changes.iter().map(|c| c.0).collect()
}

fn reason(change: &(f64, Option<Verdict>)) -> Reason {
    change.1.expect("asks").reason
}

fn threshold(settings: ThresholdSettings) -> Vec<PolicyKind> {
    vec![PolicyKind::Threshold(settings)]
}

#[test]
fn a_threshold_waits_for_the_dwell_in_both_directions() {
    let dip = |t: f64| if (5.0..15.0).contains(&t) { 0.3 } else { 0.95 };
    let changes = changes(threshold(ThresholdSettings::default()), |t| {
        with_overall(dip(t), calm(t))
    });
    assert_eq!(times(&changes), [5.5, 17.0]);
    assert_eq!(reason(&changes[0]), Reason::Lanes);
}

#[test]
fn a_short_dip_raises_nothing() {
    let dip = |t: f64| if (5.0..5.4).contains(&t) { 0.1 } else { 0.95 };
    let changes = changes(threshold(ThresholdSettings::default()), |t| {
        with_overall(dip(t), calm(t))
    });
    assert_eq!(times(&changes), [0.0; 0]);
}

#[test]
fn between_the_limits_nothing_changes() {
    let value = |t: f64| match t {
        t if t < 5.0 => 0.95,
        t if t < 10.0 => 0.3,
        _ => 0.65,
    };
    let changes = changes(threshold(ThresholdSettings::default()), |t| {
        with_overall(value(t), calm(t))
    });
    assert_eq!(times(&changes), [5.5]);
}

#[test]
fn a_threshold_on_one_function_looks_at_no_other() {
    let lanes = ThresholdSettings {
        signal: Signal::Lanes,
        ..Default::default()
    };
    let objects_gone = |t: f64| {
        let mut now = with_overall(0.1, calm(t));
        now.confidence.functions[Function::Objects as usize].reported = 0.1;
        if t >= 20.0 {
            now.confidence.functions[Function::Lanes as usize].reported = 0.1;
        }
        now
    };
    let changes = changes(threshold(lanes), objects_gone);
    assert_eq!(times(&changes), [20.5]);
    assert_eq!(reason(&changes[0]), Reason::Lanes);
}

#[test]
fn a_falling_confidence_is_asked_about_before_it_is_at_its_limit() {
    let policy = vec![PolicyKind::TimeToLimit(TimeToLimitSettings::default())];
    // Falls by 0.04 per s from 5 s on: at 0.55 after 11.25 s, at 16.25 s.
    let falling = |t: f64| with_overall(1.0 - 0.04 * (t - 5.0).max(0.0), calm(t));
    let changes = changes(policy, falling);
    // Within 8 s from 8.25 s on, once the whole window falls (8.0 s), and 0.5 s of dwell.
    assert_eq!(changes.len(), 1, "{changes:?}");
    let (at, verdict) = changes[0];
    assert!((8.7..8.8).contains(&at), "{at}");
    let verdict = verdict.expect("asks");
    assert_eq!(verdict.reason, Reason::Lanes);
    let budget = verdict.budget.expect("an estimate");
    assert!((budget - (16.25 - at)).abs() < 0.02, "{budget} at {at}");
}

#[test]
fn a_sudden_loss_leaves_no_time_and_noise_raises_nothing() {
    let policy = || vec![PolicyKind::TimeToLimit(TimeToLimitSettings::default())];
    let drop = |t: f64| with_overall(if t < 6.0 { 1.0 } else { 0.2 }, calm(t));
    let changes_after_drop = changes(policy(), drop);
    assert_eq!(times(&changes_after_drop), [6.5]);
    assert_eq!(changes_after_drop[0].1.expect("asks").budget, Some(0.0));
    let noise = |t: f64| with_overall(0.9 + 0.02 * libm::sin(40.0 * t), calm(t));
    assert_eq!(times(&changes(policy(), noise)), [0.0; 0]);
}

#[test]
fn the_end_of_the_map_is_a_limit_by_the_speed() {
    let policy = |map_end| {
        vec![PolicyKind::TimeToLimit(TimeToLimitSettings {
            map_end,
            raise_dwell: 0.0,
            ..Default::default()
        })]
    };
    let ending = |t: f64| Inputs {
        map_left: 400.0 - 20.0 * t,
        ..calm(t)
    };
    let asked = changes(policy(true), ending);
    // 160 m at 20 m/s are 8 s.
    assert_eq!(times(&asked), [12.0]);
    let verdict = asked[0].1.expect("asks");
    assert_eq!(
        (verdict.reason, verdict.budget),
        (Reason::MapEnd, Some(8.0))
    );
    assert_eq!(times(&changes(policy(false), ending)), [0.0; 0]);
}

#[test]
fn the_domain_has_its_own_reason_for_each_limit() {
    let domain = DomainSettings {
        max_rain: Some(10.0),
        min_friction: Some(0.5),
        min_visible_range: Some(60.0),
        min_daylight: Some(0.2),
        roads: vec!["road".into()],
        min_speed: Some(5.0),
        max_speed: Some(25.0),
        min_map_left: Some(200.0),
        ..Default::default()
    };
    type Change = fn(&mut Inputs);
    let cases: [(Change, Reason); 8] = [
        (|now| now.rain = 12.0, Reason::Weather),
        (|now| now.friction = 0.4, Reason::Weather),
        (|now| now.visible_range = 50.0, Reason::Weather),
        (|now| now.daylight = 0.1, Reason::Light),
        (|now| now.road = RoadId(7), Reason::RoadType),
        (|now| now.speed = 3.0, Reason::Speed),
        (|now| now.speed = 26.0, Reason::Speed),
        (|now| now.map_left = 100.0, Reason::MapEnd),
    ];
    let mut two = network();
    two.roads.extend(vec![two.roads[0].clone(); 7]);
    for road in &mut two.roads[1..] {
        road.name = "lane".into();
    }
    for (change, expected) in cases {
        let mut policy = PolicySettings(vec![PolicyKind::Domain(domain.clone())]).build(&two);
        let mut raised = None;
        for tick in 0..1000 {
            let t = f64::from(tick) * 0.01;
            let mut now = calm(t);
            if t >= 5.0 {
                change(&mut now);
            }
            if let Some(verdict) = policy.step(&now) {
                raised.get_or_insert((t, verdict));
            }
        }
        let (at, verdict) = raised.expect("asks");
        assert_eq!((at, verdict.reason), (5.5, expected));
        let budget = (expected == Reason::MapEnd).then_some(5.0);
        assert_eq!(verdict.budget, budget);
    }
}

#[test]
fn the_domain_is_entered_again_by_a_margin_only() {
    let domain = PolicyKind::Domain(DomainSettings {
        max_rain: Some(10.0),
        ..Default::default()
    });
    let rain = |t: f64| Inputs {
        rain: match t {
            t if t < 5.0 => 0.0,
            t if t < 10.0 => 12.0,
            // Inside, but not by 10 %.
            t if t < 15.0 => 9.5,
            _ => 8.5,
        },
        ..calm(t)
    };
    assert_eq!(times(&changes(vec![domain], rain)), [5.5, 17.0]);
}

fn planned(s: f64, until: Option<f64>) -> PolicyKind {
    PolicyKind::Planned(PlannedSettings {
        road: None,
        s,
        before: 10.0,
        until,
    })
}

#[test]
fn a_planned_request_comes_in_time_before_its_place_and_ends_behind_its_end() {
    // From 100 m at 20 m/s: 200 m before 500 m at 10 s; at 560 m at 23 s.
    let asked = changes(vec![planned(500.0, Some(560.0))], calm);
    assert_eq!(times(&asked), [10.0, 23.01]);
    let verdict = asked[0].1.expect("asks");
    assert_eq!(verdict.reason, Reason::Planned);
    assert!((verdict.budget.expect("an estimate") - 10.0).abs() < 1e-9);
    // Without an end it stands.
    assert_eq!(times(&changes(vec![planned(500.0, None)], calm)), [10.0]);
}

#[test]
fn a_planned_request_works_against_the_road_s_line_and_not_for_a_place_behind() {
    let back = |t: f64| Inputs {
        s: 1000.0 - 20.0 * t,
        ..calm(t)
    };
    assert_eq!(times(&changes(vec![planned(500.0, None)], back)), [15.0]);
    assert_eq!(times(&changes(vec![planned(50.0, None)], calm)), [0.0; 0]);
}

#[test]
fn blindness_is_severe_and_goes_before_everything_else() {
    let both = |t: f64| Inputs {
        visible_range: if (8.0..9.0).contains(&t) { 0.0 } else { 150.0 },
        ..with_overall(0.1, calm(t))
    };
    let settings = PolicySettings::default();
    let mut policy = settings.build(&network());
    let mut severe = Vec::new();
    for tick in 0..1200 {
        let t = f64::from(tick) * 0.01;
        let verdict = policy.step(&both(t));
        if t >= 0.5 {
            let verdict = verdict.expect("doubts all the time");
            if verdict.severe {
                assert_eq!(verdict.reason, Reason::SensorFailure);
                severe.push(t);
            }
        }
    }
    assert_eq!((severe[0], severe.last().copied()), (8.2, Some(9.19)));
}

#[test]
fn of_several_the_first_that_asks_says_why() {
    let rain = PolicyKind::Domain(DomainSettings {
        max_rain: Some(10.0),
        ..Default::default()
    });
    let wet = |t: f64| Inputs {
        rain: if t < 15.0 { 0.0 } else { 20.0 },
        ..with_overall(if t < 5.0 { 1.0 } else { 0.1 }, calm(t))
    };
    let doubt = || PolicyKind::Threshold(ThresholdSettings::default());
    let either = changes(vec![rain.clone(), doubt()], wet);
    assert_eq!(times(&either), [5.5]);
    assert_eq!(reason(&either[0]), Reason::Lanes);
    let both = changes(vec![PolicyKind::All(vec![rain, doubt()])], wet);
    assert_eq!(times(&both), [15.5]);
    assert_eq!(reason(&both[0]), Reason::Weather);
}

#[test]
fn silence_is_complete_and_others_get_a_watch_for_severe_failures() {
    let blind = |t: f64| Inputs {
        visible_range: 0.0,
        ..with_overall(0.0, calm(t))
    };
    let silent = PolicySettings::watching(vec![PolicyKind::Silent]);
    assert_eq!(silent, PolicySettings::silent());
    assert_eq!(times(&changes(silent.0, blind)), [0.0; 0]);
    let planned = PolicySettings::watching(vec![planned(500.0, None)]);
    assert_eq!(planned.0.len(), 2);
    let asked = changes(planned.0, blind);
    assert!(asked[0].1.expect("asks").severe);
    let own = vec![PolicyKind::SevereFailure(SevereFailureSettings::default())];
    assert_eq!(PolicySettings::watching(own.clone()), PolicySettings(own));
}

#[test]
fn the_instruments_know_from_where_on_it_asks() {
    let both = PolicySettings(vec![
        PolicyKind::Threshold(ThresholdSettings {
            raise_below: 0.4,
            ..Default::default()
        }),
        PolicyKind::Threshold(ThresholdSettings {
            signal: Signal::Lanes,
            raise_below: 0.9,
            release_above: 0.95,
            ..Default::default()
        }),
    ]);
    assert_eq!((both.asks_below(), both.content_above()), (0.4, 0.75));
    let silent = PolicySettings::silent();
    assert_eq!((silent.asks_below(), silent.content_above()), (0.0, 0.75));
}
