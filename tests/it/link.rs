//! The link in whole runs: what it does to the operator, what the vehicle makes of it, what is on
//! record.

use crate::common::{output, project, takeover};
use crate::driving::{run, script};
use crate::durability::read_by_schema;
use std::fs;
use std::sync::Arc;
use std::sync::mpsc::channel;
use takeover::clock::Pauses;
use takeover::frame::End;
use takeover::link::presets::Preset;
use takeover::link::view::{LinkState, LinkView, VideoView};
use takeover::operator::human::{FromOperator, Human};
use takeover::operator::{FromVehicle, Nobody, Operator, Screen, Watched};
use takeover::record::{Entry, FORMAT, Log, Recorder, RunInfo};
use takeover::scenario::Scenario;
use takeover::session::Session;
use takeover::session::tally::Tally;
use takeover::sim::{Simulation, TICK_HZ};
use takeover::takeover::event::{Authority, Event};

/// A straight road of 50 km/h, and whatever else is said.
fn street(duration: f64, more: &str) -> Arc<Scenario> {
    let text = format!(
        "(title: \"t\", duration: {duration:?}, \
        road: (lanes: 2, shoulder_width: 2.5, speed_limit: 13.889, line: [Straight(length: 3000.0)]), \
        ego: (lane: -2, s: 20.0, speed: 13.889), {more})"
    );
    Arc::new(Scenario::parse(&text).unwrap_or_else(|e| panic!("{e:?}")))
}

/// Takes over at 2 s and floors the accelerator.
const FLOORED: &str =
    "(inputs: [(at: 2.0, take_over: true), (at: 2.2, take_over: false, accelerator: 1.0)])";

#[test]
fn a_quarter_of_a_second_leaves_40_of_50_km_per_hour() {
    // 150 ms to the operator and 100 ms back: 250 ms.
    let link = "link: (down_ms: 150.0, up_ms: 100.0)";
    let speeds = |authority: &str| {
        let scenario = street(40.0, &format!("{link}, authority: ({authority})"));
        let mut speeds = Vec::new();
        run(&scenario, script(FLOORED), |frame| {
            if frame.authority == Authority::Operator {
                speeds.push((frame.time, frame.ego.speed, frame.speed_cap));
            }
        });
        speeds
    };
    let last = |all: &[(f64, f64, Option<f64>)]| *all.last().expect("an operator drove");
    let free = last(&speeds(""));
    assert!(free.1 > 20.0 && free.2.is_none(), "{free:?}");

    let capped = speeds("latency_cap: true");
    let (_, speed, cap) = last(&capped);
    let cap = cap.expect("a cap") * 3.6;
    assert!((cap - 40.0).abs() < 0.1, "{cap}");
    assert!((speed * 3.6 - 40.0).abs() < 0.5, "{}", speed * 3.6);
    // Down from 50 km/h gently: over any half second at most 1.5 m/s2 and what drag adds.
    let hardest = capped.windows(50).map(|w| (w[0].1 - w[49].1) / 0.49);
    let hardest = hardest.fold(0.0, f64::max);
    assert!((0.5..1.9).contains(&hardest), "{hardest}");

    // The fixed cap alone, and both: the smaller nominal speed is what the rule goes by.
    let fixed = last(&speeds("remote_speed: 10.0"));
    assert!((fixed.1 - 10.0).abs() < 0.2, "{fixed:?}");
    let both = last(&speeds("remote_speed: 10.0, latency_cap: true"));
    assert!((both.1 - 8.0).abs() < 0.2, "{both:?}");
}

#[test]
fn the_soft_limit_is_told_before_the_hard_one() {
    let more = "link: (outages: [(at: 10.0, until: 12.0)])";
    let (_, account) = run(&street(20.0, more), script(FLOORED), |_| {});
    let time = |wanted: fn(&Event) -> bool| {
        let found = account.events.iter().find(|e| wanted(&e.event));
        found
            .unwrap_or_else(|| panic!("{:#?}", account.events))
            .time
    };
    let soft = time(|e| matches!(e, Event::LinkDegraded { .. }));
    let lost = time(|e| matches!(e, Event::LinkLost));
    let back = time(|e| matches!(e, Event::LinkBack));
    let good = time(|e| matches!(e, Event::LinkRecovered));
    // The age of the newest command, smoothed over 0.5 s, reaches 0.2 s after the raw one 0.3 s.
    assert!((lost - 10.3).abs() < 0.0201, "{lost}");
    assert!(soft > 10.2 && soft < 11.0, "{soft}");
    assert!(good > back + 1.0, "{good} {back}");
}

#[test]
fn nobody_drives_by_a_frozen_picture() {
    // Frames come all the time, but a picture only every 0.8 s: longer than the link's timeout.
    let more = "link: (down_ms: 5.0, up_ms: 5.0, camera_rate: 1.25)";
    let (end, account) = run(&street(30.0, more), script(FLOORED), |_| {});
    let lost = account.events.iter().filter(|e| e.event == Event::LinkLost);
    assert!(lost.count() > 5, "{:#?}", account.events);
    assert!(account.link.lost_s > 10.0, "{:?}", account.link);
    // Each time for less than the operator's timeout: it is bridged.
    assert_ne!(end, End::MinimalRiskStandstill);
    // Slower still, and the vehicle stops.
    let more = "link: (down_ms: 5.0, up_ms: 5.0, camera_rate: 1.0, key_every: 60.0, video_kbps: 100.0, bandwidth_kbps: 1000.0, changes: [(at: 6.0, loss: 0.9, loss_burst_ms: 4000.0)])";
    let (end, _) = run(&street(60.0, more), script(FLOORED), |_| {});
    assert_eq!(end, End::MinimalRiskStandstill);
}

#[test]
fn over_random_links_nobody_is_given_control_who_does_not_take_it() {
    for seed in 1..=12_u32 {
        let loss = f64::from(seed) * 0.04;
        let more = format!(
            "link: (preset: Failing, loss: {loss:?}, loss_burst_ms: 600.0, outages: [(at: {:?}, until: {:?})])",
            3.0 + f64::from(seed),
            4.0 + f64::from(seed)
        );
        let scenario = street(40.0, &more);
        let text = "(inputs: [(at: 2.0, take_over: true), (at: 2.2, take_over: false, accelerator: 0.2, wheel_deg: 0.0)])";
        let sim = Simulation::new(scenario.clone(), u64::from(seed));
        let mut session = Session::new(&scenario, sim, script(text), None);
        let (mut before, mut stopped) = (Authority::Automation, false);
        while session.ended().is_none() {
            let frame = session.tick(0.0);
            stopped |= frame.authority == Authority::MinimalRisk;
            if frame.authority.is_in_command() {
                assert!(!stopped, "seed {seed}: back in command at {}", frame.time);
            }
            if before.is_in_command() {
                assert_ne!(frame.authority, Authority::Automation, "seed {seed}");
            }
            before = frame.authority;
        }
    }
}

#[test]
fn over_a_link_the_same_seed_is_the_same_run_and_another_seed_another() {
    let scenario = street(30.0, "link: (preset: FourG)");
    let hash = |seed| {
        let sim = Simulation::new(scenario.clone(), seed);
        let mut session = Session::new(&scenario, sim, script(FLOORED), None);
        let mut last = 0;
        while session.ended().is_none() {
            last = session.tick(0.0).hash;
        }
        last
    };
    assert_eq!(hash(3), hash(3));
    assert_ne!(hash(3), hash(4));
}

/// What came to a screen.
fn watch() -> (Screen, std::sync::mpsc::Receiver<FromVehicle>) {
    let (to, from) = channel();
    (
        Box::new(move |news| {
            let _ = to.send(news);
        }),
        from,
    )
}

fn recorder(scenario: &Scenario, path: &std::path::Path) -> Recorder {
    let info = RunInfo {
        format: FORMAT,
        version: String::new(),
        platform: String::new(),
        scenario: String::new(),
        seed: 1,
        operator: "t".into(),
        pace: "fast".into(),
        started_ns: 0,
        tick_hz: TICK_HZ,
        link: None,
        fork: None,
        participant: None,
        conditions: Default::default(),
    };
    Recorder::create(path, &info, scenario, None).expect("writable")
}

#[test]
fn what_is_on_record_is_what_the_operator_s_end_had() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("log.mcap");
    let scenario = street(20.0, "link: (preset: Failing)");
    let (screen, from_vehicle) = watch();
    let (to_session, from_screen) = channel();
    let operator = Watched::new(script(FLOORED), screen, from_screen, Pauses::default());
    let sim = Simulation::new(scenario.clone(), 1);
    let recorder = recorder(&scenario, &path);
    let mut session = Session::new(&scenario, sim, Box::new(operator), Some(recorder));
    let (mut views, mut pictures): (Vec<LinkView>, Vec<VideoView>) = (Vec::new(), Vec::new());
    while session.ended().is_none() {
        session.tick(0.0);
        for news in from_vehicle.try_iter() {
            match news {
                FromVehicle::Link(view) => views.push(view),
                FromVehicle::Picture(frame, view) => {
                    assert_eq!(frame.time, view.captured, "the picture of that moment");
                    pictures.push(view);
                    // A screen that shows it 30 ms later.
                    let _ = to_session.send(FromOperator::Drawn {
                        captured: view.captured,
                        session_ns: ((view.arrived + 0.03) * 1e9) as i64,
                    });
                }
                FromVehicle::Frame(_) | FromVehicle::Device(_) => {}
            }
        }
    }
    let (account, recorder) = session.finish();
    let end = takeover::record::RunEnd {
        outcome: End::Completed,
        ticks: account.ticks,
        state_hash: String::new(),
        seal: None,
    };
    recorder.expect("a record").finish(&end).expect("written");
    let log = Log::read(&path).expect("readable");
    let (mut links, mut videos, mut drawn) = (Vec::new(), Vec::new(), Vec::new());
    for entry in &log.entries {
        match entry {
            Entry::Link(view) => links.push(*view),
            Entry::Video(view) => videos.push(*view),
            Entry::Drawn(d) => drawn.push(*d),
            _ => {}
        }
    }
    assert_eq!(links, views);
    assert_eq!(videos, pictures);
    assert!(
        views.len() >= 200 && pictures.len() > 100,
        "{} {}",
        views.len(),
        pictures.len()
    );
    assert!(views.iter().any(|v| v.state != LinkState::Good));
    // At most ten a second of what was drawn.
    assert!((100..=200).contains(&drawn.len()), "{}", drawn.len());
    let again = Tally::of_log(&log, &scenario);
    assert_eq!(again.link, account.link);
    let glass = account.link.glass_to_glass_ms.expect("a screen");
    let delay = account.link.picture_delay_ms.expect("pictures");
    assert!(
        (glass.median - delay.median - 30.0).abs() < 15.0,
        "{glass:?} {delay:?}"
    );
    assert_eq!(
        read_by_schema(&fs::read(&path).expect("there")),
        [
            "/drawn",
            "/ego",
            "/event",
            "/input",
            "/link",
            "/log",
            "/motion",
            "/perception",
            "/plan",
            "/road",
            "/scene",
            "/tf",
            "/ticks",
            "/video",
        ]
    );
    // The vehicle knows the same, later by the command's way: it is on record, for repeating the run.
    let glass = log.entries.iter().filter_map(|e| match e {
        Entry::Command(c) => Some(c.glass),
        _ => None,
    });
    assert!(glass.fold(0.0, f64::max) > 0.2);
}

#[test]
fn an_ideal_link_shows_every_frame_as_a_picture_at_once() {
    let (screen, from_vehicle) = watch();
    let (_to_session, from_devices) = channel();
    let scenario = street(3.0, "");
    let human = Human::new(from_devices, screen);
    let sim = Simulation::new(scenario.clone(), 1);
    let mut session = Session::new(&scenario, sim, Box::new(human), None);
    for tick in 1..=200_u64 {
        session.tick(0.0);
        let mut seen = 0;
        for news in from_vehicle.try_iter() {
            match news {
                FromVehicle::Device(_) => {}
                FromVehicle::Frame(frame) => assert_eq!(frame.tick, tick),
                FromVehicle::Picture(frame, view) => {
                    seen += 1;
                    assert_eq!((frame.tick, view.number), (tick, tick));
                    assert_eq!(view.arrived, frame.time);
                }
                FromVehicle::Link(view) => {
                    assert_eq!(tick % 10, 0);
                    assert_eq!((view.round_trip, view.state), (Some(0.0), LinkState::Good));
                }
            }
        }
        assert_eq!(seen, 1);
    }
}

#[test]
fn every_preset_but_the_slowest_can_be_driven_over_and_that_one_says_what_to_do() {
    for preset in Preset::ALL {
        let more = format!("link: (preset: {})", preset.name());
        let text = format!(
            "(title: \"t\", duration: 9.0, road: (lanes: 1, speed_limit: 20.0, line: [Straight(length: 900.0)]), \
            ego: (lane: -1, s: 20.0, speed: 10.0), {more})"
        );
        let read = Scenario::parse(&text);
        if preset != Preset::Geostationary {
            let (_, account) = run(&street(9.0, &more), Box::new(Nobody), |_| {});
            assert!(account.time > 8.9, "{preset:?}");
            assert!(read.is_ok());
            continue;
        }
        let problems = read.expect_err("too slow for 0.3 s");
        assert_eq!(problems[0].field, "authority.link_timeout");
        assert_eq!(problems.len(), 1);
    }
}

#[test]
fn the_command_line_takes_another_link_and_says_what_it_did() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("a.mcap");
    let mut command = takeover();
    command.args([
        "run",
        "scenarios/lost_link.ron",
        "--headless",
        "--link",
        "3g",
        "--log",
    ]);
    let (out, err, code) = output(command.arg(&log));
    assert_eq!(code, 0, "{err}");
    assert!(
        out.contains("link, median (95th percentile): round trip"),
        "{out}"
    );
    let (out, _, _) = output(takeover().arg("inspect").arg(&log));
    assert!(out.contains("link       3g\n"), "{out}");
    assert!(out.contains("round trip"), "{out}");
    let (out, _, _) = output(takeover().arg("inspect").arg(&log).arg("--json"));
    let json: serde_json::Value = serde_json::from_str(&out).expect("json");
    let trip = json["link"]["round_trip_ms"]["median"].as_f64();
    assert!(
        (121.0..217.0).contains(&trip.expect("measured")),
        "{trip:?}"
    );
    // A run over another link repeats like any other.
    let (_, err, code) = output(takeover().arg("judge").arg(&log));
    assert_eq!(code, 0, "{err}");

    let file = folder.path().join("my.ron");
    fs::write(&file, "(preset: FourG,\n loss: 2.0)").expect("writable");
    let scenario = project("scenarios/lost_link.ron");
    for (link, expected) in [
        (
            "6g",
            "one of Ideal, LabLan, FiveG, FourG, ThreeG, Satellite, Geostationary, Failing",
        ),
        ("geo", "authority.link_timeout (0.3 s)"),
        (
            file.to_str().expect("text"),
            "my.ron:2:8: loss: expected 0 to 0.95",
        ),
    ] {
        let mut command = takeover();
        command
            .arg("run")
            .arg(&scenario)
            .args(["--headless", "--link", link, "--out"]);
        let (_, err, code) = output(command.arg(folder.path()));
        assert!(err.contains(expected) && code > 0, "{err}");
    }
}

#[test]
fn the_command_line_measures_a_link() {
    let (out, _, code) = output(takeover().args(["link", "5g", "--seconds", "60", "--json"]));
    assert_eq!(code, 0);
    let json: serde_json::Value = serde_json::from_str(&out).expect("json");
    let trip = json["measured"]["round_trip_ms"]["mean"].as_f64();
    assert!((trip.expect("measured") - 47.0).abs() < 3.0, "{trip:?}");
    assert_eq!(json["settings"]["preset"], "FiveG");
    let (out, _, code) = output(takeover().arg("link"));
    assert_eq!(code, 0);
    for preset in Preset::ALL {
        assert!(out.contains(preset.measured()), "{preset:?}");
    }
    let (_, err, code) = output(takeover().args(["link", "4g", "--seconds", "0"]));
    assert_eq!(code, 2);
    assert!(err.contains("--seconds: expected 1 to"), "{err}");
}

/// Whoever watches sees nothing that the link did not bring.
#[test]
fn what_is_watched_is_what_is_operated() {
    let (screen, from_vehicle) = watch();
    let (_to_session, from_screen) = channel();
    let mut watched = Watched::new(Box::new(Nobody), screen, from_screen, Pauses::default());
    watched.link(LinkView::default());
    assert!(matches!(from_vehicle.try_recv(), Ok(FromVehicle::Link(_))));
}

fn library(name: &str) -> (Arc<Scenario>, Box<dyn Operator>) {
    let scenario = Scenario::load(&project(&format!("scenarios/{name}.ron")));
    let operator = fs::read_to_string(project(&format!("scenarios/operators/{name}.ron")));
    let scenario = scenario.unwrap_or_else(|e| panic!("{e}"));
    (Arc::new(scenario), script(&operator.expect("a script")))
}

#[test]
fn the_change_of_cells_shows_the_request_late_by_more_than_half_a_second() {
    let (scenario, operator) = library("cell_change");
    let (_, account) = run(&scenario, operator, |_| {});
    let asked = &account.takeovers[0];
    let raised = asked.raised_s.expect("a request");
    let late = asked.shown_s.expect("shown in the end") - raised;
    assert!((0.5..1.2).contains(&late), "{late}");
    // The reaction time is the person's alone: from when it was shown.
    let reaction = asked.reaction_s.expect("taken over");
    assert!((reaction - 1.6).abs() < 0.011, "{reaction}");
    assert!(account.link.lost_s > 0.5, "{:?}", account.link);
}

#[test]
fn the_narrow_band_spoils_the_pictures_and_caps_the_speed() {
    let (scenario, operator) = library("narrow_band");
    let (screen, from_vehicle) = watch();
    let (_to_session, from_screen) = channel();
    let operator = Watched::new(operator, screen, from_screen, Pauses::default());
    let sim = Simulation::new(scenario.clone(), 1);
    let mut session = Session::new(&scenario, sim, Box::new(operator), None);
    let (mut pictures, mut caps): (Vec<VideoView>, Vec<(f64, f64)>) = (Vec::new(), Vec::new());
    while session.ended().is_none() {
        let frame = session.tick(0.0);
        caps.extend(frame.speed_cap.map(|cap| (frame.time, cap)));
        let news = from_vehicle.try_iter().filter_map(|n| match n {
            FromVehicle::Picture(_, view) => Some(view),
            _ => None,
        });
        pictures.extend(news);
    }
    let mean = |from: f64, of: fn(&VideoView) -> f64| {
        let within = pictures
            .iter()
            .filter(|p| (from..from + 10.0).contains(&p.captured));
        let (n, sum) = within.fold((0.0, 0.0), |(n, sum), p| (n + 1.0, sum + of(p)));
        (n / 10.0, sum / n)
    };
    let size = |p: &VideoView| f64::from(p.scale * p.scale);
    let (rate, area) = mean(10.0, size);
    assert!(rate > 28.0 && area > 0.9, "{rate} {area}");
    let (rate, area) = mean(30.0, size);
    assert!(rate < 20.0 && area < 0.3, "{rate} {area}");
    // 13.9 m/s x 0.2 s over some 250 ms; the encoder keeps it from getting much later.
    let mean = |from: f64, to: f64| {
        let within = caps.iter().filter(|c| (from..to).contains(&c.0));
        let (n, sum) = within.fold((0.0, 0.0), |(n, sum), c| (n + 1.0, sum + c.1));
        sum / n
    };
    let (wide, narrow) = (mean(5.0, 19.0), mean(24.0, 42.0));
    assert!((9.0..13.0).contains(&wide), "{wide}");
    assert!((8.0..wide).contains(&narrow), "{narrow} {wide}");
}
