//! More than two groups or conditions: Kruskal and Wallis, Friedman.

use super::{
    super::{distribution::chi2_upper, finite},
    Comparison, Reference, Test, ranks,
    ranks::tie_sum,
};

/// Do groups of people differ? Kruskal and Wallis's (1952) H, corrected for ties; chi-squared
/// approximation, which is rough for groups of fewer than five.
///
/// Groups without a finite number are not counted in the degrees of freedom. None for fewer than two
/// others, or if all numbers are equal.
pub fn kruskal_wallis<G: AsRef<[f64]>>(groups: &[G]) -> Option<Comparison> {
    let kept: Vec<(Vec<f64>, usize)> = groups.iter().map(|g| finite(g.as_ref())).collect();
    let left_out = kept.iter().map(|(_, out)| out).sum();
    let sizes: Vec<usize> = kept.iter().map(|(xs, _)| xs.len()).collect();
    let used = sizes.iter().filter(|size| **size > 0).count();
    if used < 2 {
        return None;
    }
    let all: Vec<f64> = kept.into_iter().flat_map(|(xs, _)| xs).collect();
    let n = all.len() as f64;
    let ranks = ranks(&all);
    let mut rest = ranks.as_slice();
    let mut between = 0.0;
    for size in sizes.iter().filter(|size| **size > 0) {
        let (own, others) = rest.split_at(*size);
        between += own.iter().sum::<f64>().powi(2) / *size as f64;
        rest = others;
    }
    let ties = 1.0 - tie_sum(&all) / (n.powi(3) - n);
    let h = (12.0 * between / (n * (n + 1.0)) - 3.0 * (n + 1.0)) / ties;
    if !h.is_finite() {
        return None;
    }
    let df = used as f64 - 1.0;
    Some(Comparison {
        test: Test::KruskalWallis,
        reference: Reference::ChiSquared,
        n: all.len(),
        groups: sizes,
        left_out,
        zeros: 0,
        statistic: h.max(0.0),
        df: Some(df),
        p: chi2_upper(h, df),
    })
}

/// Do conditions differ in which the same people were? Friedman's (1937) chi-squared, corrected for ties.
///
/// A row is one person, with one number for each condition in the same order. People with a number that
/// is missing or not finite are left out: the first row says how many conditions there are. None for
/// fewer than two conditions or people, or if nobody's numbers differ.
pub fn friedman<R: AsRef<[f64]>>(people: &[R]) -> Option<Comparison> {
    let k = people.first()?.as_ref().len();
    let whole = |row: &&[f64]| row.len() == k && row.iter().all(|x| x.is_finite());
    let rows: Vec<&[f64]> = people.iter().map(AsRef::as_ref).filter(whole).collect();
    if k < 2 || rows.len() < 2 {
        return None;
    }
    let (n, conditions) = (rows.len() as f64, k as f64);
    let mut sums = vec![0.0; k];
    let mut ties = 0.0;
    for row in &rows {
        ties += tie_sum(row);
        for (sum, rank) in sums.iter_mut().zip(ranks(row)) {
            *sum += rank;
        }
    }
    let expected = n * (conditions + 1.0) / 2.0;
    let spread: f64 = sums.iter().map(|sum| (sum - expected).powi(2)).sum();
    let scale = n * conditions * (conditions + 1.0) - ties / (conditions - 1.0);
    let chi2 = 12.0 * spread / scale;
    if !chi2.is_finite() {
        return None;
    }
    let df = conditions - 1.0;
    Some(Comparison {
        test: Test::Friedman,
        reference: Reference::ChiSquared,
        n: rows.len(),
        groups: vec![rows.len(); k],
        left_out: people.len() - rows.len(),
        zeros: 0,
        statistic: chi2,
        df: Some(df),
        p: chi2_upper(chi2, df),
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::check::close;
    use super::super::sample::{A, B, ROWS, TIED_A};
    use super::*;

    #[test]
    fn kruskal_wallis_agrees_with_r() {
        // R 4.2.2: kruskal.test(list(a, b, tied_a))
        let h = kruskal_wallis(&[A.as_slice(), &B, &TIED_A]).unwrap();
        close(h.statistic, 7.51860405440082, 1e-11);
        close(h.p, 0.0232999974651948, 1e-10);
        assert_eq!((h.df, h.groups), (Some(2.0), vec![9, 8, 8]));
    }

    #[test]
    fn friedman_agrees_with_r() {
        // R 4.2.2: friedman.test(rows); the rows have ties
        let f = friedman(&ROWS).unwrap();
        close(f.statistic, 7.36363636363636, 1e-11);
        close(f.p, 0.0251771565465931, 1e-10);
        assert_eq!((f.n, f.df), (6, Some(2.0)));
    }

    #[test]
    fn leaves_out_people_who_are_not_complete() {
        let mut rows: Vec<Vec<f64>> = ROWS.iter().map(|r| r.to_vec()).collect();
        rows.push(vec![1.0, f64::NAN, 2.0]);
        rows.push(vec![1.0]);
        let f = friedman(&rows).unwrap();
        assert_eq!((f.n, f.left_out), (6, 2));
    }

    #[test]
    fn an_empty_group_is_no_group() {
        let h = kruskal_wallis(&[A.to_vec(), vec![f64::NAN], B.to_vec()]).unwrap();
        assert_eq!((h.df, h.left_out, h.groups), (Some(1.0), 1, vec![9, 0, 8]));
    }

    #[test]
    fn says_none_where_nothing_can_be_compared() {
        assert_eq!(kruskal_wallis(&[vec![1.0], vec![]]), None);
        assert_eq!(kruskal_wallis(&[vec![1.0], vec![1.0]]), None);
        assert_eq!(friedman(&[[1.0, 1.0], [2.0, 2.0]]), None);
        assert_eq!(friedman(&[[1.0, 2.0]]), None);
        assert_eq!(friedman::<Vec<f64>>(&[]), None);
    }
}
