//! A person: events of their devices come in from other threads, each with its own time.

use super::{FromVehicle, Operator, Screen};
use crate::command::{Change, Command, DeviceKind, Input, Stamp};
use crate::devices::controls::Controls;
use crate::devices::haptics::{Haptic, InCommand, ToDevices, VehicleFelt};
use crate::devices::profile::Library;
use crate::devices::{KEYBOARD, RawEvent};
use crate::frame::Frame;
use crate::link::view::{Drawn, LinkView, VideoView};
use crate::takeover::alert::Presented;
use crate::takeover::event::Authority;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

/// What a person's station and devices send.
#[derive(Clone, Debug)]
pub enum FromOperator {
    /// A change at a device: a pad, or a key that the window saw.
    Raw(RawEvent),
    /// The window lost the keyboard: all keys count as released.
    KeysReleased,
    /// An alert was presented.
    Presented(Presented),
    /// A picture was presented, ns on the session clock, that the cameras took at `captured`, s.
    Drawn { captured: f64, session_ns: i64 },
}

impl FromOperator {
    /// The picture that was drawn, if that is what this tells.
    pub fn drawn(self) -> Option<Drawn> {
        match self {
            Self::Drawn {
                captured,
                session_ns,
            } => Some(Drawn {
                captured,
                presented: session_ns as f64 / 1e9,
            }),
            _ => None,
        }
    }
}

pub struct Human {
    from_devices: Receiver<FromOperator>,
    to_screen: Screen,
    controls: Controls,
    /// Events that happened after the tick they were looked at for.
    later: Vec<RawEvent>,
    command: Command,
    presented: Vec<Presented>,
    drawn: Vec<Drawn>,
    last_act: f64,
    /// The operator drives, as far as the station knows.
    drives: bool,
    in_command: InCommand,
    to_devices: Option<ToDevices>,
    /// The device that the screen was told of.
    device: Option<DeviceKind>,
}

impl Human {
    /// A person whose devices report through `from_devices` and whose screen is `to_screen`.
    pub fn new(from_devices: Receiver<FromOperator>, to_screen: Screen) -> Self {
        Self {
            from_devices,
            to_screen,
            controls: Controls::new(Arc::new(Library::built_in())),
            later: Vec::new(),
            command: Command::default(),
            presented: Vec::new(),
            drawn: Vec::new(),
            last_act: 0.0,
            drives: false,
            in_command: InCommand::default(),
            to_devices: None,
            device: None,
        }
    }

    /// With these profiles of devices, telling who is in command.
    #[must_use]
    pub fn with_devices(
        mut self,
        library: Arc<Library>,
        in_command: InCommand,
        to_devices: Option<ToDevices>,
    ) -> Self {
        self.controls = Controls::new(library);
        self.in_command = in_command;
        self.to_devices = to_devices;
        self
    }

    /// An input that is not a device's event but follows from one: a key turning the wheel.
    fn derived(&self, now: f64) -> Input {
        Input {
            time_ns: (now * 1e9).round() as i64,
            realtime_ns: 0,
            uncertainty_ns: 0,
            stamp: Stamp::Model,
            device: self.controls.in_command().unwrap_or(KEYBOARD),
            change: Change::Set,
            after: self.command,
        }
    }
}

impl Operator for Human {
    fn observe(&mut self, frame: &Frame, _now: f64) {
        self.drives = matches!(frame.authority, Authority::Operator | Authority::Shared);
        self.controls.vehicle(frame.ego.speed);
        if let Some(to_devices) = &self.to_devices {
            // The thread may be gone; then nothing is felt.
            let _ = to_devices.send(Haptic::Vehicle(VehicleFelt {
                speed: frame.ego.speed,
                wheel: frame.ego.wheel,
                by_operator: self.drives,
            }));
        }
        (self.to_screen)(FromVehicle::Frame(Arc::new(frame.clone())));
    }

    fn see(&mut self, picture: &Frame, video: VideoView) {
        (self.to_screen)(FromVehicle::Picture(Arc::new(picture.clone()), video));
    }

    fn link(&mut self, link: LinkView) {
        (self.to_screen)(FromVehicle::Link(link));
    }

    fn act(&mut self, now: f64, inputs: &mut Vec<Input>) {
        let mut keys_released = false;
        for message in self.from_devices.try_iter() {
            match message {
                FromOperator::Raw(event) => self.later.push(event),
                FromOperator::KeysReleased => keys_released = true,
                FromOperator::Presented(alert) => self.presented.push(alert),
                drawn @ FromOperator::Drawn { .. } => self.drawn.extend(drawn.drawn()),
            }
        }
        // Only what has happened by this tick counts for it, also if the tick itself runs late:
        // an effect never precedes its cause in the record.
        let now_ns = (now * 1e9).round() as i64;
        let (due, later): (Vec<_>, Vec<_>) = std::mem::take(&mut self.later)
            .into_iter()
            .partition(|event| event.time_ns <= now_ns);
        self.later = later;
        for event in due {
            self.command = self.controls.apply(&event);
            inputs.push(event.into_input(self.command));
        }
        if keys_released {
            self.command = self.controls.release(KEYBOARD);
            inputs.push(self.derived(now));
        }
        let turned = self
            .controls
            .step((now - self.last_act) as f32, self.drives);
        self.last_act = now;
        if turned != self.command {
            self.command = turned;
            inputs.push(self.derived(now));
        }
        self.in_command.set(self.controls.in_command());
        let device = self.command.present.then_some(self.command.device);
        if device != self.device {
            self.device = device;
            (self.to_screen)(FromVehicle::Device(device));
        }
    }

    fn command(&self) -> Command {
        self.command
    }

    fn take_presented(&mut self) -> Vec<Presented> {
        std::mem::take(&mut self.presented)
    }

    fn take_drawn(&mut self) -> Vec<Drawn> {
        std::mem::take(&mut self.drawn)
    }
}
