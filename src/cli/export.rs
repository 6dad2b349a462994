//! `takeover export LOG`: the raw channels of a log as tables, or one table of a kind.

use super::export_kinds::{self, Made};
use super::{Done, Usage, print, say};
use anyhow::{Context, bail};
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use takeover::analysis::export::{self, Channel, Export, ExportError, Exported};
use takeover::analysis::table::{Format as TableFormat, Overwrite, TableError, TableWriter};
use takeover::record::Stream;

/// Take what is in a log out of it, for other tools: tables, with units in the names of their columns. All raw
/// channels, one file each, or those that are named; or one table of another kind.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Without a kind the raw channels are written, one file each, into a new folder. Its dictionary.csv
says what each column is, in which unit, and what an empty cell means (docs/export.md).

Kinds:
  --events   the event data record, in the terms of UN R157 and of the German rules
             (docs/events.md)
  --labels   what people said about the log (docs/labels.md)

Examples:
  takeover export runs/LOG.mcap                  every channel as CSV, into the folder LOG
  takeover export runs/LOG.mcap --format parquet --out tables
  takeover export runs/LOG.mcap --list           which channels, how many rows, what a row is
  takeover export runs/LOG.mcap --channel ticks > ticks.csv
  takeover export runs/LOG.mcap --channel ticks --channel others --format parquet
  takeover export runs/LOG.mcap --events --format json --out events.json
  takeover export runs/LOG.mcap --labels --out labels.csv")]
pub struct Args {
    /// A log (MCAP).
    #[arg(value_name = "LOG")]
    log: PathBuf,
    /// Only this raw channel; may be given several times. One alone goes to standard output, or into --out FILE.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["events", "labels"])]
    channel: Vec<String>,
    /// Only list the raw channels: rows, and what a row is.
    #[arg(long, conflicts_with_all = ["events", "labels", "out"])]
    list: bool,
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
    /// Write into this new folder (by default the log's name without .mcap, here), or one table into this new file.
    #[arg(long, value_name = "PATH")]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// A header and one line a row (RFC 4180).
    Csv,
    /// Apache Parquet; not to standard output.
    Parquet,
    /// An array with an object for each row. Of --events and --labels one object, which also says what the
    /// table cannot: the run, sums, what is missing.
    Json,
}

impl Format {
    fn of_table(self) -> TableFormat {
        match self {
            Self::Csv => TableFormat::Csv,
            Self::Parquet => TableFormat::Parquet,
            Self::Json => TableFormat::Json,
        }
    }
}

/// How standard output is called in messages.
const OUT: &str = "standard output";

pub fn export(args: &Args) -> anyhow::Result<Done> {
    let format = if args.json { Format::Json } else { args.format };
    if args.events && args.labels {
        bail!(Usage(
            "expected one kind of table, got --events and --labels (see `takeover export --help`)"
                .into()
        ));
    }
    if args.events || args.labels {
        free(args, format)?;
    }
    let lost = match () {
        () if args.events => kind(export_kinds::events(&args.log)?, format, args)?,
        () if args.labels => kind(export_kinds::labels(&args.log)?, format, args)?,
        () if args.list => list(args, format)?,
        () => channels(args, format)?,
    };
    let Some(lost) = lost else {
        return Ok(Done::Fine);
    };
    say(format_args!("takeover: {}: {lost}", args.log.display()));
    Ok(Done::Incomplete)
}

/// The raw channels that were asked for; all if none was named.
fn asked(args: &Args) -> anyhow::Result<Vec<Box<dyn Channel>>> {
    let mut all = export::all();
    for name in &args.channel {
        if !all.iter().any(|c| c.name() == name) {
            let known: Vec<_> = all.iter().map(|c| c.name()).collect();
            bail!(Usage(format!(
                "--channel {name}: there is no such channel; expected one of {}",
                known.join(", ")
            )));
        }
    }
    if !args.channel.is_empty() {
        all.retain(|c| args.channel.iter().any(|name| name == c.name()));
    }
    Ok(all)
}

fn list(args: &Args, format: Format) -> anyhow::Result<Option<String>> {
    let channels = asked(args)?;
    if format == Format::Parquet {
        bail!(Usage("--list is text, or JSON with --json".into()));
    }
    let mut stream = Stream::scan(&args.log)?;
    let (counted, lost) = export::count(&mut stream, &channels);
    if format == Format::Json {
        print([serde_json::to_string_pretty(&counted)?])?;
    } else {
        let line =
            |c: &export::Counted| format!("{:<11}{:>10} rows  {}", c.channel, c.rows, c.row_is);
        print(counted.iter().map(line))?;
    }
    Ok(lost)
}

fn channels(args: &Args, format: Format) -> anyhow::Result<Option<String>> {
    let mut channels = asked(args)?;
    let alone = channels.len() == 1;
    let single = alone.then(|| channels.pop()).flatten();
    if single.is_some() {
        free(args, format)?;
    }
    let mut stream = Stream::scan(&args.log)?;
    let table = format.of_table();
    let (export, place) = match (single, &args.out) {
        (Some(one), None) => {
            let out = Box::new(std::io::stdout());
            (Export::into_stream(out, OUT, one, table), None)
        }
        (Some(one), Some(file)) => (Export::into_file(file, one, table), Some(file.clone())),
        (None, out) => {
            let folder = match out {
                Some(folder) => folder.clone(),
                None => own_folder(&args.log)?,
            };
            let export = Export::into_folder(&folder, channels, table);
            (export, Some(folder))
        }
    };
    let done = export.and_then(|export| export.run(&mut stream));
    let (exported, lost) = done.map_err(piped)?;
    told(&exported, place.as_deref());
    Ok(lost)
}

/// The log's name without `.mcap`, in the current folder.
fn own_folder(log: &Path) -> anyhow::Result<PathBuf> {
    let stem = match log.extension() {
        Some(mcap) if mcap.eq_ignore_ascii_case("mcap") => log.file_stem(),
        // Without an extension the name would be the log's own.
        _ => None,
    };
    stem.map(PathBuf::from).with_context(|| {
        format!(
            "{}: not called .mcap, so there is no name for the folder: say --out FOLDER",
            log.display()
        )
    })
}

/// On standard error: what was written where, and what of it is not as it was.
fn told(exported: &[Exported], place: Option<&Path>) {
    if let Some(place) = place {
        let rows: u64 = exported.iter().map(|e| e.rows).sum();
        let place = place.display();
        match exported {
            [_] => say(format_args!("{place}: {rows} rows")),
            several => say(format_args!(
                "{place}: {} tables, {rows} rows",
                several.len()
            )),
        }
    }
    for e in exported.iter().filter(|e| e.not_finite > 0) {
        say(format_args!(
            "{}: {} numbers were not finite; their cells are empty",
            e.name, e.not_finite
        ));
    }
}

/// `takeover export LOG --channel ticks | head` is no mistake: see `is_broken_pipe`.
fn piped(error: ExportError) -> anyhow::Error {
    match error {
        ExportError::Table(error) => piped_table(error),
        other => other.into(),
    }
}

fn piped_table(error: TableError) -> anyhow::Error {
    match error {
        TableError::File { source, .. } if source.kind() == ErrorKind::BrokenPipe => source.into(),
        TableError::Exists { path } => anyhow::anyhow!("{}", taken(&path)),
        // Its words have the cause already.
        other => anyhow::anyhow!("{other}"),
    }
}

/// That a single table can go where it is to go.
fn free(args: &Args, format: Format) -> anyhow::Result<()> {
    match &args.out {
        None if format == Format::Parquet => bail!(Usage(
            "Parquet does not go to standard output: say --out FILE".into()
        )),
        Some(out) if out.symlink_metadata().is_ok() => bail!("{}", taken(out)),
        _ => Ok(()),
    }
}

fn taken(out: &Path) -> String {
    let out = out.display();
    format!("{out}: there is such a file already, and nothing is overwritten: choose another --out")
}

/// One table of another kind.
fn kind(made: Made, format: Format, args: &Args) -> anyhow::Result<Option<String>> {
    match (format, &args.out) {
        (Format::Json, None) => print([made.json.trim_end_matches('\n')])?,
        (Format::Json, Some(out)) => write_new(out, &made.json)?,
        (_, None) => {
            let out = Box::new(std::io::stdout());
            let schema = made.table.schema();
            let mut writer = TableWriter::to(out, OUT, schema, format.of_table())?;
            let rows = made.table.rows().iter().try_for_each(|r| writer.row(r));
            rows.and_then(|()| writer.finish()).map_err(piped_table)?;
        }
        (_, Some(out)) => {
            let written = made.table.write(out, format.of_table(), Overwrite::Never);
            written.map_err(piped_table)?;
        }
    }
    if let Some(out) = &args.out {
        let rows = made.table.rows().len();
        say(format_args!("{}: {rows} rows", out.display()));
    }
    Ok(made.lost)
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
