//! Roads and junctions as they are written: every field, its unit and its default. Nothing is
//! checked here.

use crate::road::{Element, Light, Mark, Surface};
use serde::Deserialize;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawRoad {
    /// Unique. A single road is called "road" if it has no name.
    #[serde(default)]
    pub name: Option<String>,
    /// Where it begins; at the origin along x if not said.
    #[serde(default)]
    pub start: RawStart,
    /// What it leads to in the end. The line is then closed by two arcs, if it is not there yet.
    #[serde(default)]
    pub end: Option<RawEnd>,
    /// Driving lanes, 1 to 8. Ids run from -1 at the reference line to -lanes at the right.
    pub lanes: u32,
    /// Driving lanes that run against the line, left of it, 0 to 8: ids 1, 2, ...
    #[serde(default)]
    pub oncoming: u32,
    /// m.
    #[serde(default = "lane_width")]
    pub lane_width: f64,
    /// Hard shoulder outside of the driving lanes, m; with oncoming lanes on both sides.
    #[serde(default = "shoulder_width")]
    pub shoulder_width: f64,
    /// Behind a kerb outside of that, m.
    #[serde(default)]
    pub sidewalk: f64,
    /// Unpaved strip between the two directions, m. It is lane 1, so that the oncoming driving
    /// lanes are 2, 3, ...
    #[serde(default)]
    pub median: f64,
    /// m/s, for both directions.
    pub speed_limit: f64,
    /// The reference line. May be left out if `end` says where it leads.
    #[serde(default)]
    pub line: Vec<Element>,
    /// Heights of the reference line, (s, m), smoothly between; level before and after.
    #[serde(default)]
    pub elevation: Vec<(f64, f64)>,
    /// Roll of the surface, (s, degrees), positive if the left side is higher.
    #[serde(default)]
    pub superelevation: Vec<(f64, f64)>,
    /// Shift of all lanes to the left, (s, m).
    #[serde(default)]
    pub lane_offset: Vec<(f64, f64)>,
    /// Speed limits from a place on, (s, m/s).
    #[serde(default)]
    pub limits: Vec<(f64, f64)>,
    #[serde(default)]
    pub surface: Surface,
    #[serde(default)]
    pub patches: Vec<RawPatch>,
    #[serde(default)]
    pub tunnels: Vec<RawStretch>,
    /// Stretches whose marks are gone.
    #[serde(default)]
    pub unmarked: Vec<RawStretch>,
    /// Lanes that end, and lanes that (again) begin.
    #[serde(default)]
    pub lane_ends: Vec<RawTaper>,
    #[serde(default)]
    pub lane_begins: Vec<RawTaper>,
    /// Between the directions, between lanes of one direction, and outside of them.
    #[serde(default)]
    pub centre_mark: Option<Mark>,
    #[serde(default)]
    pub lane_mark: Option<Mark>,
    #[serde(default)]
    pub edge_mark: Option<Mark>,
    #[serde(default)]
    pub objects: Vec<RawObject>,
    #[serde(default)]
    pub signals: Vec<RawSignal>,
}

fn lane_width() -> f64 {
    3.75
}

fn shoulder_width() -> f64 {
    2.5
}

/// Where a road begins.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum RawStart {
    /// m, m, degrees counter-clockwise from x.
    Pose {
        #[serde(default)]
        x: f64,
        #[serde(default)]
        y: f64,
        #[serde(default)]
        heading_deg: f64,
    },
    /// It goes on where this road ends.
    EndOf(String),
    /// On the edge of a junction, outwards. The angle counts from the junction's own direction:
    /// that of the road at whose end it lies (0 is straight on, 90 left), or `heading_deg`.
    Arm { junction: String, angle_deg: f64 },
}

impl Default for RawStart {
    fn default() -> Self {
        Self::Pose {
            x: 0.0,
            y: 0.0,
            heading_deg: 0.0,
        }
    }
}

/// What a road leads to.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum RawEnd {
    /// The beginning of this road.
    StartOf(String),
    /// An arm of a junction, see [`RawStart::Arm`].
    Arm { junction: String, angle_deg: f64 },
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawStretch {
    /// m along the road.
    pub from: f64,
    pub to: f64,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawPatch {
    /// m along the road.
    pub from: f64,
    pub to: f64,
    /// Edges, m left of the reference line; the whole width if not said.
    #[serde(default)]
    pub left: Option<f64>,
    #[serde(default)]
    pub right: Option<f64>,
    pub surface: Surface,
}

/// A lane that ends or begins: its width goes to or comes from 0 over a length.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawTaper {
    /// Its id, counted with all lanes that the road has anywhere.
    pub lane: i32,
    /// Where the taper begins, m along the road.
    pub s: f64,
    /// m.
    #[serde(default = "taper_length")]
    pub length: f64,
}

fn taper_length() -> f64 {
    100.0
}

/// Fixed things, in road coordinates (m along the road, m left of the reference line).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum RawObject {
    /// A row of cones.
    Cones {
        from: f64,
        to: f64,
        t_from: f64,
        t_to: f64,
        #[serde(default = "cone_spacing")]
        spacing: f64,
    },
    /// A concrete barrier.
    Barrier {
        from: f64,
        to: f64,
        t: f64,
        /// At its end, if it is not parallel to the road.
        #[serde(default)]
        t_to: Option<f64>,
    },
    GuardRail {
        from: f64,
        to: f64,
        t: f64,
        #[serde(default)]
        t_to: Option<f64>,
    },
    Building {
        s: f64,
        t: f64,
        /// Along the road, across it and up, m.
        size: (f64, f64, f64),
        #[serde(default)]
        heading_deg: f64,
    },
    Tree {
        s: f64,
        t: f64,
        #[serde(default = "tree_height")]
        height: f64,
    },
    Pole {
        s: f64,
        t: f64,
        #[serde(default = "tree_height")]
        height: f64,
    },
}

fn cone_spacing() -> f64 {
    10.0
}

fn tree_height() -> f64 {
    8.0
}

/// Signals that stand anywhere; those of a junction come with it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum RawSignal {
    Light {
        /// Stop line, m along the road.
        s: f64,
        #[serde(default)]
        name: Option<String>,
        /// For those who drive along the line, or (false) against it.
        #[serde(default = "yes")]
        along: bool,
        /// What it shows, and for how long, s.
        phases: Vec<(Light, f64)>,
        /// The cycle begins this long before the run, s.
        #[serde(default)]
        offset: f64,
        #[serde(default)]
        failure: Option<RawFailure>,
    },
    Stop {
        s: f64,
        #[serde(default = "yes")]
        along: bool,
    },
    Yield {
        s: f64,
        #[serde(default = "yes")]
        along: bool,
    },
    Priority {
        s: f64,
        #[serde(default = "yes")]
        along: bool,
    },
}

fn yes() -> bool {
    true
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawFailure {
    /// s since the start of the run.
    pub at: f64,
    pub shows: Light,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawJunction {
    /// Unique.
    pub name: String,
    pub at: RawAt,
    /// From its centre to where its arms begin, m.
    pub radius: f64,
    #[serde(default)]
    pub control: RawControl,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum RawAt {
    /// This road ends at its edge.
    EndOf(String),
    /// Its centre, m, and its direction, degrees.
    Point {
        x: f64,
        y: f64,
        #[serde(default)]
        heading_deg: f64,
    },
}

/// Who goes first.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum RawControl {
    /// Nothing says otherwise: who comes from the right.
    #[default]
    RightBeforeLeft,
    /// These arms; the others have yield signs.
    PriorityRoad(Vec<String>),
    /// These arms have yield signs; the others go first.
    Yield(Vec<String>),
    /// These arms have stop signs; the others go first.
    Stop(Vec<String>),
    /// Stop signs everywhere.
    AllWayStop,
    /// Opposite arms have green together; who turns left waits for who comes towards him.
    Lights {
        /// s, of either phase.
        #[serde(default = "green")]
        green: f64,
        /// The cycle begins this long before the run, s.
        #[serde(default)]
        offset: f64,
        #[serde(default)]
        failure: Option<RawFailure>,
        /// Arms that go first while the lights are out; the others have yield signs. Without any,
        /// who comes from the right.
        #[serde(default)]
        priority: Vec<String>,
        /// Instead of the programme above.
        #[serde(default)]
        programmes: Vec<RawProgramme>,
    },
}

fn green() -> f64 {
    20.0
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawProgramme {
    pub roads: Vec<String>,
    /// What their lights show, and for how long, s.
    pub phases: Vec<(Light, f64)>,
}
