//! What a study knows beside the logs: who drove which log under which condition, what they answered, how
//! they did in secondary tasks. All of it is read from CSV files.
//!
//! - [`Sheet`]: the study's sheet, with participants and factors;
//! - [`responses`]: questionnaire answers, scored by the [`instruments`];
//! - [`tasks`]: secondary tasks (DRT, n-back, SuRT-like);
//! - [`Declaration`]: what each score means, for tables and documentation.
//!
//! Every file may be UTF-8 with or without BOM, with commas or semicolons (then numbers may have a decimal
//! comma), with any line ends, empty lines, and quotes. The names of columns that are known here may be in
//! capitals; what is in the cells may not.

mod error;
mod file;
mod group;
pub mod instruments;
pub mod responses;
mod score;
mod sheet;
pub mod tasks;

pub use error::StudyError;
pub use score::{Declaration, Group, Score, Scores};
pub use sheet::{Row, Sheet, Unmatched};

/// Every score that there is, in the order of the documentation.
pub fn declarations() -> impl Iterator<Item = &'static Declaration> {
    let of_instruments = instruments::ALL.iter().flat_map(|i| i.scores);
    of_instruments.chain(tasks::declarations())
}

#[cfg(test)]
mod tests;
