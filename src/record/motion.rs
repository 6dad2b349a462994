//! How the others move in half a second: curves through few knots instead of a pose at every tick.
//!
//! Each of a body's place and angles is a cubic Hermite curve from knot to knot. The first and the last
//! tick are knots; where a curve would be further than [`LENGTH_TOLERANCE`] or [`ANGLE_TOLERANCE`] from
//! any tick, another knot is put in between, down to a knot at every tick (a crash). Velocities are the
//! curves' slopes. So what is read back is within the tolerance by construction.

use super::state::Body;
use glam::{EulerRot, Quat, Vec3};

/// Grains of a place, per m, and of an angle, per rad. Slopes have the same, per s.
const PLACE: f64 = 1e3;
const ANGLE: f64 = 1e4;
/// A curve may be this far from a tick, grains: 1.5 mm, 0.5 mrad. Rounding takes half a grain of it.
const LENGTH_TOLERANCE: f64 = 1.5;
const ANGLE_TOLERANCE: f64 = 5.0;
/// Slopes are taken over at most so many ticks to each side: more, and they lag; less, and the
/// rounding of single precision shows.
const REACH: usize = 5;
const DT: f64 = 0.01;
/// Place and angles.
const PARTS: usize = 6;

/// How one body moves.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Path {
    /// Place in the bodies; the ego is 0 and not among them.
    #[prost(uint32, tag = "1")]
    pub body: u32,
    /// Knots after the first: ticks since the one before.
    #[prost(uint32, repeated, tag = "2")]
    pub after: Vec<u32>,
    /// By part (x, y, z, mm; yaw, pitch, roll, 0.1 mrad): at the first knot, then differences.
    #[prost(message, repeated, tag = "3")]
    pub parts: Vec<Part>,
    /// Ticks since the last change, lamps from then on, in turns.
    #[prost(uint32, repeated, tag = "4")]
    pub lamps: Vec<u32>,
}

/// One of a body's six parts at its knots. What is missing at the end is 0.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Part {
    #[prost(sint32, repeated, tag = "1")]
    pub value: Vec<i32>,
    /// Grains per s: at the first knot, then differences.
    #[prost(sint32, repeated, tag = "2")]
    pub slope: Vec<i32>,
}

/// How all others move.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Motion {
    #[prost(uint64, tag = "1")]
    pub first_tick: u64,
    #[prost(uint32, tag = "2")]
    pub count: u32,
    #[prost(message, repeated, tag = "3")]
    pub paths: Vec<Path>,
}

/// A part at every tick, grains.
type Series = Vec<f64>;

#[derive(Clone, Copy, Debug, Default)]
struct Knot {
    tick: usize,
    value: [f64; PARTS],
    slope: [f64; PARTS],
}

impl Motion {
    /// Of the bodies of ticks one after the other; all of the same length.
    pub fn of(first_tick: u64, ticks: &[&[Body]]) -> Self {
        let bodies = ticks.first().map_or(0, |t| t.len());
        let mut series: [Series; PARTS] = Default::default();
        let paths = (1..bodies).map(|i| {
            let of_body = ticks.iter().filter_map(|t| t.get(i));
            path(i as u32, of_body, &mut series)
        });
        Self {
            first_tick,
            count: ticks.len() as u32,
            paths: paths.collect(),
        }
    }

    /// Puts the bodies into the ticks again, behind the ego. `ticks[i]` is tick `first_tick + i`.
    ///
    /// # Errors
    /// In words, if its parts do not fit together.
    pub fn fill<'a>(
        &self,
        ticks: impl ExactSizeIterator<Item = &'a mut Vec<Body>>,
    ) -> Result<(), String> {
        if ticks.len() != self.count as usize {
            return Err(format!(
                "motion of {} ticks for {}",
                self.count,
                ticks.len()
            ));
        }
        let others = self.paths.len();
        for (i, path) in self.paths.iter().enumerate() {
            if path.body as usize != i + 1 {
                return Err(format!("body {} where {} was expected", path.body, i + 1));
            }
        }
        let paths: Result<Vec<Knots>, String> = self
            .paths
            .iter()
            .map(|p| Knots::of(p, self.count))
            .collect();
        let mut paths = paths?;
        for (tick, bodies) in ticks.enumerate() {
            bodies.reserve_exact(others);
            bodies.extend(paths.iter_mut().map(|p| p.at(tick)));
        }
        Ok(())
    }
}

fn angles(body: &Body) -> [f64; 3] {
    let q = Quat::from_xyzw(body.qx, body.qy, body.qz, body.qw);
    let (yaw, pitch, roll) = q.to_euler(EulerRot::ZYX);
    [yaw, pitch, roll].map(f64::from)
}

fn path<'a>(
    body: u32,
    ticks: impl Iterator<Item = &'a Body>,
    series: &mut [Series; PARTS],
) -> Path {
    for part in series.iter_mut() {
        part.clear();
    }
    let mut lamps = Vec::new();
    let (mut lit, mut changed) = (0, 0);
    let (mut known, mut known_angles) = ([f32::NAN; 4], [0.0; 3]);
    for (tick, b) in ticks.enumerate() {
        for (part, v) in series.iter_mut().zip([b.x, b.y, b.z]) {
            part.push(f64::from(v) * PLACE);
        }
        // Most bodies keep their direction for long.
        let turn = [b.qx, b.qy, b.qz, b.qw];
        if turn != known {
            (known, known_angles) = (turn, angles(b));
        }
        for (part, v) in series[3..].iter_mut().zip(known_angles) {
            // The same angle, on the side of the one before.
            let before = part.last().copied().unwrap_or(v * ANGLE);
            let round = std::f64::consts::TAU * ANGLE;
            part.push(v * ANGLE - round * ((v * ANGLE - before) / round).round());
        }
        if b.lamps != lit {
            lamps.extend([(tick - changed) as u32, b.lamps]);
            (lit, changed) = (b.lamps, tick);
        }
    }
    let last = series[0].len().saturating_sub(1);
    let mut knots = vec![knot(series, 0)];
    if !still(series) {
        split(series, 0, last, &mut knots);
    }
    let ticks = knots.windows(2).map(|k| (k[1].tick - k[0].tick) as u32);
    let part = |i: usize| Part {
        value: steps(knots.iter().map(|k| k.value[i])),
        slope: steps(knots.iter().map(|k| k.slope[i])),
    };
    Path {
        body,
        after: ticks.collect(),
        parts: (0..PARTS).map(part).collect(),
        lamps,
    }
}

/// Whether all of it is one place and one direction, as far as grains tell.
fn still(series: &[Series; PARTS]) -> bool {
    series.iter().all(|part| {
        let first = part.first().copied().unwrap_or_default();
        part.iter().all(|v| (v - first).abs() <= 0.5)
    })
}

/// Whole numbers: the first, then differences; zeros at the end are left out.
fn steps(values: impl Iterator<Item = f64>) -> Vec<i32> {
    let mut last = 0_i64;
    let mut steps: Vec<i32> = values
        .map(|v| {
            let now = v as i64;
            let step = now - std::mem::replace(&mut last, now);
            // Beyond 2,000 km nothing is exact any more, and nothing lies there.
            step.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32
        })
        .collect();
    while steps.last() == Some(&0) {
        steps.pop();
    }
    steps
}

/// The knot at a tick: rounded as it will be read.
fn knot(series: &[Series; PARTS], tick: usize) -> Knot {
    let mut knot = Knot {
        tick,
        ..Knot::default()
    };
    let last = series[0].len().saturating_sub(1);
    let reach = REACH.min(last);
    for (i, part) in series.iter().enumerate() {
        knot.value[i] = part[tick].round();
        let slope = if reach == 0 {
            0.0
        } else {
            let (a, b) = (tick.saturating_sub(reach), (tick + reach).min(last));
            let span = |n: usize| n as f64 * DT;
            if a < tick && tick < b {
                // Through both neighbours and the tick itself, to second order.
                let (back, ahead) = (span(tick - a), span(b - tick));
                let (d1, d2) = (
                    (part[tick] - part[a]) / back,
                    (part[b] - part[tick]) / ahead,
                );
                (d1 * ahead + d2 * back) / (back + ahead)
            } else {
                // At an end: from two points on one side.
                let (far, near) = if a < tick {
                    (a, a.midpoint(tick))
                } else {
                    (b, tick.midpoint(b))
                };
                let (h1, h2) = (near as f64 - tick as f64, far as f64 - tick as f64);
                if near == far || near == tick {
                    (part[far] - part[tick]) / (h2 * DT)
                } else {
                    let (d1, d2) = (
                        (part[near] - part[tick]) / (h1 * DT),
                        (part[far] - part[tick]) / (h2 * DT),
                    );
                    (d1 * h2 - d2 * h1) / (h2 - h1)
                }
            }
        };
        knot.slope[i] = slope.round();
    }
    knot
}

/// Knots of a stretch after its first tick, as few as will do. A knot's slope is the same whatever
/// stretch it ends, so what fits here fits when it is read.
fn split(series: &[Series; PARTS], from: usize, to: usize, knots: &mut Vec<Knot>) {
    let (start, end) = (knot(series, from), knot(series, to));
    let fits = (from + 1..to).all(|tick| {
        let at = hermite(&start, &end, tick);
        series.iter().enumerate().all(|(i, part)| {
            let tolerance = if i < 3 {
                LENGTH_TOLERANCE
            } else {
                ANGLE_TOLERANCE
            };
            (at.value[i] - part[tick]).abs() <= tolerance
        })
    });
    if fits {
        knots.push(end);
    } else {
        let middle = from.midpoint(to);
        split(series, from, middle, knots);
        split(series, middle, to, knots);
    }
}

/// Place and slope on the curve between two knots.
fn hermite(a: &Knot, b: &Knot, tick: usize) -> Knot {
    let h = (b.tick - a.tick) as f64 * DT;
    let u = (tick - a.tick) as f64 / (b.tick - a.tick) as f64;
    let (u2, u3) = (u * u, u * u * u);
    let mut at = Knot {
        tick,
        ..Knot::default()
    };
    for i in 0..PARTS {
        let (p, q, m, n) = (a.value[i], b.value[i], a.slope[i] * h, b.slope[i] * h);
        at.value[i] = (2.0 * u3 - 3.0 * u2 + 1.0) * p
            + (u3 - 2.0 * u2 + u) * m
            + (3.0 * u2 - 2.0 * u3) * q
            + (u3 - u2) * n;
        let slope = (6.0 * u2 - 6.0 * u) * (p - q)
            + (3.0 * u2 - 4.0 * u + 1.0) * m
            + (3.0 * u2 - 2.0 * u) * n;
        at.slope[i] = slope / h;
    }
    at
}

/// A path, read: bodies tick by tick.
struct Knots {
    knots: Vec<Knot>,
    /// From which tick on which lamps are lit.
    lamps: Vec<(usize, u32)>,
    /// The stretch and the lamps where the last tick was.
    near: usize,
    lit: usize,
}

impl Knots {
    fn of(path: &Path, count: u32) -> Result<Self, String> {
        let length = path.after.len() + 1;
        let too_many = |n: usize| format!("{n} knots of body {} in {count} ticks", path.body);
        if length > count.max(1) as usize || path.parts.len() != PARTS {
            return Err(too_many(length));
        }
        let mut knots = vec![Knot::default(); length];
        let mut tick = 0_usize;
        for (knot, after) in knots[1..].iter_mut().zip(&path.after) {
            tick += *after as usize;
            knot.tick = tick;
            if *after == 0 || tick >= count as usize {
                return Err(format!(
                    "a knot of body {} at tick {tick} of {count}",
                    path.body
                ));
            }
        }
        for (i, part) in path.parts.iter().enumerate() {
            if part.value.len() > length || part.slope.len() > length {
                return Err(too_many(part.value.len().max(part.slope.len())));
            }
            let (mut value, mut slope) = (0.0, 0.0);
            for (k, knot) in knots.iter_mut().enumerate() {
                value += f64::from(part.value.get(k).copied().unwrap_or_default());
                slope += f64::from(part.slope.get(k).copied().unwrap_or_default());
                (knot.value[i], knot.slope[i]) = (value, slope);
            }
        }
        let mut lamps = vec![(0, 0)];
        let mut from = 0;
        for change in path.lamps.chunks_exact(2) {
            from += change[0] as usize;
            lamps.push((from, change[1]));
        }
        Ok(Self {
            knots,
            lamps,
            near: 0,
            lit: 0,
        })
    }

    /// Ticks must come in order.
    fn at(&mut self, tick: usize) -> Body {
        while self.near + 2 < self.knots.len() && self.knots[self.near + 1].tick <= tick {
            self.near += 1;
        }
        while self.lit + 1 < self.lamps.len() && self.lamps[self.lit + 1].0 <= tick {
            self.lit += 1;
        }
        let at = match self.knots.get(self.near + 1) {
            Some(next) => hermite(&self.knots[self.near], next, tick),
            // A body that stands has one knot.
            None => Knot {
                slope: [0.0; PARTS],
                ..self.knots[self.near]
            },
        };
        let place = |i: usize| (at.value[i] / PLACE) as f32;
        let speed = |i: usize| (at.slope[i] / PLACE) as f32;
        let [yaw, pitch, roll] = [3, 4, 5].map(|i| at.value[i] / ANGLE);
        let [yaw_rate, pitch_rate, roll_rate] = [3, 4, 5].map(|i| at.slope[i] / ANGLE);
        let q = Quat::from_euler(EulerRot::ZYX, yaw as f32, pitch as f32, roll as f32);
        // Rates of the angles, each about its own axis, in world axes.
        let (sy, cy) = (libm::sin(yaw), libm::cos(yaw));
        let (sp, cp) = (libm::sin(pitch), libm::cos(pitch));
        let turn = Vec3::new(
            (roll_rate * cp * cy - pitch_rate * sy) as f32,
            (roll_rate * cp * sy + pitch_rate * cy) as f32,
            (yaw_rate - roll_rate * sp) as f32,
        );
        Body {
            x: place(0),
            y: place(1),
            z: place(2),
            qx: q.x,
            qy: q.y,
            qz: q.z,
            qw: q.w,
            vx: speed(0),
            vy: speed(1),
            vz: speed(2),
            wx: turn.x,
            wy: turn.y,
            wz: turn.z,
            lamps: self.lamps[self.lit].1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use prost::Message;

    fn body(x: f64, y: f64, yaw: f64, lamps: u32) -> Body {
        let q = Quat::from_rotation_z(yaw as f32);
        Body {
            x: x as f32,
            y: y as f32,
            z: 0.7,
            qx: q.x,
            qy: q.y,
            qz: q.z,
            qw: q.w,
            lamps,
            ..Body::default()
        }
    }

    /// Written and read; the largest distance and angle between the two.
    fn round_trip(bodies: &[Body]) -> (Motion, Vec<Body>) {
        let ticks: Vec<Vec<Body>> = bodies.iter().map(|b| vec![Body::default(), *b]).collect();
        let slices: Vec<&[Body]> = ticks.iter().map(Vec::as_slice).collect();
        let motion = Motion::of(1, &slices);
        let bytes = motion.encode_to_vec();
        let again = Motion::decode(&bytes[..]).expect("decodes");
        let mut read = vec![vec![Body::default()]; bodies.len()];
        again.fill(read.iter_mut()).expect("fits");
        let read: Vec<Body> = read.into_iter().map(|t| t[1]).collect();
        for (a, b) in bodies.iter().zip(&read) {
            let off = Vec3::new(a.x - b.x, a.y - b.y, a.z - b.z)
                .abs()
                .max_element();
            assert!(off <= 0.0021, "{off} m");
            let turn = Quat::from_xyzw(a.qx, a.qy, a.qz, a.qw)
                .angle_between(Quat::from_xyzw(b.qx, b.qy, b.qz, b.qw));
            assert!(turn <= 0.002, "{turn} rad");
            assert_eq!(a.lamps, b.lamps);
        }
        (motion, read)
    }

    #[test]
    fn an_ordinary_drive_takes_two_knots() {
        // Braking at 3 m/s2 in a bend, over the angle of 180 degrees.
        let at = |i: i32| {
            let t = f64::from(i) / 100.0;
            let s = 20.0 * t - 1.5 * t * t;
            body(
                1500.0 + s,
                -300.0 + 0.0005 * s * s,
                3.1 + 0.01 * s,
                if i > 20 { 1 } else { 0 },
            )
        };
        let bodies: Vec<Body> = (0..50).map(at).collect();
        let (motion, read) = round_trip(&bodies);
        assert_eq!(motion.paths[0].after, [49]);
        assert!(
            (read[25].vx - (20.0 - 3.0 * 0.25)).abs() < 0.02,
            "{}",
            read[25].vx
        );
        assert!(
            (read[25].wz - 0.01 * 19.25).abs() < 0.005,
            "{}",
            read[25].wz
        );
        assert!(motion.encoded_len() < 80, "{}", motion.encoded_len());
    }

    #[test]
    fn one_that_stands_takes_one_knot() {
        let (motion, _) = round_trip(&[body(10.0, 5.0, -1.0, 2); 50]);
        assert!(motion.paths[0].after.is_empty());
    }

    #[test]
    fn a_crash_and_a_jump_take_as_many_as_they_need() {
        let crash = |i: i32| {
            let t = f64::from(i) / 100.0;
            let hit = f64::from((i - 23).max(0)) / 100.0;
            body(20.0 * t - 15.0 * hit, 3.0 * hit, 4.0 * hit, 0)
        };
        let (motion, _) = round_trip(&(0..50).map(crash).collect::<Vec<_>>());
        assert!(
            (4..25).contains(&motion.paths[0].after.len()),
            "{:?}",
            motion.paths[0].after
        );
        // Taken away from one tick to the next.
        round_trip(
            &(0..50)
                .map(|i| body(if i < 17 { 3.0 } else { -999.0 }, 0.0, 0.0, 0))
                .collect::<Vec<_>>(),
        );
        round_trip(&[body(1.0, 2.0, 0.3, 4)]);
        round_trip(&[body(1.0, 2.0, 0.3, 4), body(1.1, 2.0, 0.3, 4)]);
    }

    #[test]
    fn a_body_that_tumbles_is_followed() {
        let at = |i: i32| {
            let t = i as f32 / 100.0;
            let q = Quat::from_euler(EulerRot::ZYX, 0.5 + t, 3.0 * t, 9.0 * t);
            Body {
                x: 3.0 * t,
                qx: q.x,
                qy: q.y,
                qz: q.z,
                qw: q.w,
                ..Body::default()
            }
        };
        let (_, read) = round_trip(&(0..200).map(at).collect::<Vec<_>>());
        assert!(read.iter().all(|b| b.wx.is_finite()));
    }

    #[test]
    fn what_does_not_fit_together_is_refused() {
        let part = Part {
            value: vec![1],
            slope: vec![],
        };
        let good = Motion {
            first_tick: 1,
            count: 3,
            paths: vec![Path {
                body: 1,
                after: vec![2],
                parts: vec![part; PARTS],
                lamps: vec![],
            }],
        };
        let fill = |m: &Motion| m.fill(vec![vec![Body::default()]; 3].iter_mut());
        assert!(fill(&good).is_ok());
        let with = |change: fn(&mut Path)| {
            let mut bad = good.clone();
            change(&mut bad.paths[0]);
            fill(&bad)
        };
        assert!(with(|p| p.after = vec![9]).is_err());
        assert!(with(|p| p.after = vec![0]).is_err());
        assert!(with(|p| p.after = vec![1; 9]).is_err());
        assert!(with(|p| p.body = 4).is_err());
        assert!(with(|p| p.parts.truncate(2)).is_err());
        assert!(with(|p| p.parts[0].value = vec![1; 9]).is_err());
        assert!(with(|p| p.lamps = vec![u32::MAX, 1, u32::MAX]).is_ok());
        assert!(
            fill(&Motion {
                count: 4,
                ..good.clone()
            })
            .is_err()
        );
    }
}
