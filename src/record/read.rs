//! All of a record at once.

use super::stream::{Entry, Stream};
use super::{FORMAT, RunEnd, RunInfo};
use std::path::{Path, PathBuf};

/// Why a file cannot be read as a record.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    #[error("{}: cannot read the log: {why}", path.display())]
    Unreadable { path: PathBuf, why: std::io::Error },
    #[error("{}: expected a log of takeover (MCAP), got {got}", path.display())]
    Foreign { path: PathBuf, got: String },
    #[error("{}: expected a log of format {FORMAT} or older, got format {got}; use a newer takeover", path.display())]
    Newer { path: PathBuf, got: u32 },
}

/// A record in memory. An hour of it is some hundred megabytes, with a hundred others some gigabytes:
/// [`Stream`] reads chunk by chunk.
#[derive(Clone, Debug)]
pub struct Log {
    pub info: RunInfo,
    /// None if the program was killed before it could close the record.
    pub end: Option<RunEnd>,
    /// The scenario's text.
    pub scenario: String,
    /// The operator's script, if there was one.
    pub script: Option<String>,
    /// Every setting in force, as JSON.
    pub settings: Option<String>,
    /// In the order in which they came to be.
    pub entries: Vec<Entry>,
    /// What is missing or damaged, in words.
    pub lost: Option<String>,
}

impl Log {
    /// Reads a record. Damage does not stop it: all that can be read is returned, and
    /// [`Log::lost`] says what is not.
    ///
    /// # Errors
    /// If the file cannot be read or is not a record of this program.
    pub fn read(path: &Path) -> Result<Self, LogError> {
        Self::read_with(path, true)
    }

    /// The same with the ego as the only body of every state.
    ///
    /// # Errors
    /// As [`Log::read`].
    pub fn read_ego(path: &Path) -> Result<Self, LogError> {
        Self::read_with(path, false)
    }

    fn read_with(path: &Path, others: bool) -> Result<Self, LogError> {
        let mut stream = Stream::scan(path)?;
        let mut entries = Vec::new();
        let lost = stream.each(others, |entry| entries.push(entry));
        Ok(Self {
            info: stream.info,
            end: stream.end,
            scenario: stream.scenario,
            script: stream.script,
            settings: stream.settings,
            entries,
            lost,
        })
    }
}
