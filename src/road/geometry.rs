//! Plane curves that a reference line is made of: straight, arc, clothoid, parametric polynomial.
//!
//! Every curve runs from its start pose over its arc length `s`, m. Clothoids have no closed form;
//! their position is integrated by Gauss-Legendre quadrature on pieces that turn little, which is
//! exact to some 1e-12 m (tests compare it with a fine series).

use super::Pose2;
use std::f64::consts::PI;

/// The shape of one element, in its own axes: it starts at the origin and heads along x.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Curve {
    Line,
    /// Curvature, 1/m, positive to the left.
    Arc(f64),
    /// Clothoid: curvature at its start, 1/m, and its change per metre, 1/m2.
    Spiral(f64, f64),
    Poly(Box<Poly>),
}

/// A parametric cubic u(p), v(p) with p from 0 to 1, and a table from arc length to p.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Poly {
    u: [f64; 4],
    v: [f64; 4],
    /// Direction at p = 0, taken out so that the curve heads along x.
    turn: f64,
    /// Arc length at p = i / PARTS.
    table: Vec<f64>,
}

/// Parts of a polynomial's arc-length table.
const PARTS: usize = 64;

/// Nodes and weights of 8-point Gauss-Legendre quadrature on (-1, 1), positive half
/// (Abramowitz and Stegun, table 25.4).
const GAUSS: [(f64, f64); 4] = [
    (0.183_434_642_495_649_8, 0.362_683_783_378_362),
    (0.525_532_409_916_329, 0.313_706_645_877_887_27),
    (0.796_666_477_413_626_7, 0.222_381_034_453_374_48),
    (0.960_289_856_497_536_3, 0.101_228_536_290_376_26),
];

/// Integral of `f` over `from..to`.
fn integrate<const N: usize>(from: f64, to: f64, f: impl Fn(f64) -> [f64; N]) -> [f64; N] {
    let (middle, half) = ((from + to) / 2.0, (to - from) / 2.0);
    let mut sum = [0.0; N];
    for (node, weight) in GAUSS {
        for side in [-1.0, 1.0] {
            let value = f(middle + side * node * half);
            for (total, part) in sum.iter_mut().zip(value) {
                *total += weight * half * part;
            }
        }
    }
    sum
}

impl Poly {
    /// A cubic over p = 0..1. None if it stands still somewhere, so that it has no direction.
    pub fn new(u: [f64; 4], v: [f64; 4]) -> Option<Self> {
        let turn = libm::atan2(v[1], u[1]);
        let mut poly = Self {
            u,
            v,
            turn,
            table: vec![0.0],
        };
        let mut length = 0.0;
        for i in 0..PARTS {
            let (p0, p1) = (part(i), part(i + 1));
            if poly.speed(p0) < 1e-6 || poly.speed(p1) < 1e-6 {
                return None;
            }
            length += integrate(p0, p1, |p| [poly.speed(p)])[0];
            poly.table.push(length);
        }
        length.is_finite().then_some(poly)
    }

    pub fn length(&self) -> f64 {
        self.table[PARTS]
    }

    fn speed(&self, p: f64) -> f64 {
        libm::hypot(slope(&self.u, p), slope(&self.v, p))
    }

    /// The parameter at an arc length.
    fn parameter(&self, s: f64) -> f64 {
        let s = s.clamp(0.0, self.length());
        let i = self.table.partition_point(|x| *x <= s).clamp(1, PARTS) - 1;
        let whole = self.table[i + 1] - self.table[i];
        let mut p = part(i) + (s - self.table[i]) / whole / PARTS as f64;
        for _ in 0..4 {
            let reached = self.table[i] + integrate(part(i), p, |p| [self.speed(p)])[0];
            p = (p - (reached - s) / self.speed(p)).clamp(0.0, 1.0);
        }
        p
    }

    fn pose(&self, s: f64) -> Pose2 {
        let p = self.parameter(s);
        let (x, y) = (value(&self.u, p) - self.u[0], value(&self.v, p) - self.v[0]);
        let (sin, cos) = (libm::sin(self.turn), libm::cos(self.turn));
        Pose2 {
            x: x * cos + y * sin,
            y: y * cos - x * sin,
            yaw: super::wrap_angle(libm::atan2(slope(&self.v, p), slope(&self.u, p)) - self.turn),
        }
    }

    fn curvature(&self, s: f64) -> f64 {
        let p = self.parameter(s);
        let (du, dv) = (slope(&self.u, p), slope(&self.v, p));
        let (ddu, ddv) = (bend(&self.u, p), bend(&self.v, p));
        let speed = libm::hypot(du, dv);
        (du * ddv - dv * ddu) / (speed * speed * speed)
    }
}

fn part(i: usize) -> f64 {
    i as f64 / PARTS as f64
}

fn value(c: &[f64; 4], p: f64) -> f64 {
    c[0] + p * (c[1] + p * (c[2] + p * c[3]))
}

fn slope(c: &[f64; 4], p: f64) -> f64 {
    c[1] + p * (2.0 * c[2] + p * 3.0 * c[3])
}

fn bend(c: &[f64; 4], p: f64) -> f64 {
    2.0 * c[2] + 6.0 * p * c[3]
}

impl Curve {
    /// Pose at arc length `s` in the curve's own axes.
    pub fn pose(&self, s: f64) -> Pose2 {
        match self {
            Self::Line => Pose2 {
                x: s,
                y: 0.0,
                yaw: 0.0,
            },
            Self::Arc(k) => {
                let yaw = k * s;
                // 1 - cos, without losing digits to a small angle.
                let half = libm::sin(yaw / 2.0);
                Pose2 {
                    x: libm::sin(yaw) / k,
                    y: 2.0 * half * half / k,
                    yaw,
                }
            }
            Self::Spiral(k, rate) => {
                let yaw = |s: f64| s * (k + rate * s / 2.0);
                // Pieces that turn by a quarter radian at most.
                let sharpest = k.abs().max((k + rate * s).abs());
                let parts = (sharpest * s.abs() / 0.25).ceil().max(1.0);
                let (mut x, mut y) = (0.0, 0.0);
                for i in 0..parts as u32 {
                    let from = s * f64::from(i) / parts;
                    let to = s * f64::from(i + 1) / parts;
                    let [dx, dy] = integrate(from, to, |s| [libm::cos(yaw(s)), libm::sin(yaw(s))]);
                    x += dx;
                    y += dy;
                }
                Pose2 { x, y, yaw: yaw(s) }
            }
            Self::Poly(poly) => poly.pose(s),
        }
    }

    /// 1/m, positive to the left.
    pub fn curvature(&self, s: f64) -> f64 {
        match self {
            Self::Line => 0.0,
            Self::Arc(k) => *k,
            Self::Spiral(k, rate) => k + rate * s,
            Self::Poly(poly) => poly.curvature(s),
        }
    }

    /// Arc length and left offset of the curve's point nearest to a place in the curve's own axes.
    /// `s` may lie outside the curve for a line or an arc; the others stop at their ends.
    pub fn nearest(&self, x: f64, y: f64, length: f64) -> (f64, f64) {
        match self {
            Self::Line => (x, y),
            Self::Arc(k) => {
                let radius = 1.0 / k;
                let turned = libm::atan2(x, (radius - y) * radius.signum());
                let distance = libm::hypot(x, radius - y);
                (turned * radius.abs(), radius - distance * radius.signum())
            }
            Self::Spiral(..) | Self::Poly(_) => {
                let mut s = self.nearest_sample(x, y, length);
                let mut across = 0.0;
                // Newton on (place - curve) . tangent = 0, damped by the curve's own length.
                for _ in 0..12 {
                    let p = self.pose(s);
                    let (sin, cos) = (libm::sin(p.yaw), libm::cos(p.yaw));
                    let (dx, dy) = (x - p.x, y - p.y);
                    let along = dx * cos + dy * sin;
                    across = dy * cos - dx * sin;
                    // Inside of a bend the nearest point moves faster than the place does.
                    let gain = (1.0 - self.curvature(s) * across).max(0.2);
                    let next = (s + along / gain).clamp(0.0, length);
                    if (next - s).abs() < 1e-11 {
                        break;
                    }
                    s = next;
                }
                (s, across)
            }
        }
    }
}

impl Curve {
    /// The nearest of a few samples: where Newton starts.
    fn nearest_sample(&self, x: f64, y: f64, length: f64) -> f64 {
        const SAMPLES: u32 = 8;
        let mut best = (0.0, f64::INFINITY);
        for i in 0..=SAMPLES {
            let s = length * f64::from(i) / f64::from(SAMPLES);
            let p = self.pose(s);
            let distance = libm::hypot(x - p.x, y - p.y);
            if distance < best.1 {
                best = (s, distance);
            }
        }
        best.0
    }
}

/// Puts a pose that is given in the axes of `base` into the axes that `base` is given in.
pub(super) fn placed(base: Pose2, local: Pose2) -> Pose2 {
    let (sin, cos) = (libm::sin(base.yaw), libm::cos(base.yaw));
    Pose2 {
        x: base.x + local.x * cos - local.y * sin,
        y: base.y + local.x * sin + local.y * cos,
        yaw: base.yaw + local.yaw,
    }
}

/// The other way round, for a position.
pub(super) fn seen_from(base: Pose2, x: f64, y: f64) -> (f64, f64) {
    let (sin, cos) = (libm::sin(base.yaw), libm::cos(base.yaw));
    let (dx, dy) = (x - base.x, y - base.y);
    (dx * cos + dy * sin, dy * cos - dx * sin)
}

/// Two arcs, each (curvature, length), that lead from one pose to another without a kink (biarc
/// with equal tangent lengths: Bolton 1975). None if the target lies behind in a way that no pair
/// of arcs below half a turn reaches.
pub(super) fn biarc(from: Pose2, to: Pose2) -> Option<[(f64, f64); 2]> {
    let (vx, vy) = (to.x - from.x, to.y - from.y);
    let (t1x, t1y) = (libm::cos(from.yaw), libm::sin(from.yaw));
    let (t2x, t2y) = (libm::cos(to.yaw), libm::sin(to.yaw));
    let (tx, ty) = (t1x + t2x, t1y + t2y);
    let v_t = vx * tx + vy * ty;
    let v_v = vx * vx + vy * vy;
    let denominator = 2.0 * (1.0 - (t1x * t2x + t1y * t2y));
    let d = if denominator.abs() < 1e-12 {
        let v_t2 = vx * t2x + vy * t2y;
        if v_t2.abs() < 1e-9 {
            return None;
        }
        v_v / (4.0 * v_t2)
    } else {
        (-v_t + libm::sqrt(v_t * v_t + denominator * v_v)) / denominator
    };
    if !(d.is_finite() && d > 0.0) {
        return None;
    }
    let (mx, my) = (
        (from.x + to.x + d * (t1x - t2x)) / 2.0,
        (from.y + to.y + d * (t1y - t2y)) / 2.0,
    );
    let arc = |x: f64, y: f64| {
        // From the origin along x to (x, y): curvature 2y/(x2+y2).
        let chord2 = x * x + y * y;
        let k = 2.0 * y / chord2;
        let angle = 2.0 * libm::atan2(y, x);
        let length = if angle.abs() < 1e-9 {
            libm::sqrt(chord2)
        } else {
            angle / k
        };
        (angle.abs() <= PI).then_some((k, length))
    };
    let (x1, y1) = seen_from(from, mx, my);
    // The second arc is looked at from its end, backwards.
    let back = Pose2 {
        yaw: to.yaw + PI,
        ..to
    };
    let (x2, y2) = seen_from(back, mx, my);
    let (k1, l1) = arc(x1, y1)?;
    let (k2, l2) = arc(x2, y2)?;
    Some([(k1, l1), (-k2, l2)])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Position on a clothoid by its power series in s (Fresnel-like, curvature 0 at its start).
    fn by_series(rate: f64, s: f64) -> (f64, f64) {
        // theta = a s2; cos and sin expanded, integrated term by term.
        let a = rate / 2.0;
        let (mut x, mut y) = (0.0, 0.0);
        let mut term = 1.0;
        for n in 0..40_i32 {
            let power = libm::pow(s, f64::from(2 * n + 1)) / f64::from(2 * n + 1);
            match n % 4 {
                0 => x += term * power,
                1 => y += term * power,
                2 => x -= term * power,
                _ => y -= term * power,
            }
            term *= a / f64::from(n + 1);
        }
        (x, y)
    }

    #[test]
    fn a_clothoid_agrees_with_its_series() {
        // 0 to a radius of 100 m over 150 m: turns by 43 degrees.
        let rate = 0.01 / 150.0;
        let curve = Curve::Spiral(0.0, rate);
        for s in [1.0, 40.0, 99.0, 150.0, 250.0] {
            let p = curve.pose(s);
            let (x, y) = by_series(rate, s);
            assert!((p.x - x).abs() < 1e-9 && (p.y - y).abs() < 1e-9, "{s}");
        }
    }

    #[test]
    fn nearest_points_come_back_on_every_curve() {
        let poly = Poly::new([0.0, 80.0, 20.0, 10.0], [0.0, 0.0, 30.0, -12.0]).expect("moves");
        let length = poly.length();
        for (curve, length) in [
            (Curve::Line, 100.0),
            (Curve::Arc(-0.01), 100.0),
            (Curve::Spiral(0.002, 0.0001), 120.0),
            (Curve::Spiral(0.01, -0.0002), 100.0),
            (Curve::Poly(Box::new(poly)), length),
        ] {
            for i in 0..=50 {
                let s = length * f64::from(i) / 50.0;
                for t in [-8.0, -1.0, 0.0, 3.0, 9.0] {
                    let p = curve.pose(s);
                    let (x, y) = (p.x - t * libm::sin(p.yaw), p.y + t * libm::cos(p.yaw));
                    let (s2, t2) = curve.nearest(x, y, length);
                    assert!(
                        (s2 - s).abs() < 1e-6 && (t2 - t).abs() < 1e-6,
                        "{curve:?} {s} {t}: {s2} {t2}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_polynomial_is_as_long_as_its_chords() {
        let poly = Poly::new([0.0, 60.0, 0.0, 0.0], [0.0, 0.0, 40.0, -25.0]).expect("moves");
        let curve = Curve::Poly(Box::new(poly.clone()));
        let step = poly.length() / 5000.0;
        let mut last = curve.pose(0.0);
        for i in 1..=5000 {
            let next = curve.pose(step * f64::from(i));
            let moved = libm::hypot(next.x - last.x, next.y - last.y);
            assert!((moved - step).abs() < step * 1e-4);
            last = next;
        }
        assert!(Poly::new([1.0, 0.0, 0.0, 0.0], [0.0; 4]).is_none());
    }

    #[test]
    fn two_arcs_reach_their_target_in_its_direction() {
        let from = Pose2 {
            x: 3.0,
            y: -2.0,
            yaw: 0.3,
        };
        for (x, y, turn) in [
            (20.0, 0.0, 0.0),
            (20.0, 3.0, 0.0),
            (15.0, 15.0, 1.57),
            (8.0, -9.0, -1.4),
            (30.0, 5.0, 0.6),
        ] {
            let to = placed(from, Pose2 { x, y, yaw: turn });
            let arcs = biarc(from, to).expect("reachable");
            let mut at = from;
            for (k, length) in arcs {
                let curve = if k.abs() < 1e-12 {
                    Curve::Line
                } else {
                    Curve::Arc(k)
                };
                at = placed(at, curve.pose(length));
            }
            assert!((at.x - to.x).abs() < 1e-9 && (at.y - to.y).abs() < 1e-9);
            assert!(super::super::wrap_angle(at.yaw - to.yaw).abs() < 1e-9);
        }
    }
}
