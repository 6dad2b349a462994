//! Where manoeuvres are expected to happen: the scenario's own traffic, played for an ego that drives
//! on along its way and that nobody holds up.
//!
//! Traffic itself is played, not a model of it, so that the drawing shows what a run does as far as
//! the ego's own driving does not change it.

use crate::road::{LanePos, Pose3, RoadPoint};
use crate::scenario::Scenario;
use crate::traffic::{Do, Ego, Phase, Traffic};

/// As in a run, s.
const DT: f64 = 0.01;
/// A place of a path every so many ticks.
const EVERY: u64 = 20;
/// Ticks times users that are played at most: the drawing must not take longer than a breath.
const MOST_WORK: f64 = 3e6;

/// An action, or a step of a speed script, as it was seen to begin.
pub struct Deed {
    pub user: usize,
    /// The action's place in its user's list; none for a step of a script.
    pub action: Option<usize>,
    /// As a label.
    pub name: String,
    /// s.
    pub time: f64,
    /// Where its user was, and on which road.
    pub pose: Pose3,
    pub point: RoadPoint,
    /// Where the ego was.
    pub ego: RoadPoint,
    /// The way from beginning to end, if it leads across lanes or off them.
    pub path: Vec<Pose3>,
}

/// It leads somewhere that the road alone does not say.
fn leads_across(what: &Do) -> bool {
    matches!(
        what,
        Do::ChangeTo { .. }
            | Do::ChangeLane { .. }
            | Do::CutIn { .. }
            | Do::CutOut { .. }
            | Do::Offset { .. }
            | Do::Trajectory(_)
            | Do::TrajectoryOnRoad { .. }
            | Do::Walk { .. }
            | Do::WalkOnRoad { .. }
            | Do::Cross { .. }
    )
}

/// The ego on its way: towards the limit, comfortably, and to a standstill at the way's end.
struct Phantom {
    at: LanePos,
    speed: f64,
}

impl Phantom {
    fn step(&mut self, scenario: &Scenario) {
        let network = &scenario.network;
        let settings = &scenario.autopilot;
        let wanted = network.limit(self.at).min(settings.speed);
        let change = wanted - self.speed;
        let most = DT
            * if change > 0.0 {
                settings.acceleration
            } else {
                settings.deceleration
            };
        self.speed += change.clamp(-most, most);
        match network.advance(self.at, DT * self.speed, scenario.route.as_ref()) {
            Some(next) => self.at = next,
            None => self.speed = 0.0,
        }
    }

    fn seen(&self, scenario: &Scenario) -> Ego {
        let network = &scenario.network;
        let pose = network.lane_pose(self.at, 0.0);
        let place = network.road_point(self.at, 0.0);
        let (length, width) = (
            f64::from(scenario.ego.length),
            f64::from(scenario.ego.width),
        );
        Ego {
            vx: self.speed * libm::cos(pose.yaw),
            vy: self.speed * libm::sin(pose.yaw),
            ..Ego::standing(pose, length, width, place)
        }
    }
}

/// Plays the scenario, and notes what begins where.
pub fn rehearse(scenario: &Scenario) -> Vec<Deed> {
    let plan = &scenario.traffic;
    if plan
        .actors
        .iter()
        .all(|a| a.actions.is_empty() && a.script.is_empty())
    {
        return Vec::new();
    }
    let network = &scenario.network;
    let mut traffic = Traffic::new(network, plan, 1);
    let mut ego = Phantom {
        at: scenario.ego_start,
        speed: scenario.ego_speed,
    };
    let work = MOST_WORK / plan.len().max(1) as f64;
    let ticks = (scenario.duration / DT).min(work) as u64;
    let mut deeds: Vec<Deed> = Vec::new();
    // Deeds that are under way and draw a path.
    let mut open: Vec<usize> = Vec::new();
    let mut scripts = vec![0; plan.actors.len()];
    let mut events = Vec::new();
    for tick in 0..ticks {
        let time = tick as f64 * DT;
        let seen = ego.seen(scenario);
        let place = |traffic: &Traffic, user: usize| {
            let pose = traffic.pose(user);
            let point = match traffic.lane(user) {
                Some((at, offset)) => network.road_point(at, offset),
                None => network.locate(pose.x, pose.y, Some(pose.z)),
            };
            (pose, point)
        };
        for (user, actor) in plan.actors.iter().enumerate() {
            while let Some(step) = actor.script.get(scripts[user]).filter(|s| s.at <= time) {
                scripts[user] += 1;
                let (pose, point) = place(&traffic, user);
                deeds.push(Deed {
                    user,
                    action: None,
                    name: format!("to {:.0} km/h", 3.6 * step.speed),
                    time,
                    pose,
                    point,
                    ego: seen.place,
                    path: Vec::new(),
                });
            }
        }
        events.clear();
        // What begins at this step does so from here.
        let before: Vec<Pose3> = (0..plan.actors.len()).map(|i| traffic.pose(i)).collect();
        traffic.step(network, &seen, time, DT, &mut events);
        for event in &events {
            let found = plan.actors.iter().enumerate().find_map(|(user, actor)| {
                let named = |a: &crate::traffic::Action| a.name == event.action;
                (actor.name == event.user)
                    .then(|| actor.actions.iter().position(named))
                    .flatten()
                    .map(|k| (user, k))
            });
            let Some((user, k)) = found else {
                continue;
            };
            if event.phase == Phase::Started {
                let (_, point) = place(&traffic, user);
                if leads_across(&plan.actors[user].actions[k].what) {
                    open.push(deeds.len());
                }
                deeds.push(Deed {
                    user,
                    action: Some(k),
                    name: event.action.clone(),
                    time,
                    pose: before[user],
                    point,
                    ego: seen.place,
                    path: vec![before[user]],
                });
            } else {
                open.retain(|d| {
                    let own = deeds[*d].user == user && deeds[*d].action == Some(k);
                    if own {
                        deeds[*d].path.push(traffic.pose(user));
                    }
                    !own
                });
            }
        }
        if tick % EVERY == 0 {
            for d in &open {
                let user = deeds[*d].user;
                deeds[*d].path.push(traffic.pose(user));
            }
        }
        ego.step(scenario);
    }
    deeds
}
