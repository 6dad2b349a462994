//! How the operator drove after the takeover.

use super::super::case::Case;
use super::super::metric::{Metric, Of};
use super::super::table::{Kind, Value};
use super::{count, float};

const GROUP: &str = "Control after the takeover";
const NOT_DRIVEN: &str = "not taken over, or nothing but standing and changes of lane";
const SHORT: &str = "not taken over, or driven for less than 10 ticks";

const fn metric(
    name: &'static str,
    unit: &'static str,
    definition: &'static str,
    source: &'static str,
    missing: &'static str,
    of: fn(&Case<'_>) -> Value,
) -> Metric {
    Metric {
        name,
        unit,
        kind: Kind::Float,
        group: GROUP,
        definition,
        source,
        missing,
        of: Of::Takeover(of),
    }
}

pub const METRICS: &[Metric] = &[
    metric(
        "control_s",
        "s",
        "How long the operator drove, up to the window (30 s unless set): what the following are taken over.",
        "docs/metrics.md",
        "not taken over",
        |c| {
            let time = |row| c.run.channels.time(row);
            float(
                c.taken()
                    .then(|| time(c.control.end) - time(c.control.start)),
            )
        },
    ),
    metric(
        "sdlp_m",
        "m",
        "Standard deviation of the lateral position in the lane (n - 1), while faster than 1 m/s and without 3 s before and after each change of lane.",
        "SAE J2944 (SDLP)",
        NOT_DRIVEN,
        |c| float(c.driving.position.and_then(|p| p.sd)),
    ),
    metric(
        "sdlp_high_passed_m",
        "m",
        "The same after a high-pass at 0.1 Hz, so that stretches of different length can be compared.",
        "AIDE (modified SDLP)",
        SHORT,
        |c| float(c.driving.high_passed.map(|p| p.sd)),
    ),
    metric(
        "mean_lateral_deviation_m",
        "m",
        "Mean absolute distance from the lane's centre, over the same.",
        "SAE J2944",
        NOT_DRIVEN,
        |c| float(c.driving.position.map(|p| p.mean_absolute)),
    ),
    metric(
        "max_lateral_deviation_m",
        "m",
        "Greatest absolute distance from the lane's centre, over the same.",
        "SAE J2944",
        NOT_DRIVEN,
        |c| float(c.driving.position.map(|p| p.max_absolute)),
    ),
    Metric {
        name: "lane_departures",
        unit: "",
        kind: Kind::Integer,
        group: GROUP,
        definition: "How often the outer edge of a tyre went past its marking, over the same (the lane's edge, in the middle of the marking).",
        source: "SAE J2944 (lane departure, tyre's outer edge)",
        missing: NOT_DRIVEN,
        of: Of::Takeover(|c| {
            c.driving
                .departures
                .map_or(Value::Missing, |d| count(d.count))
        }),
    },
    metric(
        "lane_departure_s",
        "s",
        "Time past a marking.",
        "SAE J2944",
        NOT_DRIVEN,
        |c| float(c.driving.departures.map(|d| d.duration)),
    ),
    metric(
        "max_lane_excursion_m",
        "m",
        "How far past a marking at most; 0 without a departure.",
        "SAE J2944",
        NOT_DRIVEN,
        |c| float(c.driving.departures.map(|d| d.max_excursion)),
    ),
    metric(
        "min_tlc_s",
        "s",
        "Smallest time to line crossing, first order: distance from the tyre's edge to the marking / speed across the lane.",
        "Godthelp 1984; SAE J2944",
        "not taken over, or no marking would ever be reached",
        |c| float(c.driving.line_crossing.and_then(|t| t.min)),
    ),
    metric(
        "tlc_below_1s_share",
        "",
        "Share of time with a time to line crossing below 1 s.",
        "ISO/TR 21959-2:2020",
        NOT_DRIVEN,
        |c| float(c.driving.line_crossing.map(|t| t.share_below)),
    ),
    metric(
        "steering_reversals_3deg_per_min",
        "1/min",
        "Steering reversal rate, low-pass 0.6 Hz, gap 3 degrees: sensitive to visual load. Of the steering-wheel angle in force.",
        "SAE J2944; Markkula & Engstroem 2006",
        SHORT,
        |c| float(c.driving.reversals_visual.map(|r| r.per_minute)),
    ),
    metric(
        "steering_reversals_01deg_per_min",
        "1/min",
        "Steering reversal rate, low-pass 2 Hz, gap 0.1 degrees: sensitive to cognitive load.",
        "SAE J2944; Markkula & Engstroem 2006",
        SHORT,
        |c| float(c.driving.reversals_cognitive.map(|r| r.per_minute)),
    ),
    metric(
        "steering_entropy",
        "",
        "Steering entropy, 0 (predictable) to 1, at 150 ms; alpha from what the same operator drove in the same run outside of this stretch (at least 20 s).",
        "Nakayama et al. 1999; Boer 2000",
        "not taken over, or no baseline of 20 s",
        |c| float(c.driving.entropy.map(|e| e.entropy)),
    ),
    metric(
        "max_steering_rate_deg_s",
        "deg/s",
        "Greatest absolute rate of the steering wheel, low-passed at 2 Hz.",
        "SAE J2944",
        SHORT,
        |c| float(c.driving.steering.map(|s| s.max_rate)),
    ),
    metric(
        "max_steering_deg",
        "deg",
        "Greatest absolute steering-wheel angle, low-passed at 2 Hz.",
        "SAE J2944",
        SHORT,
        |c| float(c.driving.steering.map(|s| s.max_angle)),
    ),
];
