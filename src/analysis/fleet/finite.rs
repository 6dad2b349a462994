//! A fleet whose vehicles do not ask again while they wait or are served.

use super::NoAnswer;
use super::queue::{few, load, time};

/// A fleet in the long run, M/M/c//N: each of N vehicles drives for an exponential time and then asks;
/// while it waits or is served it does not ask again (also "machine repair", Gross et al. § 2.8).
#[derive(Clone, Debug, PartialEq)]
pub struct FiniteSource {
    /// Share of requests that wait at all.
    pub p_wait: f64,
    /// Mean wait of all requests, s.
    pub mean_wait_s: f64,
    /// Share of the time that an operator is busy.
    pub utilisation: f64,
    /// Requests of the whole fleet, 1/s.
    pub throughput_per_s: f64,
    /// Share of the time that a vehicle drives: neither waits nor is served.
    pub driving: f64,
    /// Work that the operators do if all are busy, 1/s.
    capacity_per_s: f64,
    /// Chance that a request finds all busy and so many waiting: 0, 1, 2, …
    waiting: Vec<f64>,
}

/// The long run of `vehicles` vehicles, each of which asks at `rate_per_s` (1/s) while it drives, and
/// `operators` operators who take `service_s` (s) in the mean, exponentially.
///
/// Exact for gaps of any law with mean 1/rate, too (F. Baskett et al. 1975), but not for services.
/// A request sees the fleet as it would be without the vehicle that asks (arrival theorem; S. Lavenberg
/// and M. Reiser 1980). Vehicles up to [`super::MOST`].
///
/// # Errors
/// [`NoAnswer`]: no operators, no vehicles, too many of them, rate or service not known, or service
/// zero. A rate of zero is a fleet where nobody waits.
pub fn finite_source(
    vehicles: u32,
    operators: u32,
    rate_per_s: f64,
    service_s: f64,
) -> Result<FiniteSource, NoAnswer> {
    if vehicles == 0 {
        return Err(NoAnswer::NoVehicles);
    }
    few(vehicles, "vehicles")?;
    // What one vehicle would bring if it always asked. A finite fleet is never too much.
    let (c, load) = load(operators, rate_per_s, service_s)?;
    let seen = states(vehicles - 1, operators, load);
    let all_busy = usize::try_from(operators).unwrap_or(usize::MAX);
    let waiting: Vec<f64> = seen.iter().skip(all_busy).copied().collect();
    let capacity_per_s = c / service_s;
    let places = waiting.iter().zip(1u32..);
    let mean_wait_s = places.map(|(p, k)| p * f64::from(k)).sum::<f64>() / capacity_per_s;
    // Of a vehicle's round of driving, waiting and service.
    let rounds = 1.0 + load + rate_per_s * mean_wait_s;
    let throughput_per_s = f64::from(vehicles) * rate_per_s / rounds;
    Ok(FiniteSource {
        p_wait: waiting.iter().sum::<f64>().min(1.0),
        mean_wait_s,
        utilisation: (throughput_per_s / capacity_per_s).min(1.0),
        throughput_per_s,
        driving: 1.0 / rounds,
        capacity_per_s,
        waiting,
    })
}

/// The chances of 0, 1, … `vehicles` vehicles that wait or are served, if one that always asks brings
/// `load`.
fn states(vehicles: u32, operators: u32, load: f64) -> Vec<f64> {
    // In logarithms: the weights of large fleets are beyond any float.
    let mut logs = vec![0.0];
    let mut log = 0.0;
    for n in 0..vehicles {
        let busy = f64::from(operators.min(n + 1));
        log += load.ln() + (f64::from(vehicles - n) / busy).ln();
        logs.push(log);
    }
    let largest = logs.iter().copied().fold(0.0, f64::max);
    let mut weights: Vec<f64> = logs.iter().map(|l| (l - largest).exp()).collect();
    let sum: f64 = weights.iter().sum();
    for weight in &mut weights {
        *weight /= sum;
    }
    weights
}

impl FiniteSource {
    /// Share of requests that wait longer than this, s. None if it is not a time.
    ///
    /// Who finds k vehicles waiting waits for k + 1 services to end, which come at cμ:
    /// P(W > t) = Σ_k p_k P(Poisson(cμt) ≤ k) (Gross et al. § 2.8).
    pub fn p_longer(&self, t_s: f64) -> Option<f64> {
        time(t_s, "the time waited").ok()?;
        let ends = self.capacity_per_s * t_s;
        if ends == 0.0 {
            return Some(self.p_wait);
        }
        if !ends.is_finite() {
            return Some(0.0);
        }
        let mut log = -ends;
        let mut at_most = 0.0;
        let mut sum = 0.0;
        for (p, k) in self.waiting.iter().zip(0u32..) {
            if k > 0 {
                log += (ends / f64::from(k)).ln();
            }
            at_most += log.exp();
            sum += p * f64::min(at_most, 1.0);
        }
        Some(sum.min(self.p_wait))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{MOST, erlang_c};
    use super::*;

    fn near(got: f64, expected: f64) {
        let error = (got - expected).abs();
        assert!(
            error <= 1e-9 * expected.abs() + 1e-13,
            "{got}, not {expected}"
        );
    }

    // numpy 2.4.6, scipy 1.17.1: balance equations by numpy.linalg.lstsq, requests weighted by their flow
    // (no arrival theorem), W_q by Little's law, P(W > t) by scipy.linalg.expm of the stages of the wait.
    // Vehicles, operators, rate, service, t; P_wait, W_q, utilisation, throughput, driving, P(W > t).
    #[test]
    fn a_finite_fleet_as_the_balance_equations_have_it() {
        let expected = [
            (
                5,
                1,
                1.0 / 600.0,
                60.0,
                60.0,
                [
                    0.353336782204,
                    27.9979306777,
                    0.436047823145,
                    0.00726746371908,
                    0.872095646289,
                    0.168048394493,
                ],
            ),
            (
                20,
                2,
                1.0 / 600.0,
                60.0,
                10.0,
                [
                    0.697512378475,
                    65.1672916657,
                    0.827395287813,
                    0.0275798429271,
                    0.827395287813,
                    0.639564481001,
                ],
            ),
            (
                11,
                10,
                0.01,
                50.0,
                5.0,
                [
                    1.69350878084e-05,
                    8.46754390416e-05,
                    0.366666459682,
                    0.0733332919365,
                    0.666666290332,
                    6.23007063915e-06,
                ],
            ),
            (
                60,
                5,
                1.0 / 900.0,
                90.0,
                120.0,
                [
                    0.887043690457,
                    129.715792079,
                    0.964530470715,
                    0.0535850261508,
                    0.803775392262,
                    0.471537430306,
                ],
            ),
            (
                3,
                1,
                1.0,
                2.0,
                1.0,
                [
                    0.923076923077,
                    3.07692307692,
                    0.987341772152,
                    0.493670886076,
                    0.164556962025,
                    0.746499273492,
                ],
            ),
        ];
        for (n, c, rate, service, t, [p_wait, wait, used, through, driving, longer]) in expected {
            let queue = finite_source(n, c, rate, service).unwrap();
            near(queue.p_wait, p_wait);
            near(queue.mean_wait_s, wait);
            near(queue.utilisation, used);
            near(queue.throughput_per_s, through);
            near(queue.driving, driving);
            near(queue.p_longer(t).unwrap(), longer);
            near(queue.p_longer(0.0).unwrap(), p_wait);
        }
    }

    #[test]
    fn a_large_fleet_that_asks_seldom_is_erlang_c() {
        let few = erlang_c(5, 0.05, 60.0).unwrap();
        let queue = finite_source(MOST, 5, 0.05 / f64::from(MOST), 60.0).unwrap();
        for (got, expected) in [
            (queue.p_wait, few.p_wait),
            (queue.mean_wait_s, few.mean_wait_s),
            (queue.utilisation, few.utilisation),
            (queue.p_longer(60.0).unwrap(), few.p_longer(60.0).unwrap()),
        ] {
            assert!((got / expected - 1.0).abs() < 5e-4, "{got}, not {expected}");
        }
    }

    #[test]
    fn nobody_waits_where_there_are_operators_enough_or_no_requests() {
        for queue in [
            finite_source(10, 10, 0.01, 50.0).unwrap(),
            finite_source(10, 99, 0.01, 50.0).unwrap(),
            finite_source(10, 1, 0.0, 50.0).unwrap(),
            finite_source(1, 1, 1.0, 50.0).unwrap(),
        ] {
            assert_eq!((queue.p_wait, queue.mean_wait_s), (0.0, 0.0));
            assert_eq!(queue.p_longer(0.0), Some(0.0));
            assert_eq!(queue.p_longer(1e300), Some(0.0));
        }
        assert_eq!(finite_source(10, 1, 0.0, 50.0).unwrap().utilisation, 0.0);
        near(finite_source(1, 1, 0.02, 50.0).unwrap().utilisation, 0.5);
    }

    #[test]
    fn the_reason_is_named_where_there_is_no_answer() {
        assert_eq!(finite_source(0, 1, 1.0, 1.0), Err(NoAnswer::NoVehicles));
        assert_eq!(finite_source(1, 0, 1.0, 1.0), Err(NoAnswer::NoOperators));
        assert_eq!(finite_source(1, 1, -1.0, 1.0), Err(NoAnswer::RateUnknown));
        assert_eq!(
            finite_source(1, 1, 1.0, f64::NAN),
            Err(NoAnswer::ServiceUnknown)
        );
        assert_eq!(finite_source(1, 1, 1.0, 0.0), Err(NoAnswer::ServiceZero));
        assert!(matches!(
            finite_source(MOST + 1, 1, 1.0, 1.0),
            Err(NoAnswer::TooMany { .. })
        ));
        for bad in [-0.1, f64::NAN, f64::INFINITY] {
            assert_eq!(finite_source(2, 1, 0.1, 1.0).unwrap().p_longer(bad), None);
        }
    }

    #[test]
    fn nothing_is_ever_not_finite() {
        for rate in [0.0, 1e-300, 1e-9, 1.0, 1e12] {
            for (service, n) in [1e-9, 1.0, 1e12]
                .into_iter()
                .flat_map(|s| [(s, 1), (s, 2), (s, 1000)])
            {
                let q = finite_source(n, 2, rate, service).unwrap();
                let longer = q.p_longer(1.0).unwrap();
                let all = [q.p_wait, q.utilisation, q.driving, longer];
                assert!(
                    all.iter().all(|x| (0.0..=1.0).contains(x)),
                    "{rate} {service} {q:?}"
                );
                assert!(
                    q.mean_wait_s.is_finite() && q.throughput_per_s.is_finite(),
                    "{q:?}"
                );
            }
        }
    }
}
