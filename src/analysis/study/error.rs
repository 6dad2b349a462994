//! A mistake in a study's file, and what to do about it.

use std::fmt;
use std::path::Path;

/// A mistake in a study's file. Its texts are boxed: it is small enough to be returned as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StudyError {
    pub path: Box<Path>,
    /// From 1; none if it is about the whole file.
    pub line: Option<u64>,
    /// The column's name; none if it is about the whole line.
    pub column: Option<Box<str>>,
    pub expected: Box<str>,
    pub got: Box<str>,
    /// What to do.
    pub fix: Box<str>,
}

impl StudyError {
    pub(super) fn new(
        path: &Path,
        expected: impl Into<Box<str>>,
        got: impl Into<Box<str>>,
        fix: impl Into<Box<str>>,
    ) -> Self {
        Self {
            path: path.into(),
            line: None,
            column: None,
            expected: expected.into(),
            got: got.into(),
            fix: fix.into(),
        }
    }

    pub(super) fn line(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }

    pub(super) fn column(mut self, column: impl Into<Box<str>>) -> Self {
        self.column = Some(column.into());
        self
    }
}

impl fmt::Display for StudyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(column) = &self.column {
            write!(f, ": column `{column}`")?;
        }
        write!(
            f,
            ": expected {}, got {}; {}",
            self.expected, self.got, self.fix
        )
    }
}

impl std::error::Error for StudyError {}

/// A cell's text as an error shows it.
pub(super) fn shown(text: &str) -> String {
    match text {
        "" => "nothing".into(),
        text => format!("`{text}`"),
    }
}
