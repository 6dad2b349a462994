//! Permutation tests: how often would chance alone give a figure as large?

use super::{
    super::{describe::mean, distribution::ln_choose, finite, finite_pairs},
    Comparison, Reference, Test,
};
use rand::RngExt;
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};

/// Do two groups differ in any figure, such as the difference of their medians? Under chance alone each
/// number could as well have been in the other group.
///
/// All arrangements are tried if there are no more than `resamples` of them; else so many are drawn, and
/// p is (1 + those at least as far from zero) / (1 + resamples): Phipson and Smyth (2010). The figure
/// should be zero where groups are alike. None if a group is empty, if the figure of the data is not
/// known, or if that of an arrangement is not.
pub fn permutation(
    xs: &[f64],
    ys: &[f64],
    statistic: impl Fn(&[f64], &[f64]) -> Option<f64>,
    resamples: usize,
    seed: u64,
) -> Option<Comparison> {
    let (xs, out_x) = finite(xs);
    let (ys, out_y) = finite(ys);
    if xs.is_empty() || ys.is_empty() || resamples == 0 {
        return None;
    }
    let k = xs.len();
    let mut all = [xs.as_slice(), ys.as_slice()].concat();
    let n = all.len();
    let figure = |all: &[f64]| statistic(&all[..k], &all[k..]).filter(|x| x.is_finite());
    let observed = figure(&all)?;
    let limit = at_least(observed);

    let exact = ln_choose(n as u64, k as u64) <= (resamples as f64 + 0.5).ln();
    let p = if exact {
        let (mut extreme, mut tried) = (0_usize, 0_usize);
        let mut chosen: Vec<usize> = (0..k).collect();
        loop {
            let arranged = arrange(&all, &chosen);
            tried += 1;
            extreme += usize::from(figure(&arranged)?.abs() >= limit);
            if !next_choice(&mut chosen, n) {
                break;
            }
        }
        extreme as f64 / tried as f64
    } else {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut extreme = 0_usize;
        for _ in 0..resamples {
            // The first k of a shuffle (Fisher and Yates).
            for i in 0..k {
                let j = rng.random_range(i..n);
                all.swap(i, j);
            }
            extreme += usize::from(figure(&all)?.abs() >= limit);
        }
        (extreme + 1) as f64 / (resamples + 1) as f64
    };
    Some(Comparison {
        test: Test::Permutation,
        reference: if exact {
            Reference::Exact
        } else {
            Reference::MonteCarlo
        },
        n,
        groups: vec![k, n - k],
        left_out: out_x + out_y,
        zeros: 0,
        statistic: observed,
        df: None,
        p,
    })
}

/// Is the mean of the differences first - second zero? Under chance alone each difference could as well
/// have had the other sign. All or so many arrangements as in [`permutation`]. None without pairs.
pub fn sign_flip(pairs: &[(f64, f64)], resamples: usize, seed: u64) -> Option<Comparison> {
    let (pairs, left_out) = finite_pairs(pairs);
    let differences: Vec<f64> = pairs.iter().map(|(a, b)| a - b).collect();
    let observed = mean(&differences)?;
    if resamples == 0 {
        return None;
    }
    let n = differences.len();
    let limit = at_least(observed) * n as f64;

    let exact = n < 60 && (1_u64 << n) <= resamples as u64;
    let p = if exact {
        let flipped = |signs: u64| -> f64 {
            let sign = |i: usize| if signs >> i & 1 == 1 { -1.0 } else { 1.0 };
            differences
                .iter()
                .enumerate()
                .map(|(i, d)| sign(i) * d)
                .sum()
        };
        let arrangements = 1_u64 << n;
        let extreme = (0..arrangements)
            .filter(|signs| flipped(*signs).abs() >= limit)
            .count();
        extreme as f64 / arrangements as f64
    } else {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut extreme = 0_usize;
        for _ in 0..resamples {
            let flip = |d: &f64| if rng.random::<bool>() { -d } else { *d };
            let sum: f64 = differences.iter().map(flip).sum();
            extreme += usize::from(sum.abs() >= limit);
        }
        (extreme + 1) as f64 / (resamples + 1) as f64
    };
    Some(Comparison {
        test: Test::SignFlip,
        reference: if exact {
            Reference::Exact
        } else {
            Reference::MonteCarlo
        },
        n,
        groups: vec![n],
        left_out,
        zeros: 0,
        statistic: observed,
        df: None,
        p,
    })
}

/// What counts as being as far from zero: less a little, so that rounding does not hide a tie.
fn at_least(observed: f64) -> f64 {
    observed.abs() * (1.0 - 1e-9)
}

/// The chosen numbers first, then the others.
fn arrange(all: &[f64], chosen: &[usize]) -> Vec<f64> {
    let first = chosen.iter().map(|i| all[*i]);
    let others = (0..all.len())
        .filter(|i| chosen.binary_search(i).is_err())
        .map(|i| all[i]);
    first.chain(others).collect()
}

/// The next choice of places out of `n`, in lexical order; false after the last.
fn next_choice(chosen: &mut [usize], n: usize) -> bool {
    let k = chosen.len();
    let Some(i) = (0..k).rev().find(|i| chosen[*i] < n - k + i) else {
        return false;
    };
    chosen[i] += 1;
    for j in i + 1..k {
        chosen[j] = chosen[j - 1] + 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::super::super::check::close;
    use super::super::sample::{A, B, PAIRS};
    use super::*;

    fn difference_of_means(xs: &[f64], ys: &[f64]) -> Option<f64> {
        Some(mean(xs)? - mean(ys)?)
    }

    #[test]
    fn all_arrangements_agree_with_scipy() {
        // scipy 1.17.1: stats.permutation_test((a, b), |mean a - mean b|, alternative="greater",
        // n_resamples=inf)
        let p = permutation(&A, &B, difference_of_means, 30_000, 1).unwrap();
        assert_eq!((p.reference, p.n), (Reference::Exact, 17));
        close(p.p, 0.03336075689016865, 1e-12);
        // The same with permutation_type="samples"
        let p = sign_flip(&PAIRS, 1024, 1).unwrap();
        assert_eq!(p.reference, Reference::Exact);
        close(p.p, 0.041015625, 1e-12);
    }

    #[test]
    fn drawn_arrangements_come_close_to_all() {
        let exact = permutation(&A, &B, difference_of_means, 30_000, 1)
            .unwrap()
            .p;
        let drawn = permutation(&A, &B, difference_of_means, 9999, 1).unwrap();
        assert_eq!(drawn.reference, Reference::MonteCarlo);
        // Four standard errors.
        let error = (exact * (1.0 - exact) / 9999.0).sqrt();
        assert!((drawn.p - exact).abs() < 4.0 * error);
        let exact = sign_flip(&PAIRS, 1024, 1).unwrap().p;
        let drawn = sign_flip(&PAIRS, 1023, 7).unwrap();
        assert_eq!(drawn.reference, Reference::MonteCarlo);
        assert!((drawn.p - exact).abs() < 4.0 * (exact * (1.0 - exact) / 1023.0).sqrt());
    }

    #[test]
    fn a_seed_gives_the_same_again() {
        let run = |seed| permutation(&A, &B, difference_of_means, 999, seed);
        assert_eq!(run(3), run(3));
        assert_ne!(run(3), run(4));
    }

    #[test]
    fn tries_every_choice_once() {
        let mut chosen = vec![0, 1];
        let mut seen = vec![chosen.clone()];
        while next_choice(&mut chosen, 4) {
            seen.push(chosen.clone());
        }
        assert_eq!(seen, [[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]]);
    }

    #[test]
    fn equal_numbers_have_p_one() {
        assert_eq!(
            permutation(&[1.0, 1.0], &[1.0], difference_of_means, 99, 1)
                .unwrap()
                .p,
            1.0
        );
        assert_eq!(sign_flip(&[(1.0, 1.0)], 99, 1).unwrap().p, 1.0);
    }

    #[test]
    fn says_none_where_nothing_can_be_compared() {
        assert_eq!(permutation(&[], &[1.0], difference_of_means, 99, 1), None);
        assert_eq!(
            permutation(&[1.0], &[2.0], |_, _| Some(f64::NAN), 99, 1),
            None
        );
        assert_eq!(permutation(&[1.0], &[2.0], difference_of_means, 0, 1), None);
        assert_eq!(sign_flip(&[(f64::NAN, 1.0)], 99, 1), None);
    }
}
