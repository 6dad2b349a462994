//! Everything that an analysis found, before it is written: sums, reaction times, conditions, both teams, perception.

use super::collect::{Collected, LeftOut};
use super::contrast::{self, Factor};
use super::people::Person;
use super::reaction::{Owned, Reaction};
use super::rows::{Arm, GRID, RunRow};
use super::settings::Settings;
use super::signals::detection::{Counts as YesNo, Detection};
use super::stats::describe::{self, Summary};
use super::stats::proportion::{Proportion, wilson};
use super::study::{self, Scores};
use super::team::Teams;
use crate::assess::calibration::Calibration;
use crate::assess::detection::{Counts, Score};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Sums over all runs.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Overview {
    pub logs: usize,
    /// ... with an operator.
    pub attended: usize,
    pub left_out: usize,
    /// Logs of which something is missing or damaged.
    pub incomplete: usize,
    pub participants: usize,
    /// Who was asked, and in how many runs.
    pub operators: Vec<(String, usize)>,
    /// Runs that a model or a script answered, not a person.
    pub modelled: usize,
    /// Runs of nobody's: without a participant's code.
    pub without_participant: usize,
    pub scenarios: usize,
    pub versions: BTreeSet<String>,
    pub driven_h: f64,
    pub driven_km: f64,
    /// Requests to somebody: of runs with an operator.
    pub requests: usize,
    pub answered: usize,
    pub rejected: usize,
    pub missed: usize,
    pub open: usize,
    pub unprompted: usize,
    /// Requests in runs with nobody at the desk: nobody could answer.
    pub unattended_requests: usize,
    pub needless: usize,
    pub judged: usize,
    pub collisions: usize,
    pub missed_share: Option<Proportion>,
    pub collided_share: Option<Proportion>,
}

/// Reaction times by other thresholds.
#[derive(Clone, Debug, Serialize)]
pub struct Sensitivity {
    pub steering_deg: f32,
    pub pedal_share: f32,
    /// Takeovers on request, and those of which a threshold was crossed.
    pub n: usize,
    pub crossed: usize,
    pub summary: Option<Summary>,
    /// Median difference from the analysis' own reaction time, s, where there are both.
    pub median_change_s: Option<f64>,
}

/// Does the operator drive when it is needed, and only then?
#[derive(Clone, Debug, Serialize)]
pub struct Decisions {
    pub taken_needed: u64,
    pub not_taken_needed: u64,
    pub taken_needless: u64,
    pub not_taken_needless: u64,
    pub not_judged: usize,
    pub detection: Option<Detection>,
}

/// What was found.
#[derive(Debug, Serialize)]
pub struct Results {
    pub overview: Overview,
    pub reaction: Reaction,
    /// Reaction times at each level of each factor.
    pub by_factor: Vec<(String, Vec<Reaction>)>,
    pub factors: Vec<Factor>,
    pub sensitivity: Vec<Sensitivity>,
    pub requests: Score,
    pub decisions: Decisions,
    /// By function, all first.
    pub calibration: Vec<(String, Calibration)>,
    pub teams: Option<Teams>,
    /// Scores of questionnaires and secondary tasks: name, unit, over participants.
    pub scores: Vec<(String, String, Summary)>,
    pub left_out: Vec<LeftOut>,
    /// What a reader must know.
    pub notes: Vec<String>,
}

impl Results {
    /// `by`: the factors that are compared; none: those that vary.
    pub fn of(
        collected: &Collected,
        people: &[Person<'_>],
        settings: &Settings,
        by: &[String],
        notes: Vec<String>,
    ) -> Self {
        let runs = &collected.runs;
        // What happens with nobody there is no reaction; what a what-if does is no run of its own.
        let owned: Vec<Owned<'_>> = runs
            .iter()
            .filter(|r| r.origin.arm == Arm::Team)
            .flat_map(|r| r.takeovers.iter().map(move |t| (r, t)))
            .collect();
        let attended: Vec<&RunRow> = runs.iter().filter(|r| r.origin.arm == Arm::Team).collect();
        let names = contrast::factors(&attended, by);
        let by_factor = names.iter().map(|name| {
            let levels = contrast::levels(&attended, name).into_iter().map(|level| {
                let own: Vec<Owned<'_>> = owned
                    .iter()
                    .filter(|t| t.0.level(name) == Some(&level))
                    .copied()
                    .collect();
                Reaction::of(&level, &own, settings)
            });
            (name.clone(), levels.collect())
        });
        // The same world without a person would count twice.
        let arm = match attended.is_empty() {
            true => Arm::Unattended,
            false => Arm::Team,
        };
        let mut detection = Counts::default();
        for run in runs.iter().filter(|r| r.origin.arm == arm) {
            detection.merge(&run.detection);
        }
        let calibration = collected
            .trust
            .results()
            .into_iter()
            .map(|(name, c)| (name.to_string(), c));
        Self {
            overview: Overview::of(collected, settings.level),
            reaction: Reaction::of("all", &owned, settings),
            by_factor: by_factor.collect(),
            factors: names
                .iter()
                .map(|n| Factor::of(n, &owned, settings))
                .collect(),
            sensitivity: sensitivity(&owned),
            requests: detection.score(),
            decisions: Decisions::of(&owned),
            calibration: calibration.collect(),
            teams: Teams::of(runs, settings),
            scores: scores(people),
            left_out: collected.left_out.clone(),
            notes,
        }
    }
}

impl Overview {
    fn of(collected: &Collected, level: f64) -> Self {
        let runs = &collected.runs;
        let ids: BTreeSet<&String> = runs
            .iter()
            .filter_map(|r| r.origin.participant.as_ref())
            .collect();
        let scenarios: BTreeSet<u64> = runs.iter().map(|r| r.origin.scenario_hash).collect();
        // The sum of nothing is a negative zero.
        let sum = |name: &str| runs.iter().filter_map(|r| r.number(name)).sum::<f64>() + 0.0;
        let attended = || runs.iter().filter(|r| r.origin.arm == Arm::Team);
        let of_team = |name: &str| attended().filter_map(|r| r.number(name)).sum::<f64>() as usize;
        let takeovers = || attended().flat_map(|r| &r.takeovers);
        let requests = of_team("requests");
        let missed = of_team("requests_missed");
        let unattended = runs.iter().filter(|r| r.origin.arm == Arm::Unattended);
        let judged = || {
            takeovers()
                .filter(|t| t.request.is_some())
                .filter_map(|t| t.is("needed"))
        };
        let mut operators: BTreeMap<String, usize> = BTreeMap::new();
        for run in runs {
            *operators.entry(run.origin.operator.clone()).or_default() += 1;
        }
        let n = attended().count() as u64;
        let collided = attended()
            .filter(|r| r.number("collisions") > Some(0.5))
            .count() as u64;
        Self {
            logs: runs.len(),
            left_out: collected.left_out.len(),
            incomplete: runs.iter().filter(|r| r.origin.lost.is_some()).count(),
            participants: ids.len(),
            operators: operators.into_iter().collect(),
            modelled: attended().filter(|r| r.origin.operator != "human").count(),
            without_participant: attended()
                .filter(|r| r.origin.participant.is_none())
                .count(),
            attended: attended().count(),
            scenarios: scenarios.len(),
            versions: runs.iter().map(|r| r.origin.version.clone()).collect(),
            driven_h: sum("duration_s") / 3600.0,
            driven_km: sum("driven_km"),
            requests,
            answered: of_team("requests_taken_over"),
            rejected: of_team("requests_rejected"),
            missed,
            open: of_team("requests_open"),
            unprompted: of_team("interventions_unprompted"),
            unattended_requests: unattended.filter_map(|r| r.number("requests")).sum::<f64>()
                as usize,
            needless: judged().filter(|needed| !needed).count(),
            judged: judged().count(),
            collisions: sum("collisions") as usize,
            missed_share: wilson(missed as u64, requests as u64, level),
            collided_share: wilson(collided, n, level),
        }
    }
}

fn sensitivity(takeovers: &[Owned<'_>]) -> Vec<Sensitivity> {
    let asked: Vec<_> = takeovers
        .iter()
        .filter(|t| t.1.observed.is_some_and(|o| o.1))
        .collect();
    let row = |(i, (steering_deg, pedal_share)): (usize, &(f32, f32))| {
        let times: Vec<f64> = asked.iter().filter_map(|t| t.1.sensitivity[i]).collect();
        let changes: Vec<f64> = asked
            .iter()
            .filter_map(|t| Some(t.1.sensitivity[i]? - t.1.observed?.0))
            .collect();
        Sensitivity {
            steering_deg: *steering_deg,
            pedal_share: *pedal_share,
            n: asked.len(),
            crossed: times.len(),
            summary: Summary::of(&times),
            median_change_s: describe::median(&changes),
        }
    };
    GRID.iter().enumerate().map(row).collect()
}

impl Decisions {
    fn of(takeovers: &[Owned<'_>]) -> Self {
        let (mut counts, mut not_judged) = ([[0_u64; 2]; 2], 0);
        for (_, takeover) in takeovers {
            match takeover.is("needed") {
                None => not_judged += 1,
                Some(needed) => {
                    let taken = takeover.number("control_s").is_some();
                    counts[usize::from(needed)][usize::from(taken)] += 1;
                }
            }
        }
        let [
            [not_taken_needless, taken_needless],
            [not_taken_needed, taken_needed],
        ] = counts;
        let yes_no = YesNo {
            hits: taken_needed,
            misses: not_taken_needed,
            false_alarms: taken_needless,
            correct_rejections: not_taken_needless,
        };
        Self {
            taken_needed,
            not_taken_needed,
            taken_needless,
            not_taken_needless,
            not_judged,
            // Who always, or never, takes over decides nothing: what the correction makes of it is no skill.
            detection: yes_no.detection().filter(|_| {
                let taken = taken_needed + taken_needless;
                taken > 0 && not_taken_needed + not_taken_needless > 0
            }),
        }
    }
}

/// Each score over the participants who have it.
fn scores(people: &[Person<'_>]) -> Vec<(String, String, Summary)> {
    let names: BTreeSet<&String> = people.iter().flat_map(|p| p.scores.keys()).collect();
    let one = |name: &String| {
        let values: Vec<f64> = people
            .iter()
            .filter_map(|p| p.scores.get(name).copied())
            .collect();
        let unit = study::declarations()
            .find(|d| d.is_of(name))
            .map_or("", |d| d.unit);
        Some((name.clone(), unit.to_string(), Summary::of(&values)?))
    };
    names.into_iter().filter_map(one).collect()
}

/// Gives participants their scores: means over the conditions of each. Returns what a reader must know.
pub fn give_scores(people: &mut [Person<'_>], scores: &[Scores]) -> Vec<String> {
    let mut notes = Vec::new();
    let known: BTreeSet<&str> = people.iter().map(|p| p.id).collect();
    let groups = || scores.iter().flat_map(|s| &s.groups);
    let strangers: BTreeSet<&str> = groups()
        .map(|g| g.participant.as_str())
        .filter(|p| !known.contains(p))
        .collect();
    if !strangers.is_empty() {
        let names: Vec<&str> = strangers.into_iter().collect();
        notes.push(format!(
            "answers or tasks are of participants without runs, and are left out: {}",
            names.join(", ")
        ));
    }
    for group in groups().filter(|g| known.contains(g.participant.as_str())) {
        for score in group.scores.iter().filter(|s| s.value.is_none()) {
            let why = score.missing.as_deref().unwrap_or("unknown");
            // Weights are a matter of choice, not an omission.
            if score.name != "nasa_tlx_weighted" {
                notes.push(format!(
                    "{}: no score {}: {why}",
                    group.participant, score.name
                ));
            }
        }
    }
    for person in people {
        for scores in scores {
            let mine = scores.groups.iter().filter(|g| g.participant == person.id);
            let mine: Vec<_> = mine.collect();
            for name in scores.names() {
                let values: Vec<f64> = mine
                    .iter()
                    .filter_map(|g| g.score(name).and_then(|s| s.value))
                    .collect();
                if let Some(mean) = describe::mean(&values) {
                    person.scores.insert(name.to_string(), mean);
                }
            }
        }
    }
    notes
}
