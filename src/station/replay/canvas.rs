//! The panel below the pictures, painted point by point: who drove, marks, curves, cursor. Pure.

use crate::replay::reel::{Band, Sample};
use crate::replay::transport::{Mark, Strip};
use crate::station::shell::history;
use bevy::math::UVec2;

/// Colour, sRGB.
pub type Rgb = [u8; 3];

const GROUND: Rgb = [13, 17, 23];
const LANE: Rgb = [22, 28, 37];
const GRID: Rgb = [52, 60, 72];
const FAINT: Rgb = [120, 130, 144];
const PAPER: Rgb = [242, 245, 247];
const SKY_BLUE: Rgb = [86, 180, 233];
const ORANGE: Rgb = [230, 159, 0];
const VERMILLION: Rgb = [213, 94, 0];

/// Of several runs, by their order: Okabe and Ito's, apart for any eye; a name says the same.
pub const RUNS: [Rgb; 4] = [SKY_BLUE, ORANGE, [0, 158, 115], [204, 121, 167]];

/// A curve against time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    Confidence,
    Wheel,
    Pedals,
    Speed,
}

/// The most important first: where there is little room the others are left out.
const LANES: [Lane; 4] = [Lane::Confidence, Lane::Speed, Lane::Wheel, Lane::Pedals];

/// A rectangle, px from the panel's upper left corner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rect {
    pub x: u32,
    pub y: u32,
    pub width: u32,
    pub height: u32,
}

impl Rect {
    pub fn has(&self, x: f32, y: f32) -> bool {
        let inside =
            |v: f32, from: u32, length: u32| v >= from as f32 && v < (from + length) as f32;
        inside(x, self.x, self.width) && inside(y, self.y, self.height)
    }

    /// How far along it a place is, 0 to 1.
    pub fn along(&self, x: f32) -> f64 {
        (f64::from(x - self.x as f32) / f64::from(self.width.max(1))).clamp(0.0, 1.0)
    }
}

/// Where everything in the panel is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Geometry {
    pub size: UVec2,
    /// Rows of words above the scrubber.
    pub status: u32,
    /// All of the scrubber: marks and bands.
    pub scrubber: Rect,
    /// Who drove, a run each.
    pub bands: Vec<Rect>,
    pub lanes: Vec<(Lane, Rect)>,
}

/// Height that the panel wants in a window of this height, px.
pub fn height(window: u32, scale: f32, runs: usize) -> u32 {
    let more = 12.0 * runs.saturating_sub(1) as f32;
    let wanted = ((232.0 + more) * scale).max(0.30 * window as f32);
    wanted.min(0.42 * window as f32) as u32
}

impl Geometry {
    /// `scale`: px of the screen for one of the design.
    pub fn new(size: UVec2, scale: f32, runs: usize) -> Self {
        let px = |design: f32| (design * scale).round().max(1.0) as u32;
        let status = px(30.0);
        let margin = px(10.0);
        let width = size.x.saturating_sub(2 * margin).max(8);
        let (marks, band, gap) = (px(11.0), px(if runs > 1 { 9.0 } else { 13.0 }), px(3.0));
        let bands = (0..runs as u32)
            .map(|i| Rect {
                x: margin,
                y: status + marks + i * (band + px(2.0)),
                width,
                height: band,
            })
            .collect::<Vec<_>>();
        let bottom = bands.last().map_or(status, |b| b.y + b.height);
        let scrubber = Rect {
            x: margin,
            y: status,
            width,
            height: bottom - status,
        };
        let from = bottom + gap + px(3.0);
        let left = size.y.saturating_sub(from + px(4.0));
        // As many as can be read.
        let count = (left / px(31.0)).clamp(1, LANES.len() as u32);
        let each = (left / count).saturating_sub(gap).max(1);
        let lanes = LANES.iter().take(count as usize).enumerate();
        let lanes = lanes.map(|(i, lane)| {
            let rect = Rect {
                x: margin,
                y: from + i as u32 * (each + gap),
                width,
                height: each,
            };
            (*lane, rect)
        });
        Self {
            size,
            status,
            scrubber,
            bands,
            lanes: lanes.collect(),
        }
    }
}

/// A run, as the panel shows it.
pub struct Run<'a> {
    pub strip: Strip,
    pub bands: &'a [Band],
    /// Tick and kind.
    pub marks: &'a [(u64, Mark)],
    pub curves: &'a [Sample],
}

/// What to paint.
pub struct Panel<'a> {
    pub runs: &'a [Run<'a>],
    /// All of the axis, s.
    pub range: (f64, f64),
    /// What the curves show.
    pub stretch: (f64, f64),
    pub at: f64,
    /// The confidence below which it asks.
    pub asks_below: f64,
}

impl Panel<'_> {
    /// RGBA, row by row.
    pub fn paint(&self, geometry: &Geometry) -> Vec<u8> {
        let mut canvas = Canvas::new(geometry.size);
        for (run, rect) in self.runs.iter().zip(&geometry.bands) {
            self.bands(&mut canvas, run, *rect, geometry.scrubber.y);
        }
        self.stretch_on(&mut canvas, geometry);
        for (lane, rect) in &geometry.lanes {
            self.lane(&mut canvas, *lane, *rect);
        }
        let scrubber = geometry.scrubber;
        let x = column(self.at, self.range, scrubber);
        canvas.fill(
            x.saturating_sub(1),
            scrubber.y,
            3,
            scrubber.height,
            PAPER,
            1.0,
        );
        for (_, rect) in &geometry.lanes {
            let x = column(self.at, self.stretch, *rect);
            canvas.fill(x, rect.y, 2, rect.height, PAPER, 0.9);
        }
        canvas.pixels
    }

    fn bands(&self, canvas: &mut Canvas, run: &Run, rect: Rect, top: u32) {
        canvas.rect(rect, LANE, 1.0);
        for band in run.bands {
            let from = column(run.strip.axis(band.from), self.range, rect);
            let to = column(run.strip.axis(band.to), self.range, rect).max(from + 1);
            let colour = history::colour(band.authority);
            canvas.fill(from, rect.y, to - from, rect.height, colour, 1.0);
        }
        // The most important lie on top.
        let mut marks: Vec<(u64, Mark)> = run.marks.to_vec();
        marks.sort_by_key(|m| m.1);
        let several = self.runs.len() > 1;
        for (tick, mark) in marks {
            let x = column(run.strip.axis(tick), self.range, rect);
            let (y, size) = if several {
                (rect.y, rect.height)
            } else {
                (top, rect.y.saturating_sub(top))
            };
            shape(canvas, mark, x, y, size);
        }
    }

    /// On the scrubber, which stretch the curves show.
    fn stretch_on(&self, canvas: &mut Canvas, geometry: &Geometry) {
        let rect = geometry.scrubber;
        let from = column(self.stretch.0, self.range, rect);
        let to = column(self.stretch.1, self.range, rect).max(from + 2);
        if self.stretch.1 - self.stretch.0 < self.range.1 - self.range.0 - 1e-6 {
            canvas.fill(from, rect.y + rect.height + 1, to - from, 2, FAINT, 1.0);
        }
    }

    fn lane(&self, canvas: &mut Canvas, lane: Lane, rect: Rect) {
        canvas.rect(rect, LANE, 1.0);
        for t in grid(self.stretch) {
            let x = column(t, self.stretch, rect);
            canvas.fill(x, rect.y, 1, rect.height, GRID, 1.0);
        }
        for run in self.runs {
            for (tick, mark) in run.marks.iter().filter(|m| m.1 >= Mark::Request) {
                let at = run.strip.axis(*tick);
                if (self.stretch.0..=self.stretch.1).contains(&at) {
                    let x = column(at, self.stretch, rect);
                    canvas.fill(x, rect.y, 1, rect.height, colour_of(*mark), 0.8);
                }
            }
        }
        let (low, high) = self.scale(lane);
        let share = |v: f32| ((f64::from(v) - low) / (high - low)) as f32;
        if let Some(line) = self.line_of(lane) {
            let y = row(share(line), rect);
            canvas.fill(rect.x, y, rect.width, 1, FAINT, 0.8);
        }
        for (i, run) in self.runs.iter().enumerate() {
            let of_run = (self.runs.len() > 1).then_some(RUNS[i % RUNS.len()]);
            for (value, colour) in parts(lane, of_run.is_some()) {
                let colour = of_run.unwrap_or(colour);
                self.curve(canvas, run, rect, colour, &|s| share(value(s)));
            }
        }
    }

    /// From bottom to top, in the curve's own unit.
    fn scale(&self, lane: Lane) -> (f64, f64) {
        let most = |value: fn(&Sample) -> f32, least: f32| {
            let all = self.runs.iter().flat_map(|run| run.curves);
            f64::from(all.map(value).fold(least, f32::max))
        };
        match lane {
            Lane::Confidence => (0.0, 1.0),
            Lane::Speed => (0.0, 1.05 * most(|s| s.speed, 5.0)),
            Lane::Wheel => {
                let most = most(|s| s.wheel.abs().max(s.commanded_wheel.abs()), 0.2);
                (-1.1 * most, 1.1 * most)
            }
            Lane::Pedals => (-1.05, 1.05),
        }
    }

    /// A line across: what is asked of it, or none at all.
    fn line_of(&self, lane: Lane) -> Option<f32> {
        match lane {
            Lane::Confidence => Some(self.asks_below as f32),
            Lane::Wheel | Lane::Pedals => Some(0.0),
            Lane::Speed => None,
        }
    }

    fn curve(
        &self,
        canvas: &mut Canvas,
        run: &Run,
        rect: Rect,
        colour: Rgb,
        share: &dyn Fn(&Sample) -> f32,
    ) {
        let (from, to) = self.stretch;
        let per_column = (to - from) / f64::from(rect.width.max(1));
        let curves = run.curves;
        let time = |s: &Sample| run.strip.axis(s.tick);
        let first = curves.partition_point(|s| time(s) < from);
        let mut next = first;
        for x in 0..rect.width {
            let (a, b) = (
                from + per_column * f64::from(x),
                from + per_column * f64::from(x + 1),
            );
            let ends = [a, b].map(|t| between(curves, next, t, &time, share));
            let begun = next;
            while next < curves.len() && time(&curves[next]) < b {
                next += 1;
            }
            let within = curves[begun..next].iter().map(share);
            let values = within.chain(ends.into_iter().flatten());
            let span = values.fold(None, |span: Option<(f32, f32)>, v| {
                Some(span.map_or((v, v), |(low, high)| (low.min(v), high.max(v))))
            });
            if let Some((low, high)) = span {
                let (top, bottom) = (row(high, rect), row(low, rect));
                // Two px at least: one is lost on a projector.
                let top = top.min((rect.y + rect.height).saturating_sub(2));
                canvas.fill(
                    rect.x + x,
                    top,
                    1,
                    (bottom - top.min(bottom)).max(2),
                    colour,
                    1.0,
                );
            }
        }
    }
}

/// A curve's value at a time, between the samples around it; none beyond the ends and over gaps.
fn between(
    curves: &[Sample],
    near: usize,
    t: f64,
    time: &dyn Fn(&Sample) -> f64,
    share: &dyn Fn(&Sample) -> f32,
) -> Option<f32> {
    let mut after = near;
    while after < curves.len() && time(&curves[after]) < t {
        after += 1;
    }
    let (before, after) = (curves.get(after.checked_sub(1)?)?, curves.get(after)?);
    let (from, to) = (time(before), time(after));
    // Samples are a tenth of a second apart: more is a part that is lost.
    if to - from > 0.5 {
        return None;
    }
    let part = ((t - from) / (to - from).max(1e-9)) as f32;
    Some(share(before) + (share(after) - share(before)) * part)
}

type Value = fn(&Sample) -> f32;

/// The curves of a lane; of several runs only what was in force.
fn parts(lane: Lane, several: bool) -> Vec<(Value, Rgb)> {
    match lane {
        Lane::Confidence => vec![(|s| s.confidence, SKY_BLUE)],
        Lane::Speed => vec![(|s| s.speed, PAPER)],
        Lane::Wheel if several => vec![(|s| s.wheel, PAPER)],
        Lane::Wheel => vec![(|s| s.commanded_wheel, ORANGE), (|s| s.wheel, PAPER)],
        Lane::Pedals if several => vec![(|s| s.accelerator - s.brake, PAPER)],
        Lane::Pedals => vec![
            (|s| s.commanded_accelerator - s.commanded_brake, ORANGE),
            (|s| s.accelerator, SKY_BLUE),
            (|s| -s.brake, VERMILLION),
        ],
    }
}

pub fn colour_of(mark: Mark) -> Rgb {
    match mark {
        Mark::Request => ORANGE,
        Mark::Takeover => PAPER,
        Mark::Collision => VERMILLION,
        Mark::NearMiss => [204, 121, 167],
        Mark::Other => FAINT,
    }
}

/// Marks differ by shape, too: a request is a diamond, a takeover a block, a collision a cross.
fn shape(canvas: &mut Canvas, mark: Mark, x: u32, y: u32, size: u32) {
    let colour = colour_of(mark);
    let half = (size / 2).max(1) as i64;
    for dy in 0..i64::from(size) {
        for dx in -half..=half {
            let up = (dy - half).abs();
            let inside = match mark {
                Mark::Request => dx.abs() + up <= half,
                Mark::Takeover => dx.abs() <= half * 2 / 3,
                Mark::Collision => (dx.abs() - up).abs() <= 1,
                Mark::NearMiss => dx * dx + up * up <= half * half && dx.abs().max(up) > half / 3,
                Mark::Other => dx == 0,
            };
            let at = i64::from(x) + dx;
            if inside && at >= 0 {
                canvas.fill(at as u32, y + dy as u32, 1, 1, colour, 1.0);
            }
        }
    }
}

/// The column of a time.
fn column(t: f64, (from, to): (f64, f64), rect: Rect) -> u32 {
    let share = ((t - from) / (to - from).max(1e-9)).clamp(0.0, 1.0);
    rect.x + (share * f64::from(rect.width.saturating_sub(1))).round() as u32
}

/// The row of a value, 0 (bottom) to 1.
fn row(share: f32, rect: Rect) -> u32 {
    let down = (1.0 - share.clamp(0.0, 1.0)) * rect.height.saturating_sub(1) as f32;
    rect.y + down.round() as u32
}

/// Steps of the grid that leave 4 to 10 lines, s.
pub fn step_of((from, to): (f64, f64)) -> f64 {
    let steps = [0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 600.0];
    let fits = |step: &&f64| (to - from) / **step <= 10.0;
    steps.iter().find(fits).copied().unwrap_or(1800.0)
}

fn grid((from, to): (f64, f64)) -> impl Iterator<Item = f64> {
    let step = step_of((from, to));
    let first = (from / step).ceil() as i64;
    let last = (to / step).floor() as i64;
    (first..=last).map(move |i| i as f64 * step)
}

struct Canvas {
    size: UVec2,
    pixels: Vec<u8>,
}

impl Canvas {
    fn new(size: UVec2) -> Self {
        let [r, g, b] = GROUND;
        let pixels = [r, g, b, 255].repeat((size.x * size.y) as usize);
        Self { size, pixels }
    }

    fn rect(&mut self, rect: Rect, colour: Rgb, cover: f32) {
        self.fill(rect.x, rect.y, rect.width, rect.height, colour, cover);
    }

    fn fill(&mut self, x: u32, y: u32, width: u32, height: u32, colour: Rgb, cover: f32) {
        let columns = x.min(self.size.x)..(x + width).min(self.size.x);
        for y in y.min(self.size.y)..(y + height).min(self.size.y) {
            for x in columns.clone() {
                let at = ((y * self.size.x + x) * 4) as usize;
                if cover >= 1.0 {
                    self.pixels[at..at + 3].copy_from_slice(&colour);
                    continue;
                }
                for (channel, new) in self.pixels[at..at + 3].iter_mut().zip(colour) {
                    let old = f32::from(*channel);
                    *channel = (old + (f32::from(new) - old) * cover).round() as u8;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::takeover::event::Authority;

    fn pixel(pixels: &[u8], size: UVec2, x: u32, y: u32) -> Rgb {
        let at = ((y * size.x + x) * 4) as usize;
        [pixels[at], pixels[at + 1], pixels[at + 2]]
    }

    #[test]
    fn everything_in_the_panel_fits_and_nothing_overlaps() {
        for (width, window) in [(640, 360), (1280, 720), (3840, 2160), (320, 200)] {
            for runs in 1..=4 {
                for scale in [0.6, 1.0, 1.5, 3.0] {
                    let size = UVec2::new(width, height(window, scale, runs));
                    let g = Geometry::new(size, scale, runs);
                    assert_eq!(g.bands.len(), runs);
                    assert!(!g.lanes.is_empty());
                    let rows = g.bands.iter().chain(g.lanes.iter().map(|l| &l.1));
                    let rows: Vec<Rect> = rows.copied().collect();
                    for pair in rows.windows(2) {
                        assert!(pair[0].y + pair[0].height <= pair[1].y, "{g:?}");
                    }
                    assert!(rows.iter().all(|r| r.x + r.width <= size.x));
                    // Whatever does not fit is not painted.
                    let panel = Panel {
                        runs: &[],
                        range: (0.0, 1.0),
                        stretch: (0.0, 1.0),
                        at: 0.5,
                        asks_below: 0.5,
                    };
                    assert_eq!(panel.paint(&g).len(), (size.x * size.y * 4) as usize);
                }
            }
        }
        let plenty = Geometry::new(UVec2::new(1280, height(720, 1.0, 1)), 1.0, 1);
        assert_eq!(plenty.lanes.len(), LANES.len());
    }

    #[test]
    fn bands_marks_curves_and_cursor_are_where_their_time_is() {
        let size = UVec2::new(1020, 230);
        let g = Geometry::new(size, 1.0, 1);
        let curves: Vec<Sample> = (0..=1000)
            .map(|i| Sample {
                tick: i * 10,
                confidence: if i < 500 { 1.0 } else { 0.25 },
                ..Sample::default()
            })
            .collect();
        let bands = [
            (0, 5000, Authority::Automation),
            (5000, 10_001, Authority::Operator),
        ]
        .map(|(from, to, authority)| Band {
            from,
            to,
            authority,
        });
        let run = Run {
            strip: Strip::alone((0, 10_000), 100),
            bands: &bands,
            marks: &[(4000, Mark::Request)],
            curves: &curves,
        };
        let panel = Panel {
            runs: &[run],
            range: (0.0, 100.0),
            stretch: (40.0, 60.0),
            at: 55.0,
            asks_below: 0.5,
        };
        let pixels = panel.paint(&g);
        let band = g.bands[0];
        let at = |x: f64, y: u32| {
            let x = band.x + (x / 100.0 * f64::from(band.width - 1)).round() as u32;
            pixel(&pixels, size, x, y)
        };
        assert_eq!(at(20.0, band.y), history::colour(Authority::Automation));
        assert_eq!(at(80.0, band.y), history::colour(Authority::Operator));
        assert_eq!(at(55.0, band.y), PAPER, "the cursor");
        let middle = g.scrubber.y + (band.y - g.scrubber.y) / 2;
        assert_eq!(at(40.0, middle), ORANGE, "the request");
        let (lane, rect) = g.lanes[0];
        assert_eq!(lane, Lane::Confidence);
        let of = |t: f64, share: f32| {
            let x = column(t, panel.stretch, rect);
            pixel(&pixels, size, x, row(share, rect))
        };
        assert_eq!(of(45.3, 1.0), SKY_BLUE);
        assert_eq!(of(52.3, 0.25), SKY_BLUE);
        assert_ne!(of(52.3, 1.0), SKY_BLUE);
        assert_eq!(of(49.95, 0.6), SKY_BLUE, "the fall is one line");
        assert_eq!(of(55.0, 0.8), of(55.0, 0.9), "the cursor again");
    }

    #[test]
    fn a_lost_stretch_has_no_curve() {
        let sample = |tick| Sample {
            tick,
            ..Sample::default()
        };
        let curves = [sample(0), sample(10), sample(500), sample(510)];
        let time = |s: &Sample| s.tick as f64 / 100.0;
        let share = |s: &Sample| s.tick as f32;
        let at = |t| between(&curves, 0, t, &time, &share);
        assert_eq!(at(0.05), Some(5.0));
        assert_eq!(at(2.0), None);
        assert_eq!(at(5.05), Some(505.0));
        assert_eq!(at(6.0), None);
    }

    #[test]
    fn the_grid_is_neither_empty_nor_dense() {
        for length in [2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0] {
            let lines = grid((12.3, 12.3 + length)).count();
            assert!((2..=11).contains(&lines), "{length}: {lines}");
        }
    }
}
