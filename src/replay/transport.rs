//! Play, pause, step, jump: where a replay is, as a pure state machine; and several runs on one
//! axis of time.

use super::at::At;
use super::reel::Survey;
use crate::takeover::event::{Event, TimedEvent};

/// Times real time, slowest first; each also backwards.
pub const SPEEDS: [f64; 8] = [0.0625, 0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0];
/// Place of normal speed in [`SPEEDS`].
const NORMAL: usize = 4;
/// Stretches that the curves show, s.
pub const STRETCHES: [f64; 7] = [2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0];
/// Whoever goes back while it plays means the event before the one just passed, s.
const JUST_PASSED: f64 = 0.5;
/// Times closer than this are the same, s: half a tick.
const SAME: f64 = 0.005;

/// Something to do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Act {
    PlayPause,
    Stand,
    /// So many ticks on; back if negative.
    Ticks(i32),
    /// So many s on.
    Seconds(f64),
    /// To this time on the axis, s.
    To(f64),
    Start,
    End,
    /// One speed faster forwards, which is slower backwards.
    Faster,
    Slower,
    Turn,
    NormalSpeed,
    /// Round and round, for those with one button for it.
    NextSpeed,
    NextEvent,
    PreviousEvent,
    /// Curves over a shorter stretch.
    Closer,
    Farther,
}

/// Where a replay is. Times are s on its axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Transport {
    range: (f64, f64),
    at: f64,
    playing: bool,
    speed: usize,
    backwards: bool,
    stretch: usize,
    /// Ticks per second.
    hz: f64,
    /// In order.
    events: Vec<f64>,
}

impl Transport {
    /// Stands at the start of `range`.
    pub fn new(range: (f64, f64), hz: u64, mut events: Vec<f64>) -> Self {
        events.sort_by(f64::total_cmp);
        Self {
            range,
            at: range.0,
            playing: false,
            speed: NORMAL,
            backwards: false,
            stretch: 3,
            hz: hz as f64,
            events,
        }
    }

    pub fn range(&self) -> (f64, f64) {
        self.range
    }

    pub fn at(&self) -> f64 {
        self.at
    }

    pub fn playing(&self) -> bool {
        self.playing
    }

    /// Times real time; negative: backwards.
    pub fn speed(&self) -> f64 {
        let speed = SPEEDS[self.speed];
        if self.backwards { -speed } else { speed }
    }

    /// From and to of what the curves show: around where it is, within the range where that is long
    /// enough.
    pub fn stretch(&self) -> (f64, f64) {
        let (first, last) = self.range;
        let length = STRETCHES[self.stretch].min((last - first).max(0.1));
        let from = (self.at - length / 2.0).min(last - length).max(first);
        (from, from + length)
    }

    pub fn act(&mut self, act: Act) {
        match act {
            Act::PlayPause => {
                self.playing = !self.playing;
                // There is nothing more to play: it begins again.
                if self.playing && self.at_the_end() {
                    self.at = if self.backwards {
                        self.range.1
                    } else {
                        self.range.0
                    };
                }
            }
            Act::Stand => self.playing = false,
            Act::Ticks(n) => {
                self.playing = false;
                let tick = (self.at * self.hz + 1e-6).floor() + f64::from(n);
                self.go(tick / self.hz);
            }
            Act::Seconds(s) => self.go(self.at + s),
            Act::To(at) => self.go(at),
            Act::Start => self.go(self.range.0),
            Act::End => {
                self.playing = false;
                self.go(self.range.1);
            }
            Act::Faster => self.change_speed(1),
            Act::Slower => self.change_speed(-1),
            Act::Turn => self.backwards = !self.backwards,
            Act::NextSpeed => self.speed = (self.speed + 1) % SPEEDS.len(),
            Act::NormalSpeed => (self.speed, self.backwards) = (NORMAL, false),
            Act::NextEvent => {
                let next = self.events.iter().find(|e| **e > self.at + SAME);
                self.go(next.copied().unwrap_or(self.range.1));
            }
            Act::PreviousEvent => {
                let before = if self.playing { JUST_PASSED } else { SAME };
                let before = self.at - before;
                let previous = self.events.iter().rev().find(|e| **e < before);
                self.go(previous.copied().unwrap_or(self.range.0));
            }
            Act::Closer => self.stretch = self.stretch.saturating_sub(1),
            Act::Farther => self.stretch = (self.stretch + 1).min(STRETCHES.len() - 1),
        }
    }

    /// So many s of real time have passed.
    pub fn pass(&mut self, seconds: f64) {
        if !self.playing {
            return;
        }
        self.go(self.at + seconds * self.speed());
        self.playing = !self.at_the_end();
    }

    /// Backwards is slower than standing: one row of speeds from 8 backwards to 8 forwards.
    fn change_speed(&mut self, way: i32) {
        if (way > 0) == self.backwards {
            match self.speed.checked_sub(1) {
                Some(slower) => self.speed = slower,
                None => self.backwards = !self.backwards,
            }
        } else {
            self.speed = (self.speed + 1).min(SPEEDS.len() - 1);
        }
    }

    fn go(&mut self, at: f64) {
        // A NaN from a broken pointer goes nowhere.
        if at.is_finite() {
            self.at = at.clamp(self.range.0, self.range.1);
        }
    }

    fn at_the_end(&self) -> bool {
        if self.backwards {
            self.at <= self.range.0
        } else {
            self.at >= self.range.1
        }
    }
}

/// A kind of event that has a mark on the scrubber, and can be jumped to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// Whatever else changes who drives, or how.
    Other,
    NearMiss,
    Request,
    Takeover,
    Collision,
}

/// The mark of an event, if it has one.
pub fn mark(event: &Event) -> Option<Mark> {
    Some(match event {
        Event::RequestRaised { .. } => Mark::Request,
        Event::TakenOver { .. } => Mark::Takeover,
        Event::Collision { .. } => Mark::Collision,
        Event::NearMiss { .. } => Mark::NearMiss,
        Event::RequestEscalated { .. }
        | Event::Rejected { .. }
        | Event::HandedBack
        | Event::MinimalRiskStarted { .. }
        | Event::Standstill
        | Event::LeftRoad { .. }
        | Event::LinkLost
        | Event::OperatorLost => Mark::Other,
        _ => return None,
    })
}

/// A run on an axis of time that others may share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Strip {
    /// First and last tick on record.
    pub ticks: (u64, u64),
    /// The tick at which the axis has its zero.
    pub zero: u64,
    /// Ticks per second.
    pub hz: u64,
}

/// A place on the axis, as a run sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// It has not begun yet.
    Before,
    During,
    /// It is over.
    After,
}

impl Strip {
    /// On an axis of its own: time of the run.
    pub fn alone(ticks: (u64, u64), hz: u64) -> Self {
        Self { ticks, zero: 0, hz }
    }

    /// With its zero at a moment of the run.
    ///
    /// # Errors
    /// One line: the run has no such moment.
    pub fn aligned(
        align: &At,
        events: &[TimedEvent],
        ticks: (u64, u64),
        hz: u64,
    ) -> Result<Self, String> {
        // Runs may begin at tick 1; their start is that of the axis all the same.
        let zero = if *align == At::seconds(0.0) {
            0
        } else {
            align.tick(events, ticks)?
        };
        Ok(Self { ticks, zero, hz })
    }

    /// Where a tick is on the axis, s.
    pub fn axis(&self, tick: u64) -> f64 {
        (tick as f64 - self.zero as f64) / self.hz as f64
    }

    /// The tick at or before a place on the axis; the nearest on record where there is none.
    pub fn tick(&self, at: f64) -> (u64, Place) {
        let tick = (at * self.hz as f64 + 1e-6).floor() + self.zero as f64;
        let (first, last) = self.ticks;
        if tick < first as f64 {
            (first, Place::Before)
        } else if tick > last as f64 {
            (last, Place::After)
        } else {
            (tick as u64, Place::During)
        }
    }

    pub fn range(&self) -> (f64, f64) {
        (self.axis(self.ticks.0), self.axis(self.ticks.1))
    }
}

/// One axis for all of them: from where the first begins to where the last ends; stops at all their
/// events.
pub fn transport(strips: &[Strip], surveys: &[Survey]) -> Transport {
    let none = (f64::INFINITY, f64::NEG_INFINITY);
    let wider = |(a, b): (f64, f64), strip: &Strip| {
        let (from, to) = strip.range();
        (a.min(from), b.max(to))
    };
    let range = strips.iter().fold(none, wider);
    let range = if range.0.is_finite() {
        range
    } else {
        (0.0, 0.0)
    };
    let hz = strips.first().map_or(100, |s| s.hz);
    let events = strips.iter().zip(surveys).flat_map(|(strip, survey)| {
        let events = survey.events.iter().filter(|e| mark(&e.event).is_some());
        events.map(|e| strip.axis(e.tick))
    });
    Transport::new(range, hz, events.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::takeover::event::Mode;
    use crate::takeover::intent::Means;

    fn film() -> Transport {
        Transport::new((0.0, 100.0), 100, vec![60.0, 20.0, 20.3])
    }

    #[test]
    fn it_plays_at_its_speed_and_stops_at_the_end() {
        let mut film = film();
        film.pass(5.0);
        assert_eq!(film.at(), 0.0, "it stands");
        film.act(Act::PlayPause);
        film.pass(5.0);
        assert_eq!(film.at(), 5.0);
        film.act(Act::Faster);
        film.act(Act::Faster);
        assert_eq!(film.speed(), 4.0);
        film.pass(10.0);
        assert_eq!(film.at(), 45.0);
        film.pass(100.0);
        assert_eq!((film.at(), film.playing()), (100.0, false));
        film.act(Act::PlayPause);
        assert_eq!((film.at(), film.playing()), (0.0, true), "again");
        film.act(Act::Turn);
        film.act(Act::NormalSpeed);
        assert_eq!(film.speed(), 1.0, "normal is forwards");
    }

    #[test]
    fn backwards_too() {
        let mut film = film();
        film.act(Act::To(50.0));
        film.act(Act::Turn);
        film.act(Act::PlayPause);
        film.pass(10.0);
        assert_eq!(film.at(), 40.0);
        film.pass(99.0);
        assert_eq!((film.at(), film.playing()), (0.0, false));
        film.act(Act::PlayPause);
        assert_eq!((film.at(), film.playing()), (100.0, true), "from the end");
    }

    #[test]
    fn speeds_are_one_row_from_8_backwards_to_8_forwards() {
        let mut film = film();
        let mut seen = vec![film.speed()];
        for _ in 0..20 {
            film.act(Act::Slower);
            if seen.last() != Some(&film.speed()) {
                seen.push(film.speed());
            }
        }
        assert_eq!(seen.first(), Some(&1.0));
        assert_eq!(seen.last(), Some(&-8.0));
        assert!(seen.windows(2).all(|pair| pair[1] < pair[0]), "{seen:?}");
        assert_eq!(seen.len(), 5 + 8);
        for _ in 0..20 {
            film.act(Act::Faster);
        }
        assert_eq!(film.speed(), 8.0);
    }

    #[test]
    fn steps_are_whole_ticks_and_stop_it() {
        let mut film = film();
        film.act(Act::To(12.345));
        film.act(Act::PlayPause);
        film.act(Act::Ticks(1));
        assert!((film.at() - 12.35).abs() < 1e-9 && !film.playing());
        for _ in 0..35 {
            film.act(Act::Ticks(-1));
        }
        assert!((film.at() - 12.0).abs() < 1e-9, "{}", film.at());
        film.act(Act::Seconds(-99.0));
        film.act(Act::Ticks(-1));
        assert_eq!(film.at(), 0.0);
        film.act(Act::To(f64::NAN));
        assert_eq!(film.at(), 0.0);
        film.act(Act::End);
        assert_eq!(film.at(), 100.0);
        film.act(Act::Start);
        assert_eq!(film.at(), 0.0);
    }

    #[test]
    fn events_are_found_both_ways() {
        let mut film = film();
        let mut visited = Vec::new();
        for _ in 0..4 {
            film.act(Act::NextEvent);
            visited.push(film.at());
        }
        assert_eq!(visited, [20.0, 20.3, 60.0, 100.0]);
        visited.clear();
        for _ in 0..4 {
            film.act(Act::PreviousEvent);
            visited.push(film.at());
        }
        assert_eq!(visited, [60.0, 20.3, 20.0, 0.0]);
        film.act(Act::To(20.31));
        film.act(Act::PlayPause);
        film.act(Act::PreviousEvent);
        assert_eq!(film.at(), 0.0, "what was just passed is passed over");
    }

    #[test]
    fn curves_show_a_stretch_around_the_cursor_and_never_beyond_the_run() {
        let mut film = film();
        assert_eq!(film.stretch(), (0.0, 30.0));
        film.act(Act::To(50.0));
        assert_eq!(film.stretch(), (35.0, 65.0));
        film.act(Act::End);
        assert_eq!(film.stretch(), (70.0, 100.0));
        for _ in 0..9 {
            film.act(Act::Farther);
        }
        assert_eq!(film.stretch(), (0.0, 100.0));
        for _ in 0..9 {
            film.act(Act::Closer);
        }
        assert_eq!(film.stretch(), (98.0, 100.0));
    }

    fn taken(tick: u64) -> TimedEvent {
        let event = Event::TakenOver {
            request: None,
            by: Means::Button,
            mode: Mode::Direct,
        };
        TimedEvent {
            tick,
            time: tick as f64 / 100.0,
            event,
        }
    }

    #[test]
    fn runs_are_aligned_at_a_moment_of_each() {
        let (a, b) = ([taken(1000)], [taken(2500)]);
        let strip = |events: &[TimedEvent]| {
            Strip::aligned(&At::TAKEOVER, events, (1, 4000), 100).expect("taken over")
        };
        let (a_strip, b_strip) = (strip(&a), strip(&b));
        assert_eq!(a_strip.tick(0.0), (1000, Place::During));
        assert_eq!(b_strip.tick(0.0), (2500, Place::During));
        assert_eq!(b_strip.tick(-1.005), (2399, Place::During), "at or before");
        assert_eq!(a_strip.tick(-20.0), (1, Place::Before));
        assert_eq!(b_strip.tick(20.0), (4000, Place::After));
        let surveys = [&a[..], &b[..]].map(|events| Survey {
            events: events.to_vec(),
            ..Survey::default()
        });
        let film = transport(&[a_strip, b_strip], &surveys);
        assert_eq!(film.range(), (-24.99, 30.0));
        let start = Strip::aligned(&At::seconds(0.0), &[], (1, 100), 100);
        assert_eq!(start, Ok(Strip::alone((1, 100), 100)));
        let none = Strip::aligned(&At::TAKEOVER, &[], (1, 100), 100);
        assert_eq!(none, Err("there is no takeover 1 in this run".into()));
    }
}
