//! Watches frames for limits: what happened (the referee's events, which are truth), and what the
//! automation could not go on with.
//!
//! Collisions, leaving the road, lane departures and near misses are events that `sim/judge` makes
//! from the truth. Emergency braking is the ego's own motion. Only "blocked" is read off what the
//! automation knows: whether there is a way on is its own question.

pub use crate::referee::{Limit, LimitKind};

use crate::frame::Frame;
use crate::perception::Function;
use crate::referee::RefereeSettings;
use crate::scenario::Scenario;
use crate::takeover::event::{Authority, Event};
use std::collections::VecDeque;

/// Braking counts once it has been hard for this long, s: a bump is no emergency.
const HARD_FOR: f64 = 0.1;
/// Slower than this the vehicle stands, m/s.
const STANDING: f64 = 0.3;
/// A plan below this confidence is no way on, -.
const NO_WAY: f64 = 0.5;

/// Finds limits as they are met, frame by frame.
#[derive(Clone, Debug)]
pub struct LimitWatch {
    settings: RefereeSettings,
    hard_since: Option<f64>,
    blocked_since: Option<f64>,
    /// After a collision braking and standing mean nothing.
    collided: bool,
    /// Found, not yet told.
    found: VecDeque<Limit>,
}

impl LimitWatch {
    pub fn new(scenario: &Scenario) -> Self {
        Self {
            settings: scenario.referee,
            hard_since: None,
            blocked_since: None,
            collided: false,
            found: VecDeque::new(),
        }
    }

    /// Takes a frame in; what is met in it does not count.
    pub fn pass(&mut self, frame: &Frame) {
        self.frame(frame);
        self.found.clear();
    }

    /// The next limit, once, when it is certain; [`Limit::time`] is when it began. Frames must come
    /// in order, every tick, and each once: a second limit of the same tick comes with the next.
    pub fn frame(&mut self, frame: &Frame) -> Option<Limit> {
        for timed in &frame.events {
            let (kind, with) = match &timed.event {
                Event::Collision { with, .. } => {
                    self.collided = true;
                    (LimitKind::Collision, Some(with.clone()))
                }
                Event::LeftRoad { .. } => (LimitKind::LeftRoad, None),
                // A person may mean to leave a lane.
                Event::LaneDeparture { .. }
                    if !matches!(frame.authority, Authority::Operator | Authority::Shared) =>
                {
                    (LimitKind::LaneDeparture, None)
                }
                Event::NearMiss { with, .. } => (LimitKind::NearMiss, Some(with.clone())),
                _ => continue,
            };
            let time = timed.time;
            self.found.push_back(Limit { kind, time, with });
        }
        if !self.collided {
            let hard = frame.ego.acceleration < -self.settings.hard_braking;
            // A person who stands has their reasons; a minimal-risk manoeuvre leads nowhere, either.
            let blocked = !matches!(frame.authority, Authority::Operator | Authority::Shared)
                && frame.ego.speed.abs() < STANDING
                && frame.confidence.functions[Function::Planning as usize].correct < NO_WAY;
            let wait = self.settings.blocked_for;
            for (since, holds, wait, kind) in [
                (&mut self.hard_since, hard, HARD_FOR, LimitKind::HardBraking),
                (&mut self.blocked_since, blocked, wait, LimitKind::Blocked),
            ] {
                if let Some(time) = held(since, holds, frame.time, wait) {
                    let with = None;
                    self.found.push_back(Limit { kind, time, with });
                }
            }
        }
        self.found.pop_front()
    }
}

/// When a state began, in the one tick in which it has lasted for `wait` s. `since` is infinite once
/// that has been told.
fn held(since: &mut Option<f64>, holds: bool, now: f64, wait: f64) -> Option<f64> {
    if !holds {
        *since = None;
        return None;
    }
    let start = *since.get_or_insert(now);
    (start.is_finite() && now - start >= wait - 1e-9).then(|| {
        *since = Some(f64::INFINITY);
        start
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::takeover::event::TimedEvent;

    fn watch() -> LimitWatch {
        let text = "(title: \"t\", duration: 10.0, \
            road: (lanes: 1, speed_limit: 20.0, line: [Straight(length: 500.0)]), \
            ego: (lane: -1, s: 20.0, speed: 10.0))";
        LimitWatch::new(&Scenario::parse(text).expect("sound"))
    }

    /// Frames every tick for as long as `shape` gives them; what was told, with the tick of telling.
    fn told(shape: impl Fn(u64, &mut Frame), ticks: u64) -> Vec<(u64, Limit)> {
        let mut watch = watch();
        let mut told = Vec::new();
        for tick in 1..=ticks {
            let mut frame = Frame {
                tick,
                time: tick as f64 / 100.0,
                ..Default::default()
            };
            frame.ego.speed = 10.0;
            shape(tick, &mut frame);
            told.extend(watch.frame(&frame).map(|limit| (tick, limit)));
        }
        told
    }

    #[test]
    fn emergency_braking_is_a_limit_from_its_start_once_it_lasts() {
        let brake = |from: u64, to: u64, by: f64| {
            told(
                |tick, frame| {
                    if (from..to).contains(&tick) {
                        frame.ego.acceleration = -by;
                    }
                },
                400,
            )
        };
        assert_eq!(brake(100, 300, 4.9), []);
        assert_eq!(brake(100, 105, 9.0), [], "a bump");
        let limits = brake(100, 300, 6.0);
        assert_eq!(limits.len(), 1);
        assert_eq!(limits[0].1.kind, LimitKind::HardBraking);
        assert_eq!((limits[0].0, limits[0].1.time), (110, 1.0));
    }

    #[test]
    fn blocked_is_standing_without_a_way_on_while_nobody_else_drives() {
        let stand = |authority: Authority, planning: f64| {
            told(
                |tick, frame| {
                    frame.authority = authority;
                    frame.confidence = frame.confidence.with_planning(planning);
                    if tick >= 200 {
                        frame.ego.speed = 0.0;
                    }
                },
                1000,
            )
        };
        let limits = stand(Authority::Automation, 0.2);
        assert_eq!(limits.len(), 1, "told once");
        assert_eq!(limits[0].1.kind, LimitKind::Blocked);
        assert_eq!((limits[0].0, limits[0].1.time), (500, 2.0));
        assert_eq!(stand(Authority::Automation, 1.0), [], "a red light");
        assert_eq!(stand(Authority::Operator, 0.2), []);
        assert_eq!(stand(Authority::Standstill, 0.2).len(), 1);
    }

    #[test]
    fn several_limits_of_one_tick_are_all_told_and_nothing_after_a_crash() {
        let limits = told(
            |tick, frame| {
                if tick == 50 {
                    for event in [
                        Event::LeftRoad { speed: 9.0 },
                        Event::Collision {
                            with: "tree".into(),
                            kind: None,
                            closing_speed: 9.0,
                            delta_v: 8.0,
                        },
                    ] {
                        frame.events.push(TimedEvent {
                            tick,
                            time: 0.49,
                            event,
                        });
                    }
                }
                if tick >= 50 {
                    frame.ego.acceleration = -300.0;
                }
            },
            100,
        );
        let kinds: Vec<_> = limits.iter().map(|l| (l.0, l.1.kind, l.1.time)).collect();
        assert_eq!(
            kinds,
            [
                (50, LimitKind::LeftRoad, 0.49),
                (51, LimitKind::Collision, 0.49)
            ]
        );
        assert_eq!(limits[1].1.with.as_deref(), Some("tree"));
    }
}
