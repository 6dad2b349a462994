//! What a tick costs: the full loop with and without its record, against the bare physics of the
//! same bodies, in one run. Each sample is 1,000 ticks (10 s of driving).
//!
//! ```text
//! cargo bench --no-default-features --features sim
//! ```

#![allow(clippy::panic, reason = "a benchmark that cannot start says why")]

mod common;

use common::recorder;
use divan::Bencher;
use divan::counter::ItemsCount;
use std::path::Path;
use std::sync::Arc;
use takeover::operator::model::Model;
use takeover::scenario::Scenario;
use takeover::session::Session;
use takeover::sim::Simulation;
use takeover::sim::bare::{Bare, Systems};

const TICKS: u64 = 1000;

fn main() {
    divan::main();
}

fn scenario() -> Arc<Scenario> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/fog_bank.ron");
    Arc::new(Scenario::load(&path).unwrap_or_else(|e| panic!("{e}")))
}

fn bare(bencher: Bencher, systems: Systems) {
    let scenario = scenario();
    bencher
        .counter(ItemsCount::new(TICKS))
        .with_inputs(|| {
            let mut world = Bare::new(&scenario, systems);
            world.step();
            world
        })
        .bench_local_refs(|world| {
            for _ in 0..TICKS {
                world.step();
            }
        });
}

#[divan::bench(name = "1_bare_physics")]
fn bare_physics(bencher: Bencher) {
    bare(bencher, Systems::Needed);
}

#[divan::bench(name = "2_bare_physics_all_systems")]
fn bare_physics_all_systems(bencher: Bencher) {
    bare(bencher, Systems::Default);
}

#[divan::bench(name = "3_simulation")]
fn simulation(bencher: Bencher) {
    let scenario = scenario();
    bencher
        .counter(ItemsCount::new(TICKS))
        .with_inputs(|| Simulation::new(scenario.clone(), 1))
        .bench_local_refs(|sim| {
            for _ in 0..TICKS {
                sim.step(Default::default());
            }
        });
}

#[divan::bench(name = "4_full_loop_with_record")]
fn full_loop_with_record(bencher: Bencher) {
    let scenario = scenario();
    let folder = tempfile::tempdir().unwrap_or_else(|e| panic!("{e}"));
    let mut run = 0;
    bencher
        .counter(ItemsCount::new(TICKS))
        .with_inputs(|| {
            run += 1;
            let recorder = recorder(
                &scenario,
                "model",
                &folder.path().join(format!("{run}.mcap")),
            );
            let operator = Box::new(Model::new(scenario.clone(), 1));
            Session::new(
                &scenario,
                Simulation::new(scenario.clone(), 1),
                operator,
                Some(recorder),
            )
        })
        .bench_local_refs(|session| {
            for _ in 0..TICKS {
                session.tick(0.0);
            }
        });
}
