//! What a whole run came to.

use super::super::case::Case;
use super::super::metric::{Metric, Of};
use super::super::run_case::RunCase;
use super::super::table::{Kind, Value};
use super::{count, float, text};
use crate::referee::verdict::Effect;
use crate::takeover::event::{Authority, Event, Outcome};

const OUTCOME: &str = "Outcome of the run";
const PERSON: &str = "Operator: availability and workload";
const REQUESTS: &str = "Requests of the run";
const TRUST: &str = "Confidence of perception";
const LINK: &str = "Link";
const REFEREE: &str = "docs/referee.md";
const DETECTION: &str =
    "signal detection theory; Hautus 1995 (log-linear correction); docs/policies.md";

const fn metric(
    name: &'static str,
    unit: &'static str,
    group: &'static str,
    definition: &'static str,
    source: &'static str,
    missing: &'static str,
    of: fn(&RunCase<'_>) -> Value,
) -> Metric {
    Metric {
        name,
        unit,
        kind: Kind::Float,
        group,
        definition,
        source,
        missing,
        of: Of::Run(of),
    }
}

const fn counted(
    name: &'static str,
    group: &'static str,
    definition: &'static str,
    source: &'static str,
    missing: &'static str,
    of: fn(&RunCase<'_>) -> Value,
) -> Metric {
    Metric {
        name,
        unit: "",
        kind: Kind::Integer,
        group,
        definition,
        source,
        missing,
        of: Of::Run(of),
    }
}

/// Requests that ended so.
fn ended(r: &RunCase<'_>, is: impl Fn(Outcome) -> bool) -> Value {
    let asked = r.cases.iter().filter(|c| c.asked());
    count(asked.filter(|c| is(c.takeover.outcome)).count())
}

/// Takeovers and requests with such a verdict; missing if there was nothing to judge them by.
fn judged(r: &RunCase<'_>, is: impl Fn(&crate::referee::verdict::RequestVerdict) -> bool) -> Value {
    match r.judged() {
        false => Value::Missing,
        true => count(r.run.account.verdicts.iter().filter(|v| is(v)).count()),
    }
}

fn share(r: &RunCase<'_>, seconds: f64) -> Value {
    let whole = r.run.channels.duration();
    float((whole > 0.0).then(|| seconds / whole))
}

pub const METRICS: &[Metric] = &[
    Metric {
        name: "ended",
        unit: "",
        kind: Kind::Text,
        group: OUTCOME,
        definition: "Why the run was over.",
        source: "docs/record.md",
        missing: "the record was not closed",
        of: Of::Run(|r| text(r.run.outcome().map(|o| o.label()))),
    },
    metric(
        "duration_s",
        "s",
        OUTCOME,
        "Length of the run.",
        "docs/record.md",
        "never",
        |r| float(Some(r.run.channels.duration())),
    ),
    metric(
        "driven_km",
        "km",
        OUTCOME,
        "Way driven.",
        "sum of speed x tick",
        "never",
        |r| float(Some(r.run.channels.distance() / 1000.0)),
    ),
    metric(
        "final_speed_mps",
        "m/s",
        OUTCOME,
        "Speed at the end: a run can end by its time with a vehicle that stands.",
        "docs/record.md",
        "never",
        |r| float(r.run.channels.speed.last().copied()),
    ),
    metric(
        "mean_speed_mps",
        "m/s",
        OUTCOME,
        "Way driven / length.",
        "mean of speed",
        "never",
        |r| {
            let (way, time) = (r.run.channels.distance(), r.run.channels.duration());
            float((time > 0.0).then(|| way / time))
        },
    ),
    counted(
        "collisions",
        OUTCOME,
        "Collisions of the own vehicle.",
        REFEREE,
        "never",
        |r| count(r.run.account.collisions.len()),
    ),
    metric(
        "max_delta_v_mps",
        "m/s",
        OUTCOME,
        "Severity: largest change of the own vehicle's velocity in a collision.",
        REFEREE,
        "no collision",
        |r| {
            let all = r.run.account.collisions.iter().map(|c| c.delta_v);
            float(all.reduce(f64::max))
        },
    ),
    counted(
        "near_misses",
        OUTCOME,
        "Near misses: time to collision below 1.5 s or post-encroachment time below 1 s, unless the scenario says otherwise.",
        REFEREE,
        "never",
        |r| count(r.run.account.dangers.near_misses.len()),
    ),
    counted(
        "lane_departures",
        OUTCOME,
        "Lane departures as the referee counts them.",
        REFEREE,
        "never",
        |r| count(r.run.account.dangers.lane_departures.len()),
    ),
    counted(
        "road_departures",
        OUTCOME,
        "How often the vehicle left the paved road.",
        REFEREE,
        "never",
        |r| count(r.run.count(|e| matches!(e, Event::LeftRoad { .. }))),
    ),
    metric(
        "min_ttc_s",
        "s",
        OUTCOME,
        "Smallest time to collision before any collision (below 10 s only).",
        "Hayward 1972; docs/referee.md",
        "never on a collision course within 10 s",
        |r| float(r.run.account.dangers.least_ttc.as_ref().map(|e| e.value)),
    ),
    metric(
        "min_pet_s",
        "s",
        OUTCOME,
        "Smallest post-encroachment time before any collision.",
        "Allen et al. 1978; docs/referee.md",
        "ways did not cross or join",
        |r| float(r.run.account.dangers.least_pet.as_ref().map(|e| e.value)),
    ),
    metric(
        "max_braking_mps2",
        "m/s²",
        OUTCOME,
        "Hardest braking before any collision.",
        REFEREE,
        "never braked",
        |r| {
            let hardest = r.run.account.dangers.hardest_braking.as_ref();
            float(hardest.map(|e| e.value))
        },
    ),
    counted(
        "minimal_risk_manoeuvres",
        OUTCOME,
        "Minimal-risk manoeuvres that were begun.",
        "UN R157",
        "never",
        |r| {
            count(
                r.run
                    .count(|e| matches!(e, Event::MinimalRiskStarted { .. })),
            )
        },
    ),
    counted(
        "requests",
        REQUESTS,
        "Takeover requests.",
        "docs/policies.md",
        "never",
        |r| ended(r, |_| true),
    ),
    counted(
        "requests_taken_over",
        REQUESTS,
        "... that an operator answered by driving.",
        "docs/authority.md",
        "never",
        |r| ended(r, |o| o == Outcome::TakenOver),
    ),
    counted(
        "requests_rejected",
        REQUESTS,
        "... that an operator rejected (no need) and did not take over, whether the vehicle believed it or not.",
        "docs/authority.md",
        "never",
        |r| count(r.cases.iter().filter(|c| c.rejected()).count()),
    ),
    counted(
        "requests_missed",
        REQUESTS,
        "... that nobody answered before the minimal-risk manoeuvre or a collision.",
        "ISO/TR 21959-1:2020",
        "never",
        |r| count(r.cases.iter().filter(|c| c.asked() && c.missed()).count()),
    ),
    counted(
        "requests_open",
        REQUESTS,
        "... that were open when the run ended.",
        "docs/authority.md",
        "never",
        |r| {
            let open = |c: &&Case<'_>| c.asked() && c.takeover.outcome == Outcome::RunEnded;
            count(
                r.cases
                    .iter()
                    .filter(open)
                    .filter(|c| !c.rejected())
                    .count(),
            )
        },
    ),
    metric(
        "requests_per_h",
        "1/h",
        REQUESTS,
        "Requests per hour of driving.",
        "docs/policies.md",
        "a run of no length",
        |r| float(r.per_hour(r.cases.iter().filter(|c| c.asked()).count())),
    ),
    counted(
        "requests_needed",
        REQUESTS,
        "... without which the automation would have met a limit within the referee's horizon.",
        REFEREE,
        "not judged",
        |r| judged(r, |v| v.request.is_some() && v.needed),
    ),
    counted(
        "requests_needless",
        REQUESTS,
        "... without which nothing would have happened within the referee's horizon.",
        REFEREE,
        "not judged",
        |r| judged(r, |v| v.request.is_some() && !v.needed),
    ),
    counted(
        "interventions_unprompted",
        REQUESTS,
        "Takeovers that nobody had asked for.",
        "docs/authority.md",
        "never",
        |r| count(r.cases.iter().filter(|c| !c.asked()).count()),
    ),
    counted(
        "takeovers_needless",
        REQUESTS,
        "Takeovers, asked for or not, without which nothing would have happened.",
        REFEREE,
        "not judged",
        |r| judged(r, |v| v.answered && !v.needed),
    ),
    counted(
        "limits_prevented",
        REQUESTS,
        "Moments at which the person's action prevented or eased what the automation alone would have met.",
        REFEREE,
        "not judged",
        |r| judged(r, |v| matches!(v.effect, Effect::Prevented | Effect::Eased)),
    ),
    counted(
        "limits_caused",
        REQUESTS,
        "Moments after which a limit was met, or a graver one, that the automation alone would not have met.",
        REFEREE,
        "not judged",
        |r| judged(r, |v| v.effect == Effect::Caused),
    ),
    counted(
        "detection_hazards",
        REQUESTS,
        "Trials of signal detection: limits that the automation alone would have met (or did meet), those within the horizon of another as one.",
        DETECTION,
        "not judged",
        |r| by_judged(r, r.detection.trials),
    ),
    counted(
        "detection_hits",
        REQUESTS,
        "... for which a request came at least the lead before.",
        DETECTION,
        "not judged",
        |r| by_judged(r, r.detection.hits),
    ),
    counted(
        "detection_windows",
        REQUESTS,
        "Windows of the horizon's length in which there was nothing to be asked for.",
        DETECTION,
        "not judged",
        |r| by_judged(r, r.detection.windows),
    ),
    counted(
        "detection_false_alarms",
        REQUESTS,
        "... in which the vehicle asked.",
        DETECTION,
        "not judged",
        |r| by_judged(r, r.detection.false_windows),
    ),
    metric(
        "operator_driving_s",
        "s",
        PERSON,
        "Time in which an operator drove, alone or with the automation.",
        "docs/authority.md",
        "never",
        |r| float(Some(r.busy.driving)),
    ),
    metric(
        "operator_busy_s",
        "s",
        PERSON,
        "Time in which an operator was needed: from a request shown to its end, and while driving. What a person costs.",
        "docs/analysis.md",
        "never",
        |r| float(Some(r.busy.busy)),
    ),
    metric(
        "operator_workload_share",
        "",
        PERSON,
        "Share of the run in which an operator was needed (utilisation by one vehicle).",
        "utilisation of a queueing system; docs/analysis.md",
        "a run of no length",
        |r| share(r, r.busy.busy),
    ),
    metric(
        "operator_available_share",
        "",
        PERSON,
        "Share of the run in which somebody with a working device was there and did not drive.",
        "UN R157 6.1 (availability), as far as a device tells it",
        "a run of no length",
        |r| share(r, r.busy.available),
    ),
    metric(
        "automation_share",
        "",
        PERSON,
        "Share of the run in which the automation drove (a pending request included).",
        "docs/authority.md",
        "a run of no length",
        |r| {
            let drives = |a| matches!(a, Authority::Automation | Authority::RequestPending);
            share(r, r.run.channels.time_in(drives))
        },
    ),
    metric(
        "mean_confidence",
        "",
        TRUST,
        "Mean of the confidence over all that perception reported, 0 to 1.",
        "docs/perception.md",
        "nothing on record",
        |r| {
            let all = &r.run.channels.confidence;
            float((!all.is_empty()).then(|| all.iter().sum::<f64>() / all.len() as f64))
        },
    ),
    metric(
        "min_confidence",
        "",
        TRUST,
        "Smallest confidence over all.",
        "docs/perception.md",
        "nothing on record",
        |r| float(r.run.channels.confidence.iter().copied().reduce(f64::min)),
    ),
    metric(
        "ece",
        "",
        TRUST,
        "Expected calibration error of the functions' reported confidences in 15 bins of equal width, against the true probability of their claims (what is on record of the truth).",
        "Naeini et al. 2015",
        "no perception on record",
        |r| float(r.run.trust.all.calibration().map(|c| c.ece)),
    ),
    metric(
        "brier",
        "",
        TRUST,
        "Expected Brier score of the same.",
        "Brier 1950; Murphy 1973",
        "no perception on record",
        |r| float(r.run.trust.all.calibration().map(|c| c.brier)),
    ),
    metric(
        "round_trip_ms",
        "ms",
        LINK,
        "Median of the heartbeats' round trips.",
        "docs/link.md",
        "no heartbeat on record",
        |r| float(r.run.account.link.round_trip_ms.map(|m| m.median)),
    ),
    metric(
        "glass_to_glass_ms",
        "ms",
        LINK,
        "Median from the cameras to the operator's screen.",
        "glass to glass; docs/link.md",
        "no screen",
        |r| float(r.run.account.link.glass_to_glass_ms.map(|m| m.median)),
    ),
    metric(
        "link_lost_s",
        "s",
        LINK,
        "Time in which the operator's end judged the link lost.",
        "docs/link.md",
        "never",
        |r| float(Some(r.run.account.link.lost_s)),
    ),
];

fn by_judged(r: &RunCase<'_>, n: u64) -> Value {
    match r.judged() {
        false => Value::Missing,
        true => Value::count(n),
    }
}
