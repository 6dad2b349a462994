//! Every word that the window shows.

use super::feed::Picture;
use crate::frame::{End, Frame};
use crate::perception::{Function, Trust};
use crate::takeover::event::{Authority, TimedEvent};
use crate::takeover::reason::Reason;

pub const WINDOW_TITLE: &str = "takeover: operator station";

/// Keys and pad, a line each.
pub const HELP: &str = "\
Keys: arrows or WASD, C view, Esc ends
      Space takes over, N no need, Backspace hands back
Pad:  left stick, triggers, A takes over, X no need, B hands back";

pub const WAITING: &str = "Waiting for the first picture";
pub const SPEED_UNIT: &str = "km/h";
pub const LIMIT: &str = "LIMIT";
pub const CONFIDENCE: &str = "CONFIDENCE";
pub const EVENTS: &str = "EVENTS";
pub const CONTROLS: &str = "CONTROLS IN FORCE";
pub const ACCELERATOR: &str = "Accelerator";
pub const BRAKE: &str = "Brake";
pub const HISTORY: &str = "last 30 s; below the line it asks";
pub const CLOSES: &str = "Esc closes";
pub const RECORDING: &str = "Closing the record ...";

/// The banner's first line: who drives, or who must.
pub fn headline(authority: Authority, escalated: bool) -> &'static str {
    match authority {
        Authority::Automation => "AUTOMATION DRIVES",
        Authority::RequestPending if escalated => "TAKE OVER NOW",
        Authority::RequestPending => "TAKE OVER",
        Authority::Operator => "YOU DRIVE",
        Authority::MinimalRisk => "MINIMAL-RISK MANOEUVRE",
        Authority::Standstill => "STANDSTILL",
        Authority::Shared => "YOU DRIVE TOGETHER",
    }
}

/// The banner's second line: why, or what can be done.
pub fn explanation(frame: &Frame) -> &'static str {
    match (frame.authority, &frame.request) {
        (Authority::RequestPending, Some(request)) => match request.reason {
            Reason::FreeSpace => "It cannot see far enough to stop",
            Reason::Lanes => "It hardly sees the lane markings",
            Reason::Objects => "It is not sure of the objects ahead",
            Reason::Signals => "It cannot read the traffic lights",
            Reason::Planning => "It knows no way on",
            Reason::Localisation => "It is not sure where it is",
            Reason::Prediction => "It cannot tell what others will do",
            Reason::Weather => "It is not made for this weather",
            Reason::Light => "It is not made for this light",
            Reason::RoadType => "It is not made for the road ahead",
            Reason::Speed => "It is not made for this speed",
            Reason::MapEnd => "Its map or route ends",
            Reason::Planned => "A planned takeover",
            Reason::SensorFailure => "Its sensors have failed",
        },
        (Authority::Operator | Authority::Shared, _) if frame.offers => {
            "It offers to drive on: Backspace or B hands back"
        }
        (Authority::RequestPending, None) => "It asks for a person",
        (Authority::Automation, _) => "Watch the road; you may take over at any time",
        (Authority::Operator, _) => "Backspace or B hands back",
        (Authority::MinimalRisk, _) => "It brakes to a stop; you can still take over",
        (Authority::Standstill, _) => "The vehicle has stopped by itself",
        (Authority::Shared, _) => "Your steering and its steering count together",
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
    let name = match function {
        Function::FreeSpace => "Free road",
        Function::Lanes => "Lane marks",
        Function::Objects => "Objects",
        Function::Signals => "Lights",
        Function::Planning => "Way on",
        Function::Localisation => "Position",
        Function::Prediction => "Others",
    };
    let share = trust.reported;
    let line = format!("{name:<11}{} {}", percent(share), verdict(share, wanted));
    match trust.cause.label() {
        "" => line,
        cause => format!("{line}  {cause}"),
    }
}

/// One word, so that nobody has to read it off a colour.
pub fn verdict(share: f64, wanted: f64) -> &'static str {
    if share < wanted { "LOW" } else { " ok" }
}

/// The steering wheel's angle, with its side in words.
pub fn steering(radians: f64) -> String {
    let degrees = radians.to_degrees().round();
    let side = if degrees > 0.0 {
        "left"
    } else if degrees < 0.0 {
        "right"
    } else {
        "straight"
    };
    format!("Steering    {:3.0} deg {side}", degrees.abs())
}

/// A pedal, in per cent of its way.
pub fn pedal(name: &str, share: f64) -> String {
    format!("{name:<11} {}", percent(share))
}

/// Time of the run.
pub fn run_time(seconds: f64) -> String {
    format!("{seconds:6.1} s")
}

pub fn event(event: &TimedEvent) -> String {
    format!("{:.1} s  {}", event.time, event.event.describe())
}

/// Heading of the last panel.
pub fn outcome(end: Option<End>) -> String {
    match end {
        Some(end) => format!("Run over: {}", end.label()),
        None => "Run over: no more pictures arrive".into(),
    }
}

/// The last panel's lines.
pub fn summary(picture: &Picture) -> String {
    match &picture.summary {
        Some(lines) => lines.join("\n"),
        None if picture.summary_closed => String::new(),
        None => RECORDING.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::perception::Cause;

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
}
