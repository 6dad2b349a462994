//! Many records at once: how many interventions were needed, too late, needless?
//!
//! The referee's verdicts on each, [`crate::session::fork::verdicts`], and their sums.

use super::reel::scenario_of;
use crate::parallel::parallel;
use crate::record::{Entry, Log, Stream};
use crate::referee::verdict::{Effect, RequestVerdict};
use crate::session::Stop;
use crate::session::fork::{NoVerdict, replay, verdicts};
use crate::takeover::event::{Event, Outcome, TimedEvent};
use serde::Serialize;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// By what the difference was between the run as it was and the automation alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Effects {
    pub prevented: usize,
    pub eased: usize,
    pub not_prevented: usize,
    pub caused: usize,
    /// Nothing happened, nor would it have.
    pub none: usize,
}

/// Takeovers: an operator drove, asked or not. Each is judged from its request on; from itself if nobody
/// was asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Interventions {
    pub n: usize,
    /// ... that nobody had asked for.
    pub unprompted: usize,
    /// Alone, the automation would have met a limit within the horizon.
    pub needed: usize,
    /// Needed, and in force only when that limit would already have been met.
    pub too_late: usize,
    /// It would have met none.
    pub needless: usize,
    pub effects: Effects,
}

/// Requests, answered or not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Requests {
    pub n: usize,
    pub needed: usize,
    pub needless: usize,
    /// Needed, and less than the referee's `lead` before the limit.
    pub too_late: usize,
    pub answered: usize,
    pub rejected: usize,
    /// Nobody came: a minimal-risk manoeuvre, or a collision before.
    pub missed: usize,
    /// ... though it was needed.
    pub needed_and_missed: usize,
    /// Not over when the record ends.
    pub open: usize,
}

/// Sums of one record, or of many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Sums {
    pub interventions: Interventions,
    pub requests: Requests,
    /// Verdicts of both kinds for which the run was over before the limit that the automation alone would
    /// have met: whether that was prevented is not known.
    pub cut_short: usize,
}

/// One record.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Judged {
    pub log: PathBuf,
    pub scenario: String,
    pub seed: u64,
    pub operator: String,
    pub ticks: u64,
    #[serde(flatten)]
    pub sums: Sums,
    pub verdicts: Vec<RequestVerdict>,
}

/// What the automation alone would have met, at every takeover and every request of many records.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Batch {
    /// In the order in which they were named.
    pub logs: Vec<Judged>,
    pub totals: Sums,
    /// Those that could not be judged, and why.
    pub skipped: Vec<(PathBuf, String)>,
}

/// Judges records on all processors. A folder stands for all logs in it, by name.
pub fn batch(paths: &[PathBuf], stop: &Stop) -> Batch {
    let mut batch = Batch::default();
    let logs = logs(paths, &mut batch.skipped);
    let found = parallel(logs.len(), |i| judge(&logs[i], stop), || {});
    for (log, found) in logs.into_iter().zip(found) {
        match found {
            Ok(judged) => {
                batch.totals.add(&judged.sums);
                batch.logs.push(judged);
            }
            Err(why) => batch.skipped.push((log, why)),
        }
    }
    batch
}

/// Folders as the logs in them; each log once.
fn logs(paths: &[PathBuf], skipped: &mut Vec<(PathBuf, String)>) -> Vec<PathBuf> {
    let mut logs: Vec<PathBuf> = Vec::new();
    let mut add = |log: PathBuf| {
        if !logs.contains(&log) {
            logs.push(log);
        }
    };
    for path in paths {
        if !path.is_dir() {
            add(path.clone());
            continue;
        }
        match in_folder(path) {
            Ok(found) if found.is_empty() => {
                let why = "expected logs in this folder (*.mcap), got none";
                skipped.push((path.clone(), why.into()));
            }
            Ok(found) => found.into_iter().for_each(&mut add),
            Err(why) => skipped.push((path.clone(), format!("cannot read the folder: {why}"))),
        }
    }
    logs
}

fn in_folder(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension() == Some(OsStr::new("mcap")) && path.is_file() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn judge(path: &Path, stop: &Stop) -> Result<Judged, String> {
    if stop.requested() {
        return Err("stopped before it was judged".into());
    }
    // Errors name the file, and so do those who tell them.
    let unnamed = |why: String| match why.strip_prefix(&format!("{}: ", path.display())) {
        Some(rest) => rest.to_string(),
        None => why,
    };
    let mut stream = Stream::scan(path).map_err(|e| unnamed(e.to_string()))?;
    let scenario = scenario_of(&stream).map_err(|e| unnamed(e.to_string()))?;
    let (mut entries, mut events) = (Vec::new(), Vec::new());
    let lost = stream.each(false, |entry| match entry {
        Entry::Event(event) => events.push(event),
        Entry::Command(_) | Entry::State(_) => entries.push(entry),
        _ => {}
    });
    if let Some(lost) = lost {
        return Err(format!(
            "{lost}; `takeover judge` judges what is left of it"
        ));
    }
    let log = Log {
        info: stream.info,
        end: stream.end,
        scenario: stream.scenario,
        script: stream.script,
        settings: stream.settings,
        entries,
        lost: None,
    };
    let told = |why: NoVerdict| match why {
        NoVerdict::Stopped => "stopped before it was judged".into(),
        why => why.to_string(),
    };
    let cases = replay(&log, &scenario).map_err(told)?;
    let verdicts = verdicts(&scenario, log.info.seed, &cases, stop).map_err(told)?;
    let ticks = cases.commands.len() as u64;
    let until_s = ticks as f64 / log.info.tick_hz as f64;
    Ok(Judged {
        log: path.to_path_buf(),
        scenario: scenario.title.clone(),
        seed: log.info.seed,
        operator: log.info.operator,
        ticks,
        sums: Sums::of(&verdicts, &events, until_s),
        verdicts,
    })
}

impl Sums {
    /// `until_s`: where the run ends.
    fn of(verdicts: &[RequestVerdict], events: &[TimedEvent], until_s: f64) -> Self {
        let mut in_force = BTreeMap::new();
        let mut ended = BTreeMap::new();
        for event in events {
            match &event.event {
                Event::TakenOver {
                    request: Some(id), ..
                } => {
                    in_force.entry(*id).or_insert(event.time);
                }
                Event::RequestEnded { request, outcome } => {
                    ended.insert(*request, *outcome);
                }
                _ => {}
            }
        }
        let mut sums = Self::default();
        for verdict in verdicts {
            let limit_s = verdict.limit.as_ref().map(|l| l.time);
            if verdict.met.is_none() && limit_s.is_some_and(|s| s > until_s) {
                sums.cut_short += 1;
            }
            if let Some(id) = verdict.request {
                let outcome = ended.get(&id).copied();
                sums.requests.count(verdict, outcome);
            }
            if verdict.answered {
                let id = verdict.request;
                let in_force_s = id.and_then(|id| in_force.get(&id).copied());
                let late = limit_s.is_some_and(|s| in_force_s.unwrap_or(verdict.time_s) >= s);
                sums.interventions.count(verdict, late);
            }
        }
        sums
    }

    fn add(&mut self, other: &Self) {
        let (i, o) = (&mut self.interventions, &other.interventions);
        let (e, p) = (&mut i.effects, &o.effects);
        for (sum, more) in [
            (&mut i.n, o.n),
            (&mut i.unprompted, o.unprompted),
            (&mut i.needed, o.needed),
            (&mut i.too_late, o.too_late),
            (&mut i.needless, o.needless),
            (&mut e.prevented, p.prevented),
            (&mut e.eased, p.eased),
            (&mut e.not_prevented, p.not_prevented),
            (&mut e.caused, p.caused),
            (&mut e.none, p.none),
        ] {
            *sum += more;
        }
        let (r, o) = (&mut self.requests, &other.requests);
        for (sum, more) in [
            (&mut r.n, o.n),
            (&mut r.needed, o.needed),
            (&mut r.needless, o.needless),
            (&mut r.too_late, o.too_late),
            (&mut r.answered, o.answered),
            (&mut r.rejected, o.rejected),
            (&mut r.missed, o.missed),
            (&mut r.needed_and_missed, o.needed_and_missed),
            (&mut r.open, o.open),
        ] {
            *sum += more;
        }
        self.cut_short += other.cut_short;
    }
}

impl Interventions {
    fn count(&mut self, verdict: &RequestVerdict, late: bool) {
        self.n += 1;
        self.unprompted += usize::from(verdict.request.is_none());
        self.needed += usize::from(verdict.needed);
        self.needless += usize::from(!verdict.needed);
        self.too_late += usize::from(verdict.needed && late);
        let effects = &mut self.effects;
        *match verdict.effect {
            Effect::Prevented => &mut effects.prevented,
            Effect::Eased => &mut effects.eased,
            Effect::NotPrevented => &mut effects.not_prevented,
            Effect::Caused => &mut effects.caused,
            Effect::None => &mut effects.none,
        } += 1;
    }
}

impl Requests {
    fn count(&mut self, verdict: &RequestVerdict, outcome: Option<Outcome>) {
        self.n += 1;
        self.needed += usize::from(verdict.needed);
        self.needless += usize::from(!verdict.needed);
        self.too_late += usize::from(verdict.in_time == Some(false));
        let missed = matches!(outcome, Some(Outcome::MinimalRisk | Outcome::Collision));
        self.needed_and_missed += usize::from(missed && verdict.needed);
        *match outcome {
            Some(Outcome::TakenOver) => &mut self.answered,
            Some(Outcome::Rejected) => &mut self.rejected,
            Some(Outcome::MinimalRisk | Outcome::Collision) => &mut self.missed,
            Some(Outcome::RunEnded) | None => &mut self.open,
        } += 1;
    }
}

impl Batch {
    /// For a person, line by line: a table of the logs, and the totals.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if !self.logs.is_empty() {
            lines.extend(self.table());
            lines.push(String::new());
            lines.extend(self.totals.lines(self.logs.len()));
        }
        if !self.skipped.is_empty() {
            lines.push(format!(
                "skipped: {}",
                count(self.skipped.len(), "log", "logs")
            ));
            let told = self.skipped.iter();
            lines.extend(told.map(|(log, why)| format!("  {}: {why}", log.display())));
        }
        if lines.is_empty() {
            lines.push("no logs".into());
        }
        lines
    }

    fn table(&self) -> Vec<String> {
        let head = [
            "takeovers",
            "needed",
            "too late",
            "needless",
            "prevented",
            "eased",
            "not prevented",
            "caused",
            "requests",
            "needed",
            "missed",
            "both",
        ];
        let cells = |s: &Sums| {
            let (i, e, r) = (&s.interventions, &s.interventions.effects, &s.requests);
            [
                i.n,
                i.needed,
                i.too_late,
                i.needless,
                e.prevented,
                e.eased,
                e.not_prevented,
                e.caused,
                r.n,
                r.needed,
                r.missed,
                r.needed_and_missed,
            ]
        };
        let name = |path: &Path| match path.file_stem() {
            Some(stem) => stem.to_string_lossy().into_owned(),
            None => path.display().to_string(),
        };
        let logs = self.logs.iter();
        let total = format!("all {}", self.logs.len());
        let rows: Vec<_> = logs
            .map(|j| (name(&j.log), cells(&j.sums)))
            .chain([(total, cells(&self.totals))])
            .collect();
        let names = rows.iter().map(|row| row.0.chars().count());
        let wide = names.max().unwrap_or_default();
        let line = |name: &str, cells: &[String]| {
            let padded = cells.iter().zip(head);
            let padded = padded.map(|(cell, head)| format!("{cell:>w$}", w = head.len()));
            format!("{name:<wide$}  {}", padded.collect::<Vec<_>>().join("  "))
        };
        let title = line("", &head.map(str::to_string));
        let rows = rows.iter();
        let rows = rows.map(|(name, cells)| line(name, &cells.map(|n| n.to_string())));
        std::iter::once(title).chain(rows).collect()
    }
}

fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

impl Sums {
    fn lines(&self, logs: usize) -> Vec<String> {
        let (i, e, r) = (
            &self.interventions,
            &self.interventions.effects,
            &self.requests,
        );
        let of = |k: usize, n: usize| match n {
            0 => "0".to_string(),
            n => format!("{k} ({:.0} %)", 100.0 * k as f64 / n as f64),
        };
        let mut lines = vec![
            format!(
                "{} in {}, {} unprompted: {} needed, {} of them too late; {} needless",
                count(i.n, "takeover", "takeovers"),
                count(logs, "log", "logs"),
                i.unprompted,
                of(i.needed, i.n),
                i.too_late,
                of(i.needless, i.n),
            ),
            format!(
                "  what they did: {} prevented, {} eased, {} not prevented, {} caused, {} nothing",
                e.prevented, e.eased, e.not_prevented, e.caused, e.none
            ),
            format!(
                "{}: {} needed, {} of them too late; {} needless",
                count(r.n, "request", "requests"),
                of(r.needed, r.n),
                r.too_late,
                of(r.needless, r.n),
            ),
            format!(
                "  what became of them: {} taken over, {} rejected, {} missed ({} of those needed), {} open",
                r.answered, r.rejected, r.missed, r.needed_and_missed, r.open
            ),
        ];
        if self.cut_short > 0 {
            lines.push(format!(
                "{} of the verdicts: the run was over before the limit that was ahead, so whether it was prevented is not known",
                self.cut_short
            ));
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::referee::verdict::Moment;
    use crate::referee::{Limit, LimitKind, RefereeSettings};
    use crate::takeover::event::Mode;
    use crate::takeover::intent::Means;

    fn limit(kind: LimitKind, time: f64) -> Limit {
        let with = None;
        Limit { kind, time, with }
    }

    /// A verdict on something at `time`.
    fn verdict(
        request: Option<u32>,
        time: f64,
        answered: bool,
        alone: &[Limit],
        met: &[Limit],
    ) -> RequestVerdict {
        let moment = Moment {
            tick: (time * 100.0) as u64,
            hash: 0,
            request,
            answered,
        };
        RequestVerdict::new(&RefereeSettings::default(), &moment, time, 20.0, alone, met)
    }

    fn at(time: f64, event: Event) -> TimedEvent {
        let tick = (time * 100.0) as u64;
        TimedEvent { tick, time, event }
    }

    fn taken(request: u32, time: f64) -> [TimedEvent; 2] {
        let outcome = Outcome::TakenOver;
        [
            at(
                time,
                Event::TakenOver {
                    request: Some(request),
                    by: Means::Button,
                    mode: Mode::Direct,
                },
            ),
            at(time, Event::RequestEnded { request, outcome }),
        ]
    }

    fn ended(request: u32, time: f64, outcome: Outcome) -> TimedEvent {
        at(time, Event::RequestEnded { request, outcome })
    }

    #[test]
    fn each_verdict_is_counted_where_it_belongs() {
        use LimitKind::{Blocked, Collision, HardBraking, NearMiss};
        let blocked = |time| limit(Blocked, time);
        let verdicts = [
            // Needed, in time, taken over in time, prevented.
            verdict(Some(1), 10.0, true, &[blocked(16.0)], &[]),
            // Needed, asked too late, taken over when it had been met, not prevented.
            verdict(
                Some(2),
                40.0,
                true,
                &[limit(NearMiss, 42.0)],
                &[limit(NearMiss, 42.0)],
            ),
            // Needless.
            verdict(Some(3), 70.0, true, &[], &[]),
            // Nobody asked; made worse.
            verdict(None, 100.0, true, &[], &[limit(Collision, 104.0)]),
            // Needed, nobody came.
            verdict(
                Some(4),
                130.0,
                false,
                &[limit(Collision, 137.0)],
                &[limit(HardBraking, 136.0)],
            ),
            // Needless, said so.
            verdict(Some(5), 160.0, false, &[], &[]),
            // The run ends at 200 s, before what was ahead and before an answer.
            verdict(Some(6), 195.0, false, &[blocked(201.0)], &[]),
        ];
        let mut events = Vec::new();
        events.extend(taken(1, 13.0));
        events.extend(taken(2, 42.0));
        events.extend(taken(3, 72.0));
        events.push(ended(4, 140.0, Outcome::MinimalRisk));
        events.push(ended(5, 161.0, Outcome::Rejected));
        events.push(ended(6, 200.0, Outcome::RunEnded));
        let sums = Sums::of(&verdicts, &events, 200.0);
        let effects = Effects {
            prevented: 1,
            eased: 0,
            not_prevented: 1,
            caused: 1,
            none: 1,
        };
        let expected = Sums {
            interventions: Interventions {
                n: 4,
                unprompted: 1,
                needed: 2,
                too_late: 1,
                needless: 2,
                effects,
            },
            requests: Requests {
                n: 6,
                needed: 4,
                needless: 2,
                too_late: 1,
                answered: 3,
                rejected: 1,
                missed: 1,
                needed_and_missed: 1,
                open: 1,
            },
            cut_short: 1,
        };
        assert_eq!(sums, expected);
        let mut twice = sums;
        twice.add(&sums);
        assert_eq!(twice.interventions.n, 8);
        assert_eq!(twice.interventions.effects.caused, 2);
        assert_eq!(
            (twice.requests.n, twice.requests.open, twice.cut_short),
            (12, 2, 2)
        );
    }

    #[test]
    fn the_table_has_a_row_for_each_log_and_the_skipped_are_named() {
        let verdicts = [verdict(
            Some(1),
            10.0,
            true,
            &[limit(LimitKind::Blocked, 16.0)],
            &[],
        )];
        let judged = |name: &str| Judged {
            log: format!("runs/{name}.mcap").into(),
            scenario: "t".into(),
            seed: 1,
            operator: "model".into(),
            ticks: 3000,
            sums: Sums::of(&verdicts, &taken(1, 13.0), 30.0),
            verdicts: verdicts.to_vec(),
        };
        let mut batch = Batch {
            logs: vec![judged("a"), judged("a_longer_name")],
            ..Batch::default()
        };
        for log in &batch.logs {
            batch.totals.add(&log.sums);
        }
        batch.skipped.push(("x.mcap".into(), "no log".into()));
        let lines = batch.lines();
        let row = |line: &str| {
            let cells = line.split_whitespace().map(str::to_string);
            cells.collect::<Vec<_>>().join(" ")
        };
        assert_eq!(row(&lines[1]), "a 1 1 0 0 1 0 0 0 1 1 0 0");
        assert_eq!(row(&lines[3]), "all 2 2 2 0 0 2 0 0 0 2 2 0 0");
        assert!(
            lines[..4].iter().all(|l| l.len() == lines[0].len()),
            "{lines:#?}"
        );
        assert_eq!(
            lines[5],
            "2 takeovers in 2 logs, 0 unprompted: 2 (100 %) needed, 0 of them too late; 0 (0 %) needless"
        );
        assert_eq!(lines.last().expect("some"), "  x.mcap: no log");
        assert_eq!(Batch::default().lines(), ["no logs"]);
    }

    #[test]
    fn folders_are_their_logs_by_name_each_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        for name in ["b.mcap", "a.mcap", "notes.txt"] {
            std::fs::write(path(name), "").expect("written");
        }
        std::fs::create_dir(path("empty")).expect("made");
        let mut skipped = Vec::new();
        let given = [
            path("b.mcap"),
            folder.path().into(),
            path("empty"),
            path("gone.mcap"),
        ];
        let found = logs(&given, &mut skipped);
        assert_eq!(found, [path("b.mcap"), path("a.mcap"), path("gone.mcap")]);
        assert_eq!(skipped.len(), 1);
        assert!(skipped[0].1.contains("expected logs"), "{skipped:?}");
        // What is no log is named with its reason, once.
        let batch = batch(&[path("a.mcap"), path("gone.mcap")], &Stop::default());
        assert!(batch.logs.is_empty());
        let [(a, why_a), (gone, why_gone)] = &batch.skipped[..] else {
            panic!("{:?}", batch.skipped);
        };
        assert_eq!((a, gone), (&path("a.mcap"), &path("gone.mcap")));
        assert!(why_a.starts_with("expected a log of takeover"), "{why_a}");
        assert!(why_gone.starts_with("cannot read the log"), "{why_gone}");
        let stop = Stop::default();
        stop.0.store(true, std::sync::atomic::Ordering::Relaxed);
        let stopped = super::batch(&[path("a.mcap")], &stop);
        assert!(stopped.skipped[0].1.contains("stopped"));
    }
}
