//! Sizes against an independent search, and against the simulation.

use super::super::{CommonCause, Law};
use super::*;

fn demand(gap_s: f64, service_s: f64) -> Demand {
    Demand {
        gap: Law::Exponential(gap_s),
        service: Law::Exponential(service_s),
        common_cause: None,
        patience_s: None,
    }
}

fn goal(budget_s: f64, p_late: f64) -> Goal {
    Goal {
        budget_s,
        p_late,
        utilisation: 0.7,
    }
}

const RUN: Run = Run {
    seed: 7,
    warm_up: 2_000,
    requests: 20_000,
    budget_s: 0.0,
};

// numpy 2.4.6, scipy 1.17.1: balance equations by numpy.linalg.solve for N = 1, 2, … until one fails;
// waits by scipy.stats.poisson.cdf.
#[test]
fn the_largest_fleets_as_numpy_finds_them() {
    let expected = [
        (
            1200.0,
            60.0,
            10.0,
            0.05,
            1,
            2,
            0.040_308_653_566,
            0.095_022_624_434,
            Limit::Late,
        ),
        (
            1200.0,
            60.0,
            10.0,
            0.05,
            2,
            9,
            0.041_591_270_084,
            0.213_957_381_908,
            Limit::Late,
        ),
        (
            1200.0,
            60.0,
            10.0,
            0.05,
            5,
            48,
            0.049_964_260_893,
            0.456_544_956_291,
            Limit::Late,
        ),
        (
            1200.0,
            60.0,
            10.0,
            0.05,
            10,
            128,
            0.047_870_151_987,
            0.608_866_453_512,
            Limit::Late,
        ),
        (
            1200.0,
            60.0,
            10.0,
            0.05,
            20,
            294,
            0.028_058_349_987,
            0.699_577_908_333,
            Limit::Busy,
        ),
        (
            600.0,
            30.0,
            20.0,
            0.05,
            10,
            147,
            0.020_784_181_649,
            0.698_029_199_440,
            Limit::Busy,
        ),
        (
            3600.0,
            45.0,
            10.0,
            0.2,
            1,
            20,
            0.196_613_921_829,
            0.246_005_519_666,
            Limit::Late,
        ),
        (
            3600.0,
            45.0,
            10.0,
            0.2,
            5,
            264,
            0.199_057_492_478,
            0.650_539_614_927,
            Limit::Late,
        ),
        (
            3600.0,
            45.0,
            10.0,
            0.2,
            20,
            1134,
            0.023_215_772_642,
            0.699_872_364_984,
            Limit::Busy,
        ),
    ];
    for (gap, service, budget, late, c, vehicles, p_late, utilisation, limit) in expected {
        let sizes = size(&demand(gap, service), &goal(budget, late), &[c], None);
        let size = sizes[0].1.unwrap();
        assert_eq!((size.vehicles, size.limit), (vehicles, limit), "{size:?}");
        assert!((size.p_late - p_late).abs() < 1e-9, "{size:?}");
        assert!((size.utilisation - utilisation).abs() < 1e-9, "{size:?}");
        assert_eq!(
            size.vehicles_per_operator,
            f64::from(vehicles) / f64::from(c)
        );
        assert_eq!(size.verdict, None);
    }
}

#[test]
fn the_simulation_agrees_where_the_model_is_exact() {
    let sizes = size(
        &demand(1200.0, 60.0),
        &goal(10.0, 0.05),
        &[1, 5, 10],
        Some(&RUN),
    );
    for (_, size) in sizes {
        let size = size.unwrap();
        let simulated = size.simulated.unwrap();
        assert!(simulated.p_late.covers(size.p_late), "{size:?}");
        assert!(simulated.utilisation.covers(size.utilisation), "{size:?}");
        assert!(simulated.mean_wait_s.covers(size.mean_wait_s), "{size:?}");
        assert_ne!(size.verdict, Some(Verdict::Fails));
    }
}

#[test]
fn a_common_cause_breaks_the_model_and_needs_a_smaller_fleet() {
    let mut demand = demand(1200.0, 60.0);
    let goal = goal(10.0, 0.05);
    demand.common_cause = Some(CommonCause {
        gap_s: 3600.0,
        share: 0.5,
    });
    let size = size(&demand, &goal, &[5], Some(&RUN))[0].1.unwrap();
    assert_eq!((size.vehicles, size.verdict), (48, Some(Verdict::Fails)));
    let (vehicles, simulated) = size_simulated(&demand, &goal, 5, &RUN).unwrap();
    assert!((5..40).contains(&vehicles), "{vehicles}");
    assert!(simulated.p_late.value <= 0.05, "{simulated:?}");
}

#[test]
fn both_searches_find_much_the_same_where_the_model_is_exact() {
    let (vehicles, _) = size_simulated(&demand(600.0, 30.0), &goal(20.0, 0.05), 5, &RUN).unwrap();
    // The model finds 63; the simulation is a sample.
    assert!((60..=66).contains(&vehicles), "{vehicles}");
}

#[test]
fn every_question_without_an_answer_has_its_reason() {
    let ask = |demand: &Demand, goal: &Goal, c| size(demand, goal, &[c], None)[0].1;
    let good = (demand(1200.0, 60.0), goal(10.0, 0.05));
    assert_eq!(ask(&good.0, &good.1, 0), Err(NoAnswer::NoOperators));
    let unknown = |gap: Law, service: Law| {
        let demand = Demand {
            gap,
            service,
            ..good.0.clone()
        };
        ask(&demand, &good.1, 1).unwrap_err()
    };
    let some = || Law::Measured(vec![30.0]);
    assert_eq!(
        unknown(Law::Measured(vec![]), some()),
        NoAnswer::RateUnknown
    );
    assert_eq!(
        unknown(some(), Law::Measured(vec![])),
        NoAnswer::ServiceUnknown
    );
    assert_eq!(
        unknown(some(), Law::Measured(vec![0.0, 0.0])),
        NoAnswer::ServiceZero
    );
    assert_eq!(
        unknown(some(), Law::Measured(vec![1.0, f64::NAN])),
        NoAnswer::ServiceUnknown
    );
    assert_eq!(
        unknown(some(), Law::Constant(-1.0)),
        NoAnswer::ServiceUnknown
    );
    assert_eq!(
        unknown(Law::Exponential(f64::INFINITY), some()),
        NoAnswer::RateUnknown
    );
    // One vehicle: 100 s of 130 s.
    let utilisation = match unknown(Law::Constant(30.0), Law::Constant(100.0)) {
        NoAnswer::OneIsTooMany { utilisation } => utilisation,
        other => panic!("{other}"),
    };
    assert!((utilisation - 100.0 / 130.0).abs() < 1e-12);
    for bad in [goal(-1.0, 0.05), goal(10.0, 1.5), goal(f64::NAN, 0.05)] {
        assert!(matches!(
            ask(&good.0, &bad, 1),
            Err(NoAnswer::OutOfRange { .. })
        ));
    }
    assert!(size(&good.0, &good.1, &[], None).is_empty());
}

#[test]
fn a_fleet_that_hardly_asks_is_as_large_as_we_compute() {
    let size = size(&demand(1e9, 1.0), &goal(10.0, 0.05), &[1], None)[0]
        .1
        .unwrap();
    assert_eq!((size.vehicles, size.limit), (MOST, Limit::Computed));
}

#[test]
fn where_none_may_be_late_there_is_a_vehicle_for_each_operator() {
    let strict = Goal {
        budget_s: 0.0,
        p_late: 0.0,
        utilisation: 1.0,
    };
    for (c, size) in size(&demand(100.0, 60.0), &strict, &[1, 2, 7], None) {
        assert_eq!(size.unwrap().vehicles, c);
    }
}
