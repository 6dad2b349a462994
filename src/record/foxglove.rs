//! The same once more in schemas that other tools know: a scene to look at, transforms, messages.
//!
//! Nothing reads these back; they are made from what the record has anyway.

use super::block::Row;
use super::schema::{Ego, Topic};
use super::state::{Body, State, lamps};
use crate::frame::BodyView;
use crate::road::{Network, Road};
use crate::road_user::RoadUser;
use crate::takeover::event::{Authority, Event, TimedEvent};
use glam::{EulerRot, Quat, Vec3};
use prost::Message;

/// Ticks between two of each: scene and transforms, what is plotted.
const TICKS_PER_SCENE: u64 = 10;
const TICKS_PER_EGO: u64 = 5;
/// Others further away than this are not drawn, m.
const SIGHT: f32 = 200.0;
/// Parts of a metre, and of one, that a scene is drawn in: powers of two pack well.
const METRE: f32 = 64.0;
const ONE: f32 = 1024.0;
/// Most points of the road's lines.
const ROAD_POINTS: f64 = 20_000.0;
/// Frames of reference: the world, and the ego's own (at its centre of gravity).
const MAP: &str = "map";
const EGO: &str = "ego";

/// Seconds and nanoseconds, as a timestamp or a duration has them.
#[derive(Clone, Copy, PartialEq, Message)]
struct Time {
    #[prost(int64, tag = "1")]
    seconds: i64,
    #[prost(int32, tag = "2")]
    nanos: i32,
}

#[derive(Clone, Copy, PartialEq, Message)]
struct Vector3 {
    #[prost(double, tag = "1")]
    x: f64,
    #[prost(double, tag = "2")]
    y: f64,
    #[prost(double, tag = "3")]
    z: f64,
}

#[derive(Clone, Copy, PartialEq, Message)]
struct Quaternion {
    #[prost(double, tag = "1")]
    x: f64,
    #[prost(double, tag = "2")]
    y: f64,
    #[prost(double, tag = "3")]
    z: f64,
    #[prost(double, tag = "4")]
    w: f64,
}

#[derive(Clone, Copy, PartialEq, Message)]
struct Pose {
    #[prost(message, optional, tag = "1")]
    position: Option<Vector3>,
    #[prost(message, optional, tag = "2")]
    orientation: Option<Quaternion>,
}

#[derive(Clone, Copy, PartialEq, Message)]
struct Color {
    #[prost(double, tag = "1")]
    r: f64,
    #[prost(double, tag = "2")]
    g: f64,
    #[prost(double, tag = "3")]
    b: f64,
    #[prost(double, tag = "4")]
    a: f64,
}

#[derive(Clone, PartialEq, Message)]
struct Cube {
    #[prost(message, optional, tag = "1")]
    pose: Option<Pose>,
    #[prost(message, optional, tag = "2")]
    size: Option<Vector3>,
    #[prost(message, optional, tag = "3")]
    color: Option<Color>,
}

#[derive(Clone, PartialEq, Message)]
struct Line {
    #[prost(double, tag = "3")]
    thickness: f64,
    #[prost(message, repeated, tag = "5")]
    points: Vec<Vector3>,
    #[prost(message, optional, tag = "6")]
    color: Option<Color>,
}

#[derive(Clone, PartialEq, Message)]
struct Entity {
    #[prost(message, optional, tag = "1")]
    timestamp: Option<Time>,
    #[prost(string, tag = "2")]
    frame_id: String,
    #[prost(string, tag = "3")]
    id: String,
    #[prost(message, repeated, tag = "8")]
    cubes: Vec<Cube>,
    #[prost(message, repeated, tag = "11")]
    lines: Vec<Line>,
}

#[derive(Clone, PartialEq, Message)]
struct SceneUpdate {
    #[prost(message, repeated, tag = "2")]
    entities: Vec<Entity>,
}

#[derive(Clone, PartialEq, Message)]
struct Transform {
    #[prost(message, optional, tag = "1")]
    timestamp: Option<Time>,
    #[prost(string, tag = "2")]
    parent_frame_id: String,
    #[prost(string, tag = "3")]
    child_frame_id: String,
    #[prost(message, optional, tag = "4")]
    translation: Option<Vector3>,
    #[prost(message, optional, tag = "5")]
    rotation: Option<Quaternion>,
}

#[derive(Clone, PartialEq, Message)]
struct Transforms {
    #[prost(message, repeated, tag = "1")]
    transforms: Vec<Transform>,
}

#[derive(Clone, PartialEq, Message)]
struct LogLine {
    #[prost(message, optional, tag = "1")]
    timestamp: Option<Time>,
    #[prost(int32, tag = "2")]
    level: i32,
    #[prost(string, tag = "3")]
    message: String,
    #[prost(string, tag = "4")]
    name: String,
}

fn stamp(time_ns: u64) -> Option<Time> {
    Some(Time {
        seconds: (time_ns / 1_000_000_000) as i64,
        nanos: (time_ns % 1_000_000_000) as i32,
    })
}

fn to(value: f32, parts: f32) -> f64 {
    f64::from((value * parts).round() / parts)
}

fn vector(v: Vec3, parts: f32) -> Option<Vector3> {
    let [x, y, z] = v.to_array().map(|c| to(c, parts));
    Some(Vector3 { x, y, z })
}

fn quaternion(q: Quat, parts: f32) -> Option<Quaternion> {
    let [x, y, z, w] = q.to_array().map(|c| to(c, parts));
    Some(Quaternion { x, y, z, w })
}

/// Colours that also those tell apart who see few (Okabe and Ito).
fn colour(body: &Body, kind: RoadUser, authority: Option<Authority>) -> Option<Color> {
    let [r, g, b] = match (authority, kind) {
        (Some(Authority::Automation), _) => [0, 114, 178],
        (Some(Authority::RequestPending), _) => [230, 159, 0],
        (Some(Authority::Operator | Authority::Shared), _) => [240, 228, 66],
        (Some(_), _) => [213, 94, 0],
        (None, RoadUser::Pedestrian | RoadUser::Cyclist | RoadUser::Animal) => [204, 121, 167],
        (None, RoadUser::Debris) => [110, 80, 50],
        (None, _) if body.lamps & lamps::BRAKE != 0 => [200, 60, 50],
        (None, _) => [150, 160, 170],
    };
    let part = |n: i32| f64::from(n) / 255.0;
    Some(Color {
        r: part(r),
        g: part(g),
        b: part(b),
        a: 1.0,
    })
}

fn place(body: &Body) -> Vec3 {
    Vec3::new(body.x, body.y, body.z)
}

fn turn(body: &Body) -> Quat {
    Quat::from_xyzw(body.qx, body.qy, body.qz, body.qw)
}

/// A message for another tool: channel, log time, content.
pub type Derived = (Topic, u64, Vec<u8>);

fn time_ns(tick: u64) -> u64 {
    tick * 10_000_000
}

/// The messages of a tick, if one is due. `shapes`: the bodies as frames first showed them.
pub fn of_row(row: &Row, shapes: &[BodyView], out: &mut Vec<Derived>) {
    let (state, tick) = (&row.state, row.state.tick);
    let Some(ego) = state.bodies.first() else {
        return;
    };
    let now = time_ns(tick);
    if tick.is_multiple_of(TICKS_PER_EGO) {
        out.push((Topic::Ego, now, plotted(row, ego).encode_to_vec()));
    }
    if !tick.is_multiple_of(TICKS_PER_SCENE) {
        return;
    }
    let transform = Transform {
        timestamp: stamp(now),
        parent_frame_id: MAP.into(),
        child_frame_id: EGO.into(),
        translation: vector(place(ego), 1024.0),
        rotation: quaternion(turn(ego), 16384.0),
    };
    let transforms = Transforms {
        transforms: vec![transform],
    };
    out.push((Topic::Tf, now, transforms.encode_to_vec()));
    out.push((
        Topic::Scene,
        now,
        scene(state, ego, shapes, now).encode_to_vec(),
    ));
}

fn plotted(row: &Row, ego: &Body) -> Ego {
    let state = &row.state;
    let (yaw, ..) = turn(ego).to_euler(EulerRot::ZYX);
    let part = |v: f32| to(v, 4096.0) as f32;
    Ego {
        tick: state.tick,
        authority: state.authority,
        source: state.source,
        x: to(ego.x, 256.0),
        y: to(ego.y, 256.0),
        yaw: to(yaw, 4096.0),
        speed: part(state.speed),
        acceleration: part(state.acceleration),
        offset: part(state.offset as f32),
        lateral_speed: part(state.lateral_speed as f32),
        wheel: part(state.wheel),
        accelerator: part(state.accelerator),
        brake: part(state.brake),
        command_wheel: part(row.command.wheel),
        command_accelerator: part(row.command.accelerator),
        command_brake: part(row.command.brake),
        confidence: part(state.confidence.unwrap_or_default() as f32),
        ttc: state.ttc.map(|t| part(t as f32)),
        gap: state.gap.map(|d| part(d as f32)),
    }
}

/// All bodies near the ego as boxes.
fn scene(state: &State, ego: &Body, shapes: &[BodyView], now: u64) -> SceneUpdate {
    let near = |body: &Body| place(body).distance(place(ego)) < SIGHT;
    let bodies = state.bodies.iter().zip(shapes).enumerate();
    let cubes = bodies
        .filter(|(_, (body, _))| near(body))
        .map(|(i, (body, shape))| {
            let rotation = turn(body);
            // From the centre of gravity to the middle of the box.
            let up = Vec3::Z * shape.size.z / 2.0;
            let middle = place(body) + rotation * (shape.to_middle + up);
            Cube {
                pose: Some(Pose {
                    position: vector(middle, METRE),
                    orientation: quaternion(rotation, ONE),
                }),
                size: vector(shape.size, METRE),
                color: colour(body, shape.kind, (i == 0).then(|| state.authority_kind())),
            }
        });
    let entity = Entity {
        timestamp: stamp(now),
        frame_id: MAP.into(),
        id: "road users".into(),
        cubes: cubes.collect(),
        lines: Vec::new(),
    };
    SceneUpdate {
        entities: vec![entity],
    }
}

/// An event as a line for people.
pub fn of_event(event: &TimedEvent) -> Derived {
    let level = match event.event {
        Event::Collision { .. } | Event::LeftRoad { .. } | Event::Impact { .. } => 4,
        Event::RequestRaised { .. }
        | Event::RequestEscalated { .. }
        | Event::MinimalRiskStarted { .. }
        | Event::NearMiss { .. }
        | Event::OperatorLost
        | Event::LinkLost
        | Event::LinkDegraded { .. }
        | Event::LaneDeparture { .. } => 3,
        Event::Action { .. } => 1,
        _ => 2,
    };
    let now = (event.time * 1e9).round().max(0.0) as u64;
    let line = LogLine {
        timestamp: stamp(now),
        level,
        message: event.event.describe(),
        name: "takeover".into(),
    };
    (Topic::Log, now, line.encode_to_vec())
}

/// The road's lines, once.
pub fn of_road(network: &Network) -> Derived {
    let step = (network.length() * 6.0 / ROAD_POINTS).max(5.0);
    let lines = network.roads.iter().flat_map(|road| lines(road, step));
    let entity = Entity {
        timestamp: stamp(0),
        frame_id: MAP.into(),
        id: "road".into(),
        cubes: Vec::new(),
        lines: lines.collect(),
    };
    let update = SceneUpdate {
        entities: vec![entity],
    };
    (Topic::Road, 0, update.encode_to_vec())
}

/// Edges of all lanes, by section.
fn lines(road: &Road, step: f64) -> Vec<Line> {
    let pieces = ((road.length() / step).ceil() as usize).max(1);
    let stations: Vec<f64> = (0..=pieces)
        .map(|i| road.length() * i as f64 / pieces as f64)
        .collect();
    let mut lines = Vec::new();
    for (k, section) in road.sections.iter().enumerate() {
        let inside: Vec<f64> = stations
            .iter()
            .copied()
            .filter(|s| road.section_at(*s) == k)
            .collect();
        // Each lane's outer edge, and the middle between the two directions.
        let middle = section.ids().find(|id| id.abs() == 1).map(|id| (id, true));
        for (lane, inner) in section.ids().map(|id| (id, false)).chain(middle) {
            let edge = |s: &f64| {
                let (inside, outside) = road.edges(lane, *s)?;
                let pose = road.pose(*s, if inner { inside } else { outside });
                let place = Vec3::new(pose.x as f32, pose.y as f32, pose.z as f32);
                vector(place, METRE)
            };
            let points: Vec<Vector3> = inside.iter().filter_map(edge).collect();
            if points.len() > 1 {
                lines.push(Line {
                    thickness: 0.15,
                    points,
                    color: Some(Color {
                        r: 0.75,
                        g: 0.75,
                        b: 0.75,
                        a: 1.0,
                    }),
                });
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;
    use prost_reflect::{DescriptorPool, DynamicMessage};

    /// By the schema alone, as another tool reads it.
    fn as_json(name: &str, bytes: &[u8]) -> serde_json::Value {
        let pool = DescriptorPool::decode(super::super::schema::STANDARD).expect("descriptors");
        let kind = pool.get_message_by_name(name).expect(name);
        let message = DynamicMessage::decode(kind, bytes).expect("decodes");
        serde_json::to_value(message).expect("json")
    }

    #[test]
    fn a_scene_has_the_bodies_nearby_where_they_are() {
        let shape = BodyView {
            kind: RoadUser::Car,
            position: Vec3::ZERO,
            rotation: Quat::IDENTITY,
            velocity: Vec3::ZERO,
            angular_velocity: Vec3::ZERO,
            size: Vec3::new(4.5, 1.75, 1.5),
            to_middle: Vec3::new(0.25, 0.0, -0.5),
            brake_lights: false,
            hazard_lights: false,
            indicator: 0,
        };
        let at = |x: f32| Body {
            x,
            z: 0.5,
            qw: 1.0,
            ..Body::default()
        };
        let row = Row {
            state: State {
                tick: 20,
                bodies: vec![at(100.0), at(150.0), at(900.0)],
                ..State::default()
            },
            ..Row::default()
        };
        let mut out = Vec::new();
        of_row(&row, &[shape; 3], &mut out);
        let topics: Vec<Topic> = out.iter().map(|d| d.0).collect();
        assert_eq!(topics, [Topic::Ego, Topic::Tf, Topic::Scene]);
        assert!(out.iter().all(|d| d.1 == 200_000_000));
        let scene = as_json("foxglove.SceneUpdate", &out[2].2);
        let cubes = scene["entities"][0]["cubes"].as_array().expect("cubes");
        assert_eq!(cubes.len(), 2, "the third is too far away");
        assert_eq!(cubes[1]["pose"]["position"]["x"], 150.25);
        assert_eq!(cubes[1]["pose"]["position"]["z"], 0.75);
        assert_eq!(cubes[1]["size"]["x"], 4.5);
        assert_eq!(scene["entities"][0]["frameId"], "map");
        let tf = as_json("foxglove.FrameTransforms", &out[1].2);
        assert_eq!(tf["transforms"][0]["translation"]["x"], 100.0);
        assert_eq!(tf["transforms"][0]["childFrameId"], "ego");
        let mut none = Vec::new();
        let odd = Row {
            state: State {
                tick: 21,
                ..row.state.clone()
            },
            ..row
        };
        of_row(&odd, &[shape; 3], &mut none);
        assert!(none.is_empty());
    }

    #[test]
    fn a_road_has_a_line_for_every_edge() {
        let text = "(title: \"t\", duration: 10.0, road: (lanes: 2, speed_limit: 20.0, line: [Straight(length: 500.0)]), \
                    ego: (lane: -1, s: 20.0, speed: 10.0))";
        let scenario = Scenario::parse(text).expect("sound");
        let (topic, _, bytes) = of_road(&scenario.network);
        assert_eq!(topic, Topic::Road);
        let road = as_json("foxglove.SceneUpdate", &bytes);
        let lines = road["entities"][0]["lines"].as_array().expect("lines");
        assert!(lines.len() >= 2, "{}", lines.len());
        let last = lines[0]["points"]
            .as_array()
            .expect("points")
            .last()
            .cloned()
            .expect("one");
        assert_eq!(last["x"], 500.0);
    }

    #[test]
    fn an_event_is_a_line_with_a_level() {
        let event = TimedEvent {
            tick: 150,
            time: 1.5,
            event: Event::LinkLost,
        };
        let (_, now, bytes) = of_event(&event);
        assert_eq!(now, 1_500_000_000);
        let line = as_json("foxglove.Log", &bytes);
        assert_eq!(line["level"], "WARNING");
        assert!(line["message"].as_str().is_some_and(|m| !m.is_empty()));
    }
}
