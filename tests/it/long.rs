//! A long network, for tests and for the benchmark: a winding chain of roads of one kilometre,
//! joined by crossings with side roads.

use takeover::road::{
    Arm, CrossSection, Element, End, Network, Pose2, Profile, ReferenceLine, Road, RoadId, join,
    road,
};

const RADIUS: f64 = 14.0;

fn section() -> CrossSection {
    CrossSection {
        right: 1,
        left: 1,
        lane_width: 3.5,
        shoulder: 1.0,
        sidewalk: 0.0,
    }
}

/// A kilometre that winds with every kind of element and heads on as it began.
fn kilometre(start: Pose2, bend: f64) -> ReferenceLine {
    let curve = |radius: f64, transition: f64| Element::Curve {
        radius,
        length: 200.0,
        transition,
    };
    ReferenceLine::from_pose(
        start,
        &[
            Element::Straight { length: 150.0 },
            curve(bend * 350.0, 60.0),
            curve(-bend * 350.0, 60.0),
            Element::Spiral {
                length: 80.0,
                from: 0.0,
                to: bend * 0.002,
            },
            Element::Spiral {
                length: 80.0,
                from: -bend * 0.002,
                to: 0.0,
            },
            Element::Poly {
                u: [0.0, 145.0, 0.0, 0.0],
                v: [0.0, 0.0, bend * 12.0, -bend * 8.0],
            },
            Element::Straight { length: 144.0 },
        ],
    )
}

/// About this many kilometres from one end to the other, and a side road to either side after each
/// of them. Some of it lies in hills.
pub fn network(kilometres: u32) -> Network {
    let mut roads: Vec<Road> = Vec::new();
    let mut spots = Vec::new();
    let mut start = Pose2::default();
    for k in 0..kilometres {
        let bend = if k % 2 == 0 { 1.0 } else { -1.0 };
        let line = kilometre(start, bend);
        let end = line.pose(line.length());
        let mut made = road(&format!("main {k}"), line, section().section(), 25.0);
        made.elevation = Profile::eased(&[(0.0, 0.0), (500.0, 12.0), (950.0, 0.0)]);
        roads.push(made);
        let centre = ahead(end, RADIUS, 0.0);
        spots.push(centre);
        start = ahead(centre, RADIUS, 0.0);
    }
    let mut arms = Vec::new();
    for (k, centre) in spots.iter().enumerate() {
        let mut own = vec![(k, End::End)];
        if k + 1 < spots.len() {
            own.push((k + 1, End::Start));
        }
        for side in [1.0, -1.0] {
            let turn = side * std::f64::consts::FRAC_PI_2;
            let line = ReferenceLine::from_pose(
                ahead(*centre, RADIUS, turn),
                &[Element::Straight { length: 100.0 }],
            );
            own.push((roads.len(), End::Start));
            let name = format!("side {}", roads.len());
            roads.push(road(&name, line, section().section(), 14.0));
        }
        arms.push(own);
    }
    let mut junctions = Vec::new();
    for (j, own) in arms.iter().enumerate() {
        let own: Vec<Arm> = own
            .iter()
            .map(|(i, end)| Arm {
                road: RoadId(*i as u32),
                end: *end,
                rank: u8::from(*i < spots.len()),
            })
            .collect();
        let name = format!("crossing {j}");
        let made = join(&mut roads, &name, j as u32, spots[j], RADIUS, &own);
        junctions.push(made.unwrap_or_else(|(a, b)| panic!("no way from {a:?} to {b:?}")));
    }
    Network::new(roads, junctions)
}

fn ahead(p: Pose2, distance: f64, turn: f64) -> Pose2 {
    let yaw = p.yaw + turn;
    Pose2 {
        x: p.x + distance * libm::cos(yaw),
        y: p.y + distance * libm::sin(yaw),
        yaw,
    }
}
