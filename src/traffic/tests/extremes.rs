//! Whatever the settings are, numbers stay numbers.

use super::*;
use proptest::prelude::*;

fn settings() -> impl Strategy<Value = DriverSettings> {
    (
        (0.1..2.0_f64, 0.1..10.0_f64, 0.5..20.0_f64, 0.1..6.0_f64),
        (0.3..8.0_f64, 1.0..20.0_f64, 0.0..1.0_f64, 1.0..15.0_f64),
    )
        .prop_map(
            |((factor, gap, min_gap, a), (b, exponent, politeness, over))| DriverSettings {
                speed_factor: factor,
                time_gap: gap,
                min_gap,
                acceleration: a,
                deceleration: b,
                exponent,
                politeness,
                lane_change_time: over,
                ..Default::default()
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..Default::default() })]

    #[test]
    fn nothing_is_ever_not_a_number(
        driver in settings(),
        speeds in prop::collection::vec(0.0..70.0_f64, 8),
        gaps in prop::collection::vec(5.0..60.0_f64, 8),
        to in 0.0..70.0_f64,
        rate in 0.1..12.0_f64,
        over in 0.5..30.0_f64,
    ) {
        let network = ring(60.0, 2, 30.0);
        let mut s = 5.0;
        let mut actors = Vec::new();
        for (k, (speed, gap)) in speeds.iter().zip(&gaps).enumerate() {
            let mut car = actor(&network, &format!("car {k}"), -1 - (k as i32 % 2), s, *speed);
            car.driver = Some(driver);
            if k % 3 == 0 {
                car.actions = vec![
                    action("speed", Trigger::Time(1.0), Do::Speed { to, rate }),
                    action("side", Trigger::Time(2.0), Do::ChangeLane { side: Side::Left, over }),
                    action("in", Trigger::Time(4.0), Do::CutIn { whom: Whom::User(1), gap: *gap, relative_speed: 0.0, over }),
                ];
            }
            actors.push(car);
            s += gap.min(40.0);
        }
        let mut world = World::new(network, actors);
        for _ in 0..1500 {
            world.step();
            for i in 0..8 {
                let p = world.traffic.pose(i);
                let v = world.traffic.velocity(i);
                let all = [p.x, p.y, p.z, p.yaw, p.pitch, v[0], v[1], v[2], world.traffic.acceleration(i)];
                prop_assert!(all.iter().all(|x| x.is_finite()), "{i}: {all:?}");
                prop_assert!(world.traffic.speed(i) >= 0.0);
            }
        }
    }
}
