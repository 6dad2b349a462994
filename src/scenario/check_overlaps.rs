//! Nothing lies on top of anything else.

use super::check::Checker;
use super::check_network::Plan;
use crate::road::{End, Link, Network, Road, RoadId};

/// Roads at most this far above each other do not let a lorry pass, m.
const CLEARANCE: f64 = 4.5;

/// Where lanes of two roads, or of one road with itself, lie in the same place.
pub(super) fn overlaps(c: &mut Checker, plan: &Plan, network: &Network) {
    let step = (network.length() / 40_000.0).max(4.0);
    for (i, (path, _)) in plan.roads.iter().enumerate() {
        let own = RoadId(i as u32);
        let road = network.road(own);
        let n = (road.length() / step).ceil().max(1.0);
        'road: for k in 0..=n as u32 {
            let s = road.length() * f64::from(k) / n;
            let (left, right) = road.full_width(s);
            for t in [left - 0.1, (left + right) / 2.0, right + 0.1] {
                let p = road.pose(s, t);
                for other in network.roads_at(p.x, p.y) {
                    let z = network.road(other.road).height(other.s, other.t);
                    let apart = (other.s - s).abs() > (left - right) + 10.0;
                    if (z - p.z).abs() > CLEARANCE
                        || (other.road == own && !apart)
                        || joined(network, own, s, other.road, other.s)
                    {
                        continue;
                    }
                    if other.road == own {
                        let field = if plan.roads[i].1.line.is_empty() {
                            "end"
                        } else {
                            "line"
                        };
                        c.fail(
                            &format!("{path}.{field}"),
                            "a road that keeps clear of itself",
                            format!("one that comes back to itself near {s:.0} m"),
                        );
                    } else if other.road < own || network.road(other.road).junction.is_some() {
                        c.fail(
                            path,
                            format!(
                                "a road that keeps clear of \"{}\", or crosses it at a junction or {CLEARANCE} m above or below",
                                network.road(other.road).name
                            ),
                            format!("one that lies on it near {s:.0} m (there {:.0} m)", other.s),
                        );
                    } else {
                        continue;
                    }
                    break 'road;
                }
            }
        }
    }
}

/// Two places are where their roads are joined: next to the joint, or about a junction of both.
fn joined(network: &Network, a: RoadId, s_a: f64, b: RoadId, s_b: f64) -> bool {
    let near = |road: RoadId, s: f64, end: End| match end {
        End::Start => s < 0.5,
        End::End => s > network.road(road).length() - 0.5,
    };
    let (first, second) = (network.road(a), network.road(b));
    let by_road = [(End::Start, first.before), (End::End, first.after)]
        .into_iter()
        .any(|(end, link)| match link {
            Some(Link::Road(other, there)) => {
                other == b && near(a, s_a, end) && near(b, s_b, there)
            }
            _ => false,
        });
    let junctions = |road: &Road| {
        [
            road.junction,
            match road.before {
                Some(Link::Junction(j)) => Some(j),
                _ => None,
            },
            match road.after {
                Some(Link::Junction(j)) => Some(j),
                _ => None,
            },
        ]
    };
    let p = first.pose(s_a, 0.0);
    let by_junction = junctions(first).into_iter().flatten().any(|j| {
        let junction = &network.junctions[j as usize];
        let (dx, dy) = (p.x - junction.centre.x, p.y - junction.centre.y);
        junctions(second).contains(&Some(j)) && libm::hypot(dx, dy) < junction.radius + 0.5
    });
    by_road || by_junction
}
