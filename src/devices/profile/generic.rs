//! Devices without a profile: what their codes usually mean.

use super::{Axis, Keys, Kind, Profile, Shape, Steering};
use crate::devices::codes::EV_KEY;
use crate::devices::force::Force;
use crate::devices::layout::*;

/// The kernel's buttons of joysticks begin here, and those of gamepads.
const BTN_TRIGGER: u32 = EV_KEY | 0x120;
const BTN_THUMB: u32 = EV_KEY | 0x121;
const BTN_THUMB2: u32 = EV_KEY | 0x122;

impl Profile {
    /// A profile made up from the codes that a device has. What it must know about axes: `ABS_Z`
    /// and `ABS_RZ` are triggers on most pads and the right stick on others, where reading them as
    /// pedals would brake at half force for ever. A device with a joystick's buttons and none of a
    /// gamepad's is a joystick: pushed forward it accelerates, pulled back it brakes.
    pub fn made_up(codes: &[u32]) -> Self {
        let has = |wanted: &[u32]| wanted.iter().all(|code| codes.contains(code));
        let joystick = has(&[BTN_TRIGGER]) && !has(&[BTN_SOUTH]);
        let mut profile = Self {
            name: String::new(),
            kind: if joystick {
                Kind::Joystick
            } else {
                Kind::Gamepad
            },
            matches: Vec::new(),
            axes: Vec::new(),
            buttons: Vec::new(),
            steering: steering(Kind::Gamepad),
            keys: Keys::default(),
            force: Force::default(),
        };
        let mut axis = |code, role| {
            profile.axes.push(Axis {
                code,
                role,
                range: None,
                inverted: points_down(code),
                shape: shape(Kind::Gamepad, role),
            });
        };
        axis(ABS_X, Role::Steering);
        if joystick {
            axis(ABS_Y, Role::Pedals);
            profile.buttons = vec![
                (BTN_TRIGGER, Role::TakeOver),
                (BTN_THUMB, Role::HandBack),
                (BTN_THUMB2, Role::NoNeed),
            ];
            return profile;
        }
        axis(ABS_Y, Role::Lengthways);
        let triggers = if has(&[ABS_GAS, ABS_BRAKE]) {
            Some((ABS_BRAKE, ABS_GAS))
        } else if has(&[ABS_Z, ABS_RZ, ABS_RX, ABS_RY]) {
            Some((ABS_Z, ABS_RZ))
        } else if has(&[ABS_HAT2X, ABS_HAT2Y]) {
            Some((ABS_HAT2Y, ABS_HAT2X))
        } else {
            None
        };
        profile.buttons = vec![
            (BTN_SOUTH, Role::TakeOver),
            (BTN_EAST, Role::HandBack),
            (BTN_NORTH, Role::NoNeed),
            (BTN_WEST, Role::NoNeed),
        ];
        // Triggers that are buttons count only where no trigger axis exists: some pads report both,
        // and the button would floor the pedal at a touch.
        match triggers {
            Some((left, right)) => {
                axis(left, Role::Brake);
                axis(right, Role::Accelerator);
            }
            None => profile
                .buttons
                .extend([(BTN_TL2, Role::Brake), (BTN_TR2, Role::Accelerator)]),
        }
        profile
    }
}

impl Default for Profile {
    /// A gamepad of the most usual kind.
    fn default() -> Self {
        Self::made_up(&[BTN_SOUTH, ABS_X, ABS_Y, ABS_Z, ABS_RX, ABS_RY, ABS_RZ])
    }
}

/// What moves through menus on any device, unless its profile says otherwise.
pub(super) fn menu_role(code: u32) -> Role {
    match code {
        BTN_SELECT => Role::View,
        BTN_START => Role::Pause,
        BTN_DPAD_UP => Role::Up,
        BTN_DPAD_DOWN => Role::Down,
        BTN_DPAD_LEFT => Role::Left,
        BTN_DPAD_RIGHT => Role::Right,
        ABS_HAT0X => Role::Sideways,
        ABS_HAT0Y => Role::Lengthways,
        _ => Role::Other,
    }
}

/// The kernel's lengthways axes grow towards the person.
pub(super) fn points_down(code: u32) -> bool {
    matches!(code, ABS_Y | ABS_RY | ABS_HAT0Y)
}

/// Angle at full deflection. A stick's full way at 30 m/s is about 5 m/s2 in an ordinary car, all
/// that a planned manoeuvre would use; standing, a quarter turn.
pub(super) fn steering(kind: Kind) -> Steering {
    match kind {
        Kind::Wheel => Steering {
            full: 450_f32.to_radians(),
            fast: None,
        },
        Kind::Gamepad | Kind::Joystick | Kind::Keyboard => Steering {
            full: 90_f32.to_radians(),
            fast: Some((30.0, 30_f32.to_radians())),
        },
    }
}

/// Dead zone and curve where a profile gives none.
pub(super) fn shape(kind: Kind, role: Role) -> Shape {
    match (kind, role) {
        (Kind::Wheel, Role::Steering) => Shape::WHEEL,
        (_, Role::Accelerator | Role::Brake) => Shape::PEDAL,
        _ => Shape::STICK,
    }
}
