//! A table written row by row.

use super::file::{NewFile, Out, Overwrite};
use super::{Schema, TableError, Value, csv, json, parquet};
use std::io;
use std::path::{Path, PathBuf};

/// In which form a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values (RFC 4180) in UTF-8, with a header.
    Csv,
    /// Apache Parquet, with definitions and units in the file's key-value metadata.
    Parquet,
    /// One JSON object a line.
    JsonLines,
    /// One JSON array of objects.
    Json,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Csv, Self::Parquet, Self::JsonLines, Self::Json];

    /// Its files end in this, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Parquet => "parquet",
            Self::JsonLines => "jsonl",
            Self::Json => "json",
        }
    }
}

/// What has been written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// Rows, without the header.
    pub rows: u64,
    /// Numbers that were not finite, and are missing.
    pub not_finite: u64,
    /// The file's length; 0 where there is no file.
    pub bytes: u64,
}

/// One format's part of a writer. Rows fit the schema.
pub(super) trait Sink: Send {
    fn row(&mut self, values: &[Value]) -> io::Result<()>;
    /// Writes what is left, and flushes.
    fn finish(self: Box<Self>) -> io::Result<()>;
}

/// Writes a table row by row, in memory that does not grow with the rows.
///
/// A file is there once it is finished: until then it has a temporary name beside its place, and is
/// removed if the writer is dropped.
pub struct TableWriter {
    schema: Schema,
    path: PathBuf,
    // Before the file, so that it is closed when the file is removed.
    sink: Box<dyn Sink>,
    file: Option<NewFile>,
    rows: u64,
    not_finite: u64,
}

impl TableWriter {
    /// Starts a file in a folder that is there.
    ///
    /// # Errors
    /// [`TableError::Schema`] if the columns do not make a table, [`TableError::Exists`] if the file is
    /// there and may not be overwritten, [`TableError::File`] if it cannot be made.
    pub fn create(
        path: &Path,
        schema: &Schema,
        format: Format,
        overwrite: Overwrite,
    ) -> Result<Self, TableError> {
        schema.check()?;
        let (file, out) = NewFile::create(path, overwrite)?;
        Self::start(path, schema, format, Box::new(out), Some(file))
    }

    /// Starts a table that goes elsewhere: memory, standard output. `name` stands for it in errors.
    ///
    /// # Errors
    /// [`TableError::Schema`] if the columns do not make a table, [`TableError::File`] if it takes no
    /// bytes.
    pub fn to(
        out: Box<dyn io::Write + Send>,
        name: &str,
        schema: &Schema,
        format: Format,
    ) -> Result<Self, TableError> {
        schema.check()?;
        Self::start(Path::new(name), schema, format, out, None)
    }

    fn start(
        path: &Path,
        schema: &Schema,
        format: Format,
        out: Out,
        file: Option<NewFile>,
    ) -> Result<Self, TableError> {
        let sink: io::Result<Box<dyn Sink>> = match format {
            Format::Csv => csv::start(out, schema),
            Format::Parquet => parquet::start(out, schema),
            Format::JsonLines => json::start(out, schema, json::Layout::Lines),
            Format::Json => json::start(out, schema, json::Layout::Array),
        };
        let path = path.to_owned();
        match sink {
            Err(source) => Err(TableError::File { path, source }),
            Ok(sink) => Ok(Self {
                schema: schema.clone(),
                path,
                sink,
                file,
                rows: 0,
                not_finite: 0,
            }),
        }
    }

    /// Writes a row.
    ///
    /// # Errors
    /// [`TableError::Count`] and [`TableError::Kind`] if it does not fit (the next may be written all
    /// the same), [`TableError::File`] if it cannot be written.
    pub fn row(&mut self, values: &[Value]) -> Result<(), TableError> {
        self.schema.check_row(self.rows, values)?;
        let written = self.sink.row(values);
        written.map_err(|source| TableError::File {
            path: self.path.clone(),
            source,
        })?;
        self.rows += 1;
        self.not_finite += values.iter().filter(|v| v.is_not_finite()).count() as u64;
        Ok(())
    }

    /// Writes what is left, and puts the file in its place.
    ///
    /// # Errors
    /// [`TableError::File`]; [`TableError::Exists`] if a file has come there since and may not be
    /// overwritten. There is no file then.
    pub fn finish(self) -> Result<Written, TableError> {
        let finished = self.sink.finish();
        finished.map_err(|source| TableError::File {
            path: self.path,
            source,
        })?;
        let bytes = match self.file {
            Some(file) => file.keep()?,
            None => 0,
        };
        Ok(Written {
            rows: self.rows,
            not_finite: self.not_finite,
            bytes,
        })
    }
}
