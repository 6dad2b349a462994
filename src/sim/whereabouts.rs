//! Where the ego truly is on the road, found once a tick, after physics.

use super::Given;
use super::sense::yaw;
use super::spawn::{BodyQuery, Fleet, state};
use crate::road::{Located, Locator};
use bevy::prelude::*;

/// The ego on the lanes. None before the first look.
#[derive(Resource, Debug, Default)]
pub struct Whereabouts {
    pub locator: Locator,
    pub found: Option<Located>,
}

pub fn find(
    given: Res<Given>,
    fleet: Res<Fleet>,
    bodies: Query<BodyQuery>,
    mut whereabouts: ResMut<Whereabouts>,
) {
    let Ok(ego) = bodies.get(fleet.ego).map(state) else {
        return;
    };
    let (x, y) = (f64::from(ego.position.x), f64::from(ego.position.y));
    let here = &mut *whereabouts;
    // Off every lane, the last place known stays.
    if let Some(found) = here
        .locator
        .update(&given.network, given.route.as_ref(), x, y, yaw(&ego))
    {
        here.found = Some(found);
    }
}
