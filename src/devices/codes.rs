//! Names of event codes, as Linux has them (include/uapi/linux/input-event-codes.h).
//!
//! Codes are packed as gilrs-core packs them: event type in the upper 16 bits, code in the lower.

/// Keys and buttons.
pub const EV_KEY: u32 = 0x01 << 16;
/// Axes.
pub const EV_ABS: u32 = 0x03 << 16;

const NAMES: [(&str, u32); 69] = [
    ("ABS_X", EV_ABS),
    ("ABS_Y", EV_ABS | 0x01),
    ("ABS_Z", EV_ABS | 0x02),
    ("ABS_RX", EV_ABS | 0x03),
    ("ABS_RY", EV_ABS | 0x04),
    ("ABS_RZ", EV_ABS | 0x05),
    ("ABS_THROTTLE", EV_ABS | 0x06),
    ("ABS_RUDDER", EV_ABS | 0x07),
    ("ABS_WHEEL", EV_ABS | 0x08),
    ("ABS_GAS", EV_ABS | 0x09),
    ("ABS_BRAKE", EV_ABS | 0x0a),
    ("ABS_HAT0X", EV_ABS | 0x10),
    ("ABS_HAT0Y", EV_ABS | 0x11),
    ("ABS_HAT1X", EV_ABS | 0x12),
    ("ABS_HAT1Y", EV_ABS | 0x13),
    ("ABS_HAT2X", EV_ABS | 0x14),
    ("ABS_HAT2Y", EV_ABS | 0x15),
    ("ABS_HAT3X", EV_ABS | 0x16),
    ("ABS_HAT3Y", EV_ABS | 0x17),
    ("ABS_MISC", EV_ABS | 0x28),
    ("BTN_0", EV_KEY | 0x100),
    ("BTN_1", EV_KEY | 0x101),
    ("BTN_2", EV_KEY | 0x102),
    ("BTN_3", EV_KEY | 0x103),
    ("BTN_4", EV_KEY | 0x104),
    ("BTN_5", EV_KEY | 0x105),
    ("BTN_6", EV_KEY | 0x106),
    ("BTN_7", EV_KEY | 0x107),
    ("BTN_8", EV_KEY | 0x108),
    ("BTN_9", EV_KEY | 0x109),
    ("BTN_TRIGGER", EV_KEY | 0x120),
    ("BTN_THUMB", EV_KEY | 0x121),
    ("BTN_THUMB2", EV_KEY | 0x122),
    ("BTN_TOP", EV_KEY | 0x123),
    ("BTN_TOP2", EV_KEY | 0x124),
    ("BTN_PINKIE", EV_KEY | 0x125),
    ("BTN_BASE", EV_KEY | 0x126),
    ("BTN_BASE2", EV_KEY | 0x127),
    ("BTN_BASE3", EV_KEY | 0x128),
    ("BTN_BASE4", EV_KEY | 0x129),
    ("BTN_BASE5", EV_KEY | 0x12a),
    ("BTN_BASE6", EV_KEY | 0x12b),
    ("BTN_DEAD", EV_KEY | 0x12f),
    ("BTN_SOUTH", EV_KEY | 0x130),
    ("BTN_EAST", EV_KEY | 0x131),
    ("BTN_C", EV_KEY | 0x132),
    ("BTN_NORTH", EV_KEY | 0x133),
    ("BTN_WEST", EV_KEY | 0x134),
    ("BTN_Z", EV_KEY | 0x135),
    ("BTN_TL", EV_KEY | 0x136),
    ("BTN_TR", EV_KEY | 0x137),
    ("BTN_TL2", EV_KEY | 0x138),
    ("BTN_TR2", EV_KEY | 0x139),
    ("BTN_SELECT", EV_KEY | 0x13a),
    ("BTN_START", EV_KEY | 0x13b),
    ("BTN_MODE", EV_KEY | 0x13c),
    ("BTN_THUMBL", EV_KEY | 0x13d),
    ("BTN_THUMBR", EV_KEY | 0x13e),
    ("BTN_GEAR_DOWN", EV_KEY | 0x150),
    ("BTN_GEAR_UP", EV_KEY | 0x151),
    ("BTN_DPAD_UP", EV_KEY | 0x220),
    ("BTN_DPAD_DOWN", EV_KEY | 0x221),
    ("BTN_DPAD_LEFT", EV_KEY | 0x222),
    ("BTN_DPAD_RIGHT", EV_KEY | 0x223),
    // The same buttons, as printed on an Xbox pad: only read, never written.
    ("BTN_A", EV_KEY | 0x130),
    ("BTN_B", EV_KEY | 0x131),
    ("BTN_X", EV_KEY | 0x133),
    ("BTN_Y", EV_KEY | 0x134),
    ("BTN_JOYSTICK", EV_KEY | 0x120),
];

/// `BTN_TRIGGER_HAPPY1` and its 39 neighbours: what a device has beyond 16 buttons.
const HAPPY: &str = "BTN_TRIGGER_HAPPY";
const HAPPY_1: u32 = EV_KEY | 0x2c0;

/// The code of this name, or of this number (`0x2c0`, `704`) among axes or buttons.
pub fn parse(name: &str, kind: u32) -> Option<u32> {
    if let Some((_, code)) = NAMES.iter().find(|(known, _)| *known == name) {
        return Some(*code).filter(|code| code & 0xffff_0000 == kind);
    }
    if let Some(number) = name.strip_prefix(HAPPY) {
        let n: u32 = number.parse().ok().filter(|n| (1..=40).contains(n))?;
        return Some(HAPPY_1 + n - 1).filter(|_| kind == EV_KEY);
    }
    let number = match name.strip_prefix("0x") {
        Some(hex) => u32::from_str_radix(hex, 16),
        None => name.parse(),
    };
    // ABS_MAX and KEY_MAX.
    let most = if kind == EV_ABS { 0x3f } else { 0x2ff };
    number.ok().filter(|n| *n <= most).map(|n| kind | n)
}

/// The kernel's name of a packed code, or its number.
pub fn name(code: u32) -> String {
    if let Some((name, _)) = NAMES.iter().find(|(_, known)| *known == code) {
        return (*name).to_owned();
    }
    match code.checked_sub(HAPPY_1) {
        Some(n) if n < 40 => format!("{HAPPY}{}", n + 1),
        _ => format!("{:#x}", code & 0xffff),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_codes_go_both_ways() {
        for code in (0..0x18)
            .map(|n| EV_ABS | n)
            .chain((0x100..0x2ff).map(|n| EV_KEY | n))
        {
            assert_eq!(parse(&name(code), code & 0xffff_0000), Some(code));
        }
        assert_eq!(name(EV_KEY | 0x130), "BTN_SOUTH");
        assert_eq!(name(EV_KEY | 0x2c8), "BTN_TRIGGER_HAPPY9");
        assert_eq!(parse("BTN_A", EV_KEY), Some(EV_KEY | 0x130));
        assert_eq!(parse("704", EV_KEY), Some(HAPPY_1));
    }

    #[test]
    fn an_axis_is_no_button_and_nonsense_is_neither() {
        assert_eq!(parse("ABS_X", EV_KEY), None);
        assert_eq!(parse("BTN_SOUTH", EV_ABS), None);
        assert_eq!(parse("BTN_TRIGGER_HAPPY41", EV_KEY), None);
        assert_eq!(parse("0x40", EV_ABS), None);
        assert_eq!(parse("ABS_FOO", EV_ABS), None);
        assert_eq!(parse("", EV_ABS), None);
    }
}
