//! Whether a kernel stamp can be believed, and how far off an event's time may be.
//!
//! The kernel stamps an input report when it passes it on, which is better than any time this
//! program could take: it does not depend on when the program got round to reading. One thing
//! spoils it. What is *sent* to a pad (rumble, by this or any other program) waits in the same
//! buffer as its input. When about 16 of these have come together without an input, the kernel
//! passes them on by themselves and keeps the stamp of that moment for the next report, however
//! late that comes. Measured on Linux 6.1 with rumble sent every 50 ms: after 2 s of silence the
//! next event was stamped 1.2 s too early, after 5 s 4.2 s. The first input after a takeover
//! request is just such an event, and people would seem faster than they are.
//!
//! [`judge`] therefore believes a stamp only if it is possible. Three facts carry it:
//!
//! 1. A reader that *read the clock, and then* found every queue empty, knows that whatever it gets
//!    later entered the queue after that clock reading. The order matters. A clock read after the
//!    poll came back proves nothing: the thread may have been off the processor in between, and an
//!    honest event may have come in then. Read before, no scheduling delay can make an honest stamp
//!    look wrong.
//! 2. Between its stamp and its entry into the queue an event needs some µs inside the kernel, with
//!    interrupts off. On a virtual machine whose processor is taken away just then it takes longer.
//!    [`TOLERANCE_NS`] is for that.
//! 3. A spoilt stamp is always too early, never too late. So the true time lies between the stamp
//!    and the arrival, whether or not the stamp is spoilt.
//!
//! What the rule cannot see: a realtime clock stepped by less than [`TOLERANCE_NS`] in the instant
//! between stamp and reading, and, on a pad that reports at least every [`QUIET_NS`], a program
//! that sends it more than about 16 effects in that time.

use crate::clock::{Clock, Now};
use crate::command::Stamp;

/// How far a stamp may lie before the moment at which the queue was seen empty, ns.
pub const TOLERANCE_NS: i64 = 2_000_000;

/// A stamp at least this long after the device's last report may be spoilt if the pad can rumble,
/// ns. Spoiling takes about 16 rumble events without a report in between: 0.8 s as gilrs sends
/// them, 0.1 s at 160 of them per second, which no program has reason to do.
pub const QUIET_NS: i64 = 100_000_000;

/// The kernel's stamps are whole microseconds, cut off.
pub const STAMP_STEP_NS: u64 = 1_000;

/// Stated uncertainty of a pad's coming and going, ns. These are announced by udev, which gives no
/// time of its own and no limit to its delay (under 0.1 s when measured), so this is an allowance.
pub const HOTPLUG_ALLOWANCE_NS: u64 = 1_000_000_000;

/// Both clocks, and how far apart they were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    pub now: Now,
    /// The realtime clock was read at most this long after the session clock, ns.
    pub width_ns: u64,
}

impl Pair {
    /// Wider pairs are read again: the thread was interrupted between the two clocks.
    const GOOD_NS: u64 = 5_000;

    /// Reads both clocks, up to three times if something got in between, and keeps the last.
    pub fn read(clock: &Clock) -> Self {
        let mut pair = Self::read_once(clock);
        for _ in 0..2 {
            if pair.width_ns <= Self::GOOD_NS {
                break;
            }
            pair = Self::read_once(clock);
        }
        pair
    }

    fn read_once(clock: &Clock) -> Self {
        let now = clock.now();
        let width_ns = clock.now_ns().saturating_sub(now.session_ns);
        Self {
            now,
            width_ns: width_ns.max(0).unsigned_abs(),
        }
    }
}

/// What is known about one event when it is read. Times are ns on the session clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The kernel's stamp, mapped to the session clock.
    pub stamp_ns: i64,
    /// Uncertainty of that mapping, ns: the width of the clock pair.
    pub mapping_ns: u64,
    /// When the event was read.
    pub arrival_ns: i64,
    /// A clock reading after which every queue was found empty (fact 1 above).
    pub empty_ns: i64,
    /// Earliest possible time of the device's report before this one.
    pub previous_ns: Option<i64>,
    /// Rumble can be sent to this device, so its stamps can be spoilt.
    pub rumble: bool,
}

/// The time of an event, as far as it can be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// ns on the session clock.
    pub time_ns: i64,
    /// ns; the true time lies at most this far from `time_ns`.
    pub uncertainty_ns: u64,
    pub stamp: Stamp,
}

impl Timing {
    /// The earliest time at which the event can have happened, ns.
    pub fn earliest_ns(&self) -> i64 {
        self.time_ns.saturating_sub_unsigned(self.uncertainty_ns)
    }
}

/// Decides between the kernel's stamp and the arrival.
///
/// - A stamp in the future, or more than [`TOLERANCE_NS`] before a moment at which the queue was
///   empty, is impossible. The event then gets its arrival, and the uncertainty is the whole time
///   since the queue was empty.
/// - A possible stamp after a silence of [`QUIET_NS`] (or the first one), on a pad that can rumble,
///   is used, but may be spoilt by less than the time between two polls. Uncertainty: up to the
///   arrival (fact 3).
/// - Any other stamp is as good as the clock readings that map it.
pub fn judge(e: Evidence) -> Timing {
    let since = |t: i64| e.arrival_ns.saturating_sub(t).max(0).unsigned_abs();
    if e.stamp_ns > e.arrival_ns || e.stamp_ns < e.empty_ns.saturating_sub(TOLERANCE_NS) {
        return Timing {
            time_ns: e.arrival_ns,
            uncertainty_ns: since(e.empty_ns),
            stamp: Stamp::Arrival,
        };
    }
    let exact = e.mapping_ns + STAMP_STEP_NS;
    let quiet = e
        .previous_ns
        .is_none_or(|previous| e.stamp_ns.saturating_sub(previous) >= QUIET_NS);
    Timing {
        time_ns: e.stamp_ns,
        uncertainty_ns: if e.rumble && quiet {
            exact.saturating_add(since(e.stamp_ns))
        } else {
            exact
        },
        stamp: Stamp::Kernel,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: i64 = 1_000_000;
    const S: i64 = 1_000 * MS;

    /// An event at 10 s, read 0.3 ms later by a reader that looked 4 ms before it.
    fn honest() -> Evidence {
        Evidence {
            stamp_ns: 10 * S,
            mapping_ns: 200,
            arrival_ns: 10 * S + 300_000,
            empty_ns: 10 * S - 4 * MS,
            previous_ns: Some(10 * S - 8 * MS),
            rumble: true,
        }
    }

    fn assert_covers(timing: Timing, true_ns: i64) {
        assert!(
            timing.time_ns.abs_diff(true_ns) <= timing.uncertainty_ns,
            "{timing:?} does not cover {true_ns}"
        );
    }

    #[test]
    fn an_honest_stamp_is_kept_to_the_microsecond() {
        let timing = judge(honest());
        assert_eq!(
            timing,
            Timing {
                time_ns: 10 * S,
                uncertainty_ns: 1_200,
                stamp: Stamp::Kernel
            }
        );
    }

    #[test]
    fn the_measured_traps_are_caught() {
        // Silence, and how much too early the kernel stamped its end: 2 s, -1.2 s; 5 s, -4.2 s.
        for early_ns in [12 * S / 10, 42 * S / 10] {
            let timing = judge(Evidence {
                stamp_ns: 10 * S - early_ns,
                previous_ns: Some(5 * S - 500 * MS),
                ..honest()
            });
            assert_eq!(timing.stamp, Stamp::Arrival);
            assert_eq!(timing.time_ns, 10 * S + 300_000);
            assert_eq!(timing.uncertainty_ns, 4_300_000);
            assert_covers(timing, 10 * S);
        }
    }

    #[test]
    fn a_stamp_spoilt_too_little_to_be_caught_says_so() {
        // Spoilt by 5 ms, 1 ms before the queue was seen empty: within the tolerance.
        let timing = judge(Evidence {
            stamp_ns: 10 * S - 5 * MS,
            previous_ns: Some(8 * S),
            ..honest()
        });
        assert_eq!(timing.stamp, Stamp::Kernel);
        assert_covers(timing, 10 * S);
    }

    #[test]
    fn no_spoilt_stamp_escapes_its_stated_uncertainty() {
        for early_us in 0..20_000 {
            for previous_ns in [None, Some(9 * S)] {
                let timing = judge(Evidence {
                    stamp_ns: 10 * S - early_us * 1_000,
                    previous_ns,
                    ..honest()
                });
                assert_covers(timing, 10 * S);
            }
        }
    }

    #[test]
    fn an_event_read_late_keeps_its_kernel_time() {
        // The reader was off the processor for 80 ms; the queue was last seen empty before that.
        let timing = judge(Evidence {
            arrival_ns: 10 * S + 80 * MS,
            ..honest()
        });
        assert_eq!(timing.time_ns, 10 * S);
        assert_eq!(timing.uncertainty_ns, 1_200);
    }

    #[test]
    fn a_stamp_just_before_the_empty_queue_is_possible() {
        // The kernel had stamped the event and not yet queued it when the reader looked.
        let timing = judge(Evidence {
            empty_ns: 10 * S + 100_000,
            ..honest()
        });
        assert_eq!(timing.stamp, Stamp::Kernel);
    }

    #[test]
    fn a_pad_without_rumble_has_sharp_stamps_after_a_silence() {
        let timing = judge(Evidence {
            previous_ns: None,
            rumble: false,
            ..honest()
        });
        assert_eq!(timing.uncertainty_ns, 1_200);
    }

    #[test]
    fn missing_and_future_stamps_give_way_to_the_arrival() {
        // After lost events (SYN_DROPPED) gilrs-core makes events up, stamped 1970; a realtime
        // clock set back by an hour puts stamps in the future.
        for stamp_ns in [-1_700_000_000 * S, 3_600 * S, i64::MIN, i64::MAX] {
            let timing = judge(Evidence {
                stamp_ns,
                ..honest()
            });
            assert_eq!(timing.stamp, Stamp::Arrival);
            assert_eq!(timing.time_ns, 10 * S + 300_000);
        }
    }

    #[test]
    fn a_clock_pair_is_narrow_and_in_order() {
        let clock = Clock::start();
        let pair = Pair::read(&clock);
        assert!(pair.now.session_ns >= 0);
        assert!(clock.now_ns() >= pair.now.session_ns + pair.width_ns as i64);
    }
}
