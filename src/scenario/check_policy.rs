//! Takeover policies: read by themselves, so that one can stand alone or in a list, and checked.

use super::Problem;
use super::check::{Checker, TOP_SPEED};
use crate::road::Network;
use crate::ron_file;
use crate::takeover::policy::{
    DomainSettings, PlannedSettings, PolicyKind, PolicySettings, SevereFailureSettings,
    ThresholdSettings, TimeToLimitSettings,
};

/// Longest dwell and longest look ahead, s.
const LONGEST: f64 = 60.0;

/// Policies as they are written.
pub(super) enum Written {
    One(PolicyKind),
    List(Vec<PolicyKind>),
}

/// The policies at `path` of a text (the whole text without a path).
///
/// # Errors
/// If they are no policies.
pub(super) fn parse(text: &str, path: &str) -> Result<Written, Vec<Problem>> {
    match ron_file::first_character(text, path) {
        Some('[') => ron_file::parse_part(text, path).map(Written::List),
        Some('(') => Err(vec![Problem::at_path(
            text,
            path,
            "a policy by its name, such as Threshold(raise_below: 0.55), or a list of such".into(),
            "a group without a name".into(),
        )]),
        _ => ron_file::parse_part(text, path).map(Written::One),
    }
}

/// Policies that can work on this road.
pub(super) fn check(
    c: &mut Checker,
    path: &str,
    written: Written,
    network: Option<&Network>,
) -> PolicySettings {
    let policies = match written {
        Written::One(policy) => {
            one(c, path, &policy, network);
            vec![policy]
        }
        Written::List(policies) => {
            if policies.is_empty() {
                let words = "at least one policy (Silent never asks)";
                c.fail(path, words, "an empty list");
            }
            for (i, policy) in policies.iter().enumerate() {
                let own = format!("{path}[{i}]");
                if *policy == PolicyKind::Silent && policies.len() > 1 {
                    let words = "Silent alone, or others without it";
                    c.fail(&own, words, "Silent beside others");
                }
                one(c, &own, policy, network);
            }
            policies
        }
    };
    PolicySettings::watching(policies)
}

fn one(c: &mut Checker, path: &str, policy: &PolicyKind, network: Option<&Network>) {
    match policy {
        PolicyKind::Threshold(s) => threshold(c, path, s),
        PolicyKind::TimeToLimit(s) => time_to_limit(c, path, s),
        PolicyKind::Domain(s) => domain(c, path, s, network),
        PolicyKind::Planned(s) => planned(c, path, s, network),
        PolicyKind::SevereFailure(s) => severe_failure(c, path, s),
        PolicyKind::All(all) => {
            if all.is_empty() {
                c.fail(&format!("{path}.0"), "at least one policy", "an empty list");
            }
            for (i, inner) in all.iter().enumerate() {
                let own = format!("{path}.0[{i}]");
                if *inner == PolicyKind::Silent {
                    c.fail(&own, "a policy that can ask", "Silent");
                }
                one(c, &own, inner, network);
            }
        }
        PolicyKind::Silent => {}
    }
}

fn dwells(c: &mut Checker, path: &str, raise: f64, release: f64) {
    c.range(&format!("{path}.raise_dwell"), raise, 0.0, LONGEST, "s");
    c.range(&format!("{path}.release_dwell"), release, 0.0, LONGEST, "s");
}

/// The value, if it is in its range; else what bounds others least. One mistake is one line.
fn within(value: f64, low: f64, high: f64) -> f64 {
    if (low..=high).contains(&value) {
        value
    } else {
        low
    }
}

fn threshold(c: &mut Checker, path: &str, s: &ThresholdSettings) {
    c.range(&format!("{path}.raise_below"), s.raise_below, 0.0, 1.0, "");
    c.range(
        &format!("{path}.release_above"),
        s.release_above,
        within(s.raise_below, 0.0, 1.0),
        1.0,
        "(not below raise_below)",
    );
    dwells(c, path, s.raise_dwell, s.release_dwell);
}

fn time_to_limit(c: &mut Checker, path: &str, s: &TimeToLimitSettings) {
    c.range(&format!("{path}.limit"), s.limit, 0.0, 1.0, "");
    c.range(&format!("{path}.window"), s.window, 0.2, LONGEST, "s");
    c.range(&format!("{path}.at_most"), s.at_most, 0.1, LONGEST, "s");
    c.range(
        &format!("{path}.release_above"),
        s.release_above,
        within(s.at_most, 0.1, LONGEST),
        600.0,
        "s (not below at_most)",
    );
    dwells(c, path, s.raise_dwell, s.release_dwell);
}

fn domain(c: &mut Checker, path: &str, s: &DomainSettings, network: Option<&Network>) {
    let mut limits = !s.roads.is_empty();
    for (name, value, high, unit) in [
        ("max_rain", s.max_rain, 300.0, "mm/h"),
        ("min_friction", s.min_friction, 1.0, ""),
        ("min_visible_range", s.min_visible_range, 1000.0, "m"),
        ("min_daylight", s.min_daylight, 1.0, ""),
        ("min_speed", s.min_speed, TOP_SPEED, "m/s"),
        ("max_speed", s.max_speed, TOP_SPEED, "m/s"),
        ("min_map_left", s.min_map_left, 1000.0, "m"),
    ] {
        if let Some(value) = value {
            limits = true;
            c.range(&format!("{path}.{name}"), value, 0.0, high, unit);
        }
    }
    if !limits {
        c.fail(
            path,
            "at least one limit of the domain, such as max_rain or min_visible_range",
            "none",
        );
    }
    if let (Some(low), Some(high)) = (s.min_speed, s.max_speed)
        && low >= high
    {
        c.fail(
            &format!("{path}.max_speed"),
            format!("more than min_speed ({low} m/s)"),
            high,
        );
    }
    if let Some(network) = network {
        for (i, name) in s.roads.iter().enumerate() {
            c.road(&format!("{path}.roads[{i}]"), network, Some(name));
        }
    }
    c.range(&format!("{path}.margin"), s.margin, 0.0, 0.9, "");
    dwells(c, path, s.raise_dwell, s.release_dwell);
}

fn planned(c: &mut Checker, path: &str, s: &PlannedSettings, network: Option<&Network>) {
    c.range(&format!("{path}.before"), s.before, 0.1, LONGEST, "s");
    let Some(network) = network else { return };
    let Some(road) = c.road(&format!("{path}.road"), network, s.road.as_deref()) else {
        return;
    };
    let length = network.road(road).length();
    let unit = "m along its road";
    c.range(&format!("{path}.s"), s.s, 0.0, length, unit);
    if let Some(until) = s.until {
        c.range(&format!("{path}.until"), until, 0.0, length, unit);
        // Behind it is on either side, as the lanes run; on it, there is nothing to ask for.
        if until == s.s {
            c.fail(&format!("{path}.until"), "another place than s", until);
        }
    }
}

fn severe_failure(c: &mut Checker, path: &str, s: &SevereFailureSettings) {
    c.range(
        &format!("{path}.visible_below"),
        s.visible_below,
        0.0,
        50.0,
        "m",
    );
    c.range(&format!("{path}.dwell"), s.dwell, 0.0, LONGEST, "s");
}
