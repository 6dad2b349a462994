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

    /// Change per metre.
    pub fn slope(&self, s: f64) -> f64 {
        self.at(s)
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
    fn an_empty_profile_is_zero() {
        assert!(Profile::default().is_zero());
        assert_eq!(Profile::default().value(7.0), 0.0);
    }
}
