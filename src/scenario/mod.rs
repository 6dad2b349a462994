//! Scenarios: what a RON file says, checked once, as a valid type.
//!
//! [`raw`] documents every field with its unit and default; `docs/scenario.md` shows them by
//! example. An error names file, line, field, what was expected and what was found.

mod check;
mod locate;
mod raw;

use crate::autopilot::AutopilotSettings;
use crate::link::LinkSettings;
use crate::perception::SensorSettings;
use crate::perception::atmosphere::Atmosphere;
use crate::road::Road;
use crate::takeover::authority::AuthoritySettings;
use crate::takeover::intent::IntentSettings;
use crate::takeover::policy::PolicySettings;
use crate::takeover::timeline::StabilisedSettings;
use crate::traffic::Driver;
use crate::vehicle::VehicleSpec;
use std::fmt;
use std::path::{Path, PathBuf};

/// A scenario that can be run.
#[derive(Clone, Debug)]
pub struct Scenario {
    pub title: String,
    pub purpose: String,
    /// s.
    pub duration: f64,
    pub road: Road,
    pub air: Atmosphere,
    pub ego: VehicleSpec,
    pub ego_lane: i32,
    /// m.
    pub ego_s: f64,
    /// m/s.
    pub ego_speed: f64,
    pub actors: Vec<Actor>,
    pub sensors: SensorSettings,
    pub autopilot: AutopilotSettings,
    pub policy: PolicySettings,
    pub authority: AuthoritySettings,
    pub intent: IntentSettings,
    pub stabilised: StabilisedSettings,
    pub link: LinkSettings,
    /// The file's text, word for word, for the record.
    pub text: String,
}

/// Another road user.
#[derive(Clone, Debug)]
pub struct Actor {
    pub name: String,
    pub spec: VehicleSpec,
    /// Start along the road, m.
    pub s: f64,
    pub driver: Driver,
}

/// One thing that is wrong in a scenario's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub line: usize,
    pub column: usize,
    /// Path of the field, for example `traffic[1].speed`; empty if it is about the whole text.
    pub field: String,
    pub expected: String,
    pub got: String,
}

impl Problem {
    /// A problem with the value at `path`, or, if the file leaves it to its default, with the
    /// nearest value around it that is written.
    fn at_path(text: &str, path: &str, expected: String, got: String) -> Self {
        let places = locate::places(text);
        let mut around = path;
        let place = loop {
            if let Some(place) = places.iter().find(|p| p.path == around) {
                break Some(place);
            }
            let cut = around.rfind(['.', '[']);
            match cut {
                Some(n) => around = &around[..n],
                None if !around.is_empty() => around = "",
                None => break None,
            }
        };
        let (line, column) = locate::line_and_column(text, place.map_or(0, |p| p.start));
        Self {
            line,
            column,
            field: path.to_string(),
            expected,
            got,
        }
    }

    /// What `ron` says, with the field it was about.
    fn from_ron(text: &str, error: &ron::error::SpannedError) -> Self {
        use ron::error::Error;
        let at = error.span.start;
        let offset = locate::offset_of(text, at.line, at.col);
        let places = locate::places(text);
        let inside = places
            .iter()
            .filter(|p| p.start <= offset && offset <= p.end)
            .max_by_key(|p| (p.start, usize::MAX - p.end));
        let field = inside.map_or(String::new(), |p| p.path.clone());
        let below = |name: &str| {
            let dot = if field.is_empty() { "" } else { "." };
            format!("{field}{dot}{name}")
        };
        let written = inside.map_or("", |p| text[p.start..p.end].trim());
        let (field, expected, got) = match &error.code {
            Error::NoSuchStructField { expected, found, .. } => (
                found.clone(),
                format!("one of the fields {}", expected.join(", ")),
                format!("an unknown field `{found}`"),
            ),
            Error::MissingStructField { field: missing, .. } => (
                below(missing),
                "this field, which has no default".into(),
                "nothing".into(),
            ),
            Error::NoSuchEnumVariant { expected, found, .. } => (
                field,
                format!("one of {}", expected.join(", ")),
                format!("`{found}`"),
            ),
            Error::InvalidValueForType { expected, found } => {
                (field, expected.clone(), found.clone())
            }
            other => {
                let first = written.lines().next().unwrap_or_default();
                let found = if first.is_empty() { "the end of the file" } else { first };
                let message = other.to_string();
                let message = message.strip_prefix("Expected ").unwrap_or(&message);
                (field, message.to_string(), format!("`{found}`"))
            }
        };
        Self {
            line: at.line,
            column: at.col,
            field,
            expected,
            got,
        }
    }
}

/// Why a scenario cannot be run.
#[derive(Debug)]
pub enum ScenarioError {
    Unreadable { path: PathBuf, why: std::io::Error },
    Wrong { path: PathBuf, problems: Vec<Problem> },
}

impl std::error::Error for ScenarioError {}

impl fmt::Display for ScenarioError {
    /// One line for each problem: `file:line:column: field: expected ..., got ...`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { path, why } => write!(
                f,
                "{}: cannot read the scenario: {why}; `takeover list` shows what there is",
                path.display()
            ),
            Self::Wrong { path, problems } => {
                for (i, p) in problems.iter().enumerate() {
                    if i > 0 {
                        writeln!(f)?;
                    }
                    write!(f, "{}:{}:{}: ", path.display(), p.line, p.column)?;
                    if !p.field.is_empty() {
                        write!(f, "{}: ", p.field)?;
                    }
                    write!(f, "expected {}, got {}", p.expected.trim(), p.got)?;
                }
                Ok(())
            }
        }
    }
}

impl Scenario {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// If it cannot be read, is not a scenario, or says something impossible.
    pub fn load(path: &Path) -> Result<Self, ScenarioError> {
        let text = std::fs::read_to_string(path).map_err(|why| ScenarioError::Unreadable {
            path: path.to_path_buf(),
            why,
        })?;
        Self::parse(&text).map_err(|problems| ScenarioError::Wrong {
            path: path.to_path_buf(),
            problems,
        })
    }

    /// Checks a text.
    ///
    /// # Errors
    /// Everything that is wrong with it; at least one problem.
    pub fn parse(text: &str) -> Result<Self, Vec<Problem>> {
        let raw = ron::from_str(text).map_err(|e| vec![Problem::from_ron(text, &e)])?;
        check::check(raw, text)
    }
}
