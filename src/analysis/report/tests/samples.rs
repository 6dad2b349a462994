//! One figure of every kind from the same values.

use super::super::figure::*;
use super::super::*;

/// Repeatable numbers between 0 and 1.
pub(super) fn noise(n: usize) -> Vec<f64> {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1u64 << 53) as f64
    };
    (0..n).map(|_| next()).collect()
}

/// One figure of every kind from the same values.
pub(super) fn figures(values: &[f64]) -> Vec<(&'static str, Figure)> {
    let name = "A & <b>\"C\"</b>";
    let axis = || Axis::new("value <x>", "m/s²");
    let points: Vec<(f64, f64)> = values
        .iter()
        .enumerate()
        .map(|(i, v)| (i as f64 * 0.01, *v))
        .collect();
    let band: Vec<(f64, f64, f64)> = points.iter().map(|p| (p.0, p.1 - 0.1, p.1 + 0.1)).collect();
    let mark = Mark {
        at: 0.5,
        label: name.into(),
    };
    let estimate = values.first().map(|v| Estimate::new(*v, v - 0.1, v + 0.1));
    let rows = values.len().min(250);
    let curve = || Curve {
        name: name.into(),
        points: points.clone(),
    };
    let banded = || CurveWithBand {
        name: name.into(),
        points: points.clone(),
        band: band.clone(),
    };
    let step = |(i, v): (usize, &f64)| SurvivalStep {
        time: *v,
        survival: 1.0 - i as f64 / values.len() as f64,
        interval: (i % 2 == 0).then_some((0.1, 0.9)),
    };
    let mut times = values.to_vec();
    times.sort_by(f64::total_cmp);
    let survival = SurvivalCurve {
        name: name.into(),
        steps: times.iter().enumerate().map(step).collect(),
        censored: values.to_vec(),
        times: values.to_vec(),
    };
    let group = |style| Groups {
        axis: axis(),
        style,
        groups: vec![
            Group {
                name: name.into(),
                values: values.to_vec(),
                estimate,
            },
            Group::default(),
        ],
    };
    let bin = |v: &f64| ReliabilityBin {
        confidence: *v,
        right: Estimate::new(*v, v - 0.1, v + 0.1),
        count: 3,
    };
    let roc = |v: &f64| RocPoint {
        false_alarms: *v,
        hits: v.sqrt(),
        label: name.into(),
    };
    let forest = |log| Forest {
        axis: axis(),
        rows: values
            .iter()
            .take(rows)
            .map(|v| ForestRow {
                name: name.into(),
                estimate: Some(Estimate::new(*v, v - 0.1, v + 0.1)),
                note: String::new(),
            })
            .collect(),
        reference: Some(1.0),
        log,
        digits: 2,
    };
    let track = Track {
        name: name.into(),
        lines: vec![
            TrackLine {
                name: name.into(),
                points: points.clone(),
                steps: true,
            },
            TrackLine::default(),
        ],
        levels: vec![(0.5, name.into())],
        ..Track::default()
    };
    let moments = values.iter().take(12);
    let panel = Panel {
        time: "time".into(),
        range: None,
        drivers: values
            .iter()
            .take(2)
            .map(|v| DriverSpan {
                from: 0.0,
                to: *v,
                driver: Driver::Human,
            })
            .collect(),
        marks: moments
            .map(|v| PanelMark {
                at: *v,
                label: name.into(),
                definition: name.into(),
            })
            .collect(),
        tracks: vec![track.clone(), track],
    };
    let map = Map {
        edges: vec![points.clone()],
        ego: vec![MapPath {
            driver: Driver::Automation,
            points: points.clone(),
        }],
        others: vec![OtherPath {
            name: name.into(),
            points: points.clone(),
        }],
        marks: points
            .iter()
            .take(5)
            .map(|p| MapMark {
                x: p.0,
                y: p.1,
                label: name.into(),
            })
            .collect(),
    };
    let part = |v: &f64| Part {
        length: *v,
        uncertainty: Some((*v, *v)),
    };
    let parts = Parts {
        time: "time".into(),
        names: vec![name.into(), "b".into()],
        rows: values
            .iter()
            .take(rows)
            .map(|v| PartsRow {
                name: name.into(),
                parts: vec![part(v), part(v)],
                open: *v > 0.5,
            })
            .collect(),
    };
    let compared = |v: &f64| ComparisonRow {
        name: name.into(),
        unit: "s".into(),
        first: Some(Estimate::new(*v, v - 0.1, v + 0.1)),
        second: Some(Estimate::bare(*v)),
        better: Better::Lower,
        digits: 2,
    };
    vec![
        (
            "survival",
            Figure::Survival(Survival {
                time: axis(),
                share: "share".into(),
                curves: vec![survival.clone(), survival],
                marks: vec![mark.clone()],
            }),
        ),
        (
            "ecdf",
            Figure::Ecdf(Ecdf {
                axis: axis(),
                curves: vec![EcdfCurve {
                    name: name.into(),
                    values: values.to_vec(),
                    band: band.clone(),
                }],
                marks: vec![mark.clone()],
            }),
        ),
        ("strip", Figure::Groups(group(GroupStyle::Strip))),
        ("box", Figure::Groups(group(GroupStyle::Box))),
        ("raincloud", Figure::Groups(group(GroupStyle::Raincloud))),
        (
            "histogram",
            Figure::Histogram(Histogram {
                axis: axis(),
                values: values.to_vec(),
                bin_width: None,
                densities: vec![curve()],
                marks: vec![mark.clone()],
            }),
        ),
        ("forest", Figure::Forest(forest(false))),
        ("ratios", Figure::Forest(forest(true))),
        (
            "bars",
            Figure::Bars(Bars {
                axis: axis(),
                bars: values
                    .iter()
                    .take(rows)
                    .map(|v| Bar {
                        name: name.into(),
                        estimate: Some(Estimate::bare(*v)),
                        note: name.into(),
                    })
                    .collect(),
                percent: true,
                digits: 1,
            }),
        ),
        (
            "reliability",
            Figure::Reliability(Reliability {
                curves: vec![ReliabilityCurve {
                    name: name.into(),
                    bins: values.iter().take(20).map(bin).collect(),
                }],
            }),
        ),
        (
            "roc",
            Figure::Roc(Roc {
                curves: vec![RocCurve {
                    name: name.into(),
                    points: values.iter().take(100).map(roc).collect(),
                    joined: true,
                }],
            }),
        ),
        (
            "scatter",
            Figure::Scatter(Scatter {
                x: axis(),
                y: axis(),
                series: vec![curve(), curve()],
                fits: vec![banded()],
                diagonal: true,
            }),
        ),
        (
            "lines",
            Figure::Lines(Lines {
                x: axis(),
                y: axis(),
                series: vec![banded()],
                dots: values.len() < 100,
                marks: vec![mark],
            }),
        ),
        ("panel", Figure::Panel(panel)),
        ("map", Figure::Map(map)),
        ("parts", Figure::Parts(parts)),
        (
            "comparison",
            Figure::Comparison(Comparison {
                first: name.into(),
                second: name.into(),
                rows: values.iter().take(rows).map(compared).collect(),
            }),
        ),
    ]
}
