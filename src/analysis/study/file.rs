//! A CSV file with a header, read whole: columns, rows, and where each came from.

use super::error::{StudyError, shown};
use csv::{ReaderBuilder, StringRecord, Trim};
use std::path::{Path, PathBuf};

/// A CSV file with a header and at least one row.
#[derive(Debug)]
pub(super) struct File {
    pub path: PathBuf,
    pub columns: Vec<String>,
    pub lines: Vec<Line>,
    /// `,` or `;`.
    delimiter: char,
}

/// A row.
#[derive(Debug)]
pub(super) struct Line {
    /// In the file, from 1.
    pub number: u64,
    /// As many as columns, without space around.
    pub cells: Vec<String>,
}

impl File {
    /// # Errors
    /// If it cannot be read, is not UTF-8, has no header or no rows, two columns of a name, a column without
    /// one, an open quote, or a row of another length.
    pub fn read(path: &Path) -> Result<Self, StudyError> {
        let bytes = std::fs::read(path).map_err(|e| {
            let expected = "a CSV file that can be read";
            StudyError::new(path, expected, e.to_string(), "check the path")
        })?;
        let text = String::from_utf8(bytes).map_err(|e| {
            let good = &e.as_bytes()[..e.utf8_error().valid_up_to()];
            let line = 1 + good.iter().filter(|b| **b == b'\n').count() as u64;
            let (got, fix) = ("other bytes", "save it as \"CSV UTF-8\"");
            StudyError::new(path, "UTF-8 text", got, fix).line(line)
        })?;
        Self::parse(path, &text)
    }

    /// As [`File::read`]; `path` is for the errors.
    pub fn parse(path: &Path, text: &str) -> Result<Self, StudyError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let delimiter = delimiter(text);
        if let Some(line) = open_quote(text, delimiter) {
            let expected = "a closing quote for the one that opens a cell here";
            let fix = "close it, or write the quote twice and in quotes";
            return Err(StudyError::new(path, expected, "the end of the file", fix).line(line));
        }
        let mut records = ReaderBuilder::new()
            .delimiter(delimiter as u8)
            .trim(Trim::All)
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        let mut columns = None;
        let mut lines = Vec::new();
        for record in records.records() {
            // From text in memory there is nothing left that can fail.
            let record = record.map_err(|e| {
                StudyError::new(path, "a CSV file", e.to_string(), "check the file's layout")
            })?;
            // Spreadsheets leave rows of empty cells behind.
            if record.iter().all(str::is_empty) {
                continue;
            }
            let number = line_of(&record, text);
            match &columns {
                None => columns = Some(header(path, number, &record)?),
                Some(columns) => lines.push(row(path, number, columns, &record)?),
            }
        }
        let Some(columns) = columns else {
            let fix = "name the columns in the first line";
            return Err(StudyError::new(path, "a header", "an empty file", fix));
        };
        if lines.is_empty() {
            let fix = "write a row for each of what the file lists";
            return Err(StudyError::new(path, "rows below the header", "none", fix));
        }
        Ok(Self {
            path: path.to_path_buf(),
            columns,
            lines,
            delimiter,
        })
    }

    /// The column of this name, in small letters or capitals.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.columns
            .iter()
            .position(|c| c.eq_ignore_ascii_case(name))
    }

    /// # Errors
    /// If there is none.
    pub fn need(&self, name: &str) -> Result<usize, StudyError> {
        self.find(name).ok_or_else(|| {
            let expected = format!("a column `{name}`");
            let got = self.columns_shown();
            let fix = format!("name a column `{name}` in the header");
            StudyError::new(&self.path, expected, got, fix)
        })
    }

    /// Names of the columns, for an error.
    pub fn columns_shown(&self) -> String {
        format!("`{}`", self.columns.join("`, `"))
    }

    /// Columns other than these.
    pub fn others(&self, known: &[usize]) -> Vec<usize> {
        (0..self.columns.len())
            .filter(|c| !known.contains(c))
            .collect()
    }

    /// About a cell.
    pub fn wrong(&self, line: &Line, column: usize, expected: &str, fix: &str) -> StudyError {
        let cell = line.cells.get(column).map_or("", String::as_str);
        let error = StudyError::new(&self.path, expected, shown(cell), fix).line(line.number);
        match self.columns.get(column) {
            Some(name) => error.column(name.as_str()),
            None => error,
        }
    }

    /// About a cell whose like is in an earlier line.
    pub fn twice(
        &self,
        line: &Line,
        column: usize,
        first: u64,
        expected: &str,
        fix: &str,
    ) -> StudyError {
        let mut error = self.wrong(line, column, expected, fix);
        error.got = format!("{} in lines {first} and {}", error.got, line.number).into();
        error
    }

    /// A cell's text.
    ///
    /// # Errors
    /// If it is empty; `expected` says what belongs there.
    pub fn text<'a>(
        &self,
        line: &'a Line,
        column: usize,
        expected: &str,
    ) -> Result<&'a str, StudyError> {
        match line.cells.get(column).map(String::as_str) {
            Some(text) if !text.is_empty() => Ok(text),
            _ => Err(self.wrong(line, column, expected, "fill the cell, or delete the row")),
        }
    }

    /// A cell's number; none if it is empty or `NA`. In a file with semicolons it may have a decimal comma.
    ///
    /// # Errors
    /// If it is something else, or not finite.
    pub fn number(&self, line: &Line, column: usize) -> Result<Option<f64>, StudyError> {
        let cell = line.cells.get(column).map_or("", String::as_str);
        if matches!(cell, "" | "NA") {
            return Ok(None);
        }
        let english = match self.delimiter {
            ';' => cell.replacen(',', ".", 1),
            _ => cell.to_string(),
        };
        match english.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Some(number)),
            _ => {
                let fix = "write a number, such as 3 or 2.5; leave the cell empty if there is none";
                Err(self.wrong(line, column, "a number", fix))
            }
        }
    }

    /// 0 or 1.
    ///
    /// # Errors
    /// If it is anything else; `fix` says what 0 and 1 stand for.
    pub fn flag(&self, line: &Line, column: usize, fix: &str) -> Result<bool, StudyError> {
        match line.cells.get(column).map(String::as_str) {
            Some("0") => Ok(false),
            Some("1") => Ok(true),
            _ => Err(self.wrong(line, column, "0 or 1", fix)),
        }
    }
}

fn header(path: &Path, number: u64, record: &StringRecord) -> Result<Vec<String>, StudyError> {
    let mut columns: Vec<String> = Vec::new();
    for (index, name) in record.iter().enumerate() {
        let error = |expected: &str, got: String, fix: &str| {
            Err(StudyError::new(path, expected, got, fix).line(number))
        };
        if name.is_empty() {
            let got = format!("none for column {}", index + 1);
            return error(
                "a name for every column",
                got,
                "name it in the header, or delete it",
            );
        }
        if let Some(first) = columns.iter().position(|c| c.eq_ignore_ascii_case(name)) {
            let got = format!("`{name}` for columns {} and {}", first + 1, index + 1);
            return error("each column's name once", got, "rename one, or delete it");
        }
        columns.push(name.to_string());
    }
    Ok(columns)
}

fn row(
    path: &Path,
    number: u64,
    columns: &[String],
    record: &StringRecord,
) -> Result<Line, StudyError> {
    if record.len() != columns.len() {
        let expected = format!("{} cells, as many as columns", columns.len());
        let got = record.len().to_string();
        let fix = "add or delete cells; put a text that has the separator in it in quotes";
        return Err(StudyError::new(path, expected, got, fix).line(number));
    }
    Ok(Line {
        number,
        cells: record.iter().map(String::from).collect(),
    })
}

/// The line in which a record begins: the reader counts the empty lines before it to the record.
fn line_of(record: &StringRecord, text: &str) -> u64 {
    let Some(position) = record.position() else {
        return 0;
    };
    let rest = usize::try_from(position.byte())
        .ok()
        .and_then(|at| text.as_bytes().get(at..));
    let blank = rest
        .unwrap_or_default()
        .iter()
        .take_while(|b| matches!(b, b'\r' | b'\n'));
    position.line() + blank.filter(|b| **b == b'\n').count() as u64
}

/// Semicolon if the header has more of them than commas, outside quotes.
fn delimiter(text: &str) -> char {
    let header = text
        .lines()
        .find(|l| !l.trim().is_empty())
        .unwrap_or_default();
    let mut quoted = false;
    let (mut commas, mut semicolons) = (0, 0);
    for c in header.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => commas += 1,
            ';' if !quoted => semicolons += 1,
            _ => {}
        }
    }
    if semicolons > commas { ';' } else { ',' }
}

/// The line of a quote that opens a cell and is never closed: it would swallow all that follows.
fn open_quote(text: &str, delimiter: char) -> Option<u64> {
    let (mut line, mut opened) = (1, None);
    let mut at_start = true;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\n' {
            line += 1;
        }
        if opened.is_some() {
            if c == '"' && chars.next_if_eq(&'"').is_none() {
                opened = None;
            }
            continue;
        }
        if c == '"' && at_start {
            opened = Some(line);
        }
        at_start = c == delimiter || c == '\n' || c == '\r';
    }
    opened
}
