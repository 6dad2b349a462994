//! Spells of bad times: bursts of loss, and gaps of handovers.
//!
//! Good and bad times alternate, each of exponential length: a two-state Markov chain in continuous
//! time. Asked message by message this is Gilbert's and Elliott's model of burst loss (Gilbert 1960,
//! Elliott 1963), with bursts that last as long however many messages there are.

use super::settings::{Conditions, LinkSettings};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Exp1};
use std::collections::VecDeque;

/// Mean lengths of the times between spells and of the spells, s; none: there are no spells.
pub type Means = fn(&Conditions) -> Option<(f64, f64)>;

/// Spells along the time of a run. The same seed gives the same ones, whoever asks and when.
#[derive(Debug)]
pub struct Spells {
    rng: ChaCha8Rng,
    means: Means,
    /// From and until, s, in order.
    spells: VecDeque<(f64, f64)>,
    /// All is known up to here, s.
    known: f64,
}

/// Spells that ended this long before the time that is asked about are forgotten, s: pictures ask
/// about times to come, messages about now.
const FORGOTTEN: f64 = 30.0;

impl Spells {
    pub fn new(rng: ChaCha8Rng, means: Means) -> Self {
        Self {
            rng,
            means,
            spells: VecDeque::new(),
            known: 0.0,
        }
    }

    /// When the spell ends that a time lies in, s; none outside of spells.
    pub fn until(&mut self, settings: &LinkSettings, time: f64) -> Option<f64> {
        while self.known <= time {
            self.extend(settings);
        }
        let old = |s: &(f64, f64)| s.1 < time - FORGOTTEN;
        while self.spells.front().is_some_and(old) {
            self.spells.pop_front();
        }
        let spell = self.spells.iter().rev().find(|s| s.0 <= time)?;
        (time < spell.1).then_some(spell.1)
    }

    /// One good time, and the spell after it; or up to where other conditions begin.
    fn extend(&mut self, settings: &LinkSettings) {
        let change = settings.next_change(self.known).unwrap_or(f64::INFINITY);
        let good = match (self.means)(settings.at(self.known)) {
            Some((good, _)) => {
                let length: f64 = Exp1.sample(&mut self.rng);
                length * good
            }
            None => f64::INFINITY,
        };
        let starts = self.known + good;
        if starts >= change || starts.is_infinite() {
            // An exponential time has no memory: from the change on it is drawn anew.
            self.known = change;
            return;
        }
        let mean = (self.means)(settings.at(starts)).map_or(0.0, |m| m.1);
        let length: f64 = Exp1.sample(&mut self.rng);
        self.known = starts + length * mean;
        self.spells.push_back((starts, self.known));
    }
}

/// Bursts of loss, by share and length: lost is a share p of all and a share q of what is sent
/// within a burst, so bursts take up p / q of the time.
pub fn bursts(c: &Conditions) -> Option<(f64, f64)> {
    let share = c.loss / c.loss_in_burst;
    let bad = c.loss_burst_ms / 1000.0;
    (share > 0.0).then(|| (bad * (1.0 - share) / share, bad))
}

/// Gaps of handovers, from the end of one to the begin of the next.
pub fn handovers(c: &Conditions) -> Option<(f64, f64)> {
    let gap = c.handover_gap_ms / 1000.0;
    c.handover_every.map(|every| ((every - gap).max(0.01), gap))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::presets::Preset;
    use crate::link::settings::Change;
    use crate::random::{Purpose, stream};

    /// Lengths of the spells and of the times between them, s, looked at every millisecond.
    fn lengths(settings: &LinkSettings, means: Means, seconds: u32) -> (Vec<f64>, Vec<f64>) {
        let mut spells = Spells::new(stream(2, Purpose::LinkLossDown), means);
        let (mut bad, mut good) = (Vec::new(), Vec::new());
        let (mut was, mut length) = (false, 0.0);
        for ms in 0..seconds * 1000 {
            let is = spells.until(settings, f64::from(ms) / 1000.0).is_some();
            if is != was {
                if was { &mut bad } else { &mut good }.push(length);
                (was, length) = (is, 0.0);
            }
            length += 0.001;
        }
        (bad, good)
    }

    fn mean(values: &[f64]) -> f64 {
        values.iter().sum::<f64>() / values.len() as f64
    }

    #[test]
    fn bursts_take_up_their_share_of_time_and_last_as_long_as_they_should() {
        let mut settings = LinkSettings::of(Preset::FourG);
        settings.start.loss = 0.06;
        settings.start.loss_in_burst = 0.6;
        settings.start.loss_burst_ms = 80.0;
        let (bad, good) = lengths(&settings, bursts, 4000);
        // Exponential lengths: standard error is mean / sqrt(n); a look every millisecond misses the
        // shortest ones and adds half a millisecond or so.
        let n = (bad.len() as f64).sqrt();
        assert!(n > 60.0);
        assert!(
            (mean(&bad) - 0.08).abs() < 4.0 * 0.08 / n + 0.001,
            "{}",
            mean(&bad)
        );
        assert!(
            (mean(&good) - 0.72).abs() < 4.0 * 0.72 / n + 0.01,
            "{}",
            mean(&good)
        );
        let share = bad.iter().sum::<f64>() / 4000.0;
        assert!((share - 0.1).abs() < 4.0 * 0.1 * 1.4 / n, "{share}");
    }

    #[test]
    fn handovers_come_as_often_as_they_should() {
        let settings = LinkSettings::of(Preset::Failing);
        let (gaps, _) = lengths(&settings, handovers, 20_000);
        let n = 20_000.0 / 12.0;
        assert!(
            (gaps.len() as f64 - n).abs() < 4.0 * n.sqrt(),
            "{}",
            gaps.len()
        );
        assert!((mean(&gaps) - 0.2).abs() < 4.0 * 0.2 / n.sqrt());
    }

    /// Pictures ask about times to come; what is known of now must not go with it.
    #[test]
    fn asking_ahead_changes_nothing() {
        let settings = LinkSettings::of(Preset::FourG);
        let make = || Spells::new(stream(2, Purpose::LinkLossDown), bursts);
        let (mut plain, mut ahead) = (make(), make());
        let mut bad = 0;
        for tick in 0..1_000_000 {
            let time = f64::from(tick) / 100.0;
            ahead.until(&settings, time + 0.7);
            let now = plain.until(&settings, time);
            assert_eq!(ahead.until(&settings, time), now);
            bad += u32::from(now.is_some());
        }
        // 500 bursts of 40 ms in 10,000 s.
        assert!((1400..2700).contains(&bad), "{bad}");
    }

    #[test]
    fn spells_begin_and_end_with_the_conditions() {
        let mut settings = LinkSettings::default();
        let with = |loss| Conditions {
            loss,
            ..settings.start
        };
        let changes = [(100.0, 0.3), (200.0, 0.0)];
        settings.changes = changes
            .map(|(at, loss)| Change { at, to: with(loss) })
            .to_vec();
        let mut spells = Spells::new(stream(2, Purpose::LinkLossUp), bursts);
        let mut lost = [0; 3];
        for ms in 0..300_000 {
            let time = f64::from(ms) / 1000.0;
            if spells.until(&settings, time).is_some() {
                lost[ms as usize / 100_000] += 1;
            }
        }
        assert_eq!(lost[0], 0);
        assert!((25_000..35_000).contains(&lost[1]), "{lost:?}");
        // At most the one burst that was on when it changed.
        assert!(lost[2] < 500, "{lost:?}");
    }
}
