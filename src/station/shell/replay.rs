//! The seconds that counted, again and again, behind the end page: in the real scene, from behind.

use super::Shell;
use super::history::History;
use super::menu::Page;
use super::sheet::Hole;
use crate::station::camera::View;
use crate::station::feed::Picture;
use bevy::camera::Viewport;
use bevy::prelude::*;
use bevy::ui::UiGlobalTransform;
use bevy::window::PrimaryWindow;
use std::sync::Arc;

/// Where the replay is.
#[derive(Default, Resource)]
pub struct Replay {
    /// s since its start; none while there is none.
    at: Option<f64>,
}

/// Time of the run to show after so many seconds, over and over.
fn shown_at((from, to): (f64, f64), seconds: f64) -> f64 {
    let length = to - from;
    if length <= 0.0 {
        return to;
    }
    // A moment's rest at the end tells where it begins anew.
    const REST: f64 = 1.0;
    from + (seconds % (length + REST)).min(length)
}

pub fn play(
    shell: Res<Shell>,
    time: Res<Time<Real>>,
    history: Res<History>,
    mut replay: ResMut<Replay>,
    mut view: ResMut<View>,
    mut picture: ResMut<Picture>,
) {
    if shell.page != Page::Ended {
        replay.at = None;
        return;
    }
    let Some(stretch) = history.stretch() else {
        return;
    };
    let at = replay.at.map_or(0.0, |at| at + time.delta_secs_f64());
    replay.at = Some(at);
    if *view != View::Chase {
        *view = View::Chase;
    }
    if let Some(frame) = history.at(shown_at(stretch, at)) {
        picture.scene = Some(Arc::clone(frame));
    }
}

/// The run's camera draws where the page has left a hole.
pub fn aside(
    shell: Res<Shell>,
    holes: Query<(&ComputedNode, &UiGlobalTransform), With<Hole>>,
    window: Single<&Window, With<PrimaryWindow>>,
    mut cameras: Query<&mut Camera, With<Camera3d>>,
) {
    if shell.page != Page::Ended {
        return;
    }
    let Ok((node, place)) = holes.single() else {
        return;
    };
    let whole = window.physical_size().as_vec2();
    let low = (place.translation - node.size() / 2.0).clamp(Vec2::ZERO, whole);
    let high = (place.translation + node.size() / 2.0).clamp(Vec2::ZERO, whole);
    let size = (high - low).as_uvec2();
    if size.x < 8 || size.y < 8 {
        return;
    }
    for mut camera in &mut cameras {
        let now = camera.viewport.as_ref();
        let there = low.as_uvec2();
        if now.is_none_or(|v| v.physical_size != size || v.physical_position != there) {
            camera.viewport = Some(Viewport {
                physical_position: there,
                physical_size: size,
                ..default()
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replay_goes_round() {
        let stretch = (10.0, 25.0);
        assert_eq!(shown_at(stretch, 0.0), 10.0);
        assert_eq!(shown_at(stretch, 14.0), 24.0);
        assert_eq!(shown_at(stretch, 15.5), 25.0);
        assert_eq!(shown_at(stretch, 16.5), 10.5);
        assert_eq!(shown_at((3.0, 3.0), 9.0), 3.0);
    }
}
