//! The file under a record: it only ever grows by whole, sealed chunks.
//!
//! What is to be written gathers in memory and reaches the file in one write. So a program that is
//! killed leaves whole chunks behind, and a write that fails half-way (a full disk) is cut off
//! again: what is in the file stays readable.

use super::ending::{self, Ending};
use super::layout::{Chunk, Fields, HEAD, MAGIC, Place, number, op};
use super::seal::Chain;
use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The disk itself is asked to keep what it has at most so often: faster than real time a run writes
/// more often than that.
const SYNC_EVERY: Duration = Duration::from_millis(400);

/// What the `mcap` crate writes into: shared, because it gives what it writes to to nobody.
#[derive(Clone, Debug, Default)]
pub(super) struct Waiting(Arc<Mutex<Vec<u8>>>);

impl Waiting {
    fn bytes(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write for Waiting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    /// A chunk is whole, but not sealed yet: see [`ChunkFile::commit`].
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[derive(Debug)]
pub(super) struct ChunkFile {
    file: File,
    waiting: Waiting,
    /// Length of what is safely in the file, bytes.
    written: u64,
    /// The chain up to there, and what would close the file there.
    chain: Chain,
    ending: Ending,
    synced: Instant,
    failed: bool,
}

impl ChunkFile {
    /// `waiting`: where what is to be written gathers.
    pub fn new(file: File, waiting: Waiting) -> Self {
        Self {
            file,
            waiting,
            written: 0,
            chain: Chain::default(),
            ending: Ending::default(),
            synced: Instant::now(),
            failed: false,
        }
    }

    /// The body of the seal that belongs after what is waiting.
    pub fn next_seal(&self) -> Vec<u8> {
        let mut chain = self.chain.clone();
        chain.add(&self.waiting.bytes());
        chain.seal()
    }

    /// The head of the chain so far.
    pub fn head(&self) -> super::seal::Hash {
        self.chain.head
    }

    /// Writes what is waiting, which ends with its seal.
    pub fn commit(&mut self) -> io::Result<()> {
        if self.failed {
            return Err(io::Error::other("an earlier write failed"));
        }
        let bytes = std::mem::take(&mut *self.waiting.bytes());
        let written = self.file.write_all(&bytes).and_then(|()| {
            if self.synced.elapsed() >= SYNC_EVERY {
                self.synced = Instant::now();
                self.file.sync_data()?;
            }
            Ok(())
        });
        if let Err(error) = written {
            self.failed = true;
            return Err(error);
        }
        self.account(&bytes).map_err(io::Error::other)?;
        self.written += bytes.len() as u64;
        Ok(())
    }

    /// Takes what was written into the chain and into what closes the file.
    fn account(&mut self, bytes: &[u8]) -> Result<(), String> {
        let mut at = if self.written == 0 { MAGIC.len() } else { 0 };
        let mut sealed = 0;
        while at < bytes.len() {
            let length = number::<8>(bytes, at + 1).ok_or("a torn record was written")?;
            let place = Place {
                opcode: bytes[at],
                offset: self.written + at as u64,
                length,
            };
            let mut fields = Fields {
                bytes,
                at: at + HEAD as usize,
            };
            let body = fields
                .take(length as usize)
                .ok_or("a torn record was written")?;
            if place.opcode == op::SEAL {
                self.chain.add(&bytes[sealed..at]);
                if !self.chain.fits(body) {
                    return Err("a wrong seal was written".into());
                }
                sealed = fields.at;
            }
            // Channels are defined in the head; no later chunk needs a look inside.
            let unpacked = if place.opcode == op::CHUNK && self.written == 0 {
                Some(Chunk::of(body)?.unpack()?)
            } else {
                None
            };
            self.ending.add(&place, body, unpacked.as_deref())?;
            at = fields.at;
        }
        Ok(())
    }

    /// Closes the file. If a write failed, what is whole stays, with a summary if there is room.
    pub fn close(&mut self) -> io::Result<()> {
        if self.failed {
            self.file.set_len(self.written)?;
            self.file.seek(SeekFrom::Start(self.written))?;
        }
        let whole = self.file.write_all(&self.ending.bytes(self.written));
        if whole.is_err() {
            self.file.set_len(self.written)?;
            self.file.seek(SeekFrom::Start(self.written))?;
            self.file.write_all(&ending::bare())?;
        }
        self.file.sync_all()
    }

    /// Whether the file can still be found where it was made.
    pub fn is_at(&self, path: &Path) -> bool {
        let Ok(found) = std::fs::metadata(path) else {
            return false;
        };
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            self.file
                .metadata()
                .is_ok_and(|mine| (mine.dev(), mine.ino()) == (found.dev(), found.ino()))
        }
        #[cfg(not(unix))]
        {
            found.is_file()
        }
    }
}
