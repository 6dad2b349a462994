//! Something that holds for a while: where it began and where it ended.

/// An edge of a spell, and the tick of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    Start(u64),
    End(u64),
}

/// Told once it has held for `rise` ticks, over once it has not for `fall` ticks; both edges are
/// given where they were.
#[derive(Clone, Debug)]
pub struct Spell {
    rise: u64,
    fall: u64,
    since: Option<u64>,
    on: bool,
    /// The latest tick at which it held.
    last: u64,
}

impl Spell {
    pub fn new(rise: u64, fall: u64) -> Self {
        Self {
            rise,
            fall,
            since: None,
            on: false,
            last: 0,
        }
    }

    pub fn step(&mut self, tick: u64, holds: bool) -> Option<Edge> {
        if holds {
            self.last = tick;
            let since = *self.since.get_or_insert(tick);
            if !self.on && tick + 1 - since >= self.rise {
                self.on = true;
                return Some(Edge::Start(since));
            }
        } else if !self.on {
            self.since = None;
        } else if tick.saturating_sub(self.last) >= self.fall {
            return self.stop();
        }
        None
    }

    /// It is over, whatever comes.
    pub fn stop(&mut self) -> Option<Edge> {
        self.since = None;
        std::mem::take(&mut self.on).then_some(Edge::End(self.last + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_spells_and_short_gaps_do_not_count() {
        let mut spell = Spell::new(2, 3);
        let holds = [0, 1, 0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 1, 1];
        let edges: Vec<_> = holds
            .iter()
            .enumerate()
            .filter_map(|(tick, holds)| spell.step(tick as u64, *holds == 1))
            .collect();
        assert_eq!(edges, [Edge::Start(3), Edge::End(8), Edge::Start(12)]);
        assert_eq!(spell.stop(), Some(Edge::End(14)));
        assert_eq!(spell.stop(), None);
    }
}
