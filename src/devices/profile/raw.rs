//! A profile as a file gives it, and the checks that make it valid.

use super::{Axis, Curve, Keys, Kind, Match, Profile, Shape, Steering, generic};
use crate::devices::codes::{self, EV_ABS, EV_KEY};
use crate::devices::force::Force;
use crate::devices::layout::Role;
use crate::ron_file::{self, FileError, Problem};
use serde::Deserialize;
use std::path::Path;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawProfile {
    name: String,
    kind: Kind,
    #[serde(default)]
    matches: Vec<RawMatch>,
    #[serde(default)]
    axes: Vec<RawAxis>,
    #[serde(default)]
    buttons: Vec<RawButton>,
    lock_angle_deg: Option<f32>,
    full_angle_deg: Option<f32>,
    speed_sensitivity: Option<RawFast>,
    key_turn_deg_s: Option<f32>,
    key_return_deg_s: Option<f32>,
    #[serde(default)]
    force: Force,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMatch {
    name: Option<String>,
    vendor: Option<u16>,
    product: Option<u16>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAxis {
    code: String,
    role: Role,
    range: Option<RawRange>,
    #[serde(default)]
    inverted: bool,
    dead_zone: Option<f32>,
    exponent: Option<f32>,
    points: Option<Vec<(f32, f32)>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRange {
    min: i32,
    centre: Option<i32>,
    max: i32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawButton {
    code: String,
    role: Role,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFast {
    speed: f32,
    full_angle_deg: f32,
}

/// Collects what is wrong, with its place in the text.
struct Faults<'a> {
    text: &'a str,
    problems: Vec<Problem>,
}

impl Faults<'_> {
    fn add(&mut self, path: &str, expected: &str, got: impl ToString) {
        let problem = Problem::at_path(self.text, path, expected.into(), got.to_string());
        self.problems.push(problem);
    }

    /// A number within a range, or the default.
    fn number(&mut self, path: &str, value: Option<f32>, default: f32, range: (f32, f32)) -> f32 {
        let value = value.unwrap_or(default);
        if !(range.0..=range.1).contains(&value) {
            self.add(path, &format!("{} to {}", range.0, range.1), value);
        }
        value
    }
}

impl Profile {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// If it cannot be read or is no sound profile.
    pub fn load(path: &Path) -> Result<Self, FileError> {
        ron_file::load(path, Self::parse)
    }

    /// Parses and checks a file's text.
    ///
    /// # Errors
    /// Everything that is wrong with it, with its place.
    pub fn parse(text: &str) -> Result<Self, Vec<Problem>> {
        let raw: RawProfile = ron_file::parse(text)?;
        let mut faults = Faults {
            text,
            problems: Vec::new(),
        };
        let profile = check(raw, &mut faults);
        if faults.problems.is_empty() {
            Ok(profile)
        } else {
            Err(faults.problems)
        }
    }
}

fn check(raw: RawProfile, faults: &mut Faults) -> Profile {
    let kind = raw.kind;
    if raw.matches.is_empty() && kind != Kind::Keyboard {
        faults.add(
            "matches",
            "at least one device, by name or by vendor and product",
            "none",
        );
    }
    for (i, m) in raw.matches.iter().enumerate() {
        if m.name.is_none() && m.vendor.is_none() {
            faults.add(&format!("matches[{i}]"), "a name or a vendor", "neither");
        }
        if m.product.is_some() && m.vendor.is_none() {
            faults.add(
                &format!("matches[{i}].product"),
                "a vendor with it",
                "a product alone",
            );
        }
    }
    let axes = raw
        .axes
        .into_iter()
        .enumerate()
        .map(|(i, axis)| check_axis(kind, axis, &format!("axes[{i}]"), faults))
        .collect::<Vec<_>>();
    let mut buttons = Vec::new();
    for (i, button) in raw.buttons.iter().enumerate() {
        let path = format!("buttons[{i}]");
        let code = code(&button.code, EV_KEY, &path, faults);
        if button.role.is_for_axes_only() {
            faults.add(
                &format!("{path}.role"),
                "a button's role",
                format!("{:?}, an axis's", button.role),
            );
        }
        buttons.push((code, button.role));
    }
    twice(
        axes.iter().map(|a| a.code),
        "axes",
        "each axis once",
        faults,
    );
    twice(
        buttons.iter().map(|b| b.0),
        "buttons",
        "each button once",
        faults,
    );
    if let Some((field, expected, got)) = raw.force.fault() {
        faults.add(&format!("force.{field}"), expected, got);
    }
    let usual = generic::steering(kind);
    if kind == Kind::Wheel && raw.full_angle_deg.is_some() {
        faults.add(
            "full_angle_deg",
            "`lock_angle_deg` for a wheel, which turns as far as it turns",
            "full_angle_deg",
        );
    }
    if kind != Kind::Wheel && raw.lock_angle_deg.is_some() {
        faults.add(
            "lock_angle_deg",
            "`full_angle_deg` for what is no wheel",
            "lock_angle_deg",
        );
    }
    let degrees = usual.full.to_degrees();
    let full = if kind == Kind::Wheel {
        let lock = faults.number(
            "lock_angle_deg",
            raw.lock_angle_deg,
            2.0 * degrees,
            (90.0, 3000.0),
        );
        lock / 2.0
    } else {
        faults.number("full_angle_deg", raw.full_angle_deg, degrees, (5.0, 1500.0))
    };
    let fast = match raw.speed_sensitivity {
        Some(f) => {
            let at = faults.number("speed_sensitivity.speed", Some(f.speed), 0.0, (1.0, 100.0));
            let angle = faults.number(
                "speed_sensitivity.full_angle_deg",
                Some(f.full_angle_deg),
                0.0,
                (5.0, 1500.0),
            );
            Some((at, angle.to_radians()))
        }
        None => usual.fast,
    };
    let usual = Keys::default();
    let rate = (1.0, 3000.0);
    let turn = usual.turn.to_degrees();
    let turn = faults.number("key_turn_deg_s", raw.key_turn_deg_s, turn, rate);
    let back = usual.back.to_degrees();
    let back = faults.number("key_return_deg_s", raw.key_return_deg_s, back, rate);
    Profile {
        name: raw.name,
        kind,
        matches: raw
            .matches
            .into_iter()
            .map(|m| Match {
                name: m.name,
                vendor: m.vendor,
                product: m.product,
            })
            .collect(),
        axes,
        buttons,
        steering: Steering {
            full: full.to_radians(),
            fast,
        },
        keys: Keys {
            turn: turn.to_radians(),
            back: back.to_radians(),
        },
        force: raw.force,
    }
}

fn check_axis(kind: Kind, raw: RawAxis, path: &str, faults: &mut Faults) -> Axis {
    let code = code(&raw.code, EV_ABS, path, faults);
    if raw.role.is_for_buttons_only() {
        faults.add(
            &format!("{path}.role"),
            "Steering, Accelerator, Brake, Pedals, Sideways, Lengthways or Other",
            format!("{:?}, a button's", raw.role),
        );
    }
    let range = raw.range.map(|r| {
        let centre = r.centre.unwrap_or(r.min.midpoint(r.max));
        if r.min >= r.max {
            faults.add(
                &format!("{path}.range.max"),
                &format!("more than min, {}", r.min),
                r.max,
            );
        } else if !(r.min..=r.max).contains(&centre) {
            faults.add(
                &format!("{path}.range.centre"),
                &format!("{} to {}", r.min, r.max),
                centre,
            );
        }
        [r.min, centre, r.max]
    });
    let usual = generic::shape(kind, raw.role);
    let dead_zone = faults.number(
        &format!("{path}.dead_zone"),
        raw.dead_zone,
        usual.dead_zone,
        (0.0, 0.9),
    );
    let curve = match (raw.exponent, raw.points) {
        (Some(_), Some(_)) => {
            faults.add(path, "one of `exponent` and `points`", "both");
            usual.curve
        }
        (Some(exponent), None) => Curve::Exponent(faults.number(
            &format!("{path}.exponent"),
            Some(exponent),
            1.0,
            (1.0, 10.0),
        )),
        (None, Some(points)) => {
            let inside = |x: f32| (0.0..=1.0).contains(&x);
            let mut last = (0.0, 0.0);
            for (i, &(way, out)) in points.iter().enumerate() {
                let fits = inside(way) && inside(out) && way > last.0 && out >= last.1;
                if !fits {
                    faults.add(
                        &format!("{path}.points[{i}]"),
                        "points from 0 to 1 that rise",
                        format!("({way}, {out})"),
                    );
                    break;
                }
                last = (way, out);
            }
            Curve::Points(points)
        }
        (None, None) => usual.curve,
    };
    Axis {
        code,
        role: raw.role,
        range,
        inverted: raw.inverted,
        shape: Shape { dead_zone, curve },
    }
}

fn code(name: &str, kind: u32, path: &str, faults: &mut Faults) -> u32 {
    codes::parse(name, kind).unwrap_or_else(|| {
        let expected = if kind == EV_ABS {
            "an axis as the kernel names it, such as \"ABS_X\" or \"0x02\""
        } else {
            "a button as the kernel names it, such as \"BTN_SOUTH\" or \"0x120\""
        };
        faults.add(&format!("{path}.code"), expected, format!("\"{name}\""));
        kind
    })
}

fn twice(codes: impl Iterator<Item = u32>, list: &str, expected: &str, faults: &mut Faults) {
    let mut seen: Vec<u32> = Vec::new();
    for (i, code) in codes.enumerate() {
        if seen.contains(&code) {
            let path = format!("{list}[{i}].code");
            faults.add(
                &path,
                expected,
                format!("{} a second time", codes::name(code)),
            );
        }
        seen.push(code);
    }
}
