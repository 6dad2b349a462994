//! The tones, by urgency, and how they sound, sample by sample. No file, no device: a tone is a
//! function of time.
//!
//! Urgency is coded as people hear it: a higher pitch, faster and more pulses, partials off the
//! harmonic series and a shorter pause all sound more urgent (Edworthy, Loxley and Dennis 1991,
//! *Human Factors* 33(2)). Bursts of three pulses for what must be answered soon and of five for
//! what must be answered now follow the medium and high priority of IEC 60601-1-8, as do pulse
//! lengths of 75 to 250 ms, fundamentals of 150 to 1000 Hz and at least four partials, which make a
//! tone easy to find. The exact figures are ours.

use serde::{Deserialize, Serialize};
use std::f64::consts::PI;

/// A tone, by name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Tone {
    /// Somebody is needed: three pulses, every two seconds.
    #[default]
    Call,
    /// ... and now: five fast, high, rough pulses, every second.
    Alarm,
    /// High and low in turn, without a pause.
    Stop,
    /// Two falling notes, every three seconds: something is gone.
    Lost,
    /// Two rising notes, once: something is there.
    Offer,
    /// One soft pulse, once.
    Note,
}

/// One pulse of a tone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pulse {
    /// From the start of the tone, s.
    pub at: f64,
    /// s.
    pub duration: f64,
    /// Fundamental, Hz.
    pub hz: f64,
}

/// Rise and fall of every pulse, s: without them it clicks.
const RAMP: f64 = 0.010;
/// A tone that is cut off fades within this time, s.
const FADE: f64 = 0.020;

/// Frequency as a multiple of the fundamental, and share of the amplitude. Harmonic ...
const SOFT: &[(f64, f64)] = &[(1.0, 0.55), (2.0, 0.25), (3.0, 0.12), (4.0, 0.08)];
/// ... and not: rough, and hence urgent.
const ROUGH: &[(f64, f64)] = &[(1.0, 0.40), (2.07, 0.25), (3.11, 0.20), (4.23, 0.15)];

const fn pulse(at: f64, duration: f64, hz: f64) -> Pulse {
    Pulse { at, duration, hz }
}

const CALL: [Pulse; 3] = [
    pulse(0.0, 0.15, 660.0),
    pulse(0.30, 0.15, 660.0),
    pulse(0.60, 0.15, 660.0),
];
const ALARM: [Pulse; 5] = [
    pulse(0.0, 0.09, 940.0),
    pulse(0.15, 0.09, 940.0),
    pulse(0.30, 0.09, 940.0),
    pulse(0.45, 0.09, 940.0),
    pulse(0.60, 0.09, 940.0),
];
const STOP: [Pulse; 2] = [pulse(0.0, 0.25, 740.0), pulse(0.25, 0.25, 494.0)];
const LOST: [Pulse; 2] = [pulse(0.0, 0.20, 440.0), pulse(0.30, 0.25, 330.0)];
const OFFER: [Pulse; 2] = [pulse(0.0, 0.15, 523.0), pulse(0.18, 0.25, 784.0)];
const NOTE: [Pulse; 1] = [pulse(0.0, 0.15, 587.0)];

impl Tone {
    pub const ALL: [Self; 6] = [
        Self::Call,
        Self::Alarm,
        Self::Stop,
        Self::Lost,
        Self::Offer,
        Self::Note,
    ];

    /// The pulses of one burst: pairs of the fundamental and its place.
    pub fn pulses(self) -> &'static [Pulse] {
        match self {
            Self::Call => &CALL,
            Self::Alarm => &ALARM,
            Self::Stop => &STOP,
            Self::Lost => &LOST,
            Self::Offer => &OFFER,
            Self::Note => &NOTE,
        }
    }

    /// From the start of one burst to that of the next, s; none: it sounds once.
    pub fn period(self) -> Option<f64> {
        match self {
            Self::Call => Some(2.0),
            Self::Alarm => Some(1.0),
            Self::Stop => Some(0.5),
            Self::Lost => Some(3.0),
            Self::Offer | Self::Note => None,
        }
    }

    fn partials(self) -> &'static [(f64, f64)] {
        match self {
            Self::Alarm | Self::Stop => ROUGH,
            Self::Call | Self::Lost | Self::Offer | Self::Note => SOFT,
        }
    }

    /// Length of one burst, s.
    fn burst(self) -> f64 {
        let ends = self.pulses().iter().map(|p| p.at + p.duration);
        ends.fold(0.0, f64::max)
    }

    /// Amplitude `time` s after its start, -1 to 1.
    pub fn at(self, time: f64) -> f64 {
        let time = match self.period() {
            Some(period) => libm::fmod(time, period),
            None => time,
        };
        let sounding = |p: &&Pulse| (p.at..p.at + p.duration).contains(&time);
        let Some(pulse) = self.pulses().iter().find(sounding) else {
            return 0.0;
        };
        let (since, left) = (time - pulse.at, pulse.at + pulse.duration - time);
        let edge = (since.min(left) / RAMP).min(1.0);
        // Half a cosine: no corner, hence no click.
        let envelope = 0.5 - 0.5 * libm::cos(PI * edge);
        let parts = self.partials().iter();
        let wave: f64 = parts
            .map(|(ratio, share)| share * libm::sin(2.0 * PI * pulse.hz * ratio * since))
            .sum();
        envelope * wave
    }

    /// It will never sound again, `time` s after its start.
    fn is_over(self, time: f64) -> bool {
        self.period().is_none() && time >= self.burst()
    }
}

/// A tone that sounds.
#[derive(Clone, Copy, Debug)]
struct Playing {
    tone: Tone,
    volume: f64,
    /// Samples since its start.
    age: u64,
}

impl Playing {
    fn time(&self, rate: f64) -> f64 {
        self.age as f64 / rate
    }

    fn next(&mut self, rate: f64) -> f64 {
        let sample = self.volume * self.tone.at(self.time(rate));
        self.age += 1;
        sample
    }
}

/// Makes samples: one tone that lasts, and one that sounds once in front of it.
#[derive(Debug)]
pub struct Player {
    /// Samples per second.
    rate: f64,
    lasting: Option<Playing>,
    once: Option<Playing>,
    /// What was cut off, and samples since then.
    fading: Option<(Playing, u64)>,
    /// Of all tones, 0 to 1.
    pub volume: f64,
}

impl Player {
    /// `rate`: samples per second.
    pub fn new(rate: f64) -> Self {
        Self {
            rate,
            lasting: None,
            once: None,
            fading: None,
            volume: 1.0,
        }
    }

    /// Starts a tone with the next sample, in place of what sounds; one that sounds once lets the
    /// one that lasts begin anew after it. `volume`: 0 to 1.
    pub fn start(&mut self, tone: Tone, volume: f64) {
        self.cut();
        let playing = Some(Playing {
            tone,
            volume: volume.clamp(0.0, 1.0),
            age: 0,
        });
        if tone.period().is_some() {
            (self.lasting, self.once) = (playing, None);
        } else {
            self.once = playing;
            if let Some(lasting) = &mut self.lasting {
                lasting.age = 0;
            }
        }
    }

    /// Ends all.
    pub fn stop(&mut self) {
        self.cut();
        (self.lasting, self.once) = (None, None);
    }

    fn cut(&mut self) {
        if let Some(playing) = self.once.or(self.lasting) {
            self.fading = Some((playing, 0));
        }
    }

    /// The next sample, -1 to 1.
    pub fn next_sample(&mut self) -> f32 {
        let rate = self.rate;
        if self.once.is_some_and(|p| p.tone.is_over(p.time(rate))) {
            self.once = None;
        }
        let sounding = self.once.as_mut().or(self.lasting.as_mut());
        let mut sample = sounding.map_or(0.0, |playing| playing.next(rate));
        if let Some((playing, since)) = &mut self.fading {
            let left = 1.0 - *since as f64 / rate / FADE;
            *since += 1;
            if left > 0.0 {
                sample += left * playing.next(rate);
            } else {
                self.fading = None;
            }
        }
        (self.volume * sample).clamp(-1.0, 1.0) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: f64 = 48_000.0;

    fn samples(tone: Tone, from: f64, to: f64) -> Vec<f64> {
        let range = (from * RATE) as u64..(to * RATE) as u64;
        range.map(|i| tone.at(i as f64 / RATE)).collect()
    }

    /// Power at one frequency (Goertzel 1958).
    fn power(samples: &[f64], hz: f64) -> f64 {
        let c = 2.0 * libm::cos(2.0 * PI * hz / RATE);
        let (mut s1, mut s2) = (0.0, 0.0);
        for x in samples {
            (s1, s2) = (x + c * s1 - s2, s1);
        }
        (s1 * s1 + s2 * s2 - c * s1 * s2) / (samples.len() as f64).powi(2)
    }

    #[test]
    fn a_pulse_has_the_pitch_that_it_says() {
        for tone in Tone::ALL {
            for pulse in tone.pulses() {
                let heard = samples(tone, pulse.at, pulse.at + pulse.duration);
                let strongest = (100..2000).max_by(|a, b| {
                    let power = |hz: &i32| power(&heard, f64::from(*hz));
                    power(a).total_cmp(&power(b))
                });
                let off = f64::from(strongest.expect("some")) - pulse.hz;
                // As sharp as so short a pulse can be: its own width is 1/duration.
                assert!(off.abs() < 3.0, "{tone:?} {} Hz: {off} Hz off", pulse.hz);
            }
        }
    }

    #[test]
    fn pulses_are_as_long_and_as_far_apart_as_they_say() {
        for tone in Tone::ALL {
            let heard = samples(tone, 0.0, 4.0);
            let loud = |t: f64| {
                let at = (t * RATE) as usize;
                let around = &heard[at..at + (0.004 * RATE) as usize];
                around.iter().fold(0.0_f64, |m, s| m.max(s.abs())) > 0.05
            };
            for pulse in tone.pulses() {
                assert!(loud(pulse.at + pulse.duration / 2.0), "{tone:?}");
                let again = pulse.at + pulse.duration / 2.0 + tone.period().unwrap_or(2.0);
                assert_eq!(loud(again), tone.period().is_some(), "{tone:?}");
            }
            let end = tone.burst() + 0.005;
            if tone.period().is_none_or(|period| end + 0.01 < period) {
                assert!(!loud(end), "{tone:?}");
            }
        }
    }

    #[test]
    fn nothing_clips_and_nothing_clicks() {
        // The steepest that the partials themselves can be.
        let steepest = |tone: Tone| {
            let top = tone.pulses().iter().fold(0.0_f64, |m, p| m.max(p.hz));
            let parts = tone.partials().iter();
            let slope: f64 = parts.map(|(ratio, share)| ratio * share).sum();
            (2.0 * PI * top * slope + PI / RAMP / 2.0) / RATE
        };
        for tone in Tone::ALL {
            let shares: f64 = tone.partials().iter().map(|(_, share)| share).sum();
            assert!((shares - 1.0).abs() < 1e-9);
            let heard = samples(tone, 0.0, 4.0);
            assert!(heard.iter().all(|s| s.abs() <= 1.0));
            let peak = heard.iter().fold(0.0_f64, |m, s| m.max(s.abs()));
            assert!(peak > 0.5, "{tone:?} is hardly heard: {peak}");
            for pair in heard.windows(2) {
                let step = (pair[1] - pair[0]).abs();
                assert!(step <= steepest(tone), "{tone:?} clicks: {step}");
            }
        }
    }

    #[test]
    fn the_more_urgent_the_higher_and_the_denser() {
        let top = |tone: Tone| tone.pulses().iter().fold(0.0_f64, |m, p| m.max(p.hz));
        let rate = |tone: Tone| {
            tone.period()
                .map_or(0.0, |p| tone.pulses().len() as f64 / p)
        };
        let order = [Tone::Lost, Tone::Call, Tone::Alarm];
        for pair in order.windows(2) {
            assert!(top(pair[0]) < top(pair[1]), "{pair:?}");
            assert!(rate(pair[0]) < rate(pair[1]), "{pair:?}");
        }
        // No two share rhythm and pitch.
        for (i, a) in Tone::ALL.into_iter().enumerate() {
            for b in Tone::ALL.into_iter().skip(i + 1) {
                assert_ne!(a.pulses(), b.pulses(), "{a:?}, {b:?}");
            }
        }
    }

    #[test]
    fn a_tone_that_is_cut_off_fades_and_the_next_is_there_at_once() {
        let mut player = Player::new(RATE);
        player.start(Tone::Call, 1.0);
        let heard: Vec<f32> = (0..2400).map(|_| player.next_sample()).collect();
        assert!(heard.iter().any(|s| s.abs() > 0.3));
        player.stop();
        let mut last = f64::from(heard[heard.len() - 1]);
        for i in 0..4800 {
            let sample = f64::from(player.next_sample());
            assert!((sample - last).abs() < 0.3, "a click at {i}");
            last = sample;
            if i as f64 / RATE > FADE {
                assert_eq!(sample, 0.0);
            }
        }
        player.start(Tone::Alarm, 1.0);
        let heard: Vec<f32> = (0..480).map(|_| player.next_sample()).collect();
        assert!(heard.iter().any(|s| s.abs() > 0.1), "within 10 ms");
    }

    #[test]
    fn a_note_sounds_in_front_of_what_lasts() {
        let mut player = Player::new(RATE);
        player.start(Tone::Call, 0.5);
        player.start(Tone::Note, 0.5);
        let mut heard = |from: f64, to: f64| {
            let n = ((to - from) * RATE) as u64;
            (0..n)
                .map(|_| f64::from(player.next_sample()))
                .collect::<Vec<_>>()
        };
        let note = heard(0.0, 0.15);
        let call = heard(0.15, 0.30);
        assert!(power(&note, 587.0) > 10.0 * power(&note, 660.0));
        assert!(power(&call, 660.0) > 10.0 * power(&call, 587.0));
    }

    #[test]
    fn the_volume_is_that_of_all() {
        let loudest = |volume: f64, all: f64| {
            let mut player = Player::new(RATE);
            player.volume = all;
            player.start(Tone::Call, volume);
            let heard = (0..7200).map(|_| player.next_sample().abs());
            f64::from(heard.fold(0.0, f32::max))
        };
        let full = loudest(1.0, 1.0);
        assert!((loudest(0.5, 1.0) - 0.5 * full).abs() < 1e-6);
        assert!((loudest(0.5, 0.5) - 0.25 * full).abs() < 1e-6);
        assert_eq!(loudest(0.0, 1.0), 0.0);
    }
}
