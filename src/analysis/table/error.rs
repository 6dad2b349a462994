//! Why a table cannot be made or written.

use super::{Kind, Value};
use std::path::PathBuf;

/// Why a table cannot be made or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// The columns do not make a table.
    #[error("table {table}, column {column:?}: {why}")]
    Schema {
        /// The table's name.
        table: String,
        /// The column's name.
        column: String,
        /// What is wrong with it.
        why: String,
    },
    /// A row has too many values, or too few.
    #[error("table {table}, row {row}: expected {expected} values, got {got}")]
    Count {
        /// The table's name.
        table: String,
        /// The row's number, from 0.
        row: u64,
        /// As many as columns.
        expected: usize,
        /// As many as there were.
        got: usize,
    },
    /// A value is not of its column's kind.
    #[error("table {table}, row {row}, column {column}: expected {expected}, got {got}")]
    Kind {
        /// The table's name.
        table: String,
        /// The row's number, from 0.
        row: u64,
        /// The column's name.
        column: String,
        /// The column's kind.
        expected: Kind,
        /// The value.
        got: Value,
    },
    /// The file is there, and may not be overwritten.
    #[error("{} exists already: it is not overwritten", .path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The file cannot be written.
    #[error("{}: cannot write it", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}
