//! `takeover export LOG`: something of a log, as a table for other tools.

use super::{Done, Usage, print, say};
use anyhow::{Context, bail};
use serde::Serialize;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use takeover::replay::events::EventRecord;
use takeover::replay::labels::{Identity, Labels, Rating, Target};

/// Take something out of a log, for other tools: one table, units in the names of its columns.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Kinds:
  --events   the event data record, in the terms of UN R157 (DSSAD) and of the German rules (docs/events.md)
  --labels   what people said about the log (docs/labels.md)

Examples:
  takeover export runs/LOG.mcap --events
  takeover export runs/LOG.mcap --events --format json --out events.json
  takeover export runs/LOG.mcap --labels --out labels.csv")]
pub struct Args {
    /// A log (MCAP).
    #[arg(value_name = "LOG")]
    log: PathBuf,
    /// The event data record.
    #[arg(long, help_heading = "Kinds")]
    events: bool,
    /// The labels.
    #[arg(long, help_heading = "Kinds")]
    labels: bool,
    /// How it is written.
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "csv")]
    format: Format,
    /// The same as --format json.
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// Write it into this new file, not to standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// A header and one line a row (RFC 4180).
    Csv,
    /// One object, which also says what the table cannot: the run, sums, what is missing.
    Json,
}

/// What can be exported.
#[derive(Clone, Copy)]
enum Kind {
    Events,
    Labels,
}

/// A table, made; and what of the log is missing, in words.
struct Table {
    text: String,
    rows: usize,
    lost: Option<String>,
}

pub fn export(args: &Args) -> anyhow::Result<Done> {
    let kinds = [(args.events, Kind::Events), (args.labels, Kind::Labels)];
    let mut asked = kinds.iter().filter(|(is, _)| *is).map(|(_, kind)| *kind);
    let (Some(kind), None) = (asked.next(), asked.next()) else {
        bail!(Usage(
            "expected one kind of table: --events or --labels (see `takeover export --help`)"
                .into()
        ));
    };
    if let Some(out) = args.out.as_deref().filter(|o| o.exists()) {
        bail!("{}", taken(out));
    }
    let format = if args.json { Format::Json } else { args.format };
    let table = match kind {
        Kind::Events => events(&args.log, format)?,
        Kind::Labels => labels(&args.log, format)?,
    };
    match &args.out {
        None => print([table.text.trim_end_matches('\n')])?,
        Some(out) => {
            write_new(out, &table.text)?;
            say(format_args!("{}: {} rows", out.display(), table.rows));
        }
    }
    let Some(lost) = table.lost else {
        return Ok(Done::Fine);
    };
    say(format_args!("takeover: {}: {lost}", args.log.display()));
    Ok(Done::Incomplete)
}

fn taken(out: &Path) -> String {
    let out = out.display();
    format!("{out}: there is such a file already, and nothing is overwritten: choose another --out")
}

/// Writes a file that is not there yet; all of it or nothing.
fn write_new(out: &Path, text: &str) -> anyhow::Result<()> {
    let created = OpenOptions::new().write(true).create_new(true).open(out);
    let mut file = match created {
        Err(e) if e.kind() == ErrorKind::AlreadyExists => bail!("{}", taken(out)),
        other => other.with_context(|| format!("{}: cannot create the file", out.display()))?,
    };
    let written = file
        .write_all(text.as_bytes())
        .and_then(|()| file.sync_all());
    if written.is_err() {
        let _ = std::fs::remove_file(out);
    }
    written.with_context(|| format!("{}: cannot write the table", out.display()))
}

/// RFC 4180: a header, then a row for each; what is not there is empty. The crate `csv` would do it,
/// and bring features of `serde_core` that build all of Bevy anew; it comes with the tables of analyses.
fn csv<T: Serialize>(rows: &[T], header: &[&str]) -> anyhow::Result<String> {
    let mut text = header.join(",") + "\n";
    for row in rows {
        let row = serde_json::to_value(row).context("cannot make the table")?;
        let cells = header.iter().map(|column| match &row[*column] {
            serde_json::Value::Null => String::new(),
            serde_json::Value::String(words) => quoted(words),
            other => other.to_string(),
        });
        text += &cells.collect::<Vec<_>>().join(",");
        text.push('\n');
    }
    Ok(text)
}

fn quoted(words: &str) -> String {
    if words.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", words.replace('"', "\"\""))
    } else {
        words.into()
    }
}

fn json(object: &impl Serialize) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(object)? + "\n")
}

fn events(log: &Path, format: Format) -> anyhow::Result<Table> {
    let record = EventRecord::read(log)?;
    let text = match format {
        Format::Csv => csv(&record.entries, &EventRecord::COLUMNS)?,
        Format::Json => json(&record)?,
    };
    Ok(Table {
        text,
        rows: record.entries.len(),
        lost: record.lost,
    })
}

/// One label.
#[derive(Serialize)]
struct LabelRow<'a> {
    log: String,
    rater: &'a str,
    target: &'static str,
    number: Option<u32>,
    from_s: Option<f64>,
    to_s: Option<f64>,
    needed: Option<&'static str>,
    cause: Option<&'a str>,
    taxonomy: Option<&'a str>,
    quality_toc: Option<u8>,
    note: Option<&'a str>,
    time_utc: &'a str,
    /// Ids, by space.
    entries: String,
}

const LABEL_COLUMNS: [&str; 13] = [
    "log",
    "rater",
    "target",
    "number",
    "from_s",
    "to_s",
    "needed",
    "cause",
    "taxonomy",
    "quality_toc",
    "note",
    "time_utc",
    "entries",
];

impl<'a> LabelRow<'a> {
    fn of(log: &Path, rating: &'a Rating) -> Self {
        let label = &rating.label;
        let (target, number, span) = match label.target {
            Target::Run => ("run", None, None),
            Target::Takeover { number } => ("takeover", Some(number), None),
            Target::Event { number } => ("event", Some(number), None),
            Target::Span { from_s, to_s } => ("span", None, Some((from_s, to_s))),
        };
        let ids: Vec<_> = rating.entries.iter().map(|id| id.0.as_str()).collect();
        Self {
            log: log.display().to_string(),
            rater: &rating.rater,
            target,
            number,
            from_s: span.map(|s| s.0),
            to_s: span.map(|s| s.1),
            needed: label.needed.map(|n| n.name()),
            cause: label.cause.as_deref(),
            taxonomy: label.taxonomy.as_deref(),
            quality_toc: label.quality,
            note: label.note.as_deref(),
            time_utc: &rating.time,
            entries: ids.join(" "),
        }
    }
}

fn labels(log: &Path, format: Format) -> anyhow::Result<Table> {
    let identity = Identity::read(log)?;
    let labels = Labels::open(log, identity.clone())?;
    let ratings = labels.all();
    let rows: Vec<_> = ratings.iter().map(|r| LabelRow::of(log, r)).collect();
    let damaged: Vec<_> = labels.damaged().collect();
    let text = match format {
        Format::Csv => csv(&rows, &LABEL_COLUMNS)?,
        Format::Json => json(&serde_json::json!({
            "log": log,
            "identity": identity,
            "labels": rows,
            "history": labels.entries().collect::<Vec<_>>(),
            "lost": damaged,
        }))?,
    };
    Ok(Table {
        text,
        rows: rows.len(),
        lost: (!damaged.is_empty()).then(|| damaged.join("; ")),
    })
}
