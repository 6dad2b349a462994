//! Whether a window can be opened at all, asked before Bevy, which would panic.

use super::StationError;
use bevy::render::renderer::{RenderAdapterInfo, initialize_renderer};
use bevy::render::settings::WgpuSettings;
use bevy::tasks::block_on;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::thread;

/// Where window systems say that they are, in the order in which they are tried.
const DISPLAYS: [&str; 3] = ["WAYLAND_DISPLAY", "WAYLAND_SOCKET", "DISPLAY"];

/// What the environment calls the display; empty if there is none.
pub fn display_name() -> String {
    DISPLAYS
        .iter()
        .filter_map(std::env::var_os)
        .find(|value| !value.is_empty())
        .map_or(String::new(), |value| value.to_string_lossy().into_owned())
}

/// Checks that a display is named at all.
///
/// # Errors
/// If neither X11 nor Wayland is there.
pub fn display() -> Result<(), StationError> {
    if display_name().is_empty() {
        Err(StationError::NoDisplay)
    } else {
        Ok(())
    }
}

/// Opens the graphics adapter once and lets it go. Returns whether it is a program that pretends
/// to be one (Mesa's llvmpipe), for which the scene is made simpler.
///
/// Bevy opens its own afterwards: only then is there a window that the adapter must be able to
/// draw to. The price is a tenth of a second or so at the start.
///
/// # Errors
/// If there is none.
pub fn adapter() -> Result<bool, StationError> {
    let settings = WgpuSettings::default();
    let backends = settings.backends.unwrap_or_default();
    let resources = guarded(|| block_on(initialize_renderer(backends, None, &settings)))
        .map_err(|_| StationError::NoAdapter)?;
    let RenderAdapterInfo(info) = &resources.2;
    // The type of this field has no name outside of wgpu, which is no direct dependency.
    Ok(format!("{:?}", info.device_type) == "Cpu")
}

/// Runs `work` and turns a panic of this thread into its message, without a word on the terminal.
///
/// # Errors
/// The panic's message.
pub fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    let here = thread::current().id();
    let before = Arc::new(panic::take_hook());
    let elsewhere = Arc::clone(&before);
    panic::set_hook(Box::new(move |info| {
        if thread::current().id() != here {
            elsewhere(info);
        }
    }));
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    panic::set_hook(Box::new(move |info| before(info)));
    result.map_err(|payload| {
        payload
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| payload.downcast_ref::<&str>().copied())
            .unwrap_or("it gave no reason")
            .to_string()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_its_message() {
        assert_eq!(guarded(|| 7), Ok(7));
        assert_eq!(
            guarded(|| panic!("no {}", "luck")),
            Err::<(), _>("no luck".into())
        );
    }
}
