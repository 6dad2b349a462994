//! Every value by condition.

use super::super::Estimate;
use super::super::axes::{Frame, x_axis};
use super::super::canvas::{INK, Pen, SOFT, Svg, color};
use super::super::plot::{Layer, draw};
use super::super::scale::{Scale, bounds, ends};
use super::super::words::{Anchor, SIZE, Text, fit};
use super::Axis;
use super::chart::WIDE;

/// What is drawn for each condition. All show every value as a point, unless there are more than 1500.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum GroupStyle {
    /// Points and the median.
    Strip,
    /// Points and a box: quartiles and median; whiskers to the last value within 1.5 times the box.
    #[default]
    Box,
    /// Points, a box and a smoothed density.
    Raincloud,
}

/// Values of one condition.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Group {
    /// Condition.
    pub name: String,
    /// Its values, in any order.
    pub values: Vec<f64>,
    /// Mean or other estimate with interval, drawn as a diamond; `None`: not drawn.
    pub estimate: Option<Estimate>,
}

/// Every value by condition, one condition a row.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Groups {
    /// What is measured.
    pub axis: Axis,
    /// What is drawn for each.
    pub style: GroupStyle,
    /// The conditions.
    pub groups: Vec<Group>,
}

/// Room for the names left of the frame.
const NAMES: f64 = 168.0;
/// More points than this per condition are not drawn one by one.
const MOST_POINTS: usize = 1500;

impl Groups {
    pub(super) fn draw(&self) -> Svg {
        let estimates = self.groups.iter().filter_map(|g| g.estimate);
        let estimates = estimates
            .flat_map(|e| [Some(e.value), e.low, e.high])
            .flatten();
        let Some(range) = bounds(
            self.groups
                .iter()
                .flat_map(|g| g.values.iter().copied())
                .chain(estimates),
        ) else {
            return Svg::nothing(WIDE, "No values to draw.");
        };
        let each = match self.style {
            GroupStyle::Strip => 58.0,
            GroupStyle::Box => 74.0,
            GroupStyle::Raincloud => 96.0,
        };
        let n = self.groups.len();
        let frame = Frame {
            left: NAMES,
            top: 8.0,
            right: WIDE - 16.0,
            bottom: 8.0 + each * n as f64,
        };
        let x = Scale::new(
            ends(self.axis.range, Some(range), 8),
            frame.left,
            frame.right,
        );
        let y = Scale::new((0.5, n as f64 + 0.5), frame.bottom, frame.top);
        let mut svg = Svg::new(WIDE, frame.bottom + 46.0);
        x_axis(&mut svg, &frame, &x, &x.ticks(7), &self.axis.text());

        let mut layers = Vec::new();
        for (i, group) in self.groups.iter().enumerate() {
            let values: Vec<f64> = group
                .values
                .iter()
                .copied()
                .filter(|v| v.is_finite())
                .collect();
            let spread = bounds(values.iter().copied()).is_some_and(|b| b.1 > b.0);
            // Quartiles of one or two values, and the shape of five, would only seem to say something.
            let boxed = self.style != GroupStyle::Strip && values.len() >= 3;
            let cloud = self.style == GroupStyle::Raincloud && values.len() >= 6 && spread;
            layers.push(Layer::Rain {
                row: n - i,
                rows: n,
                points: values.len() <= MOST_POINTS,
                values,
                series: i,
                boxed,
                cloud: if cloud { each * 0.36 } else { 0.0 },
                seed: i as u64 + 1,
            });
        }
        draw(&mut svg, &frame, &x, &y, layers);
        for (i, group) in self.groups.iter().enumerate() {
            self.words(&mut svg, group, i, (&x, y.map((n - i) as f64)), each);
        }
        svg
    }

    /// Name, count, median and estimate of one condition.
    fn words(
        &self,
        svg: &mut Svg,
        group: &Group,
        series: usize,
        (x, middle): (&Scale, f64),
        each: f64,
    ) {
        let mut values: Vec<f64> = group
            .values
            .iter()
            .copied()
            .filter(|v| v.is_finite())
            .collect();
        values.sort_by(f64::total_cmp);
        let name = Text {
            anchor: Anchor::End,
            ..Text::default()
        };
        let soft = Text {
            size: SIZE - 1.0,
            fill: SOFT,
            ..name
        };
        let lines = if self.style == GroupStyle::Strip {
            2
        } else {
            3
        };
        let used = fit(&group.name, NAMES - 18.0, lines, SIZE).len() as f64;
        svg.words_within(
            NAMES - 12.0,
            middle - 8.0,
            &group.name,
            NAMES - 18.0,
            lines,
            name,
        );
        let count = if values.is_empty() {
            "no values".into()
        } else {
            format!("n = {}", values.len())
        };
        svg.text(NAMES - 12.0, middle + 4.0 + 7.5 * used, &count, soft);
        if self.style == GroupStyle::Strip && !values.is_empty() {
            let median = f64::midpoint(values[(values.len() - 1) / 2], values[values.len() / 2]);
            let at = x.map(median);
            svg.line((at, middle - 16.0), (at, middle + 16.0), Pen::new(INK, 2.2));
        }
        if let Some(estimate) = group.estimate.filter(|e| x.holds(e.value)) {
            let y = middle + each * 0.5 - 6.0;
            if let (Some(low), Some(high)) = (estimate.low, estimate.high)
                && low.is_finite()
                && high.is_finite()
            {
                svg.line(
                    (x.map_within(low), y),
                    (x.map_within(high), y),
                    Pen::new(INK, 1.5),
                );
            }
            svg.marker(3, (x.map(estimate.value), y), 4.0, &color(series));
        }
    }
}
