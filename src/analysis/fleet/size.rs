//! How large a fleet a number of operators can serve.

use super::queue::time;
use super::{
    Demand, Estimate, FiniteSource, MOST, NoAnswer, Run, Simulated, finite_source, simulate,
};

/// What a fleet has to keep to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Goal {
    /// Who waits longer than this is late, s.
    pub budget_s: f64,
    /// At most this share of requests is late.
    pub p_late: f64,
    /// At most this share of the time an operator is busy; about 0.7 is taken to be the most that
    /// people stand for long.
    pub utilisation: f64,
}

/// What keeps a fleet from being larger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// With one vehicle more, too many requests are late.
    Late,
    /// With one vehicle more, operators are too busy (and perhaps requests late, too).
    Busy,
    /// We compute no larger fleet: there may be one.
    Computed,
}

/// Whether the simulation agrees that a fleet keeps to the goal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The intervals lie within the goal.
    Holds,
    /// An interval has the goal in it.
    Unclear,
    /// An interval lies beyond the goal.
    Fails,
}

/// The largest fleet that a number of operators can serve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Size {
    /// Operators.
    pub operators: u32,
    /// The largest fleet, by the model.
    pub vehicles: u32,
    /// Vehicles for each operator.
    pub vehicles_per_operator: f64,
    /// Share of the time that an operator is busy, by the model.
    pub utilisation: f64,
    /// Share of requests that are late, by the model.
    pub p_late: f64,
    /// Mean wait, s, by the model.
    pub mean_wait_s: f64,
    /// What keeps the fleet from being larger.
    pub limit: Limit,
    /// The same fleet, simulated.
    pub simulated: Option<Simulated>,
    /// Whether it agrees; none where nothing was simulated.
    pub verdict: Option<Verdict>,
}

/// The largest fleet for each number of operators.
///
/// The model is M/M/c//N ([`finite_source`]) with the means of gap and service; a larger fleet is always
/// later and busier, so that the search is exact. It holds for gaps of any law, but takes services to be
/// exponential, and knows no common cause and no patience: `run` simulates the fleet it found, with all
/// that the demand has. Its `budget_s` is the goal's, and it warms up for five requests of every vehicle
/// at least.
///
/// # Errors
/// [`NoAnswer`], one for each number of operators: no operators; gap or service unknown or zero; a goal
/// out of range; one vehicle alone is too much ([`NoAnswer::OneIsTooMany`]).
pub fn size(
    demand: &Demand,
    goal: &Goal,
    operators: &[u32],
    run: Option<&Run>,
) -> Vec<(u32, Result<Size, NoAnswer>)> {
    let one = |&c: &u32| (c, size_one(demand, goal, c, run));
    operators.iter().map(one).collect()
}

fn size_one(
    demand: &Demand,
    goal: &Goal,
    operators: u32,
    run: Option<&Run>,
) -> Result<Size, NoAnswer> {
    check(goal)?;
    let rate_per_s = 1.0 / demand.gap.gap_s()?;
    let service_s = demand.service.service_s()?;
    let model = |vehicles| {
        let queue = finite_source(vehicles, operators, rate_per_s, service_s)?;
        let p_late = queue.p_longer(goal.budget_s).unwrap_or(1.0);
        Ok((queue, p_late))
    };
    let keeps = |queue: &FiniteSource, p_late: f64| {
        p_late <= goal.p_late && queue.utilisation <= goal.utilisation
    };
    let vehicles = largest(|n| model(n).map(|(queue, p_late)| keeps(&queue, p_late)))?;
    if vehicles == 0 {
        let utilisation = model(1)?.0.utilisation;
        return Err(NoAnswer::OneIsTooMany { utilisation });
    }
    let limit = if vehicles == MOST {
        Limit::Computed
    } else if model(vehicles + 1)?.0.utilisation > goal.utilisation {
        Limit::Busy
    } else {
        Limit::Late
    };
    let simulated = match run {
        Some(run) => Some(simulate_for(vehicles, operators, demand, goal, run)?),
        None => None,
    };
    let (queue, p_late) = model(vehicles)?;
    Ok(Size {
        operators,
        vehicles,
        vehicles_per_operator: f64::from(vehicles) / f64::from(operators),
        utilisation: queue.utilisation,
        p_late,
        mean_wait_s: queue.mean_wait_s,
        limit,
        simulated,
        verdict: simulated.map(|s| goal.verdict(&s)),
    })
}

/// The largest fleet whose simulation keeps to the goal, and that simulation: for demands that the model
/// does not know (common causes, tails). Near the largest fleet chance decides: by the figures
/// themselves, not by their intervals. All fleets are simulated with the same seed.
///
/// # Errors
/// As [`size()`] and [`simulate()`].
pub fn size_simulated(
    demand: &Demand,
    goal: &Goal,
    operators: u32,
    run: &Run,
) -> Result<(u32, Simulated), NoAnswer> {
    check(goal)?;
    let keeps =
        |s: &Simulated| s.p_late.value <= goal.p_late && s.utilisation.value <= goal.utilisation;
    let of = |vehicles| simulate_for(vehicles, operators, demand, goal, run);
    let vehicles = largest(|n| of(n).map(|s| keeps(&s)))?;
    if vehicles == 0 {
        let utilisation = of(1)?.utilisation.value;
        return Err(NoAnswer::OneIsTooMany { utilisation });
    }
    Ok((vehicles, of(vehicles)?))
}

fn simulate_for(
    vehicles: u32,
    operators: u32,
    demand: &Demand,
    goal: &Goal,
    run: &Run,
) -> Result<Simulated, NoAnswer> {
    let run = Run {
        warm_up: run.warm_up.max(vehicles.saturating_mul(5)),
        budget_s: goal.budget_s,
        ..*run
    };
    simulate(vehicles, operators, demand, &run)
}

fn check(goal: &Goal) -> Result<(), NoAnswer> {
    time(goal.budget_s, "the time budget")?;
    for (share, what) in [
        (goal.p_late, "the share that may be late"),
        (goal.utilisation, "the utilisation"),
    ] {
        if !(0.0..=1.0).contains(&share) {
            return Err(NoAnswer::OutOfRange { what });
        }
    }
    Ok(())
}

impl Goal {
    /// Whether what was simulated keeps to it.
    pub fn verdict(&self, simulated: &Simulated) -> Verdict {
        let of = |estimate: &Estimate, most: f64| {
            if estimate.high <= most {
                Verdict::Holds
            } else if estimate.low > most {
                Verdict::Fails
            } else {
                Verdict::Unclear
            }
        };
        let late = of(&simulated.p_late, self.p_late);
        let busy = of(&simulated.utilisation, self.utilisation);
        match (late, busy) {
            (Verdict::Fails, _) | (_, Verdict::Fails) => Verdict::Fails,
            (Verdict::Holds, Verdict::Holds) => Verdict::Holds,
            _ => Verdict::Unclear,
        }
    }
}

/// The largest number up to [`MOST`] that keeps to it, if all smaller ones do; 0 if 1 does not.
fn largest(keeps: impl Fn(u32) -> Result<bool, NoAnswer>) -> Result<u32, NoAnswer> {
    let mut good = 0;
    let mut bad = 1;
    while keeps(bad)? {
        good = bad;
        if good == MOST {
            return Ok(MOST);
        }
        bad = bad.saturating_mul(2).min(MOST);
    }
    while bad - good > 1 {
        let middle = good + (bad - good) / 2;
        if keeps(middle)? {
            good = middle;
        } else {
            bad = middle;
        }
    }
    Ok(good)
}

#[cfg(test)]
#[path = "size_tests.rs"]
mod tests;
