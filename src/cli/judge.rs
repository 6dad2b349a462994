//! `takeover judge LOG`: were the requests needed, and did they come in time?

use super::Done;
use std::path::PathBuf;

/// Run a log again and judge its requests: was each needed, and in time? By what the automation
/// would have met alone from that moment on.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  takeover judge runs/LOG.mcap
  takeover judge runs/LOG.mcap --json

Every tick is compared with the record by its hash; exit code 4 if they differ.")]
pub struct Args {
    /// A log written by `takeover run` (MCAP).
    #[arg(value_name = "LOG")]
    log: PathBuf,
    /// Print one JSON object instead of text.
    #[arg(long)]
    json: bool,
}

#[cfg(not(feature = "sim"))]
pub fn judge(args: &Args) -> anyhow::Result<Done> {
    let Args { log: _, json: _ } = args;
    Err(super::Usage(
        "this takeover was built without the simulation, which judging needs; build with `--features sim`".into(),
    )
    .into())
}

#[cfg(feature = "sim")]
pub fn judge(args: &Args) -> anyhow::Result<Done> {
    use super::{print, say};
    use std::sync::Arc;
    use takeover::session::{Stop, fork};

    let (log, scenario) = super::read_log(&args.log)?;
    let scenario = Arc::new(scenario);
    let stop = Stop::default();
    let judged = fork::replay(&log, &scenario).and_then(|cases| {
        let verdicts = fork::verdicts(&scenario, log.info.seed, &cases, &stop)?;
        Ok((cases.commands.len(), verdicts))
    });
    let (ticks, verdicts) = match judged {
        Ok(found) => found,
        Err(why) => {
            say(format_args!("takeover: {}: {why}", args.log.display()));
            return Ok(Done::Differs);
        }
    };
    if args.json {
        let object = serde_json::json!({
            "log": args.log,
            "ticks": ticks,
            "same": true,
            "verdicts": verdicts,
        });
        print([serde_json::to_string_pretty(&object)?])?;
    } else {
        let mut lines = vec![format!("the same in all of its {ticks} ticks")];
        if verdicts.is_empty() {
            lines.push("nobody was asked and nobody took over: nothing to judge".into());
        }
        lines.extend(verdicts.iter().map(|v| v.describe()));
        print(lines)?;
    }
    match &log.lost {
        None => Ok(Done::Fine),
        Some(lost) => {
            say(format_args!("takeover: {}: {lost}", args.log.display()));
            Ok(Done::Incomplete)
        }
    }
}
