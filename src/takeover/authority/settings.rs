//! Settings of authority: times, checks, the mode of control, the hand-over.

use serde::{Deserialize, Serialize};

/// What a rejected request comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Rejection {
    /// It goes on record, and the request goes on: UN R157 knows no rejection.
    #[default]
    Noted,
    /// It ends the request. The same reasons do not ask again for `quiet` s, unless they have been
    /// gone in between.
    Accepted { quiet: f64 },
}

/// How an operator in command drives. Here is room for approval of the automation's decisions and
/// for guidance by waypoints: there the automation stays the source of the controls, and what the
/// operator sends changes its plan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Control {
    /// The operator's controls are the vehicle's.
    #[default]
    Direct,
    /// Operator and automation together, by the law of [`Source`](crate::takeover::source::Source).
    Shared {
        /// The operator's share of the steering, 0 to 1.
        #[serde(default = "weight")]
        weight: f32,
        /// Steering this far against the automation, degrees of the steering wheel, ...
        #[serde(default = "override_deg")]
        override_deg: f64,
        /// ... for this long, s, is a wish for direct control.
        #[serde(default = "override_for")]
        override_for: f64,
    },
}

fn weight() -> f32 {
    0.6
}

fn override_deg() -> f64 {
    20.0
}

fn override_for() -> f64 {
    0.5
}

/// Times and checks of the state machine, and the hand-over between sources.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AuthoritySettings {
    /// From the request to its escalation, s. UN R157: at the latest 4 s.
    pub escalate_after: f64,
    /// From the request to the minimal-risk manoeuvre, s. UN R157: at the earliest 10 s.
    pub minimal_risk_after: f64,
    /// Where the policy estimates how long is left until its limit, the manoeuvre begins so that
    /// the vehicle stops before it, whatever `minimal_risk_after` says.
    pub deadline_by_budget: bool,
    pub rejection: Rejection,
    /// An operator in command may be gone this long, s (Autoware's availability timeout).
    pub operator_timeout: f64,
    /// The automation drives on for this long, s, after the link or an operator who was there is
    /// lost, and then stops at minimal risk. A run in which nobody ever was there is not meant.
    pub unattended_after: Option<f64>,
    /// An operator in command who changes nothing at the controls for this long, s, is gone.
    pub silence_timeout: Option<f64>,
    /// The link is lost once the newest command that has arrived is older than this, s.
    pub link_timeout: f64,
    /// The link is degraded once what the operator sees and answers is later than this at the
    /// vehicle, s: from glass to glass, and the command back (StVFernLV).
    pub latency_limit: f64,
    /// Then whoever drives from afar goes no faster than limit x `latency_limit` / latency.
    pub latency_cap: bool,
    /// Whoever drives from afar goes no faster than this, m/s (StVFernLV: 22.2).
    pub remote_speed: Option<f64>,
    /// Slower than this counts as stopped, m/s ...
    pub stopped_speed: f64,
    /// ... after this long, s.
    pub stopped_for: f64,
    /// A hand-back is accepted at most this far from a lane's centre, m ...
    pub hand_back_offset: f64,
    /// ... and at most at this angle to it, degrees ...
    pub hand_back_heading_deg: f64,
    /// ... for this long, s, while the operator stays in command.
    pub hand_back_dwell: f64,
    /// The vehicle offers to take control back once it could for this long, s.
    pub offer_after: f64,
    /// After a change of who moves the controls they go over within this time, s, ...
    pub handover_time: f64,
    /// ... the steering wheel at most this fast, degrees/s, ...
    pub handover_wheel_rate_deg: f64,
    /// ... and the pedals, 1/s; but the brake is pressed at once.
    pub handover_pedal_rate: f64,
}

impl Default for AuthoritySettings {
    fn default() -> Self {
        Self {
            escalate_after: 4.0,
            minimal_risk_after: 10.0,
            deadline_by_budget: false,
            rejection: Rejection::Noted,
            operator_timeout: 0.5,
            unattended_after: Some(10.0),
            silence_timeout: None,
            link_timeout: 0.3,
            latency_limit: 0.2,
            latency_cap: false,
            remote_speed: None,
            stopped_speed: 0.1,
            stopped_for: 0.5,
            hand_back_offset: 0.8,
            hand_back_heading_deg: 5.0,
            hand_back_dwell: 0.5,
            offer_after: 3.0,
            handover_time: 1.0,
            handover_wheel_rate_deg: 120.0,
            handover_pedal_rate: 2.0,
        }
    }
}
