//! `takeover recover LOG`.

use super::Done;
use std::path::PathBuf;

/// Make a clean file of a log that broke off.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// A log (MCAP).
    #[arg(value_name = "LOG")]
    log: PathBuf,
}

pub fn recover(args: &Args) -> anyhow::Result<Done> {
    anyhow::bail!("{}: not yet", args.log.display())
}
