//! `takeover assess policy`: do policies ask when they should, and only then?

use super::assess::Runs;
use super::{Done, Usage};
use anyhow::bail;
use std::path::PathBuf;

/// Do takeover policies ask when they should, and only then? Hits, misses, false requests per hour, lead
/// time, d', ROC.
///
/// Drives each scenario with nobody asked, notes the limits that the automation meets (collision,
/// leaving the road, lane departure, near miss, emergency braking, no way on), and lets every policy
/// look on: when would it have asked?
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  takeover assess policy --seeds 10
  takeover assess policy scenarios/fog_bank.ron --policy early.ron --policy late.ron --json

A policy file has the form of a scenario's `policy`, for example
  [Threshold(raise_below: 0.6), TimeToLimit(at_most: 8.0)]

A limit is hit by a request that stands from HORIZON to LEAD seconds before it. Definitions of all
figures: docs/policies.md.")]
pub struct Args {
    #[command(flatten)]
    runs: Runs,
    /// Also judge this policy (RON); can be given several times.
    #[arg(long, value_name = "FILE.ron")]
    policy: Vec<PathBuf>,
    /// A request is for a limit within this time, s.
    #[arg(long, value_name = "S", default_value_t = 10.0)]
    horizon: f64,
    /// It must come this long before the limit, s.
    #[arg(long, value_name = "S", default_value_t = 4.0)]
    lead: f64,
}

/// A mistake in the times, if there is one.
fn check(args: &Args) -> anyhow::Result<()> {
    if !(0.1..=600.0).contains(&args.horizon) {
        bail!(Usage(format!(
            "--horizon: expected 0.1 to 600 s, got {}",
            args.horizon
        )));
    }
    if !(0.0..args.horizon).contains(&args.lead) {
        bail!(Usage(format!(
            "--lead: expected 0 s to less than the horizon ({} s), got {}",
            args.horizon, args.lead
        )));
    }
    Ok(())
}

#[cfg(not(feature = "sim"))]
pub fn policy(args: &Args) -> anyhow::Result<Done> {
    check(args)?;
    args.runs.load()?;
    super::assess::no_simulation()
}

#[cfg(feature = "sim")]
pub use with_sim::policy;

#[cfg(feature = "sim")]
mod with_sim {
    use super::super::assess::{Named, every_run};
    use super::super::print;
    use super::{Args, Done, check};
    use takeover::assess::detection::{Counts, Design, Score, area, trials};
    use takeover::assess::drive::{Watched, watched};
    use takeover::referee::LimitKind;
    use takeover::scenario::load_policy;
    use takeover::takeover::policy::{PolicyKind, PolicySettings, ThresholdSettings};

    /// Thresholds of the ROC: 0.05 to 0.95.
    const STEPS: u32 = 19;

    pub fn policy(args: &Args) -> anyhow::Result<Done> {
        check(args)?;
        let scenarios = args.runs.load()?;
        let design = Design {
            horizon: args.horizon,
            lead: args.lead,
        };
        let mut names = vec!["as in each scenario".to_string()];
        names.extend(args.policy.iter().map(|p| p.display().to_string()));
        let judged = names.len();
        names.extend(thresholds().map(|t| format!("Threshold(raise_below: {:.2})", t.raise_below)));
        let mut policies = Vec::new();
        for named in &scenarios {
            let mut own = vec![named.scenario.policy.clone()];
            for file in &args.policy {
                own.push(load_policy(file, &named.scenario.network)?);
            }
            own.extend(thresholds().map(|t| PolicySettings(vec![PolicyKind::Threshold(t)])));
            policies.push(own);
        }
        let runs = every_run(&scenarios, args.runs.seeds, |i, named, seed| {
            watched(&named.scenario, seed, &policies[i])
        });
        let outcome = Outcome {
            seeds: args.runs.seeds as usize,
            design,
            scenarios: &scenarios,
            runs: &runs,
            names: &names,
            judged,
        };
        if args.runs.json {
            print([serde_json::to_string_pretty(&outcome.json())?])?;
        } else {
            print(outcome.lines())?;
        }
        Ok(Done::Fine)
    }

    /// Threshold policies of the ROC. The default's dwells; content not below the default's limit.
    fn thresholds() -> impl Iterator<Item = ThresholdSettings> {
        (1..=STEPS).map(|i| {
            let raise_below = f64::from(i) / f64::from(STEPS + 1);
            let default = ThresholdSettings::default();
            ThresholdSettings {
                raise_below,
                release_above: default.release_above.max(raise_below),
                ..default
            }
        })
    }

    /// All that was seen.
    struct Outcome<'a> {
        seeds: usize,
        design: Design,
        scenarios: &'a [Named],
        /// Every scenario with every seed.
        runs: &'a [Watched],
        /// Of the policies, ...
        names: &'a [String],
        /// ... of which the first are judged, and the others make the ROC.
        judged: usize,
    }

    impl Outcome<'_> {
        fn score(&self, policy: usize, runs: &[Watched]) -> Score {
            let mut counts = Counts::default();
            for run in runs {
                counts.run(self.design, run.duration, &run.met(), &run.asked[policy]);
            }
            counts.score()
        }

        /// Threshold and score of each point of the ROC, and the area under it.
        fn roc(&self) -> (Vec<(f64, Score)>, f64) {
            let scores = (self.judged..self.names.len()).map(|i| self.score(i, self.runs));
            let points: Vec<(f64, Score)> =
                thresholds().map(|t| t.raise_below).zip(scores).collect();
            let rates = points.iter();
            let rates = rates.filter_map(|(_, s)| s.alarms_of_windows.zip(s.hits_of_trials));
            let area = area(&rates.collect::<Vec<_>>());
            (points, area)
        }

        /// How many trials begin with each kind of limit.
        fn kinds(&self) -> Vec<(LimitKind, usize)> {
            let mut kinds = LimitKind::ALL.map(|kind| (kind, 0));
            for run in self.runs {
                for trial in trials(&run.met(), self.design.horizon) {
                    // The gravest of those that begin it.
                    let begin = run.limits.iter().filter(|l| l.0.time == trial.from);
                    if let Some(kind) = begin.map(|l| l.0.kind).min() {
                        kinds[kind as usize].1 += 1;
                    }
                }
            }
            kinds.into_iter().filter(|k| k.1 > 0).collect()
        }

        fn json(&self) -> serde_json::Value {
            let judged = (0..self.judged).map(
                |i| serde_json::json!({"policy": self.names[i], "score": self.score(i, self.runs)}),
            );
            let (points, area) = self.roc();
            let points = points.iter().map(
                |(threshold, score)| serde_json::json!({"raise_below": threshold, "score": score}),
            );
            let runs = self.runs.iter().enumerate().map(|(i, run)| {
                serde_json::json!({
                    "scenario": self.scenarios[i / self.seeds].name,
                    "seed": i % self.seeds + 1,
                    "outcome": run.end,
                    "duration_s": run.duration,
                    "limits": run.limits.iter().map(|l| &l.0).collect::<Vec<_>>(),
                    "asked": run.asked[..self.judged],
                })
            });
            serde_json::json!({
                "horizon_s": self.design.horizon,
                "lead_s": self.design.lead,
                "seeds": self.seeds,
                "policies": judged.collect::<Vec<_>>(),
                "roc": {"points": points.collect::<Vec<_>>(), "area": area},
                "runs": runs.collect::<Vec<_>>(),
            })
        }

        fn lines(&self) -> Vec<String> {
            let hours: f64 = self.runs.iter().map(|r| r.duration).sum::<f64>() / 3600.0;
            let kinds = self.kinds();
            let kinds: Vec<_> = kinds
                .iter()
                .map(|(k, n)| format!("{n} {}", k.label()))
                .collect();
            let mut out = vec![
                format!(
                    "{} runs ({} scenarios, seeds 1 to {}), {hours:.2} h, nobody asked; horizon {} s, lead {} s",
                    self.runs.len(),
                    self.scenarios.len(),
                    self.seeds,
                    self.design.horizon,
                    self.design.lead
                ),
                if kinds.is_empty() {
                    "no limit was met".to_string()
                } else {
                    format!("trials begin with: {}", kinds.join(", "))
                },
                String::new(),
                head("policy"),
            ];
            for i in 0..self.judged {
                out.push(row(&self.names[i], &self.score(i, self.runs)));
            }
            for i in 0..self.judged {
                out.extend([String::new(), head(&format!("{}:", self.names[i]))]);
                for (j, named) in self.scenarios.iter().enumerate() {
                    let runs = &self.runs[j * self.seeds..(j + 1) * self.seeds];
                    let score = Score {
                        // A few windows of one scenario are too few for these.
                        d_prime: None,
                        criterion: None,
                        ..self.score(i, runs)
                    };
                    out.push(row(&format!("  {}", named.name), &score));
                }
            }
            let (points, area) = self.roc();
            out.extend([String::new(), head("Threshold, raise_below:")]);
            for (threshold, score) in &points {
                out.push(row(&format!("  {threshold:.2}"), score));
            }
            out.push(format!("area under the ROC: {area:.3}"));
            out
        }
    }

    fn head(first: &str) -> String {
        format!(
            "{first:<26}{:>7}{:>6}{:>6}{:>8}{:>8}{:>9}{:>9}{:>8}{:>7}{:>7}  {}",
            "trials",
            "hits",
            "late",
            "missed",
            "hits %",
            "alarms %",
            "false",
            "false/h",
            "d'",
            "c",
            "lead s (range)"
        )
    }

    fn row(name: &str, s: &Score) -> String {
        let percent = |v: Option<f64>| v.map_or("-".into(), |v| format!("{:.1}", 100.0 * v));
        let figure = |v: Option<f64>| v.map_or("-".into(), |v| format!("{v:.2}"));
        let lead = s.lead_s.map_or("-".into(), |l| {
            format!("{:.1} ({:.1}-{:.1})", l.median, l.least, l.most)
        });
        format!(
            "{name:<26}{:>7}{:>6}{:>6}{:>8}{:>8}{:>9}{:>9}{:>8}{:>7}{:>7}  {lead}",
            s.trials,
            s.hits,
            s.late,
            s.misses,
            percent(s.hits_of_trials),
            percent(s.alarms_of_windows),
            s.false_requests,
            s.false_per_hour.map_or("-".into(), |v| format!("{v:.1}")),
            figure(s.d_prime),
            figure(s.criterion),
        )
    }
}
