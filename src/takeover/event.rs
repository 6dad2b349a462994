//! What happens to authority, and what the referee sees, as events.

use super::intent::Means;
use super::policy::Inputs;
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

/// Why a minimal-risk manoeuvre began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MinimalRiskCause {
    /// A request ran out.
    NoResponse,
    /// The operator in command, or the device, was gone.
    OperatorLost,
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
        /// s until the limit, as the vehicle estimates it; none if it cannot tell.
        #[serde(default)]
        estimate_s: Option<f64>,
        /// All that the policy decided by; none in logs of older versions.
        #[serde(default)]
        inputs: Option<Box<Inputs>>,
    },
    RequestEscalated {
        request: u32,
    },
    TakenOver {
        /// The request it answers; none if unprompted.
        request: Option<u32>,
        by: Means,
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
    OperatorLost,
    OperatorBack,
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
                estimate_s,
                ..
            } => {
                let estimate = estimate_s.map_or(String::new(), |s| format!(", limit in {s:.1} s"));
                format!(
                    "takeover requested: {}, confidence {:.0} %, {budget_s:.0} s to take over{estimate}",
                    reason.label(),
                    confidence * 100.0
                )
            }
            Self::RequestEscalated { .. } => "request escalated: still nobody".into(),
            Self::TakenOver {
                request: Some(_),
                by,
            } => format!("taken over by {}", by.label()),
            Self::TakenOver { request: None, by } => {
                format!("taken over by {}, unprompted", by.label())
            }
            Self::HandedBack => "handed back: automation drives".into(),
            Self::HandBackRefused { because } => {
                format!("hand-back refused: {}", because.label())
            }
            Self::MinimalRiskStarted {
                cause: MinimalRiskCause::NoResponse,
                ..
            } => "minimal-risk manoeuvre: nobody took over".into(),
            Self::MinimalRiskStarted {
                cause: MinimalRiskCause::OperatorLost,
                ..
            } => "minimal-risk manoeuvre: the operator is gone".into(),
            Self::Standstill => "standstill".into(),
            Self::OperatorLost => "operator or device lost".into(),
            Self::OperatorBack => "operator or device back".into(),
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
