//! Keys, pads and the mouse as steps.

use super::menu::{Row, Step};
use super::sheet::Target;
use super::{Devices, Shell};
use crate::devices::RawEvent;
use crate::devices::menu::Menu;
use crate::station::views::ViewRequest;
use bevy::input::keyboard::{KeyboardFocusLost, KeyboardInput};
use bevy::platform::cell::SyncCell;
use bevy::prelude::*;
use std::sync::mpsc::Receiver;

/// What was asked for since the last picture.
#[derive(Default, Resource)]
pub struct Steps {
    asked: Vec<Step>,
    /// Rows that were clicked; -1 and 1 for their arrows.
    pointed: Vec<(Row, i32)>,
}

impl Steps {
    pub fn take(&mut self) -> (Vec<Step>, Vec<(Row, i32)>) {
        (
            std::mem::take(&mut self.asked),
            std::mem::take(&mut self.pointed),
        )
    }
}

/// Every change at a pad, in a run or not.
#[derive(Resource)]
pub struct Pads {
    events: Option<SyncCell<Receiver<RawEvent>>>,
    menu: Menu,
}

impl Pads {
    pub fn new(events: Option<Receiver<RawEvent>>) -> Self {
        Self {
            events: events.map(SyncCell::new),
            menu: Menu::default(),
        }
    }
}

/// The step that a key makes. In a run only Esc and P make one.
fn step(key: KeyCode) -> Option<Step> {
    Some(match key {
        KeyCode::ArrowUp => Step::Up,
        KeyCode::ArrowDown => Step::Down,
        KeyCode::ArrowLeft => Step::Left,
        KeyCode::ArrowRight => Step::Right,
        KeyCode::Enter | KeyCode::NumpadEnter => Step::Confirm,
        KeyCode::Escape => Step::Back,
        KeyCode::KeyP => Step::Pause,
        _ => return None,
    })
}

pub fn gather(
    mut keys: MessageReader<KeyboardInput>,
    mut lost: MessageReader<KeyboardFocusLost>,
    mut pads: ResMut<Pads>,
    mut devices: ResMut<Devices>,
    mut steps: ResMut<Steps>,
    mut views: MessageWriter<ViewRequest>,
    shell: Res<Shell>,
    targets: Query<(&Interaction, &Target), Changed<Interaction>>,
) {
    for key in keys.read() {
        let name = format!("{:?}", key.key_code);
        if !key.state.is_pressed() {
            devices.0.keys.remove(&name);
            continue;
        }
        devices.0.keys.insert(name);
        let step = step(key.key_code);
        // Holding an arrow goes on through a list; holding Enter does not press twice.
        let moves = matches!(step, Some(Step::Up | Step::Down | Step::Left | Step::Right));
        if !key.repeat || moves {
            steps.asked.extend(step);
        }
    }
    if lost.read().count() > 0 {
        devices.0.keys.clear();
    }
    let Pads { events, menu } = &mut *pads;
    if let Some(events) = events {
        for event in events.get().try_iter() {
            devices.0.event(&event);
            let step = menu.step(&event);
            if step == Some(Step::View) && shell.in_the_run() {
                views.write(ViewRequest::Next);
            }
            // In a run a pad drives: B hands back, and only Start opens the menu.
            let back = step == Some(Step::Back) && shell.in_the_run();
            steps.asked.extend(step.filter(|_| !back));
        }
    }
    for (interaction, target) in &targets {
        if *interaction == Interaction::Pressed {
            steps.pointed.push((target.0, target.1));
        }
    }
}

/// A row under the mouse is a little lighter; the one in focus is so already.
pub fn hover(
    shell: Res<Shell>,
    mut rows: Query<(&Interaction, &Target, &mut BackgroundColor), Changed<Interaction>>,
) {
    let focus = shell.focus.row(&shell.rows());
    for (interaction, target, mut ground) in &mut rows {
        if focus != Some(target.0) {
            ground.0 = match interaction {
                Interaction::None => Color::NONE,
                _ => Color::srgba(1.0, 1.0, 1.0, 0.012),
            };
        }
    }
}
