//! Many questions asked of the same data: p values made larger, so that chance finds are rare.

use serde::Serialize;

/// How to correct.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Correction {
    /// Times the number of tests. Controls the chance of one false find or more.
    Bonferroni,
    /// Holm (1979): step-down Bonferroni; controls the same, and finds more.
    Holm,
    /// Benjamini and Hochberg (1995): controls the expected share of false finds.
    BenjaminiHochberg,
}

/// p values after correction.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Corrected {
    /// How it was done.
    pub correction: Correction,
    /// How many tests were corrected for.
    pub n: usize,
    /// How many p values were not between 0 and 1, and are ignored.
    pub left_out: usize,
    /// Corrected p values in the order given; None where one was left out.
    pub p: Vec<Option<f64>>,
}

/// Corrects these p values for each other, as R's `p.adjust` does.
pub fn correct(p: &[f64], correction: Correction) -> Corrected {
    let valid = |i: &usize| (0.0..=1.0).contains(&p[*i]);
    // Places of the valid ones, smallest p first.
    let mut order: Vec<usize> = (0..p.len()).filter(valid).collect();
    order.sort_by(|a, b| p[*a].total_cmp(&p[*b]));
    let n = order.len();

    let mut corrected = vec![None; p.len()];
    match correction {
        Correction::Bonferroni => {
            for &i in &order {
                corrected[i] = Some((p[i] * n as f64).min(1.0));
            }
        }
        Correction::Holm => {
            let mut largest: f64 = 0.0;
            for (rank, &i) in order.iter().enumerate() {
                largest = largest.max(p[i] * (n - rank) as f64);
                corrected[i] = Some(largest.min(1.0));
            }
        }
        Correction::BenjaminiHochberg => {
            let mut smallest: f64 = 1.0;
            for (rank, &i) in order.iter().enumerate().rev() {
                smallest = smallest.min(p[i] * (n as f64 / (rank + 1) as f64));
                corrected[i] = Some(smallest);
            }
        }
    }
    Corrected {
        correction,
        n,
        left_out: p.len() - n,
        p: corrected,
    }
}

#[cfg(test)]
mod tests {
    use super::super::check::close;
    use super::*;

    #[track_caller]
    fn agrees(correction: Correction, want: [f64; 6]) {
        let p = [0.03, 0.001, 0.2, 0.03, 0.6, 0.012];
        let got = correct(&p, correction);
        assert_eq!((got.n, got.left_out), (6, 0));
        for (got, want) in got.p.iter().zip(want) {
            close(got.unwrap(), want, 1e-12);
        }
    }

    #[test]
    fn agrees_with_r() {
        // R 4.2.2: p.adjust(c(.03, .001, .2, .03, .6, .012), method)
        agrees(Correction::Bonferroni, [0.18, 0.006, 1.0, 0.18, 1.0, 0.072]);
        agrees(Correction::Holm, [0.12, 0.006, 0.4, 0.12, 0.6, 0.06]);
        agrees(
            Correction::BenjaminiHochberg,
            [0.045, 0.006, 0.24, 0.045, 0.6, 0.036],
        );
    }

    #[test]
    fn what_is_no_probability_is_left_out() {
        let got = correct(&[0.01, f64::NAN, 1.5, 0.04], Correction::Holm);
        assert_eq!((got.n, got.left_out), (2, 2));
        assert_eq!(got.p, [Some(0.02), None, None, Some(0.04)]);
    }

    #[test]
    fn no_tests_need_no_correction() {
        assert!(correct(&[], Correction::BenjaminiHochberg).p.is_empty());
        assert_eq!(correct(&[0.03], Correction::Holm).p, [Some(0.03)]);
    }
}
