//! What a finished run reports, to people and to programs.

use super::dangers::Dangers;
use super::fork::NoVerdict;
use super::link_account::LinkAccount;
use super::pace::Paced;
use super::tally::{Account, Collision, describe_account};
use crate::frame::End;
use crate::record::{Recorder, RunEnd};
use crate::referee::verdict::RequestVerdict;
use crate::takeover::event::{Event, TimedEvent};
use crate::takeover::timeline::Takeover;
use serde::Serialize;
use std::path::PathBuf;

/// A late tick is worth a warning from here on, s. Below it a person cannot tell.
const NOTABLE_DELAY: f64 = 0.05;

fn stood(event: &TimedEvent) -> f64 {
    match event.event {
        Event::Resumed { stood_s } => stood_s,
        _ => 0.0,
    }
}

/// The object that `takeover run --json` prints.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    pub scenario: String,
    pub seed: u64,
    pub operator: String,
    pub ticks: u64,
    pub sim_time_s: f64,
    /// Simulated over wall-clock time.
    pub real_time_factor: f64,
    /// Hash over every tick's state, hex: equal hashes mean equal runs.
    pub state_hash: String,
    /// Path of the record; null if none could be kept.
    pub log: Option<PathBuf>,
    /// Head of its chain of hashes, hex: kept elsewhere, it proves that the record was not changed.
    pub seal: Option<String>,
    pub outcome: End,
    pub collisions: Vec<Collision>,
    pub takeovers: Vec<Takeover>,
    /// What the referee says of each request and each unprompted takeover.
    pub verdicts: Vec<RequestVerdict>,
    pub dangers: Dangers,
    /// How long it was paused, s of the wall clock.
    pub stood_s: f64,
    /// What was measured of the link.
    pub link: LinkAccount,
    /// What was lost, one line each: exit code 3.
    pub lost: Vec<String>,
    /// What one should know of this run, one line each.
    pub notes: Vec<String>,
}

impl Report {
    /// Closes the record and sums up. A record that could not be completed is a warning here, and
    /// exit code 3 on the command line.
    pub fn new(
        scenario: String,
        seed: u64,
        operator: String,
        account: Account,
        recorder: Option<Recorder>,
        paced: Paced,
        judged: Result<(), NoVerdict>,
    ) -> Self {
        let state_hash = format!("{:016x}", account.hash);
        let mut lost = Vec::new();
        let mut notes = Vec::new();
        let mut seal = None;
        let log = recorder.and_then(|recorder| {
            let path = recorder.path().to_path_buf();
            let end = RunEnd {
                outcome: paced.end,
                ticks: account.ticks,
                state_hash: state_hash.clone(),
                seal: None,
            };
            match recorder.finish(&end) {
                Ok(head) => seal = Some(head),
                Err(error) => {
                    lost.push(error.to_string());
                    // Cut short, but there: unless it cannot even be found any more.
                    return path.exists().then_some(path);
                }
            }
            Some(path)
        });
        if paced.end == End::Interrupted {
            lost.push(format!(
                "stopped after {:.1} s, before the scenario's end",
                account.time
            ));
        }
        if let Err(why) = judged {
            notes.push(format!("no verdict on the requests: {why}"));
        }
        let stood_s: f64 = account.events.iter().map(stood).sum();
        if stood_s > 0.0 {
            notes.push(format!("paused for {stood_s:.1} s in all"));
        }
        if paced.worst_delay_s > NOTABLE_DELAY {
            notes.push(format!(
                "this machine was too slow for real time: a tick came {:.0} ms late",
                paced.worst_delay_s * 1e3
            ));
        }
        Self {
            scenario,
            seed,
            operator,
            ticks: account.ticks,
            sim_time_s: account.time,
            real_time_factor: account.time / paced.wall_s,
            state_hash,
            log,
            seal,
            outcome: paced.end,
            collisions: account.collisions,
            takeovers: account.takeovers,
            verdicts: account.verdicts,
            dangers: account.dangers,
            stood_s,
            link: account.link,
            lost,
            notes,
        }
    }

    /// The record is incomplete, or the run was cut short.
    pub fn incomplete(&self) -> bool {
        !self.lost.is_empty()
    }

    /// For a person, line by line.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!(
            "{} after {:.2} s",
            self.outcome.label(),
            self.sim_time_s
        )];
        lines.extend(describe_account(
            &self.takeovers,
            &self.verdicts,
            &self.collisions,
            &self.dangers,
        ));
        lines.extend(self.link.lines());
        lines
    }
}
