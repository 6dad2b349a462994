//! n-back (delayed digit recall): working memory that is left.
//!
//! A row for each digit: `target` is 1 if it is the one n before, `response` is 1 if the person said so.

use super::super::error::StudyError;
use super::super::file::File;
use super::super::score::{Declaration, Score, Scores};
use crate::assess::normal;

const ACCURACY: Declaration = Declaration {
    name: "n_back_accuracy",
    unit: "",
    least: Some(0.0),
    most: Some(1.0),
    group: "n-back",
    definition: "digits with the right response of all digits",
    source: "proportion",
    missing: "never: there is at least one digit",
};
const D_PRIME: Declaration = Declaration {
    name: "n_back_d_prime",
    least: None,
    most: None,
    definition: "z(hit rate) - z(false-alarm rate); rates (hits + 0.5) / (targets + 1), (false alarms + 0.5) / (others + 1)",
    source: "Green and Swets 1966; log-linear correction: Hautus 1995",
    missing: "there are no targets, or nothing but targets",
    ..ACCURACY
};

pub(super) const SCORES: &[Declaration] = &[ACCURACY, D_PRIME];

pub(super) fn score(file: &File) -> Result<Scores, StudyError> {
    let (target, response) = (file.need("target")?, file.need("response")?);
    let trial = |line: &_| {
        let is_target = file.flag(line, target, "write 1 for a target, 0 for another digit")?;
        let said = file.flag(line, response, "write 1 for a response, 0 for none")?;
        Ok((is_target, said))
    };
    super::by_group(file, &[target, response], trial, scores)
}

/// Of each digit: is it a target, did the person respond.
fn scores(trials: &[(bool, bool)]) -> Vec<Score> {
    let n = trials.len();
    let count = |is: (bool, bool)| trials.iter().filter(|t| **t == is).count() as f64;
    let (hits, misses) = (count((true, true)), count((true, false)));
    let (alarms, rejections) = (count((false, true)), count((false, false)));
    let accuracy = match n {
        0 => Err("there are no digits".to_string()),
        n => Ok((hits + rejections) / n as f64),
    };
    let d_prime = if hits + misses == 0.0 {
        Err("there are no targets".to_string())
    } else if alarms + rejections == 0.0 {
        Err("there is nothing but targets".to_string())
    } else {
        let hit_rate = (hits + 0.5) / (hits + misses + 1.0);
        let alarm_rate = (alarms + 0.5) / (alarms + rejections + 1.0);
        Ok(normal::quantile(hit_rate) - normal::quantile(alarm_rate))
    };
    vec![ACCURACY.score(n, accuracy), D_PRIME.score(n, d_prime)]
}
