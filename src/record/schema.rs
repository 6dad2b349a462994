//! The channels of a record: names, encodings, schemas, and the Rust side of `takeover.proto`.
//!
//! A test holds the Rust types, the `.proto` text and its compiled form together.

use crate::frame::Frame;
use crate::perception::Function;
use crate::takeover::event::Authority;

/// Version of the record's layout. Goes up when an old reader would misread a new record.
pub const FORMAT: u32 = 1;

/// Compiled `takeover.proto`: the schema of the protobuf channels.
pub const DESCRIPTORS: &[u8] = include_bytes!("takeover.fds");

/// A channel of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Topic {
    State,
    Command,
    Perception,
    Event,
    Input,
    Shown,
    Verdict,
    Link,
    Video,
    Drawn,
}

impl Topic {
    pub const ALL: [Self; 10] = [
        Self::State,
        Self::Command,
        Self::Perception,
        Self::Event,
        Self::Input,
        Self::Shown,
        Self::Verdict,
        Self::Link,
        Self::Video,
        Self::Drawn,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::State => "/state",
            Self::Command => "/command",
            Self::Perception => "/perception",
            Self::Event => "/event",
            Self::Input => "/input",
            Self::Shown => "/shown",
            Self::Verdict => "/verdict",
            Self::Link => "/link",
            Self::Video => "/video",
            Self::Drawn => "/drawn",
        }
    }

    /// Name, encoding and text of its schema, and the encoding of its messages.
    pub fn schema(self) -> (&'static str, &'static str, &'static [u8], &'static str) {
        let proto = |name| (name, "protobuf", DESCRIPTORS, "protobuf");
        let json = |name, text: &'static str| (name, "jsonschema", text.as_bytes(), "json");
        match self {
            Self::State => proto("takeover.State"),
            Self::Command => proto("takeover.Command"),
            Self::Perception => proto("takeover.Perception"),
            Self::Event => json("takeover.Event", include_str!("event.schema.json")),
            Self::Input => json("takeover.Input", include_str!("input.schema.json")),
            Self::Shown => json("takeover.Shown", include_str!("shown.schema.json")),
            Self::Verdict => json("takeover.Verdict", include_str!("verdict.schema.json")),
            Self::Link => json("takeover.Link", include_str!("link.schema.json")),
            Self::Video => json("takeover.Video", include_str!("video.schema.json")),
            Self::Drawn => json("takeover.Drawn", include_str!("drawn.schema.json")),
        }
    }
}

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

#[derive(Clone, PartialEq, prost::Message)]
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
}

impl State {
    /// Fills in a frame, reusing the allocation for the bodies.
    pub fn fill(&mut self, frame: &Frame, wall_s: f64) {
        self.tick = frame.tick;
        self.hash = frame.hash;
        self.authority = frame.authority as i32;
        self.bodies.clear();
        self.bodies.extend(frame.bodies.iter().map(|b| Body {
            x: b.position.x,
            y: b.position.y,
            z: b.position.z,
            qx: b.rotation.x,
            qy: b.rotation.y,
            qz: b.rotation.z,
            qw: b.rotation.w,
            vx: b.velocity.x,
            vy: b.velocity.y,
            vz: b.velocity.z,
            wx: b.angular_velocity.x,
            wy: b.angular_velocity.y,
            wz: b.angular_velocity.z,
        }));
        let ego = &frame.ego;
        self.speed = ego.speed as f32;
        self.acceleration = ego.acceleration as f32;
        self.s = ego.s;
        self.offset = ego.offset;
        self.lateral_speed = ego.lateral_speed;
        self.wheel = ego.wheel as f32;
        self.accelerator = ego.accelerator as f32;
        self.brake = ego.brake as f32;
        self.wall_s = wall_s;
        self.source = frame.source.number();
        self.speed_cap = frame.speed_cap;
        let judged = &frame.judged;
        (self.ttc, self.ttc_with) = (judged.ttc, judged.ttc_with);
        (self.gap, self.gap_with) = (judged.gap, judged.gap_with);
        (self.pet, self.pet_with) = (judged.pet, judged.pet_with);
    }

    pub fn authority_kind(&self) -> Authority {
        let index = usize::try_from(self.authority).unwrap_or_default();
        Authority::ALL.get(index).copied().unwrap_or_default()
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

impl Perception {
    pub fn new(frame: &Frame) -> Self {
        let c = &frame.confidence;
        let sight = &frame.sight;
        Self {
            tick: frame.tick,
            confidence: c.overall as f32,
            free_space: c.of(Function::FreeSpace) as f32,
            lanes: c.of(Function::Lanes) as f32,
            objects: c.of(Function::Objects) as f32,
            weakest: c.weakest as i32,
            signals: c.of(Function::Signals) as f32,
            cause: c.cause as i32,
            localisation: c.of(Function::Localisation) as f32,
            prediction: c.of(Function::Prediction) as f32,
            correct: c.functions.iter().map(|f| f.correct as f32).collect(),
            causes: c.functions.iter().map(|f| f.cause as i32).collect(),
            planning: c.of(Function::Planning) as f32,
            visibility: frame.visibility as f32,
            tracks: frame
                .tracks
                .iter()
                .map(|t| Track {
                    id: t.id,
                    gap: t.gap as f32,
                    speed: t.speed as f32,
                    existence: t.existence as f32,
                    offset: t.offset as f32,
                    class: t.class as i32,
                    x: t.x as f32,
                    y: t.y as f32,
                    class_probability: t.class_probability as f32,
                    reported: t.reported as f32,
                    vx: t.vx as f32,
                    vy: t.vy as f32,
                    sxx: t.sxx as f32,
                    sxy: t.sxy as f32,
                    syy: t.syy as f32,
                })
                .collect(),
            visible_range: sight.visible_range as f32,
            lane_range: sight.lane_range as f32,
            lane_quality: sight.lane_quality as f32,
            sd_along: sight.pose_sd.along as f32,
            sd_across: sight.pose_sd.across as f32,
            sd_heading: sight.pose_sd.heading as f32,
            free: sight.free.iter().map(|d| *d as f32).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use prost::Message;
    use prost_reflect::{DescriptorPool, DynamicMessage};

    #[test]
    fn the_compiled_schema_is_that_of_the_proto_file() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/record");
        let compiled =
            protox::compile(["takeover.proto"], [folder]).expect("the proto file compiles");
        let bytes = compiled.encode_to_vec();
        if std::env::var_os("UPDATE_SCHEMA").is_some() {
            std::fs::write(format!("{folder}/takeover.fds"), &bytes).expect("writable");
            return;
        }
        assert!(
            bytes == DESCRIPTORS,
            "takeover.proto changed: run `UPDATE_SCHEMA=1 cargo test --no-default-features schema`"
        );
    }

    /// Decodes a message by the schema alone, as a stranger's tool would.
    fn as_json(name: &str, bytes: &[u8]) -> serde_json::Value {
        let pool = DescriptorPool::decode(DESCRIPTORS).expect("a descriptor set");
        let kind = pool.get_message_by_name(name).expect(name);
        let message = DynamicMessage::decode(kind, bytes).expect("decodes");
        serde_json::to_value(message).expect("json")
    }

    #[test]
    fn the_rust_types_say_what_the_schema_says() {
        let state = State {
            tick: 7,
            hash: 9,
            authority: Authority::Operator as i32,
            bodies: vec![Body {
                x: 1.0,
                wz: 0.5,
                qw: 1.0,
                ..Default::default()
            }],
            speed: 20.0,
            lateral_speed: -0.25,
            wall_s: 1.5,
            ..Default::default()
        };
        let json = as_json("takeover.State", &state.encode_to_vec());
        assert_eq!(json["tick"], "7");
        assert_eq!(json["hash"], "9");
        assert_eq!(json["authority"], "OPERATOR");
        assert_eq!(json["bodies"][0]["wz"], 0.5);
        assert_eq!(json["speed"], 20.0);
        assert_eq!(json["lateralSpeed"], -0.25);
        assert_eq!(json["wallS"], 1.5);

        let command = Command {
            tick: 3,
            wheel: 0.5,
            hand_back: true,
            present: true,
            ..Default::default()
        };
        let json = as_json("takeover.Command", &command.encode_to_vec());
        assert_eq!(
            (&json["wheel"], &json["handBack"]),
            (&0.5.into(), &true.into())
        );

        let perception = Perception {
            weakest: 2,
            confidence: 0.5,
            visibility: 45.0,
            tracks: vec![Track {
                id: 1,
                gap: 30.5,
                existence: 0.75,
                ..Default::default()
            }],
            ..Default::default()
        };
        let json = as_json("takeover.Perception", &perception.encode_to_vec());
        assert_eq!(json["weakest"], "OBJECTS");
        assert_eq!(json["tracks"][0]["gap"], 30.5);
    }

    #[test]
    fn what_is_seen_reads_by_the_schema_as_it_was_written() {
        use crate::perception::{Cause, PoseSd, Track};
        let mut frame = Frame {
            tracks: vec![Track {
                reported: 0.75,
                class_probability: 0.5,
                sxy: -0.25,
                vy: 3.0,
                ..Default::default()
            }],
            ..Default::default()
        };
        frame.confidence.cause = Cause::Gnss;
        frame.sight.lane_quality = 0.25;
        frame.sight.pose_sd = PoseSd {
            along: 2.0,
            across: 0.5,
            heading: 0.125,
        };
        frame.sight.free[35] = 12.5;
        let bytes = Perception::new(&frame).encode_to_vec();
        let json = as_json("takeover.Perception", &bytes);
        assert_eq!(json["cause"], "GNSS");
        assert_eq!(json["laneQuality"], 0.25);
        let sd = ["sdAlong", "sdAcross", "sdHeading"].map(|name| json[name].as_f64());
        assert_eq!(sd, [Some(2.0), Some(0.5), Some(0.125)]);
        assert_eq!(json["free"][35], 12.5);
        let track = &json["tracks"][0];
        assert_eq!(track["reported"], 0.75);
        assert_eq!(track["classProbability"], 0.5);
        assert_eq!(
            (&track["sxy"], &track["vy"]),
            (&(-0.25).into(), &3.0.into())
        );
    }

    #[test]
    fn authorities_have_the_numbers_of_the_schema() {
        for (i, authority) in Authority::ALL.into_iter().enumerate() {
            assert_eq!(authority as usize, i);
        }
    }
}
