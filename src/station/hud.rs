//! The instruments: confidence, speed, controls in force, events, help.

use super::feed::{HISTORY, Picture};
use super::runs::{Begin, Memory, RunNumber};
use super::scene::Setting;
use super::text;
use super::widgets::{
    BAR, FAINT, INK, ORANGE, PAPER, SKY_BLUE, TROUGH, VERMILLION, bar, fill, label, paint, panel,
    scale, tick, write,
};
use super::words::t;
use crate::frame::Frame;
use crate::perception::Function;
use bevy::prelude::*;

/// A text that shows something of the frame.
#[derive(Clone, Copy, Component)]
enum Reading {
    Speed,
    Limit,
    RunTime,
    Confidence,
    Function(Function),
    Steering,
    Accelerator,
    Brake,
    Events,
}

/// A bar's filling that shows something of the frame.
#[derive(Clone, Copy, Component)]
enum Level {
    Confidence,
    Function(Function),
    Accelerator,
    Brake,
}

/// The mark on the steering bar.
#[derive(Component)]
struct SteeringMark;

/// A column of the confidence curve, counted from the oldest.
#[derive(Component)]
struct Sample(usize);

/// Steering-wheel angle at either end of the steering bar, degrees.
const STEERING_RANGE: f32 = 180.0;

pub fn plugin(app: &mut App) {
    app.add_systems(
        Begin,
        (spawn_confidence, spawn_speed, spawn_controls, spawn_texts),
    )
    .add_systems(
        Update,
        (scale, readings, levels, steering, curve).in_set(super::Stage::Draw),
    );
}

fn spawn_confidence(mut commands: Commands, setting: Res<Setting>) {
    let wanted = setting.0.policy.asks_below() as f32;
    let place = Node {
        left: px(16.0),
        top: px(16.0),
        width: px(300.0),
        flex_direction: FlexDirection::Column,
        ..default()
    };
    commands.spawn(panel(place)).with_children(|panel| {
        panel
            .spawn(Node {
                justify_content: JustifyContent::SpaceBetween,
                align_items: AlignItems::Center,
                ..default()
            })
            .with_children(|row| {
                row.spawn(label(t("hud.confidence"), 16.0, FAINT));
                row.spawn((label("", 24.0, PAPER), Reading::Confidence));
            });
        panel
            .spawn(Node {
                flex_direction: FlexDirection::Column,
                ..default()
            })
            .with_children(|bars| {
                bar(bars, 1.6 * BAR, Level::Confidence);
                bars.spawn(tick(wanted));
            });
        panel
            .spawn((
                Node {
                    height: px(44.0),
                    align_items: AlignItems::FlexEnd,
                    margin: UiRect::top(px(4.0)),
                    ..default()
                },
                BackgroundColor(Color::srgba(1.0, 1.0, 1.0, 0.06)),
            ))
            .with_children(|chart| {
                for i in 0..HISTORY {
                    // A little too wide, so that rounding to pixels leaves no gaps.
                    let node = Node {
                        position_type: PositionType::Absolute,
                        left: percent(100.0 * i as f32 / HISTORY as f32),
                        bottom: px(0.0),
                        width: percent(100.0 / HISTORY as f32 + 0.4),
                        height: percent(0.0),
                        ..default()
                    };
                    chart.spawn((Sample(i), node, BackgroundColor(SKY_BLUE)));
                }
                chart.spawn((
                    Node {
                        position_type: PositionType::Absolute,
                        bottom: percent(wanted * 100.0),
                        width: percent(100.0),
                        height: px(1.5),
                        ..default()
                    },
                    BackgroundColor(PAPER),
                ));
            });
        panel.spawn(label(t("hud.history"), 13.0, FAINT));
        let lights = setting.0.network.lights().next().is_some();
        let functions = [
            Function::FreeSpace,
            Function::Lanes,
            Function::Objects,
            Function::Prediction,
            Function::Localisation,
            Function::Planning,
        ];
        for function in functions
            .into_iter()
            .chain(lights.then_some(Function::Signals))
        {
            panel.spawn((label("", 15.0, PAPER), Reading::Function(function)));
            bar(panel, 0.6 * BAR, Level::Function(function));
        }
    });
}

fn spawn_speed(mut commands: Commands) {
    let place = Node {
        left: px(16.0),
        bottom: px(16.0),
        width: px(262.0),
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
                row.spawn((label("", 54.0, PAPER), Reading::Speed));
                row.spawn(label(t("hud.speed_unit"), 18.0, FAINT));
            });
        // Round, like the sign.
        panel
            .spawn((
                Node {
                    width: px(72.0),
                    height: px(72.0),
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
                sign.spawn(label(t("hud.limit"), 11.0, INK));
                sign.spawn((label("", 24.0, INK), Reading::Limit));
            });
    });
}

fn spawn_controls(mut commands: Commands) {
    let place = Node {
        right: px(16.0),
        bottom: px(16.0),
        width: px(300.0),
        flex_direction: FlexDirection::Column,
        ..default()
    };
    commands.spawn(panel(place)).with_children(|panel| {
        panel.spawn(label(t("hud.controls"), 14.0, FAINT));
        panel.spawn((label("", 15.0, PAPER), Reading::Steering));
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
        panel.spawn((label("", 15.0, PAPER), Reading::Accelerator));
        bar(panel, BAR, Level::Accelerator);
        panel.spawn((label("", 15.0, PAPER), Reading::Brake));
        bar(panel, BAR, Level::Brake);
    });
}

fn spawn_texts(mut commands: Commands) {
    let place = Node {
        right: px(16.0),
        top: px(16.0),
        width: px(300.0),
        flex_direction: FlexDirection::Column,
        ..default()
    };
    commands.spawn(panel(place)).with_children(|panel| {
        panel
            .spawn(Node {
                justify_content: JustifyContent::SpaceBetween,
                ..default()
            })
            .with_children(|row| {
                row.spawn(label(t("hud.events"), 16.0, FAINT));
                row.spawn((label("", 16.0, FAINT), Reading::RunTime));
            });
        panel.spawn((label("", 14.0, PAPER), Reading::Events));
    });
    let place = Node {
        left: px(282.0),
        right: px(332.0),
        bottom: px(16.0),
        align_items: AlignItems::Center,
        justify_content: JustifyContent::Center,
        ..default()
    };
    commands.spawn(panel(place)).with_children(|panel| {
        panel.spawn(label(t("hud.help"), 13.5, PAPER));
    });
}

fn share(frame: &Frame, function: Function) -> f64 {
    frame.confidence.of(function)
}

fn readings(picture: Res<Picture>, setting: Res<Setting>, mut texts: Query<(&Reading, &mut Text)>) {
    let Some(frame) = &picture.frame else { return };
    let wanted = setting.0.policy.asks_below();
    for (reading, mut shown) in &mut texts {
        let words = match *reading {
            Reading::Speed => text::speed(frame.ego.speed),
            Reading::Limit => text::speed(frame.ego.speed_limit),
            Reading::RunTime => text::run_time(frame.time),
            Reading::Confidence => {
                let overall = frame.confidence.overall;
                let verdict = text::verdict(overall, wanted);
                format!("{} {verdict}", text::percent(overall))
            }
            Reading::Function(f) => {
                text::function(f, frame.confidence.functions[f as usize], wanted)
            }
            Reading::Steering => text::steering(frame.ego.wheel),
            Reading::Accelerator => text::pedal(t("hud.accelerator"), frame.ego.accelerator),
            Reading::Brake => text::pedal(t("hud.brake"), frame.ego.brake),
            Reading::Events => {
                let lines: Vec<String> = picture.events.iter().map(text::event).collect();
                lines.join("\n")
            }
        };
        write(&mut shown, words);
    }
}

fn levels(
    picture: Res<Picture>,
    setting: Res<Setting>,
    mut bars: Query<(&Level, &mut Node, &mut BackgroundColor)>,
) {
    let Some(frame) = &picture.frame else { return };
    let wanted = setting.0.policy.asks_below();
    for (level, mut node, mut colour) in &mut bars {
        let (value, low) = match *level {
            Level::Confidence => (frame.confidence.overall, frame.confidence.overall < wanted),
            Level::Function(f) => (share(frame, f), share(frame, f) < wanted),
            Level::Accelerator => (frame.ego.accelerator, false),
            Level::Brake => (frame.ego.brake, true),
        };
        fill(&mut node, value as f32);
        paint(&mut colour, if low { ORANGE } else { SKY_BLUE });
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

fn curve(
    picture: Res<Picture>,
    setting: Res<Setting>,
    run: Res<RunNumber>,
    mut drawn: Local<Memory<f64>>,
    mut samples: Query<(&Sample, &mut Node, &mut BackgroundColor)>,
) {
    // Newest at the right; all columns move together, and only when there is a new one.
    let newest = picture.sampled_at();
    let drawn = drawn.of(*run);
    if newest == *drawn {
        return;
    }
    *drawn = newest;
    let missing = HISTORY - picture.history.len();
    let wanted = setting.0.policy.asks_below() as f32;
    for (sample, mut node, mut colour) in &mut samples {
        let value = sample
            .0
            .checked_sub(missing)
            .and_then(|i| picture.history.get(i));
        let value = value.copied().unwrap_or(0.0);
        node.height = percent(value * 100.0);
        paint(&mut colour, if value < wanted { ORANGE } else { SKY_BLUE });
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
