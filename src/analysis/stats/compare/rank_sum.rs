//! Mann and Whitney's U: is a number of one group as likely above as below one of the other?

use super::{
    super::{distribution::normal_two_sided, finite},
    Comparison, Reference, Test, has_ties, ranks,
    ranks::tie_sum,
};

/// Up to this many numbers in each group the exact distribution is used, as R does.
const EXACT_BELOW: usize = 50;

/// Mann and Whitney's (1947) U of `xs`: pairs in which x is above y, ties counting half.
///
/// Exact for fewer than 50 numbers in each group and no ties; otherwise normal, corrected for ties and
/// continuity. None if a group is empty, or if all numbers are equal.
pub fn mann_whitney(xs: &[f64], ys: &[f64]) -> Option<Comparison> {
    let (xs, out_x) = finite(xs);
    let (ys, out_y) = finite(ys);
    if xs.is_empty() || ys.is_empty() {
        return None;
    }
    let (nx, ny) = (xs.len() as f64, ys.len() as f64);
    let all = [xs.as_slice(), ys.as_slice()].concat();
    let rank_sum: f64 = ranks(&all).iter().take(xs.len()).sum();
    let u = rank_sum - nx * (nx + 1.0) / 2.0;

    let exact = xs.len() < EXACT_BELOW && ys.len() < EXACT_BELOW && !has_ties(&all);
    let p = if exact {
        let ways = rank_sum_ways(xs.len(), ys.len());
        let smaller = u.min(nx * ny - u) as usize;
        let tail: f64 = ways.iter().take(smaller + 1).sum();
        (2.0 * tail / ways.iter().sum::<f64>()).min(1.0)
    } else {
        let n = nx + ny;
        let variance = nx * ny / 12.0 * (n + 1.0 - tie_sum(&all) / (n * (n - 1.0)));
        // The continuity correction moves towards the middle, and not beyond it.
        let distance = ((u - nx * ny / 2.0).abs() - 0.5).max(0.0);
        normal_two_sided(distance / variance.sqrt())
    };
    if p.is_nan() {
        return None;
    }
    Some(Comparison {
        test: Test::MannWhitney,
        reference: if exact {
            Reference::Exact
        } else {
            Reference::Normal
        },
        n: xs.len() + ys.len(),
        groups: vec![xs.len(), ys.len()],
        left_out: out_x + out_y,
        zeros: 0,
        statistic: u,
        df: None,
        p,
    })
}

/// In how many ways U can be 0, 1, ... n m, without ties.
pub(in super::super) fn rank_sum_ways(n: usize, m: usize) -> Vec<f64> {
    // ways[j][u]: j of the ranks so far are of the first group, and u pairs have it above.
    let top = n * m;
    let mut ways = vec![vec![0.0; top + 1]; n + 1];
    ways[0][0] = 1.0;
    for rank in 1..=n + m {
        for j in (1..=n.min(rank)).rev() {
            // If this rank is the first group's j-th, so many of the second are below it.
            let below = rank - j;
            for u in below..=top {
                ways[j][u] += ways[j - 1][u - below];
            }
        }
    }
    ways.pop().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::super::check::close;
    use super::super::sample::{A, B, TIED_A, TIED_B};
    use super::*;

    #[test]
    fn exact_agrees_with_r() {
        // R 4.2.2: wilcox.test(a, b)
        let u = mann_whitney(&A, &B).unwrap();
        assert_eq!((u.statistic, u.reference), (10.0, Reference::Exact));
        close(u.p, 0.0111065405183052, 1e-11);
        // wilcox.test(1:49, 1:49 + 5.5)
        let xs: Vec<f64> = (1..50).map(f64::from).collect();
        let ys: Vec<f64> = xs.iter().map(|x| x + 5.5).collect();
        let u = mann_whitney(&xs, &ys).unwrap();
        assert_eq!(u.reference, Reference::Exact);
        close(u.p, 0.0710044972165612, 1e-9);
    }

    #[test]
    fn normal_agrees_with_r() {
        // R 4.2.2: wilcox.test(a, b), which warns of ties
        let u = mann_whitney(&TIED_A, &TIED_B).unwrap();
        assert_eq!((u.statistic, u.reference), (11.5, Reference::Normal));
        close(u.p, 0.0617066900283127, 1e-11);
    }

    #[test]
    fn counts_ways() {
        // By hand: two of four ranks.
        assert_eq!(rank_sum_ways(2, 2), [1.0, 1.0, 2.0, 1.0, 1.0]);
        assert_eq!(rank_sum_ways(1, 3), [1.0, 1.0, 1.0, 1.0]);
    }

    #[test]
    fn the_middle_has_p_one() {
        assert_eq!(mann_whitney(&[1.0, 4.0], &[2.0, 3.0]).unwrap().p, 1.0);
        assert_eq!(
            mann_whitney(&[1.0, 3.0, 3.0], &[2.0, 2.0, 4.0, 2.5])
                .unwrap()
                .left_out,
            0
        );
    }

    #[test]
    fn says_none_where_nothing_can_be_compared() {
        assert_eq!(mann_whitney(&[], &[1.0]), None);
        assert_eq!(mann_whitney(&[f64::NAN], &[1.0]), None);
        assert_eq!(mann_whitney(&[1.0, 1.0], &[1.0]), None);
    }
}
