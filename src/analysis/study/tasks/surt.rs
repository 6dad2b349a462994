//! SuRT-like: find the larger circle among others. After ISO/TS 14198, whose sizes are not ours.
//!
//! A row for each display: `rt_ms` or `rt_s`, empty if there was no answer, and `correct`, 1 or 0.

use super::super::error::StudyError;
use super::super::file::File;
use super::super::score::{Declaration, Score, Scores};

const RT: Declaration = Declaration {
    name: "surt_rt_ms",
    unit: "ms",
    least: Some(0.0),
    most: None,
    group: "SuRT-like",
    definition: "mean time from the display to the answer, right and wrong answers alike",
    source: "after ISO/TS 14198",
    missing: "there is no answer",
};
const CORRECT: Declaration = Declaration {
    name: "surt_correct",
    unit: "",
    most: Some(1.0),
    definition: "displays with the right answer of all displays; one without an answer is wrong",
    missing: "never: there is at least one display",
    ..RT
};

pub(super) const SCORES: &[Declaration] = &[RT, CORRECT];

pub(super) fn score(file: &File) -> Result<Scores, StudyError> {
    let correct = file.need("correct")?;
    let (rt, to_ms) = match file.find("rt_ms") {
        Some(rt) => (rt, 1.0),
        None => (file.need("rt_s")?, 1000.0),
    };
    let trial = |line: &_| {
        let time = file.number(line, rt)?.map(|t| t * to_ms);
        let right = file.flag(
            line,
            correct,
            "write 1 for the right answer, 0 for a wrong one or none",
        )?;
        if time.is_some_and(|t| t < 0.0) {
            return Err(file.wrong(line, rt, "a time of 0 or more", "correct it"));
        }
        if right && time.is_none() {
            let fix = "write the time, or 0 for `correct` if there was no answer";
            return Err(file.wrong(line, rt, "a time for the right answer", fix));
        }
        Ok((time, right))
    };
    super::by_group(file, &[correct, rt], trial, scores)
}

/// Of each display: the time of the answer in ms, and whether it was right.
fn scores(trials: &[(Option<f64>, bool)]) -> Vec<Score> {
    let n = trials.len();
    let times: Vec<f64> = trials.iter().filter_map(|(time, _)| *time).collect();
    let mean = match times.len() {
        0 => Err("there is no answer".to_string()),
        n => Ok(times.iter().sum::<f64>() / n as f64),
    };
    let right = trials.iter().filter(|(_, right)| *right).count();
    let share = match n {
        0 => Err("there is no display".to_string()),
        n => Ok(right as f64 / n as f64),
    };
    vec![RT.score(times.len(), mean), CORRECT.score(n, share)]
}
