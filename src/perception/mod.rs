//! What the vehicle believes: tracks of others, its lane, how far it sees, and how sure it is.
//!
//! Camera, lidar and radar; every miss and error comes from range, weather, light, what stands in
//! between, a scripted fault, or a seeded stream. The autopilot and the takeover policy see a
//! [`Report`] and nothing else; the truth goes in here and to the referee only.
//!
//! The vehicle has a map (the network itself) and knows which of its lanes it is on. Association is
//! ideal: a track keeps the number of what it is a track of.

pub mod atmosphere;
mod claim;
mod confidence;
mod faults;
mod lane;
mod occlusion;
mod report;
mod sensors;
mod tracker;
pub mod weather;

pub use claim::Claim;
pub use confidence::{Confidence, Function, Trust, stopping_distance};
pub use faults::{Fault, FaultKind};
pub use report::{Class, LaneReport, LightReport, Report, Track};
pub use sensors::{Cause, Sensor, SensorSettings};

use crate::road::{Located, Network, ObjectKind, Path};
use crate::road_user::RoadUser;
use atmosphere::Place;
use occlusion::{Horizon, Outline};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use sensors::{Reach, Surroundings, reach};
use weather::Weather;

/// The sensors report every this many ticks: 20 Hz.
pub const TICKS_PER_REPORT: u64 = 5;

/// Numbers of tracks of fixed objects start here; of ghosts, at twice that.
const OBJECTS_FROM: u32 = 100_000;
const GHOSTS_FROM: u32 = 200_000;

/// True state of the ego, for the sensors.
#[derive(Clone, Copy, Debug)]
pub struct EgoTruth {
    /// Centre of gravity, m.
    pub x: f64,
    pub y: f64,
    pub yaw: f64,
    /// m/s.
    pub speed: f64,
    /// Centre of gravity to front bumper, m.
    pub nose: f64,
    pub located: Located,
}

/// True state of another road user, for the sensors.
#[derive(Clone, Copy, Debug)]
pub struct ActorTruth {
    pub id: u32,
    pub kind: RoadUser,
    /// Middle of the body, m.
    pub x: f64,
    pub y: f64,
    pub yaw: f64,
    /// m/s, world axes.
    pub vx: f64,
    pub vy: f64,
    /// Length, width, height, m.
    pub size: [f64; 3],
}

/// What does not change in a run.
#[derive(Clone, Copy, Debug)]
pub struct World<'a> {
    pub network: &'a Network,
    pub weather: &'a Weather,
    pub faults: &'a [Fault],
}

impl World<'_> {
    /// The road and the `s` at a distance along a path, m.
    fn place(&self, path: &Path, d: f64) -> Place {
        let at = path.at(d).at;
        (self.network.lane(at.lane).road, self.network.s_of(at))
    }
}

/// The sensor suite and its trackers.
#[derive(Debug)]
pub struct Perception {
    settings: SensorSettings,
    rng: ChaCha8Rng,
    report: Report,
    /// Fixed objects that can be met or that hide things.
    fixed: Vec<Fixed>,
    horizon: Horizon,
    /// Everything in range, nearest first; kept to save the allocation.
    near: Vec<Near>,
    /// What the last report claims, and whether it is so.
    claims: Vec<Claim>,
    left_tunnel: Option<f64>,
    was_in_tunnel: bool,
    lane_drift: f64,
    /// Where and when each ghost appeared, by its fault: x, y, yaw, s.
    ghost_places: Vec<Option<(f64, f64, f64, f64)>>,
}

/// A fixed object in its place.
#[derive(Clone, Copy, Debug)]
struct Fixed {
    truth: ActorTruth,
    /// It is tracked; others only hide things.
    tracked: bool,
}

#[derive(Clone, Copy, Debug)]
struct Near {
    distance: f64,
    truth: ActorTruth,
    class: Class,
    tracked: bool,
}

/// How far the three sensors see at this moment, m, and what limits them.
#[derive(Clone, Copy, Debug)]
struct Eyesight {
    camera: f64,
    lidar: f64,
    radar: f64,
    cause: Cause,
}

impl Perception {
    pub fn new(settings: SensorSettings, network: &Network, rng: ChaCha8Rng) -> Self {
        Self {
            settings,
            rng,
            report: Report::default(),
            fixed: fixed_objects(network),
            horizon: Horizon::default(),
            near: Vec::new(),
            claims: Vec::new(),
            left_tunnel: None,
            was_in_tunnel: false,
            lane_drift: 0.0,
            ghost_places: Vec::new(),
        }
    }

    pub fn report(&self) -> &Report {
        &self.report
    }

    /// What the last report claims, judged by the truth: for the referee and for tools.
    pub fn claims(&self) -> &[Claim] {
        &self.claims
    }

    /// One reading of all sensors at `time`. `path` is the centre line of the ego's lane, `dt` the
    /// time since the last reading; s.
    pub fn sense(
        &mut self,
        world: &World,
        path: &Path,
        ego: &EgoTruth,
        actors: &[ActorTruth],
        time: f64,
        dt: f64,
    ) {
        let around = self.surroundings(world, path, ego, time);
        let sight = self.eyesight(world, &around, time);
        let place = |d: f64| world.place(path, ego.located.d + d);
        let air = &world.weather.air;
        let longest = sight.camera.max(sight.lidar);
        self.report.visible_range = if around.in_tunnel {
            longest
        } else {
            air.visible_range(place, longest)
        };
        let p = ego.located.point;
        let surface = world.network.road(p.road).surface(p.s, p.t);
        let weather = world.weather;
        self.report.friction =
            f64::from(weather.friction(surface, (p.road, p.s), around.in_tunnel));
        let fog = !around.in_tunnel && self.report.visible_range < longest - 1.0;

        self.look_around(ego, actors, &sight);
        let blind_to = |kind: RoadUser| {
            world.faults.iter().any(|f| {
                f.active(time) && matches!(&f.what, FaultKind::Blind { to } if to.contains(&kind))
            })
        };
        for i in 0..self.near.len() {
            let near = self.near[i];
            let contrast = |d: f64| {
                if around.in_tunnel {
                    1.0
                } else {
                    air.contrast(place, d)
                }
            };
            let blind = blind_to(near.truth.kind) && near.truth.id < OBJECTS_FROM;
            self.sense_one(path, ego, &near, &sight, blind, contrast, dt);
        }
        self.ghost_places.resize(world.faults.len(), None);
        self.sense_ghosts(world, path, ego, time);
        self.forget(path, ego, dt);
        self.sense_lane(world, path, ego, &sight, time, dt);
        self.sense_light(world, path, ego, &sight, time);
        let noise = self.normal();
        let cause = if fog { Cause::Fog } else { sight.cause };
        let report = &mut self.report;
        let mut confidence = report.confidence.next(report, ego.speed, cause, noise, dt);
        for fault in world.faults.iter().filter(|f| f.active(time)) {
            if let FaultKind::Overconfident { at_least } = fault.what {
                confidence.raise_to(at_least);
            }
        }
        report.confidence = confidence;
    }

    fn normal(&mut self) -> f64 {
        StandardNormal.sample(&mut self.rng)
    }

    fn surroundings(
        &mut self,
        world: &World,
        path: &Path,
        ego: &EgoTruth,
        time: f64,
    ) -> Surroundings {
        let covered = |d: f64| {
            let (road, s) = world.place(path, d);
            world.network.road(road).in_tunnel(s)
        };
        let here = ego.located.d;
        let in_tunnel = covered(here);
        if self.was_in_tunnel && !in_tunnel {
            self.left_tunnel = Some(time);
        }
        self.was_in_tunnel = in_tunnel;
        let exit = in_tunnel.then(|| {
            (1..40)
                .map(|i| f64::from(i) * 5.0)
                .find(|d| !covered(here + d))
        });
        Surroundings {
            rain: world.weather.rain_at(world.place(path, here)),
            yaw: ego.yaw,
            in_tunnel,
            tunnel_exit: exit.flatten(),
            since_tunnel: self.left_tunnel.map(|t| time - t),
        }
    }

    fn eyesight(&self, world: &World, around: &Surroundings, time: f64) -> Eyesight {
        let mut strongest = 0.9;
        let mut cause = Cause::None;
        let mut share = |sensor: Sensor| {
            let mut r: Reach = reach(sensor, world.weather, around, &mut strongest);
            for fault in world.faults {
                let left = fault.leaves(sensor, time);
                let why = match fault.what {
                    FaultKind::Failure { .. } => Cause::Failure,
                    _ => Cause::Dirt,
                };
                r = r.limited(left, why, &mut strongest);
            }
            if r.cause != Cause::None {
                cause = r.cause;
            }
            r.share
        };
        let s = &self.settings;
        let camera = s.range * share(Sensor::Camera);
        let lidar = s.lidar_range * share(Sensor::Lidar);
        let radar = s.radar_range * share(Sensor::Radar);
        Eyesight {
            camera,
            lidar,
            radar,
            cause,
        }
    }

    /// Everything in range, nearest first, hidden things left out.
    fn look_around(&mut self, ego: &EgoTruth, actors: &[ActorTruth], sight: &Eyesight) {
        let limit = self
            .settings
            .range
            .max(self.settings.lidar_range)
            .max(sight.radar)
            + 10.0;
        self.near.clear();
        let fixed = self.fixed.iter().map(|f| (f.truth, f.tracked));
        for (truth, tracked) in actors.iter().map(|a| (*a, true)).chain(fixed) {
            let distance = libm::hypot(truth.x - ego.x, truth.y - ego.y);
            if distance < limit {
                let class = if truth.id >= OBJECTS_FROM {
                    Class::Obstacle
                } else {
                    truth.kind.into()
                };
                self.near.push(Near {
                    distance,
                    truth,
                    class,
                    tracked,
                });
            }
        }
        self.near.sort_by(|a, b| {
            a.distance
                .total_cmp(&b.distance)
                .then(a.truth.id.cmp(&b.truth.id))
        });
        self.horizon.clear();
        let horizon = &mut self.horizon;
        self.near.retain(|n| {
            let t = &n.truth;
            let outline = Outline {
                x: t.x,
                y: t.y,
                yaw: t.yaw,
                length: t.size[0],
                width: t.size[1],
                height: t.size[2],
            };
            // A third in view is enough to be made out.
            horizon.show(ego.x, ego.y, &outline) > 0.33 && n.tracked
        });
    }
}

/// Objects of the network as boxes in the world.
fn fixed_objects(network: &Network) -> Vec<Fixed> {
    let mut fixed = Vec::new();
    for road in &network.roads {
        for object in &road.objects {
            let pose = road.pose(object.s, object.t);
            let (left, right) = road.carriageway(object.s);
            // A rail belongs beside the road, and is tracked only where it does not stand there.
            let beside = if object.kind == ObjectKind::GuardRail {
                -0.1
            } else {
                0.3
            };
            let on_road = (right - beside..=left + beside).contains(&object.t);
            // Trees and poles are thin: beside the road they hide nothing.
            if !on_road && matches!(object.kind, ObjectKind::Tree | ObjectKind::Pole) {
                continue;
            }
            fixed.push(Fixed {
                truth: ActorTruth {
                    id: OBJECTS_FROM + fixed.len() as u32,
                    kind: RoadUser::Debris,
                    x: pose.x,
                    y: pose.y,
                    yaw: pose.yaw + object.heading,
                    vx: 0.0,
                    vy: 0.0,
                    size: object.size,
                },
                // What stands beside the road is on the map.
                tracked: on_road,
            });
        }
    }
    fixed
}

#[cfg(test)]
mod tests;
