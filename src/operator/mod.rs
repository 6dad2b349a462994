//! Who answers: a person, a script, a model of a person, or nobody.
//!
//! All are fed the frames that came down the link and give inputs with times of their own, so that
//! a modelled operator is measured exactly like a person.

pub mod human;
pub mod model;
pub mod relay;
pub mod script;

use crate::clock::Pauses;
use crate::command::{Command, DeviceKind, Input};
use crate::frame::Frame;
use crate::link::view::{Drawn, LinkView, VideoView};
use crate::takeover::alert::Presented;
use human::FromOperator;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

/// Someone, or something, at the far end of the link. Times are s since the start of the run.
pub trait Operator: Send {
    /// A frame has come down the link at `now`.
    fn observe(&mut self, frame: &Frame, now: f64);

    /// A picture of the cameras has come down the link. Frames are instruments, pictures are eyes.
    fn see(&mut self, _picture: &Frame, _video: VideoView) {}

    /// What is known of the link has been measured anew.
    fn link(&mut self, _link: LinkView) {}

    /// Appends what was done at the controls up to and with `now`, in order of time.
    fn act(&mut self, now: f64, inputs: &mut Vec<Input>);

    /// The controls as they are now.
    fn command(&self) -> Command;

    /// Takes the alerts that have been presented since the last call.
    fn take_presented(&mut self) -> Vec<Presented>;

    /// Takes the pictures that a screen has shown since the last call.
    fn take_drawn(&mut self) -> Vec<Drawn> {
        Vec::new()
    }
}

/// What reaches a screen.
#[derive(Clone, Debug)]
pub enum FromVehicle {
    /// Instruments, authority, requests: what comes as data.
    Frame(Arc<Frame>),
    /// What the cameras saw.
    Picture(Arc<Frame>, VideoView),
    Link(LinkView),
    /// Not from the vehicle, but for the same screen: what the operator's controls are moved with.
    /// None: no working device is there.
    Device(Option<DeviceKind>),
}

/// Where all that goes.
pub type Screen = Box<dyn FnMut(FromVehicle) + Send>;

/// Nobody at all: full automation.
#[derive(Debug, Default)]
pub struct Nobody;

impl Operator for Nobody {
    fn observe(&mut self, _frame: &Frame, _now: f64) {}

    fn act(&mut self, _now: f64, _inputs: &mut Vec<Input>) {}

    fn command(&self) -> Command {
        Command::default()
    }

    fn take_presented(&mut self) -> Vec<Presented> {
        Vec::new()
    }
}

/// Another operator, watched on a screen: a script or a model in the station's window.
pub struct Watched {
    operator: Box<dyn Operator>,
    screen: Screen,
    from_screen: Receiver<FromOperator>,
    drawn: Vec<Drawn>,
    pauses: Pauses,
}

impl Watched {
    /// What the screen says comes through `from_screen`; only what it has drawn is of interest.
    pub fn new(
        operator: Box<dyn Operator>,
        screen: Screen,
        from_screen: Receiver<FromOperator>,
        pauses: Pauses,
    ) -> Self {
        Self {
            operator,
            screen,
            from_screen,
            pauses,
            drawn: Vec::new(),
        }
    }
}

impl Operator for Watched {
    fn observe(&mut self, frame: &Frame, now: f64) {
        (self.screen)(FromVehicle::Frame(Arc::new(frame.clone())));
        self.operator.observe(frame, now);
    }

    fn see(&mut self, picture: &Frame, video: VideoView) {
        (self.screen)(FromVehicle::Picture(Arc::new(picture.clone()), video));
        self.operator.see(picture, video);
    }

    fn link(&mut self, link: LinkView) {
        (self.screen)(FromVehicle::Link(link));
        self.operator.link(link);
    }

    fn act(&mut self, now: f64, inputs: &mut Vec<Input>) {
        self.drawn.extend(
            self.from_screen
                .try_iter()
                .filter_map(|m| m.drawn(&self.pauses)),
        );
        self.operator.act(now, inputs);
    }

    fn command(&self) -> Command {
        self.operator.command()
    }

    fn take_presented(&mut self) -> Vec<Presented> {
        self.operator.take_presented()
    }

    fn take_drawn(&mut self) -> Vec<Drawn> {
        std::mem::take(&mut self.drawn)
    }
}

/// Notices the first frame that carries a request.
#[derive(Debug, Default)]
struct Noticing {
    last: u32,
    shown: Vec<Presented>,
}

impl Noticing {
    /// The request's number if it is new.
    fn look(&mut self, frame: &Frame, now: f64) -> Option<u32> {
        let request = frame.request.filter(|r| r.id > self.last)?;
        self.last = request.id;
        self.shown.push(Presented::exactly(request.id, now));
        Some(request.id)
    }
}

/// An input that a program makes, exact by construction.
fn made(time: f64, after: Command) -> Input {
    Input {
        time_ns: (time * 1e9).round() as i64,
        realtime_ns: 0,
        uncertainty_ns: 0,
        stamp: crate::command::Stamp::Model,
        device: 0,
        change: crate::command::Change::Set,
        after,
    }
}
