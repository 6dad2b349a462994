//! Vans, buses and shuttles: boxes with windows, made to measure.
//!
//! Body axes; the origin is the middle of the body on the ground.

use super::shape::{Section, Shape, Tint, shaded, tint};
use super::vehicle_mesh::{Parts, glass, head_lamp, plastic, tail_lamp};
use bevy::math::Vec3;

/// Points of a body by shares of its width and height, and m along it.
struct Frame {
    l: f32,
    w: f32,
    h: f32,
}

impl Frame {
    fn of(size: Vec3) -> Self {
        Self {
            l: size.x / 2.0,
            w: size.y,
            h: size.z,
        }
    }

    fn at(&self, x: f32, y: f32, z: f32) -> Vec3 {
        Vec3::new(x, y * self.w, z * self.h)
    }

    fn section(&self, x: f32, (low, high): (f32, f32), half: (f32, f32), tint: Tint) -> Section {
        Section {
            x,
            low: low * self.h,
            high: high * self.h,
            half_low: half.0 * self.w,
            half_high: half.1 * self.w,
            top: tint,
            side: tint,
        }
    }

    /// A window or a panel on both sides.
    fn pane(&self, body: &mut Shape, (x0, x1): (f32, f32), (z0, z1): (f32, f32), colour: Tint) {
        body.slab_pair(self.at(x0, 0.48, z0), self.at(x1, 0.503, z1), colour);
    }

    fn wheels(&self, body: &mut Shape, places: &[f32], radius: f32, width: f32) {
        for x in places {
            for side in [-1.0, 1.0] {
                let centre = Vec3::new(*x, side * (self.w / 2.0 - width / 2.0), radius);
                body.wheel(centre, radius, width);
            }
        }
    }

    /// Tail, brake and indicator lamps at the rear, one above the other.
    fn rear_lamps(&self, parts: &mut Parts, z: f32, lit: bool) {
        let (back, front) = (-self.l - 0.02, -self.l + 0.08);
        let step = 0.045;
        let place = |i: f32| {
            (
                self.at(back, 0.41, z + i * step),
                self.at(front, 0.485, z + (i + 0.9) * step),
            )
        };
        let (low, high) = place(0.0);
        parts.body.slab_pair(low, high, tail_lamp(lit));
        let (low, high) = place(1.0);
        parts.brake.slab_pair(low, high, [1.0; 4]);
        let (low, high) = place(2.0);
        parts.indicators(low, high);
    }

    fn front_lamps(&self, parts: &mut Parts, z: f32, lit: bool) {
        let (back, front) = (self.l - 0.12, self.l + 0.015);
        parts.body.slab_pair(
            self.at(back, 0.28, z),
            self.at(front, 0.42, z + 0.05),
            head_lamp(lit),
        );
        parts.indicators(self.at(back, 0.42, z), self.at(front, 0.465, z + 0.05));
    }

    fn plate(&self, body: &mut Shape, z: f32) {
        let (low, high) = (
            self.at(-self.l - 0.02, -0.12, z),
            self.at(-self.l + 0.05, 0.12, z + 0.045),
        );
        body.slab(low, high, tint(0.90, 0.90, 0.86));
    }
}

/// A delivery van: a short sloping bonnet, a high box.
pub fn van(size: Vec3, paint: Tint, lit: bool) -> Parts {
    let frame = Frame::of(size);
    let l = frame.l;
    let mut parts = Parts::default();
    let section = |x: f32, low: f32, high: f32, half: f32| {
        frame.section(x, (low, high), (half, half - 0.035), paint)
    };
    let body = &mut parts.body;
    let nose = 0.17 * size.x;
    body.loft(&[
        section(-l, 0.10, 0.97, 0.49),
        section(-l + 0.12, 0.09, 1.0, 0.50),
        section(l - 2.2 * nose, 0.09, 1.0, 0.50),
        section(l - 1.75 * nose, 0.09, 0.965, 0.50),
        section(l - 0.75 * nose, 0.09, 0.54, 0.50),
        section(l - 0.1, 0.09, 0.43, 0.48),
        section(l, 0.12, 0.36, 0.46),
    ]);
    // The windscreen lies on the slope between roof and bonnet.
    body.quad(
        [
            frame.at(l - 0.80 * nose, -0.43, 0.575),
            frame.at(l - 0.80 * nose, 0.43, 0.575),
            frame.at(l - 1.66 * nose, 0.42, 0.935),
            frame.at(l - 1.66 * nose, -0.42, 0.935),
        ]
        .map(|p| p + Vec3::new(0.02, 0.0, 0.015)),
        glass(),
    );
    frame.pane(
        body,
        (l - 2.6 * nose, l - 1.65 * nose),
        (0.56, 0.86),
        glass(),
    );
    // Rear doors with windows.
    let (back, rear) = (-l - 0.015, -l + 0.05);
    body.slab_pair(
        frame.at(back, 0.06, 0.58),
        frame.at(rear, 0.40, 0.86),
        glass(),
    );
    let seam = shaded(paint, 0.5);
    body.slab(
        frame.at(back, -0.006, 0.14),
        frame.at(rear, 0.006, 0.95),
        seam,
    );
    body.slab(
        frame.at(-l - 0.03, -0.47, 0.10),
        frame.at(rear, 0.47, 0.15),
        plastic(),
    );
    frame.plate(body, 0.30);
    let radius = 0.135 * size.z;
    frame.wheels(body, &[l - 0.16 * size.x, -l + 0.22 * size.x], radius, 0.22);
    frame.rear_lamps(&mut parts, 0.34, lit);
    frame.front_lamps(&mut parts, 0.33, lit);
    parts
}

/// A city bus: a long box of windows with a line display.
pub fn bus(size: Vec3, paint: Tint, lit: bool) -> Parts {
    let frame = Frame::of(size);
    let l = frame.l;
    let mut parts = Parts::default();
    let section = |x: f32, low: f32, high: f32, half: f32| {
        frame.section(x, (low, high), (half, half - 0.02), paint)
    };
    let body = &mut parts.body;
    body.loft(&[
        section(-l, 0.10, 0.97, 0.49),
        section(-l + 0.15, 0.09, 1.0, 0.50),
        section(l - 0.25, 0.09, 1.0, 0.50),
        section(l, 0.11, 0.96, 0.48),
    ]);
    let count = ((size.x - 1.6) / 1.35).floor().max(2.0) as u32;
    let step = (size.x - 1.4) / count as f32;
    for i in 0..count {
        let x = -l + 0.8 + i as f32 * step;
        frame.pane(body, (x, x + step - 0.12), (0.44, 0.80), glass());
    }
    // A light band under the windows.
    frame.pane(
        body,
        (-l + 0.3, l - 0.3),
        (0.34, 0.38),
        tint(0.90, 0.90, 0.88),
    );
    body.slab(
        frame.at(l - 0.05, -0.45, 0.36),
        frame.at(l + 0.02, 0.45, 0.82),
        glass(),
    );
    let display = if lit {
        super::shape::shining(tint(1.0, 0.62, 0.10))
    } else {
        tint(0.95, 0.60, 0.12)
    };
    body.slab(
        frame.at(l - 0.05, -0.34, 0.84),
        frame.at(l + 0.02, 0.34, 0.92),
        plastic(),
    );
    body.slab(
        frame.at(l, -0.22, 0.86),
        frame.at(l + 0.03, 0.22, 0.90),
        display,
    );
    body.slab(
        frame.at(-l - 0.02, -0.40, 0.52),
        frame.at(-l + 0.05, 0.40, 0.84),
        glass(),
    );
    body.slab(
        frame.at(-l - 0.025, -0.16, 0.88),
        frame.at(-l + 0.05, 0.16, 0.94),
        plastic(),
    );
    body.slab(
        frame.at(-l - 0.03, -0.10, 0.89),
        frame.at(-l + 0.05, 0.10, 0.93),
        display,
    );
    // The engine's grille.
    body.slab(
        frame.at(-l - 0.02, -0.30, 0.17),
        frame.at(-l + 0.05, 0.30, 0.34),
        shaded(paint, 0.4),
    );
    frame.plate(body, 0.40);
    let radius = 0.155 * size.z;
    frame.wheels(
        body,
        &[l - 2.7_f32.min(0.25 * size.x), -l + 0.28 * size.x],
        radius,
        0.28,
    );
    frame.rear_lamps(&mut parts, 0.24, lit);
    frame.front_lamps(&mut parts, 0.20, lit);
    parts
}

/// A driverless pod: the same at both ends, nearly all glass, with a sensor on the roof.
pub fn shuttle(size: Vec3, paint: Tint, lit: bool) -> Parts {
    let frame = Frame::of(size);
    let l = frame.l;
    let white = tint(0.92, 0.93, 0.94);
    let mut parts = Parts::default();
    let section = |x: f32, low: f32, high: f32, half: f32, tint: Tint| {
        frame.section(x, (low, high), (half, half - 0.02), tint)
    };
    let body = &mut parts.body;
    body.loft(&[
        section(-l, 0.10, 0.36, 0.44, paint),
        section(-l + 0.18, 0.08, 0.40, 0.50, paint),
        section(l - 0.18, 0.08, 0.40, 0.50, paint),
        section(l, 0.10, 0.36, 0.44, paint),
    ]);
    body.loft(&[
        section(-l + 0.05, 0.36, 0.84, 0.44, glass()),
        section(-l + 0.35, 0.36, 0.86, 0.485, glass()),
        section(l - 0.35, 0.36, 0.86, 0.485, glass()),
        section(l - 0.05, 0.36, 0.84, 0.44, glass()),
    ]);
    body.loft(&[
        section(-l + 0.10, 0.84, 0.91, 0.45, white),
        section(-l + 0.40, 0.84, 0.94, 0.495, white),
        section(l - 0.40, 0.84, 0.94, 0.495, white),
        section(l - 0.10, 0.84, 0.91, 0.45, white),
    ]);
    for x in [-0.42 * size.x, 0.42 * size.x] {
        body.slab_pair(
            frame.at(x - 0.06, 0.44, 0.36),
            frame.at(x + 0.06, 0.495, 0.86),
            white,
        );
    }
    // Doors in the middle of the right side.
    body.slab(
        frame.at(-0.75, -0.503, 0.12),
        frame.at(-0.71, -0.48, 0.84),
        white,
    );
    body.slab(
        frame.at(0.71, -0.503, 0.12),
        frame.at(0.75, -0.48, 0.84),
        white,
    );
    body.slab(
        frame.at(-0.2, -0.10, 0.93),
        frame.at(0.2, 0.10, 1.0),
        plastic(),
    );
    let radius = 0.12 * size.z;
    frame.wheels(body, &[l - 0.20 * size.x, -l + 0.20 * size.x], radius, 0.20);
    frame.rear_lamps(&mut parts, 0.22, lit);
    frame.front_lamps(&mut parts, 0.27, lit);
    parts
}
