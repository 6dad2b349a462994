//! How fast a run goes: as fast as possible, or with the wall clock.

use super::Session;
use crate::clock::Clock;
use crate::frame::{End, Frame};
use crate::sim::DT;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Ends a run from outside: Ctrl-C, or a window that was closed.
#[derive(Clone, Debug, Default)]
pub struct Stop(pub Arc<AtomicBool>);

impl Stop {
    pub fn requested(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Pace of a run.
#[derive(Clone, Copy, Debug)]
pub enum Pace {
    /// One tick after the other.
    Fast,
    /// Tick k at k x 10 ms on this clock. A tick that comes late is made up for.
    RealTime(Clock),
}

/// How a paced run went.
#[derive(Clone, Copy, Debug)]
pub struct Paced {
    pub end: End,
    /// Time the ticks took on the wall clock, s.
    pub wall_s: f64,
    /// The latest that a tick came after its time, s; 0 in a fast run.
    pub worst_delay_s: f64,
}

impl Pace {
    /// Runs to the end. `watch` sees every frame.
    pub fn run(
        self,
        session: &mut Session,
        stop: &Stop,
        mut watch: impl FnMut(&Session, &Frame),
    ) -> Paced {
        let started = Instant::now();
        let mut worst = Duration::ZERO;
        let end = loop {
            if stop.requested() {
                break End::Interrupted;
            }
            let mut wall_s = 0.0;
            if let Self::RealTime(clock) = self {
                let due = clock.instant_at((session.frame().time * 1e9).round() as i64);
                let wait = due.saturating_duration_since(Instant::now());
                if !wait.is_zero() {
                    std::thread::sleep(wait);
                }
                worst = worst.max(Instant::now().saturating_duration_since(due));
                wall_s = clock.now_ns() as f64 / 1e9;
            }
            session.tick(wall_s);
            watch(session, session.frame());
            if let Some(end) = session.ended() {
                break end;
            }
        };
        Paced {
            end,
            wall_s: started.elapsed().as_secs_f64().max(DT / 1e6),
            worst_delay_s: worst.as_secs_f64(),
        }
    }
}
