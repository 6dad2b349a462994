//! Encounters with others: the truth of this tick, handed to `referee/encounter.rs`.

use super::super::others::Others;
use super::super::sense::yaw;
use super::super::spawn::{BodyQuery, Fleet, state};
use super::super::whereabouts::Whereabouts;
use super::super::{Given, Happened, Now};
use crate::referee::Judged;
use crate::referee::encounter::{Encounters, News, Truth};
use crate::takeover::event::Event;
use bevy::prelude::*;

/// Encounters, and what was measured in this tick.
#[derive(Resource, Debug)]
pub struct Conflicts {
    pub encounters: Encounters,
    pub judged: Judged,
    news: Vec<News>,
}

pub fn plugin(app: &mut App) {
    let count = app.world().resource::<Others>().traffic.len();
    let encounters = Encounters::new(app.world().resource::<Given>().referee, count);
    app.insert_resource(Conflicts {
        encounters,
        judged: Judged::default(),
        news: Vec::new(),
    });
}

pub fn judge(
    now: Res<Now>,
    given: Res<Given>,
    fleet: Res<Fleet>,
    bodies: Query<BodyQuery>,
    others: Res<Others>,
    whereabouts: Res<Whereabouts>,
    mut conflicts: ResMut<Conflicts>,
    mut happened: ResMut<Happened>,
) {
    let (Ok(body), Some(here)) = (bodies.get(fleet.ego).map(state), whereabouts.found) else {
        return;
    };
    let spec = &given.ego;
    let middle =
        body.position + body.rotation * Vec3::new(spec.cg_to_middle(), 0.0, -spec.cg_height);
    let ego = Truth {
        x: f64::from(middle.x),
        y: f64::from(middle.y),
        z: f64::from(middle.z),
        yaw: yaw(&body),
        velocity: [f64::from(body.velocity.x), f64::from(body.velocity.y)],
        length: f64::from(spec.length),
        width: f64::from(spec.width),
    };
    let traffic = &others.traffic;
    let truth = |i: usize| {
        let (pose, shape, v) = (traffic.pose(i), traffic.shape(i), traffic.velocity(i));
        // One that was hit is wreckage, and no encounter.
        (traffic.present(i) && !traffic.struck(i)).then_some(Truth {
            x: pose.x,
            y: pose.y,
            z: pose.z,
            yaw: pose.yaw,
            velocity: [v[0], v[1]],
            length: shape.length,
            width: shape.width,
        })
    };
    let conflicts = &mut *conflicts;
    let path = whereabouts.locator.path();
    conflicts.judged = conflicts.encounters.step(
        now.tick,
        now.time(),
        &ego,
        path,
        here.d,
        truth,
        &mut conflicts.news,
    );
    for news in conflicts.news.drain(..) {
        let who = |i: usize| (traffic.name(i).to_string(), traffic.shape(i).kind);
        let event = match news {
            News::Began { other, by, value } => {
                let (with, kind) = who(other);
                Event::NearMiss {
                    with,
                    kind,
                    by,
                    value,
                }
            }
            News::Over {
                other,
                ttc,
                pet,
                gap,
            } => {
                let (with, kind) = who(other);
                Event::NearMissOver {
                    with,
                    kind,
                    ttc,
                    pet,
                    gap,
                }
            }
        };
        happened.push(*now, event);
    }
}
