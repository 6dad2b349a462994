//! `takeover analyze LOG|DIR…`: from records to results.

use super::{Done, Usage, print, say};
use anyhow::{Context, bail};
use indicatif::{ProgressBar, ProgressStyle};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use takeover::analysis::collect::{self, Collected};
use takeover::analysis::page::{About, Chosen, choose};
use takeover::analysis::people::Person;
use takeover::analysis::results::{Results, give_scores};
use takeover::analysis::settings::Settings;
use takeover::analysis::study::{Scores, Sheet, responses, tasks};
use takeover::analysis::write::{self, Analysis};

/// Turn records into results: tables (CSV, Parquet), statistics, and a report that opens offline.
///
/// One row per takeover, per run, per participant, with a data dictionary; an HTML report with every
/// statistic, its n and what was left out; scripts for mixed models in R and Python. A broken log is named
/// and left out (exit code 3).
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  takeover analyze runs --out results
  takeover analyze runs --out results --against none
      Also drives every scenario and seed with nobody at the desk, and compares.
  takeover analyze study --out results --study sheet.csv --answers tlx.csv
      sheet.csv: columns log (or participant) and one for each factor; tlx.csv: participant, instrument, item, response.
  takeover analyze runs --out results --steering-deg 4 --brake 0.2
      Reaction times recomputed from raw input, by these thresholds.

`takeover metrics` says what every column means; docs/analysis.md explains the statistics.")]
pub struct Args {
    /// Logs, or folders with logs (*.mcap, also in folders below).
    #[arg(value_name = "LOG|DIR", required = true)]
    paths: Vec<PathBuf>,
    /// Folder for the results; made if it is not there. One that holds an earlier analysis is written
    /// again, one that holds anything else is not touched.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Compare by these factors (columns of the study, or scenario, operator, link); can be given several
    /// times. Default: all that vary.
    #[arg(long, value_name = "FACTOR")]
    by: Vec<String>,
    /// The study's sheet (CSV): a row for each log (column `log`) or participant (column `participant`);
    /// all other columns are factors.
    #[arg(long, value_name = "CSV")]
    study: Option<PathBuf>,
    /// Answers to questionnaires (CSV): participant, instrument, item, response; can be given several times.
    #[arg(long, value_name = "CSV")]
    answers: Vec<PathBuf>,
    /// Results of secondary tasks (CSV): detection response task, n-back, search; can be given several times.
    #[arg(long, value_name = "CSV")]
    tasks: Vec<PathBuf>,
    /// Drive every scenario and seed of these logs also without the person, into OUT/automation, and
    /// compare: `none` (nobody at the desk).
    #[arg(long, value_name = "WHO", value_enum)]
    against: Option<Against>,
    #[command(flatten)]
    settings: SettingsArgs,
    /// So many takeovers are shown one by one: the gravest, if there are more.
    #[arg(long, value_name = "N", default_value_t = 40)]
    cards: usize,
    /// Title of the report.
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// Print the results as one JSON object, too.
    #[arg(long)]
    json: bool,
}

/// So many logs that are left out or incomplete are told one by one.
const MOST_TOLD: usize = 20;

/// Who is at the desk instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Against {
    /// Nobody: requests end in minimal-risk manoeuvres.
    None,
}

/// What an analysis is made with.
#[derive(clap::Args, Clone, Debug)]
#[command(next_help_heading = "Thresholds and statistics")]
pub struct SettingsArgs {
    /// Change of the steering wheel that counts as taking over, degrees. Default: the vehicle's own.
    #[arg(long, value_name = "DEG")]
    steering_deg: Option<f32>,
    /// ... of the brake pedal, 0 to 1.
    #[arg(long, value_name = "SHARE")]
    brake: Option<f32>,
    /// ... of the accelerator, 0 to 1.
    #[arg(long, value_name = "SHARE")]
    accelerator: Option<f32>,
    /// An axis must be beyond its threshold for this long, s.
    #[arg(long, value_name = "S")]
    dwell: Option<f64>,
    /// Control is stable within this distance of the lane's centre, m.
    #[arg(long, value_name = "M")]
    stable_offset: Option<f64>,
    /// ... slower across the lane than this, m/s.
    #[arg(long, value_name = "M/S")]
    stable_speed: Option<f64>,
    /// ... for this long, s.
    #[arg(long, value_name = "S")]
    stable_hold: Option<f64>,
    /// Driving is judged for at most this long after a takeover, s.
    #[arg(long, value_name = "S", default_value_t = 30.0)]
    window: f64,
    /// Time to collision below which time is exposed (TET, TIT), s.
    #[arg(long, value_name = "S", default_value_t = 3.0)]
    ttc: f64,
    /// Cut-off of the low-pass before jerk, Hz.
    #[arg(long, value_name = "HZ", default_value_t = 2.0)]
    jerk_cutoff: f64,
    /// A request is for a limit within this time, s. Default: the referee's.
    #[arg(long, value_name = "S")]
    horizon: Option<f64>,
    /// ... and must come this long before it, s. Default: the referee's.
    #[arg(long, value_name = "S")]
    lead: Option<f64>,
    /// Level of confidence of intervals, %.
    #[arg(long, value_name = "%", default_value_t = 95.0)]
    level: f64,
    /// Resamples of every bootstrap.
    #[arg(long, value_name = "N", default_value_t = 2000)]
    resamples: usize,
    /// Seed of everything drawn.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

impl SettingsArgs {
    fn settings(&self) -> Result<Settings, Usage> {
        let within = |option: &str, value: f64, low: f64, high: f64, unit: &str| {
            if (low..=high).contains(&value) {
                return Ok(());
            }
            Err(Usage(format!(
                "--{option}: expected {low} to {high}{unit}, got {value}"
            )))
        };
        let maybe = |option, value: Option<f64>, low, high, unit| {
            value.map_or(Ok(()), |v| within(option, v, low, high, unit))
        };
        maybe(
            "steering-deg",
            self.steering_deg.map(f64::from),
            0.01,
            720.0,
            " degrees",
        )?;
        maybe("brake", self.brake.map(f64::from), 0.001, 1.0, "")?;
        maybe(
            "accelerator",
            self.accelerator.map(f64::from),
            0.001,
            1.0,
            "",
        )?;
        maybe("dwell", self.dwell, 0.0, 5.0, " s")?;
        maybe("stable-offset", self.stable_offset, 0.01, 10.0, " m")?;
        maybe("stable-speed", self.stable_speed, 0.01, 10.0, " m/s")?;
        maybe("stable-hold", self.stable_hold, 0.0, 60.0, " s")?;
        within("window", self.window, 1.0, 3600.0, " s")?;
        within("ttc", self.ttc, 0.1, 10.0, " s")?;
        within("jerk-cutoff", self.jerk_cutoff, 0.1, 40.0, " Hz")?;
        maybe("horizon", self.horizon, 0.1, 600.0, " s")?;
        maybe("lead", self.lead, 0.0, 600.0, " s")?;
        within("level", self.level, 50.0, 99.99, " %")?;
        if !(100..=1_000_000).contains(&self.resamples) {
            return Err(Usage(format!(
                "--resamples: expected 100 to 1000000, got {}",
                self.resamples
            )));
        }
        Ok(Settings {
            steering_deg: self.steering_deg,
            brake: self.brake,
            accelerator: self.accelerator,
            dwell_s: self.dwell,
            stable_offset_m: self.stable_offset,
            stable_speed_mps: self.stable_speed,
            stable_hold_s: self.stable_hold,
            window_s: self.window,
            ttc_s: self.ttc,
            jerk_cutoff_hz: self.jerk_cutoff,
            horizon_s: self.horizon,
            lead_s: self.lead,
            level: self.level / 100.0,
            resamples: self.resamples,
            seed: self.seed,
        })
    }
}

pub fn analyze(args: &Args) -> anyhow::Result<Done> {
    let settings = args.settings.settings()?;
    // All that a person can have mistyped is found before an hour of reading.
    let sheet = args.study.as_deref().map(Sheet::read).transpose()?;
    let scores = scores(args)?;
    for path in &args.paths {
        if !path.exists() {
            bail!("{}: there is no such file or folder", path.display());
        }
    }
    folder(&args.out)?;
    let mut left_out = Vec::new();
    let mut logs = collect::logs(&args.paths, &mut left_out);
    // Runs that an earlier analysis drove lie in its folder.
    let driven = args.out.join("automation");
    logs.retain(|log| !log.starts_with(&driven));
    let mut collected = read(&logs, &settings);
    collect::without_copies(&mut collected);
    if let Some(against) = args.against {
        let more = against::drive(against, &collected.runs, &driven)?;
        let more = read(&more, &settings);
        collected.runs.extend(more.runs);
        collected.trust.merge(&more.trust);
        left_out.extend(more.left_out);
    }
    let mut notes = Vec::new();
    if let Some(sheet) = &sheet {
        join(sheet, &logs, &mut collected, &mut notes)?;
    }
    left_out.extend(std::mem::take(&mut collected.left_out));
    collected.left_out = left_out;
    if collected.runs.is_empty() {
        // One line, and no folder full of nothing.
        let first = collected.left_out.first();
        let why = first.map_or_else(String::new, |l| format!("{}: {}", l.path.display(), l.why));
        let more = match collected.left_out.len() {
            0 | 1 => String::new(),
            n => format!(" (and {} more)", n - 1),
        };
        bail!("no log could be read: {why}{more}");
    }
    by_known(args, &collected)?;
    std::fs::create_dir_all(&args.out)
        .with_context(|| format!("{}: cannot make the folder", args.out.display()))?;
    finish(args, &settings, &collected, &scores, notes)?;
    let damaged = collected.runs.iter().filter_map(|r| {
        let lost = r.origin.lost.as_deref()?;
        Some(format!("{}: {lost}", r.origin.log.display()))
    });
    let left_out = collected.left_out.iter();
    let left_out = left_out.map(|l| format!("{}: {}; left out", l.path.display(), l.why));
    let told: Vec<String> = left_out.chain(damaged).collect();
    for line in told.iter().take(MOST_TOLD) {
        say(format_args!("takeover: {line}"));
    }
    if told.len() > MOST_TOLD {
        say(format_args!(
            "takeover: and {} more; left_out.csv, and the column lost of runs.csv, have all",
            told.len() - MOST_TOLD
        ));
    }
    Ok(match told.is_empty() {
        true => Done::Fine,
        false => Done::Incomplete,
    })
}

fn scores(args: &Args) -> anyhow::Result<Vec<Scores>> {
    let mut all = Vec::new();
    for file in &args.answers {
        all.push(responses::read(file)?);
    }
    for file in &args.tasks {
        all.push(tasks::read(file)?.1);
    }
    Ok(all)
}

fn read(logs: &[PathBuf], settings: &Settings) -> Collected {
    let bar = progress(logs.len(), "logs read");
    let collected = collect::read(logs, settings, || bar.inc(1));
    bar.finish_and_clear();
    collected
}

fn progress(n: usize, what: &str) -> ProgressBar {
    let bar = ProgressBar::new(n as u64);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}, {eta} left") {
        bar.set_style(style);
    }
    bar.set_message(what.to_string());
    bar
}

/// The results' folder: new, empty, or one of an earlier analysis.
fn folder(out: &Path) -> anyhow::Result<()> {
    let entries = match std::fs::read_dir(out) {
        Ok(entries) => entries,
        // It is made once there is something to put into it.
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(()),
        Err(e) => {
            return Err(e)
                .with_context(|| format!("{}: cannot be used as a folder", out.display()));
        }
    };
    for entry in entries {
        let name = entry?.file_name();
        let name = name.to_string_lossy();
        let ours = write::OTHERS.contains(&&*name)
            || name == "automation"
            || write::TABLES.iter().any(|t| {
                name.strip_prefix(t)
                    .is_some_and(|rest| rest == ".csv" || rest == ".parquet")
            });
        if !ours {
            bail!(
                "{}: expected a new folder, an empty one, or that of an earlier analysis, got one with `{name}` in it, and nothing is mixed with other files: choose another --out",
                out.display()
            );
        }
    }
    Ok(())
}

/// Participants and factors of the sheet, for the logs that it names.
fn join(
    sheet: &Sheet,
    logs: &[PathBuf],
    collected: &mut Collected,
    notes: &mut Vec<String>,
) -> anyhow::Result<()> {
    let mut overruled = 0;
    let mut give = |run: &mut takeover::analysis::rows::RunRow,
                    row: &takeover::analysis::study::Row| {
        if let Some(id) = &row.participant {
            run.origin.participant = Some(id.clone());
        }
        for (name, value) in sheet.columns.iter().zip(&row.values) {
            if let Some(value) = value {
                let before = run.origin.factors.insert(name.clone(), value.clone());
                overruled += usize::from(before.is_some_and(|b| b != *value));
            }
        }
    };
    if sheet.is_by_log() {
        let unmatched = sheet.check(logs)?;
        for (line, log) in &unmatched.rows {
            notes.push(format!(
                "the study's sheet names {log} (line {line}), which is not among the logs"
            ));
        }
        if !unmatched.logs.is_empty() {
            notes.push(format!(
                "{} of {} logs are not in the study's sheet: they have no participant and no factors of it",
                unmatched.logs.len(),
                logs.len()
            ));
        }
    }
    let mut nobody = 0;
    for run in &mut collected.runs {
        if sheet.is_by_log() {
            if let Some(row) = sheet.of_log(&run.origin.log) {
                give(run, row);
            }
        } else if let Some(id) = run.origin.participant.clone() {
            match sheet.of_participant(&id).first() {
                Some(row) => give(run, row),
                None => nobody += 1,
            }
        }
    }
    if overruled > 0 {
        notes.push(format!(
            "the study's sheet overrules what {overruled} logs say of a condition (`takeover run --condition`)"
        ));
    }
    if nobody > 0 {
        notes.push(format!(
            "{nobody} runs are of participants that the study's sheet does not name"
        ));
    }
    for note in notes {
        say(format_args!("takeover: {note}"));
    }
    Ok(())
}

/// A factor that no run has is a mistake.
fn by_known(args: &Args, collected: &Collected) -> anyhow::Result<()> {
    for factor in &args.by {
        let known = collected.runs.iter().any(|r| r.level(factor).is_some());
        if !known && !collected.runs.is_empty() {
            let mut names: Vec<&str> = vec!["scenario", "operator", "link"];
            for run in &collected.runs {
                for name in run.origin.factors.keys() {
                    if !names.contains(&name.as_str()) {
                        names.push(name);
                    }
                }
            }
            bail!(Usage(format!(
                "--by: expected one of {}, got `{factor}`",
                names.join(", ")
            )));
        }
    }
    Ok(())
}

fn finish(
    args: &Args,
    settings: &Settings,
    collected: &Collected,
    scores: &[Scores],
    mut notes: Vec<String>,
) -> anyhow::Result<()> {
    let mut people = Person::all(&collected.runs, settings.level);
    let more = give_scores(&mut people, scores);
    for note in &more {
        say(format_args!("takeover: {note}"));
    }
    notes.extend(more);
    let results = Results::of(collected, &people, settings, &args.by, notes);
    let chosen = choose(&collected.runs, args.cards);
    let bar = progress(chosen.len(), "takeovers drawn");
    let cards = Chosen::draw(&collected.runs, &chosen, settings, || bar.inc(1));
    bar.finish_and_clear();
    let title = args.title.clone().unwrap_or_else(|| "Takeovers".into());
    let about = About::now(title, command());
    let analysis = Analysis {
        runs: &collected.runs,
        people: &people,
        results: &results,
        settings,
        about: &about,
        cards: &cards,
    };
    let report = analysis.write(&args.out)?;
    if args.json {
        print([serde_json::to_string_pretty(&results)?])?;
    } else {
        print(lines(&results))?;
        print([format!("report: {}", report.display())])?;
    }
    Ok(())
}

/// The command that makes the same again, as it was typed.
fn command() -> String {
    let quoted = |arg: String| {
        let plain = |c: char| c.is_alphanumeric() || "-_./=:,%".contains(c);
        if !arg.is_empty() && arg.chars().all(plain) {
            arg
        } else {
            format!("'{}'", arg.replace('\'', r"'\''"))
        }
    };
    let rest = std::env::args().skip(1).map(quoted);
    std::iter::once("takeover".to_string())
        .chain(rest)
        .collect::<Vec<_>>()
        .join(" ")
}

/// The results in a few lines.
fn lines(r: &Results) -> Vec<String> {
    let o = &r.overview;
    let mut lines = vec![format!(
        "{} runs ({} with an operator) of {} scenarios, {} participants, {:.2} h driven; {} left out",
        o.logs, o.attended, o.scenarios, o.participants, o.driven_h, o.left_out
    )];
    lines.push(format!(
        "{} requests: {} taken over, {} rejected, {} missed, {} open; {} unprompted takeovers",
        o.requests, o.answered, o.rejected, o.missed, o.open, o.unprompted
    ));
    if o.unattended_requests > 0 {
        lines.push(format!(
            "{} requests in runs with nobody at the desk: unanswered by design",
            o.unattended_requests
        ));
    }
    if let Some(m) = &r.reaction.median {
        let end = |x: Option<f64>| x.map_or("not reached".to_string(), |x| format!("{x:.2}"));
        let interval = match (m.low, m.high) {
            (None, None) => "too few for an interval".to_string(),
            (low, high) => format!("{:.0} % CI {} to {}", m.level * 100.0, end(low), end(high)),
        };
        lines.push(match m.estimate {
            Some(median) => format!(
                "median reaction time {median:.2} s ({interval}), n = {}, {} censored",
                m.n, r.reaction.censored
            ),
            None => format!(
                "median reaction time not reached: {} of {} requests were not answered",
                r.reaction.censored, m.n
            ),
        });
    }
    if let Some(t) = &r.teams
        && let Some((alone, team)) = t.lines.first().and_then(|l| l.alone.zip(l.team))
    {
        lines.push(format!(
            "hazards handled in {:.0} % of runs with an operator, {:.0} % without ({} pairs)",
            team.value * 100.0,
            alone.value * 100.0,
            t.pairs
        ));
    }
    lines
}

#[cfg(not(feature = "sim"))]
mod against {
    use super::{Against, PathBuf, Usage};
    use std::path::Path;
    use takeover::analysis::rows::RunRow;

    pub fn drive(_: Against, _: &[RunRow], _: &Path) -> anyhow::Result<Vec<PathBuf>> {
        Err(Usage(
            "--against needs the simulation, and this takeover was built without; build with `--features sim`".into(),
        )
        .into())
    }
}

#[cfg(feature = "sim")]
mod against {
    use super::{Against, PathBuf, progress};
    use anyhow::Context;
    use std::collections::BTreeMap;
    use std::path::Path;
    use std::sync::Arc;
    use takeover::analysis::rows::{Arm, RunRow};
    use takeover::clock::realtime_ns;
    use takeover::operator::Nobody;
    use takeover::parallel::parallel;
    use takeover::record::{FORMAT, Recorder, RunInfo, Stream};
    use takeover::scenario::Scenario;
    use takeover::session::report::Report;
    use takeover::session::{Pace, Session, Stop};
    use takeover::sim::{Simulation, TICK_HZ};

    /// Drives the scenarios and seeds of these runs that nobody has driven without a person, and says where their
    /// logs are. Those that are there already are not driven again.
    pub fn drive(against: Against, runs: &[RunRow], folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
        let Against::None = against;
        let key = |r: &RunRow| (r.origin.scenario_hash, r.origin.seed);
        let mut wanted: BTreeMap<(u64, u64), &RunRow> = BTreeMap::new();
        for run in runs.iter().filter(|r| r.origin.arm == Arm::Team) {
            wanted.entry(key(run)).or_insert(run);
        }
        for run in runs.iter().filter(|r| r.origin.arm == Arm::Unattended) {
            wanted.remove(&key(run));
        }
        std::fs::create_dir_all(folder)
            .with_context(|| format!("{}: cannot make the folder", folder.display()))?;
        let wanted: Vec<&RunRow> = wanted.into_values().collect();
        let bar = progress(wanted.len(), "runs without an operator");
        let driven = parallel(wanted.len(), |i| one(wanted[i], folder), || bar.inc(1));
        bar.finish_and_clear();
        driven.into_iter().collect()
    }

    fn one(run: &RunRow, folder: &Path) -> anyhow::Result<PathBuf> {
        let origin = &run.origin;
        let name = format!(
            "{}-{:08x}-seed{}-none.mcap",
            origin.scenario, origin.scenario_hash as u32, origin.seed
        );
        let path = folder.join(name);
        if path.exists() {
            return Ok(path);
        }
        let stream = Stream::open(&origin.log)?;
        let scenario = super::super::scenario_in(&origin.log, &stream.scenario)?;
        let scenario: Arc<Scenario> = Arc::new(scenario);
        let info = RunInfo {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION").into(),
            platform: format!("{} {}", std::env::consts::ARCH, std::env::consts::OS),
            scenario: stream.info.scenario.clone(),
            seed: origin.seed,
            operator: "none".into(),
            pace: "fast".into(),
            started_ns: realtime_ns(std::time::SystemTime::now()),
            tick_hz: TICK_HZ,
            link: stream.info.link.clone(),
            fork: None,
            participant: None,
            conditions: Default::default(),
        };
        // Under its own name only once it is whole: a run that is broken off is driven again.
        let part = path.with_extension("part");
        match std::fs::remove_file(&part) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                return Err(e).with_context(|| format!("{}: cannot be replaced", part.display()));
            }
            _ => {}
        }
        let recorder = Recorder::create(&part, &info, &scenario, None)?;
        let sim = Simulation::new(Arc::clone(&scenario), origin.seed);
        let mut session = Session::new(&scenario, sim, Box::new(Nobody), Some(recorder));
        let stop = Stop::default();
        let paced = Pace::Fast.run(&mut session, &stop, |_, _| {});
        let judged = session.judge(&stop);
        let (account, recorder) = session.finish();
        let report = Report::new(
            info.scenario,
            origin.seed,
            info.operator,
            account,
            recorder,
            paced,
            judged,
        );
        if let Some(lost) = report.lost.first() {
            anyhow::bail!("{}: {lost}", path.display());
        }
        std::fs::rename(&part, &path)
            .with_context(|| format!("{}: cannot be named so", path.display()))?;
        Ok(path)
    }
}
