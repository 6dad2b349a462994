//! `takeover timing`: are this machine's times good enough?

use super::Done;
use std::path::PathBuf;

/// Test clocks, ticks, devices, pictures, sound and rumble, and write a report.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  takeover timing                     about 10 s; move a stick and pull a trigger meanwhile
  takeover timing --seconds 60 --json
  takeover timing --headless          without the window

What is missing (a display, a sound card, a gamepad) is said in one line, and the rest is measured.
Exit code 4: a figure is not good enough; 3: stopped before the end.")]
pub struct Args {
    /// How long to measure, s.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(3..=3600))]
    seconds: u32,
    /// The report (Markdown; beside it the same as JSON); by default runs/timing-TIME.md.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Print the result as one JSON object.
    #[arg(long)]
    json: bool,
    /// No window.
    #[arg(long)]
    headless: bool,
}

#[cfg(not(feature = "sim"))]
pub fn timing(_args: &Args) -> anyhow::Result<Done> {
    Err(super::Usage(
        "this takeover was built without the simulation; build with `--features sim` (headless) or `--features station`"
            .into(),
    )
    .into())
}

#[cfg(feature = "sim")]
pub use live::timing;

#[cfg(feature = "sim")]
mod live {
    use super::super::live_devices::{Devices, Ends};
    use super::super::{print, say};
    use super::{Args, Done};
    use anyhow::{Context, anyhow};
    use std::io::Write;
    use std::path::PathBuf;
    use std::sync::Arc;
    use std::sync::mpsc::{Receiver, channel};
    use takeover::clock::{Clock, Pauses, realtime_ns};
    use takeover::command::{Command, Input};
    use takeover::devices::KEYBOARD;
    use takeover::devices::haptics::{Haptic, Rumble, ToDevices};
    use takeover::devices::profile::Library;
    use takeover::frame::End;
    use takeover::operator::human::FromOperator;
    use takeover::operator::{Nobody, Screen, Watched};
    use takeover::scenario::Scenario;
    use takeover::session::{Pace, Session, Stop};
    use takeover::sim::Simulation;
    use takeover::takeover::alert::{Alert, Channel};
    use takeover::timing::{self, Pictured, Row, Verdict, clocks};

    /// A rumble each second, and a tone: the level of what is reported of them.
    const PROBE: Alert = Alert::NoNeed;

    /// What the window had to say of its pictures, and the display's refresh, s.
    struct Window {
        pictures: Result<Vec<Pictured>, String>,
        refresh: Option<f64>,
        /// When each tone was submitted, when it began to sound, and how sure that is, s.
        tones: Result<Vec<(f64, f64, f64)>, String>,
    }

    impl Window {
        #[cfg(not(feature = "station"))]
        fn none(why: &str) -> Self {
            Self {
                pictures: Err(why.into()),
                refresh: None,
                tones: Err(why.into()),
            }
        }
    }

    /// What is measured while a run goes on.
    struct Bench {
        session: Session,
        clock: Clock,
        stop: Stop,
        seconds: u32,
        haptics: Option<ToDevices>,
        /// Nobody pauses a test.
        pauses: Pauses,
    }

    impl Bench {
        /// Runs, and tells how long after its time each tick was done, s, and how it ended.
        fn run(mut self) -> (Vec<f64>, End) {
            let (clock, haptics) = (self.clock, self.haptics);
            let mut late = Vec::with_capacity(100 * self.seconds as usize);
            let paced = Pace::RealTime(clock, self.pauses).run(
                &mut self.session,
                &self.stop,
                |_, frame| {
                    // A step goes from the tick that was waited for to this frame's.
                    let due = frame.time - takeover::sim::DT;
                    let done = clock.now_ns() as f64 / 1e9;
                    late.push((done - due).max(0.0));
                    if frame.tick % 100 == 0
                        && let Some(haptics) = &haptics
                    {
                        let _ = haptics.send(Haptic::Rumble(Rumble {
                            strong: 0.5,
                            weak: 0.5,
                            duration: 0.2,
                            alert: Some((0, PROBE.level())),
                        }));
                    }
                },
            );
            (late, paced.end)
        }
    }

    fn scenario(seconds: u32) -> anyhow::Result<Scenario> {
        // Long enough that the road does not end first.
        let length = 200.0 + 30.0 * f64::from(seconds);
        let text = format!(
            "(title: \"Self-test of timing\", duration: {seconds}.0, alerts: (set: \"none\"), \
            road: (lanes: 2, speed_limit: 25.0, line: [Straight(length: {length:?})]), \
            ego: (lane: -1, s: 50.0, speed: 25.0))"
        );
        Scenario::parse(&text).map_err(|problems| anyhow!("the built-in scenario: {problems:?}"))
    }

    pub fn timing(args: &Args) -> anyhow::Result<Done> {
        let stop = Stop::default();
        let flag = stop.0.clone();
        ctrlc::set_handler(move || flag.store(true, std::sync::atomic::Ordering::Relaxed))
            .context("cannot watch for Ctrl-C")?;
        say(format_args!(
            "measuring for {} s; move a stick and pull a trigger meanwhile",
            args.seconds
        ));
        let scenario = Arc::new(scenario(args.seconds)?);
        let idle = Clock::start();
        let mut rows = vec![clocks::resolution(idle), clocks::mapping(idle)];

        let (to_session, from_devices) = channel();
        let (to_screen, vehicle) = channel();
        let sim = Simulation::new(scenario.clone(), 1);
        let pauses = Pauses::default();
        let screen: Screen = Box::new(move |news| {
            // There may be no window.
            let _ = to_screen.send(news);
        });
        // What the devices and the screen say is counted here, not in the session.
        let operator = Watched::new(Box::new(Nobody), screen, channel().1, pauses.clone());
        let session = Session::new(&scenario, sim, Box::new(operator), None);
        let clock = Clock::start();
        let begin = clock.now();
        let ends = Ends {
            clock,
            to_session: to_session.clone(),
            to_window: None,
        };
        let devices = Devices::start(Arc::new(Library::built_in()), Some(ends));
        let bench = Bench {
            session,
            clock,
            stop: stop.clone(),
            seconds: args.seconds,
            haptics: devices.to_devices(),
            pauses: pauses.clone(),
        };
        let live = takeover::session::live::Live {
            scenario,
            clock,
            vehicle,
            haptics: None,
            operator: to_session,
            pauses,
            summary: channel().1,
            stop: stop.0.clone(),
        };
        let (late, end, window) = run(args, bench, live)?;
        drop(devices);
        rows.push(clocks::drift(begin, clock.now()));
        rows.push(timing::ticks(&late));
        let (inputs, felt) = drain(&from_devices);
        let why = (!devices_there()).then(|| "no gamepads can be read here".to_string());
        rows.push(timing::devices(
            &inputs,
            f64::from(args.seconds),
            why.clone(),
        ));
        rows.push(timing::rumble(&felt, why));
        let pictures = window.pictures.as_deref().map_err(Clone::clone);
        rows.extend(timing::pictures(pictures, window.refresh));
        rows.push(timing::sound(window.tones.as_deref().map_err(Clone::clone)));
        write(args, &rows, end)
    }

    fn devices_there() -> bool {
        cfg!(feature = "gamepad") && std::path::Path::new("/run/udev").exists()
    }

    /// Inputs of pads and wheels, and when each rumble was sent and started, s.
    fn drain(from_devices: &Receiver<FromOperator>) -> (Vec<Input>, Vec<(f64, f64)>) {
        let (mut inputs, mut felt) = (Vec::new(), Vec::new());
        for message in from_devices.try_iter() {
            match message {
                FromOperator::Raw(event) if event.device != KEYBOARD => {
                    inputs.push(event.into_input(Command::default()));
                }
                FromOperator::Presented(p)
                    if p.channel == Channel::Haptic && p.level == PROBE.level() =>
                {
                    felt.push((p.submitted, p.presented));
                }
                _ => {}
            }
        }
        (inputs, felt)
    }

    type Measured = (Vec<f64>, End, Window);

    #[cfg(not(feature = "station"))]
    fn run(
        _args: &Args,
        bench: Bench,
        live: takeover::session::live::Live,
    ) -> anyhow::Result<Measured> {
        drop(live);
        let (late, end) = bench.run();
        let why = "this takeover was built without the window";
        Ok((late, end, Window::none(why)))
    }

    #[cfg(feature = "station")]
    fn run(
        args: &Args,
        bench: Bench,
        live: takeover::session::live::Live,
    ) -> anyhow::Result<Measured> {
        use takeover::station;
        let clock = bench.clock;
        let tones = args.seconds.saturating_sub(2).clamp(1, 20);
        let log = station::DrawingLog::default();
        let with_window = if args.headless {
            Err("--headless".to_string())
        } else {
            station::check().map_err(|why| why.to_string())
        };
        std::thread::scope(|scope| {
            let run = scope.spawn(move || bench.run());
            let every = std::time::Duration::from_secs(1);
            let heard = scope.spawn(move || station::try_sound(clock, tones, every));
            let shown = with_window.and_then(|()| {
                let options = station::Options {
                    close_at_end: true,
                    patch: "top-left".parse().ok(),
                    ..station::Options::default()
                };
                station::measure(live, options, log.clone()).map_err(|why| why.to_string())
            });
            let (late, end) = run
                .join()
                .map_err(|_| anyhow!("the simulation stopped; this is a bug, please report it"))?;
            let heard = heard
                .join()
                .unwrap_or_else(|_| Err("the sound card's thread stopped".into()));
            let (pictures, refresh) = log.take();
            let s = |ns: i64| ns as f64 / 1e9;
            let pictures = pictures.iter().map(|p| Pictured {
                begun: s(p.begun_ns),
                submitted: s(p.submitted_ns),
                presented: s(p.presented_ns),
                flipped: p.flipped,
            });
            let window = Window {
                pictures: shown.map(|()| pictures.collect()),
                refresh,
                tones: heard.map(|tones| {
                    let tone = |p: &takeover::takeover::alert::Presented| {
                        (p.submitted, p.presented, p.uncertainty.unwrap_or_default())
                    };
                    tones.iter().map(tone).collect()
                }),
            };
            Ok((late, end, window))
        })
    }

    /// What the times are those of, as far as Linux tells.
    fn machine() -> String {
        let read = |path| std::fs::read_to_string(path).unwrap_or_default();
        let info = read("/proc/cpuinfo");
        let model = info.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            (name.trim() == "model name").then(|| value.trim().to_string())
        });
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let (arch, os) = (std::env::consts::ARCH, std::env::consts::OS);
        let kernel = read("/proc/sys/kernel/osrelease");
        let model = model.unwrap_or_default();
        format!("{arch} {os} {}, {cores} x {model}", kernel.trim())
    }

    fn write(args: &Args, rows: &[Row], end: End) -> anyhow::Result<Done> {
        let now = realtime_ns(std::time::SystemTime::now());
        let path = args
            .out
            .clone()
            .unwrap_or_else(|| PathBuf::from(format!("runs/timing-{}.md", now / 1_000_000)));
        if path.extension().is_some_and(|e| e == "json") {
            return Err(super::super::Usage(format!(
                "--out {}: expected the Markdown report's name, as report.md; the JSON is written beside it",
                path.display()
            ))
            .into());
        }
        let poor = rows.iter().any(|row| row.verdict == Verdict::Poor);
        let complete = end != End::Interrupted;
        let length = if complete {
            format!("{} s", args.seconds)
        } else {
            format!("stopped early, of {} s: do not rely on it", args.seconds)
        };
        let verdict = if poor {
            "not good enough: see the rows that say POOR"
        } else {
            "good enough in all that was measured"
        };
        let heading = [
            ("takeover", env!("CARGO_PKG_VERSION").to_string()),
            ("machine", machine()),
            ("measured for", length),
            ("ms since 1970", (now / 1_000_000).to_string()),
            ("verdict", verdict.to_string()),
        ];
        let object = serde_json::json!({
            "version": env!("CARGO_PKG_VERSION"),
            "seconds": args.seconds,
            "complete": complete,
            "good": !poor,
            "rows": rows,
        });
        if let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder)
                .with_context(|| format!("{}: cannot make the folder", folder.display()))?;
        }
        let json = path.with_extension("json");
        let text = serde_json::to_string_pretty(&object)?;
        for (path, content) in [
            (&path, timing::markdown(rows, &heading)),
            (&json, text.clone()),
        ] {
            let written = std::fs::File::create_new(path)
                .and_then(|mut file| file.write_all(content.as_bytes()));
            written.with_context(|| {
                format!(
                    "{}: cannot write the report (nothing is overwritten); choose another place with --out",
                    path.display()
                )
            })?;
        }
        if args.json {
            print([text])?;
        } else {
            print(timing::lines(rows))?;
            print([format!("report: {} and {}", path.display(), json.display())])?;
        }
        Ok(match (complete, poor) {
            (false, _) => Done::Incomplete,
            (true, true) => Done::Differs,
            (true, false) => Done::Fine,
        })
    }
}
