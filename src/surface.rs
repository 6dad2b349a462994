//! What a road is covered with, for tyres and for the picture.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Surface {
    #[default]
    Dry,
    Wet,
    Snow,
    Ice,
}

impl Surface {
    /// Friction as a share of that of dry asphalt, -.
    ///
    /// Round figures inside the ranges of J. Y. Wong, *Theory of Ground Vehicles*, table 1.3
    /// (peak: dry asphalt 0.8-0.9, wet 0.5-0.7, packed snow 0.2, ice 0.1; from memory), snow at the
    /// upper end for a winter tyre. One factor for the peak in every direction; the slope of the
    /// curve at zero slip, which is the carcass's, stays.
    pub fn friction(self) -> f32 {
        match self {
            Self::Dry => 1.0,
            Self::Wet => 0.7,
            Self::Snow => 0.3,
            Self::Ice => 0.12,
        }
    }
}
