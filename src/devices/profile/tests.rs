use super::*;
use crate::devices::codes;
use crate::devices::layout::*;
use crate::devices::profile::write::DraftAxis;

const XBOX: [u32; 7] = [BTN_SOUTH, ABS_X, ABS_Y, ABS_Z, ABS_RX, ABS_RY, ABS_RZ];

#[test]
fn triggers_are_found_on_the_usual_kinds_of_pad() {
    for (codes, brake, accelerator) in [
        (&XBOX[..], ABS_Z, ABS_RZ),
        (
            &[ABS_X, ABS_Y, ABS_Z, ABS_RZ, ABS_GAS, ABS_BRAKE],
            ABS_BRAKE,
            ABS_GAS,
        ),
        (&[ABS_X, ABS_Y, ABS_HAT2X, ABS_HAT2Y], ABS_HAT2Y, ABS_HAT2X),
        (&[ABS_X, ABS_Y, ABS_Z, ABS_RZ], BTN_TL2, BTN_TR2),
    ] {
        let profile = Profile::made_up(codes);
        assert_eq!(profile.role(brake), Role::Brake, "{codes:x?}");
        assert_eq!(profile.role(accelerator), Role::Accelerator, "{codes:x?}");
    }
}

#[test]
fn a_trigger_button_beside_a_trigger_axis_does_not_floor_the_pedal() {
    assert_eq!(Profile::made_up(&XBOX).role(BTN_TR2), Role::Other);
}

#[test]
fn a_right_stick_on_z_is_no_pedal() {
    let profile = Profile::made_up(&[ABS_X, ABS_Y, ABS_Z, ABS_RZ]);
    assert_eq!(profile.role(ABS_Z), Role::Other);
    assert!(profile.scale(ABS_Z, 128, (0, 255)).abs() < 0.01);
}

#[test]
fn a_joystick_pushed_forward_accelerates() {
    let trigger = codes::parse("BTN_TRIGGER", EV_KEY).unwrap();
    let profile = Profile::made_up(&[ABS_X, ABS_Y, trigger]);
    assert_eq!(profile.kind, Kind::Joystick);
    assert_eq!(profile.role(ABS_Y), Role::Pedals);
    assert_eq!(profile.role(trigger), Role::TakeOver);
    // Away from the person the kernel's reading is the lowest.
    assert_eq!(profile.scale(ABS_Y, 0, (0, 1023)), 1.0);
}

#[test]
fn readings_scale_to_their_range() {
    let profile = Profile::made_up(&XBOX);
    let stick = (-32768, 32767);
    assert_eq!(profile.scale(ABS_X, -32768, stick), -1.0);
    assert_eq!(profile.scale(ABS_X, 32767, stick), 1.0);
    assert!(profile.scale(ABS_X, 0, stick).abs() < 1e-4);
    // Pushed away from the person: the kernel says -32768.
    assert_eq!(profile.scale(ABS_Y, -32768, stick), 1.0);
    assert_eq!(profile.scale(ABS_RZ, 0, (0, 255)), 0.0);
    assert_eq!(profile.scale(ABS_RZ, 255, (0, 255)), 1.0);
    assert_eq!(profile.scale(ABS_RZ, 300, (0, 255)), 1.0);
    assert_eq!(profile.scale(ABS_X, 5, (0, 0)), 0.0);
    // No overflow at the ends of the range.
    assert_eq!(profile.scale(ABS_X, i32::MAX, (i32::MIN, i32::MAX)), 1.0);
}

const BENCH: &str = r#"(
    name: "Bench wheel",
    kind: Wheel,
    matches: [(name: "Bench")],
    lock_angle_deg: 540,
    axes: [
        (code: "ABS_X", role: Steering, range: (min: 100, centre: 400, max: 900)),
        (code: "0x02", role: Brake, range: (min: 20, max: 220), inverted: true, dead_zone: 0.1),
        (code: "ABS_RZ", role: Accelerator, points: [(0.5, 0.2)]),
    ],
    buttons: [(code: "BTN_TOP2", role: TakeOver), (code: "0x2c1", role: View)],
    force: (follow: 0.4, gain: 0.5),
)"#;

#[test]
fn a_file_says_what_an_axis_is() {
    let p = Profile::parse(BENCH).unwrap();
    assert_eq!(p.kind.device(), DeviceKind::Wheel);
    // The file's range, not the kernel's; and its centre, which is not in the middle.
    for (raw, value) in [
        (100, -1.0),
        (250, -0.5),
        (400, 0.0),
        (650, 0.5),
        (2000, 1.0),
    ] {
        assert!(
            (p.scale(ABS_X, raw, (0, 1023)) - value).abs() < 1e-6,
            "{raw}"
        );
    }
    assert_eq!(p.scale(ABS_Z, 220, (0, 255)), 0.0);
    assert_eq!(p.scale(ABS_Z, 20, (0, 255)), 1.0);
    let brake = |value| p.shaped(ABS_Z, Role::Brake, value);
    assert_eq!((brake(0.09), brake(1.0)), (0.0, 1.0));
    let pedal = |value| p.shaped(ABS_RZ, Role::Accelerator, value);
    // Its own dead zone is the usual one.
    assert!((pedal(0.03 + 0.97 * 0.5) - 0.2).abs() < 1e-4);
    assert!((pedal(0.03 + 0.97 * 0.75) - 0.6).abs() < 1e-4);
    assert_eq!(pedal(1.0), 1.0);
    assert!((p.steering.full - 270_f32.to_radians()).abs() < 1e-4);
    assert_eq!(p.role(EV_KEY | 0x2c1), Role::View);
    assert_eq!(p.role(ABS_HAT0X), Role::Sideways, "menus work anyway");
    assert_eq!((p.force.follow, p.force.gain), (0.4, 0.5));
}

#[test]
fn mistakes_are_told_with_their_place() {
    for (from, to, line, said) in [
        (
            "ABS_RZ\"",
            "ABS_RS\"",
            9,
            "axes[2].code: expected an axis as the kernel names it, such as \"ABS_X\" or \"0x02\", got \"ABS_RS\"",
        ),
        (
            "dead_zone: 0.1",
            "dead_zone: 1.0",
            8,
            "axes[1].dead_zone: expected 0 to 0.9, got 1",
        ),
        (
            "centre: 400",
            "centre: 40",
            7,
            "axes[0].range.centre: expected 100 to 900, got 40",
        ),
        (
            "(0.5, 0.2)",
            "(0.5, 0.2), (0.4, 0.3)",
            9,
            "axes[2].points[1]: expected points from 0 to 1 that rise, got (0.4, 0.3)",
        ),
        (
            "role: View",
            "role: Steering",
            11,
            "buttons[1].role: expected a button's role, got Steering, an axis's",
        ),
        (
            "0x2c1",
            "BTN_TOP2",
            11,
            "buttons[1].code: expected each button once, got BTN_TOP2 a second time",
        ),
        (
            "gain: 0.5",
            "gain: 5",
            12,
            "force.gain: expected 0 to 1, got 5",
        ),
        (
            "kind: Wheel",
            "kind: Joystick",
            5,
            "lock_angle_deg: expected `full_angle_deg` for what is no wheel, got lock_angle_deg",
        ),
        (
            "(name: \"Bench\")",
            "(product: 3)",
            4,
            "matches[0]: expected a name or a vendor, got neither",
        ),
        (
            "role: Brake",
            "role: Brakes",
            8,
            "axes[1].role: expected one of",
        ),
    ] {
        let text = BENCH.replace(from, to);
        assert_ne!(text, BENCH, "{from}");
        let problems = Profile::parse(&text).unwrap_err();
        let error = crate::ron_file::FileError::Wrong {
            path: "p.ron".into(),
            problems,
        };
        let error = error.to_string();
        let place = format!("p.ron:{line}:");
        assert!(
            error.starts_with(&place) && error.contains(said),
            "{error}\nnot: {place} {said}"
        );
    }
}

#[test]
fn every_built_in_profile_can_drive_and_take_over() {
    let library = Library::built_in();
    let files = std::fs::read_dir("assets/devices").unwrap().count();
    assert_eq!(library.profiles().len(), files, "one is left out or broken");
    for Profiled { profile, origin } in library.profiles() {
        if profile.kind == Kind::Keyboard {
            continue;
        }
        let roles: Vec<Role> = (profile.axes.iter().map(|a| a.role))
            .chain(profile.buttons.iter().map(|b| b.1))
            .collect();
        for needed in [
            Role::Steering,
            Role::Accelerator,
            Role::Brake,
            Role::TakeOver,
            Role::HandBack,
            Role::NoNeed,
            Role::View,
            Role::Pause,
        ] {
            assert!(roles.contains(&needed), "{origin}: {needed:?}");
        }
    }
    let keyboard = library.keyboard().unwrap();
    assert!((keyboard.profile.keys.turn - Keys::default().turn).abs() < 0.01);
}

#[test]
fn a_profile_is_found_by_name_or_number_and_the_users_own_comes_first() {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("mine.ron");
    let (library, wrong) = Library::load_from(None, Some(folder.path())).unwrap();
    assert!(wrong.is_empty());
    // Vendor 045e, product 028e.
    let xbox = "030000005e0400008e02000014010000";
    let found = library.find("any name", xbox).unwrap();
    assert_eq!(found.origin, Origin::BuiltIn("xbox"));
    assert!(library.find("Bench", "").is_none());
    assert_eq!(library.of("Bench", "", &XBOX).origin, Origin::MadeUp);

    std::fs::write(&own, BENCH.replace("(name: \"Bench\")", "(vendor: 0x45e)")).unwrap();
    std::fs::write(folder.path().join("bad.ron"), "(").unwrap();
    let (library, wrong) = Library::load_from(None, Some(folder.path())).unwrap();
    assert_eq!(
        library.find("", xbox).unwrap().origin,
        Origin::Own(own.clone())
    );
    assert_eq!(wrong.len(), 1);
    assert!(wrong[0].to_string().contains("bad.ron:1:1"), "{}", wrong[0]);

    let given = folder.path().join("given");
    std::fs::write(
        &given,
        BENCH.replace("(name: \"Bench\")", "(vendor: 0x45e)"),
    )
    .unwrap();
    let (library, _) = Library::load_from(Some(&given), Some(folder.path())).unwrap();
    assert_eq!(library.find("", xbox).unwrap().origin, Origin::Given(given));
    assert!(Library::load_from(Some(&own.with_extension("x")), None).is_err());
}

#[test]
fn a_stick_is_smooth_and_symmetric() {
    let p = Profile::default();
    let stick = |value| p.shaped(ABS_X, Role::Steering, value);
    assert_eq!((stick(0.09), stick(-0.09)), (0.0, 0.0));
    assert!(stick(0.101) > 0.0 && stick(0.101) < 0.01);
    let mut last = -1.0;
    for i in -1000..=1000 {
        let next = stick(i as f32 / 1000.0);
        assert!(next >= last && (next + stick(-i as f32 / 1000.0)).abs() < 1e-6);
        last = next;
    }
    assert_eq!(last, 1.0);
}

#[test]
fn full_deflection_shrinks_smoothly_with_speed() {
    let s = Profile::default().steering;
    assert_eq!(s.full_at(0.0), s.full);
    assert!((s.full_at(30.0) - 30_f32.to_radians()).abs() < 1e-6);
    assert_eq!(s.full_at(80.0), s.full_at(30.0));
    for v in 0..40 {
        let (now, next) = (s.full_at(v as f32), s.full_at(v as f32 + 1.0));
        assert!(next <= now && now - next < 0.06);
    }
}

#[test]
fn keys_ramp_alike_in_large_and_small_steps() {
    let (k, full) = (Keys::default(), 90_f32.to_radians());
    let run = |from: f32, left, right, steps: u16, total_s: f32| {
        (0..steps).fold(from, |w, _| {
            k.wheel(w, left, right, full, total_s / f32::from(steps))
        })
    };
    for (from, left, right) in [
        (0.0, true, false),
        (0.5, false, true),
        (-1.2, true, false),
        (1.0, false, false),
        (1.0, true, true),
    ] {
        let one = run(from, left, right, 1, 0.8);
        let many = run(from, left, right, 80, 0.8);
        assert!((one - many).abs() < 1e-4, "{one} {many}");
    }
    assert!((k.wheel(0.0, true, false, full, 0.1) - 0.15).abs() < 1e-5);
    assert!((k.wheel(0.0, false, true, full, 0.1) + 0.15).abs() < 1e-5);
    assert!((k.wheel(0.0, true, false, full, 10.0) - full).abs() < 1e-5);
    assert_eq!(k.wheel(0.1, false, false, full, 1.0), 0.0);
    assert_eq!(k.wheel(0.3, true, false, full, 0.0), 0.3);
}

#[test]
fn what_calibration_writes_can_be_read() {
    let draft = Draft {
        name: "A \"strange\" wheel".into(),
        kind: Kind::Wheel,
        vendor: 0x46d,
        product: 0xc29b,
        axes: vec![
            DraftAxis {
                code: ABS_X,
                role: Role::Steering,
                min: 12,
                centre: 8000,
                max: 16000,
                inverted: true,
                dead_zone: 0.0,
            },
            DraftAxis {
                code: ABS_RZ,
                role: Role::Brake,
                min: 3,
                centre: 3,
                max: 250,
                inverted: true,
                dead_zone: 0.025,
            },
        ],
        buttons: vec![(BTN_SOUTH, Role::TakeOver), (EV_KEY | 0x2c4, Role::View)],
        lock_angle_deg: Some(900.0),
    };
    let text = draft.text("Calibrated.\nTwice.");
    let read = Profile::parse(&text).unwrap_or_else(|e| panic!("{e:?}\n{text}"));
    assert_eq!(read.name, draft.name);
    assert_eq!(read.axes[0].range, Some([12, 8000, 16000]));
    assert!(read.axes[0].inverted);
    assert_eq!(read.axes[1].shape.dead_zone, 0.025);
    assert_eq!(read.buttons, draft.buttons);
    assert_eq!(read.scale(ABS_X, 12, (0, 0)), 1.0);
    assert!(read.fits(&draft.name, Some(0x46d), Some(0xc29b)));
    assert!(!read.fits("other", Some(0x46d), Some(0xc29b)));
}
