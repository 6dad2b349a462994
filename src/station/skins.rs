//! What surfaces are made of, once for graphics cards and once for processors.
//!
//! Bevy's own material can do far more than this scene asks for, and a processor pays for all of it
//! at every pixel. So where no graphics card draws, surfaces get a material that only does the sun,
//! the sky's light, lamps and the fog. Both give the same picture, but for shadows and highlights.
//! Where lamps are lit (at night, in tunnels) graphics cards use it, too.

use super::quality::Quality;
use super::scene::Setting;
use super::shape::Shape;
use bevy::asset::{Asset, uuid_handle};
use bevy::mesh::MeshVertexBufferLayoutRef;
use bevy::pbr::{MaterialPipeline, MaterialPipelineKey};
use bevy::prelude::*;
use bevy::reflect::TypePath;
use bevy::render::render_resource::{
    AsBindGroup, RenderPipelineDescriptor, SpecializedMeshPipelineError,
};
use bevy::shader::{Shader, ShaderDefVal, ShaderRef};

const SHADER: Handle<Shader> = uuid_handle!("6c0a1f0e-5b0b-4f0e-9c55-7f6f1c7c9a31");
const VEIL_SHADER: Handle<Shader> = uuid_handle!("1b7a5c52-9a40-4a0e-8f0e-3f4f7f1f2c90");

/// Brightness of what tunnel and street lamps light.
pub const LAMP_LIGHT: Vec3 = Vec3::new(0.30, 0.27, 0.22);

/// What instruments light of the cockpit at night.
const INSTRUMENT_LIGHT: Vec3 = Vec3::splat(0.10);

/// The material for processors. Fields as in `plain.wgsl`.
#[derive(Asset, AsBindGroup, Clone, Debug, Default, TypePath)]
pub struct PlainMaterial {
    #[uniform(0)]
    sun: Vec4,
    #[uniform(0)]
    sun_light: Vec4,
    #[uniform(0)]
    sky: Vec4,
    #[uniform(0)]
    fog: Vec4,
    #[uniform(0)]
    lamps: Vec4,
    #[uniform(0)]
    head: Vec4,
    #[uniform(0)]
    ahead: Vec4,
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

/// Translucent, in its vertices' colours, lit by nothing and seen from both sides: glare, rain,
/// shadows, the plan.
#[derive(Asset, AsBindGroup, Clone, Debug, TypePath)]
pub struct VeilMaterial {}

impl Material for VeilMaterial {
    fn fragment_shader() -> ShaderRef {
        VEIL_SHADER.into()
    }

    fn alpha_mode(&self) -> AlphaMode {
        AlphaMode::Blend
    }

    fn enable_prepass() -> bool {
        false
    }

    fn enable_shadows() -> bool {
        false
    }

    fn specialize(
        _: &MaterialPipeline,
        descriptor: &mut RenderPipelineDescriptor,
        _: &MeshVertexBufferLayoutRef,
        _: MaterialPipelineKey<Self>,
    ) -> Result<(), SpecializedMeshPipelineError> {
        descriptor.primitive.cull_mode = None;
        Ok(())
    }
}

/// A kind of surface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Skin {
    /// Asphalt, grass, trees: matt.
    Ground,
    /// Paint and glass.
    Body,
    /// The same inside a tunnel.
    BodyInTunnel,
    /// The own car from inside, too near for fog.
    Interior,
    /// Shines by itself, and has the fog in its colours.
    Sky,
}

impl Skin {
    const ALL: [Self; 5] = [
        Self::Ground,
        Self::Body,
        Self::BodyInTunnel,
        Self::Interior,
        Self::Sky,
    ];

    fn standard(self) -> StandardMaterial {
        let (roughness, reflectance) = match self {
            Self::Ground | Self::Sky => (0.95, 0.1),
            Self::Body | Self::BodyInTunnel => (0.45, 0.35),
            Self::Interior => (0.7, 0.2),
        };
        StandardMaterial {
            base_color: if self == Self::BodyInTunnel {
                Color::linear_rgb(0.3, 0.28, 0.25)
            } else {
                Color::WHITE
            },
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
    pub sun_light: Vec3,
    pub sky_light: Vec3,
    pub fog: LinearRgba,
    /// 1/m.
    pub density: f32,
    /// How far the ego is in a tunnel, 0 to 1.
    pub tunnel: f32,
    /// The air is clear up to this distance from the camera, m.
    pub lead: f32,
}

#[derive(Resource)]
pub struct Skins {
    /// The plain materials are used: see [`Quality`], and also at night and with tunnels.
    pub plain_ones: bool,
    standard: [Handle<StandardMaterial>; 5],
    plain: [Handle<PlainMaterial>; 5],
    pub veil: Handle<VeilMaterial>,
}

impl Skins {
    /// Gives an entity its material.
    pub fn dress(&self, entity: &mut EntityCommands, skin: Skin) {
        let index = Skin::ALL.iter().position(|s| *s == skin).unwrap_or(0);
        if self.plain_ones {
            entity.insert(MeshMaterial3d(self.plain[index].clone()));
        } else {
            entity.insert(MeshMaterial3d(self.standard[index].clone()));
        }
    }

    /// The mesh of a solid, as its material wants it.
    pub fn mesh(&self, shape: &Shape) -> Mesh {
        if self.plain_ones {
            return shape.mesh();
        }
        let mut shape = shape.clone();
        shape.bake(LAMP_LIGHT.y, 1.0);
        shape.mesh()
    }

    /// Passes light and air on to the materials that know nothing of Bevy's lights.
    pub fn set_air(&self, materials: &mut Assets<PlainMaterial>, air: &Air) {
        for (skin, handle) in Skin::ALL.iter().zip(&self.plain) {
            if *skin == Skin::Sky {
                continue;
            }
            let inside = match skin {
                Skin::BodyInTunnel => 0.9,
                Skin::Interior => 0.9 * air.tunnel,
                _ => 0.0,
            };
            let density = if *skin == Skin::Interior {
                0.0
            } else {
                air.density
            };
            if let Some(mut material) = materials.get_mut(handle) {
                material.sun = air.sun.extend(air.lead);
                material.sun_light = (air.sun_light * (1.0 - inside)).extend(0.0);
                let mut sky = air.sky_light.lerp(LAMP_LIGHT, inside);
                if *skin == Skin::Interior {
                    sky = sky.max(INSTRUMENT_LIGHT);
                }
                material.sky = sky.extend(0.0);
                material.fog = air.fog.to_vec3().extend(density);
                material.lamps = LAMP_LIGHT.extend(0.0);
            }
        }
    }

    /// Passes the own headlights on: where they are, where they look, how bright they are.
    pub fn set_headlights(
        &self,
        materials: &mut Assets<PlainMaterial>,
        (at, ahead, strength): (Vec3, Vec3, f32),
    ) {
        for (skin, handle) in Skin::ALL.iter().zip(&self.plain) {
            if matches!(skin, Skin::Sky | Skin::Interior) {
                continue;
            }
            if let Some(mut material) = materials.get_mut(handle) {
                material.head = at.extend(strength);
                material.ahead = ahead.extend(0.0);
            }
        }
    }
}

pub fn plugin(app: &mut App) {
    let veil = Shader::from_wgsl_with_defs(SOURCE, "station/veil.wgsl", vec!["SHINES".into()]);
    set_shader(app.world_mut(), VEIL_SHADER, veil);
    app.add_plugins((
        MaterialPlugin::<PlainMaterial>::default(),
        MaterialPlugin::<VeilMaterial>::default(),
    ));
}

const SOURCE: &str = include_str!("plain.wgsl");

fn set_shader(world: &mut World, handle: Handle<Shader>, shader: Shader) {
    // The handles are this file's own, so nothing of others can be in their place.
    let _ = world
        .resource_mut::<Assets<Shader>>()
        .insert(handle.id(), shader);
}

/// Makes the materials for the run that begins.
pub fn prepare(world: &mut World) {
    let scenario = world.resource::<Setting>().0.clone();
    // Where headlights are never lit, no pixel pays for them.
    let dark = super::sky::needs_headlights(&scenario);
    let defs: Vec<ShaderDefVal> = dark.then(|| "HEADLIGHTS".into()).into_iter().collect();
    let plain = Shader::from_wgsl_with_defs(SOURCE, "station/plain.wgsl", defs);
    set_shader(world, SHADER, plain);
    // Lamps are what the plain material is better at, and in the dark there are no shadows to lose.
    let plain_ones = dark || !world.resource::<Quality>().terms().rich;
    let standard = Skin::ALL.map(|skin| {
        world
            .resource_mut::<Assets<StandardMaterial>>()
            .add(skin.standard())
    });
    let plain = Skin::ALL.map(|_| {
        world
            .resource_mut::<Assets<PlainMaterial>>()
            .add(PlainMaterial {
                // The sky gets nothing else.
                sky: Vec4::ONE,
                ..default()
            })
    });
    let veil = world
        .resource_mut::<Assets<VeilMaterial>>()
        .add(VeilMaterial {});
    world.insert_resource(Skins {
        plain_ones,
        standard,
        plain,
        veil,
    });
}
