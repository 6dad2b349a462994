//! `takeover vehicle`: the table it prints, what it refuses, and how close it comes to a model that
//! is not ours.

use crate::common::{output, project, takeover};
use std::fs;

/// Rows of a table: one array for each instant, in the order of the header.
fn table(text: &str) -> Vec<[f64; 10]> {
    let mut lines = text.lines();
    assert_eq!(
        lines.next(),
        Some("t_s,x_m,y_m,yaw_rad,steer_rad,vx_mps,vy_mps,yaw_rate_radps,ax_mps2,ay_mps2")
    );
    lines
        .map(|line| {
            let row: Vec<f64> = line
                .split(',')
                .map(|cell| cell.parse().unwrap_or_else(|e| panic!("{cell}: {e}")))
                .collect();
            row.try_into().unwrap_or_else(|r| panic!("{line}: {r:?}"))
        })
        .collect()
}

fn drive(args: &[&str]) -> Vec<[f64; 10]> {
    let (out, err, code) = output(takeover().arg("vehicle").args(args));
    assert_eq!((code, err.as_str()), (0, ""), "{args:?}");
    table(&out)
}

fn refused(args: &[&str]) -> (String, i32) {
    let (out, err, code) = output(takeover().arg("vehicle").args(args));
    assert_ne!(code, 0, "{args:?}: {out}");
    assert_eq!(err.trim_end().lines().count(), 1, "{err}");
    (err, code)
}

#[test]
fn the_table_has_the_manoeuvre_it_was_asked_for() {
    let rows = drive(&[
        "bmw_320i",
        "--manoeuvre",
        "step-steer",
        "--speed",
        "20",
        "--steer",
        "0.03",
    ]);
    assert_eq!(rows.len(), 251);
    for (i, row) in rows.iter().enumerate() {
        let t = i as f64 * 0.02;
        assert!((row[0] - t).abs() < 1e-9);
        let steer = (0.2 * (t - 1.0)).clamp(0.0, 0.03);
        assert!((row[4] - steer).abs() < 2e-5, "{t}: {} {steer}", row[4]);
    }
    let rows = drive(&[
        "bmw_320i",
        "--manoeuvre",
        "sine-steer",
        "--speed",
        "20",
        "--steer",
        "-0.03",
    ]);
    for row in &rows {
        let t = row[0];
        let steer = if (0.5..4.5).contains(&t) {
            -0.03 * libm::sin(std::f64::consts::PI * (t - 0.5))
        } else {
            0.0
        };
        assert!((row[4] - steer).abs() < 2e-5, "{t}: {} {steer}", row[4]);
    }
}

#[test]
fn the_columns_belong_together() {
    let rows = drive(&[
        "saloon",
        "--manoeuvre",
        "sine-steer",
        "--speed",
        "25",
        "--steer",
        "0.02",
    ]);
    for pair in rows.windows(2) {
        let ([_, x0, y0, yaw0, ..], [_, x1, y1, yaw1, _, vx, vy, r, ..]) = (pair[0], pair[1]);
        let yaw = 0.5 * (yaw0 + yaw1);
        let (sin, cos) = (libm::sin(yaw), libm::cos(yaw));
        assert!((x1 - x0 - 0.02 * (vx * cos - vy * sin)).abs() < 2e-3);
        assert!((y1 - y0 - 0.02 * (vx * sin + vy * cos)).abs() < 2e-3);
        assert!((yaw1 - yaw0 - 0.02 * r).abs() < 1e-3);
    }
}

/// Noted by hand from the 29-state multi-body model of `commonroad-vehicle-models` 3.0.2 (BSD-3;
/// M. Althoff and G. Wuersching, "CommonRoad: Vehicle Models", 2020), integrated with LSODA at
/// tolerance 1e-7, no longitudinal input: profile, manoeuvre, speed, steer, largest yaw rate,
/// yaw rate at 5 s (step steer), x and y at 5 s.
const INDEPENDENT: [(&str, &str, &str, &str, f64, Option<f64>, f64, f64); 12] = [
    (
        "ford_escort",
        "step-steer",
        "15",
        "0.03",
        0.1805,
        Some(0.1792),
        70.10,
        19.70,
    ),
    (
        "ford_escort",
        "step-steer",
        "25",
        "0.02",
        0.1849,
        Some(0.1826),
        116.80,
        32.01,
    ),
    (
        "ford_escort",
        "sine-steer",
        "20",
        "0.03",
        0.2245,
        None,
        99.34,
        5.76,
    ),
    (
        "ford_escort",
        "sine-steer",
        "12.5",
        "0.05",
        0.2495,
        None,
        62.06,
        3.96,
    ),
    (
        "bmw_320i",
        "step-steer",
        "15",
        "0.03",
        0.1763,
        Some(0.1752),
        70.39,
        19.08,
    ),
    (
        "bmw_320i",
        "step-steer",
        "25",
        "0.02",
        0.1982,
        Some(0.1961),
        115.96,
        33.21,
    ),
    (
        "bmw_320i",
        "sine-steer",
        "20",
        "0.03",
        0.2242,
        None,
        99.33,
        5.97,
    ),
    (
        "bmw_320i",
        "sine-steer",
        "12.5",
        "0.05",
        0.2401,
        None,
        62.09,
        3.85,
    ),
    (
        "vw_vanagon",
        "step-steer",
        "15",
        "0.03",
        0.1811,
        Some(0.1799),
        70.18,
        19.45,
    ),
    (
        "vw_vanagon",
        "step-steer",
        "25",
        "0.02",
        0.1975,
        Some(0.1953),
        116.02,
        33.06,
    ),
    (
        "vw_vanagon",
        "sine-steer",
        "20",
        "0.03",
        0.2269,
        None,
        99.31,
        6.04,
    ),
    (
        "vw_vanagon",
        "sine-steer",
        "12.5",
        "0.05",
        0.2469,
        None,
        62.06,
        3.96,
    ),
];

#[test]
fn three_cars_do_what_an_independent_model_says() {
    for (car, manoeuvre, speed, steer, peak, steady, x, y) in INDEPENDENT {
        let rows = drive(&[
            car,
            "--manoeuvre",
            manoeuvre,
            "--speed",
            speed,
            "--steer",
            steer,
        ]);
        let what = format!("{car} {manoeuvre} {speed} {steer}");
        let most = rows.iter().map(|r| r[7].abs()).fold(0.0, f64::max);
        assert!((most / peak - 1.0).abs() < 0.03, "{what}: {most} {peak}");
        let last = rows.last().expect("rows");
        if let Some(steady) = steady {
            assert!((last[7] / steady - 1.0).abs() < 0.02, "{what}: {}", last[7]);
        }
        let off = (last[1] - x).hypot(last[2] - y);
        assert!(off < 0.35, "{what}: {off:.2} m off");
    }
}

#[test]
fn left_and_right_mirror_each_other() {
    let run = |steer| {
        drive(&[
            "van",
            "--manoeuvre",
            "step-steer",
            "--speed",
            "15",
            "--steer",
            steer,
        ])
    };
    for (left, right) in run("0.05").iter().zip(run("-0.05")) {
        assert!((left[2] + right[2]).abs() < 1e-3 && (left[7] + right[7]).abs() < 1e-4);
    }
}

#[test]
fn braking_ends_at_a_standstill_and_takes_longer_on_a_worse_road() {
    let mut last = 0.0;
    for surface in ["dry", "wet", "snow", "ice"] {
        let rows = drive(&[
            "saloon",
            "--manoeuvre",
            "brake",
            "--speed",
            "20",
            "--surface",
            surface,
        ]);
        let end = rows.last().expect("rows");
        assert!(end[5].abs() < 0.02, "{surface}: {end:?}");
        // The first second, 20 m, is before the brake.
        let distance = end[1] - 20.0;
        assert!(distance > 1.3 * last, "{surface}: {end:?}");
        last = distance;
    }
}

#[test]
fn a_file_of_ones_own_is_taken_and_its_mistakes_are_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = fs::read_to_string(project("assets/vehicles/saloon.ron")).expect("the saloon");
    let own = folder.path().join("own.ron");
    fs::write(&own, &text).expect("written");
    let path = own.to_str().expect("plain name");
    let args = ["--manoeuvre", "coast", "--speed", "20"];
    assert_eq!(
        drive(&[&[path], &args[..]].concat()),
        drive(&[&["saloon"], &args[..]].concat())
    );

    let line = |what: &str| {
        let before = text.split(what).next().expect("split");
        before.matches('\n').count() + 1
    };
    for (from, to, field) in [
        ("mass: 1500.0", "mass: -1.0", "mass"),
        ("wheel_radius: 0.32", "wheel_raduis: 0.32", "wheel_raduis"),
        ("front_share: 1.0", "front_share: 1.5", "drive.front_share"),
    ] {
        assert!(text.contains(from), "the saloon no longer has `{from}`");
        fs::write(&own, text.replacen(from, to, 1)).expect("written");
        let (err, code) = refused(&[&[path], &args[..]].concat());
        assert_eq!(code, 1, "{err}");
        assert!(err.contains(&format!("own.ron:{}:", line(from))), "{err}");
        assert!(err.contains(&format!(" {field}: expected ")), "{err}");
    }
}

#[test]
fn wrong_usage_is_refused_in_one_line() {
    for (args, words) in [
        (
            &["hovercraft", "--manoeuvre", "coast", "--speed", "20"][..],
            &["PROFILE", "saloon", "`hovercraft`"][..],
        ),
        (
            &["saloon", "--manoeuvre", "step-steer", "--speed", "20"],
            &["--steer", "step-steer needs"],
        ),
        (
            &["saloon", "--manoeuvre", "coast", "--speed", "NaN"],
            &["--speed: expected 0 to 70 m/s, got NaN"],
        ),
        (
            &["saloon", "--manoeuvre", "coast", "--speed", "-3"],
            &["--speed: expected 0 to 70 m/s, got -3"],
        ),
        (
            &[
                "saloon",
                "--manoeuvre",
                "sine-steer",
                "--speed",
                "20",
                "--steer",
                "0.7",
            ],
            &["at most 0.600 rad", "the lock of saloon", "got 0.7"],
        ),
        (
            &[
                "saloon",
                "--manoeuvre",
                "sine-steer",
                "--speed",
                "20",
                "--steer",
                "nan",
            ],
            &["--steer", "got NaN"],
        ),
        (
            &[
                "saloon",
                "--manoeuvre",
                "coast",
                "--speed",
                "20",
                "--duration",
                "0",
            ],
            &["--duration: expected 0.02 to 600 s, got 0"],
        ),
    ] {
        let (err, code) = refused(args);
        assert_eq!(code, 2, "{err}");
        for word in words {
            assert!(err.contains(word), "{args:?}: {err}");
        }
    }
    let (err, code) = refused(&["no/such.ron", "--manoeuvre", "coast", "--speed", "20"]);
    assert_eq!(code, 1);
    assert!(err.contains("no/such.ron: cannot read the file"), "{err}");
}

#[test]
fn a_table_goes_to_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("coast.csv");
    let args = ["vehicle", "truck", "--manoeuvre", "coast", "--speed", "20"];
    let (out, err, code) = output(takeover().args(args).arg("--csv").arg(&file));
    assert_eq!((out.as_str(), code), ("", 0), "{err}");
    assert!(err.contains("251 rows"), "{err}");
    let (printed, _, _) = output(takeover().args(args));
    assert_eq!(fs::read_to_string(&file).expect("the table"), printed);

    let nowhere = folder.path().join("no").join("coast.csv");
    let (_, err, code) = output(takeover().args(args).arg("--csv").arg(nowhere));
    assert_eq!(code, 1);
    assert!(err.contains("cannot write the table"), "{err}");
}
