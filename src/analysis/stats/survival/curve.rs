//! The Kaplan-Meier curve: share of cases in which it has not happened yet, by time.

use super::{
    super::{
        Interval,
        distribution::{normal_two_sided, z_critical},
        is_level,
    },
    Observation, moments, usable,
};
use serde::Serialize;

/// A share counts as reached if it is missed by rounding only (the tolerance of R's `survival`).
const TOLERANCE: f64 = 1.5e-8;

/// The curve at one time at which something happened or somebody was censored.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    /// When.
    pub time: f64,
    /// How many were still waiting just before.
    pub at_risk: usize,
    /// How many it happened to.
    pub events: usize,
    /// How many were seen no further.
    pub censored: usize,
    /// Share in which it has not happened, from this time on until the next step.
    pub survival: f64,
    /// Greenwood's (1926) standard error of that share. None once the share is zero.
    pub standard_error: Option<f64>,
    /// Pointwise log-log interval (Kalbfleisch and Prentice), which stays between 0 and 1.
    /// None while the share is one, and once it is zero.
    pub band: Option<Interval>,
}

/// Kaplan and Meier's (1958) product-limit curve.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Curve {
    /// Cases.
    pub n: usize,
    /// Those in which it happened.
    pub events: usize,
    /// Those censored.
    pub censored: usize,
    /// Cases whose time is negative or not finite, which are ignored.
    pub left_out: usize,
    /// Confidence of the bands.
    pub level: f64,
    /// One for each distinct time, in order.
    pub steps: Vec<Step>,
}

/// When a share is reached.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TimeQuantile {
    /// Cases.
    pub n: usize,
    /// Share in which it has happened by then, such as 0.5 for the median.
    pub share: f64,
    /// The time. None: never reached.
    pub estimate: Option<f64>,
    /// Lower end of Brookmeyer and Crowley's (1982) interval. None: never reached by the lower band.
    pub low: Option<f64>,
    /// Upper end. None: never reached by the upper band, so that no end can be given.
    pub high: Option<f64>,
    /// Confidence, such as 0.95.
    pub level: f64,
}

/// Mean time spent waiting before a horizon.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RestrictedMean {
    /// Cases.
    pub n: usize,
    /// The horizon.
    pub tau: f64,
    /// Mean of the smaller of time and tau: area under the curve up to tau.
    pub mean: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// Normal interval.
    pub interval: Interval,
}

/// Difference of two mean times spent waiting before a horizon.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RestrictedDifference {
    /// Cases in both groups.
    pub n: usize,
    /// The horizon.
    pub tau: f64,
    /// First mean less second, each as [`RestrictedMean`].
    pub estimate: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// Normal interval.
    pub interval: Interval,
    /// Two-sided p value of no difference. None if neither curve has any error.
    pub p: Option<f64>,
}

/// By how much longer those of the first curve wait before `tau`: an effect in seconds that needs no
/// proportional hazards (Royston and Parmar 2013). The interval has the level of the first curve. None
/// where one of the two means is.
pub fn restricted_difference(
    first: &Curve,
    second: &Curve,
    tau: f64,
) -> Option<RestrictedDifference> {
    let (a, b) = (first.restricted_mean(tau)?, second.restricted_mean(tau)?);
    let estimate = a.mean - b.mean;
    let standard_error = a.standard_error.hypot(b.standard_error);
    let margin = z_critical(first.level)? * standard_error;
    Some(RestrictedDifference {
        n: a.n + b.n,
        tau,
        estimate,
        standard_error,
        interval: Interval::around(estimate, margin, first.level)?,
        p: (standard_error > 0.0).then(|| normal_two_sided(estimate / standard_error)),
    })
}

impl Curve {
    /// The curve of these cases, with bands at `level` (such as 0.95). None if there are no cases.
    pub fn of(observations: &[Observation], level: f64) -> Option<Self> {
        let (kept, left_out) = usable(observations);
        let z = z_critical(level)?;
        if kept.is_empty() {
            return None;
        }

        let mut at_risk = kept.len();
        let mut survival = 1.0;
        // Greenwood's sum: variance of ln(survival).
        let mut variance = 0.0;
        let mut steps = Vec::new();
        for moment in moments(&kept) {
            let (events, waiting) = (moment.events as f64, at_risk as f64);
            let all = moment.events == at_risk;
            survival *= if all { 0.0 } else { 1.0 - events / waiting };
            if !all {
                variance += events / (waiting * (waiting - events));
            }
            steps.push(Step {
                time: moment.time,
                at_risk,
                events: moment.events,
                censored: moment.censored,
                survival,
                standard_error: (survival > 0.0).then(|| survival * variance.sqrt()),
                band: log_log_band(survival, variance, z, level),
            });
            at_risk -= moment.events + moment.censored;
        }
        let events = kept.iter().filter(|o| o.event).count();
        Some(Self {
            n: kept.len(),
            events,
            censored: kept.len() - events,
            left_out,
            level,
            steps,
        })
    }

    /// Share in which it has not happened by `time`. None after the last time seen, unless the curve
    /// has come down to zero.
    pub fn survival_at(&self, time: f64) -> Option<f64> {
        let last = self.steps.last()?;
        if time.is_nan() || (time > last.time && last.survival > 0.0) {
            return None;
        }
        let reached = self.steps.partition_point(|step| step.time <= time);
        Some(match reached {
            0 => 1.0,
            k => self.steps[k - 1].survival,
        })
    }

    /// How many were still waiting just before `time`.
    pub fn at_risk_at(&self, time: f64) -> usize {
        let passed = self.steps.partition_point(|step| step.time < time);
        self.steps.get(passed).map_or(0, |step| step.at_risk)
    }

    /// When it has happened in half of the cases.
    pub fn median(&self) -> TimeQuantile {
        self.quantile(0.5)
    }

    /// When it has happened in this share of the cases (between 0 and 1, both excluded; the times are
    /// None otherwise). Where the curve is flat at that very height, the middle of that stretch, as R.
    pub fn quantile(&self, share: f64) -> TimeQuantile {
        let ends = |end: fn(&Interval) -> f64| {
            let heights = self
                .steps
                .iter()
                .map(|s| Some((s.time, end(s.band.as_ref()?))));
            crossing(heights.flatten(), share)
        };
        let heights = self.steps.iter().map(|s| (s.time, s.survival));
        TimeQuantile {
            n: self.n,
            share,
            estimate: crossing(heights, share),
            low: ends(|band| band.low),
            high: ends(|band| band.high),
            level: self.level,
        }
    }

    /// Mean of the smaller of time and `tau`, with a normal interval. Use one `tau` for all groups.
    ///
    /// None unless `tau` is above zero, and where the curve is not known up to `tau`: the last case
    /// seen was censored before it.
    pub fn restricted_mean(&self, tau: f64) -> Option<RestrictedMean> {
        self.survival_at(tau)?;
        if tau <= 0.0 || tau.is_infinite() {
            return None;
        }
        // Rectangles under the curve: (start, end, height).
        let starts =
            std::iter::once((0.0, 1.0)).chain(self.steps.iter().map(|s| (s.time, s.survival)));
        let ends = self.steps.iter().map(|s| s.time).chain([tau]);
        let areas: Vec<f64> = starts
            .zip(ends)
            .map(|((start, height), end)| height * (end.min(tau) - start).max(0.0))
            .collect();

        // Each step's share of the variance grows with the square of the area to the right of it.
        let mut area_after: f64 = areas.iter().sum();
        let mean = area_after;
        let mut variance = 0.0;
        for (step, area_before) in self.steps.iter().zip(&areas) {
            area_after -= area_before;
            let (events, waiting) = (step.events as f64, step.at_risk as f64);
            if step.time <= tau && step.events < step.at_risk {
                variance += area_after * area_after * events / (waiting * (waiting - events));
            }
        }
        let standard_error = variance.max(0.0).sqrt();
        let margin = z_critical(self.level)? * standard_error;
        Some(RestrictedMean {
            n: self.n,
            tau,
            mean,
            standard_error,
            interval: Interval::around(mean, margin, self.level)?,
        })
    }
}

/// exp(-exp(ln(-ln S) +- z se)), where se is that of ln(-ln S).
fn log_log_band(survival: f64, variance: f64, z: f64, level: f64) -> Option<Interval> {
    if survival <= 0.0 || survival >= 1.0 {
        return None;
    }
    let centre = (-survival.ln()).ln();
    let margin = z * variance.sqrt() / -survival.ln();
    let at = |x: f64| (-x.exp()).exp();
    Interval::new(at(centre + margin), at(centre - margin), level)
}

/// First time at which a falling curve is at 1 - `share` or below.
fn crossing(heights: impl Iterator<Item = (f64, f64)>, share: f64) -> Option<f64> {
    if !is_level(share) {
        return None;
    }
    let goal = 1.0 - share;
    let below: Vec<(f64, f64)> = heights
        .filter(|(_, height)| *height < goal + TOLERANCE)
        .collect();
    let (time, height) = *below.first()?;
    let next = below.iter().find(|(_, later)| *later < height);
    match next {
        Some((end, _)) if (height - goal).abs() < TOLERANCE => Some(0.5 * (time + end)),
        _ => Some(time),
    }
}

#[cfg(test)]
#[path = "curve_tests.rs"]
mod tests;
