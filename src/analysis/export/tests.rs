use super::cell::{angles, decimal, indicator};
use super::*;
use crate::analysis::table::{Column, Kind, Value, dictionary};
use crate::record::messages::{Body, lamps};
use std::collections::BTreeSet;

#[test]
fn every_channel_makes_a_table_that_says_what_its_columns_are() {
    let channels = all();
    let names: BTreeSet<_> = channels.iter().map(|c| c.name()).collect();
    assert_eq!(names.len(), channels.len(), "a name of its own");
    let schemas: Vec<_> = channels.iter().map(|c| c.schema()).collect();
    for schema in &schemas {
        schema.check().expect("a table");
        assert!(schema.about.ends_with(['.', ')']), "{}", schema.name);
        let vague = |c: &&Column| c.definition.len() < 8;
        assert_eq!(schema.columns().iter().find(vague), None);
        // Where a name promises a unit, there is one.
        for column in schema.columns() {
            let promised = ["_s", "_m", "_deg", "_mps", "_mps2", "_ns", "_degps", "_m2"];
            let named = promised.iter().any(|unit| column.name.ends_with(unit));
            assert!(!named || !column.unit.is_empty(), "{}", column.name);
            assert!(column.kind != Kind::Text || column.unit.is_empty());
        }
    }
    let columns: usize = schemas.iter().map(|s| s.columns().len()).sum();
    let told = dictionary(&schemas.iter().collect::<Vec<_>>());
    assert_eq!(told.rows().len(), columns);
}

#[test]
fn a_single_is_written_with_the_fewest_digits_and_comes_back_the_same() {
    assert_eq!(decimal(10.1), 10.1);
    assert_eq!(decimal(-0.0).to_string(), "0");
    assert_eq!(decimal(1e-5), 1e-5);
    let (mut bits, mut long) = (1_u32, 0);
    for _ in 0..100_000 {
        bits = bits.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let x = f32::from_bits(bits);
        if !x.is_finite() {
            continue;
        }
        assert_eq!(decimal(x) as f32, x, "{bits:x}");
        // What records are rounded to is short.
        let grain = (bits >> 8) as f32 / 1e4;
        let text = decimal(grain).to_string();
        long = long.max(text.split('.').nth(1).map_or(0, str::len));
    }
    assert!(long <= 4, "{long} digits");
}

#[test]
fn angles_are_to_the_left_nose_down_and_to_the_right() {
    // A quarter turn to the left, then 10 degrees nose down, then 5 degrees to the right.
    let half = |deg: f32| (deg.to_radians() / 2.0).sin_cos();
    let turn = |deg: f32, axis: usize| {
        let (sin, cos) = half(deg);
        let mut xyz = [0.0; 3];
        xyz[axis] = sin;
        glam::Quat::from_xyzw(xyz[0], xyz[1], xyz[2], cos)
    };
    let q = turn(90.0, 2) * turn(10.0, 1) * turn(5.0, 0);
    let body = Body {
        qx: q.x,
        qy: q.y,
        qz: q.z,
        qw: q.w,
        lamps: lamps::RIGHT,
        ..Body::default()
    };
    for (got, expected) in angles(&body).into_iter().zip([90.0, 10.0, 5.0]) {
        assert!((got - expected).abs() < 1e-4, "{got} for {expected}");
    }
    let ahead = q * glam::Vec3::X;
    assert!(ahead.y > 0.9 && ahead.z < 0.0, "left and down: {ahead}");
    assert_eq!(indicator(&body), Value::Text("right".into()));
}
