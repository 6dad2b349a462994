//! The chart along a road (not to scale across, metres along), and the legend.

use super::canvas::Canvas;
use super::draw::{self, EGO, FOG, OTHER};
use super::events::{ACTION, CROWD, DANGER, RAIN, TRIGGER, UNMARKED};
use super::{Content, MARGIN, WIDTH, words};
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
    content: &Content,
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
    let mut rain = Vec::new();
    for shower in scenario.weather.showers.iter().filter(|s| s.road == id) {
        for (edge, colour) in [(shower.edge, "#cfd9f4"), (0.0, "#9db2ea")] {
            rain.push(Bar {
                from: shower.from - edge,
                to: shower.to + edge,
                colour,
                text: format!("{} mm/h", shower.rain),
            });
        }
    }
    rows.push(("rain", rain));
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
    rows.push(("no marks", stretches(&road.unmarked, UNMARKED)));
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
    let on_crowd = |flow: &crate::traffic::Flow| {
        let places = flow
            .lanes
            .iter()
            .map(|(from, to)| (network.lane(from.lane), from.d, *to))
            .filter(|(lane, _, _)| lane.road == id)
            .flat_map(|(lane, a, b)| [a, b].map(|d| lane.enter_s + lane.sign() * d));
        places.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), s| {
            (low.min(s), high.max(s))
        })
    };
    for flow in &scenario.traffic.flows {
        let (from, to) = on_crowd(flow);
        if from < to {
            let (a, b) = (x(from), x(to));
            canvas.text(MARGIN, y + 13.0, 12.0, "start", "", "crowd");
            canvas.put(format_args!(
                "<rect x=\"{a:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"#e9c9c9\" stroke=\"#777\" stroke-width=\"0.5\"/>",
                y + 2.0,
                (b - a).max(1.0),
                ROW - 4.0
            ));
            let text = format!("{}: {}", flow.name, words::flow(flow));
            let style = format!("fill=\"{CROWD}\"");
            canvas.text((a + b) / 2.0, y + 13.0, 11.0, "middle", &style, &text);
            y += ROW;
        }
    }
    let starts = content.spots.iter().filter(|spot| spot.point.road == id);
    let starts = starts.map(|spot| Flag {
        s: spot.point.s,
        turn: spot.sign,
        colour: if spot.ego { EGO } else { OTHER },
        text: spot.label.clone(),
    });
    y = flags(canvas, "starts", starts.collect(), &x, y);
    let actors = &scenario.traffic.actors;
    let deeds = content.deeds.iter().filter(|deed| deed.point.road == id);
    let deeds = deeds.map(|deed| {
        let who = actors.get(deed.user).map_or("", |a| a.name.as_str());
        Flag {
            s: deed.point.s,
            turn: 0.0,
            colour: ACTION,
            text: format!("{who}: {} (about {:.0} s)", deed.name, deed.time),
        }
    });
    y = flags(canvas, "actions", deeds.collect(), &x, y);
    let lines = content.lines.iter().filter(|line| line.road == id);
    let lines = lines.map(|line| Flag {
        s: line.s,
        turn: 0.0,
        colour: TRIGGER,
        text: line.text.clone(),
    });
    y = flags(canvas, "triggers", lines.collect(), &x, y);
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

/// A place along a road with its name.
struct Flag {
    s: f64,
    /// It points along the road (1), against it (-1) or nowhere (0).
    turn: f64,
    colour: &'static str,
    text: String,
}

/// Draws flags, in rows so that names do not meet; where the next thing may begin, px.
fn flags(
    canvas: &mut Canvas,
    name: &str,
    mut flags: Vec<Flag>,
    x: &impl Fn(f64) -> f64,
    top: f64,
) -> f64 {
    flags.sort_by(|a, b| a.s.total_cmp(&b.s));
    let mut ends: Vec<f64> = Vec::new();
    for flag in &flags {
        let at = x(flag.s);
        let width = 7.2 * flag.text.chars().count() as f64 + 16.0;
        let turned = at + width > MARGIN + WIDTH;
        let (from, to) = if turned {
            (at - width, at + 10.0)
        } else {
            (at - 10.0, at + width)
        };
        let row = ends.iter().position(|end| *end < from);
        let row = row.unwrap_or_else(|| {
            ends.push(0.0);
            ends.len() - 1
        });
        ends[row] = to + 4.0;
        let middle = top + ROW * row as f64 + ROW / 2.0;
        let fill = format!("fill=\"{}\"", flag.colour);
        let mark = if flag.turn == 0.0 {
            vec![
                (at + 5.0, middle),
                (at, middle - 5.0),
                (at - 5.0, middle),
                (at, middle + 5.0),
            ]
        } else {
            let tip = at + 8.0 * flag.turn;
            vec![(tip, middle), (at, middle - 5.0), (at, middle + 5.0)]
        };
        canvas.polygon(&mark, &fill);
        let (place, anchor) = if turned {
            (at - 12.0, "end")
        } else {
            (at + 12.0, "start")
        };
        canvas.text(place, middle + 4.0, 12.0, anchor, &fill, &flag.text);
    }
    if !flags.is_empty() {
        canvas.text(MARGIN, top + 13.0, 12.0, "start", "", name);
    }
    top + ROW * ends.len() as f64
}

/// What the colours mean; where it ends, px.
pub fn legend(canvas: &mut Canvas, top: f64) -> f64 {
    let entries = [
        (EGO, "ego and its way (dashed, at the speed limit)"),
        (OTHER, "other road user at the start"),
        (DANGER, "stands, lies or walks: a danger in itself"),
        (CROWD, "crowd (hatched where it starts)"),
        (ACTION, "action: where it begins, and its way (dashed)"),
        (TRIGGER, "place that sets an action off (dotted: expected)"),
        ("#a8a8a8", "driving lane"),
        ("#c4c4c4", "shoulder"),
        ("#dccfb4", "sidewalk"),
        ("#a9c98f", "verge, median"),
        ("#6a3d9a", "way through a junction"),
        (FOG, "fog (paler: its edge)"),
        (RAIN, "shower"),
        (UNMARKED, "no marks"),
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
    let note = "Actions are where they begin if the ego drives on at the limit and nothing holds it up: a run may differ.";
    canvas.text(MARGIN, y + 17.0, 12.0, "start", "fill=\"#444\"", note);
    y + 25.0
}
