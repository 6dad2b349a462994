//! The command line as a contract: output, messages, exit codes.

use crate::common::{output, takeover};
use serde_json::Value;
use std::fs;
use std::path::Path;

fn run_json(folder: &Path, operator: &str) -> Value {
    let (out, err, code) = output(
        takeover()
            .args([
                "run",
                "scenarios/fog_bank.ron",
                "--headless",
                "--json",
                "--operator",
                operator,
            ])
            .arg("--out")
            .arg(folder),
    );
    assert_eq!(code, 0, "{err}");
    serde_json::from_str(&out).expect("one json object on standard output")
}

#[test]
fn json_has_the_fields_it_promises() {
    let folder = tempfile::tempdir().expect("a folder");
    let json = run_json(folder.path(), "none");
    for field in [
        "scenario",
        "seed",
        "ticks",
        "sim_time_s",
        "real_time_factor",
        "state_hash",
        "log",
        "outcome",
        "collisions",
        "takeovers",
    ] {
        assert!(!json[field].is_null(), "{field} is missing: {json}");
    }
    assert_eq!(json["outcome"], "minimal_risk_standstill");
    let takeover = &json["takeovers"][0];
    assert_eq!(takeover["outcome"], "minimal_risk");
    assert!(takeover["raised_s"].is_number());
    for field in [
        "shown_s",
        "first_input_s",
        "threshold_s",
        "in_force_s",
        "stabilised_s",
    ] {
        assert!(takeover.as_object().expect("object").contains_key(field));
        assert!(takeover[field].is_null(), "{field} did not happen");
    }
    let ticks = json["ticks"].as_f64().expect("number");
    assert!((json["sim_time_s"].as_f64().expect("number") - ticks / 100.0).abs() < 1e-6);
}

#[test]
fn inspect_tells_from_the_log_what_the_run_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = run_json(folder.path(), "model");
    let log = run["log"].as_str().expect("a path");
    let (out, err, code) = output(takeover().args(["inspect", "--json", log]));
    assert_eq!(code, 0, "{err}");
    let seen: Value = serde_json::from_str(&out).expect("json");
    for field in [
        "ticks",
        "state_hash",
        "outcome",
        "takeovers",
        "collisions",
        "sim_time_s",
    ] {
        assert_eq!(run[field], seen[field], "{field}");
    }
    assert_eq!(run["takeovers"][0]["outcome"], "taken_over");
    assert!(run["takeovers"][0]["stabilised_s"].is_number());

    let (text, _, code) = output(takeover().args(["inspect", log]));
    assert_eq!(code, 0);
    for words in [
        "takeover requested",
        "taken over by",
        "reaction time",
        "in force",
        "seed       1",
    ] {
        assert!(text.contains(words), "{words} is missing in\n{text}");
    }
}

#[test]
fn results_go_to_standard_output_and_talk_to_standard_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let (out, err, code) = output(
        takeover()
            .args(["run", "scenarios/fog_bank.ron", "--headless", "--out"])
            .arg(folder.path()),
    );
    assert_eq!(code, 0);
    assert!(
        err.contains("modelled operator") && err.contains("takeover requested"),
        "{err}"
    );
    assert!(
        out.contains("log: ") && out.contains("no collision"),
        "{out}"
    );
}

#[test]
fn wrong_usage_is_exit_code_2() {
    let headless = ["run", "scenarios/fog_bank.ron", "--headless"];
    for (args, says) in [
        (&["run"][..], "SCENARIO"),
        (&["fly"][..], "fly"),
        (
            &["run", "x.ron", "--operator", "ghost", "--headless"][..],
            "expected human, model, none or script:FILE",
        ),
        (&["run", "x.ron", "--realtime"][..], "--headless"),
        (&["run", "x.ron", "--seed", "minus"][..], "--seed"),
    ] {
        let (_, err, code) = output(takeover().args(args));
        assert_eq!(code, 2, "{args:?}: {err}");
        assert!(err.contains(says), "{args:?}: {err}");
    }
    let (_, err, code) = output(takeover().args(headless).args(["--operator", "human"]));
    assert_eq!(code, 2);
    assert!(err.contains("--realtime"), "{err}");
}

#[test]
fn files_that_cannot_be_used_are_exit_code_1_with_the_reason() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    fs::write(path("foreign.mcap"), "PK not a log").expect("writable");
    fs::write(path("empty.mcap"), "").expect("writable");
    fs::write(path("script.ron"), "(inputs: [(at: 1.0, brake: 7.0)])").expect("writable");
    fs::write(path("taken.mcap"), "something precious").expect("writable");
    let script = format!("script:{}", path("script.ron").display());
    let taken = path("taken.mcap").display().to_string();
    for (args, says) in [
        (
            vec!["run", "gone.ron", "--headless"],
            "gone.ron: cannot read",
        ),
        (
            vec![
                "run",
                "scenarios/fog_bank.ron",
                "--headless",
                "--operator",
                &script,
            ],
            "script.ron:1:28: inputs[0].brake: expected 0 to 1, got 7",
        ),
        (
            vec![
                "run",
                "scenarios/fog_bank.ron",
                "--headless",
                "--log",
                &taken,
            ],
            "never overwritten",
        ),
        (
            vec![
                "run",
                "scenarios/fog_bank.ron",
                "--headless",
                "--out",
                "/proc/nowhere",
            ],
            "/proc/nowhere",
        ),
        (vec!["inspect", "gone.mcap"], "gone.mcap: cannot read"),
    ] {
        let (_, err, code) = output(takeover().args(&args));
        assert_eq!(code, 1, "{args:?}: {err}");
        assert!(err.contains(says), "{args:?}: {err}");
        assert_eq!(err.trim().lines().count(), 1, "one line: {err}");
    }
    for (file, says) in [
        ("foreign.mcap", "another kind"),
        ("empty.mcap", "empty file"),
    ] {
        let (_, err, code) = output(takeover().arg("inspect").arg(path(file)));
        assert_eq!(code, 1);
        assert!(err.contains(says), "{err}");
    }
    assert_eq!(
        fs::read_to_string(path("taken.mcap")).expect("still there"),
        "something precious"
    );
}

#[test]
fn help_teaches_with_examples() {
    for verb in ["run", "check", "list", "inspect", "judge"] {
        let (out, _, code) = output(takeover().args([verb, "--help"]));
        assert_eq!(code, 0);
        assert!(out.contains("Example"), "{verb}: {out}");
    }
    let (out, _, _) = output(takeover().arg("--help"));
    assert!(out.contains("Exit codes"), "{out}");
}

#[test]
#[cfg(not(feature = "station"))]
fn without_the_window_it_says_what_to_do() {
    let (_, err, code) = output(takeover().args(["run", "scenarios/fog_bank.ron"]));
    assert_eq!(code, 2);
    assert!(err.contains("--headless"), "{err}");
}

#[test]
#[cfg(feature = "station")]
fn without_a_display_it_says_what_to_do() {
    let (_, err, code) = output(
        takeover()
            .args(["run", "scenarios/fog_bank.ron"])
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY"),
    );
    assert_eq!(code, 1);
    assert!(
        err.contains("display") && err.contains("--headless"),
        "{err}"
    );
}
