//! The log-rank test: do groups differ in how long it takes?

use super::{
    super::{distribution::chi2_upper, linear::solve},
    Moment, Observation, moments, usable,
};
use serde::Serialize;

/// Which part of the curves counts most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Weight {
    /// Every event alike: Mantel's log-rank test, best when one hazard is a multiple of the other.
    LogRank,
    /// Early events more, by the share still waiting: Peto and Peto's modification of Gehan's test
    /// (`survdiff(rho = 1)` in R).
    PetoPeto,
    /// Early events more, by the number still waiting: Gehan's (1965) and Breslow's test.
    Gehan,
}

/// What the test saw of one group.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GroupCount {
    /// Cases.
    pub n: usize,
    /// (Weighted) events.
    pub observed: f64,
    /// (Weighted) events to be expected if all groups were alike.
    pub expected: f64,
}

/// Outcome of the test.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LogRank {
    /// Cases in all groups.
    pub n: usize,
    /// Cases whose time is negative or not finite, which are ignored.
    pub left_out: usize,
    /// How events were weighted.
    pub weight: Weight,
    /// In the order given.
    pub groups: Vec<GroupCount>,
    /// Chi-squared.
    pub chi2: f64,
    /// Groups in which events could have been expected, less one.
    pub df: usize,
    /// Probability of so large a chi-squared if all groups were alike (two-sided).
    pub p: f64,
}

/// Compares groups. None for fewer than two groups with cases at risk, or if there are no events.
///
/// Mantel (1966), Cancer Chemotherapy Reports 50; tied events by the hypergeometric variance.
pub fn log_rank<G: AsRef<[Observation]>>(groups: &[G], weight: Weight) -> Option<LogRank> {
    let stratum: Vec<&[Observation]> = groups.iter().map(AsRef::as_ref).collect();
    log_rank_stratified(&[stratum], weight)
}

/// Compares groups within strata, such as scenarios: each stratum has its own baseline. All strata
/// have the same groups in the same order; a group may be empty in some. None as [`log_rank`], or if
/// strata have unequal numbers of groups.
pub fn log_rank_stratified<S, G>(strata: &[S], weight: Weight) -> Option<LogRank>
where
    S: AsRef<[G]>,
    G: AsRef<[Observation]>,
{
    let k = strata.first()?.as_ref().len();
    let mut sums = Sums::new(k);
    for stratum in strata {
        if stratum.as_ref().len() != k {
            return None;
        }
        sums.add(stratum.as_ref(), weight);
    }
    sums.test(weight)
}

/// What is summed over times and strata.
struct Sums {
    n: Vec<usize>,
    left_out: usize,
    observed: Vec<f64>,
    expected: Vec<f64>,
    /// Covariance of the observed.
    covariance: Vec<Vec<f64>>,
}

impl Sums {
    fn new(k: usize) -> Self {
        Self {
            n: vec![0; k],
            left_out: 0,
            observed: vec![0.0; k],
            expected: vec![0.0; k],
            covariance: vec![vec![0.0; k]; k],
        }
    }

    /// Adds the groups of one stratum.
    fn add<G: AsRef<[Observation]>>(&mut self, groups: &[G], weight: Weight) {
        let mut all = Vec::new();
        let mut times = Vec::new();
        for (g, group) in groups.iter().enumerate() {
            let (kept, left_out) = usable(group.as_ref());
            self.n[g] += kept.len();
            self.left_out += left_out;
            all.extend_from_slice(&kept);
            times.push(moments(&kept));
        }
        let (all, _) = usable(&all);

        let mut at_risk: Vec<f64> = times.iter().map(|moments| sum(moments) as f64).collect();
        // Where each group is on its way through time.
        let mut next = vec![0; groups.len()];
        let mut survival = 1.0;
        for moment in moments(&all) {
            let waiting: f64 = at_risk.iter().sum();
            let events = moment.events as f64;
            let w = match weight {
                Weight::LogRank => 1.0,
                Weight::PetoPeto => survival,
                Weight::Gehan => waiting,
            };
            let own: Vec<Option<&Moment>> = times
                .iter()
                .zip(&next)
                .map(|(moments, i)| moments.get(*i).filter(|m| m.time == moment.time))
                .collect();
            let spread = if waiting > 1.0 {
                w * w * events * (waiting - events) / (waiting - 1.0)
            } else {
                0.0
            };
            for g in 0..at_risk.len() {
                let share = at_risk[g] / waiting;
                self.observed[g] += w * own[g].map_or(0.0, |m| m.events as f64);
                self.expected[g] += w * events * share;
                for (h, other) in at_risk.iter().enumerate() {
                    let same = if g == h { 1.0 } else { 0.0 };
                    self.covariance[g][h] += spread * share * (same - other / waiting);
                }
            }
            survival *= 1.0 - events / waiting;
            for (g, own) in own.iter().enumerate() {
                if let Some(m) = own {
                    at_risk[g] -= (m.events + m.censored) as f64;
                    next[g] += 1;
                }
            }
        }
    }

    /// Chi-squared of observed less expected; one group is left out, as the differences sum to zero.
    fn test(self, weight: Weight) -> Option<LogRank> {
        let used: Vec<usize> = (0..self.n.len())
            .filter(|g| self.expected[*g] > 0.0)
            .collect();
        let (_, free) = used.split_last()?;
        if free.is_empty() {
            return None;
        }
        let difference: Vec<f64> = free
            .iter()
            .map(|g| self.observed[*g] - self.expected[*g])
            .collect();
        let covariance = free
            .iter()
            .map(|g| free.iter().map(|h| self.covariance[*g][*h]).collect())
            .collect();
        let solved = solve(covariance, difference.clone())?;
        let chi2: f64 = solved.iter().zip(&difference).map(|(a, b)| a * b).sum();
        if !chi2.is_finite() {
            return None;
        }
        let groups = (0..self.n.len())
            .map(|g| GroupCount {
                n: self.n[g],
                observed: self.observed[g],
                expected: self.expected[g],
            })
            .collect();
        Some(LogRank {
            n: self.n.iter().sum(),
            left_out: self.left_out,
            weight,
            groups,
            chi2,
            df: free.len(),
            p: chi2_upper(chi2, free.len() as f64),
        })
    }
}

/// Cases in these moments.
fn sum(moments: &[Moment]) -> usize {
    moments.iter().map(|m| m.events + m.censored).sum()
}

#[cfg(test)]
mod tests {
    use super::super::super::check::close;
    use super::super::sample::{mercaptopurine, placebo};
    use super::*;

    type Cases = Vec<Observation>;

    /// Those in odd places, and those in even ones.
    fn halves(cases: &[Observation]) -> (Cases, Cases) {
        let take = |start: usize| cases.iter().skip(start).step_by(2).copied().collect();
        (take(0), take(1))
    }

    #[track_caller]
    fn test(got: &LogRank, chi2: f64, df: usize, p: f64) {
        close(got.chi2, chi2, 1e-10);
        assert_eq!(got.df, df);
        close(got.p, p, 1e-9);
    }

    #[test]
    fn two_groups_agree_with_r() {
        // R 4.2.2, survival 3.5-3: survdiff(Surv(t, s) ~ g)
        let got = log_rank(&[placebo(), mercaptopurine()], Weight::LogRank).unwrap();
        test(&got, 16.7929409892, 1, 4.16880910933e-5);
        assert_eq!(
            (got.n, got.groups[0].observed, got.groups[1].observed),
            (42, 21.0, 9.0)
        );
        close(got.groups[0].expected, 10.749499052, 1e-10);
        close(got.groups[1].expected, 19.250500948, 1e-10);
        // rho = 1
        let got = log_rank(&[placebo(), mercaptopurine()], Weight::PetoPeto).unwrap();
        test(&got, 14.4571508187, 1, 0.000143384444819);
        close(got.groups[0].observed, 14.5528516921, 1e-10);
        // statsmodels 0.15.0: duration.survfunc.survdiff(t, s, g, weight_type="gb")
        let got = log_rank(&[placebo(), mercaptopurine()], Weight::Gehan).unwrap();
        test(&got, 13.457852049631066, 1, 0.00024398292189053983);
    }

    #[test]
    fn three_groups_agree_with_r() {
        let (odd, even) = halves(&mercaptopurine());
        let groups = [placebo(), odd, even];
        let got = log_rank(&groups, Weight::LogRank).unwrap();
        test(&got, 16.7929686748, 2, 0.000225659273121);
        close(got.groups[2].expected, 8.76690033832, 1e-10);
        test(
            &log_rank(&groups, Weight::PetoPeto).unwrap(),
            14.4578050436,
            2,
            0.000725316445491,
        );
        // statsmodels 0.15.0
        test(
            &log_rank(&groups, Weight::Gehan).unwrap(),
            13.461533809742331,
            2,
            0.001193617216185161,
        );
    }

    #[test]
    fn strata_agree_with_r() {
        // survdiff(Surv(t, s) ~ g + strata(place %% 2))
        let (p1, p2) = halves(&placebo());
        let (m1, m2) = halves(&mercaptopurine());
        let strata = [vec![p1, m1], vec![p2, m2]];
        let got = log_rank_stratified(&strata, Weight::LogRank).unwrap();
        test(&got, 15.4312979478, 1, 8.55594511233e-5);
        close(got.groups[0].expected, 11.0336209972, 1e-10);
        let got = log_rank_stratified(&strata, Weight::PetoPeto).unwrap();
        test(&got, 13.6408939262, 1, 0.000221312042205);
    }

    #[test]
    fn equal_groups_do_not_differ() {
        let got = log_rank(&[placebo(), placebo()], Weight::LogRank).unwrap();
        assert!(got.chi2 < 1e-20 && got.p == 1.0);
    }

    #[test]
    fn an_empty_group_costs_no_degree_of_freedom() {
        let got = log_rank(&[placebo(), vec![], mercaptopurine()], Weight::LogRank).unwrap();
        test(&got, 16.7929409892, 1, 4.16880910933e-5);
        assert_eq!((got.groups[1].n, got.groups[1].expected), (0, 0.0));
    }

    #[test]
    fn says_none_where_nothing_can_be_compared() {
        let none: [Cases; 0] = [];
        assert_eq!(log_rank(&none, Weight::LogRank), None);
        assert_eq!(log_rank(&[placebo()], Weight::LogRank), None);
        assert_eq!(log_rank(&[vec![], placebo()], Weight::LogRank), None);
        let censored = vec![Observation::censored(1.0)];
        assert_eq!(
            log_rank(&[censored.clone(), censored], Weight::LogRank),
            None
        );
        let ragged = [vec![placebo()], vec![placebo(), placebo()]];
        assert_eq!(log_rank_stratified(&ragged, Weight::LogRank), None);
        // One event, with everybody at risk having it: no chance was involved.
        let one = vec![Observation::event(1.0)];
        assert_eq!(log_rank(&[one.clone(), one], Weight::LogRank), None);
    }

    #[test]
    fn leaves_out_times_that_are_none() {
        let mut group = placebo();
        group.push(Observation::event(f64::NAN));
        let got = log_rank(&[group, mercaptopurine()], Weight::LogRank).unwrap();
        assert_eq!((got.n, got.left_out), (42, 1));
        close(got.chi2, 16.7929409892, 1e-10);
    }
}
