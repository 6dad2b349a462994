//! The instruments: readable in a glance, told by word and shape as well as by colour.
//!
//! | file | holds |
//! |---|---|
//! | `confidence` | confidence overall and by function, with its history |
//! | `curve` | the curve of a history, as a picture |
//! | `link` | how the link does, and the signs for a frozen picture and a lost link |
//! | `drive` | speed, limit, gear; controls in force and who moves them |
//! | `brief` | confidence and link in a line each, where there is little room |
//!
//! Here: the columns they stand in, events and help.

mod brief;
mod confidence;
mod curve;
mod drive;
mod link;

use super::feed::Picture;
use super::runs::Begin;
use super::shell::Shell;
use super::text;
use super::widgets::{FAINT, Needs, PAPER, Room, TextScale, card, label, panel, scale, write};
use super::words::{fill, t};
use bevy::prelude::*;

/// Space around everything, and between the columns' panels, px.
const MARGIN: f32 = 12.0;
/// Width of a column, px.
pub const COLUMN: f32 = 296.0;

#[derive(Component)]
struct Events;

#[derive(Component)]
struct RunTime;

pub fn plugin(app: &mut App) {
    app.init_resource::<TextScale>()
        .init_resource::<Room>()
        .add_systems(Begin, (spawn_columns, spawn_help))
        // Pages around the run have sizes, too.
        .add_systems(Update, scale)
        .add_systems(Update, events.in_set(super::Stage::Draw))
        .add_plugins((
            confidence::plugin,
            link::plugin,
            drive::plugin,
            brief::plugin,
        ));
}

/// A column at one side of the window, from its upper edge down.
fn column(left: Val, right: Val) -> impl Bundle {
    (
        Node {
            position_type: PositionType::Absolute,
            left,
            right,
            top: px(MARGIN),
            width: px(COLUMN),
            flex_direction: FlexDirection::Column,
            row_gap: px(8.0),
            ..default()
        },
        Needs(Room::Enough),
    )
}

fn spawn_columns(
    mut commands: Commands,
    setting: Res<super::scene::Setting>,
    mut images: ResMut<Assets<Image>>,
) {
    let scenario = &setting.0;
    commands
        .spawn(column(px(MARGIN), Val::Auto))
        .with_children(|column| confidence::spawn(column, scenario, &mut images));
    commands
        .spawn(column(Val::Auto, px(MARGIN)))
        .with_children(|column| {
            link::spawn(column, scenario);
            let place = Node {
                flex_direction: FlexDirection::Column,
                ..default()
            };
            column.spawn(card(place)).with_children(|events| {
                events
                    .spawn(Node {
                        justify_content: JustifyContent::SpaceBetween,
                        ..default()
                    })
                    .with_children(|row| {
                        row.spawn(label(t("hud.events"), 15.0, FAINT));
                        row.spawn((label("", 15.0, FAINT), RunTime));
                    });
                events.spawn((label("", 13.0, PAPER), Events));
            });
        });
}

fn spawn_help(mut commands: Commands, shell: Option<Res<Shell>>) {
    // A replay has keys of its own, and says so.
    let Some(shell) = shell else { return };
    let words = fill("hud.help", &[("leave", shell.way_out())]);
    // Between the speed and the controls.
    let place = Node {
        left: px(drive::SPEED + 2.0 * MARGIN),
        right: px(COLUMN + 2.0 * MARGIN),
        bottom: px(MARGIN),
        align_items: AlignItems::Center,
        justify_content: JustifyContent::Center,
        ..default()
    };
    commands
        .spawn((panel(place), Needs(Room::Plenty)))
        .with_children(|panel| {
            panel.spawn(label(words, 13.0, PAPER));
        });
}

fn events(
    picture: Res<Picture>,
    events: Single<&mut Text, (With<Events>, Without<RunTime>)>,
    time: Single<&mut Text, (With<RunTime>, Without<Events>)>,
) {
    let Some(frame) = &picture.frame else { return };
    let lines: Vec<String> = picture.events.iter().map(text::event).collect();
    write(&mut events.into_inner(), lines.join("\n"));
    write(&mut time.into_inner(), text::run_time(frame.time));
}
