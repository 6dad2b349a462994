//! What is kept of every log: a row for each takeover and one for the run. Everything after reading goes by these.

use super::answer::Answer;
use super::case::{Case, microseconds};
use super::metric::{self, Of};
use super::run::Run;
use super::run_case::RunCase;
use super::settings::Settings;
use super::table::Value;
use crate::assess::detection::Counts;
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::OnceLock;

/// Which run something is of.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Origin {
    pub log: PathBuf,
    pub participant: Option<String>,
    /// Factors of the study: name and level.
    pub factors: BTreeMap<String, String>,
    pub scenario: String,
    /// Of the scenario's text.
    pub scenario_hash: u64,
    pub seed: u64,
    pub operator: String,
    pub link: Option<String>,
    pub started_ns: i64,
    /// Head of the record's chain of hashes: that of a copy is the same.
    pub seal: Option<String>,
    pub version: String,
    /// What is missing or damaged, in words.
    pub lost: Option<String>,
    pub arm: Arm,
}

/// Who was there to be asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Arm {
    /// A person, a script or a model.
    #[default]
    Team,
    /// Nobody: requests end in minimal-risk manoeuvres.
    Unattended,
    /// It is a what-if of another run.
    Fork,
}

/// A takeover, or a request that nobody answered.
#[derive(Clone, Debug)]
pub struct TakeoverRow {
    /// From 1, as `inspect` counts.
    pub number: usize,
    pub request: Option<u32>,
    pub reason: String,
    /// In the order of the metrics of this level.
    pub values: Vec<Value>,
    /// Reaction time by each of [`GRID`], s; none: not crossed in the window.
    pub sensitivity: Vec<Option<f64>>,
    /// Reaction time or time of censoring, s, and which; none if nobody asked.
    pub observed: Option<(f64, bool)>,
    /// How long an operator was needed, s.
    pub needed_s: f64,
}

/// A run with its takeovers.
#[derive(Clone, Debug)]
pub struct RunRow {
    pub origin: Origin,
    pub values: Vec<Value>,
    pub takeovers: Vec<TakeoverRow>,
    pub detection: Counts,
}

/// Thresholds at which reaction times are told again: degrees of steering wheel, share of a pedal.
pub const GRID: [(f32, f32); 6] = [
    (1.0, 0.05),
    (2.0, 0.05),
    (2.0, 0.10),
    (4.0, 0.10),
    (4.0, 0.20),
    (8.0, 0.30),
];

/// Where a metric of a level stands in its rows.
pub fn place(level: &'static str, name: &str) -> Option<usize> {
    static PLACES: OnceLock<HashMap<(&'static str, &'static str), usize>> = OnceLock::new();
    let places = PLACES.get_or_init(|| {
        let levels = ["takeover", "run", "participant"];
        let of = |level| {
            metric::of_level(level)
                .enumerate()
                .map(move |(i, m)| ((level, m.name), i))
        };
        levels.into_iter().flat_map(of).collect()
    });
    // A name that is known lives as long as the program.
    let known = metric::of_level(level).find(|m| m.name == name)?;
    places.get(&(level, known.name)).copied()
}

impl TakeoverRow {
    pub fn value(&self, name: &str) -> &Value {
        place("takeover", name).map_or(&Value::Missing, |i| &self.values[i])
    }

    pub fn number(&self, name: &str) -> Option<f64> {
        self.value(name).number()
    }

    /// None where it is missing.
    pub fn is(&self, name: &str) -> Option<bool> {
        match self.value(name) {
            Value::Flag(flag) => Some(*flag),
            _ => None,
        }
    }

    pub fn words(&self, name: &str) -> Option<&str> {
        match self.value(name) {
            Value::Text(words) => Some(words),
            _ => None,
        }
    }

    fn of(case: &Case<'_>) -> Self {
        let values = metric::of_level("takeover").map(|m| match m.of {
            Of::Takeover(of) => of(case).cleaned(),
            _ => Value::Missing,
        });
        let told = case.told();
        let sensitivity = GRID.map(|(steering_deg, pedal)| {
            let raised = case.takeover.raised_s?;
            let other = Settings {
                steering_deg: Some(steering_deg),
                brake: Some(pedal),
                accelerator: Some(pedal),
                ..case.settings.clone()
            };
            let intent = other.intent(&case.run.scenario);
            let until = case.over + case.settings.window_s;
            let answer = Answer::find(&case.run.inputs, intent, raised, until);
            answer
                .threshold_s
                .filter(|_| case.taken())
                .zip(told)
                .map(|(to, from)| microseconds(to - from))
        });
        let reaction = case.reaction().map(|t| (t, true));
        Self {
            number: case.number,
            request: case.takeover.request,
            reason: case.takeover.reason.clone(),
            values: values.collect(),
            sensitivity: sensitivity.to_vec(),
            needed_s: case.needed_s,
            observed: reaction.or(case.censored().map(|t| (t, false))),
        }
    }
}

impl RunRow {
    /// All of a run that is kept.
    pub fn of(run: &Run, settings: &Settings) -> Self {
        let numbers = 1..=run.account.takeovers.len();
        let cases: Vec<Case<'_>> = numbers
            .filter_map(|n| Case::new(run, n, settings))
            .collect();
        let whole = RunCase::new(run, &cases, settings);
        let values = metric::of_level("run").map(|m| match m.of {
            Of::Run(of) => of(&whole).cleaned(),
            _ => Value::Missing,
        });
        Self {
            origin: Origin::of(run),
            values: values.collect(),
            takeovers: cases.iter().map(TakeoverRow::of).collect(),
            detection: whole.detection,
        }
    }

    pub fn value(&self, name: &str) -> &Value {
        place("run", name).map_or(&Value::Missing, |i| &self.values[i])
    }

    pub fn number(&self, name: &str) -> Option<f64> {
        self.value(name).number()
    }

    /// The level of a factor of the study, or of what every log has: scenario, operator, link.
    pub fn level(&self, factor: &str) -> Option<&str> {
        let origin = &self.origin;
        if let Some(level) = origin.factors.get(factor) {
            return Some(level);
        }
        match factor {
            "scenario" => Some(&origin.scenario),
            "operator" => Some(&origin.operator),
            "link" => Some(origin.link.as_deref().unwrap_or("the scenario's")),
            "participant" => origin.participant.as_deref(),
            _ => None,
        }
    }
}

impl Origin {
    fn of(run: &Run) -> Self {
        let info = &run.info;
        Self {
            log: run.log.clone(),
            participant: info.participant.clone(),
            factors: info.conditions.clone(),
            scenario: run.scenario_name(),
            scenario_hash: run.scenario_hash,
            seed: info.seed,
            operator: info.operator.clone(),
            link: info.link.clone(),
            started_ns: info.started_ns,
            seal: run.end.as_ref().and_then(|e| e.seal.clone()),
            version: info.version.clone(),
            lost: run.lost.clone(),
            arm: match (&info.fork, info.operator.as_str()) {
                (Some(_), _) => Arm::Fork,
                (None, "none") => Arm::Unattended,
                (None, _) => Arm::Team,
            },
        }
    }
}
