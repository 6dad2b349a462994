//! A real window on a virtual display, drawn in software: request, takeover by key, end.
//!
//! Needs `xvfb-run`, `xdotool` and a Vulkan driver; `make test` installs them.

use crate::common::project;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Starts the station, takes over once the request has been pictured, ends the run by Escape.
const OPERATOR: &str = r#"
"$TAKEOVER" run "$DIR/early.ron" --screenshots "$DIR" --log "$DIR/run.mcap" --size 640x360 --json \
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
    let ran = Command::new("xvfb-run")
        .args(["-a", "-s", "-screen 0 640x360x24", "bash", "-c", OPERATOR])
        .env("TAKEOVER", env!("CARGO_BIN_EXE_takeover"))
        .env("DIR", dir)
        .env_remove("WAYLAND_DISPLAY")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output();
    let ran = ran.expect("xvfb-run is missing: `make test` installs it");
    let err = fs::read_to_string(dir.join("err.txt")).unwrap_or_default();
    let all = format!("{}{err}", String::from_utf8_lossy(&ran.stderr));
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
