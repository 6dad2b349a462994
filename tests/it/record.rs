//! Records: what is written is what was, what is changed is found, what is broken does no harm.

use crate::common::{output, project, takeover};
use crate::driving::script;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use takeover::frame::{End, Frame};
use takeover::operator::Operator;
use takeover::record::check::{Sealed, integrity};
use takeover::record::{Entry, FORMAT, Log, Recorder, RunEnd, RunInfo, Stream};
use takeover::replay::environment::platform;
use takeover::replay::reel::Reel;
use takeover::replay::verify::rerun;
use takeover::scenario::Scenario;
use takeover::session::tally::Tally;
use takeover::session::{Session, Stop};
use takeover::sim::Simulation;

/// Inputs of somebody who presses and turns everything, by a seed.
fn fidgety(seed: u64) -> String {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut text = "(inputs: [".to_string();
    let mut at = 0.0;
    for _ in 0..60 {
        at += rng.random_range(0.05..1.5);
        let _ = match rng.random_range(0..8_u32) {
            0 => write!(
                text,
                "(at: {at:.3}, take_over: true), (at: {:.3}, take_over: false), ",
                at + 0.1
            ),
            1 => write!(
                text,
                "(at: {at:.3}, hand_back: true), (at: {:.3}, hand_back: false), ",
                at + 0.2
            ),
            2 => write!(
                text,
                "(at: {at:.3}, brake: {:.3}), ",
                rng.random_range(0.0..0.6_f32)
            ),
            3 => write!(
                text,
                "(at: {at:.3}, brake: 0.0, accelerator: {:.3}), ",
                rng.random_range(0.0..0.8_f32)
            ),
            4 => write!(
                text,
                "(at: {at:.3}, no_need: true), (at: {:.3}, no_need: false), ",
                at + 0.1
            ),
            5 => write!(text, "(at: {at:.3}, present: {}), ", rng.random_bool(0.8)),
            _ => write!(
                text,
                "(at: {at:.3}, wheel_deg: {:.2}), ",
                rng.random_range(-20.0..20.0_f32)
            ),
        };
    }
    text + "])"
}

fn info(seed: u64) -> RunInfo {
    RunInfo {
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION").into(),
        platform: platform(),
        scenario: "test".into(),
        seed,
        operator: "script".into(),
        pace: "fast".into(),
        started_ns: 0,
        tick_hz: 100,
        link: None,
        fork: None,
        participant: None,
        conditions: Default::default(),
    }
}

/// Runs a scenario for so many ticks at most and records it; all frames.
fn record(
    path: &Path,
    scenario: &Arc<Scenario>,
    seed: u64,
    operator: Box<dyn Operator>,
    ticks: u64,
) -> (Vec<Frame>, takeover::session::tally::Account) {
    let recorder = Recorder::create(path, &info(seed), scenario, None).expect("a record");
    let sim = Simulation::new(Arc::clone(scenario), seed);
    let mut session = Session::new(scenario, sim, operator, Some(recorder));
    let mut frames = Vec::new();
    while session.ended().is_none() && session.frame().tick < ticks {
        frames.push(session.tick(0.0).clone());
    }
    let outcome = session.ended().unwrap_or(End::Interrupted);
    let (account, recorder) = session.finish();
    let end = RunEnd {
        outcome,
        ticks: account.ticks,
        state_hash: format!("{:016x}", account.hash),
        seal: None,
    };
    recorder.expect("a record").finish(&end).expect("written");
    (frames, account)
}

fn library() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(project("scenarios"))
        .expect("the library")
        .map(|f| f.expect("a file").path())
        .filter(|f| f.extension().is_some_and(|e| e == "ron"))
        .collect();
    files.sort();
    assert!(files.len() >= 20);
    files
}

#[test]
fn every_scenario_with_a_fidgety_operator_repeats_and_reads_back_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    for (i, file) in library().iter().enumerate() {
        let scenario = Arc::new(Scenario::load(file).expect("sound"));
        let seed = 7 + i as u64;
        let path = folder.path().join(format!("{i}.mcap"));
        let (frames, live) = record(&path, &scenario, seed, script(&fidgety(seed)), 6000);

        let found = rerun(&path, &scenario, &Stop::default(), |_, _| {}).expect("readable");
        assert!(found.identical(), "{}: {:?}", file.display(), found.lines());
        assert_eq!(found.same_ticks, frames.len() as u64);

        // The record sums up to what was summed up live.
        let log = Log::read_ego(&path).expect("readable");
        assert_eq!(log.lost, None, "{}", file.display());
        assert_eq!(Tally::of_log(&log, &scenario), live, "{}", file.display());

        near(&path, &frames);
    }
}

/// Frames that are read back are those that left the vehicle, as far as a record's rounding goes.
fn near(path: &Path, frames: &[Frame]) {
    let mut reel = Reel::open(path).expect("a reel");
    assert_eq!(reel.ticks(), (1, frames.len() as u64));
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for _ in 0..200 {
        let then = &frames[rng.random_range(0..frames.len())];
        let now = reel.frame(then.tick).expect("sound");
        assert_eq!(
            (now.tick, now.hash, now.authority),
            (then.tick, then.hash, then.authority)
        );
        assert_eq!(now.events, then.events);
        assert_eq!(now.bodies.len(), then.bodies.len());
        for (i, (a, b)) in now.bodies.iter().zip(&then.bodies).enumerate() {
            let off = a.position.distance(b.position);
            assert!(off < 0.003, "body {i} at tick {}: {off} m", then.tick);
            let axis = glam::Vec3::new(0.6, 0.6, 0.5);
            let turned = (a.rotation * axis).distance(b.rotation * axis);
            assert!(
                turned < 0.003,
                "body {i} at tick {}: {turned} rad",
                then.tick
            );
            assert_eq!((a.kind, a.size, a.indicator), (b.kind, b.size, b.indicator));
            assert_eq!(
                (a.brake_lights, a.hazard_lights),
                (b.brake_lights, b.hazard_lights)
            );
        }
        let close = |a: f64, b: f64, by: f64| (a - b).abs() <= by;
        assert!(close(now.ego.speed, then.ego.speed, 1e-4));
        assert!(close(now.ego.s, then.ego.s, 1e-4) && close(now.ego.wheel, then.ego.wheel, 1e-5));
        assert_eq!(now.ego.speed_limit, then.ego.speed_limit);
        assert!(close(now.confidence.overall, then.confidence.overall, 1e-5));
        assert!(close(now.rain, then.rain, 1e-3) && now.lights == then.lights);
        assert_eq!(now.offers, then.offers);
        let request = |f: &Frame| f.request.map(|r| (r.id, r.reason, r.escalated));
        assert_eq!(request(&now), request(then));
        assert_eq!(now.ended, then.ended);
        assert_eq!(
            now.plan.len().min(1),
            then.plan.len().min(1),
            "tick {}",
            then.tick
        );
        assert_eq!(now.tracks.len().abs_diff(then.tracks.len()), 0);
        let cause = |f: &Frame| (f.confidence.weakest, f.sight.free.len());
        assert_eq!(cause(&now).1, cause(then).1);
        // Others' speeds are the slopes of their curves: right but where they jump.
        let ego = (now.bodies[0].velocity, then.bodies[0].velocity);
        assert!(ego.0.distance(ego.1) < 0.001);
    }
}

/// A short log with a takeover in it, as a file.
fn short(folder: &Path) -> PathBuf {
    let file = project("scenarios/cut_in.ron");
    let scenario = Arc::new(Scenario::load(&file).expect("sound"));
    let path = folder.join("short.mcap");
    record(&path, &scenario, 3, script(&fidgety(3)), 1200);
    path
}

#[test]
fn any_changed_bit_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = short(folder.path());
    let whole = fs::read(&path).expect("readable");
    let sound = integrity(&path).expect("readable");
    assert_eq!(sound.state, Sealed::Whole);
    assert_eq!(sound.bytes, whole.len() as u64);
    let changed = folder.path().join("changed.mcap");
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let anywhere: Vec<usize> = (0..400).map(|_| rng.random_range(0..whole.len())).collect();
    // Densely over the head of the file, around a seal in the middle, and over its end.
    let middle = whole.len() / 2;
    let dense = (0..120)
        .chain(middle..middle + 400)
        .chain(whole.len() - 400..whole.len());
    for at in anywhere.into_iter().chain(dense) {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << rng.random_range(0..8_u32);
        fs::write(&changed, &bytes).expect("writable");
        match integrity(&changed) {
            Ok(found) => {
                assert!(
                    matches!(found.state, Sealed::Changed { .. } | Sealed::Open { .. }),
                    "byte {at}: {found:?}"
                );
                assert!(
                    found.sealed_bytes <= at as u64 || at as u64 >= sound.sealed_bytes,
                    "byte {at}"
                );
            }
            // Not even its first bytes are those of a log.
            Err(_) => assert!(at < 8, "byte {at}"),
        }
    }
}

#[test]
fn what_is_removed_added_or_moved_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = short(folder.path());
    let whole = fs::read(&path).expect("readable");
    let changed = folder.path().join("changed.mcap");
    // Records of the file: where each begins and ends.
    let mut records = Vec::new();
    let mut at = 8;
    while at + 9 < whole.len() {
        let length = u64::from_le_bytes(whole[at + 1..at + 9].try_into().expect("eight")) as usize;
        records.push((whole[at], at..at + 9 + length));
        at += 9 + length;
    }
    let chunks: Vec<_> = records
        .iter()
        .filter(|r| r.0 == 6)
        .map(|r| r.1.clone())
        .collect();
    let seals: Vec<_> = records
        .iter()
        .filter(|r| r.0 == 0x90)
        .map(|r| r.1.clone())
        .collect();
    assert!(chunks.len() > 10 && seals.len() > 10);
    let without =
        |range: std::ops::Range<usize>| [&whole[..range.start], &whole[range.end..]].concat();
    // From the end of one seal to the end of the next: a chunk with all that belongs to it.
    let stretch = |i: usize| seals[i].end..seals[i + 1].end;
    let (a, b) = (stretch(3), stretch(4));
    let swapped = [
        &whole[..a.start],
        &whole[b.clone()],
        &whole[a.clone()],
        &whole[b.end..],
    ]
    .concat();
    let twice = [&whole[..a.end], &whole[a.clone()], &whole[a.end..]].concat();
    let longer = [&whole[..], b"x"].concat();
    let other = {
        let scenario = Arc::new(Scenario::load(&project("scenarios/cut_in.ron")).expect("sound"));
        let path = folder.path().join("other.mcap");
        record(&path, &scenario, 4, script(&fidgety(4)), 500);
        fs::read(path).expect("readable")
    };
    let mixed = [&whole[..a.start], &other[a.start.min(other.len())..]].concat();
    for (what, bytes) in [
        ("a chunk is gone", without(chunks[5].clone())),
        ("a seal is gone", without(seals[5].clone())),
        ("a chunk with its seal is gone", without(a.clone())),
        ("two chunks changed places", swapped),
        ("a chunk is there twice", twice),
        ("something was appended", longer),
        ("the rest is another log's", mixed),
        (
            "a byte is gone",
            without(whole.len() / 3..whole.len() / 3 + 1),
        ),
        ("the end is gone and the file closed anew", {
            let mut bytes = whole[..seals[6].end].to_vec();
            bytes.extend(&whole[whole.len() - 37..]);
            bytes
        }),
    ] {
        fs::write(&changed, &bytes).expect("writable");
        let found = integrity(&changed).expect("readable");
        assert!(
            matches!(found.state, Sealed::Changed { .. }),
            "{what}: {found:?}"
        );
        let (out, _, code) = output(takeover().arg("verify").arg("--seal-only").arg(&changed));
        assert_eq!(code, 4, "{what}: {out}");
        assert!(out.contains("CHANGED at or after byte"), "{out}");
    }
}

#[test]
fn a_log_cut_anywhere_is_recovered_and_the_rest_reported() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = short(folder.path());
    let whole = fs::read(&path).expect("readable");
    let cut = folder.path().join("cut.mcap");
    let mut last = 0;
    for i in 1..=25 {
        let length = whole.len() * i / 25 - usize::from(i == 25);
        fs::write(&cut, &whole[..length]).expect("writable");
        let out = folder.path().join(format!("out{i}.mcap"));
        let (text, err, code) = output(
            takeover()
                .args(["recover", "--json"])
                .arg(&cut)
                .arg("--out")
                .arg(&out),
        );
        if code != 0 {
            // Too little even for the head, which is scenario and settings.
            assert!(
                i < 12
                    && (err.contains("a damaged file") || err.contains("nothing can be recovered")),
                "{i}: {err}"
            );
            continue;
        }
        let json: serde_json::Value = serde_json::from_str(&text).expect("json");
        let ticks = json["ticks"].as_u64().expect("a number");
        assert!(ticks >= last, "more bytes, fewer ticks");
        last = ticks;
        assert_eq!(
            fs::read(&cut).expect("there").len(),
            length,
            "the log itself stays as it is"
        );
        let found = integrity(&out).expect("readable");
        assert_eq!(found.state, Sealed::Whole, "{i}");
        assert!(
            mcap::Summary::read(&fs::read(&out).expect("readable"))
                .expect("sound")
                .is_some()
        );
        let log = Log::read(&out).expect("readable");
        let lost = log.lost.expect("it says so");
        assert!(lost.contains("recovered from cut.mcap"), "{lost}");
        let (_, err, code) = output(takeover().arg("recover").arg(&cut).arg("--out").arg(&out));
        assert_eq!(code, 1);
        assert!(err.contains("never overwritten"), "{err}");
    }
    assert!(last >= 1100, "{last} ticks");
    let (_, err, code) = output(takeover().arg("recover").arg(&path));
    assert_eq!(code, 1);
    assert!(err.contains("nothing to recover"), "{err}");
}

#[test]
fn verify_says_where_a_run_parts_from_its_record() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = fs::read_to_string(project("scenarios/cut_in.ron")).expect("readable");
    let scenario = Arc::new(Scenario::parse(&text).expect("sound"));
    // Recorded in a world in which the cutter starts a little faster.
    let other = text.replace("s: 35.0, speed: 30.0", "s: 35.0, speed: 30.1");
    assert_ne!(other, text);
    let other = Arc::new(Scenario::parse(&other).expect("sound"));
    let path = folder.path().join("other.mcap");
    let recorder = Recorder::create(&path, &info(1), &scenario, None).expect("a record");
    let sim = Simulation::new(Arc::clone(&other), 1);
    let mut session = Session::new(
        &scenario,
        sim,
        Box::new(takeover::operator::Nobody),
        Some(recorder),
    );
    for _ in 0..500 {
        session.tick(0.0);
    }
    drop(session.finish().1);
    let (out, err, code) = output(takeover().arg("verify").arg(&path));
    assert_eq!(code, 4, "{out}{err}");
    assert!(out.contains("differs from tick 1 on"), "{out}");
    assert!(
        out.contains("cutter is ") && out.contains(" m away at tick "),
        "{out}"
    );
    assert!(out.contains("every byte is as it was written"), "{out}");
}

#[test]
fn the_head_proves_which_log_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = short(folder.path());
    let head = integrity(&path).expect("readable").head;
    let with = |head: &str| {
        output(
            takeover()
                .args(["verify", "--seal-only", "--head", head])
                .arg(&path),
        )
    };
    assert_eq!(with(&head).2, 0);
    assert_eq!(with(&head[..12]).2, 0);
    let (out, _, code) = with("0123456789abcdef");
    assert_eq!(code, 4);
    assert!(out.contains("ANOTHER HEAD"), "{out}");
    assert_eq!(with("xyz").2, 2);
}

#[test]
fn nothing_that_is_no_log_does_any_harm() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = short(folder.path());
    let whole = fs::read(&path).expect("readable");
    let odd = folder.path().join("odd.mcap");
    let mut rng = ChaCha8Rng::seed_from_u64(9);
    let mut files: Vec<Vec<u8>> = vec![
        Vec::new(),
        mcap::MAGIC.to_vec(),
        vec![0; 5000],
        [mcap::MAGIC, &[0xFF; 300]].concat(),
        // A record that says it is as long as all there is.
        [mcap::MAGIC, &[6], &u64::MAX.to_le_bytes(), &[0; 40]].concat(),
        foreign(),
        bomb(),
    ];
    for _ in 0..150 {
        let mut bytes = whole.clone();
        for _ in 0..rng.random_range(1..30_u32) {
            let at = rng.random_range(0..bytes.len());
            bytes[at] = rng.random();
        }
        bytes.truncate(rng.random_range(bytes.len() / 2..bytes.len()));
        files.push(bytes);
    }
    for bytes in files {
        fs::write(&odd, &bytes).expect("writable");
        let all = Log::read(&odd);
        let _ = integrity(&odd);
        if let Ok(mut reel) = Reel::open(&odd) {
            let (first, last) = reel.ticks();
            for tick in [first, u64::midpoint(first, last), last, last + 5] {
                let _ = reel.frame(tick);
                let _ = reel.seen(tick);
            }
            let _ = reel.survey();
            assert!(all.is_ok());
        }
        let out = folder.path().join("out.mcap");
        let _ = fs::remove_file(&out);
        let _ = takeover::record::recover::recover(&odd, &out);
    }
    fs::write(&odd, foreign()).expect("writable");
    let said = Log::read(&odd).expect_err("another program's").to_string();
    assert!(
        said.contains("without takeover's run information"),
        "{said}"
    );
}

/// An MCAP file of another program.
fn foreign() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let mut writer = mcap::Writer::new(&mut bytes).expect("a writer");
    let channel = writer
        .add_channel(0, "/odometry", "json", &Default::default())
        .expect("a channel");
    let header = mcap::records::MessageHeader {
        channel_id: channel,
        sequence: 0,
        log_time: 0,
        publish_time: 0,
    };
    writer
        .write_to_known_channel(&header, b"{}")
        .expect("written");
    writer.finish().expect("closed");
    drop(writer);
    bytes.into_inner()
}

/// A chunk of a few bytes that unpacks into very many.
fn bomb() -> Vec<u8> {
    let size = 1_u64 << 31;
    let packed = zstd::encode_all(std::io::repeat(0).take_all(1 << 26), 1).expect("packed");
    let mut body = vec![0; 16];
    body.extend(size.to_le_bytes());
    body.extend([0; 4]);
    body.extend(4_u32.to_le_bytes());
    body.extend(b"zstd");
    body.extend((packed.len() as u64).to_le_bytes());
    body.extend(packed);
    let mut bytes = mcap::MAGIC.to_vec();
    bytes.push(6);
    bytes.extend((body.len() as u64).to_le_bytes());
    bytes.extend(body);
    bytes
}

trait TakeAll: std::io::Read + Sized {
    fn take_all(self, length: u64) -> std::io::Take<Self> {
        self.take(length)
    }
}

impl<R: std::io::Read> TakeAll for R {}

#[test]
fn a_log_of_format_1_is_read_as_it_was() {
    let path = project("tests/data/format1.mcap");
    let log = Log::read(&path).expect("readable");
    assert_eq!((log.info.format, log.lost.as_deref()), (1, None));
    let states: Vec<_> = log
        .entries
        .iter()
        .filter_map(|e| match e {
            Entry::State(s) => Some(s),
            _ => None,
        })
        .collect();
    assert_eq!(states.len(), 400);
    assert_eq!(
        states[399].hash, 0x1f2a_5a0d_a17c_349a,
        "as its last metadata says"
    );
    assert_eq!(states[399].bodies.len(), 2);
    let braked = log
        .entries
        .iter()
        .any(|e| matches!(e, Entry::Command(c) if c.tick == 150 && c.brake == 0.3));
    assert!(braked);
    let mut reel = Reel::open(&path).expect("a reel");
    let frame = reel.frame(250).expect("sound");
    assert!(
        frame.ego.speed > 5.0
            && frame.confidence.overall > 0.5
            && frame.bodies[1].position.x > 90.0
    );
    assert_eq!(reel.survey().takeovers.len(), 1);
    assert!(matches!(
        integrity(&path).expect("readable").state,
        Sealed::None
    ));
    let (_, err, code) = output(takeover().arg("recover").arg(&path));
    assert_eq!(code, 1, "{err}");
}

#[test]
fn a_reel_goes_anywhere_in_any_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let scenario = Arc::new(Scenario::load(&project("scenarios/narrow_band.ron")).expect("sound"));
    let path = folder.path().join("run.mcap");
    let operator = takeover::operator::model::Model::new(Arc::clone(&scenario), 2);
    let (frames, _) = record(&path, &scenario, 2, Box::new(operator), 6000);
    let mut reel = Reel::open(&path).expect("a reel");
    let mut stream = Stream::open(&path).expect("a stream");
    assert!(stream.chunks() > 100);
    let pictures: Vec<f64> = (0..stream.chunks())
        .flat_map(|i| stream.chunk(i, false).expect("sound"))
        .filter_map(|e| match e {
            Entry::Video(v) => Some(v.arrived),
            _ => None,
        })
        .collect();
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    for _ in 0..300 {
        let tick = rng.random_range(1..=frames.len() as u64);
        let frame = reel.frame(tick).expect("sound");
        assert_eq!(frame.hash, frames[tick as usize - 1].hash);
        let now = tick as f64 / 100.0;
        let newest = pictures
            .iter()
            .copied()
            .filter(|t| *t <= now + 1e-9)
            .fold(f64::NAN, f64::max);
        match reel.seen(tick).expect("sound") {
            Some(seen) if newest.is_finite() => {
                assert_eq!(seen.video.arrived, newest, "tick {tick}");
                assert!(seen.picture.time <= now && seen.data.time <= now);
                let taken = (seen.video.captured * 100.0).round();
                assert_eq!(seen.picture.tick, taken as u64);
            }
            _ => assert!(now < 1.0, "something is seen soon: tick {tick}"),
        }
    }
}

#[test]
fn concurrent_frames_of_a_run_do_not_wait_for_the_disk() {
    // A record that nobody finishes is closed all the same.
    let folder = tempfile::tempdir().expect("a folder");
    let scenario = Arc::new(Scenario::load(&project("scenarios/cut_in.ron")).expect("sound"));
    let path = folder.path().join("dropped.mcap");
    let recorder = Recorder::create(&path, &info(1), &scenario, None).expect("a record");
    let sim = Simulation::new(Arc::clone(&scenario), 1);
    let mut session = Session::new(
        &scenario,
        sim,
        Box::new(takeover::operator::Nobody),
        Some(recorder),
    );
    for _ in 0..333 {
        session.tick(0.0);
    }
    drop(session);
    let log = Log::read(&path).expect("readable");
    let last = log.entries.iter().rev().find_map(|e| match e {
        Entry::State(s) => Some(s.tick),
        _ => None,
    });
    assert_eq!(last, Some(333));
    assert!(log.end.is_none() && log.lost.is_some());
    assert_eq!(integrity(&path).expect("readable").state, Sealed::Whole);
}
