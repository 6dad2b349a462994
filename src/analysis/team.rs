//! Human in the loop against the automation left alone: the same scenarios and seeds, with and without an operator.
//!
//! Five questions of both: *accuracy* (are hazards handled, are requests right?), *safety*, *trust* (is what was asked
//! answered, and only that?), *cost* (minutes of a person's time) and *scale* (vehicles for one person). Runs with
//! nobody at the desk are the automation: it asks, nobody comes, and it stops by a minimal-risk manoeuvre. Each run
//! with an operator stands beside the run of the same scenario and seed without one; others are left out.

use super::fleet::{Demand, Goal, Law, NoAnswer, Run, Size, size};
use super::rows::{Arm, RunRow};
use super::settings::Settings;
use super::stats::bootstrap::{Method, Options, units};
use super::stats::compare::signed_rank;
use super::stats::describe;
use super::stats::proportion::{PairedCounts, mcnemar, wilson};
use serde::Serialize;
use std::collections::BTreeMap;

/// An estimate with its interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Estimate {
    pub value: f64,
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// Runs, or requests, that it rests on.
    pub n: usize,
}

/// One line of the comparison.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// accuracy, safety, mission, trust, cost, scale.
    pub question: &'static str,
    pub measure: &'static str,
    /// What that is, in a sentence; empty where its name says it.
    pub meaning: &'static str,
    pub unit: &'static str,
    /// More is better, less is better, or neither.
    pub better: Better,
    /// None where it has no meaning or no data; `why` says which.
    pub alone: Option<Estimate>,
    pub team: Option<Estimate>,
    pub why: &'static str,
    /// Of a paired test of both; none if there is none.
    pub p: Option<f64>,
    pub test: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Better {
    More,
    Less,
    Neither,
}

/// Both sides.
#[derive(Clone, Debug, Serialize)]
pub struct Teams {
    /// Pairs of runs, and the worlds (scenario and seed) that they are of.
    pub pairs: usize,
    pub worlds: usize,
    /// Runs without a partner.
    pub left_out: usize,
    /// Hours driven without and with an operator.
    pub hours: [f64; 2],
    pub lines: Vec<Line>,
    pub fleet: Fleet,
}

/// Vehicles per operator, by a queueing model and by simulation.
#[derive(Clone, Debug, Serialize)]
pub struct Fleet {
    /// Requests and unprompted takeovers per hour of driving, and the mean time each took an operator, s.
    pub per_hour: Option<f64>,
    pub service_s: Option<f64>,
    /// Services that were measured, and those that were cut off by the run's end (counted as long as they were).
    pub services: usize,
    pub budget_s: f64,
    pub p_late: f64,
    pub utilisation: f64,
    pub rows: Vec<FleetRow>,
}

/// For so many operators.
#[derive(Clone, Debug, Serialize)]
pub struct FleetRow {
    pub operators: u32,
    pub vehicles: Option<u32>,
    pub per_operator: Option<f64>,
    pub utilisation: Option<f64>,
    /// Share of requests that wait beyond the budget, by the model and simulated with its interval.
    pub p_late: Option<f64>,
    pub simulated: Option<[f64; 3]>,
    pub simulated_utilisation: Option<f64>,
    /// Why there is no answer, or what keeps the fleet from being larger.
    pub note: String,
}

/// Operators that fleets are sized for.
const OPERATORS: [u32; 5] = [1, 2, 5, 10, 20];
/// A request must be served before the minimal-risk manoeuvre, UN R157, s; at most this share may wait longer.
const BUDGET: f64 = 10.0;
const MOST_LATE: f64 = 0.01;
/// People stand no more for long (domain reference section 8).
const UTILISATION: f64 = 0.7;

/// A run with an operator beside that without.
type Pair<'a> = (&'a RunRow, &'a RunRow);

impl Teams {
    /// None if there is no scenario and seed with both.
    pub fn of(runs: &[RunRow], settings: &Settings) -> Option<Self> {
        let key = |r: &RunRow| (r.origin.scenario_hash, r.origin.seed);
        let of_arm = |arm| runs.iter().filter(move |r| r.origin.arm == arm);
        let mut alone: BTreeMap<(u64, u64), &RunRow> = BTreeMap::new();
        for run in of_arm(Arm::Unattended) {
            // The same world without a person is the same run: one will do.
            alone.entry(key(run)).or_insert(run);
        }
        let pairs: Vec<Pair<'_>> = of_arm(Arm::Team)
            .filter_map(|team| Some((*alone.get(&key(team))?, team)))
            .collect();
        if pairs.is_empty() {
            return None;
        }
        let mut worlds: Vec<(u64, u64)> = pairs.iter().map(|p| key(p.0)).collect();
        worlds.sort_unstable();
        worlds.dedup();
        let teams = of_arm(Arm::Team).count();
        let hours = |of: fn(&Pair<'_>) -> f64| pairs.iter().map(of).sum::<f64>() / 3600.0;
        Some(Self {
            pairs: pairs.len(),
            worlds: worlds.len(),
            left_out: teams - pairs.len() + alone.len() - worlds.len(),
            hours: [
                hours(|p| p.0.number("duration_s").unwrap_or_default()),
                hours(|p| p.1.number("duration_s").unwrap_or_default()),
            ],
            lines: lines(&pairs, settings),
            fleet: Fleet::of(&pairs, settings),
        })
    }
}

fn whole(run: &RunRow, name: &str) -> f64 {
    run.number(name).unwrap_or_default()
}

/// No collision, no leaving the road, no near miss.
fn unharmed(run: &RunRow) -> bool {
    ["collisions", "road_departures", "near_misses"]
        .iter()
        .all(|name| whole(run, name) < 0.5)
}

fn arrived(run: &RunRow) -> bool {
    let ended = match run.value("ended") {
        super::table::Value::Text(ended) => ended.as_str(),
        _ => "",
    };
    let moves = run.number("final_speed_mps") > Some(1.0);
    ended == "reached the end of the road" || ended == "completed" && moves
}

fn lines(pairs: &[Pair<'_>], settings: &Settings) -> Vec<Line> {
    let sides = Sides { pairs, settings };
    let neither = "nobody is there to be asked";
    vec![
        sides.share("accuracy", "hazards handled", Better::More, unharmed),
        sides.per_run("accuracy", "requests", Better::Neither, |r| {
            whole(r, "requests")
        }),
        sides.per_run("accuracy", "needless requests", Better::Less, |r| {
            whole(r, "requests_needless")
        }),
        sides.share("safety", "runs with a collision", Better::Less, |r| {
            whole(r, "collisions") > 0.5
        }),
        sides.middle(
            "safety",
            "delta-v in collisions",
            "m/s",
            Better::Less,
            "max_delta_v_mps",
        ),
        sides.per_run("safety", "near misses", Better::Less, |r| {
            whole(r, "near_misses")
        }),
        sides.per_run("safety", "lane departures", Better::Less, |r| {
            whole(r, "lane_departures")
        }),
        sides.middle("safety", "smallest TTC", "s", Better::More, "min_ttc_s"),
        sides.middle(
            "safety",
            "hardest braking",
            "m/s²",
            Better::Less,
            "max_braking_mps2",
        ),
        sides.share("mission", "runs that arrived", Better::More, arrived),
        sides.middle(
            "mission",
            "mean speed",
            "m/s",
            Better::Neither,
            "mean_speed_mps",
        ),
        sides.of_requests(
            "trust",
            "requests answered",
            "requests_taken_over",
            Better::More,
            neither,
        ),
        sides.of_requests(
            "trust",
            "requests rejected",
            "requests_rejected",
            Better::Neither,
            neither,
        ),
        sides.team_rate("trust", "needless takeovers", Better::Less, neither, |r| {
            whole(r, "takeovers_needless")
        }),
        sides.team_rate(
            "trust",
            "unprompted takeovers",
            Better::Neither,
            neither,
            |r| whole(r, "interventions_unprompted"),
        ),
        Line {
            unit: "min/h",
            ..sides.rate(
                "cost",
                "operator needed",
                "min/h",
                Better::Less,
                |r| match r.origin.arm {
                    Arm::Unattended => 0.0,
                    _ => whole(r, "operator_busy_s") / 60.0,
                },
            )
        },
        Line {
            unit: "min/h",
            ..sides.rate("cost", "operator driving", "min/h", Better::Less, |r| {
                whole(r, "operator_driving_s") / 60.0
            })
        },
    ]
}

/// What a measure is, where its name does not say all.
fn meaning(measure: &str) -> &'static str {
    match measure {
        "hazards handled" => "runs without collision, leaving the road or near miss",
        "needless requests" => "alone, nothing would have happened within the referee's horizon",
        "runs that arrived" => "at the end of the road, or still moving when their time was up",
        "requests answered" => "by driving: the person complies",
        "requests rejected" => "as needless, by the person",
        "needless takeovers" => "alone, nothing would have happened",
        "unprompted takeovers" => "nobody had asked: the person does not rely on the automation",
        "operator needed" => "from a request shown to its end, and while driving",
        "delta-v in collisions" => "severity: the largest of each run, median of runs with one",
        "smallest TTC" => "time to collision, median of the runs that had one below 10 s",
        _ => "",
    }
}

/// Makes lines of pairs.
struct Sides<'a> {
    pairs: &'a [Pair<'a>],
    settings: &'a Settings,
}

impl Sides<'_> {
    fn line(
        &self,
        question: &'static str,
        measure: &'static str,
        unit: &'static str,
        better: Better,
    ) -> Line {
        Line {
            question,
            measure,
            meaning: meaning(measure),
            unit,
            better,
            alone: None,
            team: None,
            why: "no data",
            p: None,
            test: "",
        }
    }

    fn each(&self) -> [Vec<&RunRow>; 2] {
        [
            self.pairs.iter().map(|p| p.0).collect(),
            self.pairs.iter().map(|p| p.1).collect(),
        ]
    }

    /// A share of runs, 0 to 1, with Wilson's interval; McNemar's exact test.
    fn share(
        &self,
        question: &'static str,
        measure: &'static str,
        better: Better,
        is: fn(&RunRow) -> bool,
    ) -> Line {
        let [alone, team] = self.each().map(|runs| {
            let events = runs.iter().filter(|r| is(r)).count();
            proportion(events, runs.len(), self.settings.level)
        });
        let both: Vec<(bool, bool)> = self.pairs.iter().map(|p| (is(p.0), is(p.1))).collect();
        Line {
            alone,
            team,
            p: mcnemar(PairedCounts::of(&both)).map(|t| t.p),
            test: "McNemar, exact",
            ..self.line(question, measure, "", better)
        }
    }

    /// A number per hour of driving, with a bootstrap interval over runs.
    fn rate(
        &self,
        question: &'static str,
        measure: &'static str,
        unit: &'static str,
        better: Better,
        count: fn(&RunRow) -> f64,
    ) -> Line {
        let [alone, team] = self.each().map(|runs| self.per_hour(&runs, count));
        Line {
            alone,
            team,
            ..self.line(question, measure, unit, better)
        }
    }

    fn per_hour(&self, runs: &[&RunRow], count: fn(&RunRow) -> f64) -> Option<Estimate> {
        let all: Vec<(f64, f64)> = runs
            .iter()
            .map(|r| (count(r), whole(r, "duration_s") / 3600.0))
            .collect();
        let rate = |chosen: &[&(f64, f64)]| {
            let hours: f64 = chosen.iter().map(|c| c.1).sum();
            (hours > 0.0).then(|| chosen.iter().map(|c| c.0).sum::<f64>() / hours)
        };
        let value = rate(&all.iter().collect::<Vec<_>>())?;
        let options = Options {
            method: Method::Percentile,
            level: self.settings.level,
            resamples: self.settings.resamples,
            seed: self.settings.seed,
        };
        let interval = units(&all, rate, &options).map(|b| b.interval);
        Some(Estimate {
            value,
            low: interval.map(|i| i.low),
            high: interval.map(|i| i.high),
            n: all.len(),
        })
    }

    /// A mean per run, with a bootstrap interval over runs: those without a person are shorter, so that rates per
    /// hour would not compare.
    fn per_run(
        &self,
        question: &'static str,
        measure: &'static str,
        better: Better,
        count: fn(&RunRow) -> f64,
    ) -> Line {
        let [alone, team] = self.each().map(|runs| {
            let all: Vec<f64> = runs.iter().map(|r| count(r)).collect();
            let mean =
                |chosen: &[&f64]| describe::mean(&chosen.iter().map(|x| **x).collect::<Vec<_>>());
            let options = Options {
                method: Method::Percentile,
                level: self.settings.level,
                resamples: self.settings.resamples,
                seed: self.settings.seed,
            };
            let interval = units(&all, mean, &options).map(|b| b.interval);
            Some(Estimate {
                value: describe::mean(&all)?,
                low: interval.map(|i| i.low),
                high: interval.map(|i| i.high),
                n: all.len(),
            })
        });
        let both: Vec<(f64, f64)> = self
            .pairs
            .iter()
            .map(|p| (count(p.0), count(p.1)))
            .collect();
        Line {
            alone,
            team,
            p: signed_rank(&both).map(|t| t.p),
            test: "Wilcoxon's signed rank",
            ..self.line(question, measure, "1/run", better)
        }
    }

    fn team_rate(
        &self,
        question: &'static str,
        measure: &'static str,
        better: Better,
        why: &'static str,
        count: fn(&RunRow) -> f64,
    ) -> Line {
        let [_, team] = self.each();
        Line {
            team: self.per_hour(&team, count),
            why,
            ..self.line(question, measure, "1/h", better)
        }
    }

    /// Median of a metric of runs, of those that have it; signed rank of the pairs that both have.
    fn middle(
        &self,
        question: &'static str,
        measure: &'static str,
        unit: &'static str,
        better: Better,
        metric: &str,
    ) -> Line {
        let [alone, team] = self.each().map(|runs| {
            let all: Vec<f64> = runs.iter().filter_map(|r| r.number(metric)).collect();
            let median =
                |chosen: &[&f64]| describe::median(&chosen.iter().map(|x| **x).collect::<Vec<_>>());
            let options = Options {
                method: Method::Percentile,
                level: self.settings.level,
                resamples: self.settings.resamples,
                seed: self.settings.seed,
            };
            let interval = units(&all, median, &options).map(|b| b.interval);
            Some(Estimate {
                value: describe::median(&all)?,
                low: interval.map(|i| i.low),
                high: interval.map(|i| i.high),
                n: all.len(),
            })
        });
        let both: Vec<(f64, f64)> = self
            .pairs
            .iter()
            .filter_map(|p| Some((p.0.number(metric)?, p.1.number(metric)?)))
            .collect();
        Line {
            alone,
            team,
            p: signed_rank(&both).map(|t| t.p),
            test: "Wilcoxon's signed rank",
            ..self.line(question, measure, unit, better)
        }
    }

    /// A share of the team's requests.
    fn of_requests(
        &self,
        question: &'static str,
        measure: &'static str,
        metric: &str,
        better: Better,
        why: &'static str,
    ) -> Line {
        let [_, team] = self.each();
        let sum = |name: &str| team.iter().map(|r| whole(r, name)).sum::<f64>() as usize;
        Line {
            team: proportion(sum(metric), sum("requests"), self.settings.level),
            why,
            ..self.line(question, measure, "", better)
        }
    }
}

fn proportion(events: usize, n: usize, level: f64) -> Option<Estimate> {
    let p = wilson(events as u64, n as u64, level)?;
    Some(Estimate {
        value: p.estimate,
        low: Some(p.interval.low),
        high: Some(p.interval.high),
        n,
    })
}

impl Fleet {
    fn of(pairs: &[Pair<'_>], settings: &Settings) -> Self {
        let teams = || pairs.iter().map(|p| p.1);
        let driven: f64 = teams().map(|r| whole(r, "duration_s")).sum();
        let services: Vec<f64> = teams()
            .flat_map(|r| &r.takeovers)
            .map(|t| t.needed_s)
            .filter(|s| *s > 0.0)
            .collect();
        let n = services.len();
        let service = describe::mean(&services);
        // A vehicle asks again a gap after it was served.
        let free = driven - services.iter().sum::<f64>();
        let gap = (n > 0 && free > 0.0).then(|| free / n as f64);
        let goal = Goal {
            budget_s: BUDGET,
            p_late: MOST_LATE,
            utilisation: UTILISATION,
        };
        let demand = Demand {
            gap: gap.map_or(Law::Measured(Vec::new()), Law::Exponential),
            service: Law::Measured(services),
            common_cause: None,
            patience_s: None,
        };
        let run = Run {
            seed: settings.seed,
            warm_up: 500,
            requests: 20_000,
            budget_s: BUDGET,
        };
        let rows = size(&demand, &goal, &OPERATORS, Some(&run));
        Self {
            per_hour: (driven > 0.0).then(|| n as f64 / driven * 3600.0),
            service_s: service,
            services: n,
            budget_s: BUDGET,
            p_late: MOST_LATE,
            utilisation: UTILISATION,
            rows: rows
                .into_iter()
                .map(|(operators, found)| FleetRow::of(operators, found))
                .collect(),
        }
    }
}

impl FleetRow {
    fn of(operators: u32, found: Result<Size, NoAnswer>) -> Self {
        use super::fleet::{Limit, Verdict};
        match found {
            Err(why) => Self {
                operators,
                vehicles: None,
                per_operator: None,
                utilisation: None,
                p_late: None,
                simulated: None,
                simulated_utilisation: None,
                note: why.to_string(),
            },
            Ok(size) => {
                let limit = match size.limit {
                    Limit::Late => "one more, and too many wait too long",
                    Limit::Busy => "one more, and operators are too busy",
                    Limit::Computed => "no larger fleet is computed",
                };
                let agrees = match size.verdict {
                    None => "",
                    Some(Verdict::Holds) => "; the simulation agrees",
                    Some(Verdict::Unclear) => "; the simulation does not decide",
                    Some(Verdict::Fails) => "; the simulation finds it too large",
                };
                Self {
                    operators,
                    vehicles: Some(size.vehicles),
                    per_operator: Some(size.vehicles_per_operator),
                    utilisation: Some(size.utilisation),
                    p_late: Some(size.p_late),
                    simulated: size
                        .simulated
                        .map(|s| [s.p_late.value, s.p_late.low, s.p_late.high]),
                    simulated_utilisation: size.simulated.map(|s| s.utilisation.value),
                    note: format!("{limit}{agrees}"),
                }
            }
        }
    }
}
