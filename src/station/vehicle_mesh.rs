//! The shapes of road users, made to measure from length, width and height: cars and lorries here,
//! the others in `bus_mesh` and `rider_mesh`.
//!
//! Body axes; the origin is the middle of the body on the ground.

use super::shape::{Section, Shape, Tint, shaded, shining, tint};
use super::{bus_mesh, rider_mesh};
use crate::road_user::RoadUser;
use bevy::math::Vec3;

/// A road user in the parts that change by themselves. Lamps may be empty.
#[derive(Default)]
pub struct Parts {
    pub body: Shape,
    pub brake: Shape,
    /// Direction indicators; both flash as hazard lamps.
    pub left: Shape,
    pub right: Shape,
}

impl Parts {
    /// Indicators on both sides; the box as on the left.
    pub fn indicators(&mut self, low: Vec3, high: Vec3) {
        self.left.slab(low, high, [1.0; 4]);
        let mirrored = |y: f32, p: Vec3| Vec3::new(p.x, y, p.z);
        let (min, max) = (mirrored(-high.y, low), mirrored(-low.y, high));
        self.right.slab(min, max, [1.0; 4]);
    }
}

pub fn glass() -> Tint {
    tint(0.13, 0.17, 0.21)
}

pub fn plastic() -> Tint {
    tint(0.12, 0.12, 0.13)
}

/// The colour of headlights.
pub fn head_lamp(lit: bool) -> Tint {
    let white = tint(0.95, 0.96, 0.98);
    if lit { shining(white) } else { white }
}

/// The colour of tail lamps that are not brake lamps.
pub fn tail_lamp(lit: bool) -> Tint {
    if lit {
        shining(tint(0.62, 0.05, 0.04))
    } else {
        tint(0.40, 0.04, 0.04)
    }
}

/// `size` is length, width, height in m; `lit` says whether lamps are on.
pub fn road_user(kind: RoadUser, size: Vec3, paint: Tint, lit: bool) -> Parts {
    match kind {
        RoadUser::Car => car(size, paint, lit),
        RoadUser::Truck => truck(size, paint, lit),
        RoadUser::Van => bus_mesh::van(size, paint, lit),
        RoadUser::Bus => bus_mesh::bus(size, paint, lit),
        RoadUser::Shuttle => bus_mesh::shuttle(size, paint, lit),
        RoadUser::Motorcycle => rider_mesh::motorcycle(size, paint, lit),
        RoadUser::Cyclist => rider_mesh::cyclist(size, paint, lit),
        RoadUser::Pedestrian => rider_mesh::pedestrian(size, paint),
        RoadUser::Animal => rider_mesh::animal(size, paint),
        RoadUser::Debris => rider_mesh::debris(size, paint),
    }
}

fn car(size: Vec3, paint: Tint, lit: bool) -> Parts {
    let Vec3 {
        x: length,
        y: w,
        z: h,
    } = size;
    let l = length / 2.0;
    let mut parts = Parts::default();
    let body = &mut parts.body;
    let under = 0.13 * h;
    let section = |x: f32, low: f32, high: f32, half_low: f32, half_high: f32| Section {
        x,
        low,
        high: high * h,
        half_low: half_low * w,
        half_high: half_high * w,
        top: paint,
        side: paint,
    };
    body.loft(&[
        section(-l, under + 0.12, 0.60, 0.46, 0.43),
        section(-l + 0.10, under, 0.655, 0.49, 0.45),
        section(-0.60 * l, under, 0.665, 0.50, 0.46),
        section(0.40 * l, under, 0.645, 0.50, 0.46),
        section(l - 0.35, under, 0.555, 0.49, 0.44),
        section(l - 0.06, under, 0.475, 0.46, 0.41),
        section(l, under + 0.08, 0.42, 0.43, 0.39),
    ]);
    let cabin = |x: f32, high: f32, half_high: f32, top: Tint| Section {
        x: x * l,
        low: 0.60 * h,
        high: high * h,
        half_low: 0.455 * w,
        half_high: half_high * w,
        top,
        side: glass(),
    };
    body.loft(&[
        cabin(-0.84, 0.66, 0.45, glass()),
        cabin(-0.46, 0.985, 0.365, paint),
        cabin(-0.15, 1.0, 0.365, paint),
        cabin(0.10, 0.985, 0.37, glass()),
        cabin(0.52, 0.63, 0.44, glass()),
    ]);
    // Pillars between the side windows.
    for x in [-0.44, -0.10] {
        let (low, high) = (
            Vec3::new(x * l - 0.05, 0.365 * w, 0.62 * h),
            Vec3::new(x * l + 0.05, 0.385 * w, 0.97 * h),
        );
        body.slab_pair(low, high, shaded(paint, 0.8));
    }
    let radius = 0.22 * h;
    for x in [l - 0.90, -l + 1.0] {
        for side in [-1.0, 1.0] {
            let centre = Vec3::new(x, side * (w / 2.0 - 0.10), radius);
            body.wheel(centre, radius, 0.22);
        }
    }
    let on_rear = |y0: f32, z0: f32, y1: f32, z1: f32, out: f32| {
        (
            Vec3::new(-l - out, y0 * w, z0 * h),
            Vec3::new(-l + 0.10, y1 * w, z1 * h),
        )
    };
    let on_front = |y0: f32, z0: f32, y1: f32, z1: f32| {
        (
            Vec3::new(l - 0.30, y0 * w, z0 * h),
            Vec3::new(l - 0.02, y1 * w, z1 * h),
        )
    };
    let (low, high) = on_rear(-0.40, 0.20, 0.40, 0.30, 0.03);
    body.slab(low, high, plastic());
    let (low, high) = on_rear(-0.14, 0.40, 0.14, 0.475, 0.015);
    body.slab(low, high, tint(0.90, 0.90, 0.86));
    let (low, high) = on_front(0.27, 0.40, 0.41, 0.465);
    body.slab_pair(low, high, head_lamp(lit));

    if lit {
        let (low, high) = on_rear(0.26, 0.545, 0.445, 0.615, 0.01);
        body.slab_pair(low, high, tail_lamp(lit));
    }
    let (low, high) = on_rear(0.26, 0.50, 0.44, 0.60, 0.02);
    parts.brake.slab_pair(low, high, [1.0; 4]);
    let third = Vec3::new(-0.80 * l, 0.10 * w, 0.70 * h);
    parts.brake.slab(
        Vec3::new(third.x - 0.05, -third.y, third.z - 0.02),
        Vec3::new(third.x, third.y, third.z + 0.02),
        [1.0; 4],
    );
    let (low, high) = on_rear(0.34, 0.43, 0.45, 0.49, 0.02);
    parts.indicators(low, high);
    let (low, high) = on_front(0.41, 0.40, 0.465, 0.465);
    parts.indicators(low, high);
    parts
}

fn truck(size: Vec3, paint: Tint, lit: bool) -> Parts {
    let Vec3 {
        x: length,
        y: w,
        z: h,
    } = size;
    let l = length / 2.0;
    let cab = 2.1_f32.min(0.35 * length);
    let mut parts = Parts::default();
    let body = &mut parts.body;
    let at = |x: f32, y: f32, z: f32| Vec3::new(x, y * w, z * h);
    body.slab(at(-l, -0.33, 0.16), at(l - 0.4, 0.33, 0.29), plastic());
    // The box, with a coloured band and doors at the rear.
    let (rear, front) = (-l, l - cab - 0.25);
    let white = tint(0.86, 0.87, 0.88);
    body.slab(at(rear, -0.5, 0.29), at(front, 0.5, 1.0), white);
    body.slab(
        at(rear + 0.2, -0.503, 0.38),
        at(front - 0.2, 0.503, 0.44),
        paint,
    );
    let edge = tint(0.45, 0.46, 0.48);
    body.slab(at(rear - 0.015, -0.004, 0.30), at(rear, 0.004, 0.985), edge);
    for y in [-0.28, -0.12, 0.12, 0.28] {
        body.slab(
            at(rear - 0.03, y - 0.005, 0.31),
            at(rear, y + 0.005, 0.97),
            edge,
        );
    }
    body.slab(
        at(rear - 0.02, -0.5, 0.285),
        at(rear + 0.1, 0.5, 0.305),
        edge,
    );
    body.slab(
        at(rear - 0.02, -0.5, 0.985),
        at(rear + 0.1, 0.5, 1.003),
        edge,
    );
    let section = |x: f32, low: f32, high: f32, half: f32| Section {
        x,
        low: low * h,
        high: high * h,
        half_low: half * w,
        half_high: (half - 0.02) * w,
        top: paint,
        side: paint,
    };
    body.loft(&[
        section(l - cab, 0.13, 0.80, 0.49),
        section(l - 0.5, 0.13, 0.82, 0.49),
        section(l - 0.12, 0.13, 0.76, 0.485),
        section(l, 0.13, 0.44, 0.48),
    ]);
    // Windscreen, side windows, grille.
    body.quad(
        [
            at(l + 0.01, -0.43, 0.455),
            at(l + 0.01, 0.43, 0.455),
            at(l - 0.10, 0.42, 0.735),
            at(l - 0.10, -0.42, 0.735),
        ],
        glass(),
    );
    body.slab(
        at(l - 0.01, -0.43, 0.44),
        at(l + 0.01, 0.43, 0.46),
        plastic(),
    );
    body.slab_pair(at(l - 1.35, 0.47, 0.48), at(l - 0.45, 0.492, 0.72), glass());
    body.slab(
        at(l - 0.05, -0.30, 0.20),
        at(l + 0.02, 0.30, 0.36),
        plastic(),
    );
    body.slab_pair(
        at(l - 0.05, 0.34, 0.20),
        at(l + 0.02, 0.46, 0.25),
        head_lamp(lit),
    );
    let radius = 0.147 * h;
    for x in [l - 1.4, l - 6.4] {
        let x = x.max(-l + radius + 0.3);
        for side in [-1.0, 1.0] {
            body.wheel(Vec3::new(x, side * (w / 2.0 - 0.16), radius), radius, 0.30);
        }
    }
    // Bar below the rear, plate, and red reflectors that also show unlit.
    body.slab(
        at(rear - 0.02, -0.46, 0.13),
        at(rear + 0.1, 0.46, 0.165),
        edge,
    );
    body.slab_pair(
        at(rear - 0.01, 0.40, 0.165),
        at(rear + 0.08, 0.43, 0.24),
        plastic(),
    );
    body.slab(
        at(rear - 0.03, -0.10, 0.20),
        at(rear + 0.05, 0.10, 0.235),
        tint(0.90, 0.90, 0.86),
    );

    if lit {
        let (low, high) = (at(rear - 0.035, 0.27, 0.205), at(rear + 0.1, 0.40, 0.275));
        body.slab_pair(low, high, tail_lamp(lit));
    }
    parts.brake.slab_pair(
        at(rear - 0.04, 0.28, 0.215),
        at(rear + 0.1, 0.40, 0.265),
        [1.0; 4],
    );
    parts.indicators(at(rear - 0.04, 0.41, 0.215), at(rear + 0.1, 0.47, 0.265));
    parts.indicators(at(l - 0.05, 0.42, 0.265), at(l + 0.03, 0.47, 0.29));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_keep_to_their_measures() {
        for (kind, size) in [
            (RoadUser::Car, Vec3::new(4.6, 1.82, 1.45)),
            (RoadUser::Van, Vec3::new(5.9, 2.0, 2.6)),
            (RoadUser::Truck, Vec3::new(9.0, 2.5, 3.4)),
            (RoadUser::Bus, Vec3::new(12.0, 2.55, 3.1)),
            (RoadUser::Shuttle, Vec3::new(4.8, 2.1, 2.7)),
            (RoadUser::Motorcycle, Vec3::new(2.2, 0.8, 1.6)),
            (RoadUser::Cyclist, Vec3::new(1.8, 0.6, 1.75)),
            (RoadUser::Pedestrian, Vec3::new(0.4, 0.55, 1.75)),
            (RoadUser::Animal, Vec3::new(1.7, 0.5, 1.5)),
            (RoadUser::Debris, Vec3::new(1.0, 0.8, 0.4)),
        ] {
            let parts = road_user(kind, size, [1.0; 4], true);
            assert!(!parts.body.is_empty());
            assert_eq!(
                parts.brake.is_empty(),
                !kind.drives() || kind == RoadUser::Cyclist
            );
            for shape in [&parts.body, &parts.brake, &parts.left, &parts.right] {
                for p in shape.positions() {
                    // Lamps and plates stand out by a few centimetres.
                    assert!(p.x.abs() <= size.x / 2.0 + 0.06, "{kind:?} {p}");
                    assert!(p.y.abs() <= size.y / 2.0 + 0.06, "{kind:?} {p}");
                    assert!((-0.011..=size.z * 1.01).contains(&p.z), "{kind:?} {p}");
                }
            }
            let (low, high) = parts.body.bounds();
            assert!(high.z - low.z > 0.9 * size.z, "{kind:?}");
            assert!(high.x - low.x > 0.85 * size.x, "{kind:?}");
        }
    }

    #[test]
    fn lamps_are_where_they_belong() {
        let parts = road_user(RoadUser::Truck, Vec3::new(9.0, 2.5, 3.4), [1.0; 4], false);
        assert!(parts.brake.positions().iter().all(|p| p.x < -4.0));
        assert!(parts.left.positions().iter().all(|p| p.y > 0.5));
        assert!(parts.right.positions().iter().all(|p| p.y < -0.5));
    }
}
