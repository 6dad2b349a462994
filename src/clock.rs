//! The one clock. Everything timed in a session is expressed on it.
//!
//! Session time is nanoseconds since the session's start on the system's *monotonic* clock.
//! Kernel input events carry *realtime* stamps; [`Clock::from_realtime`] maps them by reading both
//! clocks back to back, at every event, so that a step of the realtime clock (NTP, an operator
//! setting the time) between two events cannot shift the next one.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A session clock. Copies share the same zero.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    zero: Instant,
}

/// One instant, read on both clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// ns since the session's start.
    pub session_ns: i64,
    /// ns since the Unix epoch.
    pub realtime_ns: i64,
}

impl Clock {
    /// A clock whose zero is now.
    pub fn start() -> Self {
        Self {
            zero: Instant::now(),
        }
    }

    /// A clock that shows this now, ns: for a run that goes on in its middle. (A time before zero
    /// shows as zero until that is over.)
    pub fn start_at(now_ns: i64) -> Self {
        let now = Instant::now();
        let away = Duration::from_nanos(now_ns.unsigned_abs());
        let zero = if now_ns < 0 {
            now.checked_add(away)
        } else {
            now.checked_sub(away)
        };
        // A machine that has been up for less than that cannot name such an instant.
        Self {
            zero: zero.unwrap_or(now),
        }
    }

    /// Session time now, ns.
    pub fn now_ns(&self) -> i64 {
        signed_ns(self.zero.elapsed())
    }

    /// Both clocks now. They are read within well under a microsecond of each other.
    pub fn now(&self) -> Now {
        Now {
            session_ns: self.now_ns(),
            realtime_ns: realtime_ns(SystemTime::now()),
        }
    }

    /// Session time of a realtime stamp, given both clocks read just now.
    pub fn from_realtime(now: Now, stamp_ns: i64) -> i64 {
        now.session_ns - (now.realtime_ns - stamp_ns)
    }

    /// The instant at which session time is `session_ns`.
    pub fn instant_at(&self, session_ns: i64) -> Instant {
        self.zero + Duration::from_nanos(session_ns.max(0) as u64)
    }
}

/// When a run stood still. Shared by the window that pauses, the session, and the operator.
///
/// The session clock itself never stops, so devices go on being timed as they are. What is asked of
/// it is where an instant of that clock lies in the run, and the other way round.
#[derive(Clone, Debug, Default)]
pub struct Pauses(Arc<Mutex<Vec<Pause>>>);

/// One stretch in which a run stood still, ns on the session clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pause {
    pub from_ns: i64,
    /// None while it lasts.
    pub until_ns: Option<i64>,
}

/// An instant of the session clock, as the run sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InRun {
    /// Time of the run, ns; in a pause, that at which it began.
    pub run_ns: i64,
    /// The run stood still.
    pub paused: bool,
}

impl Pauses {
    fn list(&self) -> MutexGuard<'_, Vec<Pause>> {
        // Whoever panicked left the list whole: each change is one assignment.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All pauses so far, in order.
    pub fn all(&self) -> Vec<Pause> {
        self.list().clone()
    }

    /// Stops the run, unless it stands.
    pub fn pause(&self, now_ns: i64) {
        let mut list = self.list();
        if list.last().is_none_or(|last| last.until_ns.is_some()) {
            list.push(Pause {
                from_ns: now_ns,
                until_ns: None,
            });
        }
    }

    /// Lets the run go on, if it stands.
    pub fn resume(&self, now_ns: i64) {
        if let Some(last) = self.list().last_mut() {
            last.until_ns.get_or_insert(now_ns.max(last.from_ns));
        }
    }

    pub fn paused(&self) -> bool {
        self.list().last().is_some_and(|p| p.until_ns.is_none())
    }

    /// Where an instant of the session clock lies in the run.
    pub fn in_run(&self, clock_ns: i64) -> InRun {
        let mut stood = 0;
        for pause in self.list().iter() {
            if clock_ns < pause.from_ns {
                break;
            }
            if pause.until_ns.is_none_or(|until| clock_ns < until) {
                return InRun {
                    run_ns: pause.from_ns - stood,
                    paused: true,
                };
            }
            stood += pause.until_ns.unwrap_or(pause.from_ns) - pause.from_ns;
        }
        InRun {
            run_ns: clock_ns - stood,
            paused: false,
        }
    }

    /// When the session clock shows this time of the run, ns; none if the run stands before.
    pub fn on_clock(&self, run_ns: i64) -> Option<i64> {
        let mut stood = 0;
        for pause in self.list().iter() {
            // What is due in the very instant of a pause waits until the run goes on.
            if run_ns + stood < pause.from_ns {
                break;
            }
            stood += pause.until_ns? - pause.from_ns;
        }
        Some(run_ns + stood)
    }
}

/// ns since the Unix epoch; negative before it.
pub fn realtime_ns(t: SystemTime) -> i64 {
    match t.duration_since(UNIX_EPOCH) {
        Ok(d) => signed_ns(d),
        Err(e) => -signed_ns(e.duration()),
    }
}

fn signed_ns(d: Duration) -> i64 {
    i64::try_from(d.as_nanos()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_realtime_stamp_maps_to_the_same_distance_in_the_past() {
        let now = Now {
            session_ns: 5_000_000_000,
            realtime_ns: 1_700_000_005_000_000_000,
        };
        assert_eq!(
            Clock::from_realtime(now, 1_700_000_004_750_000_000),
            4_750_000_000
        );
    }

    #[test]
    fn time_of_the_run_stands_while_it_is_paused() {
        let pauses = Pauses::default();
        let at = |clock_ns| {
            let InRun { run_ns, paused } = pauses.in_run(clock_ns);
            (run_ns, paused)
        };
        assert_eq!((at(70), pauses.on_clock(70)), ((70, false), Some(70)));
        pauses.pause(100);
        pauses.pause(110);
        assert!(pauses.paused());
        assert_eq!(
            (at(99), at(100), at(5000)),
            ((99, false), (100, true), (100, true))
        );
        assert_eq!(
            (pauses.on_clock(99), pauses.on_clock(100)),
            (Some(99), None)
        );
        pauses.resume(300);
        pauses.resume(310);
        assert!(!pauses.paused());
        assert_eq!(
            (at(299), at(300), at(350)),
            ((100, true), (100, false), (150, false))
        );
        assert_eq!(
            (pauses.on_clock(100), pauses.on_clock(150)),
            (Some(300), Some(350))
        );
        pauses.pause(400);
        pauses.resume(1000);
        assert_eq!(
            (at(399), at(700), at(1001)),
            ((199, false), (200, true), (201, false))
        );
        assert_eq!(pauses.on_clock(201), Some(1001));
        assert_eq!(pauses.all().len(), 2);
    }

    #[test]
    fn a_step_of_the_realtime_clock_does_not_move_session_time() {
        // The same event 10 ms ago, seen with the realtime clock right and one hour off.
        for hour_ns in [0, 3_600_000_000_000] {
            let now = Now {
                session_ns: 2_000_000_000,
                realtime_ns: 1_700_000_000_000_000_000 + hour_ns,
            };
            assert_eq!(
                Clock::from_realtime(now, now.realtime_ns - 10_000_000),
                1_990_000_000
            );
        }
    }
}
