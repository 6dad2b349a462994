//! Collisions with their severity: the whole change of velocity, not that of the first step.
//!
//! Event data recorders (49 CFR 563) sum the change of velocity from the first contact to the end
//! of the event, at most 250 ms; the event ends when the velocity changes by no more than 0.8 km/h
//! in 20 ms. Full braking stays below that, so it does not draw a contact out.

/// At most this long, s.
const LONGEST: f64 = 0.25;
/// The push is over when velocities change by no more than this, m/s, ...
const QUIET: f64 = 0.8 / 3.6;
/// ... in this many ticks of 10 ms.
const QUIET_TICKS: usize = 2;

/// Velocity, m/s.
pub type Velocity = [f64; 3];

/// Size of a change of velocity, m/s.
pub fn change(from: Velocity, to: Velocity) -> f64 {
    let d = [to[0] - from[0], to[1] - from[1], to[2] - from[2]];
    libm::sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2])
}

/// A contact that pushes.
#[derive(Clone, Debug)]
pub struct Contact {
    /// s.
    began: f64,
    /// Velocities just before it and after each tick since: of the ego, and of the other.
    ego: Vec<Velocity>,
    other: Vec<Velocity>,
}

/// What a contact came to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Severity {
    /// Change of velocity, m/s.
    pub ego: f64,
    pub other: f64,
    /// s.
    pub duration: f64,
}

impl Contact {
    /// A contact in the tick that begins at `began` s, with the velocities before that tick.
    pub fn new(began: f64, ego: Velocity, other: Velocity) -> Self {
        Self {
            began,
            ego: vec![ego],
            other: vec![other],
        }
    }

    /// The velocities at the end of a tick, `now` s; what the contact came to, once it is over.
    pub fn step(&mut self, now: f64, ego: Velocity, other: Velocity) -> Option<Severity> {
        self.ego.push(ego);
        self.other.push(other);
        let quiet = |log: &[Velocity]| {
            let before = log.len().checked_sub(1 + QUIET_TICKS).map(|i| log[i]);
            before.is_some_and(|before| change(before, log[log.len() - 1]) <= QUIET)
        };
        let duration = now - self.began;
        let over = quiet(&self.ego) && quiet(&self.other) || duration >= LONGEST - 1e-9;
        over.then(|| Severity {
            ego: change(self.ego[0], ego),
            other: change(self.other[0], other),
            duration,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a push with these speeds after each tick comes to.
    fn push(speeds: &[f64]) -> Severity {
        let mut contact = Contact::new(1.0, [20.0, 0.0, 0.0], [0.0; 3]);
        for (k, v) in speeds.iter().enumerate() {
            let now = 1.0 + (k + 1) as f64 * 0.01;
            // The other has a tenth of the mass.
            let other = [10.0 * (20.0 - v), 0.0, 0.0];
            if let Some(severity) = contact.step(now, [*v, 0.0, 0.0], other) {
                return severity;
            }
        }
        panic!("it never ended")
    }

    #[test]
    fn the_whole_push_counts_not_its_first_step() {
        // 2 m/s in the first step, 6 in all; then 8 m/s2 of braking, which is no push.
        let mut speeds = vec![18.0, 16.0, 15.0, 14.0];
        speeds.extend((1..60).map(|k| 14.0 - 0.08 * f64::from(k) / 10.0));
        let s = push(&speeds);
        assert!((s.ego - 6.0).abs() < 0.1, "{s:?}");
        assert!((s.other - 60.0).abs() < 1.0, "{s:?}");
        assert!((s.duration - 0.06).abs() < 0.011, "{s:?}");
    }

    #[test]
    fn a_push_ends_after_a_quarter_of_a_second() {
        let speeds: Vec<f64> = (1..100).map(|k| 20.0 - 0.3 * f64::from(k)).collect();
        let s = push(&speeds);
        assert!((s.duration - 0.25).abs() < 1e-9);
        assert!((s.ego - 7.5).abs() < 1e-9);
    }

    #[test]
    fn a_touch_is_over_at_once() {
        let s = push(&[19.99, 19.98, 19.97, 19.96]);
        assert!(s.ego < 0.05 && s.duration < 0.05, "{s:?}");
    }
}
