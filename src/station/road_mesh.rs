//! The road's surface and what is painted on it.
//!
//! Lane lines follow German practice (RMS): 6 m long with gaps of 12 m outside of towns, 3 m and
//! 6 m where at most 50 km/h are allowed. They lie a little above the asphalt, so that the depth
//! buffer can tell them apart.

use super::ribbon::{Across, Bed, Station, ribbon, speckle};
use super::shape::{Shape, Tint, blend, shaded, tint};
use super::site::{Site, snowed};
use crate::road::{LaneKind, Mark, Road, SignalKind, Surface};
use std::ops::Range;

/// Pavement beside the outermost driving lane where no other lane is: room for the edge line, m.
pub const MARGIN: f64 = 0.4;
/// The same left of a carriageway's reference line.
const LEFT_MARGIN: f64 = 1.0;
/// Height of sidewalks and kerbs, m.
pub const KERB: f64 = 0.12;
const KERB_WIDTH: f64 = 0.15;

/// Length of a dash and the gap after it, m.
const FAST_DASH: (f64, f64) = (6.0, 12.0);
const TOWN_DASH: (f64, f64) = (3.0, 6.0);
/// Up to this limit the short dashes are used, m/s.
const TOWN_DASH_LIMIT: f64 = 50.5 / 3.6;
const LANE_LINE: f64 = 0.15;
const EDGE_LINE: f64 = 0.25;
const PAINT_HEIGHT: f64 = 0.015;
const PATCH_HEIGHT: f64 = 0.007;
const SNOW_HEIGHT: f64 = 0.022;

pub fn white() -> Tint {
    tint(0.93, 0.93, 0.91)
}

pub fn grass() -> Tint {
    tint(0.40, 0.49, 0.27)
}

pub fn paving() -> Tint {
    tint(0.56, 0.55, 0.53)
}

pub fn asphalt() -> Tint {
    tint(0.33, 0.335, 0.345)
}

/// What a surface makes of a colour. `wet` is how wet rain has made what counts as dry.
pub fn weathered(base: Tint, surface: Surface, wet: f32) -> Tint {
    match surface {
        // Rain has no say where there is snow or ice.
        Surface::Dry => shaded(base, 1.0 - 0.38 * wet),
        Surface::Wet => shaded(base, 0.58),
        Surface::Snow => tint(0.88, 0.90, 0.93),
        Surface::Ice => blend(base, tint(0.70, 0.80, 0.88), 0.6),
    }
}

/// Left and right edge of all that is paved or otherwise made, m.
pub fn made(bed: &Bed, station: &Station) -> (f64, f64) {
    if bed.road.junction.is_some() {
        return (station.left, station.right);
    }
    let section = bed.road.section(station.q);
    let bare = |side: &[crate::road::Lane]| side.last().is_none_or(|l| l.kind == LaneKind::Driving);
    let left = if section.left.is_empty() {
        LEFT_MARGIN
    } else if bare(&section.left) {
        MARGIN
    } else {
        0.0
    };
    let right = if section.right.is_empty() {
        LEFT_MARGIN
    } else if bare(&section.right) {
        MARGIN
    } else {
        0.0
    };
    (station.left + left, station.right - right)
}

/// Draws the surface over stations within one lane section.
pub fn surface(shape: &mut Shape, site: &Site, bed: &Bed, stations: &[Station]) {
    let Some(middle) = stations.get(stations.len() / 2) else {
        return;
    };
    let road = bed.road;
    // Ways through a junction lie on top of each other: they must all look the same.
    let crossing = crosses(bed);
    let worn = |kind: u32, base: Tint, wear: f32| {
        move |station: &Station| {
            let spread = if crossing {
                1.0
            } else {
                0.92 + 0.14 * speckle(station.s / 12.0, kind)
            };
            shaded(weathered(base, road.surface, site.wet), wear * spread)
        }
    };
    for id in road.section(middle.q).ids() {
        let Some(lane) = road.lane(id, middle.q) else {
            continue;
        };
        if crossing && !lane.kind.carriageway() {
            continue;
        }
        let kind = id.unsigned_abs() + if id > 0 { 40 } else { 0 };
        let (base, lift) = match lane.kind {
            LaneKind::Driving | LaneKind::Shoulder => (asphalt(), 0.0),
            LaneKind::Cycle => (tint(0.47, 0.29, 0.25), 0.0),
            LaneKind::Parking => (tint(0.40, 0.395, 0.385), 0.0),
            LaneKind::Sidewalk => (paving(), KERB),
            LaneKind::Verge => (site.grass, -0.01),
        };
        let cuts: &[f64] = match lane.kind {
            // Darker tracks where wheels run.
            LaneKind::Driving if !crossing => &[0.0, 0.15, 0.35, 0.65, 0.85, 1.0],
            _ => &[0.0, 1.0],
        };
        for (i, pair) in cuts.windows(2).enumerate() {
            let wear = if i % 2 == 1 { 0.81 } else { 1.0 };
            let across = |station: &Station| strip(road, id, station, (pair[0], pair[1]), lift);
            ribbon(shape, stations, across, worn(kind, base, wear));
        }
        if lane.kind == LaneKind::Sidewalk {
            kerbs(shape, road, id, stations);
        }
    }
    if crossing {
        return;
    }
    for side in [1.0, -1.0] {
        let edge = move |station: &Station| {
            let (made, lanes) = if side > 0.0 {
                (made(bed, station).0, station.left)
            } else {
                (made(bed, station).1, station.right)
            };
            Across::flat(made.max(lanes), made.min(lanes), 0.0)
        };
        let width = edge(middle);
        if width.left.0 - width.right.0 > 0.01 {
            ribbon(shape, stations, edge, worn(90, asphalt(), 1.0));
        }
    }
}

/// A connecting road that crosses or joins others inside its junction.
fn crosses(bed: &Bed) -> bool {
    let Some(junction) = bed.road.junction else {
        return false;
    };
    let Some(junction) = bed.network.junctions.get(junction as usize) else {
        return true;
    };
    let own = junction.roads.iter().position(|r| *r == bed.id);
    own.and_then(|i| junction.conflicts.get(i))
        .is_none_or(|conflicts| !conflicts.is_empty())
}

/// A part of a lane, from its inner edge (0) to its outer edge (1).
fn strip(road: &Road, id: i32, station: &Station, part: (f64, f64), lift: f64) -> Across {
    let (inner, outer) = road.edges(id, station.q).unwrap_or_default();
    let at = |part: f64| inner + part * (outer - inner);
    let (a, b) = (at(part.0), at(part.1));
    Across::flat(a.max(b), a.min(b), lift)
}

/// Upright faces on both edges of a sidewalk, and stones on top of the inner one.
fn kerbs(shape: &mut Shape, road: &Road, id: i32, stations: &[Station]) {
    let stone = tint(0.66, 0.66, 0.65);
    let edges = |station: &Station| {
        let (inner, outer) = road.edges(id, station.q).unwrap_or_default();
        (inner.max(outer), inner.min(outer))
    };
    let left_face = |station: &Station| Across {
        left: (edges(station).0, -0.05),
        right: (edges(station).0, KERB),
    };
    let right_face = |station: &Station| Across {
        left: (edges(station).1, KERB),
        right: (edges(station).1, -0.05),
    };
    ribbon(shape, stations, left_face, |_| shaded(stone, 0.8));
    ribbon(shape, stations, right_face, |_| shaded(stone, 0.8));
    let top = |station: &Station| {
        let (left, right) = edges(station);
        let lift = KERB + 0.004;
        if id > 0 {
            Across::flat(right + KERB_WIDTH, right, lift)
        } else {
            Across::flat(left, left - KERB_WIDTH, lift)
        }
    };
    ribbon(shape, stations, top, |_| stone);
}

/// Parts of the road that are unlike the rest.
pub fn patches(shape: &mut Shape, site: &Site, bed: &Bed, along: Range<f64>) {
    for patch in &bed.road.patches {
        let part = patch.from.max(along.start)..patch.to.min(along.end);
        if part.start >= part.end {
            continue;
        }
        let lift = if snowed(patch.surface) {
            SNOW_HEIGHT
        } else {
            PATCH_HEIGHT
        };
        let colour = |station: &Station| {
            let spread = 0.95 + 0.1 * speckle(station.s / 3.0, 77);
            shaded(
                weathered(shaded(asphalt(), 0.9), patch.surface, site.wet),
                spread,
            )
        };
        let across = |station: &Station| {
            let (left, right) = bed.road.carriageway(station.q);
            let left = patch.left.min(left);
            Across::flat(left, patch.right.max(right).min(left), lift)
        };
        ribbon(shape, &bed.stations(part), across, colour);
    }
}

/// Lines along a stretch that lies within one lane section.
pub fn marks(shape: &mut Shape, bed: &Bed, along: Range<f64>) {
    if crosses(bed) || snowed(bed.road.surface) {
        return;
    }
    let road = bed.road;
    let middle = bed.inside((along.start + along.end) / 2.0);
    let section = road.section(middle);
    let shift = |q: f64| road.lane_offset.value(q);
    // A line beside the outermost lane is drawn outside of it, one between lanes on their border.
    let centre_side = match (section.left.is_empty(), section.right.is_empty()) {
        (true, false) => 0.5,
        (false, true) => -0.5,
        _ => 0.0,
    };
    let width = line_width(centre_side != 0.0);
    line(shape, bed, along.clone(), section.centre_mark, width, |q| {
        shift(q) + centre_side * width
    });
    for id in section.ids() {
        let Some(lane) = section.lane(id) else {
            continue;
        };
        let outwards = f64::from(id.signum());
        let next = section.lane(id + id.signum());
        let edge = lane.kind == LaneKind::Driving
            && next.is_none_or(|n| !matches!(n.kind, LaneKind::Driving));
        let width = line_width(edge);
        let aside = if edge { 0.5 * outwards * width } else { 0.0 };
        line(shape, bed, along.clone(), lane.mark, width, |q| {
            road.edges(id, q).map_or(0.0, |e| e.1) + aside
        });
    }
}

fn line_width(edge: bool) -> f64 {
    if edge { EDGE_LINE } else { LANE_LINE }
}

fn line(
    shape: &mut Shape,
    bed: &Bed,
    along: Range<f64>,
    mark: Mark,
    width: f64,
    middle: impl Fn(f64) -> f64,
) {
    let across = |station: &Station| {
        let t = middle(station.q);
        Across::flat(t + width / 2.0, t - width / 2.0, PAINT_HEIGHT)
    };
    let paint = |shape: &mut Shape, part: Range<f64>| {
        if part.end - part.start > 0.05 {
            ribbon(shape, &bed.stations(part), across, |_| white());
        }
    };
    match mark {
        Mark::None | Mark::Kerb => {}
        Mark::Solid => {
            for part in marked_parts(bed.road, along) {
                paint(shape, part);
            }
        }
        Mark::Broken => {
            let (dash, gap) = dashes(bed.road, bed.inside(along.start));
            let mut s = (along.start / (dash + gap)).floor() * (dash + gap);
            while s < along.end {
                let part = s.max(along.start)..(s + dash).min(along.end);
                if bed.road.marked(s + dash / 2.0) {
                    paint(shape, part);
                }
                s += dash + gap;
            }
        }
    }
}

/// Length of dashes and gaps at a place, m.
fn dashes(road: &Road, s: f64) -> (f64, f64) {
    if road.limit(s) <= TOWN_DASH_LIMIT {
        TOWN_DASH
    } else {
        FAST_DASH
    }
}

/// A stretch without the parts whose marks are gone.
fn marked_parts(road: &Road, along: Range<f64>) -> Vec<Range<f64>> {
    let mut parts = vec![along];
    for gone in &road.unmarked {
        parts = parts
            .into_iter()
            .flat_map(|part| {
                let before = part.start..part.end.min(gone.from);
                let after = part.start.max(gone.to)..part.end;
                [before, after]
            })
            .filter(|part| part.start < part.end)
            .collect();
    }
    parts
}

/// Lines across the road where lights and signs make one wait, within a stretch.
pub fn stop_lines(shape: &mut Shape, bed: &Bed, along: Range<f64>) {
    let road = bed.road;
    for signal in &road.signals {
        let waits = matches!(
            signal.kind,
            SignalKind::Light(_) | SignalKind::Stop | SignalKind::Yield
        );
        if !waits || !along.contains(&signal.s) || !road.marked(signal.s) {
            continue;
        }
        let section = road.section(signal.s);
        for id in section.ids().filter(|id| (*id < 0) == signal.along) {
            if section.lane(id).is_none_or(|l| l.kind != LaneKind::Driving) {
                continue;
            }
            let Some((inner, outer)) = road.edges(id, signal.s) else {
                continue;
            };
            let (left, right) = (inner.max(outer), inner.min(outer));
            let part = if signal.along {
                signal.s - 0.5..signal.s
            } else {
                signal.s..signal.s + 0.5
            };
            let stations = bed.stations(part);
            let mut block = |left: f64, right: f64| {
                let across = |_: &Station| Across::flat(left, right, PAINT_HEIGHT + 0.003);
                ribbon(shape, &stations, across, |_| white());
            };
            if signal.kind == SignalKind::Yield {
                let mut t = left - 0.15;
                while t - 0.5 > right {
                    block(t, t - 0.5);
                    t -= 0.75;
                }
            } else {
                block(left - 0.1, right + 0.1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::site::tests::{fair, one_way, street};
    use super::*;
    use crate::road::{Element, RoadId, Stretch};

    fn all(network: &crate::road::Network, along: Range<f64>) -> Shape {
        let site = Site::new(network, &fair());
        let bed = site.bed(RoadId(0));
        let mut shape = Shape::default();
        surface(&mut shape, &site, &bed, &bed.stations(along.clone()));
        marks(&mut shape, &bed, along);
        shape
    }

    #[test]
    fn roads_look_up() {
        let network = one_way(&[Element::Curve {
            radius: -300.0,
            length: 200.0,
            transition: 0.0,
        }]);
        let shape = all(&network, 0.0..180.0);
        for t in shape.indices().chunks(3) {
            let [a, b, c] = [0, 1, 2].map(|i| shape.positions()[t[i] as usize]);
            assert!((b - a).cross(c - a).z > 0.0);
        }
    }

    #[test]
    fn sidewalks_are_raised() {
        let network = street(&[Element::Straight { length: 100.0 }]);
        let shape = all(&network, 0.0..100.0);
        for p in shape.positions() {
            assert!(p.z > 0.1 || p.y.abs() <= 3.3 || p.z < 0.0, "{p}");
        }
        let (low, high) = shape.bounds();
        assert!((low.y + 5.75).abs() < 1e-3 && (high.y - 5.75).abs() < 1e-3);
    }

    #[test]
    fn dashes_are_short_in_towns_and_absent_where_marks_are_gone() {
        let dash = |network: &crate::road::Network| {
            let bed = super::super::site::bed(network, RoadId(0));
            let mut shape = Shape::default();
            line(&mut shape, &bed, 0.0..90.0, Mark::Broken, 0.15, |_| 0.0);
            shape.positions().iter().map(|p| p.x).collect::<Vec<_>>()
        };
        let mut town = street(&[Element::Straight { length: 100.0 }]);
        let fast = one_way(&[Element::Straight { length: 100.0 }]);
        let painted = |xs: &[f32], x: f32| {
            xs.chunks(2)
                .any(|pair| pair[0] <= x && xs.iter().any(|e| *e >= x && *e - pair[0] <= 3.0))
        };
        let (in_town, outside) = (dash(&town), dash(&fast));
        assert!(painted(&in_town, 2.0) && !painted(&in_town, 4.0) && painted(&in_town, 10.0));
        assert!(outside.iter().any(|x| (*x - 6.0).abs() < 1e-4));
        assert!(outside.iter().all(|x| !(6.1..17.9).contains(x)));
        town.roads[0].unmarked = vec![Stretch {
            from: 0.0,
            to: 50.0,
        }];
        assert!(dash(&town).iter().all(|x| *x > 50.0));
    }

    #[test]
    fn marks_leave_out_the_parts_where_they_are_gone() {
        let mut network = one_way(&[Element::Straight { length: 100.0 }]);
        network.roads[0].unmarked = vec![Stretch {
            from: 20.0,
            to: 30.0,
        }];
        let parts = marked_parts(&network.roads[0], 0.0..100.0);
        assert_eq!(parts, [0.0..20.0, 30.0..100.0]);
    }
}
