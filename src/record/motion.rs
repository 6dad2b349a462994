//! How the others move in half a second: curves through few knots instead of a pose at every tick.
//!
//! Each of a body's place and angles is a cubic Hermite curve from knot to knot. The first and the last
//! tick are knots; where a curve would be further than `LENGTH_TOLERANCE` or `ANGLE_TOLERANCE` from
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
const REACH: usize = 12;
const DT: f64 = 0.01;
/// Place and angles.
const PARTS: usize = 6;

/// How all others move. Lists run over the bodies in their order, and over the knots of each.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Motion {
    #[prost(uint64, tag = "1")]
    pub first_tick: u64,
    #[prost(uint32, tag = "2")]
    pub count: u32,
    /// By body, from the first after the ego: how many knots it has.
    #[prost(uint32, repeated, tag = "3")]
    pub knots: Vec<u32>,
    /// By knot, but for each body's first: ticks since the one before.
    #[prost(uint32, repeated, tag = "4")]
    pub after: Vec<u32>,
    /// By knot: x, y, z, mm; yaw, pitch, roll, 0.1 mrad. At a body's first knot the value, then how far
    /// it is off a straight line from the knot before.
    #[prost(sint32, repeated, tag = "5")]
    pub x: Vec<i32>,
    #[prost(sint32, repeated, tag = "6")]
    pub y: Vec<i32>,
    #[prost(sint32, repeated, tag = "7")]
    pub z: Vec<i32>,
    #[prost(sint32, repeated, tag = "8")]
    pub yaw: Vec<i32>,
    #[prost(sint32, repeated, tag = "9")]
    pub pitch: Vec<i32>,
    #[prost(sint32, repeated, tag = "10")]
    pub roll: Vec<i32>,
    /// By knot: their slopes, per s. At a body's first knot the slope, then differences.
    #[prost(sint32, repeated, tag = "11")]
    pub x_slope: Vec<i32>,
    #[prost(sint32, repeated, tag = "12")]
    pub y_slope: Vec<i32>,
    #[prost(sint32, repeated, tag = "13")]
    pub z_slope: Vec<i32>,
    #[prost(sint32, repeated, tag = "14")]
    pub yaw_slope: Vec<i32>,
    #[prost(sint32, repeated, tag = "15")]
    pub pitch_slope: Vec<i32>,
    #[prost(sint32, repeated, tag = "16")]
    pub roll_slope: Vec<i32>,
    /// Changes of lamps, in threes: body, ticks after the block's first, lamps from then on.
    #[prost(uint32, repeated, tag = "17")]
    pub lamps: Vec<u32>,
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
        let mut motion = Self {
            first_tick,
            count: ticks.len() as u32,
            ..Self::default()
        };
        let mut series: [Series; PARTS] = Default::default();
        for i in 1..bodies {
            let of_body = ticks.iter().filter_map(|t| t.get(i));
            motion.add(i as u32, of_body, &mut series);
        }
        motion
    }

    /// Bodies times ticks.
    pub fn size(&self) -> usize {
        self.knots.len().saturating_mul(self.count as usize)
    }

    fn parts_mut(&mut self) -> [(&mut Vec<i32>, &mut Vec<i32>); PARTS] {
        [
            (&mut self.x, &mut self.x_slope),
            (&mut self.y, &mut self.y_slope),
            (&mut self.z, &mut self.z_slope),
            (&mut self.yaw, &mut self.yaw_slope),
            (&mut self.pitch, &mut self.pitch_slope),
            (&mut self.roll, &mut self.roll_slope),
        ]
    }

    fn parts(&self) -> [(&[i32], &[i32]); PARTS] {
        [
            (&self.x, &self.x_slope),
            (&self.y, &self.y_slope),
            (&self.z, &self.z_slope),
            (&self.yaw, &self.yaw_slope),
            (&self.pitch, &self.pitch_slope),
            (&self.roll, &self.roll_slope),
        ]
    }

    fn add<'a>(
        &mut self,
        body: u32,
        ticks: impl Iterator<Item = &'a Body>,
        series: &mut [Series; PARTS],
    ) {
        take_apart(ticks, series, |tick, lamps| {
            self.lamps.extend([body, tick as u32, lamps]);
        });
        let last = series[0].len().saturating_sub(1);
        let mut knots = vec![knot(series, 0)];
        if !still(series) {
            split(series, 0, last, &mut knots);
        }
        self.knots.push(knots.len() as u32);
        let gaps = knots.windows(2).map(|k| (k[1].tick - k[0].tick) as u32);
        self.after.extend(gaps);
        for (i, (values, slopes)) in self.parts_mut().into_iter().enumerate() {
            let mut before: Option<Knot> = None;
            for knot in &knots {
                let due = before.map_or(0, |b| b.ahead(i, knot.tick));
                values.push(narrow(knot.value[i] as i64 - due));
                let slope = before.map_or(0.0, |b| b.slope[i]);
                slopes.push(narrow((knot.slope[i] - slope) as i64));
                before = Some(*knot);
            }
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
        let mut paths = self.paths()?;
        for (tick, bodies) in ticks.enumerate() {
            bodies.reserve_exact(paths.len());
            bodies.extend(paths.iter_mut().map(|p| p.at(tick)));
        }
        Ok(())
    }

    fn paths(&self) -> Result<Vec<Path>, String> {
        let total: usize = self.knots.iter().map(|n| *n as usize).sum();
        let bodies = self.knots.len();
        let parts = self.parts();
        let short = parts
            .iter()
            .any(|(v, s)| v.len() != total || s.len() != total);
        if short || self.knots.contains(&0) || self.after.len() + bodies != total {
            return Err(format!(
                "{total} knots of {bodies} bodies, and other numbers of values"
            ));
        }
        let mut paths = Vec::with_capacity(bodies);
        let (mut at, mut gaps) = (0, self.after.iter());
        for (body, count) in self.knots.iter().enumerate() {
            let mut knots: Vec<Knot> = Vec::with_capacity(*count as usize);
            for _ in 0..*count {
                let before = knots.last().copied();
                let mut knot = Knot::default();
                if let Some(b) = before {
                    let after = gaps.next().copied().unwrap_or_default() as usize;
                    knot.tick = b.tick + after;
                    if after == 0 || knot.tick >= self.count as usize {
                        let (tick, count) = (knot.tick, self.count);
                        return Err(format!(
                            "a knot of body {} at tick {tick} of {count}",
                            body + 1
                        ));
                    }
                }
                for (i, (values, slopes)) in parts.into_iter().enumerate() {
                    let due = before.map_or(0, |b| b.ahead(i, knot.tick));
                    knot.value[i] = due as f64 + f64::from(values[at]);
                    knot.slope[i] = before.map_or(0.0, |b| b.slope[i]) + f64::from(slopes[at]);
                }
                at += 1;
                knots.push(knot);
            }
            paths.push(Path::new(knots));
        }
        for change in self.lamps.chunks_exact(3) {
            let path = (change[0] as usize)
                .checked_sub(1)
                .and_then(|i| paths.get_mut(i));
            let path = path.ok_or_else(|| format!("lamps of body {} of {bodies}", change[0]))?;
            path.lamps.push((change[1] as usize, change[2]));
        }
        Ok(paths)
    }
}

impl Knot {
    /// Where a straight line leads by a later tick; whole numbers, so that all who read find the same.
    fn ahead(&self, part: usize, tick: usize) -> i64 {
        let (value, slope) = (self.value[part] as i64, self.slope[part] as i64);
        value.saturating_add(
            slope
                .saturating_mul((tick - self.tick) as i64)
                .div_euclid(100),
        )
    }
}

/// Beyond 2,000 km nothing is exact any more, and nothing lies there.
fn narrow(value: i64) -> i32 {
    value.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32
}

fn angles(body: &Body) -> [f64; 3] {
    let q = Quat::from_xyzw(body.qx, body.qy, body.qz, body.qw);
    let (yaw, pitch, roll) = q.to_euler(EulerRot::ZYX);
    [yaw, pitch, roll].map(f64::from)
}

/// A body's parts tick by tick, and the changes of its lamps.
fn take_apart<'a>(
    ticks: impl Iterator<Item = &'a Body>,
    series: &mut [Series; PARTS],
    mut lamps: impl FnMut(usize, u32),
) {
    for part in series.iter_mut() {
        part.clear();
    }
    let mut lit = 0;
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
            lamps(tick, b.lamps);
            lit = b.lamps;
        }
    }
}

/// Whether all of it is one place and one direction, as far as grains tell.
fn still(series: &[Series; PARTS]) -> bool {
    series.iter().all(|part| {
        let first = part.first().copied().unwrap_or_default();
        part.iter().all(|v| (v - first).abs() <= 0.5)
    })
}

/// The knot at a tick: rounded as it will be read.
fn knot(series: &[Series; PARTS], tick: usize) -> Knot {
    let mut knot = Knot {
        tick,
        ..Knot::default()
    };
    let last = series[0].len().saturating_sub(1);
    let (from, to) = (tick.saturating_sub(REACH), (tick + REACH).min(last));
    let weights = weights(tick - from, to - tick);
    for (i, part) in series.iter().enumerate() {
        knot.value[i] = part[tick].round();
        let slope: f64 = part[from..=to]
            .iter()
            .zip(&weights)
            .map(|(p, w)| p * w)
            .sum();
        // A jump has no slope worth keeping.
        knot.slope[i] = (slope / DT).round().clamp(-1e9, 1e9);
    }
    knot
}

/// Weights of the ticks from so many before to so many after, for the slope at a tick, per tick: that
/// of the parabola nearest to all of them (least squares), which sees through the rounding of single
/// precision.
fn weights(before: usize, after: usize) -> Vec<f64> {
    let at = |i: usize| i as f64 - before as f64;
    let count = before + after + 1;
    let mut s = [0.0; 5];
    for i in 0..count {
        let mut power = 1.0;
        for sum in &mut s {
            *sum += power;
            power *= at(i);
        }
    }
    let [s0, s1, s2, s3, s4] = s;
    match count {
        1 => return vec![0.0],
        2 => return vec![-1.0, 1.0],
        _ => {}
    }
    // The middle row of the inverse of the normal equations' matrix (Cramer).
    let whole = s0 * (s2 * s4 - s3 * s3) - s1 * (s1 * s4 - s2 * s3) + s2 * (s1 * s3 - s2 * s2);
    let row = [s2 * s3 - s1 * s4, s0 * s4 - s2 * s2, s1 * s2 - s0 * s3];
    (0..count)
        .map(|i| (row[0] + row[1] * at(i) + row[2] * at(i) * at(i)) / whole)
        .collect()
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

/// How one body moves, read: bodies tick by tick.
struct Path {
    knots: Vec<Knot>,
    /// From which tick on which lamps are lit.
    lamps: Vec<(usize, u32)>,
    /// The stretch and the lamps where the last tick was.
    near: usize,
    lit: usize,
}

impl Path {
    fn new(knots: Vec<Knot>) -> Self {
        Self {
            knots,
            lamps: vec![(0, 0)],
            near: 0,
            lit: 0,
        }
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
mod tests;
