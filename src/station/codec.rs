//! What a video codec does to a picture when the link is narrow: blocks, few shades, lost parts.
//!
//! It works like a block codec of MPEG's kind, in short: the picture is cut into macroblocks of
//! 16 x 16 px; the coarser the quantiser, the less of each block's detail is left beside its mean,
//! and means and detail take fewer levels (luma finer than chroma). Parts that were lost keep what
//! the picture before showed there (concealment by copying), in runs of macroblocks as slices are
//! lost. What is blurred was drawn with fewer pixels in the first place ([`super::screens`]).

use crate::link::view::VideoView;
use bevy::asset::uuid_handle;
use bevy::camera::{CameraOutputMode, ClearColorConfig};
use bevy::core_pipeline::fullscreen_material::{FullscreenMaterial, FullscreenMaterialPlugin};
use bevy::prelude::*;
use bevy::render::extract_component::ExtractComponent;
use bevy::render::render_resource::{BlendState, ShaderType};
use bevy::shader::{Shader, ShaderRef};

const SHADER: Handle<Shader> = uuid_handle!("2e7d61f4-93a5-4f51-8b1c-0d5c0a4be6a7");
/// Side of a macroblock, px.
const BLOCK: f32 = 16.0;
/// Macroblocks that are lost together: a slice's end.
const SLICE: f32 = 8.0;
/// Less than this is not to be seen, and costs nothing.
const LEAST: f32 = 0.004;

/// Worn by a camera whose picture suffers. Fields as in `codec.wgsl`.
#[derive(Clone, Component, Copy, Debug, Default, ExtractComponent, PartialEq, ShaderType)]
pub struct Codec {
    /// 0 to 1.
    coarseness: f32,
    /// Share of the slices that are lost, 0 to 1.
    damage: f32,
    /// Which ones: the picture's number, small enough for a float.
    seed: f32,
    block: f32,
    /// Px.
    size: Vec2,
    slice: f32,
    /// Rounds the size up to what graphics cards want.
    unused: f32,
}

impl FullscreenMaterial for Codec {
    fn fragment_shader() -> ShaderRef {
        SHADER.into()
    }
}

impl Codec {
    /// What it does to a picture; none if there is nothing to be seen. A first picture has nothing
    /// behind it that its lost parts could show.
    pub fn of(video: &VideoView, size: UVec2, first: bool) -> Option<Self> {
        let damage = if first {
            0.0
        } else {
            video.damage.clamp(0.0, 1.0)
        };
        let coarseness = video.coarseness.clamp(0.0, 1.0);
        (coarseness > LEAST || damage > LEAST).then(|| Self {
            coarseness,
            damage,
            seed: (video.number % 4096) as f32,
            block: BLOCK,
            size: size.as_vec2(),
            slice: SLICE,
            unused: 0.0,
        })
    }

    /// How a camera writes its picture: over what is there, where parts are lost.
    pub fn output(codec: Option<Self>) -> CameraOutputMode {
        CameraOutputMode::Write {
            blend_state: codec
                .filter(|codec| codec.damage > 0.0)
                .map(|_| BlendState::ALPHA_BLENDING),
            clear_color: ClearColorConfig::None,
        }
    }
}

/// Below this rate what is drawn into the picture is too old for marks, 1/s.
const FEW: f64 = 20.0;
/// Without a new picture for so long it stands still, s.
const STILL: f64 = 0.2;

/// The picture is so coarse, rare or old that marks on the road must be drawn over it and not into
/// it.
pub fn suffers(video: &VideoView, frozen: f64) -> bool {
    let coarse = video.scale < 0.99 || video.coarseness > LEAST || video.damage > LEAST;
    coarse || video.rate < FEW || frozen > STILL
}

pub fn plugin(app: &mut App) {
    let shader = Shader::from_wgsl(include_str!("codec.wgsl"), "station/codec.wgsl");
    // The handle is this file's own, so nothing of others can be in its place.
    let _ = app
        .world_mut()
        .resource_mut::<Assets<Shader>>()
        .insert(SHADER.id(), shader);
    app.add_plugins(FullscreenMaterialPlugin::<Codec>::default());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ideal_picture_costs_nothing_and_a_first_one_has_nothing_behind_it() {
        let size = UVec2::new(640, 360);
        let mut video = VideoView::default();
        assert_eq!(Codec::of(&video, size, false), None);
        assert!(!suffers(&video, 0.0) && suffers(&video, 1.0));
        video.damage = 0.3;
        assert!(suffers(&video, 0.0));
        assert_eq!(Codec::of(&video, size, true), None);
        let lost = Codec::of(&video, size, false);
        assert_eq!(lost.map(|c| c.damage), Some(0.3));
        let CameraOutputMode::Write {
            blend_state,
            clear_color,
        } = Codec::output(lost)
        else {
            panic!("it must be written");
        };
        assert!(blend_state.is_some() && matches!(clear_color, ClearColorConfig::None));
        video.damage = 0.0;
        video.coarseness = 2.0;
        let coarse = Codec::of(&video, size, false);
        assert_eq!(coarse.map(|c| (c.coarseness, c.damage)), Some((1.0, 0.0)));
        assert!(matches!(
            Codec::output(coarse),
            CameraOutputMode::Write {
                blend_state: None,
                ..
            }
        ));
    }
}
