//! What a run came to: its takeovers, its collisions, its end. Fed live or from a record.

use super::dangers::{DangerWatch, Dangers, Measured};
use crate::command::Input;
use crate::frame::Frame;
use crate::record::{Entry, Log};
use crate::referee::verdict::RequestVerdict;
use crate::road_user::RoadUser;
use crate::scenario::Scenario;
use crate::takeover::alert::Presented;
use crate::takeover::event::{Authority, Event, TimedEvent};
use crate::takeover::timeline::{Outcome, Takeover, Timeline};
use crate::traffic::Traffic;
use serde::{Deserialize, Serialize};

/// A collision of the ego.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Collision {
    pub time_s: f64,
    pub with: String,
    /// What it is; none for an object.
    pub kind: Option<RoadUser>,
    /// Speed of one against the other just before, m/s.
    pub closing_speed: f64,
    /// Change of the ego's velocity over the contact, m/s.
    pub delta_v: f64,
    /// ... and of the other's; none for an object, and if the run broke off before it was known.
    pub other_delta_v: Option<f64>,
}

/// Running account of a run.
#[derive(Debug)]
pub struct Tally {
    timeline: Timeline,
    collisions: Vec<Collision>,
    dangers: DangerWatch,
    verdicts: Vec<RequestVerdict>,
    events: Vec<TimedEvent>,
    ticks: u64,
    time: f64,
    hash: u64,
}

/// What a run came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    pub ticks: u64,
    /// s.
    pub time: f64,
    /// Of the last tick.
    pub hash: u64,
    pub collisions: Vec<Collision>,
    pub takeovers: Vec<Takeover>,
    pub dangers: Dangers,
    /// Empty if the run was not judged.
    pub verdicts: Vec<RequestVerdict>,
    pub events: Vec<TimedEvent>,
}

impl Tally {
    /// `names`: of the others, in the order of the frames' bodies.
    pub fn new(scenario: &Scenario, names: Vec<String>) -> Self {
        Self {
            timeline: Timeline::new(scenario.intent, scenario.stabilised),
            collisions: Vec::new(),
            dangers: DangerWatch::new(names),
            verdicts: Vec::new(),
            events: Vec::new(),
            ticks: 0,
            time: 0.0,
            hash: 0,
        }
    }

    /// The account of a record.
    pub fn of_log(log: &Log, scenario: &Scenario) -> Account {
        let others = Traffic::new(&scenario.network, &scenario.traffic, log.info.seed);
        let mut tally = Self::new(scenario, others.names());
        for entry in &log.entries {
            match entry {
                Entry::State(s) => {
                    let time = s.tick as f64 / log.info.tick_hz as f64;
                    tally.tick(s.tick, time, s.hash);
                    tally.motion(s.authority_kind(), s.offset, s.lateral_speed);
                    tally.dangers.tick(time, Measured::of_state(s));
                }
                Entry::Event(event) => tally.event(event),
                Entry::Input(input) => tally.input(input),
                Entry::Presented(alert) => tally.presented(alert),
                Entry::Verdict(verdict) => tally.verdict(verdict.clone()),
                Entry::Command(_) | Entry::Perception(_) => {}
            }
        }
        tally.finish()
    }

    pub fn input(&mut self, input: &Input) {
        self.timeline.input(input);
    }

    pub fn presented(&mut self, alert: &Presented) {
        self.timeline.shown(alert.request, alert.presented);
    }

    pub fn frame(&mut self, frame: &Frame) {
        for event in &frame.events {
            self.event(event);
        }
        self.tick(frame.tick, frame.time, frame.hash);
        self.motion(frame.authority, frame.ego.offset, frame.ego.lateral_speed);
        self.dangers.tick(frame.time, Measured::of_frame(frame));
    }

    /// An event that is not in any frame.
    pub fn note(&mut self, event: TimedEvent) {
        self.event(&event);
    }

    pub fn verdict(&mut self, verdict: RequestVerdict) {
        self.verdicts.push(verdict);
    }

    pub fn finish(self) -> Account {
        Account {
            ticks: self.ticks,
            time: self.time,
            hash: self.hash,
            collisions: self.collisions,
            takeovers: self.timeline.finish(),
            dangers: self.dangers.finish(),
            verdicts: self.verdicts,
            events: self.events,
        }
    }

    fn tick(&mut self, tick: u64, time: f64, hash: u64) {
        (self.ticks, self.time, self.hash) = (tick, time, hash);
    }

    fn motion(&mut self, authority: Authority, offset: f64, lateral_speed: f64) {
        self.timeline
            .motion(self.time, authority, offset, lateral_speed);
    }

    fn event(&mut self, event: &TimedEvent) {
        self.timeline.event(event);
        self.dangers.event(event);
        match &event.event {
            Event::Collision {
                with,
                kind,
                closing_speed,
                delta_v,
            } => self.collisions.push(Collision {
                time_s: event.time,
                with: with.clone(),
                kind: *kind,
                closing_speed: *closing_speed,
                delta_v: *delta_v,
                other_delta_v: None,
            }),
            Event::Impact {
                with,
                delta_v,
                other_delta_v,
                ..
            } => {
                if let Some(c) = self.collisions.iter_mut().rfind(|c| c.with == *with) {
                    (c.delta_v, c.other_delta_v) = (*delta_v, *other_delta_v);
                }
            }
            _ => {}
        }
        self.events.push(event.clone());
    }
}

/// A takeover in words, line by line: the split of its time.
pub fn describe_takeover(takeover: &Takeover) -> Vec<String> {
    let mut lines = Vec::new();
    let heading = match takeover.outcome {
        Outcome::TakenOver => match takeover.reaction_time() {
            Some(time) => format!("taken over, reaction time {time:.3} s"),
            None => "taken over".into(),
        },
        Outcome::Rejected => "rejected: no need".into(),
        Outcome::MinimalRisk => "missed: minimal-risk manoeuvre".into(),
        Outcome::Collision => "missed: collision".into(),
        Outcome::RunEnded => "open when the run ended".into(),
    };
    lines.push(format!("{} ({heading})", takeover.reason));
    let parts = [
        ("raised", takeover.raised_s),
        ("shown", takeover.shown_s),
        ("first input", takeover.first_input_s),
        ("threshold", takeover.threshold_s),
        ("in force", takeover.in_force_s),
        ("stabilised", takeover.stabilised_s),
    ];
    let mut last = None;
    for (name, time) in parts {
        let note = match (name, takeover.first_input, takeover.by) {
            ("first input", Some(means), _) => means.label(),
            ("threshold", _, Some(means)) => means.label(),
            _ => "",
        };
        lines.push(match (time, last) {
            (None, _) => format!("  {name:<12} {:>10}", "-"),
            (Some(t), None) => format!("  {name:<12} {t:>8.3} s             {note}"),
            (Some(t), Some(l)) => format!("  {name:<12} {t:>8.3} s  {:>+8.3} s  {note}", t - l),
        });
        last = time.or(last);
    }
    if let Some(uncertainty) = takeover.input_uncertainty_s
        && uncertainty > 0.0
    {
        lines.push(format!(
            "  (device times within {:.3} ms)",
            uncertainty * 1e3
        ));
    }
    for line in &mut lines {
        line.truncate(line.trim_end().len());
    }
    lines
}

/// Takeovers, what the referee says of them, collisions and what came close, line by line.
pub fn describe_account(
    takeovers: &[Takeover],
    verdicts: &[RequestVerdict],
    collisions: &[Collision],
    dangers: &Dangers,
) -> Vec<String> {
    let mut lines = Vec::new();
    if takeovers.is_empty() {
        lines.push("no takeover was requested or made".into());
    }
    for (i, takeover) in takeovers.iter().enumerate() {
        let described = describe_takeover(takeover);
        for (k, line) in described.into_iter().enumerate() {
            lines.push(match k {
                0 => format!("takeover {}: {line}", i + 1),
                _ => line,
            });
        }
    }
    lines.extend(verdicts.iter().map(RequestVerdict::describe));
    if collisions.is_empty() {
        lines.push("no collision".into());
    }
    for c in collisions {
        let theirs = match c.other_delta_v {
            Some(v) => format!(", theirs {v:.1} m/s"),
            None => String::new(),
        };
        let kind = match c.kind {
            Some(kind) => format!(" ({})", kind.label()),
            None => String::new(),
        };
        lines.push(format!(
            "collision at {:.2} s with {}{kind}: {:.1} m/s closing, delta-v {:.1} m/s{theirs}",
            c.time_s, c.with, c.closing_speed, c.delta_v
        ));
    }
    lines.extend(dangers.lines());
    lines
}
