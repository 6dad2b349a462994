//! The window of `takeover replay`: a replay to look at, one picture, a film.

use super::run::{Size, WindowArgs};
use super::{Done, live_devices, print, say, station as live};
use anyhow::{Context, anyhow};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use takeover::devices::RawEvent;
use takeover::replay::at::At;
use takeover::replay::labels::{Identity, Labels, check_rater};
use takeover::replay::reel::{Reel, Survey};
use takeover::replay::transport::{self, Act, Strip};
use takeover::station::replay::{
    self as window, MOST_RUNS, Outcome, Output, Run, Script, Show, Through,
};
use takeover::station::{self, StationError};

#[derive(clap::Args, Clone, Debug, Default, PartialEq)]
pub struct Args {
    /// Whose eyes it is seen through: operator (late, as coarse as the link left it) or truth. Key T
    /// changes it.
    #[arg(long = "as", value_name = "WHOM", help_heading = "In the window")]
    through: Option<Through>,
    /// Of several logs: the moment of each that they have in common. Default: the first request,
    /// or the start if one of them has none.
    #[arg(
        long,
        value_name = "T",
        allow_hyphen_values = true,
        help_heading = "In the window"
    )]
    align: Option<At>,
    /// Save the picture of --at into this file (PNG) and leave.
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with = "video",
        help_heading = "Pictures"
    )]
    screenshot: Option<PathBuf>,
    /// Write pictures of a stretch: .mp4, .webm, .mkv, .mov (through ffmpeg), .png or .apng
    /// (animated), or a new folder of numbered pictures.
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with = "at",
        help_heading = "Pictures"
    )]
    video: Option<PathBuf>,
    /// First moment of the video. Default: the start.
    #[arg(
        long,
        value_name = "T",
        requires = "video",
        allow_hyphen_values = true,
        help_heading = "Pictures"
    )]
    from: Option<At>,
    /// Last moment of the video. Default: the end.
    #[arg(
        long,
        value_name = "T",
        requires = "video",
        allow_hyphen_values = true,
        help_heading = "Pictures"
    )]
    to: Option<At>,
    /// Pictures a second. Default: 25.
    #[arg(long, value_name = "N", requires = "video", value_parser = clap::value_parser!(u32).range(1..=240), help_heading = "Pictures")]
    fps: Option<u32>,
    /// How fast the run goes by, 0.01 to 100. Default: 1.
    #[arg(long, value_name = "X", requires = "video", value_parser = speed, help_heading = "Pictures")]
    speed: Option<f64>,
    /// Your name: key L then labels the nearest takeover, beside the log (`takeover label`).
    #[arg(long, value_name = "NAME", help_heading = "In the window")]
    rater: Option<String>,
    /// Size of the window and its pictures, for example 1280x720 (the default).
    #[arg(long, value_name = "WxH", help_heading = "In the window")]
    size: Option<Size>,
    /// Full screen; F11 changes it.
    #[arg(long, help_heading = "In the window")]
    fullscreen: bool,
    #[command(flatten)]
    look: super::look::Args,
    /// How large words are, 0.8 to 2.
    #[arg(long, value_name = "FACTOR", value_parser = super::run::text_scale, help_heading = "In the window")]
    text_scale: Option<f32>,
    /// The file of the station's settings (language, text size), instead of the one in the user's
    /// configuration folder.
    #[arg(long, value_name = "FILE", help_heading = "In the window")]
    settings: Option<PathBuf>,
}

fn speed(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(speed) if (0.01..=100.0).contains(&speed) => Ok(speed),
        _ => Err("expected a number from 0.01 to 100".into()),
    }
}

pub fn replay(logs: &[PathBuf], at: Option<At>, args: &Args) -> anyhow::Result<Done> {
    if logs.len() > MOST_RUNS {
        return Err(super::Usage(format!(
            "expected at most {MOST_RUNS} logs side by side, got {}",
            logs.len()
        ))
        .into());
    }
    // What cannot be written is said before a long log is read.
    let output = match (&args.screenshot, &args.video) {
        (Some(path), _)
            if path
                .extension()
                .is_none_or(|e| !e.eq_ignore_ascii_case("png")) =>
        {
            return Err(super::Usage(format!(
                "--screenshot {}: expected a name that ends with .png",
                path.display()
            ))
            .into());
        }
        (Some(path), _) => Some(Output::Picture(path.clone())),
        (None, Some(path)) => Some(Output::video(path).map_err(super::Usage)?),
        (None, None) => None,
    };
    station::check().context(
        "a replay needs a display, for pictures and films too (`xvfb-run takeover replay ...` lends one); --headless --at T prints the state without",
    )?;
    let read = logs
        .iter()
        .map(|log| read(log))
        .collect::<Result<Vec<_>, _>>()?;
    same_world(logs, &read)?;
    let strips = strips(logs, &read, args.align.as_ref())?;
    let surveys: Vec<Survey> = read.iter().map(|(_, survey)| survey.clone()).collect();
    let mut transport = transport::transport(&strips, &surveys);
    // Moments are the first log's.
    let axis = |at: &At, option: &str| {
        let (reel, survey) = &read[0];
        let tick = at.tick(&survey.events, reel.ticks());
        tick.map(|tick| strips[0].axis(tick))
            .map_err(|why| anyhow!("{}: {option} {at}: {why}", logs[0].display()))
    };
    if let Some(at) = &at {
        transport.act(Act::To(axis(at, "--at")?));
    }
    let outcome = Outcome::default();
    let film = match output {
        None => None,
        Some(output) => {
            let script = script(args, output, &transport, axis)?;
            transport.act(Act::To(script.from));
            Some((script, Arc::clone(&outcome)))
        }
    };
    let filmed = film.as_ref().map(|f| f.0.output.path().to_path_buf());
    let pads = if filmed.is_none() {
        Pads::listen()
    } else {
        Pads::none()
    };
    let lost = read.iter().zip(logs).filter_map(|((_, survey), log)| {
        let lost = survey.lost.as_ref()?;
        Some(format!("takeover: {}: {lost}", log.display()))
    });
    let lost: Vec<String> = lost.collect();
    let runs = read.into_iter().zip(names(logs)).zip(strips);
    let runs = runs.map(|(((reel, survey), name), strip)| Run::new(name, reel, survey, strip));
    let quit = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&quit);
    ctrlc::set_handler(move || flag.store(true, Ordering::Relaxed))
        .context("cannot watch for Ctrl-C")?;
    let labels = labels(logs, args.rater.as_deref())?;
    let show = Show {
        labels,
        runs: runs.collect(),
        transport,
        through: args.through.unwrap_or_default(),
        pads: pads.events,
        film,
    };
    let options = live::options(&window_args(args), quit);
    window::play(show, options).map_err(|error| match error {
        StationError::Film(why) => anyhow!(why),
        other => other.into(),
    })?;
    drop(pads.reader);
    for line in &lost {
        say(line);
    }
    if let Some(path) = filmed {
        told(&path, &outcome)?;
    }
    Ok(if lost.is_empty() {
        Done::Fine
    } else {
        Done::Incomplete
    })
}

/// What became of the pictures.
fn told(path: &Path, outcome: &Mutex<Option<Result<u64, String>>>) -> anyhow::Result<()> {
    let ended = outcome.lock().ok().and_then(|mut o| o.take());
    match ended {
        Some(Ok(1)) => print([format!("{}", path.display())]),
        Some(Ok(pictures)) => print([format!("{}: {pictures} pictures", path.display())]),
        Some(Err(why)) => Err(anyhow!(why)),
        None => Err(anyhow!(
            "{}: the window was closed before all pictures were taken; what is there is incomplete",
            path.display()
        )),
    }
}

fn read(log: &Path) -> anyhow::Result<(Reel, Survey)> {
    let mut reel = Reel::open(log)?;
    let survey = reel.survey();
    Ok((reel, survey))
}

fn window_args(args: &Args) -> WindowArgs {
    WindowArgs {
        size: args.size,
        fullscreen: args.fullscreen,
        look: args.look.clone(),
        text_scale: args.text_scale,
        settings: args.settings.clone(),
        ..WindowArgs::default()
    }
}

/// One world is drawn for all of them.
fn same_world(logs: &[PathBuf], read: &[(Reel, Survey)]) -> anyhow::Result<()> {
    let Some(((first, _), others)) = read.split_first() else {
        return Ok(());
    };
    let a = first.scenario();
    let road = format!("{:?}", a.network);
    for ((reel, _), log) in others.iter().zip(&logs[1..]) {
        let b = reel.scenario();
        let differs = |what: &str| {
            anyhow!(
                "{} and {}: expected runs on the same road, in the same weather, with the same others, got other {what}; compare them with `takeover diff`, or replay them one by one",
                logs[0].display(),
                log.display()
            )
        };
        if format!("{:?}", b.network) != road {
            return Err(differs("roads"));
        }
        if a.weather != b.weather {
            return Err(differs("weather"));
        }
        if first.names() != reel.names() {
            return Err(differs("road users"));
        }
        if first.info().tick_hz != reel.info().tick_hz {
            return Err(differs("ticks"));
        }
    }
    Ok(())
}

/// Who labels. Of several logs it would not be seen which is meant.
fn labels(logs: &[PathBuf], rater: Option<&str>) -> anyhow::Result<Option<(String, Labels)>> {
    let (Some(rater), [log]) = (rater, logs) else {
        return match rater {
            Some(_) => Err(super::Usage("--rater labels one log at a time".into()).into()),
            None => Ok(None),
        };
    };
    check_rater(rater).map_err(|why| super::Usage(why.to_string()))?;
    let labels = Labels::open(log, Identity::read(log)?)?;
    Ok(Some((rater.to_owned(), labels)))
}

/// Where each run lies on the axis.
fn strips(
    logs: &[PathBuf],
    read: &[(Reel, Survey)],
    align: Option<&At>,
) -> anyhow::Result<Vec<Strip>> {
    let hz = |reel: &Reel| reel.info().tick_hz;
    if let ([(reel, _)], None) = (read, align) {
        return Ok(vec![Strip::alone(reel.ticks(), hz(reel))]);
    }
    let at = |align: &At| -> anyhow::Result<Vec<Strip>> {
        let each = read.iter().zip(logs).map(|((reel, survey), log)| {
            Strip::aligned(align, &survey.events, reel.ticks(), hz(reel))
                .map_err(|why| anyhow!("{}: --align {align}: {why}", log.display()))
        });
        each.collect()
    };
    match align {
        Some(align) => at(align),
        None => at(&At::REQUEST).or_else(|why| {
            say(format_args!("{why:#}; they are aligned at their starts"));
            at(&At::seconds(0.0))
        }),
    }
}

/// Short names that tell logs apart: the files', or as much of their paths as it takes.
fn names(logs: &[PathBuf]) -> Vec<String> {
    let name = |log: &PathBuf| {
        log.file_stem()
            .unwrap_or(log.as_os_str())
            .to_string_lossy()
            .into_owned()
    };
    let names: Vec<String> = logs.iter().map(name).collect();
    let apart = names
        .iter()
        .enumerate()
        .all(|(i, n)| !names[..i].contains(n));
    if apart {
        names
    } else {
        logs.iter().map(|log| log.display().to_string()).collect()
    }
}

fn script(
    args: &Args,
    output: Output,
    transport: &transport::Transport,
    axis: impl Fn(&At, &str) -> anyhow::Result<f64>,
) -> anyhow::Result<Script> {
    let fps = args.fps.unwrap_or(25);
    let step = args.speed.unwrap_or(1.0) / f64::from(fps);
    if matches!(output, Output::Picture(_)) {
        return Ok(Script {
            from: transport.at(),
            step,
            pictures: 1,
            fps,
            output,
        });
    }
    let (first, last) = transport.range();
    let from = args
        .from
        .as_ref()
        .map_or(Ok(first), |at| axis(at, "--from"))?;
    let to = args.to.as_ref().map_or(Ok(last), |at| axis(at, "--to"))?;
    if to < from {
        return Err(super::Usage(format!(
            "expected --to after --from, got {to:.2} s and {from:.2} s"
        ))
        .into());
    }
    Ok(Script {
        from,
        step,
        pictures: ((to - from) / step + 1e-6).floor() as u64 + 1,
        fps,
        output,
    })
}

/// Pads that move through the replay. Nothing is ever sent to them.
struct Pads {
    events: Option<Receiver<RawEvent>>,
    reader: Option<takeover::devices::gamepad::GamepadThread>,
}

impl Pads {
    fn none() -> Self {
        Self {
            events: None,
            reader: None,
        }
    }

    /// Without any the keyboard does it all.
    fn listen() -> Self {
        use takeover::devices::gamepad::{self, Given};
        let Ok(library) = live_devices::library(None, false) else {
            return Self::none();
        };
        let given = Given {
            clock: takeover::clock::Clock::start(),
            library,
            #[cfg(target_os = "linux")]
            hands: takeover::devices::effects::Hands::default(),
        };
        let (to_window, events) = channel();
        let sink = move |event: RawEvent| {
            // The window may be closed already.
            let _ = to_window.send(event);
        };
        match gamepad::spawn(given, |_| {}, sink) {
            Ok(reader) => Self {
                events: Some(events),
                reader: Some(reader),
            },
            Err(why) => {
                say(format_args!("takeover: {why}; the keyboard works"));
                Self::none()
            }
        }
    }
}
