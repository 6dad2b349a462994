//! Junctions by template: which lane leads where, the ways through, and where they meet.

use super::build::lane;
use super::lanes::{LaneKind, LaneSection, Mark};
use super::network::{Conflict, End, Junction, Link, Road, Stretch};
use super::profile::Profile;
use super::reference_line::ReferenceLine;
use super::{Pose2, RoadId, wrap_angle};
use std::f64::consts::{FRAC_PI_4, PI};

/// A road's end at a junction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arm {
    pub road: RoadId,
    pub end: End,
    /// Of two ways that meet, the one from the arm with the higher rank goes first.
    pub rank: u8,
}

impl Arm {
    /// `s` of its mouth, m.
    pub fn s(&self, roads: &[Road]) -> f64 {
        match self.end {
            End::Start => 0.0,
            End::End => roads[self.road.0 as usize].length(),
        }
    }

    /// Direction outwards, rad.
    pub fn heading(&self, roads: &[Road]) -> f64 {
        let yaw = roads[self.road.0 as usize].line.pose(self.s(roads)).yaw;
        match self.end {
            End::Start => yaw,
            End::End => yaw + PI,
        }
    }

    /// Driving lanes into the junction or out of it, from the right to the left of who drives.
    pub fn lanes(&self, roads: &[Road], inwards: bool) -> Vec<i32> {
        let along = (self.end == End::End) == inwards;
        let section = roads[self.road.0 as usize].section(self.s(roads));
        let side = if along { &section.right } else { &section.left };
        let sign = if along { -1 } else { 1 };
        (1..=side.len() as i32)
            .rev()
            .filter(|k| side[*k as usize - 1].kind == LaneKind::Driving)
            .map(|k| sign * k)
            .collect()
    }

    /// Where a lane meets the junction, in the direction of travel; its width and height, m.
    fn mouth(&self, roads: &[Road], id: i32, inwards: bool) -> Option<(Pose2, f64, f64)> {
        let road = &roads[self.road.0 as usize];
        let s = self.s(roads);
        let (a, b) = road.edges(id, s)?;
        let p = road.pose(s, (a + b) / 2.0);
        let out = self.heading(roads);
        let pose = Pose2 {
            x: p.x,
            y: p.y,
            yaw: if inwards { out + PI } else { out },
        };
        Some((pose, (a - b).abs(), p.z))
    }
}

/// A way through a junction: from a lane of one arm to a lane of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Turn {
    from: (usize, i32),
    to: (usize, i32),
}

/// How far one turns to the left from one arm to another, rad.
fn angle(roads: &[Road], arms: &[Arm], from: usize, to: usize) -> f64 {
    wrap_angle(arms[to].heading(roads) - arms[from].heading(roads) - PI)
}

/// Which lane leads where: a single lane everywhere; of several, the rightmost to the right, the
/// leftmost to the left, all of them straight on as far as there are lanes to go on in.
fn turns(roads: &[Road], arms: &[Arm]) -> Vec<Turn> {
    let mut turns = Vec::new();
    for a in 0..arms.len() {
        let lanes = arms[a].lanes(roads, true);
        let n = lanes.len();
        let mut targets: Vec<(f64, usize, Vec<i32>)> = (0..arms.len())
            .filter(|b| *b != a)
            .map(|b| (angle(roads, arms, a, b), b, arms[b].lanes(roads, false)))
            .filter(|x| !x.2.is_empty())
            .collect();
        targets.sort_by(|x, y| x.0.total_cmp(&y.0));
        let straight = targets.iter().any(|x| x.0.abs() < FRAC_PI_4);
        let (rightmost, leftmost) = (
            targets.first().is_some_and(|x| x.0 <= -FRAC_PI_4),
            targets.last().is_some_and(|x| x.0 >= FRAC_PI_4),
        );
        for (turn, b, out) in &targets {
            let m = out.len();
            let shift = shift(roads, &arms[a], &lanes, &arms[*b], out);
            for (k, lane) in lanes.iter().enumerate() {
                let from_left = n - 1 - k;
                let to = if turn.abs() < FRAC_PI_4 || targets.len() == 1 {
                    // More lanes in than out: the outer ones may only turn, or else they join.
                    let on = k as i64 + shift;
                    let fits = (0..m as i64).contains(&on);
                    let may_turn = (from_left == 0 && leftmost) || (k == 0 && rightmost);
                    let may = fits || !may_turn || targets.len() == 1;
                    may.then(|| on.clamp(0, m as i64 - 1) as usize)
                } else if *turn < 0.0 {
                    let may = if straight { k == 0 } else { k < n.div_ceil(2) };
                    may.then(|| k.min(m - 1))
                } else {
                    let may = if straight { from_left == 0 } else { k >= n / 2 };
                    may.then(|| m - 1 - from_left.min(m - 1))
                };
                turns.extend(to.map(|i| Turn {
                    from: (a, *lane),
                    to: (*b, out[i]),
                }));
            }
        }
    }
    turns
}

/// By how many lanes to the left one goes on, so that all go on as straight as can be.
fn shift(roads: &[Road], from: &Arm, lanes: &[i32], to: &Arm, out: &[i32]) -> i64 {
    let across = |arm: &Arm, id: i32, inwards: bool| {
        let yaw = from.heading(roads) + PI;
        arm.mouth(roads, id, inwards)
            .map_or(0.0, |(p, _, _)| p.y * libm::cos(yaw) - p.x * libm::sin(yaw))
    };
    let own: Vec<f64> = lanes.iter().map(|id| across(from, *id, true)).collect();
    let other: Vec<f64> = out.iter().map(|id| across(to, *id, false)).collect();
    let (n, m) = (own.len() as i64, other.len() as i64);
    let cost = |shift: i64| -> f64 {
        let pairs = own.iter().zip(0..);
        pairs
            .map(|(t, k)| (t - other[(k + shift).clamp(0, m - 1) as usize]).abs())
            .sum()
    };
    (-n..=m)
        .min_by(|a, b| cost(*a).total_cmp(&cost(*b)).then(a.abs().cmp(&b.abs())))
        .unwrap_or(0)
}

/// Joins arms to a junction: adds its connecting roads, links the arms' roads to it and says where
/// ways meet and who waits.
///
/// # Errors
/// Two arms that no pair of arcs leads between.
pub fn join(
    roads: &mut Vec<Road>,
    name: &str,
    index: u32,
    centre: Pose2,
    radius: f64,
    arms: &[Arm],
) -> Result<Junction, (Arm, Arm)> {
    let turns = turns(roads, arms);
    let mut ways = Vec::new();
    for turn in &turns {
        let way = connecting(roads, name, index, arms, *turn);
        ways.push(way.ok_or((arms[turn.from.0], arms[turn.to.0]))?);
    }
    for arm in arms {
        let road = &mut roads[arm.road.0 as usize];
        let link = Some(Link::Junction(index));
        match arm.end {
            End::Start => road.before = link,
            End::End => road.after = link,
        }
    }
    let first = roads.len() as u32;
    let ids: Vec<RoadId> = (0..ways.len() as u32).map(|i| RoadId(first + i)).collect();
    let conflicts = conflicts(roads, arms, &turns, &ways, &ids);
    roads.append(&mut ways);
    Ok(Junction {
        name: name.into(),
        roads: ids,
        conflicts,
        centre,
        radius,
    })
}

/// The road of one way: its reference line is the middle of its only lane.
fn connecting(roads: &[Road], name: &str, index: u32, arms: &[Arm], turn: Turn) -> Option<Road> {
    let (from, to) = (arms[turn.from.0], arms[turn.to.0]);
    let (start, w0, z0) = from.mouth(roads, turn.from.1, true)?;
    let (end, w1, z1) = to.mouth(roads, turn.to.1, false)?;
    let line = ReferenceLine::between(start, end)?;
    let length = line.length();
    let eased = |a: f64, b: f64| Profile::eased(&[(0.0, a), (length, b)]);
    let mut way = lane(LaneKind::Driving, w0, Mark::None);
    way.width = eased(w0, w1);
    way.previous = Some(turn.from.1);
    way.next = Some(turn.to.1);
    let section = LaneSection {
        s: 0.0,
        left: Vec::new(),
        right: vec![way],
        centre_mark: Mark::None,
    };
    let (a, b) = (&roads[from.road.0 as usize], &roads[to.road.0 as usize]);
    let limit = a.limit(from.s(roads)).min(b.limit(to.s(roads)));
    let name = format!(
        "{name}: {} {} to {} {}",
        a.name, turn.from.1, b.name, turn.to.1
    );
    let mut road = super::road(&name, line, section, limit);
    road.lane_offset = eased(w0 / 2.0, w1 / 2.0);
    road.elevation = eased(z0, z1);
    road.surface = a.surface;
    road.junction = Some(index);
    road.before = Some(Link::Road(from.road, from.end));
    road.after = Some(Link::Road(to.road, to.end));
    Some(road)
}

/// Distance between samples of two ways, m.
const STEP: f64 = 0.5;
/// Two lanes are in each other's way where their middles are nearer than this share of their mean
/// width: lanes side by side are not, and a car drives within its lane.
const SHARE: f64 = 0.8;

fn conflicts(
    roads: &[Road],
    arms: &[Arm],
    turns: &[Turn],
    ways: &[Road],
    ids: &[RoadId],
) -> Vec<Vec<Conflict>> {
    let samples: Vec<Vec<(f64, f64, f64, f64)>> = ways
        .iter()
        .map(|way| {
            let steps = (way.length() / STEP).ceil().max(1.0) as u32;
            (0..=steps)
                .map(|i| {
                    let s = way.length() * f64::from(i) / f64::from(steps);
                    let p = way.line.pose(s);
                    let (left, right) = way.full_width(s);
                    (s, p.x, p.y, left - right)
                })
                .collect()
        })
        .collect();
    let mut all = vec![Vec::new(); ways.len()];
    for i in 0..ways.len() {
        for k in i + 1..ways.len() {
            // Ways that part from one lane: there is a leader and a follower, no conflict.
            if turns[i].from == turns[k].from {
                continue;
            }
            let mut own = Stretch {
                from: f64::INFINITY,
                to: f64::NEG_INFINITY,
            };
            let mut theirs = own;
            for (s, x, y, w) in &samples[i] {
                for (s2, x2, y2, w2) in &samples[k] {
                    let near = SHARE * (w + w2) / 2.0;
                    let (dx, dy) = (x - x2, y - y2);
                    if dx * dx + dy * dy < near * near {
                        own.from = own.from.min(*s);
                        own.to = own.to.max(*s);
                        theirs.from = theirs.from.min(*s2);
                        theirs.to = theirs.to.max(*s2);
                    }
                }
            }
            if own.to < own.from {
                continue;
            }
            let waits = waits(roads, arms, turns[i], turns[k]);
            all[i].push(Conflict {
                other: ids[k],
                own,
                theirs,
                give_way: waits,
            });
            all[k].push(Conflict {
                other: ids[i],
                own: theirs,
                theirs: own,
                give_way: !waits,
            });
        }
    }
    all
}

/// Of two ways that meet, the first waits: by rank, then who turns left for who comes towards him,
/// then the left for the right. `a` is before `b` in the junction's order; where nothing else
/// decides, `b` waits.
fn waits(roads: &[Road], arms: &[Arm], a: Turn, b: Turn) -> bool {
    let (from_a, from_b) = (a.from.0, b.from.0);
    let (rank_a, rank_b) = (arms[from_a].rank, arms[from_b].rank);
    if rank_a != rank_b {
        return rank_a < rank_b;
    }
    let turn_a = angle(roads, arms, from_a, a.to.0);
    let turn_b = angle(roads, arms, from_b, b.to.0);
    if from_a == from_b {
        // Side by side into one lane: the right one goes first.
        return a.from.1.abs() < b.from.1.abs();
    }
    // Where the other comes from, seen from the own arm: 0 to half a turn is from the right.
    let other = wrap_angle(arms[from_b].heading(roads) - arms[from_a].heading(roads));
    if other.abs() > 3.0 * FRAC_PI_4 {
        // Towards each other: who turns further to the left.
        return turn_a > turn_b + 1e-6;
    }
    other > 0.0
}
