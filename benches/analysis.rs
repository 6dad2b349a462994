//! What analysing costs: thousands of short logs on all processors, from files to written tables and report.
//!
//! ```text
//! cargo bench --no-default-features --features sim --bench analysis            (10,000 logs; another number as argument)
//! pip install mcap mcap-protobuf-support numpy pandas scipy                    (the comparison)
//! python3 benches/analysis.py FOLDER OUT.csv                                   (with the folder that is printed)
//! ```
//!
//! 50 runs of 20 s (fog, a lorry, a modelled operator), each under as many names as it takes. Prints logs per second
//! and the largest memory after a tenth of the logs and after all of them: the difference is what grows.

#![allow(clippy::panic, reason = "a benchmark that cannot start says why")]
#![allow(clippy::print_stdout, reason = "what it prints is its result")]

mod common;

use common::recorder;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;
use takeover::analysis::collect;
use takeover::analysis::settings::Settings;
use takeover::operator::model::Model;
use takeover::parallel::parallel;
use takeover::record::RunEnd;
use takeover::scenario::Scenario;
use takeover::session::{Session, Stop};
use takeover::sim::Simulation;

const DISTINCT: usize = 50;

const SCENARIO: &str = "(title: \"short\", duration: 20.0,
    road: (lanes: 2, speed_limit: 30.0, line: [Straight(length: 1500.0)]),
    ego: (lane: -1, s: 20.0, speed: 25.0),
    traffic: [(name: \"lorry\", vehicle: \"truck\", lane: -1, s: 240.0, speed: 14.0)],
    weather: (fog: [(from: 150.0, to: 1500.0, visibility: 35.0)]))";

fn main() {
    let wanted = std::env::args()
        .skip(1)
        .find_map(|a| a.parse().ok())
        .unwrap_or(10_000_usize);
    let folder = tempfile::tempdir().unwrap_or_else(|e| panic!("{e}"));
    let logs = logs(folder.path(), wanted);
    let settings = Settings::default();
    let bytes = std::fs::metadata(&logs[0]).map_or(0, |m| m.len());
    println!(
        "{} logs of 20 s, {} kB each, in {}",
        logs.len(),
        bytes / 1000,
        folder.path().display()
    );
    let tenth = &logs[..logs.len().div_ceil(10)];
    let first = timed(tenth, &settings);
    let small = peak_mb();
    let all = timed(&logs, &settings);
    println!(
        "read and measured: {first:.0} logs/s (a tenth), {all:.0} logs/s (all), on {} processors",
        processors()
    );
    println!(
        "largest memory: {small:.0} MB after a tenth, {:.0} MB after all",
        peak_mb()
    );
    if std::env::args().any(|a| a == "--keep") {
        println!("kept: {}", folder.keep().display());
    }
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn timed(logs: &[PathBuf], settings: &Settings) -> f64 {
    let begun = Instant::now();
    let collected = collect::read(logs, settings, || {});
    assert!(
        collected.left_out.is_empty(),
        "{:?}",
        collected.left_out.first()
    );
    logs.len() as f64 / begun.elapsed().as_secs_f64()
}

/// MB, as Linux counts it; 0 elsewhere.
fn peak_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    let kb = line.and_then(|l| l.split_whitespace().next()?.parse::<f64>().ok());
    kb.unwrap_or_default() / 1000.0
}

fn logs(folder: &Path, wanted: usize) -> Vec<PathBuf> {
    let scenario = Scenario::parse(SCENARIO).unwrap_or_else(|e| panic!("{e:?}"));
    let scenario = Arc::new(scenario);
    let distinct = parallel(
        DISTINCT.min(wanted),
        |i| one(&scenario, i as u64 + 1, folder),
        || {},
    );
    (0..wanted)
        .map(|i| {
            if i < distinct.len() {
                return distinct[i].clone();
            }
            let name = folder.join(format!("copy{i:06}.mcap"));
            // Another name for the same bytes: the reader cannot tell.
            std::fs::hard_link(&distinct[i % DISTINCT], &name).unwrap_or_else(|e| panic!("{e}"));
            name
        })
        .collect()
}

fn one(scenario: &Arc<Scenario>, seed: u64, folder: &Path) -> PathBuf {
    let path = folder.join(format!("run{seed:06}.mcap"));
    let record = recorder(scenario, "model", &path);
    let sim = Simulation::new(Arc::clone(scenario), seed);
    let operator = Box::new(Model::new(Arc::clone(scenario), seed));
    let mut session = Session::new(scenario, sim, operator, Some(record));
    let end = loop {
        session.tick(0.0);
        if let Some(end) = session.ended() {
            break end;
        }
    };
    let _ = session.judge(&Stop::default());
    let (account, record) = session.finish();
    let end = RunEnd {
        outcome: end,
        ticks: account.ticks,
        state_hash: format!("{:016x}", account.hash),
        seal: None,
    };
    if let Some(Err(why)) = record.map(|r| r.finish(&end)) {
        panic!("{why}");
    }
    path
}
