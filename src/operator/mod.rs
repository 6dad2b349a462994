//! Who answers: a person, a script, a model of a person, or nobody.
//!
//! All are fed the frames that came down the link and give inputs with times of their own, so that
//! a modelled operator is measured exactly like a person.

pub mod human;
pub mod model;
pub mod script;

use crate::command::{Command, Input};
use crate::frame::Frame;

/// Someone, or something, at the far end of the link. Times are s since the start of the run.
pub trait Operator: Send {
    /// A frame has come down the link at `now`.
    fn observe(&mut self, frame: &Frame, now: f64);

    /// Appends what was done at the controls up to and with `now`, in order of time.
    fn act(&mut self, now: f64, inputs: &mut Vec<Input>);

    /// The controls as they are now.
    fn command(&self) -> Command;

    /// Takes the requests that have been shown since the last call: number and time.
    fn take_shown(&mut self) -> Vec<(u32, f64)>;
}

/// Nobody at all: full automation.
#[derive(Debug, Default)]
pub struct Nobody;

impl Operator for Nobody {
    fn observe(&mut self, _frame: &Frame, _now: f64) {}

    fn act(&mut self, _now: f64, _inputs: &mut Vec<Input>) {}

    fn command(&self) -> Command {
        Command::default()
    }

    fn take_shown(&mut self) -> Vec<(u32, f64)> {
        Vec::new()
    }
}

/// Another operator, watched on a screen: a script or a model in the station's window.
pub struct Watched {
    pub operator: Box<dyn Operator>,
    pub screen: human::FrameSink,
}

impl Operator for Watched {
    fn observe(&mut self, frame: &Frame, now: f64) {
        (self.screen)(frame, now);
        self.operator.observe(frame, now);
    }

    fn act(&mut self, now: f64, inputs: &mut Vec<Input>) {
        self.operator.act(now, inputs);
    }

    fn command(&self) -> Command {
        self.operator.command()
    }

    fn take_shown(&mut self) -> Vec<(u32, f64)> {
        self.operator.take_shown()
    }
}

/// Notices the first frame that carries a request.
#[derive(Debug, Default)]
struct Noticing {
    last: u32,
    shown: Vec<(u32, f64)>,
}

impl Noticing {
    /// The request's number if it is new.
    fn look(&mut self, frame: &Frame, now: f64) -> Option<u32> {
        let request = frame.request.filter(|r| r.id > self.last)?;
        self.last = request.id;
        self.shown.push((request.id, now));
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
