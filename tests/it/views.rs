//! Views in a real window on a virtual display: chosen at the start, and changed by a key.

use crate::window::{early_fog, in_a_window, share};
use std::fs;
use std::path::Path;

/// Starts the station in a view, presses a key for another one, and ends the run by Escape once the
/// request has been pictured.
const STATION: &str = r#"
"$TAKEOVER" run "$DIR/early.ron" --screenshots "$DIR" --log "$DIR/run.mcap" --size 480x270 \
    --operator none --view "$VIEW" --quality low --frame-times "$DIR/times.csv" \
    > "$DIR/out.txt" 2> "$DIR/err.txt" &
station=$!
for _ in $(seq 300); do
    xdotool search --name "operator station" windowfocus 2>/dev/null && break
    sleep 0.1
done
sleep 1
xdotool key "$KEY"
for _ in $(seq 600); do
    [ -s "$DIR/request.png" ] && break
    kill -0 $station 2>/dev/null || break
    sleep 0.1
done
sleep 0.5
xdotool key Escape
wait $station
echo $? > "$DIR/code"
"#;

/// The picture of the request, seen in `view` after `key` was pressed.
fn pictured(dir: &Path, view: &str, key: &str) -> [f64; 3] {
    early_fog(dir);
    let more = [("VIEW", view), ("KEY", key)];
    let (_, all) = in_a_window(dir, "480x270", STATION, &more);
    let code = fs::read_to_string(dir.join("code")).expect("the station ended");
    assert_eq!(code.trim(), "3", "{all}");
    let times = fs::read_to_string(dir.join("times.csv")).expect("frame times");
    assert!(times.starts_with("picture,ms\n1,"), "{times}");
    let png = dir.join("request.png");
    // The map's ground, the window beside the panorama's band, and the fog around all.
    [
        share(&png, [26, 32, 38]),
        share(&png, [13, 15, 20]),
        share(&png, [186, 191, 196]),
    ]
}

#[test]
fn views_are_chosen_at_the_start_and_by_a_key() {
    let folder = tempfile::tempdir().expect("a folder");
    let of = |name: &str| {
        let dir = folder.path().join(name);
        fs::create_dir(&dir).expect("a folder");
        dir
    };
    let [ground, _, fog] = pictured(&of("map"), "driver", "6");
    assert!(ground > 0.15, "{ground} of the picture is the map's ground");
    assert!(fog < 0.05, "{fog} of the map is fog");
    let [ground, band, fog] = pictured(&of("panorama"), "chase", "2");
    assert!(band > 0.1, "{band} of the picture is beside the panorama");
    assert!(fog > 0.05, "{fog} of the panorama is fog, {ground} the map");
}
