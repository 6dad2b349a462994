//! What the operator's end measures of a link, and what it makes of it.

use super::settings::LinkSettings;
use super::view::{LinkState, LinkView, VideoView};

/// Loss is that of the last so many messages: a second.
const WINDOW: u64 = 100;
/// Messages a second.
const RATE: f64 = 100.0;
/// Good again once everything has been below this share of its limit ...
const CLEARLY: f64 = 0.8;
/// ... for this long, s.
const HOLD: f64 = 1.0;

/// The operator's end.
#[derive(Debug)]
pub struct Monitor {
    /// Soft limits: round trip, s, share of loss, silence, s.
    soft: (f64, f64, f64),
    /// Nothing for longer than this is a lost link, s.
    hard: f64,
    view: LinkView,
    /// When the latest frame and the latest picture came, s.
    frame_at: f64,
    picture_at: f64,
    /// Number of the latest message, and which of the [`WINDOW`] up to it came, the latest in bit 0.
    newest: u64,
    came: u128,
    /// Variation of the delay, s.
    jitter: f64,
    first: bool,
    well_since: Option<f64>,
}

impl Monitor {
    /// `hard`: silence of the frames or the pictures that counts as a lost link, s.
    pub fn new(settings: &LinkSettings, hard: f64) -> Self {
        let c = &settings.start;
        let least = c.down_ms + c.down_jitter_ms;
        Self {
            soft: (
                settings.soft_round_trip_ms / 1000.0,
                settings.soft_loss,
                settings.soft_silence_ms / 1000.0,
            ),
            hard,
            view: LinkView::default(),
            // The first ones cannot be there before.
            frame_at: least / 1000.0,
            picture_at: (least + settings.codec_ms) / 1000.0,
            newest: 0,
            came: u128::MAX,
            jitter: 0.0,
            first: true,
            well_since: None,
        }
    }

    /// Frame `number` (one every 10 ms) that was sent at `sent` came at `arrived`, s.
    pub fn frame(&mut self, number: u64, sent: f64, arrived: f64) {
        let delay = arrived - sent;
        if !self.first {
            // Interarrival jitter of RFC 3550, 6.4.1.
            self.jitter += ((delay - self.view.delay).abs() - self.jitter) / 16.0;
        }
        self.first = false;
        self.view.delay = delay;
        self.frame_at = arrived;
        self.expect(number);
        if let Some(back) = self.newest.checked_sub(number)
            && back < u64::from(u128::BITS)
        {
            self.came |= 1 << back;
        }
    }

    /// A picture came that could be shown.
    pub fn picture(&mut self, video: &VideoView) {
        self.picture_at = self.picture_at.max(video.arrived);
    }

    /// A heartbeat came back, s.
    pub fn heartbeat(&mut self, round_trip: f64) {
        self.view.round_trip = Some(round_trip);
    }

    /// Nobody should drive now: no frame or no picture has come for longer than the hard limit.
    pub fn is_blind(&self, now: f64) -> bool {
        now - self.frame_at.min(self.picture_at) > self.hard + 1e-9
    }

    /// What there is to say now, s. `bandwidth` is what the vehicle's modem says.
    pub fn look(&mut self, now: f64, bandwidth: Option<f64>) -> LinkView {
        // By now this one should have come, or is late beyond the soft limit.
        let late = (4.0 * self.jitter).max(self.soft.2);
        let due = (now - self.view.delay - late) * RATE;
        if due > self.newest as f64 + 1.0 {
            self.expect(due as u64);
        }
        let came = (self.came & ((1 << WINDOW) - 1)).count_ones();
        let view = &mut self.view;
        view.time = now;
        view.jitter = self.jitter;
        view.loss = 1.0 - f64::from(came) / WINDOW as f64;
        view.silence = (now - self.frame_at).max(0.0);
        view.frozen = (now - self.picture_at).max(0.0);
        view.bandwidth = bandwidth;
        self.judge(now);
        self.view
    }

    /// Everything up to this number has been sent.
    fn expect(&mut self, number: u64) {
        if number > self.newest {
            let by = (number - self.newest).min(u64::from(u128::BITS) - 1) as u32;
            self.came <<= by;
            self.newest = number;
        }
    }

    /// Worse at once; better only after a while of being clearly better.
    fn judge(&mut self, now: f64) {
        let (trip, loss, silence) = self.soft;
        let view = &self.view;
        let beyond = |share: f64| {
            view.round_trip.is_some_and(|t| t > trip * share)
                || view.loss > loss * share
                || view.silence.max(view.frozen) > silence * share
        };
        let state = if self.is_blind(now) {
            LinkState::Lost
        } else if beyond(1.0) {
            LinkState::Degraded
        } else {
            LinkState::Good
        };
        if beyond(CLEARLY) {
            self.well_since = None;
        } else {
            self.well_since.get_or_insert(now);
        }
        let well = self.well_since.is_some_and(|t| now - t >= HOLD - 1e-9);
        self.view.state = match (self.view.state, state) {
            (_, LinkState::Lost) => LinkState::Lost,
            (LinkState::Good, state) => state,
            (_, LinkState::Good) if well => LinkState::Good,
            _ => LinkState::Degraded,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn monitor() -> Monitor {
        Monitor::new(&LinkSettings::default(), 0.3)
    }

    /// Frames and pictures with a constant delay between two ticks, but for those that are left out.
    fn feed(m: &mut Monitor, ticks: std::ops::Range<u64>, delay: f64, lost: fn(u64) -> bool) {
        for tick in ticks {
            let sent = tick as f64 / 100.0;
            if !lost(tick) {
                m.frame(tick, sent, sent + delay);
                m.picture(&VideoView {
                    arrived: sent + delay,
                    ..VideoView::default()
                });
            }
        }
    }

    #[test]
    fn loss_is_that_of_the_last_second() {
        let mut m = monitor();
        feed(&mut m, 0..200, 0.02, |_| false);
        assert_eq!(m.look(2.01, None).loss, 0.0);
        feed(&mut m, 200..300, 0.02, |t| t % 4 == 0);
        let view = m.look(3.01, None);
        assert!((view.loss - 0.25).abs() < 0.0101, "{}", view.loss);
        assert!((view.delay - 0.02).abs() < 1e-9 && view.jitter < 1e-9);
        feed(&mut m, 300..400, 0.02, |_| false);
        assert!(m.look(4.01, None).loss < 0.0101);
        // Silence is loss as well, although no later number tells of it.
        let view = m.look(4.52, None);
        assert!((view.loss - 0.37).abs() < 0.03, "{}", view.loss);
    }

    #[test]
    fn jitter_is_that_of_the_standard() {
        let mut m = monitor();
        // A delay that alternates by 10 ms varies by 10 ms from each message to the next.
        for tick in 0..500_u64 {
            let sent = tick as f64 / 100.0;
            m.frame(tick, sent, sent + 0.05 + 0.01 * (tick % 2) as f64);
        }
        let jitter = m.look(5.0, None).jitter;
        assert!((jitter - 0.01).abs() < 1e-4, "{jitter}");
    }

    #[test]
    fn states_get_worse_at_once_and_better_after_a_while() {
        let mut m = monitor();
        feed(&mut m, 0..100, 0.0, |_| false);
        m.heartbeat(0.19);
        assert_eq!(m.look(0.99, None).state, LinkState::Good);
        m.heartbeat(0.21);
        assert_eq!(m.look(1.0, None).state, LinkState::Degraded);
        // Below the limit, but not clearly.
        let state_after = |m: &mut Monitor, from: u64, to: u64| {
            let mut last = LinkState::Lost;
            for tick in from..to {
                feed(m, tick..tick + 1, 0.0, |_| false);
                last = m.look(tick as f64 / 100.0, None).state;
            }
            last
        };
        m.heartbeat(0.18);
        assert_eq!(state_after(&mut m, 100, 400), LinkState::Degraded);
        m.heartbeat(0.15);
        assert_eq!(state_after(&mut m, 400, 499), LinkState::Degraded);
        assert_eq!(state_after(&mut m, 499, 502), LinkState::Good);
        // Silence: soft from 0.15 s, hard from 0.3 s on.
        assert_eq!(m.look(5.15, None).state, LinkState::Good);
        assert_eq!(m.look(5.17, None).state, LinkState::Degraded);
        assert_eq!(m.look(5.31, None).state, LinkState::Degraded);
        assert!(!m.is_blind(5.31));
        assert!(m.is_blind(5.32));
        assert_eq!(m.look(5.32, None).state, LinkState::Lost);
        // Being back is no reason to be good.
        assert_eq!(state_after(&mut m, 533, 540), LinkState::Degraded);
        assert_eq!(state_after(&mut m, 540, 800), LinkState::Good);
    }

    #[test]
    fn a_frozen_picture_is_no_picture() {
        let mut m = monitor();
        feed(&mut m, 0..100, 0.0, |_| false);
        for tick in 100..200 {
            m.frame(tick, tick as f64 / 100.0, tick as f64 / 100.0);
        }
        let view = m.look(1.99, None);
        assert_eq!(view.state, LinkState::Lost);
        assert!(m.is_blind(1.99) && view.silence < 0.011 && view.frozen > 0.99);
    }
}
