//! What can be chosen of a run.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::str::FromStr;

/// Who answers takeover requests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Who {
    #[default]
    Human,
    Model,
    Nobody,
    Script(PathBuf),
}

impl FromStr for Who {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match (text, text.strip_prefix("script:")) {
            ("human", _) => Ok(Self::Human),
            ("model", _) => Ok(Self::Model),
            ("none", _) => Ok(Self::Nobody),
            (_, Some(file)) if !file.is_empty() => Ok(Self::Script(file.into())),
            _ => Err("expected human, model, none or script:FILE".into()),
        }
    }
}

impl TryFrom<String> for Who {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Who> for String {
    fn from(who: Who) -> Self {
        who.to_string()
    }
}

impl std::fmt::Display for Who {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Human => f.write_str("human"),
            Self::Model => f.write_str("model"),
            Self::Nobody => f.write_str("none"),
            Self::Script(file) => write!(f, "script:{}", file.display()),
        }
    }
}

/// A run, as somebody chose it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Choice {
    /// Its file.
    pub scenario: PathBuf,
    /// Profile of the ego; that of the scenario without one.
    pub vehicle: Option<String>,
    /// Preset of the link; that of the scenario without one.
    pub link: Option<String>,
    pub operator: Who,
    pub seed: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_are_written_as_they_are_read() {
        for text in ["human", "model", "none", "script:a b.ron"] {
            let who: Who = text.parse().expect("an operator");
            assert_eq!(String::from(who), text);
        }
        assert!("script:".parse::<Who>().is_err() && "me".parse::<Who>().is_err());
    }
}
