//! Estimates with intervals, one a row: forest plot and bars.

use super::super::Estimate;
use super::super::axes::{Frame, x_axis};
use super::super::canvas::{INK, Pen, SOFT, Svg, color};
use super::super::number::fixed;
use super::super::plot::{Layer, draw};
use super::super::scale::{Scale, bounds, ends};
use super::super::words::{Anchor, SIZE, Text};
use super::Axis;
use super::chart::WIDE;

/// One effect.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ForestRow {
    /// What is compared or whose coefficient it is.
    pub name: String,
    /// The effect; `None`: not estimable, and `note` says why.
    pub estimate: Option<Estimate>,
    /// Shown right of it, such as `p = 0.03`; may be empty.
    pub note: String,
}

/// Effects with intervals.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Forest {
    /// The effect's axis.
    pub axis: Axis,
    /// The effects.
    pub rows: Vec<ForestRow>,
    /// Where there is no effect: 0 for differences, 1 for ratios.
    pub reference: Option<f64>,
    /// Logarithmic axis (ratios). Rows that are not positive are then shown as not drawable.
    pub log: bool,
    /// Digits of the numbers beside the rows.
    pub digits: usize,
}

/// One proportion or mean.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Bar {
    /// Condition.
    pub name: String,
    /// The value; `None`: not estimable, and `note` says why.
    pub estimate: Option<Estimate>,
    /// Shown right of it, such as `12 of 30`; may be empty.
    pub note: String,
}

/// Proportions or means with intervals; bars begin at 0.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Bars {
    /// The values' axis.
    pub axis: Axis,
    /// The bars.
    pub bars: Vec<Bar>,
    /// Values are shares of 1 and shown in percent.
    pub percent: bool,
    /// Digits of the numbers beside the bars.
    pub digits: usize,
}

/// Room for the names left of the frame.
const NAMES: f64 = 190.0;
/// Room for the numbers right of the frame.
const NUMBERS: f64 = 160.0;

/// One row of either figure.
struct Row<'a> {
    name: &'a str,
    estimate: Option<Estimate>,
    note: &'a str,
    /// What the numbers are multiplied with to be shown.
    factor: f64,
    unit: &'a str,
}

impl Forest {
    pub(super) fn draw(&self) -> Svg {
        if self.rows.is_empty() {
            return Svg::nothing(WIDE, "No effects to draw.");
        }
        let shown: Vec<Option<Estimate>> = self
            .rows
            .iter()
            .map(|r| usable(r.estimate, self.log))
            .collect();
        let values = shown
            .iter()
            .flatten()
            .flat_map(|e| [Some(e.value), e.low, e.high])
            .flatten();
        let range = bounds(
            values
                .chain(self.reference)
                .filter(|v| !self.log || *v > 0.0),
        );
        let (low, high) = if self.log {
            log_ends(self.axis.range, range)
        } else {
            ends(self.axis.range, range, 6)
        };
        let (frame, mut svg) = sheet(self.rows.len());
        let x = Scale {
            log: self.log,
            ..Scale::new((low, high), frame.left, frame.right)
        };
        let y = Scale::new((0.5, self.rows.len() as f64 + 0.5), frame.bottom, frame.top);
        x_axis(&mut svg, &frame, &x, &x.ticks(5), &self.axis.text());
        if let Some(reference) = self.reference.filter(|r| x.holds(*r)) {
            let at = x.map(reference);
            svg.line(
                (at, frame.top),
                (at, frame.bottom),
                Pen::new(INK, 1.2).dashed("4 3"),
            );
        }
        let rows = shown.iter().map(|e| {
            e.map_or((f64::NAN, f64::NAN, f64::NAN), |e| {
                let within = |v: Option<f64>| v.map_or(f64::NAN, |v| v.clamp(low, high));
                let outside = e.value < low || e.value > high;
                (
                    if outside { f64::NAN } else { e.value },
                    within(e.low),
                    within(e.high),
                )
            })
        });
        draw(
            &mut svg,
            &frame,
            &x,
            &y,
            vec![Layer::Forest {
                rows: rows.collect(),
                series: 0,
            }],
        );
        for (i, estimate) in shown.iter().enumerate() {
            let Some(e) = estimate else { continue };
            // An interval that goes on past the end of the axis says so.
            let middle = y.map((self.rows.len() - i) as f64);
            if e.low.is_some_and(|v| v < low) {
                arrow(&mut svg, (frame.left, middle), -1.0);
            }
            if e.high.is_some_and(|v| v > high) {
                arrow(&mut svg, (frame.right, middle), 1.0);
            }
        }
        for (i, row) in self.rows.iter().enumerate() {
            let middle = y.map((self.rows.len() - i) as f64);
            let row = Row {
                name: &row.name,
                estimate: shown[i],
                note: &row.note,
                factor: 1.0,
                unit: "",
            };
            words(&mut svg, &frame, middle, &row, self.digits);
        }
        svg
    }
}

impl Bars {
    pub(super) fn draw(&self) -> Svg {
        if self.bars.is_empty() {
            return Svg::nothing(WIDE, "No bars to draw.");
        }
        let factor = if self.percent { 100.0 } else { 1.0 };
        let n = self.bars.len();
        let shown: Vec<Option<Estimate>> = self
            .bars
            .iter()
            .map(|b| usable(b.estimate, false))
            .collect();
        let values = shown
            .iter()
            .flatten()
            .flat_map(|e| [Some(e.value), e.low, e.high])
            .flatten();
        let range = bounds(values.chain([0.0])).map(|r| (r.0 * factor, r.1 * factor));
        let given = self.axis.range.map(|r| (r.0 * factor, r.1 * factor));
        let (frame, mut svg) = sheet(n);
        let (low, high) = ends(given, range, 6);
        let high = if self.percent { high.min(100.0) } else { high };
        let x = Scale::new((low, high), frame.left, frame.right);
        let y = Scale::new((0.5, n as f64 + 0.5), frame.bottom, frame.top);
        let axis = if self.percent {
            format!("{} (%)", self.axis.label)
        } else {
            self.axis.text()
        };
        x_axis(&mut svg, &frame, &x, &x.ticks(5), &axis);
        let rows = shown.iter().rev().map(|e| {
            e.map_or((f64::NAN, f64::NAN, f64::NAN), |e| {
                let end = |v: Option<f64>| v.map_or(f64::NAN, |v| v * factor);
                (e.value * factor, end(e.low), end(e.high))
            })
        });
        draw(
            &mut svg,
            &frame,
            &x,
            &y,
            vec![Layer::Bars {
                rows: rows.collect(),
            }],
        );
        for (i, bar) in self.bars.iter().enumerate() {
            let unit = if self.percent { " %" } else { "" };
            let row = Row {
                name: &bar.name,
                estimate: shown[i],
                note: &bar.note,
                factor,
                unit,
            };
            words(&mut svg, &frame, y.map((n - i) as f64), &row, self.digits);
        }
        svg
    }
}

/// An estimate that can be drawn; ends of its interval that are not finite are left out.
fn usable(estimate: Option<Estimate>, log: bool) -> Option<Estimate> {
    let fits = |v: &f64| v.is_finite() && (!log || *v > 0.0);
    let e = estimate.filter(|e| fits(&e.value))?;
    Some(Estimate {
        low: e.low.filter(fits),
        high: e.high.filter(fits),
        ..e
    })
}

/// Ends of a logarithmic axis: at most a factor of 1000 to each side of 1, so that one wide interval
/// does not hide all others.
fn log_ends(given: Option<(f64, f64)>, data: Option<(f64, f64)>) -> (f64, f64) {
    match given {
        Some((low, high)) if low > 0.0 && high.is_finite() && low < high => (low, high),
        _ => {
            let (low, high) = data.unwrap_or((0.5, 2.0));
            let (low, high) = (low.clamp(1e-3, 1e3) / 1.15, high.clamp(1e-3, 1e3) * 1.15);
            if high / low < 1.5 {
                (low / 1.5, high * 1.5)
            } else {
                (low, high)
            }
        }
    }
}

fn sheet(rows: usize) -> (Frame, Svg) {
    let frame = Frame {
        left: NAMES,
        top: 8.0,
        right: WIDE - NUMBERS,
        bottom: 8.0 + 42.0 * rows as f64,
    };
    (frame, Svg::new(WIDE, frame.bottom + 46.0))
}

fn arrow(svg: &mut Svg, (x, y): (f64, f64), direction: f64) {
    let tip = (x + 5.0 * direction, y);
    let back = x - 4.0 * direction;
    svg.polygon(
        &[tip, (back, y - 4.5), (back, y + 4.5)],
        &color(0),
        1.0,
        None,
    );
}

fn words(svg: &mut Svg, frame: &Frame, middle: f64, row: &Row, digits: usize) {
    let name = Text {
        anchor: Anchor::End,
        ..Text::default()
    };
    svg.words_within(frame.left - 10.0, middle, row.name, NAMES - 16.0, 2, name);
    let x = frame.right + 12.0;
    let soft = Text {
        size: SIZE - 1.0,
        fill: SOFT,
        ..Text::default()
    };
    let Some(e) = row.estimate else {
        let why = if row.note.is_empty() {
            "not estimable"
        } else {
            row.note
        };
        svg.words_within(x, middle, &format!("– {why}"), NUMBERS - 16.0, 2, soft);
        return;
    };
    // Digits after the point say nothing in a number of thousands.
    let number = |v: f64| {
        fixed(
            v * row.factor,
            if (v * row.factor).abs() < 1000.0 {
                digits
            } else {
                0
            },
        )
    };
    let mut text = format!("{}{}", number(e.value), row.unit);
    if let (Some(low), Some(high)) = (e.low, e.high) {
        text.push_str(&format!(" [{}, {}]", number(low), number(high)));
    }
    let lift = if row.note.is_empty() { 0.0 } else { 8.0 };
    svg.words_within(x, middle - lift, &text, NUMBERS - 14.0, 1, Text::default());
    if !row.note.is_empty() {
        svg.words_within(x, middle + 8.0, row.note, NUMBERS - 14.0, 1, soft);
    }
}
