//! Actions that wait for each other in a circle.

use super::check::Checker;
use super::raw_traffic::{RawTraffic, RawTrigger};

/// Actions that wait for each other in a circle never begin.
pub(super) fn cycles(c: &mut Checker, users: &[RawTraffic]) {
    let index = |user: usize, action: &str| {
        let k = users[user].actions.iter().position(|a| a.name == action)?;
        Some((user, k))
    };
    let mut possible: Vec<Vec<bool>> = users.iter().map(|u| vec![false; u.actions.len()]).collect();
    let can = |trigger: &RawTrigger, i: usize, possible: &[Vec<bool>]| {
        can_fire(trigger, i, users, &|u, a| {
            // What is unknown has its own line already.
            index(u, a).is_none_or(|(u, k)| possible[u][k])
        })
    };
    loop {
        let mut changed = false;
        for (i, user) in users.iter().enumerate() {
            for (k, action) in user.actions.iter().enumerate() {
                if !possible[i][k] && can(&action.when, i, &possible) {
                    possible[i][k] = true;
                    changed = true;
                }
            }
        }
        if !changed {
            break;
        }
    }
    for (i, user) in users.iter().enumerate() {
        for (k, action) in user.actions.iter().enumerate() {
            if possible[i][k] || waits_for_itself(users, (i, k)) {
                continue;
            }
            // Only those in the circle, not those that wait for it.
            let mut without = possible.clone();
            without[i][k] = true;
            let mut grown = true;
            while grown {
                grown = false;
                for (u, other) in users.iter().enumerate() {
                    for (n, o) in other.actions.iter().enumerate() {
                        if (u, n) != (i, k) && !without[u][n] && can(&o.when, u, &without) {
                            without[u][n] = true;
                            grown = true;
                        }
                    }
                }
            }
            if can(&action.when, i, &without) {
                c.fail(
                    &format!("traffic[{i}].actions[{k}].when"),
                    "a trigger that does not wait for this action itself",
                    format!("a circle of After through \"{}\"", action.name),
                );
            }
        }
    }
}

/// Directly: that has a line of its own.
fn waits_for_itself(users: &[RawTraffic], (i, k): (usize, usize)) -> bool {
    fn looks(trigger: &RawTrigger, own: &str, name: &str) -> bool {
        match trigger {
            RawTrigger::After { of, action, .. } => {
                of.as_deref().is_none_or(|o| o == own) && action == name
            }
            RawTrigger::All(parts) | RawTrigger::Any(parts) => {
                parts.iter().any(|p| looks(p, own, name))
            }
            _ => false,
        }
    }
    let action = &users[i].actions[k];
    looks(&action.when, &users[i].name, &action.name)
}

fn can_fire(
    trigger: &RawTrigger,
    i: usize,
    users: &[RawTraffic],
    possible: &dyn Fn(usize, &str) -> bool,
) -> bool {
    match trigger {
        RawTrigger::After { of, action, .. } => {
            let user = match of {
                None => Some(i),
                Some(name) => users.iter().position(|u| u.name == *name),
            };
            user.is_none_or(|u| possible(u, action))
        }
        RawTrigger::All(parts) => parts.iter().all(|p| can_fire(p, i, users, possible)),
        RawTrigger::Any(parts) => parts.iter().any(|p| can_fire(p, i, users, possible)),
        _ => true,
    }
}
