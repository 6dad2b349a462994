//! `takeover assess calibration`: is confidence what it says it is?

use super::Done;
use super::assess::Runs;

/// Does reported confidence say how often perception is right? Reliability, Brier score, ECE.
///
/// Drives each scenario with nobody asked, judges every claim of every perception report by the truth,
/// and compares that with the confidence reported for it, by function and over all.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  takeover assess calibration
  takeover assess calibration scenarios/fog_bank.ron --seeds 10 --json

Columns: confidence is the mean of what was reported, probability the mean of what is true as the sensor
models have it, right the share that was right. Brier = reliability - resolution + uncertainty + within.
ECE is the expected calibration error over 15 bins.")]
pub struct Args {
    #[command(flatten)]
    runs: Runs,
}

#[cfg(not(feature = "sim"))]
pub fn calibration(args: &Args) -> anyhow::Result<Done> {
    args.runs.load()?;
    super::assess::no_simulation()
}

#[cfg(feature = "sim")]
pub fn calibration(args: &Args) -> anyhow::Result<Done> {
    use super::assess::every_run;
    use takeover::assess::calibration::ByFunction;
    use takeover::assess::drive;

    let scenarios = args.runs.load()?;
    let runs = every_run(&scenarios, args.runs.seeds, |_, named, seed| {
        drive::claims(&named.scenario, seed)
    });
    let mut sums = ByFunction::default();
    for run in &runs {
        sums.merge(run);
    }
    let results = sums.results();
    if args.runs.json {
        let functions: serde_json::Map<String, serde_json::Value> = results
            .iter()
            .map(|(name, c)| Ok(((*name).to_string(), serde_json::to_value(c)?)))
            .collect::<anyhow::Result<_>>()?;
        let json = serde_json::json!({
            "scenarios": scenarios.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(),
            "seeds": args.runs.seeds,
            "functions": functions,
        });
        super::print([serde_json::to_string_pretty(&json)?])?;
    } else {
        super::print([format!(
            "{} runs ({} scenarios, seeds 1 to {}), nobody asked",
            runs.len(),
            scenarios.len(),
            args.runs.seeds
        )])?;
        super::print(lines(&results))?;
    }
    if results.is_empty() {
        super::say("takeover: perception made no claims: nothing to judge");
        return Ok(Done::Incomplete);
    }
    Ok(Done::Fine)
}

#[cfg(feature = "sim")]
fn lines(results: &[(&str, takeover::assess::calibration::Calibration)]) -> Vec<String> {
    let mut out = vec![
        String::new(),
        format!(
            "{:<14}{:>10}{:>8}{:>8}{:>8}{:>13}{:>12}{:>13}{:>9}",
            "function",
            "claims",
            "right",
            "ECE",
            "Brier",
            "reliability",
            "resolution",
            "uncertainty",
            "within"
        ),
    ];
    for (name, c) in results {
        out.push(format!(
            "{name:<14}{:>10}{:>8.4}{:>8.4}{:>8.4}{:>13.4}{:>12.4}{:>13.4}{:>9.4}",
            c.claims, c.right, c.ece, c.brier, c.reliability, c.resolution, c.uncertainty, c.within
        ));
    }
    for (name, c) in results {
        out.extend([
            String::new(),
            format!(
                "{name}: {:>6}{:>14}{:>14}{:>8}{:>10}",
                "bin", "confidence", "probability", "right", "claims"
            ),
        ]);
        for bin in &c.bins {
            out.push(format!(
                "{:>w$.3}-{:.3}{:>9.4}{:>14.4}{:>8.4}{:>10}",
                bin.from,
                bin.to,
                bin.confidence,
                bin.probability,
                bin.right,
                bin.claims,
                w = name.len() + 5,
            ));
        }
    }
    out
}
