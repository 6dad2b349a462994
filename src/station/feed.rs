//! Frames as they come in: the newest to draw, the events of all of them.

use super::shell::history::History;
use crate::command::DeviceKind;
use crate::frame::{End, Frame};
use crate::link::view::{LinkState, LinkView, VideoView};
use crate::operator::FromVehicle;
use crate::perception::Function;
use crate::session::report::Report;
use crate::takeover::alert::watch::Watch;
use crate::takeover::event::{Event, TimedEvent};
use bevy::platform::cell::SyncCell;
use bevy::prelude::*;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, TryRecvError};

/// Events kept for the list on the screen.
const EVENTS: usize = 4;
/// Samples of the confidence curve, and the time between two, s.
pub const HISTORY: usize = 60;
const HISTORY_STEP: f64 = 0.5;

/// The ends of the session's channels that this window reads.
#[derive(Resource)]
pub struct Feed {
    /// In cells because receivers cannot be shared between threads, and resources must be.
    pub vehicle: SyncCell<Receiver<FromVehicle>>,
    pub summary: SyncCell<Receiver<Arc<Report>>>,
}

/// The session's own wish to end: Ctrl-C, or the window's closing.
#[derive(Resource)]
pub struct Stop(pub Arc<AtomicBool>);

/// What there is to draw.
#[derive(Resource, Default)]
pub struct Picture {
    /// The newest frame, for all instruments; none before the first one came.
    pub frame: Option<Arc<Frame>>,
    /// What the cameras show: the newest picture, for all that is drawn as the world.
    pub scene: Option<Arc<Frame>>,
    pub video: VideoView,
    pub link: LinkView,
    /// The last events, oldest first.
    pub events: VecDeque<TimedEvent>,
    /// Confidence, one sample every half second, oldest first.
    pub history: VecDeque<Confidences>,
    /// Which alerts are on.
    pub watch: Watch,
    /// What the operator's controls were moved with last, while there are any.
    pub device: Option<DeviceKind>,
    sampled: f64,
    /// Why the run is over, if a frame said so.
    pub ended: Option<End>,
    /// No more frames come.
    pub closed: bool,
    pub summary: Option<Arc<Report>>,
    /// No summary comes any more.
    pub summary_closed: bool,
}

/// One sample of what the automation trusts: overall, and by function in the order of
/// [`Function::ALL`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Confidences {
    pub overall: f32,
    pub functions: [f32; Function::ALL.len()],
}

impl Confidences {
    fn of(frame: &Frame) -> Self {
        Self {
            overall: frame.confidence.overall as f32,
            functions: Function::ALL.map(|f| frame.confidence.of(f) as f32),
        }
    }
}

impl Picture {
    pub fn over(&self) -> bool {
        self.closed || self.ended.is_some()
    }

    /// Everything that will ever be shown is there.
    pub fn complete(&self) -> bool {
        self.over() && (self.summary.is_some() || self.summary_closed)
    }

    /// Time of the run of the newest sample in [`Picture::history`], s.
    pub fn sampled_at(&self) -> f64 {
        self.sampled
    }

    fn take_in(&mut self, frame: Arc<Frame>) {
        self.watch.look(&frame.seen(), &frame.events);
        for event in frame.events.iter().filter(|e| is_listed(&e.event)) {
            if self.events.len() == EVENTS {
                self.events.pop_front();
            }
            self.events.push_back(event.clone());
        }
        if self.history.is_empty() || frame.time >= self.sampled + HISTORY_STEP {
            if self.history.len() == HISTORY {
                self.history.pop_front();
            }
            self.history.push_back(Confidences::of(&frame));
            self.sampled = frame.time;
        }
        self.ended = self.ended.or(frame.ended);
        self.frame = Some(frame);
    }
}

/// What others set out to do is not the operator's business, and what has been told is not told
/// twice.
fn is_listed(event: &Event) -> bool {
    !event.repeats() && !matches!(event, Event::Action { .. })
}

/// Empties the channels.
pub fn drain(mut feed: ResMut<Feed>, mut picture: ResMut<Picture>, mut history: ResMut<History>) {
    loop {
        match feed.vehicle.get().try_recv() {
            Ok(FromVehicle::Frame(frame)) => {
                history.data(&frame);
                picture.take_in(frame);
            }
            Ok(FromVehicle::Picture(scene, video)) => {
                history.picture(&scene);
                picture.scene = Some(scene);
                picture.video = video;
            }
            Ok(FromVehicle::Link(link)) => {
                picture.watch.link(link.state == LinkState::Lost);
                picture.link = link;
            }
            Ok(FromVehicle::Device(device)) => picture.device = device,
            Err(TryRecvError::Empty) => break,
            Err(TryRecvError::Disconnected) => {
                picture.closed = true;
                break;
            }
        }
    }
    if picture.summary.is_none() {
        match feed.summary.get().try_recv() {
            Ok(report) => picture.summary = Some(report),
            Err(TryRecvError::Empty) => {}
            Err(TryRecvError::Disconnected) => picture.summary_closed = true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(tick: u64, events: usize) -> Arc<Frame> {
        let time = tick as f64 * 0.01;
        Arc::new(Frame {
            tick,
            time,
            events: (0..events)
                .map(|_| TimedEvent {
                    tick,
                    time,
                    event: Event::HandedBack,
                })
                .collect(),
            ..Frame::default()
        })
    }

    #[test]
    fn events_of_frames_that_are_never_drawn_are_kept() {
        let mut picture = Picture::default();
        for tick in 0..10 {
            picture.take_in(frame(tick, usize::from(tick % 3 == 0)));
        }
        assert_eq!(picture.frame.as_ref().map(|f| f.tick), Some(9));
        let ticks: Vec<u64> = picture.events.iter().map(|e| e.tick).collect();
        assert_eq!(ticks, [0, 3, 6, 9]);
    }

    #[test]
    fn the_confidence_curve_covers_thirty_seconds() {
        let mut picture = Picture::default();
        for tick in 0..10_000 {
            picture.take_in(frame(tick, 0));
        }
        assert_eq!(picture.history.len(), HISTORY);
        assert_eq!(HISTORY as f64 * HISTORY_STEP, 30.0);
    }
}
