//! Conditions compared, factor by factor.

use super::super::contrast::{Contrast, Factor, ShareContrast, Unit};
use super::super::reaction::Reaction;
use super::super::report::{
    Block, Cell, Column, Estimate, Figure, FigureBlock, Section, Table,
    figure::{Axis, Forest, ForestRow, Group, GroupStyle, Groups},
};
use super::super::results::Results;
use super::super::settings::Settings;
use super::reactions::{folded, summary_table, survival_figure};
use super::{p_value, readable, with_interval};

/// More levels than this are not drawn.
const MOST_DRAWN: usize = 8;

pub(super) fn sections(r: &Results, settings: &Settings) -> Vec<Section> {
    if r.factors.is_empty() {
        return vec![Section {
            id: "conditions".into(),
            title: "Conditions".into(),
            intro: "All runs are of one condition: nothing to compare. Conditions come from `takeover run --condition NAME=LEVEL`, from `takeover analyze --study SHEET.csv`, or from runs that differ in scenario, operator or link.".into(),
            blocks: vec![],
        }];
    }
    let factors = r.factors.iter().zip(&r.by_factor);
    factors
        .map(|(factor, (_, levels))| section(factor, levels, settings))
        .collect()
}

fn section(factor: &Factor, levels: &[Reaction], settings: &Settings) -> Section {
    let mut blocks = Vec::new();
    let answered: Vec<&Reaction> = levels.iter().filter(|r| r.requests > 0).collect();
    if !answered.is_empty() && answered.len() <= MOST_DRAWN {
        let test = match &factor.log_rank {
            Some(t) => format!(
                "Log-rank test over all levels: χ² = {:.2}, df = {}, p = {}, n = {}.",
                t.chi2,
                t.df,
                p_words(t.p),
                t.n
            ),
            None => {
                "No log-rank test: fewer than two levels with requests, or none answered.".into()
            }
        };
        blocks.push(survival_figure(
            &answered,
            "Share of requests not yet answered",
            test,
        ));
        blocks.push(Block::Figure(FigureBlock {
            figure: Figure::Groups(Groups {
                axis: Axis::new("reaction time", "s"),
                style: GroupStyle::default(),
                groups: answered.iter().map(|r| group(r)).collect(),
            }),
            title: "Reaction times of answered requests".into(),
            caption: "Every point is a takeover; censored requests are not in this figure.".into(),
        }));
    }
    blocks.push(Block::Table(summary_table(
        &levels.iter().collect::<Vec<_>>(),
        &format!("by {}", factor.name),
    )));
    if !factor.contrasts.is_empty() {
        for pair in pairs(&factor.contrasts) {
            blocks.push(forest(&pair));
        }
        let mut tables: Vec<Block> = pairs(&factor.contrasts)
            .iter()
            .map(|pair| Block::Table(contrasts(pair, settings)))
            .collect();
        tables.push(Block::Table(shares(factor, settings)));
        blocks.push(folded("Every comparison with its test", tables));
    }
    for note in &factor.notes {
        blocks.push(Block::Text(note.clone()));
    }
    Section {
        id: format!("by-{}", factor.name),
        title: format!("Compared by {}", factor.name),
        intro: unit_words(factor),
        blocks,
    }
}

fn p_words(p: f64) -> String {
    if p < 0.001 {
        "< 0.001".into()
    } else {
        format!("{p:.3}")
    }
}

fn unit_words(factor: &Factor) -> String {
    let Some(first) = factor.contrasts.first() else {
        return String::new();
    };
    let who = match (first.unit, first.paired) {
        (Unit::Participants, true) => {
            "Participants are compared with themselves (within subjects): each counts once at each level, with the mean of their takeovers."
        }
        (Unit::Participants, false) => {
            "Participants are compared (between subjects): each counts once, with the mean of their takeovers."
        }
        (Unit::Runs, _) => "Runs of the same scenario and seed are compared pair by pair.",
        (Unit::Takeovers, _) => {
            "Takeovers are compared; nothing ties those of different levels together. Several of one person would not be independent."
        }
    };
    format!("{who} p values are corrected by Holm's method over all comparisons of this factor.")
}

fn group(r: &Reaction) -> Group {
    let mut values: Vec<f64> = Vec::new();
    for step in r.curve.iter().flat_map(|c| &c.steps) {
        values.extend(std::iter::repeat_n(step.time, step.events));
    }
    Group {
        name: r.name.clone(),
        values,
        estimate: r
            .mean
            .as_ref()
            .map(|b| Estimate::new(b.estimate, b.interval.low, b.interval.high)),
    }
}

/// Contrasts of the same two levels.
fn pairs(all: &[Contrast]) -> Vec<Vec<&Contrast>> {
    let mut out: Vec<Vec<&Contrast>> = Vec::new();
    for c in all {
        match out.last_mut() {
            Some(last) if last[0].first == c.first && last[0].second == c.second => last.push(c),
            _ => out.push(vec![c]),
        }
    }
    out
}

fn forest(pair: &[&Contrast]) -> Block {
    let rows = pair.iter().map(|c| {
        let (name, _) = readable(&c.measure);
        let estimate = c.dominance.as_ref().map(|e| Estimate {
            value: e.estimate,
            low: e.interval.map(|i| i.low),
            high: e.interval.map(|i| i.high),
        });
        ForestRow {
            name,
            note: match (estimate, c.p_corrected) {
                (None, _) => "too few values".into(),
                (_, None) => "no test".into(),
                (_, Some(p)) => format!("p = {}", p_words(p)),
            },
            estimate,
        }
    });
    let (first, second) = (&pair[0].first, &pair[0].second);
    Block::Figure(FigureBlock {
        figure: Figure::Forest(Forest {
            axis: Axis::new("effect (Cliff's δ or rank-biserial r)", "").within(-1.0, 1.0),
            rows: rows.collect(),
            reference: Some(0.0),
            log: false,
            digits: 2,
        }),
        title: format!("{first} against {second}"),
        caption: format!(
            "Right of 0: larger with {first}. Cliff's delta (unpaired) or matched-pairs rank-biserial correlation (paired), with its interval where there is one; p corrected."
        ),
    })
}

fn contrasts(pair: &[&Contrast], settings: &Settings) -> Table {
    let few = "too few values, or all equal";
    let row = |c: &&Contrast| {
        let (name, unit) = readable(&c.measure);
        let median = |x: Option<f64>| x.map_or("–".to_string(), |x| format!("{x:.3}"));
        let effect = |e: &Option<super::super::stats::effect::Effect>, digits| match e {
            Some(e) => Cell::Special {
                text: with_interval(
                    e.estimate,
                    e.interval.map(|i| i.low),
                    e.interval.map(|i| i.high),
                    digits,
                ),
                value: e.estimate,
            },
            None => Cell::missing(few),
        };
        vec![
            Cell::text(if unit.is_empty() {
                name
            } else {
                format!("{name}, {unit}")
            }),
            Cell::text(match c.paired {
                true => format!("{} pairs", c.n[0]),
                false => format!("{} + {}", c.n[0], c.n[1]),
            }),
            Cell::count(c.left_out),
            Cell::text(format!(
                "{} / {}",
                median(c.medians[0]),
                median(c.medians[1])
            )),
            effect(&c.shift, 3),
            effect(&c.dominance, 2),
            effect(&c.standardised, 2),
            Cell::text(c.test.as_ref().map_or("–".into(), |t| match t.test {
                super::super::stats::compare::Test::SignedRank => format!("V = {:.1}", t.statistic),
                _ => format!("U = {:.1}", t.statistic),
            })),
            p_value(c.test.as_ref().map(|t| t.p), few),
            p_value(c.p_corrected, few),
        ]
    };
    Table {
        caption: format!(
            "{} against {}: measures of takeovers",
            pair[0].first, pair[0].second
        ),
        columns: vec![
            Column::words("Measure"),
            Column::words("n"),
            Column::numbers("Left out", "")
                .defined("Takeovers without a value, and units without a partner."),
            Column::words("Medians"),
            Column::numbers("Shift", "")
                .defined("Hodges-Lehmann estimate of first minus second, in the measure's unit."),
            Column::numbers("Cliff's δ / r", "").defined(
                "Cliff's delta (unpaired) or matched-pairs rank-biserial correlation (paired).",
            ),
            Column::numbers("g / d_z", "").defined("Hedges' g (unpaired) or d_z (paired)."),
            Column::words("Test")
                .defined("Mann-Whitney U (unpaired) or Wilcoxon's signed rank V (paired)."),
            Column::numbers("p", ""),
            Column::numbers("p, Holm", ""),
        ],
        rows: pair.iter().map(row).collect(),
        footnote: format!(
            "Shift, δ and g are of the first minus the second. Reaction times are of answered requests: the log-rank test above has the missed ones, too. Intervals at {:.0} %.",
            settings.level * 100.0
        ),
    }
}

fn shares(factor: &Factor, settings: &Settings) -> Table {
    let row = |s: &ShareContrast| {
        let of = |i: usize| format!("{} of {}", s.events[i], s.n[i]);
        vec![
            Cell::text(s.flag.replace('_', " ")),
            Cell::text(format!("{} − {}", s.first, s.second)),
            Cell::text(of(0)),
            Cell::text(of(1)),
            match s.difference {
                Some((d, low, high)) => Cell::Special {
                    text: with_interval(d * 100.0, Some(low * 100.0), Some(high * 100.0), 1),
                    value: d,
                },
                None => Cell::missing("no takeovers at a level"),
            },
            Cell::text(if s.paired {
                "McNemar, exact"
            } else {
                "Fisher, exact"
            }),
            p_value(s.p, "cannot be tested"),
            p_value(s.p_corrected, "cannot be tested"),
        ]
    };
    Table {
        caption: format!("Shares of takeovers by {}", factor.name),
        columns: vec![
            Column::words("Share of takeovers that were"),
            Column::words("Levels"),
            Column::words("First"),
            Column::words("Second"),
            Column::numbers("Difference", "%").defined("Newcombe's interval."),
            Column::words("Test"),
            Column::numbers("p", ""),
            Column::numbers("p, Holm", ""),
        ],
        rows: factor.shares.iter().map(row).collect(),
        footnote: format!(
            "Of takeovers, not of participants: several of one person are not independent, and these tests do not know it. Intervals at {:.0} %.",
            settings.level * 100.0
        ),
    }
}
