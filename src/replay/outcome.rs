//! What a run came to from a moment on, so that two can stand side by side.

use super::recorded::Recorded;
use crate::frame::{End, Frame};
use crate::record::{Entry, LogError, Stream};
use crate::scenario::Scenario;
use crate::session::dangers::Extreme;
use crate::session::tally::{Account, Tally};
use crate::takeover::event::{Event, Outcome as RequestOutcome};
use crate::takeover::timeline::Takeover;
use serde::Serialize;

/// What a run came to from a moment on. Extremes are those before the first collision, as
/// [`crate::session::dangers::Dangers`] has them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Outcome {
    /// As a table names it.
    pub name: String,
    /// s since the start of the run: from when it is reckoned, and until when it went on.
    pub from_s: f64,
    pub until_s: f64,
    /// Why it ended; null if it was cut short.
    pub ended: Option<End>,
    pub collisions: usize,
    /// Largest change of the ego's velocity in a collision, m/s.
    pub delta_v: Option<f64>,
    pub least_ttc: Option<Extreme>,
    pub least_gap: Option<Extreme>,
    pub least_pet: Option<Extreme>,
    pub hardest_braking: Option<Extreme>,
    pub near_misses: usize,
    pub lane_departures: usize,
    pub requests: usize,
    pub taken_over: usize,
    pub missed: usize,
    /// When the first minimal-risk manoeuvre began, s.
    pub minimal_risk_s: Option<f64>,
    /// Of the first request that was answered, s.
    pub reaction_s: Option<f64>,
}

/// Sums up what came after a moment. Takeovers begin before the moment at which they are answered, so
/// they are followed from the run's start.
pub struct Watch {
    name: String,
    from: u64,
    /// Of a record: what is told in it is followed from its start.
    whole: Option<Tally>,
    after: Tally,
    until: u64,
}

impl Watch {
    /// From the tick `from` on.
    pub fn new(name: String, scenario: &Scenario, names: &[String], from: u64) -> Self {
        Self {
            name,
            from,
            whole: None,
            after: Tally::new(scenario, names.to_vec()),
            until: from,
        }
    }

    /// The next frame.
    pub fn frame(&mut self, frame: &Frame) {
        if frame.tick > self.from {
            self.after.frame(frame);
        }
        self.until = frame.tick;
    }

    /// The next entry of a record.
    pub fn entry(&mut self, entry: &Entry) {
        if let Some(whole) = &mut self.whole {
            whole.entry(100, entry);
        }
        let after = match entry {
            Entry::State(state) => {
                self.until = state.tick;
                state.tick > self.from
            }
            Entry::Event(event) => event.tick >= self.from,
            _ => false,
        };
        if after {
            self.after.entry(100, entry);
        }
    }

    pub fn finish(self, ended: Option<End>) -> Outcome {
        let takeovers = self.whole.map(|w| w.finish().takeovers).unwrap_or_default();
        Self::sum(
            self.name, self.from, self.until, self.after, ended, &takeovers,
        )
    }

    /// With takeovers that somebody else has followed.
    pub fn finish_with(self, ended: Option<End>, takeovers: &[Takeover]) -> Outcome {
        Self::sum(
            self.name, self.from, self.until, self.after, ended, takeovers,
        )
    }

    fn sum(
        name: String,
        from: u64,
        until: u64,
        after: Tally,
        ended: Option<End>,
        takeovers: &[Takeover],
    ) -> Outcome {
        let after = after.finish();
        let Account {
            collisions,
            dangers,
            events,
            ..
        } = after;
        let from_s = from as f64 / 100.0;
        let count = |is: &dyn Fn(&Event) -> bool| events.iter().filter(|e| is(&e.event)).count();
        let missed = |outcome: &RequestOutcome| {
            matches!(
                outcome,
                RequestOutcome::MinimalRisk | RequestOutcome::Collision
            )
        };
        let answered = takeovers
            .iter()
            .find(|t| t.request.is_some() && t.in_force_s.is_some_and(|s| s >= from_s));
        Outcome {
            name,
            from_s,
            until_s: until as f64 / 100.0,
            ended,
            delta_v: collisions.iter().map(|c| c.delta_v).reduce(f64::max),
            collisions: collisions.len(),
            least_ttc: dangers.least_ttc,
            least_gap: dangers.least_gap,
            least_pet: dangers.least_pet,
            hardest_braking: dangers.hardest_braking,
            near_misses: dangers.near_misses.len(),
            lane_departures: dangers.lane_departures.len(),
            requests: count(&|e| matches!(e, Event::RequestRaised { .. })),
            taken_over: count(&|e| matches!(e, Event::TakenOver { .. })),
            missed: count(&|e| matches!(e, Event::RequestEnded { outcome, .. } if missed(outcome))),
            minimal_risk_s: events
                .iter()
                .find(|e| matches!(e.event, Event::MinimalRiskStarted { .. }))
                .map(|e| e.time),
            reaction_s: answered.and_then(|t| t.reaction_s),
        }
    }
}

/// What a record came to from a tick on.
///
/// # Errors
/// If it cannot be read.
pub fn of_record(recorded: &Recorded, names: &[String], from: u64) -> Result<Outcome, LogError> {
    let mut watch = Watch::new("as recorded".into(), &recorded.scenario, names, from);
    watch.whole = Some(Tally::new(&recorded.scenario, names.to_vec()));
    let mut stream = Stream::scan(&recorded.path)?;
    let _ = stream.each(false, |entry| watch.entry(&entry));
    Ok(watch.finish(recorded.end.as_ref().map(|e| e.outcome)))
}

/// A number, its unit and when it was, for a table.
fn extreme(value: &Option<Extreme>, unit: &str) -> String {
    match value {
        None => "-".into(),
        Some(e) => match &e.with {
            Some(with) => format!("{:.2} {unit} ({with}, {:.2} s)", e.value, e.time_s),
            None => format!("{:.2} {unit} ({:.2} s)", e.value, e.time_s),
        },
    }
}

/// Outcomes side by side, line by line.
pub fn table(outcomes: &[Outcome]) -> Vec<String> {
    type Cell = fn(&Outcome) -> String;
    let rows: [(&str, Cell); 15] = [
        ("", |o| o.name.clone()),
        ("ended", |o| {
            o.ended.map_or("cut short".into(), |e| e.label().into())
        }),
        ("after", |o| format!("{:.2} s", o.until_s)),
        ("collisions", |o| o.collisions.to_string()),
        ("largest delta-v", |o| {
            o.delta_v.map_or("-".into(), |v| format!("{v:.2} m/s"))
        }),
        ("least time to collision", |o| extreme(&o.least_ttc, "s")),
        ("least gap", |o| extreme(&o.least_gap, "m")),
        ("least post-encroachment time", |o| {
            extreme(&o.least_pet, "s")
        }),
        ("hardest braking", |o| extreme(&o.hardest_braking, "m/s2")),
        ("near misses", |o| o.near_misses.to_string()),
        ("lane departures", |o| o.lane_departures.to_string()),
        ("requests, taken over, missed", |o| {
            format!("{}, {}, {}", o.requests, o.taken_over, o.missed)
        }),
        ("reaction time", |o| {
            o.reaction_s.map_or("-".into(), |t| format!("{t:.3} s"))
        }),
        ("minimal-risk manoeuvre", |o| {
            o.minimal_risk_s
                .map_or("-".into(), |t| format!("at {t:.2} s"))
        }),
        ("from", |o| format!("{:.2} s on", o.from_s)),
    ];
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|(name, cell)| {
            std::iter::once((*name).to_string())
                .chain(outcomes.iter().map(cell))
                .collect()
        })
        .collect();
    let width = |column: usize| {
        cells
            .iter()
            .map(|row| row[column].chars().count())
            .max()
            .unwrap_or_default()
    };
    let widths: Vec<usize> = (0..=outcomes.len()).map(width).collect();
    cells
        .iter()
        .map(|row| {
            let padded = row
                .iter()
                .zip(&widths)
                .map(|(cell, width)| format!("{cell:<width$}"));
            padded.collect::<Vec<_>>().join("  ").trim_end().to_string()
        })
        .collect()
}
