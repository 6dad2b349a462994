//! A view of the plane on paper: from the world's metres to a panel's pixels, and labels that keep
//! clear of each other.

use std::fmt::Write;

/// A panel: a rectangle on paper that shows a rectangle of the world.
#[derive(Clone, Copy, Debug)]
pub struct View {
    /// Left and top edge, width and height on paper, px.
    pub left: f64,
    pub top: f64,
    pub width: f64,
    pub height: f64,
    /// The world's place in its middle, m, and the world's direction that points right, rad.
    pub x: f64,
    pub y: f64,
    pub yaw: f64,
    /// px/m.
    pub scale: f64,
}

impl View {
    /// Paper coordinates of a place.
    pub fn at(&self, x: f64, y: f64) -> (f64, f64) {
        let (sin, cos) = (libm::sin(self.yaw), libm::cos(self.yaw));
        let (dx, dy) = (x - self.x, y - self.y);
        (
            self.left + self.width / 2.0 + self.scale * (dx * cos + dy * sin),
            // Paper's y points down.
            self.top + self.height / 2.0 - self.scale * (dy * cos - dx * sin),
        )
    }

    /// A place on paper is inside, with `margin` px to spare.
    pub fn holds(&self, (x, y): (f64, f64), margin: f64) -> bool {
        (self.left + margin..=self.left + self.width - margin).contains(&x)
            && (self.top + margin..=self.top + self.height - margin).contains(&y)
    }

    /// Radius in the world of a circle around all that it shows, m.
    pub fn reach(&self) -> f64 {
        libm::hypot(self.width, self.height) / 2.0 / self.scale
    }
}

/// Text and shapes of a drawing.
#[derive(Default)]
pub struct Canvas {
    pub out: String,
    /// Where there is text already: left, top, right, bottom, px.
    taken: Vec<[f64; 4]>,
}

/// Width of a character in a sans-serif font, as a share of its size. A generous mean.
pub const CHARACTER: f64 = 0.56;

impl Canvas {
    /// Adds a piece of SVG.
    pub fn put(&mut self, piece: std::fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = self.out.write_fmt(piece);
        self.out.push('\n');
    }

    pub fn polygon(&mut self, points: &[(f64, f64)], style: &str) {
        if points.len() > 2 {
            let list = list(points);
            self.put(format_args!("<polygon points=\"{list}\" {style}/>"));
        }
    }

    pub fn line(&mut self, points: &[(f64, f64)], style: &str) {
        if points.len() > 1 {
            let list = list(points);
            self.put(format_args!(
                "<polyline points=\"{list}\" fill=\"none\" {style}/>"
            ));
        }
    }

    /// Text that begins at a place (or ends there, or has its middle there: `anchor`).
    pub fn text(&mut self, x: f64, y: f64, size: f64, anchor: &str, style: &str, text: &str) {
        let text = escaped(text);
        self.put(format_args!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{size}\" text-anchor=\"{anchor}\" {style}>{text}</text>"
        ));
    }

    /// Keeps a rectangle free of labels.
    pub fn keep_free(&mut self, left: f64, top: f64, right: f64, bottom: f64) {
        self.taken.push([left, top, right, bottom]);
    }

    /// A label near a place of a view, where there is room, with a thin line to what it names.
    /// Nothing if the place is not in view.
    pub fn label(&mut self, view: &View, at: (f64, f64), text: &str, colour: &str) {
        const SIZE: f64 = 13.0;
        if !view.holds(at, 0.0) {
            return;
        }
        let width = text.chars().count() as f64 * SIZE * CHARACTER + 6.0;
        let height = SIZE + 4.0;
        let mut best: Option<[f64; 4]> = None;
        'search: for ring in 1..12 {
            let d = 14.0 + 13.0 * f64::from(ring);
            for step in 0..12 {
                let angle = f64::from(step) * std::f64::consts::PI / 6.0 - 0.6;
                let (cx, cy) = (at.0 + d * libm::cos(angle), at.1 - d * libm::sin(angle));
                // Grows away from the place.
                let left = cx - width / 2.0 + width / 2.0 * libm::cos(angle);
                let top = cy - height / 2.0;
                let place = [left, top, left + width, top + height];
                let inside =
                    view.holds((place[0], place[1]), 2.0) && view.holds((place[2], place[3]), 2.0);
                if inside && !self.taken.iter().any(|t| overlap(t, &place)) {
                    best = Some(place);
                    break 'search;
                }
            }
        }
        let Some(place) = best else {
            return;
        };
        self.taken.push(place);
        let end = (
            at.0.clamp(place[0], place[2]),
            at.1.clamp(place[1], place[3]),
        );
        self.line(
            &[at, end],
            &format!("stroke=\"{colour}\" stroke-width=\"0.8\""),
        );
        self.put(format_args!(
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"3\" fill=\"#ffffff\" fill-opacity=\"0.85\"/>",
            place[0], place[1]
        ));
        let style = format!("fill=\"{colour}\"");
        self.text(
            (place[0] + place[2]) / 2.0,
            place[3] - 4.5,
            SIZE,
            "middle",
            &style,
            text,
        );
    }

    /// The border, scale bar and axes of a view, and what it is.
    pub fn furniture(&mut self, view: &View, title: &str) {
        let View {
            left,
            top,
            width,
            height,
            ..
        } = *view;
        self.put(format_args!(
            "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" fill=\"none\" stroke=\"#444\"/>"
        ));
        self.text(
            left,
            top - 7.0,
            15.0,
            "start",
            "font-weight=\"bold\"",
            title,
        );
        let (x, y) = (left + 14.0, top + height - 12.0);
        let bar = round_length(150.0 / view.scale);
        let end = x + bar * view.scale;
        self.line(
            &[(x, y - 6.0), (x, y), (end, y), (end, y - 6.0)],
            "stroke=\"#000\" stroke-width=\"1.5\"",
        );
        let (x, y) = (end + 6.0, y + 1.0);
        self.text(x, y, 12.0, "start", "", &format!("{bar} m"));
        // The world's axes; y is north.
        let (ox, oy) = (left + width - 42.0, top + height - 40.0);
        for (name, turn) in [("x", 0.0), ("y (N)", std::f64::consts::FRAC_PI_2)] {
            let angle = turn - view.yaw;
            let (dx, dy) = (libm::cos(angle), -libm::sin(angle));
            let tip = (ox + 24.0 * dx, oy + 24.0 * dy);
            self.line(&[(ox, oy), tip], "stroke=\"#000\" stroke-width=\"1.2\"");
            let wing = |side: f64| {
                let a = angle + side * 2.6;
                (tip.0 + 7.0 * libm::cos(a), tip.1 - 7.0 * libm::sin(a))
            };
            self.polygon(&[tip, wing(1.0), wing(-1.0)], "fill=\"#000\"");
            let (x, y) = (ox + 34.0 * dx, oy + 34.0 * dy + 4.0);
            self.text(x, y, 11.0, "middle", "", name);
        }
    }

    /// Room for what [`Self::furniture`] draws, before labels are placed.
    pub fn reserve_furniture(&mut self, view: &View) {
        let (right, bottom) = (view.left + view.width, view.top + view.height);
        self.keep_free(view.left, bottom - 26.0, view.left + 240.0, bottom);
        self.keep_free(right - 92.0, bottom - 92.0, right, bottom);
    }
}

fn overlap(a: &[f64; 4], b: &[f64; 4]) -> bool {
    a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3]
}

/// Points as SVG writes them; without those that lie on the way from one to the next.
fn list(points: &[(f64, f64)]) -> String {
    let mut list = String::new();
    let mut last: Option<(f64, f64)> = None;
    for (i, (x, y)) in points.iter().enumerate() {
        if let (Some((x0, y0)), Some((x1, y1))) = (last, points.get(i + 1)) {
            let (dx, dy) = (x1 - x0, y1 - y0);
            let (px, py) = (x - x0, y - y0);
            let off = (dx * py - dy * px).abs() / libm::hypot(dx, dy).max(1e-9);
            if off < 0.05 && px * dx + py * dy >= 0.0 && libm::hypot(px, py) < libm::hypot(dx, dy) {
                continue;
            }
        }
        last = Some((*x, *y));
        let _ = write!(list, "{x:.1},{y:.1} ");
    }
    list.pop();
    list
}

/// The largest of 1, 2, 5, 10, ... that is not longer, m.
fn round_length(longest: f64) -> f64 {
    let mut length = 1.0;
    loop {
        for factor in [2.0, 2.5, 2.0] {
            if length * factor > longest {
                return length;
            }
            length *= factor;
        }
    }
}

/// Text as it may stand in SVG.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turned_view_puts_its_direction_to_the_right() {
        let view = View {
            left: 10.0,
            top: 20.0,
            width: 100.0,
            height: 50.0,
            x: 5.0,
            y: 5.0,
            yaw: std::f64::consts::FRAC_PI_2,
            scale: 2.0,
        };
        assert_eq!(view.at(5.0, 5.0), (60.0, 45.0));
        let (x, y) = view.at(5.0, 15.0);
        assert!((x - 80.0).abs() < 1e-9 && (y - 45.0).abs() < 1e-9);
        // Left of that direction is up.
        let (_, y) = view.at(-5.0, 5.0);
        assert!((y - 25.0).abs() < 1e-9);
    }

    #[test]
    fn scale_bars_are_round() {
        for (longest, bar) in [(1.5, 1.0), (3.0, 2.0), (9.0, 5.0), (640.0, 500.0)] {
            assert_eq!(round_length(longest), bar);
        }
    }

    #[test]
    fn labels_keep_clear_of_each_other() {
        let view = View {
            left: 0.0,
            top: 0.0,
            width: 600.0,
            height: 400.0,
            x: 0.0,
            y: 0.0,
            yaw: 0.0,
            scale: 1.0,
        };
        let mut canvas = Canvas::default();
        for i in 0..12 {
            canvas.label(&view, (300.0, 200.0), &format!("lorry {i}"), "#000");
        }
        assert_eq!(canvas.taken.len(), 12);
        for (i, a) in canvas.taken.iter().enumerate() {
            assert!(!canvas.taken[..i].iter().any(|b| overlap(a, b)));
        }
    }
}
