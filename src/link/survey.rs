//! A link measured: what comes out of it against what was set.

use super::Link;
use super::settings::LinkSettings;
use super::view::{LinkView, VideoView};
use serde::Serialize;

/// Messages a second, each way.
const RATE: u64 = 100;

/// What a link did over some time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Survey {
    /// s.
    pub seconds: f64,
    pub seed: u64,
    pub down: WaySurvey,
    pub up: WaySurvey,
    /// Heartbeats, ms.
    pub round_trip_ms: Option<Spread>,
    /// Share of the time in which the operator's end called the link good, degraded, lost.
    pub states: [f64; 3],
    /// None if frames are pictures.
    pub video: Option<VideoSurvey>,
}

/// One direction, by a message every 10 ms.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WaySurvey {
    pub delay_ms: Option<Spread>,
    /// What the settings at the start say, ms; none for what has been changed or cut later.
    pub set_ms: Spread,
    /// Correlation of the delays of two messages sent one after the other; none if they are constant.
    pub autocorrelation: Option<f64>,
    /// ... and what the settings at the start say.
    pub set_autocorrelation: Option<f64>,
    /// Mean variation from one message to the next, ms (RFC 3550's measure, not smoothed).
    pub jitter_ms: f64,
    pub loss: f64,
    pub set_loss: f64,
    /// Mean length of what was lost in one piece, ms; none if nothing was.
    pub burst_ms: Option<f64>,
}

/// Pictures at the operator's end.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VideoSurvey {
    /// Pictures a second that could be shown.
    pub rate: f64,
    /// Mean of what the encoder spent, kbit/s.
    pub bitrate_kbps: f64,
    /// From the cameras to the operator's end, ms.
    pub delay_ms: Option<Spread>,
    /// Means over the pictures shown.
    pub scale: f64,
    pub coarseness: f64,
    /// Share of pictures shown with something missing.
    pub damaged: f64,
    /// Times without a new picture for longer than the hard limit, and how long altogether, s.
    pub freezes: u32,
    pub frozen_s: f64,
}

/// Middle and tails of a sample.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Spread {
    pub mean: f64,
    pub median: f64,
    pub p95: f64,
    pub p99: f64,
}

impl Spread {
    /// Of a sample; none of an empty one.
    pub fn of(mut values: Vec<f64>) -> Option<Self> {
        values.sort_by(f64::total_cmp);
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let at = |share: f64| percentile(&values, share);
        Some(Self {
            mean,
            median: at(0.5)?,
            p95: at(0.95)?,
            p99: at(0.99)?,
        })
    }

    fn times(self, factor: f64) -> Self {
        Self {
            mean: self.mean * factor,
            median: self.median * factor,
            p95: self.p95 * factor,
            p99: self.p99 * factor,
        }
    }
}

/// The value below which this share of a sorted sample lies (nearest rank).
pub fn percentile(sorted: &[f64], share: f64) -> Option<f64> {
    let rank = (share * sorted.len() as f64).ceil().max(1.0) as usize;
    sorted.get(rank.min(sorted.len().max(1)) - 1).copied()
}

/// The law of a delay, ms: its least, the mean on top, and the spread of that.
fn law(least: f64, jitter: f64, spread: f64) -> Spread {
    let at = |z: f64| least + super::delay::log_normal(jitter, spread, z);
    Spread {
        mean: least + jitter,
        median: at(0.0),
        p95: at(Z95),
        p99: at(Z99),
    }
}

// Quantiles of the standard normal.
const Z95: f64 = 1.644_853_626_951_472_2;
const Z99: f64 = 2.326_347_874_040_841;

/// What 99 of 100 messages take at most from the operator to the vehicle, ms.
pub fn up_p99_ms(settings: &LinkSettings) -> f64 {
    let c = &settings.start;
    law(c.up_ms, c.up_jitter_ms, c.jitter_spread).p99
}

/// Correlation of two log-normal values whose logarithms' correlation is `rho`, with this spread.
fn log_normal_correlation(spread: f64, rho: f64) -> f64 {
    let v = spread * spread;
    (libm::exp(rho * v) - 1.0) / (libm::exp(v) - 1.0)
}

/// What was sent one way, and when it came.
#[derive(Default)]
struct Trace {
    /// By number: delay, s; none if it never came.
    delays: Vec<Option<f64>>,
}

impl Trace {
    fn came(&mut self, number: u64, delay: f64) {
        if let Some(slot) = self.delays.get_mut(number as usize) {
            *slot = Some(delay);
        }
    }

    fn survey(&self, set_ms: Spread, set_autocorrelation: Option<f64>, set_loss: f64) -> WaySurvey {
        let came: Vec<f64> = self.delays.iter().flatten().copied().collect();
        let pairs: Vec<(f64, f64)> = self
            .delays
            .windows(2)
            .filter_map(|w| Some((w[0]?, w[1]?)))
            .collect();
        let n = pairs.len().max(1) as f64;
        let mean = pairs.iter().map(|p| p.0).sum::<f64>() / n;
        let of = |f: fn(f64, f64) -> f64| {
            pairs.iter().map(|p| f(p.0 - mean, p.1 - mean)).sum::<f64>() / n
        };
        let variance = of(|a, _| a * a);
        let moved = pairs.iter().map(|p| (p.1 - p.0).abs()).sum::<f64>() / n;
        let lost = self.delays.len() - came.len();
        let began = |w: &&[Option<f64>]| w[0].is_some() && w[1].is_none();
        let bursts = self.delays.windows(2).filter(began).count();
        WaySurvey {
            delay_ms: Spread::of(came).map(|s| s.times(1000.0)),
            set_ms,
            // Rounding of times is no variation.
            autocorrelation: (variance > 1e-12).then(|| of(|a, b| a * b) / variance),
            set_autocorrelation,
            jitter_ms: moved * 1000.0,
            loss: lost as f64 / self.delays.len().max(1) as f64,
            set_loss,
            burst_ms: (bursts > 0).then(|| lost as f64 / bursts as f64 * 1000.0 / RATE as f64),
        }
    }
}

/// Pictures as they come.
#[derive(Default)]
struct Watch {
    shown: u32,
    bitrate: f64,
    delays: Vec<f64>,
    scale: f64,
    coarseness: f64,
    damaged: u32,
    last: Option<f64>,
    freezes: u32,
    frozen: f64,
}

impl Watch {
    fn picture(&mut self, view: &VideoView, hard: f64) {
        self.shown += 1;
        self.bitrate += view.bitrate.unwrap_or_default();
        self.delays.push(view.arrived - view.captured);
        self.scale += f64::from(view.scale);
        self.coarseness += f64::from(view.coarseness);
        self.damaged += u32::from(view.damage > 0.0);
        let still = view.arrived - self.last.unwrap_or(view.arrived);
        if still > hard {
            self.freezes += 1;
            self.frozen += still;
        }
        self.last = Some(view.arrived);
    }

    fn survey(self, seconds: f64) -> VideoSurvey {
        let n = f64::from(self.shown.max(1));
        VideoSurvey {
            rate: f64::from(self.shown) / seconds,
            bitrate_kbps: self.bitrate / n,
            delay_ms: Spread::of(self.delays).map(|s| s.times(1000.0)),
            scale: self.scale / n,
            coarseness: self.coarseness / n,
            damaged: f64::from(self.damaged) / n,
            freezes: self.freezes,
            frozen_s: self.frozen,
        }
    }
}

/// Sends a message each way every 10 ms, and pictures, for some time. `hard`: silence that counts as
/// a lost link, s. `watch` sees what the operator's end knows, tick by tick.
pub fn survey(
    settings: &LinkSettings,
    seconds: f64,
    seed: u64,
    hard: f64,
    mut watch: impl FnMut(&LinkView, Option<&VideoView>),
) -> Survey {
    let mut link: Link<u64, u64> = Link::new(settings, hard, seed);
    let ticks = (seconds * RATE as f64).ceil().max(1.0) as u64;
    let time = |tick: u64| tick as f64 / RATE as f64;
    let (mut down, mut up, mut video) = (Trace::default(), Trace::default(), Watch::default());
    down.delays.resize(ticks as usize, None);
    up.delays.resize(ticks as usize, None);
    let (mut trips, mut states, mut beat) = (Vec::new(), [0_u32; 3], None);
    // What is under way at the end still arrives.
    for tick in 0..ticks + 10 * RATE {
        let now = time(tick);
        if tick < ticks {
            link.send_up(now, tick);
            link.send_down(now, tick, &tick);
        }
        while let Some((at, sent)) = link.receive_up(now) {
            up.came(sent, at - time(sent));
        }
        while let Some((at, sent)) = link.receive_frame(now) {
            down.came(sent, at - time(sent));
        }
        let mut newest = None;
        while let Some((_, view)) = link.receive_picture(now) {
            video.picture(&view, hard);
            newest = Some(view);
        }
        if tick < ticks {
            let view = link.look(now);
            if view.round_trip != beat {
                trips.extend(view.round_trip);
                beat = view.round_trip;
            }
            states[view.state as usize] += 1;
            watch(&view, newest.as_ref());
        }
    }
    let c = &settings.start;
    let rho = if c.jitter_correlation_ms > 0.0 {
        libm::exp(-1000.0 / RATE as f64 / c.jitter_correlation_ms)
    } else {
        0.0
    };
    let (spread, lossy) = (c.jitter_spread, c.loss);
    let correlated =
        |jitter: f64| (jitter > 0.0 && spread > 0.0).then(|| log_normal_correlation(spread, rho));
    Survey {
        seconds: time(ticks),
        seed,
        down: down.survey(
            law(c.down_ms, c.down_jitter_ms, spread),
            correlated(c.down_jitter_ms),
            lossy,
        ),
        up: up.survey(
            law(c.up_ms, c.up_jitter_ms, spread),
            correlated(c.up_jitter_ms),
            lossy,
        ),
        round_trip_ms: Spread::of(trips).map(|s| s.times(1000.0)),
        states: states.map(|n| f64::from(n) / ticks as f64),
        video: (!link.frames_are_pictures()).then(|| video.survey(time(ticks))),
    }
}
