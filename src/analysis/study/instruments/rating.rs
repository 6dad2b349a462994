//! Any other question with a number for an answer: a takeover's criticality, the TOC rating, comfort.
//!
//! The item's key is the study's own. Put several times (say, after each takeover), it has a row for each.

use super::answers::{Answers, mean};
use super::{Declaration, Instrument, Items, Range, Score};

const ITEM: Declaration = Declaration {
    name: "rating_ITEM",
    unit: "",
    least: None,
    most: None,
    group: "Ratings",
    definition: "mean of all answers to one question of the study's own",
    source: "the study",
    missing: "one of the answers is missing",
};

pub static RATING: Instrument = Instrument {
    names: &["rating"],
    title: "Ratings",
    items: Items::Free {
        is_key: |key| !key.is_empty(),
        keys: "any name",
        range: Range {
            least: f64::NEG_INFINITY,
            most: f64::INFINITY,
            whole: false,
        },
    },
    scores: &[ITEM],
    score,
};

fn score(answers: &Answers) -> Vec<Score> {
    let score = |(key, responses): &(String, Vec<Option<f64>>)| {
        let given: Vec<f64> = responses.iter().copied().flatten().collect();
        let n = responses.len();
        let missing = n - given.len();
        let value = match mean(&given) {
            Ok(mean) if missing == 0 => Ok(mean),
            _ => Err(format!("{missing} of {n} answers are missing")),
        };
        ITEM.score_of(format!("rating_{key}"), given.len(), value)
    };
    answers.free().iter().map(score).collect()
}
