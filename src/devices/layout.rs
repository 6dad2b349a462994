//! What a control can be for, and the codes that the program must know by itself.
//!
//! Codes are Linux evdev's, packed (see [`codes`](super::codes)). They stand here as numbers so that
//! records can be read and controls be tested in a build without gilrs-core; a test compares them
//! with gilrs-core's own. What a code means on one device is in its [`profile`](super::profile).

use super::codes::{EV_ABS, EV_KEY};
use serde::Deserialize;

/// `BTN_SOUTH`, A on an Xbox pad.
pub const BTN_SOUTH: u32 = EV_KEY | 0x130;
/// `BTN_EAST`, B on an Xbox pad.
pub const BTN_EAST: u32 = EV_KEY | 0x131;
/// `BTN_NORTH` and `BTN_WEST`, the two buttons left. Drivers disagree on which of them is which (X
/// on an Xbox pad comes as north, the square on a PlayStation pad as west), so both mean the same.
pub const BTN_NORTH: u32 = EV_KEY | 0x133;
pub const BTN_WEST: u32 = EV_KEY | 0x134;
/// `BTN_TL2`: the left trigger as a button.
pub const BTN_TL2: u32 = EV_KEY | 0x138;
/// `BTN_TR2`: the right trigger as a button.
pub const BTN_TR2: u32 = EV_KEY | 0x139;
/// `BTN_SELECT`: Back, View or Share, left of the middle.
pub const BTN_SELECT: u32 = EV_KEY | 0x13a;
/// `BTN_START`: Start, Menu or Options, right of the middle.
pub const BTN_START: u32 = EV_KEY | 0x13b;
/// `BTN_DPAD_UP` and its three neighbours: direction pads that are buttons.
pub const BTN_DPAD_UP: u32 = EV_KEY | 0x220;
pub const BTN_DPAD_DOWN: u32 = EV_KEY | 0x221;
pub const BTN_DPAD_LEFT: u32 = EV_KEY | 0x222;
pub const BTN_DPAD_RIGHT: u32 = EV_KEY | 0x223;
/// `ABS_X`: left stick, sideways.
pub const ABS_X: u32 = EV_ABS;
/// `ABS_Y`: left stick, lengthways.
pub const ABS_Y: u32 = EV_ABS | 0x01;
/// `ABS_Z`: left trigger, or the right stick on pads without `ABS_RX`.
pub const ABS_Z: u32 = EV_ABS | 0x02;
/// `ABS_RX`: right stick, sideways.
pub const ABS_RX: u32 = EV_ABS | 0x03;
/// `ABS_RY`: right stick, lengthways.
pub const ABS_RY: u32 = EV_ABS | 0x04;
/// `ABS_RZ`: right trigger, or the right stick on pads without `ABS_RY`.
pub const ABS_RZ: u32 = EV_ABS | 0x05;
/// `ABS_GAS`: right trigger of some Bluetooth pads.
pub const ABS_GAS: u32 = EV_ABS | 0x09;
/// `ABS_BRAKE`: left trigger of some Bluetooth pads.
pub const ABS_BRAKE: u32 = EV_ABS | 0x0a;
/// `ABS_HAT0X`: direction pad, sideways.
pub const ABS_HAT0X: u32 = EV_ABS | 0x10;
/// `ABS_HAT0Y`: direction pad, lengthways.
pub const ABS_HAT0Y: u32 = EV_ABS | 0x11;
/// `ABS_HAT2X`: right trigger of Steam controllers.
pub const ABS_HAT2X: u32 = EV_ABS | 0x14;
/// `ABS_HAT2Y`: left trigger of Steam controllers.
pub const ABS_HAT2Y: u32 = EV_ABS | 0x15;

/// What an axis or a button is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Role {
    Steering,
    Accelerator,
    Brake,
    /// Both on one axis: up accelerates, down brakes.
    Pedals,
    TakeOver,
    HandBack,
    /// "No need": rejects a request.
    NoNeed,
    /// Shows the next view.
    View,
    Pause,
    /// Menus: the direction pad and what else moves through them. What a press means in a menu
    /// is for [`menu`](super::menu), since the buttons that drive confirm and go back there.
    Up,
    Down,
    Left,
    Right,
    Confirm,
    Back,
    /// An axis that moves through menus and does not drive.
    Sideways,
    Lengthways,
    /// Nothing that drives or is needed by a window; recorded all the same.
    Other,
}

impl Role {
    /// Only an axis can do this.
    pub fn is_for_axes_only(self) -> bool {
        matches!(
            self,
            Self::Steering | Self::Pedals | Self::Sideways | Self::Lengthways
        )
    }

    /// Only a button can do this.
    pub fn is_for_buttons_only(self) -> bool {
        !self.is_for_axes_only() && !matches!(self, Self::Accelerator | Self::Brake | Self::Other)
    }
}

#[cfg(all(test, feature = "gamepad"))]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_gilrs_core() {
        use gilrs_core::native_ev_codes as native;
        for (ours, theirs) in [
            (BTN_SOUTH, native::BTN_SOUTH),
            (BTN_EAST, native::BTN_EAST),
            (BTN_NORTH, native::BTN_NORTH),
            (BTN_WEST, native::BTN_WEST),
            (BTN_TL2, native::BTN_LT2),
            (BTN_TR2, native::BTN_RT2),
            (BTN_SELECT, native::BTN_SELECT),
            (BTN_START, native::BTN_START),
            (BTN_DPAD_UP, native::BTN_DPAD_UP),
            (BTN_DPAD_DOWN, native::BTN_DPAD_DOWN),
            (BTN_DPAD_LEFT, native::BTN_DPAD_LEFT),
            (BTN_DPAD_RIGHT, native::BTN_DPAD_RIGHT),
            (ABS_HAT0X, native::AXIS_DPADX),
            (ABS_X, native::AXIS_LSTICKX),
            (ABS_Y, native::AXIS_LSTICKY),
            (ABS_Z, native::AXIS_LEFTZ),
            (ABS_RX, native::AXIS_RSTICKX),
            (ABS_RY, native::AXIS_RSTICKY),
            (ABS_RZ, native::AXIS_RIGHTZ),
            (ABS_HAT0Y, native::AXIS_DPADY),
            (ABS_HAT2X, native::AXIS_RT2),
            (ABS_HAT2Y, native::AXIS_LT2),
        ] {
            assert_eq!(ours, theirs.into_u32(), "{theirs}");
        }
        // gilrs-core names neither ABS_GAS nor ABS_BRAKE.
    }
}
