//! The link between vehicle and operator: what is sent now arrives later, or not at all.
//!
//! A first model: constant delay in each direction, and scripted outages. Jitter, loss and bandwidth
//! belong here too and will change [`Lane`], not its users. No clock inside: the caller says what
//! time it is.

pub mod view;

use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Delays and outages of a link.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LinkSettings {
    /// One-way delay from the vehicle to the operator, ms.
    pub down_ms: f64,
    /// One-way delay from the operator to the vehicle, ms.
    pub up_ms: f64,
    /// When nothing gets through.
    pub outages: Vec<Outage>,
}

/// A time in which nothing gets through.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outage {
    /// s since the start of the run.
    pub at: f64,
    /// s since the start of the run.
    pub until: f64,
    #[serde(default)]
    pub direction: Direction,
}

/// Which way a link fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Direction {
    #[default]
    Both,
    /// From the operator to the vehicle.
    Up,
    /// From the vehicle to the operator.
    Down,
}

/// One direction of a link.
#[derive(Debug)]
pub struct Lane<T> {
    delay: f64,
    /// From and until when nothing gets through, s.
    outages: Vec<(f64, f64)>,
    under_way: VecDeque<(f64, T)>,
}

impl<T> Lane<T> {
    /// From the operator to the vehicle.
    pub fn up(settings: &LinkSettings) -> Self {
        Self::new(settings, settings.up_ms, Direction::Down)
    }

    /// From the vehicle to the operator.
    pub fn down(settings: &LinkSettings) -> Self {
        Self::new(settings, settings.down_ms, Direction::Up)
    }

    fn new(settings: &LinkSettings, delay_ms: f64, other: Direction) -> Self {
        let ours = settings.outages.iter().filter(|o| o.direction != other);
        Self {
            delay: delay_ms / 1000.0,
            outages: ours.map(|o| (o.at, o.until)).collect(),
            under_way: VecDeque::new(),
        }
    }

    /// Nothing is ever under way.
    pub fn is_ideal(&self) -> bool {
        self.delay == 0.0 && self.outages.is_empty()
    }

    /// s.
    pub fn delay(&self) -> f64 {
        self.delay
    }

    /// Sends `item` at time `now`, s. What is under way in an outage is lost.
    pub fn send(&mut self, now: f64, item: T) {
        let arrives = now + self.delay;
        let lost = |(at, until): &(f64, f64)| now < until - SLACK && arrives >= at - SLACK;
        if !self.outages.iter().any(lost) {
            self.under_way.push_back((arrives, item));
        }
    }

    /// The next item that has arrived by `now`, with its arrival time, s.
    pub fn receive(&mut self, now: f64) -> Option<(f64, T)> {
        if self.under_way.front()?.0 <= now + SLACK {
            self.under_way.pop_front()
        } else {
            None
        }
    }
}

/// Half a nanosecond, s: tick times are products, arrival times are sums.
const SLACK: f64 = 5e-10;

#[cfg(test)]
mod tests {
    use super::*;

    fn lane<T>(up_ms: f64, outages: Vec<Outage>) -> Lane<T> {
        Lane::up(&LinkSettings {
            up_ms,
            outages,
            ..Default::default()
        })
    }

    #[test]
    fn items_arrive_in_order_and_not_before_their_time() {
        let mut lane = lane(50.0, vec![]);
        lane.send(0.0, 'a');
        lane.send(0.01, 'b');
        assert_eq!(lane.receive(0.049), None);
        assert_eq!(lane.receive(0.05), Some((0.05, 'a')));
        assert_eq!(lane.receive(0.05), None);
        assert_eq!(lane.receive(0.07).map(|x| x.1), Some('b'));
    }

    #[test]
    fn an_ideal_lane_delivers_at_once() {
        let mut lane = lane(0.0, vec![]);
        assert!(lane.is_ideal());
        lane.send(1.23, 7);
        assert_eq!(lane.receive(1.23), Some((1.23, 7)));
    }

    #[test]
    fn nothing_gets_through_an_outage_of_its_direction() {
        let arrivals = |direction| {
            let outage = Outage {
                at: 1.0,
                until: 2.0,
                direction,
            };
            let mut lane = lane(100.0, vec![outage]);
            let mut arrived = Vec::new();
            for tick in 0..300 {
                let now = f64::from(tick) / 100.0;
                lane.send(now, tick);
                while let Some((_, sent)) = lane.receive(now) {
                    arrived.push(sent);
                }
            }
            arrived
        };
        // What would have arrived from 1.0 s on was sent from 0.9 s on.
        let expected: Vec<i32> = (0..90).chain(200..290).collect();
        assert_eq!(arrivals(Direction::Up), expected);
        assert_eq!(arrivals(Direction::Both), expected);
        assert_eq!(arrivals(Direction::Down).len(), 290);
    }
}
