//! What a record costs: written while a run goes on, read, sought in, verified; against plain reading
//! through the `mcap` crate. Two logs: the first scenario (10 others), and a motorway with 100 others
//! for five minutes.
//!
//! ```text
//! cargo bench --no-default-features --features sim --bench record
//! ```
//!
//! Writing: the difference of `1_run_without_record` and `2_run_with_record`, a sample being 1,000 ticks.
//! Seeking: a sample is 100 moments anywhere in the log. Reading: the counter is the file's bytes.

#![allow(clippy::panic, reason = "a benchmark that cannot start says why")]
#![allow(clippy::print_stderr, reason = "sizes beside the table")]

mod common;

use common::recorder;
use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use takeover::frame::End;
use takeover::operator::Nobody;
use takeover::record::check::integrity;
use takeover::record::{RunEnd, Stream};
use takeover::replay::reel::Reel;
use takeover::replay::verify::rerun;
use takeover::scenario::Scenario;
use takeover::session::{Session, Stop};
use takeover::sim::Simulation;

const TICKS: u64 = 1000;
const LOGS: [&str; 2] = ["fog_bank_10_others", "motorway_100_others"];

fn main() {
    divan::main();
}

fn scenario(name: &str) -> Arc<Scenario> {
    let scenario = if name == LOGS[0] {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/fog_bank.ron");
        Scenario::load(Path::new(path)).unwrap_or_else(|e| panic!("{e}"))
    } else {
        let text = "(title: \"bench\", duration: 300.0,
            road: (lanes: 3, speed_limit: 30.0, line: [
                Straight(length: 3000.0), Curve(radius: 900.0, length: 1500.0), Straight(length: 7500.0)]),
            ego: (lane: -3, s: 100.0, speed: 25.0), flow: [(count: 100, from: 200.0, to: 4000.0)])";
        Scenario::parse(text).unwrap_or_else(|e| panic!("{e:?}"))
    };
    Arc::new(scenario)
}

/// A log, made once.
fn log(name: &str) -> &'static Path {
    static MADE: [OnceLock<PathBuf>; 2] = [const { OnceLock::new() }; 2];
    static FOLDER: OnceLock<tempfile::TempDir> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| tempfile::tempdir().unwrap_or_else(|e| panic!("{e}")));
    let index = usize::from(name != LOGS[0]);
    MADE[index].get_or_init(|| {
        let scenario = scenario(name);
        let path = folder.path().join(format!("{name}.mcap"));
        let record = recorder(&scenario, "none", &path);
        let sim = Simulation::new(Arc::clone(&scenario), 1);
        let mut session = Session::new(&scenario, sim, Box::new(Nobody), Some(record));
        while session.ended().is_none() {
            session.tick(0.0);
        }
        let (account, record) = session.finish();
        let end = RunEnd {
            outcome: End::Completed,
            ticks: account.ticks,
            state_hash: format!("{:016x}", account.hash),
            seal: None,
        };
        let closed = record.map(|r| r.finish(&end));
        if let Some(Err(why)) = closed {
            panic!("{why}");
        }
        let size = std::fs::metadata(&path).map_or(0, |m| m.len());
        eprintln!(
            "{name}: {} ticks, {size} bytes, {:.1} MB an hour",
            account.ticks,
            size as f64 * 0.36 / account.ticks as f64
        );
        path
    })
}

fn drive(bencher: Bencher, name: &str, recorded: bool) {
    let scenario = scenario(name);
    let folder = tempfile::tempdir().unwrap_or_else(|e| panic!("{e}"));
    let path = folder.path().join("run.mcap");
    let record = recorded.then(|| recorder(&scenario, "none", &path));
    let sim = Simulation::new(Arc::clone(&scenario), 1);
    let mut session = Session::new(&scenario, sim, Box::new(Nobody), record);
    bencher.counter(ItemsCount::new(TICKS)).bench_local(|| {
        for _ in 0..TICKS {
            session.tick(0.0);
        }
    });
}

#[divan::bench(args = LOGS, sample_count = 5)]
fn a_1_run_without_record(bencher: Bencher, name: &str) {
    drive(bencher, name, false);
}

#[divan::bench(args = LOGS, sample_count = 5)]
fn a_2_run_with_record(bencher: Bencher, name: &str) {
    drive(bencher, name, true);
}

#[divan::bench(args = LOGS, sample_count = 5)]
fn b_1_read_by_the_mcap_crate_messages_not_decoded(bencher: Bencher, name: &str) {
    let bytes = std::fs::read(log(name)).unwrap_or_else(|e| panic!("{e}"));
    bencher
        .counter(BytesCount::new(bytes.len()))
        .bench_local(|| {
            let stream = mcap::MessageStream::new(&bytes).unwrap_or_else(|e| panic!("{e}"));
            stream
                .filter_map(Result::ok)
                .map(|m| m.data.len())
                .sum::<usize>()
        });
}

#[divan::bench(args = LOGS, sample_count = 5)]
fn b_2_read_every_tick_of_the_ego(bencher: Bencher, name: &str) {
    read(bencher, name, false);
}

#[divan::bench(args = LOGS, sample_count = 5)]
fn b_3_read_every_tick_of_every_body(bencher: Bencher, name: &str) {
    read(bencher, name, true);
}

fn read(bencher: Bencher, name: &str, others: bool) {
    let path = log(name);
    let size = std::fs::metadata(path).map_or(0, |m| m.len());
    bencher.counter(BytesCount::new(size)).bench_local(|| {
        let mut stream = Stream::scan(path).unwrap_or_else(|e| panic!("{e}"));
        let mut entries = 0_u64;
        let _ = stream.each(others, |_| entries += 1);
        entries
    });
}

#[divan::bench(args = LOGS, sample_count = 5)]
fn b_4_check_every_byte(bencher: Bencher, name: &str) {
    let path = log(name);
    let size = std::fs::metadata(path).map_or(0, |m| m.len());
    bencher
        .counter(BytesCount::new(size))
        .bench_local(|| integrity(path).map(|i| i.seals));
}

#[divan::bench(args = LOGS, sample_count = 5)]
fn c_1_open_and_seek_once(bencher: Bencher, name: &str) {
    let path = log(name);
    bencher.bench_local(|| {
        let mut reel = Reel::open(path).unwrap_or_else(|e| panic!("{e}"));
        let (first, last) = reel.ticks();
        reel.frame(u64::midpoint(first, last)).map(|f| f.hash)
    });
}

#[divan::bench(args = LOGS, sample_count = 5)]
fn c_2_seek_anywhere(bencher: Bencher, name: &str) {
    let mut reel = Reel::open(log(name)).unwrap_or_else(|e| panic!("{e}"));
    let (first, last) = reel.ticks();
    let mut at = 12_345_u64;
    bencher.counter(ItemsCount::new(100_u32)).bench_local(|| {
        for _ in 0..100 {
            // Knuth's generator: anywhere, and the same each time.
            at = at.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let tick = first + (at >> 33) % (last - first + 1);
            let _ = reel.frame(tick).map(|f| f.hash);
        }
    });
}

#[divan::bench(args = LOGS, sample_count = 3)]
fn d_verify_ticks(bencher: Bencher, name: &str) {
    let path = log(name);
    let scenario = scenario(name);
    let ticks = Stream::open(path)
        .ok()
        .and_then(|s| s.end)
        .map_or(1, |e| e.ticks);
    bencher.counter(ItemsCount::new(ticks)).bench_local(|| {
        let rerun = rerun(path, &scenario, &Stop::default(), |_, _| {});
        rerun.map(|r| r.same_ticks)
    });
}
