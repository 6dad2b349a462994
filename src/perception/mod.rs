//! What the vehicle believes: tracks of others, its lane, its place, how far it sees, and how sure it
//! is. docs/perception.md tells it at length.
//!
//! Each sensor makes detections; every miss, error and false detection comes from range, weather,
//! light, what stands in between, a scripted fault, or a seeded stream. The autopilot and the
//! takeover policy see a [`Report`] and nothing else; the truth goes in here and to the referee only.
//!
//! The vehicle has a map (the network itself) and knows which of its lanes it is on.

pub mod atmosphere;
mod claim;
mod confidence;
mod detect;
mod faults;
mod judge;
mod kalman;
mod lane;
mod occlusion;
mod report;
mod reported;
mod sensors;
mod tracker;
pub mod weather;

pub use claim::Claim;
pub use confidence::{Confidence, Function, Trust, stopping_distance};
pub use faults::{Fault, FaultKind, Target};
pub use report::{Class, LaneReport, LightReport, PoseSd, Report, SECTORS, Track};
pub use reported::{ConfidenceSettings, Keyframe, Map};
pub use sensors::Cause;

use crate::road::{Located, Network, ObjectKind, Path, wrap_angle};
use crate::road_user::RoadUser;
use crate::vehicle::sensors::{Sensor, Suite};
use atmosphere::{Depths, Place};
use detect::{Eye, IN_VIEW, Near};
use judge::Judge;
use lane::{Localiser, PlaceError};
use occlusion::{Horizon, Outline};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use sensors::Surroundings;
use tracker::{Conditions, Tracker};
use weather::Weather;

/// The sensors report every this many ticks: 20 Hz.
pub const TICKS_PER_REPORT: u64 = 5;

/// Fixed objects are numbered from here among the things that are there, after road users.
const OBJECTS_FROM: u32 = 100_000;
/// Tracks of scripted ghosts are numbered from here.
pub const GHOSTS_FROM: u32 = 2_000_000_000;
/// Tracks less likely than this are not worth a word.
const REPORTED_FROM: f64 = 0.05;
/// Farther to the side than this, a track's gap and offset are not along our lane, m.
const BESIDE: f64 = 25.0;
/// Contrast is looked up this far behind at most, m; beyond, the last of it goes on.
const BEHIND: f64 = 150.0;

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

/// The sensor suite and its tracker.
#[derive(Debug)]
pub struct Perception {
    suite: Suite,
    settings: ConfidenceSettings,
    rng: ChaCha8Rng,
    report: Report,
    eyes: Vec<Eye>,
    sight: Eyesight,
    depths: Depths,
    tracker: Tracker,
    localiser: Localiser,
    error: PlaceError,
    /// The markings come to an end before sight does.
    gap_in_markings: bool,
    /// Probability that each of the report's tracks goes on as it does.
    predictable: Vec<f64>,
    /// Fixed objects that can be met or that hide things.
    fixed: Vec<Fixed>,
    horizon: Horizon,
    /// Everything in range, nearest first; kept to save the allocation.
    near: Vec<Near>,
    /// Probability of each sensor to detect each of these.
    chances: Vec<f64>,
    cycle: u64,
    judge: Judge,
    /// What the last report claims, and whether it is so.
    claims: Vec<Claim>,
    left_tunnel: Option<f64>,
    was_in_tunnel: bool,
    /// Where and when each ghost appeared, by its fault: x, y, yaw, s.
    ghost_places: Vec<Option<(f64, f64, f64, f64)>>,
    /// No confidence is reported below this: a scripted fault.
    least: f64,
}

/// A fixed object in its place.
#[derive(Clone, Copy, Debug)]
struct Fixed {
    truth: ActorTruth,
    /// It is tracked; others only hide things.
    tracked: bool,
}

/// How far the sensors together see straight ahead, m, and what limits them.
#[derive(Clone, Copy, Debug, Default)]
struct Eyesight {
    /// The best camera.
    camera: f64,
    /// ... as a share of its range in clear daylight.
    camera_share: f64,
    camera_cause: Cause,
    /// The best camera or lidar.
    longest: f64,
    cause: Cause,
}

impl Perception {
    /// `rng` is for the sensors, `probes` for drawing places at which claims are judged.
    pub fn new(
        suite: &Suite,
        settings: &ConfidenceSettings,
        network: &Network,
        mut rng: ChaCha8Rng,
        probes: ChaCha8Rng,
    ) -> Self {
        Self {
            eyes: suite.sensors.iter().cloned().map(Eye::new).collect(),
            localiser: Localiser::new(suite.gnss_noise, &mut rng),
            suite: suite.clone(),
            settings: settings.clone(),
            rng,
            report: Report::default(),
            sight: Eyesight::default(),
            depths: Depths::default(),
            tracker: Tracker::default(),
            error: PlaceError::default(),
            gap_in_markings: false,
            predictable: Vec::new(),
            fixed: fixed_objects(network),
            horizon: Horizon::default(),
            near: Vec::new(),
            chances: Vec::new(),
            cycle: 0,
            judge: Judge::new(probes),
            claims: Vec::new(),
            left_tunnel: None,
            was_in_tunnel: false,
            ghost_places: Vec::new(),
            least: 0.0,
        }
    }

    pub fn report(&self) -> &Report {
        &self.report
    }

    /// What the last report claims, judged by the truth: for the referee and for tools.
    pub fn claims(&self) -> &[Claim] {
        &self.claims
    }

    /// One cycle of the fusion at `time`. `path` is the centre line of the ego's lane, `dt` the
    /// time since the last cycle; s.
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
        self.adapt(world, path, ego, &around, time);
        let p = ego.located.point;
        let surface = world.network.road(p.road).surface(p.s, p.t);
        let weather = world.weather;
        self.report.friction =
            f64::from(weather.friction(surface, (p.road, p.s), around.in_tunnel));

        self.look_around(world, ego, actors, time);
        self.detect(world, ego, time);
        let conditions = Conditions {
            ego,
            near: &self.near,
            chances: &self.chances,
            eyes: &self.eyes,
            depths: &self.depths,
            faults: world.faults,
            time,
        };
        self.tracker.cycle(&conditions, self.cycle, dt);
        self.cycle += 1;
        self.sense_lane(world, path, ego, time, dt);
        self.sense_light(world, path, ego, time);
        self.report_tracks(world, path, ego, time);
        self.report_free(world, ego, time);

        let noise = self.normal();
        let beliefs = self.beliefs(path, ego);
        let report = &mut self.report;
        let mut confidence = report
            .confidence
            .next(&beliefs, &self.settings, time, noise, dt);
        confidence.raise_to(self.least);
        self.settings.script_overall(&mut confidence, time);
        report.confidence = confidence;
        self.judge(ego, time);
    }

    /// What this moment's conditions leave of the sensors.
    fn adapt(
        &mut self,
        world: &World,
        path: &Path,
        ego: &EgoTruth,
        around: &Surroundings,
        time: f64,
    ) {
        let faults = world.faults;
        self.least = faults
            .iter()
            .filter(|f| f.active(time))
            .fold(0.0, |least, f| {
                if let FaultKind::Overconfident { at_least } = f.what {
                    at_least.max(least)
                } else {
                    least
                }
            });
        let mut sight = Eyesight::default();
        let (mut worst, mut any_camera) = (1.0, false);
        for eye in &mut self.eyes {
            eye.adapt(world.weather, around, faults, time);
            let spec = &eye.spec;
            let faces = eye.faces(0.0);
            eye.looks_ahead = faces && eye.looks(0.0, faults, time);
            let mut share = eye.range / spec.range.max(1e-9);
            let mut cause = eye.cause;
            if faces && !eye.looks_ahead {
                (share, cause) = (0.0, Cause::Blockage);
            }
            if share < worst && cause != Cause::None {
                (worst, sight.cause) = (share, cause);
            }
            let range = share * spec.range;
            if spec.kind == Sensor::Camera && faces && (!any_camera || range > sight.camera) {
                any_camera = true;
                sight.camera = range;
                sight.camera_share = share.min(1.0);
                sight.camera_cause = cause;
            }
            if spec.kind != Sensor::Radar && faces {
                sight.longest = sight.longest.max(range);
            }
        }
        let air = &world.weather.air;
        let place = |d: f64| world.place(path, ego.located.d + d);
        if around.in_tunnel {
            self.report.visible_range = sight.longest;
            self.depths.clear();
        } else {
            self.report.visible_range = air.visible_range(place, sight.longest);
            let ahead = sight.longest.max(stopping_distance(ego.speed)) + 10.0;
            self.depths.march(air, place, [ahead, BEHIND]);
            if self.report.visible_range < sight.longest - 1.0 {
                sight.cause = Cause::Fog;
                let limit = self.suite.lane_range * sight.camera_share;
                if self.report.visible_range < limit {
                    sight.camera_cause = Cause::Fog;
                }
            }
        }
        self.sight = sight;
    }

    /// Who detects what: the scans of this cycle.
    fn detect(&mut self, world: &World, ego: &EgoTruth, time: f64) {
        let stride = self.eyes.len();
        self.chances.clear();
        for near in &self.near {
            let t = &near.truth;
            let thing = (near.class, [t.x, t.y], libm::hypot(t.vx, t.vy));
            for eye in &self.eyes {
                let chance = if near.in_view && near.tracked {
                    eye.chance(ego, thing, &self.depths, world.faults, time)
                } else {
                    0.0
                };
                self.chances.push(chance);
            }
        }
        for (e, eye) in self.eyes.iter_mut().enumerate() {
            let chances = |i: usize| self.chances[i * stride + e];
            eye.look(self.cycle, time, ego, &self.near, chances, &mut self.rng);
        }
    }

    /// What the tracker believes, as it goes out: by where we think we are.
    fn report_tracks(&mut self, world: &World, path: &Path, ego: &EgoTruth, time: f64) {
        let (dx, dy) = (self.report.pose.x - ego.x, self.report.pose.y - ego.y);
        let tracks = &mut self.report.tracks;
        tracks.clear();
        self.predictable.clear();
        for tracked in &self.tracker.tracks {
            if tracked.existence < REPORTED_FROM {
                continue;
            }
            let mut track = tracked.track();
            along_lane(path, ego, &mut track);
            track.offset += self.error.across;
            track.x += dx;
            track.y += dy;
            let p = track.existence * track.class_probability;
            track.reported = self.settings.reported(Function::Objects, p).max(self.least);
            let variance = tracked.motion.variance_in(Self::AHEAD);
            self.predictable
                .push(Self::predictable(track.class, variance));
            tracks.push(track);
        }
        self.sense_ghosts(world, path, ego, time);
    }

    /// Tracks of things that are not there.
    fn sense_ghosts(&mut self, world: &World, path: &Path, ego: &EgoTruth, time: f64) {
        self.ghost_places.resize(world.faults.len(), None);
        for (i, fault) in world.faults.iter().enumerate() {
            let FaultKind::Ghost {
                ahead,
                speed,
                existence,
            } = fault.what
            else {
                continue;
            };
            if !fault.active(time) {
                self.ghost_places[i] = None;
                continue;
            }
            // It appears on our lane and then keeps to the world.
            let (x, y, yaw, since) = *self.ghost_places[i].get_or_insert_with(|| {
                let p = path.at(ego.located.d + ego.nose + ahead);
                (p.x, p.y, p.yaw, time)
            });
            let gone = speed * (time - since);
            let wobble = 0.08 * self.normal();
            let existence = (existence + wobble).clamp(0.0, 1.0);
            let reported = self.settings.reported(Function::Objects, existence);
            let mut ghost = Track {
                id: GHOSTS_FROM + i as u32,
                class: Class::Vehicle,
                class_probability: 1.0,
                x: x + gone * libm::cos(yaw),
                y: y + gone * libm::sin(yaw),
                vx: speed * libm::cos(yaw),
                vy: speed * libm::sin(yaw),
                yaw,
                length: 4.0,
                width: 1.8,
                existence,
                reported: reported.max(self.least),
                sxx: 0.1,
                syy: 0.1,
                ..Default::default()
            };
            along_lane(path, ego, &mut ghost);
            self.report.tracks.push(ghost);
            self.predictable.push(1.0);
        }
    }

    /// How far it is free by sector.
    fn report_free(&mut self, world: &World, ego: &EgoTruth, time: f64) {
        let width = std::f64::consts::TAU / SECTORS as f64;
        let fog = if self.was_in_tunnel {
            f64::INFINITY
        } else {
            let p = ego.located.point;
            world.weather.air.visibility_at((p.road, p.s))
        };
        let eyes = &self.eyes;
        let ahead = self.report.visible_range;
        self.report.free = std::array::from_fn(|i| {
            let bearing = wrap_angle(i as f64 * width);
            let seen = eyes
                .iter()
                .filter(|e| e.spec.kind != Sensor::Radar && e.looks(bearing, world.faults, time))
                .map(|e| e.range)
                .fold(0.0, f64::max);
            // Along the road fog is known place by place; elsewhere it is as it is here.
            if i == 0 {
                seen.min(ahead)
            } else {
                seen.min(fog)
            }
        });
        let pose = self.report.pose;
        for track in self.report.tracks.iter().filter(|t| t.existence >= 0.5) {
            let (dx, dy) = (track.x - pose.x, track.y - pose.y);
            let distance = libm::hypot(dx, dy);
            let bearing = libm::atan2(dy, dx) - ego.yaw;
            let turn = wrap_angle(track.yaw - ego.yaw - bearing);
            let (sin, cos) = (libm::sin(turn).abs(), libm::cos(turn).abs());
            let near = (distance - 0.5 * (cos * track.length + sin * track.width)).max(0.1);
            let half = 0.5 * (sin * track.length + cos * track.width);
            let half = libm::atan2(half, near);
            let first = ((bearing - half) / width + 0.5).floor() as i64;
            let last = ((bearing + half) / width + 0.5).floor() as i64;
            for sector in first..=last {
                let free = &mut self.report.free[sector.rem_euclid(SECTORS as i64) as usize];
                *free = free.min(near);
            }
        }
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

    /// Everything in range, nearest first, and how much of it is in view.
    fn look_around(&mut self, world: &World, ego: &EgoTruth, actors: &[ActorTruth], time: f64) {
        let reach = self.eyes.iter().map(|e| e.spec.range).fold(0.0, f64::max) + 10.0;
        let blind_to = |kind: RoadUser| {
            world.faults.iter().any(|f| {
                f.active(time) && matches!(&f.what, FaultKind::Blind { to } if to.contains(&kind))
            })
        };
        self.near.clear();
        let fixed = self.fixed.iter().map(|f| (f.truth, f.tracked));
        for (truth, tracked) in actors.iter().map(|a| (*a, true)).chain(fixed) {
            let distance = libm::hypot(truth.x - ego.x, truth.y - ego.y);
            if distance < reach {
                let object = truth.id >= OBJECTS_FROM;
                self.near.push(Near {
                    distance,
                    truth,
                    class: if object {
                        Class::Obstacle
                    } else {
                        truth.kind.into()
                    },
                    tracked,
                    in_view: true,
                    blind: !object && blind_to(truth.kind),
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
        for n in &mut self.near {
            let t = &n.truth;
            let outline = Outline {
                x: t.x,
                y: t.y,
                yaw: t.yaw,
                length: t.size[0],
                width: t.size[1],
                height: t.size[2],
            };
            n.in_view = horizon.show(ego.x, ego.y, &outline) > IN_VIEW;
        }
    }
}

/// Gap, offset and speed of a track along our lane.
fn along_lane(path: &Path, ego: &EgoTruth, track: &mut Track) {
    let half = |direction: f64| {
        // Half of its length seen from a direction.
        let turn = wrap_angle(track.yaw - direction);
        (libm::cos(turn).abs() * track.length + libm::sin(turn).abs() * track.width) / 2.0
    };
    match path.project(track.x, track.y, BESIDE) {
        Some((d, offset)) => {
            let there = path.at(d).yaw;
            track.gap = d - ego.located.d - ego.nose - half(there);
            track.offset = offset;
            track.speed = track.vx * libm::cos(there) + track.vy * libm::sin(there);
        }
        None => {
            let (dx, dy) = (track.x - ego.x, track.y - ego.y);
            let (sin, cos) = (libm::sin(ego.yaw), libm::cos(ego.yaw));
            track.gap = dx * cos + dy * sin - ego.nose - half(ego.yaw);
            let left = dy * cos - dx * sin;
            track.offset = left.signum() * left.abs().max(BESIDE);
            track.speed = track.vx * cos + track.vy * sin;
        }
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
