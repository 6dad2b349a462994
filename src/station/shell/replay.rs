//! The seconds that counted, again and again, behind the end page: in the real scene, from behind.

use super::Shell;
use super::history::History;
use super::menu::Page;
use super::sheet::Hole;
use crate::link::view::VideoView;
use crate::station::feed::Picture;
use crate::station::layout::Slot;
use crate::station::screens::Shows;
use crate::station::views::View;
use bevy::prelude::*;
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
        // As the cameras saw it, whatever the link did to it.
        picture.video = VideoView {
            number: frame.tick,
            captured: frame.time,
            arrived: frame.time,
            ..VideoView::default()
        };
    }
}

/// The page shows the main picture where it has left a place for it.
pub fn aside(
    shell: Res<Shell>,
    window: Single<&Window, With<PrimaryWindow>>,
    shows: Query<(&Shows, &ImageNode), Without<Hole>>,
    mut holes: Query<(&mut ImageNode, &mut Node), With<Hole>>,
) {
    if shell.page != Page::Ended {
        return;
    }
    let main = shows.iter().find(|(shows, _)| shows.0 == Slot::Centre);
    let Some((_, main)) = main else { return };
    for (mut image, mut node) in &mut holes {
        if image.image != main.image {
            image.image = main.image.clone();
        }
        let aspect = Some(window.width() / window.height().max(1.0));
        if node.aspect_ratio != aspect {
            node.aspect_ratio = aspect;
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
