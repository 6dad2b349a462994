//! How other road users move.
//!
//! Drivers keep to lanes (IDM, MOBIL, lights, right of way), scripts make them do what a scenario
//! needs, pedestrians and animals walk free in the plane. Motion is kinematic: after each step a
//! user has a pose on the road's surface and a velocity, in f64, whatever the physics engine does
//! with them. A user that was hit belongs to the physics engine from then on.
//!
//! A driver sees the road itself, not perception: traffic is part of the stimulus, so it must do
//! the same whatever the ego's sensors make of it. `docs/traffic.md` has the models.

mod change;
mod crowd;
mod decide;
mod fill;
mod model;
mod motion;
mod occupancy;
mod plan;
mod shape;
mod tasks;
mod track;
mod triggers;
mod user;
mod view;

pub use crowd::room as flow_room;
pub use model::{Change, DriverSettings, Lead};
pub use plan::{
    Action, Actor, Do, Ego, Flow, MOST_USERS, Milestone, Phase, Place, Plan, Side, SpeedStep,
    Trigger, Whom,
};
pub use shape::{Outline, Shape};

use crate::random::{Purpose, stream};
use crate::road::{LanePos, Light, Network, Pose3, Programme, RoadPoint, Route};
use crate::road_user::RoadUser;
use occupancy::{Occupancy, Occupant};
use track::Tracks;
use user::{Control, InPlane, Mode, OnLane, Status, Task, User};

/// Drivers look ahead every this many ticks: 20 Hz.
const LOOK_EVERY: u64 = 5;
/// Each thinks about changing lanes every this many looks: twice a second.
const CHANGE_EVERY: u64 = 10;
/// A wreck slows down by this, m/s2 (tyres and metal on asphalt).
const WRECK_FRICTION: f64 = 6.0;
/// ... and stops turning by this, rad/s2.
const WRECK_SPIN: f64 = 4.0;

/// All other road users of a run.
#[derive(Clone, Debug)]
pub struct Traffic {
    users: Vec<User>,
    tracks: Tracks,
    routes: Vec<Route>,
    occupancy: Occupancy,
    /// What stands on lanes for good.
    fixed: Vec<Occupant>,
    /// What the lights show now, in the order of [`Network::lights`].
    lights: Vec<Light>,
    programmes: Vec<Programme>,
    /// OpenDRIVE ids of the lanes, and lengths of the roads, m.
    ids: Vec<i32>,
    lengths: Vec<f64>,
    ticks: u64,
    now: f64,
    ego_was: Option<RoadPoint>,
    ego_lane: Option<(LanePos, f64)>,
    ego_speed: Option<f64>,
    ego_acceleration: f64,
    /// What ended between two steps.
    untold: Vec<Milestone>,
}

impl Traffic {
    /// Everybody at their start. The seed places crowds and draws their characters.
    pub fn new(network: &Network, plan: &Plan, seed: u64) -> Self {
        let tracks = if plan.is_empty() {
            Tracks::default()
        } else {
            Tracks::new(network)
        };
        let mut traffic = Self {
            users: Vec::new(),
            tracks,
            routes: Vec::new(),
            occupancy: Occupancy::default(),
            fixed: fill::fixed(network),
            lights: network.lights().map(|(_, _, p)| p.light(0.0)).collect(),
            programmes: network.lights().map(|(_, _, p)| p.clone()).collect(),
            ids: network.lanes().iter().map(|l| l.lane).collect(),
            lengths: network.roads.iter().map(|r| r.length()).collect(),
            ticks: 0,
            now: 0.0,
            ego_was: None,
            ego_lane: None,
            ego_speed: None,
            ego_acceleration: 0.0,
            untold: Vec::new(),
        };
        for actor in &plan.actors {
            traffic.add_actor(network, actor);
        }
        let mut rng = stream(seed, Purpose::Traffic);
        for flow in &plan.flows {
            let usual = |at: LanePos| flow.speed.unwrap_or_else(|| network.limit(at));
            for (k, member) in crowd::members(flow, &mut rng, usual)
                .into_iter()
                .enumerate()
            {
                let shape = Shape::of(member.kind);
                let mut driver = flow.driver;
                driver.speed_factor *= member.factor;
                if let Some(speed) = flow.speed {
                    driver.desired_speed = Some(speed * member.factor);
                }
                let Place::Lane { at, .. } = member.place else {
                    continue;
                };
                let speed = (usual(at) * member.factor).min(shape::cruise(member.kind));
                let name = format!("{} {}", flow.name, k + 1);
                let place = Place::Lane {
                    at,
                    offset: member.offset,
                };
                traffic.add(network, name, shape, place, speed * member.pace);
                if let Some(user) = traffic.users.last_mut() {
                    user.number = member.number;
                    user.drives = true;
                    user.driver = brisk(driver, shape.kind);
                    user.control = Control::Own;
                    user.blind = false;
                }
            }
        }
        traffic.choose_ways();
        for i in plan.actors.len()..traffic.users.len() {
            traffic.calm_start(i);
        }
        traffic
    }

    fn add_actor(&mut self, network: &Network, actor: &Actor) {
        self.add(
            network,
            actor.name.clone(),
            actor.shape,
            actor.place,
            actor.speed,
        );
        let route = (!actor.goals.is_empty()).then(|| {
            self.routes.push(Route::to(network, &actor.goals));
            self.routes.len() - 1
        });
        let Some(user) = self.users.last_mut() else {
            return;
        };
        user.drives = actor.driver.is_some();
        user.driver = brisk(actor.driver.unwrap_or_default(), actor.shape.kind);
        user.blind = actor.blind;
        user.hazards = actor.hazards;
        user.route = route;
        if user.drives {
            user.control = Control::Own;
        }
        user.script.clone_from(&actor.script);
        user.tasks = actor
            .actions
            .iter()
            .map(|action| Task {
                action: action.clone(),
                status: Status::Waiting,
                latches: Vec::new(),
            })
            .collect();
    }

    fn add(&mut self, network: &Network, name: String, shape: Shape, place: Place, speed: f64) {
        let (mode, pose) = match place {
            Place::Lane { at, offset } => {
                let on = OnLane {
                    lane: at.lane,
                    d: at.d,
                    offset,
                    drift: 0.0,
                    rest: offset,
                    from: None,
                    next: None,
                    shift: None,
                };
                let pose = motion::pose_on_lane(self.tracks.get(at.lane).at(at.d), &on, speed);
                (Mode::Lane(on), pose)
            }
            Place::Road { point, heading } => {
                let along = network.pose(point).yaw;
                let yaw = crate::road::wrap_angle(along + heading);
                let pose = motion::surface(network, point, yaw);
                let plane = InPlane {
                    place: point,
                    course: None,
                };
                (Mode::Plane(plane), pose)
            }
        };
        let speed = if matches!(mode, Mode::Lane(_)) {
            speed
        } else {
            0.0
        };
        self.users.push(User {
            name,
            shape,
            driver: DriverSettings::default(),
            drives: false,
            blind: true,
            route: None,
            number: 0,
            mode,
            pose,
            velocity: [
                speed * libm::cos(pose.yaw),
                speed * libm::sin(pose.yaw),
                0.0,
            ],
            yaw_rate: 0.0,
            speed,
            acceleration: 0.0,
            control: Control::Hold {
                to: speed,
                rate: 2.0,
            },
            control_by: None,
            cutting_out: None,
            script: Vec::new(),
            script_next: 0,
            tasks: Vec::new(),
            hazards: false,
            taken: 0.0,
            free: 0.0,
            changed_at: f64::NEG_INFINITY,
            was: None,
            waiting_since: None,
            stopped_for: None,
            passing: None,
        });
    }

    /// Everybody knows the lane after the first one.
    fn choose_ways(&mut self) {
        for i in 0..self.users.len() {
            let Some(lane) = self.users[i].on_lane().map(|on| on.lane) else {
                continue;
            };
            let next = self.next_lane_from(&self.users[i], lane);
            if let Some(on) = self.users[i].on_lane_mut() {
                on.next = next;
            }
        }
    }

    /// From `time` to `time + dt`, s. What begins and ends is added to `events`.
    pub fn step(
        &mut self,
        network: &Network,
        ego: &Ego,
        time: f64,
        dt: f64,
        events: &mut Vec<Milestone>,
    ) {
        self.now = time;
        events.append(&mut self.untold);
        self.ego_lane = network.snap(ego.place);
        let speed = ego.speed();
        self.ego_acceleration = self.ego_speed.map_or(0.0, |last| (speed - last) / dt);
        self.ego_speed = Some(speed);

        let look = self.ticks.is_multiple_of(LOOK_EVERY);
        if look || self.users.iter().any(|u| u.cutting_out.is_some()) {
            self.fill(network, ego);
        }
        for i in 0..self.users.len() {
            if self.users[i].script_next < self.users[i].script.len() {
                self.follow_script(i, time, events);
            }
            if !self.users[i].tasks.is_empty() {
                self.run_tasks(i, network, ego, time, events);
            }
        }
        if look {
            let round = self.ticks / LOOK_EVERY;
            for i in 0..self.users.len() {
                self.look_ahead(i, time);
            }
            for i in 0..self.users.len() {
                if (round + i as u64).is_multiple_of(CHANGE_EVERY) {
                    self.consider_change(i, time);
                }
            }
        }
        for i in 0..self.users.len() {
            if self.users[i].on_lane().is_some() {
                self.users[i].acceleration = self.push(i, ego, time, dt);
            }
            self.advance(i, network, time, dt);
            self.end_own_shift(i);
        }
        self.ego_was = Some(ego.place);
        self.ticks += 1;
        for (light, programme) in self.lights.iter_mut().zip(&self.programmes) {
            *light = programme.light(time + dt);
        }
    }

    /// A move that no action asked for needs nobody to end it.
    fn end_own_shift(&mut self, i: usize) {
        if let Some(on) = self.users[i].on_lane_mut()
            && let Some(shift) = on.shift
            && shift.done >= shift.over
        {
            on.offset = shift.to;
            let by = shift.by;
            let running = by.is_some_and(|k| self.users[i].tasks[k].status == Status::Running);
            if !running && let Some(on) = self.users[i].on_lane_mut() {
                on.shift = None;
            }
        }
    }

    fn vanish(&mut self, i: usize) {
        let user = &mut self.users[i];
        user.mode = Mode::Gone;
        user.velocity = [0.0; 3];
        user.yaw_rate = 0.0;
        user.speed = 0.0;
        user.acceleration = 0.0;
    }

    /// A user was hit: from now on the physics engine moves it.
    pub fn strike(&mut self, i: usize, network: &Network) {
        let Some(user) = self.users.get(i) else {
            return;
        };
        if matches!(user.mode, Mode::Struck(_) | Mode::Gone) {
            return;
        }
        let place = match &user.mode {
            Mode::Lane(on) => network.road_point(
                LanePos {
                    lane: on.lane,
                    d: on.d,
                },
                on.offset,
            ),
            Mode::Plane(plane) => plane.place,
            Mode::Struck(place) => *place,
            Mode::Gone => return,
        };
        // Told with the next step.
        let mut told = std::mem::take(&mut self.untold);
        for k in 0..self.users[i].tasks.len() {
            self.close(i, k, self.now, Phase::Aborted, &mut told);
        }
        self.untold = told;
        let user = &mut self.users[i];
        user.mode = Mode::Struck(place);
        user.hazards |= user.shape.kind.drives();
        for task in &mut user.tasks {
            // What has not begun never will.
            if task.status == Status::Waiting {
                task.action.when = Trigger::Any(Vec::new());
            }
        }
    }

    /// Where the physics engine has brought a struck user, and how fast it is; returns the
    /// velocity (m/s) and yaw rate (rad/s) after a step of sliding.
    pub fn slide(
        &mut self,
        i: usize,
        network: &Network,
        at: Pose3,
        velocity: [f64; 3],
        yaw_rate: f64,
        dt: f64,
    ) -> ([f64; 3], f64) {
        let Some(user) = self.users.get_mut(i) else {
            return (velocity, yaw_rate);
        };
        let Mode::Struck(place) = &mut user.mode else {
            return (velocity, yaw_rate);
        };
        let speed = libm::hypot(velocity[0], velocity[1]);
        if speed > 0.0 {
            *place = network.locate_near(at.x, at.y, *place);
        }
        let surface = motion::surface(network, *place, at.yaw);
        let left = (speed - WRECK_FRICTION * dt).max(0.0);
        let part = if speed > 0.0 { left / speed } else { 0.0 };
        let spin = (yaw_rate.abs() - WRECK_SPIN * dt).max(0.0) * yaw_rate.signum();
        let after = [
            velocity[0] * part,
            velocity[1] * part,
            // Back to the surface, at walking pace at most.
            ((surface.z - at.z) / dt).clamp(-1.0 - speed, 1.0 + speed),
        ];
        user.pose = Pose3 {
            x: at.x,
            y: at.y,
            z: at.z,
            ..surface
        };
        user.velocity = after;
        user.yaw_rate = spin;
        user.acceleration = (left - speed) / dt;
        user.speed = left;
        (after, spin)
    }
}

/// A driver of this kind: some speed up less briskly.
fn brisk(mut driver: DriverSettings, kind: RoadUser) -> DriverSettings {
    driver.acceleration *= shape::pull(kind);
    driver
}

#[cfg(test)]
mod tests;
