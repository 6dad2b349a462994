//! Alerts: what the operator is told, by which channels, and when each reached them.
//!
//! | file | holds |
//! |---|---|
//! | [`settings`] | what is told how: the conditions of a study, and named sets of them |
//! | [`watch`] | which alerts are on, from what came down the link |
//! | [`crier`] | which tone sounds and which pattern is felt, from those |
//! | [`tone`] | the tones, by urgency, and how they sound, sample by sample |
//! | [`rumble`] | the patterns of the rumble motors |

pub mod crier;
pub mod rumble;
pub mod settings;
pub mod tone;
pub mod watch;

use serde::{Deserialize, Serialize};

/// A way of telling.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// On the screen: banner, sign, countdown, frame around the picture.
    #[default]
    Visual,
    Sound,
    /// Rumble of the device in hand.
    Haptic,
}

impl Channel {
    pub const ALL: [Self; 3] = [Self::Visual, Self::Sound, Self::Haptic];

    /// As a person reads it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Visual => "visual",
            Self::Sound => "sound",
            Self::Haptic => "haptic",
        }
    }
}

/// What there is to tell. The number of each is the `level` of [`Presented`]: the first three are
/// one request's escalation, the others stand for themselves.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Alert {
    /// The vehicle asks for a person.
    #[default]
    Request,
    /// ... and nobody has come yet.
    Escalated,
    /// It stops by itself.
    MinimalRisk,
    /// It could drive again.
    HandBackOffer,
    /// A doubt that begins while a person drives.
    Advisory,
    /// Nothing comes through the link.
    LinkLost,
    /// Nobody is at the controls that are in command, or their device is gone.
    OperatorLost,
    /// The operator's "no need" is on record; the request goes on.
    NoNeed,
}

impl Alert {
    pub const ALL: [Self; 8] = [
        Self::Request,
        Self::Escalated,
        Self::MinimalRisk,
        Self::HandBackOffer,
        Self::Advisory,
        Self::LinkLost,
        Self::OperatorLost,
        Self::NoNeed,
    ];

    /// As in [`Presented::level`].
    pub fn level(self) -> u8 {
        self as u8
    }

    /// Name of its settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Escalated => "escalated",
            Self::MinimalRisk => "minimal_risk",
            Self::HandBackOffer => "hand_back_offer",
            Self::Advisory => "advisory",
            Self::LinkLost => "link_lost",
            Self::OperatorLost => "operator_lost",
            Self::NoNeed => "no_need",
        }
    }

    /// It is about a request to take over: its level counts for that request's reaction time.
    pub fn asks(self) -> bool {
        matches!(self, Self::Request | Self::Escalated | Self::MinimalRisk)
    }

    /// The larger, the more urgent: of several that are on, the most urgent is told first.
    pub fn urgency(self) -> u8 {
        match self {
            Self::MinimalRisk => 7,
            Self::Escalated => 6,
            Self::Request => 5,
            Self::LinkLost => 4,
            Self::OperatorLost => 3,
            Self::NoNeed => 2,
            Self::Advisory => 1,
            Self::HandBackOffer => 0,
        }
    }
}

/// One alert as it reached the operator. Times are s since the start of the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Presented {
    /// Number of the request; 0 if the alert is not about one.
    pub request: u32,
    #[serde(default)]
    pub channel: Channel,
    /// Which alert: [`Alert::level`]. 0: the first telling; then each escalation.
    #[serde(default)]
    pub level: u8,
    /// When the station handed it to the platform (the picture's commands, the first sample, the
    /// effect).
    #[serde(default)]
    pub submitted: f64,
    /// When the platform had it: the nearest to presentation that can be known.
    #[serde(rename = "time")]
    pub presented: f64,
    /// The true moment lies within this of `presented`, s, as far as software can know (of a
    /// picture and of a rumble: never before it); none: unknown.
    #[serde(default)]
    pub uncertainty: Option<f64>,
}

impl Presented {
    /// Seen by a program, exact by construction.
    pub fn exactly(request: u32, time: f64) -> Self {
        Self {
            request,
            submitted: time,
            presented: time,
            uncertainty: Some(0.0),
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_count_and_urgencies_differ() {
        for (i, alert) in Alert::ALL.into_iter().enumerate() {
            assert_eq!(usize::from(alert.level()), i);
            assert_eq!(
                serde_json::to_value(alert).expect("json"),
                serde_json::json!(alert.name())
            );
        }
        let mut urgencies = Alert::ALL.map(Alert::urgency);
        urgencies.sort_unstable();
        assert_eq!(urgencies, [0, 1, 2, 3, 4, 5, 6, 7]);
    }
}
