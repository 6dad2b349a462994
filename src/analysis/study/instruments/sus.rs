//! SUS: usability. © Digital Equipment Corporation, 1986 (Brooke 1996): names of items only.

use super::answers::Answers;
use super::{Block, Declaration, Instrument, Items, Range, Score};

const BLOCKS: &[Block] = &[Block {
    count: 10,
    names: &[
        "use_often",
        "complex",
        "easy",
        "need_support",
        "integrated",
        "inconsistent",
        "learn_quickly",
        "cumbersome",
        "confident",
        "learn_a_lot",
    ],
    range: Range::whole(1.0, 5.0),
}];

const ITEMS: [usize; 10] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

const TOTAL: Declaration = Declaration {
    name: "sus",
    unit: "",
    least: Some(0.0),
    most: Some(100.0),
    group: "SUS",
    definition: "2.5 times the sum of x - 1 (items 1, 3, 5, 7, 9) and 5 - x (items 2, 4, 6, 8, 10); more is more usable; not a percentage",
    source: "Brooke 1996",
    missing: "an item was not answered",
};

pub static SUS: Instrument = Instrument {
    names: &["sus"],
    title: "SUS, System Usability Scale",
    items: Items::Listed(BLOCKS),
    scores: &[TOTAL],
    score,
};

fn score(answers: &Answers) -> Vec<Score> {
    let value = answers.all(&ITEMS).map(|responses| {
        let points = responses.iter().enumerate().map(|(i, x)| match i % 2 {
            // Counted from 0: these are items 1, 3, 5, 7, 9.
            0 => x - 1.0,
            _ => 5.0 - x,
        });
        2.5 * points.sum::<f64>()
    });
    vec![TOTAL.score(answers.count(&ITEMS), value)]
}
