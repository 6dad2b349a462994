//! Where a takeover happened, seen from above.

use super::super::axes::{LABEL_ROW, Named, label_rows, named_lines};
use super::super::canvas::{INK, PAPER, Pen, SOFT, Svg};
use super::super::scale::bounds;
use super::super::words::{Anchor, SIZE, Text, width};
use super::Driver;

/// A piece of the ego vehicle's path.
#[derive(Debug, Clone, PartialEq)]
pub struct MapPath {
    /// Who drove.
    pub driver: Driver,
    /// Points (x, y), m.
    pub points: Vec<(f64, f64)>,
}

/// Path of another road user.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OtherPath {
    /// Who; shown on hover.
    pub name: String,
    /// Points (x, y), m.
    pub points: Vec<(f64, f64)>,
}

/// A place where something happened.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MapMark {
    /// x, m.
    pub x: f64,
    /// y, m.
    pub y: f64,
    /// What happened.
    pub label: String,
}

/// Plan view with equal axes. It is turned so that the ego vehicle goes from left to right, and
/// cut into strips, one below the other, where it is much longer than wide.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Map {
    /// Edges of the lanes: polylines (x, y), m.
    pub edges: Vec<Vec<(f64, f64)>>,
    /// The ego vehicle's path, piece by piece in order.
    pub ego: Vec<MapPath>,
    /// Paths of others.
    pub others: Vec<OtherPath>,
    /// What happened where.
    pub marks: Vec<MapMark>,
}

/// Width of the drawing.
const WIDTH: f64 = 720.0;
/// Left and right of the map.
const EDGE: f64 = 10.0;
/// Pixels for one metre at least, so that a lane is wide enough to see where in it a vehicle was.
const SCALE: f64 = 3.6;
/// Height of one strip at most, px.
const HIGHEST: f64 = 420.0;
/// Strips at most.
const STRIPS: usize = 5;
/// Metres around the ego vehicle's path.
const AROUND: f64 = 9.0;

/// A strip of the map: what it shows, in metres along and across.
#[derive(Clone, Copy)]
struct Window {
    along: (f64, f64),
    across: (f64, f64),
}

/// A strip with its place in the drawing.
struct Strip {
    window: Window,
    /// Where its labels begin, px.
    labels: f64,
    /// Where the map begins below them, px.
    top: f64,
    named: Vec<Named>,
}

impl Map {
    pub(super) fn draw(&self) -> Svg {
        let ego: Vec<(f64, f64)> = self
            .ego
            .iter()
            .flat_map(|p| p.points.iter().copied())
            .filter(|p| p.0.is_finite() && p.1.is_finite())
            .collect();
        let (Some(first), Some(last)) = (ego.first(), ego.last()) else {
            return Svg::nothing(WIDTH, "No path to draw.");
        };
        let heading = heading(&ego, *first, *last);
        let (sin, cos) = heading.sin_cos();
        let turn = |p: (f64, f64)| {
            let (x, y) = (p.0 - first.0, p.1 - first.1);
            (x * cos + y * sin, y * cos - x * sin)
        };
        let turned: Vec<_> = ego.iter().map(|p| turn(*p)).collect();
        let windows = windows(&turned);
        let scale = (WIDTH - 2.0 * EDGE) / windows.first().map_or(1.0, |w| w.along.1 - w.along.0);

        let (strips, bottom) = self.strips(&windows, scale, turn);
        let mut svg = Svg::new(WIDTH, bottom + 30.0);
        self.legend(&mut svg);
        for Strip {
            window,
            labels,
            top,
            named,
        } in &strips
        {
            let place = |p: (f64, f64)| {
                let (along, across) = turn(p);
                (
                    EDGE + (along - window.along.0) * scale,
                    top + (window.across.1 - across) * scale,
                )
            };
            let height = (window.across.1 - window.across.0) * scale;
            self.strip(&mut svg, (EDGE, *top, WIDTH - 2.0 * EDGE, height), place);
            named_lines(&mut svg, named, *labels, WIDTH - EDGE);
            for n in named {
                svg.dots(&[(n.x, n.to)], 4.0, PAPER, 1.0);
                svg.dots(&[(n.x, n.to)], 2.8, INK, 1.0);
            }
        }
        scale_bar(&mut svg, scale, bottom + 14.0);
        north(&mut svg, heading, (WIDTH - 40.0, bottom + 12.0));
        svg
    }

    /// Where the strips and the labels of their marks stand, and where the last one ends.
    fn strips(
        &self,
        windows: &[Window],
        scale: f64,
        turn: impl Fn((f64, f64)) -> (f64, f64),
    ) -> (Vec<Strip>, f64) {
        let mut strips = Vec::new();
        let mut labels = 30.0;
        for (i, window) in windows.iter().enumerate() {
            let height = (window.across.1 - window.across.0) * scale;
            // A place belongs to one strip; the first and the last take what lies before and after.
            let from = if i == 0 { f64::MIN } else { window.along.0 };
            let to = if i + 1 == windows.len() {
                f64::MAX
            } else {
                window.along.1
            };
            let mut named = Vec::new();
            for mark in self
                .marks
                .iter()
                .filter(|m| m.x.is_finite() && m.y.is_finite())
            {
                let (along, across) = turn((mark.x, mark.y));
                if along >= from && along < to {
                    named.push(Named {
                        x: (EDGE + (along - window.along.0) * scale).clamp(EDGE, WIDTH - EDGE),
                        to: ((window.across.1 - across) * scale).clamp(0.0, height),
                        label: mark.label.clone(),
                        hint: String::new(),
                    });
                }
            }
            let top = labels + label_rows(&named, WIDTH - EDGE) as f64 * LABEL_ROW + 3.0;
            named.iter_mut().for_each(|n| n.to += top);
            strips.push(Strip {
                window: *window,
                labels,
                top,
                named,
            });
            labels = top + height + 10.0;
        }
        (strips, labels)
    }

    fn strip(
        &self,
        svg: &mut Svg,
        frame: (f64, f64, f64, f64),
        place: impl Fn((f64, f64)) -> (f64, f64),
    ) {
        svg.rect(frame, "var(--ground)", None);
        svg.open_clip(frame);
        for edge in &self.edges {
            trail(svg, edge, frame, &place, Pen::new("var(--edge)", 1.1));
        }
        for other in &self.others {
            svg.open("");
            svg.hint(&other.name);
            trail(
                svg,
                &other.points,
                frame,
                &place,
                Pen::new("var(--other)", 1.6).dashed("3 2.5"),
            );
            svg.close();
        }
        for path in &self.ego {
            trail(svg, &path.points, frame, &place, ego_pen(path.driver));
        }
        svg.close();
    }

    fn legend(&self, svg: &mut Svg) {
        let small = Text {
            size: SIZE - 1.0,
            ..Text::default()
        };
        let mut x = EDGE;
        let drivers = Driver::ALL
            .into_iter()
            .filter(|d| self.ego.iter().any(|p| p.driver == *d));
        let mut entries: Vec<(Pen, &str)> = drivers.map(|d| (ego_pen(d), d.name())).collect();
        if !self.others.is_empty() {
            entries.push((Pen::new("var(--other)", 1.6).dashed("3 2.5"), "others"));
        }
        if !self.edges.is_empty() {
            entries.push((Pen::new("var(--edge)", 1.1), "lane edges"));
        }
        for (pen, words) in entries {
            svg.line((x, 12.0), (x + 22.0, 12.0), pen);
            svg.text(x + 28.0, 16.0, words, small);
            x += 28.0 + width(words, SIZE - 1.0) + 18.0;
        }
    }
}

fn ego_pen(driver: Driver) -> Pen<'static> {
    Pen::new(driver.color(), 1.2 + 3.4 * driver.weight())
}

/// Where the vehicle goes: to the end of its path or, when it comes back, to the farthest place.
fn heading(path: &[(f64, f64)], first: (f64, f64), last: (f64, f64)) -> f64 {
    let away = |p: &(f64, f64)| (p.0 - first.0).hypot(p.1 - first.1);
    let far = path
        .iter()
        .copied()
        .max_by(|a, b| away(a).total_cmp(&away(b)))
        .unwrap_or(last);
    let to = if away(&last) < 0.5 * away(&far) {
        far
    } else {
        last
    };
    if away(&to) > 0.5 {
        (to.1 - first.1).atan2(to.0 - first.0)
    } else {
        0.0
    }
}

/// Strips along the path, each as long as the others.
fn windows(path: &[(f64, f64)]) -> Vec<Window> {
    let along = bounds(path.iter().map(|p| p.0)).unwrap_or((0.0, 1.0));
    let across = bounds(path.iter().map(|p| p.1)).unwrap_or((0.0, 1.0));
    let room = WIDTH - 2.0 * EDGE;
    let wide = across.1 - across.0 + 2.0 * AROUND;
    // At least 40 m, so that a vehicle that stands is not shown through a magnifying glass; and so much
    // that the map of a wide path is not higher than a page.
    let least = (wide * room / HIGHEST).max(40.0);
    let pad = ((least - (along.1 - along.0)) / 2.0).max(6.0);
    let (begin, length) = (along.0 - pad, along.1 - along.0 + 2.0 * pad);
    let most = ((length * SCALE / room).ceil() as usize).clamp(1, STRIPS);
    // Strips of a path that turns are high: then fewer, though smaller, say more.
    let cut = |strips: usize| -> Vec<Window> {
        let each = length / strips as f64;
        let strip = |i: usize| {
            let window = (begin + each * i as f64, begin + each * (i + 1) as f64);
            let inside = path
                .iter()
                .filter(|p| p.0 >= window.0 - 1.0 && p.0 <= window.1 + 1.0);
            let (low, high) = bounds(inside.map(|p| p.1)).unwrap_or(across);
            Window {
                along: window,
                across: (low - AROUND, high + AROUND),
            }
        };
        (0..strips).map(strip).collect()
    };
    let height = |windows: &[Window]| -> f64 {
        let scale = room * windows.len() as f64 / length;
        windows
            .iter()
            .map(|w| (w.across.1 - w.across.0) * scale)
            .sum()
    };
    let low_enough = (2..=most)
        .rev()
        .map(cut)
        .find(|windows| height(windows) <= 1.5 * HIGHEST);
    low_enough.unwrap_or_else(|| cut(1))
}

/// A line, only those of its pieces that pass near the frame.
fn trail(
    svg: &mut Svg,
    points: &[(f64, f64)],
    frame: (f64, f64, f64, f64),
    place: impl Fn((f64, f64)) -> (f64, f64),
    pen: Pen,
) {
    let near = |p: (f64, f64)| {
        p.0 >= frame.0 - 40.0
            && p.0 <= frame.0 + frame.2 + 40.0
            && p.1 >= frame.1 - 40.0
            && p.1 <= frame.1 + frame.3 + 40.0
    };
    let gap = (f64::NAN, f64::NAN);
    let places: Vec<_> = points.iter().map(|p| place(*p)).collect();
    let mut out = Vec::new();
    for (i, p) in places.iter().enumerate() {
        let before = i.checked_sub(1).map(|i| places[i]);
        let after = places.get(i + 1).copied();
        // A long piece of line may cross the frame between two points that are both outside.
        let beside = [before, after]
            .into_iter()
            .flatten()
            .any(|q| near(q) || (q.0 - p.0).hypot(q.1 - p.1) > 80.0);
        out.push(if near(*p) || beside { *p } else { gap });
    }
    svg.polyline(&out, 300, pen);
}

fn scale_bar(svg: &mut Svg, scale: f64, y: f64) {
    let round = [
        1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0, 5000.0,
    ];
    let length = round
        .into_iter()
        .rev()
        .find(|l| l * scale <= 160.0)
        .unwrap_or(1.0);
    let (from, to) = (EDGE, EDGE + length * scale);
    svg.line((from, y), (to, y), Pen::new(INK, 2.0));
    for at in [from, to] {
        svg.line((at, y - 4.0), (at, y + 4.0), Pen::new(INK, 1.4));
    }
    svg.words(
        to + 9.0,
        y + 4.5,
        &format!("{length} m, same scale along and across"),
        Anchor::Start,
        SOFT,
    );
}

/// An arrow to where y grows.
fn north(svg: &mut Svg, heading: f64, (x, y): (f64, f64)) {
    let (sin, cos) = heading.sin_cos();
    // Up on the page is across the heading; the page's y grows downward.
    let tip = (x + sin * 11.0, y - cos * 11.0);
    let tail = (x - sin * 11.0, y + cos * 11.0);
    svg.line(tail, tip, Pen::new(SOFT, 1.4));
    let side = |s: f64| {
        (
            tip.0 - sin * 6.0 + cos * 3.5 * s,
            tip.1 + cos * 6.0 + sin * 3.5 * s,
        )
    };
    svg.polygon(&[tip, side(1.0), side(-1.0)], SOFT, 1.0, None);
    svg.text(
        x + 16.0,
        y + 4.5,
        "y",
        Text {
            size: SIZE - 1.0,
            fill: SOFT,
            ..Text::default()
        },
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_road_is_cut_into_strips_and_a_loop_is_not_higher_than_a_page() {
        let road: Vec<_> = (0..600).map(|i| (3.0, f64::from(i))).collect();
        let draw = |points| {
            let ego = vec![MapPath {
                driver: Driver::Human,
                points,
            }];
            Map {
                ego,
                ..Map::default()
            }
            .draw()
            .height
        };
        // Along the heading, 600 m at 3.6 px/m are 2160 px: four times the 700 px of a strip.
        let along: Vec<_> = road.iter().map(|p| (p.1, p.0)).collect();
        assert_eq!(windows(&along).len(), 4);
        assert!(draw(road) < 700.0);
        for (a, b) in [(40.0, 300.0), (300.0, 40.0), (200.0, 200.0), (2.0, 2.0)] {
            let round = (0..=100)
                .map(|i| f64::from(i) / 16.0)
                .map(|t| (a * t.cos(), b * t.sin()));
            let height = draw(round.collect());
            assert!(height < 760.0, "{a} by {b}: {height} px");
        }
    }
}
