//! Human in the loop against the automation left alone.

use super::super::report::{
    Block, Cell, Column, Estimate, Figure, FigureBlock, Section, Table,
    figure::{Better as Direction, Comparison, ComparisonRow},
};
use super::super::results::Results;
use super::super::team::{self, Better, Fleet, Line, Teams};
use super::{p_value, with_interval};

const ALONE: &str = "automation alone";
const TEAM: &str = "with operator";

pub(super) fn section(r: &Results) -> Option<Section> {
    let Some(t) = &r.teams else {
        return Some(Section {
            id: "loop".into(),
            title: "Human in the loop against automation alone".into(),
            intro: "There is no scenario and seed that was driven both with an operator and with nobody at the desk: nothing to compare. `takeover analyze … --against none` drives the missing runs.".into(),
            blocks: vec![],
        });
    };
    let mut blocks = vec![figure(t), Block::Table(table(t))];
    blocks.push(Block::Table(fleet(&t.fleet)));
    blocks.push(Block::Text("Trust is what can be seen of it: whether what was asked is answered, and whether people drive unasked. Scores of questionnaires, where a study has them, are in participants.csv.".into()));
    Some(Section {
        id: "loop".into(),
        title: "Human in the loop against automation alone".into(),
        intro: format!(
            "{} pairs of runs in {} worlds (scenario and seed), each with an operator and with nobody at the desk ({:.2} and {:.2} h). {} runs without a partner are left out. Left alone, the automation asks, nobody comes, and it stops by a minimal-risk manoeuvre.",
            t.pairs, t.worlds, t.hours[1], t.hours[0], t.left_out
        ),
        blocks,
    })
}

fn digits(line: &Line) -> usize {
    match line.unit {
        "" => 1,
        _ => 2,
    }
}

/// Shares as per cent.
fn scaled(line: &Line, e: team::Estimate) -> Estimate {
    let factor = if line.unit.is_empty() { 100.0 } else { 1.0 };
    Estimate {
        value: e.value * factor,
        low: e.low.map(|x| x * factor),
        high: e.high.map(|x| x * factor),
    }
}

fn unit(line: &Line) -> &'static str {
    if line.unit.is_empty() { "%" } else { line.unit }
}

fn figure(t: &Teams) -> Block {
    let row = |line: &Line| ComparisonRow {
        name: line.measure.into(),
        unit: unit(line).into(),
        first: line.alone.map(|e| scaled(line, e)),
        second: line.team.map(|e| scaled(line, e)),
        better: match line.better {
            Better::More => Direction::Higher,
            Better::Less => Direction::Lower,
            Better::Neither => Direction::Neither,
        },
        digits: digits(line),
    };
    let both = t
        .lines
        .iter()
        .filter(|l| l.alone.is_some() && l.team.is_some());
    Block::Figure(FigureBlock {
        figure: Figure::Comparison(Comparison {
            first: ALONE.into(),
            second: TEAM.into(),
            rows: both.map(row).collect(),
        }),
        title: "Both sides of the bargain".into(),
        caption: "Each line has its own scale. Intervals: Wilson (shares), bootstrap over runs (rates, medians).".into(),
    })
}

fn table(t: &Teams) -> Table {
    let row = |line: &Line| {
        let cell = |e: Option<team::Estimate>| match e {
            Some(e) => {
                let e = scaled(line, e);
                Cell::Special {
                    text: with_interval(e.value, e.low, e.high, digits(line)),
                    value: e.value,
                }
            }
            None => Cell::missing(line.why),
        };
        let n = |e: Option<team::Estimate>| e.map_or("–".to_string(), |e| e.n.to_string());
        vec![
            Cell::text(line.question),
            Cell::text(match line.meaning {
                "" => line.measure.to_string(),
                meaning => format!("{}: {meaning}", line.measure),
            }),
            Cell::text(unit(line)),
            cell(line.alone),
            cell(line.team),
            Cell::text(format!("{} / {}", n(line.alone), n(line.team))),
            Cell::text(line.test),
            p_value(line.p, "no paired test of this"),
        ]
    };
    Table {
        caption: "Accuracy, safety, trust and cost, with and without an operator".into(),
        columns: vec![
            Column::words("Question"),
            Column::words("Measure"),
            Column::words("Unit"),
            Column::numbers("Automation alone", ""),
            Column::numbers("With operator", ""),
            Column::words("n"),
            Column::words("Test"),
            Column::numbers("p", ""),
        ],
        rows: t.lines.iter().map(row).collect(),
        footnote: format!(
            "n: runs (or requests) of each side. Means per run, rates and medians with bootstrap intervals over runs, shares with Wilson's. Medians are of the runs that have a value. p values are not corrected. {} pairs.",
            t.pairs
        ),
    }
}

fn fleet(f: &Fleet) -> Table {
    let why = "no answer: see the note";
    let rows = f.rows.iter().map(|row| {
        vec![
            Cell::count(row.operators as usize),
            Cell::option(row.vehicles.map(f64::from), 0, why),
            Cell::option(row.per_operator, 1, why),
            Cell::option(row.utilisation.map(|u| u * 100.0), 1, why),
            Cell::option(row.p_late.map(|p| p * 100.0), 2, why),
            match row.simulated {
                Some([p, low, high]) => Cell::Special {
                    text: with_interval(p * 100.0, Some(low * 100.0), Some(high * 100.0), 2),
                    value: p,
                },
                None => Cell::missing(why),
            },
            Cell::text(row.note.clone()),
        ]
    });
    let basis = match (f.per_hour, f.service_s) {
        (Some(rate), Some(service)) => format!(
            "Measured here: {rate:.2} requests and unprompted takeovers per vehicle and hour, each taking an operator {service:.1} s (mean of {}; driving to the run's end counts as long as it was seen, which is too short).",
            f.services
        ),
        _ => "No request was served: the time that one takes is not known.".into(),
    };
    Table {
        caption: format!(
            "Scale: the largest fleet for which at most {:.0} % of requests wait longer than {:.0} s and operators are busy at most {:.0} % of the time",
            f.p_late * 100.0,
            f.budget_s,
            f.utilisation * 100.0
        ),
        columns: vec![
            Column::numbers("Operators", ""),
            Column::numbers("Vehicles", ""),
            Column::numbers("Vehicles per operator", ""),
            Column::numbers("Busy, model", "%"),
            Column::numbers("Late, model", "%"),
            Column::numbers("Late, simulated", "%"),
            Column::words("Note"),
        ],
        rows: rows.collect(),
        footnote: format!(
            "Model: M/M/c//N (finite source); checked by a simulation of 20,000 requests with the measured service times. {basis} Scenarios are chosen for their dangers: on ordinary roads requests are rarer and fleets larger."
        ),
    }
}
