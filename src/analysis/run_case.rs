//! One run as metrics see it: what it came to, and who was needed for how long.

use super::case::Case;
use super::run::Run;
use super::settings::Settings;
use crate::assess::detection::{Asked, Counts, Design, Met};
use crate::referee::Limit;
use crate::session::limit::LimitKind;
use crate::takeover::event::{Authority, Event};

/// A run with its takeovers.
pub struct RunCase<'a> {
    pub run: &'a Run,
    pub cases: &'a [Case<'a>],
    pub busy: Busy,
    /// Of the requests, as detections of what the automation would have met alone.
    pub detection: Counts,
    pub design: Design,
}

/// Time for which a person was needed, s.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Busy {
    /// Shown a request, or driving, until handed back: a person does nothing else.
    pub busy: f64,
    /// Driving, alone or with the automation.
    pub driving: f64,
    /// Somebody with a working device was there and not driving.
    pub available: f64,
}

impl<'a> RunCase<'a> {
    pub fn new(run: &'a Run, cases: &'a [Case<'a>], settings: &Settings) -> Self {
        let referee = &run.scenario.referee;
        let design = Design {
            horizon: settings.horizon_s.unwrap_or(referee.horizon),
            lead: settings.lead_s.unwrap_or(referee.lead),
        };
        Self {
            run,
            cases,
            busy: Busy::of(run, cases),
            detection: detection(run, cases, design),
            design,
        }
    }

    /// Per hour of driving; none for a run of no length.
    pub fn per_hour(&self, n: usize) -> Option<f64> {
        let hours = self.run.channels.duration() / 3600.0;
        (hours > 0.0).then(|| n as f64 / hours)
    }

    pub fn judged(&self) -> bool {
        !self.run.account.verdicts.is_empty() || self.cases.is_empty()
    }
}

impl Busy {
    fn of(run: &Run, cases: &[Case<'_>]) -> Self {
        let c = &run.channels;
        let mut needed = vec![false; c.len()];
        for case in cases {
            if let Some(told) = case.told() {
                let rows = c.row(told).min(c.len())..c.row(case.over).min(c.len());
                if rows.start < rows.end {
                    needed[rows].fill(true);
                }
            }
        }
        let (mut busy, mut available) = (0, 0);
        for (row, needed) in needed.into_iter().enumerate() {
            let drives = c.authority[row].is_in_command();
            busy += usize::from(needed || drives);
            available += usize::from(c.present[row] && !drives);
        }
        Self {
            busy: busy as f64 / c.rate,
            driving: c.time_in(Authority::is_in_command),
            available: available as f64 / c.rate,
        }
    }
}

/// Signal detection of the requests: what was there to be asked for is what the referee found the automation alone
/// would have met, and what it did meet without having asked.
fn detection(run: &Run, cases: &[Case<'_>], design: Design) -> Counts {
    let mut counts = Counts::default();
    let judged = cases
        .iter()
        .filter(|c| c.asked())
        .all(|c| c.verdict.is_some());
    if !judged {
        return counts;
    }
    let mut limits: Vec<Limit> = run
        .account
        .verdicts
        .iter()
        .filter_map(|v| v.limit.clone())
        .collect();
    limits.extend(met_by_automation(run));
    limits.sort_by(|a, b| a.time.total_cmp(&b.time));
    let met: Vec<Met> = limits
        .iter()
        .map(|l| Met {
            from: l.time,
            until: l.time,
        })
        .collect();
    let asked: Vec<Asked> = cases
        .iter()
        .filter(|c| c.asked())
        .map(|c| Asked {
            from: c.start,
            until: c.over,
        })
        .collect();
    counts.run(design, run.channels.duration(), &met, &asked);
    counts
}

/// Limits that were met while the automation drove.
fn met_by_automation(run: &Run) -> impl Iterator<Item = Limit> + '_ {
    let c = &run.channels;
    run.account.events.iter().filter_map(|e| {
        let row = c.row(e.time).min(c.len().checked_sub(1)?);
        if c.authority[row].is_in_command() {
            return None;
        }
        let (kind, with) = match &e.event {
            Event::Collision { with, .. } => (LimitKind::Collision, Some(with.clone())),
            Event::LeftRoad { .. } => (LimitKind::LeftRoad, None),
            Event::LaneDeparture { .. } => (LimitKind::LaneDeparture, None),
            Event::NearMiss { with, .. } => (LimitKind::NearMiss, Some(with.clone())),
            _ => return None,
        };
        Some(Limit {
            kind,
            time: e.time,
            with,
        })
    })
}
