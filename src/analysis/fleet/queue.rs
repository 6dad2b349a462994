//! Formulas for queues in the long run (A. O. Allen, *Probability, Statistics, and Queueing Theory*,
//! 2nd ed. 1990, ch. 5; D. Gross et al., *Fundamentals of Queueing Theory*, 4th ed. 2008, ch. 2).
//!
//! First come, first served; nobody gives up. For anything else there is [`super::simulate()`].

use super::law::in_range;
use super::{LONGEST_S, MOST, NoAnswer};

/// Erlang-B: the share of requests that find all operators busy, if those are turned away.
///
/// `load` in Erlang. B₀ = 1, B_k = aB_{k−1}/(k + aB_{k−1}). None if the load is not a number of zero or
/// more, or there are more operators than [`MOST`].
pub fn erlang_b(operators: u32, load: f64) -> Option<f64> {
    if !load.is_finite() || load < 0.0 || operators > MOST {
        return None;
    }
    let step = |b: f64, k: u32| load * b / (f64::from(k) + load * b);
    Some((1..=operators).fold(1.0, step))
}

/// A queue in the long run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Queue {
    /// Share of requests that wait at all.
    pub p_wait: f64,
    /// Mean wait of all requests, s.
    pub mean_wait_s: f64,
    /// Share of the time that an operator is busy.
    pub utilisation: f64,
    /// The wait of those who wait is exponential with this rate, 1/s; none where nobody waits.
    decay_per_s: Option<f64>,
}

impl Queue {
    /// Share of requests that wait longer than this, s: P_wait e^{−rate t}. None if it is not a time.
    pub fn p_longer(&self, t_s: f64) -> Option<f64> {
        time(t_s, "the time waited").ok()?;
        let decay = |rate: f64| self.p_wait * (-rate * t_s).exp();
        Some(self.decay_per_s.map_or(0.0, decay))
    }
}

/// Erlang-C, M/M/c: requests come at random at a rate that does not fall while vehicles wait, and
/// service times are exponential.
///
/// `rate_per_s` of the whole fleet, 1/s; `service_s` the mean service, s. With load a, operators c:
/// P_wait = cB_c/(c − a(1−B_c)), W_q = P_wait/(cμ − λ), P(W > t) = P_wait e^{−(cμ−λ)t}.
///
/// # Errors
/// [`NoAnswer`]: no operators, rate or service not known or service zero, or overload. A rate of zero
/// is a queue where nobody waits.
pub fn erlang_c(operators: u32, rate_per_s: f64, service_s: f64) -> Result<Queue, NoAnswer> {
    let (c, load) = load(operators, rate_per_s, service_s)?;
    if load >= c {
        return Err(NoAnswer::Overload { load, operators });
    }
    let b = erlang_b(operators, load).ok_or(NoAnswer::RateUnknown)?;
    let p_wait = c * b / (c - load * (1.0 - b));
    // cμ − λ, so that a load just under c keeps its digits.
    let spare = (c - load) / service_s;
    Ok(Queue {
        p_wait,
        mean_wait_s: p_wait / spare,
        utilisation: load / c,
        decay_per_s: Some(spare),
    })
}

/// Allen-Cunneen, G/G/c: Erlang-C with its wait scaled by how regular requests and services are.
///
/// `scv_gaps` and `scv_service` are squared coefficients of variation (variance / mean²); requests at
/// random have 1 (then it is M/G/c: exact for one operator, by Pollaczek-Khinchine).
/// W_q ≈ (C_a² + C_s²)/2 · W_q(M/M/c). P_wait is Erlang-C's, and those who wait are taken to wait
/// exponentially, with the mean that W_q needs (Allen 1990, § 5.4). An approximation: for heavy tails of
/// the service times P(W > t) is too low far out; [`super::simulate()`] tells.
///
/// # Errors
/// As [`erlang_c`]; [`NoAnswer::OutOfRange`] if a coefficient is negative or not finite.
pub fn allen_cunneen(
    operators: u32,
    rate_per_s: f64,
    service_s: f64,
    scv_gaps: f64,
    scv_service: f64,
) -> Result<Queue, NoAnswer> {
    let random = erlang_c(operators, rate_per_s, service_s)?;
    let scale = (scv_gaps + scv_service) / 2.0;
    if !(scv_gaps >= 0.0 && scv_service >= 0.0 && scale <= LONGEST_S) {
        let what = "a squared coefficient of variation";
        return Err(NoAnswer::OutOfRange { what });
    }
    let decay = random.decay_per_s.map(|rate| rate / scale);
    Ok(Queue {
        mean_wait_s: random.mean_wait_s * scale,
        decay_per_s: decay.filter(|rate| rate.is_finite()),
        ..random
    })
}

/// Operators, and the load of requests at this rate.
pub(super) fn load(
    operators: u32,
    rate_per_s: f64,
    service_s: f64,
) -> Result<(f64, f64), NoAnswer> {
    if operators == 0 {
        return Err(NoAnswer::NoOperators);
    }
    few(operators, "operators")?;
    if !(0.0..=LONGEST_S).contains(&rate_per_s) {
        return Err(NoAnswer::RateUnknown);
    }
    if !service_s.is_finite() || service_s < 0.0 {
        return Err(NoAnswer::ServiceUnknown);
    }
    if service_s == 0.0 {
        return Err(NoAnswer::ServiceZero);
    }
    in_range(service_s, "the service time")?;
    Ok((f64::from(operators), rate_per_s * service_s))
}

/// No more than we compute.
pub(super) fn few(got: u32, what: &'static str) -> Result<(), NoAnswer> {
    let most = MOST;
    if got > most {
        return Err(NoAnswer::TooMany { what, got, most });
    }
    Ok(())
}

/// A time, zero or more.
pub(super) fn time(t_s: f64, what: &'static str) -> Result<f64, NoAnswer> {
    if t_s.is_finite() && t_s >= 0.0 {
        Ok(t_s)
    } else {
        Err(NoAnswer::OutOfRange { what })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(got: f64, expected: f64) {
        let error = (got - expected).abs();
        assert!(
            error <= 1e-9 * expected.abs() + 1e-13,
            "{got}, not {expected}"
        );
    }

    // Published tables of the Erlang-B formula: offered traffic for 1 % and 2 % of loss.
    #[test]
    fn erlang_b_as_in_published_tables() {
        for (operators, load, lost) in [
            (5, 1.361, 0.01),
            (10, 4.461, 0.01),
            (20, 12.03, 0.01),
            (50, 40.26, 0.02),
        ] {
            let b = erlang_b(operators, load).unwrap();
            assert!((b - lost).abs() < 1e-5 * 5.0, "{operators}: {b}");
        }
    }

    // Python 3.11: a**c/factorial(c) / sum(a**k/factorial(k) for k in range(c+1))
    #[test]
    fn erlang_b_as_the_sum_has_it() {
        near(erlang_b(1, 0.5).unwrap(), 1.0 / 3.0);
        near(erlang_b(10, 5.0).unwrap(), 0.018_384_570_336_6);
        near(erlang_b(20, 12.0).unwrap(), 0.009_795_639_420_06);
        near(erlang_b(50, 40.0).unwrap(), 0.018_690_671_109_6);
        assert_eq!(erlang_b(0, 3.0), Some(1.0));
        assert_eq!(erlang_b(3, 0.0), Some(0.0));
        assert_eq!(erlang_b(3, f64::NAN), None);
        assert_eq!(erlang_b(3, -1.0), None);
    }

    // By hand: c = 2, a = 1: B = 1/5, P_wait = 2 (1/5) / (2 - 4/5) = 1/3, W_q = 1/3 / (2 - 1).
    #[test]
    fn erlang_c_by_hand() {
        let queue = erlang_c(2, 1.0, 1.0).unwrap();
        near(queue.p_wait, 1.0 / 3.0);
        near(queue.mean_wait_s, 1.0 / 3.0);
        near(queue.utilisation, 0.5);
        near(queue.p_longer(2.0).unwrap(), (-2.0_f64).exp() / 3.0);
    }

    // numpy 2.4.6, scipy 1.17.1: balance equations of 3001 states by scipy.sparse.linalg.spsolve; waits
    // by scipy.stats.poisson.cdf. Operators, rate, service, times; P_wait, W_q, utilisation, P(W > t).
    #[test]
    fn erlang_c_as_the_balance_equations_have_it() {
        let expected = [
            (
                1,
                0.01,
                60.0,
                [10.0, 60.0],
                [0.6, 90.0, 0.6, 0.561304191019, 0.402192027621],
            ),
            (
                5,
                0.05,
                60.0,
                [10.0, 60.0],
                [
                    0.236151603499,
                    7.08454810496,
                    0.6,
                    0.169210017949,
                    0.0319596441463,
                ],
            ),
            (
                20,
                0.3,
                50.0,
                [10.0, 30.0],
                [
                    0.160429387417,
                    1.60429387417,
                    0.75,
                    0.0590186733904,
                    0.00798730887954,
                ],
            ),
            (
                10,
                9.5,
                1.0,
                [1.0, 3.0],
                [
                    0.825585578126,
                    1.65117115625,
                    0.95,
                    0.50074296535,
                    0.184213042263,
                ],
            ),
        ];
        for (c, rate, service, times, [p_wait, wait, used, one, two]) in expected {
            let queue = erlang_c(c, rate, service).unwrap();
            near(queue.p_wait, p_wait);
            near(queue.mean_wait_s, wait);
            near(queue.utilisation, used);
            near(queue.p_longer(times[0]).unwrap(), one);
            near(queue.p_longer(times[1]).unwrap(), two);
        }
    }

    // Pollaczek-Khinchine: W_q = λ E[S²] / 2(1 - ρ); λ = 0.01, S = 60 for certain: 0.01 · 3600 / 0.8 = 45.
    #[test]
    fn allen_cunneen_is_exact_for_one_operator() {
        near(
            allen_cunneen(1, 0.01, 60.0, 1.0, 0.0).unwrap().mean_wait_s,
            45.0,
        );
        near(
            allen_cunneen(1, 0.01, 60.0, 1.0, 3.0).unwrap().mean_wait_s,
            180.0,
        );
        let random = erlang_c(7, 0.1, 60.0).unwrap();
        assert_eq!(allen_cunneen(7, 0.1, 60.0, 1.0, 1.0), Ok(random));
        // Its tail has the mean that it says: ∫ P(W > t) dt.
        let queue = allen_cunneen(3, 0.04, 60.0, 1.0, 2.0).unwrap();
        let area: f64 = (0..200_000)
            .map(|i| queue.p_longer(f64::from(i) * 0.05 + 0.025).unwrap())
            .sum();
        assert!(
            (area * 0.05 / queue.mean_wait_s - 1.0).abs() < 1e-6,
            "{area}"
        );
        let regular = allen_cunneen(2, 1.0, 1.0, 0.0, 0.0).unwrap();
        assert_eq!(
            (regular.mean_wait_s, regular.p_longer(0.5)),
            (0.0, Some(0.0))
        );
    }

    #[test]
    fn the_reason_is_named_where_there_is_no_answer() {
        assert_eq!(erlang_c(0, 1.0, 1.0), Err(NoAnswer::NoOperators));
        assert_eq!(erlang_c(1, f64::NAN, 1.0), Err(NoAnswer::RateUnknown));
        assert_eq!(
            erlang_c(1, 0.1, f64::INFINITY),
            Err(NoAnswer::ServiceUnknown)
        );
        assert_eq!(erlang_c(1, 0.1, 0.0), Err(NoAnswer::ServiceZero));
        let (load, operators) = (2.0, 2);
        assert_eq!(
            erlang_c(2, 1.0, 2.0),
            Err(NoAnswer::Overload { load, operators })
        );
        assert!(matches!(
            erlang_c(MOST + 1, 1.0, 1.0),
            Err(NoAnswer::TooMany { .. })
        ));
        for bad in [-0.1, f64::NAN, f64::INFINITY] {
            let answer = allen_cunneen(1, 0.1, 1.0, 1.0, bad);
            assert!(matches!(answer, Err(NoAnswer::OutOfRange { .. })));
            assert_eq!(erlang_c(1, 0.1, 1.0).unwrap().p_longer(bad), None);
        }
    }

    #[test]
    fn without_requests_nobody_waits() {
        let queue = erlang_c(3, 0.0, 10.0).unwrap();
        assert_eq!(
            (queue.p_wait, queue.mean_wait_s, queue.utilisation),
            (0.0, 0.0, 0.0)
        );
        assert_eq!(queue.p_longer(0.0), Some(0.0));
    }

    #[test]
    fn nothing_is_ever_not_finite() {
        for rate in [1e-300, 1e-9, 1.0, 1e12] {
            for service in [1e-9, 1.0, 1e12] {
                if let Ok(q) = erlang_c(2, rate, service) {
                    let longer = q.p_longer(1.0).unwrap();
                    let all = [q.p_wait, q.utilisation, longer];
                    assert!(all.iter().all(|x| (0.0..=1.0).contains(x)), "{q:?}");
                    assert!(q.mean_wait_s.is_finite(), "{q:?}");
                }
            }
        }
        // Just under too much.
        let q = erlang_c(1, 1.0 - f64::EPSILON, 1.0).unwrap();
        assert!(q.p_wait <= 1.0 && q.mean_wait_s.is_finite(), "{q:?}");
    }
}
