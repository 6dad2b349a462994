//! Questions to the road, against independent answers.

use crate::long;
use proptest::prelude::*;
use takeover::road::{
    CrossSection, Element, LaneId, LanePos, Network, Profile, ReferenceLine, RoadId, RoadPoint,
    Route, Taper, road, sections, wrap_angle,
};

/// Elements that a road of 20 m to either side can have.
fn element() -> impl Strategy<Value = Element> {
    let bend = || prop_oneof![-0.02..-1e-6_f64, 1e-6..0.02_f64];
    prop_oneof![
        (1.0..400.0_f64).prop_map(|length| Element::Straight { length }),
        (bend(), 0.05..2.5_f64, 0.0..0.5_f64).prop_map(|(k, turn, part): (f64, f64, f64)| {
            let length = (turn / k.abs()).min(500.0);
            Element::Curve {
                radius: 1.0 / k,
                length,
                transition: part * length,
            }
        }),
        (1.0..300.0_f64, -0.02..0.02_f64, -0.02..0.02_f64)
            .prop_map(|(length, from, to)| Element::Spiral { length, from, to }),
        (80.0..200.0_f64, -30.0..30.0_f64, -30.0..30.0_f64).prop_map(|(u, v2, v3)| Element::Poly {
            u: [0.0, u, 0.0, 0.0],
            v: [0.0, 0.0, v2, v3],
        }),
    ]
}

fn wide(line: ReferenceLine) -> Network {
    let lanes = CrossSection {
        right: 3,
        left: 2,
        lane_width: 3.5,
        shoulder: 2.0,
        sidewalk: 2.0,
    };
    Network::new(vec![road("road", line, lanes.section(), 30.0)], Vec::new())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    /// On any mixture of elements, from the world to the road and back, everywhere.
    #[test]
    fn there_and_back_agree_to_a_millimetre(
        elements in prop::collection::vec(element(), 1..6),
        part in 0.0..1.0_f64,
        across in -14.0..11.0_f64,
    ) {
        let network = wide(ReferenceLine::new(&elements));
        let own = network.road(RoadId(0));
        let s = part * own.length();
        let p = own.pose(s, across);
        // The line may lie over itself; then it is another place of the same position.
        let found = network.locate(p.x, p.y, None);
        let back = network.pose(found);
        prop_assert!(libm::hypot(back.x - p.x, back.y - p.y) < 1e-3, "{s} {across}: {found:?}");
        // From nearby it is the same place.
        let (s2, t2, _) = own.line.nearest_within(p.x, p.y, s - 1.0, s + 1.0);
        let near = libm::hypot(s2 - s, t2 - across) < 1e-3;
        // A curve as a whole may come back to itself: then it must be nearer there.
        prop_assert!(near || t2.abs() < across.abs(), "{s} {across}: {s2} {t2}");
    }

    /// Right of the lane to the left is the lane itself, one lane's width to the right.
    #[test]
    fn neighbours_are_each_other_s_neighbours(
        elements in prop::collection::vec(element(), 1..5),
        part in 0.0..1.0_f64,
        ends in 0.1..0.4_f64,
        begins in 0.6..0.8_f64,
    ) {
        let line = ReferenceLine::new(&elements);
        let length = line.length();
        let full = wide(line.clone()).roads[0].sections[0].clone();
        let taper = |lane: i32, part: f64, begins: bool| Taper {
            lane, s: part * length, length: 0.1 * length, begins,
        };
        let mut own = road("road", line, full.clone(), 30.0);
        own.sections = sections(&full, &[
            taper(-2, ends, false), taper(-2, begins, true), taper(2, begins, true),
        ]);
        own.lane_offset = Profile::eased(&[(0.0, 0.0), (length, 2.0)]);
        let network = Network::new(vec![own], Vec::new());
        let own = network.road(RoadId(0));
        let s = part * length;
        for id in own.section(s).ids() {
            let Some(at) = network.lane_pos(RoadId(0), id, s) else { continue };
            for side in [1, -1] {
                let Some(other) = network.beside(at, side) else { continue };
                prop_assert_eq!(network.beside(other, -side), Some(at));
                let apart = (network.width(at) + network.width(other)) / 2.0;
                let (p, q) = (network.lane_pose(at, 0.0), network.road_point(other, 0.0));
                let q = network.pose(q);
                prop_assert!((libm::hypot(q.x - p.x, q.y - p.y) - apart).abs() < 1e-6);
                let left = libm::cos(p.yaw) * (q.y - p.y) - libm::sin(p.yaw) * (q.x - p.x);
                prop_assert!(left * f64::from(side) >= -1e-9);
            }
        }
        // Two driving lanes to the right but where -2 is gone, one to the left before 2 begins.
        let gone = (ends + 0.1) * length <= s && s < begins * length;
        let driving = (-9..10).filter(|id| network.lane_pos(RoadId(0), *id, s).is_some());
        let expected = 4 + i32::from(s >= begins * length) - i32::from(gone);
        prop_assert_eq!(driving.count() as i32, expected);
    }

    /// A lane's pose points along the lane, up and down too: against finite differences.
    #[test]
    fn a_lane_s_pose_is_the_tangent_of_its_centre(
        elements in prop::collection::vec(element(), 1..4),
        part in 0.02..0.98_f64,
        heights in prop::collection::vec(-5.0..5.0_f64, 3),
        rolls in prop::collection::vec(-0.1..0.1_f64, 3),
        shift in -3.0..3.0_f64,
        lane in prop_oneof![Just(-3), Just(-1), Just(2)],
    ) {
        let line = ReferenceLine::new(&elements);
        let length = line.length();
        prop_assume!(length > 60.0);
        let over = |v: &[f64]| Profile::eased(&[(0.0, v[0]), (0.5 * length, v[1]), (length, v[2])]);
        let mut own = wide(line).roads.remove(0);
        own.elevation = over(&heights);
        own.superelevation = over(&rolls);
        own.lane_offset = over(&[0.0, shift, 0.0]);
        let network = Network::new(vec![own], Vec::new());
        let at = network.lane_pos(RoadId(0), lane, part * length).expect("a lane");
        let p = network.lane_pose(at, 0.0);
        let h = 1e-4;
        let near = |d: f64| network.lane_pose(LanePos { d: at.d + d, ..at }, 0.0);
        let (a, b) = (near(-h), near(h));
        let (dx, dy, dz) = (b.x - a.x, b.y - a.y, b.z - a.z);
        let flat = libm::hypot(dx, dy);
        prop_assert!(wrap_angle(libm::atan2(dy, dx) - p.yaw).abs() < 1e-4);
        prop_assert!((libm::atan(dz / flat) + p.pitch).abs() < 1e-4, "{dz} {flat} {p:?}");
        // And the surface to the left rises as the roll says: its direction in the world is the
        // second column of Rz(yaw) Ry(pitch) Rx(roll).
        let (sy, cy) = (libm::sin(p.yaw), libm::cos(p.yaw));
        let (sp, cp) = (libm::sin(p.pitch), libm::cos(p.pitch));
        let (sr, cr) = (libm::sin(p.roll), libm::cos(p.roll));
        let left = [cy * sp * sr - sy * cr, sy * sp * sr + cy * cr, cp * sr];
        let q = network.locate_near(p.x + h * left[0], p.y + h * left[1], network.road_point(at, 0.0));
        let rise = network.road(RoadId(0)).height(q.s, q.t) - p.z;
        prop_assert!((rise - h * left[2]).abs() < 2e-3 * h, "{rise} {}", h * left[2]);
    }
}

/// A clothoid by brute force: Simpson's rule on 100 000 steps, with nothing of ours but the angle.
fn simpson(from: f64, rate: f64, s: f64) -> (f64, f64) {
    let steps = 100_000;
    let h = s / f64::from(steps);
    let (mut x, mut y) = (0.0, 0.0);
    for i in 0..=steps {
        let u = h * f64::from(i);
        let yaw = u * (from + rate * u / 2.0);
        let weight = match i {
            0 => 1.0,
            i if i == steps => 1.0,
            i if i % 2 == 1 => 4.0,
            _ => 2.0,
        };
        x += weight * yaw.cos() * h / 3.0;
        y += weight * yaw.sin() * h / 3.0;
    }
    (x, y)
}

#[test]
fn clothoids_agree_with_brute_force_integration() {
    for (length, from, to) in [
        (100.0, 0.0, 0.01),
        (300.0, -0.02, 0.02),
        (80.0, 0.05, 0.0),
        (1500.0, 0.0, 0.004),
    ] {
        let line = ReferenceLine::new(&[Element::Spiral { length, from, to }]);
        for part in [0.1, 0.5, 0.99, 1.0] {
            let s = part * length;
            let (x, y) = simpson(from, (to - from) / length, s);
            let p = line.pose(s);
            let off = libm::hypot(p.x - x, p.y - y);
            assert!(off < 1e-9, "{length} {from} {to} at {s}: {off}");
        }
    }
}

#[test]
fn a_clothoid_ends_where_fresnel_s_integrals_say() {
    // C(1) and S(1) of C(u) = int cos(pi/2 t2) dt: Abramowitz and Stegun, table 7.7.
    let (c, s) = (0.779_893_400_376_822_8, 0.438_259_147_390_354_8);
    // Curvature rate pi / a2 makes s = a u.
    let a = 120.0;
    let line = ReferenceLine::new(&[Element::Spiral {
        length: a,
        from: 0.0,
        to: std::f64::consts::PI / a,
    }]);
    let end = line.pose(a);
    assert!(
        (end.x - a * c).abs() < 1e-10 && (end.y - a * s).abs() < 1e-10,
        "{end:?}"
    );
    assert!((end.yaw - std::f64::consts::FRAC_PI_2).abs() < 1e-12);
}

/// Every road of a hundred kilometres, all its width, a place every few metres.
#[test]
fn a_hundred_kilometres_are_found_again_everywhere() {
    let network = long::network(100);
    assert!(network.length() > 100_000.0, "{}", network.length());
    let mut asked = 0;
    for (i, own) in network.roads.iter().enumerate() {
        let id = RoadId(i as u32);
        let step = if own.length() > 500.0 { 11.3 } else { 3.7 };
        let mut s = 0.1;
        while s < own.length() {
            let (left, right) = own.full_width(s);
            for part in [0.02, 0.4, 0.98] {
                let t = right + part * (left - right);
                let p = own.pose(s, t);
                let hint = RoadPoint {
                    road: id,
                    s: (s - 2.0).max(0.0),
                    t,
                };
                for found in [
                    network.locate(p.x, p.y, Some(p.z)),
                    network.locate_near(p.x, p.y, hint),
                ] {
                    let back = network.pose(found);
                    let off = libm::hypot(back.x - p.x, back.y - p.y);
                    assert!(off < 1e-3, "{} {s} {t}: {found:?}", own.name);
                    // In a junction ways lie on each other; elsewhere there is one road only.
                    let other = network.road(found.road);
                    let same =
                        found.road == id || own.junction.is_some() || other.junction.is_some();
                    assert!(same, "{} {s} {t}: {}", own.name, other.name);
                }
                asked += 1;
            }
            s += step;
        }
    }
    assert!(asked > 30_000, "{asked}");
}

/// Off the road, the index must find what looking at every road finds.
#[test]
fn off_the_road_the_nearest_road_is_found() {
    let network = long::network(10);
    for i in 0..400_u32 {
        let x = -300.0 + f64::from(i * 37 % 11_000);
        let y = -900.0 + f64::from(i * 91 % 1800);
        let found = network.locate(x, y, None);
        let outside = |p: RoadPoint| {
            let own = network.road(p.road);
            let s = p.s.clamp(0.0, own.length());
            let (left, right) = own.full_width(s);
            libm::hypot((right - p.t).max(p.t - left).max(0.0), p.s - s)
        };
        let best = network
            .roads
            .iter()
            .enumerate()
            .map(|(i, own)| {
                let (s, t) = own.line.nearest(x, y);
                outside(RoadPoint {
                    road: RoadId(i as u32),
                    s,
                    t,
                })
            })
            .fold(f64::INFINITY, f64::min);
        assert!(
            outside(found) <= best + 1e-6,
            "({x}, {y}): {} {best}",
            outside(found)
        );
    }
}

/// Costs against the plainest method there is: relax every edge until nothing changes.
#[test]
fn routes_are_the_shortest_ways_through_many_junctions() {
    let network = long::network(20);
    let goal = network
        .lane_pos(RoadId(19), -1, 500.0)
        .expect("the last road")
        .lane;
    let route = Route::to(&network, &[goal]);
    let mut cost = vec![f64::INFINITY; network.lanes().len()];
    cost[goal.0 as usize] = 0.0;
    loop {
        let mut changed = false;
        for (i, lane) in network.lanes().iter().enumerate() {
            for next in &lane.next {
                let via = cost[next.0 as usize] + network.lane(*next).length();
                if via < cost[i] - 1e-6 {
                    cost[i] = via;
                    changed = true;
                }
            }
        }
        if !changed {
            break;
        }
    }
    let mut finite = 0;
    for (i, expected) in cost.iter().enumerate() {
        let lane = LaneId(i as u32);
        let got = route.cost(lane);
        assert!(
            got == *expected || (got - expected).abs() < 0.1,
            "{i}: {got} {expected}"
        );
        if got.is_finite() && lane != goal {
            finite += 1;
            // Driving it takes as long as it says, and leads there.
            let end = LanePos {
                lane,
                d: network.lane(lane).length(),
            };
            let at = network
                .advance(end, got - 0.5, Some(&route))
                .expect("a way");
            assert_eq!(at.lane, goal, "from {i}");
        }
    }
    assert!(finite > 100, "{finite}");
    // Side roads can be left, but lanes into them cannot.
    assert!(cost.iter().any(|c| c.is_infinite()));
}
