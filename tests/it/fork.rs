//! What if: forks of recorded runs.

use crate::common::{output, takeover};
use std::path::{Path, PathBuf};

/// A log of a scenario, made by the program.
fn record(folder: &Path, scenario: &str, more: &[&str]) -> PathBuf {
    let name = format!("{}.mcap", scenario.replace('/', "_"));
    let log = folder.join(name);
    let (_, err, code) = output(
        takeover()
            .args(["run", &format!("scenarios/{scenario}.ron"), "--headless"])
            .args(more)
            .arg("--log")
            .arg(&log),
    );
    assert_eq!(code, 0, "{err}");
    log
}

fn fork(log: &Path, folder: &Path, more: &[&str]) -> serde_json::Value {
    let (out, err, code) = output(
        takeover()
            .arg("fork")
            .arg(log)
            .args(["--json", "--out"])
            .arg(folder.join("forks"))
            .args(more),
    );
    assert_eq!(code, 0, "{err}");
    serde_json::from_str(&out).expect("json")
}

fn hash_of(log: &Path) -> String {
    let log = takeover::record::Log::read_ego(log).expect("readable");
    log.end.expect("closed").state_hash
}

#[test]
fn the_same_commands_again_are_the_same_run_from_any_moment() {
    let folder = tempfile::tempdir().expect("a folder");
    // A jittery link, and shared control, and an ordinary run.
    for (scenario, more) in [
        ("cell_change", &["--seed", "3"][..]),
        ("fog_bank", &["--seed", "2"][..]),
    ] {
        let log = record(folder.path(), scenario, more);
        let expected = hash_of(&log);
        for at in ["0", "request-3", "takeover", "takeover+1.5", "end"] {
            let json = fork(
                &log,
                folder.path(),
                &["--operator", "recorded", "--no-log", "--at", at],
            );
            assert_eq!(
                json["forks"][0]["state_hash"],
                expected.as_str(),
                "{scenario} at {at}"
            );
        }
    }
}

#[test]
fn a_fork_has_a_log_that_verifies_and_can_be_forked_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = record(folder.path(), "fog_bank", &[]);
    let json = fork(&log, folder.path(), &["--operator", "none,alone,model"]);
    let recorded = &json["recorded"];
    let of = |i: usize| &json["forks"][i]["outcome"];
    assert_eq!(recorded["taken_over"], 1);
    assert_eq!(
        (&of(0)["taken_over"], &of(0)["missed"]),
        (&0.into(), &1.into()),
        "nobody came"
    );
    assert!(of(0)["minimal_risk_s"].is_number());
    assert_eq!(of(1)["requests"], 0, "alone: nobody is asked");
    assert_eq!(of(2)["taken_over"], 1);
    assert!(of(2)["reaction_s"].is_number(), "{}", of(2));
    let logs: Vec<&str> = (0..3)
        .map(|i| json["forks"][i]["log"].as_str().expect("a log"))
        .collect();
    let (out, err, code) = output(takeover().arg("verify").args(&logs));
    assert_eq!(code, 0, "{out}{err}");
    assert_eq!(out.matches("identical over").count(), 3, "{out}");
    // Its own log says what was done, and judges like any other.
    let (_, err, code) = output(takeover().arg("judge").arg(logs[1]));
    assert_eq!(code, 0, "{err}");
    let again = fork(
        Path::new(logs[2]),
        folder.path(),
        &["--operator", "recorded", "--at", "60", "--no-log"],
    );
    assert_eq!(
        again["forks"][0]["state_hash"],
        json["forks"][2]["state_hash"]
    );
    // The same question has the same answer.
    let twice = fork(
        &log,
        folder.path(),
        &["--operator", "none,alone,model", "--no-log"],
    );
    for i in 0..3 {
        assert_eq!(
            twice["forks"][i]["state_hash"],
            json["forks"][i]["state_hash"]
        );
    }
}

#[test]
fn a_request_comes_earlier_and_so_does_the_answer() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = record(folder.path(), "fog_bank", &[]);
    let raised = |log: &str| {
        let log = takeover::record::Log::read_ego(Path::new(log)).expect("readable");
        let time = |is: fn(&Event) -> bool| {
            log.entries.iter().find_map(|e| match e {
                takeover::record::Entry::Event(e) if is(&e.event) => Some(e.time),
                _ => None,
            })
        };
        use takeover::takeover::event::Event;
        (
            time(|e| matches!(e, Event::RequestRaised { .. })).expect("asked"),
            time(|e| matches!(e, Event::TakenOver { .. })).expect("answered"),
        )
    };
    let (asked, answered) = raised(log.to_str().expect("text"));
    for shift in ["-2", "1.5"] {
        let json = fork(
            &log,
            folder.path(),
            &[
                "--at",
                "request-5",
                "--operator",
                "recorded",
                "--request-shift",
                shift,
            ],
        );
        let by: f64 = shift.parse().expect("a number");
        let forked = json["forks"][0]["log"].as_str().expect("a log");
        let (then, after) = raised(forked);
        assert!((then - asked - by).abs() < 0.015, "{then} {asked}");
        assert!((after - answered - by).abs() < 0.015, "{after} {answered}");
        let (_, err, code) = output(takeover().arg("verify").arg(forked));
        // The recorded commands end before the scenario does.
        assert_eq!(code, 0, "{err}");
    }
}

#[test]
fn another_policy_link_and_vehicle_are_on_record() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = record(folder.path(), "fog_bank", &[]);
    let policy = folder.path().join("never.ron");
    std::fs::write(&policy, "Silent").expect("writable");
    let json = fork(
        &log,
        folder.path(),
        &[
            "--at",
            "request-1",
            "--policy",
            policy.to_str().expect("text"),
        ],
    );
    assert_eq!(
        json["forks"][0]["outcome"]["requests"], 0,
        "a policy that never asks"
    );
    let silent = json["forks"][0]["log"].as_str().expect("a log").to_string();
    let json = fork(
        &log,
        folder.path(),
        &["--operator", "model", "--link", "4g"],
    );
    let linked = json["forks"][0]["log"].as_str().expect("a log").to_string();
    let info = takeover::record::Log::read_ego(Path::new(&linked))
        .expect("readable")
        .info;
    assert_eq!(info.link.as_deref(), Some("4g"));
    let json = fork(
        &log,
        folder.path(),
        &["--operator", "none", "--vehicle", "van", "--for", "5"],
    );
    let van = json["forks"][0]["log"].as_str().expect("a log").to_string();
    let (out, err, code) = output(takeover().arg("verify").args([&silent, &linked, &van]));
    assert_eq!(code, 0, "{out}{err}");
}

#[test]
fn mistakes_get_one_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = record(folder.path(), "ghost_object", &["--operator", "none"]);
    let log = log.to_str().expect("text");
    for (args, code, expected) in [
        (
            &["fork", log, "--at", "9999"][..],
            1,
            "expected a time from 0.00 to",
        ),
        (&["fork", log, "--at", "soon"][..], 2, "expected seconds"),
        (
            &["fork", log, "--at", "takeover:7"][..],
            1,
            "there is no takeover 7",
        ),
        (
            &["fork", log, "--at", "1", "--operator", "me"][..],
            2,
            "expected none, alone, model",
        ),
        (
            &["fork", log, "--at", "1", "--request-shift", "-500"][..],
            1,
            "request",
        ),
        (
            &["fork", log, "--at", "1", "--for", "0"][..],
            2,
            "expected s, from 0.01",
        ),
        (&["fork", log, log][..], 2, "--batch"),
        (
            &["fork", "nowhere.mcap", "--at", "1"][..],
            1,
            "nowhere.mcap: cannot read the log",
        ),
        (
            &["fork", log, "--at", "1", "--vehicle", "tank"][..],
            1,
            "expected one of",
        ),
    ] {
        let (_, err, got) = output(takeover().args(args));
        assert_eq!(got, code, "{args:?}: {err}");
        assert!(err.contains(expected), "{args:?}: {err}");
        assert!(!err.contains("panicked"));
    }
}
