//! Conditions compared: for each factor and each pair of its levels, what differs, by how much, and how sure that is.
//!
//! What is compared are *units*, so that no person counts twice:
//!
//! - participants, where all takeovers have one: each counts with the mean of their takeovers at a level. Those who
//!   have both levels make it a paired comparison (within subjects); it is unpaired if fewer than half do.
//! - runs of the same scenario and seed, where there are no participants but both levels drove the same: paired.
//! - takeovers otherwise, unpaired.
//!
//! p values are corrected by Holm's method over all comparisons of a factor.

use super::reaction::Owned;
use super::rows::RunRow;
use super::settings::Settings;
use super::stats::compare::{Comparison, mann_whitney, signed_rank};
use super::stats::correct::{Correction, correct};
use super::stats::describe;
use super::stats::effect::{
    Effect, cliffs_delta, hedges_g, paired_d, paired_shift, rank_biserial, shift,
};
use super::stats::proportion::{Counts, PairedCounts, difference, fisher, mcnemar};
use super::stats::survival::{LogRank, Observation, Weight, log_rank};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Numbers of takeovers that are compared.
pub const MEASURES: [&str; 9] = [
    "reaction_time_s",
    "system_takeover_time_s",
    "stabilisation_time_s",
    "min_ttc_s",
    "max_braking_mps2",
    "max_lateral_acceleration_mps2",
    "sdlp_m",
    "max_lateral_deviation_m",
    "steering_reversals_3deg_per_min",
];
/// ... and what holds for them or not.
pub const FLAGS: [&str; 3] = ["missed", "collided", "too_late"];
/// A factor of more levels is not compared pair by pair.
const MOST_LEVELS: usize = 4;
/// All pairs of numbers are looked at for an effect: not of more than this.
const MOST_PAIRS: usize = 4_000_000;

/// What units are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    Participants,
    /// Of the same scenario and seed.
    Runs,
    Takeovers,
}

/// A measure at two levels of a factor.
#[derive(Clone, Debug, Serialize)]
pub struct Contrast {
    pub measure: String,
    pub first: String,
    pub second: String,
    pub unit: Unit,
    pub paired: bool,
    /// Units at each level; pairs if paired.
    pub n: [usize; 2],
    /// Units without a value, or without a partner.
    pub left_out: usize,
    /// Medians of the units' values.
    pub medians: [Option<f64>; 2],
    /// Rank test (Mann-Whitney, or Wilcoxon's signed rank); none if it cannot be done.
    pub test: Option<Comparison>,
    /// Corrected over the factor's comparisons.
    pub p_corrected: Option<f64>,
    /// First minus second, in the measure's unit (Hodges-Lehmann).
    pub shift: Option<Effect>,
    /// Cliff's delta or matched-pairs rank-biserial correlation.
    pub dominance: Option<Effect>,
    /// Hedges' g or d_z.
    pub standardised: Option<Effect>,
}

/// A share at two levels of a factor.
#[derive(Clone, Debug, Serialize)]
pub struct ShareContrast {
    pub flag: String,
    pub first: String,
    pub second: String,
    pub paired: bool,
    /// For which it holds, of how many.
    pub events: [u64; 2],
    pub n: [u64; 2],
    /// First minus second, 0 to 1, with Newcombe's interval (of unpaired shares).
    pub difference: Option<(f64, f64, f64)>,
    /// Fisher's exact test, or McNemar's.
    pub p: Option<f64>,
    pub p_corrected: Option<f64>,
}

/// A factor, and what differs between its levels.
#[derive(Clone, Debug, Serialize)]
pub struct Factor {
    pub name: String,
    /// With the takeovers at each.
    pub levels: Vec<(String, usize)>,
    /// Reaction times of all levels, missed ones censored.
    pub log_rank: Option<LogRank>,
    pub contrasts: Vec<Contrast>,
    pub shares: Vec<ShareContrast>,
    /// What a reader must know.
    pub notes: Vec<String>,
}

/// Factors that can be compared: of the study first, then who answered, over which link, in which scenario.
pub fn factors(runs: &[&RunRow], only: &[String]) -> Vec<String> {
    let study: BTreeSet<&String> = runs.iter().flat_map(|r| r.origin.factors.keys()).collect();
    let mut names: Vec<String> = study.into_iter().cloned().collect();
    names.extend(["operator", "link", "scenario"].map(String::from));
    if !only.is_empty() {
        return only.to_vec();
    }
    names.retain(|name| levels(runs, name).len() > 1);
    names
}

/// Levels of a factor.
pub fn levels(runs: &[&RunRow], factor: &str) -> BTreeSet<String> {
    let levels = runs.iter().filter_map(|r| r.level(factor));
    levels.map(String::from).collect()
}

impl Factor {
    pub fn of(name: &str, takeovers: &[Owned<'_>], settings: &Settings) -> Self {
        let mut by_level: BTreeMap<String, Vec<Owned<'_>>> = BTreeMap::new();
        let mut without = 0;
        for owned in takeovers {
            match owned.0.level(name) {
                Some(level) => by_level.entry(level.into()).or_default().push(*owned),
                None => without += 1,
            }
        }
        let mut notes = Vec::new();
        if without > 0 {
            notes.push(format!(
                "{without} takeovers have no level of {name} and are left out"
            ));
        }
        let observed: Vec<Vec<Observation>> = by_level
            .values()
            .map(|all| all.iter().filter_map(|t| t.1.observation()).collect())
            .collect();
        let log_rank = log_rank(&observed, Weight::LogRank);
        let with_level = || by_level.values().flatten();
        let coded = with_level()
            .filter(|t| t.0.origin.participant.is_some())
            .count();
        let people = coded > 0 && coded == with_level().count();
        if coded > 0 && !people {
            notes.push(format!(
                "{coded} of {} takeovers have a participant: because of the others, participants cannot be compared, and takeovers are",
                with_level().count()
            ));
        }
        if log_rank.is_some() && people {
            notes.push(
                "the log-rank test takes every request as independent; several of one participant are not: see the comparisons by participant, or the mixed models".into(),
            );
        }
        let names: Vec<&String> = by_level.keys().collect();
        let (mut contrasts, mut shares) = (Vec::new(), Vec::new());
        if names.len() > MOST_LEVELS {
            notes.push(format!(
                "{} levels: compared as a whole only, not pair by pair (at most {MOST_LEVELS}); choose logs or factors to compare fewer",
                names.len()
            ));
        } else {
            for (i, first) in names.iter().enumerate() {
                for second in &names[i + 1..] {
                    let pair = Pair {
                        first,
                        second,
                        takeovers: [&by_level[*first], &by_level[*second]],
                        people,
                    };
                    contrasts.extend(MEASURES.iter().map(|m| pair.contrast(m, settings)));
                    shares.extend(FLAGS.iter().map(|f| pair.share(f, settings.level)));
                }
            }
        }
        contrasts.retain(|c| c.n[0] + c.n[1] > 0);
        shares.retain(|s| s.n[0] + s.n[1] > 0);
        holm(&mut contrasts, &mut shares);
        let tests = contrasts.iter().filter(|c| c.test.is_some()).count()
            + shares.iter().filter(|s| s.p.is_some()).count();
        let pairs = contrasts.iter().filter(|c| c.paired).map(|c| c.n[0]).max();
        if let Some(pairs) = pairs {
            // All differences of one sign: the least that the exact signed-rank test can say.
            let least = 0.5f64.powi(pairs as i32 - 1);
            if least * tests as f64 > 0.05 {
                notes.push(format!(
                    "with {pairs} pairs the smallest p of a signed-rank test is {least:.3}: after Holm's correction over {tests} tests none can be below 0.05, whatever the data; look at the effects, or compare one measure chosen beforehand"
                ));
            }
        }
        Self {
            name: name.into(),
            levels: by_level.iter().map(|(k, v)| (k.clone(), v.len())).collect(),
            log_rank,
            contrasts,
            shares,
            notes,
        }
    }
}

/// One correction over all tests of a factor.
fn holm(contrasts: &mut [Contrast], shares: &mut [ShareContrast]) {
    let p = |c: &Contrast| c.test.as_ref().map(|t| t.p);
    let all: Vec<Option<f64>> = contrasts
        .iter()
        .map(p)
        .chain(shares.iter().map(|s| s.p))
        .collect();
    let known: Vec<f64> = all.iter().flatten().copied().collect();
    let mut corrected = correct(&known, Correction::Holm).p.into_iter();
    let mut next = |p: Option<f64>| p.and_then(|_| corrected.next().flatten());
    for c in contrasts {
        c.p_corrected = next(c.test.as_ref().map(|t| t.p));
    }
    for s in shares {
        s.p_corrected = next(s.p);
    }
}

/// Two levels of a factor.
struct Pair<'a> {
    first: &'a str,
    second: &'a str,
    takeovers: [&'a [Owned<'a>]; 2],
    people: bool,
}

/// Values of a measure by unit, at two levels.
type ByUnit = [BTreeMap<String, Vec<f64>>; 2];

impl Pair<'_> {
    /// The unit that a takeover is of: its participant, or its run's world.
    fn key(&self, run: &RunRow) -> String {
        match run.origin.participant.as_deref().filter(|_| self.people) {
            Some(id) => id.into(),
            None => format!("{:016x}/{}", run.origin.scenario_hash, run.origin.seed),
        }
    }

    fn by_unit(&self, of: impl Fn(&Owned<'_>) -> Option<f64>) -> ByUnit {
        self.takeovers.map(|takeovers| {
            let mut units: BTreeMap<String, Vec<f64>> = BTreeMap::new();
            for owned in takeovers {
                if let Some(value) = of(owned) {
                    units.entry(self.key(owned.0)).or_default().push(value);
                }
            }
            units
        })
    }

    fn contrast(&self, measure: &str, settings: &Settings) -> Contrast {
        let level = settings.level;
        let units = self.by_unit(|t| t.1.number(measure));
        let asked = self.takeovers.iter().map(|t| t.len()).sum::<usize>();
        let valued: usize = units.iter().flat_map(|u| u.values()).map(Vec::len).sum();
        let means = units.each_ref().map(|u| {
            let mean = |(k, v): (&String, &Vec<f64>)| Some((k.clone(), describe::mean(v)?));
            u.iter().filter_map(mean).collect::<BTreeMap<String, f64>>()
        });
        let pairs: Vec<(f64, f64)> = means[0]
            .iter()
            .filter_map(|(k, a)| Some((*a, *means[1].get(k)?)))
            .collect();
        let smaller = means[0].len().min(means[1].len());
        let paired = pairs.len() >= 2 && pairs.len() * 2 >= smaller;
        let mut out = Contrast {
            measure: measure.into(),
            first: self.first.into(),
            second: self.second.into(),
            unit: if self.people {
                Unit::Participants
            } else {
                Unit::Runs
            },
            paired,
            n: [pairs.len(); 2],
            left_out: asked - valued,
            medians: [None; 2],
            test: None,
            p_corrected: None,
            shift: None,
            dominance: None,
            standardised: None,
        };
        if paired {
            out.left_out += means[0].len() + means[1].len() - 2 * pairs.len();
            let (a, b): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
            out.medians = [describe::median(&a), describe::median(&b)];
            out.test = signed_rank(&pairs);
            if pairs.len() <= 2000 {
                out.shift = paired_shift(&pairs, level);
            }
            out.dominance = rank_biserial(&pairs);
            out.standardised = paired_d(&pairs, level);
            return out;
        }
        let [a, b]: [Vec<f64>; 2] = match self.people {
            true => means.map(|m| m.into_values().collect()),
            // Nothing ties them together: each takeover is its own unit.
            false => {
                out.unit = Unit::Takeovers;
                units.map(|u| u.into_values().flatten().collect())
            }
        };
        out.n = [a.len(), b.len()];
        out.medians = [describe::median(&a), describe::median(&b)];
        out.test = mann_whitney(&a, &b);
        if a.len().saturating_mul(b.len()) <= MOST_PAIRS {
            out.shift = shift(&a, &b, level);
            out.dominance = cliffs_delta(&a, &b, level);
        }
        out.standardised = hedges_g(&a, &b, level);
        out
    }

    /// Shares are of takeovers; paired where each unit has one at both levels.
    fn share(&self, flag: &str, level: f64) -> ShareContrast {
        let units = self.by_unit(|t| t.1.is(flag).map(|is| f64::from(u8::from(is))));
        let count = |u: &BTreeMap<String, Vec<f64>>| {
            let all: Vec<f64> = u.values().flatten().copied().collect();
            (
                all.iter().filter(|x| **x > 0.5).count() as u64,
                all.len() as u64,
            )
        };
        let (first, second) = (count(&units[0]), count(&units[1]));
        let counts = Counts {
            events1: first.0,
            n1: first.1,
            events2: second.0,
            n2: second.1,
        };
        let single = |u: &BTreeMap<String, Vec<f64>>| u.values().all(|v| v.len() == 1);
        let partners = units[0].keys().eq(units[1].keys());
        let paired = partners && !units[0].is_empty() && single(&units[0]) && single(&units[1]);
        let p = match paired {
            true => {
                let values = |u: &BTreeMap<String, Vec<f64>>| {
                    u.values().map(|v| v[0] > 0.5).collect::<Vec<_>>()
                };
                let pairs: Vec<_> = values(&units[0])
                    .into_iter()
                    .zip(values(&units[1]))
                    .collect();
                mcnemar(PairedCounts::of(&pairs)).map(|t| t.p)
            }
            false => fisher(counts).map(|t| t.p),
        };
        ShareContrast {
            flag: flag.into(),
            first: self.first.into(),
            second: self.second.into(),
            paired,
            events: [first.0, second.0],
            n: [first.1, second.1],
            difference: difference(counts, level)
                .map(|d| (d.estimate, d.interval.low, d.interval.high)),
            p,
            p_corrected: None,
        }
    }
}
