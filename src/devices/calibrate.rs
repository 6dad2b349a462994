//! Calibration of a device, step by step: what is asked for, and what is made of the answers. Pure:
//! readings and the time come in as arguments.

use super::layout::{ABS_Y, Role};
use super::profile::{Draft, DraftAxis, Kind};

/// How long the device is left alone, s.
const REST_S: f64 = 2.0;
/// A control held still for so long has arrived, s.
const STILL_S: f64 = 0.6;
/// A control is back at rest for so long before the next step, s.
const BACK_S: f64 = 0.3;
/// A button that is not there is passed over after this, s.
const SKIP_S: f64 = 6.0;
/// Parts of an axis's whole range: moved on purpose, still, back at rest.
const MOVED: f64 = 0.2;
const STILL: f64 = 0.01;
const BACK: f64 = 0.12;
/// What is cut off at the ends, so that a control that does not quite reach them reads full.
const INSET: f64 = 0.01;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Rest,
    Left,
    Right,
    Accelerator,
    Brake,
    Button(Role),
    Done,
}

impl Step {
    /// In the order in which they are asked for.
    const ALL: [Self; 10] = [
        Self::Rest,
        Self::Left,
        Self::Right,
        Self::Accelerator,
        Self::Brake,
        Self::Button(Role::TakeOver),
        Self::Button(Role::HandBack),
        Self::Button(Role::NoNeed),
        Self::Button(Role::View),
        Self::Button(Role::Pause),
    ];

    /// What a person is told.
    pub fn prompt(self) -> &'static str {
        match self {
            Self::Rest => "let go of everything for 2 s: feet off, stick or wheel straight",
            Self::Left => "turn the steering fully left and hold it there",
            Self::Right => "now fully right, and hold",
            Self::Accelerator => {
                "press the accelerator fully (right trigger or pedal), then let go"
            }
            Self::Brake => "press the brake fully (left trigger or pedal), then let go",
            Self::Button(Role::TakeOver) => "press the button that takes over",
            Self::Button(Role::HandBack) => {
                "press the button that hands back, or wait 6 s for none"
            }
            Self::Button(Role::NoNeed) => "press the button for \"no need\", or wait 6 s for none",
            Self::Button(Role::View) => "press the button for the next view, or wait 6 s for none",
            Self::Button(_) => "press the button that pauses, or wait 6 s for none",
            Self::Done => "done",
        }
    }
}

/// One axis, followed.
#[derive(Clone, Debug)]
struct Followed {
    code: u32,
    /// As the kernel says.
    ends: (i32, i32),
    span: f64,
    now: i32,
    /// Readings while it was left alone.
    low: i32,
    high: i32,
    /// Where it stood when it last moved by more than a tremble, and when.
    stood: i32,
    since: f64,
    /// Farthest from rest in this step.
    farthest: i32,
}

impl Followed {
    fn rest(&self) -> i32 {
        self.low.midpoint(self.high)
    }

    /// Distance of a reading from rest, as a part of the range.
    fn away(&self, raw: i32) -> f64 {
        f64::from(raw.abs_diff(self.rest())) / self.span
    }
}

/// A pedal, as it was pressed.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Pedal {
    Axis { axis: usize, full: i32 },
    Button(u32),
}

/// Where a calibration stands.
#[derive(Clone, Debug)]
pub struct Calibration {
    axes: Vec<Followed>,
    step: usize,
    began: f64,
    steering: Option<(usize, i32)>,
    right: i32,
    accelerator: Option<Pedal>,
    brake: Option<Pedal>,
    buttons: Vec<(u32, Role)>,
    /// Pressed in this step, and whether it is still down.
    pressed: Option<(u32, bool)>,
    /// Since when everything has been back at rest.
    back: Option<f64>,
}

impl Calibration {
    /// `axes`: packed code, lowest and highest reading as the kernel says, and reading now.
    pub fn new(axes: &[(u32, i32, i32, i32)], now: f64) -> Self {
        let axes = axes
            .iter()
            .filter(|(_, min, max, _)| min < max)
            .map(|&(code, min, max, raw)| Followed {
                code,
                ends: (min, max),
                span: f64::from(max) - f64::from(min),
                now: raw,
                low: raw,
                high: raw,
                stood: raw,
                since: now,
                farthest: raw,
            })
            .collect();
        Self {
            axes,
            step: 0,
            began: now,
            steering: None,
            right: 0,
            accelerator: None,
            brake: None,
            buttons: Vec::new(),
            pressed: None,
            back: None,
        }
    }

    pub fn step(&self) -> Step {
        Step::ALL.get(self.step).copied().unwrap_or(Step::Done)
    }

    /// An axis moved.
    pub fn axis(&mut self, code: u32, raw: i32, now: f64) {
        let resting = self.step() == Step::Rest;
        let Some(axis) = self.axes.iter_mut().find(|a| a.code == code) else {
            return;
        };
        axis.now = raw;
        if f64::from(raw.abs_diff(axis.stood)) > axis.span * STILL {
            (axis.stood, axis.since) = (raw, now);
        }
        if resting {
            (axis.low, axis.high) = (axis.low.min(raw), axis.high.max(raw));
            if f64::from(axis.high.abs_diff(axis.low)) > axis.span * BACK {
                // Somebody moved it: that was no rest.
                (axis.low, axis.high) = (raw, raw);
                self.began = now;
            }
        } else if axis.away(raw) > axis.away(axis.farthest) {
            axis.farthest = raw;
        }
    }

    /// A button changed.
    pub fn button(&mut self, code: u32, pressed: bool) {
        match &mut self.pressed {
            Some((known, down)) if *known == code => *down = pressed,
            None if pressed => self.pressed = Some((code, true)),
            _ => {}
        }
    }

    /// Lets time pass; true if another step has begun.
    pub fn tick(&mut self, now: f64) -> bool {
        let done = match self.step() {
            Step::Rest => now - self.began >= REST_S,
            Step::Left => self.left(now),
            Step::Right => self.turned_right(now),
            Step::Accelerator => self.pedal(now, None).is_some_and(|pedal| {
                self.accelerator = Some(pedal);
                true
            }),
            Step::Brake => self.pedal(now, self.accelerator).is_some_and(|pedal| {
                self.brake = Some(pedal);
                true
            }),
            Step::Button(role) => self.named(role, now),
            Step::Done => return false,
        };
        if done {
            self.step += 1;
            self.began = now;
            self.pressed = None;
            self.back = None;
            for axis in &mut self.axes {
                axis.farthest = axis.rest();
            }
        }
        done
    }

    fn held(axis: &Followed, now: f64) -> bool {
        axis.away(axis.now) >= MOVED && now - axis.since >= STILL_S
    }

    fn left(&mut self, now: f64) -> bool {
        let found = self.axes.iter().position(|a| Self::held(a, now));
        self.steering = found.map(|n| (n, self.axes[n].farthest));
        found.is_some()
    }

    fn turned_right(&mut self, now: f64) -> bool {
        let Some((n, left)) = self.steering else {
            return false;
        };
        let axis = &self.axes[n];
        let other_side = (axis.now > axis.rest()) != (left > axis.rest());
        if other_side {
            self.right = axis.now;
        }
        other_side && Self::held(axis, now)
    }

    /// The pedal that was pressed and let go. A trigger may come as an axis and a button: the axis
    /// counts. An axis that was the other pedal on this side is not asked twice.
    fn pedal(&mut self, now: f64, other: Option<Pedal>) -> Option<Pedal> {
        let steering = self.steering.map(|s| s.0);
        let free = |n: usize, a: &Followed| {
            Some(n) != steering
                && !matches!(other, Some(Pedal::Axis { axis, full })
                    if axis == n && (full > a.rest()) == (a.farthest > a.rest()))
        };
        let axis = (self.axes.iter().enumerate())
            .filter(|(n, a)| free(*n, a) && a.away(a.farthest) >= MOVED)
            .max_by(|a, b| a.1.away(a.1.farthest).total_cmp(&b.1.away(b.1.farthest)));
        let button = self
            .pressed
            .filter(|(code, _)| other != Some(Pedal::Button(*code)));
        let found = match (axis, button) {
            (Some((n, a)), _) => Pedal::Axis {
                axis: n,
                full: a.farthest,
            },
            (None, Some((code, _))) => Pedal::Button(code),
            (None, None) => return None,
        };
        let at_rest = (self.axes.iter().enumerate())
            .all(|(n, a)| Some(n) == steering || a.away(a.now) <= BACK)
            && self.pressed.is_none_or(|(_, down)| !down);
        if !at_rest {
            self.back = None;
            return None;
        }
        let since = *self.back.get_or_insert(now);
        (now - since >= BACK_S).then_some(found)
    }

    fn named(&mut self, role: Role, now: f64) -> bool {
        match self.pressed {
            Some((code, false)) => {
                let taken = self.buttons.iter().any(|b| b.0 == code)
                    || [self.accelerator, self.brake].contains(&Some(Pedal::Button(code)));
                if taken {
                    self.pressed = None;
                    return false;
                }
                self.buttons.push((code, role));
                true
            }
            // Somebody must be able to take over.
            None => role != Role::TakeOver && now - self.began >= SKIP_S,
            Some((_, true)) => false,
        }
    }

    /// What has been found, for a device of this name.
    pub fn draft(&self, name: &str, kind: Kind, (vendor, product): (u16, u16)) -> Draft {
        let mut axes = Vec::new();
        if let Some((n, left)) = self.steering {
            let axis = &self.axes[n];
            let noise = f64::from(axis.high.abs_diff(axis.low)) / axis.span;
            let least = if kind == Kind::Wheel { 0.0 } else { 0.08 };
            axes.push(DraftAxis {
                code: axis.code,
                role: Role::Steering,
                min: inset(axis.rest(), left.min(self.right)),
                centre: axis.rest(),
                max: inset(axis.rest(), left.max(self.right)),
                inverted: left > self.right,
                dead_zone: (3.0 * noise).max(least) as f32,
            });
        }
        let mut buttons = self.buttons.clone();
        let combined = match (self.accelerator, self.brake) {
            (
                Some(Pedal::Axis { axis: a, full }),
                Some(Pedal::Axis {
                    axis: b,
                    full: other,
                }),
            ) if a == b => {
                let axis = &self.axes[a];
                axes.push(DraftAxis {
                    code: axis.code,
                    role: Role::Pedals,
                    min: inset(axis.rest(), full.min(other)),
                    centre: axis.rest(),
                    max: inset(axis.rest(), full.max(other)),
                    inverted: full < other,
                    dead_zone: 0.08,
                });
                true
            }
            _ => false,
        };
        let pedals = [
            (self.accelerator, Role::Accelerator),
            (self.brake, Role::Brake),
        ];
        for (pedal, role) in pedals.into_iter().filter(|_| !combined) {
            match pedal {
                Some(Pedal::Axis { axis, full }) => {
                    let axis = &self.axes[axis];
                    let noise = f64::from(axis.high.abs_diff(axis.low)) / axis.span;
                    let end = inset(axis.rest(), full);
                    axes.push(DraftAxis {
                        code: axis.code,
                        role,
                        min: axis.rest().min(end),
                        centre: axis.rest(),
                        max: axis.rest().max(end),
                        inverted: full < axis.rest(),
                        dead_zone: (3.0 * noise).max(0.03) as f32,
                    });
                }
                Some(Pedal::Button(code)) => buttons.push((code, role)),
                None => {}
            }
        }
        // A pad's stick moves through menus lengthways, if it does nothing else.
        let lengthways = self.axes.iter().find(|a| a.code == ABS_Y);
        if let Some(axis) = lengthways
            && kind == Kind::Gamepad
            && axes.iter().all(|a| a.code != ABS_Y)
        {
            axes.push(DraftAxis {
                code: ABS_Y,
                role: Role::Lengthways,
                min: axis.ends.0,
                centre: axis.rest(),
                max: axis.ends.1,
                inverted: true,
                dead_zone: 0.08,
            });
        }
        Draft {
            name: name.to_owned(),
            kind,
            vendor,
            product,
            axes,
            buttons,
            lock_angle_deg: None,
        }
    }
}

/// An end a little nearer to rest.
fn inset(rest: i32, end: i32) -> i32 {
    let way = (f64::from(end) - f64::from(rest)) * (1.0 - INSET);
    (f64::from(rest) + way).round() as i32
}

#[cfg(test)]
mod tests {
    use super::super::layout::{ABS_RZ, ABS_X, ABS_Z, BTN_EAST, BTN_SOUTH, BTN_TR2};
    use super::super::profile::Profile;
    use super::*;

    struct Person {
        at: f64,
        c: Calibration,
    }

    impl Person {
        fn new(axes: &[(u32, i32, i32, i32)]) -> Self {
            Self {
                at: 0.0,
                c: Calibration::new(axes, 0.0),
            }
        }

        fn wait(&mut self, s: f64) {
            for _ in 0..(s / 0.02).round() as u32 {
                self.at += 0.02;
                self.c.tick(self.at);
            }
        }

        /// Moves an axis there in ten readings.
        fn to(&mut self, code: u32, raw: i32) {
            let from = self.c.axes.iter().find(|a| a.code == code).unwrap().now;
            for n in 1..=10 {
                self.at += 0.02;
                self.c.axis(code, from + (raw - from) * n / 10, self.at);
                self.c.tick(self.at);
            }
        }

        fn press(&mut self, code: u32) {
            self.c.button(code, true);
            self.wait(0.1);
            self.c.button(code, false);
            self.wait(0.1);
        }
    }

    fn parsed(draft: &Draft) -> Profile {
        let text = draft.text("test");
        Profile::parse(&text).unwrap_or_else(|e| panic!("{e:?}\n{text}"))
    }

    #[test]
    fn a_wheel_with_inverted_pedals_is_learned() {
        let mut p = Person::new(&[
            (ABS_X, 0, 65_535, 32_500),
            (ABS_Z, 0, 255, 255),
            (ABS_RZ, 0, 255, 253),
        ]);
        p.wait(2.1);
        assert_eq!(p.c.step(), Step::Left);
        p.to(ABS_X, 300);
        p.wait(1.0);
        assert_eq!(p.c.step(), Step::Right);
        p.to(ABS_X, 65_000);
        p.wait(1.0);
        assert_eq!(p.c.step(), Step::Accelerator);
        p.to(ABS_X, 32_000);
        p.to(ABS_Z, 10);
        p.wait(2.0);
        assert_eq!(p.c.step(), Step::Accelerator, "not let go of yet");
        p.to(ABS_Z, 255);
        p.wait(0.5);
        assert_eq!(p.c.step(), Step::Brake);
        p.to(ABS_RZ, 0);
        p.to(ABS_RZ, 253);
        p.wait(0.5);
        p.wait(20.0);
        assert_eq!(p.c.step(), Step::Button(Role::TakeOver), "this one must be");
        p.press(BTN_SOUTH);
        p.press(BTN_SOUTH);
        assert_eq!(p.c.step(), Step::Button(Role::HandBack), "taken already");
        p.press(BTN_EAST);
        p.wait(3.0 * SKIP_S + 0.2);
        assert_eq!(p.c.step(), Step::Done);

        let profile = parsed(&p.c.draft("Wheel", Kind::Wheel, (1, 2)));
        let at = |code, raw| profile.scale(code, raw, (0, 1));
        assert_eq!((at(ABS_X, 300), at(ABS_X, 65_000)), (-1.0, 1.0));
        assert!(at(ABS_X, 32_500).abs() < 1e-3);
        assert_eq!((at(ABS_Z, 255), at(ABS_Z, 12)), (0.0, 1.0));
        assert_eq!((at(ABS_RZ, 253), at(ABS_RZ, 0)), (0.0, 1.0));
        assert_eq!(profile.role(BTN_SOUTH), Role::TakeOver);
        assert_eq!(profile.role(BTN_EAST), Role::HandBack);
    }

    #[test]
    fn a_stick_is_both_pedals_and_left_may_be_the_high_end() {
        let mut p = Person::new(&[(ABS_X, 0, 1023, 500), (ABS_Y, 0, 1023, 512)]);
        p.wait(2.1);
        p.to(ABS_X, 1023);
        p.wait(1.0);
        p.to(ABS_X, 0);
        p.wait(1.0);
        p.to(ABS_X, 500);
        p.to(ABS_Y, 0);
        p.to(ABS_Y, 512);
        p.wait(0.5);
        p.to(ABS_Y, 1023);
        p.to(ABS_Y, 512);
        p.wait(0.5);
        assert_eq!(p.c.step(), Step::Button(Role::TakeOver));
        let profile = parsed(&p.c.draft("Stick", Kind::Joystick, (0, 0)));
        let at = |code, raw| profile.scale(code, raw, (0, 1));
        assert_eq!(profile.role(ABS_Y), Role::Pedals);
        assert_eq!((at(ABS_Y, 0), at(ABS_Y, 1023)), (1.0, -1.0));
        assert_eq!((at(ABS_X, 1023), at(ABS_X, 0)), (-1.0, 1.0));
    }

    #[test]
    fn pedals_may_be_buttons_and_a_trigger_that_is_both_is_an_axis() {
        let mut p = Person::new(&[
            (ABS_X, -100, 100, 0),
            (ABS_Y, -100, 100, 0),
            (ABS_Z, 0, 255, 0),
        ]);
        p.wait(2.1);
        p.to(ABS_X, -100);
        p.wait(1.0);
        p.to(ABS_X, 100);
        p.wait(1.0);
        p.press(BTN_TR2);
        p.wait(0.5);
        assert_eq!(p.c.step(), Step::Brake);
        p.c.button(BTN_EAST, true);
        p.to(ABS_Z, 255);
        p.to(ABS_Z, 0);
        p.c.button(BTN_EAST, false);
        p.wait(0.5);
        p.press(BTN_SOUTH);
        let profile = parsed(&p.c.draft("Pad", Kind::Gamepad, (1, 2)));
        assert_eq!(profile.role(BTN_TR2), Role::Accelerator);
        assert_eq!(profile.role(ABS_Z), Role::Brake);
        assert_eq!(profile.role(BTN_EAST), Role::Other);
        assert_eq!(profile.role(ABS_Y), Role::Lengthways);
        assert_eq!(profile.scale(ABS_Y, -100, (0, 1)), 1.0);
        assert_eq!(profile.role(BTN_SOUTH), Role::TakeOver);
    }

    #[test]
    fn a_device_that_is_touched_is_not_at_rest() {
        let mut p = Person::new(&[(ABS_X, 0, 1000, 500)]);
        p.wait(1.5);
        p.to(ABS_X, 900);
        p.wait(1.0);
        assert_eq!(p.c.step(), Step::Rest);
        p.to(ABS_X, 500);
        p.wait(2.5);
        assert_eq!(p.c.step(), Step::Left);
    }
}
