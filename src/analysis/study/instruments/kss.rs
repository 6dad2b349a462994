//! KSS: sleepiness.

use super::answers::Answers;
use super::{Block, Declaration, Instrument, Items, Range, Score};

const BLOCKS: &[Block] = &[Block {
    count: 1,
    names: &[],
    range: Range::whole(1.0, 9.0),
}];

const SLEEPINESS: Declaration = Declaration {
    name: "kss",
    unit: "",
    least: Some(1.0),
    most: Some(9.0),
    group: "KSS",
    definition: "the answer, about the last 5 minutes; 7 and more is sleepy; if asked repeatedly, each time is a condition",
    source: "Åkerstedt and Gillberg 1990",
    missing: "it was not answered",
};

pub static KSS: Instrument = Instrument {
    names: &["kss"],
    title: "KSS, Karolinska Sleepiness Scale",
    items: Items::Listed(BLOCKS),
    scores: &[SLEEPINESS],
    score,
};

fn score(answers: &Answers) -> Vec<Score> {
    let value = answers.all(&[0]).map(|responses| responses.iter().sum());
    vec![SLEEPINESS.score(answers.count(&[0]), value)]
}
