//! Which event code means what on which pad.
//!
//! Codes are Linux evdev's, packed as gilrs-core packs them: event type in the upper 16 bits, code
//! in the lower. They stand here as numbers so that records can be read and controls be tested in
//! a build without gilrs-core; a test compares them with gilrs-core's own.

const EV_KEY: u32 = 0x01 << 16;
const EV_ABS: u32 = 0x03 << 16;

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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Steering,
    Accelerator,
    Brake,
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

/// What the codes of one device mean. It must be known per device because `ABS_Z` and `ABS_RZ` are
/// triggers on most pads and the right stick on others, where reading them as pedals would brake
/// at half force for ever.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    triggers: Option<Triggers>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Triggers {
    left: u32,
    right: u32,
}

impl Layout {
    /// The layout of a device with these axes (packed codes).
    pub fn of(axes: &[u32]) -> Self {
        let has = |codes: &[u32]| codes.iter().all(|code| axes.contains(code));
        let triggers = if has(&[ABS_GAS, ABS_BRAKE]) {
            Some((ABS_BRAKE, ABS_GAS))
        } else if has(&[ABS_Z, ABS_RZ, ABS_RX, ABS_RY]) {
            Some((ABS_Z, ABS_RZ))
        } else if has(&[ABS_HAT2X, ABS_HAT2Y]) {
            Some((ABS_HAT2Y, ABS_HAT2X))
        } else {
            None
        };
        Self {
            triggers: triggers.map(|(left, right)| Triggers { left, right }),
        }
    }

    /// What `code` is for. Triggers that are buttons count only where no trigger axis exists: some
    /// pads report both, and the button would floor the pedal at a touch.
    pub fn role(&self, code: u32) -> Role {
        match (code, self.triggers) {
            (ABS_X, _) => Role::Steering,
            (BTN_SOUTH, _) => Role::TakeOver,
            (BTN_EAST, _) => Role::HandBack,
            (BTN_NORTH | BTN_WEST, _) => Role::NoNeed,
            (BTN_SELECT, _) => Role::View,
            (BTN_START, _) => Role::Pause,
            (BTN_DPAD_UP, _) => Role::Up,
            (BTN_DPAD_DOWN, _) => Role::Down,
            (BTN_DPAD_LEFT, _) => Role::Left,
            (BTN_DPAD_RIGHT, _) => Role::Right,
            (ABS_HAT0X, _) => Role::Sideways,
            (ABS_Y | ABS_HAT0Y, _) => Role::Lengthways,
            (BTN_TL2, None) => Role::Brake,
            (BTN_TR2, None) => Role::Accelerator,
            (code, Some(t)) if code == t.left => Role::Brake,
            (code, Some(t)) if code == t.right => Role::Accelerator,
            _ => Role::Other,
        }
    }

    /// A raw reading of an axis that goes from `min` to `max`: 0..1 for a trigger, else -1..1 with
    /// right and up positive. `y_points_down` tells whether the platform's lengthways axes grow
    /// downwards (they do on Linux). An axis without a range reads 0.
    pub fn scale(&self, code: u32, raw: i32, (min, max): (i32, i32), y_points_down: bool) -> f32 {
        if max <= min {
            return 0.0;
        }
        let (raw, min, max) = (f64::from(raw), f64::from(min), f64::from(max));
        let part = ((raw - min) / (max - min)).clamp(0.0, 1.0);
        if matches!(self.role(code), Role::Accelerator | Role::Brake) {
            return part as f32;
        }
        let both_ways = (2.0 * part - 1.0) as f32;
        if y_points_down && self.is_lengthways(code) {
            -both_ways
        } else {
            both_ways
        }
    }

    fn is_lengthways(&self, code: u32) -> bool {
        matches!(code, ABS_Y | ABS_RY | ABS_HAT0Y)
            || (code == ABS_RZ && self.role(code) == Role::Other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const XBOX: [u32; 6] = [ABS_X, ABS_Y, ABS_Z, ABS_RX, ABS_RY, ABS_RZ];

    #[test]
    fn triggers_are_found_on_the_usual_kinds_of_pad() {
        for (axes, brake, accelerator) in [
            (&XBOX[..], ABS_Z, ABS_RZ),
            (
                &[ABS_X, ABS_Y, ABS_Z, ABS_RZ, ABS_GAS, ABS_BRAKE],
                ABS_BRAKE,
                ABS_GAS,
            ),
            (&[ABS_X, ABS_Y, ABS_HAT2X, ABS_HAT2Y], ABS_HAT2Y, ABS_HAT2X),
            (&[ABS_X, ABS_Y, ABS_Z, ABS_RZ], BTN_TL2, BTN_TR2),
        ] {
            let layout = Layout::of(axes);
            assert_eq!(layout.role(brake), Role::Brake, "{axes:x?}");
            assert_eq!(layout.role(accelerator), Role::Accelerator, "{axes:x?}");
        }
    }

    #[test]
    fn a_trigger_button_beside_a_trigger_axis_does_not_floor_the_pedal() {
        assert_eq!(Layout::of(&XBOX).role(BTN_TR2), Role::Other);
    }

    #[test]
    fn a_right_stick_on_z_is_no_pedal() {
        let layout = Layout::of(&[ABS_X, ABS_Y, ABS_Z, ABS_RZ]);
        assert_eq!(layout.role(ABS_Z), Role::Other);
        assert!(layout.scale(ABS_Z, 128, (0, 255), true).abs() < 0.01);
    }

    #[test]
    fn readings_scale_to_their_range() {
        let layout = Layout::of(&XBOX);
        let stick = (-32768, 32767);
        assert_eq!(layout.scale(ABS_X, -32768, stick, true), -1.0);
        assert_eq!(layout.scale(ABS_X, 32767, stick, true), 1.0);
        assert!(layout.scale(ABS_X, 0, stick, true).abs() < 1e-4);
        // Pushed away from the person: the kernel says -32768.
        assert_eq!(layout.scale(ABS_Y, -32768, stick, true), 1.0);
        assert_eq!(layout.scale(ABS_Y, -32768, stick, false), -1.0);
        assert_eq!(layout.scale(ABS_RZ, 0, (0, 255), true), 0.0);
        assert_eq!(layout.scale(ABS_RZ, 255, (0, 255), true), 1.0);
        assert_eq!(layout.scale(ABS_RZ, 300, (0, 255), true), 1.0);
        assert_eq!(layout.scale(ABS_X, 5, (0, 0), true), 0.0);
        // No overflow at the ends of the range.
        assert_eq!(
            layout.scale(ABS_X, i32::MAX, (i32::MIN, i32::MAX), true),
            1.0
        );
    }

    #[cfg(feature = "gamepad")]
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
