//! What the automation trusts itself with: overall, by function, and over the last half minute.

use super::curve;
use crate::perception::Function;
use crate::scenario::Scenario;
use crate::station::feed::{Confidences, HISTORY, Picture};
use crate::station::runs::{Memory, RunNumber};
use crate::station::scene::Setting;
use crate::station::text;
use crate::station::widgets::{
    BAR, FAINT, ORANGE, PAPER, SKY_BLUE, card, fill, label, marked_bar, paint, write,
};
use crate::station::words::t;
use bevy::prelude::*;

/// Overall, or of a function.
#[derive(Clone, Copy, Component, PartialEq)]
enum Of {
    All,
    Function(Function),
}

impl Of {
    fn value(self, sample: &Confidences) -> f32 {
        match self {
            Self::All => sample.overall,
            Self::Function(f) => sample.functions[f as usize],
        }
    }
}

/// The filling of the bar.
#[derive(Component)]
struct Bar;

/// A curve's picture.
#[derive(Component)]
struct Curve(Handle<Image>);

pub fn plugin(app: &mut App) {
    app.add_systems(
        Update,
        (readings, bar, curves).in_set(super::super::Stage::Draw),
    );
}

pub fn spawn(column: &mut ChildSpawnerCommands, scenario: &Scenario, images: &mut Assets<Image>) {
    let wanted = scenario.policy.asks_below() as f32;
    let place = Node {
        flex_direction: FlexDirection::Column,
        ..default()
    };
    // With seven functions it ends above the mirrors.
    column.spawn(card(place)).with_children(|panel| {
        panel
            .spawn(Node {
                justify_content: JustifyContent::SpaceBetween,
                align_items: AlignItems::Center,
                ..default()
            })
            .with_children(|row| {
                row.spawn(label(t("hud.confidence"), 15.0, FAINT));
                row.spawn((label("", 23.0, PAPER), Of::All));
            });
        marked_bar(panel, 1.6 * BAR, Bar, Some(wanted));
        curve(panel, Of::All, 28.0, images);
        panel.spawn(label(t("hud.history"), 12.5, FAINT));
        let lights = scenario.network.lights().next().is_some();
        let functions = [
            Function::FreeSpace,
            Function::Lanes,
            Function::Objects,
            Function::Prediction,
            Function::Localisation,
            Function::Planning,
        ];
        let signals = lights.then_some(Function::Signals);
        for function in functions.into_iter().chain(signals) {
            panel
                .spawn(Node {
                    flex_direction: FlexDirection::Column,
                    ..default()
                })
                .with_children(|row| {
                    row.spawn((label("", 14.5, PAPER), Of::Function(function)));
                    curve(row, Of::Function(function), 13.0, images);
                });
        }
    });
}

fn curve(panel: &mut ChildSpawnerCommands, of: Of, height: f32, images: &mut Assets<Image>) {
    let image = images.add(curve::image(HISTORY));
    panel.spawn((
        Curve(image.clone()),
        of,
        ImageNode::new(image).with_mode(NodeImageMode::Stretch),
        Node {
            width: percent(100.0),
            height: px(height),
            ..default()
        },
    ));
}

fn readings(picture: Res<Picture>, setting: Res<Setting>, mut texts: Query<(&Of, &mut Text)>) {
    let Some(frame) = &picture.frame else { return };
    let wanted = setting.0.policy.asks_below();
    for (of, mut shown) in &mut texts {
        let words = match *of {
            Of::All => text::confidence(frame.confidence.overall, wanted),
            Of::Function(f) => text::function(f, frame.confidence.functions[f as usize], wanted),
        };
        write(&mut shown, words);
    }
}

fn bar(
    picture: Res<Picture>,
    setting: Res<Setting>,
    bar: Single<(&mut Node, &mut BackgroundColor), With<Bar>>,
) {
    let Some(frame) = &picture.frame else { return };
    let overall = frame.confidence.overall;
    let low = overall < setting.0.policy.asks_below();
    let (mut node, mut colour) = bar.into_inner();
    fill(&mut node, overall as f32);
    paint(&mut colour, if low { ORANGE } else { SKY_BLUE });
}

fn curves(
    picture: Res<Picture>,
    setting: Res<Setting>,
    run: Res<RunNumber>,
    mut drawn: Local<Memory<f64>>,
    curves: Query<(&Curve, &Of)>,
    mut images: ResMut<Assets<Image>>,
) {
    // Only when there is a new sample.
    let newest = picture.sampled_at();
    let drawn = drawn.of(*run);
    if newest == *drawn {
        return;
    }
    *drawn = newest;
    let wanted = setting.0.policy.asks_below() as f32;
    for (curve, of) in &curves {
        let Some(mut image) = images.get_mut(&curve.0) else {
            continue;
        };
        let values: Vec<f32> = picture.history.iter().map(|s| of.value(s)).collect();
        image.data = Some(curve::paint(&values, HISTORY, wanted));
    }
}
