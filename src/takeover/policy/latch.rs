//! On and off with dwell: what all policies that watch a value have in common.

/// Remembers whether it is on, and since when that is in question.
#[derive(Clone, Copy, Debug)]
pub(super) struct Latch {
    /// How long the cause must last, s, ...
    raise_dwell: f64,
    /// ... and how long its absence, s.
    release_dwell: f64,
    on: bool,
    /// Since when the value has been on the other side of the relevant limit, s.
    crossed_at: Option<f64>,
}

impl Latch {
    pub fn new(raise_dwell: f64, release_dwell: f64) -> Self {
        Self {
            raise_dwell,
            release_dwell,
            on: false,
            crossed_at: None,
        }
    }

    /// Whether it is on at `time` (s). `raise` counts while it is off, `release` while it is on; where
    /// neither holds (the band between two limits) it stays as it is.
    pub fn look(&mut self, raise: bool, release: bool, time: f64) -> bool {
        let (crossed, dwell) = if self.on {
            (release, self.release_dwell)
        } else {
            (raise, self.raise_dwell)
        };
        if !crossed {
            self.crossed_at = None;
        } else {
            let since = *self.crossed_at.get_or_insert(time);
            if time - since >= dwell - 1e-9 {
                self.on = !self.on;
                self.crossed_at = None;
            }
        }
        self.on
    }
}
