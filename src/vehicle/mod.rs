//! Vehicles: their parameters, and the forces on them.
//!
//! [`VehicleSpec`] is one file in `assets/vehicles/`; [`dynamics`] turns controls and a body's
//! state into a force and a torque. No physics engine in here: it applies what comes out.
//! [`proving`] drives a vehicle through standard manoeuvres without one.

pub mod dynamics;
pub mod proving;
pub mod sensors;
mod suspension;
pub mod tyre;

use crate::road_user::RoadUser;
use crate::ron_file::{self, FileError, Problem};
use serde::{Deserialize, Serialize};
use std::path::Path;

use dynamics::GRAVITY;
use sensors::Suite;

/// Parameters of a vehicle. SI units; see `assets/vehicles/saloon.ron` for a worked example and
/// `docs/vehicle.md` for what each does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VehicleSpec {
    pub kind: RoadUser,
    /// Bumper to bumper, m.
    pub length: f32,
    pub width: f32,
    pub height: f32,
    /// Underside above the road, m.
    pub ground_clearance: f32,
    /// Front bumper to front axle, m.
    pub front_overhang: f32,
    pub cg_to_front_axle: f32,
    pub cg_to_rear_axle: f32,
    pub cg_height: f32,
    /// Distance between the wheels of an axle, m.
    pub track: f32,
    pub mass: f32,
    pub inertia: Inertia,
    pub wheel_radius: f32,
    /// Of one wheel about its axle, with what turns with it, kg m2.
    pub wheel_inertia: f32,
    pub suspension: Suspension,
    /// Per axle (both tyres) at the static load, N/rad.
    pub cornering_stiffness: Axles,
    pub tyres: Tyres,
    pub steering: Steering,
    pub drive: Drive,
    pub brakes: Brakes,
    /// Drag coefficient times frontal area, m2.
    pub drag_area: f32,
    /// Rolling resistance coefficient, -.
    pub rolling_resistance: f32,
    /// What it senses with, if it drives itself. A scenario's settings have it once, as it is after
    /// the scenario's own changes.
    #[serde(default, skip_serializing)]
    pub sensors: Suite,
}

/// Moments of inertia about the centre of gravity, kg m2.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inertia {
    pub roll: f32,
    pub pitch: f32,
    pub yaw: f32,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suspension {
    pub front: AxleSuspension,
    pub rear: AxleSuspension,
}

/// One axle's suspension.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AxleSuspension {
    /// Ride rate of one wheel (spring and tyre in series), N/m.
    pub stiffness: f32,
    /// Of one wheel, N s/m.
    pub damping: f32,
    /// Moment of the anti-roll bar per roll angle, N m/rad.
    pub anti_roll: f32,
    /// Height of the roll centre above the road, m.
    pub roll_centre: f32,
    /// Camber against the road per roll of the body, -: 1 if the wheels lean with the body, 0 if
    /// they stay upright.
    pub camber: f32,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Axles {
    pub front: f32,
    pub rear: f32,
}

/// Magic-formula coefficients of the tyres, on a dry road and at the static load.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tyres {
    /// Its stiffness is the axle's cornering stiffness.
    pub lateral: TyreCurve,
    pub longitudinal: TyreCurve,
    /// Longitudinal slip stiffness over load, -.
    pub slip_stiffness: f32,
    /// Share of the peak friction, and of the cornering stiffness over load, lost when the load
    /// doubles, -.
    pub load_sensitivity: f32,
    /// Peak friction of the rear tyres over that of the front ones, -.
    pub rear_grip: f32,
    /// Slip angle that gives the same side force as one radian of camber, -; positive if a wheel
    /// pulls towards the side it leans to.
    pub camber: f32,
    /// Gain of the lateral peak friction per square of camber, 1/rad2.
    pub camber_grip: f32,
}

/// One direction of the magic formula.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TyreCurve {
    /// Peak force over load of the front tyres, -.
    pub friction: f32,
    /// Shape factor C, -.
    pub shape: f32,
    /// Curvature factor E, -.
    pub curvature: f32,
    /// Relaxation length, m.
    pub relaxation: f32,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Steering {
    /// Steering-wheel angle over road-wheel angle, -.
    pub ratio: f32,
    /// Road-wheel angle at full lock, rad.
    pub max_wheel_angle: f32,
    /// Road-wheel rate limit, rad/s.
    pub max_rate: f32,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drive {
    /// At the driven wheels' contact with the road, N, at low speed.
    pub max_force: f32,
    /// At the wheels, W.
    pub max_power: f32,
    /// Share of the torque that goes to the front wheels, -.
    pub front_share: f32,
    /// Time constant from the accelerator to the torque, s.
    pub lag: f32,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Brakes {
    /// All wheels together, N. Beyond the grip it cannot be used: wheels do not lock (ABS).
    pub max_force: f32,
    /// Share of the torque that goes to the front wheels, -.
    pub front_share: f32,
    /// Time constant from the pedal to the pressure, s.
    pub lag: f32,
}

impl VehicleSpec {
    pub fn wheelbase(&self) -> f32 {
        self.cg_to_front_axle + self.cg_to_rear_axle
    }

    /// From the centre of gravity forward to the middle of the body, m.
    pub fn cg_to_middle(&self) -> f32 {
        self.cg_to_front_axle + self.front_overhang - self.length / 2.0
    }

    /// Mass that accelerates: with the wheels' spin as an equivalent mass, kg.
    pub fn effective_mass(&self) -> f32 {
        self.mass + 4.0 * self.wheel_inertia / (self.wheel_radius * self.wheel_radius)
    }

    /// Roll of the body to the outside per lateral acceleration, rad per m/s2, steady state.
    pub fn roll_gradient(&self) -> f32 {
        let s = &self.suspension;
        let axle = |a: &AxleSuspension| a.stiffness * self.track * self.track / 2.0 + a.anti_roll;
        let share = self.cg_to_rear_axle / self.wheelbase();
        let centre = s.front.roll_centre * share + s.rear.roll_centre * (1.0 - share);
        let stiffness = axle(&s.front) + axle(&s.rear) - self.mass * GRAVITY * self.cg_height;
        self.mass * (self.cg_height - centre) / stiffness
    }

    /// Understeer gradient, rad per m/s2: how much more road-wheel angle a bend takes at speed
    /// than its geometry asks for (linear single-track model, with the camber that roll brings).
    pub fn understeer(&self) -> f32 {
        let (a, b) = (self.cg_to_front_axle, self.cg_to_rear_axle);
        let c = self.cornering_stiffness;
        let slip = self.mass * (b * c.rear - a * c.front) / (self.wheelbase() * c.front * c.rear);
        let lean = self.suspension.front.camber - self.suspension.rear.camber;
        slip + self.tyres.camber * lean * self.roll_gradient()
    }

    /// Road-wheel angle, rad, that holds a bend of this curvature (1/m) at this speed (m/s), by
    /// the linear single-track model.
    pub fn steer_for(&self, curvature: f32, speed: f32) -> f32 {
        curvature * (self.wheelbase() + self.understeer() * speed * speed)
    }

    /// Angle by which the centre of gravity moves to the left of where the vehicle points, rad, in
    /// a bend of this curvature (1/m) at this speed (m/s), by the linear single-track model: at
    /// walking pace the rear axle sets it, in fast bends the rear tyres' slip.
    pub fn sideslip_for(&self, curvature: f32, speed: f32) -> f32 {
        let (a, b) = (self.cg_to_front_axle, self.cg_to_rear_axle);
        let slip = self.mass * a / (self.wheelbase() * self.cornering_stiffness.rear);
        curvature * (b - slip * speed * speed)
    }

    /// What is wrong with these parameters, as (field, expected), if anything.
    pub fn fault(&self) -> Option<(&'static str, &'static str)> {
        let (front, rear) = (&self.suspension.front, &self.suspension.rear);
        let (lateral, longitudinal) = (&self.tyres.lateral, &self.tyres.longitudinal);
        let positive = [
            ("length", self.length),
            ("width", self.width),
            ("height", self.height),
            ("ground_clearance", self.ground_clearance),
            ("front_overhang", self.front_overhang),
            ("cg_to_front_axle", self.cg_to_front_axle),
            ("cg_to_rear_axle", self.cg_to_rear_axle),
            ("cg_height", self.cg_height),
            ("track", self.track),
            ("mass", self.mass),
            ("inertia.roll", self.inertia.roll),
            ("inertia.pitch", self.inertia.pitch),
            ("inertia.yaw", self.inertia.yaw),
            ("wheel_radius", self.wheel_radius),
            ("wheel_inertia", self.wheel_inertia),
            ("suspension.front.stiffness", front.stiffness),
            ("suspension.front.damping", front.damping),
            ("suspension.rear.stiffness", rear.stiffness),
            ("suspension.rear.damping", rear.damping),
            ("cornering_stiffness.front", self.cornering_stiffness.front),
            ("cornering_stiffness.rear", self.cornering_stiffness.rear),
            ("tyres.lateral.friction", lateral.friction),
            ("tyres.longitudinal.friction", longitudinal.friction),
            ("tyres.slip_stiffness", self.tyres.slip_stiffness),
            ("steering.ratio", self.steering.ratio),
            ("steering.max_wheel_angle", self.steering.max_wheel_angle),
            ("steering.max_rate", self.steering.max_rate),
            ("drive.max_force", self.drive.max_force),
            ("drive.max_power", self.drive.max_power),
            ("brakes.max_force", self.brakes.max_force),
            ("drag_area", self.drag_area),
        ];
        for (field, value) in positive {
            if !(value.is_finite() && value > 0.0) {
                return Some((field, "a number above 0"));
            }
        }
        let ranges = [
            (
                "suspension.front.anti_roll",
                front.anti_roll,
                0.0,
                1e7,
                "0 to 1e7 N m/rad",
            ),
            (
                "suspension.rear.anti_roll",
                rear.anti_roll,
                0.0,
                1e7,
                "0 to 1e7 N m/rad",
            ),
            (
                "suspension.front.camber",
                front.camber,
                -2.0,
                2.0,
                "-2 to 2",
            ),
            ("suspension.rear.camber", rear.camber, -2.0, 2.0, "-2 to 2"),
            (
                "tyres.lateral.friction",
                lateral.friction,
                0.1,
                3.0,
                "0.1 to 3",
            ),
            (
                "tyres.longitudinal.friction",
                longitudinal.friction,
                0.1,
                3.0,
                "0.1 to 3",
            ),
            // From 1 on the curve has a peak; from 2 on it would change sign.
            (
                "tyres.lateral.shape",
                lateral.shape,
                1.05,
                1.95,
                "1.05 to 1.95",
            ),
            (
                "tyres.longitudinal.shape",
                longitudinal.shape,
                1.05,
                1.95,
                "1.05 to 1.95",
            ),
            (
                "tyres.lateral.curvature",
                lateral.curvature,
                -10.0,
                0.9,
                "-10 to 0.9",
            ),
            (
                "tyres.longitudinal.curvature",
                longitudinal.curvature,
                -10.0,
                0.9,
                "-10 to 0.9",
            ),
            // Shorter ones are stiffer at a standstill than the sub-steps can follow.
            (
                "tyres.lateral.relaxation",
                lateral.relaxation,
                0.02,
                5.0,
                "0.02 to 5 m",
            ),
            (
                "tyres.longitudinal.relaxation",
                longitudinal.relaxation,
                0.02,
                5.0,
                "0.02 to 5 m",
            ),
            (
                "tyres.load_sensitivity",
                self.tyres.load_sensitivity,
                0.0,
                0.5,
                "0 to 0.5",
            ),
            (
                "tyres.rear_grip",
                self.tyres.rear_grip,
                0.5,
                2.0,
                "0.5 to 2",
            ),
            ("tyres.camber", self.tyres.camber, -0.5, 0.5, "-0.5 to 0.5"),
            (
                "steering.max_wheel_angle",
                self.steering.max_wheel_angle,
                0.0,
                1.4,
                "0 to 1.4 rad",
            ),
            (
                "tyres.camber_grip",
                self.tyres.camber_grip,
                -5.0,
                5.0,
                "-5 to 5",
            ),
            (
                "drive.front_share",
                self.drive.front_share,
                0.0,
                1.0,
                "0 to 1",
            ),
            ("drive.lag", self.drive.lag, 0.0, 10.0, "0 to 10 s"),
            (
                "brakes.front_share",
                self.brakes.front_share,
                0.0,
                1.0,
                "0 to 1",
            ),
            ("brakes.lag", self.brakes.lag, 0.0, 10.0, "0 to 10 s"),
            (
                "rolling_resistance",
                self.rolling_resistance,
                0.0,
                0.5,
                "0 to 0.5",
            ),
        ];
        for (field, value, low, high, expected) in ranges {
            if !(low..=high).contains(&value) {
                return Some((field, expected));
            }
        }
        for (field, value) in [
            ("suspension.front.roll_centre", front.roll_centre),
            ("suspension.rear.roll_centre", rear.roll_centre),
        ] {
            if value.is_nan() || value.abs() >= self.cg_height {
                return Some((field, "a height below the centre of gravity's"));
            }
        }
        if self.wheelbase() + self.front_overhang > self.length {
            return Some(("length", "more than front overhang and wheelbase together"));
        }
        if self.roll_gradient() <= 0.0 {
            return Some((
                "suspension",
                "springs and anti-roll bars that hold the body upright",
            ));
        }
        None
    }

    /// Parses and checks a vehicle file's text.
    ///
    /// # Errors
    /// What is wrong, with its place.
    pub fn parse(text: &str) -> Result<Self, Vec<Problem>> {
        let spec: Self = ron_file::parse(text)?;
        match spec.fault() {
            None => {
                let wrong = spec.sensors.faults();
                if wrong.is_empty() {
                    return Ok(spec);
                }
                let at = |(field, expected, got): (String, &str, String)| {
                    Problem::at_path(text, &format!("sensors.{field}"), expected.into(), got)
                };
                Err(wrong.into_iter().map(at).collect())
            }
            Some((field, expected)) => {
                let got = spec.value_of(field);
                Err(vec![Problem::at_path(text, field, expected.into(), got)])
            }
        }
    }

    /// Reads and checks a vehicle file.
    ///
    /// # Errors
    /// If the file cannot be read, or is not a sound vehicle.
    pub fn load(path: &Path) -> Result<Self, FileError> {
        ron_file::load(path, Self::parse)
    }

    /// A field's value as text, for a message.
    fn value_of(&self, field: &str) -> String {
        let value = serde_json::to_value(self).unwrap_or_default();
        let found = field.split('.').try_fold(&value, |v, key| v.get(key));
        match found {
            Some(v) if v.is_number() => {
                // JSON knows f64 only; a person wrote the shorter text.
                v.as_f64()
                    .map_or_else(|| v.to_string(), |x| (x as f32).to_string())
            }
            Some(serde_json::Value::Null) => "a number that is not finite".into(),
            _ => "springs too soft for this height of the centre of gravity".into(),
        }
    }
}

/// The profiles that come with the program: name and file text.
const PROFILES: &[(&str, &str)] = &[
    (
        "bmw_320i",
        include_str!("../../assets/vehicles/bmw_320i.ron"),
    ),
    ("compact", include_str!("../../assets/vehicles/compact.ron")),
    (
        "ford_escort",
        include_str!("../../assets/vehicles/ford_escort.ron"),
    ),
    ("saloon", include_str!("../../assets/vehicles/saloon.ron")),
    ("shuttle", include_str!("../../assets/vehicles/shuttle.ron")),
    ("truck", include_str!("../../assets/vehicles/truck.ron")),
    ("van", include_str!("../../assets/vehicles/van.ron")),
    (
        "vw_vanagon",
        include_str!("../../assets/vehicles/vw_vanagon.ron"),
    ),
];

/// Names of the profiles that come with the program.
pub fn profile_names() -> impl Iterator<Item = &'static str> {
    PROFILES.iter().map(|p| p.0)
}

/// The profile of this name, if there is one.
pub fn profile(name: &str) -> Option<VehicleSpec> {
    let (_, text) = PROFILES.iter().find(|p| p.0 == name)?;
    // The files are compiled in, and a test parses every one of them.
    VehicleSpec::parse(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_profile_parses_and_is_sound() {
        for name in profile_names() {
            let (_, text) = PROFILES.iter().find(|p| p.0 == name).unwrap();
            let spec = VehicleSpec::parse(text).unwrap_or_else(|e| panic!("{name}: {e:?}"));
            // The published BMW oversteers a little: stable as long as this stays above 0.
            let at_70 = spec.wheelbase() + spec.understeer() * 70.0 * 70.0;
            assert!(at_70 > 0.5 * spec.wheelbase(), "{name} is unstable");
        }
    }

    #[test]
    fn every_vehicle_file_is_a_profile() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/vehicles");
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|e| e == "ron") {
                let name = path.file_stem().unwrap().to_str().unwrap();
                assert!(profile(name).is_some(), "{name} is no profile");
            }
        }
    }

    #[test]
    fn an_unknown_profile_is_none() {
        assert_eq!(profile("hovercraft"), None);
    }

    #[test]
    fn a_fault_is_named_with_its_place_and_value() {
        let text = include_str!("../../assets/vehicles/saloon.ron");
        let bad = text.replacen("wheel_inertia: 1.2", "wheel_inertia: -1.2", 1);
        assert_ne!(text, bad, "the saloon no longer has this wheel inertia");
        let problems = VehicleSpec::parse(&bad).unwrap_err();
        let [problem] = &problems[..] else {
            panic!("{problems:?}")
        };
        assert_eq!(problem.field, "wheel_inertia");
        assert_eq!(problem.got, "-1.2");
        let before = text.split("wheel_inertia").next().unwrap();
        assert_eq!(problem.line, before.matches('\n').count() + 1);
    }
}
