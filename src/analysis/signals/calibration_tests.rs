//! Tests of calibration.

use super::super::reference::near;
use super::*;

/// Confidence frac(0.618… i + 0.1), right if frac(0.754… i) < confidence^1.5.
fn judged() -> Vec<Judged> {
    let part = |x: f64| x - x.floor();
    (0..200)
        .map(|i| {
            let confidence = part(f64::from(i) * 0.6180339887498949 + 0.1);
            Judged {
                confidence,
                right: part(f64::from(i) * 0.7548776662466927) < libm::pow(confidence, 1.5),
            }
        })
        .collect()
}

fn said(what: &[(f64, bool)]) -> Vec<Judged> {
    what.iter()
        .map(|(confidence, right)| Judged {
            confidence: *confidence,
            right: *right,
        })
        .collect()
}

#[track_caller]
fn check(r: &Reliability, ece: f64, mce: f64, reliability: f64, resolution: f64, counts: &[usize]) {
    near(r.ece, ece, 1e-12);
    near(r.mce, mce, 1e-12);
    near(r.brier.reliability, reliability, 1e-12);
    near(r.brier.resolution, resolution, 1e-12);
    near(r.brier.uncertainty, 0.24, 1e-12);
    assert_eq!(r.bins.iter().map(|b| b.n).collect::<Vec<_>>(), counts);
}

#[test]
fn by_hand() {
    let j = said(&[(0.2, false), (0.4, true), (0.9, true), (0.7, false)]);
    let r = reliability(&j, 2, Binning::EqualWidth).unwrap();
    // Bins: 0.2, 0.4 (mean 0.3, half right); 0.9, 0.7 (mean 0.8, half right).
    assert_eq!((r.n, r.asked, r.bins.len()), (4, 2, 2));
    near(r.ece, (0.2 + 0.3) / 2.0, 1e-15);
    near(r.mce, 0.3, 1e-15);
    near(r.brier.score, (0.04 + 0.36 + 0.01 + 0.49) / 4.0, 1e-15);
    near(r.brier.reliability, (0.04 + 0.09) / 2.0, 1e-15);
    near(r.brier.resolution, 0.0, 1e-15);
    near(r.brier.uncertainty, 0.25, 1e-15);
    near(r.brier.within, 0.225 - 0.065 - 0.25, 1e-15);
    assert_eq!((r.bins[0].lower, r.bins[0].upper), (0.0, 0.5));
}

#[test]
fn edges_belong_to_the_bin_below() {
    let j = said(&[(0.0, false), (0.5, true), (0.500001, true), (1.0, true)]);
    let r = reliability(&j, 2, Binning::EqualWidth).unwrap();
    assert_eq!(r.bins.iter().map(|b| b.n).collect::<Vec<_>>(), [2, 2]);
}

#[test]
fn against_sklearn() {
    // scikit-learn 1.9.1, as sklearn.calibration.calibration_curve bins: np.searchsorted(edges[1:-1],
    // p), with edges of np.linspace or np.percentile; brier_score_loss(right, confidence)
    let r = reliability(&judged(), BINS, Binning::EqualWidth).unwrap();
    let counts = [13, 14, 13, 14, 13, 13, 14, 13, 13, 13, 14, 12, 14, 14, 13];
    check(
        &r,
        0.10311890047853424,
        0.2702417227772474,
        0.015587936125024527,
        0.0993543956043956,
        &counts,
    );
    near(r.brier.score, 0.154427907184354, 1e-12);
    near(r.bins[1].confidence, 0.09930214543577333, 1e-12);
    near(r.bins[4].right, 0.23076923076923078, 1e-12);
    let r = reliability(&judged(), BINS, Binning::EqualMass).unwrap();
    let counts = [14, 13, 13, 14, 13, 13, 13, 14, 13, 13, 13, 14, 13, 13, 14];
    check(
        &r,
        0.10400520402987544,
        0.21277479784591097,
        0.015567254690114616,
        0.10002747252747254,
        &counts,
    );
}

#[test]
fn with_ties_against_sklearn() {
    // Confidence rounded to tenths: Murphy's parts are exact.
    let j: Vec<Judged> = judged()
        .iter()
        .map(|j| Judged {
            confidence: (j.confidence * 10.0).round_ties_even() / 10.0,
            ..*j
        })
        .collect();
    let r = reliability(&j, 10, Binning::EqualWidth).unwrap();
    let counts = [31, 19, 21, 19, 20, 20, 20, 20, 19, 11];
    check(
        &r,
        0.0995,
        0.2,
        0.015015245591985832,
        0.09958137462424389,
        &counts,
    );
    near(r.brier.score, 0.15545, 1e-12);
    let r = reliability(&j, 4, Binning::EqualMass).unwrap();
    check(
        &r,
        0.0995,
        0.14833333333333332,
        0.01144283333333333,
        0.09575,
        &[50, 60, 40, 50],
    );
    // sklearn.metrics.roc_auc_score
    near(auc(&j).unwrap().area, 0.86890625, 1e-12);
}

#[test]
fn murphy_is_exact_for_equal_confidences() {
    let j = said(&[
        (0.3, false),
        (0.3, true),
        (0.3, false),
        (0.8, true),
        (0.8, true),
    ]);
    let r = reliability(&j, 5, Binning::EqualWidth).unwrap();
    near(r.brier.within, 0.0, 1e-15);
    let parts = r.brier.reliability - r.brier.resolution + r.brier.uncertainty;
    near(r.brier.score, parts, 1e-15);
}

#[test]
fn intervals_against_scipy() {
    // scipy 1.17.1: binomtest(k, n).proportion_ci(method='wilson')
    for (k, n, low, high) in [
        (3, 10, 0.10779126740630102, 0.6032218525388546),
        (0, 7, 0.0, 0.35433043506668743),
        (7, 7, 0.6456695649333126, 1.0),
        (1, 200, 0.0008831687156009762, 0.02777370439789293),
    ] {
        let (l, h) = wilson(k, n);
        near(l, low, 1e-12);
        near(h, high, 1e-12);
    }
}

#[test]
fn loss_and_area_against_sklearn() {
    // scikit-learn 1.9.1: log_loss, roc_auc_score; the standard error is Hanley and McNeil's formula in
    // Python
    let l = log_loss(&judged()).unwrap();
    near(l.mean, 0.4708811356744006, 1e-12);
    assert_eq!((l.n, l.clipped), (200, 0));
    let a = auc(&judged()).unwrap();
    assert_eq!((a.right, a.wrong), (80, 120));
    near(a.area, 0.8720833333333333, 1e-12);
    near(a.standard_error, 0.027566097727947738, 1e-12);
    // ln 2, and one that was sure and wrong.
    let l = log_loss(&said(&[(0.5, true), (1.0, false)])).unwrap();
    near(l.mean, (2f64.ln() - f64::EPSILON.ln()) / 2.0, 1e-12);
    assert_eq!(l.clipped, 1);
    // Pairs: 0.8 beats 0.3 and ties with 0.8; 0.2 loses both.
    let a = auc(&said(&[
        (0.8, true),
        (0.2, true),
        (0.3, false),
        (0.8, false),
    ]))
    .unwrap();
    near(a.area, 1.5 / 4.0, 1e-15);
}

#[test]
fn temperature_against_scipy() {
    let logit = |p: f64| 2.0 * (p / (1.0 - p)).ln();
    let logits: Vec<(f64, bool)> = judged()
        .iter()
        .map(|j| (logit(j.confidence), j.right))
        .collect();
    // scipy 1.17.1: brentq on the gradient of the loss over 1 / T; minimize_scalar gives 1.74751642
    near(temperature(&logits).unwrap(), 1.747516423074133, 1e-9);
    // Told apart without a mistake; no better than guessing; nothing.
    assert_eq!(temperature(&[(1.0, true), (-1.0, false)]), None);
    assert_eq!(temperature(&[(1.0, false), (-1.0, true)]), None);
    assert_eq!(temperature(&[(0.0, true), (0.0, false)]), None);
    assert_eq!(temperature(&[(f64::NAN, true)]), None);
    assert_eq!(temperature(&[]), None);
    // Two right, one wrong at z = 1: 1 / (1 + e^(-1/T)) = 2/3, T = 1 / ln 2.
    let t = temperature(&[(1.0, true), (1.0, true), (1.0, false)]).unwrap();
    near(t, 1.0 / 2f64.ln(), 1e-12);
}

#[test]
fn nothing_to_judge() {
    let none: [Judged; 0] = [];
    assert_eq!(reliability(&none, 15, Binning::EqualWidth), None);
    assert_eq!((log_loss(&none), auc(&none)), (None, None));
    let sure = said(&[(1.0, true); 3]);
    assert_eq!(auc(&sure), None);
    assert_eq!(reliability(&sure, 0, Binning::EqualWidth), None);
    let r = reliability(&sure, 15, Binning::EqualMass).unwrap();
    assert_eq!((r.ece, r.brier.score, r.bins.len()), (0.0, 0.0, 1));
    assert_eq!(
        reliability(&said(&[(1.1, true)]), 15, Binning::EqualWidth),
        None
    );
    assert_eq!(log_loss(&said(&[(f64::NAN, true)])), None);
    assert_eq!(
        reliability(&said(&[(0.4, true)]), 15, Binning::EqualMass)
            .unwrap()
            .bins[0]
            .n,
        1
    );
}
