//! By how much do groups or conditions differ? Each figure is one [`Effect`] with its interval.
//!
//! | question | two groups of people | the same people twice |
//! |---|---|---|
//! | in standard deviations | [`cohens_d()`], [`hedges_g()`] | [`paired_d()`] |
//! | which is larger, how often | [`cliffs_delta()`], [`auc()`] | [`rank_biserial()`] |
//! | in the unit of the numbers | [`shift()`] | [`paired_shift()`] |
//!
//! All are positive where the first group or condition is larger ([`auc()`]: above one half).

mod dominance;
mod shift;
mod standardised;

pub use dominance::{auc, cliffs_delta, rank_biserial};
pub use shift::{paired_shift, shift};
pub use standardised::{cohens_d, hedges_g, paired_d};

use super::Interval;
use serde::Serialize;

/// Which figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Measure {
    /// Difference of means in pooled standard deviations.
    CohensD,
    /// The same, corrected for small samples.
    HedgesG,
    /// Mean of paired differences in their standard deviations (d_z).
    PairedD,
    /// P(x > y) - P(x < y). For two groups this is the rank-biserial correlation too.
    CliffsDelta,
    /// P(x > y) + P(x = y) / 2: common-language effect, area under the ROC curve.
    Auc,
    /// Matched pairs: rank sum of positive differences less that of negative ones, as share of both.
    RankBiserial,
    /// Hodges and Lehmann's median of all differences x - y, in their unit.
    Shift,
    /// Hodges and Lehmann's pseudomedian of paired differences, in their unit.
    PairedShift,
}

impl Measure {
    /// Its name for tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::CohensD => "Cohen's d",
            Self::HedgesG => "Hedges' g",
            Self::PairedD => "d_z",
            Self::CliffsDelta => "Cliff's delta",
            Self::Auc => "P(first > second)",
            Self::RankBiserial => "matched rank-biserial",
            Self::Shift | Self::PairedShift => "Hodges-Lehmann shift",
        }
    }
}

/// How large an effect is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Effect {
    /// Which figure.
    pub measure: Measure,
    /// Cases that went into it: numbers in both groups, or pairs.
    pub n: usize,
    /// Cases in each group, or pairs.
    pub groups: Vec<usize>,
    /// Numbers or pairs left out, because they are not finite.
    pub left_out: usize,
    /// The figure.
    pub estimate: f64,
    /// Its interval. None where the function says so.
    pub interval: Option<Interval>,
}

/// Invented takeover times in seconds, for the tests.
#[cfg(test)]
mod sample {
    pub const A: [f64; 9] = [2.1, 1.4, 3.3, 0.9, 2.7, 5.8, 1.9, 2.2, 1.1];
    pub const B: [f64; 8] = [3.1, 4.6, 2.8, 6.2, 3.9, 2.3, 7.4, 3.6];
    pub const TIED_A: [f64; 8] = [1.5, 2.0, 2.0, 2.5, 3.0, 3.5, 3.5, 4.0];
    pub const TIED_B: [f64; 7] = [2.0, 3.0, 3.5, 4.5, 4.5, 5.0, 6.0];
    pub const PAIRS: [(f64, f64); 10] = [
        (2.1, 3.0),
        (1.4, 1.9),
        (3.3, 2.6),
        (0.9, 2.05),
        (2.7, 4.3),
        (5.8, 5.4),
        (1.9, 3.2),
        (2.2, 2.5),
        (1.1, 3.5),
        (3.0, 3.1),
    ];
}
