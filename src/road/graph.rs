//! The graph of driving lanes: which lane leads to which.

use super::RoadId;
use super::lanes::LaneKind;
use super::network::{End, LaneId, LaneNode, Link, Road};

/// Makes a node of every driving lane of every section, and joins them.
pub(super) fn connect(
    lanes: &mut Vec<LaneNode>,
    first: &mut Vec<Vec<(u32, Vec<i32>)>>,
    roads: &[Road],
) {
    for (r, road) in roads.iter().enumerate() {
        let mut of_road = Vec::new();
        for (i, section) in road.sections.iter().enumerate() {
            let end = road.sections.get(i + 1).map_or(road.length(), |x| x.s);
            let ids: Vec<i32> = section
                .ids()
                .filter(|id| {
                    section
                        .lane(*id)
                        .is_some_and(|l| l.kind == LaneKind::Driving)
                })
                .collect();
            let start = lanes.len() as u32;
            for (k, id) in ids.iter().enumerate() {
                // `ids` runs from left to right; travellers on the left side look the other way.
                let same = |k: &usize| ids.get(*k).is_some_and(|o| o.signum() == id.signum());
                let to_left = k.checked_sub(1).filter(same);
                let to_right = Some(k + 1).filter(same);
                let (left, right) = if *id < 0 {
                    (to_left, to_right)
                } else {
                    (to_right, to_left)
                };
                let node = |k: usize| LaneId(start + k as u32);
                let along = *id < 0;
                lanes.push(LaneNode {
                    road: RoadId(r as u32),
                    section: i as u32,
                    lane: *id,
                    enter_s: if along { section.s } else { end },
                    leave_s: if along { end } else { section.s },
                    next: Vec::new(),
                    previous: Vec::new(),
                    left: left.map(node),
                    right: right.map(node),
                });
            }
            of_road.push((start, ids));
        }
        first.push(of_road);
    }
    for i in 0..lanes.len() {
        let from = LaneId(i as u32);
        for to in followers(&lanes[i], first, roads) {
            lanes[i].next.push(to);
            lanes[to.0 as usize].previous.push(from);
        }
    }
}

/// The lanes that a lane leads to.
fn followers(node: &LaneNode, first: &[Vec<(u32, Vec<i32>)>], roads: &[Road]) -> Vec<LaneId> {
    let find = |road: usize, section: usize, lane: i32| {
        let (start, ids) = first.get(road)?.get(section)?;
        let k = ids.iter().position(|id| *id == lane)?;
        Some(LaneId(start + k as u32))
    };
    let r = node.road.0 as usize;
    let road = &roads[r];
    let section = node.section as usize;
    let Some(lane) = road.sections[section].lane(node.lane) else {
        return Vec::new();
    };
    let along = node.lane < 0;
    // Another section of the same road.
    let inside = if along {
        (section + 1 < road.sections.len()).then(|| (section + 1, lane.next))
    } else {
        section.checked_sub(1).map(|i| (i, lane.previous))
    };
    if let Some((section, id)) = inside {
        return id.and_then(|id| find(r, section, id)).into_iter().collect();
    }
    let link = if along { road.after } else { road.before };
    let id = if along { lane.next } else { lane.previous };
    let own_end = if along { End::End } else { End::Start };
    match link {
        None => Vec::new(),
        Some(Link::Road(other, end)) => {
            let Some(id) = id else { return Vec::new() };
            let o = other.0 as usize;
            let section = match end {
                End::Start => 0,
                End::End => roads[o].sections.len() - 1,
            };
            find(o, section, id).into_iter().collect()
        }
        // Connecting roads say themselves which lane they come from: they run along `s`, with one
        // lane -1 whose `previous` is the lane they come from.
        Some(Link::Junction(j)) => roads
            .iter()
            .enumerate()
            .filter(|(_, c)| c.junction == Some(j))
            .filter(|(_, c)| c.before == Some(Link::Road(node.road, own_end)))
            .filter(|(_, c)| c.sections[0].lane(-1).and_then(|l| l.previous) == Some(node.lane))
            .filter_map(|(c, _)| find(c, 0, -1))
            .collect(),
    }
}
