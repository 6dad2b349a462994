//! What is beside a street: houses, hedges, lamp posts. For the eye only, like all decoration.

use super::ribbon::{Bed, speckle};
use super::road_mesh::{KERB, made};
use super::shape::{Shape, Tint, shaded, shining, tint};
use super::site::{Site, has_sidewalk, in_town};
use bevy::math::{Quat, Vec3};
use std::ops::Range;

/// From one house to the next, m.
const PLOT: f64 = 19.0;
/// From one lamp post to the next on one side, m; the other side's stand in between.
pub const LAMP_SPACING: f64 = 36.0;
const LAMP_HEIGHT: f32 = 5.5;
const STOREY: f32 = 2.9;

/// What stands beside a stretch of a street.
pub fn line_with(shape: &mut Shape, site: &Site, bed: &Bed, along: Range<f64>) {
    if bed.road.junction.is_some() {
        return;
    }
    lamps(shape, site, bed, along.clone());
    let mut k = (along.start / PLOT).ceil();
    while k * PLOT < along.end {
        let s = k * PLOT;
        k += 1.0;
        if !in_town(bed.road, bed.inside(s)) || bed.road.in_tunnel(s) {
            continue;
        }
        for side in [1.0, -1.0] {
            plot(shape, site, bed, s, side);
        }
    }
}

/// A house with its garden, or trees where none fits.
fn plot(shape: &mut Shape, site: &Site, bed: &Bed, s: f64, side: f64) {
    let kind = if side > 0.0 { 500 } else { 600 };
    let station = bed.station(s);
    let (left, right) = made(bed, &station);
    let edge = if side > 0.0 { left } else { right };
    let random = |what: u32| f64::from(speckle(s, kind + what));
    let (length, depth) = (10.0 + 6.0 * random(1), 8.5 + 3.0 * random(2));
    let setback = 4.5 + 3.5 * random(3);
    let foot = station.point((edge + side * (setback + depth / 2.0), -0.9));
    // Its back looks away from the street.
    let facing = station.yaw()
        + if side > 0.0 {
            std::f64::consts::PI
        } else {
            0.0
        };
    let turn = Quat::from_rotation_z(facing as f32);
    let half = Vec3::new(length as f32 / 2.0, depth as f32 / 2.0, 0.0);
    let fits = [
        (1.0, 1.0),
        (1.0, -1.0),
        (-1.0, 1.0),
        (-1.0, -1.0),
        (0.0, 0.0),
    ]
    .iter()
    .all(|(x, y)| site.clear(foot + turn * (half * Vec3::new(*x, *y, 0.0)), 2.0));
    if !fits {
        return;
    }
    if random(4) < 0.12 {
        super::surroundings::tree(shape, foot, 6.0 + 3.0 * random(5) as f32, s, kind);
    } else {
        let first = shape.positions_len();
        let storeys = if random(5) < 0.35 { 3 } else { 2 };
        house(shape, half, storeys, site.night, s, kind);
        shape.place(first, turn, foot);
    }
    hedge(shape, site, bed, s, (side, edge), kind);
}

/// Around the origin, its front towards +y.
fn house(shape: &mut Shape, half: Vec3, storeys: u32, night: bool, s: f64, kind: u32) {
    const WALLS: [[f32; 3]; 6] = [
        [0.86, 0.82, 0.72],
        [0.80, 0.70, 0.56],
        [0.76, 0.78, 0.78],
        [0.66, 0.42, 0.33],
        [0.88, 0.86, 0.82],
        [0.70, 0.74, 0.66],
    ];
    let pick = (speckle(s, kind + 6) * 5.99) as usize;
    let [r, g, b] = WALLS[pick.min(5)];
    let wall = tint(r, g, b);
    let base = 0.7;
    let eaves = base + 0.4 + storeys as f32 * STOREY;
    shape.slab(
        Vec3::new(-half.x, -half.y, 0.0),
        Vec3::new(half.x, half.y, eaves),
        wall,
    );
    roof(shape, half, eaves, 0.42 * half.y * 2.0, wall, s, kind);
    for storey in 0..storeys {
        let low = base + 1.0 + storey as f32 * STOREY;
        let count = ((2.0 * half.x) / 3.0).floor().max(1.0) as u32;
        for i in 0..count {
            let x = -half.x + (i as f32 + 0.5) * 2.0 * half.x / count as f32;
            let door = storey == 0 && i == count / 2;
            let lit = night && speckle(s + f64::from(i) * 3.0, kind + 10 + storey) < 0.4;
            window(shape, Vec3::new(x, half.y, low), door, lit);
        }
        for (side, y) in [(1.0, 0.0), (-1.0, 0.0)] {
            let first = shape.positions_len();
            let lit = night && speckle(s, kind + 20 + storey) < 0.3;
            window(shape, Vec3::new(y, half.x, low), false, lit);
            let turn = Quat::from_rotation_z(-side * std::f32::consts::FRAC_PI_2);
            shape.place(first, turn, Vec3::ZERO);
        }
    }
}

/// In a wall that looks along +y.
fn window(shape: &mut Shape, at: Vec3, door: bool, lit: bool) {
    let (half, low, high, pane) = if door {
        (0.55, -0.95, 1.25, tint(0.30, 0.20, 0.14))
    } else if lit {
        (0.55, 0.0, 1.35, shining(tint(0.98, 0.83, 0.52)))
    } else {
        (0.55, 0.0, 1.35, tint(0.20, 0.25, 0.30))
    };
    let face = |shape: &mut Shape, half: f32, low: f32, high: f32, out: f32, colour: Tint| {
        let at = |x: f32, z: f32| at + Vec3::new(x, out, z);
        shape.quad(
            [
                at(half, low),
                at(-half, low),
                at(-half, high),
                at(half, high),
            ],
            colour,
        );
    };
    let frame = tint(0.90, 0.90, 0.88);
    face(shape, half + 0.1, low - 0.1, high + 0.1, 0.03, frame);
    face(shape, half, low, high, 0.06, pane);
}

/// A gable roof with its ridge along x.
fn roof(shape: &mut Shape, half: Vec3, eaves: f32, rise: f32, wall: Tint, s: f64, kind: u32) {
    let tiles = if speckle(s, kind + 7) < 0.6 {
        tint(0.52, 0.26, 0.20)
    } else {
        tint(0.30, 0.30, 0.33)
    };
    let out = 0.45;
    let (x, y) = (half.x + out, half.y + out);
    let low = eaves - 0.2;
    let ridge = eaves + rise;
    let p = Vec3::new;
    shape.quad(
        [
            p(x, y, low),
            p(-x, y, low),
            p(-x, 0.0, ridge),
            p(x, 0.0, ridge),
        ]
        .map(|v| v),
        tiles,
    );
    shape.quad(
        [
            p(-x, -y, low),
            p(x, -y, low),
            p(x, 0.0, ridge),
            p(-x, 0.0, ridge),
        ],
        tiles,
    );
    for side in [1.0, -1.0] {
        let gable = [
            p(side * half.x, -side * half.y, eaves),
            p(side * half.x, side * half.y, eaves),
            p(side * half.x, 0.0, ridge - 0.25),
        ];
        let [a, b, c] = gable;
        shape.quad([a, b, c, c], shaded(wall, 0.95));
    }
}

/// Between garden and sidewalk, with a gap for the gate.
fn hedge(shape: &mut Shape, site: &Site, bed: &Bed, s: f64, (side, edge): (f64, f64), kind: u32) {
    let green = shaded(tint(0.25, 0.35, 0.18), 0.8 + 0.4 * speckle(s, kind + 8));
    let wooden = speckle(s, kind + 9) < 0.35;
    let (colour, high, thick) = if wooden {
        (tint(0.55, 0.45, 0.34), 1.0, 0.06)
    } else {
        (green, 1.15, 0.45)
    };
    for (from, to) in [(-PLOT / 2.0, -1.6), (0.6, PLOT / 2.0)] {
        let station = bed.station(s + (from + to) / 2.0);
        let half = (to - from) as f32 / 2.0;
        let middle = station.point((edge + side * 0.8, -0.2));
        let turn = Quat::from_rotation_z(station.yaw() as f32);
        let ends = [-1.0, 0.0, 1.0].map(|end| middle + turn * Vec3::X * (half * end));
        if bed.road.in_tunnel(station.s) || !ends.iter().all(|p| site.clear(*p, 0.25)) {
            continue;
        }
        let first = shape.positions_len();
        shape.slab(
            Vec3::new(-half, -thick / 2.0, 0.0),
            Vec3::new(half, thick / 2.0, high + 0.2),
            colour,
        );
        shape.place(first, turn, middle);
    }
}

/// Places of lamp posts along a stretch: `s`, and on which side.
fn lamp_places(along: Range<f64>) -> impl Iterator<Item = (f64, f64)> {
    let first = (along.start / (LAMP_SPACING / 2.0)).ceil() as i64;
    (first..)
        .map(|k| {
            let side = if k.rem_euclid(2) == 0 { -1.0 } else { 1.0 };
            (k as f64 * LAMP_SPACING / 2.0, side)
        })
        .take_while(move |(s, _)| *s < along.end)
}

/// How much of a lamp's light falls on a place of a street at night, 0 to 1.
pub fn lamp_light(s: f64) -> f32 {
    let half = LAMP_SPACING / 2.0;
    let away = (s - (s / half).round() * half).abs();
    (1.0 - (away / half) as f32 * 1.5).max(0.25)
}

fn lamps(shape: &mut Shape, site: &Site, bed: &Bed, along: Range<f64>) {
    let steel = tint(0.35, 0.37, 0.38);
    for (s, side) in lamp_places(along) {
        let q = bed.inside(s);
        if !has_sidewalk(bed.road, q) || bed.road.in_tunnel(s) {
            continue;
        }
        let station = bed.station(s);
        let (left, right) = made(bed, &station);
        let edge = if side > 0.0 { left } else { right };
        let foot = station.point((edge - side * 0.25, KERB));
        let turn = Quat::from_rotation_z(station.yaw() as f32);
        let first = shape.positions_len();
        let post = Vec3::new(0.06, 0.06, 0.0);
        shape.slab(-post, post + Vec3::Z * LAMP_HEIGHT, steel);
        // The arm reaches over the sidewalk only.
        let inwards = -side as f32;
        let head = Vec3::new(0.0, 0.5 * inwards, LAMP_HEIGHT);
        let arm = Vec3::new(0.04, 0.5, 0.04);
        shape.slab(head - arm, head + arm, steel);
        let lens = Vec3::new(0.14, 0.28, 0.05);
        let low = head + Vec3::new(0.0, 0.25 * inwards, -0.05);
        let colour = tint(1.0, 0.90, 0.70);
        let colour = if site.night { shining(colour) } else { colour };
        shape.slab(low - lens, low + lens, colour);
        shape.place(first, turn, foot);
    }
}

#[cfg(test)]
mod tests {
    use super::super::site::tests::{fair, street};
    use super::*;
    use crate::road::{Element, RoadId};

    #[test]
    fn houses_and_hedges_keep_off_the_street_even_in_a_bend() {
        let network = street(&[
            Element::Straight { length: 150.0 },
            Element::Curve {
                radius: 40.0,
                length: 80.0,
                transition: 0.0,
            },
            Element::Straight { length: 150.0 },
        ]);
        let site = Site::new(&network, &fair());
        let bed = site.bed(RoadId(0));
        let mut shape = Shape::default();
        line_with(&mut shape, &site, &bed, 0.0..380.0);
        assert!(shape.positions().len() > 3000);
        for p in shape.positions() {
            let at = network.locate(f64::from(p.x), f64::from(p.y), None);
            let (left, right) = bed.road.carriageway(bed.inside(at.s));
            assert!(at.t > left + 0.5 || at.t < right - 0.5, "{p}");
        }
    }
}
