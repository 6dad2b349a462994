//! Reaction times from raw input: what an operator did after a request, by any thresholds.
//!
//! The vehicle decided by its own thresholds while it drove; [`Answer::find`] asks the same question of the
//! inputs on record by others. It looks as the vehicle does, once a tick, and at each input's own time.

use crate::command::{Change, Command, Input};
use crate::takeover::intent::{Detector, IntentSettings, Means};
use serde::Serialize;

/// The vehicle looks this often, s.
const TICK: f64 = 0.01;

/// What was done after a request. Times are s since the start of the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Answer {
    /// The first movement beyond noise of those that led to crossing a threshold, or that were still held at the end.
    pub first_input_s: Option<f64>,
    pub first_input: Option<Means>,
    /// A threshold was crossed, and for long enough.
    pub threshold_s: Option<f64>,
    pub by: Option<Means>,
    /// The true times lie within this of these, s.
    pub uncertainty_s: f64,
    /// The first movement of a hand control (steering or button) beyond noise.
    pub hands_s: Option<f64>,
}

impl Answer {
    /// Looks from `from` (the request) to `until`, s. `inputs` in order of time, from the start of the run.
    pub fn find(inputs: &[Input], intent: IntentSettings, from: f64, until: f64) -> Self {
        let mut answer = Self::default();
        let mut detector = Detector::new(intent);
        let seconds = |input: &Input| input.time_ns as f64 / 1e9;
        let begin = inputs.partition_point(|i| seconds(i) <= from);
        let mut latest = inputs[..begin]
            .last()
            .map_or(Command::default(), |i| i.after);
        detector.rest(&latest, from);
        // Hands are told apart from feet: what moved most may be a pedal.
        let mut at_rest = latest;
        let mut coming = inputs[begin..].iter().peekable();
        let mut tick = libm::ceil(from / TICK - 1e-6) + 1.0;
        loop {
            let now = tick * TICK;
            if now > until + 1e-9 {
                return answer;
            }
            while let Some(input) = coming.next_if(|i| seconds(i) <= now + 1e-9) {
                let was_present = latest.present;
                latest = input.after;
                let time = seconds(input);
                if !was_present {
                    // The first sign of a device tells where it rests.
                    detector.rest(&latest, time);
                    at_rest = latest;
                    answer = Self::default();
                    continue;
                }
                let turned = (latest.wheel - at_rest.wheel).abs().to_degrees();
                let noise = intent.first_input_share * intent.of(latest.device).steering_deg;
                if turned > noise || (latest.take_over && !at_rest.take_over) {
                    answer.hands_s.get_or_insert(time);
                }
                let taken = detector.look(&latest, time);
                let pressed = matches!(input.change, Change::Key { pressed: true, .. });
                let key = pressed.then_some(Means::Steering);
                answer.moved(detector.moved().or(key), time, input);
                if let Some(by) = taken {
                    return answer.taken(by, &detector, input.uncertainty_ns);
                }
            }
            if let Some(by) = detector.look(&latest, now) {
                let within = inputs.iter().rfind(|i| seconds(i) <= now + 1e-9);
                return answer.taken(by, &detector, within.map_or(0, |i| i.uncertainty_ns));
            }
            tick += 1.0;
        }
    }

    fn moved(&mut self, means: Option<Means>, time: f64, input: &Input) {
        let Some(means) = means else {
            // Back at rest: what came before led to nothing.
            *self = Self {
                hands_s: self.hands_s,
                ..Self::default()
            };
            return;
        };
        if self.first_input_s.is_none() {
            self.first_input_s = Some(time);
            self.first_input = Some(means);
            self.uncertainty_s = input.uncertainty_ns as f64 / 1e9;
        }
    }

    fn taken(mut self, by: Means, detector: &Detector, uncertainty_ns: u64) -> Self {
        self.threshold_s = detector.crossed_at(by);
        self.by = Some(by);
        self.uncertainty_s = self.uncertainty_s.max(uncertainty_ns as f64 / 1e9);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::{DeviceKind, Stamp};

    fn input(time: f64, after: Command) -> Input {
        Input {
            time_ns: (time * 1e9) as i64,
            realtime_ns: 0,
            uncertainty_ns: 200_000,
            stamp: Stamp::Kernel,
            device: 0,
            change: Change::Set,
            after,
        }
    }

    fn braked(time: f64, brake: f32) -> Input {
        let after = Command {
            brake,
            present: true,
            ..Command::default()
        };
        input(time, after)
    }

    fn with(brake: f32) -> IntentSettings {
        let mut intent = IntentSettings::default();
        intent.program.brake = brake;
        intent
    }

    #[test]
    fn other_thresholds_are_crossed_at_other_times() {
        let inputs = [
            braked(0.0, 0.0),
            braked(12.0, 0.03),
            braked(12.1, 0.12),
            braked(12.3, 0.3),
            braked(12.5, 0.6),
        ];
        let at = |threshold| Answer::find(&inputs, with(threshold), 10.0, 20.0);
        assert_eq!(at(0.1).threshold_s, Some(12.1));
        assert_eq!(at(0.1).first_input_s, Some(12.0));
        assert_eq!(at(0.2).threshold_s, Some(12.3));
        assert_eq!(at(0.5).threshold_s, Some(12.5));
        assert_eq!(at(0.5).by, Some(Means::Brake));
        assert_eq!(at(0.9).threshold_s, None);
        assert_eq!(
            at(0.9).first_input_s,
            Some(12.3),
            "less than a fifth of it is noise"
        );
        assert_eq!(at(0.1).uncertainty_s, 0.0002);
        assert_eq!(at(0.1).hands_s, None);
    }

    #[test]
    fn nothing_counts_after_the_end_and_a_bump_is_no_answer() {
        let inputs = [
            braked(0.0, 0.0),
            braked(11.0, 0.05),
            braked(11.2, 0.0),
            braked(13.0, 0.5),
        ];
        let none = Answer::find(&inputs, with(0.1), 10.0, 12.0);
        assert_eq!((none.threshold_s, none.first_input_s), (None, None));
        let found = Answer::find(&inputs, with(0.1), 10.0, 14.0);
        assert_eq!(
            (found.threshold_s, found.first_input_s),
            (Some(13.0), Some(13.0))
        );
        assert_eq!(Answer::find(&[], with(0.1), 10.0, 12.0), Answer::default());
    }

    #[test]
    fn a_dwell_is_waited_for_and_the_crossing_is_told() {
        let pad = |time: f64, wheel_deg: f32| {
            let after = Command {
                wheel: wheel_deg.to_radians(),
                present: true,
                device: DeviceKind::Gamepad,
                ..Command::default()
            };
            input(time, after)
        };
        // 0.03 s beyond the threshold are a bump for a pad (0.05 s), and then it stays.
        let inputs = [
            pad(0.0, 0.0),
            pad(11.0, 5.0),
            pad(11.03, 0.0),
            pad(12.004, 5.0),
        ];
        let found = Answer::find(&inputs, IntentSettings::default(), 10.0, 20.0);
        assert_eq!(found.threshold_s, Some(12.004));
        assert_eq!(found.by, Some(Means::Steering));
        assert_eq!(found.hands_s, Some(11.0));
    }
}
