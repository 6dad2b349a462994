//! Pictures: cameras and an encoder at the vehicle, the bottleneck, a decoder at the operator's end.
//!
//! The encoder adapts as Google Congestion Control does (draft-ietf-rmcat-gcc-02), simplified: it
//! grows by 8 % a second, falls to 0.85 of what got through once pictures queue before the
//! bottleneck, and falls by half the share of loss that the far end reports, from 10 % in a second
//! on. Of what it may spend it makes the best picture of a ladder (`RUNGS`): first the compression gets coarser,
//! then the picture smaller, then there are fewer of them. The ladder and the sizes of pictures are
//! settings of ours.
//!
//! A packet that is lost is asked for and sent once more. What is lost twice is missing from its
//! picture and from all that are made from it, until the next key picture, which is asked for.

use super::channel::{Channel, SLACK};
use super::lane::Lane;
use super::settings::LinkSettings;
use super::view::VideoView;
use std::collections::VecDeque;

/// Scale of width and height, and one picture of how many that the cameras take.
const RUNGS: [(f64, u64); 6] = [
    (1.0, 1),
    (0.75, 1),
    (0.5, 1),
    (0.5, 2),
    (0.35, 2),
    (0.25, 3),
];
/// Coarser than this the next rung down is better ...
const COARSEST: f64 = 0.65;
/// ... and one goes up only to what is clearly finer.
const FINE_ENOUGH: f64 = 0.5;
/// A key picture has this many times the bits of another.
const KEY_SIZE: f64 = 4.0;
/// What fits into one packet, bits.
const PACKET: f64 = 1200.0 * 8.0;
/// Fewer packets than this no picture has.
const LEAST_PACKETS: f64 = 1.0;
/// A picture is not even sent while so much waits before the bottleneck, s.
const BACKLOG: f64 = 0.2;
/// What has not gone through the bottleneck after this time is thrown away, s.
const PATIENCE: f64 = 0.6;
/// The encoder looks at what it may spend this often, s, ...
const LOOKS: f64 = 0.1;
/// ... by what happened in so many looks.
const WINDOW: usize = 5;
/// More than this waiting, always, is a queue that stands, s.
const STANDING: f64 = 0.03;
/// By the draft: growth a second, fall to a share of what got through, much loss.
const GROWTH: f64 = 1.08;
const FALL: f64 = 0.85;
const MUCH_LOSS: f64 = 0.1;
/// Where nothing at all gets through, sending less does not help.
const ALL_LOST: f64 = 0.9;
/// Loss is judged over so many reports: a second.
const REPORTS: u32 = 10;
/// Never less than this, kbit/s.
const LEAST_KBPS: f64 = 30.0;
/// A picture of which more than this is lost is not shown: the one before it stands still.
pub const FROZEN: f64 = 0.5;
/// A key picture is asked for at most this often, s.
const ASKS: f64 = 0.3;

/// What the decoder tells the encoder, every [`LOOKS`].
#[derive(Clone, Copy, Debug)]
struct Report {
    /// Share of packets lost since the last one.
    loss: f64,
    /// What came is damaged: a key picture, please.
    damaged: bool,
}

/// A picture on its way.
#[derive(Debug)]
struct UnderWay<T> {
    /// None if nothing of it arrives: known by the next one.
    arrives: f64,
    picture: T,
    view: VideoView,
    key: bool,
    packets: f64,
    /// Packets that were lost once, and twice.
    missed: f64,
    lost: f64,
}

/// Both ends, and what is between them.
#[derive(Debug)]
pub struct Video<T> {
    /// Pictures a second that the cameras take.
    camera: f64,
    /// Of one, s.
    codec: f64,
    full_kbps: f64,
    key_every: f64,
    encoder: Encoder,
    under_way: VecDeque<UnderWay<T>>,
    decoder: Decoder,
    reports: Lane<Report>,
}

#[derive(Debug)]
struct Encoder {
    /// Number of the next picture that the cameras take.
    next: u64,
    /// What may be spent, kbit/s.
    target: f64,
    rung: usize,
    key_at: f64,
    /// The bottleneck is busy until then, s.
    busy: f64,
    looked: f64,
    /// By look: the least that waited, s, and bits that went out.
    looks: VecDeque<(f64, f64)>,
    /// Of the look that goes on.
    waited: f64,
    sent: f64,
    /// Shares of loss as reported, and of how many reports.
    loss: (f64, u32),
}

#[derive(Debug, Default)]
struct Decoder {
    /// Share of what is shown that is not as it should be, until the next key picture.
    damage: f64,
    packets: f64,
    missed: f64,
    reported: f64,
    asked: f64,
    latest: f64,
}

impl<T> Video<T> {
    /// None without cameras of its own: frames are pictures then.
    pub fn new(settings: &LinkSettings) -> Option<Self> {
        let full = settings.video_kbps;
        // The link was in use before the run: the encoder knows it.
        let known = settings.start.bandwidth_kbps.map_or(full, |b| FALL * b);
        Some(Self {
            camera: settings.camera_rate?,
            codec: settings.codec_ms / 1000.0,
            full_kbps: full,
            key_every: settings.key_every,
            encoder: Encoder {
                next: 0,
                target: known.min(full),
                rung: 0,
                key_at: 0.0,
                busy: 0.0,
                looked: 0.0,
                looks: VecDeque::new(),
                waited: f64::INFINITY,
                sent: 0.0,
                loss: (0.0, 0),
            },
            under_way: VecDeque::new(),
            decoder: Decoder::default(),
            reports: Lane::default(),
        })
    }

    /// The cameras take a picture at `now`, s, if it is time for one. `picture` makes it.
    pub fn capture(
        &mut self,
        down: &mut Channel,
        up: &mut Channel,
        now: f64,
        picture: impl FnOnce() -> T,
    ) {
        if now + SLACK < self.encoder.next as f64 / self.camera {
            return;
        }
        let number = self.encoder.next;
        // What was missed is not caught up with.
        self.encoder.next = ((now + SLACK) * self.camera) as u64 + 1;
        self.look(now);
        let full = self.full_kbps;
        let coarseness = self.encoder.choose(full);
        let (scale, every) = RUNGS[self.encoder.rung];
        if !number.is_multiple_of(every) {
            return;
        }
        let encoded = now + self.codec;
        let waits = (self.encoder.busy - encoded).max(0.0);
        self.encoder.waited = self.encoder.waited.min(waits);
        if waits > BACKLOG {
            return;
        }
        let rate = self.camera / every as f64;
        let key = now + SLACK >= self.encoder.key_at;
        if key {
            self.encoder.key_at = now + self.key_every;
        }
        // Of the pictures up to the next key picture, one is larger.
        let group = (rate * self.key_every).max(1.0);
        let mean = self.encoder.target.min(full * scale * scale / every as f64) * 1000.0 / rate;
        let bits = mean * group / (group - 1.0 + KEY_SIZE) * if key { KEY_SIZE } else { 1.0 };
        let packets = (bits / PACKET).ceil().max(LEAST_PACKETS);
        let (mut arrives, mut missed, mut lost) = (encoded, 0.0, 0.0);
        for _ in 0..packets as u32 {
            let through = down.carried(self.encoder.busy.max(encoded), bits / packets);
            if through > encoded + BACKLOG + PATIENCE {
                missed += 1.0;
                lost += 1.0;
                continue;
            }
            self.encoder.busy = through;
            self.encoder.sent += bits / packets;
            let first = down.arrives(through);
            let at = first.or_else(|| {
                missed += 1.0;
                // Those behind it tell that it is missing.
                let noticed = through + down.delay(through);
                let asked = noticed + up.delay(noticed);
                let again = down.sets_out(asked);
                down.arrives(again)
            });
            match at {
                Some(at) => arrives = arrives.max(at),
                None => {
                    lost += 1.0;
                    arrives = arrives.max(through);
                }
            }
        }
        self.under_way.push_back(UnderWay {
            arrives,
            picture: picture(),
            view: VideoView {
                number,
                captured: now,
                arrived: 0.0,
                rate,
                bitrate: Some(self.encoder.target.min(full)),
                scale: scale as f32,
                coarseness: coarseness as f32,
                damage: 0.0,
            },
            key,
            packets,
            missed,
            lost,
        });
    }

    /// The next picture that is whole at the operator's end by `now`, s, and can be shown.
    pub fn receive(&mut self, up: &mut Channel, now: f64) -> Option<(T, VideoView)> {
        let mut shown = None;
        while shown.is_none()
            && self
                .under_way
                .front()
                .is_some_and(|p| p.arrives <= now + SLACK)
        {
            let Some(next) = self.under_way.pop_front() else {
                break;
            };
            shown = self.decoder.decode(next);
        }
        if shown.is_none() {
            self.report(up, now);
        }
        shown
    }

    /// What the decoder tells, and what the encoder has been told.
    fn report(&mut self, up: &mut Channel, now: f64) {
        let d = &mut self.decoder;
        if now - d.reported >= LOOKS - SLACK {
            d.reported = now;
            let damaged = d.damage > 0.0 && now - d.asked >= ASKS;
            if damaged {
                d.asked = now;
            }
            let loss = if d.packets > 0.0 {
                d.missed / d.packets
            } else {
                0.0
            };
            (d.packets, d.missed) = (0.0, 0.0);
            self.reports.send(up, now, Report { loss, damaged });
        }
        while let Some((at, report)) = self.reports.receive(now) {
            let (sum, reports) = self.encoder.loss;
            self.encoder.loss = (sum + report.loss, reports + 1);
            if report.damaged {
                self.encoder.key_at = self.encoder.key_at.min(at);
            }
        }
    }

    /// What may be spent from now on.
    fn look(&mut self, now: f64) {
        let e = &mut self.encoder;
        if now - e.looked < LOOKS - SLACK {
            return;
        }
        let passed = now - e.looked;
        e.looked = now;
        e.looks.push_back((e.waited, e.sent / passed));
        (e.waited, e.sent) = (f64::INFINITY, 0.0);
        if e.looks.len() > WINDOW {
            e.looks.pop_front();
        }
        let least = e.looks.iter().map(|l| l.0).fold(f64::INFINITY, f64::min);
        let through = e.looks.iter().map(|l| l.1).sum::<f64>() / e.looks.len() as f64 / 1000.0;
        let loss = e.loss.0 / f64::from(e.loss.1.max(1));
        let judged = e.loss.1 >= REPORTS;
        if judged {
            e.loss = (0.0, 0);
        }
        if e.looks.len() == WINDOW && least > STANDING && least.is_finite() {
            // Not again before it has had its effect.
            e.target = e.target.min(FALL * through);
            e.looks.clear();
        } else if judged && loss > MUCH_LOSS && loss < ALL_LOST {
            e.target *= 1.0 - 0.5 * loss;
        } else {
            e.target *= libm::pow(GROWTH, passed);
        }
        e.target = e.target.clamp(LEAST_KBPS, self.full_kbps.max(LEAST_KBPS));
    }
}

impl Encoder {
    /// The rung for what may be spent, and how coarse its pictures get.
    fn choose(&mut self, full: f64) -> f64 {
        let coarseness = |rung: usize, target: f64| {
            let (scale, every) = RUNGS[rung];
            1.0 - (target / (full * scale * scale / every as f64)).min(1.0)
        };
        while self.rung + 1 < RUNGS.len() && coarseness(self.rung, self.target) > COARSEST {
            self.rung += 1;
        }
        while self.rung > 0 && coarseness(self.rung - 1, self.target) < FINE_ENOUGH {
            self.rung -= 1;
        }
        coarseness(self.rung, self.target)
    }
}

impl Decoder {
    fn decode<T>(&mut self, next: UnderWay<T>) -> Option<(T, VideoView)> {
        self.packets += next.packets;
        self.missed += next.missed;
        let missing = next.lost / next.packets;
        // What is lost of this one shows what was there before, and so do all that are made from it.
        self.damage = if next.key {
            missing
        } else {
            1.0 - (1.0 - self.damage) * (1.0 - missing)
        };
        self.latest = self.latest.max(next.arrives);
        if self.damage > FROZEN {
            return None;
        }
        let view = VideoView {
            arrived: self.latest,
            damage: self.damage as f32,
            ..next.view
        };
        Some((next.picture, view))
    }
}
