//! Speed, limit and gear; the controls in force, and who moves them with what.

use super::{COLUMN, MARGIN};
use crate::station::feed::Picture;
use crate::station::runs::Begin;
use crate::station::text;
use crate::station::widgets::{
    BAR, FAINT, INK, Needs, ORANGE, PAPER, Room, SKY_BLUE, TROUGH, VERMILLION, bar, fill, label,
    paint, panel, tick, write,
};
use crate::station::words::t;
use bevy::prelude::*;

/// Width of the panel with the speed, px.
pub const SPEED: f32 = 300.0;
/// Steering-wheel angle at either end of the steering bar, degrees.
const STEERING_RANGE: f32 = 180.0;
/// The vehicle's model drives forwards only: there is one gear, and it is always in.
const GEAR: &str = "D";

/// A text that shows something of the frame.
#[derive(Clone, Copy, Component)]
enum Reading {
    Speed,
    Limit,
    Source,
    Device,
    Steering,
    Accelerator,
    Brake,
}

/// A pedal's bar.
#[derive(Clone, Copy, Component)]
enum Pedal {
    Accelerator,
    Brake,
}

/// The mark on the steering bar.
#[derive(Component)]
struct SteeringMark;

pub fn plugin(app: &mut App) {
    app.add_systems(Begin, (spawn_speed, spawn_controls))
        .add_systems(
            Update,
            (readings, pedals, steering).in_set(super::super::Stage::Draw),
        );
}

fn spawn_speed(mut commands: Commands) {
    let place = Node {
        left: px(MARGIN),
        bottom: px(MARGIN),
        width: px(SPEED),
        align_items: AlignItems::Center,
        justify_content: JustifyContent::SpaceBetween,
        ..default()
    };
    commands.spawn(panel(place)).with_children(|panel| {
        panel
            .spawn(Node {
                align_items: AlignItems::Baseline,
                column_gap: px(6.0),
                ..default()
            })
            .with_children(|row| {
                row.spawn((label("", 50.0, PAPER), Reading::Speed));
                row.spawn(label(t("hud.speed_unit"), 17.0, FAINT));
            });
        panel
            .spawn((
                Node {
                    padding: UiRect::axes(px(10.0), px(2.0)),
                    border: UiRect::all(px(2.0)),
                    border_radius: BorderRadius::all(px(4.0)),
                    flex_direction: FlexDirection::Column,
                    align_items: AlignItems::Center,
                    ..default()
                },
                BorderColor::all(FAINT),
            ))
            .with_children(|gear| {
                gear.spawn(label(t("hud.gear"), 11.0, FAINT));
                gear.spawn(label(GEAR, 26.0, PAPER));
            });
        // Round, like the sign.
        panel
            .spawn((
                Node {
                    width: px(66.0),
                    height: px(66.0),
                    border: UiRect::all(px(5.0)),
                    border_radius: BorderRadius::all(percent(50.0)),
                    flex_direction: FlexDirection::Column,
                    align_items: AlignItems::Center,
                    justify_content: JustifyContent::Center,
                    ..default()
                },
                BorderColor::all(VERMILLION),
                BackgroundColor(PAPER),
            ))
            .with_children(|sign| {
                sign.spawn(label(t("hud.limit"), 10.0, INK));
                sign.spawn((label("", 23.0, INK), Reading::Limit));
            });
    });
}

fn spawn_controls(mut commands: Commands) {
    let place = Node {
        right: px(MARGIN),
        bottom: px(MARGIN),
        width: px(COLUMN),
        flex_direction: FlexDirection::Column,
        ..default()
    };
    commands
        .spawn((panel(place), Needs(Room::Enough)))
        .with_children(|panel| {
            panel.spawn(label(t("hud.controls"), 14.0, FAINT));
            panel.spawn((label("", 15.0, PAPER), Reading::Source));
            panel.spawn((label("", 13.0, FAINT), Reading::Device));
            panel.spawn((label("", 14.5, PAPER), Reading::Steering));
            panel
                .spawn((
                    Node {
                        width: percent(100.0),
                        height: px(BAR),
                        ..default()
                    },
                    BackgroundColor(TROUGH),
                ))
                .with_children(|trough| {
                    trough.spawn(tick(0.5));
                    trough.spawn((
                        SteeringMark,
                        Node {
                            position_type: PositionType::Absolute,
                            left: percent(50.0),
                            top: px(-3.0),
                            width: px(8.0),
                            height: px(BAR + 6.0),
                            margin: UiRect::left(px(-3.0)),
                            ..default()
                        },
                        BackgroundColor(SKY_BLUE),
                    ));
                });
            panel.spawn((label("", 14.5, PAPER), Reading::Accelerator));
            bar(panel, BAR, Pedal::Accelerator);
            panel.spawn((label("", 14.5, PAPER), Reading::Brake));
            bar(panel, BAR, Pedal::Brake);
        });
}

fn readings(picture: Res<Picture>, mut texts: Query<(&Reading, &mut Text)>) {
    let Some(frame) = &picture.frame else { return };
    for (reading, mut shown) in &mut texts {
        let words = match *reading {
            Reading::Speed => text::speed(frame.ego.speed),
            // The smaller of the road's and the link's.
            Reading::Limit => {
                let road = frame.ego.speed_limit;
                text::speed(frame.speed_cap.map_or(road, |cap| cap.min(road)))
            }
            Reading::Source => text::source(frame.source),
            Reading::Device => text::device(picture.device),
            Reading::Steering => text::steering(frame.ego.wheel),
            Reading::Accelerator => text::pedal(t("hud.accelerator"), frame.ego.accelerator),
            Reading::Brake => text::pedal(t("hud.brake"), frame.ego.brake),
        };
        write(&mut shown, words);
    }
}

fn pedals(picture: Res<Picture>, mut bars: Query<(&Pedal, &mut Node, &mut BackgroundColor)>) {
    let Some(frame) = &picture.frame else { return };
    for (pedal, mut node, mut colour) in &mut bars {
        let (value, wanted) = match pedal {
            Pedal::Accelerator => (frame.ego.accelerator, SKY_BLUE),
            Pedal::Brake => (frame.ego.brake, ORANGE),
        };
        fill(&mut node, value as f32);
        paint(&mut colour, wanted);
    }
}

/// Where the steering mark stands on its bar, per cent from the left.
fn mark_at(wheel: f32) -> f32 {
    let turned = (wheel.to_degrees() / STEERING_RANGE).clamp(-1.0, 1.0);
    50.0 - 50.0 * turned
}

fn steering(picture: Res<Picture>, mark: Single<&mut Node, With<SteeringMark>>) {
    let Some(frame) = &picture.frame else { return };
    let wanted = percent(mark_at(frame.ego.wheel as f32));
    let mut node = mark.into_inner();
    if node.left != wanted {
        node.left = wanted;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steering_mark_goes_left_for_left_and_stays_on_its_bar() {
        assert_eq!(mark_at(0.0), 50.0);
        assert!(mark_at(0.5) < 50.0 && mark_at(-0.5) > 50.0);
        assert_eq!(mark_at(50.0), 0.0);
        assert_eq!(mark_at(-50.0), 100.0);
    }
}
