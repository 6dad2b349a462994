//! A scenario on paper: a plan of its roads and of who starts where, as SVG.
//!
//! Everything is to scale. A motorway of 3 km is 10 m wide, so there are three kinds of panels: the
//! whole, a chart along each long road, and close-ups of where something is.

mod canvas;
mod chart;
mod draw;
mod events;
mod notes;
mod rehearsal;
mod who;
mod words;

use crate::road::{LanePos, ObjectKind, Road, RoadId};
use crate::scenario::Scenario;
use canvas::{Canvas, View};
use draw::Picture;
use events::TriggerLine;
use rehearsal::Deed;
use who::Spot;

/// Width of the drawing and its margin, px.
const WIDTH: f64 = 1500.0;
const MARGIN: f64 = 30.0;
/// Room for a panel's title, px.
const HEAD: f64 = 34.0;
/// From this scale on nothing needs a close-up, px/m.
const CLOSE: f64 = 4.0;
/// Longest close-up of a road, m.
const LONGEST: f64 = 220.0;
/// More close-ups than this are counted, not drawn.
const MOST_CLOSE_UPS: usize = 16;
/// Roads shorter than this need no chart, m.
const CHART_FROM: f64 = 300.0;
const MOST_CHARTS: usize = 8;

/// A part of a road that is worth a closer look.
struct Interest {
    road: usize,
    from: f64,
    to: f64,
    what: Vec<String>,
}

/// What there is to be drawn besides roads.
struct Content {
    spots: Vec<Spot>,
    way: Vec<LanePos>,
    deeds: Vec<Deed>,
    lines: Vec<TriggerLine>,
}

/// The drawing.
pub fn svg(scenario: &Scenario) -> String {
    let mut canvas = Canvas::default();
    let network = &scenario.network;
    let deeds = rehearsal::rehearse(scenario);
    let content = Content {
        spots: who::spots(scenario),
        way: who::way(scenario, 2.0),
        lines: events::trigger_lines(scenario, &deeds),
        deeds,
    };
    let own = network.roads.iter().filter(|r| r.junction.is_none());
    let count = |n: usize, word: &str| format!("{n} {word}{}", if n == 1 { "" } else { "s" });
    let summary = format!(
        "{}, {:.2} km; {}; {}; at most {:.0} s",
        count(own.clone().count(), "road"),
        own.map(Road::length).sum::<f64>() / 1e3,
        count(network.junctions.len(), "junction"),
        count(scenario.traffic.len(), "other road user"),
        scenario.duration,
    );
    let mut top = notes::header(&mut canvas, scenario, &summary);
    top = notes::boxes(&mut canvas, scenario, top);

    // The whole.
    let (low, high) = bounds(scenario);
    let (wide, high_m) = (high[0] - low[0], high[1] - low[1]);
    let scale = (WIDTH / wide).min(1000.0 / high_m);
    let whole = View {
        left: MARGIN,
        top: top + HEAD,
        width: WIDTH,
        height: (high_m * scale).max(190.0),
        x: (low[0] + high[0]) / 2.0,
        y: (low[1] + high[1]) / 2.0,
        yaw: 0.0,
        scale,
    };
    let views = close_ups(scenario, &content, &whole);
    let left_out = views.len().saturating_sub(MOST_CLOSE_UPS);
    let shown = &views[..views.len() - left_out];
    let mut plan = Picture {
        canvas: &mut canvas,
        view: whole,
        scenario,
    };
    plan.draw(&content);
    // Frames lie under the labels.
    for (i, (view, _)) in shown.iter().enumerate() {
        frame(plan.canvas, &whole, view, i + 1);
    }
    plan.labels(&content, true);
    let title = format!(
        "Plan{}",
        if shown.is_empty() {
            ""
        } else {
            "; frames are the close-ups below"
        }
    );
    canvas.furniture(&whole, &title);
    top = whole.top + whole.height + 16.0;

    // Along each long road.
    let long: Vec<usize> = (0..network.roads.len())
        .filter(|i| network.roads[*i].junction.is_none())
        .filter(|i| network.roads[*i].length() >= CHART_FROM)
        .collect();
    for i in long.iter().take(MOST_CHARTS) {
        top = chart::along(&mut canvas, scenario, RoadId(*i as u32), &content, top);
    }
    if long.len() > MOST_CHARTS {
        let text = format!(
            "and {} more roads without a chart",
            long.len() - MOST_CHARTS
        );
        canvas.text(MARGIN, top + 16.0, 13.0, "start", "", &text);
        top += 26.0;
    }

    // Close-ups, side by side as long as they fit.
    let (mut left, mut row) = (MARGIN, 0.0_f64);
    for (i, (view, title)) in shown.iter().enumerate() {
        if left + view.width > MARGIN + WIDTH + 1.0 {
            top += row;
            (left, row) = (MARGIN, 0.0);
        }
        let view = View {
            left,
            top: top + HEAD,
            ..*view
        };
        let mut picture = Picture {
            canvas: &mut canvas,
            view,
            scenario,
        };
        picture.draw(&content);
        picture.labels(&content, false);
        canvas.furniture(&view, &format!("{}: {title}", i + 1));
        left += view.width + 20.0;
        row = row.max(view.height + HEAD + 14.0);
    }
    top += row;
    if left_out > 0 {
        let text = format!("and {left_out} more places without a close-up");
        canvas.text(MARGIN, top + 16.0, 13.0, "start", "", &text);
        top += 26.0;
    }
    let height = chart::legend(&mut canvas, top + 10.0) + 16.0;
    let width = WIDTH + 2.0 * MARGIN;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {width:.0} {height:.0}\" font-family=\"DejaVu Sans, Helvetica, Arial, sans-serif\">\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n{}</svg>\n",
        canvas.out
    )
}

/// The close-up's frame in the plan, with its number.
fn frame(canvas: &mut Canvas, whole: &View, view: &View, number: usize) {
    let (sin, cos) = (libm::sin(view.yaw), libm::cos(view.yaw));
    let (a, b) = (
        view.width / view.scale / 2.0,
        view.height / view.scale / 2.0,
    );
    let corner = |u: f64, v: f64| {
        whole.at(
            view.x + u * a * cos - v * b * sin,
            view.y + u * a * sin + v * b * cos,
        )
    };
    let corners = [
        corner(1.0, 1.0),
        corner(1.0, -1.0),
        corner(-1.0, -1.0),
        corner(-1.0, 1.0),
    ];
    canvas.polygon(
        &corners,
        "fill=\"none\" stroke=\"#222\" stroke-width=\"0.9\" stroke-dasharray=\"3 2\"",
    );
    canvas.label(whole, corner(0.0, 1.0), &number.to_string(), "#222");
}

/// A box around all roads, with some room, m.
fn bounds(scenario: &Scenario) -> ([f64; 2], [f64; 2]) {
    let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
    for road in &scenario.network.roads {
        let n = (road.length() / 10.0).ceil().clamp(2.0, 5000.0) as u32;
        for i in 0..=n {
            let s = road.length() * f64::from(i) / f64::from(n);
            let (left, right) = road.full_width(s);
            for t in [left, right] {
                let p = road.pose(s, t);
                for (axis, value) in [p.x, p.y].into_iter().enumerate() {
                    low[axis] = low[axis].min(value);
                    high[axis] = high[axis].max(value);
                }
            }
        }
    }
    let room = 15.0 + 0.03 * (high[0] - low[0]).max(high[1] - low[1]);
    (low.map(|v| v - room), high.map(|v| v + room))
}

/// What is worth a closer look, as views that have no place on paper yet, and their titles.
fn close_ups(scenario: &Scenario, content: &Content, whole: &View) -> Vec<(View, String)> {
    if whole.scale >= CLOSE {
        return Vec::new();
    }
    let network = &scenario.network;
    let mut all: Vec<Interest> = Vec::new();
    for spot in &content.spots {
        let s = spot.point.s;
        let (back, ahead) = if spot.sign > 0.0 {
            (30.0, 60.0)
        } else {
            (60.0, 30.0)
        };
        all.push(Interest {
            road: spot.point.road.0 as usize,
            from: s - back,
            to: s + ahead,
            what: vec![spot.name.clone()],
        });
    }
    let own = |road: RoadId| network.road(road).junction.is_none();
    // A change of speed is in the chart and has nothing more to show close up.
    let across = |d: &&Deed| d.path.len() > 1 && own(d.point.road);
    for deed in content.deeds.iter().filter(across) {
        all.push(of_deed(scenario, deed));
    }
    for line in content.lines.iter().filter(|l| own(l.road)) {
        all.push(Interest {
            road: line.road.0 as usize,
            from: line.s - 20.0,
            to: line.s + 20.0,
            what: Vec::new(),
        });
    }
    for (i, road) in network.roads.iter().enumerate() {
        if road.junction.is_none() {
            all.extend(along(i, road));
        }
    }
    all.sort_by(|a, b| a.road.cmp(&b.road).then(a.from.total_cmp(&b.from)));
    let mut merged: Vec<Interest> = Vec::new();
    for next in all {
        match merged.last_mut() {
            Some(last)
                if last.road == next.road
                    && next.from < last.to + 40.0
                    && next.to.max(last.to) - last.from < LONGEST =>
            {
                last.to = last.to.max(next.to);
                for what in next.what {
                    if !last.what.contains(&what) {
                        last.what.push(what);
                    }
                }
            }
            _ => merged.push(next),
        }
    }
    let mut views: Vec<(View, String)> = network
        .junctions
        .iter()
        .map(|j| {
            let across = 2.0 * j.radius + 50.0;
            let size = (WIDTH - 20.0) / 2.0;
            let view = View {
                left: 0.0,
                top: 0.0,
                width: size,
                height: 0.75 * size,
                x: j.centre.x,
                y: j.centre.y,
                yaw: 0.0,
                scale: 0.75 * size / across,
            };
            (view, j.name.clone())
        })
        .collect();
    views.extend(merged.iter().map(|x| strip(&network.roads[x.road], x)));
    views
}

/// Where a manoeuvre is expected.
fn of_deed(scenario: &Scenario, deed: &Deed) -> Interest {
    let network = &scenario.network;
    let s = deed.point.s;
    let end = deed
        .path
        .last()
        .map_or(deed.point, |p| network.locate(p.x, p.y, Some(p.z)));
    // Of a long way what matters is its end: there somebody gets into another lane.
    let end = if end.road == deed.point.road {
        end.s
    } else {
        s
    };
    let begin = s.clamp(end - LONGEST + 80.0, end + LONGEST - 80.0);
    let who = scenario.traffic.actors.get(deed.user);
    let who = who.map_or("", |a| a.name.as_str());
    Interest {
        road: deed.point.road.0 as usize,
        from: begin.min(end) - 30.0,
        to: begin.max(end) + 30.0,
        what: vec![format!("{who}: {}", deed.name)],
    }
}

/// Stretches of a road that are unlike the rest of it.
fn along(i: usize, road: &Road) -> Vec<Interest> {
    let mut all = Vec::new();
    let mut add = |from: f64, to: f64, what: &str| {
        // Of a long stretch its two ends.
        let parts = if to - from > LONGEST - 40.0 {
            vec![(from - 40.0, from + 80.0), (to - 80.0, to + 40.0)]
        } else {
            vec![(from - 20.0, to + 20.0)]
        };
        all.extend(parts.into_iter().map(|(from, to)| Interest {
            road: i,
            from,
            to,
            what: vec![what.to_string()],
        }));
    };
    for p in &road.patches {
        add(p.from, p.to, &format!("{:?}", p.surface).to_lowercase());
    }
    for t in &road.tunnels {
        add(t.from, t.to, "tunnel");
    }
    for u in &road.unmarked {
        add(u.from, u.to, "no marks");
    }
    for pair in road.sections.windows(2) {
        let ends =
            pair[1].right.len() + pair[1].left.len() < pair[0].right.len() + pair[0].left.len();
        let (from, to) = if ends {
            (pair[1].s - 60.0, pair[1].s + 20.0)
        } else {
            (pair[1].s - 20.0, pair[1].s + 60.0)
        };
        add(from, to, if ends { "lane ends" } else { "lane begins" });
    }
    // Things in a row are one stretch.
    // What stands far off the lanes is scenery.
    let scenery = |kind| {
        matches!(
            kind,
            ObjectKind::Building | ObjectKind::Tree | ObjectKind::Pole
        )
    };
    let mut objects: Vec<_> = road.objects.iter().filter(|o| !scenery(o.kind)).collect();
    objects.sort_by(|a, b| {
        (a.kind as u8)
            .cmp(&(b.kind as u8))
            .then(a.s.total_cmp(&b.s))
    });
    for row in objects.chunk_by(|a, b| a.kind == b.kind && b.s - a.s < 25.0) {
        let (first, last) = (row[0], row[row.len() - 1]);
        add(
            first.s - first.size[0] / 2.0,
            last.s + last.size[0] / 2.0,
            &format!("{:?}", first.kind).to_lowercase(),
        );
    }
    for x in &road.signals {
        let sign = matches!(x.kind, crate::road::SignalKind::Speed(_));
        // Those of a junction are in its own close-up.
        let junction = |link| matches!(link, Some(crate::road::Link::Junction(_)));
        let of_junction = (junction(road.before) && x.s < 5.0)
            || (junction(road.after) && x.s > road.length() - 5.0);
        if !sign && !of_junction {
            add(x.s - 10.0, x.s + 10.0, &x.name);
        }
    }
    all
}

/// A close-up of a part of a road, which lies level in it.
fn strip(road: &Road, x: &Interest) -> (View, String) {
    let (from, to) = (x.from.max(0.0), x.to.min(road.length()));
    // At least a hundred metres, so that the scale does not become absurd.
    let spare = ((100.0 - (to - from)) / 2.0).max(0.0);
    let (from, to) = (from - spare, to + spare);
    let yaw = {
        let (a, b) = (road.pose(from, 0.0), road.pose(to, 0.0));
        libm::atan2(b.y - a.y, b.x - a.x)
    };
    let (sin, cos) = (libm::sin(yaw), libm::cos(yaw));
    let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
    for i in 0..=60 {
        let s = from + (to - from) * f64::from(i) / 60.0;
        let (left, right) = road.full_width(s.clamp(0.0, road.length()));
        for t in [left, right] {
            let p = road.pose(s, t);
            let place = [p.x * cos + p.y * sin, p.y * cos - p.x * sin];
            for axis in 0..2 {
                low[axis] = low[axis].min(place[axis]);
                high[axis] = high[axis].max(place[axis]);
            }
        }
    }
    let scale = (WIDTH / (high[0] - low[0])).min(700.0 / (high[1] - low[1] + 16.0));
    let (u, v) = ((low[0] + high[0]) / 2.0, (low[1] + high[1]) / 2.0);
    let view = View {
        left: 0.0,
        top: 0.0,
        width: WIDTH,
        height: ((high[1] - low[1] + 16.0) * scale).max(200.0),
        x: u * cos - v * sin,
        y: u * sin + v * cos,
        yaw,
        scale,
    };
    let what = match x.what.as_slice() {
        many if many.len() > 5 => format!("{} and {} more", many[..4].join(", "), many.len() - 4),
        few => few.join(", "),
    };
    let what = if what.is_empty() {
        "what sets an action off"
    } else {
        &what
    };
    let title = format!(
        "{what}; \"{}\" from {:.0} to {:.0} m",
        road.name,
        from.max(0.0),
        to.min(road.length())
    );
    (view, title)
}
