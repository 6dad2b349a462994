//! Confidence and link in a line each, where there is little room.

use super::MARGIN;
use crate::perception::Function;
use crate::station::feed::Picture;
use crate::station::runs::Begin;
use crate::station::scene::Setting;
use crate::station::text;
use crate::station::widgets::{Brief, PAPER, label, panel, write};
use bevy::prelude::*;

#[derive(Clone, Copy, Component)]
enum Line {
    Confidence,
    Weakest,
    Link,
}

pub fn plugin(app: &mut App) {
    app.add_systems(Begin, spawn)
        .add_systems(Update, lines.in_set(super::super::Stage::Draw));
}

fn spawn(mut commands: Commands) {
    let place = Node {
        right: px(MARGIN),
        bottom: px(MARGIN),
        flex_direction: FlexDirection::Column,
        display: Display::None,
        ..default()
    };
    commands
        .spawn((panel(place), Brief))
        .with_children(|panel| {
            panel.spawn((label("", 16.0, PAPER), Line::Confidence));
            panel.spawn((label("", 14.0, PAPER), Line::Weakest));
            panel.spawn((label("", 14.0, PAPER), Line::Link));
        });
}

fn lines(picture: Res<Picture>, setting: Res<Setting>, mut texts: Query<(&Line, &mut Text)>) {
    let Some(frame) = &picture.frame else { return };
    let wanted = setting.0.policy.asks_below();
    let confidence = &frame.confidence;
    for (line, mut shown) in &mut texts {
        let words = match line {
            Line::Confidence => text::all_confidence(confidence.overall, wanted),
            Line::Weakest => {
                let by = |f: &Function| confidence.of(*f);
                let weakest = Function::ALL
                    .into_iter()
                    .min_by(|a, b| by(a).total_cmp(&by(b)));
                weakest.map_or(String::new(), |f| {
                    text::function(f, confidence.functions[f as usize], wanted)
                })
            }
            Line::Link => text::link_in_brief(&picture.link),
        };
        write(&mut shown, words);
    }
}
