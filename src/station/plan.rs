//! Where the automation means to go, as a ribbon of light on the road ahead.
//!
//! Its colour is the one of Okabe and Ito's palette that no instrument and no alert uses (bluish
//! green), and chevrons in it point ahead, so that it cannot be taken for a marking.

use super::doubts::Augmented;
use super::feed::Picture;
use super::scene::Setting;
use super::shape::{Shape, shaded, tint};
use super::skins::Skins;
use super::sky;
use super::{axes, codec};
use crate::autopilot::PlanPoint;
use bevy::camera::visibility::NoFrustumCulling;
use bevy::light::{NotShadowCaster, NotShadowReceiver};
use bevy::math::Vec3;
use bevy::prelude::*;

/// Half its width, m.
pub const HALF: f32 = 0.55;
/// Above the road's markings, m.
pub const LIFT: f32 = 0.045;
const OPACITY: f32 = 0.34;
/// It fades out over its last part, m.
const FADE: f32 = 25.0;
/// Nothing is drawn nearer to the ego's middle than this, m: there is the bonnet.
pub const FROM: f32 = 3.0;
/// One chevron to the next, m.
const CHEVRON: f32 = 8.0;

#[derive(Component)]
pub struct Ribbon;

pub fn spawn(mut commands: Commands, mut meshes: ResMut<Assets<Mesh>>, skins: Res<Skins>) {
    commands.spawn((
        Ribbon,
        Mesh3d(meshes.add(Shape::default().mesh())),
        MeshMaterial3d(skins.veil.clone()),
        Visibility::Hidden,
        NoFrustumCulling,
        NotShadowCaster,
        NotShadowReceiver,
    ));
}

/// The ribbon of a plan, around `origin`, and nothing if there is no plan.
fn ribbon(plan: &[PlanPoint], origin: Vec3, light: f32) -> Shape {
    let mut shape = Shape::default();
    let [r, g, b, _] = shaded(tint(0.0, 0.72, 0.54), light);
    let points: Vec<Vec3> = plan.iter().map(|p| p.position - origin).collect();
    let mut along = vec![0.0];
    for pair in points.windows(2) {
        along.push(along[along.len() - 1] + pair[0].distance(pair[1]));
    }
    let end = along[along.len() - 1];
    // Far ends of a mark too small to see only flicker.
    if points.len() < 2 || end < 0.5 {
        return shape;
    }
    let opacity = |d: f32, from_ego: f32| {
        let near = ((from_ego - FROM) / 2.0).clamp(0.0, 1.0);
        OPACITY * near * ((end - d) / FADE.min(end)).clamp(0.0, 1.0)
    };
    let place = |d: f32| {
        let i = along
            .partition_point(|a| *a <= d)
            .clamp(1, points.len() - 1);
        let (p, q) = (points[i - 1], points[i]);
        let length = (along[i] - along[i - 1]).max(1e-3);
        let at = p.lerp(q, ((d - along[i - 1]) / length).clamp(0.0, 1.0));
        let left = Vec3::Z.cross(q - p).normalize_or(Vec3::Y);
        (at, left)
    };
    let mut last: Option<[u32; 2]> = None;
    let mut d = 0.0;
    while d <= end {
        let (at, left) = place(d);
        let alpha = opacity(d, at.length());
        let rim = [1.0, -1.0].map(|side| {
            let p = at + left * (side * HALF) + Vec3::Z * LIFT;
            shape.vertex(p, Vec3::Z, [r, g, b, alpha])
        });
        if let Some(last) = last {
            shape.triangle([last[0], last[1], rim[1]]);
            shape.triangle([last[0], rim[1], rim[0]]);
        }
        last = Some(rim);
        d += 1.5;
    }
    let mut d = CHEVRON;
    while d + 1.2 < end {
        let ((tip, _), (foot, left)) = (place(d + 1.2), place(d));
        let alpha = (1.6 * opacity(d, foot.length())).min(0.9);
        let up = Vec3::Z * (LIFT + 0.01);
        let pale = [0.75 * light, light, 0.92 * light, alpha];
        let back = (tip - foot).normalize_or(Vec3::X) * 0.6;
        for side in [1.0, -1.0] {
            let wing = foot + left * (side * HALF * 0.8);
            let corners = [wing, tip, tip - back, wing - back];
            let corners = corners.map(|p| shape.vertex(p + up, Vec3::Z, pale));
            shape.triangle([corners[0], corners[1], corners[2]]);
            shape.triangle([corners[0], corners[2], corners[3]]);
        }
        d += CHEVRON;
    }
    shape
}

pub fn follow(
    picture: Res<Picture>,
    setting: Res<Setting>,
    augmented: Res<Augmented>,
    mut meshes: ResMut<Assets<Mesh>>,
    ribbon_of: Single<(&Mesh3d, &mut Visibility, &mut Transform), With<Ribbon>>,
) {
    let Some(frame) = &picture.frame else { return };
    let (mesh, mut visibility, mut transform) = ribbon_of.into_inner();
    let origin = frame.bodies.first().map_or(Vec3::ZERO, |ego| ego.position);
    // At night it must not outshine the road.
    let light = sky::daylight(&setting.0.weather).clamp(0.3, 1.0);
    // Into a picture that suffers it would be drawn old and coarse: then `doubts` draws its edges.
    let drawn = augmented.0.plan && !codec::suffers(&picture.video, picture.link.frozen);
    let plan: &[PlanPoint] = if drawn { &frame.plan } else { &[] };
    let shape = ribbon(plan, origin, light);
    visibility.set_if_neq(if shape.is_empty() {
        Visibility::Hidden
    } else {
        Visibility::Inherited
    });
    if shape.is_empty() {
        return;
    }
    transform.translation = axes::point(origin);
    if let Some(mut mesh) = meshes.get_mut(&mesh.0) {
        *mesh = shape.mesh();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_a_ribbon_and_no_plan_is_nothing() {
        let point = |x: f32| PlanPoint {
            after: 0.0,
            position: Vec3::new(x, 1.0, 2.0),
            speed: 20.0,
        };
        assert!(ribbon(&[], Vec3::ZERO, 1.0).is_empty());
        assert!(ribbon(&[point(0.0)], Vec3::ZERO, 1.0).is_empty());
        let shape = ribbon(&[point(0.0), point(20.0), point(60.0)], Vec3::ZERO, 1.0);
        let (low, high) = shape.bounds();
        assert!((low.y - 0.45).abs() < 1e-5 && (high.y - 1.55).abs() < 1e-5);
        assert!(low.z > 2.0 && high.x > 58.0);
        assert!(shape.tints().iter().all(|t| t[3] <= 0.9));
    }
}
