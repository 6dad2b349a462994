//! SAGAT: situation awareness by what a person knows when the simulation freezes.
//!
//! The queries are the study's own. A query's key says its level: `level1_gap`, `level3_who_yields`. The
//! response is 1 if the answer was right, 0 if not. A query that is put at several freezes has a row for each.

use super::answers::Answers;
use super::{Declaration, Instrument, Items, Range, Score};

const PREFIXES: [&str; 3] = ["level1_", "level2_", "level3_"];

fn level(key: &str) -> Option<usize> {
    let named = |prefix: &str| key.strip_prefix(prefix).is_some_and(|n| !n.is_empty());
    PREFIXES.iter().position(|prefix| named(prefix))
}

const LEVEL_1: Declaration = Declaration {
    name: "sagat_level1",
    unit: "%",
    least: Some(0.0),
    most: Some(100.0),
    group: "SAGAT",
    definition: "right answers of all answers to queries of level 1 (perception)",
    source: "Endsley 1988, 1995",
    missing: "no query of the level was put, or one has no answer: an answer that was not given is 0",
};
const LEVEL_2: Declaration = Declaration {
    name: "sagat_level2",
    definition: "right answers of all answers to queries of level 2 (comprehension)",
    ..LEVEL_1
};
const LEVEL_3: Declaration = Declaration {
    name: "sagat_level3",
    definition: "right answers of all answers to queries of level 3 (projection)",
    ..LEVEL_1
};
const QUERY: Declaration = Declaration {
    name: "sagat_query_QUERY",
    definition: "right answers of all answers to one query",
    missing: "it has no answer: an answer that was not given is 0",
    ..LEVEL_1
};

pub static SAGAT: Instrument = Instrument {
    names: &["sagat"],
    title: "SAGAT, Situation Awareness Global Assessment Technique",
    items: Items::Free {
        is_key: |key| level(key).is_some(),
        keys: "level1_NAME, level2_NAME or level3_NAME, where NAME is your query",
        range: Range::whole(0.0, 1.0),
    },
    scores: &[LEVEL_1, LEVEL_2, LEVEL_3, QUERY],
    score,
};

/// Percent right.
fn percent(responses: &[Option<f64>]) -> Result<f64, String> {
    if responses.is_empty() {
        return Err("no query was put".to_string());
    }
    let given: Vec<f64> = responses.iter().copied().flatten().collect();
    let missing = responses.len() - given.len();
    if missing > 0 {
        let n = responses.len();
        return Err(format!(
            "{missing} of {n} queries have no answer (write 0 for one not given)"
        ));
    }
    Ok(100.0 * given.iter().sum::<f64>() / given.len() as f64)
}

fn given(responses: &[Option<f64>]) -> usize {
    responses.iter().flatten().count()
}

fn score(answers: &Answers) -> Vec<Score> {
    let mut scores = Vec::new();
    for (index, declared) in [LEVEL_1, LEVEL_2, LEVEL_3].iter().enumerate() {
        let of_level = answers
            .free()
            .iter()
            .filter(|(key, _)| level(key) == Some(index));
        let all: Vec<Option<f64>> = of_level.flat_map(|(_, r)| r.iter().copied()).collect();
        scores.push(declared.score(given(&all), percent(&all)));
    }
    for (key, responses) in answers.free() {
        let name = format!("sagat_query_{key}");
        scores.push(QUERY.score_of(name, given(responses), percent(responses)));
    }
    scores
}
