//! What a participant's runs come to together, and what they said of them.

use super::super::metric::{Metric, Of};
use super::super::people::Person;
use super::super::stats::describe;
use super::super::stats::survival::Curve;
use super::super::table::{Kind, Value};
use super::{count, float};

const GROUP: &str = "Participant";

const fn metric(
    name: &'static str,
    unit: &'static str,
    definition: &'static str,
    source: &'static str,
    missing: &'static str,
    of: fn(&Person<'_>) -> Value,
) -> Metric {
    Metric {
        name,
        unit,
        kind: Kind::Float,
        group: GROUP,
        definition,
        source,
        missing,
        of: Of::Participant(of),
    }
}

const fn counted(
    name: &'static str,
    definition: &'static str,
    of: fn(&Person<'_>) -> Value,
) -> Metric {
    Metric {
        name,
        unit: "",
        kind: Kind::Integer,
        group: GROUP,
        definition,
        source: "docs/metrics.md",
        missing: "never",
        of: Of::Participant(of),
    }
}

/// How many of a participant's requests a flag of takeovers holds for.
fn requests(p: &Person<'_>, flag: &str) -> usize {
    let asked = p.takeovers().filter(|t| t.request.is_some());
    asked.filter(|t| t.is(flag) == Some(true)).count()
}

pub const METRICS: &[Metric] = &[
    counted("runs", "Runs on record.", |p| count(p.runs.len())),
    metric(
        "driven_h",
        "h",
        "Length of all runs.",
        "sum of duration_s",
        "never",
        |p| float(Some(p.sum_of("duration_s") / 3600.0)),
    ),
    counted("requests", "Takeover requests.", |p| {
        count(p.takeovers().filter(|t| t.request.is_some()).count())
    }),
    counted("requests_answered", "... with a reaction time.", |p| {
        count(requests(p, "answered"))
    }),
    counted(
        "requests_missed",
        "... that ended in a minimal-risk manoeuvre or a collision before anybody took over.",
        |p| count(requests(p, "missed")),
    ),
    metric(
        "missed_share",
        "",
        "Missed requests / requests.",
        "ISO/TR 21959-1:2020",
        "nobody asked",
        |p| {
            let n = p.takeovers().filter(|t| t.request.is_some()).count();
            float((n > 0).then(|| requests(p, "missed") as f64 / n as f64))
        },
    ),
    metric(
        "median_reaction_time_s",
        "s",
        "Kaplan-Meier median of the reaction time; requests without a reaction are censored.",
        "Kaplan & Meier 1958",
        "no request, or more than half of them without a reaction",
        |p| {
            let curve = Curve::of(&p.observations(), p.level);
            float(curve.and_then(|c| c.median().estimate))
        },
    ),
    metric(
        "mean_reaction_time_s",
        "s",
        "Mean reaction time of the requests that were answered. It leaves the missed ones out: too short where there are any.",
        "ISO/TR 21959-1:2020",
        "no request was answered",
        |p| float(describe::mean(&p.reactions())),
    ),
    metric(
        "sd_reaction_time_s",
        "s",
        "Standard deviation of the same (n - 1).",
        "ISO/TR 21959-1:2020",
        "less than two requests were answered",
        |p| float(describe::sd(&p.reactions())),
    ),
    counted(
        "takeovers_unprompted",
        "Takeovers that nobody had asked for.",
        |p| count(p.takeovers().filter(|t| t.request.is_none()).count()),
    ),
    counted(
        "takeovers_needless",
        "Takeovers, asked for or not, without which nothing would have happened (as far as judged).",
        |p| {
            let taken = p.takeovers().filter(|t| t.number("control_s").is_some());
            count(taken.filter(|t| t.is("needed") == Some(false)).count())
        },
    ),
    counted("collisions", "Collisions of the own vehicle.", |p| {
        count(p.sum_of("collisions") as usize)
    }),
    metric(
        "min_ttc_s",
        "s",
        "Smallest time to collision of all runs.",
        "Hayward 1972",
        "never on a collision course within 10 s",
        |p| {
            let least = p.runs.iter().filter_map(|r| r.number("min_ttc_s"));
            float(least.reduce(f64::min))
        },
    ),
    metric(
        "mean_sdlp_m",
        "m",
        "Mean over takeovers of sdlp_m.",
        "SAE J2944",
        "no takeover with lane keeping",
        |p| float(p.mean_of("sdlp_m")),
    ),
    metric(
        "mean_stabilisation_time_s",
        "s",
        "Mean over takeovers of stabilisation_time_s; those that did not become stable are left out.",
        "docs/metrics.md",
        "no takeover became stable",
        |p| float(p.mean_of("stabilisation_time_s")),
    ),
    metric(
        "operator_busy_min_per_h",
        "min/h",
        "Minutes in which the operator was needed per hour of driving.",
        "docs/analysis.md",
        "no driving",
        |p| {
            let hours = p.sum_of("duration_s") / 3600.0;
            float((hours > 0.0).then(|| p.sum_of("operator_busy_s") / 60.0 / hours))
        },
    ),
];
