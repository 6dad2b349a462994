//! The channels of a record: names, encodings, schemas, and the Rust side of `takeover.proto`.
//!
//! A test holds the Rust types, the `.proto` text and its compiled form together.

use super::block::Column;
use super::state;
use crate::autopilot::{PLAN_STEP, PlanPoint};
use crate::frame::Frame;
use crate::perception::Function;
use glam::Vec3;

/// Version of the record's layout. Goes up when an old reader would misread a new record.
pub const FORMAT: u32 = 2;

/// Compiled `takeover.proto`: the schema of the protobuf channels.
pub const DESCRIPTORS: &[u8] = include_bytes!("takeover.fds");
/// Compiled `foxglove.proto`: of the channels that other tools know.
pub const STANDARD: &[u8] = include_bytes!("foxglove.fds");

/// A channel of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Topic {
    /// Only in records of format 1, as is the next.
    State,
    Command,
    /// Blocks of ticks.
    Ticks,
    Motion,
    // What is told when it happens.
    Perception,
    Plan,
    Event,
    Input,
    Shown,
    Verdict,
    Link,
    Video,
    Drawn,
    // The same once more, for other tools.
    Ego,
    Scene,
    Road,
    Tf,
    Log,
}

impl Topic {
    pub const ALL: [Self; 18] = [
        Self::State,
        Self::Command,
        Self::Ticks,
        Self::Motion,
        Self::Perception,
        Self::Plan,
        Self::Event,
        Self::Input,
        Self::Shown,
        Self::Verdict,
        Self::Link,
        Self::Video,
        Self::Drawn,
        Self::Ego,
        Self::Scene,
        Self::Road,
        Self::Tf,
        Self::Log,
    ];

    /// Those that are written today.
    pub fn written() -> impl Iterator<Item = Self> {
        Self::ALL
            .into_iter()
            .filter(|t| !matches!(t, Self::State | Self::Command))
    }

    /// Told one by one when it happens, and read back as it was told.
    pub fn is_told(self) -> bool {
        (Self::Perception..=Self::Drawn).contains(&self)
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::State => "/state",
            Self::Command => "/command",
            Self::Ticks => "/ticks",
            Self::Motion => "/motion",
            Self::Perception => "/perception",
            Self::Plan => "/plan",
            Self::Event => "/event",
            Self::Input => "/input",
            Self::Shown => "/shown",
            Self::Verdict => "/verdict",
            Self::Link => "/link",
            Self::Video => "/video",
            Self::Drawn => "/drawn",
            Self::Ego => "/ego",
            Self::Scene => "/scene",
            Self::Road => "/road",
            Self::Tf => "/tf",
            Self::Log => "/log",
        }
    }

    /// Name, encoding and text of its schema, and the encoding of its messages.
    pub fn schema(self) -> (&'static str, &'static str, &'static [u8], &'static str) {
        let own = |name| (name, "protobuf", DESCRIPTORS, "protobuf");
        let standard = |name| (name, "protobuf", STANDARD, "protobuf");
        let json = |name, text: &'static str| (name, "jsonschema", text.as_bytes(), "json");
        match self {
            Self::State => own("takeover.State"),
            Self::Command => own("takeover.Command"),
            Self::Ticks => own("takeover.Ticks"),
            Self::Motion => own("takeover.Motion"),
            Self::Perception => own("takeover.Perception"),
            Self::Plan => own("takeover.Plan"),
            Self::Event => json("takeover.Event", include_str!("event.schema.json")),
            Self::Input => json("takeover.Input", include_str!("input.schema.json")),
            Self::Shown => json("takeover.Shown", include_str!("shown.schema.json")),
            Self::Verdict => json("takeover.Verdict", include_str!("verdict.schema.json")),
            Self::Link => json("takeover.Link", include_str!("link.schema.json")),
            Self::Video => json("takeover.Video", include_str!("video.schema.json")),
            Self::Drawn => json("takeover.Drawn", include_str!("drawn.schema.json")),
            Self::Ego => own("takeover.Ego"),
            Self::Scene => standard("foxglove.SceneUpdate"),
            Self::Road => standard("foxglove.SceneUpdate"),
            Self::Tf => standard("foxglove.FrameTransforms"),
            Self::Log => standard("foxglove.Log"),
        }
    }
}

/// Of format 1.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct Body {
    #[prost(float, tag = "1")]
    pub x: f32,
    #[prost(float, tag = "2")]
    pub y: f32,
    #[prost(float, tag = "3")]
    pub z: f32,
    #[prost(float, tag = "4")]
    pub qx: f32,
    #[prost(float, tag = "5")]
    pub qy: f32,
    #[prost(float, tag = "6")]
    pub qz: f32,
    #[prost(float, tag = "7")]
    pub qw: f32,
    #[prost(float, tag = "8")]
    pub vx: f32,
    #[prost(float, tag = "9")]
    pub vy: f32,
    #[prost(float, tag = "10")]
    pub vz: f32,
    #[prost(float, tag = "11")]
    pub wx: f32,
    #[prost(float, tag = "12")]
    pub wy: f32,
    #[prost(float, tag = "13")]
    pub wz: f32,
}

/// Of format 1.
#[derive(Clone, PartialEq, prost::Message)]
pub struct State {
    #[prost(uint64, tag = "1")]
    pub tick: u64,
    #[prost(fixed64, tag = "2")]
    pub hash: u64,
    /// [`Authority`] by its place in [`Authority::ALL`].
    #[prost(int32, tag = "3")]
    pub authority: i32,
    #[prost(message, repeated, tag = "4")]
    pub bodies: Vec<Body>,
    #[prost(float, tag = "5")]
    pub speed: f32,
    #[prost(float, tag = "6")]
    pub acceleration: f32,
    #[prost(double, tag = "7")]
    pub s: f64,
    #[prost(double, tag = "8")]
    pub offset: f64,
    #[prost(double, tag = "9")]
    pub lateral_speed: f64,
    #[prost(float, tag = "10")]
    pub wheel: f32,
    #[prost(float, tag = "11")]
    pub accelerator: f32,
    #[prost(float, tag = "12")]
    pub brake: f32,
    #[prost(double, tag = "13")]
    pub wall_s: f64,
    /// [`crate::takeover::source::Source::number`].
    #[prost(int32, tag = "14")]
    pub source: i32,
    #[prost(double, optional, tag = "15")]
    pub speed_cap: Option<f64>,
    #[prost(double, optional, tag = "20")]
    pub ttc: Option<f64>,
    #[prost(uint32, optional, tag = "21")]
    pub ttc_with: Option<u32>,
    #[prost(double, optional, tag = "22")]
    pub gap: Option<f64>,
    #[prost(uint32, optional, tag = "23")]
    pub gap_with: Option<u32>,
    #[prost(double, optional, tag = "24")]
    pub pet: Option<f64>,
    #[prost(uint32, optional, tag = "25")]
    pub pet_with: Option<u32>,
}

/// The command that had arrived at the vehicle at a tick, to the last bit: what a run is repeated
/// from. A message in format 1.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct Command {
    #[prost(uint64, tag = "1")]
    pub tick: u64,
    #[prost(float, tag = "2")]
    pub wheel: f32,
    #[prost(float, tag = "3")]
    pub accelerator: f32,
    #[prost(float, tag = "4")]
    pub brake: f32,
    #[prost(bool, tag = "5")]
    pub take_over: bool,
    #[prost(bool, tag = "6")]
    pub hand_back: bool,
    #[prost(bool, tag = "7")]
    pub present: bool,
    #[prost(bool, tag = "8")]
    pub no_need: bool,
    /// [`crate::command::DeviceKind`] by its place in `ALL`.
    #[prost(int32, tag = "9")]
    pub device: i32,
    #[prost(double, tag = "10")]
    pub age: f64,
    #[prost(double, tag = "11")]
    pub glass: f64,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct Track {
    #[prost(uint32, tag = "1")]
    pub id: u32,
    #[prost(float, tag = "2")]
    pub gap: f32,
    #[prost(float, tag = "4")]
    pub speed: f32,
    #[prost(float, tag = "5")]
    pub existence: f32,
    #[prost(float, tag = "6")]
    pub offset: f32,
    /// [`crate::perception::Class`] by its place in `ALL`.
    #[prost(int32, tag = "7")]
    pub class: i32,
    #[prost(float, tag = "8")]
    pub x: f32,
    #[prost(float, tag = "9")]
    pub y: f32,
    #[prost(float, tag = "10")]
    pub class_probability: f32,
    #[prost(float, tag = "11")]
    pub reported: f32,
    #[prost(float, tag = "12")]
    pub vx: f32,
    #[prost(float, tag = "13")]
    pub vy: f32,
    #[prost(float, tag = "14")]
    pub sxx: f32,
    #[prost(float, tag = "15")]
    pub sxy: f32,
    #[prost(float, tag = "16")]
    pub syy: f32,
    #[prost(float, tag = "17")]
    pub yaw: f32,
    #[prost(float, tag = "18")]
    pub length: f32,
    #[prost(float, tag = "19")]
    pub width: f32,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct Plan {
    #[prost(uint64, tag = "1")]
    pub tick: u64,
    #[prost(message, optional, tag = "2")]
    pub x: Option<Column>,
    #[prost(message, optional, tag = "3")]
    pub y: Option<Column>,
    #[prost(message, optional, tag = "4")]
    pub z: Option<Column>,
    #[prost(message, optional, tag = "5")]
    pub speed: Option<Column>,
    /// Points.
    #[prost(uint32, tag = "6")]
    pub count: u32,
}

#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct Ego {
    #[prost(uint64, tag = "1")]
    pub tick: u64,
    #[prost(int32, tag = "2")]
    pub authority: i32,
    #[prost(int32, tag = "3")]
    pub source: i32,
    #[prost(double, tag = "4")]
    pub x: f64,
    #[prost(double, tag = "5")]
    pub y: f64,
    #[prost(double, tag = "6")]
    pub yaw: f64,
    #[prost(float, tag = "7")]
    pub speed: f32,
    #[prost(float, tag = "8")]
    pub acceleration: f32,
    #[prost(float, tag = "9")]
    pub offset: f32,
    #[prost(float, tag = "10")]
    pub lateral_speed: f32,
    #[prost(float, tag = "11")]
    pub wheel: f32,
    #[prost(float, tag = "12")]
    pub accelerator: f32,
    #[prost(float, tag = "13")]
    pub brake: f32,
    #[prost(float, tag = "14")]
    pub command_wheel: f32,
    #[prost(float, tag = "15")]
    pub command_accelerator: f32,
    #[prost(float, tag = "16")]
    pub command_brake: f32,
    #[prost(float, tag = "17")]
    pub confidence: f32,
    #[prost(float, optional, tag = "18")]
    pub ttc: Option<f32>,
    #[prost(float, optional, tag = "19")]
    pub gap: Option<f32>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct Perception {
    #[prost(uint64, tag = "1")]
    pub tick: u64,
    #[prost(float, tag = "2")]
    pub confidence: f32,
    #[prost(float, tag = "3")]
    pub free_space: f32,
    #[prost(float, tag = "4")]
    pub lanes: f32,
    #[prost(float, tag = "5")]
    pub objects: f32,
    #[prost(int32, tag = "6")]
    pub weakest: i32,
    #[prost(float, tag = "7")]
    pub visibility: f32,
    #[prost(message, repeated, tag = "8")]
    pub tracks: Vec<Track>,
    #[prost(float, tag = "9")]
    pub signals: f32,
    /// [`crate::perception::Cause`] by its place.
    #[prost(int32, tag = "10")]
    pub cause: i32,
    #[prost(float, tag = "11")]
    pub planning: f32,
    #[prost(float, tag = "12")]
    pub localisation: f32,
    #[prost(float, tag = "13")]
    pub prediction: f32,
    #[prost(float, repeated, tag = "14")]
    pub correct: Vec<f32>,
    #[prost(int32, repeated, tag = "15")]
    pub causes: Vec<i32>,
    #[prost(float, tag = "16")]
    pub visible_range: f32,
    #[prost(float, tag = "17")]
    pub lane_range: f32,
    #[prost(float, tag = "18")]
    pub lane_quality: f32,
    #[prost(float, tag = "19")]
    pub sd_along: f32,
    #[prost(float, tag = "20")]
    pub sd_across: f32,
    #[prost(float, tag = "21")]
    pub sd_heading: f32,
    #[prost(float, repeated, tag = "22")]
    pub free: Vec<f32>,
    #[prost(bool, tag = "23")]
    pub scripted: bool,
}

impl State {
    /// As every later format has it.
    pub fn into_state(self) -> state::State {
        let body = |b: &Body| state::Body {
            x: b.x,
            y: b.y,
            z: b.z,
            qx: b.qx,
            qy: b.qy,
            qz: b.qz,
            qw: b.qw,
            vx: b.vx,
            vy: b.vy,
            vz: b.vz,
            wx: b.wx,
            wy: b.wy,
            wz: b.wz,
            lamps: 0,
        };
        state::State {
            tick: self.tick,
            hash: self.hash,
            authority: self.authority,
            bodies: self.bodies.iter().map(body).collect(),
            speed: self.speed,
            acceleration: self.acceleration,
            s: self.s,
            offset: self.offset,
            lateral_speed: self.lateral_speed,
            wheel: self.wheel,
            accelerator: self.accelerator,
            brake: self.brake,
            wall_s: self.wall_s,
            source: self.source,
            speed_cap: self.speed_cap,
            ttc: self.ttc,
            ttc_with: self.ttc_with,
            gap: self.gap,
            gap_with: self.gap_with,
            pet: self.pet,
            pet_with: self.pet_with,
            ..state::State::default()
        }
    }
}

impl Command {
    pub fn new(tick: u64, arrived: &crate::command::Arrived) -> Self {
        let c = &arrived.command;
        Self {
            tick,
            wheel: c.wheel,
            accelerator: c.accelerator,
            brake: c.brake,
            take_over: c.take_over,
            hand_back: c.hand_back,
            present: c.present,
            no_need: c.no_need,
            device: c.device as i32,
            age: arrived.age,
            glass: arrived.glass,
        }
    }

    pub fn arrived(&self) -> crate::command::Arrived {
        crate::command::Arrived {
            command: self.command(),
            age: self.age,
            glass: self.glass,
        }
    }

    fn command(&self) -> crate::command::Command {
        crate::command::Command {
            wheel: self.wheel,
            accelerator: self.accelerator,
            brake: self.brake,
            take_over: self.take_over,
            hand_back: self.hand_back,
            present: self.present,
            no_need: self.no_need,
            device: usize::try_from(self.device)
                .ok()
                .and_then(|i| crate::command::DeviceKind::ALL.get(i).copied())
                .unwrap_or_default(),
        }
    }
}

/// Parts of one that probabilities, lengths (m) and speeds (m/s), and long ranges (m) are kept in: powers of
/// two, so that what is left out leaves zeros, which pack well.
const PROBABILITY: f64 = 16384.0;
const LENGTH: f64 = 256.0;
const RANGE: f64 = 16.0;

fn to(value: f64, parts: f64) -> f32 {
    ((value * parts).round() / parts) as f32
}

impl Perception {
    /// `free`: with the free distance by sector.
    pub fn new(frame: &Frame, free: bool) -> Self {
        let c = &frame.confidence;
        let sight = &frame.sight;
        let trust = |function| to(c.of(function), PROBABILITY);
        Self {
            tick: frame.tick,
            confidence: to(c.overall, PROBABILITY),
            free_space: trust(Function::FreeSpace),
            lanes: trust(Function::Lanes),
            objects: trust(Function::Objects),
            weakest: c.weakest as i32,
            signals: trust(Function::Signals),
            cause: c.cause as i32,
            localisation: trust(Function::Localisation),
            prediction: trust(Function::Prediction),
            correct: c
                .functions
                .iter()
                .map(|f| to(f.correct, PROBABILITY))
                .collect(),
            causes: c.functions.iter().map(|f| f.cause as i32).collect(),
            planning: trust(Function::Planning),
            visibility: to(frame.visibility, RANGE),
            tracks: frame
                .tracks
                .iter()
                .map(|t| Track {
                    id: t.id,
                    gap: to(t.gap, LENGTH),
                    speed: to(t.speed, LENGTH),
                    existence: to(t.existence, PROBABILITY),
                    offset: to(t.offset, LENGTH),
                    class: t.class as i32,
                    x: to(t.x, LENGTH),
                    y: to(t.y, LENGTH),
                    class_probability: to(t.class_probability, PROBABILITY),
                    reported: to(t.reported, PROBABILITY),
                    vx: to(t.vx, LENGTH),
                    vy: to(t.vy, LENGTH),
                    sxx: to(t.sxx, PROBABILITY),
                    sxy: to(t.sxy, PROBABILITY),
                    syy: to(t.syy, PROBABILITY),
                    yaw: to(t.yaw, PROBABILITY),
                    length: to(t.length, LENGTH),
                    width: to(t.width, LENGTH),
                })
                .collect(),
            visible_range: to(sight.visible_range, RANGE),
            lane_range: to(sight.lane_range, RANGE),
            lane_quality: to(sight.lane_quality, PROBABILITY),
            sd_along: to(sight.pose_sd.along, PROBABILITY),
            sd_across: to(sight.pose_sd.across, PROBABILITY),
            sd_heading: to(sight.pose_sd.heading, PROBABILITY),
            free: if free {
                sight.free.iter().map(|d| to(*d, RANGE)).collect()
            } else {
                Vec::new()
            },
            scripted: c.scripted,
        }
    }
}

impl Plan {
    /// Grains of a place and a speed: cm.
    const GRAIN: f64 = 100.0;

    pub fn new(frame: &Frame) -> Self {
        let column = |of: fn(&PlanPoint) -> f64| {
            let grains = |p: &PlanPoint| state::grain::grains(of(p), Self::GRAIN);
            Some(Column::of(-2, frame.plan.iter().map(grains)))
        };
        Self {
            tick: frame.tick,
            count: frame.plan.len() as u32,
            x: column(|p| f64::from(p.position.x)),
            y: column(|p| f64::from(p.position.y)),
            z: column(|p| f64::from(p.position.z)),
            speed: column(|p| p.speed),
        }
    }

    /// The points again.
    pub fn points(&self) -> Vec<PlanPoint> {
        let count = (self.count as usize).min(Self::MOST);
        let read = |column: &Option<Column>| {
            let values = column.as_ref().map(|c| c.values(count)).unwrap_or_default();
            (0..count).map(move |i| {
                state::grain::value(values.get(i).copied().unwrap_or_default(), Self::GRAIN)
            })
        };
        read(&self.x)
            .zip(read(&self.y))
            .zip(read(&self.z).zip(read(&self.speed)))
            .enumerate()
            .map(|(i, ((x, y), (z, speed)))| PlanPoint {
                after: i as f64 * PLAN_STEP,
                position: Vec3::new(x as f32, y as f32, z as f32),
                speed,
            })
            .collect()
    }

    /// Most points that are believed.
    const MOST: usize = 1000;
}

#[cfg(test)]
mod tests;
