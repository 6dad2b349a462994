//! A table in memory.

use super::{Column, Format, Overwrite, Schema, TableError, TableWriter, Value, Written};
use std::path::Path;

/// A table in memory: a schema, and rows that fit it.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    schema: Schema,
    rows: Vec<Vec<Value>>,
    not_finite: u64,
}

impl Table {
    /// A table without rows.
    pub fn new(schema: Schema) -> Self {
        Self {
            schema,
            rows: Vec::new(),
            not_finite: 0,
        }
    }

    /// A table of rows that are known to fit.
    pub(super) fn of_fitting(schema: Schema, rows: Vec<Vec<Value>>) -> Self {
        let clean = |row: Vec<Value>| row.into_iter().map(Value::cleaned).collect();
        Self {
            schema,
            rows: rows.into_iter().map(clean).collect(),
            not_finite: 0,
        }
    }

    /// What it is.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.schema.name
    }

    /// Its columns.
    pub fn columns(&self) -> &[Column] {
        self.schema.columns()
    }

    /// Its rows, each with as many values as there are columns.
    pub fn rows(&self) -> &[Vec<Value>] {
        &self.rows
    }

    /// How many numbers were not finite, and became missing.
    pub fn not_finite(&self) -> u64 {
        self.not_finite
    }

    /// Adds a row.
    ///
    /// # Errors
    /// [`TableError::Count`] and [`TableError::Kind`], if it does not fit; the table stays as it was.
    pub fn push(&mut self, row: Vec<Value>) -> Result<(), TableError> {
        self.schema.check_row(self.rows.len() as u64, &row)?;
        self.not_finite += row.iter().filter(|v| v.is_not_finite()).count() as u64;
        self.rows
            .push(row.into_iter().map(Value::cleaned).collect());
        Ok(())
    }

    /// The cells of this column; none if there is no such column.
    pub fn column(&self, name: &str) -> Option<impl Iterator<Item = &Value> + '_> {
        let index = self.schema.index(name)?;
        Some(self.rows.iter().filter_map(move |row| row.get(index)))
    }

    /// Writes it to a file; see [`TableWriter::create`].
    ///
    /// # Errors
    /// As [`TableWriter::create`] and [`TableWriter::finish`].
    pub fn write(
        &self,
        path: &Path,
        format: Format,
        overwrite: Overwrite,
    ) -> Result<Written, TableError> {
        let mut writer = TableWriter::create(path, &self.schema, format, overwrite)?;
        for row in &self.rows {
            writer.row(row)?;
        }
        let written = writer.finish()?;
        Ok(Written {
            not_finite: self.not_finite,
            ..written
        })
    }
}
