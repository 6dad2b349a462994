//! docs/alerts.md and the code say the same, and a scenario's alerts are checked like all of it.

use crate::common::project;
#[cfg(feature = "sim")]
use crate::common::{output, takeover};
use std::fs;
use takeover::scenario::Scenario;
use takeover::takeover::alert::Alert;
use takeover::takeover::alert::rumble::Pattern;
use takeover::takeover::alert::settings::{Alerts, SETS};
use takeover::takeover::alert::tone::Tone;

/// The cells of the rows of the manual that begin with this one.
fn rows(first: &str) -> Vec<Vec<String>> {
    let manual = fs::read_to_string(project("docs/alerts.md")).expect("the manual is there");
    let start = format!("| `{first}` |");
    let cells = |line: &str| {
        let cells = line.trim_matches('|').split('|');
        cells.map(|cell| cell.trim().to_string()).collect()
    };
    let found: Vec<_> = manual
        .lines()
        .filter(|line| line.starts_with(&start))
        .map(cells)
        .collect();
    assert!(!found.is_empty(), "no row for {first}");
    found
}

/// As the manual writes it: equal values once.
fn list(values: impl IntoIterator<Item = f64>) -> String {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.dedup();
    let words: Vec<String> = values
        .iter()
        .map(|v| format!("{}", (v * 10.0).round() / 10.0))
        .collect();
    words.join(", ")
}

fn every(period: Option<f64>) -> String {
    period.map_or("once".into(), |p| format!("{p}"))
}

#[test]
fn the_manual_has_every_alert_set_tone_and_pattern_as_they_are() {
    let full = Alerts::default();
    let yes = |on: bool| if on { "yes" } else { "no" }.to_string();
    for alert in Alert::ALL {
        let rows = rows(alert.name());
        assert_eq!(rows[0][1], alert.level().to_string(), "{alert:?}");
        let telling = full.of(alert);
        let (visual, sound, haptic) = (telling.visual, telling.sound, telling.haptic);
        assert!(sound.on, "the manual has no column for it");
        let pattern = match haptic.on {
            true => format!("{:?}", haptic.pattern),
            false => "none".into(),
        };
        let expected = [
            format!("`{}`", alert.name()),
            yes(visual.banner),
            yes(visual.icon),
            yes(visual.countdown),
            yes(visual.frame),
            format!("{:?}", sound.tone),
            sound.volume.to_string(),
            pattern,
        ];
        assert_eq!(rows[1], expected);
    }
    for (name, what) in SETS {
        assert_eq!(rows(name)[0][1], what);
    }
    for tone in Tone::ALL {
        let pulses = tone.pulses();
        let expected = [
            format!("`{tone:?}`"),
            pulses.len().to_string(),
            list(pulses.iter().map(|p| p.hz)),
            list(pulses.iter().map(|p| p.duration * 1e3)),
            every(tone.period()),
        ];
        assert_eq!(rows(&format!("{tone:?}"))[0], expected);
    }
    for pattern in Pattern::ALL {
        let pulses = pattern.pulses();
        let expected = [
            format!("`{pattern:?}`"),
            pulses.len().to_string(),
            list(pulses.iter().map(|p| p.duration * 1e3)),
            every(pattern.period()),
        ];
        assert_eq!(rows(&format!("{pattern:?}"))[0], expected);
    }
}

fn scenario(alerts: &str) -> Result<Scenario, Vec<String>> {
    let text = format!(
        "(title: \"t\", duration: 10.0, \
        road: (lanes: 1, speed_limit: 20.0, line: [Straight(length: 500.0)]), \
        ego: (lane: -1, s: 20.0, speed: 10.0), alerts: {alerts})"
    );
    Scenario::parse(&text).map_err(|problems| {
        let told = problems.iter();
        told.map(|p| format!("{}: expected {}, got {}", p.field, p.expected, p.got))
            .collect()
    })
}

#[test]
fn a_condition_is_part_of_the_scenario_and_of_its_record() {
    let condition = scenario("(set: \"sound\", request: (sound: (tone: Stop, volume: 0.25)))");
    let condition = condition.expect("sound");
    let settings = condition.settings(1);
    let request = &settings["alerts"]["request"];
    assert_eq!(request["sound"]["tone"], "Stop");
    assert_eq!(request["sound"]["volume"], 0.25);
    assert_eq!(request["visual"]["banner"], false);
    let wrong = scenario("(set: \"loud\", no_need: (sound: (volume: 3.0)))").expect_err("wrong");
    assert_eq!(
        wrong,
        [
            "alerts.set: expected one of full, visual_sound, visual, sound, none, got \"loud\"",
            "alerts.no_need.sound.volume: expected 0 to 1, got 3",
        ]
    );
}

#[cfg(feature = "sim")]
#[test]
fn the_command_line_takes_a_set_or_a_file_and_records_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("mine.ron");
    fs::write(&file, "(set: \"none\", request: (haptic: (on: true)))").expect("writable");
    let log = folder.path().join("run.mcap");
    let run = |alerts: &str| {
        let mut command = takeover();
        command.args([
            "run",
            "scenarios/jaywalker.ron",
            "--headless",
            "--alerts",
            alerts,
        ]);
        output(command.arg("--log").arg(&log))
    };
    let (_, err, code) = run("loud");
    assert_eq!(code, 1);
    assert!(
        err.contains("no alerts `loud`: expected full, visual_sound"),
        "{err}"
    );
    assert!(!log.exists(), "refused before anything is written");
    let (_, err, code) = run(&file.to_string_lossy());
    assert_eq!(code, 0, "{err}");
    let bytes = fs::read(&log).expect("a record");
    let summary = mcap::read::LinearReader::new(&bytes).expect("mcap");
    let settings = summary
        .filter_map(Result::ok)
        .find_map(|record| match record {
            mcap::records::Record::Attachment { header, data, .. }
                if header.name == takeover::record::SETTINGS_ATTACHMENT =>
            {
                Some(data.into_owned())
            }
            _ => None,
        })
        .expect("settings");
    let settings: serde_json::Value = serde_json::from_slice(&settings).expect("json");
    assert_eq!(settings["alerts"]["request"]["haptic"]["on"], true);
    assert_eq!(settings["alerts"]["request"]["sound"]["on"], false);
}

/// Without a window: clocks and ticks; what is missing is said, and the report is written.
#[cfg(feature = "sim")]
#[test]
fn the_self_test_writes_its_report_and_says_what_is_missing() {
    let folder = tempfile::tempdir().expect("a folder");
    let report = folder.path().join("timing.md");
    let mut command = takeover();
    command.args(["timing", "--headless", "--seconds", "3", "--json", "--out"]);
    let (out, err, code) = output(command.arg(&report));
    // A busy machine may be found too slow, which is code 4.
    assert!(code == 0 || code == 4, "{code}: {err}");
    let json: serde_json::Value = serde_json::from_str(&out).expect("json");
    assert_eq!(json["good"], code == 0);
    assert_eq!(json["complete"], true);
    let rows = json["rows"].as_array().expect("rows");
    let row = |name: &str| {
        let found = rows
            .iter()
            .find(|row| row["name"].as_str().is_some_and(|n| n.starts_with(name)));
        found.unwrap_or_else(|| panic!("no row {name}: {out}"))
    };
    assert_eq!(row("session clock")["verdict"], "good");
    assert_eq!(row("ticks")["values"]["count"], 300.0);
    assert_eq!(row("pictures")["verdict"], "absent");
    let text = fs::read_to_string(&report).expect("the report");
    assert_eq!(
        text.lines().filter(|l| l.starts_with("| ")).count(),
        rows.len() + 1
    );
    let beside = fs::read_to_string(report.with_extension("json")).expect("beside it");
    assert_eq!(beside.trim(), out.trim());
}
