//! What counts as a person taking over.
//!
//! Thresholds of the field: more than 2 degrees of steering wheel or 10 % of brake pedal
//! (domain reference section 1). They are taken against the controls' resting state when the
//! question is put, so that a held pedal or a stuck trigger is not a takeover. Only the operator's
//! own command is looked at: the automation's motion cannot trigger it.
//!
//! No threshold for gamepads is published. Theirs are the same by default, with two guards: the
//! resting state follows a stick that drifts, and an axis must stay beyond its threshold for a
//! dwell, so that a pad that is bumped on the table does not take over.

use crate::command::{Command, DeviceKind};
use serde::{Deserialize, Serialize};

/// What counts as taking over on one kind of device.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Thresholds {
    /// Change of the steering-wheel angle, degrees.
    pub steering_deg: f32,
    /// Change of the brake pedal, 0 to 1.
    pub brake: f32,
    /// Change of the accelerator pedal, 0 to 1.
    pub accelerator: f32,
    /// An axis must be beyond its threshold for this long, s. Buttons count at once.
    pub dwell: f64,
    /// The resting state follows the wheel this fast, degrees/s: slower movements are drift.
    pub drift_deg_per_s: f32,
    /// ... and the pedals, 1/s.
    pub drift_pedal_per_s: f32,
}

impl Thresholds {
    /// The resting state after the controls have been `held` for `dt` s.
    fn follow(&self, rest: &Command, held: &Command, dt: f64) -> Command {
        let towards = |rest: f32, held: f32, rate: f32| {
            let most = rate * dt.max(0.0) as f32;
            rest + (held - rest).clamp(-most, most)
        };
        Command {
            wheel: towards(rest.wheel, held.wheel, self.drift_deg_per_s.to_radians()),
            accelerator: towards(rest.accelerator, held.accelerator, self.drift_pedal_per_s),
            brake: towards(rest.brake, held.brake, self.drift_pedal_per_s),
            ..*rest
        }
    }

    fn dwell(&self, means: Means) -> f64 {
        match means {
            Means::Button => 0.0,
            Means::Brake | Means::Steering | Means::Accelerator => self.dwell,
        }
    }
}

/// Settings of all kinds of devices. In a file the fields of [`Thresholds`] stand beside
/// `first_input_share` and count for all kinds; those of one kind come after them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "RawIntent")]
pub struct IntentSettings {
    /// Smallest share of a threshold that counts as an input at all, 0 to 1: below it is noise.
    pub first_input_share: f32,
    /// Scripts and models.
    #[serde(flatten)]
    pub program: Thresholds,
    pub keyboard: Thresholds,
    pub gamepad: Thresholds,
    pub wheel: Thresholds,
}

impl IntentSettings {
    pub fn of(&self, device: DeviceKind) -> &Thresholds {
        match device {
            DeviceKind::Program => &self.program,
            DeviceKind::Keyboard => &self.keyboard,
            DeviceKind::Gamepad => &self.gamepad,
            DeviceKind::Wheel => &self.wheel,
        }
    }
}

impl Default for IntentSettings {
    fn default() -> Self {
        RawIntent::default().into()
    }
}

/// As it is written.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawIntent {
    steering_deg: f32,
    brake: f32,
    accelerator: f32,
    first_input_share: f32,
    dwell: f64,
    drift_deg_per_s: f32,
    drift_pedal_per_s: f32,
    keyboard: RawDevice,
    gamepad: RawDevice,
    wheel: RawDevice,
}

impl Default for RawIntent {
    fn default() -> Self {
        Self {
            steering_deg: 2.0,
            brake: 0.10,
            accelerator: 0.10,
            first_input_share: 0.2,
            dwell: 0.0,
            drift_deg_per_s: 0.0,
            drift_pedal_per_s: 0.0,
            keyboard: RawDevice::default(),
            gamepad: RawDevice::default(),
            wheel: RawDevice::default(),
        }
    }
}

/// What one kind of device has of its own.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawDevice {
    steering_deg: Option<f32>,
    brake: Option<f32>,
    accelerator: Option<f32>,
    dwell: Option<f64>,
    drift_deg_per_s: Option<f32>,
    drift_pedal_per_s: Option<f32>,
}

/// A pad that falls over moves its stick for some hundredths of a second, s.
const GAMEPAD_DWELL: f64 = 0.05;
/// Worn sticks and triggers wander, by much less than this: degrees/s and 1/s.
const GAMEPAD_DRIFT: (f32, f32) = (0.5, 0.02);
/// A steering wheel's sensors are better.
const WHEEL_DRIFT: (f32, f32) = (0.2, 0.01);

impl From<RawIntent> for IntentSettings {
    fn from(raw: RawIntent) -> Self {
        let program = Thresholds {
            steering_deg: raw.steering_deg,
            brake: raw.brake,
            accelerator: raw.accelerator,
            dwell: raw.dwell,
            drift_deg_per_s: raw.drift_deg_per_s,
            drift_pedal_per_s: raw.drift_pedal_per_s,
        };
        // A kind's own default is a floor: who asks for more everywhere gets it here as well.
        let kind = |own: RawDevice, dwell: f64, (degrees, pedals): (f32, f32)| Thresholds {
            steering_deg: own.steering_deg.unwrap_or(raw.steering_deg),
            brake: own.brake.unwrap_or(raw.brake),
            accelerator: own.accelerator.unwrap_or(raw.accelerator),
            dwell: own.dwell.unwrap_or(raw.dwell.max(dwell)),
            drift_deg_per_s: own
                .drift_deg_per_s
                .unwrap_or(raw.drift_deg_per_s.max(degrees)),
            drift_pedal_per_s: own
                .drift_pedal_per_s
                .unwrap_or(raw.drift_pedal_per_s.max(pedals)),
        };
        Self {
            first_input_share: raw.first_input_share,
            program,
            keyboard: kind(raw.keyboard, 0.0, (0.0, 0.0)),
            gamepad: kind(raw.gamepad, GAMEPAD_DWELL, GAMEPAD_DRIFT),
            wheel: kind(raw.wheel, 0.0, WHEEL_DRIFT),
        }
    }
}

/// By what a takeover was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Means {
    Button,
    Brake,
    Steering,
    Accelerator,
}

impl Means {
    /// In the order in which they are looked at.
    const ALL: [Self; 4] = [Self::Button, Self::Brake, Self::Steering, Self::Accelerator];

    /// As a person reads it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Button => "button",
            Self::Brake => "brake",
            Self::Steering => "steering",
            Self::Accelerator => "accelerator",
        }
    }
}

/// How far a command has moved from a resting state, as shares of the thresholds, in the order of
/// [`Means::ALL`].
fn shares(t: &Thresholds, from: &Command, to: &Command) -> [f32; 4] {
    let pressed = to.take_over && !from.take_over;
    [
        if pressed { f32::INFINITY } else { 0.0 },
        (to.brake - from.brake) / t.brake,
        (to.wheel - from.wheel).abs().to_degrees() / t.steering_deg,
        (to.accelerator - from.accelerator) / t.accelerator,
    ]
}

/// The vehicle looks this often, s.
const TICK: f64 = 0.01;

/// Watches an operator's controls: the vehicle does it tick by tick, the timeline input by input.
/// Between two looks the controls count as held.
#[derive(Clone, Debug)]
pub struct Detector {
    settings: IntentSettings,
    /// Where everything is at rest since the question was put: a first movement is one away from
    /// it ...
    start: Command,
    /// ... and, as far as hands and feet have let go of the controls since, where thresholds count
    /// from.
    rest: Command,
    held: Command,
    /// Of the last look, s.
    time: f64,
    /// Since when each means has been beyond its threshold, s ...
    since: [Option<f64>; 4],
    /// ... and when the last time began that is over and lasted long enough: a tap.
    over: [Option<f64>; 4],
}

impl Detector {
    pub fn new(settings: IntentSettings) -> Self {
        Self {
            settings,
            start: Command::default(),
            rest: Command::default(),
            held: Command::default(),
            time: 0.0,
            since: [None; 4],
            over: [None; 4],
        }
    }

    /// The question is put anew: the controls are at rest as they are.
    pub fn rest(&mut self, now: &Command, time: f64) {
        *self = Self {
            start: *now,
            rest: *now,
            held: *now,
            time,
            ..Self::new(self.settings)
        };
    }

    /// Looks at the controls at `time` s: the means by which the operator takes over, if they do.
    pub fn look(&mut self, now: &Command, time: f64) -> Option<Means> {
        let t = *self.settings.of(now.device);
        // Both count whole ticks, or they would disagree on what is just beyond a threshold.
        let ticks = |time: f64| libm::ceil(time / TICK - 1e-6);
        let passed = TICK * (ticks(time) - ticks(self.time));
        self.start = t.follow(&self.start, &self.held, passed);
        self.rest = t.follow(&self.rest, &self.held, passed).let_go(now);
        (self.held, self.time) = (*now, time);
        let shares = shares(&t, &self.rest, now);
        let mut taken = None;
        for (i, means) in Means::ALL.into_iter().enumerate() {
            let lasted = |since: f64| time - since >= t.dwell(means) - 1e-9;
            if now.present && shares[i] > 1.0 {
                let since = *self.since[i].get_or_insert(time);
                if lasted(since) {
                    taken = taken.or(Some(means));
                }
            } else if let Some(since) = self.since[i].take()
                && lasted(since)
            {
                self.over[i] = Some(since);
            }
        }
        taken
    }

    /// The operator has moved something beyond noise, as of the last look: what moved most.
    pub fn moved(&self) -> Option<Means> {
        if !self.held.present {
            return None;
        }
        let least = self.settings.first_input_share;
        // Releasing a pedal is a movement too, though never a takeover.
        shares(self.settings.of(self.held.device), &self.start, &self.held)
            .into_iter()
            .zip(Means::ALL)
            .map(|(share, means)| (share.abs(), means))
            .filter(|x| x.0 > least)
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map(|x| x.1)
    }

    /// When the earliest of what is beyond its threshold now went there, s.
    pub fn beyond_since(&self) -> Option<f64> {
        self.since.into_iter().flatten().min_by(f64::total_cmp)
    }

    /// What went beyond a threshold at this time is over, and lasted long enough to count.
    pub fn was_tap(&self, since: f64) -> bool {
        self.over.contains(&Some(since))
    }

    /// When these means went beyond their threshold, now or in the last tap, s.
    pub fn crossed_at(&self, means: Means) -> Option<f64> {
        let i = Means::ALL.iter().position(|m| *m == means)?;
        self.since[i].or(self.over[i])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn here() -> Command {
        Command {
            present: true,
            ..Default::default()
        }
    }

    fn pad() -> Command {
        Command {
            device: DeviceKind::Gamepad,
            ..here()
        }
    }

    fn at_rest(rest: Command) -> Detector {
        let mut detector = Detector::new(IntentSettings::default());
        detector.rest(&rest, 0.0);
        detector
    }

    /// What one look a tick later says.
    fn crossed(rest: Command, now: Command) -> Option<Means> {
        at_rest(rest).look(&now, 0.01)
    }

    /// Looks every tick for `lasts` s at controls given as a function of time; when it was taken
    /// over, and by what.
    fn watch(
        rest: Command,
        lasts: f64,
        now: impl Fn(f64) -> Command,
    ) -> (Detector, Option<(f64, Means)>) {
        let mut detector = at_rest(rest);
        for tick in 1..=(lasts * 100.0) as u32 {
            let t = f64::from(tick) / 100.0;
            if let Some(means) = detector.look(&now(t), t) {
                return (detector, Some((t, means)));
            }
        }
        (detector, None)
    }

    #[test]
    fn each_means_has_its_threshold() {
        let wheel = |deg: f32| Command {
            wheel: deg.to_radians(),
            ..here()
        };
        let brake = |x| Command { brake: x, ..here() };
        assert_eq!(crossed(here(), wheel(1.9)), None);
        assert_eq!(crossed(here(), wheel(-2.1)), Some(Means::Steering));
        assert_eq!(crossed(here(), brake(0.09)), None);
        assert_eq!(crossed(here(), brake(0.11)), Some(Means::Brake));
        let button = Command {
            take_over: true,
            ..here()
        };
        assert_eq!(crossed(here(), button), Some(Means::Button));
    }

    #[test]
    fn a_held_pedal_a_held_stick_and_a_stuck_button_are_not_takeovers() {
        for device in DeviceKind::ALL {
            let resting = Command {
                wheel: 0.3,
                brake: 0.5,
                accelerator: 0.4,
                take_over: true,
                device,
                ..here()
            };
            assert_eq!(watch(resting, 5.0, |_| resting).1, None, "{device:?}");
            let released = Command {
                brake: 0.0,
                accelerator: 0.0,
                take_over: false,
                ..resting
            };
            assert_eq!(watch(resting, 5.0, |_| released).1, None, "{device:?}");
            let harder = Command {
                brake: 0.61,
                ..resting
            };
            let taken = watch(resting, 5.0, |_| harder).1;
            assert_eq!(taken.map(|x| x.1), Some(Means::Brake), "{device:?}");
        }
    }

    #[test]
    fn a_first_movement_is_noticed_before_the_threshold() {
        let brake = |x| Command { brake: x, ..here() };
        let mut detector = at_rest(here());
        assert_eq!(detector.look(&brake(0.03), 0.01), None);
        assert_eq!(detector.moved(), Some(Means::Brake));
        detector.look(&brake(0.01), 0.02);
        assert_eq!(detector.moved(), None);
    }

    #[test]
    fn nobody_there_takes_nothing_over() {
        let gone = Command {
            brake: 1.0,
            take_over: true,
            present: false,
            ..here()
        };
        let mut detector = at_rest(here());
        assert_eq!(detector.look(&gone, 0.01), None);
        assert_eq!(detector.moved(), None);
    }

    #[test]
    fn a_drifting_stick_never_takes_over_and_a_slow_hand_does() {
        let drifting = |rate: f32| {
            move |t: f64| Command {
                wheel: (rate * t as f32).to_radians(),
                brake: 0.0,
                ..pad()
            }
        };
        // 0.4 degrees/s for a minute is 24 degrees, twelve times the threshold.
        let (detector, taken) = watch(pad(), 60.0, drifting(0.4));
        assert_eq!(taken, None);
        assert_eq!(detector.moved(), None);
        // At 2 degrees/s the rest follows with 0.5: 2 degrees apart after 4/3 s, and the dwell.
        let taken = watch(pad(), 60.0, drifting(2.0)).1.expect("taken over").0;
        assert!((taken - (4.0 / 3.0 + 0.05)).abs() < 0.03, "{taken}");
        // A trigger that wanders up.
        let trigger = |t: f64| Command {
            brake: (0.015 * t as f32).min(1.0),
            ..pad()
        };
        assert_eq!(watch(pad(), 60.0, trigger).1, None);
    }

    #[test]
    fn a_bump_on_the_table_is_too_short_for_a_pad_and_a_held_stick_is_not() {
        let bump = |lasts: f64| {
            move |t: f64| Command {
                wheel: if (1.0..1.0 + lasts).contains(&t) {
                    0.8
                } else {
                    0.0
                },
                ..pad()
            }
        };
        assert_eq!(watch(pad(), 3.0, bump(0.04)).1, None);
        let (detector, taken) = watch(pad(), 3.0, bump(0.5));
        let (at, means) = taken.expect("taken over");
        assert_eq!(means, Means::Steering);
        assert!((at - 1.05).abs() < 1e-9, "{at}");
        assert_eq!(detector.crossed_at(Means::Steering), Some(1.0));
        // A button is pressed on purpose.
        let button = |t: f64| Command {
            take_over: t >= 1.0,
            ..pad()
        };
        assert_eq!(watch(pad(), 3.0, button).1, Some((1.0, Means::Button)));
    }

    #[test]
    fn a_kind_has_what_is_said_of_it_or_of_all_or_its_own_default() {
        let settings: IntentSettings = ron::from_str(
            "(steering_deg: 3.0, gamepad: (brake: Some(0.2)), keyboard: (dwell: Some(0.1)))",
        )
        .expect("settings");
        assert_eq!(settings.program.steering_deg, 3.0);
        assert_eq!(settings.gamepad.steering_deg, 3.0);
        assert_eq!((settings.gamepad.brake, settings.wheel.brake), (0.2, 0.1));
        assert_eq!(settings.gamepad.dwell, GAMEPAD_DWELL);
        assert_eq!(
            (settings.keyboard.dwell, settings.program.dwell),
            (0.1, 0.0)
        );
        assert!(ron::from_str::<IntentSettings>("(gamepad: (dwel: Some(0.1)))").is_err());
    }
}
