//! Records again, in the window of a run: the same drawing, fed from the record.
//!
//! It makes no sound, sends nothing to devices and writes no record.
//!
//! | file | holds | Bevy? |
//! |---|---|---|
//! | `player` | what is played; makes the picture of each run, in turn | a resource |
//! | `keys` | keys, pads, mouse | yes |
//! | `panel` | the panel below: words, captions, covers | yes |
//! | `canvas` | the panel's painting: bands, marks, curves | no |
//! | `labels` | what a person says about a takeover, by a few keys | no |
//! | `film` | pictures and films on the disk | yes |

mod canvas;
mod film;
mod keys;
mod labels;
mod panel;
mod player;

pub use film::{Outcome, Output, Script};
pub use player::{Run, Through};

use super::glass::OnScreen;
use super::notes::notice;
use super::quality::Choice;
use super::widgets::Area;
use super::words::{fill, t};
use super::{Level, Look, Options, Stage, StationError, bare, go, probe, runs, why_not, words};
use crate::devices::RawEvent;
use crate::replay::labels::Labels;
use crate::replay::transport::Transport;
use bevy::app::AppExit;
use bevy::platform::cell::SyncCell;
use bevy::prelude::*;
use bevy::window::{MonitorSelection, PrimaryWindow, WindowMode};
use film::Film;
use labels::Desk;
use player::Player;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Receiver;

/// Most runs that share a window.
pub const MOST_RUNS: usize = 4;

/// What is to be shown.
pub struct Show {
    /// One to [`MOST_RUNS`], of the same road.
    pub runs: Vec<Run>,
    pub transport: Transport,
    pub through: Through,
    /// Changes at pads, if any can be read.
    pub pads: Option<Receiver<RawEvent>>,
    /// Who labels, and what was said before; for one run.
    pub labels: Option<(String, Labels)>,
    /// Take pictures and leave.
    pub film: Option<(Script, Outcome)>,
}

/// Pads, as far as they move through a replay.
#[derive(Resource)]
struct Pads(Option<SyncCell<Receiver<RawEvent>>>);

/// What was asked for since the last picture.
#[derive(Default, Resource)]
struct Asked(Vec<keys::Wish>);

/// Somebody outside wants the window to close.
#[derive(Resource)]
struct Quit(Arc<AtomicBool>);

/// Opens the window and returns once it is closed. As with [`super::run`]: on the main thread, once.
///
/// # Errors
/// If there is no display or no graphics adapter, or a film cannot be begun.
pub fn play(show: Show, options: Options) -> Result<(), StationError> {
    probe::display()?;
    let software = probe::adapter()?;
    let app = probe::guarded(|| build(show, options, software)).map_err(why_not)??;
    go(app)
}

fn build(show: Show, options: Options, software: bool) -> Result<App, StationError> {
    words::speak(&options.settings.language);
    let film = match show.film {
        None => None,
        Some((script, outcome)) => Some(Film::new(script, outcome).map_err(StationError::Film)?),
    };
    let quality = match (options.look.quality, &film) {
        // A film does not change its looks on the way.
        (Choice::Auto, Some(_)) if software => Choice::Fixed(Level::Low),
        (Choice::Auto, Some(_)) => Choice::Fixed(Level::High),
        (chosen, _) => chosen,
    };
    let options = Options {
        look: Look {
            quality,
            ..options.look
        },
        ..options
    };
    let names: Vec<&str> = show.runs.iter().map(|r| r.name.as_str()).collect();
    let title = fill("replay.title", &[("log", &names.join(", "))]);
    let mut app = bare(&options, software, &title);
    app.insert_resource(Area {
        runs: show.runs.len(),
        ..Area::default()
    });
    let filming = film.is_some();
    if let Some(film) = film {
        app.insert_resource(film);
    }
    let scenario = show.runs.first().map(|run| Arc::clone(run.reel.scenario()));
    let lost = show.runs.iter().find_map(|r| r.survey.lost.clone());
    app.insert_resource(Player::new(show.runs, show.transport, show.through))
        .insert_resource(Desk::new(show.labels))
        .insert_resource(Pads(show.pads.map(SyncCell::new)))
        .insert_resource(Quit(Arc::clone(&options.quit)))
        .init_resource::<Asked>()
        .init_resource::<OnScreen>()
        .init_resource::<panel::Shape>()
        .add_systems(
            Update,
            (
                keys::keys,
                keys::mouse,
                keys::act,
                panel::share_window,
                player::show,
            )
                .chain()
                .before(Stage::Feed),
        )
        .add_systems(
            Update,
            (
                panel::arrange,
                panel::words,
                panel::over_pictures,
                panel::repaint,
            )
                .in_set(Stage::Draw),
        )
        // What is drawn decides anew what is to be seen of it.
        .add_systems(Update, panel::hide_instruments.in_set(Stage::Finish))
        .add_systems(
            Update,
            (full_screen, film::take, leave_when_asked).after(Stage::Finish),
        );
    let fill_screen = options.settings.full_screen && !filming;
    let mut opening = SyncCell::new(Some((scenario, lost)));
    app.add_systems(
        Startup,
        (panel::spawn, move |world: &mut World| {
            let Some((scenario, lost)) = opening.get().take() else {
                return;
            };
            if fill_screen {
                let mut windows = world.query_filtered::<&mut Window, With<PrimaryWindow>>();
                for mut window in windows.iter_mut(world) {
                    window.mode = WHOLE_SCREEN;
                }
            }
            if let Some(scenario) = scenario {
                runs::set(world, scenario);
            }
            if let Some(why) = lost.filter(|_| !filming) {
                let line = fill("replay.lost", &[("why", &why)]);
                notice(&mut world.commands(), line, 8.0);
            } else if !filming {
                notice(&mut world.commands(), t("replay.keys"), 4.0);
            }
            world.flush();
        })
            .chain(),
    );
    Ok(app)
}

const WHOLE_SCREEN: WindowMode = WindowMode::BorderlessFullscreen(MonitorSelection::Current);

/// F11: full screen and back.
fn full_screen(
    keys: Res<ButtonInput<KeyCode>>,
    film: Option<Res<Film>>,
    mut window: Single<&mut Window, With<PrimaryWindow>>,
) {
    if film.is_some() || !keys.just_pressed(KeyCode::F11) {
        return;
    }
    window.mode = match window.mode {
        WindowMode::Windowed => WHOLE_SCREEN,
        _ => WindowMode::Windowed,
    };
}

/// Ctrl-C.
fn leave_when_asked(quit: Res<Quit>, mut exit: MessageWriter<AppExit>) {
    if quit.0.load(Ordering::Relaxed) {
        exit.write(AppExit::Success);
    }
}

/// Key F: from this moment on the person wants to drive. A window has one way of starting runs, its
/// desk, and a replay has none; so this says what to type.
fn by_hand(commands: &mut Commands, player: &Player) {
    let [run] = player.runs.as_slice() else {
        notice(commands, t("replay.by_hand_one"), 6.0);
        return;
    };
    let (tick, _) = run.strip.tick(player.transport.at());
    let at = format!("{:.2}", tick as f64 / run.strip.hz as f64);
    let log = run.reel.path().display().to_string();
    let line = fill("replay.by_hand", &[("log", &log), ("t", &at)]);
    notice(commands, line, 12.0);
}
