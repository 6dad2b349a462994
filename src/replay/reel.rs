//! A record, opened at any moment.

use super::rebuilt::{Shapes, functions, see};
use crate::command::Arrived;
use crate::frame::Frame;
use crate::link::view::{LinkView, VideoView};
use crate::perception::Function;
use crate::record::messages::{Perception, Plan, State};
use crate::record::{Entry, LogError, RunEnd, RunInfo, Stream};
use crate::scenario::Scenario;
use crate::session::tally::Tally;
use crate::takeover::event::{Authority, TimedEvent};
use crate::takeover::timeline::Takeover;
use std::collections::VecDeque;
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

/// Ticks between two of a [`Sample`].
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
    /// The operator's pedals, as they had arrived, 0 to 1.
    pub commanded_accelerator: f32,
    pub commanded_brake: f32,
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
    /// What is missing or damaged, in words.
    pub lost: Option<String>,
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

/// Chunks that are kept, unpacked.
const KEPT: usize = 6;
/// A picture that stands still is looked for in so many chunks, some 60 s.
const LOOK_BACK: usize = 120;

/// A record, opened for looking at any moment of it. Ticks beyond its ends are its ends.
///
/// It reads the chunk that a moment is in, half a second, and keeps the last few.
pub struct Reel {
    stream: Stream,
    scenario: Arc<Scenario>,
    shapes: Shapes,
    first: u64,
    last: u64,
    kept: VecDeque<(usize, Arc<Scene>)>,
    /// Chunks, from and to, in which no picture came.
    without_picture: Option<(usize, usize)>,
}

/// A chunk, taken apart.
#[derive(Default)]
struct Scene {
    states: Vec<State>,
    /// Of the step to the state of the same index.
    commands: Vec<Arrived>,
    events: Vec<Vec<TimedEvent>>,
    perceptions: Vec<Perception>,
    plans: Vec<Plan>,
    links: Vec<LinkView>,
    videos: Vec<VideoView>,
}

impl Scene {
    fn of(entries: Vec<Entry>) -> Self {
        let mut scene = Self::default();
        let (mut command, mut events) = (Arrived::default(), Vec::new());
        for entry in entries {
            match entry {
                Entry::State(state) => {
                    scene.states.push(state);
                    scene.commands.push(command);
                    scene.events.push(std::mem::take(&mut events));
                }
                Entry::Command(c) => command = c.arrived(),
                Entry::Event(event) => events.push(event),
                Entry::Perception(p) => scene.perceptions.push(*p),
                Entry::Plan(plan) => scene.plans.push(plan),
                Entry::Link(view) => scene.links.push(view),
                Entry::Video(view) => scene.videos.push(view),
                Entry::Input(_) | Entry::Presented(_) | Entry::Verdict(_) | Entry::Drawn(_) => {}
            }
        }
        scene
    }
}

impl Reel {
    /// # Errors
    /// If the file is no record, holds no tick, or its scenario cannot be read.
    pub fn open(path: &Path) -> Result<Self, ReelError> {
        let stream = Stream::open(path)?;
        let scenario = scenario_of(&stream)?;
        let shapes = Shapes::of(&scenario, stream.info.seed);
        let mut reel = Self {
            stream,
            scenario,
            shapes,
            first: 0,
            last: 0,
            kept: VecDeque::new(),
            without_picture: None,
        };
        let chunks = reel.stream.chunks();
        let first = (0..chunks).find_map(|i| reel.range(i)).map(|r| r.0);
        let last = (0..chunks).rev().find_map(|i| reel.range(i)).map(|r| r.1);
        let (Some(first), Some(last)) = (first, last) else {
            let path = path.to_path_buf();
            return Err(ReelError::Empty { path });
        };
        (reel.first, reel.last) = (first, last);
        Ok(reel)
    }

    pub fn path(&self) -> &Path {
        self.stream.path()
    }

    pub fn info(&self) -> &RunInfo {
        &self.stream.info
    }

    pub fn end(&self) -> Option<&RunEnd> {
        self.stream.end.as_ref()
    }

    /// What is missing or damaged as far as one can tell without reading all of it, in words.
    pub fn lost(&self) -> Option<&str> {
        self.stream.lost.as_deref()
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
        (self.first, self.last)
    }

    fn time(&self, tick: u64) -> f64 {
        tick as f64 / self.stream.info.tick_hz as f64
    }

    /// A chunk, from the kept ones or from the file.
    fn scene(&mut self, index: usize) -> Result<Arc<Scene>, String> {
        if let Some(at) = self.kept.iter().position(|k| k.0 == index)
            && let Some(kept) = self.kept.remove(at)
        {
            let scene = Arc::clone(&kept.1);
            self.kept.push_front(kept);
            return Ok(scene);
        }
        let scene = Arc::new(Scene::of(self.stream.chunk(index, true)?));
        self.kept.push_front((index, Arc::clone(&scene)));
        self.kept.truncate(KEPT);
        Ok(scene)
    }

    /// First and last tick of a chunk; none if it has none, or is damaged.
    fn range(&mut self, index: usize) -> Option<(u64, u64)> {
        let scene = self.scene(index).ok()?;
        Some((scene.states.first()?.tick, scene.states.last()?.tick))
    }

    /// The chunk that a tick is in, and its place there; of ticks that are missing, the last one
    /// before them.
    fn find(&mut self, tick: u64) -> Result<(usize, usize), String> {
        let tick = tick.clamp(self.first, self.last);
        let (mut low, mut high) = (0, self.stream.chunks());
        // Chunks are as long as each other, but for a few at the ends, so this is nearly right.
        let share = (tick - self.first) as f64 / (self.last - self.first + 1) as f64;
        let mut at = ((share * high as f64) as usize).min(high.saturating_sub(1));
        let mut step = 1;
        let mut before = None;
        while low < high {
            // Of one without ticks its next neighbour tells.
            let Some(there) = (at..high).find(|i| self.range(*i).is_some()) else {
                high = at;
                at = low.midpoint(high);
                continue;
            };
            let (first, last) = self.range(there).unwrap_or_default();
            if tick < first {
                high = at;
                at = high.saturating_sub(step).max(low);
            } else {
                before = Some(there);
                if tick <= last {
                    break;
                }
                low = there + 1;
                at = (there + step).min(high.saturating_sub(1)).max(low);
            }
            step *= 2;
            if step > 4 {
                at = low.midpoint(high);
            }
        }
        let index = before.ok_or("nothing is on record there")?;
        let scene = self.scene(index)?;
        let row = scene.states.partition_point(|s| s.tick <= tick).max(1) - 1;
        Ok((index, row))
    }

    /// The latest of something up to a tick, in its chunk or in the ones before it.
    fn latest<T>(
        &mut self,
        index: usize,
        back: usize,
        find: impl Fn(&Scene) -> Option<T>,
    ) -> Option<T> {
        (index.saturating_sub(back)..=index)
            .rev()
            .find_map(|i| find(&*self.scene(i).ok()?))
    }

    /// The frame that left the vehicle at a tick: the truth.
    ///
    /// # Errors
    /// If that part of the record is damaged; in words.
    pub fn frame(&mut self, tick: u64) -> Result<Arc<Frame>, String> {
        let (index, row) = self.find(tick)?;
        let scene = self.scene(index)?;
        let state = &scene.states[row];
        let tick = state.tick;
        let perception = self.latest(index, 2, |s| {
            s.perceptions.iter().rev().find(|p| p.tick <= tick).cloned()
        });
        let with_free = |s: &Scene| {
            let found = s
                .perceptions
                .iter()
                .rev()
                .find(|p| p.tick <= tick && !p.free.is_empty());
            found.map(|p| p.free.clone())
        };
        let free = self.latest(index, 2, with_free).unwrap_or_default();
        let plan = self.latest(index, 2, |s| {
            s.plans
                .iter()
                .rev()
                .find(|p| p.tick <= tick)
                .map(Plan::points)
        });
        let mut frame = self.shapes.frame(state, self.time(tick));
        if let Some(p) = &perception {
            see(&mut frame, p, &free);
        }
        if let Some(overall) = state.confidence {
            frame.confidence.overall = overall;
        }
        if let Some(planning) = state.planning {
            let trust = &mut frame.confidence.functions[Function::Planning as usize];
            (trust.reported, trust.correct) = (planning, planning);
        }
        frame.plan = plan.unwrap_or_default();
        let now = frame.time;
        let lights = self.scenario.network.lights();
        frame.lights = lights
            .map(|(_, _, programme)| programme.light(now))
            .collect();
        frame.events.clone_from(&scene.events[row]);
        if let Some(end) = self.end().filter(|e| e.ticks == tick) {
            frame.ended = Some(end.outcome);
        }
        Ok(Arc::new(frame))
    }

    /// What the operator had before them at a tick: older than the truth by what the link and the
    /// screen took. None before anything had come.
    ///
    /// # Errors
    /// As [`Reel::frame`].
    pub fn seen(&mut self, tick: u64) -> Result<Option<Seen>, String> {
        let (index, row) = self.find(tick)?;
        let tick = self.scene(index)?.states[row].tick;
        let now = self.time(tick);
        let hz = self.stream.info.tick_hz as f64;
        let by_now = |time: f64| time <= now + 1e-9;
        // What comes at the last tick of a chunk is told in the next one.
        let index = (index + 1).min(self.stream.chunks() - 1);
        let link = self.latest(index, 3, |s| {
            s.links.iter().rev().find(|l| by_now(l.time)).copied()
        });
        let link = link.unwrap_or_default();
        // Without a delay there is no link to speak of: what is true is seen.
        let video = if link.delay > 0.0 || link.frozen > 0.0 {
            self.video(index, now)
        } else {
            None
        };
        let captured = match (&video, link.delay > 0.0) {
            (Some(video), _) => video.captured,
            (None, false) => now,
            // Where every frame is a picture, the newest came when the newest frame did.
            (None, true) => now - link.delay - link.silence,
        };
        if captured < 0.0 {
            return Ok(None);
        }
        let video = video.unwrap_or(VideoView {
            number: (captured * hz).round() as u64,
            captured,
            arrived: now,
            ..VideoView::default()
        });
        let data = self.frame(((now - link.delay - link.silence) * hz).round().max(0.0) as u64)?;
        let picture = self.frame((video.captured * hz).round() as u64)?;
        Ok(Some(Seen {
            data,
            picture,
            video,
            link,
        }))
    }

    /// The newest picture that had come by now.
    fn video(&mut self, index: usize, now: f64) -> Option<VideoView> {
        let from = index.saturating_sub(LOOK_BACK);
        for i in (from..=index).rev() {
            if let Some((a, b)) = self.without_picture
                && (a..=b).contains(&i)
            {
                continue;
            }
            let scene = self.scene(i).ok()?;
            if let Some(found) = scene.videos.iter().rev().find(|v| v.arrived <= now + 1e-9) {
                return Some(*found);
            }
            if scene.videos.is_empty() {
                self.without_picture = match self.without_picture {
                    Some((a, b)) if i + 1 >= a && i <= b + 1 => Some((a.min(i), b.max(i))),
                    _ => Some((i, i)),
                };
            }
        }
        None
    }

    /// The command that had arrived at the vehicle for the step to a tick.
    ///
    /// # Errors
    /// As [`Reel::frame`].
    pub fn command(&mut self, tick: u64) -> Result<Arrived, String> {
        let (index, row) = self.find(tick)?;
        Ok(self.scene(index)?.commands[row])
    }

    /// Reads all of it once: events, who drove, takeovers, curves, and what is missing.
    pub fn survey(&mut self) -> Survey {
        let mut survey = Survey::default();
        let mut tally = Tally::new(&self.scenario, self.shapes.names.clone());
        let (mut sample, mut given) = (Sample::default(), None);
        let hz = self.stream.info.tick_hz;
        survey.lost = self.stream.each(false, |entry| {
            tally.entry(hz, &entry);
            match entry {
                Entry::Command(c) => given = Some(c),
                Entry::Perception(p) => {
                    sample.confidence = p.confidence;
                    sample.functions = functions(&p).map(|f| f.reported as f32);
                }
                Entry::State(s) => {
                    let authority = s.authority_kind();
                    match survey.bands.last_mut() {
                        Some(band) if band.authority == authority && band.to == s.tick => {
                            band.to += 1
                        }
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
                            commanded_wheel: given.map_or(0.0, |c| c.wheel),
                            commanded_accelerator: given.map_or(0.0, |c| c.accelerator),
                            commanded_brake: given.map_or(0.0, |c| c.brake),
                            accelerator: s.accelerator,
                            brake: s.brake,
                            ttc: s.ttc.map_or(f32::INFINITY, |t| t as f32),
                            ..sample
                        });
                    }
                }
                _ => {}
            }
        });
        let account = tally.finish();
        (survey.events, survey.takeovers) = (account.events, account.takeovers);
        survey
    }
}

/// The scenario inside a record.
///
/// # Errors
/// If it cannot be used: one line.
pub fn scenario_of(stream: &Stream) -> Result<Arc<Scenario>, ReelError> {
    let scenario = Scenario::parse(&stream.scenario);
    scenario.map(Arc::new).map_err(|problems| {
        let first = problems.first();
        let why = first.map_or_else(String::new, |p| {
            format!("{}: expected {}, got {}", p.field, p.expected, p.got)
        });
        let path = stream.path().to_path_buf();
        ReelError::Scenario { path, why }
    })
}
