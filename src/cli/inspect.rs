//! `takeover inspect LOG`: what happened, and how fast.

use super::{Done, print, say};
use serde::Serialize;
use std::path::{Path, PathBuf};
use takeover::frame::End;
use takeover::record::{Entry, RunEnd, RunInfo, Stream};
use takeover::referee::verdict::RequestVerdict;
use takeover::scenario::Scenario;
use takeover::session::dangers::Dangers;
use takeover::session::link_account::LinkAccount;
use takeover::session::tally::{Account, Collision, Tally, describe_account};
use takeover::takeover::event::TimedEvent;
use takeover::takeover::timeline::Takeover;
use takeover::traffic::Traffic;

/// Show a log: the run, its events, and each takeover with the parts of its reaction time.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  takeover inspect runs/LOG.mcap\n  takeover inspect runs/LOG.mcap --json"
)]
pub struct Args {
    /// A log written by `takeover run` (MCAP).
    #[arg(value_name = "LOG")]
    log: PathBuf,
    /// Print one JSON object instead of text.
    #[arg(long)]
    json: bool,
}

/// The object that `--json` prints.
#[derive(Serialize)]
struct Inspected<'a> {
    log: &'a Path,
    run: &'a RunInfo,
    ticks: u64,
    sim_time_s: f64,
    state_hash: String,
    /// Null if the record was not closed.
    outcome: Option<End>,
    collisions: &'a [Collision],
    takeovers: &'a [Takeover],
    verdicts: &'a [RequestVerdict],
    dangers: &'a Dangers,
    link: &'a LinkAccount,
    events: &'a [TimedEvent],
    inputs: usize,
    /// What is missing or damaged; null if nothing is.
    lost: Option<&'a str>,
}

pub fn inspect(args: &Args) -> anyhow::Result<Done> {
    let (log, scenario, account) = read(&args.log)?;
    if args.json {
        let object = inspected(&args.log, &log, &account);
        print([serde_json::to_string_pretty(&object)?])?;
    } else {
        print(lines(&args.log, &log, &scenario, &account))?;
    }
    match &log.lost {
        None => Ok(Done::Fine),
        Some(lost) => {
            say(format_args!("takeover: {}: {lost}", args.log.display()));
            Ok(Done::Incomplete)
        }
    }
}

/// What is shown of a log besides its account.
struct Read {
    info: RunInfo,
    end: Option<RunEnd>,
    inputs: usize,
    lost: Option<String>,
}

/// Chunk by chunk: a long log is more than one wants in memory.
fn read(path: &Path) -> anyhow::Result<(Read, Scenario, Account)> {
    let mut stream = Stream::scan(path)?;
    let scenario = super::scenario_in(path, &stream.scenario)?;
    let others = Traffic::new(&scenario.network, &scenario.traffic, stream.info.seed);
    let mut tally = Tally::new(&scenario, others.names());
    let (hz, mut inputs) = (stream.info.tick_hz, 0);
    let lost = stream.each(false, |entry| {
        inputs += usize::from(matches!(entry, Entry::Input(_)));
        tally.entry(hz, &entry);
    });
    let read = Read {
        info: stream.info,
        end: stream.end,
        inputs,
        lost,
    };
    Ok((read, scenario, tally.finish()))
}

fn inspected<'a>(path: &'a Path, log: &'a Read, account: &'a Account) -> Inspected<'a> {
    Inspected {
        log: path,
        run: &log.info,
        ticks: account.ticks,
        sim_time_s: account.time,
        state_hash: format!("{:016x}", account.hash),
        outcome: log.end.as_ref().map(|e| e.outcome),
        collisions: &account.collisions,
        takeovers: &account.takeovers,
        verdicts: &account.verdicts,
        dangers: &account.dangers,
        link: &account.link,
        events: &account.events,
        inputs: log.inputs,
        lost: log.lost.as_deref(),
    }
}

fn lines(path: &Path, log: &Read, scenario: &Scenario, account: &Account) -> Vec<String> {
    let info = &log.info;
    let mut lines = vec![
        format!("log        {}", path.display()),
        format!("scenario   {} ({})", scenario.title, info.scenario),
        format!("seed       {}", info.seed),
        format!("operator   {}, {}", info.operator, info.pace),
        format!(
            "link       {}",
            info.link.as_deref().unwrap_or("the scenario's")
        ),
        format!("version    takeover {} ({})", info.version, info.platform),
        match &info.fork {
            None => "fork       of no other run".into(),
            Some(fork) => format!(
                "fork       of {} from tick {} ({:.2} s) on",
                fork.of,
                fork.tick,
                fork.tick as f64 / info.tick_hz as f64
            ),
        },
        format!("length     {} ticks, {:.2} s", account.ticks, account.time),
        format!(
            "end        {}",
            log.end
                .as_ref()
                .map_or("not on record", |e| e.outcome.label())
        ),
        format!("state hash {:016x}", account.hash),
        format!("inputs     {}", log.inputs),
        String::new(),
        "events".into(),
    ];
    if account.events.is_empty() {
        lines.push("  none".into());
    }
    for e in &account.events {
        lines.push(format!("{:>9.2} s  {}", e.time, e.event.describe()));
    }
    lines.push(String::new());
    lines.extend(describe_account(
        &account.takeovers,
        &account.verdicts,
        &account.collisions,
        &account.dangers,
    ));
    lines.extend(account.link.lines());
    lines
}
