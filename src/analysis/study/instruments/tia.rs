//! TiA: trust in automation, by Körber.

use super::answers::{Answers, items, mean};
use super::{Block, Declaration, Instrument, Items, Range, Score};

const BLOCKS: &[Block] = &[Block {
    count: 19,
    names: &[],
    range: Range::whole(1.0, 5.0),
}];

const REVERSED: [usize; 5] = items([5, 7, 10, 15, 16]);

const RELIABILITY: Declaration = Declaration {
    name: "tia_reliability_competence",
    unit: "",
    least: Some(1.0),
    most: Some(5.0),
    group: "TiA (Körber)",
    definition: "mean of items 1, 6, 10, 13, 15, 19; 10 and 15 reversed (6 - x)",
    source: "Körber 2019",
    missing: "an item of the subscale was not answered; the other subscales do not hang on it",
};
const UNDERSTANDING: Declaration = Declaration {
    name: "tia_understanding_predictability",
    definition: "mean of items 2, 7, 11, 16; 7 and 16 reversed (6 - x)",
    ..RELIABILITY
};
const FAMILIARITY: Declaration = Declaration {
    name: "tia_familiarity",
    definition: "mean of items 3, 17",
    ..RELIABILITY
};
const DEVELOPERS: Declaration = Declaration {
    name: "tia_intention_of_developers",
    definition: "mean of items 4, 8",
    ..RELIABILITY
};
const PROPENSITY: Declaration = Declaration {
    name: "tia_propensity_to_trust",
    definition: "mean of items 5, 12, 18; 5 reversed (6 - x)",
    ..RELIABILITY
};
const TRUST: Declaration = Declaration {
    name: "tia_trust_in_automation",
    definition: "mean of items 9, 14",
    ..RELIABILITY
};

/// There is no sum over the subscales: the questionnaire has none.
const SUBSCALES: [(&Declaration, &[usize]); 6] = [
    (&RELIABILITY, &items([1, 6, 10, 13, 15, 19])),
    (&UNDERSTANDING, &items([2, 7, 11, 16])),
    (&FAMILIARITY, &items([3, 17])),
    (&DEVELOPERS, &items([4, 8])),
    (&PROPENSITY, &items([5, 12, 18])),
    (&TRUST, &items([9, 14])),
];

pub static TIA: Instrument = Instrument {
    names: &["tia"],
    title: "TiA, Trust in Automation (Körber)",
    items: Items::Listed(BLOCKS),
    scores: &[
        RELIABILITY,
        UNDERSTANDING,
        FAMILIARITY,
        DEVELOPERS,
        PROPENSITY,
        TRUST,
    ],
    score,
};

fn score(answers: &Answers) -> Vec<Score> {
    let subscale = |(declared, items): (&Declaration, &[usize])| {
        let value = answers.all(items).and_then(|responses| {
            let turned =
                responses
                    .iter()
                    .zip(items)
                    .map(|(x, item)| match REVERSED.contains(item) {
                        true => 6.0 - x,
                        false => *x,
                    });
            mean(&turned.collect::<Vec<_>>())
        });
        declared.score(answers.count(items), value)
    };
    SUBSCALES.into_iter().map(subscale).collect()
}
