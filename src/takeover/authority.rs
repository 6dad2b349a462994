//! The authority state machine: exactly one party drives at every tick.
//!
//! `docs/authority.md` has the diagram, made from [`TRANSITIONS`]: the machine goes no other way.
//! Times are those of UN R157 (see [`AuthoritySettings`]). Confidence coming back does not withdraw
//! a request; it has exactly one [`Outcome`].

mod settings;
mod transitions;

pub use settings::{AuthoritySettings, Control, Rejection};
pub use transitions::{TRANSITIONS, Trigger, allowed};

use super::event::{Abort, Authority, Event, MinimalRiskCause, Mode, Outcome, Refusal, Unshared};
use super::intent::Means;
use super::policy::{Inputs, Verdict};
use super::reason::Reason;

/// A request that waits for its answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Request {
    pub id: u32,
    pub reason: Reason,
    /// s.
    pub raised: f64,
    /// When the minimal-risk manoeuvre begins if nobody comes, s.
    pub deadline: f64,
    pub escalated: bool,
    /// The operator has said that there is no need.
    pub rejected: bool,
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
    /// The take-over button went down in this tick ...
    pub take_over: bool,
    /// ... or the hand-back button ...
    pub hand_back: bool,
    /// ... or the "no need" button.
    pub no_need: bool,
    /// An operator with a working device is there, and not silent for too long.
    pub present: bool,
    /// The operator's end of the link is heard.
    pub linked: bool,
    /// The vehicle has hit something, now or earlier (its own crash sensor).
    pub collided: bool,
    /// Between the operator's steering wheel and the automation's, degrees.
    pub against_deg: f64,
    /// m/s.
    pub speed: f64,
    /// Time that is lost to a limit ahead by stopping before it, s: v / 2a, and what it takes until
    /// the brakes bite.
    pub stopping: f64,
    /// Distance from the lane's centre, m.
    pub offset: f64,
    /// Angle to the lane, rad.
    pub heading: f64,
}

impl Situation {
    /// Somebody is there to drive.
    pub fn in_reach(&self) -> bool {
        self.present && self.linked
    }
}

/// A set of reasons.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Reasons(u32);

impl Reasons {
    /// True if it was not there before.
    fn insert(&mut self, reason: Reason) -> bool {
        let new = !self.contains(reason);
        self.0 |= 1 << reason as u32;
        new
    }

    fn contains(self, reason: Reason) -> bool {
        self.0 & 1 << reason as u32 != 0
    }

    fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

#[derive(Clone, Debug)]
pub struct Machine {
    settings: AuthoritySettings,
    control: Control,
    state: Authority,
    request: Option<Request>,
    requests: u32,
    /// Reasons that have been told since the doubt began.
    told: Reasons,
    /// Reasons that were rejected, and until when they do not ask, s.
    quiet: Option<(Reasons, f64)>,
    linked: bool,
    present: bool,
    /// Since when nobody has been in reach, s.
    absent_since: Option<f64>,
    back_since: Option<f64>,
    /// An operator has been there.
    attended: bool,
    stopped_since: Option<f64>,
    /// Since when control goes back, s.
    returning_since: Option<f64>,
    /// Since when it could go back, s.
    ready_since: Option<f64>,
    offering: bool,
    /// Since when the operator has steered against the automation, s.
    against_since: Option<f64>,
    minimal_risk_done: bool,
    /// The ways it went.
    #[cfg(test)]
    went: Vec<(Authority, Authority, Trigger)>,
}

/// `since` has lasted for this long, s. Tick times are sums: a nanosecond of slack.
fn lasted(since: f64, now: &Situation, lasts: f64) -> bool {
    now.time - since >= lasts - 1e-9
}

impl Machine {
    pub fn new(settings: AuthoritySettings, control: Control) -> Self {
        Self {
            settings,
            control,
            state: Authority::Automation,
            request: None,
            requests: 0,
            told: Reasons::default(),
            quiet: None,
            linked: true,
            present: false,
            absent_since: None,
            back_since: None,
            attended: false,
            stopped_since: None,
            returning_since: None,
            ready_since: None,
            offering: false,
            against_since: None,
            minimal_risk_done: false,
            #[cfg(test)]
            went: Vec::new(),
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
        self.request.map(|r| r.deadline)
    }

    /// The vehicle offers to take control back.
    pub fn offers(&self) -> bool {
        self.offering
    }

    /// The operator has given control back, and it is on its way.
    pub fn handing_back(&self) -> bool {
        self.returning_since.is_some()
    }

    /// The run is over: what is still open ends with it.
    pub fn finish(&mut self, events: &mut Vec<Event>) {
        self.end_request(Outcome::RunEnded, events);
    }

    /// One tick. Events are appended in the order in which they happened.
    pub fn step(&mut self, now: &Situation, events: &mut Vec<Event>) -> Authority {
        // Who is out of reach does nothing.
        let reached = now.in_reach();
        let now = &Situation {
            intent: now.intent.filter(|_| reached),
            take_over: now.take_over && reached,
            hand_back: now.hand_back && reached,
            no_need: now.no_need && reached,
            ..*now
        };
        let gone = self.watch_operator(now, events);
        if now.doubt.is_none() {
            self.quiet = None;
            if self.state != Authority::RequestPending {
                self.told = Reasons::default();
            }
        }
        match self.state {
            Authority::Automation => self.automation(now, gone, events),
            Authority::RequestPending => self.request_pending(now, events),
            Authority::Operator | Authority::Shared => {
                if let Some(cause) = gone {
                    self.start_minimal_risk(cause, Trigger::Gone, events);
                } else {
                    self.advise(now, events);
                    self.share(now, events);
                    self.hand_back(now, events);
                }
            }
            Authority::MinimalRisk => {
                if let Some(by) = now.intent {
                    self.take_over(by, events);
                } else if self.stopped(now) {
                    self.go(Authority::Standstill, Trigger::Stopped);
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

    /// Nobody is there any more, and nobody is missed.
    pub fn leave_alone(&mut self) {
        self.attended = false;
        self.absent_since = None;
        self.back_since = None;
    }

    fn go(&mut self, to: Authority, by: Trigger) {
        debug_assert!(
            allowed(self.state, to, by),
            "{:?} to {to:?} by {by:?} is not in TRANSITIONS",
            self.state
        );
        #[cfg(test)]
        self.went.push((self.state, to, by));
        self.state = to;
        self.stopped_since = None;
        self.returning_since = None;
        self.ready_since = None;
        self.against_since = None;
    }

    /// Notes when link and operator go and come; why there is nobody to drive, once that has
    /// lasted too long.
    fn watch_operator(
        &mut self,
        now: &Situation,
        events: &mut Vec<Event>,
    ) -> Option<MinimalRiskCause> {
        if now.linked != self.linked {
            self.linked = now.linked;
            events.push(if now.linked {
                Event::LinkBack
            } else {
                Event::LinkLost
            });
        }
        // Without a link there is no telling.
        if now.linked && now.present != self.present {
            self.present = now.present;
            // Who comes for the first time is not back.
            if self.attended {
                events.push(if now.present {
                    Event::OperatorBack
                } else {
                    Event::OperatorLost
                });
            }
        }
        if now.in_reach() {
            self.attended = true;
            // Who comes and goes is gone: only who stays is back.
            let back = *self.back_since.get_or_insert(now.time);
            if lasted(back, now, self.settings.operator_timeout) {
                self.absent_since = None;
            }
            return None;
        }
        self.back_since = None;
        let since = *self.absent_since.get_or_insert(now.time);
        let cause = if now.linked {
            MinimalRiskCause::OperatorLost
        } else {
            MinimalRiskCause::LinkLost
        };
        let allowed = if self.state.is_in_command() {
            self.settings.operator_timeout
        } else {
            // Where nobody ever was, nobody is missed: full automation.
            self.settings.unattended_after.filter(|_| self.attended)?
        };
        lasted(since, now, allowed).then_some(cause)
    }

    fn automation(
        &mut self,
        now: &Situation,
        gone: Option<MinimalRiskCause>,
        events: &mut Vec<Event>,
    ) {
        if let Some(by) = now.intent {
            self.take_over(by, events);
        } else if now.collided {
            self.start_minimal_risk(MinimalRiskCause::Collision, Trigger::Collision, events);
        } else if let Some(verdict) = now.doubt
            && (verdict.severe || !self.is_quiet(verdict.reason, now.time))
        {
            self.raise(now, &verdict, events);
            if verdict.severe {
                let cause = MinimalRiskCause::SevereFailure;
                self.start_minimal_risk(cause, Trigger::SevereFailure, events);
            }
        } else if let Some(cause) = gone {
            self.start_minimal_risk(cause, Trigger::Gone, events);
        }
    }

    fn request_pending(&mut self, now: &Situation, events: &mut Vec<Event>) {
        if now.collided {
            self.end_request(Outcome::Collision, events);
        }
        if let Some(by) = now.intent {
            self.take_over(by, events);
        } else if now.collided {
            self.start_minimal_risk(MinimalRiskCause::Collision, Trigger::Collision, events);
        } else if now.doubt.is_some_and(|v| v.severe) {
            let cause = MinimalRiskCause::SevereFailure;
            self.start_minimal_risk(cause, Trigger::SevereFailure, events);
        } else {
            self.wait(now, events);
        }
    }

    fn raise(&mut self, now: &Situation, verdict: &Verdict, events: &mut Vec<Event>) {
        let settings = &self.settings;
        let wait = match verdict.budget {
            _ if verdict.severe => 0.0,
            Some(budget) if settings.deadline_by_budget => (budget - now.stopping).max(0.0),
            _ => settings.minimal_risk_after,
        };
        self.requests += 1;
        self.request = Some(Request {
            id: self.requests,
            reason: verdict.reason,
            raised: now.time,
            deadline: now.time + wait,
            escalated: false,
            rejected: false,
        });
        self.told.insert(verdict.reason);
        self.go(Authority::RequestPending, Trigger::Doubt);
        events.push(Event::RequestRaised {
            request: self.requests,
            reason: verdict.reason,
            confidence: now.inputs.confidence.overall,
            budget_s: wait,
            estimate_s: verdict.budget,
            inputs: Some(Box::new(now.inputs)),
        });
    }

    /// Nobody has taken over yet.
    fn wait(&mut self, now: &Situation, events: &mut Vec<Event>) {
        let Some(request) = &mut self.request else {
            return;
        };
        let id = request.id;
        if self.settings.deadline_by_budget
            && let Some(budget) = now.doubt.and_then(|v| v.budget)
        {
            // The speed may change, and the estimate with it.
            request.deadline = now.time + (budget - now.stopping).max(0.0);
        }
        if let Some(verdict) = now.doubt
            && self.told.insert(verdict.reason)
        {
            let reason = verdict.reason;
            events.push(Event::ReasonAdded {
                request: id,
                reason,
            });
        }
        if now.no_need && !request.rejected {
            request.rejected = true;
            events.push(Event::Rejected { request: id });
            if let Rejection::Accepted { quiet } = self.settings.rejection {
                let before = self.quiet.map_or_else(Reasons::default, |q| q.0);
                self.quiet = Some((before.with(self.told), now.time + quiet));
                self.go(Authority::Automation, Trigger::Rejected);
                self.end_request(Outcome::Rejected, events);
                return;
            }
        }
        if lasted(request.raised, now, self.settings.escalate_after) && !request.escalated {
            request.escalated = true;
            events.push(Event::RequestEscalated { request: id });
        }
        if lasted(request.deadline, now, 0.0) {
            self.start_minimal_risk(MinimalRiskCause::NoResponse, Trigger::NoResponse, events);
        }
    }

    /// Of all that a policy has against driving on at `time`, what matters most: what cannot wait,
    /// then what has not been told or rejected yet, so that no reason hides another one.
    pub fn choose(&self, verdicts: &[Verdict], time: f64) -> Option<Verdict> {
        let quiet = |v: &&Verdict| self.is_quiet(v.reason, time);
        let told = |v: &&Verdict| self.told.contains(v.reason);
        let severe = verdicts.iter().find(|v| v.severe);
        let new = || verdicts.iter().find(|v| !told(v) && !quiet(v));
        let open = || verdicts.iter().find(|v| !quiet(v));
        let chosen = severe.or_else(new).or_else(open);
        chosen.or(verdicts.first()).copied()
    }

    /// This reason has been rejected not long ago.
    fn is_quiet(&self, reason: Reason, time: f64) -> bool {
        self.quiet
            .is_some_and(|(reasons, until)| reasons.contains(reason) && time < until - 1e-9)
    }

    fn end_request(&mut self, outcome: Outcome, events: &mut Vec<Event>) {
        if let Some(request) = self.request.take() {
            let request = request.id;
            events.push(Event::RequestEnded { request, outcome });
        }
    }

    fn take_over(&mut self, by: Means, events: &mut Vec<Event>) {
        // After a minimal-risk manoeuvre the automation stays off, its share included.
        let mode = match self.control {
            Control::Shared { .. } if !self.minimal_risk_done => Mode::Shared,
            Control::Shared { .. } | Control::Direct => Mode::Direct,
        };
        self.go(
            match mode {
                Mode::Direct => Authority::Operator,
                Mode::Shared => Authority::Shared,
            },
            Trigger::Intent,
        );
        events.push(Event::TakenOver {
            request: self.request.map(|r| r.id),
            by,
            mode,
        });
        self.end_request(Outcome::TakenOver, events);
    }

    fn start_minimal_risk(
        &mut self,
        cause: MinimalRiskCause,
        by: Trigger,
        events: &mut Vec<Event>,
    ) {
        self.go(Authority::MinimalRisk, by);
        self.withdraw(events);
        self.minimal_risk_done = true;
        events.push(Event::MinimalRiskStarted {
            request: self.request.map(|r| r.id),
            cause,
        });
        self.end_request(Outcome::MinimalRisk, events);
    }

    fn stopped(&mut self, now: &Situation) -> bool {
        if now.speed.abs() > self.settings.stopped_speed {
            self.stopped_since = None;
            return false;
        }
        let since = *self.stopped_since.get_or_insert(now.time);
        lasted(since, now, self.settings.stopped_for)
    }

    /// A doubt that begins while the operator drives is told.
    fn advise(&mut self, now: &Situation, events: &mut Vec<Event>) {
        if let Some(verdict) = now.doubt
            && self.told.insert(verdict.reason)
        {
            let reason = verdict.reason;
            events.push(Event::Advisory { reason });
        }
    }

    /// Does shared control go on?
    fn share(&mut self, now: &Situation, events: &mut Vec<Event>) {
        let Control::Shared {
            override_deg,
            override_for,
            ..
        } = self.control
        else {
            return;
        };
        if self.state != Authority::Shared {
            return;
        }
        if !now.in_reach() || now.against_deg.abs() <= override_deg {
            self.against_since = None;
        } else {
            self.against_since.get_or_insert(now.time);
        }
        let overridden = |since| lasted(since, now, override_for);
        let (because, by) = if now.collided {
            (Unshared::AutomationFailed, Trigger::Collision)
        } else if now.doubt.is_some_and(|v| v.severe) {
            (Unshared::AutomationFailed, Trigger::SevereFailure)
        } else if now.take_over {
            (Unshared::Button, Trigger::Unshared)
        } else if self.against_since.is_some_and(overridden) {
            (Unshared::Steering, Trigger::Unshared)
        } else {
            return;
        };
        // Whoever wants more control does not give it back.
        self.abort(Abort::OperatorActed, events);
        self.go(Authority::Operator, by);
        events.push(Event::ControlUnshared { because });
    }

    fn hand_back(&mut self, now: &Situation, events: &mut Vec<Event>) {
        let refusal = self.refusal(now);
        self.offer(now, refusal, events);
        if let Some(since) = self.returning_since {
            let because = match refusal {
                _ if !now.in_reach() => Some(Abort::OperatorLost),
                _ if now.intent.is_some() => Some(Abort::OperatorActed),
                Some(Refusal::NotInLane) => Some(Abort::NotInLane),
                Some(Refusal::LowConfidence | Refusal::MinimalRiskDone) => {
                    Some(Abort::LowConfidence)
                }
                None => None,
            };
            match because {
                Some(because) => self.abort(because, events),
                None if lasted(since, now, self.settings.hand_back_dwell) => self.give(events),
                None => {}
            }
        } else if now.hand_back {
            match refusal {
                Some(because) => events.push(Event::HandBackRefused { because }),
                None => {
                    events.push(Event::HandBackStarted);
                    self.returning_since = Some(now.time);
                    if self.settings.hand_back_dwell <= 0.0 {
                        self.give(events);
                    }
                }
            }
        }
    }

    fn give(&mut self, events: &mut Vec<Event>) {
        self.go(Authority::Automation, Trigger::HandBack);
        // Taken, not withdrawn.
        self.offering = false;
        events.push(Event::HandedBack);
    }

    fn abort(&mut self, because: Abort, events: &mut Vec<Event>) {
        if self.returning_since.take().is_some() {
            events.push(Event::HandBackAborted { because });
        }
    }

    /// Does the vehicle offer to drive? Only ever an offer: it never takes control by itself.
    fn offer(&mut self, now: &Situation, refusal: Option<Refusal>, events: &mut Vec<Event>) {
        if refusal.is_some() || !now.in_reach() {
            self.ready_since = None;
            self.withdraw(events);
            return;
        }
        let since = *self.ready_since.get_or_insert(now.time);
        if !self.offering && lasted(since, now, self.settings.offer_after) {
            self.offering = true;
            events.push(Event::HandBackOffered);
        }
    }

    fn withdraw(&mut self, events: &mut Vec<Event>) {
        if std::mem::take(&mut self.offering) {
            events.push(Event::OfferWithdrawn);
        }
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
mod link_lives;
#[cfg(test)]
mod lives;
#[cfg(test)]
mod tests;
