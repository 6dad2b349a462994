//! Judge: the referee. It alone sees the truth after the step, and says when the run is over. Its
//! rules are in `referee/`, the events it makes in `takeover/event.rs`.

mod contacts;
mod encounters;
mod lanes;

pub use encounters::Conflicts;

use super::decide::Mind;
use super::schedule::{Step, Tick};
use super::spawn::{BodyQuery, Fleet, state};
use super::whereabouts::{self, Whereabouts};
use super::{DT, Ended, Given, Happened, Now};
use crate::frame::End;
use crate::road::LanePos;
use crate::scenario::ROAD_END_MARGIN;
use crate::takeover::event::{Authority, Event};
use bevy::prelude::*;

/// A run goes on this long after a collision, so that its end is on record, s.
const AFTER_COLLISION: f64 = 2.0;
/// ... and this long after a standstill, s.
const AFTER_STANDSTILL: f64 = 3.0;
/// ... and this long after the vehicle has left the road, s.
const AFTER_LEAVING: f64 = 3.0;

#[derive(Resource, Debug, Default)]
pub struct Referee {
    /// When the ego first hit something, s.
    pub collided_at: Option<f64>,
    standstill_since: Option<f64>,
    off_road_since: Option<f64>,
}

pub(super) fn plugin(app: &mut App) {
    contacts::plugin(app);
    encounters::plugin(app);
    lanes::plugin(app);
    app.init_resource::<Referee>()
        .add_systems(Tick, contacts::remember.in_set(Step::Act))
        .add_systems(
            Tick,
            (
                contacts::judge,
                whereabouts::find,
                lanes::judge,
                encounters::judge,
                end,
            )
                .chain()
                .in_set(Step::Judge),
        );
}

fn end(
    now: Res<Now>,
    given: Res<Given>,
    fleet: Res<Fleet>,
    bodies: Query<BodyQuery>,
    mind: Res<Mind>,
    whereabouts: Res<Whereabouts>,
    mut referee: ResMut<Referee>,
    mut happened: ResMut<Happened>,
    mut ended: ResMut<Ended>,
) {
    let time = now.time();
    if mind.machine.state() == Authority::Standstill {
        referee.standstill_since.get_or_insert(time);
    } else {
        referee.standstill_since = None;
    }
    let since = |mark: Option<f64>, wait: f64| mark.is_some_and(|t| time - t >= wait);
    let Ok(ego) = bodies.get(fleet.ego).map(state) else {
        return;
    };
    let Some(here) = whereabouts.found else {
        return;
    };
    let network = &given.network;
    let off_road = !network.on_carriageway(here.point);
    if off_road && referee.off_road_since.is_none() {
        referee.off_road_since = Some(time);
        let speed = f64::from(ego.velocity.length());
        happened.push(*now, Event::LeftRoad { speed });
    }
    ended.0 = if since(referee.collided_at, AFTER_COLLISION) {
        Some(End::Collision)
    } else if since(referee.standstill_since, AFTER_STANDSTILL) {
        Some(End::MinimalRiskStandstill)
    } else if since(referee.off_road_since, AFTER_LEAVING) {
        Some(End::LeftRoad)
    } else if arrived(&given, here.at) {
        Some(End::RoadEnd)
    } else if time + DT >= given.duration - 1e-9 {
        Some(End::Completed)
    } else {
        None
    };
}

/// The road or the route ends soon.
fn arrived(given: &Given, at: LanePos) -> bool {
    let route = given.route.as_ref();
    let network = &given.network;
    let left = network.lane(at.lane).length() - at.d;
    let goal = route.is_some_and(|r| r.cost(at.lane) == 0.0) && left < ROAD_END_MARGIN;
    goal || (left < ROAD_END_MARGIN
        && network.leads_out(at.lane)
        && network.room_ahead(at, route, 2.0 * ROAD_END_MARGIN) < ROAD_END_MARGIN)
}
