//! Figures with two numeric axes: what they show. Drawn by `xy.rs`, `survival.rs` and `reliability.rs`.

use super::super::Estimate;
use super::Axis;

/// A vertical line at a value that matters, with its name.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// Where on the horizontal axis.
    pub at: f64,
    /// What is there.
    pub label: String,
}

/// A named line through points in order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Curve {
    /// Name in the legend.
    pub name: String,
    /// Points (x, y).
    pub points: Vec<(f64, f64)>,
}

/// A named line with a band.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CurveWithBand {
    /// Name in the legend.
    pub name: String,
    /// Points (x, y).
    pub points: Vec<(f64, f64)>,
    /// Band (x, low, high); may be empty.
    pub band: Vec<(f64, f64, f64)>,
}

/// One step of a survival curve: from this time on, until the next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SurvivalStep {
    /// Time of the step.
    pub time: f64,
    /// Share not yet ended after it, 0 to 1.
    pub survival: f64,
    /// Interval of it; `None`: not estimable.
    pub interval: Option<(f64, f64)>,
}

/// Survival of one condition. It begins with 1 at time 0.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SurvivalCurve {
    /// Condition.
    pub name: String,
    /// Steps in order of time.
    pub steps: Vec<SurvivalStep>,
    /// Times of those that did not end (censored): ticks on the curve.
    pub censored: Vec<f64>,
    /// Times of all, ended or censored, in any order: the numbers at risk are counted from them.
    pub times: Vec<f64>,
}

/// Share that has not yet taken over, by time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Survival {
    /// Time since the request.
    pub time: Axis,
    /// Name of the share.
    pub share: String,
    /// One curve a condition.
    pub curves: Vec<SurvivalCurve>,
    /// Times that matter, such as the time budget.
    pub marks: Vec<Mark>,
}

/// Values of one condition.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EcdfCurve {
    /// Condition.
    pub name: String,
    /// Its values, in any order.
    pub values: Vec<f64>,
    /// Band (x, low, high); may be empty.
    pub band: Vec<(f64, f64, f64)>,
}

/// Share of values up to each value (empirical cumulative distribution).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ecdf {
    /// What is measured.
    pub axis: Axis,
    /// One curve a condition.
    pub curves: Vec<EcdfCurve>,
    /// Values that matter.
    pub marks: Vec<Mark>,
}

/// Histogram as a density, with fitted densities.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Histogram {
    /// What is measured.
    pub axis: Axis,
    /// The values.
    pub values: Vec<f64>,
    /// Width of a bar; `None`: Freedman-Diaconis, at least 5 and at most 60 bars.
    pub bin_width: Option<f64>,
    /// Fitted densities, per unit of the axis.
    pub densities: Vec<Curve>,
    /// Values that matter.
    pub marks: Vec<Mark>,
}

/// One bin of stated confidence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReliabilityBin {
    /// Mean stated confidence in the bin, 0 to 1.
    pub confidence: f64,
    /// Share that was right, 0 to 1, with its interval.
    pub right: Estimate,
    /// How many are in the bin.
    pub count: usize,
}

/// Bins of one source of confidence.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReliabilityCurve {
    /// Name in the legend.
    pub name: String,
    /// Bins in order of confidence. Bins without observations are left out.
    pub bins: Vec<ReliabilityBin>,
}

/// Stated confidence against how often it was right, with how many there were.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reliability {
    /// One curve a source.
    pub curves: Vec<ReliabilityCurve>,
}

/// One operating point.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RocPoint {
    /// False-alarm rate, 0 to 1.
    pub false_alarms: f64,
    /// Hit rate, 0 to 1.
    pub hits: f64,
    /// Name beside the point; may be empty.
    pub label: String,
}

/// Operating points of one policy.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RocCurve {
    /// Name in the legend.
    pub name: String,
    /// Points in order.
    pub points: Vec<RocPoint>,
    /// Whether a line joins them.
    pub joined: bool,
}

/// Hits against false alarms.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Roc {
    /// One a policy.
    pub curves: Vec<RocCurve>,
}

/// Points of two measures, by condition.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scatter {
    /// Horizontal.
    pub x: Axis,
    /// Vertical.
    pub y: Axis,
    /// Points of each condition.
    pub series: Vec<Curve>,
    /// Lines over them, such as a fit.
    pub fits: Vec<CurveWithBand>,
    /// Whether the line y = x is drawn.
    pub diagonal: bool,
}

/// Lines over a numeric axis.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Lines {
    /// Horizontal.
    pub x: Axis,
    /// Vertical.
    pub y: Axis,
    /// The lines.
    pub series: Vec<CurveWithBand>,
    /// Whether points are marked.
    pub dots: bool,
    /// Values that matter on the horizontal axis.
    pub marks: Vec<Mark>,
}
