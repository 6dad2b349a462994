//! The clocks themselves: how finely they tick, how they are read together, how they drift apart.

use super::{Row, Spread, Verdict};
use crate::clock::{Clock, Now};

/// Readings for the resolution.
const READINGS: usize = 100_000;

/// The session's clock, read over and over.
pub fn resolution(clock: Clock) -> Row {
    let begun = clock.now_ns();
    let mut last = begun;
    let mut least = i64::MAX;
    for _ in 0..READINGS {
        let now = clock.now_ns();
        if now > last {
            least = least.min(now - last);
        }
        last = now;
    }
    let cost = (last - begun) as f64 / READINGS as f64;
    let values = [("step_ns", least as f64), ("reading_ns", cost)];
    Row {
        name: "session clock, resolution",
        measured: format!("steps of {least} ns; a reading takes {cost:.0} ns"),
        wanted: "steps below 1 us",
        verdict: Verdict::of(least < 1000),
        means: "the finest difference of two times",
        values: values
            .map(|(name, value)| (name.to_string(), value.into()))
            .into_iter()
            .collect(),
    }
}

/// The two clocks read together: between two readings of one lies one of the other.
pub fn mapping(clock: Clock) -> Row {
    let width = |_| {
        let (before, both) = (clock.now_ns(), clock.now());
        (both.session_ns.max(clock.now_ns()) - before) as f64 / 1e9
    };
    let widths: Vec<f64> = (0..READINGS / 10).map(width).collect();
    let name = "mapping of kernel stamps onto it";
    let wanted = "99th percentile below 50 us";
    let means = "enters the uncertainty of every input that the kernel stamped";
    match Spread::of(widths) {
        None => super::absent(name, wanted, means, "no reading"),
        Some(spread) => Row {
            name,
            measured: format!(
                "median {:.2} us, 99th percentile {:.2} us, largest {:.0} us",
                spread.median * 1e6,
                spread.p99 * 1e6,
                spread.max * 1e6
            ),
            wanted,
            verdict: Verdict::of(spread.p99 < 50e-6),
            means,
            values: spread.values(),
        },
    }
}

/// Both clocks at the begin and the end of the test.
pub fn drift(begin: Now, end: Now) -> Row {
    let session = (end.session_ns - begin.session_ns) as f64;
    let realtime = (end.realtime_ns - begin.realtime_ns) as f64;
    let parts = if session > 0.0 {
        (realtime - session) / session * 1e6
    } else {
        0.0
    };
    let values = [("drift_ppm", parts), ("seconds", session / 1e9)];
    Row {
        name: "system time against session clock, drift",
        measured: format!("{parts:+.2} millionths in {:.1} s", session / 1e9),
        wanted: "below 1000 millionths",
        verdict: Verdict::of(parts.abs() < 1000.0),
        means: "stamps are mapped anew at every event, so a drift or a step of the system's time \
            does not add up",
        values: values
            .map(|(name, value)| (name.to_string(), value.into()))
            .into_iter()
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drift_is_a_share_and_a_step_of_the_system_s_time_is_poor() {
        let at = |session_ns, realtime_ns| Now {
            session_ns,
            realtime_ns,
        };
        let row = drift(at(0, 1_000), at(10_000_000_000, 10_000_101_000));
        assert_eq!(row.verdict, Verdict::Good);
        assert!(
            row.measured.starts_with("+10.00 millionths in 10.0 s"),
            "{}",
            row.measured
        );
        let stepped = drift(at(0, 0), at(10_000_000_000, 9_000_000_000));
        assert_eq!(stepped.verdict, Verdict::Poor);
    }

    #[test]
    fn the_clock_of_this_machine_is_read() {
        let clock = Clock::start();
        for row in [resolution(clock), mapping(clock)] {
            assert_ne!(row.verdict, Verdict::Absent, "{row:?}");
            assert!(!row.values.is_empty());
        }
    }
}
