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
            estimate_s: None,
            inputs: None,
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
        Event::Paused,
        Event::Resumed { stood_s: 2.5 },
        Event::LinkDegraded { latency: 0.25 },
        Event::LinkRecovered,
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
    let schema: Value = serde_json::from_str(include_str!("../../record/event.schema.json"))
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
