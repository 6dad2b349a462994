//! Pieces of the instruments: panels, labels, bars, and the colours they share.
//!
//! Colours are from Okabe and Ito's palette, which people with any colour vision can tell apart.
//! Blue means fine, orange means look, and a word or a shape always says the same.

use bevy::prelude::*;

/// All sizes are meant for this window size, px, and scaled to the real one.
pub const DESIGN: Vec2 = Vec2::new(1280.0, 720.0);

pub const BLUE: Color = Color::srgb(0.0, 0.447, 0.698);
pub const SKY_BLUE: Color = Color::srgb(0.337, 0.706, 0.914);
pub const ORANGE: Color = Color::srgb(0.902, 0.624, 0.0);
pub const VERMILLION: Color = Color::srgb(0.835, 0.369, 0.0);
pub const INK: Color = Color::srgb(0.05, 0.06, 0.08);
pub const PAPER: Color = Color::srgb(0.95, 0.96, 0.97);
pub const FAINT: Color = Color::srgb(0.78, 0.82, 0.87);
pub const PANEL: Color = Color::srgba(0.05, 0.07, 0.10, 0.88);
pub const TROUGH: Color = Color::srgba(1.0, 1.0, 1.0, 0.16);

/// Height of bars, px.
pub const BAR: f32 = 10.0;

/// Keeps the instruments' size in proportion to the window.
pub fn scale(window: Single<&Window>, mut scale: ResMut<UiScale>) {
    let size = window.size();
    let wanted = (size / DESIGN).min_element().max(0.3);
    if (scale.0 - wanted).abs() > 1e-3 {
        scale.0 = wanted;
    }
}

/// A dark ground for instruments, placed by `place`.
pub fn panel(place: Node) -> impl Bundle {
    (
        Node {
            position_type: PositionType::Absolute,
            padding: UiRect::axes(px(14.0), px(10.0)),
            row_gap: px(5.0),
            border_radius: BorderRadius::all(px(6.0)),
            ..place
        },
        BackgroundColor(PANEL),
    )
}

pub fn label(text: impl Into<String>, size: f32, colour: Color) -> impl Bundle {
    (
        Text::new(text),
        TextFont::from_font_size(size),
        TextColor(colour),
    )
}

/// A horizontal bar; its filling is a child with `marker`.
pub fn bar(parent: &mut ChildSpawnerCommands, height: f32, marker: impl Bundle) {
    parent
        .spawn((
            Node {
                width: percent(100.0),
                height: px(height),
                ..default()
            },
            BackgroundColor(TROUGH),
        ))
        .with_children(|trough| {
            trough.spawn((
                Node {
                    width: percent(0.0),
                    height: percent(100.0),
                    ..default()
                },
                BackgroundColor(SKY_BLUE),
                marker,
            ));
        });
}

/// A thin upright line across its parent.
pub fn tick(at: f32) -> impl Bundle {
    (
        Node {
            position_type: PositionType::Absolute,
            left: percent(at * 100.0),
            width: px(2.0),
            height: percent(100.0),
            ..default()
        },
        BackgroundColor(PAPER),
    )
}

/// Sets a text only if it differs: a changed text is laid out anew.
pub fn write(text: &mut Mut<Text>, words: String) {
    if text.0 != words {
        text.0 = words;
    }
}

/// Sets a bar's filling, 0 to 1, only if it differs visibly.
pub fn fill(node: &mut Mut<Node>, share: f32) {
    let wanted = (share.clamp(0.0, 1.0) * 1000.0).round() / 10.0;
    if node.width != Val::Percent(wanted) {
        node.width = Val::Percent(wanted);
    }
}

pub fn paint(colour: &mut Mut<BackgroundColor>, wanted: Color) {
    if colour.0 != wanted {
        colour.0 = wanted;
    }
}
