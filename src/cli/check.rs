//! `takeover check FILE...`: are these scenarios sound?

use super::{Done, print, say};
use anyhow::bail;
use std::path::PathBuf;
use takeover::scenario::Scenario;

/// Check scenario files: one line for each mistake, with file, line and field.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  takeover check scenarios/*.ron")]
pub struct Args {
    /// Scenario files (RON).
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

pub fn check(args: &Args) -> anyhow::Result<Done> {
    let mut wrong = 0;
    for file in &args.files {
        match Scenario::load(file) {
            Ok(scenario) => print([format!("{}: fine: {}", file.display(), scenario.title)])?,
            Err(error) => {
                wrong += 1;
                say(error);
            }
        }
    }
    match wrong {
        0 => Ok(Done::Fine),
        n => bail!("{n} of {} files have mistakes", args.files.len()),
    }
}
