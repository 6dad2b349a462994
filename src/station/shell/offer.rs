//! The report that the end page offers: made on a thread, so that the window goes on.

use crate::analysis::one;
use bevy::platform::cell::SyncCell;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};

/// What has become of a report that was asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// It is being made.
    Coming,
    /// Here it is.
    There(PathBuf),
    /// Why there is none.
    Failed(String),
}

/// A report that was asked for.
pub struct Offer {
    coming: SyncCell<Receiver<Result<PathBuf, String>>>,
    pub state: State,
}

impl Offer {
    /// Makes the report of a log.
    pub fn of(log: &Path) -> Self {
        let (to_page, coming) = channel();
        let log = log.to_path_buf();
        let started = std::thread::Builder::new()
            .name("report".into())
            .spawn(move || {
                // The page may be gone by then; the report lies in its folder all the same.
                let _ = to_page.send(one::report(&log));
            });
        Self {
            coming: SyncCell::new(coming),
            state: match started {
                Ok(_) => State::Coming,
                Err(why) => State::Failed(why.to_string()),
            },
        }
    }

    /// Looks whether it is there.
    pub fn look(&mut self) {
        if self.state != State::Coming {
            return;
        }
        match self.coming.get().try_recv() {
            Ok(Ok(path)) => self.state = State::There(path),
            Ok(Err(why)) => self.state = State::Failed(why),
            Err(std::sync::mpsc::TryRecvError::Empty) => {}
            Err(std::sync::mpsc::TryRecvError::Disconnected) => {
                self.state = State::Failed("the report could not be made; this is a bug".into());
            }
        }
    }
}
