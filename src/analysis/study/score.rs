//! Scores, and what each of them means.

use serde::Serialize;

/// What a score means: declared once, for tables, documentation and report.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Declaration {
    /// As a column is called. A part in capitals stands for what the study calls it: `rating_ITEM`.
    pub name: &'static str,
    /// Empty for a share, a count, a score without a unit.
    pub unit: &'static str,
    /// Least and greatest value; none where there is no end.
    pub least: Option<f64>,
    pub most: Option<f64>,
    /// The questionnaire or task, as a heading.
    pub group: &'static str,
    pub definition: &'static str,
    /// Standard, paper or formula.
    pub source: &'static str,
    /// Why there may be no value.
    pub missing: &'static str,
}

impl Declaration {
    /// `0 to 100`, `from 0`, or nothing.
    pub fn range(&self) -> String {
        match (self.least, self.most) {
            (Some(least), Some(most)) => format!("{least} to {most}"),
            (Some(least), None) => format!("from {least}"),
            (None, Some(most)) => format!("up to {most}"),
            (None, None) => String::new(),
        }
    }

    /// Declares the score of this name.
    pub fn is_of(&self, name: &str) -> bool {
        let variable = |c: char| c.is_ascii_uppercase();
        match self.name.find(variable) {
            Some(at) => name.len() > at && name.starts_with(&self.name[..at]),
            None => name == self.name,
        }
    }

    /// The score, or why there is none. A value that is not finite is no value.
    pub(super) fn score(&self, n_items: usize, value: Result<f64, String>) -> Score {
        self.score_of(self.name.to_string(), n_items, value)
    }

    /// Of one of several scores of this declaration.
    pub(super) fn score_of(
        &self,
        name: String,
        n_items: usize,
        value: Result<f64, String>,
    ) -> Score {
        let value = value.and_then(|v| match v.is_finite() {
            true => Ok(v),
            false => Err("the numbers are too great to reckon with".into()),
        });
        let (value, missing) = match value {
            Ok(value) => (Some(value), None),
            Err(why) => (None, Some(why)),
        };
        Score {
            name,
            unit: self.unit,
            value,
            n_items,
            missing,
        }
    }
}

/// A score of one participant under one condition.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Score {
    pub name: String,
    pub unit: &'static str,
    /// None where [`Score::missing`] says why.
    pub value: Option<f64>,
    /// Answers given, or trials done, that the score is of.
    pub n_items: usize,
    /// Why there is no value.
    pub missing: Option<String>,
}

/// The scores of one participant under one condition.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Group {
    pub participant: String,
    /// One for each of [`Scores::conditions`]; empty where the cell is.
    pub conditions: Vec<String>,
    pub scores: Vec<Score>,
}

impl Group {
    /// Of this name.
    pub fn score(&self, name: &str) -> Option<&Score> {
        self.scores.iter().find(|s| s.name == name)
    }
}

/// The scores in a file.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Scores {
    /// Names of the condition columns: all that the file has beside those that it must have.
    pub conditions: Vec<String>,
    /// In the order in which they first appear in the file.
    pub groups: Vec<Group>,
}

impl Scores {
    /// Names of all scores that somebody has, in the order in which they first appear.
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for score in self.groups.iter().flat_map(|g| &g.scores) {
            if !names.contains(&score.name.as_str()) {
                names.push(&score.name);
            }
        }
        names
    }
}
