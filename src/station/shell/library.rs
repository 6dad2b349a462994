//! The scenarios that can be chosen, as far as a list needs to know them.

use super::drawing::{Drawing, road_drawing};
use crate::perception::weather::Weather;
use crate::scenario::Scenario;
use std::path::{Path, PathBuf};

/// A scenario file.
#[derive(Clone, Debug)]
pub struct Entry {
    pub path: PathBuf,
    /// What is in it, or the one line why it cannot be used.
    pub content: Result<Content, String>,
}

#[derive(Clone, Debug)]
pub struct Content {
    pub title: String,
    pub purpose: String,
    /// s.
    pub duration: f64,
    /// s.
    pub time_budget: Option<f64>,
    /// Keys of words.
    pub weather: Vec<&'static str>,
    pub plan: Drawing,
}

impl Entry {
    pub fn load(path: &Path) -> Self {
        let content = Scenario::load(path)
            .map(|scenario| Content {
                title: scenario.title.clone(),
                purpose: scenario.purpose.clone(),
                duration: scenario.duration,
                time_budget: scenario.time_budget,
                weather: weather(&scenario.weather),
                plan: road_drawing(&scenario),
            })
            .map_err(|e| e.to_string());
        Self {
            path: path.to_path_buf(),
            content,
        }
    }

    /// A title, or the file's name if there is none.
    pub fn title(&self) -> String {
        match &self.content {
            Ok(content) => content.title.clone(),
            Err(_) => self.path.display().to_string(),
        }
    }
}

/// All scenario files of a folder, in the order of their names.
///
/// # Errors
/// One line, if the folder cannot be read or has none.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let listed = std::fs::read_dir(folder).map_err(|e| {
        format!(
            "{}: cannot read the folder of scenarios: {e}",
            folder.display()
        )
    })?;
    let mut files: Vec<PathBuf> = listed
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|e| e == "ron"))
        .collect();
    files.sort();
    if files.is_empty() {
        return Err(format!("{}: no scenarios (*.ron) here", folder.display()));
    }
    Ok(files)
}

/// The weather in a few words: what would hide or dazzle.
fn weather(weather: &Weather) -> Vec<&'static str> {
    let mut words = Vec::new();
    // Fog by the meteorologists' definition: below 1 km.
    let thin = |visibility: f64| visibility < 1000.0;
    if thin(weather.air.visibility) || weather.air.banks.iter().any(|b| thin(b.visibility)) {
        words.push("weather.fog");
    }
    if weather.rain > 0.0 || !weather.showers.is_empty() {
        words.push("weather.rain");
    }
    if weather.sun.elevation_deg < 0.0 {
        words.push("weather.night");
    } else if weather.sun.elevation_deg < 15.0 && weather.cloud < 0.5 {
        words.push("weather.low_sun");
    }
    if words.is_empty() {
        words.push("weather.clear");
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_library_has_titles_plans_and_weather() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
        let files = files(&folder).expect("the library");
        assert!(files.len() > 10);
        let fog = Entry::load(&folder.join("fog_bank.ron"));
        let fog = fog.content.expect("fine");
        assert_eq!(fog.weather, ["weather.fog"]);
        assert!(fog.title.contains("Fog") && !fog.plan.lines.is_empty());
    }

    #[test]
    fn what_cannot_be_used_says_why() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(
            files(folder.path())
                .expect_err("empty")
                .contains("no scenarios")
        );
        let path = folder.path().join("broken.ron");
        std::fs::write(&path, "(title: 3)").expect("written");
        let entry = Entry::load(&path);
        assert!(entry.title().ends_with("broken.ron"));
        assert!(entry.content.expect_err("broken").contains("broken.ron:1:"));
    }
}
