//! A scripted operator: a RON list of timed inputs.
//!
//! ```ron
//! (inputs: [
//!     (after_request: 1.8, brake: 0.3),            // 1.8 s after the first request is shown
//!     (after_request: 4.0, brake: 0.0, wheel_deg: 5.0),
//!     (at: 60.0, hand_back: true),                 // 60 s after the start of the run
//! ])
//! ```
//!
//! Controls keep their value until an input changes them.

use super::{Noticing, Operator, made};
use crate::command::{Command, DeviceKind, Input};
use crate::frame::Frame;
use crate::ron_file::{self, FileError, Problem};
use crate::takeover::alert::Presented;
use serde::Deserialize;
use std::path::Path;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawScript {
    inputs: Vec<RawInput>,
}

/// One timed input. Exactly one of `at` and `after_request` is given.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawInput {
    /// s since the start of the run.
    at: Option<f64>,
    /// s since a request was shown.
    after_request: Option<f64>,
    /// Which request, from 1.
    request: Option<u32>,
    /// Steering-wheel angle, degrees, positive to the left.
    wheel_deg: Option<f32>,
    /// 0 to 1.
    accelerator: Option<f32>,
    /// 0 to 1.
    brake: Option<f32>,
    /// Hold (true) or let go of (false) the take-over button.
    take_over: Option<bool>,
    /// Hold or let go of the hand-back button.
    hand_back: Option<bool>,
    /// The kind of device that the inputs from here on count as.
    device: Option<DeviceKind>,
    /// Hold or let go of the "no need" button.
    no_need: Option<bool>,
    /// false: the device is pulled out; true: it is back.
    present: Option<bool>,
}

/// A script that has been read and checked.
#[derive(Clone, Debug)]
pub struct Script {
    inputs: Vec<RawInput>,
    /// The file's text, for the record.
    pub text: String,
}

impl Script {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// If it cannot be read, is not a script, or says something impossible.
    pub fn load(path: &Path) -> Result<Self, FileError> {
        ron_file::load(path, Self::parse)
    }

    /// Checks a text.
    ///
    /// # Errors
    /// Everything that is wrong with it; at least one problem.
    pub fn parse(text: &str) -> Result<Self, Vec<Problem>> {
        let raw: RawScript = ron_file::parse(text)?;
        let mut problems = Vec::new();
        for (i, input) in raw.inputs.iter().enumerate() {
            check(input, |field, expected, got| {
                let dot = if field.is_empty() { "" } else { "." };
                let path = format!("inputs[{i}]{dot}{field}");
                problems.push(Problem::at_path(text, &path, expected.into(), got));
            });
        }
        if problems.is_empty() {
            Ok(Self {
                inputs: raw.inputs,
                text: text.to_string(),
            })
        } else {
            Err(problems)
        }
    }
}

fn check(input: &RawInput, mut fail: impl FnMut(&str, &str, String)) {
    match (input.at, input.after_request) {
        (None, None) => fail(
            "",
            "one of the times `at` and `after_request`",
            "neither".into(),
        ),
        (Some(_), Some(_)) => fail(
            "",
            "one of the times `at` and `after_request`",
            "both".into(),
        ),
        (Some(t), None) if !(0.0..=1e6).contains(&t) => fail("at", "0 to 1000000 s", t.to_string()),
        (None, Some(t)) if !(0.0..=1e6).contains(&t) => {
            fail("after_request", "0 to 1000000 s", t.to_string());
        }
        _ => {}
    }
    let RawInput {
        wheel_deg,
        accelerator,
        brake,
        ..
    } = *input;
    let buttons = [
        input.take_over,
        input.hand_back,
        input.no_need,
        input.present,
    ];
    if [wheel_deg, accelerator, brake].iter().all(Option::is_none)
        && buttons.iter().all(Option::is_none)
    {
        fail(
            "",
            "something to do, such as `brake: 0.3`",
            "only a time".into(),
        );
    }
    if input.at.is_some() && input.request.is_some() {
        fail(
            "request",
            "`request` with `after_request` only",
            "it with `at`".into(),
        );
    }
    if input.request == Some(0) {
        fail("request", "a number from 1", "0".into());
    }
    if let Some(wheel) = input.wheel_deg
        && !(-720.0..=720.0).contains(&wheel)
    {
        fail("wheel_deg", "-720 to 720 degrees", wheel.to_string());
    }
    for (field, value) in [("accelerator", input.accelerator), ("brake", input.brake)] {
        if let Some(value) = value
            && !(0.0..=1.0).contains(&value)
        {
            fail(field, "0 to 1", value.to_string());
        }
    }
}

/// Plays a script.
#[derive(Debug)]
pub struct Scripted {
    script: Script,
    /// For each input: already done.
    done: Vec<bool>,
    noticing: Noticing,
    /// When each request was shown, s.
    requests: Vec<(u32, f64)>,
    command: Command,
    announced: bool,
}

impl Scripted {
    pub fn new(script: Script) -> Self {
        Self {
            done: vec![false; script.inputs.len()],
            script,
            noticing: Noticing::default(),
            requests: Vec::new(),
            command: Command {
                present: true,
                ..Default::default()
            },
            announced: false,
        }
    }

    /// From a moment on, s: what was to be done at times before it is not done.
    #[must_use]
    pub fn from(mut self, start: f64) -> Self {
        for (done, input) in self.done.iter_mut().zip(&self.script.inputs) {
            *done = input.at.is_some_and(|at| at < start);
        }
        self
    }

    fn due(&self, input: &RawInput) -> Option<f64> {
        if let Some(at) = input.at {
            return Some(at);
        }
        let wanted = input.request.unwrap_or(1);
        let shown = self.requests.iter().find(|r| r.0 == wanted)?.1;
        Some(shown + input.after_request?)
    }
}

impl Operator for Scripted {
    fn observe(&mut self, frame: &Frame, now: f64) {
        if let Some(id) = self.noticing.look(frame, now) {
            self.requests.push((id, now));
        }
    }

    fn act(&mut self, now: f64, inputs: &mut Vec<Input>) {
        if !self.announced {
            self.announced = true;
            inputs.push(made(now, self.command));
        }
        let mut due: Vec<(f64, usize)> = (0..self.done.len())
            .filter(|i| !self.done[*i])
            .filter_map(|i| Some((self.due(&self.script.inputs[i])?, i)))
            .filter(|(time, _)| *time <= now + 1e-9)
            .collect();
        due.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        for (time, i) in due {
            self.done[i] = true;
            let (input, c) = (self.script.inputs[i], &mut self.command);
            c.wheel = input.wheel_deg.map_or(c.wheel, f32::to_radians);
            c.accelerator = input.accelerator.unwrap_or(c.accelerator);
            c.brake = input.brake.unwrap_or(c.brake);
            c.take_over = input.take_over.unwrap_or(c.take_over);
            c.hand_back = input.hand_back.unwrap_or(c.hand_back);
            c.no_need = input.no_need.unwrap_or(c.no_need);
            c.device = input.device.unwrap_or(c.device);
            c.present = input.present.unwrap_or(c.present);
            inputs.push(made(time, self.command));
        }
    }

    fn command(&self) -> Command {
        self.command
    }

    fn take_presented(&mut self) -> Vec<Presented> {
        std::mem::take(&mut self.noticing.shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::RequestView;

    fn request(id: u32) -> Frame {
        Frame {
            request: Some(RequestView {
                id,
                reason: crate::takeover::reason::Reason::FreeSpace,
                raised: 0.0,
                deadline: 10.0,
                escalated: false,
            }),
            ..Default::default()
        }
    }

    #[test]
    fn inputs_come_at_their_times_and_stay() {
        let text = "(inputs: [(after_request: 1.5, brake: 0.5), (at: 2.0, wheel_deg: 90.0)])";
        let mut operator = Scripted::new(Script::parse(text).expect("a script"));
        let mut inputs = Vec::new();
        operator.act(1.0, &mut inputs);
        operator.observe(&request(1), 1.0);
        operator.act(2.4, &mut inputs);
        assert_eq!(inputs.len(), 2);
        assert_eq!(inputs[1].time_ns, 2_000_000_000);
        operator.act(2.51, &mut inputs);
        assert_eq!(inputs[2].time_ns, 2_500_000_000);
        assert_eq!(operator.command().brake, 0.5);
        assert!((operator.command().wheel - std::f32::consts::FRAC_PI_2).abs() < 1e-6);
        assert_eq!(operator.take_presented(), [Presented::exactly(1, 1.0)]);
    }

    #[test]
    fn mistakes_are_named_with_line_and_field() {
        let text = "(inputs: [\n  (brake: 0.5),\n  (at: 1.0, brake: 1.5),\n])";
        let problems = Script::parse(text).expect_err("wrong twice");
        assert_eq!(
            (problems[0].line, problems[0].field.as_str()),
            (2, "inputs[0]")
        );
        assert_eq!(
            (problems[1].line, problems[1].field.as_str()),
            (3, "inputs[1].brake")
        );
        assert_eq!(problems[1].expected, "0 to 1");
    }
}
