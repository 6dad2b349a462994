//! How often: proportions, their differences and ratios, and exact tests of counts.

use super::{
    Interval,
    distribution::{ln_choose, z_critical},
};
use serde::Serialize;

/// A proportion with its interval.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Proportion {
    /// In how many cases it happened.
    pub events: u64,
    /// How many cases.
    pub n: u64,
    /// events / n.
    pub estimate: f64,
    /// Wilson's score interval.
    pub interval: Interval,
}

/// Proportion with Wilson's (1927) score interval, without continuity correction.
/// None for no cases or more events than cases.
pub fn wilson(events: u64, n: u64, level: f64) -> Option<Proportion> {
    if n == 0 || events > n {
        return None;
    }
    let z2 = z_critical(level)?.powi(2);
    let (size, p) = (n as f64, events as f64 / n as f64);
    let middle = p + z2 / (2.0 * size);
    let margin = (z2 * (p * (1.0 - p) / size + z2 / (4.0 * size * size))).sqrt();
    let scale = 1.0 + z2 / size;
    // At the ends the bound is exact; rounding must not move it.
    let low = if events == 0 {
        0.0
    } else {
        (middle - margin) / scale
    };
    let high = if events == n {
        1.0
    } else {
        (middle + margin) / scale
    };
    Some(Proportion {
        events,
        n,
        estimate: p,
        interval: Interval::new(low.max(0.0), high.min(1.0), level)?,
    })
}

/// Counts of two groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Cases of the first group in which it happened.
    pub events1: u64,
    /// Cases of the first group.
    pub n1: u64,
    /// Cases of the second group in which it happened.
    pub events2: u64,
    /// Cases of the second group.
    pub n2: u64,
}

impl Counts {
    /// The four cells: events and others of the first group, then of the second.
    /// None if a group has more events than cases.
    fn cells(&self) -> Option<[u64; 4]> {
        Some([
            self.events1,
            self.n1.checked_sub(self.events1)?,
            self.events2,
            self.n2.checked_sub(self.events2)?,
        ])
    }
}

/// Difference of two proportions.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// All cases.
    pub n: u64,
    /// What was counted.
    pub counts: Counts,
    /// First proportion less second.
    pub estimate: f64,
    /// Newcombe's hybrid score interval.
    pub interval: Interval,
}

/// First proportion less the second, with Newcombe's (1998) hybrid score interval (his method 10).
/// None if a group is empty or has more events than cases.
pub fn difference(counts: Counts, level: f64) -> Option<Difference> {
    let first = wilson(counts.events1, counts.n1, level)?;
    let second = wilson(counts.events2, counts.n2, level)?;
    let (p1, p2) = (first.estimate, second.estimate);
    let below = (p1 - first.interval.low).hypot(second.interval.high - p2);
    let above = (first.interval.high - p1).hypot(p2 - second.interval.low);
    Some(Difference {
        n: counts.n1 + counts.n2,
        counts,
        estimate: p1 - p2,
        interval: Interval::new(p1 - p2 - below, p1 - p2 + above, level)?,
    })
}

/// Ratio of two risks or two odds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ratio {
    /// All cases.
    pub n: u64,
    /// What was counted.
    pub counts: Counts,
    /// First over second.
    pub estimate: f64,
    /// Interval on the logarithmic scale (Wald).
    pub interval: Interval,
    /// Whether a cell was empty, so that 0.5 was added to every cell (Haldane-Anscombe). The estimate
    /// then depends on that choice.
    pub corrected: bool,
}

/// Odds of the first group over those of the second, with Woolf's (1955) interval.
/// None if a group is empty, or if it happened always or never in both.
pub fn odds_ratio(counts: Counts, level: f64) -> Option<Ratio> {
    let ([a, b, c, d], corrected) = filled(counts)?;
    let error = (1.0 / a + 1.0 / b + 1.0 / c + 1.0 / d).sqrt();
    ratio(counts, (a * d / (b * c)).ln(), error, corrected, level)
}

/// Risk in the first group over that in the second, with Katz's (1978) interval.
/// None if a group is empty, or if it happened always or never in both.
pub fn risk_ratio(counts: Counts, level: f64) -> Option<Ratio> {
    let ([a, b, c, d], corrected) = filled(counts)?;
    let (n1, n2) = (a + b, c + d);
    let error = (1.0 / a - 1.0 / n1 + 1.0 / c - 1.0 / n2).sqrt();
    ratio(counts, ((a / n1) / (c / n2)).ln(), error, corrected, level)
}

/// The cells, with 0.5 more in each if one is empty, and whether that was done.
fn filled(counts: Counts) -> Option<([f64; 4], bool)> {
    let cells = counts.cells()?;
    let never = counts.events1 + counts.events2 == 0;
    let always = cells[1] + cells[3] == 0;
    if counts.n1 == 0 || counts.n2 == 0 || never || always {
        return None;
    }
    let corrected = cells.contains(&0);
    let more = if corrected { 0.5 } else { 0.0 };
    Some((cells.map(|cell| cell as f64 + more), corrected))
}

fn ratio(counts: Counts, ln: f64, error: f64, corrected: bool, level: f64) -> Option<Ratio> {
    let margin = z_critical(level)? * error;
    Some(Ratio {
        n: counts.n1 + counts.n2,
        counts,
        estimate: ln.exp(),
        interval: Interval::new((ln - margin).exp(), (ln + margin).exp(), level)?,
        corrected,
    })
}

/// An exact test of counts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ExactTest {
    /// How many cases, or pairs, went into it.
    pub n: u64,
    /// Two-sided p value.
    pub p: f64,
}

/// Fisher's exact test of equal proportions, two-sided: the tables with these margins that are no more
/// likely than this one (as R's `fisher.test`). None if a group is empty or has more events than cases.
pub fn fisher(counts: Counts) -> Option<ExactTest> {
    counts.cells()?;
    let Counts {
        events1,
        n1,
        events2,
        n2,
    } = counts;
    if n1 == 0 || n2 == 0 {
        return None;
    }
    let events = events1 + events2;
    let ln_probability = |first: u64| {
        ln_choose(n1, first) + ln_choose(n2, events - first) - ln_choose(n1 + n2, events)
    };
    // R's tolerance: tables that are equally likely but for rounding count as such.
    let limit = ln_probability(events1) + 1e-7;
    let p: f64 = (events.saturating_sub(n2)..=events.min(n1))
        .map(ln_probability)
        .filter(|ln| *ln <= limit)
        .map(f64::exp)
        .sum();
    Some(ExactTest {
        n: n1 + n2,
        p: p.min(1.0),
    })
}

/// The same yes-or-no question asked twice of each pair (one person in two conditions).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PairedCounts {
    /// Yes both times.
    pub both: u64,
    /// Yes the first time only.
    pub first_only: u64,
    /// Yes the second time only.
    pub second_only: u64,
    /// No both times.
    pub neither: u64,
}

impl PairedCounts {
    /// Counts these pairs of answers.
    pub fn of(pairs: &[(bool, bool)]) -> Self {
        let mut counts = Self::default();
        for pair in pairs {
            match pair {
                (true, true) => counts.both += 1,
                (true, false) => counts.first_only += 1,
                (false, true) => counts.second_only += 1,
                (false, false) => counts.neither += 1,
            }
        }
        counts
    }
}

/// McNemar's exact test (two-sided binomial): do the answers change more often one way than the other?
/// Only pairs that changed bear on it; without one p is 1. None if there are no pairs at all.
pub fn mcnemar(counts: PairedCounts) -> Option<ExactTest> {
    let PairedCounts {
        both,
        first_only,
        second_only,
        neither,
    } = counts;
    let changed = first_only + second_only;
    let n = changed + both + neither;
    if n == 0 {
        return None;
    }
    let half = changed as f64 * std::f64::consts::LN_2;
    let tail: f64 = (0..=first_only.min(second_only))
        .map(|k| (ln_choose(changed, k) - half).exp())
        .sum();
    Some(ExactTest {
        n,
        p: (2.0 * tail).min(1.0),
    })
}

#[cfg(test)]
mod tests {
    use super::super::check::close;
    use super::*;

    fn counts(events1: u64, n1: u64, events2: u64, n2: u64) -> Counts {
        Counts {
            events1,
            n1,
            events2,
            n2,
        }
    }

    #[track_caller]
    fn interval(got: Interval, low: f64, high: f64) {
        close(got.low, low, 1e-9);
        close(got.high, high, 1e-9);
    }

    #[test]
    fn wilson_agrees_with_r() {
        // R 4.2.2: prop.test(x, n, correct = FALSE)$conf.int
        interval(
            wilson(7, 20, 0.95).unwrap().interval,
            0.181191824101082,
            0.567145723314764,
        );
        interval(
            wilson(81, 263, 0.99).unwrap().interval,
            0.240136902687608,
            0.38528250231823,
        );
        let none = wilson(0, 20, 0.95).unwrap().interval;
        assert_eq!(none.low, 0.0);
        close(none.high, 0.161125158052819, 1e-9);
        let all = wilson(20, 20, 0.95).unwrap().interval;
        close(all.low, 0.838874841947181, 1e-9);
        assert_eq!(all.high, 1.0);
    }

    #[test]
    fn newcombe_agrees_with_his_paper_and_statsmodels() {
        // Newcombe (1998), table II, method 10, 56/70 - 48/80: 0.0524 to 0.3339.
        let d = difference(counts(56, 70, 48, 80), 0.95).unwrap();
        assert!((d.interval.low - 0.0524).abs() < 5e-5 && (d.interval.high - 0.3339).abs() < 5e-5);
        // statsmodels 0.15.0: confint_proportions_2indep(7, 20, 2, 25, method="newcomb")
        let d = difference(counts(7, 20, 2, 25), 0.95).unwrap();
        close(d.estimate, 0.27, 1e-12);
        interval(d.interval, 0.030665327330141212, 0.49470146234854806);
    }

    #[test]
    fn ratios_agree_with_statsmodels() {
        // statsmodels 0.15.0: Table2x2([[7, 13], [2, 23]]), oddsratio(_confint), riskratio(_confint)
        let odds = odds_ratio(counts(7, 20, 2, 25), 0.95).unwrap();
        close(odds.estimate, 6.1923076923076925, 1e-12);
        interval(odds.interval, 1.1173857942503718, 34.31641493342733);
        let risk = risk_ratio(counts(7, 20, 2, 25), 0.95).unwrap();
        close(risk.estimate, 4.375, 1e-12);
        interval(risk.interval, 1.0187615946424906, 18.78812972599044);
        // statsmodels 0.15.0: Table2x2([[7.5, 13.5], [0.5, 25.5]])
        let odds = odds_ratio(counts(7, 20, 0, 25), 0.95).unwrap();
        assert!(odds.corrected);
        close(odds.estimate, 28.333333333333332, 1e-12);
        interval(odds.interval, 1.501252897320516, 534.7385368651749);
        let risk = risk_ratio(counts(7, 20, 0, 25), 0.95).unwrap();
        close(risk.estimate, 18.57142857142857, 1e-12);
        interval(risk.interval, 1.1244161513838036, 306.73515206910906);
    }

    #[test]
    fn fisher_agrees_with_r() {
        // R 4.2.2: fisher.test(matrix(c(a, b, c, d), 2))$p.value
        let p = |a, b, c, d| fisher(counts(a, a + b, c, c + d)).unwrap().p;
        close(p(3, 1, 1, 3), 0.485714285714286, 1e-9);
        close(p(7, 13, 2, 23), 0.0567025223860164, 1e-9);
        close(p(120, 380, 90, 410), 0.0242063543344611, 1e-9);
        close(p(0, 5, 0, 7), 1.0, 1e-12);
    }

    #[test]
    fn mcnemar_agrees_with_r() {
        let changed = |first_only, second_only| PairedCounts {
            first_only,
            second_only,
            both: 3,
            neither: 1,
        };
        // R 4.2.2: binom.test(b, b + c)$p.value
        close(mcnemar(changed(2, 9)).unwrap().p, 0.0654296875, 1e-9);
        close(
            mcnemar(changed(30, 14)).unwrap().p,
            0.0226288412059148,
            1e-9,
        );
        close(mcnemar(changed(4, 4)).unwrap().p, 1.0, 1e-12);
        assert_eq!(mcnemar(changed(0, 0)).unwrap(), ExactTest { n: 4, p: 1.0 });
    }

    #[test]
    fn counts_pairs() {
        let pairs = [(true, true), (true, false), (false, true), (false, true)];
        let counts = PairedCounts {
            both: 1,
            first_only: 1,
            second_only: 2,
            neither: 0,
        };
        assert_eq!(PairedCounts::of(&pairs), counts);
    }

    #[test]
    fn says_none_where_nothing_can_be_said() {
        assert_eq!(wilson(0, 0, 0.95), None);
        assert_eq!(wilson(3, 2, 0.95), None);
        assert_eq!(difference(counts(0, 0, 1, 2), 0.95), None);
        assert_eq!(odds_ratio(counts(0, 5, 0, 5), 0.95), None);
        assert_eq!(risk_ratio(counts(5, 5, 5, 5), 0.95), None);
        assert_eq!(fisher(counts(2, 1, 0, 1)), None);
        assert_eq!(mcnemar(PairedCounts::default()), None);
    }
}
