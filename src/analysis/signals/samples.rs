//! Which samples count, their stretches, their mean and spread.

use std::ops::Range;

/// Can these be worked with: a rate above zero, all of one length, not empty, and a mask as long?
pub(super) fn fit(rate: f64, mask: Option<&[bool]>, lengths: &[usize]) -> bool {
    let n = lengths.first().copied().unwrap_or(0);
    n > 0
        && rate.is_finite()
        && rate > 0.0
        && lengths.iter().all(|l| *l == n)
        && mask.is_none_or(|m| m.len() == n)
}

/// Does sample `i` count?
pub(super) fn counts(mask: Option<&[bool]>, i: usize) -> bool {
    mask.is_none_or(|m| m.get(i).copied().unwrap_or(false))
}

/// Maximal stretches of samples, of `n`, for which `holds` is true.
pub(super) fn runs(n: usize, holds: impl Fn(usize) -> bool) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = None;
    for i in 0..n {
        match (holds(i), start) {
            (true, None) => start = Some(i),
            (false, Some(from)) => {
                found.push(from..i);
                start = None;
            }
            _ => {}
        }
    }
    if let Some(from) = start {
        found.push(from..n);
    }
    found
}

/// Mean and spread of numbers that come one by one (Welford 1962).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Spread {
    pub n: usize,
    pub mean: f64,
    squares: f64,
}

impl Spread {
    pub fn add(&mut self, x: f64) {
        self.n += 1;
        let off = x - self.mean;
        self.mean += off / self.n as f64;
        self.squares += off * (x - self.mean);
    }

    /// Sample standard deviation; none of fewer than two.
    pub fn sd(&self) -> Option<f64> {
        (self.n >= 2).then(|| finite(libm::sqrt(self.squares / (self.n - 1) as f64)))?
    }
}

impl FromIterator<f64> for Spread {
    fn from_iter<T: IntoIterator<Item = f64>>(numbers: T) -> Self {
        let mut spread = Self::default();
        numbers.into_iter().for_each(|x| spread.add(x));
        spread
    }
}

/// The number, unless it is NaN or infinite.
pub(super) fn finite(x: f64) -> Option<f64> {
    x.is_finite().then_some(x)
}

/// First derivative per second: central differences, one-sided at the ends (`numpy.gradient`).
/// All zeros of fewer than two samples.
pub(super) fn derivative(x: &[f64], rate: f64) -> Vec<f64> {
    let n = x.len();
    let mut d = vec![0.0; n];
    if n < 2 {
        return d;
    }
    d[0] = (x[1] - x[0]) * rate;
    d[n - 1] = (x[n - 1] - x[n - 2]) * rate;
    for i in 1..n - 1 {
        d[i] = (x[i + 1] - x[i - 1]) * rate / 2.0;
    }
    d
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_maximal_and_reach_the_end() {
        let on = [true, true, false, true, false, false, true];
        assert_eq!(runs(7, |i| on[i]), vec![0..2, 3..4, 6..7]);
        assert!(runs(0, |_| true).is_empty());
    }

    #[test]
    fn spread_of_few() {
        let s: Spread = [1.0, 2.0, 4.0].into_iter().collect();
        // Mean 7/3; squares 16/9 + 1/9 + 25/9 = 42/9; over 2: 7/3.
        assert!((s.mean - 7.0 / 3.0).abs() < 1e-15);
        assert!((s.sd().unwrap_or(0.0) - (7.0f64 / 3.0).sqrt()).abs() < 1e-15);
        let one: Spread = [5.0].into_iter().collect();
        assert_eq!(one.sd(), None);
        assert_eq!(Spread::default().sd(), None);
    }

    #[test]
    fn derivative_as_numpy() {
        // numpy 2.4.6: np.gradient([0, 1, 4, 9], 0.5) = [2, 4, 8, 10]
        assert_eq!(
            derivative(&[0.0, 1.0, 4.0, 9.0], 2.0),
            vec![2.0, 4.0, 8.0, 10.0]
        );
        assert_eq!(derivative(&[3.0], 2.0), vec![0.0]);
    }

    #[test]
    fn what_fits() {
        assert!(fit(100.0, None, &[3, 3]));
        assert!(!fit(100.0, None, &[3, 4]));
        assert!(!fit(100.0, None, &[0]));
        assert!(!fit(f64::NAN, None, &[3]));
        assert!(!fit(-1.0, None, &[3]));
        assert!(!fit(1.0, Some(&[true]), &[3]));
    }
}
