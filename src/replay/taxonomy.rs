//! Causes that a rater can choose from: built in, or from a file.

use crate::ron_file::{self, FileError, Problem};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// One cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cause {
    /// As it is written on the command line and in labels: lower-case letters, digits, `_` and `.`.
    pub code: String,
    /// Causes of one group belong together.
    pub group: String,
    /// What it means, so that two raters mean the same.
    pub definition: String,
}

/// A list of causes. Its name is in each label that uses one of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Taxonomy {
    pub name: String,
    pub causes: Vec<Cause>,
}

/// Code, group and definition of the causes that are built in. The groups follow what disengagement
/// reports and takeover studies tell apart; the definitions are ours.
const BUILT_IN: [(&str, &str, &str); 25] = [
    (
        "perception.missed",
        "perception",
        "something that mattered was not detected, or too late",
    ),
    (
        "perception.false",
        "perception",
        "something was detected that was not there",
    ),
    (
        "perception.misjudged",
        "perception",
        "class, place, speed or size of something was wrong",
    ),
    (
        "perception.lanes",
        "perception",
        "the lane was seen wrongly or not at all, though its markings were sound",
    ),
    (
        "planning.blocked",
        "planning",
        "the automation found no way on, though a person would have",
    ),
    (
        "planning.unsuitable",
        "planning",
        "it chose a manoeuvre that was wrong, too late, too hard or too timid",
    ),
    (
        "planning.prediction",
        "planning",
        "it expected of another road user what that one did not do",
    ),
    (
        "localisation",
        "localisation",
        "it was wrong about where it was: position, heading or lane",
    ),
    (
        "environment.weather",
        "weather and light",
        "rain, fog, snow, spray or dirt from the weather limited what could be seen or held",
    ),
    (
        "environment.light",
        "weather and light",
        "low sun, darkness, glare or a change of brightness limited what could be seen",
    ),
    (
        "environment.road",
        "weather and light",
        "the road itself: missing markings, road works, surface, something lying on it",
    ),
    (
        "road_user.violation",
        "other road users",
        "another road user broke a rule: cut in, ran a light, wrong way",
    ),
    (
        "road_user.unexpected",
        "other road users",
        "another road user did something lawful that nobody would expect",
    ),
    (
        "odd_exit.planned",
        "leaving the operational design domain",
        "the end of what the automation is made for, known beforehand: an exit, the map's end",
    ),
    (
        "odd_exit.unplanned",
        "leaving the operational design domain",
        "the end of what the automation is made for, not known beforehand",
    ),
    (
        "failure.sensor",
        "failure",
        "a sensor failed or was covered, whatever the weather",
    ),
    (
        "failure.vehicle",
        "failure",
        "the vehicle failed: brakes, steering, tyres, power",
    ),
    (
        "failure.automation",
        "failure",
        "the automation's computer or program failed",
    ),
    (
        "link.latency",
        "link",
        "pictures or commands came too late, or too unevenly, to drive by",
    ),
    (
        "link.picture",
        "link",
        "the picture was too coarse, damaged or frozen",
    ),
    ("link.lost", "link", "nothing came over the link any more"),
    (
        "operator.misuse",
        "operator",
        "the operator used the controls otherwise than meant, or by accident",
    ),
    (
        "operator.mode_confusion",
        "operator",
        "the operator believed in another mode than the one in force",
    ),
    (
        "operator.startle",
        "operator",
        "the operator acted in fright: abruptly, too strongly, or wrongly",
    ),
    ("none", "none", "nothing called for it"),
];

impl Default for Taxonomy {
    fn default() -> Self {
        let causes = BUILT_IN.map(|(code, group, definition)| Cause {
            code: code.into(),
            group: group.into(),
            definition: definition.into(),
        });
        Self {
            name: Self::BUILT_IN.into(),
            causes: causes.into(),
        }
    }
}

/// Longest code or name, characters.
const LONGEST: usize = 64;

impl Taxonomy {
    /// Name of the one that is built in. Changes with its codes.
    pub const BUILT_IN: &str = "takeover-1";

    /// Reads a taxonomy of one's own (RON).
    ///
    /// # Errors
    /// If the file cannot be read; one line for each thing that is wrong in it.
    pub fn load(path: &Path) -> Result<Self, FileError> {
        ron_file::load(path, Self::parse)
    }

    /// # Errors
    /// Everything that is wrong in the text.
    pub fn parse(text: &str) -> Result<Self, Vec<Problem>> {
        let taxonomy: Self = ron_file::parse(text)?;
        let mut problems = Vec::new();
        let mut wrong = |path: &str, expected: &str, got: String| {
            problems.push(Problem::at_path(text, path, expected.into(), got));
        };
        if taxonomy.name.trim().is_empty() || taxonomy.name.len() > LONGEST {
            let got = format!("`{}`", taxonomy.name);
            wrong("name", "a name of 1 to 64 characters", got);
        }
        if taxonomy.name == Self::BUILT_IN {
            let expected = "another name than that of the taxonomy that is built in";
            wrong("name", expected, format!("`{}`", Self::BUILT_IN));
        }
        if taxonomy.causes.is_empty() {
            wrong("causes", "at least one cause", "none".into());
        }
        for (i, cause) in taxonomy.causes.iter().enumerate() {
            let at = |field: &str| format!("causes[{i}].{field}");
            if !is_code(&cause.code) {
                let expected = "1 to 64 lower-case letters, digits, `_` and `.`";
                wrong(&at("code"), expected, format!("`{}`", cause.code));
            }
            if taxonomy.causes[..i].iter().any(|c| c.code == cause.code) {
                let expected = "a code that no other cause has";
                wrong(&at("code"), expected, format!("`{}` again", cause.code));
            }
            for (field, value) in [("group", &cause.group), ("definition", &cause.definition)] {
                if value.trim().is_empty() {
                    wrong(&at(field), "a text", "an empty one".into());
                }
            }
        }
        if problems.is_empty() {
            Ok(taxonomy)
        } else {
            Err(problems)
        }
    }

    pub fn find(&self, code: &str) -> Option<&Cause> {
        self.causes.iter().find(|c| c.code == code)
    }

    /// All codes, for a person.
    pub fn codes(&self) -> String {
        let codes: Vec<_> = self.causes.iter().map(|c| c.code.as_str()).collect();
        codes.join(", ")
    }
}

fn is_code(text: &str) -> bool {
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'.';
    (1..=LONGEST).contains(&text.len()) && text.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_built_in_would_pass_as_a_file() {
        let mut built_in = Taxonomy::default();
        built_in.name = "copy".into();
        let text = ron::to_string(&built_in).expect("writes");
        assert_eq!(Taxonomy::parse(&text), Ok(built_in));
    }

    #[test]
    fn each_mistake_in_a_taxonomy_is_told_where_it_is() {
        let text = r#"(
    name: "",
    causes: [
        (code: "Fog", group: "weather", definition: "fog"),
        (code: "rain", group: "", definition: "rain"),
        (code: "rain", group: "weather", definition: " "),
    ],
)"#;
        let problems = Taxonomy::parse(text).expect_err("full of mistakes");
        let told: Vec<_> = problems
            .iter()
            .map(|p| (p.line, p.field.as_str()))
            .collect();
        let expected = [
            (2, "name"),
            (4, "causes[0].code"),
            (5, "causes[1].group"),
            (6, "causes[2].code"),
            (6, "causes[2].definition"),
        ];
        assert_eq!(told, expected);
        let none = Taxonomy::parse("(name: \"mine\", causes: [])").expect_err("empty");
        assert_eq!(none[0].expected, "at least one cause");
        let built_in = Taxonomy::parse("(name: \"takeover-1\", causes: [])").expect_err("taken");
        assert_eq!(built_in[0].field, "name");
        let unknown =
            "(name: \"mine\", causes: [(code: \"a\", group: \"b\", definition: \"c\", colour: 1)])";
        let unknown = Taxonomy::parse(unknown).expect_err("a field too many");
        assert!(unknown[0].got.contains("colour"), "{unknown:?}");
    }
}
