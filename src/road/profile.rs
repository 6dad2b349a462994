//! Quantities that change along a road as piecewise cubics: elevation, superelevation, widths.

/// `a + b ds + c ds2 + d ds3` from `s` on, with `ds` counted from `s`, as in OpenDRIVE.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cubic {
    pub s: f64,
    pub c: [f64; 4],
}

/// Cubics in order of `s`. Before the first its start counts, and without any it is 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Profile(Vec<Cubic>);

impl Profile {
    /// Cubics must be in order of `s`.
    pub fn new(cubics: Vec<Cubic>) -> Self {
        Self(cubics)
    }

    pub fn constant(value: f64) -> Self {
        Self(vec![Cubic {
            s: 0.0,
            c: [value, 0.0, 0.0, 0.0],
        }])
    }

    /// Through points `(s, value)`, in order of `s`, smoothly: between two points the change
    /// starts and ends level (a cubic with slope 0 at both). Constant outside of them.
    pub fn eased(points: &[(f64, f64)]) -> Self {
        let mut cubics = Vec::new();
        for pair in points.windows(2) {
            let ((s0, v0), (s1, v1)) = (pair[0], pair[1]);
            let (l, rise) = (s1 - s0, v1 - v0);
            cubics.push(Cubic {
                s: s0,
                c: [v0, 0.0, 3.0 * rise / (l * l), -2.0 * rise / (l * l * l)],
            });
        }
        if let Some((s, v)) = points.last() {
            cubics.push(Cubic {
                s: *s,
                c: [*v, 0.0, 0.0, 0.0],
            });
        }
        Self(cubics)
    }

    /// The sum of two profiles, or with `weight` -1 their difference, and so on: `a + weight b`.
    pub fn sum(a: &Self, weight: f64, b: &Self) -> Self {
        let mut starts: Vec<f64> = a.0.iter().chain(&b.0).map(|c| c.s).collect();
        starts.sort_by(f64::total_cmp);
        starts.dedup();
        let cubics = starts.iter().map(|s| {
            let (p, q) = (a.from(*s), b.from(*s));
            Cubic {
                s: *s,
                c: std::array::from_fn(|i| p[i] + weight * q[i]),
            }
        });
        Self(cubics.collect())
    }

    /// Coefficients of the cubic at `s`, counted from there.
    fn from(&self, s: f64) -> [f64; 4] {
        match self.0.first() {
            None => [0.0; 4],
            // Before its first cubic a profile is constant.
            Some(first) if s < first.s => [first.c[0], 0.0, 0.0, 0.0],
            Some(_) => self.at(s).map_or([0.0; 4], |([a, b, c, d], x)| {
                [
                    a + x * (b + x * (c + x * d)),
                    b + x * (2.0 * c + x * 3.0 * d),
                    c + x * 3.0 * d,
                    *d,
                ]
            }),
        }
    }

    /// It is 0 everywhere.
    pub fn is_zero(&self) -> bool {
        self.0.iter().all(|c| c.c == [0.0; 4])
    }

    pub fn cubics(&self) -> &[Cubic] {
        &self.0
    }

    fn at(&self, s: f64) -> Option<(&[f64; 4], f64)> {
        let i = self.0.partition_point(|c| c.s <= s).max(1) - 1;
        let cubic = self.0.get(i)?;
        Some((&cubic.c, (s - cubic.s).max(0.0)))
    }

    pub fn value(&self, s: f64) -> f64 {
        self.at(s)
            .map_or(0.0, |(c, x)| c[0] + x * (c[1] + x * (c[2] + x * c[3])))
    }

    /// Change per metre; 0 before the first cubic, where the value is constant.
    pub fn slope(&self, s: f64) -> f64 {
        self.at(s)
            .filter(|_| self.0.first().is_some_and(|first| s >= first.s))
            .map_or(0.0, |(c, x)| c[1] + x * (2.0 * c[2] + x * 3.0 * c[3]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eased_profiles_pass_their_points_level() {
        let p = Profile::eased(&[(100.0, 2.0), (200.0, 5.0), (250.0, 1.0)]);
        for (s, v) in [
            (0.0, 2.0),
            (100.0, 2.0),
            (150.0, 3.5),
            (200.0, 5.0),
            (250.0, 1.0),
            (900.0, 1.0),
        ] {
            assert!((p.value(s) - v).abs() < 1e-12, "{s}: {}", p.value(s));
        }
        assert!(p.slope(100.0).abs() < 1e-12 && p.slope(200.0).abs() < 1e-12);
        assert!((p.slope(150.0) - 1.5 * 3.0 / 100.0).abs() < 1e-12);
    }

    #[test]
    fn a_sum_has_the_sum_of_the_values_everywhere() {
        let a = Profile::eased(&[(10.0, 2.0), (50.0, 5.0)]);
        let b = Profile::eased(&[(30.0, -1.0), (90.0, 4.0), (120.0, 0.0)]);
        let sum = Profile::sum(&a, -2.0, &b);
        for i in 0..150 {
            let s = f64::from(i);
            let expected = a.value(s) - 2.0 * b.value(s);
            assert!((sum.value(s) - expected).abs() < 1e-9, "{s}");
            let expected = a.slope(s) - 2.0 * b.slope(s);
            assert!((sum.slope(s) - expected).abs() < 1e-9, "{s}");
        }
    }

    #[test]
    fn an_empty_profile_is_zero() {
        assert!(Profile::default().is_zero());
        assert_eq!(Profile::default().value(7.0), 0.0);
    }
}
