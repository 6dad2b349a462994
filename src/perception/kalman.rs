//! A constant-velocity Kalman filter on the ground: position and velocity in world axes.
//!
//! Bar-Shalom, Li, Kirubarajan, *Estimation with Applications to Tracking and Navigation* (2001),
//! 6.2: nearly constant velocity, driven by continuous white noise of acceleration.

/// A 2 x 2 matrix by rows.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Mat2(pub [f64; 4]);

impl Mat2 {
    pub fn diagonal(a: f64) -> Self {
        Self([a, 0.0, 0.0, a])
    }

    /// Covariance of an error with these variances along a direction (its cosine and sine) and
    /// across it.
    pub fn turned(along: f64, across: f64, cos: f64, sin: f64) -> Self {
        let mixed = (along - across) * cos * sin;
        Self([
            along * cos * cos + across * sin * sin,
            mixed,
            mixed,
            along * sin * sin + across * cos * cos,
        ])
    }

    fn plus(self, b: Self, times: f64) -> Self {
        Self(std::array::from_fn(|i| self.0[i] + times * b.0[i]))
    }

    fn times(self, b: Self) -> Self {
        let ([a, c, d, e], b) = (self.0, b.0);
        Self([
            a * b[0] + c * b[2],
            a * b[1] + c * b[3],
            d * b[0] + e * b[2],
            d * b[1] + e * b[3],
        ])
    }

    fn on(self, v: [f64; 2]) -> [f64; 2] {
        let m = self.0;
        [m[0] * v[0] + m[1] * v[1], m[2] * v[0] + m[3] * v[1]]
    }

    fn transposed(self) -> Self {
        let m = self.0;
        Self([m[0], m[2], m[1], m[3]])
    }

    /// Without the difference of its mixed terms, which rounding brings and updates blow up.
    fn symmetric(self) -> Self {
        let [a, b, c, d] = self.0;
        let mixed = 0.5 * (b + c);
        Self([a, mixed, mixed, d])
    }

    fn determinant(self) -> f64 {
        self.0[0] * self.0[3] - self.0[1] * self.0[2]
    }

    fn inverse(self) -> Self {
        let [a, b, c, d] = self.0;
        let det = self.determinant().max(1e-12);
        Self([d / det, -b / det, -c / det, a / det])
    }
}

/// Position and velocity with their covariances.
#[derive(Clone, Copy, Debug, Default)]
pub struct Motion {
    /// m.
    pub place: [f64; 2],
    /// m/s.
    pub speed: [f64; 2],
    /// m2.
    pub pp: Mat2,
    /// Of position with velocity, m2/s.
    pub pv: Mat2,
    /// m2/s2.
    pub vv: Mat2,
}

/// A place that was measured some time ago against where it was expected.
#[derive(Clone, Copy, Debug)]
pub struct Innovation {
    off: [f64; 2],
    age: f64,
    s: Mat2,
    inverse: Mat2,
}

impl Innovation {
    /// Square of the Mahalanobis distance, -.
    pub fn distance2(&self) -> f64 {
        let w = self.inverse.on(self.off);
        w[0] * self.off[0] + w[1] * self.off[1]
    }

    /// Natural logarithm of its covariance's determinant.
    pub fn spread(&self) -> f64 {
        libm::log(self.s.determinant().max(1e-12))
    }

    /// Density of the measurement if it is of this track, 1/m2.
    pub fn density(&self) -> f64 {
        let root = libm::sqrt(self.s.determinant().max(1e-12));
        libm::exp(-0.5 * self.distance2()) / (std::f64::consts::TAU * root)
    }
}

impl Motion {
    /// Moves on by `dt` s under white noise of acceleration of this density, m2/s3.
    pub fn predict(&mut self, dt: f64, noise: f64) {
        self.place[0] += dt * self.speed[0];
        self.place[1] += dt * self.speed[1];
        let both = self.pv.plus(self.pv.transposed(), 1.0);
        self.pp = self
            .pp
            .plus(both, dt)
            .plus(self.vv, dt * dt)
            .plus(Mat2::diagonal(noise), dt * dt * dt / 3.0);
        self.pv = self
            .pv
            .plus(self.vv, dt)
            .plus(Mat2::diagonal(noise), dt * dt / 2.0);
        self.vv = self.vv.plus(Mat2::diagonal(noise), dt);
    }

    /// A place measured `age` s ago with this covariance, against where the track was then.
    pub fn compare(&self, place: [f64; 2], covariance: Mat2, age: f64) -> Innovation {
        let both = self.pv.plus(self.pv.transposed(), 1.0);
        let s = self
            .pp
            .plus(both, -age)
            .plus(self.vv, age * age)
            .plus(covariance, 1.0);
        Innovation {
            off: [
                place[0] - self.place[0] + age * self.speed[0],
                place[1] - self.place[1] + age * self.speed[1],
            ],
            age,
            s,
            inverse: s.inverse(),
        }
    }

    /// Takes a place in.
    pub fn take_place(&mut self, seen: &Innovation) {
        let to_place = self.pp.plus(self.pv, -seen.age);
        let to_speed = self.pv.transposed().plus(self.vv, -seen.age);
        self.take(to_place, to_speed, seen.inverse, seen.off);
    }

    /// Takes a velocity with this variance in both directions in, m2/s2.
    pub fn take_speed(&mut self, speed: [f64; 2], variance: f64) {
        let inverse = self.vv.plus(Mat2::diagonal(variance), 1.0).inverse();
        let off = [speed[0] - self.speed[0], speed[1] - self.speed[1]];
        self.take(self.pv, self.vv, inverse, off);
    }

    /// The update: covariances of place and speed with what was measured, its inverse covariance.
    fn take(&mut self, to_place: Mat2, to_speed: Mat2, inverse: Mat2, off: [f64; 2]) {
        let (kp, kv) = (to_place.times(inverse), to_speed.times(inverse));
        let (dp, dv) = (kp.on(off), kv.on(off));
        for i in 0..2 {
            self.place[i] += dp[i];
            self.speed[i] += dv[i];
        }
        self.pp = self
            .pp
            .plus(kp.times(to_place.transposed()), -1.0)
            .symmetric();
        self.pv = self.pv.plus(kp.times(to_speed.transposed()), -1.0);
        self.vv = self
            .vv
            .plus(kv.times(to_speed.transposed()), -1.0)
            .symmetric();
    }

    /// Mean variance of the position in `ahead` s, by this track's own uncertainty, m2.
    pub fn variance_in(&self, ahead: f64) -> f64 {
        let (p, c, v) = (self.pp.0, self.pv.0, self.vv.0);
        let sum = |m: [f64; 4]| m[0] + m[3];
        0.5 * (sum(p) + 2.0 * ahead * sum(c) + ahead * ahead * sum(v))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, stream};
    use rand_distr::{Distribution, StandardNormal};

    /// Rounding must not grow: after an hour the covariance is what it was after a minute.
    #[test]
    fn the_covariance_settles_for_good() {
        let mut filter = Motion {
            pp: Mat2::diagonal(1.0),
            vv: Mat2::diagonal(0.09),
            ..Default::default()
        };
        let mut settled = None;
        for step in 0..72_000 {
            filter.predict(0.05, 0.6);
            let angle = 0.001 * f64::from(step % 6283);
            let r = Mat2::turned(0.64, 0.02, libm::cos(angle), libm::sin(angle));
            let seen = filter.compare(filter.place, r, 0.05);
            filter.take_place(&seen);
            filter.take_speed(filter.speed, 0.09);
            if step >= 1200 {
                let variance = filter.variance_in(1.0);
                let first = *settled.get_or_insert(variance);
                assert!((variance / first - 1.0).abs() < 0.5, "{step}: {variance}");
                assert!(filter.pp.determinant() > 0.0 && filter.vv.determinant() > 0.0);
            }
        }
    }

    /// The filter's own covariance is that of its errors: the mean of the normalised error squared
    /// is its number of dimensions (Bar-Shalom, 5.4).
    #[test]
    fn errors_are_as_large_as_the_filter_says() {
        let mut rng = stream(3, Purpose::Sensors);
        let mut normal = move || -> f64 { StandardNormal.sample(&mut rng) };
        let (noise, dt) = (0.5, 0.05);
        let (mut sum, mut n) = (0.0, 0.0);
        for _ in 0..200 {
            let mut truth = [0.0, 0.0];
            let mut speed = [10.0, -3.0];
            let mut last = truth;
            let mut filter = Motion {
                place: truth,
                speed,
                ..Default::default()
            };
            for step in 0..100 {
                last = truth;
                for i in 0..2 {
                    truth[i] += speed[i] * dt;
                    speed[i] += libm::sqrt(noise * dt) * normal();
                }
                filter.predict(dt, noise);
                // A place that is one step old, and a speed.
                let r = Mat2::turned(0.64, 0.04, 0.8, 0.6);
                let (a, c) = (0.8 * normal(), 0.2 * normal());
                let z = [last[0] + 0.8 * a - 0.6 * c, last[1] + 0.6 * a + 0.8 * c];
                if step % 2 == 0 {
                    let seen = filter.compare(z, r, dt);
                    filter.take_place(&seen);
                }
                let seen = [speed[0] + 0.3 * normal(), speed[1] + 0.3 * normal()];
                filter.take_speed(seen, 0.09);
            }
            let off = [truth[0] - filter.place[0], truth[1] - filter.place[1]];
            let w = filter.pp.inverse().on(off);
            sum += w[0] * off[0] + w[1] * off[1];
            n += 1.0;
            assert!(last[0].is_finite());
        }
        let nees = sum / n;
        assert!((1.5..2.5).contains(&nees), "{nees}");
    }
}
