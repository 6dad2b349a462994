use super::*;
use crate::referee::Nearness;
use crate::road_user::RoadUser;
use crate::takeover::event::{Outcome, Unshared};
use crate::takeover::intent::Means;

fn info() -> RunInfo {
    RunInfo {
        format: 2,
        version: "1.2.3".into(),
        platform: "test".into(),
        scenario: "a.ron".into(),
        seed: 1,
        operator: "none".into(),
        pace: "fast".into(),
        // 2026-11-27 08:00:00.250 UTC.
        started_ns: 1_795_766_400_250_000_000,
        tick_hz: 100,
        link: None,
        fork: None,
        participant: None,
        conditions: Default::default(),
    }
}

/// A run, tick by tick.
struct Run {
    gatherer: Gatherer,
    state: State,
    command: Command,
    tick: u64,
}

impl Run {
    fn new() -> Self {
        Self {
            gatherer: Gatherer::new(info()),
            state: State {
                speed: 20.0,
                speed_limit: 25.0,
                ..State::default()
            },
            command: Command::default(),
            tick: 0,
        }
    }

    fn go(mut self, ticks: u64) -> Self {
        for _ in 0..ticks {
            let command = Command {
                tick: self.tick,
                ..self.command
            };
            self.gatherer.entry(&Recorded::Command(command));
            self.tick += 1;
            let state = State {
                tick: self.tick,
                ..self.state.clone()
            };
            self.gatherer.entry(&Recorded::State(state));
        }
        self
    }

    /// In the step that leaves the latest tick, as the simulation tells it.
    fn tell(mut self, event: Event) -> Self {
        let (tick, time) = (self.tick, self.tick as f64 / 100.0);
        let event = TimedEvent { tick, time, event };
        self.gatherer.entry(&Recorded::Event(event));
        self
    }

    fn with(mut self, change: impl FnOnce(&mut State, &mut Command)) -> Self {
        change(&mut self.state, &mut self.command);
        self
    }

    fn authority(self, authority: Authority) -> Self {
        self.with(|s, _| {
            s.authority = authority as i32;
            s.source = if authority.is_in_command() { 2 } else { 0 };
        })
    }

    fn record(self) -> EventRecord {
        self.gatherer.finish(Some(End::Completed), None)
    }

    /// Code, cause and tick of each entry, without the first and the last.
    fn told(self) -> Vec<(&'static str, String, u64)> {
        let mut all: Vec<_> = self
            .record()
            .entries
            .into_iter()
            .map(|e| (e.code, e.cause.unwrap_or_default(), e.tick))
            .collect();
        assert_eq!(all.remove(0), ("activation", String::new(), 0));
        assert_eq!(all.pop().map(|e| e.0), Some("record_end"));
        all
    }
}

fn entry(code: &'static str, cause: &str, tick: u64) -> (&'static str, String, u64) {
    (code, cause.into(), tick)
}

fn taken_over(by: Means) -> Event {
    Event::TakenOver {
        request: Some(1),
        by,
        mode: Mode::Direct,
    }
}

fn raised(reason: Reason) -> Event {
    Event::RequestRaised {
        request: 1,
        reason,
        confidence: 0.4,
        budget_s: 10.0,
        estimate_s: None,
        inputs: None,
    }
}

#[test]
fn a_takeover_and_a_hand_back_in_the_rules_terms() {
    let run = Run::new()
        .go(10)
        .tell(raised(Reason::Lanes))
        .authority(Authority::RequestPending)
        .go(10)
        .tell(taken_over(Means::Steering))
        .tell(Event::RequestEnded {
            request: 1,
            outcome: Outcome::TakenOver,
        })
        .authority(Authority::Operator)
        .go(10)
        .tell(Event::HandedBack)
        .authority(Authority::Automation)
        .go(10);
    let record = run.record();
    let sequence: Vec<_> = record.entries.iter().map(|e| e.sequence).collect();
    assert_eq!(sequence, (1..=8).collect::<Vec<_>>());
    let told: Vec<_> = record
        .entries
        .iter()
        .map(|e| (e.code, e.cause.as_deref().unwrap_or_default(), e.tick))
        .collect();
    let expected = [
        ("activation", "", 0),
        ("transition_demand", "unplanned: lanes", 10),
        ("deactivation", "steering_override", 20),
        ("remote_driving_start", "steering_override", 20),
        ("transition_demand_end", "taken_over", 20),
        ("remote_driving_end", "hand_back", 30),
        ("activation", "", 30),
        ("record_end", "completed", 40),
    ];
    assert_eq!(told, expected);
    let demand = &record.entries[1];
    assert_eq!(demand.clause, "UN R157 8.2.1 (c)");
    assert_eq!(demand.request, Some(1));
    assert_eq!(demand.date_utc, "2026-11-27");
    assert_eq!(demand.time_utc, "08:00:00.350");
    assert_eq!(demand.clock, "run");
    assert_eq!(demand.software_version, "1.2.3");
    assert_eq!(demand.speed_m_s, 20.0);
    let summary = &record.summary;
    assert_eq!((summary.activations, summary.deactivations), (2, 1));
    assert_eq!((summary.transition_demands, summary.remote_drives), (1, 1));
    assert!((summary.remote_driving_s - 0.1).abs() < 1e-9);
}

#[test]
fn every_means_and_every_reason_has_its_kind() {
    for (by, cause) in [
        (Means::Button, "dedicated_means"),
        (Means::Steering, "steering_override"),
        (Means::Accelerator, "accelerator_override"),
        (Means::Brake, "brake_override"),
    ] {
        let told = Run::new().go(1).tell(taken_over(by)).go(1).told();
        assert_eq!(told[0], entry("deactivation", cause, 1));
    }
    for reason in Reason::ALL {
        let told = Run::new().go(1).tell(raised(reason)).go(1).told();
        let kind = match reason {
            Reason::Planned | Reason::MapEnd => "planned",
            Reason::SensorFailure => "system_failure",
            _ => "unplanned",
        };
        let cause = format!("{kind}: {}", reason.name());
        assert_eq!(told[0], entry("transition_demand", &cause, 1));
    }
}

#[test]
fn a_minimal_risk_manoeuvre_ends_by_standing_or_by_a_person() {
    let started = |cause| Event::MinimalRiskStarted {
        request: None,
        cause,
    };
    let stood = Run::new()
        .go(5)
        .tell(started(MinimalRiskCause::SevereFailure))
        .go(5)
        .tell(Event::Standstill)
        .go(5)
        .tell(taken_over(Means::Button))
        .go(1)
        .told();
    let expected = [
        entry("severe_system_failure", "", 5),
        entry("minimal_risk_manoeuvre_start", "severe_failure", 5),
        entry("minimal_risk_manoeuvre_end", "standstill", 10),
        entry("deactivation", "end_of_minimal_risk_manoeuvre", 10),
        // Off already: no second deactivation.
        entry("remote_driving_start", "dedicated_means", 15),
    ];
    assert_eq!(stood, expected);
    let taken = Run::new()
        .go(5)
        .tell(started(MinimalRiskCause::NoResponse))
        .go(5)
        .tell(taken_over(Means::Brake))
        .go(5)
        .tell(started(MinimalRiskCause::LinkLost))
        .go(1)
        .told();
    let expected = [
        entry("minimal_risk_manoeuvre_start", "no_response", 5),
        entry("deactivation", "brake_override", 10),
        entry("minimal_risk_manoeuvre_end", "taken_over", 10),
        entry("remote_driving_start", "brake_override", 10),
        entry("remote_driving_end", "link_lost", 15),
        entry("minimal_risk_manoeuvre_start", "link_lost", 15),
    ];
    assert_eq!(taken, expected);
}

#[test]
fn an_emergency_manoeuvre_is_hard_braking_of_the_automation_that_lasts() {
    let brake = |a: f32, brake: f32| {
        move |s: &mut State, _: &mut Command| (s.acceleration, s.brake) = (a, brake)
    };
    let told = Run::new()
        .go(10)
        .with(brake(-6.0, 0.8))
        .go(30)
        // A short let-up does not end it.
        .with(brake(-4.0, 0.5))
        .go(20)
        .with(brake(-6.0, 0.8))
        .go(10)
        .with(brake(-1.0, 0.1))
        .go(60)
        .told();
    let expected = [
        entry("emergency_manoeuvre_start", "", 11),
        entry("emergency_manoeuvre_end", "", 71),
    ];
    assert_eq!(told, expected);
    // Too short, without brakes, or a person's.
    let short = Run::new().go(10).with(brake(-6.0, 0.8)).go(9);
    let coasting = Run::new().go(10).with(brake(-6.0, 0.0)).go(30);
    let person = Run::new()
        .authority(Authority::Operator)
        .with(brake(-6.0, 0.8))
        .go(30);
    for run in [short.with(brake(0.0, 0.0)).go(60), coasting, person] {
        assert_eq!(run.told(), []);
    }
    // Ends where somebody takes over.
    let told = Run::new()
        .with(brake(-6.0, 0.8))
        .go(30)
        .authority(Authority::Operator)
        .go(5)
        .told();
    assert_eq!(told[1], entry("emergency_manoeuvre_end", "", 31));
}

fn collision(delta_v: f64) -> Event {
    Event::Collision {
        with: "van".into(),
        kind: None,
        closing_speed: 5.0,
        delta_v,
    }
}

fn impact(delta_v: f64) -> Event {
    Event::Impact {
        with: "van".into(),
        kind: None,
        delta_v,
        other_delta_v: None,
        duration: 0.05,
    }
}

#[test]
fn a_contact_is_no_emergency_braking_and_triggers_by_its_change_of_velocity() {
    let struck = |delta_v| {
        Run::new()
            .with(|s, _| s.brake = 0.5)
            .go(10)
            .tell(collision(0.5))
            .with(|s, _| s.acceleration = -40.0)
            .go(12)
            .tell(impact(delta_v))
            .with(|s, _| s.acceleration = 0.0)
            .go(30)
            .told()
    };
    let light = [
        entry("detected_collision", "object", 10),
        entry("impact", "", 22),
    ];
    assert_eq!(struck(2.2), light);
    let told = struck(2.3);
    assert_eq!(told[..2], light);
    assert_eq!(told[2], entry("edr_trigger", "delta_v", 22));
    assert_eq!(told.len(), 3);
    // The run ended before the push was over.
    let told = Run::new().go(10).tell(collision(3.0)).go(2).told();
    assert_eq!(told[1], entry("edr_trigger", "delta_v", 10));
}

#[test]
fn periods_of_high_latency_are_told_with_their_worst() {
    let late = |glass: f64| {
        move |_: &mut State, c: &mut Command| {
            (c.present, c.glass, c.age) = (true, glass, 0.05);
        }
    };
    let run = Run::new()
        .with(late(0.1))
        .go(10)
        .with(late(0.2))
        .go(10)
        .with(late(0.1))
        .go(20)
        .with(late(0.25))
        .go(10)
        .with(late(0.15))
        .go(60);
    let record = run.record();
    let told: Vec<_> = record.entries.iter().map(|e| (e.code, e.tick)).collect();
    let expected = [
        ("activation", 0),
        ("latency_above_limit", 11),
        ("latency_within_limit", 51),
        ("record_end", 110),
    ];
    assert_eq!(told, expected);
    assert!(
        record.entries[2].reason.contains("300 ms"),
        "{}",
        record.entries[2].reason
    );
    assert_eq!(record.entries[1].latency_ms, Some(250.0));
    let latency = record.summary.latency.expect("measured");
    assert!((latency.max_ms - 300.0).abs() < 1e-6, "{latency:?}");
    assert!((latency.above_200_ms_percent - 2000.0 / 110.0).abs() < 1e-5);
    assert_eq!(record.summary.latency_while_driving, None);
    // Without anybody there is no latency.
    let nobody = Run::new()
        .with(late(0.5))
        .with(|_, c| c.present = false)
        .go(60);
    assert_eq!(nobody.told(), []);
}

#[test]
fn input_that_counts_less_or_not_at_all_is_told() {
    let told = Run::new()
        .go(10)
        .tell(Event::TakenOver {
            request: None,
            by: Means::Button,
            mode: Mode::Shared,
        })
        .authority(Authority::Shared)
        .go(10)
        .tell(Event::ControlUnshared {
            because: Unshared::Button,
        })
        .authority(Authority::Operator)
        .go(10)
        .with(|s, _| s.source = Source::Bridge.number())
        .go(10)
        .with(|s, _| s.source = 2)
        .go(10)
        .with(|s, _| s.speed_cap = Some(20.0))
        .go(10)
        .with(|s, _| s.speed_cap = Some(25.0))
        .go(60)
        .told();
    let expected = [
        entry("deactivation", "dedicated_means", 10),
        entry(
            "remote_driving_start",
            "dedicated_means: shared_control",
            10,
        ),
        entry("driver_input_reduction_start", "shared_control", 10),
        entry("control_mode", "button", 20),
        entry("driver_input_reduction_end", "shared_control", 20),
        entry("driver_input_suppression_start", "", 31),
        entry("driver_input_suppression_end", "", 41),
        entry("driver_input_reduction_start", "speed_cap", 51),
        entry("driver_input_reduction_end", "speed_cap", 61),
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_pause_is_in_the_wall_clock_and_not_in_the_run() {
    let mut run = Run::new();
    for (tick, wall_s) in [(1, 0.01), (2, 0.02)] {
        run.state.wall_s = wall_s;
        assert_eq!(run.tick + 1, tick);
        run = run.go(1);
    }
    run = run
        .tell(Event::Paused)
        .tell(Event::Resumed { stood_s: 5.0 });
    run.state.wall_s = 5.03;
    let entries = run.go(1).record().entries;
    let times: Vec<_> = entries
        .iter()
        .map(|e| (e.code, e.time_s, e.time_utc.as_str(), e.clock))
        .collect();
    assert_eq!(times[1], ("run_paused", 0.02, "08:00:00.270", "wall"));
    assert_eq!(times[2], ("run_resumed", 0.02, "08:00:05.270", "wall"));
    assert_eq!(times[3], ("record_end", 0.03, "08:00:05.280", "wall"));
}

#[test]
fn what_is_missing_of_a_log_is_in_its_record() {
    let mut late = Run::new();
    late.tick = 49;
    late.state.authority = Authority::Operator as i32;
    let mut late = late.go(10);
    late.tick = 80;
    let record = late.go(5).gatherer.finish(None, Some("cut".into()));
    let told: Vec<_> = record.entries.iter().map(|e| (e.code, e.tick)).collect();
    let expected = [
        ("record_start", 50),
        ("record_gap", 59),
        ("record_broken_off", 85),
    ];
    assert_eq!(told, expected);
    assert_eq!(record.entries[1].reason, "ticks 60 to 80 are missing");
    assert_eq!(record.lost.as_deref(), Some("cut"));
    let empty = Gatherer::new(info()).finish(None, None);
    assert_eq!(empty.entries, []);
}

#[test]
fn near_misses_departures_and_what_is_the_scenario_s() {
    let told = Run::new()
        .go(1)
        .tell(Event::NearMiss {
            with: "car".into(),
            kind: RoadUser::Car,
            by: Nearness::Ttc,
            value: 1.0,
        })
        .tell(Event::Action {
            user: "car".into(),
            action: "brake".into(),
            phase: crate::traffic::Phase::Started,
        })
        .tell(Event::Advisory {
            reason: Reason::SensorFailure,
        })
        .go(1)
        .told();
    let expected = [
        entry("near_miss_start", "ttc", 1),
        entry("severe_system_failure", "", 1),
        entry("system_advisory", "sensor_failure", 1),
    ];
    assert_eq!(told, expected);
}

#[test]
fn each_code_is_there_once_and_is_used() {
    let sources = [
        include_str!("../events.rs"),
        include_str!("codes.rs")
            .split("pub fn clause")
            .nth(1)
            .expect("a table and functions"),
    ];
    for (i, (code, clause, _)) in CODES.iter().enumerate() {
        assert!(CODES[..i].iter().all(|(c, _, _)| c != code), "{code} twice");
        assert!(!clause.is_empty());
        let quoted = format!("\"{code}\"");
        assert!(
            sources.iter().any(|s| s.contains(&quoted)),
            "{code} is never told"
        );
    }
}

/// `UPDATE_DOCS=1 cargo test --no-default-features --lib events` writes the table anew.
#[test]
fn the_table_in_the_documentation_is_that_of_the_code() {
    const START: &str = "<!-- codes: made from the code -->\n";
    let mut table = String::from("| code | clause | says |\n|---|---|---|\n");
    for (code, clause, says) in CODES {
        table += &format!("| `{code}` | {clause} | {says} |\n");
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/events.md");
    let text = std::fs::read_to_string(path).expect("readable");
    let start = text.find(START).expect("the mark") + START.len();
    let end = start + text[start..].find("<!-- end -->").expect("the end mark");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        let new = [&text[..start], &table, &text[end..]].concat();
        std::fs::write(path, new).expect("writable");
        return;
    }
    assert!(
        text[start..end] == table,
        "docs/events.md is behind: UPDATE_DOCS=1"
    );
}
