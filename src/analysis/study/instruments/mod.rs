//! Questionnaires: their items, the range of an answer, and how scores are made of them. One file each.
//!
//! Only keys of items are here, never a question's text: most questionnaires may be used, not handed on.
//! An item's key is its number in the published order; some have a name besides.

mod answers;
mod jian;
mod kss;
mod nasa_tlx;
mod rating;
mod sagat;
mod sart;
mod ssq;
mod sus;
mod tia;

pub(super) use answers::Answers;

use super::score::{Declaration, Score};

/// A questionnaire.
#[derive(Clone, Copy, Debug)]
pub struct Instrument {
    /// What a file may call it, its own name first.
    pub names: &'static [&'static str],
    pub title: &'static str,
    pub items: Items,
    pub scores: &'static [Declaration],
    score: fn(&Answers) -> Vec<Score>,
}

/// The items of a questionnaire.
#[derive(Clone, Copy, Debug)]
pub enum Items {
    /// These, each answered once. The first block's have numbers, too.
    Listed(&'static [Block]),
    /// Any whose key this lets pass, each answered as often as you like. With what it lets pass, in words.
    Free {
        is_key: fn(&str) -> bool,
        keys: &'static str,
        range: Range,
    },
}

/// Items with the same range.
#[derive(Clone, Copy, Debug)]
pub struct Block {
    pub count: usize,
    /// In the published order; none if the items have numbers only.
    pub names: &'static [&'static str],
    pub range: Range,
}

/// The range of an answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    pub least: f64,
    pub most: f64,
    /// Whole numbers only.
    pub whole: bool,
}

impl Range {
    const fn whole(least: f64, most: f64) -> Self {
        let whole = true;
        Self { least, most, whole }
    }
}

/// An item that an answer is for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Item {
    /// Among all that are listed; none if the item is free.
    index: Option<usize>,
    pub key: String,
    range: Range,
}

impl Item {
    pub fn allows(&self, value: f64) -> bool {
        let Range { least, most, whole } = self.range;
        (least..=most).contains(&value) && (!whole || libm::trunc(value) == value)
    }

    /// In words.
    pub fn range(&self) -> String {
        let Range { least, most, whole } = self.range;
        let number = if whole { "a whole number" } else { "a number" };
        match (least.is_finite(), most.is_finite()) {
            (true, true) => format!("{number} from {least} to {most}"),
            _ => number.to_string(),
        }
    }
}

/// All, in the order of the documentation.
pub static ALL: &[&Instrument] = &[
    &nasa_tlx::NASA_TLX,
    &sus::SUS,
    &jian::JIAN,
    &tia::TIA,
    &ssq::SSQ,
    &kss::KSS,
    &sart::SART,
    &sagat::SAGAT,
    &rating::RATING,
];

/// By any of its names; capitals, spaces and hyphens do not matter (`NASA-TLX` is `nasa_tlx`).
pub fn find(name: &str) -> Option<&'static Instrument> {
    let name = key(name);
    ALL.iter()
        .copied()
        .find(|i| i.names.contains(&name.as_str()))
}

/// Their own names, for an error.
pub(super) fn names() -> String {
    ALL.iter().map(|i| i.name()).collect::<Vec<_>>().join(", ")
}

/// In small letters, with underscores.
fn key(text: &str) -> String {
    text.to_lowercase().replace([' ', '-'], "_")
}

impl Instrument {
    pub fn name(&self) -> &'static str {
        self.names.first().copied().unwrap_or_default()
    }

    /// Keys of the items that are listed, in order.
    pub fn keys(&self) -> Vec<String> {
        let Items::Listed(blocks) = self.items else {
            return Vec::new();
        };
        let of_block = |block: &Block| {
            let names = block.names;
            let key = move |i: usize| {
                names
                    .get(i)
                    .map_or_else(|| (i + 1).to_string(), ToString::to_string)
            };
            (0..block.count).map(key)
        };
        blocks.iter().flat_map(of_block).collect()
    }

    /// Keys of the items, for an error.
    pub fn items_shown(&self) -> String {
        match self.items {
            Items::Free { keys, .. } => keys.to_string(),
            Items::Listed([block]) if block.names.is_empty() => match block.count {
                1 => "1".to_string(),
                count => format!("1 to {count}"),
            },
            Items::Listed(blocks) => {
                let count = blocks.first().map_or(0, |b| b.count);
                format!("1 to {count}, or {}", self.keys().join(", "))
            }
        }
    }

    /// The item of this name or number; capitals, spaces and hyphens do not matter.
    pub(super) fn item(&self, name: &str) -> Option<Item> {
        let name = key(name);
        let blocks = match self.items {
            Items::Listed(blocks) => blocks,
            Items::Free { is_key, range, .. } => {
                return is_key(&name).then_some(Item {
                    index: None,
                    key: name,
                    range,
                });
            }
        };
        let numbered = blocks.first().map_or(0, |b| b.count);
        let number = name
            .parse::<usize>()
            .ok()
            .filter(|n| (1..=numbered).contains(n));
        let keys = self.keys();
        let index = match number {
            Some(number) => number - 1,
            None => keys.iter().position(|k| *k == name)?,
        };
        let mut end = 0;
        let block = blocks.iter().find(|b| {
            end += b.count;
            index < end
        })?;
        Some(Item {
            index: Some(index),
            key: keys.get(index)?.clone(),
            range: block.range,
        })
    }

    pub(super) fn score(&self, answers: &Answers) -> Vec<Score> {
        (self.score)(answers)
    }
}

#[cfg(test)]
mod tests;
