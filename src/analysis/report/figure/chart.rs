//! A figure with two numeric axes: frame, axes, legend above, named marks on top.

use super::super::axes::{
    Entry, Frame, LABEL_ROW, Named, label_rows, legend, legend_height, named_lines, x_axis, y_axis,
    y_axis_room,
};
use super::super::canvas::Svg;
use super::super::plot::{Layer, draw};
use super::super::scale::Scale;
use super::curves::Mark;

/// Width of a figure of the page's width.
pub(super) const WIDE: f64 = 680.0;
/// Width of a square figure.
pub(super) const SQUARE: f64 = 384.0;

/// What a figure with two numeric axes consists of.
pub(super) struct Chart<'a> {
    /// Width of the drawing.
    pub width: f64,
    /// Height of the part where data stand; `None`: as high as wide.
    pub height: Option<f64>,
    pub x: String,
    pub y: String,
    pub x_range: (f64, f64),
    pub y_range: (f64, f64),
    pub entries: Vec<Entry>,
    pub marks: &'a [Mark],
    /// Room below the horizontal axis for more.
    pub below: f64,
}

/// A drawing in which axes and data stand already.
pub(super) struct Drawn {
    pub svg: Svg,
    pub frame: Frame,
    pub x: Scale,
    pub y: Scale,
}

impl Chart<'_> {
    /// Draws it with its layers, the first at the bottom.
    pub(super) fn draw(self, layers: Vec<Layer>) -> Drawn {
        let about = if self.width < 500.0 { 5 } else { 8 };
        let y_ticks = Scale::new(self.y_range, 1.0, 0.0).ticks(5);
        let left = y_axis_room(&y_ticks, true);
        let right = self.width - 16.0;
        let x = Scale::new(self.x_range, left, right);
        let mut named: Vec<Named> = self
            .marks
            .iter()
            .filter(|m| x.holds(m.at))
            .map(|m| Named {
                x: x.map(m.at),
                to: 0.0,
                label: m.label.clone(),
                hint: String::new(),
            })
            .collect();
        let entries = if self.entries.iter().all(|e| e.name.is_empty()) {
            Vec::new()
        } else {
            self.entries
        };
        let legend_bottom = 6.0 + legend_height(&entries, right - left);
        let top = legend_bottom + label_rows(&named, right) as f64 * LABEL_ROW + 6.0;
        let height = self.height.unwrap_or(right - left);
        let frame = Frame {
            left,
            top,
            right,
            bottom: top + height,
        };
        let y = Scale::new(self.y_range, frame.bottom, frame.top);

        let mut svg = Svg::new(self.width, frame.bottom + 46.0 + self.below);
        legend(&mut svg, &entries, (left, 6.0), right - left);
        y_axis(&mut svg, &frame, &y, &y_ticks, &self.y);
        x_axis(&mut svg, &frame, &x, &x.ticks(about), &self.x);
        draw(&mut svg, &frame, &x, &y, layers);
        named.iter_mut().for_each(|n| n.to = frame.bottom);
        named_lines(&mut svg, &named, legend_bottom, right);
        Drawn { svg, frame, x, y }
    }
}
