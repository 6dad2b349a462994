//! Tidy tables, written alike as CSV, Parquet and JSON.
//!
//! A table is a [`Schema`] (name, what a row is, columns) and rows of [`Value`]s. A column says what it
//! holds, in which unit, by which source, and what an empty cell means; [`dictionary()`] makes the data
//! dictionary out of that. [`Table`] holds rows in memory; [`TableWriter`] writes row by row, in flat
//! memory for millions of rows.
//!
//! All formats hold the same cells:
//! - A number that is not finite, and an empty text, are missing. Neither can be told from a missing
//!   cell in CSV; the numbers are counted ([`Written::not_finite`]).
//! - Floats are written with the fewest digits that read back to the same bits.
//!
//! | | missing | float | flag | time |
//! |---|---|---|---|---|
//! | CSV (RFC 4180, UTF-8, header) | empty cell | `0.1`, `1e-7` | `true`, `false` | RFC 3339 with `Z` |
//! | JSON Lines, JSON | `null` | the same | `true`, `false` | the same, as a string |
//! | Parquet | null | DOUBLE | BOOLEAN | TIMESTAMP (microseconds, UTC) |

mod column;
mod csv;
mod dictionary;
mod error;
mod file;
mod json;
mod memory;
mod parquet;
mod time;
mod value;
mod writer;

pub use column::{Column, Kind, Schema};
pub use dictionary::{dictionary, dictionary_markdown};
pub use error::TableError;
pub use file::Overwrite;
pub use memory::Table;
pub use time::rfc3339;
pub use value::Value;
pub use writer::{Format, TableWriter, Written};

#[cfg(test)]
mod tests;
