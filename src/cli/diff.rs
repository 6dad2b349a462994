//! `takeover diff LOG`.

use super::Done;
use std::path::PathBuf;

/// Where and when two runs part.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// A log (MCAP).
    #[arg(value_name = "LOG")]
    log: PathBuf,
}

pub fn diff(args: &Args) -> anyhow::Result<Done> {
    anyhow::bail!("{}: not yet", args.log.display())
}
