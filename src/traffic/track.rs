//! Lanes prepared for driving: where their centre lines run, what they allow, where one stops.
//!
//! Geometry is sampled once every two metres and joined by cubics: exact enough (0.05 mm on a
//! radius of 10 m), smooth, and much cheaper than clothoids 100 times a second for each user.

use crate::road::{LaneId, LanePos, Mark, Network, RoadId, Route, SignalKind, wrap_angle};

/// m between samples.
const STEP: f64 = 2.0;
/// A connecting road that turns by more than this is one to indicate for, rad.
const TURN: f64 = 0.35;

#[derive(Clone, Copy, Debug, Default)]
struct Sample {
    p: [f64; 3],
    /// Change of `p` per metre of lane coordinate.
    dp: [f64; 3],
    /// Left normal of the road, in the direction of travel.
    n: [f64; 2],
    /// Height gained per metre to the left, -.
    tilt: f64,
    curvature: f64,
    limit: f64,
    width: f64,
}

/// A place on a lane, evaluated.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Spot {
    pub p: [f64; 3],
    pub dp: [f64; 3],
    pub n: [f64; 2],
    pub tilt: f64,
    pub curvature: f64,
}

/// What stands at a stop line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Halt {
    /// Index in the order of [`Network::lights`].
    Light(u32),
    Stop,
}

/// A stop line across a lane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct StopLine {
    pub d: f64,
    pub halt: Halt,
}

/// A way through a junction that meets the own one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Crossing {
    pub other: LaneId,
    /// Where on the own lane and on the other, m.
    pub own: (f64, f64),
    pub theirs: (f64, f64),
    pub give_way: bool,
}

/// One lane.
#[derive(Clone, Debug, Default)]
pub(super) struct Track {
    pub length: f64,
    step: f64,
    samples: Vec<Sample>,
    pub next: Vec<LaneId>,
    pub previous: Vec<LaneId>,
    pub left: Option<LaneId>,
    pub right: Option<LaneId>,
    /// Marks allow a change of lanes.
    pub may_left: bool,
    pub may_right: bool,
    /// Neither this lane nor one beside it leads on: the road ends.
    pub last: bool,
    /// Change of direction along it, rad.
    pub turn: f64,
    /// Leads through a junction.
    pub inside: bool,
    /// In order of travel.
    pub stops: Vec<StopLine>,
    pub crossings: Vec<Crossing>,
}

impl Track {
    pub fn at(&self, d: f64) -> Spot {
        let n = self.samples.len() - 1;
        let x = d / self.step;
        let i = (x.max(0.0) as usize).min(n - 1);
        let (a, b) = (&self.samples[i], &self.samples[i + 1]);
        let u = x - i as f64;
        if !(0.0..=1.0).contains(&u) {
            // Off its ends a lane goes on straight.
            let end = if u < 0.0 { a } else { b };
            let over = if u < 0.0 { d } else { d - self.length };
            let mut p = end.p;
            for (k, value) in p.iter_mut().enumerate() {
                *value += over * end.dp[k];
            }
            return Spot {
                p,
                dp: end.dp,
                n: end.n,
                tilt: end.tilt,
                curvature: end.curvature,
            };
        }
        let h = self.step;
        let v = 1.0 - u;
        let (h00, h10) = (v * v * (1.0 + 2.0 * u), u * v * v * h);
        let (h01, h11) = (u * u * (3.0 - 2.0 * u), -u * u * v * h);
        let slope = 6.0 * u * v / h;
        let (g10, g11) = (v * (1.0 - 3.0 * u), u * (3.0 * u - 2.0));
        let mut spot = Spot {
            tilt: v * a.tilt + u * b.tilt,
            curvature: v * a.curvature + u * b.curvature,
            ..Spot::default()
        };
        for k in 0..3 {
            spot.p[k] = h00 * a.p[k] + h10 * a.dp[k] + h01 * b.p[k] + h11 * b.dp[k];
            spot.dp[k] = slope * (b.p[k] - a.p[k]) + g10 * a.dp[k] + g11 * b.dp[k];
        }
        let (nx, ny) = (v * a.n[0] + u * b.n[0], v * a.n[1] + u * b.n[1]);
        let norm = (nx * nx + ny * ny).sqrt().max(1e-9);
        spot.n = [nx / norm, ny / norm];
        spot
    }

    fn near(&self, d: f64) -> &Sample {
        let i = (d / self.step + 0.5).max(0.0) as usize;
        &self.samples[i.min(self.samples.len() - 1)]
    }

    pub fn width(&self, d: f64) -> f64 {
        self.near(d).width
    }

    /// Speed limit, m/s, and curvature, 1/m.
    pub fn allowed(&self, d: f64) -> (f64, f64) {
        let sample = self.near(d);
        (sample.limit, sample.curvature)
    }
}

/// All lanes of a network.
#[derive(Clone, Debug, Default)]
pub(super) struct Tracks(Vec<Track>);

impl Tracks {
    pub fn new(network: &Network) -> Self {
        let lights: Vec<(RoadId, f64, bool)> = network
            .lights()
            .map(|(road, signal, _)| (road, signal.s, signal.along))
            .collect();
        let mut tracks: Vec<Track> = (0..network.lanes().len())
            .map(|i| track(network, LaneId(i as u32)))
            .collect();
        for (i, track) in tracks.iter_mut().enumerate() {
            stops(network, LaneId(i as u32), &lights, track);
            crossings(network, LaneId(i as u32), track);
        }
        for i in 0..tracks.len() {
            tracks[i].last = !leads_on(&tracks, LaneId(i as u32));
        }
        Self(tracks)
    }

    pub fn get(&self, lane: LaneId) -> &Track {
        &self.0[lane.0 as usize]
    }

    /// The lane that a driver takes at the end of this one: nearest to the goal, or, without one,
    /// one drawn by the driver's number; 0 goes straight on.
    pub fn follow(&self, lane: LaneId, route: Option<&Route>, number: u64) -> Option<LaneId> {
        let next = &self.get(lane).next;
        if next.len() < 2 {
            return next.first().copied();
        }
        if let Some(route) = route {
            return next.iter().copied().min_by(|a, b| {
                let cost = |id: &LaneId| (route.cost(*id) + self.get(*id).length, self.bend(*id));
                let (a, b) = (cost(a), cost(b));
                a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1))
            });
        }
        if number == 0 {
            return next
                .iter()
                .copied()
                .min_by(|a, b| self.bend(*a).total_cmp(&self.bend(*b)));
        }
        // The same driver takes the same turn at the same place.
        let mixed = splitmix(number ^ (u64::from(lane.0) << 32));
        Some(next[(mixed % next.len() as u64) as usize])
    }

    fn bend(&self, lane: LaneId) -> f64 {
        self.get(lane).turn.abs()
    }

    /// Turning signal for a lane: 1 left, -1 right, 0 none.
    pub fn indicator(&self, lane: LaneId) -> i8 {
        let track = self.get(lane);
        match track.turn {
            turn if !track.inside || turn.abs() < TURN => 0,
            turn if turn > 0.0 => 1,
            _ => -1,
        }
    }

    /// This lane does not lead towards the goal; one beside it does.
    pub fn leads_astray(&self, lane: LaneId, route: &Route) -> bool {
        let cost = route.cost(lane);
        let track = self.get(lane);
        cost > 0.0
            && !track.next.iter().any(|n| {
                let onwards = route.cost(*n) + self.get(*n).length;
                onwards.is_finite() && onwards <= cost + 1.0
            })
    }
}

/// One round of SplitMix64 (Steele, Lea and Flood 2014): spreads the bits of a number.
fn splitmix(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn track(network: &Network, lane: LaneId) -> Track {
    let node = network.lane(lane);
    let length = node.length();
    let pieces = libm::ceil(length / STEP).max(1.0);
    let step = (length / pieces).max(1e-6);
    // The lane's very ends may belong to the next section, with other lanes.
    let place = |d: f64| LanePos {
        lane,
        d: d.clamp(1e-6, (length - 1e-6).max(1e-6)),
    };
    let point = |d: f64| {
        let p = network.lane_pose(place(d), 0.0);
        [p.x, p.y, p.z]
    };
    let e = (step / 8.0).min(0.05);
    let slope = |d: f64| {
        let mut dp = [0.0; 3];
        // Second order at the ends as well.
        let (weights, places) = if d < e {
            ([-1.5, 2.0, -0.5], [d, d + e, d + 2.0 * e])
        } else if d > length - e {
            ([1.5, -2.0, 0.5], [d, d - e, d - 2.0 * e])
        } else {
            ([0.5, -0.5, 0.0], [d + e, d - e, d])
        };
        for (w, at) in weights.into_iter().zip(places) {
            let p = point(at);
            for k in 0..3 {
                dp[k] += w * p[k] / e;
            }
        }
        dp
    };
    let mut samples: Vec<Sample> = (0..=pieces as usize)
        .map(|i| {
            let d = step * i as f64;
            let at = place(d);
            let left = network.lane_pose(at, 1.0);
            let p = point(d);
            let (nx, ny) = (left.x - p[0], left.y - p[1]);
            let norm = libm::hypot(nx, ny).max(1e-9);
            Sample {
                p,
                dp: slope(d),
                n: [nx / norm, ny / norm],
                tilt: left.z - p[2],
                curvature: 0.0,
                limit: network.limit(at),
                width: network.width(at),
            }
        })
        .collect();
    let yaw = |s: &Sample| libm::atan2(s.dp[1], s.dp[0]);
    let last = samples.len() - 1;
    for i in 0..=last {
        let (a, b) = (i.saturating_sub(1), (i + 1).min(last));
        let (p, q) = (samples[a], samples[b]);
        let apart = libm::hypot(q.p[0] - p.p[0], q.p[1] - p.p[1]).max(1e-6);
        samples[i].curvature = wrap_angle(yaw(&q) - yaw(&p)) / apart;
    }
    let road = network.road(node.road);
    // The mark between two lanes is that on the outer edge of the inner one.
    let may = |other: Option<LaneId>| {
        let inner = other.map(|o| network.lane(o).lane).map(|o| {
            if o.abs() < node.lane.abs() {
                o
            } else {
                node.lane
            }
        });
        let mark = inner.and_then(|id| road.sections[node.section as usize].lane(id));
        mark.is_some_and(|l| matches!(l.mark, Mark::Broken | Mark::None))
    };
    Track {
        length,
        step,
        next: node.next.clone(),
        previous: node.previous.clone(),
        left: node.left,
        right: node.right,
        may_left: may(node.left),
        may_right: may(node.right),
        last: false,
        turn: wrap_angle(yaw(&samples[last]) - yaw(&samples[0])),
        inside: road.junction.is_some(),
        stops: Vec::new(),
        crossings: Vec::new(),
        samples,
    }
}

fn stops(network: &Network, lane: LaneId, lights: &[(RoadId, f64, bool)], track: &mut Track) {
    let node = network.lane(lane);
    let road = network.road(node.road);
    let along = node.lane < 0;
    let (low, high) = (
        node.enter_s.min(node.leave_s),
        node.enter_s.max(node.leave_s),
    );
    let mut add = |s: f64, halt| {
        // A line right at a joint belongs to the lane before it.
        let inside = if along {
            s > low && s <= high || (s <= low && low <= 0.0 && s >= 0.0)
        } else {
            s >= low && s < high || (s >= high && high >= road.length() && s <= high)
        };
        if inside {
            let d = (s - node.enter_s) * node.sign();
            track.stops.push(StopLine { d, halt });
        }
    };
    for (i, (of, s, direction)) in lights.iter().enumerate() {
        if *of == node.road && *direction == along {
            add(*s, Halt::Light(i as u32));
        }
    }
    for signal in &road.signals {
        if signal.along == along && signal.kind == SignalKind::Stop {
            add(signal.s, Halt::Stop);
        }
    }
    track.stops.sort_by(|a, b| a.d.total_cmp(&b.d));
}

fn crossings(network: &Network, lane: LaneId, track: &mut Track) {
    let node = network.lane(lane);
    let Some(junction) = network.road(node.road).junction else {
        return;
    };
    let Some(junction) = network.junctions.get(junction as usize) else {
        return;
    };
    let Some(k) = junction.roads.iter().position(|r| *r == node.road) else {
        return;
    };
    for conflict in junction.conflicts.get(k).into_iter().flatten() {
        let other = network
            .lane_pos(conflict.other, -1, 0.0)
            .or_else(|| network.lane_pos(conflict.other, 1, 0.0));
        if let Some(other) = other {
            track.crossings.push(Crossing {
                other: other.lane,
                own: (conflict.own.from, conflict.own.to),
                theirs: (conflict.theirs.from, conflict.theirs.to),
                give_way: conflict.give_way,
            });
        }
    }
}

fn leads_on(tracks: &[Track], lane: LaneId) -> bool {
    let get = |id: LaneId| &tracks[id.0 as usize];
    let mut at = Some(lane);
    while let Some(id) = at {
        if !get(id).next.is_empty() {
            return true;
        }
        at = get(id).left;
    }
    let mut at = get(lane).right;
    while let Some(id) = at {
        if !get(id).next.is_empty() {
            return true;
        }
        at = get(id).right;
    }
    false
}
