//! `takeover run`: one run, without a window or in one.

use super::launch::{Launch, Place, RecordWatch};
use super::live_devices::{self, Devices, Ends};
use super::run::Args;
use super::{Done, Usage, print, say};
use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use takeover::clock::{Clock, Pauses};
use takeover::devices::haptics::{Haptic, Rumble, ToDevices};
use takeover::devices::profile::Library;
use takeover::frame::Frame;
use takeover::link::view::LinkState;
use takeover::operator::human::FromOperator;
use takeover::operator::{FromVehicle, Screen};
use takeover::session::choice::{Choice, Who};
use takeover::session::report::Report;
use takeover::session::{Pace, Session, Stop};
use takeover::sim::{DT, Simulation};
use takeover::takeover::alert::Presented;
use takeover::takeover::alert::crier::{Crier, Cry};
use takeover::takeover::alert::settings::Alerts;

pub fn run(args: &Args) -> anyhow::Result<Done> {
    let who = args.operator.clone().unwrap_or(if args.headless {
        Who::Model
    } else {
        Who::Human
    });
    if args.headless && who == Who::Human {
        if !args.realtime {
            return Err(Usage(
                "a human needs time: add --realtime to --headless --operator human".into(),
            )
            .into());
        }
        if cfg!(not(feature = "gamepad")) {
            return Err(Usage(
                "without a window a human needs a gamepad, and this takeover was built without; build with `--features sim,gamepad`"
                    .into(),
            )
            .into());
        }
    }
    let choice = Choice {
        scenario: args.scenario.clone(),
        vehicle: args.vehicle.clone(),
        link: args.link.clone(),
        operator: who,
        seed: args.seed,
    };
    let place = match &args.log {
        Some(log) => Place::File(log.clone()),
        None => Place::Folder(args.out.clone()),
    };
    if !args.headless {
        return in_window(args, choice, place);
    }
    let stop = Stop::default();
    let flag = stop.0.clone();
    ctrlc::set_handler(move || flag.store(true, std::sync::atomic::Ordering::Relaxed))
        .context("cannot watch for Ctrl-C")?;
    let mut launch = Launch::new(choice, args.alerts.as_deref(), args.realtime, false)?;
    launch.study = args.study.clone();
    let person = launch.choice.operator == Who::Human;
    let library = live_devices::library(args.profile.as_deref(), person)?;
    let report = headless(&launch, args, &place, library, &stop)?;
    let done = finish(args.json, &report)?;
    if args.report {
        write_report(args.json, &report);
    }
    Ok(done)
}

/// Ends with the report of the run, or with why there is none: the run itself is over and well.
pub(super) fn write_report(json: bool, report: &Report) {
    let Some(log) = &report.log else {
        return say("takeover: no report: there is no log");
    };
    match takeover::analysis::one::report(log) {
        Err(why) => say(format_args!("takeover: no report: {why}")),
        // Standard output is the object's alone.
        Ok(path) if json => say(format_args!("report: {}", path.display())),
        Ok(path) => {
            let _ = print([format!("report: {} (open it in a browser)", path.display())]);
        }
    }
}

/// Prints what a run came to.
pub(super) fn finish(json: bool, report: &Report) -> anyhow::Result<Done> {
    if json {
        print([serde_json::to_string_pretty(report)?])?;
    } else {
        print(report.lines())?;
        if let Some(log) = &report.log {
            if let Some(seal) = &report.seal {
                // Kept elsewhere, it proves that this is that log.
                print([format!(
                    "log: {} (head {})",
                    log.display(),
                    &seal[..16.min(seal.len())]
                )])?;
            } else {
                print([format!("log: {}", log.display())])?;
            }
            print([format!(
                "see it again: takeover replay {0}; in words: takeover inspect {0}",
                log.display()
            )])?;
        }
    }
    for note in report.notes.iter().chain(&report.lost) {
        say(format_args!("takeover: {note}"));
    }
    Ok(if report.incomplete() {
        Done::Incomplete
    } else {
        Done::Fine
    })
}

fn headless(
    launch: &Launch,
    args: &Args,
    place: &Place,
    library: Arc<Library>,
    stop: &Stop,
) -> anyhow::Result<Report> {
    let recorder = launch.recorder(place)?;
    say(&launch.scenario.title);
    if args.operator.is_none() {
        say(format_args!(
            "nobody is at a station: a modelled operator answers (--operator chooses another)"
        ));
    }
    let (to_session, from_devices) = channel();
    let sim = Simulation::new(launch.scenario.clone(), launch.choice.seed);
    // The clock's zero is the first tick: it starts when all that takes time is done.
    let clock = Clock::start();
    let ends = (launch.choice.operator == Who::Human).then(|| Ends {
        clock,
        to_session: to_session.clone(),
        to_window: None,
    });
    let devices = Devices::start(library, ends);
    let alerts = launch.scenario.alerts;
    let screen = terminal_screen(clock, alerts, to_session, devices.to_devices());
    let operator = launch.operator(from_devices, screen, &devices, Pauses::default());
    let mut session = Session::new(&launch.scenario, sim, operator, Some(recorder));
    let pace = if args.realtime {
        Pace::RealTime(clock, Pauses::default())
    } else {
        Pace::Fast
    };
    let bar = progress_bar(launch.scenario.duration);
    let mut record = RecordWatch::new(args.if_record_fails);
    let paced = pace.run(&mut session, stop, |session, frame| {
        narrate(&bar, frame);
        if let Some(line) = record.news(session, stop) {
            say_above(&bar, &line);
        }
    });
    bar.finish_and_clear();
    Ok(launch.report(session, paced, stop))
}

#[cfg(not(feature = "station"))]
fn in_window(_args: &Args, _choice: Choice, _place: Place) -> anyhow::Result<Done> {
    Err(Usage("this takeover was built without the window: add --headless, or build with `--features station`".into()).into())
}

#[cfg(feature = "station")]
fn in_window(args: &Args, choice: Choice, place: Place) -> anyhow::Result<Done> {
    super::station::one_run(args, choice, place)
}

/// What a person without a window sees of a request: a line and the bell. What they feel is what
/// the scenario's alerts say, as in the window.
fn terminal_screen(
    clock: Clock,
    alerts: Alerts,
    to_session: Sender<FromOperator>,
    to_devices: Option<ToDevices>,
) -> Screen {
    let mut last = 0;
    let mut crier = Crier::new(alerts);
    Box::new(move |news| {
        let now = clock.now_ns() as f64 / 1e9;
        let mut cries = match &news {
            FromVehicle::Frame(frame) => {
                if let Some(request) = frame.request.filter(|r| r.id > last) {
                    last = request.id;
                    say(format_args!("\x07TAKE OVER: {}", request.reason.label()));
                    let _ = to_session.send(FromOperator::Presented(Presented {
                        request: request.id,
                        submitted: now,
                        presented: now,
                        ..Presented::default()
                    }));
                }
                crier.frame(&frame.seen(), &frame.events, now)
            }
            FromVehicle::Link(link) => crier.link(link.state == LinkState::Lost, now),
            _ => return,
        };
        cries.extend(crier.beat(now));
        let Some(to_devices) = &to_devices else {
            return;
        };
        for cry in cries {
            let haptic = match cry {
                Cry::Rumble { pulse, told, first } => Haptic::Rumble(Rumble {
                    strong: pulse.strong as f32,
                    weak: pulse.weak as f32,
                    duration: pulse.duration as f32,
                    alert: first.then(|| (told.request, told.alert.level())),
                }),
                Cry::Still => Haptic::Quiet,
                Cry::Tone { .. } | Cry::Silence => continue,
            };
            // The thread may be gone; then nothing is felt.
            let _ = to_devices.send(haptic);
        }
    })
}

/// Events as they happen, above the progress bar.
fn narrate(bar: &ProgressBar, frame: &Frame) {
    for event in frame.events.iter().filter(|e| !e.event.repeats()) {
        say_above(
            bar,
            &format!("{:>7.2} s  {}", event.time, event.event.describe()),
        );
    }
    if frame.tick.is_multiple_of(50) {
        bar.set_position((frame.time / DT) as u64);
        bar.set_message(format!(
            "{:>3.0} km/h  confidence {:>3.0} %  {}",
            frame.ego.speed * 3.6,
            frame.confidence.overall * 100.0,
            frame.authority.label()
        ));
    }
}

/// A line above the progress bar, or just a line where there is none.
fn say_above(bar: &ProgressBar, line: &str) {
    if bar.is_hidden() {
        say(line);
    } else {
        bar.println(line);
    }
}

fn progress_bar(duration: f64) -> ProgressBar {
    let bar = ProgressBar::new((duration / DT) as u64);
    // The template is a constant; were it wrong, the default style would do.
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {percent:>3} %  {msg}") {
        bar.set_style(style);
    }
    bar
}
