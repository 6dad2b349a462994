//! The link between vehicle and operator: what is sent now arrives later, or not at all, and
//! pictures suffer as video does.
//!
//! No clock and no global random number inside: the caller says what time it is, the seed says what
//! the radio does. docs/link.md has the model, formula by formula.
//!
//! ```text
//! settings, presets   what a link is like, and when it changes
//! delay, spells       jitter; bursts of loss and handovers: functions of time
//! channel             one direction: when does it arrive, what does it carry
//! lane, video         small messages; pictures
//! monitor, view       what the operator's end knows of it
//! survey              a link measured, to compare it with its settings
//! ```

mod channel;
mod delay;
mod lane;
mod monitor;
pub mod presets;
pub mod settings;
mod spells;
pub mod survey;
mod video;
pub mod view;

#[cfg(test)]
mod tests;

use channel::{Channel, Way};
use lane::Lane;
use monitor::Monitor;
use settings::LinkSettings;
use std::sync::Arc;
use video::Video;
use view::{LinkView, VideoView};

/// Heartbeats leave the operator's end this often, s.
const HEARTBEAT: f64 = 0.1;

/// Both directions of a link. `F` goes down (a frame, with its number), `C` goes up (a command).
#[derive(Debug)]
pub struct Link<F, C> {
    ideal: bool,
    down: Channel,
    up: Channel,
    frames: Lane<(u64, f64, F)>,
    commands: Lane<C>,
    video: Option<Video<F>>,
    /// When each was sent from the operator's end, s.
    heartbeats_up: Lane<f64>,
    heartbeats_down: Lane<f64>,
    beat: f64,
    monitor: Monitor,
}

impl<F: Clone, C> Link<F, C> {
    /// `hard`: silence that the operator's end takes for a lost link, s.
    pub fn new(settings: &LinkSettings, hard: f64, seed: u64) -> Self {
        let shared = Arc::new(settings.clone());
        Self {
            ideal: settings.is_ideal(),
            down: Channel::new(shared.clone(), Way::Down, seed),
            up: Channel::new(shared, Way::Up, seed),
            frames: Lane::default(),
            commands: Lane::default(),
            video: Video::new(settings),
            heartbeats_up: Lane::default(),
            heartbeats_down: Lane::default(),
            beat: 0.0,
            monitor: Monitor::new(settings, hard),
        }
    }

    /// Everything arrives at once and whole: nothing needs to be sent.
    pub fn is_ideal(&self) -> bool {
        self.ideal
    }

    /// Frames are pictures: there are no cameras of their own.
    pub fn frames_are_pictures(&self) -> bool {
        self.video.is_none()
    }

    /// Nothing has come to the operator's end for so long that nobody should drive by it.
    pub fn is_blind(&self, now: f64) -> bool {
        !self.ideal && self.monitor.is_blind(now)
    }

    /// The operator's end sends a command at `now`, s.
    pub fn send_up(&mut self, now: f64, command: C) {
        self.commands.send(&mut self.up, now, command);
    }

    /// The next command that has come to the vehicle, and when, s.
    pub fn receive_up(&mut self, now: f64) -> Option<(f64, C)> {
        self.commands.receive(now)
    }

    /// The vehicle sends frame `number` at `now`, s, and a picture if it is time for one.
    pub fn send_down(&mut self, now: f64, number: u64, frame: &F) {
        self.frames
            .send(&mut self.down, now, (number, now, frame.clone()));
        if let Some(video) = &mut self.video {
            video.capture(&mut self.down, &mut self.up, now, || frame.clone());
        }
    }

    /// The next frame that has come to the operator, and when, s.
    pub fn receive_frame(&mut self, now: f64) -> Option<(f64, F)> {
        let (arrived, (number, sent, frame)) = self.frames.receive(now)?;
        self.monitor.frame(number, sent, arrived);
        if self.video.is_none() {
            self.monitor.picture(&VideoView {
                arrived,
                ..VideoView::default()
            });
        }
        Some((arrived, frame))
    }

    /// The next picture that has come to the operator and can be shown.
    pub fn receive_picture(&mut self, now: f64) -> Option<(F, VideoView)> {
        let shown = self.video.as_mut()?.receive(&mut self.up, now)?;
        self.monitor.picture(&shown.1);
        Some(shown)
    }

    /// Sends and answers heartbeats; what is known of the link at `now`, s. Once a tick, after
    /// everything has been received.
    pub fn look(&mut self, now: f64) -> LinkView {
        if self.ideal {
            return LinkView {
                time: now,
                round_trip: Some(0.0),
                ..LinkView::default()
            };
        }
        if now + channel::SLACK >= self.beat {
            self.beat = now + HEARTBEAT;
            self.heartbeats_up.send(&mut self.up, now, now);
        }
        while let Some((at, sent)) = self.heartbeats_up.receive(now) {
            self.heartbeats_down.send(&mut self.down, at, sent);
        }
        while let Some((at, sent)) = self.heartbeats_down.receive(now) {
            self.monitor.heartbeat(at - sent);
        }
        let bandwidth = self.down.bandwidth(now);
        self.monitor.look(now, bandwidth)
    }
}
