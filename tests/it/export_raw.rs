//! `takeover export LOG`: the raw channels, row by row and cell by cell.

use crate::common::{output, project, takeover};
use crate::told::tell_all;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;
use takeover::analysis::export::{all, markdown};
use takeover::analysis::table::Kind;
use takeover::record::{Entry, Log};

pub fn export(log: &Path, args: &[&str]) -> (String, String, i32) {
    output(takeover().arg("export").arg(log).args(args))
}

/// Exports into a folder and returns what was said, and the exit code.
pub fn export_to(log: &Path, folder: &Path, args: &[&str]) -> (String, i32) {
    let mut command = takeover();
    command.arg("export").arg(log).args(args);
    let (out, err, code) = output(command.arg("--out").arg(folder));
    assert_eq!(out, "", "results go into files");
    (err, code)
}

/// Rows of a table of text: by column.
pub type Rows = Vec<BTreeMap<String, String>>;

pub fn read_csv(text: &str) -> Rows {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows = reader.deserialize();
    rows.map(|row| row.expect("a row")).collect()
}

pub fn csv_in(folder: &Path, name: &str) -> Rows {
    let file = folder.join(format!("{name}.csv"));
    read_csv(&fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display())))
}

/// How many rows a record gives, by channel: counted another way than the program does.
pub fn expected(log: &Path) -> BTreeMap<&'static str, usize> {
    let log = Log::read(log).expect("readable");
    let mut rows = BTreeMap::from_iter(all().iter().map(|c| (c.name(), 0)));
    let mut add = |name: &str, n: usize| *rows.get_mut(name).expect("a channel") += n;
    for entry in &log.entries {
        match entry {
            Entry::State(s) => {
                add("ticks", 1);
                add("others", s.bodies.len() - 1);
            }
            Entry::Perception(p) => {
                add("perception", 1);
                add("functions", 7);
                add("sectors", p.free.len());
                add("tracks", p.tracks.len());
            }
            Entry::Plan(p) => add("plan", p.count as usize),
            Entry::Command(_) => {}
            Entry::Event(_) => add("events", 1),
            Entry::Input(_) => add("inputs", 1),
            Entry::Presented(_) => add("presented", 1),
            Entry::Verdict(_) => add("verdicts", 1),
            Entry::Link(_) => add("link", 1),
            Entry::Video(_) => add("video", 1),
            Entry::Drawn(_) => add("drawn", 1),
        }
    }
    rows
}

#[test]
fn every_channel_has_the_rows_that_the_record_has() {
    let folder = tempfile::tempdir().expect("a folder");
    let told = folder.path().join("told.mcap");
    tell_all(&told);
    let rows = expected(&told);
    assert!(rows.values().all(|n| *n > 0), "a row of each: {rows:?}");
    for log in [told, project("tests/data/format1.mcap")] {
        let rows = expected(&log);
        let to = folder.path().join(log.file_stem().expect("a name"));
        let (err, code) = export_to(&log, &to, &[]);
        assert_eq!(code, 0, "{err}");
        let sum: usize = rows.values().sum();
        assert!(err.contains(&format!("14 tables, {sum} rows")), "{err}");
        // One file for each, the dictionary, and nothing else.
        assert_eq!(fs::read_dir(&to).expect("there").count(), rows.len() + 1);
        for (name, n) in &rows {
            assert_eq!(csv_in(&to, name).len(), *n, "{name}");
        }
        // The dictionary has every column of every file, in order.
        let dictionary = csv_in(&to, "dictionary");
        let mut told = dictionary.iter();
        for channel in all() {
            let text = fs::read_to_string(to.join(format!("{}.csv", channel.name())));
            let header = text.expect("there");
            for column in header.lines().next().expect("a header").split(',') {
                let row = told.next().expect("a row");
                assert_eq!(row["table_name"], channel.name());
                assert_eq!(row["column_name"], column);
                assert_ne!(row["definition"], "");
            }
        }
        assert_eq!(told.next(), None);
        // The list says the same.
        let (out, err, code) = export(&log, &["--list", "--json"]);
        assert_eq!((err.as_str(), code), ("", 0));
        let list: Value = serde_json::from_str(&out).expect("json");
        for one in list.as_array().expect("an array") {
            let name = one["channel"].as_str().expect("a name");
            assert_eq!(one["rows"], rows[name], "{name}");
        }
        let (out, _, _) = export(&log, &["--list"]);
        assert_eq!(out.lines().count(), rows.len());
    }
}

pub fn check(row: &BTreeMap<String, String>, cells: &[(&str, &str)]) {
    for (column, expected) in cells {
        let got = row.get(*column).map(String::as_str);
        assert_eq!(got, Some(*expected), "{column} of {row:?}");
    }
}

#[test]
fn cells_are_what_was_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("told.mcap");
    tell_all(&log);
    let to = folder.path().join("tables");
    assert_eq!(export_to(&log, &to, &[]).1, 0);

    let ticks = csv_in(&to, "ticks");
    let plain = [
        ("tick", "10"),
        ("time_s", "0.1"),
        ("wall_s", "0.12"),
        ("authority", "automation"),
        ("source", "automation"),
        ("share", ""),
        ("x_m", "10.1"),
        ("heading_deg", "0.0"),
        ("vx_mps", "20.1"),
        ("speed_mps", "20.1"),
        ("lane_offset_m", "-0.25"),
        ("accelerator", "0.3"),
        ("command_wheel_deg", "0.0"),
        ("command_device", "wheel"),
        ("command_age_s", "0.05"),
        ("command_present", "true"),
        ("request", ""),
        ("request_reason", ""),
        ("ttc_s", ""),
        ("ttc_with", ""),
        ("speed_limit_mps", "22.2"),
        ("speed_cap_mps", ""),
        ("rain_mm_h", "1.5"),
        ("hash", "ffffffffffffff0a"),
    ];
    check(&ticks[9], &plain);
    let busy = [
        ("authority", "shared"),
        ("source", "shared"),
        ("share", "0.6"),
        ("request", "1"),
        ("request_reason", "lanes"),
        ("request_deadline_s", "10.5"),
        ("request_escalated", "false"),
        ("ttc_s", "2.5"),
        ("ttc_with", "car beside"),
        ("gap_m", "3.25"),
        ("gap_with", "car behind"),
        ("pet_s", "0.5"),
        ("pet_with", "car beside"),
        ("speed_cap_mps", "15.0"),
        ("hazard_lights", "true"),
        ("indicator", "left"),
    ];
    check(&ticks[59], &busy);
    let near = |cell: &str, expected: f64, within: f64| {
        let got: f64 = cell.parse().expect("a number");
        assert!((got - expected).abs() < within, "{got} for {expected}");
    };
    near(&ticks[59]["wheel_deg"], 0.1_f64.to_degrees(), 1e-6);
    near(&ticks[59]["command_wheel_deg"], 0.2_f64.to_degrees(), 1e-6);
    near(&ticks[59]["yaw_rate_degps"], 0.1_f64.to_degrees(), 1e-6);
    near(&ticks[59]["lateral_acceleration_mps2"], 2.01, 1e-6);
    near(&ticks[59]["confidence"], 0.9, 1e-6);

    let others = csv_in(&to, "others");
    let second = [
        ("tick", "10"),
        ("number", "2"),
        ("name", "car beside"),
        ("kind", "car"),
        ("y_m", "3.5"),
        ("brake_lights", "true"),
        ("indicator", ""),
    ];
    check(&others[19], &second);
    near(&others[19]["x_m"], 60.0 + 21.0 * 0.1, 0.003);
    near(&others[19]["vx_mps"], 21.0, 0.01);
    near(&others[19]["yaw_deg"], 90.0, 0.2);

    let lanes = &csv_in(&to, "functions")[1];
    check(
        lanes,
        &[("tick", "1"), ("function", "lanes"), ("cause", "fog")],
    );
    near(&lanes["reported"], 0.4, 1e-4);
    near(&lanes["correct"], 0.3, 1e-4);
    let report = [
        ("tick", "1"),
        ("weakest", "lanes"),
        ("cause", "fog"),
        ("tracks", "1"),
        ("visibility_m", "80.0"),
    ];
    check(&csv_in(&to, "perception")[0], &report);
    let sectors = csv_in(&to, "sectors");
    check(
        &sectors[9],
        &[("tick", "1"), ("bearing_deg", "90.0"), ("free_m", "9.0")],
    );
    let track = [
        ("track", "7"),
        ("class", "pedestrian"),
        ("gap_m", "12.5"),
        ("existence", "0.75"),
    ];
    check(&csv_in(&to, "tracks")[0], &track);
    let point = [
        ("tick", "1"),
        ("point", "1"),
        ("x_m", "2.0"),
        ("speed_mps", "20.0"),
    ];
    check(&csv_in(&to, "plan")[1], &point);

    let events = csv_in(&to, "events");
    check(
        &events[0],
        &[("time_s", "0.2"), ("tick", "20"), ("event", "collision")],
    );
    let fields: Value = serde_json::from_str(&events[0]["fields"]).expect("json");
    assert_eq!(fields["with"], "a \"big\", red car");
    assert_eq!(fields["delta_v"], 1.5);
    assert_eq!(fields.get("event"), None, "it has a column of its own");
    check(&events[1], &[("event", "handed_back"), ("fields", "{}")]);

    let inputs = csv_in(&to, "inputs");
    let changes: Vec<_> = inputs.iter().map(|i| i["change"].as_str()).collect();
    assert_eq!(changes, ["connected", "axis", "key", "set"]);
    let axis = [
        ("time_ns", "100000002"),
        ("realtime_ns", "1795766400350000002"),
        ("uncertainty_ns", "500"),
        ("stamp", "kernel"),
        ("device", "1"),
        ("code", "3"),
        ("raw", "-200"),
        ("value", "-0.5"),
        ("pressed", ""),
        ("after_brake", "0.25"),
        ("after_device", "wheel"),
    ];
    check(&inputs[1], &axis);
    check(
        &inputs[2],
        &[("name", "KeyW"), ("pressed", "true"), ("raw", "")],
    );
    check(&inputs[3], &[("realtime_ns", ""), ("stamp", "model")]);
    let shown = [
        ("time_s", "0.35"),
        ("channel", "sound"),
        ("alert", "escalated"),
        ("request", "1"),
    ];
    check(&csv_in(&to, "presented")[0], &shown);
    let verdict = [
        ("request", "1"),
        ("needed", "true"),
        ("in_time", "false"),
        ("limit", "left_road"),
        ("limit_time_s", "4.5"),
        ("limit_with", ""),
        ("gravest_with", "car beside"),
        ("met", ""),
        ("effect", "prevented"),
    ];
    check(&csv_in(&to, "verdicts")[0], &verdict);
    let link = [
        ("state", "degraded"),
        ("round_trip_s", "0.08"),
        ("bandwidth_kbit_s", ""),
    ];
    check(&csv_in(&to, "link")[0], &link);
    check(
        &csv_in(&to, "video")[0],
        &[("number", "3"), ("scale", "0.5"), ("bitrate_kbit_s", "")],
    );
    check(
        &csv_in(&to, "drawn")[0],
        &[("captured_s", "0.25"), ("glass_to_glass_s", "0.125")],
    );
}

#[test]
fn what_old_logs_do_not_have_is_empty() {
    let log = project("tests/data/format1.mcap");
    let (out, _, code) = export(&log, &["--channel", "ticks"]);
    assert_eq!(code, 0);
    let ticks = read_csv(&out);
    assert_eq!(ticks.len(), 400);
    for empty in [
        "brake_lights",
        "confidence",
        "offers",
        "speed_limit_mps",
        "rain_mm_h",
        "request",
    ] {
        assert!(ticks.iter().all(|t| t[empty].is_empty()), "{empty}");
    }
    // What they have is as the record has it.
    let record = Log::read_ego(&log).expect("readable");
    let states = record.entries.iter().filter_map(|e| match e {
        Entry::State(s) => Some(s),
        _ => None,
    });
    for (row, state) in ticks.iter().zip(states) {
        let single = |column: &str| row[column].parse::<f32>().expect("a number");
        assert_eq!(row["tick"], state.tick.to_string());
        assert_eq!(single("x_m"), state.bodies[0].x, "to the last bit");
        assert_eq!(single("speed_mps"), state.speed);
        assert_eq!(row["hash"], format!("{:016x}", state.hash));
    }
}

/// A cell as CSV has it.
fn shown(field: &Field) -> String {
    match field {
        Field::Null => String::new(),
        Field::Double(x) => format!("{x:?}"),
        Field::Long(n) => n.to_string(),
        Field::Bool(b) => b.to_string(),
        Field::Str(text) => text.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn csv_parquet_and_json_hold_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("told.mcap");
    tell_all(&log);
    let to = |format: &str| folder.path().join(format);
    for format in ["csv", "parquet", "json"] {
        let (err, code) = export_to(&log, &to(format), &["--format", format]);
        assert_eq!(code, 0, "{err}");
    }
    for channel in all() {
        let name = channel.name();
        let rows = csv_in(&to("csv"), name);
        let json = fs::read_to_string(to("json").join(format!("{name}.json"))).expect("there");
        let json: Vec<BTreeMap<String, Value>> = serde_json::from_str(&json).expect("json");
        let file = File::open(to("parquet").join(format!("{name}.parquet"))).expect("there");
        let parquet = SerializedFileReader::new(file).expect("Parquet");
        let parquet = parquet.get_row_iter(None).expect("rows");
        assert_eq!(rows.len(), json.len(), "{name}");
        let mut count = 0;
        for ((row, object), columns) in rows.iter().zip(&json).zip(parquet) {
            let columns = columns.expect("a row");
            let fields = columns
                .get_column_iter()
                .map(|(n, f)| (n.clone(), shown(f)));
            assert_eq!(*row, fields.collect::<BTreeMap<_, _>>(), "{name}");
            for (column, value) in object {
                let text = match value {
                    Value::Null => String::new(),
                    Value::String(text) => text.clone(),
                    other => other.to_string(),
                };
                let number = |text: &str| text.parse::<f64>().ok();
                let same = text == row[column]
                    || number(&text).is_some() && number(&text) == number(&row[column]);
                assert!(same, "{name}.{column}: {text} and {}", row[column]);
            }
            assert_eq!(object.len(), row.len());
            count += 1;
        }
        assert_eq!(count, rows.len(), "{name}");
    }
}

#[test]
fn the_other_kinds_of_table_are_written_as_parquet_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("told.mcap");
    tell_all(&log);
    let file = folder.path().join("events.parquet");
    let (err, code) = export_to(&log, &file, &["--events", "--format", "parquet"]);
    assert_eq!(code, 0, "{err}");
    let (out, _, _) = export(&log, &["--events"]);
    let reader = SerializedFileReader::new(File::open(&file).expect("there")).expect("Parquet");
    let rows = reader.get_row_iter(None).expect("rows");
    let rows: Rows = rows
        .map(|row| {
            row.expect("a row")
                .get_column_iter()
                .map(|(n, f)| (n.clone(), shown(f)))
                .collect()
        })
        .collect();
    assert_eq!(rows, read_csv(&out));
}

#[test]
fn the_documentation_has_the_channels_that_there_are() {
    let text = fs::read_to_string(project("docs/export.md")).expect("there");
    let table = text.split("<!-- channels: made from the code -->\n").nth(1);
    let table = table.and_then(|rest| rest.split("<!-- end -->").next());
    let made = markdown();
    assert!(table == Some(made.as_str()), "it should be:\n{made}");
    // Its examples use columns that there are.
    let columns: Vec<String> = all()
        .iter()
        .flat_map(|c| {
            c.schema()
                .columns()
                .iter()
                .map(|c| c.name.to_string())
                .collect::<Vec<_>>()
        })
        .collect();
    for column in ["time_s", "speed_mps", "authority", "command_age_s"] {
        assert!(columns.iter().any(|c| c == column), "{column}");
    }
    let schema = all()[0].schema();
    let hash = schema
        .columns()
        .iter()
        .find(|c| c.name == "hash")
        .expect("there");
    assert_eq!(hash.kind, Kind::Text, "64 bits do not fit a double");
}
