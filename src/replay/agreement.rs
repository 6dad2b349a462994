//! How far raters agree, beyond chance. Tables in, figures out; knows nothing of logs.
//!
//! | coefficient | for | missing ratings |
//! |---|---|---|
//! | Cohen's kappa | two raters | units that one of them left out are left out |
//! | the same, weighted | two raters, ordered categories | the same |
//! | Fleiss' kappa | three and more | units with fewer than two ratings are left out; each other one counts once |
//! | Krippendorff's alpha | any number | the same |
//!
//! Sources: Cohen 1960 and 1968; Fleiss, Cohen & Everitt 1969 (large-sample variance of both); Fleiss
//! 1971; Gwet 2021 (large-sample variance of Fleiss' kappa, with missing ratings). The variance in
//! Fleiss 1971 and its correction (Fleiss, Nee & Landis 1979) hold if there is no agreement beyond
//! chance: they test, but make no interval, so they are not used. Krippendorff 2011.

use serde::Serialize;

/// Normal quantile of a two-sided 95 % interval.
const Z95: f64 = 1.959_963_984_540_054;

/// Why there is no figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Undefined {
    #[error("no agreement: it takes two raters")]
    OneRater,
    #[error("no agreement: nothing was rated by two raters")]
    NoOverlap,
    #[error(
        "no kappa: everybody gave the same answer everywhere, so chance alone would agree as much"
    )]
    OneCategory,
}

/// A coefficient of agreement.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Coefficient {
    /// 1: as one; 0: as by chance; below: less than that.
    pub value: f64,
    /// Observed agreement, and that by chance, 0 to 1; weighted where the coefficient is.
    pub observed: f64,
    pub by_chance: f64,
    /// Standard error; none if there is too little, or if all agree: the large-sample formula then
    /// gives an interval without any width, which nobody should believe.
    pub standard_error: Option<f64>,
    /// 95 % interval, within -1 to 1.
    pub interval_95: Option<[f64; 2]>,
}

impl Coefficient {
    fn new(value: f64, observed: f64, by_chance: f64, variance: Option<f64>) -> Self {
        let variance = variance.filter(|v| v.is_finite() && *v > 1e-15);
        let standard_error = variance.map(libm::sqrt);
        let interval_95 = standard_error
            .map(|se| [-1.0, 1.0].map(|side: f64| (value + side * Z95 * se).clamp(-1.0, 1.0)));
        Self {
            value,
            observed,
            by_chance,
            standard_error,
            interval_95,
        }
    }
}

/// How much two different categories disagree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Weights {
    /// All the same.
    None,
    /// By their distance in steps.
    Linear,
    /// By its square.
    Quadratic,
}

impl Weights {
    /// Agreement of two of so many categories, 0 to 1.
    fn between(self, i: usize, j: usize, categories: usize) -> f64 {
        let share = i.abs_diff(j) as f64 / (categories.max(2) - 1) as f64;
        match self {
            Self::None => f64::from(u8::from(i == j)),
            Self::Linear => 1.0 - share,
            Self::Quadratic => 1.0 - share * share,
        }
    }
}

/// Cohen's kappa of a square table: how often the first rater said the row and the second the column.
///
/// # Errors
/// If it is not defined.
pub fn cohen(table: &[Vec<u64>], weights: Weights) -> Result<Coefficient, Undefined> {
    let k = table.len();
    let n = table.iter().flatten().sum::<u64>() as f64;
    if n < 1.0 {
        return Err(Undefined::NoOverlap);
    }
    let p = |i: usize, j: usize| table[i].get(j).map_or(0.0, |c| *c as f64 / n);
    let w = |i, j| weights.between(i, j, k);
    let rows: Vec<f64> = (0..k).map(|i| (0..k).map(|j| p(i, j)).sum()).collect();
    let columns: Vec<f64> = (0..k).map(|j| (0..k).map(|i| p(i, j)).sum()).collect();
    let pairs = || (0..k).flat_map(|i| (0..k).map(move |j| (i, j)));
    if (0..k).any(|i| table[i].get(i).is_some_and(|c| *c as f64 >= n)) {
        return Err(Undefined::OneCategory);
    }
    let observed: f64 = pairs().map(|(i, j)| w(i, j) * p(i, j)).sum();
    let chance: f64 = pairs().map(|(i, j)| w(i, j) * rows[i] * columns[j]).sum();
    let value = (observed - chance) / (1.0 - chance);
    // Fleiss, Cohen & Everitt 1969, for kappa and weighted kappa alike.
    let by_row: Vec<f64> = (0..k)
        .map(|i| (0..k).map(|j| columns[j] * w(i, j)).sum())
        .collect();
    let by_column: Vec<f64> = (0..k)
        .map(|j| (0..k).map(|i| rows[i] * w(i, j)).sum())
        .collect();
    let spread: f64 = pairs()
        .map(|(i, j)| {
            let off = w(i, j) * (1.0 - chance) - (by_row[i] + by_column[j]) * (1.0 - observed);
            p(i, j) * off * off
        })
        .sum();
    let middle = observed * chance - 2.0 * chance + observed;
    let variance = (spread - middle * middle) / (n * (1.0 - chance).powi(4));
    Ok(Coefficient::new(value, observed, chance, Some(variance)))
}

/// Fleiss' kappa: for each unit, how many raters chose each category. Units with fewer than two
/// ratings are left out. With as many ratings everywhere this is Fleiss 1971.
///
/// # Errors
/// If it is not defined.
pub fn fleiss(units: &[Vec<u64>]) -> Result<Coefficient, Undefined> {
    let units = rated(units);
    let n = units.len() as f64;
    let k = units.iter().map(|u| u.len()).max().unwrap_or_default();
    if units.is_empty() {
        return Err(Undefined::NoOverlap);
    }
    let share = |unit: &[u64], c: usize| {
        let raters = unit.iter().sum::<u64>() as f64;
        unit.get(c).map_or(0.0, |n| *n as f64 / raters)
    };
    let used: Vec<f64> = (0..k)
        .map(|c| units.iter().map(|u| share(u, c)).sum::<f64>() / n)
        .collect();
    if used.iter().any(|p| *p >= 1.0 - 1e-12) {
        return Err(Undefined::OneCategory);
    }
    let agreement = |unit: &[u64]| {
        let raters = unit.iter().sum::<u64>();
        let pairs: u64 = unit.iter().map(|c| c * c.saturating_sub(1)).sum();
        pairs as f64 / (raters * (raters - 1)) as f64
    };
    let observed = units.iter().map(|u| agreement(u)).sum::<f64>() / n;
    let chance: f64 = used.iter().map(|p| p * p).sum();
    let value = (observed - chance) / (1.0 - chance);
    // Gwet 2021.
    let spread: f64 = units
        .iter()
        .map(|unit| {
            let expected: f64 = (0..k).map(|c| used[c] * share(unit, c)).sum();
            let own = (agreement(unit) - chance) / (1.0 - chance);
            let own = own - 2.0 * (1.0 - value) * (expected - chance) / (1.0 - chance);
            (own - value) * (own - value)
        })
        .sum();
    let variance = (n > 1.0).then(|| spread / (n * (n - 1.0)));
    Ok(Coefficient::new(value, observed, chance, variance))
}

/// Krippendorff's alpha of the same table: nominal, or ordinal where categories are ordered. Without
/// an interval: it has no simple one.
///
/// # Errors
/// If it is not defined.
pub fn alpha(units: &[Vec<u64>], ordered: bool) -> Result<f64, Undefined> {
    let units = rated(units);
    if units.is_empty() {
        return Err(Undefined::NoOverlap);
    }
    let k = units.iter().map(|u| u.len()).max().unwrap_or_default();
    let count = |unit: &[u64], c: usize| unit.get(c).map_or(0.0, |n| *n as f64);
    let totals: Vec<f64> = (0..k)
        .map(|c| units.iter().map(|u| count(u, c)).sum())
        .collect();
    let n: f64 = totals.iter().sum();
    if totals.iter().any(|t| *t >= n) {
        return Err(Undefined::OneCategory);
    }
    // Squared difference of two categories.
    let apart = |a: usize, b: usize| {
        if !ordered {
            return f64::from(u8::from(a != b));
        }
        let between: f64 = totals[a.min(b)..=a.max(b)].iter().sum();
        let steps = between - (totals[a] + totals[b]) / 2.0;
        steps * steps
    };
    let pairs = || (0..k).flat_map(|a| (0..k).map(move |b| (a, b)));
    let within: f64 = units
        .iter()
        .map(|unit| {
            let raters: f64 = (0..k).map(|c| count(unit, c)).sum();
            let sum: f64 = pairs()
                .filter(|(a, b)| a != b)
                .map(|(a, b)| count(unit, a) * count(unit, b) * apart(a, b))
                .sum();
            sum / (raters - 1.0)
        })
        .sum();
    let by_chance: f64 = pairs()
        .filter(|(a, b)| a != b)
        .map(|(a, b)| totals[a] * totals[b] * apart(a, b))
        .sum();
    Ok(1.0 - (n - 1.0) * within / by_chance)
}

/// Units with two ratings or more.
fn rated(units: &[Vec<u64>]) -> Vec<&[u64]> {
    let enough = |u: &&Vec<u64>| u.iter().sum::<u64>() >= 2;
    units.iter().filter(enough).map(Vec::as_slice).collect()
}

/// What raters answered to one question.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    /// Names; a unit's answers are in their order.
    pub raters: Vec<String>,
    /// Answers that can be given, in their order if they have one.
    pub categories: Vec<String>,
    pub ordered: bool,
    /// By unit and rater: the category; none where nothing was said.
    pub units: Vec<Vec<Option<usize>>>,
}

/// A coefficient by name.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Named {
    pub name: &'static str,
    #[serde(flatten)]
    pub coefficient: Coefficient,
}

/// How far raters agree on one question.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Agreement {
    /// Who answered it at all.
    pub raters: Vec<String>,
    /// Units that two or more of them answered ...
    pub units: usize,
    /// ... and those that only one did, which are left out.
    pub left_out: usize,
    /// Ratings that are missing among `units`.
    pub missing: usize,
    /// Share of pairs of raters that gave the same answer, %; each unit counts once.
    pub percent: Option<f64>,
    pub kappas: Vec<Named>,
    /// Krippendorff's alpha: ordinal where categories are ordered.
    pub alpha: Option<f64>,
    /// Why there is no kappa; none if there is one.
    pub undefined: Option<String>,
}

impl Answers {
    pub fn agreement(&self) -> Agreement {
        let spoke = |r: &usize| {
            self.units
                .iter()
                .any(|u| u.get(*r).copied().flatten().is_some())
        };
        let who: Vec<usize> = (0..self.raters.len()).filter(spoke).collect();
        let answers: Vec<Vec<Option<usize>>> = self
            .units
            .iter()
            .map(|u| who.iter().map(|r| u.get(*r).copied().flatten()).collect())
            .collect();
        let given = |unit: &Vec<Option<usize>>| unit.iter().flatten().count();
        let units: Vec<_> = answers.iter().filter(|u| given(u) >= 2).collect();
        let counts: Vec<Vec<u64>> = units.iter().map(|u| self.counts(u)).collect();
        let mut result = Agreement {
            raters: who.iter().map(|r| self.raters[*r].clone()).collect(),
            units: units.len(),
            left_out: answers.iter().filter(|u| given(u) == 1).count(),
            missing: units.iter().map(|u| u.len() - given(u)).sum(),
            percent: share_of_pairs(&counts).map(|share| share * 100.0),
            kappas: Vec::new(),
            alpha: alpha(&counts, self.ordered).ok(),
            undefined: None,
        };
        let kappas = match who.len() {
            0 | 1 => Err(Undefined::OneRater),
            2 => self.cohens(&units),
            _ => fleiss(&counts).map(|kappa| vec![named("Fleiss' kappa", kappa)]),
        };
        match kappas {
            Ok(kappas) => result.kappas = kappas,
            Err(why) => result.undefined = Some(why.to_string()),
        }
        result
    }

    fn counts(&self, unit: &[Option<usize>]) -> Vec<u64> {
        let mut counts = vec![0; self.categories.len()];
        for category in unit.iter().flatten() {
            if let Some(count) = counts.get_mut(*category) {
                *count += 1;
            }
        }
        counts
    }

    fn cohens(&self, units: &[&Vec<Option<usize>>]) -> Result<Vec<Named>, Undefined> {
        let k = self.categories.len();
        let mut table = vec![vec![0; k]; k];
        for unit in units {
            if let [Some(a), Some(b)] = unit[..]
                && let Some(cell) = table.get_mut(a).and_then(|row| row.get_mut(b))
            {
                *cell += 1;
            }
        }
        let mut kappas = vec![named("Cohen's kappa", cohen(&table, Weights::None)?)];
        if self.ordered {
            let linear = cohen(&table, Weights::Linear)?;
            let quadratic = cohen(&table, Weights::Quadratic)?;
            kappas.push(named("Cohen's kappa, linear weights", linear));
            kappas.push(named("Cohen's kappa, quadratic weights", quadratic));
        }
        Ok(kappas)
    }
}

fn named(name: &'static str, coefficient: Coefficient) -> Named {
    Named { name, coefficient }
}

/// Mean over units of the share of pairs of raters that agree, 0 to 1.
fn share_of_pairs(counts: &[Vec<u64>]) -> Option<f64> {
    let share = |unit: &Vec<u64>| {
        let raters: u64 = unit.iter().sum();
        let same: u64 = unit.iter().map(|c| c * c.saturating_sub(1)).sum();
        same as f64 / (raters * (raters - 1)) as f64
    };
    (!counts.is_empty()).then(|| counts.iter().map(share).sum::<f64>() / counts.len() as f64)
}

#[cfg(test)]
mod tests;
