//! When a person reacts, from the raw axis, and how much that depends on the threshold.

use super::samples::{finite, fit};
use serde::Serialize;

/// A person's axis around one onset (say, of a takeover request).
#[derive(Clone, Copy, Debug)]
pub struct Trial<'a> {
    /// The raw axis, in any unit.
    pub x: &'a [f64],
    /// Hz.
    pub rate: f64,
    /// s from the signal's start.
    pub onset: f64,
    /// Where the axis is when nobody does anything.
    pub rest: f64,
}

/// A reaction.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Response {
    /// s after the onset, at the first sample past the threshold.
    pub seconds: f64,
    /// The same by a straight line from the sample before: where the threshold was crossed. Never
    /// before the onset.
    pub crossed: f64,
    /// Was the axis past the threshold at the onset already? Then this is no reaction, or one that was
    /// too early.
    pub already: bool,
}

impl Trial<'_> {
    /// First time, from the onset on, at which |x - rest| is above `threshold` and stays there for
    /// `dwell` s. None if it never is, also if the signal ends before the dwell is over; then the
    /// reaction is right-censored. None as well if the onset is not within the signal or an argument
    /// makes no sense. Resolution is one sample: 10 ms at 100 Hz.
    #[must_use]
    pub fn response(&self, threshold: f64, dwell: f64) -> Option<Response> {
        let sensible = [self.onset, threshold, dwell]
            .iter()
            .all(|x| x.is_finite() && *x >= 0.0);
        if !sensible || !self.rest.is_finite() || !fit(self.rate, None, &[self.x.len()]) {
            return None;
        }
        let start = libm::ceil(self.onset * self.rate - 1e-9) as usize;
        let steps = libm::ceil(dwell * self.rate - 1e-9) as usize;
        let mut since = None;
        for i in start..self.x.len() {
            let off = self.off(i);
            // Written so that a sample that is not a number breaks the dwell.
            if off > threshold {
                let from = *since.get_or_insert(i);
                if i - from >= steps {
                    return self.at(from, start, threshold);
                }
            } else {
                since = None;
            }
        }
        None
    }

    fn off(&self, i: usize) -> f64 {
        (self.x[i] - self.rest).abs()
    }

    fn at(&self, i: usize, start: usize, threshold: f64) -> Option<Response> {
        // How long after the onset the first sample is: nothing, but for rounding, if it is on one.
        let late = finite(start as f64 / self.rate - self.onset)?;
        let late = if late < 1e-9 { 0.0 } else { late };
        let seconds = (i - start) as f64 / self.rate + late;
        let before = if i == 0 { f64::NAN } else { self.off(i - 1) };
        let already = i == start && !(before <= threshold && late > 0.0);
        let part = (self.off(i) - threshold) / (self.off(i) - before);
        // A straight line needs a sample below.
        let back = if before <= threshold {
            part / self.rate
        } else {
            0.0
        };
        Some(Response {
            seconds,
            crossed: finite(seconds - back)?.max(0.0),
            already,
        })
    }
}

/// One row of the table of sensitivity to the threshold.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Row {
    /// In the unit of the axis.
    pub threshold: f64,
    /// Trials.
    pub trials: usize,
    /// Trials with a reaction.
    pub found: usize,
    /// Of those, past the threshold at the onset already.
    pub already: usize,
    /// Mean of the reactions found, s; none without any.
    pub mean: Option<f64>,
    /// Median of the reactions found, s. Trials without one are not in it: a median that knows them
    /// comes from survival analysis.
    pub median: Option<f64>,
    /// Shortest, s.
    pub min: Option<f64>,
    /// Longest, s.
    pub max: Option<f64>,
}

/// Reaction times of `trials` at each threshold, in that order.
#[must_use]
pub fn sensitivity(trials: &[Trial], thresholds: &[f64], dwell: f64) -> Vec<Row> {
    thresholds
        .iter()
        .map(|threshold| row(trials, *threshold, dwell))
        .collect()
}

fn row(trials: &[Trial], threshold: f64, dwell: f64) -> Row {
    let found: Vec<Response> = trials
        .iter()
        .filter_map(|t| t.response(threshold, dwell))
        .collect();
    let mut seconds: Vec<f64> = found.iter().map(|r| r.seconds).collect();
    seconds.sort_by(f64::total_cmp);
    let n = seconds.len();
    Row {
        threshold,
        trials: trials.len(),
        found: n,
        already: found.iter().filter(|r| r.already).count(),
        mean: (n > 0).then(|| seconds.iter().sum::<f64>() / n as f64),
        median: (n > 0).then(|| (seconds[(n - 1) / 2] + seconds[n / 2]) / 2.0),
        min: seconds.first().copied(),
        max: seconds.last().copied(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::reference::{RATE, near, sampled};
    use super::*;

    #[test]
    fn by_hand() {
        // Rest is 1; off by 0, 0, 3, 0, 1, 2, 4, 4, 4 at 10 Hz.
        let x = [1.0, 1.0, -2.0, 1.0, 2.0, 3.0, -3.0, 5.0, 5.0];
        let trial = Trial {
            x: &x,
            rate: 10.0,
            onset: 0.1,
            rest: 1.0,
        };
        let at = |threshold, dwell| trial.response(threshold, dwell);
        // The first peak lasts one sample.
        let r = at(1.5, 0.0).unwrap();
        near(r.seconds, 0.1, 1e-12);
        // From 0 to 3 in one sample: 1.5 is half way.
        near(r.crossed, 0.05, 1e-12);
        assert!(!r.already);
        let r = at(1.5, 0.2).unwrap();
        near(r.seconds, 0.4, 1e-12);
        near(r.crossed, 0.35, 1e-12);
        // 4 is not above 4; the dwell would reach past the end.
        assert_eq!(at(4.0, 0.0), None);
        assert_eq!(at(1.5, 0.4), None);
        let late = Trial {
            onset: 0.7,
            ..trial
        }
        .response(1.5, 0.0)
        .unwrap();
        assert_eq!((late.seconds, late.crossed, late.already), (0.0, 0.0, true));
        // On sample 2, which is past, though the one before is not.
        let on = Trial {
            onset: 0.2,
            ..trial
        }
        .response(1.5, 0.0)
        .unwrap();
        assert_eq!((on.seconds, on.already), (0.0, true));
        // Onset between samples 1 and 2: the first sample after is past, the one before is not.
        let between = Trial {
            onset: 0.16,
            ..trial
        }
        .response(1.5, 0.0)
        .unwrap();
        near(between.seconds, 0.04, 1e-12);
        assert!(!between.already);
        assert_eq!(between.crossed, 0.0);
    }

    #[test]
    fn what_makes_no_sense() {
        let trial = Trial {
            x: &[0.0, 5.0],
            rate: 10.0,
            onset: 0.0,
            rest: 0.0,
        };
        assert!(trial.response(1.0, 0.0).is_some());
        assert_eq!(Trial { x: &[], ..trial }.response(1.0, 0.0), None);
        assert_eq!(
            Trial {
                onset: 9.0,
                ..trial
            }
            .response(1.0, 0.0),
            None
        );
        assert_eq!(
            Trial {
                rest: f64::NAN,
                ..trial
            }
            .response(1.0, 0.0),
            None
        );
        assert_eq!(trial.response(f64::NAN, 0.0), None);
        assert_eq!(
            Trial {
                x: &[0.0, 5.0, f64::NAN, 5.0],
                ..trial
            }
            .response(1.0, 0.1),
            None
        );
    }

    #[test]
    fn against_a_search_of_every_window() {
        let axes: Vec<Vec<f64>> = (0..3)
            .map(|k| {
                let k = f64::from(k);
                sampled(2000, move |t| {
                    let after = (t - (6.0 + 0.3 * k)).max(0.0);
                    0.05 * libm::sin(5.0 * t + k) + 0.8 * (1.0 - libm::exp(-after))
                })
            })
            .collect();
        let trials: Vec<Trial> = axes
            .iter()
            .map(|x| Trial {
                x,
                rate: RATE,
                onset: 5.0,
                rest: 0.0,
            })
            .collect();
        // numpy 2.4.6: first i >= 500 with np.all(np.abs(x[i:i + 11]) > threshold); the line to the
        // sample before
        let r = trials[1].response(0.1, 0.1).unwrap();
        near(r.seconds, 1.37, 1e-9);
        near(r.crossed, 1.365419283162952, 1e-9);
        let rows = sensitivity(&trials, &[0.04, 0.1, 0.3, 0.7, 0.9], 0.1);
        let want = [
            (0.22, 0.02, 0.45),
            (1.37, 1.18, 1.81),
            (1.83, 1.42, 2.1),
            (3.49, 2.74, 3.54),
        ];
        for (row, (median, min, max)) in rows.iter().zip(want) {
            assert_eq!((row.trials, row.found, row.already), (3, 3, 0));
            near(row.median.unwrap(), median, 1e-9);
            near(row.min.unwrap(), min, 1e-9);
            near(row.max.unwrap(), max, 1e-9);
        }
        near(rows[0].mean.unwrap(), 0.23, 1e-9);
        assert_eq!(
            (rows[4].found, rows[4].mean, rows[4].median),
            (0, None, None)
        );
        assert_eq!(sensitivity(&[], &[0.1], 0.1)[0].trials, 0);
    }
}
