//! What a window holds of a session that runs on another thread.
//!
//! Frames come down, inputs and presentation times go up. There is no other way between the two,
//! so a slow window can delay the picture and nothing else.

use super::choice::Choice;
use super::report::Report;
use crate::clock::{Clock, Pauses};
use crate::devices::RawEvent;
use crate::devices::haptics::ToDevices;
use crate::operator::FromVehicle;
pub use crate::operator::human::FromOperator;
use crate::scenario::Scenario;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, Sender};

/// Whoever can start runs for a window.
pub trait Desk {
    /// Starts a run; one that goes on is to be stopped by its [`Live::stop`] before.
    ///
    /// # Errors
    /// Why it cannot be started, for a person.
    fn start(&mut self, choice: &Choice) -> Result<Live, String>;

    /// The way by which every change at a pad comes to the window, in a run or not.
    ///
    /// # Errors
    /// Why no pads can be read.
    fn pads(&mut self) -> Result<Receiver<RawEvent>, String>;
}

/// For a window with a run that goes on already, and no more.
pub struct NoDesk;

impl Desk for NoDesk {
    fn start(&mut self, _choice: &Choice) -> Result<Live, String> {
        Err("this window is there for one run".into())
    }

    fn pads(&mut self) -> Result<Receiver<RawEvent>, String> {
        Err("the run has them to itself".into())
    }
}

/// The window's end of a running session.
pub struct Live {
    pub scenario: Arc<Scenario>,
    /// The session's clock; its zero is the first tick.
    pub clock: Clock,
    /// What comes out of the link, in order. Closed when the session has ended.
    pub vehicle: Receiver<FromVehicle>,
    /// The way to the devices in hand, if there are any.
    pub haptics: Option<ToDevices>,
    /// Inputs of devices that the window owns (the keyboard), and when a request was presented.
    pub operator: Sender<FromOperator>,
    /// Stops the run and lets it go on.
    pub pauses: Pauses,
    /// What it came to, once the run is over and its record is closed.
    pub summary: Receiver<Arc<Report>>,
    /// Set it to end the run: the window was closed.
    pub stop: Arc<AtomicBool>,
}
