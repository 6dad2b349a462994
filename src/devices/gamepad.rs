//! The thread that reads gamepads, wheels and joysticks.
//!
//! gilrs-core and not gilrs: gilrs plays rumble from a server of its own, which writes to every pad
//! that has rumble every 50 ms whether or not anything plays, and that spoils kernel stamps (see
//! [`timing`](super::timing)). gilrs-core writes nothing by itself; what is sent goes through
//! `effects`.
//!
//! gilrs-core 0.6 announces one coming or going for each time it is woken, so of two in the same
//! instant the second waits for the next, and a pad plugged in while it starts can be missed. On
//! Linux this thread therefore compares what gilrs-core knows with what the system lists, and
//! starts gilrs-core again if something stays unannounced (`Watch`). A "gilrs" thread that waits
//! for udev outlives each gilrs-core until the next announcement.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use gilrs_core::{EvCode, Event, EventType, Gilrs};

use super::RawEvent;
use super::layout::Role;
use super::profile::{Library, Profile, Profiled};
use super::timing::{Evidence, HOTPLUG_ALLOWANCE_NS, Pair, Timing, judge};
use crate::clock::{Clock, realtime_ns};
use crate::command::{Change, Stamp};

/// Longest wait for an event. It bounds how long stopping takes, and by how much a spoilt stamp can
/// be off without being caught; 100 polls a second cost about a thousandth of one processor.
const POLL: Duration = Duration::from_millis(10);

/// Empty-handed early returns in a row that are still taken for wake-ups by events that gilrs-core
/// skips. More means a pulled pad that udev has not announced yet: the kernel then reports an error
/// at once, every time, and the thread would spin.
const EARLY_RETURNS: u32 = 3;
const EARLY_PAUSE: Duration = Duration::from_millis(2);

/// Why no gamepads can be read. One line, without a full stop, for people.
#[derive(Debug)]
pub enum GamepadError {
    /// There is no udev here, so no gamepad could ever be found.
    NoUdev,
    /// gilrs-core could not start.
    Backend(String),
    /// The system gave no thread.
    Thread(std::io::Error),
}

impl fmt::Display for GamepadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoUdev => f.write_str(
                "gamepads cannot be found: udev is not running here (no /run/udev), as in most containers",
            ),
            Self::Backend(what) => write!(f, "gamepads cannot be read: {what}"),
            Self::Thread(e) => write!(f, "gamepads cannot be read: no thread for them: {e}"),
        }
    }
}

impl std::error::Error for GamepadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Thread(e) => Some(e),
            Self::NoUdev | Self::Backend(_) => None,
        }
    }
}

/// The running reader. Dropping it stops and joins the thread: a poll of 10 ms at most, and the
/// closing of the devices, which in the kernel takes longer (together 40 ms on a slow machine).
#[derive(Debug)]
pub struct GamepadThread {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for GamepadThread {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != thread::current().id()
        {
            // A panic in the sink has been reported by the panic hook already.
            let _ = thread.join();
        }
    }
}

/// A device as it is announced, beside its event.
#[derive(Clone, Debug)]
pub struct Found {
    pub device: u32,
    pub name: String,
    /// `/dev/input/event*`.
    pub node: PathBuf,
    pub profile: Profiled,
}

/// What the thread is given.
pub struct Given {
    pub clock: Clock,
    pub library: Arc<Library>,
    /// Where to tell the thread that sends effects which devices there are.
    #[cfg(target_os = "linux")]
    pub hands: super::effects::Hands,
}

/// Starts reading all devices. Those that are there already are reported as
/// [`Change::Connected`] first, each followed by where its steering stands. `found` is told each
/// device's profile just before. `sink` runs on the thread, once per event in the order in which
/// the kernel gave them; it should only pass the event on, since the next one waits meanwhile.
/// Events of one kernel report share one time. Times of different reports of a pad may be out of
/// order by less than their uncertainties.
///
/// # Errors
/// If there is no udev, or the system gives no thread.
pub fn spawn(
    given: Given,
    found: impl FnMut(&Found) + Send + 'static,
    sink: impl FnMut(RawEvent) + Send + 'static,
) -> Result<GamepadThread, GamepadError> {
    if !udev_is_here() {
        return Err(GamepadError::NoUdev);
    }
    let stop = Arc::new(AtomicBool::new(false));
    let (started, start) = mpsc::channel();
    let thread = thread::Builder::new()
        .name("gamepad".to_owned())
        .spawn({
            let stop = Arc::clone(&stop);
            move || {
                // Before the devices are opened, and hence before anything can be queued.
                let empty_ns = given.clock.now_ns();
                match Gilrs::new() {
                    Ok(gilrs) => {
                        // Fails only if the caller is gone, and then `stop` is set.
                        let _ = started.send(Ok(()));
                        let mut reader = Reader {
                            given,
                            gilrs,
                            found,
                            sink,
                            pads: Vec::new(),
                            slots: Vec::new(),
                            empty_ns,
                            replayed_ns: None,
                            watch: Watch::default(),
                        };
                        reader.run(&stop);
                    }
                    Err(e) => {
                        let _ = started.send(Err(GamepadError::Backend(e.to_string())));
                    }
                }
            }
        })
        .map_err(GamepadError::Thread)?;
    let running = GamepadThread {
        stop,
        thread: Some(thread),
    };
    match start.recv() {
        Ok(Ok(())) => Ok(running),
        Ok(Err(e)) => Err(e),
        Err(mpsc::RecvError) => Err(GamepadError::Backend("it failed while starting".to_owned())),
    }
}

/// libudev itself starts happily without udev and then never finds a device, which would leave
/// people wondering. In the two cases named last gilrs-core does without udev.
fn udev_is_here() -> bool {
    let there = |path: &str| Path::new(path).exists();
    !cfg!(target_os = "linux")
        || there("/run/udev")
        || there("/.flatpak-info")
        || std::env::var_os("GILRS_DISABLE_UDEV").is_some()
}

/// What is remembered about one device. Its number is its place in the list, plus one.
#[derive(Clone, Debug)]
struct Pad {
    connected: bool,
    uuid: String,
    node: PathBuf,
    profile: Arc<Profile>,
    /// Effects can be sent to it, so its stamps can be spoilt.
    takes_effects: bool,
    report: Option<Report>,
}

/// The last report of a pad; all its events get the same time.
#[derive(Clone, Copy, Debug)]
struct Report {
    kernel_realtime_ns: i64,
    /// The queue was last seen empty then. A later report can have the same stamp only if both are
    /// wrong, and then the queue was seen empty in between.
    empty_ns: i64,
    timing: Timing,
    realtime_ns: i64,
}

struct Reader<F, S> {
    given: Given,
    gilrs: Gilrs,
    found: F,
    sink: S,
    pads: Vec<Pad>,
    /// By gilrs-core's number: which of `pads` it is.
    slots: Vec<Option<usize>>,
    /// A clock reading after which all queues were found empty.
    empty_ns: i64,
    /// gilrs-core was started again; events stamped up to then, ns since the Unix epoch, have been
    /// read before.
    replayed_ns: Option<i64>,
    watch: Watch,
}

impl<F: FnMut(&Found), S: FnMut(RawEvent)> Reader<F, S> {
    fn run(&mut self, stop: &AtomicBool) {
        self.announce_all();
        // gilrs-core goes through the pads that had something to read, and only when they are done
        // asks the kernel about all pads. So the first `None` after an event says nothing about
        // the other pads; the second does.
        let mut asks_kernel = false;
        let mut early = 0;
        while !stop.load(Ordering::Relaxed) {
            let before_ns = self.given.clock.now_ns();
            if let Some(event) = self.gilrs.next_event() {
                asks_kernel = false;
                early = 0;
                self.event(event);
                continue;
            }
            if !asks_kernel {
                asks_kernel = true;
                continue;
            }
            self.empty_ns = before_ns;
            self.replayed_ns = None;
            let known = self.pads.iter().filter(|pad| pad.connected);
            if self
                .watch
                .something_is_amiss(known.map(|pad| pad.node.as_path()))
            {
                self.start_again();
                asks_kernel = false;
                continue;
            }
            let began = Instant::now();
            if let Some(event) = self.gilrs.next_event_blocking(Some(POLL)) {
                asks_kernel = false;
                early = 0;
                self.event(event);
            } else if began.elapsed() >= POLL / 2 {
                early = 0;
            } else {
                early += 1;
                if early > EARLY_RETURNS {
                    thread::sleep(EARLY_PAUSE);
                }
            }
        }
    }

    /// Announces all that gilrs-core has found by itself.
    fn announce_all(&mut self) {
        for id in 0..self.gilrs.last_gamepad_hint() {
            if self.gilrs.gamepad(id).is_some_and(|pad| pad.is_connected()) {
                self.connected(id);
            }
        }
    }

    /// Has gilrs-core look for devices afresh. The new one is open before the old one has been
    /// read to its end, so no event is lost, and those that both have are dropped by their stamps.
    fn start_again(&mut self) {
        let Ok(fresh) = Gilrs::new() else {
            return;
        };
        while let Some(event) = self.gilrs.next_event() {
            self.event(event);
        }
        let until_ns = self.given.clock.now().realtime_ns;
        self.gilrs = fresh;
        self.slots.clear();
        let nodes: Vec<PathBuf> = (0..self.gilrs.last_gamepad_hint())
            .filter_map(|id| Some(node(self.gilrs.gamepad(id)?)))
            .collect();
        for place in 0..self.pads.len() {
            if self.pads[place].connected && !nodes.contains(&self.pads[place].node) {
                self.disconnected(place);
            }
        }
        self.announce_all();
        self.replayed_ns = Some(until_ns);
    }

    fn event(&mut self, event: Event) {
        let (id, code) = (event.id, event.event);
        let place = self.slots.get(id).copied().flatten();
        let (code, raw, is_axis) = match (code, place) {
            (EventType::Connected, _) => return self.connected(id),
            (EventType::Disconnected, Some(place)) => return self.disconnected(place),
            (EventType::AxisValueChanged(raw, code), Some(_)) => (code, raw, true),
            (EventType::ButtonPressed(code), Some(_)) => (code, 1, false),
            (EventType::ButtonReleased(code), Some(_)) => (code, 0, false),
            // gilrs-core may learn new kinds; none of them can be a control known here.
            _ => return,
        };
        let Some(place) = place else {
            return;
        };
        let stamp_ns = realtime_ns(event.time);
        if self.replayed_ns.is_some_and(|until| stamp_ns <= until) && self.has_read(place, stamp_ns)
        {
            return;
        }
        let pair = Pair::read(&self.given.clock);
        let report = self.report(place, stamp_ns, pair);
        let range = self.range(id, code);
        let profile = &self.pads[place].profile;
        let code = code.into_u32();
        let role = profile.role(code);
        let change = if is_axis {
            Change::Axis {
                code,
                raw,
                value: profile.scale(code, raw, range),
            }
        } else {
            Change::Button {
                code,
                pressed: raw == 1,
            }
        };
        (self.sink)(RawEvent {
            device: number(place),
            role,
            change,
            time_ns: report.timing.time_ns,
            realtime_ns: report.realtime_ns,
            stamp: report.timing.stamp,
            uncertainty_ns: report.timing.uncertainty_ns,
            arrival_ns: pair.now.session_ns,
            kernel_realtime_ns: report.kernel_realtime_ns,
        });
    }

    /// Whether a report with this stamp has been read from this pad.
    fn has_read(&self, place: usize, stamp_ns: i64) -> bool {
        self.pads[place]
            .report
            .is_some_and(|last| stamp_ns <= last.kernel_realtime_ns)
    }

    fn range(&self, id: usize, code: EvCode) -> (i32, i32) {
        let pad = self.gilrs.gamepad(id);
        pad.and_then(|pad| pad.axis_info(code))
            .map_or((0, 0), |info| (info.min, info.max))
    }

    /// The report that an event with this stamp belongs to.
    fn report(&mut self, place: usize, kernel_realtime_ns: i64, pair: Pair) -> Report {
        let empty_ns = self.empty_ns;
        let pad = &mut self.pads[place];
        if let Some(report) = pad.report
            && report.kernel_realtime_ns == kernel_realtime_ns
            && report.empty_ns == empty_ns
        {
            return report;
        }
        let timing = judge(Evidence {
            stamp_ns: Clock::from_realtime(pair.now, kernel_realtime_ns),
            mapping_ns: pair.width_ns,
            arrival_ns: pair.now.session_ns,
            empty_ns,
            previous_ns: pad.report.map(|report| report.timing.earliest_ns()),
            rumble: pad.takes_effects,
        });
        let report = Report {
            kernel_realtime_ns,
            empty_ns,
            timing,
            realtime_ns: match timing.stamp {
                Stamp::Kernel => kernel_realtime_ns,
                Stamp::Arrival | Stamp::Model => pair.now.realtime_ns,
            },
        };
        pad.report = Some(report);
        report
    }

    /// gilrs-core has this device. It may be known already, under another number.
    fn connected(&mut self, id: usize) {
        let Some(pad) = self.gilrs.gamepad(id) else {
            return;
        };
        let node = node(pad);
        let name = pad.name().to_owned();
        let uuid: String = pad.uuid().iter().map(|b| format!("{b:02x}")).collect();
        if id >= self.slots.len() {
            self.slots.resize(id + 1, None);
        }
        let same = |p: &Pad| p.connected && p.uuid == uuid && p.node == node;
        if let Some(place) = self.pads.iter().position(same) {
            self.slots[id] = Some(place);
            return;
        }
        let codes: Vec<u32> = (pad.axes().iter().chain(pad.buttons()))
            .map(|code| code.into_u32())
            .collect();
        let profiled = self.given.library.of(&name, &uuid, &codes);
        let profile = Arc::clone(&profiled.profile);
        let steering = profile.axis(Role::Steering).map(|axis| axis.code);
        let range = steering
            .and_then(|code| pad.axes().iter().find(|known| known.into_u32() == code))
            .map(|code| self.range(id, *code));
        let more = More::of(&node, pad.is_ff_supported(), steering);
        let fresh = Pad {
            connected: true,
            uuid: uuid.clone(),
            node,
            profile,
            takes_effects: more.takes_effects,
            report: None,
        };
        let back = |p: &Pad| !p.connected && p.uuid == uuid;
        let place = match self.pads.iter().position(back) {
            Some(place) => {
                self.pads[place] = fresh;
                place
            }
            None => {
                self.pads.push(fresh);
                self.pads.len() - 1
            }
        };
        self.slots[id] = Some(place);
        #[cfg(target_os = "linux")]
        self.tell_hands(place, &name, range);
        (self.found)(&Found {
            device: number(place),
            name: name.clone(),
            node: self.pads[place].node.clone(),
            profile: profiled,
        });
        let rumble = more.rumbles;
        self.hotplug(place, Role::Other, Change::Connected { name, uuid, rumble });
        if let (Some(code), Some(raw), Some(range)) = (steering, more.steering_at, range) {
            let value = self.pads[place].profile.scale(code, raw, range);
            let change = Change::Found { code, raw, value };
            self.hotplug(place, Role::Steering, change);
        }
    }

    #[cfg(target_os = "linux")]
    fn tell_hands(&self, place: usize, name: &str, kernel: Option<(i32, i32)>) {
        use super::effects::{Hand, HandWheel};
        let pad = &self.pads[place];
        let axis = pad.profile.axis(Role::Steering);
        let wheel = (pad.profile.kind == super::profile::Kind::Wheel)
            .then(|| {
                let axis = axis?;
                let (min, max) = kernel?;
                let [min, centre, max] = axis.range.unwrap_or([min, min.midpoint(max), max]);
                Some(HandWheel {
                    force: pad.profile.force,
                    axis: (axis.code & 0xffff) as u16,
                    range: if axis.inverted {
                        [max, centre, min]
                    } else {
                        [min, centre, max]
                    },
                    lock: pad.profile.steering.full,
                })
            })
            .flatten();
        let hand = Hand {
            node: pad.node.clone(),
            name: name.to_owned(),
            wheel,
        };
        self.given.hands.here(number(place), hand);
    }

    fn disconnected(&mut self, place: usize) {
        for slot in &mut self.slots {
            slot.take_if(|known| *known == place);
        }
        let pad = &mut self.pads[place];
        pad.connected = false;
        pad.report = None;
        #[cfg(target_os = "linux")]
        self.given.hands.gone(number(place));
        self.hotplug(place, Role::Other, Change::Disconnected);
    }

    fn hotplug(&mut self, place: usize, role: Role, change: Change) {
        let now = self.given.clock.now();
        (self.sink)(RawEvent {
            device: number(place),
            role,
            change,
            time_ns: now.session_ns,
            realtime_ns: now.realtime_ns,
            stamp: Stamp::Arrival,
            uncertainty_ns: HOTPLUG_ALLOWANCE_NS,
            arrival_ns: now.session_ns,
            kernel_realtime_ns: 0,
        });
    }
}

/// The keyboard is 0, so pads count from 1.
fn number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX - 1) + 1
}

#[cfg(target_os = "linux")]
fn node(pad: &gilrs_core::Gamepad) -> PathBuf {
    use gilrs_core::LinuxGamepadExt;
    pad.devpath().to_owned()
}

#[cfg(not(target_os = "linux"))]
fn node(_pad: &gilrs_core::Gamepad) -> PathBuf {
    PathBuf::new()
}

/// What gilrs-core does not tell of a device.
struct More {
    takes_effects: bool,
    rumbles: bool,
    /// Reading of the steering axis now.
    steering_at: Option<i32>,
}

impl More {
    #[cfg(target_os = "linux")]
    fn of(node: &Path, by_gilrs: bool, steering: Option<u32>) -> Self {
        use evdev::{AbsoluteAxisCode, FFEffectCode, raw_stream::RawDevice};
        let Ok(device) = RawDevice::open(node) else {
            return Self {
                takes_effects: by_gilrs,
                rumbles: by_gilrs,
                steering_at: None,
            };
        };
        let effects = device.supported_ff();
        let steering = steering.map(|code| AbsoluteAxisCode((code & 0xffff) as u16));
        let steering_at = steering.and_then(|wanted| {
            let mut axes = device.get_absinfo().ok()?;
            Some(axes.find(|(axis, _)| *axis == wanted)?.1.value())
        });
        Self {
            takes_effects: effects.is_some(),
            rumbles: effects.is_some_and(|ff| ff.contains(FFEffectCode::FF_RUMBLE)),
            steering_at,
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn of(_node: &Path, by_gilrs: bool, _steering: Option<u32>) -> Self {
        Self {
            takes_effects: by_gilrs,
            rumbles: by_gilrs,
            steering_at: None,
        }
    }
}

/// Notices that gilrs-core has missed a coming or going.
#[derive(Debug, Default)]
struct Watch {
    looked: Option<Instant>,
    /// The system's list when all was well.
    fine: Vec<u32>,
    /// Since when the system's list has differed from what gilrs-core knows.
    differs: Option<Instant>,
    /// How often gilrs-core was started again for this difference. What it does not take (a
    /// device that this user may not open) it will never take.
    tried: u32,
}

/// How often the system's list is read: a folder, and for new devices a few small files.
const LOOK: Duration = Duration::from_millis(100);
/// A coming or going unannounced for so long has been missed: announcing takes under 0.1 s.
const MISSED: Duration = Duration::from_millis(400);
const TRIES: u32 = 2;

#[cfg(target_os = "linux")]
impl Watch {
    /// Whether gilrs-core should be started again. `known` are the nodes it has.
    fn something_is_amiss<'a>(&mut self, known: impl Iterator<Item = &'a Path>) -> bool {
        use super::nodes;
        let now = Instant::now();
        if self.looked.is_some_and(|then| now - then < LOOK) {
            return false;
        }
        self.looked = Some(now);
        let known: Vec<&Path> = known.collect();
        let there = nodes::names();
        let is_there = |node: &Path| {
            there
                .iter()
                .any(|n| node == Path::new(&format!("/dev/input/event{n}")))
        };
        let missed_gone = known.iter().any(|node| !is_there(node));
        let missed_new = || {
            there != self.fine
                && there.iter().any(|n| {
                    let node = format!("/dev/input/event{n}");
                    !known.contains(&Path::new(&node))
                        && nodes::read(Path::new("/sys/class/input"), *n)
                            .is_some_and(|node| node.is_joystick() && node.openable().is_ok())
                })
        };
        if !missed_gone && !missed_new() {
            (self.differs, self.tried) = (None, 0);
            self.fine = there;
            return false;
        }
        let since = *self.differs.get_or_insert(now);
        if now - since < MISSED || self.tried >= TRIES {
            return false;
        }
        self.tried += 1;
        self.differs = None;
        true
    }
}

#[cfg(not(target_os = "linux"))]
impl Watch {
    fn something_is_amiss<'a>(&mut self, _known: impl Iterator<Item = &'a Path>) -> bool {
        false
    }
}
