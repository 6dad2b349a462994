//! `takeover check SCENARIO --map FILE.svg`, through the binary.

use crate::common::{output, project, takeover};
use crate::networks::crossing;
use std::fs;

/// Every opening tag of the text is closed, in order; the tags' names.
fn tags(svg: &str) -> Vec<String> {
    let (mut open, mut all) = (Vec::new(), Vec::new());
    for piece in svg.split('<').skip(1) {
        let (tag, _) = piece.split_once('>').expect("a tag ends");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name));
            continue;
        }
        let name = tag.split([' ', '/']).next().expect("a name").to_string();
        all.push(name.clone());
        if !tag.ends_with('/') {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?}");
    all
}

#[test]
fn a_map_names_everyone_and_everything() {
    let folder = tempfile::tempdir().expect("a folder");
    let map = folder.path().join("fog.svg");
    let scenario = project("scenarios/fog_bank.ron");
    let (out, err, code) = output(
        takeover()
            .arg("check")
            .arg(&scenario)
            .arg("--map")
            .arg(&map),
    );
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.contains("fog_bank.ron: fine"), "{out}");
    let svg = fs::read_to_string(&map).expect("written");
    assert!(!svg.contains("NaN") && !svg.contains("inf"), "numbers only");
    assert!(tags(&svg).iter().filter(|t| *t == "polygon").count() > 20);
    for text in [
        ">Fog bank on a motorway, with a slowing lorry inside<",
        ">ego, 90 km/h<",
        ">lorry (truck, 83 km/h)<",
        ">overtaking car (car, 104 km/h)<",
        ">fog from 1300 m<",
        ">Legend<",
        ">y (N)<",
        " m<",
    ] {
        assert!(svg.contains(text), "no {text}");
    }
    // Drawing is a function of the scenario.
    let again = folder.path().join("again.svg");
    output(
        takeover()
            .arg("check")
            .arg(&scenario)
            .arg("--map")
            .arg(&again),
    );
    assert_eq!(svg, fs::read_to_string(&again).expect("written"));
}

#[test]
fn a_map_of_a_crossing_shows_its_ways_and_lights() {
    let folder = tempfile::tempdir().expect("a folder");
    let (file, map) = (folder.path().join("x.ron"), folder.path().join("x.svg"));
    let text = crossing("Lights()").replace("a test", "a <test> & more");
    fs::write(&file, text).expect("writable");
    let (_, err, code) = output(takeover().arg("check").arg(&file).arg("--map").arg(&map));
    assert_eq!((code, err.as_str()), (0, ""));
    let svg = fs::read_to_string(&map).expect("written");
    tags(&svg);
    assert!(svg.contains("a &lt;test&gt; &amp; more"));
    // Twelve ways and four lights, in the plan or close up.
    assert!(svg.matches("stroke=\"#6a3d9a\"").count() >= 12);
    assert!(svg.matches("fill=\"#00963c\"").count() > 4);
    assert!(svg.contains(">crossing: light west<"));
}

/// The map of a scenario of the library.
fn map_of(name: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let map = folder.path().join("map.svg");
    let scenario = project(&format!("scenarios/{name}.ron"));
    let (_, err, code) = output(
        takeover()
            .arg("check")
            .arg(&scenario)
            .arg("--map")
            .arg(&map),
    );
    assert_eq!((code, err.as_str()), (0, ""));
    let svg = fs::read_to_string(&map).expect("written");
    assert!(
        !svg.contains("NaN") && !svg.contains("inf\""),
        "numbers only"
    );
    tags(&svg);
    svg
}

fn has(svg: &str, texts: &[&str]) {
    for text in texts {
        assert!(svg.contains(text), "no {text}");
    }
}

#[test]
fn a_map_says_what_the_scenario_is_for() {
    has(
        &map_of("cut_in"),
        &[
            ">Purpose<",
            ">A car moves over 14 m ahead, 6 m/s slower.<",
            ">None: an unprompted takeover is the operator's own choice.<",
            ">2.3 s<",
            ">completed<",
        ],
    );
}

#[test]
fn a_map_shows_what_others_do_and_what_sets_it_off() {
    let svg = map_of("cut_in");
    has(
        &svg,
        &[
            ">cutter: at 14 s: &quot;cut in&quot;: cuts in 14 m before the ego, ",
            ">cutter: 6 s after &quot;cut in&quot;: &quot;go on&quot;: to 108 km/h at 1 m/s\u{b2}<",
            ">cutter: cut in (about 14 s)<",
        ],
    );
    // The way across the lanes: in the plan and close up, dashed, with an arrowhead.
    assert!(
        svg.matches("stroke=\"#b000a0\" stroke-width=\"2.2\" stroke-dasharray")
            .count()
            >= 2
    );

    // Who must be near is expected where the ego then is.
    let svg = map_of("jaywalker");
    has(
        &svg,
        &[
            ">pedestrian: ego within ",
            ": &quot;cross&quot;: crosses the road at ",
            ">ego about here: &quot;cross&quot;<",
            "stroke=\"#0a7a5a\" stroke-width=\"2.2\" stroke-dasharray",
        ],
    );
    // A place that is written is a solid line.
    let svg = map_of("cut_out");
    has(
        &svg,
        &[
            ">van ahead here: &quot;swerve&quot;<",
            "stroke=\"#0a7a5a\" stroke-width=\"2.2\"/>",
        ],
    );
    // A speed script is told, too.
    has(
        &map_of("fog_bank"),
        &[
            ">lorry: at 58 s to 14 km/h at 2.5 m/s\u{b2}<",
            ">lorry: to 14 km/h (about 58 s)<",
        ],
    );
}

#[test]
fn a_map_shows_the_ways_of_every_kind_of_manoeuvre_and_every_trigger() {
    let folder = tempfile::tempdir().expect("a folder");
    let (file, map) = (folder.path().join("x.ron"), folder.path().join("x.svg"));
    let text = r#"(title: "all", duration: 60.0,
        road: (lanes: 2, oncoming: 1, speed_limit: 25.0, line: [Straight(length: 1500.0)]),
        ego: (lane: -2, s: 20.0, speed: 20.0),
        traffic: [
            (name: "walker", kind: Pedestrian, t: -12.0, s: 300.0, actions: [
                (name: "walk", when: EgoAt(s: 200.0), do: WalkOnRoad(path: [(310.0, -11.0), (320.0, -12.0)])),
                (name: "back", when: After(action: "walk", delay: 2.0), do: Walk(path: [(300.0, -12.0)])),
            ]),
            (name: "tyre", kind: Debris, lane: -1, s: 700.0),
            (name: "slider", kind: Car, lane: -1, s: 100.0, speed: 22.0, actions: [
                (name: "slide", when: All([Time(3.0), SelfAt(s: 250.0)]),
                 do: TrajectoryOnRoad(points: [(2.0, 300.0, -2.0), (4.0, 350.0, -4.0)])),
                (name: "never", when: Any([Ttc(below: 0.02), Time(59.0)]), do: Vanish),
            ]),
        ])"#;
    fs::write(&file, text).expect("writable");
    let (_, err, code) = output(takeover().arg("check").arg(&file).arg("--map").arg(&map));
    assert_eq!((code, err.as_str()), (0, ""));
    let svg = fs::read_to_string(&map).expect("written");
    tags(&svg);
    has(
        &svg,
        &[
            ">ego here: &quot;walk&quot;<",
            ">walker: ego at 200 m: &quot;walk&quot;: walks to 2 places at 5 km/h<",
            ">walker: 2 s after &quot;walk&quot;: &quot;back&quot;",
            ">walker: back (about ",
            ">slider here: &quot;slide&quot;<",
            ">slider: (at 3 s and at 250 m): &quot;slide&quot;: along 2 given places<",
            ">slider: (ego 0.02 s from meeting it or at 59 s): &quot;never&quot;: vanishes<",
            ">tyre (debris, lies)<",
        ],
    );
    let arrows = "stroke=\"#b000a0\" stroke-width=\"2.2\" stroke-dasharray";
    assert!(svg.matches(arrows).count() >= 6, "three ways, twice each");
}

#[test]
fn a_map_shows_dangers_crowds_weather_and_faults() {
    let svg = map_of("narrow_street");
    has(
        &svg,
        &[
            ">van in the lane (van, stands, hazard lights)<",
            ">child (pedestrian, stands)<",
        ],
    );
    // Five parked and one child, in the plan and close up; who drives does not glow.
    assert_eq!(svg.matches("fill=\"#ffb000\" fill-opacity").count() % 6, 0);
    has(
        &map_of("lane_closure"),
        &[
            ">left lane: 42 users about 61 km/h<",
            ">crowd<",
            "stroke=\"#8a1010\"",
        ],
    );
    has(
        &map_of("heavy_rain"),
        &[">75 mm/h<", ">rain 1 mm/h<", ">rain<"],
    );
    has(
        &map_of("lost_markings"),
        &[">no marks<", "fill=\"#e0b0b0\" fill-opacity"],
    );
    for (name, text) in [
        ("dirty_camera", ">from 22 s: dirt on the camera, 8 % of"),
        ("lidar_failure", ">from 25 s: lidar fails<"),
        ("silent_failure", ">from 0 s: blind to every truck<"),
        ("ghost_object", " s: ghost "),
        ("failed_light", ">from 6 s: lights of crossing dark<"),
    ] {
        has(&map_of(name), &[">What goes wrong<", text]);
    }
}

#[test]
fn every_scenario_of_the_library_can_be_drawn() {
    for entry in fs::read_dir(project("scenarios")).expect("the folder is there") {
        let path = entry.expect("readable").path();
        if path.extension().is_some_and(|e| e == "ron") {
            let name = path.file_stem().expect("a name").to_string_lossy();
            has(&map_of(&name), &[">Hazard<", ">Legend<"]);
        }
    }
}

#[test]
fn a_map_that_cannot_be_drawn_says_why() {
    let scenario = project("scenarios/fog_bank.ron");
    let (_, err, code) = output(
        takeover()
            .arg("check")
            .arg(&scenario)
            .args(["--map", "/nowhere/at/all.svg"]),
    );
    assert_eq!(code, 1);
    assert!(
        err.contains("cannot write the map /nowhere/at/all.svg"),
        "{err}"
    );
    let (_, err, code) = output(
        takeover()
            .arg("check")
            .arg(&scenario)
            .arg(&scenario)
            .args(["--map", "two.svg"]),
    );
    assert_eq!(code, 2);
    assert!(
        err.contains("--map draws one scenario, and there are 2"),
        "{err}"
    );
    let folder = tempfile::tempdir().expect("a folder");
    let (bad, map) = (folder.path().join("bad.ron"), folder.path().join("bad.svg"));
    fs::write(&bad, "(").expect("writable");
    let (_, _, code) = output(takeover().arg("check").arg(&bad).arg("--map").arg(&map));
    assert_eq!(code, 1);
    assert!(!map.exists());
}
