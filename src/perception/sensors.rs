//! How far each sensor reaches, and why not farther.
//!
//! Camera, lidar and radar each have a range in good conditions and a share of it that is left in
//! bad ones. The shares are assumptions, stated where they are made: published figures depend on the
//! make of a sensor and are not invented here. Their direction and order are what tests hold.

use super::weather::Weather;
use crate::vehicle::sensors::{Sensor, SensorSpec};
use serde::{Deserialize, Serialize};

/// Where the vehicle is, as far as light and weather go.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Surroundings {
    /// Heading, rad.
    pub yaw: f64,
    pub in_tunnel: bool,
    /// mm/h, in the open.
    pub rain: f64,
    /// m to the tunnel's exit, if there is one ahead.
    pub tunnel_exit: Option<f64>,
    /// s since the vehicle left a tunnel.
    pub since_tunnel: Option<f64>,
}

/// Share of a sensor's range that is left, 0 to 1, and what takes most of it away.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reach {
    pub share: f64,
    pub cause: Cause,
}

/// What limits perception.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    #[default]
    None,
    Fog,
    Rain,
    Glare,
    Dark,
    /// Eyes used to the dark meet daylight.
    TunnelExit,
    Dirt,
    Failure,
    Markings,
    Object,
    Signal,
    /// Something stands in the way, and there is no way around.
    Blocked,
    /// Satellites are not received, or not enough of them.
    Gnss,
    /// Something covers a part of a sensor's view.
    Blockage,
    /// Somebody who may do anything.
    Motion,
}

impl Cause {
    /// By their numbers in records.
    pub const ALL: [Self; 15] = [
        Self::None,
        Self::Fog,
        Self::Rain,
        Self::Glare,
        Self::Dark,
        Self::TunnelExit,
        Self::Dirt,
        Self::Failure,
        Self::Markings,
        Self::Object,
        Self::Signal,
        Self::Blocked,
        Self::Gnss,
        Self::Blockage,
        Self::Motion,
    ];

    /// As a person reads it; empty for none.
    pub fn label(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Fog => "fog",
            Self::Rain => "rain",
            Self::Glare => "low sun",
            Self::Dark => "darkness",
            Self::TunnelExit => "tunnel exit",
            Self::Dirt => "dirty sensor",
            Self::Failure => "sensor failure",
            Self::Markings => "markings missing",
            Self::Object => "doubtful object",
            Self::Signal => "signal out of order",
            Self::Blocked => "way blocked or lost",
            Self::Gnss => "satellites lost",
            Self::Blockage => "sensor covered",
            Self::Motion => "unclear movement",
        }
    }
}

/// Rain that halves the range of a camera (drops and spray on the glass) and of a lidar, mm/h.
/// Assumptions: 50 mm/h is a cloudburst in which drivers slow to walking pace.
const CAMERA_HALVED: f64 = 30.0;
const LIDAR_HALVED: f64 = 60.0;
/// What low beams leave of a camera's daylight range, -: some 70 m of 180 m.
const LOW_BEAM: f64 = 0.4;
/// ... and a tunnel's lamps.
const TUNNEL_LAMPS: f64 = 0.7;
/// The sun dazzles within about this angle of the camera's axis, degrees.
const GLARE_ANGLE: f64 = 15.0;
/// ... and leaves this much of the range at worst.
const GLARE_LEFT: f64 = 0.12;
/// An exposure that suits a tunnel does not suit its bright exit, from this far, m, until this long
/// after, s.
const EXIT_FROM: f64 = 80.0;
const EXIT_UNTIL: f64 = 1.5;
const EXIT_LEFT: f64 = 0.15;

impl Reach {
    fn full() -> Self {
        Self {
            share: 1.0,
            cause: Cause::None,
        }
    }

    /// Takes another limit in: shares multiply, and the strongest is named.
    pub(super) fn limited(self, share: f64, cause: Cause, strongest: &mut f64) -> Self {
        let share = share.clamp(0.0, 1.0);
        let mut out = Self {
            share: self.share * share,
            ..self
        };
        if share < *strongest {
            *strongest = share;
            out.cause = cause;
        }
        out
    }
}

/// What weather and light leave of a sensor's range; fog apart, which is not the same everywhere.
/// `strongest` is carried on for more limits.
pub(super) fn reach(
    sensor: &SensorSpec,
    weather: &Weather,
    around: &Surroundings,
    strongest: &mut f64,
) -> Reach {
    let rain = if around.in_tunnel { 0.0 } else { around.rain };
    let full = Reach::full();
    match sensor.kind {
        Sensor::Radar => full,
        Sensor::Lidar => full.limited(1.0 / (1.0 + rain / LIDAR_HALVED), Cause::Rain, strongest),
        Sensor::Camera => full
            .limited(1.0 / (1.0 + rain / CAMERA_HALVED), Cause::Rain, strongest)
            .limited(light(weather, around), Cause::Dark, strongest)
            .limited(
                glare(weather, around, sensor.heading_deg),
                Cause::Glare,
                strongest,
            )
            .limited(exit(weather, around), Cause::TunnelExit, strongest),
    }
}

fn light(weather: &Weather, around: &Surroundings) -> f64 {
    if around.in_tunnel {
        TUNNEL_LAMPS
    } else {
        LOW_BEAM + (1.0 - LOW_BEAM) * weather.daylight()
    }
}

/// Low sun in the camera's view: falls off with the angle between them.
fn glare(weather: &Weather, around: &Surroundings, heading_deg: f64) -> f64 {
    let sun = weather.sun;
    if around.in_tunnel || sun.elevation_deg < -0.5 {
        return 1.0;
    }
    let axis = around.yaw + heading_deg.to_radians();
    let beside = crate::road::wrap_angle(sun.azimuth_deg.to_radians() - axis).to_degrees();
    let off = libm::hypot(beside, sun.elevation_deg) / GLARE_ANGLE;
    let dazzle = libm::exp(-off * off) * (1.0 - weather.cloud);
    1.0 - (1.0 - GLARE_LEFT) * dazzle
}

fn exit(weather: &Weather, around: &Surroundings) -> f64 {
    let near = around
        .tunnel_exit
        .map_or(0.0, |d| (2.0 - 2.0 * d / EXIT_FROM).clamp(0.0, 1.0));
    let just_out = around
        .since_tunnel
        .map_or(0.0, |t| (1.0 - t / EXIT_UNTIL).clamp(0.0, 1.0));
    1.0 - (1.0 - EXIT_LEFT) * near.max(just_out) * weather.daylight()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::perception::weather::Sun;

    fn day() -> Weather {
        Weather::default()
    }

    fn camera(weather: &Weather, around: Surroundings) -> Reach {
        let spec = SensorSpec::new("c", Sensor::Camera, 180.0, 120.0);
        reach(&spec, weather, &around, &mut 1.0)
    }

    #[test]
    fn a_clear_day_leaves_everything() {
        let r = camera(&day(), Surroundings::default());
        assert!(r.share > 0.98, "{r:?}");
    }

    #[test]
    fn each_condition_takes_range_and_is_named() {
        let rain = Surroundings {
            rain: 30.0,
            ..Default::default()
        };
        let mut night = day();
        night.sun.elevation_deg = -20.0;
        let mut low_sun = day();
        low_sun.sun = Sun {
            azimuth_deg: 2.0,
            elevation_deg: 4.0,
        };
        let here = Surroundings::default();
        for (weather, around, cause, most) in [
            (day(), rain, Cause::Rain, 0.5),
            (night, here, Cause::Dark, 0.41),
            (low_sun.clone(), here, Cause::Glare, 0.25),
        ] {
            let r = camera(&weather, around);
            assert_eq!(r.cause, cause);
            assert!(r.share <= most + 1e-9, "{r:?}");
        }
        // The same sun from behind does nothing.
        let away = Surroundings {
            yaw: std::f64::consts::PI,
            ..here
        };
        assert!(camera(&low_sun, away).share > 0.99);
        low_sun.cloud = 1.0;
        assert!(camera(&low_sun, here).share > 0.99, "covered");
    }

    #[test]
    fn a_tunnel_exit_dazzles_by_day_only_and_only_for_a_while() {
        let at = |exit: Option<f64>, since: Option<f64>| Surroundings {
            in_tunnel: exit.is_some(),
            tunnel_exit: exit,
            since_tunnel: since,
            ..Default::default()
        };
        assert!(camera(&day(), at(Some(10.0), None)).share < 0.2);
        assert!(camera(&day(), at(Some(200.0), None)).share > 0.65);
        assert!(camera(&day(), at(None, Some(0.2))).share < 0.35);
        assert!(camera(&day(), at(None, Some(3.0))).share > 0.98);
        let mut night = day();
        night.sun.elevation_deg = -20.0;
        assert!(camera(&night, at(Some(10.0), None)).share > 0.65);
    }

    #[test]
    fn radar_minds_none_of_it() {
        let mut storm = day();
        storm.sun.elevation_deg = -30.0;
        let rain = Surroundings {
            rain: 80.0,
            ..Default::default()
        };
        let spec = SensorSpec::new("r", Sensor::Radar, 160.0, 120.0);
        let r = reach(&spec, &storm, &rain, &mut 1.0);
        assert_eq!(r.share, 1.0);
    }
}
