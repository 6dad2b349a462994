//! Wilcoxon's signed rank: are paired differences as often and as far above zero as below?

use super::{
    super::{distribution::normal_two_sided, finite_pairs},
    Comparison, Reference, Test, has_ties, ranks,
    ranks::tie_sum,
};

/// Up to this many pairs the exact distribution is used, as R does.
const EXACT_BELOW: usize = 50;

/// Wilcoxon's (1945) V of the differences first - second: sum of the ranks of those above zero.
///
/// Pairs without a difference are not used (`zeros`). Exact for fewer than 50 pairs, no ties and no
/// zeros; otherwise normal, corrected for ties and continuity. None without a pair that differs.
pub fn signed_rank(pairs: &[(f64, f64)]) -> Option<Comparison> {
    let (pairs, left_out) = finite_pairs(pairs);
    let differences: Vec<f64> = pairs
        .iter()
        .map(|(a, b)| a - b)
        .filter(|d| *d != 0.0)
        .collect();
    let zeros = pairs.len() - differences.len();
    if differences.is_empty() {
        return None;
    }
    let sizes: Vec<f64> = differences.iter().map(|d| d.abs()).collect();
    let v: f64 = ranks(&sizes)
        .iter()
        .zip(&differences)
        .filter(|(_, d)| **d > 0.0)
        .map(|(rank, _)| rank)
        .sum();

    let count = differences.len();
    let n = count as f64;
    let top = n * (n + 1.0) / 2.0;
    let exact = count < EXACT_BELOW && zeros == 0 && !has_ties(&sizes);
    let p = if exact {
        let ways = signed_rank_ways(count);
        let tail: f64 = ways.iter().take(v.min(top - v) as usize + 1).sum();
        (2.0 * tail / ways.iter().sum::<f64>()).min(1.0)
    } else {
        let variance = n * (n + 1.0) * (2.0 * n + 1.0) / 24.0 - tie_sum(&sizes) / 48.0;
        let distance = ((v - top / 2.0).abs() - 0.5).max(0.0);
        normal_two_sided(distance / variance.sqrt())
    };
    Some(Comparison {
        test: Test::SignedRank,
        reference: if exact {
            Reference::Exact
        } else {
            Reference::Normal
        },
        n: count,
        groups: vec![count],
        left_out,
        zeros,
        statistic: v,
        df: None,
        p,
    })
}

/// In how many ways V can be 0, 1, ... n (n + 1) / 2, without ties.
pub(in super::super) fn signed_rank_ways(n: usize) -> Vec<f64> {
    let top = n * (n + 1) / 2;
    let mut ways = vec![0.0; top + 1];
    ways[0] = 1.0;
    for rank in 1..=n {
        for v in (rank..=top).rev() {
            ways[v] += ways[v - rank];
        }
    }
    ways
}

#[cfg(test)]
mod tests {
    use super::super::super::check::close;
    use super::super::sample::{PAIRS, TIED_PAIRS};
    use super::*;

    #[test]
    fn exact_agrees_with_r() {
        // R 4.2.2: wilcox.test(x, y, paired = TRUE)
        let v = signed_rank(&PAIRS).unwrap();
        assert_eq!((v.statistic, v.reference, v.n), (8.0, Reference::Exact, 10));
        close(v.p, 0.048828125, 1e-11);
    }

    #[test]
    fn normal_agrees_with_r() {
        // The same; R warns of ties and zeroes.
        let v = signed_rank(&TIED_PAIRS).unwrap();
        assert_eq!(
            (v.statistic, v.reference, v.n, v.zeros),
            (4.0, Reference::Normal, 8, 1)
        );
        close(v.p, 0.0568537936122417, 1e-11);
    }

    #[test]
    fn counts_ways() {
        // By hand: subsets of {1, 2, 3} by their sum.
        assert_eq!(signed_rank_ways(3), [1.0, 1.0, 1.0, 2.0, 1.0, 1.0, 1.0]);
    }

    #[test]
    fn few_pairs() {
        assert_eq!(signed_rank(&[]), None);
        assert_eq!(signed_rank(&[(1.0, 1.0)]), None);
        assert_eq!(signed_rank(&[(1.0, 2.0), (f64::NAN, 1.0)]).unwrap().p, 1.0);
    }
}
