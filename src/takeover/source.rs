//! Who moves the actuators: exactly one source at every tick, and the way from one to the next.

use super::authority::{AuthoritySettings, Control};
use super::event::Authority;
use crate::vehicle::dynamics::Controls;

/// Where the actuators' controls come from in a tick.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Source {
    #[default]
    Automation,
    /// An operator in command is out of reach: the automation keeps the lane and brakes where it
    /// must, and does not accelerate. The last command is never held on to.
    Bridge,
    Operator,
    /// Operator and automation together; the operator's share of the steering, 0 to 1.
    Shared {
        weight: f32,
    },
}

impl Source {
    /// The one source that this authority has.
    pub fn of(authority: Authority, in_reach: bool, control: &Control) -> Self {
        match authority {
            Authority::Automation
            | Authority::RequestPending
            | Authority::MinimalRisk
            | Authority::Standstill => Self::Automation,
            Authority::Operator | Authority::Shared if !in_reach => Self::Bridge,
            Authority::Operator => Self::Operator,
            Authority::Shared => Self::Shared {
                weight: match control {
                    Control::Shared { weight, .. } => *weight,
                    Control::Direct => 1.0,
                },
            },
        }
    }

    /// Its number in records.
    pub fn number(self) -> i32 {
        match self {
            Self::Automation => 0,
            Self::Bridge => 1,
            Self::Operator => 2,
            Self::Shared { .. } => 3,
        }
    }

    /// The controls that it wants. The law of shared control, with share w: road-wheel angle
    /// w x operator + (1 - w) x automation; the larger brake; the operator's accelerator, which the
    /// automation takes back as it brakes: at most 1 - 10 x its brake.
    pub fn controls(self, operator: Controls, automation: Controls) -> Controls {
        match self {
            Self::Automation => automation,
            Self::Bridge => Controls {
                accelerator: 0.0,
                ..automation
            },
            Self::Operator => operator,
            Self::Shared { weight } => Controls {
                steer: weight * operator.steer + (1.0 - weight) * automation.steer,
                accelerator: operator
                    .accelerator
                    .min((1.0 - 10.0 * automation.brake).max(0.0)),
                brake: operator.brake.max(automation.brake),
            },
        }
    }
}

/// The way from one source to the next: each control moves towards the new source's at a limited
/// rate until it has met it, or until the time for it is over. Pressing the brake is never delayed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Handover {
    source: Source,
    /// Time left, s.
    left: f64,
    steer_met: bool,
    accelerator_met: bool,
    brake_met: bool,
}

impl Handover {
    /// Controls for the next `dt` s. `last` are those in force, `ratio` is steering wheel to road
    /// wheel.
    pub fn step(
        &mut self,
        source: Source,
        wanted: Controls,
        last: Controls,
        settings: &AuthoritySettings,
        ratio: f32,
        dt: f64,
    ) -> Controls {
        if source != self.source {
            *self = Self {
                source,
                left: settings.handover_time,
                ..Self::default()
            };
        }
        if self.left <= 0.0 {
            return wanted;
        }
        self.left -= dt;
        let wheel = settings.handover_wheel_rate_deg.to_radians() as f32 / ratio * dt as f32;
        let pedal = (settings.handover_pedal_rate * dt) as f32;
        let steer = move_to(&mut self.steer_met, wanted.steer, last.steer, wheel);
        // A brake that is pressed harder has met at once.
        self.brake_met |= wanted.brake >= last.brake;
        let brake = move_to(&mut self.brake_met, wanted.brake, last.brake, pedal);
        let going = move_to(
            &mut self.accelerator_met,
            wanted.accelerator,
            last.accelerator,
            pedal,
        );
        // The brake wins: nothing is accelerated against it that the new source does not want.
        let accelerator = if brake > 0.0 {
            going.min(wanted.accelerator)
        } else {
            going
        };
        Controls {
            steer,
            accelerator,
            brake,
        }
    }
}

/// Towards `wanted` by at most `most`; freely once it has been met. What is not finite is left to
/// [`Controls::limited`].
fn move_to(met: &mut bool, wanted: f32, last: f32, most: f32) -> f32 {
    let way = wanted - last;
    *met |= way.abs() <= most || !way.is_finite();
    if *met {
        wanted
    } else {
        last + most.copysign(way)
    }
}
