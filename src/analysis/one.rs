//! The report of one log, as a run ends with it and the station's end page offers it.

use super::collect;
use super::page::{About, Chosen, choose};
use super::people::Person;
use super::results::Results;
use super::settings::Settings;
use super::write::Analysis;
use std::path::{Path, PathBuf};

/// Where the report of a log goes: a folder beside it, `LOG-report`.
pub fn folder(log: &Path) -> PathBuf {
    let mut name = log.file_stem().unwrap_or_default().to_os_string();
    name.push("-report");
    log.with_file_name(name)
}

/// Analyses a log with the default settings and writes everything into [`folder`]; the report's path.
///
/// # Errors
/// In words, if the log cannot be read or the folder not be written.
pub fn report(log: &Path) -> Result<PathBuf, String> {
    let settings = Settings::default();
    let collected = collect::read(&[log.to_path_buf()], &settings, || {});
    if let Some(left_out) = collected.left_out.first() {
        return Err(format!("{}: {}", log.display(), left_out.why));
    }
    let folder = folder(log);
    std::fs::create_dir_all(&folder)
        .map_err(|why| format!("{}: cannot make the folder: {why}", folder.display()))?;
    let people = Person::all(&collected.runs, settings.level);
    let results = Results::of(&collected, &people, &settings, &[], Vec::new());
    let chosen = choose(&collected.runs, usize::MAX);
    let cards = Chosen::draw(&collected.runs, &chosen, &settings, || {});
    let title = collected
        .runs
        .first()
        .map(|r| format!("{}, seed {}", r.origin.scenario, r.origin.seed));
    let command = format!(
        "takeover analyze {} --out {}",
        log.display(),
        folder.display()
    );
    let about = About::now(title.unwrap_or_default(), command);
    let analysis = Analysis {
        runs: &collected.runs,
        people: &people,
        results: &results,
        settings: &settings,
        about: &about,
        cards: &cards,
    };
    analysis.write(&folder).map_err(|why| why.to_string())
}
