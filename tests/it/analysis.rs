//! `takeover analyze` and `takeover metrics`, end to end: from runs to tables, statistics, a report.

use crate::common::{output, takeover};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use takeover::analysis::answer::Answer;
use takeover::analysis::run::{Run, Scenarios};
use takeover::analysis::settings::Settings;

/// A short run with a takeover: fog comes soon.
const SHORT: &str = "(title: \"short fog\", duration: 30.0,
    road: (lanes: 2, speed_limit: 30.0, line: [Straight(length: 1500.0)]),
    ego: (lane: -1, s: 20.0, speed: 25.0),
    traffic: [(name: \"lorry\", vehicle: \"truck\", lane: -1, s: 260.0, speed: 12.0)],
    weather: (fog: [(from: 200.0, to: 1500.0, visibility: 35.0)]))";

struct Study {
    _folder: tempfile::TempDir,
    logs: PathBuf,
    scenario: PathBuf,
}

/// Runs of three participants in two conditions, made once: some answer, one never does.
fn study() -> &'static Study {
    static MADE: OnceLock<Study> = OnceLock::new();
    MADE.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a folder");
        let scenario = folder.path().join("short.ron");
        fs::write(&scenario, SHORT).expect("written");
        let logs = folder.path().join("logs");
        for (who, seed, alert, operator) in [
            ("P01", 1, "sound", "model"),
            ("P01", 2, "visual", "model"),
            ("P02", 3, "sound", "model"),
            ("P02", 4, "visual", "model"),
            ("P03", 5, "sound", "none"),
            ("P03", 6, "visual", "model"),
        ] {
            let condition = format!("alert={alert}");
            let seed = seed.to_string();
            let (_, err, code) = output(
                takeover()
                    .arg("run")
                    .arg(&scenario)
                    .args(["--headless", "--operator", operator, "--seed", &seed])
                    .args(["--participant", who, "--condition", &condition])
                    .arg("--out")
                    .arg(&logs),
            );
            assert_eq!(code, 0, "{err}");
        }
        Study {
            _folder: folder,
            logs,
            scenario,
        }
    })
}

fn analyze(paths: &[&Path], out: &Path, args: &[&str]) -> (String, String, i32) {
    output(
        takeover()
            .arg("analyze")
            .args(paths)
            .arg("--out")
            .arg(out)
            .args(args),
    )
}

/// Rows of a table by column.
fn table(path: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).expect("a table");
    let header = reader.headers().expect("a header").clone();
    let row = |row: Result<csv::StringRecord, csv::Error>| {
        let row = row.expect("a row");
        header
            .iter()
            .map(String::from)
            .zip(row.iter().map(String::from))
            .collect()
    };
    reader.records().map(row).collect()
}

fn number(row: &BTreeMap<String, String>, column: &str) -> Option<f64> {
    row[column].parse().ok()
}

#[test]
fn a_study_becomes_tables_statistics_and_a_report() {
    let study = study();
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("results");
    let (text, err, code) = analyze(&[&study.logs], &out, &[]);
    assert_eq!((code, err.as_str()), (0, ""), "{text}");
    for name in takeover::analysis::write::OTHERS {
        assert!(out.join(name).exists(), "{name}");
    }
    for name in takeover::analysis::write::TABLES {
        for ending in ["csv", "parquet"] {
            assert!(
                out.join(format!("{name}.{ending}")).exists(),
                "{name}.{ending}"
            );
        }
    }
    let runs = table(&out.join("runs.csv"));
    assert_eq!(runs.len(), 6);
    let takeovers = table(&out.join("takeovers.csv"));
    let participants = table(&out.join("participants.csv"));
    let ids: Vec<&str> = participants
        .iter()
        .map(|p| p["participant"].as_str())
        .collect();
    assert_eq!(ids, ["P01", "P02", "P03"]);
    assert!(
        takeovers
            .iter()
            .all(|t| ["sound", "visual"].contains(&t["alert"].as_str()))
    );
    // Each run as inspect tells it.
    for run in &runs {
        let (json, _, _) = output(takeover().args(["inspect", &run["log"], "--json"]));
        let told: Value = serde_json::from_str(&json).expect("json");
        let told_takeovers = told["takeovers"].as_array().expect("a list");
        let mine: Vec<_> = takeovers
            .iter()
            .filter(|t| t["log"] == run["log"])
            .collect();
        assert_eq!(mine.len(), told_takeovers.len());
        for (mine, told) in mine.iter().zip(told_takeovers) {
            let same = |column: &str, from: &str, to: &str| {
                let expected = told[to]
                    .as_f64()
                    .zip(told[from].as_f64())
                    .map(|(b, a)| b - a);
                match (number(mine, column), expected) {
                    (Some(got), Some(want)) => assert!((got - want).abs() < 1e-6, "{column}"),
                    (got, want) => assert_eq!(got, want, "{column}"),
                }
            };
            same("presentation_time_s", "raised_s", "shown_s");
            same("first_input_time_s", "shown_s", "first_input_s");
            same("system_takeover_time_s", "raised_s", "in_force_s");
            same("stabilisation_time_s", "in_force_s", "stabilised_s");
            let (mine, told) = (number(mine, "reaction_time_s"), told["reaction_s"].as_f64());
            assert_eq!(mine.is_some(), told.is_some());
            if let (Some(mine), Some(told)) = (mine, told) {
                assert!((mine - told).abs() < 1e-6, "{mine}, {told}");
            }
        }
        let collisions = told["collisions"].as_array().expect("a list").len();
        assert_eq!(number(run, "collisions"), Some(collisions as f64));
        assert_eq!(
            number(run, "min_ttc_s"),
            told["dangers"]["least_ttc"]["value"].as_f64()
        );
        let km: f64 = number(run, "driven_km").expect("a way");
        assert!(km > 0.1 && km < 1.5, "{km}");
    }
    // Nobody at the desk is no participant's miss.
    let json: Value =
        serde_json::from_str(&fs::read_to_string(out.join("analysis.json")).expect("read"))
            .expect("json");
    let overview = &json["results"]["overview"];
    assert_eq!(overview["logs"], 6);
    assert!(overview["unattended_requests"].as_u64() > Some(0));
    assert_eq!(json["results"]["factors"][0]["name"], "alert");
    // The same again gives the same, into the same folder.
    let before = fs::read(out.join("takeovers.csv")).expect("read");
    let (_, err, code) = analyze(&[&study.logs], &out, &[]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert_eq!(fs::read(out.join("takeovers.csv")).expect("read"), before);
}

#[test]
fn no_table_and_no_report_ever_says_nan_and_the_report_needs_no_network() {
    let study = study();
    let folder = tempfile::tempdir().expect("a folder");
    let empty = folder.path().join("empty");
    fs::create_dir(&empty).expect("made");
    let broken = folder.path().join("broken.mcap");
    fs::write(&broken, b"\x89MCAP0\r\n and then nothing").expect("written");
    let one_log = fs::read_dir(&study.logs)
        .expect("read")
        .next()
        .expect("a log")
        .expect("read")
        .path();
    let unattended: Vec<PathBuf> = table_logs(study, "none");
    let cases: [(&str, Vec<&Path>, i32); 4] = [
        ("one log and a broken one", vec![&one_log, &broken], 3),
        ("nobody at the desk", vec![&unattended[0]], 0),
        ("an empty folder and logs", vec![&empty, &study.logs], 3),
        ("format 1", vec![Path::new("tests/data/format1.mcap")], 0),
    ];
    for (i, (name, paths, expected)) in cases.into_iter().enumerate() {
        let out = folder.path().join(format!("out{i}"));
        let (text, err, code) = analyze(&paths, &out, &[]);
        assert_eq!(code, expected, "{name}: {err}");
        let mut said = vec![text];
        for entry in fs::read_dir(&out).expect("read") {
            let path = entry.expect("read").path();
            if path.extension().is_none_or(|e| e != "parquet") {
                said.push(fs::read_to_string(&path).expect("text"));
            }
        }
        for text in &said {
            // Of the report its words, not its style and script.
            let words = text.split("</style>").last().unwrap_or_default();
            let words = words.split("<script").next().unwrap_or_default();
            for word in ["NaN", ">inf", ">-inf", ",inf", "inf,", " inf "] {
                assert!(!words.contains(word), "{name}: {word}");
            }
        }
        let report = fs::read_to_string(out.join("report.html")).expect("read");
        for outside in ["src=\"http", "href=\"http", "@import", "url(http"] {
            assert!(!report.contains(outside), "{name}: {outside}");
        }
    }
}

/// Logs of the study with this operator.
fn table_logs(study: &Study, operator: &str) -> Vec<PathBuf> {
    let files = fs::read_dir(&study.logs)
        .expect("read")
        .map(|e| e.expect("read").path());
    let of = |path: &PathBuf| {
        let run = takeover::record::Stream::open(path).expect("a log");
        run.info.operator == operator
    };
    files.filter(of).collect()
}

#[test]
fn mistakes_are_answered_in_one_line() {
    let study = study();
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out");
    let (_, err, code) = analyze(&[Path::new("nowhere")], &out, &[]);
    assert_eq!((code, err.lines().count()), (1, 1), "{err}");
    assert!(
        err.contains("nowhere: there is no such file or folder"),
        "{err}"
    );
    // Nothing is mixed with other files.
    let full = folder.path().join("full");
    fs::create_dir(&full).expect("made");
    fs::write(full.join("thesis.docx"), "").expect("written");
    let (_, err, code) = analyze(&[&study.logs], &full, &[]);
    assert_eq!((code, err.lines().count()), (1, 1), "{err}");
    assert!(err.contains("`thesis.docx`"), "{err}");
    let (_, err, code) = analyze(&[&study.logs], &out, &["--by", "colour"]);
    assert_eq!(code, 2, "{err}");
    assert!(
        err.contains("expected one of scenario, operator, link, alert, got `colour`"),
        "{err}"
    );
    let (_, err, code) = analyze(&[&study.logs], &out, &["--brake", "2"]);
    assert_eq!(code, 2, "{err}");
    assert!(err.contains("--brake: expected 0.001 to 1, got 2"), "{err}");
    let empty = folder.path().join("empty");
    fs::create_dir(&empty).expect("made");
    let (_, err, code) = analyze(&[&empty], &folder.path().join("none"), &[]);
    assert_eq!(code, 1, "{err}");
    assert!(
        err.contains("expected logs (*.mcap) in this folder or below, got none"),
        "{err}"
    );
    let (_, err, code) = output(takeover().args([
        "run",
        "scenarios/fog_bank.ron",
        "--headless",
        "--condition",
        "sound",
    ]));
    assert_eq!(code, 2, "{err}");
    assert!(err.contains("FACTOR=LEVEL"), "{err}");
}

#[test]
fn recomputed_reactions_are_the_vehicles_own_at_its_own_thresholds() {
    let study = study();
    let settings = Settings::default();
    let mut compared = 0;
    for log in table_logs(study, "model") {
        let run = Run::read(&log, &settings, &Scenarios::default()).expect("a run");
        for takeover in run
            .account
            .takeovers
            .iter()
            .filter(|t| t.in_force_s.is_some())
        {
            let (Some(raised), Some(threshold)) = (takeover.raised_s, takeover.threshold_s) else {
                continue;
            };
            let found = Answer::find(&run.inputs, run.scenario.intent, raised, raised + 20.0);
            assert_eq!(found.threshold_s, Some(threshold), "{}", log.display());
            assert_eq!(found.first_input_s, takeover.first_input_s);
            assert_eq!(found.by, takeover.by);
            compared += 1;
        }
    }
    assert!(compared >= 3, "{compared}");
}

#[test]
fn a_study_sheet_gives_participants_and_factors() {
    let study = study();
    let folder = tempfile::tempdir().expect("a folder");
    let sheet = folder.path().join("sheet.csv");
    let mut rows = String::from("log;participant;order\n");
    let mut files: Vec<PathBuf> = fs::read_dir(&study.logs)
        .expect("read")
        .map(|e| e.expect("read").path())
        .collect();
    files.sort();
    for (i, file) in files.iter().enumerate().skip(1) {
        let name = file.file_name().expect("a name").to_string_lossy();
        rows += &format!("{name};Q{};{}\n", i % 2, ["first", "second"][i % 2]);
    }
    fs::write(&sheet, rows).expect("written");
    let answers = folder.path().join("answers.csv");
    fs::write(
        &answers,
        "participant,instrument,item,response\nQ0,kss,1,7\nQ1,kss,1,3\n",
    )
    .expect("written");
    let out = folder.path().join("out");
    let (_, err, code) = analyze(
        &[&study.logs],
        &out,
        &[
            "--study",
            &sheet.display().to_string(),
            "--answers",
            &answers.display().to_string(),
        ],
    );
    assert_eq!(code, 0, "{err}");
    assert!(
        err.contains("1 of 6 logs are not in the study's sheet"),
        "{err}"
    );
    let people = table(&out.join("participants.csv"));
    let scores: Vec<_> = people
        .iter()
        .map(|p| (p["participant"].as_str(), p["kss"].as_str()))
        .collect();
    assert!(
        scores.contains(&("Q0", "7.0")) && scores.contains(&("Q1", "3.0")),
        "{scores:?}"
    );
    let runs = table(&out.join("runs.csv"));
    assert!(runs.iter().any(|r| r["order"] == "second"));
}

#[test]
fn against_nobody_pairs_every_world_with_the_automation_alone() {
    let study = study();
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out");
    let (text, err, code) = analyze(&[&study.logs], &out, &["--against", "none"]);
    assert_eq!(code, 0, "{err}");
    assert!(text.contains("(5 pairs)"), "{text}");
    let driven: Vec<_> = fs::read_dir(out.join("automation"))
        .expect("read")
        .collect();
    assert_eq!(driven.len(), 5);
    let runs = table(&out.join("runs.csv"));
    assert_eq!(runs.iter().filter(|r| r["operator"] == "none").count(), 6);
    // Once driven they are not driven again, and are not taken for runs of the study.
    let (again, err, code) = analyze(&[&study.logs], &out, &["--against", "none"]);
    assert_eq!((code, again), (0, text), "{err}");
    let json: Value =
        serde_json::from_str(&fs::read_to_string(out.join("analysis.json")).expect("read"))
            .expect("json");
    let teams = &json["results"]["teams"];
    assert_eq!(teams["pairs"], 5);
    assert_eq!(teams["lines"][0]["question"], "accuracy");
    assert!(teams["fleet"]["per_hour"].as_f64() > Some(0.0));
}

#[test]
fn a_headless_run_ends_with_its_report() {
    let study = study();
    let folder = tempfile::tempdir().expect("a folder");
    let (text, err, code) = output(
        takeover()
            .arg("run")
            .arg(&study.scenario)
            .args(["--headless", "--report", "--seed", "9"])
            .arg("--out")
            .arg(folder.path()),
    );
    assert_eq!(code, 0, "{err}");
    let line = text
        .lines()
        .find(|l| l.starts_with("report: "))
        .expect("said where");
    let path = line
        .trim_start_matches("report: ")
        .split(" (")
        .next()
        .expect("a path");
    let report = fs::read_to_string(path).expect("the report");
    assert!(report.contains("Takeovers one by one"));
}

#[test]
fn the_documented_metrics_are_those_of_the_program() {
    let (text, err, code) = output(takeover().args(["metrics", "--format", "markdown"]));
    assert_eq!((code, err.as_str()), (0, ""));
    let page = fs::read_to_string("docs/metrics.md").expect("docs/metrics.md");
    assert!(
        page.contains(text.trim_end()),
        "docs/metrics.md is not what `takeover metrics --format markdown` prints"
    );
    let (_, err, code) = output(takeover().args(["metrics", "speed_of_thought"]));
    assert_eq!(code, 2);
    assert!(err.contains("`speed_of_thought`"), "{err}");
}
