//! Signals by formula, so that an independent program can make the same ones, and a way to compare.

use std::f64::consts::PI;

/// Hz of all signals here.
pub const RATE: f64 = 100.0;

/// 30 s of steering, degrees: 8 sin(2π 0.2 t) + 3 sin(2π 0.7 t + 0.5) + 0.6 sin(2π 1.7 t + 1) + 0.15
/// sin(2π 3.1 t).
pub fn steer() -> Vec<f64> {
    steer_at(3000, RATE)
}

pub fn steer_at(n: usize, rate: f64) -> Vec<f64> {
    let w = |t: f64, f: f64, phase: f64| libm::sin(2.0 * PI * f * t + phase);
    let at = |t: f64| {
        8.0 * w(t, 0.2, 0.0) + 3.0 * w(t, 0.7, 0.5) + 0.6 * w(t, 1.7, 1.0) + 0.15 * w(t, 3.1, 0.0)
    };
    (0..n).map(|i| at(i as f64 / rate)).collect()
}

/// 30 s of deviation, m: 0.3 sin(2π 0.05 t) + 0.12 sin(2π 0.23 t + 1) + 0.1.
pub fn lateral() -> Vec<f64> {
    sampled(3000, |t| {
        0.3 * libm::sin(2.0 * PI * 0.05 * t) + 0.12 * libm::sin(2.0 * PI * 0.23 * t + 1.0) + 0.1
    })
}

/// A signal at [`RATE`].
pub fn sampled(n: usize, at: impl Fn(f64) -> f64) -> Vec<f64> {
    (0..n).map(|i| at(i as f64 / RATE)).collect()
}

/// Five stretches: i mod 700 >= 150, for 3000 samples.
pub fn mask() -> Vec<bool> {
    (0..3000).map(|i| i % 700 >= 150).collect()
}

#[track_caller]
pub fn near(got: f64, want: f64, tolerance: f64) {
    let off = (got - want).abs();
    assert!(
        off <= tolerance * want.abs().max(1.0),
        "{got} is not {want} (off by {off:e})"
    );
}
