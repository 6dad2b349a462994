//! Do groups or conditions differ? Each test returns one [`Comparison`]; p values are two-sided.
//!
//! | who | numbers nearly normal | only their order counts |
//! |---|---|---|
//! | two groups of people | [`welch()`] | [`mann_whitney()`], [`permutation()`] |
//! | the same people twice | [`paired_t()`] | [`signed_rank()`], [`sign_flip()`] |
//! | more groups | | [`kruskal_wallis()`] |
//! | the same people in more conditions | | [`friedman()`] |
//!
//! A test says whether, [`super::effect`] says how much: report both.

mod permutation;
mod rank_sum;
mod ranks;
mod several;
mod signed_rank;
mod t;

pub use permutation::{permutation, sign_flip};
pub use rank_sum::mann_whitney;
pub use several::{friedman, kruskal_wallis};
pub use signed_rank::signed_rank;
pub use t::{paired_t, welch};

pub(super) use rank_sum::rank_sum_ways;
pub(super) use ranks::{has_ties, ranks};
pub(super) use signed_rank::signed_rank_ways;

use serde::Serialize;

/// Which test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Test {
    /// Welch's t.
    Welch,
    /// Student's t of paired differences.
    PairedT,
    /// Mann and Whitney's U (Wilcoxon's rank sum).
    MannWhitney,
    /// Wilcoxon's signed rank.
    SignedRank,
    /// Permutation of two groups.
    Permutation,
    /// Permutation of the signs of paired differences.
    SignFlip,
    /// Kruskal and Wallis's H.
    KruskalWallis,
    /// Friedman's chi-squared.
    Friedman,
}

impl Test {
    /// Its name for tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Welch => "Welch's t",
            Self::PairedT => "paired t",
            Self::MannWhitney => "Mann-Whitney U",
            Self::SignedRank => "Wilcoxon signed rank V",
            Self::Permutation => "permutation",
            Self::SignFlip => "sign permutation",
            Self::KruskalWallis => "Kruskal-Wallis H",
            Self::Friedman => "Friedman chi-squared",
        }
    }
}

/// Where the p value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Reference {
    /// Student's t distribution.
    T,
    /// All arrangements of the data.
    Exact,
    /// Normal approximation, corrected for ties and continuity.
    Normal,
    /// Chi-squared approximation, corrected for ties.
    ChiSquared,
    /// A random sample of the arrangements.
    MonteCarlo,
}

/// Outcome of a test.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// Which test.
    pub test: Test,
    /// Where p comes from.
    pub reference: Reference,
    /// Cases that went into it: numbers in all groups, pairs, or people.
    pub n: usize,
    /// Cases in each group; for paired tests the pairs, for Friedman's test the people.
    pub groups: Vec<usize>,
    /// Numbers, pairs or people left out, because a number is not finite or missing.
    pub left_out: usize,
    /// Pairs without a difference, which [`signed_rank()`] does not use; 0 for other tests.
    pub zeros: usize,
    /// t, U, V, H, chi-squared or the figure that was permuted.
    pub statistic: f64,
    /// Degrees of freedom, where the test has any.
    pub df: Option<f64>,
    /// Two-sided p value.
    pub p: f64,
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
    pub const TIED_PAIRS: [(f64, f64); 9] = [
        (2.0, 3.0),
        (1.0, 1.5),
        (3.0, 3.0),
        (2.5, 2.0),
        (1.0, 3.0),
        (4.0, 5.5),
        (2.0, 4.0),
        (1.5, 1.0),
        (2.5, 4.0),
    ];
    pub const ROWS: [[f64; 3]; 6] = [
        [2.1, 2.4, 3.0],
        [1.4, 1.2, 1.9],
        [3.3, 3.3, 4.1],
        [0.9, 1.1, 1.6],
        [2.7, 3.5, 3.1],
        [5.8, 5.9, 5.9],
    ];
}
