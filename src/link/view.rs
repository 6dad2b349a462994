//! What the operator's end knows of the link.

use serde::{Deserialize, Serialize};

/// How well the link does, judged at the operator's end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkState {
    #[default]
    Good,
    /// Beyond the soft limit: still driveable, with care.
    Degraded,
    /// Nothing has come for longer than the hard limit.
    Lost,
}

impl LinkState {
    pub const ALL: [Self; 3] = [Self::Good, Self::Degraded, Self::Lost];
}

/// What was measured of the link up to now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LinkView {
    /// When this was measured, s since the start of the run.
    pub time: f64,
    pub state: LinkState,
    /// Heartbeat there and back, s; none before the first came back.
    pub round_trip: Option<f64>,
    /// One-way delay of the latest frame, vehicle to operator, s.
    pub delay: f64,
    /// Smoothed variation of that delay, s (interarrival jitter of RFC 3550).
    pub jitter: f64,
    /// Share of what was sent down in the last second that never came, 0 to 1.
    pub loss: f64,
    /// s since the latest frame came.
    pub silence: f64,
    /// s since the latest picture came.
    #[serde(default)]
    pub frozen: f64,
    /// What the link can carry down now, kbit/s; none: more than anybody needs.
    pub bandwidth: Option<f64>,
}

/// How a picture of the vehicle's cameras came out of the link.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct VideoView {
    /// Pictures are numbered from 0 as the cameras take them; what is missing was lost or skipped.
    pub number: u64,
    /// When the cameras took it, s since the start of the run.
    pub captured: f64,
    /// When it was whole at the operator's end, s since the start of the run.
    pub arrived: f64,
    /// Pictures per second that the encoder sends now, 1/s.
    pub rate: f64,
    /// What the encoder spends on them, kbit/s; none: as much as it likes.
    pub bitrate: Option<f64>,
    /// Width and height as a share of the full picture's, more than 0 to 1: less is blurred.
    pub scale: f32,
    /// Coarseness of the compression, 0 (none to be seen) to 1 (blocks only).
    pub coarseness: f32,
    /// Share of the picture that was lost on the way and still shows what was there before, 0 to 1.
    pub damage: f32,
}

impl Default for VideoView {
    fn default() -> Self {
        Self {
            number: 0,
            captured: 0.0,
            arrived: 0.0,
            rate: 100.0,
            bitrate: None,
            scale: 1.0,
            coarseness: 0.0,
            damage: 0.0,
        }
    }
}

/// A picture on the operator's screen: from glass to glass took `presented` - `captured`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Drawn {
    /// When the cameras took it, s since the start of the run.
    pub captured: f64,
    /// When the screen had it, s since the start of the run.
    pub presented: f64,
}

impl Drawn {
    /// From glass to glass, s.
    pub fn glass_to_glass(&self) -> f64 {
        self.presented - self.captured
    }
}
