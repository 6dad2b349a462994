//! What `takeover devices` does where devices can be read.

use super::super::{Done, print, say};
use super::{Args, DeviceWord};
use anyhow::{Context, anyhow, bail};
use serde_json::json;
use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};
use takeover::clock::Clock;
use takeover::command::{Change, Stamp};
use takeover::devices::calibrate::{Calibration, Step};
use takeover::devices::effects::{self, EffectThread};
use takeover::devices::gamepad::{self, Found, GamepadThread};
use takeover::devices::haptics::{Felt, Haptic, InCommand, Rumble};
use takeover::devices::layout::Role;
use takeover::devices::nodes::{self, Node};
use takeover::devices::profile::{Kind, Library, Origin, Profiled};
use takeover::devices::{RawEvent, codes};

pub fn devices(args: &Args) -> anyhow::Result<Done> {
    let (library, left_out) = Library::load(args.profile.as_deref())?;
    for error in left_out {
        say(format_args!("takeover: {error}; this profile is left out"));
    }
    let library = Arc::new(library);
    if args.watch {
        watch(args, library)
    } else if args.rumble {
        rumble(args, library)
    } else if args.calibrate {
        calibrate(args, library)
    } else {
        list(args, &library)
    }
}

/// One device of the list. Its number is the one that it has in a run that starts now.
struct Listed {
    number: u32,
    node: Node,
    profiled: Profiled,
    /// Axis codes with their ranges, where the device can be opened.
    ranges: BTreeMap<u32, (i32, i32)>,
    closed: Option<String>,
}

fn listed(library: &Library) -> Vec<Listed> {
    let mut number = 0;
    nodes::joysticks()
        .into_iter()
        .map(|node| {
            let codes: Vec<u32> = node.axes.iter().chain(&node.buttons).copied().collect();
            let profiled = library.of(&node.name, &node.uuid(), &codes);
            let closed = node.openable().err().map(|e| e.to_string());
            if closed.is_none() {
                number += 1;
            }
            Listed {
                number: if closed.is_none() { number } else { 0 },
                ranges: ranges(&node.path),
                node,
                profiled,
                closed,
            }
        })
        .collect()
}

fn ranges(path: &Path) -> BTreeMap<u32, (i32, i32)> {
    let Ok(device) = evdev::raw_stream::RawDevice::open(path) else {
        return BTreeMap::new();
    };
    let Ok(axes) = device.get_absinfo() else {
        return BTreeMap::new();
    };
    axes.map(|(code, info)| {
        let code = codes::EV_ABS | u32::from(code.0);
        (code, (info.minimum(), info.maximum()))
    })
    .collect()
}

/// What a device can play, in words.
fn effects_of(node: &Node) -> Vec<&'static str> {
    [
        (0x50, "rumble"),
        (0x52, "constant force"),
        (0x53, "spring"),
        (0x60, "gain"),
        (0x61, "self-centring"),
    ]
    .into_iter()
    .filter(|(code, _)| node.effects.contains(code))
    .map(|(_, name)| name)
    .collect()
}

fn role_name(role: Role) -> &'static str {
    match role {
        Role::Steering => "steering",
        Role::Accelerator => "accelerator",
        Role::Brake => "brake",
        Role::Pedals => "both pedals",
        Role::TakeOver => "take over",
        Role::HandBack => "hand back",
        Role::NoNeed => "no need",
        Role::View => "view",
        Role::Pause => "pause",
        Role::Up => "up",
        Role::Down => "down",
        Role::Left => "left",
        Role::Right => "right",
        Role::Confirm => "confirm",
        Role::Back => "back",
        Role::Sideways => "menu sideways",
        Role::Lengthways => "menu up and down",
        Role::Other => "-",
    }
}

fn list(args: &Args, library: &Library) -> anyhow::Result<Done> {
    let devices: Vec<Listed> = listed(library)
        .into_iter()
        .filter(|d| args.device.is_none_or(|n| n == d.number))
        .collect();
    if args.json {
        let all: Vec<_> = devices.iter().map(as_json).collect();
        print([serde_json::to_string_pretty(&all)?])?;
        return Ok(Done::Fine);
    }
    if devices.is_empty() {
        say(match args.device {
            Some(n) => format!("there is no device {n}; `takeover devices` lists what there is"),
            None => "no gamepad, wheel or joystick is plugged in; in the window the keyboard works, and one can be plugged in at any time".into(),
        });
    }
    if !Path::new("/run/udev").exists() {
        say(
            "udev is not running here (no /run/udev), so runs cannot read devices; the keyboard works",
        );
    }
    let mut lines = Vec::new();
    for d in &devices {
        lines.extend(as_lines(d));
    }
    print(lines)?;
    Ok(Done::Fine)
}

fn as_json(d: &Listed) -> serde_json::Value {
    let profile = &d.profiled.profile;
    let axes: Vec<_> = d
        .node
        .axes
        .iter()
        .map(|code| {
            let range = d.ranges.get(code);
            json!({
                "code": codes::name(*code),
                "role": format!("{:?}", profile.role(*code)),
                "min": range.map(|r| r.0),
                "max": range.map(|r| r.1),
            })
        })
        .collect();
    let buttons: Vec<_> = d
        .node
        .buttons
        .iter()
        .map(|code| {
            json!({
                "code": codes::name(*code),
                "role": format!("{:?}", profile.role(*code)),
            })
        })
        .collect();
    json!({
        "device": d.number,
        "name": d.node.name,
        "kind": profile.kind.label(),
        "vendor": format!("{:04x}", d.node.vendor),
        "product": format!("{:04x}", d.node.product),
        "uuid": d.node.uuid(),
        "node": d.node.path,
        "usable": d.closed.is_none(),
        "profile": profile.name,
        "profile_from": d.profiled.origin.to_string(),
        "axes": axes,
        "buttons": buttons,
        "effects": effects_of(&d.node),
    })
}

fn as_lines(d: &Listed) -> Vec<String> {
    let (node, profile) = (&d.node, &d.profiled.profile);
    let number = if d.closed.is_some() {
        "-".to_owned()
    } else {
        d.number.to_string()
    };
    let mut lines = vec![format!(
        "{number}  {}  ({}, {:04x}:{:04x}, {})",
        node.name,
        profile.kind.label(),
        node.vendor,
        node.product,
        node.path.display()
    )];
    if let Some(why) = &d.closed {
        lines.push(format!(
            "   cannot be used: {why}; the group `input` may open it (sudo usermod -aG input $USER, then log in again)"
        ));
    }
    lines.push(format!("   profile  {}", d.profiled.origin));
    let axes: Vec<String> = node
        .axes
        .iter()
        .map(|code| {
            let range = d.ranges.get(code);
            let range = range.map_or(String::new(), |(min, max)| format!(" {min}..{max}"));
            match profile.role(*code) {
                Role::Other => format!("{}{range}", codes::name(*code)),
                role => format!("{} = {}{range}", codes::name(*code), role_name(role)),
            }
        })
        .collect();
    lines.push(format!("   axes     {}", axes.join(", ")));
    let (with, without): (Vec<u32>, Vec<u32>) = node
        .buttons
        .iter()
        .copied()
        .partition(|code| profile.role(*code) != Role::Other);
    let buttons: Vec<String> = with
        .iter()
        .map(|code| {
            format!(
                "{} = {}",
                codes::name(*code),
                role_name(profile.role(*code))
            )
        })
        .collect();
    lines.push(format!(
        "   buttons  {}; {} more",
        buttons.join(", "),
        without.len()
    ));
    let effects = effects_of(node);
    lines.push(format!(
        "   effects  {}",
        if effects.is_empty() {
            "none".to_owned()
        } else {
            effects.join(", ")
        }
    ));
    if d.profiled.origin == Origin::MadeUp {
        lines.push(
            "   if this is wrong: `takeover devices --calibrate` writes a profile".to_owned(),
        );
    }
    lines
}

/// Running threads, and what comes from them.
struct Running {
    events: Receiver<RawEvent>,
    found: Receiver<Found>,
    felt: Receiver<Felt>,
    in_command: InCommand,
    effects: EffectThread,
    stop: Arc<AtomicBool>,
    _reader: GamepadThread,
}

fn start(library: Arc<Library>) -> anyhow::Result<Running> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    ctrlc::set_handler(move || flag.store(true, Ordering::Relaxed))
        .context("cannot watch for Ctrl-C")?;
    let clock = Clock::start();
    let hands = effects::Hands::default();
    let in_command = InCommand::default();
    let (to_felt, felt) = channel();
    let (to_found, found) = channel();
    let (to_events, events) = channel();
    let told = move |f| drop(to_felt.send(f));
    let effects = effects::spawn(clock, hands.clone(), in_command.clone(), told)
        .context("no thread to send effects")?;
    let given = gamepad::Given {
        clock,
        library,
        hands,
    };
    let found_too = move |f: &Found| drop(to_found.send(f.clone()));
    let reader = gamepad::spawn(given, found_too, move |e| drop(to_events.send(e)))
        .map_err(|e| anyhow!("{e}; in the window the keyboard works"))?;
    Ok(Running {
        events,
        found,
        felt,
        in_command,
        effects,
        stop,
        _reader: reader,
    })
}

impl Running {
    /// The next event, or none when it is time to look elsewhere.
    fn next(&self, wait: Duration) -> Option<RawEvent> {
        self.events.recv_timeout(wait).ok()
    }

    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// Live values of one device.
#[derive(Default)]
struct Values {
    name: String,
    /// Role, raw and scaled reading by code.
    axes: BTreeMap<u32, (Role, i32, f32)>,
    held: BTreeMap<u32, Role>,
}

fn watch(args: &Args, library: Arc<Library>) -> anyhow::Result<Done> {
    let running = start(library)?;
    let began = Instant::now();
    let over = || {
        args.seconds
            .is_some_and(|s| began.elapsed().as_secs_f64() >= s)
    };
    let redraws = std::io::stdout().is_terminal() && !args.json;
    let mut values: BTreeMap<u32, Values> = BTreeMap::new();
    let mut drawn_lines = 0;
    let mut drawn = Instant::now();
    say("watching; Ctrl-C ends");
    while !running.stopped() && !over() {
        let event = running.next(Duration::from_millis(50));
        if let Some(event) = &event {
            if args.device.is_some_and(|n| n != event.device) {
                continue;
            }
            note(&mut values, event);
            if args.json {
                print([event_json(event).to_string()])?;
            } else if !redraws {
                print([event_line(event)])?;
            }
        }
        if redraws && drawn.elapsed() >= Duration::from_millis(50) {
            drawn = Instant::now();
            let lines: Vec<String> = values.iter().map(|(n, v)| value_line(*n, v)).collect();
            let mut out = std::io::stdout().lock();
            // Up to where the last block began, and each line anew to its end.
            let up = if drawn_lines > 0 {
                format!("\x1b[{drawn_lines}A")
            } else {
                String::new()
            };
            let block: String = lines.iter().map(|l| format!("\x1b[2K{l}\n")).collect();
            out.write_all(format!("{up}{block}").as_bytes())
                .and_then(|()| out.flush())
                .context("cannot write the result to standard output")?;
            drawn_lines = lines.len();
        }
    }
    Ok(Done::Fine)
}

fn note(values: &mut BTreeMap<u32, Values>, event: &RawEvent) {
    let v = values.entry(event.device).or_default();
    match &event.change {
        Change::Connected { name, .. } => v.name.clone_from(name),
        Change::Disconnected => {
            values.remove(&event.device);
        }
        Change::Axis { code, raw, value } | Change::Found { code, raw, value } => {
            v.axes.insert(*code, (event.role, *raw, *value));
        }
        Change::Button { code, pressed } => {
            if *pressed {
                v.held.insert(*code, event.role);
            } else {
                v.held.remove(code);
            }
        }
        Change::Key { .. } | Change::Set => {}
    }
}

fn value_line(number: u32, v: &Values) -> String {
    let axes = v.axes.iter().map(|(code, (role, raw, value))| {
        let name = match role {
            Role::Other => codes::name(*code),
            role => role_name(*role).to_owned(),
        };
        format!("{name} {value:+.3} ({raw})")
    });
    let held = v.held.iter().map(|(code, role)| match role {
        Role::Other => format!("[{}]", codes::name(*code)),
        role => format!("[{}]", role_name(*role)),
    });
    let all: Vec<String> = axes.chain(held).collect();
    format!("{number}  {}: {}", v.name, all.join("  "))
}

fn stamp_name(stamp: Stamp) -> &'static str {
    match stamp {
        Stamp::Kernel => "kernel",
        Stamp::Arrival => "arrival",
        Stamp::Model => "model",
    }
}

fn event_line(event: &RawEvent) -> String {
    let what = match &event.change {
        Change::Connected { name, rumble, .. } => {
            let rumble = if *rumble { "with" } else { "without" };
            format!("plugged in: {name}, {rumble} rumble")
        }
        Change::Disconnected => "pulled out".to_owned(),
        Change::Axis { code, raw, value } => {
            format!(
                "{:<14} {raw:>6} {value:+.4}  {}",
                codes::name(*code),
                role_name(event.role)
            )
        }
        Change::Found { code, raw, value } => {
            format!(
                "{:<14} {raw:>6} {value:+.4}  stands there",
                codes::name(*code)
            )
        }
        Change::Button { code, pressed } => {
            let state = if *pressed { "pressed" } else { "released" };
            format!(
                "{:<14} {state}  {}",
                codes::name(*code),
                role_name(event.role)
            )
        }
        Change::Key { name, .. } => name.clone(),
        Change::Set => String::new(),
    };
    format!(
        "{:>10.4} s ±{:.3} ms {}  device {}  {what}",
        event.time_ns as f64 / 1e9,
        event.uncertainty_ns as f64 / 1e6,
        stamp_name(event.stamp),
        event.device,
    )
}

fn event_json(event: &RawEvent) -> serde_json::Value {
    json!({
        "device": event.device,
        "role": format!("{:?}", event.role),
        "change": event.change,
        "time_ns": event.time_ns,
        "realtime_ns": event.realtime_ns,
        "uncertainty_ns": event.uncertainty_ns,
        "stamp": event.stamp,
    })
}

/// Waits until the devices that are plugged in have been announced.
fn found(args: &Args, running: &Running) -> anyhow::Result<Vec<Found>> {
    let mut found = Vec::new();
    while let Ok(one) = running.found.recv_timeout(Duration::from_millis(300)) {
        found.push(one);
    }
    found.retain(|f| args.device.is_none_or(|n| n == f.device));
    if found.is_empty() {
        match args.device {
            Some(n) => bail!("there is no device {n}; `takeover devices` lists what there is"),
            None => bail!(
                "no gamepad, wheel or joystick is plugged in that can be used; `takeover devices` tells more"
            ),
        }
    }
    Ok(found)
}

fn rumble(args: &Args, library: Arc<Library>) -> anyhow::Result<Done> {
    let running = start(library)?;
    let to_devices = running
        .effects
        .to_devices()
        .context("nothing can be sent to devices")?;
    for device in found(args, &running)? {
        running.in_command.set(Some(device.device));
        let wheel = device.profile.profile.kind == Kind::Wheel;
        for (strong, weak, motor) in [
            (1.0, 0.0, "strong motor (low)"),
            (0.0, 1.0, "weak motor (high)"),
            (1.0, 1.0, "both"),
        ] {
            if running.stopped() {
                return Ok(Done::Fine);
            }
            let motor = if wheel { "the wheel's motor" } else { motor };
            let rumble = Rumble {
                strong,
                weak,
                duration: 0.6,
                alert: Some((0, 0)),
            };
            let _ = to_devices.send(Haptic::Rumble(rumble));
            match running.felt.recv_timeout(Duration::from_secs(3)) {
                Ok(Felt::Started {
                    before_ns,
                    after_ns,
                    ..
                }) => print([format!(
                    "{}  {}: {motor}, 0.6 s; handed to the kernel in {:.2} ms",
                    device.device,
                    device.name,
                    (after_ns - before_ns) as f64 / 1e6
                )])?,
                Ok(Felt::Cannot { why, .. }) => {
                    print([format!("{}  {}: {why}", device.device, device.name)])?;
                    break;
                }
                Err(_) => bail!(
                    "{}: the device does not answer; pull it out and plug it in again",
                    device.name
                ),
            }
            std::thread::sleep(Duration::from_millis(900));
            if wheel {
                break;
            }
        }
    }
    Ok(Done::Fine)
}

/// What a device is, by what it can do, unless told.
fn kind_of(node: &Node, word: Option<DeviceWord>) -> Kind {
    match word {
        Some(DeviceWord::Gamepad) => Kind::Gamepad,
        Some(DeviceWord::Wheel) => Kind::Wheel,
        Some(DeviceWord::Joystick) => Kind::Joystick,
        None => {
            let plays = |code: u32| node.effects.contains(&code);
            let pad = node.buttons.contains(&takeover::devices::layout::BTN_SOUTH);
            if node.name.to_lowercase().contains("wheel") || (!pad && plays(0x61)) {
                Kind::Wheel
            } else if pad {
                Kind::Gamepad
            } else {
                Kind::Joystick
            }
        }
    }
}

fn calibrate(args: &Args, library: Arc<Library>) -> anyhow::Result<Done> {
    let running = start(library)?;
    let devices = found(args, &running)?;
    let [device] = &devices[..] else {
        bail!(
            "{} devices are plugged in: say which one to calibrate with --device N (`takeover devices` numbers them)",
            devices.len()
        );
    };
    let node = nodes::joysticks()
        .into_iter()
        .find(|n| n.path == device.node)
        .context("the device is gone")?;
    let kind = kind_of(&node, args.kind);
    let path = new_file(args, &node)?;
    let axes = readings(&node.path)?;
    let began = Instant::now();
    let now = || began.elapsed().as_secs_f64();
    let mut calibration = Calibration::new(&axes, 0.0);
    say(format_args!(
        "calibrating {} as a {}; Ctrl-C leaves without writing",
        node.name,
        kind.label()
    ));
    tell(calibration.step())?;
    while calibration.step() != Step::Done {
        if running.stopped() {
            say("left; nothing was written");
            return Ok(Done::Incomplete);
        }
        if args.seconds.is_some_and(|s| now() >= s) {
            bail!(
                "the time is over, and nothing was written; still to do: {}",
                calibration.step().prompt()
            );
        }
        if let Some(event) = running.next(Duration::from_millis(20))
            && event.device == device.device
        {
            match event.change {
                Change::Axis { code, raw, .. } => calibration.axis(code, raw, now()),
                Change::Button { code, pressed } => calibration.button(code, pressed),
                Change::Disconnected => bail!("the device was pulled out; nothing was written"),
                _ => {}
            }
        }
        if calibration.tick(now()) {
            tell(calibration.step())?;
        }
    }
    let mut draft = calibration.draft(&node.name, kind, (node.vendor, node.product));
    if kind == Kind::Wheel {
        draft.lock_angle_deg = Some(args.lock_angle.unwrap_or(900.0));
    }
    let how = "Written by `takeover devices --calibrate`. docs/devices.md explains each field.";
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    }
    let mut file = std::fs::File::create_new(&path)
        .with_context(|| format!("cannot write {}", path.display()))?;
    file.write_all(draft.text(how).as_bytes())
        .with_context(|| format!("cannot write {}", path.display()))?;
    print([path.display().to_string()])?;
    say(if kind == Kind::Wheel && args.lock_angle.is_none() {
        "its wheel is taken to turn 900 degrees from lock to lock; change lock_angle_deg if it does not"
    } else {
        "try it: takeover devices --watch"
    });
    Ok(Done::Fine)
}

/// On standard output, so that a program that waits for a step can read it there.
fn tell(step: Step) -> anyhow::Result<()> {
    print([format!("> {}", step.prompt())])
}

/// The profile's file: the one asked for, or one by the device's name in the user's folder.
fn new_file(args: &Args, node: &Node) -> anyhow::Result<PathBuf> {
    let path = match &args.out {
        Some(path) => path.clone(),
        None => {
            let folder = Library::users_folder()
                .context("no home for profiles (HOME is not set); give a file with --out")?;
            let words: Vec<String> = node
                .name
                .to_lowercase()
                .split(|c: char| !c.is_ascii_alphanumeric())
                .filter(|w| !w.is_empty())
                .map(str::to_owned)
                .collect();
            folder.join(format!("{}.ron", words.join("_")))
        }
    };
    if path.exists() {
        bail!(
            "{}: there is a profile already; move it away, or give another name with --out",
            path.display()
        );
    }
    Ok(path)
}

/// Axes with their ranges and readings now.
fn readings(path: &Path) -> anyhow::Result<Vec<(u32, i32, i32, i32)>> {
    let device = evdev::raw_stream::RawDevice::open(path)
        .with_context(|| format!("cannot open {}", path.display()))?;
    let axes = device
        .get_absinfo()
        .with_context(|| format!("cannot read {}", path.display()))?;
    Ok(axes
        .map(|(code, info)| {
            let code = codes::EV_ABS | u32::from(code.0);
            (code, info.minimum(), info.maximum(), info.value())
        })
        .collect())
}
