//! Which alerts are on, from what came down the link.
//!
//! Sans-IO, and fed every frame, drawn or not: at 3 pictures a second an alert that came and went
//! between two of them has been on all the same.

use super::Alert;
use crate::takeover::event::{Authority, Event, TimedEvent};

/// A notice about something that happened stays on this long, s: time to look up and read a line.
const NOTICE: f64 = 4.0;

/// What a frame says of all that there may be to tell.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Seen {
    /// s since the start of the run.
    pub time: f64,
    pub authority: Authority,
    /// Number of the request that waits, and whether it is escalated.
    pub request: Option<(u32, bool)>,
    /// The automation offers to drive.
    pub offers: bool,
    /// The run is over: there is nothing more to tell.
    pub ended: bool,
}

/// An alert that is on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Told {
    pub alert: Alert,
    /// Number of the request it is about; 0: none.
    pub request: u32,
    /// Counts the alerts of a run from 1, in the order in which they began.
    pub serial: u32,
    /// When it began, s since the start of the run, by the frame that told it.
    pub since: f64,
}

/// Keeps account of the alerts of a run.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    on: Vec<Told>,
    begun: Vec<Told>,
    serial: u32,
    /// The request that waits, or that the manoeuvre follows on.
    request: u32,
    authority: Authority,
    operator_lost: bool,
    /// At the vehicle's end, and at ours.
    link_lost: [bool; 2],
    time: f64,
}

impl Watch {
    /// A frame came, with what happened in it.
    pub fn look(&mut self, seen: &Seen, events: &[TimedEvent]) {
        self.time = seen.time;
        if seen.ended {
            self.on.clear();
            return;
        }
        let pending = seen.authority == Authority::RequestPending;
        if let Some((id, _)) = seen.request {
            self.request = id;
        } else if seen.authority != self.authority
            && (seen.authority != Authority::MinimalRisk
                || self.authority != Authority::RequestPending)
        {
            self.request = 0;
        }
        self.authority = seen.authority;
        for event in events {
            match event.event {
                Event::OperatorLost => self.operator_lost = true,
                Event::OperatorBack => self.operator_lost = false,
                Event::LinkLost => self.link_lost[0] = true,
                Event::LinkBack => self.link_lost[0] = false,
                _ => {}
            }
        }
        let asked = seen.request.filter(|_| pending);
        let escalated = asked.is_some_and(|(_, escalated)| escalated);
        let request = self.request;
        self.set(Alert::Request, asked.is_some() && !escalated, request);
        self.set(Alert::Escalated, escalated, request);
        let stops = seen.authority == Authority::MinimalRisk;
        self.set(Alert::MinimalRisk, stops, request);
        self.set(Alert::HandBackOffer, seen.offers, 0);
        self.set(Alert::OperatorLost, self.operator_lost, 0);
        self.link_changed();
        self.on
            .retain(|told| !is_notice(told.alert) || seen.time < told.since + NOTICE);
        for event in events {
            match event.event {
                Event::Advisory { .. } => self.notice(Alert::Advisory, 0),
                Event::Rejected { request } => self.notice(Alert::NoNeed, request),
                _ => {}
            }
        }
    }

    /// What the operator's end itself knows of the link.
    pub fn link(&mut self, lost: bool) {
        self.link_lost[1] = lost;
        self.link_changed();
    }

    /// All that is on, the most urgent first.
    pub fn on(&self) -> impl Iterator<Item = &Told> {
        self.on.iter()
    }

    /// Whether this one is on.
    pub fn of(&self, alert: Alert) -> Option<&Told> {
        self.on.iter().find(|told| told.alert == alert)
    }

    /// What has begun since the last call, in order.
    pub fn take_begun(&mut self) -> Vec<Told> {
        std::mem::take(&mut self.begun)
    }

    fn link_changed(&mut self) {
        let lost = self.link_lost.contains(&true);
        self.set(Alert::LinkLost, lost, 0);
    }

    fn notice(&mut self, alert: Alert, request: u32) {
        self.on.retain(|told| told.alert != alert);
        self.begin(alert, request);
    }

    /// Off and on again within one frame is another one only if it is about another request.
    fn set(&mut self, alert: Alert, on: bool, request: u32) {
        let same = |told: &Told| told.alert == alert && on && told.request == request;
        let was_on = self.on.iter().any(same);
        self.on.retain(|told| told.alert != alert || same(told));
        if on && !was_on {
            self.begin(alert, request);
        }
    }

    fn begin(&mut self, alert: Alert, request: u32) {
        self.serial += 1;
        let told = Told {
            alert,
            request,
            serial: self.serial,
            since: self.time,
        };
        let before = |other: &Told| other.alert.urgency() > alert.urgency();
        let place = self.on.partition_point(before);
        self.on.insert(place, told);
        self.begun.push(told);
    }
}

fn is_notice(alert: Alert) -> bool {
    matches!(alert, Alert::Advisory | Alert::NoNeed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::takeover::event::Refusal;
    use crate::takeover::reason::Reason;

    fn seen(time: f64, authority: Authority, request: Option<(u32, bool)>) -> Seen {
        Seen {
            time,
            authority,
            request,
            ..Seen::default()
        }
    }

    fn happens(time: f64, event: Event) -> TimedEvent {
        TimedEvent {
            tick: (time * 100.0) as u64,
            time,
            event,
        }
    }

    fn begun(watch: &mut Watch) -> Vec<(Alert, u32)> {
        let begun = watch.take_begun();
        begun
            .iter()
            .map(|told| (told.alert, told.request))
            .collect()
    }

    #[test]
    fn a_request_escalates_and_is_over_once_it_is_answered() {
        let mut watch = Watch::default();
        let pending = Authority::RequestPending;
        watch.look(&seen(9.99, Authority::Automation, None), &[]);
        assert_eq!(begun(&mut watch), []);
        for tick in 0..400 {
            let time = 10.0 + f64::from(tick) / 100.0;
            watch.look(&seen(time, pending, Some((3, false))), &[]);
        }
        assert_eq!(begun(&mut watch), [(Alert::Request, 3)], "once");
        watch.look(&seen(14.0, pending, Some((3, true))), &[]);
        assert_eq!(begun(&mut watch), [(Alert::Escalated, 3)]);
        assert!(watch.of(Alert::Request).is_none(), "one level at a time");
        watch.look(&seen(15.0, Authority::Operator, None), &[]);
        assert_eq!(watch.on().count(), 0);
        assert_eq!(begun(&mut watch), []);
    }

    #[test]
    fn the_manoeuvre_is_about_the_request_that_nobody_answered() {
        let mut watch = Watch::default();
        watch.look(&seen(1.0, Authority::RequestPending, Some((7, true))), &[]);
        watch.look(&seen(2.0, Authority::MinimalRisk, None), &[]);
        watch.look(&seen(2.01, Authority::MinimalRisk, None), &[]);
        let expected = [(Alert::Escalated, 7), (Alert::MinimalRisk, 7)];
        assert_eq!(begun(&mut watch), expected);
        watch.look(&seen(9.0, Authority::Standstill, None), &[]);
        // Later, out of a person's hands: about no request.
        watch.look(&seen(10.0, Authority::Operator, None), &[]);
        watch.look(&seen(11.0, Authority::MinimalRisk, None), &[]);
        assert_eq!(begun(&mut watch), [(Alert::MinimalRisk, 0)]);
    }

    #[test]
    fn the_next_request_is_another_alert_even_without_a_gap() {
        let mut watch = Watch::default();
        let pending = Authority::RequestPending;
        watch.look(&seen(1.0, pending, Some((1, false))), &[]);
        watch.look(&seen(2.0, pending, Some((2, false))), &[]);
        assert_eq!(
            begun(&mut watch),
            [(Alert::Request, 1), (Alert::Request, 2)]
        );
        assert_eq!(watch.on().count(), 1);
    }

    #[test]
    fn losses_last_until_they_are_mended_and_notices_for_a_while() {
        let mut watch = Watch::default();
        let drives = |time| seen(time, Authority::Operator, None);
        watch.look(&drives(1.0), &[happens(1.0, Event::OperatorLost)]);
        watch.link(true);
        watch.look(&drives(50.0), &[happens(50.0, Event::LinkLost)]);
        let losses = [(Alert::OperatorLost, 0), (Alert::LinkLost, 0)];
        assert_eq!(begun(&mut watch), losses);
        let on: Vec<Alert> = watch.on().map(|told| told.alert).collect();
        assert_eq!(
            on,
            [Alert::LinkLost, Alert::OperatorLost],
            "most urgent first"
        );
        watch.link(false);
        assert!(watch.of(Alert::LinkLost).is_some(), "not at the other end");
        let back = [
            happens(51.0, Event::LinkBack),
            happens(51.0, Event::OperatorBack),
        ];
        watch.look(&drives(51.0), &back);
        assert_eq!(watch.on().count(), 0);

        let reason = Reason::Lanes;
        watch.look(&drives(60.0), &[happens(60.0, Event::Advisory { reason })]);
        watch.look(&drives(60.0 + NOTICE - 0.01), &[]);
        assert!(watch.of(Alert::Advisory).is_some());
        watch.look(&drives(60.0 + NOTICE), &[]);
        assert!(watch.of(Alert::Advisory).is_none());
        // What nobody needs to be told of by an alert.
        let because = Refusal::NotInLane;
        watch.look(
            &drives(70.0),
            &[happens(70.0, Event::HandBackRefused { because })],
        );
        assert_eq!(watch.on().count(), 0);
    }

    #[test]
    fn nothing_is_told_after_the_end() {
        let mut watch = Watch::default();
        let mut last = seen(1.0, Authority::MinimalRisk, None);
        watch.look(&last, &[]);
        last.ended = true;
        watch.look(&last, &[]);
        assert_eq!(watch.on().count(), 0);
    }
}
