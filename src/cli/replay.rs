//! `takeover replay LOG`: a log again, in the station's window, as pictures, or in numbers.

use super::{Done, print, say};
use anyhow::anyhow;
use std::path::{Path, PathBuf};
use takeover::replay::at::At;
use takeover::replay::moment::Moment;
use takeover::replay::reel::Reel;

/// See a log again: any moment of it, as the operator saw it or as it was.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  takeover replay runs/LOG.mcap                        in the station's window; H shows the keys
  takeover replay runs/LOG.mcap --at request-5
  takeover replay A.mcap B.mcap --align takeover       side by side, up to four
  takeover replay runs/LOG.mcap --headless --at 53.7   the state at a moment, without a window
  takeover replay runs/LOG.mcap --headless --at request:2+1.5 --json
  takeover replay runs/LOG.mcap --screenshot a.png --at collision-1 --view chase --as truth
  takeover replay runs/LOG.mcap --video a.mp4 --from request-5 --to takeover+10
      Also .webm, .mkv, .mov (through ffmpeg), .png (animated), or a folder of pictures.

A moment is s since the start, or request, takeover or collision with a number and an offset if need
be, start or end; the tick at or before it is meant. Needs a display, but for --headless (xvfb-run
lends one). Exit code 3: the log is incomplete. docs/replay.md tells more.")]
pub struct Args {
    /// Logs (MCAP). Several are shown side by side: runs on the same road, in the same weather.
    #[arg(value_name = "LOG", required = true)]
    logs: Vec<PathBuf>,
    /// No window: print the state at the moment of --at.
    #[arg(long, requires = "at")]
    headless: bool,
    /// The moment to show: 53.7, request, request:2+1.5, takeover-1, collision, end.
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    at: Option<At>,
    /// With --headless: print JSON instead of text, one object for each log.
    #[arg(long, requires = "headless")]
    json: bool,
    #[cfg(feature = "station")]
    #[command(flatten)]
    window: super::replay_window::Args,
}

pub fn replay(args: &Args) -> anyhow::Result<Done> {
    #[cfg(feature = "station")]
    {
        if !args.headless {
            return super::replay_window::replay(&args.logs, args.at, &args.window);
        }
        if args.window != super::replay_window::Args::default() {
            return Err(super::Usage(
                "--headless opens no window: the options of pictures and windows do not go with it"
                    .into(),
            )
            .into());
        }
    }
    match args.at {
        Some(at) if args.headless => headless(&args.logs, &at, args.json),
        _ => Err(super::Usage(
            "this takeover was built without the window; add --headless --at T, or build with `--features station`"
                .into(),
        )
        .into()),
    }
}

fn headless(logs: &[PathBuf], at: &At, json: bool) -> anyhow::Result<Done> {
    let mut done = Done::Fine;
    for log in logs {
        let one = one(log, at, json);
        let one = match one {
            Ok(one) => one,
            // The others can be told of all the same.
            Err(why) if logs.len() > 1 => {
                say(format_args!("takeover: {why:#}"));
                Done::Incomplete
            }
            Err(why) => return Err(why),
        };
        if one != Done::Fine {
            done = one;
        }
    }
    Ok(done)
}

fn one(log: &Path, at: &At, json: bool) -> anyhow::Result<Done> {
    let mut reel = Reel::open(log)?;
    let ticks = reel.ticks();
    // Only a moment named after an event needs all of the log to be read.
    let tick = match at.tick(&[], ticks) {
        Ok(tick) => Ok(tick),
        Err(_) => at.tick(&reel.survey().events, ticks),
    };
    let tick = tick.map_err(|why| anyhow!("{}: --at {at}: {why}", log.display()))?;
    let moment = Moment::of(&mut reel, tick).map_err(|why| anyhow!("{}: {why}", log.display()))?;
    if json {
        print([serde_json::to_string_pretty(&moment)?])?;
    } else {
        print(moment.lines())?;
    }
    match reel.lost() {
        None => Ok(Done::Fine),
        Some(lost) => {
            say(format_args!("takeover: {}: {lost}", log.display()));
            Ok(Done::Incomplete)
        }
    }
}
