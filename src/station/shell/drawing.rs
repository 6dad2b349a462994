//! A plan as a picture: roads, the way driven, marks. Painted point by point into an image.
//!
//! [`crate::map`] draws plans on paper; this is the few lines that a screen of a few hundred pixels
//! can show.

use crate::scenario::Scenario;
use glam::DVec2;

/// Colour, sRGB.
pub type Rgb = [u8; 3];

/// Roads and ways in the plane, m.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Drawing {
    pub lines: Vec<Line>,
    pub marks: Vec<Mark>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub points: Vec<DVec2>,
    pub colour: Rgb,
    /// On the ground, m, but at least so many pixels.
    pub width_m: f64,
    pub at_least_px: f64,
}

/// A disc.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    pub at: DVec2,
    pub colour: Rgb,
    pub radius_px: f64,
}

const ROAD: Rgb = [112, 122, 136];
const START: Rgb = [86, 180, 233];
const OTHER: Rgb = [230, 159, 0];
/// Empty margin, px.
const MARGIN: f64 = 14.0;
/// Points along a road, m apart.
const STEP: f64 = 10.0;

impl Drawing {
    fn bounds(&self) -> Option<(DVec2, DVec2)> {
        let points = self.lines.iter().flat_map(|l| &l.points).copied();
        let points = points.chain(self.marks.iter().map(|m| m.at));
        points.fold(None, |bounds, p| match bounds {
            None => Some((p, p)),
            Some((low, high)) => Some((low.min(p), high.max(p))),
        })
    }

    /// Paints it, north up, as large as it fits, on transparent ground. RGBA, row by row.
    pub fn paint(&self, width: usize, height: usize) -> Vec<u8> {
        let mut pixels = vec![0; width * height * 4];
        let Some((low, high)) = self.bounds() else {
            return pixels;
        };
        let size = DVec2::new(width as f64, height as f64);
        let room = (size - 2.0 * MARGIN).max(DVec2::ONE);
        let scale = (room / (high - low).max(DVec2::splat(1.0))).min_element();
        let middle = (low + high) / 2.0;
        let place = |p: DVec2| size / 2.0 + (p - middle) * DVec2::new(scale, -scale);
        let mut canvas = Canvas {
            pixels: &mut pixels,
            width,
            height,
        };
        for line in &self.lines {
            let half = (line.width_m * scale).max(line.at_least_px) / 2.0;
            for pair in line.points.windows(2) {
                canvas.stroke(place(pair[0]), place(pair[1]), half, line.colour);
            }
        }
        for mark in &self.marks {
            let at = place(mark.at);
            canvas.stroke(at, at, mark.radius_px, mark.colour);
        }
        pixels
    }
}

struct Canvas<'a> {
    pixels: &'a mut [u8],
    width: usize,
    height: usize,
}

impl Canvas<'_> {
    /// A line with round ends, its edge one pixel soft.
    fn stroke(&mut self, a: DVec2, b: DVec2, half: f64, colour: Rgb) {
        let reach = DVec2::splat(half + 1.0);
        let low = (a.min(b) - reach).max(DVec2::ZERO);
        let high = a.max(b) + reach;
        let columns = low.x as usize..(high.x.max(0.0) as usize + 1).min(self.width);
        for y in low.y as usize..(high.y.max(0.0) as usize + 1).min(self.height) {
            for x in columns.clone() {
                let p = DVec2::new(x as f64 + 0.5, y as f64 + 0.5);
                let along = b - a;
                let t = ((p - a).dot(along) / along.length_squared().max(1e-9)).clamp(0.0, 1.0);
                let cover = (half + 0.5 - p.distance(a + along * t)).clamp(0.0, 1.0);
                self.blend((y * self.width + x) * 4, colour, cover);
            }
        }
    }

    fn blend(&mut self, at: usize, colour: Rgb, cover: f64) {
        let Some(pixel) = self.pixels.get_mut(at..at + 4) else {
            return;
        };
        if cover <= 0.0 {
            return;
        }
        let under = f64::from(pixel[3]) / 255.0 * (1.0 - cover);
        let all = cover + under;
        for (channel, new) in pixel.iter_mut().zip(colour) {
            let mixed = f64::from(new) * cover + f64::from(*channel) * under;
            *channel = (mixed / all).round() as u8;
        }
        pixel[3] = (all * 255.0).round() as u8;
    }
}

/// The roads of a scenario, and who starts where.
pub fn road_drawing(scenario: &Scenario) -> Drawing {
    let network = &scenario.network;
    let lines = network
        .roads
        .iter()
        .map(|road| {
            let steps = (road.length() / STEP).ceil().max(1.0);
            let middle = |s: f64| {
                let (left, right) = road.carriageway(s);
                let pose = road.pose(s, (left + right) / 2.0);
                DVec2::new(pose.x, pose.y)
            };
            let (left, right) = road.carriageway(road.length() / 2.0);
            Line {
                points: (0..=steps as usize)
                    .map(|i| middle(i as f64 / steps * road.length()))
                    .collect(),
                colour: ROAD,
                width_m: (left - right).abs(),
                at_least_px: 3.0,
            }
        })
        .collect();
    let start = network.lane_pose(scenario.ego_start, 0.0);
    let mut marks: Vec<Mark> = scenario
        .traffic
        .actors
        .iter()
        .map(|actor| {
            let pose = match actor.place {
                crate::traffic::Place::Lane { at, offset } => network.lane_pose(at, offset),
                crate::traffic::Place::Road { point, .. } => network.pose(point),
            };
            Mark {
                at: DVec2::new(pose.x, pose.y),
                colour: OTHER,
                radius_px: 3.0,
            }
        })
        .collect();
    marks.push(Mark {
        at: DVec2::new(start.x, start.y),
        colour: START,
        radius_px: 5.0,
    });
    Drawing { lines, marks }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_painted_where_it_is_and_nowhere_else() {
        let red = [200, 0, 0];
        let drawing = Drawing {
            lines: vec![Line {
                points: vec![DVec2::new(0.0, 0.0), DVec2::new(100.0, 0.0)],
                colour: red,
                width_m: 1.0,
                at_least_px: 4.0,
            }],
            marks: vec![Mark {
                at: DVec2::new(0.0, 0.0),
                colour: [0, 0, 200],
                radius_px: 5.0,
            }],
        };
        let pixels = drawing.paint(228, 60);
        let at = |x: usize, y: usize| &pixels[(y * 228 + x) * 4..][..4];
        // 100 m on 200 px, in the middle of the picture.
        assert_eq!(at(114, 30), [200, 0, 0, 255]);
        assert_eq!(at(14, 30), [0, 0, 200, 255], "marks lie on lines");
        assert_eq!(at(114, 20)[3], 0);
        assert_eq!(at(2, 30)[3], 0);
        let painted = pixels.chunks(4).filter(|p| p[3] > 127).count();
        assert!((780..920).contains(&painted), "{painted}");
    }

    #[test]
    fn nothing_is_painted_as_nothing() {
        assert!(Drawing::default().paint(8, 8).iter().all(|b| *b == 0));
    }
}
