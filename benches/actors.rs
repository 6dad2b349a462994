//! What other road users cost: ticks with 0 to 500 of them, in the full loop (simulation,
//! perception, record) and under the physics engine alone. Each sample is 200 ticks (2 s).
//!
//! The cost per user is the difference of two rows over the difference of their counts.
//!
//! ```text
//! cargo bench --no-default-features --features sim --bench actors
//! ```

#![allow(clippy::panic, reason = "a benchmark that cannot start says why")]

mod common;

use common::recorder;
use divan::Bencher;
use divan::counter::ItemsCount;
use std::sync::Arc;
use takeover::operator::Nobody;
use takeover::scenario::Scenario;
use takeover::session::Session;
use takeover::sim::Simulation;
use takeover::sim::bare::{Bare, Systems};
use takeover::traffic::{Ego, Traffic};

const TICKS: u64 = 200;
const COUNTS: [usize; 6] = [0, 1, 10, 50, 200, 500];

fn main() {
    divan::main();
}

/// A motorway with three lanes and this many drivers (IDM, MOBIL) on it.
fn scenario(count: usize) -> Arc<Scenario> {
    let flow = match count {
        0 => String::new(),
        n => format!("flow: [(count: {n}, from: 200.0, to: 9500.0)],"),
    };
    let text = format!(
        "(title: \"bench\", duration: 7200.0,
        road: (lanes: 3, speed_limit: 30.0, line: [
            Straight(length: 3000.0), Curve(radius: 900.0, length: 1500.0), Straight(length: 5500.0)]),
        ego: (lane: -3, s: 100.0, speed: 25.0), {flow})"
    );
    Arc::new(Scenario::parse(&text).unwrap_or_else(|e| panic!("{e:?}")))
}

#[divan::bench(name = "1_traffic_alone", args = COUNTS)]
fn traffic_alone(bencher: Bencher, count: usize) {
    let scenario = scenario(count);
    let network = &scenario.network;
    let place = network.road_point(scenario.ego_start, 0.0);
    let ego = Ego::standing(network.pose(place), 4.6, 1.8, place);
    let mut traffic = Traffic::new(network, &scenario.traffic, 1);
    let mut tick = 0_u64;
    let mut events = Vec::new();
    bencher.counter(ItemsCount::new(TICKS)).bench_local(|| {
        for _ in 0..TICKS {
            traffic.step(network, &ego, tick as f64 / 100.0, 0.01, &mut events);
            tick += 1;
        }
    });
}

#[divan::bench(name = "2_bare_physics", args = COUNTS)]
fn bare_physics(bencher: Bencher, count: usize) {
    let mut world = Bare::new(&scenario(count), Systems::Needed);
    world.step();
    bencher.counter(ItemsCount::new(TICKS)).bench_local(|| {
        for _ in 0..TICKS {
            world.step();
        }
    });
}

#[divan::bench(name = "3_simulation", args = COUNTS)]
fn simulation(bencher: Bencher, count: usize) {
    let mut sim = Simulation::new(scenario(count), 1);
    sim.step(Default::default());
    bencher.counter(ItemsCount::new(TICKS)).bench_local(|| {
        for _ in 0..TICKS {
            sim.step(Default::default());
        }
    });
}

#[divan::bench(name = "4_full_loop_with_record", args = COUNTS)]
fn full_loop_with_record(bencher: Bencher, count: usize) {
    let scenario = scenario(count);
    let folder = tempfile::tempdir().unwrap_or_else(|e| panic!("{e}"));
    let mut session = Session::new(
        &scenario,
        Simulation::new(scenario.clone(), 1),
        Box::new(Nobody),
        Some(recorder(
            &scenario,
            "nobody",
            &folder.path().join("run.mcap"),
        )),
    );
    session.tick(0.0);
    bencher.counter(ItemsCount::new(TICKS)).bench_local(|| {
        for _ in 0..TICKS {
            session.tick(0.0);
        }
    });
}
