//! Decide: does the vehicle doubt, who drives, and what would the automation do?

use super::judge::Referee;
use super::schedule::{Step, Tick};
use super::sense::Eyes;
use super::spawn::{BodyQuery, Fleet, state};
use super::{DT, Given, Happened, Now, Received};
use crate::autopilot::{Autopilot, Knowledge, Odometry, Task};
use crate::command::Command;
use crate::perception::TICKS_PER_REPORT;

use crate::takeover::authority::{AuthoritySettings, Machine, Situation};
use crate::takeover::event::{Authority, Event};
use crate::takeover::intent;
use crate::takeover::policy::{Inputs, MAP_AHEAD, Policy};
use crate::vehicle::dynamics::Controls;
use bevy::prelude::*;

/// Who decides, and what was decided.
#[derive(Resource)]
pub struct Mind {
    policy: Box<dyn Policy>,
    pub machine: Machine,
    pub autopilot: Autopilot,
    /// What the policy last decided by.
    pub inputs: Option<Inputs>,
    /// Road left on the map or the route, m.
    map_left: f64,
    /// The operator's controls at rest, against which intent is judged.
    baseline: Command,
    last: Command,
    /// Nobody is asked and nobody is listened to: the referee wants to know what happens then.
    alone: bool,
    /// What the automation would do now.
    pub automation: Controls,
    events: Vec<Event>,
}

pub(super) fn plugin(app: &mut App) {
    let given = app.world().resource::<Given>();
    let mind = Mind {
        policy: given.policy.build(&given.network),
        machine: Machine::new(given.authority),
        autopilot: Autopilot::new(given.autopilot),
        inputs: None,
        map_left: MAP_AHEAD,
        baseline: Command::default(),
        last: Command::default(),
        alone: false,
        automation: Controls::default(),
        events: Vec::new(),
    };
    app.insert_resource(mind)
        .add_systems(Tick, decide.in_set(Step::Decide));
}

impl Mind {
    /// From now on the automation drives alone. A pending request is dropped, a person in command
    /// is gone, without an event; a minimal-risk manoeuvre that runs goes on.
    pub fn go_alone(&mut self, settings: AuthoritySettings) {
        self.alone = true;
        match self.machine.state() {
            Authority::Automation | Authority::MinimalRisk | Authority::Standstill => return,
            Authority::RequestPending => {}
            Authority::Operator | Authority::Shared => self.autopilot.engage(0.0),
        }
        self.machine = Machine::new(settings);
    }
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
    let command = if mind.alone {
        Command::default()
    } else {
        received.0
    };
    if command.present && !mind.last.present {
        mind.baseline = command;
    }
    if mind.machine.state() != Authority::Operator {
        mind.baseline = mind.baseline.let_go(&command);
    }
    let confidence = report.confidence.with_planning(mind.autopilot.planning());
    let news = now.tick.is_multiple_of(TICKS_PER_REPORT);
    let at = report.lane.at;
    if news {
        mind.map_left = given
            .network
            .room_ahead(at, given.route.as_ref(), MAP_AHEAD);
    }
    let place = (given.network.lane(at.lane).road, given.network.s_of(at));
    let inputs = Inputs {
        time: now.time(),
        confidence,
        speed,
        visible_range: report.visible_range,
        rain: given.weather.rain_at(place),
        daylight: given.weather.daylight(),
        friction: report.friction,
        road: place.0,
        s: place.1,
        speed_limit: given.network.limit(at),
        map_left: mind.map_left,
    };
    mind.inputs = Some(inputs);
    let verdict = mind.policy.step(&inputs);
    let situation = Situation {
        time: now.time(),
        // After a crash there is nothing left to take over.
        doubt: verdict.filter(|_| referee.collided_at.is_none() && !mind.alone),
        inputs,
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
            Authority::Operator | Authority::Shared | Authority::Standstill => {}
        }
    }
    for event in mind.events.drain(..) {
        happened.push(*now, event);
    }

    let task = match authority {
        Authority::MinimalRisk | Authority::Standstill => Task::MinimalRisk,
        Authority::RequestPending => Task::Hold,
        Authority::Automation => Task::Drive,
        // The automation's own line is half of what drives.
        Authority::Shared => Task::Drive,
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
    mind.automation = mind.autopilot.drive(task, report, news, own, &known, DT);
}
