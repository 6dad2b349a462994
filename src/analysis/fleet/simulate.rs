//! A fleet event by event.
//!
//! A vehicle drives for a gap, asks, waits for a free operator (first come first served), is served,
//! and drives on. While it waits or is served it does not ask. Two things the formulas do not have:
//! - a common cause, such as a closed road: a share of the driving vehicles asks at the same instant;
//! - patience: who has waited so long stops by itself (a minimal-risk manoeuvre). Its request is lost,
//!   and it drives on after that.

use super::estimate::BATCHES;
use super::law::{Draws, in_range};
use super::queue::{few, time};
use super::{Estimate, Law, NoAnswer};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, Exp1};
use std::cmp::{Ordering, Reverse};
use std::collections::{BinaryHeap, VecDeque};

/// What each vehicle asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct Demand {
    /// How long a vehicle drives until it asks, from the end of the service before.
    pub gap: Law,
    /// How long an operator has the request.
    pub service: Law,
    /// What makes many ask at once.
    pub common_cause: Option<CommonCause>,
    /// How long a vehicle waits until it stops by itself and its request is lost, s; none: for ever.
    pub patience_s: Option<f64>,
}

/// What makes many vehicles ask at the same instant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CommonCause {
    /// Mean time between two of them, s; they come at random.
    pub gap_s: f64,
    /// The chance that a driving vehicle is hit, 0 to 1.
    pub share: f64,
}

/// How to run a simulation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Run {
    /// The same seed gives the same result.
    pub seed: u64,
    /// Requests that come before those that count.
    pub warm_up: u32,
    /// Requests that count; at least 20.
    pub requests: u32,
    /// Who waits longer than this is late, s.
    pub budget_s: f64,
}

/// What came of a simulation. Shares are of all requests that count, lost ones too.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Simulated {
    /// Requests that count.
    pub requests: u32,
    /// Share of requests that had to wait, or were lost.
    pub p_wait: Estimate,
    /// Mean wait, s; of a lost request, until it was lost.
    pub mean_wait_s: Estimate,
    /// Share of requests that waited longer than the budget, or were lost.
    pub p_late: Estimate,
    /// Share of requests that were lost.
    pub p_lost: Estimate,
    /// Share of the time that an operator was busy.
    pub utilisation: Estimate,
}

/// Simulates a fleet.
///
/// # Errors
/// [`NoAnswer`]: nobody to ask or serve, or too many; gap or service unknown or zero; patience, budget or
/// common cause out of range; fewer than 20 requests.
pub fn simulate(
    vehicles: u32,
    operators: u32,
    demand: &Demand,
    run: &Run,
) -> Result<Simulated, NoAnswer> {
    check(vehicles, operators, demand, run)?;
    let gap = demand.gap.draws().ok_or(NoAnswer::RateUnknown)?;
    let service = demand.service.draws().ok_or(NoAnswer::ServiceUnknown)?;
    let mut world = World {
        gap,
        service,
        common_cause: demand.common_cause,
        patience_s: demand.patience_s,
        rng: ChaCha8Rng::seed_from_u64(run.seed),
        now_s: 0.0,
        events: BinaryHeap::new(),
        scheduled: 0,
        vehicles: vec![Vehicle::default(); vehicles as usize],
        queue: VecDeque::new(),
        operators,
        busy: 0,
        busy_s: 0.0,
        asked: 0,
        count: Count::new(run),
    };
    world.start();
    // There is an event as long as there is a vehicle: it drives, waits or is served.
    while !world.count.is_complete() && world.step() {}
    Ok(world.count.result(operators))
}

fn check(vehicles: u32, operators: u32, demand: &Demand, run: &Run) -> Result<(), NoAnswer> {
    if operators == 0 {
        return Err(NoAnswer::NoOperators);
    }
    if vehicles == 0 {
        return Err(NoAnswer::NoVehicles);
    }
    few(operators, "operators")?;
    few(vehicles, "vehicles")?;
    demand.gap.gap_s()?;
    demand.service.service_s()?;
    time(demand.patience_s.unwrap_or(0.0), "the patience")?;
    time(run.budget_s, "the time budget")?;
    if let Some(cause) = demand.common_cause {
        in_range(cause.gap_s, "the gap between common causes")?;
        if !(0.0..=1.0).contains(&cause.share) {
            let what = "the share that a common cause hits";
            return Err(NoAnswer::OutOfRange { what });
        }
    }
    if run.requests < BATCHES || run.requests.checked_add(run.warm_up).is_none() {
        let what = "the number of requests";
        return Err(NoAnswer::OutOfRange { what });
    }
    Ok(())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Happens {
    /// A vehicle's gap ends.
    Ask { vehicle: usize, stay: u64 },
    /// A vehicle's patience ends.
    GiveUp { vehicle: usize, stay: u64 },
    /// An operator is done with a vehicle.
    Done { vehicle: usize },
    /// A common cause hits.
    Common,
}

/// When something happens; of two at the same time, the one that was scheduled first.
#[derive(Clone, Copy, Debug)]
struct Event {
    at_s: f64,
    order: u64,
    happens: Happens,
}

impl Ord for Event {
    fn cmp(&self, other: &Self) -> Ordering {
        let order = self.order.cmp(&other.order);
        self.at_s.total_cmp(&other.at_s).then(order)
    }
}

impl PartialOrd for Event {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Event {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Event {}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Does {
    #[default]
    Drives,
    Waits,
    IsServed,
}

#[derive(Clone, Copy, Debug, Default)]
struct Vehicle {
    does: Does,
    /// Goes up whenever it does something else: an event with an older number is void.
    stay: u64,
    /// Its request's number, and when it was made.
    request: u64,
    since_s: f64,
}

struct World<'a> {
    gap: Draws<'a>,
    service: Draws<'a>,
    common_cause: Option<CommonCause>,
    patience_s: Option<f64>,
    rng: ChaCha8Rng,
    now_s: f64,
    events: BinaryHeap<Reverse<Event>>,
    scheduled: u64,
    vehicles: Vec<Vehicle>,
    /// Who waits, and since which stay; those that gave up are still in it.
    queue: VecDeque<(usize, u64)>,
    operators: u32,
    busy: u32,
    /// Seconds of work of all operators so far.
    busy_s: f64,
    asked: u64,
    count: Count,
}

impl World<'_> {
    /// All drive, each somewhere in a gap, as if they had long driven.
    fn start(&mut self) {
        for vehicle in 0..self.vehicles.len() {
            let gap_s = self.gap.remaining(&mut self.rng);
            self.schedule(gap_s, Happens::Ask { vehicle, stay: 0 });
        }
        self.schedule_common();
    }

    fn schedule(&mut self, in_s: f64, happens: Happens) {
        let event = Event {
            at_s: self.now_s + in_s,
            order: self.scheduled,
            happens,
        };
        self.scheduled += 1;
        self.events.push(Reverse(event));
    }

    fn schedule_common(&mut self) {
        if let Some(cause) = self.common_cause {
            let gaps: f64 = Exp1.sample(&mut self.rng);
            self.schedule(gaps * cause.gap_s, Happens::Common);
        }
    }

    /// The next event; false if there is none.
    fn step(&mut self) -> bool {
        let Some(Reverse(event)) = self.events.pop() else {
            return false;
        };
        self.busy_s += f64::from(self.busy) * (event.at_s - self.now_s);
        self.now_s = event.at_s;
        match event.happens {
            Happens::Ask { vehicle, stay } if self.vehicles[vehicle].stay == stay => {
                self.ask(vehicle);
            }
            Happens::GiveUp { vehicle, stay } if self.vehicles[vehicle].stay == stay => {
                self.settle(vehicle, true);
                self.drive(vehicle);
            }
            Happens::Ask { .. } | Happens::GiveUp { .. } => {}
            Happens::Done { vehicle } => {
                self.busy -= 1;
                self.drive(vehicle);
                self.serve_next();
            }
            Happens::Common => self.hit(),
        }
        true
    }

    fn now_does(&mut self, vehicle: usize, does: Does) {
        let vehicle = &mut self.vehicles[vehicle];
        vehicle.does = does;
        vehicle.stay += 1;
    }

    fn drive(&mut self, vehicle: usize) {
        self.now_does(vehicle, Does::Drives);
        let gap_s = self.gap.draw(&mut self.rng);
        let stay = self.vehicles[vehicle].stay;
        self.schedule(gap_s, Happens::Ask { vehicle, stay });
    }

    fn ask(&mut self, vehicle: usize) {
        self.now_does(vehicle, Does::Waits);
        self.vehicles[vehicle].request = self.asked;
        self.vehicles[vehicle].since_s = self.now_s;
        self.count.asked(self.asked, self.now_s, self.busy_s);
        self.asked += 1;
        if self.busy < self.operators {
            self.serve(vehicle);
            return;
        }
        let stay = self.vehicles[vehicle].stay;
        self.queue.push_back((vehicle, stay));
        if let Some(patience_s) = self.patience_s {
            self.schedule(patience_s, Happens::GiveUp { vehicle, stay });
        }
    }

    fn serve(&mut self, vehicle: usize) {
        self.settle(vehicle, false);
        self.now_does(vehicle, Does::IsServed);
        self.busy += 1;
        let service_s = self.service.draw(&mut self.rng);
        self.schedule(service_s, Happens::Done { vehicle });
    }

    fn serve_next(&mut self) {
        while let Some((vehicle, stay)) = self.queue.pop_front() {
            if self.vehicles[vehicle].stay == stay {
                self.serve(vehicle);
                return;
            }
        }
    }

    fn hit(&mut self) {
        let share = self.common_cause.map_or(0.0, |cause| cause.share);
        for vehicle in 0..self.vehicles.len() {
            if self.vehicles[vehicle].does == Does::Drives && self.rng.random::<f64>() < share {
                self.ask(vehicle);
            }
        }
        self.schedule_common();
    }

    /// Its wait is over: it is served, or its request is lost.
    fn settle(&mut self, vehicle: usize, lost: bool) {
        let Vehicle {
            request, since_s, ..
        } = self.vehicles[vehicle];
        self.count.settled(request, self.now_s - since_s, lost);
    }
}

/// Sums over the requests of one batch.
#[derive(Clone, Copy, Debug, Default)]
struct Batch {
    settled: u32,
    waited: u32,
    late: u32,
    lost: u32,
    wait_s: f64,
    /// When its first request came, and the work done until then.
    start_s: f64,
    busy_s: f64,
}

/// Counts requests in the order in which they came.
struct Count {
    first: u64,
    requests: u32,
    budget_s: f64,
    /// One more than there are: its start is the end of the last.
    batches: Vec<Batch>,
    settled: u32,
    ended: bool,
}

impl Count {
    fn new(run: &Run) -> Self {
        Self {
            first: u64::from(run.warm_up),
            requests: run.requests,
            budget_s: run.budget_s,
            batches: vec![Batch::default(); BATCHES as usize + 1],
            settled: 0,
            ended: false,
        }
    }

    /// All requests that count are settled, and the last batch has an end.
    fn is_complete(&self) -> bool {
        self.ended && self.settled == self.requests
    }

    /// The batch of a request that counts, or the place after the last for the one after these.
    fn batch(&self, request: u64) -> Option<usize> {
        let place = request.checked_sub(self.first)?;
        let requests = u64::from(self.requests);
        let batch = (place * u64::from(BATCHES)).checked_div(requests)?;
        (place <= requests).then_some(batch as usize)
    }

    fn asked(&mut self, request: u64, now_s: f64, busy_s: f64) {
        let Some(batch) = self.batch(request) else {
            return;
        };
        let starts = request == self.first || self.batch(request - 1) != Some(batch);
        if starts && let Some(batch) = self.batches.get_mut(batch) {
            batch.start_s = now_s;
            batch.busy_s = busy_s;
        }
        self.ended |= batch == BATCHES as usize;
    }

    fn settled(&mut self, request: u64, wait_s: f64, lost: bool) {
        let Some(batch) = self.batch(request).filter(|&b| b < BATCHES as usize) else {
            return;
        };
        let late = lost || wait_s > self.budget_s;
        let batch = &mut self.batches[batch];
        batch.settled += 1;
        batch.waited += u32::from(wait_s > 0.0 || lost);
        batch.late += u32::from(late);
        batch.lost += u32::from(lost);
        batch.wait_s += wait_s;
        self.settled += 1;
    }

    fn result(&self, operators: u32) -> Simulated {
        let batches = &self.batches[..BATCHES as usize];
        let n = f64::from(self.requests);
        let share = |of: fn(&Batch) -> u32| {
            let total: u32 = batches.iter().map(of).sum();
            let each = batches
                .iter()
                .map(|b| f64::from(of(b)) / f64::from(b.settled));
            Estimate::share(
                f64::from(total) / n,
                &each.collect::<Vec<_>>(),
                self.requests,
            )
        };
        let waits: Vec<f64> = batches
            .iter()
            .map(|b| b.wait_s / f64::from(b.settled))
            .collect();
        let total_s: f64 = batches.iter().map(|b| b.wait_s).sum();
        Simulated {
            requests: self.requests,
            p_wait: share(|b| b.waited),
            mean_wait_s: Estimate::mean(total_s / n, &waits),
            p_late: share(|b| b.late),
            p_lost: share(|b| b.lost),
            utilisation: self.utilisation(operators),
        }
    }

    /// Work done in a stretch of time, of what all operators could do in it. Where the requests of
    /// a batch all came at one instant, it has no time: then the interval is all there is, 0 to 1.
    fn utilisation(&self, operators: u32) -> Estimate {
        let used = |from: &Batch, to: &Batch| {
            let could_s = (to.start_s - from.start_s) * f64::from(operators);
            (could_s > 0.0).then(|| ((to.busy_s - from.busy_s) / could_s).clamp(0.0, 1.0))
        };
        let each: Vec<f64> = self
            .batches
            .windows(2)
            .filter_map(|w| used(&w[0], &w[1]))
            .collect();
        let whole = match self.batches.as_slice() {
            [first, .., last] => used(first, last),
            _ => None,
        };
        match whole {
            Some(value) if each.len() == BATCHES as usize => {
                let mean = Estimate::mean(value, &each);
                let high = mean.high.min(1.0);
                Estimate { high, ..mean }
            }
            other => Estimate {
                value: other.unwrap_or(1.0),
                low: 0.0,
                high: 1.0,
            },
        }
    }
}

#[cfg(test)]
#[path = "simulate_tests.rs"]
mod tests;
