//! Weather and light, as far as sensors and tyres feel them.

use super::atmosphere::Atmosphere;
use serde::Serialize;

/// Where the sun is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Sun {
    /// Direction towards it, degrees counter-clockwise from the world's x axis.
    pub azimuth_deg: f64,
    /// Above the horizon, degrees; negative at night.
    pub elevation_deg: f64,
}

/// Weather and light of a run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Weather {
    pub air: Atmosphere,
    /// Rain rate, mm/h: 2 is light, 10 moderate, 50 heavy.
    pub rain: f64,
    pub sun: Sun,
    /// Share of the sky covered by clouds, 0 to 1: under a covered sky the sun does not dazzle.
    pub cloud: f64,
}

impl Weather {
    /// Outdoor brightness, 0 (night) to 1 (day), by the sun's height: twilight from 2 to -6
    /// degrees (the end of civil twilight).
    pub fn daylight(&self) -> f64 {
        ((self.sun.elevation_deg + 6.0) / 8.0).clamp(0.0, 1.0)
    }
}
