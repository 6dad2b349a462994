//! Lights, signs and who goes first at junctions.

use super::lane_change::PERIOD;
use super::speed::Thought;
use crate::perception::{Class, Report};
use crate::road::{End, LanePos, Light, Link, Path, RoadId, SignalKind, wrap_angle};

/// A light that turns amber is stopped at if that takes no more than this, m/s2.
const AMBER_BRAKE: f64 = 3.0;
/// Room in time before and after another's passage, s.
const BEFORE: f64 = 1.5;
const AFTER: f64 = 2.0;
/// Others this far away from a junction count, m.
const LOOK: f64 = 90.0;
/// Acceleration that we expect of ourselves when we start, m/s2.
const START: f64 = 1.2;
/// After this long at the line we go before those who have to stop as well, s.
const PATIENCE: f64 = 8.0;
/// One who has stopped at a stop sign this close to its line has stopped, m.
const AT_LINE: f64 = 4.0;

/// What is remembered from one report to the next.
#[derive(Debug, Default)]
pub(super) struct RightOfWay {
    /// The junction's way for which we have stopped as a sign demands.
    stopped_for: Option<RoadId>,
    /// For how long we have stood at its line, s.
    waited: f64,
    /// Other ways through the junction ahead, as paths: (our way, for each conflict a path).
    others: Option<(RoadId, Vec<Path>)>,
}

impl RightOfWay {
    /// Distance to the line to stop at, m from our front bumper, if there is one.
    pub fn stop_line(&mut self, thought: &Thought, report: &Report) -> Option<f64> {
        let mut stop = None;
        let v = thought.own.speed;
        if let Some(light) = report.light.filter(|l| l.distance > -1.0) {
            let brake = v * v / (2.0 * light.distance.max(0.1));
            let halt = match light.shows {
                Some(Light::Red | Light::RedAmber) => brake < thought.settings.max_deceleration,
                Some(Light::Amber) => brake < AMBER_BRAKE,
                Some(Light::Green | Light::Flashing | Light::Dark) | None => false,
            };
            if halt {
                stop = Some(light.distance);
            }
        }
        stop.into_iter()
            .chain(self.give_way(thought, report))
            .reduce(f64::min)
    }

    /// 1 or -1 if the way ahead turns left or right soon.
    pub fn turning(&self, thought: &Thought) -> i8 {
        let Some((distance, road)) = thought.junction else {
            return 0;
        };
        if distance > 45.0 {
            return 0;
        }
        let line = &thought.known.network.road(road).line;
        let turn = wrap_angle(line.pose(line.length()).yaw - line.pose(0.0).yaw);
        if turn.abs() < 0.5 {
            0
        } else {
            turn.signum() as i8
        }
    }

    fn give_way(&mut self, thought: &Thought, report: &Report) -> Option<f64> {
        let network = thought.known.network;
        let Some((enter, way)) = thought.junction else {
            self.others = None;
            self.stopped_for = None;
            self.waited = 0.0;
            return None;
        };
        // Once in, we leave it.
        if !(-1.5..=LOOK).contains(&enter) {
            return None;
        }
        let road = network.road(way);
        let junction = network.junctions.get(road.junction? as usize)?;
        let i = junction.roads.iter().position(|r| *r == way)?;
        let conflicts = &junction.conflicts[i];
        if self.others.as_ref().is_none_or(|o| o.0 != way) {
            let paths = conflicts.iter().map(|c| {
                let start = network.lane_pos(c.other, -1, 0.0);
                start.map_or_else(Path::default, |s: LanePos| {
                    let ahead = network.road(c.other).length();
                    Path::new(network, s, LOOK, ahead, 2.5, None)
                })
            });
            self.others = Some((way, paths.collect()));
        }
        let v = thought.own.speed;
        let must_stop = stop_sign(thought, way) || {
            // A dark light is treated as a stop sign.
            report
                .light
                .is_some_and(|l| l.shows.is_some_and(Light::out_of_order) && l.distance > -1.0)
        };
        if must_stop && self.stopped_for != Some(way) {
            if v < 0.3 && enter < AT_LINE {
                self.stopped_for = Some(way);
            } else {
                return Some(enter);
            }
        }
        let patient = self.waited > PATIENCE;
        if v < 0.3 && enter < AT_LINE {
            self.waited += PERIOD;
        }
        let others = &self.others.as_ref()?.1;
        let length = f64::from(thought.known.spec.length);
        for (conflict, path) in conflicts.iter().zip(others) {
            if !conflict.give_way || path.is_empty() {
                continue;
            }
            let ours = (
                time_to(enter + conflict.own.from, v),
                time_to(enter + conflict.own.to + length, v),
            );
            for t in &report.tracks {
                if t.existence < 0.4 || matches!(t.class, Class::Obstacle | Class::Animal) {
                    continue;
                }
                let Some((d, offset)) = path.project(t.x, t.y, 3.0) else {
                    continue;
                };
                let p = path.at(d);
                let speed = t.vx * libm::cos(p.yaw) + t.vy * libm::sin(p.yaw);
                let facing = wrap_angle(t.yaw - p.yaw).abs() < 1.0;
                let gone = d - t.length / 2.0 > conflict.theirs.to;
                if offset.abs() > 2.0 || !facing || gone {
                    continue;
                }
                let to_zone = conflict.theirs.from - d - t.length / 2.0;
                let inside = to_zone < 0.5;
                // One who stands before it lets us go; after a while also one who only sets out.
                let slow = if patient && to_zone > 3.0 { 2.5 } else { 0.5 };
                if speed < slow && !inside {
                    continue;
                }
                let theirs = (
                    to_zone.max(0.0) / speed.max(0.5),
                    (conflict.theirs.to - d + t.length / 2.0).max(0.0) / speed.max(0.5),
                );
                if ours.0 < theirs.1 + AFTER && theirs.0 < ours.1 + BEFORE {
                    return Some(enter);
                }
            }
        }
        None
    }
}

/// Time to cover a distance from a speed when accelerating gently, s.
fn time_to(distance: f64, v: f64) -> f64 {
    let d = distance.max(0.0);
    if v > 6.0 {
        return d / v;
    }
    (libm::sqrt(v * v + 2.0 * START * d) - v) / START
}

/// A stop sign stands where our road meets the junction.
fn stop_sign(thought: &Thought, way: RoadId) -> bool {
    let network = thought.known.network;
    let Some(Link::Road(from, end)) = network.road(way).before else {
        return false;
    };
    let along = end == End::End;
    network
        .road(from)
        .signals
        .iter()
        .any(|s| s.along == along && s.kind == SignalKind::Stop)
}
