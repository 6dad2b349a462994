//! What a view shows: roads, what stands on them, who starts where.

use super::Content;
use super::canvas::{Canvas, View};
use super::who::Spot;
use crate::road::{
    Junction, LaneKind, LanePos, Mark, Network, ObjectKind, Road, SignalKind, Surface,
};
use crate::scenario::Scenario;

pub const EGO: &str = "#0050c8";
pub const OTHER: &str = "#c01818";
pub const FOG: &str = "#7f93a8";

fn fill(kind: LaneKind) -> &'static str {
    match kind {
        LaneKind::Driving => "#a8a8a8",
        LaneKind::Shoulder => "#c4c4c4",
        LaneKind::Sidewalk => "#dccfb4",
        LaneKind::Cycle => "#d8a090",
        LaneKind::Parking => "#b8b4cc",
        LaneKind::Verge => "#a9c98f",
    }
}

pub fn surface_colour(surface: Surface) -> &'static str {
    match surface {
        Surface::Dry => "#a8a8a8",
        Surface::Wet => "#5b84b8",
        Surface::Snow => "#ffffff",
        Surface::Ice => "#8fe0f0",
    }
}

/// A view with all that is in it.
pub struct Picture<'a> {
    pub canvas: &'a mut Canvas,
    pub view: View,
    pub scenario: &'a Scenario,
}

impl Picture<'_> {
    fn network(&self) -> &Network {
        &self.scenario.network
    }

    pub fn draw(&mut self, content: &Content) {
        let View {
            left,
            top,
            width,
            height,
            ..
        } = self.view;
        // Nothing is drawn outside of the view.
        let name = format!("c{}x{}", left as i64, top as i64);
        self.canvas.put(format_args!(
            "<clipPath id=\"{name}\"><rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height:.1}\"/></clipPath><g clip-path=\"url(#{name})\">"
        ));
        self.canvas.put(format_args!(
            "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" fill=\"#eef3e6\"/>"
        ));
        let scenario = self.scenario;
        let junctions = &scenario.network.junctions;
        junctions.iter().for_each(|j| self.junction(j));
        let (ways, roads): (Vec<&Road>, Vec<&Road>) = scenario
            .network
            .roads
            .iter()
            .partition(|r| r.junction.is_some());
        for road in roads.iter().chain(&ways) {
            self.road(road);
        }
        for road in &roads {
            self.stretches(road);
        }
        self.along();
        self.fog();
        self.crowds();
        for road in &roads {
            self.things(road);
        }
        self.way(&content.way);
        self.dangers(&content.spots);
        self.trigger_lines(&content.lines);
        for spot in content.spots.iter().rev() {
            self.vehicle(spot);
        }
        self.deeds(&content.deeds);
        self.canvas.put(format_args!("</g>"));
        self.canvas.reserve_furniture(&self.view);
    }

    /// Labels come last, over everything.
    pub fn labels(&mut self, content: &Content, names: bool) {
        let view = self.view;
        let spots = &content.spots;
        // Labels do not lie on vehicles.
        for spot in spots {
            let p = spot.pose;
            let (x, y) = view.at(p.x, p.y);
            let (length, width) = (spot.size[0] * view.scale, spot.size[1] * view.scale);
            let (sin, cos) = (libm::sin(p.yaw - view.yaw), libm::cos(p.yaw - view.yaw));
            let across = ((length * cos).abs() + (width * sin).abs()) / 2.0 + 6.0;
            let up = ((length * sin).abs() + (width * cos).abs()) / 2.0 + 3.0;
            self.canvas
                .keep_free(x - across, y - up, x + across, y + up);
        }
        for spot in spots {
            let p = spot.pose;
            let colour = if spot.ego { EGO } else { OTHER };
            self.canvas
                .label(&view, view.at(p.x, p.y), &spot.label, colour);
        }
        self.event_labels(&content.deeds, &content.lines, names);
        let scenario = self.scenario;
        for j in scenario.network.junctions.iter().filter(|_| names) {
            let at = view.at(j.centre.x, j.centre.y);
            self.canvas.label(&view, at, &j.name, "#6a3d9a");
        }
        for road in scenario
            .network
            .roads
            .iter()
            .filter(|r| r.junction.is_none())
        {
            if names {
                // Where the road is in view.
                let inside = self.visible(road, 41);
                if let Some(s) = inside.get(inside.len() / 2) {
                    let p = road.pose(*s, road.full_width(*s).1);
                    let text = format!("{} ({:.0} m)", road.name, road.length());
                    self.canvas.label(&view, view.at(p.x, p.y), &text, "#333");
                }
            }
            for signal in &road.signals {
                let text = match signal.kind {
                    SignalKind::Speed(limit) => format!("{:.0} km/h", 3.6 * limit),
                    _ if names => continue,
                    _ => signal.name.clone(),
                };
                let p = road.pose(signal.s, signal.t);
                self.canvas.label(&view, view.at(p.x, p.y), &text, "#444");
            }
        }
        let text = |what: &str, s: f64| format!("{what} {s:.0} m");
        for bank in &scenario.weather.air.banks {
            let road = scenario.network.road(bank.road);
            for (what, s) in [("fog from", bank.from), ("fog to", bank.to)] {
                if (0.0..=road.length()).contains(&s) {
                    let p = road.pose(s, road.full_width(s).0);
                    let at = view.at(p.x, p.y);
                    self.canvas.label(&view, at, &text(what, s), "#4a6078");
                }
            }
        }
    }

    /// Places along a road that are in view, m, out of `n` equally spaced ones.
    fn visible(&self, road: &Road, n: u32) -> Vec<f64> {
        (0..n)
            .map(|i| road.length() * f64::from(i) / f64::from(n - 1))
            .filter(|s| {
                let p = road.pose(*s, 0.0);
                self.view.holds(self.view.at(p.x, p.y), 20.0)
            })
            .collect()
    }

    /// Sample distance, m: a pixel or two of a bend, but not more than a road of 100 km can take.
    fn step(&self, road: &Road) -> f64 {
        (4.0 / self.view.scale)
            .clamp(1.0, 25.0)
            .max(road.length() / 4000.0)
    }

    /// Parts of `from..to` that come near the view, each as places along the road.
    fn samples(&self, road: &Road, from: f64, to: f64) -> Vec<Vec<f64>> {
        let step = self.step(road);
        let n = ((to - from) / step).ceil().max(1.0) as u32;
        let reach = self.view.reach() + 2.0 * step + 60.0;
        let mut parts: Vec<Vec<f64>> = vec![Vec::new()];
        for i in 0..=n {
            let s = from + (to - from) * f64::from(i) / f64::from(n);
            let p = road.line.pose(s);
            let near = libm::hypot(p.x - self.view.x, p.y - self.view.y) < reach;
            match parts.last_mut() {
                Some(part) if near => part.push(s),
                Some(part) if !part.is_empty() => parts.push(Vec::new()),
                _ => {}
            }
        }
        parts
    }

    pub fn at(&self, road: &Road, s: f64, t: f64) -> (f64, f64) {
        let p = road.pose(s, t);
        self.view.at(p.x, p.y)
    }

    /// A band along a road between two edges.
    pub fn band(
        &mut self,
        road: &Road,
        from: f64,
        to: f64,
        edges: impl Fn(f64) -> Option<(f64, f64)>,
        style: &str,
    ) {
        for part in self.samples(road, from, to) {
            let edges: Vec<(f64, (f64, f64))> =
                part.iter().filter_map(|s| Some((*s, edges(*s)?))).collect();
            let mut outline: Vec<_> = edges
                .iter()
                .map(|(s, (a, _))| self.at(road, *s, *a))
                .collect();
            let back = edges.iter().rev();
            outline.extend(back.map(|(s, (_, b))| self.at(road, *s, *b)));
            self.canvas.polygon(&outline, style);
        }
    }

    fn junction(&mut self, junction: &Junction) {
        let (x, y) = self.view.at(junction.centre.x, junction.centre.y);
        let r = junction.radius * self.view.scale;
        self.canvas.put(format_args!(
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{r:.1}\" fill=\"#b4b4b4\"/>"
        ));
    }

    fn road(&mut self, road: &Road) {
        let ends = road.sections.iter().skip(1).map(|x| x.s);
        let ends: Vec<f64> = ends.chain([road.length()]).collect();
        let scale = self.view.scale;
        if road.junction.is_some() {
            let style = "stroke=\"#6a3d9a\" stroke-width=\"1\" stroke-opacity=\"0.7\"";
            for part in self.samples(road, 0.0, road.length()) {
                let line: Vec<_> = part.iter().map(|s| self.at(road, *s, 0.0)).collect();
                if scale > 1.0 {
                    self.canvas.line(&line, style);
                }
            }
            return;
        }
        // However small the scale, a road is there.
        let thin = "stroke=\"#888\" stroke-width=\"2\"";
        for part in self.samples(road, 0.0, road.length()) {
            let line: Vec<_> = part.iter().map(|s| self.at(road, *s, 0.0)).collect();
            self.canvas.line(&line, thin);
        }
        for (section, end) in road.sections.iter().zip(&ends) {
            // Just inside, for at `end` the next section begins.
            let end = (end - 1e-6).max(section.s);
            for id in section.ids() {
                let Some(lane) = section.lane(id) else {
                    continue;
                };
                let style = format!("fill=\"{}\"", fill(lane.kind));
                self.band(road, section.s, end, |s| road.edges(id, s), &style);
            }
            if scale < 1.5 {
                continue;
            }
            self.mark(road, section.s, end, 0, section.centre_mark);
            for id in section.ids() {
                if let Some(lane) = section.lane(id) {
                    self.mark(road, section.s, end, id, lane.mark);
                }
            }
        }
    }

    /// The mark on a lane's outer edge; lane 0 is the line between the directions.
    fn mark(&mut self, road: &Road, from: f64, to: f64, id: i32, mark: Mark) {
        let scale = self.view.scale;
        let width = (0.15 * scale).max(0.7);
        let style = match mark {
            Mark::None => return,
            Mark::Solid => format!("stroke=\"#fff\" stroke-width=\"{width:.1}\""),
            // 6 m and 6 m of gap, as outside of towns.
            Mark::Broken => format!(
                "stroke=\"#fff\" stroke-width=\"{width:.1}\" stroke-dasharray=\"{:.1} {:.1}\"",
                6.0 * scale,
                6.0 * scale
            ),
            Mark::Kerb => format!("stroke=\"#555\" stroke-width=\"{width:.1}\""),
        };
        for part in self.samples(road, from, to) {
            // Broken where marks are gone.
            for run in part.split(|s| mark != Mark::Kerb && !road.marked(*s)) {
                let line: Vec<_> = run
                    .iter()
                    .filter_map(|s| {
                        let t = match id {
                            0 => road.lane_offset.value(*s),
                            id => road.edges(id, *s)?.1,
                        };
                        Some(self.at(road, *s, t))
                    })
                    .collect();
                self.canvas.line(&line, &style);
            }
        }
    }

    fn stretches(&mut self, road: &Road) {
        if road.surface != Surface::Dry {
            let colour = surface_colour(road.surface);
            let style = format!("fill=\"{colour}\" fill-opacity=\"0.3\"");
            let all = |s: f64| Some(road.carriageway(s));
            self.band(road, 0.0, road.length(), all, &style);
        }
        for patch in &road.patches {
            let edges = |s: f64| {
                let (left, right) = road.carriageway(s);
                Some((patch.left.min(left), patch.right.max(right)))
            };
            let colour = surface_colour(patch.surface);
            let style = format!("fill=\"{colour}\" fill-opacity=\"0.75\"");
            self.band(road, patch.from, patch.to, edges, &style);
        }
        for tunnel in &road.tunnels {
            let style =
                "fill=\"#222\" fill-opacity=\"0.45\" stroke=\"#222\" stroke-dasharray=\"4 3\"";
            let wide = |s: f64| {
                let (left, right) = road.full_width(s);
                Some((left + 1.0, right - 1.0))
            };
            self.band(road, tunnel.from, tunnel.to, wide, style);
        }
    }

    fn fog(&mut self) {
        let scenario = self.scenario;
        for bank in &scenario.weather.air.banks {
            let road = scenario.network.road(bank.road);
            let reach = 15.0_f64.max(6.0 / self.view.scale);
            let wide = |s: f64| {
                let (left, right) = road.full_width(s);
                Some((left + reach, right - reach))
            };
            for (from, to) in [
                (bank.from - bank.edge, bank.to + bank.edge),
                (bank.from, bank.to),
            ] {
                let (from, to) = (from.max(0.0), to.min(road.length()));
                if from < to {
                    let style = format!("fill=\"{FOG}\" fill-opacity=\"0.3\"");
                    self.band(road, from, to, wide, &style);
                }
            }
        }
    }

    /// Objects and signals.
    fn things(&mut self, road: &Road) {
        let scale = self.view.scale;
        for object in &road.objects {
            let p = road.pose(object.s, object.t);
            let middle = self.view.at(p.x, p.y);
            if !self.view.holds(middle, -60.0 * scale) {
                continue;
            }
            let colour = match object.kind {
                ObjectKind::Cone => "#ff7a00",
                ObjectKind::Barrier => "#7a2a2a",
                ObjectKind::GuardRail => "#4d5a66",
                ObjectKind::Building => "#b08968",
                ObjectKind::Tree => "#2f7d32",
                ObjectKind::Pole => "#333333",
            };
            if matches!(
                object.kind,
                ObjectKind::Cone | ObjectKind::Tree | ObjectKind::Pole
            ) {
                let (x, y) = middle;
                // Trees are drawn by their crown, some 4 m wide.
                let real = if object.kind == ObjectKind::Tree {
                    2.0
                } else {
                    object.size[0] / 2.0
                };
                let r = (real * scale).max(3.0);
                self.canvas.put(format_args!(
                    "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{r:.1}\" fill=\"{colour}\" fill-opacity=\"0.9\"/>"
                ));
                continue;
            }
            let outline = rectangle(
                &self.view,
                (p.x, p.y, p.yaw + object.heading),
                [object.size[0], object.size[1].max(1.0 / scale)],
            );
            self.canvas.polygon(&outline, &format!("fill=\"{colour}\""));
        }
        if scale < 1.0 {
            return;
        }
        // Lights stand where their signs do, and are what one wants to see.
        let light = |x: &&crate::road::Signal| matches!(x.kind, SignalKind::Light(_));
        let signs = road.signals.iter().filter(|x| !light(x));
        for signal in signs.chain(road.signals.iter().filter(light)) {
            let (x, y) = self.at(road, signal.s, signal.t);
            let colour = match signal.kind {
                SignalKind::Light(_) => "#00963c",
                SignalKind::Stop => "#d00000",
                SignalKind::Yield => "#e08000",
                SignalKind::Priority => "#e8c400",
                SignalKind::Speed(_) => "#ffffff",
            };
            if !matches!(signal.kind, SignalKind::Speed(_) | SignalKind::Priority) {
                // The stop line, across the lanes of those who must heed it.
                let (left, right) = road.carriageway(signal.s);
                let inner = road.lane_offset.value(signal.s);
                let (a, b) = if signal.along {
                    (inner, right)
                } else {
                    (inner, left)
                };
                let line = [self.at(road, signal.s, a), self.at(road, signal.s, b)];
                let width = (0.5 * scale).max(1.0);
                let style = format!("stroke=\"#fff\" stroke-width=\"{width:.1}\"");
                self.canvas.line(&line, &style);
            }
            self.canvas.put(format_args!(
                "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\" fill=\"{colour}\" stroke=\"#000\" stroke-width=\"0.8\"/>"
            ));
        }
    }

    fn way(&mut self, way: &[LanePos]) {
        let step = (3.0 / self.view.scale).max(2.0) / 2.0;
        let every = step.ceil().max(1.0) as usize;
        let line: Vec<_> = way
            .iter()
            .step_by(every)
            .map(|at| {
                let p = self.network().lane_pose(*at, 0.0);
                self.view.at(p.x, p.y)
            })
            .collect();
        let style = format!(
            "stroke=\"{EGO}\" stroke-width=\"2\" stroke-opacity=\"0.65\" stroke-dasharray=\"9 4\""
        );
        self.canvas.line(&line, &style);
    }

    fn vehicle(&mut self, spot: &Spot) {
        let p = spot.pose;
        let scale = self.view.scale;
        let colour = if spot.ego { EGO } else { OTHER };
        // To scale where that can be seen, else an arrowhead.
        let [length, width] = spot.size;
        if width * scale >= 4.0 {
            let outline = rectangle(&self.view, (p.x, p.y, p.yaw), spot.size);
            self.canvas.polygon(
                &outline,
                &format!("fill=\"{colour}\" stroke=\"#000\" stroke-width=\"0.6\""),
            );
        }
        let size = (width / 2.0).max(5.0 / scale);
        let nose = (length / 2.0).max(size) + size;
        let (sin, cos) = (libm::sin(p.yaw), libm::cos(p.yaw));
        let corner = |along: f64, left: f64| {
            let (x, y) = (along * cos - left * sin, along * sin + left * cos);
            self.view.at(p.x + x, p.y + y)
        };
        let head = [
            corner(nose, 0.0),
            corner(nose - 2.0 * size, size),
            corner(nose - 2.0 * size, -size),
        ];
        self.canvas.polygon(&head, &format!("fill=\"{colour}\""));
    }
}

/// Corners of a box in a view.
pub fn rectangle(view: &View, (x, y, yaw): (f64, f64, f64), size: [f64; 2]) -> Vec<(f64, f64)> {
    let (sin, cos) = (libm::sin(yaw), libm::cos(yaw));
    [(1.0, 1.0), (1.0, -1.0), (-1.0, -1.0), (-1.0, 1.0)]
        .into_iter()
        .map(|(a, b)| {
            let (u, v) = (a * size[0] / 2.0, b * size[1] / 2.0);
            view.at(x + u * cos - v * sin, y + u * sin + v * cos)
        })
        .collect()
}
