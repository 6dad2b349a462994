//! NASA-TLX: workload, raw and weighted.

use super::answers::{Answers, mean};
use super::{Block, Declaration, Instrument, Items, Range, Score};

/// The six scales, and how often each was chosen in the fifteen pairs.
const BLOCKS: &[Block] = &[
    Block {
        count: 6,
        names: &[
            "mental",
            "physical",
            "temporal",
            "performance",
            "effort",
            "frustration",
        ],
        range: Range {
            least: 0.0,
            most: 100.0,
            whole: false,
        },
    },
    Block {
        count: 6,
        names: &[
            "weight_mental",
            "weight_physical",
            "weight_temporal",
            "weight_performance",
            "weight_effort",
            "weight_frustration",
        ],
        range: Range::whole(0.0, 5.0),
    },
];

const SCALES: [usize; 6] = [0, 1, 2, 3, 4, 5];
const WEIGHTS: [usize; 6] = [6, 7, 8, 9, 10, 11];
/// Pairs of six scales.
const PAIRS: f64 = 15.0;

const RAW: Declaration = Declaration {
    name: "nasa_tlx_raw",
    unit: "",
    least: Some(0.0),
    most: Some(100.0),
    group: "NASA-TLX",
    definition: "mean of the six scales, 0 to 100; Performance from good to poor, not reversed; more is more workload",
    source: "Hart and Staveland 1988; raw: Hart 2006",
    missing: "a scale was not answered",
};
const WEIGHTED: Declaration = Declaration {
    name: "nasa_tlx_weighted",
    definition: "sum of scale times weight, over 15; a scale's weight is how often it was chosen in the 15 pairs",
    source: "Hart and Staveland 1988",
    missing: "a scale or a weight was not answered, or the weights do not sum to 15",
    ..RAW
};

pub static NASA_TLX: Instrument = Instrument {
    names: &["nasa_tlx", "tlx"],
    title: "NASA-TLX",
    items: Items::Listed(BLOCKS),
    scores: &[RAW, WEIGHTED],
    score,
};

fn score(answers: &Answers) -> Vec<Score> {
    let ratings = answers.all(&SCALES);
    let raw = ratings.clone().and_then(|r| mean(&r));
    let weighted = ratings.and_then(|ratings| {
        if answers.count(&WEIGHTS) == 0 {
            return Err("no weights were given".to_string());
        }
        let weights = answers.all(&WEIGHTS)?;
        let sum: f64 = weights.iter().sum();
        if sum != PAIRS {
            return Err(format!("the weights sum to {sum}, not to {PAIRS}"));
        }
        Ok(ratings
            .iter()
            .zip(&weights)
            .map(|(r, w)| r * w)
            .sum::<f64>()
            / PAIRS)
    });
    let n = answers.count(&SCALES);
    vec![
        RAW.score(n, raw),
        WEIGHTED.score(n + answers.count(&WEIGHTS), weighted),
    ]
}
