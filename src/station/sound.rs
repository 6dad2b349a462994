//! The sound card: tones of [`crate::takeover::alert::tone`], and when each began to sound.
//!
//! **What that time is.** The card asks for samples in blocks. A tone begins with the first sample
//! of a block, and when that one will leave the card is known from what still waits in front of
//! it (on Linux: ALSA's `snd_pcm_delay`). Both are read when the block is asked for, and put on the
//! session's clock.
//!
//! **How sure it is.** Cards move on in blocks, and so does what they say waits; and this thread may
//! be asked one block late. So the true moment lies within two blocks, all that the card holds. What
//! comes after the card (an amplifier, wireless headphones: up to
//! 0.2 s) no program can know; `docs/alerts.md` says how to measure it.

use crate::clock::Clock;
use crate::session::live::FromOperator;
use crate::takeover::alert::settings::Alerts;
use crate::takeover::alert::tone::{Player, Tone};
use crate::takeover::alert::{Alert, Channel, Presented};
use bevy::prelude::Resource;
use cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use cpal::{BufferSize, FromSample, Sample, SampleFormat, SizedSample, StreamConfig};
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

/// Samples of one channel in a block: 21 ms at 48 kHz. Smaller ones run dry on a busy machine.
const BLOCK: u32 = 1024;

/// How loud the station is, 0 to 1: one for the window's whole life, heard at once.
#[derive(Clone, Debug, Resource)]
pub struct Volume(Arc<AtomicU32>);

impl Default for Volume {
    fn default() -> Self {
        Self(Arc::new(AtomicU32::new(1.0_f32.to_bits())))
    }
}

impl Volume {
    pub fn get(&self) -> f32 {
        f32::from_bits(self.0.load(Ordering::Relaxed))
    }

    /// `volume`: 0 to 1.
    pub fn set(&self, volume: f32) {
        let volume = volume.clamp(0.0, 1.0);
        self.0.store(volume.to_bits(), Ordering::Relaxed);
    }
}

/// What to play.
#[derive(Clone, Copy, Debug)]
pub enum ToSound {
    Start {
        tone: Tone,
        /// 0 to 1.
        volume: f64,
        /// The request and level of the alert whose start is to be reported, and when this was
        /// sent, ns on the session's clock.
        alert: Option<(u32, u8, i64)>,
    },
    Stop,
}

/// Why there is no sound. One line, for people.
#[derive(Debug, thiserror::Error)]
#[error("no sound: {0}; alerts are shown, and felt where a device can rumble")]
pub struct NoSound(String);

/// An open sound card. Dropped, it is closed.
pub struct Sound {
    to_card: Sender<ToSound>,
    _stream: cpal::Stream,
}

impl Sound {
    /// Opens the system's sound card. Starts of alerts are sent to `report`.
    ///
    /// # Errors
    /// If there is none, or it cannot play.
    pub fn open(
        clock: Clock,
        report: Sender<FromOperator>,
        volume: Volume,
    ) -> Result<Self, NoSound> {
        // ALSA writes pages about a missing card to the terminal; one line of ours is enough.
        #[cfg(target_os = "linux")]
        let _quiet = alsa::Output::local_error_handler();
        let no = |what: &str, why: cpal::Error| NoSound(format!("{what}: {why}"));
        let host = cpal::default_host();
        let device = host
            .default_output_device()
            .ok_or_else(|| NoSound("there is no sound card".into()))?;
        let offered = device
            .default_output_config()
            .map_err(|why| no("no sound card can be opened", why))?;
        let mut config = offered.config();
        let (to_card, commands) = channel();
        let mut block = Block {
            clock,
            report,
            volume,
            commands,
            channels: usize::from(config.channels.max(1)),
            rate: f64::from(config.sample_rate),
            player: Player::new(f64::from(config.sample_rate)),
        };
        config.buffer_size = match offered.buffer_size() {
            cpal::SupportedBufferSize::Range { min, max } if (*min..=*max).contains(&BLOCK) => {
                BufferSize::Fixed(BLOCK)
            }
            _ => BufferSize::Default,
        };
        // The stream takes the block's maker with it, so there is one try.
        let stream = match offered.sample_format() {
            SampleFormat::F32 => stream(&device, config, move |data: &mut [f32], info| {
                block.fill(data, info);
            }),
            SampleFormat::I16 => stream(&device, config, move |data: &mut [i16], info| {
                block.fill(data, info);
            }),
            SampleFormat::I32 => stream(&device, config, move |data: &mut [i32], info| {
                block.fill(data, info);
            }),
            SampleFormat::U8 => stream(&device, config, move |data: &mut [u8], info| {
                block.fill(data, info);
            }),
            other => return Err(NoSound(format!("the sound card wants samples as {other}"))),
        }
        .map_err(|why| no("the sound card cannot play", why))?;
        stream
            .play()
            .map_err(|why| no("the sound card does not start", why))?;
        Ok(Self {
            to_card,
            _stream: stream,
        })
    }

    pub fn send(&self, command: ToSound) {
        // The card may be gone; that has been said.
        let _ = self.to_card.send(command);
    }
}

/// Plays a request's tone for a moment, on a thread of its own. Says why it cannot, if so.
pub fn test(volume: Volume) -> Receiver<String> {
    let (answer, heard) = channel();
    let failed = answer.clone();
    let thread = thread::Builder::new()
        .name("sound test".into())
        .spawn(move || {
            let (report, _reports) = channel();
            let sound = match Sound::open(Clock::start(), report, volume) {
                Ok(sound) => sound,
                Err(why) => {
                    // The page may be gone.
                    let _ = answer.send(why.to_string());
                    return;
                }
            };
            let telling = Alerts::default().request.sound;
            sound.send(ToSound::Start {
                tone: telling.tone,
                volume: telling.volume,
                alert: None,
            });
            thread::sleep(TEST);
            sound.send(ToSound::Stop);
            // What was cut off fades before the card is closed.
            thread::sleep(TEST / 10);
        });
    if let Err(why) = thread {
        let _ = failed.send(why.to_string());
    }
    heard
}

/// Length of the test.
const TEST: Duration = Duration::from_millis(1200);

/// Plays a soft note so many times, one `every`, and tells when each began.
///
/// # Errors
/// One line: why there is no sound.
pub fn try_sound(clock: Clock, times: u32, every: Duration) -> Result<Vec<Presented>, String> {
    let (report, reports) = channel();
    let volume = Volume::default();
    volume.set(0.3);
    let sound = Sound::open(clock, report, volume).map_err(|why| why.to_string())?;
    for _ in 0..times {
        thread::sleep(every);
        sound.send(ToSound::Start {
            tone: Tone::Note,
            volume: 1.0,
            alert: Some((0, Alert::NoNeed.level(), clock.now_ns())),
        });
    }
    // The last note rings out.
    thread::sleep(every);
    drop(sound);
    let heard = reports.try_iter().filter_map(|message| match message {
        FromOperator::Presented(presented) => Some(presented),
        _ => None,
    });
    Ok(heard.collect())
}

fn stream<T: SizedSample>(
    device: &cpal::Device,
    config: StreamConfig,
    fill: impl FnMut(&mut [T], &cpal::OutputCallbackInfo) + Send + 'static,
) -> Result<cpal::Stream, cpal::Error> {
    let mut told = false;
    device.build_output_stream(
        config,
        fill,
        move |error| {
            use cpal::ErrorKind::{DeviceNotAvailable, StreamInvalidated};
            // A block that came late is heard, and no reason to say anything.
            if matches!(error.kind(), DeviceNotAvailable | StreamInvalidated) && !told {
                told = true;
                let _ = writeln!(
                    std::io::stderr(),
                    "takeover: the sound card is gone ({error}); alerts go on without it"
                );
            }
        },
        None,
    )
}

/// Makes blocks of samples, on the sound card's own thread.
struct Block {
    clock: Clock,
    report: Sender<FromOperator>,
    volume: Volume,
    commands: Receiver<ToSound>,
    channels: usize,
    /// Samples per second.
    rate: f64,
    player: Player,
}

impl Block {
    fn fill<T: Sample + FromSample<f32>>(
        &mut self,
        data: &mut [T],
        info: &cpal::OutputCallbackInfo,
    ) {
        let now_ns = self.clock.now_ns();
        let times = info.timestamp();
        let ahead = times.playback.saturating_duration_since(times.callback);
        let length = (data.len() / self.channels) as f64 / self.rate;
        self.player.volume = f64::from(self.volume.get());
        for command in self.commands.try_iter() {
            match command {
                ToSound::Stop => self.player.stop(),
                ToSound::Start {
                    tone,
                    volume,
                    alert,
                } => {
                    self.player.start(tone, volume);
                    if let Some((request, level, submitted_ns)) = alert {
                        let presented = Presented {
                            request,
                            channel: Channel::Sound,
                            level,
                            submitted: submitted_ns as f64 / 1e9,
                            presented: now_ns as f64 / 1e9 + ahead.as_secs_f64(),
                            uncertainty: Some(2.0 * length),
                        };
                        let _ = self.report.send(FromOperator::Presented(presented));
                    }
                }
            }
        }
        for frame in data.chunks_mut(self.channels) {
            let sample = T::from_sample(self.player.next_sample());
            frame.fill(sample);
        }
    }
}
