//! A record, opened at any moment.

use crate::command::Arrived;
use crate::frame::{BodyView, EgoView, Frame, RequestView, SightView};
use crate::link::view::{LinkView, VideoView};
use crate::perception::{Cause, Class, Confidence, Function, PoseSd, Track, Trust};
use crate::record::messages::{Perception, State};
use crate::record::{Entry, Log, LogError, RunEnd, RunInfo};
use crate::referee::Judged;
use crate::scenario::Scenario;
use crate::session::tally::Tally;
use crate::takeover::event::{Authority, Event, TimedEvent};
use crate::takeover::source::Source;
use crate::takeover::timeline::Takeover;
use crate::traffic::Traffic;
use glam::{Quat, Vec3};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Why a record cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum ReelError {
    #[error(transparent)]
    Log(#[from] LogError),
    #[error("{}: the scenario inside the log cannot be used: {why}", path.display())]
    Scenario { path: PathBuf, why: String },
    #[error("{}: nothing was recorded: there is not one tick", path.display())]
    Empty { path: PathBuf },
}

/// Someone had authority from one tick up to, not with, another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Band {
    pub from: u64,
    pub to: u64,
    pub authority: Authority,
}

/// Ticks between two samples of [`Curve`].
pub const TICKS_PER_SAMPLE: u64 = 10;

/// One sample of the curves, [`TICKS_PER_SAMPLE`] apart: confidence, the motion, and the controls in force.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sample {
    pub tick: u64,
    pub confidence: f32,
    /// By function, in the order of [`Function::ALL`].
    pub functions: [f32; Function::ALL.len()],
    /// m/s.
    pub speed: f32,
    /// m/s2.
    pub acceleration: f32,
    /// Steering-wheel angle in force, rad, and the operator's own, as it had arrived.
    pub wheel: f32,
    pub commanded_wheel: f32,
    /// Pedals in force, 0 to 1.
    pub accelerator: f32,
    pub brake: f32,
    /// Smallest time to collision, s; infinite if there is none below 10 s.
    pub ttc: f32,
}

/// What a whole record holds, at a glance.
#[derive(Clone, Debug, Default)]
pub struct Survey {
    /// In order.
    pub events: Vec<TimedEvent>,
    pub bands: Vec<Band>,
    pub takeovers: Vec<Takeover>,
    pub curves: Vec<Sample>,
}

/// What an operator had before them at a tick.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Instruments: the newest frame that had come down the link.
    pub data: Arc<Frame>,
    /// The newest camera picture that had come, and how it came out of the link.
    pub picture: Arc<Frame>,
    pub video: VideoView,
    pub link: LinkView,
}

/// A record, opened for looking at any moment of it. Ticks beyond its ends are its ends.
pub struct Reel {
    path: PathBuf,
    log: Log,
    scenario: Arc<Scenario>,
    shapes: Shapes,
    /// Index into `log.entries` of each tick's state, from tick 1.
    states: Vec<usize>,
}

impl Reel {
    /// # Errors
    /// If the file is no record, holds no tick, or its scenario cannot be read.
    pub fn open(path: &Path) -> Result<Self, ReelError> {
        let log = Log::read(path)?;
        let scenario = Scenario::parse(&log.scenario).map_err(|problems| {
            let first = problems.first();
            let why = first.map_or_else(String::new, |p| {
                format!("{}: expected {}, got {}", p.field, p.expected, p.got)
            });
            let path = path.to_path_buf();
            ReelError::Scenario { path, why }
        })?;
        let states: Vec<usize> = (0..log.entries.len())
            .filter(|i| matches!(log.entries[*i], Entry::State(_)))
            .collect();
        if states.is_empty() {
            let path = path.to_path_buf();
            return Err(ReelError::Empty { path });
        }
        let shapes = Shapes::of(&scenario, log.info.seed);
        Ok(Self {
            path: path.to_path_buf(),
            log,
            scenario: Arc::new(scenario),
            shapes,
            states,
        })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn info(&self) -> &RunInfo {
        &self.log.info
    }

    pub fn end(&self) -> Option<&RunEnd> {
        self.log.end.as_ref()
    }

    /// What is missing or damaged, in words.
    pub fn lost(&self) -> Option<&str> {
        self.log.lost.as_deref()
    }

    pub fn scenario(&self) -> &Arc<Scenario> {
        &self.scenario
    }

    /// Names of the others, in the order of the frames' bodies (which the ego begins).
    pub fn names(&self) -> &[String] {
        &self.shapes.names
    }

    /// First and last tick on record.
    pub fn ticks(&self) -> (u64, u64) {
        (1, self.states.len() as u64)
    }

    /// The frame that left the vehicle at a tick: the truth.
    ///
    /// # Errors
    /// If that part of the record is damaged; in words.
    pub fn frame(&mut self, tick: u64) -> Result<Arc<Frame>, String> {
        let (first, last) = self.ticks();
        let at = self.states[(tick.clamp(first, last) - first) as usize];
        let Entry::State(state) = &self.log.entries[at] else {
            return Err("no state".into());
        };
        let perception = self.log.entries[..at + 2]
            .iter()
            .rev()
            .find_map(|e| match e {
                Entry::Perception(p) if p.tick <= state.tick => Some(p),
                _ => None,
            });
        let mut frame = self.shapes.frame(state, perception);
        frame.events = self.log.entries[..at]
            .iter()
            .rev()
            .take_while(|e| !matches!(e, Entry::State(_)))
            .filter_map(|e| match e {
                Entry::Event(event) => Some(event.clone()),
                _ => None,
            })
            .collect();
        frame.events.reverse();
        Ok(Arc::new(frame))
    }

    /// What the operator had before them at a tick: older than the truth by what the link and the
    /// screen took. None before anything had come.
    ///
    /// # Errors
    /// As [`Reel::frame`].
    pub fn seen(&mut self, tick: u64) -> Result<Option<Seen>, String> {
        let now = tick as f64 / self.log.info.tick_hz as f64;
        let (mut link, mut video) = (LinkView::default(), None);
        for entry in &self.log.entries {
            match entry {
                Entry::Link(view) if view.time <= now => link = *view,
                Entry::Video(view) if view.arrived <= now => video = Some(*view),
                _ => {}
            }
        }
        let hz = self.log.info.tick_hz as f64;
        // Without pictures on record every frame was one.
        let video = video.unwrap_or(VideoView {
            number: tick,
            captured: now,
            arrived: now,
            ..VideoView::default()
        });
        let data = self.frame(((now - link.delay) * hz).round().max(0.0) as u64)?;
        let picture = self.frame((video.captured * hz).round() as u64)?;
        Ok(Some(Seen {
            data,
            picture,
            video,
            link,
        }))
    }

    /// The command that had arrived at the vehicle at a tick.
    pub fn command(&mut self, tick: u64) -> Arrived {
        let found = self.log.entries.iter().find_map(|e| match e {
            Entry::Command(c) if c.tick == tick => Some(c.arrived()),
            _ => None,
        });
        found.unwrap_or_default()
    }

    /// Reads all of it once: events, who drove, takeovers, curves.
    pub fn survey(&mut self) -> Survey {
        let account = Tally::of_log(&self.log, &self.scenario);
        let mut survey = Survey {
            events: account.events,
            takeovers: account.takeovers,
            ..Survey::default()
        };
        let (mut sample, mut wheel) = (Sample::default(), 0.0);
        for entry in &self.log.entries {
            match entry {
                Entry::Command(c) => wheel = c.wheel,
                Entry::Perception(p) => {
                    sample.confidence = p.confidence;
                    sample.functions = functions(p).map(|f| f.reported as f32);
                }
                Entry::State(s) => {
                    let authority = s.authority_kind();
                    match survey.bands.last_mut() {
                        Some(band) if band.authority == authority => band.to = s.tick + 1,
                        _ => survey.bands.push(Band {
                            from: s.tick,
                            to: s.tick + 1,
                            authority,
                        }),
                    }
                    if s.tick % TICKS_PER_SAMPLE == 0 {
                        survey.curves.push(Sample {
                            tick: s.tick,
                            speed: s.speed,
                            acceleration: s.acceleration,
                            wheel: s.wheel,
                            commanded_wheel: wheel,
                            accelerator: s.accelerator,
                            brake: s.brake,
                            ttc: s.ttc.map_or(f32::INFINITY, |t| t as f32),
                            ..sample
                        });
                    }
                }
                _ => {}
            }
        }
        survey
    }
}

/// What bodies look like, which no tick repeats.
struct Shapes {
    names: Vec<String>,
    /// As at the start, the ego first.
    views: Vec<BodyView>,
}

impl Shapes {
    fn of(scenario: &Scenario, seed: u64) -> Self {
        let traffic = Traffic::new(&scenario.network, &scenario.traffic, seed);
        let names = traffic.names();
        let spec = &scenario.ego;
        let still = |kind, size, to_middle| BodyView {
            kind,
            position: Vec3::ZERO,
            rotation: Quat::IDENTITY,
            velocity: Vec3::ZERO,
            angular_velocity: Vec3::ZERO,
            size,
            to_middle,
            brake_lights: false,
            hazard_lights: false,
            indicator: 0,
        };
        let ego = still(
            spec.kind,
            Vec3::new(spec.length, spec.width, spec.height),
            Vec3::new(spec.cg_to_middle(), 0.0, -spec.cg_height),
        );
        let others = (0..names.len()).map(|i| {
            let shape = traffic.shape(i);
            let size = [shape.length, shape.width, shape.height].map(|v| v as f32);
            let middle = Vec3::new(-shape.cg_forward as f32, 0.0, -shape.cg_height as f32);
            still(shape.kind, size.into(), middle)
        });
        let views = std::iter::once(ego).chain(others).collect();
        Self { names, views }
    }

    fn frame(&self, state: &State, perception: Option<&Perception>) -> Frame {
        let authority = state.authority_kind();
        let bodies = self
            .views
            .iter()
            .zip(&state.bodies)
            .map(|(view, b)| BodyView {
                position: Vec3::new(b.x, b.y, b.z),
                rotation: Quat::from_xyzw(b.qx, b.qy, b.qz, b.qw),
                velocity: Vec3::new(b.vx, b.vy, b.vz),
                angular_velocity: Vec3::new(b.wx, b.wy, b.wz),
                ..*view
            });
        let mut frame = Frame {
            tick: state.tick,
            time: state.tick as f64 / 100.0,
            hash: state.hash,
            bodies: bodies.collect(),
            ego: EgoView {
                speed: f64::from(state.speed),
                acceleration: f64::from(state.acceleration),
                s: state.s,
                offset: state.offset,
                lateral_speed: state.lateral_speed,
                wheel: f64::from(state.wheel),
                accelerator: f64::from(state.accelerator),
                brake: f64::from(state.brake),
                speed_limit: 0.0,
            },
            authority,
            source: match state.source {
                1 => Source::Bridge,
                2 => Source::Operator,
                3 => Source::Shared { weight: 0.5 },
                _ => Source::Automation,
            },
            speed_cap: state.speed_cap,
            judged: Judged {
                ttc: state.ttc,
                ttc_with: state.ttc_with,
                pet: state.pet,
                pet_with: state.pet_with,
                gap: state.gap,
                gap_with: state.gap_with,
            },
            ..Frame::default()
        };
        if let Some(ego) = frame.bodies.first_mut() {
            ego.brake_lights = frame.ego.brake > 0.01;
            ego.hazard_lights = matches!(authority, Authority::MinimalRisk | Authority::Standstill);
        }
        if let Some(p) = perception {
            see(&mut frame, p);
        }
        frame
    }
}

fn functions(p: &Perception) -> [Trust; Function::ALL.len()] {
    let cause = |i: usize| cause(p.causes.get(i).copied().unwrap_or_default());
    let correct = |i: usize| p.correct.get(i).map_or(1.0, |c| f64::from(*c));
    Function::ALL.map(|function| {
        let reported = match function {
            Function::FreeSpace => p.free_space,
            Function::Lanes => p.lanes,
            Function::Objects => p.objects,
            Function::Signals => p.signals,
            Function::Planning => p.planning,
            Function::Localisation => p.localisation,
            Function::Prediction => p.prediction,
        };
        Trust {
            reported: f64::from(reported),
            correct: correct(function as usize),
            cause: cause(function as usize),
        }
    })
}

fn cause(_number: i32) -> Cause {
    Cause::None
}

/// What perception reported.
fn see(frame: &mut Frame, p: &Perception) {
    let weakest = usize::try_from(p.weakest).unwrap_or_default();
    frame.confidence = Confidence {
        overall: f64::from(p.confidence),
        functions: functions(p),
        weakest: Function::ALL.get(weakest).copied().unwrap_or_default(),
        cause: cause(p.cause),
        scripted: false,
    };
    frame.visibility = f64::from(p.visibility);
    let class = |n: i32| {
        usize::try_from(n)
            .ok()
            .and_then(|i| Class::ALL.get(i).copied())
    };
    frame.tracks = p
        .tracks
        .iter()
        .map(|t| Track {
            id: t.id,
            class: class(t.class).unwrap_or_default(),
            x: f64::from(t.x),
            y: f64::from(t.y),
            vx: f64::from(t.vx),
            vy: f64::from(t.vy),
            gap: f64::from(t.gap),
            offset: f64::from(t.offset),
            speed: f64::from(t.speed),
            existence: f64::from(t.existence),
            class_probability: f64::from(t.class_probability),
            sxx: f64::from(t.sxx),
            sxy: f64::from(t.sxy),
            syy: f64::from(t.syy),
            reported: f64::from(t.reported),
            ..Track::default()
        })
        .collect();
    let mut sight = SightView {
        visible_range: f64::from(p.visible_range),
        lane_range: f64::from(p.lane_range),
        lane_quality: f64::from(p.lane_quality),
        pose_sd: PoseSd {
            along: f64::from(p.sd_along),
            across: f64::from(p.sd_across),
            heading: f64::from(p.sd_heading),
        },
        ..SightView::default()
    };
    for (mine, theirs) in sight.free.iter_mut().zip(&p.free) {
        *mine = f64::from(*theirs);
    }
    frame.sight = sight;
}

/// A request that is open at this tick, from the events up to it.
#[allow(dead_code)]
fn open_request(_events: &[Event]) -> Option<RequestView> {
    None
}
