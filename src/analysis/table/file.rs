//! A file that is there as a whole, or not at all.

use super::TableError;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// What to do if the file is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overwrite {
    /// Refuse.
    Never,
    /// Take its place.
    Yes,
}

/// A file under a temporary name beside its place; gone again if it is not finished.
pub(super) struct NewFile {
    path: PathBuf,
    temporary: PathBuf,
    overwrite: Overwrite,
    kept: bool,
}

impl NewFile {
    /// Starts it; the second is what to write to.
    pub fn create(
        path: &Path,
        overwrite: Overwrite,
    ) -> Result<(Self, BufWriter<File>), TableError> {
        if overwrite == Overwrite::Never && path.symlink_metadata().is_ok() {
            return Err(TableError::Exists {
                path: path.to_owned(),
            });
        }
        let Some(temporary) = temporary(path) else {
            let source = io::Error::new(io::ErrorKind::InvalidInput, "this is not a file's name");
            return Err(failed(path, source));
        };
        let open = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&temporary);
        let file = open.map_err(|e| failed(path, e))?;
        let new = Self {
            path: path.to_owned(),
            temporary,
            overwrite,
            kept: false,
        };
        Ok((new, BufWriter::with_capacity(1 << 16, file)))
    }

    /// Puts what was written, and flushed, in its place.
    pub fn keep(mut self) -> Result<u64, TableError> {
        let kept = self.put_in_place();
        kept.map_err(|e| {
            if self.overwrite == Overwrite::Never && e.kind() == io::ErrorKind::AlreadyExists {
                TableError::Exists {
                    path: self.path.clone(),
                }
            } else {
                failed(&self.path, e)
            }
        })
    }

    fn put_in_place(&mut self) -> io::Result<u64> {
        let file = File::open(&self.temporary)?;
        file.sync_all()?;
        let bytes = file.metadata()?.len();
        if self.overwrite == Overwrite::Never {
            // A link, unlike a new name, never takes another file's place.
            match std::fs::hard_link(&self.temporary, &self.path) {
                // The temporary name is removed when `self` goes.
                Ok(()) => return Ok(bytes),
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => return Err(e),
                // Not every file system has links.
                Err(_) if self.path.symlink_metadata().is_ok() => {
                    return Err(io::ErrorKind::AlreadyExists.into());
                }
                Err(_) => {}
            }
        }
        std::fs::rename(&self.temporary, &self.path)?;
        self.kept = true;
        Ok(bytes)
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if !self.kept {
            // Nothing can be done about a file that will not go.
            let _ = std::fs::remove_file(&self.temporary);
        }
    }
}

fn failed(path: &Path, source: io::Error) -> TableError {
    TableError::File {
        path: path.to_owned(),
        source,
    }
}

/// A name beside this one that no other file has: `.takeovers.csv.1234-0.part`.
fn temporary(path: &Path) -> Option<PathBuf> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name()?);
    let next = NEXT.fetch_add(1, Ordering::Relaxed);
    name.push(format!(".{}-{next}.part", std::process::id()));
    Some(path.with_file_name(name))
}

/// Bytes go to a file, or to whatever the caller has.
pub(super) type Out = Box<dyn Write + Send>;
