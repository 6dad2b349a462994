//! From raw changes of all devices to one command.
//!
//! One device is in command at a time: the first that gives an input. Others are followed, so that
//! they can step in with their controls as they stand, but do not mix in. Another takes command by
//! its take-over button; or by a clear input while the one in command is gone, or has lain at rest
//! for [`REST_S`]. Stick noise inside the dead zone is no input, or a pad lying on the table could
//! take command by itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::layout::Role;
use super::profile::{Library, Profile};
use super::{KEYBOARD, RawEvent};
use crate::command::{Change, Command, DeviceKind};

/// A device in command that nobody has touched for so long, s, is at rest, if its pedals, its
/// buttons and (but for a wheel, which stays where it is left) its steering are, too.
pub const REST_S: f32 = 1.0;
/// What takes command from a device at rest: a pedal or the steering this far out, or a button.
const CLEAR: f32 = 0.25;
/// How fast the reach of a held deflection follows the vehicle's speed, rad/s.
const REACH_RAD_S: f32 = 0.5;

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
#[derive(Clone, Debug, Default)]
struct Held {
    connected: bool,
    profile: Arc<Profile>,
    /// -1..1 after dead zone and curve, right positive.
    steering: f32,
    /// Angle of the vehicle's steering wheel at full deflection, rad, for the steering as it is held.
    reach: f32,
    /// 0..1 each, after the dead zone.
    accelerator: f32,
    brake: f32,
    take_over: bool,
    hand_back: bool,
    no_need: bool,
    /// One bit per entry of [`KEYS`], so that two keys for one thing can be held together.
    keys: u16,
    /// rad; moved by [`Controls::step`] while steering keys are held.
    key_wheel: f32,
    /// s since a person last did something here.
    idle: f32,
    /// Where the steering was when it last counted as moved.
    anchor: f32,
}

impl Held {
    fn key(&self, role: KeyRole) -> bool {
        KEYS.iter()
            .enumerate()
            .any(|(bit, (_, r))| *r == role && self.keys & (1 << bit) != 0)
    }

    /// How far the pedals or the steering are out, 0 to 1.
    fn out(&self) -> f32 {
        let steering = self.steering.abs();
        self.accelerator.max(self.brake).max(steering)
    }

    fn at_rest(&self) -> bool {
        let wheel = self.profile.kind.device() == DeviceKind::Wheel;
        let buttons = self.take_over || self.hand_back || self.no_need || self.keys != 0;
        self.idle >= REST_S
            && !buttons
            && self.accelerator == 0.0
            && self.brake == 0.0
            && (wheel || self.steering == 0.0)
    }

    /// Only what lets go of nothing: that it is there, what it is, and where its wheel stands.
    fn let_go(&self) -> Self {
        Self {
            connected: self.connected,
            profile: Arc::clone(&self.profile),
            key_wheel: self.key_wheel,
            ..Self::default()
        }
    }
}

/// What a change was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Done {
    /// Noise, a release, or nothing that drives.
    Nothing,
    /// A person must have made it.
    Something,
    /// The take-over button was pressed.
    TakeOver,
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
    library: Arc<Library>,
    devices: BTreeMap<u32, Held>,
    in_command: InCommand,
    /// The vehicle's, m/s, as last heard.
    speed: f32,
}

impl Controls {
    /// Controls without devices. A keyboard is a device, too: announce it with
    /// [`Change::Connected`] where there is a window.
    pub fn new(library: Arc<Library>) -> Self {
        Self {
            library,
            devices: BTreeMap::new(),
            in_command: InCommand::Nobody,
            speed: 0.0,
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
        let speed = self.speed;
        match change {
            Change::Connected { name, uuid, .. } => {
                let held = Held {
                    connected: true,
                    profile: self.profile(device, name, uuid),
                    ..Held::default()
                };
                self.devices.insert(device, held);
                if self.in_command == InCommand::Lost(device) {
                    self.in_command = InCommand::Device(device);
                }
            }
            Change::Disconnected => {
                self.devices.insert(device, Held::default());
                if self.in_command == InCommand::Device(device) {
                    self.in_command = InCommand::Lost(device);
                }
            }
            _ => {
                if !self.devices.contains_key(&device) {
                    // A pad that was never announced is one of the usual kind.
                    let profile = self.profile(device, "", "");
                    let held = Held {
                        profile,
                        ..Held::default()
                    };
                    self.devices.insert(device, held);
                }
                let Some(held) = self.devices.get_mut(&device) else {
                    return self.command();
                };
                held.connected = true;
                let done = take_in(held, speed, role, change);
                if done != Done::Nothing {
                    held.idle = 0.0;
                }
                let clear = held.out() >= CLEAR
                    || !matches!(change, Change::Axis { .. }) && done == Done::Something;
                if self.gives_way(device, done, clear) {
                    self.in_command = InCommand::Device(device);
                }
            }
        }
        self.command()
    }

    /// Whether what was done at `device` puts it in command.
    fn gives_way(&self, device: u32, done: Done, clear: bool) -> bool {
        match (self.in_command, done) {
            (_, Done::Nothing) => false,
            (InCommand::Nobody | InCommand::Lost(_), _) | (_, Done::TakeOver) => true,
            (InCommand::Device(now), Done::Something) => {
                now != device && clear && self.devices.get(&now).is_none_or(Held::at_rest)
            }
        }
    }

    fn profile(&self, device: u32, name: &str, uuid: &str) -> Arc<Profile> {
        let found = if device == KEYBOARD {
            self.library.keyboard()
        } else {
            self.library.find(name, uuid)
        };
        found.map_or_else(Arc::default, |p| Arc::clone(&p.profile))
    }

    /// The vehicle's speed, m/s, as the operator's side knows it: steering is finer when it is fast.
    pub fn vehicle(&mut self, speed: f64) {
        self.speed = speed as f32;
    }

    /// Lets time pass, s: steering keys turn the virtual wheel at a rate, and, while the operator
    /// drives, the reach of a held deflection goes to what suits the speed. While the automation
    /// drives it stays, so that the vehicle's speed alone never moves the operator's command: that
    /// would look like an input of theirs. Returns the command.
    pub fn step(&mut self, dt_s: f32, drives: bool) -> Command {
        for (device, held) in &mut self.devices {
            held.idle += dt_s;
            let full = held.profile.steering.full_at(self.speed);
            if drives {
                let way = REACH_RAD_S * dt_s;
                held.reach += (full - held.reach).clamp(-way, way);
            }
            if *device == KEYBOARD {
                let (left, right) = (held.key(KeyRole::Left), held.key(KeyRole::Right));
                held.key_wheel = held
                    .profile
                    .keys
                    .wheel(held.key_wheel, left, right, full, dt_s);
            }
        }
        self.command()
    }

    /// Lets go of everything on a device that is still there. A window that loses the keyboard
    /// never hears of the keys' release, and the car would drive on with the accelerator down.
    pub fn release(&mut self, device: u32) -> Command {
        if let Some(held) = self.devices.get_mut(&device) {
            *held = held.let_go();
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
        let Some(held) = self.devices.get(&device) else {
            return Command::default();
        };
        let pedal = |pedal: f32, key: KeyRole| if held.key(key) { 1.0 } else { pedal };
        Command {
            wheel: held.key_wheel - held.steering * held.reach,
            accelerator: pedal(held.accelerator, KeyRole::Accelerator),
            brake: pedal(held.brake, KeyRole::Brake),
            take_over: held.take_over || held.key(KeyRole::TakeOver),
            hand_back: held.hand_back || held.key(KeyRole::HandBack),
            no_need: held.no_need || held.key(KeyRole::NoNeed),
            device: held.profile.kind.device(),
            present: true,
        }
    }
}

/// Notes a change.
fn take_in(held: &mut Held, speed: f32, role: Role, change: &Change) -> Done {
    let something = |yes| if yes { Done::Something } else { Done::Nothing };
    match change {
        Change::Found { code, value, .. } | Change::Axis { code, value, .. } => {
            let shaped = held.profile.shaped(*code, role, *value);
            let moved = match role {
                Role::Steering => {
                    held.steering = shaped;
                    held.reach = held.profile.steering.full_at(speed);
                    // A wheel is never quite straight: what counts is that it turns.
                    if matches!(change, Change::Found { .. }) {
                        held.anchor = shaped;
                        false
                    } else if held.profile.kind.device() == DeviceKind::Wheel {
                        let moved = (shaped - held.anchor).abs() * held.reach >= WHEEL_MOVED_RAD;
                        if moved {
                            held.anchor = shaped;
                        }
                        moved
                    } else {
                        shaped != 0.0
                    }
                }
                Role::Accelerator => {
                    held.accelerator = shaped;
                    shaped > 0.0
                }
                Role::Brake => {
                    held.brake = shaped;
                    shaped > 0.0
                }
                Role::Pedals => {
                    (held.accelerator, held.brake) = (shaped.max(0.0), (-shaped).max(0.0));
                    shaped != 0.0
                }
                _ => false,
            };
            something(moved && matches!(change, Change::Axis { .. }))
        }
        Change::Button { pressed, .. } => {
            match role {
                Role::TakeOver => held.take_over = *pressed,
                Role::HandBack => held.hand_back = *pressed,
                Role::NoNeed => held.no_need = *pressed,
                Role::Accelerator => held.accelerator = f32::from(u8::from(*pressed)),
                Role::Brake => held.brake = f32::from(u8::from(*pressed)),
                // Menus and views are no driving.
                Role::View
                | Role::Pause
                | Role::Up
                | Role::Down
                | Role::Left
                | Role::Right
                | Role::Confirm
                | Role::Back => return Done::Nothing,
                _ => {}
            }
            if *pressed && role == Role::TakeOver {
                return Done::TakeOver;
            }
            something(*pressed)
        }
        Change::Key { name, pressed } => match KEYS.iter().position(|(key, _)| key == name) {
            Some(bit) => {
                held.keys = if *pressed {
                    held.keys | 1 << bit
                } else {
                    held.keys & !(1 << bit)
                };
                if *pressed && KEYS[bit].1 == KeyRole::TakeOver {
                    return Done::TakeOver;
                }
                something(*pressed)
            }
            None => Done::Nothing,
        },
        Change::Connected { .. } | Change::Disconnected | Change::Set => Done::Nothing,
    }
}

/// A wheel that has turned by less than this is noise, rad (about half a degree).
const WHEEL_MOVED_RAD: f32 = 0.01;

#[cfg(test)]
mod tests {
    use super::*;

    const G29: &str = "030000006d0400004fc2000011010000";

    fn controls() -> Controls {
        Controls::new(Arc::new(Library::built_in()))
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
        c.change(1, Role::Brake, &axis(1.0));
        assert_eq!(c.in_command(), Some(KEYBOARD));
    }

    #[test]
    fn the_take_over_button_takes_command_and_so_does_a_clear_input_from_one_at_rest() {
        let mut c = controls();
        c.change(1, Role::Accelerator, &axis(0.5));
        c.change(2, Role::Steering, &axis(1.0));
        assert_eq!(c.in_command(), Some(1), "1 drives");
        let command = c.change(2, Role::TakeOver, &button(true));
        assert_eq!(c.in_command(), Some(2));
        assert_eq!((command.accelerator, command.take_over), (0.0, true));
        c.change(2, Role::TakeOver, &button(false));
        c.change(2, Role::Steering, &axis(0.0));
        // Let go of, but only just.
        c.step(0.5, true);
        c.change(1, Role::Accelerator, &axis(0.8));
        assert_eq!(c.in_command(), Some(2));
        c.step(0.6, true);
        c.change(1, Role::Accelerator, &axis(0.2));
        assert_eq!(c.in_command(), Some(2), "not clear enough");
        c.change(1, Role::Accelerator, &axis(0.6));
        assert_eq!(c.in_command(), Some(1));
        c.step(5.0, true);
        c.change(2, Role::Brake, &axis(1.0));
        assert_eq!(c.in_command(), Some(1), "a pedal held is not at rest");
    }

    #[test]
    fn menus_are_no_driving() {
        let mut c = controls();
        for role in [Role::View, Role::Pause, Role::Up, Role::Left] {
            c.change(1, role, &button(true));
        }
        assert_eq!(c.in_command(), None);
    }

    fn wheel(c: &mut Controls, change: Change) -> Command {
        let role = match change {
            Change::Axis { .. } | Change::Found { .. } => Role::Steering,
            _ => Role::Other,
        };
        c.change(3, role, &change)
    }

    #[test]
    fn a_wheel_turns_as_far_as_it_turns_and_where_it_stands_is_no_input() {
        let mut c = controls();
        let there = Change::Connected {
            name: "Logitech G29 Driving Force Racing Wheel".into(),
            uuid: G29.into(),
            rumble: true,
        };
        wheel(&mut c, there);
        let found = Change::Found {
            code: crate::devices::layout::ABS_X,
            raw: 0,
            value: 0.1,
        };
        assert_eq!(wheel(&mut c, found).wheel, 0.0, "nobody is in command");
        assert_eq!(c.in_command(), None);
        let at = |value| Change::Axis {
            code: crate::devices::layout::ABS_X,
            raw: 0,
            value,
        };
        wheel(&mut c, at(0.1005));
        assert_eq!(c.in_command(), None, "noise");
        c.vehicle(40.0);
        let command = wheel(&mut c, at(0.2));
        assert_eq!(c.in_command(), Some(3));
        assert_eq!(command.device, DeviceKind::Wheel);
        assert!((command.wheel + 0.2 * 450_f32.to_radians()).abs() < 1e-4);
    }

    #[test]
    fn a_stick_turns_less_at_speed_and_speed_alone_moves_nothing_of_the_automations() {
        let mut c = controls();
        c.vehicle(30.0);
        let fast = c.change(1, Role::Steering, &axis(1.0)).wheel;
        assert!((fast + 30_f32.to_radians()).abs() < 1e-4);
        c.vehicle(0.0);
        assert_eq!(c.step(1.0, false).wheel, fast, "the automation drives");
        let slow = c.step(0.1, true).wheel;
        assert!(slow < fast && slow > fast - 0.06, "gently");
        assert!((c.step(10.0, true).wheel + 90_f32.to_radians()).abs() < 1e-4);
    }

    #[test]
    fn one_axis_can_be_both_pedals() {
        let mut c = controls();
        let up = c.change(1, Role::Pedals, &axis(1.0));
        assert_eq!((up.accelerator, up.brake), (1.0, 0.0));
        let down = c.change(1, Role::Pedals, &axis(-1.0));
        assert_eq!((down.accelerator, down.brake), (0.0, 1.0));
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
            assert!(
                (c.step(0.2, true).wheel - 0.3 * sign).abs() < 1e-3,
                "{name}"
            );
            c.change(KEYBOARD, Role::Other, &key(name, false));
            assert_eq!(c.step(0.2, true).wheel, 0.0);
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
