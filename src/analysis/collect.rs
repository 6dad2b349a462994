//! From files to rows: every log once, on all processors, and nothing kept of it but its rows.

use super::rows::RunRow;
use super::run::{Run, Scenarios};
use super::settings::Settings;
use crate::assess::calibration::ByFunction;
use crate::parallel::parallel;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// So many logs are read before what they have in common is added up.
const BATCH: usize = 500;

/// A log, or a path, that was left out, and why.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct LeftOut {
    pub path: PathBuf,
    pub why: String,
}

/// What was read.
#[derive(Debug, Default)]
pub struct Collected {
    /// In the order of their paths.
    pub runs: Vec<RunRow>,
    /// Reported confidence against the true probability, of all runs together.
    pub trust: ByFunction,
    pub left_out: Vec<LeftOut>,
}

/// All logs that these paths name: a file is itself, a folder all `*.mcap` in it and below, by name. Each once.
pub fn logs(paths: &[PathBuf], left_out: &mut Vec<LeftOut>) -> Vec<PathBuf> {
    let (mut found, mut seen) = (Vec::new(), BTreeSet::new());
    let mut add = |path: PathBuf| {
        // The same file by two names is one log.
        let key = std::fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
        if seen.insert(key) {
            found.push(path);
        }
    };
    for path in paths {
        if !path.is_dir() {
            add(path.clone());
            continue;
        }
        let mut inside = Vec::new();
        if let Err(why) = in_folder(path, &mut inside) {
            left_out.push(LeftOut {
                path: path.clone(),
                why: format!("cannot read the folder: {why}"),
            });
        } else if inside.is_empty() {
            left_out.push(LeftOut {
                path: path.clone(),
                why: "expected logs (*.mcap) in this folder or below, got none".into(),
            });
        }
        inside.sort();
        inside.into_iter().for_each(&mut add);
    }
    found
}

fn in_folder(folder: &Path, found: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        let kind = entry.file_type()?;
        if kind.is_dir() {
            in_folder(&path, found)?;
        } else if path.extension().is_some_and(|e| e == "mcap") {
            found.push(path);
        }
    }
    Ok(())
}

/// Leaves copies out: records with the same chain of hashes are the same run, and would count twice.
pub fn without_copies(collected: &mut Collected) {
    let mut seen: BTreeMap<String, PathBuf> = BTreeMap::new();
    let mut copies = Vec::new();
    collected.runs.retain(|run| {
        let Some(seal) = &run.origin.seal else {
            return true;
        };
        if let Some(first) = seen.get(seal) {
            copies.push(LeftOut {
                path: run.origin.log.clone(),
                why: format!("a copy of {}: the same run", first.display()),
            });
            return false;
        }
        seen.insert(seal.clone(), run.origin.log.clone());
        true
    });
    collected.left_out.extend(copies);
}

/// Reads logs on all processors; `done` is told after each. A broken one is left out, with the reason.
pub fn read(logs: &[PathBuf], settings: &Settings, done: impl Fn() + Sync) -> Collected {
    let scenarios = Scenarios::default();
    let mut out = Collected::default();
    for batch in logs.chunks(BATCH) {
        let rows = parallel(
            batch.len(),
            |i| {
                let run = Run::read(&batch[i], settings, &scenarios);
                run.map(|run| (RunRow::of(&run, settings), run.trust))
                    .map_err(|why| why.reason(&batch[i]))
            },
            &done,
        );
        // In order, so that sums come out the same whoever was first.
        for (log, row) in batch.iter().zip(rows) {
            match row {
                Ok((row, trust)) => {
                    out.runs.push(row);
                    out.trust.merge(&trust);
                }
                Err(why) => out.left_out.push(LeftOut {
                    path: log.clone(),
                    why,
                }),
            }
        }
    }
    out
}
