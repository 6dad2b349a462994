//! A run that stands still: time stands, what is held is followed, nothing counts as an act.

use crate::driving::fog_bank;
use crate::human::pad;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::Duration;
use takeover::clock::{Clock, Pauses};
use takeover::command::Change;
use takeover::devices::layout::Role;
use takeover::operator::human::{FromOperator, Human};
use takeover::operator::script::{Script, Scripted};
use takeover::record::{Entry, FORMAT, Log, Recorder, RunInfo};
use takeover::scenario::Scenario;
use takeover::session::tally::Account;
use takeover::session::{Pace, Session, Stop};
use takeover::sim::{Simulation, TICK_HZ};
use takeover::takeover::alert::Presented;
use takeover::takeover::event::{Authority, Event};

/// A straight road for two seconds.
fn short() -> Arc<Scenario> {
    let text = "(title: \"Straight\", duration: 2.0, \
        road: (lanes: 2, speed_limit: 25.0, line: [Straight(length: 600.0)]), \
        ego: (lane: -1, s: 50.0, speed: 25.0))";
    Arc::new(Scenario::parse(text).expect("fine"))
}

fn scripted(pace: impl FnOnce() -> Pace) -> Account {
    let scenario = short();
    let script = "(inputs: [(at: 0.5, take_over: true), (at: 0.9, brake: 0.3, wheel_deg: 4.0)])";
    let script = Script::parse(script).expect("a script");
    let sim = Simulation::new(scenario.clone(), 3);
    let operator = Box::new(Scripted::new(script));
    let mut session = Session::new(&scenario, sim, operator, None);
    pace().run(&mut session, &Stop::default(), |_, _| {});
    session.finish().0
}

#[test]
fn a_run_that_was_paused_is_the_run_that_was_not() {
    let fast = scripted(|| Pace::Fast);
    let pauses = Pauses::default();
    let hand = pauses.clone();
    let mut toggled = None;
    let paused = scripted(|| {
        let clock = Clock::start();
        toggled = Some(thread::spawn(move || {
            for (at, until) in [(300, 700), (1500, 1600)] {
                let wait = |ms: i64| {
                    let left = ms * 1_000_000 - clock.now_ns();
                    thread::sleep(Duration::from_nanos(left.max(0) as u64));
                    clock.now_ns()
                };
                hand.pause(wait(at));
                hand.resume(wait(until));
            }
        }));
        Pace::RealTime(clock, pauses)
    });
    toggled.expect("started").join().expect("done");
    assert_eq!(
        paused.hash, fast.hash,
        "the same ticks with the same commands"
    );
    assert_eq!(paused.ticks, 200);
    let stood: Vec<f64> = paused
        .events
        .iter()
        .filter_map(|e| match e.event {
            Event::Resumed { stood_s } => Some(stood_s),
            _ => None,
        })
        .collect();
    assert_eq!(stood.len(), 2, "{:?}", paused.events);
    assert!(stood[0] >= 0.39 && stood[1] >= 0.09, "{stood:?}");
    let rest: Vec<_> = paused
        .events
        .iter()
        .filter(|e| !matches!(e.event, Event::Paused | Event::Resumed { .. }))
        .collect();
    let all: Vec<_> = fast.events.iter().collect();
    assert_eq!(rest, all, "nothing else happened");
}

fn button(pressed: bool, clock_s: f64) -> FromOperator {
    pad(Role::TakeOver, Change::Button { code: 7, pressed }, clock_s)
}

fn brake(value: f32, clock_s: f64) -> FromOperator {
    let change = Change::Axis {
        code: 2,
        raw: 0,
        value,
    };
    pad(Role::Brake, change, clock_s)
}

/// A person's run that stood from 1 s to 5 s of the clock, with a record.
fn person(log: &std::path::Path) -> (Sender<FromOperator>, Session) {
    let scenario = fog_bank();
    let (to_session, from_devices) = channel();
    let pauses = Pauses::default();
    pauses.pause(1_000_000_000);
    pauses.resume(5_000_000_000);
    let human = Human::new(from_devices, Box::new(|_| {})).with_pauses(pauses);
    let sim = Simulation::new(scenario.clone(), 1);
    let info = RunInfo {
        format: FORMAT,
        version: String::new(),
        platform: String::new(),
        scenario: String::new(),
        seed: 1,
        operator: "human".into(),
        pace: "realtime".into(),
        started_ns: 0,
        tick_hz: TICK_HZ,
        link: None,
        fork: None,
        participant: None,
        conditions: Default::default(),
    };
    let recorder = Recorder::create(log, &info, &scenario, None).expect("a record");
    let session = Session::new(&scenario, sim, Box::new(human), Some(recorder));
    let came = Change::Connected {
        name: "pad".into(),
        uuid: String::new(),
        rumble: false,
    };
    to_session
        .send(pad(Role::Other, came, 0.0))
        .expect("listening");
    (to_session, session)
}

fn run_to(session: &mut Session, time: f64) {
    while session.frame().time < time {
        session.tick(0.0);
    }
}

#[test]
fn the_button_that_chose_to_go_on_does_not_take_over_and_the_next_press_does() {
    let folder = tempfile::tempdir().expect("a folder");
    let (hands, mut session) = person(&folder.path().join("run.mcap"));
    for event in [
        button(true, 4.99),
        button(false, 5.1),
        button(true, 6.0),
        button(false, 6.2),
    ] {
        hands.send(event).expect("listening");
    }
    run_to(&mut session, 1.9);
    assert_eq!(session.frame().authority, Authority::Automation);
    // 6 s of the clock are 2 s of the run.
    run_to(&mut session, 2.1);
    assert_eq!(session.frame().authority, Authority::Operator);
    let takeover = &session.finish().0.takeovers[0];
    assert_eq!(takeover.threshold_s, Some(2.0));
}

#[test]
fn what_is_held_when_the_run_goes_on_holds_and_what_was_let_go_does_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("run.mcap");
    let (hands, mut session) = person(&path);
    // Pressed and let go while the run stands: nothing. Then held: counts from the first tick.
    for event in [brake(1.0, 2.0), brake(0.0, 2.5), brake(0.6, 4.0)] {
        hands.send(event).expect("listening");
    }
    let seen = Presented {
        request: 9,
        submitted: 3.0,
        presented: 7.5,
        ..Presented::default()
    };
    hands
        .send(FromOperator::Presented(seen))
        .expect("listening");
    run_to(&mut session, 0.99);
    assert_eq!(session.frame().authority, Authority::Automation);
    run_to(&mut session, 1.2);
    assert_eq!(session.frame().authority, Authority::Operator);
    let (account, recorder) = session.finish();
    drop(recorder);
    let in_force = account.takeovers[0].in_force_s.expect("in force");
    assert!((1.0..1.1).contains(&in_force), "{in_force}");
    let log = Log::read(&path).expect("readable");
    let brakes: Vec<f32> = log
        .entries
        .iter()
        .filter_map(|e| match e {
            Entry::Input(input) => Some(input.after.brake),
            _ => None,
        })
        .collect();
    let alert = log.entries.iter().find_map(|e| match e {
        Entry::Presented(alert) => Some((alert.submitted, alert.presented)),
        _ => None,
    });
    assert!(!brakes.contains(&1.0), "not an act: {brakes:?}");
    assert!(brakes.last().is_some_and(|b| *b > 0.4), "{brakes:?}");
    assert_eq!(alert, Some((1.0, 3.5)), "in time of the run");
}
