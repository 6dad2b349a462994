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
        ">lorry (Truck, 83 km/h)<",
        ">overtaking car (Car, 104 km/h)<",
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
