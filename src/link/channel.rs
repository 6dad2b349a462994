//! One direction of a link as a function of time: what happens to something that sets out at t.
//!
//! Nothing here depends on what is sent, so the same seed gives the same radio to every run.

use super::delay::{Wander, log_normal};
use super::settings::{Conditions, Direction, LinkSettings};
use super::spells::{Spells, bursts, handovers};
use crate::random::{Purpose, stream};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use std::sync::Arc;

/// Half a nanosecond, s: tick times are products, arrival times are sums.
pub const SLACK: f64 = 5e-10;

/// The delay and the bandwidth are constant for this long, s.
const DELAY_STEP: f64 = 0.01;
const BANDWIDTH_STEP: f64 = 0.1;

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// From the vehicle to the operator.
    Down,
    /// From the operator to the vehicle.
    Up,
}

/// One direction of a link.
#[derive(Debug)]
pub struct Channel {
    settings: Arc<LinkSettings>,
    way: Way,
    /// From and until when nothing gets through, s.
    outages: Vec<(f64, f64)>,
    delay: Wander,
    bursts: Spells,
    /// Both directions have the same: it is one radio that changes its cell.
    handovers: Spells,
    bandwidth: Wander,
    /// Which messages of a burst are lost.
    coins: ChaCha8Rng,
}

impl Channel {
    pub fn new(settings: Arc<LinkSettings>, way: Way, seed: u64) -> Self {
        let other = match way {
            Way::Down => Direction::Up,
            Way::Up => Direction::Down,
        };
        let ours = settings.outages.iter().filter(|o| o.direction != other);
        let outages = ours.map(|o| (o.at, o.until)).collect();
        let (delay, loss, coins) = match way {
            Way::Down => (
                Purpose::LinkDelayDown,
                Purpose::LinkLossDown,
                Purpose::LinkCoinsDown,
            ),
            Way::Up => (
                Purpose::LinkDelayUp,
                Purpose::LinkLossUp,
                Purpose::LinkCoinsUp,
            ),
        };
        let wander = |purpose, step, memory| Wander::new(stream(seed, purpose), step, memory);
        Self {
            way,
            outages,
            delay: wander(delay, DELAY_STEP, |c| c.jitter_correlation_ms / 1000.0),
            bursts: Spells::new(stream(seed, loss), bursts),
            handovers: Spells::new(stream(seed, Purpose::LinkHandover), handovers),
            bandwidth: wander(Purpose::LinkBandwidth, BANDWIDTH_STEP, |c| {
                c.bandwidth_correlation
            }),
            coins: stream(seed, coins),
            settings,
        }
    }

    /// The least delay, and the mean of what comes on top, s.
    fn law(&self, c: &Conditions) -> (f64, f64) {
        let (least, jitter) = match self.way {
            Way::Down => (c.down_ms, c.down_jitter_ms),
            Way::Up => (c.up_ms, c.up_jitter_ms),
        };
        (least / 1000.0, jitter / 1000.0)
    }

    /// The delay of what sets out at a time, s.
    pub fn delay(&mut self, time: f64) -> f64 {
        let settings = self.settings.clone();
        let c = settings.at(time + SLACK);
        let (least, jitter) = self.law(c);
        if jitter == 0.0 {
            return least;
        }
        least + log_normal(jitter, c.jitter_spread, self.delay.at(&settings, time))
    }

    /// What it can carry at a time, kbit/s; none: no limit.
    pub fn bandwidth(&mut self, time: f64) -> Option<f64> {
        let settings = self.settings.clone();
        let c = settings.at(time + SLACK);
        let mean = c.bandwidth_kbps?;
        if c.bandwidth_spread == 0.0 {
            return Some(mean);
        }
        let z = self.bandwidth.at(&settings, time);
        Some(log_normal(mean, c.bandwidth_spread, z))
    }

    /// When something that is there at a time can set out, s: at once, but for a handover.
    pub fn sets_out(&mut self, time: f64) -> f64 {
        let mut out = time;
        while let Some(end) = self.handovers.until(&self.settings, out) {
            out = end;
        }
        out
    }

    /// When something that sets out at a time arrives, s; none if it is lost.
    pub fn arrives(&mut self, out: f64) -> Option<f64> {
        let arrives = out + self.delay(out);
        let cut = |(at, until): &(f64, f64)| out < until - SLACK && arrives >= at - SLACK;
        if self.outages.iter().any(cut) {
            return None;
        }
        if self.bursts.until(&self.settings, out).is_some() {
            let share = self.settings.at(out).loss_in_burst;
            if share >= 1.0 || self.coins.random::<f64>() < share {
                return None;
            }
        }
        Some(arrives)
    }

    /// When so many bits, whose first is ready at a time, have gone through the bottleneck, s.
    pub fn carried(&mut self, from: f64, bits: f64) -> f64 {
        let (mut now, mut left) = (from, bits);
        loop {
            now = self.sets_out(now);
            let Some(kbps) = self.bandwidth(now) else {
                return now;
            };
            let rate = kbps * 1000.0;
            // Up to where the bandwidth is another one.
            let step = ((now / BANDWIDTH_STEP + 1e-6).floor() + 1.0) * BANDWIDTH_STEP;
            let needs = left / rate;
            if now + needs <= step {
                return now + needs;
            }
            left -= (step - now) * rate;
            now = step;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::presets::Preset;

    fn channel(change: impl Fn(&mut LinkSettings)) -> Channel {
        let mut settings = LinkSettings::default();
        change(&mut settings);
        Channel::new(Arc::new(settings), Way::Down, 3)
    }

    #[test]
    fn a_burst_loses_its_share() {
        let mut channel = channel(|s| {
            s.start.loss = 0.1;
            s.start.loss_in_burst = 0.5;
        });
        let n = 1_000_000;
        let lost = (0..n)
            .filter(|i| channel.arrives(f64::from(*i) * 0.01).is_none())
            .count();
        let share = lost as f64 / f64::from(n);
        // Bursts of 40 ms every 200 ms: some 50,000 of them, each with its own length.
        assert!(
            (share - 0.1).abs() < 4.0 * 0.1 * (2.0 / 50_000.0_f64).sqrt(),
            "{share}"
        );
    }

    #[test]
    fn the_bottleneck_carries_what_its_bandwidth_allows() {
        let mut steady = channel(|s| s.start.bandwidth_kbps = Some(1000.0));
        let done = steady.carried(2.03, 500_000.0);
        assert!((done - 2.53).abs() < 1e-9, "{done}");
        // With a spread, the mean over a long time is the mean that was set.
        let mut wandering = channel(|s| {
            s.start.bandwidth_kbps = Some(1000.0);
            s.start.bandwidth_spread = 0.5;
            s.start.bandwidth_correlation = 0.5;
        });
        let (mut now, mut bits) = (0.0, 0.0);
        while now < 20_000.0 {
            now = wandering.carried(now, 100_000.0);
            bits += 100_000.0;
        }
        // Relative standard deviation 0.53, correlated over 0.5 s: 20,000 independent values.
        let kbps = bits / now / 1000.0;
        assert!(
            (kbps - 1000.0).abs() < 4.0 * 530.0 / 20_000.0_f64.sqrt(),
            "{kbps}"
        );
    }

    #[test]
    fn the_bottleneck_rests_in_a_handover() {
        let mut channel = channel(|s| {
            s.start.bandwidth_kbps = Some(1000.0);
            s.start.handover_every = Some(2.0);
        });
        let mut gaps = 0;
        for tick in 0..100_000 {
            let time = f64::from(tick) * 0.01;
            let out = channel.sets_out(time);
            if out > time {
                gaps += 1;
                assert!(
                    (channel.carried(time, 1000.0) - out - 0.001).abs() < 1e-3
                        || channel.sets_out(out + 0.0005) > out + 0.0005
                );
            }
        }
        // 500 gaps of 50 ms in 1,000 s.
        assert!((1800..3300).contains(&gaps), "{gaps}");
    }

    #[test]
    fn directions_differ_in_all_but_their_handovers() {
        let settings = Arc::new(LinkSettings::of(Preset::Failing));
        let mut down = Channel::new(settings.clone(), Way::Down, 3);
        let mut up = Channel::new(settings, Way::Up, 3);
        let mut same = [true; 2];
        for tick in 0..10_000 {
            let time = f64::from(tick) * 0.01;
            assert_eq!(down.sets_out(time), up.sets_out(time));
            same[0] &= down.arrives(time).is_some() == up.arrives(time).is_some();
            let excess = |c: &mut Channel, least| (c.delay(time) - least) / least;
            same[1] &= excess(&mut down, 0.05) == excess(&mut up, 0.045);
        }
        assert_eq!(same, [false, false]);
    }
}
