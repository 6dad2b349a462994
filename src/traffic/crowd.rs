//! Crowds: drivers at random legal places.

use super::plan::{Flow, Place};
use super::shape::Shape;
use crate::road::LanePos;
use crate::road_user::RoadUser;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// Least time gap between drivers of a crowd at the start, s.
const TIME_GAP: f64 = 1.0;
/// Drivers keep off their lane's centre by at most this, m.
const OFF_CENTRE: f64 = 0.2;

/// One driver of a crowd.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Member {
    pub kind: RoadUser,
    pub place: Place,
    pub offset: f64,
    /// Own speed over the usual one, -.
    pub factor: f64,
    /// Start speed over the usual one, -: less than 1 in a dense crowd.
    pub pace: f64,
    pub number: u64,
}

/// Uniform in [0, 1).
fn uniform(rng: &mut ChaCha8Rng) -> f64 {
    (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

/// Sum of twelve uniform numbers less six: near enough to a normal deviate, never beyond 6.
fn normal(rng: &mut ChaCha8Rng) -> f64 {
    (0..12).map(|_| uniform(rng)).sum::<f64>() - 6.0
}

/// The parts of a lane that are free, in order, m.
fn free_parts(lane: &(LanePos, f64), taken: &[(LanePos, f64)], half: f64) -> Vec<(f64, f64)> {
    let mut parts = vec![(lane.0.d, lane.1)];
    for (at, keep) in taken.iter().filter(|t| t.0.lane == lane.0.lane) {
        let (low, high) = (at.d - keep - half, at.d + keep + half);
        let mut left = Vec::new();
        for (a, b) in parts {
            if b <= low || a >= high {
                left.push((a, b));
                continue;
            }
            if low > a {
                left.push((a, low));
            }
            if high < b {
                left.push((high, b));
            }
        }
        parts = left;
    }
    parts
}

/// Room that the longest of its kinds takes up at standstill, m.
fn slot(flow: &Flow) -> f64 {
    longest(flow) + flow.driver.min_gap
}

fn longest(flow: &Flow) -> f64 {
    flow.kinds
        .iter()
        .map(|k| Shape::of(k.0).length)
        .fold(1.0, f64::max)
}

/// How many users a lane of the flow has room for: one for each slot of each free part.
fn lane_room(flow: &Flow, lane: &(LanePos, f64)) -> usize {
    let slot = slot(flow);
    free_parts(lane, &flow.taken, longest(flow) / 2.0)
        .iter()
        .map(|(a, b)| ((b - a) / slot) as usize + 1)
        .sum()
}

/// How many users a flow has room for.
pub fn room(flow: &Flow) -> usize {
    flow.lanes.iter().map(|l| lane_room(flow, l)).sum()
}

/// Places a flow's users. `usual` is the speed at a place, m/s.
pub(super) fn members(
    flow: &Flow,
    rng: &mut ChaCha8Rng,
    usual: impl Fn(LanePos) -> f64,
) -> Vec<Member> {
    let slot = slot(flow);
    let rooms: Vec<usize> = flow.lanes.iter().map(|l| lane_room(flow, l)).collect();
    let mut counts = vec![0; rooms.len()];
    // Each in a random lane that still has room; the shares of the lanes are those of their room.
    for _ in 0..flow.count {
        let left: usize = rooms.iter().zip(&counts).map(|(r, c)| r - c).sum();
        if left == 0 {
            break;
        }
        let mut draw = (uniform(rng) * left as f64) as usize;
        for (room, count) in rooms.iter().zip(counts.iter_mut()) {
            let free = room - *count;
            if draw < free {
                *count += 1;
                break;
            }
            draw -= free;
        }
    }
    let mut out = Vec::with_capacity(flow.count);
    let total: f64 = flow.kinds.iter().map(|k| k.1).sum();
    for (lane, count) in flow.lanes.iter().zip(counts) {
        let parts = free_parts(lane, &flow.taken, longest(flow) / 2.0);
        let rooms: Vec<usize> = parts
            .iter()
            .map(|(a, b)| ((b - a) / slot) as usize + 1)
            .collect();
        // Over the parts in proportion to their length, at most what fits.
        let mut shares = vec![0; parts.len()];
        for _ in 0..count {
            let fullness = |k: usize| (shares[k] as f64 + 0.5) / (parts[k].1 - parts[k].0).max(1.0);
            let emptiest = (0..parts.len())
                .filter(|k| shares[*k] < rooms[*k])
                .min_by(|a, b| fullness(*a).total_cmp(&fullness(*b)));
            if let Some(k) = emptiest {
                shares[k] += 1;
            }
        }
        for ((from, to), n) in parts.into_iter().zip(shares) {
            if n == 0 {
                continue;
            }
            let middle = LanePos {
                d: (from + to) / 2.0,
                ..lane.0
            };
            let speed = usual(middle);
            // Legal gaps: a second apart, or as far as there is room.
            let between = (n - 1).max(1) as f64;
            let wanted = slot + TIME_GAP * speed;
            let spacing = wanted.min((to - from) / between);
            let pace =
                (((to - from) / n as f64 - slot) / (TIME_GAP * speed).max(0.1)).clamp(0.0, 1.0);
            let spare = (to - from - spacing * (n - 1) as f64).max(0.0);
            let mut draws: Vec<f64> = (0..n).map(|_| uniform(rng) * spare).collect();
            draws.sort_by(f64::total_cmp);
            for (k, draw) in draws.into_iter().enumerate() {
                let mut pick = uniform(rng) * total;
                let kind = flow
                    .kinds
                    .iter()
                    .find(|(_, share)| {
                        pick -= share;
                        pick < 0.0
                    })
                    .or(flow.kinds.last())
                    .map_or(RoadUser::Car, |k| k.0);
                out.push(Member {
                    kind,
                    place: Place::Lane {
                        at: LanePos {
                            lane: lane.0.lane,
                            d: from + spacing * k as f64 + draw,
                        },
                        offset: 0.0,
                    },
                    offset: (2.0 * uniform(rng) - 1.0) * OFF_CENTRE,
                    factor: (1.0 + flow.speed_spread * normal(rng)).clamp(0.5, 1.5),
                    pace,
                    number: rng.next_u64() | 1,
                });
            }
        }
    }
    out
}
