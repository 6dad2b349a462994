//! Sky, sun and fog, all from one number: the frame's visibility.
//!
//! Fog is homogeneous and follows Koschmieder: contrast falls as `exp(-2.996 d / MOR)`. The sky is
//! seen through the same air, thick at the horizon and thin overhead, so that whatever fades on the
//! ground fades into exactly the colour of the sky behind it. The air of the frame is that around
//! the ego; a bank ahead is not seen before one is in it, as in the record.

use super::axes;
use super::feed::Picture;
use super::shape::tint;
use super::skins::{Air, PlainMaterial, Skin, Skins};
use bevy::asset::RenderAssetUsages;
use bevy::camera::visibility::NoFrustumCulling;
use bevy::light::{CascadeShadowConfigBuilder, NotShadowCaster, NotShadowReceiver};
use bevy::mesh::{Indices, PrimitiveTopology};
use bevy::pbr::{DistanceFog, FogFalloff};
use bevy::prelude::*;
use std::f32::consts::TAU;

/// Contrast left at the meteorological optical range, by its definition (WMO-No. 8).
const CONTRAST_AT_RANGE: f32 = 0.05;
/// Thickness of the hazy layer that the sky is seen through, m.
const HAZE_HEIGHT: f32 = 350.0;
/// The sky's radius, m; inside of the camera's far plane.
const RADIUS: f32 = 13_000.0;
/// Elevations of the sky's rings, degrees: close together where the colour changes.
const RINGS: [f32; 14] = [
    -30.0, -3.0, -0.5, 0.0, 0.7, 1.5, 2.5, 4.0, 6.5, 10.0, 16.0, 27.0, 48.0, 90.0,
];
const SIDES: u32 = 16;

/// Towards the sun, world axes: behind to the left of a car that heads along x, 38 degrees up, so
/// that the rears of vehicles ahead are lit.
const SUN: Vec3 = Vec3::new(-0.62, 0.48, 0.62);
/// Light of sun and sky on a white surface that faces it in clear air; 1 is full white.
const SUN_LIGHT: f32 = 0.85;
const SKY_LIGHT: f32 = 0.36;
/// What turns these into Bevy's lux and candela per m2 at its default exposure (EV100 of 9.7).
const EXPOSURE: f32 = 998.0;

#[derive(Component)]
pub struct Sky;

#[derive(Component)]
pub struct Sun;

/// Share of the sun that comes through the air, 0 to 1. A rule of thumb, not physics: fog lets
/// much more light through than it lets contrast through.
pub fn sun_share(visibility: f32) -> f32 {
    visibility / (visibility + 400.0)
}

fn sky_light(through: f32) -> f32 {
    SKY_LIGHT + 0.42 * (1.0 - through)
}

/// Colour that everything far away takes on.
pub fn fog_colour(visibility: f32) -> LinearRgba {
    let (clear, dense) = (tint(0.77, 0.84, 0.90), tint(0.73, 0.75, 0.77));
    mix(dense, clear, sun_share(visibility))
}

/// Colour of the sky at an elevation, given as its sine.
fn sky_colour(sine: f32, visibility: f32) -> LinearRgba {
    let (low, high) = (tint(0.66, 0.79, 0.90), tint(0.27, 0.49, 0.78));
    let behind = mix(low, high, sine.max(0.0).powf(0.6));
    let fog = fog_colour(visibility);
    if sine <= 0.0 {
        return fog;
    }
    let left = CONTRAST_AT_RANGE.powf(HAZE_HEIGHT / (visibility * sine));
    mix(fog.to_f32_array(), behind.to_f32_array(), left)
}

fn mix(from: [f32; 4], to: [f32; 4], share: f32) -> LinearRgba {
    LinearRgba::from_f32_array(std::array::from_fn(|i| from[i] + (to[i] - from[i]) * share))
}

fn sky_colours(visibility: f32) -> Vec<[f32; 4]> {
    let ring = |degrees: f32| {
        let colour = sky_colour(degrees.to_radians().sin(), visibility).to_f32_array();
        std::iter::repeat_n(colour, SIDES as usize + 1)
    };
    RINGS.iter().flat_map(|degrees| ring(*degrees)).collect()
}

fn sky_mesh(visibility: f32) -> Mesh {
    let (mut positions, mut normals) = (Vec::new(), Vec::new());
    for degrees in RINGS {
        let (sin, cos) = degrees.to_radians().sin_cos();
        for i in 0..=SIDES {
            let around = TAU * i as f32 / SIDES as f32;
            let out = Vec3::new(cos * around.cos(), sin, cos * around.sin());
            positions.push(out * RADIUS);
            normals.push(-out);
        }
    }
    let mut indices = Vec::new();
    for ring in 0..RINGS.len() as u32 - 1 {
        for i in 0..SIDES {
            let (a, b) = (ring * (SIDES + 1) + i, (ring + 1) * (SIDES + 1) + i);
            indices.extend([a, a + 1, b, b, a + 1, b + 1]);
        }
    }
    Mesh::new(
        PrimitiveTopology::TriangleList,
        RenderAssetUsages::default(),
    )
    .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, positions)
    .with_inserted_attribute(Mesh::ATTRIBUTE_NORMAL, normals)
    .with_inserted_attribute(Mesh::ATTRIBUTE_COLOR, sky_colours(visibility))
    .with_inserted_indices(Indices::U32(indices))
}

/// Fog for a visibility, m.
pub fn fog(visibility: f32) -> DistanceFog {
    DistanceFog {
        color: fog_colour(visibility).into(),
        falloff: FogFalloff::from_visibility_contrast(visibility, CONTRAST_AT_RANGE),
        ..default()
    }
}

/// Adds sky and sun.
pub fn spawn(mut commands: Commands, mut meshes: ResMut<Assets<Mesh>>, skins: Res<Skins>) {
    let mut sky = commands.spawn((
        Sky,
        Mesh3d(meshes.add(sky_mesh(10_000.0))),
        NoFrustumCulling,
        NotShadowCaster,
        NotShadowReceiver,
    ));
    skins.dress(&mut sky, Skin::Sky);
    commands.spawn((
        Sun,
        DirectionalLight {
            color: Color::srgb(1.0, 0.97, 0.91),
            shadow_maps_enabled: !skins.software,
            ..default()
        },
        CascadeShadowConfigBuilder {
            num_cascades: 1,
            minimum_distance: 0.5,
            maximum_distance: 90.0,
            ..default()
        }
        .build(),
        Transform::default().looking_to(-axes::point(SUN), Vec3::Y),
    ));
}

/// The newest frame's visibility, m, if one could see the difference to what is drawn: below one
/// per cent nobody does, and colours need not be sent to the graphics card again.
fn change_of_air(picture: &Picture, drawn: &mut f32) -> Option<f32> {
    let visibility = (picture.frame.as_ref()?.visibility as f32).max(1.0);
    if (visibility / *drawn - 1.0).abs() < 0.01 {
        return None;
    }
    *drawn = visibility;
    Some(visibility)
}

/// Makes sky and fog those of the newest frame.
pub fn follow_air(
    picture: Res<Picture>,
    mut drawn: Local<f32>,
    mut meshes: ResMut<Assets<Mesh>>,
    sky: Single<&Mesh3d, With<Sky>>,
    camera: Single<&mut DistanceFog>,
) {
    let Some(visibility) = change_of_air(&picture, &mut drawn) else {
        return;
    };
    *camera.into_inner() = fog(visibility);
    if let Some(mut mesh) = meshes.get_mut(&sky.0) {
        mesh.insert_attribute(Mesh::ATTRIBUTE_COLOR, sky_colours(visibility));
    }
}

/// Makes the light that of the newest frame.
pub fn follow_light(
    picture: Res<Picture>,
    mut drawn: Local<f32>,
    skins: Res<Skins>,
    mut materials: ResMut<Assets<PlainMaterial>>,
    mut ambient: ResMut<GlobalAmbientLight>,
    sun: Single<&mut DirectionalLight, With<Sun>>,
) {
    let Some(visibility) = change_of_air(&picture, &mut drawn) else {
        return;
    };
    let through = sun_share(visibility);
    let mut sun = sun.into_inner();
    sun.illuminance = SUN_LIGHT * through * EXPOSURE * std::f32::consts::PI;
    sun.shadow_maps_enabled = !skins.software && through > 0.25;
    ambient.brightness = sky_light(through) * EXPOSURE;
    ambient.color = Color::srgb(0.93, 0.96, 1.0);
    let air = Air {
        sun: axes::point(SUN).normalize(),
        sun_light: SUN_LIGHT * through,
        sky_light: sky_light(through),
        fog: fog_colour(visibility),
        density: -CONTRAST_AT_RANGE.ln() / visibility,
    };
    skins.set_air(&mut materials, &air);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fog_leaves_five_per_cent_at_the_optical_range() {
        for visibility in [45.0, 300.0, 10_000.0] {
            let FogFalloff::Exponential { density } = fog(visibility).falloff else {
                panic!("not exponential");
            };
            let left = (-density * visibility).exp();
            assert!((left - 0.05).abs() < 1e-4, "{left}");
        }
    }

    #[test]
    fn the_horizon_has_the_colour_of_fog_and_dense_fog_hides_the_whole_sky() {
        for visibility in [45.0, 500.0, 10_000.0] {
            assert_eq!(sky_colour(0.0, visibility), fog_colour(visibility));
        }
        let (up, fog) = (sky_colour(1.0, 45.0), fog_colour(45.0));
        assert!((up.red - fog.red).abs() < 1e-4 && (up.blue - fog.blue).abs() < 1e-4);
        let clear = sky_colour(1.0, 10_000.0);
        assert!(clear.blue > 2.0 * clear.red);
    }
}
