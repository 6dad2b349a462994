//! Sizes and masses of road users.

use crate::road_user::RoadUser;
use crate::vehicle::VehicleSpec;
use serde::Serialize;

/// A road user as a box with a mass.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Shape {
    pub kind: RoadUser,
    /// m.
    pub length: f64,
    pub width: f64,
    pub height: f64,
    /// Underside above the road, m.
    pub clearance: f64,
    /// kg.
    pub mass: f64,
    /// About the vertical through the centre of gravity, kg m2.
    pub yaw_inertia: f64,
    /// Centre of gravity ahead of the middle, m.
    pub cg_forward: f64,
    /// Centre of gravity above the road, m.
    pub cg_height: f64,
}

impl Shape {
    /// The built-in size of a kind. Cars, trucks: the profiles in `assets/vehicles/`, rounded. Bus:
    /// 12 m and 2.55 m are the limits of Directive 96/53/EC for two axles. Pedestrian: the body
    /// ellipse of Fruin (1971), 0.46 m by 0.61 m, rounded. The rest is assumed: typical of the
    /// kind, with its rider; the animal has the size of a roe deer, debris that of a lost tyre or
    /// crate.
    pub fn of(kind: RoadUser) -> Self {
        let (length, width, height, clearance, mass) = match kind {
            RoadUser::Car => (4.6, 1.82, 1.45, 0.15, 1500.0),
            RoadUser::Van => (5.9, 2.0, 2.6, 0.18, 2500.0),
            RoadUser::Truck => (9.0, 2.5, 3.4, 0.3, 11_000.0),
            RoadUser::Bus => (12.0, 2.55, 3.2, 0.3, 13_500.0),
            RoadUser::Shuttle => (4.8, 2.1, 2.7, 0.2, 2400.0),
            RoadUser::Motorcycle => (2.1, 0.8, 1.45, 0.15, 280.0),
            RoadUser::Cyclist => (1.8, 0.65, 1.75, 0.1, 95.0),
            RoadUser::Pedestrian => (0.5, 0.6, 1.75, 0.02, 75.0),
            RoadUser::Animal => (1.2, 0.4, 0.9, 0.1, 25.0),
            RoadUser::Debris => (1.0, 0.6, 0.4, 0.02, 20.0),
        };
        Self {
            kind,
            length,
            width,
            height,
            clearance,
            mass,
            // A box of even density.
            yaw_inertia: mass * (length * length + width * width) / 12.0,
            cg_forward: 0.0,
            cg_height: clearance + 0.4 * (height - clearance),
        }
    }

    /// That of a vehicle profile.
    pub fn of_vehicle(spec: &VehicleSpec) -> Self {
        Self {
            kind: spec.kind,
            length: f64::from(spec.length),
            width: f64::from(spec.width),
            height: f64::from(spec.height),
            clearance: f64::from(spec.ground_clearance),
            mass: f64::from(spec.mass),
            yaw_inertia: f64::from(spec.inertia.yaw),
            cg_forward: -f64::from(spec.cg_to_middle()),
            cg_height: f64::from(spec.cg_height),
        }
    }
}

/// Speed that a kind does not go beyond by itself, m/s. Trucks and buses have limiters (Directive
/// 92/6/EEC: 90 and 100 km/h); cyclists and shuttles are assumed.
pub(super) fn cruise(kind: RoadUser) -> f64 {
    match kind {
        RoadUser::Truck => 25.0,
        RoadUser::Bus => 27.8,
        RoadUser::Shuttle => 7.0,
        RoadUser::Cyclist => 5.0,
        _ => f64::INFINITY,
    }
}

/// How briskly a kind speeds up against a car, - (assumed).
pub(super) fn pull(kind: RoadUser) -> f64 {
    match kind {
        RoadUser::Truck => 0.5,
        RoadUser::Bus | RoadUser::Shuttle => 0.7,
        RoadUser::Cyclist => 0.5,
        _ => 1.0,
    }
}

/// A box in the plane: middle, direction, length, width.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outline {
    pub x: f64,
    pub y: f64,
    pub yaw: f64,
    pub length: f64,
    pub width: f64,
}

impl Outline {
    /// Half of its extent along a direction (unit vector), m.
    pub fn reach(&self, dx: f64, dy: f64) -> f64 {
        let (c, s) = (libm::cos(self.yaw), libm::sin(self.yaw));
        (c * dx + s * dy).abs() * self.length / 2.0 + (c * dy - s * dx).abs() * self.width / 2.0
    }

    /// The two boxes overlap or are nearer to each other than `margin` m along one of their axes
    /// (separating axes).
    pub fn meets(&self, other: &Self, margin: f64) -> bool {
        let (dx, dy) = (other.x - self.x, other.y - self.y);
        [self.yaw, other.yaw].into_iter().all(|yaw| {
            let (c, s) = (libm::cos(yaw), libm::sin(yaw));
            [(c, s), (-s, c)].into_iter().all(|(ax, ay)| {
                let apart = (dx * ax + dy * ay).abs();
                apart < self.reach(ax, ay) + other.reach(ax, ay) + margin
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_meet_by_their_corners_not_by_their_circles() {
        let car = |x: f64, y: f64, yaw: f64| Outline {
            x,
            y,
            yaw,
            length: 4.0,
            width: 2.0,
        };
        assert!(car(0.0, 0.0, 0.0).meets(&car(3.9, 0.0, 0.0), 0.0));
        assert!(!car(0.0, 0.0, 0.0).meets(&car(4.1, 0.0, 0.0), 0.0));
        assert!(car(0.0, 0.0, 0.0).meets(&car(4.1, 0.0, 0.0), 0.2));
        // Side by side 2.1 m apart: clear, until one of them turns.
        assert!(!car(0.0, 0.0, 0.0).meets(&car(0.0, 2.1, 0.0), 0.0));
        assert!(car(0.0, 0.0, 0.0).meets(&car(0.0, 2.1, 0.8), 0.0));
    }
}
