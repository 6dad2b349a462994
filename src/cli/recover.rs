//! `takeover recover LOG`: a clean file from one that broke off.

use super::{Done, print};
use std::path::PathBuf;
use takeover::record::recover::{extent, recover as make};

/// Make a clean log of one that broke off: killed program, full disk, damaged file. Everything up to its
/// last sound seal is kept byte by byte; the log itself stays as it is.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  takeover recover runs/LOG.mcap
      Writes runs/LOG-recovered.mcap.
  takeover recover runs/LOG.mcap --out clean.mcap --json")]
pub struct Args {
    /// A log (MCAP).
    #[arg(value_name = "LOG")]
    log: PathBuf,
    /// The new file. Default: LOG-recovered.mcap beside it.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Print one JSON object instead of text.
    #[arg(long)]
    json: bool,
}

pub fn recover(args: &Args) -> anyhow::Result<Done> {
    let out = args.out.clone().unwrap_or_else(|| {
        let stem = args
            .log
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        args.log.with_file_name(format!("{stem}-recovered.mcap"))
    });
    let recovered = make(&args.log, &out)?;
    let (ticks, _) = extent(&out)?;
    if args.json {
        let object = serde_json::json!({
            "log": args.log,
            "out": out,
            "ticks": ticks,
            "recovered": recovered,
        });
        print([serde_json::to_string_pretty(&object)?])?;
    } else {
        print([
            format!(
                "{}: {ticks} ticks, {:.2} s",
                out.display(),
                ticks as f64 / 100.0
            ),
            format!(
                "kept byte by byte: {} of {} bytes",
                recovered.kept_bytes, recovered.from_bytes
            ),
            format!("not in it: {}", recovered.lost),
        ])?;
    }
    Ok(Done::Fine)
}
