//! What surfaces are made of, once for graphics cards and once for processors.
//!
//! Bevy's own material can do far more than this scene asks for, and a processor pays for all of it
//! at every pixel. So where no graphics card draws, surfaces get a material that only does the sun,
//! the sky's light and the fog. Both give the same picture, but for shadows and highlights.

use super::scene::Quality;
use bevy::asset::{Asset, uuid_handle};
use bevy::prelude::*;
use bevy::reflect::TypePath;
use bevy::render::render_resource::AsBindGroup;
use bevy::shader::{Shader, ShaderRef};

const SHADER: Handle<Shader> = uuid_handle!("6c0a1f0e-5b0b-4f0e-9c55-7f6f1c7c9a31");

/// The material for processors. Fields as in `plain.wgsl`.
#[derive(Asset, AsBindGroup, Clone, Debug, TypePath)]
pub struct PlainMaterial {
    #[uniform(0)]
    sun: Vec4,
    #[uniform(0)]
    sky: Vec4,
    #[uniform(0)]
    fog: Vec4,
}

impl Material for PlainMaterial {
    fn fragment_shader() -> ShaderRef {
        SHADER.into()
    }

    fn enable_prepass() -> bool {
        false
    }

    fn enable_shadows() -> bool {
        false
    }
}

/// A kind of surface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Skin {
    /// Asphalt, grass, trees: matt.
    Ground,
    /// Paint and glass.
    Body,
    /// The own car from inside, too near for fog.
    Interior,
    /// Shines by itself, and has the fog in its colours.
    Sky,
}

impl Skin {
    const ALL: [Self; 4] = [Self::Ground, Self::Body, Self::Interior, Self::Sky];

    fn standard(self) -> StandardMaterial {
        let (roughness, reflectance) = match self {
            Self::Ground | Self::Sky => (0.95, 0.1),
            Self::Body => (0.45, 0.35),
            Self::Interior => (0.7, 0.2),
        };
        StandardMaterial {
            perceptual_roughness: roughness,
            reflectance,
            unlit: self == Self::Sky,
            fog_enabled: !matches!(self, Self::Sky | Self::Interior),
            ..default()
        }
    }
}

/// Light and air, for [`PlainMaterial`].
#[derive(Clone, Copy, Debug)]
pub struct Air {
    /// Towards the sun, Bevy's axes.
    pub sun: Vec3,
    pub sun_light: f32,
    pub sky_light: f32,
    pub fog: LinearRgba,
    /// 1/m.
    pub density: f32,
}

#[derive(Resource)]
pub struct Skins {
    /// See [`Quality`].
    pub software: bool,
    standard: [Handle<StandardMaterial>; 4],
    plain: [Handle<PlainMaterial>; 4],
}

impl Skins {
    /// Gives an entity its material.
    pub fn dress(&self, entity: &mut EntityCommands, skin: Skin) {
        let index = Skin::ALL.iter().position(|s| *s == skin).unwrap_or(0);
        if self.software {
            entity.insert(MeshMaterial3d(self.plain[index].clone()));
        } else {
            entity.insert(MeshMaterial3d(self.standard[index].clone()));
        }
    }

    /// Passes light and air on to the materials that know nothing of Bevy's lights.
    pub fn set_air(&self, materials: &mut Assets<PlainMaterial>, air: &Air) {
        for (skin, handle) in Skin::ALL.iter().zip(&self.plain) {
            if *skin == Skin::Sky {
                continue;
            }
            let density = if *skin == Skin::Interior {
                0.0
            } else {
                air.density
            };
            if let Some(mut material) = materials.get_mut(handle) {
                material.sun = air.sun.extend(air.sun_light);
                material.sky = Vec3::splat(air.sky_light).extend(1.0);
                material.fog = air.fog.to_vec3().extend(density);
            }
        }
    }
}

pub fn plugin(app: &mut App) {
    let shader = Shader::from_wgsl(include_str!("plain.wgsl"), "station/plain.wgsl");
    // The handle is this file's own, so nothing can be in its place already.
    let _ = app
        .world_mut()
        .resource_mut::<Assets<Shader>>()
        .insert(SHADER.id(), shader);
    app.add_plugins(MaterialPlugin::<PlainMaterial>::default());
    let software = app.world().resource::<Quality>().software;
    let standard = Skin::ALL.map(|skin| {
        app.world_mut()
            .resource_mut::<Assets<StandardMaterial>>()
            .add(skin.standard())
    });
    let plain = Skin::ALL.map(|_| {
        app.world_mut()
            .resource_mut::<Assets<PlainMaterial>>()
            .add(PlainMaterial {
                sun: Vec4::ZERO,
                sky: Vec4::ONE,
                fog: Vec4::ZERO,
            })
    });
    app.insert_resource(Skins {
        software,
        standard,
        plain,
    });
}
