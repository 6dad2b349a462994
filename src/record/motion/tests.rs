use super::*;
use prost::Message;

fn body(x: f64, y: f64, yaw: f64, lamps: u32) -> Body {
    let q = Quat::from_rotation_z(yaw as f32);
    Body {
        x: x as f32,
        y: y as f32,
        z: 0.7,
        qx: q.x,
        qy: q.y,
        qz: q.z,
        qw: q.w,
        lamps,
        ..Body::default()
    }
}

/// Written and read; the largest distance and angle between the two.
fn round_trip(bodies: &[Body]) -> (Motion, Vec<Body>) {
    let ticks: Vec<Vec<Body>> = bodies.iter().map(|b| vec![Body::default(), *b]).collect();
    let slices: Vec<&[Body]> = ticks.iter().map(Vec::as_slice).collect();
    let motion = Motion::of(1, &slices);
    let bytes = motion.encode_to_vec();
    let again = Motion::decode(&bytes[..]).expect("decodes");
    let mut read = vec![vec![Body::default()]; bodies.len()];
    again.fill(read.iter_mut()).expect("fits");
    let read: Vec<Body> = read.into_iter().map(|t| t[1]).collect();
    for (a, b) in bodies.iter().zip(&read) {
        let off = Vec3::new(a.x - b.x, a.y - b.y, a.z - b.z)
            .abs()
            .max_element();
        assert!(off <= 0.0021, "{off} m");
        let turn = Quat::from_xyzw(a.qx, a.qy, a.qz, a.qw)
            .angle_between(Quat::from_xyzw(b.qx, b.qy, b.qz, b.qw));
        assert!(turn <= 0.002, "{turn} rad");
        assert_eq!(a.lamps, b.lamps);
    }
    (motion, read)
}

#[test]
fn an_ordinary_drive_takes_two_knots() {
    // Braking at 3 m/s2 in a bend, over the angle of 180 degrees.
    let at = |i: i32| {
        let t = f64::from(i) / 100.0;
        let s = 20.0 * t - 1.5 * t * t;
        body(
            1500.0 + s,
            -300.0 + 0.0005 * s * s,
            3.1 + 0.01 * s,
            if i > 20 { 1 } else { 0 },
        )
    };
    let bodies: Vec<Body> = (0..50).map(at).collect();
    let (motion, read) = round_trip(&bodies);
    assert_eq!(motion.after, [49]);
    assert!(
        (read[25].vx - (20.0 - 3.0 * 0.25)).abs() < 0.02,
        "{}",
        read[25].vx
    );
    assert!(
        (read[25].wz - 0.01 * 19.25).abs() < 0.005,
        "{}",
        read[25].wz
    );
    assert!(motion.encoded_len() < 100, "{}", motion.encoded_len());
}

#[test]
fn one_that_stands_takes_one_knot() {
    let (motion, _) = round_trip(&[body(10.0, 5.0, -1.0, 2); 50]);
    assert!(motion.after.is_empty());
}

#[test]
fn a_crash_and_a_jump_take_as_many_as_they_need() {
    let crash = |i: i32| {
        let t = f64::from(i) / 100.0;
        let hit = f64::from((i - 23).max(0)) / 100.0;
        body(20.0 * t - 15.0 * hit, 3.0 * hit, 4.0 * hit, 0)
    };
    let (motion, _) = round_trip(&(0..50).map(crash).collect::<Vec<_>>());
    assert!((4..40).contains(&motion.after.len()), "{:?}", motion.after);
    // Taken away from one tick to the next.
    round_trip(
        &(0..50)
            .map(|i| body(if i < 17 { 3.0 } else { -999.0 }, 0.0, 0.0, 0))
            .collect::<Vec<_>>(),
    );
    round_trip(&[body(1.0, 2.0, 0.3, 4)]);
    round_trip(&[body(1.0, 2.0, 0.3, 4), body(1.1, 2.0, 0.3, 4)]);
}

#[test]
fn a_body_that_tumbles_is_followed() {
    let at = |i: i32| {
        let t = i as f32 / 100.0;
        let q = Quat::from_euler(EulerRot::ZYX, 0.5 + t, 3.0 * t, 9.0 * t);
        Body {
            x: 3.0 * t,
            qx: q.x,
            qy: q.y,
            qz: q.z,
            qw: q.w,
            ..Body::default()
        }
    };
    let (_, read) = round_trip(&(0..200).map(at).collect::<Vec<_>>());
    assert!(read.iter().all(|b| b.wx.is_finite()));
}

#[test]
fn weights_are_exact_for_a_parabola() {
    for (before, after) in [(0, 0), (0, 1), (1, 0), (0, 12), (12, 0), (3, 12), (12, 12)] {
        let at = |i: usize| i as f64 - before as f64;
        let bent = if before + after > 1 { 0.5 } else { 0.0 };
        let parabola = |t: f64| 7.0 + 3.0 * t + bent * t * t;
        let weights = weights(before, after);
        assert_eq!(weights.len(), before + after + 1);
        let slope: f64 = weights
            .iter()
            .enumerate()
            .map(|(i, w)| w * parabola(at(i)))
            .sum();
        let expected = if before + after == 0 { 0.0 } else { 3.0 };
        assert!((slope - expected).abs() < 1e-9, "{before} {after}: {slope}");
    }
}

#[test]
fn what_does_not_fit_together_is_refused() {
    let bodies = [
        body(1.0, 2.0, 0.0, 0),
        body(1.5, 2.0, 0.0, 1),
        body(2.5, 2.0, 0.0, 1),
    ];
    let ticks = bodies.map(|b| vec![Body::default(), b, b]);
    let slices: Vec<&[Body]> = ticks.iter().map(Vec::as_slice).collect();
    let good = Motion::of(1, &slices);
    let fill = |m: &Motion| m.fill(vec![vec![Body::default()]; 3].iter_mut());
    assert!(fill(&good).is_ok());
    let with = |change: fn(&mut Motion)| {
        let mut bad = good.clone();
        change(&mut bad);
        fill(&bad)
    };
    assert!(with(|m| m.after[0] = 9).is_err());
    assert!(with(|m| m.after[0] = 0).is_err());
    assert!(with(|m| m.after.push(1)).is_err());
    assert!(with(|m| m.knots[0] = 0).is_err());
    assert!(with(|m| m.knots[0] = u32::MAX).is_err());
    assert!(with(|m| m.x.push(1)).is_err());
    assert!(with(|m| m.roll_slope.clear()).is_err());
    assert!(with(|m| m.count = 4).is_err());
    assert!(with(|m| m.lamps = vec![9, 0, 1]).is_err());
    assert!(with(|m| m.lamps = vec![1, u32::MAX, 1]).is_ok());
    assert!(
        with(|m| m.x_slope.fill(i32::MAX)).is_ok(),
        "nonsense, but no harm"
    );
}
