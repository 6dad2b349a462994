//! From what a record keeps back to the frame that left the vehicle.

use crate::frame::{BodyView, EgoView, Frame, RequestView, SightView};
use crate::perception::{Cause, Class, Confidence, Function, PoseSd, Track, Trust};
use crate::record::messages::{Perception, State, lamps};
use crate::referee::Judged;
use crate::scenario::Scenario;
use crate::traffic::Traffic;
use glam::{Quat, Vec3};

/// What bodies look like, which no tick repeats.
pub(super) struct Shapes {
    pub names: Vec<String>,
    /// As at the start, the ego first.
    views: Vec<BodyView>,
}

impl Shapes {
    pub fn of(scenario: &Scenario, seed: u64) -> Self {
        let traffic = Traffic::new(&scenario.network, &scenario.traffic, seed);
        let names = traffic.names();
        let spec = &scenario.ego;
        let still = |kind, size, to_middle| BodyView {
            kind,
            position: Vec3::ZERO,
            rotation: Quat::IDENTITY,
            velocity: Vec3::ZERO,
            angular_velocity: Vec3::ZERO,
            size,
            to_middle,
            brake_lights: false,
            hazard_lights: false,
            indicator: 0,
        };
        let ego = still(
            spec.kind,
            Vec3::new(spec.length, spec.width, spec.height),
            Vec3::new(spec.cg_to_middle(), 0.0, -spec.cg_height),
        );
        let others = (0..names.len()).map(|i| {
            let shape = traffic.shape(i);
            let size = [shape.length, shape.width, shape.height].map(|v| v as f32);
            let middle = Vec3::new(-shape.cg_forward as f32, 0.0, -shape.cg_height as f32);
            still(shape.kind, size.into(), middle)
        });
        let views = std::iter::once(ego).chain(others).collect();
        Self { names, views }
    }

    pub fn frame(&self, state: &State, time: f64) -> Frame {
        let bodies = self
            .views
            .iter()
            .zip(&state.bodies)
            .map(|(view, b)| BodyView {
                position: Vec3::new(b.x, b.y, b.z),
                rotation: Quat::from_xyzw(b.qx, b.qy, b.qz, b.qw),
                velocity: Vec3::new(b.vx, b.vy, b.vz),
                angular_velocity: Vec3::new(b.wx, b.wy, b.wz),
                brake_lights: b.lamps & lamps::BRAKE != 0,
                hazard_lights: b.lamps & lamps::HAZARD != 0,
                indicator: b.indicator(),
                ..*view
            });
        Frame {
            tick: state.tick,
            time,
            hash: state.hash,
            bodies: bodies.collect(),
            rain: state.rain,
            ego: EgoView {
                speed: f64::from(state.speed),
                acceleration: f64::from(state.acceleration),
                s: state.s,
                offset: state.offset,
                lateral_speed: state.lateral_speed,
                wheel: f64::from(state.wheel),
                accelerator: f64::from(state.accelerator),
                brake: f64::from(state.brake),
                speed_limit: state.speed_limit,
            },
            authority: state.authority_kind(),
            source: state.source_kind(),
            speed_cap: state.speed_cap,
            request: state.request.map(|r| RequestView {
                id: r.id,
                reason: r.reason,
                raised: r.raised,
                deadline: r.deadline,
                escalated: r.escalated,
            }),
            offers: state.offers,
            judged: Judged {
                ttc: state.ttc,
                ttc_with: state.ttc_with,
                pet: state.pet,
                pet_with: state.pet_with,
                gap: state.gap,
                gap_with: state.gap_with,
            },
            ..Frame::default()
        }
    }
}

pub(super) fn functions(p: &Perception) -> [Trust; Function::ALL.len()] {
    let cause = |i: usize| cause(p.causes.get(i).copied().unwrap_or_default());
    let correct = |i: usize| p.correct.get(i).map_or(1.0, |c| f64::from(*c));
    Function::ALL.map(|function| {
        let reported = match function {
            Function::FreeSpace => p.free_space,
            Function::Lanes => p.lanes,
            Function::Objects => p.objects,
            Function::Signals => p.signals,
            Function::Planning => p.planning,
            Function::Localisation => p.localisation,
            Function::Prediction => p.prediction,
        };
        Trust {
            reported: f64::from(reported),
            correct: correct(function as usize),
            cause: cause(function as usize),
        }
    })
}

fn cause(number: i32) -> Cause {
    let known = usize::try_from(number)
        .ok()
        .and_then(|i| Cause::ALL.get(i).copied());
    known.unwrap_or(Cause::None)
}

/// What perception reported.
pub(super) fn see(frame: &mut Frame, p: &Perception, free: &[f32]) {
    let weakest = usize::try_from(p.weakest).unwrap_or_default();
    frame.confidence = Confidence {
        overall: f64::from(p.confidence),
        functions: functions(p),
        weakest: Function::ALL.get(weakest).copied().unwrap_or_default(),
        cause: cause(p.cause),
        scripted: p.scripted,
    };
    frame.visibility = f64::from(p.visibility);
    let class = |n: i32| {
        usize::try_from(n)
            .ok()
            .and_then(|i| Class::ALL.get(i).copied())
    };
    frame.tracks = p
        .tracks
        .iter()
        .map(|t| Track {
            id: t.id,
            class: class(t.class).unwrap_or_default(),
            x: f64::from(t.x),
            y: f64::from(t.y),
            vx: f64::from(t.vx),
            vy: f64::from(t.vy),
            gap: f64::from(t.gap),
            offset: f64::from(t.offset),
            speed: f64::from(t.speed),
            existence: f64::from(t.existence),
            class_probability: f64::from(t.class_probability),
            sxx: f64::from(t.sxx),
            sxy: f64::from(t.sxy),
            syy: f64::from(t.syy),
            reported: f64::from(t.reported),
            yaw: f64::from(t.yaw),
            length: f64::from(t.length),
            width: f64::from(t.width),
        })
        .collect();
    let mut sight = SightView {
        visible_range: f64::from(p.visible_range),
        lane_range: f64::from(p.lane_range),
        lane_quality: f64::from(p.lane_quality),
        pose_sd: PoseSd {
            along: f64::from(p.sd_along),
            across: f64::from(p.sd_across),
            heading: f64::from(p.sd_heading),
        },
        ..SightView::default()
    };
    for (mine, theirs) in sight.free.iter_mut().zip(free) {
        *mine = f64::from(*theirs);
    }
    frame.sight = sight;
}
