//! Maximum likelihood: the parameters under which the data are most likely.

use super::{
    super::{
        describe::{mean, sd},
        known,
        linear::inverse,
        survival::Observation,
    },
    Distribution, Family, NotFitted,
    nelder_mead::{Minimum, minimise},
};
use serde::Serialize;

/// One parameter of a fit.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Parameter {
    /// As in the formulas: see [`Distribution`] for its meaning and unit.
    pub name: &'static str,
    /// Estimate.
    pub value: f64,
    /// Standard error from the curvature of the likelihood. None at a limit, and where the curvature says
    /// nothing.
    pub standard_error: Option<f64>,
}

/// A family fitted to data.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fit {
    /// Which family.
    pub family: Family,
    /// The distribution with the best parameters.
    pub distribution: Distribution,
    /// Cases.
    pub n: usize,
    /// Those in which it happened.
    pub events: usize,
    /// Those right-censored.
    pub censored: usize,
    /// Cases whose time is not finite or not above zero, which are ignored.
    pub left_out: usize,
    /// Estimates, in the order of [`Family::parameter_names`].
    pub parameters: Vec<Parameter>,
    /// Natural logarithm of the likelihood, with times in the unit given.
    pub log_likelihood: f64,
    /// Akaike's criterion, 2 k - 2 ln L.
    pub aic: f64,
    /// The same, corrected for small samples (Hurvich and Tsai 1989). None for n <= k + 1.
    pub aicc: Option<f64>,
    /// Schwarz's criterion, k ln n - 2 ln L, where n counts censored cases too.
    pub bic: f64,
    /// Says so where the best parameters lie at a limit of the family.
    pub limit: Option<&'static str>,
}

/// Fits a family to times; censored ones count by the share beyond them.
///
/// The shift of the shifted Wald is kept between zero and the first event: nobody acts before the request.
pub fn fit(family: Family, observations: &[Observation]) -> Result<Fit, NotFitted> {
    let data = Data::of(family, observations)?;
    let mut best: Option<Minimum> = None;
    for start in data.starts(family) {
        let end = minimise(&|at: &[f64]| data.cost(family, at), &start, 0.5, 1e-14);
        if best.as_ref().is_none_or(|b| end.value < b.value) {
            best = Some(end);
        }
    }
    let best = best.ok_or(NotFitted::NoOptimum)?;
    let (distribution, limit) = data.settled(family, &best.at)?;
    let log_likelihood = known(data.log_likelihood(&distribution)).ok_or(NotFitted::NoOptimum)?;

    let errors = match limit {
        None => data.standard_errors(&distribution),
        Some(_) => None,
    };
    let parameters = family
        .parameter_names()
        .iter()
        .zip(distribution.parameters())
        .enumerate()
        .map(|(i, (name, value))| Parameter {
            name,
            value,
            standard_error: errors.as_ref().map(|errors| errors[i]),
        })
        .collect();
    let (n, k) = (data.all.len() as f64, family.parameter_names().len() as f64);
    let aic = 2.0 * k - 2.0 * log_likelihood;
    Ok(Fit {
        family,
        distribution,
        n: data.all.len(),
        events: data.events,
        censored: data.all.len() - data.events,
        left_out: observations.len() - data.all.len(),
        parameters,
        log_likelihood,
        aic,
        aicc: (n > k + 1.0).then(|| aic + 2.0 * k * (k + 1.0) / (n - k - 1.0)),
        bic: k * n.ln() - 2.0 * log_likelihood,
        limit,
    })
}

/// Fits again to a sample much like that of `near`: one quick search from there.
pub(super) fn refit(near: &Distribution, observations: &[Observation]) -> Option<Distribution> {
    let family = near.family();
    let data = Data::of(family, observations).ok()?;
    let start = data.coordinates(near);
    let end = minimise(&|at: &[f64]| data.cost(family, at), &start, 0.2, 1e-6);
    data.place(family, &end.at)
}

/// What is fitted, and its scale.
struct Data {
    all: Vec<Observation>,
    events: usize,
    /// First event.
    first: f64,
    /// Mean and standard deviation of all times, as if none were censored: a scale for the search.
    mean: f64,
    sd: f64,
    /// The same of the logarithms.
    ln_mean: f64,
    ln_sd: f64,
}

impl Data {
    fn of(family: Family, observations: &[Observation]) -> Result<Self, NotFitted> {
        let usable = |o: &&Observation| o.time.is_finite() && o.time > 0.0;
        let all: Vec<Observation> = observations.iter().filter(usable).copied().collect();
        let events: Vec<f64> = all.iter().filter(|o| o.event).map(|o| o.time).collect();
        if events.len() <= family.parameter_names().len() {
            return Err(NotFitted::TooFewEvents);
        }
        let first = events.iter().copied().fold(f64::INFINITY, f64::min);
        if events.iter().all(|t| *t == first) {
            return Err(NotFitted::NoSpread);
        }
        let times: Vec<f64> = all.iter().map(|o| o.time).collect();
        let logs: Vec<f64> = times.iter().map(|t| t.ln()).collect();
        let scale = || Some((mean(&times)?, sd(&times)?, mean(&logs)?, sd(&logs)?));
        let (mean, sd, ln_mean, ln_sd) = scale().ok_or(NotFitted::NoSpread)?;
        Ok(Self {
            all,
            events: events.len(),
            first,
            mean,
            sd,
            ln_mean,
            ln_sd,
        })
    }

    fn log_likelihood(&self, d: &Distribution) -> f64 {
        let of = |o: &Observation| {
            if o.event {
                d.ln_density(o.time)
            } else {
                d.ln_survival(o.time)
            }
        };
        self.all.iter().map(of).sum()
    }

    /// What the search makes small.
    fn cost(&self, family: Family, at: &[f64]) -> f64 {
        self.place(family, at)
            .map_or(f64::INFINITY, |d| -self.log_likelihood(&d))
    }

    /// The distribution at a place of the search, whose coordinates are all of about the size of one and
    /// know no limits.
    fn place(&self, family: Family, at: &[f64]) -> Option<Distribution> {
        let parameters = match (family, at) {
            (Family::LogNormal, &[a, b]) => {
                vec![self.ln_mean + self.ln_sd * a, self.ln_sd * b.exp()]
            }
            (Family::ExGaussian, &[a, b, c]) => {
                vec![
                    self.mean + self.sd * a,
                    self.sd * b.exp(),
                    self.sd * c.exp(),
                ]
            }
            (Family::ShiftedWald, &[a, b, c]) => {
                // Mean after the shift, threshold, and the shift as share of the first event.
                let (mean, threshold) = (self.mean * a.exp(), self.mean.sqrt() * b.exp());
                vec![threshold / mean, threshold, self.first / (1.0 + (-c).exp())]
            }
            _ => return None,
        };
        Distribution::new(family, &parameters)
    }

    /// The place of a distribution: [`Data::place`] backwards.
    fn coordinates(&self, d: &Distribution) -> Vec<f64> {
        match *d {
            Distribution::LogNormal { mu, sigma } => {
                vec![(mu - self.ln_mean) / self.ln_sd, (sigma / self.ln_sd).ln()]
            }
            Distribution::ExGaussian { mu, sigma, tau } => {
                vec![
                    (mu - self.mean) / self.sd,
                    (sigma / self.sd).ln(),
                    (tau / self.sd).ln(),
                ]
            }
            Distribution::ShiftedWald {
                drift,
                threshold,
                shift,
            } => {
                let share = (shift / self.first).clamp(0.01, 0.99);
                let mean = threshold / drift;
                vec![
                    (mean / self.mean).ln(),
                    (threshold / self.mean.sqrt()).ln(),
                    (share / (1.0 - share)).ln(),
                ]
            }
        }
    }

    /// Where the searches start: moments fit, for several shapes.
    fn starts(&self, family: Family) -> Vec<Vec<f64>> {
        let distributions: Vec<Distribution> = match family {
            Family::LogNormal => vec![Distribution::LogNormal {
                mu: self.ln_mean,
                sigma: self.ln_sd,
            }],
            Family::ExGaussian => [0.2, 0.5, 0.8, 0.95]
                .map(|share: f64| Distribution::ExGaussian {
                    mu: self.mean - share * self.sd,
                    sigma: self.sd * (1.0 - share * share).sqrt(),
                    tau: share * self.sd,
                })
                .to_vec(),
            Family::ShiftedWald => [0.02, 0.3, 0.6, 0.9]
                .map(|share| {
                    let shift = share * self.first;
                    let mean = self.mean - shift;
                    let threshold = (mean.powi(3)).sqrt() / self.sd;
                    Distribution::ShiftedWald {
                        drift: threshold / mean,
                        threshold,
                        shift,
                    }
                })
                .to_vec(),
        };
        distributions.iter().map(|d| self.coordinates(d)).collect()
    }

    /// The distribution at the best place, set exactly on a limit that it has run against.
    fn settled(
        &self,
        family: Family,
        at: &[f64],
    ) -> Result<(Distribution, Option<&'static str>), NotFitted> {
        let best = self.place(family, at).ok_or(NotFitted::NoOptimum)?;
        Ok(match best {
            Distribution::LogNormal { .. } => (best, None),
            Distribution::ExGaussian { tau, .. } if tau < 1e-3 * self.sd => (
                best,
                Some(
                    "tau tends to zero: without a tail to the right, a normal distribution fits as well",
                ),
            ),
            Distribution::ExGaussian { sigma, .. } if sigma < 1e-3 * self.sd => (
                best,
                Some("sigma tends to zero: a shifted exponential distribution fits as well"),
            ),
            Distribution::ExGaussian { .. } => (best, None),
            // Many events at the first time: the likelihood grows without end as the shift comes near it.
            Distribution::ShiftedWald { shift, .. } if self.first - shift < 1e-6 * self.sd => {
                return Err(NotFitted::NoOptimum);
            }
            Distribution::ShiftedWald {
                drift,
                threshold,
                shift,
            } if shift < 1e-5 * self.first => (
                Distribution::ShiftedWald {
                    drift,
                    threshold,
                    shift: 0.0,
                },
                Some("the shift is at its lower limit, zero"),
            ),
            Distribution::ShiftedWald {
                drift, threshold, ..
            } if threshold > 1e4 * self.mean * drift => (
                best,
                Some("the drift tends to zero: the mean has no upper limit"),
            ),
            Distribution::ShiftedWald { .. } => (best, None),
        })
    }

    /// Square roots of the diagonal of the inverse observed information, by central differences.
    fn standard_errors(&self, d: &Distribution) -> Option<Vec<f64>> {
        let centre = d.parameters();
        let k = centre.len();
        let steps: Vec<f64> = match *d {
            Distribution::LogNormal { sigma, .. } => vec![1e-3 * sigma; 2],
            Distribution::ExGaussian { sigma, tau, .. } => vec![1e-3 * sigma.min(tau); 3],
            Distribution::ShiftedWald {
                drift,
                threshold,
                shift,
            } => {
                vec![
                    1e-3 * drift,
                    1e-3 * threshold,
                    1e-3 * (self.first - shift).min(shift),
                ]
            }
        };
        let cost = |moves: &[(usize, f64)]| {
            let mut at = centre.clone();
            for (axis, by) in moves {
                at[*axis] += by * steps[*axis];
            }
            Distribution::new(d.family(), &at).map(|d| -self.log_likelihood(&d))
        };
        let mut information = vec![vec![0.0; k]; k];
        for i in 0..k {
            for j in 0..k {
                let corner = |a: f64, b: f64| cost(&[(i, a), (j, b)]);
                let sum = corner(1.0, 1.0)? - corner(1.0, -1.0)? - corner(-1.0, 1.0)?
                    + corner(-1.0, -1.0)?;
                information[i][j] = sum / (4.0 * steps[i] * steps[j]);
            }
        }
        let variances = inverse(&information)?;
        (0..k)
            .map(|i| known(variances[i][i].sqrt()).filter(|e| *e > 0.0))
            .collect()
    }
}

#[cfg(test)]
#[path = "estimate_tests.rs"]
mod tests;
