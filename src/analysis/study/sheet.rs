//! The study's sheet: who drove which log, and under which condition.
//!
//! A CSV with a column `log` or `participant`, or both; every other column is a factor or a covariate, as
//! text. A row for each log says what belongs to that log. A sheet without `log` has a row for each
//! participant, and says what belongs to the person (between-subject factors).

use super::error::{StudyError, shown};
use super::file::File;
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

const LOG: &str = "log";
const PARTICIPANT: &str = "participant";

/// The study's sheet.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// Names of the factors and covariates: all columns but `log` and `participant`.
    pub columns: Vec<String>,
    /// In the order of the file.
    pub rows: Vec<Row>,
    path: PathBuf,
    /// Indices of the rows of logs, by the log's file name.
    by_name: BTreeMap<String, Vec<usize>>,
}

/// One row: of a log, or of a participant.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// In the file, from 1.
    pub line: u64,
    /// As the sheet names it; none in a sheet without that column.
    pub log: Option<String>,
    /// None in a sheet without that column.
    pub participant: Option<String>,
    /// One for each of [`Sheet::columns`]; none where the cell is empty.
    pub values: Vec<Option<String>>,
}

/// What has no counterpart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unmatched {
    /// Rows of logs that are not there: line, and the log as the sheet names it.
    pub rows: Vec<(u64, String)>,
    /// Logs that have no row.
    pub logs: Vec<PathBuf>,
}

impl Sheet {
    /// # Errors
    /// At the first mistake: of the file, of a column that is missing, a cell that is empty, a log or
    /// participant that is there twice.
    pub fn read(path: &Path) -> Result<Self, StudyError> {
        Self::of_file(&File::read(path)?)
    }

    /// As [`Sheet::read`]; `path` is for the errors.
    ///
    /// # Errors
    /// The same.
    pub fn parse(path: &Path, text: &str) -> Result<Self, StudyError> {
        Self::of_file(&File::parse(path, text)?)
    }

    fn of_file(file: &File) -> Result<Self, StudyError> {
        let (log, participant) = (file.find(LOG), file.find(PARTICIPANT));
        if log.is_none() && participant.is_none() {
            let expected = "a column `log` or `participant`";
            let fix =
                "name the column of the logs' files `log`, or that of the people `participant`";
            return Err(StudyError::new(
                &file.path,
                expected,
                file.columns_shown(),
                fix,
            ));
        }
        let known: Vec<usize> = log.into_iter().chain(participant).collect();
        let others = file.others(&known);
        let mut rows: Vec<Row> = Vec::new();
        let mut lines = BTreeMap::new();
        let mut by_name: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for line in &file.lines {
            let cell = |column: Option<usize>, what: &str| {
                let text = column.map(|c| file.text(line, c, what).map(String::from));
                text.transpose()
            };
            let row = Row {
                line: line.number,
                log: cell(log, "a log's file name")?,
                participant: cell(participant, "a participant")?,
                values: others
                    .iter()
                    .map(|c| line.cells.get(*c).filter(|v| !v.is_empty()).cloned())
                    .collect(),
            };
            if let (Some(column), Some(name)) = (log, &row.log) {
                let parts = parts(name);
                by_name
                    .entry(parts.last().cloned().unwrap_or_default())
                    .or_default()
                    .push(rows.len());
                if let Some(first) = lines.insert(parts, line.number) {
                    let fix = "delete one; name the folder too if they are two logs";
                    return Err(file.twice(line, column, first, "each log once", fix));
                }
            } else if let (Some(column), Some(name)) = (participant, &row.participant)
                && let Some(first) = lines.insert(vec![name.clone()], line.number)
            {
                let fix = "delete one, or add a column `log` to tell the runs apart";
                return Err(file.twice(line, column, first, "each participant once", fix));
            }
            rows.push(row);
        }
        Ok(Self {
            columns: others
                .iter()
                .filter_map(|c| file.columns.get(*c).cloned())
                .collect(),
            rows,
            path: file.path.clone(),
            by_name,
        })
    }

    /// The rows are of logs, not of participants.
    pub fn is_by_log(&self) -> bool {
        self.rows.iter().any(|r| r.log.is_some())
    }

    /// The row of a log: the one that names its file. If several rows name a file of that name, the folders
    /// that they name must be the log's too, and the one that names most of them is taken.
    ///
    /// None if there is none, and in a sheet without `log`.
    pub fn of_log(&self, log: &Path) -> Option<&Row> {
        // What the sheet names may be a folder above the one that we are in.
        let log = std::path::absolute(log).unwrap_or_else(|_| log.to_path_buf());
        let log = parts(&log.to_string_lossy());
        let named = self.by_name.get(log.last()?)?;
        let mut rows = named.iter().filter_map(|i| self.rows.get(*i));
        if named.len() == 1 {
            return rows.next();
        }
        let folders = |row: &Row| row.log.as_deref().map(parts).filter(|n| log.ends_with(n));
        let rows = rows.filter_map(|r| Some((folders(r)?.len(), r)));
        rows.max_by_key(|(folders, _)| *folders).map(|(_, row)| row)
    }

    /// The rows of a participant, in the order of the file; none in a sheet without `participant`.
    pub fn of_participant(&self, participant: &str) -> Vec<&Row> {
        let is = |r: &&Row| r.participant.as_deref() == Some(participant);
        self.rows.iter().filter(is).collect()
    }

    /// What a row says of a factor. None if it says nothing, or if there is no such column.
    pub fn value<'a>(&self, row: &'a Row, column: &str) -> Option<&'a str> {
        let index = self
            .columns
            .iter()
            .position(|c| c.eq_ignore_ascii_case(column))?;
        row.values.get(index)?.as_deref()
    }

    /// The different values of a column, in the order in which they first appear.
    pub fn levels(&self, column: &str) -> Vec<&str> {
        let mut levels = Vec::new();
        for value in self.rows.iter().filter_map(|r| self.value(r, column)) {
            if !levels.contains(&value) {
                levels.push(value);
            }
        }
        levels
    }

    /// At least one participant has two values of a column: it is a within-subject factor.
    pub fn varies_within(&self, column: &str) -> bool {
        let mut first = BTreeMap::new();
        self.rows.iter().any(|row| {
            let value = self.value(row, column);
            let person = row.participant.as_deref();
            person.is_some_and(|p| *first.entry(p).or_insert(value) != value)
        })
    }

    /// Holds the sheet against the logs that there are. In a sheet without `log` nothing is unmatched.
    ///
    /// # Errors
    /// If two logs have the same row: one of them would get what belongs to the other.
    pub fn check(&self, logs: &[PathBuf]) -> Result<Unmatched, StudyError> {
        let mut unmatched = Unmatched::default();
        if !self.is_by_log() {
            return Ok(unmatched);
        }
        let mut found: BTreeMap<u64, &PathBuf> = BTreeMap::new();
        for log in logs {
            let Some(row) = self.of_log(log) else {
                unmatched.logs.push(log.clone());
                continue;
            };
            if let Some(other) = found.insert(row.line, log) {
                let name = shown(row.log.as_deref().unwrap_or_default());
                let expected = format!("one log {name}");
                let got = format!("{} and {}", other.display(), log.display());
                let fix = "give each its own row, with its folder before its name";
                let error = StudyError::new(&self.path, expected, got, fix);
                return Err(error.line(row.line).column(LOG));
            }
        }
        let missing = self.rows.iter().filter(|r| !found.contains_key(&r.line));
        unmatched.rows = missing
            .map(|r| (r.line, r.log.clone().unwrap_or_default()))
            .collect();
        Ok(unmatched)
    }
}

/// The parts of a path, whichever slashes it has. A sheet may come from another system.
fn parts(path: &str) -> Vec<String> {
    let path = path.replace('\\', "/");
    let components = Path::new(&path).components();
    let kept = components.filter(|c| *c != Component::CurDir);
    kept.map(|c| c.as_os_str().to_string_lossy().into_owned())
        .collect()
}
