//! Roads joined to a network: places, lanes and how they connect.

use super::index::Index;
use super::lanes::{Lane, LaneKind, LaneSection};
use super::profile::Profile;
use super::reference_line::ReferenceLine;
use super::signals::{Programme, Signal, SignalKind};
use super::{Pose2, Pose3, RoadId, RoadPoint, wrap_angle};
use serde::{Deserialize, Serialize};

/// Which end of a road.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum End {
    Start,
    End,
}

/// What a road's end leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    Road(RoadId, End),
    /// Index of the junction.
    Junction(u32),
}

/// What stands on or beside a road.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ObjectKind {
    Barrier,
    GuardRail,
    Cone,
    Building,
    Tree,
    Pole,
}

impl ObjectKind {
    /// A vehicle that meets it stops. A cone gives way.
    pub fn solid(self) -> bool {
        self != Self::Cone
    }
}

/// Something fixed, as a box.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    pub kind: ObjectKind,
    pub name: String,
    /// Its middle, m.
    pub s: f64,
    pub t: f64,
    /// Its own direction against the road's, rad.
    pub heading: f64,
    /// Length (along its heading), width, height, m.
    pub size: [f64; 3],
}

/// What the surface is like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Surface {
    #[default]
    Dry,
    Wet,
    Snow,
    Ice,
}

impl Surface {
    /// Peak friction against that of dry asphalt, -. Typical values: wet 0.7, packed snow 0.3,
    /// ice 0.12 (Wallman and Astrom 2001, rounded).
    pub fn friction(self) -> f64 {
        match self {
            Self::Dry => 1.0,
            Self::Wet => 0.7,
            Self::Snow => 0.3,
            Self::Ice => 0.12,
        }
    }
}

/// A part of the road that is unlike the rest of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Patch {
    pub from: f64,
    pub to: f64,
    /// Left and right edge, m.
    pub left: f64,
    pub right: f64,
    pub surface: Surface,
}

/// A stretch of the road, m.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stretch {
    pub from: f64,
    pub to: f64,
}

/// One road: a reference line and what lies along it.
#[derive(Clone, Debug, PartialEq)]
pub struct Road {
    pub name: String,
    pub line: ReferenceLine,
    /// Height of the reference line, m.
    pub elevation: Profile,
    /// Roll of the surface about the reference line, rad, positive if its left side is higher.
    pub superelevation: Profile,
    /// Shift of all lanes to the left, m.
    pub lane_offset: Profile,
    /// In order of `s`; the first begins at 0.
    pub sections: Vec<LaneSection>,
    /// Speed limits from `s` on, m/s, in order; the first begins at 0.
    pub limits: Vec<(f64, f64)>,
    pub signals: Vec<Signal>,
    pub objects: Vec<Object>,
    pub surface: Surface,
    pub patches: Vec<Patch>,
    pub tunnels: Vec<Stretch>,
    /// Stretches whose marks are gone or misleading.
    pub unmarked: Vec<Stretch>,
    /// The junction it leads through, if it is a connection inside one.
    pub junction: Option<u32>,
    pub before: Option<Link>,
    pub after: Option<Link>,
}

impl Road {
    /// m.
    pub fn length(&self) -> f64 {
        self.line.length()
    }

    /// Index of the lane section at `s`.
    pub fn section_at(&self, s: f64) -> usize {
        self.sections.partition_point(|x| x.s <= s).max(1) - 1
    }

    pub fn section(&self, s: f64) -> &LaneSection {
        &self.sections[self.section_at(s)]
    }

    pub fn lane(&self, lane: i32, s: f64) -> Option<&Lane> {
        self.section(s).lane(lane)
    }

    /// Inner and outer edge of a lane across the road, m.
    pub fn edges(&self, lane: i32, s: f64) -> Option<(f64, f64)> {
        let (inner, outer) = self.section(s).edges(lane, s)?;
        let shift = self.lane_offset.value(s);
        Some((inner + shift, outer + shift))
    }

    /// `t` of a lane's centre, m.
    pub fn centre(&self, lane: i32, s: f64) -> Option<f64> {
        self.edges(lane, s).map(|(a, b)| (a + b) / 2.0)
    }

    /// The lane at `t`, of any kind.
    pub fn lane_at(&self, s: f64, t: f64) -> Option<i32> {
        self.section(s).ids().find(|id| {
            self.edges(*id, s)
                .is_some_and(|(a, b)| (a.min(b)..=a.max(b)).contains(&t))
        })
    }

    /// Left and right edge of the carriageway, m: where a car still has not left the road.
    pub fn carriageway(&self, s: f64) -> (f64, f64) {
        self.extent(s, LaneKind::carriageway)
    }

    /// Left and right edge of all lanes, m.
    pub fn full_width(&self, s: f64) -> (f64, f64) {
        self.extent(s, |_| true)
    }

    fn extent(&self, s: f64, counts: impl Fn(LaneKind) -> bool) -> (f64, f64) {
        let section = self.section(s);
        let shift = self.lane_offset.value(s);
        let side = |lanes: &[Lane]| {
            let (mut t, mut edge) = (0.0, 0.0);
            for lane in lanes {
                t += lane.width.value(s);
                if counts(lane.kind) {
                    edge = t;
                }
            }
            edge
        };
        (shift + side(&section.left), shift - side(&section.right))
    }

    /// Speed limit at `s`, m/s.
    pub fn limit(&self, s: f64) -> f64 {
        let i = self.limits.partition_point(|l| l.0 <= s).max(1) - 1;
        self.limits.get(i).map_or(f64::INFINITY, |l| l.1)
    }

    /// The surface at a place.
    pub fn surface(&self, s: f64, t: f64) -> Surface {
        self.patches
            .iter()
            .rev()
            .find(|p| (p.from..=p.to).contains(&s) && (p.right..=p.left).contains(&t))
            .map_or(self.surface, |p| p.surface)
    }

    pub fn in_tunnel(&self, s: f64) -> bool {
        within(&self.tunnels, s)
    }

    pub fn marked(&self, s: f64) -> bool {
        !within(&self.unmarked, s)
    }

    /// Height of the surface, m.
    pub fn height(&self, s: f64, t: f64) -> f64 {
        if self.is_flat() {
            return 0.0;
        }
        self.elevation.value(s) + t * libm::tan(self.superelevation.value(s))
    }

    /// The surface lies at height 0 everywhere.
    pub fn is_flat(&self) -> bool {
        self.elevation.is_zero() && self.superelevation.is_zero()
    }

    /// World pose of a place on the surface, looking along `s`.
    pub fn pose(&self, s: f64, t: f64) -> Pose3 {
        let line = self.line.pose(s);
        let (pitch, roll) = if self.is_flat() {
            (0.0, 0.0)
        } else {
            self.tilt(s, t)
        };
        Pose3 {
            x: line.x - t * libm::sin(line.yaw),
            y: line.y + t * libm::cos(line.yaw),
            z: self.height(s, t),
            yaw: wrap_angle(line.yaw),
            pitch,
            roll,
        }
    }

    /// Pitch and roll of the tangent plane of z(s, t), rad.
    fn tilt(&self, s: f64, t: f64) -> (f64, f64) {
        let across = libm::tan(self.superelevation.value(s));
        let twist = self.superelevation.slope(s) * (1.0 + across * across);
        // Inside of a bend a metre of s is a shorter way.
        let metre = (1.0 - self.line.curvature(s) * t).max(0.05);
        let along = (self.elevation.slope(s) + t * twist) / metre;
        let pitch = -libm::atan(along);
        // Roll turns about an axis that is pitched already.
        (pitch, libm::atan(across * libm::cos(pitch)))
    }

    /// Change of a lane's centre across the road per metre of `s`.
    pub fn centre_slope(&self, lane: i32, s: f64) -> Option<f64> {
        let section = self.section(s);
        let own = section.lane(lane)?;
        let side = if lane > 0 {
            &section.left
        } else {
            &section.right
        };
        let n = lane.unsigned_abs() as usize;
        let inner: f64 = side[..n - 1].iter().map(|l| l.width.slope(s)).sum();
        let shift = f64::from(lane.signum()) * (inner + own.width.slope(s) / 2.0);
        Some(self.lane_offset.slope(s) + shift)
    }
}

fn within(stretches: &[Stretch], s: f64) -> bool {
    stretches.iter().any(|x| (x.from..=x.to).contains(&s))
}

/// A way through a junction that crosses or joins another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Conflict {
    /// The other way.
    pub other: RoadId,
    /// Where on the own way, m along it.
    pub own: Stretch,
    /// Where on the other.
    pub theirs: Stretch,
    /// Who drives the own way waits, as long as no light says otherwise.
    pub give_way: bool,
}

/// A junction: roads that lead through it, and who goes first.
#[derive(Clone, Debug, PartialEq)]
pub struct Junction {
    pub name: String,
    /// Its connecting roads.
    pub roads: Vec<RoadId>,
    /// For each of them, in the same order.
    pub conflicts: Vec<Vec<Conflict>>,
    /// Middle and radius of a circle around it, m: all of it is paved.
    pub centre: Pose2,
    pub radius: f64,
}

/// A driving lane of one section, as a node of the lane graph.
#[derive(Clone, Debug, PartialEq)]
pub struct LaneNode {
    pub road: RoadId,
    pub section: u32,
    /// OpenDRIVE id.
    pub lane: i32,
    /// Where it begins and ends along the road, in the direction of travel, m.
    pub enter_s: f64,
    pub leave_s: f64,
    /// Lanes that it leads to, and lanes that lead to it.
    pub next: Vec<LaneId>,
    pub previous: Vec<LaneId>,
    /// Driving lanes beside it in the same direction.
    pub left: Option<LaneId>,
    pub right: Option<LaneId>,
}

impl LaneNode {
    /// m.
    pub fn length(&self) -> f64 {
        (self.leave_s - self.enter_s).abs()
    }

    /// 1 if travel goes along `s`, -1 if against it.
    pub fn sign(&self) -> f64 {
        if self.lane < 0 { 1.0 } else { -1.0 }
    }
}

/// A node of the lane graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct LaneId(pub u32);

/// A place on a lane's centre line: `d` m from where the lane is entered.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct LanePos {
    pub lane: LaneId,
    pub d: f64,
}

/// Everything fixed: roads, junctions, and the graph of their lanes.
#[derive(Clone, Debug)]
pub struct Network {
    pub roads: Vec<Road>,
    pub junctions: Vec<Junction>,
    lanes: Vec<LaneNode>,
    /// For each road, for each section: first node; nodes follow in the order of the lanes' ids.
    first: Vec<Vec<(u32, Vec<i32>)>>,
    index: Index,
}

impl Network {
    /// Joins roads to a network. Links between them must be those of the roads' `before`, `after`
    /// and, in junctions, of the connecting roads.
    pub fn new(roads: Vec<Road>, junctions: Vec<Junction>) -> Self {
        let index = Index::new(&roads);
        let mut network = Self {
            roads,
            junctions,
            lanes: Vec::new(),
            first: Vec::new(),
            index,
        };
        super::graph::connect(&mut network.lanes, &mut network.first, &network.roads);
        network
    }

    pub fn road(&self, id: RoadId) -> &Road {
        &self.roads[id.0 as usize]
    }

    /// The road of this name.
    pub fn road_named(&self, name: &str) -> Option<RoadId> {
        let i = self.roads.iter().position(|r| r.name == name)?;
        Some(RoadId(i as u32))
    }

    pub fn lane(&self, id: LaneId) -> &LaneNode {
        &self.lanes[id.0 as usize]
    }

    pub fn lanes(&self) -> &[LaneNode] {
        &self.lanes
    }

    /// All traffic lights: road by road, in the order of their signals.
    pub fn lights(&self) -> impl Iterator<Item = (RoadId, &Signal, &Programme)> {
        self.roads.iter().enumerate().flat_map(|(i, road)| {
            road.signals
                .iter()
                .filter_map(move |signal| match &signal.kind {
                    SignalKind::Light(programme) => Some((RoadId(i as u32), signal, programme)),
                    _ => None,
                })
        })
    }

    /// Length of all roads, m.
    pub fn length(&self) -> f64 {
        self.roads.iter().map(Road::length).sum()
    }

    /// The driving lane with this OpenDRIVE id at `s`, as a place on it.
    pub fn lane_pos(&self, road: RoadId, lane: i32, s: f64) -> Option<LanePos> {
        let section = self.road(road).section_at(s);
        let (first, ids) = self.first.get(road.0 as usize)?.get(section)?;
        let i = ids.iter().position(|id| *id == lane)?;
        let lane = LaneId(first + i as u32);
        let node = self.lane(lane);
        Some(LanePos {
            lane,
            d: (s - node.enter_s) * node.sign(),
        })
    }

    /// `s` of a place on a lane.
    pub fn s_of(&self, at: LanePos) -> f64 {
        let node = self.lane(at.lane);
        node.enter_s + node.sign() * at.d
    }

    /// Road point `offset` m left (in the direction of travel) of a lane's centre.
    pub fn road_point(&self, at: LanePos, offset: f64) -> RoadPoint {
        let node = self.lane(at.lane);
        let s = self.s_of(at);
        let centre = self.road(node.road).centre(node.lane, s).unwrap_or(0.0);
        RoadPoint {
            road: node.road,
            s,
            t: centre + node.sign() * offset,
        }
    }

    /// World pose of a road point, looking along `s`.
    pub fn pose(&self, p: RoadPoint) -> Pose3 {
        self.road(p.road).pose(p.s, p.t)
    }

    /// World pose `offset` m left of a lane's centre, looking in the direction of travel.
    pub fn lane_pose(&self, at: LanePos, offset: f64) -> Pose3 {
        let node = self.lane(at.lane);
        let road = self.road(node.road);
        let p = self.road_point(at, offset);
        let mut pose = road.pose(p.s, p.t);
        // A lane that widens or shifts does not run parallel to the reference line.
        let shift = road.centre_slope(node.lane, p.s).unwrap_or(0.0);
        if shift != 0.0 {
            let metre = (1.0 - road.line.curvature(p.s) * p.t).max(0.05);
            let turn = libm::atan(shift / metre);
            pose.yaw += turn;
            if !road.is_flat() {
                let (pitch, roll) = (pose.pitch, pose.roll);
                let (sin, cos) = (libm::sin(turn), libm::cos(turn));
                // The same plane, seen from another direction: its slopes turn with it.
                let along = -libm::tan(pitch);
                let across = libm::tan(roll) / libm::cos(pitch);
                pose.pitch = -libm::atan(along * cos + across * sin);
                pose.roll = libm::atan((across * cos - along * sin) * libm::cos(pose.pitch));
            }
        }
        if node.lane > 0 {
            pose.yaw += std::f64::consts::PI;
            pose.pitch = -pose.pitch;
            pose.roll = -pose.roll;
        }
        pose.yaw = wrap_angle(pose.yaw);
        pose
    }

    /// Width of a lane, m.
    pub fn width(&self, at: LanePos) -> f64 {
        let node = self.lane(at.lane);
        self.road(node.road)
            .edges(node.lane, self.s_of(at))
            .map_or(0.0, |(a, b)| (a - b).abs())
    }

    /// Speed limit, m/s.
    pub fn limit(&self, at: LanePos) -> f64 {
        self.road(self.lane(at.lane).road).limit(self.s_of(at))
    }

    /// The place on the lane to the left (1) or right (-1) that runs in the same direction.
    pub fn beside(&self, at: LanePos, side: i32) -> Option<LanePos> {
        let node = self.lane(at.lane);
        let lane = if side > 0 { node.left } else { node.right }?;
        Some(LanePos { lane, d: at.d })
    }

    /// The driving lane that a road point is on, or nearest to, and how far left of its centre
    /// (in its direction of travel) it is, m. None on a road without driving lanes.
    pub fn snap(&self, p: RoadPoint) -> Option<(LanePos, f64)> {
        let road = self.road(p.road);
        let s = p.s.clamp(0.0, road.length());
        let section = road.section(s);
        let nearest = section
            .ids()
            .filter(|id| {
                section
                    .lane(*id)
                    .is_some_and(|l| l.kind == LaneKind::Driving)
            })
            .filter_map(|id| {
                let (a, b) = road.edges(id, s)?;
                let outside = (a.min(b) - p.t).max(p.t - a.max(b)).max(0.0);
                Some((outside, (p.t - (a + b) / 2.0), id))
            })
            .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.abs().total_cmp(&b.1.abs())))?;
        let mut at = self.lane_pos(p.road, nearest.2, s)?;
        let sign = self.lane(at.lane).sign();
        // Beyond a road's end the lane goes on straight.
        at.d += (p.s - s) * sign;
        Some((at, nearest.1 * sign))
    }

    /// The road point of a world position: on the road whose lanes it is on, or else the nearest.
    /// With roads above each other, the one nearest in height to `z`.
    pub fn locate(&self, x: f64, y: f64, z: Option<f64>) -> RoadPoint {
        self.index.locate(&self.roads, x, y, z)
    }

    /// All roads whose lanes (of any kind) cover a world position, whatever their height: several
    /// at a bridge, in a junction, and where roads meet. In order of road and `s`.
    pub fn roads_at(&self, x: f64, y: f64) -> Vec<RoadPoint> {
        self.index.roads_at(&self.roads, x, y)
    }

    /// The same where one knows about where it is: looks at the road of `hint` and those it leads
    /// to first, so that a place in a junction stays on the road one came by.
    pub fn locate_near(&self, x: f64, y: f64, hint: RoadPoint) -> RoadPoint {
        let road = self.road(hint.road);
        let (from, to) = (hint.s - 30.0, hint.s + 30.0);
        let (s, t, _) = road.line.nearest_within(x, y, from, to);
        let here = RoadPoint {
            road: hint.road,
            s,
            t,
        };
        let alone = self.roads.len() == 1;
        let (left, right) = road.full_width(s.clamp(0.0, road.length()));
        let on_it = (right - 0.5..=left + 0.5).contains(&t);
        if alone || (on_it && (0.0..=road.length()).contains(&s)) {
            return here;
        }
        self.locate(x, y, Some(road.height(hint.s, hint.t)))
    }

    /// A place is on asphalt meant for vehicles (or, in a junction, anywhere inside it).
    pub fn on_carriageway(&self, p: RoadPoint) -> bool {
        let road = self.road(p.road);
        let (left, right) = road.carriageway(p.s.clamp(0.0, road.length()));
        if (right..=left).contains(&p.t) {
            // Between the outermost lanes there may be a median.
            let s = p.s.clamp(0.0, road.length());
            let lane = road.lane_at(s, p.t).and_then(|id| road.lane(id, s));
            return lane.is_none_or(|l| l.kind.carriageway());
        }
        let at = road.pose(p.s, p.t);
        self.junctions
            .iter()
            .any(|j| libm::hypot(at.x - j.centre.x, at.y - j.centre.y) <= j.radius)
    }
}
