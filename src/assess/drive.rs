//! Runs in which nobody is asked: what the automation meets by itself, and what is known before.

use super::calibration::ByFunction;
use super::detection::{Asked, Met};
use crate::frame::End;
use crate::perception::TICKS_PER_REPORT;
use crate::referee::{Limit, LimitKind};
use crate::scenario::Scenario;
use crate::session::limit::LimitWatch;
use crate::sim::Simulation;
use crate::takeover::policy::{Inputs, Policy, PolicySettings};
use std::sync::Arc;

/// Slower than this the vehicle stands, m/s.
const STANDING: f64 = 0.3;

/// One run, with the automation alone to the end.
fn drive(scenario: &Scenario, seed: u64, mut watch: impl FnMut(&Simulation)) -> (End, f64) {
    let alone = Scenario {
        policy: PolicySettings::silent(),
        ..scenario.clone()
    };
    let mut sim = Simulation::new(Arc::new(alone), seed);
    sim.go_alone();
    loop {
        sim.step(Default::default());
        watch(&sim);
        if let Some(end) = sim.frame().ended {
            return (end, sim.frame().time);
        }
    }
}

/// All claims of a run's reports.
pub fn claims(scenario: &Scenario, seed: u64) -> ByFunction {
    let mut sums = ByFunction::default();
    drive(scenario, seed, |sim| {
        // The step from tick k takes a new report where k is a multiple; its frame shows k + 1.
        if (sim.frame().tick - 1).is_multiple_of(TICKS_PER_REPORT) {
            for claim in sim.claims() {
                sums.claim(claim);
            }
        }
    });
    sums
}

/// What a run met, and when each policy would have asked.
#[derive(Clone, Debug)]
pub struct Watched {
    pub end: End,
    /// s.
    pub duration: f64,
    /// In order of time, with the time until which each lasts, s.
    pub limits: Vec<(Limit, f64)>,
    /// By policy.
    pub asked: Vec<Vec<Asked>>,
}

impl Watched {
    /// When limits were met, for the statistics.
    pub fn met(&self) -> Vec<Met> {
        let limits = self.limits.iter();
        let met = limits.map(|(limit, until)| Met {
            from: limit.time,
            until: *until,
        });
        met.collect()
    }
}

/// Drives once and lets every policy look on.
pub fn watched(scenario: &Scenario, seed: u64, policies: &[PolicySettings]) -> Watched {
    let built = policies.iter().map(|p| p.build(&scenario.network));
    let mut onlookers: Vec<Onlooker> = built.map(Onlooker::new).collect();
    let mut watch = LimitWatch::new(scenario);
    // The limit that lasts: no way on, for as long as the vehicle stands.
    let mut blocked: Option<usize> = None;
    let mut limits: Vec<(Limit, f64)> = Vec::new();
    let (end, duration) = drive(scenario, seed, |sim| {
        let frame = sim.frame();
        if frame.ego.speed > STANDING {
            blocked = None;
        }
        if let Some(i) = blocked {
            limits[i].1 = frame.time;
        }
        if let Some(limit) = watch.frame(frame) {
            if limit.kind == LimitKind::Blocked {
                blocked = Some(limits.len());
            }
            let until = limit.time;
            limits.push((limit, until));
        }
        if let Some(inputs) = sim.inputs() {
            for onlooker in &mut onlookers {
                onlooker.look(inputs);
            }
        }
    });
    // Some are certain, and told, only a while after they began.
    limits.sort_by(|a, b| a.0.time.total_cmp(&b.0.time));
    let asked = onlookers.into_iter().map(|o| o.finish(duration)).collect();
    Watched {
        end,
        duration,
        limits,
        asked,
    }
}

/// A policy that is listened to but not obeyed.
struct Onlooker {
    policy: Box<dyn Policy>,
    since: Option<f64>,
    asked: Vec<Asked>,
}

impl Onlooker {
    fn new(policy: Box<dyn Policy>) -> Self {
        Self {
            policy,
            since: None,
            asked: Vec::new(),
        }
    }

    fn look(&mut self, inputs: &Inputs) {
        let asks = self.policy.step(inputs).is_some();
        match (asks, self.since) {
            (true, None) => self.since = Some(inputs.time),
            (false, Some(from)) => {
                let until = inputs.time;
                self.asked.push(Asked { from, until });
                self.since = None;
            }
            _ => {}
        }
    }

    fn finish(mut self, until: f64) -> Vec<Asked> {
        let open = self.since.map(|from| Asked { from, until });
        self.asked.extend(open);
        self.asked
    }
}
