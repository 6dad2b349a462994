//! From values to places, and round numbers for the ticks of an axis.

/// Where values stand in a drawing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    /// Value at the begin.
    pub low: f64,
    /// Value at the end.
    pub high: f64,
    /// Place of the begin, px.
    pub from: f64,
    /// Place of the end, px.
    pub to: f64,
    /// Equal ratios are equally long. Both ends are then positive.
    pub log: bool,
}

/// A tick with its words.
pub(super) type Tick = (f64, String);

impl Scale {
    pub(super) fn new((low, high): (f64, f64), from: f64, to: f64) -> Self {
        Self {
            low,
            high,
            from,
            to,
            log: false,
        }
    }

    pub(super) fn map(&self, value: f64) -> f64 {
        let (value, low, high) = if self.log {
            (value.max(1e-12).ln(), self.low.ln(), self.high.ln())
        } else {
            (value, self.low, self.high)
        };
        let span = high - low;
        if span == 0.0 {
            return f64::midpoint(self.from, self.to);
        }
        self.from + (value - low) / span * (self.to - self.from)
    }

    /// The same, but never outside the drawing.
    pub(super) fn map_within(&self, value: f64) -> f64 {
        self.map(value)
            .clamp(self.from.min(self.to), self.from.max(self.to))
    }

    pub(super) fn holds(&self, value: f64) -> bool {
        let slack = (self.high - self.low).abs() * 1e-9;
        value.is_finite() && value >= self.low - slack && value <= self.high + slack
    }

    /// Round values within the ends, about so many.
    pub(super) fn ticks(&self, about: usize) -> Vec<Tick> {
        if self.log {
            self.log_ticks()
        } else {
            linear_ticks(self.low, self.high, about)
        }
    }

    fn log_ticks(&self) -> Vec<Tick> {
        let decades = (self.high / self.low).log10();
        let steps: &[f64] = match decades {
            d if d < 0.9 => &[1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0],
            d if d < 3.0 => &[1.0, 2.0, 5.0],
            _ => &[1.0],
        };
        let mut out = Vec::new();
        for power in self.low.log10().floor() as i32..=self.high.log10().ceil() as i32 {
            for step in steps {
                let value = step * 10f64.powi(power);
                if self.holds(value) {
                    out.push((value, plain(value)));
                }
            }
        }
        out
    }
}

fn linear_ticks(low: f64, high: f64, about: usize) -> Vec<Tick> {
    let step = step(low, high, about);
    if step <= 0.0 || !step.is_finite() {
        return vec![(low, plain(low))];
    }
    let digits = digits_of(step);
    let first = (low / step - 1e-9).ceil();
    let mut out = Vec::new();
    let mut i = 0.0;
    while (first + i) * step <= high + step * 1e-9 && out.len() < 100 {
        let value = (first + i) * step;
        out.push((value, super::number::fixed(value, digits)));
        i += 1.0;
    }
    out
}

/// A round step: 1, 2 or 5 times a power of ten.
fn step(low: f64, high: f64, about: usize) -> f64 {
    let rough = (high - low) / about.max(1) as f64;
    if rough <= 0.0 || !rough.is_finite() {
        return 0.0;
    }
    let power = 10f64.powf(rough.log10().floor());
    let factor = rough / power;
    power
        * if factor < 1.5 {
            1.0
        } else if factor < 3.0 {
            2.0
        } else if factor < 7.0 {
            5.0
        } else {
            10.0
        }
}

fn digits_of(step: f64) -> usize {
    (0..9)
        .find(|&d| {
            let scaled = step * 10f64.powi(d);
            (scaled - scaled.round()).abs() < 1e-6 * scaled.abs()
        })
        .unwrap_or(9) as usize
}

/// A number in as few digits as it needs.
fn plain(value: f64) -> String {
    super::number::fixed(value, digits_of(value.abs()))
}

/// Lowest and highest of the finite values.
pub(super) fn bounds(values: impl IntoIterator<Item = f64>) -> Option<(f64, f64)> {
    values
        .into_iter()
        .filter(|v| v.is_finite())
        .fold(None, |range, v| {
            Some(range.map_or((v, v), |(low, high): (f64, f64)| (low.min(v), high.max(v))))
        })
}

/// Ends of an axis around values, widened to the next round numbers. All equal: one step to each side.
pub(super) fn nice(range: Option<(f64, f64)>, about: usize) -> (f64, f64) {
    let (mut low, mut high) = range.unwrap_or((0.0, 1.0));
    if high - low <= 1e-12 * low.abs().max(high.abs()).max(1e-300) {
        let pad = if low == 0.0 { 1.0 } else { low.abs() * 0.1 };
        (low, high) = (low - pad, high + pad);
    }
    let step = step(low, high, about);
    if step <= 0.0 {
        return (low, high);
    }
    (
        (low / step + 1e-9).floor() * step,
        (high / step - 1e-9).ceil() * step,
    )
}

/// Ends given by a caller if they are usable, else those of the data.
pub(super) fn ends(
    given: Option<(f64, f64)>,
    data: Option<(f64, f64)>,
    about: usize,
) -> (f64, f64) {
    match given {
        Some((low, high)) if low.is_finite() && high.is_finite() && low < high => (low, high),
        _ => nice(data, about),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(scale: &Scale, about: usize) -> Vec<String> {
        scale.ticks(about).into_iter().map(|t| t.1).collect()
    }

    #[test]
    fn ticks_are_round_and_within() {
        assert_eq!(
            words(&Scale::new((0.0, 1.0), 0.0, 100.0), 5),
            ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]
        );
        assert_eq!(
            words(&Scale::new((-3.0, 11.0), 0.0, 100.0), 4),
            ["0", "5", "10"]
        );
        assert_eq!(
            words(&Scale::new((0.0, 0.06), 0.0, 100.0), 3),
            ["0.00", "0.02", "0.04", "0.06"]
        );
        let log = Scale {
            log: true,
            ..Scale::new((0.2, 6.0), 0.0, 100.0)
        };
        assert_eq!(words(&log, 5), ["0.2", "0.5", "1", "2", "5"]);
        assert!((log.map(1.0) - 100.0 * (5.0f64).ln() / (30.0f64).ln()).abs() < 1e-9);
    }

    #[test]
    fn ranges_of_nothing_one_and_many() {
        assert_eq!(nice(None, 5), (0.0, 1.0));
        let (low, high) = nice(Some((2.0, 2.0)), 5);
        assert!(low < 2.0 && high > 2.0);
        assert_eq!(nice(Some((0.3, 9.2)), 5), (0.0, 10.0));
        assert_eq!(
            bounds([f64::NAN, 3.0, f64::INFINITY, 1.0]),
            Some((1.0, 3.0))
        );
        assert_eq!(ends(Some((1.0, f64::NAN)), Some((0.0, 1.0)), 5), (0.0, 1.0));
    }
}
