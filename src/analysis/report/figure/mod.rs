//! What a figure shows, as plain data, and its rendering to SVG.
//!
//! Values that are not finite are left out of a drawing; in a line they make a gap. A figure with nothing to draw
//! says so. No figure computes an estimate: intervals, bands and densities come in as data. (Quartiles and the
//! cloud of [`Groups`] and the bars of [`Histogram`] are drawn from the values themselves.)

mod chart;
mod comparison;
mod curves;
mod groups;
mod map;
mod panel;
mod parts;
mod reliability;
mod rows;
mod survival;
mod xy;

pub use comparison::{Better, Comparison, ComparisonRow};
pub use curves::{
    Curve, CurveWithBand, Ecdf, EcdfCurve, Histogram, Lines, Mark, Reliability, ReliabilityBin,
    ReliabilityCurve, Roc, RocCurve, RocPoint, Scatter, Survival, SurvivalCurve, SurvivalStep,
};
pub use groups::{Group, GroupStyle, Groups};
pub use map::{Map, MapMark, MapPath, OtherPath};
pub use panel::{Driver, DriverSpan, Panel, PanelMark, Track, TrackLine};
pub use parts::{Part, Parts, PartsRow};
pub use rows::{Bar, Bars, Forest, ForestRow};

use super::canvas::Svg;

/// Name, unit and range of an axis.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Axis {
    /// What it measures.
    pub label: String,
    /// Unit; may be empty.
    pub unit: String,
    /// Ends of the axis; `None`: from the data.
    pub range: Option<(f64, f64)>,
}

impl Axis {
    /// An axis that fits its data.
    pub fn new(label: impl Into<String>, unit: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            unit: unit.into(),
            range: None,
        }
    }

    /// The same axis with fixed ends.
    pub fn within(mut self, low: f64, high: f64) -> Self {
        self.range = Some((low, high));
        self
    }

    fn text(&self) -> String {
        if self.unit.is_empty() {
            self.label.clone()
        } else {
            format!("{} ({})", self.label, self.unit)
        }
    }
}

/// Every kind of figure.
#[derive(Debug, Clone, PartialEq)]
pub enum Figure {
    /// Share that has not yet taken over, by time, with bands and numbers at risk.
    Survival(Survival),
    /// Share of values up to each value.
    Ecdf(Ecdf),
    /// Every value by condition, with quartiles.
    Groups(Groups),
    /// Histogram with fitted densities.
    Histogram(Histogram),
    /// Effects with intervals, one a row.
    Forest(Forest),
    /// Proportions or means with intervals, one a row.
    Bars(Bars),
    /// Stated confidence against how often it was right.
    Reliability(Reliability),
    /// Hits against false alarms.
    Roc(Roc),
    /// Points of two measures.
    Scatter(Scatter),
    /// Lines, with bands.
    Lines(Lines),
    /// Signals of one takeover above each other on one time axis.
    Panel(Panel),
    /// Where it happened, seen from above.
    Map(Map),
    /// What the takeover time consists of, one takeover a row.
    Parts(Parts),
    /// Two ways of driving compared by several measures.
    Comparison(Comparison),
}

impl Figure {
    /// Draws it.
    pub(super) fn draw(&self) -> Svg {
        match self {
            Self::Survival(f) => f.draw(),
            Self::Ecdf(f) => f.draw(),
            Self::Groups(f) => f.draw(),
            Self::Histogram(f) => f.draw(),
            Self::Forest(f) => f.draw(),
            Self::Bars(f) => f.draw(),
            Self::Reliability(f) => f.draw(),
            Self::Roc(f) => f.draw(),
            Self::Scatter(f) => f.draw(),
            Self::Lines(f) => f.draw(),
            Self::Panel(f) => f.draw(),
            Self::Map(f) => f.draw(),
            Self::Parts(f) => f.draw(),
            Self::Comparison(f) => f.draw(),
        }
    }
}
