//! What runs in the virtual machine: `inside DRAW_MS SECONDS RUMBLE`.

use evdev::raw_stream::RawDevice;
use evdev::{FFEffectData, FFEffectKind, FFReplay, FFTrigger};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant, SystemTime};
use takeover::clock::{Clock, realtime_ns};
use takeover::devices::haptics::{Haptic, InCommand, Rumble, ToDevices};
use takeover::devices::profile::Library;
use takeover::devices::{effects, gamepad};
use takeover::operator::FromVehicle;
use takeover::operator::human::{FromOperator, Human};
use takeover::record::{FORMAT, Recorder, RunInfo};
use takeover::scenario::Scenario;
use takeover::session::report::Report;
use takeover::session::{Pace, Session, Stop};
use takeover::sim::{Simulation, TICK_HZ};

pub fn run(args: &[String]) {
    let [draw_ms, seconds, rumble] = args else {
        panic!("inside DRAW_MS SECONDS none|ours|foreign");
    };
    let draw = Duration::from_millis(draw_ms.parse().unwrap());
    let seconds: f64 = seconds.parse().unwrap();
    let scenario = Arc::new(Scenario::load(Path::new("fog_bank.ron")).unwrap());
    let info = RunInfo {
        format: FORMAT,
        version: "test".into(),
        platform: "virtual machine".into(),
        scenario: "fog_bank.ron".into(),
        seed: 1,
        link: None,
        fork: None,
        participant: None,
        conditions: Default::default(),
        operator: "human".into(),
        pace: "realtime".into(),
        started_ns: realtime_ns(SystemTime::now()),
        tick_hz: TICK_HZ,
    };
    let recorder = Recorder::create(Path::new("run.mcap"), &info, &scenario, None).unwrap();
    let sim = Simulation::new(scenario.clone(), 1);
    let clock = Clock::start();
    let (to_session, from_devices) = channel();

    let hands = effects::Hands::default();
    let in_command = InCommand::default();
    let told = |felt| eprintln!("felt: {felt:?}");
    let effects = effects::spawn(clock, hands.clone(), in_command.clone(), told).unwrap();
    let to_devices = effects.to_devices().unwrap();
    let library = Arc::new(Library::built_in());
    let given = gamepad::Given {
        clock,
        library: Arc::clone(&library),
        hands,
    };
    let sink = move |event| drop(to_session.send(FromOperator::Raw(event)));
    let _reader = gamepad::spawn(given, |found| eprintln!("{}", found.name), sink).unwrap();

    // The screen: a thread that computes for `draw` at each picture, like a renderer on the
    // processor. It takes the newest frame and drops what it missed.
    let (to_screen, frames) = channel::<FromVehicle>();
    std::thread::spawn(move || {
        while frames.recv().is_ok() {
            while frames.try_recv().is_ok() {}
            let until = Instant::now() + draw;
            while Instant::now() < until {
                std::hint::spin_loop();
            }
        }
    });
    let human = Human::new(
        from_devices,
        Box::new(move |news| drop(to_screen.send(news))),
    )
    .with_devices(library, in_command, Some(to_devices.clone()));
    let mut session = Session::new(&scenario, sim, Box::new(human), Some(recorder));
    match rumble.as_str() {
        "ours" => drop(std::thread::spawn(move || ours(&to_devices))),
        "foreign" => drop(std::thread::spawn(foreign)),
        _ => {}
    }
    println!("READY");
    let stop = Stop::default();
    let at_end = stop.clone();
    let paced = Pace::RealTime(clock, takeover::clock::Pauses::default()).run(
        &mut session,
        &stop,
        move |_, frame| {
            if frame.time >= seconds {
                at_end.0.store(true, std::sync::atomic::Ordering::Relaxed);
            }
        },
    );
    let (account, recorder) = session.finish();
    let report = Report::new(
        info.scenario,
        info.seed,
        info.operator,
        account,
        recorder,
        paced,
        Ok(()),
    );
    eprintln!("{:?}", report.lost);
}

/// This program's rumble, twenty times a second without a pause: far more than any alert.
fn ours(to_devices: &ToDevices) {
    for n in 0u8.. {
        let rumble = Rumble {
            strong: f32::from(n) / 255.0,
            weak: 0.5,
            duration: 0.2,
            alert: None,
        };
        if to_devices.send(Haptic::Rumble(rumble)).is_err() {
            return;
        }
        if n == u8::MAX {
            return ours(to_devices);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Another program's rumble, as gilrs sends it: every 50 ms, and nothing after it.
fn foreign() {
    let pad = takeover::devices::nodes::joysticks().remove(0);
    let mut device = RawDevice::open(&pad.path).unwrap();
    let mut effect = device
        .upload_ff_effect(FFEffectData {
            direction: 0,
            trigger: FFTrigger::default(),
            replay: FFReplay {
                length: 100,
                delay: 0,
            },
            kind: FFEffectKind::Rumble {
                strong_magnitude: 0x8000,
                weak_magnitude: 0x4000,
            },
        })
        .unwrap();
    while effect.play(1).is_ok() {
        std::thread::sleep(Duration::from_millis(50));
    }
}
