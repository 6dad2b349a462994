use super::*;
use crate::road::{Network, two_lanes};

const DT: f64 = 0.01;

/// Nothing to worry about, at 20 m/s.
fn calm(time: f64) -> Inputs {
    Inputs {
        time,
        speed: 20.0,
        visible_range: 150.0,
        daylight: 1.0,
        friction: 1.0,
        s: 100.0 + 20.0 * time,
        speed_limit: 25.0,
        map_left: MAP_AHEAD,
        ..Default::default()
    }
}

fn doubt(overall: f64, now: Inputs) -> Inputs {
    Inputs {
        confidence: Confidence {
            overall,
            weakest: Function::Lanes,
            ..Default::default()
        },
        ..now
    }
}
