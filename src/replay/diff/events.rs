//! Which events of two runs belong together, and which only one of them has.

use crate::replay::environment::{Unlike, compare};
use crate::takeover::event::TimedEvent;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// Up to so many possible pairs the best ones are looked for; beyond, the first goes with the first.
const PAIRS: usize = 4_000_000;

/// Events of two runs, held against each other.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Events {
    /// In both, at the same tick, word for word.
    pub same: usize,
    /// In order of time.
    pub differ: Vec<EventDifference>,
}

/// An event that is not the same in both.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "in", rename_all = "snake_case")]
pub enum EventDifference {
    OnlyA {
        event: TimedEvent,
    },
    OnlyB {
        event: TimedEvent,
    },
    Both {
        a: TimedEvent,
        b: TimedEvent,
        /// How much later it is in B, s.
        later_s: f64,
        /// What else is different in it.
        changed: Vec<Unlike>,
    },
}

impl EventDifference {
    /// When it first happened.
    pub fn tick(&self) -> u64 {
        match self {
            Self::OnlyA { event } | Self::OnlyB { event } => event.tick,
            Self::Both { a, b, .. } => a.tick.min(b.tick),
        }
    }
}

/// Events can only belong together if they are of one kind and about the same one.
fn key(event: &Value) -> Vec<String> {
    let about = ["event", "with", "user", "action", "phase", "side"];
    let text = |field| event.get(field).map(Value::to_string).unwrap_or_default();
    about.into_iter().map(text).collect()
}

/// Holds the events of two runs against each other.
pub fn compare_events(a: &[TimedEvent], b: &[TimedEvent], tick_hz: u64) -> Events {
    type Kind<'a> = [Vec<(&'a TimedEvent, Value)>; 2];
    let mut kinds: BTreeMap<Vec<String>, Kind> = BTreeMap::new();
    for (side, events) in [a, b].into_iter().enumerate() {
        for event in events {
            let value = serde_json::to_value(&event.event).unwrap_or_default();
            let kind = kinds.entry(key(&value)).or_default();
            kind[side].push((event, value));
        }
    }
    let mut found = Events::default();
    for [a, b] in kinds.values() {
        let ticks = |side: &[(&TimedEvent, Value)]| side.iter().map(|e| e.0.tick).collect();
        let (a_ticks, b_ticks): (Vec<u64>, Vec<u64>) = (ticks(a), ticks(b));
        let (mut a_left, mut b_left) = (vec![true; a.len()], vec![true; b.len()]);
        for (i, j) in pairs(&a_ticks, &b_ticks) {
            (a_left[i], b_left[j]) = (false, false);
            let ((a, a_value), (b, b_value)) = (&a[i], &b[j]);
            let mut changed = Vec::new();
            compare("", a_value, b_value, &mut changed);
            if a.tick == b.tick && changed.is_empty() {
                found.same += 1;
                continue;
            }
            let later = b.tick as i128 - a.tick as i128;
            found.differ.push(EventDifference::Both {
                a: (*a).clone(),
                b: (*b).clone(),
                later_s: later as f64 / tick_hz as f64,
                changed,
            });
        }
        let left = |side: &[(&TimedEvent, Value)], left: &[bool]| -> Vec<TimedEvent> {
            let both = side.iter().zip(left).filter(|(_, left)| **left);
            both.map(|(e, _)| e.0.clone()).collect()
        };
        let only_a = left(a, &a_left).into_iter();
        let only_b = left(b, &b_left).into_iter();
        let only_a = only_a.map(|event| EventDifference::OnlyA { event });
        let only_b = only_b.map(|event| EventDifference::OnlyB { event });
        found.differ.extend(only_a.chain(only_b));
    }
    found.differ.sort_by_key(EventDifference::tick);
    found
}

/// As many pairs as both have, in order, so that all together are moved as little as can be.
fn pairs(a: &[u64], b: &[u64]) -> Vec<(usize, usize)> {
    if a.len() > b.len() {
        return pairs(b, a).into_iter().map(|(i, j)| (j, i)).collect();
    }
    // Runs that part late have most in common.
    let first = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let mut found: Vec<_> = (0..first).map(|i| (i, i)).collect();
    let (few, many) = (&a[first..], &b[first..]);
    if few.len() == many.len() || few.len().saturating_mul(many.len()) > PAIRS {
        found.extend((first..a.len()).map(|i| (i, i)));
        return found;
    }
    // least[j]: of the first i of `few` among the first j of `many`; taken[i][j]: the i-th goes with the j-th.
    let mut least = vec![0_u128; many.len() + 1];
    let mut taken = Vec::with_capacity(few.len());
    for (i, at) in few.iter().enumerate() {
        let mut next = vec![u128::MAX; many.len() + 1];
        let mut takes = vec![false; many.len() + 1];
        for j in i + 1..=many.len() {
            let with = least[j - 1].saturating_add(u128::from(at.abs_diff(many[j - 1])));
            takes[j] = with < next[j - 1];
            next[j] = with.min(next[j - 1]);
        }
        least = next;
        taken.push(takes);
    }
    let mut j = many.len();
    let mut backwards = Vec::with_capacity(few.len());
    for (i, takes) in taken.iter().enumerate().rev() {
        while j > i + 1 && !takes[j] {
            j -= 1;
        }
        backwards.push((first + i, first + j - 1));
        j -= 1;
    }
    found.extend(backwards.into_iter().rev());
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::takeover::event::{Event, Outcome};

    fn at(tick: u64, event: Event) -> TimedEvent {
        let time = tick as f64 / 100.0;
        TimedEvent { tick, time, event }
    }

    fn over(with: &str, gap: f64) -> Event {
        Event::NearMissOver {
            with: with.into(),
            kind: crate::road_user::RoadUser::Car,
            ttc: None,
            pet: None,
            gap,
        }
    }

    #[test]
    fn pairs_are_in_order_and_move_as_little_as_can_be() {
        assert_eq!(pairs(&[], &[5]), []);
        assert_eq!(pairs(&[100], &[7, 90, 300]), [(0, 1)]);
        assert_eq!(pairs(&[7, 90, 300], &[100]), [(1, 0)]);
        // Taking each one's nearest would use the second twice.
        assert_eq!(pairs(&[100, 110], &[50, 105, 500]), [(0, 0), (1, 1)]);
        assert_eq!(
            pairs(&[1, 2, 100], &[1, 2, 40, 99, 900]),
            [(0, 0), (1, 1), (2, 3)]
        );
        // As many in both: nothing is left over, however far they are moved.
        assert_eq!(pairs(&[1, 2], &[2, 9000]), [(0, 0), (1, 1)]);
    }

    #[test]
    fn pairs_are_the_best_there_are() {
        // All ways to choose, for small cases made by a linear congruence.
        let mut state = 1_u64;
        let mut random = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 33) % 60
        };
        for _ in 0..200 {
            let mut many: Vec<u64> = (0..7).map(|_| random()).collect();
            let mut few: Vec<u64> = (0..3).map(|_| random()).collect();
            many.sort_unstable();
            few.sort_unstable();
            let cost = |pairs: &[(usize, usize)]| -> u64 {
                pairs.iter().map(|(i, j)| few[*i].abs_diff(many[*j])).sum()
            };
            let mut best = u64::MAX;
            for x in 0..7 {
                for y in x + 1..7 {
                    for z in y + 1..7 {
                        best = best.min(cost(&[(0, x), (1, y), (2, z)]));
                    }
                }
            }
            let found = pairs(&few, &many);
            assert!(found.is_sorted() && found.len() == 3);
            assert!(found.windows(2).all(|w| w[0].1 < w[1].1), "{found:?}");
            assert_eq!(cost(&found), best, "{few:?} {many:?} {found:?}");
        }
    }

    #[test]
    fn events_are_the_same_moved_changed_or_on_one_side_only() {
        let a = [
            at(10, Event::HandBackOffered),
            at(50, over("x", 1.0)),
            at(60, Event::Standstill),
            at(
                70,
                Event::RequestEnded {
                    request: 1,
                    outcome: Outcome::TakenOver,
                },
            ),
        ];
        let b = [
            at(10, Event::HandBackOffered),
            at(50, over("y", 1.0)),
            at(180, Event::Standstill),
            at(
                70,
                Event::RequestEnded {
                    request: 1,
                    outcome: Outcome::MinimalRisk,
                },
            ),
        ];
        let found = compare_events(&a, &b, 100);
        assert_eq!(found.same, 1);
        let [x, y, moved, changed] = &found.differ[..] else {
            panic!("{found:?}");
        };
        assert!(matches!(x, EventDifference::OnlyA { event } if event.event == over("x", 1.0)));
        assert!(matches!(y, EventDifference::OnlyB { event } if event.event == over("y", 1.0)));
        assert!(
            matches!(moved, EventDifference::Both { later_s, changed, .. } if *later_s == 1.2 && changed.is_empty())
        );
        let EventDifference::Both {
            later_s, changed, ..
        } = changed
        else {
            panic!("{changed:?}");
        };
        assert_eq!((*later_s, changed.len()), (0.0, 1));
        assert_eq!(changed[0].path, "outcome");
        assert_eq!(
            compare_events(&a, &a, 100),
            Events {
                same: 4,
                differ: Vec::new()
            }
        );
    }
}
