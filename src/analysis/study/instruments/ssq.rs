//! SSQ: simulator sickness.

use super::answers::{Answers, items};
use super::{Block, Declaration, Instrument, Items, Range, Score};

const BLOCKS: &[Block] = &[Block {
    count: 16,
    names: &[],
    range: Range::whole(0.0, 3.0),
}];

/// An item may count twice: these are the published lists.
const OF_NAUSEA: [usize; 7] = items([1, 6, 7, 8, 9, 15, 16]);
const OF_OCULOMOTOR: [usize; 7] = items([1, 2, 3, 4, 5, 9, 11]);
const OF_DISORIENTATION: [usize; 7] = items([5, 8, 10, 11, 12, 13, 14]);
const ITEMS: [usize; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

const NAUSEA: Declaration = Declaration {
    name: "ssq_nausea",
    unit: "",
    least: Some(0.0),
    most: Some(200.34),
    group: "SSQ",
    definition: "9.54 times the sum of items 1, 6, 7, 8, 9, 15, 16; more is sicker",
    source: "Kennedy, Lane, Berbaum and Lilienthal 1993",
    missing: "an item of it was not answered; the other subscales do not hang on it",
};
const OCULOMOTOR: Declaration = Declaration {
    name: "ssq_oculomotor",
    most: Some(159.18),
    definition: "7.58 times the sum of items 1, 2, 3, 4, 5, 9, 11; more is sicker",
    ..NAUSEA
};
const DISORIENTATION: Declaration = Declaration {
    name: "ssq_disorientation",
    most: Some(292.32),
    definition: "13.92 times the sum of items 5, 8, 10, 11, 12, 13, 14; more is sicker",
    ..NAUSEA
};
const TOTAL: Declaration = Declaration {
    name: "ssq_total",
    most: Some(235.62),
    definition: "3.74 times the sum of the three sums, before their factors: an item in two of them counts twice",
    missing: "an item was not answered",
    ..NAUSEA
};

pub static SSQ: Instrument = Instrument {
    names: &["ssq"],
    title: "SSQ, Simulator Sickness Questionnaire",
    items: Items::Listed(BLOCKS),
    scores: &[NAUSEA, OCULOMOTOR, DISORIENTATION, TOTAL],
    score,
};

fn score(answers: &Answers) -> Vec<Score> {
    let sum = |items| answers.all(items).map(|r| r.iter().sum::<f64>());
    let (nausea, oculomotor) = (sum(&OF_NAUSEA), sum(&OF_OCULOMOTOR));
    let disorientation = sum(&OF_DISORIENTATION);
    let total = answers.all(&ITEMS).and_then(|_| {
        let sums = [
            nausea.clone()?,
            oculomotor.clone()?,
            disorientation.clone()?,
        ];
        Ok(3.74 * sums.iter().sum::<f64>())
    });
    let score = |declared: &Declaration, items, factor: f64, sum: Result<f64, String>| {
        declared.score(answers.count(items), sum.map(|s| factor * s))
    };
    vec![
        score(&NAUSEA, &OF_NAUSEA, 9.54, nausea),
        score(&OCULOMOTOR, &OF_OCULOMOTOR, 7.58, oculomotor),
        score(&DISORIENTATION, &OF_DISORIENTATION, 13.92, disorientation),
        TOTAL.score(answers.count(&ITEMS), total),
    ]
}
