//! What the driver's camera sees of the own car: bonnet, dashboard, steering wheel.

use super::axes;
use super::camera::INSIDE;
use super::feed::Picture;
use super::shape::{Section, Shape, shaded, tint};
use super::skins::{Skin, Skins};
use super::vehicles::EGO_PAINT;
use crate::frame::BodyView;
use bevy::camera::visibility::RenderLayers;
use bevy::light::{NotShadowCaster, NotShadowReceiver};
use bevy::prelude::*;

/// The steering wheel; turns with the angle in force.
#[derive(Component)]
pub struct Wheel;

/// The steering column leans back by this angle, rad.
const COLUMN: f32 = 0.42;

/// The bonnet begins this far below the driver's eyes, m.
const BONNET: f32 = 0.235;

/// The driver's eyes, from the middle of the body on the ground, body axes, m.
pub fn eye(size: Vec3) -> Vec3 {
    // Left-hand drive; behind a bonnet and a windscreen of usual lengths.
    Vec3::new(0.02 * size.x, 0.19 * size.y, 0.81 * size.z)
}

/// What of the own car is seen highest ahead: the bonnet's far edge as one sees it, body axes, m.
pub fn rim(size: Vec3) -> Vec3 {
    let eye = eye(size);
    Vec3::new(size.x / 2.0 - 0.45, eye.y, eye.z - BONNET - 0.055)
}

/// Adds the interior to the ego's entity.
pub fn spawn(
    commands: &mut Commands,
    ego: Entity,
    body: &BodyView,
    skins: &Skins,
    meshes: &mut Assets<Mesh>,
) {
    let eye = eye(body.size);
    let mut part = |shape: Shape| {
        let mesh = Mesh3d(meshes.add(skins.mesh(&shape)));
        let layer = RenderLayers::layer(INSIDE);
        let part = (
            mesh,
            layer,
            NotShadowCaster,
            NotShadowReceiver,
            ChildOf(ego),
        );
        let mut entity = commands.spawn(part);
        skins.dress(&mut entity, Skin::Interior);
        entity.id()
    };
    part(interior(body.size));
    let wheel = part(steering_wheel());
    let hub = axes::point(eye + Vec3::new(0.60, 0.0, -0.335));
    commands
        .entity(wheel)
        .insert((Wheel, Transform::from_translation(hub)));
}

fn interior(size: Vec3) -> Shape {
    let mut shape = Shape::default();
    let eye = eye(size);
    let [r, g, b] = EGO_PAINT;
    let paint = tint(r, g, b);
    let (front, w) = (size.x / 2.0, size.y);
    let bonnet = |x: f32, high: f32, half: f32| Section {
        x,
        low: 0.3,
        high,
        half_low: half,
        half_high: half - 0.06,
        top: paint,
        side: paint,
    };
    let base = eye.z - BONNET;
    let sections = [
        bonnet(eye.x + 1.0, base, 0.47 * w),
        bonnet(front - 0.45, base - 0.055, 0.46 * w),
        bonnet(front - 0.12, base - 0.13, 0.43 * w),
    ];
    shape.loft(&sections);
    // Two creases along the bonnet give the eye a line to steer by.
    for side in [-1.0, 1.0] {
        let at = |x: f32, y: f32, z: f32| Vec3::new(x, side * y * w, z + 0.004);
        let (x0, x1) = (eye.x + 1.0, front - 0.45);
        let mut crease = [
            at(x0, 0.30, base),
            at(x1, 0.26, base - 0.055),
            at(x1, 0.275, base - 0.055),
            at(x0, 0.315, base),
        ];
        if side < 0.0 {
            crease.reverse();
        }
        shape.quad(crease, shaded(paint, 0.75));
    }
    let dark = tint(0.185, 0.19, 0.20);
    let dash = |x: f32, high: f32| Section {
        x: eye.x + x,
        low: 0.3,
        high: eye.z - high,
        half_low: 0.52 * w,
        half_high: 0.50 * w,
        top: dark,
        side: shaded(dark, 0.7),
    };
    shape.loft(&[
        dash(0.62, 0.34),
        dash(0.72, 0.28),
        dash(1.0, 0.232),
        dash(1.06, 0.25),
    ]);
    // Doors, up to the window sills.
    shape.slab_pair(
        Vec3::new(eye.x - 0.8, 0.47 * w, 0.25),
        Vec3::new(eye.x + 1.06, 0.52 * w, eye.z - 0.27),
        shaded(dark, 0.85),
    );
    // The hood over the instruments.
    let hood = |x: f32, high: f32, half: f32| Section {
        x: eye.x + x,
        low: eye.z - 0.35,
        high: eye.z - high,
        half_low: half + 0.02,
        half_high: half,
        top: shaded(dark, 0.85),
        side: shaded(dark, 0.5),
    };
    let first = shape.positions_len();
    shape.loft(&[hood(0.66, 0.262, 0.17), hood(0.80, 0.258, 0.19)]);
    shape.shift(first, Vec3::Y * eye.y);
    // Left and right roof pillars.
    for side in [-1.0, 1.0] {
        let at = |x: f32, y: f32, z: f32| Vec3::new(eye.x + x, side * y * w, z * size.z);
        let mut pillar = [
            at(1.08, 0.545, 0.60),
            at(1.08, 0.51, 0.60),
            at(0.20, 0.42, 1.02),
            at(0.20, 0.45, 1.02),
        ];
        if side > 0.0 {
            pillar.reverse();
        }
        shape.quad(pillar, dark);
        pillar.reverse();
        shape.quad(pillar, dark);
    }
    shape
}

fn steering_wheel() -> Shape {
    let mut shape = Shape::default();
    let leather = tint(0.095, 0.095, 0.10);
    shape.ring(0.185, 0.0145, leather);
    let spoke = tint(0.30, 0.31, 0.33);
    shape.slab(
        Vec3::new(-0.012, -0.175, -0.022),
        Vec3::new(0.008, 0.175, 0.022),
        spoke,
    );
    shape.slab(
        Vec3::new(-0.012, -0.022, -0.175),
        Vec3::new(0.008, 0.022, 0.0),
        spoke,
    );
    shape.slab(
        Vec3::new(-0.03, -0.06, -0.055),
        Vec3::new(0.01, 0.06, 0.05),
        leather,
    );
    // A mark at the top, as on rally cars: the angle can be seen at a glance.
    shape.slab(
        Vec3::new(-0.019, -0.013, 0.169),
        Vec3::new(0.019, 0.013, 0.2015),
        tint(0.95, 0.62, 0.10),
    );
    shape
}

/// Rotation of the steering wheel's entity, Bevy's axes.
fn wheel_rotation(angle: f32) -> Quat {
    // The axis points away from the driver, so a turn to the left is negative about it.
    let lean = Quat::from_rotation_y(COLUMN);
    axes::turn(lean * Quat::from_rotation_x(-angle))
}

pub fn turn_wheel(picture: Res<Picture>, mut wheels: Query<&mut Transform, With<Wheel>>) {
    let Some(frame) = &picture.frame else { return };
    for mut transform in &mut wheels {
        transform.rotation = wheel_rotation(frame.ego.wheel as f32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_left_turn_takes_the_mark_at_the_top_to_the_left() {
        let top = axes::point(Vec3::Z);
        let straight = wheel_rotation(0.0) * top;
        let left = wheel_rotation(0.5) * top;
        // Left is +y in body axes and -z in Bevy's.
        assert!(straight.z.abs() < 1e-6 && left.z < -0.4);
        // The wheel's upper edge leans away from the driver.
        assert!(straight.x > 0.3 && straight.y > 0.8);
    }
}
