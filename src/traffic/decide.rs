//! What a driver does about what is ahead: the road, the one in front, lights, and others' ways.

use super::Traffic;
use super::model::Lead;
use super::occupancy::{EGO, Occupant};
use super::shape::cruise;
use super::track::{Crossing, Halt};
use super::user::{Mode, OnLane, User};
use crate::road::{LaneId, Light};

/// Lanes looked at ahead.
const MOST_LANES: usize = 24;
/// m between the places ahead at which a driver looks for bends and limits.
const LOOK: f64 = 10.0;
/// Hardest braking for a bend or a limit, in comfortable decelerations, -.
const FIRM: f64 = 1.6;
/// Amber: who can stop with this does, m/s2 (3.0 is what signal timing assumes: ITE).
const AMBER: f64 = 3.0;
/// Red: who cannot stop with this goes on, m/s2.
const RED: f64 = 6.0;
/// Gap kept to a stop line, m.
const LINE_GAP: f64 = 1.0;
/// Speed at which a crowd member that starts before a junction could still give way, m/s.
const ENTRY: f64 = 4.0;
/// A stop at a stop sign lasts this long, s.
const STOP_TIME: f64 = 1.0;
/// Who waits this long goes before others that stand as well, s.
const PATIENCE: f64 = 3.0;
const PATIENCE_STEP: f64 = 0.3;
/// Faster than this one is under way, m/s.
const UNDER_WAY: f64 = 4.0;
/// Acceleration that drivers expect of others at crossings, m/s2.
const EXPECTED: f64 = 1.5;
/// Ways that lead to a crossing are watched this far back, m.
const WATCH: f64 = 120.0;

/// The lanes ahead of a driver: lane, and distance from the driver's middle to its beginning, m.
struct Ahead {
    lanes: [(LaneId, f64); MOST_LANES],
    count: usize,
    /// The last of them leads nowhere, or not where the driver wants to go: it ends this far ahead.
    ends: Option<f64>,
}

impl Traffic {
    /// The lane a user takes at the end of another.
    pub(super) fn next_lane(&self, user: &User, lane: LaneId) -> Option<LaneId> {
        if let Mode::Lane(on) = &user.mode
            && on.lane == lane
        {
            return on.next;
        }
        let route = user.route.and_then(|r| self.routes.get(r));
        self.tracks.follow(lane, route, user.number)
    }

    fn lanes_ahead(&self, user: &User, on: &OnLane, horizon: f64) -> Ahead {
        let mut ahead = Ahead {
            lanes: [(on.lane, -on.d); MOST_LANES],
            count: 1,
            ends: None,
        };
        let route = user.route.and_then(|r| self.routes.get(r));
        loop {
            let (lane, start) = ahead.lanes[ahead.count - 1];
            let track = self.tracks.get(lane);
            let end = start + track.length;
            if end > horizon {
                break;
            }
            if route.is_some_and(|r| self.tracks.leads_astray(lane, r)) {
                ahead.ends = Some(end);
                break;
            }
            let Some(next) = self.next_lane(user, lane) else {
                if !track.last {
                    ahead.ends = Some(end);
                }
                break;
            };
            if ahead.count == MOST_LANES {
                break;
            }
            ahead.lanes[ahead.count] = (next, end);
            ahead.count += 1;
        }
        ahead
    }

    /// Looks ahead: sets what the driver would do on a free road and what others take from it.
    pub(super) fn look_ahead(&mut self, i: usize, time: f64) {
        let user = &self.users[i];
        let Mode::Lane(on) = &user.mode else { return };
        if user.blind && !user.drives {
            return;
        }
        let (driver, v) = (user.driver, user.speed.max(0.0));
        let half = user.shape.length / 2.0;
        let reach = v * v / (2.0 * (driver.acceleration * driver.deceleration).sqrt());
        let horizon = 50.0 + v * driver.time_gap + reach;
        let ahead = self.lanes_ahead(user, on, horizon);
        let lanes = &ahead.lanes[..ahead.count];
        let free = self.free_road(user, lanes, v);
        if user.blind {
            self.users[i].free = free;
            return;
        }

        let mut taken: f64 = 0.0;
        let viewer = user.viewer(i, on);
        let mut k = 0;
        let found = self.occupancy.ahead(&self.tracks, &viewer, horizon, |_| {
            k += 1;
            lanes.get(k).map(|l| l.0)
        });
        if let Some(found) = found
            && user.cutting_out.is_none()
        {
            let lead = Lead {
                gap: found.gap,
                speed: found.speed,
            };
            taken = taken.max(driver.interaction(v, lead));
        }
        // A shift into another lane leaves the old one's traffic ahead until it is out of it.
        if let Some(shift) = on.shift
            && shift.change != 0
            && shift.done < 0.6 * shift.over
            && user.cutting_out.is_none()
        {
            let track = self.tracks.get(on.lane);
            let old = if shift.change > 0 {
                track.right
            } else {
                track.left
            };
            if let Some(old) = old {
                let mut viewer = viewer;
                let widths = self.tracks.get(old).width(on.d) + track.width(on.d);
                viewer.lane = old;
                viewer.offset += f64::from(shift.change) * widths / 2.0;
                let found = self
                    .occupancy
                    .ahead(&self.tracks, &viewer, horizon, |l| self.next_lane(user, l));
                if let Some(found) = found {
                    let lead = Lead {
                        gap: found.gap,
                        speed: found.speed,
                    };
                    taken = taken.max(driver.interaction(v, lead));
                }
            }
        }
        let mut stop_at = |distance: f64| {
            let lead = Lead {
                gap: distance - half - LINE_GAP + driver.min_gap,
                speed: 0.0,
            };
            taken = taken.max(driver.interaction(v, lead));
        };
        if let Some(end) = ahead.ends {
            stop_at(end);
        }
        let seen = self.lines_ahead(user, lanes, v, half, time);
        if let Some(distance) = seen.stop {
            stop_at(distance);
        }
        let yields = self.ways_ahead(i, user, lanes, v, half, time);
        if let Some(distance) = yields {
            stop_at(distance);
        }
        let waiting = (seen.stop.is_some() || yields.is_some()) && v < 0.3;
        let user = &mut self.users[i];
        user.free = free;
        user.taken = taken;
        user.passing = seen.passing;
        user.stopped_for = seen.stopped_for;
        user.waiting_since = if waiting {
            user.waiting_since.or(Some(time))
        } else if v < UNDER_WAY {
            // Who has lost patience and sets out does not find it again at the first metre.
            user.waiting_since
        } else {
            None
        };
    }

    /// Takes from a crowd member's start speed what a driver would have taken off before: for
    /// bends, ends of lanes, stop lines and junctions ahead. Nobody begins in the middle of a
    /// mistake.
    pub(super) fn calm_start(&mut self, i: usize) {
        let user = &self.users[i];
        let Mode::Lane(on) = &user.mode else { return };
        let (driver, half) = (user.driver, user.shape.length / 2.0);
        let ahead = self.lanes_ahead(user, on, 200.0);
        let from = |allowed: f64, room: f64| {
            (allowed * allowed + 2.0 * driver.deceleration * room.max(0.0)).sqrt()
        };
        let mut most = user.speed;
        if let Some(end) = ahead.ends {
            most = most.min(from(0.0, end - half - 2.0));
        }
        for (lane, start) in &ahead.lanes[..ahead.count] {
            let track = self.tracks.get(*lane);
            if track.inside {
                most = most.min(from(ENTRY, start - half));
            }
            for line in &track.stops {
                if start + line.d > half {
                    most = most.min(from(0.0, start + line.d - half - LINE_GAP));
                }
            }
            let mut d = if *start < 0.0 { -start } else { 0.0 };
            while d < track.length {
                let (limit, curvature) = track.allowed(d);
                let bend = (driver.lateral_acceleration / curvature.abs().max(1e-9)).sqrt();
                most = most.min(from((limit * driver.speed_factor).min(bend), start + d));
                d += LOOK / 2.0;
            }
        }
        self.users[i].speed = most.max(0.0);
    }

    /// Acceleration with nobody on the road: desired speed, limits and bends ahead, m/s2.
    fn free_road(&self, user: &User, lanes: &[(LaneId, f64)], v: f64) -> f64 {
        let driver = &user.driver;
        let most = driver
            .desired_speed
            .unwrap_or(f64::INFINITY)
            .min(cruise(user.shape.kind));
        let speed_at = |lane: LaneId, d: f64| {
            let (limit, curvature) = self.tracks.get(lane).allowed(d);
            let bend = (driver.lateral_acceleration / curvature.abs().max(1e-9)).sqrt();
            (limit * driver.speed_factor).min(bend).min(most).max(1.0)
        };
        let mut a = f64::INFINITY;
        let braking = v * v / (2.0 * driver.deceleration) + 2.0 * LOOK;
        let mut x = 0.0;
        for (k, (lane, start)) in lanes.iter().enumerate() {
            let end = start + self.tracks.get(*lane).length;
            while x < end && x <= braking {
                let allowed = speed_at(*lane, x - start);
                if k == 0 && x == 0.0 {
                    a = driver.free(v, allowed);
                }
                if allowed < v {
                    let need = (v * v - allowed * allowed) / (2.0 * x.max(LOOK / 2.0));
                    let share = need / driver.deceleration;
                    let bound = driver.acceleration * (1.0 - 2.0 * share * share);
                    a = a.min(bound.max(-FIRM * driver.deceleration));
                }
                x += LOOK;
            }
        }
        if a.is_finite() { a } else { 0.0 }
    }

    fn lines_ahead(
        &self,
        user: &User,
        lanes: &[(LaneId, f64)],
        v: f64,
        half: f64,
        time: f64,
    ) -> Lines {
        let mut seen = Lines {
            stop: None,
            passing: user.passing,
            stopped_for: user.stopped_for,
        };
        let mut before: Option<(LaneId, f64)> = None;
        for (lane, start) in lanes {
            for line in &self.tracks.get(*lane).stops {
                let distance = start + line.d;
                let room = distance - half;
                let key = (*lane, line.d);
                if room < -0.5 {
                    before = Some(key);
                    continue;
                }
                let need = v * v / (2.0 * room.max(0.1));
                let stops = match line.halt {
                    Halt::Light(light) => match self.lights.get(light as usize) {
                        Some(Light::Red | Light::RedAmber) => {
                            need <= RED && seen.passing != Some(key) || v < 1.0
                        }
                        Some(Light::Amber) => {
                            let stops = need <= AMBER && seen.passing != Some(key);
                            if !stops {
                                seen.passing = Some(key);
                            }
                            stops
                        }
                        _ => false,
                    },
                    Halt::Stop => {
                        let stood = user.waiting_since.is_some_and(|t| time - t >= STOP_TIME);
                        if stood && room < 4.0 {
                            seen.stopped_for = Some(key);
                        }
                        seen.stopped_for != Some(key)
                    }
                };
                if stops {
                    seen.stop = Some(distance);
                    return seen;
                }
            }
        }
        // Past the line: the decision is used up.
        if before.is_some() && before == seen.passing {
            seen.passing = None;
        }
        seen
    }

    /// Where to wait for others whose way crosses or joins the own one, m ahead; None to go.
    fn ways_ahead(
        &self,
        i: usize,
        user: &User,
        lanes: &[(LaneId, f64)],
        v: f64,
        half: f64,
        time: f64,
    ) -> Option<f64> {
        let driver = &user.driver;
        let margin = driver.crossing_margin;
        // Not all at once: each has a little more patience than the one before, 16 of them.
        let patience = PATIENCE + PATIENCE_STEP * f64::from(i as u32 % 16);
        let patient = user.waiting_since.is_some_and(|t| time - t >= patience);
        for (lane, start) in lanes {
            let track = self.tracks.get(*lane);
            for crossing in &track.crossings {
                // From the front of this user to the part that both use, and till it has left it.
                let to_zone = start + crossing.own.0 - half;
                let through = start + crossing.own.1 + half;
                if through < 0.0 || to_zone < -1.0 {
                    // Through it, or in it already: out of there.
                    continue;
                }
                let room = to_zone - LINE_GAP;
                if v * v > 2.0 * RED * room.max(0.1) && v > 1.0 {
                    continue;
                }
                let enter = earliest(to_zone, v, driver.acceleration);
                let leave = earliest(through, v, driver.acceleration);
                let mine = (enter, leave);
                if self.threatened(i, crossing, mine, margin, patient) {
                    // Before the junction, or, if already inside, before the crossing itself.
                    let inside = *start + 1.0 < half;
                    return Some(if inside { to_zone + half } else { *start });
                }
            }
        }
        None
    }

    /// Somebody else is in a crossing, or will be while this user is.
    fn threatened(
        &self,
        i: usize,
        crossing: &Crossing,
        mine: (f64, f64),
        margin: f64,
        patient: bool,
    ) -> bool {
        let (from, to) = crossing.theirs;
        let threat = |o: &Occupant, before: f64, inside: bool| {
            if o.who == i as u32 {
                return false;
            }
            let front = from - (before + o.d + o.half);
            let rear = to - (before + o.d - o.half);
            if rear < 0.0 {
                return false;
            }
            if front <= 0.0 {
                return true;
            }
            let arrives = earliest(front, o.speed.max(0.0), EXPECTED);
            if !crossing.give_way {
                // The right of way is ours, unless they are about to be in there anyway.
                return inside && o.speed > 0.5 && arrives + 0.5 < mine.0;
            }
            if o.speed < 0.3 && (patient || !inside && self.waits(o.who)) {
                return false;
            }
            let clears = rear / o.speed.max(2.0);
            arrives < mine.1 + margin && clears + margin > mine.0
        };
        if self
            .occupancy
            .on(crossing.other)
            .iter()
            .any(|o| threat(o, 0.0, true))
        {
            return true;
        }
        if !crossing.give_way {
            return false;
        }
        // Back along the ways that lead there.
        let mut open = [(crossing.other, 0.0); 6];
        let mut count = 1;
        let mut k = 0;
        while k < count {
            let (lane, start) = open[k];
            k += 1;
            for previous in &self.tracks.get(lane).previous {
                let track = self.tracks.get(*previous);
                let before = start - track.length;
                let coming = self.occupancy.on(*previous).iter().any(|o| {
                    !self.held(*previous, o)
                        && self.takes(o.who, *previous, lane)
                        && threat(o, before, false)
                });
                if coming {
                    return true;
                }
                if -before < WATCH && count < open.len() {
                    open[count] = (*previous, before);
                    count += 1;
                }
            }
        }
        false
    }

    /// A user stands before a line or crossing of its own.
    fn waits(&self, who: u32) -> bool {
        self.users
            .get(who as usize)
            .is_some_and(|u| u.waiting_since.is_some())
    }

    /// A red light is between an occupant and the end of its lane, and it will not run it.
    fn held(&self, lane: LaneId, o: &Occupant) -> bool {
        if self.users.get(o.who as usize).is_some_and(|u| u.blind) {
            return false;
        }
        self.tracks.get(lane).stops.iter().any(|line| {
            let room = line.d - o.d - o.half;
            let Halt::Light(light) = line.halt else {
                return false;
            };
            let red = matches!(
                self.lights.get(light as usize),
                Some(Light::Red | Light::RedAmber)
            );
            red && room > -1.0 && o.speed * o.speed <= 2.0 * RED * room.max(0.5)
        })
    }

    /// Somebody on a lane goes on to `next`. Of the ego nobody knows: it may.
    fn takes(&self, who: u32, lane: LaneId, next: LaneId) -> bool {
        if who == EGO {
            return true;
        }
        self.users
            .get(who as usize)
            .is_none_or(|u| u.on_lane().is_none() || self.next_lane(u, lane) == Some(next))
    }
}

struct Lines {
    /// Distance to a line to stop at, m.
    stop: Option<f64>,
    passing: Option<(LaneId, f64)>,
    stopped_for: Option<(LaneId, f64)>,
}

/// Time to cover `x` m from speed `v` with acceleration `a`, s.
fn earliest(x: f64, v: f64, a: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    ((v * v + 2.0 * a * x).sqrt() - v) / a
}
