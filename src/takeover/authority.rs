//! The authority state machine: exactly one party drives at every tick.
//!
//! ```text
//!                    doubt                      no answer (10 s)
//!   Automation ───────────────▶ RequestPending ─────────────────▶ MinimalRisk ──▶ Standstill
//!     ▲    │                          │                            ▲   │ stopped     │
//!     │    │ intent (unprompted)      │ intent                     │   │ intent      │ intent
//!     │    ▼                          ▼                            │   ▼             ▼
//!     └── Operator ◀───────────────────────────────────────────────┼── (back to Operator)
//!    hand-back, if accepted                 operator gone (0.5 s) ─┘
//! ```
//!
//! Times are those of UN R157 (see [`AuthoritySettings`]). A request ends only by a takeover or
//! by the start of the manoeuvre; confidence coming back does not withdraw it.

use super::event::{Authority, Event, MinimalRiskCause, Refusal};
use super::intent::Means;
use super::policy::{Inputs, Verdict};
use super::reason::Reason;
use serde::{Deserialize, Serialize};

/// Times of the state machine.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AuthoritySettings {
    /// From the request to its escalation, s. UN R157: at the latest 4 s.
    pub escalate_after: f64,
    /// From the request to the minimal-risk manoeuvre, s. UN R157: at the earliest 10 s.
    pub minimal_risk_after: f64,
    /// An operator in command may be gone this long, s (Autoware's availability timeout).
    pub operator_timeout: f64,
    /// Slower than this counts as stopped, m/s ...
    pub stopped_speed: f64,
    /// ... after this long, s.
    pub stopped_for: f64,
    /// A hand-back is accepted at most this far from a lane's centre, m ...
    pub hand_back_offset: f64,
    /// ... and at most at this angle to it, degrees.
    pub hand_back_heading_deg: f64,
}

impl Default for AuthoritySettings {
    fn default() -> Self {
        Self {
            escalate_after: 4.0,
            minimal_risk_after: 10.0,
            operator_timeout: 0.5,
            stopped_speed: 0.1,
            stopped_for: 0.5,
            hand_back_offset: 0.8,
            hand_back_heading_deg: 5.0,
        }
    }
}

/// A request that waits for its answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Request {
    pub id: u32,
    pub reason: Reason,
    /// s.
    pub raised: f64,
    pub escalated: bool,
}

/// What the machine looks at in one tick.
#[derive(Clone, Copy, Debug)]
pub struct Situation {
    /// s.
    pub time: f64,
    /// The policy wants a person.
    pub doubt: Option<Verdict>,
    /// What the policy decided by.
    pub inputs: Inputs,
    /// The operator crossed a threshold.
    pub intent: Option<Means>,
    /// The hand-back button went down in this tick.
    pub hand_back: bool,
    /// An operator with a working device is connected.
    pub present: bool,
    /// m/s.
    pub speed: f64,
    /// Distance from the lane's centre, m.
    pub offset: f64,
    /// Angle to the lane, rad.
    pub heading: f64,
}

#[derive(Clone, Debug)]
pub struct Machine {
    settings: AuthoritySettings,
    state: Authority,
    request: Option<Request>,
    requests: u32,
    absent_since: Option<f64>,
    stopped_since: Option<f64>,
    minimal_risk_done: bool,
}

impl Machine {
    pub fn new(settings: AuthoritySettings) -> Self {
        Self {
            settings,
            state: Authority::Automation,
            request: None,
            requests: 0,
            absent_since: None,
            stopped_since: None,
            minimal_risk_done: false,
        }
    }

    pub fn state(&self) -> Authority {
        self.state
    }

    /// The request that waits for its answer.
    pub fn request(&self) -> Option<&Request> {
        self.request.as_ref()
    }

    /// When the minimal-risk manoeuvre begins if nobody answers, s.
    pub fn deadline(&self) -> Option<f64> {
        self.request
            .map(|r| r.raised + self.settings.minimal_risk_after)
    }

    /// One tick. Events are appended in the order in which they happened.
    pub fn step(&mut self, now: &Situation, events: &mut Vec<Event>) -> Authority {
        let gone = self.watch_operator(now, events);
        match self.state {
            Authority::Automation => {
                if let Some(by) = now.intent {
                    self.take_over(by, events);
                } else if let Some(verdict) = now.doubt {
                    self.raise(now, verdict, events);
                }
            }
            Authority::RequestPending => {
                if let Some(by) = now.intent {
                    self.take_over(by, events);
                } else {
                    self.wait(now, events);
                }
            }
            Authority::Operator | Authority::Shared => {
                if gone {
                    self.start_minimal_risk(MinimalRiskCause::OperatorLost, events);
                } else if now.hand_back {
                    match self.refusal(now) {
                        Some(because) => events.push(Event::HandBackRefused { because }),
                        None => {
                            self.state = Authority::Automation;
                            events.push(Event::HandedBack);
                        }
                    }
                }
            }
            Authority::MinimalRisk => {
                if let Some(by) = now.intent {
                    self.take_over(by, events);
                } else if self.stopped(now) {
                    self.state = Authority::Standstill;
                    events.push(Event::Standstill);
                }
            }
            Authority::Standstill => {
                if let Some(by) = now.intent {
                    self.take_over(by, events);
                }
            }
        }
        self.state
    }

    /// Notes when the operator goes and comes; true once an absence has lasted too long.
    fn watch_operator(&mut self, now: &Situation, events: &mut Vec<Event>) -> bool {
        match (now.present, self.absent_since) {
            (false, None) => {
                self.absent_since = Some(now.time);
                if self.state == Authority::Operator {
                    events.push(Event::OperatorLost);
                }
            }
            (true, Some(_)) => {
                self.absent_since = None;
                if self.state == Authority::Operator {
                    events.push(Event::OperatorBack);
                }
            }
            _ => {}
        }
        self.absent_since
            .is_some_and(|since| now.time - since >= self.settings.operator_timeout - 1e-9)
    }

    fn raise(&mut self, now: &Situation, verdict: Verdict, events: &mut Vec<Event>) {
        self.requests += 1;
        self.request = Some(Request {
            id: self.requests,
            reason: verdict.reason,
            raised: now.time,
            escalated: false,
        });
        self.state = Authority::RequestPending;
        events.push(Event::RequestRaised {
            request: self.requests,
            reason: verdict.reason,
            confidence: now.inputs.confidence.overall,
            budget_s: self.settings.minimal_risk_after,
            estimate_s: verdict.budget,
            inputs: Some(Box::new(now.inputs)),
        });
    }

    fn wait(&mut self, now: &Situation, events: &mut Vec<Event>) {
        let Some(request) = &mut self.request else {
            return;
        };
        let waited = now.time - request.raised + 1e-9;
        if waited >= self.settings.escalate_after && !request.escalated {
            request.escalated = true;
            events.push(Event::RequestEscalated {
                request: request.id,
            });
        }
        if waited >= self.settings.minimal_risk_after {
            self.start_minimal_risk(MinimalRiskCause::NoResponse, events);
        }
    }

    fn take_over(&mut self, by: Means, events: &mut Vec<Event>) {
        events.push(Event::TakenOver {
            request: self.request.take().map(|r| r.id),
            by,
        });
        self.stopped_since = None;
        self.state = Authority::Operator;
    }

    fn start_minimal_risk(&mut self, cause: MinimalRiskCause, events: &mut Vec<Event>) {
        events.push(Event::MinimalRiskStarted {
            request: self.request.take().map(|r| r.id),
            cause,
        });
        self.minimal_risk_done = true;
        self.state = Authority::MinimalRisk;
    }

    fn stopped(&mut self, now: &Situation) -> bool {
        if now.speed.abs() > self.settings.stopped_speed {
            self.stopped_since = None;
            return false;
        }
        let since = *self.stopped_since.get_or_insert(now.time);
        now.time - since >= self.settings.stopped_for - 1e-9
    }

    fn refusal(&self, now: &Situation) -> Option<Refusal> {
        let s = &self.settings;
        if self.minimal_risk_done {
            Some(Refusal::MinimalRiskDone)
        } else if now.doubt.is_some() {
            Some(Refusal::LowConfidence)
        } else if now.offset.abs() > s.hand_back_offset
            || now.heading.abs().to_degrees() > s.hand_back_heading_deg
        {
            Some(Refusal::NotInLane)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests;
