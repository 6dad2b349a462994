//! Every metric of takeovers and of runs against a run made by hand.
//!
//! The signals are formulas, so that what is expected can be worked out on paper or by numpy 2.4 and scipy 1.17 from the
//! same formulas (steering and filters: `butter`, `filtfilt`; SAE J2944's reversals and Nakayama's entropy written anew
//! in Python). A metric that is not expected here fails the test.

use super::case::Case;
use super::channels::Channels;
use super::metric::{self, Of};
use super::run::Run;
use super::run_case::RunCase;
use super::settings::Settings;
use super::signals::conflict::Lead;
use super::table::Value;
use crate::assess::calibration::ByFunction;
use crate::command::{Change, Command, Input, Stamp};
use crate::frame::End;
use crate::perception::Function;
use crate::record::{FORMAT, RunEnd, RunInfo};
use crate::referee::verdict::{Effect, RequestVerdict};
use crate::referee::{Limit, LimitKind, Nearness, Side};
use crate::replay::labels::{Label, Rating, Target};
use crate::road_user::RoadUser;
use crate::scenario::Scenario;
use crate::session::dangers::{Dangers, Departure, Extreme, NearMiss};
use crate::session::link_account::{LinkAccount, Middle};
use crate::session::tally::{Account, Collision};
use crate::takeover::alert::Channel;
use crate::takeover::event::{Authority, Event, MinimalRiskCause, TimedEvent};
use crate::takeover::intent::Means;
use crate::takeover::reason::Reason;
use crate::takeover::timeline::{Outcome, Takeover};
use std::f64::consts::PI;
use std::path::PathBuf;
use std::sync::Arc;

const SCENARIO: &str = "(title: \"t\", duration: 60.0,
    road: (lanes: 1, speed_limit: 20.0, line: [Straight(length: 2000.0)]),
    ego: (lane: -1, s: 20.0, speed: 20.0))";

fn command(brake: f32, wheel: f32) -> Command {
    Command {
        brake,
        wheel,
        present: true,
        ..Command::default()
    }
}

fn input(time: f64, after: Command) -> Input {
    Input {
        time_ns: (time * 1e9) as i64,
        realtime_ns: 0,
        uncertainty_ns: 1_000_000,
        stamp: Stamp::Kernel,
        device: 0,
        change: Change::Set,
        after,
    }
}

/// 60 s at 20 m/s. Asked at 10.00, shown at 10.05, hand on the wheel at 11.90, foot on the brake at 12.00, threshold at
/// 12.10, in force at 12.11, stable at 14.00; it drives on to the end. From 10 to 14 s a vehicle 30 m ahead, 5 m/s
/// slower, comes nearer. Brakes at 4 m/s2 for a second, at 3 m/s2 across for 0.2 s of it.
fn channels() -> Channels {
    let mut c = Channels {
        rate: 100.0,
        first: 1,
        ..Channels::default()
    };
    for tick in 1..=6000 {
        let t = f64::from(tick) / 100.0;
        let within = |from: f64, to: f64| t > from - 1e-9 && t < to - 1e-9;
        c.authority.push(match t {
            t if t < 10.0 - 1e-9 => Authority::Automation,
            t if t < 12.11 - 1e-9 => Authority::RequestPending,
            _ => Authority::Operator,
        });
        c.speed.push(20.0);
        c.along.push(if within(12.5, 13.5) { -4.0 } else { 0.0 });
        c.across.push(if within(13.0, 13.2) { 3.0 } else { 0.0 });
        let w = 2.0 * PI * 0.25;
        let offset = libm::sin(w * t);
        c.offset.push(offset);
        c.lateral_speed.push(w * libm::cos(w * t));
        c.new_lane.push(false);
        c.room_left.push(0.85 - offset);
        c.room_right.push(0.85 + offset);
        let wheel = 5.0 * libm::sin(2.0 * PI * 0.3 * t) + 0.4 * libm::sin(2.0 * PI * 1.1 * t);
        c.wheel_deg.push(wheel);
        c.commanded_wheel_deg.push(wheel);
        c.accelerator.push(0.0);
        c.brake.push(0.0);
        c.commanded_accelerator.push(0.0);
        c.commanded_brake.push(0.0);
        c.present.push(true);
        c.confidence.push(if t < 10.0 { 0.9 } else { 0.4 });
        let near = within(10.0, 14.0 + 0.01);
        c.ttc.push(near.then_some(6.0 - (t - 10.0)));
        c.pet.push((tick == 1300).then_some(1.5));
        c.gap.push(None);
        c.lead.push(near.then_some(Lead {
            gap: 30.0 - 5.0 * (t - 10.0),
            speed: 15.0,
            length: Some(4.0),
            acceleration: None,
        }));
        c.x.push(20.0 * t as f32);
        c.y.push(0.0);
        c.yaw.push(0.0);
    }
    c
}

fn account() -> Account {
    let at = |time: f64, event: Event| TimedEvent {
        tick: (time * 100.0) as u64,
        time,
        event,
    };
    let limit = Limit {
        kind: LimitKind::NearMiss,
        time: 16.0,
        with: Some("lorry".into()),
    };
    Account {
        ticks: 6000,
        time: 60.0,
        hash: 1,
        collisions: vec![Collision {
            time_s: 30.0,
            with: "cone".into(),
            // An object: what follows still counts.
            kind: None,
            closing_speed: 20.0,
            delta_v: 0.5,
            other_delta_v: None,
        }],
        takeovers: vec![Takeover {
            request: Some(1),
            raised_s: Some(10.0),
            shown_s: Some(10.05),
            shown_by: Some(Channel::Visual),
            shown_uncertainty_s: Some(0.008),
            first_input_s: Some(11.9),
            threshold_s: Some(12.1),
            in_force_s: Some(12.11),
            stabilised_s: Some(14.0),
            outcome: Outcome::TakenOver,
            first_input: Some(Means::Steering),
            by: Some(Means::Brake),
            input_uncertainty_s: Some(0.001),
            reaction_s: Some(12.1 - 10.05),
            reaction_uncertainty_s: Some(0.009),
            ..Takeover::new("lanes".into())
        }],
        dangers: Dangers {
            near_misses: vec![NearMiss {
                time_s: 13.8,
                with: "lorry".into(),
                kind: RoadUser::Truck,
                by: Nearness::Ttc,
                ttc_s: Some(1.4),
                pet_s: None,
                gap_m: Some(9.0),
            }],
            lane_departures: vec![Departure {
                time_s: 13.0,
                side: Side::Left,
                duration_s: Some(0.7),
                excursion_m: Some(0.15),
            }],
            least_ttc: Some(Extreme {
                value: 2.0,
                time_s: 14.0,
                with: None,
            }),
            least_pet: Some(Extreme {
                value: 1.5,
                time_s: 13.0,
                with: None,
            }),
            least_gap: None,
            hardest_braking: Some(Extreme {
                value: 4.0,
                time_s: 12.5,
                with: None,
            }),
        },
        verdicts: vec![RequestVerdict {
            request: Some(1),
            time_s: 10.0,
            followed_s: 6.0,
            limit: Some(limit.clone()),
            gravest: Some(limit),
            needed: true,
            budget_s: Some(6.0),
            in_time: Some(true),
            answered: true,
            met: None,
            effect: Effect::Prevented,
        }],
        events: vec![
            at(
                10.0,
                Event::RequestRaised {
                    request: 1,
                    reason: Reason::Lanes,
                    confidence: 0.4,
                    budget_s: 10.0,
                    estimate_s: Some(7.5),
                    inputs: None,
                },
            ),
            at(50.0, Event::LeftRoad { speed: 20.0 }),
            at(
                55.0,
                Event::MinimalRiskStarted {
                    request: None,
                    cause: MinimalRiskCause::LinkLost,
                },
            ),
        ],
        link: LinkAccount {
            round_trip_ms: Some(Middle {
                median: 80.0,
                p95: 120.0,
            }),
            glass_to_glass_ms: Some(Middle {
                median: 210.0,
                p95: 260.0,
            }),
            lost_s: 0.3,
            ..LinkAccount::default()
        },
    }
}

fn run() -> Run {
    let mut trust = ByFunction::default();
    // Two reports at 0.9 of which 0.8 hold, two at 0.5 of which 0.5 do.
    for (reported, correct) in [(0.9, 0.8), (0.9, 0.8), (0.5, 0.5), (0.5, 0.5)] {
        trust.expect(Function::Lanes, reported, correct);
    }
    Run {
        log: PathBuf::from("by_hand.mcap"),
        info: RunInfo {
            format: FORMAT,
            version: "0".into(),
            platform: String::new(),
            scenario: "scenarios/by_hand.ron".into(),
            seed: 1,
            operator: "human".into(),
            pace: "fast".into(),
            started_ns: 0,
            tick_hz: 100,
            link: None,
            fork: None,
            participant: None,
            conditions: Default::default(),
        },
        end: Some(RunEnd {
            outcome: End::Completed,
            ticks: 6000,
            state_hash: String::new(),
            seal: None,
        }),
        scenario: Arc::new(Scenario::parse(SCENARIO).expect("sound")),
        scenario_hash: 1,
        account: account(),
        channels: channels(),
        inputs: vec![
            input(0.0, command(0.0, 0.0)),
            input(11.9, command(0.0, 0.01)),
            input(12.0, command(0.05, 0.01)),
            input(12.1, command(0.2, 0.01)),
        ],
        trust,
        ratings: [("anna", 3), ("ben", 4)]
            .map(|(rater, quality)| Rating {
                rater: rater.into(),
                label: Label {
                    quality: Some(quality),
                    ..Label::about(Target::Takeover { number: 1 })
                },
                entries: Vec::new(),
                time: String::new(),
            })
            .to_vec(),
        names: vec!["lorry".into()],
        lost: None,
    }
}

/// A number to so many digits, a word, a truth, or nothing.
enum Want {
    Number(f64),
    Word(&'static str),
    Truth(bool),
}
use Want::{Number, Truth, Word};

fn compare(name: &str, got: &Value, want: &Want) {
    match (got, want) {
        (Value::Float(_) | Value::Integer(_), Number(want)) => {
            let got = got.number().expect("finite");
            let close = (got - want).abs() <= 1e-9 * want.abs().max(1.0);
            assert!(close, "{name}: expected {want}, got {got}");
        }
        (Value::Text(got), Word(want)) => assert_eq!(got, want, "{name}"),
        (Value::Flag(got), Truth(want)) => assert_eq!(got, want, "{name}"),
        (got, _) => panic!("{name}: got {got:?}"),
    }
}

const TAKEOVER: [(&str, Want); 65] = [
    ("toc_rating", Number(3.5)),
    ("toc_raters", Number(2.0)),
    ("start_s", Number(10.0)),
    ("presentation_time_s", Number(0.05)),
    ("presentation_uncertainty_s", Number(0.008)),
    ("first_input_time_s", Number(1.85)),
    ("first_input_uncertainty_s", Number(0.009)),
    ("first_input_kind", Word("steering")),
    ("hands_time_s", Number(1.85)),
    ("threshold_time_s", Number(0.2)),
    ("threshold_uncertainty_s", Number(0.001)),
    ("taken_over_by", Word("brake")),
    ("reaction_time_s", Number(2.05)),
    ("reaction_uncertainty_s", Number(0.009)),
    ("in_force_time_s", Number(0.01)),
    ("system_takeover_time_s", Number(2.11)),
    ("stabilisation_time_s", Number(1.89)),
    ("minimal_risk_budget_s", Number(10.0)),
    ("estimated_budget_s", Number(7.5)),
    ("time_budget_s", Number(6.0)),
    ("takeover_buffer_s", Number(3.89)),
    ("outcome", Word("taken over")),
    ("answered", Truth(true)),
    ("missed", Truth(false)),
    ("unprompted", Truth(false)),
    ("needed", Truth(true)),
    ("limit", Word("near miss")),
    ("in_time", Truth(true)),
    ("too_late", Truth(false)),
    ("effect", Word("prevented")),
    ("confidence_at_request", Number(0.4)),
    // From 10.00 to 12.11 + 20.
    ("exposure_s", Number(22.11)),
    ("speed_at_request_mps", Number(20.0)),
    ("min_ttc_s", Number(2.0)),
    ("ttc_at_takeover_s", Number(3.89)),
    // Ticks 13.00 to 14.00, both included; sum of 0.00 to 1.00.
    ("tet_s", Number(1.01)),
    ("tit_s2", Number(0.505)),
    ("min_pet_s", Number(1.5)),
    ("min_gap_m", Number(10.0)),
    ("min_time_gap_s", Number(0.5)),
    // 5 squared / (2 x 10).
    ("max_drac_mps2", Number(1.25)),
    ("max_braking_mps2", Number(4.0)),
    ("max_longitudinal_acceleration_mps2", Number(4.0)),
    ("max_lateral_acceleration_mps2", Number(3.0)),
    ("max_resultant_acceleration_mps2", Number(5.0)),
    // scipy: butter(2, 2, fs=100), filtfilt with a second of signal at both ends, numpy.gradient.
    ("max_jerk_mps3", Number(17.669927493614846)),
    ("rms_jerk_mps3", Number(2.1942221463904645)),
    ("collisions", Number(1.0)),
    ("collided", Truth(true)),
    ("max_delta_v_mps", Number(0.5)),
    ("near_misses", Number(1.0)),
    ("control_s", Number(20.0)),
    // numpy: std(ddof=1), mean and max of |sin|; scipy: butter(2, 0.1, "high", fs=100).
    ("sdlp_m", Number(0.7072836242007384)),
    ("sdlp_high_passed_m", Number(0.6899956828184349)),
    ("mean_lateral_deviation_m", Number(0.6366066823443607)),
    ("max_lateral_deviation_m", Number(1.0)),
    ("lane_departures", Number(10.0)),
    ("lane_departure_s", Number(7.1)),
    ("max_lane_excursion_m", Number(0.15)),
    // Past the marking it is 0.
    ("min_tlc_s", Number(0.0)),
    ("tlc_below_1s_share", Number(0.845)),
    // 11 and 12 reversals in 1999 / 100 s.
    ("steering_reversals_3deg_per_min", Number(33.01650825412707)),
    (
        "steering_reversals_01deg_per_min",
        Number(36.018009004502254),
    ),
    ("steering_entropy", Number(0.5709411994878568)),
    ("max_steering_rate_deg_s", Number(11.951070093122508)),
];

#[test]
fn every_metric_of_a_takeover_is_what_it_is_by_hand() {
    let run = run();
    let settings = Settings {
        window_s: 20.0,
        ..Settings::default()
    };
    let case = Case::new(&run, 1, &settings).expect("a takeover");
    let mut missing = vec!["censored_at_s", "max_steering_deg"];
    for m in metric::of_level("takeover") {
        let Of::Takeover(of) = m.of else { continue };
        let got = of(&case).cleaned();
        match TAKEOVER.iter().find(|(name, _)| *name == m.name) {
            Some((name, want)) => compare(name, &got, want),
            None => {
                let known = missing.iter().position(|n| *n == m.name);
                missing.remove(known.unwrap_or_else(|| panic!("{} is not expected", m.name)));
            }
        }
    }
    assert!(missing.is_empty());
    // What was observed until the end is no censored time.
    assert_eq!(case.censored(), None);
    let wheel = case.driving.steering.expect("driven").max_angle;
    // scipy: the largest of the same after a low-pass at 2 Hz; unfiltered it is 5.4.
    assert!(
        (wheel - 5.365400311427966).abs() < 1e-9 || (wheel - 5.4).abs() < 1e-3,
        "{wheel}"
    );
    assert_eq!(case.needed_s, 60.01 - 10.05);
}

#[test]
fn every_metric_of_a_run_is_what_it_is_by_hand() {
    let run = run();
    let settings = Settings::default();
    let cases = [Case::new(&run, 1, &settings).expect("a takeover")];
    let whole = RunCase::new(&run, &cases, &settings);
    let expected = [
        ("ended", Word("completed")),
        ("duration_s", Number(60.0)),
        ("driven_km", Number(1.2)),
        ("final_speed_mps", Number(20.0)),
        ("mean_speed_mps", Number(20.0)),
        ("collisions", Number(1.0)),
        ("max_delta_v_mps", Number(0.5)),
        ("near_misses", Number(1.0)),
        ("lane_departures", Number(1.0)),
        ("road_departures", Number(1.0)),
        ("min_ttc_s", Number(2.0)),
        ("min_pet_s", Number(1.5)),
        ("max_braking_mps2", Number(4.0)),
        ("minimal_risk_manoeuvres", Number(1.0)),
        ("requests", Number(1.0)),
        ("requests_taken_over", Number(1.0)),
        ("requests_rejected", Number(0.0)),
        ("requests_missed", Number(0.0)),
        ("requests_open", Number(0.0)),
        // One in a minute.
        ("requests_per_h", Number(60.0)),
        ("requests_needed", Number(1.0)),
        ("requests_needless", Number(0.0)),
        ("interventions_unprompted", Number(0.0)),
        ("takeovers_needless", Number(0.0)),
        ("limits_prevented", Number(1.0)),
        ("limits_caused", Number(0.0)),
        // The limit at 16 s, asked for 6 s before; noise is from 36 s on: one window of 20 s, quiet.
        ("detection_hazards", Number(1.0)),
        ("detection_hits", Number(1.0)),
        ("detection_windows", Number(1.0)),
        ("detection_false_alarms", Number(0.0)),
        // From tick 12.11 to 60.00, and from 10.05 on.
        ("operator_driving_s", Number(47.9)),
        ("operator_busy_s", Number(49.96)),
        ("operator_workload_share", Number(49.96 / 60.0)),
        ("operator_available_share", Number(12.1 / 60.0)),
        ("automation_share", Number(12.1 / 60.0)),
        // 9.99 s at 0.9, the rest at 0.4.
        ("mean_confidence", Number((9.99 * 0.9 + 50.01 * 0.4) / 60.0)),
        ("min_confidence", Number(0.4)),
        // Half of the reports are 0.1 off: 0.05. Brier: (0.1 squared + 0.8 x 0.2 + 0.5 x 0.5) / 2.
        ("ece", Number(0.05)),
        ("brier", Number(0.21)),
        ("round_trip_ms", Number(80.0)),
        ("glass_to_glass_ms", Number(210.0)),
        ("link_lost_s", Number(0.3)),
    ];
    let mut seen = 0;
    for m in metric::of_level("run") {
        let Of::Run(of) = m.of else { continue };
        let known = expected.iter().find(|(name, _)| *name == m.name);
        let (name, want) = known.unwrap_or_else(|| panic!("{} is not expected", m.name));
        compare(name, &of(&whole).cleaned(), want);
        seen += 1;
    }
    assert_eq!(seen, expected.len());
}

#[test]
fn a_request_that_nobody_answers_is_censored_at_its_end() {
    let mut run = run();
    let missed = &mut run.account.takeovers[0];
    *missed = Takeover {
        request: Some(1),
        raised_s: Some(10.0),
        shown_s: Some(10.05),
        outcome: Outcome::MinimalRisk,
        ..Takeover::new("lanes".into())
    };
    run.account.events.push(TimedEvent {
        tick: 2000,
        time: 20.0,
        event: Event::RequestEnded {
            request: 1,
            outcome: Outcome::MinimalRisk,
        },
    });
    run.inputs.truncate(1);
    let settings = Settings::default();
    let case = Case::new(&run, 1, &settings).expect("a request");
    assert_eq!(case.reaction(), None);
    let censored = case.censored().expect("censored");
    assert!((censored - 9.95).abs() < 1e-9, "{censored}");
    assert!(case.missed() && !case.taken());
    assert!(case.control.is_empty());
}
