//! A clean file from a record that broke off: everything up to its last sound seal, byte by byte, and an
//! end. The file itself stays as it is.

use super::check::{self, Integrity, Sealed};
use super::ending::Ending;
use super::layout::{Place, Records, op, put_record, put_text};
use super::read::LogError;
use super::seal::Chain;
use super::stream::{Entry, Stream};
use super::{METADATA_JSON, RecordError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// That a file was recovered: metadata, name [`Recovered::NAME`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recovered {
    /// Version of the program that did it.
    pub version: String,
    /// Name of the file it was recovered from, and how long that was, bytes.
    pub from: String,
    pub from_bytes: u64,
    /// Up to here it is that file byte by byte; the chain's head there, hex.
    pub kept_bytes: u64,
    pub head: String,
    /// What is missing, in words.
    pub lost: String,
}

impl Recovered {
    pub const NAME: &str = "takeover.recovered";
}

/// Why nothing was recovered.
#[derive(Debug, thiserror::Error)]
pub enum RecoverError {
    #[error(transparent)]
    Log(#[from] LogError),
    #[error(transparent)]
    Record(#[from] RecordError),
    #[error("{}: nothing to recover: the log is whole", path.display())]
    Whole { path: PathBuf },
    #[error(
        "{}: cannot be recovered: expected a log with seals (format 2), got one of format 1; `takeover inspect` reads it as far as it goes",
        path.display()
    )]
    Unsealed { path: PathBuf },
    #[error("{}: nothing can be recovered: {why}", path.display())]
    Nothing { path: PathBuf, why: String },
}

/// Writes what is sound of `from` into a new file `to`.
///
/// # Errors
/// If `from` is whole or cannot be read, or `to` exists or cannot be written.
pub fn recover(from: &Path, to: &Path) -> Result<Recovered, RecoverError> {
    let unreadable = |why| LogError::Unreadable {
        path: from.to_path_buf(),
        why,
    };
    let stream = Stream::scan(from)?;
    let file = File::open(from).map_err(unreadable)?;
    let mut records = Records::new(BufReader::new(file)).map_err(unreadable)?;
    let (found, ending) = check::follow(&mut records).map_err(unreadable)?;
    let path = from.to_path_buf();
    match &found.state {
        Sealed::Whole if stream.end.is_some() => return Err(RecoverError::Whole { path }),
        Sealed::None => return Err(RecoverError::Unsealed { path }),
        Sealed::Changed { why, .. } if found.seals == 0 => {
            return Err(RecoverError::Nothing {
                path,
                why: why.clone(),
            });
        }
        _ => {}
    }
    let recovered = Recovered {
        version: env!("CARGO_PKG_VERSION").into(),
        from: from
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned(),
        from_bytes: found.bytes,
        kept_bytes: found.sealed_bytes,
        head: found.head.clone(),
        lost: lost(&found),
    };
    let create = |why| RecordError::Create {
        path: to.to_path_buf(),
        why,
    };
    let out = OpenOptions::new().write(true).create_new(true).open(to);
    let out = out.map_err(|why| match why.kind() {
        std::io::ErrorKind::AlreadyExists => RecordError::Exists {
            path: to.to_path_buf(),
        },
        _ => create(why),
    })?;
    write(from, out, &found, ending, &recovered).map_err(create)?;
    Ok(recovered)
}

/// What is not in the new file.
fn lost(found: &Integrity) -> String {
    match &found.state {
        Sealed::Whole => "the record breaks off before the run's end: writing it failed".into(),
        Sealed::Open { unsealed_bytes } => {
            format!(
                "the record was not closed; {unsealed_bytes} bytes of a chunk that was not finished are left out"
            )
        }
        Sealed::Changed { at_byte, why } => {
            let left = found.bytes.saturating_sub(found.sealed_bytes);
            format!("damaged at byte {at_byte}: {why}; {left} bytes are left out")
        }
        Sealed::None => String::new(),
    }
}

fn write(
    from: &Path,
    out: File,
    found: &Integrity,
    mut ending: Ending,
    recovered: &Recovered,
) -> std::io::Result<()> {
    let mut source = BufReader::new(File::open(from)?);
    source.seek(SeekFrom::Start(0))?;
    let mut out = BufWriter::new(out);
    let copied = std::io::copy(&mut source.take(found.sealed_bytes), &mut out)?;
    if copied != found.sealed_bytes {
        return Err(std::io::Error::other(
            "the log became shorter while it was read",
        ));
    }
    let json = serde_json::to_string(recovered)?;
    let mut body = Vec::new();
    put_metadata(
        &mut body,
        Recovered::NAME,
        &BTreeMap::from([(METADATA_JSON, json.as_str())]),
    );
    let place = Place {
        opcode: op::METADATA,
        offset: copied,
        length: body.len() as u64,
    };
    ending
        .add(&place, &body, None)
        .map_err(std::io::Error::other)?;
    let mut record = Vec::new();
    put_record(&mut record, op::METADATA, &body);
    let mut chain = Chain::after(found.seals, parse_head(&found.head));
    chain.add(&record);
    let seal = chain.seal();
    put_record(&mut record, op::SEAL, &seal);
    out.write_all(&record)?;
    out.write_all(&ending.bytes(copied + record.len() as u64))?;
    out.flush()?;
    out.get_ref().sync_all()
}

fn put_metadata(out: &mut Vec<u8>, name: &str, map: &BTreeMap<&str, &str>) {
    put_text(out, name);
    let mut fields = Vec::new();
    for (key, value) in map {
        put_text(&mut fields, key);
        put_text(&mut fields, value);
    }
    out.extend((fields.len() as u32).to_le_bytes());
    out.extend(fields);
}

fn parse_head(hex: &str) -> super::seal::Hash {
    let mut head = [0; 32];
    for (i, byte) in head.iter_mut().enumerate() {
        *byte = hex
            .get(2 * i..2 * i + 2)
            .and_then(|h| u8::from_str_radix(h, 16).ok())
            .unwrap_or_default();
    }
    head
}

/// Ticks that a record holds, and what is missing of it in words.
///
/// # Errors
/// If it cannot be read.
pub fn extent(path: &Path) -> Result<(u64, Option<String>), LogError> {
    let mut stream = Stream::scan(path)?;
    let mut ticks = 0;
    let lost = stream.each(false, |entry| {
        ticks += u64::from(matches!(entry, Entry::State(_)))
    });
    Ok((ticks, lost))
}
