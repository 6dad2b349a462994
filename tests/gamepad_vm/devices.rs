//! Inside the machine: virtual wheels and pads of our own, plugged and pulled together, and what a
//! wheel's motor is told.

use evdev::uinput::VirtualDevice;
use evdev::{
    AbsInfo, AbsoluteAxisCode, AttributeSet, BusType, EventSummary, FFEffectCode, FFEffectKind,
    InputId, KeyCode, UInputCode, UinputAbsSetup,
};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};
use takeover::clock::Clock;
use takeover::command::Change;
use takeover::devices::haptics::{Haptic, InCommand, Rumble, VehicleFelt};
use takeover::devices::profile::Library;
use takeover::devices::{RawEvent, effects, gamepad};

/// What the kernel passes on to a device.
#[derive(Debug, PartialEq)]
enum Told {
    /// Self-centring, or the level of a constant force.
    Centring(i32),
    Constant(i16),
    Playing,
    Erased,
}

pub fn run() {
    let clock = Clock::start();
    let hands = effects::Hands::default();
    let in_command = InCommand::default();
    let effects = effects::spawn(clock, hands.clone(), in_command, |felt| {
        println!("felt {felt:?}");
    })
    .unwrap();
    let to_devices = effects.to_devices().unwrap();
    let (to_us, events) = channel();
    let given = gamepad::Given {
        clock,
        library: Arc::new(Library::built_in()),
        hands,
    };
    let sink = move |event| drop(to_us.send(event));
    let reader = gamepad::spawn(given, |found| println!("found {}", found.name), sink).unwrap();
    // The tool's own pad.
    expect(&events, 1, &|c| matches!(c, Change::Connected { .. }));

    // Two at once, in both directions, several times.
    for round in 0..5 {
        let began = Instant::now();
        let pads = [pad("one", 0x1001), pad("two", 0x1002)];
        expect(&events, 2, &|c| matches!(c, Change::Connected { .. }));
        let there = began.elapsed();
        let began = Instant::now();
        drop(pads);
        expect(&events, 2, &|c| matches!(c, Change::Disconnected));
        println!(
            "round {round}: both there after {} ms, both gone after {} ms",
            there.as_millis(),
            began.elapsed().as_millis()
        );
    }

    // The pad that was there all the time goes on, also if gilrs-core was started again meanwhile.
    println!("READY");
    let presses = expect(&events, 2, &|c| matches!(c, Change::Button { .. }));
    assert!(presses.iter().all(|e| e.device == 1), "{presses:?}");

    // A wheel of the kind that has self-centring and a constant force, as the G29.
    let (to_wheel, told) = channel();
    let wheel = wheel();
    std::thread::spawn(move || serve(wheel, &to_wheel));
    expect(
        &events,
        1,
        &|c| matches!(c, Change::Connected { name, .. } if name.contains("G29")),
    );
    let stands = expect(&events, 1, &|c| matches!(c, Change::Found { .. }));
    println!("{stands:?}");
    let mut last = 0;
    for speed in [10.0, 20.0, 30.0] {
        let felt = VehicleFelt {
            speed,
            wheel: 0.0,
            by_operator: true,
        };
        to_devices.send(Haptic::Vehicle(felt)).unwrap();
        let strength = last_centring(&told);
        println!("self-centring {strength} at {speed} m/s");
        assert!(strength > last, "harder when faster");
        last = strength;
    }
    let rumble = Rumble {
        strong: 1.0,
        weak: 0.0,
        duration: 0.5,
        alert: Some((1, 0)),
    };
    to_devices.send(Haptic::Rumble(rumble)).unwrap();
    std::thread::sleep(Duration::from_millis(900));
    let shaken: Vec<Told> = told.try_iter().collect();
    let of = |sign: i16| {
        let pushes = |t: &&Told| matches!(t, Told::Constant(level) if level.signum() == sign);
        shaken.iter().filter(pushes).count()
    };
    println!("shaken {} times left, {} right", of(1), of(-1));
    assert!(of(1) > 5 && of(-1) > 5 && shaken.contains(&Told::Playing));
    assert_eq!(
        shaken.iter().rev().find(|t| matches!(t, Told::Constant(_))),
        Some(&Told::Constant(0)),
        "and then nothing"
    );
    drop(effects);
    let end: Vec<Told> = told.try_iter().collect();
    assert!(
        end.contains(&Told::Centring(0)) && end.contains(&Told::Erased),
        "{end:?}"
    );
    drop(reader);
    println!("FINE");
}

/// Waits for `n` changes of a kind; the others are passed over.
fn expect(events: &Receiver<RawEvent>, n: usize, kind: &dyn Fn(&Change) -> bool) -> Vec<RawEvent> {
    let until = Instant::now() + Duration::from_secs(8);
    let mut seen = Vec::new();
    while seen.len() < n {
        let left = until.saturating_duration_since(Instant::now());
        match events.recv_timeout(left) {
            Ok(event) if kind(&event.change) => seen.push(event),
            Ok(_) => {}
            Err(_) => panic!("{} of {n}: {seen:?}", seen.len()),
        }
    }
    seen
}

fn last_centring(told: &Receiver<Told>) -> i32 {
    std::thread::sleep(Duration::from_millis(300));
    let strengths = told.try_iter().filter_map(|t| match t {
        Told::Centring(strength) => Some(strength),
        _ => None,
    });
    strengths.last().expect("the wheel was told")
}

fn axis(code: AbsoluteAxisCode, value: i32, max: i32) -> UinputAbsSetup {
    UinputAbsSetup::new(code, AbsInfo::new(value, 0, max, 0, 0, 0))
}

fn pad(name: &str, product: u16) -> VirtualDevice {
    let keys = [KeyCode::BTN_SOUTH, KeyCode::BTN_EAST];
    VirtualDevice::builder()
        .unwrap()
        .name(name)
        .input_id(InputId::new(BusType::BUS_USB, 0x1234, product, 1))
        .with_keys(&AttributeSet::from_iter(keys))
        .unwrap()
        .with_absolute_axis(&axis(AbsoluteAxisCode::ABS_X, 128, 255))
        .unwrap()
        .with_absolute_axis(&axis(AbsoluteAxisCode::ABS_Y, 128, 255))
        .unwrap()
        .build()
        .unwrap()
}

fn wheel() -> VirtualDevice {
    let keys = [
        KeyCode::BTN_TRIGGER,
        KeyCode::BTN_THUMB,
        KeyCode::BTN_THUMB2,
    ];
    let effects = [
        FFEffectCode::FF_CONSTANT,
        FFEffectCode::FF_AUTOCENTER,
        FFEffectCode::FF_GAIN,
    ];
    VirtualDevice::builder()
        .unwrap()
        .name("Logitech G29 Driving Force Racing Wheel")
        .input_id(InputId::new(BusType::BUS_USB, 0x046d, 0xc24f, 0x111))
        .with_keys(&AttributeSet::from_iter(keys))
        .unwrap()
        .with_absolute_axis(&axis(AbsoluteAxisCode::ABS_X, 40_000, 65_535))
        .unwrap()
        .with_absolute_axis(&axis(AbsoluteAxisCode::ABS_Y, 255, 255))
        .unwrap()
        .with_absolute_axis(&axis(AbsoluteAxisCode::ABS_Z, 255, 255))
        .unwrap()
        .with_absolute_axis(&axis(AbsoluteAxisCode::ABS_RZ, 255, 255))
        .unwrap()
        .with_ff(&AttributeSet::from_iter(effects))
        .unwrap()
        .with_ff_effects_max(8)
        .build()
        .unwrap()
}

/// Answers the kernel for the wheel, and passes on what it was told.
fn serve(mut wheel: VirtualDevice, told: &Sender<Told>) {
    loop {
        let events: Vec<_> = wheel.fetch_events().unwrap().collect();
        for event in events {
            let news = match event.destructure() {
                EventSummary::UInput(event, UInputCode::UI_FF_UPLOAD, _) => {
                    let mut upload = wheel.process_ff_upload(event).unwrap();
                    upload.set_retval(0);
                    match upload.effect().kind {
                        FFEffectKind::Constant { level, .. } => Told::Constant(level),
                        other => panic!("not offered: {other:?}"),
                    }
                }
                EventSummary::UInput(event, UInputCode::UI_FF_ERASE, _) => {
                    wheel.process_ff_erase(event).unwrap();
                    Told::Erased
                }
                EventSummary::ForceFeedback(_, FFEffectCode::FF_AUTOCENTER, strength) => {
                    Told::Centring(strength)
                }
                EventSummary::ForceFeedback(_, code, 1) if code.0 < 16 => Told::Playing,
                _ => continue,
            };
            if told.send(news).is_err() {
                return;
            }
        }
    }
}
