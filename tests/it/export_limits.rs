//! `takeover export LOG`: damage, choices, mistakes; and that nothing is overwritten.

use crate::common::{output, takeover};
use crate::export_raw::{check, csv_in, expected, export, export_to, read_csv};
use crate::told::{tell, tell_all};
use serde_json::Value;
use std::fs;
use std::path::Path;
use takeover::analysis::export::{Export, all};
use takeover::analysis::table::Format;
use takeover::record::{Log, Stream};

#[test]
fn a_damaged_log_is_exported_as_far_as_it_can_be_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("told.mcap");
    tell(&log, 0, 0xff00);
    let whole = fs::read(&log).expect("readable");
    let mut damaged = 0;
    for percent in (12..60).step_by(2) {
        let at = whole.len() * percent / 100;
        let mut bytes = whole.clone();
        if percent % 4 == 0 {
            bytes.truncate(at);
        } else {
            bytes[at..at + 8].fill(0x55);
        }
        let hurt = folder.path().join(format!("hurt-{percent}.mcap"));
        fs::write(&hurt, &bytes).expect("writable");
        let to = folder.path().join(format!("tables-{percent}"));
        let (err, code) = export_to(&hurt, &to, &[]);
        let Ok(read) = Log::read(&hurt) else {
            assert_eq!(code, 1, "cut in its head it is no log: {err}");
            assert!(!to.exists());
            continue;
        };
        // Cut in its summary nothing is missing.
        assert_eq!(code, if read.lost.is_some() { 3 } else { 0 }, "{err}");
        for (name, n) in expected(&hurt) {
            assert_eq!(csv_in(&to, name).len(), n, "{name} at {percent} %");
        }
        if let Some(lost) = read.lost {
            assert!(err.contains(&lost), "{lost}: {err}");
            let (_, err, code) = export(&hurt, &["--list"]);
            assert_eq!(code, 3);
            assert!(err.contains(&lost), "{err}");
            let ticks = csv_in(&to, "ticks").len();
            damaged += usize::from((1..1000).contains(&ticks));
        }
    }
    assert!(damaged >= 4, "{damaged} logs were read in part");
}

#[test]
fn without_a_scenario_the_others_have_numbers() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("told.mcap");
    tell_all(&log);
    let mut bytes = fs::read(&log).expect("readable");
    let title = b"title: \"Link lost";
    let at = bytes.windows(title.len()).position(|w| w == title);
    let at = at.expect("the scenario is in the log");
    bytes[at..at + 6].fill(b'(');
    fs::write(&log, &bytes).expect("writable");
    let (out, err, code) = export(&log, &["--channel", "others"]);
    assert_eq!(code, 3);
    assert!(err.contains("numbers for names"), "{err}");
    let others = read_csv(&out);
    assert_eq!(others.len(), 120);
    check(&others[1], &[("number", "2"), ("name", "2"), ("kind", "")]);
}

#[test]
fn channels_are_chosen_by_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("told.mcap");
    tell_all(&log);
    // One goes to standard output, or into a file.
    let (out, err, code) = export(&log, &["--channel", "link"]);
    assert_eq!((err.as_str(), code), ("", 0));
    assert_eq!(read_csv(&out).len(), 1);
    let (json, _, _) = export(&log, &["--channel", "link", "--json"]);
    let json: Value = serde_json::from_str(&json).expect("json");
    assert_eq!(json[0]["state"], "degraded");
    let file = folder.path().join("mine.csv");
    let (err, code) = export_to(&log, &file, &["--channel", "link"]);
    assert_eq!(code, 0, "{err}");
    assert_eq!(fs::read_to_string(&file).expect("there"), out);
    // Several go into a folder; its name is the log's, here.
    let mut command = takeover();
    command.current_dir(folder.path());
    command.args([
        "export",
        "told.mcap",
        "--channel",
        "link",
        "--channel",
        "ticks",
    ]);
    let (_, err, code) = output(&mut command);
    assert_eq!(code, 0, "{err}");
    let mut files: Vec<_> = fs::read_dir(folder.path().join("told"))
        .expect("the folder")
        .map(|file| {
            file.expect("a file")
                .file_name()
                .into_string()
                .expect("UTF-8")
        })
        .collect();
    files.sort();
    assert_eq!(files, ["dictionary.csv", "link.csv", "ticks.csv"]);
}

#[test]
fn the_reader_may_go_away() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("told.mcap");
    tell(&log, 0, 0xff00);
    // More than is gathered before it is written, and less.
    for (channel, format) in [("ticks", "csv"), ("ticks", "json"), ("events", "csv")] {
        let mut command = takeover();
        command.arg("export").arg(&log);
        command.args(["--channel", channel, "--format", format]);
        command.stdout(std::process::Stdio::piped());
        command.stderr(std::process::Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        drop(child.stdout.take());
        let ended = child.wait_with_output().expect("it ends");
        assert_eq!(
            String::from_utf8_lossy(&ended.stderr),
            "",
            "{channel} {format}"
        );
        assert!(ended.status.success());
    }
}

#[test]
fn nothing_is_overwritten_and_mistakes_are_told_in_one_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("told.mcap");
    tell_all(&log);
    let full = folder.path().join("full");
    fs::create_dir(&full).expect("made");
    fs::write(full.join("mine.txt"), "mine").expect("writable");
    let file = full.join("mine.txt");
    let foreign = folder.path().join("foreign.mcap");
    fs::write(&foreign, "hello").expect("writable");
    let text = |path: &Path| path.to_str().expect("UTF-8").to_string();
    let (full_text, file_text) = (text(&full), text(&file));
    let new = text(&folder.path().join("new"));
    let cases: [(&Path, &[&str], i32, &str); 9] = [
        (&log, &["--out", &full_text], 1, "nothing is overwritten"),
        (&log, &["--out", &file_text], 1, "got a file"),
        (
            &log,
            &["--channel", "ticks", "--out", &file_text],
            1,
            "nothing is overwritten",
        ),
        (
            &log,
            &["--channel", "ticks", "--out", &full_text],
            1,
            "nothing is overwritten",
        ),
        (
            &log,
            &["--channel", "tics"],
            2,
            "expected one of ticks, others, perception",
        ),
        (
            &log,
            &["--channel", "ticks", "--format", "parquet"],
            2,
            "--out FILE",
        ),
        (&log, &["--events", "--format", "parquet"], 2, "--out FILE"),
        (&foreign, &["--out", &new], 1, "expected a log of takeover"),
        (&foreign, &["--list"], 1, "expected a log of takeover"),
    ];
    for (log, args, expected, words) in cases {
        let (out, err, code) = export(log, args);
        assert_eq!((code, out.as_str()), (expected, ""), "{args:?}: {err}");
        assert!(
            err.contains(words) && err.lines().count() == 1,
            "{args:?}: {err}"
        );
    }
    assert_eq!(fs::read_to_string(&file).expect("there"), "mine");
    assert_eq!(fs::read_dir(&full).expect("there").count(), 1);
    assert!(
        !Path::new(&new).exists(),
        "nothing is made for a file that is no log"
    );
    // An empty folder will do.
    let empty = folder.path().join("empty");
    fs::create_dir(&empty).expect("made");
    assert_eq!(export_to(&log, &empty, &[]).1, 0);
    assert_eq!(export_to(&log, &empty, &[]).1, 1, "it is no longer empty");
}

#[test]
fn what_fails_half_way_leaves_no_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("told.mcap");
    tell_all(&log);
    let to = folder.path().join("tables");
    let mut stream = Stream::scan(&log).expect("a log");
    let export = Export::into_folder(&to, all(), Format::Csv).expect("a start");
    // Somebody else's file comes there while it is at work: eleven tables are in their places by then.
    fs::write(to.join("link.csv"), "mine").expect("writable");
    let error = export
        .run(&mut stream)
        .expect_err("it cannot be overwritten");
    assert!(error.to_string().contains("link.csv"), "{error}");
    let left: Vec<_> = fs::read_dir(&to).expect("there").flatten().collect();
    assert_eq!(left.len(), 1, "{left:?}");
    assert_eq!(
        fs::read_to_string(to.join("link.csv")).expect("there"),
        "mine"
    );
    // Without it the folder that was made goes, too.
    let to = folder.path().join("dropped");
    drop(Export::into_folder(&to, all(), Format::Parquet).expect("a start"));
    assert!(!to.exists());
}
