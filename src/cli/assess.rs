//! `takeover assess`: what perception's confidence and the takeover policies are worth, over many runs.

use super::{Done, Usage, assess_calibration, assess_policy, list};
use anyhow::bail;
use clap::Subcommand;
use std::path::{Path, PathBuf};
use takeover::scenario::Scenario;

/// Judge perception's confidence and takeover policies over many runs.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  takeover assess calibration --seeds 5
  takeover assess policy --seeds 10 --policy my_policy.ron

Definitions: docs/policies.md.")]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    Calibration(assess_calibration::Args),
    Policy(assess_policy::Args),
}

/// Which runs.
#[derive(clap::Args)]
pub struct Runs {
    /// Scenario files (RON), or folders of such.
    #[arg(value_name = "SCENARIO", default_value = "scenarios")]
    scenarios: Vec<PathBuf>,
    /// Each scenario is driven with the seeds 1 to N.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub seeds: u64,
    /// Print the result as one JSON object.
    #[arg(long)]
    pub json: bool,
}

/// A scenario and the name of its file.
#[cfg_attr(
    not(feature = "sim"),
    expect(
        dead_code,
        reason = "scenarios are checked also where they cannot be driven"
    )
)]
pub struct Named {
    pub name: String,
    pub scenario: Scenario,
}

impl Runs {
    /// All scenarios, read and checked.
    pub fn load(&self) -> anyhow::Result<Vec<Named>> {
        let mut files = Vec::new();
        for path in &self.scenarios {
            if path.is_dir() {
                files.extend(list::files(path)?);
            } else {
                files.push(path.clone());
            }
        }
        if files.is_empty() {
            let searched: Vec<_> = self
                .scenarios
                .iter()
                .map(|p| p.display().to_string())
                .collect();
            bail!(Usage(format!(
                "{}: no scenarios (*.ron) here",
                searched.join(", ")
            )));
        }
        files.iter().map(|file| named(file)).collect()
    }
}

fn named(file: &Path) -> anyhow::Result<Named> {
    let name = file.file_stem().unwrap_or_default();
    Ok(Named {
        name: name.to_string_lossy().into_owned(),
        scenario: Scenario::load(file)?,
    })
}

/// Every scenario with every seed, on all processors, in that order; with a bar on standard error.
#[cfg(feature = "sim")]
pub fn every_run<T: Send>(
    scenarios: &[Named],
    seeds: u64,
    job: impl Fn(usize, &Named, u64) -> T + Sync,
) -> Vec<T> {
    let seeds = seeds as usize;
    let n = scenarios.len() * seeds;
    let bar = indicatif::ProgressBar::new(n as u64);
    let results = takeover::parallel::parallel(
        n,
        |i| job(i / seeds, &scenarios[i / seeds], (i % seeds) as u64 + 1),
        || bar.inc(1),
    );
    bar.finish_and_clear();
    results
}

pub fn assess(args: &Args) -> anyhow::Result<Done> {
    match &args.what {
        What::Calibration(args) => assess_calibration::calibration(args),
        What::Policy(args) => assess_policy::policy(args),
    }
}

/// Without the simulation nothing can be driven.
#[cfg(not(feature = "sim"))]
pub fn no_simulation() -> anyhow::Result<Done> {
    bail!(Usage(
        "this takeover was built without the simulation; build with `--features sim` (headless) or `--features station`"
            .into(),
    ))
}
