//! Frames as they come in: the newest to draw, the events of all of them.

use super::presented::Uplink;
use super::shell::history::History;
use crate::command::DeviceKind;
use crate::frame::{End, Frame};
use crate::link::view::{LinkState, LinkView, VideoView};
use crate::operator::FromVehicle;
use crate::perception::Function;
use crate::replay::reel::{Sample, Seen};
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
    /// Time of the run now, s, on the operator's own clock; it stands still in a pause.
    pub now: f64,
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

/// Of a record, what there is to draw at a moment; and from its survey what came before.
pub struct Replayed<'a> {
    pub seen: Option<Seen>,
    pub now: f64,
    pub device: Option<DeviceKind>,
    /// All of the run, in order.
    pub events: &'a [TimedEvent],
    pub curves: &'a [Sample],
    pub hz: u64,
}

impl Picture {
    /// Everything as it was at a moment of a record, whatever was shown before.
    pub fn replay(&mut self, moment: Replayed) {
        let Replayed {
            seen,
            now,
            device,
            events,
            curves,
            hz,
        } = moment;
        *self = Self {
            now,
            ..Self::default()
        };
        let Some(seen) = seen else { return };
        // The instruments know of nothing that their frame has not brought.
        let tick = seen.data.tick;
        let before = &events[..events.partition_point(|e| e.tick <= tick)];
        let listed = before.iter().rev().filter(|e| is_listed(&e.event));
        self.events = listed.take(EVENTS).cloned().collect();
        self.events.make_contiguous().reverse();
        self.watch = watch(&seen, before);
        // The end of a run hushes its instruments; of a replay it is a moment like others.
        self.device = device;
        let known = &curves[..curves.partition_point(|s| s.tick <= tick)];
        let step = HISTORY_STEP * hz as f64;
        let mut next = f64::INFINITY;
        for sample in known.iter().rev() {
            if sample.tick as f64 <= next {
                self.history.push_front(Confidences {
                    overall: sample.confidence,
                    functions: sample.functions,
                });
                next = sample.tick as f64 - step;
            }
            if self.history.len() == HISTORY {
                break;
            }
        }
        // The curve is drawn anew where this differs: at other moments.
        self.sampled = seen.data.time;
        self.frame = Some(seen.data);
        self.scene = Some(seen.picture);
        self.video = seen.video;
        self.link = seen.link;
    }
}

/// The alerts that are on, from what happened before.
fn watch(seen: &Seen, before: &[TimedEvent]) -> Watch {
    let mut watch = Watch::default();
    for event in before {
        let at = crate::takeover::alert::watch::Seen {
            time: event.time,
            ..Default::default()
        };
        watch.look(&at, std::slice::from_ref(event));
    }
    let last = crate::takeover::alert::watch::Seen {
        ended: false,
        ..seen.data.seen()
    };
    watch.look(&last, &[]);
    watch.link(seen.link.state == LinkState::Lost);
    watch
}

/// Empties the channels.
pub fn drain(
    mut feed: ResMut<Feed>,
    mut picture: ResMut<Picture>,
    mut history: ResMut<History>,
    uplink: Res<Uplink>,
) {
    picture.now = uplink.run_time();
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
    use crate::takeover::alert::Alert;

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
    fn a_replay_shows_what_came_before_its_moment_and_nothing_of_later() {
        let at = |tick: u64, event: Event| TimedEvent {
            tick,
            time: tick as f64 / 100.0,
            event,
        };
        let advisory = Event::Advisory {
            reason: crate::takeover::reason::Reason::Lanes,
        };
        let events = [
            at(100, Event::OperatorLost),
            at(900, advisory),
            at(1001, Event::HandedBack),
        ];
        let curves: Vec<Sample> = (0..200)
            .map(|i| Sample {
                tick: i * 10,
                confidence: i as f32,
                ..Sample::default()
            })
            .collect();
        let mut picture = Picture::default();
        let mut show = |tick: u64| {
            let seen = Seen {
                data: frame(tick, 0),
                picture: frame(tick - 20, 0),
                video: VideoView::default(),
                link: LinkView::default(),
            };
            picture.replay(Replayed {
                seen: Some(seen),
                now: tick as f64 / 100.0,
                device: None,
                events: &events,
                curves: &curves,
                hz: 100,
            });
            let ticks: Vec<u64> = picture.events.iter().map(|e| e.tick).collect();
            let on: Vec<Alert> = picture.watch.on().map(|t| t.alert).collect();
            let newest = picture.history.back().map(|c| c.overall);
            (ticks, on, picture.history.len(), newest)
        };
        let (ticks, on, samples, newest) = show(1000);
        assert_eq!(ticks, [100, 900]);
        assert!(on.contains(&Alert::OperatorLost) && on.contains(&Alert::Advisory));
        assert_eq!((samples, newest), (21, Some(100.0)), "0 to 10 s by halves");
        let (ticks, on, ..) = show(1900);
        assert_eq!(ticks, [100, 900, 1001]);
        assert!(!on.contains(&Alert::Advisory), "a notice goes away");
        let (ticks, on, samples, _) = show(50);
        assert_eq!(
            (ticks.len(), on.len(), samples),
            (0, 0, 2),
            "and back again"
        );
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
