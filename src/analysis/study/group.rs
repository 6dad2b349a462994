//! Rows of a file by participant and condition: each group is scored by itself.

use super::error::StudyError;
use super::file::{File, Line};
use super::score::{Group, Score, Scores};
use std::collections::BTreeMap;

/// Scores each participant under each condition. `own` are columns that are no conditions.
pub(super) fn by_group(
    file: &File,
    own: &[usize],
    score: impl Fn(&[&Line]) -> Result<Vec<Score>, StudyError>,
) -> Result<Scores, StudyError> {
    let participant = file.need("participant")?;
    let conditions = file.others(&[own, &[participant]].concat());
    let picked = |cells: &[String]| -> Vec<String> {
        let cells = conditions.iter().filter_map(|c| cells.get(*c));
        cells.cloned().collect()
    };
    let mut groups: Vec<(&str, Vec<String>, Vec<&Line>)> = Vec::new();
    let mut index = BTreeMap::new();
    for line in &file.lines {
        let participant = file.text(line, participant, "a participant")?;
        let under = picked(&line.cells);
        let key = (participant, under.clone());
        let at = *index.entry(key).or_insert_with(|| {
            groups.push((participant, under, Vec::new()));
            groups.len() - 1
        });
        if let Some((_, _, lines)) = groups.get_mut(at) {
            lines.push(line);
        }
    }
    let groups = groups.into_iter().map(|(participant, conditions, lines)| {
        Ok(Group {
            participant: participant.to_string(),
            conditions,
            scores: score(&lines)?,
        })
    });
    Ok(Scores {
        groups: groups.collect::<Result<_, StudyError>>()?,
        conditions: picked(&file.columns),
    })
}
