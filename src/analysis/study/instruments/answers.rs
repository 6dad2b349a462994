//! What one participant answered to one questionnaire.

use super::{Instrument, Item};

/// Answers to a questionnaire.
#[derive(Clone, Debug)]
pub struct Answers {
    keys: Vec<String>,
    /// One for each key: its line in the file, and the response if there is one.
    listed: Vec<Option<(u64, Option<f64>)>>,
    /// Items that are not listed, in the order in which they first appear.
    free: Vec<(String, Vec<Option<f64>>)>,
}

impl Answers {
    pub fn new(instrument: &Instrument) -> Self {
        let keys = instrument.keys();
        Self {
            listed: vec![None; keys.len()],
            keys,
            free: Vec::new(),
        }
    }

    /// Takes a response. If the item may be answered once and was, gives the line of that, and changes nothing.
    pub fn take(&mut self, item: &Item, response: Option<f64>, line: u64) -> Option<u64> {
        let Some(index) = item.index else {
            match self.free.iter_mut().find(|(key, _)| *key == item.key) {
                Some((_, responses)) => responses.push(response),
                None => self.free.push((item.key.clone(), vec![response])),
            }
            return None;
        };
        match self.listed.get_mut(index)? {
            Some((first, _)) => Some(*first),
            empty => {
                *empty = Some((line, response));
                None
            }
        }
    }

    /// Responses to the items that are not listed.
    pub fn free(&self) -> &[(String, Vec<Option<f64>>)] {
        &self.free
    }

    fn response(&self, index: usize) -> Option<f64> {
        self.listed.get(index)?.and_then(|(_, response)| response)
    }

    /// How many of these items were answered; items count from 0.
    pub fn count(&self, items: &[usize]) -> usize {
        items
            .iter()
            .filter(|i| self.response(**i).is_some())
            .count()
    }

    /// The responses to these items, in this order; items count from 0.
    ///
    /// # Errors
    /// If one was not answered, with the keys of those that were not.
    pub fn all(&self, items: &[usize]) -> Result<Vec<f64>, String> {
        let missing = items.iter().filter(|i| self.response(**i).is_none());
        let missing: Vec<&str> = missing
            .map(|i| self.keys.get(*i).map_or("?", String::as_str))
            .collect();
        match missing.is_empty() {
            true => Ok(items.iter().filter_map(|i| self.response(*i)).collect()),
            false => Err(format!("not answered: item {}", missing.join(", "))),
        }
    }
}

/// Items by their published numbers, from 1, as they count here, from 0.
pub(super) const fn items<const N: usize>(numbers: [usize; N]) -> [usize; N] {
    let mut items = numbers;
    let mut i = 0;
    while i < N {
        items[i] -= 1;
        i += 1;
    }
    items
}

/// # Errors
/// If there is nothing to take the mean of.
pub(super) fn mean(values: &[f64]) -> Result<f64, String> {
    match values.len() {
        0 => Err("there are no answers".to_string()),
        n => Ok(values.iter().sum::<f64>() / n as f64),
    }
}
