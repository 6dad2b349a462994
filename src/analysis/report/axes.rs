//! What figures have in common around their data: frame, axes, legend, named marks.

use super::canvas::{GRID, INK, PAPER, Pen, SOFT, Svg, color, dash, strength};
use super::scale::{Scale, Tick};
use super::words::{Anchor, SIZE, Text, width};

/// Edges of the part of a drawing where data stand, px.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

/// Horizontal axis below the frame; the lines of its grid within.
pub(super) fn x_axis(svg: &mut Svg, frame: &Frame, scale: &Scale, ticks: &[Tick], name: &str) {
    let mut free_from = f64::MIN;
    for (value, words) in ticks {
        let x = scale.map(*value);
        svg.line((x, frame.top), (x, frame.bottom), Pen::new(GRID, 1.0));
        svg.line(
            (x, frame.bottom),
            (x, frame.bottom + 4.0),
            Pen::new(SOFT, 1.0),
        );
        // A label that would touch the one before it is left out; its line stays.
        let half = width(words, SIZE - 1.0) / 2.0;
        if x - half >= free_from {
            svg.text(x, frame.bottom + 18.0, words, tick_style(Anchor::Middle));
            free_from = x + half + 6.0;
        }
    }
    svg.line(
        (frame.left, frame.bottom),
        (frame.right, frame.bottom),
        Pen::new(SOFT, 1.0),
    );
    if !name.is_empty() {
        let middle = f64::midpoint(frame.left, frame.right);
        svg.words(middle, frame.bottom + 37.0, name, Anchor::Middle, INK);
    }
}

/// Vertical axis left of the frame; the lines of its grid within. `name` is written upward at the left edge.
pub(super) fn y_axis(svg: &mut Svg, frame: &Frame, scale: &Scale, ticks: &[Tick], name: &str) {
    for (value, words) in ticks {
        let y = scale.map(*value);
        svg.line((frame.left, y), (frame.right, y), Pen::new(GRID, 1.0));
        svg.text(frame.left - 7.0, y + 4.3, words, tick_style(Anchor::End));
    }
    svg.line(
        (frame.left, frame.top),
        (frame.left, frame.bottom),
        Pen::new(SOFT, 1.0),
    );
    if !name.is_empty() {
        let style = Text {
            anchor: Anchor::Middle,
            upward: true,
            ..Text::default()
        };
        svg.text(14.0, f64::midpoint(frame.top, frame.bottom), name, style);
    }
}

fn tick_style(anchor: Anchor) -> Text<'static> {
    Text {
        size: SIZE - 1.0,
        anchor,
        fill: SOFT,
        ..Text::default()
    }
}

/// Room that a vertical axis needs left of the frame.
pub(super) fn y_axis_room(ticks: &[Tick], named: bool) -> f64 {
    let widest = ticks
        .iter()
        .map(|t| width(&t.1, SIZE - 1.0))
        .fold(0.0, f64::max);
    widest + 11.0 + if named { 22.0 } else { 0.0 }
}

/// How a series looks in a legend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Swatch {
    /// Its line.
    Line,
    /// Its points.
    Point,
    /// Its line with points on it.
    LinePoint,
    /// An area.
    Area,
    /// The line of equality or chance.
    Reference,
}

/// One entry of a legend.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub series: usize,
    pub name: String,
    pub swatch: Swatch,
}

impl Entry {
    pub(super) fn new(series: usize, name: &str, swatch: Swatch) -> Self {
        Self {
            series,
            name: name.into(),
            swatch,
        }
    }
}

const SWATCH: f64 = 30.0;
const ROW: f64 = 21.0;

/// Entries with their place: row and x. Names too long for the width are cut.
fn legend_places(entries: &[Entry], room: f64) -> Vec<(f64, usize)> {
    let (mut x, mut row) = (0.0, 0);
    entries
        .iter()
        .map(|e| {
            let needs = (SWATCH + width(&e.name, SIZE) + 16.0).min(room);
            if x > 0.0 && x + needs > room {
                (x, row) = (0.0, row + 1);
            }
            let place = (x, row);
            x += needs;
            place
        })
        .collect()
}

/// Height of a legend of a width; 0 without entries.
pub(super) fn legend_height(entries: &[Entry], room: f64) -> f64 {
    legend_places(entries, room)
        .last()
        .map_or(0.0, |p| (p.1 + 1) as f64 * ROW + 4.0)
}

/// Draws a legend from its upper left corner.
pub(super) fn legend(svg: &mut Svg, entries: &[Entry], (left, top): (f64, f64), room: f64) {
    for (entry, (x, row)) in entries.iter().zip(legend_places(entries, room)) {
        let (x, y) = (left + x, top + row as f64 * ROW + 10.0);
        let c = color(entry.series);
        let line = Pen::new(&c, 2.2).dashed(dash(entry.series));
        let middle = (x + 12.0, y);
        match entry.swatch {
            Swatch::Line => svg.line((x, y), (x + 24.0, y), line),
            Swatch::Point => svg.marker(entry.series, middle, 4.5, &c),
            Swatch::LinePoint => {
                svg.line((x, y), (x + 24.0, y), line);
                svg.marker(entry.series, middle, 4.5, &c);
            }
            Swatch::Area => svg.polygon(
                &[
                    (x + 3.0, y - 6.0),
                    (x + 21.0, y - 6.0),
                    (x + 21.0, y + 6.0),
                    (x + 3.0, y + 6.0),
                ],
                &c,
                strength(entry.series),
                Some(Pen::new(&c, 1.0)),
            ),
            Swatch::Reference => svg.line((x, y), (x + 24.0, y), Pen::new(SOFT, 1.2).dashed("4 4")),
        }
        let room = room - (x - left) - SWATCH;
        svg.words_within(
            x + SWATCH,
            y,
            &entry.name,
            room.max(40.0),
            1,
            Text::default(),
        );
    }
}

/// A label beside a place on a horizontal axis.
#[derive(Debug, Clone)]
pub(super) struct Placed {
    pub x: f64,
    pub row: usize,
    pub end: bool,
}

/// Rows for labels that stand right of their place (left of it near the right edge), so that none touches another.
pub(super) fn place_labels(labels: &[(f64, &str)], size: f64, right: f64) -> Vec<Placed> {
    let mut taken: Vec<Vec<(f64, f64)>> = Vec::new();
    let mut out = vec![
        Placed {
            x: 0.0,
            row: 0,
            end: false
        };
        labels.len()
    ];
    let mut order: Vec<usize> = (0..labels.len()).collect();
    order.sort_by(|a, b| labels[*a].0.total_cmp(&labels[*b].0));
    for i in order {
        let (x, words) = labels[i];
        let needs = width(words, size) + 5.0;
        let end = x + needs > right;
        let span = if end { (x - needs, x) } else { (x, x + needs) };
        let free = |row: &Vec<(f64, f64)>| {
            row.iter()
                .all(|(a, b)| span.1 + 5.0 < *a || span.0 > *b + 5.0)
        };
        let row = taken.iter().position(free).unwrap_or(taken.len());
        if row == taken.len() {
            taken.push(Vec::new());
        }
        taken[row].push(span);
        out[i] = Placed {
            x: if end { x - 4.0 } else { x + 4.0 },
            row,
            end,
        };
    }
    out
}

/// Height of one row of labels.
pub(super) const LABEL_ROW: f64 = 17.0;

/// A named place on a horizontal axis.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub x: f64,
    /// Where its line ends.
    pub to: f64,
    pub label: String,
    pub hint: String,
}

/// Rows that the labels of named places need.
pub(super) fn label_rows(named: &[Named], right: f64) -> usize {
    places(named, right)
        .iter()
        .map(|p| p.row + 1)
        .max()
        .unwrap_or(0)
}

fn places(named: &[Named], right: f64) -> Vec<Placed> {
    let labels: Vec<_> = named.iter().map(|n| (n.x, n.label.as_str())).collect();
    place_labels(&labels, SIZE - 1.0, right)
}

/// Vertical lines, with labels in rows from `top` on.
pub(super) fn named_lines(svg: &mut Svg, named: &[Named], top: f64, right: f64) {
    let places = places(named, right);
    for (n, p) in named.iter().zip(&places) {
        svg.line(
            (n.x, top + p.row as f64 * LABEL_ROW + 2.0),
            (n.x, n.to),
            Pen::new(INK, 1.1).dashed("5 3"),
        );
    }
    for (n, p) in named.iter().zip(&places) {
        let y = top + p.row as f64 * LABEL_ROW;
        let w = width(&n.label, SIZE - 1.0);
        // Lines of other labels must not run through the words.
        svg.rect(
            (
                if p.end { p.x - w } else { p.x } - 1.0,
                y,
                w + 2.0,
                LABEL_ROW - 2.0,
            ),
            PAPER,
            None,
        );
        let anchor = if p.end { Anchor::End } else { Anchor::Start };
        svg.open("");
        if !n.hint.is_empty() {
            svg.hint(&n.hint);
        }
        svg.text(
            p.x,
            y + 12.0,
            &n.label,
            Text {
                size: SIZE - 1.0,
                anchor,
                ..Text::default()
            },
        );
        svg.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_never_touch() {
        let labels = [
            (10.0, "raised"),
            (12.0, "shown"),
            (200.0, "first input"),
            (395.0, "stabilised"),
        ];
        let placed = place_labels(&labels, 12.0, 400.0);
        assert_eq!((placed[0].row, placed[1].row, placed[2].row), (0, 1, 0));
        assert!(placed[3].end && placed[3].row == 0);
    }
}
