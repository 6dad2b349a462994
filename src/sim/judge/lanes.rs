//! Lane departures: where the ego truly is across its lane, handed to `referee/departure.rs`.

use super::super::decide::Mind;
use super::super::whereabouts::Whereabouts;
use super::super::{Given, Happened, Now};
use crate::referee::departure::{Across, DepartureWatch, News};
use crate::takeover::event::{Authority, Event};
use bevy::prelude::*;

#[derive(Resource, Debug)]
pub struct Lanes(DepartureWatch);

pub fn plugin(app: &mut App) {
    let watch = DepartureWatch::new(&app.world().resource::<Given>().ego);
    app.insert_resource(Lanes(watch));
}

pub fn judge(
    now: Res<Now>,
    given: Res<Given>,
    mind: Res<Mind>,
    whereabouts: Res<Whereabouts>,
    mut lanes: ResMut<Lanes>,
    mut happened: ResMut<Happened>,
) {
    let network = &given.network;
    let authority = mind.machine.state();
    let person = matches!(authority, Authority::Operator | Authority::Shared);
    let across = whereabouts.found.and_then(|here| {
        let node = network.lane(here.at.lane);
        // Ways through a junction have no markings.
        let marked = network.road(node.road).junction.is_none();
        marked.then(|| Across {
            offset: here.offset,
            heading: here.heading,
            width: network.width(here.at),
            lanes: [node.left.is_some(), node.right.is_some()],
            meant: match authority {
                // It may stop on the shoulder.
                Authority::MinimalRisk | Authority::Standstill => true,
                // An operator has no indicator: see `person`.
                _ => !person && mind.autopilot.lamps().indicator != 0,
            },
            person,
        })
    });
    let event = match lanes.0.step(now.time(), across.as_ref()) {
        None => return,
        Some(News::Began(side)) => Event::LaneDeparture { side },
        Some(News::Over {
            side,
            duration,
            excursion,
        }) => Event::LaneDepartureOver {
            side,
            duration,
            excursion,
        },
    };
    happened.push(*now, event);
}
