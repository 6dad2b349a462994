//! The keyboard: raw key events for the session, with the time that can be vouched for.
//!
//! Windows pass no kernel time on, so a key's time is when this program saw it, and its uncertainty
//! how long before that it can have been pressed: as long as the program had not looked. That is
//! about one frame of the display, and far more where a processor draws the picture. For reaction
//! times a gamepad is the better device.

use super::presented::Uplink;
use super::runs::{Begin, running};
use crate::command::{Change, Stamp};
use crate::devices::controls::is_control_key;
use crate::devices::layout::Role;
use crate::devices::{KEYBOARD, RawEvent};
use crate::session::live::FromOperator;
use bevy::input::keyboard::{KeyboardFocusLost, KeyboardInput};
use bevy::prelude::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// When this program last finished drawing, ns on the session clock. Right after that it collects
/// what the window system has for it; so whatever a later collection brings was not there yet.
#[derive(Clone, Default, Resource)]
pub struct LastDrawn(pub Arc<AtomicI64>);

pub fn plugin(app: &mut App) {
    app.add_systems(Begin, announce)
        .add_systems(First, read_keys.run_if(running));
}

/// The keyboard is a device like a pad: it has to be there before it can be in command.
fn announce(uplink: Res<Uplink>) {
    let now = uplink.clock.now();
    uplink.send(FromOperator::Raw(RawEvent {
        device: KEYBOARD,
        role: Role::Other,
        change: Change::Connected {
            name: "keyboard".into(),
            uuid: String::new(),
            rumble: false,
        },
        time_ns: now.session_ns,
        realtime_ns: now.realtime_ns,
        stamp: Stamp::Arrival,
        uncertainty_ns: 0,
        arrival_ns: now.session_ns,
        kernel_realtime_ns: 0,
    }));
}

fn read_keys(
    mut keys: MessageReader<KeyboardInput>,
    mut lost: MessageReader<KeyboardFocusLost>,
    uplink: Res<Uplink>,
    drawn: Res<LastDrawn>,
    mut before_last_look: Local<i64>,
) {
    let now = uplink.clock.now();
    // The look before this one began after `before_last_look` and did not bring these events. The
    // order of reading the clock and looking matters, as in `devices::timing`.
    let uncertainty_ns = now
        .session_ns
        .saturating_sub(*before_last_look)
        .max(0)
        .unsigned_abs();
    *before_last_look = drawn.0.load(Ordering::Acquire);
    for key in keys.read().filter(|key| !key.repeat) {
        // Bevy's names of keys are the W3C's, which the session knows.
        let name = format!("{:?}", key.key_code);
        if is_control_key(&name) {
            let pressed = key.state.is_pressed();
            let event = RawEvent::key(&name, pressed, now, uncertainty_ns);
            uplink.send(FromOperator::Raw(event));
        }
    }
    if lost.read().count() > 0 {
        uplink.send(FromOperator::KeysReleased);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bevys_names_of_control_keys_are_those_the_session_knows() {
        for code in [
            KeyCode::ArrowLeft,
            KeyCode::ArrowRight,
            KeyCode::ArrowUp,
            KeyCode::ArrowDown,
            KeyCode::KeyW,
            KeyCode::KeyA,
            KeyCode::KeyS,
            KeyCode::KeyD,
            KeyCode::Space,
            KeyCode::Backspace,
        ] {
            assert!(is_control_key(&format!("{code:?}")), "{code:?}");
        }
        assert!(!is_control_key(&format!("{:?}", KeyCode::KeyC)));
    }
}
