//! What a run came to: its takeovers, its collisions, its end. Fed live or from a record.

use super::dangers::{DangerWatch, Dangers, Measured};
use super::link_account::{LinkAccount, LinkTally};
use crate::command::Input;
use crate::frame::Frame;
use crate::link::view::{Drawn, LinkView, VideoView};
use crate::record::{Entry, Log, grain};
use crate::referee::verdict::RequestVerdict;
use crate::road_user::RoadUser;
use crate::scenario::Scenario;
use crate::takeover::alert::{Alert, Presented};
use crate::takeover::event::{Authority, Event, TimedEvent};
use crate::takeover::intent::IntentSettings;
use crate::takeover::timeline::{Outcome, StabilisedSettings, Takeover, Timeline, sum};
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
    link: LinkTally,
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
    pub link: LinkAccount,
}

impl Tally {
    /// `names`: of the others, in the order of the frames' bodies.
    pub fn new(scenario: &Scenario, names: Vec<String>) -> Self {
        Self::with(scenario.intent, scenario.stabilised, names)
    }

    /// The same by other settings than the scenario's.
    pub fn with(
        intent: IntentSettings,
        stabilised: StabilisedSettings,
        names: Vec<String>,
    ) -> Self {
        Self {
            timeline: Timeline::new(intent, stabilised),
            collisions: Vec::new(),
            dangers: DangerWatch::new(names),
            link: LinkTally::default(),
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
            tally.entry(log.info.tick_hz, entry);
        }
        tally.finish()
    }

    /// The next entry of a record of so many ticks per second.
    pub fn entry(&mut self, tick_hz: u64, entry: &Entry) {
        let tally = self;
        {
            match entry {
                Entry::State(s) => {
                    let time = s.tick as f64 / tick_hz as f64;
                    tally.tick(s.tick, time, s.hash);
                    tally.motion(s.authority_kind(), s.offset, s.lateral_speed);
                    tally.dangers.tick(time, Measured::of_state(s));
                }
                Entry::Event(event) => tally.event(event),
                Entry::Input(input) => tally.input(input),
                Entry::Presented(alert) => tally.presented(alert),
                Entry::Verdict(verdict) => tally.verdict(verdict.clone()),
                Entry::Link(view) => tally.link(view),
                Entry::Video(view) => tally.video(view),
                Entry::Drawn(drawn) => tally.drawn(drawn),
                Entry::Command(_) | Entry::Perception(_) | Entry::Plan(_) => {}
            }
        }
    }

    pub fn input(&mut self, input: &Input) {
        self.timeline.input(input);
    }

    pub fn presented(&mut self, alert: &Presented) {
        self.timeline.presented(alert);
    }

    pub fn frame(&mut self, frame: &Frame) {
        for event in &frame.events {
            self.event(event);
        }
        self.tick(frame.tick, frame.time, frame.hash);
        // As a record has it, so that it says the same.
        let (offset, across) = (frame.ego.offset, frame.ego.lateral_speed);
        let (offset, across) = (
            grain::rounded(offset, grain::LENGTH),
            grain::rounded(across, grain::SPEED),
        );
        self.motion(frame.authority, offset, across);
        self.dangers.tick(frame.time, Measured::of_frame(frame));
    }

    /// An event that is not in any frame.
    pub fn note(&mut self, event: TimedEvent) {
        self.event(&event);
    }

    pub fn link(&mut self, view: &LinkView) {
        self.link.link(view);
    }

    pub fn video(&mut self, view: &VideoView) {
        self.link.video(view);
    }

    pub fn drawn(&mut self, drawn: &Drawn) {
        self.link.drawn(drawn);
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
            link: self.link.finish(),
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

/// How sure a time is; nothing if it is exact.
fn plus_minus(within: Option<f64>) -> String {
    match within {
        None => " ± unknown".into(),
        Some(exact) if exact <= 0.0 => String::new(),
        Some(within) if within >= 0.001 => format!(" ± {within:.3} s"),
        Some(within) => format!(" ± {:.3} ms", within * 1e3),
    }
}

/// One alert that reached the operator.
fn describe_told(told: &Presented) -> String {
    let level = Alert::ALL.iter().find(|alert| alert.level() == told.level);
    let level = match level {
        None | Some(Alert::Request) => String::new(),
        Some(alert) => format!(" ({})", alert.name().replace('_', " ")),
    };
    format!(
        "{}{level} at {:.3} s{}",
        told.channel.label(),
        told.presented,
        plus_minus(told.uncertainty)
    )
}

/// A takeover in words, line by line: the split of its time.
pub fn describe_takeover(takeover: &Takeover) -> Vec<String> {
    let mut lines = Vec::new();
    let heading = match takeover.outcome {
        Outcome::TakenOver => match takeover.reaction_s {
            Some(time) => {
                let within = plus_minus(takeover.reaction_uncertainty_s);
                format!("taken over, reaction time {time:.3} s{within}")
            }
            None => "taken over".into(),
        },
        Outcome::Rejected => "rejected: no need".into(),
        Outcome::MinimalRisk => "missed: minimal-risk manoeuvre".into(),
        Outcome::Collision => "missed: collision".into(),
        Outcome::RunEnded => "open when the run ended".into(),
    };
    lines.push(format!("{} ({heading})", takeover.reason));
    let mut last: Option<(f64, Option<f64>)> = None;
    for (name, time, within) in takeover.parts() {
        let note = match (name, takeover.shown_by, takeover.first_input, takeover.by) {
            ("shown", Some(channel), _, _) => channel.label(),
            ("first input", _, Some(means), _) | ("threshold", _, _, Some(means)) => means.label(),
            _ => "",
        };
        lines.push(match (time, last) {
            (None, _) => format!("  {name:<12} {:>10}", "-"),
            (Some(t), None) => format!("  {name:<12} {t:>8.3} s             {note}"),
            (Some(t), Some((before, sure))) => {
                let within = plus_minus(sum(sure, within));
                let part = t - before;
                format!("  {name:<12} {t:>8.3} s  {part:>+8.3} s{within}  {note}")
            }
        });
        last = time.map(|t| (t, within)).or(last);
    }
    if takeover.told.len() > 1 {
        let told = takeover.told.iter().map(describe_told);
        lines.push(format!("  told by {}", told.collect::<Vec<_>>().join(", ")));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_says_how_sure_it_is() {
        assert_eq!(plus_minus(Some(0.0)), "");
        assert_eq!(plus_minus(Some(0.0042)), " ± 0.004 s");
        assert_eq!(plus_minus(Some(0.0002)), " ± 0.200 ms");
        assert_eq!(plus_minus(None), " ± unknown");
    }

    #[test]
    fn a_takeover_is_told_with_its_parts_and_their_uncertainties() {
        let by = |channel, level, presented, uncertainty| Presented {
            request: 1,
            channel,
            level,
            submitted: presented,
            presented,
            uncertainty,
        };
        use crate::takeover::alert::Channel::{Haptic, Visual};
        let takeover = Takeover {
            reason: "lanes".into(),
            request: Some(1),
            raised_s: Some(10.0),
            shown_s: Some(10.05),
            shown_by: Some(Visual),
            shown_uncertainty_s: Some(0.017),
            first_input_s: Some(12.0),
            threshold_s: None,
            in_force_s: None,
            stabilised_s: None,
            outcome: Outcome::MinimalRisk,
            first_input: None,
            by: None,
            input_uncertainty_s: Some(0.001),
            reaction_s: None,
            reaction_uncertainty_s: None,
            told: vec![by(Visual, 0, 10.05, Some(0.017)), by(Haptic, 1, 14.0, None)],
        };
        let expected = [
            "lanes (missed: minimal-risk manoeuvre)",
            "  raised         10.000 s",
            "  shown          10.050 s    +0.050 s ± 0.017 s  visual",
            "  first input    12.000 s    +1.950 s ± 0.018 s",
            "  threshold             -",
            "  in force              -",
            "  stabilised            -",
            "  told by visual at 10.050 s ± 0.017 s, haptic (escalated) at 14.000 s ± unknown",
        ];
        assert_eq!(describe_takeover(&takeover), expected);
    }
}
