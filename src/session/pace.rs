//! How fast a run goes: as fast as possible, or with the wall clock.

use super::Session;
use crate::clock::{Clock, Pauses};
use crate::frame::{End, Frame};
use crate::sim::DT;
use crate::takeover::event::Event;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How long a run that stands waits before it looks again.
const STANDING: Duration = Duration::from_millis(2);

/// Ends a run from outside: Ctrl-C, or a window that was closed.
#[derive(Clone, Debug, Default)]
pub struct Stop(pub Arc<AtomicBool>);

impl Stop {
    pub fn requested(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Pace of a run.
#[derive(Clone, Debug)]
pub enum Pace {
    /// One tick after the other.
    Fast,
    /// Tick k at k x 10 ms of the run on this clock, which does not count the pauses. A tick that
    /// comes late is made up for.
    RealTime(Clock, Pauses),
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
        let mut told = Told::default();
        let end = loop {
            let mut wall_s = 0.0;
            if let Self::RealTime(clock, pauses) = &self {
                if let Some(due) = wait(session, clock, pauses, stop, &mut told) {
                    worst = worst.max(Instant::now().saturating_duration_since(due));
                }
                wall_s = clock.now_ns() as f64 / 1e9;
            }
            if stop.requested() {
                break End::Interrupted;
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

/// Of the pauses, what the record has already.
#[derive(Default)]
struct Told {
    begun: usize,
    ended: usize,
}

/// Waits until the next tick is due and returns when that was; none if the run was stopped before.
fn wait(
    session: &mut Session,
    clock: &Clock,
    pauses: &Pauses,
    stop: &Stop,
    told: &mut Told,
) -> Option<Instant> {
    let run_ns = (session.frame().time * 1e9).round() as i64;
    while !stop.requested() {
        let due = pauses.on_clock(run_ns).map(|ns| clock.instant_at(ns));
        note_pauses(session, pauses, told);
        let rest = due.map_or(STANDING, |due| {
            due.saturating_duration_since(Instant::now())
        });
        if let (Some(due), true) = (due, rest.is_zero()) {
            return Some(due);
        }
        std::thread::sleep(rest);
    }
    None
}

/// A pause is an event between two ticks: whoever analyses the run must know of it.
fn note_pauses(session: &mut Session, pauses: &Pauses, told: &mut Told) {
    let all = pauses.all();
    for pause in all.iter().skip(told.ended) {
        if told.begun == told.ended {
            session.note(Event::Paused);
            told.begun += 1;
        }
        let Some(until_ns) = pause.until_ns else {
            break;
        };
        let stood_s = (until_ns - pause.from_ns) as f64 / 1e9;
        session.note(Event::Resumed { stood_s });
        told.ended += 1;
    }
}
