//! Act: the party in authority moves the actuators, and the actuators make forces.

use super::decide::Mind;
use super::schedule::{Step, Tick};
use super::spawn::{Body, BodyQuery, Fleet, state};
use super::{DT, Given, Received};
use crate::command::Command;
use crate::takeover::event::Authority;
use crate::vehicle::VehicleSpec;
use crate::vehicle::dynamics::{Controls, Wrench, wrench};
use bevy::prelude::*;
use bevy_rapier3d::prelude::*;

/// The ego's controls in force.
#[derive(Resource, Clone, Copy, Debug, Default)]
pub struct Actuators(pub Controls);

pub(super) fn plugin(app: &mut App) {
    app.init_resource::<Actuators>()
        .add_systems(Tick, drive_ego.in_set(Step::Act));
}

fn apply(force: &mut ExternalForce, wrench: Wrench) {
    force.force = wrench.force;
    force.torque = wrench.torque;
}

fn drive_ego(
    given: Res<Given>,
    fleet: Res<Fleet>,
    mind: Res<Mind>,
    received: Res<Received>,
    mut actuators: ResMut<Actuators>,
    mut bodies: Query<(BodyQuery, &mut ExternalForce), With<Body>>,
) {
    let Ok((body, mut force)) = bodies.get_mut(fleet.ego) else {
        return;
    };
    let spec = &given.ego;
    let wanted = match mind.machine.state() {
        Authority::Operator => operator_controls(&received.0, spec),
        _ => mind.automation,
    };
    actuators.0 = wanted.limited(actuators.0, spec, DT as f32);
    apply(
        &mut force,
        wrench(spec, actuators.0, &state(body), DT as f32),
    );
}

/// What an operator's command asks of the actuators. A device that is gone asks for nothing: its
/// last steering or pedal is never held on to.
fn operator_controls(command: &Command, spec: &VehicleSpec) -> Controls {
    if !command.present {
        return Controls::default();
    }
    Controls {
        steer: command.wheel / spec.steering.ratio,
        accelerator: command.accelerator,
        brake: command.brake,
    }
}
