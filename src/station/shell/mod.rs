//! Around the run: start page, pause, end page, settings, device check.
//!
//! | file | holds | Bevy? |
//! |---|---|---|
//! | `menu` | moving through pages, as a state machine | no |
//! | `library`, `drawing` | the scenarios to choose from; plans as pictures | no |
//! | `board` | the device check | no |
//! | `history` | what is kept of a run for its end | a resource |
//! | `offer` | the report that the end page offers | no |
//! | `result` | what a run came to, in words and bars | no |
//! | `sheet`, `pages` | a page as data and as nodes; what stands on each | yes |
//! | `steps` | keys, pads and mouse as steps | yes |
//! | `window` | full screen, monitors | yes |
//! | `replay` | the last seconds again, behind the end page | yes |

mod board;
mod drawing;
pub mod history;
pub mod library;
mod menu;
mod offer;
mod pages;
mod replay;
mod result;
mod sheet;
mod steps;
mod window;

use super::feed::Picture;
use super::runs::{self, Lasting};
use super::scene::Setting;
use super::settings::Settings;
use super::sound::Volume;
use super::views::View;
use super::widgets::{TextScale, WholePage};
use super::{Options, quality, screenshots, sound, words};
use crate::clock::{Clock, Pauses};
use crate::link::presets::Preset;
use crate::session::choice::{Choice, Who};
use crate::session::live::{Desk, Live};
use bevy::app::AppExit;
use bevy::asset::RenderAssetUsages;
use bevy::platform::cell::SyncCell;
use bevy::prelude::*;
use bevy::render::render_resource::{Extent3d, TextureDimension, TextureFormat};
use board::Board;
use drawing::Drawing;
use history::History;
use library::Entry;
use menu::{Act, Focus, Page, Row, Step};
use offer::Offer;
use sheet::{Root, Sheet};
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Receiver;

/// Size of the plan's picture, px.
const PLAN: (usize, usize) = (1200, 380);

/// All that is remembered from page to page.
#[derive(Resource)]
pub struct Shell {
    page: Page,
    focus: Focus,
    library: Vec<Entry>,
    /// Why there are no scenarios to choose from.
    no_library: Option<String>,
    /// Index of the scenario that is chosen.
    chosen: usize,
    choice: Choice,
    settings: Settings,
    settings_path: Option<PathBuf>,
    /// Why the run could not be started, or the settings not be kept.
    error: Option<String>,
    /// One run and no more: `takeover run`.
    once: bool,
    may_pause: bool,
    /// Pictures until a run is started: the page has to say so first.
    start_in: Option<u8>,
    running: Option<Running>,
    /// Says why no tone is heard, if none is.
    sound_test: Option<SyncCell<Receiver<String>>>,
    /// The report of the run that is over, if it was asked for.
    report: Option<Offer>,
    /// Somebody outside wants the window to close.
    quit: Arc<AtomicBool>,
}

/// The run in the window.
struct Running {
    title: String,
    clock: Clock,
    pauses: Option<Pauses>,
    stop: Arc<AtomicBool>,
}

/// Who starts runs.
#[derive(Resource)]
struct Office(SyncCell<Box<dyn Desk + Send>>);

/// The device check's state.
#[derive(Default, Resource)]
struct Devices(Board);

/// The picture of the plan, and what is on it.
#[derive(Default, Resource)]
struct Plan {
    handle: Handle<Image>,
    shown: Option<Drawing>,
}

/// The page as it was last drawn.
#[derive(Default, Resource)]
struct Drawn(Sheet);

pub fn plugin(app: &mut App) {
    app.init_resource::<History>()
        .init_resource::<WholePage>()
        .init_resource::<Devices>()
        .init_resource::<Plan>()
        .init_resource::<Drawn>()
        .init_resource::<steps::Steps>()
        .init_resource::<replay::Replay>()
        .add_systems(Startup, prepare)
        .add_systems(PreUpdate, steps::gather)
        .add_systems(
            Update,
            (
                (act, end_of_run, start_when_drawn)
                    .chain()
                    .before(super::Stage::Feed),
                (leave_when_asked, replay::play)
                    .chain()
                    .after(super::Stage::Feed)
                    .before(super::Stage::Draw),
                (draw, hide_instruments, replay::aside, snap)
                    .chain()
                    .after(super::Stage::Draw)
                    .before(super::Stage::Finish),
                (
                    steps::hover,
                    window::follow,
                    window::toggle,
                    follow_settings,
                ),
            ),
        );
}

/// Puts the shell into the world: with a run that goes on already, or at the start page.
pub fn open(
    world: &mut World,
    mut desk: Box<dyn Desk + Send>,
    first: Option<Live>,
    options: &Options,
) {
    let mut devices = Devices::default();
    let pads = desk.pads();
    let (pads, no_pads) = match pads {
        Ok(pads) => (Some(pads), None),
        Err(why) => (None, Some(why)),
    };
    devices.0.no_pads = no_pads;
    world.insert_resource(devices);
    world.insert_resource(steps::Pads::new(pads));
    world.insert_resource(Office(SyncCell::new(desk)));
    let settings = options.settings.clone();
    words::speak(&settings.language);
    let library: Vec<Entry> = options.scenarios.iter().map(|p| Entry::load(p)).collect();
    let choice = options.choice.clone();
    let chosen = library.iter().position(|e| e.path == choice.scenario);
    let mut shell = Shell {
        page: Page::None,
        focus: Focus::default(),
        library,
        no_library: options.no_scenarios.clone(),
        chosen: chosen.unwrap_or_default(),
        choice,
        settings,
        settings_path: options.settings_path.clone(),
        error: options.note.clone(),
        once: options.once,
        may_pause: options.may_pause,
        start_in: None,
        running: None,
        sound_test: None,
        report: None,
        quit: Arc::clone(&options.quit),
    };
    shell.choose(shell.chosen);
    shell.open(if first.is_some() {
        Page::None
    } else {
        Page::Start
    });
    world.insert_resource(shell);
    if let Some(live) = first {
        begin(world, live);
    }
}

fn prepare(mut images: ResMut<Assets<Image>>, mut plan: ResMut<Plan>) {
    plan.handle = images.add(image(&Drawing::default()));
}

fn image(drawing: &Drawing) -> Image {
    let (width, height) = PLAN;
    let size = Extent3d {
        width: width as u32,
        height: height as u32,
        depth_or_array_layers: 1,
    };
    Image::new(
        size,
        TextureDimension::D2,
        drawing.paint(width, height),
        TextureFormat::Rgba8UnormSrgb,
        RenderAssetUsages::default(),
    )
}

impl Shell {
    fn open(&mut self, page: Page) {
        if self.page != page {
            self.error = self.error.take().filter(|_| page == Page::Start);
        }
        self.page = page;
        self.focus = Focus::default();
        let rows = self.rows();
        if page == Page::Start && !self.library.is_empty() {
            self.focus.on(&rows, Row::Scenario(self.chosen));
        }
    }

    /// What the keys that leave a run do, in words.
    pub fn way_out(&self) -> &'static str {
        match (self.once, self.may_pause) {
            (true, true) => words::t("hud.leave_once"),
            (false, true) => words::t("hud.leave"),
            (_, false) => words::t("hud.leave_no_pause"),
        }
    }

    /// On the start page again, where it was left.
    fn back_at(&mut self, row: Row) {
        self.open(Page::Start);
        let rows = self.rows();
        self.focus.on(&rows, row);
    }

    fn choose(&mut self, index: usize) {
        if let Some(entry) = self.library.get(index) {
            self.chosen = index;
            self.choice.scenario.clone_from(&entry.path);
        }
    }

    fn starting(&self) -> bool {
        self.start_in.is_some()
    }

    /// Starts a run of what is chosen, once the page has said so.
    fn start(&mut self) {
        self.error = None;
        self.report = None;
        self.start_in = Some(2);
    }

    /// The run has the window to itself.
    fn in_the_run(&self) -> bool {
        self.page == Page::None
    }

    fn stand(&self, yes: bool) {
        if let Some(run) = &self.running
            && let Some(pauses) = &run.pauses
        {
            let now = run.clock.now_ns();
            if yes {
                pauses.pause(now);
            } else {
                pauses.resume(now);
            }
        }
    }

    /// The next value of a row, or the one before.
    fn change(&mut self, row: Row, way: i32, monitors: usize) {
        match row {
            Row::Vehicle => {
                let names = crate::vehicle::profile_names().map(str::to_owned);
                self.choice.vehicle = turn(&self.choice.vehicle, names, way);
            }
            Row::Operator => {
                let all = [Who::Human, Who::Model, Who::Nobody];
                let at = all.iter().position(|w| *w == self.choice.operator);
                let next = step_in(all.len(), at.unwrap_or_default(), way);
                self.choice.operator = all[next].clone();
            }
            Row::Seed => {
                let way = i64::from(way);
                self.choice.seed = self.choice.seed.saturating_add_signed(way);
            }
            Row::Language => {
                let all: Vec<&str> = words::languages().collect();
                let at = all.iter().position(|l| *l == self.settings.language);
                let next = step_in(all.len(), at.unwrap_or_default(), way);
                self.settings.language = all[next].to_owned();
                words::speak(&self.settings.language);
            }
            Row::TextScale => {
                let (low, high) = TextScale::RANGE;
                let next = self.settings.text_scale + 0.1 * way as f32;
                self.settings.text_scale = rounded(next).clamp(low, high);
            }
            Row::Volume => {
                let next = self.settings.volume + 0.1 * way as f32;
                self.settings.volume = rounded(next).clamp(0.0, 1.0);
            }
            Row::View => {
                let all = View::ALL;
                let at = all.iter().position(|v| *v == self.settings.view);
                self.settings.view = all[step_in(all.len(), at.unwrap_or_default(), way)];
            }
            Row::Quality => {
                let all = quality::Choice::ALL;
                let at = all.iter().position(|q| *q == self.settings.quality);
                self.settings.quality = all[step_in(all.len(), at.unwrap_or_default(), way)];
            }
            Row::Link => {
                let names = Preset::ALL.map(|p| p.name().to_owned()).into_iter();
                self.choice.link = turn(&self.choice.link, names, way);
            }
            Row::FullScreen => self.settings.full_screen = !self.settings.full_screen,
            Row::Monitor => {
                let at = usize::from(self.settings.monitor).saturating_sub(1);
                let next = step_in(monitors.max(1), at, way);
                self.settings.monitor = u16::try_from(next + 1).unwrap_or(1);
            }
            _ => {}
        }
        self.keep();
    }

    /// Writes the settings down.
    fn keep(&mut self) {
        self.settings.last.clone_from(&self.choice);
        let Some(path) = &self.settings_path else {
            return;
        };
        if let Err(why) = self.settings.save(path) {
            let words = format!("{}: cannot keep the settings: {why}", path.display());
            let _ = writeln!(std::io::stderr(), "takeover: {words}");
            self.error = Some(words);
        }
    }
}

/// To a tenth: adding tenths does not stay on them.
fn rounded(value: f32) -> f32 {
    (value * 10.0).round() / 10.0
}

/// The place after or before this one, round and round.
fn step_in(count: usize, at: usize, way: i32) -> usize {
    let count = count.max(1);
    let way = if way < 0 { count - 1 } else { 1 };
    (at.min(count - 1) + way) % count
}

/// The next name or the one before; none comes first.
fn turn(now: &Option<String>, names: impl Iterator<Item = String>, way: i32) -> Option<String> {
    let mut all: Vec<Option<String>> = vec![None];
    all.extend(names.map(Some));
    let at = all.iter().position(|n| n == now).unwrap_or_default();
    all.swap_remove(step_in(all.len(), at, way))
}

/// Does what keys, pads and mouse ask for.
fn act(world: &mut World) {
    let (asked, pointed) = world.resource_mut::<steps::Steps>().take();
    let monitors = window::count(world);
    for (target, way) in pointed {
        let mut shell = world.resource_mut::<Shell>();
        let rows = shell.rows();
        shell.focus.on(&rows, target);
        match target {
            Row::Scenario(i) => shell.choose(i),
            _ if target.has_value() => {
                shell.change(target, if way < 0 { -1 } else { 1 }, monitors);
            }
            _ => press(world, target),
        }
    }
    for step in asked {
        let mut shell = world.resource_mut::<Shell>();
        if shell.page == Page::None {
            in_the_run(world, step);
            continue;
        }
        // Only a run stands still: elsewhere that key would leave the page.
        if step == Step::Pause && shell.page != Page::Paused {
            continue;
        }
        let rows = shell.rows();
        let act = shell.focus.step(&rows, step);
        if let (None, Some(Row::Scenario(i))) = (act, shell.focus.row(&rows)) {
            shell.choose(i);
        }
        match act {
            Some(Act::Change(row, way)) => shell.change(row, way, monitors),
            Some(Act::Press(row)) => press(world, row),
            Some(Act::Leave) => leave(world),
            None => {}
        }
    }
}

/// A step while the run has the window to itself.
fn in_the_run(world: &mut World, step: Step) {
    let mut shell = world.resource_mut::<Shell>();
    match step {
        Step::Pause if shell.may_pause => {
            shell.stand(true);
            shell.open(Page::Paused);
        }
        // Esc: `takeover run` documents that it ends the run.
        Step::Back if shell.once => quit(world),
        Step::Back if shell.may_pause => {
            shell.stand(true);
            shell.open(Page::Paused);
        }
        Step::Back => to_start(world),
        _ => {}
    }
}

fn leave(world: &mut World) {
    let mut shell = world.resource_mut::<Shell>();
    match shell.page {
        Page::Start => {
            // Leaving by accident is no good: the next press has to mean it.
            let rows = shell.rows();
            shell.focus.on(&rows, Row::Quit);
        }
        Page::Devices => shell.back_at(Row::Devices),
        Page::Settings => shell.back_at(Row::Settings),
        Page::Paused => press(world, Row::Resume),
        Page::Ended if shell.once => quit(world),
        Page::Ended => to_start(world),
        Page::None => {}
    }
}

fn press(world: &mut World, row: Row) {
    let mut shell = world.resource_mut::<Shell>();
    match row {
        Row::Scenario(i) => {
            shell.choose(i);
            shell.start();
        }
        Row::Start | Row::Restart => shell.start(),
        Row::RestartNextSeed => {
            shell.choice.seed = shell.choice.seed.wrapping_add(1);
            shell.start();
        }
        Row::NextScenario => {
            let next = step_in(shell.library.len(), shell.chosen, 1);
            shell.choose(next);
            shell.start();
        }
        Row::SoundTest => {
            let volume = world.resource::<Volume>().clone();
            let answer = sound::test(volume);
            let mut shell = world.resource_mut::<Shell>();
            shell.error = None;
            shell.sound_test = Some(SyncCell::new(answer));
        }
        Row::Devices => shell.open(Page::Devices),
        Row::Settings => shell.open(Page::Settings),
        Row::Back => shell.open(Page::Start),
        Row::Resume => {
            shell.stand(false);
            shell.open(Page::None);
        }
        Row::ToStart => to_start(world),
        Row::Report => {
            let summary = world.resource::<Picture>().summary.clone();
            // Once is enough; without a log there is nothing to report on.
            let log = summary.and_then(|report| report.log.clone());
            let mut shell = world.resource_mut::<Shell>();
            if shell.report.is_none() {
                match log {
                    Some(log) => shell.report = Some(Offer::of(&log)),
                    None => shell.error = Some(words::t("menu.report_no_log").to_owned()),
                }
            }
        }
        Row::Quit => quit(world),
        _ => {}
    }
}

fn to_start(world: &mut World) {
    runs::clear(world);
    let mut shell = world.resource_mut::<Shell>();
    shell.running = None;
    shell.open(Page::Start);
}

fn quit(world: &mut World) {
    world.write_message(AppExit::Success);
}

/// Starts the run that was asked for, once its page says so.
fn start_when_drawn(world: &mut World) {
    let mut shell = world.resource_mut::<Shell>();
    match &mut shell.start_in {
        None => return,
        Some(0) => shell.start_in = None,
        Some(n) => {
            *n -= 1;
            return;
        }
    }
    let choice = shell.choice.clone();
    shell.keep();
    runs::clear(world);
    let started = world.resource_mut::<Office>().0.get().start(&choice);
    match started {
        Ok(live) => begin(world, live),
        Err(why) => {
            let mut shell = world.resource_mut::<Shell>();
            shell.running = None;
            shell.open(Page::Start);
            shell.error = Some(why);
        }
    }
}

fn begin(world: &mut World, live: Live) {
    let mut shell = world.resource_mut::<Shell>();
    let pauses = shell.may_pause.then(|| live.pauses.clone());
    shell.running = Some(Running {
        title: live.scenario.title.clone(),
        clock: live.clock,
        pauses,
        stop: Arc::clone(&live.stop),
    });
    shell.open(Page::None);
    let chosen = shell.settings.quality;
    let view = shell.settings.view;
    world.insert_resource(view);
    world.resource_mut::<quality::Quality>().choose(chosen);
    world.insert_resource(History::default());
    runs::begin(world, live);
}

/// Opens the end page when a run is over.
fn end_of_run(picture: Res<Picture>, setting: Option<Res<Setting>>, mut shell: ResMut<Shell>) {
    let open = matches!(shell.page, Page::None | Page::Paused);
    if setting.is_some() && picture.over() && open && !shell.starting() {
        shell.open(Page::Ended);
    }
}

/// Ctrl-C: the run is told, and once its record is closed the window closes.
fn leave_when_asked(shell: Res<Shell>, picture: Res<Picture>, mut exit: MessageWriter<AppExit>) {
    if !shell.quit.load(Ordering::Relaxed) {
        return;
    }
    let Some(run) = &shell.running else {
        exit.write(AppExit::Success);
        return;
    };
    run.stop.store(true, Ordering::Relaxed);
    if picture.complete() {
        exit.write(AppExit::Success);
    }
}

fn draw(
    mut commands: Commands,
    shell: Res<Shell>,
    picture: Res<Picture>,
    history: Res<History>,
    devices: Res<Devices>,
    setting: Option<Res<Setting>>,
    monitors: window::Monitors,
    mut plan: ResMut<Plan>,
    mut images: ResMut<Assets<Image>>,
    mut drawn: ResMut<Drawn>,
    roots: Query<Entity, With<Root>>,
) {
    let wanted = match (shell.page, setting) {
        (Page::Start, _) => shell
            .library
            .get(shell.chosen)
            .and_then(|entry| Some(entry.content.as_ref().ok()?.plan.clone())),
        (Page::Ended, Some(setting)) if picture.over() => Some(history.drawing(&setting.0)),
        _ => None,
    };
    if wanted != plan.shown {
        let drawing = wanted.clone().unwrap_or_default();
        if let Some(mut kept) = images.get_mut(&plan.handle) {
            *kept = image(&drawing);
        }
        plan.shown = wanted;
    }
    let sheet = shell.sheet(&picture, &history, &devices.0, &monitors.names());
    if sheet == drawn.0 {
        return;
    }
    for root in &roots {
        commands.entity(root).despawn();
    }
    if shell.page != Page::None {
        sheet::spawn(&mut commands, &sheet, &plan.handle);
    }
    drawn.0 = sheet;
}

/// The end page has the window to itself.
fn hide_instruments(
    shell: Res<Shell>,
    mut roots: Query<&mut Visibility, (With<Node>, Without<ChildOf>, Without<Lasting>)>,
) {
    if shell.page == Page::Ended {
        for mut visibility in &mut roots {
            visibility.set_if_neq(Visibility::Hidden);
        }
    }
}

/// What is chosen holds at once.
fn follow_settings(
    mut shell: ResMut<Shell>,
    volume: Res<Volume>,
    mut text: ResMut<TextScale>,
    mut page: ResMut<WholePage>,
) {
    page.0 = !matches!(shell.page, Page::None | Page::Paused);
    if let Some(report) = &mut shell.report {
        report.look();
    }
    if let Some(answer) = &mut shell.sound_test
        && let Ok(why) = answer.get().try_recv()
    {
        shell.error = Some(why);
    }
    if (volume.get() - shell.settings.volume).abs() > 1e-3 {
        volume.set(shell.settings.volume);
    }
    if (text.0 - shell.settings.text_scale).abs() > 1e-3 {
        text.0 = shell.settings.text_scale;
    }
}

/// Pictures of the pages, for tests and documents.
fn snap(
    mut commands: Commands,
    shell: Res<Shell>,
    wanted: Res<screenshots::Wanted>,
    mut progress: ResMut<screenshots::Progress>,
) {
    let name = match shell.page {
        Page::Start => "start.png",
        Page::Devices => "devices.png",
        Page::Settings => "settings.png",
        Page::Paused => "paused.png",
        // The end is pictured with the other moments of a run.
        Page::Ended | Page::None => return,
    };
    progress.page(&mut commands, &wanted, name);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_turn_round_and_none_comes_first() {
        let names = || ["a", "b"].map(str::to_owned).into_iter();
        let mut now = None;
        let mut seen = Vec::new();
        for _ in 0..3 {
            now = turn(&now, names(), 1);
            seen.push(now.clone());
        }
        assert_eq!(seen, [Some("a".into()), Some("b".into()), None]);
        assert_eq!(turn(&None, names(), -1), Some("b".into()));
        assert_eq!(turn(&Some("gone".into()), names(), 1), Some("a".into()));
    }
}
