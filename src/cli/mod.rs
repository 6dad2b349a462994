//! Verbs of the command line. Results go to standard output, talk to standard error.

mod analyze;
mod assess;
mod assess_calibration;
mod assess_policy;
mod check;
mod devices;
mod diff;
mod export;
mod export_kinds;
mod fork;
mod inspect;
mod judge;
mod label;
mod label_agreement;
mod label_dialogue;
#[cfg(feature = "sim")]
mod launch;
mod link;
mod list;
#[cfg(feature = "sim")]
mod live_devices;
#[cfg(feature = "station")]
mod look;
mod metrics;
mod recover;
mod replay;
#[cfg(feature = "station")]
mod replay_window;
mod run;
#[cfg(feature = "sim")]
mod run_live;
#[cfg(feature = "station")]
mod station;
mod timing;
mod vehicle;
mod verify;

use anyhow::{Context, anyhow};
use clap::{CommandFactory, Parser, Subcommand};
use std::path::Path;
use std::process::ExitCode;
#[cfg(feature = "sim")]
use takeover::record::Log;
use takeover::ron_file::FileError;
use takeover::scenario::Scenario;

const AFTER_HELP: &str = "\
Examples:
  takeover station                                    choose a scenario in the station's window
  takeover list                                       what scenarios there are
  takeover run scenarios/fog_bank.ron                 drive it yourself, in the station's window
  takeover run scenarios/fog_bank.ron --headless      no window: a modelled operator answers
  takeover run scenarios/fog_bank.ron --headless --operator none --json
  takeover inspect runs/LOG.mcap                      what happened, and how fast
  takeover analyze runs --out results                 tables, statistics, a report to cite
  takeover metrics                                    what its figures mean
  takeover link 4g                                    what a link does, measured
  takeover assess policy --seeds 5                    what takeover policies are worth
  takeover replay runs/LOG.mcap                       see it again, at any speed, from every camera
  takeover verify runs/LOG.mcap                       is it as it was written, and does it repeat?
  takeover fork runs/LOG.mcap                         what if nobody had intervened?
  takeover diff A.mcap B.mcap                         where and when do two runs part?
  takeover label runs/LOG.mcap --rater ANNA           was it needed, and how well was it done?
  takeover export runs/LOG.mcap --format parquet      all that is on record, as tables
  takeover export runs/LOG.mcap --events              the event data record (UN R157)
  takeover recover runs/LOG.mcap                      a clean file of a log that broke off
  takeover judge runs/LOG.mcap                        were its requests needed, and in time
  takeover timing                                     are this machine's times good enough?
  takeover vehicle saloon --manoeuvre brake --speed 30
                                                      how a vehicle moves, as a table
  takeover devices                                    gamepads, wheels, joysticks: list, test, calibrate

Exit codes: 0 fine, 1 error, 2 wrong usage, 3 finished but something was lost (cut short, or the
log is incomplete), 4 verification failed.";

/// A vehicle drives itself, doubts, asks a person to take over, and the log tells how fast.
#[derive(Parser)]
#[command(name = "takeover", version, after_help = AFTER_HELP)]
struct Cli {
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Subcommand)]
enum Verb {
    #[cfg(feature = "station")]
    Station(station::Args),
    Run(run::Args),
    Check(check::Args),
    List(list::Args),
    Inspect(inspect::Args),
    Analyze(analyze::Args),
    Metrics(metrics::Args),
    Assess(assess::Args),
    Judge(judge::Args),
    Verify(verify::Args),
    Replay(replay::Args),
    Fork(fork::Args),
    Diff(diff::Args),
    Label(label::Args),
    Export(export::Args),
    Recover(recover::Args),
    Link(link::Args),
    Timing(timing::Args),
    Vehicle(vehicle::Args),
    Devices(devices::Args),
}

/// How a verb ended, if not with an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Done {
    /// Exit code 0.
    Fine,
    /// Exit code 3: finished, but something was lost.
    Incomplete,
    /// Exit code 4: what was to be verified is not so.
    Differs,
}

/// A mistake in how the program was called: exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Usage(String);

pub fn main() -> ExitCode {
    let Some(verb) = Cli::parse().verb.or_else(without_a_verb) else {
        let _ = Cli::command().print_help();
        return ExitCode::from(2);
    };
    let result = match verb {
        #[cfg(feature = "station")]
        Verb::Station(args) => station::station(&args),
        Verb::Run(args) => run::run(&args),
        Verb::Check(args) => check::check(&args),
        Verb::List(args) => list::list(&args),
        Verb::Inspect(args) => inspect::inspect(&args),
        Verb::Analyze(args) => analyze::analyze(&args),
        Verb::Metrics(args) => metrics::metrics(&args),
        Verb::Assess(args) => assess::assess(&args),
        Verb::Judge(args) => judge::judge(&args),
        Verb::Verify(args) => verify::verify(&args),
        Verb::Replay(args) => replay::replay(&args),
        Verb::Fork(args) => fork::fork(&args),
        Verb::Diff(args) => diff::diff(&args),
        Verb::Label(args) => label::label(&args),
        Verb::Export(args) => export::export(&args),
        Verb::Recover(args) => recover::recover(&args),
        Verb::Link(args) => link::link(&args),
        Verb::Timing(args) => timing::timing(&args),
        Verb::Vehicle(args) => vehicle::vehicle(&args),
        Verb::Devices(args) => devices::devices(&args),
    };
    match result {
        Ok(Done::Fine) => ExitCode::SUCCESS,
        Ok(Done::Incomplete) => ExitCode::from(3),
        Ok(Done::Differs) => ExitCode::from(4),
        Err(error) => {
            // `takeover inspect LOG | head` closes our output: nobody is left to tell.
            if is_broken_pipe(&error) {
                return ExitCode::SUCCESS;
            }
            say(format_args!("takeover: {error:#}"));
            ExitCode::from(if error.is::<Usage>() { 2 } else { 1 })
        }
    }
}

/// `takeover` alone opens the station where there is a display.
fn without_a_verb() -> Option<Verb> {
    #[cfg(feature = "station")]
    if takeover::station::check().is_ok() {
        return Cli::try_parse_from(["takeover", "station"]).ok()?.verb;
    }
    None
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<std::io::Error>()
        .is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe)
}

/// Reads a log, with the ego as the only body, and the scenario inside it.
#[cfg(feature = "sim")]
fn read_log(path: &Path) -> anyhow::Result<(Log, Scenario)> {
    let log = Log::read_ego(path)?;
    let scenario = scenario_in(path, &log.scenario)?;
    Ok((log, scenario))
}

/// The scenario that a log holds.
fn scenario_in(path: &Path, text: &str) -> anyhow::Result<Scenario> {
    Scenario::parse(text).map_err(|problems| {
        let wrong = FileError::Wrong {
            path: path.join(takeover::record::SCENARIO_ATTACHMENT),
            problems,
        };
        anyhow!("the scenario inside the log cannot be used:\n{wrong}")
    })
}

/// Says something on standard error. Nobody may be listening (a closed terminal, a full disk behind
/// `2> file`), and that must never hurt a run.
fn say(text: impl std::fmt::Display) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Prints results, line by line.
fn print(lines: impl IntoIterator<Item = impl AsRef<str>>) -> anyhow::Result<()> {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    let written = lines
        .into_iter()
        .try_for_each(|line| writeln!(out, "{}", line.as_ref()))
        .and_then(|()| out.flush());
    written.context("cannot write the result to standard output")
}
