//! One pass over a record, and the files it is written to.

use super::super::table::{Format, Overwrite, TableError, TableWriter, Value, dictionary};
use super::{Channel, Context};
use crate::record::{Entry, Stream};
use crate::scenario::Scenario;
use std::io;
use std::path::{Path, PathBuf};

/// Name of the file that says what every column is.
const DICTIONARY: &str = "dictionary.csv";

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error(transparent)]
    Table(#[from] TableError),
    #[error("{}: there is something in this folder already, and nothing is overwritten: choose another --out", path.display())]
    NotEmpty { path: PathBuf },
    #[error("{}: expected a new or an empty folder, got a file, and nothing is overwritten: choose another --out", path.display())]
    NoFolder { path: PathBuf },
    #[error("{}: cannot make the folder: {why}", path.display())]
    Folder { path: PathBuf, why: io::Error },
}

/// What has been written of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exported {
    pub name: &'static str,
    pub rows: u64,
    /// Numbers that were not finite: their cells are empty.
    pub not_finite: u64,
}

/// Channels on their way into tables. What is dropped unfinished leaves no file.
pub struct Export {
    tables: Vec<Going>,
    /// Files that are in their places already.
    kept: Vec<PathBuf>,
    /// The folder, and whether it was made for this.
    folder: Option<(PathBuf, bool)>,
    finished: bool,
}

/// A channel on its way.
struct Going {
    channel: Box<dyn Channel>,
    writer: TableWriter,
    /// None of a table that is no file.
    file: Option<PathBuf>,
}

impl Going {
    fn to_file(
        channel: Box<dyn Channel>,
        file: PathBuf,
        format: Format,
    ) -> Result<Self, TableError> {
        let writer = TableWriter::create(&file, &channel.schema(), format, Overwrite::Never)?;
        Ok(Self {
            channel,
            writer,
            file: Some(file),
        })
    }
}

impl Export {
    /// One file each into a folder, which must be new or empty; and what their columns are.
    ///
    /// # Errors
    /// If there is something in the folder, or it cannot be written to.
    pub fn into_folder(
        folder: &Path,
        channels: Vec<Box<dyn Channel>>,
        format: Format,
    ) -> Result<Self, ExportError> {
        let path = folder.to_path_buf();
        let made = match std::fs::read_dir(folder) {
            Ok(mut inside) => match inside.next() {
                Some(_) => return Err(ExportError::NotEmpty { path }),
                None => false,
            },
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                let made = std::fs::create_dir_all(folder);
                made.map_err(|why| ExportError::Folder {
                    path: path.clone(),
                    why,
                })?;
                true
            }
            Err(e) if e.kind() == io::ErrorKind::NotADirectory => {
                return Err(ExportError::NoFolder { path });
            }
            Err(why) => return Err(ExportError::Folder { path, why }),
        };
        let mut export = Self::new();
        export.folder = Some((path, made));
        for channel in channels {
            let file = folder.join(format!("{}.{}", channel.name(), format.extension()));
            export.tables.push(Going::to_file(channel, file, format)?);
        }
        Ok(export)
    }

    fn new() -> Self {
        Self {
            tables: Vec::new(),
            kept: Vec::new(),
            folder: None,
            finished: false,
        }
    }

    /// One channel into a new file.
    ///
    /// # Errors
    /// If the file is there, or cannot be made.
    pub fn into_file(
        file: &Path,
        channel: Box<dyn Channel>,
        format: Format,
    ) -> Result<Self, ExportError> {
        let mut export = Self::new();
        let table = Going::to_file(channel, file.to_path_buf(), format)?;
        export.tables.push(table);
        Ok(export)
    }

    /// One channel to standard output, or wherever else.
    ///
    /// # Errors
    /// If it takes no bytes.
    pub fn into_stream(
        out: Box<dyn io::Write + Send>,
        name: &str,
        channel: Box<dyn Channel>,
        format: Format,
    ) -> Result<Self, ExportError> {
        let mut export = Self::new();
        let writer = TableWriter::to(out, name, &channel.schema(), format)?;
        export.tables.push(Going {
            channel,
            writer,
            file: None,
        });
        Ok(export)
    }

    /// Reads the record, once, and writes all tables. What of it is missing or damaged is in words.
    ///
    /// # Errors
    /// If a table cannot be written. None of them is there then.
    pub fn run(
        mut self,
        stream: &mut Stream,
    ) -> Result<(Vec<Exported>, Option<String>), ExportError> {
        let others = self.tables.iter().any(|t| t.channel.needs_others());
        let (mut context, nameless) = context(stream);
        let lost = stream.try_each(others, |entry| {
            context.note(&entry);
            self.tables.iter_mut().try_for_each(|table| {
                let writer = &mut table.writer;
                let rows = &mut |row: &[Value]| writer.row(row);
                table.channel.rows(&context, &entry, rows)
            })
        })?;
        Ok((self.finish()?, both(lost, nameless)))
    }

    /// Puts all files in their places, or none.
    fn finish(&mut self) -> Result<Vec<Exported>, ExportError> {
        let mut exported = Vec::new();
        let mut schemas = Vec::new();
        for table in std::mem::take(&mut self.tables) {
            let written = table.writer.finish()?;
            self.kept.extend(table.file);
            exported.push(Exported {
                name: table.channel.name(),
                rows: written.rows,
                not_finite: written.not_finite,
            });
            schemas.push(table.channel.schema());
        }
        if let Some((folder, _)) = &self.folder {
            let schemas: Vec<_> = schemas.iter().collect();
            let file = folder.join(DICTIONARY);
            dictionary(&schemas).write(&file, Format::Csv, Overwrite::Never)?;
        }
        self.finished = true;
        Ok(exported)
    }
}

impl Drop for Export {
    fn drop(&mut self) {
        if self.finished {
            return;
        }
        // Files that are not in their places yet go with their writers, and before the folder. Nothing can be
        // done about a file that will not go.
        self.tables.clear();
        for file in &self.kept {
            let _ = std::fs::remove_file(file);
        }
        if let Some((folder, true)) = &self.folder {
            let _ = std::fs::remove_dir(folder);
        }
    }
}

/// What is known of a record; and in words, if its scenario cannot be used.
fn context(stream: &Stream) -> (Context, Option<String>) {
    let scenario = Scenario::parse(&stream.scenario).ok();
    let nameless = scenario.is_none().then(|| {
        "the scenario inside the log cannot be used: road users have numbers for names".to_string()
    });
    (Context::new(&stream.info, scenario.as_ref()), nameless)
}

fn both(one: Option<String>, other: Option<String>) -> Option<String> {
    match (one, other) {
        (Some(one), Some(other)) => Some(format!("{one}; {other}")),
        (one, other) => one.or(other),
    }
}

/// How many rows a channel would have.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Counted {
    pub channel: &'static str,
    pub rows: u64,
    /// What a row is.
    pub row_is: String,
}

/// Reads a record, once, and counts the rows of each channel. What is missing or damaged is in words.
pub fn count(stream: &mut Stream, channels: &[Box<dyn Channel>]) -> (Vec<Counted>, Option<String>) {
    let mut counted: Vec<Counted> = channels
        .iter()
        .map(|channel| Counted {
            channel: channel.name(),
            rows: 0,
            row_is: channel.schema().about.to_string(),
        })
        .collect();
    let others = channels.iter().any(|c| c.needs_others());
    let lost = stream.each(others, |entry: Entry| {
        for (channel, counted) in channels.iter().zip(&mut counted) {
            counted.rows += channel.count(&entry);
        }
    });
    (counted, lost)
}
