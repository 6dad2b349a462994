//! What an event data record is made of: entries, and sums.

use super::LATENCY_LIMIT;
use crate::link::survey::percentile;
use crate::record::RunInfo;
use serde::Serialize;

/// One entry. Units are in the names; empty where there is nothing to say.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entry {
    /// From 1; keeps the order of entries of one instant.
    pub sequence: u32,
    pub code: &'static str,
    pub clause: &'static str,
    pub cause: Option<String>,
    /// In plain words.
    pub reason: String,
    pub date_utc: String,
    /// To 1 ms.
    pub time_utc: String,
    /// `wall`: when it happened; `run`: start of the run plus time of the run, which went faster or
    /// slower.
    pub clock: &'static str,
    /// Time of the run, pauses left out, and its tick.
    pub time_s: f64,
    pub tick: u64,
    pub request: Option<u32>,
    pub authority: String,
    pub source: &'static str,
    pub speed_m_s: f64,
    pub acceleration_m_s2: f64,
    /// Speed times yaw rate.
    pub lateral_acceleration_m_s2: f64,
    /// Centre of gravity, world axes.
    pub x_m: f64,
    pub y_m: f64,
    pub z_m: f64,
    /// Along the road, and from the lane's centre, left positive.
    pub road_position_m: f64,
    pub lane_offset_m: f64,
    pub steering_wheel_deg: f64,
    pub accelerator: f64,
    pub brake: f64,
    pub brake_lights: bool,
    pub hazard_lights: bool,
    /// `left`, `right`, or none.
    pub indicator: Option<&'static str>,
    /// Glass to glass and command together; none while no operator is there.
    pub latency_ms: Option<f64>,
    pub glass_to_glass_ms: Option<f64>,
    pub command_age_ms: Option<f64>,
    /// As last measured at the operator's end.
    pub round_trip_ms: Option<f64>,
    pub link_loss: Option<f64>,
    pub bandwidth_kbit_s: Option<f64>,
    pub rain_mm_h: f64,
    pub visibility_m: Option<f64>,
    pub confidence: Option<f64>,
    pub software_version: String,
    pub scenario: String,
    /// The time once more, ns since the Unix epoch.
    #[serde(skip)]
    pub(super) ns: i64,
}

/// Latencies of a run while an operator was there, ms: glass to glass and command together.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Latencies {
    pub median_ms: f64,
    pub p95_ms: f64,
    pub max_ms: f64,
    /// Share of the time above 200 ms, %.
    pub above_200_ms_percent: f64,
}

/// Sums of a record.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Summary {
    pub activations: u32,
    pub deactivations: u32,
    pub transition_demands: u32,
    pub emergency_manoeuvres: u32,
    pub minimal_risk_manoeuvres: u32,
    pub collisions: u32,
    pub remote_drives: u32,
    /// s.
    pub automation_active_s: f64,
    pub remote_driving_s: f64,
    /// All the time that an operator was there, and of it while they drove.
    pub latency: Option<Latencies>,
    pub latency_while_driving: Option<Latencies>,
}

/// The event data record of a run.
#[derive(Clone, Debug, Serialize)]
pub struct EventRecord {
    pub run: RunInfo,
    /// Resolution of the entries' times, and what UN R157 asks for, s.
    pub resolution_s: f64,
    pub resolution_of_the_rule_s: f64,
    pub summary: Summary,
    pub entries: Vec<Entry>,
    /// What is missing or damaged in the log, in words.
    pub lost: Option<String>,
}

impl EventRecord {
    /// Names of an [`Entry`]'s fields, in their order.
    pub const COLUMNS: [&str; 38] = [
        "sequence",
        "code",
        "clause",
        "cause",
        "reason",
        "date_utc",
        "time_utc",
        "clock",
        "time_s",
        "tick",
        "request",
        "authority",
        "source",
        "speed_m_s",
        "acceleration_m_s2",
        "lateral_acceleration_m_s2",
        "x_m",
        "y_m",
        "z_m",
        "road_position_m",
        "lane_offset_m",
        "steering_wheel_deg",
        "accelerator",
        "brake",
        "brake_lights",
        "hazard_lights",
        "indicator",
        "latency_ms",
        "glass_to_glass_ms",
        "command_age_ms",
        "round_trip_ms",
        "link_loss",
        "bandwidth_kbit_s",
        "rain_mm_h",
        "visibility_m",
        "confidence",
        "software_version",
        "scenario",
    ];
}

/// Who moves the actuators, by its number in records.
pub(super) fn source(number: i32) -> &'static str {
    match number {
        0 => "automation",
        1 => "bridge",
        2 => "operator",
        3 => "shared",
        _ => "unknown",
    }
}

/// To a millionth: what a log keeps is coarser.
pub(super) fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

/// None without any.
pub(super) fn latencies(mut seconds: Vec<f64>) -> Option<Latencies> {
    seconds.sort_by(f64::total_cmp);
    let ms = |share| Some(rounded(percentile(&seconds, share)? * 1e3));
    let above = seconds.iter().filter(|s| **s > LATENCY_LIMIT).count();
    Some(Latencies {
        median_ms: ms(0.5)?,
        p95_ms: ms(0.95)?,
        max_ms: ms(1.0)?,
        above_200_ms_percent: rounded(100.0 * above as f64 / seconds.len() as f64),
    })
}
