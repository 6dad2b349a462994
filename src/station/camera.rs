//! Where the cameras are: one for each picture of the world ([`Slot`]), placed by the view.

use super::cockpit;
use super::feed::Picture;
use super::layout::{PANORAMA_ANGLE, Slot};
use super::screens::Screen;
use super::sky;
use super::vehicles::pose;
use super::views::View;
use crate::frame::BodyView;
use bevy::camera::visibility::RenderLayers;
use bevy::prelude::*;

/// Layers of what is drawn: who sees what of the own vehicle, and what belongs to one eye.
pub const WORLD: usize = 0;
/// The interior.
pub const INSIDE: usize = 1;
/// The own vehicle from outside.
pub const OUTSIDE: usize = 2;
/// The plan of the road.
pub const MAP: usize = 3;
/// Rain, drops on the windscreen, glare: what surrounds the one eye that sees the main picture.
pub const EYE: usize = 4;

/// Height of the bird's-eye view over the ground, m.
pub const BIRDS_HEIGHT: f32 = 80.0;
/// The vehicle is this far below the middle of the bird's-eye view, m.
const BIRDS_AHEAD: f32 = 20.0;

/// The camera of [`Slot::Centre`]: what surrounds the eye surrounds this one.
#[derive(Component)]
pub struct MainEye;

pub fn plugin(app: &mut App) {
    app.add_systems(Update, follow.in_set(super::Stage::Finish));
}

pub fn follow(
    picture: Res<Picture>,
    view: Res<View>,
    mut cameras: Query<(&Screen, &mut Transform, &mut RenderLayers)>,
    mut sky: Query<&mut Transform, (With<sky::Sky>, Without<Screen>)>,
) {
    // The map is drawn from data, all others are what the cameras show.
    let frame = if view.is_video() {
        &picture.scene
    } else {
        &picture.frame
    };
    let Some(ego) = frame.as_ref().and_then(|f| f.bodies.first()) else {
        return;
    };
    for (screen, mut camera, mut layers) in &mut cameras {
        *camera = eye(screen.slot, *view, ego);
        let wanted = RenderLayers::from_layers(layers_of(screen.slot, *view));
        if *layers != wanted {
            *layers = wanted;
        }
        if screen.slot == Slot::Centre {
            for mut sky in &mut sky {
                sky.translation = camera.translation;
            }
        }
    }
}

/// What a picture shows.
fn layers_of(slot: Slot, view: View) -> &'static [usize] {
    match (slot, view) {
        (Slot::InsideMirror, _) => &[WORLD],
        (Slot::LeftMirror | Slot::RightMirror, _) => &[WORLD, OUTSIDE],
        (_, View::Driver | View::Panorama) => &[WORLD, INSIDE, EYE],
        (_, View::Rear) => &[WORLD, EYE],
        (_, View::Chase) => &[WORLD, OUTSIDE, EYE],
        (_, View::Birdseye) => &[WORLD, OUTSIDE],
        (_, View::Map) => &[MAP],
    }
}

/// Where the camera of a picture is and looks, Bevy's axes.
pub fn eye(slot: Slot, view: View, ego: &BodyView) -> Transform {
    match slot {
        Slot::Left => from_seat(ego, PANORAMA_ANGLE),
        Slot::Right => from_seat(ego, -PANORAMA_ANGLE),
        Slot::InsideMirror | Slot::LeftMirror | Slot::RightMirror => mirror(slot, ego),
        Slot::Centre => match view {
            View::Driver | View::Panorama => from_seat(ego, 0.0),
            View::Rear => from_tail(ego),
            View::Chase => from_behind(ego),
            View::Birdseye => from_above(ego, BIRDS_AHEAD),
            View::Map => from_above(ego, super::map::AHEAD),
        },
    }
}

/// `left`: turned to the left by so many degrees, about the camera's own upright axis, so that the
/// pictures of the three screens meet at their edges.
fn from_seat(ego: &BodyView, left: f32) -> Transform {
    let body = pose(ego);
    let at = body.transform_point(super::axes::point(cockpit::eye(ego.size)));
    let up = body.rotation * Vec3::Y;
    // A little downwards: more road, less sky.
    let towards = body.rotation * Vec3::new(1.0, -0.035, 0.0);
    let mut eye = Transform::from_translation(at).looking_to(towards, up);
    eye.rotate_local_y(left.to_radians());
    eye
}

/// A camera above the number plate.
fn from_tail(ego: &BodyView) -> Transform {
    let tail = Vec3::new(-ego.size.x / 2.0 - 0.08, 0.0, 0.62 * ego.size.z);
    on_body(ego, tail, Vec3::new(-1.0, 0.0, -0.12))
}

/// Where mirrors are, and where they look: straight back from the middle of the windscreen's upper
/// edge, and a little outwards from beside the front doors. What they must show: the test.
fn mirror(slot: Slot, ego: &BodyView) -> Transform {
    let eye = cockpit::eye(ego.size);
    let side = match slot {
        Slot::InsideMirror => {
            let at = Vec3::new(eye.x + 0.55, 0.0, eye.z + 0.10);
            return on_body(ego, at, Vec3::new(-1.0, 0.0, -0.012));
        }
        Slot::LeftMirror => 1.0,
        _ => -1.0,
    };
    let at = Vec3::new(eye.x + 0.75, side * (ego.size.y / 2.0 + 0.12), eye.z - 0.15);
    on_body(ego, at, Vec3::new(-1.0, side * 0.11, -0.09))
}

/// A camera on the own vehicle, and where it looks; body axes from the middle on the ground.
fn on_body(ego: &BodyView, at: Vec3, towards: Vec3) -> Transform {
    let body = pose(ego);
    let turned = |p: Vec3| body.rotation * super::axes::point(p);
    Transform::from_translation(body.translation + turned(at))
        .looking_to(turned(towards), body.rotation * Vec3::Y)
}

/// Where the own vehicle heads, level, whatever its body does.
fn level_heading(body: &Transform) -> Vec3 {
    let ahead = body.rotation * Vec3::X;
    Vec3::new(ahead.x, 0.0, ahead.z).normalize_or(Vec3::X)
}

fn from_behind(ego: &BodyView) -> Transform {
    let body = pose(ego);
    let level = level_heading(&body);
    let at = body.translation - level * (2.1 * ego.size.x) + Vec3::Y * 3.3;
    Transform::from_translation(at).looking_at(body.translation + level * 9.0 + Vec3::Y, Vec3::Y)
}

/// Heading up, over a place so far ahead of the vehicle, m.
fn from_above(ego: &BodyView, ahead: f32) -> Transform {
    let body = pose(ego);
    let level = level_heading(&body);
    let at = body.translation + level * ahead + Vec3::Y * BIRDS_HEIGHT;
    Transform::from_translation(at).looking_to(Vec3::NEG_Y, level)
}

#[cfg(test)]
pub mod tests {
    use super::super::axes;
    use super::super::layout::{Lens, lens};
    use super::super::project::project;
    use super::*;
    use crate::road_user::RoadUser;
    use bevy::math::UVec2;

    /// Heads along x at the origin, on the ground.
    pub fn car() -> BodyView {
        BodyView {
            kind: RoadUser::Car,
            position: Vec3::new(0.0, 0.0, 0.55),
            rotation: Quat::IDENTITY,
            velocity: Vec3::ZERO,
            angular_velocity: Vec3::ZERO,
            size: Vec3::new(4.6, 1.82, 1.45),
            to_middle: Vec3::new(0.0, 0.0, -0.55),
            brake_lights: false,
            hazard_lights: false,
            indicator: 0,
        }
    }

    /// Where a point of the world is in a picture as it is shown: from -1 to 1, right and up.
    fn shown(slot: Slot, view: View, size: (u32, u32), world: Vec3) -> Option<Vec2> {
        let eye = eye(slot, view, &car());
        let lens: Lens = lens(slot, view, UVec2::new(size.0, size.1));
        let at = project(&eye, lens, axes::point(world))?;
        Some(if slot.is_flipped(view) {
            Vec2::new(-at.x, at.y)
        } else {
            at
        })
    }

    fn inside(at: Option<Vec2>) -> bool {
        at.is_some_and(|at| at.abs().max_element() <= 1.0)
    }

    #[test]
    fn mirrors_show_what_un_r46_asks_for_and_exchange_the_sides() {
        let eye_x = cockpit::eye(car().size).x;
        let half = car().size.y / 2.0;
        // Class I, inside: 20 m of road about the middle, from 60 m behind the eyes to the horizon.
        for y in [-10.0, 10.0] {
            for x in [-60.0, -2000.0] {
                let y = if x < -100.0 { 0.0 } else { y };
                let at = shown(
                    Slot::InsideMirror,
                    View::Driver,
                    (331, 83),
                    Vec3::new(eye_x + x, y, 0.0),
                );
                assert!(inside(at), "{x} {y} {at:?}");
                assert!(y == 0.0 || at.is_some_and(|at| at.x.signum() != y.signum()));
            }
        }
        // Class III, outside: 1 m beside the vehicle from 4 m behind the eyes, 4 m from 20 m on.
        for (slot, side) in [(Slot::LeftMirror, 1.0), (Slot::RightMirror, -1.0)] {
            for (x, y) in [
                (-4.0, 0.0),
                (-4.0, 1.0),
                (-20.0, 0.0),
                (-20.0, 4.0),
                (-900.0, 0.0),
            ] {
                let world = Vec3::new(eye_x + x, side * (half + y), 0.0);
                let at = shown(slot, View::Driver, (194, 144), world);
                assert!(inside(at), "{slot:?} {x} {y} {at:?}");
            }
            // What is farther out is farther out in the mirror: the picture is flipped.
            let near = shown(
                slot,
                View::Driver,
                (194, 144),
                Vec3::new(-20.0, side * 1.5, 0.5),
            );
            let far = shown(
                slot,
                View::Driver,
                (194, 144),
                Vec3::new(-20.0, side * 4.0, 0.5),
            );
            let (near, far) = (near.expect("seen"), far.expect("seen"));
            assert!(
                (far.x - near.x) * -side > 0.1,
                "{slot:?}: left is left: {near} {far}"
            );
        }
        // A car that overtakes on the left is on the left of the rear view.
        let at = shown(
            Slot::Centre,
            View::Rear,
            (1280, 720),
            Vec3::new(-15.0, 3.5, 0.7),
        );
        assert!(at.is_some_and(|at| at.x < -0.1), "{at:?}");
    }

    #[test]
    fn the_panoramas_pictures_meet_at_their_edges() {
        let size = (426, 380);
        // Straight ahead of the shared edge of left and centre.
        let angle = (PANORAMA_ANGLE / 2.0).to_radians();
        let seat = eye(Slot::Centre, View::Panorama, &car());
        let edge = seat.translation + seat.rotation * Vec3::new(-angle.sin(), 0.05, -angle.cos());
        let lens = |slot| lens(slot, View::Panorama, UVec2::new(size.0, size.1));
        let left = eye(Slot::Left, View::Panorama, &car());
        let (a, b) = (
            project(&seat, lens(Slot::Centre), edge).expect("seen"),
            project(&left, lens(Slot::Left), edge).expect("seen"),
        );
        assert!(
            (a.x + 1.0).abs() < 1e-3 && (b.x - 1.0).abs() < 1e-3,
            "{a} {b}"
        );
        assert!((a.y - b.y).abs() < 1e-3, "{a} {b}");
    }

    #[test]
    fn from_above_the_vehicle_heads_up() {
        for view in [View::Birdseye, View::Map] {
            let middle = shown(Slot::Centre, view, (1280, 720), Vec3::ZERO);
            let ahead = shown(Slot::Centre, view, (1280, 720), Vec3::new(20.0, 0.0, 0.0));
            let left = shown(Slot::Centre, view, (1280, 720), Vec3::new(0.0, 5.0, 0.0));
            let (middle, ahead, left) = (middle.expect("m"), ahead.expect("a"), left.expect("l"));
            assert!(middle.x.abs() < 1e-4 && middle.y < -0.2);
            assert!(ahead.y > middle.y + 0.3 && left.x < -0.02);
        }
    }
}
