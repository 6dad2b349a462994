//! `takeover replay`: a moment in numbers in every tier with a simulation; with a window also
//! pictures on a virtual display.

use crate::common::{output, takeover};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// A run of a few seconds with a request and a takeover.
fn recorded(dir: &Path) -> PathBuf {
    let text = fs::read_to_string(crate::common::project("scenarios/fog_bank.ron")).expect("there");
    let mut early = text;
    for (from, to) in [
        ("s: 30.0, speed: 25.0", "s: 1060.0, speed: 23.0"),
        ("s: 105.0", "s: 1130.0"),
        ("s: 5.0", "s: 1000.0"),
        ("at: 58.0", "at: 20.0"),
        ("at: 75.0", "at: 21.0"),
        ("at: 38.0", "at: 15.0"),
        ("duration: 150.0", "duration: 22.0"),
    ] {
        assert!(early.contains(from), "the scenario no longer has `{from}`");
        early = early.replacen(from, to, 1);
    }
    let (scenario, log) = (dir.join("early.ron"), dir.join("run.mcap"));
    fs::write(&scenario, early).expect("writable");
    let mut run = takeover();
    run.arg("run").arg(scenario).arg("--headless");
    run.args(["--link", "4g", "--log"]).arg(&log);
    let (_, err, code) = output(&mut run);
    assert_eq!(code, 0, "{err}");
    log
}

fn moment(log: &Path, at: &str) -> Value {
    let mut replay = takeover();
    replay.arg("replay").arg(log);
    replay.args(["--headless", "--json", "--at", at]);
    let (out, err, code) = output(&mut replay);
    assert_eq!(code, 0, "{err}");
    serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e}: {out}"))
}

#[test]
fn any_moment_of_a_log_is_told_in_numbers_and_words() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = recorded(folder.path());
    let (out, _, _) = output(takeover().arg("inspect").arg(&log).arg("--json"));
    let inspected: Value = serde_json::from_str(&out).expect("json");
    let raised = inspected["takeovers"][0]["raised_s"]
        .as_f64()
        .expect("a request");

    let before = moment(&log, "request-0.01");
    assert_eq!(before["authority"], "automation", "{before}");
    assert_eq!(before["request"], Value::Null);
    // Decisions carry the tick they start from; the frame of the next shows them.
    let asked = moment(&log, "request:1+0.01");
    assert_eq!(asked["authority"], "request_pending", "{asked}");
    assert_eq!(asked["request"]["id"], 1);
    assert_eq!(asked["request"]["raised_s"].as_f64(), Some(raised));
    let time = asked["time_s"].as_f64().expect("a time");
    assert!((time - raised - 0.01).abs() < 1e-6, "{time} {raised}");
    assert!(asked["confidence"]["overall"].as_f64() < before["confidence"]["overall"].as_f64());
    let functions = asked["confidence"]["functions"]
        .as_array()
        .expect("functions");
    assert!(functions.iter().any(|f| f["cause"] == "fog"), "{asked}");
    // The ego first, and everybody has a name.
    let bodies = asked["bodies"].as_array().expect("bodies");
    assert_eq!(bodies[0]["name"], "ego");
    assert_eq!(bodies[0]["x_m"], asked["ego"]["x_m"]);
    assert!(bodies.len() > 1 && bodies.iter().all(|b| b["name"] != ""));
    // What is seen over a mobile network is older than what is so.
    let age = |field: &str| asked["seen"][field].as_f64().expect("an age");
    assert!(age("picture_age_s") > 0.03, "{asked}");
    assert!(age("data_age_s") > 0.01, "{asked}");
    assert!(asked["link"]["delay"].as_f64() > Some(0.01));
    // It is the state of that tick and no other.
    let end = moment(&log, "end");
    assert_eq!(end["tick"], inspected["ticks"]);
    assert_eq!(end["state_hash"], inspected["state_hash"]);
    assert_eq!(end["ended"], inspected["outcome"]);
    // Between two ticks it is the one before.
    assert_eq!(moment(&log, "3.1499")["tick"], 314);

    let mut words = takeover();
    words.arg("replay").arg(&log);
    words.args(["--headless", "--at", "request+0.01"]);
    let (out, _, code) = output(&mut words);
    assert_eq!(code, 0);
    for part in [
        "who drives     request pending",
        "km/h",
        "fog",
        "request        number 1",
    ] {
        assert!(out.contains(part), "{part}: {out}");
    }
}

#[test]
fn mistakes_are_said_in_one_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = recorded(folder.path());
    let wrong = |args: &[&str]| {
        let mut replay = takeover();
        replay.arg("replay").arg(&log).args(args);
        let (_, err, code) = output(&mut replay);
        (err, code)
    };
    let (err, code) = wrong(&["--headless", "--at", "22.5"]);
    assert_eq!(code, 1);
    assert!(err.contains("to 22.00 s, got 22.50 s"), "{err}");
    let (err, code) = wrong(&["--headless", "--at", "collision"]);
    assert_eq!(code, 1);
    assert!(err.contains("there is no collision 1 in this run"), "{err}");
    let (err, code) = wrong(&["--headless", "--at", "soon"]);
    assert_eq!(code, 2);
    assert!(err.contains("request:2-1.5"), "{err}");
    let (err, code) = wrong(&["--headless"]);
    assert_eq!(code, 2);
    assert!(err.contains("--at"), "{err}");

    // A log that broke off is told as far as it goes.
    let bytes = fs::read(&log).expect("readable");
    let cut = folder.path().join("cut.mcap");
    fs::write(&cut, &bytes[..bytes.len() * 2 / 3]).expect("writable");
    let mut replay = takeover();
    replay
        .arg("replay")
        .arg(&cut)
        .args(["--headless", "--at", "3", "--json"]);
    let (out, err, code) = output(&mut replay);
    assert_eq!(code, 3, "{err}");
    let there: Value = serde_json::from_str(&out).expect("json");
    assert_eq!(there["state_hash"], moment(&log, "3")["state_hash"]);
}

#[cfg(feature = "station")]
mod window {
    use super::{moment, recorded};
    use crate::common::output;
    use crate::window::{in_a_window, share};
    use std::fs;

    const PICTURES: &str = r#"
at="--at request+1 --size 640x360 --quality low --view chase"
"$TAKEOVER" replay "$DIR/run.mcap" $at --screenshot "$DIR/operator.png" > "$DIR/out.txt" 2> "$DIR/err.txt"
echo $? > "$DIR/operator"
"$TAKEOVER" replay "$DIR/run.mcap" $at --screenshot "$DIR/truth.png" --as truth 2>> "$DIR/err.txt"
echo $? > "$DIR/truth"
"$TAKEOVER" replay "$DIR/run.mcap" $at --screenshot "$DIR/truth.png" 2> "$DIR/again.txt"
echo $? > "$DIR/again"
"$TAKEOVER" replay "$DIR/run.mcap" --video "$DIR/film" --from request --to request+0.5 --fps 4 \
    --size 640x360 --quality low --as truth 2>> "$DIR/err.txt"
echo $? > "$DIR/film_code"
"$TAKEOVER" replay "$DIR/run.mcap" --at request+1 --size 960x540 --quality low --as truth \
    --screenshot "$DIR/other_size.png" 2>> "$DIR/err.txt"
"#;

    const KEYS: &str = r#"
"$TAKEOVER" replay "$DIR/run.mcap" "$DIR/run.mcap" --size 640x360 --quality low 2> "$DIR/err.txt" &
station=$!
for _ in $(seq 600); do
    xdotool search --name "takeover replay" > /dev/null 2>&1 && break
    kill -0 $station 2>/dev/null || break
    sleep 0.1
done
sleep 4
xdotool search --name "takeover replay" windowfocus
sleep 0.5
for key in n space comma t c h h Escape; do xdotool key $key; sleep 0.7; done
wait $station
echo $? > "$DIR/code"
"#;

    #[test]
    fn pictures_are_of_their_moment_and_nothing_is_overwritten() {
        let folder = tempfile::tempdir().expect("a folder");
        let dir = folder.path();
        let log = recorded(dir);
        let (err, all) = in_a_window(dir, "640x360", PICTURES, &[]);
        let code = |name: &str| fs::read_to_string(dir.join(name)).unwrap_or_default();
        assert_eq!(
            (code("operator").trim(), code("truth").trim()),
            ("0", "0"),
            "{all}{err}"
        );
        assert_eq!(code("again").trim(), "1");
        assert!(
            code("again.txt").contains("never overwritten"),
            "{}",
            code("again.txt")
        );

        // Orange: the banner asks, in both; the sign of an old picture is in the operator's alone.
        let orange = |name: &str| share(&dir.join(name), [0xE6, 0x9F, 0x00]);
        let blue = |name: &str| share(&dir.join(name), [86, 180, 233]);
        let (seen, so) = (orange("operator.png"), orange("truth.png"));
        assert!(so > 0.02 && seen > so + 0.02, "{seen} {so}");
        // The badge that says whose eyes these are.
        assert!(blue("operator.png") > blue("truth.png"));
        // Blue on the bar, where the automation drove.
        assert!(share(&dir.join("truth.png"), [0, 114, 178]) > 0.003);
        // The panel takes its part of a window of any size once and for all; while it went to and fro the
        // world stayed black.
        assert!(share(&dir.join("other_size.png"), [13, 15, 20]) < 0.6);

        assert_eq!(code("film_code").trim(), "0", "{all}");
        let mut films: Vec<_> = fs::read_dir(dir.join("film"))
            .expect("a folder")
            .flatten()
            .map(|e| e.file_name().to_string_lossy().into_owned())
            .collect();
        films.sort();
        assert_eq!(films, ["000000.png", "000001.png", "000002.png"]);
        assert_eq!(moment(&log, "request")["authority"], "automation");
        let asks = |name: &str| share(&dir.join("film").join(name), [0xE6, 0x9F, 0x00]);
        // The request is in the frame after the tick that raised it.
        assert!(asks("000001.png") > asks("000000.png") + 0.02);
    }

    #[test]
    fn two_logs_side_by_side_by_keys_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let dir = folder.path();
        recorded(dir);
        let (_, all) = in_a_window(dir, "640x360", KEYS, &[]);
        let code = fs::read_to_string(dir.join("code")).expect("it ended");
        assert_eq!(code.trim(), "0", "{all}");
    }

    #[test]
    fn without_a_display_it_says_so() {
        let folder = tempfile::tempdir().expect("a folder");
        let log = recorded(folder.path());
        let mut replay = crate::common::takeover();
        replay.arg("replay").arg(&log);
        replay.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
        let (_, err, code) = output(&mut replay);
        assert_eq!(code, 1);
        assert!(
            err.contains("--headless --at T") && err.contains("no display"),
            "{err}"
        );
    }
}
