//! Full screen, and on which monitor.

use super::Shell;
use bevy::ecs::system::SystemParam;
use bevy::prelude::*;
use bevy::window::{Monitor, MonitorSelection, PrimaryWindow, WindowMode};

/// The monitors that are plugged in, in the order in which the system names them.
#[derive(SystemParam)]
pub struct Monitors<'w, 's>(Query<'w, 's, &'static Monitor>);

impl Monitors<'_, '_> {
    /// For a list: name and size.
    pub fn names(&self) -> Vec<String> {
        let name = |m: &Monitor| {
            let name = m.name.as_deref().unwrap_or("?");
            format!("{name} {} x {}", m.physical_width, m.physical_height)
        };
        self.0.iter().map(name).collect()
    }
}

pub fn count(world: &mut World) -> usize {
    world.query::<&Monitor>().iter(world).count()
}

/// The mode that settings ask for. A monitor that is not there (it was unplugged, or is on another
/// desk) is the one the window is on.
pub fn mode(full_screen: bool, monitor: u16, there: usize) -> WindowMode {
    if !full_screen {
        return WindowMode::Windowed;
    }
    let index = usize::from(monitor).saturating_sub(1);
    WindowMode::BorderlessFullscreen(if index < there {
        MonitorSelection::Index(index)
    } else {
        MonitorSelection::Current
    })
}

/// Keeps the window as the settings say; also when a monitor comes or goes.
pub fn follow(
    shell: Res<Shell>,
    monitors: Query<&Monitor>,
    mut window: Single<&mut Window, With<PrimaryWindow>>,
) {
    let wanted = mode(
        shell.settings.full_screen,
        shell.settings.monitor,
        monitors.iter().count(),
    );
    if window.mode != wanted {
        window.mode = wanted;
    }
}

/// F11: full screen and back.
pub fn toggle(keys: Res<ButtonInput<KeyCode>>, mut shell: ResMut<Shell>) {
    if keys.just_pressed(KeyCode::F11) {
        shell.settings.full_screen = !shell.settings.full_screen;
        shell.keep();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_monitor_that_is_gone_is_the_one_the_window_is_on() {
        let full = |monitor, there| mode(true, monitor, there);
        let on = WindowMode::BorderlessFullscreen;
        assert_eq!(full(2, 2), on(MonitorSelection::Index(1)));
        assert_eq!(full(2, 1), on(MonitorSelection::Current));
        assert_eq!(full(1, 0), on(MonitorSelection::Current));
        assert_eq!(mode(false, 2, 2), WindowMode::Windowed);
    }
}
