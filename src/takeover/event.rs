//! What happens to authority, and what the referee sees, as events.

use super::intent::Means;
use super::reason::Reason;
use crate::traffic::Phase;
use serde::{Deserialize, Serialize};

/// Who drives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Authority {
    /// The automation drives.
    #[default]
    Automation,
    /// The automation drives and has asked for a person.
    RequestPending,
    /// A person drives.
    Operator,
    /// The automation brings the vehicle to a stop.
    MinimalRisk,
    /// Stopped after a minimal-risk manoeuvre.
    Standstill,
    /// A person and the automation drive together, by a stated law.
    Shared,
}

impl Authority {
    pub const ALL: [Self; 6] = [
        Self::Automation,
        Self::RequestPending,
        Self::Operator,
        Self::MinimalRisk,
        Self::Standstill,
        Self::Shared,
    ];

    /// An operator drives, alone or not.
    pub fn is_in_command(self) -> bool {
        matches!(self, Self::Operator | Self::Shared)
    }

    /// As a person reads it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Automation => "automation drives",
            Self::RequestPending => "takeover requested",
            Self::Operator => "operator drives",
            Self::MinimalRisk => "minimal-risk manoeuvre",
            Self::Standstill => "standstill",
            Self::Shared => "operator and automation drive together",
        }
    }
}

/// By what mode of control an operator drives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// The operator's controls are the vehicle's.
    #[default]
    Direct,
    /// Operator and automation drive together.
    Shared,
}

/// How a request, or the takeover that answers it, ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// An operator drove.
    TakenOver,
    /// An operator said that there was no need, and the vehicle believed it.
    Rejected,
    /// Nobody came: the vehicle began a minimal-risk manoeuvre. A missed request; its reaction
    /// time is right-censored.
    MinimalRisk,
    /// It crashed before anybody came.
    Collision,
    /// The run ended while the request was open. Right-censored.
    RunEnded,
}

impl Outcome {
    /// As a person reads it.
    pub fn label(self) -> &'static str {
        match self {
            Self::TakenOver => "taken over",
            Self::Rejected => "rejected: no need",
            Self::MinimalRisk => "minimal-risk manoeuvre",
            Self::Collision => "collision",
            Self::RunEnded => "open when the run ended",
        }
    }
}

/// Why a hand-back was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// Perception still doubts.
    LowConfidence,
    /// Too far from a lane's centre, or at an angle to it.
    NotInLane,
    /// After a minimal-risk manoeuvre the automation stays off until the next run (UN R157).
    MinimalRiskDone,
}

impl Refusal {
    /// As a person reads it.
    pub fn label(self) -> &'static str {
        match self {
            Self::LowConfidence => "perception still doubts",
            Self::NotInLane => "the vehicle is not centred in a lane",
            Self::MinimalRiskDone => "automation stays off after a minimal-risk manoeuvre",
        }
    }
}

/// Why a hand-back that had begun came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Abort {
    /// Perception doubts again.
    LowConfidence,
    /// The vehicle is no longer centred in a lane.
    NotInLane,
    /// The operator moved the controls: whoever steers wants to drive.
    OperatorActed,
    /// The operator, the device or the link is gone.
    OperatorLost,
}

impl Abort {
    /// As a person reads it.
    pub fn label(self) -> &'static str {
        match self {
            Self::LowConfidence => "perception doubts again",
            Self::NotInLane => "the vehicle is no longer centred in a lane",
            Self::OperatorActed => "the operator moved the controls",
            Self::OperatorLost => "the operator is gone",
        }
    }
}

/// Why shared control became direct control.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unshared {
    /// The take-over button was pressed again.
    Button,
    /// The operator steered against the automation.
    Steering,
    /// The automation cannot do its share: severe failure, or a collision.
    AutomationFailed,
}

impl Unshared {
    /// As a person reads it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Button => "button",
            Self::Steering => "steering against the automation",
            Self::AutomationFailed => "the automation failed",
        }
    }
}

/// Why a minimal-risk manoeuvre began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MinimalRiskCause {
    /// A request ran out.
    NoResponse,
    /// The operator in command, or the device, was gone.
    OperatorLost,
    /// Nothing came from the operator in command: the link was gone.
    LinkLost,
    /// The automation cannot go on at all (UN R157: at once).
    SevereFailure,
    /// It hit something while the automation drove.
    Collision,
}

impl MinimalRiskCause {
    /// As a person reads it.
    pub fn label(self) -> &'static str {
        match self {
            Self::NoResponse => "nobody took over",
            Self::OperatorLost => "the operator is gone",
            Self::LinkLost => "the link is gone",
            Self::SevereFailure => "the automation failed",
            Self::Collision => "collision",
        }
    }
}

/// One thing that happened. Times are in [`TimedEvent`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    RequestRaised {
        request: u32,
        reason: Reason,
        /// Overall confidence at that moment.
        confidence: f64,
        /// s until the minimal-risk manoeuvre if nobody comes.
        budget_s: f64,
        /// s until the limit as the vehicle estimates it; none if it cannot tell.
        estimated_s: Option<f64>,
    },
    /// There is another reason for the request that is open.
    ReasonAdded {
        request: u32,
        reason: Reason,
    },
    RequestEscalated {
        request: u32,
    },
    /// The operator said that there was no need.
    Rejected {
        request: u32,
    },
    /// A request's one and only end.
    RequestEnded {
        request: u32,
        outcome: Outcome,
    },
    /// A doubt that begins while the operator drives: told, nothing asked for.
    Advisory {
        reason: Reason,
    },
    TakenOver {
        /// The request it answers; none if unprompted.
        request: Option<u32>,
        by: Means,
        mode: Mode,
    },
    /// Shared control became direct control.
    ControlUnshared {
        because: Unshared,
    },
    /// The vehicle would take control back ...
    HandBackOffered,
    /// ... and now would not.
    OfferWithdrawn,
    /// The operator asked for it, and it holds what it must hold for the dwell.
    HandBackStarted,
    HandBackAborted {
        because: Abort,
    },
    HandedBack,
    HandBackRefused {
        because: Refusal,
    },
    MinimalRiskStarted {
        request: Option<u32>,
        cause: MinimalRiskCause,
    },
    Standstill,
    /// The operator in command, or the device, is not there (or silent for too long).
    OperatorLost,
    OperatorBack,
    /// Nothing new comes from the operator's end of the link.
    LinkLost,
    LinkBack,
    /// The ego's centre of gravity left the paved road, shoulder included.
    LeftRoad {
        /// m/s.
        speed: f64,
    },
    Collision {
        /// Name of the other road user in the scenario.
        with: String,
        /// Speed of one against the other just before, m/s.
        closing_speed: f64,
        /// Change of the ego's velocity in the first step of contact, m/s.
        delta_v: f64,
    },
    /// A scripted manoeuvre of another road user began or is over.
    Action {
        /// Names in the scenario.
        user: String,
        action: String,
        phase: Phase,
    },
}

impl Event {
    /// One line for a person.
    pub fn describe(&self) -> String {
        match self {
            Self::RequestRaised {
                reason,
                confidence,
                budget_s,
                ..
            } => format!(
                "takeover requested: {}, confidence {:.0} %, {budget_s:.0} s to take over",
                reason.label(),
                confidence * 100.0
            ),
            Self::RequestEscalated { .. } => "request escalated: still nobody".into(),
            Self::ReasonAdded { reason, .. } => format!("one more reason: {}", reason.label()),
            Self::Rejected { .. } => "the operator sees no need".into(),
            Self::RequestEnded { outcome, .. } => format!("request over: {}", outcome.label()),
            Self::Advisory { reason } => format!("for your information: {}", reason.label()),
            Self::TakenOver { request, by, mode } => {
                let unprompted = if request.is_none() {
                    ", unprompted"
                } else {
                    ""
                };
                let shared = if *mode == Mode::Shared {
                    ", shared control"
                } else {
                    ""
                };
                format!("taken over by {}{unprompted}{shared}", by.label())
            }
            Self::ControlUnshared { because } => {
                format!("direct control: {}", because.label())
            }
            Self::HandBackOffered => "the automation could drive again".into(),
            Self::OfferWithdrawn => "the automation could not drive any more".into(),
            Self::HandBackStarted => "handing back".into(),
            Self::HandBackAborted { because } => {
                format!("hand-back aborted: {}", because.label())
            }
            Self::HandedBack => "handed back: automation drives".into(),
            Self::HandBackRefused { because } => {
                format!("hand-back refused: {}", because.label())
            }
            Self::MinimalRiskStarted { cause, .. } => {
                format!("minimal-risk manoeuvre: {}", cause.label())
            }
            Self::Standstill => "standstill".into(),
            Self::OperatorLost => "operator or device lost".into(),
            Self::OperatorBack => "operator or device back".into(),
            Self::LinkLost => "link lost".into(),
            Self::LinkBack => "link back".into(),
            Self::LeftRoad { speed } => format!("left the road at {speed:.1} m/s"),
            Self::Collision {
                with,
                closing_speed,
                delta_v,
            } => format!(
                "collision with {with}: {closing_speed:.1} m/s closing, delta-v {delta_v:.1} m/s"
            ),
            Self::Action {
                user,
                action,
                phase,
            } => format!("{user}: {action} {}", phase.label()),
        }
    }
}

/// An event and when it happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TimedEvent {
    pub tick: u64,
    /// s since the start of the run.
    pub time: f64,
    #[serde(flatten)]
    pub event: Event,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn all() -> Vec<Event> {
        let reason = Reason::Lanes;
        let mut all = vec![
            Event::RequestRaised {
                request: 1,
                reason,
                confidence: 0.5,
                budget_s: 10.0,
                estimated_s: None,
            },
            Event::ReasonAdded { request: 1, reason },
            Event::RequestEscalated { request: 1 },
            Event::Rejected { request: 1 },
            Event::Advisory { reason },
            Event::HandBackOffered,
            Event::OfferWithdrawn,
            Event::HandBackStarted,
            Event::HandedBack,
            Event::Standstill,
            Event::OperatorLost,
            Event::OperatorBack,
            Event::LinkLost,
            Event::LinkBack,
        ];
        all.extend(Reason::ALL.map(|reason| Event::Advisory { reason }));
        for mode in [Mode::Direct, Mode::Shared] {
            all.push(Event::TakenOver {
                request: None,
                by: Means::Brake,
                mode,
            });
        }
        for outcome in [
            Outcome::TakenOver,
            Outcome::Rejected,
            Outcome::MinimalRisk,
            Outcome::Collision,
            Outcome::RunEnded,
        ] {
            all.push(Event::RequestEnded {
                request: 1,
                outcome,
            });
        }
        for because in [
            Abort::LowConfidence,
            Abort::NotInLane,
            Abort::OperatorActed,
            Abort::OperatorLost,
        ] {
            all.push(Event::HandBackAborted { because });
        }
        for because in [
            Refusal::LowConfidence,
            Refusal::NotInLane,
            Refusal::MinimalRiskDone,
        ] {
            all.push(Event::HandBackRefused { because });
        }
        for because in [
            Unshared::Button,
            Unshared::Steering,
            Unshared::AutomationFailed,
        ] {
            all.push(Event::ControlUnshared { because });
        }
        for cause in [
            MinimalRiskCause::NoResponse,
            MinimalRiskCause::OperatorLost,
            MinimalRiskCause::LinkLost,
            MinimalRiskCause::SevereFailure,
            MinimalRiskCause::Collision,
        ] {
            all.push(Event::MinimalRiskStarted {
                request: None,
                cause,
            });
        }
        all
    }

    #[test]
    fn every_event_is_as_the_schema_says_and_has_a_line_for_people() {
        let schema: Value = serde_json::from_str(include_str!("../record/event.schema.json"))
            .expect("the schema is JSON");
        for event in all() {
            assert!(!event.describe().is_empty());
            let timed = TimedEvent {
                tick: 1,
                time: 0.01,
                event,
            };
            let written = serde_json::to_value(&timed).expect("json");
            for (field, value) in written.as_object().expect("an object") {
                let said = &schema["properties"][field];
                assert!(
                    said.is_object(),
                    "{field} of {written} is not in the schema"
                );
                if let Some(words) = said["enum"].as_array() {
                    assert!(words.contains(value), "{field}: {value}");
                }
            }
            let read: TimedEvent = serde_json::from_value(written).expect("read back");
            assert_eq!(read, timed);
        }
    }
}
