//! Two ways of driving compared by several measures.

use super::super::Estimate;
use super::super::canvas::{GRID, Pen, SOFT, Svg, color};
use super::super::number::fixed;
use super::super::scale::{Scale, bounds};
use super::super::words::{Anchor, SIZE, Text, width};
use super::chart::WIDE;

/// Which direction is better.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Better {
    /// Less is better.
    Lower,
    /// More is better.
    Higher,
    /// Neither.
    #[default]
    Neither,
}

/// One measure.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ComparisonRow {
    /// What is measured.
    pub name: String,
    /// Unit; may be empty.
    pub unit: String,
    /// First way; `None`: not estimable.
    pub first: Option<Estimate>,
    /// Second way; `None`: not estimable.
    pub second: Option<Estimate>,
    /// Which direction is better.
    pub better: Better,
    /// Digits of the numbers.
    pub digits: usize,
}

/// Two ways of driving, such as the automation alone and with a person in the loop.
/// Every measure has its own scale, from 0 (or the lowest interval) to the highest interval.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Comparison {
    /// Name of the first way.
    pub first: String,
    /// Name of the second way.
    pub second: String,
    /// The measures.
    pub rows: Vec<ComparisonRow>,
}

/// Room for the names left of everything.
const NAMES: f64 = 176.0;
/// Room for the numbers of one way.
const NUMBERS: f64 = 118.0;
/// Height of one row.
const ROW: f64 = 50.0;

impl Comparison {
    pub(super) fn draw(&self) -> Svg {
        if self.rows.is_empty() {
            return Svg::nothing(WIDE, "No measures to compare.");
        }
        let (left, right) = (NAMES + NUMBERS + 12.0, WIDE - NUMBERS - 12.0);
        let top = 46.0;
        let mut svg = Svg::new(WIDE, top + ROW * self.rows.len() as f64 + 8.0);
        // A long second name begins further left, so that it ends within the drawing.
        let start = (right + 8.0)
            .min(WIDE - 6.0 - width(&self.second, SIZE) * 1.08)
            .max(WIDE / 2.0 + 20.0);
        for (series, name, x, anchor) in [
            (0, &self.first, left - 8.0, Anchor::End),
            (1, &self.second, start, Anchor::Start),
        ] {
            let (mark, room) = if series == 0 {
                (x + 10.0, NAMES + NUMBERS - 12.0)
            } else {
                (x - 10.0, WIDE - start)
            };
            svg.marker(series, (mark, 20.0), 4.8, &color(series));
            let style = Text {
                anchor,
                bold: true,
                ..Text::default()
            };
            svg.words_within(x, 20.0, name, room, 2, style);
        }
        for (i, row) in self.rows.iter().enumerate() {
            let y = top + ROW * i as f64;
            svg.line((0.0, y), (WIDE, y), Pen::new(GRID, 1.0));
            row.draw(&mut svg, y + ROW / 2.0, left, right);
        }
        svg
    }
}

impl ComparisonRow {
    fn draw(&self, svg: &mut Svg, y: f64, left: f64, right: f64) {
        let name = Text::default();
        let soft = Text {
            size: SIZE - 1.0,
            fill: SOFT,
            ..Text::default()
        };
        svg.words_within(4.0, y - 8.0, &self.name, NAMES - 12.0, 1, name);
        let better = match self.better {
            Better::Lower => "less is better",
            Better::Higher => "more is better",
            Better::Neither => "",
        };
        let glue = if self.unit.is_empty() || better.is_empty() {
            ""
        } else {
            ", "
        };
        svg.words_within(
            4.0,
            y + 9.0,
            &format!("{}{glue}{better}", self.unit),
            NAMES - 12.0,
            1,
            soft,
        );

        let both: Vec<Estimate> = [self.first, self.second]
            .into_iter()
            .flatten()
            .filter(|e| e.value.is_finite())
            .collect();
        let values = both
            .iter()
            .flat_map(|e| [Some(e.value), e.low, e.high])
            .flatten();
        let range = bounds(values.chain([0.0]))
            .filter(|r| r.1 > r.0)
            .unwrap_or((0.0, 1.0));
        let x = Scale::new(range, left + 8.0, right - 8.0);
        svg.line((left, y), (right, y), Pen::new(GRID, 1.0));
        if let [first, second] = both[..] {
            svg.line(
                (x.map(first.value), y),
                (x.map(second.value), y),
                Pen::new(SOFT, 2.0),
            );
        }
        let zero = x.map(0.0);
        svg.line((zero, y - 5.0), (zero, y + 5.0), Pen::new(SOFT, 1.0));
        for (series, estimate) in [self.first, self.second].into_iter().enumerate() {
            // Intervals of both stand apart, so that both are seen when they overlap.
            let shift = if series == 0 { -8.0 } else { 8.0 };
            let c = color(series);
            if let Some(e) = estimate.filter(|e| e.value.is_finite()) {
                if let (Some(low), Some(high)) = (
                    e.low.filter(|v| v.is_finite()),
                    e.high.filter(|v| v.is_finite()),
                ) {
                    svg.line(
                        (x.map(low), y + shift),
                        (x.map(high), y + shift),
                        Pen::new(&c, 2.2),
                    );
                    for end in [low, high] {
                        svg.line(
                            (x.map(end), y + shift - 3.5),
                            (x.map(end), y + shift + 3.5),
                            Pen::new(&c, 1.4),
                        );
                    }
                }
                svg.marker(series, (x.map(e.value), y), 5.4, &c);
            }
            let (place, anchor) = if series == 0 {
                (left - 8.0, Anchor::End)
            } else {
                (right + 8.0, Anchor::Start)
            };
            let Some(e) = estimate.filter(|e| e.value.is_finite()) else {
                svg.text(
                    place,
                    y + 4.5,
                    "–",
                    Text {
                        anchor,
                        fill: SOFT,
                        ..Text::default()
                    },
                );
                continue;
            };
            let number = |v: f64| fixed(v, self.digits);
            let interval = match (e.low, e.high) {
                (Some(low), Some(high)) => format!("[{}, {}]", number(low), number(high)),
                _ => String::new(),
            };
            let lift = if interval.is_empty() { 4.5 } else { -3.0 };
            svg.text(
                place,
                y + lift,
                &number(e.value),
                Text {
                    anchor,
                    ..Text::default()
                },
            );
            svg.words_within(
                place,
                y + 10.0,
                &interval,
                NUMBERS,
                1,
                Text { anchor, ..soft },
            );
        }
    }
}
