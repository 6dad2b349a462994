//! Trust between people and automation, by Jian, Bisantz and Drury.

use super::answers::{Answers, mean};
use super::{Block, Declaration, Instrument, Items, Range, Score};

const BLOCKS: &[Block] = &[Block {
    count: 12,
    names: &[],
    range: Range::whole(1.0, 7.0),
}];

const ITEMS: [usize; 12] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
/// The first five items are about distrust.
const REVERSED: usize = 5;

const TRUST: Declaration = Declaration {
    name: "jian_trust",
    unit: "",
    least: Some(1.0),
    most: Some(7.0),
    group: "Trust (Jian)",
    definition: "mean of the 12 items, items 1 to 5 reversed (8 - x); more is more trust",
    source: "Jian, Bisantz and Drury 2000",
    missing: "an item was not answered",
};

pub static JIAN: Instrument = Instrument {
    names: &["jian", "jian_trust"],
    title: "Trust between people and automation (Jian et al.)",
    items: Items::Listed(BLOCKS),
    scores: &[TRUST],
    score,
};

fn score(answers: &Answers) -> Vec<Score> {
    let value = answers.all(&ITEMS).and_then(|mut responses| {
        for x in responses.iter_mut().take(REVERSED) {
            *x = 8.0 - *x;
        }
        mean(&responses)
    });
    vec![TRUST.score(answers.count(&ITEMS), value)]
}
