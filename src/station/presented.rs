//! When a request was presented: the moment that reaction times count from.
//!
//! **What this time is.** The picture that first carries a request is drawn, handed to the graphics
//! driver and queued for display ("presented", in the words of Vulkan and wgpu); right after that
//! call the session clock is read. It is taken for that picture itself, not for the frame's
//! arrival, and only if the picture had a surface to go to: a minimised window presents nothing.
//! Pipelines are compiled synchronously, so no part of that picture can be missing.
//!
//! **What it is not.** It is not when light left the screen. What follows is not known here: the
//! graphics card may still be drawing, the compositor may hold the picture back for a refresh, the
//! display has its own delay (together typically 10 to 50 ms, more with a processor drawing). The
//! true moment is later than this time, never earlier. A light sensor at the screen is the way to
//! measure the rest.

use super::input::LastDrawn;
use super::runs::RunNumber;
use crate::clock::Clock;
use crate::session::live::FromOperator;
use crate::takeover::alert::Presented;
use bevy::prelude::*;
use bevy::render::extract_resource::{ExtractResource, ExtractResourcePlugin};
use bevy::render::renderer::render_system;
use bevy::render::view::ExtractedWindows;
use bevy::render::{Render, RenderApp, RenderSystems};
use std::sync::atomic::Ordering;
use std::sync::mpsc::Sender;

/// The way to the session, and its clock.
#[derive(Clone, Resource, ExtractResource)]
pub struct Uplink {
    pub clock: Clock,
    sender: Sender<FromOperator>,
}

impl Uplink {
    pub fn new(clock: Clock, sender: Sender<FromOperator>) -> Self {
        Self { clock, sender }
    }

    /// Sends, as long as somebody listens: a session that has ended misses nothing.
    pub fn send(&self, message: FromOperator) {
        let _ = self.sender.send(message);
    }
}

/// The request that the picture now being made carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Resource, ExtractResource)]
pub struct Shown(pub Option<u32>);

/// In the render world: whether the picture has a surface, and which request was reported last.
#[derive(Debug, Default, Resource)]
struct Report {
    has_surface: bool,
    run: RunNumber,
    last: Option<u32>,
}

impl Report {
    /// The request to report once this picture is presented, if it is the first with it.
    fn due(&mut self, run: RunNumber, shown: Option<u32>) -> Option<u32> {
        if self.run != run {
            self.run = run;
            self.last = None;
        }
        let first = shown.filter(|id| self.has_surface && self.last != Some(*id));
        self.last = first.or(self.last);
        first
    }
}

pub fn plugin(app: &mut App) {
    app.init_resource::<Shown>().add_plugins((
        ExtractResourcePlugin::<Shown>::default(),
        ExtractResourcePlugin::<Uplink>::default(),
        ExtractResourcePlugin::<RunNumber>::default(),
    ));
    let drawn = app.world().resource::<LastDrawn>().clone();
    let Some(render) = app.get_sub_app_mut(RenderApp) else {
        return;
    };
    render
        .insert_resource(drawn)
        .init_resource::<Report>()
        .add_systems(
            Render,
            (
                before.in_set(RenderSystems::Render).before(render_system),
                after.in_set(RenderSystems::Render).after(render_system),
            ),
        );
}

fn before(windows: Res<ExtractedWindows>, mut report: ResMut<Report>) {
    let primary = windows.primary.and_then(|window| windows.get(&window));
    report.has_surface = primary.is_some_and(|w| w.swap_chain_texture.is_some());
}

/// Runs after [`render_system`], whose last act is to present.
fn after(
    shown: Option<Res<Shown>>,
    uplink: Option<Res<Uplink>>,
    run: Option<Res<RunNumber>>,
    drawn: Res<LastDrawn>,
    mut report: ResMut<Report>,
) {
    let (Some(uplink), Some(run)) = (uplink, run) else {
        return;
    };
    let session_ns = uplink.clock.now_ns();
    drawn.0.store(session_ns, Ordering::Release);
    if let Some(request) = report.due(*run, shown.and_then(|shown| shown.0)) {
        let now = session_ns as f64 / 1e9;
        uplink.send(FromOperator::Presented(Presented {
            request,
            submitted: now,
            presented: now,
            ..Presented::default()
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_reported_once_and_only_if_it_could_be_seen() {
        let (mut report, first) = (Report::default(), RunNumber(1));
        assert_eq!(report.due(first, Some(1)), None, "a minimised window");
        report.has_surface = true;
        assert_eq!(report.due(first, None), None);
        assert_eq!(report.due(first, Some(1)), Some(1));
        assert_eq!(report.due(first, Some(1)), None);
        assert_eq!(report.due(first, None), None);
        assert_eq!(report.due(first, Some(2)), Some(2));
        assert_eq!(report.due(first, Some(2)), None);
        assert_eq!(report.due(RunNumber(2), Some(2)), Some(2), "another run");
    }
}
