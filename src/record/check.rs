//! Is every byte of a record as it was written?

use super::ending::{self, Ending};
use super::layout::{Chunk, MAGIC, Records, op};
use super::read::LogError;
use super::seal::{self, Chain};
use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::Path;

/// What the chain of hashes says of a file.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Integrity {
    /// Seals that fit, from the start without a break.
    pub seals: u64,
    /// The last one that fits, hex; what is written before it is as it was.
    pub head: String,
    /// Bytes that are sealed so, and of the whole file.
    pub sealed_bytes: u64,
    pub bytes: u64,
    pub state: Sealed,
}

/// How a file stands.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum Sealed {
    /// Every byte is as it was written.
    Whole,
    /// Whole up to the last seal, and not closed after it: the program was killed.
    Open { unsealed_bytes: u64 },
    /// A byte was changed, removed, added or moved: the first place where the file is not what it was.
    Changed { at_byte: u64, why: String },
    /// A record of format 1 has no seals.
    None,
}

/// Follows the chain through a file.
///
/// # Errors
/// If the file cannot be read or is no MCAP file.
pub fn integrity(path: &Path) -> Result<Integrity, LogError> {
    let unreadable = |why| LogError::Unreadable {
        path: path.to_path_buf(),
        why,
    };
    let file = File::open(path).map_err(unreadable)?;
    let mut records = Records::new(BufReader::new(file)).map_err(unreadable)?;
    if records.bytes(0, MAGIC.len() as u64).map_err(unreadable)? != MAGIC {
        let got = "a file of another kind".into();
        return Err(LogError::Foreign {
            path: path.to_path_buf(),
            got,
        });
    }
    follow(&mut records)
        .map(|found| found.0)
        .map_err(unreadable)
}

/// The chain, and what would close the file after its last seal that fits.
pub(super) fn follow<R: Read + Seek>(
    records: &mut Records<R>,
) -> std::io::Result<(Integrity, Ending)> {
    let mut chain = Chain::default();
    let (mut ending, mut sealed_ending) = (Ending::default(), Ending::default());
    let mut sealed = 0;
    let mut wrong = None;
    records.go_to(MAGIC.len() as u64);
    chain.add(MAGIC);
    let mut ended = false;
    while let Some(place) = records.next()? {
        if place.opcode == op::DATA_END {
            ended = true;
            break;
        }
        let body = match records.body(&place) {
            Ok(body) => body,
            Err(why) => {
                wrong = Some((place.offset, why.to_string()));
                break;
            }
        };
        if place.opcode == op::SEAL {
            let claimed = seal::parse(&body);
            if !chain.fits(&body) {
                let why = match claimed {
                    Some((n, _)) if n != chain.number + 1 => {
                        format!("seal {n} where seal {} belongs", chain.number + 1)
                    }
                    _ => format!(
                        "what lies before seal {} is not what was sealed",
                        chain.number + 1
                    ),
                };
                wrong = Some((sealed, why));
                break;
            }
            sealed = place.end();
            sealed_ending.clone_from(&ending);
            continue;
        }
        let mut head = vec![place.opcode];
        head.extend(place.length.to_le_bytes());
        chain.add(&head);
        chain.add(&body);
        let unpacked = (place.opcode == op::CHUNK && sealed == 0)
            .then(|| Chunk::of(&body).and_then(|c| c.unpack()));
        let told = match unpacked.transpose() {
            Ok(unpacked) => ending.add(&place, &body, unpacked.as_deref()),
            Err(why) => Err(why),
        };
        if let Err(why) = told {
            wrong = Some((place.offset, why));
            break;
        }
    }
    let state = if let Some((at_byte, why)) = wrong {
        Sealed::Changed { at_byte, why }
    } else if chain.number == 0 && !ended {
        Sealed::Changed {
            at_byte: records.at(),
            why: "the file is torn before its first seal".into(),
        }
    } else if chain.number == 0 {
        Sealed::None
    } else {
        tail(records, sealed, &sealed_ending)?
    };
    let found = Integrity {
        seals: chain.number,
        head: seal::hex(&chain.head),
        sealed_bytes: sealed,
        bytes: records.length,
        state,
    };
    Ok((found, sealed_ending))
}

/// What stands after the last seal: exactly what closes the file, or the beginning of a chunk that
/// was never finished.
fn tail<R: Read + Seek>(
    records: &mut Records<R>,
    sealed: u64,
    ending: &Ending,
) -> std::io::Result<Sealed> {
    let left = records.length.saturating_sub(sealed);
    let expected = ending.bytes(sealed);
    let bare = ending::bare();
    let longest = expected.len().max(bare.len()) as u64 + 1;
    let found = records.bytes(sealed, left.min(longest))?;
    if found == expected || found == bare {
        return Ok(Sealed::Whole);
    }
    let closed = left >= MAGIC.len() as u64
        && records.bytes(records.length - MAGIC.len() as u64, MAGIC.len() as u64)? == MAGIC;
    let ends_data = found.first() == Some(&op::DATA_END);
    if closed || ends_data {
        let differs = found
            .iter()
            .zip(&expected)
            .take_while(|(a, b)| a == b)
            .count() as u64;
        return Ok(Sealed::Changed {
            at_byte: sealed + differs,
            why: "the end of the file is not what follows from the rest".into(),
        });
    }
    Ok(Sealed::Open {
        unsealed_bytes: left,
    })
}
