//! One takeover, split into its parts.
//!
//! ```text
//!   raised ──▶ shown ──▶ first input ──▶ threshold ──▶ in force ──▶ stabilised
//!   vehicle    screen    device          device        vehicle      vehicle
//! ```
//!
//! The station, the command line's summary and `takeover inspect` all use this one [`Timeline`],
//! live or from a record, so that they cannot disagree. It must be fed in order of time: events and
//! motion at their ticks, inputs when they are known, which is before the tick they act on. When an
//! alert was presented may be known late: by one picture, or one buffer of sound.
//!
//! Uncertainties are bounds, not standard deviations: the true time lies within them. A part's is
//! the sum of those of its two ends. What happens at a tick (raised, in force, stabilised) has
//! none: ticks are the run's own time.

pub use super::event::Outcome;

use super::alert::{Alert, Channel, Presented};
use super::event::{Authority, Event, TimedEvent};
use super::intent::{Detector, IntentSettings, Means};
use crate::command::{Change, Command, Input};
use serde::{Deserialize, Serialize};

/// When control counts as stabilised. The field has no agreed threshold (domain reference
/// section 1), so these are settings and are stated with every result.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StabilisedSettings {
    /// Within this distance of a lane's centre, m, ...
    pub offset: f64,
    /// ... moving across the lane slower than this, m/s, ...
    pub lateral_speed: f64,
    /// ... without a break for this long, s. The time reported is the start of that stretch.
    pub hold: f64,
}

impl Default for StabilisedSettings {
    fn default() -> Self {
        Self {
            offset: 0.5,
            lateral_speed: 0.2,
            hold: 2.0,
        }
    }
}

/// A takeover and its parts. All times are s since the start of the run; none where it did not
/// happen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Takeover {
    /// The function of perception in doubt, or `unprompted`.
    pub reason: String,
    /// Number of the request; none if nobody asked.
    #[serde(default)]
    pub request: Option<u32>,
    /// The request was raised at the vehicle.
    pub raised_s: Option<f64>,
    /// It first reached the operator, by whatever channel.
    pub shown_s: Option<f64>,
    /// By which, ...
    #[serde(default)]
    pub shown_by: Option<Channel>,
    /// ... and how sure that time is, s; none: unknown.
    #[serde(default)]
    pub shown_uncertainty_s: Option<f64>,
    /// The operator first moved a control, beyond noise.
    pub first_input_s: Option<f64>,
    /// A control crossed a takeover threshold.
    pub threshold_s: Option<f64>,
    /// The operator's command drove the vehicle.
    pub in_force_s: Option<f64>,
    /// Start of the first stretch of stable driving.
    pub stabilised_s: Option<f64>,
    pub outcome: Outcome,
    /// What the first movement was.
    pub first_input: Option<Means>,
    /// What took over.
    pub by: Option<Means>,
    /// Software uncertainty of `first_input_s` and `threshold_s`, s.
    pub input_uncertainty_s: Option<f64>,
    /// From `shown_s` (from `raised_s` if nothing was shown) to `threshold_s`, s.
    #[serde(default)]
    pub reaction_s: Option<f64>,
    /// The true reaction time lies within this of `reaction_s`, s; none: unknown.
    #[serde(default)]
    pub reaction_uncertainty_s: Option<f64>,
    /// All that reached the operator before the end, in order of time: each channel at each level
    /// once.
    #[serde(default)]
    pub told: Vec<Presented>,
}

/// A movement away from the resting state: when it was first noticed and when it was enough.
#[derive(Clone, Copy, Debug, Default)]
struct Excursion {
    first: Option<(f64, Means)>,
    threshold: Option<f64>,
    uncertainty: f64,
    /// The controls are back at rest.
    over: bool,
}

#[derive(Debug)]
pub struct Timeline {
    stabilised: StabilisedSettings,
    /// With the time at which each was over, s.
    done: Vec<(Takeover, f64)>,
    presented: Vec<Presented>,
    /// s.
    now: f64,
    /// The open request: its number and what is known so far.
    open: Option<(u32, Takeover)>,
    latest: Command,
    /// Judges as the vehicle does.
    detector: Detector,
    excursion: Excursion,
    /// A takeover in `done` that waits to be stabilised, and since when driving has been stable.
    settling: Option<(usize, Option<f64>)>,
}

impl Timeline {
    pub fn new(intent: IntentSettings, stabilised: StabilisedSettings) -> Self {
        Self {
            stabilised,
            done: Vec::new(),
            presented: Vec::new(),
            now: 0.0,
            open: None,
            latest: Command::default(),
            detector: Detector::new(intent),
            excursion: Excursion::default(),
            settling: None,
        }
    }

    /// The operator's device or model did something.
    pub fn input(&mut self, input: &Input) {
        let was_present = self.latest.present;
        self.latest = input.after;
        let time = input.time_ns as f64 / 1e9;
        if !was_present || time <= 0.0 {
            // The first sign of a device tells where it rests, and so does all before the first tick.
            self.rebase(time);
            return;
        }
        let uncertainty = input.uncertainty_ns as f64 / 1e9;
        self.detector.look(&self.latest, time);
        // A steering key turns the wheel from its next tick on; the press is the first input.
        let pressed = matches!(input.change, Change::Key { pressed: true, .. });
        let key = pressed.then_some(Means::Steering);
        match self.detector.moved().or(key) {
            // A tap may be over before it takes force: what crossed a threshold is kept until the
            // next movement begins.
            None if self.tapped() => self.excursion.over = true,
            None => self.excursion = Excursion::default(),
            Some(means) => {
                if self.excursion.first.is_none() || self.excursion.over {
                    self.excursion = Excursion::default();
                    self.excursion.first = Some((time, means));
                    self.excursion.uncertainty = uncertainty;
                }
            }
        }
        if let Some(since) = self.detector.beyond_since() {
            if self.excursion.threshold.is_none() {
                self.excursion.threshold = Some(since);
                self.excursion.uncertainty = self.excursion.uncertainty.max(uncertainty);
            }
        } else if !self.excursion.over {
            self.excursion.threshold = None;
        }
    }

    /// The excursion went beyond a threshold, and long enough to count.
    fn tapped(&self) -> bool {
        self.excursion
            .threshold
            .is_some_and(|since| self.detector.was_tap(since))
    }

    /// An alert reached the operator (or the modelled one).
    pub fn presented(&mut self, alert: &Presented) {
        self.presented.push(*alert);
    }

    /// Authority changed, or the referee saw something.
    pub fn event(&mut self, timed: &TimedEvent) {
        let time = timed.time;
        self.now = time;
        match &timed.event {
            Event::RequestRaised {
                request, reason, ..
            } => {
                let mut takeover = Takeover::new(reason.name().into());
                takeover.raised_s = Some(time);
                takeover.request = Some(*request);
                self.open = Some((*request, takeover));
                self.rebase(time);
            }
            Event::TakenOver { by, .. } => {
                let mut takeover = self
                    .open
                    .take()
                    .map_or_else(|| Takeover::new("unprompted".into()), |o| o.1);
                self.note_inputs(&mut takeover);
                // The threshold is that of what took over, should several have been crossed.
                let crossed = self.detector.crossed_at(*by);
                takeover.threshold_s = crossed.or(takeover.threshold_s);
                takeover.in_force_s = Some(time);
                takeover.by = Some(*by);
                takeover.outcome = Outcome::TakenOver;
                self.done.push((takeover, time));
                self.settling = Some((self.done.len() - 1, None));
            }
            Event::RequestEnded { outcome, .. } => {
                self.close(*outcome);
                if *outcome == Outcome::Rejected {
                    self.rebase(time);
                }
            }
            Event::MinimalRiskStarted { .. } => {
                self.settling = None;
                self.close(Outcome::MinimalRisk);
                self.rebase(time);
            }
            Event::HandedBack => {
                self.settling = None;
                self.rebase(time);
            }
            // What the controls say then is where they rest.
            Event::LinkBack => self.rebase(time),
            Event::Collision { .. } => self.settling = None,
            _ => {}
        }
    }

    /// One tick of motion: who drives, how far from the lane's centre (m), how fast across it (m/s).
    pub fn motion(&mut self, time: f64, authority: Authority, offset: f64, lateral_speed: f64) {
        self.now = time;
        let Some((index, since)) = &mut self.settling else {
            return;
        };
        if !authority.is_in_command() {
            self.settling = None;
            return;
        }
        let s = &self.stabilised;
        if offset.abs() > s.offset || lateral_speed.abs() > s.lateral_speed {
            *since = None;
            return;
        }
        let start = *since.get_or_insert(time);
        if time - start >= s.hold - 1e-9 {
            self.done[*index].0.stabilised_s = Some(start);
            self.settling = None;
        }
    }

    /// The takeovers so far; one still open at the end of the run counts as `RunEnded`.
    pub fn finish(mut self) -> Vec<Takeover> {
        self.close(Outcome::RunEnded);
        let Self {
            done, presented, ..
        } = self;
        done.into_iter()
            .map(|(mut takeover, over)| {
                takeover.tell(&presented, over);
                takeover
            })
            .collect()
    }

    fn close(&mut self, outcome: Outcome) {
        if let Some((_, mut takeover)) = self.open.take() {
            self.note_inputs(&mut takeover);
            takeover.outcome = outcome;
            self.done.push((takeover, self.now));
        }
    }

    fn note_inputs(&self, takeover: &mut Takeover) {
        if let Some((time, means)) = self.excursion.first {
            takeover.first_input_s = Some(time);
            takeover.first_input = Some(means);
            takeover.input_uncertainty_s = Some(self.excursion.uncertainty);
        }
        takeover.threshold_s = self.excursion.threshold;
    }

    fn rebase(&mut self, time: f64) {
        self.detector.rest(&self.latest, time);
        self.excursion = Excursion::default();
    }
}

impl Takeover {
    pub(crate) fn new(reason: String) -> Self {
        Self {
            reason,
            request: None,
            raised_s: None,
            shown_s: None,
            shown_by: None,
            shown_uncertainty_s: None,
            first_input_s: None,
            threshold_s: None,
            in_force_s: None,
            stabilised_s: None,
            outcome: Outcome::RunEnded,
            first_input: None,
            by: None,
            input_uncertainty_s: None,
            reaction_s: None,
            reaction_uncertainty_s: None,
            told: Vec::new(),
        }
    }

    /// Fills in what reached the operator, and the reaction to it.
    fn tell(&mut self, presented: &[Presented], over: f64) {
        let ours = |p: &&Presented| {
            Some(p.request) == self.request
                && p.level <= Alert::MinimalRisk.level()
                // What came after the answer told nobody to answer.
                && p.presented <= over
        };
        let mut told: Vec<Presented> = presented.iter().filter(ours).copied().collect();
        told.sort_by(|a, b| a.presented.total_cmp(&b.presented));
        let mut seen = Vec::new();
        told.retain(|p| {
            let first = !seen.contains(&(p.channel, p.level));
            seen.push((p.channel, p.level));
            first
        });
        if let Some(first) = told.first() {
            self.shown_s = Some(first.presented);
            self.shown_by = Some(first.channel);
            self.shown_uncertainty_s = first.uncertainty;
        }
        self.told = told;
        let from = self.shown_s.or(self.raised_s);
        self.reaction_s = self.threshold_s.zip(from).map(|(to, from)| to - from);
        let start = match self.shown_s {
            Some(_) => self.shown_uncertainty_s,
            None => Some(0.0),
        };
        if self.reaction_s.is_some() {
            self.reaction_uncertainty_s = sum(start, self.input_uncertainty_s);
        }
    }

    /// Its parts in order: name, time, s, and the uncertainty of that time, s (none: unknown).
    pub fn parts(&self) -> [(&'static str, Option<f64>, Option<f64>); 6] {
        let exact = Some(0.0);
        let input = self.input_uncertainty_s;
        [
            ("raised", self.raised_s, exact),
            ("shown", self.shown_s, self.shown_uncertainty_s),
            ("first input", self.first_input_s, input),
            ("threshold", self.threshold_s, input),
            ("in force", self.in_force_s, exact),
            ("stabilised", self.stabilised_s, exact),
        ]
    }
}

/// Of a difference, from those of its ends.
pub fn sum(a: Option<f64>, b: Option<f64>) -> Option<f64> {
    a.zip(b).map(|(a, b)| a + b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::DeviceKind;
    use crate::command::Stamp;
    use crate::takeover::event::{MinimalRiskCause, Mode};
    use crate::takeover::reason::Reason;

    fn input(time: f64, after: Command) -> Input {
        Input {
            time_ns: (time * 1e9) as i64,
            realtime_ns: 0,
            uncertainty_ns: 200_000,
            stamp: Stamp::Kernel,
            device: 0,
            change: Change::Set,
            after,
        }
    }

    fn at(time: f64, event: Event) -> TimedEvent {
        TimedEvent {
            tick: (time * 100.0) as u64,
            time,
            event,
        }
    }

    fn raised(time: f64) -> TimedEvent {
        at(
            time,
            Event::RequestRaised {
                request: 1,
                reason: Reason::FreeSpace,
                confidence: 0.5,
                budget_s: 10.0,
                estimate_s: None,
                inputs: None,
            },
        )
    }

    fn rest() -> Command {
        Command {
            present: true,
            ..Default::default()
        }
    }

    fn timeline() -> Timeline {
        Timeline::new(IntentSettings::default(), StabilisedSettings::default())
    }

    #[test]
    fn a_takeover_is_split_into_its_parts() {
        let mut line = timeline();
        line.input(&input(0.0, rest()));
        line.event(&raised(10.0));
        line.presented(&Presented::exactly(1, 10.05));
        line.input(&input(
            12.0,
            Command {
                brake: 0.03,
                ..rest()
            },
        ));
        line.input(&input(
            12.1,
            Command {
                brake: 0.2,
                ..rest()
            },
        ));
        line.event(&at(
            12.11,
            Event::TakenOver {
                request: Some(1),
                by: Means::Brake,
                mode: Mode::Direct,
            },
        ));
        for tick in 1212..1700 {
            let t = f64::from(tick) / 100.0;
            let offset = if t < 13.5 { 0.7 } else { 0.1 };
            line.motion(t, Authority::Operator, offset, 0.0);
        }
        let takeovers = line.finish();
        assert_eq!(
            takeovers,
            vec![Takeover {
                reason: "free_space".into(),
                request: Some(1),
                raised_s: Some(10.0),
                shown_s: Some(10.05),
                shown_by: Some(Channel::Visual),
                shown_uncertainty_s: Some(0.0),
                first_input_s: Some(12.0),
                threshold_s: Some(12.1),
                in_force_s: Some(12.11),
                stabilised_s: Some(13.5),
                outcome: Outcome::TakenOver,
                first_input: Some(Means::Brake),
                by: Some(Means::Brake),
                input_uncertainty_s: Some(0.0002),
                reaction_s: Some(12.1 - 10.05),
                reaction_uncertainty_s: Some(0.0002),
                told: vec![Presented::exactly(1, 10.05)],
            }]
        );
    }

    fn told(channel: Channel, level: u8, presented: f64, within: Option<f64>) -> Presented {
        Presented {
            request: 1,
            channel,
            level,
            submitted: presented,
            presented,
            uncertainty: within,
        }
    }

    /// A request told by `alerts` (in the order of their reports), answered at 12 s, 0.2 ms sure.
    fn answered(alerts: &[Presented]) -> Takeover {
        let mut line = timeline();
        line.input(&input(0.0, rest()));
        line.event(&raised(10.0));
        let pressed = Command {
            take_over: true,
            ..rest()
        };
        line.input(&input(12.0, pressed));
        let (request, by, mode) = (Some(1), Means::Button, Mode::Direct);
        line.event(&at(12.0, Event::TakenOver { request, by, mode }));
        // Reports may come after the answer.
        alerts.iter().for_each(|alert| line.presented(alert));
        line.finish().remove(0)
    }

    #[test]
    fn a_reaction_counts_from_the_channel_that_was_first_with_the_uncertainty_of_both_ends() {
        let takeover = answered(&[
            told(Channel::Visual, 0, 10.3, Some(0.017)),
            told(Channel::Sound, 0, 10.1, Some(0.005)),
            told(Channel::Sound, 0, 10.2, Some(0.001)),
            told(Channel::Haptic, 1, 11.9, None),
            told(Channel::Visual, 2, 12.5, Some(0.0)),
        ]);
        assert_eq!(takeover.shown_by, Some(Channel::Sound));
        assert_eq!(takeover.shown_s, Some(10.1));
        assert!((takeover.reaction_s.expect("known") - 1.9).abs() < 1e-9);
        let within = takeover.reaction_uncertainty_s.expect("known");
        assert!((within - 0.0052).abs() < 1e-9, "{within}");
        // Each channel and level once, in order; not what came after the answer.
        let seen: Vec<_> = takeover.told.iter().map(|p| (p.channel, p.level)).collect();
        let expected = [
            (Channel::Sound, 0),
            (Channel::Visual, 0),
            (Channel::Haptic, 1),
        ];
        assert_eq!(seen, expected);
    }

    #[test]
    fn what_is_unknown_stays_unknown() {
        let takeover = answered(&[told(Channel::Visual, 0, 10.3, None)]);
        assert!(takeover.reaction_s.is_some());
        assert_eq!(takeover.reaction_uncertainty_s, None);
        // Nothing shown, or only by another request's alert, or one that asks for nothing: counted
        // from the request itself, which is exact.
        let mut other = told(Channel::Sound, 0, 10.3, Some(0.1));
        other.request = 2;
        let advisory = told(Channel::Sound, Alert::Advisory.level(), 10.3, Some(0.1));
        let takeover = answered(&[other, advisory]);
        assert_eq!(takeover.shown_s, None);
        assert_eq!(takeover.reaction_s, Some(2.0));
        assert_eq!(takeover.reaction_uncertainty_s, Some(0.0002));
    }

    #[test]
    fn a_missed_request_keeps_what_is_known() {
        let mut line = timeline();
        line.event(&raised(10.0));
        line.presented(&Presented::exactly(1, 10.0));
        line.event(&at(
            20.0,
            Event::MinimalRiskStarted {
                request: Some(1),
                cause: MinimalRiskCause::NoResponse,
            },
        ));
        let takeovers = line.finish();
        assert_eq!(takeovers[0].outcome, Outcome::MinimalRisk);
        assert_eq!(takeovers[0].first_input_s, None);
        assert_eq!(takeovers[0].reaction_s, None);
        assert_eq!(takeovers[0].reaction_uncertainty_s, None);
    }

    #[test]
    fn a_movement_that_went_back_is_not_the_first_input() {
        let mut line = timeline();
        line.input(&input(0.0, rest()));
        line.event(&raised(10.0));
        line.input(&input(
            11.0,
            Command {
                brake: 0.05,
                ..rest()
            },
        ));
        line.input(&input(11.2, rest()));
        line.input(&input(
            13.0,
            Command {
                wheel: 0.1,
                ..rest()
            },
        ));
        line.event(&at(
            13.0,
            Event::TakenOver {
                request: Some(1),
                by: Means::Steering,
                mode: Mode::Direct,
            },
        ));
        let takeover = &line.finish()[0];
        assert_eq!(takeover.first_input_s, Some(13.0));
        assert_eq!(takeover.first_input, Some(Means::Steering));
    }

    #[test]
    fn a_pedal_held_at_the_request_is_the_baseline() {
        let mut line = timeline();
        let held = Command {
            accelerator: 0.4,
            ..rest()
        };
        line.input(&input(0.0, rest()));
        line.input(&input(5.0, held));
        line.event(&raised(10.0));
        line.input(&input(
            12.0,
            Command {
                accelerator: 0.6,
                ..held
            },
        ));
        line.event(&at(
            12.01,
            Event::TakenOver {
                request: Some(1),
                by: Means::Accelerator,
                mode: Mode::Direct,
            },
        ));
        assert_eq!(line.finish()[0].threshold_s, Some(12.0));
    }

    #[test]
    fn an_unprompted_takeover_has_no_request() {
        let mut line = timeline();
        line.input(&input(0.0, rest()));
        line.input(&input(
            3.0,
            Command {
                take_over: true,
                ..rest()
            },
        ));
        line.event(&at(
            3.01,
            Event::TakenOver {
                request: None,
                by: Means::Button,
                mode: Mode::Direct,
            },
        ));
        let takeover = &line.finish()[0];
        assert_eq!(takeover.reason, "unprompted");
        assert_eq!(takeover.raised_s, None);
        assert_eq!(takeover.threshold_s, Some(3.0));
    }

    /// A pad's stick is bumped at 11 s, too shortly to take over, and turned from 12 s on.
    #[test]
    fn a_bump_is_a_first_input_of_its_own_and_no_threshold() {
        let pad = |wheel: f32| Command {
            wheel,
            device: DeviceKind::Gamepad,
            ..rest()
        };
        let bumped = || {
            let mut line = timeline();
            line.input(&input(0.0, pad(0.0)));
            line.event(&raised(10.0));
            line.input(&input(11.0, pad(0.5)));
            line.input(&input(11.03, pad(0.0)));
            line
        };
        let mut line = bumped();
        line.event(&at(
            20.0,
            Event::MinimalRiskStarted {
                request: Some(1),
                cause: MinimalRiskCause::NoResponse,
            },
        ));
        assert_eq!(line.finish()[0].threshold_s, None);

        let mut line = bumped();
        line.input(&input(12.0, pad(0.01)));
        line.input(&input(12.1, pad(0.2)));
        line.input(&input(12.14, pad(0.3)));
        line.event(&at(
            12.15,
            Event::TakenOver {
                request: Some(1),
                by: Means::Steering,
                mode: Mode::Direct,
            },
        ));
        let takeover = &line.finish()[0];
        assert_eq!(takeover.first_input_s, Some(12.0));
        assert_eq!(takeover.threshold_s, Some(12.1));
    }

    #[test]
    fn a_rejected_request_ends_as_such_and_the_next_one_starts_anew() {
        let mut line = timeline();
        line.input(&input(0.0, rest()));
        line.event(&raised(10.0));
        line.presented(&Presented::exactly(1, 10.01));
        line.event(&at(
            12.0,
            Event::RequestEnded {
                request: 1,
                outcome: Outcome::Rejected,
            },
        ));
        line.event(&raised(40.0));
        let takeovers = line.finish();
        let outcomes: Vec<_> = takeovers.iter().map(|t| t.outcome).collect();
        assert_eq!(outcomes, [Outcome::Rejected, Outcome::RunEnded]);
    }

    #[test]
    fn a_run_that_ends_leaves_the_request_open() {
        let mut line = timeline();
        line.event(&raised(10.0));
        assert_eq!(line.finish()[0].outcome, Outcome::RunEnded);
    }
}
