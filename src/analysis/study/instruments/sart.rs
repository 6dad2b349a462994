//! SART-10D: situation awareness as rated by the person.

use super::answers::Answers;
use super::{Block, Declaration, Instrument, Items, Range, Score};

/// Demand, then supply, then understanding. Names of the dimensions only.
const BLOCKS: &[Block] = &[Block {
    count: 10,
    names: &[
        "instability",
        "complexity",
        "variability",
        "arousal",
        "concentration",
        "division",
        "spare_capacity",
        "information_quantity",
        "information_quality",
        "familiarity",
    ],
    range: Range::whole(1.0, 7.0),
}];

const OF_DEMAND: [usize; 3] = [0, 1, 2];
const OF_SUPPLY: [usize; 4] = [3, 4, 5, 6];
const OF_UNDERSTANDING: [usize; 3] = [7, 8, 9];
const ITEMS: [usize; 10] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

const AWARENESS: Declaration = Declaration {
    name: "sart",
    unit: "",
    least: Some(-14.0),
    most: Some(46.0),
    group: "SART-10D",
    definition: "understanding - (demand - supply); more is more awareness",
    source: "Taylor 1990",
    missing: "an item was not answered",
};
const DEMAND: Declaration = Declaration {
    name: "sart_demand",
    least: Some(3.0),
    most: Some(21.0),
    definition: "sum of instability, complexity, variability (items 1 to 3)",
    missing: "an item of it was not answered",
    ..AWARENESS
};
const SUPPLY: Declaration = Declaration {
    name: "sart_supply",
    least: Some(4.0),
    most: Some(28.0),
    definition: "sum of arousal, concentration, division, spare capacity (items 4 to 7)",
    ..DEMAND
};
const UNDERSTANDING: Declaration = Declaration {
    name: "sart_understanding",
    definition: "sum of information quantity, information quality, familiarity (items 8 to 10)",
    ..DEMAND
};

pub static SART: Instrument = Instrument {
    names: &["sart", "sart_10d"],
    title: "SART-10D, Situation Awareness Rating Technique",
    items: Items::Listed(BLOCKS),
    scores: &[AWARENESS, DEMAND, SUPPLY, UNDERSTANDING],
    score,
};

fn score(answers: &Answers) -> Vec<Score> {
    let sum = |items| answers.all(items).map(|r| r.iter().sum::<f64>());
    let (demand, supply) = (sum(&OF_DEMAND), sum(&OF_SUPPLY));
    let understanding = sum(&OF_UNDERSTANDING);
    let awareness = answers
        .all(&ITEMS)
        .and_then(|_| Ok(understanding.clone()? - (demand.clone()? - supply.clone()?)));
    vec![
        AWARENESS.score(answers.count(&ITEMS), awareness),
        DEMAND.score(answers.count(&OF_DEMAND), demand),
        SUPPLY.score(answers.count(&OF_SUPPLY), supply),
        UNDERSTANDING.score(answers.count(&OF_UNDERSTANDING), understanding),
    ]
}
