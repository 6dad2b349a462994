//! The thread that sends rumble and force feedback to devices (Linux).
//!
//! It writes through a file of its own, beside the one that gilrs-core reads, so that no write can
//! delay reading. gilrs-core's own way of sending is not used: what is written to a device goes
//! into the same kernel buffer as its input and spoils the time of the next input (see
//! [`timing`](super::timing)). Here every effect is followed, in the same `write`, by a
//! `SYN_REPORT`. That ends the report the effect has begun, and with it the kernel drops the time
//! it had taken for it (`input_event_dispose` in drivers/input/input.c, Linux 5.4 to 6.12), so the
//! next input gets a fresh one. docs/devices.md has the figures with and without.

use super::force::Force;
use super::haptics::{Felt, Haptic, InCommand, Rumble, ToDevices, VehicleFelt};
use crate::clock::Clock;
use evdev::raw_stream::RawDevice;
use evdev::{
    AbsoluteAxisCode, EventType, FFCondition, FFEffect, FFEffectCode, FFEffectData, FFEffectKind,
    FFEnvelope, FFReplay, FFTrigger, InputEvent, SynchronizationCode,
};
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// How often a motor that must be told its torque is told it.
const TORQUE_PERIOD: Duration = Duration::from_millis(10);
/// How long the thread may not notice that a device came or went.
const IDLE: Duration = Duration::from_millis(500);
/// Changes of a spring's strength smaller than this are not worth a write.
const SPRING_STEP: f32 = 0.02;
/// A motor that must be told its torque shakes at this rate, Hz, where others would rumble, and at
/// most with this share of its torque.
const SHAKE_HZ: f32 = 25.0;
const SHAKE: f32 = 0.35;
/// `FF_CONSTANT` in this direction pushes to the left (`90 deg -> 0x4000 (left)`,
/// include/uapi/linux/input.h).
const LEFT: u16 = 0x4000;

/// A device that is plugged in, as far as this thread needs to know it.
#[derive(Clone, Debug, PartialEq)]
pub struct Hand {
    pub node: PathBuf,
    pub name: String,
    /// For a steering wheel: its motor's settings, and how its position is read.
    pub wheel: Option<HandWheel>,
}

/// How a wheel's position is read, and what its motor should do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HandWheel {
    pub force: Force,
    /// The steering axis, unpacked.
    pub axis: u16,
    /// Reading at the left lock, straight ahead, and at the right lock.
    pub range: [i32; 3],
    /// Angle at a lock, rad.
    pub lock: f32,
}

impl HandWheel {
    /// Angle of a reading, rad, positive to the left.
    fn angle(&self, raw: i32) -> f32 {
        let [left, centre, right] = self.range.map(f64::from);
        let away = f64::from(raw) - centre;
        let side = if away * (left - centre) > 0.0 {
            left - centre
        } else {
            centre - right
        };
        if side == 0.0 {
            return 0.0;
        }
        (away / side).clamp(-1.0, 1.0) as f32 * self.lock
    }
}

/// The devices that are plugged in, by number: told by the thread that reads them.
#[derive(Clone, Debug, Default)]
pub struct Hands(Arc<Mutex<BTreeMap<u32, Hand>>>);

impl Hands {
    pub fn here(&self, device: u32, hand: Hand) {
        self.lock().insert(device, hand);
    }

    pub fn gone(&self, device: u32) {
        self.lock().remove(&device);
    }

    fn now(&self) -> BTreeMap<u32, Hand> {
        self.lock().clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<u32, Hand>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The running sender. Dropping it stops everything it plays and joins the thread.
#[derive(Debug)]
pub struct EffectThread {
    to_devices: Option<ToDevices>,
    stop: Arc<std::sync::atomic::AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl EffectThread {
    /// Where to send what is to be felt.
    pub fn to_devices(&self) -> Option<ToDevices> {
        self.to_devices.clone()
    }
}

impl Drop for EffectThread {
    fn drop(&mut self) {
        self.stop.store(true, std::sync::atomic::Ordering::Relaxed);
        if let Some(to_devices) = self.to_devices.take() {
            // Wakes it; others may hold senders, so closing the channel would not.
            let _ = to_devices.send(Haptic::Quiet);
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Starts the thread. `told` runs on it.
///
/// # Errors
/// If the system gives no thread.
pub fn spawn(
    clock: Clock,
    hands: Hands,
    in_command: InCommand,
    told: impl FnMut(Felt) + Send + 'static,
) -> io::Result<EffectThread> {
    let (to_devices, wanted) = channel();
    let stop = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let thread = thread::Builder::new().name("effects".to_owned()).spawn({
        let stop = Arc::clone(&stop);
        move || {
            Sender {
                clock,
                hands,
                in_command,
                told: Box::new(told),
                open: BTreeMap::new(),
                felt: VehicleFelt::default(),
            }
            .run(&wanted, &stop);
        }
    })?;
    Ok(EffectThread {
        to_devices: Some(to_devices),
        stop,
        thread: Some(thread),
    })
}

struct Sender {
    clock: Clock,
    hands: Hands,
    in_command: InCommand,
    told: Box<dyn FnMut(Felt) + Send>,
    open: BTreeMap<u32, Open>,
    felt: VehicleFelt,
}

impl Sender {
    fn run(mut self, wanted: &Receiver<Haptic>, stop: &std::sync::atomic::AtomicBool) {
        let mut next_torque = Instant::now();
        while !stop.load(std::sync::atomic::Ordering::Relaxed) {
            let wait = if self.open.values().any(Open::needs_torque) {
                next_torque.saturating_duration_since(Instant::now())
            } else {
                IDLE
            };
            let message = wanted.recv_timeout(wait);
            self.look_who_is_here();
            match message {
                Ok(Haptic::Rumble(rumble)) => self.rumble(rumble),
                Ok(Haptic::Quiet) => {
                    for open in self.open.values_mut() {
                        open.quiet();
                    }
                }
                Ok(Haptic::Vehicle(felt)) => {
                    self.felt = felt;
                    for open in self.open.values_mut() {
                        open.spring(felt);
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if Instant::now() >= next_torque {
                next_torque = Instant::now() + TORQUE_PERIOD;
                for open in self.open.values_mut() {
                    open.torque(self.felt);
                }
            }
        }
        for open in self.open.values_mut() {
            open.let_go();
        }
    }

    /// Opens what has come and forgets what has gone.
    fn look_who_is_here(&mut self) {
        let here = self.hands.now();
        self.open
            .retain(|device, open| here.get(device) == Some(&open.hand));
        for (device, hand) in here {
            self.open.entry(device).or_insert_with(|| Open::new(hand));
        }
    }

    fn rumble(&mut self, rumble: Rumble) {
        let chosen = self
            .in_command
            .get()
            .filter(|device| self.open.contains_key(device));
        let mut started = false;
        for (device, open) in &mut self.open {
            if chosen.is_some_and(|chosen| chosen != *device) {
                continue;
            }
            let before_ns = self.clock.now_ns();
            match open.rumble(rumble) {
                Ok(()) if !started => {
                    started = true;
                    if let Some((request, level)) = rumble.alert {
                        (self.told)(Felt::Started {
                            request,
                            level,
                            before_ns,
                            after_ns: self.clock.now_ns(),
                        });
                    }
                }
                Ok(()) => {}
                Err(why) => {
                    if !std::mem::replace(&mut open.told, true) {
                        (self.told)(Felt::Cannot {
                            device: *device,
                            name: open.hand.name.clone(),
                            why,
                        });
                    }
                }
            }
        }
    }
}

/// What a device can do and does.
struct Open {
    hand: Hand,
    /// Why nothing can be sent to it, or the file to send it through.
    device: Result<RawDevice, String>,
    rumble: Option<FFEffect>,
    spring: Option<FFEffect>,
    constant: Option<FFEffect>,
    /// Strength that the spring or the self-centring was last told.
    centring: Option<f32>,
    centre: i16,
    /// Angle at the last look, rad, and when.
    last: Option<(f32, Instant)>,
    /// Shaking in place of rumble: share of the torque, and until when.
    shake: Option<(f32, Instant)>,
    /// It has been told that this device cannot rumble.
    told: bool,
}

impl Open {
    fn new(hand: Hand) -> Self {
        let device = RawDevice::open(&hand.node).map_err(|e| e.to_string());
        let mut open = Self {
            hand,
            device,
            rumble: None,
            spring: None,
            constant: None,
            centring: None,
            centre: 0,
            last: None,
            shake: None,
            told: false,
        };
        if let Some(wheel) = open.hand.wheel {
            if open.can(FFEffectCode::FF_GAIN) {
                // Gains of effects are within the torques told; the device's own stays full, except
                // for springs of its own, which know no other limit.
                let gain = if open.has_spring() {
                    wheel.force.gain
                } else {
                    1.0
                };
                open.set(FFEffectCode::FF_GAIN, word(gain));
            }
            open.spring(VehicleFelt::default());
        }
        open
    }

    fn can(&self, what: FFEffectCode) -> bool {
        self.device
            .as_ref()
            .is_ok_and(|d| d.supported_ff().is_some_and(|ff| ff.contains(what)))
    }

    fn has_spring(&self) -> bool {
        self.can(FFEffectCode::FF_SPRING)
    }

    /// Whether a motor has to be told its torque again and again.
    fn needs_torque(&self) -> bool {
        self.hand.wheel.is_some() && !self.has_spring() && self.can(FFEffectCode::FF_CONSTANT)
    }

    /// Writes events, and ends the report they would otherwise leave open in the kernel.
    fn write(&mut self, code: u16, value: i32) -> io::Result<()> {
        match &mut self.device {
            Ok(device) => device.send_events(&[
                InputEvent::new(EventType::FORCEFEEDBACK.0, code, value),
                InputEvent::new(
                    EventType::SYNCHRONIZATION.0,
                    SynchronizationCode::SYN_REPORT.0,
                    0,
                ),
            ]),
            Err(why) => Err(io::Error::other(why.clone())),
        }
    }

    /// A property of the whole device. One that does not take it goes on without.
    fn set(&mut self, what: FFEffectCode, value: u16) {
        let _ = self.write(what.0, i32::from(value));
    }

    fn rumble(&mut self, rumble: Rumble) -> Result<(), String> {
        if let Err(why) = &self.device {
            return Err(format!("it cannot be opened: {why}"));
        }
        if !self.can(FFEffectCode::FF_RUMBLE) {
            if self.needs_torque() {
                let strength = rumble.strong.max(rumble.weak).clamp(0.0, 1.0);
                let time = Duration::from_secs_f32(rumble.duration.clamp(0.0, 60.0));
                self.shake = Some((strength, Instant::now() + time));
                return Ok(());
            }
            return Err("it has no rumble motor".to_owned());
        }
        let data = effect(
            0,
            // A 16-bit number of ms.
            (rumble.duration * 1000.0).clamp(1.0, 65_535.0) as u16,
            FFEffectKind::Rumble {
                strong_magnitude: word(rumble.strong),
                weak_magnitude: word(rumble.weak),
            },
        );
        let failed = |e: io::Error| format!("the kernel refuses the effect: {e}");
        let id = self.upload(Slot::Rumble, data).map_err(failed)?;
        self.write(id, 1).map_err(failed)
    }

    fn quiet(&mut self) {
        self.shake = None;
        if let Some(id) = self.rumble.as_ref().map(FFEffect::id) {
            // A device that is gone is quiet, too.
            let _ = self.write(id, 0);
        }
    }

    /// Uploads an effect, or changes it where it is there already, and returns its number.
    fn upload(&mut self, slot: Slot, data: FFEffectData) -> io::Result<u16> {
        let Ok(device) = &mut self.device else {
            return Err(io::ErrorKind::NotFound.into());
        };
        let place = match slot {
            Slot::Rumble => &mut self.rumble,
            Slot::Spring => &mut self.spring,
            Slot::Constant => &mut self.constant,
        };
        Ok(match place {
            Some(effect) => {
                effect.update(data)?;
                effect.id()
            }
            None => place.insert(device.upload_ff_effect(data)?).id(),
        })
    }

    /// Centring by a spring of the device's own, which answers faster than any program.
    fn spring(&mut self, felt: VehicleFelt) {
        let Some(wheel) = self.hand.wheel else {
            return;
        };
        let strength = wheel.force.centring(felt.speed);
        let follow = wheel.force.follow;
        let to = (felt.wheel as f32 / wheel.lock).clamp(-1.0, 1.0);
        let following = follow > 0.0 && !felt.by_operator;
        // Positive is right for the kernel.
        let centre = if following {
            (-to * 32_767.0) as i16
        } else {
            0
        };
        let strength = if following {
            strength.max(follow)
        } else {
            strength
        };
        let new = self
            .centring
            .is_none_or(|last| (last - strength).abs() >= SPRING_STEP);
        if self.has_spring() {
            if !new && centre.abs_diff(self.centre) < 64 {
                return;
            }
            // Full torque at the lock if the coefficient is 1; a quarter turn is what is meant.
            let coefficient = strength * wheel.lock / std::f32::consts::FRAC_PI_2;
            let coefficient = (coefficient.clamp(0.0, 1.0) * 32_767.0) as i16;
            let condition = FFCondition {
                right_saturation: word(strength),
                left_saturation: word(strength),
                right_coefficient: coefficient,
                left_coefficient: coefficient,
                deadband: 0,
                center: centre,
            };
            let kind = FFEffectKind::Spring {
                condition: [condition; 2],
            };
            let first = self.spring.is_none();
            if let Ok(id) = self.upload(Slot::Spring, effect(LEFT, 0, kind)) {
                if first {
                    self.set(FFEffectCode::FF_AUTOCENTER, 0);
                    let _ = self.write(id, 1);
                }
                (self.centring, self.centre) = (Some(strength), centre);
            }
        } else if new && self.can(FFEffectCode::FF_AUTOCENTER) {
            let centring = wheel.force.centring(felt.speed);
            self.set(
                FFEffectCode::FF_AUTOCENTER,
                word(centring * wheel.force.gain),
            );
            self.centring = Some(strength);
        }
    }

    /// Tells a motor without springs its torque.
    fn torque(&mut self, felt: VehicleFelt) {
        let Some(wheel) = self.hand.wheel.filter(|_| self.needs_torque()) else {
            return;
        };
        let Ok(device) = &self.device else {
            return;
        };
        let axis = AbsoluteAxisCode(wheel.axis);
        let Some(raw) = device
            .get_absinfo()
            .ok()
            .and_then(|mut axes| axes.find(|(code, _)| *code == axis))
            .map(|(_, info)| info.value())
        else {
            return;
        };
        let now = Instant::now();
        let angle = wheel.angle(raw);
        let rate = self.last.map_or(0.0, |(before, then)| {
            (angle - before) / (now - then).as_secs_f32().max(0.001)
        });
        self.last = Some((angle, now));
        let force = wheel.force;
        let centres_itself = self.can(FFEffectCode::FF_AUTOCENTER);
        let mut torque = force.torque(felt, angle, rate, centres_itself);
        match self.shake {
            Some((_, until)) if now >= until => self.shake = None,
            Some((strength, until)) => {
                let phase = (until - now).as_secs_f32() * SHAKE_HZ;
                let side = if phase.fract() < 0.5 { 1.0 } else { -1.0 };
                torque += side * strength * SHAKE * force.gain;
            }
            None => {}
        }
        if force.inverted {
            torque = -torque;
        }
        let first = self.constant.is_none();
        if first && torque == 0.0 {
            return;
        }
        let none = FFEnvelope {
            attack_length: 0,
            attack_level: 0,
            fade_length: 0,
            fade_level: 0,
        };
        let kind = FFEffectKind::Constant {
            level: (torque.clamp(-1.0, 1.0) * 32_767.0) as i16,
            envelope: none,
        };
        if let Ok(id) = self.upload(Slot::Constant, effect(LEFT, 0, kind))
            && first
        {
            let _ = self.write(id, 1);
        }
    }

    /// Leaves the device without force.
    fn let_go(&mut self) {
        self.quiet();
        if self.hand.wheel.is_some() && self.can(FFEffectCode::FF_AUTOCENTER) {
            self.set(FFEffectCode::FF_AUTOCENTER, 0);
        }
        // Dropping an effect removes it from the device.
        (self.rumble, self.spring, self.constant) = (None, None, None);
    }
}

#[derive(Clone, Copy)]
enum Slot {
    Rumble,
    Spring,
    Constant,
}

/// An effect that starts at once and lasts `length` ms (0: until it is stopped).
fn effect(direction: u16, length: u16, kind: FFEffectKind) -> FFEffectData {
    FFEffectData {
        direction,
        trigger: FFTrigger::default(),
        replay: FFReplay { length, delay: 0 },
        kind,
    }
}

/// A share as the kernel's 16-bit number.
fn word(share: f32) -> u16 {
    (share.clamp(0.0, 1.0) * 65_535.0) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wheels_reading_is_an_angle_positive_to_the_left() {
        let wheel = HandWheel {
            force: Force::default(),
            axis: 0,
            range: [0, 30_000, 65_535],
            lock: 7.85,
        };
        assert!((wheel.angle(0) - 7.85).abs() < 1e-3);
        assert!((wheel.angle(65_535) + 7.85).abs() < 1e-3);
        assert_eq!(wheel.angle(30_000), 0.0);
        assert!(wheel.angle(29_000) > 0.0);
        let reversed = HandWheel {
            range: [65_535, 30_000, 0],
            ..wheel
        };
        assert!((reversed.angle(0) + 7.85).abs() < 1e-3);
        assert!(reversed.angle(40_000) > 0.0);
    }

    #[test]
    fn shares_fill_the_kernels_words() {
        assert_eq!((word(0.0), word(1.0), word(7.0)), (0, 65_535, 65_535));
        assert_eq!(word(f32::NAN), 0);
    }
}
