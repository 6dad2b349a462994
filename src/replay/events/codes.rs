//! Codes of the event data record, the clauses they come from, and which of our events gives which.

use crate::takeover::event::{Event, Mode};
use crate::takeover::intent::Means;
use crate::takeover::reason::Reason;
use serde::Serialize;

/// Code, clause, what it says. `docs/events.md` has this table, made from here. Clauses of UN R157
/// are from memory (the letters are in the project's domain reference); those of the StVG were read.
pub const CODES: [(&str, &str, &str); 47] = [
    (
        "activation",
        "UN R157 8.2.1 (a); StVG 1g (1) 3",
        "the automation begins to drive",
    ),
    (
        "deactivation",
        "UN R157 8.2.1 (b); StVG 1g (1) 3",
        "it no longer does; cause: `dedicated_means`, `steering_override`, `accelerator_override`, `brake_override`, `end_of_minimal_risk_manoeuvre`",
    ),
    (
        "transition_demand",
        "UN R157 8.2.1 (c)",
        "it asks for a person; cause: `planned`, `unplanned`, `system_failure`, and our reason",
    ),
    (
        "transition_demand_reason",
        "UN R157 8.2.1 (c)",
        "one more reason while the demand is open",
    ),
    (
        "transition_demand_escalated",
        "UN R157 5.4",
        "nobody has come yet: it asks harder",
    ),
    (
        "transition_demand_end",
        "UN R157 5.4",
        "the demand is over; cause: how",
    ),
    (
        "transition_demand_rejected",
        "StVG 1g (1) 13",
        "the operator sees no need",
    ),
    (
        "driver_input_suppression_start",
        "UN R157 8.2.1 (d)",
        "a person is in command and does not move the actuators: out of reach, the automation bridges",
    ),
    (
        "driver_input_suppression_end",
        "UN R157 8.2.1 (d)",
        "they do again, or are no longer in command",
    ),
    (
        "driver_input_reduction_start",
        "UN R157 8.2.1 (d)",
        "their input has less effect; cause: `shared_control`, `speed_cap`",
    ),
    (
        "driver_input_reduction_end",
        "UN R157 8.2.1 (d)",
        "it has its full effect again, or they are no longer in command",
    ),
    (
        "emergency_manoeuvre_start",
        "UN R157 8.2.1 (e)",
        "the automation brakes by more than 5.0 m/s2",
    ),
    (
        "emergency_manoeuvre_end",
        "UN R157 8.2.1 (f)",
        "it no longer does",
    ),
    (
        "edr_trigger",
        "UN R157 8.2.1 (g)",
        "a change of velocity that triggers an event data recorder: more than 8 km/h",
    ),
    (
        "detected_collision",
        "UN R157 8.2.1 (h); StVG 1g (2) 2",
        "contact",
    ),
    (
        "minimal_risk_manoeuvre_start",
        "UN R157 8.2.1 (i)",
        "the automation stops the vehicle; cause: why",
    ),
    (
        "minimal_risk_manoeuvre_end",
        "UN R157 5.5",
        "it stands, or a person took over",
    ),
    (
        "severe_system_failure",
        "UN R157 8.2.1 (j)",
        "the automation cannot go on at all",
    ),
    ("impact", "StVG 1g (2) 2", "what a collision came to"),
    (
        "near_miss_start",
        "StVG 1g (2) 2",
        "another road user comes too close in time; cause: by which measure",
    ),
    ("near_miss_end", "StVG 1g (2) 2", "the encounter is over"),
    (
        "lane_departure_start",
        "StVG 1g (2) 3",
        "out of the lane, and this is no lane change; cause: which side",
    ),
    ("lane_departure_end", "StVG 1g (2) 3", "back in a lane"),
    ("left_road", "StVG 1g (2) 3", "off the paved road"),
    (
        "remote_driving_start",
        "StVFernLV annex 3 no. 3; StVG 1g (2) 1",
        "an operator begins to drive; remote drives are numbered within the run",
    ),
    (
        "remote_driving_end",
        "StVFernLV annex 3 no. 3",
        "the operator no longer drives; cause: why",
    ),
    (
        "control_mode",
        "StVG 1g (1) 13",
        "shared control became direct control; cause: why",
    ),
    (
        "operator_lost",
        "UN R157 8.2.1 (c)",
        "the operator or their device is gone; the nearest we have to an unavailable driver",
    ),
    ("operator_back", "UN R157 8.2.1 (c)", "... and is back"),
    ("link_lost", "StVG 1g (1) 7", "nothing comes over the link"),
    ("link_back", "StVG 1g (1) 7", "something does again"),
    (
        "latency_above_limit",
        "StVFernLV (200 ms); StVG 1g (1) 7",
        "glass to glass and command together take more than 200 ms",
    ),
    (
        "latency_within_limit",
        "StVFernLV (200 ms); StVG 1g (1) 7",
        "they no longer do",
    ),
    (
        "link_degraded",
        "StVG 1g (1) 7",
        "the vehicle's own judgement: smoothed, by the scenario's limit",
    ),
    ("link_recovered", "StVG 1g (1) 7", "... and good again"),
    (
        "hand_back_offered",
        "StVG 1g (1) 5",
        "the automation could drive",
    ),
    (
        "hand_back_offer_withdrawn",
        "StVG 1g (1) 5",
        "... and now could not",
    ),
    (
        "hand_back_requested",
        "StVG 1g (1) 13",
        "the operator asks it to",
    ),
    (
        "hand_back_aborted",
        "StVG 1g (1) 13",
        "it came to nothing; cause: why",
    ),
    (
        "hand_back_refused",
        "StVG 1g (1) 13",
        "the automation would not; cause: why",
    ),
    (
        "system_advisory",
        "StVG 1g (1) 5",
        "a doubt that begins while a person drives; cause: our reason",
    ),
    ("run_paused", "-", "the simulation stood still"),
    ("run_resumed", "-", "... and goes on"),
    (
        "record_start",
        "-",
        "the log begins after the run's start: what was before is missing",
    ),
    ("record_gap", "-", "ticks are missing"),
    ("record_end", "-", "the run is over; cause: why"),
    ("record_broken_off", "-", "the log ends before the run did"),
];

/// The clause of a code.
pub fn clause(code: &str) -> &'static str {
    let found = CODES.iter().find(|(c, _, _)| *c == code);
    found.map_or("-", |(_, clause, _)| clause)
}

/// As it is written in records.
pub fn word(value: impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

/// UN R157's kind of a transition demand. Planned: known beforehand, as an exit is; unplanned: not
/// known beforehand but to be expected, as weather and lost markings are.
pub fn demand(reason: Reason) -> &'static str {
    match reason {
        Reason::Planned | Reason::MapEnd => "planned",
        Reason::SensorFailure => "system_failure",
        _ => "unplanned",
    }
}

/// UN R157's kind of a deactivation.
pub fn override_by(means: Means) -> &'static str {
    match means {
        Means::Button => "dedicated_means",
        Means::Steering => "steering_override",
        Means::Accelerator => "accelerator_override",
        Means::Brake => "brake_override",
    }
}

/// What one of our events is in the record's terms by itself; more follows from who drives
/// (`super::Gatherer::event`). None where it is told otherwise or is no vehicle's business.
pub fn of(event: &Event) -> Option<(&'static str, Option<String>)> {
    let with = |code, cause: String| Some((code, Some(cause)));
    let plain = |code| Some((code, None));
    match event {
        Event::RequestRaised { reason, .. } => with(
            "transition_demand",
            format!("{}: {}", demand(*reason), reason.name()),
        ),
        Event::ReasonAdded { reason, .. } => with(
            "transition_demand_reason",
            format!("{}: {}", demand(*reason), reason.name()),
        ),
        Event::RequestEscalated { .. } => plain("transition_demand_escalated"),
        Event::RequestEnded { outcome, .. } => with("transition_demand_end", word(outcome)),
        Event::Rejected { .. } => plain("transition_demand_rejected"),
        Event::Advisory { reason } => with("system_advisory", reason.name().into()),
        Event::TakenOver { by, mode, .. } => {
            let shared = if *mode == Mode::Shared {
                ": shared_control"
            } else {
                ""
            };
            with(
                "remote_driving_start",
                format!("{}{shared}", override_by(*by)),
            )
        }
        Event::ControlUnshared { because } => with("control_mode", word(because)),
        Event::HandBackOffered => plain("hand_back_offered"),
        Event::OfferWithdrawn => plain("hand_back_offer_withdrawn"),
        Event::HandBackStarted => plain("hand_back_requested"),
        Event::HandBackAborted { because } => with("hand_back_aborted", word(because)),
        Event::HandBackRefused { because } => with("hand_back_refused", word(because)),
        Event::HandedBack => with("remote_driving_end", "hand_back".into()),
        Event::MinimalRiskStarted { cause, .. } => {
            with("minimal_risk_manoeuvre_start", word(cause))
        }
        Event::Standstill => with("minimal_risk_manoeuvre_end", "standstill".into()),
        Event::OperatorLost => plain("operator_lost"),
        Event::OperatorBack => plain("operator_back"),
        Event::LinkLost => plain("link_lost"),
        Event::LinkBack => plain("link_back"),
        Event::LinkDegraded { .. } => plain("link_degraded"),
        Event::LinkRecovered => plain("link_recovered"),
        Event::Paused => plain("run_paused"),
        Event::Resumed { .. } => plain("run_resumed"),
        Event::LeftRoad { .. } => plain("left_road"),
        Event::Collision { kind, .. } => {
            let what = kind.map_or("object", |k| k.label());
            with("detected_collision", what.into())
        }
        Event::Impact { .. } => plain("impact"),
        Event::NearMiss { by, .. } => with("near_miss_start", word(by)),
        Event::NearMissOver { .. } => plain("near_miss_end"),
        Event::LaneDeparture { side } => with("lane_departure_start", word(side)),
        Event::LaneDepartureOver { side, .. } => with("lane_departure_end", word(side)),
        // The scenario's, which no vehicle knows of.
        Event::Action { .. } => None,
    }
}
