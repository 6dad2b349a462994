//! Signals of one takeover above each other on one time axis.

use super::super::axes::{Frame, LABEL_ROW, Named, label_rows, named_lines, x_axis};
use super::super::canvas::{GRID, INK, Pen, SOFT, Svg, color, dash};
use super::super::number::fixed;
use super::super::scale::{Scale, bounds, ends};
use super::super::words::{Anchor, SIZE, Text, width};

/// Who drives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Driver {
    /// The automation.
    Automation,
    /// The person.
    Human,
    /// Both at once.
    Shared,
    /// The minimal-risk manoeuvre.
    MinimalRisk,
    /// Nobody: it stands, or coasts.
    Nobody,
}

/// Who drives from when to when.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DriverSpan {
    /// Begin, s.
    pub from: f64,
    /// End, s.
    pub to: f64,
    /// Who.
    pub driver: Driver,
}

/// A moment: raised, shown, first input, threshold, in force, stabilised, …
#[derive(Debug, Clone, PartialEq)]
pub struct PanelMark {
    /// When, s.
    pub at: f64,
    /// What, in a word or two.
    pub label: String,
    /// What exactly, on hover; may be empty.
    pub definition: String,
}

/// One line of a track.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TrackLine {
    /// Name; shown when a track has several lines.
    pub name: String,
    /// Points (s, value); not finite: a gap.
    pub points: Vec<(f64, f64)>,
    /// Holds its value until the next point (commands, states), instead of a straight line.
    pub steps: bool,
}

/// One small plot with its own vertical axis.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Track {
    /// What is measured.
    pub name: String,
    /// Unit; may be empty.
    pub unit: String,
    /// Ends of the vertical axis; `None`: from the data within the time range.
    pub range: Option<(f64, f64)>,
    /// Its lines.
    pub lines: Vec<TrackLine>,
    /// Horizontal lines at values that matter, with their names.
    pub levels: Vec<(f64, String)>,
}

/// Signals of one takeover on one time axis, with the moments that its time is made of.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Panel {
    /// Name of the time axis, such as `time since the request`; its unit is s.
    pub time: String,
    /// Ends of the time axis, s; `None`: from the data.
    pub range: Option<(f64, f64)>,
    /// Who drives when: coloured bar on top and shading below.
    pub drivers: Vec<DriverSpan>,
    /// The moments.
    pub marks: Vec<PanelMark>,
    /// The signals, top to bottom.
    pub tracks: Vec<Track>,
}

/// Width of the drawing.
const WIDTH: f64 = 720.0;
/// Height of one track.
const TRACK: f64 = 62.0;
/// Between two tracks.
const GAP: f64 = 13.0;
/// Points of one line at most, so that a report of many takeovers stays small.
const MOST_POINTS: usize = 400;

impl Driver {
    /// Name in the legend.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Automation => "automation drives",
            Self::Human => "person drives",
            Self::Shared => "both drive",
            Self::MinimalRisk => "minimal-risk manoeuvre",
            Self::Nobody => "nobody drives",
        }
    }

    pub(super) fn color(self) -> &'static str {
        match self {
            Self::Automation => "var(--automation)",
            Self::Human => "var(--human)",
            Self::Shared => "var(--shared)",
            Self::MinimalRisk => "var(--risk)",
            Self::Nobody => "var(--nobody)",
        }
    }

    /// How thick it is drawn, as a part of the thickest: told apart without colour.
    pub(super) fn weight(self) -> f64 {
        match self {
            Self::Automation => 0.5,
            Self::Shared => 0.75,
            Self::Nobody => 0.25,
            Self::Human | Self::MinimalRisk => 1.0,
        }
    }

    pub(super) const ALL: [Self; 5] = [
        Self::Automation,
        Self::Human,
        Self::Shared,
        Self::MinimalRisk,
        Self::Nobody,
    ];
}

impl Panel {
    pub(super) fn draw(&self) -> Svg {
        let times = self
            .tracks
            .iter()
            .flat_map(|t| t.lines.iter().flat_map(|l| l.points.iter().map(|p| p.0)));
        let moments = self
            .marks
            .iter()
            .map(|m| m.at)
            .chain(self.drivers.iter().flat_map(|d| [d.from, d.to]));
        let Some(data) = bounds(times.chain(moments)) else {
            return Svg::nothing(WIDTH, "No signals to draw.");
        };
        let range = match self.range {
            Some((low, high)) if low.is_finite() && high.is_finite() && low < high => (low, high),
            _ if data.1 > data.0 => data,
            _ => (data.0 - 0.5, data.1 + 0.5),
        };
        let x = Scale::new(range, 66.0, WIDTH - 14.0);
        let mut named: Vec<Named> = self
            .marks
            .iter()
            .filter(|m| x.holds(m.at))
            .map(|m| Named {
                x: x.map(m.at),
                to: 0.0,
                label: m.label.clone(),
                hint: format!("{}: {} s. {}", m.label, fixed(m.at, 3), m.definition)
                    .trim()
                    .into(),
            })
            .collect();
        let tracks: Vec<&Track> = self.tracks.iter().filter(|t| !t.lines.is_empty()).collect();
        let marks_top = if self.drivers.is_empty() { 4.0 } else { 26.0 };
        let bar = marks_top + label_rows(&named, x.to) as f64 * LABEL_ROW + 3.0;
        let bar_height = if self.drivers.is_empty() { 0.0 } else { 12.0 };
        let top = bar + bar_height + 24.0;
        let bottom = top + tracks.len() as f64 * (TRACK + GAP + 8.0) - GAP;
        let mut svg = Svg::new(WIDTH, bottom.max(top) + 46.0);

        self.legend(&mut svg, x.from);
        for span in &self.drivers {
            let (from, to) = (
                x.map_within(span.from.min(span.to)),
                x.map_within(span.to.max(span.from)),
            );
            if !span.from.is_finite() || !span.to.is_finite() || to - from < 0.05 {
                continue;
            }
            svg.open("");
            svg.hint(&format!(
                "{}: {} s to {} s",
                span.driver.name(),
                fixed(span.from, 2),
                fixed(span.to, 2)
            ));
            let height = bar_height * span.driver.weight();
            svg.rect(
                (from, bar + bar_height - height, to - from, height),
                span.driver.color(),
                None,
            );
            svg.close();
            svg.open("opacity=\"0.13\"");
            svg.rect(
                (from, bar + bar_height, to - from, bottom - bar - bar_height),
                span.driver.color(),
                None,
            );
            svg.close();
        }
        let mut y = top;
        for (i, track) in tracks.iter().enumerate() {
            let frame = Frame {
                left: x.from,
                top: y,
                right: x.to,
                bottom: y + TRACK,
            };
            track.draw(&mut svg, &frame, &x, i + 1 == tracks.len());
            // Not through the words between the tracks.
            for mark in &named {
                svg.line(
                    (mark.x, frame.top),
                    (mark.x, frame.bottom),
                    Pen::new(INK, 1.1).dashed("5 3"),
                );
            }
            y += TRACK + GAP + 8.0;
        }
        let axis = Frame {
            left: x.from,
            top: bottom,
            right: x.to,
            bottom,
        };
        x_axis(
            &mut svg,
            &axis,
            &x,
            &x.ticks(9),
            &format!("{} (s)", self.time),
        );
        named.iter_mut().for_each(|n| n.to = bar + bar_height);
        named_lines(&mut svg, &named, marks_top, x.to);
        svg
    }

    fn legend(&self, svg: &mut Svg, left: f64) {
        let mut at = left;
        for driver in Driver::ALL
            .into_iter()
            .filter(|d| self.drivers.iter().any(|s| s.driver == *d))
        {
            let height = 12.0 * driver.weight();
            svg.rect((at, 18.0 - height, 14.0, height), driver.color(), None);
            svg.text(
                at + 20.0,
                16.0,
                driver.name(),
                Text {
                    size: SIZE - 1.0,
                    ..Text::default()
                },
            );
            at += 20.0 + width(driver.name(), SIZE - 1.0) + 18.0;
        }
    }
}

impl Track {
    fn draw(&self, svg: &mut Svg, frame: &Frame, x: &Scale, last: bool) {
        let seen = self
            .lines
            .iter()
            .flat_map(|l| l.points.iter())
            .filter(|p| x.holds(p.0))
            .map(|p| p.1);
        let data = bounds(seen.chain(self.levels.iter().map(|l| l.0)));
        let y = Scale::new(ends(self.range, data, 3), frame.bottom, frame.top);
        let ticks = if data.is_some() {
            y.ticks(3)
        } else {
            Vec::new()
        };
        for (value, words) in ticks {
            let at = y.map(value);
            svg.line((frame.left, at), (frame.right, at), Pen::new(GRID, 1.0));
            let style = Text {
                size: SIZE - 1.0,
                anchor: Anchor::End,
                fill: SOFT,
                ..Text::default()
            };
            svg.text(frame.left - 7.0, at + 4.3, &words, style);
        }
        svg.line(
            (frame.left, frame.top),
            (frame.left, frame.bottom),
            Pen::new(SOFT, 1.0),
        );
        if !last {
            for (value, _) in x.ticks(9) {
                svg.line(
                    (x.map(value), frame.bottom),
                    (x.map(value), frame.bottom + 3.0),
                    Pen::new(SOFT, 1.0),
                );
            }
        }
        for (value, label) in self.levels.iter().filter(|l| y.holds(l.0)) {
            svg.open("");
            svg.hint(label);
            svg.line(
                (frame.left, y.map(*value)),
                (frame.right, y.map(*value)),
                Pen::new(SOFT, 1.2).dashed("2 3"),
            );
            svg.close();
        }
        svg.open_clip((
            frame.left,
            frame.top - 2.0,
            frame.right - frame.left,
            frame.bottom - frame.top + 4.0,
        ));
        for (series, line) in self.lines.iter().enumerate() {
            let c = color(series);
            svg.polyline(
                &line.places(x, &y),
                MOST_POINTS,
                Pen::new(&c, 1.8).dashed(dash(series)),
            );
        }
        svg.close();
        if data.is_none() {
            let middle = (
                f64::midpoint(frame.left, frame.right),
                f64::midpoint(frame.top, frame.bottom) + 4.0,
            );
            svg.words(middle.0, middle.1, "not recorded", Anchor::Middle, SOFT);
        }
        self.words(svg, frame);
    }

    /// Name, unit, and the lines' names when there are several.
    fn words(&self, svg: &mut Svg, frame: &Frame) {
        let unit = if self.unit.is_empty() {
            String::new()
        } else {
            format!(" ({})", self.unit)
        };
        let title = format!("{}{unit}", self.name);
        let y = frame.top - 6.0;
        let mut x = frame.left + 4.0;
        let words = |svg: &mut Svg, x: f64, text: &str, bold: bool| {
            let w = width(text, SIZE - 1.0) * if bold { 1.08 } else { 1.0 };
            svg.text(
                x,
                y,
                text,
                Text {
                    size: SIZE - 1.0,
                    bold,
                    ..Text::default()
                },
            );
            x + w
        };
        x = words(svg, x, &title, true) + 12.0;
        let several = self.lines.len() > 1;
        for (series, line) in self.lines.iter().enumerate().filter(|_| several) {
            svg.line(
                (x, y - 4.0),
                (x + 20.0, y - 4.0),
                Pen::new(&color(series), 2.2).dashed(dash(series)),
            );
            x = words(svg, x + 25.0, &line.name, false) + 14.0;
        }
        for (_, label) in self.levels.iter().filter(|l| !l.1.is_empty()) {
            svg.line(
                (x, y - 4.0),
                (x + 20.0, y - 4.0),
                Pen::new(SOFT, 1.2).dashed("2 3"),
            );
            x = words(svg, x + 25.0, label, false) + 14.0;
        }
    }
}

impl TrackLine {
    /// Places of its points, and a little more to both sides of the drawing so that lines reach its edges.
    fn places(&self, x: &Scale, y: &Scale) -> Vec<(f64, f64)> {
        let span = x.high - x.low;
        let near = |t: f64| !t.is_finite() || (t >= x.low - 0.1 * span && t <= x.high + 0.1 * span);
        let mut out: Vec<(f64, f64)> = Vec::new();
        let mut last: Option<f64> = None;
        for (time, value) in self.points.iter().filter(|p| near(p.0)) {
            let place = (x.map(*time), y.map(*value));
            if self.steps
                && let Some(before) = last
            {
                out.push((place.0, before));
            }
            last = Some(place.1).filter(|v| v.is_finite());
            out.push(place);
        }
        out
    }
}
