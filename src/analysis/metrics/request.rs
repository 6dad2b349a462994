//! What was asked, whether it was needed, and how it ended.

use super::super::case::Case;
use super::super::metric::{Metric, Of};
use super::super::stats::describe;
use super::super::table::Kind;
use super::{count, flag, float, text};
use crate::referee::verdict::Effect;

const GROUP: &str = "Requests";
const REFEREE: &str = "docs/referee.md: the same world run on from that moment without a person";

const fn metric(
    name: &'static str,
    kind: Kind,
    definition: &'static str,
    source: &'static str,
    missing: &'static str,
    of: fn(&Case<'_>) -> super::Value,
) -> Metric {
    Metric {
        name,
        unit: "",
        kind,
        group: GROUP,
        definition,
        source,
        missing,
        of: Of::Takeover(of),
    }
}

pub const METRICS: &[Metric] = &[
    metric(
        "outcome",
        Kind::Text,
        "How the request ended: taken over, rejected (no need), minimal-risk manoeuvre (nobody came), collision (before anybody came), open when the run ended.",
        "UN R157; docs/authority.md",
        "never",
        |c| text(Some(c.takeover.outcome.label())),
    ),
    metric(
        "answered",
        Kind::Flag,
        "There is a reaction time: the event of survival analysis. False is censored at censored_at_s.",
        "survival analysis",
        "nobody asked",
        |c| flag(c.asked().then(|| c.reaction().is_some())),
    ),
    metric(
        "missed",
        Kind::Flag,
        "The request ended in a minimal-risk manoeuvre or a collision before anybody took over. A rejection is an answer and no miss.",
        "UN R157; docs/authority.md",
        "nobody asked",
        |c| flag(c.asked().then(|| c.missed())),
    ),
    metric(
        "unprompted",
        Kind::Flag,
        "The operator took over though nobody had asked.",
        "docs/authority.md",
        "never",
        |c| flag(Some(!c.asked())),
    ),
    metric(
        "needed",
        Kind::Flag,
        "Without a person the automation would have met a limit within the referee's horizon (20 s unless the scenario says otherwise).",
        REFEREE,
        "not judged",
        |c| flag(c.verdict.map(|v| v.needed)),
    ),
    metric(
        "limit",
        Kind::Text,
        "The first limit that the automation alone would have met.",
        REFEREE,
        "not needed, or not judged",
        |c| {
            let limit = c.verdict.and_then(|v| v.limit.as_ref());
            text(limit.map(|l| l.kind.label()))
        },
    ),
    metric(
        "in_time",
        Kind::Flag,
        "The request came at least the referee's lead (4 s unless the scenario says otherwise) before that limit.",
        REFEREE,
        "not needed, nobody asked, or not judged",
        |c| flag(c.verdict.and_then(|v| v.in_time)),
    ),
    metric(
        "too_late",
        Kind::Flag,
        "It was needed, and the operator's command came into force only after that limit would have been met.",
        "takeover buffer below 0",
        "not needed, not taken over, or not judged",
        |c| {
            let limit = c.verdict.and_then(|v| v.limit.as_ref());
            flag(limit.zip(c.takeover.in_force_s).map(|(l, t)| t > l.time))
        },
    ),
    metric(
        "effect",
        Kind::Text,
        "What the request, and whoever acted on it, changed against the automation alone: prevented, eased, not prevented, caused, or none.",
        REFEREE,
        "not judged",
        |c| {
            text(c.verdict.map(|v| match v.effect {
                Effect::None => "none",
                Effect::Prevented => "prevented",
                Effect::Eased => "eased",
                Effect::NotPrevented => "not prevented",
                Effect::Caused => "caused",
            }))
        },
    ),
    metric(
        "toc_rating",
        Kind::Float,
        "Mean of the raters' TOC ratings of this takeover: 1 perfect, 2-3 imprecision, 4-6 driving errors, 7-9 endangerment, 10 uncontrollable.",
        "Naujoks et al. 2018; docs/labels.md",
        "nobody rated it",
        |c| float(describe::mean(&c.toc_ratings())),
    ),
    metric(
        "toc_raters",
        Kind::Integer,
        "How many raters gave one.",
        "docs/labels.md",
        "never",
        |c| count(c.toc_ratings().len()),
    ),
    metric(
        "confidence_at_request",
        Kind::Float,
        "Confidence over all that perception reported when the request was raised, 0 to 1.",
        "docs/perception.md",
        "nobody asked",
        |c| float(c.confidence),
    ),
];
