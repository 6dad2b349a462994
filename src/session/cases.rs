//! What a referee needs to know of a run to judge it afterwards: the commands, the moments to be
//! judged, and the limits that were met.

use super::limit::{Limit, LimitWatch};
use crate::command::Arrived;
use crate::frame::Frame;
use crate::referee::verdict::Moment;
use crate::scenario::Scenario;
use crate::takeover::change::Fork;
use crate::takeover::event::Event;

/// Fed with every tick of a run, live or replayed.
#[derive(Clone, Debug)]
pub struct Cases {
    /// The command that had arrived at the vehicle, by tick.
    pub commands: Vec<Arrived>,
    /// In order.
    pub moments: Vec<Moment>,
    /// Limits of the run as it was, in order.
    pub limits: Vec<Limit>,
    /// The run is a fork: what was changed in it.
    pub fork: Option<Fork>,
    watch: LimitWatch,
    /// Hash of the latest tick.
    hash: u64,
}

impl Cases {
    /// `start` is the frame of tick 0.
    pub fn new(scenario: &Scenario, start: &Frame) -> Self {
        Self {
            commands: Vec::new(),
            moments: Vec::new(),
            limits: Vec::new(),
            fork: None,
            watch: LimitWatch::new(scenario),
            hash: start.hash,
        }
    }

    /// A step: the command it was given, the frame it arrived at.
    pub fn tick(&mut self, arrived: Arrived, frame: &Frame) {
        self.commands.push(arrived);
        self.limits.extend(self.watch.frame(frame));
        for timed in &frame.events {
            let (request, answered) = match timed.event {
                Event::RequestRaised { request, .. } => (Some(request), false),
                Event::TakenOver { request: None, .. } => (None, true),
                Event::TakenOver { request, .. } => {
                    let asked = self.moments.iter_mut().rfind(|m| m.request == request);
                    if let Some(moment) = asked {
                        moment.answered = true;
                    }
                    continue;
                }
                _ => continue,
            };
            self.moments.push(Moment {
                tick: timed.tick,
                hash: self.hash,
                request,
                answered,
            });
        }
        self.hash = frame.hash;
    }
}
