//! Logs without a simulation: what a run would have told, written by hand.

use crate::common::project;
use std::path::Path;
use takeover::command::{Arrived, Command};
use takeover::frame::{BodyView, End, Frame};
use takeover::record::{FORMAT, Recorder, RunEnd, RunInfo};
use takeover::road_user::RoadUser;
use takeover::scenario::Scenario;
use takeover::takeover::event::{Authority, Event, Mode, Outcome, TimedEvent};
use takeover::takeover::intent::Means;
use takeover::takeover::reason::Reason;

/// Length of a told run, ticks.
pub const TICKS: u64 = 1000;

/// A run of 10 s: asked at 2 s, taken over at 4 s by the brake, handed back at 7 s; with a latency of
/// 300 ms from 5 to 6 s. `started_ns` and `hash` make it another run.
pub fn tell(path: &Path, started_ns: i64, hash: u64) {
    let scenario = Scenario::load(&project("scenarios/lost_link.ron")).expect("a scenario");
    let info = RunInfo {
        format: FORMAT,
        version: "0.1.0".into(),
        platform: "test".into(),
        scenario: "lost_link.ron".into(),
        seed: 1,
        operator: "none".into(),
        pace: "fast".into(),
        started_ns,
        tick_hz: 100,
        link: None,
        fork: None,
        participant: None,
        conditions: Default::default(),
    };
    let mut recorder = Recorder::create(path, &info, &scenario, None).expect("a record");
    let ego = BodyView {
        kind: RoadUser::Car,
        position: [10.0, -5.0, 0.5].into(),
        rotation: Default::default(),
        velocity: [20.0, 0.0, 0.0].into(),
        angular_velocity: [0.0, 0.0, 0.1].into(),
        size: [4.5, 1.8, 1.5].into(),
        to_middle: [0.0; 3].into(),
        brake_lights: false,
        hazard_lights: false,
        indicator: 0,
    };
    for tick in 1..=TICKS {
        let late = (501..=600).contains(&tick);
        let command = Command {
            present: true,
            ..Command::default()
        };
        let arrived = Arrived {
            command,
            age: 0.05,
            glass: if late { 0.25 } else { 0.1 },
        };
        recorder.command(tick - 1, &arrived);
        let mut frame = Frame {
            tick,
            time: tick as f64 / 100.0,
            hash: hash + tick,
            bodies: vec![ego],
            authority: match tick {
                201..=400 => Authority::RequestPending,
                401..=700 => Authority::Operator,
                _ => Authority::Automation,
            },
            events: told(tick - 1),
            ..Frame::default()
        };
        frame.ego.speed = 20.0;
        frame.ego.speed_limit = 25.0;
        recorder.frame(&frame, 0.0);
    }
    let end = RunEnd {
        outcome: End::Completed,
        ticks: TICKS,
        state_hash: format!("{:016x}", hash + TICKS),
        seal: None,
    };
    recorder.finish(&end).expect("written");
}

fn told(tick: u64) -> Vec<TimedEvent> {
    let events = match tick {
        200 => vec![Event::RequestRaised {
            request: 1,
            reason: Reason::Lanes,
            confidence: 0.4,
            budget_s: 10.0,
            estimate_s: None,
            inputs: None,
        }],
        400 => vec![
            Event::TakenOver {
                request: Some(1),
                by: Means::Brake,
                mode: Mode::Direct,
            },
            Event::RequestEnded {
                request: 1,
                outcome: Outcome::TakenOver,
            },
        ],
        700 => vec![Event::HandedBack],
        _ => Vec::new(),
    };
    let time = tick as f64 / 100.0;
    events
        .into_iter()
        .map(|event| TimedEvent { tick, time, event })
        .collect()
}
