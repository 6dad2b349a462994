//! A real window on a virtual display, drawn in software: request, takeover by key, end.
//!
//! Needs `xvfb-run`, `xdotool` and a Vulkan driver; `make test` installs them.

use crate::common::project;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;
use takeover::record::Entry;
use takeover::takeover::alert::Channel;

/// Starts the station, takes over once the request has been pictured, ends the run by Escape.
const OPERATOR: &str = r#"
"$TAKEOVER" run "$DIR/early.ron" --screenshots "$DIR" --log "$DIR/run.mcap" --size 640x360 --patch bottom-right:40 --json \
    > "$DIR/out.json" 2> "$DIR/err.txt" &
station=$!
wait_for() {
    for _ in $(seq 600); do
        [ -s "$DIR/$1" ] && return
        kill -0 $station 2>/dev/null || return
        sleep 0.1
    done
}
wait_for request.png
xdotool search --name "operator station" windowfocus
sleep 0.5
xdotool keydown space; sleep 0.3; xdotool keyup space
wait_for operator.png
sleep 1
xdotool key Escape
wait $station
echo $? > "$DIR/code"
"#;

/// The fog bank, but the fog is near and the run short.
pub fn early_fog(folder: &Path) {
    let text = fs::read_to_string(project("scenarios/fog_bank.ron")).expect("readable");
    let mut early = text.clone();
    for (from, to) in [
        ("s: 30.0, speed: 25.0", "s: 1060.0, speed: 23.0"),
        ("s: 105.0", "s: 1130.0"),
        ("s: 5.0", "s: 1000.0"),
        ("at: 58.0", "at: 20.0"),
        ("at: 75.0", "at: 40.0"),
        ("duration: 150.0", "duration: 60.0"),
    ] {
        assert!(early.contains(from), "the scenario no longer has `{from}`");
        early = early.replacen(from, to, 1);
    }
    fs::write(folder.join("early.ron"), early).expect("writable");
}

/// Width, height and pixels of a picture.
fn picture(path: &Path) -> (usize, usize, Vec<[u8; 3]>) {
    let file = std::io::BufReader::new(fs::File::open(path).expect("a picture"));
    let mut reader = png::Decoder::new(file).read_info().expect("a PNG");
    let mut bytes = vec![0; reader.output_buffer_size().expect("a size")];
    let info = reader.next_frame(&mut bytes).expect("pixels");
    let samples = info.color_type.samples();
    let pixels = bytes[..info.buffer_size()].chunks_exact(samples);
    let pixels = pixels.map(|p| [p[0], p[1], p[2]]).collect();
    (info.width as usize, info.height as usize, pixels)
}

/// Runs a script of the shell on a display of its own, of this size; `$TAKEOVER` is the program and
/// `$DIR` the folder. Returns what the script kept of the program's talk in `err.txt`, and all talk.
pub fn in_a_window(
    dir: &Path,
    size: &str,
    script: &str,
    more: &[(&str, &str)],
) -> (String, String) {
    let screen = format!("-screen 0 {size}x24");
    let ran = Command::new("xvfb-run")
        .args(["-a", "-s", &screen, "bash", "-c", script])
        .env("TAKEOVER", env!("CARGO_BIN_EXE_takeover"))
        .env("DIR", dir)
        .envs(more.iter().copied())
        .env_remove("WAYLAND_DISPLAY")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output();
    let ran = ran.expect("xvfb-run is missing: `make test` installs it");
    let err = fs::read_to_string(dir.join("err.txt")).unwrap_or_default();
    let all = format!("{}{err}", String::from_utf8_lossy(&ran.stderr));
    (err, all)
}

/// Share of a picture's pixels that are close to a colour, 0 to 1.
pub fn share(path: &Path, colour: [u8; 3]) -> f64 {
    let file = std::io::BufReader::new(fs::File::open(path).expect("a picture"));
    let mut reader = png::Decoder::new(file).read_info().expect("a PNG");
    let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
    let info = reader.next_frame(&mut pixels).expect("pixels");
    let width = info.color_type.samples();
    let close = |pixel: &&[u8]| (0..3).all(|i| pixel[i].abs_diff(colour[i]) < 24);
    let pixels = pixels[..info.buffer_size()].chunks_exact(width);
    let all = pixels.len() as f64;
    pixels.filter(close).count() as f64 / all
}

#[test]
fn a_request_is_shown_and_answered_by_a_key_in_a_real_window() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path();
    early_fog(dir);
    let (err, all) = in_a_window(dir, "640x360", OPERATOR, &[]);
    let code = fs::read_to_string(dir.join("code")).expect("the station ended");
    // Escape ends the run before the scenario does: exit code 3.
    assert_eq!(code.trim(), "3", "{all}");
    assert!(err.contains("stopped after"), "{all}");

    let out = fs::read_to_string(dir.join("out.json")).expect("output");
    let json: Value = serde_json::from_str(&out).expect("json");
    let takeover = &json["takeovers"][0];
    let time = |field: &str| {
        takeover[field]
            .as_f64()
            .unwrap_or_else(|| panic!("{field}: {json}"))
    };
    assert_eq!(takeover["outcome"], "taken_over");
    assert_eq!(takeover["by"], "button");
    // Presented after it left the vehicle, and long before the screenshot was on the disk.
    assert!(time("shown_s") > time("raised_s") + 0.0099);
    assert!(time("first_input_s") > time("shown_s") + 0.5);
    assert!(
        (0.0..=0.0201).contains(&(time("in_force_s") - time("threshold_s"))),
        "{json}"
    );

    // What of the request was seen is on record, with the picture's own times.
    let log = takeover::record::Log::read(&dir.join("run.mcap")).expect("a log");
    let visual: Vec<_> = log
        .entries
        .iter()
        .filter_map(|entry| match entry {
            Entry::Presented(p) if p.channel == Channel::Visual && p.request == 1 => Some(p),
            _ => None,
        })
        .collect();
    assert_eq!(visual[0].level, 0, "{visual:?}");
    assert!(
        visual
            .iter()
            .all(|p| p.submitted <= p.presented && p.submitted > time("raised_s"))
    );
    let levels: Vec<u8> = visual.iter().map(|p| p.level).collect();
    let mut once = levels.clone();
    once.dedup();
    assert_eq!(levels, once, "each level once");

    // The patch is black until the first picture of the request, and white in it.
    let corner = |name: &str| {
        let (width, height, pixels) = picture(&dir.join(name));
        pixels[(height - 20) * width + width - 20]
    };
    assert_eq!(corner("request.png"), [255, 255, 255]);

    // Orange (E69F00) while it asks, none while a person drives: not a blank picture either way.
    let asking = share(&dir.join("request.png"), [0xE6, 0x9F, 0x00]);
    let driving = share(&dir.join("operator.png"), [0xE6, 0x9F, 0x00]);
    assert!(
        asking > 0.05 && asking < 0.5,
        "{asking} of the picture is orange"
    );
    assert!(
        driving < asking / 2.0,
        "{driving} of the picture is still orange"
    );
    let white = share(&dir.join("operator.png"), [0xF2, 0xF5, 0xF8]);
    assert!(
        white > 0.02 && white < 0.5,
        "{white} of the picture is the banner"
    );
}

/// Listens to the sound server while a request escalates. Where there is none this only says so.
const LISTENER: &str = r#"
pactl load-module module-null-sink sink_name=takeover_test > "$DIR/module" || exit 9
export PULSE_SINK=takeover_test
parec -d takeover_test.monitor --rate=48000 --channels=1 --format=s16le --latency-msec=20 > "$DIR/heard.raw" &
listener=$!
"$TAKEOVER" run "$DIR/early.ron" --log "$DIR/run.mcap" --size 320x200 --json \
    > "$DIR/out.json" 2> "$DIR/err.txt" &
station=$!
sleep 17
xdotool search --name "operator station" windowfocus key Escape
wait $station
kill $listener
pactl unload-module "$(cat "$DIR/module")"
"#;

#[test]
fn an_alert_is_heard_when_the_record_says_so() {
    let server = Command::new("pactl").arg("info").output();
    let alsa = std::env::var_os("HOME").map(|home| Path::new(&home).join(".asoundrc"));
    if !server.is_ok_and(|out| out.status.success()) || !alsa.is_some_and(|file| file.exists()) {
        use std::io::Write;
        let why = "no sound server that ALSA plays to: the sound of alerts is not tested here";
        let _ = writeln!(std::io::stderr(), "{why}");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path();
    early_fog(dir);
    let (_, all) = in_a_window(dir, "640x360", LISTENER, &[]);
    let log =
        takeover::record::Log::read(&dir.join("run.mcap")).unwrap_or_else(|e| panic!("{e}: {all}"));
    let sounds: Vec<_> = log
        .entries
        .iter()
        .filter_map(|entry| match entry {
            Entry::Presented(p) if p.channel == Channel::Sound => Some(p),
            _ => None,
        })
        .collect();
    let levels: Vec<u8> = sounds.iter().map(|p| p.level).collect();
    assert_eq!(levels, [0, 1], "{all}");
    let reported = sounds[1].presented - sounds[0].presented;
    let within = sounds[0].uncertainty.expect("known") + sounds[1].uncertainty.expect("known");

    let raw = fs::read(dir.join("heard.raw")).expect("a recording");
    let heard: Vec<f64> = raw
        .chunks_exact(2)
        .map(|b| f64::from(i16::from_le_bytes([b[0], b[1]])) / 32_768.0)
        .collect();
    // The first sound at all, and the first at the pitch of the escalation: 940 against 660 Hz, by
    // crossings of zero in the 60 ms after each onset.
    let hz = |at: usize| {
        let part = &heard[at..(at + 2880).min(heard.len())];
        let up = part
            .windows(2)
            .filter(|w| w[0] < 0.0 && w[1] >= 0.0)
            .count();
        up as f64 / 0.06
    };
    let mut onsets = Vec::new();
    let mut quiet_since = 0;
    for (i, sample) in heard.iter().enumerate() {
        if sample.abs() > 0.01 {
            if i - quiet_since > 2400 || onsets.is_empty() {
                onsets.push(i);
            }
            quiet_since = i;
        }
    }
    let first = *onsets
        .first()
        .unwrap_or_else(|| panic!("nothing was heard: {all}"));
    let called = hz(first);
    assert!((called - 660.0).abs() < 40.0, "{called} Hz");
    let urged = onsets.iter().find(|at| hz(**at) > 800.0);
    let urged = *urged.unwrap_or_else(|| panic!("no escalation was heard: {onsets:?}"));
    let between = (urged - first) as f64 / 48_000.0;
    // The recording itself may miss a block on a busy machine.
    assert!(
        (between - reported).abs() < within + 0.03,
        "heard {between} s apart, reported {reported} s"
    );
}
