//! Around the run, in a real window on a virtual display: start page, run, request, takeover by key,
//! end page, again, pause, quit; by keys alone, since a pad makes the same steps (`devices::menu`).

use crate::common::{output, takeover};
use crate::window::{early_fog, in_a_window, share};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

const EVENING: &str = r#"
"$TAKEOVER" station "$DIR/early.ron" --settings "$DIR/station.ron" --out "$DIR/runs" \
    --screenshots "$DIR" --size 640x360 > "$DIR/out.txt" 2> "$DIR/err.txt" &
station=$!
wait_for() {
    for _ in $(seq 900); do
        [ -s "$DIR/$1" ] && return
        kill -0 $station 2>/dev/null || return
        sleep 0.1
    done
}
key() { xdotool key "$1"; sleep 0.7; }
wait_for start.png
xdotool search --name "operator station" windowfocus
sleep 0.5
key Right; key Up; key Up; key Return
wait_for settings.png
key Escape; key Left
key Return
wait_for request.png
sleep 0.5
xdotool keydown space; sleep 0.3; xdotool keyup space
wait_for operator.png
wait_for end.png
key Return
for _ in $(seq 300); do [ "$(ls "$DIR/runs" | wc -l)" -ge 2 ] && break; sleep 0.1; done
sleep 3
key p
wait_for paused.png
sleep 1
key p
sleep 1
key Escape
key Up
key Return
wait $station
echo $? > "$DIR/code"
"#;

/// The early fog bank, over in 22 s.
fn shorter_fog(dir: &Path) {
    early_fog(dir);
    let path = dir.join("early.ron");
    let mut text = fs::read_to_string(&path).expect("readable");
    for (from, to) in [
        ("at: 40.0", "at: 21.0"),
        ("at: 38.0", "at: 15.0"),
        ("duration: 60.0", "duration: 22.0"),
    ] {
        assert!(text.contains(from), "the scenario no longer has `{from}`");
        text = text.replacen(from, to, 1);
    }
    fs::write(path, text).expect("writable");
}

fn inspected(log: &Path) -> (Value, i32) {
    let (out, err, code) = output(takeover().arg("inspect").arg(log).arg("--json"));
    (
        serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e}: {err}")),
        code,
    )
}

#[test]
fn an_evening_at_the_station_by_keys_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path();
    shorter_fog(dir);
    let (_, all) = in_a_window(dir, "640x360", EVENING, &[]);
    let code = fs::read_to_string(dir.join("code")).expect("the station ended");
    // The last run was cut short.
    assert_eq!(code.trim(), "3", "{all}");

    let mut logs: Vec<PathBuf> = fs::read_dir(dir.join("runs"))
        .expect("a folder of logs")
        .flatten()
        .map(|e| e.path())
        .collect();
    logs.sort();
    assert_eq!(logs.len(), 2, "{all}");
    let (first, code) = inspected(&logs[0]);
    assert_eq!((code, &first["outcome"]), (0, &"completed".into()), "{all}");
    assert_eq!(first["takeovers"][0]["by"], "button", "{first}");
    assert_eq!(first["takeovers"][0]["outcome"], "taken_over");
    assert_eq!(first["ticks"], 2200);
    let (second, code) = inspected(&logs[1]);
    assert_eq!((code, &second["outcome"]), (0, &"interrupted".into()));
    let events = second["events"].as_array().expect("events");
    let count = |name: &str| events.iter().filter(|e| e["event"] == name).count();
    // By P, and by the menu that Esc opens; that one was left by quitting.
    assert_eq!((count("paused"), count("resumed")), (2, 1), "{second}");
    let stood = events.iter().find(|e| e["event"] == "resumed");
    assert!(
        stood
            .and_then(|e| e["stood_s"].as_f64())
            .is_some_and(|s| s > 1.0)
    );

    // What is in focus is blue, and letters are nearly white; no page is empty, none like another.
    for (page, most) in [
        ("start.png", 0.2),
        ("settings.png", 0.2),
        ("paused.png", 0.2),
    ] {
        let path = dir.join(page);
        let focus = share(&path, [0x04, 0x55, 0x86]);
        let letters = share(&path, [0xF2, 0xF5, 0xF7]);
        assert!(
            (0.003..most).contains(&focus),
            "{page}: {focus} is in focus"
        );
        assert!(
            (0.0005..most).contains(&letters),
            "{page}: {letters} are letters"
        );
    }
    let end = dir.join("end.png");
    // Blue where automation drove, yellow where a person did: thin lines, and nothing else has
    // these colours.
    for (what, colour, least) in [
        ("the way of the automation", [0, 114, 178], 0.000_02),
        ("the way of the person", [240, 228, 66], 0.000_02),
        ("the ground of the page", [9, 11, 16], 0.2),
        ("letters", [0xF2, 0xF5, 0xF7], 0.001),
    ] {
        let seen = share(&end, colour);
        assert!(seen >= least, "{what}: {seen}");
    }
    // The run's scene is not behind the page's left side but beside it: its sky and road.
    assert!(share(&end, [9, 11, 16]) < 0.8, "the replay can be seen");

    let settings = fs::read_to_string(dir.join("station.ron")).expect("settings were kept");
    assert!(settings.contains("early.ron"), "{settings}");
}

#[test]
fn a_broken_settings_file_is_named_and_does_not_stop_the_evening() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("station.ron");
    fs::write(&path, "(language: \"xx\")").expect("written");
    let script = r#"
"$TAKEOVER" station --settings "$DIR/station.ron" --out "$DIR/runs" --screenshots "$DIR" \
    --size 640x360 2> "$DIR/err.txt" > /dev/null &
station=$!
for _ in $(seq 600); do [ -s "$DIR/start.png" ] && break; kill -0 $station || break; sleep 0.1; done
kill -INT $station
wait $station
echo $? > "$DIR/code"
"#;
    let (err, _) = in_a_window(folder.path(), "640x360", script, &[]);
    let code = fs::read_to_string(folder.path().join("code")).expect("the station ended");
    assert_eq!(code.trim(), "0", "{err}");
    assert!(
        err.contains("station.ron:1:12: language: expected one of en, de"),
        "{err}"
    );
    let kept = fs::read_to_string(&path).expect("readable");
    assert_eq!(kept, "(language: \"xx\")", "its owner mends it");
}
