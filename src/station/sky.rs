//! Sky, sun and fog, from the scenario's weather and the frame's visibility.
//!
//! Fog is homogeneous and follows Koschmieder: contrast falls as `exp(-2.996 d / MOR)`. The sky is
//! seen through the same air, thick at the horizon and thin overhead, so that whatever fades on the
//! ground fades into exactly the colour of the sky behind it. The air of the frame is that around
//! the ego; a bank ahead is not seen before one is in it, as in the record.

use super::axes;
use super::camera::{BIRDS_HEIGHT, OUTSIDE, WORLD};
use super::feed::Picture;
use super::quality::Quality;
use super::runs::{Memory, RunNumber};
use super::scene::Setting;
use super::shape::{Shape, Tint, tint};
use super::skins::{Air, PlainMaterial, Skin, Skins};
use super::vehicles::{self, EgoTunnel};
use super::views::View;
use crate::frame::Frame;
use crate::perception::weather::Weather;
use crate::scenario::Scenario;
use bevy::asset::RenderAssetUsages;
use bevy::camera::visibility::{NoFrustumCulling, RenderLayers};
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
const SIDES: u32 = 32;

/// Light of sun and sky on a white surface that faces it in clear air; 1 is full white.
const SUN_LIGHT: f32 = 0.85;
const SKY_LIGHT: f32 = 0.36;
/// What is left of the sky's light at night.
const NIGHT: f32 = 0.035;
/// Below this height the sun dazzles, degrees.
pub const DAZZLES_BELOW: f32 = 18.0;
/// What turns these into Bevy's lux and candela per m2 at its default exposure (EV100 of 9.7).
const EXPOSURE: f32 = 998.0;

#[derive(Component)]
pub struct Sky;

#[derive(Component)]
pub struct Sun;

/// The light of a place and time, as far as the weather tells.
#[derive(Clone, Copy, Debug)]
struct Light {
    /// Towards the sun, world axes.
    sun: Vec3,
    /// Degrees.
    elevation: f32,
    cloud: f32,
    /// 0 at night, 1 by day.
    day: f32,
}

impl Light {
    fn of(weather: &Weather) -> Self {
        let elevation = weather.sun.elevation_deg as f32;
        let (azimuth, up) = (
            (weather.sun.azimuth_deg as f32).to_radians(),
            elevation.to_radians(),
        );
        Self {
            sun: Vec3::new(up.cos() * azimuth.cos(), up.cos() * azimuth.sin(), up.sin()),
            elevation,
            cloud: weather.cloud.clamp(0.0, 1.0) as f32,
            day: NIGHT + (1.0 - NIGHT) * weather.daylight() as f32,
        }
    }

    /// How low and warm the sun's light is, 0 to 1.
    fn warmth(&self) -> f32 {
        (1.0 - (self.elevation + 2.0) / 16.0).clamp(0.0, 1.0) * (1.0 - self.cloud)
    }

    /// Share of the sun's light that comes through the clouds and over the horizon.
    fn sunshine(&self) -> f32 {
        let up = (self.elevation / 6.0 + 0.15).clamp(0.0, 1.0);
        // A few clouds take little: the sun shines between them.
        up * (1.0 - 0.92 * self.cloud * self.cloud)
    }

    fn sun_light(&self, visibility: f32) -> Vec3 {
        let colour = Vec3::new(1.0, 0.985, 0.95).lerp(Vec3::new(1.0, 0.74, 0.45), self.warmth());
        colour * (SUN_LIGHT * sun_share(visibility) * self.sunshine())
    }

    fn sky_light(&self, visibility: f32) -> Vec3 {
        let scattered = SKY_LIGHT
            + 0.42 * (1.0 - sun_share(visibility))
            + 0.22 * self.cloud * self.cloud * sun_share(visibility);
        let blue = Vec3::new(0.72, 0.84, 1.1);
        let colour = Vec3::ONE.lerp(blue, 1.0 - self.day);
        colour * scattered * self.day
    }

    /// Darkens by night and greys by clouds.
    fn dim(&self, colour: Tint) -> Tint {
        let grey = (0.3 * colour[0] + 0.5 * colour[1] + 0.2 * colour[2]) * 0.92;
        let veil = 0.85 * self.cloud * self.cloud;
        let night = [0.75, 0.85, 1.15];
        let mut out = [1.0; 4];
        for (i, value) in out.iter_mut().take(3).enumerate() {
            let clouded = colour[i] + (grey - colour[i]) * veil;
            let tone = 1.0 + (night[i] - 1.0) * (1.0 - self.day);
            *value = clouded * self.day * tone;
        }
        out
    }

    /// Colour that everything far away takes on.
    fn fog_colour(&self, visibility: f32) -> LinearRgba {
        let (clear, dense) = (tint(0.77, 0.84, 0.90), tint(0.73, 0.75, 0.77));
        let fog = mix(dense, clear, sun_share(visibility));
        LinearRgba::from_f32_array(self.dim(fog.to_f32_array()))
    }

    /// Colour of the sky in a direction, world axes.
    fn sky_colour(&self, towards: Vec3, visibility: f32) -> LinearRgba {
        let sine = towards.z;
        let (low, high) = (tint(0.66, 0.79, 0.90), tint(0.27, 0.49, 0.78));
        let behind = self.dim(mix(low, high, sine.max(0.0).powf(0.6)).to_f32_array());
        let fog = self.fog_colour(visibility);
        if sine <= 0.0 {
            return fog;
        }
        // Around a low sun the sky is bright and warm, most of all near the horizon.
        let near = towards.dot(self.sun).max(0.0);
        let low_sun = self.warmth() * ((self.elevation + 8.0) / 8.0).clamp(0.0, 1.0);
        let glow = low_sun * (0.35 * near.powf(3.0) + 0.65 * near.powf(24.0));
        let warm = [1.0, 0.72, 0.42, 1.0];
        let behind = mix(behind, warm, glow * (1.0 - 0.6 * sine)).to_f32_array();
        let left = CONTRAST_AT_RANGE.powf(HAZE_HEIGHT / (visibility * sine));
        mix(fog.to_f32_array(), behind, left)
    }
}

/// Whether it is dark enough somewhere for the ego to light its headlights.
pub fn needs_headlights(scenario: &Scenario) -> bool {
    super::site::lamps_lit(&scenario.weather)
        || scenario.network.roads.iter().any(|r| !r.tunnels.is_empty())
}

/// How brightly the outdoors is lit in clear air; 1 is full white.
pub fn daylight(weather: &Weather) -> f32 {
    let light = Light::of(weather);
    (light.sky_light(10_000.0) + 0.6 * light.sun_light(10_000.0)).y
}

/// What is behind everything before the first frame.
pub fn clear_colour(weather: &Weather) -> Color {
    Light::of(weather).fog_colour(10_000.0).into()
}

/// Share of the sun that comes through the air, 0 to 1. A rule of thumb, not physics: fog lets
/// much more light through than it lets contrast through.
pub fn sun_share(visibility: f32) -> f32 {
    visibility / (visibility + 400.0)
}

fn mix(from: [f32; 4], to: [f32; 4], share: f32) -> LinearRgba {
    LinearRgba::from_f32_array(std::array::from_fn(|i| from[i] + (to[i] - from[i]) * share))
}

/// Directions of the sky's vertices, world axes.
fn directions() -> impl Iterator<Item = Vec3> {
    RINGS.iter().flat_map(|degrees| {
        let (sin, cos) = degrees.to_radians().sin_cos();
        (0..=SIDES).map(move |i| {
            let around = TAU * i as f32 / SIDES as f32;
            Vec3::new(cos * around.cos(), cos * around.sin(), sin)
        })
    })
}

fn sky_colours(light: &Light, visibility: f32) -> Vec<[f32; 4]> {
    directions()
        .map(|towards| light.sky_colour(towards, visibility).to_f32_array())
        .collect()
}

fn sky_mesh(light: &Light, visibility: f32) -> Mesh {
    let positions: Vec<Vec3> = directions().map(|d| axes::point(d) * RADIUS).collect();
    let normals: Vec<Vec3> = directions().map(|d| -axes::point(d)).collect();
    let mut indices = Vec::new();
    for ring in 0..RINGS.len() as u32 - 1 {
        for i in 0..SIDES {
            let (a, b) = (ring * (SIDES + 1) + i, (ring + 1) * (SIDES + 1) + i);
            // Seen from inside.
            indices.extend([a, b, a + 1, b, b + 1, a + 1]);
        }
    }
    Mesh::new(
        PrimitiveTopology::TriangleList,
        RenderAssetUsages::default(),
    )
    .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, positions)
    .with_inserted_attribute(Mesh::ATTRIBUTE_NORMAL, normals)
    .with_inserted_attribute(Mesh::ATTRIBUTE_COLOR, sky_colours(light, visibility))
    .with_inserted_indices(Indices::U32(indices))
}

/// Fog for a visibility, m.
pub fn fog(weather: &Weather, visibility: f32) -> DistanceFog {
    DistanceFog {
        color: Light::of(weather).fog_colour(visibility).into(),
        falloff: FogFalloff::from_visibility_contrast(visibility, CONTRAST_AT_RANGE),
        ..default()
    }
}

/// How much thicker than the air itself the fog is that a camera from above draws behind the first
/// `lead` m: so that 5 % of contrast are left at the optical range from the vehicle, on the ground.
/// The picture from above is put together from what the vehicle's own cameras see.
fn seen_from(lead: f32, visibility: f32) -> f32 {
    visibility / (visibility.hypot(lead) - lead)
}

/// The same for Bevy's own fog, which can only leave out a stretch if it is linear behind it.
fn from_above(visibility: f32, lead: f32) -> FogFalloff {
    FogFalloff::Linear {
        start: lead,
        end: visibility.hypot(lead),
    }
}

/// A disc of light that fades outwards, facing the origin from a direction (world axes): rings of
/// angle from its middle, degrees, and opacity.
pub fn halo(towards: Vec3, distance: f32, colour: Tint, rings: &[(f32, f32)]) -> Shape {
    const AROUND: u32 = 28;
    let mut shape = Shape::default();
    let turn = Quat::from_rotation_arc(Vec3::X, towards);
    let mut last: Option<Vec<u32>> = None;
    for (degrees, opacity) in rings {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let ring: Vec<u32> = (0..=AROUND)
            .map(|i| {
                let (b, a) = (TAU * i as f32 / AROUND as f32).sin_cos();
                let at = turn * Vec3::new(cos, sin * a, sin * b) * distance;
                shape.vertex(at, -towards, [colour[0], colour[1], colour[2], *opacity])
            })
            .collect();
        if let Some(last) = &last {
            for i in 0..AROUND as usize {
                shape.triangle([last[i], last[i + 1], ring[i]]);
                shape.triangle([ring[i], last[i + 1], ring[i + 1]]);
            }
        }
        last = Some(ring);
    }
    shape
}

/// Adds sky and sun.
pub fn spawn(
    mut commands: Commands,
    mut meshes: ResMut<Assets<Mesh>>,
    skins: Res<Skins>,
    setting: Res<Setting>,
    quality: Res<Quality>,
) {
    let weather = &setting.0.weather;
    let light = Light::of(weather);
    let mut sky = commands.spawn((
        Sky,
        Mesh3d(meshes.add(sky_mesh(&light, 10_000.0))),
        NoFrustumCulling,
        NotShadowCaster,
        NotShadowReceiver,
    ));
    skins.dress(&mut sky, Skin::Sky);
    let sky = sky.id();
    let seen = light.sunshine() * sun_share(weather.air.visibility as f32);
    if seen > 0.02 {
        let warm = light.warmth();
        let colour = [1.0, 0.98 - 0.12 * warm, 0.92 - 0.35 * warm, 1.0];
        let rings: Vec<(f32, f32)> = [
            (0.0, 1.0),
            (0.5, 1.0),
            (1.2, 0.75),
            (4.0, 0.4),
            (9.0, 0.15),
            (20.0, 0.0),
        ]
        .map(|(degrees, opacity)| (degrees, opacity * seen.min(1.0)))
        .to_vec();
        let disc = halo(light.sun, 0.95 * RADIUS, colour, &rings);
        commands.spawn((
            Mesh3d(meshes.add(disc.mesh())),
            MeshMaterial3d(skins.veil.clone()),
            NotShadowCaster,
            NotShadowReceiver,
            ChildOf(sky),
        ));
    }
    let colour = light.sun_light(10_000.0).normalize_or(Vec3::ONE);
    commands.spawn((
        Sun,
        // The own vehicle, on a layer of its own, casts a shadow, too.
        RenderLayers::from_layers(&[WORLD, OUTSIDE]),
        DirectionalLight {
            color: Color::linear_rgb(colour.x, colour.y, colour.z),
            shadow_maps_enabled: !skins.plain_ones && quality.terms().shadows,
            ..default()
        },
        CascadeShadowConfigBuilder {
            num_cascades: 1,
            minimum_distance: 0.5,
            maximum_distance: 90.0,
            ..default()
        }
        .build(),
        Transform::default().looking_to(-axes::point(light.sun), Vec3::Y),
    ));
}

/// How far one sees in a frame's air, m: the optical range of its fog and its rain together. Rain
/// takes `1.076 R^0.67` dB/km of light (ITU-R P.1814; R in mm/h); what more it takes from sensors
/// are drops on their glass.
pub fn seen_range(frame: &Frame) -> f32 {
    let neper = std::f32::consts::LN_10 / 10.0 / 1000.0;
    let rain = 1.076 * (frame.rain.max(0.0) as f32).powf(0.67) * neper;
    let air = -CONTRAST_AT_RANGE.ln() / (frame.visibility as f32).max(1.0);
    -CONTRAST_AT_RANGE.ln() / (air + rain)
}

/// What the light depends on: visibility, m, how far the ego is in a tunnel, and the height of a
/// camera above it that looks down through clear air, m.
type Seen = (f32, f32, f32);

/// These of the newest frame, if one could see the difference to what is drawn: below one per cent
/// nobody does, and colours need not be sent to the graphics card again.
fn change_of_air(picture: &Picture, tunnel: f32, view: View, drawn: &mut Seen) -> Option<Seen> {
    let lead = if view == View::Birdseye {
        BIRDS_HEIGHT
    } else {
        0.0
    };
    let visibility = seen_range(picture.scene.as_ref()?);
    let same_air = (visibility / drawn.0 - 1.0).abs() < 0.01 && (tunnel - drawn.1).abs() < 0.02;
    if same_air && lead == drawn.2 {
        return None;
    }
    *drawn = (visibility, tunnel, lead);
    Some(*drawn)
}

/// Makes sky and fog those of the newest frame.
pub fn follow_air(
    picture: Res<Picture>,
    setting: Res<Setting>,
    run: Res<RunNumber>,
    view: Res<View>,
    mut drawn: Local<Memory<Seen>>,
    mut meshes: ResMut<Assets<Mesh>>,
    sky: Single<&Mesh3d, With<Sky>>,
    mut cameras: Query<&mut DistanceFog>,
) {
    let Some((visibility, _, lead)) = change_of_air(&picture, 0.0, *view, drawn.of(*run)) else {
        return;
    };
    let weather = &setting.0.weather;
    for mut air in &mut cameras {
        *air = fog(weather, visibility);
        if lead > 0.0 {
            air.falloff = from_above(visibility, lead);
        }
    }
    if let Some(mut mesh) = meshes.get_mut(&sky.0) {
        let colours = sky_colours(&Light::of(weather), visibility);
        mesh.insert_attribute(Mesh::ATTRIBUTE_COLOR, colours);
    }
}

/// Makes the light that of the newest frame.
pub fn follow_light(
    picture: Res<Picture>,
    setting: Res<Setting>,
    tunnel: Res<EgoTunnel>,
    run: Res<RunNumber>,
    view: Res<View>,
    mut drawn: Local<Memory<Seen>>,
    skins: Res<Skins>,
    mut materials: ResMut<Assets<PlainMaterial>>,
    mut ambient: ResMut<GlobalAmbientLight>,
    sun: Single<&mut DirectionalLight, With<Sun>>,
    quality: Res<Quality>,
) {
    if quality.is_changed() {
        *drawn.of(*run) = Seen::default();
    }
    let Some((visibility, tunnel, lead)) = change_of_air(&picture, tunnel.0, *view, drawn.of(*run))
    else {
        return;
    };
    let light = Light::of(&setting.0.weather);
    let (sun_light, sky_light) = (light.sun_light(visibility), light.sky_light(visibility));
    let mut sun = sun.into_inner();
    sun.illuminance = sun_light.max_element() * EXPOSURE * std::f32::consts::PI;
    let shadows = !skins.plain_ones && quality.terms().shadows;
    sun.shadow_maps_enabled = shadows && sun_light.max_element() > 0.2;
    ambient.brightness = sky_light.max_element() * EXPOSURE;
    ambient.color = Color::srgb(0.93, 0.96, 1.0);
    let air = Air {
        sun: axes::point(light.sun).normalize(),
        sun_light,
        sky_light,
        fog: light.fog_colour(visibility),
        density: -CONTRAST_AT_RANGE.ln() / visibility * seen_from(lead, visibility),
        lead,
        tunnel,
    };
    skins.set_air(&mut materials, &air);
}

/// What is remembered of the headlights.
#[derive(Default)]
pub struct Lamps {
    on: Option<bool>,
    needed: Option<bool>,
}

/// Keeps the headlights' light in front of the ego.
pub fn follow_headlights(
    picture: Res<Picture>,
    setting: Res<Setting>,
    tunnel: Res<EgoTunnel>,
    skins: Res<Skins>,
    mut materials: ResMut<Assets<PlainMaterial>>,
    run: Res<RunNumber>,
    mut lamps: Local<Memory<Lamps>>,
) {
    let lamps = lamps.of(*run);
    let needed = *lamps
        .needed
        .get_or_insert_with(|| needs_headlights(&setting.0));
    let Some(ego) = picture.scene.as_ref().and_then(|f| f.bodies.first()) else {
        return;
    };
    if !needed || !skins.plain_ones {
        return;
    }
    let lit = super::site::lamps_lit(&setting.0.weather) || tunnel.0 > 0.05;
    if !lit && lamps.on == Some(false) {
        return;
    }
    lamps.on = Some(lit);
    let body = vehicles::pose(ego);
    let front = Vec3::new(ego.size.x / 2.0, 0.75, 0.0);
    let strength = if lit { 1.25 } else { 0.0 };
    let ahead = body.rotation * Vec3::new(1.0, -0.02, 0.0).normalize();
    let at = body.transform_point(front);
    skins.set_headlights(&mut materials, (at, ahead, strength));
}

#[cfg(test)]
mod tests {
    use super::super::site::tests::fair;
    use super::*;

    #[test]
    fn fog_leaves_five_per_cent_at_the_optical_range() {
        for visibility in [45.0, 300.0, 10_000.0] {
            let FogFalloff::Exponential { density } = fog(&fair(), visibility).falloff else {
                panic!("not exponential");
            };
            let left = (-density * visibility).exp();
            assert!((left - 0.05).abs() < 1e-4, "{left}");
        }
    }

    #[test]
    fn rain_takes_sight_as_well_as_fog_does() {
        let seen = |visibility, rain| {
            seen_range(&Frame {
                visibility,
                rain,
                ..Frame::default()
            })
        };
        assert!((seen(300.0, 0.0) - 300.0).abs() < 0.01);
        // 1.076 x 50^0.67 = 14.80 dB/km = 3.407/km, so 879 m in clear air.
        let cloudburst = seen(1e9, 50.0);
        assert!((cloudburst - 879.0).abs() < 2.0, "{cloudburst}");
        let both = seen(300.0, 50.0);
        assert!((1.0 / both - 1.0 / 300.0 - 1.0 / cloudburst).abs() < 1e-5);
    }

    #[test]
    fn from_above_five_per_cent_are_left_at_the_optical_range_from_the_vehicle() {
        assert_eq!(seen_from(0.0, 300.0), 1.0);
        for visibility in [45.0_f32, 300.0, 10_000.0] {
            let density = -CONTRAST_AT_RANGE.ln() / visibility * seen_from(80.0, visibility);
            let behind = visibility.hypot(80.0) - 80.0;
            assert!(((-density * behind).exp() - 0.05).abs() < 1e-3);
        }
    }

    #[test]
    fn the_horizon_has_the_colour_of_fog_and_dense_fog_hides_the_whole_sky() {
        let light = Light::of(&fair());
        for visibility in [45.0, 500.0, 10_000.0] {
            assert_eq!(
                light.sky_colour(Vec3::X, visibility),
                light.fog_colour(visibility)
            );
        }
        let (up, fog) = (light.sky_colour(Vec3::Z, 45.0), light.fog_colour(45.0));
        assert!((up.red - fog.red).abs() < 1e-4 && (up.blue - fog.blue).abs() < 1e-4);
        let clear = light.sky_colour(Vec3::Z, 10_000.0);
        assert!(clear.blue > 2.0 * clear.red);
    }

    #[test]
    fn night_is_dark_and_a_low_sun_warm() {
        let mut weather = fair();
        let noon = Light::of(&weather).sky_light(10_000.0);
        weather.sun.elevation_deg = 3.0;
        let low = Light::of(&weather).sun_light(10_000.0);
        assert!(low.x > 1.5 * low.z && low.x > 0.3);
        weather.sun.elevation_deg = -20.0;
        let night = Light::of(&weather);
        assert!(night.sky_light(10_000.0).y < 0.06 * noon.y);
        assert_eq!(night.sun_light(10_000.0), Vec3::ZERO);
        assert!(daylight(&weather) < 0.03);
    }
}
