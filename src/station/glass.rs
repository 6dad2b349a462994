//! From glass to glass: tells the session when a camera picture was on the screen.
//!
//! The time is taken as in [`super::presented`], and means the same: the picture was handed over for
//! display, light comes later. A picture that another one overtook before it was drawn is not told.

use super::presented::Uplink;
use super::runs::RunNumber;
use crate::session::live::FromOperator;
use bevy::prelude::*;
use bevy::render::extract_resource::{ExtractResource, ExtractResourcePlugin};
use bevy::render::renderer::render_system;
use bevy::render::view::ExtractedWindows;
use bevy::render::{Render, RenderApp, RenderSystems};

/// The camera picture that the main screen is drawn from now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Resource, ExtractResource)]
pub struct OnScreen(pub Option<Taken>);

/// A camera picture: its number, and when it was taken, s since the start of the run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Taken {
    pub number: u64,
    pub captured: f64,
}

/// In the render world: what was told last.
#[derive(Debug, Default, Resource)]
struct Told {
    has_surface: bool,
    run: RunNumber,
    last: Option<u64>,
}

impl Told {
    /// When the picture now presented was taken, if it is the first time that it is.
    fn due(&mut self, run: RunNumber, shown: Option<Taken>) -> Option<f64> {
        if self.run != run {
            self.run = run;
            self.last = None;
        }
        let new = shown.filter(|p| self.has_surface && self.last != Some(p.number))?;
        self.last = Some(new.number);
        Some(new.captured)
    }
}

pub fn plugin(app: &mut App) {
    app.init_resource::<OnScreen>()
        .add_plugins(ExtractResourcePlugin::<OnScreen>::default());
    let Some(render) = app.get_sub_app_mut(RenderApp) else {
        return;
    };
    render.init_resource::<Told>().add_systems(
        Render,
        (
            before.in_set(RenderSystems::Render).before(render_system),
            after.in_set(RenderSystems::Render).after(render_system),
        ),
    );
}

fn before(windows: Res<ExtractedWindows>, mut told: ResMut<Told>) {
    let primary = windows.primary.and_then(|window| windows.get(&window));
    told.has_surface = primary.is_some_and(|w| w.swap_chain_texture.is_some());
}

fn after(
    shown: Option<Res<OnScreen>>,
    uplink: Option<Res<Uplink>>,
    run: Option<Res<RunNumber>>,
    mut told: ResMut<Told>,
) {
    let (Some(shown), Some(uplink), Some(run)) = (shown, uplink, run) else {
        return;
    };
    if let Some(captured) = told.due(*run, shown.0) {
        uplink.send(FromOperator::Drawn {
            captured,
            session_ns: uplink.clock.now_ns(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_picture_is_told_once_and_only_if_it_could_be_seen() {
        let picture = |number, captured| Some(Taken { number, captured });
        let (mut told, run) = (Told::default(), RunNumber(1));
        assert_eq!(told.due(run, picture(0, 0.0)), None, "a minimised window");
        told.has_surface = true;
        assert_eq!(told.due(run, picture(0, 0.0)), Some(0.0));
        assert_eq!(told.due(run, picture(0, 0.0)), None);
        assert_eq!(told.due(run, None), None);
        assert_eq!(told.due(run, picture(3, 0.1)), Some(0.1));
        assert_eq!(
            told.due(RunNumber(2), picture(3, 0.1)),
            Some(0.1),
            "another run"
        );
    }
}
