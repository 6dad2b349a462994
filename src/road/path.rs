//! Ways through the lane graph: routes (how far is it from each lane to the goal) and paths (the
//! centre line of the lanes ahead, in samples).

use super::network::{LaneId, LanePos, Network};
use super::signals::Programme;
use super::wrap_angle;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// What changing to the next lane costs a route, m: a driver goes this much further to avoid it.
const LANE_CHANGE_COST: f64 = 50.0;

/// For every lane: the distance from its end to the goal. Dijkstra's algorithm, backwards.
#[derive(Clone, Debug, PartialEq)]
pub struct Route {
    /// By lane, m; infinite where the goal cannot be reached.
    cost: Vec<f64>,
}

impl Route {
    /// A route to the ends of these lanes.
    pub fn to(network: &Network, goals: &[LaneId]) -> Self {
        let lanes = network.lanes();
        let mut cost = vec![f64::INFINITY; lanes.len()];
        // Costs in whole millimetres: ordered, and the same everywhere.
        let mut open = BinaryHeap::new();
        for goal in goals {
            cost[goal.0 as usize] = 0.0;
            open.push(Reverse((0_u64, *goal)));
        }
        while let Some(Reverse((key, at))) = open.pop() {
            let here = cost[at.0 as usize];
            if key > millimetres(here) {
                continue;
            }
            let node = network.lane(at);
            let before = here + node.length();
            let steps = node.previous.iter().map(|p| (*p, before)).chain(
                [node.left, node.right].into_iter().flatten().map(|n| {
                    // From beside, one changes over anywhere along it.
                    (n, here + LANE_CHANGE_COST)
                }),
            );
            for (other, new) in steps {
                if new < cost[other.0 as usize] - 5e-4 {
                    cost[other.0 as usize] = new;
                    open.push(Reverse((millimetres(new), other)));
                }
            }
        }
        Self { cost }
    }

    /// From a lane's end to the goal, m; infinite if there is no way.
    pub fn cost(&self, lane: LaneId) -> f64 {
        self.cost
            .get(lane.0 as usize)
            .copied()
            .unwrap_or(f64::INFINITY)
    }
}

fn millimetres(x: f64) -> u64 {
    (x * 1e3) as u64
}

impl Network {
    /// The lane that follows at the end of this one: on a route the one nearest to its goal, else
    /// the one that turns least.
    pub fn follow(&self, lane: LaneId, route: Option<&Route>) -> Option<LaneId> {
        let next = &self.lane(lane).next;
        if next.len() < 2 {
            return next.first().copied();
        }
        let turn = |id: LaneId| {
            let node = self.lane(id);
            let road = self.road(node.road);
            let from = road.line.pose(node.enter_s).yaw;
            wrap_angle(road.line.pose(node.leave_s).yaw - from).abs()
        };
        let cost = |id: LaneId| {
            let to_goal = route.map_or(0.0, |r| r.cost(id) + self.lane(id).length());
            (to_goal, turn(id))
        };
        next.iter().copied().min_by(|a, b| {
            let (a, b) = (cost(*a), cost(*b));
            a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1))
        })
    }

    /// A place further along (or back, within the lane graph) by `distance` m; None where the
    /// lanes end before.
    pub fn advance(&self, at: LanePos, distance: f64, route: Option<&Route>) -> Option<LanePos> {
        let mut at = LanePos {
            d: at.d + distance,
            ..at
        };
        loop {
            let length = self.lane(at.lane).length();
            if at.d > length {
                at.lane = self.follow(at.lane, route)?;
                at.d -= length;
            } else if at.d < 0.0 {
                at.lane = *self.lane(at.lane).previous.first()?;
                at.d += self.lane(at.lane).length();
            } else {
                return Some(at);
            }
        }
    }

    /// The lane leads out of the network: its road has no link at that end.
    pub fn leads_out(&self, lane: LaneId) -> bool {
        let node = self.lane(lane);
        let road = self.road(node.road);
        if node.lane < 0 {
            road.after.is_none() && node.section as usize + 1 == road.sections.len()
        } else {
            road.before.is_none() && node.section == 0
        }
    }

    /// m left on this lane and those that follow it, up to `limit`.
    pub fn room_ahead(&self, at: LanePos, route: Option<&Route>, limit: f64) -> f64 {
        let mut room = self.lane(at.lane).length() - at.d;
        let mut lane = at.lane;
        while room < limit {
            let Some(next) = self.follow(lane, route) else {
                return room;
            };
            lane = next;
            room += self.lane(lane).length();
        }
        limit
    }
}

/// A point of a path.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PathPoint {
    /// m from the path's start.
    pub d: f64,
    pub x: f64,
    pub y: f64,
    pub z: f64,
    /// Direction of travel, rad.
    pub yaw: f64,
    /// 1/m, positive to the left.
    pub curvature: f64,
    /// Speed limit, m/s.
    pub limit: f64,
    /// Width of the lane, m.
    pub width: f64,
    /// Where it is on the lanes.
    pub at: LanePos,
}

/// The centre line of the lanes ahead, in samples of equal distance.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Path {
    points: Vec<PathPoint>,
    step: f64,
    /// The lanes end where the path does.
    pub dead_end: bool,
}

impl Path {
    /// From `behind` m before a place to `ahead` m after it, a sample every `step` m. `d` is 0 at
    /// the place itself. Before the first lane and after the last the path stops.
    pub fn new(
        network: &Network,
        from: LanePos,
        behind: f64,
        ahead: f64,
        step: f64,
        route: Option<&Route>,
    ) -> Self {
        let mut path = Self {
            points: Vec::new(),
            step,
            dead_end: false,
        };
        let mut before = 0.0;
        let mut start = from;
        while before + step <= behind {
            let Some(at) = network.advance(start, -step, route) else {
                break;
            };
            start = at;
            before += step;
        }
        let mut at = start;
        let mut d = -before;
        loop {
            path.points.push(sample(network, at, d));
            if d >= ahead {
                break;
            }
            let on_route = if d < 0.0 {
                network.advance_towards(at, step, from)
            } else {
                None
            };
            let next = on_route.or_else(|| network.advance(at, step, route));
            let Some(next) = next else {
                path.dead_end = true;
                break;
            };
            at = next;
            d += step;
        }
        path.bend();
        path
    }

    /// Curvature by the change of direction between neighbours, so that widening and shifting
    /// lanes count too.
    fn bend(&mut self) {
        let n = self.points.len();
        for i in 0..n {
            let (a, b) = (i.saturating_sub(1), (i + 1).min(n - 1));
            let (p, q) = (self.points[a], self.points[b]);
            let length = libm::hypot(q.x - p.x, q.y - p.y);
            if length > 1e-6 {
                self.points[i].curvature = wrap_angle(q.yaw - p.yaw) / length;
            }
        }
    }

    pub fn points(&self) -> &[PathPoint] {
        &self.points
    }

    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// m from the first sample to the last.
    pub fn end(&self) -> f64 {
        self.points.last().map_or(0.0, |p| p.d)
    }

    /// The path at `d`, between its samples; its ends beyond them. `points` must not be empty.
    pub fn at(&self, d: f64) -> PathPoint {
        let first = self.points[0].d;
        let i = (((d - first) / self.step).max(0.0) as usize).min(self.points.len() - 1);
        let p = self.points[i];
        let Some(q) = self.points.get(i + 1) else {
            return p;
        };
        let part = ((d - p.d) / self.step).clamp(0.0, 1.0);
        let mix = |a: f64, b: f64| a + part * (b - a);
        PathPoint {
            d: mix(p.d, q.d),
            x: mix(p.x, q.x),
            y: mix(p.y, q.y),
            z: mix(p.z, q.z),
            yaw: wrap_angle(p.yaw + part * wrap_angle(q.yaw - p.yaw)),
            curvature: mix(p.curvature, q.curvature),
            limit: p.limit,
            width: mix(p.width, q.width),
            at: between(p.at, q.at, part * self.step, self.step),
        }
    }

    /// Distance along the path and left offset of a world position, by the nearest sample segment;
    /// None if it lies before the path's start or after its end, or off it by more than `reach` m.
    pub fn project(&self, x: f64, y: f64, reach: f64) -> Option<(f64, f64)> {
        self.project_on(0, self.points.len(), x, y, reach)
    }

    /// The same within some 15 m of `d`.
    pub fn project_near(&self, x: f64, y: f64, d: f64, reach: f64) -> Option<(f64, f64)> {
        let first = self.points.first()?.d;
        let index = |d: f64| ((d - first) / self.step).max(0.0) as usize;
        let to = (index(d + 15.0) + 2).min(self.points.len());
        self.project_on(index(d - 15.0).min(to), to, x, y, reach)
    }

    fn project_on(&self, from: usize, to: usize, x: f64, y: f64, reach: f64) -> Option<(f64, f64)> {
        let mut best: Option<(f64, f64, f64)> = None;
        for pair in self.points[from..to].windows(2) {
            let (p, q) = (&pair[0], &pair[1]);
            let (dx, dy) = (q.x - p.x, q.y - p.y);
            let length2 = dx * dx + dy * dy;
            if length2 < 1e-12 {
                continue;
            }
            let (px, py) = (x - p.x, y - p.y);
            // Too far to matter: skip the division.
            if px * px + py * py > (reach + self.step) * (reach + self.step) {
                continue;
            }
            let part = (px * dx + py * dy) / length2;
            let inside = part.clamp(0.0, 1.0);
            let (ex, ey) = (px - inside * dx, py - inside * dy);
            let off = libm::hypot(ex, ey);
            if off <= reach && best.is_none_or(|b| off < b.2) {
                let left = dx * py - dy * px;
                best = Some((p.d + inside * self.step, off * left.signum(), off));
            }
        }
        best.map(|b| (b.0, b.1))
    }
}

impl Network {
    /// The first traffic light between two distances along a path, for those who drive along it:
    /// where its stop line is (m along the path), its place in [`Network::lights`], its programme.
    pub fn next_light(&self, path: &Path, from: f64, to: f64) -> Option<(f64, usize, &Programme)> {
        let mut last = None;
        for p in path.points().iter().filter(|p| (from..to).contains(&p.d)) {
            let node = self.lane(p.at.lane);
            if last == Some(node.road) {
                continue;
            }
            last = Some(node.road);
            let here = self.s_of(p.at);
            let along = node.lane < 0;
            let nearest = self
                .lights()
                .enumerate()
                .filter(|(_, (road, signal, _))| *road == node.road && signal.along == along)
                .map(|(i, (_, signal, programme))| {
                    (p.d + (signal.s - here) * node.sign(), i, programme)
                })
                .filter(|(d, _, _)| (from..to).contains(d))
                .min_by(|a, b| a.0.total_cmp(&b.0));
            if nearest.is_some() {
                return nearest;
            }
        }
        None
    }

    /// One step forwards that stays on the lanes leading to `goal`, if that is near.
    fn advance_towards(&self, at: LanePos, step: f64, goal: LanePos) -> Option<LanePos> {
        let length = self.lane(at.lane).length();
        let next = &self.lane(at.lane).next;
        (at.d + step > length && next.contains(&goal.lane)).then_some(LanePos {
            lane: goal.lane,
            d: at.d + step - length,
        })
    }
}

/// The place `gone` m after `p` on the way to `q`, `step` m away: on the lane of `q` as soon as that
/// has begun.
fn between(p: LanePos, q: LanePos, gone: f64, step: f64) -> LanePos {
    let entered = q.d - (step - gone);
    if p.lane != q.lane && entered >= 0.0 {
        LanePos {
            lane: q.lane,
            d: entered,
        }
    } else {
        LanePos {
            lane: p.lane,
            d: p.d + gone,
        }
    }
}

fn sample(network: &Network, at: LanePos, d: f64) -> PathPoint {
    let pose = network.lane_pose(at, 0.0);
    PathPoint {
        d,
        x: pose.x,
        y: pose.y,
        z: pose.z,
        yaw: pose.yaw,
        curvature: 0.0,
        limit: network.limit(at),
        width: network.width(at),
        at,
    }
}
