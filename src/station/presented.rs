//! When an alert's picture was presented: the moment that reaction times count from.
//!
//! **What these times are.** The picture that first carries an alert is drawn, its commands are
//! handed to the graphics driver (*submitted*), and it is queued for display ("presented", in the
//! words of Vulkan and wgpu); right after that call the session clock is read (*presented*). Both
//! are taken for that picture itself, not for the frame's arrival, and only if the picture had a
//! surface to go to: a minimised window presents nothing. Pipelines are compiled synchronously, so
//! no part of that picture can be missing.
//!
//! **How sure they are.** Light leaves the screen later, never earlier. Two things delay it that
//! software can know: the graphics card finishes drawing, of which wgpu tells; and then as many
//! pictures as the swap chain holds may wait, one for each refresh of the display. wgpu is asked
//! for two images and Mesa's window systems take three ([`QUEUED`]). Their sum is the uncertainty
//! of the record; without a refresh rate it is unknown. What the display itself adds (typically 5
//! to 30 ms) no software knows: `patch` is there for a light sensor.

use super::input::LastDrawn;
use super::runs::RunNumber;
use crate::clock::{Clock, Pauses};
use crate::session::live::FromOperator;
use crate::takeover::alert::watch::Told;
use crate::takeover::alert::{Channel, Presented};
use bevy::prelude::*;
use bevy::render::extract_resource::{ExtractResource, ExtractResourcePlugin};
use bevy::render::renderer::{RenderGraph, RenderGraphSystems, RenderQueue, render_system};
use bevy::render::view::ExtractedWindows;
use bevy::render::{Render, RenderApp, RenderSystems};
use bevy::window::Monitor;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex};

/// Refreshes that may pass before a picture that is drawn is shown.
const QUEUED: f64 = 3.0;

/// The way to the session, and its clock.
#[derive(Clone, Resource, ExtractResource)]
pub struct Uplink {
    pub clock: Clock,
    pauses: Pauses,
    sender: Sender<FromOperator>,
}

impl Uplink {
    pub fn new(clock: Clock, pauses: Pauses, sender: Sender<FromOperator>) -> Self {
        Self {
            clock,
            pauses,
            sender,
        }
    }

    /// Time of the run now, s; it stands still in a pause.
    pub fn run_time(&self) -> f64 {
        self.pauses.in_run(self.clock.now_ns()).run_ns as f64 / 1e9
    }

    /// Sends, as long as somebody listens: a session that has ended misses nothing.
    pub fn send(&self, message: FromOperator) {
        let _ = self.sender.send(message);
    }
}

/// What the picture now being made carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Resource, ExtractResource)]
pub struct Shown {
    /// The most urgent alert that can be seen on it.
    pub told: Option<Told>,
    /// When the cameras took what it shows of the world, s since the start of the run.
    pub captured: Option<f64>,
}

/// From one refresh of the display to the next, s: of the slowest there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Resource, ExtractResource)]
pub struct Refresh(pub Option<f64>);

/// One picture of the window, ns on the session's clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drawing {
    /// Its surface was there: drawing begins.
    pub begun_ns: i64,
    /// Its commands went to the driver.
    pub submitted_ns: i64,
    /// It was queued for display.
    pub presented_ns: i64,
    /// The patch for a light sensor changed with it.
    pub flipped: bool,
}

/// Keeps the times of all pictures, for `takeover timing`.
#[derive(Clone, Debug, Default, Resource)]
pub struct DrawingLog(Arc<Mutex<Drawings>>);

#[derive(Debug, Default)]
struct Drawings {
    pictures: Vec<Drawing>,
    refresh: Option<f64>,
}

impl DrawingLog {
    /// All pictures so far, and from one refresh of the display to the next, s, if that is known.
    pub fn take(&self) -> (Vec<Drawing>, Option<f64>) {
        match self.0.lock() {
            Ok(mut kept) => (std::mem::take(&mut kept.pictures), kept.refresh),
            Err(_) => (Vec::new(), None),
        }
    }

    fn note(&self, drawing: Drawing, refresh: Option<f64>) {
        if let Ok(mut kept) = self.0.lock() {
            kept.pictures.push(drawing);
            kept.refresh = refresh;
        }
    }
}

/// Whether the patch changes with this picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Resource, ExtractResource)]
pub struct Flipped(pub bool);

/// In the render world.
#[derive(Debug, Default, Resource)]
struct Report {
    /// The picture being drawn has a surface.
    has_surface: bool,
    drawing: Drawing,
    run: RunNumber,
    /// Serials of the alerts that were reported.
    told: Vec<u32>,
    captured: Option<f64>,
    /// Alerts presented, and when the graphics card had drawn them (0: not yet), ns.
    waiting: Vec<(Presented, Arc<AtomicI64>)>,
}

impl Report {
    fn begin(&mut self, run: RunNumber) {
        if self.run != run {
            self.run = run;
            self.told.clear();
            self.waiting.clear();
            self.captured = None;
        }
    }

    /// The alert to report once this picture is presented, if it is the first with it.
    fn due(&mut self, told: Option<Told>) -> Option<Told> {
        let first = told.filter(|told| self.has_surface && !self.told.contains(&told.serial))?;
        self.told.push(first.serial);
        Some(first)
    }

    /// The time of what the cameras took, if this picture is the first to show it.
    fn newly_drawn(&mut self, captured: Option<f64>) -> Option<f64> {
        if !self.has_surface || captured == self.captured {
            return None;
        }
        self.captured = captured;
        captured
    }

    /// Alerts whose pictures the graphics card has drawn since, with what is known of their times.
    fn drawn(&mut self, refresh: Option<f64>) -> Vec<Presented> {
        let mut known = Vec::new();
        self.waiting.retain(|(presented, drawn)| {
            let drawn_ns = drawn.load(Ordering::Acquire);
            if drawn_ns > 0 {
                let drawing = (drawn_ns as f64 / 1e9 - presented.presented).max(0.0);
                known.push(Presented {
                    uncertainty: refresh.map(|refresh| drawing + QUEUED * refresh),
                    ..*presented
                });
            }
            drawn_ns == 0
        });
        known
    }
}

pub fn plugin(app: &mut App) {
    app.init_resource::<Shown>()
        .init_resource::<Refresh>()
        .init_resource::<Flipped>()
        .add_systems(Update, refresh)
        .add_plugins((
            ExtractResourcePlugin::<Shown>::default(),
            ExtractResourcePlugin::<Refresh>::default(),
            ExtractResourcePlugin::<Flipped>::default(),
            ExtractResourcePlugin::<Uplink>::default(),
            ExtractResourcePlugin::<RunNumber>::default(),
        ));
    let drawn = app.world().resource::<LastDrawn>().clone();
    let log = app.world().get_resource::<DrawingLog>().cloned();
    let Some(render) = app.get_sub_app_mut(RenderApp) else {
        return;
    };
    if let Some(log) = log {
        render.insert_resource(log);
    }
    render
        .insert_resource(drawn)
        .init_resource::<Report>()
        .add_systems(
            Render,
            (
                begun
                    .after(RenderSystems::PrepareViews)
                    .before(RenderSystems::Queue),
                after.in_set(RenderSystems::Render).after(render_system),
            ),
        )
        .add_systems(
            RenderGraph,
            submitted
                .after(RenderGraphSystems::Render)
                .before(RenderGraphSystems::Submit),
        );
}

/// Monitors come and go.
fn refresh(monitors: Query<&Monitor>, mut refresh: ResMut<Refresh>) {
    let rates = monitors.iter().map(|m| m.refresh_rate_millihertz);
    let slowest = rates.flatten().filter(|rate| *rate > 0).min();
    refresh.set_if_neq(Refresh(slowest.map(|rate| 1e3 / f64::from(rate))));
}

fn begun(
    windows: Res<ExtractedWindows>,
    uplink: Option<Res<Uplink>>,
    run: Option<Res<RunNumber>>,
    mut report: ResMut<Report>,
) {
    let (Some(uplink), Some(run)) = (uplink, run) else {
        return;
    };
    let primary = windows.primary.and_then(|window| windows.get(&window));
    report.has_surface = primary.is_some_and(|w| w.swap_chain_texture.is_some());
    report.begin(*run);
    report.drawing.begun_ns = uplink.clock.now_ns();
}

fn submitted(uplink: Option<Res<Uplink>>, mut report: ResMut<Report>) {
    if let Some(uplink) = uplink {
        report.drawing.submitted_ns = uplink.clock.now_ns();
    }
}

/// Runs after [`render_system`], whose last act is to present.
fn after(
    shown: Option<Res<Shown>>,
    uplink: Option<Res<Uplink>>,
    refresh: Option<Res<Refresh>>,
    flipped: Option<Res<Flipped>>,
    log: Option<Res<DrawingLog>>,
    queue: Res<RenderQueue>,
    drawn: Res<LastDrawn>,
    mut report: ResMut<Report>,
) {
    let Some(uplink) = uplink else {
        return;
    };
    let session_ns = uplink.clock.now_ns();
    drawn.0.store(session_ns, Ordering::Release);
    report.drawing.presented_ns = session_ns;
    report.drawing.flipped = flipped.is_some_and(|flipped| flipped.0);
    let refresh = refresh.and_then(|refresh| refresh.0);
    if let Some(log) = log.filter(|_| report.has_surface) {
        log.note(report.drawing, refresh);
    }
    let shown = shown.map_or_else(Shown::default, |shown| *shown);
    if let Some(captured) = report.newly_drawn(shown.captured) {
        uplink.send(FromOperator::Drawn {
            captured,
            session_ns,
        });
    }
    if let Some(told) = report.due(shown.told) {
        let presented = Presented {
            request: told.request,
            channel: Channel::Visual,
            level: told.alert.level(),
            submitted: report.drawing.submitted_ns as f64 / 1e9,
            presented: session_ns as f64 / 1e9,
            uncertainty: None,
        };
        let drawn = Arc::new(AtomicI64::new(0));
        report.waiting.push((presented, Arc::clone(&drawn)));
        let clock = uplink.clock;
        // Called at the latest when the next picture is submitted.
        queue.on_submitted_work_done(move || drawn.store(clock.now_ns(), Ordering::Release));
    }
    for presented in report.drawn(refresh) {
        uplink.send(FromOperator::Presented(presented));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::takeover::alert::Alert;

    fn told(alert: Alert, serial: u32) -> Option<Told> {
        Some(Told {
            alert,
            request: 1,
            serial,
            since: 0.0,
        })
    }

    #[test]
    fn an_alert_is_reported_once_and_only_if_it_could_be_seen() {
        let mut report = Report::default();
        report.begin(RunNumber(1));
        let (first, second) = (told(Alert::Request, 1), told(Alert::Escalated, 2));
        assert_eq!(report.due(first), None, "a minimised window");
        report.has_surface = true;
        assert_eq!(report.due(None), None);
        assert_eq!(report.due(first), first);
        assert_eq!(report.due(first), None);
        assert_eq!(report.due(second), second);
        assert_eq!(
            report.due(first),
            None,
            "seen again behind a more urgent one"
        );
        report.begin(RunNumber(1));
        assert_eq!(report.due(second), None);
        report.begin(RunNumber(2));
        assert_eq!(report.due(second), second, "another run");
    }

    #[test]
    fn each_view_of_the_world_is_reported_once() {
        let mut report = Report {
            has_surface: true,
            ..Report::default()
        };
        assert_eq!(report.newly_drawn(None), None);
        assert_eq!(report.newly_drawn(Some(1.0)), Some(1.0));
        assert_eq!(report.newly_drawn(Some(1.0)), None, "frozen");
        assert_eq!(report.newly_drawn(Some(1.04)), Some(1.04));
    }

    #[test]
    fn a_time_is_as_sure_as_drawing_and_the_display_s_queue_allow() {
        let mut report = Report::default();
        let drawn = Arc::new(AtomicI64::new(0));
        let presented = Presented::exactly(1, 5.0);
        report.waiting.push((presented, Arc::clone(&drawn)));
        assert_eq!(report.drawn(Some(0.01)), [], "still being drawn");
        drawn.store(5_004_000_000, Ordering::Release);
        let known = report.drawn(Some(0.01));
        let within = known[0].uncertainty.expect("known");
        assert!((within - (0.004 + QUEUED * 0.01)).abs() < 1e-9, "{within}");
        assert_eq!(report.drawn(Some(0.01)), [], "once");
        report.waiting.push((presented, drawn));
        assert_eq!(report.drawn(None)[0].uncertainty, None, "no refresh rate");
    }

    /// Request at 1 s, escalated at 5 s, taken over at 7 s; frames 100 times a second, pictures at
    /// any rate.
    #[test]
    fn each_level_is_seen_once_however_few_pictures_there_are() {
        use crate::takeover::alert::watch::{Seen, Watch};
        use crate::takeover::event::Authority;
        for pictures in [100, 30, 3] {
            let mut watch = Watch::default();
            let mut report = Report {
                has_surface: true,
                ..Report::default()
            };
            let mut seen = Vec::new();
            for tick in 0..1000 {
                let time = f64::from(tick) / 100.0;
                let (authority, request) = match tick {
                    0..100 => (Authority::Automation, None),
                    100..500 => (Authority::RequestPending, Some((1, false))),
                    500..700 => (Authority::RequestPending, Some((1, true))),
                    _ => (Authority::Operator, None),
                };
                let now = Seen {
                    time,
                    authority,
                    request,
                    ..Seen::default()
                };
                watch.look(&now, &[]);
                if tick % (100 / pictures) == 0
                    && let Some(told) = report.due(watch.on().next().copied())
                {
                    seen.push((told.alert, time));
                }
            }
            let alerts: Vec<Alert> = seen.iter().map(|(alert, _)| *alert).collect();
            assert_eq!(alerts, [Alert::Request, Alert::Escalated], "{pictures}");
            for ((_, time), due) in seen.into_iter().zip([1.0, 5.0]) {
                assert!((0.0..=0.34).contains(&(time - due)), "{time} at {pictures}");
            }
        }
    }
}
