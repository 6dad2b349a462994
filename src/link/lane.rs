//! Small messages in one direction of a link: frames' data, commands, heartbeats, reports.
//!
//! They go ahead of pictures and are too small to wait for the bottleneck. None overtakes another.

use super::channel::{Channel, SLACK};
use std::collections::VecDeque;

/// What is under way.
#[derive(Debug)]
pub struct Lane<T> {
    under_way: VecDeque<(f64, T)>,
    /// When the latest of them arrives, s.
    latest: f64,
}

impl<T> Default for Lane<T> {
    fn default() -> Self {
        Self {
            under_way: VecDeque::new(),
            latest: 0.0,
        }
    }
}

impl<T> Lane<T> {
    /// Sends `item` at time `now`, s. What is under way in an outage or a burst of loss is lost; in
    /// a handover it waits.
    pub fn send(&mut self, channel: &mut Channel, now: f64, item: T) {
        let out = channel.sets_out(now);
        if let Some(arrives) = channel.arrives(out) {
            self.latest = self.latest.max(arrives);
            self.under_way.push_back((self.latest, item));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::channel::Way;
    use crate::link::presets::Preset;
    use crate::link::settings::{Direction, LinkSettings, Outage};
    use std::sync::Arc;

    fn channel(change: impl Fn(&mut LinkSettings)) -> Channel {
        let mut settings = LinkSettings::default();
        change(&mut settings);
        Channel::new(Arc::new(settings), Way::Up, 1)
    }

    #[test]
    fn items_arrive_in_order_and_not_before_their_time() {
        let mut up = channel(|s| s.start.up_ms = 50.0);
        let mut lane = Lane::default();
        lane.send(&mut up, 0.0, 'a');
        lane.send(&mut up, 0.01, 'b');
        assert_eq!(lane.receive(0.049), None);
        assert_eq!(lane.receive(0.05), Some((0.05, 'a')));
        assert_eq!(lane.receive(0.05), None);
        assert_eq!(lane.receive(0.07).map(|x| x.1), Some('b'));
    }

    #[test]
    fn an_ideal_lane_delivers_at_once() {
        let (mut up, mut lane) = (channel(|_| {}), Lane::default());
        lane.send(&mut up, 1.23, 7);
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
            let mut up = channel(|s| {
                s.start.up_ms = 100.0;
                s.outages = vec![outage];
            });
            let (mut lane, mut arrived) = (Lane::default(), Vec::new());
            for tick in 0..300 {
                let now = f64::from(tick) / 100.0;
                lane.send(&mut up, now, tick);
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

    #[test]
    fn nothing_overtakes_whatever_the_link_does() {
        for preset in Preset::ALL {
            let mut up = Channel::new(Arc::new(LinkSettings::of(preset)), Way::Up, 4);
            let mut lane = Lane::default();
            let (mut last, mut before, mut received) = (-1, 0.0, 0);
            for tick in 0..20_000 {
                let now = f64::from(tick) / 100.0;
                lane.send(&mut up, now, tick);
                while let Some((at, sent)) = lane.receive(now) {
                    assert!(sent > last && at >= before, "{preset:?}");
                    assert!(at >= f64::from(sent) / 100.0 - SLACK);
                    (last, before) = (sent, at);
                    received += 1;
                }
            }
            assert!(received > 15_000, "{preset:?}: {received}");
        }
    }

    #[test]
    fn what_is_sent_in_a_handover_comes_after_it_and_is_not_lost() {
        let mut up = channel(|s| {
            s.start.handover_every = Some(5.0);
            s.start.handover_gap_ms = 100.0;
        });
        let mut lane = Lane::default();
        let (mut received, mut longest): (u32, f64) = (0, 0.0);
        for tick in 0..50_000 {
            let now = f64::from(tick) / 100.0;
            lane.send(&mut up, now, now);
            while let Some((at, sent)) = lane.receive(now) {
                received += 1;
                longest = longest.max(at - sent);
            }
        }
        assert!(received > 49_900, "{received}");
        // The longest of some 100 exponential gaps of 0.1 s.
        assert!((0.25..1.5).contains(&longest), "{longest}");
    }
}
