//! A record, read chunk by chunk: in order, or from anywhere.

use super::chunk::{Topics, entries};
use super::layout::{
    Chunk, Fields, HEAD, MAGIC, Place, Records, attachment, channel, metadata, number, op, walk,
};
use super::read::LogError;
use super::recover::Recovered;
use super::schema::{self, Topic};
use super::state::State;
use super::{
    FORMAT, METADATA_JSON, RunEnd, RunInfo, SCENARIO_ATTACHMENT, SCRIPT_ATTACHMENT,
    SETTINGS_ATTACHMENT,
};
use crate::command::Input;
use crate::link::view::{Drawn, LinkView, VideoView};
use crate::referee::verdict::RequestVerdict;
use crate::takeover::alert::Presented;
use crate::takeover::event::TimedEvent;
use serde::de::DeserializeOwned;
use std::convert::Infallible;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

/// One message of a record.
#[derive(Clone, Debug)]
pub enum Entry {
    State(State),
    Command(schema::Command),
    Perception(Box<schema::Perception>),
    Plan(schema::Plan),
    Event(TimedEvent),
    Input(Input),
    Presented(Presented),
    Verdict(RequestVerdict),
    Link(LinkView),
    Video(VideoView),
    Drawn(Drawn),
}

/// Finds what is missing in a record as its states go by.
#[derive(Clone, Debug)]
pub struct Missing {
    /// The tick that is due.
    next: u64,
    found: Vec<String>,
    more: usize,
}

/// Holes that are told one by one.
const TOLD: usize = 3;

impl Default for Missing {
    fn default() -> Self {
        Self {
            next: 1,
            found: Vec::new(),
            more: 0,
        }
    }
}

impl Missing {
    pub fn note(&mut self, what: String) {
        if self.found.len() < TOLD {
            self.found.push(what);
        } else {
            self.more += 1;
        }
    }

    pub fn entry(&mut self, entry: &Entry) {
        if let Entry::State(state) = entry {
            if state.tick > self.next {
                let (from, to) = (self.next, state.tick - 1);
                self.note(format!("ticks {from} to {to} are missing"));
            } else if state.tick < self.next {
                self.note(format!(
                    "tick {} comes after tick {}",
                    state.tick,
                    self.next - 1
                ));
            }
            self.next = state.tick.saturating_add(1);
        }
    }

    /// In words; none if nothing is missing. `last`: of the run's end, if that is on record.
    pub fn finish(mut self, last: Option<u64>) -> Option<String> {
        if let Some(last) = last.filter(|last| *last >= self.next) {
            self.note(format!("ticks {} to {last} are missing", self.next));
        }
        if self.found.is_empty() {
            return None;
        }
        let mut told = self.found.join("; ");
        if self.more > 0 {
            told += &format!("; and {} more", self.more);
        }
        Some(told)
    }
}

/// A record, opened for reading.
#[derive(Debug)]
pub struct Stream {
    path: PathBuf,
    records: Records<BufReader<File>>,
    pub info: RunInfo,
    /// None if the program was killed before it could close the record.
    pub end: Option<RunEnd>,
    /// The scenario's text.
    pub scenario: String,
    /// The operator's script, if there was one.
    pub script: Option<String>,
    /// Every setting in force, as JSON.
    pub settings: Option<String>,
    /// What is missing or damaged apart from chunks, in words.
    pub lost: Option<String>,
    chunks: Vec<Place>,
    topics: Topics,
}

/// Where the parts of a file are.
#[derive(Debug, Default)]
struct Layout {
    chunks: Vec<Place>,
    metadata: Vec<Place>,
    attachments: Vec<Place>,
    topics: Topics,
    /// Where whole records end, if not at an end of the data.
    torn: Option<u64>,
}

impl Stream {
    /// Opens a record by what its summary says, where that is whole; looks through all of it
    /// otherwise.
    ///
    /// # Errors
    /// If the file cannot be read or is not a record of this program.
    pub fn open(path: &Path) -> Result<Self, LogError> {
        Self::open_with(path, true)
    }

    /// Opens a record by looking through all of it, whatever its summary says.
    ///
    /// # Errors
    /// As [`Stream::open`].
    pub fn scan(path: &Path) -> Result<Self, LogError> {
        Self::open_with(path, false)
    }

    fn open_with(path: &Path, by_summary: bool) -> Result<Self, LogError> {
        let unreadable = |why| LogError::Unreadable {
            path: path.to_path_buf(),
            why,
        };
        let foreign = |got: String| LogError::Foreign {
            path: path.to_path_buf(),
            got,
        };
        let file = File::open(path).map_err(unreadable)?;
        if file.metadata().map_err(unreadable)?.is_dir() {
            return Err(foreign("a folder".into()));
        }
        let mut records = Records::new(BufReader::new(file)).map_err(unreadable)?;
        if records.length == 0 {
            return Err(foreign("an empty file".into()));
        }
        if records.bytes(0, MAGIC.len() as u64).map_err(unreadable)? != MAGIC {
            return Err(foreign("a file of another kind".into()));
        }
        let known = if by_summary {
            summary(&mut records)
        } else {
            None
        };
        let layout = match known {
            Some(layout) => layout,
            None => scan(&mut records).map_err(unreadable)?,
        };
        let mut lost = layout
            .torn
            .map(|at| format!("damaged at byte {at} of {}", records.length));
        let (mut info, mut end): (Option<RunInfo>, Option<RunEnd>) = (None, None);
        let mut recovered: Option<Recovered> = None;
        for place in &layout.metadata {
            let body = records.body(place).map_err(unreadable)?;
            let read = match metadata(&body, METADATA_JSON) {
                Some((RunInfo::NAME, json)) => from_json(json).map(|i| info = i),
                Some((RunEnd::NAME, json)) => from_json(json).map(|e| end = e),
                Some((Recovered::NAME, json)) => from_json(json).map(|r| recovered = r),
                Some(_) => Ok(()),
                None => Err("damaged metadata".into()),
            };
            if let Err(why) = read {
                lost.get_or_insert(why);
            }
        }
        let Some(info) = info else {
            return Err(foreign(match lost {
                Some(why) => format!("a damaged file ({why})"),
                None => "an MCAP file without takeover's run information".into(),
            }));
        };
        if info.format > FORMAT {
            return Err(LogError::Newer {
                path: path.to_path_buf(),
                got: info.format,
            });
        }
        if info.tick_hz == 0 {
            return Err(foreign(
                "a damaged file (a run of 0 ticks per second)".into(),
            ));
        }
        let mut stream = Self {
            path: path.to_path_buf(),
            records,
            info,
            end,
            scenario: String::new(),
            script: None,
            settings: None,
            lost,
            chunks: layout.chunks,
            topics: layout.topics,
        };
        for place in layout.attachments {
            let body = stream.records.body(&place).map_err(unreadable)?;
            stream.attach(&body);
        }
        if stream.topics.is_empty()
            && let Some(first) = stream.chunks.first().copied()
            && let Err(why) = stream.read(&first, false)
        {
            stream.lost.get_or_insert(why);
        }
        if let Some(recovered) = recovered {
            let told = format!("recovered from {}: {}", recovered.from, recovered.lost);
            stream.lost.get_or_insert(told);
        }
        if stream.end.is_none() && stream.lost.is_none() {
            let length = stream.records.length;
            let tail = MAGIC.len() as u64;
            let last = stream
                .records
                .bytes(length.saturating_sub(tail), tail)
                .map_err(unreadable)?;
            // A writer that fails closes what it has; one that is killed cannot.
            stream.lost = Some(if last == MAGIC && length > tail {
                "the record breaks off before the run's end: writing it failed".into()
            } else {
                "the record was not closed: the program was killed; at most its last second is missing".into()
            });
        }
        Ok(stream)
    }

    fn attach(&mut self, body: &[u8]) {
        let Some((name, data)) = attachment(body) else {
            self.lost.get_or_insert("a damaged attachment".into());
            return;
        };
        let text = || String::from_utf8_lossy(data).into_owned();
        match name {
            SCENARIO_ATTACHMENT => self.scenario = text(),
            SCRIPT_ATTACHMENT => self.script = Some(text()),
            SETTINGS_ATTACHMENT => self.settings = Some(text()),
            _ => {}
        }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How many chunks there are.
    pub fn chunks(&self) -> usize {
        self.chunks.len()
    }

    /// The entries of a chunk, in order. Without `others` a state has the ego as its only body.
    ///
    /// # Errors
    /// In words, if it is damaged.
    pub fn chunk(&mut self, index: usize, others: bool) -> Result<Vec<Entry>, String> {
        let place = self.chunks.get(index).copied().ok_or("no such chunk")?;
        self.read(&place, others)
            .map_err(|why| format!("{why} (at byte {})", place.offset))
    }

    fn read(&mut self, place: &Place, others: bool) -> Result<Vec<Entry>, String> {
        let body = self.records.body(place).map_err(|why| why.to_string())?;
        let chunk = Chunk::of(&body)?;
        if chunk.compression != "zstd" && !chunk.compression.is_empty() {
            return Err(format!("a chunk packed by `{}`", chunk.compression));
        }
        let unpacked = chunk.unpack()?;
        entries(&unpacked, &mut self.topics, others)
    }

    /// Every entry, in order; what is missing is in words at the end.
    pub fn each(&mut self, others: bool, mut see: impl FnMut(Entry)) -> Option<String> {
        let Ok(lost) = self.try_each(others, |entry| {
            see(entry);
            Ok::<_, Infallible>(())
        });
        lost
    }

    /// The same, until whoever sees them fails.
    ///
    /// # Errors
    /// As `see`.
    pub fn try_each<E>(
        &mut self,
        others: bool,
        mut see: impl FnMut(Entry) -> Result<(), E>,
    ) -> Result<Option<String>, E> {
        let mut missing = Missing::default();
        for index in 0..self.chunks() {
            match self.chunk(index, others) {
                Ok(entries) => {
                    for entry in entries {
                        missing.entry(&entry);
                        see(entry)?;
                    }
                }
                Err(why) => missing.note(why),
            }
        }
        let holes = missing.finish(self.end.as_ref().map(|e| e.ticks));
        Ok(match (&self.lost, holes) {
            (None, holes) => holes,
            (Some(lost), None) => Some(lost.clone()),
            (Some(lost), Some(holes)) => Some(format!("{holes}; {lost}")),
        })
    }
}

/// All records up to the end of the data, or to where they are torn.
fn scan(records: &mut Records<BufReader<File>>) -> std::io::Result<Layout> {
    let mut layout = Layout::default();
    records.go_to(MAGIC.len() as u64);
    loop {
        let at = records.at();
        let Some(place) = records.next()? else {
            // A program that was killed between two records leaves nothing torn.
            layout.torn = (at < records.length).then_some(at);
            return Ok(layout);
        };
        match place.opcode {
            op::CHUNK => layout.chunks.push(place),
            op::METADATA => layout.metadata.push(place),
            op::ATTACHMENT => layout.attachments.push(place),
            // The summary after it repeats what has been seen.
            op::DATA_END => return Ok(layout),
            op::SEAL | op::MESSAGE_INDEX | op::SCHEMA | op::CHANNEL | op::MESSAGE | HEADER => {}
            _ => {
                layout.torn = Some(at);
                return Ok(layout);
            }
        }
    }
}

const HEADER: u8 = 0x01;

/// What the summary says, if it is whole.
fn summary(records: &mut Records<BufReader<File>>) -> Option<Layout> {
    const FOOTER: u64 = HEAD + 20;
    let tail = MAGIC.len() as u64;
    let footer_at = records.length.checked_sub(FOOTER + tail)?;
    let footer = records.bytes(footer_at, FOOTER + tail).ok()?;
    if footer[0] != op::FOOTER || !footer.ends_with(MAGIC) {
        return None;
    }
    let start = number::<8>(&footer, HEAD as usize)?;
    let crc = number::<4>(&footer, HEAD as usize + 16)? as u32;
    if start == 0 || start > footer_at || crc == 0 {
        return None;
    }
    let bytes = records.bytes(start, footer_at + HEAD + 16 - start).ok()?;
    if crc32fast::hash(&bytes) != crc {
        return None;
    }
    let mut layout = Layout::default();
    let place = |opcode, body: &[u8], skip| {
        let mut f = Fields {
            bytes: body,
            at: skip,
        };
        let (offset, length) = (f.number::<8>()?, f.number::<8>()?);
        let length = length.checked_sub(HEAD)?;
        let end = offset.checked_add(HEAD)?.checked_add(length)?;
        (end <= start).then_some(Place {
            opcode,
            offset,
            length,
        })
    };
    for record in walk(&bytes[..(footer_at - start) as usize]) {
        let (opcode, body) = record.ok()?;
        match opcode {
            op::CHUNK_INDEX => layout.chunks.push(place(op::CHUNK, body, 16)?),
            op::METADATA_INDEX => layout.metadata.push(place(op::METADATA, body, 0)?),
            op::ATTACHMENT_INDEX => layout.attachments.push(place(op::ATTACHMENT, body, 0)?),
            op::CHANNEL => {
                let (id, name) = channel(body)?;
                if let Some(topic) = Topic::ALL.into_iter().find(|t| t.name() == name) {
                    layout.topics.insert(id, topic);
                }
            }
            _ => {}
        }
    }
    Some(layout)
}

fn from_json<T: DeserializeOwned>(json: Option<&str>) -> Result<Option<T>, String> {
    serde_json::from_str(json.unwrap_or_default())
        .map(Some)
        .map_err(|e| format!("damaged run information: {e}"))
}
