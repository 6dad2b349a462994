//! Patterns of the rumble motors: by number, length and strength of pulses, so that levels can be
//! told apart without looking.

use serde::{Deserialize, Serialize};

/// A pattern, by name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pattern {
    /// Two short pulses, every two seconds.
    #[default]
    Double,
    /// Five strong pulses, every second and a half.
    Urgent,
    /// One long pulse, every two seconds.
    Long,
    /// One short, weak pulse.
    Tap,
}

/// One pulse of a pattern.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pulse {
    /// From the start of the pattern, s.
    pub at: f64,
    /// s.
    pub duration: f64,
    /// Low-frequency and high-frequency motor, 0 to 1.
    pub strong: f64,
    pub weak: f64,
}

impl Pattern {
    pub const ALL: [Self; 4] = [Self::Double, Self::Urgent, Self::Long, Self::Tap];

    pub fn pulses(self) -> Vec<Pulse> {
        let every = |n: u32, step: f64, duration, strong, weak| {
            let pulse = |i| Pulse {
                at: f64::from(i) * step,
                duration,
                strong,
                weak,
            };
            (0..n).map(pulse).collect()
        };
        // Motors need some 50 ms to be felt: pulses and the gaps between them are longer.
        match self {
            Self::Double => every(2, 0.35, 0.20, 0.6, 0.6),
            Self::Urgent => every(5, 0.22, 0.13, 1.0, 1.0),
            Self::Long => every(1, 1.2, 1.20, 0.8, 0.2),
            Self::Tap => every(1, 0.12, 0.12, 0.0, 0.5),
        }
    }

    /// From one start of the pattern to the next, s; none: it plays once.
    pub fn period(self) -> Option<f64> {
        match self {
            Self::Double | Self::Long => Some(2.0),
            Self::Urgent => Some(1.5),
            Self::Tap => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pulses_follow_each_other_within_their_period() {
        for pattern in Pattern::ALL {
            let pulses = pattern.pulses();
            for pair in pulses.windows(2) {
                let gap = pair[1].at - (pair[0].at + pair[0].duration);
                assert!(gap >= 0.05, "{pattern:?}: {gap} s cannot be felt");
            }
            let last = pulses.last().expect("a pulse");
            let end = last.at + last.duration;
            assert!(pattern.period().is_none_or(|period| end + 0.05 <= period));
            for pulse in &pulses {
                assert!(pulse.duration >= 0.05);
                assert!((0.0..=1.0).contains(&pulse.strong) && (0.0..=1.0).contains(&pulse.weak));
                assert!(pulse.strong + pulse.weak > 0.0);
            }
        }
    }

    #[test]
    fn patterns_differ_in_rhythm_and_not_only_in_strength() {
        let rhythm = |pattern: Pattern| {
            let pulses = pattern.pulses();
            (pulses.len(), (pulses[0].duration * 1e3) as u32)
        };
        for (i, a) in Pattern::ALL.into_iter().enumerate() {
            for b in Pattern::ALL.into_iter().skip(i + 1) {
                assert_ne!(rhythm(a), rhythm(b), "{a:?}, {b:?}");
            }
        }
    }
}
