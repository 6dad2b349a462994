//! The only ways from one state to another. The diagram in docs/authority.md is made from them.

use crate::takeover::event::Authority::{
    self, Automation, MinimalRisk, Operator, RequestPending, Shared, Standstill,
};

/// What leads from one state to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// The policy wants a person.
    Doubt,
    /// The operator crossed a threshold.
    Intent,
    /// The operator saw no need, and rejections are accepted.
    Rejected,
    /// Nobody came in time.
    NoResponse,
    /// The policy says that nothing can be waited for.
    SevereFailure,
    /// The vehicle hit something.
    Collision,
    /// The operator gave control back, and the vehicle could take it.
    HandBack,
    /// The operator in command, the device or the link was gone for too long.
    Gone,
    /// Shared control became direct.
    Unshared,
    /// The vehicle stands.
    Stopped,
}

impl Trigger {
    /// As it stands in the diagram.
    pub fn label(self) -> &'static str {
        match self {
            Self::Doubt => "doubt",
            Self::Intent => "intent",
            Self::Rejected => "rejection, if accepted",
            Self::NoResponse => "no response",
            Self::SevereFailure => "severe failure",
            Self::Collision => "collision",
            Self::HandBack => "hand-back",
            Self::Gone => "operator or link gone",
            Self::Unshared => "override",
            Self::Stopped => "stopped",
        }
    }
}

/// All transitions: from, to, and by what.
pub const TRANSITIONS: [(Authority, Authority, Trigger); 21] = [
    (Automation, RequestPending, Trigger::Doubt),
    (Automation, Operator, Trigger::Intent),
    (Automation, Shared, Trigger::Intent),
    (Automation, MinimalRisk, Trigger::Collision),
    (Automation, MinimalRisk, Trigger::Gone),
    (RequestPending, Operator, Trigger::Intent),
    (RequestPending, Shared, Trigger::Intent),
    (RequestPending, Automation, Trigger::Rejected),
    (RequestPending, MinimalRisk, Trigger::NoResponse),
    (RequestPending, MinimalRisk, Trigger::SevereFailure),
    (RequestPending, MinimalRisk, Trigger::Collision),
    (Operator, Automation, Trigger::HandBack),
    (Operator, MinimalRisk, Trigger::Gone),
    (Shared, Automation, Trigger::HandBack),
    (Shared, MinimalRisk, Trigger::Gone),
    (Shared, Operator, Trigger::Unshared),
    (Shared, Operator, Trigger::SevereFailure),
    (Shared, Operator, Trigger::Collision),
    (MinimalRisk, Operator, Trigger::Intent),
    (MinimalRisk, Standstill, Trigger::Stopped),
    (Standstill, Operator, Trigger::Intent),
];

/// The table allows this.
pub fn allowed(from: Authority, to: Authority, by: Trigger) -> bool {
    TRANSITIONS.contains(&(from, to, by))
}

/// The transitions as a Mermaid diagram and a table, for docs/authority.md.
#[cfg(test)]
pub fn as_markdown() -> String {
    let mut text = String::from("```mermaid\nstateDiagram-v2\n    [*] --> Automation\n");
    for (from, to, by) in TRANSITIONS {
        text += &format!("    {from:?} --> {to:?}: {}\n", by.label());
    }
    text += "```\n\n| from | to | by |\n|---|---|---|\n";
    for (from, to, by) in TRANSITIONS {
        text += &format!("| {from:?} | {to:?} | {} |\n", by.label());
    }
    text
}
