//! What the window keeps of a run for its end: the way, the marks, and the pictures for a short
//! replay.

use super::drawing::{Drawing, Line, Mark, Rgb, road_drawing};
use crate::frame::Frame;
use crate::scenario::Scenario;
use crate::takeover::event::{Authority, Event};
use bevy::prelude::Resource;
use glam::DVec2;
use std::collections::VecDeque;
use std::sync::Arc;

/// Pictures kept, s apart and for how long at most, s: ten minutes are some 60 MB.
const APART: f64 = 0.04;
const LONGEST: f64 = 600.0;
/// Points of the way, s apart.
const WAY: f64 = 0.5;
/// Length of a replay, and how much of it lies before its moment, s.
const REPLAY: f64 = 15.0;
const BEFORE: f64 = 6.0;

/// Of the run in the window.
#[derive(Resource, Default)]
pub struct History {
    pictures: VecDeque<Arc<Frame>>,
    way: Vec<(f64, DVec2, Authority)>,
    marks: Vec<(DVec2, Moment)>,
    /// What a replay is about: its moment, s; a collision counts more than a takeover.
    moment: Option<(f64, Moment)>,
}

/// Something worth a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    Request,
    Takeover,
    Collision,
}

impl Moment {
    pub fn colour(self) -> Rgb {
        match self {
            Self::Request => [230, 159, 0],
            Self::Takeover => [242, 245, 248],
            Self::Collision => [213, 94, 0],
        }
    }
}

/// The way's colour: who drove.
pub fn colour(authority: Authority) -> Rgb {
    match authority {
        Authority::Automation => [0, 114, 178],
        Authority::RequestPending => [230, 159, 0],
        Authority::Operator | Authority::Shared => [240, 228, 66],
        Authority::MinimalRisk | Authority::Standstill => [213, 94, 0],
    }
}

fn place(frame: &Frame) -> Option<DVec2> {
    let ego = frame.bodies.first()?;
    Some(DVec2::new(
        f64::from(ego.position.x),
        f64::from(ego.position.y),
    ))
}

impl History {
    /// A picture that came.
    pub fn picture(&mut self, frame: &Arc<Frame>) {
        let last = self.pictures.back().map_or(f64::NEG_INFINITY, |f| f.time);
        if frame.time < last + APART - 1e-6 {
            return;
        }
        self.pictures.push_back(Arc::clone(frame));
        while self
            .pictures
            .front()
            .is_some_and(|f| f.time < frame.time - LONGEST)
        {
            self.pictures.pop_front();
        }
    }

    /// Data that came.
    pub fn data(&mut self, frame: &Frame) {
        let Some(at) = place(frame) else { return };
        let due = match self.way.last() {
            None => true,
            Some((time, _, who)) => frame.time >= time + WAY || *who != frame.authority,
        };
        if due {
            self.way.push((frame.time, at, frame.authority));
        }
        for event in &frame.events {
            let moment = match event.event {
                Event::RequestRaised { .. } => Moment::Request,
                Event::TakenOver { .. } => Moment::Takeover,
                Event::Collision { .. } => Moment::Collision,
                _ => continue,
            };
            self.marks.push((at, moment));
            // A request is shown with its answer; the first takeover and the first collision count.
            let counts = match (self.moment, moment) {
                (_, Moment::Request) => false,
                (None, _) => true,
                (Some((_, known)), new) => new == Moment::Collision && known != new,
            };
            if counts {
                self.moment = Some((event.time, moment));
            }
        }
    }

    /// The stretch worth seeing again: around the collision, else around the first takeover, else
    /// the end. s.
    pub fn stretch(&self) -> Option<(f64, f64)> {
        let first = self.pictures.front()?.time;
        let last = self.pictures.back()?.time;
        let from = match self.moment {
            Some((time, _)) => (time - BEFORE).min(last - REPLAY),
            None => last - REPLAY,
        };
        let from = from.max(first);
        Some((from, (from + REPLAY).min(last)))
    }

    /// What the replay is about, if not the end.
    pub fn about(&self) -> Option<Moment> {
        self.moment.map(|(_, moment)| moment)
    }

    /// The picture that was newest at this time of the run.
    pub fn at(&self, time: f64) -> Option<&Arc<Frame>> {
        let after = self.pictures.partition_point(|f| f.time <= time);
        self.pictures.get(after.saturating_sub(1))
    }

    /// The roads with the way driven on them.
    pub fn drawing(&self, scenario: &Scenario) -> Drawing {
        let roads = road_drawing(scenario);
        let mut lines = roads.lines;
        for pair in self.way.windows(2) {
            lines.push(Line {
                points: vec![pair[0].1, pair[1].1],
                colour: colour(pair[0].2),
                width_m: 0.0,
                at_least_px: 5.0,
            });
        }
        let marks = self.marks.iter().map(|(at, moment)| Mark {
            at: *at,
            colour: moment.colour(),
            radius_px: 7.0,
        });
        Drawing {
            lines,
            marks: marks.collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::BodyView;
    use crate::road_user::RoadUser;
    use crate::takeover::event::{Mode, TimedEvent};
    use crate::takeover::intent::Means;
    use glam::{Quat, Vec3};

    fn frame(tick: u64, authority: Authority, events: Vec<Event>) -> Arc<Frame> {
        let time = tick as f64 * 0.01;
        let position = Vec3::new(time as f32 * 10.0, 0.0, 0.0);
        Arc::new(Frame {
            tick,
            time,
            authority,
            bodies: vec![BodyView {
                kind: RoadUser::Car,
                position,
                rotation: Quat::IDENTITY,
                velocity: Vec3::ZERO,
                angular_velocity: Vec3::ZERO,
                size: Vec3::ONE,
                to_middle: Vec3::ZERO,
                brake_lights: false,
                hazard_lights: false,
                indicator: 0,
            }],
            events: events
                .into_iter()
                .map(|event| TimedEvent { tick, time, event })
                .collect(),
            ..Frame::default()
        })
    }

    fn run(seconds: u64, at: impl Fn(u64) -> (Authority, Vec<Event>)) -> History {
        let mut history = History::default();
        for tick in 0..=seconds * 100 {
            let (authority, events) = at(tick);
            let frame = frame(tick, authority, events);
            history.data(&frame);
            history.picture(&frame);
        }
        history
    }

    const TAKEN: Event = Event::TakenOver {
        request: None,
        by: Means::Button,
        mode: Mode::Direct,
    };

    #[test]
    fn the_replay_is_around_the_takeover_and_else_the_end() {
        let nothing = run(40, |_| (Authority::Automation, Vec::new()));
        assert_eq!(nothing.stretch(), Some((25.0, 40.0)));
        let taken = run(40, |tick| match tick {
            2000 => (Authority::Operator, vec![TAKEN]),
            _ => (Authority::Automation, Vec::new()),
        });
        assert_eq!(taken.stretch(), Some((14.0, 29.0)));
        assert_eq!(taken.about(), Some(Moment::Takeover));
        let late = run(30, |tick| match tick {
            2800 => (Authority::Operator, vec![TAKEN]),
            _ => (Authority::Automation, Vec::new()),
        });
        assert_eq!(late.stretch(), Some((15.0, 30.0)));
        assert_eq!(
            run(5, |_| (Authority::Automation, Vec::new())).stretch(),
            Some((0.0, 5.0))
        );
        assert_eq!(History::default().stretch(), None);
    }

    #[test]
    fn pictures_are_kept_at_25_hertz_for_ten_minutes() {
        let history = run(700, |_| (Authority::Automation, Vec::new()));
        assert!((history.pictures.len() as i64 - 15_000).abs() < 5);
        let at = history.at(650.013).expect("a picture").time;
        assert!((650.013 - at) < APART && at <= 650.013);
        assert!(history.at(-5.0).is_some_and(|f| f.time > 99.0));
    }

    #[test]
    fn the_way_has_the_colour_of_who_drove() {
        let history = run(20, |tick| match tick {
            0..1000 => (Authority::Automation, Vec::new()),
            1000 => (Authority::Operator, vec![TAKEN]),
            _ => (Authority::Operator, Vec::new()),
        });
        let scenario = std::fs::read_to_string(
            std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/fog_bank.ron"),
        );
        let scenario = Scenario::parse(&scenario.expect("readable")).expect("fine");
        let drawing = history.drawing(&scenario);
        let of = |who| {
            drawing
                .lines
                .iter()
                .filter(|l| l.colour == colour(who))
                .count()
        };
        assert!((18..=22).contains(&of(Authority::Automation)));
        assert!((18..=22).contains(&of(Authority::Operator)));
        assert_eq!(drawing.marks.len(), 1);
        assert!((drawing.marks[0].at.x - 100.0).abs() < 0.01);
    }
}
