//! Collisions: when they begin, and what they come to.

use super::super::others::Others;
use super::super::spawn::Fleet;
use super::super::{DT, Given, Happened, Now};
use super::Referee;
use super::encounters::Conflicts;
use crate::referee::contact::{Contact, Velocity as Speed, change};
use crate::road_user::RoadUser;
use crate::takeover::event::Event;
use bevy::prelude::*;
use bevy_rapier3d::prelude::*;

/// The contacts that push now, and the velocities before the step.
#[derive(Resource, Debug, Default)]
pub struct Contacts {
    ego: Speed,
    others: Vec<Speed>,
    open: Vec<Open>,
    /// Names of all that have been met in this run.
    met: Vec<String>,
}

#[derive(Debug)]
struct Open {
    with: String,
    kind: Option<RoadUser>,
    /// Its place among the actors; none for an object.
    actor: Option<usize>,
    contact: Contact,
}

pub fn plugin(app: &mut App) {
    app.init_resource::<Contacts>();
}

fn speed(velocity: Option<&Velocity>) -> Speed {
    velocity.map_or([0.0; 3], |v| v.linear.to_array().map(f64::from))
}

/// The velocities before the step.
pub fn remember(fleet: Res<Fleet>, bodies: Query<&Velocity>, mut contacts: ResMut<Contacts>) {
    contacts.ego = speed(bodies.get(fleet.ego).ok());
    contacts.others.clear();
    let others = fleet.actors.iter().map(|a| speed(bodies.get(*a).ok()));
    contacts.others.extend(others);
}

pub fn judge(
    now: Res<Now>,
    given: Res<Given>,
    fleet: Res<Fleet>,
    bodies: Query<&Velocity>,
    mut messages: ResMut<Messages<CollisionEvent>>,
    mut others: ResMut<Others>,
    mut referee: ResMut<Referee>,
    mut conflicts: ResMut<Conflicts>,
    mut contacts: ResMut<Contacts>,
    mut happened: ResMut<Happened>,
) {
    let contacts = &mut *contacts;
    let traffic = &mut others.traffic;
    let ego = speed(bodies.get(fleet.ego).ok());
    for message in messages.drain() {
        let CollisionEvent::Started(a, b, _) = message else {
            continue;
        };
        let met = |entity: Entity| a == entity || b == entity;
        // Who was met, and whether that ends the run.
        let mut hit: Option<(String, Option<usize>, bool)> = None;
        for (i, actor) in fleet.actors.iter().enumerate() {
            if met(*actor) {
                hit = Some((traffic.name(i).to_string(), Some(i), true));
                traffic.strike(i, &given.network);
            }
        }
        for (object, name, solid) in &fleet.objects {
            if met(*object) {
                hit = Some((name.clone(), None, *solid));
            }
        }
        let Some((with, actor, ends)) = hit.filter(|_| met(fleet.ego)) else {
            continue;
        };
        // Bodies that scrape along each other touch again and again: one collision.
        if contacts.met.contains(&with) {
            continue;
        }
        contacts.met.push(with.clone());
        if ends {
            referee.collided_at.get_or_insert(now.time());
        }
        let other = actor.map_or([0.0; 3], |i| contacts.others[i]);
        let kind = actor.map(|i| traffic.shape(i).kind);
        happened.push(
            *now,
            Event::Collision {
                with: with.clone(),
                kind,
                closing_speed: change(other, contacts.ego),
                delta_v: change(contacts.ego, ego),
            },
        );
        if let Some(i) = actor {
            conflicts.encounters.collided(i);
        }
        contacts.open.push(Open {
            with,
            kind,
            actor,
            contact: Contact::new(now.time(), contacts.ego, other),
        });
    }
    contacts.open.retain_mut(|open| {
        let other = open.actor.map(|i| speed(bodies.get(fleet.actors[i]).ok()));
        let over = open
            .contact
            .step(now.time() + DT, ego, other.unwrap_or_default());
        if let Some(severity) = over {
            happened.push(
                *now,
                Event::Impact {
                    with: std::mem::take(&mut open.with),
                    kind: open.kind,
                    delta_v: severity.ego,
                    other_delta_v: other.map(|_| severity.other),
                    duration: severity.duration,
                },
            );
        }
        over.is_none()
    });
}
