//! The sensors that a vehicle carries: what they are, where they look, how well and how often.
//!
//! Ranges and noises of the default suite are round figures typical of series sensors; no particular
//! make. What weather and light take from them is the matter of [`crate::perception`].

use serde::{Deserialize, Serialize};

/// Fusion takes one scan of each sensor at most in a cycle; cycles a second.
pub const FUSION_HZ: u32 = 20;
/// Longest latency, ms.
pub const MAX_LATENCY_MS: f64 = 500.0;
/// Most sensors on one vehicle.
pub const MAX_SENSORS: usize = 16;

/// A kind of sensor that detects objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sensor {
    Camera,
    Lidar,
    Radar,
}

/// One sensor in its place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SensorSpec {
    pub name: String,
    pub kind: Sensor,
    /// Where it sits: forward and left of the centre of gravity, m.
    #[serde(default)]
    pub x: f64,
    #[serde(default)]
    pub y: f64,
    /// Where it looks, degrees to the left of straight ahead.
    #[serde(default)]
    pub heading_deg: f64,
    /// In clear daylight, m.
    pub range: f64,
    /// Full, horizontal, degrees.
    pub field_of_view_deg: f64,
    /// Scans a second; a divisor of 20.
    #[serde(default = "rate")]
    pub rate: u32,
    /// From the scan to the fusion, ms. Fusion takes it at its next cycle and knows its age.
    #[serde(default = "latency")]
    pub latency_ms: f64,
    /// Standard deviation of a range close by, m; it grows by 1 % of the distance.
    #[serde(default = "range_noise")]
    pub range_noise: f64,
    /// Standard deviation of a bearing, degrees.
    #[serde(default = "bearing_noise")]
    pub bearing_noise_deg: f64,
    /// Standard deviation of a velocity, m/s.
    #[serde(default = "speed_noise")]
    pub speed_noise: f64,
    /// False detections per scan, 0 to 1, anywhere in its field of view.
    #[serde(default = "clutter")]
    pub clutter: f64,
}

fn rate() -> u32 {
    FUSION_HZ
}

fn latency() -> f64 {
    50.0
}

fn range_noise() -> f64 {
    0.2
}

fn bearing_noise() -> f64 {
    0.1
}

fn speed_noise() -> f64 {
    0.3
}

fn clutter() -> f64 {
    0.01
}

impl SensorSpec {
    /// Forward sensor of a kind with everything else as by default.
    pub fn new(name: &str, kind: Sensor, range: f64, field_of_view_deg: f64) -> Self {
        Self {
            name: name.into(),
            kind,
            x: 0.0,
            y: 0.0,
            heading_deg: 0.0,
            range,
            field_of_view_deg,
            rate: rate(),
            latency_ms: latency(),
            range_noise: range_noise(),
            bearing_noise_deg: bearing_noise(),
            speed_noise: speed_noise(),
            clutter: clutter(),
        }
    }

    /// What is wrong with it: field, expected, got.
    pub fn faults(&self) -> Vec<(&'static str, &'static str, String)> {
        let mut wrong = Vec::new();
        let mut range = |field, value: f64, low: f64, high: f64, expected| {
            if !(low..=high).contains(&value) {
                wrong.push((field, expected, value.to_string()));
            }
        };
        range("x", self.x, -20.0, 20.0, "-20 to 20 m");
        range("y", self.y, -5.0, 5.0, "-5 to 5 m");
        let turn = "-180 to 180 degrees";
        range("heading_deg", self.heading_deg, -180.0, 180.0, turn);
        range("range", self.range, 0.0, 1000.0, "0 to 1000 m");
        let view = "1 to 360 degrees";
        range(
            "field_of_view_deg",
            self.field_of_view_deg,
            1.0,
            360.0,
            view,
        );
        let latency = "0 to 500 ms";
        range("latency_ms", self.latency_ms, 0.0, MAX_LATENCY_MS, latency);
        range("range_noise", self.range_noise, 0.01, 20.0, "0.01 to 20 m");
        let bearing = "0.01 to 10 degrees";
        range(
            "bearing_noise_deg",
            self.bearing_noise_deg,
            0.01,
            10.0,
            bearing,
        );
        range(
            "speed_noise",
            self.speed_noise,
            0.01,
            20.0,
            "0.01 to 20 m/s",
        );
        range("clutter", self.clutter, 0.0, 1.0, "0 to 1");
        if self.rate == 0 || !FUSION_HZ.is_multiple_of(self.rate) {
            let expected = "20, 10, 5, 4, 2 or 1 Hz";
            wrong.push(("rate", expected, self.rate.to_string()));
        }
        if self.name.trim().is_empty() {
            wrong.push(("name", "a name", format!("{:?}", self.name)));
        }
        wrong
    }
}

/// All that a vehicle senses with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Suite {
    #[serde(rename = "suite")]
    pub sensors: Vec<SensorSpec>,
    /// Lane markings are seen at most this far by the cameras, m.
    pub lane_range: f64,
    /// Standard deviation of the lane offset by markings, m.
    pub lane_noise: f64,
    /// Standard deviation of the place by satellites, along and across, m. An assumption; RTK is
    /// better, plain GNSS worse.
    pub gnss_noise: f64,
    /// Time over which that error wanders, s.
    pub gnss_correlation: f64,
    /// Without satellites the place is carried on by odometry: standard deviation of its error after
    /// one metre, m; it grows by the square root of the way.
    pub odometry_noise: f64,
}

impl Default for Suite {
    fn default() -> Self {
        let sensor = SensorSpec::new;
        Self {
            sensors: vec![
                SensorSpec {
                    x: 1.0,
                    ..sensor("front camera", Sensor::Camera, 180.0, 120.0)
                },
                SensorSpec {
                    rate: 10,
                    ..sensor("roof lidar", Sensor::Lidar, 100.0, 360.0)
                },
                SensorSpec {
                    x: 2.0,
                    bearing_noise_deg: 0.3,
                    ..sensor("front radar", Sensor::Radar, 160.0, 120.0)
                },
            ],
            lane_range: 80.0,
            lane_noise: 0.03,
            gnss_noise: 0.4,
            gnss_correlation: 6.0,
            odometry_noise: 0.03,
        }
    }
}

impl Suite {
    /// What is wrong with it: path of the field, expected, got.
    pub fn faults(&self) -> Vec<(String, &'static str, String)> {
        let mut wrong = Vec::new();
        let count = self.sensors.len();
        if count > MAX_SENSORS {
            wrong.push(("suite".into(), "at most 16 sensors", count.to_string()));
        }
        for (i, sensor) in self.sensors.iter().enumerate() {
            if self.sensors[..i].iter().any(|s| s.name == sensor.name) {
                let name = format!("suite[{i}].name");
                wrong.push((name, "another name for each sensor", sensor.name.clone()));
            }
            let faults = sensor.faults().into_iter();
            wrong.extend(faults.map(|(field, e, g)| (format!("suite[{i}].{field}"), e, g)));
        }
        for (field, value, low, high, expected) in [
            ("lane_range", self.lane_range, 5.0, 500.0, "5 to 500 m"),
            ("lane_noise", self.lane_noise, 0.0, 1.0, "0 to 1 m"),
            ("gnss_noise", self.gnss_noise, 0.005, 50.0, "0.005 to 50 m"),
            (
                "gnss_correlation",
                self.gnss_correlation,
                0.05,
                600.0,
                "0.05 to 600 s",
            ),
            ("odometry_noise", self.odometry_noise, 0.0, 1.0, "0 to 1 m"),
        ] {
            if !(low..=high).contains(&value) {
                wrong.push((field.into(), expected, value.to_string()));
            }
        }
        wrong
    }
}
