//! What participants said, and how they did besides driving: scores of questionnaires and secondary tasks.

use super::super::report::{Block, Cell, Column, Section, Table};
use super::super::results::Results;
use super::super::stats::describe::Summary;
use super::super::study;

/// None if the study has no scores.
pub(super) fn section(r: &Results) -> Option<Section> {
    if r.scores.is_empty() {
        return None;
    }
    let row = |(name, unit, s): &(String, String, Summary)| {
        let declared = study::declarations().find(|d| d.is_of(name));
        vec![
            Cell::text(name.replace('_', " ")),
            Cell::text(unit.clone()),
            Cell::text(declared.map_or(String::new(), |d| d.range())),
            Cell::count(s.n),
            Cell::number(s.mean, 2),
            Cell::option(s.sd, 2, "one participant"),
            Cell::number(s.median, 2),
            Cell::number(s.min, 2),
            Cell::number(s.max, 2),
        ]
    };
    Some(Section {
        id: "said".into(),
        title: "Questionnaires and secondary tasks".into(),
        intro: "One value per participant: the mean of their conditions. participants.csv has each; an incomplete questionnaire has no score.".into(),
        blocks: vec![Block::Table(Table {
            caption: "Scores".into(),
            columns: vec![
                Column::words("Score"),
                Column::words("Unit"),
                Column::words("Range"),
                Column::numbers("Participants", ""),
                Column::numbers("Mean", ""),
                Column::numbers("SD", ""),
                Column::numbers("Median", ""),
                Column::numbers("Min", ""),
                Column::numbers("Max", ""),
            ],
            rows: r.scores.iter().map(row).collect(),
            footnote: String::new(),
        })],
    })
}
