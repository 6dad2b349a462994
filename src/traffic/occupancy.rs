//! Who is where on the lanes: all places in one sorted list, so that the next one ahead or behind
//! is found in the same time whether there are five users or five hundred.

use super::shape::Outline;
use super::track::Tracks;
use crate::road::{LaneId, LaneKind, Network, RoadPoint};

/// The ego's number in the list.
pub(super) const EGO: u32 = u32::MAX;

/// The number of everything that stands there for good: cones, barriers.
pub(super) const OBJECT: u32 = u32::MAX - 1;

/// A stretch of a lane that somebody takes up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Occupant {
    pub lane: LaneId,
    /// Its middle along the lane and half its length, m.
    pub d: f64,
    pub half: f64,
    /// Its middle left of the lane's centre, and half its width, m.
    pub offset: f64,
    pub half_width: f64,
    /// Along the lane, m/s.
    pub speed: f64,
    pub who: u32,
    /// It is about to take all of the lane: counts wherever it is across.
    pub claims: bool,
}

/// Somebody found in the list.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Found {
    pub who: u32,
    /// Bumper to bumper, m.
    pub gap: f64,
    pub speed: f64,
}

/// Who looks: middle on the lane, half length, and the strip that matters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Viewer {
    pub who: u32,
    pub lane: LaneId,
    pub d: f64,
    pub half: f64,
    pub offset: f64,
    pub half_width: f64,
}

/// Room beside another that one passes through without slowing down, m.
const CLEARANCE: f64 = 0.3;

#[derive(Clone, Debug, Default)]
pub(super) struct Occupancy(Vec<Occupant>);

impl Occupancy {
    pub fn clear(&mut self) {
        self.0.clear();
    }

    pub fn push(&mut self, occupant: Occupant) {
        self.0.push(occupant);
    }

    /// To be called when all are in. The list is nearly sorted, if filled in the same order as the
    /// last time, but every tie is broken: the order is total.
    pub fn sort(&mut self) {
        self.0.sort_by(|a, b| {
            a.lane
                .cmp(&b.lane)
                .then(a.d.total_cmp(&b.d))
                .then(a.who.cmp(&b.who))
        });
    }

    fn first_after(&self, lane: LaneId, d: f64) -> usize {
        self.0
            .partition_point(|o| o.lane < lane || (o.lane == lane && o.d < d))
    }

    /// Everybody on a lane, in order.
    pub fn on(&self, lane: LaneId) -> &[Occupant] {
        let from = self.first_after(lane, f64::NEG_INFINITY);
        let all = &self.0[from..];
        let count = all.iter().take_while(|o| o.lane == lane).count();
        &all[..count]
    }

    /// Next one ahead on a lane whose beginning is `before` m after the viewer's middle.
    fn ahead_on(&self, lane: LaneId, before: f64, viewer: &Viewer, range: f64) -> Option<Found> {
        let own = lane == viewer.lane && before <= 0.0;
        let from = if own {
            self.first_after(lane, viewer.d)
        } else {
            self.first_after(lane, f64::NEG_INFINITY)
        };
        for o in &self.0[from..] {
            if o.lane != lane || before + o.d - o.half > range + viewer.half {
                return None;
            }
            let tie = own && o.d == viewer.d && o.who < viewer.who;
            if o.who == viewer.who || tie || !in_the_way(o, viewer) {
                continue;
            }
            return Some(Found {
                who: o.who,
                gap: before + o.d - o.half - viewer.half,
                speed: o.speed,
            });
        }
        None
    }

    /// The next one ahead within `range` m, along the lanes that `follow` leads to.
    pub fn ahead(
        &self,
        tracks: &Tracks,
        viewer: &Viewer,
        range: f64,
        mut follow: impl FnMut(LaneId) -> Option<LaneId>,
    ) -> Option<Found> {
        let mut lane = viewer.lane;
        let mut before = -viewer.d;
        // A network of very short lanes must not take for ever.
        for _ in 0..64 {
            let found = self.ahead_on(lane, before, viewer, range);
            let end = before + tracks.get(lane).length;
            if found.is_none()
                && end < range
                && let Some(next) = follow(lane)
            {
                lane = next;
                before = end;
                continue;
            }
            return found;
        }
        None
    }

    /// The next one behind within `range` m, on this lane and those that lead to it.
    pub fn behind(&self, tracks: &Tracks, viewer: &Viewer, range: f64) -> Option<Found> {
        let mut best: Option<Found> = None;
        let mut open = [(viewer.lane, viewer.d); 8];
        let mut count = 1;
        let mut i = 0;
        while i < count {
            let (lane, d) = open[i];
            i += 1;
            let own = lane == viewer.lane && i == 1;
            let end = if own {
                self.first_after(lane, d)
            } else {
                self.first_after(lane, f64::INFINITY)
            };
            let mut found = None;
            // Equal places go to the front: the smaller number is ahead there.
            let ties = self.0[end..]
                .iter()
                .take_while(|o| own && o.lane == lane && o.d == d && o.who < viewer.who);
            let before = self.0[..end].iter().rev();
            for o in ties.chain(before) {
                if o.lane != lane || d - o.d - o.half > range + viewer.half {
                    break;
                }
                if o.who == viewer.who || !in_the_way(o, viewer) {
                    continue;
                }
                found = Some(Found {
                    who: o.who,
                    gap: d - o.d - o.half - viewer.half,
                    speed: o.speed,
                });
                break;
            }
            match (found, best) {
                (Some(f), b) if b.is_none_or(|b| f.gap < b.gap) => best = Some(f),
                (Some(_), _) => {}
                (None, _) if d < range => {
                    for previous in &tracks.get(lane).previous {
                        if count < open.len() {
                            open[count] = (*previous, d + tracks.get(*previous).length);
                            count += 1;
                        }
                    }
                }
                (None, _) => {}
            }
        }
        best
    }
}

fn in_the_way(o: &Occupant, viewer: &Viewer) -> bool {
    o.claims || (o.offset - viewer.offset).abs() < o.half_width + viewer.half_width + CLEARANCE
}

/// A body that is not bound to a lane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Loose {
    pub who: u32,
    pub outline: Outline,
    pub vx: f64,
    pub vy: f64,
    pub place: RoadPoint,
    /// Its way across is thought ahead by this long, s.
    pub foresight: f64,
}

/// The stretches of all driving lanes that a loose body takes up.
pub(super) fn spread(network: &Network, body: &Loose, mut push: impl FnMut(Occupant)) {
    let road = network.road(body.place.road);
    let s = body.place.s.clamp(0.0, road.length());
    let yaw = road.line.pose(s).yaw;
    let (c, n) = (libm::cos(yaw), libm::sin(yaw));
    let half = body.outline.reach(c, n);
    let half_width = body.outline.reach(-n, c);
    let along = body.vx * c + body.vy * n;
    let across = body.vy * c - body.vx * n;
    let drift = across * body.foresight;
    let t = body.place.t;
    let (low, high) = (
        t - half_width + drift.min(0.0),
        t + half_width + drift.max(0.0),
    );
    let section = road.section(s);
    for id in section.ids() {
        let driving = section
            .lane(id)
            .is_some_and(|l| l.kind == LaneKind::Driving);
        let (Some((a, b)), true) = (road.edges(id, s), driving) else {
            continue;
        };
        if high <= a.min(b) || low >= a.max(b) {
            continue;
        }
        let Some(at) = network.lane_pos(body.place.road, id, s) else {
            continue;
        };
        let sign = network.lane(at.lane).sign();
        let inside = t + half_width > a.min(b) && t - half_width < a.max(b);
        push(Occupant {
            lane: at.lane,
            d: at.d + (body.place.s - s) * sign,
            half,
            offset: (t - (a + b) / 2.0) * sign,
            half_width,
            speed: along * sign,
            who: body.who,
            claims: !inside || drift.abs() > 0.5,
        });
    }
}
