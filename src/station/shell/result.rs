//! What a run came to, in words and bars, for the page at its end.
//!
//! Every sentence says what was measured; none is a score. docs/station.md has the rules.

use super::sheet::{Part, Piece, Tone};
use crate::referee::LimitKind;
use crate::referee::verdict::{Effect, RequestVerdict};
use crate::session::dangers::Extreme;
use crate::session::report::Report;
use crate::station::words::{fill, named, t};
use crate::takeover::timeline::{Outcome, Takeover, sum};

/// More takeovers than this are in the log, not on the screen.
const MOST: usize = 3;

fn seconds(value: f64) -> String {
    format!("{value:.2}")
}

/// Words for what follows the request, in the order of [`Takeover::parts`].
const STEPS: [&str; 5] = [
    "result.shown",
    "result.first_input",
    "result.threshold",
    "result.in_force",
    "result.stabilised",
];

/// A part of a takeover's time.
struct Stretch {
    /// Key of what it ends with.
    what: &'static str,
    /// s.
    from: f64,
    to: f64,
    /// Of its length, s, from both ends; none: unknown.
    uncertainty: Option<f64>,
}

/// The parts of a takeover's time. Those that did not happen are left out.
fn parts(takeover: &Takeover) -> Vec<Stretch> {
    let all = takeover.parts();
    let Some(mut last) = all[0].1 else {
        return Vec::new();
    };
    let mut stretches = Vec::new();
    let mut sure = all[0].2;
    for (what, (_, time, within)) in STEPS.into_iter().zip(all.into_iter().skip(1)) {
        let Some(time) = time else { continue };
        // A stabilised stretch can begin before the controls crossed the threshold.
        let to = time.max(last);
        stretches.push(Stretch {
            what,
            from: last,
            to,
            uncertainty: sum(sure, within),
        });
        (last, sure) = (to, within);
    }
    stretches
}

/// A takeover: heading, bar, and the same in figures.
fn takeover(number: usize, takeover: &Takeover) -> Vec<Piece> {
    let reason = t(&format!("reason.{}", takeover.reason)).to_owned();
    let reason = if takeover.request.is_some() {
        reason
    } else {
        t("result.unprompted").to_owned()
    };
    let outcome = named("outcome", &takeover.outcome);
    let number = number.to_string();
    let mut pieces = vec![Piece::text(
        fill(
            "result.takeover",
            &[("n", &number), ("reason", &reason), ("outcome", &outcome)],
        ),
        15.0,
        Tone::Plain,
    )];
    let parts = parts(takeover);
    let whole: f64 = parts.iter().map(|p| p.to - p.from).sum();
    if whole > 0.0 {
        let part = |(i, p): (usize, &Stretch)| Part {
            share: ((p.to - p.from) / whole) as f32,
            colour: i,
        };
        pieces.push(Piece::Split(parts.iter().enumerate().map(part).collect()));
        let legend = parts.iter().enumerate().map(|(i, p)| {
            let mut words = format!("{} +{} s", t(p.what), seconds(p.to - p.from));
            // What is exact to the tick needs no word.
            match p.uncertainty {
                Some(within) if within < 0.001 => {}
                Some(within) => {
                    let ms = format!("{:.0}", within * 1e3);
                    words.push_str(&fill("result.within", &[("ms", &ms)]));
                }
                None => words.push_str(t("result.within_unknown")),
            }
            (i, words)
        });
        pieces.push(Piece::Legend(legend.collect()));
    }
    pieces
}

fn limit(kind: LimitKind) -> String {
    named("limit", &kind)
}

/// What the referee says of a takeover or a request, in sentences.
fn verdict(takeover: Option<&Takeover>, verdict: &RequestVerdict) -> Vec<String> {
    let mut said = Vec::new();
    match (&verdict.limit, verdict.budget_s) {
        (Some(met), Some(budget)) => {
            let what = limit(met.kind);
            let after = seconds(budget);
            said.push(fill("said.needed", &[("limit", &what), ("s", &after)]));
            if let Some(in_force) = takeover.and_then(|t| t.in_force_s) {
                let left = met.time - in_force;
                let key = if left >= 0.0 {
                    "said.before"
                } else {
                    "said.after"
                };
                said.push(fill(key, &[("s", &seconds(left.abs()))]));
            }
            if verdict.in_time == Some(false) {
                said.push(t("said.asked_late").into());
            }
        }
        _ => {
            let followed = format!("{:.0}", verdict.followed_s);
            said.push(fill("said.not_needed", &[("s", &followed)]));
        }
    }
    let met = verdict.met.as_ref().map(|l| limit(l.kind));
    let alone = verdict.gravest.as_ref().map(|l| limit(l.kind));
    match (verdict.effect, alone, met) {
        (Effect::Prevented, Some(alone), _) => {
            said.push(fill("said.prevented", &[("limit", &alone)]));
        }
        (Effect::Eased, Some(alone), Some(met)) => {
            said.push(fill("said.eased", &[("limit", &alone), ("met", &met)]));
        }
        (Effect::NotPrevented, _, Some(met)) => {
            said.push(fill("said.not_prevented", &[("limit", &met)]));
        }
        (Effect::Caused, _, Some(met)) => said.push(fill("said.caused", &[("limit", &met)])),
        _ => {}
    }
    said
}

/// The takeover that a verdict is about.
fn answered<'a>(report: &'a Report, verdict: &RequestVerdict) -> Option<&'a Takeover> {
    // One that nobody asked for is told by the tick at which it happened.
    let near = |time: Option<f64>| time.is_some_and(|s| (s - verdict.time_s).abs() < 0.015);
    report.takeovers.iter().find(|t| match verdict.request {
        Some(_) => t.request == verdict.request,
        None => t.request.is_none() && near(t.in_force_s),
    })
}

/// What happened, in sentences that each rest on a measured value.
pub fn feedback(report: &Report) -> Vec<String> {
    let mut said = Vec::new();
    if report.takeovers.is_empty() {
        said.push(t("said.nothing_asked").to_owned());
    }
    for takeover in report.takeovers.iter().take(MOST) {
        match takeover.outcome {
            Outcome::TakenOver => {
                if let (Some(time), Some(_)) = (takeover.reaction_s, takeover.request) {
                    said.push(fill("said.answered", &[("s", &seconds(time))]));
                }
                match (takeover.in_force_s, takeover.stabilised_s) {
                    (Some(from), Some(steady)) => {
                        let after = seconds((steady - from).max(0.0));
                        said.push(fill("said.steady", &[("s", &after)]));
                    }
                    _ => said.push(t("said.not_steady").into()),
                }
            }
            Outcome::MinimalRisk => said.push(t("said.missed").into()),
            Outcome::Rejected => said.push(t("said.rejected").into()),
            Outcome::Collision => said.push(t("said.too_late").into()),
            Outcome::RunEnded => {}
        }
    }
    for v in report.verdicts.iter().take(MOST) {
        said.extend(verdict(answered(report, v), v));
    }
    for miss in report.dangers.near_misses.iter().take(2) {
        let gap = miss.gap_m.map_or("?".to_owned(), |gap| format!("{gap:.1}"));
        said.push(fill("said.near_miss", &[("with", &miss.with), ("m", &gap)]));
    }
    let departures = report.dangers.lane_departures.len();
    if departures > 0 {
        let n = departures.to_string();
        said.push(fill("said.departures", &[("n", &n)]));
    }
    for c in report.collisions.iter().take(2) {
        let speed = format!("{:.0}", c.closing_speed * 3.6);
        said.push(fill(
            "said.collision",
            &[("with", &c.with), ("kmh", &speed)],
        ));
    }
    said
}

/// A smallest or largest value, if there was any.
fn extreme(key: &str, value: Option<&Extreme>, unit: &str) -> Option<Piece> {
    let found = value?;
    let with = found.with.as_deref().unwrap_or_default();
    let at = fill("result.at", &[("s", &format!("{:.1}", found.time_s))]);
    Some(Piece::Fact {
        name: t(key).to_owned(),
        value: format!("{:.2} {unit}", found.value),
        note: format!("{at} {with}").trim().to_owned(),
    })
}

/// The page's left side, without its buttons.
pub fn pieces(report: &Report) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for sentence in feedback(report) {
        pieces.push(Piece::text(sentence, 14.0, Tone::Plain));
    }
    pieces.push(Piece::Gap(4.0));
    for (i, t) in report.takeovers.iter().take(MOST).enumerate() {
        pieces.extend(takeover(i + 1, t));
    }
    if report.takeovers.len() > MOST {
        let n = (report.takeovers.len() - MOST).to_string();
        let more = fill("result.more", &[("n", &n)]);
        pieces.push(Piece::text(more, 13.0, Tone::Faint));
    }
    pieces.push(Piece::Gap(4.0));
    let d = &report.dangers;
    let facts = [
        extreme("result.ttc", d.least_ttc.as_ref(), "s"),
        extreme("result.pet", d.least_pet.as_ref(), "s"),
        extreme("result.gap", d.least_gap.as_ref(), "m"),
        extreme("result.braking", d.hardest_braking.as_ref(), "m/s2"),
    ];
    pieces.extend(facts.into_iter().flatten());
    pieces.push(Piece::Gap(4.0));
    let log = match &report.log {
        Some(log) => fill("result.log", &[("file", &log.display().to_string())]),
        None => t("result.no_log").to_owned(),
    };
    pieces.push(Piece::text(log, 13.0, Tone::Faint));
    for note in report.lost.iter().chain(&report.notes) {
        pieces.push(Piece::text(note.clone(), 13.0, Tone::Warning));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::referee::Limit;

    fn taken() -> Takeover {
        Takeover {
            raised_s: Some(10.0),
            shown_s: Some(10.05),
            first_input_s: Some(11.4),
            threshold_s: Some(11.5),
            in_force_s: Some(11.51),
            stabilised_s: Some(13.0),
            outcome: Outcome::TakenOver,
            input_uncertainty_s: Some(0.002),
            request: Some(1),
            ..Takeover::new("free_space".into())
        }
    }

    #[test]
    fn the_parts_of_a_takeover_add_up() {
        let parts = parts(&taken());
        let named: Vec<_> = parts.iter().map(|p| p.what).collect();
        assert_eq!(named, STEPS);
        let sum: f64 = parts.iter().map(|p| p.to - p.from).sum();
        assert!((sum - 3.0).abs() < 1e-9);
        let missed = Takeover {
            first_input_s: None,
            threshold_s: None,
            in_force_s: None,
            stabilised_s: None,
            ..taken()
        };
        assert_eq!(super::parts(&missed).len(), 1);
    }

    #[test]
    fn a_needed_takeover_says_by_how_much_it_was_before_the_limit() {
        let met = Limit {
            kind: LimitKind::Collision,
            time: 18.0,
            with: Some("lorry".into()),
        };
        let needed = RequestVerdict {
            request: Some(1),
            time_s: 10.0,
            followed_s: 8.0,
            limit: Some(met.clone()),
            gravest: Some(met),
            needed: true,
            budget_s: Some(8.0),
            in_time: Some(false),
            answered: true,
            met: None,
            effect: Effect::Prevented,
        };
        let said = verdict(Some(&taken()), &needed).join(" ");
        assert!(said.contains("8.00 s") && said.contains("6.49 s"), "{said}");
        assert!(said.contains("collision"), "{said}");
        let idle = RequestVerdict {
            limit: None,
            gravest: None,
            needed: false,
            budget_s: None,
            in_time: None,
            effect: Effect::None,
            followed_s: 20.0,
            ..needed
        };
        let said = verdict(Some(&taken()), &idle);
        assert_eq!(said.len(), 1);
        assert!(said[0].contains("20 s"), "{said:?}");
    }
}
