//! `takeover devices` on a machine with or without devices, and profiles that are wrong.

use crate::common::{output, takeover};

#[test]
fn the_list_is_an_array_whatever_is_plugged_in() {
    let (out, err, code) = output(takeover().args(["devices", "--json"]));
    assert_eq!(code, 0, "{err}");
    let list: Vec<serde_json::Value> = serde_json::from_str(&out).expect("an array");
    for device in &list {
        assert!(device["profile_from"].is_string(), "{device}");
    }
    let (out, err, code) = output(takeover().arg("devices"));
    assert_eq!(code, 0, "{err}");
    assert_eq!(out.is_empty(), list.is_empty());
    if list.is_empty() {
        assert!(err.contains("the keyboard works"), "{err}");
    }
}

#[test]
fn a_device_that_is_not_there_is_told_in_one_line() {
    let (_, err, _) = output(takeover().args(["devices", "--device", "77"]));
    assert!(err.contains("there is no device 77"), "{err}");
}

#[test]
fn a_wrong_profile_is_told_with_its_place_and_nothing_starts() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("wheel.ron");
    let text = "(\n    name: \"x\",\n    kind: Wheel,\n    matches: [(name: \"x\")],\n    lock_angle_deg: 9,\n)\n";
    std::fs::write(&file, text).expect("written");
    let wrong = format!(
        "{}:5:21: lock_angle_deg: expected 90 to 3000, got 9",
        file.display()
    );
    let (_, err, code) = output(takeover().args(["devices", "--profile"]).arg(&file));
    assert_eq!(code, 1);
    assert!(err.contains(&wrong), "{err}");
    let log = folder.path().join("run.mcap");
    let (_, err, code) = output(
        takeover()
            .args(["run", "scenarios/fog_bank.ron", "--headless", "--profile"])
            .arg(&file)
            .arg("--log")
            .arg(&log),
    );
    assert_eq!(code, 1);
    assert!(err.contains(&wrong), "{err}");
    assert!(!log.exists());
}

#[test]
fn numbers_that_make_no_sense_are_wrong_usage() {
    for args in [
        ["devices", "--watch", "--seconds", "0"],
        ["devices", "--calibrate", "--lock-angle", "5"],
        ["devices", "--watch", "--rumble", "--json"],
    ] {
        assert_eq!(output(takeover().args(args)).2, 2, "{args:?}");
    }
}
