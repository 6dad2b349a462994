//! Alerts: the ways in which a request is told, and when each reached the operator.

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
}

/// One alert as it reached the operator. Times are s since the start of the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Presented {
    /// Number of the request.
    pub request: u32,
    #[serde(default)]
    pub channel: Channel,
    /// 0: the first telling; then each escalation.
    #[serde(default)]
    pub level: u8,
    /// When the station handed it to the platform (the picture's commands, the first sample, the
    /// effect).
    #[serde(default)]
    pub submitted: f64,
    /// When the platform had it: the nearest to presentation that can be known.
    #[serde(rename = "time")]
    pub presented: f64,
    /// The true moment lies at most this much later than `presented`, s, as far as software can
    /// know; none: unknown.
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
