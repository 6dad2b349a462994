//! What the automation means to do, for the operator to see.

use super::Autopilot;
use glam::Vec3;

/// How far the plan looks, s, and how finely.
const HORIZON: f64 = 5.0;
/// s between two points of a plan.
pub const STEP: f64 = 0.25;

/// A point of the automation's plan.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlanPoint {
    /// s from now.
    pub after: f64,
    /// On the road's surface, m.
    pub position: Vec3,
    /// m/s.
    pub speed: f64,
}

/// The trajectory of the next five seconds: where the middle of the vehicle's front end will be on
/// the road if what it wants now stays what it wants.
pub fn plan(pilot: &Autopilot, speed: f64, out: &mut Vec<PlanPoint>) {
    out.clear();
    let line = &pilot.line;
    if line.is_lost() {
        return;
    }
    let (mut d, mut v, mut after) = (line.d, speed.max(0.0), 0.0);
    // The deviation that we have now fades away over a second.
    let off = line.offset - line.reference(0.0);
    while after <= HORIZON + 1e-9 {
        let p = line.path.at(d);
        let left = line.reference(after) + off * (1.0 - after).max(0.0);
        out.push(PlanPoint {
            after,
            position: Vec3::new(
                (p.x - left * libm::sin(p.yaw)) as f32,
                (p.y + left * libm::cos(p.yaw)) as f32,
                p.z as f32,
            ),
            speed: v,
        });
        d += v * STEP;
        v = (v + pilot.acceleration * STEP).clamp(0.0, p.limit.min(pilot.settings.speed).max(v));
        after += STEP;
    }
}
