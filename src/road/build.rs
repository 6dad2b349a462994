//! Roads from a few figures: cross sections by template.

use super::lanes::{Lane, LaneKind, LaneSection, Mark};
use super::network::Road;
use super::profile::Profile;
use super::reference_line::ReferenceLine;
use crate::surface::Surface;

/// A road's cross section, the same along all of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CrossSection {
    /// Driving lanes along the reference line (ids -1, -2, ...) and against it (1, 2, ...).
    pub right: u32,
    pub left: u32,
    /// m.
    pub lane_width: f64,
    /// Paved strip outside of the driving lanes on the right, and, if there are lanes there, on
    /// the left; m, 0 for none.
    pub shoulder: f64,
    /// Sidewalk behind a kerb outside of all that, m, 0 for none.
    pub sidewalk: f64,
}

impl CrossSection {
    /// The lanes, as a section that begins at 0.
    pub fn section(&self) -> LaneSection {
        LaneSection {
            s: 0.0,
            left: self.side(self.left),
            right: self.side(self.right),
            centre_mark: match (self.left, self.right) {
                (0, _) | (_, 0) => Mark::Solid,
                _ => Mark::Broken,
            },
        }
    }

    fn side(&self, lanes: u32) -> Vec<Lane> {
        if lanes == 0 {
            return Vec::new();
        }
        let mut side = Vec::new();
        for i in 0..lanes {
            let outer = i + 1 == lanes;
            side.push(lane(
                LaneKind::Driving,
                self.lane_width,
                if !outer {
                    Mark::Broken
                } else if self.shoulder > 0.0 || self.sidewalk == 0.0 {
                    Mark::Solid
                } else {
                    Mark::Kerb
                },
            ));
        }
        if self.shoulder > 0.0 {
            let mark = if self.sidewalk > 0.0 {
                Mark::Kerb
            } else {
                Mark::None
            };
            side.push(lane(LaneKind::Shoulder, self.shoulder, mark));
        }
        if self.sidewalk > 0.0 {
            side.push(lane(LaneKind::Sidewalk, self.sidewalk, Mark::None));
        }
        side
    }
}

/// A lane that ends or begins: its width goes to or comes from 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Taper {
    /// Its id in the full cross section.
    pub lane: i32,
    /// Where that starts, and over which length, m.
    pub s: f64,
    pub length: f64,
    pub begins: bool,
}

/// The sections of a road whose cross section has all its lanes somewhere, and whose lanes end and
/// begin. Tapers of one lane must take turns and not overlap. A lane that has ended is gone, and
/// those outside of it count on from its id.
pub fn sections(full: &LaneSection, tapers: &[Taper]) -> Vec<LaneSection> {
    let mut tapers = tapers.to_vec();
    tapers.sort_by(|a, b| a.s.total_cmp(&b.s));
    let own = |id: i32| tapers.iter().filter(move |t| t.lane == id);
    let width = |id: i32, lane: &Lane| {
        let w = lane.width.value(0.0);
        let points: Vec<_> = own(id)
            .flat_map(|t| {
                let (a, b) = if t.begins { (0.0, w) } else { (w, 0.0) };
                [(t.s, a), (t.s + t.length, b)]
            })
            .collect();
        if points.is_empty() {
            lane.width.clone()
        } else {
            Profile::eased(&points)
        }
    };
    // A lane is there from where it begins to widen to where it is gone.
    let there = |id: i32, s: f64| {
        let last = own(id).rfind(|t| s >= if t.begins { t.s } else { t.s + t.length });
        match last {
            Some(taper) => taper.begins,
            None => own(id).next().is_none_or(|first| !first.begins),
        }
    };
    let mut starts = vec![0.0];
    starts.extend(tapers.iter().map(|t| match t.begins {
        true => t.s,
        false => t.s + t.length,
    }));
    starts.sort_by(f64::total_cmp);
    starts.dedup();
    // Lanes of each section by their ids in the full cross section, innermost first.
    let present = |s: f64, lanes: &[Lane], sign: i32| -> Vec<i32> {
        let ids = (1..=lanes.len() as i32).map(|k| sign * k);
        ids.filter(|id| there(*id, s)).collect()
    };
    let both = |s: f64| [present(s, &full.left, 1), present(s, &full.right, -1)];
    let mut sections = Vec::new();
    for (i, s) in starts.iter().enumerate() {
        let before = i.checked_sub(1).map(|i| both(starts[i]));
        let after = starts.get(i + 1).map(|s| both(*s));
        let [left, right] = both(*s);
        let build = |ids: &[i32], side: usize, sign: i32| -> Vec<Lane> {
            let find = |ids: &Option<[Vec<i32>; 2]>, id: i32| {
                let place = ids.as_ref()?[side].iter().position(|x| *x == id)?;
                Some(sign * (place as i32 + 1))
            };
            let of = |id: i32| full.lane(id);
            let driving = |id: i32| of(id).is_some_and(|l| l.kind == LaneKind::Driving);
            // What is painted outside of the outermost driving lane, whichever that is here.
            let all = if sign > 0 { &full.left } else { &full.right };
            let edge = all.iter().rfind(|l| l.kind == LaneKind::Driving);
            let outermost = ids.iter().rfind(|id| driving(**id)).copied();
            ids.iter()
                .filter_map(|id| {
                    let lane = of(*id)?;
                    Some(Lane {
                        kind: lane.kind,
                        width: width(*id, lane),
                        mark: match edge {
                            Some(edge) if Some(*id) == outermost => edge.mark,
                            _ => lane.mark,
                        },
                        next: find(&after, *id),
                        previous: find(&before, *id),
                    })
                })
                .collect()
        };
        sections.push(LaneSection {
            s: *s,
            left: build(&left, 0, 1),
            right: build(&right, 1, -1),
            centre_mark: full.centre_mark,
        });
    }
    sections
}

/// A lane of constant width. It does not continue anywhere yet.
pub fn lane(kind: LaneKind, width: f64, mark: Mark) -> Lane {
    Lane {
        kind,
        width: Profile::constant(width),
        mark,
        next: None,
        previous: None,
    }
}

/// A flat, dry road without anything on it.
pub fn road(name: &str, line: ReferenceLine, section: LaneSection, limit: f64) -> Road {
    Road {
        name: name.into(),
        line,
        elevation: Profile::default(),
        superelevation: Profile::default(),
        lane_offset: Profile::default(),
        sections: vec![section],
        limits: vec![(0.0, limit)],
        signals: Vec::new(),
        objects: Vec::new(),
        surface: Surface::Dry,
        patches: Vec::new(),
        tunnels: Vec::new(),
        unmarked: Vec::new(),
        junction: None,
        before: None,
        after: None,
    }
}

/// For tests: one road, two lanes of 3.5 m along it, a shoulder of 2.5 m, 30 m/s.
#[cfg(test)]
pub fn two_lanes(elements: &[super::Element]) -> super::Network {
    let lanes = CrossSection {
        right: 2,
        left: 0,
        lane_width: 3.5,
        shoulder: 2.5,
        sidewalk: 0.0,
    };
    let line = ReferenceLine::new(elements);
    super::Network::new(vec![road("road", line, lanes.section(), 30.0)], Vec::new())
}
