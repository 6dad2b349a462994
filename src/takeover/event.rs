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
            Self::LowConfidence => "there is still a reason to ask for a person",
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
        /// s until the limit, as the vehicle estimates it; none if it cannot tell.
        #[serde(default)]
        estimate_s: Option<f64>,
        /// All that the policy decided by; none in logs of older versions.
        #[serde(default)]
        inputs: Option<Box<Inputs>>,
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
    /// The station's menu stopped the run; nobody was asked to do anything meanwhile.
    Paused,
    /// ... and let it go on.
    Resumed {
        /// How long it stood, s of the wall clock.
        stood_s: f64,
    },
    /// What the operator sees and answers comes later than the soft limit allows ...
    LinkDegraded {
        /// From the cameras to the operator and back to the vehicle, s.
        latency: f64,
    },
    /// ... and is in time again.
    LinkRecovered,
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
    /// Another event of the same tick has told a person as much; inspect and the record have both.
    pub fn repeats(&self) -> bool {
        let Self::RequestEnded { outcome, .. } = self else {
            return false;
        };
        matches!(
            outcome,
            Outcome::TakenOver | Outcome::MinimalRisk | Outcome::Collision
        )
    }

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
            Self::OfferWithdrawn => "the offer to drive is withdrawn".into(),
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
            Self::Paused => "paused".into(),
            Self::Resumed { stood_s } => format!("goes on after a pause of {stood_s:.1} s"),
            Self::LinkDegraded { latency } => format!(
                "link degraded: what the operator sees and answers is {:.0} ms late",
                latency * 1e3
            ),
            Self::LinkRecovered => "link good again".into(),
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

#[cfg(test)]
mod tests;
