//! One run, read from its record: what happened, what was measured, what the operator did.

use super::channels::{ChannelBuilder, Channels};
use super::lead::Shape;
use super::settings::Settings;
use crate::assess::calibration::ByFunction;
use crate::command::Input;
use crate::frame::End;
use crate::perception::Function;
use crate::record::{Entry, LogError, RunEnd, RunInfo, Stream};
use crate::replay::labels::{Identity, Labels, Rating};
use crate::scenario::Scenario;
use crate::session::tally::{Account, Tally};
use crate::takeover::event::{Event, TimedEvent};
use crate::traffic::Traffic;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// A record, read for analysis.
#[derive(Debug)]
pub struct Run {
    pub log: PathBuf,
    pub info: RunInfo,
    /// None if the program was killed before it could close the record.
    pub end: Option<RunEnd>,
    pub scenario: Arc<Scenario>,
    /// The same for all logs of the same scenario, whatever its file was called: of its text.
    pub scenario_hash: u64,
    pub account: Account,
    pub channels: Channels,
    /// In order of time.
    pub inputs: Vec<Input>,
    /// Reported confidence against the true probability, by function.
    pub trust: ByFunction,
    /// What raters said of it, beside the log.
    pub ratings: Vec<Rating>,
    /// Names of the others, in the order of the bodies behind the ego.
    pub names: Vec<String>,
    /// What is missing or damaged, in words.
    pub lost: Option<String>,
}

/// Why a log is left out.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    #[error(transparent)]
    Log(#[from] LogError),
    #[error("{}: the scenario inside the log cannot be used: {why}", path.display())]
    Scenario { path: PathBuf, why: String },
    #[error("{}: nothing was recorded: there is not one tick", path.display())]
    Empty { path: PathBuf },
}

impl Unusable {
    /// Without the log's name, for a table that has it.
    pub fn reason(&self, log: &Path) -> String {
        let all = self.to_string();
        let name = format!("{}: ", log.display());
        all.strip_prefix(&name).unwrap_or(&all).to_string()
    }
}

/// Scenarios by their text, and the others in them: thousands of logs hold the same few, and building roads and
/// tracks costs more than reading a short log.
#[derive(Debug, Default)]
pub struct Scenarios {
    scenarios: Mutex<HashMap<u64, Arc<Scenario>>>,
    /// By scenario and, where a seed places crowds, by seed.
    others: Mutex<HashMap<(u64, Option<u64>), Arc<Others>>>,
}

/// Names and shapes of the others, in the order of the bodies behind the ego.
#[derive(Debug)]
pub struct Others {
    names: Vec<String>,
    shapes: Vec<Shape>,
}

impl Others {
    fn of(scenario: &Scenario, seed: u64) -> Self {
        let traffic = Traffic::new(&scenario.network, &scenario.traffic, seed);
        let names = traffic.names();
        let shape = |i: usize| {
            let shape = traffic.shape(i);
            Shape {
                length: shape.length,
                width: shape.width,
                forward: -shape.cg_forward,
            }
        };
        let shapes = (0..names.len()).map(shape).collect();
        Self { names, shapes }
    }
}

/// Kept at most so many.
const KEPT: usize = 200;

impl Scenarios {
    fn get(&self, path: &Path, text: &str) -> Result<(Arc<Scenario>, u64), Unusable> {
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        let key = hasher.finish();
        if let Ok(known) = self.scenarios.lock()
            && let Some(scenario) = known.get(&key).filter(|s| s.text == text)
        {
            return Ok((Arc::clone(scenario), key));
        }
        let scenario = Scenario::parse(text).map_err(|problems| Unusable::Scenario {
            path: path.to_path_buf(),
            why: problems.first().map_or_else(String::new, |p| {
                format!("{}: expected {}, got {}", p.field, p.expected, p.got)
            }),
        })?;
        let scenario = Arc::new(scenario);
        if let Ok(mut known) = self.scenarios.lock()
            && known.len() < KEPT
        {
            known.insert(key, Arc::clone(&scenario));
        }
        Ok((scenario, key))
    }

    fn others(&self, scenario: &Scenario, hash: u64, seed: u64) -> Arc<Others> {
        let crowded = !scenario.traffic.flows.is_empty();
        let key = (hash, crowded.then_some(seed));
        if let Ok(known) = self.others.lock()
            && let Some(others) = known.get(&key)
        {
            return Arc::clone(others);
        }
        let others = Arc::new(Others::of(scenario, seed));
        if let Ok(mut known) = self.others.lock()
            && known.len() < KEPT
        {
            known.insert(key, Arc::clone(&others));
        }
        others
    }
}

impl Run {
    /// Reads a log. Damage does not stop it: [`Run::lost`] says what is missing.
    ///
    /// # Errors
    /// If the file is no record, holds no tick, or its scenario cannot be used.
    pub fn read(path: &Path, settings: &Settings, scenarios: &Scenarios) -> Result<Self, Unusable> {
        let mut stream = Stream::open(path)?;
        let (scenario, scenario_hash) = scenarios.get(path, &stream.scenario)?;
        let others = scenarios.others(&scenario, scenario_hash, stream.info.seed);
        let names = others.names.clone();
        let stabilised = settings.stabilised(&scenario);
        let mut tally = Tally::with(scenario.intent, stabilised, names.clone());
        let mut channels = ChannelBuilder::new(&scenario, &others.shapes, stream.info.tick_hz);
        let (mut inputs, mut trust) = (Vec::new(), ByFunction::default());
        let hz = stream.info.tick_hz;
        let lost = stream.each(true, |entry| {
            tally.entry(hz, &entry);
            match entry {
                Entry::State(state) => channels.state(&state),
                Entry::Command(command) => channels.command(command),
                Entry::Input(input) => inputs.push(input),
                Entry::Perception(p) => {
                    channels.confidence(p.confidence);
                    let reported = [
                        (Function::FreeSpace, p.free_space),
                        (Function::Lanes, p.lanes),
                        (Function::Objects, p.objects),
                        (Function::Signals, p.signals),
                        (Function::Localisation, p.localisation),
                        (Function::Prediction, p.prediction),
                    ];
                    for (function, reported) in reported {
                        if let Some(correct) = p.correct.get(function as usize) {
                            trust.expect(function, f64::from(reported), f64::from(*correct));
                        }
                    }
                }
                _ => {}
            }
        });
        let channels = channels.finish();
        if channels.is_empty() {
            let path = path.to_path_buf();
            return Err(Unusable::Empty { path });
        }
        let lost = match channels.broken {
            true => Some(match lost {
                Some(lost) => format!("{lost}; nothing is measured behind the long hole"),
                None => "nothing is measured behind a long hole".into(),
            }),
            false => lost,
        };
        let account = tally.finish();
        let identity = Identity::new(stream.info.started_ns, account.hash);
        let (ratings, lost) = match Labels::open(path, identity) {
            Ok(labels) => (labels.all(), lost),
            Err(why) => {
                let why = format!("its labels are left out: {why}");
                (
                    Vec::new(),
                    Some(lost.map_or(why.clone(), |lost| format!("{lost}; {why}"))),
                )
            }
        };
        Ok(Self {
            log: path.to_path_buf(),
            info: stream.info,
            end: stream.end,
            scenario,
            scenario_hash,
            account,
            ratings,
            channels,
            inputs,
            trust,
            names,
            lost,
        })
    }

    /// As the scenario's file is called.
    pub fn scenario_name(&self) -> String {
        let name = Path::new(&self.info.scenario).file_stem();
        name.map_or_else(
            || self.scenario.title.clone(),
            |n| n.to_string_lossy().into_owned(),
        )
    }

    /// Why it ended; none if the record was not closed.
    pub fn outcome(&self) -> Option<End> {
        self.end.as_ref().map(|e| e.outcome)
    }

    pub fn events(&self, is: impl Fn(&Event) -> bool) -> impl Iterator<Item = &TimedEvent> {
        let events = self.account.events.iter();
        events.filter(move |e| is(&e.event))
    }

    /// How many events there are of a kind.
    pub fn count(&self, is: impl Fn(&Event) -> bool) -> usize {
        self.events(is).count()
    }
}
