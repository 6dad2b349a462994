//! What the window says, put together from the words of the language in use.

use super::words::{fill, named, t};
use crate::command::DeviceKind;
use crate::frame::{End, Frame};
use crate::link::view::{LinkState, LinkView};
use crate::perception::{Cause, Function, Trust};
use crate::takeover::alert::Alert;
use crate::takeover::event::{Authority, TimedEvent};
use crate::takeover::source::Source;

/// The banner's first line: who drives, or who must.
pub fn headline(authority: Authority, escalated: bool) -> String {
    if authority == Authority::RequestPending && escalated {
        t("authority.escalated").into()
    } else {
        named("authority", &authority)
    }
}

/// The banner's second line: why, or what can be done. `authority`: as it is told; `offered`: an
/// offer to drive may be told.
pub fn explanation(frame: &Frame, authority: Authority, offered: bool) -> String {
    match (authority, &frame.request) {
        (Authority::RequestPending, Some(request)) => named("reason", &request.reason),
        (Authority::Operator | Authority::Shared, _) if frame.offers && offered => {
            t("advice.offers").into()
        }
        (authority, _) => named("advice", &authority),
    }
}

/// Time left to answer.
pub fn seconds_left(seconds: f64) -> String {
    format!("{seconds:.1} s")
}

/// A speed in km/h, without the unit.
pub fn speed(metres_per_second: f64) -> String {
    // Adding zero turns -0 into 0.
    format!("{:.0}", (metres_per_second * 3.6).round() + 0.0)
}

pub fn percent(share: f64) -> String {
    format!("{:3.0} %", share * 100.0)
}

/// The name of a function of perception, whether it is good enough, and what takes it away, in
/// words.
pub fn function(function: Function, trust: Trust, wanted: f64) -> String {
    let name = named("function", &function);
    let share = trust.reported;
    let line = format!("{name:<11}{} {}", percent(share), verdict(share, wanted));
    match trust.cause {
        Cause::None => line,
        cause => format!("{line}  {}", named("cause", &cause)),
    }
}

/// One word, so that nobody has to read it off a colour.
pub fn verdict(share: f64, wanted: f64) -> String {
    let word = if share < wanted {
        t("hud.low")
    } else {
        t("hud.ok")
    };
    format!("{word:>3}")
}

/// Confidence as a whole.
pub fn confidence(share: f64, wanted: f64) -> String {
    format!("{} {}", percent(share), verdict(share, wanted))
}

/// The same with its name.
pub fn all_confidence(share: f64, wanted: f64) -> String {
    format!("{} {}", t("hud.confidence"), confidence(share, wanted))
}

/// How the link does.
pub fn link_state(state: LinkState) -> String {
    named("link.state", &state)
}

/// A time of the link, s, by its name.
pub fn milliseconds(name: &str, seconds: Option<f64>) -> String {
    match seconds {
        Some(s) => format!("{name:<12}{:>6.0} ms", s * 1e3),
        None => format!("{name:<12}{:>6} ms", "-"),
    }
}

/// Share of what was sent that never came.
pub fn share_lost(share: f64) -> String {
    format!("{:<12}{:>6.1} %", t("link.loss"), share * 100.0)
}

/// How old the picture is, s.
pub fn age(seconds: Option<f64>) -> String {
    match seconds {
        Some(s) => format!("{:<12}{s:>6.2} s", t("link.age")),
        None => format!("{:<12}{:>6} s", t("link.age"), "-"),
    }
}

/// The link in one line.
pub fn link_in_brief(link: &LinkView) -> String {
    format!("{}  {:.0} ms", link_state(link.state), link.delay * 1e3)
}

/// The sign over a picture that stands still.
pub fn frozen(seconds: f64) -> String {
    fill("link.frozen", &[("age", &format!("{seconds:.1}"))])
}

/// The sign over everything when nothing comes any more.
pub fn link_lost(age: Option<f64>) -> String {
    match age {
        Some(age) => fill("link.lost_since", &[("age", &format!("{age:.1}"))]),
        None => t("link.state.lost").into(),
    }
}

/// Who moves the controls.
pub fn source(source: Source) -> String {
    let key = match source {
        Source::Automation => "source.automation",
        Source::Bridge => "source.bridge",
        Source::Operator => "source.operator",
        Source::Shared { .. } => "source.shared",
    };
    t(key).into()
}

/// With what the operator would move them.
pub fn device(device: Option<DeviceKind>) -> String {
    match device {
        Some(kind) => fill("device.yours", &[("device", &named("device", &kind))]),
        None => t("device.none").into(),
    }
}

/// A notice about something other than a request.
pub fn notice(alert: Alert) -> String {
    named("notice", &alert)
}

/// The steering wheel's angle, with its side in words.
pub fn steering(radians: f64) -> String {
    let degrees = radians.to_degrees().round();
    let side = if degrees > 0.0 {
        t("hud.left")
    } else if degrees < 0.0 {
        t("hud.right")
    } else {
        t("hud.straight")
    };
    format!("{:<11} {:3.0} deg {side}", t("hud.steering"), degrees.abs())
}

/// A pedal, in per cent of its way.
pub fn pedal(name: &str, share: f64) -> String {
    format!("{name:<11} {}", percent(share))
}

/// Time of the run.
pub fn run_time(seconds: f64) -> String {
    format!("{seconds:6.1} s")
}

/// A line in the list of events.
pub fn event(event: &TimedEvent) -> String {
    let fields = serde_json::to_value(&event.event).unwrap_or_default();
    let word = |field: &str| {
        fields
            .get(field)
            .and_then(|v| v.as_str())
            .unwrap_or_default()
    };
    let kind = format!("event.{}", word("event"));
    let line = fill(
        &kind,
        &[
            ("reason", t(&format!("reason.{}", word("reason")))),
            ("by", t(&format!("means.{}", word("by")))),
            ("because", t(&format!("refusal.{}", word("because")))),
            ("with", word("with")),
        ],
    );
    format!("{:.1} s  {line}", event.time)
}

/// Heading of the last panel.
pub fn outcome(end: Option<End>) -> String {
    match end {
        Some(end) => named("end", &end),
        None => t("end.no_pictures").into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::takeover::event::{Event, Refusal};
    use crate::takeover::reason::Reason;

    #[test]
    fn speeds_have_no_negative_zero() {
        assert_eq!(speed(-0.05), "0");
        assert_eq!(speed(30.0), "108");
    }

    #[test]
    fn steering_says_the_side() {
        assert_eq!(steering(0.5), "Steering     29 deg left");
        assert_eq!(steering(-0.5), "Steering     29 deg right");
        assert_eq!(steering(0.001), "Steering      0 deg straight");
    }

    #[test]
    fn what_takes_confidence_away_is_named() {
        let fog = Trust {
            reported: 0.4,
            cause: Cause::Fog,
            ..Trust::default()
        };
        assert_eq!(
            function(Function::FreeSpace, fog, 0.5),
            "Free road   40 % LOW  fog"
        );
        let fine = function(Function::Lanes, Trust::default(), 0.5);
        assert_eq!(fine, "Lane marks 100 %  ok");
    }

    #[test]
    fn every_authority_has_its_own_headline() {
        let mut seen = Authority::ALL.map(|a| headline(a, false)).to_vec();
        seen.push(headline(Authority::RequestPending, true));
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), Authority::ALL.len() + 1);
    }

    #[test]
    fn events_are_told_with_what_they_are_about() {
        let said = |event| {
            super::event(&TimedEvent {
                tick: 100,
                time: 1.0,
                event,
            })
        };
        let because = Refusal::NotInLane;
        assert_eq!(
            said(Event::HandBackRefused { because }),
            "1.0 s  hand-back refused: not centred in a lane"
        );
        let (request, reason) = (1, Reason::Lanes);
        assert_eq!(
            said(Event::ReasonAdded { request, reason }),
            "1.0 s  one more reason: It hardly sees the lane markings"
        );
    }
}
