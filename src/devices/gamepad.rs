//! The thread that reads gamepads.
//!
//! gilrs-core and not gilrs: gilrs plays rumble from a server of its own, which writes to every pad
//! that has rumble every 50 ms whether or not anything plays, and that spoils kernel stamps (see
//! [`timing`](super::timing)). gilrs-core writes nothing by itself.
//!
//! Known limits, all of gilrs-core 0.6: of two pads that come or go in the same instant the second
//! may be announced only at the next coming or going; a pad plugged in during the few ms of
//! start-up can be missed; controls held down while a pad appears are unknown until they move;
//! the "gilrs" thread that waits for udev outlives [`GamepadThread`] until the next announcement.
//! Generic joysticks without the kernel's gamepad codes move the stick axis, but have no buttons
//! that mean anything here: there is no mapping table below gilrs.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use gilrs_core::{EvCode, Event, EventType, Gilrs, IS_Y_AXIS_REVERSED};

use super::RawEvent;
use super::layout::{Layout, Role};
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

/// Starts reading all gamepads. Pads that are there already are reported as
/// [`Change::Connected`] first. `sink` runs on the thread, once per event in the order in which
/// the kernel gave them; it should only pass the event on, since the next one waits meanwhile.
/// Events of one kernel report share one time. Times of different reports of a pad may be out of
/// order by less than their uncertainties.
pub fn spawn(
    clock: Clock,
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
                let empty_ns = clock.now_ns();
                match Gilrs::new() {
                    Ok(gilrs) => {
                        // Fails only if the caller is gone, and then `stop` is set.
                        let _ = started.send(Ok(()));
                        Reader::new(clock, gilrs, empty_ns, sink).run(&stop);
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
    let there = |path: &str| std::path::Path::new(path).exists();
    !cfg!(target_os = "linux")
        || there("/run/udev")
        || there("/.flatpak-info")
        || std::env::var_os("GILRS_DISABLE_UDEV").is_some()
}

/// What is remembered about one pad.
#[derive(Clone, Copy, Debug, Default)]
struct Pad {
    layout: Layout,
    rumble: bool,
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

struct Reader<S> {
    clock: Clock,
    gilrs: Gilrs,
    sink: S,
    /// Indexed as gilrs-core does.
    pads: Vec<Pad>,
    /// A clock reading after which all queues were found empty.
    empty_ns: i64,
}

impl<S: FnMut(RawEvent)> Reader<S> {
    fn new(clock: Clock, gilrs: Gilrs, empty_ns: i64, sink: S) -> Self {
        Self {
            clock,
            gilrs,
            sink,
            pads: Vec::new(),
            empty_ns,
        }
    }

    fn run(mut self, stop: &AtomicBool) {
        for id in 0..self.gilrs.last_gamepad_hint() {
            if self.gilrs.gamepad(id).is_some_and(|pad| pad.is_connected()) {
                self.hotplug(id, true);
            }
        }
        // gilrs-core goes through the pads that had something to read, and only when they are done
        // asks the kernel about all pads. So the first `None` after an event says nothing about
        // the other pads; the second does.
        let mut asks_kernel = false;
        let mut early = 0;
        while !stop.load(Ordering::Relaxed) {
            let before_ns = self.clock.now_ns();
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

    fn event(&mut self, event: Event) {
        let id = event.id;
        let (code, change) = match event.event {
            EventType::Connected => return self.hotplug(id, true),
            EventType::Disconnected => return self.hotplug(id, false),
            EventType::AxisValueChanged(raw, code) => (code, self.axis(id, code, raw)),
            EventType::ButtonPressed(code) => (code, button(code, true)),
            EventType::ButtonReleased(code) => (code, button(code, false)),
            // gilrs-core may learn new kinds; none of them can be a control known here.
            _ => return,
        };
        let pair = Pair::read(&self.clock);
        let report = self.report(id, realtime_ns(event.time), pair);
        let role = self.pad(id).layout.role(code.into_u32());
        self.send(RawEvent {
            device: device_number(id),
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

    /// The report that an event with this stamp belongs to.
    fn report(&mut self, id: usize, kernel_realtime_ns: i64, pair: Pair) -> Report {
        let empty_ns = self.empty_ns;
        let pad = self.pad(id);
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
            rumble: pad.rumble,
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

    fn axis(&mut self, id: usize, code: EvCode, raw: i32) -> Change {
        let range = self
            .gilrs
            .gamepad(id)
            .and_then(|pad| pad.axis_info(code))
            .map_or((0, 0), |info| (info.min, info.max));
        let layout = self.pad(id).layout;
        let code = code.into_u32();
        Change::Axis {
            code,
            raw,
            value: layout.scale(code, raw, range, IS_Y_AXIS_REVERSED),
        }
    }

    fn hotplug(&mut self, id: usize, connected: bool) {
        let mut fresh = Pad::default();
        let change = match self.gilrs.gamepad(id) {
            Some(pad) if connected => {
                let axes: Vec<u32> = pad.axes().iter().map(|code| code.into_u32()).collect();
                fresh.layout = Layout::of(&axes);
                fresh.rumble = pad.is_ff_supported();
                Change::Connected {
                    name: pad.name().to_owned(),
                    uuid: pad
                        .uuid()
                        .iter()
                        .map(|byte| format!("{byte:02x}"))
                        .collect(),
                    rumble: fresh.rumble,
                }
            }
            _ => Change::Disconnected,
        };
        *self.pad(id) = fresh;
        let now = self.clock.now();
        self.send(RawEvent {
            device: device_number(id),
            role: Role::Other,
            change,
            time_ns: now.session_ns,
            realtime_ns: now.realtime_ns,
            stamp: Stamp::Arrival,
            uncertainty_ns: HOTPLUG_ALLOWANCE_NS,
            arrival_ns: now.session_ns,
            kernel_realtime_ns: 0,
        });
    }

    fn pad(&mut self, id: usize) -> &mut Pad {
        if id >= self.pads.len() {
            self.pads.resize(id + 1, Pad::default());
        }
        &mut self.pads[id]
    }

    fn send(&mut self, event: RawEvent) {
        (self.sink)(event);
    }
}

fn button(code: EvCode, pressed: bool) -> Change {
    Change::Button {
        code: code.into_u32(),
        pressed,
    }
}

/// The keyboard is 0, so pads count from 1.
fn device_number(id: usize) -> u32 {
    u32::try_from(id).unwrap_or(u32::MAX - 1) + 1
}
