//! When an action starts.

use super::Traffic;
use super::plan::{Ego, Trigger};
use super::shape::Outline;
use super::tasks::EPSILON;
use super::user::{Mode, Status, User};
use crate::road::{LanePos, Network, RoadId, RoadPoint};

impl Traffic {
    pub(super) fn due(
        &mut self,
        i: usize,
        k: usize,
        network: &Network,
        ego: &Ego,
        time: f64,
    ) -> bool {
        let mut latches = std::mem::take(&mut self.users[i].tasks[k].latches);
        let mut leaf = 0;
        let now = self.place_of(i, network);
        let trigger = &self.users[i].tasks[k].action.when;
        let met = self.holds(trigger, i, now, ego, time, &mut latches, &mut leaf);
        self.users[i].tasks[k].latches = latches;
        met
    }

    /// Whether a trigger holds. Every leaf is looked at in every tick: places passed are kept.
    fn holds(
        &self,
        trigger: &Trigger,
        i: usize,
        now: RoadPoint,
        ego: &Ego,
        time: f64,
        latches: &mut Vec<bool>,
        leaf: &mut usize,
    ) -> bool {
        let user = &self.users[i];
        if let Trigger::All(parts) | Trigger::Any(parts) = trigger {
            let all = matches!(trigger, Trigger::All(_));
            let mut met = all;
            for part in parts {
                let one = self.holds(part, i, now, ego, time, latches, leaf);
                met = if all { met && one } else { met || one };
            }
            return met;
        }
        let index = *leaf;
        *leaf += 1;
        if latches.len() <= index {
            latches.resize(index + 1, false);
        }
        let mut latch = |happened: bool| {
            latches[index] |= happened;
            latches[index]
        };
        match trigger {
            Trigger::Time(at) => time >= at - EPSILON,
            Trigger::EgoWithin(distance) => {
                libm::hypot(user.pose.x - ego.x, user.pose.y - ego.y) <= *distance
            }
            Trigger::Ttc(below) => time_to_collision(user, ego) < *below,
            Trigger::EgoAt { road, s } => latch(passed(self.ego_was, ego.place, *road, *s, self)),
            Trigger::SelfAt { road, s } => latch(passed(user.was, now, *road, *s, self)),
            Trigger::After {
                user,
                action,
                delay,
            } => {
                let other = self.users.get(*user).and_then(|u| u.tasks.get(*action));
                match other.map(|t| t.status) {
                    Some(Status::Over(at)) => time >= at + delay - EPSILON,
                    _ => false,
                }
            }
            Trigger::All(_) | Trigger::Any(_) => false,
        }
    }

    pub(super) fn place_of(&self, i: usize, network: &Network) -> RoadPoint {
        match &self.users[i].mode {
            Mode::Lane(on) => {
                let at = LanePos {
                    lane: on.lane,
                    d: on.d,
                };
                network.road_point(at, on.offset)
            }
            Mode::Plane(plane) => plane.place,
            Mode::Struck(place) => *place,
            Mode::Gone => self.users[i].was.unwrap_or_default(),
        }
    }
}

/// Time until the boxes of the ego and a user touch if both go on as they do, straight towards
/// each other, s.
fn time_to_collision(user: &User, ego: &Ego) -> f64 {
    let (dx, dy) = (user.pose.x - ego.x, user.pose.y - ego.y);
    let distance = libm::hypot(dx, dy);
    if distance < 1e-6 {
        return 0.0;
    }
    let (ux, uy) = (dx / distance, dy / distance);
    let closing = (ego.vx - user.velocity[0]) * ux + (ego.vy - user.velocity[1]) * uy;
    let own = Outline {
        x: ego.x,
        y: ego.y,
        yaw: ego.yaw,
        length: ego.length,
        width: ego.width,
    };
    let gap = (distance - own.reach(ux, uy) - user.outline().reach(ux, uy)).max(0.0);
    if closing > 1e-3 {
        gap / closing
    } else {
        f64::INFINITY
    }
}

/// Somebody passed a place between two ticks.
fn passed(was: Option<RoadPoint>, now: RoadPoint, road: RoadId, s: f64, traffic: &Traffic) -> bool {
    let Some(was) = was else { return false };
    let between = |a: f64, b: f64| (a < s && s <= b) || (b <= s && s < a);
    let end_near = |p: RoadPoint| {
        let length = traffic.lengths[p.road.0 as usize];
        if p.s < length / 2.0 { 0.0 } else { length }
    };
    match (was.road == road, now.road == road) {
        (true, true) => {
            // Round the joint of a road that meets itself.
            let length = traffic.lengths[road.0 as usize];
            if (was.s - now.s).abs() > length / 2.0 {
                between(was.s, end_near(was)) || between(end_near(now), now.s)
            } else {
                between(was.s, now.s)
            }
        }
        (false, true) => between(end_near(now), now.s),
        (true, false) => between(was.s, end_near(was)),
        (false, false) => false,
    }
}
