//! Sensors, their faults, and confidence: every range, every reference.

use super::check::{Checker, LONGEST, TOP_SPEED};
use super::raw::{RawScenario, RawSensorChange, RawSensors};
use crate::perception::{FaultKind, Function, Keyframe, Map, Target};
use crate::vehicle::VehicleSpec;
use crate::vehicle::sensors::{Sensor, SensorSpec, Suite};

/// The vehicle's suite with the scenario's changes.
pub(super) fn sensors(c: &mut Checker, raw: &RawSensors, ego: Option<&VehicleSpec>) -> Suite {
    let mut suite = ego.map(|e| e.sensors.clone()).unwrap_or_default();
    let replaced = raw.suite.is_some();
    if let Some(sensors) = &raw.suite {
        suite.sensors.clone_from(sensors);
    }
    for (to, from) in [
        (&mut suite.lane_range, raw.lane_range),
        (&mut suite.lane_noise, raw.lane_noise),
        (&mut suite.gnss_noise, raw.gnss_noise),
        (&mut suite.gnss_correlation, raw.gnss_correlation),
        (&mut suite.odometry_noise, raw.odometry_noise),
    ] {
        *to = from.unwrap_or(*to);
    }
    // Before the changes: what is wrong then stands in the list.
    for (field, expected, got) in suite.faults() {
        c.fail(&format!("sensors.{field}"), expected, got);
    }
    for (kind, name, change) in [
        (Sensor::Camera, "camera", &raw.camera),
        (Sensor::Lidar, "lidar", &raw.lidar),
        (Sensor::Radar, "radar", &raw.radar),
    ] {
        if *change == RawSensorChange::default() {
            continue;
        }
        let path = format!("sensors.{name}");
        let mut of_kind = suite.sensors.iter_mut().filter(|s| s.kind == kind);
        let Some(first) = of_kind.next() else {
            let of = if replaced {
                "sensors.suite"
            } else {
                "the vehicle's profile"
            };
            c.fail(
                &path,
                format!("a {name} in {of} to be changed"),
                "none there",
            );
            continue;
        };
        apply(change, first);
        let set = fields(change);
        for (field, expected, got) in first.faults() {
            if set.contains(&field) {
                c.fail(&format!("{path}.{field}"), expected, got);
            }
        }
        of_kind.for_each(|sensor| apply(change, sensor));
    }
    suite
}

fn apply(change: &RawSensorChange, sensor: &mut SensorSpec) {
    for (to, from) in [
        (&mut sensor.range, change.range),
        (&mut sensor.field_of_view_deg, change.field_of_view_deg),
        (&mut sensor.latency_ms, change.latency_ms),
        (&mut sensor.range_noise, change.range_noise),
        (&mut sensor.bearing_noise_deg, change.bearing_noise_deg),
        (&mut sensor.speed_noise, change.speed_noise),
        (&mut sensor.clutter, change.clutter),
    ] {
        *to = from.unwrap_or(*to);
    }
    sensor.rate = change.rate.unwrap_or(sensor.rate);
}

/// The fields that a change sets.
fn fields(change: &RawSensorChange) -> Vec<&'static str> {
    let all = [
        ("range", change.range.is_some()),
        ("field_of_view_deg", change.field_of_view_deg.is_some()),
        ("rate", change.rate.is_some()),
        ("latency_ms", change.latency_ms.is_some()),
        ("range_noise", change.range_noise.is_some()),
        ("bearing_noise_deg", change.bearing_noise_deg.is_some()),
        ("speed_noise", change.speed_noise.is_some()),
        ("clutter", change.clutter.is_some()),
    ];
    all.into_iter().filter(|f| f.1).map(|f| f.0).collect()
}

/// What a fault happens to is there.
fn target(c: &mut Checker, what: &str, target: &Target, suite: &Suite) {
    if *target == Target::Gnss || suite.sensors.iter().any(|s| target.is(s)) {
        return;
    }
    let known: Vec<String> = suite
        .sensors
        .iter()
        .map(|s| format!("{:?} \"{}\"", s.kind, s.name))
        .collect();
    let got = match target {
        Target::Named(name) => format!("\"{name}\""),
        kind => format!("{kind:?}"),
    };
    c.fail(
        &format!("{what}.sensor"),
        format!("a sensor of the ego: {}, or Gnss", known.join(", ")),
        got,
    );
}

/// The map of confidence and its script.
pub(super) fn confidence(c: &mut Checker, raw: &RawScenario) {
    let path = "confidence";
    match &raw.confidence.map {
        Map::Calibrated => {}
        Map::Logit { scale, shift } => {
            c.range(&format!("{path}.map.scale"), *scale, 0.01, 100.0, "");
            c.range(&format!("{path}.map.shift"), *shift, -10.0, 10.0, "");
        }
        Map::Table(points) => {
            if points.len() < 2 {
                c.fail(
                    &format!("{path}.map"),
                    "at least two points (correct, reported)",
                    points.len(),
                );
            }
            for (i, (correct, reported)) in points.iter().enumerate() {
                let point = format!("{path}.map");
                c.range(&point, *correct, 0.0, 1.0, "for correct");
                c.range(&point, *reported, 0.0, 1.0, "for reported");
                if i > 0 && *correct <= points[i - 1].0 {
                    c.fail(
                        &point,
                        format!("a correct above that before it ({})", points[i - 1].0),
                        correct,
                    );
                }
                if i > 0 && *reported < points[i - 1].1 {
                    c.fail(
                        &point,
                        format!("a reported not below that before it ({})", points[i - 1].1),
                        reported,
                    );
                }
            }
        }
    }
    if raw.confidence.only.contains(&Function::Planning) {
        let known: Vec<_> = Keyframe::FUNCTIONS.iter().map(|f| f.name()).collect();
        c.fail(
            &format!("{path}.only"),
            format!("functions of perception: {}", known.join(", ")),
            Function::Planning.name(),
        );
    }
    let script = &raw.confidence.script;
    for (i, frame) in script.iter().enumerate() {
        let at = format!("{path}.script[{i}]");
        let end = raw.duration.clamp(0.0, LONGEST);
        c.range(&format!("{at}.at"), frame.at, 0.0, end, "s, within the run");
        if i > 0 && frame.at <= script[i - 1].at {
            c.fail(
                &format!("{at}.at"),
                format!(
                    "more than that of the keyframe before ({} s)",
                    script[i - 1].at
                ),
                frame.at,
            );
        }
        let mut any = false;
        for function in std::iter::once(None).chain(Keyframe::FUNCTIONS.map(Some)) {
            if let Some(value) = frame.of(function) {
                any = true;
                let name = function.map_or("overall", |f| f.name());
                c.range(&format!("{at}.{name}"), value, 0.0, 1.0, "");
            }
        }
        if !any {
            c.fail(&at, "a value: overall, or a function's", "only a time");
        }
    }
}

/// What goes wrong: when, with what, how badly.
pub(super) fn faults(c: &mut Checker, raw: &RawScenario, suite: &Suite) {
    for (i, fault) in raw.faults.iter().enumerate() {
        let path = format!("faults[{i}]");
        c.range(
            &format!("{path}.at"),
            fault.at,
            0.0,
            raw.duration.clamp(0.0, LONGEST),
            "s, within the run",
        );
        if let Some(until) = fault.until
            && (until.is_nan() || until <= fault.at)
        {
            c.fail(
                &format!("{path}.until"),
                format!("more than at ({} s)", fault.at),
                until,
            );
        }
        let what = format!("{path}.what");
        match &fault.what {
            FaultKind::Dirt { sensor, left } => {
                target(c, &what, sensor, suite);
                if *sensor == Target::Gnss {
                    c.fail(
                        &format!("{what}.sensor"),
                        "a sensor that looks: Camera, Lidar, Radar or Named",
                        "Gnss",
                    );
                }
                c.range(&format!("{what}.left"), *left, 0.0, 1.0, "");
            }
            FaultKind::Ghost {
                ahead,
                speed,
                existence,
            } => {
                c.range(&format!("{what}.ahead"), *ahead, 1.0, 250.0, "m");
                c.range(
                    &format!("{what}.speed"),
                    *speed,
                    -TOP_SPEED,
                    TOP_SPEED,
                    "m/s",
                );
                c.range(&format!("{what}.existence"), *existence, 0.0, 1.0, "");
            }
            FaultKind::Blind { to } if to.is_empty() => {
                c.fail(
                    &format!("{what}.to"),
                    "at least one kind of road user",
                    "none",
                );
            }
            FaultKind::Overconfident { at_least } => {
                c.range(&format!("{what}.at_least"), *at_least, 0.0, 1.0, "");
            }
            FaultKind::LaneShift { by } => {
                c.range(&format!("{what}.by"), *by, -5.0, 5.0, "m");
            }
            FaultKind::Blockage {
                sensor,
                from_deg,
                to_deg,
            } => {
                target(c, &what, sensor, suite);
                if *sensor == Target::Gnss {
                    c.fail(
                        &format!("{what}.sensor"),
                        "a sensor that looks: Camera, Lidar, Radar or Named",
                        "Gnss",
                    );
                }
                c.range(
                    &format!("{what}.from_deg"),
                    *from_deg,
                    -180.0,
                    180.0,
                    "degrees",
                );
                if to_deg.is_nan() || to_deg <= from_deg || *to_deg > 180.0 {
                    c.fail(
                        &format!("{what}.to_deg"),
                        format!("more than from_deg ({from_deg}), up to 180 degrees"),
                        to_deg,
                    );
                }
            }
            FaultKind::GnssJump { by_x, by_y } => {
                c.range(&format!("{what}.by_x"), *by_x, -100.0, 100.0, "m");
                c.range(&format!("{what}.by_y"), *by_y, -100.0, 100.0, "m");
            }
            FaultKind::Failure { sensor } => target(c, &what, sensor, suite),
            FaultKind::Blind { .. } => {}
        }
    }
}
