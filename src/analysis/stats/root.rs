//! Where a function crosses zero.

/// A root of `f` between `low` and `high`, by bisection down to neighbouring numbers.
/// None unless `f` has opposite signs (or a zero) at the two ends.
pub(super) fn bisect(mut low: f64, mut high: f64, f: impl Fn(f64) -> f64) -> Option<f64> {
    let (at_low, at_high) = (f(low), f(high));
    if at_low == 0.0 {
        return Some(low);
    }
    if at_high == 0.0 {
        return Some(high);
    }
    if at_low.is_nan() || at_high.is_nan() || (at_low > 0.0) == (at_high > 0.0) {
        return None;
    }
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if (f(middle) > 0.0) == (at_low > 0.0) {
            low = middle;
        } else {
            high = middle;
        }
    }
    Some(0.5 * (low + high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_square_root_of_two() {
        let root = bisect(0.0, 2.0, |x| x * x - 2.0);
        assert!((root.unwrap() - 2.0_f64.sqrt()).abs() < 1e-15);
    }

    #[test]
    fn says_none_where_nothing_crosses() {
        assert_eq!(bisect(0.0, 1.0, |x| x + 1.0), None);
        assert_eq!(bisect(0.0, 1.0, |_| f64::NAN), None);
    }

    #[test]
    fn an_end_may_be_the_root() {
        assert_eq!(bisect(0.0, 1.0, |x| x), Some(0.0));
        assert_eq!(bisect(-1.0, 0.0, |x| x), Some(0.0));
    }
}
