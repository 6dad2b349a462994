//! `takeover metrics`: what the columns of an analysis mean.

use super::{Done, Usage, print};
use anyhow::bail;
use takeover::analysis::metric::{self, Metric};

/// Print the definitions of all metrics, as `takeover analyze` computes them.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  takeover metrics
  takeover metrics reaction_time_s sdlp_m
  takeover metrics --level run
  takeover metrics --format markdown > metrics.md")]
pub struct Args {
    /// Only these metrics, or those whose name contains this.
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// Only those of takeovers, runs or participants.
    #[arg(long, value_enum, value_name = "LEVEL")]
    level: Option<Level>,
    /// How they are written.
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Level {
    Takeover,
    Run,
    Participant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Text,
    /// As docs/metrics.md has them.
    Markdown,
    Json,
}

pub fn metrics(args: &Args) -> anyhow::Result<Done> {
    let level = args.level.map(|l| match l {
        Level::Takeover => "takeover",
        Level::Run => "run",
        Level::Participant => "participant",
    });
    let of_level: Vec<&Metric> = metric::all()
        .filter(|m| level.is_none_or(|l| m.level() == l))
        .collect();
    for name in &args.names {
        if !of_level.iter().any(|m| m.name.contains(name.as_str())) {
            bail!(Usage(format!(
                "expected the name of a metric, or a part of one, got `{name}`: `takeover metrics` lists them"
            )));
        }
    }
    let asked = |m: &&Metric| {
        args.names.is_empty() || args.names.iter().any(|n| m.name.contains(n.as_str()))
    };
    let chosen: Vec<&Metric> = of_level.into_iter().filter(asked).collect();
    match args.format {
        Format::Text => print(text(&chosen))?,
        Format::Markdown => print([metric::markdown(&chosen).trim_end()])?,
        Format::Json => print([serde_json::to_string_pretty(&json(&chosen))?])?,
    }
    Ok(Done::Fine)
}

fn text(metrics: &[&Metric]) -> Vec<String> {
    let (mut lines, mut heading) = (Vec::new(), ("", ""));
    for m in metrics {
        if heading != (m.level(), m.group) {
            if !lines.is_empty() {
                lines.push(String::new());
            }
            heading = (m.level(), m.group);
            lines.push(format!("{} (one value per {})", m.group, m.level()));
        }
        let unit = if m.unit.is_empty() {
            m.kind.name()
        } else {
            m.unit
        };
        lines.push(format!("  {} [{unit}]", m.name));
        lines.push(format!("      {}", m.definition));
        lines.push(format!("      source: {}; empty: {}", m.source, m.missing));
    }
    lines
}

fn json(metrics: &[&Metric]) -> serde_json::Value {
    let one = |m: &&Metric| {
        serde_json::json!({
            "name": m.name,
            "level": m.level(),
            "group": m.group,
            "unit": m.unit,
            "kind": m.kind,
            "definition": m.definition,
            "source": m.source,
            "missing": m.missing,
        })
    };
    metrics.iter().map(one).collect()
}
