//! References: scipy 1.17.1: the negative log-likelihood from logpdf and logsf, made small by
//! optimize.minimize(Nelder-Mead, xatol=1e-11, fatol=1e-13) from several starts; standard errors from
//! statsmodels 0.15.0 approx_hess3. Without censoring stats.*.fit gives the same log-likelihoods.

use super::super::super::check::close;
use super::super::sample::{EX_GAUSSIAN, WALD, all, some};
use super::*;

#[track_caller]
fn agrees(
    family: Family,
    data: &[Observation],
    log_likelihood: f64,
    values: &[f64],
    errors: &[f64],
) {
    let got = fit(family, data).unwrap();
    close(got.log_likelihood, log_likelihood, 1e-9);
    assert_eq!(got.limit, None);
    for ((parameter, value), error) in got.parameters.iter().zip(values).zip(errors) {
        close(parameter.value, *value, 1e-5);
        close(parameter.standard_error.unwrap(), *error, 1e-5);
    }
}

#[test]
fn log_normal_agrees_with_scipy() {
    let values = [0.638389632988889, 0.4689221378285821];
    let errors = [0.0741430999622098, 0.052427085926431354];
    agrees(
        Family::LogNormal,
        &all(&EX_GAUSSIAN),
        -52.000384418439964,
        &values,
        &errors,
    );
    let values = [0.7570747115377668, 0.4545167728668245];
    let errors = [0.0768560458789932, 0.05578111957206764];
    agrees(
        Family::LogNormal,
        &some(&EX_GAUSSIAN),
        -46.1262311116135,
        &values,
        &errors,
    );
}

#[test]
fn ex_gaussian_agrees_with_scipy() {
    let values = [1.2312650692397125, 0.4431741595505809, 0.8837349249894497];
    let errors = [0.15419497336601112, 0.1045843284115806, 0.1959354167858466];
    agrees(
        Family::ExGaussian,
        &all(&EX_GAUSSIAN),
        -51.39040480729551,
        &values,
        &errors,
    );
    let values = [1.3958396784258595, 0.4775942865886281, 0.9568091642249059];
    let errors = [
        0.17742077855616137,
        0.11784648398005082,
        0.24288768434618044,
    ];
    agrees(
        Family::ExGaussian,
        &some(&EX_GAUSSIAN),
        -45.625500337745216,
        &values,
        &errors,
    );
}

#[test]
fn shifted_wald_agrees_with_scipy() {
    let values = [0.9361289472201201, 0.9059651253029716, 0.757471868276606];
    let errors = [0.2291773347006209, 0.2021230812033957, 0.057162766630179274];
    agrees(
        Family::ShiftedWald,
        &all(&WALD),
        -34.68115656449393,
        &values,
        &errors,
    );
    let values = [0.8574258554081876, 1.0728487073353765, 0.7082751133286695];
    let errors = [
        0.25505991808268696,
        0.28347543516734175,
        0.09075182623266122,
    ];
    agrees(
        Family::ShiftedWald,
        &some(&WALD),
        -35.93868700240446,
        &values,
        &errors,
    );
}

#[test]
fn a_shift_below_zero_stops_at_zero() {
    // scipy, with the shift kept at zero or above
    let got = fit(Family::ShiftedWald, &all(&EX_GAUSSIAN)).unwrap();
    close(got.log_likelihood, -52.31926373932956, 1e-6);
    close(got.parameters[0].value, 1.3764208821915065, 1e-4);
    assert_eq!(
        (got.parameters[2].value, got.parameters[0].standard_error),
        (0.0, None)
    );
    assert!(got.limit.is_some());
}

#[test]
fn a_normal_part_without_spread_is_said() {
    // scipy comes to sigma = 3e-16 and the same log-likelihood
    let got = fit(Family::ExGaussian, &all(&WALD)).unwrap();
    close(got.log_likelihood, -33.745541795022966, 1e-3);
    assert!(got.limit.is_some_and(|limit| limit.contains("sigma")));
    let symmetric: Vec<f64> = (1..=20).map(f64::from).collect();
    let got = fit(Family::ExGaussian, &all(&symmetric)).unwrap();
    assert!(got.limit.is_some_and(|limit| limit.contains("tau")));
}

#[test]
fn criteria_by_hand() {
    let got = fit(Family::LogNormal, &some(&EX_GAUSSIAN)).unwrap();
    assert_eq!((got.n, got.events, got.censored), (40, 32, 8));
    close(got.aic, 4.0 + 2.0 * 46.1262311116135, 1e-9);
    close(got.aicc.unwrap(), got.aic + 12.0 / 37.0, 1e-12);
    close(got.bic, 2.0 * 40.0_f64.ln() + 2.0 * 46.1262311116135, 1e-9);
}

#[test]
fn the_unit_of_time_does_not_matter() {
    let milliseconds: Vec<f64> = WALD.iter().map(|t| t * 1000.0).collect();
    for family in Family::ALL {
        let (a, b) = (
            fit(family, &all(&WALD)).unwrap(),
            fit(family, &all(&milliseconds)).unwrap(),
        );
        close(
            b.log_likelihood,
            a.log_likelihood - 40.0 * 1000.0_f64.ln(),
            1e-7,
        );
    }
}

#[test]
fn says_why_there_is_no_fit() {
    for family in Family::ALL {
        assert_eq!(fit(family, &[]), Err(NotFitted::TooFewEvents));
        assert_eq!(fit(family, &all(&[2.0; 9])), Err(NotFitted::NoSpread));
        let censored = vec![Observation::censored(1.0); 9];
        assert_eq!(fit(family, &censored), Err(NotFitted::TooFewEvents));
    }
    // Half of the events at the first time: the shift can come as near as it likes.
    let heap = [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 3.0, 4.0];
    assert_eq!(
        fit(Family::ShiftedWald, &all(&heap)),
        Err(NotFitted::NoOptimum)
    );
}

#[test]
fn leaves_out_what_is_no_time() {
    let mut data = all(&WALD);
    data.push(Observation::event(0.0));
    data.push(Observation::event(f64::NAN));
    data.push(Observation::censored(-3.0));
    let got = fit(Family::LogNormal, &data).unwrap();
    assert_eq!((got.n, got.left_out), (40, 3));
}
