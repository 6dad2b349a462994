//! The tables of an analysis: one row per takeover, per run, per participant; tidy, with units in the names.

use super::collect::LeftOut;
use super::metric::{self, Metric, Of};
use super::people::Person;
use super::rows::{GRID, Origin, RunRow};
use super::table::{Column, Schema, Table, TableError, Value};
use std::collections::BTreeSet;
use std::path::Path;

/// Factors that any run has, as names of columns and as the study calls them.
pub fn factors(runs: &[RunRow]) -> Vec<(String, String)> {
    let names: BTreeSet<&String> = runs.iter().flat_map(|r| r.origin.factors.keys()).collect();
    let mut taken: BTreeSet<String> = metric::all().map(|m| m.name.to_string()).collect();
    taken.extend(OWN.map(String::from));
    let column = |name: &String| {
        let mut column: String = name
            .to_lowercase()
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
            .collect();
        if !column.starts_with(|c: char| c.is_ascii_lowercase()) {
            column = format!("factor_{column}");
        }
        while !taken.insert(column.clone()) {
            column = format!("factor_{column}");
        }
        (column, name.clone())
    };
    names.into_iter().map(column).collect()
}

/// Names of columns that are no metrics and no factors.
const OWN: [&str; 15] = [
    "log",
    "participant",
    "scenario",
    "seed",
    "operator",
    "link",
    "started",
    "version",
    "lost",
    "takeover",
    "request",
    "reason",
    "steering_deg",
    "pedal_share",
    "path",
];

/// Columns that say which run a row is of.
fn identity(factors: &[(String, String)]) -> Vec<Column> {
    let mut columns = vec![
        Column::text("log", "Path of the log."),
        Column::text("participant", "Code of the participant.").missing("not part of a study"),
    ];
    for (column, name) in factors {
        let about = format!("Level of the study's factor {name}.");
        columns.push(Column::text(column.clone(), about).missing("not given"));
    }
    columns.extend([
        Column::text("scenario", "Name of the scenario's file."),
        Column::text(
            "seed",
            "Seed of everything random; a text, because it has 64 bits.",
        ),
        Column::text(
            "operator",
            "Who was asked: human, model, none or script:FILE.",
        ),
        Column::text("link", "Preset or file whose link was used.").missing("the scenario's"),
        Column::time("started", "When the run was started."),
    ]);
    columns
}

fn identified(origin: &Origin, factors: &[(String, String)]) -> Vec<Value> {
    let mut row = vec![
        Value::Text(origin.log.display().to_string()),
        origin.participant.clone().into(),
    ];
    for (_, name) in factors {
        row.push(origin.factors.get(name).cloned().into());
    }
    row.extend([
        origin.scenario.clone().into(),
        origin.seed.to_string().into(),
        origin.operator.clone().into(),
        origin.link.clone().into(),
        Value::Time(origin.started_ns / 1000),
    ]);
    row
}

/// One row for each takeover, and each request that nobody answered.
///
/// # Errors
/// If a row does not fit its table: a mistake of this program.
pub fn takeovers(runs: &[RunRow]) -> Result<Table, TableError> {
    let factors = factors(runs);
    let mut columns = identity(&factors);
    columns.extend([
        Column::integer(
            "takeover",
            "Its number in the run, from 1, as `takeover inspect` counts.",
        ),
        Column::integer("request", "Number of the request.").missing("nobody asked"),
        Column::text("reason", "Function of perception in doubt, or unprompted."),
    ]);
    columns.extend(metric::of_level("takeover").map(Metric::column));
    let about = "One takeover, or a request that nobody answered.";
    let mut table = Table::new(Schema::new("takeovers", about, columns));
    for run in runs {
        for takeover in &run.takeovers {
            let mut row = identified(&run.origin, &factors);
            row.extend([
                takeover.number.into(),
                takeover.request.into(),
                takeover.reason.clone().into(),
            ]);
            row.extend(takeover.values.iter().cloned());
            table.push(row)?;
        }
    }
    Ok(table)
}

/// One row for each run.
///
/// # Errors
/// As [`takeovers`].
pub fn runs(runs: &[RunRow]) -> Result<Table, TableError> {
    let factors = factors(runs);
    let mut columns = identity(&factors);
    columns.extend([
        Column::text("version", "Version of takeover that recorded it."),
        Column::text("lost", "What of the log is missing or damaged.").missing("nothing is"),
    ]);
    columns.extend(metric::of_level("run").map(Metric::column));
    let mut table = Table::new(Schema::new("runs", "One run.", columns));
    for run in runs {
        let mut row = identified(&run.origin, &factors);
        row.extend([
            run.origin.version.clone().into(),
            run.origin.lost.clone().into(),
        ]);
        row.extend(run.values.iter().cloned());
        table.push(row)?;
    }
    Ok(table)
}

/// One row for each participant.
///
/// # Errors
/// As [`takeovers`].
pub fn participants(people: &[Person<'_>]) -> Result<Table, TableError> {
    let mut columns = vec![Column::text("participant", "Code of the participant.")];
    columns.extend(metric::of_level("participant").map(Metric::column));
    let scores: BTreeSet<&String> = people.iter().flat_map(|p| p.scores.keys()).collect();
    for name in &scores {
        let about = "Score of a questionnaire or a secondary task; the mean of its conditions.";
        let column = Column::float((*name).clone(), about).missing("not given, or incomplete");
        columns.push(column);
    }
    let mut table = Table::new(Schema::new("participants", "One participant.", columns));
    for person in people {
        let mut row = vec![Value::Text(person.id.into())];
        row.extend(metric::of_level("participant").map(|m| match m.of {
            Of::Participant(of) => of(person).cleaned(),
            _ => Value::Missing,
        }));
        let score = |name: &&String| person.scores.get(*name).copied().into();
        row.extend(scores.iter().map(score));
        table.push(row)?;
    }
    Ok(table)
}

/// Reaction times by other thresholds, one row for each takeover and each pair of thresholds.
///
/// # Errors
/// As [`takeovers`].
pub fn sensitivity(runs: &[RunRow]) -> Result<Table, TableError> {
    let columns = vec![
        Column::text("log", "Path of the log."),
        Column::text("participant", "Code of the participant.").missing("not part of a study"),
        Column::integer("takeover", "Its number in the run, from 1."),
        Column::float("steering_deg", "Change of the steering wheel that counts.").unit("deg"),
        Column::float("pedal_share", "Change of a pedal that counts, 0 to 1."),
        Column::float(
            "reaction_time_s",
            "From shown to the crossing of a threshold.",
        )
        .unit("s")
        .source("recomputed from raw input")
        .missing("not crossed"),
    ];
    let about = "A takeover's reaction time by other thresholds.";
    let mut table = Table::new(Schema::new("sensitivity", about, columns));
    for run in runs {
        for takeover in run.takeovers.iter().filter(|t| t.request.is_some()) {
            for ((steering, pedal), reaction) in GRID.iter().zip(&takeover.sensitivity) {
                table.push(vec![
                    Value::Text(run.origin.log.display().to_string()),
                    run.origin.participant.clone().into(),
                    takeover.number.into(),
                    f64::from(*steering).into(),
                    // As it is written, not as a single precision number would be.
                    ((f64::from(*pedal) * 100.0).round() / 100.0).into(),
                    (*reaction).into(),
                ])?;
            }
        }
    }
    Ok(table)
}

/// What was left out.
///
/// # Errors
/// As [`takeovers`].
pub fn left_out(all: &[LeftOut]) -> Result<Table, TableError> {
    let columns = vec![
        Column::text("path", "A log or a path."),
        Column::text("why", "Why it is not in the other tables."),
    ];
    let mut table = Table::new(Schema::new("left_out", "A log that was left out.", columns));
    for one in all {
        let path = shown(&one.path);
        table.push(vec![path.into(), one.why.clone().into()])?;
    }
    Ok(table)
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
