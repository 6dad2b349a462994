//! From a chunk's bytes to entries, in the order in which they came to be.

use super::block::{Row, Ticks};
use super::layout::{channel, message, op, walk};
use super::motion::Motion;
use super::schema::{self, Topic};
use super::state::Body;
use super::stream::Entry;
use prost::Message;
use std::collections::BTreeMap;

/// Which channel has which topic.
pub type Topics = BTreeMap<u16, Topic>;

/// Most bodies, tick by tick, of a chunk that are believed: 20,000 for half a second.
const MOST_BODIES: usize = 1 << 20;
/// Largest message that is believed, bytes.
const LARGEST_MESSAGE: usize = 4 << 20;

/// The entries of an unpacked chunk. Without `others` a state has the ego as its only body.
///
/// # Errors
/// In words, if it is damaged.
pub fn entries(unpacked: &[u8], topics: &mut Topics, others: bool) -> Result<Vec<Entry>, String> {
    let mut told = Vec::new();
    let mut rows: Vec<Row> = Vec::new();
    let mut motion = None;
    for record in walk(unpacked) {
        let (opcode, body) = record?;
        if opcode == op::CHANNEL {
            let (id, name) = channel(body).ok_or("a damaged channel")?;
            if let Some(topic) = Topic::ALL.into_iter().find(|t| t.name() == name) {
                topics.insert(id, topic);
            }
        }
        if opcode != op::MESSAGE {
            continue;
        }
        let (id, _, data) = message(body).ok_or("a damaged message")?;
        let Some(topic) = topics.get(&id).copied() else {
            continue;
        };
        let damaged =
            |why: &dyn std::fmt::Display| format!("a damaged message on {}: {why}", topic.name());
        if data.len() > LARGEST_MESSAGE {
            return Err(damaged(&format!(
                "{} bytes, more than any of takeover's",
                data.len()
            )));
        }
        match topic {
            Topic::Ticks => {
                let ticks = Ticks::decode(data).map_err(|e| damaged(&e))?;
                if !rows.is_empty() {
                    return Err(damaged(&"a second block in its chunk"));
                }
                rows = ticks.rows().map_err(|e| damaged(&e))?;
            }
            Topic::Motion if others => {
                motion = Some(Motion::decode(data).map_err(|e| damaged(&e))?);
            }
            _ if topic.is_told() || matches!(topic, Topic::State | Topic::Command) => {
                told.push(entry(topic, data).map_err(|e| damaged(&e))?);
            }
            _ => {}
        }
    }
    if let Some(motion) = motion.filter(|_| !rows.is_empty()) {
        if motion.size() > MOST_BODIES {
            return Err(format!(
                "{} bodies in a chunk, more than any of takeover's",
                motion.knots.len()
            ));
        }
        let bodies: Vec<&mut Vec<Body>> = rows.iter_mut().map(|r| &mut r.state.bodies).collect();
        motion
            .fill(bodies.into_iter())
            .map_err(|why| format!("a damaged message on /motion: {why}"))?;
    }
    Ok(in_order(rows, told))
}

/// A block says how many of its chunk's messages came before each command and each state.
fn in_order(rows: Vec<Row>, told: Vec<Entry>) -> Vec<Entry> {
    let mut entries = Vec::with_capacity(2 * rows.len() + told.len());
    let mut told = told.into_iter();
    let mut done = 0;
    for row in rows {
        let mut up_to = |count: u32, entries: &mut Vec<Entry>| {
            entries.extend(told.by_ref().take((count as usize).saturating_sub(done)));
            done = done.max(count as usize);
        };
        up_to(row.before_command, &mut entries);
        entries.push(Entry::Command(row.command));
        up_to(row.before_state, &mut entries);
        entries.push(Entry::State(row.state));
    }
    entries.extend(told);
    entries
}

fn entry(topic: Topic, data: &[u8]) -> Result<Entry, String> {
    let proto = |e: prost::DecodeError| e.to_string();
    let json = |e: serde_json::Error| e.to_string();
    Ok(match topic {
        Topic::State => Entry::State(schema::State::decode(data).map_err(proto)?.into_state()),
        Topic::Command => Entry::Command(schema::Command::decode(data).map_err(proto)?),
        Topic::Perception => {
            Entry::Perception(Box::new(schema::Perception::decode(data).map_err(proto)?))
        }
        Topic::Plan => Entry::Plan(schema::Plan::decode(data).map_err(proto)?),
        Topic::Event => Entry::Event(serde_json::from_slice(data).map_err(json)?),
        Topic::Input => Entry::Input(serde_json::from_slice(data).map_err(json)?),
        Topic::Verdict => Entry::Verdict(serde_json::from_slice(data).map_err(json)?),
        Topic::Link => Entry::Link(serde_json::from_slice(data).map_err(json)?),
        Topic::Video => Entry::Video(serde_json::from_slice(data).map_err(json)?),
        Topic::Drawn => Entry::Drawn(serde_json::from_slice(data).map_err(json)?),
        Topic::Shown => Entry::Presented(serde_json::from_slice(data).map_err(json)?),
        other => return Err(format!("{} is not read back", other.name())),
    })
}
