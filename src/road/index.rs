//! Which road is near a place: an R*-tree over short stretches of all roads.

use super::network::Road;
use super::{RoadId, RoadPoint};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

/// Length of an indexed stretch, m.
const STRETCH: f64 = 50.0;

type Entry = GeomWithData<Rectangle<[f64; 2]>, (u32, f64, f64)>;

#[derive(Clone, Debug)]
pub(super) struct Index(RTree<Entry>);

impl Index {
    pub fn new(roads: &[Road]) -> Self {
        let mut entries = Vec::new();
        for (i, road) in roads.iter().enumerate() {
            let pieces = (road.length() / STRETCH).ceil().max(1.0);
            for k in 0..pieces as u32 {
                let from = road.length() * f64::from(k) / pieces;
                let to = road.length() * f64::from(k + 1) / pieces;
                entries.push(Entry::new(
                    Rectangle::from_aabb(bounds(road, from, to)),
                    (i as u32, from, to),
                ));
            }
        }
        Self(RTree::bulk_load(entries))
    }

    pub fn locate(&self, roads: &[Road], x: f64, y: f64, z: Option<f64>) -> RoadPoint {
        let mut best: Option<(f64, f64, RoadPoint)> = None;
        for (entry, to_box2) in self.0.nearest_neighbor_iter_with_distance_2(&[x, y]) {
            // Boxes come nearest first; once one is farther than the best road, so is the rest.
            if let Some((outside, _, _)) = best
                && to_box2 > (outside + 1e-6) * (outside + 1e-6)
            {
                break;
            }
            let (road_index, from, to) = entry.data;
            let road = &roads[road_index as usize];
            let (s, t, past) = road.line.nearest_within(x, y, from, to);
            let inside = s.clamp(0.0, road.length());
            let (left, right) = road.full_width(inside);
            let across = (right - t).max(t - left).max(0.0);
            let along = (s - inside).abs() + if past > 1e-6 { past } else { 0.0 };
            let mut outside = libm::hypot(across, along);
            if let Some(z) = z {
                // A road 5 m above or below is another road.
                outside += (road.height(inside, t) - z).abs().max(2.0) - 2.0;
            }
            let point = RoadPoint {
                road: RoadId(road_index),
                s,
                t,
            };
            let middle = (t - (left + right) / 2.0).abs();
            let better =
                best.is_none_or(|(o, m, p)| (outside, middle, p.road.0) < (o, m, point.road.0));
            if better {
                best = Some((outside, middle, point));
            }
        }
        best.map_or(RoadPoint::default(), |b| b.2)
    }

    pub fn roads_at(&self, roads: &[Road], x: f64, y: f64) -> Vec<RoadPoint> {
        let mut found = Vec::new();
        for entry in self.0.locate_all_at_point(&[x, y]) {
            let (road_index, from, to) = entry.data;
            let road = &roads[road_index as usize];
            let (s, t, past) = road.line.nearest_within(x, y, from, to);
            let (left, right) = road.full_width(s.clamp(0.0, road.length()));
            let on_it = (0.0..=road.length()).contains(&s) && past < 1e-6;
            if on_it && (right..=left).contains(&t) {
                found.push(RoadPoint {
                    road: RoadId(road_index),
                    s,
                    t,
                });
            }
        }
        // Stretches of one curve all find the same place on it.
        found.sort_by(|a, b| a.road.cmp(&b.road).then(a.s.total_cmp(&b.s)));
        found.dedup_by(|a, b| a.road == b.road && (a.s - b.s).abs() < 1e-3);
        found
    }
}

/// A box around a stretch with all its lanes. Sampled every few metres and widened by what a bend
/// can bulge between two samples.
fn bounds(road: &Road, from: f64, to: f64) -> AABB<[f64; 2]> {
    const SAMPLES: u32 = 10;
    let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
    let step = (to - from) / f64::from(SAMPLES);
    for i in 0..=SAMPLES {
        let s = from + step * f64::from(i);
        let (left, right) = road.full_width(s);
        for t in [left, right] {
            let p = road.pose(s, t);
            for (axis, value) in [p.x, p.y].into_iter().enumerate() {
                low[axis] = low[axis].min(value - step);
                high[axis] = high[axis].max(value + step);
            }
        }
    }
    AABB::from_corners(low, high)
}
