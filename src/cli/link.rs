//! `takeover link`: what links there are, and what one does when it is measured.

use super::{Done, Usage, print};
use std::path::Path;
use takeover::link::presets::Preset;
use takeover::link::settings::{Conditions, LinkSettings};
use takeover::link::survey::{Spread, Survey, VideoSurvey, WaySurvey, survey};
use takeover::takeover::authority::AuthoritySettings;

/// List the links that have a name, with where their figures come from; or measure one: send
/// messages and pictures through it, and compare what comes out with what was set.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  takeover link                              presets, and where their figures come from
  takeover link 4g                           10 minutes of 4G, measured
  takeover link Failing --seconds 60 --seed 3 --json
  takeover link my_link.ron                  a file with what a scenario says in `link: (...)`
  takeover run scenarios/fog_bank.ron --headless --link 4g
                                             any scenario over any link")]
pub struct Args {
    /// A preset, or a file with a link (RON). Without it: all presets.
    #[arg(value_name = "PRESET|FILE")]
    link: Option<String>,
    /// How long to measure, s of the link's time.
    #[arg(
        long,
        value_name = "S",
        default_value_t = 600.0,
        allow_negative_numbers = true
    )]
    seconds: f64,
    /// Seed of everything random.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Print one JSON object instead of text.
    #[arg(long)]
    json: bool,
}

/// Most that is measured, s: it takes some seconds.
const LONGEST: f64 = 36_000.0;

/// The link of this name or in this file.
pub fn find(text: &str) -> anyhow::Result<LinkSettings> {
    if let Some(preset) = Preset::by_name(text) {
        return Ok(preset.into());
    }
    let path = Path::new(text);
    if path.extension().is_none() && !path.exists() {
        return Err(Usage(format!(
            "expected a link: one of {}, or a file (*.ron), got `{text}`",
            Preset::ALL.map(Preset::name).join(", ")
        ))
        .into());
    }
    Ok(LinkSettings::load(path)?)
}

pub fn link(args: &Args) -> anyhow::Result<Done> {
    let Some(name) = &args.link else {
        if args.json {
            let all = Preset::ALL.map(|p| {
                serde_json::json!({
                    "about": p.about(),
                    "measured": p.measured(),
                    "assumed": p.assumed(),
                    "settings": LinkSettings::of(p),
                })
            });
            print([serde_json::to_string_pretty(&all)?])?;
        } else {
            print(presets())?;
        }
        return Ok(Done::Fine);
    };
    if !(1.0..=LONGEST).contains(&args.seconds) {
        return Err(Usage(format!(
            "--seconds: expected 1 to {LONGEST} s, got {}",
            args.seconds
        ))
        .into());
    }
    let settings = find(name)?;
    let hard = AuthoritySettings::default().link_timeout;
    let measured = survey(&settings, args.seconds, args.seed, hard, |_, _| {});
    if args.json {
        let object = serde_json::json!({ "settings": settings, "measured": measured });
        print([serde_json::to_string_pretty(&object)?])?;
    } else {
        print(lines(name, &settings, &measured))?;
    }
    Ok(Done::Fine)
}

/// All presets: their figures, and where those come from.
fn presets() -> Vec<String> {
    let mut lines = vec![format!(
        "{:<14} {:>11} {:>11} {:>6} {:>9} {:>11}",
        "", "down ms", "up ms", "loss", "handover", "bandwidth"
    )];
    for preset in Preset::ALL {
        let c = preset.conditions();
        let way = |least: f64, more: f64| match more {
            0.0 => format!("{least}"),
            _ => format!("{least} + {more}"),
        };
        lines.push(format!(
            "{:<14} {:>11} {:>11} {:>6} {:>9} {:>11}",
            preset.name(),
            way(c.down_ms, c.down_jitter_ms),
            way(c.up_ms, c.up_jitter_ms),
            format!("{} %", c.loss * 100.0),
            c.handover_every.map_or("none".into(), |s| format!("{s} s")),
            bandwidth(&c),
        ));
    }
    lines.push(
        "(delay: the least + the mean of what comes on top; handover: mean time between)".into(),
    );
    for preset in Preset::ALL {
        lines.push(String::new());
        lines.push(format!("{}: {}", preset.name(), preset.about()));
        lines.push(format!("  measured: {}", preset.measured()));
        lines.push(format!("  assumed:  {}", preset.assumed()));
    }
    lines
}

fn bandwidth(c: &Conditions) -> String {
    c.bandwidth_kbps
        .map_or("no limit".into(), |b| format!("{} Mbit/s", b / 1000.0))
}

fn lines(name: &str, settings: &LinkSettings, m: &Survey) -> Vec<String> {
    let mut lines = vec![format!(
        "{name}: {} s, seed {}, a message each way every 10 ms; measured (set)",
        m.seconds, m.seed
    )];
    if !settings.changes.is_empty() || !settings.outages.is_empty() {
        lines.push("what was set is that of the start: it changes later".into());
    }
    lines.extend(way("down, vehicle to operator", &m.down));
    lines.extend(way("up, operator to vehicle", &m.up));
    if let Some(trip) = m.round_trip_ms {
        lines.push(format!("round trip            {}", spread(&trip)));
    }
    let share = |i: usize| format!("{:.1} %", m.states[i] * 100.0);
    lines.push(format!(
        "judged                good {}, degraded {}, lost {}",
        share(0),
        share(1),
        share(2)
    ));
    match &m.video {
        Some(video) => lines.extend(pictures(video)),
        None => lines.push("pictures              every frame is one, whole".into()),
    }
    lines
}

fn way(name: &str, m: &WaySurvey) -> Vec<String> {
    let mut lines = vec![name.to_string()];
    if let Some(delay) = &m.delay_ms {
        lines.push(format!("  delay               {}", spread(delay)));
        lines.push(format!("  (set)               {}", spread(&m.set_ms)));
    }
    let or_none = |value: Option<f64>| value.map_or("none".into(), |v| format!("{v:.3}"));
    lines.push(format!(
        "  jitter              {:.2} ms from message to message, autocorrelation {} ({})",
        m.jitter_ms,
        or_none(m.autocorrelation),
        or_none(m.set_autocorrelation)
    ));
    let bursts = m
        .burst_ms
        .map_or(String::new(), |b| format!(", {b:.0} ms in one piece"));
    lines.push(format!(
        "  loss                {:.3} % ({:.3} %){bursts}",
        m.loss * 100.0,
        m.set_loss * 100.0
    ));
    lines
}

fn spread(s: &Spread) -> String {
    format!(
        "mean {:.1}, median {:.1}, 95 % {:.1}, 99 % {:.1} ms",
        s.mean, s.median, s.p95, s.p99
    )
}

fn pictures(v: &VideoSurvey) -> Vec<String> {
    let mut lines = vec![format!(
        "pictures              {:.1} a second at {:.0} kbit/s, {:.0} % of the full size, coarseness {:.2}",
        v.rate,
        v.bitrate_kbps,
        v.scale * 100.0,
        v.coarseness
    )];
    if let Some(delay) = &v.delay_ms {
        lines.push(format!("  from the cameras    {}", spread(delay)));
    }
    lines.push(format!(
        "  damaged             {:.2} % of them; {} freezes of 0.3 s or more, {:.1} s in all",
        v.damaged * 100.0,
        v.freezes,
        v.frozen_s
    ));
    lines
}
