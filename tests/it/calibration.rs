//! Confidence is the probability of a claim: over a batch of runs, claims come true as often as they
//! say, function by function; with a map that distorts it they do not.

use std::sync::Arc;
use takeover::command::Command;
use takeover::perception::Function;
use takeover::scenario::Scenario;
use takeover::sim::Simulation;

/// Bins of the expected calibration error (Guo et al. 2017: 15).
const BINS: usize = 15;
const SEEDS: u64 = 4;

/// A motorway with traffic ahead, behind and beside, in some weather.
fn motorway(weather: &str, extra: &str) -> String {
    format!(
        "(title: \"calibration\", duration: 70.0, \
         road: (lanes: 2, lane_width: 3.5, shoulder_width: 2.0, speed_limit: 25.0, \
            line: [Straight(length: 500.0), Curve(radius: 900.0, length: 400.0, transition: 100.0), \
                Straight(length: 1400.0)], \
            unmarked: [(from: 500.0, to: 800.0), (from: 1000.0, to: 1030.0)], \
            tunnels: [(from: 1250.0, to: 1450.0)]), \
         weather: ({weather}), policy: Silent, \
         ego: (lane: -2, s: 150.0, speed: 22.0), \
         flow: [(count: 18, lanes: [-1, -2], from: 20.0, to: 700.0, speed: 22.0, \
            kinds: [(Car, 0.6), (Truck, 0.2), (Motorcycle, 0.2)])], {extra})"
    )
}

/// A street with people who cross, parked cars and a light that is dark.
fn street(weather: &str, extra: &str) -> String {
    let people: Vec<String> = (0..8)
        .map(|i| {
            format!(
                "(name: \"p{i}\", kind: {}, t: {}, s: {}, actions: [(name: \"cross\", \
                 when: EgoWithin({}), do: Cross(speed: 1.4))])",
                ["Pedestrian", "Cyclist", "Animal"][i % 3],
                [-5.5, 5.5][i % 2],
                150 + 60 * i,
                30 + 5 * i
            )
        })
        .collect();
    format!(
        "(title: \"calibration\", duration: 70.0, \
         road: (lanes: 1, oncoming: 1, lane_width: 3.25, shoulder_width: 2.2, speed_limit: 13.9, \
            line: [Straight(length: 900.0)]), \
         weather: ({weather}), policy: Silent, \
         ego: (lane: -1, s: 20.0, speed: 12.0), \
         traffic: [{}, (name: \"van\", vehicle: \"van\", t: -4.4, s: 260.0), \
            (name: \"van 2\", vehicle: \"van\", t: -4.4, s: 400.0), \
            (name: \"car\", kind: Car, lane: 1, s: 700.0, speed: 10.0)], {extra})",
        people.join(", ")
    )
}

fn batch(extra: &str) -> Vec<String> {
    vec![
        motorway("", extra),
        motorway("visibility: 90.0", extra),
        motorway("rain: 40.0, cloud: 1.0", extra),
        motorway("sun_elevation_deg: -20.0", extra),
        motorway(
            "sun_elevation_deg: 4.0, sun_azimuth_deg: 5.0, cloud: 0.1",
            extra,
        ),
        street("", extra),
        street("sun_elevation_deg: -20.0, rain: 10.0", extra),
    ]
}

/// All claims of a batch: function, reported, right.
fn claims(texts: &[String]) -> Vec<(Function, f64, f64, bool)> {
    let mut all = Vec::new();
    for text in texts {
        let scenario = Arc::new(Scenario::parse(text).unwrap_or_else(|p| panic!("{p:?}")));
        for seed in 1..=SEEDS {
            let mut sim = Simulation::new(scenario.clone(), seed);
            loop {
                let frame = sim.step(Command::default());
                let (tick, ended) = (frame.tick, frame.ended.is_some());
                // A report is made in the step that starts from every fifth tick.
                if (tick - 1).is_multiple_of(5) {
                    let claims = sim.claims().iter();
                    all.extend(claims.map(|c| (c.function, c.reported, c.correct, c.right)));
                }
                if ended {
                    break;
                }
            }
        }
    }
    all
}

/// Expected calibration error: the mean over bins of |share right - mean confidence|, by weight.
fn calibration_error(claims: &[(f64, bool)]) -> f64 {
    let mut bins = [(0.0, 0.0, 0.0); BINS];
    for (p, right) in claims {
        let bin = &mut bins[((p * BINS as f64) as usize).min(BINS - 1)];
        *bin = (bin.0 + 1.0, bin.1 + p, bin.2 + f64::from(u8::from(*right)));
    }
    let n: f64 = bins.iter().map(|b| b.0).sum();
    bins.iter().map(|b| (b.2 - b.1).abs()).sum::<f64>() / n
}

/// For each function with claims: how many, and the calibration error of what is reported and of
/// what is said to be true.
fn table(texts: &[String]) -> Vec<(Function, usize, f64, f64)> {
    let all = claims(texts);
    let mut table = Vec::new();
    for function in Function::ALL {
        let of = all.iter().filter(|c| c.0 == function);
        let reported: Vec<_> = of.clone().map(|c| (c.1, c.3)).collect();
        let correct: Vec<_> = of.map(|c| (c.2, c.3)).collect();
        if !reported.is_empty() {
            let error = calibration_error(&reported);
            table.push((function, reported.len(), error, calibration_error(&correct)));
        }
    }
    table
}

#[test]
fn claims_come_true_as_often_as_they_say() {
    let table = table(&batch(""));
    let functions: Vec<Function> = table.iter().map(|t| t.0).collect();
    for function in [
        Function::FreeSpace,
        Function::Lanes,
        Function::Objects,
        Function::Localisation,
        Function::Prediction,
    ] {
        assert!(functions.contains(&function), "{function:?} claims nothing");
    }
    for (function, n, error, of_truth) in table {
        assert!(n > 10_000, "{function:?}: {n} claims only");
        assert!(error < 0.05, "{function:?}: {error}");
        assert!(
            (error - of_truth).abs() < 1e-12,
            "{function:?} reports what is true"
        );
    }
}

#[test]
fn an_overconfident_map_shows() {
    // Where the functions are in doubt: a lane without markings, and fog.
    let texts = [motorway(
        "visibility: 60.0",
        "confidence: (map: Logit(scale: 1.0, shift: 3.0), only: [lanes, free_space])",
    )];
    for (function, _, error, of_truth) in table(&texts) {
        let distorted = matches!(function, Function::Lanes | Function::FreeSpace);
        assert_eq!(error > 0.05, distorted, "{function:?}: {error}");
        assert!(of_truth < 0.05, "{function:?}: {of_truth}");
    }
}
