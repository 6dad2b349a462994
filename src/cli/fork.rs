//! `takeover fork LOG`.

use super::Done;
use std::path::PathBuf;

/// Go on from a moment of a log with another operator, policy, link, alert or vehicle.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// A log (MCAP).
    #[arg(value_name = "LOG")]
    log: PathBuf,
}

pub fn fork(args: &Args) -> anyhow::Result<Done> {
    anyhow::bail!("{}: not yet", args.log.display())
}
