//! Thousands of lives over random links: being connected again never gives control back by itself.

use super::*;
use crate::link::Link;
use crate::link::presets::Preset;
use crate::link::settings::{Direction, LinkSettings, Outage};
use crate::takeover::source::Source;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const SECONDS: u32 = 20;

/// Any link, from a good one to one that is hardly there, with outages of its own.
fn any_link(rng: &mut ChaCha8Rng) -> LinkSettings {
    let preset = Preset::ALL[rng.random_range(0..Preset::ALL.len())];
    let mut link = LinkSettings::of(preset);
    link.start.up_ms = link.start.up_ms.min(150.0);
    link.start.down_ms = link.start.down_ms.min(150.0);
    if rng.random::<bool>() {
        link.start.loss = rng.random_range(0.0..0.6);
        link.start.loss_burst_ms = rng.random_range(20.0..1500.0);
    }
    if rng.random::<bool>() {
        link.start.handover_every = Some(rng.random_range(2.0..20.0));
        link.start.handover_gap_ms = rng.random_range(20.0..2000.0);
    }
    for _ in 0..rng.random_range(0..3) {
        let at = rng.random_range(0.0..f64::from(SECONDS));
        let ways = [Direction::Both, Direction::Up, Direction::Down];
        link.outages.push(Outage {
            at,
            until: at + rng.random_range(0.05..5.0),
            direction: ways[rng.random_range(0..3)],
        });
    }
    link
}

/// What one life came to.
#[derive(Default)]
struct Life {
    losses: u32,
    reconnections: u32,
    manoeuvres: u32,
}

/// An operator takes over at 1 s and holds the controls as they are: no hand-back, no new movement.
fn live(seed: u64) -> Life {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let settings = AuthoritySettings::default();
    let mut link: Link<u32, u32> = Link::new(&any_link(&mut rng), settings.link_timeout, seed);
    let control = if rng.random::<bool>() {
        Control::Direct
    } else {
        Control::Shared {
            weight: 0.6,
            override_deg: 20.0,
            override_for: 0.5,
        }
    };
    let mut machine = Machine::new(settings, control);
    let (mut newest, mut commanded, mut stopping) = (0, false, false);
    // Ticks without a link.
    let mut silent = 0_u32;
    let mut life = Life::default();
    for tick in 0..SECONDS * 100 {
        let time = f64::from(tick) / 100.0;
        if !link.is_blind(time) {
            link.send_up(time, tick);
        }
        while let Some((_, sent)) = link.receive_up(time) {
            assert!(sent >= newest, "an older command came after a newer one");
            newest = sent;
        }
        link.send_down(time, u64::from(tick), &tick);
        while link.receive_frame(time).is_some() {}
        while link.receive_picture(time).is_some() {}
        link.look(time);

        let age = f64::from(tick - newest) / 100.0;
        let linked = age <= settings.link_timeout + 1e-9;
        let situation = Situation {
            time,
            doubt: None,
            inputs: Inputs::default(),
            intent: (tick == 100).then_some(Means::Button),
            take_over: tick == 100,
            hand_back: false,
            no_need: false,
            present: true,
            linked,
            collided: false,
            against_deg: 0.0,
            speed: if stopping { 0.0 } else { 20.0 },
            stopping: 3.0,
            offset: 0.0,
            heading: 0.0,
        };
        let mut events = Vec::new();
        let before = machine.state();
        let after = machine.step(&situation, &mut events);
        for event in &events {
            match event {
                Event::LinkLost => life.losses += 1,
                Event::LinkBack => life.reconnections += 1,
                Event::MinimalRiskStarted { cause, .. } => {
                    assert_eq!(*cause, MinimalRiskCause::LinkLost);
                    life.manoeuvres += 1;
                    stopping = true;
                }
                Event::TakenOver { .. } => assert_eq!(tick, 100, "nobody moved: seed {seed}"),
                Event::HandedBack => panic!("nobody gave control back: seed {seed}"),
                _ => {}
            }
        }
        if after.is_in_command() && !before.is_in_command() {
            assert!(
                !commanded,
                "back in command by itself: seed {seed}, {time} s"
            );
            commanded = true;
        }
        if before.is_in_command() && !after.is_in_command() {
            assert_eq!(after, Authority::MinimalRisk, "seed {seed}, {time} s");
        }
        // Whose command is old does not move the actuators, and not for long.
        let source = Source::of(after, situation.in_reach(), &control);
        let driven = matches!(source, Source::Operator | Source::Shared { .. });
        assert!(
            !driven || linked,
            "an old command drives: seed {seed}, {time} s"
        );
        silent = if linked { 0 } else { silent + 1 };
        assert!(
            !after.is_in_command() || silent <= 51,
            "seed {seed}, {time} s"
        );
    }
    life
}

#[test]
fn over_thousands_of_random_links_reconnecting_never_gives_control_back() {
    let lives: Vec<Life> = (0..3000).map(live).collect();
    let sum = |f: fn(&Life) -> u32| lives.iter().map(f).sum::<u32>();
    // The lives are about what they should be about.
    let (losses, back) = (sum(|l| l.losses), sum(|l| l.reconnections));
    let stops = sum(|l| l.manoeuvres);
    assert!(losses > 3000 && back > 2500, "{losses} {back}");
    assert!((500..2800).contains(&stops), "{stops}");
}
