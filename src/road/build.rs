//! Roads from a few figures: cross sections by template.

use super::lanes::{Lane, LaneKind, LaneSection, Mark};
use super::network::{Road, Surface};
use super::profile::Profile;
use super::reference_line::ReferenceLine;

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
