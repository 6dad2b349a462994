//! `takeover list`: what scenarios are there?

use super::{Done, print, say};
use anyhow::Context;
use std::path::PathBuf;
use takeover::scenario::Scenario;

/// List scenarios, one line each.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  takeover list\n  takeover list --dir my_study/scenarios")]
pub struct Args {
    /// Folder to look in.
    #[arg(long, default_value = "scenarios", value_name = "DIR")]
    dir: PathBuf,
}

pub fn list(args: &Args) -> anyhow::Result<Done> {
    let folder = std::fs::read_dir(&args.dir).with_context(|| {
        format!(
            "{}: cannot read the folder of scenarios; run from the project's folder or name one with --dir",
            args.dir.display()
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
        let title = match Scenario::load(file) {
            Ok(scenario) => format!("{} ({:.0} s)", scenario.title, scenario.duration),
            Err(_) => {
                done = Done::Incomplete;
                format!("cannot be used; `takeover check {name}` says why")
            }
        };
        print([format!("{name:<0$}  {title}", width.unwrap_or_default())])?;
    }
    Ok(done)
}
