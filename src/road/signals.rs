//! Signals: traffic lights with programmes, and signs.

use serde::{Deserialize, Serialize};

/// What a traffic light shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Light {
    Red,
    /// Red and amber together: green comes next.
    RedAmber,
    Green,
    Amber,
    /// Amber flashing: out of order, the signs count.
    Flashing,
    /// Nothing at all: out of order, the signs count.
    Dark,
}

impl Light {
    /// Its signs count, not it.
    pub fn out_of_order(self) -> bool {
        matches!(self, Self::Flashing | Self::Dark)
    }
}

/// A light's cycle, and when it fails.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Programme {
    /// What is shown, and for how long, s; repeated for ever.
    pub phases: Vec<(Light, f64)>,
    /// The cycle begins this long before the run, s.
    pub offset: f64,
    /// From this time on (s) it shows this instead.
    pub failure: Option<(f64, Light)>,
}

/// s. RiLSA 2015 has amber 3 s at 50 km/h and red-amber 1 s.
const AMBER: f64 = 3.0;
const RED_AMBER: f64 = 1.0;
const ALL_RED: f64 = 2.0;

impl Programme {
    /// One of two phases that take turns, each with `green` s. The first one's green begins the
    /// cycle.
    pub fn two_phase(green: f64, second: bool) -> Self {
        let between = AMBER + ALL_RED + RED_AMBER;
        let other = RED_AMBER + green + AMBER + ALL_RED;
        Self {
            phases: vec![
                (Light::Green, green),
                (Light::Amber, AMBER),
                (Light::Red, ALL_RED + other),
                (Light::RedAmber, RED_AMBER),
            ],
            offset: if second { green + between } else { 0.0 },
            failure: None,
        }
    }

    /// What it shows at a time of the run, s.
    pub fn light(&self, time: f64) -> Light {
        if let Some((from, light)) = self.failure
            && time >= from
        {
            return light;
        }
        let cycle: f64 = self.phases.iter().map(|p| p.1).sum();
        if cycle.is_nan() || cycle <= 0.0 {
            return Light::Dark;
        }
        let mut left = libm::fmod(time + self.offset, cycle);
        if left < 0.0 {
            left += cycle;
        }
        for (light, lasts) in &self.phases {
            if left < *lasts {
                return *light;
            }
            left -= lasts;
        }
        Light::Dark
    }
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum SignalKind {
    Light(Programme),
    Stop,
    /// Give way.
    Yield,
    /// Right of way.
    Priority,
    /// A speed limit that begins here, m/s. For show: [`super::Road::limits`] is what counts.
    Speed(f64),
}

/// A signal beside a road.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Signal {
    pub name: String,
    /// Stop line, or where a sign stands, m.
    pub s: f64,
    /// Where it stands across the road, m.
    pub t: f64,
    /// For those who drive along `s` (true) or against it.
    pub along: bool,
    pub kind: SignalKind,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_phases_take_turns_with_all_red_between() {
        let (first, second) = (
            Programme::two_phase(20.0, false),
            Programme::two_phase(20.0, true),
        );
        let (mut greens, mut all_red) = ([0, 0], 0);
        for tenth in 0..520 {
            let time = f64::from(tenth) / 10.0 + 0.05;
            let (a, b) = (first.light(time), second.light(time));
            // Who may still be on the way in: never both.
            let moving = |l| matches!(l, Light::Green | Light::Amber);
            assert!(!(moving(a) && moving(b)), "{time}: {a:?} {b:?}");
            greens[0] += u32::from(a == Light::Green);
            greens[1] += u32::from(b == Light::Green);
            all_red += u32::from(a == Light::Red && b == Light::Red);
            assert_eq!(first.light(time + 52.0), a);
        }
        assert_eq!((greens, all_red), ([200, 200], 40));
    }

    #[test]
    fn a_programme_repeats_until_it_fails() {
        let lights = Programme {
            phases: vec![
                (Light::Green, 20.0),
                (Light::Amber, 3.0),
                (Light::Red, 25.0),
                (Light::RedAmber, 2.0),
            ],
            offset: 10.0,
            failure: Some((100.0, Light::Dark)),
        };
        for (time, light) in [
            (0.0, Light::Green),
            (9.99, Light::Green),
            (10.0, Light::Amber),
            (13.0, Light::Red),
            (38.5, Light::RedAmber),
            (40.0, Light::Green),
            (90.0, Light::Green),
            (100.0, Light::Dark),
        ] {
            assert_eq!(lights.light(time), light, "{time}");
        }
    }
}
