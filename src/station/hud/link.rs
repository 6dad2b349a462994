//! How the link does, and the signs that nobody may miss: the picture stands still, the link is
//! lost.

use super::COLUMN;
use crate::link::view::LinkState;
use crate::scenario::Scenario;
use crate::station::feed::Picture;
use crate::station::scene::Setting;
use crate::station::text;
use crate::station::widgets::{
    BAR, BLUE, INK, ORANGE, PAPER, SKY_BLUE, VERMILLION, card, fill, label, marked_bar, paint,
    show, write,
};
use crate::station::words::t;
use crate::takeover::alert::Alert;
use bevy::prelude::*;

/// What is read of the link.
#[derive(Clone, Copy, Component, PartialEq)]
enum Reading {
    State,
    RoundTrip,
    Delay,
    Loss,
    Age,
}

const ROWS: [Reading; 4] = [
    Reading::RoundTrip,
    Reading::Delay,
    Reading::Loss,
    Reading::Age,
];

/// A reading's bar.
#[derive(Clone, Copy, Component)]
struct Level(Reading);

/// The shape before the state's word: a disc, a diamond, a bar.
#[derive(Component)]
struct Sign;

/// The big sign over the picture.
#[derive(Component)]
struct Warning;

#[derive(Component)]
struct WarningWords;

/// Full scale of the bars: s, s, share, s. Half of the first is the 200 ms from which on the German
/// ordinance on remote driving (StVFernLV) asks for less speed.
const FULL: [f64; 4] = [0.4, 0.4, 0.1, 1.0];

pub fn plugin(app: &mut App) {
    app.add_systems(super::super::runs::Begin, spawn_warning)
        .add_systems(
            Update,
            (readings, levels, sign, warning).in_set(super::super::Stage::Draw),
        );
}

pub fn spawn(column: &mut ChildSpawnerCommands, scenario: &Scenario) {
    let place = Node {
        flex_direction: FlexDirection::Column,
        ..default()
    };
    column.spawn(card(place)).with_children(|panel| {
        panel
            .spawn(Node {
                align_items: AlignItems::Center,
                column_gap: px(10.0),
                ..default()
            })
            .with_children(|row| {
                row.spawn((Sign, Node::default(), BackgroundColor(BLUE)));
                row.spawn((label("", 18.0, PAPER), Reading::State));
            });
        for reading in ROWS {
            let mark = match reading {
                Reading::RoundTrip => Some(0.5),
                Reading::Age => Some((stale(scenario) / FULL[3]) as f32),
                _ => None,
            };
            panel.spawn((label("", 14.5, PAPER), reading));
            marked_bar(panel, 0.6 * BAR, Level(reading), mark);
        }
    });
}

fn spawn_warning(mut commands: Commands) {
    let place = Node {
        position_type: PositionType::Absolute,
        left: px(0.0),
        right: px(0.0),
        top: percent(44.0),
        justify_content: JustifyContent::Center,
        display: Display::None,
        ..default()
    };
    commands.spawn((Warning, place)).with_children(|row| {
        row.spawn((
            Node {
                padding: UiRect::axes(px(20.0), px(10.0)),
                border: UiRect::all(px(4.0)),
                max_width: px(2.0 * COLUMN),
                ..default()
            },
            BorderColor::all(INK),
            BackgroundColor(ORANGE),
        ))
        .with_children(|sign| {
            sign.spawn((label("", 30.0, INK), WarningWords));
        });
    });
}

/// A picture older than this is one to warn of, s: what the vehicle itself counts as lost.
fn stale(scenario: &Scenario) -> f64 {
    scenario.authority.link_timeout
}

/// How old the picture of the world is on the operator's own clock, s; a pause does not age it.
fn age(picture: &Picture) -> Option<f64> {
    picture.scene.as_ref()?;
    Some((picture.now - picture.video.captured).max(0.0))
}

fn readings(picture: Res<Picture>, mut texts: Query<(&Reading, &mut Text)>) {
    let link = &picture.link;
    for (reading, mut shown) in &mut texts {
        let words = match reading {
            Reading::State => text::link_state(link.state),
            Reading::RoundTrip => text::milliseconds(t("link.round_trip"), link.round_trip),
            Reading::Delay => text::milliseconds(t("link.delay"), Some(link.delay)),
            Reading::Loss => text::share_lost(link.loss),
            Reading::Age if picture.over() => continue,
            Reading::Age => text::age(age(&picture)),
        };
        write(&mut shown, words);
    }
}

fn levels(
    picture: Res<Picture>,
    setting: Res<Setting>,
    mut bars: Query<(&Level, &mut Node, &mut BackgroundColor)>,
) {
    if picture.over() {
        return;
    }
    let link = &picture.link;
    for (level, mut node, mut colour) in &mut bars {
        let (value, full, much) = match level.0 {
            Reading::State => continue,
            Reading::RoundTrip => (link.round_trip.unwrap_or_default(), FULL[0], FULL[0] / 2.0),
            Reading::Delay => (link.delay, FULL[1], FULL[1] / 2.0),
            Reading::Loss => (link.loss, FULL[2], FULL[2] / 2.0),
            Reading::Age => {
                let age = age(&picture).unwrap_or_default();
                (age, FULL[3], stale(&setting.0))
            }
        };
        fill(&mut node, (value / full) as f32);
        paint(&mut colour, if value > much { ORANGE } else { SKY_BLUE });
    }
}

/// Colour and shape of a state: width, height, roundness in per cent, turn in degrees.
fn look(state: LinkState) -> (Color, f32, f32, f32, f32) {
    match state {
        LinkState::Good => (SKY_BLUE, 16.0, 16.0, 50.0, 0.0),
        LinkState::Degraded => (ORANGE, 14.0, 14.0, 0.0, 45.0),
        LinkState::Lost => (VERMILLION, 18.0, 6.0, 0.0, 0.0),
    }
}

fn sign(
    picture: Res<Picture>,
    sign: Single<(&mut Node, &mut UiTransform, &mut BackgroundColor), With<Sign>>,
    mut drawn: Local<Option<LinkState>>,
    signs: Query<(), Added<Sign>>,
) {
    let state = picture.link.state;
    if *drawn == Some(state) && signs.is_empty() {
        return;
    }
    *drawn = Some(state);
    let (colour, width, height, round, turned) = look(state);
    let (mut node, mut transform, mut ground) = sign.into_inner();
    (node.width, node.height) = (px(width), px(height));
    node.border_radius = BorderRadius::all(percent(round));
    transform.rotation = Rot2::degrees(turned);
    ground.0 = colour;
}

/// What the big sign says: the link is lost, or how old a picture is that stands still.
fn says(picture: &Picture, told: bool, age: Option<f64>, stale: f64) -> Option<String> {
    if picture.over() {
        return None;
    }
    let old = age.filter(|age| *age > stale);
    match (told && picture.watch.of(Alert::LinkLost).is_some(), old) {
        (true, _) => Some(text::link_lost(age)),
        (false, Some(age)) => Some(text::frozen(age)),
        (false, None) => None,
    }
}

fn warning(
    picture: Res<Picture>,
    setting: Res<Setting>,
    sign: Single<&mut Node, With<Warning>>,
    words: Single<&mut Text, With<WarningWords>>,
) {
    let told = setting.0.alerts.link_lost.visual.banner;
    let age = age(&picture);
    let says = says(&picture, told, age, stale(&setting.0));
    show(&mut sign.into_inner(), says.is_some());
    if let Some(says) = says {
        write(&mut words.into_inner(), says);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_picture_is_said_and_a_lost_link_more_so() {
        let mut picture = Picture::default();
        assert_eq!(says(&picture, true, None, 0.3), None);
        assert_eq!(says(&picture, true, Some(0.1), 0.3), None);
        let frozen = says(&picture, true, Some(0.84), 0.3).expect("said");
        assert!(frozen.contains("0.8 s"), "{frozen}");
        picture.watch.link(true);
        let lost = says(&picture, true, Some(0.84), 0.3).expect("said");
        assert_ne!(lost, frozen);
        assert_eq!(says(&picture, false, Some(0.84), 0.3), Some(frozen), "off");
        picture.closed = true;
        assert_eq!(
            says(&picture, true, Some(9.0), 0.3),
            None,
            "the run is over"
        );
    }

    #[test]
    fn states_differ_in_shape_and_not_only_in_colour() {
        let shapes = LinkState::ALL.map(|state| {
            let (_, width, height, round, turned) = look(state);
            [width, height, round, turned]
        });
        assert!(shapes[0] != shapes[1] && shapes[1] != shapes[2] && shapes[0] != shapes[2]);
    }
}
