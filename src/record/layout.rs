//! How an MCAP file is laid out (<https://mcap.dev/spec>): records one after the other, each an opcode,
//! a length and a body. The `mcap` crate writes them; what reads a file that may be damaged, or was
//! made to do harm, believes no length before it has been compared with what is there.

use std::io::{self, Read, Seek, SeekFrom};

pub const MAGIC: &[u8] = mcap::MAGIC;

/// Kinds of records.
pub mod op {
    pub const FOOTER: u8 = 0x02;
    pub const SCHEMA: u8 = 0x03;
    pub const CHANNEL: u8 = 0x04;
    pub const MESSAGE: u8 = 0x05;
    pub const CHUNK: u8 = 0x06;
    pub const MESSAGE_INDEX: u8 = 0x07;
    pub const CHUNK_INDEX: u8 = 0x08;
    pub const ATTACHMENT: u8 = 0x09;
    pub const ATTACHMENT_INDEX: u8 = 0x0A;
    pub const STATISTICS: u8 = 0x0B;
    pub const METADATA: u8 = 0x0C;
    pub const METADATA_INDEX: u8 = 0x0D;
    pub const SUMMARY_OFFSET: u8 = 0x0E;
    pub const DATA_END: u8 = 0x0F;
    /// Ours: a link of the chain of hashes ([`crate::record::seal`]). Others pass it over, as the
    /// specification asks of opcodes from 0x80.
    pub const SEAL: u8 = 0x90;
}

/// Opcode and length.
pub const HEAD: u64 = 9;
/// Largest record that is believed, bytes. Chunks of ours are far below: half a second.
pub const LARGEST_RECORD: u64 = 64 << 20;
/// Our chunks are packed to a part of this of their size at least.
const LIKELY_RATIO: u64 = 16;
/// Largest chunk that is believed, unpacked.
pub const LARGEST_CHUNK: u64 = 16 << 20;

/// A little-endian number at an offset.
pub fn number<const BYTES: usize>(bytes: &[u8], at: usize) -> Option<u64> {
    let field = bytes.get(at..at.checked_add(BYTES)?)?;
    Some(field.iter().rev().fold(0, |n, b| n << 8 | u64::from(*b)))
}

/// Reads a body field by field.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'a> {
    pub bytes: &'a [u8],
    pub at: usize,
}

impl<'a> Fields<'a> {
    pub fn of(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    pub fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let end = self.at.checked_add(length)?;
        let field = self.bytes.get(self.at..end)?;
        self.at = end;
        Some(field)
    }

    pub fn number<const BYTES: usize>(&mut self) -> Option<u64> {
        let n = number::<BYTES>(self.bytes, self.at)?;
        self.at += BYTES;
        Some(n)
    }

    /// A length of four bytes, and so much.
    pub fn block(&mut self) -> Option<&'a [u8]> {
        let length = self.number::<4>()?;
        self.take(usize::try_from(length).ok()?)
    }

    pub fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.block()?).ok()
    }
}

/// Appends a record.
pub fn put_record(out: &mut Vec<u8>, opcode: u8, body: &[u8]) {
    out.push(opcode);
    out.extend((body.len() as u64).to_le_bytes());
    out.extend(body);
}

/// Appends a text: its length in four bytes, and it.
pub fn put_text(out: &mut Vec<u8>, text: &str) {
    out.extend((text.len() as u32).to_le_bytes());
    out.extend(text.as_bytes());
}

/// A record's place in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub opcode: u8,
    /// Of the opcode.
    pub offset: u64,
    /// Of the body.
    pub length: u64,
}

impl Place {
    /// Of the record after it.
    pub fn end(&self) -> u64 {
        self.offset + HEAD + self.length
    }
}

/// A file, record by record.
#[derive(Debug)]
pub struct Records<R> {
    file: R,
    /// Length of the file.
    pub length: u64,
    at: u64,
}

impl<R: Read + Seek> Records<R> {
    /// Behind the magic.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn new(mut file: R) -> io::Result<Self> {
        let length = file.seek(SeekFrom::End(0))?;
        Ok(Self {
            file,
            length,
            at: MAGIC.len() as u64,
        })
    }

    /// So many bytes of the file, or as many as there are.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn bytes(&mut self, offset: u64, length: u64) -> io::Result<Vec<u8>> {
        let length = length.min(self.length.saturating_sub(offset));
        self.file.seek(SeekFrom::Start(offset))?;
        let mut bytes = vec![0; usize::try_from(length).map_err(io::Error::other)?];
        self.file.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    /// Where the next record would begin.
    pub fn at(&self) -> u64 {
        self.at
    }

    /// Goes on from elsewhere.
    pub fn go_to(&mut self, offset: u64) {
        self.at = offset;
    }

    /// The next record's place, if a whole one is left; none at the end and before a torn one.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn next(&mut self) -> io::Result<Option<Place>> {
        let head = self.bytes(self.at, HEAD)?;
        let Some(length) = number::<8>(&head, 1) else {
            return Ok(None);
        };
        let left = self.length - self.at - HEAD;
        if length > left {
            return Ok(None);
        }
        let place = Place {
            opcode: head[0],
            offset: self.at,
            length,
        };
        self.at = place.end();
        Ok(Some(place))
    }

    /// A record's body.
    ///
    /// # Errors
    /// If it cannot be read, or is larger than any of ours.
    pub fn body(&mut self, place: &Place) -> io::Result<Vec<u8>> {
        if place.length > LARGEST_RECORD {
            let why = format!(
                "a record of {} bytes, more than any of takeover's",
                place.length
            );
            return Err(io::Error::other(why));
        }
        self.bytes(place.offset + HEAD, place.length)
    }
}

/// What a chunk says of itself.
#[derive(Clone, Copy, Debug)]
pub struct Chunk<'a> {
    pub start_ns: u64,
    pub end_ns: u64,
    pub size: u64,
    crc: u32,
    pub compression: &'a str,
    pub packed: &'a [u8],
}

impl<'a> Chunk<'a> {
    /// # Errors
    /// In words, if it is damaged.
    pub fn of(body: &'a [u8]) -> Result<Self, String> {
        let parse = || {
            let mut f = Fields::of(body);
            let (start_ns, end_ns) = (f.number::<8>()?, f.number::<8>()?);
            let (size, crc) = (f.number::<8>()?, f.number::<4>()? as u32);
            let compression = f.text()?;
            let packed = f.number::<8>()?;
            let packed = f.take(usize::try_from(packed).ok()?)?;
            Some(Self {
                start_ns,
                end_ns,
                size,
                crc,
                compression,
                packed,
            })
        };
        parse().ok_or_else(|| "a chunk whose parts do not fit into it".into())
    }

    /// Its records, unpacked and checked.
    ///
    /// # Errors
    /// In words, if it is damaged, too large, or packed in another way than ours.
    pub fn unpack(&self) -> Result<Vec<u8>, String> {
        if self.size > LARGEST_CHUNK {
            return Err(format!(
                "a chunk of {} bytes, more than any of takeover's",
                self.size
            ));
        }
        let bytes = match self.compression {
            "" => self.packed.to_vec(),
            // A length is believed as far as the bytes that are there can be that many, and grows from there.
            "zstd" => {
                let likely = (self.packed.len() as u64).saturating_mul(LIKELY_RATIO);
                let mut bytes = Vec::with_capacity(self.size.min(likely) as usize);
                zstd::stream::read::Decoder::new(self.packed)
                    .and_then(|d| d.take(self.size + 1).read_to_end(&mut bytes))
                    .map_err(|why| format!("a chunk that cannot be unpacked: {why}"))?;
                bytes
            }
            other => {
                return Err(format!(
                    "a chunk packed by `{other}`; takeover's are packed by zstd"
                ));
            }
        };
        if bytes.len() as u64 != self.size {
            return Err(format!(
                "a chunk of {} bytes that says {}",
                bytes.len(),
                self.size
            ));
        }
        if self.crc != 0 && crc32fast::hash(&bytes) != self.crc {
            return Err("a chunk whose checksum is not its own".into());
        }
        Ok(bytes)
    }
}

/// Records inside an unpacked chunk: opcode and body, or what is wrong.
pub fn walk(bytes: &[u8]) -> impl Iterator<Item = Result<(u8, &[u8]), String>> {
    let mut fields = Fields::of(bytes);
    std::iter::from_fn(move || {
        if fields.at >= bytes.len() {
            return None;
        }
        let mut record = || {
            let opcode = fields.number::<1>()? as u8;
            let length = fields.number::<8>()?;
            Some((opcode, fields.take(usize::try_from(length).ok()?)?))
        };
        let found = record();
        if found.is_none() {
            fields.at = bytes.len();
        }
        Some(found.ok_or_else(|| "a record that goes on beyond its chunk".to_string()))
    })
}

/// A message: its channel, its log time (ns) and its content.
pub fn message(body: &[u8]) -> Option<(u16, u64, &[u8])> {
    let mut f = Fields::of(body);
    let (channel, _sequence, log_time, _published) = (
        f.number::<2>()?,
        f.number::<4>()?,
        f.number::<8>()?,
        f.number::<8>()?,
    );
    Some((channel as u16, log_time, &body[f.at..]))
}

/// A channel: its number and its topic.
pub fn channel(body: &[u8]) -> Option<(u16, &str)> {
    let mut f = Fields::of(body);
    let (id, _schema) = (f.number::<2>()?, f.number::<2>()?);
    Some((id as u16, f.text()?))
}

/// A metadata record: its name and the value of a key.
pub fn metadata<'a>(body: &'a [u8], key: &str) -> Option<(&'a str, Option<&'a str>)> {
    let mut f = Fields::of(body);
    let name = f.text()?;
    let mut map = Fields::of(f.block()?);
    let mut found = None;
    while map.at < map.bytes.len() {
        let (k, v) = (map.text()?, map.text()?);
        if k == key {
            found = Some(v);
        }
    }
    Some((name, found))
}

/// An attachment: its name and its content.
pub fn attachment(body: &[u8]) -> Option<(&str, &[u8])> {
    let mut f = Fields::of(body);
    let (_logged, _created) = (f.number::<8>()?, f.number::<8>()?);
    let (name, _media) = (f.text()?, f.text()?);
    let length = f.number::<8>()?;
    let data = f.take(usize::try_from(length).ok()?)?;
    let crc = f.number::<4>()? as u32;
    // The checksum is over all that comes before it.
    let sound = crc == 0 || crc == crc32fast::hash(body.get(..f.at - 4)?);
    (sound && f.at == body.len()).then_some((name, data))
}
