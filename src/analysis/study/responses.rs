//! Answers to questionnaires: read from a file, checked, scored.
//!
//! A tidy CSV with a row for each answer: `participant`, `instrument`, `item`, `response`. Every further
//! column is a condition (a time counts as one: before and after, minute 10 and 20), and each participant is
//! scored under each. `instrument` and `item` are as [`super::instruments`] declares them. An empty response,
//! or `NA`, is an item that was not answered: what hangs on it has no score.

use super::error::StudyError;
use super::file::{File, Line};
use super::group::by_group;
use super::instruments::{self, Answers, Instrument};
use super::score::Scores;
use std::path::Path;

/// Reads and scores a file of answers.
///
/// # Errors
/// At a mistake: of the file, of a column that is missing, an instrument or item that is not known,
/// a response out of range, an item that is answered twice.
pub fn read(path: &Path) -> Result<Scores, StudyError> {
    score(&File::read(path)?)
}

/// As [`read`]; `path` is for the errors.
///
/// # Errors
/// The same.
pub fn parse(path: &Path, text: &str) -> Result<Scores, StudyError> {
    score(&File::parse(path, text)?)
}

fn score(file: &File) -> Result<Scores, StudyError> {
    let (instrument, item) = (file.need("instrument")?, file.need("item")?);
    let response = file.need("response")?;
    by_group(file, &[instrument, item, response], |lines| {
        // In the order in which they first appear.
        let mut asked: Vec<(&Instrument, Answers)> = Vec::new();
        for line in lines {
            let name = file.text(line, instrument, "an instrument")?;
            let Some(known) = instruments::find(name) else {
                let expected = format!("one of {}", instruments::names());
                let fix = "choose one; answers to any other question are items of `rating`";
                return Err(file.wrong(line, instrument, &expected, fix));
            };
            let mut of_known = asked.iter_mut().filter(|(i, _)| i.name() == known.name());
            if let Some((_, answers)) = of_known.next() {
                answer(file, line, item, response, known, answers)?;
            } else {
                let mut answers = Answers::new(known);
                answer(file, line, item, response, known, &mut answers)?;
                asked.push((known, answers));
            }
        }
        let scores = asked.iter().flat_map(|(i, answers)| i.score(answers));
        Ok(scores.collect())
    })
}

/// Takes the answer in a line.
fn answer(
    file: &File,
    line: &Line,
    item: usize,
    response: usize,
    instrument: &Instrument,
    answers: &mut Answers,
) -> Result<(), StudyError> {
    let what = format!("an item of {}", instrument.name());
    let name = file.text(line, item, &what)?;
    let Some(known) = instrument.item(name) else {
        let expected = format!("{what}: {}", instrument.items_shown());
        return Err(file.wrong(line, item, &expected, "name the item as it is listed here"));
    };
    let value = file.number(line, response)?;
    if let Some(value) = value
        && !known.allows(value)
    {
        let expected = format!(
            "{} for item {} of {}",
            known.range(),
            known.key,
            instrument.name()
        );
        let fix = "correct it, or leave it empty if it was not answered";
        return Err(file.wrong(line, response, &expected, fix));
    }
    if let Some(first) = answers.take(&known, value, line.number) {
        let expected = format!("each item of {} once", instrument.name());
        let fix =
            "delete one; if both are right, tell them apart by a condition column, such as `time`";
        return Err(file.twice(line, item, first, &expected, fix));
    }
    Ok(())
}
