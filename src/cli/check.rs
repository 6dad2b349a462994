//! `takeover check FILE...`: are these scenarios sound?

use super::{Done, Usage, print, say};
use anyhow::{Context, bail};
use std::path::PathBuf;
use takeover::map;
use takeover::scenario::Scenario;

/// Check scenario files: one line for each mistake, with file, line and field.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  takeover check scenarios/*.ron
  takeover check scenarios/fog_bank.ron --map fog_bank.svg")]
pub struct Args {
    /// Scenario files (RON).
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Draw the scenario as a plan: roads, junctions, signals, weather, who starts where, what they
    /// do and what sets it off, dangers, faults (SVG; one scenario only; replaces the file).
    #[arg(long, value_name = "FILE.svg")]
    map: Option<PathBuf>,
}

pub fn check(args: &Args) -> anyhow::Result<Done> {
    if args.map.is_some() && args.files.len() > 1 {
        bail!(Usage(format!(
            "--map draws one scenario, and there are {}",
            args.files.len()
        )));
    }
    let mut wrong = 0;
    for file in &args.files {
        match Scenario::load(file) {
            Ok(scenario) => {
                print([format!("{}: fine: {}", file.display(), scenario.title)])?;
                if let Some(to) = &args.map {
                    std::fs::write(to, map::svg(&scenario))
                        .with_context(|| format!("cannot write the map {}", to.display()))?;
                }
            }
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
