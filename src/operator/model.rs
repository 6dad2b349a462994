//! A modelled operator: reacts after a random time, then drives with care.
//!
//! Reaction: log-normal with mean 2.72 s and standard deviation 1.45 s, the mean of means and its
//! spread over 129 studies (Zhang, de Winter, Varotto, Happee and Martens 2019, Transportation
//! Research Part F 64; figures quoted from memory, to be verified). Mean and spread are known to
//! grow together there, hence a distribution that is skewed to the right.
//!
//! Driving: pure pursuit of the lane's centre, a speed from which the car can stop within what is
//! visible, bends at 2 m/s2, red lights, and braking for what is in the way or walks into it. It stands in for a person so that a run without one shows the whole story; nobody
//! should take it for a model of driving skill.

use super::{Noticing, Operator, made};
use crate::command::{Command, Input};
use crate::frame::{BodyView, Frame};
use crate::perception::stopping_distance;
use crate::random::{Purpose, stream};
use crate::road::{Light, Located, Locator};
use crate::scenario::Scenario;
use crate::takeover::alert::Presented;
use crate::takeover::event::{Authority, Event};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, LogNormal};
use std::sync::Arc;

/// Mean reaction time, s.
pub const REACTION_MEAN: f64 = 2.72;
/// Its standard deviation, s.
pub const REACTION_SD: f64 = 1.45;

/// Inputs are made on this grid, s.
const STEP: f64 = 0.01;
/// Brake pedal pressed to take over, 0 to 1, and how fast, 1/s.
const FIRST_BRAKE: f32 = 0.2;
const PEDAL_RATE: f32 = 0.8;
/// How fast the steering wheel is turned at most, rad/s.
const WHEEL_RATE: f32 = 2.0;
/// Confidence must have been back for this long before control is offered back, s.
const WAIT_BEFORE_HAND_BACK: f64 = 4.0;
/// A person hands back once the fog is over, not as soon as the vehicle feels sure of itself in it,
/// m of visibility.
const CLEAR_ENOUGH: f64 = 300.0;
/// Acceleration across in bends, m/s2.
const COMFORT: f64 = 2.0;
/// The hand-back button is held for this long, s ...
const PRESS: f64 = 0.2;
/// ... and hands and feet are kept still meanwhile and after it, s: whoever moves the controls
/// keeps control. Longer than the vehicle's check takes by default.
const STILL: f64 = 0.8;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Doing {
    Watching,
    /// Reacts at this time, s.
    Reacting(f64),
    /// Presses the brake and waits to be in command.
    TakingOver,
    Driving,
}

pub struct Model {
    scenario: Arc<Scenario>,
    rng: ChaCha8Rng,
    noticing: Noticing,
    doing: Doing,
    seen: Frame,
    /// Eyes on the road: the own lane, and the place in it.
    eyes: Locator,
    place: Option<Located>,
    /// What stands on or beside the roads: x, y and half its length, m.
    objects: Vec<(f64, f64, f64)>,
    command: Command,
    next: f64,
    announced: bool,
    /// Since when confidence has been high enough to hand back, s.
    calm_since: Option<f64>,
    hand_back_until: f64,
    still_until: f64,
}

/// The distribution of reaction times, s.
pub fn reaction_time() -> LogNormal<f64> {
    let variance = libm::log(1.0 + (REACTION_SD / REACTION_MEAN) * (REACTION_SD / REACTION_MEAN));
    let mu = libm::log(REACTION_MEAN) - variance / 2.0;
    match LogNormal::new(mu, variance.sqrt()) {
        Ok(distribution) => distribution,
        Err(_) => unreachable!("the standard deviation above is a positive constant"),
    }
}

impl Model {
    pub fn new(scenario: Arc<Scenario>, seed: u64) -> Self {
        let roads = scenario.network.roads.iter();
        let objects = roads
            .flat_map(|road| {
                road.objects
                    .iter()
                    .map(move |o| (road.pose(o.s, o.t), o.size[0]))
            })
            .map(|(p, length)| (p.x, p.y, length / 2.0))
            .collect();
        Self {
            scenario,
            rng: stream(seed, Purpose::Operator),
            noticing: Noticing::default(),
            doing: Doing::Watching,
            seen: Frame::default(),
            eyes: Locator::default(),
            place: None,
            objects,
            command: Command {
                present: true,
                ..Default::default()
            },
            next: 0.0,
            announced: false,
            calm_since: None,
            hand_back_until: 0.0,
            still_until: 0.0,
        }
    }

    /// One step of `STEP` s: what the hands and feet do now.
    fn step(&mut self, now: f64) {
        if let Doing::Reacting(at) = self.doing
            && now >= at - 1e-9
        {
            self.doing = Doing::TakingOver;
        }
        let (wheel, accelerator, brake) = match self.doing {
            Doing::Watching | Doing::Reacting(_) => (0.0, 0.0, 0.0),
            Doing::TakingOver => (self.steering(), 0.0, FIRST_BRAKE),
            Doing::Driving if now < self.still_until => {
                let c = &self.command;
                (c.wheel, c.accelerator, c.brake)
            }
            Doing::Driving => {
                let (accelerator, brake) = self.pedals();
                (self.steering(), accelerator, brake)
            }
        };
        let c = &mut self.command;
        let move_to = |from: f32, to: f32, rate: f32| {
            let most = rate * STEP as f32;
            from + (to - from).clamp(-most, most)
        };
        // Taking hold of the wheel is part of taking over, but not before the pedal.
        if matches!(self.doing, Doing::TakingOver | Doing::Driving) {
            c.wheel = move_to(c.wheel, wheel, WHEEL_RATE);
        } else {
            c.wheel = 0.0;
        }
        c.accelerator = move_to(c.accelerator, accelerator, PEDAL_RATE);
        c.brake = move_to(c.brake, brake, PEDAL_RATE);
        c.hand_back = now < self.hand_back_until;
    }

    fn steering(&self) -> f32 {
        let Some(here) = &self.place else { return 0.0 };
        let speed = self.seen.ego.speed;
        let preview = (speed * 1.2).max(8.0);
        let bend = self.eyes.path().at(here.d + speed * 0.3).curvature;
        let correction = -2.0 * (here.offset + preview * here.heading) / (preview * preview);
        let spec = &self.scenario.ego;
        spec.steer_for((bend + correction) as f32, speed as f32) * spec.steering.ratio
    }

    fn pedals(&self) -> (f32, f32) {
        let ego = &self.seen.ego;
        let mut wanted = (ego.speed_limit - ego.speed) * 0.4;
        // As fast as one can still stop within what one sees.
        let sight = 0.9 * self.seen.visibility;
        let excess = stopping_distance(ego.speed) - sight;
        if excess > 0.0 {
            wanted = wanted.min(-0.1 * excess);
        } else {
            wanted = wanted.min(-0.05 * excess);
        }
        wanted = wanted.min(self.for_bends());
        for (gap, speed) in self.ahead().into_iter().chain(self.red_light()) {
            let desired = 5.0 + 1.8 * ego.speed;
            wanted = wanted.min(0.15 * (gap - desired) + 0.8 * (speed - ego.speed));
            // Braking in time counts more than a comfortable gap.
            let closing = ego.speed - speed;
            let needed = closing * closing.abs() / (2.0 * (gap - 2.0).max(0.5));
            if needed > 1.5 {
                wanted = wanted.min(-1.1 * needed);
            }
        }
        let wanted = wanted.clamp(-8.0, 1.5) as f32;
        crate::vehicle::dynamics::pedals(&self.scenario.ego, wanted, ego.speed as f32)
    }

    /// Slower for the bends of the next seconds.
    fn for_bends(&self) -> f64 {
        let Some(here) = &self.place else { return 0.0 };
        let v = self.seen.ego.speed;
        let mut wanted = f64::INFINITY;
        for p in self.eyes.path().points() {
            let ahead = p.d - here.d;
            if !(0.0..v * 4.0 + 5.0).contains(&ahead) {
                continue;
            }
            let allowed = libm::sqrt(COMFORT / p.curvature.abs().max(1e-6));
            if allowed < v {
                wanted = wanted.min(-(v * v - allowed * allowed) / (2.0 * ahead.max(3.0)));
            }
        }
        wanted
    }

    /// Gap and speed of everything ahead that is in the own way, or about to walk into it, as far
    /// as the picture shows it.
    fn ahead(&self) -> Vec<(f64, f64)> {
        let (Some(here), Some((ego, others))) = (&self.place, self.seen.bodies.split_first())
        else {
            return Vec::new();
        };
        let path = self.eyes.path();
        let in_way = |other: &BodyView| {
            let away = (other.position - ego.position).length();
            if f64::from(away) > self.seen.visibility.min(150.0) {
                return None;
            }
            let (x, y) = (f64::from(other.position.x), f64::from(other.position.y));
            let (d, offset) = path.project(x, y, 8.0)?;
            let along = path.at(d).yaw;
            let (sin, cos) = (libm::sin(along), libm::cos(along));
            let (vx, vy) = (f64::from(other.velocity.x), f64::from(other.velocity.y));
            let (speed, across) = (vx * cos + vy * sin, vy * cos - vx * sin);
            let gap = d - here.d - f64::from(other.size.x + ego.size.x) / 2.0;
            let reach = f64::from(ego.size.y + other.size.y) / 2.0 + 0.4;
            // Where it will be when we get there, at most three seconds from now.
            let later = (gap / self.seen.ego.speed.max(1.0)).clamp(0.0, 3.0);
            let (low, high) = (
                offset.min(offset + across * later),
                offset.max(offset + across * later),
            );
            let meets = low < reach && high > -reach;
            (d > here.d && gap > -2.0 && meets).then_some((gap, speed.max(0.0)))
        };
        let mut ahead: Vec<(f64, f64)> = others.iter().filter_map(in_way).collect();
        for object in &self.objects {
            let away = libm::hypot(
                object.0 - f64::from(ego.position.x),
                object.1 - f64::from(ego.position.y),
            );
            if away > self.seen.visibility.min(120.0) {
                continue;
            }
            let Some((d, offset)) = path.project(object.0, object.1, 4.0) else {
                continue;
            };
            let gap = d - here.d - object.2 - f64::from(ego.size.x) / 2.0;
            let reach = f64::from(ego.size.y) / 2.0 + object.2.min(0.5) + 0.3;
            if gap > -1.0 && offset.abs() < reach {
                ahead.push((gap, 0.0));
            }
        }
        ahead
    }

    /// A red light as something that stands at its stop line.
    fn red_light(&self) -> Option<(f64, f64)> {
        let here = self.place.as_ref()?;
        let network = &self.scenario.network;
        let (d, i, _) = network.next_light(self.eyes.path(), here.d, here.d + 80.0)?;
        let nose = f64::from(self.seen.bodies.first()?.size.x) / 2.0;
        let stop = matches!(
            self.seen.lights.get(i)?,
            Light::Red | Light::Amber | Light::RedAmber
        );
        stop.then_some((d - here.d - nose + 2.0, 0.0))
    }

    fn think_of_handing_back(&mut self, now: f64) {
        let calm = self.seen.confidence.overall > self.scenario.policy.content_above()
            && self.seen.authority.is_in_command()
            && self.seen.visibility > CLEAR_ENOUGH
            && self.seen.ego.offset.abs() < 0.4;
        if !calm {
            self.calm_since = None;
            return;
        }
        let since = *self.calm_since.get_or_insert(now);
        if now - since >= WAIT_BEFORE_HAND_BACK {
            self.hand_back_until = now + PRESS;
            self.still_until = now + STILL;
            // Ask again only after another wait, should it be refused.
            self.calm_since = None;
        }
    }
}

impl Operator for Model {
    fn observe(&mut self, frame: &Frame, now: f64) {
        self.seen.clone_from(frame);
        if let Some(ego) = frame.bodies.first() {
            let forward = ego.rotation * glam::Vec3::X;
            let yaw = libm::atan2(f64::from(forward.y), f64::from(forward.x));
            let (x, y) = (f64::from(ego.position.x), f64::from(ego.position.y));
            let (network, route) = (&self.scenario.network, self.scenario.route.as_ref());
            self.place = self.eyes.update(network, route, x, y, yaw).or(self.place);
        }
        if self.noticing.look(frame, now).is_some() {
            let delay = reaction_time().sample(&mut self.rng);
            self.doing = Doing::Reacting(now + delay);
        }
        match (self.doing, frame.authority) {
            (Doing::TakingOver, a) if a.is_in_command() => self.doing = Doing::Driving,
            (Doing::Driving, Authority::Automation) => self.doing = Doing::Watching,
            // In command without having asked for it.
            (Doing::Watching, a) if a.is_in_command() => self.doing = Doing::Driving,
            _ => {}
        }
        // Too late: the vehicle stops by itself, and a calm person lets it.
        let missed = |e: &Event| matches!(e, Event::MinimalRiskStarted { .. });
        if frame.events.iter().any(|e| missed(&e.event)) {
            self.doing = Doing::Watching;
        }
    }

    fn act(&mut self, now: f64, inputs: &mut Vec<Input>) {
        if !self.announced {
            self.announced = true;
            // Whoever comes in the middle of a run has done nothing before.
            self.next = now;
            inputs.push(made(now, self.command));
        }
        if self.doing == Doing::Driving {
            self.think_of_handing_back(now);
        }
        while self.next <= now + 1e-9 {
            let before = self.command;
            self.step(self.next);
            if self.command != before {
                inputs.push(made(self.next, self.command));
            }
            self.next += STEP;
        }
    }

    fn command(&self) -> Command {
        self.command
    }

    fn take_presented(&mut self) -> Vec<Presented> {
        std::mem::take(&mut self.noticing.shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reaction_times_have_the_mean_and_spread_of_their_source() {
        let mut rng = stream(3, Purpose::Operator);
        let n = 200_000;
        let sample: Vec<f64> = reaction_time().sample_iter(&mut rng).take(n).collect();
        let mean = sample.iter().sum::<f64>() / n as f64;
        let variance = sample.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n as f64;
        assert!((mean - REACTION_MEAN).abs() < 0.02, "{mean}");
        assert!(
            (variance.sqrt() - REACTION_SD).abs() < 0.04,
            "{}",
            variance.sqrt()
        );
    }
}
