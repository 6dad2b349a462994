//! The one clock. Everything timed in a session is expressed on it.
//!
//! Session time is nanoseconds since the session's start on the system's *monotonic* clock.
//! Kernel input events carry *realtime* stamps; [`Clock::from_realtime`] maps them by reading both
//! clocks back to back, at every event, so that a step of the realtime clock (NTP, an operator
//! setting the time) between two events cannot shift the next one.

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
