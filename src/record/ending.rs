//! What closes a record: the end of its data, the summary, the footer.
//!
//! All of it follows from what comes before, so it can be made while a run is written, made again for a
//! file that broke off, and compared byte by byte when a file is verified.

use super::layout::{Chunk, Fields, HEAD, MAGIC, Place, number, op, put_record, put_text, walk};
use std::collections::BTreeMap;

/// What is known of a file's data so far.
#[derive(Clone, Debug, Default)]
pub struct Ending {
    /// Bodies of schemas and channels, by number.
    schemas: BTreeMap<u16, Vec<u8>>,
    channels: BTreeMap<u16, Vec<u8>>,
    chunks: Vec<ChunkPlace>,
    /// Bodies of their indexes.
    attachments: Vec<Vec<u8>>,
    metadata: Vec<Vec<u8>>,
    counts: BTreeMap<u16, u64>,
}

/// Where a chunk is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct ChunkPlace {
    start_ns: u64,
    end_ns: u64,
    offset: u64,
    /// With its opcode and length.
    length: u64,
    /// Where each channel's index of it is, and how long all of them are.
    indexes: BTreeMap<u16, u64>,
    index_length: u64,
    compression: String,
    packed: u64,
    size: u64,
}

impl Ending {
    /// Takes in the next record of the data. `unpacked`: a chunk's content, where it may define
    /// channels.
    ///
    /// # Errors
    /// In words, if it is damaged.
    pub fn add(
        &mut self,
        place: &Place,
        body: &[u8],
        unpacked: Option<&[u8]>,
    ) -> Result<(), String> {
        match place.opcode {
            op::CHUNK => {
                let chunk = Chunk::of(body)?;
                self.chunks.push(ChunkPlace {
                    start_ns: chunk.start_ns,
                    end_ns: chunk.end_ns,
                    offset: place.offset,
                    length: HEAD + place.length,
                    compression: chunk.compression.into(),
                    packed: chunk.packed.len() as u64,
                    size: chunk.size,
                    ..ChunkPlace::default()
                });
                for record in unpacked.into_iter().flat_map(walk) {
                    let (opcode, body) = record?;
                    let known = match opcode {
                        op::SCHEMA => &mut self.schemas,
                        op::CHANNEL => &mut self.channels,
                        _ => continue,
                    };
                    let id = number::<2>(body, 0).ok_or("a channel without a number")? as u16;
                    known.insert(id, body.to_vec());
                }
            }
            op::MESSAGE_INDEX => {
                let mut f = Fields::of(body);
                let parts = || Some((f.number::<2>()? as u16, f.block()?.len() as u64 / 16));
                let (channel, messages) = { parts }().ok_or("a damaged index")?;
                *self.counts.entry(channel).or_default() += messages;
                let chunk = self.chunks.last_mut().ok_or("an index without a chunk")?;
                chunk.indexes.insert(channel, place.offset);
                chunk.index_length += HEAD + place.length;
            }
            op::ATTACHMENT => {
                let mut f = Fields::of(body);
                let mut parts = || {
                    let (logged, created) = (f.number::<8>()?, f.number::<8>()?);
                    Some((logged, created, f.text()?, f.text()?, f.number::<8>()?))
                };
                let (logged, created, name, media, size) = parts().ok_or("a damaged attachment")?;
                let mut index = Vec::new();
                for n in [place.offset, HEAD + place.length, logged, created, size] {
                    index.extend(n.to_le_bytes());
                }
                put_text(&mut index, name);
                put_text(&mut index, media);
                self.attachments.push(index);
            }
            op::METADATA => {
                let name = Fields::of(body).text().ok_or("damaged metadata")?;
                let mut index = Vec::new();
                index.extend(place.offset.to_le_bytes());
                index.extend((HEAD + place.length).to_le_bytes());
                put_text(&mut index, name);
                self.metadata.push(index);
            }
            _ => {}
        }
        Ok(())
    }

    /// Everything after the data, which is `at` bytes long (with the magic).
    pub fn bytes(&self, at: u64) -> Vec<u8> {
        let mut out = Vec::new();
        // Its checksum is "not there": the seals say more.
        put_record(&mut out, op::DATA_END, &[0; 4]);
        let start = out.len();
        let mut offsets = Vec::new();
        let mut group =
            |out: &mut Vec<u8>, opcode: u8, bodies: &mut dyn Iterator<Item = Vec<u8>>| {
                let from = out.len();
                for body in bodies {
                    put_record(out, opcode, &body);
                }
                if out.len() > from {
                    let mut body = vec![opcode];
                    body.extend((at + from as u64).to_le_bytes());
                    body.extend((out.len() as u64 - from as u64).to_le_bytes());
                    put_record(&mut offsets, op::SUMMARY_OFFSET, &body);
                }
            };
        group(&mut out, op::SCHEMA, &mut self.schemas.values().cloned());
        group(&mut out, op::CHANNEL, &mut self.channels.values().cloned());
        group(
            &mut out,
            op::STATISTICS,
            &mut std::iter::once(self.statistics()),
        );
        group(
            &mut out,
            op::CHUNK_INDEX,
            &mut self.chunks.iter().map(chunk_index),
        );
        group(
            &mut out,
            op::ATTACHMENT_INDEX,
            &mut self.attachments.iter().cloned(),
        );
        group(
            &mut out,
            op::METADATA_INDEX,
            &mut self.metadata.iter().cloned(),
        );
        let offsets_at = at + out.len() as u64;
        out.extend(offsets);
        let mut footer = Vec::new();
        footer.extend((at + start as u64).to_le_bytes());
        footer.extend(offsets_at.to_le_bytes());
        out.push(op::FOOTER);
        out.extend(20_u64.to_le_bytes());
        out.extend(footer);
        let crc = crc32fast::hash(&out[start..]);
        out.extend(crc.to_le_bytes());
        out.extend(MAGIC);
        out
    }

    fn statistics(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let told = self.chunks.iter().filter(|c| !c.indexes.is_empty());
        let start = told.clone().map(|c| c.start_ns).min().unwrap_or_default();
        let end = told.map(|c| c.end_ns).max().unwrap_or_default();
        out.extend(self.counts.values().sum::<u64>().to_le_bytes());
        out.extend((self.schemas.len() as u16).to_le_bytes());
        for n in [
            self.channels.len(),
            self.attachments.len(),
            self.metadata.len(),
            self.chunks.len(),
        ] {
            out.extend((n as u32).to_le_bytes());
        }
        out.extend(start.to_le_bytes());
        out.extend(end.to_le_bytes());
        put_map(&mut out, &self.counts);
        out
    }
}

/// An ending without a summary, for when there is no room for one: end of data, footer, magic.
pub fn bare() -> Vec<u8> {
    let mut out = Vec::new();
    put_record(&mut out, op::DATA_END, &[0; 4]);
    put_record(&mut out, op::FOOTER, &[0; 20]);
    out.extend(MAGIC);
    out
}

fn put_map(out: &mut Vec<u8>, map: &BTreeMap<u16, u64>) {
    out.extend((10 * map.len() as u32).to_le_bytes());
    for (key, value) in map {
        out.extend(key.to_le_bytes());
        out.extend(value.to_le_bytes());
    }
}

fn chunk_index(chunk: &ChunkPlace) -> Vec<u8> {
    let mut out = Vec::new();
    for n in [chunk.start_ns, chunk.end_ns, chunk.offset, chunk.length] {
        out.extend(n.to_le_bytes());
    }
    put_map(&mut out, &chunk.indexes);
    out.extend(chunk.index_length.to_le_bytes());
    put_text(&mut out, &chunk.compression);
    out.extend(chunk.packed.to_le_bytes());
    out.extend(chunk.size.to_le_bytes());
    out
}
