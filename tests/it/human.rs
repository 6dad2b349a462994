//! A person at devices: events from other threads, each with its own time.

use crate::driving::fog_bank;
use proptest::prelude::*;
use std::sync::mpsc::{Sender, channel};
use takeover::clock::Now;
use takeover::command::{Change, Stamp};
use takeover::devices::RawEvent;
use takeover::devices::layout::Role;
use takeover::operator::human::{FromOperator, Human};
use takeover::session::Session;
use takeover::sim::Simulation;
use takeover::takeover::event::Authority;
use takeover::takeover::intent::Means;

fn session() -> (Sender<FromOperator>, Session) {
    let (to_session, from_devices) = channel();
    let human = Human::new(from_devices, Box::new(|_| {}));
    let scenario = fog_bank();
    let sim = Simulation::new(scenario.clone(), 1);
    (
        to_session,
        Session::new(&scenario, sim, Box::new(human), None),
    )
}

/// A change at the first pad, at this time on its clock, s.
pub fn pad(role: Role, change: Change, time_s: f64) -> FromOperator {
    let time_ns = (time_s * 1e9) as i64;
    FromOperator::Raw(RawEvent {
        device: 1,
        role,
        change,
        time_ns,
        realtime_ns: time_ns,
        stamp: Stamp::Kernel,
        uncertainty_ns: 1000,
        arrival_ns: time_ns,
        kernel_realtime_ns: time_ns,
    })
}

fn connected(time_s: f64) -> FromOperator {
    let change = Change::Connected {
        name: "pad".into(),
        uuid: String::new(),
        rumble: true,
    };
    pad(Role::Other, change, time_s)
}

fn axis(role: Role, value: f32, time_s: f64) -> FromOperator {
    pad(
        role,
        Change::Axis {
            code: 0,
            raw: 0,
            value,
        },
        time_s,
    )
}

#[test]
fn times_are_the_devices_own_and_force_follows_within_two_ticks_of_the_dwell() {
    let (pad_thread, mut session) = session();
    pad_thread.send(connected(0.0)).expect("listening");
    // In the future of most ticks: it must not act before its time.
    pad_thread
        .send(axis(Role::Brake, 0.5, 3.123_456_789))
        .expect("listening");
    while session.frame().time < 4.0 {
        session.tick(0.0);
    }
    let takeovers = session.finish().0.takeovers;
    let t = &takeovers[0];
    assert_eq!(t.threshold_s, Some(3.123_456_789));
    let in_force = t.in_force_s.expect("in force");
    // A pad's axis must stay beyond its threshold for 0.05 s.
    let allowed = 3.123_456_789 + 0.05..=3.123_456_789 + 0.05 + 0.02;
    assert!(allowed.contains(&in_force), "{in_force}");
    assert_eq!(t.by, Some(Means::Brake));
    assert_eq!(t.input_uncertainty_s, Some(1e-6));
}

#[test]
fn a_pad_that_is_pulled_out_while_driving_loses_the_operator() {
    let (pad_thread, mut session) = session();
    pad_thread.send(connected(0.0)).expect("listening");
    pad_thread
        .send(axis(Role::Brake, 0.5, 1.0))
        .expect("listening");
    pad_thread
        .send(pad(Role::Other, Change::Disconnected, 2.0))
        .expect("listening");
    let mut at_two_and_a_half = None;
    while session.frame().time < 3.0 {
        let frame = session.tick(0.0);
        if frame.time < 2.45 {
            at_two_and_a_half = Some(frame.authority);
        }
    }
    assert_eq!(at_two_and_a_half, Some(Authority::Operator));
    assert_eq!(session.frame().authority, Authority::MinimalRisk);
}

#[test]
fn a_steering_key_is_the_first_input_when_it_is_pressed() {
    let (keyboard, mut session) = session();
    let now = |s: f64| Now {
        session_ns: (s * 1e9) as i64,
        realtime_ns: 0,
    };
    keyboard
        .send(FromOperator::Raw(RawEvent {
            change: Change::Connected {
                name: "keyboard".into(),
                uuid: String::new(),
                rumble: false,
            },
            ..RawEvent::key("", false, now(0.0), 0)
        }))
        .expect("listening");
    keyboard
        .send(FromOperator::Raw(RawEvent::key(
            "ArrowLeft",
            true,
            now(2.0042),
            16_000_000,
        )))
        .expect("listening");
    while session.frame().time < 3.0 {
        session.tick(0.0);
    }
    let t = &session.finish().0.takeovers[0];
    assert_eq!(t.first_input_s, Some(2.0042));
    assert_eq!(t.first_input, Some(Means::Steering));
    assert!(t.threshold_s > t.first_input_s);
    assert_eq!(t.by, Some(Means::Steering));
    assert_eq!(t.input_uncertainty_s, Some(0.016));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// A stick or a trigger that is moved at any speed, at any times: what the timeline calls the
    /// threshold and what the vehicle makes of it are a dwell and at most two ticks apart.
    #[test]
    fn the_timeline_and_the_vehicle_agree_on_a_pad(
        trigger in any::<bool>(),
        start in 0.5..1.0f64,
        // Share of the axis's way in a second.
        rate in 0.15..8.0f64,
        between in 0.0005..0.03f64,
    ) {
        let (pad_thread, mut session) = session();
        let send = |message| pad_thread.send(message).expect("listening");
        send(connected(0.0));
        let (role, from) = if trigger { (Role::Brake, 0.03) } else { (Role::Steering, 0.1) };
        let mut time = start;
        while time < start + 1.5 {
            let way = from + rate * (time - start);
            send(axis(role, way.min(1.0) as f32, time));
            time += between;
        }
        while session.frame().time < 3.5 {
            session.tick(0.0);
        }
        let takeovers = session.finish().0.takeovers;
        prop_assert_eq!(takeovers.len(), 1);
        let t = &takeovers[0];
        let (threshold, in_force) = (t.threshold_s.expect("crossed"), t.in_force_s.expect("driven"));
        let apart = in_force - threshold;
        prop_assert!((0.05 - 1e-9..=0.07 + 1e-9).contains(&apart), "{}", apart);
        prop_assert!(t.first_input_s.is_some_and(|first| start <= first && first <= threshold));
    }
}
