//! What is going to happen, in a view: crowds, dangers, manoeuvres and the lines that set them off.

use super::draw::{Picture, rectangle};
use super::rehearsal::Deed;
use super::who::Spot;
use super::words;
use crate::road::{Road, RoadId};

/// Colours of manoeuvres, of what sets them off, of dangers and of crowds.
pub const ACTION: &str = "#b000a0";
pub const TRIGGER: &str = "#0a7a5a";
pub const DANGER: &str = "#ffb000";
pub const CROWD: &str = "#8a1010";
pub const RAIN: &str = "#3f66c8";
pub const UNMARKED: &str = "#e0b0b0";

/// A line across a road that sets something off.
pub struct TriggerLine {
    pub road: RoadId,
    pub s: f64,
    pub text: String,
    /// Only expected there: the trigger is about nearness.
    pub expected: bool,
}

/// All lines that set actions off: places as written, nearness where it is expected.
pub fn trigger_lines(scenario: &crate::scenario::Scenario, deeds: &[Deed]) -> Vec<TriggerLine> {
    let mut list = Vec::new();
    for (user, actor) in scenario.traffic.actors.iter().enumerate() {
        for (k, action) in actor.actions.iter().enumerate() {
            let name = &action.name;
            for (road, s, ego) in words::lines(&action.when) {
                let who = if ego { "ego" } else { &actor.name };
                list.push(TriggerLine {
                    road,
                    s,
                    text: format!("{who} here: \"{name}\""),
                    expected: false,
                });
            }
            let deed = deeds.iter().find(|d| d.user == user && d.action == Some(k));
            if let (Some(deed), true) = (deed, words::by_nearness(&action.when)) {
                list.push(TriggerLine {
                    road: deed.ego.road,
                    s: deed.ego.s,
                    text: format!("ego about here: \"{name}\""),
                    expected: true,
                });
            }
        }
    }
    list
}

impl Picture<'_> {
    /// Showers and stretches without marks, under everything else that is drawn on a road.
    pub fn along(&mut self) {
        let scenario = self.scenario;
        let scale = self.view.scale;
        for shower in &scenario.weather.showers {
            let road = scenario.network.road(shower.road);
            let reach = 12.0_f64.max(5.0 / scale);
            let wide = |s: f64| {
                let (left, right) = road.full_width(s);
                Some((left + reach, right - reach))
            };
            for edge in [shower.edge, 0.0] {
                let from = (shower.from - edge).max(0.0);
                let to = (shower.to + edge).min(road.length());
                if from < to {
                    let style = format!("fill=\"{RAIN}\" fill-opacity=\"0.16\"");
                    self.band(road, from, to, wide, &style);
                }
            }
        }
        for road in scenario
            .network
            .roads
            .iter()
            .filter(|r| r.junction.is_none())
        {
            for gap in &road.unmarked {
                let style = format!("fill=\"{UNMARKED}\" fill-opacity=\"0.45\"");
                let paved = |s: f64| Some(road.carriageway(s));
                self.band(road, gap.from, gap.to, paved, &style);
            }
        }
    }

    /// Crowds: hatched where they start.
    pub fn crowds(&mut self) {
        let scenario = self.scenario;
        let network = &scenario.network;
        let scale = self.view.scale;
        for flow in &scenario.traffic.flows {
            for (from, to) in &flow.lanes {
                let lane = network.lane(from.lane);
                let road = network.road(lane.road);
                let step = (9.0 / scale).max(4.0).max(lane.length() / 4000.0);
                let mut d = from.d;
                let style =
                    format!("stroke=\"{CROWD}\" stroke-width=\"1.2\" stroke-opacity=\"0.6\"");
                while d < *to {
                    let s = |d: f64| lane.enter_s + lane.sign() * d;
                    let ahead = (d + (3.0_f64).max(3.0 / scale)).min(*to);
                    let ends = road
                        .edges(lane.lane, s(d))
                        .zip(road.edges(lane.lane, s(ahead)));
                    if let Some(((a, _), (_, b))) = ends {
                        let line = [self.at(road, s(d), a), self.at(road, s(ahead), b)];
                        if self.view.holds(line[0], -20.0) {
                            self.canvas.line(&line, &style);
                        }
                    }
                    d += step;
                }
            }
        }
    }

    /// A glow under what is a danger in itself.
    pub fn dangers(&mut self, spots: &[Spot]) {
        for spot in spots.iter().filter(|s| s.danger) {
            let p = spot.pose;
            let room = 2.0 * 0.7_f64.max(6.0 / self.view.scale);
            let size = spot.size.map(|v| v + room);
            let outline = rectangle(&self.view, (p.x, p.y, p.yaw), size);
            let style = format!(
                "fill=\"{DANGER}\" fill-opacity=\"0.75\" stroke=\"#7a5000\" stroke-width=\"0.8\""
            );
            self.canvas.polygon(&outline, &style);
        }
    }

    /// The lines that set actions off.
    pub fn trigger_lines(&mut self, lines: &[TriggerLine]) {
        let scenario = self.scenario;
        for line in lines {
            let road = scenario.network.road(line.road);
            let ends = self.across(road, line.s);
            let dashes = if line.expected {
                " stroke-dasharray=\"2 4\""
            } else {
                ""
            };
            let style = format!("stroke=\"{TRIGGER}\" stroke-width=\"2.2\"{dashes}");
            self.canvas.line(&ends, &style);
        }
    }

    /// From edge to edge and a little beyond, so that it stands out.
    fn across(&self, road: &Road, s: f64) -> [(f64, f64); 2] {
        let s = s.clamp(0.0, road.length());
        let (left, right) = road.full_width(s);
        let room = 1.5_f64.max(6.0 / self.view.scale);
        [
            self.at(road, s, left + room),
            self.at(road, s, right - room),
        ]
    }

    /// Manoeuvres: a dashed arrow where there is a way, a diamond where one begins.
    pub fn deeds(&mut self, deeds: &[Deed]) {
        for deed in deeds {
            let (x, y) = self.view.at(deed.pose.x, deed.pose.y);
            let path: Vec<_> = deed.path.iter().map(|p| self.view.at(p.x, p.y)).collect();
            if let (Some(tip), true) = (path.last().copied(), path.len() > 1) {
                let style =
                    format!("stroke=\"{ACTION}\" stroke-width=\"2.2\" stroke-dasharray=\"7 4\"");
                self.canvas.line(&path, &style);
                let before = path
                    .iter()
                    .rev()
                    .find(|p| libm::hypot(p.0 - tip.0, p.1 - tip.1) > 3.0);
                if let Some(before) = before {
                    let angle = libm::atan2(tip.1 - before.1, tip.0 - before.0);
                    let wing = |turn: f64| {
                        (
                            tip.0 - 12.0 * libm::cos(angle + turn),
                            tip.1 - 12.0 * libm::sin(angle + turn),
                        )
                    };
                    let style = format!("fill=\"{ACTION}\"");
                    self.canvas.polygon(&[tip, wing(0.4), wing(-0.4)], &style);
                }
            }
            let style = format!("fill=\"{ACTION}\" stroke=\"#fff\" stroke-width=\"0.8\"");
            let diamond = [(x + 5.0, y), (x, y + 5.0), (x - 5.0, y), (x, y - 5.0)];
            self.canvas.polygon(&diamond, &style);
        }
    }

    /// Names of all that, without those of the plan that are only worth reading close up.
    pub fn event_labels(&mut self, deeds: &[Deed], lines: &[TriggerLine], whole: bool) {
        let scenario = self.scenario;
        let view = self.view;
        for flow in &scenario.traffic.flows {
            let text = format!("{}: {}", flow.name, words::flow(flow));
            // Once, in the middle of what is in view.
            let network = &scenario.network;
            let inside = flow.lanes.iter().find_map(|(from, to)| {
                let places: Vec<(f64, f64)> = (0..=40)
                    .map(|i| from.d + (to - from.d) * f64::from(i) / 40.0)
                    .map(|d| {
                        let at = crate::road::LanePos { lane: from.lane, d };
                        let p = network.lane_pose(at, 0.0);
                        view.at(p.x, p.y)
                    })
                    .filter(|at| view.holds(*at, 20.0))
                    .collect();
                places.get(places.len() / 2).copied()
            });
            if let Some(at) = inside {
                self.canvas.label(&view, at, &text, CROWD);
            }
        }
        if whole {
            return;
        }
        for line in lines {
            let road = scenario.network.road(line.road);
            let at = self.across(road, line.s)[0];
            self.canvas.label(&view, at, &line.text, TRIGGER);
        }
        for deed in deeds {
            let who = scenario.traffic.actors.get(deed.user);
            let who = who.map_or("", |a| a.name.as_str());
            let text = format!("{who}: {} (about {:.0} s)", deed.name, deed.time);
            // If it begins out of view, its name is where it is seen to end.
            let begin = view.at(deed.pose.x, deed.pose.y);
            let places = deed.path.iter().map(|p| view.at(p.x, p.y)).rev();
            let at = std::iter::once(begin)
                .chain(places)
                .find(|at| view.holds(*at, 4.0))
                .unwrap_or(begin);
            self.canvas.label(&view, at, &text, ACTION);
        }
    }
}
