//! Lanes beside a reference line: sections, kinds, widths, marks.
//!
//! Ids are OpenDRIVE's. Lanes right of the line are -1, -2, ... outwards and run along it; lanes
//! left of it are 1, 2, ... outwards and run against it (right-hand traffic).

use super::profile::Profile;
use serde::{Deserialize, Serialize};

/// What a lane is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LaneKind {
    /// For motor vehicles.
    Driving,
    /// Paved, for emergencies.
    Shoulder,
    Sidewalk,
    Cycle,
    Parking,
    /// Unpaved: grass, gravel.
    Verge,
}

impl LaneKind {
    /// A car finds asphalt there.
    pub fn paved(self) -> bool {
        self != Self::Verge
    }

    /// A car does not leave the road by being there.
    pub fn carriageway(self) -> bool {
        matches!(
            self,
            Self::Driving | Self::Shoulder | Self::Cycle | Self::Parking
        )
    }
}

/// A line painted on a lane's edge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mark {
    #[default]
    None,
    Solid,
    Broken,
    /// A raised edge.
    Kerb,
}

/// One lane of a section.
#[derive(Clone, Debug, PartialEq)]
pub struct Lane {
    pub kind: LaneKind,
    /// m, by the road's `s`.
    pub width: Profile,
    /// On its outer edge, away from the reference line.
    pub mark: Mark,
    /// Id of the lane it continues in the section after (by `s`); none if it ends.
    pub next: Option<i32>,
    /// Id of the lane it comes from in the section before.
    pub previous: Option<i32>,
}

/// A stretch of road with a fixed set of lanes.
#[derive(Clone, Debug, PartialEq)]
pub struct LaneSection {
    /// Where it begins, m.
    pub s: f64,
    /// Ids 1, 2, ...
    pub left: Vec<Lane>,
    /// Ids -1, -2, ...
    pub right: Vec<Lane>,
    /// Between the two sides.
    pub centre_mark: Mark,
}

impl LaneSection {
    pub fn lane(&self, id: i32) -> Option<&Lane> {
        let side = if id > 0 { &self.left } else { &self.right };
        side.get((id.unsigned_abs() as usize).checked_sub(1)?)
    }

    pub fn lane_mut(&mut self, id: i32) -> Option<&mut Lane> {
        let side = if id > 0 {
            &mut self.left
        } else {
            &mut self.right
        };
        side.get_mut((id.unsigned_abs() as usize).checked_sub(1)?)
    }

    /// All ids, from the leftmost lane to the rightmost.
    pub fn ids(&self) -> impl Iterator<Item = i32> {
        let (left, right) = (self.left.len() as i32, self.right.len() as i32);
        (-right..=left).rev().filter(|id| *id != 0)
    }

    /// Inner and outer edge of a lane as offsets from the lanes' zero, m, positive to the left.
    pub(super) fn edges(&self, id: i32, s: f64) -> Option<(f64, f64)> {
        self.lane(id)?;
        let side = if id > 0 { &self.left } else { &self.right };
        let sign = f64::from(id.signum());
        let n = id.unsigned_abs() as usize;
        let inner: f64 = side[..n - 1].iter().map(|l| l.width.value(s)).sum();
        let outer = inner + side[n - 1].width.value(s);
        Some((sign * inner, sign * outer))
    }
}
