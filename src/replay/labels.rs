//! What people say about a log: beside it, never inside it.
//!
//! `LOG.labels/RATER.jsonl` holds one rater's entries, one JSON object a line, and only ever grows:
//! a correction is a later entry, a retraction too. Each rater has a file of their own, so two who
//! write at once cannot meet; who writes from two windows waits for the lock. A line that was cut
//! off by a crash stays as it is, is reported, and hurts no other.
//!
//! ```no_run
//! use takeover::replay::labels::{Identity, Label, Labels, Needed, Target};
//! # fn main() -> Result<(), takeover::replay::labels::LabelError> {
//! # let (started_ns, hash_of_the_last_tick) = (0, 0);
//! let identity = Identity::new(started_ns, hash_of_the_last_tick);
//! let mut labels = Labels::open("runs/LOG.mcap".as_ref(), identity)?;
//! let mut label = Label::about(Target::Takeover { number: 1 });
//! label.needed = Some(Needed::Yes);
//! let id = labels.add("anna", &label)?;
//! labels.retract("anna", &id)?;
//! # Ok(())
//! # }
//! ```

use super::taxonomy::Taxonomy;
use super::utc;
use crate::record::{Entry as Recorded, LogError, Stream};
use crate::session::tally::Account;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// Version of an entry's layout.
pub const VERSION: u32 = 1;

/// Longest rater's name and longest note, bytes.
const LONGEST_NAME: usize = 64;
const LONGEST_NOTE: usize = 10_000;

/// Why something cannot be labelled.
#[derive(Debug, thiserror::Error)]
pub enum LabelError {
    #[error("{}: cannot read the labels: {why}", path.display())]
    Unreadable { path: PathBuf, why: io::Error },
    #[error("{}: cannot write the label, nothing was kept of it: {why}", path.display())]
    Unwritable { path: PathBuf, why: io::Error },
    #[error(
        "{}:{line}: expected labels of this log (started_ns {}, state hash {}), got labels of another one (started_ns {}, state hash {}); put the folder beside the log that it belongs to",
        path.display(), expected.started_ns, expected.state_hash, got.started_ns, got.state_hash
    )]
    OtherLog {
        path: PathBuf,
        line: usize,
        expected: Box<Identity>,
        got: Box<Identity>,
    },
    #[error("{}:{line}: expected labels of version {VERSION} or older, got version {got}; use a newer takeover", path.display())]
    Newer {
        path: PathBuf,
        line: usize,
        got: u32,
    },
    #[error("{what}: expected {expected}, got {got}")]
    Wrong {
        what: &'static str,
        expected: String,
        got: String,
    },
}

fn wrong(what: &'static str, expected: impl Into<String>, got: impl Into<String>) -> LabelError {
    LabelError::Wrong {
        what,
        expected: expected.into(),
        got: got.into(),
    }
}

/// Which run a label is about: a copy of the log has the same, another run never.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Start of the run, ns since the Unix epoch.
    pub started_ns: i64,
    /// Hash of the last tick on record, hex.
    pub state_hash: String,
}

impl Identity {
    pub fn new(started_ns: i64, state_hash: u64) -> Self {
        Self {
            started_ns,
            state_hash: format!("{state_hash:016x}"),
        }
    }

    /// Of a log, without reading more of it than its end.
    ///
    /// # Errors
    /// If the file cannot be read or is no record.
    pub fn read(log: &Path) -> Result<Self, LogError> {
        let mut stream = Stream::scan(log)?;
        let started_ns = stream.info.started_ns;
        let last = (0..stream.chunks()).rev().find_map(|index| {
            let entries = stream.chunk(index, false).ok()?;
            entries.iter().rev().find_map(|e| match e {
                Recorded::State(state) => Some(state.hash),
                _ => None,
            })
        });
        Ok(Self::new(started_ns, last.unwrap_or_default()))
    }
}

/// What a label is about. Numbers count from 1.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Target {
    /// The whole run.
    Run,
    /// A takeover, or a request that nobody answered: as `inspect` numbers them.
    Takeover { number: u32 },
    /// An event: its place among the log's events.
    Event { number: u32 },
    /// From a time of the run to a later one, s.
    Span { from_s: f64, to_s: f64 },
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Run => write!(f, "run"),
            Self::Takeover { number } => write!(f, "takeover {number}"),
            Self::Event { number } => write!(f, "event {number}"),
            Self::Span { from_s, to_s } => write!(f, "span {from_s}..{to_s} s"),
        }
    }
}

/// What there is to label in a log.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Extent {
    pub takeovers: usize,
    pub events: usize,
    /// s.
    pub length: f64,
}

impl Extent {
    pub fn of(account: &Account) -> Self {
        Self {
            takeovers: account.takeovers.len(),
            events: account.events.len(),
            length: account.time,
        }
    }
}

impl Target {
    /// # Errors
    /// If there is no such thing in the log.
    pub fn within(self, extent: &Extent) -> Result<(), LabelError> {
        let counted = |what, number: u32, there: usize| {
            if (1..=there).contains(&(number as usize)) {
                return Ok(());
            }
            let expected = match there {
                0 => "another target: this log has none".to_string(),
                1 => "1: this log has one".to_string(),
                n => format!("1 to {n}"),
            };
            Err(wrong(what, expected, number.to_string()))
        };
        match self {
            Self::Run => Ok(()),
            Self::Takeover { number } => counted("takeover", number, extent.takeovers),
            Self::Event { number } => counted("event", number, extent.events),
            Self::Span { from_s, to_s } if from_s >= 0.0 && from_s < to_s => {
                if to_s <= extent.length {
                    return Ok(());
                }
                let expected = format!("a span within the run's {:.2} s", extent.length);
                Err(wrong("span", expected, format!("{from_s}..{to_s}")))
            }
            Self::Span { from_s, to_s } => Err(wrong(
                "span",
                "FROM..TO in s, from a time of the run to a later one",
                format!("{from_s}..{to_s}"),
            )),
        }
    }
}

/// Was it needed?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Needed {
    Yes,
    No,
    Unsure,
}

impl Needed {
    pub const ALL: [Self; 3] = [Self::Yes, Self::No, Self::Unsure];

    pub fn name(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Unsure => "unsure",
        }
    }
}

/// What the quality's figures mean, from the lowest of each step: the TOC rating, one global rating
/// from 1 to 10 by trained raters (Naujoks et al. 2018; anchors from memory).
pub const QUALITY: [(u8, &str); 5] = [
    (1, "perfect"),
    (2, "imprecision"),
    (4, "driving errors"),
    (7, "endangerment"),
    (10, "uncontrollable"),
];

/// The anchor of a quality, 1 to 10.
pub fn anchor(quality: u8) -> &'static str {
    let step = QUALITY.iter().rev().find(|(least, _)| quality >= *least);
    step.map_or("", |(_, meaning)| meaning)
}

/// What a rater says about a target: as much of it as they have an answer for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Label {
    pub target: Target,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needed: Option<Needed>,
    /// Code of a taxonomy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// Name of the taxonomy that the cause is from; filled in by [`Labels::add`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taxonomy: Option<String>,
    /// TOC rating, 1 (perfect) to 10 (uncontrollable): [`QUALITY`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quality: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Label {
    /// A label that says nothing yet.
    pub fn about(target: Target) -> Self {
        Self {
            target,
            needed: None,
            cause: None,
            taxonomy: None,
            quality: None,
            note: None,
        }
    }

    fn check(&self, taxonomy: &Taxonomy) -> Result<(), LabelError> {
        if let Target::Span { from_s, to_s } = self.target
            && !(from_s >= 0.0 && from_s < to_s && to_s.is_finite())
        {
            let expected = "FROM..TO in s, from a time of the run to a later one";
            return Err(wrong("span", expected, format!("{from_s}..{to_s}")));
        }
        if let Some(quality) = self.quality
            && !(1..=10).contains(&quality)
        {
            let expected = "1 (perfect) to 10 (uncontrollable)";
            return Err(wrong("quality", expected, quality.to_string()));
        }
        if let Some(code) = &self.cause
            && taxonomy.find(code).is_none()
        {
            let expected = format!("a cause of `{}`: {}", taxonomy.name, taxonomy.codes());
            return Err(wrong("cause", expected, format!("`{code}`")));
        }
        if let Some(note) = &self.note
            && (note.trim().is_empty() || note.len() > LONGEST_NOTE)
        {
            let expected = format!("1 to {LONGEST_NOTE} bytes of text");
            return Err(wrong(
                "note",
                expected,
                format!("{} bytes", note.trim().len()),
            ));
        }
        let says = [
            self.needed.is_some(),
            self.cause.is_some(),
            self.quality.is_some(),
            self.note.is_some(),
        ];
        if says == [false; 4] {
            let expected = "at least one of needed, cause, quality, note";
            return Err(wrong("label", expected, "none of them"));
        }
        Ok(())
    }
}

/// Name of an entry: `RATER-NUMBER`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Id(pub String);

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One line of a rater's file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    pub version: u32,
    pub id: Id,
    pub rater: String,
    /// When it was said: UTC, ISO 8601.
    pub time: String,
    pub log: Identity,
    #[serde(flatten)]
    pub said: Said,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    Label(Label),
    /// An earlier entry of the same rater is taken back.
    Retract(Id),
}

/// What stands of all that a rater has said about one target: each answer by the latest entry that
/// gives it and is not taken back.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rating {
    pub rater: String,
    #[serde(flatten)]
    pub label: Label,
    /// The entries that it is made of.
    pub entries: Vec<Id>,
    /// When the last of them was said.
    pub time: String,
}

/// The labels of one log, of all raters.
#[derive(Debug)]
pub struct Labels {
    folder: PathBuf,
    identity: Identity,
    taxonomy: Taxonomy,
    /// In order of name.
    raters: Vec<(String, Vec<Entry>)>,
    /// Lines that cannot be read, in words, by rater.
    damaged: Vec<(String, Vec<String>)>,
}

impl Labels {
    /// Where the labels of a log are: beside it.
    pub fn folder(log: &Path) -> PathBuf {
        let mut name = log.as_os_str().to_owned();
        name.push(".labels");
        name.into()
    }

    /// Reads the labels of a log; none is fine, and makes no folder.
    ///
    /// # Errors
    /// If they cannot be read, are of another log, or of a newer version. Lines that were cut off
    /// are no error: [`Labels::damaged`].
    pub fn open(log: &Path, identity: Identity) -> Result<Self, LabelError> {
        let mut labels = Self {
            folder: Self::folder(log),
            identity,
            taxonomy: Taxonomy::default(),
            raters: Vec::new(),
            damaged: Vec::new(),
        };
        let unreadable = |why| LabelError::Unreadable {
            path: Self::folder(log),
            why,
        };
        let files = match std::fs::read_dir(&labels.folder) {
            Ok(files) => files,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(labels),
            Err(e) => return Err(unreadable(e)),
        };
        let mut names = Vec::new();
        for file in files {
            let name = file.map_err(unreadable)?.file_name();
            let name = name.to_str().and_then(|n| n.strip_suffix(".jsonl"));
            names.extend(name.filter(|n| check_rater(n).is_ok()).map(String::from));
        }
        names.sort();
        for rater in names {
            let path = labels.file(&rater);
            let read = std::fs::read(&path);
            let bytes = read.map_err(|why| LabelError::Unreadable { path, why })?;
            labels.take(&rater, &bytes)?;
        }
        Ok(labels)
    }

    /// Causes are from this taxonomy instead of the one that is built in.
    #[must_use]
    pub fn with_taxonomy(mut self, taxonomy: Taxonomy) -> Self {
        self.taxonomy = taxonomy;
        self
    }

    pub fn taxonomy(&self) -> &Taxonomy {
        &self.taxonomy
    }

    /// Names of all who have said something, in order.
    pub fn raters(&self) -> impl Iterator<Item = &str> {
        self.raters.iter().map(|(name, _)| name.as_str())
    }

    /// All that was ever said, what was corrected or taken back included: rater by rater, in order.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.raters.iter().flat_map(|(_, entries)| entries)
    }

    /// What stands, of all raters: by rater, then as first named.
    pub fn all(&self) -> Vec<Rating> {
        let each = self.raters.iter().map(|(name, _)| self.of(name));
        each.flatten().collect()
    }

    /// What stands, of one rater: in the order in which the targets were first named.
    pub fn of(&self, rater: &str) -> Vec<Rating> {
        let entries = self.raters.iter().find(|(name, _)| name == rater);
        standing(entries.map_or(&[], |(_, entries)| entries))
    }

    /// Lines that cannot be read, in words: a crash, or another program.
    pub fn damaged(&self) -> impl Iterator<Item = &str> {
        self.damaged
            .iter()
            .flat_map(|(_, lines)| lines)
            .map(String::as_str)
    }

    /// Writes a label down. When this returns, it is on disk.
    ///
    /// # Errors
    /// If the rater's name or the label is not sound, or it cannot be written.
    pub fn add(&mut self, rater: &str, label: &Label) -> Result<Id, LabelError> {
        check_rater(rater)?;
        label.check(&self.taxonomy)?;
        let mut label = label.clone();
        label.taxonomy = label.cause.is_some().then(|| self.taxonomy.name.clone());
        self.write(rater, |_| Ok(Said::Label(label)))
    }

    /// Takes an entry of this rater back. Both stay on record.
    ///
    /// # Errors
    /// If there is no such entry of this rater, it is taken back already, or it cannot be written.
    pub fn retract(&mut self, rater: &str, id: &Id) -> Result<Id, LabelError> {
        check_rater(rater)?;
        self.write(rater, |entries| {
            let known = entries
                .iter()
                .any(|e| e.id == *id && matches!(e.said, Said::Label(_)));
            if !known {
                let expected = format!("the id of a label by {rater}");
                return Err(wrong("retract", expected, format!("`{id}`")));
            }
            if entries.iter().any(|e| e.said == Said::Retract(id.clone())) {
                let got = format!("`{id}`, which is taken back already");
                return Err(wrong("retract", "a label that stands", got));
            }
            Ok(Said::Retract(id.clone()))
        })
    }

    fn file(&self, rater: &str) -> PathBuf {
        self.folder.join(format!("{rater}.jsonl"))
    }

    /// Adds a line to a rater's file. What to say is decided under the lock, by what is in it.
    fn write(
        &mut self,
        rater: &str,
        say: impl FnOnce(&[Entry]) -> Result<Said, LabelError>,
    ) -> Result<Id, LabelError> {
        let path = self.file(rater);
        let unwritable = |why| LabelError::Unwritable {
            path: path.clone(),
            why,
        };
        std::fs::create_dir_all(&self.folder).map_err(unwritable)?;
        let mut file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(&path)
            .map_err(unwritable)?;
        match file.lock() {
            // Some network folders know no locks: a rater with two windows there is on their own.
            Err(e) if e.kind() == io::ErrorKind::Unsupported => {}
            other => other.map_err(unwritable)?,
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(unwritable)?;
        // Another window may have written meanwhile.
        self.take(rater, &bytes)?;
        let entries = self.raters.iter().find(|(name, _)| name == rater);
        let entries = entries.map_or(&[][..], |(_, entries)| entries);
        // Lines that cannot be read count too, so that no number is given twice.
        let lines = bytes.split(|b| *b == b'\n').filter(|l| !l.is_empty());
        let entry = Entry {
            version: VERSION,
            id: Id(format!("{rater}-{}", lines.count() + 1)),
            rater: rater.into(),
            time: utc::stamp(utc::now_ns()),
            log: self.identity.clone(),
            said: say(entries)?,
        };
        let mut line = serde_json::to_vec(&entry).map_err(|e| unwritable(e.into()))?;
        line.push(b'\n');
        if bytes.last().is_some_and(|last| *last != b'\n') {
            line.insert(0, b'\n');
        }
        append(&mut file, bytes.len() as u64, &line).map_err(unwritable)?;
        bytes.extend(line);
        self.take(rater, &bytes)?;
        Ok(entry.id)
    }

    /// Reads a rater's file anew.
    fn take(&mut self, rater: &str, bytes: &[u8]) -> Result<(), LabelError> {
        let (mut entries, mut damaged) = (Vec::new(), Vec::new());
        let path = self.file(rater);
        for (i, line) in bytes.split(|b| *b == b'\n').enumerate() {
            let line_number = i + 1;
            if line.trim_ascii().is_empty() {
                continue;
            }
            // A newer version may say things that this one cannot read.
            let version = serde_json::from_slice::<Version>(line);
            if let Ok(Version { version }) = version
                && version > VERSION
            {
                let (line, got) = (line_number, version);
                return Err(LabelError::Newer { path, line, got });
            }
            match serde_json::from_slice::<Entry>(line) {
                Ok(entry) if entry.log != self.identity => {
                    return Err(LabelError::OtherLog {
                        path,
                        line: line_number,
                        expected: Box::new(self.identity.clone()),
                        got: Box::new(entry.log),
                    });
                }
                Ok(entry) if entry.rater == rater => entries.push(entry),
                Ok(entry) => damaged.push(format!(
                    "{}:{line_number}: expected a label by {rater}, got one by {}: left out",
                    path.display(),
                    entry.rater
                )),
                Err(why) => damaged.push(format!(
                    "{}:{line_number}: a damaged label is left out: {why}",
                    path.display()
                )),
            }
        }
        put(&mut self.raters, rater, entries);
        put(&mut self.damaged, rater, damaged);
        Ok(())
    }
}

#[derive(Deserialize)]
struct Version {
    version: u32,
}

/// Writes all of it or nothing.
fn append(file: &mut File, length: u64, line: &[u8]) -> io::Result<()> {
    let written = file.write_all(line).and_then(|()| file.sync_all());
    if written.is_err() {
        // The disk may be full: what did get there is cut off again.
        let _ = file.set_len(length);
    }
    written
}

/// Sets the value under a name; names stay in order.
fn put<T>(list: &mut Vec<(String, T)>, name: &str, value: T) {
    match list.binary_search_by(|(n, _)| n.as_str().cmp(name)) {
        Ok(at) => list[at].1 = value,
        Err(at) => list.insert(at, (name.into(), value)),
    }
}

fn standing(entries: &[Entry]) -> Vec<Rating> {
    let retracted = |id: &Id| entries.iter().any(|e| e.said == Said::Retract(id.clone()));
    let mut ratings: Vec<Rating> = Vec::new();
    for entry in entries {
        let Said::Label(said) = &entry.said else {
            continue;
        };
        if retracted(&entry.id) {
            continue;
        }
        let known = ratings.iter_mut().find(|r| r.label.target == said.target);
        let Some(rating) = known else {
            ratings.push(Rating {
                rater: entry.rater.clone(),
                label: said.clone(),
                entries: vec![entry.id.clone()],
                time: entry.time.clone(),
            });
            continue;
        };
        let label = &mut rating.label;
        label.needed = said.needed.or(label.needed);
        label.quality = said.quality.or(label.quality);
        if said.cause.is_some() {
            (label.cause, label.taxonomy) = (said.cause.clone(), said.taxonomy.clone());
        }
        label.note = said.note.clone().or(label.note.take());
        rating.entries.push(entry.id.clone());
        rating.time.clone_from(&entry.time);
    }
    ratings
}

/// # Errors
/// If a rater's name is not one: 1 to 64 letters, digits, `-` and `_`.
pub fn check_rater(name: &str) -> Result<(), LabelError> {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    if (1..=LONGEST_NAME).contains(&name.len()) && name.bytes().all(fits) {
        return Ok(());
    }
    let expected = "1 to 64 letters (a to z), digits, `-` and `_`";
    Err(wrong("rater", expected, format!("`{name}`")))
}

#[cfg(test)]
mod tests;
