//! From a raw scenario to a valid one: every range, every reference.

use super::raw::RawScenario;
use super::{Problem, Scenario};
use crate::perception::atmosphere::{Atmosphere, FogBank};
use crate::perception::weather::{Sun, Weather};
use crate::road::{CrossSection, Element, Network, ReferenceLine, RoadId, RoadPoint};
use crate::vehicle::{self, VehicleSpec};
use std::f64::consts::PI;

/// Collects what is wrong, by path in the file.
pub(super) struct Checker {
    pub problems: Vec<(String, String, String)>,
}

impl Checker {
    pub fn fail(&mut self, path: &str, expected: impl Into<String>, got: impl ToString) {
        self.problems
            .push((path.to_string(), expected.into(), got.to_string()));
    }

    pub fn range(&mut self, path: &str, value: f64, low: f64, high: f64, unit: &str) {
        if !(low..=high).contains(&value) {
            self.fail(path, format!("{low} to {high} {unit}"), value);
        }
    }

    pub fn vehicle(&mut self, path: &str, name: &str) -> Option<VehicleSpec> {
        let found = vehicle::profile(name);
        if found.is_none() {
            let known: Vec<_> = vehicle::profile_names().collect();
            self.fail(
                path,
                format!("a vehicle profile: {}", known.join(", ")),
                format!("\"{name}\""),
            );
        }
        found
    }

    /// Lane and place of a vehicle.
    fn place(&mut self, path: &str, network: Option<&Network>, lane: i32, s: f64) {
        // Without a sound road there is no telling.
        let Some(network) = network else { return };
        let road = network.road(RoadId(0));
        if network
            .lane_pos(RoadId(0), lane, s.clamp(0.0, road.length()))
            .is_none()
        {
            self.fail(
                &format!("{path}.lane"),
                format!("a lane of this road: -1 to -{}", network.lanes().len()),
                lane,
            );
        }
        self.range(
            &format!("{path}.s"),
            s,
            0.0,
            road.length() - super::ROAD_END_MARGIN,
            "m (a run ends 50 m before the road does)",
        );
    }
}

/// m/s.
pub(super) const TOP_SPEED: f64 = 70.0;
/// Elements of a reference line: every query looks at all of them.
const MOST_ELEMENTS: usize = 1000;
/// m.
const SHORTEST_ROAD: f64 = 100.0;
/// Longest run, s.
pub(super) const LONGEST: f64 = 7200.0;

/// The valid scenario, or everything that is wrong with it.
pub fn check(raw: RawScenario, text: &str) -> Result<Scenario, Vec<Problem>> {
    let mut c = Checker {
        problems: Vec::new(),
    };
    if raw.title.trim().is_empty() || raw.title.contains(char::is_control) {
        c.fail("title", "one line of text", format!("{:?}", raw.title));
    }
    c.range("duration", raw.duration, 1.0, LONGEST, "s");
    let road = check_road(&mut c, &raw);
    let air = check_weather(&mut c, &raw);
    check_settings(&mut c, &raw);

    let ego_spec = c.vehicle("ego.vehicle", &raw.ego.vehicle);
    c.place("ego", road.as_ref(), raw.ego.lane, raw.ego.s);
    c.range("ego.speed", raw.ego.speed, 0.0, TOP_SPEED, "m/s");
    let start = road
        .as_ref()
        .and_then(|n| n.lane_pos(RoadId(0), raw.ego.lane, raw.ego.s));
    let ego_at = start.zip(ego_spec.as_ref());
    let traffic = super::check_traffic::traffic(&mut c, &raw, road.as_ref(), ego_at);
    match (road, ego_spec, start) {
        (Some(network), Some(ego), Some(ego_start)) if c.problems.is_empty() => Ok(Scenario {
            title: raw.title,
            purpose: raw.purpose,
            duration: raw.duration,
            network,
            weather: Weather {
                air,
                rain: 0.0,
                sun: Sun {
                    azimuth_deg: 120.0,
                    elevation_deg: 40.0,
                },
                cloud: 0.3,
            },
            ego,
            ego_start,
            route: None,
            ego_speed: raw.ego.speed,
            traffic,
            sensors: raw.sensors,
            autopilot: raw.autopilot,
            policy: raw.policy,
            authority: raw.authority,
            intent: raw.intent,
            stabilised: raw.stabilised,
            link: raw.link,
            text: text.to_string(),
        }),
        _ => Err(c
            .problems
            .into_iter()
            .map(|(path, expected, got)| Problem::at_path(text, &path, expected, got))
            .collect()),
    }
}

fn check_road(c: &mut Checker, raw: &RawScenario) -> Option<Network> {
    let before = c.problems.len();
    let r = &raw.road;
    c.range("road.lanes", f64::from(r.lanes), 1.0, 8.0, "lanes");
    c.range("road.lane_width", r.lane_width, 2.0, 8.0, "m");
    c.range("road.shoulder_width", r.shoulder_width, 0.0, 10.0, "m");
    c.range("road.speed_limit", r.speed_limit, 1.0, TOP_SPEED, "m/s");
    if !(1..=MOST_ELEMENTS).contains(&r.line.len()) {
        c.fail(
            "road.line",
            format!("1 to {MOST_ELEMENTS} elements"),
            r.line.len(),
        );
    }
    let length: f64 = r.line.iter().map(|e| e.length()).sum();
    if length < SHORTEST_ROAD {
        c.fail(
            "road.line",
            format!("at least {SHORTEST_ROAD} m in all"),
            format!("{length} m"),
        );
    }
    let width = f64::from(r.lanes) * r.lane_width + r.shoulder_width;
    for (i, element) in r.line.iter().enumerate() {
        let path = format!("road.line[{i}]");
        c.range(
            &format!("{path}.length"),
            element.length(),
            0.1,
            100_000.0,
            "m",
        );
        if let Element::Curve { radius, length, .. } = element {
            // A right-hand bend must leave room for the carriageway on its inside.
            let least = if *radius < 0.0 { width + 10.0 } else { 10.0 };
            if !(radius.abs() >= least && radius.abs() <= 1e6) {
                c.fail(
                    &format!("{path}.radius"),
                    format!("{least} to 1000000 m, negative to the right"),
                    radius,
                );
            } else if length / radius.abs() > PI {
                c.fail(
                    &format!("{path}.length"),
                    format!("at most {:.1} m (half a turn)", PI * radius.abs()),
                    length,
                );
            }
        }
    }
    if c.problems.len() != before {
        return None;
    }
    let lanes = CrossSection {
        right: r.lanes,
        left: 0,
        lane_width: r.lane_width,
        shoulder: r.shoulder_width,
        sidewalk: 0.0,
    };
    let line = ReferenceLine::new(&r.line);
    let road = crate::road::road("road", line, lanes.section(), r.speed_limit);
    let network = Network::new(vec![road], Vec::new());
    if let Some(s) = meets_itself(&network) {
        c.fail(
            "road.line",
            "a road that keeps clear of itself",
            format!("one that comes back to itself near {s:.0} m"),
        );
        return None;
    }
    Some(network)
}

/// Where the paved road comes so close to another part of itself that a place on it could be
/// either, m along it.
fn meets_itself(network: &Network) -> Option<f64> {
    let road = network.road(RoadId(0));
    let step = (road.length() / 4000.0).max(5.0);
    let (_, right) = road.full_width(0.0);
    let mut s = 0.0;
    while s < road.length() {
        for t in [0.0, right] {
            let p = road.pose(s, t);
            let found: RoadPoint = network.locate(p.x, p.y, None);
            if (found.s - s).abs() > 1.0 {
                return Some(s);
            }
        }
        s += step;
    }
    None
}

fn check_weather(c: &mut Checker, raw: &RawScenario) -> Atmosphere {
    c.range(
        "weather.visibility",
        raw.weather.visibility,
        10.0,
        100_000.0,
        "m",
    );
    let mut banks = Vec::new();
    for (i, fog) in raw.weather.fog.iter().enumerate() {
        let path = format!("weather.fog[{i}]");
        c.range(
            &format!("{path}.visibility"),
            fog.visibility,
            10.0,
            raw.weather.visibility,
            "m",
        );
        c.range(&format!("{path}.edge"), fog.edge, 0.0, 10_000.0, "m");
        c.range(&format!("{path}.from"), fog.from, 0.0, 1e6, "m");
        if fog.to.is_nan() || fog.to <= fog.from {
            c.fail(
                &format!("{path}.to"),
                format!("more than from ({} m)", fog.from),
                fog.to,
            );
        }
        banks.push(FogBank {
            from: fog.from,
            to: fog.to,
            visibility: fog.visibility,
            edge: fog.edge,
        });
    }
    Atmosphere {
        visibility: raw.weather.visibility,
        banks,
    }
}

fn check_settings(c: &mut Checker, raw: &RawScenario) {
    let s = &raw.sensors;
    c.range("sensors.range", s.range, 10.0, 1000.0, "m");
    c.range(
        "sensors.field_of_view_deg",
        s.field_of_view_deg,
        10.0,
        360.0,
        "degrees",
    );
    c.range("sensors.lane_range", s.lane_range, 5.0, 500.0, "m");
    c.range("sensors.range_noise", s.range_noise, 0.0, 20.0, "m");
    c.range("sensors.speed_noise", s.speed_noise, 0.0, 20.0, "m/s");
    c.range("sensors.lane_noise", s.lane_noise, 0.0, 1.0, "m");

    let a = &raw.autopilot;
    c.range("autopilot.speed", a.speed, 0.5, TOP_SPEED, "m/s");
    c.range("autopilot.extra_gap", a.extra_gap, 0.0, 10.0, "s");
    c.range("autopilot.acceleration", a.acceleration, 0.1, 5.0, "m/s2");
    c.range("autopilot.deceleration", a.deceleration, 0.1, 5.0, "m/s2");
    c.range(
        "autopilot.max_deceleration",
        a.max_deceleration,
        a.deceleration,
        12.0,
        "m/s2",
    );
    c.range(
        "autopilot.minimal_risk_deceleration",
        a.minimal_risk_deceleration,
        0.5,
        4.0,
        "m/s2 (UN R157)",
    );
    c.range("autopilot.jerk", a.jerk, 0.1, 50.0, "m/s3");

    let p = &raw.policy;
    c.range("policy.raise_below", p.raise_below, 0.0, 1.0, "");
    c.range(
        "policy.release_above",
        p.release_above,
        p.raise_below,
        1.0,
        "(not below raise_below)",
    );
    c.range("policy.raise_dwell", p.raise_dwell, 0.0, 60.0, "s");
    c.range("policy.release_dwell", p.release_dwell, 0.0, 60.0, "s");

    let t = &raw.authority;
    c.range(
        "authority.minimal_risk_after",
        t.minimal_risk_after,
        0.1,
        120.0,
        "s",
    );
    c.range(
        "authority.escalate_after",
        t.escalate_after,
        0.0,
        t.minimal_risk_after,
        "s",
    );
    c.range(
        "authority.operator_timeout",
        t.operator_timeout,
        0.05,
        10.0,
        "s",
    );
    c.range("authority.stopped_speed", t.stopped_speed, 0.01, 1.0, "m/s");
    c.range("authority.stopped_for", t.stopped_for, 0.0, 10.0, "s");
    c.range(
        "authority.hand_back_offset",
        t.hand_back_offset,
        0.1,
        5.0,
        "m",
    );
    c.range(
        "authority.hand_back_heading_deg",
        t.hand_back_heading_deg,
        0.1,
        45.0,
        "degrees",
    );

    let i = &raw.intent;
    c.range(
        "intent.steering_deg",
        f64::from(i.steering_deg),
        0.1,
        90.0,
        "degrees",
    );
    c.range("intent.brake", f64::from(i.brake), 0.01, 1.0, "");
    c.range(
        "intent.accelerator",
        f64::from(i.accelerator),
        0.01,
        1.0,
        "",
    );
    c.range(
        "intent.first_input_share",
        f64::from(i.first_input_share),
        0.0,
        1.0,
        "",
    );

    let m = &raw.stabilised;
    c.range("stabilised.offset", m.offset, 0.05, 5.0, "m");
    c.range(
        "stabilised.lateral_speed",
        m.lateral_speed,
        0.01,
        5.0,
        "m/s",
    );
    c.range("stabilised.hold", m.hold, 0.1, 60.0, "s");

    c.range("link.down_ms", raw.link.down_ms, 0.0, 10_000.0, "ms");
    c.range("link.up_ms", raw.link.up_ms, 0.0, 10_000.0, "ms");
}
