//! Survival curves: steps with bands, ticks for censored times, numbers at risk below the axis.

use super::super::axes::{Entry, Swatch};
use super::super::canvas::{Pen, SOFT, Svg, color};
use super::super::plot::Layer;
use super::super::scale::{bounds, ends};
use super::super::words::{Anchor, SIZE, Text};
use super::chart::{Chart, WIDE};
use super::curves::{Survival, SurvivalCurve};

const ROW: f64 = 17.0;

impl Survival {
    pub(super) fn draw(&self) -> Svg {
        let latest = bounds(self.curves.iter().flat_map(|c| {
            c.times
                .iter()
                .copied()
                .chain(c.steps.iter().map(|s| s.time))
        }));
        let Some((_, latest)) = latest else {
            return Svg::nothing(WIDE, "No times to draw.");
        };
        let marks = bounds(self.marks.iter().map(|m| m.at)).map_or(latest, |m| m.1);
        let x_range = ends(self.time.range, Some((0.0, latest.max(marks).max(1e-9))), 8);
        let several = self.curves.len() > 1;
        let rows = 1.0 + self.curves.len() as f64 * if several { 2.0 } else { 1.0 };
        let chart = Chart {
            width: WIDE,
            height: Some(270.0),
            x: self.time.text(),
            y: self.share.clone(),
            x_range,
            y_range: (0.0, 1.0),
            entries: self
                .curves
                .iter()
                .enumerate()
                .map(|(i, c)| Entry::new(i, &c.name, Swatch::Line))
                .collect(),
            marks: &self.marks,
            below: rows * ROW + 10.0,
        };
        let mut layers = Vec::new();
        for (series, curve) in self.curves.iter().enumerate() {
            layers.push(Layer::Band {
                points: curve.band(),
                series,
                opacity: 0.18,
            });
        }
        for (series, curve) in self.curves.iter().enumerate() {
            layers.push(Layer::Line {
                points: curve.stairs(),
                series,
                width: 2.2,
                solid: false,
            });
        }
        let mut drawn = chart.draw(layers);
        let svg = &mut drawn.svg;
        for (series, curve) in self.curves.iter().enumerate() {
            let mut times: Vec<f64> = curve
                .censored
                .iter()
                .copied()
                .filter(|t| drawn.x.holds(*t))
                .collect();
            times.sort_by(f64::total_cmp);
            // Those that would touch are one tick.
            times.dedup_by(|a, b| (drawn.x.map(*a) - drawn.x.map(*b)).abs() < 2.0);
            let tick = |t: f64| (drawn.x.map(t), drawn.y.map(curve.at(t)));
            let ticks: Vec<_> = times
                .iter()
                .map(|t| tick(*t))
                .map(|(x, y)| ((x, y - 5.0), (x, y + 5.0)))
                .collect();
            svg.strokes(&ticks, Pen::new(&color(series), 1.6));
        }
        let mut y = drawn.frame.bottom + 46.0 + 14.0;
        let small = Text {
            size: SIZE - 1.0,
            ..Text::default()
        };
        svg.text(
            drawn.frame.left,
            y,
            "Number at risk",
            Text {
                bold: true,
                ..small
            },
        );
        for (series, curve) in self.curves.iter().enumerate() {
            if several {
                y += ROW;
                svg.rect((drawn.frame.left, y - 9.0, 9.0, 9.0), &color(series), None);
                let room = drawn.frame.right - drawn.frame.left - 20.0;
                svg.words_within(
                    drawn.frame.left + 15.0,
                    y - 4.0,
                    &curve.name,
                    room,
                    1,
                    Text {
                        fill: SOFT,
                        ..small
                    },
                );
            }
            y += ROW;
            for (time, _) in drawn.x.ticks(8) {
                let count = curve.times.iter().filter(|t| **t >= time).count();
                svg.text(
                    drawn.x.map(time),
                    y,
                    &count.to_string(),
                    Text {
                        anchor: Anchor::Middle,
                        ..small
                    },
                );
            }
        }
        drawn.svg
    }
}

impl SurvivalCurve {
    /// Last time at which anybody was observed.
    fn end(&self) -> f64 {
        bounds(
            self.times
                .iter()
                .copied()
                .chain(self.steps.iter().map(|s| s.time)),
        )
        .map_or(0.0, |b| b.1)
    }

    fn at(&self, time: f64) -> f64 {
        self.steps
            .iter()
            .rev()
            .find(|s| s.time <= time)
            .map_or(1.0, |s| s.survival)
    }

    fn stairs(&self) -> Vec<(f64, f64)> {
        let mut out = vec![(0.0, 1.0)];
        let mut last = 1.0;
        for step in &self.steps {
            out.extend([(step.time, last), (step.time, step.survival)]);
            last = step.survival;
        }
        out.push((self.end(), last));
        out
    }

    /// Ends where the interval is not estimable.
    fn band(&self) -> Vec<(f64, f64, f64)> {
        let mut out = vec![(0.0, 1.0, 1.0)];
        let mut last = (1.0, 1.0);
        for step in &self.steps {
            out.push((step.time, last.0, last.1));
            let Some(interval) = step.interval else {
                return out;
            };
            out.push((step.time, interval.0, interval.1));
            last = interval;
        }
        out.push((self.end(), last.0, last.1));
        out
    }
}
