//! Signal detection: how well one tells signal from noise (sensitivity), and how readily one says
//! "signal" (bias).

use super::normal::{Z_95, density, quantile};
use super::samples::finite;
use serde::Serialize;

/// What came of the trials.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Signal, and said so.
    pub hits: u64,
    /// Signal, not noticed.
    pub misses: u64,
    /// No signal, said there was.
    pub false_alarms: u64,
    /// No signal, and said so.
    pub correct_rejections: u64,
}

/// Measures of signal detection.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Detection {
    /// Trials with a signal.
    pub signals: u64,
    /// Trials without.
    pub noise: u64,
    /// Hits / signals, as counted.
    pub hit_rate: f64,
    /// False alarms / noise, as counted.
    pub false_alarm_rate: f64,
    /// (hits + 0.5) / (signals + 1): never 0 or 1 (log-linear correction, Hautus 1995). The z of all
    /// below.
    pub corrected_hit_rate: f64,
    /// (false alarms + 0.5) / (noise + 1).
    pub corrected_false_alarm_rate: f64,
    /// d' = z(H) - z(F).
    pub d_prime: f64,
    /// Standard error of d' (Gourevitch & Galanter 1967); an approximation, poor below some 10 trials
    /// of a kind.
    pub standard_error: f64,
    /// d' - 1.96 standard errors.
    pub d_prime_low: f64,
    /// d' + 1.96 standard errors.
    pub d_prime_high: f64,
    /// c = -(z(H) + z(F)) / 2: above 0, says "signal" too seldom.
    pub c: f64,
    /// Standard error of c: half that of d'.
    pub c_standard_error: f64,
    /// ln β = c d'.
    pub ln_beta: f64,
    /// β: ratio of the likelihoods at the criterion.
    pub beta: f64,
    /// A' of the rates as counted (Pollack & Norman 1964; below chance as Aaronson & Watts 1987): 0.5
    /// is chance, 1 is best.
    pub a_prime: f64,
}

impl Counts {
    /// Measures from the counts. None unless there were trials of both kinds (or if counts are so great
    /// that a corrected rate rounds to 1).
    #[must_use]
    pub fn detection(&self) -> Option<Detection> {
        let signals = self.hits.checked_add(self.misses)?;
        let noise = self.false_alarms.checked_add(self.correct_rejections)?;
        if signals == 0 || noise == 0 {
            return None;
        }
        let (s, n) = (signals as f64, noise as f64);
        let (h, f) = (self.hits as f64, self.false_alarms as f64);
        let (hit, alarm) = ((h + 0.5) / (s + 1.0), (f + 0.5) / (n + 1.0));
        let (zh, zf) = (quantile(hit)?, quantile(alarm)?);
        let error =
            |p: f64, z: f64, trials: f64| p * (1.0 - p) / (trials * density(z) * density(z));
        let standard_error = finite(libm::sqrt(error(hit, zh, s) + error(alarm, zf, n)))?;
        let (d_prime, c) = (zh - zf, -(zh + zf) / 2.0);
        Some(Detection {
            signals,
            noise,
            hit_rate: h / s,
            false_alarm_rate: f / n,
            corrected_hit_rate: hit,
            corrected_false_alarm_rate: alarm,
            d_prime,
            standard_error,
            d_prime_low: d_prime - Z_95 * standard_error,
            d_prime_high: d_prime + Z_95 * standard_error,
            c,
            c_standard_error: standard_error / 2.0,
            ln_beta: c * d_prime,
            beta: finite(libm::exp(c * d_prime))?,
            a_prime: a_prime(h / s, f / n),
        })
    }
}

fn a_prime(hit: f64, alarm: f64) -> f64 {
    let part = |more: f64, less: f64| {
        let apart = more - less;
        apart * (1.0 + apart) / (4.0 * more * (1.0 - less))
    };
    if hit > alarm {
        0.5 + part(hit, alarm)
    } else if hit < alarm {
        0.5 - part(alarm, hit)
    } else {
        0.5
    }
}

#[cfg(test)]
mod tests {
    use super::super::reference::near;
    use super::*;

    fn counts(hits: u64, misses: u64, false_alarms: u64, correct_rejections: u64) -> Counts {
        Counts {
            hits,
            misses,
            false_alarms,
            correct_rejections,
        }
    }

    #[test]
    fn by_hand() {
        // Corrected rates 3/4 and 1/4: z is 0.6744898 either way.
        let d = counts(1, 0, 0, 1).detection().unwrap();
        assert_eq!(
            (d.corrected_hit_rate, d.corrected_false_alarm_rate),
            (0.75, 0.25)
        );
        near(d.d_prime, 2.0 * 0.6744897501960817, 1e-12);
        near(d.c, 0.0, 1e-12);
        near(d.beta, 1.0, 1e-12);
        assert_eq!((d.hit_rate, d.false_alarm_rate, d.a_prime), (1.0, 0.0, 1.0));
        // Guessing.
        let d = counts(5, 5, 5, 5).detection().unwrap();
        assert_eq!((d.d_prime, d.a_prime), (0.0, 0.5));
        assert!(d.d_prime_low < 0.0 && d.d_prime_high > 0.0);
    }

    #[test]
    fn against_scipy() {
        // scipy 1.17.1: norm.ppf and norm.pdf in the formulas; A' after Stanislaw & Todorov (1999),
        // equation 2
        for (n, d_prime, error, c, beta, a) in [
            (
                counts(20, 5, 4, 21),
                1.7431703042777262,
                0.40867107131922414,
                0.0704906228569131,
                1.1307455121960324,
                0.8904761904761904,
            ),
            (
                counts(10, 0, 0, 10),
                3.3812432591697963,
                0.9748604852260013,
                0.0,
                1.0,
                1.0,
            ),
            (
                counts(1, 9, 5, 5),
                -1.0968035620935135,
                0.6352073395238813,
                0.5484017810467567,
                0.5479950489101054,
                0.18888888888888888,
            ),
            (
                counts(500, 500, 200, 800),
                0.8405512115190157,
                0.0600898140797464,
                0.42027560575950784,
                1.4237057702044094,
                0.74375,
            ),
        ] {
            let d = n.detection().unwrap();
            near(d.d_prime, d_prime, 1e-12);
            near(d.standard_error, error, 1e-12);
            near(d.c, c, 1e-12);
            near(d.c_standard_error, error / 2.0, 1e-12);
            near(d.ln_beta, libm::log(beta), 1e-12);
            near(d.beta, beta, 1e-12);
            near(d.a_prime, a, 1e-12);
            near(
                d.d_prime_high - d.d_prime_low,
                2.0 * 1.959963984540054 * error,
                1e-12,
            );
        }
    }

    #[test]
    fn trials_of_one_kind() {
        assert_eq!(counts(3, 4, 0, 0).detection(), None);
        assert_eq!(counts(0, 0, 3, 4).detection(), None);
        assert_eq!(Counts::default().detection(), None);
        assert_eq!(counts(u64::MAX, 1, 1, 1).detection(), None);
        assert_eq!(counts(1 << 60, 0, 0, 1 << 60).detection(), None);
        let many = counts(1 << 50, 0, 0, 1 << 50).detection().unwrap();
        assert!(many.d_prime.is_finite() && many.standard_error.is_finite());
    }
}
