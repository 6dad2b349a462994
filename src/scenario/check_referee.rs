//! The referee's settings: every range.

use super::check::Checker;
use crate::referee::RefereeSettings;

pub(super) fn check(c: &mut Checker, r: &RefereeSettings) {
    c.range("referee.horizon", r.horizon, 1.0, 120.0, "s");
    c.range(
        "referee.lead",
        r.lead,
        0.0,
        r.horizon,
        "s (not beyond the horizon)",
    );
    c.range("referee.near_miss_ttc", r.near_miss_ttc, 0.0, 5.0, "s");
    c.range("referee.near_miss_pet", r.near_miss_pet, 0.0, 3.0, "s");
    c.range("referee.hard_braking", r.hard_braking, 0.5, 12.0, "m/s2");
    c.range("referee.blocked_for", r.blocked_for, 0.1, 120.0, "s");
}
