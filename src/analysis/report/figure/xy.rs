//! Drawing of distributions, scatter, lines and operating points.

use super::super::axes::{Entry, Swatch};
use super::super::canvas::{Pen, SOFT, Svg};
use super::super::plot::Layer;
use super::super::scale::{bounds, ends, nice};
use super::super::words::{Anchor, SIZE, Text};
use super::chart::{Chart, SQUARE, WIDE};
use super::curves::{Ecdf, Histogram, Lines, Roc, Scatter};

const HEIGHT: f64 = 280.0;

impl Ecdf {
    pub(super) fn draw(&self) -> Svg {
        let all = self.curves.iter().flat_map(|c| c.values.iter().copied());
        let Some(range) = bounds(all) else {
            return Svg::nothing(WIDE, "No values to draw.");
        };
        let x_range = ends(
            self.axis.range,
            bounds(
                [range.0, range.1]
                    .into_iter()
                    .chain(self.marks.iter().map(|m| m.at)),
            ),
            8,
        );
        let mut layers = Vec::new();
        for (series, curve) in self.curves.iter().enumerate() {
            layers.push(Layer::Band {
                points: curve.band.clone(),
                series,
                opacity: 0.18,
            });
        }
        for (series, curve) in self.curves.iter().enumerate() {
            let mut values: Vec<f64> = curve
                .values
                .iter()
                .copied()
                .filter(|v| v.is_finite())
                .collect();
            values.sort_by(f64::total_cmp);
            if values.is_empty() {
                continue;
            }
            let n = values.len() as f64;
            let mut points = vec![(x_range.0, 0.0)];
            for (i, v) in values.iter().enumerate() {
                points.extend([(*v, i as f64 / n), (*v, (i + 1) as f64 / n)]);
            }
            points.push((x_range.1, 1.0));
            layers.push(Layer::Line {
                points,
                series,
                width: 2.2,
                solid: false,
            });
        }
        let names = self.curves.iter().enumerate();
        Chart {
            width: WIDE,
            height: Some(HEIGHT),
            x: self.axis.text(),
            y: "share of values".into(),
            x_range,
            y_range: (0.0, 1.0),
            entries: names
                .map(|(i, c)| Entry::new(i, &c.name, Swatch::Line))
                .collect(),
            marks: &self.marks,
            below: 0.0,
        }
        .draw(layers)
        .svg
    }
}

impl Histogram {
    pub(super) fn draw(&self) -> Svg {
        let mut values: Vec<f64> = self
            .values
            .iter()
            .copied()
            .filter(|v| v.is_finite())
            .collect();
        values.sort_by(f64::total_cmp);
        let (Some(low), Some(high)) = (values.first().copied(), values.last().copied()) else {
            return Svg::nothing(WIDE, "No values to draw.");
        };
        let width = self
            .bin_width
            .filter(|w| w.is_finite() && *w > 0.0 && (high - low) / w < 500.0);
        let width = width.unwrap_or_else(|| freedman_diaconis(&values));
        let first = (low / width).floor();
        let count = ((high / width).floor() - first) as usize + 1;
        let mut heights = vec![0.0; count];
        let each = 1.0 / (values.len() as f64 * width);
        for v in &values {
            heights[(((v / width).floor() - first) as usize).min(count - 1)] += each;
        }
        let edges: Vec<f64> = (0..=count).map(|i| (first + i as f64) * width).collect();
        let top = heights.iter().copied().chain(
            self.densities
                .iter()
                .flat_map(|d| d.points.iter().map(|p| p.1)),
        );
        let top = bounds(top).map_or(1.0, |b| b.1);
        let data = bounds(
            [edges[0], edges[count]]
                .into_iter()
                .chain(self.marks.iter().map(|m| m.at)),
        );
        let mut layers = vec![Layer::Bins { edges, heights }];
        let entries = self.densities.iter().enumerate();
        for (series, curve) in self.densities.iter().enumerate() {
            layers.push(Layer::Line {
                points: curve.points.clone(),
                series,
                width: 2.2,
                solid: false,
            });
        }
        Chart {
            width: WIDE,
            height: Some(HEIGHT),
            x: self.axis.text(),
            y: if self.axis.unit.is_empty() {
                "density".into()
            } else {
                format!("density (1/{})", self.axis.unit)
            },
            x_range: ends(self.axis.range, data, 8),
            y_range: nice(Some((0.0, top)), 5),
            entries: entries
                .map(|(i, c)| Entry::new(i, &c.name, Swatch::Line))
                .collect(),
            marks: &self.marks,
            below: 0.0,
        }
        .draw(layers)
        .svg
    }
}

/// Width of a bar by 2·IQR/∛n (Freedman and Diaconis 1981), so that there are 5 to 60 bars.
fn freedman_diaconis(sorted: &[f64]) -> f64 {
    let n = sorted.len();
    let span = sorted[n - 1] - sorted[0];
    if span <= 0.0 {
        return (sorted[0].abs() * 0.1).max(1e-6);
    }
    let iqr = sorted[(3 * n / 4).min(n - 1)] - sorted[n / 4];
    let width = 2.0 * iqr / (n as f64).cbrt();
    width.clamp(span / 60.0, span / 5.0)
}

impl Scatter {
    pub(super) fn draw(&self) -> Svg {
        let points = || {
            self.series
                .iter()
                .flat_map(|s| s.points.iter())
                .filter(|p| p.0.is_finite() && p.1.is_finite())
        };
        if points().next().is_none() {
            return Svg::nothing(WIDE, "No points to draw.");
        }
        let mut x_range = ends(self.x.range, bounds(points().map(|p| p.0)), 8);
        let mut y_range = ends(self.y.range, bounds(points().map(|p| p.1)), 5);
        let mut layers = Vec::new();
        if self.diagonal {
            // Both axes alike, so that the line of equality is one.
            let both = (x_range.0.min(y_range.0), x_range.1.max(y_range.1));
            (x_range, y_range) = (both, both);
        }
        for (series, fit) in self.fits.iter().enumerate() {
            layers.push(Layer::Band {
                points: fit.band.clone(),
                series,
                opacity: 0.18,
            });
        }
        for (series, curve) in self.series.iter().enumerate() {
            let size = if curve.points.len() > 300 { 2.2 } else { 3.6 };
            layers.push(Layer::Points {
                points: curve.points.clone(),
                errors: Vec::new(),
                series,
                size,
            });
        }
        for (series, fit) in self.fits.iter().enumerate() {
            layers.push(Layer::Line {
                points: fit.points.clone(),
                series,
                width: 2.2,
                solid: false,
            });
        }
        let series = self
            .series
            .iter()
            .enumerate()
            .map(|(i, s)| Entry::new(i, &s.name, Swatch::Point));
        let fits = self
            .fits
            .iter()
            .enumerate()
            .filter(|(_, f)| !f.name.is_empty());
        let mut drawn = Chart {
            width: if self.diagonal { SQUARE } else { WIDE },
            height: if self.diagonal {
                None
            } else {
                Some(HEIGHT + 20.0)
            },
            x: self.x.text(),
            y: self.y.text(),
            x_range,
            y_range,
            entries: series
                .chain(fits.map(|(i, f)| Entry::new(i, &f.name, Swatch::Line)))
                .collect(),
            marks: &[],
            below: 0.0,
        }
        .draw(layers);
        if self.diagonal {
            let f = drawn.frame;
            drawn.svg.line(
                (f.left, f.bottom),
                (f.right, f.top),
                Pen::new(SOFT, 1.2).dashed("4 4"),
            );
        }
        drawn.svg
    }
}

impl Lines {
    pub(super) fn draw(&self) -> Svg {
        let points = || {
            self.series
                .iter()
                .flat_map(|s| s.points.iter())
                .filter(|p| p.0.is_finite() && p.1.is_finite())
        };
        if points().next().is_none() {
            return Svg::nothing(WIDE, "No points to draw.");
        }
        let bands = self
            .series
            .iter()
            .flat_map(|s| s.band.iter().flat_map(|b| [b.1, b.2]));
        let x_range = ends(
            self.x.range,
            bounds(points().map(|p| p.0).chain(self.marks.iter().map(|m| m.at))),
            8,
        );
        let y_range = ends(self.y.range, bounds(points().map(|p| p.1).chain(bands)), 5);
        let mut layers = Vec::new();
        for (series, s) in self.series.iter().enumerate() {
            layers.push(Layer::Band {
                points: s.band.clone(),
                series,
                opacity: 0.18,
            });
        }
        for (series, s) in self.series.iter().enumerate() {
            layers.push(Layer::Line {
                points: s.points.clone(),
                series,
                width: 2.2,
                solid: false,
            });
            // A line of one point would not be seen.
            if self.dots || s.points.len() == 1 {
                layers.push(Layer::Points {
                    points: s.points.clone(),
                    errors: Vec::new(),
                    series,
                    size: 3.6,
                });
            }
        }
        let swatch = if self.dots {
            Swatch::LinePoint
        } else {
            Swatch::Line
        };
        Chart {
            width: WIDE,
            height: Some(HEIGHT),
            x: self.x.text(),
            y: self.y.text(),
            x_range,
            y_range,
            entries: self
                .series
                .iter()
                .enumerate()
                .map(|(i, s)| Entry::new(i, &s.name, swatch))
                .collect(),
            marks: &self.marks,
            below: 0.0,
        }
        .draw(layers)
        .svg
    }
}

impl Roc {
    pub(super) fn draw(&self) -> Svg {
        if self.curves.iter().all(|c| c.points.is_empty()) {
            return Svg::nothing(SQUARE, "No operating points to draw.");
        }
        let mut layers = Vec::new();
        for (series, curve) in self.curves.iter().enumerate() {
            let points: Vec<_> = curve
                .points
                .iter()
                .map(|p| (p.false_alarms, p.hits))
                .collect();
            if curve.joined {
                layers.push(Layer::Line {
                    points: points.clone(),
                    series,
                    width: 2.0,
                    solid: false,
                });
            }
            layers.push(Layer::Points {
                points,
                errors: Vec::new(),
                series,
                size: 4.2,
            });
        }
        let mut entries: Vec<Entry> = Vec::new();
        for (series, curve) in self.curves.iter().enumerate() {
            entries.push(Entry::new(
                series,
                &curve.name,
                if curve.joined {
                    Swatch::LinePoint
                } else {
                    Swatch::Point
                },
            ));
        }
        entries.push(Entry::new(0, "chance", Swatch::Reference));
        let mut drawn = Chart {
            width: SQUARE,
            height: None,
            x: "false-alarm rate".into(),
            y: "hit rate".into(),
            x_range: (0.0, 1.0),
            y_range: (0.0, 1.0),
            entries,
            marks: &[],
            below: 0.0,
        }
        .draw(layers);
        let f = drawn.frame;
        drawn.svg.line(
            (f.left, f.bottom),
            (f.right, f.top),
            Pen::new(SOFT, 1.2).dashed("4 4"),
        );
        for point in self
            .curves
            .iter()
            .flat_map(|c| &c.points)
            .filter(|p| !p.label.is_empty())
        {
            if !drawn.x.holds(point.false_alarms) || !drawn.y.holds(point.hits) {
                continue;
            }
            let x = drawn.x.map(point.false_alarms);
            let (x, anchor) = if x > f.right - 110.0 {
                (x - 8.0, Anchor::End)
            } else {
                (x + 8.0, Anchor::Start)
            };
            let style = Text {
                size: SIZE - 1.0,
                anchor,
                fill: SOFT,
                ..Text::default()
            };
            drawn.svg.words_within(
                x,
                drawn.y.map(point.hits) + 9.0,
                &point.label,
                150.0,
                1,
                style,
            );
        }
        drawn.svg
    }
}
