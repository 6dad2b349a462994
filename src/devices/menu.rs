//! What a change at a device means to someone who moves through menus.
//!
//! A direction pad comes as an axis or as buttons, a stick has no edge, and the buttons that drive
//! mean something else in a menu (take over: confirm, hand back: go back). [`Menu`] turns all of
//! that into single steps. It is pure: a window asks it about each event, in a menu or not, so
//! that it knows what is held when the menu opens.

use super::RawEvent;
use super::layout::Role;
use crate::command::Change;
use std::collections::BTreeMap;

/// One thing to do in a menu, or in a window that shows a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Up,
    Down,
    Left,
    Right,
    Confirm,
    Back,
    /// Opens or closes the menu of a run.
    Pause,
    /// Shows the next view.
    View,
}

/// A stick is pushed beyond this part of its way, and is back below the other. The gap keeps a
/// trembling thumb from making many steps of one.
const PUSHED: f32 = 0.6;
const BACK: f32 = 0.4;

/// All devices of one operator, as far as menus are concerned.
#[derive(Clone, Debug, Default)]
pub struct Menu {
    /// By device and axis code: -1, 0 or 1.
    pushed: BTreeMap<(u32, u32), i8>,
}

impl Menu {
    /// The step that this event makes, if any. A held control makes one step.
    pub fn step(&mut self, event: &RawEvent) -> Option<Step> {
        match &event.change {
            Change::Axis { code, value, .. } => {
                let steps = match event.role {
                    Role::Steering | Role::Sideways => [Step::Left, Step::Right],
                    Role::Lengthways => [Step::Down, Step::Up],
                    _ => return None,
                };
                let was = self.pushed.entry((event.device, *code)).or_default();
                let now = match value.abs() {
                    way if way >= PUSHED => value.signum() as i8,
                    way if way <= BACK => 0,
                    // Between the two nothing changes, unless it is the other side by now.
                    _ if f32::from(*was) * value > 0.0 => *was,
                    _ => 0,
                };
                let step = (now != 0 && now != *was).then(|| steps[usize::from(now > 0)]);
                *was = now;
                step
            }
            Change::Button { pressed: true, .. } => match event.role {
                Role::Up => Some(Step::Up),
                Role::Down => Some(Step::Down),
                Role::Left => Some(Step::Left),
                Role::Right => Some(Step::Right),
                Role::TakeOver | Role::Confirm => Some(Step::Confirm),
                Role::HandBack | Role::Back => Some(Step::Back),
                Role::Pause => Some(Step::Pause),
                Role::View => Some(Step::View),
                _ => None,
            },
            Change::Disconnected => {
                self.pushed.retain(|(device, _), _| *device != event.device);
                None
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Now;

    fn event(role: Role, change: Change) -> RawEvent {
        let now = Now {
            session_ns: 0,
            realtime_ns: 0,
        };
        RawEvent {
            device: 1,
            role,
            change,
            ..RawEvent::key("", false, now, 0)
        }
    }

    fn axis(role: Role, value: f32) -> RawEvent {
        let change = Change::Axis {
            code: 7,
            raw: 0,
            value,
        };
        event(role, change)
    }

    #[test]
    fn a_stick_makes_one_step_for_one_push() {
        let mut menu = Menu::default();
        let steps: Vec<_> = [0.3, 0.7, 0.5, 0.65, 1.0, 0.2, -0.9, 0.5, 0.7, 0.0]
            .map(|value| menu.step(&axis(Role::Lengthways, value)))
            .into_iter()
            .flatten()
            .collect();
        assert_eq!(steps, [Step::Up, Step::Down, Step::Up]);
    }

    #[test]
    fn a_direction_pad_moves_and_a_pedal_does_not() {
        let mut menu = Menu::default();
        assert_eq!(menu.step(&axis(Role::Sideways, -1.0)), Some(Step::Left));
        assert_eq!(menu.step(&axis(Role::Sideways, 1.0)), Some(Step::Right));
        assert_eq!(menu.step(&axis(Role::Accelerator, 1.0)), None);
    }

    #[test]
    fn buttons_mean_what_people_expect() {
        let mut menu = Menu::default();
        let mut press =
            |role, pressed| menu.step(&event(role, Change::Button { code: 0, pressed }));
        assert_eq!(press(Role::TakeOver, true), Some(Step::Confirm));
        assert_eq!(press(Role::TakeOver, false), None);
        assert_eq!(press(Role::HandBack, true), Some(Step::Back));
        assert_eq!(press(Role::Down, true), Some(Step::Down));
        assert_eq!(press(Role::NoNeed, true), None);
    }

    #[test]
    fn a_stick_held_while_the_pad_went_steps_again_when_it_is_back() {
        let mut menu = Menu::default();
        assert_eq!(menu.step(&axis(Role::Steering, 1.0)), Some(Step::Right));
        assert_eq!(menu.step(&event(Role::Other, Change::Disconnected)), None);
        assert_eq!(menu.step(&axis(Role::Steering, 1.0)), Some(Step::Right));
    }
}
