//! Keys, pads and the mouse in a replay.

use super::canvas::Rect;
use super::panel::Shape;
use super::player::Player;
use super::{Asked, Desk, Pads};
use crate::command::Change;
use crate::devices::layout::Role;
use crate::devices::menu::{Menu, Step};
use crate::replay::transport::Act;
use crate::station::notes::{Notice, notice};
use crate::station::views::ViewRequest;
use crate::station::words::t;
use bevy::app::AppExit;
use bevy::input::keyboard::{Key, KeyboardInput};
use bevy::input::mouse::MouseWheel;
use bevy::prelude::*;
use bevy::window::PrimaryWindow;

/// What a key or a button asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Wish {
    Act(Act),
    /// So many camera pictures on.
    Pictures(i64),
    Through,
    Help,
    /// Say something about the nearest takeover.
    Label,
    /// On the page of labels.
    Page(Step),
    /// Drive on from here oneself.
    ByHand,
    Leave,
}

/// `held` goes on while a key is held.
fn wish(code: KeyCode, logical: &Key, shift: bool, ctrl: bool) -> Option<(Wish, bool)> {
    let act = |act| Some((Wish::Act(act), false));
    let steps = |act| Some((Wish::Act(act), true));
    // What is printed on the key, wherever it is.
    if let Key::Character(sign) = logical {
        match sign.as_str() {
            "+" | "=" => return act(Act::Closer),
            "-" => return act(Act::Farther),
            "," | ";" | "<" => return act(Act::Slower),
            "." | ":" | ">" => return act(Act::Faster),
            _ => {}
        }
    }
    match code {
        KeyCode::Space => act(Act::PlayPause),
        KeyCode::ArrowRight if ctrl => Some((Wish::Pictures(1), true)),
        KeyCode::ArrowLeft if ctrl => Some((Wish::Pictures(-1), true)),
        KeyCode::ArrowRight if shift => steps(Act::Seconds(1.0)),
        KeyCode::ArrowLeft if shift => steps(Act::Seconds(-1.0)),
        KeyCode::ArrowRight => steps(Act::Ticks(1)),
        KeyCode::ArrowLeft => steps(Act::Ticks(-1)),
        KeyCode::PageDown => steps(Act::Seconds(10.0)),
        KeyCode::PageUp => steps(Act::Seconds(-10.0)),
        KeyCode::Home => act(Act::Start),
        KeyCode::End => act(Act::End),
        KeyCode::ArrowUp => act(Act::Faster),
        KeyCode::ArrowDown => act(Act::Slower),
        KeyCode::KeyR => act(Act::Turn),
        KeyCode::Backspace => act(Act::NormalSpeed),
        KeyCode::KeyN => act(Act::NextEvent),
        KeyCode::KeyP => act(Act::PreviousEvent),
        KeyCode::Tab if shift => act(Act::PreviousEvent),
        KeyCode::Tab => act(Act::NextEvent),
        KeyCode::NumpadAdd => act(Act::Closer),
        KeyCode::NumpadSubtract => act(Act::Farther),
        KeyCode::KeyT => Some((Wish::Through, false)),
        KeyCode::KeyH | KeyCode::F1 => Some((Wish::Help, false)),
        KeyCode::KeyF => Some((Wish::ByHand, false)),
        KeyCode::KeyL => Some((Wish::Label, false)),
        KeyCode::Escape => Some((Wish::Leave, false)),
        _ => None,
    }
}

/// While the page of labels is open.
fn page_wish(code: KeyCode) -> Option<(Wish, bool)> {
    let step = |step| Some((Wish::Page(step), true));
    match code {
        KeyCode::ArrowUp => step(Step::Up),
        KeyCode::ArrowDown => step(Step::Down),
        KeyCode::ArrowLeft => step(Step::Left),
        KeyCode::ArrowRight => step(Step::Right),
        KeyCode::Enter | KeyCode::NumpadEnter => Some((Wish::Page(Step::Confirm), false)),
        KeyCode::Escape | KeyCode::KeyL => Some((Wish::Page(Step::Back), false)),
        _ => None,
    }
}

/// What a pad's step means here.
fn pad_wish(step: Step) -> Option<Wish> {
    Some(match step {
        Step::Confirm => Wish::Act(Act::PlayPause),
        Step::Right => Wish::Act(Act::Seconds(1.0)),
        Step::Left => Wish::Act(Act::Seconds(-1.0)),
        Step::Down => Wish::Act(Act::NextEvent),
        Step::Up => Wish::Act(Act::PreviousEvent),
        Step::Pause => Wish::Through,
        Step::Back => Wish::Leave,
        Step::View => return None,
    })
}

pub fn keys(
    mut typed: MessageReader<KeyboardInput>,
    held: Res<ButtonInput<KeyCode>>,
    mut pads: ResMut<Pads>,
    mut menu: Local<Menu>,
    mut views: MessageWriter<ViewRequest>,
    desk: Res<Desk>,
    mut asked: ResMut<Asked>,
) {
    let labelling = desk.page.is_some();
    let shift = held.any_pressed([KeyCode::ShiftLeft, KeyCode::ShiftRight]);
    let ctrl = held.any_pressed([KeyCode::ControlLeft, KeyCode::ControlRight]);
    for key in typed.read().filter(|key| key.state.is_pressed()) {
        let wish = if labelling {
            page_wish(key.key_code)
        } else {
            wish(key.key_code, &key.logical_key, shift, ctrl)
        };
        if let Some((wish, holds)) = wish
            && (holds || !key.repeat)
        {
            asked.0.push(wish);
        }
    }
    let Some(events) = &mut pads.0 else { return };
    for event in events.get().try_iter() {
        if event.role == Role::NoNeed
            && matches!(event.change, Change::Button { pressed: true, .. })
        {
            asked.0.push(Wish::Act(Act::NextSpeed));
        }
        match menu.step(&event) {
            Some(step) if labelling => asked.0.push(Wish::Page(step)),
            Some(Step::View) => {
                views.write(ViewRequest::Next);
            }
            step => asked.0.extend(step.and_then(pad_wish)),
        }
    }
}

/// What the mouse has hold of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hold {
    #[default]
    Nothing,
    Scrubber,
    Curves,
}

pub fn mouse(
    buttons: Res<ButtonInput<MouseButton>>,
    mut wheel: MessageReader<MouseWheel>,
    window: Single<&Window, With<PrimaryWindow>>,
    shape: Res<Shape>,
    player: Res<Player>,
    mut hold: Local<Hold>,
    mut asked: ResMut<Asked>,
) {
    let turned: f32 = wheel.read().map(|w| w.y).sum();
    let Some(at) = window.physical_cursor_position() else {
        *hold = Hold::Nothing;
        return;
    };
    let top = window.physical_height().saturating_sub(shape.0.size.y) as f32;
    let (x, y) = (at.x, at.y - top);
    if turned != 0.0 && y >= 0.0 {
        let closer = turned > 0.0;
        asked
            .0
            .push(Wish::Act(if closer { Act::Closer } else { Act::Farther }));
    }
    let scrubber = shape.0.scrubber;
    // A hand need not be as sure as that.
    let grip = Rect {
        y: scrubber.y.saturating_sub(3),
        height: scrubber.height + 6,
        ..scrubber
    };
    let curves = shape.0.lanes.iter().find(|(_, rect)| rect.has(x, y));
    if buttons.just_pressed(MouseButton::Left) {
        *hold = if grip.has(x, y) {
            Hold::Scrubber
        } else if curves.is_some() {
            Hold::Curves
        } else {
            Hold::Nothing
        };
    }
    if !buttons.pressed(MouseButton::Left) {
        *hold = Hold::Nothing;
    }
    let ((from, to), share) = match *hold {
        Hold::Nothing => return,
        Hold::Scrubber => (player.transport.range(), scrubber.along(x)),
        // The stretch follows the cursor, so only a click tells a place.
        Hold::Curves if buttons.just_pressed(MouseButton::Left) => {
            (player.transport.stretch(), scrubber.along(x))
        }
        Hold::Curves => return,
    };
    asked.0.push(Wish::Act(Act::To(from + share * (to - from))));
}

/// Does what was asked for.
pub fn act(
    mut commands: Commands,
    mut asked: ResMut<Asked>,
    mut player: ResMut<Player>,
    mut desk: ResMut<Desk>,
    told: Query<Entity, With<Notice>>,
    mut exit: MessageWriter<AppExit>,
) {
    for wish in std::mem::take(&mut asked.0) {
        if matches!(wish, Wish::Label | Wish::Page(_) | Wish::ByHand) {
            for old in &told {
                commands.entity(old).try_despawn();
            }
        }
        match wish {
            Wish::Act(act) => player.transport.act(act),
            Wish::Pictures(way) => player.step_picture(way),
            Wish::Through => player.through = player.through.other(),
            Wish::Help => player.help = !player.help,
            Wish::Label => {
                let at = player.transport.at();
                let opened = match player.runs.as_slice() {
                    [run] => desk.open(run, at),
                    _ => Err(t("replay.label_one").into()),
                };
                player.transport.act(Act::Stand);
                if let Err(why) = opened {
                    notice(&mut commands, why, 6.0);
                }
            }
            Wish::Page(step) => {
                if let Some(told) = desk.step(step) {
                    notice(&mut commands, told, 6.0);
                }
            }
            Wish::ByHand => super::by_hand(&mut commands, &player),
            Wish::Leave if player.help => player.help = false,
            Wish::Leave => {
                exit.write(AppExit::Success);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(code: KeyCode, sign: &str, shift: bool, ctrl: bool) -> Option<(Wish, bool)> {
        wish(code, &Key::Character(sign.into()), shift, ctrl)
    }

    #[test]
    fn keys_say_what_is_printed_on_them() {
        let act = |act| Some((Wish::Act(act), false));
        assert_eq!(of(KeyCode::Space, " ", false, false), act(Act::PlayPause));
        // A German keyboard has its minus where an English one has a slash.
        assert_eq!(of(KeyCode::Slash, "-", false, false), act(Act::Farther));
        assert_eq!(
            of(KeyCode::BracketRight, "+", false, false),
            act(Act::Closer)
        );
        assert_eq!(of(KeyCode::Comma, ",", false, false), act(Act::Slower));
        let right = |shift, ctrl| of(KeyCode::ArrowRight, "", shift, ctrl);
        assert_eq!(right(false, false), Some((Wish::Act(Act::Ticks(1)), true)));
        assert_eq!(
            right(true, false),
            Some((Wish::Act(Act::Seconds(1.0)), true))
        );
        assert_eq!(right(false, true), Some((Wish::Pictures(1), true)));
        assert_eq!(of(KeyCode::KeyX, "x", false, false), None);
    }

    #[test]
    fn views_keep_their_keys() {
        for code in [KeyCode::KeyC, KeyCode::Digit1, KeyCode::Digit6] {
            assert_eq!(of(code, "", false, false), None);
        }
    }
}
