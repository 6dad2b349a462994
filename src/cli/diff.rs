//! `takeover diff A B`: where and when two runs part.

use super::{Done, print, say};
use std::path::PathBuf;

/// Compare two logs: settings, events, and trajectories tick by tick. Where and when do the runs part?
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  takeover diff runs/A.mcap runs/B.mcap
  takeover diff runs/LOG.mcap runs/LOG-fork-none-TIME.mcap --json
  takeover diff runs/A.mcap runs/B.mcap --exit-code && echo the same run

Exit codes: 0 compared, whatever was found; 3 compared, but one of the logs is incomplete. With
--exit-code: 4 if they differ in a setting, an event or a tick.")]
pub struct Args {
    /// A log (MCAP).
    #[arg(value_name = "A")]
    a: PathBuf,
    /// Another one.
    #[arg(value_name = "B")]
    b: PathBuf,
    /// End with exit code 4 if the runs differ: in settings, events or trajectories. Who drove, when, and
    /// by which version does not count by itself.
    #[arg(long)]
    exit_code: bool,
    /// Print one JSON object instead of text.
    #[arg(long)]
    json: bool,
}

pub fn diff(args: &Args) -> anyhow::Result<Done> {
    let diff = takeover::replay::diff::diff(&args.a, &args.b)?;
    if args.json {
        print([serde_json::to_string_pretty(&diff)?])?;
    } else {
        print(diff.lines())?;
    }
    let mut done = Done::Fine;
    for (log, lost) in diff.lost() {
        say(format_args!("takeover: {}: {lost}", log.display()));
        done = Done::Incomplete;
    }
    if args.exit_code && diff.differs() {
        done = Done::Differs;
    }
    Ok(done)
}
