//! Encounters with other road users: time to collision, post-encroachment time, least distance, and
//! the near misses among them.
//!
//! TTC is that of two boxes that keep their velocities ([`time_to_collision`]). For one who is near
//! the ego's lane and goes along it, either way, the lane is straightened first: both get their
//! place along it and across it, so that in a bend nobody is taken to leave his lane. All others
//! (who cross) are taken as they move in the plane.
//!
//! Where ways join, the PET is a time gap, and small ones are usual: a car that cuts in closely and
//! draws away is no near miss. So there only the TTC decides; the PET does where ways cross.

use super::footprint::{Footprint, time_to_collision};
use super::trail::{self, Trail};
use super::{Nearness, RefereeSettings};
use crate::road::{Path, wrap_angle};
use libm::{cos, hypot, sin};

/// A TTC beyond this is none, s.
const FAR: f64 = 10.0;
/// Within this distance of the ego's lane others are seen along it, m.
const BESIDE: f64 = 12.0;
/// ... if they go along it within this angle, rad.
const ALONG: f64 = std::f64::consts::FRAC_PI_4;
/// Trails are kept of those nearer than this, m.
const NEAR: f64 = 60.0;
/// The distance is of interest below this, m.
const CLOSE: f64 = 10.0;
/// Farther apart in height they are on different roads, m.
const ABOVE: f64 = 3.0;
/// Closing in more slowly than this is manoeuvring, no conflict, m/s.
const CRAWL: f64 = 1.0;
/// An encounter is over when it has not been critical for this long, s.
const CALM: f64 = 2.0;
/// Ticks between two poses of a trail.
const TRAIL_TICKS: u64 = (trail::STEP * 100.0) as u64;

/// A road user as it truly is: its box by its middle.
#[derive(Clone, Copy, Debug)]
pub struct Truth {
    pub x: f64,
    pub y: f64,
    pub z: f64,
    pub yaw: f64,
    /// m/s.
    pub velocity: [f64; 2],
    /// m.
    pub length: f64,
    pub width: f64,
}

impl Truth {
    fn footprint(&self) -> Footprint {
        Footprint::new(self.x, self.y, self.yaw, self.length, self.width)
    }

    /// At least the radius of the circle around it, m.
    fn radius(&self) -> f64 {
        (self.length + self.width) / 2.0
    }
}

/// What the referee measures at a tick.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Judged {
    /// Smallest time to collision, s; none if there is none below 10 s.
    pub ttc: Option<f64>,
    /// With whom: his place in [`crate::frame::Frame::bodies`].
    pub ttc_with: Option<u32>,
    /// Smallest post-encroachment time of those who, in this tick, enter where the other was, s.
    pub pet: Option<f64>,
    pub pet_with: Option<u32>,
    /// Distance to the nearest other, m; none if nobody is nearer than 10 m.
    pub gap: Option<f64>,
    pub gap_with: Option<u32>,
}

/// What is to be told of the other with this number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum News {
    Began {
        other: usize,
        by: Nearness,
        value: f64,
    },
    Over {
        other: usize,
        ttc: Option<f64>,
        pet: Option<f64>,
        gap: f64,
    },
}

#[derive(Clone, Debug)]
struct Encounter {
    ttc: Option<f64>,
    pet: Option<f64>,
    gap: f64,
    /// When it was last critical, s.
    critical: f64,
}

/// What is remembered of one of the others.
#[derive(Clone, Debug, Default)]
struct Memory {
    /// Where along the ego's path it was last.
    along: f64,
    trail: Trail,
    near: bool,
    /// It is where the ego has been in the last seconds, and the other way round.
    in_ours: bool,
    in_theirs: bool,
    encounter: Option<Encounter>,
}

/// Follows the ego and all others through a run.
#[derive(Clone, Debug)]
pub struct Encounters {
    settings: RefereeSettings,
    ours: Trail,
    others: Vec<Memory>,
}

/// The ego on its path: where along it, and straightened.
struct Own<'a> {
    path: &'a Path,
    footprint: Footprint,
    velocity: [f64; 2],
}

impl Encounters {
    pub fn new(settings: RefereeSettings, others: usize) -> Self {
        Self {
            settings,
            ours: Trail::default(),
            others: vec![Memory::default(); others],
        }
    }

    /// One tick. `path` is the centre line of the ego's lane, `along` where the ego is on it, m;
    /// `others` gives the truth of each, none for one who is gone.
    pub fn step(
        &mut self,
        tick: u64,
        now: f64,
        ego: &Truth,
        path: &Path,
        along: f64,
        others: impl Fn(usize) -> Option<Truth>,
        news: &mut Vec<News>,
    ) -> Judged {
        let mut judged = Judged::default();
        let box_ = ego.footprint();
        let trails = tick.is_multiple_of(TRAIL_TICKS);
        if trails {
            self.ours.push(&box_, ego.velocity);
        }
        let own = straightened(ego, path, along).map(|(_, footprint, velocity)| Own {
            path,
            footprint,
            velocity,
        });
        for i in 0..self.others.len() {
            let Some(other) = others(i) else {
                self.others[i] = Memory::default();
                continue;
            };
            let (dx, dy) = (other.x - ego.x, other.y - ego.y);
            let apart2 = dx * dx + dy * dy;
            let (vx, vy) = (
                other.velocity[0] - ego.velocity[0],
                other.velocity[1] - ego.velocity[1],
            );
            let sizes = ego.radius() + other.radius();
            let reach = NEAR.max(sizes + FAR * hypot(vx, vy));
            let memory = &mut self.others[i];
            // Nobody is met sooner than the distance takes at the speed of one against the other.
            let beyond = apart2 > reach * reach || (other.z - ego.z).abs() > ABOVE;
            let idle = !memory.near && memory.encounter.is_none();
            if beyond && idle {
                continue;
            }
            let footprint = other.footprint();
            let soon = sizes + FAR * hypot(vx, vy);
            let ttc = (apart2 < soon * soon && !beyond)
                .then(|| memory.ttc(ego, &box_, own.as_ref(), &other, &footprint))
                .flatten();
            if let Some(ttc) = ttc
                && judged.ttc.is_none_or(|least| ttc < least)
            {
                (judged.ttc, judged.ttc_with) = (Some(ttc), Some(i as u32 + 1));
            }
            let close = CLOSE + sizes;
            let gap = if apart2 < close * close && !beyond || memory.encounter.is_some() {
                box_.gap(&footprint)
            } else {
                f64::INFINITY
            };
            if gap < CLOSE && judged.gap.is_none_or(|least| gap < least) {
                (judged.gap, judged.gap_with) = (Some(gap), Some(i as u32 + 1));
            }
            let near = apart2 < NEAR * NEAR && !beyond;
            let pet = if trails {
                memory.follow(near, &self.ours, &box_, &other, &footprint)
            } else {
                None
            };
            if let Some(pet) = pet
                && judged.pet.is_none_or(|least| pet < least)
            {
                (judged.pet, judged.pet_with) = (Some(pet), Some(i as u32 + 1));
            }
            let joins = footprint.dir[0] * box_.dir[0] + footprint.dir[1] * box_.dir[1];
            let crossing = pet.filter(|_| joins < cos(ALONG));
            memory.judge(&self.settings, i, now, ttc, crossing, gap, news);
        }
        judged
    }

    /// Nothing more is told of an encounter with this one: it became a collision.
    pub fn collided(&mut self, other: usize) {
        if let Some(memory) = self.others.get_mut(other) {
            memory.encounter = None;
        }
    }
}

impl Memory {
    fn ttc(
        &mut self,
        ego: &Truth,
        box_: &Footprint,
        own: Option<&Own>,
        other: &Truth,
        footprint: &Footprint,
    ) -> Option<f64> {
        let along = own.and_then(|own| {
            let (d, theirs, velocity) = straightened(other, own.path, self.along)?;
            self.along = d;
            Some((own, theirs, velocity))
        });
        let (met, v) = match along {
            Some((own, theirs, velocity)) => (
                time_to_collision(&own.footprint, own.velocity, &theirs, velocity)?,
                [velocity[0] - own.velocity[0], velocity[1] - own.velocity[1]],
            ),
            None => (
                time_to_collision(box_, ego.velocity, footprint, other.velocity)?,
                [
                    other.velocity[0] - ego.velocity[0],
                    other.velocity[1] - ego.velocity[1],
                ],
            ),
        };
        (met < FAR && hypot(v[0], v[1]) > CRAWL).then_some(met)
    }

    /// Moves the trails on; the PET if one has just entered where the other was.
    fn follow(
        &mut self,
        near: bool,
        ours: &Trail,
        box_: &Footprint,
        other: &Truth,
        footprint: &Footprint,
    ) -> Option<f64> {
        if !near {
            self.trail.clear();
            self.near = false;
            return None;
        }
        self.trail.push(footprint, other.velocity);
        let behind = ours.left(footprint);
        let ahead = self.trail.left(box_);
        let mut pet: Option<f64> = None;
        for (left, inside) in [(behind, self.in_ours), (ahead, self.in_theirs)] {
            if let Some(left) = left
                && self.near
                && !inside
                && pet.is_none_or(|least| left < least)
            {
                pet = Some(left);
            }
        }
        (self.in_ours, self.in_theirs) = (behind.is_some(), ahead.is_some());
        self.near = true;
        pet
    }

    fn judge(
        &mut self,
        settings: &RefereeSettings,
        other: usize,
        now: f64,
        ttc: Option<f64>,
        pet: Option<f64>,
        gap: f64,
        news: &mut Vec<News>,
    ) {
        let critical = [
            (Nearness::Ttc, ttc, settings.near_miss_ttc),
            (Nearness::Pet, pet, settings.near_miss_pet),
        ]
        .into_iter()
        .find_map(|(by, value, limit)| Some((by, value.filter(|v| *v < limit)?)));
        if let (Some((by, value)), None) = (critical, &self.encounter) {
            news.push(News::Began { other, by, value });
            self.encounter = Some(Encounter {
                ttc: None,
                pet: None,
                gap: f64::INFINITY,
                critical: now,
            });
        }
        let Some(encounter) = &mut self.encounter else {
            return;
        };
        let least = |a: Option<f64>, b: Option<f64>| match (a, b) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        encounter.ttc = least(encounter.ttc, ttc);
        encounter.pet = least(encounter.pet, pet);
        encounter.gap = encounter.gap.min(gap);
        if critical.is_some() {
            encounter.critical = now;
        } else if now - encounter.critical >= CALM {
            let (ttc, pet, gap) = (encounter.ttc, encounter.pet, encounter.gap);
            news.push(News::Over {
                other,
                ttc,
                pet,
                gap,
            });
            self.encounter = None;
        }
    }
}

/// A road user in the coordinates of a path: where along it, its box, its velocity. None if it is
/// not beside the path or does not go along it. Its speed along is that of its shadow on the path:
/// outside of a bend it has further to go.
fn straightened(user: &Truth, path: &Path, near: f64) -> Option<(f64, Footprint, [f64; 2])> {
    if path.is_empty() {
        return None;
    }
    let (d, offset) = path
        .project_near(user.x, user.y, near, BESIDE)
        .or_else(|| path.project(user.x, user.y, BESIDE))?;
    // Before its beginning and after its end there is no path.
    if d <= path.points()[0].d || d >= path.end() {
        return None;
    }
    let at = path.at(d);
    let heading = wrap_angle(user.yaw - at.yaw);
    let (c, s) = (cos(heading), sin(heading));
    if c.abs() < cos(ALONG) {
        return None;
    }
    let (px, py) = (cos(at.yaw), sin(at.yaw));
    let [vx, vy] = user.velocity;
    let metre = (1.0 - at.curvature * offset).max(0.2);
    let velocity = [(vx * px + vy * py) / metre, vy * px - vx * py];
    let footprint = Footprint {
        x: d,
        y: offset,
        dir: [c, s],
        half: [user.length / 2.0, user.width / 2.0],
    };
    Some((d, footprint, velocity))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::road::{Network, RoadId};
    use crate::scenario::Scenario;
    use std::f64::consts::PI;

    /// A road user on a road's `s` and `t`, going along it (`way` 1) or against it (-1).
    fn on(network: &Network, s: f64, t: f64, speed: f64, way: f64) -> Truth {
        let p = network.road(RoadId(0)).pose(s, t);
        let yaw = if way > 0.0 { p.yaw } else { p.yaw + PI };
        Truth {
            x: p.x,
            y: p.y,
            z: 0.0,
            yaw,
            velocity: [speed * cos(yaw), speed * sin(yaw)],
            length: 4.6,
            width: 1.8,
        }
    }

    struct Run {
        least_ttc: Option<f64>,
        least_gap: Option<f64>,
        told: Vec<(f64, News)>,
    }

    /// Ten seconds of the ego and one other, by their places at a time: (s, t, speed, way).
    fn run(
        network: &Network,
        ego: impl Fn(f64) -> (f64, f64, f64, f64),
        other: impl Fn(f64) -> (f64, f64, f64, f64),
    ) -> Run {
        let mut encounters = Encounters::new(RefereeSettings::default(), 1);
        let lane = network.lane_pos(RoadId(0), -1, 5.0).expect("there");
        let path = Path::new(network, lane, 0.0, 900.0, 2.5, None);
        let mut out = Run {
            least_ttc: None,
            least_gap: None,
            told: Vec::new(),
        };
        let least = |a: Option<f64>, b: Option<f64>| match (a, b) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        for tick in 0..1000 {
            let now = f64::from(tick) / 100.0;
            let place = |(s, t, v, way): (f64, f64, f64, f64)| on(network, s, t, v, way);
            let (ego, other) = (place(ego(now)), place(other(now)));
            let mut news = Vec::new();
            let along = path.project(ego.x, ego.y, 5.0).expect("on it").0;
            let judged = encounters.step(
                tick as u64,
                now,
                &ego,
                &path,
                along,
                |_| Some(other),
                &mut news,
            );
            out.least_ttc = least(out.least_ttc, judged.ttc);
            out.least_gap = least(out.least_gap, judged.gap);
            out.told.extend(news.into_iter().map(|n| (now, n)));
        }
        out
    }

    /// 1 lane each way, 3.25 m wide.
    fn bends(radius: f64) -> Network {
        let text = format!(
            "(title: \"t\", duration: 10.0, ego: (lane: -1, s: 20.0, speed: 10.0), road: (
            lanes: 1, oncoming: 1, lane_width: 3.25, speed_limit: 20.0, line: [
            Straight(length: 100.0), Curve(radius: {radius:.1}, length: 150.0), \
            Straight(length: 500.0)]))"
        );
        Scenario::parse(&text)
            .unwrap_or_else(|e| panic!("{e:?}"))
            .network
    }

    #[test]
    fn oncoming_traffic_in_its_own_lane_is_no_danger_in_any_bend() {
        for radius in [60.0, -60.0, 220.0, -220.0, 1e5] {
            for speed in [8.0, 14.0, 25.0] {
                let out = run(
                    &bends(radius),
                    |t| (20.0 + 20.0 * t, -1.625, 20.0, 1.0),
                    |t| (250.0 - speed * t, 1.625, speed, -1.0),
                );
                assert_eq!(out.told, [], "{radius} {speed}");
                assert_eq!(out.least_ttc, None, "{radius} {speed}");
                let gap = out.least_gap.expect("they pass");
                assert!((gap - 1.45).abs() < 0.1, "{gap}");
            }
        }
    }

    #[test]
    fn who_brakes_late_behind_another_has_a_near_miss_until_it_is_over() {
        // 10 m/s faster, and 36.2 m from bumper to bumper at first; it slows down to the other's
        // speed when 12 m are left: TTC 1.2 s at least.
        let out = run(
            &bends(300.0),
            |t| {
                let close = 2.42_f64.min(t);
                (
                    20.0 + 10.0 * t + 10.0 * close,
                    -1.625,
                    if t < 2.42 { 20.0 } else { 10.0 },
                    1.0,
                )
            },
            |t| (20.0 + 40.8 + 10.0 * t, -1.625, 10.0, 1.0),
        );
        let ttc = out.least_ttc.expect("they close in");
        assert!((ttc - 1.2).abs() < 0.03, "{ttc}");
        let [(began, first), (over, last)] = out.told[..] else {
            panic!("{:?}", out.told)
        };
        // 15 m are left after 2.12 s.
        assert!((began - 2.12).abs() < 0.03, "{began}");
        assert!(matches!(
            first,
            News::Began {
                by: Nearness::Ttc,
                ..
            }
        ));
        assert!((over - 4.41).abs() < 0.03, "{over}");
        assert!(
            matches!(last, News::Over { ttc: Some(ttc), gap, .. }
                if (ttc - 1.2).abs() < 0.03 && (gap - 12.0).abs() < 0.1),
            "{last:?}"
        );
    }

    #[test]
    fn overtaking_and_being_overtaken_are_none() {
        let wide = bends(1e5);
        for faster in [-8.0, 8.0] {
            let out = run(
                &wide,
                |t| (120.0 + 20.0 * t, -1.625, 20.0, 1.0),
                move |t| {
                    (
                        120.0 - 4.0 * faster + (20.0 + faster) * t,
                        1.625,
                        20.0 + faster,
                        1.0,
                    )
                },
            );
            assert_eq!((out.told, out.least_ttc), (vec![], None));
        }
    }

    /// Crosses the road at `s` = 150 m from the right, so that its front reaches the ego's lane at
    /// `at` s; 10 m/s.
    fn crosses(network: &Network, at: f64) -> impl Fn(f64) -> Truth {
        let p = network.road(RoadId(0)).pose(150.0, 0.0);
        move |t| Truth {
            x: p.x,
            y: p.y - 1.625 - 0.9 - 2.3 + 10.0 * (t - at),
            yaw: std::f64::consts::FRAC_PI_2,
            velocity: [0.0, 10.0],
            ..on_axis(p.x, p.y)
        }
    }

    fn on_axis(x: f64, y: f64) -> Truth {
        Truth {
            x,
            y,
            z: 0.0,
            yaw: 0.0,
            velocity: [20.0, 0.0],
            length: 4.6,
            width: 1.8,
        }
    }

    #[test]
    fn who_crosses_close_behind_is_a_near_miss_by_the_pet() {
        let network = bends(1e5);
        let lane = network.lane_pos(RoadId(0), -1, 5.0).expect("there");
        let path = Path::new(&network, lane, 0.0, 900.0, 2.5, None);
        // The ego's rear leaves the other's way (x = 150 + 0.9 m) after (150.9 + 2.3 - 20) / 20 =
        // 6.66 s.
        for (after, near) in [(0.5, true), (0.9, true), (1.2, false), (2.0, false)] {
            let other = crosses(&network, 6.66 + after);
            let mut encounters = Encounters::new(RefereeSettings::default(), 1);
            let mut told = Vec::new();
            let mut least: Option<f64> = None;
            for tick in 0..1100_u64 {
                let t = tick as f64 / 100.0;
                let ego = on(&network, 20.0 + 20.0 * t, -1.625, 20.0, 1.0);
                let along = path.project(ego.x, ego.y, 5.0).expect("on it").0;
                let them = |_| Some(other(t));
                let judged = encounters.step(tick, t, &ego, &path, along, them, &mut told);
                least = match (least, judged.pet) {
                    (Some(a), Some(b)) => Some(a.min(b)),
                    (a, b) => a.or(b),
                };
            }
            let pet = least.expect("they cross");
            assert!((pet - after).abs() < 0.06, "{pet}, not {after}");
            let by_pet = |n: &News| {
                matches!(
                    n,
                    News::Began {
                        by: Nearness::Pet,
                        ..
                    }
                )
            };
            assert_eq!(told.iter().any(by_pet), near, "{after}: {told:?}");
        }
    }
}
