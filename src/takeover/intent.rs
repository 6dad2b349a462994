//! What counts as a person taking over.
//!
//! Thresholds of the field: more than 2 degrees of steering wheel or 10 % of brake pedal
//! (domain reference section 1). They are taken against a baseline, the controls' resting state
//! when the question is put, so that a drifting stick or a held pedal is not a takeover. Only the
//! operator's own command is looked at: the automation's motion cannot trigger it.

use crate::command::Command;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct IntentSettings {
    /// Change of the steering-wheel angle, degrees.
    pub steering_deg: f32,
    /// Change of the brake pedal, 0 to 1.
    pub brake: f32,
    /// Change of the accelerator pedal, 0 to 1.
    pub accelerator: f32,
    /// Smallest share of a threshold that counts as an input at all, 0 to 1: below it is noise.
    pub first_input_share: f32,
}

impl Default for IntentSettings {
    fn default() -> Self {
        Self {
            steering_deg: 2.0,
            brake: 0.10,
            accelerator: 0.10,
            first_input_share: 0.2,
        }
    }
}

/// By what a takeover was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Means {
    Button,
    Brake,
    Steering,
    Accelerator,
}

impl Means {
    /// As a person reads it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Button => "button",
            Self::Brake => "brake",
            Self::Steering => "steering",
            Self::Accelerator => "accelerator",
        }
    }
}

/// How far a command has moved from a baseline, as shares of the thresholds.
fn shares(s: &IntentSettings, from: &Command, to: &Command) -> [(Means, f32); 4] {
    let pressed = to.take_over && !from.take_over;
    [
        (Means::Button, if pressed { f32::INFINITY } else { 0.0 }),
        (Means::Brake, (to.brake - from.brake) / s.brake),
        (
            Means::Steering,
            (to.wheel - from.wheel).abs().to_degrees() / s.steering_deg,
        ),
        (
            Means::Accelerator,
            (to.accelerator - from.accelerator) / s.accelerator,
        ),
    ]
}

/// The operator has crossed a threshold: by which means.
pub fn crossed(s: &IntentSettings, baseline: &Command, now: &Command) -> Option<Means> {
    if !now.present {
        return None;
    }
    shares(s, baseline, now)
        .into_iter()
        .find(|x| x.1 > 1.0)
        .map(|x| x.0)
}

/// The operator has moved something beyond noise: the means that moved most.
pub fn moved(s: &IntentSettings, baseline: &Command, now: &Command) -> Option<Means> {
    if !now.present {
        return None;
    }
    // Releasing a pedal is a movement too, though never a takeover.
    shares(s, baseline, now)
        .into_iter()
        .map(|(means, share)| (means, share.abs()))
        .filter(|x| x.1 > s.first_input_share)
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .map(|x| x.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: IntentSettings = IntentSettings {
        steering_deg: 2.0,
        brake: 0.10,
        accelerator: 0.10,
        first_input_share: 0.2,
    };

    fn here() -> Command {
        Command {
            present: true,
            ..Default::default()
        }
    }

    #[test]
    fn each_means_has_its_threshold() {
        let wheel = |deg: f32| Command {
            wheel: deg.to_radians(),
            ..here()
        };
        let brake = |x| Command { brake: x, ..here() };
        assert_eq!(crossed(&S, &here(), &wheel(1.9)), None);
        assert_eq!(crossed(&S, &here(), &wheel(-2.1)), Some(Means::Steering));
        assert_eq!(crossed(&S, &here(), &brake(0.09)), None);
        assert_eq!(crossed(&S, &here(), &brake(0.11)), Some(Means::Brake));
        let button = Command {
            take_over: true,
            ..here()
        };
        assert_eq!(crossed(&S, &here(), &button), Some(Means::Button));
    }

    #[test]
    fn a_held_pedal_a_drifting_stick_and_a_stuck_button_are_not_takeovers() {
        let resting = Command {
            wheel: 0.3,
            brake: 0.5,
            accelerator: 0.4,
            take_over: true,
            ..here()
        };
        assert_eq!(crossed(&S, &resting, &resting), None);
        let released = Command {
            brake: 0.0,
            accelerator: 0.0,
            take_over: false,
            ..resting
        };
        assert_eq!(crossed(&S, &resting, &released), None);
        let harder = Command {
            brake: 0.61,
            ..resting
        };
        assert_eq!(crossed(&S, &resting, &harder), Some(Means::Brake));
    }

    #[test]
    fn a_first_movement_is_noticed_before_the_threshold() {
        let a_little = Command {
            brake: 0.03,
            ..here()
        };
        assert_eq!(crossed(&S, &here(), &a_little), None);
        assert_eq!(moved(&S, &here(), &a_little), Some(Means::Brake));
        let noise = Command {
            brake: 0.01,
            ..here()
        };
        assert_eq!(moved(&S, &here(), &noise), None);
    }

    #[test]
    fn nobody_there_takes_nothing_over() {
        let gone = Command {
            brake: 1.0,
            take_over: true,
            present: false,
            ..here()
        };
        assert_eq!(crossed(&S, &here(), &gone), None);
        assert_eq!(moved(&S, &here(), &gone), None);
    }
}
