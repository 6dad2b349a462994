//! Figures of a simulation with their intervals, by batch means (A. M. Law, *Simulation Modeling and
//! Analysis*, 5th ed. 2015, § 9.5.3).

/// Stretches that a run is cut into. Each is long enough to be nearly independent of the others.
pub(super) const BATCHES: u32 = 20;

/// The 0.975 quantile of Student's t with 19 degrees of freedom (R 4.2.2: `qt(0.975, 19)`).
const T: f64 = 2.093_024_054_408_263;

/// A figure, and an interval that covers the true one in about 95 of 100 runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Over the whole run.
    pub value: f64,
    /// The interval's lower end.
    pub low: f64,
    /// The interval's upper end.
    pub high: f64,
}

impl Estimate {
    /// A mean that is zero or more, from the means of the batches.
    pub(super) fn mean(value: f64, batches: &[f64]) -> Self {
        let n = batches.len() as f64;
        let centre = batches.iter().sum::<f64>() / n;
        let squares: f64 = batches.iter().map(|x| (x - centre).powi(2)).sum();
        let half = T * (squares / (n - 1.0) / n).sqrt();
        Self {
            value,
            low: (value - half).max(0.0),
            high: value + half,
        }
    }

    /// A share of `n` requests. If it is of none or all of them, the batches say nothing: then the
    /// interval is that of independent requests (Clopper and Pearson 1934).
    pub(super) fn share(value: f64, batches: &[f64], n: u32) -> Self {
        let rest = 1.0 - 0.025_f64.powf(1.0 / f64::from(n));
        let mean = Self::mean(value, batches);
        let (low, high) = if value <= 0.0 {
            (0.0, rest)
        } else if value >= 1.0 {
            (1.0 - rest, 1.0)
        } else {
            (mean.low, mean.high.min(1.0))
        };
        Self { value, low, high }
    }

    /// Whether the interval has this value.
    pub fn covers(&self, x: f64) -> bool {
        (self.low..=self.high).contains(&x)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // scipy 1.17.1: stats.t.interval(0.95, 19, x.mean(), stats.sem(x)) for x = np.arange(1, 21)
    #[test]
    fn an_interval_as_scipy_has_it() {
        let batches: Vec<f64> = (1..=20).map(f64::from).collect();
        let mean = Estimate::mean(10.5, &batches);
        assert!((mean.low - 7.731_189_431_979_746).abs() < 1e-9, "{mean:?}");
        assert!(
            (mean.high - 13.268_810_568_020_253).abs() < 1e-9,
            "{mean:?}"
        );
    }

    // R 4.2.2: binom.test(0, 1000)$conf.int is 0 to 0.003682084
    #[test]
    fn no_event_is_not_certainty() {
        let none = Estimate::share(0.0, &[0.0; 20], 1000);
        assert_eq!(none.low, 0.0);
        assert!((none.high - 0.003_682_084).abs() < 1e-9, "{none:?}");
        let all = Estimate::share(1.0, &[1.0; 20], 1000);
        assert!((all.low - 0.996_317_916).abs() < 1e-9, "{all:?}");
        assert!(all.covers(1.0) && !all.covers(0.5));
    }
}
