//! When to change lanes, and whether there is room to.

use super::AutopilotSettings;
use super::gap::minimum_time_gap;
use super::lateral::Line;
use super::speed::Thought;
use crate::perception::{Class, Report};
use crate::road::{LanePos, Path};

/// The indicator is on this long before the vehicle moves over, s (UN R79: 3 to 5 s for the whole
/// procedure before the manoeuvre; assisted changes in dense traffic use less).
const ANNOUNCE: f64 = 2.0;
/// Moving over takes this long, s.
const MOVE: f64 = 4.5;
/// The indicator stays on until the vehicle is this close to where it means to be in its new lane, m.
const ARRIVED: f64 = 1.0;
/// Something that blocks the lane is gone around from this far on, s of travel.
const BLOCKED_AHEAD: f64 = 7.0;
/// Those behind in the other lane need not brake harder than this, m/s2 (UN R79: 3 m/s2).
const REAR_BRAKE: f64 = 3.0;
/// ... after they have taken this long to notice, s.
const REAR_NOTICE: f64 = 0.4;
/// Between two changes, s.
const REST: f64 = 4.0;
/// Someone whom we saw driving is waited for this long before we take them for broken down, s.
const PATIENCE: f64 = 12.0;
/// The report comes this often, s.
pub(super) const PERIOD: f64 = 0.05;

/// Why a change is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Why {
    Route,
    Blocked,
    Slow,
    /// Back to the lane that was left.
    Back,
}

/// A lane change, wanted, announced or under way.
#[derive(Debug, Default)]
pub(super) struct LaneChange {
    wanted: Option<(i32, Why)>,
    /// For how long it has been announced, s.
    announced: f64,
    /// Time left of the move, s.
    moving: f64,
    side: i32,
    /// The move's time is over or not, but the vehicle is not there yet: from a standstill it is late.
    crossing: bool,
    rest: f64,
    /// Tracks that have been seen moving, and for how long they have not been since, s.
    moved: Vec<(u32, f64)>,
    /// Lanes to the left (positive) or right that we left because something was in the way.
    away: i32,
}

impl LaneChange {
    /// 1 left, -1 right, 0 none.
    pub fn indicator(&self) -> i8 {
        match self.wanted {
            Some((side, _)) => side as i8,
            None if self.moving > 0.0 || self.crossing => self.side as i8,
            None => 0,
        }
    }

    pub fn think(
        &mut self,
        settings: &AutopilotSettings,
        thought: &Thought,
        line: &mut Line,
        report: &Report,
    ) {
        self.rest = (self.rest - PERIOD).max(0.0);
        self.watch(thought);
        self.crossing &= self.moving > 0.0 || line.off_aim() > ARRIVED;
        if self.moving > 0.0 {
            self.moving -= PERIOD;
            return;
        }
        if !settings.lane_changes || self.rest > 0.0 {
            self.wanted = None;
            return;
        }
        let wanted = self.wish(settings, thought, line, report);
        if wanted != self.wanted {
            self.announced = 0.0;
        }
        self.wanted = wanted;
        let Some((side, why)) = wanted else { return };
        self.announced += PERIOD;
        if self.announced < ANNOUNCE || !free(thought, line, report, side) {
            return;
        }
        // A move that what blocks the way would cut short: braking in the middle of it, in front
        // of somebody. From a standstill there is time.
        let v = thought.own.speed;
        let short = thought
            .blocked_by(150.0)
            .is_some_and(|b| b.gap < 0.9 * v * MOVE);
        if why == Why::Blocked && v > 2.0 && short {
            return;
        }
        if line.change_lane(thought.known, side, MOVE) {
            self.away = match why {
                Why::Back => 0,
                Why::Route => 0,
                Why::Blocked | Why::Slow => self.away + side,
            };
            self.moving = MOVE;
            self.crossing = true;
            self.side = side;
            self.rest = MOVE + REST;
            self.wanted = None;
            self.announced = 0.0;
        }
    }

    /// Something stands ahead, has not been seen moving lately, is no queue, and the lanes beside
    /// are none or taken.
    pub fn no_way_on(&self, thought: &Thought, line: &Line, report: &Report) -> bool {
        let v = thought.own.speed;
        let look = (v * 5.0).clamp(15.0, 80.0);
        let Some(block) = thought.blocked_by(look) else {
            return false;
        };
        if self.moving > 0.0
            || (block.class == Class::Vehicle && near_stop(thought, report, block.gap))
            || self.moved.iter().any(|m| m.0 == block.id && m.1 < PATIENCE)
        {
            return false;
        }
        let around = |side: i32| {
            thought.settings.lane_changes
                && thought.known.network.beside(line.at(), side).is_some()
                && !occupied(thought, line, report, side, block.gap + 40.0)
                // With room enough to get over before it.
                && (block.gap > 25.0 || v > 2.0)
        };
        !(around(1) || around(-1))
    }

    /// Remembers who moved, and how long ago.
    fn watch(&mut self, thought: &Thought) {
        self.moved
            .retain(|m| thought.seen.iter().any(|t| t.id == m.0));
        for (id, still) in &mut self.moved {
            *still += PERIOD;
            let moves = |t: &&super::speed::Seen| t.id == *id && t.speed.abs() > 1.5;
            if thought.seen.iter().any(|t| moves(&t)) {
                *still = 0.0;
            }
        }
        for t in thought.seen.iter().filter(|t| t.speed.abs() > 1.5) {
            if !self.moved.iter().any(|m| m.0 == t.id) {
                self.moved.push((t.id, 0.0));
            }
        }
    }

    fn wish(
        &self,
        settings: &AutopilotSettings,
        thought: &Thought,
        line: &Line,
        report: &Report,
    ) -> Option<(i32, Why)> {
        let network = thought.known.network;
        let at = line.at();
        let beside = |side: i32| network.beside(at, side).map(|b| b.lane);
        let v = thought.own.speed;
        // For the route: this lane leads away from the goal, or ends.
        if let Some(route) = thought.known.route {
            let here = route.cost(at.lane);
            for side in [1, -1] {
                if let Some(lane) = beside(side)
                    && route.cost(lane) + 49.0 < here
                {
                    return Some((side, Why::Route));
                }
            }
        }
        let cost = |side: i32| {
            let lane = beside(side)?;
            let there = thought.known.route.map_or(0.0, |r| r.cost(lane));
            there.is_finite().then_some(lane)
        };
        if thought.end.is_some_and(|e| e < 15.0 * v.max(5.0)) {
            let longer = |side: i32| {
                let lane = cost(side)?;
                let room = network.room_ahead(LanePos { lane, d: at.d }, thought.known.route, 1e3);
                let own = network.room_ahead(at, thought.known.route, 1e3);
                (room > own + 50.0).then_some((side, Why::Route))
            };
            if let Some(found) = longer(1).or_else(|| longer(-1)) {
                return Some(found);
            }
        }
        let look = (v * BLOCKED_AHEAD).clamp(30.0, 150.0);
        let clear = |side: i32, within: f64| {
            cost(side).is_some() && !occupied(thought, line, report, side, within)
        };
        if let Some(block) = thought.blocked_by(look)
            // A queue at a light or a junction is waited for, not passed.
            && !(block.class == Class::Vehicle && near_stop(thought, report, block.gap))
            && !self.moved.iter().any(|m| m.0 == block.id && m.1 < PATIENCE)
        {
            return [1, -1]
                .into_iter()
                .find(|side| clear(*side, block.gap + 40.0))
                .map(|side| (side, Why::Blocked));
        }
        if settings.overtake {
            let slow = thought.seen.iter().find(|t| {
                (0.0..v * 5.0 + 20.0).contains(&t.gap)
                    && t.existence > 0.8
                    && t.class == Class::Vehicle
                    && thought.in_way(t.offset, t.half_width, 0.2)
                    && t.speed > 1.0
                    && t.speed < thought.target - 3.0
            });
            if let Some(slow) = slow
                && clear(1, slow.gap + 60.0)
            {
                return Some((1, Why::Slow));
            }
        }
        if self.away != 0 {
            let side = -self.away.signum();
            if clear(side, (v * 6.0).max(40.0)) {
                return Some((side, Why::Back));
            }
        }
        None
    }
}

/// A vehicle that stands there probably waits as we will have to.
fn near_stop(thought: &Thought, report: &Report, gap: f64) -> bool {
    let light = report
        .light
        .is_some_and(|l| l.distance > 0.0 && l.distance < gap + 80.0);
    let junction = thought
        .junction
        // Also once in it: others there move on.
        .is_some_and(|(d, _)| d > -40.0 && d < gap + 80.0);
    light || junction
}

/// The other lane's path here, and our place on it.
fn path_beside(thought: &Thought, line: &Line, side: i32) -> Option<Path> {
    let network = thought.known.network;
    let beside = network.beside(line.at(), side)?;
    Some(Path::new(
        network,
        beside,
        120.0,
        150.0,
        5.0,
        thought.known.route,
    ))
}

/// Something slow or standing is in that lane within this distance ahead.
fn occupied(thought: &Thought, line: &Line, report: &Report, side: i32, within: f64) -> bool {
    let Some(path) = path_beside(thought, line, side) else {
        return true;
    };
    report.tracks.iter().any(|t| {
        let Some((d, offset)) = path.project(t.x, t.y, 6.0) else {
            return false;
        };
        let ahead = d - thought.nose - t.length / 2.0;
        offset.abs() < 1.2 + t.width / 2.0
            && t.existence > 0.3
            && (0.0..within).contains(&ahead)
            && t.vx * t.vx + t.vy * t.vy < 9.0
    })
}

/// There is room to move over now: to those ahead a minimum time gap, and nobody behind has to
/// brake hard.
fn free(thought: &Thought, line: &Line, report: &Report, side: i32) -> bool {
    let Some(path) = path_beside(thought, line, side) else {
        return false;
    };
    let v = thought.own.speed;
    let tail = f64::from(thought.known.spec.length) - thought.nose;
    report.tracks.iter().all(|t| {
        let Some((d, offset)) = path.project(t.x, t.y, 6.0) else {
            return true;
        };
        let p = path.at(d);
        if offset.abs() > 1.6 + t.width / 2.0 || t.existence < 0.3 {
            return true;
        }
        let speed = t.vx * libm::cos(p.yaw) + t.vy * libm::sin(p.yaw);
        let half = t.length / 2.0;
        if d >= 0.0 {
            let gap = d - thought.nose - half;
            let closing = (v - speed).max(0.0);
            // Somewhat less than the table's gap is taken for a moment and then made up.
            gap > 2.0 + 0.6 * minimum_time_gap(v) * v.min(speed.max(v * 0.5)) + closing * 2.0
        } else {
            let gap = -d - tail - half;
            let closing = (speed - v).max(0.0);
            let left = gap - closing * REAR_NOTICE - 2.0;
            left > 0.0 && closing * closing / (2.0 * left) < REAR_BRAKE && gap > 0.4 * speed
        }
    })
}
