//! The raw channels of a record as tables: what is on record, row by row, nothing worked out but units and names.
//!
//! A [`Channel`] is a table: its columns, each declared once with how its cell is found, and which rows an
//! entry of the record gives. [`Export`] reads a record once and writes all tables that are asked for, in memory
//! that does not grow with the record. `docs/export.md` is for its users.
//!
//! | file | tables |
//! |---|---|
//! | `ticks`, `others` | every tick: the ego; all others |
//! | `perception` | reports, functions, free distance by sector, tracks, plans |
//! | `happened` | events, raw inputs, alerts, verdicts |
//! | `link` | the link, pictures, screens |
//!
//! | file | holds |
//! |---|---|
//! | `channel` | what a channel is, and what it knows of its record |
//! | `cell` | from what a record holds to a cell |
//! | `write` | one pass over a record, and the files |

mod cell;
mod channel;
mod happened;
mod link;
mod others;
mod perception;
mod ticks;
mod write;

pub use channel::{Channel, Context};
pub use write::{Counted, Export, ExportError, Exported, count};

use std::fmt::Write;

/// All channels, in the order in which they are listed.
pub fn all() -> Vec<Box<dyn Channel>> {
    vec![
        ticks::ticks(),
        others::others(),
        perception::perception(),
        perception::functions(),
        perception::sectors(),
        perception::tracks(),
        perception::plan(),
        happened::events(),
        happened::inputs(),
        happened::presented(),
        happened::verdicts(),
        link::link(),
        link::video(),
        link::drawn(),
    ]
}

/// The channels as a table in Markdown, for `docs/export.md`.
pub fn markdown() -> String {
    let mut text = String::from("| table | a row is | columns |\n|---|---|---|\n");
    for channel in all() {
        let schema = channel.schema();
        let names: Vec<String> = schema
            .columns()
            .iter()
            .map(|c| format!("`{}`", c.name))
            .collect();
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "| `{}` | {} | {} |",
            schema.name,
            schema.about,
            names.join(", ")
        );
    }
    text
}

#[cfg(test)]
mod tests;
