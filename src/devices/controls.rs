//! From raw changes of all devices to one command.
//!
//! One device is in command at a time: the first that gives an input. Others are followed, so that
//! they can step in with their controls as they stand, but do not mix in. Stick noise inside the
//! dead zone is no input, or a pad lying on the table could take command by itself.

use std::collections::BTreeMap;

use super::RawEvent;
use super::layout::Role;
use super::settings::Settings;
use crate::command::{Change, Command, DeviceKind};

/// What a key does. Names are those of the W3C `KeyboardEvent.code`, as winit and Bevy use them.
const KEYS: [(&str, KeyRole); 12] = [
    ("ArrowLeft", KeyRole::Left),
    ("KeyA", KeyRole::Left),
    ("ArrowRight", KeyRole::Right),
    ("KeyD", KeyRole::Right),
    ("ArrowUp", KeyRole::Accelerator),
    ("KeyW", KeyRole::Accelerator),
    ("ArrowDown", KeyRole::Brake),
    ("KeyS", KeyRole::Brake),
    ("Space", KeyRole::TakeOver),
    ("Backspace", KeyRole::HandBack),
    ("KeyH", KeyRole::HandBack),
    ("KeyN", KeyRole::NoNeed),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum KeyRole {
    Left,
    Right,
    Accelerator,
    Brake,
    TakeOver,
    HandBack,
    NoNeed,
}

/// Whether a key of this name does anything. A window need not pass on the others.
pub fn is_control_key(name: &str) -> bool {
    KEYS.iter().any(|(key, _)| *key == name)
}

/// One device's controls as last reported.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Held {
    connected: bool,
    /// -1..1, right positive.
    stick: f32,
    /// 0..1 each, before the dead zone.
    accelerator: f32,
    brake: f32,
    take_over: bool,
    hand_back: bool,
    no_need: bool,
    /// One bit per entry of [`KEYS`], so that two keys for one thing can be held together.
    keys: u16,
    /// rad; moved by [`Controls::step`] while steering keys are held.
    key_wheel: f32,
}

impl Held {
    fn key(&self, role: KeyRole) -> bool {
        KEYS.iter()
            .enumerate()
            .any(|(bit, (_, r))| *r == role && self.keys & (1 << bit) != 0)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum InCommand {
    /// No device has given an input yet.
    Nobody,
    Device(u32),
    /// The device in command is gone. It is in command again when it comes back, unless another
    /// gives an input before.
    Lost(u32),
}

/// All devices of one operator. Pure: no clock, no device access.
#[derive(Clone, Debug)]
pub struct Controls {
    settings: Settings,
    devices: BTreeMap<u32, Held>,
    in_command: InCommand,
}

impl Controls {
    /// Controls without devices. A keyboard is a device, too: announce it with
    /// [`Change::Connected`] where there is a window.
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            devices: BTreeMap::new(),
            in_command: InCommand::Nobody,
        }
    }

    /// Number of the device in command, if it is there.
    pub fn in_command(&self) -> Option<u32> {
        match self.in_command {
            InCommand::Device(device) => Some(device),
            InCommand::Nobody | InCommand::Lost(_) => None,
        }
    }

    /// Takes in one event and returns the command right after it.
    pub fn apply(&mut self, event: &RawEvent) -> Command {
        self.change(event.device, event.role, &event.change)
    }

    /// Takes in one change of one device and returns the command right after it.
    pub fn change(&mut self, device: u32, role: Role, change: &Change) -> Command {
        let held = self.devices.entry(device).or_default();
        match change {
            Change::Connected { .. } => {
                *held = Held {
                    connected: true,
                    ..Held::default()
                };
                if self.in_command == InCommand::Lost(device) {
                    self.in_command = InCommand::Device(device);
                }
            }
            Change::Disconnected => {
                *held = Held::default();
                if self.in_command == InCommand::Device(device) {
                    self.in_command = InCommand::Lost(device);
                }
            }
            _ => {
                held.connected = true;
                if take_in(held, &self.settings, role, change)
                    && !matches!(self.in_command, InCommand::Device(_))
                {
                    self.in_command = InCommand::Device(device);
                }
            }
        }
        self.command()
    }

    /// Lets time pass, s: steering keys turn the virtual wheel at a rate. Returns the command.
    pub fn step(&mut self, dt_s: f32) -> Command {
        for held in self.devices.values_mut() {
            let (left, right) = (held.key(KeyRole::Left), held.key(KeyRole::Right));
            held.key_wheel = self.settings.key_wheel(held.key_wheel, left, right, dt_s);
        }
        self.command()
    }

    /// Lets go of everything on a device that is still there. A window that loses the keyboard
    /// never hears of the keys' release, and the car would drive on with the accelerator down.
    pub fn release(&mut self, device: u32) -> Command {
        if let Some(held) = self.devices.get_mut(&device) {
            *held = Held {
                connected: held.connected,
                key_wheel: held.key_wheel,
                ..Held::default()
            };
        }
        self.command()
    }

    /// The command now. Without a device in command everything is released; `present` tells
    /// whether a device is there that could take command (after a loss: whether one has).
    pub fn command(&self) -> Command {
        let device = match self.in_command {
            InCommand::Lost(_) => return Command::default(),
            InCommand::Nobody => {
                return Command {
                    present: self.devices.values().any(|held| held.connected),
                    ..Command::default()
                };
            }
            InCommand::Device(device) => device,
        };
        let held = self.devices.get(&device).copied().unwrap_or_default();
        let pedal = |trigger: f32, key: KeyRole| {
            if held.key(key) {
                1.0
            } else {
                self.settings.pedal(trigger)
            }
        };
        Command {
            wheel: self.settings.wheel(held.stick) + held.key_wheel,
            accelerator: pedal(held.accelerator, KeyRole::Accelerator),
            brake: pedal(held.brake, KeyRole::Brake),
            take_over: held.take_over || held.key(KeyRole::TakeOver),
            hand_back: held.hand_back || held.key(KeyRole::HandBack),
            no_need: held.no_need || held.key(KeyRole::NoNeed),
            device: if device == super::KEYBOARD {
                DeviceKind::Keyboard
            } else {
                DeviceKind::Gamepad
            },
            present: true,
        }
    }
}

/// Notes a change; true if a person must have made it.
fn take_in(held: &mut Held, settings: &Settings, role: Role, change: &Change) -> bool {
    match change {
        Change::Axis { value, .. } => match role {
            Role::Steering => {
                held.stick = *value;
                settings.wheel(*value) != 0.0
            }
            Role::Accelerator => {
                held.accelerator = *value;
                settings.pedal(*value) > 0.0
            }
            Role::Brake => {
                held.brake = *value;
                settings.pedal(*value) > 0.0
            }
            _ => false,
        },
        Change::Button { pressed, .. } => {
            match role {
                Role::TakeOver => held.take_over = *pressed,
                Role::HandBack => held.hand_back = *pressed,
                Role::NoNeed => held.no_need = *pressed,
                Role::Accelerator => held.accelerator = f32::from(u8::from(*pressed)),
                Role::Brake => held.brake = f32::from(u8::from(*pressed)),
                _ => {}
            }
            *pressed
        }
        Change::Key { name, pressed } => match KEYS.iter().position(|(key, _)| key == name) {
            Some(bit) => {
                held.keys = if *pressed {
                    held.keys | 1 << bit
                } else {
                    held.keys & !(1 << bit)
                };
                *pressed
            }
            None => false,
        },
        Change::Connected { .. } | Change::Disconnected | Change::Set => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::KEYBOARD;
    use super::*;

    fn controls() -> Controls {
        Controls::new(Settings::default())
    }

    fn plugged() -> Change {
        Change::Connected {
            name: "pad".into(),
            uuid: String::new(),
            rumble: true,
        }
    }

    fn axis(value: f32) -> Change {
        Change::Axis {
            code: 0,
            raw: 0,
            value,
        }
    }

    fn button(pressed: bool) -> Change {
        Change::Button { code: 0, pressed }
    }

    fn key(name: &str, pressed: bool) -> Change {
        Change::Key {
            name: name.into(),
            pressed,
        }
    }

    #[test]
    fn a_pad_drives() {
        let mut c = controls();
        assert!(!c.command().present);
        assert!(c.change(1, Role::Other, &plugged()).present);
        assert_eq!(c.in_command(), None);
        c.change(1, Role::Steering, &axis(1.0));
        c.change(1, Role::Accelerator, &axis(1.0));
        c.change(1, Role::Brake, &axis(0.01));
        let command = c.change(1, Role::TakeOver, &button(true));
        assert_eq!(c.in_command(), Some(1));
        assert!((command.wheel + 90_f32.to_radians()).abs() < 1e-5);
        assert_eq!((command.accelerator, command.brake), (1.0, 0.0));
        assert!(command.take_over && !command.hand_back && command.present);
        assert!(!c.change(1, Role::TakeOver, &button(false)).take_over);
        assert!(c.change(1, Role::HandBack, &button(true)).hand_back);
        let command = c.change(1, Role::NoNeed, &button(true));
        assert!(command.no_need && command.device == DeviceKind::Gamepad);
        assert!(!c.change(1, Role::NoNeed, &button(false)).no_need);
    }

    #[test]
    fn triggers_that_are_buttons_are_all_or_nothing() {
        let mut c = controls();
        assert_eq!(c.change(1, Role::Brake, &button(true)).brake, 1.0);
        assert_eq!(c.change(1, Role::Brake, &button(false)).brake, 0.0);
    }

    #[test]
    fn noise_takes_no_command_and_a_second_device_does_not_mix_in() {
        let mut c = controls();
        c.change(1, Role::Other, &plugged());
        c.change(2, Role::Other, &plugged());
        c.change(1, Role::Steering, &axis(0.05));
        c.change(1, Role::Other, &axis(1.0));
        assert_eq!(c.in_command(), None);
        c.change(2, Role::Brake, &axis(0.5));
        assert_eq!(c.in_command(), Some(2));
        let command = c.change(1, Role::Accelerator, &axis(1.0));
        assert_eq!(command.accelerator, 0.0);
        assert!(c.change(1, Role::Other, &Change::Disconnected).present);
    }

    #[test]
    fn losing_the_device_in_command_releases_everything_until_it_is_back() {
        let mut c = controls();
        c.change(KEYBOARD, Role::Other, &plugged());
        c.change(1, Role::Other, &plugged());
        c.change(1, Role::Accelerator, &axis(1.0));
        assert_eq!(
            c.change(1, Role::Other, &Change::Disconnected),
            Command::default()
        );
        let back = c.change(1, Role::Other, &plugged());
        assert!(back.present);
        assert_eq!(back.accelerator, 0.0);
        assert_eq!(c.in_command(), Some(1));
    }

    #[test]
    fn after_a_loss_another_device_can_take_command_and_keeps_it() {
        let mut c = controls();
        c.change(1, Role::HandBack, &button(true));
        c.change(1, Role::Other, &Change::Disconnected);
        assert!(c.change(KEYBOARD, Role::Other, &key("KeyS", true)).present);
        assert_eq!(c.in_command(), Some(KEYBOARD));
        c.change(1, Role::Other, &plugged());
        c.change(1, Role::TakeOver, &button(true));
        assert_eq!(c.in_command(), Some(KEYBOARD));
    }

    #[test]
    fn keys_drive() {
        let mut c = controls();
        for (name, read) in [
            ("ArrowUp", (|c| c.accelerator == 1.0) as fn(Command) -> bool),
            ("KeyW", |c| c.accelerator == 1.0),
            ("ArrowDown", |c| c.brake == 1.0),
            ("KeyS", |c| c.brake == 1.0),
            ("Space", |c| c.take_over),
            ("Backspace", |c| c.hand_back),
            ("KeyH", |c| c.hand_back),
            ("KeyN", |c| c.no_need),
        ] {
            assert!(is_control_key(name));
            assert!(
                read(c.change(KEYBOARD, Role::Other, &key(name, true))),
                "{name}"
            );
            assert!(
                !read(c.change(KEYBOARD, Role::Other, &key(name, false))),
                "{name}"
            );
        }
        assert!(!is_control_key("KeyQ"));
        for (name, sign) in [
            ("ArrowLeft", 1.0),
            ("KeyA", 1.0),
            ("ArrowRight", -1.0),
            ("KeyD", -1.0),
        ] {
            assert_eq!(c.change(KEYBOARD, Role::Other, &key(name, true)).wheel, 0.0);
            assert!((c.step(0.2).wheel - 0.3 * sign).abs() < 1e-5, "{name}");
            c.change(KEYBOARD, Role::Other, &key(name, false));
            assert_eq!(c.step(0.2).wheel, 0.0);
        }
    }

    #[test]
    fn two_keys_for_one_thing_can_be_held_together() {
        let mut c = controls();
        c.change(KEYBOARD, Role::Other, &key("KeyS", true));
        c.change(KEYBOARD, Role::Other, &key("ArrowDown", true));
        assert_eq!(
            c.change(KEYBOARD, Role::Other, &key("KeyS", false)).brake,
            1.0
        );
        assert_eq!(c.release(KEYBOARD).brake, 0.0);
        assert!(c.command().present);
    }
}
