//! Weather and light, as far as sensors and tyres feel them.

use super::atmosphere::{Atmosphere, Place};
use crate::road::RoadId;
use crate::surface::Surface;
use serde::Serialize;

/// Where the sun is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Sun {
    /// Direction towards it, degrees counter-clockwise from the world's x axis.
    pub azimuth_deg: f64,
    /// Above the horizon, degrees; negative at night.
    pub elevation_deg: f64,
}

/// A stretch of the road under heavier rain.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Shower {
    pub road: RoadId,
    /// Along the road, m.
    pub from: f64,
    pub to: f64,
    /// mm/h.
    pub rain: f64,
    /// Over this length before and after, the rain sets in and fades, m.
    pub edge: f64,
}

/// Rain that wets a dry road, mm/h.
const WET_FROM: f64 = 0.5;

/// Weather and light of a run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Weather {
    pub air: Atmosphere,
    /// Rain rate, mm/h: 2 is light, 10 moderate, 50 heavy.
    pub rain: f64,
    pub showers: Vec<Shower>,
    pub sun: Sun,
    /// Share of the sky covered by clouds, 0 to 1: under a covered sky the sun does not dazzle.
    pub cloud: f64,
}

impl Default for Weather {
    /// A clear day, the sun high on the left of who drives along x.
    fn default() -> Self {
        Self {
            air: Atmosphere {
                visibility: 10_000.0,
                banks: Vec::new(),
            },
            rain: 0.0,
            showers: Vec::new(),
            sun: Sun {
                azimuth_deg: 90.0,
                elevation_deg: 45.0,
            },
            cloud: 0.0,
        }
    }
}

impl Weather {
    /// Rain rate at a place on the road, mm/h.
    pub fn rain_at(&self, place: Place) -> f64 {
        self.showers
            .iter()
            .filter(|s| s.road == place.0)
            .map(|s| {
                let outside = (s.from - place.1).max(place.1 - s.to).max(0.0);
                let share = 1.0 - outside / s.edge.max(1e-3);
                self.rain + (s.rain - self.rain) * share.clamp(0.0, 1.0)
            })
            .fold(self.rain, f64::max)
    }

    /// Friction of a surface in this weather, as a share of dry asphalt's.
    pub fn friction(&self, surface: Surface, place: Place, covered: bool) -> f32 {
        if !covered && self.rain_at(place) > WET_FROM {
            surface.friction().min(Surface::Wet.friction())
        } else {
            surface.friction()
        }
    }

    /// The heaviest rain anywhere, mm/h.
    pub fn most_rain(&self) -> f64 {
        self.showers
            .iter()
            .map(|s| s.rain)
            .fold(self.rain, f64::max)
    }

    /// Outdoor brightness, 0 (night) to 1 (day), by the sun's height: twilight from 2 to -6
    /// degrees (the end of civil twilight).
    pub fn daylight(&self) -> f64 {
        ((self.sun.elevation_deg + 6.0) / 8.0).clamp(0.0, 1.0)
    }
}
