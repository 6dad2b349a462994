//! What a reader sees first: what there is, and what came of it in a few numbers. And last: which data, what was left out.

use super::super::report::{
    Block, Cell, Column, Figure, FigureBlock, Level, Notice, Section, Stat, Table,
    figure::{Axis, Ecdf, EcdfCurve, Mark},
};
use super::super::results::Results;
use super::super::settings::Settings;
use super::About;

pub(super) fn subtitle(r: &Results) -> String {
    let o = &r.overview;
    let people = match o.participants {
        0 => "no participants named".to_string(),
        1 => "one participant".to_string(),
        n => format!("{n} participants"),
    };
    format!(
        "{} ({} with an operator) of {}, {people}, {:.2} h and {:.1} km driven in all, {} to an operator",
        counted(o.logs, "run"),
        o.attended,
        counted(o.scenarios, "scenario"),
        o.driven_h,
        o.driven_km,
        counted(o.requests, "takeover request")
    )
}

pub(super) fn counted(n: usize, what: &str) -> String {
    if n == 1 {
        format!("1 {what}")
    } else {
        format!("{n} {what}s")
    }
}

pub(super) fn facts(r: &Results, settings: &Settings) -> Vec<(String, String)> {
    let o = &r.overview;
    let thresholds = match settings.other_thresholds() {
        false => "as the vehicle had them (each log's scenario)".to_string(),
        true => format!(
            "steering {}, brake {}, accelerator {}, dwell {}",
            settings
                .steering_deg
                .map_or("as recorded".into(), |v| format!("{v} deg")),
            settings
                .brake
                .map_or("as recorded".into(), |v| format!("{v}")),
            settings
                .accelerator
                .map_or("as recorded".into(), |v| format!("{v}")),
            settings
                .dwell_s
                .map_or("as recorded".into(), |v| format!("{v} s")),
        ),
    };
    let versions: Vec<&str> = o.versions.iter().map(String::as_str).collect();
    let operators: Vec<String> = o
        .operators
        .iter()
        .map(|(who, n)| format!("{who} ({})", counted(*n, "run")))
        .collect();
    vec![
        ("Operators".into(), operators.join(", ")),
        (
            "Recorded by".into(),
            format!("takeover {}", versions.join(", ")),
        ),
        ("Takeover thresholds".into(), thresholds),
        (
            "Driving is judged for".into(),
            format!("{} s after each takeover", settings.window_s),
        ),
        ("Intervals".into(), format!("{} %", settings.level * 100.0)),
        (
            "Resampling".into(),
            format!("{} resamples, seed {}", settings.resamples, settings.seed),
        ),
    ]
}

pub(super) fn notices(r: &Results) -> Vec<Notice> {
    let o = &r.overview;
    let mut notices = Vec::new();
    let mut say = |level, text: String, details| {
        notices.push(Notice {
            level,
            text,
            details,
        })
    };
    if o.logs == 0 {
        say(
            Level::Problem,
            "No log could be read: there is nothing to report.".into(),
            vec![],
        );
    }
    if o.left_out > 0 {
        let details = r
            .left_out
            .iter()
            .take(20)
            .map(|l| format!("{}: {}", l.path.display(), l.why));
        let text = format!(
            "{} left out (all in left_out.csv).",
            counted(o.left_out, "log or path")
        );
        say(Level::Problem, text, details.collect());
    }
    if o.incomplete > 0 {
        let text = format!(
            "{} incomplete: what is on record of them is used (column lost of runs.csv says what is missing).",
            match o.incomplete {
                1 => "1 log is".to_string(),
                n => format!("{n} logs are"),
            }
        );
        say(Level::Caution, text, vec![]);
    }
    if o.versions.len() > 1 {
        let text = "The logs were recorded by several versions of takeover: compare with care.";
        say(Level::Caution, text.into(), vec![]);
    }
    if o.logs > 0 && o.requests == 0 {
        let text = match o.unattended_requests {
            0 => "Nobody was ever asked to take over.".to_string(),
            n => format!(
                "Nobody was at the desk: {} went unanswered by design.",
                counted(n, "request")
            ),
        };
        say(Level::Info, text, vec![]);
    }
    if o.requests > 0 && o.answered == 0 {
        say(
            Level::Caution,
            "No request was answered: all reaction times are censored, and nothing but their lower bounds is known.".into(),
            vec![],
        );
    }
    if o.modelled > 0 {
        let text = format!(
            "{} of {} with an operator were answered by a model or a script, not by a person: their reaction times and their driving say nothing about people, whatever participants they are filed under.",
            o.modelled,
            counted(o.attended, "run")
        );
        say(Level::Caution, text, vec![]);
    }
    if o.participants == 1 {
        say(
            Level::Caution,
            "One participant: what is found holds for that person. No comparison between people is possible.".into(),
            vec![],
        );
    }
    if o.participants > 0 && o.without_participant > 0 {
        let text = format!(
            "{} without a participant's code: comparisons by participant are not made.",
            counted(o.without_participant, "run")
        );
        say(Level::Caution, text, vec![]);
    }
    for note in &r.notes {
        say(Level::Caution, note.clone(), vec![]);
    }
    notices
}

fn stat(
    label: &str,
    value: Cell,
    unit: &str,
    interval: String,
    n: Option<usize>,
    note: String,
) -> Stat {
    Stat {
        label: label.into(),
        value,
        unit: unit.into(),
        interval,
        n,
        note,
        definition: String::new(),
    }
}

pub(super) fn section(r: &Results) -> Section {
    let o = &r.overview;
    let mut stats = Vec::new();
    let reaction = &r.reaction;
    if let Some(median) = &reaction.median {
        let interval = match (median.low, median.high) {
            (Some(low), Some(high)) => {
                format!("{:.0} % CI {low:.2} to {high:.2}", median.level * 100.0)
            }
            (Some(low), None) => {
                format!("{:.0} % CI {low:.2} to not reached", median.level * 100.0)
            }
            _ => String::new(),
        };
        stats.push(Stat {
            definition: "Kaplan-Meier median: half of all requests were answered by then; those without an answer are censored, not left out.".into(),
            ..stat(
                "Median reaction time",
                Cell::option(median.estimate, 2, "less than half of the requests were answered"),
                "s",
                interval,
                Some(median.n),
                format!("{} answered, {} censored", reaction.answered, reaction.censored),
            )
        });
    }
    if let Some(missed) = &o.missed_share {
        stats.push(stat(
            "Missed requests",
            Cell::number(missed.estimate * 100.0, 1),
            "%",
            interval_percent(&missed.interval),
            Some(missed.n as usize),
            format!("{} of {}", missed.events, missed.n),
        ));
    }
    if o.judged > 0 {
        stats.push(stat(
            "Needless requests",
            Cell::number(o.needless as f64 / o.judged as f64 * 100.0, 1),
            "%",
            String::new(),
            Some(o.judged),
            format!(
                "{} of {} judged: alone, nothing would have happened",
                o.needless, o.judged
            ),
        ));
    }
    if let Some(collided) = &o.collided_share {
        stats.push(stat(
            "Runs with a collision",
            Cell::number(collided.estimate * 100.0, 1),
            "%",
            interval_percent(&collided.interval),
            Some(collided.n as usize),
            "runs with an operator".into(),
        ));
    }
    if let Some(teams) = &r.teams {
        let unharmed = teams.lines.first();
        if let Some((alone, team)) = unharmed.and_then(|l| l.alone.zip(l.team)) {
            stats.push(stat(
                "Hazards handled with / without operator",
                Cell::text(format!(
                    "{:.0} / {:.0}",
                    team.value * 100.0,
                    alone.value * 100.0
                )),
                "% of runs",
                String::new(),
                Some(teams.pairs),
                "same scenarios and seeds".into(),
            ));
        }
        if let Some(row) = teams
            .fleet
            .rows
            .iter()
            .rev()
            .find(|row| row.per_operator.is_some())
        {
            stats.push(stat(
                "Vehicles per operator",
                Cell::option(row.per_operator, 1, "unknown"),
                "",
                String::new(),
                None,
                format!("fleet of {} operators, by a queueing model", row.operators),
            ));
        }
    }
    let mut blocks = vec![Block::Stats(stats)];
    if reaction.answered > 0 {
        let answered = reaction.curve.iter().flat_map(|c| &c.steps);
        let values = answered
            .flat_map(|s| std::iter::repeat_n(s.time, s.events))
            .collect();
        let marks = reaction
            .median
            .as_ref()
            .and_then(|m| m.estimate)
            .map(|at| Mark {
                at,
                label: "median".into(),
            });
        blocks.push(Block::Figure(FigureBlock {
            figure: Figure::Ecdf(Ecdf {
                axis: Axis::new("reaction time", "s"),
                curves: vec![EcdfCurve {
                    name: "answered requests".into(),
                    values,
                    band: vec![],
                }],
                marks: marks.into_iter().collect(),
            }),
            title: "Reaction times of all answered requests".into(),
            caption: match reaction.censored {
                0 => format!("n = {}.", reaction.answered),
                n => format!(
                    "n = {}; {n} without an answer are not in this figure, but in the survival curves below.",
                    reaction.answered
                ),
            },
        }));
    }
    blocks.push(Block::Table(outcomes(r)));
    Section {
        id: "summary".into(),
        title: "Summary".into(),
        intro: String::new(),
        blocks,
    }
}

fn interval_percent(i: &super::super::stats::Interval) -> String {
    format!(
        "{:.0} % CI {:.1} to {:.1}",
        i.level * 100.0,
        i.low * 100.0,
        i.high * 100.0
    )
}

fn outcomes(r: &Results) -> Table {
    let o = &r.overview;
    let share = |n: usize| match o.requests {
        0 => Cell::missing("no requests"),
        all => Cell::number(n as f64 / all as f64 * 100.0, 1),
    };
    let row = |name: &str, n: usize| vec![Cell::text(name), Cell::count(n), share(n)];
    Table {
        caption: "How takeover requests to an operator ended".into(),
        columns: vec![
            Column::words("Outcome"),
            Column::numbers("Requests", ""),
            Column::numbers("Share", "%"),
        ],
        rows: vec![
            row("taken over", o.answered),
            row("rejected: no need", o.rejected),
            row("missed: minimal-risk manoeuvre or collision", o.missed),
            row("open when the run ended", o.open),
            row("all", o.requests),
        ],
        footnote: format!(
            "Besides: {} that nobody had asked for; {} in runs with nobody at the desk.",
            counted(o.unprompted, "takeover"),
            counted(o.unattended_requests, "request")
        ),
    }
}

/// Which data, and where.
pub(super) fn data(about: &About, r: &Results) -> Section {
    let o = &r.overview;
    let mut blocks = vec![Block::Text(format!(
        "Tables beside this report: {}. dictionary.md says what every column is. mixed_models.R and mixed_models.py fit mixed models to takeovers.csv; analysis.json has every statistic of this report with its settings.",
        about.tables.join(", ")
    ))];
    if !r.left_out.is_empty() {
        let row = |l: &super::super::collect::LeftOut| {
            vec![
                Cell::text(l.path.display().to_string()),
                Cell::text(l.why.clone()),
            ]
        };
        blocks.push(Block::Table(Table {
            caption: "Left out".into(),
            columns: vec![Column::words("Log or path"), Column::words("Why")],
            rows: r.left_out.iter().take(100).map(row).collect(),
            footnote: format!("{} in all; left_out.csv has every one.", o.left_out),
        }));
    }
    Section {
        id: "data".into(),
        title: "Data".into(),
        intro: format!(
            "{} analysed, {} left out, {} of them incomplete.",
            counted(o.logs, "log"),
            o.left_out,
            o.incomplete
        ),
        blocks,
    }
}
