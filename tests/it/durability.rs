//! Whatever happens to the program or the disk: what was recorded stays readable, and it says so.

use crate::common::{output, project, takeover};
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use takeover::clock::realtime_ns;
use takeover::record::{Entry, Log, LogError};

/// Starts a run at the speed of the wall clock and waits until its log is there.
fn start(scenario: &Path, log: &Path) -> Child {
    let child = takeover()
        .arg("run")
        .arg(scenario)
        .args([
            "--headless",
            "--realtime",
            "--operator",
            "none",
            "--json",
            "--log",
        ])
        .arg(log)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let patience = Instant::now();
    // Two chunks: the head, and the first half second.
    while fs::metadata(log).map_or(0, |m| m.len()) < 20_000 {
        assert!(
            patience.elapsed() < Duration::from_secs(60),
            "no log appeared"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
    child
}

fn signal(child: &Child, name: &str) {
    let done = Command::new("kill")
        .arg(name)
        .arg(child.id().to_string())
        .status();
    assert!(done.expect("kill runs").success());
}

/// s of the run that a log holds, and when its last tick was computed, ns since the epoch.
fn extent(log: &Log) -> (f64, i64) {
    let last = log.entries.iter().rev().find_map(|entry| match entry {
        Entry::State(state) => Some((state.tick, state.wall_s)),
        _ => None,
    });
    let (tick, wall_s) = last.expect("some ticks");
    (
        tick as f64 / 100.0,
        log.info.started_ns + (wall_s * 1e9) as i64,
    )
}

/// Kills a run after a while; s of it that were recorded, and s that are missing.
fn kill(path: &Path) -> (f64, f64) {
    let mut child = start(&project("scenarios/fog_bank.ron"), path);
    std::thread::sleep(Duration::from_millis(1700));
    let killed_ns = realtime_ns(std::time::SystemTime::now());
    signal(&child, "-KILL");
    child.wait().expect("it is gone");
    let log = Log::read(path).expect("readable");
    assert!(log.end.is_none());
    let lost = log.lost.as_deref();
    assert!(lost.is_some_and(|l| l.contains("not closed")), "{lost:?}");
    let (recorded, last_ns) = extent(&log);
    (recorded, (killed_ns - last_ns) as f64 / 1e9)
}

#[test]
fn a_killed_run_loses_at_most_its_last_second() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |n: i32| folder.path().join(format!("killed{n}.mcap"));
    // A busy machine may hold the program up just before it is killed; not three times in a row.
    let tries: Vec<(f64, f64)> = (0..3).map(|n| kill(&path(n))).collect();
    let fine = |(recorded, lost): &(f64, f64)| *recorded >= 1.0 && *lost <= 1.0;
    assert!(tries.iter().any(fine), "(recorded, lost) in s: {tries:?}");

    let (out, err, code) = output(takeover().arg("inspect").arg(path(0)));
    assert_eq!(code, 3);
    assert!(
        out.contains("not on record") && err.contains("not closed"),
        "{out}{err}"
    );
}

#[test]
fn ctrl_c_closes_the_log_and_is_exit_code_3() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("stopped.mcap");
    let scenario = folder.path().join("copy.ron");
    fs::copy(project("scenarios/fog_bank.ron"), &scenario).expect("copied");
    let child = start(&scenario, &path);
    // A scenario that is deleted while it runs changes nothing: its text is in the log.
    fs::remove_file(&scenario).expect("removed");
    std::thread::sleep(Duration::from_millis(300));
    signal(&child, "-INT");
    let out = child.wait_with_output().expect("it ends");
    assert_eq!(out.status.code(), Some(3));
    let err = String::from_utf8_lossy(&out.stderr);
    assert!(err.contains("stopped after"), "{err}");
    let json: serde_json::Value = serde_json::from_slice(&out.stdout).expect("json all the same");
    assert_eq!(json["outcome"], "interrupted");

    let log = Log::read(&path).expect("readable");
    assert_eq!(log.lost, None);
    assert_eq!(log.end.as_ref().map(|e| e.ticks), json["ticks"].as_u64());
    let original = fs::read_to_string(project("scenarios/fog_bank.ron")).expect("readable");
    assert_eq!(log.scenario, original);
}

#[test]
fn a_full_disk_is_said_at_once_and_what_was_written_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("full.mcap");
    // A limit on the file's size stands in for a full disk: the same error from the same call.
    let line = "trap '' XFSZ; ulimit -f 300; exec \"$0\" run scenarios/fog_bank.ron --headless --operator none --json --log \"$1\"";
    let (out, err, code) = output(
        Command::new("bash")
            .args(["-c", line, env!("CARGO_BIN_EXE_takeover")])
            .arg(&path)
            .current_dir(env!("CARGO_MANIFEST_DIR")),
    );
    assert_eq!(code, 3, "{err}");
    assert!(
        err.contains("full.mcap: the record stops here, after"),
        "{err}"
    );
    let json: serde_json::Value = serde_json::from_str(&out).expect("json");
    assert_eq!(
        json["outcome"], "minimal_risk_standstill",
        "the run itself went on"
    );
    assert!(
        json["lost"][0]
            .as_str()
            .is_some_and(|l| l.contains("full.mcap"))
    );

    let log = Log::read(&path).expect("readable");
    let (recorded, _) = extent(&log);
    assert!(recorded > 2.0, "{recorded} s");
    assert!(
        log.lost
            .as_deref()
            .is_some_and(|l| l.contains("breaks off")),
        "{:?}",
        log.lost
    );
    // Closed as far as a full disk allows: other tools find the end where they look for it.
    let bytes = fs::read(&path).expect("readable");
    assert!(bytes.ends_with(mcap::MAGIC));
    assert!(mcap::Summary::read(&bytes).is_ok());
}

#[test]
fn a_run_whose_record_fails_ends_if_that_was_chosen() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("full.mcap");
    let line = "trap '' XFSZ; ulimit -f 300; exec \"$0\" run scenarios/fog_bank.ron --headless --operator none --json --if-record-fails stop --log \"$1\"";
    let (out, err, code) = output(
        Command::new("bash")
            .args(["-c", line, env!("CARGO_BIN_EXE_takeover")])
            .arg(&path)
            .current_dir(env!("CARGO_MANIFEST_DIR")),
    );
    assert_eq!(code, 3, "{err}");
    assert!(err.contains("the run ends here"), "{err}");
    let json: serde_json::Value = serde_json::from_str(&out).expect("json");
    assert_eq!(json["outcome"], "interrupted");
    let log = Log::read(&path).expect("readable");
    let recorded = extent(&log).0;
    let ended = json["sim_time_s"].as_f64().expect("a number");
    // Faster than real time some chunks may wait for the disk.
    assert!(recorded > 2.0 && ended >= recorded && ended < recorded + 30.0);
}

#[test]
fn a_folder_that_vanishes_is_noticed() {
    let folder = tempfile::tempdir().expect("a folder");
    let inner = folder.path().join("inner");
    let path = inner.join("gone.mcap");
    let child = start(&project("scenarios/fog_bank.ron"), &path);
    fs::remove_dir_all(&inner).expect("removed");
    signal(&child, "-INT");
    let out = child.wait_with_output().expect("it ends");
    assert_eq!(out.status.code(), Some(3));
    let err = String::from_utf8_lossy(&out.stderr);
    assert!(
        err.contains("was removed or moved while the run went on"),
        "{err}"
    );
}

/// A short log, as bytes.
fn short_log(folder: &Path) -> Vec<u8> {
    let path = folder.join("short.mcap");
    let text = fs::read_to_string(project("scenarios/fog_bank.ron")).expect("readable");
    let scenario = folder.join("short.ron");
    // Long enough for a request.
    fs::write(&scenario, text.replace("duration: 150.0", "duration: 76.0")).expect("writable");
    let (_, err, code) = output(
        takeover()
            .arg("run")
            .arg(&scenario)
            .args(["--headless", "--operator", "model", "--log"])
            .arg(&path),
    );
    assert_eq!(code, 0, "{err}");
    fs::read(path).expect("readable")
}

#[test]
fn a_log_cut_anywhere_is_read_as_far_as_it_goes() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = short_log(folder.path());
    let path = folder.path().join("cut.mcap");
    let mut last = 0;
    for i in 0..=40 {
        let cut = whole.len() * i / 40;
        fs::write(&path, &whole[..cut]).expect("writable");
        match Log::read(&path) {
            Ok(log) => {
                assert!(log.entries.len() >= last, "more bytes, fewer entries");
                last = log.entries.len();
                // What is behind the last tick and the run's end follows from the rest.
                let end = log.end.as_ref().map(|e| e.ticks);
                assert_eq!(log.lost.is_none(), end.is_some(), "cut at {cut}");
                assert_eq!(end.unwrap_or(7600), 7600);
            }
            // Too little even for the head.
            Err(LogError::Foreign { .. }) => assert!(cut < whole.len() / 10, "cut at {cut}"),
            Err(other) => panic!("{other}"),
        }
    }
    assert!(last > 10_000);
}

#[test]
fn a_log_with_flipped_bits_never_panics_and_never_goes_unnoticed_in_a_chunk() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = short_log(folder.path());
    let path = folder.path().join("flipped.mcap");
    // Spread over the file, and densely over one chunk's head and over the file's.
    let summary = mcap::Summary::read(&whole).expect("sound").expect("there");
    let index = &summary.chunk_indexes[summary.chunk_indexes.len() / 2];
    let chunk = usize::try_from(index.chunk_start_offset).expect("small");
    let spread = (1..60).map(|i| (whole.len() * i / 60, 0x10));
    let heads = (chunk..chunk + 90).chain(0..90);
    let dense = heads.flat_map(|at| [(at, 0x01), (at, 0x80)]);
    for (at, bit) in spread.chain(dense) {
        let mut bytes = whole.clone();
        bytes[at] ^= bit;
        fs::write(&path, &bytes).expect("writable");
        // Damage in the index at the end costs nothing that is recorded; anywhere else it shows.
        if let Ok(log) = Log::read(&path) {
            let states = |l: &Log| {
                l.entries
                    .iter()
                    .filter(|e| matches!(e, Entry::State(_)))
                    .count()
            };
            assert!(
                log.lost.is_some() || states(&log) == 7600,
                "flip at {at} of {}",
                bytes.len()
            );
        }
    }
}

#[test]
fn every_channel_carries_a_schema_by_which_a_stranger_can_read_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let bytes = short_log(folder.path());
    let all = [
        "/ego",
        "/event",
        "/input",
        "/link",
        "/log",
        "/motion",
        "/perception",
        "/plan",
        "/road",
        "/scene",
        "/shown",
        "/tf",
        "/ticks",
        "/verdict",
    ];
    assert_eq!(read_by_schema(&bytes), all);
}

/// Reads every message by its schema alone; the topics there are.
pub fn read_by_schema(bytes: &[u8]) -> Vec<String> {
    let mut topics = std::collections::BTreeMap::new();
    for message in mcap::MessageStream::new(bytes).expect("an MCAP file") {
        let message = message.expect("sound");
        let schema = message.channel.schema.clone().expect("a schema");
        topics.insert(message.channel.topic.clone(), schema.encoding.clone());
        match schema.encoding.as_str() {
            "protobuf" => {
                let pool = prost_reflect::DescriptorPool::decode(schema.data.as_ref())
                    .expect("descriptors");
                let kind = pool.get_message_by_name(&schema.name).expect("described");
                prost_reflect::DynamicMessage::decode(kind, message.data.as_ref())
                    .expect("decodes");
            }
            "jsonschema" => {
                let schema: serde_json::Value = serde_json::from_slice(&schema.data).expect("json");
                let value: serde_json::Value = serde_json::from_slice(&message.data).expect("json");
                for field in schema["required"].as_array().expect("required") {
                    assert!(
                        value.get(field.as_str().expect("a name")).is_some(),
                        "{field} in {value}"
                    );
                }
                for field in value.as_object().expect("an object").keys() {
                    assert!(
                        !schema["properties"][field].is_null(),
                        "{field} is not in the schema"
                    );
                }
            }
            other => panic!("{other}"),
        }
    }
    topics.into_keys().collect()
}

#[test]
fn concurrent_runs_never_share_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let children: Vec<Child> = (0..4)
        .map(|_| {
            takeover()
                .args([
                    "run",
                    "scenarios/fog_bank.ron",
                    "--headless",
                    "--operator",
                    "none",
                    "--out",
                ])
                .arg(folder.path())
                .stdout(Stdio::null())
                .stderr(Stdio::piped())
                .spawn()
                .expect("starts")
        })
        .collect();
    for child in children {
        let out = child.wait_with_output().expect("ends");
        assert!(
            out.status.success(),
            "{}",
            String::from_utf8_lossy(&out.stderr)
        );
    }
    assert_eq!(fs::read_dir(folder.path()).expect("readable").count(), 4);
}

#[test]
fn nobody_listening_on_standard_error_does_not_hurt_the_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("alone.mcap");
    let line = "\"$0\" run scenarios/fog_bank.ron --headless --operator none --json --log \"$1\" 2>/dev/full";
    let (out, _, code) = output(
        Command::new("bash")
            .args(["-c", line, env!("CARGO_BIN_EXE_takeover")])
            .arg(&path)
            .current_dir(env!("CARGO_MANIFEST_DIR")),
    );
    assert_eq!(code, 0);
    assert!(out.contains("minimal_risk_standstill"), "{out}");
    assert_eq!(Log::read(&path).expect("readable").lost, None);
}
