//! Logs without a simulation: what a run would have told, written by hand.

use crate::common::project;
use std::path::Path;
use takeover::autopilot::{PLAN_STEP, PlanPoint};
use takeover::command::{Arrived, Change, Command, DeviceKind, Input, Stamp};
use takeover::frame::{BodyView, EgoView, End, Frame, RequestView};
use takeover::link::view::{Drawn, LinkState, LinkView, VideoView};
use takeover::perception::{Cause, Class, Function, Track, Trust};
use takeover::record::{FORMAT, Recorder, RunEnd, RunInfo};
use takeover::referee::verdict::{Effect, RequestVerdict};
use takeover::referee::{Judged, Limit, LimitKind};
use takeover::road_user::RoadUser;
use takeover::scenario::Scenario;
use takeover::takeover::alert::{Alert, Channel, Presented};
use takeover::takeover::event::{Authority, Event, Mode, Outcome, TimedEvent};
use takeover::takeover::intent::Means;
use takeover::takeover::reason::Reason;
use takeover::takeover::source::Source;

/// Length of a told run, ticks.
pub const TICKS: u64 = 1000;

fn info(started_ns: i64) -> RunInfo {
    RunInfo {
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
    }
}

/// A run of 10 s: asked at 2 s, taken over at 4 s by the brake, handed back at 7 s; with a latency of
/// 300 ms from 5 to 6 s. `started_ns` and `hash` make it another run.
pub fn tell(path: &Path, started_ns: i64, hash: u64) {
    let scenario = Scenario::load(&project("scenarios/lost_link.ron")).expect("a scenario");
    let info = info(started_ns);
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

/// A run of 0.6 s in which there is something on every channel.
pub fn tell_all(path: &Path) {
    let scenario = Scenario::load(&project("scenarios/lost_link.ron")).expect("a scenario");
    let info = RunInfo {
        pace: "realtime".into(),
        ..info(1_795_766_400_250_000_000)
    };
    let mut recorder = Recorder::create(path, &info, &scenario, None).expect("a record");
    for tick in 1..=60 {
        let time = tick as f64 / 100.0;
        let command = Command {
            wheel: if tick > 50 { 0.2 } else { 0.0 },
            present: true,
            device: DeviceKind::Wheel,
            ..Command::default()
        };
        let arrived = Arrived {
            command,
            age: 0.05,
            glass: 0.1,
        };
        recorder.command(tick - 1, &arrived);
        if tick == 20 {
            tell_once(&mut recorder);
        }
        recorder.frame(&full_frame(tick), time + 0.02);
    }
    let limit = |kind, time, with: Option<&str>| Limit {
        kind,
        time,
        with: with.map(String::from),
    };
    let verdict = RequestVerdict {
        request: Some(1),
        time_s: 0.5,
        followed_s: 20.0,
        limit: Some(limit(LimitKind::LeftRoad, 4.5, None)),
        gravest: Some(limit(LimitKind::Collision, 6.0, Some("car beside"))),
        needed: true,
        budget_s: Some(4.0),
        in_time: Some(false),
        answered: true,
        met: None,
        effect: Effect::Prevented,
    };
    recorder.verdict(&verdict, 0.6);
    let end = RunEnd {
        outcome: End::Completed,
        ticks: 60,
        state_hash: String::new(),
        seal: None,
    };
    recorder.finish(&end).expect("written");
}

/// A frame with others, tracks and a plan; from tick 51 on a request is open, and control is shared.
fn full_frame(tick: u64) -> Frame {
    let time = tick as f64 / 100.0;
    let busy = tick > 50;
    let body = |position: [f32; 3], speed: f32| BodyView {
        kind: RoadUser::Car,
        position: position.into(),
        rotation: glam::Quat::IDENTITY,
        velocity: [speed, 0.0, 0.0].into(),
        angular_velocity: [0.0, 0.0, 0.1].into(),
        size: [4.5, 1.8, 1.5].into(),
        to_middle: [0.0; 3].into(),
        brake_lights: false,
        hazard_lights: busy,
        indicator: i8::from(busy),
    };
    let behind = body([5.0 + 20.0 * time as f32, 0.0, 0.5], 20.0);
    let beside = BodyView {
        rotation: glam::Quat::from_rotation_z(std::f32::consts::FRAC_PI_2),
        brake_lights: true,
        indicator: 0,
        ..body([60.0 + 21.0 * time as f32, 3.5, 0.5], 21.0)
    };
    let mut frame = Frame {
        tick,
        time,
        hash: 0xffff_ffff_ffff_ff00 + tick,
        bodies: vec![
            body([10.0 + tick as f32 / 100.0, -5.0, 0.5], 20.1),
            behind,
            beside,
        ],
        visibility: 80.0,
        rain: 1.5,
        authority: if busy {
            Authority::Shared
        } else {
            Authority::Automation
        },
        source: if busy {
            Source::Shared { weight: 0.6 }
        } else {
            Source::Automation
        },
        speed_cap: busy.then_some(15.0),
        request: busy.then_some(RequestView {
            id: 1,
            reason: Reason::Lanes,
            raised: 0.5,
            deadline: 10.5,
            escalated: false,
        }),
        judged: Judged {
            ttc: busy.then_some(2.5),
            ttc_with: busy.then_some(2),
            pet: busy.then_some(0.5),
            pet_with: busy.then_some(2),
            gap: busy.then_some(3.25),
            gap_with: busy.then_some(1),
        },
        ..Frame::default()
    };
    frame.ego = EgoView {
        speed: 20.1,
        offset: -0.25,
        wheel: if busy { 0.1 } else { 0.0 },
        accelerator: 0.3,
        speed_limit: 22.2,
        ..EgoView::default()
    };
    frame.confidence.overall = 0.9;
    frame.confidence.weakest = Function::Lanes;
    frame.confidence.cause = Cause::Fog;
    frame.confidence.functions[Function::Lanes as usize] = Trust {
        reported: 0.4,
        correct: 0.3,
        cause: Cause::Fog,
    };
    for (i, free) in frame.sight.free.iter_mut().enumerate() {
        *free = i as f64;
    }
    frame.tracks = vec![Track {
        id: 7,
        class: Class::Pedestrian,
        gap: 12.5,
        existence: 0.75,
        ..Track::default()
    }];
    let point = |i: u8| PlanPoint {
        after: f64::from(i) * PLAN_STEP,
        position: [2.0 * f32::from(i), 0.0, 0.0].into(),
        speed: 20.0,
    };
    frame.plan = [0, 1, 2].map(point).into();
    frame.events = match tick {
        21 => vec![Event::Collision {
            with: "a \"big\", red car".into(),
            kind: Some(RoadUser::Car),
            closing_speed: 3.0,
            delta_v: 1.5,
        }],
        31 => vec![Event::HandedBack],
        _ => Vec::new(),
    }
    .into_iter()
    .map(|event| TimedEvent {
        tick: tick - 1,
        time: (tick - 1) as f64 / 100.0,
        event,
    })
    .collect();
    frame
}

/// Raw inputs, an alert, and what is known of the link.
fn tell_once(recorder: &mut Recorder) {
    let after = Command {
        brake: 0.25,
        present: true,
        device: DeviceKind::Wheel,
        ..Command::default()
    };
    let changes = [
        Change::Connected {
            name: "A wheel".into(),
            uuid: "00".into(),
            rumble: true,
        },
        Change::Axis {
            code: 3,
            raw: -200,
            value: -0.5,
        },
        Change::Key {
            name: "KeyW".into(),
            pressed: true,
        },
        Change::Set,
    ];
    for (i, change) in (1..).zip(changes) {
        let model = change == Change::Set;
        let time_ns = 100_000_000 + i;
        recorder.input(&Input {
            time_ns,
            realtime_ns: if model {
                0
            } else {
                1_795_766_400_250_000_000 + time_ns
            },
            uncertainty_ns: if model { 0 } else { 500 },
            stamp: if model { Stamp::Model } else { Stamp::Kernel },
            device: u32::from(!model),
            change,
            after,
        });
    }
    recorder.presented(&Presented {
        request: 1,
        channel: Channel::Sound,
        level: Alert::Escalated.level(),
        submitted: 0.3,
        presented: 0.35,
        uncertainty: None,
    });
    recorder.link(&LinkView {
        time: 0.2,
        state: LinkState::Degraded,
        round_trip: Some(0.08),
        ..LinkView::default()
    });
    recorder.video(&VideoView {
        number: 3,
        scale: 0.5,
        ..VideoView::default()
    });
    recorder.drawn(&Drawn {
        captured: 0.25,
        presented: 0.375,
    });
}
