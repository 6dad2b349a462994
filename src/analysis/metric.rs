//! What a metric is: declared once, with its name, unit, definition, source and function.
//!
//! Tables, the data dictionary, `takeover metrics`, docs/metrics.md and the report all go by these declarations.

use super::case::Case;
use super::people::Person;
use super::run_case::RunCase;
use super::table::{Column, Kind, Value};

/// What a metric has one value for, and its function.
#[derive(Clone, Copy)]
pub enum Of {
    Takeover(fn(&Case<'_>) -> Value),
    Run(fn(&RunCase<'_>) -> Value),
    Participant(fn(&Person<'_>) -> Value),
}

/// A metric.
#[derive(Clone, Copy)]
pub struct Metric {
    /// With its unit as a suffix, as a column is called.
    pub name: &'static str,
    /// Empty for a share, a count, a word.
    pub unit: &'static str,
    pub kind: Kind,
    /// What it belongs to, as a heading.
    pub group: &'static str,
    pub definition: &'static str,
    /// Standard, paper or formula.
    pub source: &'static str,
    /// Why there may be no value.
    pub missing: &'static str,
    pub of: Of,
}

impl Metric {
    pub fn level(&self) -> &'static str {
        match self.of {
            Of::Takeover(_) => "takeover",
            Of::Run(_) => "run",
            Of::Participant(_) => "participant",
        }
    }

    pub fn column(&self) -> Column {
        Column::new(self.name, self.kind, self.definition)
            .unit(self.unit)
            .source(self.source)
            .missing(self.missing)
    }
}

/// Every metric, in the order of the tables.
pub fn all() -> impl Iterator<Item = &'static Metric> {
    [
        super::metrics::time::METRICS,
        super::metrics::request::METRICS,
        super::metrics::safety::METRICS,
        super::metrics::control::METRICS,
        super::metrics::run::METRICS,
        super::metrics::participant::METRICS,
    ]
    .into_iter()
    .flatten()
}

/// Those of a level, `takeover`, `run` or `participant`.
pub fn of_level(level: &str) -> impl Iterator<Item = &'static Metric> {
    all().filter(move |m| m.level() == level)
}

/// A table of each group, as docs/metrics.md has them.
pub fn markdown(metrics: &[&Metric]) -> String {
    use std::fmt::Write;
    let mut out = String::new();
    let mut heading = ("", "");
    for m in metrics {
        if heading != (m.level(), m.group) {
            heading = (m.level(), m.group);
            let space = if out.is_empty() { "" } else { "\n" };
            let _ = writeln!(
                out,
                "{space}### {} (one value per {})\n\n| metric | unit | definition | source | empty |\n|---|---|---|---|---|",
                m.group,
                m.level()
            );
        }
        let unit = if m.unit.is_empty() {
            m.kind.name()
        } else {
            m.unit
        };
        let _ = writeln!(
            out,
            "| `{}` | {unit} | {} | {} | {} |",
            m.name, m.definition, m.source, m.missing
        );
    }
    out
}
