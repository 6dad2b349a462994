//! The folder that an analysis leaves: tables, dictionary, statistics, scripts for mixed models, the report.

use super::page::{self, About, Chosen};
use super::people::Person;
use super::report::{RenderError, html};
use super::results::Results;
use super::rows::RunRow;
use super::settings::Settings;
use super::table::{Format, Overwrite, Schema, Table, TableError, dictionary, dictionary_markdown};
use super::tables;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Names of everything that is written, tables without their endings: a folder that holds only these may be
/// written again.
pub const TABLES: [&str; 6] = [
    "takeovers",
    "runs",
    "participants",
    "sensitivity",
    "left_out",
    "dictionary",
];
/// ... and the rest.
pub const OTHERS: [&str; 5] = [
    "report.html",
    "analysis.json",
    "dictionary.md",
    "mixed_models.R",
    "mixed_models.py",
];

/// Why an analysis cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    #[error(transparent)]
    Table(#[from] TableError),
    #[error("{}: cannot write it: {why}", path.display())]
    File { path: PathBuf, why: std::io::Error },
    #[error("cannot make the report: {0}")]
    Report(#[from] RenderError),
    #[error("cannot write the statistics as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// Everything that is written.
pub struct Analysis<'a> {
    pub runs: &'a [RunRow],
    pub people: &'a [Person<'a>],
    pub results: &'a Results,
    pub settings: &'a Settings,
    pub about: &'a About,
    pub cards: &'a Chosen,
}

impl Analysis<'_> {
    /// Writes all of it into a folder, which must exist. Files of an earlier analysis are replaced, each as a whole.
    ///
    /// # Errors
    /// At the first file that cannot be written.
    pub fn write(&self, folder: &Path) -> Result<PathBuf, WriteError> {
        let tables = [
            tables::takeovers(self.runs)?,
            tables::runs(self.runs)?,
            tables::participants(self.people)?,
            tables::sensitivity(self.runs)?,
            tables::left_out(&self.results.left_out)?,
        ];
        let schemas: Vec<&Schema> = tables.iter().map(Table::schema).collect();
        let dictionary = dictionary(&schemas);
        for table in tables.iter().chain(std::iter::once(&dictionary)) {
            for (format, ending) in [(Format::Csv, "csv"), (Format::Parquet, "parquet")] {
                let path = folder.join(format!("{}.{ending}", table.name()));
                table.write(&path, format, Overwrite::Yes)?;
            }
        }
        file(
            &folder.join("dictionary.md"),
            &dictionary_markdown(&schemas),
        )?;
        file(
            &folder.join("mixed_models.R"),
            include_str!("scripts/mixed_models.R"),
        )?;
        file(
            &folder.join("mixed_models.py"),
            include_str!("scripts/mixed_models.py"),
        )?;
        let json = serde_json::json!({
            "made_with": format!("takeover {}", env!("CARGO_PKG_VERSION")),
            "command": self.about.command,
            "settings": self.settings,
            "results": self.results,
        });
        let json = serde_json::to_string_pretty(&json)? + "\n";
        file(&folder.join("analysis.json"), &json)?;
        let report = page::report(self.about, self.results, self.settings, self.cards);
        let path = folder.join("report.html");
        file(&path, &html(&report)?)?;
        Ok(path)
    }
}

/// A file, whole or not at all.
fn file(path: &Path, text: &str) -> Result<(), WriteError> {
    let failed = |why| WriteError::File {
        path: path.to_path_buf(),
        why,
    };
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.part", std::process::id()));
    let part = path.with_file_name(name);
    let written = std::fs::File::create(&part)
        .and_then(|mut f| f.write_all(text.as_bytes()))
        .and_then(|()| std::fs::rename(&part, path));
    if written.is_err() {
        let _ = std::fs::remove_file(&part);
    }
    written.map_err(failed)
}
