//! The loop of a run, one tick at a time.
//!
//! At tick k: what the operator did up to now goes up the link; what has arrived at the vehicle is
//! its command; the simulation steps; its frame goes down the link; what has arrived is shown. A
//! station to which no picture comes sends nothing: nobody should drive by a frozen picture, and
//! the vehicle learns that way that the link down is lost.

use super::cases::Cases;
use super::fork::{NoVerdict, verdicts};
use super::pace::Stop;
use super::tally::{Account, Tally};
use crate::command::{Arrived, Command, Input};
use crate::frame::{End, Frame};
use crate::link::Lane;
use crate::link::view::VideoView;
use crate::operator::Operator;
use crate::record::Recorder;
use crate::scenario::Scenario;
use crate::sim::Simulation;
use crate::takeover::event::{Event, TimedEvent};

/// A run in progress.
pub struct Session {
    sim: Simulation,
    operator: Box<dyn Operator>,
    recorder: Option<Recorder>,
    /// Commands, and when each was sent, s.
    up: Lane<(f64, Command)>,
    down: Lane<Frame>,
    /// The latest command that has arrived at the vehicle, and when it was sent, s.
    at_vehicle: (f64, Command),
    /// When the latest picture came to the operator, s.
    picture_at: f64,
    /// s.
    link_timeout: f64,
    inputs: Vec<Input>,
    tally: Tally,
    cases: Cases,
}

impl Session {
    /// A run at tick 0. The simulation comes ready-made: making it takes a while, and in real time
    /// the clock that the operator's devices run on should start after that.
    pub fn new(
        scenario: &Scenario,
        sim: Simulation,
        operator: Box<dyn Operator>,
        recorder: Option<Recorder>,
    ) -> Self {
        let down = Lane::down(&scenario.link);
        let tally = Tally::new(scenario, sim.names());
        let cases = Cases::new(scenario, sim.frame());
        Self {
            sim,
            operator,
            recorder,
            up: Lane::up(&scenario.link),
            // The first one cannot be there before.
            picture_at: down.delay(),
            down,
            at_vehicle: (0.0, Command::default()),
            link_timeout: scenario.authority.link_timeout,
            inputs: Vec::new(),
            tally,
            cases,
        }
    }

    /// The latest frame.
    pub fn frame(&self) -> &Frame {
        self.sim.frame()
    }

    /// Why the run is over, if it is.
    pub fn ended(&self) -> Option<End> {
        self.frame().ended
    }

    pub fn recorder(&self) -> Option<&Recorder> {
        self.recorder.as_ref()
    }

    /// Goes to the next tick. `wall_s` is the session clock now, for the record.
    pub fn tick(&mut self, wall_s: f64) -> &Frame {
        let (tick, now) = (self.frame().tick, self.frame().time);
        let command = self.take_inputs(now);
        if now - self.picture_at <= self.link_timeout {
            self.up.send(now, (now, command));
        }
        while let Some((_, sent)) = self.up.receive(now) {
            self.at_vehicle = sent;
        }
        let (sent_at, command) = self.at_vehicle;
        let arrived = Arrived {
            command,
            age: now - sent_at,
        };
        if let Some(recorder) = &mut self.recorder {
            recorder.command(tick, now, &arrived);
        }

        let frame = self.sim.step_with(arrived);
        self.tally.frame(frame);
        self.cases.tick(arrived, frame);
        if let Some(recorder) = &mut self.recorder {
            recorder.frame(frame, wall_s);
        }

        if self.down.is_ideal() {
            self.operator.observe(frame, frame.time);
            self.operator
                .see(frame, clear(frame.tick, frame.time, frame.time));
            self.picture_at = frame.time;
        } else {
            let now = frame.time;
            self.down.send(now, frame.clone());
            while let Some((arrived, old)) = self.down.receive(now) {
                self.operator.observe(&old, arrived);
                self.operator.see(&old, clear(old.tick, old.time, arrived));
                self.picture_at = arrived;
            }
        }
        self.sim.frame()
    }

    /// Notes what happened to the run itself, not in it.
    pub fn note(&mut self, event: Event) {
        let (tick, time) = (self.frame().tick, self.frame().time);
        let noted = TimedEvent { tick, time, event };
        if let Some(recorder) = &mut self.recorder {
            recorder.event(&noted);
        }
        self.tally.note(noted);
    }

    /// What the operator did up to `now`, and the command to send. A button or pedal that was
    /// pressed and let go within one tick is sent as pressed: a short tap counts.
    fn take_inputs(&mut self, now: f64) -> Command {
        self.operator.act(now, &mut self.inputs);
        let mut command = self.operator.command();
        for input in self.inputs.drain(..) {
            let tapped = &input.after;
            if command.present && tapped.present {
                command.take_over |= tapped.take_over;
                command.hand_back |= tapped.hand_back;
                command.no_need |= tapped.no_need;
                command.accelerator = command.accelerator.max(tapped.accelerator);
                command.brake = command.brake.max(tapped.brake);
            }
            self.tally.input(&input);
            if let Some(recorder) = &mut self.recorder {
                recorder.input(&input);
            }
        }
        for alert in self.operator.take_presented() {
            self.tally.presented(&alert);
            if let Some(recorder) = &mut self.recorder {
                recorder.presented(&alert);
            }
        }
        command
    }

    /// Judges each request and each unprompted takeover, once the run is over.
    ///
    /// # Errors
    /// If the run cannot be repeated, or `stop` is requested.
    pub fn judge(&mut self, stop: &Stop) -> Result<(), NoVerdict> {
        let (scenario, seed) = self.sim.origin();
        let now = self.frame().time;
        for verdict in verdicts(&scenario, seed, &self.cases, stop)? {
            if let Some(recorder) = &mut self.recorder {
                recorder.verdict(&verdict, now);
            }
            self.tally.verdict(verdict);
        }
        Ok(())
    }

    /// What the run came to, and the record, still open.
    pub fn finish(mut self) -> (Account, Option<Recorder>) {
        // What happened since the last tick's look belongs to the run as well.
        self.take_inputs(self.frame().time);
        (self.tally.finish(), self.recorder)
    }
}

/// A picture that did not suffer.
fn clear(number: u64, captured: f64, arrived: f64) -> VideoView {
    VideoView {
        number,
        captured,
        arrived,
        ..VideoView::default()
    }
}
