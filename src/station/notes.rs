//! Short notices at the lower edge of the window that go away by themselves.

use super::widgets::{PANEL, PAPER};
use bevy::prelude::*;

/// Goes away when its time is up.
#[derive(Component)]
pub struct Notice(Timer);

/// Shows a line for some seconds.
pub fn notice(commands: &mut Commands, line: impl Into<String>, seconds: f32) {
    commands.spawn((
        Notice(Timer::from_seconds(seconds, TimerMode::Once)),
        Node {
            position_type: PositionType::Absolute,
            left: percent(50.0),
            bottom: px(92.0),
            padding: UiRect::axes(px(12.0), px(4.0)),
            border_radius: BorderRadius::all(px(4.0)),
            ..default()
        },
        UiTransform::from_translation(Val2::percent(-50.0, 0.0)),
        BackgroundColor(PANEL),
        GlobalZIndex(5),
        Text::new(line),
        TextFont::from_font_size(17.0),
        TextColor(PAPER),
    ));
}

pub fn plugin(app: &mut App) {
    app.add_systems(Update, forget.in_set(super::Stage::Draw));
}

fn forget(mut commands: Commands, time: Res<Time>, mut notices: Query<(Entity, &mut Notice)>) {
    for (entity, mut notice) in &mut notices {
        if notice.0.tick(time.delta()).is_finished() {
            commands.entity(entity).despawn();
        }
    }
}
