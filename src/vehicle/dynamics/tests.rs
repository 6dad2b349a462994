use super::*;
use crate::surface::Surface;
use crate::vehicle::proving::{Drive, TICK};
use crate::vehicle::{profile, profile_names};
use proptest::prelude::*;

fn spec(name: &str) -> VehicleSpec {
    profile(name).unwrap()
}

fn on(surface: Surface) -> Ground {
    Ground {
        friction: [surface.friction(); 4],
        ..Ground::flat()
    }
}

fn pedal(accelerator: f32, brake: f32) -> Controls {
    Controls {
        steer: 0.0,
        accelerator,
        brake,
    }
}

/// Drives for `seconds` with controls that may depend on time and forward speed.
fn drive(d: &mut Drive, seconds: f64, mut controls: impl FnMut(f64, f64) -> Controls) {
    for _ in 0..libm::round(seconds / TICK) as usize {
        let now = d.sample();
        d.step(controls(now.time, now.vx));
    }
}

/// Keeps the speed: what `pedals` gives for closing the gap to it in a second.
fn hold(spec: &VehicleSpec, speed: f64, v: f64, steer: f32) -> Controls {
    let (accelerator, brake) = pedals(spec, (speed - v) as f32, v as f32);
    Controls {
        steer,
        accelerator,
        brake,
    }
}

#[test]
fn the_springs_carry_the_weight_at_rest() {
    for name in profile_names() {
        let spec = spec(name);
        let mut dynamics = Dynamics::new(&spec, 0.0);
        let body = BodyState::level(&spec, 0.0);
        let w = dynamics.step(&spec, Controls::default(), &Ground::flat(), &body, 0.01);
        let weight = spec.mass * GRAVITY;
        assert!((w.force.z - weight).abs() < weight * 1e-4, "{name}");
        assert!(w.torque.length() < weight * 1e-3, "{name}: {}", w.torque);
        assert!(w.force.x.abs() < 1.0 && w.force.y.abs() < 1.0, "{name}");
    }
}

#[test]
fn standing_still_stays_still() {
    for name in profile_names() {
        let spec = spec(name);
        let mut d = Drive::new(&spec, Ground::flat(), 0.0);
        drive(&mut d, 10.0, |_, _| Controls::default());
        let s = d.sample();
        assert!(s.x.abs() < 1e-4 && s.y.abs() < 1e-4, "{name}: {s:?}");
        assert!(s.yaw.abs() < 1e-5 && d.speed() < 1e-4, "{name}: {s:?}");
    }
}

#[test]
fn a_brake_holds_on_a_slope_whichever_way_it_points() {
    let grade = 0.1_f32;
    for name in profile_names() {
        let spec = spec(name);
        for normal in [
            Vec3::new(-grade, 0.0, 1.0),
            Vec3::new(grade, 0.0, 1.0),
            Vec3::new(0.0, grade, 1.0),
            Vec3::new(0.07, -0.07, 1.0),
        ] {
            let ground = Ground {
                normal,
                ..Ground::flat()
            };
            let mut d = Drive::new(&spec, ground, 0.0);
            // The road under the body: on a side slope the body itself leans a little.
            let under =
                |d: &Drive| d.body().position - d.body().rotation * Vec3::Z * spec.cg_height;
            let start = under(&d);
            // Chatter would show as a speed that never dies.
            drive(&mut d, 9.0, |_, _| pedal(0.0, 0.4));
            let mut fastest = 0.0_f64;
            drive(&mut d, 1.0, |_, _| pedal(0.0, 0.4));
            for _ in 0..100 {
                d.step(pedal(0.0, 0.4));
                fastest = fastest.max(d.speed());
            }
            let moved = under(&d) - start;
            // Along the road: the springs settle across it.
            let unit = normal.normalize();
            let along = moved - unit * moved.dot(unit);
            assert!(along.length() < 0.01, "{name} {normal}: {along}");
            assert!(fastest < 1e-4, "{name} {normal}: {fastest} m/s");
        }
    }
}

#[test]
fn without_the_brake_it_rolls_down_a_slope() {
    let spec = spec("saloon");
    let ground = Ground {
        normal: Vec3::new(0.1, 0.0, 1.0),
        ..Ground::flat()
    };
    let mut d = Drive::new(&spec, ground, 0.0);
    drive(&mut d, 5.0, |_, _| Controls::default());
    // Downhill pull less rolling resistance, on the mass with its wheels.
    let (sin, cos) = (0.1 / 1.01_f64.sqrt(), 1.0 / 1.01_f64.sqrt());
    let pull = f64::from(spec.mass * GRAVITY) * (sin - f64::from(spec.rolling_resistance) * cos);
    let expected = 5.0 * pull / f64::from(spec.effective_mass());
    assert!(
        (d.speed() / expected - 1.0).abs() < 0.02,
        "{} {expected}",
        d.speed()
    );
}

#[test]
fn full_braking_takes_the_distance_that_friction_gives() {
    for (name, speed) in [
        ("saloon", 30.0),
        ("compact", 30.0),
        ("bmw_320i", 30.0),
        ("truck", 25.0),
    ] {
        let spec = spec(name);
        let mu = f64::from(spec.tyres.longitudinal.friction);
        for surface in [Surface::Dry, Surface::Wet, Surface::Snow, Surface::Ice] {
            let mut d = Drive::new(&spec, on(surface), speed);
            while d.speed() > 0.05 {
                d.step(pedal(0.0, 1.0));
                assert!(d.time() < 120.0, "{name} {surface:?} does not stop");
            }
            // v2 / (2 mu g) with the drag's help, m / (2 B) ln(1 + B v2 / (mu m g)); and pressure
            // comes after a lag, in which it rolls on.
            let friction = mu * f64::from(surface.friction());
            let m = f64::from(spec.mass);
            let b = 0.5 * f64::from(AIR_DENSITY * spec.drag_area);
            let grip = friction * m * f64::from(GRAVITY);
            let expected = m / (2.0 * b) * libm::log1p(b * speed * speed / grip)
                + speed * f64::from(spec.brakes.lag);
            let ratio = d.sample().x / expected;
            assert!(
                (0.9..1.1).contains(&ratio),
                "{name} {surface:?}: {ratio:.3}"
            );
            assert!(d.sample().y.abs() < 0.05, "{name} {surface:?} pulls");
        }
    }
}

#[test]
fn it_stops_and_then_stands() {
    let spec = spec("saloon");
    let mut d = Drive::new(&spec, Ground::flat(), 15.0);
    drive(&mut d, 5.0, |_, _| pedal(0.0, 1.0));
    let at = d.sample().x;
    drive(&mut d, 5.0, |_, _| pedal(0.0, 1.0));
    assert!((d.sample().x - at).abs() < 1e-3);
    assert!(d.speed() < 1e-4, "{}", d.speed());
}

#[test]
fn wheels_do_not_lock_and_steering_works_under_full_braking() {
    let spec = spec("saloon");
    let mut d = Drive::new(&spec, Ground::flat(), 30.0);
    let mut lowest = 1.0_f64;
    drive(&mut d, 2.0, |_, _| Controls {
        steer: 0.04,
        accelerator: 0.0,
        brake: 1.0,
    });
    for spin in d.dynamics().wheel_spins() {
        lowest = lowest.min(f64::from(spin * spec.wheel_radius) / d.sample().vx);
    }
    assert!(lowest > 0.75, "slip {:.2}", 1.0 - lowest);
    // Without ABS it would slide straight on; unbraked it would be about 7 m over.
    assert!(d.sample().y > 2.0, "{:?}", d.sample());
    assert!(d.sample().yaw > 0.1, "{:?}", d.sample());
}

#[test]
fn ice_turns_a_sharp_bend_into_a_wide_one() {
    let spec = spec("saloon");
    let mut d = Drive::new(&spec, on(Surface::Ice), 15.0);
    let mut most = 0.0_f64;
    drive(&mut d, 5.0, |_, v| hold(&spec, 15.0, v, 0.1));
    for _ in 0..100 {
        d.step(Controls {
            steer: 0.1,
            ..Controls::default()
        });
        most = most.max(d.sample().ay.abs());
    }
    let limit = f64::from(Surface::Ice.friction() * spec.tyres.lateral.friction * GRAVITY);
    assert!(
        most < 1.1 * limit && most > 0.6 * limit,
        "{most} of {limit}"
    );
}

#[test]
fn it_runs_straight_at_high_speed_and_a_nudge_dies_out() {
    for name in profile_names().filter(|n| *n != "shuttle" && *n != "truck") {
        let spec = spec(name);
        let mut d = Drive::new(&spec, Ground::flat(), 50.0);
        drive(&mut d, 10.0, |_, _| pedal(0.5, 0.0));
        let s = d.sample();
        assert!(s.y.abs() < 0.01 && s.yaw.abs() < 1e-4, "{name}: {s:?}");
        // A nudge of a tenth of a second, 0.01 rad.
        drive(&mut d, 0.1, |_, v| hold(&spec, 50.0, v, 0.01));
        drive(&mut d, 6.0, |_, v| hold(&spec, 50.0, v, 0.0));
        let s = d.sample();
        assert!(
            s.yaw_rate.abs() < 2e-3 && s.vy.abs() < 0.05,
            "{name}: {s:?}"
        );
    }
}

#[test]
fn pedals_invert_the_longitudinal_forces() {
    for name in profile_names() {
        let spec = spec(name);
        for (acceleration, speed) in [(0.6, 8.0), (0.0, 20.0), (-2.0, 25.0), (-4.0, 20.0)] {
            let mut d = Drive::new(&spec, Ground::flat(), speed);
            // Past the lags, and averaged over the pitching that the change sets off.
            let at = |v: f64| {
                let (accelerator, brake) = pedals(&spec, acceleration, v as f32);
                pedal(accelerator, brake)
            };
            drive(&mut d, 1.5, |_, v| at(v));
            let before = d.sample().vx;
            drive(&mut d, 1.0, |_, v| at(v));
            let got = d.sample().vx - before;
            let wanted = f64::from(acceleration);
            assert!(
                (got - wanted).abs() < 0.05 * wanted.abs().max(0.4),
                "{name} at {speed} m/s: wanted {wanted}, got {got:.3}"
            );
        }
    }
}

#[test]
fn acceleration_is_limited_by_power() {
    let spec = spec("saloon");
    let mut d = Drive::new(&spec, Ground::flat(), 25.0);
    drive(&mut d, 1.0, |_, _| pedal(1.0, 0.0));
    let (before, t) = (d.sample().vx, 2.0);
    drive(&mut d, t, |_, _| pedal(1.0, 0.0));
    let after = d.sample().vx;
    let mean = 0.5 * (before + after) as f32;
    // Energy: what power gives less what resistance takes is what the car gains.
    let power = f64::from(spec.drive.max_power - resistance(&spec, mean) * mean);
    let gained = 0.5 * f64::from(spec.effective_mass()) * (after * after - before * before) / t;
    assert!(
        (gained / power - 1.0).abs() < 0.04,
        "{gained} W of {power} W"
    );
}

#[test]
fn a_full_start_on_ice_does_not_spin_the_wheels_up() {
    let spec = spec("bmw_320i");
    let mut d = Drive::new(&spec, on(Surface::Ice), 2.0);
    drive(&mut d, 5.0, |_, _| pedal(1.0, 0.0));
    let rear = f64::from(d.dynamics().wheel_spins()[2] * spec.wheel_radius);
    assert!(rear < 1.3 * d.sample().vx, "{rear} at {}", d.sample().vx);
    assert!(d.sample().vx > 3.0, "{:?}", d.sample());
}

#[test]
fn coasting_down_follows_the_analytic_curve() {
    // m dv/dt = -(A + B v2)  =>  v = sqrt(A/B) tan(atan(v0 sqrt(B/A)) - t sqrt(A B) / m)
    for name in ["saloon", "truck", "vw_vanagon"] {
        let spec = spec(name);
        let a = f64::from(resistance(&spec, 0.0));
        let b = 0.5 * f64::from(AIR_DENSITY * spec.drag_area);
        let mut d = Drive::new(&spec, Ground::flat(), 30.0);
        drive(&mut d, 1.0, |_, _| Controls::default());
        let v0 = d.sample().vx;
        drive(&mut d, 30.0, |_, _| Controls::default());
        let m = f64::from(spec.effective_mass());
        let phase = libm::atan(v0 * (b / a).sqrt()) - 30.0 * (a * b).sqrt() / m;
        let expected = (a / b).sqrt() * libm::tan(phase);
        let got = d.sample().vx;
        assert!(
            (got - expected).abs() < 0.01 * (v0 - expected),
            "{name}: {got} {expected}"
        );
    }
}

#[test]
fn small_steering_follows_the_linear_single_track_model() {
    // Linear single-track with the tyre lag left out: states vy, r (Riekert and Schunck).
    for name in ["bmw_320i", "vw_vanagon"] {
        let mut spec = spec(name);
        // The single-track model has neither camber nor roll steer, and no resistance.
        spec.tyres.camber = 0.0;
        spec.drag_area = 1e-6;
        spec.rolling_resistance = 0.0;
        let v = 20.0;
        let (m, j) = (f64::from(spec.mass), f64::from(spec.inertia.yaw));
        let (a, b) = (
            f64::from(spec.cg_to_front_axle),
            f64::from(spec.cg_to_rear_axle),
        );
        let (cf, cr) = (
            f64::from(spec.cornering_stiffness.front),
            f64::from(spec.cornering_stiffness.rear),
        );
        let (mut vy, mut r) = (0.0, 0.0);
        let mut d = Drive::new(&spec, Ground::flat(), v);
        let mut worst = 0.0_f64;
        let steer_at = |t: f64| (0.05 * t).min(0.005);
        for i in 0..300 {
            let t = f64::from(i) * TICK;
            d.step(Controls {
                steer: steer_at(t + TICK) as f32,
                ..Controls::default()
            });
            for k in 0..10 {
                let h = TICK / 10.0;
                let delta = steer_at(t + f64::from(k) * h);
                let front = cf * (delta - (vy + a * r) / v);
                let rear = cr * (b * r - vy) / v;
                vy += h * ((front + rear) / m - v * r);
                r += h * (a * front - b * rear) / j;
            }
            worst = worst.max((d.sample().yaw_rate - r).abs());
        }
        let gain = v / (f64::from(spec.wheelbase()) + f64::from(spec.understeer()) * v * v);
        let steady = gain * 0.005;
        assert!(
            (r / steady - 1.0).abs() < 0.01,
            "{name}: the test's own model is off"
        );
        let got = d.sample().yaw_rate;
        assert!((got / steady - 1.0).abs() < 0.02, "{name}: {got} {steady}");
        // The body rolls and the tyres relax, which the single track does not.
        assert!(worst < 0.1 * steady, "{name}: {worst} of {steady}");
    }
}

#[test]
fn the_understeer_gradient_is_the_one_that_steer_for_uses() {
    // ISO 4138, constant speed: steering over lateral acceleration, in the linear range.
    for name in profile_names() {
        let spec = spec(name);
        let v = if name == "shuttle" { 12.0 } else { 20.0 };
        let bend = |steer: f32| {
            let mut d = Drive::new(&spec, Ground::flat(), v);
            drive(&mut d, 8.0, |_, now| hold(&spec, v, now, steer));
            let s = d.sample();
            (s.vx * s.yaw_rate, s.yaw_rate / s.vx)
        };
        let (steer_1, steer_2) = (0.003_f32, 0.009_f32);
        let ((ay_1, k_1), (ay_2, k_2)) = (bend(steer_1), bend(steer_2));
        let length = f64::from(spec.wheelbase());
        let beyond = |steer: f32, k: f64| f64::from(steer) - length * k;
        let got = (beyond(steer_2, k_2) - beyond(steer_1, k_1)) / (ay_2 - ay_1);
        let expected = f64::from(spec.understeer());
        // As a share of the steering that the bend takes by its geometry.
        let share = (got - expected).abs() * v * v / length;
        assert!(
            share < 0.05,
            "{name}: {got:.2e} instead of {expected:.2e}: {share:.3}"
        );
    }
}

#[test]
fn steer_for_holds_a_bend() {
    for (name, speed) in [
        ("saloon", 25.0),
        ("compact", 25.0),
        ("truck", 20.0),
        ("van", 20.0),
    ] {
        let spec = spec(name);
        let wanted = 1.5 / (speed * speed);
        let steer = spec.steer_for(wanted as f32, speed as f32);
        let mut d = Drive::new(&spec, Ground::flat(), speed);
        drive(&mut d, 8.0, |_, v| hold(&spec, speed, v, steer));
        let s = d.sample();
        let got = s.yaw_rate / s.vx;
        assert!(
            (got / wanted - 1.0).abs() < 0.07,
            "{name}: {got:.2e} instead of {wanted:.2e}"
        );
    }
}

#[test]
fn a_step_of_any_length_gives_much_the_same() {
    let spec = spec("saloon");
    let body = BodyState::level(&spec, 20.0);
    let controls = Controls {
        steer: 0.0,
        accelerator: 0.0,
        brake: 0.5,
    };
    let one = Dynamics::new(&spec, 20.0).step(&spec, controls, &Ground::flat(), &body, 0.02);
    let fine = Dynamics::new(&spec, 20.0).step(&spec, controls, &Ground::flat(), &body, 0.01);
    assert!(one.force.x < fine.force.x && one.force.x > 4.0 * fine.force.x);
    for dt in [0.0, -1.0, f32::NAN, f32::INFINITY] {
        let w = Dynamics::new(&spec, 20.0).step(&spec, controls, &Ground::flat(), &body, dt);
        assert_eq!(w, Wrench::default(), "{dt}");
    }
}

#[test]
fn upside_down_or_in_the_air_only_the_air_acts() {
    let spec = spec("saloon");
    let mut body = BodyState::level(&spec, 0.0);
    body.rotation = Quat::from_rotation_x(3.0);
    let w = Dynamics::new(&spec, 0.0).step(&spec, pedal(1.0, 0.0), &Ground::flat(), &body, 0.01);
    assert!(w.force.length() < 1.0 && w.torque.length() < 1.0, "{w:?}");
    let mut body = BodyState::level(&spec, 0.0);
    body.position.z += 3.0;
    let w = Dynamics::new(&spec, 0.0).step(&spec, pedal(1.0, 0.0), &Ground::flat(), &body, 0.01);
    assert!(w.force.length() < 1.0 && w.torque.length() < 1.0, "{w:?}");
}

#[test]
fn without_friction_nothing_steers_or_brakes() {
    let spec = spec("saloon");
    let ground = Ground {
        friction: [0.0; 4],
        ..Ground::flat()
    };
    let mut d = Drive::new(&spec, ground, 20.0);
    drive(&mut d, 3.0, |_, _| Controls {
        steer: 0.3,
        accelerator: 0.0,
        brake: 1.0,
    });
    let s = d.sample();
    // Only drag: about 0.1 m/s2.
    assert!(s.vx > 19.6 && s.yaw_rate.abs() < 1e-6, "{s:?}");
}

#[test]
fn nonsense_controls_become_harmless() {
    let spec = spec("saloon");
    let bad = Controls {
        steer: f32::NAN,
        accelerator: f32::INFINITY,
        brake: -3.0,
    };
    let got = bad.limited(Controls::default(), &spec, 0.01);
    assert_eq!(got, Controls::default());
}

/// Any number at all, the odd ones often.
fn any_number() -> impl Strategy<Value = f32> {
    prop_oneof![
        4 => -50.0_f32..50.0,
        2 => any::<f32>(),
        1 => Just(0.0),
        1 => Just(f32::NAN),
        1 => Just(f32::INFINITY),
        1 => Just(f32::MAX),
        1 => Just(-1e30_f32),
    ]
}

fn any_vector() -> impl Strategy<Value = Vec3> {
    (any_number(), any_number(), any_number()).prop_map(|(x, y, z)| Vec3::new(x, y, z))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_input_gives_a_force_without_bound(
        name in proptest::sample::select(profile_names().collect::<Vec<_>>()),
        states in proptest::collection::vec(
            (any_vector(), any_vector(), any_vector(), any_vector(), any_number()), 1..12),
        inputs in any_vector(),
        ground in (any_vector(), any_vector(), [any_number(), any_number(), any_number(), any_number()]),
        start in any_number(),
    ) {
        let spec = spec(name);
        let mut dynamics = Dynamics::new(&spec, start);
        let controls = Controls { steer: inputs.x, accelerator: inputs.y, brake: inputs.z };
        let ground = Ground { point: ground.0, normal: ground.1, friction: ground.2 };
        // Loads, grip and drag at the cut-off speed.
        let weight = spec.mass * GRAVITY;
        let most = 8.0 * weight * 5.0 + 0.5 * AIR_DENSITY * spec.drag_area * 41_000.0;
        for (position, velocity, spin, turn, dt) in states {
            let body = BodyState {
                position,
                rotation: Quat::from_xyzw(turn.x, turn.y, turn.z, 1.0).normalize(),
                velocity,
                angular_velocity: spin,
            };
            let w = dynamics.step(&spec, controls, &ground, &body, dt);
            prop_assert!(w.force.is_finite() && w.torque.is_finite(), "{w:?}");
            prop_assert!(w.force.length() <= most, "{w:?}");
            prop_assert!(w.torque.length() <= most * 20.0, "{w:?}");
        }
        // And what is remembered is still sound: at rest on the level it carries the weight.
        let body = BodyState::level(&spec, 0.0);
        let w = dynamics.step(&spec, Controls::default(), &Ground::flat(), &body, 0.01);
        prop_assert!((w.force.z / weight - 1.0).abs() < 0.7, "{w:?}");
    }

    #[test]
    fn any_drive_stays_finite_and_on_its_wheels_or_roof(
        name in proptest::sample::select(profile_names().collect::<Vec<_>>()),
        speed in 0.0_f64..50.0,
        friction in 0.0_f32..1.2,
        script in proptest::collection::vec((-1.5_f32..1.5, 0.0_f32..1.0, 0.0_f32..1.0), 1..8),
    ) {
        let spec = spec(name);
        let ground = Ground { friction: [friction; 4], ..Ground::flat() };
        let mut d = Drive::new(&spec, ground, speed);
        for (steer, accelerator, brake) in script {
            drive(&mut d, 0.5, |_, _| Controls { steer, accelerator, brake });
            prop_assert!(d.sample().x.is_finite() && d.body().rotation.is_finite());
            // Energy only comes from the drive.
            prop_assert!(d.speed() < 80.0, "{}", d.speed());
        }
    }
}
