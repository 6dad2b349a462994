//! DRT, detection response task (ISO 17488:2016): attention that is left.
//!
//! A row for each stimulus. A response from 100 to 2500 ms after its onset is a hit; later, or none, is a
//! miss; earlier is an anticipation: nobody is that fast. Every stimulus is one of the three.

use super::super::error::StudyError;
use super::super::file::File;
use super::super::score::{Declaration, Score, Scores};

/// A valid reaction time, ms.
pub const FASTEST_MS: f64 = 100.0;
pub const SLOWEST_MS: f64 = 2500.0;

const HIT_RATE: Declaration = Declaration {
    name: "drt_hit_rate",
    unit: "",
    least: Some(0.0),
    most: Some(1.0),
    group: "DRT",
    definition: "hits of all stimuli; a hit is a response 100 to 2500 ms after the onset",
    source: "ISO 17488:2016",
    missing: "never: there is at least one stimulus",
};
const RT: Declaration = Declaration {
    name: "drt_rt_ms",
    unit: "ms",
    least: Some(FASTEST_MS),
    most: Some(SLOWEST_MS),
    definition: "mean reaction time of the hits, from the stimulus's onset",
    missing: "there is no hit",
    ..HIT_RATE
};
const HITS: Declaration = Declaration {
    name: "drt_hits",
    most: None,
    definition: "responses 100 to 2500 ms after the onset",
    ..HIT_RATE
};
const MISSES: Declaration = Declaration {
    name: "drt_misses",
    definition: "stimuli without a response, or with one after more than 2500 ms",
    ..HITS
};
const ANTICIPATIONS: Declaration = Declaration {
    name: "drt_anticipations",
    definition: "responses less than 100 ms after the onset: neither hit nor miss",
    ..HITS
};

pub(super) const SCORES: &[Declaration] = &[HIT_RATE, RT, HITS, MISSES, ANTICIPATIONS];

pub(super) fn score(file: &File) -> Result<Scores, StudyError> {
    let rt = file.find("rt_ms");
    let times = file.find("stimulus_s").zip(file.find("response_s"));
    let own: Vec<usize> = match (times, rt) {
        (Some((stimulus, response)), rt) => [stimulus, response].into_iter().chain(rt).collect(),
        (None, rt) => rt.into_iter().chain(file.find("stimulus_s")).collect(),
    };
    let trial = |line: &_| {
        let (column, rt) = match (rt, times) {
            // Measured where it happened: nearer to the truth than a difference of times.
            (Some(rt), _) => (rt, file.number(line, rt)?),
            (None, Some((stimulus, response))) => {
                let Some(onset) = file.number(line, stimulus)? else {
                    let fix = "write the stimulus's onset in s, or delete the row";
                    return Err(file.wrong(line, stimulus, "a time", fix));
                };
                let pressed = file.number(line, response)?;
                (response, pressed.map(|p| (p - onset) * 1000.0))
            }
            (None, None) => return Ok(None),
        };
        if rt.is_some_and(|rt| rt < 0.0) {
            let expected = "a response after the stimulus's onset";
            let fix = "leave it empty if the response belongs to no stimulus";
            return Err(file.wrong(line, column, expected, fix));
        }
        Ok(rt)
    };
    super::by_group(file, &own, trial, scores)
}

/// Of the reaction times in ms, one for each stimulus.
fn scores(trials: &[Option<f64>]) -> Vec<Score> {
    // A time in s with its rounding may be a hair off 100 or 2500 ms.
    let tolerance = 1e-6;
    let early = |rt: f64| rt < FASTEST_MS - tolerance;
    let hit = |rt: f64| !early(rt) && rt <= SLOWEST_MS + tolerance;
    let hits: Vec<f64> = trials
        .iter()
        .copied()
        .flatten()
        .filter(|rt| hit(*rt))
        .collect();
    let anticipations = trials.iter().flatten().filter(|rt| early(**rt)).count();
    let n = trials.len();
    let misses = n - hits.len() - anticipations;
    let share = match n {
        0 => Err("there is no stimulus".to_string()),
        n => Ok(hits.len() as f64 / n as f64),
    };
    let mean = match hits.len() {
        0 => Err("there is no hit".to_string()),
        n => Ok(hits.iter().sum::<f64>() / n as f64),
    };
    vec![
        HIT_RATE.score(n, share),
        RT.score(hits.len(), mean),
        HITS.score(n, Ok(hits.len() as f64)),
        MISSES.score(n, Ok(misses as f64)),
        ANTICIPATIONS.score(n, Ok(anticipations as f64)),
    ]
}
