//! `takeover label LOG`.

use super::Done;
use std::path::PathBuf;

/// Mark spans and events of a log: needed or not, cause, quality, in words.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// A log (MCAP).
    #[arg(value_name = "LOG")]
    log: PathBuf,
}

pub fn label(args: &Args) -> anyhow::Result<Done> {
    anyhow::bail!("{}: not yet", args.log.display())
}
