//! The one place that knows the plotting library (kuva): data layers within a frame.
//!
//! The library maps values to places and draws lines, bands, points, bars, boxes and clouds. Axes, legends
//! and words around them are ours ([`super::axes`]), so that all figures look alike; and its drawing is
//! written by our own canvas, so that colours follow the page and long lines are thinned.

use super::axes::Frame;
use super::canvas::{BAR, INK, PAPER, Pen, Svg, color};
use super::scale::Scale;
use kuva::plot::scatter::{MarkerShape, ScatterPlot};
use kuva::plot::{BandPlot, BarPlot, ForestPlot, Histogram, LinePlot, RaincloudPlot};
use kuva::render::color::Color;
use kuva::render::layout::Layout;
use kuva::render::plots::Plot;
use kuva::render::render::{Primitive, render_multiple};
use kuva::render::theme::Theme;

/// Data of one kind.
pub(super) enum Layer {
    /// A line; not finite: a gap. Dashed by its series unless `solid`.
    Line {
        points: Vec<(f64, f64)>,
        series: usize,
        width: f64,
        solid: bool,
    },
    /// Between low and high: (x, low, high).
    Band {
        points: Vec<(f64, f64, f64)>,
        series: usize,
        opacity: f64,
    },
    /// Points with markers of their series; `errors` are lengths below and above, or empty.
    Points {
        points: Vec<(f64, f64)>,
        errors: Vec<(f64, f64)>,
        series: usize,
        size: f64,
    },
    /// Bars between edges.
    Bins { edges: Vec<f64>, heights: Vec<f64> },
    /// Points, box and cloud of one group, at y = `row` (1 is lowest).
    Rain {
        row: usize,
        rows: usize,
        values: Vec<f64>,
        series: usize,
        points: bool,
        boxed: bool,
        cloud: f64,
        seed: u64,
    },
    /// Squares with intervals from y = n down to 1: (value, low, high); not finite: not drawn.
    Forest {
        rows: Vec<(f64, f64, f64)>,
        series: usize,
    },
    /// Horizontal bars with whiskers from y = 1 up: (value, low, high); not finite: not drawn.
    Bars { rows: Vec<(f64, f64, f64)> },
}

/// Draws layers within a frame, the first at the bottom.
pub(super) fn draw(svg: &mut Svg, frame: &Frame, x: &Scale, y: &Scale, layers: Vec<Layer>) {
    let plots: Vec<Plot> = layers
        .into_iter()
        .map(|layer| trimmed(layer, x))
        .flat_map(plots)
        .collect();
    if plots.is_empty() {
        return;
    }
    let theme = Theme {
        background: "none".into(),
        axis_color: "none".into(),
        grid_color: "none".into(),
        tick_color: "none".into(),
        text_color: INK.into(),
        box_median: PAPER.into(),
        show_grid: false,
        ..Theme::light()
    };
    let mut layout = Layout::new((x.low, x.high), (y.low, y.high))
        .with_width(svg.width)
        .with_height(svg.height)
        .with_force_margins(frame.left, svg.width - frame.right)
        .with_force_margins_y(frame.top, svg.height - frame.bottom)
        .with_x_axis_min(x.low)
        .with_x_axis_max(x.high)
        .with_y_axis_min(y.low)
        .with_y_axis_max(y.high)
        .with_show_grid(false)
        .with_theme(theme);
    if x.log {
        layout = layout.with_log_x();
    }
    layout.suppress_x_ticks = true;
    layout.suppress_y_ticks = true;
    layout.show_legend = false;
    let scene = render_multiple(plots, layout);
    let mut circles = Circles::default();
    for primitive in scene.elements {
        if let Primitive::Circle {
            cx,
            cy,
            r,
            fill,
            fill_opacity,
            ..
        } = &primitive
        {
            let look = (
                *r,
                css(fill).unwrap_or_default(),
                fill_opacity.unwrap_or(1.0),
            );
            if circles.look.as_ref() != Some(&look) {
                circles.flush(svg);
                circles.look = Some(look);
            }
            circles.points.push((*cx, *cy));
        } else {
            circles.flush(svg);
            write(svg, primitive);
        }
    }
    circles.flush(svg);
}

/// Circles of one look, which are shorter together.
#[derive(Default)]
struct Circles {
    /// Radius, colour, opacity.
    look: Option<(f64, String, f64)>,
    points: Vec<(f64, f64)>,
}

impl Circles {
    fn flush(&mut self, svg: &mut Svg) {
        if let Some((radius, color, opacity)) = self.look.take() {
            svg.dots(&std::mem::take(&mut self.points), radius, &color, opacity);
        }
    }
}

/// A layer without what lies beside the frame and only makes the drawing long.
fn trimmed(layer: Layer, x: &Scale) -> Layer {
    match layer {
        Layer::Line {
            points,
            series,
            width,
            solid,
        } => Layer::Line {
            points: trim(points, |p| p.0, x),
            series,
            width,
            solid,
        },
        Layer::Band {
            points,
            series,
            opacity,
        } => Layer::Band {
            points: trim(points, |p| p.0, x),
            series,
            opacity,
        },
        other => other,
    }
}

/// Of points in a row that lie outside, only the first and the last: the line still enters and leaves
/// where it did.
fn trim<T: Copy>(points: Vec<T>, at: impl Fn(&T) -> f64, x: &Scale) -> Vec<T> {
    let outside = |i: usize| {
        points
            .get(i)
            .is_some_and(|p| at(p).is_finite() && !x.holds(at(p)))
    };
    let kept = |i: &usize| {
        !outside(*i) || *i == 0 || !outside(*i - 1) || *i + 1 == points.len() || !outside(*i + 1)
    };
    (0..points.len()).filter(kept).map(|i| points[i]).collect()
}

fn plots(layer: Layer) -> Vec<Plot> {
    match layer {
        Layer::Line {
            points,
            series,
            width,
            solid,
        } => super::decimate::pieces(&points)
            .into_iter()
            .map(|piece| {
                let line = LinePlot::new()
                    .with_data(piece)
                    .with_color(color(series))
                    .with_stroke_width(width);
                let line = match series % 4 {
                    _ if solid => line,
                    0 => line,
                    1 => line.with_dashed(),
                    2 => line.with_dotted(),
                    _ => line.with_dashdot(),
                };
                line.into()
            })
            .collect(),
        Layer::Band {
            mut points,
            series,
            opacity,
        } => {
            points.retain(|p| p.0.is_finite() && p.1.is_finite() && p.2.is_finite());
            let column =
                |f: fn(&(f64, f64, f64)) -> f64| points.iter().map(f).collect::<Vec<f64>>();
            vec![
                BandPlot::new(column(|p| p.0), column(|p| p.1), column(|p| p.2))
                    .with_color(color(series))
                    .with_opacity(opacity)
                    .into(),
            ]
        }
        Layer::Points {
            points,
            errors,
            series,
            size,
        } => {
            let shapes = [
                MarkerShape::Circle,
                MarkerShape::Square,
                MarkerShape::Triangle,
                MarkerShape::Diamond,
            ];
            // A cloud of dots is shorter than one of other shapes, and shapes are not told apart in it.
            let shape = if points.len() > 500 {
                MarkerShape::Circle
            } else {
                shapes[series % 4]
            };
            let errors = errors.into_iter().chain(std::iter::repeat((0.0, 0.0)));
            let (points, errors): (Vec<_>, Vec<_>) = points
                .into_iter()
                .zip(errors)
                .filter(|(p, _)| p.0.is_finite() && p.1.is_finite())
                .unzip();
            let mut plot = ScatterPlot::new()
                .with_data(points)
                .with_color(color(series))
                .with_size(size)
                .with_marker(shape)
                .with_marker_opacity(0.8);
            if errors.iter().any(|e| *e != (0.0, 0.0)) {
                plot = plot.with_y_err_asymmetric(errors);
            }
            vec![plot.into()]
        }
        Layer::Bins { edges, heights } => {
            vec![Plot::Histogram(
                Histogram::from_bins(edges, heights).with_color(BAR),
            )]
        }
        Layer::Rain {
            row,
            rows,
            values,
            series,
            points,
            boxed,
            cloud,
            seed,
        } => {
            let mut plot = RaincloudPlot::new()
                .with_horizontal(true)
                .with_rain(points)
                .with_box(boxed)
                .with_cloud(cloud > 0.0)
                .with_cloud_width(cloud)
                .with_cloud_alpha(0.35)
                .with_cloud_offset(0.1)
                .with_rain_offset(if boxed { 0.22 } else { 0.0 })
                .with_rain_jitter(if boxed { 0.2 } else { 0.45 })
                .with_rain_size(2.6)
                .with_rain_alpha(0.6)
                .with_box_width(0.12)
                .with_kde_samples(120)
                .with_seed(seed)
                .with_color(color(series))
                .with_group_colors(vec![color(series); rows]);
            for i in 1..=rows {
                plot = plot.with_group("", if i == row { values.clone() } else { Vec::new() });
            }
            vec![plot.into()]
        }
        Layer::Forest { rows, series } => {
            let plot = ForestPlot::new()
                .with_color(color(series))
                .with_show_null_line(false)
                .with_marker_size(4.5);
            vec![
                rows.into_iter()
                    .fold(plot, |plot, r| plot.with_row("", r.0, r.1, r.2))
                    .into(),
            ]
        }
        Layer::Bars { rows } => {
            let errors: Vec<(f64, f64)> = rows.iter().map(|r| (r.0 - r.1, r.2 - r.0)).collect();
            let plot = BarPlot::new().with_horizontal(true).with_width(0.6);
            let plot = rows
                .iter()
                .fold(plot, |plot, r| plot.with_colored_bar("", r.0, BAR));
            vec![Plot::Bar(
                plot.with_asymmetric_error(errors)
                    .with_error_color(INK)
                    .with_error_cap_width(0.4),
            )]
        }
    }
}

/// Writes one shape of the library. Shapes with a place that is not finite, or without colour, are left out.
fn write(svg: &mut Svg, primitive: Primitive) {
    match primitive {
        Primitive::Line {
            x1,
            y1,
            x2,
            y2,
            stroke,
            stroke_width,
            stroke_dasharray,
        } => {
            if let Some(color) = css(&stroke)
                && [x1, y1, x2, y2].iter().all(|v| v.is_finite())
            {
                let pen = Pen::new(&color, stroke_width)
                    .dashed(stroke_dasharray.as_deref().unwrap_or(""));
                svg.line((x1, y1), (x2, y2), pen);
            }
        }
        Primitive::PolyLine {
            points,
            stroke,
            stroke_width,
            stroke_dasharray,
        } => {
            if let Some(color) = css(&stroke) {
                let pen = Pen::new(&color, stroke_width)
                    .dashed(stroke_dasharray.as_deref().unwrap_or(""));
                svg.polyline(&points, 500, pen);
            }
        }
        Primitive::Path(path) => {
            let points = corners(&path.d);
            let pen_color = css(&path.stroke);
            let pen = pen_color.as_deref().map(|c| Pen::new(c, path.stroke_width));
            match path.fill.as_ref().and_then(css) {
                Some(fill) => svg.polygon(&points, &fill, path.opacity.unwrap_or(1.0), pen),
                None => {
                    if let Some(pen) = pen {
                        svg.polyline(&points, 500, pen);
                    }
                }
            }
        }
        Primitive::Rect {
            x,
            y,
            width,
            height,
            fill,
            stroke,
            stroke_width,
            ..
        } => {
            if let Some(fill) = css(&fill)
                && [x, y, width, height].iter().all(|v| v.is_finite())
            {
                let pen_color = stroke.as_ref().and_then(css);
                svg.rect(
                    (x, y, width, height),
                    &fill,
                    pen_color
                        .as_deref()
                        .map(|c| Pen::new(c, stroke_width.unwrap_or(1.0))),
                );
            }
        }
        Primitive::CircleBatch {
            cx,
            cy,
            r,
            fill,
            fill_opacity,
            ..
        } => {
            if let Some(fill) = css(&fill) {
                let points: Vec<_> = cx.into_iter().zip(cy).collect();
                svg.dots(&points, r, &fill, fill_opacity.unwrap_or(1.0));
            }
        }
        Primitive::ClipStart {
            x,
            y,
            width,
            height,
            ..
        } => {
            // Half a marker may stand over the edge.
            svg.open_clip((x - 5.0, y - 5.0, width + 10.0, height + 10.0));
        }
        Primitive::ClipEnd => svg.close(),
        // Circles are gathered by `draw`; words and groups of the library are not asked for.
        Primitive::Circle { .. }
        | Primitive::Text { .. }
        | Primitive::RichText { .. }
        | Primitive::RectBatch { .. } => {}
        Primitive::GroupStart { .. } | Primitive::GroupEnd => {}
    }
}

fn css(color: &Color) -> Option<String> {
    match color {
        Color::None => None,
        other => Some(other.to_svg_string()),
    }
}

/// Corners of a path of straight lines.
fn corners(d: &str) -> Vec<(f64, f64)> {
    let numbers: Vec<f64> = d
        .split(|c: char| c.is_whitespace() || matches!(c, 'M' | 'L' | 'Z' | ','))
        .filter_map(|t| t.parse().ok())
        .collect();
    numbers.chunks_exact(2).map(|p| (p[0], p[1])).collect()
}
