//! `takeover label LOG`: what people say about a log.

use super::label_agreement::agreement;
use super::label_dialogue::dialogue;
use super::{Done, Usage, print, say};
use anyhow::bail;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use takeover::replay::labels::{
    Extent, Id, Identity, Label, Labels, Needed, Rating, Target, anchor, check_rater,
};
use takeover::replay::taxonomy::Taxonomy;
use takeover::session::tally::{Account, Tally};

/// Say of takeovers, events and spans of a log: was it needed, what caused it, how well was it driven.
/// Several raters; all of it beside the log, in LOG.labels, never inside it. Without anything to label:
/// a dialogue, takeover by takeover.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Quality is the TOC rating: 1 perfect, 2-3 imprecision, 4-6 driving errors, 7-9 endangerment, 10 uncontrollable.
A correction is simply said again: the latest answer stands, and all of them stay on record.

Examples:
  takeover label runs/LOG.mcap --rater anna
      Asks about each takeover; Enter skips a question, q ends.
  takeover label runs/LOG.mcap --targets
      What can be labelled, with numbers.
  takeover label runs/LOG.mcap --rater anna --takeover 1 --needed yes --cause planning.blocked --quality 3
  takeover label runs/LOG.mcap --rater anna --span 12.5..14 --note \"brakes for nothing\"
  takeover label runs/LOG.mcap --list
  takeover label runs/LOG.mcap --rater anna --retract anna-2
  takeover label --causes
  takeover label runs/ --agreement
      Do raters agree? Cohen's kappa for two, Fleiss' kappa for more.")]
pub struct Args {
    /// A log (MCAP); with --agreement logs, or folders of logs.
    #[arg(value_name = "LOG", required_unless_present = "causes")]
    logs: Vec<PathBuf>,
    /// Who labels: letters, digits, - and _. With --list: only their labels.
    #[arg(long, value_name = "NAME")]
    rater: Option<String>,
    /// Label the takeover of this number, as `inspect` counts them (a missed one, too).
    #[arg(
        long,
        value_name = "N",
        group = "target",
        help_heading = "What is labelled"
    )]
    takeover: Option<u32>,
    /// Label the takeover that this request led to, or failed to lead to.
    #[arg(
        long,
        value_name = "N",
        group = "target",
        help_heading = "What is labelled"
    )]
    request: Option<u32>,
    /// Label the event of this number: --targets lists them.
    #[arg(
        long,
        value_name = "N",
        group = "target",
        help_heading = "What is labelled"
    )]
    event: Option<u32>,
    /// Label from a time of the run to another, s.
    #[arg(
        long,
        value_name = "FROM..TO",
        group = "target",
        allow_hyphen_values = true,
        help_heading = "What is labelled"
    )]
    span: Option<Span>,
    /// Label the whole run.
    #[arg(long, group = "target", help_heading = "What is labelled")]
    run: bool,
    /// Was it needed? yes, no or unsure.
    #[arg(long, value_parser = needed, value_name = "ANSWER", help_heading = "What is said of it")]
    needed: Option<Needed>,
    /// What caused it: a code of the taxonomy (--causes).
    #[arg(long, value_name = "CODE", help_heading = "What is said of it")]
    cause: Option<String>,
    /// TOC rating, 1 to 10.
    #[arg(long, value_name = "1..10", help_heading = "What is said of it")]
    quality: Option<u8>,
    /// In words.
    #[arg(
        long,
        value_name = "TEXT",
        allow_hyphen_values = true,
        help_heading = "What is said of it"
    )]
    note: Option<String>,
    /// Causes from this file (RON; docs/labels.md) instead of those that are built in.
    #[arg(long, value_name = "FILE")]
    taxonomy: Option<PathBuf>,
    /// Show what was said, by everybody or by --rater.
    #[arg(long, group = "action")]
    list: bool,
    /// Show what can be labelled.
    #[arg(long, group = "action")]
    targets: bool,
    /// Take an entry back; it stays on record.
    #[arg(long, value_name = "ID", group = "action")]
    retract: Option<String>,
    /// Show the causes, with what they mean.
    #[arg(long, group = "action")]
    causes: bool,
    /// Do raters agree beyond chance?
    #[arg(long, group = "action", conflicts_with = "rater")]
    agreement: bool,
    /// Print JSON instead of text.
    #[arg(long)]
    json: bool,
}

/// `FROM..TO`, s.
#[derive(Clone, Copy, Debug)]
struct Span {
    from: f64,
    to: f64,
}

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |s: &str| s.trim().trim_end_matches('s').trim().parse::<f64>().ok();
        let ends = text.split_once("..");
        match ends.and_then(|(from, to)| Some((number(from)?, number(to)?))) {
            Some((from, to)) => Ok(Self { from, to }),
            None => Err(format!(
                "expected FROM..TO in s, such as 12.5..14, got `{text}`"
            )),
        }
    }
}

/// An answer, or its first letter.
pub fn needed(text: &str) -> Result<Needed, String> {
    let text = text.to_lowercase();
    let found = Needed::ALL
        .into_iter()
        .find(|n| !text.is_empty() && (n.name() == text || n.name()[..1] == text));
    found.ok_or_else(|| format!("expected yes, no or unsure, got `{text}`"))
}

/// A log that is being labelled.
pub struct Subject {
    pub path: PathBuf,
    pub identity: Identity,
    pub account: Account,
    pub labels: Labels,
    pub json: bool,
}

pub fn label(args: &Args) -> anyhow::Result<Done> {
    let taxonomy = match &args.taxonomy {
        Some(path) => Taxonomy::load(path)?,
        None => Taxonomy::default(),
    };
    let says = args.needed.is_some()
        || args.cause.is_some()
        || args.quality.is_some()
        || args.note.is_some();
    let names = args.takeover.is_some()
        || args.request.is_some()
        || args.event.is_some()
        || args.span.is_some()
        || args.run;
    let acts = args.list || args.targets || args.retract.is_some() || args.causes || args.agreement;
    if acts && (says || names) {
        let what = "--list, --targets, --retract, --causes and --agreement label nothing: leave out what is labelled and what is said of it";
        bail!(Usage(what.into()));
    }
    if says && !names {
        let what = "expected what is labelled: --takeover N, --request N, --event N, --span FROM..TO or --run";
        bail!(Usage(what.into()));
    }
    if names && !says {
        let what = "expected what is said of it: --needed, --cause, --quality or --note";
        bail!(Usage(what.into()));
    }
    if args.causes {
        return causes(&taxonomy, args.json);
    }
    if args.agreement {
        return agreement(&args.logs, args.json);
    }
    let [path] = &args.logs[..] else {
        let got = args.logs.len();
        bail!(Usage(format!(
            "expected one log (--agreement takes more), got {got}"
        )));
    };
    let rater = || match &args.rater {
        Some(name) => check_rater(name)
            .map(|()| name.as_str())
            .map_err(|e| Usage(format!("--{e}"))),
        None => Err(Usage(
            "expected who labels: --rater NAME (it is never guessed: a name is personal data)"
                .into(),
        )),
    };
    if args.list {
        if args.rater.is_some() {
            rater()?;
        }
        return list(&open(path, taxonomy, args.json)?, args.rater.as_deref());
    }
    if args.targets {
        return targets(&open(path, taxonomy, args.json)?);
    }
    let rater = rater()?;
    let mut subject = open(path, taxonomy, args.json)?;
    if let Some(id) = &args.retract {
        let id = subject.labels.retract(rater, &Id(id.clone()))?;
        return subject.report(&id);
    }
    if !names {
        return dialogue(&mut subject, rater);
    }
    let label = Label {
        needed: args.needed,
        cause: args.cause.clone(),
        quality: args.quality,
        note: args.note.clone(),
        ..Label::about(subject.target(args)?)
    };
    let id = subject.labels.add(rater, &label)?;
    subject.report(&id)
}

/// Opens a log and its labels. What is missing of either is told, and is no reason not to label.
fn open(path: &Path, taxonomy: Taxonomy, json: bool) -> anyhow::Result<Subject> {
    let identity = Identity::read(path)?;
    let labels = Labels::open(path, identity.clone())?.with_taxonomy(taxonomy);
    let (log, scenario) = super::read_log(path)?;
    if let Some(lost) = &log.lost {
        say(format_args!("takeover: {}: {lost}", path.display()));
    }
    for line in labels.damaged() {
        say(format_args!("takeover: {line}"));
    }
    Ok(Subject {
        path: path.into(),
        identity,
        account: Tally::of_log(&log, &scenario),
        labels,
        json,
    })
}

impl Subject {
    /// Labels that cannot be read are a loss.
    fn done(&self) -> Done {
        match self.labels.damaged().next() {
            None => Done::Fine,
            Some(_) => Done::Incomplete,
        }
    }

    fn target(&self, args: &Args) -> anyhow::Result<Target> {
        let target = if let Some(number) = args.takeover {
            Target::Takeover { number }
        } else if let Some(request) = args.request {
            let all = &self.account.takeovers;
            let Some(at) = all.iter().position(|t| t.request == Some(request)) else {
                let known: Vec<_> = all.iter().filter_map(|t| t.request).collect();
                let known = match known[..] {
                    [] => "another target: this log has no request".into(),
                    _ => format!("one of {}", words(known.iter().map(u32::to_string))),
                };
                bail!("request: expected {known}, got {request}");
            };
            Target::Takeover {
                number: at as u32 + 1,
            }
        } else if let Some(number) = args.event {
            Target::Event { number }
        } else if let Some(span) = args.span {
            Target::Span {
                from_s: span.from,
                to_s: span.to,
            }
        } else {
            Target::Run
        };
        target.within(&Extent::of(&self.account))?;
        Ok(target)
    }

    /// Says what was written.
    pub fn report(&self, id: &Id) -> anyhow::Result<Done> {
        let Some(entry) = self.labels.entries().find(|e| e.id == *id) else {
            bail!("{id}: the label is not where it was written");
        };
        use takeover::replay::labels::Said;
        print([match (&entry.said, self.json) {
            (_, true) => serde_json::to_string(entry)?,
            (Said::Label(label), _) => format!("{id}: {}: {}", label.target, said(label)),
            (Said::Retract(what), _) => format!("{id}: {what} is taken back"),
        }])?;
        Ok(Done::Fine)
    }

    /// What a target is, in words.
    pub fn describe(&self, target: Target) -> String {
        let (takeovers, events) = (&self.account.takeovers, &self.account.events);
        let place = |number: u32| (number as usize).checked_sub(1);
        let what = match target {
            Target::Takeover { number } => place(number)
                .and_then(|i| takeovers.get(i))
                .map(|t| format!("{}: {}", t.reason, t.outcome.label())),
            Target::Event { number } => place(number)
                .and_then(|i| events.get(i))
                .map(|e| format!("{:.2} s: {}", e.time, e.event.describe())),
            Target::Run | Target::Span { .. } => None,
        };
        match what {
            Some(what) => format!("{target} ({what})"),
            None => target.to_string(),
        }
    }
}

/// `a, b, c`.
pub fn words(list: impl Iterator<Item = String>) -> String {
    list.collect::<Vec<_>>().join(", ")
}

/// All that a label says, in words.
pub fn said(label: &Label) -> String {
    let quality = |q: u8| format!("quality {q} ({})", anchor(q));
    let parts = [
        label.needed.map(|n| format!("needed {}", n.name())),
        label.cause.as_ref().map(|c| format!("cause {c}")),
        label.quality.map(quality),
        label.note.as_ref().map(|n| format!("{n:?}")),
    ];
    words(parts.into_iter().flatten())
}

fn list(subject: &Subject, rater: Option<&str>) -> anyhow::Result<Done> {
    let labels = &subject.labels;
    let of = |name: &str| rater.is_none_or(|r| r == name);
    let ratings = match rater {
        Some(rater) => labels.of(rater),
        None => labels.all(),
    };
    if subject.json {
        let history: Vec<_> = labels.entries().filter(|e| of(&e.rater)).collect();
        let object = json!({
            "log": subject.path,
            "identity": subject.identity,
            "labels": ratings,
            "history": history,
            "lost": labels.damaged().collect::<Vec<_>>(),
        });
        print([serde_json::to_string_pretty(&object)?])?;
        return Ok(subject.done());
    }
    if ratings.is_empty() {
        print(["nothing has been said of this log"])?;
        return Ok(subject.done());
    }
    let mut sorted: Vec<&Rating> = ratings.iter().collect();
    sorted.sort_by(|a, b| {
        let order = a.label.target.partial_cmp(&b.label.target);
        order.unwrap_or(std::cmp::Ordering::Equal)
    });
    let mut lines = Vec::new();
    let mut last = None;
    for rating in sorted {
        let target = rating.label.target;
        if last.replace(target) != Some(target) {
            lines.push(subject.describe(target));
        }
        let ids = words(rating.entries.iter().map(Id::to_string));
        lines.push(format!(
            "  {}: {} [{ids}]",
            rating.rater,
            said(&rating.label)
        ));
    }
    print(lines)?;
    Ok(subject.done())
}

fn targets(subject: &Subject) -> anyhow::Result<Done> {
    let account = &subject.account;
    let all = |count: usize, target: fn(u32) -> Target| (1..=count as u32).map(target);
    let takeovers = all(account.takeovers.len(), |number| Target::Takeover {
        number,
    });
    let events = all(account.events.len(), |number| Target::Event { number });
    let length = account.time;
    if subject.json {
        let object = json!({
            "log": subject.path,
            "identity": subject.identity,
            "length_s": length,
            "takeovers": account.takeovers,
            "events": account.events,
        });
        print([serde_json::to_string_pretty(&object)?])?;
        return Ok(Done::Fine);
    }
    let mut lines = vec![format!("run (any span within 0..{length:.2} s)")];
    lines.extend(takeovers.chain(events).map(|t| subject.describe(t)));
    print(lines)?;
    Ok(Done::Fine)
}

/// The causes, line by line.
pub fn cause_lines(taxonomy: &Taxonomy) -> Vec<String> {
    let longest = taxonomy.causes.iter().map(|c| c.code.len()).max();
    let width = longest.unwrap_or_default();
    let mut lines = Vec::new();
    let mut group = "";
    for cause in &taxonomy.causes {
        if cause.group != group {
            group = &cause.group;
            lines.push(group.to_string());
        }
        lines.push(format!("  {:width$}  {}", cause.code, cause.definition));
    }
    lines
}

fn causes(taxonomy: &Taxonomy, json: bool) -> anyhow::Result<Done> {
    if json {
        print([serde_json::to_string_pretty(taxonomy)?])?;
    } else {
        print([format!("taxonomy {}", taxonomy.name)])?;
        print(cause_lines(taxonomy))?;
    }
    Ok(Done::Fine)
}
