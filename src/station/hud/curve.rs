//! The curve of a history, drawn into a small picture: one node for the window to lay out, however
//! many samples there are.

use bevy::asset::RenderAssetUsages;
use bevy::image::{Image, ImageSampler};
use bevy::prelude::*;
use bevy::render::render_resource::{Extent3d, TextureDimension, TextureFormat};

/// Rows of the picture; a column is a sample.
pub const ROWS: usize = 22;

type Pixel = [u8; 4];

const CLEAR: Pixel = [255, 255, 255, 16];
/// Okabe and Ito's sky blue and orange, as in `widgets`.
const FINE: Pixel = [86, 180, 233, 255];
const LOW: Pixel = [230, 159, 0, 255];
const LINE: Pixel = [242, 245, 247, 255];

/// An empty curve of so many samples.
pub fn image(samples: usize) -> Image {
    let mut image = Image::new_fill(
        Extent3d {
            width: samples as u32,
            height: ROWS as u32,
            depth_or_array_layers: 1,
        },
        TextureDimension::D2,
        &CLEAR,
        TextureFormat::Rgba8UnormSrgb,
        RenderAssetUsages::default(),
    );
    image.sampler = ImageSampler::nearest();
    image
}

/// Pixels, row by row from the top: the newest of `values` (0 to 1) at the right, with a line at
/// `wanted`. What is below it is striped as well as orange.
pub fn paint(values: &[f32], samples: usize, wanted: f32) -> Vec<u8> {
    let mut pixels = Vec::with_capacity(samples * ROWS * 4);
    let missing = samples.saturating_sub(values.len());
    let line = height(wanted);
    for row in 0..ROWS {
        let up = ROWS - 1 - row;
        for column in 0..samples {
            let value = column.checked_sub(missing).and_then(|i| values.get(i));
            let pixel = match value {
                _ if up + 1 == line => LINE,
                Some(value) if up < height(*value) => match *value < wanted {
                    true if (up + column).is_multiple_of(4) => CLEAR,
                    true => LOW,
                    false => FINE,
                },
                _ => CLEAR,
            };
            pixels.extend(pixel);
        }
    }
    pixels
}

/// Rows that a value fills; at least one, so that nothing at all looks like nothing known.
fn height(value: f32) -> usize {
    ((value.clamp(0.0, 1.0) * ROWS as f32).round() as usize).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(pixels: &[u8], samples: usize, column: usize, up: usize) -> Pixel {
        let i = 4 * ((ROWS - 1 - up) * samples + column);
        [pixels[i], pixels[i + 1], pixels[i + 2], pixels[i + 3]]
    }

    #[test]
    fn the_newest_sample_is_at_the_right_and_what_is_low_looks_low() {
        let pixels = paint(&[1.0, 0.2], 4, 0.5);
        assert_eq!(pixels.len(), 4 * 4 * ROWS);
        let line = ROWS / 2 - 1;
        assert_eq!(at(&pixels, 4, 0, 0), CLEAR, "before the first");
        assert_eq!(at(&pixels, 4, 2, 0), FINE);
        assert_eq!(at(&pixels, 4, 2, ROWS - 1), FINE, "full");
        let low: Vec<Pixel> = (0..4).map(|up| at(&pixels, 4, 3, up)).collect();
        assert!(low.contains(&LOW) && low.contains(&CLEAR) && !low.contains(&FINE));
        assert_eq!(at(&pixels, 4, 3, ROWS - 1), CLEAR);
        for column in 0..4 {
            assert_eq!(at(&pixels, 4, column, line), LINE);
        }
    }

    #[test]
    fn a_picture_has_the_pixels_that_it_is_painted_with() {
        let image = image(60);
        assert_eq!(image.data.map(|d| d.len()), Some(paint(&[], 60, 0.5).len()));
    }
}
