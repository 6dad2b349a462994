//! Putting a run together: scenario, operator, record, pace.

use super::live_devices::{Devices, Ends};
use super::run::{Args, Who};
use super::{Done, Usage, print, say};
use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use takeover::clock::{Clock, realtime_ns};
use takeover::devices::RawEvent;
use takeover::devices::haptics::{Haptic, Rumble, ToDevices};
use takeover::devices::profile::Library;
use takeover::frame::Frame;
use takeover::link::view::LinkState;
use takeover::operator::human::{FromOperator, Human};
use takeover::operator::model::Model;
use takeover::operator::script::{Script, Scripted};
use takeover::operator::{FromVehicle, Nobody, Operator, Screen, Watched};
use takeover::record::{FORMAT, RecordError, Recorder, RunInfo};
use takeover::scenario::Scenario;
use takeover::session::report::Report;
use takeover::session::{Pace, Session, Stop};
use takeover::sim::{DT, Simulation, TICK_HZ};
use takeover::takeover::alert::Presented;
use takeover::takeover::alert::crier::{Crier, Cry};
use takeover::takeover::alert::settings::Alerts;

/// What a run needs, checked and opened.
struct Prepared<'a> {
    args: &'a Args,
    who: Who,
    scenario: Arc<Scenario>,
    script: Option<Script>,
    library: Arc<Library>,
    stop: Stop,
}

pub fn run(args: &Args) -> anyhow::Result<Done> {
    let mut scenario = Scenario::load(&args.scenario)?;
    if let Some(text) = &args.link {
        let link = super::link::find(text)?;
        scenario
            .change_link(link)
            .map_err(|why| anyhow::anyhow!("--link {text}: {why}"))?;
    }
    if let Some(text) = &args.alerts {
        scenario.alerts = Alerts::load(text).context("--alerts")?;
    }
    let scenario = Arc::new(scenario);
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
    let script = match &who {
        Who::Script(file) => Some(Script::load(file)?),
        _ => None,
    };
    let (library, left_out) = Library::load(args.profile.as_deref())?;
    if who == Who::Human {
        for error in left_out {
            say(format_args!("takeover: {error}; this profile is left out"));
        }
    }
    let library = Arc::new(library);
    let stop = Stop::default();
    let flag = stop.0.clone();
    ctrlc::set_handler(move || flag.store(true, std::sync::atomic::Ordering::Relaxed))
        .context("cannot watch for Ctrl-C")?;
    let prepared = Prepared {
        args,
        who,
        scenario,
        script,
        library,
        stop,
    };
    if args.headless {
        let report = prepared.headless()?;
        finish(args, &report)
    } else {
        prepared.in_window()
    }
}

/// Prints what a run came to.
fn finish(args: &Args, report: &Report) -> anyhow::Result<Done> {
    if args.json {
        print([serde_json::to_string_pretty(report)?])?;
    } else {
        print(report.lines())?;
        if let Some(log) = &report.log {
            print([
                format!("log: {}", log.display()),
                format!("see it again: takeover inspect {}", log.display()),
            ])?;
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

impl Prepared<'_> {
    /// A window is always watched at the speed of the wall clock.
    fn in_real_time(&self) -> bool {
        !self.args.headless || self.args.realtime
    }

    fn recorder(&self) -> anyhow::Result<Recorder> {
        let tier = if cfg!(feature = "station") {
            "station"
        } else {
            "sim"
        };
        let started_ns = realtime_ns(std::time::SystemTime::now());
        let info = RunInfo {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION").into(),
            platform: format!("{} {} {tier}", std::env::consts::ARCH, std::env::consts::OS),
            scenario: self.args.scenario.display().to_string(),
            seed: self.args.seed,
            operator: self.who.to_string(),
            pace: if self.in_real_time() {
                "realtime"
            } else {
                "fast"
            }
            .into(),
            started_ns,
            tick_hz: TICK_HZ,
            link: self.args.link.clone(),
        };
        let script = self.script.as_ref().map(|s| s.text.as_str());
        let create = |path: &Path| Recorder::create(path, &info, &self.scenario, script);
        if let Some(path) = &self.args.log {
            return Ok(create(path)?);
        }
        // Runs that start in the same millisecond differ by a number. Only creating the file tells
        // whether a name is free: asking first would leave time for another run to take it.
        let scenario = self.args.scenario.file_stem().unwrap_or_default();
        let (scenario, seed) = (scenario.to_string_lossy(), self.args.seed);
        let mut name = format!("{scenario}-seed{seed}-{}", started_ns / 1_000_000);
        for n in 1.. {
            match create(&self.args.out.join(format!("{name}.mcap"))) {
                Err(RecordError::Exists { .. }) if n < 1000 => {}
                other => return Ok(other?),
            }
            name = format!("{scenario}-seed{seed}-{}-{n}", started_ns / 1_000_000);
        }
        unreachable!("the loop ends by returning")
    }

    /// A human reads `screen` and answers through `from_devices`; for the others a window is only
    /// there to be watched.
    fn operator(
        &self,
        from_devices: Receiver<FromOperator>,
        screen: Screen,
        devices: &Devices,
    ) -> Box<dyn Operator> {
        let operator: Box<dyn Operator> = match (&self.who, &self.script) {
            (Who::Human, _) => return Box::new(devices.give_to(Human::new(from_devices, screen))),
            (Who::Script(_), Some(script)) => Box::new(Scripted::new(script.clone())),
            (Who::Model, _) => Box::new(Model::new(self.scenario.clone(), self.args.seed)),
            (Who::Nobody | Who::Script(_), _) => Box::new(Nobody),
        };
        if self.args.headless {
            operator
        } else {
            Box::new(Watched::new(operator, screen, from_devices))
        }
    }

    /// Devices for a human; none for the others. A window has the keyboard beside them.
    fn start_devices(
        &self,
        clock: Clock,
        to_session: &Sender<FromOperator>,
        to_window: Option<Sender<RawEvent>>,
    ) -> Devices {
        Devices::start(
            Arc::clone(&self.library),
            (self.who == Who::Human).then_some(Ends {
                clock,
                to_session: to_session.clone(),
                to_window,
            }),
        )
    }

    fn report(&self, mut session: Session, paced: takeover::session::Paced) -> Report {
        // A run that was broken off ends at once.
        let judged = session.judge(&self.stop);
        let (account, recorder) = session.finish();
        Report::new(
            self.args.scenario.display().to_string(),
            self.args.seed,
            self.who.to_string(),
            account,
            recorder,
            paced,
            judged,
        )
    }

    fn headless(&self) -> anyhow::Result<Report> {
        let recorder = self.recorder()?;
        say(&self.scenario.title);
        if self.args.operator.is_none() {
            say(format_args!(
                "nobody is at a station: a modelled operator answers (--operator chooses another)"
            ));
        }
        let (to_session, from_devices) = channel();
        let sim = Simulation::new(self.scenario.clone(), self.args.seed);
        // The clock's zero is the first tick: it starts when all that takes time is done.
        let clock = Clock::start();
        let devices = self.start_devices(clock, &to_session, None);
        let screen = terminal_screen(
            clock,
            self.scenario.alerts,
            to_session,
            devices.to_devices(),
        );
        let operator = self.operator(from_devices, screen, &devices);
        let mut session = Session::new(&self.scenario, sim, operator, Some(recorder));
        let pace = if self.in_real_time() {
            Pace::RealTime(clock)
        } else {
            Pace::Fast
        };
        let bar = progress_bar(self.scenario.duration);
        let mut record = RecordWatch::default();
        let paced = pace.run(&mut session, &self.stop, |session, frame| {
            narrate(&bar, frame);
            if let Some(line) = record.news(session) {
                say_above(&bar, &line);
            }
        });
        bar.finish_and_clear();
        Ok(self.report(session, paced))
    }

    #[cfg(not(feature = "station"))]
    fn in_window(&self) -> anyhow::Result<Done> {
        Err(Usage("this takeover was built without the window: add --headless, or build with `--features station`".into()).into())
    }

    #[cfg(feature = "station")]
    fn in_window(&self) -> anyhow::Result<Done> {
        use takeover::session::live::Live;
        use takeover::station;

        station::check()?;
        let recorder = self.recorder()?;
        let (to_session, from_devices) = channel();
        let (to_screen, vehicle) = channel();
        let (to_end, summary) = channel();
        let (to_window, pad_events) = channel();
        let screen: Screen = Box::new(move |news| {
            // The window may be closed already; then nobody looks.
            let _ = to_screen.send(news);
        });
        let sim = Simulation::new(self.scenario.clone(), self.args.seed);
        let clock = Clock::start();
        let devices = self.start_devices(clock, &to_session, Some(to_window));
        let operator = self.operator(from_devices, screen, &devices);
        let mut session = Session::new(&self.scenario, sim, operator, Some(recorder));
        let live = Live {
            scenario: self.scenario.clone(),
            clock,
            vehicle,
            operator: to_session,
            pad_events,
            haptics: devices.to_devices(),
            summary,
            stop: self.stop.0.clone(),
        };
        let options = station::Options {
            screenshots: self.args.screenshots.clone(),
            close_at_end: self.args.close_at_end,
            size: (self.args.size.0, self.args.size.1),
            look: self.args.look.look(),
            patch: self.args.patch,
            text_scale: self.args.text_scale,
        };
        // The window must be on the main thread; the run is not, so neither slows the other.
        let (shown, report) = std::thread::scope(|scope| {
            let run = scope.spawn(move || {
                let mut record = RecordWatch::default();
                let watch = |session: &Session, _: &Frame| {
                    if let Some(line) = record.news(session) {
                        say(line);
                    }
                };
                let paced = Pace::RealTime(clock).run(&mut session, &self.stop, watch);
                let report = self.report(session, paced);
                let _ = to_end.send(report.lines());
                report
            });
            let shown = station::run(live, options);
            self.stop
                .0
                .store(true, std::sync::atomic::Ordering::Relaxed);
            (shown, run.join())
        });
        let report = report.map_err(|_| {
            anyhow::anyhow!("the simulation stopped; this is a bug, please report it")
        })?;
        // Without a window there was no run worth reporting.
        shown?;
        finish(self.args, &report)
    }
}

/// Notices, once, that the record broke off while the run goes on.
#[derive(Default)]
struct RecordWatch {
    told: bool,
}

impl RecordWatch {
    fn news(&mut self, session: &Session) -> Option<String> {
        if self.told {
            return None;
        }
        let error = session.recorder().and_then(Recorder::failure)?;
        self.told = true;
        Some(format!("takeover: {error}; the run goes on without it"))
    }
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
