//! One takeover as metrics see it: its parts, and how the driving around it was.
//!
//! Three stretches of the run:
//!
//! ```text
//!      start            over = in force               window ends
//!   ─────┼────────────────┼──────────────────────────────┼─────
//!        │◀── answering ─▶│◀────────── control ─────────▶│
//!        │◀──────────────── exposure ───────────────────▶│
//! ```
//!
//! *start*: the request was raised, or, if nobody asked, the operator's first input. *over*: the operator's command
//! drove the vehicle, or the request ended otherwise. *control*: the operator drives, up to [`Settings::window_s`], a
//! hand-back, a minimal-risk manoeuvre or the run's end. *exposure*: from start to the end of control, or to
//! [`Settings::window_s`] after a request that nobody answered.

use super::answer::Answer;
use super::channels::Channels;
use super::run::Run;
use super::settings::Settings;
use super::signals::acceleration::{Acceleration, Jerk, acceleration, jerk};
use super::signals::conflict::{Conflict, conflict};
use super::signals::entropy::{Entropy, baseline, entropy};
use super::signals::lateral::{
    Departures, Deviation, Sdlp, departures, deviation, sdlp_high_passed,
};
use super::signals::line_crossing::{LineCrossing, line_crossing};
use super::signals::reversals::{COGNITIVE, ReversalRate, VISUAL, reversal_rate};
use super::signals::steering::{Limits, Steering, steering};
use crate::referee::verdict::RequestVerdict;
use crate::replay::labels::Target;
use crate::session::tally::Collision;
use crate::takeover::event::{Authority, Event, Outcome};
use crate::takeover::timeline::Takeover;
use std::ops::Range;

/// A time to line crossing below this is critical, s.
const CRITICAL_LINE_CROSSING: f64 = 1.0;
/// Around a change of lanes so much is no lane keeping, s.
const LANE_CHANGE: f64 = 3.0;
/// Steering entropy needs a baseline at least this long, s.
const SHORTEST_BASELINE: f64 = 20.0;

/// A takeover, or a request that nobody answered.
pub struct Case<'a> {
    pub run: &'a Run,
    /// From 1, as `inspect` counts.
    pub number: usize,
    pub takeover: &'a Takeover,
    pub verdict: Option<&'a RequestVerdict>,
    pub settings: &'a Settings,
    /// Recomputed from raw input, by the settings' thresholds.
    pub answer: Answer,
    /// s since the start of the run.
    pub start: f64,
    pub over: f64,
    /// s until the minimal-risk manoeuvre if nobody comes; none if nobody asked.
    pub budget: Option<f64>,
    /// s until the limit, as the vehicle estimated it.
    pub estimate: Option<f64>,
    /// Confidence over all when it was raised.
    pub confidence: Option<f64>,
    pub answering: Range<usize>,
    pub control: Range<usize>,
    pub exposure: Range<usize>,
    /// How long an operator was needed, s: from shown to the request's end, or to the hand-back (the run's end, if they
    /// kept driving). Not limited to the window.
    pub needed_s: f64,
    pub driving: Driving,
}

/// How the driving around a takeover was. None where there was nothing to be measured.
#[derive(Clone, Debug, Default)]
pub struct Driving {
    /// Over the exposure.
    pub acceleration: Option<Acceleration>,
    pub jerk: Option<Jerk>,
    pub conflict: Option<Conflict>,
    /// The referee's smallest, s.
    pub ttc: Option<f64>,
    pub pet: Option<f64>,
    /// The referee's: TET, s, and TIT, s2.
    pub exposed: f64,
    pub integrated: f64,
    /// While the operator drives.
    pub position: Option<Deviation>,
    pub high_passed: Option<Sdlp>,
    pub departures: Option<Departures>,
    pub line_crossing: Option<LineCrossing>,
    pub steering: Option<Steering>,
    pub reversals_visual: Option<ReversalRate>,
    pub reversals_cognitive: Option<ReversalRate>,
    pub entropy: Option<Entropy>,
    /// Collisions and near misses that began in the exposure.
    pub collisions: usize,
    pub delta_v: Option<f64>,
    pub near_misses: usize,
}

impl<'a> Case<'a> {
    /// `number` counts from 1; none if there is no such takeover.
    pub fn new(run: &'a Run, number: usize, settings: &'a Settings) -> Option<Self> {
        let takeover = run.account.takeovers.get(number.checked_sub(1)?)?;
        let channels = &run.channels;
        let begun = takeover.raised_s.or(takeover.first_input_s);
        let over = takeover.in_force_s.or_else(|| ended(run, takeover.request));
        // A contact shakes the vehicle in ways that say nothing of its driver: what follows is not counted.
        let whole = channels.time(channels.len());
        let end = crash(run, begun.unwrap_or_default()).map_or(whole, |c| c.min(whole));
        let over = over.unwrap_or(end).min(end);
        let start = begun.unwrap_or(over).min(over);
        let taken = takeover.in_force_s.is_some();
        let until = (over + settings.window_s).min(end);
        let control = match taken {
            true => control(channels, over, until),
            false => channels.row(over)..channels.row(over),
        };
        let last = if taken {
            control.end
        } else {
            channels.row(until)
        };
        let first = channels.row(start);
        let exposure = first..last.max(first);
        let answering = first..channels.row(over).max(first);
        let verdict = run
            .account
            .verdicts
            .iter()
            .find(|v| match takeover.request {
                Some(id) => v.request == Some(id),
                None => v.request.is_none() && (v.time_s - over).abs() < 0.05,
            });
        let raised = run.account.events.iter().find_map(|e| match &e.event {
            Event::RequestRaised {
                request,
                budget_s,
                estimate_s,
                confidence,
                ..
            } if Some(*request) == takeover.request => Some((*budget_s, *estimate_s, *confidence)),
            _ => None,
        });
        let intent = settings.intent(&run.scenario);
        // Later than the vehicle's own end an answer by higher thresholds is still one.
        let answer = match takeover.raised_s {
            Some(raised) => Answer::find(&run.inputs, intent, raised, until),
            None => Answer {
                first_input_s: takeover.first_input_s,
                first_input: takeover.first_input,
                threshold_s: takeover.threshold_s,
                by: takeover.by,
                uncertainty_s: takeover.input_uncertainty_s.unwrap_or_default(),
                hands_s: None,
            },
        };
        let driving = Driving::of(run, settings, &exposure, &control);
        let drove = match taken {
            true => channels.time(self::control(channels, over, whole).end),
            false => over,
        };
        let from = takeover.shown_s.or(takeover.raised_s).unwrap_or(over);
        Some(Self {
            run,
            number,
            takeover,
            verdict,
            settings,
            answer,
            start,
            over,
            budget: raised.map(|r| r.0),
            estimate: raised.and_then(|r| r.1),
            confidence: raised.map(|r| r.2),
            answering,
            control,
            exposure,
            needed_s: (drove - from).max(0.0),
            driving,
        })
    }

    /// Somebody was asked.
    pub fn asked(&self) -> bool {
        self.takeover.request.is_some()
    }

    /// An operator drove.
    pub fn taken(&self) -> bool {
        self.takeover.outcome == Outcome::TakenOver
    }

    /// Nobody came in time. A rejection is an answer and no miss.
    pub fn missed(&self) -> bool {
        let outcome = self.takeover.outcome;
        let unanswered = matches!(outcome, Outcome::MinimalRisk | Outcome::Collision);
        unanswered && !self.rejected()
    }

    /// The operator said that there was no need and did not take over, whether the vehicle believed it or not.
    pub fn rejected(&self) -> bool {
        let own = self.takeover.request;
        let said = |e: &Event| matches!(e, Event::Rejected { request } if Some(*request) == own);
        !self.taken() && (self.takeover.outcome == Outcome::Rejected || self.run.count(said) > 0)
    }

    /// From when a reaction counts, s: shown, or raised if it is not on record that it was shown.
    pub fn told(&self) -> Option<f64> {
        self.takeover.shown_s.or(self.takeover.raised_s)
    }

    /// The reaction time by the settings' thresholds, s: from shown to the threshold. The vehicle's own count if no
    /// other thresholds are asked for.
    pub fn reaction(&self) -> Option<f64> {
        if !self.asked() || !self.taken() {
            return None;
        }
        match self.settings.other_thresholds() {
            false => self.takeover.reaction_s,
            true => self
                .answer
                .threshold_s
                .zip(self.told())
                .map(|(to, from)| to - from),
        }
        .map(microseconds)
    }

    /// Time after which a request without a reaction was no longer observed, s: its end, from shown on.
    pub fn censored(&self) -> Option<f64> {
        if !self.asked() || self.reaction().is_some() {
            return None;
        }
        // Taken over, and yet not by these thresholds: watched to the end of the window.
        let until = match self.taken() {
            true => self.run.channels.time(self.exposure.end).max(self.over),
            false => self.over,
        };
        self.told()
            .map(|told| microseconds((until - told).max(0.0)))
    }

    /// TOC ratings of this takeover: 1 (perfect) to 10 (uncontrollable), one of each rater.
    pub fn toc_ratings(&self) -> Vec<f64> {
        let mine = |r: &&crate::replay::labels::Rating| match r.label.target {
            Target::Takeover { number } => number as usize == self.number,
            _ => false,
        };
        let ratings = self.run.ratings.iter().filter(mine);
        ratings
            .filter_map(|r| r.label.quality.map(f64::from))
            .collect()
    }

    /// The value of a channel at a time.
    pub fn at(&self, channel: &[f64], time: f64) -> Option<f64> {
        let row = self
            .run
            .channels
            .row(time)
            .min(channel.len().checked_sub(1)?);
        channel.get(row).copied().filter(|v| v.is_finite())
    }
}

/// To whole microseconds: a difference of times must not tell two equal ones apart by its last bits, or rank tests
/// would see no ties.
pub fn microseconds(seconds: f64) -> f64 {
    (seconds * 1e6).round() / 1e6
}

/// A change of velocity from here on is no cone that gives way, m/s.
const CRASH: f64 = 1.0;

/// When a collision stopped the vehicle, from a time on, s: one with a road user, or a hard one with an object.
fn crash(run: &Run, from: f64) -> Option<f64> {
    let hard = |c: &&Collision| c.time_s >= from && (c.kind.is_some() || c.delta_v >= CRASH);
    run.account.collisions.iter().find(hard).map(|c| c.time_s)
}

/// When a request ended, s.
fn ended(run: &Run, request: Option<u32>) -> Option<f64> {
    run.account.events.iter().find_map(|e| match e.event {
        Event::RequestEnded { request: id, .. } if Some(id) == request => Some(e.time),
        _ => None,
    })
}

/// Rows in which the operator drives from `over` on.
fn control(channels: &Channels, over: f64, until: f64) -> Range<usize> {
    // A tick shows what its step began with: authority changes one row later.
    let first = channels.row(over);
    let rows = first..channels.row(until);
    let drives = |row: &usize| channels.authority[*row].is_in_command();
    let begin = rows.clone().take(5).find(drives).unwrap_or(first);
    let end = (begin..rows.end)
        .find(|row| !drives(row))
        .unwrap_or(rows.end);
    begin..end.max(begin)
}

impl Driving {
    fn of(run: &Run, settings: &Settings, exposure: &Range<usize>, control: &Range<usize>) -> Self {
        let c = &run.channels;
        let rate = c.rate;
        let span = |rows: &Range<usize>| (c.time(rows.start), c.time(rows.end));
        let (from, to) = span(exposure);
        let (x, k) = (exposure.clone(), control.clone());
        let least =
            |column: &[Option<f64>]| column[x.clone()].iter().flatten().copied().reduce(f64::min);
        let (mut exposed, mut integrated) = (0.0, 0.0);
        for ttc in c.ttc[x.clone()].iter().flatten() {
            if *ttc <= settings.ttc_s {
                exposed += 1.0 / rate;
                integrated += (settings.ttc_s - ttc) / rate;
            }
        }
        let keeping = keeping(c, &k);
        let keeping = Some(keeping.as_slice());
        let wheel = &c.wheel_deg[k.clone()];
        let offset = &c.offset[k.clone()];
        let (left, right) = (&c.room_left[k.clone()], &c.room_right[k.clone()]);
        let limits = Limits::default();
        let within = |time: f64| (from..=to).contains(&time);
        let account = &run.account;
        let collisions = account.collisions.iter().filter(|c| within(c.time_s));
        Self {
            acceleration: acceleration(&c.along[x.clone()], &c.across[x.clone()], rate, None),
            jerk: padded_jerk(run, &x, settings.jerk_cutoff_hz),
            conflict: conflict(
                &c.lead[x.clone()],
                &c.speed[x.clone()],
                None,
                rate,
                &[settings.ttc_s],
                None,
            ),
            ttc: least(&c.ttc),
            pet: least(&c.pet),
            exposed,
            integrated,
            position: deviation(offset, rate, keeping),
            high_passed: sdlp_high_passed(offset, rate, keeping),
            departures: departures(left, right, rate, keeping),
            line_crossing: line_crossing(
                left,
                right,
                &c.lateral_speed[k.clone()],
                None,
                rate,
                CRITICAL_LINE_CROSSING,
                keeping,
            ),
            steering: steering(wheel, rate, limits, None),
            reversals_visual: reversal_rate(wheel, rate, VISUAL, None),
            reversals_cognitive: reversal_rate(wheel, rate, COGNITIVE, None),
            entropy: own_baseline(c, &k).and_then(|alpha| entropy(wheel, rate, alpha, None)),
            collisions: collisions.clone().count(),
            delta_v: collisions.map(|c| c.delta_v).reduce(f64::max),
            near_misses: account
                .dangers
                .near_misses
                .iter()
                .filter(|n| within(n.time_s))
                .count(),
        }
    }
}

/// Jerk of these rows. The filter sees a second more at both ends, where there is one: it is off at a signal's ends.
fn padded_jerk(run: &Run, rows: &Range<usize>, cutoff: f64) -> Option<Jerk> {
    let c = &run.channels;
    let margin = c.rate as usize;
    let from = rows.start.saturating_sub(margin);
    // A crash's blow would reach back through the filter.
    let end = crash(run, c.time(rows.start)).map_or(c.len(), |t| c.row(t).saturating_sub(1));
    let to = (rows.end + margin).min(end).max(from);
    let mask: Vec<bool> = (from..to).map(|row| rows.contains(&row)).collect();
    jerk(&c.along[from..to], c.rate, cutoff, Some(&mask))
}

/// Slower than this nobody keeps a lane, m/s.
const STANDING: f64 = 1.0;

/// Rows, of these, that are lane keeping: it moves, and not close to a change of lanes.
fn keeping(c: &Channels, rows: &Range<usize>) -> Vec<bool> {
    let reach = (LANE_CHANGE * c.rate) as usize;
    let mut keeping: Vec<bool> = c.speed[rows.clone()]
        .iter()
        .map(|v| *v >= STANDING)
        .collect();
    for (i, _) in c.new_lane[rows.clone()]
        .iter()
        .enumerate()
        .filter(|(_, new)| **new)
    {
        let to = (i + reach).min(keeping.len());
        keeping[i.saturating_sub(reach)..to].fill(false);
    }
    keeping
}

/// The 90th percentile of steering's prediction errors, by what the same operator drove in the same run outside of
/// these rows; none if that is too short.
fn own_baseline(c: &Channels, rows: &Range<usize>) -> Option<f64> {
    let mask: Vec<bool> = (0..c.len())
        .map(|row| !rows.contains(&row) && c.authority[row] == Authority::Operator)
        .collect();
    let long = mask.iter().filter(|m| **m).count() as f64 >= SHORTEST_BASELINE * c.rate;
    let found = long.then(|| baseline(&c.wheel_deg, c.rate, Some(&mask)))??;
    // Below the grain in which the wheel is on record (some 0.0006 degrees) there was no steering to predict.
    Some(found.alpha).filter(|alpha| *alpha > 0.001)
}
