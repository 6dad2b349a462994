use super::*;

fn motorway() -> Network {
    let line = ReferenceLine::new(&[
        Element::Straight { length: 300.0 },
        Element::Curve {
            radius: 400.0,
            length: 300.0,
            transition: 60.0,
        },
        Element::Straight { length: 400.0 },
    ]);
    let lanes = CrossSection {
        right: 2,
        left: 2,
        lane_width: 3.5,
        shoulder: 2.5,
        sidewalk: 0.0,
    };
    Network::new(vec![road("main", line, lanes.section(), 30.0)], Vec::new())
}

const MAIN: RoadId = RoadId(0);

#[test]
fn lanes_count_outwards_from_the_reference_line() {
    let network = motorway();
    let road = network.road(MAIN);
    assert_eq!(road.centre(-1, 10.0), Some(-1.75));
    assert_eq!(road.centre(-2, 10.0), Some(-5.25));
    assert_eq!(road.centre(2, 10.0), Some(5.25));
    assert_eq!(road.centre(-4, 10.0), None);
    assert_eq!(road.lane_at(10.0, -8.0), Some(-3));
    assert_eq!(road.carriageway(10.0), (9.5, -9.5));
    assert!(network.lane_pos(MAIN, -3, 10.0).is_none(), "a shoulder");
}

#[test]
fn drivers_left_of_the_line_travel_against_it() {
    let network = motorway();
    let at = network.lane_pos(MAIN, 1, 900.0).expect("a lane");
    assert!((at.d - 100.0).abs() < 1e-9);
    let on = network.advance(at, 50.0, None).expect("road ahead");
    assert!((network.s_of(on) - 850.0).abs() < 1e-9);
    let pose = network.lane_pose(at, 0.0);
    let along = network.road(MAIN).pose(900.0, 0.0);
    let turned = wrap_angle(pose.yaw - along.yaw).abs();
    assert!((turned - std::f64::consts::PI).abs() < 1e-9);
    // Left of a driver is towards the reference line, for both directions.
    for lane in [-2, 2] {
        let outer = network.lane_pos(MAIN, lane, 200.0).expect("a lane");
        let left = network.beside(outer, 1).expect("the inner lane");
        assert_eq!(network.lane(left.lane).lane, lane / 2);
        assert!(network.beside(outer, -1).is_none());
        assert!(network.beside(left, 1).is_none(), "the other direction");
        let p = network.road_point(outer, 1.0);
        let inwards = if lane < 0 { -4.25 } else { 4.25 };
        assert!((p.t - inwards).abs() < 1e-9);
    }
}

#[test]
fn a_place_is_found_again_from_the_world() {
    let network = motorway();
    let mut s = 5.0;
    while s < 1000.0 {
        for t in [-9.0, -2.0, 0.0, 6.0] {
            let p = RoadPoint { road: MAIN, s, t };
            let pose = network.pose(p);
            for found in [
                network.locate(pose.x, pose.y, None),
                network.locate_near(pose.x, pose.y, RoadPoint { s: s - 3.0, ..p }),
            ] {
                assert!(
                    (found.s - s).abs() < 1e-6 && (found.t - t).abs() < 1e-6,
                    "s {s} t {t}: {found:?}"
                );
            }
        }
        s += 13.0;
    }
}

#[test]
fn snapping_says_the_lane_and_how_far_left_of_its_centre() {
    let network = motorway();
    let snap = |t: f64| {
        let p = RoadPoint {
            road: MAIN,
            s: 100.0,
            t,
        };
        let (at, offset) = network.snap(p).expect("a lane");
        (network.lane(at.lane).lane, offset)
    };
    assert_eq!(snap(-1.0), (-1, 0.75));
    assert_eq!(snap(1.0), (1, 0.75));
    assert_eq!(snap(-9.0), (-2, -3.75));
}

#[test]
fn a_path_samples_the_lane_ahead() {
    let network = motorway();
    let at = network.lane_pos(MAIN, -2, 250.0).expect("a lane");
    let path = Path::new(&network, at, 20.0, 200.0, 2.0, None);
    assert!((path.points()[0].d + 20.0).abs() < 1e-9);
    assert!(path.end() >= 200.0 && !path.dead_end);
    let here = network.lane_pose(at, 0.0);
    assert!((path.at(0.0).x - here.x).abs() < 1e-9);
    // In the bend the outer lane is longer than the reference line, and bends less.
    let bend = path.at(150.0).curvature;
    assert!((bend - 1.0 / 405.25).abs() < 1e-4, "{bend}");
    let p = network.pose(network.road_point(path.at(101.0).at, 1.5));
    let (d, left) = path.project(p.x, p.y, 5.0).expect("beside the path");
    assert!(
        (d - 101.0).abs() < 0.05 && (left - 1.5).abs() < 0.01,
        "{d} {left}"
    );
    assert!(path.project(p.x, p.y, 1.0).is_none());
    let last = network.lane_pos(MAIN, -1, 950.0).expect("a lane");
    assert!(Path::new(&network, last, 0.0, 200.0, 2.0, None).dead_end);
}

#[test]
fn wrapped_angles_stay_within_half_a_turn() {
    use std::f64::consts::PI;
    for (angle, expected) in [
        (0.0, 0.0),
        (3.0 * PI, PI),
        (-0.5, -0.5),
        (7.0, 7.0 - 2.0 * PI),
    ] {
        assert!((wrap_angle(angle) - expected).abs() < 1e-12, "{angle}");
    }
}
