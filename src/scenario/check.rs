//! From a raw scenario to a valid one: every range, every reference.

use super::raw::RawScenario;
use super::{Problem, Scenario, check_network, check_perception, check_policy};
use crate::perception::atmosphere::{Atmosphere, FogBank};
use crate::perception::weather::{Shower, Sun, Weather};
use crate::road::{LaneId, LaneKind, LanePos, Network, RoadId, Route};
use crate::takeover::alert::settings::Alerts;
use crate::takeover::policy::PolicySettings;
use crate::vehicle::{self, VehicleSpec};

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

    /// A stretch of weather begins somewhere on its road.
    fn begins_on(&mut self, path: &str, network: Option<&Network>, road: RoadId, from: f64) {
        let end = network.map_or(1e6, |n| n.road(road).length());
        self.range(&format!("{path}.from"), from, 0.0, end, "m along its road");
    }

    /// How many problems there are so far.
    pub fn count(&self) -> usize {
        self.problems.len()
    }

    /// The road of this name; the first one without a name.
    pub fn road(&mut self, path: &str, network: &Network, name: Option<&str>) -> Option<RoadId> {
        let Some(name) = name else {
            return Some(RoadId(0));
        };
        // Those inside of junctions are not for people.
        let mut named = network.roads.iter().filter(|r| r.junction.is_none());
        let found = named.position(|r| r.name == name);
        if found.is_none() {
            let all = network.roads.iter().filter(|r| r.junction.is_none());
            let known: Vec<_> = all.map(|r| r.name.as_str()).collect();
            self.fail(
                path,
                format!("a road: {}", known.join(", ")),
                format!("\"{name}\""),
            );
        }
        found.map(|i| RoadId(i as u32))
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
    fn place(
        &mut self,
        path: &str,
        network: Option<&Network>,
        road: Option<&str>,
        lane: i32,
        s: f64,
    ) -> Option<LanePos> {
        // Without a sound road there is no telling.
        let network = network?;
        let id = self.road(&format!("{path}.road"), network, road)?;
        let road = network.road(id);
        let length = road.length();
        let at = network.lane_pos(id, lane, s.clamp(0.0, length));
        if at.is_none() {
            let section = road.section(s.clamp(0.0, length));
            let driving = section.ids().filter(|id| {
                section
                    .lane(*id)
                    .is_some_and(|l| l.kind == LaneKind::Driving)
            });
            let ids: Vec<String> = driving.map(|id| id.to_string()).collect();
            self.fail(
                &format!("{path}.lane"),
                format!("a driving lane of this road there: {}", ids.join(", ")),
                lane,
            );
        }
        if !(0.0..=length).contains(&s) || network.roads.len() == 1 {
            let margin = super::ROAD_END_MARGIN;
            let (low, high) = match (network.roads.len(), lane < 0) {
                (1, true) => (0.0, length - margin),
                (1, false) => (margin, length),
                _ => (0.0, length),
            };
            let words = "m (a run ends 50 m before the road does)";
            self.range(&format!("{path}.s"), s, low, high, words);
        } else if let Some(at) = at {
            let room = network.room_ahead(at, None, 2.0 * super::ROAD_END_MARGIN);
            if room < super::ROAD_END_MARGIN {
                self.fail(
                    &format!("{path}.s"),
                    "a place with 50 m of lane ahead",
                    format!("{s}, with {room:.0} m"),
                );
            }
        }
        at
    }
}

/// m/s.
pub(super) const TOP_SPEED: f64 = 70.0;
/// Longest run, s.
pub(super) const LONGEST: f64 = 7200.0;

/// The valid scenario, or everything that is wrong with it.
pub fn check(raw: RawScenario, text: &str) -> Result<Scenario, Vec<Problem>> {
    let policies = match raw.policy {
        Some(_) => Some(check_policy::parse(text, "policy")?),
        None => None,
    };
    let mut c = Checker {
        problems: Vec::new(),
    };
    if raw.title.trim().is_empty() || raw.title.contains(char::is_control) {
        c.fail("title", "one line of text", format!("{:?}", raw.title));
    }
    c.range("duration", raw.duration, 1.0, LONGEST, "s");
    if let Some(budget) = raw.time_budget {
        c.range("time_budget", budget, 0.1, 120.0, "s");
    }
    let turning = turning_radius(vehicle::profile(&raw.ego.vehicle).as_ref());
    let road = check_network::check(&mut c, &raw, turning);
    let air = check_weather(&mut c, &raw, road.as_ref());
    check_settings(&mut c, &raw);
    let policy = policies.map_or_else(PolicySettings::default, |policies| {
        check_policy::check(&mut c, "policy", policies, road.as_ref())
    });
    super::check_referee::check(&mut c, &raw.referee);
    super::check_takeover::check(&mut c, &raw);
    let link = super::check_link::check(&mut c, &raw);
    let alerts = raw.alerts.check().unwrap_or_else(|wrong| {
        let placed = |(path, expected, got)| (format!("alerts.{path}"), expected, got);
        c.problems.extend(wrong.into_iter().map(placed));
        Alerts::default()
    });

    let ego_spec = c.vehicle("ego.vehicle", &raw.ego.vehicle);
    let sensors = check_perception::sensors(&mut c, &raw.sensors, ego_spec.as_ref());
    check_perception::faults(&mut c, &raw, &sensors);
    check_perception::confidence(&mut c, &raw);
    let e = &raw.ego;
    let start = c.place("ego", road.as_ref(), e.road.as_deref(), e.lane, e.s);
    c.range("ego.speed", raw.ego.speed, 0.0, TOP_SPEED, "m/s");
    let ego_at = start.zip(ego_spec.as_ref());
    let traffic = super::check_traffic::traffic(&mut c, &raw, road.as_ref(), ego_at);
    let route = match (&road, start, &raw.ego.destination) {
        (Some(network), Some(start), Some(name)) => destination(&mut c, network, start, name),
        _ => None,
    };
    let showers = check_showers(&mut c, &raw, road.as_ref());
    match (road, ego_spec, start) {
        (Some(network), Some(ego), Some(ego_start)) if c.problems.is_empty() => Ok(Scenario {
            title: raw.title,
            purpose: raw.purpose,
            hazard: raw.hazard,
            provokes: raw.provokes,
            time_budget: raw.time_budget,
            without_operator: raw.without_operator,
            duration: raw.duration,
            network,
            weather: Weather {
                air,
                rain: raw.weather.rain,
                showers,
                sun: Sun {
                    azimuth_deg: raw.weather.sun_azimuth_deg,
                    elevation_deg: raw.weather.sun_elevation_deg,
                },
                cloud: raw.weather.cloud,
            },
            ego,
            ego_start,
            route,
            ego_speed: raw.ego.speed,
            traffic,
            sensors,
            confidence: raw.confidence,
            faults: raw.faults,
            autopilot: raw.autopilot,
            policy,
            authority: raw.authority,
            control: raw.control,
            intent: raw.intent,
            stabilised: raw.stabilised,
            link,
            referee: raw.referee,
            alerts,
            text: text.to_string(),
        }),
        _ => Err(c
            .problems
            .into_iter()
            .map(|(path, expected, got)| Problem::at_path(text, &path, expected, got))
            .collect()),
    }
}

/// Smallest turning radius of a vehicle's rear axle, m; of the saloon, if there is no such vehicle.
fn turning_radius(spec: Option<&VehicleSpec>) -> f64 {
    spec.map_or(4.0, |spec| {
        f64::from(spec.wheelbase()) / libm::tan(f64::from(spec.steering.max_wheel_angle))
    })
}

/// The route to the end of a road: in that of its directions which is nearer.
fn destination(c: &mut Checker, network: &Network, start: LanePos, name: &str) -> Option<Route> {
    let road = c.road("ego.destination", network, Some(name))?;
    let last = network.road(road).sections.len() as u32 - 1;
    let towards = [(-1, last), (1, 0)].map(|(sign, section)| {
        let ends = network
            .lanes()
            .iter()
            .enumerate()
            .filter(|(_, l)| l.road == road && l.lane.signum() == sign && l.section == section);
        let goals: Vec<LaneId> = ends.map(|(i, _)| LaneId(i as u32)).collect();
        Route::to(network, &goals)
    });
    let nearest = towards
        .into_iter()
        .min_by(|a, b| a.cost(start.lane).total_cmp(&b.cost(start.lane)))?;
    if nearest.cost(start.lane).is_infinite() {
        c.fail(
            "ego.destination",
            "a road that lanes lead to from where the ego starts",
            format!("\"{name}\""),
        );
    }
    Some(nearest)
}

fn check_weather(c: &mut Checker, raw: &RawScenario, network: Option<&Network>) -> Atmosphere {
    c.range(
        "weather.visibility",
        raw.weather.visibility,
        10.0,
        100_000.0,
        "m",
    );
    let w = &raw.weather;
    c.range("weather.rain", w.rain, 0.0, 300.0, "mm/h");
    c.range(
        "weather.sun_azimuth_deg",
        w.sun_azimuth_deg,
        -360.0,
        360.0,
        "degrees",
    );
    c.range(
        "weather.sun_elevation_deg",
        w.sun_elevation_deg,
        -90.0,
        90.0,
        "degrees",
    );
    c.range("weather.cloud", w.cloud, 0.0, 1.0, "");
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
        if fog.to.is_nan() || fog.to <= fog.from {
            c.fail(
                &format!("{path}.to"),
                format!("more than from ({} m)", fog.from),
                fog.to,
            );
        }
        let named = network.and_then(|n| c.road(&format!("{path}.road"), n, fog.road.as_deref()));
        let road = named.unwrap_or_default();
        c.begins_on(&path, network, road, fog.from);
        banks.push(FogBank {
            road,
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
    c.range(
        "autopilot.lateral_acceleration",
        a.lateral_acceleration,
        0.5,
        6.0,
        "m/s2",
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
}

fn check_showers(c: &mut Checker, raw: &RawScenario, network: Option<&Network>) -> Vec<Shower> {
    let mut showers = Vec::new();
    for (i, shower) in raw.weather.showers.iter().enumerate() {
        let path = format!("weather.showers[{i}]");
        c.range(&format!("{path}.rain"), shower.rain, 0.0, 300.0, "mm/h");
        c.range(&format!("{path}.edge"), shower.edge, 0.0, 10_000.0, "m");
        if shower.to.is_nan() || shower.to <= shower.from {
            c.fail(
                &format!("{path}.to"),
                format!("more than from ({} m)", shower.from),
                shower.to,
            );
        }
        let road = network.and_then(|n| c.road(&format!("{path}.road"), n, shower.road.as_deref()));
        c.begins_on(&path, network, road.unwrap_or_default(), shower.from);
        showers.push(Shower {
            road: road.unwrap_or_default(),
            from: shower.from,
            to: shower.to,
            rain: shower.rain,
            edge: shower.edge,
        });
    }
    showers
}
