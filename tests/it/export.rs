//! `takeover export` from the command line.

use crate::common::{output, takeover};
use crate::told::tell;
use serde_json::Value;
use std::fs;
use std::path::Path;
use takeover::replay::events::EventRecord;

// 2026-11-27 08:00:00.250 UTC.
const STARTED: i64 = 1_795_766_400_250_000_000;

fn export(log: &Path, args: &[&str]) -> (String, String, i32) {
    output(takeover().arg("export").arg(log).args(args))
}

/// Cells by row; the header first.
fn cells(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), String::new());
    let mut quoted = false;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => cell.extend(letters.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            // Lines end in CR LF (RFC 4180).
            '\r' if !quoted => {}
            '\n' if !quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            other => cell.push(other),
        }
    }
    assert!(!quoted && cell.is_empty(), "the last line ends: {text}");
    rows
}

#[test]
fn events_come_in_the_rules_terms_as_csv_and_as_json() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("a.mcap");
    tell(&log, STARTED, 0xff00);
    let (out, err, code) = export(&log, &["--events"]);
    assert_eq!((err.as_str(), code), ("", 0));
    let table = cells(&out);
    assert_eq!(table[0], EventRecord::COLUMNS);
    let column = |name: &str| table[0].iter().position(|c| c == name).expect(name);
    let [code_at, cause, time, ms] = ["code", "cause", "time_utc", "latency_ms"].map(column);
    let told: Vec<_> = table[1..]
        .iter()
        .map(|row| [code_at, cause, time, ms].map(|i| row[i].as_str()))
        .collect();
    let expected = [
        ["activation", "", "08:00:00.250", "150.0"],
        [
            "transition_demand",
            "unplanned: lanes",
            "08:00:02.250",
            "150.0",
        ],
        ["deactivation", "brake_override", "08:00:04.250", "150.0"],
        [
            "remote_driving_start",
            "brake_override",
            "08:00:04.250",
            "150.0",
        ],
        [
            "transition_demand_end",
            "taken_over",
            "08:00:04.250",
            "150.0",
        ],
        ["latency_above_limit", "", "08:00:05.260", "300.0"],
        ["latency_within_limit", "", "08:00:06.260", "150.0"],
        ["remote_driving_end", "hand_back", "08:00:07.250", "150.0"],
        ["activation", "", "08:00:07.250", "150.0"],
        ["record_end", "completed", "08:00:10.250", "150.0"],
    ];
    assert_eq!(told, expected);
    let side = column("lateral_acceleration_m_s2");
    assert!((table[1][side].parse::<f64>().expect("a number") - 2.0).abs() < 1e-3);

    let (out, _, code) = export(&log, &["--events", "--json"]);
    assert_eq!(code, 0);
    let object: Value = serde_json::from_str(&out).expect("json");
    assert_eq!(object["entries"].as_array().expect("entries").len(), 10);
    assert_eq!(object["run"]["started_ns"], STARTED);
    assert_eq!(object["lost"], Value::Null);
    let summary = &object["summary"];
    assert_eq!(summary["activations"], 2);
    assert_eq!(summary["remote_driving_s"], 3.0);
    let driving = &summary["latency_while_driving"];
    assert_eq!(driving["max_ms"], 300.0);
    assert!(
        (driving["above_200_ms_percent"].as_f64().expect("a share") - 100.0 / 3.0).abs() < 1e-4
    );
    // CSV and JSON have the same fields.
    for (name, value) in object["entries"][0].as_object().expect("an entry") {
        let cell = &table[1][column(name)];
        match value {
            Value::Null => assert_eq!(cell, "", "{name}"),
            Value::String(text) => assert_eq!(cell, text, "{name}"),
            other => assert_eq!(*cell, other.to_string(), "{name}"),
        }
    }
}

#[test]
fn a_log_that_broke_off_is_exported_as_far_as_it_goes() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("a.mcap");
    tell(&log, STARTED, 0xff00);
    let whole = fs::read(&log).expect("readable");
    let mut broken = 0;
    for percent in (5..100).step_by(5) {
        fs::write(&log, &whole[..whole.len() * percent / 100]).expect("writable");
        let (out, err, code) = export(&log, &["--events"]);
        // Cut in its head it is no log; cut in its summary nothing is missing.
        if code != 3 {
            assert!(
                code == 0 || (code == 1 && percent < 50),
                "{percent} %: {err}"
            );
            continue;
        }
        assert_eq!(err.lines().count(), 1, "{err}");
        let table = cells(&out);
        // Not one tick is left of the shortest.
        if let [_, .., last] = &table[..] {
            broken += 1;
            assert_eq!(last[1], "record_broken_off");
        }
        // To a file: the same.
        let to = folder.path().join(format!("{percent}.csv"));
        let (_, _, code) = export(&log, &["--events", "--out", to.to_str().expect("utf-8")]);
        assert_eq!(code, 3);
        assert_eq!(fs::read_to_string(&to).expect("readable"), out);
    }
    assert!(broken > 0, "no cut went through the run");
}

#[test]
fn mistakes_are_told_in_one_line_and_nothing_is_overwritten() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("a.mcap");
    tell(&log, STARTED, 0xff00);
    let there = folder.path().join("there.csv");
    fs::write(&there, "mine").expect("writable");
    let there_text = there.to_str().expect("utf-8");
    let foreign = folder.path().join("foreign.mcap");
    fs::write(&foreign, "hello").expect("writable");
    let cases: [(&Path, &[&str], i32, &str); 5] = [
        (&log, &["--events", "--labels"], 2, "one kind of table"),
        (
            &log,
            &["--events", "--out", there_text],
            1,
            "nothing is overwritten",
        ),
        (
            &log,
            &["--events", "--out", "/no/such/folder/a.csv"],
            1,
            "cannot write",
        ),
        (&foreign, &["--events"], 1, "expected a log of takeover"),
        (&foreign, &["--labels"], 1, "expected a log of takeover"),
    ];
    for (log, args, expected, text) in cases {
        let (out, err, code) = export(log, args);
        assert_eq!((code, out.as_str()), (expected, ""), "{args:?}: {err}");
        assert!(
            err.contains(text) && err.lines().count() == 1,
            "{args:?}: {err}"
        );
    }
    assert_eq!(fs::read_to_string(&there).expect("readable"), "mine");
}
