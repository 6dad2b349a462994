//! `takeover station`: the start page; and the window of `takeover run`.

use super::launch::{Launch, Place, RecordWatch};
use super::live_devices::{self, Devices, Ends};
use super::run::{self, IfRecordFails, Size, StudyArgs, WindowArgs};
use super::{Done, print, run_live, say};
use anyhow::{Context, anyhow};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use takeover::clock::{Clock, Pauses};
use takeover::devices::RawEvent;
use takeover::devices::profile::Library;
use takeover::operator::human::FromOperator;
use takeover::operator::relay::Relay;
use takeover::operator::{Operator, Screen};
use takeover::scenario::Scenario;
use takeover::session::choice::{Choice, Who};
use takeover::session::live::{Desk, Live};
use takeover::session::report::Report;
use takeover::session::{Pace, Session, Stop};
use takeover::sim::Simulation;
use takeover::station::settings::Settings;
use takeover::station::{self, Options};

/// The operator station: choose a scenario, drive it, see what happened, again.
#[derive(clap::Args, Debug, Default)]
#[command(after_help = "\
Examples:
  takeover station
      The library in scenarios/. `takeover` alone does the same where there is a display.
  takeover station my_study/
      Scenarios of your own.
  takeover station scenarios/low_sun.ron --fullscreen --monitor 2
Everything works by keyboard (arrows, Enter, Esc), mouse, or gamepad (stick or direction pad, A, B,
Start). The log of each run goes to runs/. Exit code 3: the last run was cut short, or a log is
incomplete.")]
pub struct Args {
    /// A scenario to begin with, or a folder of them. Default: the folder scenarios.
    #[arg(value_name = "SCENARIO")]
    pub scenario: Option<PathBuf>,
    /// Folder for the logs.
    #[arg(long, value_name = "DIR", default_value = "runs")]
    pub out: PathBuf,
    /// Use this profile (see `takeover devices`) for the devices it fits.
    #[arg(long, value_name = "FILE")]
    pub profile: Option<PathBuf>,
    /// How requests are told, instead of the scenarios' alerts: full, visual_sound, visual, sound,
    /// none, or a file (docs/alerts.md).
    #[arg(long, value_name = "NAME|FILE")]
    pub alerts: Option<String>,
    /// Save pictures of the pages and of what happens into this folder.
    #[arg(long, value_name = "DIR")]
    pub screenshots: Option<PathBuf>,
    #[command(flatten)]
    pub study: StudyArgs,
    #[command(flatten)]
    pub window: WindowArgs,
}

/// A run that was started, until it is joined.
struct Started {
    stop: Stop,
    thread: JoinHandle<Report>,
}

/// How long a run that goes on in its middle waits before it does, s: to see where one is.
const COUNTDOWN: f64 = 5.0;

type Runs = Arc<Mutex<Vec<Started>>>;
type ToRun = Box<dyn FnMut(FromOperator) + Send>;
type SharedRelay = Arc<Mutex<Relay<ToRun>>>;

/// Makes runs for the window, each on a thread of its own.
struct LiveDesk {
    place: Place,
    /// Instead of the scenarios' alerts.
    alerts: Option<String>,
    /// What devices are timed on; each run has a clock of its own.
    clock: Clock,
    devices: Devices,
    relay: SharedRelay,
    pads: Option<Receiver<RawEvent>>,
    runs: Runs,
    /// Print what each run came to as soon as it is over.
    tell: bool,
    if_record_fails: IfRecordFails,
    /// What a study notes in the logs.
    study: StudyArgs,
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl LiveDesk {
    fn new(
        place: Place,
        alerts: Option<String>,
        library: Arc<Library>,
        runs: Runs,
        tell: bool,
    ) -> anyhow::Result<Self> {
        let clock = Clock::start();
        let (to_window, pads) = channel();
        let (to_session, from_devices) = channel();
        let relay = SharedRelay::default();
        let shared = Arc::clone(&relay);
        // Ends with the devices, which send to it.
        std::thread::Builder::new()
            .name("relay".into())
            .spawn(move || {
                for message in from_devices {
                    lock(&shared).pass(message);
                }
            })
            .context("cannot start a thread for the devices")?;
        let ends = Ends {
            clock,
            to_session,
            to_window: Some(to_window),
        };
        Ok(Self {
            place,
            alerts,
            clock,
            devices: Devices::start(library, Some(ends)),
            relay,
            pads: Some(pads),
            runs,
            tell,
            if_record_fails: IfRecordFails::GoOn,
            study: StudyArgs::default(),
        })
    }

    fn launch(&mut self, choice: &Choice) -> anyhow::Result<Live> {
        let mut launch = Launch::new(choice.clone(), self.alerts.as_deref(), true, true)?;
        launch.study = self.study.clone();
        let recorder = launch.recorder(&self.place)?;
        let (scenario, seed) = (Arc::clone(&launch.scenario), choice.seed);
        let make = move |operator| {
            let sim = Simulation::new(Arc::clone(&scenario), seed);
            Ok(Session::new(&scenario, sim, operator, Some(recorder)))
        };
        self.start_session(launch, 0.0, make, |_| {})
    }

    /// Starts a run on a thread of its own. `make` is given whoever drives it; the run is at `at_s` then,
    /// and in its middle it waits for [`COUNTDOWN`] before it goes on. `see` sees every tick.
    fn start_session(
        &mut self,
        launch: Launch,
        at_s: f64,
        make: impl FnOnce(Box<dyn Operator>) -> anyhow::Result<Session>,
        mut see: impl FnMut(&Session) + Send + 'static,
    ) -> anyhow::Result<Live> {
        let (to_session, from_devices) = channel();
        let (to_screen, vehicle) = channel();
        let (to_end, summary) = channel();
        let screen: Screen = Box::new(move |news| {
            // The window may be closed already; then nobody looks.
            let _ = to_screen.send(news);
        });
        let pauses = Pauses::default();
        let operator = launch.operator(from_devices, screen, &self.devices, pauses.clone());
        let scenario = Arc::clone(&launch.scenario);
        let mut session = make(operator)?;
        // Its zero is the first tick: it starts when all that takes time is done.
        let starts_ns = match at_s {
            start if start <= 0.0 => 0,
            middle => ((middle - COUNTDOWN) * 1e9).round() as i64,
        };
        let clock = Clock::start_at(starts_ns);
        let to_run = to_session.clone();
        let to_run: ToRun = Box::new(move |message| {
            let _ = to_run.send(message);
        });
        lock(&self.relay).begin(to_run, self.clock.now_ns() - starts_ns);
        let stop = Stop::default();
        let live = Live {
            scenario,
            clock,
            vehicle,
            operator: to_session,
            haptics: self.devices.to_devices(),
            pauses: pauses.clone(),
            summary,
            stop: Arc::clone(&stop.0),
        };
        let stop_of_run = stop.clone();
        let tell = self.tell;
        let if_record_fails = self.if_record_fails;
        // The window must be on the main thread; the run is not, so neither slows the other.
        let thread = std::thread::Builder::new()
            .name("session".into())
            .spawn(move || {
                let mut record = RecordWatch::new(if_record_fails);
                let paced =
                    Pace::RealTime(clock, pauses).run(&mut session, &stop_of_run, |session, _| {
                        see(session);
                        if let Some(line) = record.news(session, &stop_of_run) {
                            say(line);
                        }
                    });
                let report = launch.report(session, paced, &stop_of_run);
                if tell {
                    // A closed terminal must not hurt a run.
                    let _ = run_live::finish(false, &report);
                }
                let _ = to_end.send(Arc::new(report.clone()));
                report
            })
            .context("cannot start a thread for the run")?;
        lock(&self.runs).push(Started { stop, thread });
        Ok(live)
    }
}

impl Desk for LiveDesk {
    fn start(&mut self, choice: &Choice) -> Result<Live, String> {
        self.launch(choice).map_err(|error| {
            // The page has room for one line.
            let all = format!("{error:#}");
            let mut lines = all.lines();
            let first = lines.next().unwrap_or_default().to_owned();
            match lines.count() {
                0 => first,
                more => format!("{first} (and {more} more)"),
            }
        })
    }

    fn pads(&mut self) -> Result<Receiver<RawEvent>, String> {
        if let Some(why) = self.devices.unreadable() {
            return Err(why.to_owned());
        }
        self.pads
            .take()
            .ok_or_else(|| "they are read already".into())
    }
}

/// The settings in force: the file's, and the command line's over them. Also where to keep them, and
/// what is wrong with the file.
fn settings(window: &WindowArgs) -> (Settings, Option<PathBuf>, Option<String>) {
    let path = window.settings.clone().or_else(Settings::usual_place);
    let mut note = None;
    let mut settings = Settings::default();
    if let Some(path) = path
        .as_ref()
        .filter(|p| p.exists() || window.settings.is_some())
    {
        match Settings::load(path) {
            Ok(read) => settings = read,
            // A file that is named and not there yet is one to be written.
            Err(_) if !path.exists() => {}
            Err(error) => {
                let words = format!("{error}; the defaults are used");
                say(format_args!("takeover: {words}"));
                note = Some(words);
            }
        }
    }
    settings.full_screen |= window.fullscreen;
    let look = window.look.look((settings.view, settings.quality));
    (settings.view, settings.quality) = (look.view, look.quality);
    settings.text_scale = window.text_scale.unwrap_or(settings.text_scale);
    settings.patch = window.patch.or(settings.patch);
    settings.monitor = window.monitor.unwrap_or(settings.monitor);
    // A broken file is for its owner to mend, not to be written over.
    let path = path.filter(|_| note.is_none());
    (settings, path, note)
}

pub fn options(window: &WindowArgs, quit: Arc<AtomicBool>) -> Options {
    let (settings, settings_path, note) = settings(window);
    let Size(width, height) = window.size.unwrap_or(Size(1280, 720));
    Options {
        screenshots: None,
        close_at_end: false,
        size: (width, height),
        look: window.look.look((settings.view, settings.quality)),
        patch: settings.patch,
        text_scale: settings.text_scale,
        drawing_log: None,
        once: false,
        may_pause: !window.no_pause,
        choice: settings.last.clone(),
        scenarios: Vec::new(),
        no_scenarios: None,
        settings,
        settings_path,
        note,
        quit,
    }
}

/// Ctrl-C ends what runs at once, and the window as soon as it can.
fn watch_for_ctrl_c(runs: &Runs) -> anyhow::Result<Arc<AtomicBool>> {
    let quit = Arc::new(AtomicBool::new(false));
    let (flag, runs) = (Arc::clone(&quit), Arc::clone(runs));
    ctrlc::set_handler(move || {
        flag.store(true, Ordering::Relaxed);
        for run in lock(&runs).iter() {
            run.stop.0.store(true, Ordering::Relaxed);
        }
    })
    .context("cannot watch for Ctrl-C")?;
    Ok(quit)
}

/// Stops and joins all runs; their reports, in order.
fn join(runs: &Runs) -> anyhow::Result<Vec<Report>> {
    let started = std::mem::take(&mut *lock(runs));
    let mut reports = Vec::new();
    for run in &started {
        run.stop.0.store(true, Ordering::Relaxed);
    }
    for run in started {
        let report = run.thread.join();
        reports.push(
            report
                .map_err(|_| anyhow!("the simulation stopped; this is a bug, please report it"))?,
        );
    }
    Ok(reports)
}

/// `takeover run` with a window.
pub fn one_run(args: &run::Args, choice: Choice, place: Place) -> anyhow::Result<Done> {
    station::check()?;
    let runs = Runs::default();
    let quit = watch_for_ctrl_c(&runs)?;
    let person = choice.operator == Who::Human;
    let library = live_devices::library(args.profile.as_deref(), person)?;
    let mut desk = LiveDesk::new(
        place,
        args.alerts.clone(),
        library,
        Arc::clone(&runs),
        false,
    )?;
    desk.if_record_fails = args.if_record_fails;
    desk.study = args.study.clone();
    let live = desk.launch(&choice)?;
    let options = Options {
        screenshots: args.screenshots.clone(),
        close_at_end: args.close_at_end,
        once: true,
        choice,
        // What a study chooses is not what the next evening begins with.
        settings_path: None,
        ..options(&args.window, quit)
    };
    let shown = station::run(Box::new(desk), Some(live), options);
    let reports = join(&runs)?;
    // Without a window there was no run worth reporting.
    shown?;
    let report = reports.first().context("there was no run")?;
    let done = run_live::finish(args.json, report)?;
    if args.report {
        run_live::write_report(args.json, report);
    }
    Ok(done)
}

/// A fork that a person drives: `make` brings the session to its moment, `at_s`. Setting `quit` ends
/// it.
pub fn by_hand(
    quit: Arc<AtomicBool>,
    choice: Choice,
    scenario: Arc<Scenario>,
    at_s: f64,
    make: impl FnOnce(Box<dyn Operator>) -> anyhow::Result<Session>,
    see: impl FnMut(&Session) + Send + 'static,
) -> anyhow::Result<Report> {
    station::check()?;
    let runs = Runs::default();
    let library = live_devices::library(None, true)?;
    let place = Place::Folder(PathBuf::from("runs"));
    let mut desk = LiveDesk::new(place, None, library, Arc::clone(&runs), false)?;
    let launch = Launch::by_hand(choice.clone(), scenario);
    let live = desk.start_session(launch, at_s, make, see)?;
    say(format_args!(
        "it stands at {at_s:.2} s for {COUNTDOWN} s, then it goes on"
    ));
    let options = Options {
        once: true,
        choice,
        settings_path: None,
        ..options(&WindowArgs::default(), quit)
    };
    let shown = station::run(Box::new(desk), Some(live), options);
    let reports = join(&runs)?;
    shown?;
    reports.into_iter().next().context("there was no run")
}

/// `takeover station`.
pub fn station(args: &Args) -> anyhow::Result<Done> {
    args.study.check()?;
    if let Some(path) = args.scenario.as_ref().filter(|path| !path.exists()) {
        anyhow::bail!(
            "{}: no such file or folder: expected a scenario (RON) or a folder of scenarios",
            path.display()
        );
    }
    station::check()?;
    let runs = Runs::default();
    let quit = watch_for_ctrl_c(&runs)?;
    let mut options = options(&args.window, quit);
    options.screenshots.clone_from(&args.screenshots);
    choose(&mut options, args.scenario.as_ref());
    let library = live_devices::library(args.profile.as_deref(), true)?;
    let place = Place::Folder(args.out.clone());
    let mut desk = LiveDesk::new(place, args.alerts.clone(), library, Arc::clone(&runs), true)?;
    desk.study = args.study.clone();
    let shown = station::run(Box::new(desk), None, options);
    let reports = join(&runs)?;
    shown?;
    // A run that was left for the next one was meant to end there.
    let last = reports.last().is_some_and(Report::incomplete);
    let lost = reports.iter().any(|r| r.log.is_none());
    if reports.is_empty() {
        print(["no run was started"])?;
    }
    Ok(if last || lost {
        Done::Incomplete
    } else {
        Done::Fine
    })
}

/// What there is to choose from, and what is chosen at first.
fn choose(options: &mut Options, named: Option<&PathBuf>) {
    let folder = match named {
        Some(path) if path.is_dir() => path.clone(),
        _ => PathBuf::from("scenarios"),
    };
    match station::scenarios(&folder) {
        Ok(files) => options.scenarios = files,
        Err(why) => options.no_scenarios = Some(why),
    }
    if let Some(file) = named.filter(|path| !path.is_dir()) {
        if !options.scenarios.contains(file) {
            options.scenarios.insert(0, file.clone());
        }
        options.choice.scenario.clone_from(file);
    }
    // A script is named on a command line, for one run.
    if matches!(options.choice.operator, Who::Script(_)) {
        options.choice.operator = Who::Human;
    }
}
