//! `takeover fork LOG`: what if?

use super::Done;
use std::path::PathBuf;
use std::str::FromStr;
use takeover::replay::at::At;

/// Go on from a moment of a log with another operator, policy, link, alerts, vehicle or moment of the
/// request, and see side by side what it comes to. With --batch: for all takeovers of many logs, what
/// the automation alone would have met.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  takeover fork runs/LOG.mcap
      From the first request on with nobody there: what if nobody had intervened?
  takeover fork runs/LOG.mcap --at takeover --operator none,alone,model
  takeover fork runs/LOG.mcap --at request-5 --operator recorded --request-shift -2
      What if the request had come 2 s earlier, and the person had answered as fast?
  takeover fork runs/LOG.mcap --at 40 --operator model --link 4g
  takeover fork runs/LOG.mcap --at request --operator human
      By hand, in the station's window.
  takeover fork runs/*.mcap --batch --json
      How many interventions were needed, too late, needless?

A moment (--at) is s from the start, or request, takeover or collision, with a number and an offset:
request:2-1.5. It is rounded down to a tick (10 ms). Each fork has a log of its own, from the start on,
that verifies like any other. docs/fork.md says what a fork assumes.

Exit codes: 4 if the log does not repeat up to the fork; 3 with --batch if a log was skipped.")]
pub struct Args {
    /// A log (MCAP); several with --batch, or folders of them.
    #[arg(value_name = "LOG", required = true)]
    logs: Vec<PathBuf>,
    /// From when on. Default: the first request, or the first takeover if there was none.
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    at: Option<At>,
    /// Who answers from then on, several by commas: none (nobody at the station), alone (the automation,
    /// and nobody is asked), model, script:FILE, recorded (the same commands again), human.
    #[arg(
        long,
        value_name = "WHO",
        value_delimiter = ',',
        default_value = "none"
    )]
    operator: Vec<ForkWho>,
    /// The request comes so many s later than it did; earlier if negative. With --operator recorded the
    /// person's answer moves with it.
    #[arg(long, value_name = "S", allow_hyphen_values = true)]
    request_shift: Option<f64>,
    /// Another takeover policy from then on (RON, as in a scenario).
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Another link from then on: a preset or a file.
    #[arg(long, value_name = "PRESET|FILE")]
    link: Option<String>,
    /// Other alerts: full, visual_sound, visual, sound, none, or a file.
    #[arg(long, value_name = "NAME|FILE")]
    alerts: Option<String>,
    /// Another vehicle: the run is driven from its START with it and the recorded commands, since no
    /// vehicle can be exchanged on the way; up to the fork it is another run as well.
    #[arg(long, value_name = "PROFILE")]
    vehicle: Option<String>,
    /// Seed of a modelled operator; the world keeps its own.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// End the fork this many s after its beginning. Default: where the scenario ends.
    #[arg(long = "for", value_name = "S", value_parser = length)]
    length: Option<f64>,
    /// Folder for the forks' logs.
    #[arg(long, value_name = "DIR", default_value = "runs")]
    out: PathBuf,
    /// Keep no logs.
    #[arg(long)]
    no_log: bool,
    /// Judge all takeovers of all logs.
    #[arg(long, conflicts_with_all = ["at", "request_shift", "policy", "link", "alerts", "vehicle", "length"])]
    batch: bool,
    /// Print one JSON object instead of text.
    #[arg(long)]
    json: bool,
}

fn length(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(s) if (0.01..=1e6).contains(&s) => Ok(s),
        _ => Err("expected s, from 0.01 (a tick) on".into()),
    }
}

/// Who gives the commands from the fork on.
#[derive(Clone, Debug, PartialEq, Eq)]
enum ForkWho {
    Nobody,
    Alone,
    Model,
    Script(PathBuf),
    Recorded,
    Human,
}

impl FromStr for ForkWho {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match (text, text.strip_prefix("script:")) {
            ("none", _) => Ok(Self::Nobody),
            ("alone", _) => Ok(Self::Alone),
            ("model", _) => Ok(Self::Model),
            ("recorded", _) => Ok(Self::Recorded),
            ("human", _) => Ok(Self::Human),
            (_, Some(file)) if !file.is_empty() => Ok(Self::Script(file.into())),
            _ => Err("expected none, alone, model, script:FILE, recorded or human".into()),
        }
    }
}

impl std::fmt::Display for ForkWho {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Nobody => f.write_str("none"),
            Self::Alone => f.write_str("alone"),
            Self::Model => f.write_str("model"),
            Self::Recorded => f.write_str("recorded"),
            Self::Human => f.write_str("human"),
            Self::Script(file) => write!(f, "script:{}", file.display()),
        }
    }
}

#[cfg(not(feature = "sim"))]
pub fn fork(args: &Args) -> anyhow::Result<Done> {
    let Args { logs: _, .. } = args;
    Err(super::Usage(
        "this takeover was built without the simulation, which a fork needs; build with `--features sim`".into(),
    )
    .into())
}

#[cfg(feature = "sim")]
pub use with_sim::fork;

#[cfg(feature = "sim")]
mod with_sim {
    use super::super::{Usage, print, say};
    use super::{Args, Done, ForkWho};
    use anyhow::{Context, anyhow};
    use std::path::Path;
    use std::sync::Arc;
    use std::sync::atomic::Ordering;
    use takeover::clock::realtime_ns;
    use takeover::operator::model::Model;
    use takeover::operator::script::{Script, Scripted};
    use takeover::operator::{Nobody, Operator};
    use takeover::record::{FORMAT, RecordError, Recorder, RunInfo};
    use takeover::replay::at::At;
    use takeover::replay::batch::batch;
    use takeover::replay::environment::platform;
    use takeover::replay::fork::{ForkError, Forked, Plan, Who, drive, shifted};
    use takeover::replay::outcome::{of_record, table};
    use takeover::replay::recorded::Recorded;
    use takeover::scenario::{Scenario, parse_policy};
    use takeover::session::Stop;
    use takeover::takeover::alert::settings::Alerts;
    use takeover::takeover::change::{Change, Fork};
    use takeover::takeover::event::Event;
    use takeover::traffic::Traffic;

    pub fn fork(args: &Args) -> anyhow::Result<Done> {
        let stop = Stop::default();
        let flag = stop.0.clone();
        ctrlc::set_handler(move || flag.store(true, Ordering::Relaxed))
            .context("cannot watch for Ctrl-C")?;
        if args.batch {
            return judge_all(args, &stop);
        }
        let [log] = &args.logs[..] else {
            return Err(Usage(
                "several logs are judged together with --batch; a fork goes on from one".into(),
            )
            .into());
        };
        let recorded = Recorded::read(log)?;
        if let Some(lost) = &recorded.lost {
            say(format_args!(
                "takeover: {}: {lost}; forked from what there is",
                log.display()
            ));
        }
        let tick = moment(args, &recorded)?;
        let base = Base::new(args, &recorded, tick)?;
        let mut forks = Vec::new();
        for who in &args.operator {
            match one(args, &recorded, &base, who, &stop) {
                Ok(fork) => forks.push((who, fork)),
                Err(why) => match why.downcast::<ForkError>() {
                    Ok(differs @ ForkError::Differs { .. }) => {
                        say(format_args!("takeover: {differs}"));
                        return Ok(Done::Differs);
                    }
                    Ok(ForkError::Stopped) => {
                        say("takeover: stopped before the fork was over");
                        return Ok(Done::Incomplete);
                    }
                    Ok(other) => return Err(other.into()),
                    Err(other) => return Err(other),
                },
            }
        }
        tell(args, &recorded, &base, &forks)?;
        Ok(Done::Fine)
    }

    /// All takeovers of all logs, by what the automation alone would have met.
    fn judge_all(args: &Args, stop: &Stop) -> anyhow::Result<Done> {
        let batch = batch(&args.logs, stop);
        if args.json {
            print([serde_json::to_string_pretty(&batch)?])?;
        } else {
            print(batch.lines())?;
        }
        for (log, why) in &batch.skipped {
            say(format_args!("takeover: {}: skipped: {why}", log.display()));
        }
        Ok(if batch.skipped.is_empty() {
            Done::Fine
        } else {
            Done::Incomplete
        })
    }

    /// What all forks of a call share.
    struct Base {
        scenario: Arc<Scenario>,
        link: Option<String>,
        tick: u64,
        change: Change,
        /// By how many ticks a person's answer moves.
        later: i64,
        names: Vec<String>,
    }

    /// The tick of the fork.
    fn moment(args: &Args, recorded: &Recorded) -> anyhow::Result<u64> {
        let asked = |e: &Event| matches!(e, Event::RequestRaised { .. });
        let taken = |e: &Event| matches!(e, Event::TakenOver { .. });
        let any = |is: fn(&Event) -> bool| recorded.events.iter().any(|e| is(&e.event));
        let at = match args.at {
            Some(at) => at,
            None if any(asked) => At::REQUEST,
            None if any(taken) => At::TAKEOVER,
            None => {
                return Err(anyhow!(
                    "{}: nobody was asked and nobody took over: say from when on, with --at",
                    recorded.path.display()
                ));
            }
        };
        let tick = at.tick(&recorded.events, (0, recorded.ticks()));
        let tick = tick.map_err(|why| anyhow!("{}: --at: {why}", recorded.path.display()))?;
        say(format_args!(
            "forked at {at}: tick {tick}, {:.2} s",
            tick as f64 / 100.0
        ));
        Ok(tick)
    }

    impl Base {
        fn new(args: &Args, recorded: &Recorded, tick: u64) -> anyhow::Result<Self> {
            let mut scenario = Scenario::clone(&recorded.scenario);
            if let Some(vehicle) = &args.vehicle {
                scenario = scenario.with_vehicle(vehicle).map_err(anyhow::Error::msg)?;
                say(
                    "with another vehicle the run is driven from its start: up to the fork it is another run as well",
                );
            }
            let link = args.link.clone().or_else(|| recorded.info.link.clone());
            if let Some(text) = &link {
                let found = super::super::link::find(text).with_context(|| {
                    format!(
                        "the link `{text}`{}",
                        if args.link.is_none() {
                            " of the log; choose one with --link"
                        } else {
                            ""
                        }
                    )
                })?;
                scenario
                    .change_link(found)
                    .map_err(|why| anyhow!("link {text}: {why}"))?;
            }
            if let Some(text) = &args.alerts {
                scenario.alerts = Alerts::load(text).context("--alerts")?;
            }
            let policy = match &args.policy {
                None => None,
                Some(file) => {
                    takeover::scenario::load_policy(file, &scenario.network)?;
                    let text = std::fs::read_to_string(file)
                        .with_context(|| format!("{}", file.display()))?;
                    parse_policy(&text, &scenario.network).map_err(anyhow::Error::msg)?;
                    Some(text)
                }
            };
            let mut change = Change {
                policy,
                ..Change::default()
            };
            let mut later = 0;
            if let Some(shift) = args.request_shift {
                if !shift.is_finite() || shift.abs() > 1e6 {
                    return Err(Usage(format!("--request-shift: expected s, got {shift}")).into());
                }
                later = (shift * 100.0).round() as i64;
                let (asked, was) = shifted(recorded, tick, later).map_err(anyhow::Error::msg)?;
                say(format_args!(
                    "the request of {:.2} s comes at {:.2} s",
                    was as f64 / 100.0,
                    asked.tick as f64 / 100.0
                ));
                change.request = Some(asked);
            }
            let traffic = Traffic::new(&scenario.network, &scenario.traffic, recorded.info.seed);
            Ok(Self {
                names: traffic.names(),
                scenario: Arc::new(scenario),
                link,
                tick,
                change,
                later,
            })
        }
    }

    fn one(
        args: &Args,
        recorded: &Recorded,
        base: &Base,
        who: &ForkWho,
        stop: &Stop,
    ) -> anyhow::Result<Forked> {
        let mut script = None;
        let start = base.tick as f64 / 100.0;
        let mut fork = Fork {
            of: recorded
                .path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            tick: base.tick,
            change: base.change.clone(),
            vehicle: args.vehicle.clone(),
        };
        let operator: Box<dyn Operator> = match who {
            ForkWho::Nobody => Box::new(Nobody),
            ForkWho::Alone => {
                fork.change.alone = true;
                Box::new(Nobody)
            }
            ForkWho::Model => Box::new(Model::new(Arc::clone(&base.scenario), args.seed)),
            ForkWho::Script(file) => {
                let read = Script::load(file)?;
                script = Some(read.text.clone());
                Box::new(Scripted::new(read).from(start))
            }
            ForkWho::Recorded => Box::new(Nobody),
            ForkWho::Human => return by_hand(args, recorded, base, fork, stop),
        };
        // The same once more is the same run: nothing is changed in it.
        let who_drives = match who {
            ForkWho::Recorded => Who::Recorded { later: base.later },
            _ => Who::Operator(operator),
        };
        let recorder = if args.no_log {
            None
        } else {
            Some(recorder(
                args,
                recorded,
                base,
                who,
                &fork,
                script.as_deref(),
            )?)
        };
        let plan = Plan {
            name: who.to_string(),
            scenario: Arc::clone(&base.scenario),
            fork,
            who: who_drives,
            at_most: args.length.map(|s| (s * 100.0).round().max(1.0) as u64),
        };
        Ok(drive(recorded, plan, recorder, stop)?)
    }

    #[cfg(not(feature = "station"))]
    fn by_hand(_: &Args, _: &Recorded, _: &Base, _: Fork, _: &Stop) -> anyhow::Result<Forked> {
        let why = "by hand is for the station's window: build with `--features station`";
        Err(Usage(why.into()).into())
    }

    #[cfg(feature = "station")]
    fn by_hand(
        args: &Args,
        recorded: &Recorded,
        base: &Base,
        fork: Fork,
        stop: &Stop,
    ) -> anyhow::Result<Forked> {
        use std::sync::{Mutex, PoisonError};
        use takeover::replay::fork::prepare;
        use takeover::replay::outcome::Watch;
        use takeover::session::choice::{Choice, Who as Answers};

        if args.length.is_some() {
            let why = "--for is for those who do not end by themselves: a person ends a fork by hand with Esc";
            return Err(Usage(why.into()).into());
        }
        // Before there is a log of it.
        takeover::station::check().map_err(|why| anyhow!("--operator human: {why}"))?;
        let who = ForkWho::Human;
        let recorder = if args.no_log {
            None
        } else {
            Some(recorder(args, recorded, base, &who, &fork, None)?)
        };
        let choice = Choice {
            scenario: recorded.path.clone(),
            operator: Answers::Human,
            seed: recorded.info.seed,
            ..Choice::default()
        };
        let new = || Watch::new(who.to_string(), &base.scenario, &base.names, base.tick);
        let watch = Arc::new(Mutex::new(Some(new())));
        let seen = Arc::clone(&watch);
        let scenario = Arc::clone(&base.scenario);
        let of = recorded.clone();
        let report = super::super::station::by_hand(
            Arc::clone(&stop.0),
            choice,
            Arc::clone(&base.scenario),
            base.tick as f64 / 100.0,
            move |operator| {
                let session = prepare(&of, &scenario, &fork, operator, recorder, |_| {})?;
                Ok(session)
            },
            move |session| {
                let mut watch = seen.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(watch) = watch.as_mut() {
                    watch.frame(session.frame());
                }
            },
        )?;
        let watch = watch.lock().unwrap_or_else(PoisonError::into_inner).take();
        let watch = watch.unwrap_or_else(new);
        Ok(Forked {
            outcome: watch.finish_with(Some(report.outcome), &report.takeovers),
            hash: u64::from_str_radix(&report.state_hash, 16).unwrap_or_default(),
            ticks: report.ticks,
            log: report.log,
        })
    }

    fn recorder(
        args: &Args,
        recorded: &Recorded,
        base: &Base,
        who: &ForkWho,
        fork: &Fork,
        script: Option<&str>,
    ) -> anyhow::Result<Recorder> {
        let started_ns = realtime_ns(std::time::SystemTime::now());
        let info = RunInfo {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION").into(),
            platform: platform(),
            operator: who.to_string(),
            pace: if *who == ForkWho::Human {
                "realtime"
            } else {
                "fast"
            }
            .into(),
            started_ns,
            link: base.link.clone(),
            fork: Some(fork.clone()),
            participant: None,
            conditions: Default::default(),
            ..recorded.info.clone()
        };
        let stem = recorded
            .path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy();
        let short = match who {
            ForkWho::Script(_) => "script".to_string(),
            other => other.to_string(),
        };
        let name = format!("{stem}-fork-{short}-{}", started_ns / 1_000_000);
        fresh(&args.out, &name, |path| {
            Recorder::create(path, &info, &base.scenario, script)
        })
    }

    /// Only creating a file tells whether its name is free.
    fn fresh(
        folder: &Path,
        name: &str,
        create: impl Fn(&Path) -> Result<Recorder, RecordError>,
    ) -> anyhow::Result<Recorder> {
        let mut file = format!("{name}.mcap");
        for n in 1.. {
            match create(&folder.join(&file)) {
                Err(RecordError::Exists { .. }) if n < 1000 => file = format!("{name}-{n}.mcap"),
                other => return Ok(other?),
            }
        }
        unreachable!("the loop ends by returning")
    }

    fn tell(
        args: &Args,
        recorded: &Recorded,
        base: &Base,
        forks: &[(&ForkWho, Forked)],
    ) -> anyhow::Result<()> {
        let mut outcomes = vec![of_record(recorded, &base.names, base.tick)?];
        outcomes.extend(forks.iter().map(|(_, f)| f.outcome.clone()));
        if args.json {
            let forks = forks.iter().map(|(who, f)| {
                serde_json::json!({
                    "operator": who.to_string(),
                    "log": f.log,
                    "ticks": f.ticks,
                    "state_hash": format!("{:016x}", f.hash),
                    "outcome": f.outcome,
                })
            });
            let object = serde_json::json!({
                "log": recorded.path,
                "tick": base.tick,
                "time_s": base.tick as f64 / 100.0,
                "change": base.change,
                "vehicle": args.vehicle,
                "link": base.link,
                "recorded": outcomes[0],
                "forks": forks.collect::<Vec<_>>(),
            });
            return print([serde_json::to_string_pretty(&object)?]);
        }
        let mut lines = table(&outcomes);
        for (who, fork) in forks {
            if let Some(log) = &fork.log {
                lines.push(format!("log of {who}: {}", log.display()));
            }
        }
        print(lines)
    }
}
