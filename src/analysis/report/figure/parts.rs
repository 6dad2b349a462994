//! What the takeover time consists of.

use super::super::axes::{Entry, Frame, Swatch, legend, legend_height, x_axis};
use super::super::canvas::{INK, Pen, SOFT, Svg, color, strength};
use super::super::number::fixed;
use super::super::scale::{Scale, nice};
use super::super::words::{Anchor, SIZE, Text};
use super::chart::WIDE;

/// One part of one takeover time.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Part {
    /// Length, s; not finite or negative: not drawn, and all that follows neither.
    pub length: f64,
    /// Range in which the end of the part lies, s before and after it; `None`: not stated.
    pub uncertainty: Option<(f64, f64)>,
}

/// One takeover.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PartsRow {
    /// Which takeover.
    pub name: String,
    /// Its parts, in the order of [`Parts::names`]; fewer when it ended early.
    pub parts: Vec<Part>,
    /// The takeover did not happen: the last part is open (drawn with an arrow).
    pub open: bool,
}

/// Parts of the takeover time, stacked, one takeover a row.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parts {
    /// Name of the time axis; its unit is s.
    pub time: String,
    /// Names of the parts, in order.
    pub names: Vec<String>,
    /// The takeovers.
    pub rows: Vec<PartsRow>,
}

/// Room for the names left of the frame.
const NAMES: f64 = 150.0;
/// Room for the sums right of the frame.
const SUMS: f64 = 92.0;
/// More rows than this are drawn thin, and only some of them named.
const MOST_NAMED: usize = 40;

impl PartsRow {
    /// Begin and end of each part that can be drawn.
    fn spans(&self) -> Vec<(f64, f64)> {
        let mut at = 0.0;
        self.parts
            .iter()
            .take_while(|p| p.length.is_finite() && p.length >= 0.0)
            .map(|p| {
                let from = at;
                at += p.length;
                (from, at)
            })
            .collect()
    }
}

impl Parts {
    pub(super) fn draw(&self) -> Svg {
        let longest = self
            .rows
            .iter()
            .filter_map(|r| r.spans().last().map(|s| s.1))
            .fold(0.0, f64::max);
        if self.rows.iter().all(|r| r.spans().is_empty()) {
            return Svg::nothing(WIDE, "No takeover times to draw.");
        }
        let thin = self.rows.len() > MOST_NAMED;
        let each = if thin { 7.0 } else { 24.0 };
        let entries: Vec<Entry> = self
            .names
            .iter()
            .enumerate()
            .map(|(i, n)| Entry::new(i, n, Swatch::Area))
            .collect();
        let (left, right) = (NAMES, WIDE - SUMS);
        let top = 6.0 + legend_height(&entries, WIDE - 16.0) + 4.0;
        let frame = Frame {
            left,
            top,
            right,
            bottom: top + each * self.rows.len() as f64 + 4.0,
        };
        let x = Scale::new(nice(Some((0.0, longest)), 7), left, right);
        let mut svg = Svg::new(WIDE, frame.bottom + 46.0);
        legend(&mut svg, &entries, (8.0, 6.0), WIDE - 16.0);
        x_axis(
            &mut svg,
            &frame,
            &x,
            &x.ticks(7),
            &format!("{} (s)", self.time),
        );
        let middle = |i: usize| top + 2.0 + each * (i as f64 + 0.5);
        for (i, row) in self.rows.iter().enumerate() {
            if !thin || i % 10 == 0 {
                let style = Text {
                    size: SIZE - 1.0,
                    anchor: Anchor::End,
                    ..Text::default()
                };
                svg.words_within(left - 8.0, middle(i), &row.name, NAMES - 12.0, 1, style);
            }
        }
        let height = if thin { each - 1.0 } else { each - 8.0 };
        self.bars(&mut svg, &x, middle, height);
        for (i, row) in self.rows.iter().enumerate() {
            self.row(&mut svg, row, &x, middle(i), height);
        }
        svg
    }

    /// All bars, part by part, and the edges between them, which part neighbours in grey print too.
    fn bars(&self, svg: &mut Svg, x: &Scale, middle: impl Fn(usize) -> f64, height: f64) {
        let spans: Vec<_> = self.rows.iter().map(PartsRow::spans).collect();
        let mut edges = Vec::new();
        for part in 0..spans.iter().map(Vec::len).max().unwrap_or(0) {
            let mut boxes = Vec::new();
            for (i, (from, to)) in spans
                .iter()
                .enumerate()
                .filter_map(|(i, s)| Some((i, s.get(part)?)))
            {
                let (from, to, top) = (x.map(*from), x.map(*to), middle(i) - height / 2.0);
                boxes.push((from, top, to - from, height));
                edges.push(((to, top), (to, top + height)));
            }
            svg.boxes(&boxes, &color(part), strength(part));
        }
        svg.strokes(&edges, Pen::new(INK, 0.8));
    }

    /// Uncertainty, sum, and what is told on hover.
    fn row(&self, svg: &mut Svg, row: &PartsRow, x: &Scale, middle: f64, height: f64) {
        let thin = height < 8.0;
        let spans = row.spans();
        let soft = Text {
            size: SIZE - 1.0,
            fill: SOFT,
            ..Text::default()
        };
        let Some((_, end)) = spans.last() else {
            if !thin {
                svg.text(x.from + 6.0, middle + 4.5, "–", soft);
            }
            return;
        };
        if !thin {
            let mut whiskers = Vec::new();
            for (part, (_, to)) in row.parts.iter().zip(&spans) {
                let Some((before, after)) = part
                    .uncertainty
                    .filter(|u| u.0.is_finite() && u.1.is_finite())
                else {
                    continue;
                };
                let (a, b) = (
                    x.map_within(to - before.max(0.0)),
                    x.map_within(to + after.max(0.0)),
                );
                // Shorter than the edge itself: nothing to see.
                if b - a > 1.5 {
                    whiskers.push(((a, middle), (b, middle)));
                    whiskers.extend([a, b].map(|at| ((at, middle - 3.5), (at, middle + 3.5))));
                }
            }
            svg.strokes(&whiskers, Pen::new(INK, 1.2));
            let sum = if row.open {
                "no takeover".into()
            } else {
                format!("{} s", fixed(*end, 2))
            };
            svg.text(x.to + 10.0, middle + 4.5, &sum, soft);
        }
        if row.open {
            let at = x.map(*end);
            let tip = (at + height * 0.6, middle);
            svg.polygon(
                &[
                    (at, middle - height / 2.0),
                    tip,
                    (at, middle + height / 2.0),
                ],
                INK,
                1.0,
                None,
            );
        }
        svg.hover(
            (x.from, middle - height / 2.0, x.map(*end) - x.from, height),
            &self.hint(row, &spans),
        );
    }

    fn hint(&self, row: &PartsRow, spans: &[(f64, f64)]) -> String {
        let parts = self
            .names
            .iter()
            .zip(spans)
            .map(|(name, (from, to))| format!("{name} {} s", fixed(to - from, 3)));
        let end = if row.open { "; did not take over" } else { "" };
        format!(
            "{}: {}{end}",
            row.name,
            parts.collect::<Vec<_>>().join(", ")
        )
    }
}
