//! What a question about the road costs, by how long the network is: finding the road of a place
//! out of the blue and from nearby, a path ahead, and a route. Each sample is 1000 questions, or
//! one route.
//!
//! ```text
//! cargo bench --no-default-features --bench road
//! ```

#![allow(clippy::panic, reason = "a benchmark that cannot start says why")]

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use rand::RngExt;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use takeover::road::{LaneId, LanePos, Network, Path, RoadId, RoadPoint, Route};

#[path = "../tests/it/long.rs"]
mod long;

const KILOMETRES: [u32; 3] = [1, 10, 100];
const QUESTIONS: usize = 1000;

fn main() {
    divan::main();
}

/// Places on the network's lanes, and their world positions.
fn places(network: &Network) -> Vec<(RoadPoint, f64, f64)> {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    (0..QUESTIONS)
        .map(|_| {
            let road = RoadId(random.random_range(0..network.roads.len() as u32));
            let s = random.random_range(0.0..network.road(road).length());
            let (left, right) = network.road(road).full_width(s);
            let t = random.random_range(right..left);
            let p = network.road(road).pose(s, t);
            (RoadPoint { road, s, t }, p.x, p.y)
        })
        .collect()
}

#[divan::bench(args = KILOMETRES)]
fn locate(bencher: Bencher, kilometres: u32) {
    let network = long::network(kilometres);
    let places = places(&network);
    bencher.counter(ItemsCount::new(QUESTIONS)).bench_local(|| {
        for (_, x, y) in &places {
            black_box(network.locate(*x, *y, None));
        }
    });
}

#[divan::bench(args = KILOMETRES)]
fn locate_near(bencher: Bencher, kilometres: u32) {
    let network = long::network(kilometres);
    let places = places(&network);
    bencher.counter(ItemsCount::new(QUESTIONS)).bench_local(|| {
        for (hint, x, y) in &places {
            black_box(network.locate_near(*x, *y, *hint));
        }
    });
}

/// 200 m ahead in steps of 2 m.
#[divan::bench(args = KILOMETRES)]
fn path(bencher: Bencher, kilometres: u32) {
    let network = long::network(kilometres);
    let from = LanePos {
        lane: LaneId(0),
        d: 900.0,
    };
    bencher.bench_local(|| black_box(Path::new(&network, from, 20.0, 200.0, 2.0, None)));
}

/// From everywhere to the far end. Counted by lanes.
#[divan::bench(args = KILOMETRES)]
fn route(bencher: Bencher, kilometres: u32) {
    let network = long::network(kilometres);
    let last = RoadId(kilometres - 1);
    let goal = network
        .lane_pos(last, -1, 10.0)
        .unwrap_or_else(|| panic!("the last road has no lane"));
    bencher
        .counter(ItemsCount::new(network.lanes().len()))
        .bench_local(|| black_box(Route::to(&network, &[goal.lane])));
}

/// Joining roads to a network: index and lane graph.
#[divan::bench(args = KILOMETRES)]
fn build(bencher: Bencher, kilometres: u32) {
    let network = long::network(kilometres);
    bencher
        .with_inputs(|| (network.roads.clone(), network.junctions.clone()))
        .bench_local_values(|(roads, junctions)| Network::new(roads, junctions));
}
