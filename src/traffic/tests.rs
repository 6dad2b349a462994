use super::*;
use crate::road::{
    CrossSection, Element, LaneId, Link, Programme, ReferenceLine, RoadId, Signal, SignalKind,
};

mod drivers;
mod extremes;
mod junctions;
mod manoeuvres;

pub(super) const DT: f64 = 0.01;
pub(super) const MAIN: RoadId = RoadId(0);

/// A straight road with lanes -1 ... -n and 1 ... m.
pub(super) fn straight(length: f64, right: u32, left: u32, limit: f64) -> Network {
    let line = ReferenceLine::new(&[Element::Straight { length }]);
    Network::new(vec![plain("main", line, right, left, limit)], Vec::new())
}

pub(super) fn plain(
    name: &str,
    line: ReferenceLine,
    right: u32,
    left: u32,
    limit: f64,
) -> crate::road::Road {
    let lanes = CrossSection {
        right,
        left,
        lane_width: 3.5,
        shoulder: 2.5,
        sidewalk: 0.0,
    };
    crate::road::road(name, line, lanes.section(), limit)
}

/// A ring road: a circle that leads into itself.
pub(super) fn ring(radius: f64, lanes: u32, limit: f64) -> Network {
    let quarter = Element::Curve {
        radius,
        length: radius * std::f64::consts::FRAC_PI_2,
        transition: 0.0,
    };
    let mut road = plain("ring", ReferenceLine::new(&[quarter; 4]), lanes, 0, limit);
    for (i, lane) in road.sections[0].right.iter_mut().enumerate() {
        lane.next = Some(-1 - i as i32);
        lane.previous = Some(-1 - i as i32);
    }
    road.after = Some(Link::Road(MAIN, crate::road::End::Start));
    road.before = Some(Link::Road(MAIN, crate::road::End::End));
    Network::new(vec![road], Vec::new())
}

pub(super) fn actor(network: &Network, name: &str, lane: i32, s: f64, speed: f64) -> Actor {
    actor_at(
        name,
        network.lane_pos(MAIN, lane, s).expect("a lane"),
        speed,
    )
}

pub(super) fn actor_at(name: &str, at: LanePos, speed: f64) -> Actor {
    Actor {
        name: name.into(),
        shape: Shape::of(RoadUser::Car),
        place: Place::Lane { at, offset: 0.0 },
        speed,
        driver: Some(DriverSettings::default()),
        blind: false,
        script: Vec::new(),
        actions: Vec::new(),
        hazards: false,
        goals: Vec::new(),
    }
}

pub(super) fn scripted(network: &Network, name: &str, lane: i32, s: f64, speed: f64) -> Actor {
    Actor {
        driver: None,
        blind: true,
        ..actor(network, name, lane, s, speed)
    }
}

pub(super) fn action(name: &str, when: Trigger, what: Do) -> Action {
    Action {
        name: name.into(),
        when,
        what,
    }
}

/// A world without physics: traffic, and an ego that moves at a constant speed.
pub(super) struct World {
    pub network: Network,
    pub traffic: Traffic,
    pub ego: Ego,
    pub ticks: u64,
    /// (time, "user action phase").
    pub events: Vec<(f64, String)>,
}

impl World {
    pub fn new(network: Network, actors: Vec<Actor>) -> Self {
        Self::of(
            network,
            &Plan {
                actors,
                flows: Vec::new(),
            },
            1,
        )
    }

    pub fn of(network: Network, plan: &Plan, seed: u64) -> Self {
        let traffic = Traffic::new(&network, plan, seed);
        let mut world = Self {
            network,
            traffic,
            ego: Ego::standing(Pose3::default(), 4.6, 1.82, RoadPoint::default()),
            ticks: 0,
            events: Vec::new(),
        };
        // Far off the road, until a test wants it there.
        world.put_ego(-10_000.0, -10_000.0, 0.0, 0.0);
        world
    }

    pub fn put_ego(&mut self, x: f64, y: f64, yaw: f64, speed: f64) {
        self.ego.x = x;
        self.ego.y = y;
        self.ego.yaw = yaw;
        self.ego.vx = speed * libm::cos(yaw);
        self.ego.vy = speed * libm::sin(yaw);
        self.ego.place = self.network.locate(x, y, None);
    }

    pub fn time(&self) -> f64 {
        self.ticks as f64 / 100.0
    }

    pub fn step(&mut self) {
        let mut out = Vec::new();
        let time = self.time();
        self.traffic
            .step(&self.network, &self.ego, time, DT, &mut out);
        for m in out {
            let text = format!("{} {} {}", m.user, m.action, m.phase.label());
            self.events.push((time, text));
        }
        let (x, y) = (self.ego.x + self.ego.vx * DT, self.ego.y + self.ego.vy * DT);
        self.ego.x = x;
        self.ego.y = y;
        self.ego.place = self.network.locate_near(x, y, self.ego.place);
        self.ticks += 1;
    }

    pub fn run(&mut self, seconds: f64) {
        for _ in 0..(seconds * 100.0).round() as u64 {
            self.step();
        }
    }

    /// When something happened, s.
    pub fn when(&self, what: &str) -> f64 {
        let found = self.events.iter().find(|e| e.1 == what);
        found
            .unwrap_or_else(|| panic!("no `{what}` in {:?}", self.events))
            .0
    }

    /// s along the road.
    pub fn s(&self, i: usize) -> f64 {
        let (at, _) = self.traffic.lane(i).expect("on a lane");
        self.network.s_of(at)
    }

    pub fn lane(&self, i: usize) -> i32 {
        let (at, _) = self.traffic.lane(i).expect("on a lane");
        self.network.lane(at.lane).lane
    }

    pub fn outline(&self, i: usize) -> Outline {
        let (p, shape) = (self.traffic.pose(i), self.traffic.shape(i));
        Outline {
            x: p.x,
            y: p.y,
            yaw: p.yaw,
            length: shape.length,
            width: shape.width,
        }
    }

    /// Everything that moves, in bits.
    pub fn bits(&self) -> Vec<u64> {
        (0..self.traffic.len())
            .flat_map(|i| {
                let p = self.traffic.pose(i);
                [p.x, p.y, p.z, p.yaw, self.traffic.speed(i)].map(f64::to_bits)
            })
            .collect()
    }

    /// The first two users whose boxes overlap.
    pub fn overlap(&self) -> Option<(usize, usize)> {
        let all: Vec<Outline> = (0..self.traffic.len()).map(|i| self.outline(i)).collect();
        let mut order: Vec<usize> = (0..all.len())
            .filter(|i| self.traffic.present(*i))
            .collect();
        order.sort_by(|a, b| all[*a].x.total_cmp(&all[*b].x));
        for (k, a) in order.iter().enumerate() {
            for b in &order[k + 1..] {
                if all[*b].x - all[*a].x > 15.0 {
                    break;
                }
                if all[*a].meets(&all[*b], 0.0) {
                    return Some((*a, *b));
                }
            }
        }
        None
    }
}
