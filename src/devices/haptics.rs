//! What is sent to the devices in hand: rumble, and force feedback on wheels. Plain data; the thread
//! that sends it is [`effects`](super::effects) (feature `gamepad`, Linux).

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::Sender;

/// The way to the thread that owns the devices.
pub type ToDevices = Sender<Haptic>;

/// One thing to feel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Haptic {
    /// Plays at the device in command (at all that can, while none is), in place of what it plays.
    Rumble(Rumble),
    /// Ends all rumble.
    Quiet,
    /// What a wheel should feel of the vehicle. A person's end of the session sends it with each
    /// frame that arrives ([`crate::operator::human`]); nobody else need.
    Vehicle(VehicleFelt),
}

/// The vehicle, as far as a wheel should feel it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct VehicleFelt {
    /// m/s.
    pub speed: f64,
    /// Its steering-wheel angle in force, rad, positive to the left.
    pub wheel: f64,
    /// The operator's wheel moves the vehicle's, so it need not be moved to where that is.
    pub by_operator: bool,
}

/// One effect of a rumble motor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rumble {
    /// Low-frequency and high-frequency motor, 0 to 1.
    pub strong: f32,
    pub weak: f32,
    /// s.
    pub duration: f32,
    /// The request and the level of the alert that this begins: its start is reported as
    /// [`crate::takeover::alert::Presented`].
    pub alert: Option<(u32, u8)>,
}

/// What comes back from the devices.
#[derive(Clone, Debug, PartialEq)]
pub enum Felt {
    /// The effect that begins an alert was handed to the kernel between these two readings of the
    /// session clock, ns. How long the device takes to move its motor is not known.
    Started {
        request: u32,
        level: u8,
        before_ns: i64,
        after_ns: i64,
    },
    /// A device cannot do what was asked. Told once for each device that is plugged in.
    Cannot {
        device: u32,
        name: String,
        why: String,
    },
}

/// The number of the device in command, told by the controls to the thread that sends effects.
#[derive(Clone, Debug)]
pub struct InCommand(Arc<AtomicU32>);

const NOBODY: u32 = u32::MAX;

impl Default for InCommand {
    fn default() -> Self {
        Self(Arc::new(AtomicU32::new(NOBODY)))
    }
}

impl InCommand {
    pub fn set(&self, device: Option<u32>) {
        self.0.store(device.unwrap_or(NOBODY), Ordering::Relaxed);
    }

    pub fn get(&self) -> Option<u32> {
        Some(self.0.load(Ordering::Relaxed)).filter(|device| *device != NOBODY)
    }
}
