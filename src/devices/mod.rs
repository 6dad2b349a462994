//! What a person holds in their hands: gamepads and the keyboard, read with the times that count.
//!
//! | file | holds | pure? |
//! |---|---|---|
//! | [`codes`], [`layout`] | event codes and their names; what a control can be for | yes |
//! | [`profile`] | what a device's controls are for and how they feel: files, or made up | yes |
//! | [`timing`] | whether a kernel stamp can be believed, and how far off the time may be | yes |
//! | [`controls`] | raw changes of all devices → one [`Command`] | yes |
//! | [`haptics`], [`force`] | what is sent to devices; the torque of a wheel's motor | yes |
//! | [`calibrate`] | what is asked for in a calibration, and the profile it comes to | yes |
//! | [`menu`] | the same changes, for someone who moves through menus | yes |
//! | `gamepad` | the thread that reads devices (feature `gamepad`, needs libudev) | no |
//! | `effects` | the thread that sends rumble and force feedback to them (the same, Linux) | no |
//! | `nodes` | what devices there are, as the system lists them (the same, Linux) | no |
//!
//! Reaction times are measured on the events of this room, so two rules hold here. An event's time
//! is never the time of a frame or of a tick. And what is sent to a device goes through `effects`
//! alone: sent in another way it spoils the kernel's time of the next input (see [`timing`]).

use crate::clock::Now;
use crate::command::{Change, Command, Input, Stamp};

pub mod calibrate;
pub mod codes;
pub mod controls;
#[cfg(all(feature = "gamepad", target_os = "linux"))]
pub mod effects;
pub mod force;
#[cfg(feature = "gamepad")]
pub mod gamepad;
pub mod haptics;
pub mod layout;
pub mod menu;
#[cfg(all(feature = "gamepad", target_os = "linux"))]
pub mod nodes;
pub mod profile;
pub mod timing;

/// The keyboard's device number. Pads count from 1, in the order in which they appeared.
pub const KEYBOARD: u32 = 0;

/// One change at a device, before the command it leads to is known.
#[derive(Clone, Debug, PartialEq)]
pub struct RawEvent {
    /// [`KEYBOARD`], or the pad's number. A pad that comes back keeps its number if its model is
    /// the same.
    pub device: u32,
    /// What the changed axis or button is for on this device.
    pub role: layout::Role,
    pub change: Change,
    /// When it happened, ns on the session clock.
    pub time_ns: i64,
    /// The same instant, ns since the Unix epoch.
    pub realtime_ns: i64,
    pub stamp: Stamp,
    /// The true time lies at most this far from `time_ns`, ns. For a pad that came or went it is
    /// an allowance, not a bound (see [`timing::HOTPLUG_ALLOWANCE_NS`]).
    pub uncertainty_ns: u64,
    /// When this program read it, ns on the session clock. Never before the true time.
    pub arrival_ns: i64,
    /// The kernel's own stamp, ns since the Unix epoch, believed or not. 0: it gave none.
    pub kernel_realtime_ns: i64,
}

impl RawEvent {
    /// A key, as a window reports it. Windows pass no event time on, so the time is that of the
    /// arrival; `uncertainty_ns` is for the caller to know (the time since it last looked).
    pub fn key(name: &str, pressed: bool, now: Now, uncertainty_ns: u64) -> Self {
        Self {
            device: KEYBOARD,
            role: layout::Role::Other,
            change: Change::Key {
                name: name.to_owned(),
                pressed,
            },
            time_ns: now.session_ns,
            realtime_ns: now.realtime_ns,
            stamp: Stamp::Arrival,
            uncertainty_ns,
            arrival_ns: now.session_ns,
            kernel_realtime_ns: 0,
        }
    }

    /// The input for the link and the record, given the command that holds right after it.
    pub fn into_input(self, after: Command) -> Input {
        Input {
            time_ns: self.time_ns,
            realtime_ns: self.realtime_ns,
            uncertainty_ns: self.uncertainty_ns,
            stamp: self.stamp,
            device: self.device,
            change: self.change,
            after,
        }
    }
}
