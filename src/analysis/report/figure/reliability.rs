//! Reliability diagram: stated confidence against how often it was right, and how many there were.

use super::super::axes::{Entry, Frame, Swatch};
use super::super::canvas::{BAR, GRID, Pen, SOFT, Svg, color};
use super::super::plot::Layer;
use super::super::scale::Scale;
use super::super::words::{Anchor, SIZE, Text};
use super::chart::{Chart, SQUARE};
use super::curves::Reliability;

/// Height of the counts below the diagram, for each source.
const COUNTS: f64 = 62.0;

impl Reliability {
    pub(super) fn draw(&self) -> Svg {
        let drawn_curves = self
            .curves
            .iter()
            .filter(|c| c.bins.iter().any(|b| b.count > 0))
            .count();
        if drawn_curves == 0 {
            return Svg::nothing(SQUARE, "No observations to draw.");
        }
        let mut layers = Vec::new();
        for (series, curve) in self.curves.iter().enumerate() {
            let bins: Vec<_> = curve.bins.iter().filter(|b| b.count > 0).collect();
            let points: Vec<_> = bins.iter().map(|b| (b.confidence, b.right.value)).collect();
            let errors = bins.iter().map(|b| {
                let below = b
                    .right
                    .low
                    .filter(|v| v.is_finite())
                    .map_or(0.0, |low| b.right.value - low);
                (
                    below,
                    b.right
                        .high
                        .filter(|v| v.is_finite())
                        .map_or(0.0, |high| high - b.right.value),
                )
            });
            let errors = errors.collect();
            layers.push(Layer::Line {
                points: points.clone(),
                series,
                width: 1.8,
                solid: false,
            });
            layers.push(Layer::Points {
                points,
                errors,
                series,
                size: 4.2,
            });
        }
        let mut entries: Vec<Entry> = self
            .curves
            .iter()
            .enumerate()
            .map(|(i, c)| Entry::new(i, &c.name, Swatch::LinePoint))
            .collect();
        entries.push(Entry::new(0, "as stated", Swatch::Reference));
        let mut drawn = Chart {
            width: SQUARE,
            height: None,
            x: "stated confidence".into(),
            y: "share that was right".into(),
            x_range: (0.0, 1.0),
            y_range: (0.0, 1.0),
            entries,
            marks: &[],
            below: COUNTS * self.curves.len() as f64 + 8.0,
        }
        .draw(layers);
        let f = drawn.frame;
        drawn.svg.line(
            (f.left, f.bottom),
            (f.right, f.top),
            Pen::new(SOFT, 1.2).dashed("4 4"),
        );
        for (series, curve) in self.curves.iter().enumerate() {
            let top = f.bottom + 56.0 + COUNTS * series as f64;
            let below = Frame {
                top,
                bottom: top + COUNTS - 18.0,
                ..f
            };
            let most = curve.bins.iter().map(|b| b.count).max().unwrap_or(0);
            let y = Scale::new((0.0, most.max(1) as f64), below.bottom, below.top);
            let svg = &mut drawn.svg;
            svg.line(
                (f.left, below.bottom),
                (f.right, below.bottom),
                Pen::new(GRID, 1.0),
            );
            for bin in curve
                .bins
                .iter()
                .filter(|b| b.count > 0 && drawn.x.holds(b.confidence))
            {
                let x = drawn.x.map(bin.confidence);
                let top = y.map(bin.count as f64);
                let c = if self.curves.len() > 1 {
                    color(series)
                } else {
                    BAR.into()
                };
                svg.open("");
                svg.hint(&format!("{} observations", bin.count));
                svg.rect((x - 6.0, top, 12.0, below.bottom - top), &c, None);
                svg.close();
            }
            let small = Text {
                size: SIZE - 1.0,
                anchor: Anchor::End,
                fill: SOFT,
                ..Text::default()
            };
            svg.text(f.left - 7.0, below.top + 9.0, &most.to_string(), small);
            svg.text(f.left - 7.0, below.bottom + 4.0, "0", small);
            let name = Text {
                anchor: Anchor::Middle,
                upward: true,
                ..small
            };
            svg.text(14.0, f64::midpoint(below.top, below.bottom), "count", name);
        }
        drawn.svg
    }
}
