//! What goes up the link: the operator's command, and the inputs it was made from.
//!
//! A [`Command`] is a state (what the controls say now); an [`Input`] is an event (what a device,
//! a script or a model did, and when). Reaction times are measured on inputs, never on commands,
//! because a command is sampled once a tick and an input carries its own time.

use serde::{Deserialize, Serialize};

/// A kind of input device: what counts as taking over differs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceKind {
    /// A script or a model: exact, without noise.
    #[default]
    Program,
    Keyboard,
    Gamepad,
    /// Steering wheel and pedals.
    Wheel,
}

impl DeviceKind {
    pub const ALL: [Self; 4] = [Self::Program, Self::Keyboard, Self::Gamepad, Self::Wheel];
}

/// The operator's controls at one instant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Command {
    /// Virtual steering-wheel angle, rad, positive to the left (ISO 8855).
    pub wheel: f32,
    /// Accelerator pedal, 0 (released) to 1 (floored).
    pub accelerator: f32,
    /// Brake pedal, 0 (released) to 1 (floored).
    pub brake: f32,
    /// The "I take over" button is held.
    pub take_over: bool,
    /// The "take it back" button is held: the operator offers control to the automation.
    pub hand_back: bool,
    /// The "no need" button is held: the operator rejects a request.
    pub no_need: bool,
    /// What the controls were moved with last.
    pub device: DeviceKind,
    /// An operator with a working device is there. False after the device was pulled out.
    pub present: bool,
}

impl Command {
    /// These controls at rest, as far as a hand or foot has let go of them since: a wheel that
    /// turns back towards straight ahead or a pedal that comes up is a new resting state.
    pub fn let_go(self, now: &Self) -> Self {
        let back = |rest: f32, now: f32| {
            if rest * now >= 0.0 && now.abs() < rest.abs() {
                now
            } else if rest * now < 0.0 {
                0.0
            } else {
                rest
            }
        };
        Self {
            wheel: back(self.wheel, now.wheel),
            accelerator: self.accelerator.min(now.accelerator),
            brake: self.brake.min(now.brake),
            take_over: self.take_over && now.take_over,
            hand_back: self.hand_back && now.hand_back,
            no_need: self.no_need && now.no_need,
            device: now.device,
            present: now.present,
        }
    }
}

/// The newest command that has arrived at the vehicle.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Arrived {
    pub command: Command,
    /// s since it was sent; before the first one has arrived, since the start of the run.
    pub age: f64,
    /// From glass to glass, as the operator's end had measured it when it sent the command, s.
    pub glass: f64,
}

/// Where an input's time comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stamp {
    /// The kernel's event time: when the device's report reached the kernel.
    Kernel,
    /// When this program read it; used when the kernel's time is missing or impossible.
    Arrival,
    /// Exact by construction: a script or a model made it.
    Model,
}

/// One thing an operator's device did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Input {
    /// When it happened, ns on the session clock (0 is the run's first tick).
    pub time_ns: i64,
    /// The same instant on the system's clock, ns since the Unix epoch; 0 for scripts and models.
    pub realtime_ns: i64,
    /// The true time lies at most this far from `time_ns`, in ns (software error only: what the
    /// device itself adds is not known here). For a device that came or went it is an allowance.
    pub uncertainty_ns: u64,
    pub stamp: Stamp,
    /// 0 is the keyboard, a script or a model; pads count from 1 in the order in which they appeared.
    pub device: u32,
    pub change: Change,
    /// The whole command right after this input.
    pub after: Command,
}

/// What changed at the device, as raw as the platform gives it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    Connected {
        name: String,
        /// SDL-style UUID of the model, hex.
        uuid: String,
        rumble: bool,
    },
    Disconnected,
    /// A steering axis stood there when its device came: where the wheel is, not something done.
    Found {
        code: u32,
        raw: i32,
        value: f32,
    },
    /// An axis moved. `code` is the platform's event code, `raw` the untouched reading,
    /// `value` the reading scaled to -1..1 (or 0..1 for a trigger), before any dead zone.
    Axis {
        code: u32,
        raw: i32,
        value: f32,
    },
    Button {
        code: u32,
        pressed: bool,
    },
    Key {
        name: String,
        pressed: bool,
    },
    /// A script or a model set its controls directly.
    Set,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letting_go_is_a_new_rest_and_taking_hold_is_not() {
        let held = Command {
            wheel: -0.3,
            brake: 0.4,
            present: true,
            ..Default::default()
        };
        let half = Command {
            wheel: -0.1,
            brake: 0.2,
            ..held
        };
        assert_eq!(held.let_go(&half), half);
        assert_eq!(half.let_go(&held), half, "turning further is no rest");
        let across = Command { wheel: 0.2, ..half };
        assert_eq!(held.let_go(&across).wheel, 0.0);
    }
}
