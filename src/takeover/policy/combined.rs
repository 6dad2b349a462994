//! Several policies as one.

use super::{Inputs, Policy, Verdict};

/// Asks while any of them does. A severe failure goes first; otherwise the first in the list that
/// asks gives the reason and the budget.
#[derive(Debug)]
pub(super) struct AnyOf(pub Vec<Box<dyn Policy>>);

impl Policy for AnyOf {
    fn step(&mut self, now: &Inputs) -> Option<Verdict> {
        self.all(now).first().copied()
    }

    fn all(&mut self, now: &Inputs) -> Vec<Verdict> {
        // All of them look at every tick, whoever asks already.
        let mut all: Vec<_> = self.0.iter_mut().filter_map(|p| p.step(now)).collect();
        all.sort_by_key(|verdict| !verdict.severe);
        all
    }
}

/// Asks while all of them do, with the first one's reason.
#[derive(Debug)]
pub(super) struct AllOf(pub Vec<Box<dyn Policy>>);

impl Policy for AllOf {
    fn step(&mut self, now: &Inputs) -> Option<Verdict> {
        let mut first = None;
        let mut all = true;
        for policy in &mut self.0 {
            let verdict = policy.step(now);
            all &= verdict.is_some();
            first = first.or(verdict);
        }
        first.filter(|_| all)
    }
}
