//! The operator's window: the driver's view, the instruments, and the alerts.
//!
//! It draws frames and sends what the operator does; it cannot look into the simulated world. All
//! it knows of a session is [`Live`].
//!
//! | file | holds |
//! |---|---|
//! | `runs` | from run to run in one window |
//! | `feed` | frames and summary as they come in |
//! | `annunciator`, `sound` | alerts heard and felt, as soon as their frame comes; the sound card |
//! | `scene`, `site`, `ribbon` | what stands still, chunk by chunk, and what its parts share |
//! | `road_mesh`, `junctions`, `tunnels` | roads |
//! | `surroundings`, `town`, `objects`, `signs`, `lights` | what is beside them |
//! | `sky`, `weather` | light, air, rain, glare |
//! | `vehicles`, `cockpit` | what moves |
//! | `views`, `layout`, `camera`, `screens` | from where it is seen: views, places of pictures, cameras, images |
//! | `codec`, `project` | what a narrow link does to a picture; from the world to the picture |
//! | `map` | the road and what the vehicle believes, from above |
//! | `doubts`, `ahead` | marks over the picture: doubtful objects, the own place by now |
//! | `vehicle_mesh`, `bus_mesh`, `rider_mesh` | the shapes of road users |
//! | `plan` | where the automation means to go |
//! | `hud`, `alerts`, `widgets`, `notes` | instruments, authority and requests, notices |
//! | `replay` | records again: transport, scrubber, curves, pictures and films of it |
//! | `shell`, `settings` | around the run: start, pause, end; what is remembered |
//! | `text`, `words` | what is said on the screen; languages (assets/text) |
//! | `input` | the keyboard |
//! | `presented`, `glass`, `patch` | when an alert, and when a camera picture was presented; a patch for a light sensor |
//! | `quality`, `frames` | what the machine can afford; how long pictures take |
//! | `screenshots`, `probe` | pictures for tests; whether a window can be opened |
//! | `axes`, `shape`, `skins` | world axes to Bevy's; meshes from faces; materials |

mod ahead;
mod alerts;
mod annunciator;
mod axes;
mod bus_mesh;
mod camera;
mod cockpit;
mod codec;
mod doubts;
mod feed;
mod frames;
mod glass;
mod hud;
mod input;
mod junctions;
mod layout;
mod lights;
mod map;
mod notes;
mod objects;
mod patch;
mod plan;
mod presented;
mod probe;
mod project;
mod quality;
pub mod replay;
mod ribbon;
mod rider_mesh;
mod road_mesh;
mod runs;
mod scene;
mod screens;
mod screenshots;
pub mod settings;
mod shape;
mod shell;
mod signs;
mod site;
mod skins;
mod sky;
mod sound;
mod surroundings;
mod text;
mod town;
mod tunnels;
mod vehicle_mesh;
mod vehicles;
mod views;
mod weather;
mod widgets;
mod words;

use crate::session::choice::Choice as RunChoice;
use crate::session::live::{Desk, Live, NoDesk};
use bevy::app::{AppExit, PanicHandlerPlugin, TerminalCtrlCHandlerPlugin};
use bevy::platform::cell::SyncCell;
use bevy::prelude::*;
use bevy::render::RenderPlugin;
use bevy::render::pipelined_rendering::PipelinedRenderingPlugin;
use bevy::window::PresentMode;
use bevy::winit::WinitSettings;
use frames::FrameTimes;
pub use patch::{Corner, Patch};
pub use presented::{Drawing, DrawingLog};
use quality::Quality;
pub use quality::{Choice, Level};
use settings::Settings;
pub use sound::try_sound;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
pub use views::View;

/// How the world is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Look {
    pub view: View,
    pub quality: Choice,
    /// The panorama's outer screens get windows of their own, on monitors of their own if there are
    /// three.
    pub side_windows: bool,
    /// Write the time of each picture into this file (CSV).
    pub frame_times: Option<PathBuf>,
}

/// How the window behaves.
#[derive(Clone, Debug)]
pub struct Options {
    /// Save pictures here when a request is first shown (`request.png`), when it was taken over
    /// (`operator.png`), of the last page (`end.png`), and of the pages around the run
    /// (`start.png`, `paused.png`, ...). From the second run on a number is added.
    pub screenshots: Option<PathBuf>,
    /// Close by itself once the summary is shown, instead of waiting for the operator.
    pub close_at_end: bool,
    /// Width and height, px.
    pub size: (u32, u32),
    pub look: Look,
    /// A patch for a light sensor.
    pub patch: Option<Patch>,
    /// How large words are, 0.8 to 2.
    pub text_scale: f32,
    /// One run and no more: no start page, and Esc ends it.
    pub once: bool,
    /// The run can be made to stand still.
    pub may_pause: bool,
    /// What is chosen at first.
    pub choice: RunChoice,
    /// Scenario files to choose from.
    pub scenarios: Vec<PathBuf>,
    /// Why there are none.
    pub no_scenarios: Option<String>,
    pub settings: Settings,
    /// Where changed settings are kept.
    pub settings_path: Option<PathBuf>,
    /// What the start page should tell at once.
    pub note: Option<String>,
    /// Set it to end the run and close the window: Ctrl-C.
    pub quit: Arc<AtomicBool>,
    /// Keep the times of each picture here.
    pub drawing_log: Option<DrawingLog>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            screenshots: None,
            close_at_end: false,
            size: (1280, 720),
            look: Look::default(),
            patch: None,
            text_scale: 1.0,
            once: true,
            may_pause: true,
            choice: RunChoice::default(),
            scenarios: Vec::new(),
            no_scenarios: None,
            settings: Settings::default(),
            settings_path: None,
            note: None,
            quit: Arc::default(),
            drawing_log: None,
        }
    }
}

/// The scenario files of a folder, in the order of their names.
///
/// # Errors
/// One line, if the folder cannot be read or has none.
pub fn scenarios(folder: &Path) -> Result<Vec<PathBuf>, String> {
    shell::library::files(folder)
}

/// Why there is no window.
#[derive(Debug, thiserror::Error)]
pub enum StationError {
    #[error(
        "no display: neither WAYLAND_DISPLAY nor DISPLAY is set; run it on a desktop, or \
         without a window (--headless)"
    )]
    NoDisplay,
    #[error("cannot reach the display `{0}`: is it running, and may this user open windows on it?")]
    Unreachable(String),
    #[error("cannot open a window: {0}")]
    Window(String),
    #[error(
        "no graphics adapter: no Vulkan driver was found; install one (Debian, Ubuntu: libvulkan1 \
         and mesa-vulkan-drivers, which includes one that needs no graphics card)"
    )]
    NoAdapter,
    #[error("{path}: cannot make the folder for screenshots: {why}")]
    Screenshots { path: PathBuf, why: std::io::Error },
    #[error("{path}: cannot write the frame times: {why}")]
    FrameTimes { path: PathBuf, why: std::io::Error },
    #[error("{0}")]
    Film(String),
}

/// Whether a window can be opened, before anything is started for it.
///
/// # Errors
/// If there is no display or no graphics adapter.
pub fn check() -> Result<(), StationError> {
    probe::display()?;
    probe::adapter().map(drop)
}

/// Order of a picture: first what is new, then what it changes, then what hangs on both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, SystemSet)]
enum Stage {
    Feed,
    Draw,
    Finish,
}

/// Opens the window and returns once it is closed. Must be called on the main thread, once in the
/// life of a program: the window systems allow no more.
///
/// With `first` a run goes on already; without, the window begins with the start page. Whoever made
/// the desk stops what runs are left when this returns.
///
/// # Errors
/// If there is no display or no graphics adapter, or the folder for screenshots cannot be made.
pub fn run(
    desk: Box<dyn Desk + Send>,
    first: Option<Live>,
    options: Options,
) -> Result<(), StationError> {
    probe::display()?;
    if let Some(path) = &options.screenshots {
        std::fs::create_dir_all(path).map_err(|why| StationError::Screenshots {
            path: path.clone(),
            why,
        })?;
    }
    let times = match &options.look.frame_times {
        None => FrameTimes::default(),
        Some(path) => {
            let file = std::fs::File::create(path).map_err(|why| StationError::FrameTimes {
                path: path.clone(),
                why,
            })?;
            FrameTimes::to_file(file)
        }
    };
    let software = probe::adapter()?;
    let mut app = probe::guarded(|| build(desk, first, options, software)).map_err(why_not)?;
    app.insert_resource(times);
    go(app)
}

fn go(mut app: App) -> Result<(), StationError> {
    match app.run() {
        AppExit::Success => Ok(()),
        AppExit::Error(code) => Err(StationError::Window(format!("it closed with code {code}"))),
    }
}

/// One run, the times of whose pictures are kept in `log`.
///
/// # Errors
/// As [`run`].
pub fn measure(live: Live, options: Options, log: DrawingLog) -> Result<(), StationError> {
    let stop = Arc::clone(&live.stop);
    let options = Options {
        once: true,
        drawing_log: Some(log),
        ..options
    };
    let shown = run(Box::new(NoDesk), Some(live), options);
    stop.store(true, Ordering::Relaxed);
    shown
}

/// A panic of Bevy's while it was set up, as an error.
fn why_not(message: String) -> StationError {
    if message.contains("event loop") {
        StationError::Unreachable(probe::display_name())
    } else {
        StationError::Window(message)
    }
}

/// Bevy's own font has English letters only. DejaVu's is as wide, and has those of most languages.
fn speak_all_letters(app: &mut App) {
    if let Some(mut fonts) = app.world_mut().get_resource_mut::<Assets<Font>>() {
        // The default handle always has a place.
        let _ = fonts.insert(
            AssetId::default(),
            Font::from_bytes(dejavu::sans_mono::regular().to_vec()),
        );
    }
}

/// The window of a run.
fn build(desk: Box<dyn Desk + Send>, first: Option<Live>, options: Options, software: bool) -> App {
    let mut app = bare(&options, software, words::t("window.title"));
    app.insert_resource(screenshots::Wanted {
        folder: options.screenshots.clone(),
        close_at_end: options.close_at_end,
    })
    .init_resource::<sound::Volume>()
    .init_resource::<input::LastDrawn>();
    if let Some(patch) = options.patch {
        app.insert_resource(patch);
    }
    if let Some(log) = &options.drawing_log {
        app.insert_resource(log.clone());
    }
    app.add_systems(Update, feed::drain.in_set(Stage::Feed))
        .add_plugins((
            shell::plugin,
            input::plugin,
            presented::plugin,
            patch::plugin,
            screenshots::plugin,
        ));
    let mut opening = SyncCell::new(Some((desk, first, options)));
    app.add_systems(Startup, move |world: &mut World| {
        if let Some((desk, first, options)) = opening.get().take() {
            shell::open(world, desk, first, &options);
        }
    });
    app
}

/// A window that draws what is in [`feed::Picture`], whoever puts it there.
fn bare(options: &Options, software: bool, title: &str) -> App {
    let mut app = App::new();
    let window = Window {
        title: title.into(),
        resolution: options.size.into(),
        present_mode: PresentMode::AutoVsync,
        // Pictures must not queue up: an old one on the screen is the operator's delay.
        desired_maximum_frame_latency: NonZero::new(1),
        ..default()
    };
    let plugins = DefaultPlugins
        .set(WindowPlugin {
            primary_window: Some(window),
            exit_condition: screens::exit_condition(),
            ..default()
        })
        .set(RenderPlugin {
            // No picture may lack a part because its shader was not ready: see `presented`.
            synchronous_pipeline_compilation: true,
            ..default()
        })
        // The picture is drawn at once and not beside the next update: one frame less delay.
        .disable::<PipelinedRenderingPlugin>()
        // Signals and panics are the program's own business.
        .disable::<PanicHandlerPlugin>()
        .disable::<TerminalCtrlCHandlerPlugin>();
    app.insert_resource(options.look.view)
        .insert_resource(screens::SideWindows(options.look.side_windows))
        .insert_resource(Quality::new(options.look.quality, software))
        .insert_resource(widgets::TextScale(options.text_scale))
        .init_resource::<feed::Picture>()
        .init_resource::<widgets::Area>()
        .init_resource::<widgets::WholePage>()
        .init_resource::<runs::RunNumber>()
        .insert_resource(WinitSettings::continuous());
    app.add_plugins(plugins);
    speak_all_letters(&mut app);
    app.configure_sets(
        Update,
        (Stage::Feed, Stage::Draw, Stage::Finish)
            .chain()
            .run_if(runs::running),
    )
    .add_systems(runs::Begin, (sky::spawn, plan::spawn, weather::spawn))
    .add_systems(
        Update,
        (
            sky::follow_air,
            (sky::follow_light, sky::follow_headlights).chain(),
            cockpit::turn_wheel,
            plan::follow,
        )
            .in_set(Stage::Draw),
    )
    .add_systems(
        Update,
        (weather::fall, weather::wet_windscreen, weather::dazzle)
            .in_set(Stage::Finish)
            .after(camera::follow),
    )
    .add_plugins((
        quality::plugin,
        frames::plugin,
        camera::plugin,
        views::plugin,
        screens::plugin,
        codec::plugin,
        glass::plugin,
        map::plugin,
        doubts::plugin,
        notes::plugin,
    ))
    .add_plugins((
        skins::plugin,
        scene::plugin,
        lights::plugin,
        vehicles::plugin,
        hud::plugin,
        alerts::plugin,
    ));
    app
}
