//! A drawing in SVG: shapes, words, and nothing that knows of figures.
//!
//! Colours are names of the page's custom properties, so that a drawing follows the page into the dark
//! and onto paper.

use super::decimate::{pieces, thin};
use super::number::{escape, place};
use super::words::{Anchor, SIZE, Text, fit};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Colour of words.
pub(super) const INK: &str = "var(--ink)";
/// Colour of words of less weight.
pub(super) const SOFT: &str = "var(--soft)";
/// Colour of the lines behind the data.
pub(super) const GRID: &str = "var(--grid)";
/// Colour of what is behind everything.
pub(super) const PAPER: &str = "var(--paper)";
/// Colour of bars with something drawn over them.
pub(super) const BAR: &str = "var(--bar)";
/// Colour of a series.
pub(super) fn color(series: usize) -> String {
    format!("var(--c{})", series % 8 + 1)
}

/// Strength of an area of a series, so that neighbours differ in grey print too.
pub(super) fn strength(series: usize) -> f64 {
    [0.85, 0.4, 0.65, 0.25][series % 4]
}

/// Dashes of a series, so that it is told from the others without colour.
pub(super) fn dash(series: usize) -> &'static str {
    ["", "7 4", "2 3", "9 3 2 3"][series % 4]
}

/// How a line looks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pen<'a> {
    pub color: &'a str,
    pub width: f64,
    pub dash: &'a str,
}

impl<'a> Pen<'a> {
    pub(super) fn new(color: &'a str, width: f64) -> Self {
        Self {
            color,
            width,
            dash: "",
        }
    }

    pub(super) fn dashed(self, dash: &'a str) -> Self {
        Self { dash, ..self }
    }

    fn attributes(&self) -> String {
        let mut out = format!(
            "stroke=\"{}\" stroke-width=\"{}\"",
            escape(self.color),
            place(self.width)
        );
        if !self.dash.is_empty() {
            let _ = write!(out, " stroke-dasharray=\"{}\"", escape(self.dash));
        }
        out
    }
}

/// Stands for the figure's own prefix of ids until the drawing is finished. [`escape`] lets no such
/// character through from data.
const PREFIX: char = '\u{1}';

/// A drawing.
#[derive(Debug, Clone)]
pub(super) struct Svg {
    pub width: f64,
    pub height: f64,
    body: String,
    clips: usize,
}

impl Svg {
    pub(super) fn new(width: f64, height: f64) -> Self {
        Self {
            width,
            height,
            body: String::new(),
            clips: 0,
        }
    }

    /// What is drawn when there is nothing to draw.
    pub(super) fn nothing(width: f64, words: &str) -> Self {
        let mut svg = Self::new(width, 72.0);
        svg.rect(
            (0.5, 0.5, width - 1.0, 71.0),
            "none",
            Some(Pen::new(GRID, 1.0).dashed("4 4")),
        );
        svg.words(width / 2.0, 41.0, words, Anchor::Middle, SOFT);
        svg
    }

    pub(super) fn line(&mut self, from: (f64, f64), to: (f64, f64), pen: Pen) {
        let _ = write!(
            self.body,
            "<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" {}/>",
            place(from.0),
            place(from.1),
            place(to.0),
            place(to.1),
            pen.attributes()
        );
    }

    /// A rectangle by left, top, width and height.
    pub(super) fn rect(
        &mut self,
        (x, y, width, height): (f64, f64, f64, f64),
        fill: &str,
        pen: Option<Pen>,
    ) {
        let _ = write!(
            self.body,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\"{}{}/>",
            place(x),
            place(y),
            place(width.max(0.0)),
            place(height.max(0.0)),
            escape(fill),
            if pen.is_some() { " " } else { "" },
            pen.map(|p| p.attributes()).unwrap_or_default()
        );
    }

    /// A line through points, thinned to at most so many; it has gaps where points are not finite.
    pub(super) fn polyline(&mut self, points: &[(f64, f64)], limit: usize, pen: Pen) {
        let mut d = String::new();
        for piece in pieces(points) {
            trace(&mut d, &thin(&piece, limit));
        }
        if !d.is_empty() {
            let _ = write!(
                self.body,
                "<path d=\"{d}\" fill=\"none\" stroke-linejoin=\"round\" {}/>",
                pen.attributes()
            );
        }
    }

    /// A filled shape. Thinned like a line.
    pub(super) fn polygon(
        &mut self,
        points: &[(f64, f64)],
        fill: &str,
        opacity: f64,
        pen: Option<Pen>,
    ) {
        let thinned = thin(points, 400);
        if thinned.len() < 2 || thinned.iter().any(|p| !p.0.is_finite() || !p.1.is_finite()) {
            return;
        }
        let mut d = String::new();
        trace(&mut d, &thinned);
        let _ = write!(self.body, "<path d=\"{d}Z\" fill=\"{}\"", escape(fill));
        if opacity < 1.0 {
            let _ = write!(self.body, " fill-opacity=\"{opacity:.2}\"");
        }
        if let Some(pen) = pen {
            let _ = write!(self.body, " {}", pen.attributes());
        }
        self.body.push_str("/>");
    }

    /// Many rectangles (left, top, width, height) as one shape, which is shorter.
    pub(super) fn boxes(&mut self, boxes: &[(f64, f64, f64, f64)], fill: &str, opacity: f64) {
        let mut d = String::new();
        for (x, y, w, h) in boxes {
            let _ = write!(
                d,
                "M{} {}h{}v{}h{}z",
                place(*x),
                place(*y),
                place(*w),
                place(*h),
                place(-w)
            );
        }
        if !d.is_empty() {
            let _ = write!(
                self.body,
                "<path d=\"{d}\" fill=\"{}\" fill-opacity=\"{opacity:.2}\"/>",
                escape(fill)
            );
        }
    }

    /// Many straight lines as one shape, which is shorter.
    pub(super) fn strokes(&mut self, lines: &[((f64, f64), (f64, f64))], pen: Pen) {
        let mut d = String::new();
        for (from, to) in lines {
            let _ = write!(
                d,
                "M{} {}L{} {}",
                place(from.0),
                place(from.1),
                place(to.0),
                place(to.1)
            );
        }
        if !d.is_empty() {
            let _ = write!(self.body, "<path d=\"{d}\" {}/>", pen.attributes());
        }
    }

    /// A place that is not seen but tells something on hover.
    pub(super) fn hover(&mut self, (x, y, width, height): (f64, f64, f64, f64), words: &str) {
        let _ = write!(
            self.body,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"none\" pointer-events=\"all\"><title>{}</title></rect>",
            place(x),
            place(y),
            place(width),
            place(height),
            escape(words)
        );
    }

    /// Many dots of one kind. More than 500 become one shape, which is shorter; of more than 3000, those
    /// on the same pixel are one.
    pub(super) fn dots(&mut self, points: &[(f64, f64)], radius: f64, fill: &str, opacity: f64) {
        let points: Vec<_> = points
            .iter()
            .filter(|p| p.0.is_finite() && p.1.is_finite())
            .collect();
        if points.is_empty() {
            return;
        }
        if points.len() > 500 {
            let step = if points.len() > 3000 { 1.0 } else { 0.1 };
            let pixels: BTreeSet<(i64, i64)> = points
                .iter()
                .map(|p| ((p.0 / step).round() as i64, (p.1 / step).round() as i64))
                .collect();
            let mut d = String::new();
            for (x, y) in pixels {
                let _ = write!(
                    d,
                    "M{} {}h0",
                    place(x as f64 * step),
                    place(y as f64 * step)
                );
            }
            let _ = write!(
                self.body,
                "<path d=\"{d}\" fill=\"none\" stroke-linecap=\"round\" stroke=\"{}\" stroke-opacity=\"{opacity:.2}\" stroke-width=\"{}\"/>",
                escape(fill),
                place(2.0 * radius)
            );
            return;
        }
        let _ = write!(
            self.body,
            "<g fill=\"{}\" fill-opacity=\"{opacity:.2}\">",
            escape(fill)
        );
        for p in points {
            let _ = write!(
                self.body,
                "<circle cx=\"{}\" cy=\"{}\" r=\"{}\"/>",
                place(p.0),
                place(p.1),
                place(radius)
            );
        }
        self.body.push_str("</g>");
    }

    /// A dot, square, triangle or diamond, by series, with an outline that parts it from what is below.
    pub(super) fn marker(&mut self, series: usize, (x, y): (f64, f64), size: f64, fill: &str) {
        if !x.is_finite() || !y.is_finite() {
            return;
        }
        let s = size;
        let shape: Vec<(f64, f64)> = match series % 4 {
            0 => {
                let _ = write!(
                    self.body,
                    "<circle cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"{}\" stroke=\"{PAPER}\"/>",
                    place(x),
                    place(y),
                    place(s),
                    escape(fill)
                );
                return;
            }
            1 => vec![(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
            2 => vec![(0.0, -1.2), (1.1, 0.8), (-1.1, 0.8)],
            _ => vec![(0.0, -1.25), (1.25, 0.0), (0.0, 1.25), (-1.25, 0.0)],
        };
        let mut d = String::new();
        trace(
            &mut d,
            &shape
                .iter()
                .map(|p| (x + p.0 * s, y + p.1 * s))
                .collect::<Vec<_>>(),
        );
        let _ = write!(
            self.body,
            "<path d=\"{d}Z\" fill=\"{}\" stroke=\"{PAPER}\"/>",
            escape(fill)
        );
    }

    /// Words of usual size.
    pub(super) fn words(&mut self, x: f64, y: f64, words: &str, anchor: Anchor, fill: &str) {
        self.text(
            x,
            y,
            words,
            Text {
                anchor,
                fill,
                ..Text::default()
            },
        );
    }

    /// Words.
    pub(super) fn text(&mut self, x: f64, y: f64, words: &str, style: Text) {
        let anchor = match style.anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let _ = write!(
            self.body,
            "<text x=\"{}\" y=\"{}\"{anchor}",
            place(x),
            place(y)
        );
        if style.size != SIZE {
            let _ = write!(self.body, " font-size=\"{}\"", place(style.size));
        }
        if style.fill != INK {
            let _ = write!(self.body, " fill=\"{}\"", escape(style.fill));
        }
        if style.bold {
            self.body.push_str(" font-weight=\"600\"");
        }
        if style.upward {
            let _ = write!(
                self.body,
                " transform=\"rotate(-90 {} {})\"",
                place(x),
                place(y)
            );
        }
        let _ = write!(self.body, ">{}</text>", escape(words));
    }

    /// Words in at most so many lines about a middle line; what does not fit ends with an ellipsis and is
    /// told in full on hover.
    pub(super) fn words_within(
        &mut self,
        x: f64,
        middle: f64,
        words: &str,
        width: f64,
        lines: usize,
        style: Text,
    ) {
        let fitted = fit(words, width, lines, style.size);
        let cut = fitted.last().is_some_and(|l| l.ends_with('…'));
        if cut {
            self.open("");
            self.hint(words);
        }
        let step = style.size * 1.15;
        let top = middle + style.size * 0.35 - step * (fitted.len() as f64 - 1.0) / 2.0;
        for (i, line) in fitted.iter().enumerate() {
            self.text(x, top + step * i as f64, line, style);
        }
        if cut {
            self.close();
        }
    }

    /// Opens a group with attributes that are already escaped.
    pub(super) fn open(&mut self, attributes: &str) {
        self.body
            .push_str(if attributes.is_empty() { "<g" } else { "<g " });
        self.body.push_str(attributes);
        self.body.push('>');
    }

    /// What is told on hover about the group just opened.
    pub(super) fn hint(&mut self, words: &str) {
        let _ = write!(self.body, "<title>{}</title>", escape(words));
    }

    /// Opens a group of which only a rectangle is seen.
    pub(super) fn open_clip(&mut self, (x, y, width, height): (f64, f64, f64, f64)) {
        let id = self.clips;
        self.clips += 1;
        let _ = write!(
            self.body,
            "<clipPath id=\"{PREFIX}{id}\"><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/></clipPath><g clip-path=\"url(#{PREFIX}{id})\">",
            place(x),
            place(y),
            place(width.max(0.0)),
            place(height.max(0.0))
        );
    }

    pub(super) fn close(&mut self) {
        self.body.push_str("</g>");
    }

    /// The drawing as an element. `id` tells its ids from those of other drawings of the page; `title` and
    /// `description` are for those who do not see it.
    pub(super) fn finish(&self, id: &str, title: &str, description: &str) -> String {
        let body = self.body.replace(PREFIX, &format!("{id}-"));
        let described = if description.is_empty() {
            String::new()
        } else {
            format!(" aria-describedby=\"{id}-d\"")
        };
        let desc = if description.is_empty() {
            String::new()
        } else {
            format!("<desc id=\"{id}-d\">{}</desc>", escape(description))
        };
        format!(
            "<svg role=\"img\" aria-labelledby=\"{id}-t\"{described} preserveAspectRatio=\"xMinYMid meet\" viewBox=\"0 0 {w} {h}\" width=\"{w}\" height=\"{h}\" font-size=\"{}\" fill=\"{INK}\" style=\"--w:{w}px\"><title id=\"{id}-t\">{}</title>{desc}{body}</svg>",
            place(SIZE),
            escape(title),
            w = place(self.width),
            h = place(self.height),
        )
    }
}

fn trace(d: &mut String, points: &[(f64, f64)]) {
    for (i, p) in points.iter().enumerate() {
        let letter = match i {
            0 => "M",
            1 => "L",
            _ => " ",
        };
        let _ = write!(d, "{letter}{} {}", place(p.0), place(p.1));
    }
    // A line of one point is a dot if its end is drawn.
    if points.len() == 1 {
        d.push_str("h0.1");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_two_drawings_differ() {
        let mut svg = Svg::new(10.0, 10.0);
        svg.open_clip((0.0, 0.0, 5.0, 5.0));
        svg.close();
        assert!(svg.finish("f1", "a", "b").contains("id=\"f1-0\""));
        assert!(svg.finish("f2", "a", "b").contains("url(#f2-0)"));
    }
}
