//! Two-wheelers, people on foot, animals and lost cargo, made to measure.
//!
//! Body axes; the origin is the middle of the body on the ground. Everything is drawn in shares of
//! length, width and height, so that a child is a small person and not a cut-off one.

use super::shape::{Shape, Tint, shaded, shining, tint};
use super::vehicle_mesh::{Parts, head_lamp, plastic, tail_lamp};
use bevy::math::{Quat, Vec3};

fn skin() -> Tint {
    tint(0.80, 0.60, 0.48)
}

fn trousers() -> Tint {
    tint(0.16, 0.19, 0.28)
}

/// A limb: a bar between two points given in shares of the size.
fn limb(shape: &mut Shape, size: Vec3, from: Vec3, to: Vec3, thickness: f32, colour: Tint) {
    shape.bar(from * size, to * size, thickness * size.z, colour);
}

fn ball(shape: &mut Shape, size: Vec3, centre: Vec3, half: f32, colour: Tint) {
    shape.ball(centre * size, Vec3::splat(half * size.z), colour);
}

/// Walking, an arm and a leg ahead.
pub fn pedestrian(size: Vec3, paint: Tint) -> Parts {
    let mut parts = Parts::default();
    let body = &mut parts.body;
    let p = Vec3::new;
    for (side, stride) in [(1.0, 0.36), (-1.0, -0.36)] {
        let (hip, knee, foot) = (
            p(0.0, 0.16 * side, 0.50),
            p(0.7 * stride, 0.17 * side, 0.27),
            p(stride, 0.17 * side, 0.045),
        );
        limb(body, size, hip, knee, 0.085, trousers());
        limb(body, size, knee, foot, 0.07, trousers());
        let shoe = foot * size;
        body.slab(
            shoe + p(-0.06, -0.05, -0.045 * size.z),
            shoe + p(0.06, 0.05, 0.02 * size.z),
            plastic(),
        );
        let (shoulder, elbow, hand) = (
            p(0.0, 0.37 * side, 0.80),
            p(-0.45 * stride, 0.42 * side, 0.64),
            p(-0.6 * stride, 0.41 * side, 0.51),
        );
        limb(body, size, shoulder, elbow, 0.06, paint);
        limb(body, size, elbow, hand, 0.05, paint);
        ball(body, size, hand, 0.027, skin());
    }
    let (half_x, half_y) = (0.09 * size.z / 1.2, 0.30 * size.y);
    body.ball(
        p(0.0, 0.0, 0.665 * size.z),
        p(half_x, half_y, 0.185 * size.z),
        paint,
    );
    limb(
        body,
        size,
        p(0.0, 0.0, 0.80),
        p(0.0, 0.0, 0.88),
        0.06,
        skin(),
    );
    ball(body, size, p(0.0, 0.0, 0.925), 0.066, skin());
    // Hair, so that front and back differ.
    body.ball(
        p(-0.015 * size.z, 0.0, 0.942 * size.z),
        Vec3::splat(0.0655 * size.z) * p(0.95, 1.0, 0.85),
        tint(0.20, 0.13, 0.09),
    );
    parts
}

/// A person who sits: hips, head and hands in shares of the size.
fn rider(body: &mut Shape, size: Vec3, hip: Vec3, head: Vec3, hand: Vec3, paint: Tint) {
    let shoulder = hip.lerp(head, 0.68);
    body.bar(hip * size, shoulder * size, 0.15 * size.z, paint);
    for side in [1.0, -1.0] {
        let aside = |p: Vec3, y: f32| Vec3::new(p.x, y * side, p.z);
        let elbow = shoulder.lerp(hand, 0.5) - Vec3::Z * 0.04;
        limb(
            body,
            size,
            aside(shoulder, 0.24),
            aside(elbow, 0.36),
            0.055,
            paint,
        );
        limb(
            body,
            size,
            aside(elbow, 0.36),
            aside(hand, 0.38),
            0.05,
            paint,
        );
    }
    limb(body, size, shoulder, head, 0.06, skin());
    ball(body, size, head, 0.062, skin());
}

fn helmet(body: &mut Shape, size: Vec3, head: Vec3, colour: Tint) {
    let centre = head * size + Vec3::new(-0.01, 0.0, 0.02);
    body.ball(centre, Vec3::splat(0.072 * size.z), colour);
}

fn wheel(body: &mut Shape, x: f32, radius: f32, width: f32) {
    body.wheel(Vec3::new(x, 0.0, radius), radius, width);
}

/// A thin wheel: a tyre with a few spokes.
fn bicycle_wheel(body: &mut Shape, x: f32, radius: f32) {
    const SPOKES: u32 = 12;
    let tyre = tint(0.08, 0.08, 0.09);
    let at = |i: u32| {
        let angle = std::f32::consts::TAU * i as f32 / SPOKES as f32;
        Vec3::new(
            x + radius * angle.cos() * 0.96,
            0.0,
            radius * (1.0 + 0.96 * angle.sin()),
        )
    };
    let hub = Vec3::new(x, 0.0, radius);
    for i in 0..SPOKES {
        body.bar(at(i), at(i + 1), 0.04, tyre);
        if i % 2 == 0 {
            body.bar(hub, at(i), 0.008, tint(0.6, 0.6, 0.62));
        }
    }
}

pub fn cyclist(size: Vec3, paint: Tint, lit: bool) -> Parts {
    let mut parts = Parts::default();
    let body = &mut parts.body;
    let p = Vec3::new;
    let radius = (0.19 * size.z).min(0.19 * size.x);
    let axle = size.x / 2.0 - radius;
    bicycle_wheel(body, axle, radius);
    bicycle_wheel(body, -axle, radius);
    let steel = tint(0.10, 0.32, 0.36);
    let z = radius / size.z;
    let (rear, front) = (p(-axle / size.x, 0.0, z), p(axle / size.x, 0.0, z));
    let (crank, seat, stem) = (p(-0.04, 0.0, 0.17), p(-0.13, 0.0, 0.50), p(0.20, 0.0, 0.52));
    for (from, to) in [
        (rear, crank),
        (rear, seat),
        (crank, seat),
        (crank, stem),
        (seat, stem),
        (stem, front),
    ] {
        limb(body, size, from, to, 0.02, steel);
    }
    let bar = p(0.22, 0.0, 0.585);
    limb(body, size, stem, bar, 0.02, steel);
    limb(
        body,
        size,
        p(0.22, -0.42, 0.585),
        p(0.22, 0.42, 0.585),
        0.018,
        plastic(),
    );
    let saddle = p(-0.14, 0.0, 0.535) * size;
    body.slab(
        saddle - p(0.12, 0.07, 0.02),
        saddle + p(0.12, 0.07, 0.02),
        plastic(),
    );
    let (hip, head) = (p(-0.13, 0.0, 0.575), p(0.075, 0.0, 0.91));
    rider(body, size, hip, head, p(0.21, 0.0, 0.60), paint);
    helmet(body, size, head, tint(0.92, 0.92, 0.30));
    for (side, pedal) in [(1.0, p(-0.02, 0.16, 0.08)), (-1.0, p(-0.05, 0.16, 0.27))] {
        let aside = |q: Vec3, y: f32| p(q.x, y * side, q.z);
        let knee = p(0.09, 0.0, pedal.z + 0.26);
        limb(
            body,
            size,
            aside(hip, 0.16),
            aside(knee, 0.18),
            0.075,
            trousers(),
        );
        limb(
            body,
            size,
            aside(knee, 0.18),
            aside(pedal, 0.17),
            0.06,
            trousers(),
        );
        limb(
            body,
            size,
            aside(pedal, 0.17),
            aside(pedal + p(0.06, 0.0, 0.0), 0.17),
            0.045,
            plastic(),
        );
    }
    let lamp = |x: f32, z: f32| p(x, 0.0, z) * size;
    let half = p(0.03, 0.03, 0.03);
    let tail = lamp(-0.20, 0.44);
    body.slab(tail - half, tail + half, tail_lamp(lit));
    let head = lamp(0.25, 0.53);
    body.slab(head - half, head + half, head_lamp(lit));
    parts
}

pub fn motorcycle(size: Vec3, paint: Tint, lit: bool) -> Parts {
    let mut parts = Parts::default();
    let body = &mut parts.body;
    let p = Vec3::new;
    let radius = (0.20 * size.z).min(0.15 * size.x);
    let axle = size.x / 2.0 - radius;
    wheel(body, axle, radius, 0.13);
    wheel(body, -axle, radius, 0.17);
    let engine = p(0.0, 0.0, 0.26) * size;
    body.slab(
        engine - p(0.26, 0.15, 0.14),
        engine + p(0.28, 0.15, 0.14),
        tint(0.25, 0.26, 0.27),
    );
    // Tank, seat, tail and fairing.
    body.ball(
        p(0.08, 0.0, 0.50) * size,
        p(0.16 * size.x, 0.17, 0.085 * size.z),
        paint,
    );
    let seat = p(-0.18, 0.0, 0.475) * size;
    body.slab(
        seat - p(0.36, 0.14, 0.04),
        seat + p(0.30, 0.14, 0.04),
        plastic(),
    );
    body.ball(
        p(-0.37, 0.0, 0.47) * size,
        p(0.11 * size.x, 0.11, 0.05 * size.z),
        paint,
    );
    body.ball(
        p(0.27, 0.0, 0.52) * size,
        p(0.11 * size.x, 0.19, 0.12 * size.z),
        paint,
    );
    let axle_at = p(axle / size.x, 0.0, radius / size.z);
    limb(
        body,
        size,
        p(0.24, 0.0, 0.56),
        axle_at,
        0.06,
        tint(0.5, 0.5, 0.52),
    );
    let rear_at = p(-axle / size.x, 0.0, radius / size.z);
    limb(
        body,
        size,
        p(-0.05, 0.0, 0.24),
        rear_at,
        0.06,
        tint(0.3, 0.3, 0.32),
    );
    limb(
        body,
        size,
        p(0.20, -0.45, 0.62),
        p(0.20, 0.45, 0.62),
        0.02,
        plastic(),
    );
    let leather = tint(0.11, 0.11, 0.13);
    let (hip, head) = (p(-0.13, 0.0, 0.555), p(0.03, 0.0, 0.915));
    rider(body, size, hip, head, p(0.19, 0.0, 0.64), leather);
    helmet(body, size, head, shaded(paint, 1.1));
    for side in [1.0, -1.0] {
        let aside = |q: Vec3, y: f32| p(q.x, y * side, q.z);
        let (knee, foot) = (p(0.08, 0.0, 0.45), p(-0.06, 0.0, 0.19));
        limb(
            body,
            size,
            aside(hip, 0.18),
            aside(knee, 0.28),
            0.09,
            leather,
        );
        limb(
            body,
            size,
            aside(knee, 0.28),
            aside(foot, 0.26),
            0.075,
            leather,
        );
    }
    let lamp = p(0.375, 0.0, 0.52) * size;
    body.slab(
        lamp - p(0.05, 0.09, 0.05),
        lamp + p(0.03, 0.09, 0.05),
        head_lamp(lit),
    );
    let tail = p(-0.475, 0.0, 0.47) * size;
    body.slab(
        tail + p(-0.02, -0.06, -0.12),
        tail + p(0.02, 0.06, -0.04),
        tint(0.90, 0.90, 0.86),
    );
    body.slab(
        tail + p(-0.02, -0.08, 0.035),
        tail + p(0.03, 0.08, 0.06),
        tail_lamp(lit),
    );
    parts.brake.slab(
        tail + p(-0.03, -0.09, -0.03),
        tail + p(0.03, 0.09, 0.03),
        [1.0; 4],
    );
    let rear = p(-0.46, 0.22, 0.44) * size;
    parts.indicators(rear - Vec3::splat(0.03), rear + Vec3::splat(0.03));
    let front = p(0.33, 0.32, 0.52) * size;
    parts.indicators(front - Vec3::splat(0.03), front + Vec3::splat(0.03));
    parts
}

/// A deer: slender legs, a long neck, antlers, a pale rump.
pub fn animal(size: Vec3, paint: Tint) -> Parts {
    let mut parts = Parts::default();
    let body = &mut parts.body;
    let p = Vec3::new;
    body.ball(
        p(-0.06, 0.0, 0.53) * size,
        p(0.33 * size.x, 0.40 * size.y, 0.125 * size.z),
        paint,
    );
    body.ball(
        p(-0.36, 0.0, 0.56) * size,
        p(0.05 * size.x, 0.24 * size.y, 0.075 * size.z),
        tint(0.86, 0.80, 0.70),
    );
    let dark = shaded(paint, 0.62);
    for (x, lean) in [(0.16, 0.02), (-0.27, -0.03)] {
        for (side, step) in [(1.0, 0.03), (-1.0, -0.04)] {
            let hip = p(x, 0.24 * side, 0.50);
            let knee = p(x + step - lean, 0.22 * side, 0.26);
            let foot = p(x + 1.5 * step, 0.22 * side, 0.0);
            limb(body, size, hip, knee, 0.06, paint);
            limb(body, size, knee, foot, 0.032, dark);
        }
    }
    let (neck, head) = (p(0.17, 0.0, 0.57), p(0.33, 0.0, 0.80));
    limb(body, size, neck, head, 0.095, paint);
    body.ball(
        head * size,
        p(0.075 * size.x, 0.17 * size.y, 0.048 * size.z),
        paint,
    );
    limb(body, size, head, p(0.465, 0.0, 0.755), 0.052, dark);
    for side in [1.0, -1.0] {
        let at = |x: f32, y: f32, z: f32| p(x, y * side, z);
        let horn = tint(0.55, 0.47, 0.36);
        limb(
            body,
            size,
            at(0.31, 0.10, 0.83),
            at(0.24, 0.34, 0.92),
            0.02,
            horn,
        );
        limb(
            body,
            size,
            at(0.24, 0.34, 0.92),
            at(0.27, 0.42, 0.99),
            0.018,
            horn,
        );
        limb(
            body,
            size,
            at(0.26, 0.28, 0.90),
            at(0.34, 0.34, 0.97),
            0.016,
            horn,
        );
        limb(
            body,
            size,
            at(0.30, 0.14, 0.82),
            at(0.26, 0.40, 0.83),
            0.03,
            paint,
        );
        // Eyes send headlights back.
        let eye = at(0.375, 0.13, 0.81) * size;
        body.ball(
            eye,
            Vec3::splat(0.014 * size.z),
            shining(tint(0.30, 0.28, 0.16)),
        );
    }
    parts
}

/// Lost cargo: a torn box with a plank across and a tyre half under it.
pub fn debris(size: Vec3, paint: Tint) -> Parts {
    let mut parts = Parts::default();
    let body = &mut parts.body;
    let p = Vec3::new;
    let half = size / 2.0;
    let first = body.positions_len();
    let inner = p(0.62 * half.x, 0.55 * half.y, 0.0);
    body.slab(-inner, inner + Vec3::Z * (0.92 * size.z), paint);
    body.slab(
        p(-0.63 * half.x, -0.08 * half.y, 0.0),
        p(0.63 * half.x, 0.08 * half.y, 0.935 * size.z),
        tint(0.78, 0.66, 0.45),
    );
    body.place(first, Quat::from_rotation_z(0.3), Vec3::ZERO);
    let thick = (0.14 * size.z).min(0.08);
    body.bar(
        p(-0.95 * half.x, 0.75 * half.y, thick / 2.0),
        p(0.95 * half.x, -0.80 * half.y, 0.5 * size.z),
        thick,
        tint(0.66, 0.52, 0.34),
    );
    let strap = p(0.1 * half.x, 0.0, 0.96 * size.z);
    body.slab(
        strap - p(0.1 * half.x, 0.4 * half.y, 0.02 * size.z),
        strap + p(0.1 * half.x, 0.4 * half.y, 0.02 * size.z),
        tint(0.85, 0.30, 0.10),
    );
    parts
}
