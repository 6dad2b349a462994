//! The file under a record: it only ever grows by whole chunks.
//!
//! MCAP records gather in memory and reach the file in one write per flush. So a program that is
//! killed leaves whole chunks behind, and a write that fails half-way (a full disk) is cut off
//! again: what is in the file stays readable.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};

#[derive(Debug)]
pub(super) struct ChunkFile {
    file: File,
    waiting: Vec<u8>,
    /// Length of what is safely in the file, bytes.
    written: u64,
    failed: bool,
}

impl ChunkFile {
    pub fn new(file: File) -> Self {
        Self {
            file,
            waiting: Vec::new(),
            written: 0,
            failed: false,
        }
    }

    /// Closes a file whose last write failed: what is whole stays and gets a valid, empty summary.
    pub fn close_after_failure(mut self) -> io::Result<()> {
        self.file.set_len(self.written)?;
        self.file.seek(SeekFrom::Start(self.written))?;
        // MCAP: DataEnd (0x0F) without CRC, Footer (0x02) without summary, magic.
        let mut end = vec![0x0F, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        end.extend([0x02, 20, 0, 0, 0, 0, 0, 0, 0]);
        end.extend([0; 20]);
        end.extend(mcap::MAGIC);
        self.file.write_all(&end)
    }
}

impl Write for ChunkFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.waiting.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.failed {
            return Err(io::Error::other("an earlier write failed"));
        }
        if let Err(error) = self.file.write_all(&self.waiting) {
            self.failed = true;
            return Err(error);
        }
        self.written += self.waiting.len() as u64;
        self.waiting.clear();
        Ok(())
    }
}
