//! The loop of a run, one tick at a time.
//!
//! At tick k: what the operator did up to now goes up the link; what has arrived at the vehicle is
//! its command; the simulation steps; its frame goes down the link, and its cameras' pictures; what
//! has arrived is shown. A station to which no frame or no picture comes sends nothing: nobody should
//! drive by a frozen picture, and the vehicle learns that way that the link down is lost.

use super::again::Again;
use super::cases::Cases;
use super::fork::{NoVerdict, verdicts};
use super::pace::Stop;
use super::tally::{Account, Tally};
use crate::command::{Arrived, Command, Input};
use crate::frame::{End, Frame};
use crate::link::Link;
use crate::link::view::{LinkState, VideoView};
use crate::operator::Operator;
use crate::record::{Entry, Recorder};
use crate::scenario::Scenario;
use crate::sim::{Simulation, TICK_HZ};
use crate::takeover::change::Fork;
use crate::takeover::event::{Event, TimedEvent};
use std::collections::VecDeque;
use std::sync::Arc;

/// What is known of the link is told and recorded every so many ticks, and when its state changes.
const TICKS_PER_LOOK: u64 = 10;
/// At most so often a picture on the screen is recorded, s.
const DRAWN_EVERY: f64 = 0.1;

/// A command on its way.
#[derive(Clone, Copy, Debug, Default)]
struct Sent {
    /// s.
    at: f64,
    command: Command,
    /// From glass to glass, as measured by then, s.
    glass: f64,
}

/// A run in progress.
pub struct Session {
    again: Again,
    operator: Box<dyn Operator>,
    recorder: Option<Recorder>,
    link: Link<Arc<Frame>, Sent>,
    /// The latest command that has arrived at the vehicle.
    at_vehicle: Sent,
    /// Of a fork: commands that were under way when it began, by tick.
    under_way: VecDeque<Arrived>,
    /// From glass to glass, s: by the screen if there is one, else up to the operator's end.
    glass: f64,
    has_screen: bool,
    drawn_at: f64,
    state: LinkState,
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
        Self::of(scenario, Again::of(sim), operator, recorder)
    }

    /// A run that is changed at a tick. It begins at tick 0 as well: [`Session::relive`] brings it to
    /// the fork.
    ///
    /// # Errors
    /// In words, if the change cannot be made.
    pub fn fork(
        scenario: &Arc<Scenario>,
        seed: u64,
        fork: &Fork,
        operator: Box<dyn Operator>,
        recorder: Option<Recorder>,
    ) -> Result<Self, String> {
        let again = Again::new(scenario, seed, Some(fork))?;
        let mut session = Self::of(scenario, again, operator, recorder);
        session.cases.fork = Some(fork.clone());
        Ok(session)
    }

    fn of(
        scenario: &Scenario,
        again: Again,
        operator: Box<dyn Operator>,
        recorder: Option<Recorder>,
    ) -> Self {
        let sim = &again.sim;
        let (_, seed) = sim.origin();
        let hard = scenario.authority.link_timeout;
        let tally = Tally::new(scenario, sim.names());
        let cases = Cases::new(scenario, sim.frame());
        Self {
            again,
            operator,
            recorder,
            link: Link::new(&scenario.link, hard, seed),
            at_vehicle: Sent::default(),
            under_way: VecDeque::new(),
            glass: 0.0,
            has_screen: false,
            drawn_at: f64::NEG_INFINITY,
            state: LinkState::default(),
            inputs: Vec::new(),
            tally,
            cases,
        }
    }

    /// The latest frame.
    pub fn frame(&self) -> &Frame {
        self.again.sim.frame()
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
        let now = self.frame().time;
        let sent = Sent {
            at: now,
            command: self.take_inputs(now),
            glass: self.glass,
        };
        if self.link.is_ideal() {
            self.at_vehicle = sent;
        } else {
            if !self.link.is_blind(now) {
                self.link.send_up(now, sent);
            }
            if let Some(old) = self.under_way.pop_front() {
                self.at_vehicle = Sent {
                    at: now - old.age,
                    command: old.command,
                    glass: old.glass,
                };
            }
            while let Some((_, sent)) = self.link.receive_up(now) {
                self.at_vehicle = sent;
                self.under_way.clear();
            }
        }
        let arrived = Arrived {
            command: self.at_vehicle.command,
            age: now - self.at_vehicle.at,
            glass: self.at_vehicle.glass,
        };
        self.step(arrived, wall_s);
        let frame = self.again.sim.frame();
        if self.link.is_ideal() {
            // Nothing is under way: nothing is copied.
            self.operator.observe(frame, frame.time);
            let video = clear(frame.tick, frame.time, frame.time);
            self.operator.see(frame, video);
        } else {
            let frame = Arc::new(frame.clone());
            self.through_the_link(&frame);
        }
        self.look_at_the_link();
        self.frame()
    }

    fn step(&mut self, arrived: Arrived, wall_s: f64) {
        let tick = self.frame().tick;
        if let Some(recorder) = &mut self.recorder {
            recorder.command(tick, &arrived);
        }
        let frame = self.again.step(arrived);
        self.tally.frame(frame);
        self.cases.tick(arrived, frame);
        if let Some(recorder) = &mut self.recorder {
            recorder.frame(frame, wall_s);
        }
    }

    /// Goes to the next tick with a command that is on record, without operator and link.
    pub fn relive(&mut self, arrived: Arrived) -> &Frame {
        self.step(arrived, 0.0);
        self.frame()
    }

    /// What a record tells of the operator's end is told again.
    pub fn retell(&mut self, entry: &Entry) {
        self.tally.entry(TICK_HZ, entry);
        let Some(recorder) = &mut self.recorder else {
            return;
        };
        match entry {
            Entry::Event(event) => recorder.event(event),
            Entry::Input(input) => recorder.input(input),
            Entry::Presented(alert) => recorder.presented(alert),
            Entry::Link(view) => recorder.link(view),
            Entry::Video(view) => recorder.video(view),
            Entry::Drawn(drawn) => recorder.drawn(drawn),
            _ => {}
        }
    }

    /// From here on with the operator: `last` had arrived at the vehicle, and these were under way to
    /// it, by tick. The operator sees the world as it is now.
    pub fn go_on(&mut self, last: Arrived, under_way: VecDeque<Arrived>) {
        let now = self.frame().time;
        self.at_vehicle = Sent {
            at: now - last.age,
            command: last.command,
            glass: last.glass,
        };
        self.under_way = under_way;
        let frame = self.again.sim.frame();
        self.operator.observe(frame, now);
        self.operator.see(frame, clear(frame.tick, now, now));
    }

    /// A frame goes down, and what has arrived by now is shown.
    fn through_the_link(&mut self, frame: &Arc<Frame>) {
        let now = frame.time;
        self.link.send_down(now, frame.tick, frame);
        while let Some((arrived, old)) = self.link.receive_frame(now) {
            self.operator.observe(&old, arrived);
            if self.link.frames_are_pictures() {
                let video = clear(old.tick, old.time, arrived);
                self.operator.see(&old, video);
                self.seen(&video);
            }
        }
        while let Some((picture, video)) = self.link.receive_picture(now) {
            self.operator.see(&picture, video);
            self.seen(&video);
            self.tally.video(&video);
            if let Some(recorder) = &mut self.recorder {
                recorder.video(&video);
            }
        }
    }

    /// Without a screen a picture is seen when it has come.
    fn seen(&mut self, video: &VideoView) {
        if !self.has_screen {
            self.glass = video.arrived - video.captured;
        }
    }

    fn look_at_the_link(&mut self) {
        let (tick, now) = (self.frame().tick, self.frame().time);
        let due = tick.is_multiple_of(TICKS_PER_LOOK);
        if self.link.is_ideal() && !due {
            return;
        }
        let view = self.link.look(now);
        if due || view.state != self.state {
            self.state = view.state;
            self.operator.link(view);
            self.tally.link(&view);
            if let Some(recorder) = &mut self.recorder {
                recorder.link(&view);
            }
        }
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
        for drawn in self.operator.take_drawn() {
            self.has_screen = true;
            self.glass = drawn.glass_to_glass();
            if drawn.presented < self.drawn_at + DRAWN_EVERY {
                continue;
            }
            self.drawn_at = drawn.presented;
            self.tally.drawn(&drawn);
            if let Some(recorder) = &mut self.recorder {
                recorder.drawn(&drawn);
            }
        }
        command
    }

    /// Judges each request and each unprompted takeover, once the run is over.
    ///
    /// # Errors
    /// If the run cannot be repeated, or `stop` is requested.
    pub fn judge(&mut self, stop: &Stop) -> Result<(), NoVerdict> {
        let (scenario, seed) = self.again.sim.origin();
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
