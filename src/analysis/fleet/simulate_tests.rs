//! The simulation against formulas that are exact, each named with its source.

use super::super::{MOST, erlang_c, finite_source};
use super::*;

fn demand(gap_s: f64, service: Law) -> Demand {
    Demand {
        gap: Law::Exponential(gap_s),
        service,
        common_cause: None,
        patience_s: None,
    }
}

fn run(seed: u64, requests: u32, budget_s: f64) -> Run {
    Run {
        seed,
        warm_up: 2_000,
        requests,
        budget_s,
    }
}

#[test]
fn intervals_cover_the_finite_fleet_as_often_as_they_say() {
    let exact = finite_source(12, 2, 1.0 / 300.0, 50.0).unwrap();
    let late = exact.p_longer(40.0).unwrap();
    let demand = demand(300.0, Law::Exponential(50.0));
    let runs = 200;
    let mut covered = [0; 4];
    for seed in 0..runs {
        let s = simulate(12, 2, &demand, &run(seed, 4_000, 40.0)).unwrap();
        covered[0] += u32::from(s.p_wait.covers(exact.p_wait));
        covered[1] += u32::from(s.mean_wait_s.covers(exact.mean_wait_s));
        covered[2] += u32::from(s.p_late.covers(late));
        covered[3] += u32::from(s.utilisation.covers(exact.utilisation));
        assert_eq!(s.p_lost.value, 0.0);
    }
    // 95 of 100 expected: 190, with a standard deviation of 3.1.
    for n in covered {
        assert!((180..=199).contains(&n), "{covered:?}");
    }
}

/// A fleet so large that it asks whatever the operators do.
const MANY: u32 = 20_000;

fn large(rate_per_s: f64, service: Law) -> Demand {
    demand(f64::from(MANY) / rate_per_s, service)
}

#[test]
fn a_large_fleet_is_erlang_c() {
    let exact = erlang_c(5, 0.06, 60.0).unwrap();
    let demand = large(0.06, Law::Exponential(60.0));
    let s = simulate(MANY, 5, &demand, &run(3, 60_000, 30.0)).unwrap();
    assert!(s.p_wait.covers(exact.p_wait), "{s:?}");
    assert!(s.mean_wait_s.covers(exact.mean_wait_s), "{s:?}");
    assert!(s.p_late.covers(exact.p_longer(30.0).unwrap()), "{s:?}");
    assert!(s.utilisation.covers(exact.utilisation), "{s:?}");
    // The intervals are narrow enough to mean something.
    assert!(s.p_wait.high - s.p_wait.low < 0.05 && s.p_late.high - s.p_late.low < 0.05);
}

// Pollaczek-Khinchine: W_q = ρ S (1 + scv) / 2(1 - ρ), P_wait = ρ.
#[test]
fn one_operator_and_any_service_is_pollaczek_khinchine() {
    let measured = Law::Measured(vec![20.0, 20.0, 140.0]);
    for service in [
        Law::Constant(60.0),
        measured,
        Law::LogNormal {
            mean_s: 60.0,
            cv: 0.8,
        },
    ] {
        let scv = service.scv().unwrap();
        let wait = 0.6 * 60.0 * (1.0 + scv) / (2.0 * 0.4);
        let s = simulate(MANY, 1, &large(0.01, service), &run(5, 100_000, 30.0)).unwrap();
        assert!(s.mean_wait_s.covers(wait), "{wait} {s:?}");
        assert!(s.p_wait.covers(0.6) && s.utilisation.covers(0.6), "{s:?}");
        assert!(s.mean_wait_s.high - s.mean_wait_s.low < 0.2 * wait, "{s:?}");
    }
}

// L. Takács 1962, M/G/1//N: idle share 1/(1 + NλE[S] Σ_n C(N-1, n) Π_{i≤n} (1/φ(iλ) - 1)), φ the Laplace
// transform of the service time; computed by Python 3.11.
#[test]
fn a_small_fleet_with_measured_times_is_takacs() {
    let s = simulate(
        3,
        1,
        &demand(100.0, Law::Constant(50.0)),
        &run(1, 40_000, 0.0),
    )
    .unwrap();
    assert!(s.utilisation.covers(0.836_553_041_433), "{s:?}");
    let measured = Law::Measured(vec![20.0, 20.0, 140.0]);
    let s = simulate(6, 1, &demand(300.0, measured), &run(2, 40_000, 0.0)).unwrap();
    assert!(s.utilisation.covers(0.807_843_041_447), "{s:?}");
    assert!(s.utilisation.high - s.utilisation.low < 0.02, "{s:?}");
}

// Gaps of any law give the same finite fleet (Baskett, Chandy, Muntz and Palacios 1975).
#[test]
fn the_law_of_the_gaps_does_not_matter() {
    let exact = finite_source(8, 2, 1.0 / 100.0, 30.0).unwrap();
    for gap in [
        Law::Measured(vec![10.0, 190.0]),
        Law::LogNormal {
            mean_s: 100.0,
            cv: 1.5,
        },
    ] {
        let demand = Demand {
            gap,
            ..demand(1.0, Law::Exponential(30.0))
        };
        let s = simulate(8, 2, &demand, &run(8, 60_000, 20.0)).unwrap();
        assert!(s.p_wait.covers(exact.p_wait), "{s:?}");
        assert!(s.p_late.covers(exact.p_longer(20.0).unwrap()), "{s:?}");
    }
}

// No patience at all is Engset's loss: C(11,3) r³ / Σ_{k≤3} C(11,k) r^k with r = 1/4: 0.264.
#[test]
fn no_patience_is_engset() {
    let mut demand = demand(200.0, Law::Constant(50.0));
    demand.patience_s = Some(0.0);
    let s = simulate(12, 3, &demand, &run(4, 60_000, 10.0)).unwrap();
    assert!(s.p_lost.covers(0.264), "{s:?}");
    assert!(s.p_lost.high - s.p_lost.low < 0.02, "{s:?}");
    assert_eq!(s.p_late.value, s.p_lost.value);
    assert_eq!(s.mean_wait_s.value, 0.0);
}

// M/M/1+D (Barrer 1957): with e = e^{(λ-μ)τ}, P_0 = 1/(1 + λ(e-1)/(λ-μ) + ρe), lost P_0 ρ e; Python 3.11.
#[test]
fn patience_is_barrer() {
    let mut demand = large(0.01, Law::Exponential(80.0));
    demand.patience_s = Some(60.0);
    let s = simulate(MANY, 1, &demand, &run(6, 100_000, 60.0)).unwrap();
    assert!(s.p_lost.covers(0.306_610_771_964), "{s:?}");
    assert!(s.utilisation.covers(0.554_711_382_429), "{s:?}");
    // Nobody waits longer than that: late is who is lost.
    assert_eq!(s.p_late, s.p_lost);
}

// By hand: of 10 vehicles that ask at once, 2 are served at once; the others wait 5, 5, 10, 10, … 20, 20 s.
#[test]
fn a_common_cause_by_hand() {
    let demand = Demand {
        gap: Law::Constant(1e12),
        service: Law::Constant(5.0),
        common_cause: Some(CommonCause {
            gap_s: 1e6,
            share: 1.0,
        }),
        patience_s: None,
    };
    let s = simulate(10, 2, &demand, &run(1, 1_000, 12.0)).unwrap();
    assert_eq!(s.p_wait.value, 0.8);
    assert_eq!(s.p_late.value, 0.4);
    assert!((s.mean_wait_s.value - 10.0).abs() < 1e-6, "{s:?}");
    // 100 causes, 50 s of work each.
    assert!(
        (s.utilisation.value / (50.0 / 2e6) - 1.0).abs() < 0.3,
        "{s:?}"
    );
}

#[test]
fn a_common_cause_makes_it_worse_at_the_same_number_of_requests() {
    // Half of the requests come from the cause: 20 vehicles, each 1/1200 s and 0.3 · 1/360 s.
    let alone = demand(600.0, Law::Exponential(40.0));
    let mut together = demand(1_200.0, Law::Exponential(40.0));
    together.common_cause = Some(CommonCause {
        gap_s: 360.0,
        share: 0.3,
    });
    let alone = simulate(20, 4, &alone, &run(9, 20_000, 10.0)).unwrap();
    let together = simulate(20, 4, &together, &run(9, 20_000, 10.0)).unwrap();
    assert!((alone.utilisation.value - together.utilisation.value).abs() < 0.03);
    assert!(
        together.p_late.low > 3.0 * alone.p_late.high,
        "{alone:?} {together:?}"
    );
    assert!(together.mean_wait_s.low > alone.mean_wait_s.high);
}

#[test]
fn nobody_waits_where_there_are_operators_enough() {
    let s = simulate(
        5,
        5,
        &demand(100.0, Law::Exponential(50.0)),
        &run(1, 2_000, 0.0),
    )
    .unwrap();
    assert_eq!(
        (s.p_wait.value, s.mean_wait_s.value, s.p_late.value),
        (0.0, 0.0, 0.0)
    );
    assert!(s.utilisation.covers(1.0 / 3.0), "{s:?}");
    // A share that was never seen is not known to be zero.
    assert!(s.p_wait.high > 0.0 && s.p_wait.high < 0.01);
    let seldom = demand(1e9, Law::Exponential(50.0));
    let s = simulate(5, 1, &seldom, &run(1, 2_000, 0.0)).unwrap();
    assert_eq!(s.p_wait.value, 0.0);
    assert!(s.utilisation.value < 1e-6);
}

#[test]
fn the_same_seed_is_the_same_result() {
    let demand = demand(100.0, Law::Exponential(50.0));
    let one = |seed| simulate(9, 2, &demand, &run(seed, 500, 10.0)).unwrap();
    assert_eq!(one(1), one(1));
    assert_ne!(one(1), one(2));
}

#[test]
fn all_at_one_instant_is_no_division_by_nothing() {
    let demand = Demand {
        gap: Law::Constant(1e12),
        service: Law::Constant(1.0),
        common_cause: Some(CommonCause {
            gap_s: 1.0,
            share: 1.0,
        }),
        patience_s: Some(0.0),
    };
    let run = Run {
        warm_up: 0,
        ..run(1, 20, 0.0)
    };
    let s = simulate(100, 1, &demand, &run).unwrap();
    for estimate in [s.p_wait, s.p_late, s.p_lost, s.utilisation] {
        let all = [estimate.low, estimate.value, estimate.high];
        assert!(all.iter().all(|x| (0.0..=1.0).contains(x)), "{s:?}");
    }
    assert_eq!(s.p_lost.value, 0.95);
}

#[test]
fn what_cannot_be_simulated_is_refused() {
    let good = demand(100.0, Law::Exponential(50.0));
    let ask = |demand: &Demand, run: &Run| simulate(2, 1, demand, run).unwrap_err();
    let fine = run(1, 100, 1.0);
    assert_eq!(simulate(0, 1, &good, &fine), Err(NoAnswer::NoVehicles));
    assert_eq!(simulate(1, 0, &good, &fine), Err(NoAnswer::NoOperators));
    assert!(matches!(
        simulate(MOST + 1, 1, &good, &fine),
        Err(NoAnswer::TooMany { .. })
    ));
    for service in [
        Law::Constant(0.0),
        Law::Exponential(0.0),
        Law::Measured(vec![0.0]),
    ] {
        assert_eq!(ask(&demand(1.0, service), &fine), NoAnswer::ServiceZero);
    }
    assert_eq!(
        ask(&demand(1.0, Law::Measured(vec![])), &fine),
        NoAnswer::ServiceUnknown
    );
    assert_eq!(
        ask(&demand(f64::NAN, Law::Constant(1.0)), &fine),
        NoAnswer::RateUnknown
    );
    assert_eq!(
        ask(&demand(0.0, Law::Constant(1.0)), &fine),
        NoAnswer::RateUnknown
    );
    let out = |refused| assert!(matches!(refused, NoAnswer::OutOfRange { .. }), "{refused}");
    out(ask(&good, &run(1, 19, 1.0)));
    out(ask(&good, &run(1, 100, f64::NAN)));
    out(ask(&demand(1.0, Law::Constant(1e300)), &fine));
    let cause = |gap_s, share| Demand {
        common_cause: Some(CommonCause { gap_s, share }),
        ..good.clone()
    };
    out(ask(&cause(0.0, 0.5), &fine));
    out(ask(&cause(10.0, 1.5), &fine));
    let impatient = Demand {
        patience_s: Some(-1.0),
        ..good.clone()
    };
    out(ask(&impatient, &fine));
}
