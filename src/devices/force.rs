//! What a steering wheel's motor should do: pure arithmetic, no device.
//!
//! Torques are shares of the motor's full torque, positive to the left like angles (ISO 8855).
//! Two springs and a damper make them up:
//!
//! - *Centring*, towards straight ahead, harder as the vehicle gets faster. On a road the tyres'
//!   aligning torque does that; it grows with the lateral force, and that, for a given angle, with
//!   the speed until the tyres are near their limit.
//! - *Following*, towards the vehicle's own steering-wheel angle while the automation steers, so
//!   that the operator's wheel is where the vehicle's is before they take over. Off unless asked
//!   for: a wheel that moves by itself must be expected.
//! - *Damping*, against the rate of turn. A motor that is told its force a hundred times a second
//!   is always a little late, and a spring that is late swings.

use super::haptics::VehicleFelt;
use serde::Deserialize;

/// How strong a wheel's motor is, and what it does. All shares are 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Force {
    /// Share of the motor's full torque that anything here may use. Decrease it if the wheel is
    /// too strong for the hands in front of it.
    pub gain: f32,
    /// Centring torque at a quarter turn: standing, and at `fast_speed` and above.
    pub centring_standing: f32,
    pub centring_fast: f32,
    /// m/s.
    pub fast_speed: f32,
    /// Torque that moves the wheel to where the vehicle's is; 0: it stays where hands leave it.
    pub follow: f32,
    /// Torque against one turn per second.
    pub damping: f32,
    /// The motor pushes the other way than the kernel's documentation says (only where the wheel
    /// has no spring of its own).
    pub inverted: bool,
}

impl Default for Force {
    fn default() -> Self {
        Self {
            gain: 0.6,
            centring_standing: 0.1,
            centring_fast: 0.6,
            fast_speed: 30.0,
            follow: 0.0,
            damping: 0.6,
            inverted: false,
        }
    }
}

/// Full torque of the following spring is reached this far from its target, rad.
const FOLLOW_RAD: f32 = 0.35;
const QUARTER_TURN: f32 = std::f32::consts::FRAC_PI_2;

impl Force {
    /// The first setting out of its range: field, what it should be, and what it is.
    pub fn fault(&self) -> Option<(&'static str, &'static str, f32)> {
        let share = |x: &f32| (0.0..=1.0).contains(x);
        [
            ("gain", self.gain),
            ("centring_standing", self.centring_standing),
            ("centring_fast", self.centring_fast),
            ("follow", self.follow),
            ("damping", self.damping),
        ]
        .into_iter()
        .find(|(_, x)| !share(x))
        .map(|(field, x)| (field, "0 to 1", x))
        .or_else(|| {
            let sound = self.fast_speed > 0.0 && self.fast_speed <= 200.0;
            (!sound).then_some((
                "fast_speed",
                "more than 0, at most 200 m/s",
                self.fast_speed,
            ))
        })
    }

    /// Strength of the centring spring at this speed: its torque at a quarter turn.
    pub fn centring(&self, speed: f64) -> f32 {
        let share = smooth(speed.abs() as f32 / self.fast_speed);
        self.centring_standing + (self.centring_fast - self.centring_standing) * share
    }

    /// Torque of the spring that takes the wheel from `angle` to the vehicle's, rad.
    pub fn following(&self, felt: VehicleFelt, angle: f32) -> f32 {
        if felt.by_operator {
            return 0.0;
        }
        self.follow * ((felt.wheel as f32 - angle) / FOLLOW_RAD).clamp(-1.0, 1.0)
    }

    /// The torque for a motor that can only be told a torque; `angle` rad, `rate` rad/s.
    /// `centres_itself`: the device does the centring, and what is left is following, with its
    /// damping. Never beyond `gain`.
    pub fn torque(&self, felt: VehicleFelt, angle: f32, rate: f32, centres_itself: bool) -> f32 {
        let damping = -self.damping * rate / std::f32::consts::TAU;
        let wanted = if centres_itself {
            if self.follow == 0.0 || felt.by_operator {
                return 0.0;
            }
            self.following(felt, angle) + damping
        } else {
            let centring = self.centring(felt.speed);
            let spring = (-centring * angle / QUARTER_TURN).clamp(-centring, centring);
            spring + self.following(felt, angle) + damping
        };
        self.gain * wanted.clamp(-1.0, 1.0)
    }
}

/// From 0 to 1 without a corner, beyond that constant.
pub fn smooth(x: f32) -> f32 {
    let x = x.clamp(0.0, 1.0);
    x * x * (3.0 - 2.0 * x)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn felt(speed: f64, wheel: f64, by_operator: bool) -> VehicleFelt {
        VehicleFelt {
            speed,
            wheel,
            by_operator,
        }
    }

    #[test]
    fn centring_pulls_back_harder_when_faster_and_alike_on_both_sides() {
        let force = Force::default();
        let mut last = 0.0;
        for speed in 0..60 {
            let felt = felt(f64::from(speed), 0.0, true);
            let torque = force.torque(felt, -0.5, 0.0, false);
            assert!(torque > 0.0, "turned right, pulled left");
            assert!(torque >= last);
            assert_eq!(torque, -force.torque(felt, 0.5, 0.0, false));
            last = torque;
        }
        assert_eq!(force.torque(felt(20.0, 0.0, true), 0.0, 0.0, false), 0.0);
        assert!((force.centring(0.0) - 0.1).abs() < 1e-6);
        assert!((force.centring(45.0) - 0.6).abs() < 1e-6);
    }

    #[test]
    fn nothing_exceeds_the_gain() {
        let force = Force {
            follow: 1.0,
            damping: 1.0,
            ..Force::default()
        };
        for angle in -40..40 {
            for rate in [-50.0, 0.0, 50.0] {
                let torque = force.torque(felt(50.0, -3.0, false), angle as f32, rate, false);
                assert!(torque.abs() <= force.gain, "{torque}");
            }
        }
    }

    #[test]
    fn the_wheel_follows_only_while_the_automation_steers_and_only_if_asked() {
        let force = Force {
            follow: 0.5,
            ..Force::default()
        };
        assert!(force.following(felt(10.0, 0.3, false), 0.0) > 0.0);
        assert!(force.following(felt(10.0, 0.3, false), 0.6) < 0.0);
        assert_eq!(force.following(felt(10.0, 0.3, true), 0.0), 0.0);
        assert_eq!(force.torque(felt(10.0, 0.3, true), 0.5, 3.0, true), 0.0);
        assert!(force.torque(felt(10.0, 0.3, false), 0.0, 0.0, true) > 0.0);
        assert_eq!(Force::default().following(felt(10.0, 0.3, false), 0.0), 0.0);
    }

    /// A wheel of 0.05 kg m2 on a motor of 2 N m, told its torque every 10 ms, 10 ms late.
    fn turns(force: Force, felt: VehicleFelt, from: f32) -> (f32, f32) {
        let (mut angle, mut rate, mut torque) = (from, 0.0, 0.0);
        for _ in 0..3000 {
            let next = force.torque(felt, angle, rate, false);
            for _ in 0..10 {
                rate += 2.0 * torque / 0.05 * 0.001;
                angle += rate * 0.001;
            }
            torque = next;
        }
        (angle, rate)
    }

    #[test]
    fn a_wheel_let_go_comes_to_rest_where_it_should() {
        for speed in [0.0, 15.0, 50.0] {
            let (angle, rate) = turns(Force::default(), felt(speed, 0.0, true), 2.0);
            assert!(angle.abs() < 0.05 && rate.abs() < 0.1, "{angle} {rate}");
        }
        let force = Force {
            follow: 0.5,
            ..Force::default()
        };
        let (angle, rate) = turns(force, felt(15.0, 0.4, false), 0.0);
        assert!((angle - 0.4).abs() < 0.1 && rate.abs() < 0.1, "{angle}");
    }

    #[test]
    fn settings_out_of_range_are_named() {
        let bad = Force {
            follow: 1.5,
            ..Force::default()
        };
        assert_eq!(bad.fault(), Some(("follow", "0 to 1", 1.5)));
        let nan = Force {
            fast_speed: f32::NAN,
            ..Force::default()
        };
        assert_eq!(nan.fault().map(|f| f.0), Some("fast_speed"));
        assert_eq!(Force::default().fault(), None);
    }
}
