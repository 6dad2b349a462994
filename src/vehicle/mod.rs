//! Vehicles: their parameters, and the forces on them.
//!
//! [`VehicleSpec`] is one file in `assets/vehicles/`; [`dynamics`] turns controls and a body's
//! state into a force and a torque. No physics engine in here: it applies what comes out.

pub mod dynamics;

use crate::road_user::RoadUser;
use serde::{Deserialize, Serialize};

/// Parameters of a vehicle. SI units; see `assets/vehicles/saloon.ron` for a worked example.
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
    /// Per wheel.
    pub suspension: Suspension,
    /// Per axle (both tyres), N/rad.
    pub cornering_stiffness: Axles,
    pub steering: Steering,
    pub drive: Drive,
    /// All wheels together, N. Beyond the grip it cannot be used: wheels do not lock (ABS).
    pub max_brake_force: f32,
    /// Drag coefficient times frontal area, m2.
    pub drag_area: f32,
    /// Rolling resistance coefficient, -.
    pub rolling_resistance: f32,
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
    /// N/m.
    pub stiffness: f32,
    /// N s/m.
    pub damping: f32,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Axles {
    pub front: f32,
    pub rear: f32,
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
    /// N, at low speed.
    pub max_force: f32,
    /// W.
    pub max_power: f32,
}

impl VehicleSpec {
    pub fn wheelbase(&self) -> f32 {
        self.cg_to_front_axle + self.cg_to_rear_axle
    }

    /// From the centre of gravity forward to the middle of the body, m.
    pub fn cg_to_middle(&self) -> f32 {
        self.cg_to_front_axle + self.front_overhang - self.length / 2.0
    }

    /// Understeer gradient, rad per m/s2: how much more road-wheel angle a bend takes at speed
    /// than its geometry asks for (linear single-track model).
    pub fn understeer(&self) -> f32 {
        let (a, b) = (self.cg_to_front_axle, self.cg_to_rear_axle);
        let c = self.cornering_stiffness;
        self.mass * (b * c.rear - a * c.front) / (self.wheelbase() * c.front * c.rear)
    }

    /// Road-wheel angle, rad, that holds a bend of this curvature (1/m) at this speed (m/s), by
    /// the linear single-track model.
    pub fn steer_for(&self, curvature: f32, speed: f32) -> f32 {
        curvature * (self.wheelbase() + self.understeer() * speed * speed)
    }

    /// What is wrong with these parameters, as (field, expected), if anything.
    pub fn fault(&self) -> Option<(&'static str, &'static str)> {
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
            ("suspension.stiffness", self.suspension.stiffness),
            ("suspension.damping", self.suspension.damping),
            ("cornering_stiffness.front", self.cornering_stiffness.front),
            ("cornering_stiffness.rear", self.cornering_stiffness.rear),
            ("steering.ratio", self.steering.ratio),
            ("steering.max_wheel_angle", self.steering.max_wheel_angle),
            ("steering.max_rate", self.steering.max_rate),
            ("drive.max_force", self.drive.max_force),
            ("drive.max_power", self.drive.max_power),
            ("max_brake_force", self.max_brake_force),
            ("drag_area", self.drag_area),
        ];
        for (field, value) in positive {
            if !(value.is_finite() && value > 0.0) {
                return Some((field, "a number above 0"));
            }
        }
        if self.wheelbase() + self.front_overhang > self.length {
            return Some(("length", "more than front overhang and wheelbase together"));
        }
        None
    }
}

/// The profiles that come with the program: name and file text.
const PROFILES: &[(&str, &str)] = &[
    ("saloon", include_str!("../../assets/vehicles/saloon.ron")),
    ("truck", include_str!("../../assets/vehicles/truck.ron")),
];

/// Names of the profiles that come with the program.
pub fn profile_names() -> impl Iterator<Item = &'static str> {
    PROFILES.iter().map(|p| p.0)
}

/// The profile of this name, if there is one.
pub fn profile(name: &str) -> Option<VehicleSpec> {
    let (_, text) = PROFILES.iter().find(|p| p.0 == name)?;
    // The files are compiled in, and a test parses every one of them.
    ron::from_str(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_profile_parses_and_is_sound() {
        for name in profile_names() {
            let spec = profile(name).unwrap_or_else(|| panic!("{name} does not parse"));
            assert_eq!(spec.fault(), None, "{name}");
            assert!(spec.understeer() > 0.0, "{name} would oversteer");
        }
    }

    #[test]
    fn an_unknown_profile_is_none() {
        assert_eq!(profile("hovercraft"), None);
    }
}
