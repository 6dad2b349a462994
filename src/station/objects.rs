//! What the scenario puts on or beside the road: cones, barriers, rails, buildings, trees, poles.

use super::ribbon::Bed;
use super::shape::{Shape, shaded, shining, tint};
use super::site::Site;
use super::surroundings;
use crate::road::{Object, ObjectKind};
use bevy::math::{Quat, Vec3};
use std::ops::Range;

/// Draws the objects of a stretch.
pub fn objects(shape: &mut Shape, site: &Site, bed: &Bed, along: Range<f64>) {
    for object in &bed.road.objects {
        if !along.contains(&object.s) {
            continue;
        }
        let station = bed.station(object.s);
        let first = shape.positions_len();
        draw(shape, site, object);
        shape.light(first, super::tunnels::skylight(bed.road, object.s));
        let turn = Quat::from_rotation_z((station.yaw() + object.heading) as f32);
        shape.place(first, turn, station.point((object.t, 0.0)));
    }
}

/// An object around the origin, along x.
fn draw(shape: &mut Shape, site: &Site, object: &Object) {
    let size = Vec3::from_array(object.size.map(|v| v.max(0.02) as f32));
    let half = Vec3::new(size.x / 2.0, size.y / 2.0, 0.0);
    match object.kind {
        ObjectKind::Cone => cone(shape, size),
        ObjectKind::Barrier => barrier(shape, size, site.night),
        ObjectKind::GuardRail => rail(shape, size),
        ObjectKind::Building => building(shape, size, site.night, object.s),
        ObjectKind::Tree => {
            surroundings::tree(shape, Vec3::NEG_Z * 0.3, size.z + 0.3, object.s, 700);
        }
        ObjectKind::Pole => shape.slab(
            -half - Vec3::Z * 0.2,
            half + Vec3::Z * size.z,
            tint(0.52, 0.53, 0.54),
        ),
    }
}

/// Orange with two white bands on a dark foot.
fn cone(shape: &mut Shape, size: Vec3) {
    let (orange, white) = (tint(0.98, 0.36, 0.05), tint(0.95, 0.95, 0.95));
    let foot = Vec3::new(size.x / 2.0, size.y / 2.0, 0.0);
    shape.slab(
        -foot,
        foot + Vec3::Z * (0.06 * size.z),
        tint(0.15, 0.15, 0.16),
    );
    let radius = 0.36 * size.x.min(size.y);
    let bands = [
        (0.06, orange),
        (0.34, white),
        (0.52, orange),
        (0.66, white),
        (0.80, orange),
        (1.0, orange),
    ];
    for pair in bands.windows(2) {
        let ((low, colour), (high, _)) = (pair[0], pair[1]);
        let at = |z: f32| radius * (1.0 - 0.85 * z);
        shape.frustum(
            Vec3::ZERO,
            (low * size.z, at(low)),
            (high * size.z, at(high)),
            colour,
        );
    }
}

/// Boards with upright red and white stripes on feet, as at road works; lamps on top at night.
fn barrier(shape: &mut Shape, size: Vec3, night: bool) {
    let (red, white) = (tint(0.80, 0.08, 0.07), tint(0.95, 0.95, 0.94));
    // Long ones lie along their length; beacons (short ones) are upright and face the traffic.
    let beacon = size.x < 0.6 && size.y < 0.6;
    let (wide, along_x) = if size.x >= size.y {
        (size.x, true)
    } else {
        (size.y, false)
    };
    let thick = size.x.min(size.y).min(0.35) / 2.0;
    let board = |shape: &mut Shape, from: f32, to: f32, low: f32, high: f32, colour| {
        let (min, max) = if along_x && !beacon {
            (Vec3::new(from, -thick, low), Vec3::new(to, thick, high))
        } else {
            (Vec3::new(-thick, from, low), Vec3::new(thick, to, high))
        };
        shape.slab(min, max, colour);
    };
    let half = wide / 2.0;
    if beacon {
        let bands = 5;
        for i in 0..bands {
            let step = 0.88 * size.z / bands as f32;
            let low = 0.12 * size.z + i as f32 * step;
            let colour = if i % 2 == 0 { red } else { white };
            board(shape, -half, half, low, low + step, colour);
        }
        shape.slab(
            Vec3::new(-0.2, -0.2, 0.0),
            Vec3::new(0.2, 0.2, 0.12 * size.z),
            tint(0.2, 0.2, 0.21),
        );
    } else {
        let stripes = (wide / 0.45).round().max(2.0) as u32;
        let step = wide / stripes as f32;
        for (low, high) in [(0.58, 1.0), (0.12, 0.42)] {
            for i in 0..stripes {
                let from = -half + i as f32 * step;
                let colour = if i % 2 == 0 { red } else { white };
                board(
                    shape,
                    from,
                    from + step,
                    low * size.z,
                    high * size.z,
                    colour,
                );
            }
        }
        let feet = (wide / 2.5).ceil().max(1.0) as u32;
        for i in 0..=feet {
            let at = -half + 0.1 + (wide - 0.2) * i as f32 / feet as f32;
            board(
                shape,
                at - 0.06,
                at + 0.06,
                0.0,
                size.z * 0.98,
                tint(0.3, 0.3, 0.31),
            );
        }
    }
    let amber = tint(1.0, 0.66, 0.08);
    let lamp = Vec3::new(0.09, 0.09, 0.0);
    let colour = if night { shining(amber) } else { amber };
    shape.slab(
        -lamp + Vec3::Z * size.z,
        lamp + Vec3::Z * (size.z + 0.2),
        colour,
    );
}

fn rail(shape: &mut Shape, size: Vec3) {
    let steel = tint(0.66, 0.68, 0.70);
    let half = size / 2.0;
    let beam = Vec3::new(half.x, half.y.min(0.15), 0.0);
    shape.slab(
        -beam + Vec3::Z * (0.58 * size.z),
        beam + Vec3::Z * (0.78 * size.z),
        shaded(steel, 0.8),
    );
    shape.slab(
        -beam + Vec3::Z * (0.80 * size.z),
        beam + Vec3::Z * size.z,
        steel,
    );
    let posts = (size.x / 4.0).ceil().max(1.0) as u32;
    for i in 0..=posts {
        let x = -half.x + size.x * i as f32 / posts as f32;
        let post = Vec3::new(0.05, 0.05, 0.0);
        let foot = Vec3::new(x, 0.0, -0.2);
        shape.slab(
            foot - post,
            foot + post + Vec3::Z * (0.78 * size.z + 0.2),
            shaded(steel, 0.6),
        );
    }
}

/// A block with rows of windows on all four sides and a flat roof.
fn building(shape: &mut Shape, size: Vec3, night: bool, place: f64) {
    let wall = shaded(
        tint(0.74, 0.70, 0.63),
        0.8 + 0.3 * super::ribbon::speckle(place, 800),
    );
    let half = size / 2.0;
    shape.slab(
        Vec3::new(-half.x, -half.y, -0.5),
        Vec3::new(half.x, half.y, size.z),
        wall,
    );
    let rim = Vec3::new(half.x + 0.15, half.y + 0.15, 0.0);
    shape.slab(
        -rim + Vec3::Z * (size.z - 0.3),
        rim + Vec3::Z * (size.z + 0.15),
        shaded(wall, 0.6),
    );
    let storeys = ((size.z - 0.6) / 3.0).floor().clamp(1.0, 40.0) as u32;
    let storey = (size.z - 0.6) / storeys as f32;
    for side in 0..4_u32 {
        let (wide, deep) = if side % 2 == 0 {
            (size.x, half.y)
        } else {
            (size.y, half.x)
        };
        let count = (wide / 2.6).floor().clamp(1.0, 40.0) as u32;
        let first = shape.positions_len();
        for row in 0..storeys {
            for i in 0..count {
                let x = -wide / 2.0 + (i as f32 + 0.5) * wide / count as f32;
                let low = row as f32 * storey + 0.9;
                let key = place + f64::from(i * 7 + row * 131);
                let lit = night && super::ribbon::speckle(key, 810 + side) < 0.35;
                let pane = if lit {
                    shining(tint(0.98, 0.85, 0.58))
                } else {
                    tint(0.19, 0.24, 0.30)
                };
                let (w, h) = (0.62, 1.5_f32.min(storey - 1.1).max(0.4));
                let at = |x: f32, z: f32| Vec3::new(x, deep + 0.02, z);
                shape.quad(
                    [
                        at(x + w, low),
                        at(x - w, low),
                        at(x - w, low + h),
                        at(x + w, low + h),
                    ],
                    pane,
                );
            }
        }
        let turn = Quat::from_rotation_z(side as f32 * std::f32::consts::FRAC_PI_2);
        shape.place(first, turn, Vec3::ZERO);
    }
}

#[cfg(test)]
mod tests {
    use super::super::site::tests::{fair, one_way};
    use super::*;
    use crate::road::Element;

    #[test]
    fn objects_keep_to_their_boxes() {
        let network = one_way(&[Element::Straight { length: 100.0 }]);
        let site = Site::new(&network, &fair());
        for (kind, size) in [
            (ObjectKind::Cone, [0.4, 0.4, 0.75]),
            (ObjectKind::Barrier, [3.0, 0.3, 1.0]),
            (ObjectKind::GuardRail, [12.0, 0.3, 0.75]),
            (ObjectKind::Building, [20.0, 12.0, 9.0]),
            (ObjectKind::Pole, [0.2, 0.2, 6.0]),
        ] {
            let mut shape = Shape::default();
            let object = Object {
                kind,
                name: String::new(),
                s: 10.0,
                t: 0.0,
                heading: 0.0,
                size,
            };
            draw(&mut shape, &site, &object);
            let (low, high) = shape.bounds();
            let [x, y, z] = size.map(|v| v as f32);
            assert!(
                high.x <= x / 2.0 + 0.16 && low.x >= -x / 2.0 - 0.16,
                "{kind:?}"
            );
            assert!(
                high.y <= y / 2.0 + 0.16 && low.y >= -y / 2.0 - 0.16,
                "{kind:?}"
            );
            assert!(high.z <= z + 0.21 && high.z >= 0.9 * z, "{kind:?} {high}");
        }
    }
}
