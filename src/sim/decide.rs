//! Decide: does the vehicle doubt, who drives, and what would the automation do?

use super::judge::Referee;
use super::schedule::{Step, Tick};
use super::sense::Eyes;
use super::spawn::{BodyQuery, Fleet, state};
use super::{DT, Given, Happened, Now, Received};
use crate::autopilot::{Autopilot, Knowledge, Odometry, Task};
use crate::command::{Arrived, Command};
use crate::perception::TICKS_PER_REPORT;

use crate::takeover::authority::{AuthoritySettings, Control, Machine, Situation};
use crate::takeover::change::Asked;
use crate::takeover::event::{Authority, Event};
use crate::takeover::intent::{Detector, Means};
use crate::takeover::latency::Latency;
use crate::takeover::policy::{Inputs, MAP_AHEAD, Policy, Verdict};
use crate::takeover::source::Source;
use crate::vehicle::dynamics::Controls;
use bevy::prelude::*;

/// Spare time of a stop before a limit, for the brakes' lag, s.
const STOPPING_MARGIN: f64 = 0.5;

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
    hands: Hands,
    /// Nobody is asked and nobody is listened to: the referee wants to know what happens then.
    alone: bool,
    /// The next request is somebody else's, and none comes before it.
    asked: Option<Asked>,
    latency: Latency,
    /// How fast a remote operator may go, m/s.
    pub speed_cap: Option<f64>,
    /// Who moves the actuators in this tick.
    pub source: Source,
    /// What the automation would do now.
    pub automation: Controls,
    events: Vec<Event>,
}

/// What the vehicle makes of the commands that arrive.
#[derive(Debug)]
struct Hands {
    detector: Detector,
    last: Command,
    in_reach: bool,
    /// When the operator last did anything at all, s.
    acted_at: f64,
}

/// What the operator does in a tick.
struct Doing {
    present: bool,
    linked: bool,
    intent: Option<Means>,
    take_over: bool,
    hand_back: bool,
    no_need: bool,
}

impl Hands {
    fn look(
        &mut self,
        arrived: &Arrived,
        machine: &Machine,
        settings: &AuthoritySettings,
        time: f64,
    ) -> Doing {
        let (command, last) = (&arrived.command, self.last);
        let in_command = machine.state().is_in_command();
        if *command != last || !in_command {
            self.acted_at = time;
        }
        let silent = settings
            .silence_timeout
            .is_some_and(|timeout| time - self.acted_at >= timeout - 1e-9);
        let present = command.present && !silent;
        let linked = arrived.age <= settings.link_timeout + 1e-9;
        let returned = !self.in_reach;
        self.in_reach = command.present && linked;
        let intent = if !self.in_reach {
            None
        } else if returned || in_command && !machine.handing_back() {
            // Controls rest as they are found, or as they are while they are used.
            self.detector.rest(command, time);
            None
        } else {
            self.detector.look(command, time)
        };
        self.last = *command;
        Doing {
            present,
            linked,
            intent,
            take_over: command.take_over && !last.take_over,
            hand_back: command.hand_back && !last.hand_back,
            no_need: command.no_need && !last.no_need,
        }
    }
}

pub(super) fn plugin(app: &mut App) {
    let given = app.world().resource::<Given>();
    let mind = Mind {
        policy: given.policy.build(&given.network),
        machine: Machine::new(given.authority, given.control),
        autopilot: Autopilot::new(given.autopilot),
        inputs: None,
        map_left: MAP_AHEAD,
        hands: Hands {
            detector: Detector::new(given.intent),
            last: Command::default(),
            in_reach: false,
            acted_at: 0.0,
        },
        alone: false,
        asked: None,
        latency: Latency::default(),
        speed_cap: None,
        source: Source::Automation,
        automation: Controls::default(),
        events: Vec::new(),
    };
    app.insert_resource(mind)
        .add_systems(Tick, decide.in_set(Step::Decide));
}

impl Mind {
    /// From now on with another policy, and with a request at a moment of somebody else's choice.
    pub fn change(&mut self, policy: Option<Box<dyn Policy>>, asked: Option<Asked>) {
        if let Some(policy) = policy {
            self.policy = policy;
        }
        self.asked = asked;
    }

    /// The reasons to ask that there are now.
    fn reasons(&mut self, inputs: &Inputs, tick: u64) -> Vec<Verdict> {
        let own = self.policy.all(inputs);
        let Some(asked) = self.asked else { return own };
        match tick.cmp(&asked.tick) {
            std::cmp::Ordering::Less => Vec::new(),
            std::cmp::Ordering::Equal => {
                self.asked = None;
                // What the policy knows of that very reason.
                let known = own.iter().find(|v| v.reason == asked.reason).copied();
                vec![known.unwrap_or(Verdict {
                    reason: asked.reason,
                    budget: None,
                    severe: false,
                })]
            }
            std::cmp::Ordering::Greater => own,
        }
    }

    /// From now on the automation drives alone. A pending request is dropped, a person in command
    /// is gone, without an event; a minimal-risk manoeuvre that runs goes on.
    pub fn go_alone(&mut self, settings: AuthoritySettings, control: Control) {
        self.alone = true;
        self.machine.leave_alone();
        match self.machine.state() {
            Authority::Automation | Authority::MinimalRisk | Authority::Standstill => return,
            Authority::RequestPending => {}
            Authority::Operator | Authority::Shared => self.autopilot.engage(0.0),
        }
        self.machine = Machine::new(settings, control);
        self.source = Source::Automation;
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
    let reasons = mind.reasons(&inputs, now.tick);
    let verdict = mind.machine.choose(&reasons, now.time());
    let arrived = if mind.alone {
        Arrived::default()
    } else {
        received.0
    };
    let doing = mind
        .hands
        .look(&arrived, &mind.machine, &given.authority, now.time());
    let told = mind
        .latency
        .step(now.time(), &arrived, &given.authority, DT);
    mind.events.extend(told);
    mind.speed_cap = mind.latency.cap(inputs.speed_limit, &given.authority);
    let command = &arrived.command;
    let wheel_of_automation = mind.automation.steer * given.ego.steering.ratio;
    let braking = given.autopilot.minimal_risk_deceleration;
    let situation = Situation {
        time: now.time(),
        // After a crash there is nothing left to take over.
        doubt: verdict.filter(|_| referee.collided_at.is_none() && !mind.alone),
        inputs,
        intent: doing.intent,
        take_over: doing.take_over,
        hand_back: doing.hand_back,
        no_need: doing.no_need,
        present: doing.present,
        linked: doing.linked,
        collided: referee.collided_at.is_some(),
        against_deg: f64::from(command.wheel - wheel_of_automation).to_degrees(),
        speed,
        stopping: speed.max(0.0) / (2.0 * braking)
            + braking / (2.0 * given.autopilot.jerk)
            + STOPPING_MARGIN,
        offset: report.lane.offset,
        heading: report.lane.heading,
    };

    let before = mind.machine.state();
    let authority = mind.machine.step(&situation, &mut mind.events);
    mind.source = Source::of(authority, situation.in_reach(), &given.control);
    if authority != before {
        match authority {
            // The controls as they rest now are the new zero.
            Authority::RequestPending | Authority::MinimalRisk => {
                mind.hands.detector.rest(command, now.time());
            }
            Authority::Automation => {
                mind.hands.detector.rest(command, now.time());
                // The line goes on where the automation drove until now.
                if before.is_in_command() {
                    mind.autopilot.engage(0.0);
                }
            }
            Authority::Operator | Authority::Shared | Authority::Standstill => {}
        }
    }
    for event in mind.events.drain(..) {
        happened.push(*now, event);
    }

    let task = match (authority, mind.source) {
        (Authority::MinimalRisk | Authority::Standstill, _) => Task::MinimalRisk,
        (Authority::RequestPending, _) | (_, Source::Bridge) => Task::Hold,
        // The automation's own line is half of what drives.
        (Authority::Automation | Authority::Shared, _) => Task::Drive,
        (Authority::Operator, _) => Task::StandBy,
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
