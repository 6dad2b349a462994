//! What a scenario says, in words: manoeuvres and their triggers, faults, weather, crowds.

use crate::perception::{Fault, FaultKind, Target};
use crate::road::{Network, SignalKind};
use crate::scenario::Scenario;
use crate::traffic::{Do, Flow, Plan, Side, Trigger, Whom};

fn kmh(speed: f64) -> String {
    format!("{:.0} km/h", 3.6 * speed)
}

/// The place `s` on a road; the road is named where there are several.
fn place(network: &Network, road: crate::road::RoadId, s: f64) -> String {
    if network.roads.len() > 1 {
        format!("{s:.0} m on \"{}\"", network.road(road).name)
    } else {
        format!("{s:.0} m")
    }
}

/// When an action of `user` starts.
pub fn trigger(network: &Network, plan: &Plan, user: usize, when: &Trigger) -> String {
    let all = |list: &[Trigger], word: &str| {
        let parts: Vec<String> = list
            .iter()
            .map(|t| trigger(network, plan, user, t))
            .collect();
        format!("({})", parts.join(word))
    };
    match when {
        Trigger::Time(t) => format!("at {t} s"),
        Trigger::EgoWithin(d) => format!("ego within {d} m"),
        Trigger::Ttc(t) => format!("ego {t} s from meeting it"),
        Trigger::EgoAt { road, s } => format!("ego at {}", place(network, *road, *s)),
        Trigger::SelfAt { road, s } => format!("at {}", place(network, *road, *s)),
        Trigger::After {
            user: of,
            action,
            delay,
        } => {
            let actor = plan.actors.get(*of);
            let name = actor.and_then(|a| a.actions.get(*action));
            let name = name.map_or("?", |a| a.name.as_str());
            let whose = match actor {
                Some(actor) if *of != user => format!(" of {}", actor.name),
                _ => String::new(),
            };
            if *delay > 0.0 {
                format!("{delay} s after \"{name}\"{whose}")
            } else {
                format!("after \"{name}\"{whose}")
            }
        }
        Trigger::All(list) => all(list, " and "),
        Trigger::Any(list) => all(list, " or "),
    }
}

/// The trigger depends on how near the ego is.
pub fn by_nearness(when: &Trigger) -> bool {
    match when {
        Trigger::EgoWithin(_) | Trigger::Ttc(_) => true,
        Trigger::All(list) | Trigger::Any(list) => list.iter().any(by_nearness),
        _ => false,
    }
}

/// Places along roads that a trigger is about, and whether it is the ego that passes them.
pub fn lines(when: &Trigger) -> Vec<(crate::road::RoadId, f64, bool)> {
    match when {
        Trigger::EgoAt { road, s } => vec![(*road, *s, true)],
        Trigger::SelfAt { road, s } => vec![(*road, *s, false)],
        Trigger::All(list) | Trigger::Any(list) => list.iter().flat_map(lines).collect(),
        _ => Vec::new(),
    }
}

/// What an action does.
pub fn manoeuvre(plan: &Plan, what: &Do) -> String {
    let side = |side: &Side| match side {
        Side::Left => "left",
        Side::Right => "right",
    };
    match what {
        Do::Speed { to, rate } => format!("to {} at {rate} m/s\u{b2}", kmh(*to)),
        Do::Profile(points) => format!("speed profile of {} points", points.len()),
        Do::Brake { decel } => format!("brakes to a standstill, {decel} m/s\u{b2}"),
        Do::Drive => "drives on by itself".into(),
        Do::ChangeTo { lane, over } => format!("to lane {lane}, {over} s a lane"),
        Do::ChangeLane { side: s, over } => format!("one lane to the {} in {over} s", side(s)),
        Do::CutIn {
            whom,
            gap,
            relative_speed,
            over,
        } => {
            let whom = match whom {
                Whom::Ego => "the ego",
                Whom::User(i) => plan.actors.get(*i).map_or("?", |a| a.name.as_str()),
            };
            format!(
                "cuts in {gap} m before {whom}, {} in {over} s",
                match *relative_speed {
                    0.0 => "as fast,".to_string(),
                    v if v < 0.0 => format!("{} slower,", kmh(-v)),
                    v => format!("{} faster,", kmh(v)),
                }
            )
        }
        Do::CutOut { side: s, gap, over } => {
            let gap = gap.map_or(String::new(), |g| format!(" {g} m before what is ahead,"));
            format!("swerves out to the {},{gap} in {over} s", side(s))
        }
        Do::Offset { to, over } => format!("to {to} m left of its lane's centre in {over} s"),
        Do::Trajectory(points) | Do::TrajectoryOnRoad { points, .. } => {
            format!("along {} given places", points.len())
        }
        Do::Walk { path, speed } | Do::WalkOnRoad { path, speed, .. } => {
            format!("walks to {} places at {}", path.len(), kmh(*speed))
        }
        Do::Cross { speed } => format!("crosses the road at {}", kmh(*speed)),
        Do::Hazards(on) => format!("hazard lights {}", if *on { "on" } else { "off" }),
        Do::Vanish => "vanishes".into(),
    }
}

/// What everybody will do, a line each: who, and what.
pub fn others(scenario: &Scenario) -> Vec<(String, String)> {
    let plan = &scenario.traffic;
    let mut list = Vec::new();
    for (user, actor) in plan.actors.iter().enumerate() {
        let script = actor.script.iter().map(|step| {
            let to = kmh(step.speed);
            format!("at {} s to {to} at {} m/s\u{b2}", step.at, step.rate)
        });
        let actions = actor.actions.iter().map(|a| {
            let when = trigger(&scenario.network, plan, user, &a.when);
            format!("{when}: \"{}\": {}", a.name, manoeuvre(plan, &a.what))
        });
        let drives = actor.driver.is_some().then(|| {
            let goal = actor.goals.first().map_or(String::new(), |goal| {
                let road = scenario.network.lane(*goal).road;
                format!(" to the end of \"{}\"", scenario.network.road(road).name)
            });
            format!("drives by itself{goal}")
        });
        for text in drives.into_iter().chain(script).chain(actions) {
            list.push((actor.name.clone(), text));
        }
    }
    for f in &plan.flows {
        list.push((f.name.clone(), flow(f)));
    }
    list
}

/// A crowd.
pub fn flow(flow: &Flow) -> String {
    let users = if flow.count == 1 { "user" } else { "users" };
    let speed = flow
        .speed
        .map_or(String::new(), |v| format!(" about {}", kmh(v)));
    format!("{} {users}{speed}", flow.count)
}

fn fault(fault: &Fault) -> String {
    let sensor = |s: &Target| match s {
        Target::Gnss => "satellite receiver".to_string(),
        Target::Named(name) => name.clone(),
        kind => format!("{kind:?}").to_lowercase(),
    };
    let what = match &fault.what {
        FaultKind::Dirt { sensor: s, left } => {
            format!(
                "dirt on the {}, {:.0} % of its range left",
                sensor(s),
                100.0 * left
            )
        }
        FaultKind::Failure { sensor: s } => format!("{} fails", sensor(s)),
        FaultKind::Blockage {
            sensor: s,
            from_deg,
            to_deg,
        } => format!("{} covered from {from_deg} to {to_deg} degrees", sensor(s)),
        FaultKind::GnssJump { by_x, by_y } => {
            format!("satellites put the place off by ({by_x}, {by_y}) m")
        }
        FaultKind::Ghost {
            ahead,
            speed,
            existence,
        } => format!(
            "ghost {ahead} m ahead at {}, existence {existence}",
            kmh(*speed)
        ),
        FaultKind::Blind { to } => {
            let kinds: Vec<&str> = to.iter().map(|k| k.label()).collect();
            format!("blind to every {}", kinds.join(", "))
        }
        FaultKind::Overconfident { at_least } => {
            format!("reports a confidence of at least {at_least}")
        }
        FaultKind::LaneShift { by } => format!("the lane seems {by} m further left"),
    };
    match fault.until {
        Some(until) => format!("{} to {until} s: {what}", fault.at),
        None => format!("from {} s: {what}", fault.at),
    }
}

/// What goes wrong: sensors by the scenario's faults, and lights that fail.
pub fn faults(scenario: &Scenario) -> Vec<String> {
    let mut list: Vec<String> = scenario.faults.iter().map(fault).collect();
    for road in &scenario.network.roads {
        for signal in &road.signals {
            let SignalKind::Light(programme) = &signal.kind else {
                continue;
            };
            if let Some((from, shows)) = programme.failure {
                // A junction's lights are called "junction: light road", and fail together.
                let name = signal.name.split(": light ").next().unwrap_or_default();
                let shows = format!("{shows:?}").to_lowercase();
                let text = format!("from {from} s: lights of {name} {shows}");
                if !list.contains(&text) {
                    list.push(text);
                }
            }
        }
    }
    list
}

/// Weather and light, but for what lies along roads.
pub fn weather(scenario: &Scenario) -> Vec<String> {
    let w = &scenario.weather;
    let mut list = vec![format!("visibility {:.0} m", w.air.visibility)];
    if w.rain > 0.0 {
        list.push(format!("rain {} mm/h", w.rain));
    }
    list.push(format!(
        "sun {:.0}\u{b0} above the horizon, azimuth {:.0}\u{b0}; {:.0} % cloud",
        w.sun.elevation_deg,
        w.sun.azimuth_deg,
        100.0 * w.cloud
    ));
    for bank in &w.air.banks {
        let (from, to) = (bank.from, bank.to);
        let road = &scenario.network.road(bank.road).name;
        list.push(format!(
            "fog on \"{road}\" {from:.0} to {to:.0} m: visibility {:.0} m",
            bank.visibility
        ));
    }
    for s in &w.showers {
        let road = &scenario.network.road(s.road).name;
        list.push(format!(
            "shower on \"{road}\" {:.0} to {:.0} m: {} mm/h",
            s.from, s.to, s.rain
        ));
    }
    list
}
