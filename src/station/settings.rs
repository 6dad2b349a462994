//! What a station remembers from one evening to the next: one RON file, each field of which may be
//! left out.

use super::patch::Patch;
use super::views::View;
use super::{quality, words};
use crate::ron_file::{self, FileError, Problem};
use crate::session::choice::Choice;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};

/// The file's form. docs/station.md explains each field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Short name of a language: `en`, `de`.
    pub language: String,
    /// How large words are, 0.8 to 2.
    pub text_scale: f32,
    /// How loud alerts are, 0 to 1 of the system's.
    pub volume: f32,
    /// From where the run is seen first: `driver`, `panorama`, `rear`, `chase`, `birdseye`, `map`.
    pub view: View,
    /// `auto`, `low`, `medium` or `high`.
    pub quality: quality::Choice,
    pub full_screen: bool,
    /// Of the window in full screen, from 1; one that is not there is the one the window is on.
    pub monitor: u16,
    /// A patch for a light sensor: `"top-left:64"`.
    pub patch: Option<Patch>,
    /// What was chosen last.
    pub last: Choice,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            language: "en".into(),
            text_scale: 1.0,
            volume: 1.0,
            view: View::default(),
            quality: quality::Choice::Auto,
            full_screen: false,
            monitor: 1,
            patch: None,
            last: Choice {
                seed: 1,
                ..Choice::default()
            },
        }
    }
}

impl Settings {
    /// Where they are kept unless somebody says otherwise; none if this system names no place.
    pub fn usual_place() -> Option<PathBuf> {
        let named = |name| {
            std::env::var_os(name)
                .filter(|v| !v.is_empty())
                .map(PathBuf::from)
        };
        let folder = named("XDG_CONFIG_HOME").or_else(|| Some(named("HOME")?.join(".config")))?;
        Some(folder.join("takeover").join("station.ron"))
    }

    /// Reads and checks a file.
    ///
    /// # Errors
    /// If it cannot be read or says something impossible.
    pub fn load(path: &Path) -> Result<Self, FileError> {
        ron_file::load(path, Self::parse)
    }

    fn parse(text: &str) -> Result<Self, Vec<Problem>> {
        let settings: Self = ron_file::parse(text)?;
        let mut problems = Vec::new();
        let mut wrong = |field: &str, expected: String, got: String| {
            problems.push(Problem::at_path(text, field, expected, got));
        };
        if !words::languages().any(|name| name == settings.language) {
            let known: Vec<_> = words::languages().collect();
            let got = format!("\"{}\"", settings.language);
            wrong("language", format!("one of {}", known.join(", ")), got);
        }
        if settings.monitor == 0 {
            wrong("monitor", "a number from 1".into(), "0".into());
        }
        for (field, value, low, high) in [
            ("text_scale", settings.text_scale, 0.8, 2.0),
            ("volume", settings.volume, 0.0, 1.0),
        ] {
            if !(low..=high).contains(&value) {
                wrong(field, format!("{low} to {high}"), value.to_string());
            }
        }
        if problems.is_empty() {
            Ok(settings)
        } else {
            Err(problems)
        }
    }

    /// Writes them, whole or not at all.
    ///
    /// # Errors
    /// If the folder or the file cannot be written.
    pub fn save(&self, path: &Path) -> io::Result<()> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let form = ron::ser::PrettyConfig::default();
        let text = ron::ser::to_string_pretty(self, form).map_err(io::Error::other)?;
        let head =
            "// The operator station's settings: docs/station.md. It writes this file anew.\n";
        let beside = path.with_extension("ron.new");
        std::fs::write(&beside, format!("{head}{text}\n"))?;
        std::fs::rename(&beside, path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::choice::Who;

    #[test]
    fn settings_are_read_as_they_were_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("new/station.ron");
        let settings = Settings {
            language: "de".into(),
            text_scale: 1.25,
            volume: 0.5,
            view: View::Birdseye,
            quality: quality::Choice::Fixed(quality::Level::Medium),
            full_screen: true,
            monitor: 2,
            patch: "top-left:64".parse().ok(),
            last: Choice {
                scenario: "a b/\"c\".ron".into(),
                vehicle: Some("van".into()),
                link: None,
                operator: Who::Script("script-1.ron".into()),
                seed: u64::MAX,
            },
        };
        settings.save(&path).expect("written");
        assert_eq!(Settings::load(&path).expect("read"), settings);
        Settings::default().save(&path).expect("written again");
        assert_eq!(Settings::load(&path).expect("read"), Settings::default());
        assert_eq!(
            std::fs::read_dir(path.parent().unwrap()).unwrap().count(),
            1
        );
    }

    #[test]
    fn what_is_left_out_is_the_default_and_what_is_wrong_is_named() {
        assert_eq!(Settings::parse("()"), Ok(Settings::default()));
        let some = Settings::parse("(last: (seed: 4, vehicle: \"van\"))").expect("fine");
        assert_eq!(
            (some.last.seed, some.last.vehicle.as_deref()),
            (4, Some("van"))
        );
        for (text, field) in [
            ("(language: \"xx\")", "language"),
            ("(monitor: 0)", "monitor"),
            ("(quality: \"best\")", "quality"),
            ("(volum: 1)", "volum"),
            ("(last: (operator: \"me\"))", "last.operator"),
            ("(view: \"sideways\")", "view"),
            ("(volume: 1.5)", "volume"),
            ("(text_scale: 0.5)", "text_scale"),
            ("(patch: \"middle\")", "patch"),
        ] {
            let problems = Settings::parse(text).expect_err(text);
            assert_eq!(problems[0].field, field, "{text}: {problems:?}");
        }
    }
}
