//! What confidence and requests were worth: calibration, signal detection, the operator's decisions.

use super::super::report::{
    Block, Cell, Column, Estimate, Figure, FigureBlock, Section, Table,
    figure::{Reliability, ReliabilityBin, ReliabilityCurve},
};
use super::super::results::Results;
use crate::assess::calibration::Calibration;

pub(super) fn section(r: &Results) -> Section {
    let mut blocks = Vec::new();
    if let Some((_, all)) = r.calibration.first() {
        blocks.push(Block::Figure(FigureBlock {
            figure: Figure::Reliability(Reliability {
                curves: vec![curve("all functions", all)],
            }),
            title: "Reported confidence against the true probability".into(),
            caption: format!(
                "{} reports of confidence by function. On the diagonal confidence is what it says; below it perception is overconfident.",
                all.claims
            ),
        }));
        blocks.push(Block::Table(calibration(&r.calibration)));
    }
    blocks.push(Block::Table(detection(r)));
    blocks.push(Block::Table(decisions(r)));
    Section {
        id: "perception".into(),
        title: "Confidence, requests, decisions".into(),
        intro: "Does reported confidence come true? Does the vehicle ask when it must, and only then? Does the operator drive when it is needed, and only then?".into(),
        blocks,
    }
}

fn curve(name: &str, c: &Calibration) -> ReliabilityCurve {
    let bin = |b: &crate::assess::calibration::Bin| ReliabilityBin {
        confidence: b.confidence,
        right: Estimate::bare(b.right),
        count: b.claims as usize,
    };
    ReliabilityCurve {
        name: name.into(),
        bins: c.bins.iter().map(bin).collect(),
    }
}

fn calibration(all: &[(String, Calibration)]) -> Table {
    let row = |(name, c): &(String, Calibration)| {
        vec![
            Cell::text(name.replace('_', " ")),
            Cell::count(c.claims as usize),
            Cell::number(c.right, 4),
            Cell::number(c.ece, 4),
            Cell::number(c.brier, 4),
            Cell::number(c.reliability, 4),
            Cell::number(c.resolution, 4),
            Cell::number(c.uncertainty, 4),
        ]
    };
    Table {
        caption: "Calibration".into(),
        columns: vec![
            Column::words("Function"),
            Column::numbers("Reports", ""),
            Column::numbers("True probability, mean", ""),
            Column::numbers("ECE", "").defined("Expected calibration error, 15 bins of equal width."),
            Column::numbers("Brier", "").defined("Expected Brier score = reliability − resolution + uncertainty + within-bin rest."),
            Column::numbers("Reliability", ""),
            Column::numbers("Resolution", ""),
            Column::numbers("Uncertainty", ""),
        ],
        rows: all.iter().map(row).collect(),
        footnote: "Against the true probability of each claim, which is what is on record of the truth; a run with most reports in one bin has a small ECE for that reason alone.".into(),
    }
}

fn detection(r: &Results) -> Table {
    let s = &r.requests;
    let none = match s.trials + s.windows {
        0 => "runs were not judged, or are shorter than a window",
        _ => "not defined: never, or always, asked; or one kind of trial only",
    };
    let row = |name: &str, cell: Cell| vec![Cell::text(name), cell];
    Table {
        caption: "Requests as detections (d', c)".into(),
        columns: vec![Column::words("Of the vehicle's requests"), Column::numbers("", "")],
        rows: vec![
            row("hazards: limits that the automation alone would have met", Cell::count(s.trials as usize)),
            row("... asked for in time (hits)", Cell::count(s.hits as usize)),
            row("... asked for too late", Cell::count(s.late as usize)),
            row("... not asked for (misses)", Cell::count(s.misses as usize)),
            row("windows without a hazard", Cell::count(s.windows as usize)),
            row("... with a request (false alarms)", Cell::count(s.false_windows as usize)),
            row("false requests per hour without hazard", Cell::option(s.false_per_hour, 2, none)),
            row("d'", Cell::option(s.d_prime, 2, none)),
            row("c (positive: asks seldom)", Cell::option(s.criterion, 2, none)),
        ],
        footnote: "Windows of the referee's horizon (20 s unless the scenario says otherwise), lead 4 s. Rates with the log-linear correction (Hautus 1995). Hazards that a person prevented before anything was asked are known only from the referee's verdicts.".into(),
    }
}

fn decisions(r: &Results) -> Table {
    let d = &r.decisions;
    let none = "needs both needed and needless moments, and an operator who took over at some and not at all";
    let found = d.detection;
    let row = |name: &str, cell: Cell| vec![Cell::text(name), cell];
    Table {
        caption: "The operator's decisions (d', c)".into(),
        columns: vec![Column::words("Of the operator"), Column::numbers("", "")],
        rows: vec![
            row(
                "needed, and took over (hits)",
                Cell::count(d.taken_needed as usize),
            ),
            row(
                "needed, and did not (misses)",
                Cell::count(d.not_taken_needed as usize),
            ),
            row(
                "not needed, and took over (false alarms)",
                Cell::count(d.taken_needless as usize),
            ),
            row(
                "not needed, and did not (correct rejections)",
                Cell::count(d.not_taken_needless as usize),
            ),
            row(
                "d'",
                match found {
                    Some(f) => Cell::Special {
                        text: super::with_interval(
                            f.d_prime,
                            Some(f.d_prime_low),
                            Some(f.d_prime_high),
                            2,
                        ),
                        value: f.d_prime,
                    },
                    None => Cell::missing(none),
                },
            ),
            row(
                "c (positive: takes over seldom)",
                Cell::option(found.map(|f| f.c), 2, none),
            ),
        ],
        footnote: format!(
            "Of requests and unprompted takeovers that were judged; {} were not. d' with its 95 % interval (Gourevitch & Galanter 1967).",
            d.not_judged
        ),
    }
}
