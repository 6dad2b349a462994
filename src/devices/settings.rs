//! How controls feel: dead zones, curves and rates. Every field has a default, so a file may give
//! only what it changes.

use serde::{Deserialize, Serialize};
use std::fmt;

/// How readings become commands.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Virtual steering-wheel angle at full deflection of stick or key, rad. Larger: tighter
    /// turns, and harder to hold a lane.
    pub full_wheel_rad: f32,
    /// Part of the stick's way around its centre that reads 0, 0 to below 1. Increase it if the
    /// car pulls to one side with the thumb off the stick.
    pub stick_dead_zone: f32,
    /// Exponent of the stick's curve beyond the dead zone, 1 (straight) or more. Larger: finer
    /// near the centre, coarser at the end.
    pub stick_exponent: f32,
    /// Part of a trigger's way at its start that reads 0, 0 to below 1. Increase it if a trigger
    /// that nobody touches brakes.
    pub trigger_dead_zone: f32,
    /// How fast a held steering key turns the virtual wheel, rad/s.
    pub key_steer_rad_s: f32,
    /// How fast the virtual wheel returns to straight once no steering key is held, or towards it
    /// when the other one is, rad/s.
    pub key_return_rad_s: f32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            full_wheel_rad: 90_f32.to_radians(),
            stick_dead_zone: 0.1,
            stick_exponent: 1.5,
            trigger_dead_zone: 0.03,
            key_steer_rad_s: 1.5,
            key_return_rad_s: 3.0,
        }
    }
}

/// A setting out of its range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BadSetting {
    /// The field's name, as in the file.
    pub field: &'static str,
    /// The range in words, with the unit.
    pub expected: &'static str,
    /// What was there.
    pub got: f32,
}

impl fmt::Display for BadSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            field,
            expected,
            got,
        } = self;
        write!(f, "{field}: expected {expected}, got {got}")
    }
}

impl std::error::Error for BadSetting {}

impl Settings {
    /// Checks all ranges; the first field out of range is the error.
    pub fn check(&self) -> Result<(), BadSetting> {
        let zone = |x: f32| (0.0..1.0).contains(&x);
        let positive = |x: f32| x > 0.0 && x.is_finite();
        let wheel = |x: f32| positive(x) && x <= 50.0;
        let exponent = |x: f32| (1.0..=10.0).contains(&x);
        type Check<'a> = (&'static str, f32, &'a dyn Fn(f32) -> bool, &'static str);
        let checks: [Check; 6] = [
            (
                "full_wheel_rad",
                self.full_wheel_rad,
                &wheel,
                "more than 0, at most 50 rad",
            ),
            (
                "stick_dead_zone",
                self.stick_dead_zone,
                &zone,
                "0 to below 1",
            ),
            ("stick_exponent", self.stick_exponent, &exponent, "1 to 10"),
            (
                "trigger_dead_zone",
                self.trigger_dead_zone,
                &zone,
                "0 to below 1",
            ),
            (
                "key_steer_rad_s",
                self.key_steer_rad_s,
                &positive,
                "more than 0 rad/s",
            ),
            (
                "key_return_rad_s",
                self.key_return_rad_s,
                &positive,
                "more than 0 rad/s",
            ),
        ];
        for (field, got, fits, expected) in checks {
            if !fits(got) {
                return Err(BadSetting {
                    field,
                    expected,
                    got,
                });
            }
        }
        Ok(())
    }

    /// Virtual wheel angle for a stick reading of -1..1, rad. Stick right is positive, wheel right
    /// negative. Continuous at the edge of the dead zone, so that no step is felt there.
    pub fn wheel(&self, stick: f32) -> f32 {
        let way = beyond(stick.abs(), self.stick_dead_zone);
        if way == 0.0 {
            return 0.0;
        }
        -libm::powf(way, self.stick_exponent).copysign(stick) * self.full_wheel_rad
    }

    /// Pedal position 0..1 for a trigger reading of 0..1.
    pub fn pedal(&self, trigger: f32) -> f32 {
        beyond(trigger, self.trigger_dead_zone)
    }

    /// Virtual wheel angle `dt_s` seconds later, rad, while steering keys are held or not.
    pub fn key_wheel(&self, wheel: f32, left: bool, right: bool, dt_s: f32) -> f32 {
        let target = match (left, right) {
            (true, false) => self.full_wheel_rad,
            (false, true) => -self.full_wheel_rad,
            _ => 0.0,
        };
        let mut left_s = dt_s.max(0.0);
        let mut wheel = wheel;
        // Towards straight first, at its own rate, then on to the target with what time is left.
        if wheel * target <= 0.0 {
            let to_straight_s = wheel.abs() / self.key_return_rad_s;
            if to_straight_s > left_s {
                return wheel - self.key_return_rad_s.copysign(wheel) * left_s;
            }
            left_s -= to_straight_s;
            wheel = 0.0;
        }
        let way = self.key_steer_rad_s * left_s;
        wheel + (target - wheel).clamp(-way, way)
    }
}

/// How far `way` (0..1) lies beyond `zone`, stretched to 0..1.
fn beyond(way: f32, zone: f32) -> f32 {
    ((way - zone) / (1.0 - zone)).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f32, b: f32) -> bool {
        (a - b).abs() < 1e-5
    }

    #[test]
    fn defaults_are_in_range_and_a_file_may_be_empty() {
        assert_eq!(Settings::default().check(), Ok(()));
        let parsed: Result<Settings, _> = serde_json::from_str(r#"{"stick_exponent": 2.0}"#);
        assert_eq!(
            parsed.ok(),
            Some(Settings {
                stick_exponent: 2.0,
                ..Settings::default()
            })
        );
        assert!(serde_json::from_str::<Settings>(r#"{"stick_exp": 2.0}"#).is_err());
    }

    #[test]
    fn a_bad_setting_names_field_range_and_value() {
        let bad = Settings {
            stick_dead_zone: 1.0,
            ..Settings::default()
        };
        assert_eq!(
            bad.check().map_err(|e| e.to_string()),
            Err("stick_dead_zone: expected 0 to below 1, got 1".to_owned())
        );
        let nan = Settings {
            key_steer_rad_s: f32::NAN,
            ..Settings::default()
        };
        assert!(nan.check().is_err());
    }

    #[test]
    fn stick_right_turns_the_wheel_right() {
        let s = Settings::default();
        assert!(close(s.wheel(1.0), -s.full_wheel_rad));
        assert!(close(s.wheel(-1.0), s.full_wheel_rad));
        assert_eq!(s.wheel(0.09), 0.0);
        assert_eq!(s.wheel(-0.09), 0.0);
        assert!(s.wheel(0.101) < 0.0 && s.wheel(0.101) > -0.01);
        let mut last = s.wheel(-1.0);
        for i in -999..=1000 {
            let next = s.wheel(i as f32 / 1000.0);
            assert!(next <= last);
            last = next;
        }
    }

    #[test]
    fn triggers_start_behind_their_dead_zone() {
        let s = Settings::default();
        assert_eq!(s.pedal(0.02), 0.0);
        assert!(close(s.pedal(1.0), 1.0));
    }

    #[test]
    fn keys_ramp_alike_in_large_and_small_steps() {
        let s = Settings::default();
        let run = |from: f32, left, right, steps: u16, total_s: f32| {
            (0..steps).fold(from, |w, _| {
                s.key_wheel(w, left, right, total_s / f32::from(steps))
            })
        };
        for (from, left, right) in [
            (0.0, true, false),
            (0.5, false, true),
            (-1.2, true, false),
            (1.0, false, false),
            (1.0, true, true),
        ] {
            let (one, many) = (
                run(from, left, right, 1, 0.8),
                run(from, left, right, 80, 0.8),
            );
            assert!((one - many).abs() < 1e-4, "{one} {many}");
        }
        assert!(close(s.key_wheel(0.0, true, false, 0.1), 0.15));
        assert!(close(s.key_wheel(0.0, false, true, 0.1), -0.15));
        assert!(close(s.key_wheel(0.0, true, false, 10.0), s.full_wheel_rad));
        assert_eq!(s.key_wheel(0.1, false, false, 1.0), 0.0);
        assert_eq!(s.key_wheel(0.3, true, false, 0.0), 0.3);
    }
}
