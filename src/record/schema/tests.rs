use super::*;
use crate::takeover::event::Authority;
use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage};

#[test]
fn the_compiled_schemas_are_those_of_the_proto_files() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/record");
    for (name, known) in [("takeover", DESCRIPTORS), ("foxglove", STANDARD)] {
        let compiled = protox::compile([format!("{name}.proto")], [folder]);
        let bytes = compiled.expect("the proto file compiles").encode_to_vec();
        if std::env::var_os("UPDATE_SCHEMA").is_some() {
            std::fs::write(format!("{folder}/{name}.fds"), &bytes).expect("writable");
            continue;
        }
        assert!(
            bytes == known,
            "{name}.proto changed: run `UPDATE_SCHEMA=1 cargo test --no-default-features schema`"
        );
    }
}

#[test]
fn quantities_have_the_numbers_of_the_schema() {
    use crate::record::block::Quantity;
    let pool = DescriptorPool::decode(DESCRIPTORS).expect("a descriptor set");
    let kind = pool
        .get_enum_by_name("takeover.Quantity")
        .expect("it is there");
    assert_eq!(kind.values().count(), Quantity::all().count() + 1);
    for (quantity, _) in Quantity::all() {
        let value = kind.get_value(quantity as i32).expect("described");
        let name: String = value
            .name()
            .trim_start_matches("Q_")
            .replace('_', "")
            .to_lowercase();
        assert_eq!(name, format!("{quantity:?}").to_lowercase());
    }
}

#[test]
fn a_plan_comes_back() {
    let point = |i: i32| PlanPoint {
        after: f64::from(i) * PLAN_STEP,
        position: Vec3::new(1000.0 + 5.0 * i as f32, 0.25 * i as f32, 0.0),
        speed: 20.0,
    };
    let frame = Frame {
        plan: (0..21).map(point).collect(),
        ..Frame::default()
    };
    assert_eq!(Plan::new(&frame).points(), frame.plan);
    assert_eq!(Plan::new(&Frame::default()).points(), []);
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
    let bytes = Perception::new(&frame, true).encode_to_vec();
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
