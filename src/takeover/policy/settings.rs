//! Which policies a run has, and with which settings.
//!
//! In a file: one policy by its name, `Threshold(raise_below: 0.6)`, or a list of several.

use super::combined::{AllOf, AnyOf};
use super::domain::{Domain, DomainSettings};
use super::planned::{Planned, PlannedSettings};
use super::severe_failure::{SevereFailure, SevereFailureSettings};
use super::silent::Silent;
use super::threshold::{Threshold, ThresholdSettings};
use super::time_to_limit::{TimeToLimit, TimeToLimitSettings};
use super::{Policy, Signal};
use crate::road::Network;
use serde::{Deserialize, Serialize};

/// One policy and its settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum PolicyKind {
    Threshold(ThresholdSettings),
    TimeToLimit(TimeToLimitSettings),
    Domain(DomainSettings),
    Planned(PlannedSettings),
    SevereFailure(SevereFailureSettings),
    /// Asks while all of these do.
    All(Vec<Self>),
    Silent,
}

impl PolicyKind {
    fn build(&self, network: &Network) -> Box<dyn Policy> {
        match self {
            Self::Threshold(s) => Box::new(Threshold::new(*s)),
            Self::TimeToLimit(s) => Box::new(TimeToLimit::new(*s)),
            Self::Domain(s) => Box::new(Domain::new(s, network)),
            Self::Planned(s) => Box::new(Planned::new(s, network)),
            Self::SevereFailure(s) => Box::new(SevereFailure::new(*s)),
            Self::All(all) => Box::new(AllOf(all.iter().map(|p| p.build(network)).collect())),
            Self::Silent => Box::new(Silent),
        }
    }

    /// Overall confidence below which it asks, and above which it is content; none if it does not go
    /// by that.
    fn limits(&self) -> Option<(f64, f64)> {
        match self {
            Self::Threshold(s) if s.signal == Signal::Overall => {
                Some((s.raise_below, s.release_above))
            }
            Self::TimeToLimit(s) if s.signal == Signal::Overall => Some((s.limit, s.limit)),
            _ => None,
        }
    }
}

/// The policies of a run: it asks while any of them does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PolicySettings(pub Vec<PolicyKind>);

impl Default for PolicySettings {
    fn default() -> Self {
        Self::watching(vec![PolicyKind::Threshold(ThresholdSettings::default())])
    }
}

impl PolicySettings {
    /// Never asks.
    pub fn silent() -> Self {
        Self(vec![PolicyKind::Silent])
    }

    /// These, and a watch for severe failures, unless they have one of their own or never ask.
    pub fn watching(mut policies: Vec<PolicyKind>) -> Self {
        let decided =
            |p: &PolicyKind| matches!(p, PolicyKind::SevereFailure(_) | PolicyKind::Silent);
        if !policies.iter().any(decided) {
            policies.push(PolicyKind::SevereFailure(SevereFailureSettings::default()));
        }
        Self(policies)
    }

    /// The policy in its first state.
    pub fn build(&self, network: &Network) -> Box<dyn Policy> {
        Box::new(AnyOf(self.0.iter().map(|p| p.build(network)).collect()))
    }

    /// Overall confidence below which it asks, 0 to 1: the highest, if several do; 0 if none goes by
    /// that.
    pub fn asks_below(&self) -> f64 {
        let limits = self.0.iter().filter_map(PolicyKind::limits);
        limits.map(|l| l.0).fold(0.0, f64::max)
    }

    /// Overall confidence above which all are content, 0 to 1; the default threshold's, if none goes
    /// by that.
    pub fn content_above(&self) -> f64 {
        let limits = self.0.iter().filter_map(PolicyKind::limits);
        limits
            .map(|l| l.1)
            .reduce(f64::max)
            .unwrap_or(ThresholdSettings::default().release_above)
    }
}
