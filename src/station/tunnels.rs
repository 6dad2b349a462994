//! Tunnels: walls, ceiling and lamps inside, a portal at either end, a hill on top.

use super::ribbon::{Across, Bed, Station, ribbon, ribbon_between};
use super::road_mesh::made;
use super::shape::{Shape, Tint, shaded, shining, tint};
use super::site::Site;
use crate::road::Road;
use std::ops::Range;

/// Height of the ceiling over the road, m.
pub const CEILING: f64 = 5.4;
/// From the road's edge to the wall, m.
const ASIDE: f64 = 0.5;
/// Daylight reaches this far in from either end, m.
const DAYLIGHT: f64 = 22.0;
/// From one ceiling lamp to the next, m, and a lamp's length.
const LAMP_SPACING: f64 = 12.0;
const LAMP: f64 = 2.0;
/// The hill: its height over the road, and how far its foot is from the tunnel's wall, m.
const HILL: f64 = 9.0;
const HILL_FOOT: f64 = 26.0;

/// Share of the sky's light at a place on the road, 0 deep inside to 1 outside.
pub fn skylight(road: &Road, s: f64) -> f32 {
    road.tunnels
        .iter()
        .filter(|tunnel| (tunnel.from..=tunnel.to).contains(&s))
        .map(|tunnel| {
            let inside = (s - tunnel.from).min(tunnel.to - s);
            let left = (1.0 - inside / DAYLIGHT).max(0.0) as f32;
            left * left
        })
        .fold(1.0, f32::min)
}

/// Draws what of the road's tunnels lies within a stretch.
pub fn tunnels(shape: &mut Shape, site: &Site, bed: &Bed, along: Range<f64>) {
    for tunnel in &bed.road.tunnels {
        let part = tunnel.from.max(along.start)..tunnel.to.min(along.end);
        if part.end - part.start < 0.1 {
            continue;
        }
        let mut stations = bed.stations(part.clone());
        for station in &mut stations {
            station.light = skylight(bed.road, station.s);
        }
        tube(shape, bed, &stations);
        lamps(shape, bed, part.clone());
        for station in &mut stations {
            station.light = 1.0;
        }
        hill(shape, site, bed, &stations);
        for (s, ahead) in [(tunnel.from, -1.0), (tunnel.to, 1.0)] {
            if (along.start..along.end).contains(&s) {
                portal(shape, site, bed, s, ahead);
            }
        }
    }
}

fn walls(bed: &Bed, station: &Station) -> (f64, f64) {
    let (left, right) = made(bed, station);
    (left + ASIDE, right - ASIDE)
}

fn tube(shape: &mut Shape, bed: &Bed, stations: &[Station]) {
    let (tiles, concrete) = (tint(0.80, 0.79, 0.74), tint(0.46, 0.46, 0.45));
    let band = |height: f64| if height < 3.0 { tiles } else { concrete };
    for (low, high) in [(-0.1, 3.0), (3.0, CEILING)] {
        let left = |station: &Station| {
            let t = walls(bed, station).0;
            Across {
                left: (t, high),
                right: (t, low),
            }
        };
        let right = |station: &Station| {
            let t = walls(bed, station).1;
            Across {
                left: (t, low),
                right: (t, high),
            }
        };
        ribbon(shape, stations, left, |_| band(low));
        ribbon(shape, stations, right, |_| band(low));
    }
    let ceiling = |station: &Station| {
        let (left, right) = walls(bed, station);
        Across::flat(right, left, CEILING)
    };
    ribbon(shape, stations, ceiling, |_| shaded(concrete, 0.8));
    // The strip between wall and road, from a little under the asphalt, so that no gap shows.
    for side in [1.0, -1.0] {
        let strip = |station: &Station| {
            let (wall, edge) = (walls(bed, station), made(bed, station));
            if side > 0.0 {
                Across {
                    left: (wall.0, 0.04),
                    right: (edge.0 - 0.1, -0.01),
                }
            } else {
                Across {
                    left: (edge.1 + 0.1, -0.01),
                    right: (wall.1, 0.04),
                }
            }
        };
        ribbon(shape, stations, strip, |_| concrete);
    }
}

fn lamps(shape: &mut Shape, bed: &Bed, part: Range<f64>) {
    let glow = shining(tint(1.0, 0.93, 0.75));
    let mut s = (part.start / LAMP_SPACING).ceil() * LAMP_SPACING;
    while s + LAMP < part.end {
        let stations = bed.stations(s..s + LAMP);
        for share in [0.3, 0.7] {
            let lamp = |station: &Station| {
                let (left, right) = walls(bed, station);
                let t = right + share * (left - right);
                Across::flat(t - 0.15, t + 0.15, CEILING - 0.03)
            };
            ribbon(shape, &stations, lamp, |_| glow);
        }
        s += LAMP_SPACING;
    }
}

/// Grass over the tunnel, from foot to foot.
fn hill(shape: &mut Shape, site: &Site, bed: &Bed, stations: &[Station]) {
    let across = |station: &Station| {
        let (left, right) = walls(bed, station);
        [
            (left + HILL_FOOT, -0.9),
            (left + 4.0, HILL - 1.0),
            ((left + right) / 2.0, HILL),
            (right - 4.0, HILL - 1.0),
            (right - HILL_FOOT, -0.9),
        ]
    };
    for i in 0..4 {
        let strip = |station: &Station| {
            let points = across(station);
            (station.point(points[i]), station.point(points[i + 1]))
        };
        let colour = shaded(site.grass, [0.95, 1.03, 1.0, 0.9][i]);
        ribbon_between(shape, stations, strip, |_| colour);
    }
}

/// A concrete face around the opening; `ahead` is -1 where one drives in along `s`.
fn portal(shape: &mut Shape, site: &Site, bed: &Bed, s: f64, ahead: f64) {
    let concrete = tint(0.62, 0.61, 0.58);
    // A little outside, so that the hill does not show through.
    let station = bed.station(s + 0.05 * ahead);
    let (left, right) = walls(bed, &station);
    let top = HILL + 0.4;
    let mut face = |corners: [(f64, f64); 4], colour: Tint| {
        let mut corners = corners.map(|p| station.point(p));
        if ahead > 0.0 {
            corners.reverse();
        }
        shape.quad(corners, colour);
    };
    // Seen from outside along s, left is left: counter-clockwise from the lower left.
    let (l, r) = (left + 5.0, right - 5.0);
    face(
        [(l, -0.9), (left, -0.9), (left, top), (l, top - 1.0)],
        concrete,
    );
    face(
        [(right, -0.9), (r, -0.9), (r, top - 1.0), (right, top)],
        concrete,
    );
    face(
        [(left, CEILING), (right, CEILING), (right, top), (left, top)],
        shaded(concrete, 0.92),
    );
    // The slopes beside it.
    let foot = HILL_FOOT;
    let grass = shaded(site.grass, 0.85);
    face(
        [
            (left + foot, -0.9),
            (l, -0.9),
            (l, top - 1.4),
            (l, top - 1.4),
        ],
        grass,
    );
    face(
        [
            (r, -0.9),
            (right - foot, -0.9),
            (r, top - 1.4),
            (r, top - 1.4),
        ],
        grass,
    );
}

#[cfg(test)]
mod tests {
    use super::super::site::tests::{fair, one_way};
    use super::*;
    use crate::road::{Element, RoadId, Stretch};

    #[test]
    fn a_tunnel_leaves_the_road_free_and_is_dark_inside() {
        let mut network = one_way(&[Element::Straight { length: 600.0 }]);
        network.roads[0].tunnels = vec![Stretch {
            from: 200.0,
            to: 400.0,
        }];
        let site = Site::new(&network, &fair());
        let bed = site.bed(RoadId(0));
        let mut shape = Shape::default();
        tunnels(&mut shape, &site, &bed, 0.0..450.0);
        assert!(!shape.is_empty());
        let (left, right) = bed.road.full_width(300.0);
        for p in shape.positions() {
            let over_road = f64::from(p.y) < left && f64::from(p.y) > right;
            assert!(!over_road || p.z > 5.0 || p.z < 0.0, "{p}");
        }
        assert_eq!(skylight(bed.road, 300.0), 0.0);
        assert_eq!(skylight(bed.road, 100.0), 1.0);
    }
}
