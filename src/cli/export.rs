//! `takeover export LOG`.

use super::Done;
use std::path::PathBuf;

/// Take something out of a log, for other tools.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// A log (MCAP).
    #[arg(value_name = "LOG")]
    log: PathBuf,
}

pub fn export(args: &Args) -> anyhow::Result<Done> {
    anyhow::bail!("{}: not yet", args.log.display())
}
