//! Secondary tasks: how people did beside driving. One file each.
//!
//! A CSV with a row for each trial: `participant`, the task's own columns, and any further column as a
//! condition (an n-back's level is one). The header tells which task it is:
//!
//! | task | columns |
//! |---|---|
//! | [DRT](drt) | `stimulus_s` and `response_s`, or `rt_ms` |
//! | [n-back](n_back) | `target` and `response` |
//! | [SuRT-like](surt) | `correct`, and `rt_ms` or `rt_s` |

pub mod drt;
pub mod n_back;
pub mod surt;

use super::error::StudyError;
use super::file::{File, Line};
use super::group;
use super::score::{Declaration, Score, Scores};
use serde::Serialize;
use std::path::Path;

/// A secondary task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    Drt,
    NBack,
    Surt,
}

/// Scores of every task, in the order of the documentation.
pub fn declarations() -> impl Iterator<Item = &'static Declaration> {
    [drt::SCORES, n_back::SCORES, surt::SCORES]
        .into_iter()
        .flatten()
}

/// Reads and scores a file of trials, of whichever task.
///
/// # Errors
/// At a mistake: of the file, of columns that are those of no task, or of a cell.
pub fn read(path: &Path) -> Result<(Task, Scores), StudyError> {
    score(&File::read(path)?)
}

/// As [`read`]; `path` is for the errors.
///
/// # Errors
/// The same.
pub fn parse(path: &Path, text: &str) -> Result<(Task, Scores), StudyError> {
    score(&File::parse(path, text)?)
}

fn score(file: &File) -> Result<(Task, Scores), StudyError> {
    let has = |name| file.find(name).is_some();
    if has("correct") && (has("rt_ms") || has("rt_s")) {
        Ok((Task::Surt, surt::score(file)?))
    } else if has("target") && has("response") {
        Ok((Task::NBack, n_back::score(file)?))
    } else if has("rt_ms") || (has("stimulus_s") && has("response_s")) {
        Ok((Task::Drt, drt::score(file)?))
    } else {
        let expected = "the columns of a task: `stimulus_s` and `response_s`, or `rt_ms` (DRT); \
                        `target` and `response` (n-back); `correct`, and `rt_ms` or `rt_s` (SuRT-like)";
        let fix = "name the columns so";
        Err(StudyError::new(
            &file.path,
            expected,
            file.columns_shown(),
            fix,
        ))
    }
}

/// Scores each participant under each condition. `own` are the task's columns.
fn by_group<T>(
    file: &File,
    own: &[usize],
    trial: impl Fn(&Line) -> Result<T, StudyError>,
    scores: impl Fn(&[T]) -> Vec<Score>,
) -> Result<Scores, StudyError> {
    group::by_group(file, own, |lines| {
        let trials: Result<Vec<T>, StudyError> = lines.iter().map(|l| trial(l)).collect();
        Ok(scores(&trials?))
    })
}

#[cfg(test)]
mod tests;
