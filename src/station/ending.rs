//! The last panel: how the run ended, and its summary.

use super::feed::Picture;
use super::runs::Begin;
use super::text;
use super::widgets::{FAINT, INK, PAPER, label, write};
use super::words::t;
use bevy::prelude::*;

#[derive(Component)]
struct EndPanel;

#[derive(Clone, Copy, Component)]
enum Line {
    Heading,
    Summary,
}

pub fn plugin(app: &mut App) {
    app.add_systems(Begin, spawn)
        .add_systems(Update, show.in_set(super::Stage::Draw));
}

fn spawn(mut commands: Commands) {
    let screen = Node {
        position_type: PositionType::Absolute,
        width: percent(100.0),
        height: percent(100.0),
        align_items: AlignItems::Center,
        justify_content: JustifyContent::Center,
        ..default()
    };
    commands
        .spawn((EndPanel, screen, GlobalZIndex(1), Visibility::Hidden))
        .with_children(|screen| {
            screen
                .spawn((
                    Node {
                        flex_direction: FlexDirection::Column,
                        row_gap: px(14.0),
                        padding: UiRect::axes(px(32.0), px(24.0)),
                        border: UiRect::all(px(2.0)),
                        border_radius: BorderRadius::all(px(8.0)),
                        max_width: percent(90.0),
                        ..default()
                    },
                    BorderColor::all(FAINT),
                    BackgroundColor(INK),
                ))
                .with_children(|panel| {
                    panel.spawn((label("", 28.0, PAPER), Line::Heading));
                    panel.spawn((label("", 16.0, PAPER), Line::Summary));
                    panel.spawn(label(t("end.closes"), 16.0, FAINT));
                });
        });
}

fn show(
    picture: Res<Picture>,
    panel: Single<&mut Visibility, With<EndPanel>>,
    mut lines: Query<(&Line, &mut Text)>,
) {
    if !picture.over() {
        return;
    }
    panel.into_inner().set_if_neq(Visibility::Visible);
    for (line, mut shown) in &mut lines {
        let words = match line {
            Line::Heading => text::outcome(picture.ended),
            Line::Summary => text::summary(&picture),
        };
        write(&mut shown, words);
    }
}
