//! Calibration: of claims that are made with confidence p, is a share p right?
//!
//! - Reliability table: claims in [`BINS`] bins of equal width, each with its mean confidence and the
//!   share that was right.
//! - ECE = sum (n_k / N) |right_k - confidence_k| (expected calibration error; Naeini et al. 2015).
//! - Brier score = mean (p - y)^2 = reliability - resolution + uncertainty + within (Murphy 1973). The
//!   last term is what is left because the confidences of one bin are not all the same (Stephenson et
//!   al. 2008); Murphy's three are exact where they are.

use crate::perception::{Claim, Function};
use serde::Serialize;

/// Bins of the reliability table.
pub const BINS: usize = 15;

/// Sums over the claims of one bin.
#[derive(Clone, Copy, Debug, Default)]
struct BinSums {
    n: u64,
    reported: f64,
    correct: f64,
    /// Claims that were right.
    right: f64,
}

/// Sums over claims, from which everything follows. Runs are counted apart and added.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sums {
    bins: [BinSums; BINS],
    squared: f64,
}

impl Sums {
    /// One claim: its confidence, its true probability, and whether it was right.
    pub fn add(&mut self, reported: f64, correct: f64, right: bool) {
        let index = (reported * BINS as f64) as usize;
        let bin = &mut self.bins[index.min(BINS - 1)];
        bin.n += 1;
        bin.reported += reported;
        bin.correct += correct;
        bin.right += f64::from(u8::from(right));
        let error = reported - if right { 1.0 } else { 0.0 };
        self.squared += error * error;
    }

    /// A confidence whose claims are not on record, only their true probability: each counts for the share
    /// that would be right, and the Brier score for its expectation.
    pub fn expect(&mut self, reported: f64, correct: f64) {
        let index = (reported * BINS as f64) as usize;
        let bin = &mut self.bins[index.min(BINS - 1)];
        bin.n += 1;
        bin.reported += reported;
        bin.correct += correct;
        bin.right += correct;
        let error = reported - correct;
        self.squared += error * error + correct * (1.0 - correct);
    }

    pub fn merge(&mut self, other: &Self) {
        for (bin, more) in self.bins.iter_mut().zip(&other.bins) {
            bin.n += more.n;
            bin.reported += more.reported;
            bin.correct += more.correct;
            bin.right += more.right;
        }
        self.squared += other.squared;
    }

    /// What they come to; none without claims.
    pub fn calibration(&self) -> Option<Calibration> {
        let claims: u64 = self.bins.iter().map(|b| b.n).sum();
        if claims == 0 {
            return None;
        }
        let n = claims as f64;
        let right = self.bins.iter().map(|b| b.right).sum::<f64>() / n;
        let mut out = Calibration {
            claims,
            right,
            brier: self.squared / n,
            reliability: 0.0,
            resolution: 0.0,
            uncertainty: right * (1.0 - right),
            within: 0.0,
            ece: 0.0,
            bins: Vec::new(),
        };
        for (i, sums) in self.bins.iter().enumerate().filter(|(_, b)| b.n > 0) {
            let k = sums.n as f64;
            let bin = Bin {
                from: i as f64 / BINS as f64,
                to: (i + 1) as f64 / BINS as f64,
                claims: sums.n,
                confidence: sums.reported / k,
                probability: sums.correct / k,
                right: sums.right / k,
            };
            let gap = bin.confidence - bin.right;
            let apart = bin.right - right;
            out.reliability += k / n * gap * gap;
            out.resolution += k / n * apart * apart;
            out.ece += k / n * gap.abs();
            out.bins.push(bin);
        }
        out.within = out.brier - (out.reliability - out.resolution + out.uncertainty);
        Some(out)
    }
}

/// One row of the reliability table.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Bin {
    /// Confidences from this (included) ...
    pub from: f64,
    /// ... to this (excluded, but for 1).
    pub to: f64,
    pub claims: u64,
    /// Mean of what was reported.
    pub confidence: f64,
    /// Mean of the true probabilities.
    pub probability: f64,
    /// Share that was right.
    pub right: f64,
}

/// How well confidence says what is right. Everything from 0 to 1.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Calibration {
    pub claims: u64,
    /// Share of all that was right.
    pub right: f64,
    pub brier: f64,
    pub reliability: f64,
    pub resolution: f64,
    pub uncertainty: f64,
    pub within: f64,
    pub ece: f64,
    /// Those that have claims.
    pub bins: Vec<Bin>,
}

/// Sums by function, in the order of [`Function::ALL`], and over all.
#[derive(Clone, Copy, Debug, Default)]
pub struct ByFunction {
    pub functions: [Sums; Function::ALL.len()],
    pub all: Sums,
}

impl ByFunction {
    /// As [`Sums::expect`].
    pub fn expect(&mut self, function: Function, reported: f64, correct: f64) {
        for sums in [&mut self.functions[function as usize], &mut self.all] {
            sums.expect(reported, correct);
        }
    }

    pub fn claim(&mut self, claim: &Claim) {
        for sums in [&mut self.functions[claim.function as usize], &mut self.all] {
            sums.add(claim.reported, claim.correct, claim.right);
        }
    }

    pub fn merge(&mut self, other: &Self) {
        for (sums, more) in self.functions.iter_mut().zip(&other.functions) {
            sums.merge(more);
        }
        self.all.merge(&other.all);
    }

    /// Name and calibration of everything that has claims, "all" first.
    pub fn results(&self) -> Vec<(&'static str, Calibration)> {
        let functions = Function::ALL.iter().map(|f| f.name()).zip(&self.functions);
        std::iter::once(("all", &self.all))
            .chain(functions)
            .filter_map(|(name, sums)| Some((name, sums.calibration()?)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, stream};
    use rand::RngExt;

    fn of(claims: &[(f64, bool)]) -> Calibration {
        let mut sums = Sums::default();
        for (p, right) in claims {
            sums.add(*p, *p, *right);
        }
        sums.calibration().expect("claims")
    }

    fn near(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-12, "{a} is not {b}");
    }

    #[test]
    fn by_hand() {
        // 0.8 four times, right three times; 0.3 twice, right once.
        let c = of(&[
            (0.8, true),
            (0.8, true),
            (0.8, true),
            (0.8, false),
            (0.3, true),
            (0.3, false),
        ]);
        assert_eq!((c.claims, c.bins.len()), (6, 2));
        // (3 x 0.04 + 0.64 + 0.49 + 0.09) / 6
        near(c.brier, 1.34 / 6.0);
        near(c.right, 4.0 / 6.0);
        // 4/6 x 0.05^2 + 2/6 x 0.2^2
        near(c.reliability, 0.09 / 6.0);
        // 4/6 x (3/4 - 2/3)^2 + 2/6 x (1/2 - 2/3)^2
        near(c.resolution, 4.0 / 6.0 / 144.0 + 2.0 / 6.0 / 36.0);
        near(c.uncertainty, 2.0 / 9.0);
        near(c.ece, 4.0 / 6.0 * 0.05 + 2.0 / 6.0 * 0.2);
        // One value in each bin: Murphy's three terms are all of it.
        near(c.within, 0.0);
        near(c.bins[0].confidence, 0.3);
        near(c.bins[1].right, 0.75);
    }

    #[test]
    fn different_values_in_one_bin_leave_the_term_within() {
        // Bin 12 of 15 is 0.8 to 0.8667.
        let c = of(&[(0.81, true), (0.85, false)]);
        near(c.brier, (0.19 * 0.19 + 0.85 * 0.85) / 2.0);
        near(c.reliability, (0.83_f64 - 0.5).powi(2));
        // Stephenson: variance within (0.02^2) less twice the covariance (-0.01 x 2).
        near(c.within, 0.0004 + 0.02);
    }

    #[test]
    fn the_ends_belong_to_the_outer_bins_and_nothing_is_none() {
        let c = of(&[(0.0, false), (1.0, true)]);
        assert_eq!((c.bins[0].from, c.bins[1].to), (0.0, 1.0));
        near(c.brier, 0.0);
        near(c.ece, 0.0);
        assert_eq!(Sums::default().calibration(), None);
    }

    /// Claims with true probabilities all over, reported through `map`.
    fn made_up(map: impl Fn(f64) -> f64) -> Calibration {
        let mut rng = stream(7, Purpose::Sensors);
        let mut by_function = ByFunction::default();
        for i in 0..40_000 {
            let correct: f64 = rng.random();
            by_function.claim(&Claim {
                function: Function::ALL[i % 2],
                track: None,
                reported: map(correct),
                correct,
                right: rng.random::<f64>() < correct,
            });
        }
        let results = by_function.results();
        assert_eq!(
            results.iter().map(|r| r.0).collect::<Vec<_>>(),
            ["all", "free_space", "lanes"]
        );
        let parts: u64 = results[1..].iter().map(|r| r.1.claims).sum();
        assert_eq!(results[0].1.claims, parts);
        results.into_iter().next().expect("all").1
    }

    #[test]
    fn honest_confidence_is_calibrated_and_exaggerated_is_not() {
        let honest = made_up(|p| p);
        assert!(honest.ece < 0.02, "{honest:?}");
        assert!(honest.reliability < 1e-3);
        let over = made_up(|p| 0.8 + 0.2 * p);
        // Reported 0.9 on average, right half of the time.
        assert!((over.ece - 0.4).abs() < 0.01, "{over:?}");
        for bin in &over.bins {
            assert!(bin.confidence > bin.right - 0.05, "{bin:?}");
        }
        assert!(over.brier > honest.brier + 0.1);
    }

    #[test]
    fn counting_apart_and_adding_is_counting_together() {
        let (mut a, mut b, mut both) = (Sums::default(), Sums::default(), Sums::default());
        for i in 0..100_u32 {
            let (p, right) = (f64::from(i) / 99.0, i % 3 == 0);
            if i % 2 == 0 { &mut a } else { &mut b }.add(p, p, right);
            both.add(p, p, right);
        }
        a.merge(&b);
        let (a, both) = (
            a.calibration().expect("some"),
            both.calibration().expect("some"),
        );
        assert_eq!((a.claims, a.bins.len()), (both.claims, both.bins.len()));
        near(a.brier, both.brier);
        near(a.ece, both.ece);
    }
}
