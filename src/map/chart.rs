//! The chart along a road (not to scale across, metres along), and the legend.

use super::canvas::Canvas;
use super::draw::{self, EGO, FOG, OTHER, Spot};
use super::{MARGIN, WIDTH};
use crate::road::{RoadId, Surface};
use crate::scenario::Scenario;

/// Height of a row and width of its name, px.
const ROW: f64 = 19.0;
const NAMES: f64 = 90.0;

/// A coloured part of a row.
struct Bar {
    from: f64,
    to: f64,
    colour: &'static str,
    text: String,
}

/// Draws the chart below `top`; where the next thing may begin, px.
pub fn along(
    canvas: &mut Canvas,
    scenario: &Scenario,
    id: RoadId,
    spots: &[Spot],
    top: f64,
) -> f64 {
    let network = &scenario.network;
    let road = network.road(id);
    let length = road.length();
    let x = |s: f64| MARGIN + NAMES + (WIDTH - NAMES) * s.clamp(0.0, length) / length;
    let mut rows: Vec<(&str, Vec<Bar>)> = Vec::new();
    let mut limits = Vec::new();
    for (i, (from, limit)) in road.limits.iter().enumerate() {
        limits.push(Bar {
            from: *from,
            to: road.limits.get(i + 1).map_or(length, |l| l.0),
            colour: "#e6e6e6",
            text: format!("{:.0} km/h", 3.6 * limit),
        });
    }
    rows.push(("limit", limits));
    let mut fog = Vec::new();
    for bank in &scenario.weather.air.banks {
        if bank.road == id {
            fog.push(Bar {
                from: bank.from - bank.edge,
                to: bank.to + bank.edge,
                colour: "#c8d2dc",
                text: String::new(),
            });
            fog.push(Bar {
                from: bank.from,
                to: bank.to,
                colour: FOG,
                text: format!("{:.0} m", bank.visibility),
            });
        }
    }
    rows.push(("fog", fog));
    let mut surface = Vec::new();
    if road.surface != Surface::Dry {
        surface.push(Bar {
            from: 0.0,
            to: length,
            colour: draw::surface_colour(road.surface),
            text: format!("{:?}", road.surface),
        });
    }
    surface.extend(road.patches.iter().map(|p| Bar {
        from: p.from,
        to: p.to,
        colour: draw::surface_colour(p.surface),
        text: format!("{:?}", p.surface),
    }));
    rows.push(("surface", surface));
    let stretches = |all: &[crate::road::Stretch], colour| {
        let bars = all.iter().map(|t| Bar {
            from: t.from,
            to: t.to,
            colour,
            text: format!("{:.0} m", t.to - t.from),
        });
        bars.collect::<Vec<_>>()
    };
    rows.push(("tunnel", stretches(&road.tunnels, "#8a8a8a")));
    rows.push(("no marks", stretches(&road.unmarked, "#e0b0b0")));
    if road.sections.len() > 1 {
        let ends = road.sections.iter().skip(1).map(|x| x.s).chain([length]);
        let bars = road.sections.iter().zip(ends).map(|(section, to)| {
            let driving = |lanes: &[crate::road::Lane]| {
                let kind = crate::road::LaneKind::Driving;
                lanes.iter().filter(|l| l.kind == kind).count()
            };
            let (right, left) = (driving(&section.right), driving(&section.left));
            Bar {
                from: section.s,
                to,
                colour: "#d4d4d4",
                text: match left {
                    0 => right.to_string(),
                    left => format!("{right} + {left}"),
                },
            }
        });
        rows.push(("lanes", bars.collect()));
    }
    rows.retain(|r| !r.1.is_empty());

    let title = format!("Along \"{}\" (m)", road.name);
    canvas.text(
        MARGIN,
        top + 16.0,
        15.0,
        "start",
        "font-weight=\"bold\"",
        &title,
    );
    let first = top + 26.0;
    let mut y = first;
    for (name, bars) in &rows {
        canvas.text(MARGIN, y + 13.0, 12.0, "start", "", name);
        for bar in bars {
            let (a, b) = (x(bar.from), x(bar.to));
            let width = (b - a).max(1.0);
            canvas.put(format_args!(
                "<rect x=\"{a:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"{:.1}\" fill=\"{}\" stroke=\"#777\" stroke-width=\"0.5\"/>",
                y + 2.0,
                ROW - 4.0,
                bar.colour
            ));
            if width > 7.0 * bar.text.len() as f64 {
                canvas.text((a + b) / 2.0, y + 13.0, 11.0, "middle", "", &bar.text);
            }
        }
        y += ROW;
    }
    // Who starts here: in rows so that names do not meet.
    let mut starts: Vec<(f64, f64, &Spot)> = spots
        .iter()
        .filter(|spot| spot.point.road == id)
        .map(|spot| (spot.point.s, spot.sign, spot))
        .collect();
    starts.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut ends: Vec<f64> = Vec::new();
    for (s, sign, spot) in &starts {
        let at = x(*s);
        let width = 7.2 * spot.label.chars().count() as f64 + 16.0;
        let left = if at + width > MARGIN + WIDTH {
            at - width
        } else {
            at
        };
        let row = ends.iter().position(|end| *end < left);
        let row = row.unwrap_or_else(|| {
            ends.push(0.0);
            ends.len() - 1
        });
        ends[row] = left + width + 4.0;
        let middle = y + ROW * row as f64 + ROW / 2.0;
        let colour = if spot.ego { EGO } else { OTHER };
        let tip = 8.0 * sign;
        canvas.polygon(
            &[(at + tip, middle), (at, middle - 5.0), (at, middle + 5.0)],
            &format!("fill=\"{colour}\""),
        );
        let (text, anchor) = if left < at {
            (at - 12.0, "end")
        } else {
            (at + 12.0, "start")
        };
        let style = format!("fill=\"{colour}\"");
        canvas.text(text, middle + 4.0, 12.0, anchor, &style, &spot.label);
    }
    if !starts.is_empty() {
        canvas.text(MARGIN, y + 13.0, 12.0, "start", "", "starts");
    }
    y += ROW * ends.len() as f64;
    // The scale along the road.
    let step = [
        10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0, 5000.0,
    ]
    .into_iter()
    .find(|step| length / step <= 25.0)
    .unwrap_or(10_000.0);
    canvas.line(
        &[(x(0.0), y + 3.0), (x(length), y + 3.0)],
        "stroke=\"#000\"",
    );
    let mut s = 0.0;
    while s <= length {
        canvas.line(
            &[(x(s), first), (x(s), y + 8.0)],
            "stroke=\"#000\" stroke-opacity=\"0.25\"",
        );
        canvas.text(x(s), y + 20.0, 11.0, "middle", "", &format!("{s:.0}"));
        s += step;
    }
    y + 34.0
}

/// What the colours mean; where it ends, px.
pub fn legend(canvas: &mut Canvas, top: f64) -> f64 {
    let entries = [
        (EGO, "ego and its way (dashed, at the speed limit)"),
        (OTHER, "other road user at the start"),
        ("#a8a8a8", "driving lane"),
        ("#c4c4c4", "shoulder"),
        ("#dccfb4", "sidewalk"),
        ("#a9c98f", "verge, median"),
        ("#6a3d9a", "way through a junction"),
        (FOG, "fog (paler: its edge)"),
        ("#5b84b8", "wet"),
        ("#8fe0f0", "ice"),
        ("#ffffff", "snow"),
        ("#6b6b6b", "tunnel"),
        ("#ff7a00", "cone"),
        ("#7a2a2a", "barrier"),
        ("#4d5a66", "guard rail"),
        ("#b08968", "building"),
        ("#2f7d32", "tree (crown)"),
        ("#00963c", "traffic light"),
        ("#d00000", "stop sign"),
        ("#e08000", "yield sign"),
        ("#e8c400", "priority sign"),
    ];
    canvas.text(
        MARGIN,
        top + 16.0,
        15.0,
        "start",
        "font-weight=\"bold\"",
        "Legend",
    );
    let (mut x, mut y) = (MARGIN, top + 28.0);
    for (colour, text) in entries {
        let width = 30.0 + 7.0 * text.len() as f64;
        if x + width > MARGIN + WIDTH {
            x = MARGIN;
            y += 20.0;
        }
        canvas.put(format_args!(
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"14\" height=\"11\" fill=\"{colour}\" stroke=\"#555\" stroke-width=\"0.6\"/>"
        ));
        canvas.text(x + 19.0, y + 10.0, 12.0, "start", "", text);
        x += width;
    }
    y += 32.0;
    let note = "Everything is to scale but symbols, which keep a size that can be seen. Axes are the world's: x to the right, y up (taken as north). Charts show metres along the road's reference line.";
    canvas.text(MARGIN, y, 12.0, "start", "fill=\"#444\"", note);
    y + 8.0
}
