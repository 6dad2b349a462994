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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn controls(steer: f32, accelerator: f32, brake: f32) -> Controls {
        Controls {
            steer,
            accelerator,
            brake,
        }
    }

    const SHARED: Control = Control::Shared {
        weight: 0.6,
        override_deg: 20.0,
        override_for: 0.5,
    };

    #[test]
    fn each_authority_has_its_source() {
        use Authority::*;
        for (authority, in_reach, expected) in [
            (Automation, true, Source::Automation),
            (RequestPending, true, Source::Automation),
            (MinimalRisk, false, Source::Automation),
            (Standstill, true, Source::Automation),
            (Operator, true, Source::Operator),
            (Operator, false, Source::Bridge),
            (Shared, true, Source::Shared { weight: 0.6 }),
            (Shared, false, Source::Bridge),
        ] {
            assert_eq!(Source::of(authority, in_reach, &SHARED), expected);
        }
    }

    #[test]
    fn the_laws_are_as_they_are_written() {
        let (operator, automation) = (controls(0.1, 0.8, 0.0), controls(-0.1, 0.3, 0.02));
        assert_eq!(Source::Operator.controls(operator, automation), operator);
        assert_eq!(
            Source::Automation.controls(operator, automation),
            automation
        );
        let bridge = Source::Bridge.controls(operator, automation);
        assert_eq!(bridge, controls(-0.1, 0.0, 0.02));
        let shared = Source::Shared { weight: 0.75 };
        let together = shared.controls(operator, automation);
        assert!((together.steer - 0.05).abs() < 1e-6);
        assert_eq!(together.brake, 0.02);
        // A brake of 0.02 leaves 1 - 0.2 of the accelerator: no limit to 0.8 ...
        assert!((together.accelerator - 0.8).abs() < 1e-6);
        // ... and a tenth of the pedal leaves nothing.
        let braking = shared.controls(operator, controls(0.0, 0.0, 0.1));
        assert_eq!((braking.accelerator, braking.brake), (0.0, 0.1));
        // The larger brake, whoever presses it.
        let both = shared.controls(controls(0.0, 0.0, 0.5), controls(0.0, 0.0, 0.1));
        assert_eq!(both.brake, 0.5);
    }

    fn any_controls() -> impl Strategy<Value = Controls> {
        (-0.5..0.5f32, 0.0..1.0f32, 0.0..1.0f32).prop_map(|(s, a, b)| controls(s, a, b))
    }

    proptest! {
        /// From anywhere to a source that stands still: no faster than the rates, with the brake
        /// never less than the new source's, and there within the time.
        #[test]
        fn a_hand_over_keeps_its_rates_and_arrives(from in any_controls(), to in any_controls()) {
            let settings = AuthoritySettings::default();
            let (mut handover, mut now) = (Handover::default(), from);
            let (ratio, dt) = (15.0_f32, 0.01);
            let wheel = 120.0_f32.to_radians() / ratio * 0.01 + 1e-6;
            let pedal = 0.02 + 1e-6;
            for tick in 0..101 {
                let next = handover.step(Source::Operator, to, now, &settings, ratio, dt);
                if tick < 100 {
                    prop_assert!((next.steer - now.steer).abs() <= wheel);
                    prop_assert!(next.accelerator - now.accelerator <= pedal);
                    prop_assert!(now.brake - next.brake <= pedal);
                }
                prop_assert!(next.brake >= to.brake);
                if to.brake > 0.0 {
                    prop_assert!(next.accelerator <= to.accelerator, "not against the brake");
                }
                now = next;
            }
            prop_assert_eq!(now, to);
        }

        /// Once they have met, the new source's controls are followed as they are.
        #[test]
        fn who_has_been_met_is_not_held_back(to in any_controls(), then in any_controls()) {
            let settings = AuthoritySettings::default();
            let mut handover = Handover::default();
            let now = handover.step(Source::Operator, to, to, &settings, 15.0, 0.01);
            prop_assert_eq!(now, to);
            let now = handover.step(Source::Operator, then, now, &settings, 15.0, 0.01);
            prop_assert_eq!(now, then);
        }
    }
}
