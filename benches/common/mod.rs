//! What several benchmarks need.

use std::path::Path;
use takeover::record::{FORMAT, Recorder, RunInfo};
use takeover::scenario::Scenario;
use takeover::sim::TICK_HZ;

/// A record of a run at seed 1.
pub fn recorder(scenario: &Scenario, operator: &str, path: &Path) -> Recorder {
    let info = RunInfo {
        format: FORMAT,
        version: String::new(),
        platform: String::new(),
        scenario: String::new(),
        seed: 1,
        operator: operator.into(),
        pace: "fast".into(),
        started_ns: 0,
        tick_hz: TICK_HZ,
        link: None,
        fork: None,
        participant: None,
        conditions: Default::default(),
    };
    Recorder::create(path, &info, scenario, None).unwrap_or_else(|e| panic!("{e}"))
}
