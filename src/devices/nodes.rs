//! What input devices there are, as the system lists them in `/sys/class/input`: also those that
//! this user may not open, and those that gilrs-core has not announced (yet).

use super::codes::{EV_ABS, EV_KEY};
use std::fs;
use std::path::{Path, PathBuf};

/// Event types and codes used here (include/uapi/linux/input-event-codes.h).
const BTN_JOYSTICK: u32 = 0x120;
const BTN_DIGI: u32 = 0x140;
const ABS_Y: u32 = 0x01;

/// One `/dev/input/event*`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Node {
    pub path: PathBuf,
    pub name: String,
    pub bus: u16,
    pub vendor: u16,
    pub product: u16,
    pub version: u16,
    /// Packed codes.
    pub axes: Vec<u32>,
    pub buttons: Vec<u32>,
    /// Codes of `EV_FF`: the effects it can play.
    pub effects: Vec<u32>,
}

impl Node {
    /// SDL's kind of UUID, as gilrs-core gives it: bus, vendor, product, version, each the low byte
    /// first and followed by two zero bytes.
    pub fn uuid(&self) -> String {
        [self.bus, self.vendor, self.product, self.version]
            .map(|word| format!("{:02x}{:02x}0000", word & 0xff, word >> 8))
            .concat()
    }

    /// A pad, a joystick or a wheel, by what it has: two axes, and buttons of a joystick or gamepad.
    pub fn is_joystick(&self) -> bool {
        let has_axes = [EV_ABS, EV_ABS | ABS_Y]
            .iter()
            .all(|axis| self.axes.contains(axis))
            || self.axes.len() >= 2;
        let joystick = (EV_KEY | BTN_JOYSTICK)..(EV_KEY | BTN_DIGI);
        has_axes && self.buttons.iter().any(|b| joystick.contains(b))
    }

    /// Opened for reading and writing, or why not.
    pub fn openable(&self) -> Result<(), std::io::Error> {
        fs::OpenOptions::new()
            .read(true)
            .write(true)
            .open(&self.path)
            .map(drop)
    }
}

/// All pads, joysticks and wheels, in the order of their numbers.
pub fn joysticks() -> Vec<Node> {
    let mut found: Vec<(u32, Node)> = names()
        .into_iter()
        .filter_map(|number| Some((number, read(Path::new("/sys/class/input"), number)?)))
        .filter(|(_, node)| node.is_joystick())
        .collect();
    found.sort_by_key(|(number, _)| *number);
    found.into_iter().map(|(_, node)| node).collect()
}

/// Numbers of the event devices there are; cheap enough to ask often.
pub fn names() -> Vec<u32> {
    let Ok(entries) = fs::read_dir("/sys/class/input") else {
        return Vec::new();
    };
    let mut numbers: Vec<u32> = entries
        .flatten()
        .filter_map(|entry| {
            entry
                .file_name()
                .to_str()?
                .strip_prefix("event")?
                .parse()
                .ok()
        })
        .collect();
    numbers.sort_unstable();
    numbers
}

/// Reads one, if it is there.
pub fn read(class: &Path, number: u32) -> Option<Node> {
    let device = class.join(format!("event{number}")).join("device");
    let text = |name: &str| {
        Some(
            fs::read_to_string(device.join(name))
                .ok()?
                .trim()
                .to_owned(),
        )
    };
    let id = |name: &str| u16::from_str_radix(&text(&format!("id/{name}"))?, 16).ok();
    let bits = |name: &str| set_bits(&text(&format!("capabilities/{name}")).unwrap_or_default());
    Some(Node {
        path: PathBuf::from(format!("/dev/input/event{number}")),
        name: text("name")?,
        bus: id("bustype").unwrap_or_default(),
        vendor: id("vendor").unwrap_or_default(),
        product: id("product").unwrap_or_default(),
        version: id("version").unwrap_or_default(),
        axes: bits("abs").into_iter().map(|n| EV_ABS | n).collect(),
        buttons: bits("key").into_iter().map(|n| EV_KEY | n).collect(),
        effects: bits("ff"),
    })
}

/// Numbers of the set bits of a bitmap as sysfs writes it: words in hex, the highest first. Words
/// have as many bits as a `long`.
fn set_bits(bitmap: &str) -> Vec<u32> {
    let word_bits = usize::BITS;
    let words: Vec<u64> = bitmap
        .split_whitespace()
        .rev()
        .map(|word| u64::from_str_radix(word, 16).unwrap_or(0))
        .collect();
    let mut bits = Vec::new();
    for (i, word) in (0..).zip(&words) {
        bits.extend(
            (0..word_bits)
                .filter(|n| word >> n & 1 == 1)
                .map(|n| i * word_bits + n),
        );
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bitmaps_read_as_the_kernel_writes_them() {
        assert_eq!(set_bits("0"), Vec::<u32>::new());
        assert_eq!(set_bits("30027"), [0, 1, 2, 5, 16, 17]);
        #[cfg(target_pointer_width = "64")]
        assert_eq!(set_bits("300040000 0"), [82, 96, 97]);
    }

    #[test]
    fn a_wheel_is_found_in_its_folder_and_a_keyboard_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let make = |number: u32, name: &str, key: &str, abs: &str| {
            let device = folder.path().join(format!("event{number}/device"));
            fs::create_dir_all(device.join("id")).unwrap();
            fs::create_dir_all(device.join("capabilities")).unwrap();
            fs::write(device.join("name"), format!("{name}\n")).unwrap();
            for (file, text) in [("bustype", "0003"), ("vendor", "046d"), ("product", "c24f")] {
                fs::write(device.join("id").join(file), text).unwrap();
            }
            fs::write(device.join("id/version"), "0111").unwrap();
            for (file, text) in [("key", key), ("abs", abs), ("ff", "300040000 0")] {
                fs::write(device.join("capabilities").join(file), text).unwrap();
            }
        };
        make(3, "Wheel", "ffff00000000 0 0 0 0", "30027");
        make(4, "Keyboard", "fffe", "0");
        let wheel = read(folder.path(), 3).unwrap();
        assert!(wheel.is_joystick());
        assert_eq!(wheel.uuid(), "030000006d0400004fc2000011010000");
        assert_eq!((wheel.vendor, wheel.effects.len()), (0x046d, 3));
        assert!(!read(folder.path(), 4).unwrap().is_joystick());
        assert_eq!(read(folder.path(), 5), None);
    }
}
