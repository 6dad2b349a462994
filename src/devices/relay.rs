//! One reader of pads for a whole evening: each event goes to the window, and to the run that goes on.
//!
//! A pad is opened once, so that it need not be plugged in anew for every run. Its events are timed
//! on one clock; a run has a clock of its own, whose zero is its first tick.

use super::RawEvent;
use crate::command::{Change, Stamp};
use std::collections::BTreeMap;

/// Where events go, and what is known of the pads. Pure, but for what `R` and `W` do.
pub struct Relay<R, W> {
    to_window: W,
    /// The run, and its first tick on the pads' clock, ns.
    run: Option<(R, i64)>,
    pads: BTreeMap<u32, Pad>,
}

/// A pad that is there: how it came, and where its axes are.
struct Pad {
    came: RawEvent,
    axes: BTreeMap<u32, RawEvent>,
}

impl<R: FnMut(RawEvent), W: FnMut(&RawEvent)> Relay<R, W> {
    pub fn new(to_window: W) -> Self {
        Self {
            to_window,
            run: None,
            pads: BTreeMap::new(),
        }
    }

    /// Passes an event on.
    pub fn event(&mut self, event: RawEvent) {
        (self.to_window)(&event);
        match &event.change {
            Change::Connected { .. } => {
                let pad = Pad {
                    came: event.clone(),
                    axes: BTreeMap::new(),
                };
                self.pads.insert(event.device, pad);
            }
            Change::Disconnected => {
                self.pads.remove(&event.device);
            }
            Change::Axis { code, .. } => {
                if let Some(pad) = self.pads.get_mut(&event.device) {
                    pad.axes.insert(*code, event.clone());
                }
            }
            _ => {}
        }
        if let Some((run, zero_ns)) = &mut self.run {
            run(RawEvent {
                time_ns: event.time_ns - *zero_ns,
                arrival_ns: event.arrival_ns - *zero_ns,
                ..event
            });
        }
    }

    /// From now on events go to this run as well, whose first tick is at `zero_ns`. It is told of the
    /// pads that are there, and where their axes are. A button that is down counts from its next
    /// press: it has started the run.
    pub fn begin(&mut self, mut run: R, zero_ns: i64) {
        for pad in self.pads.values() {
            for event in std::iter::once(&pad.came).chain(pad.axes.values()) {
                run(RawEvent {
                    time_ns: 0,
                    arrival_ns: 0,
                    stamp: Stamp::Arrival,
                    uncertainty_ns: 0,
                    kernel_realtime_ns: 0,
                    ..event.clone()
                });
            }
        }
        self.run = Some((run, zero_ns));
    }

    /// No run any more.
    pub fn end(&mut self) {
        self.run = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Now;
    use crate::devices::layout::Role;
    use std::cell::RefCell;

    fn event(time_ns: i64, change: Change) -> RawEvent {
        let now = Now {
            session_ns: time_ns,
            realtime_ns: 0,
        };
        RawEvent {
            device: 1,
            role: Role::Other,
            change,
            ..RawEvent::key("", true, now, 3)
        }
    }

    #[test]
    fn a_run_learns_of_the_pads_that_are_there_and_has_its_own_time() {
        let (window, first, second) = (RefCell::default(), RefCell::default(), RefCell::default());
        let keep = |list: &RefCell<Vec<RawEvent>>, e: RawEvent| list.borrow_mut().push(e);
        let mut relay: Relay<Box<dyn FnMut(RawEvent)>, _> =
            Relay::new(|e: &RawEvent| keep(&window, e.clone()));
        let came = Change::Connected {
            name: "pad".into(),
            uuid: String::new(),
            rumble: false,
        };
        let axis = |value| Change::Axis {
            code: 4,
            raw: 0,
            value,
        };
        let button = |pressed| Change::Button { code: 9, pressed };
        relay.event(event(10, came.clone()));
        relay.event(event(20, axis(0.1)));
        relay.event(event(30, axis(0.2)));
        relay.event(event(40, button(true)));
        relay.begin(Box::new(|e| keep(&first, e)), 1000);
        relay.event(event(1200, button(false)));
        relay.begin(Box::new(|e| keep(&second, e)), 5000);
        relay.event(event(5001, Change::Disconnected));
        relay.end();
        relay.event(event(6000, came.clone()));

        let told = |list: &RefCell<Vec<RawEvent>>| {
            let list = list.borrow();
            list.iter()
                .map(|e| (e.time_ns, e.change.clone()))
                .collect::<Vec<_>>()
        };
        assert_eq!(window.borrow().len(), 7);
        assert_eq!(
            told(&first),
            [(0, came.clone()), (0, axis(0.2)), (200, button(false))]
        );
        assert_eq!(
            told(&second),
            [(0, came), (0, axis(0.2)), (1, Change::Disconnected)]
        );
        assert_eq!(first.borrow()[2].arrival_ns, 200);
    }
}
