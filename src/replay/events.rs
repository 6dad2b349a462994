//! The event data record of a run: what a vehicle's data storage system (UN R157 section 8, DSSAD) and
//! the German rules on autonomous and remote driving (StVG section 1g, StVFernLV) ask for, as far as a
//! simulator has it. `docs/events.md` says what it has not.
//!
//! An entry is made from an event of the log, or derived from its ticks: emergency manoeuvres, periods
//! of high latency, suppressed input, the trigger of an event data recorder.

mod codes;
mod spell;

pub use codes::{CODES, clause};

use super::utc;
use crate::frame::End;
use crate::link::survey::percentile;
use crate::link::view::LinkView;
use crate::record::messages::{Command, State, lamps};
use crate::record::{Entry as Recorded, LogError, RunInfo, Stream};
use crate::takeover::event::{Authority, Event, MinimalRiskCause, Mode, TimedEvent};
use crate::takeover::reason::Reason;
use crate::takeover::source::Source;
use serde::Serialize;
use spell::{Edge, Spell};
use std::collections::VecDeque;
use std::path::Path;

/// A deceleration beyond this is an emergency manoeuvre, m/s2 (UN R157).
const EMERGENCY: f64 = 5.0;
/// ... once it has lasted for this long, and until it has been less for that long, ticks.
const EMERGENCY_RISE: u64 = 10;
const EMERGENCY_FALL: u64 = 50;
/// From glass to glass and command together, s (StVFernLV).
const LATENCY_LIMIT: f64 = 0.2;
/// A period of latency, or of suppressed input, is over after so many ticks without it.
const FALL: u64 = 50;
/// Change of velocity that triggers an event data recorder, m/s: 8 km/h (49 CFR 563, UN R160), there
/// within 150 ms.
const TRIGGER: f64 = 8.0 / 3.6;
/// After a contact the acceleration is the contact's for at most so many ticks.
const CONTACT: u64 = 25;

/// One entry. Units are in the names; empty where there is nothing to say.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entry {
    /// From 1; keeps the order of entries of one instant.
    pub sequence: u32,
    pub code: &'static str,
    pub clause: &'static str,
    pub cause: Option<String>,
    /// In plain words.
    pub reason: String,
    pub date_utc: String,
    /// To 1 ms.
    pub time_utc: String,
    /// `wall`: when it happened; `run`: start of the run plus time of the run, which went faster or
    /// slower.
    pub clock: &'static str,
    /// Time of the run, pauses left out, and its tick.
    pub time_s: f64,
    pub tick: u64,
    pub request: Option<u32>,
    pub authority: String,
    pub source: &'static str,
    pub speed_m_s: f64,
    pub acceleration_m_s2: f64,
    /// Speed times yaw rate.
    pub lateral_acceleration_m_s2: f64,
    /// Centre of gravity, world axes.
    pub x_m: f64,
    pub y_m: f64,
    pub z_m: f64,
    /// Along the road, and from the lane's centre, left positive.
    pub road_position_m: f64,
    pub lane_offset_m: f64,
    pub steering_wheel_deg: f64,
    pub accelerator: f64,
    pub brake: f64,
    pub brake_lights: bool,
    pub hazard_lights: bool,
    /// `left`, `right`, or none.
    pub indicator: Option<&'static str>,
    /// Glass to glass and command together; none while no operator is there.
    pub latency_ms: Option<f64>,
    pub glass_to_glass_ms: Option<f64>,
    pub command_age_ms: Option<f64>,
    /// As last measured at the operator's end.
    pub round_trip_ms: Option<f64>,
    pub link_loss: Option<f64>,
    pub bandwidth_kbit_s: Option<f64>,
    pub rain_mm_h: f64,
    pub visibility_m: Option<f64>,
    pub confidence: Option<f64>,
    pub software_version: String,
    pub scenario: String,
    /// The time once more, ns since the Unix epoch.
    #[serde(skip)]
    ns: i64,
}

/// Latencies of a run while an operator was there, ms: glass to glass and command together.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Latencies {
    pub median_ms: f64,
    pub p95_ms: f64,
    pub max_ms: f64,
    /// Share of the time above 200 ms, %.
    pub above_200_ms_percent: f64,
}

/// Sums of a record.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Summary {
    pub activations: u32,
    pub deactivations: u32,
    pub transition_demands: u32,
    pub emergency_manoeuvres: u32,
    pub minimal_risk_manoeuvres: u32,
    pub collisions: u32,
    pub remote_drives: u32,
    /// s.
    pub automation_active_s: f64,
    pub remote_driving_s: f64,
    /// All the time that an operator was there, and of it while they drove.
    pub latency: Option<Latencies>,
    pub latency_while_driving: Option<Latencies>,
}

/// The event data record of a run.
#[derive(Clone, Debug, Serialize)]
pub struct EventRecord {
    pub run: RunInfo,
    /// Resolution of the entries' times, and what UN R157 asks for, s.
    pub resolution_s: f64,
    pub resolution_of_the_rule_s: f64,
    pub summary: Summary,
    pub entries: Vec<Entry>,
    /// What is missing or damaged in the log, in words.
    pub lost: Option<String>,
}

impl EventRecord {
    /// Names of an [`Entry`]'s fields, in their order.
    pub const COLUMNS: [&str; 38] = [
        "sequence",
        "code",
        "clause",
        "cause",
        "reason",
        "date_utc",
        "time_utc",
        "clock",
        "time_s",
        "tick",
        "request",
        "authority",
        "source",
        "speed_m_s",
        "acceleration_m_s2",
        "lateral_acceleration_m_s2",
        "x_m",
        "y_m",
        "z_m",
        "road_position_m",
        "lane_offset_m",
        "steering_wheel_deg",
        "accelerator",
        "brake",
        "brake_lights",
        "hazard_lights",
        "indicator",
        "latency_ms",
        "glass_to_glass_ms",
        "command_age_ms",
        "round_trip_ms",
        "link_loss",
        "bandwidth_kbit_s",
        "rain_mm_h",
        "visibility_m",
        "confidence",
        "software_version",
        "scenario",
    ];

    /// # Errors
    /// If the file cannot be read or is no record. A damaged one is read as far as it goes.
    pub fn read(path: &Path) -> Result<Self, LogError> {
        let mut stream = Stream::scan(path)?;
        let mut gatherer = Gatherer::new(stream.info.clone());
        let lost = stream.each(false, |entry| gatherer.entry(&entry));
        Ok(gatherer.finish(stream.end.as_ref().map(|e| e.outcome), lost))
    }
}

/// Something to tell, at a tick.
struct Note {
    tick: u64,
    code: &'static str,
    cause: Option<String>,
    reason: String,
    request: Option<u32>,
    /// So much later by the wall clock than its tick, s.
    later: f64,
}

/// Fed with a log's entries in order.
struct Gatherer {
    info: RunInfo,
    link: Option<LinkView>,
    visibility: Option<f64>,
    command: Command,
    /// Entries as they would be at the latest ticks, without what happened.
    moments: VecDeque<Entry>,
    /// Waits for its tick's state.
    waiting: Vec<TimedEvent>,
    entries: Vec<Entry>,
    /// The automation is in command; a person is; a manoeuvre goes on.
    active: bool,
    driving: bool,
    stopping: bool,
    /// A collision whose impact is still to come: its tick, and the first step's change of velocity, m/s.
    contact: Option<(u64, f64)>,
    emergency: Spell,
    latency: Spell,
    suppressed: Spell,
    capped: Spell,
    shared: bool,
    /// The largest of the period, s.
    worst: f64,
    latencies: [Vec<f64>; 2],
    summary: Summary,
}

/// The latest ticks that an edge can go back to.
const KEPT: usize = FALL as usize + EMERGENCY_FALL as usize;

impl Gatherer {
    fn new(info: RunInfo) -> Self {
        Self {
            info,
            link: None,
            visibility: None,
            command: Command::default(),
            moments: VecDeque::new(),
            waiting: Vec::new(),
            entries: Vec::new(),
            active: false,
            driving: false,
            stopping: false,
            contact: None,
            emergency: Spell::new(EMERGENCY_RISE, EMERGENCY_FALL),
            latency: Spell::new(1, FALL),
            suppressed: Spell::new(1, 1),
            capped: Spell::new(1, FALL),
            shared: false,
            worst: 0.0,
            latencies: [Vec::new(), Vec::new()],
            summary: Summary::default(),
        }
    }

    fn entry(&mut self, entry: &Recorded) {
        match entry {
            Recorded::Link(view) => self.link = Some(*view),
            Recorded::Perception(p) => self.visibility = Some(f64::from(p.visibility)),
            Recorded::Command(command) => self.command = *command,
            // What the run itself tells between two ticks belongs to the one before.
            Recorded::Event(e) if self.moments.back().is_some_and(|m| e.tick <= m.tick) => {
                self.event(e);
            }
            Recorded::Event(event) => self.waiting.push(event.clone()),
            Recorded::State(state) => self.state(state),
            _ => {}
        }
    }

    fn state(&mut self, state: &State) {
        let moment = self.moment(state);
        match self.moments.back().map(|m| m.tick) {
            None => self.begin(state, &moment),
            Some(last) if state.tick > last + 1 => {
                let reason = format!("ticks {} to {} are missing", last + 1, state.tick - 1);
                self.note(last, "record_gap", None, reason);
            }
            Some(_) => {}
        }
        self.moments.push_back(moment);
        if self.moments.len() > KEPT {
            self.moments.pop_front();
        }
        let (due, later) = std::mem::take(&mut self.waiting)
            .into_iter()
            .partition(|e: &TimedEvent| e.tick <= state.tick);
        self.waiting = later;
        for event in due {
            self.event(&event);
        }
        self.derive(state);
    }

    /// Every run starts with the automation active.
    fn begin(&mut self, state: &State, moment: &Entry) {
        if state.tick > 1 {
            let reason = format!("the log begins at tick {}", state.tick);
            self.moments.push_back(moment.clone());
            self.note(state.tick, "record_start", None, reason);
            self.active = matches!(
                state.authority_kind(),
                Authority::Automation | Authority::RequestPending | Authority::MinimalRisk
            );
            self.driving = state.authority_kind().is_in_command();
            self.stopping = state.authority_kind() == Authority::MinimalRisk;
            return;
        }
        let started = self.info.started_ns;
        let (date_utc, time_utc) = utc::date_and_time(started);
        // Of before the first step nothing but this is on record; the first tick is 10 ms later.
        self.moments.push_back(Entry {
            tick: 0,
            time_s: 0.0,
            date_utc,
            time_utc,
            ns: started,
            authority: codes::word(Authority::Automation),
            ..moment.clone()
        });
        self.active = true;
        let reason = "the run starts with the automation active";
        self.note(0, "activation", None, reason.into());
    }

    fn moment(&self, state: &State) -> Entry {
        let time_s = state.tick as f64 / self.info.tick_hz.max(1) as f64;
        // A run faster than real time has no wall clock on record.
        let (clock, since) = match state.wall_s {
            wall if wall > 0.0 => ("wall", wall),
            _ => ("run", time_s),
        };
        let body = state.bodies.first().copied().unwrap_or_default();
        let lit = |lamp| body.lamps & lamp != 0;
        let ns = self.info.started_ns.saturating_add((since * 1e9) as i64);
        let (date_utc, time_utc) = utc::date_and_time(ns);
        let there = self.command.present;
        let ms = |s: f64| there.then(|| rounded(s * 1e3));
        Entry {
            sequence: 0,
            code: "",
            clause: "",
            cause: None,
            reason: String::new(),
            date_utc,
            time_utc,
            clock,
            time_s: rounded(time_s),
            tick: state.tick,
            request: None,
            authority: codes::word(state.authority_kind()),
            source: source(state.source),
            speed_m_s: rounded(f64::from(state.speed)),
            acceleration_m_s2: rounded(f64::from(state.acceleration)),
            lateral_acceleration_m_s2: rounded(f64::from(state.speed) * f64::from(body.wz)),
            x_m: rounded(f64::from(body.x)),
            y_m: rounded(f64::from(body.y)),
            z_m: rounded(f64::from(body.z)),
            road_position_m: rounded(state.s),
            lane_offset_m: rounded(state.offset),
            steering_wheel_deg: rounded(f64::from(state.wheel).to_degrees()),
            accelerator: rounded(f64::from(state.accelerator)),
            brake: rounded(f64::from(state.brake)),
            brake_lights: lit(lamps::BRAKE),
            hazard_lights: lit(lamps::HAZARD),
            indicator: match (lit(lamps::LEFT), lit(lamps::RIGHT)) {
                (true, _) => Some("left"),
                (_, true) => Some("right"),
                _ => None,
            },
            latency_ms: ms(self.command.age + self.command.glass),
            glass_to_glass_ms: ms(self.command.glass),
            command_age_ms: ms(self.command.age),
            round_trip_ms: self.link.and_then(|l| Some(rounded(l.round_trip? * 1e3))),
            link_loss: self.link.map(|l| rounded(l.loss)),
            bandwidth_kbit_s: self.link.and_then(|l| l.bandwidth).map(rounded),
            rain_mm_h: rounded(state.rain),
            visibility_m: self.visibility.map(rounded),
            confidence: state.confidence.map(rounded),
            software_version: self.info.version.clone(),
            scenario: self.info.scenario.clone(),
            ns,
        }
    }

    fn note(&mut self, tick: u64, code: &'static str, cause: Option<String>, reason: String) {
        self.write(Note {
            tick,
            code,
            cause,
            reason,
            request: None,
            later: 0.0,
        });
    }

    fn write(&mut self, note: Note) {
        let at = self.moments.iter().rev().find(|m| m.tick <= note.tick);
        let Some(moment) = at.or(self.moments.front()) else {
            return;
        };
        let mut entry = Entry {
            code: note.code,
            clause: clause(note.code),
            cause: note.cause,
            reason: note.reason,
            request: note.request,
            ..moment.clone()
        };
        if entry.clock == "wall" {
            // The next tick's clock would do, but this may have been the last.
            entry.ns = entry.ns.saturating_add((note.later * 1e9) as i64);
            (entry.date_utc, entry.time_utc) = utc::date_and_time(entry.ns);
        }
        self.entries.push(entry);
    }

    fn event(&mut self, timed: &TimedEvent) {
        let event = &timed.event;
        let tick = timed.tick;
        let say = |text: &str| text.to_string();
        // What comes before the event itself.
        match event {
            Event::TakenOver { by, .. } => {
                if std::mem::take(&mut self.active) {
                    let cause = codes::override_by(*by).into();
                    let reason = format!("the operator took over by {}", by.label());
                    self.note(tick, "deactivation", Some(cause), reason);
                }
                if std::mem::take(&mut self.stopping) {
                    let cause = Some(say("taken_over"));
                    self.note(
                        tick,
                        "minimal_risk_manoeuvre_end",
                        cause,
                        say("a person took over"),
                    );
                }
                self.summary.remote_drives += 1;
            }
            Event::MinimalRiskStarted { cause, .. } => {
                if *cause == MinimalRiskCause::SevereFailure {
                    self.severe_failure(tick, "the automation cannot go on at all");
                }
                if self.driving {
                    self.stop_driving(tick, codes::word(cause), cause.label());
                }
            }
            Event::HandedBack => self.stop_reduction(tick),
            Event::Advisory {
                reason: Reason::SensorFailure,
            } => self.severe_failure(tick, "perception delivers nothing at all"),
            _ => {}
        }
        if let Some((code, cause)) = codes::of(event) {
            let mut reason = event.describe();
            if code == "remote_driving_start" {
                reason += &format!(", remote drive {} of this run", self.summary.remote_drives);
            }
            let later = match event {
                Event::Resumed { stood_s } => *stood_s,
                _ => 0.0,
            };
            self.write(Note {
                tick,
                code,
                cause,
                reason,
                request: request_of(event),
                later,
            });
        }
        // What follows from it.
        match event {
            Event::TakenOver { mode, .. } => {
                self.driving = true;
                self.shared = *mode == Mode::Shared;
                if self.shared {
                    let reason = say("operator and automation steer together");
                    let cause = Some(say("shared_control"));
                    self.note(tick, "driver_input_reduction_start", cause, reason);
                }
            }
            Event::ControlUnshared { .. } if self.shared => self.end_shared(tick),
            Event::HandedBack => {
                self.driving = false;
                self.active = true;
                self.note(tick, "activation", None, say("the operator handed back"));
            }
            Event::MinimalRiskStarted { .. } => self.stopping = true,
            Event::Standstill => {
                self.stopping = false;
                if std::mem::take(&mut self.active) {
                    let cause = Some(say("end_of_minimal_risk_manoeuvre"));
                    let reason = say("off until the next run, or until a person takes over");
                    self.note(tick, "deactivation", cause, reason);
                }
            }
            Event::Collision { delta_v, .. } => self.contact = Some((tick, *delta_v)),
            Event::Impact { with, delta_v, .. } => {
                self.contact = None;
                self.trigger(tick, *delta_v, &format!("impact with {with}"));
            }
            _ => {}
        }
    }

    fn severe_failure(&mut self, tick: u64, reason: &str) {
        self.note(tick, "severe_system_failure", None, reason.into());
    }

    fn trigger(&mut self, tick: u64, delta_v: f64, of: &str) {
        if delta_v > TRIGGER {
            let reason = format!("{of}: delta-v {:.1} km/h, more than 8 km/h", delta_v * 3.6);
            self.note(tick, "edr_trigger", Some("delta_v".into()), reason);
        }
    }

    fn stop_driving(&mut self, tick: u64, cause: String, because: &str) {
        self.driving = false;
        self.stop_reduction(tick);
        let reason = format!("the operator no longer drives: {because}");
        self.note(tick, "remote_driving_end", Some(cause), reason);
    }

    fn end_shared(&mut self, tick: u64) {
        self.shared = false;
        let cause = Some("shared_control".to_string());
        let reason = "operator and automation no longer steer together".into();
        self.note(tick, "driver_input_reduction_end", cause, reason);
    }

    fn stop_reduction(&mut self, tick: u64) {
        if self.shared {
            self.end_shared(tick);
        }
    }

    /// What no event tells: read off each tick.
    fn derive(&mut self, state: &State) {
        let tick = state.tick;
        let dt = 1.0 / self.info.tick_hz.max(1) as f64;
        let authority = state.authority_kind();
        let automation = matches!(
            authority,
            Authority::Automation | Authority::RequestPending | Authority::MinimalRisk
        );
        let in_command = authority.is_in_command();
        if self.active {
            self.summary.automation_active_s += dt;
        }
        if in_command {
            self.summary.remote_driving_s += dt;
        }
        let touching = self
            .contact
            .is_some_and(|(since, _)| tick < since + CONTACT);
        let braking = f64::from(state.acceleration) < -EMERGENCY && state.brake > 0.0;
        let edge = self
            .emergency
            .step(tick, automation && braking && !touching);
        let over = (!automation).then(|| self.emergency.stop()).flatten();
        for edge in [edge, over].into_iter().flatten() {
            let limit = format!("{EMERGENCY:.1} m/s2");
            match edge {
                Edge::Start(at) => {
                    let reason = format!("the automation brakes by more than {limit}");
                    self.note(at, "emergency_manoeuvre_start", None, reason);
                }
                Edge::End(at) => {
                    let reason = format!("the automation no longer brakes by more than {limit}");
                    self.note(at.min(tick), "emergency_manoeuvre_end", None, reason);
                }
            }
        }
        let latency = self.command.age + self.command.glass;
        if self.command.present {
            self.latencies[0].push(latency);
            if in_command {
                self.latencies[1].push(latency);
            }
        }
        let late = self.command.present && latency > LATENCY_LIMIT;
        let edge = self.latency.step(tick, late);
        self.worst = if late {
            self.worst.max(latency)
        } else {
            self.worst
        };
        if let Some(edge) = edge {
            self.latency_edge(edge, tick);
        }
        let bridged = in_command && state.source == Source::Bridge.number();
        match self.suppressed.step(tick, bridged) {
            Some(Edge::Start(at)) => {
                let reason = "out of reach: the automation steers and brakes instead".into();
                self.note(at, "driver_input_suppression_start", None, reason);
            }
            Some(Edge::End(at)) => {
                let reason = "the operator's input counts again, or is no longer asked for".into();
                self.note(at.min(tick), "driver_input_suppression_end", None, reason);
            }
            None => {}
        }
        let cap = state
            .speed_cap
            .filter(|cap| in_command && *cap < state.speed_limit - 0.1);
        let cause = || Some("speed_cap".to_string());
        match self.capped.step(tick, cap.is_some()) {
            Some(Edge::Start(at)) => {
                let kmh = |v: f64| format!("{:.0} km/h", v * 3.6);
                let reason = format!(
                    "for the link's sake no faster than {}, where {} are allowed",
                    kmh(cap.unwrap_or_default()),
                    kmh(state.speed_limit)
                );
                self.note(at, "driver_input_reduction_start", cause(), reason);
            }
            Some(Edge::End(at)) => {
                let reason = "the link no longer caps the speed, or nobody drives by it".into();
                self.note(at.min(tick), "driver_input_reduction_end", cause(), reason);
            }
            None => {}
        }
    }

    fn latency_edge(&mut self, edge: Edge, tick: u64) {
        match edge {
            Edge::Start(at) => {
                let now = self.command.age + self.command.glass;
                let reason = format!(
                    "{:.0} ms: {:.0} from glass to glass, {:.0} for the command; the limit is {:.0} ms",
                    now * 1e3,
                    self.command.glass * 1e3,
                    self.command.age * 1e3,
                    LATENCY_LIMIT * 1e3
                );
                self.note(at, "latency_above_limit", None, reason);
            }
            Edge::End(at) => {
                let reason = format!("at most {:.0} ms in between", self.worst * 1e3);
                self.note(at.min(tick), "latency_within_limit", None, reason);
                self.worst = 0.0;
            }
        }
    }

    fn finish(mut self, outcome: Option<End>, lost: Option<String>) -> EventRecord {
        let last = self.moments.back().map_or(0, |m| m.tick);
        for event in std::mem::take(&mut self.waiting) {
            self.event(&event);
        }
        if let Some((tick, delta_v)) = self.contact {
            self.trigger(
                tick,
                delta_v,
                "collision, first step only: the run ended in it",
            );
        }
        match outcome {
            Some(end) => {
                let reason = end.label().to_string();
                self.note(last, "record_end", Some(codes::word(end)), reason);
            }
            None => {
                let reason = lost
                    .clone()
                    .unwrap_or_else(|| "the run's end is missing".into());
                self.note(last, "record_broken_off", None, reason);
            }
        }
        // Derived entries go back to where they began.
        self.entries.sort_by_key(|e| e.tick);
        for (number, entry) in (1..).zip(&mut self.entries) {
            entry.sequence = number;
        }
        let count = |code: &str| self.entries.iter().filter(|e| e.code == code).count() as u32;
        let [all, driving] = self.latencies.map(latencies);
        let summary = Summary {
            activations: count("activation"),
            deactivations: count("deactivation"),
            transition_demands: count("transition_demand"),
            emergency_manoeuvres: count("emergency_manoeuvre_start"),
            minimal_risk_manoeuvres: count("minimal_risk_manoeuvre_start"),
            collisions: count("detected_collision"),
            remote_drives: self.summary.remote_drives,
            automation_active_s: rounded(self.summary.automation_active_s),
            remote_driving_s: rounded(self.summary.remote_driving_s),
            latency: all,
            latency_while_driving: driving,
        };
        EventRecord {
            run: self.info,
            resolution_s: 0.001,
            resolution_of_the_rule_s: 1.0,
            summary,
            entries: self.entries,
            lost,
        }
    }
}

fn request_of(event: &Event) -> Option<u32> {
    match event {
        Event::RequestRaised { request, .. }
        | Event::ReasonAdded { request, .. }
        | Event::RequestEscalated { request }
        | Event::Rejected { request }
        | Event::RequestEnded { request, .. } => Some(*request),
        Event::TakenOver { request, .. } | Event::MinimalRiskStarted { request, .. } => *request,
        _ => None,
    }
}

fn source(number: i32) -> &'static str {
    match number {
        0 => "automation",
        1 => "bridge",
        2 => "operator",
        3 => "shared",
        _ => "unknown",
    }
}

/// To a millionth: what a log keeps is coarser.
fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

fn latencies(mut seconds: Vec<f64>) -> Option<Latencies> {
    seconds.sort_by(f64::total_cmp);
    let ms = |share| Some(rounded(percentile(&seconds, share)? * 1e3));
    let above = seconds.iter().filter(|s| **s > LATENCY_LIMIT).count();
    Some(Latencies {
        median_ms: ms(0.5)?,
        p95_ms: ms(0.95)?,
        max_ms: ms(1.0)?,
        above_200_ms_percent: rounded(100.0 * above as f64 / seconds.len() as f64),
    })
}

#[cfg(test)]
mod tests;
