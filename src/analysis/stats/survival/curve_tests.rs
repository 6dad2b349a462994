//! References: R 4.2.2, survival 3.5-3: survfit(Surv(t, s) ~ 1, conf.type = "log-log") unless said otherwise.

use super::super::super::check::close;
use super::super::sample::{mercaptopurine, placebo};
use super::*;

fn curve(observations: &[Observation]) -> Curve {
    Curve::of(observations, 0.95).unwrap()
}

#[track_caller]
fn all_close(got: impl Iterator<Item = f64>, want: &[f64]) {
    let got: Vec<f64> = got.collect();
    assert_eq!(got.len(), want.len());
    for (got, want) in got.iter().zip(want) {
        close(*got, *want, 1e-11);
    }
}

#[test]
fn agrees_with_r_on_censored_times() {
    let c = curve(&mercaptopurine());
    assert_eq!((c.n, c.events, c.censored, c.left_out), (21, 9, 12, 0));
    let column = |f: fn(&Step) -> usize| c.steps.iter().map(f).collect::<Vec<_>>();
    assert_eq!(
        column(|s| s.at_risk),
        [21, 17, 16, 15, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 2, 1]
    );
    assert_eq!(
        column(|s| s.events),
        [3, 1, 0, 1, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0]
    );
    assert_eq!(
        column(|s| s.censored),
        [1, 0, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 1, 2, 1, 1]
    );
    let at = [0, 1, 3, 5, 6, 10, 11]; // steps with an event
    let of = |f: fn(&Step) -> f64| at.map(|i| f(&c.steps[i])).into_iter();
    all_close(
        of(|s| s.survival),
        &[
            0.857142857143,
            0.806722689076,
            0.752941176471,
            0.690196078431,
            0.627450980392,
            0.53781512605,
            0.448179271709,
        ],
    );
    all_close(
        of(|s| s.standard_error.unwrap()),
        &[
            0.0763603548321,
            0.0869352851801,
            0.0963496529943,
            0.106814707775,
            0.114053865257,
            0.128233751693,
            0.134591456756,
        ],
    );
    all_close(
        of(|s| s.band.unwrap().low),
        &[
            0.619717955266,
            0.563146564622,
            0.5031995108,
            0.431610222486,
            0.367510855988,
            0.267778936767,
            0.188052005959,
        ],
    );
    all_close(
        of(|s| s.band.unwrap().high),
        &[
            0.951551747647,
            0.922809019203,
            0.889361835169,
            0.849065963349,
            0.804912189472,
            0.746790717635,
            0.680142628495,
        ],
    );
}

#[test]
fn other_levels_agree_with_r() {
    // conf.int = 0.9
    let c = Curve::of(&mercaptopurine(), 0.9).unwrap();
    let band = c.steps[1].band.unwrap();
    close(band.low, 0.612478543986, 1e-11);
    close(band.high, 0.910197832847, 1e-11);
    assert_eq!(band.level, 0.9);
}

#[test]
fn agrees_with_r_down_to_zero() {
    let c = curve(&placebo());
    close(c.steps[0].band.unwrap().high, 0.975294149038, 1e-11);
    close(c.steps[10].standard_error.unwrap(), 0.0464714320452, 1e-11);
    let last = c.steps.last().unwrap();
    assert_eq!(
        (last.survival, last.standard_error, last.band),
        (0.0, None, None)
    );
}

#[track_caller]
fn quantile(q: TimeQuantile, want: (Option<f64>, Option<f64>, Option<f64>)) {
    assert_eq!((q.estimate, q.low, q.high), want);
}

#[test]
fn quantiles_agree_with_r() {
    // summary(f)$table, quantile(f, p)
    let c = curve(&mercaptopurine());
    quantile(c.median(), (Some(23.0), Some(13.0), None));
    quantile(c.quantile(0.25), (Some(13.0), Some(6.0), Some(22.0)));
    quantile(c.quantile(0.6), (None, Some(16.0), None));
    let c = curve(&placebo());
    quantile(c.median(), (Some(8.0), Some(4.0), Some(11.0)));
    quantile(c.quantile(0.25), (Some(4.0), Some(1.0), Some(5.0)));
    quantile(c.quantile(0.75), (Some(12.0), Some(8.0), Some(22.0)));
    // Flat at one half: the middle, as R.
    let c = curve(&[1.0, 2.0, 3.0, 4.0].map(Observation::event));
    quantile(c.median(), (Some(2.5), Some(1.0), None));
    quantile(c.quantile(1.0), (None, None, None));
}

#[track_caller]
fn restricted(c: &Curve, tau: f64, mean: f64, standard_error: f64) {
    let r = c.restricted_mean(tau).unwrap();
    close(r.mean, mean, 1e-11);
    close(r.standard_error, standard_error, 1e-11);
    close(
        r.interval.high,
        mean + 1.959963984540054 * standard_error,
        1e-11,
    );
}

#[test]
fn restricted_means_agree_with_r() {
    // summary(f, rmean = tau)$table
    let c = curve(&mercaptopurine());
    restricted(&c, 30.0, 21.0464985994, 2.24380195156);
    restricted(&c, 20.0, 16.1165266106, 1.25156019601);
    // Not known after the last censored time.
    assert_eq!(c.restricted_mean(36.0), None);
    assert_eq!(c.restricted_mean(0.0), None);
    assert_eq!(c.restricted_mean(f64::INFINITY), None);
    let c = curve(&placebo());
    restricted(&c, 15.0, 7.85714285714, 1.05470700553);
    restricted(&c, 40.0, 8.66666666667, 1.37739004126);
    // Before anything happened everybody waited.
    restricted(&c, 0.5, 0.5, 0.0);
}

#[test]
fn differences_of_restricted_means_follow_from_r() {
    // summary(f, rmean = 15)$table of both groups, and the rest by pnorm
    let (a, b) = (curve(&mercaptopurine()), curve(&placebo()));
    let got = restricted_difference(&a, &b, 15.0).unwrap();
    close(got.estimate, 5.059383753501, 1e-10);
    close(got.standard_error, 1.30558938152, 1e-10);
    close(got.interval.low, 2.500475587123, 1e-9);
    close(got.p.unwrap(), 0.0001065492985833, 1e-8);
    assert_eq!((got.n, got.tau), (42, 15.0));
    assert_eq!(restricted_difference(&a, &b, 36.0), None);
    // Before anything has happened in either group.
    assert_eq!(restricted_difference(&a, &b, 0.5).unwrap().p, None);
}

#[test]
fn reads_between_the_steps() {
    let c = curve(&[
        Observation::event(1.0),
        Observation::event(2.0),
        Observation::censored(3.0),
    ]);
    assert_eq!(c.survival_at(0.5), Some(1.0));
    close(c.survival_at(1.0).unwrap(), 2.0 / 3.0, 1e-15);
    close(c.survival_at(3.0).unwrap(), 1.0 / 3.0, 1e-15);
    assert_eq!(c.survival_at(3.1), None);
    assert_eq!(
        [0.0, 1.0, 1.5, 3.0, 4.0].map(|t| c.at_risk_at(t)),
        [3, 3, 2, 1, 0]
    );
    // Once it has happened to everybody, the curve stays at zero.
    assert_eq!(
        curve(&[Observation::event(1.0)]).survival_at(9.0),
        Some(0.0)
    );
}

#[test]
fn whoever_is_censored_was_at_risk_for_events_of_the_same_time() {
    let c = curve(&[Observation::censored(1.0), Observation::event(1.0)]);
    assert_eq!(
        (c.steps.len(), c.steps[0].at_risk, c.steps[0].survival),
        (1, 2, 0.5)
    );
}

#[test]
fn nobody_and_nothing() {
    assert_eq!(Curve::of(&[], 0.95), None);
    assert_eq!(Curve::of(&[Observation::event(1.0)], 1.0), None);
    let never = curve(&[Observation::censored(5.0), Observation::censored(5.0)]);
    assert_eq!(
        (never.events, never.steps[0].survival, never.steps[0].band),
        (0, 1.0, None)
    );
    quantile(never.median(), (None, None, None));
    close(never.restricted_mean(5.0).unwrap().mean, 5.0, 1e-15);
}

#[test]
fn leaves_out_times_that_are_none() {
    let c = curve(&[
        Observation::event(f64::NAN),
        Observation::event(-1.0),
        Observation::event(0.0),
    ]);
    assert_eq!((c.n, c.left_out, c.steps[0].time), (1, 2, 0.0));
}
