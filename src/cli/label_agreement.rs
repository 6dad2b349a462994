//! `takeover label LOG... --agreement`: do raters agree beyond chance?

use super::label::words;
use super::{Done, Usage, print, say};
use anyhow::{Context, bail};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use takeover::replay::agreement::{Agreement, Answers};
use takeover::replay::labels::{Identity, Label, Labels, Needed, Rating, Target};
use takeover::replay::taxonomy::Taxonomy;

/// What is rated: a target of a run. Copies of a log are the same run.
type Unit = (i64, String, String);

/// Labels of many logs.
#[derive(Default)]
struct Gathered {
    logs: usize,
    labelled: usize,
    raters: BTreeSet<String>,
    units: BTreeMap<Unit, BTreeMap<String, Label>>,
    /// What could not be used, in words.
    lost: Vec<String>,
}

pub fn agreement(paths: &[PathBuf], json: bool) -> anyhow::Result<Done> {
    let mut gathered = Gathered::default();
    for path in logs(paths)? {
        gathered.logs += 1;
        if let Err(why) = gathered.log(&path) {
            gathered.lost.push(format!("{why:#}"));
        }
    }
    for line in &gathered.lost {
        say(format_args!("takeover: {line}"));
    }
    let questions = gathered.questions();
    if json {
        let by_name: BTreeMap<_, _> = questions.iter().map(|(name, a)| (name, a)).collect();
        let object = json!({
            "logs": gathered.logs,
            "logs_with_labels": gathered.labelled,
            "raters": gathered.raters,
            "targets": gathered.units.len(),
            "questions": by_name,
            "lost": gathered.lost,
        });
        print([serde_json::to_string_pretty(&object)?])?;
    } else {
        print(gathered.lines(&questions))?;
    }
    Ok(match gathered.lost[..] {
        [] => Done::Fine,
        _ => Done::Incomplete,
    })
}

/// Logs as they are named; of a folder all that have labels.
fn logs(paths: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut logs = Vec::new();
    for path in paths {
        if !path.is_dir() {
            logs.push(path.clone());
            continue;
        }
        if path.extension().is_some_and(|e| e == "labels") {
            let log = path.with_extension("");
            bail!(Usage(format!(
                "{}: expected a log or a folder of logs, got labels; their log is {}",
                path.display(),
                log.display()
            )));
        }
        let read = || -> std::io::Result<Vec<PathBuf>> {
            std::fs::read_dir(path)?.map(|f| Ok(f?.path())).collect()
        };
        let mut inside =
            read().with_context(|| format!("{}: cannot read the folder", path.display()))?;
        inside.retain(|f| f.extension().is_some_and(|e| e == "mcap") && Labels::folder(f).is_dir());
        inside.sort();
        if inside.is_empty() {
            say(format_args!(
                "{}: no log with labels in this folder",
                path.display()
            ));
        }
        logs.extend(inside);
    }
    Ok(logs)
}

impl Gathered {
    fn log(&mut self, path: &Path) -> anyhow::Result<()> {
        let identity = Identity::read(path)?;
        let labels = Labels::open(path, identity.clone())?;
        self.lost.extend(labels.damaged().map(String::from));
        let ratings = labels.all();
        self.labelled += usize::from(!ratings.is_empty());
        for Rating { rater, label, .. } in ratings {
            self.raters.insert(rater.clone());
            let unit = (
                identity.started_ns,
                identity.state_hash.clone(),
                key(label.target),
            );
            let of_unit = self.units.entry(unit).or_default();
            of_unit.entry(rater).or_insert(label);
        }
        Ok(())
    }

    fn questions(&self) -> [(&'static str, Agreement); 3] {
        let needed = Needed::ALL.map(|n| n.name().to_string()).to_vec();
        let quality = (1..=10).map(|q: u8| q.to_string()).collect();
        let causes: BTreeSet<String> = self.labels().filter_map(cause).collect();
        let causes = causes.into_iter().collect();
        [
            (
                "needed",
                self.agreement(needed, false, |l| Some(l.needed?.name().into())),
            ),
            ("cause", self.agreement(causes, false, cause)),
            (
                "quality",
                self.agreement(quality, true, |l| Some(l.quality?.to_string())),
            ),
        ]
    }

    fn labels(&self) -> impl Iterator<Item = &Label> {
        self.units.values().flat_map(BTreeMap::values)
    }

    fn agreement(
        &self,
        categories: Vec<String>,
        ordered: bool,
        answer: impl Fn(&Label) -> Option<String>,
    ) -> Agreement {
        let place = |label: &Label| {
            let answer = answer(label)?;
            categories.iter().position(|c| *c == answer)
        };
        let of = |unit: &BTreeMap<String, Label>, rater| unit.get(rater).and_then(place);
        let units = self.units.values();
        let units = units
            .map(|unit| self.raters.iter().map(|rater| of(unit, rater)).collect())
            .collect();
        let answers = Answers {
            raters: self.raters.iter().cloned().collect(),
            categories: categories.clone(),
            ordered,
            units,
        };
        answers.agreement()
    }

    fn lines(&self, questions: &[(&'static str, Agreement)]) -> Vec<String> {
        let mut lines = vec![format!(
            "{} logs, {} with labels; {} raters: {}; {} targets",
            self.logs,
            self.labelled,
            self.raters.len(),
            words(self.raters.iter().cloned()),
            self.units.len()
        )];
        for (name, a) in questions {
            let percent = match a.percent {
                Some(percent) => format!(", the same answer in {percent:.1} % of pairs"),
                None => String::new(),
            };
            let mut line = format!(
                "{name:<8} {} targets by two raters or more{percent}",
                a.units
            );
            if a.left_out > 0 {
                line += &format!("; {} by one rater only, left out", a.left_out);
            }
            if a.missing > 0 {
                line += &format!("; {} ratings missing", a.missing);
            }
            lines.push(line);
            for kappa in &a.kappas {
                let c = &kappa.coefficient;
                let interval = match c.interval_95 {
                    Some([low, high]) => format!("95 % interval {low:.3} to {high:.3}"),
                    None => "no interval: too little, or no spread to make one from".into(),
                };
                lines.push(format!("  {} {:.3}, {interval}", kappa.name, c.value));
            }
            if let Some(alpha) = a.alpha {
                lines.push(format!("  Krippendorff's alpha {alpha:.3}"));
            }
            lines.extend(a.undefined.iter().map(|why| format!("  {why}")));
        }
        lines
    }
}

/// A cause, with its taxonomy's name where that is not the one that is built in.
fn cause(label: &Label) -> Option<String> {
    let code = label.cause.clone()?;
    match label.taxonomy.as_deref() {
        None | Some(Taxonomy::BUILT_IN) => Some(code),
        Some(other) => Some(format!("{other}/{code}")),
    }
}

/// Spans are the same if they are to a hundredth of a second.
fn key(target: Target) -> String {
    match target {
        Target::Span { from_s, to_s } => format!("span {from_s:.2}..{to_s:.2}"),
        other => other.to_string(),
    }
}
