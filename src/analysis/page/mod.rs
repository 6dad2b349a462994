//! The report of an analysis, section by section: results in, a document out. Nothing is computed here.

mod cards;
mod conditions;
mod formulas;
mod perception;
mod reactions;
mod said;
mod summary;
mod team;

pub use cards::{Chosen, choose};

use super::report::{Cell, Report};
use super::results::Results;
use super::settings::Settings;
use super::table::rfc3339;
use super::write::TABLES;

/// What a report says besides its results.
#[derive(Clone, Debug, Default)]
pub struct About {
    pub title: String,
    pub command: String,
    /// As `2026-11-28 15:04`.
    pub date_utc: String,
    /// Where the tables lie, as a reader of the report finds them.
    pub tables: Vec<String>,
}

impl About {
    /// Made now.
    pub fn now(title: String, command: String) -> Self {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let now_us = now.map_or(0, |d| d.as_micros() as i64);
        let minute: String = rfc3339(now_us).chars().take(16).collect();
        Self {
            title,
            command,
            date_utc: minute.replace('T', " "),
            tables: TABLES.iter().map(|t| format!("{t}.csv")).collect(),
        }
    }
}

/// The document. `cards`: takeovers shown one by one, already drawn.
pub fn report(about: &About, results: &Results, settings: &Settings, cards: &Chosen) -> Report {
    let mut sections = vec![
        summary::section(results),
        reactions::section(results, settings),
    ];
    sections.extend(conditions::sections(results, settings));
    sections.extend(team::section(results));
    sections.push(perception::section(results));
    sections.extend(said::section(results));
    sections.push(cards.section());
    sections.push(summary::data(about, results));
    sections.push(formulas::section(settings));
    Report {
        title: about.title.clone(),
        subtitle: summary::subtitle(results),
        made_with: format!("takeover {}", env!("CARGO_PKG_VERSION")),
        command: about.command.clone(),
        date_utc: about.date_utc.clone(),
        facts: summary::facts(results, settings),
        notices: summary::notices(results),
        sections,
    }
}

/// A p value as papers have it.
fn p_value(p: Option<f64>, why: &str) -> Cell {
    match p {
        None => Cell::missing(why),
        Some(p) if p < 0.001 => Cell::Special {
            text: "< 0.001".into(),
            value: p,
        },
        Some(p) => Cell::number(p, 3),
    }
}

/// A value with its interval, in words.
fn with_interval(value: f64, low: Option<f64>, high: Option<f64>, digits: usize) -> String {
    // What rounds to nothing has no sign.
    let nothing = |x: f64| {
        if x.abs() < 0.5 * 10f64.powi(-(digits as i32)) {
            0.0
        } else {
            x
        }
    };
    let (value, low, high) = (nothing(value), low.map(nothing), high.map(nothing));
    let end = |x: Option<f64>| x.map_or("not reached".to_string(), |x| format!("{x:.digits$}"));
    let words = match (low, high) {
        (None, None) => format!("{value:.digits$}"),
        (low, high) => format!("{value:.digits$} [{}, {}]", end(low), end(high)),
    };
    // As the report's other numbers.
    words.replace('-', "\u{2212}")
}

/// A name of a metric as a reader sees it, and its unit.
fn readable(metric: &str) -> (String, &'static str) {
    let known = super::metric::all().find(|m| m.name == metric);
    let unit = known.map_or("", |m| m.unit);
    let words = metric.replace('_', " ");
    let spelt = match unit {
        "s" => " s",
        "m" => " m",
        "m/s" => " mps",
        "m/s²" => " mps2",
        "m/s³" => " mps3",
        "1/min" => " per min",
        "s2" => " s2",
        _ => "",
    };
    let words = words.strip_suffix(spelt).unwrap_or(&words);
    (words.to_string(), unit)
}
