//! Changing lanes: whether (MOBIL), and how.

use super::Traffic;
use super::model::{Change, Lead};
use super::occupancy::{EGO, Found, Viewer};
use super::shape::cruise;
use super::user::{Mode, OnLane, Shift, User};
use crate::road::LaneId;

/// How far ahead and behind a driver looks before changing lanes, m.
const VIEW: f64 = 200.0;
/// Time between two changes of one driver, s.
const REST: f64 = 4.0;
/// Least gap to others in the new lane, m.
const SMALLEST_GAP: f64 = 2.0;
/// Slower than this nobody changes lanes, m/s.
const SLOWEST: f64 = 2.0;
/// This far before the end of a lane it begins to press, m.
const PRESSING: f64 = 800.0;
/// Pressure at the end of a lane, m/s2.
const PRESSURE: f64 = 4.0;

impl Traffic {
    /// A driver thinks about changing lanes; begins to if it is worth while.
    pub(super) fn consider_change(&mut self, i: usize, time: f64) {
        if let Some(side) = self.wished_change(i, time) {
            let over = self.users[i].driver.lane_change_time;
            if self.begin_change(i, side, over, None) {
                self.users[i].changed_at = time;
            }
        }
    }

    fn wished_change(&self, i: usize, time: f64) -> Option<i8> {
        let user = &self.users[i];
        let Mode::Lane(on) = &user.mode else {
            return None;
        };
        let track = self.tracks.get(on.lane);
        let free = user.drives && !user.blind && user.control == super::user::Control::Own;
        if !free
            || !user.driver.lane_changes
            || on.shift.is_some()
            || track.inside
            || time - user.changed_at < REST
            || user.speed < SLOWEST
        {
            return None;
        }
        let mut best: Option<(f64, i8)> = None;
        for (side, lane, may) in [
            (1, track.left, track.may_left),
            (-1, track.right, track.may_right),
        ] {
            let Some(lane) = lane.filter(|_| may) else {
                continue;
            };
            if let Some(gain) = self.gain(i, user, on, lane, side)
                && gain > 0.0
                && best.is_none_or(|b| gain > b.0)
            {
                best = Some((gain, side));
            }
        }
        best.map(|b| b.1)
    }

    /// Advantage of a lane beside, m/s2; None if going there is not safe.
    fn gain(&self, i: usize, user: &User, on: &OnLane, lane: LaneId, side: i8) -> Option<f64> {
        let (driver, v) = (&user.driver, user.speed);
        let here = user.viewer(i, on);
        let there = Viewer {
            lane,
            offset: 0.0,
            ..here
        };
        let ahead = |viewer: &Viewer| {
            self.occupancy
                .ahead(&self.tracks, viewer, VIEW, |l| self.next_of(user, l))
        };
        let (lead, new_lead) = (ahead(&here), ahead(&there));
        let follower = self.occupancy.behind(&self.tracks, &here, VIEW);
        let new_follower = self.occupancy.behind(&self.tracks, &there, VIEW);
        let close = |f: Option<Found>| f.is_some_and(|f| f.gap < SMALLEST_GAP);
        if close(new_lead) || close(new_follower) {
            return None;
        }
        let v0 = |lane: LaneId| {
            let (limit, _) = self.tracks.get(lane).allowed(on.d);
            (limit * driver.speed_factor)
                .min(driver.desired_speed.unwrap_or(f64::INFINITY))
                .min(cruise(user.shape.kind))
        };
        let lead_of = |f: Option<Found>| {
            f.map(|f| Lead {
                gap: f.gap,
                speed: f.speed,
            })
        };
        let own = (
            driver.idm(v, v0(on.lane), lead_of(lead)),
            driver.idm(v, v0(lane), lead_of(new_lead)),
        );
        let length = user.shape.length;
        // Who is behind sees this user, or what is beyond.
        let of = |f: Option<Found>, beyond: Option<Found>, before: bool| {
            let Some(f) = f else { return (0.0, 0.0) };
            let with = Some(Lead {
                gap: f.gap,
                speed: v,
            });
            let without = beyond.map(|b| Lead {
                gap: f.gap + length + b.gap,
                speed: b.speed,
            });
            let (a, b) = if before {
                (with, without)
            } else {
                (without, with)
            };
            (self.acceleration_of(f, a), self.acceleration_of(f, b))
        };
        let change = Change {
            own,
            new_follower: of(new_follower, new_lead, false),
            old_follower: of(follower, lead, true),
            right: side < 0,
            need: self.need(user, on, lane),
        };
        driver.safe(&change).then(|| driver.advantage(&change))
    }

    fn next_of(&self, user: &User, lane: LaneId) -> Option<LaneId> {
        self.next_lane(user, lane)
    }

    /// What a follower would do behind `lead`, m/s2; the ego as an average driver.
    fn acceleration_of(&self, follower: Found, lead: Option<Lead>) -> f64 {
        let user = match follower.who {
            EGO => None,
            who => self.users.get(who as usize),
        };
        let driver = user.map_or_else(Default::default, |u| u.driver);
        let v = follower.speed.max(0.0);
        let v0 = user
            .and_then(|u| u.on_lane())
            .map_or(v, |on| {
                let (limit, _) = self.tracks.get(on.lane).allowed(on.d);
                (limit * driver.speed_factor).min(driver.desired_speed.unwrap_or(f64::INFINITY))
            })
            .max(1.0);
        driver.idm(v, v0, lead)
    }

    /// The other lane leads on, or where one wants to go, and this one does not (or the other way
    /// round), m/s2.
    fn need(&self, user: &User, on: &OnLane, other: LaneId) -> f64 {
        let press = |lane: LaneId, d: f64| {
            let room = self.room(user, lane) - d;
            PRESSURE * (1.0 - room / PRESSING).clamp(0.0, 1.0)
        };
        press(on.lane, on.d) - press(other, on.d)
    }

    /// m from the beginning of a lane to where it, or what follows, ends although others go on.
    fn room(&self, user: &User, lane: LaneId) -> f64 {
        let route = user.route.and_then(|r| self.routes.get(r));
        let mut at = lane;
        let mut room = 0.0;
        for _ in 0..16 {
            let track = self.tracks.get(at);
            room += track.length;
            if route.is_some_and(|r| self.tracks.leads_astray(at, r)) {
                return room;
            }
            match self.next_lane(user, at) {
                Some(next) if room < 2.0 * PRESSING => at = next,
                Some(_) => return f64::INFINITY,
                None if track.last => return f64::INFINITY,
                None => return room,
            }
        }
        f64::INFINITY
    }

    /// Begins to move into the lane beside; false if there is none.
    pub(super) fn begin_change(
        &mut self,
        i: usize,
        side: i8,
        over: f64,
        by: Option<usize>,
    ) -> bool {
        let user = &self.users[i];
        let Mode::Lane(on) = &user.mode else {
            return false;
        };
        let track = self.tracks.get(on.lane);
        let beside = if side > 0 { track.left } else { track.right };
        let Some(lane) = beside else { return false };
        let across = (track.width(on.d) + self.tracks.get(lane).width(on.d)) / 2.0;
        let next = self.next_lane_from(user, lane);
        let user = &mut self.users[i];
        let Mode::Lane(on) = &mut user.mode else {
            return false;
        };
        on.lane = lane;
        on.next = next;
        on.from = None;
        on.offset -= f64::from(side) * across;
        on.shift = Some(Shift {
            from: on.offset,
            to: on.rest,
            done: 0.0,
            over,
            by,
            change: side,
        });
        true
    }

    /// The lane a user would take at the end of one that it is not on.
    pub(super) fn next_lane_from(&self, user: &User, lane: LaneId) -> Option<LaneId> {
        let route = user.route.and_then(|r| self.routes.get(r));
        self.tracks.follow(lane, route, user.number)
    }
}
