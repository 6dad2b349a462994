//! Where two runs part; and many runs, judged at once.

use crate::common::{output, project, takeover};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use takeover::record::{Entry, Log};
use takeover::replay::batch::batch;
use takeover::session::Stop;

fn record(folder: &Path, name: &str, scenario: &str, more: &[&str]) -> PathBuf {
    let log = folder.join(format!("{name}.mcap"));
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

fn diff(a: &Path, b: &Path, more: &[&str]) -> (String, String, i32) {
    output(takeover().arg("diff").args([a, b]).args(more))
}

fn json(a: &Path, b: &Path) -> Value {
    let (out, err, code) = diff(a, b, &["--json"]);
    assert_eq!(code, 0, "{err}");
    serde_json::from_str(&out).expect("json")
}

/// Ticks and hashes of a log, and where its bodies are.
fn states(log: &Path) -> Vec<takeover::record::messages::State> {
    let log = Log::read(log).expect("readable");
    let states = log.entries.into_iter().filter_map(|entry| match entry {
        Entry::State(state) => Some(state),
        _ => None,
    });
    states.collect()
}

#[test]
fn the_same_run_twice_is_identical_to_the_last_tick() {
    let folder = tempfile::tempdir().expect("a folder");
    let a = record(folder.path(), "a", "cell_change", &["--operator", "model"]);
    let b = record(folder.path(), "b", "cell_change", &["--operator", "model"]);
    let ticks = states(&a).len();
    for b in [&a, &b] {
        let (out, err, code) = diff(&a, b, &["--exit-code"]);
        assert_eq!(code, 0, "{err}\n{out}");
        let words = format!("identical over {ticks} ticks\n");
        assert!(out.contains(&words), "{out}");
        assert!(
            out.contains("settings: the same") && out.contains("run: the same"),
            "{out}"
        );
    }
    let found = json(&a, &b);
    assert_eq!(found["identical"], true);
    assert_eq!(found["events"]["differ"], serde_json::json!([]));
    assert!(found["events"]["same"].as_u64() > Some(3), "{found}");
    assert_eq!(found["motion"]["ego"]["furthest"]["value"], 0.0);
}

#[test]
fn another_operator_is_another_run_from_their_first_command_that_counts() {
    let folder = tempfile::tempdir().expect("a folder");
    let a = record(folder.path(), "a", "fog_bank", &["--operator", "none"]);
    let b = record(folder.path(), "b", "fog_bank", &["--operator", "model"]);
    let found = json(&a, &b);
    // What the two logs say themselves.
    let (x, y) = (states(&a), states(&b));
    let parted = x.iter().zip(&y).position(|(x, y)| x.hash != y.hash);
    let parted = parted.expect("they part") as u64 + 1;
    assert_eq!(found["motion"]["parted"]["tick"], parted);
    assert_eq!(found["motion"]["same_ticks"], parted - 1);
    let command = found["motion"]["commands_part"]["tick"].as_u64();
    assert!(command < Some(parted), "{command:?} {parted}");
    let both = x.len().min(y.len());
    let only = |a: usize, b: usize| a.saturating_sub(b) as u64;
    assert_eq!(found["motion"]["ticks"], both as u64);
    assert_eq!(found["motion"]["only_a_ticks"], only(x.len(), y.len()));
    assert_eq!(found["motion"]["only_b_ticks"], only(y.len(), x.len()));
    let far = |(x, y): (
        &takeover::record::messages::State,
        &takeover::record::messages::State,
    )| {
        let (x, y) = (x.bodies[0], y.bodies[0]);
        let square = |a: f32, b: f32| f64::from(a - b).powi(2);
        (square(x.x, y.x) + square(x.y, y.y) + square(x.z, y.z)).sqrt()
    };
    let furthest = x.iter().zip(&y).map(far).fold(0.0, f64::max);
    let ego = &found["motion"]["ego"];
    let told = ego["furthest"]["value"].as_f64().expect("a number");
    assert!(
        furthest > 1.0 && (told - furthest).abs() < 1e-3,
        "{told} {furthest}"
    );
    let first = x.iter().zip(&y).position(|pair| far(pair) > 1.0);
    let first = first.expect("they do") as u64 + 1;
    assert!(
        ego["m_1"]["tick"]
            .as_u64()
            .is_some_and(|t| t.abs_diff(first) <= 1),
        "{ego}"
    );
    let steps = ["mm_1", "cm_1", "cm_10", "m_1"].map(|s| ego[s]["tick"].as_u64());
    assert!(steps.is_sorted() && steps[0] >= Some(parted), "{steps:?}");

    // The request is the same in both, its end is not.
    let events = found["events"]["differ"].as_array().expect("a list");
    let kind = |e: &Value, side: &str| e[side]["event"].as_str().map(str::to_string);
    let of = |what: &str, side: &str| {
        let is = |e: &&Value| kind(e, side).as_deref() == Some(what);
        events.iter().find(is).cloned().unwrap_or_default()
    };
    assert!(of("request_raised", "a").is_null(), "{events:#?}");
    assert_eq!(of("taken_over", "event")["in"], "only_b");
    assert_eq!(of("minimal_risk_started", "event")["in"], "only_a");
    let ended = of("request_ended", "a");
    assert_eq!(ended["in"], "both");
    assert_eq!(ended["changed"][0]["path"], "outcome");
    let later = ended["b"]["time"].as_f64().zip(ended["a"]["time"].as_f64());
    let later = later.map(|(b, a)| b - a).expect("times");
    assert!((ended["later_s"].as_f64().expect("s") - later).abs() < 1e-9);
    let authority = found["motion"]["authority"].as_array().expect("a list");
    assert!(
        authority.iter().any(|s| s["b"] == "operator"),
        "{authority:?}"
    );
    assert_eq!(found["run"][0]["path"], "ended");
    assert_eq!(found["settings"], serde_json::json!([]));

    // Turned round, it is the same the other way round.
    let turned = json(&b, &a);
    assert_eq!(
        turned["motion"]["parted"]["a"],
        found["motion"]["parted"]["b"]
    );
    assert_eq!(
        turned["motion"]["only_b_ticks"],
        found["motion"]["only_a_ticks"]
    );
    let (out, _, code) = diff(&a, &b, &["--exit-code"]);
    assert_eq!(code, 4);
    assert!(
        out.contains(&format!("identical up to tick {}", parted - 1)),
        "{out}"
    );
    assert_eq!(diff(&a, &b, &[]).2, 0, "found is no failure");
}

#[test]
fn settings_are_told_by_their_place_and_both_values() {
    let folder = tempfile::tempdir().expect("a folder");
    let a = record(folder.path(), "a", "planned_exit", &["--operator", "none"]);
    let text = fs::read_to_string(project("scenarios/planned_exit.ron")).expect("there");
    let changed = text.replacen(
        "    policy:",
        "    authority: (link_timeout: 0.7),\n    policy:",
        1,
    );
    assert_ne!(text, changed, "the scenario has a policy");
    let scenario = folder.path().join("changed.ron");
    fs::write(&scenario, &changed).expect("written");
    let b = folder.path().join("b.mcap");
    let (_, err, code) = output(
        takeover()
            .arg("run")
            .arg(&scenario)
            .args(["--headless", "--operator", "none", "--link", "4g", "--log"])
            .arg(&b),
    );
    assert_eq!(code, 0, "{err}");
    let found = json(&a, &b);
    let settings = found["settings"].as_array().expect("a list");
    let at = |path: &str| settings.iter().find(|s| s["path"] == path);
    let timeout = at("authority.link_timeout").expect("told");
    assert_eq!(
        (&timeout["a"], &timeout["b"]),
        (&serde_json::json!(0.3), &serde_json::json!(0.7))
    );
    assert_eq!(at("link.up_ms").expect("told")["b"], 30.0);
    let run = found["run"].as_array().expect("a list");
    assert!(
        run.iter().any(|s| s["path"] == "link" && s["b"] == "4g"),
        "{run:?}"
    );
    let line = text
        .lines()
        .position(|l| l.starts_with("    policy:"))
        .expect("there");
    assert_eq!(found["scenario"]["line"], line as u64 + 1);
    let (out, _, _) = diff(&a, &b, &[]);
    assert!(
        out.contains("  authority.link_timeout: A 0.3, B 0.7\n"),
        "{out}"
    );
}

#[test]
fn damage_is_told_and_what_is_no_log_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = record(
        folder.path(),
        "whole",
        "planned_exit",
        &["--operator", "none"],
    );
    let bytes = fs::read(&whole).expect("there");
    let cut = folder.path().join("cut.mcap");
    fs::write(&cut, &bytes[..bytes.len() / 2]).expect("written");
    let (out, err, code) = diff(&whole, &cut, &[]);
    assert_eq!(code, 3, "{err}");
    assert!(err.contains("cut.mcap: "), "{err}");
    assert!(
        out.contains("identical over ") && out.contains(" ticks are only in A\n"),
        "{out}"
    );
    assert_eq!(diff(&whole, &cut, &["--exit-code"]).2, 4);

    let foreign = folder.path().join("foreign.mcap");
    fs::write(&foreign, "not a log").expect("written");
    for (a, b) in [(&whole, &foreign), (&foreign, &whole)] {
        let (out, err, code) = diff(a, b, &[]);
        assert_eq!((code, out.as_str()), (1, ""));
        assert!(
            err.contains("foreign.mcap: expected a log of takeover"),
            "{err}"
        );
    }
    let (_, err, code) = diff(&whole, &folder.path().join("gone.mcap"), &["--json"]);
    assert_eq!(code, 1);
    assert!(err.contains("gone.mcap: cannot read the log"), "{err}");

    // Any half of it flipped: an answer or an error, never a panic.
    for at in (0..bytes.len()).step_by(bytes.len() / 40) {
        let mut bad = bytes.clone();
        bad[at] ^= 0x10;
        fs::write(&cut, &bad).expect("written");
        let (_, err, code) = diff(&whole, &cut, &["--json"]);
        assert!(
            (0..=3).contains(&code) && !err.contains("panicked"),
            "byte {at}: {code} {err}"
        );
    }
}

#[test]
fn logs_of_format_1_are_compared_like_others() {
    let old = project("tests/data/format1.mcap");
    let (out, err, code) = diff(&old, &old, &["--exit-code"]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("identical over "), "{out}");
}

#[test]
fn a_batch_counts_what_was_needed_and_names_what_it_skips() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path();
    let script = "script:scenarios/operators/silent_failure.ron";
    let logs = [
        record(path, "fog", "fog_bank", &["--operator", "model"]),
        record(path, "street", "narrow_street", &["--operator", "model"]),
        record(path, "nobody", "narrow_street", &["--operator", "none"]),
        record(path, "silent", "silent_failure", &["--operator", script]),
    ];
    // Another seed than the one it was recorded with: it does not repeat.
    let mut bytes = fs::read(&logs[0]).expect("there");
    let seed = b"\"seed\":1,";
    let at = bytes
        .windows(seed.len())
        .position(|w| w == seed)
        .expect("there");
    bytes[at + seed.len() - 2] = b'2';
    let other = path.join("other_seed.mcap");
    fs::write(&other, &bytes).expect("written");
    let cut = path.join("cut.mcap");
    fs::write(&cut, &bytes[..bytes.len() / 2]).expect("written");

    let given = [vec![path.to_path_buf()], logs.to_vec()].concat();
    let found = batch(&given, &Stop::default());
    let lines = found.lines();
    let total = "3 takeovers in 4 logs, 1 unprompted: 2 (67 %) needed, 0 of them too late; 1 (33 %) needless";
    assert!(lines.iter().any(|l| l == total), "{lines:#?}");
    let names: Vec<_> = found.logs.iter().map(|j| j.log.clone()).collect();
    let mut by_name = logs.to_vec();
    by_name.sort();
    assert_eq!(names, by_name, "a folder by name, each log once");
    let skipped: Vec<_> = found.skipped.iter().map(|s| s.0.clone()).collect();
    assert_eq!(skipped, [cut, other]);
    assert!(
        found.skipped[1]
            .1
            .contains("it is another one from tick 1 on"),
        "{:?}",
        found.skipped
    );

    let of = |log: &Path| {
        let judged = found.logs.iter().find(|j| j.log == log).expect("judged");
        (judged.sums.interventions, judged.sums.requests)
    };
    // docs/referee.md has what the automation meets alone.
    let (fog, requests) = of(&logs[0]);
    assert_eq!((fog.n, fog.needless, fog.effects.none), (1, 1, 1));
    assert_eq!((requests.n, requests.needed, requests.answered), (1, 0, 1));
    let (street, _) = of(&logs[1]);
    assert_eq!((street.n, street.needed, street.too_late), (1, 1, 0));
    assert_eq!(street.effects.prevented, 1);
    let (nobody, requests) = of(&logs[2]);
    assert_eq!(
        (nobody.n, requests.missed, requests.needed_and_missed),
        (0, 1, 1)
    );
    let (silent, requests) = of(&logs[3]);
    assert_eq!((silent.n, silent.unprompted, silent.needed), (1, 1, 1));
    assert_eq!((silent.effects.prevented, requests.n), (1, 0));
    let totals = found.totals;
    assert_eq!(
        (totals.interventions.n, totals.interventions.needed),
        (3, 2)
    );
    assert_eq!((totals.requests.n, totals.requests.missed), (3, 1));
    assert_eq!(batch(&given, &Stop::default()), found, "whoever is first");
}
