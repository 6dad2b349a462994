//! The parts of a takeover's time.

use super::super::case::Case;
use super::super::metric::{Metric, Of};
use super::super::table::Kind;
use super::{between, float, text};
use crate::takeover::timeline::sum;

const GROUP: &str = "Takeover time";
const ISO: &str = "ISO/TR 21959-1:2020; docs/authority.md";
const NOT_ASKED: &str = "nobody asked (unprompted takeover)";

/// A time in seconds.
const fn seconds(
    name: &'static str,
    definition: &'static str,
    source: &'static str,
    missing: &'static str,
    of: fn(&Case<'_>) -> super::Value,
) -> Metric {
    Metric {
        name,
        unit: "s",
        kind: Kind::Float,
        group: GROUP,
        definition,
        source,
        missing,
        of: Of::Takeover(of),
    }
}

const fn words(
    name: &'static str,
    definition: &'static str,
    missing: &'static str,
    of: fn(&Case<'_>) -> super::Value,
) -> Metric {
    Metric {
        name,
        unit: "",
        kind: Kind::Text,
        group: GROUP,
        definition,
        source: ISO,
        missing,
        of: Of::Takeover(of),
    }
}

fn first_input(c: &Case<'_>) -> Option<f64> {
    match c.settings.other_thresholds() {
        false => c.takeover.first_input_s,
        true => c.answer.first_input_s,
    }
}

fn threshold(c: &Case<'_>) -> Option<f64> {
    match c.settings.other_thresholds() {
        false => c.takeover.threshold_s,
        true => c.answer.threshold_s,
    }
}

fn input_uncertainty(c: &Case<'_>) -> Option<f64> {
    match c.settings.other_thresholds() {
        false => c.takeover.input_uncertainty_s,
        true => c.answer.threshold_s.map(|_| c.answer.uncertainty_s),
    }
}

/// Of the time it was shown; exact if it counts from when it was raised.
fn told_uncertainty(c: &Case<'_>) -> Option<f64> {
    match c.takeover.shown_s {
        Some(_) => c.takeover.shown_uncertainty_s,
        None => Some(0.0),
    }
}

pub const METRICS: &[Metric] = &[
    seconds(
        "start_s",
        "When the request was raised at the vehicle, since the start of the run; of an unprompted takeover, when the operator first moved a control.",
        ISO,
        "never",
        |c| float(Some(c.start)),
    ),
    seconds(
        "presentation_time_s",
        "From the request raised at the vehicle to the alert on the operator's screen (or by sound or rumble, whichever was first): downlink and presentation.",
        "docs/authority.md: parts of a teleoperated takeover's time",
        "nobody asked, or it is not on record that it was shown",
        |c| between(c.takeover.raised_s, c.takeover.shown_s),
    ),
    seconds(
        "presentation_uncertainty_s",
        "The true presentation time lies within this of presentation_time_s (a bound, not a standard deviation).",
        "docs/alerts.md",
        "not shown, or unknown (remote display without times)",
        |c| float(c.takeover.shown_s.and(c.takeover.shown_uncertainty_s)),
    ),
    seconds(
        "first_input_time_s",
        "From shown (raised, if it is not on record that it was shown) to the first movement of a control beyond noise.",
        "first conscious input; noise is a fifth of a takeover threshold; docs/authority.md",
        "no input, or nobody asked",
        |c| between(c.told().filter(|_| c.asked()), first_input(c)),
    ),
    seconds(
        "first_input_uncertainty_s",
        "The true first-input time lies within this of first_input_time_s: the display's uncertainty and the device's.",
        "docs/devices.md, docs/alerts.md",
        "no input, nobody asked, or unknown",
        |c| {
            let input = first_input(c).and(input_uncertainty(c));
            float(sum(told_uncertainty(c), input).filter(|_| c.asked()))
        },
    ),
    words(
        "first_input_kind",
        "What the first movement was: button, brake, steering or accelerator.",
        "no input",
        |c| match c.settings.other_thresholds() {
            false => text(c.takeover.first_input.map(|m| m.label())),
            true => text(c.answer.first_input.map(|m| m.label())),
        },
    ),
    seconds(
        "hands_time_s",
        "From shown to the first movement of a hand control (steering or button) beyond noise. Hands are not watched by a camera: a hand that lies still on the control is not seen.",
        "ISO/TR 21959-1:2020 (hands-on time), as far as a control tells it",
        "no hand control was moved, or nobody asked",
        |c| between(c.told().filter(|_| c.asked()), c.answer.hands_s),
    ),
    seconds(
        "threshold_time_s",
        "From the first input to the crossing of a takeover threshold.",
        "thresholds of the field: 2 degrees of steering wheel or 10 % of a pedal unless set otherwise",
        "no threshold was crossed",
        |c| between(first_input(c), threshold(c).filter(|_| c.taken())),
    ),
    seconds(
        "threshold_uncertainty_s",
        "The true time of an input lies within this of its time on record (a bound).",
        "docs/devices.md",
        "no input",
        |c| float(input_uncertainty(c)),
    ),
    words(
        "taken_over_by",
        "What crossed a threshold first: button, brake, steering or accelerator.",
        "not taken over",
        |c| match c.settings.other_thresholds() {
            false => text(c.takeover.by.map(|m| m.label())),
            true => text(c.answer.by.map(|m| m.label())),
        },
    ),
    seconds(
        "reaction_time_s",
        "Takeover time of the operator (TOT): from shown (raised, if it is not on record that it was shown) to the crossing of a takeover threshold by steering, brake, accelerator or button. Requests without an answer are censored: see censored_at_s.",
        "ISO/TR 21959-1:2020; Zhang et al. 2019",
        "not taken over (censored), or nobody asked",
        |c| float(c.reaction()),
    ),
    seconds(
        "reaction_uncertainty_s",
        "The true reaction time lies within this of reaction_time_s (a bound): the display's uncertainty and the device's.",
        "docs/alerts.md, docs/devices.md",
        "no reaction, or unknown",
        |c| {
            let known = c
                .reaction()
                .and(sum(told_uncertainty(c), input_uncertainty(c)));
            float(known)
        },
    ),
    seconds(
        "in_force_time_s",
        "From the crossing of the threshold to the operator's command driving the vehicle: uplink, dwell and tick.",
        "ISO/TR 21959-1:2020",
        "not taken over",
        |c| {
            // A higher threshold than the vehicle's may be crossed only after it.
            let crossed = threshold(c).filter(|t| c.taken() && c.takeover.in_force_s >= Some(*t));
            between(crossed, c.takeover.in_force_s)
        },
    ),
    seconds(
        "system_takeover_time_s",
        "From the request raised to the operator's command in force at the vehicle, which is also when the automation is off (deactivation time): the whole system's takeover time.",
        "ISO/TR 21959-1:2020",
        "not taken over, or nobody asked",
        |c| between(c.takeover.raised_s, c.takeover.in_force_s),
    ),
    seconds(
        "stabilisation_time_s",
        "From the operator's command in force to the start of the first stretch of stable driving: within 0.5 m of the lane's centre, slower than 0.2 m/s across, for 2 s (settings).",
        "no agreed threshold: a setting; ISO/TR 21959-2:2020",
        "not taken over, or control did not become stable",
        |c| between(c.takeover.in_force_s, c.takeover.stabilised_s),
    ),
    seconds(
        "censored_at_s",
        "How long a request without a reaction was observed: from shown to its end. Right-censored reaction time.",
        "survival analysis; ISO/TR 21959-1:2020",
        "there was a reaction, or nobody asked",
        |c| float(c.censored()),
    ),
    seconds(
        "minimal_risk_budget_s",
        "From the request to the minimal-risk manoeuvre if nobody comes, as the vehicle told it.",
        "UN R157 (10 s)",
        NOT_ASKED,
        |c| float(c.budget),
    ),
    seconds(
        "estimated_budget_s",
        "From the request to the system's limit, as the vehicle estimated it at that moment.",
        "ISO/TR 21959-1:2020 (time budget)",
        "nobody asked, or the vehicle could not tell",
        |c| float(c.estimate),
    ),
    seconds(
        "time_budget_s",
        "From the request (or an unprompted takeover) to the first limit that the automation alone would have met: collision, leaving the road, lane departure, near miss, emergency braking, no way on. Found by running the same world on without a person.",
        "ISO/TR 21959-1:2020 (time budget); docs/referee.md",
        "not needed (no limit within the horizon), or not judged",
        |c| float(c.verdict.and_then(|v| v.budget_s)),
    ),
    seconds(
        "takeover_buffer_s",
        "Time budget minus the system's takeover time: what was left when the operator's command came into force; negative if it came too late.",
        "ISO/TR 21959-1:2020 (takeover buffer)",
        "no time budget, or not taken over on request",
        |c| {
            let budget = c.verdict.and_then(|v| v.budget_s);
            between(between_s(c), budget)
        },
    ),
];

/// The system's takeover time, s.
fn between_s(c: &Case<'_>) -> Option<f64> {
    let (raised, in_force) = c.takeover.raised_s.zip(c.takeover.in_force_s)?;
    Some(in_force - raised)
}
