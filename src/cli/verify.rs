//! `takeover verify LOG`: is it as it was written, and does it repeat?

use super::{Done, print, say};
use std::path::{Path, PathBuf};
use takeover::record::Stream;
use takeover::record::check::{Integrity, Sealed, integrity};
use takeover::replay::environment;
use takeover::scenario::Scenario;

/// Verify a log: every byte is as it was written (chain of hashes), and the run repeats in every tick
/// from its recorded commands.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  takeover verify runs/LOG.mcap
  takeover verify runs/*.mcap --json
  takeover verify runs/LOG.mcap --head 3c625616...
      The head of the chain that the run printed: proves that it is that very log.
  takeover verify runs/LOG.mcap --seal-only
      The bytes only, without running it again (needs no simulation).

Exit codes: 0 verified; 4 changed, or not identical; 3 verified as far as it goes, but the log is
incomplete; 1 a file is no log.")]
pub struct Args {
    /// Logs (MCAP).
    #[arg(value_name = "LOG", required = true)]
    logs: Vec<PathBuf>,
    /// What the chain of hashes must lead to: a beginning of the head, at least 8 digits.
    #[arg(long, value_name = "HEAD", value_parser = head)]
    head: Option<String>,
    /// Compare the bytes only; do not run it again.
    #[arg(long)]
    seal_only: bool,
    /// Print JSON instead of text: one object for each log.
    #[arg(long)]
    json: bool,
}

fn head(text: &str) -> Result<String, String> {
    let text = text.to_ascii_lowercase();
    let hex = text.bytes().all(|b| b.is_ascii_hexdigit());
    if hex && (8..=64).contains(&text.len()) {
        Ok(text)
    } else {
        Err("expected 8 to 64 hexadecimal digits".into())
    }
}

/// What was found of one log.
#[derive(serde::Serialize)]
struct Found<'a> {
    log: &'a Path,
    integrity: &'a Integrity,
    head_as_expected: Option<bool>,
    #[cfg(feature = "sim")]
    rerun: Option<takeover::replay::verify::Rerun>,
    /// What is different here from where it was made.
    environment: Vec<String>,
    /// What is missing; null if nothing is.
    lost: Option<String>,
}

pub fn verify(args: &Args) -> anyhow::Result<Done> {
    if cfg!(not(feature = "sim")) && !args.seal_only {
        return Err(super::Usage(
            "this takeover was built without the simulation, which running a log again needs; add --seal-only, or build with `--features sim`".into(),
        )
        .into());
    }
    let stop = stop()?;
    let mut done = Done::Fine;
    for log in &args.logs {
        let one = one(args, log, &stop);
        let one = match one {
            Ok(one) => one,
            // The others can be verified all the same.
            Err(why) if args.logs.len() > 1 => {
                say(format_args!("takeover: {why:#}"));
                Done::Incomplete
            }
            Err(why) => return Err(why),
        };
        done = match (done, one) {
            (Done::Differs, _) | (_, Done::Differs) => Done::Differs,
            (Done::Incomplete, _) | (_, Done::Incomplete) => Done::Incomplete,
            _ => Done::Fine,
        };
    }
    Ok(done)
}

#[cfg(feature = "sim")]
type Stopper = takeover::session::Stop;
/// Without the simulation nothing takes long enough to be stopped.
#[cfg(not(feature = "sim"))]
#[derive(Clone, Copy)]
struct Stopper;

#[cfg(feature = "sim")]
fn stop() -> anyhow::Result<Stopper> {
    use anyhow::Context;
    let stop = takeover::session::Stop::default();
    let flag = stop.0.clone();
    ctrlc::set_handler(move || flag.store(true, std::sync::atomic::Ordering::Relaxed))
        .context("cannot watch for Ctrl-C")?;
    Ok(stop)
}

#[cfg(not(feature = "sim"))]
fn stop() -> anyhow::Result<Stopper> {
    Ok(Stopper)
}

fn one(args: &Args, log: &Path, stop: &Stopper) -> anyhow::Result<Done> {
    let integrity = integrity(log)?;
    let stream = Stream::scan(log)?;
    let lost = stream.lost.clone();
    let mut found = Found {
        log,
        integrity: &integrity,
        head_as_expected: args
            .head
            .as_ref()
            .map(|head| integrity.head.starts_with(head)),
        #[cfg(feature = "sim")]
        rerun: None,
        environment: Vec::new(),
        lost,
    };
    if !args.seal_only {
        let scenario = scenario(log, &stream)?;
        found.environment =
            environment::differences(&stream.info, &scenario, stream.settings.as_deref());
        #[cfg(feature = "sim")]
        {
            found.rerun = Some(rerun(log, scenario, stop)?);
        }
    }
    #[cfg(not(feature = "sim"))]
    let Stopper = *stop;
    if args.json {
        print([serde_json::to_string_pretty(&found)?])?;
    } else {
        let several = args.logs.len() > 1;
        let lines = lines(&found);
        let name = several.then(|| format!("{}:", log.display()));
        print(name.into_iter().chain(lines))?;
    }
    if let Some(lost) = &found.lost {
        say(format_args!("takeover: {}: {lost}", log.display()));
    }
    Ok(found.done())
}

fn scenario(log: &Path, stream: &Stream) -> anyhow::Result<Scenario> {
    super::scenario_in(log, &stream.scenario)
}

#[cfg(feature = "sim")]
fn rerun(
    log: &Path,
    scenario: Scenario,
    stop: &Stopper,
) -> anyhow::Result<takeover::replay::verify::Rerun> {
    use indicatif::ProgressBar;
    let bar = ProgressBar::new(0);
    let rerun =
        takeover::replay::verify::rerun(log, &std::sync::Arc::new(scenario), stop, |tick, of| {
            bar.set_length(of.unwrap_or(tick));
            bar.set_position(tick);
        });
    bar.finish_and_clear();
    Ok(rerun?)
}

impl Found<'_> {
    fn done(&self) -> Done {
        let changed = matches!(self.integrity.state, Sealed::Changed { .. });
        let changed = changed || self.head_as_expected == Some(false);
        #[cfg(feature = "sim")]
        let (other, stopped) = self.rerun.as_ref().map_or((false, false), |r| {
            (r.differs.is_some(), r.stopped.is_some())
        });
        #[cfg(not(feature = "sim"))]
        let (other, stopped) = (false, false);
        let (differs, incomplete) = (changed || other, self.lost.is_some() || stopped);
        match (differs, incomplete) {
            (true, _) => Done::Differs,
            (false, true) => Done::Incomplete,
            (false, false) => Done::Fine,
        }
    }
}

fn lines(found: &Found) -> Vec<String> {
    let i = found.integrity;
    let mut lines = vec![match &i.state {
        Sealed::Whole => format!(
            "every byte is as it was written: {} seals over {} bytes, head {}",
            i.seals, i.bytes, i.head
        ),
        Sealed::Open { unsealed_bytes } => format!(
            "as it was written up to seal {} (byte {}), head {}; not closed: {unsealed_bytes} bytes after it are not sealed",
            i.seals, i.sealed_bytes, i.head
        ),
        Sealed::Changed { at_byte, why } => format!(
            "CHANGED at or after byte {at_byte}: {why}; as it was written before, up to seal {} (byte {})",
            i.seals, i.sealed_bytes
        ),
        Sealed::None => "no seals: a log of format 1; whether it was changed cannot be told".into(),
    }];
    match found.head_as_expected {
        Some(true) => lines.push("the head is the one that was expected".into()),
        Some(false) => {
            lines.push("ANOTHER HEAD than the one that was expected: this is not that log".into())
        }
        None => {}
    }
    #[cfg(feature = "sim")]
    if let Some(rerun) = &found.rerun {
        lines.extend(rerun.lines());
    }
    if !found.environment.is_empty() {
        lines.push("what is different here from where it was made:".into());
        lines.extend(found.environment.iter().map(|line| format!("  {line}")));
    }
    lines
}
