//! What weather puts between the eye and the road: rain, drops on the windscreen, the low sun's
//! glare. What it does to light and colours is in `sky` and `road_mesh`.

use super::camera::{EYE, MainEye};
use super::feed::Picture;
use super::layout::PANORAMA_ANGLE;
use super::quality::Quality;
use super::ribbon::speckle;
use super::runs::{Memory, RunNumber};
use super::scene::Setting;
use super::shape::Shape;
use super::skins::Skins;
use super::sky::{self, DAZZLES_BELOW};
use super::vehicles::EgoTunnel;
use super::views::View;
use bevy::camera::visibility::{NoFrustumCulling, RenderLayers};
use bevy::light::{NotShadowCaster, NotShadowReceiver};
use bevy::math::Vec3;
use bevy::prelude::*;

/// The box of air around the camera that rain is drawn in: half its side and its height, m.
const SIDE: f32 = 9.0;
const HEIGHT: f32 = 8.0;
/// Speed of drops, m/s: rain of middle size.
const FALL: f32 = 7.0;
/// What a streak covers: an eye's (or camera's) exposure, s.
const EXPOSURE: f32 = 0.035;
/// Streaks in heavy rain.
const STREAKS: u32 = 600;
/// Drops on the windscreen in heavy rain, and how long one stays before the wiper takes it, s.
const DROPS: u32 = 110;
const WIPED: f64 = 1.6;
/// Rain that counts as heavy, mm/h.
const HEAVY: f64 = 20.0;

/// Around one screen's direction, turned to the left from ahead, rad.
#[derive(Component)]
pub struct Streaks(f32);

/// One of two sets of drops that change places.
#[derive(Component)]
pub struct Drops;

/// The veil that a low sun lays over everything near it.
#[derive(Component)]
pub struct Glare;

/// How heavy rain looks, 0 to 1, by its rate in mm/h.
fn heaviness(rain: f64) -> f32 {
    (rain / HEAVY).clamp(0.0, 1.0).sqrt() as f32
}

pub fn spawn(
    mut commands: Commands,
    mut meshes: ResMut<Assets<Mesh>>,
    skins: Res<Skins>,
    setting: Res<Setting>,
    quality: Res<Quality>,
) {
    let mut veil = |shape: &Shape| {
        (
            Mesh3d(meshes.add(shape.mesh())),
            MeshMaterial3d(skins.veil.clone()),
            RenderLayers::layer(EYE),
            NoFrustumCulling,
            NotShadowCaster,
            NotShadowReceiver,
        )
    };
    let rain = heaviness(setting.0.weather.most_rain()) * quality.terms().rain;
    if rain > 0.0 {
        let day = sky::daylight(&setting.0.weather).min(1.0);
        let screen = PANORAMA_ANGLE.to_radians();
        for turned in [0.0, screen, -screen] {
            commands.spawn((Streaks(turned), veil(&streaks(0.0, rain, day))));
        }
        commands.spawn((Drops, veil(&drops(0, rain, day))));
    }
    let weather = &setting.0.weather;
    let up = weather.sun.elevation_deg as f32;
    let strength = (1.0 - up / DAZZLES_BELOW).clamp(0.0, 1.0)
        * ((up + 2.0) / 3.0).clamp(0.0, 1.0)
        * (1.0 - weather.cloud as f32).clamp(0.0, 1.0);
    if strength > 0.02 {
        let azimuth = (weather.sun.azimuth_deg as f32).to_radians();
        let up = up.to_radians();
        let towards = Vec3::new(up.cos() * azimuth.cos(), up.cos() * azimuth.sin(), up.sin());
        let rings: Vec<(f32, f32)> = [
            (0.0, 0.80),
            (2.0, 0.66),
            (5.0, 0.50),
            (10.0, 0.34),
            (18.0, 0.20),
            (32.0, 0.07),
            (52.0, 0.0),
        ]
        .iter()
        .map(|(degrees, opacity)| (*degrees, opacity * strength))
        .collect();
        // Nearer than anything but the camera: it lies over the windscreen, too.
        let shape = sky::halo(towards, 0.4, [1.0, 0.93, 0.78, 1.0], &rings);
        commands.spawn((Glare, veil(&shape)));
    }
}

/// Drops of rain as the eye sees them from a car at some speed, as lines through the air around the
/// camera; axes of the car: x ahead, z up.
fn streaks(speed: f32, rain: f32, day: f32) -> Shape {
    let mut shape = Shape::default();
    let count = (STREAKS as f32 * rain) as u32;
    let line = Vec3::new(-speed, 0.0, -FALL) * EXPOSURE;
    for i in 0..count {
        let random = |kind: u32| speckle(f64::from(i), 900 + kind);
        // Twice the height: the box moves down by one and starts again unseen.
        for layer in [0.0, 1.0] {
            let from = Vec3::new(
                1.2 + random(1) * 2.0 * SIDE,
                (random(2) - 0.5) * 2.0 * SIDE,
                (random(3) - 0.5 + layer) * HEIGHT,
            );
            let aside = Vec3::Y * (0.0016 * (from.x + 1.0));
            let light = 0.25 + 0.7 * day;
            let faint = [light, light, light, 0.06];
            let clear = [light, light, 1.05 * light, 0.48];
            let a = shape.vertex(from, Vec3::Z, faint);
            let b = shape.vertex(from + line + aside, Vec3::Z, clear);
            let c = shape.vertex(from + line - aside, Vec3::Z, clear);
            shape.triangle([a, b, c]);
        }
    }
    shape
}

/// Drops on a windscreen half a metre ahead of the eye, of one interval between two wipes.
fn drops(interval: u32, rain: f32, day: f32) -> Shape {
    const AROUND: u32 = 7;
    let mut shape = Shape::default();
    let count = (DROPS as f32 * rain) as u32;
    for i in 0..count {
        let random = |kind: u32| speckle(f64::from(i + 1000 * interval), 950 + kind);
        let middle = Vec3::new(0.55, (random(1) - 0.5) * 1.1, -0.10 + 0.44 * random(2));
        let radius = 0.0018 + 0.0045 * random(3) * random(3);
        let light = 0.2 + 0.7 * day;
        let centre = shape.vertex(
            middle - Vec3::Z * (0.3 * radius),
            Vec3::NEG_X,
            [light, light, light, 0.50],
        );
        let rim: Vec<u32> = (0..AROUND)
            .map(|k| {
                let (sin, cos) = (std::f32::consts::TAU * k as f32 / AROUND as f32).sin_cos();
                let at = middle + Vec3::new(0.0, cos, 1.25 * sin) * radius;
                let dark = 0.45 * light * (1.0 - 0.4 * sin);
                shape.vertex(at, Vec3::NEG_X, [dark, dark, dark, 0.30])
            })
            .collect();
        for k in 0..AROUND as usize {
            shape.triangle([centre, rim[k], rim[(k + 1) % AROUND as usize]]);
        }
    }
    shape
}

/// Lets the rain fall, and leaves it out inside tunnels.
pub fn fall(
    picture: Res<Picture>,
    setting: Res<Setting>,
    tunnel: Res<EgoTunnel>,
    quality: Res<Quality>,
    view: Res<View>,
    run: Res<RunNumber>,
    mut drawn: Local<Memory<(f32, f32)>>,
    mut meshes: ResMut<Assets<Mesh>>,
    camera: Single<&Transform, (With<MainEye>, Without<Streaks>)>,
    mut streaks_of: Query<(&Streaks, &Mesh3d, &mut Transform, &mut Visibility), Without<MainEye>>,
) {
    let Some(frame) = &picture.scene else { return };
    let speed = frame.ego.speed as f32;
    // Ahead of the camera, upright.
    let ahead = camera.forward().with_y(0.0).normalize_or(Vec3::X);
    let turn = Quat::from_rotation_arc(Vec3::X, ahead);
    let fallen = (frame.time as f32 * FALL) % HEIGHT;
    // The streaks have their own slant; sideways jumps from one picture to the next hide that the
    // same drops come again.
    let jump = (frame.time * 7.3).fract() as f32 - 0.5;
    let rain = heaviness(frame.rain) * quality.terms().rain;
    let drawn = drawn.of(*run);
    let changed = (speed - drawn.0).abs() > 1.0 || (rain - drawn.1).abs() > 0.04;
    if changed {
        *drawn = (speed, rain);
    }
    for (streak, mesh, mut transform, mut visibility) in &mut streaks_of {
        let aside = streak.0 != 0.0;
        visibility.set_if_neq(if aside && *view != View::Panorama {
            Visibility::Hidden
        } else {
            outdoors(&tunnel)
        });
        let turn = turn * Quat::from_rotation_y(streak.0);
        *transform = Transform {
            translation: camera.translation + turn * Vec3::new(jump, -fallen, 2.0 * jump),
            rotation: turn,
            scale: Vec3::ONE,
        };
        if changed {
            let day = sky::daylight(&setting.0.weather).min(1.0);
            if let Some(mut mesh) = meshes.get_mut(&mesh.0) {
                *mesh = streaks(speed, rain, day).mesh();
            }
        }
    }
}

fn outdoors(tunnel: &EgoTunnel) -> Visibility {
    if tunnel.0 > 0.5 {
        Visibility::Hidden
    } else {
        Visibility::Inherited
    }
}

/// Puts drops on the windscreen; the wiper takes them off again.
pub fn wet_windscreen(
    picture: Res<Picture>,
    setting: Res<Setting>,
    tunnel: Res<EgoTunnel>,
    view: Res<View>,
    quality: Res<Quality>,
    run: Res<RunNumber>,
    mut interval: Local<Memory<u32>>,
    mut meshes: ResMut<Assets<Mesh>>,
    camera: Single<&Transform, (With<MainEye>, Without<Drops>)>,
    drops_of: Option<
        Single<(&Mesh3d, &mut Transform, &mut Visibility), (With<Drops>, Without<MainEye>)>,
    >,
) {
    let (Some(frame), Some(on_glass)) = (&picture.scene, drops_of) else {
        return;
    };
    let (mesh, mut transform, mut visibility) = on_glass.into_inner();
    visibility.set_if_neq(if view.from_seat() {
        outdoors(&tunnel)
    } else {
        Visibility::Hidden
    });
    *transform = Transform {
        translation: camera.translation,
        // The shape looks along x, the camera along -z.
        rotation: camera.rotation * Quat::from_rotation_y(std::f32::consts::FRAC_PI_2),
        scale: Vec3::ONE,
    };
    let now = (frame.time / WIPED) as u32 + 1;
    let interval = interval.of(*run);
    if now != *interval {
        *interval = now;
        let day = sky::daylight(&setting.0.weather).min(1.0);
        if let Some(mut mesh) = meshes.get_mut(&mesh.0) {
            *mesh = drops(now, heaviness(frame.rain) * quality.terms().rain, day).mesh();
        }
    }
}

/// Keeps the glare around the camera; tunnels keep it out.
pub fn dazzle(
    tunnel: Res<EgoTunnel>,
    camera: Single<&Transform, (With<MainEye>, Without<Glare>)>,
    glare: Option<Single<(&mut Transform, &mut Visibility), (With<Glare>, Without<MainEye>)>>,
) {
    let Some(glare) = glare else { return };
    let (mut transform, mut visibility) = glare.into_inner();
    transform.translation = camera.translation;
    visibility.set_if_neq(outdoors(&tunnel));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rain_slants_with_speed_and_grows_with_its_rate() {
        let (still, fast) = (streaks(0.0, 1.0, 1.0), streaks(30.0, 1.0, 1.0));
        let slant = |shape: &Shape| {
            let p = shape.positions();
            (p[1] + p[2]) / 2.0 - p[0]
        };
        assert!(slant(&still).x.abs() < 1e-6 && slant(&still).z < 0.0);
        assert!(slant(&fast).x < -0.5);
        assert!(streaks(0.0, 0.2, 1.0).positions().len() < still.positions().len() / 3);
        assert!(!drops(3, 1.0, 1.0).is_empty());
    }
}
