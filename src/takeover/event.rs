//! What happens to authority, and what the referee sees, as events.

use super::intent::Means;
use super::policy::Inputs;
use super::reason::Reason;
use crate::referee::{Nearness, Side};
use crate::road_user::RoadUser;
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
        /// Name of the other road user, or of the object, in the scenario.
        with: String,
        /// What it is; none for an object.
        #[serde(default)]
        kind: Option<RoadUser>,
        /// Speed of one against the other just before, m/s.
        closing_speed: f64,
        /// Change of the ego's velocity in the first step of contact, m/s. [`Self::Impact`] has
        /// all of it.
        delta_v: f64,
    },
    /// What a collision came to, told when the contact's push is over.
    Impact {
        with: String,
        kind: Option<RoadUser>,
        /// Change of the ego's velocity from just before the contact, m/s.
        delta_v: f64,
        /// ... and of the other's; none for an object.
        other_delta_v: Option<f64>,
        /// From the first contact, s.
        duration: f64,
    },
    /// Another road user comes too close in time.
    NearMiss {
        with: String,
        kind: RoadUser,
        /// By which measure, and its value at this moment, s.
        by: Nearness,
        value: f64,
    },
    /// The encounter is over.
    NearMissOver {
        with: String,
        kind: RoadUser,
        /// The smallest of the encounter, s; none if there was none below 10 s.
        ttc: Option<f64>,
        /// s.
        pet: Option<f64>,
        /// Smallest distance between the two, m.
        gap: f64,
    },
    /// A tyre's outer edge went over its lane's marking, and this is no lane change.
    LaneDeparture {
        side: Side,
    },
    /// It is back in a lane. Also tells of a departure towards a lane of the same direction under a
    /// person's hands: that it was no lane change is known only now.
    LaneDepartureOver {
        side: Side,
        /// s.
        duration: f64,
        /// Largest distance of the tyre's edge beyond the marking, m.
        excursion: f64,
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
                kind,
                closing_speed,
                ..
            } => format!(
                "collision with {}: {closing_speed:.1} m/s closing",
                named(with, *kind)
            ),
            Self::Impact {
                with,
                delta_v,
                other_delta_v,
                ..
            } => match other_delta_v {
                Some(other) => {
                    format!("impact with {with}: delta-v {delta_v:.1} m/s, theirs {other:.1} m/s")
                }
                None => format!("impact with {with}: delta-v {delta_v:.1} m/s"),
            },
            Self::NearMiss {
                with,
                kind,
                by,
                value,
            } => format!(
                "near miss with {}: {} {value:.2} s",
                named(with, Some(*kind)),
                by.label()
            ),
            Self::NearMissOver {
                with,
                ttc,
                pet,
                gap,
                ..
            } => {
                let mut text = format!("past {with}: least distance {gap:.2} m");
                for (by, least) in [(Nearness::Ttc, ttc), (Nearness::Pet, pet)] {
                    if let Some(least) = least {
                        text += &format!(", {} {least:.2} s", by.label());
                    }
                }
                text
            }
            Self::LaneDeparture { side } => {
                format!("lane departure: over the {} marking", side.label())
            }
            Self::LaneDepartureOver {
                side,
                duration,
                excursion,
            } => format!(
                "back in a lane: {excursion:.2} m over the {} marking, {duration:.1} s",
                side.label()
            ),
            Self::Action {
                user,
                action,
                phase,
            } => format!("{user}: {action} {}", phase.label()),
        }
    }
}

/// A name, and what it is where the name does not say.
fn named(name: &str, kind: Option<RoadUser>) -> String {
    match kind {
        Some(kind) if !name.to_lowercase().contains(kind.label()) => {
            format!("{name} ({})", kind.label())
        }
        _ => name.to_string(),
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
