//! `takeover label` from the command line: one label, the dialogue by a pipe, agreement.

use crate::common::{output, takeover};
use crate::told::tell;
use serde_json::Value;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// A log of one takeover and four events, in a folder of its own.
fn a_log() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("a.mcap");
    tell(&log, 1, 0xff00);
    (folder, log)
}

fn label(log: &Path, args: &[&str]) -> (String, String, i32) {
    output(takeover().arg("label").arg(log).args(args))
}

fn json(log: &Path, args: &[&str]) -> Value {
    let (out, err, code) = label(log, &[args, &["--json"]].concat());
    assert_eq!(code, 0, "{err}");
    serde_json::from_str(&out).expect("json")
}

/// The dialogue, with these lines typed.
fn talk(log: &Path, rater: &str, typed: &str) -> (String, String, i32) {
    let mut child = takeover()
        .arg("label")
        .arg(log)
        .args(["--rater", rater])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(typed.as_bytes()).expect("typed");
    drop(stdin);
    let out = child.wait_with_output().expect("ends");
    (
        String::from_utf8_lossy(&out.stdout).into_owned(),
        String::from_utf8_lossy(&out.stderr).into_owned(),
        out.status.code().expect("a code"),
    )
}

#[test]
fn a_label_is_written_beside_the_log_and_never_into_it() {
    let (_folder, log) = a_log();
    let before = fs::read(&log).expect("readable");
    let (out, err, code) = label(
        &log,
        &[
            "--rater",
            "anna",
            "--request",
            "1",
            "--needed",
            "yes",
            "--cause",
            "perception.lanes",
            "--quality",
            "4",
            "--note",
            "- a note",
        ],
    );
    assert_eq!((err.as_str(), code), ("", 0));
    let expected = "anna-1: takeover 1: needed yes, cause perception.lanes, quality 4 (driving errors), \"- a note\"\n";
    assert_eq!(out, expected);
    let (out, _, _) = label(
        &log,
        &["--rater", "ben", "--span", "1..2.5", "--needed", "n"],
    );
    assert_eq!(out, "ben-1: span 1..2.5 s: needed no\n");
    let (_, _, code) = label(&log, &["--rater", "ben", "--event", "2", "--quality", "1"]);
    assert_eq!(code, 0);
    let (_, _, code) = label(&log, &["--rater", "ben", "--run", "--note", "fine"]);
    assert_eq!(code, 0);
    assert_eq!(fs::read(&log).expect("readable"), before);
    let all = json(&log, &["--list"]);
    assert_eq!(all["labels"].as_array().expect("labels").len(), 4);
    let anna = json(&log, &["--list", "--rater", "anna"]);
    assert_eq!(anna["labels"].as_array().expect("labels").len(), 1);
    assert_eq!(anna["history"].as_array().expect("history").len(), 1);
    let (_, _, code) = label(&log, &["--rater", "ben", "--retract", "ben-2"]);
    assert_eq!(code, 0);
    let ben = json(&log, &["--list", "--rater", "ben"]);
    assert_eq!(ben["labels"].as_array().expect("labels").len(), 2);
    assert_eq!(ben["history"].as_array().expect("history").len(), 4);
    // As a table.
    let (out, _, code) = output(takeover().arg("export").arg(&log).arg("--labels"));
    assert_eq!(code, 0);
    let lines: Vec<_> = out.lines().collect();
    assert!(
        lines[0].starts_with(
            "log,rater,target,number,from_s,to_s,needed,cause,taxonomy,quality_toc,note"
        )
    );
    assert!(lines[1].contains(",anna,takeover,1,,,yes,perception.lanes,takeover-1,4,- a note,"));
    assert!(lines[2].contains(",ben,span,,1.0,2.5,no,"));
    assert_eq!(lines.len(), 4);
}

#[test]
fn the_dialogue_asks_writes_at_once_and_stops_where_it_is_told() {
    let (_folder, log) = a_log();
    let (_, _, code) = label(
        &log,
        &[
            "--rater",
            "ben",
            "--takeover",
            "1",
            "--note",
            "a secret of ben's",
        ],
    );
    assert_eq!(code, 0);
    // Wrong answers are asked again; Enter skips.
    let (out, err, code) = talk(&log, "anna", "perhaps\nu\nno_such\nnone\n\nso it was\n");
    assert_eq!(code, 0, "{err}");
    let expected = "anna-1: takeover 1: needed unsure\nanna-2: takeover 1: cause none\nanna-3: takeover 1: \"so it was\"\n";
    assert_eq!(out, expected);
    assert!(err.contains("lanes (taken over"), "{err}");
    assert!(err.contains("taken over by brake"), "{err}");
    assert!(
        err.contains("expected yes, no or unsure, got `perhaps`"),
        "{err}"
    );
    assert!(err.contains("3 answers written"), "{err}");
    assert!(
        !err.contains("ben"),
        "a rater does not see the others: {err}"
    );
    // Again: one's own is shown, and q ends after one correction.
    let (out, err, code) = talk(&log, "anna", "yes\nq\n");
    assert_eq!(
        (out.as_str(), code),
        ("anna-4: takeover 1: needed yes\n", 0)
    );
    assert!(
        err.contains("you have said: needed unsure, cause none"),
        "{err}"
    );
    let anna = &json(&log, &["--list", "--rater", "anna"])["labels"][0];
    assert_eq!(anna["needed"], "yes");
    assert_eq!(anna["cause"], "none");
    // Nothing typed at all.
    let (out, _, code) = talk(&log, "cora", "");
    assert_eq!((out.as_str(), code), ("", 0));
}

#[test]
fn mistakes_are_told_in_one_line_and_write_nothing() {
    let (folder, log) = a_log();
    let taxonomy = folder.path().join("mine.ron");
    fs::write(
        &taxonomy,
        "(name: \"mine\", causes: [(code: \"a b\", group: \"g\", definition: \"d\")])",
    )
    .expect("writable");
    let taxonomy = taxonomy.to_str().expect("utf-8");
    let cases: [(&[&str], i32, &str); 16] = [
        (&[], 2, "--rater NAME"),
        (&["--rater", "a b"], 2, "letters"),
        (&["--rater", "a", "--needed", "yes"], 2, "what is labelled"),
        (&["--rater", "a", "--run"], 2, "what is said of it"),
        (&["--run", "--needed", "yes"], 2, "--rater NAME"),
        (
            &["--rater", "a", "--run", "--quality", "11"],
            2,
            "--quality: expected 1",
        ),
        (
            &["--rater", "a", "--run", "--cause", "fog"],
            2,
            "--cause: expected a cause",
        ),
        (
            &["--rater", "a", "--run", "--note", " "],
            2,
            "--note: expected",
        ),
        (
            &["--rater", "a", "--takeover", "2", "--needed", "y"],
            1,
            "takeover: expected 1: this log has one, got 2",
        ),
        (
            &["--rater", "a", "--request", "2", "--needed", "y"],
            1,
            "request: expected one of 1, got 2",
        ),
        (
            &["--rater", "a", "--event", "5", "--needed", "y"],
            1,
            "event: expected 1 to 4, got 5",
        ),
        (
            &["--rater", "a", "--span", "9..11", "--needed", "y"],
            1,
            "within the run's 10.00 s",
        ),
        (
            &["--rater", "a", "--retract", "a-1"],
            1,
            "expected the id of a label by a",
        ),
        (&["--list", "--run"], 2, "label nothing"),
        (
            &[
                "--rater",
                "a",
                "--run",
                "--needed",
                "y",
                "--taxonomy",
                taxonomy,
            ],
            1,
            "mine.ron:1:32: causes[0].code",
        ),
        (
            &["b.mcap", "--rater", "a", "--run", "--needed", "y"],
            2,
            "expected one log",
        ),
    ];
    for (args, expected, text) in cases {
        let (out, err, code) = label(&log, args);
        assert_eq!((code, out.as_str()), (expected, ""), "{args:?}: {err}");
        assert!(
            err.contains(text) && err.lines().count() == 1,
            "{args:?}: {err}"
        );
    }
    for bad in ["2..1", "-1..2", "a..b", "3", "1..inf"] {
        let (_, err, code) = label(&log, &["--rater", "a", "--span", bad, "--needed", "y"]);
        assert_eq!(code, 2, "{bad}: {err}");
    }
    let list = json(&log, &["--list"]);
    assert_eq!(list["history"].as_array().map(Vec::len), Some(0));
    let (out, _, code) = output(takeover().args(["label", "--causes"]));
    assert_eq!(code, 0);
    assert!(out.contains("operator.mode_confusion"), "{out}");
}

#[test]
fn labels_of_another_log_are_refused_and_cut_lines_are_reported() {
    let (folder, log) = a_log();
    let (_, _, code) = label(&log, &["--rater", "anna", "--run", "--needed", "y"]);
    assert_eq!(code, 0);
    let file = folder.path().join("a.mcap.labels/anna.jsonl");
    let entry = fs::read_to_string(&file).expect("readable");
    fs::write(&file, format!("{entry}{}", &entry[..40])).expect("writable");
    let (out, err, code) = label(&log, &["--list"]);
    assert_eq!(code, 3, "{err}");
    assert!(err.contains("anna.jsonl:2: a damaged label"), "{err}");
    assert!(out.contains("anna: needed yes"), "{out}");
    let other = folder.path().join("b.mcap");
    tell(&other, 2, 0xff00);
    fs::create_dir(folder.path().join("b.mcap.labels")).expect("a folder");
    fs::write(folder.path().join("b.mcap.labels/anna.jsonl"), entry).expect("writable");
    let (_, err, code) = label(&other, &["--rater", "anna", "--run", "--needed", "n"]);
    assert_eq!(code, 1);
    assert!(
        err.contains("anna.jsonl:1: expected labels of this log"),
        "{err}"
    );
}

#[test]
fn raters_are_compared_over_a_folder_of_logs() {
    let folder = tempfile::tempdir().expect("a folder");
    // needed: 20 x yes/yes, 5 x yes/no, 10 x no/yes, 15 x no/no is kappa 0.4 (by hand); a fifth of it.
    let answers = [
        ("y", "y"),
        ("y", "y"),
        ("y", "y"),
        ("y", "y"),
        ("y", "n"),
        ("n", "y"),
        ("n", "y"),
        ("n", "n"),
        ("n", "n"),
        ("n", "n"),
    ];
    // Five logs, of each a span and the run.
    for (i, pair) in answers.chunks(2).enumerate() {
        let log = folder.path().join(format!("{i}.mcap"));
        tell(&log, 100 + i as i64, 0xff00);
        for (target, (anna, ben)) in [&["--run"][..], &["--span", "1..2"]].into_iter().zip(pair) {
            for (rater, answer) in [("anna", anna), ("ben", ben)] {
                let said = [&["--rater", rater, "--needed", answer], target].concat();
                let (_, err, code) = label(&log, &said);
                assert_eq!(code, 0, "{err}");
            }
        }
    }
    let result = json(folder.path(), &["--agreement"]);
    assert_eq!(result["logs"], 5);
    assert_eq!(result["targets"], 10);
    let needed = &result["questions"]["needed"];
    assert_eq!(needed["units"], 10);
    assert_eq!(needed["percent"], 70.0);
    assert_eq!(needed["kappas"][0]["name"], "Cohen's kappa");
    let kappa = needed["kappas"][0]["value"].as_f64().expect("a number");
    assert!((kappa - 0.4).abs() < 1e-9, "{kappa}");
    let quality = &result["questions"]["quality"];
    assert_eq!(quality["kappas"].as_array().map(Vec::len), Some(0));
    assert!(
        quality["undefined"]
            .as_str()
            .expect("a sentence")
            .contains("two raters")
    );
    // A third makes it Fleiss'.
    let log = folder.path().join("0.mcap");
    let (_, _, code) = label(&log, &["--rater", "cora", "--run", "--needed", "y"]);
    assert_eq!(code, 0);
    let (out, err, code) = label(folder.path(), &["--agreement"]);
    assert_eq!(code, 0, "{err}");
    assert!(
        out.contains("Fleiss' kappa 0.") && out.contains("ratings missing: 9"),
        "{out}"
    );
    assert!(!out.contains("NaN"), "{out}");
}
