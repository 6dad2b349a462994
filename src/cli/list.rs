//! `takeover list`: what scenarios are there?

use super::{Done, print, say};
use anyhow::Context;
use std::path::{Path, PathBuf};
use takeover::scenario::Scenario;

/// List scenarios, one line each.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  takeover list
  takeover list --long
  takeover list --dir my_study/scenarios")]
pub struct Args {
    /// Folder to look in.
    #[arg(long, default_value = "scenarios", value_name = "DIR")]
    dir: PathBuf,
    /// Also say what each is for, what is dangerous in it, which takeover it provokes, how long there
    /// is for it, and how it ends with nobody at the desk.
    #[arg(long)]
    long: bool,
}

/// Width of wrapped text, and of the names before it, characters.
const WIDTH: usize = 100;
const NAMES: usize = 22;

/// Text in lines of at most [`WIDTH`], indented, its name before the first.
fn paragraph(name: &str, text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = format!("    {name:<0$}", NAMES - 4);
    let mut empty = true;
    for word in text.split_whitespace() {
        if !empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push(std::mem::replace(&mut line, " ".repeat(NAMES)));
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(word);
        empty = false;
    }
    if !empty {
        lines.push(line);
    }
    lines
}

/// What a scenario says of itself; what it does not say is left out.
fn details(scenario: &Scenario) -> Vec<String> {
    let budget = scenario
        .time_budget
        .map_or(String::new(), |b| format!("{b} s"));
    let end = scenario.without_operator.map_or("", |end| end.label());
    let mut lines = Vec::new();
    for (name, text) in [
        ("purpose", scenario.purpose.as_str()),
        ("hazard", &scenario.hazard),
        ("provokes", &scenario.provokes),
        ("time budget", &budget),
        ("without operator", end),
    ] {
        lines.extend(paragraph(name, text));
    }
    lines.push(String::new());
    lines
}

/// The scenario files of a folder, in order.
pub(super) fn files(dir: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let folder = std::fs::read_dir(dir).with_context(|| {
        format!(
            "{}: cannot read the folder of scenarios; run from the project's folder or name one with --dir",
            dir.display()
        )
    })?;
    let mut files = Vec::new();
    for entry in folder {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == "ron") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

pub fn list(args: &Args) -> anyhow::Result<Done> {
    let files = files(&args.dir)?;
    if files.is_empty() {
        say(format_args!(
            "{}: no scenarios (*.ron) here",
            args.dir.display()
        ));
    }
    let width = files.iter().map(|f| f.display().to_string().len()).max();
    let mut done = Done::Fine;
    for file in &files {
        let name = file.display().to_string();
        let mut more = Vec::new();
        let title = match Scenario::load(file) {
            Ok(scenario) => {
                if args.long {
                    more = details(&scenario);
                }
                format!("{} ({:.0} s)", scenario.title, scenario.duration)
            }
            Err(_) => {
                done = Done::Incomplete;
                format!("cannot be used; `takeover check {name}` says why")
            }
        };
        print([format!("{name:<0$}  {title}", width.unwrap_or_default())])?;
        print(more)?;
    }
    Ok(done)
}
