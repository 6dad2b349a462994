//! What a window holds of a session that runs on another thread.
//!
//! Frames come down, inputs and presentation times go up. There is no other way between the two,
//! so a slow window can delay the picture and nothing else.

use crate::clock::Clock;
use crate::devices::RawEvent;
use crate::devices::haptics::ToDevices;
use crate::operator::FromVehicle;
pub use crate::operator::human::FromOperator;
use crate::scenario::Scenario;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, Sender};

/// The window's end of a running session.
pub struct Live {
    pub scenario: Arc<Scenario>,
    /// The session's clock; its zero is the first tick.
    pub clock: Clock,
    /// What comes out of the link, in order. Closed when the session has ended.
    pub vehicle: Receiver<FromVehicle>,
    /// A copy of every change at a pad, for menus and views (see [`crate::devices::menu`]); the
    /// session has it already.
    pub pad_events: Receiver<RawEvent>,
    /// The way to the devices in hand, if there are any.
    pub haptics: Option<ToDevices>,
    /// Inputs of devices that the window owns (the keyboard), and when a request was presented.
    pub operator: Sender<FromOperator>,
    /// The summary, line by line, once the run is over and its record is closed.
    pub summary: Receiver<Vec<String>>,
    /// Set it to end the run: the window was closed.
    pub stop: Arc<AtomicBool>,
}
