//! Decide: does the vehicle doubt, who drives, and what would the automation do?

use super::judge::Referee;
use super::schedule::{Step, Tick};
use super::sense::Eyes;
use super::spawn::{BodyQuery, Fleet, state};
use super::{DT, Given, Happened, Now, Received};
use crate::autopilot::{Autopilot, Knowledge, Odometry, Task};
use crate::command::Command;
use crate::perception::TICKS_PER_REPORT;
use crate::takeover::authority::{Machine, Situation};
use crate::takeover::event::{Authority, Event};
use crate::takeover::intent;
use crate::takeover::policy::Threshold;
use crate::vehicle::dynamics::Controls;
use bevy::prelude::*;

/// Who decides, and what was decided.
#[derive(Resource)]
pub struct Mind {
    policy: Threshold,
    pub machine: Machine,
    pub autopilot: Autopilot,
    /// The operator's controls at rest, against which intent is judged.
    baseline: Command,
    last: Command,
    /// What the automation would do now.
    pub automation: Controls,
    events: Vec<Event>,
}

pub(super) fn plugin(app: &mut App) {
    let given = app.world().resource::<Given>();
    let mind = Mind {
        policy: Threshold::new(given.policy),
        machine: Machine::new(given.authority),
        autopilot: Autopilot::new(given.autopilot),
        baseline: Command::default(),
        last: Command::default(),
        automation: Controls::default(),
        events: Vec::new(),
    };
    app.insert_resource(mind)
        .add_systems(Tick, decide.in_set(Step::Decide));
}

fn decide(
    now: Res<Now>,
    given: Res<Given>,
    received: Res<Received>,
    eyes: Res<Eyes>,
    fleet: Res<Fleet>,
    referee: Res<Referee>,
    bodies: Query<BodyQuery>,
    mut mind: ResMut<Mind>,
    mut happened: ResMut<Happened>,
) {
    let Ok(ego) = bodies.get(fleet.ego).map(state) else {
        return;
    };
    let speed = f64::from(ego.velocity.dot(ego.rotation * Vec3::X));
    let report = eyes.perception.report();
    let mind = &mut *mind;
    let command = received.0;
    if command.present && !mind.last.present {
        mind.baseline = command;
    }
    let doubts = mind.policy.step(report.confidence.overall, now.time());
    let situation = Situation {
        time: now.time(),
        // After a crash there is nothing left to take over.
        doubt: (doubts && referee.collided_at.is_none()).then_some(report.confidence.weakest),
        confidence: report.confidence.overall,
        intent: intent::crossed(&given.intent, &mind.baseline, &command),
        hand_back: command.hand_back && !mind.last.hand_back,
        present: command.present,
        speed,
        offset: report.lane.offset,
        heading: report.lane.heading,
    };
    mind.last = command;

    let before = mind.machine.state();
    let authority = mind.machine.step(&situation, &mut mind.events);
    if authority != before {
        match authority {
            // The controls as they rest now are the new zero.
            Authority::RequestPending | Authority::MinimalRisk => mind.baseline = command,
            Authority::Automation => {
                mind.baseline = command;
                mind.autopilot.engage(0.0);
            }
            Authority::Operator | Authority::Standstill => {}
        }
    }
    for event in mind.events.drain(..) {
        happened.push(*now, event);
    }

    let task = match authority {
        Authority::MinimalRisk | Authority::Standstill => Task::MinimalRisk,
        Authority::RequestPending => Task::Hold,
        Authority::Automation => Task::Drive,
        Authority::Operator => Task::StandBy,
    };
    let own = Odometry {
        speed,
        yaw_rate: f64::from(ego.angular_velocity.z),
    };
    let known = Knowledge {
        network: &given.network,
        route: given.route.as_ref(),
        spec: &given.ego,
    };
    let news = now.tick.is_multiple_of(TICKS_PER_REPORT);
    mind.automation = mind.autopilot.drive(task, report, news, own, &known, DT);
}
