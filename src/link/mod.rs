//! The link between vehicle and operator: what is sent now arrives later.
//!
//! A first model, constant delay in each direction. Jitter, loss and bandwidth belong here too and
//! will change [`Lane`], not its users. No clock inside: the caller says what time it is.

use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Delays of a link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LinkSettings {
    /// One-way delay from the vehicle to the operator, ms.
    pub down_ms: f64,
    /// One-way delay from the operator to the vehicle, ms.
    pub up_ms: f64,
}

/// One direction of a link.
#[derive(Debug)]
pub struct Lane<T> {
    delay: f64,
    under_way: VecDeque<(f64, T)>,
}

impl<T> Lane<T> {
    /// A lane with this delay in ms.
    pub fn new(delay_ms: f64) -> Self {
        Self {
            delay: delay_ms / 1000.0,
            under_way: VecDeque::new(),
        }
    }

    /// Nothing is ever under way.
    pub fn is_ideal(&self) -> bool {
        self.delay == 0.0
    }

    /// Sends `item` at time `now`, s.
    pub fn send(&mut self, now: f64, item: T) {
        self.under_way.push_back((now + self.delay, item));
    }

    /// The next item that has arrived by `now`, with its arrival time, s.
    pub fn receive(&mut self, now: f64) -> Option<(f64, T)> {
        // Half a nanosecond of slack: tick times are products, arrival times are sums.
        if self.under_way.front()?.0 <= now + 5e-10 {
            self.under_way.pop_front()
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_arrive_in_order_and_not_before_their_time() {
        let mut lane = Lane::new(50.0);
        lane.send(0.0, 'a');
        lane.send(0.01, 'b');
        assert_eq!(lane.receive(0.049), None);
        assert_eq!(lane.receive(0.05), Some((0.05, 'a')));
        assert_eq!(lane.receive(0.05), None);
        assert_eq!(lane.receive(0.07).map(|x| x.1), Some('b'));
    }

    #[test]
    fn an_ideal_lane_delivers_at_once() {
        let mut lane = Lane::new(0.0);
        lane.send(1.23, 7);
        assert_eq!(lane.receive(1.23), Some((1.23, 7)));
    }
}
