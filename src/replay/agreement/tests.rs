//! Reference values: published ones, and those of statsmodels 0.15 (Cohen), irrCAC 0.4 (Fleiss with
//! Gwet's variance) and krippendorff 0.9 for the same tables.

use super::*;

fn close(got: f64, expected: f64) {
    assert!(
        (got - expected).abs() < 5e-7,
        "got {got}, expected {expected}"
    );
}

/// 30 psychiatric patients, six raters each, five diagnoses: Fleiss 1971, table 1.
const FLEISS_1971: [[u64; 5]; 30] = [
    [0, 0, 0, 6, 0],
    [0, 3, 0, 0, 3],
    [0, 1, 4, 0, 1],
    [0, 0, 0, 0, 6],
    [0, 3, 0, 3, 0],
    [2, 0, 4, 0, 0],
    [0, 0, 4, 0, 2],
    [2, 0, 3, 1, 0],
    [2, 0, 0, 4, 0],
    [0, 0, 0, 0, 6],
    [1, 0, 0, 5, 0],
    [1, 1, 0, 4, 0],
    [0, 3, 3, 0, 0],
    [1, 0, 0, 5, 0],
    [0, 2, 0, 3, 1],
    [0, 0, 5, 0, 1],
    [3, 0, 0, 1, 2],
    [5, 1, 0, 0, 0],
    [0, 2, 0, 4, 0],
    [1, 0, 2, 0, 3],
    [0, 0, 0, 0, 6],
    [0, 1, 0, 5, 0],
    [0, 2, 0, 1, 3],
    [2, 0, 0, 4, 0],
    [1, 0, 0, 4, 1],
    [0, 5, 0, 1, 0],
    [4, 0, 0, 0, 2],
    [0, 2, 0, 4, 0],
    [1, 0, 5, 0, 0],
    [0, 0, 0, 0, 6],
];

#[test]
fn cohen_1960() {
    // His table 2: 200 cases, three diagnoses; he gives 0.70, 0.41, 0.492.
    let table = [vec![88, 14, 18], vec![10, 40, 10], vec![2, 6, 12]];
    let kappa = cohen(&table, Weights::None).expect("defined");
    close(kappa.observed, 0.70);
    close(kappa.by_chance, 0.41);
    close(kappa.value, 0.491_525_424);
    close(kappa.standard_error.expect("a spread"), 0.051_001_816);
    let [low, high] = kappa.interval_95.expect("an interval");
    close(low, 0.391_563_702);
    close(high, 0.591_487_145);
    for (weights, value, error) in [
        (Weights::Linear, 0.473_684_211, 0.054_432_309),
        (Weights::Quadratic, 0.454_545_455, 0.066_453_682),
    ] {
        let kappa = cohen(&table, weights).expect("defined");
        close(kappa.value, value);
        close(kappa.standard_error.expect("a spread"), error);
    }
}

#[test]
fn two_by_two_by_hand() {
    // 35 of 50 agree: 0.7. By chance (25 x 30 + 25 x 20) / 2500 = 0.5. (0.7 - 0.5) / 0.5 = 0.4.
    let table = [vec![20, 5], vec![10, 15]];
    let kappa = cohen(&table, Weights::None).expect("defined");
    close(kappa.value, 0.4);
    close(kappa.standard_error.expect("a spread"), 0.126_996_063);
    // With two categories there is nothing to weigh.
    close(
        cohen(&table, Weights::Quadratic).expect("defined").value,
        0.4,
    );
}

#[test]
fn ordered_categories() {
    let table = [
        vec![11, 4, 1, 0],
        vec![3, 9, 2, 1],
        vec![0, 4, 8, 3],
        vec![0, 1, 2, 7],
    ];
    for (weights, value, error) in [
        (Weights::None, 0.496_790_757, 0.087_081_892),
        (Weights::Linear, 0.639_871_383, 0.071_236_739),
        (Weights::Quadratic, 0.765_166_341, 0.061_125_393),
    ] {
        let kappa = cohen(&table, weights).expect("defined");
        close(kappa.value, value);
        close(kappa.standard_error.expect("a spread"), error);
    }
}

#[test]
fn fleiss_1971() {
    let units = FLEISS_1971.map(Vec::from);
    let kappa = fleiss(&units).expect("defined");
    close(kappa.value, 0.430_244_520);
    close(kappa.observed, 0.555_555_556);
    close(kappa.by_chance, 0.219_938_272);
    close(kappa.standard_error.expect("a spread"), 0.054_198_936);
}

/// Four raters, twelve units, values 1 to 5, some missing: Krippendorff 2011.
const KRIPPENDORFF_2011: [[u8; 12]; 4] = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3],
    [0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0],
];

fn krippendorff(ordered: bool) -> Answers {
    let answer = |rater: usize, unit: usize| {
        let value = KRIPPENDORFF_2011[rater][unit];
        value.checked_sub(1).map(usize::from)
    };
    Answers {
        raters: ["a", "b", "c", "d"].map(String::from).into(),
        categories: (1..=5).map(|c: u8| c.to_string()).collect(),
        ordered,
        units: (0..12)
            .map(|unit| (0..4).map(|rater| answer(rater, unit)).collect())
            .collect(),
    }
}

#[test]
fn missing_ratings_are_handled_and_counted() {
    let result = krippendorff(false).agreement();
    assert_eq!((result.units, result.left_out, result.missing), (11, 1, 4));
    let kappa = &result.kappas[0];
    assert_eq!(kappa.name, "Fleiss' kappa");
    close(kappa.coefficient.value, 0.762_483_131);
    close(
        kappa.coefficient.standard_error.expect("a spread"),
        0.135_438_599,
    );
    close(result.percent.expect("pairs"), 81.818_181_818);
    // He gives 0.743 and 0.815.
    close(result.alpha.expect("defined"), 0.743_421_053);
    close(
        krippendorff(true).agreement().alpha.expect("defined"),
        0.815_387_504,
    );
}

fn answers(raters: usize, units: &[&[Option<usize>]]) -> Answers {
    Answers {
        raters: (0..raters).map(|r| format!("r{r}")).collect(),
        categories: ["yes", "no", "unsure"].map(String::from).into(),
        ordered: false,
        units: units.iter().map(|u| u.to_vec()).collect(),
    }
}

#[test]
fn two_raters_are_compared_where_both_spoke() {
    let (yes, no) = (Some(0), Some(1));
    let units: [&[_]; 5] = [
        &[yes, yes],
        &[yes, no],
        &[no, no],
        &[no, None],
        &[None, None],
    ];
    let result = answers(2, &units).agreement();
    assert_eq!((result.units, result.left_out, result.missing), (3, 1, 0));
    close(result.percent.expect("pairs"), 200.0 / 3.0);
    // 2/3 agree; by chance 2/3 x 1/3 + 1/3 x 2/3 = 4/9.
    close(
        result.kappas[0].coefficient.value,
        (2.0 / 3.0 - 4.0 / 9.0) / (5.0 / 9.0),
    );
    assert_eq!(result.kappas.len(), 1);
    // A third who said nothing at all does not make it Fleiss'.
    let units: [&[_]; 2] = [&[yes, yes, None], &[no, no, None]];
    let result = answers(3, &units).agreement();
    assert_eq!(result.kappas[0].name, "Cohen's kappa");
    assert_eq!(result.raters, ["r0", "r1"]);
}

#[test]
fn what_has_no_kappa_says_why_and_is_never_a_nan() {
    let (yes, no) = (Some(0), Some(1));
    let cases: [(usize, &[&[Option<usize>]], &str); 6] = [
        (0, &[], "two raters"),
        (1, &[&[yes], &[no]], "two raters"),
        (2, &[&[yes, None], &[None, no]], "by two raters"),
        (2, &[&[yes, yes], &[yes, yes]], "the same answer"),
        (3, &[&[yes, yes, yes], &[yes, yes, None]], "the same answer"),
        (
            3,
            &[&[yes, None, None], &[None, no, None], &[None, None, no]],
            "by two raters",
        ),
    ];
    for (raters, units, why) in cases {
        let result = answers(raters, units).agreement();
        let told = result.undefined.expect("a sentence");
        assert!(told.contains(why), "{told}");
        assert!(result.kappas.is_empty());
        assert!(result.percent.is_none_or(f64::is_finite));
        assert!(result.alpha.is_none_or(f64::is_finite));
    }
    // All agree, on more than one answer: a kappa of 1, and no interval without a width.
    let result = answers(2, &[&[yes, yes], &[no, no]]).agreement();
    close(result.kappas[0].coefficient.value, 1.0);
    assert_eq!(result.kappas[0].coefficient.interval_95, None);
    // One unit alone.
    let result = answers(3, &[&[yes, no, no]]).agreement();
    let kappa = result.kappas[0].coefficient;
    assert!(kappa.value.is_finite() && kappa.interval_95.is_none());
    // One unit of two raters: a figure, and nothing about how sure it is.
    let mut one = answers(2, &[&[yes, no]]);
    one.ordered = true;
    let all = one.agreement().kappas;
    assert_eq!(all.len(), 3);
    assert!(all.iter().all(|k| k.coefficient.interval_95.is_none()));
    // Both use one answer each, not the same: no better and no worse than chance.
    let result = answers(2, &[&[yes, no], &[yes, no]]).agreement();
    close(result.kappas[0].coefficient.value, 0.0);
}
