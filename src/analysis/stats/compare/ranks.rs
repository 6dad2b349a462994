//! Ranks: 1 for the smallest; equal numbers share the mean of theirs.

/// Ranks of finite numbers, in their order.
pub(in super::super) fn ranks(xs: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..xs.len()).collect();
    order.sort_by(|a, b| xs[*a].total_cmp(&xs[*b]));
    let mut ranks = vec![0.0; xs.len()];
    for run in order.chunk_by(|a, b| xs[*a] == xs[*b]) {
        let before = order.partition_point(|i| xs[*i] < xs[run[0]]);
        let shared = before as f64 + (run.len() as f64 + 1.0) / 2.0;
        run.iter().for_each(|i| ranks[*i] = shared);
    }
    ranks
}

/// Whether some numbers are equal.
pub(in super::super) fn has_ties(xs: &[f64]) -> bool {
    tie_sum(xs) > 0.0
}

/// Sum of t^3 - t over runs of t equal numbers: what ties take from the variance of ranks.
pub(super) fn tie_sum(xs: &[f64]) -> f64 {
    let mut xs = xs.to_vec();
    xs.sort_by(f64::total_cmp);
    xs.chunk_by(|a, b| a == b)
        .map(|run| run.len() as f64)
        .map(|t| t * t * t - t)
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_numbers_share_their_ranks() {
        assert_eq!(ranks(&[3.0, 1.0, 3.0, 2.0, 3.0]), [4.0, 1.0, 4.0, 2.0, 4.0]);
        assert_eq!(ranks(&[0.0, -0.0]), [1.5, 1.5]);
        assert!(ranks(&[]).is_empty());
    }

    #[test]
    fn counts_ties() {
        assert_eq!(tie_sum(&[1.0, 2.0, 1.0, 2.0, 1.0]), 24.0 + 6.0);
        assert!(!has_ties(&[1.0, 2.0]));
        assert!(has_ties(&[0.0, -0.0]));
    }
}
