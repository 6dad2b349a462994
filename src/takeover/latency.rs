//! How late a remote operator sees and acts, as the vehicle knows it, and how fast they may go.
//!
//! StVFernLV (Germany, in force since 1 December 2025) allows 200 ms from glass to glass and from
//! there to the command at the vehicle together; above that the speed must drop: 250 ms leave 40 of
//! 50 km/h and 64 of 80 km/h. Both are limit x 0.2 / latency, which is the rule used here; that the
//! figures in between follow it is an inference of ours.

use super::authority::AuthoritySettings;
use super::event::Event;
use crate::command::Arrived;
use crate::vehicle::VehicleSpec;
use crate::vehicle::dynamics::{Controls, pedals};

/// The latency is smoothed over this time, s.
const SMOOTHING: f64 = 0.5;
/// The link is good again once the latency has been below this share of its limit ...
const CLEARLY: f64 = 0.8;
/// ... for this long, s.
const HOLD: f64 = 1.0;
/// Towards the cap: m/s2 for each m/s, and at most this hard when above it, m/s2.
const GAIN: f64 = 0.5;
const GENTLE: f64 = 1.5;

/// The vehicle's own measurement.
#[derive(Clone, Copy, Debug, Default)]
pub struct Latency {
    /// s; none while nobody is there.
    smoothed: Option<f64>,
    degraded: bool,
    well_since: Option<f64>,
}

impl Latency {
    /// One tick of `dt` s. The latency is that of the picture by which the newest command was given,
    /// and of that command; both ends share a clock.
    pub fn step(
        &mut self,
        time: f64,
        arrived: &Arrived,
        settings: &AuthoritySettings,
        dt: f64,
    ) -> Option<Event> {
        if !arrived.command.present {
            *self = Self::default();
            return None;
        }
        let now = arrived.age + arrived.glass;
        let before = self.smoothed.unwrap_or(now);
        let latency = before + (now - before) * (dt / SMOOTHING).min(1.0);
        self.smoothed = Some(latency);
        if latency > CLEARLY * settings.latency_limit {
            self.well_since = None;
        } else {
            self.well_since.get_or_insert(time);
        }
        let well = self.well_since.is_some_and(|t| time - t >= HOLD - 1e-9);
        if !self.degraded && latency > settings.latency_limit {
            self.degraded = true;
            return Some(Event::LinkDegraded { latency });
        }
        if self.degraded && well {
            self.degraded = false;
            return Some(Event::LinkRecovered);
        }
        None
    }

    /// How fast a remote operator may go where the road allows `limit` m/s; none without a cap.
    pub fn cap(&self, limit: f64, settings: &AuthoritySettings) -> Option<f64> {
        let nominal = settings.remote_speed.map_or(limit, |most| most.min(limit));
        if !settings.latency_cap {
            return settings.remote_speed.is_some().then_some(nominal);
        }
        let latency = self.smoothed.unwrap_or_default();
        Some(capped_speed(nominal, latency, settings.latency_limit))
    }
}

/// The rule: all of the speed up to the allowed latency, then in inverse proportion to it.
pub fn capped_speed(nominal: f64, latency: f64, allowed: f64) -> f64 {
    if latency > allowed {
        nominal * allowed / latency
    } else {
        nominal
    }
}

/// An operator's controls under a cap: no more accelerator than leads to it, and a gentle brake above
/// it. The operator's own brake and steering stay as they are.
pub fn limited(operator: Controls, cap: f64, speed: f64, spec: &VehicleSpec) -> Controls {
    let wanted = (GAIN * (cap - speed)).max(-GENTLE);
    let (accelerator, brake) = pedals(spec, wanted as f32, speed as f32);
    Controls {
        accelerator: operator.accelerator.min(accelerator),
        brake: operator.brake.max(brake),
        ..operator
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Command;

    fn arrived(age: f64, glass: f64) -> Arrived {
        Arrived {
            command: Command {
                present: true,
                ..Command::default()
            },
            age,
            glass,
        }
    }

    #[test]
    fn the_rule_gives_the_figures_of_the_regulation() {
        let kmh = |limit: f64, latency| capped_speed(limit / 3.6, latency, 0.2) * 3.6;
        for (limit, latency, cap) in [
            (50.0, 0.25, 40.0),
            (80.0, 0.25, 64.0),
            (50.0, 0.2, 50.0),
            (50.0, 0.05, 50.0),
            (80.0, 0.4, 40.0),
        ] {
            assert!(
                (kmh(limit, latency) - cap).abs() < 1e-9,
                "{limit} {latency}"
            );
        }
    }

    #[test]
    fn both_caps_are_options_and_the_smaller_counts() {
        let plain = AuthoritySettings::default();
        let mut latency = Latency::default();
        for tick in 0..1000 {
            latency.step(f64::from(tick) / 100.0, &arrived(0.05, 0.2), &plain, 0.01);
        }
        assert_eq!(latency.cap(25.0, &plain), None);
        let absolute = AuthoritySettings {
            remote_speed: Some(22.2),
            ..plain
        };
        assert_eq!(latency.cap(25.0, &absolute), Some(22.2));
        assert_eq!(latency.cap(15.0, &absolute), Some(15.0));
        let by_latency = AuthoritySettings {
            latency_cap: true,
            ..absolute
        };
        let cap = latency.cap(25.0, &by_latency).expect("a cap");
        assert!((cap - 22.2 * 0.8).abs() < 1e-6, "{cap}");
    }

    #[test]
    fn the_soft_limit_is_told_once_and_forgotten_after_a_while_of_being_well() {
        let settings = AuthoritySettings::default();
        let mut latency = Latency::default();
        let mut told = Vec::new();
        for tick in 0..2000 {
            let time = f64::from(tick) / 100.0;
            // 100 ms; from 5 s on 300 ms; from 10 s on 180 ms; from 15 s on 100 ms.
            let age = [0.1, 0.3, 0.18, 0.1][(time / 5.0) as usize];
            if let Some(event) = latency.step(time, &arrived(age, 0.0), &settings, 0.01) {
                told.push((time, event));
            }
        }
        assert_eq!(told.len(), 2, "{told:?}");
        // 0.1 + 0.2 (1 - exp(-t / 0.5)) = 0.2 after 0.35 s.
        assert!((told[0].0 - 5.35).abs() < 0.02, "{told:?}");
        assert!(matches!(told[0].1, Event::LinkDegraded { latency } if latency > 0.2));
        // 180 ms are within the limit, but not clearly; 160 ms are reached 0.14 s after 15 s.
        assert!((told[1].0 - 16.14).abs() < 0.02, "{told:?}");
        assert_eq!(told[1].1, Event::LinkRecovered);
        // Who is not there has no latency.
        let nobody = Arrived {
            age: 9.0,
            ..Arrived::default()
        };
        assert_eq!(Latency::default().step(0.0, &nobody, &settings, 0.01), None);
    }

    #[test]
    fn above_the_cap_the_accelerator_goes_and_a_gentle_brake_comes() {
        let spec = crate::vehicle::profile("saloon").expect("it is there");
        let floored = Controls {
            steer: 0.1,
            accelerator: 1.0,
            brake: 0.0,
        };
        let far_below = limited(floored, 20.0, 5.0, &spec);
        assert_eq!(far_below, floored);
        let above = limited(floored, 10.0, 15.0, &spec);
        assert_eq!((above.steer, above.accelerator), (0.1, 0.0));
        assert!((0.01..0.3).contains(&above.brake), "{}", above.brake);
        let hard = Controls {
            brake: 0.9,
            ..floored
        };
        assert_eq!(limited(hard, 10.0, 15.0, &spec).brake, 0.9);
    }
}
