//! Pictures of the moments that count, for tests and documents; and closing by itself after them.

use super::feed::Picture;
use crate::takeover::event::Authority;
use bevy::app::AppExit;
use bevy::prelude::*;
use bevy::render::view::screenshot::{Screenshot, ScreenshotCaptured};
use std::io::Write;
use std::path::PathBuf;

/// What was asked for in [`super::Options`].
#[derive(Resource)]
pub struct Wanted {
    pub folder: Option<PathBuf>,
    pub close_at_end: bool,
}

/// How far it has come.
#[derive(Default, Resource)]
struct Progress {
    request: bool,
    operator: bool,
    end: bool,
    /// Pictures asked for and not written yet.
    pending: u32,
}

pub fn plugin(app: &mut App) {
    app.init_resource::<Progress>()
        .add_systems(Update, (take, close).chain().in_set(super::Stage::Finish));
}

fn take(
    mut commands: Commands,
    picture: Res<Picture>,
    wanted: Res<Wanted>,
    mut progress: ResMut<Progress>,
) {
    let Some(frame) = &picture.frame else {
        // A run without any frame still ends.
        progress.end |= picture.complete();
        return;
    };
    let operator = frame.authority == Authority::Operator;
    let moments = [
        ("request.png", frame.request.is_some(), progress.request),
        (
            "operator.png",
            operator && !picture.over(),
            progress.operator,
        ),
        ("end.png", picture.complete(), progress.end),
    ];
    for (name, now, taken) in moments {
        if !now || taken {
            continue;
        }
        match name {
            "request.png" => progress.request = true,
            "operator.png" => progress.operator = true,
            _ => progress.end = true,
        }
        if let Some(folder) = &wanted.folder {
            progress.pending += 1;
            commands
                .spawn(Screenshot::primary_window())
                .observe(save(folder.join(name)));
        }
    }
}

/// Bevy's own `save_to_disk` reports a failure to a log that nobody reads here.
fn save(path: PathBuf) -> impl FnMut(On<ScreenshotCaptured>, ResMut<Progress>) {
    move |captured, mut progress| {
        progress.pending = progress.pending.saturating_sub(1);
        let saved = captured
            .image
            .clone()
            .try_into_dynamic()
            .map_err(|e| e.to_string())
            .and_then(|image| image.to_rgb8().save(&path).map_err(|e| e.to_string()));
        if let Err(why) = saved {
            let _ = writeln!(
                std::io::stderr(),
                "{}: cannot save the screenshot: {why}",
                path.display()
            );
        }
    }
}

fn close(wanted: Res<Wanted>, progress: Res<Progress>, mut exit: MessageWriter<AppExit>) {
    if wanted.close_at_end && progress.end && progress.pending == 0 {
        exit.write(AppExit::Success);
    }
}
