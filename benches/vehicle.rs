//! What the full vehicle model costs: one vehicle on the proving ground, 1,000 ticks a sample.
//!
//! ```text
//! cargo bench --no-default-features --bench vehicle
//! ```

#![allow(clippy::panic, reason = "a benchmark that cannot start says why")]

use divan::Bencher;
use divan::counter::ItemsCount;
use takeover::vehicle::dynamics::{Controls, Ground};
use takeover::vehicle::profile;
use takeover::vehicle::proving::Drive;

const TICKS: u64 = 1000;

fn main() {
    divan::main();
}

#[divan::bench(args = ["saloon", "truck", "bmw_320i"])]
fn a_slight_bend(bencher: Bencher, name: &str) {
    let spec = profile(name).unwrap_or_else(|| panic!("no profile {name}"));
    let controls = Controls {
        steer: 0.02,
        accelerator: 0.2,
        brake: 0.0,
    };
    bencher
        .counter(ItemsCount::new(TICKS))
        .with_inputs(|| Drive::new(&spec, Ground::flat(), 20.0))
        .bench_local_refs(|drive| {
            for _ in 0..TICKS {
                drive.step(controls);
            }
        });
}
