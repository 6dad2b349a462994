//! A person: events of their devices come in from other threads, each with its own time.

use super::{FromVehicle, Operator, Screen};
use crate::clock::Pauses;
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
    /// The picture that was drawn, in time of the run, if that is what this tells. While the run
    /// stands still the same picture is drawn over and over.
    pub fn drawn(self, pauses: &Pauses) -> Option<Drawn> {
        match self {
            Self::Drawn {
                captured,
                session_ns,
            } => {
                let place = pauses.in_run(session_ns);
                (!place.paused).then_some(Drawn {
                    captured,
                    presented: place.run_ns as f64 / 1e9,
                })
            }
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
    pauses: Pauses,
    /// Something moved while the run stood still.
    moved_in_pause: bool,
    /// Buttons that were down when the run went on count from their next press: the one that
    /// chose "resume" must not take over.
    muted: Buttons,
}

/// Which buttons are down.
#[derive(Clone, Copy, Debug, Default)]
struct Buttons {
    take_over: bool,
    hand_back: bool,
    no_need: bool,
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
            pauses: Pauses::default(),
            moved_in_pause: false,
            muted: Buttons::default(),
        }
    }

    /// What is done while the run stands still is followed, but is no act.
    pub fn with_pauses(mut self, pauses: Pauses) -> Self {
        self.pauses = pauses;
        self
    }

    /// Follows an event of a pause. Only devices that come and go are worth the record.
    fn follow(&mut self, event: RawEvent, inputs: &mut Vec<Input>) {
        let command = self.controls.apply(&event);
        self.muted = Buttons {
            take_over: command.take_over,
            hand_back: command.hand_back,
            no_need: command.no_need,
        };
        self.command = self.unmuted(command);
        match event.change {
            Change::Connected { .. } | Change::Disconnected => {
                inputs.push(event.into_input(self.command));
            }
            _ => self.moved_in_pause = true,
        }
    }

    /// The command without the buttons that are muted; one that is up again is muted no more.
    fn unmuted(&mut self, command: Command) -> Command {
        self.muted.take_over &= command.take_over;
        self.muted.hand_back &= command.hand_back;
        self.muted.no_need &= command.no_need;
        Command {
            take_over: command.take_over && !self.muted.take_over,
            hand_back: command.hand_back && !self.muted.hand_back,
            no_need: command.no_need && !self.muted.no_need,
            ..command
        }
    }

    /// After a pause: the controls as they are then.
    fn going_on(&mut self, now: f64, inputs: &mut Vec<Input>) {
        if std::mem::take(&mut self.moved_in_pause) {
            inputs.push(self.derived(now));
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

/// An alert's times on the clock, as times of the run.
fn in_run(pauses: &Pauses, alert: Presented) -> Presented {
    let place = |clock_s: f64| pauses.in_run((clock_s * 1e9).round() as i64).run_ns as f64 / 1e9;
    Presented {
        submitted: place(alert.submitted),
        presented: place(alert.presented),
        ..alert
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
                FromOperator::Presented(alert) => self.presented.push(in_run(&self.pauses, alert)),
                drawn @ FromOperator::Drawn { .. } => {
                    self.drawn.extend(drawn.drawn(&self.pauses));
                }
            }
        }
        // Only what has happened by this tick counts for it, also if the tick itself runs late:
        // an effect never precedes its cause in the record.
        let now_ns = (now * 1e9).round() as i64;
        for event in std::mem::take(&mut self.later) {
            let place = self.pauses.in_run(event.time_ns);
            if place.run_ns > now_ns {
                self.later.push(event);
                continue;
            }
            let event = RawEvent {
                time_ns: place.run_ns,
                ..event
            };
            if place.paused {
                self.follow(event, inputs);
                continue;
            }
            self.going_on(now, inputs);
            let command = self.controls.apply(&event);
            self.command = self.unmuted(command);
            inputs.push(event.into_input(self.command));
        }
        self.going_on(now, inputs);
        if keys_released {
            let command = self.controls.release(KEYBOARD);
            self.command = self.unmuted(command);
            inputs.push(self.derived(now));
        }
        let turned = self
            .controls
            .step((now - self.last_act) as f32, self.drives);
        let turned = self.unmuted(turned);
        self.last_act = now;
        if turned != self.command {
            self.command = turned;
            inputs.push(self.derived(now));
        }
        let in_command = self.controls.in_command();
        self.in_command.set(in_command);
        let device = in_command.map(|_| self.command.device);
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
