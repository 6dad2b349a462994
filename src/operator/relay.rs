//! One reader of devices for a whole evening: what it sends goes to the run that goes on.
//!
//! A device is opened once, so that it need not be plugged in anew for every run. Its events are
//! timed on one clock; a run has a clock of its own, whose zero is its first tick.

use super::human::FromOperator;
use crate::command::{Change, Stamp};
use crate::devices::RawEvent;
use crate::takeover::alert::Presented;
use std::collections::BTreeMap;

/// Where messages go, and what is known of the devices. Pure, but for what `R` does.
pub struct Relay<R> {
    /// The run, and its first tick on the devices' clock, ns.
    run: Option<(R, i64)>,
    devices: BTreeMap<u32, Device>,
}

/// A device that is there: how it came, and where its axes are.
struct Device {
    came: RawEvent,
    axes: BTreeMap<u32, RawEvent>,
}

impl<R> Default for Relay<R> {
    fn default() -> Self {
        Self {
            run: None,
            devices: BTreeMap::new(),
        }
    }
}

impl<R: FnMut(FromOperator)> Relay<R> {
    /// Passes a message on.
    pub fn pass(&mut self, message: FromOperator) {
        if let FromOperator::Raw(event) = &message {
            self.remember(event);
        }
        if let Some((run, zero_ns)) = &mut self.run {
            run(in_run(message, *zero_ns));
        }
    }

    fn remember(&mut self, event: &RawEvent) {
        match &event.change {
            Change::Connected { .. } => {
                let device = Device {
                    came: event.clone(),
                    axes: BTreeMap::new(),
                };
                self.devices.insert(event.device, device);
            }
            Change::Disconnected => {
                self.devices.remove(&event.device);
            }
            Change::Axis { code, .. } => {
                if let Some(device) = self.devices.get_mut(&event.device) {
                    device.axes.insert(*code, event.clone());
                }
            }
            _ => {}
        }
    }

    /// From now on messages go to this run, whose first tick is at `zero_ns`. It is told of the
    /// devices that are there, and where their axes are. A button that is down counts from its next
    /// press: it has started the run.
    pub fn begin(&mut self, mut run: R, zero_ns: i64) {
        for device in self.devices.values() {
            for event in std::iter::once(&device.came).chain(device.axes.values()) {
                run(FromOperator::Raw(RawEvent {
                    time_ns: 0,
                    arrival_ns: 0,
                    stamp: Stamp::Arrival,
                    uncertainty_ns: 0,
                    kernel_realtime_ns: 0,
                    ..event.clone()
                }));
            }
        }
        self.run = Some((run, zero_ns));
    }
}

/// The same on the run's clock.
fn in_run(message: FromOperator, zero_ns: i64) -> FromOperator {
    let zero = zero_ns as f64 / 1e9;
    match message {
        FromOperator::Raw(event) => FromOperator::Raw(RawEvent {
            time_ns: event.time_ns - zero_ns,
            arrival_ns: event.arrival_ns - zero_ns,
            ..event
        }),
        FromOperator::Presented(alert) => FromOperator::Presented(Presented {
            submitted: alert.submitted - zero,
            presented: alert.presented - zero,
            ..alert
        }),
        FromOperator::Drawn {
            captured,
            session_ns,
        } => FromOperator::Drawn {
            captured,
            session_ns: session_ns - zero_ns,
        },
        FromOperator::KeysReleased => FromOperator::KeysReleased,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Now;
    use crate::devices::layout::Role;
    use std::cell::RefCell;
    use std::rc::Rc;

    fn event(time_ns: i64, change: Change) -> FromOperator {
        let now = Now {
            session_ns: time_ns,
            realtime_ns: 0,
        };
        FromOperator::Raw(RawEvent {
            device: 1,
            role: Role::Other,
            change,
            ..RawEvent::key("", true, now, 3)
        })
    }

    #[test]
    fn a_run_learns_of_the_devices_that_are_there_and_has_its_own_time() {
        type List = Rc<RefCell<Vec<FromOperator>>>;
        let (first, second) = (List::default(), List::default());
        let to = |list: &List| -> Box<dyn FnMut(FromOperator)> {
            let list = Rc::clone(list);
            Box::new(move |message| list.borrow_mut().push(message))
        };
        let mut relay = Relay::default();
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
        relay.pass(event(10, came.clone()));
        relay.pass(event(20, axis(0.1)));
        relay.pass(event(30, axis(0.2)));
        relay.pass(event(40, button(true)));
        relay.begin(to(&first), 1000);
        relay.pass(event(1200, button(false)));
        relay.pass(FromOperator::Presented(Presented::exactly(1, 3e-6)));
        relay.begin(to(&second), 5000);
        relay.pass(event(5001, Change::Disconnected));

        let told = |list: &List| {
            let list = list.borrow();
            let raw = list.iter().filter_map(|m| match m {
                FromOperator::Raw(e) => Some((e.time_ns, e.change.clone())),
                _ => None,
            });
            raw.collect::<Vec<_>>()
        };
        let axis = axis(0.2);
        assert_eq!(
            told(&first),
            [(0, came.clone()), (0, axis.clone()), (200, button(false))]
        );
        assert_eq!(
            told(&second),
            [(0, came), (0, axis), (1, Change::Disconnected)]
        );
        let felt = first
            .borrow()
            .iter()
            .any(|m| matches!(m, FromOperator::Presented(p) if (p.presented - 2e-6).abs() < 1e-12));
        assert!(felt, "on the run's clock");
    }
}
