//! Pictures of the moments that count, for tests and documents; and closing by itself after them.

use super::feed::Picture;
use super::runs::{Lasting, RunNumber};
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
pub struct Progress {
    run: RunNumber,
    request: bool,
    operator: bool,
    end: bool,
    /// Pages that were pictured, and pictures since the page opened.
    pages: Vec<&'static str>,
    opened: Option<(&'static str, u32)>,
    /// Pictures asked for and not written yet.
    pending: u32,
}

/// A page is pictured once its letters and pictures are surely there.
const SETTLED: u32 = 3;

impl Progress {
    /// A page is open; it is pictured the first time that it is.
    pub fn page(&mut self, commands: &mut Commands, wanted: &Wanted, name: &'static str) {
        let Some(folder) = &wanted.folder else { return };
        let since = match self.opened {
            Some((open, since)) if open == name => since + 1,
            _ => 0,
        };
        self.opened = Some((name, since));
        if since == SETTLED && !self.pages.contains(&name) {
            self.pages.push(name);
            self.pending += 1;
            commands
                .spawn((Screenshot::primary_window(), Lasting))
                .observe(save(folder.join(name)));
        }
    }

    /// The name of a picture of this run.
    fn name(&self, moment: &str) -> String {
        match self.run.0 {
            0 | 1 => format!("{moment}.png"),
            n => format!("{moment}-{n}.png"),
        }
    }
}

pub fn plugin(app: &mut App) {
    app.init_resource::<Progress>()
        .add_systems(Update, (take, close).chain().in_set(super::Stage::Finish));
}

fn take(
    mut commands: Commands,
    picture: Res<Picture>,
    wanted: Res<Wanted>,
    run: Res<RunNumber>,
    mut progress: ResMut<Progress>,
) {
    if progress.run != *run {
        *progress = Progress {
            run: *run,
            pages: std::mem::take(&mut progress.pages),
            pending: progress.pending,
            ..Progress::default()
        };
    }
    let Some(frame) = &picture.frame else {
        // A run without any frame still ends.
        progress.end |= picture.complete();
        return;
    };
    let operator = frame.authority == Authority::Operator;
    let moments = [
        ("request", frame.request.is_some(), progress.request),
        ("operator", operator && !picture.over(), progress.operator),
        ("end", picture.complete(), progress.end),
    ];
    for (name, now, taken) in moments {
        if !now || taken {
            continue;
        }
        match name {
            "request" => progress.request = true,
            "operator" => progress.operator = true,
            _ => progress.end = true,
        }
        if let Some(folder) = &wanted.folder {
            progress.pending += 1;
            commands
                .spawn((Screenshot::primary_window(), Lasting))
                .observe(save(folder.join(progress.name(name))));
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
