//! What is sent to the devices in hand: rumble, and force feedback on wheels.

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
    /// What a wheel should feel of the vehicle: m/s, rad at the road's wheel in force.
    Vehicle { speed: f64, wheel: f64 },
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
