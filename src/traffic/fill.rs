//! The list of who is where on the lanes, filled from everybody's state.

use super::Traffic;
use super::occupancy::{EGO, Loose, OBJECT, Occupancy, Occupant, spread};
use super::plan::Ego;
use super::shape::Outline;
use super::user::{InPlane, Mode, OnLane, User};
use crate::road::{LanePos, Network, RoadId, RoadPoint};

/// Pedestrians' and animals' ways across are thought ahead this long, s; the ego's this long.
const FORESIGHT: f64 = 2.0;
const EGO_FORESIGHT: f64 = 0.5;

/// The stretches of lanes on which cones, barriers and the like stand.
pub(super) fn fixed(network: &Network) -> Vec<Occupant> {
    let mut list = Vec::new();
    for (i, road) in network.roads.iter().enumerate() {
        for object in &road.objects {
            let pose = road.pose(object.s, object.t);
            let body = Loose {
                who: OBJECT,
                outline: Outline {
                    x: pose.x,
                    y: pose.y,
                    yaw: pose.yaw + object.heading,
                    length: object.size[0],
                    width: object.size[1],
                },
                vx: 0.0,
                vy: 0.0,
                place: RoadPoint {
                    road: RoadId(i as u32),
                    s: object.s,
                    t: object.t,
                },
                foresight: 0.0,
            };
            spread(network, &body, |o| list.push(o));
        }
    }
    list
}

impl Traffic {
    /// Lists everybody by lane.
    pub(super) fn fill(&mut self, network: &Network, ego: &Ego) {
        let mut list = std::mem::take(&mut self.occupancy);
        list.clear();
        for (i, user) in self.users.iter().enumerate() {
            match &user.mode {
                Mode::Lane(on) => self.occupy(network, i, user, on, &mut list),
                Mode::Plane(InPlane { place, .. }) | Mode::Struck(place) => {
                    let walks = !user.shape.kind.drives();
                    let body = Loose {
                        who: i as u32,
                        outline: user.outline(),
                        vx: user.velocity[0],
                        vy: user.velocity[1],
                        place: *place,
                        foresight: if walks { FORESIGHT } else { EGO_FORESIGHT },
                    };
                    spread(network, &body, |o| list.push(o));
                }
                Mode::Gone => {}
            }
        }
        if !self.users.is_empty() {
            let body = Loose {
                who: EGO,
                outline: Outline {
                    x: ego.x,
                    y: ego.y,
                    yaw: ego.yaw,
                    length: ego.length,
                    width: ego.width,
                },
                vx: ego.vx,
                vy: ego.vy,
                place: ego.place,
                foresight: EGO_FORESIGHT,
            };
            spread(network, &body, |o| list.push(o));
        }
        for object in &self.fixed {
            list.push(*object);
        }
        list.sort();
        self.occupancy = list;
    }

    fn occupy(&self, network: &Network, i: usize, user: &User, on: &OnLane, list: &mut Occupancy) {
        let (half, half_width) = (user.shape.length / 2.0, user.shape.width / 2.0);
        let track = self.tracks.get(on.lane);
        let here = Occupant {
            lane: on.lane,
            d: on.d,
            half,
            offset: on.offset,
            half_width,
            speed: user.speed,
            who: i as u32,
            claims: on.shift.is_some_and(|s| s.change != 0),
        };
        list.push(here);
        // Its tail is still on the lane it came from, its nose already on the next.
        if let Some(from) = on.from
            && on.d < half
        {
            list.push(Occupant {
                lane: from,
                d: on.d + self.tracks.get(from).length,
                ..here
            });
        }
        if let Some(next) = on.next
            && on.d + half > track.length
        {
            list.push(Occupant {
                lane: next,
                d: on.d - track.length,
                ..here
            });
        }
        // It sticks out of its lane.
        let edge = track.width(on.d) / 2.0;
        for (side, beside) in [(1.0, track.left), (-1.0, track.right)] {
            let out = side * on.offset + half_width - edge;
            if out <= 0.0 {
                continue;
            }
            if let Some(lane) = beside {
                let across = edge + self.tracks.get(lane).width(on.d) / 2.0;
                list.push(Occupant {
                    lane,
                    offset: on.offset - side * across,
                    claims: false,
                    ..here
                });
            } else if side > 0.0
                && out > 0.3
                && let Some(at) = self.oncoming(network, on)
            {
                let across = edge + self.tracks.get(at.lane).width(at.d) / 2.0;
                list.push(Occupant {
                    lane: at.lane,
                    d: at.d,
                    offset: across - on.offset,
                    speed: -user.speed,
                    claims: false,
                    ..here
                });
            }
        }
    }

    /// The place beside on the first lane of the other direction.
    fn oncoming(&self, network: &Network, on: &OnLane) -> Option<LanePos> {
        let node = network.lane(on.lane);
        let at = LanePos {
            lane: on.lane,
            d: on.d,
        };
        network.lane_pos(node.road, -node.lane.signum(), network.s_of(at))
    }
}
