//! How fast: limits and bends ahead, those in our way, those about to be.

use super::gap::{STANDSTILL_GAP, follow, free, needed};
use super::lateral::Line;
use super::{AutopilotSettings, Knowledge, MinimalRisk, Odometry, Task};
use crate::perception::{Class, Report};
use crate::road::wrap_angle;
use crate::vehicle::dynamics::GRAVITY;

/// Bends are planned with this share of the comfortable acceleration across: what is driven is a
/// little sharper and faster than what is planned.
const BEND_SHARE: f64 = 0.85;
/// Room kept to the side of others, m.
const SIDE_MARGIN: f64 = 0.25;
/// ... and of people.
const SIDE_MARGIN_PEOPLE: f64 = 0.6;
/// Room that is wished for when passing something that stands in or beside the lane, m.
const PASSING_ROOM: f64 = 0.6;
/// Room that must be left to the lane's own edges, m.
const EDGE_ROOM: f64 = 0.15;
/// Tracks less likely than this are not acted on.
const BELIEVED: f64 = 0.5;
/// A movement into our way is looked ahead for this long, s.
const CUT_IN_TIME: f64 = 1.5;
/// People are expected to walk on for as long as it takes us to reach them, at most this, s.
const WALK_TIME: f64 = 6.0;
/// Near people who may step into our way we go no faster than this, m/s: 30 km/h.
const NEAR_PEOPLE: f64 = 30.0 / 3.6;
/// Braking beyond this counts as an emergency, m/s2 (UN R157: 5; we prepare a little before).
const EMERGENCY: f64 = 4.5;
/// From rest or a red light to the stop line, m.
const BEFORE_LINE: f64 = 1.0;

/// A track as seen from the line that we drive.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    pub id: u32,
    pub class: Class,
    /// From our front bumper to its nearest end along the path, m; negative beside and behind.
    pub gap: f64,
    /// Left of the path, m.
    pub offset: f64,
    /// Half of its extent along and across the path, m.
    pub half_length: f64,
    pub half_width: f64,
    /// Along and across the path, m/s.
    pub speed: f64,
    pub across: f64,
    pub existence: f64,
}

/// What one report comes to, seen from the line.
#[derive(Debug)]
pub(super) struct Thought<'a> {
    pub settings: AutopilotSettings,
    pub own: Odometry,
    pub known: &'a Knowledge<'a>,
    pub seen: Vec<Seen>,
    /// Line's offset from the path now, and where it is going, m.
    reference: f64,
    aim: f64,
    shifting: bool,
    pulling_over: bool,
    pub half_width: f64,
    pub nose: f64,
    pub lane_width: f64,
    /// Acceleration that the road itself allows, m/s2.
    road: f64,
    /// From our front bumper to where the lane ends, m.
    pub end: Option<f64>,
    /// The next way through a junction: its start from our front bumper, m, and its road.
    pub junction: Option<(f64, crate::road::RoadId)>,
    /// The speed we would like to have here, m/s.
    pub target: f64,
    /// ... and the one from which we can stop within what is seen.
    sight: f64,
}

/// The same settings on a slippery road: no more than half of the grip for comfort, and no more
/// than nine tenths in an emergency.
fn suited(settings: &AutopilotSettings, friction: f64) -> AutopilotSettings {
    let grip = friction * f64::from(GRAVITY);
    AutopilotSettings {
        deceleration: settings.deceleration.min(0.5 * grip),
        acceleration: settings.acceleration.min(0.5 * grip),
        lateral_acceleration: settings.lateral_acceleration.min(0.5 * grip),
        max_deceleration: settings.max_deceleration.min(0.9 * grip),
        ..*settings
    }
}

/// The path ends because its lane does, and not because the map does.
fn ends(known: &Knowledge, line: &Line) -> bool {
    let last = line.path.points().last();
    line.path.dead_end && last.is_some_and(|p| !known.network.leads_out(p.at.lane))
}

impl<'a> Thought<'a> {
    pub fn new(
        settings: &AutopilotSettings,
        report: &Report,
        own: Odometry,
        known: &'a Knowledge<'a>,
        line: &Line,
    ) -> Self {
        let spec = known.spec;
        let settings = suited(settings, report.friction);
        // No faster than it could still stop, using all the grip there is, within what it sees.
        let sight = libm::sqrt(2.0 * settings.max_deceleration * report.visible_range.max(5.0));
        let nose = f64::from(spec.cg_to_front_axle + spec.front_overhang);
        let here = line.path.at(line.d);
        let mut thought = Self {
            settings,
            own,
            known,
            seen: Vec::new(),
            reference: line.reference(0.0),
            aim: line.aim(),
            shifting: line.shifting(),
            pulling_over: line.pulling_over,
            half_width: f64::from(spec.width) / 2.0,
            nose,
            lane_width: here.width,
            road: 0.0,
            end: ends(known, line).then(|| line.path.end() - line.d - nose),
            junction: None,
            sight,
            target: settings.speed.min(here.limit).min(sight),
        };
        for track in &report.tracks {
            let Some((d, offset)) = line.path.project(track.x, track.y, 15.0) else {
                continue;
            };
            let p = line.path.at(d);
            // Past the end of the path everything projects onto its last point.
            if d >= line.path.end() - 0.01 {
                continue;
            }
            let (sin, cos) = (libm::sin(p.yaw), libm::cos(p.yaw));
            let turn = wrap_angle(track.yaw - p.yaw);
            let (ts, tc) = (libm::sin(turn).abs(), libm::cos(turn).abs());
            let half_length = (tc * track.length + ts * track.width) / 2.0;
            thought.seen.push(Seen {
                id: track.id,
                class: track.class,
                gap: d - line.d - nose - half_length,
                offset,
                half_length,
                half_width: (tc * track.width + ts * track.length) / 2.0,
                speed: track.vx * cos + track.vy * sin,
                across: track.vy * cos - track.vx * sin,
                existence: track.existence,
            });
        }
        thought.look_at_road(line);
        thought
    }

    /// Limits and bends ahead; the next junction.
    fn look_at_road(&mut self, line: &Line) {
        let s = self.settings;
        let v = self.own.speed;
        let reach = v * v / (2.0 * s.deceleration) + 40.0;
        let mut road = free(&s, v, self.target);
        for p in line.path.points() {
            let ahead = p.d - line.d;
            if ahead < -2.5 || ahead > reach {
                continue;
            }
            let comfort = BEND_SHARE * s.lateral_acceleration;
            let bend = libm::sqrt(comfort / p.curvature.abs().max(1e-6));
            let allowed = s.speed.min(p.limit).min(bend).min(self.sight);
            if ahead <= 2.5 {
                self.target = self.target.min(allowed);
                road = road.min(free(&s, v, allowed.max(1.0)));
            }
            let brake = (v * v - allowed * allowed) / (2.0 * ahead.max(2.0));
            if brake > 0.7 * s.deceleration {
                road = road.min(-brake);
            }
        }
        self.road = road.max(-s.deceleration - 1.0);
        let network = self.known.network;
        self.junction = line
            .path
            .points()
            .iter()
            .filter(|p| p.d > line.d - 30.0)
            .map(|p| (p.d, network.lane(p.at.lane)))
            .find(|(_, node)| network.road(node.road).junction.is_some())
            .map(|(d, node)| (d - line.d - self.nose, node.road));
    }

    /// It reaches into the strip that we sweep, with some room to spare.
    pub fn in_way(&self, offset: f64, half_width: f64, margin: f64) -> bool {
        let (low, high) = (self.reference.min(self.aim), self.reference.max(self.aim));
        let reach = self.half_width + half_width + margin;
        offset > low - reach && offset < high + reach
    }

    /// What stands (or nearly so) in our way ahead: the nearest of them.
    pub fn blocked_by(&self, within: f64) -> Option<&Seen> {
        self.seen
            .iter()
            .filter(|t| t.existence >= BELIEVED && !t.class.roams())
            .filter(|t| (0.0..within).contains(&t.gap) && t.speed.abs() < 1.0)
            .filter(|t| self.in_way(t.offset, t.half_width, SIDE_MARGIN))
            .min_by(|a, b| a.gap.total_cmp(&b.gap))
    }

    /// Offset within the lane that leaves room to what reaches into it or stands close by; None
    /// if nothing does, or if no offset within the lane is enough.
    pub fn way_around(&self) -> Option<f64> {
        // As far as the lane's edges allow.
        let room = (self.lane_width / 2.0 - self.half_width - EDGE_ROOM).max(0.0);
        let look = (self.own.speed * 4.0).max(25.0);
        let (mut low, mut high) = (-room, room);
        let mut any = false;
        for t in &self.seen {
            let near = t.gap < look && t.gap > -2.0 * (t.half_length + self.nose) - 4.0;
            let slow = t.speed < self.own.speed * 0.6 + 0.5 && t.speed.abs() < 8.0;
            if !near || !slow || t.existence < BELIEVED {
                continue;
            }
            let reach = self.half_width + t.half_width + PASSING_ROOM;
            if t.offset > 0.0 {
                let most = t.offset - reach;
                if most < 0.0 {
                    high = high.min(most);
                    any = true;
                }
            } else {
                let least = t.offset + reach;
                if least > 0.0 {
                    low = low.max(least);
                    any = true;
                }
            }
        }
        if !any {
            return None;
        }
        if low <= high {
            // As near to the middle as it gets.
            return Some(0.0_f64.clamp(low, high));
        }
        // From both sides: the middle between them, if that leaves any room at all.
        let middle = (low + high) / 2.0;
        (middle.abs() <= room && low - high < 2.0 * (PASSING_ROOM - SIDE_MARGIN)).then_some(middle)
    }

    /// Acceleration to want now, m/s2, and whether it is an emergency's. `stop` is a line to stop
    /// at, m from our front bumper.
    pub fn acceleration(&self, task: Task, stop: Option<f64>) -> (f64, bool) {
        let s = &self.settings;
        let v = self.own.speed;
        let mut wanted = self.road;
        let mut emergency = false;
        for line in stop.into_iter().chain(self.end.map(|e| e - 2.0)) {
            // As if something stood behind the line.
            let gap = line + STANDSTILL_GAP - BEFORE_LINE;
            wanted = wanted.min(follow(s, v, gap, 0.0).max(-s.deceleration - 1.5));
            if line < BEFORE_LINE + 0.5 && v < 1.0 {
                wanted = wanted.min(-1.0);
            }
        }
        for t in self.seen.iter().filter(|t| t.existence >= BELIEVED) {
            let (acceleration, urgent) = self.towards(t);
            emergency |= urgent;
            wanted = wanted.min(acceleration);
        }
        let wanted = match task {
            Task::Drive | Task::StandBy => wanted,
            Task::Hold => wanted.min(0.0),
            Task::MinimalRisk => wanted.min(-self.minimal_risk()),
        };
        (wanted.max(-s.max_deceleration), emergency)
    }

    fn minimal_risk(&self) -> f64 {
        let most = self.settings.minimal_risk_deceleration;
        let moving_over = self.settings.minimal_risk == MinimalRisk::Shoulder
            && self.pulling_over
            && self.shifting
            && self.own.speed > 4.0;
        // Enough speed is kept to get over.
        if moving_over { most.min(1.5) } else { most }
    }

    /// Acceleration that one track asks for, and whether in an emergency.
    fn towards(&self, t: &Seen) -> (f64, bool) {
        let s = &self.settings;
        let v = self.own.speed;
        if t.gap < -(2.0 * t.half_length + 2.0) {
            return (f64::INFINITY, false);
        }
        let margin = if t.class == Class::Pedestrian {
            SIDE_MARGIN_PEOPLE
        } else {
            SIDE_MARGIN
        };
        let gap = t.gap.max(0.1);
        if self.in_way(t.offset, t.half_width, margin) {
            // Beside us already, and we drive past: nothing to follow.
            if t.gap < -0.5 {
                return (f64::INFINITY, false);
            }
            return self.brake_for(v, gap, t.speed.max(-20.0));
        }
        if t.class.roams() {
            return self.for_people(t, gap, margin);
        }
        // Someone who is moving over into our way counts as there already.
        let soon = t.offset + t.across * CUT_IN_TIME;
        let inwards = t.across * t.offset < 0.0 && t.across.abs() > 0.3;
        if inwards && t.gap > 0.0 && self.in_way(soon, t.half_width, 0.0) {
            let comfortable = follow(s, v, gap, t.speed).max(-s.deceleration - 1.0);
            let need = needed(v, t.speed, gap - 1.0);
            return if need > EMERGENCY {
                (-1.15 * need, true)
            } else {
                (comfortable, false)
            };
        }
        (f64::INFINITY, false)
    }

    fn brake_for(&self, v: f64, gap: f64, lead: f64) -> (f64, bool) {
        let s = &self.settings;
        let need = needed(v, lead, gap - 1.5);
        if need > EMERGENCY {
            return (-1.15 * need, true);
        }
        // Comfort as long as it suffices; what is needed, if that is more.
        let comfortable = follow(s, v, gap, lead).max(-s.deceleration - 1.0);
        (
            comfortable.min(if need > s.deceleration {
                -need
            } else {
                f64::INFINITY
            }),
            false,
        )
    }

    /// People and animals beside our way: will they be in it when we get there?
    fn for_people(&self, t: &Seen, gap: f64, margin: f64) -> (f64, bool) {
        let v = self.own.speed;
        let arrive = (gap / v.max(1.0)).min(WALK_TIME);
        let leave = ((gap + 2.0 * t.half_length + 2.0 * self.nose) / v.max(1.0)).min(WALK_TIME);
        let inwards = t.across * (t.offset - self.reference) < 0.0 && t.across.abs() > 0.3;
        if inwards && t.gap > 0.0 {
            let mut when = 0.0;
            while when <= leave + 0.5 {
                let there = t.offset + t.across * when;
                if self.in_way(there, t.half_width, margin) && when + 1.0 >= arrive - 2.5 {
                    return self.brake_for(v, gap, 0.0);
                }
                when += 0.25;
            }
        }
        // Close by: slowly past.
        if self.in_way(t.offset, t.half_width, 1.5) && t.gap > -1.0 && v > NEAR_PEOPLE {
            let brake = (v * v - NEAR_PEOPLE * NEAR_PEOPLE) / (2.0 * gap.max(3.0));
            if brake > 0.5 {
                return (-brake.min(self.settings.deceleration + 1.0), false);
            }
        }
        (f64::INFINITY, false)
    }
}
