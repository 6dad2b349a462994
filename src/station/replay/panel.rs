//! Nodes around the pictures of a replay: the panel below with its words, captions of several runs,
//! the page of keys, and what is said where there is no picture.

use super::canvas::{Geometry, Lane, Panel, RUNS, Rgb, Run as Painted, height, step_of};
use super::labels::Desk;
use super::player::{Player, Problem, Run, Through};
use crate::replay::transport::{Place, Transport};
use crate::station::layout::{self, Pane};
use crate::station::runs::Lasting;
use crate::station::screens::WindowCamera;
use crate::station::views::View;
use crate::station::widgets::{
    Area, FAINT, INK, ORANGE, PANEL, PAPER, Room, SKY_BLUE, TextScale, label, paint,
    scale_of_whole, show, write,
};
use crate::station::words::{fill, named, t};
use bevy::asset::RenderAssetUsages;
use bevy::camera::Viewport;
use bevy::prelude::*;
use bevy::render::render_resource::{Extent3d, TextureDimension, TextureFormat};
use bevy::ui::UiTargetCamera;
use bevy::window::PrimaryWindow;

/// Where everything in the panel is.
#[derive(Default, Resource)]
pub struct Shape(pub Geometry);

#[derive(Component)]
pub struct PanelCamera;

#[derive(Component)]
pub struct Painting(Handle<Image>);

#[derive(Clone, Copy, Component, PartialEq)]
pub enum Word {
    Through,
    Clock,
    Right,
    Lane(usize),
}

/// The ground behind the word that says whose eyes these are.
#[derive(Component)]
pub struct Badge;

/// A lane's word stands at its upper left corner.
#[derive(Component)]
pub struct LaneWord(usize);

#[derive(Component)]
pub struct HelpPage;

/// Its words: the keys, or the label that is being made.
#[derive(Component)]
pub struct PageWords;

/// The name of one of several runs, over its picture.
#[derive(Component)]
pub struct Caption(usize);

#[derive(Component)]
pub struct CaptionWords(usize);

/// Over a picture that is not there.
#[derive(Component)]
pub struct Cover(usize);

#[derive(Component)]
pub struct CoverWords(usize);

const LANES: usize = 4;

fn colour([r, g, b]: Rgb) -> Color {
    Color::srgb_u8(r, g, b)
}

pub fn spawn(mut commands: Commands, player: Res<Player>, mut images: ResMut<Assets<Image>>) {
    let camera = commands
        .spawn((
            PanelCamera,
            Camera2d,
            Camera {
                order: 1,
                clear_color: ClearColorConfig::None,
                ..default()
            },
            Msaa::Off,
            Lasting,
        ))
        .id();
    let handle = images.add(Image::default());
    let root = Node {
        width: percent(100.0),
        height: percent(100.0),
        ..default()
    };
    commands
        .spawn((root, UiTargetCamera(camera), Lasting))
        .with_children(|root| {
            let all = Node {
                position_type: PositionType::Absolute,
                width: percent(100.0),
                height: percent(100.0),
                ..default()
            };
            root.spawn((
                Painting(handle.clone()),
                all,
                ImageNode::new(handle).with_mode(NodeImageMode::Stretch),
            ));
            root.spawn(Node {
                position_type: PositionType::Absolute,
                left: px(10.0),
                right: px(10.0),
                top: px(4.0),
                align_items: AlignItems::Center,
                column_gap: px(14.0),
                ..default()
            })
            .with_children(|row| {
                row.spawn((
                    Badge,
                    Node {
                        padding: UiRect::axes(px(8.0), px(1.0)),
                        border_radius: BorderRadius::all(px(3.0)),
                        flex_shrink: 0.0,
                        ..default()
                    },
                    BackgroundColor(SKY_BLUE),
                ))
                .with_children(|badge| {
                    badge.spawn((one_line("", 14.0, INK), Word::Through));
                });
                row.spawn((one_line("", 15.0, PAPER), Word::Clock));
                row.spawn(Node {
                    flex_grow: 1.0,
                    ..default()
                });
                row.spawn((one_line("", 13.0, FAINT), Word::Right));
            });
            for lane in 0..LANES {
                root.spawn((
                    LaneWord(lane),
                    Node {
                        position_type: PositionType::Absolute,
                        padding: UiRect::axes(px(4.0), px(0.0)),
                        ..default()
                    },
                    BackgroundColor(Color::srgba(0.05, 0.07, 0.10, 0.92)),
                ))
                .with_children(|word| {
                    word.spawn((one_line("", 12.0, PAPER), Word::Lane(lane)));
                });
            }
        });
    spawn_help(&mut commands);
    for run in 0..player.runs.len() {
        spawn_cover(&mut commands, run);
        if player.runs.len() > 1 {
            spawn_caption(&mut commands, run);
        }
    }
}

fn one_line(words: &str, size: f32, colour: Color) -> impl Bundle {
    (label(words, size, colour), TextLayout::no_wrap())
}

fn spawn_help(commands: &mut Commands) {
    let all = Node {
        position_type: PositionType::Absolute,
        width: percent(100.0),
        height: percent(100.0),
        align_items: AlignItems::Center,
        justify_content: JustifyContent::Center,
        display: Display::None,
        ..default()
    };
    commands
        .spawn((HelpPage, all, GlobalZIndex(20), Lasting))
        .with_children(|all| {
            all.spawn((
                Node {
                    padding: UiRect::axes(px(22.0), px(14.0)),
                    border_radius: BorderRadius::all(px(6.0)),
                    flex_direction: FlexDirection::Column,
                    row_gap: px(6.0),
                    ..default()
                },
                BackgroundColor(Color::srgba(0.05, 0.07, 0.10, 0.96)),
            ))
            .with_children(|page| {
                page.spawn((PageWords, label("", 15.0, PAPER)));
            });
        });
}

fn spawn_caption(commands: &mut Commands, run: usize) {
    commands
        .spawn((
            Caption(run),
            Node {
                position_type: PositionType::Absolute,
                padding: UiRect::axes(px(8.0), px(3.0)),
                column_gap: px(8.0),
                align_items: AlignItems::Center,
                ..default()
            },
            BackgroundColor(PANEL),
            GlobalZIndex(4),
            Lasting,
        ))
        .with_children(|row| {
            row.spawn((
                Node {
                    width: px(12.0),
                    height: px(12.0),
                    flex_shrink: 0.0,
                    ..default()
                },
                BackgroundColor(colour(RUNS[run % RUNS.len()])),
            ));
            row.spawn((label("", 14.0, PAPER), CaptionWords(run)));
        });
}

fn spawn_cover(commands: &mut Commands, run: usize) {
    commands
        .spawn((
            Cover(run),
            Node {
                position_type: PositionType::Absolute,
                align_items: AlignItems::Center,
                justify_content: JustifyContent::Center,
                padding: UiRect::all(px(12.0)),
                display: Display::None,
                ..default()
            },
            BackgroundColor(INK),
            GlobalZIndex(3),
            Lasting,
        ))
        .with_children(|cover| {
            cover.spawn((label("", 20.0, PAPER), CoverWords(run)));
        });
}

/// The panel has the lower edge of the window, the world and its instruments the rest.
pub fn share_window(
    window: Single<&Window, With<PrimaryWindow>>,
    ui_scale: Res<UiScale>,
    text: Res<TextScale>,
    player: Res<Player>,
    mut area: ResMut<Area>,
    mut shape: ResMut<Shape>,
    mut cameras: Query<
        (&mut Camera, Option<&WindowCamera>),
        Or<(With<WindowCamera>, With<PanelCamera>)>,
    >,
) {
    let size = window.physical_size();
    if size.min_element() < 8 {
        return;
    }
    let scale = ui_scale.0 * window.scale_factor();
    let runs = player.runs.len();
    // By the scale in force its height would change the scale, and that the height, for ever.
    let steady = scale_of_whole(&window, *text) * window.scale_factor();
    let kept = height(size.y, steady, runs).clamp(1, size.y - 1);
    area.set_if_neq(Area {
        kept,
        runs,
        ..*area
    });
    let geometry = Geometry::new(UVec2::new(size.x, kept), scale, runs);
    if shape.0 != geometry {
        shape.0 = geometry;
    }
    for (mut camera, of_window) in &mut cameras {
        let (position, height) = match of_window {
            Some(window) if window.0 != Pane::Main => continue,
            Some(_) => (UVec2::ZERO, size.y - kept),
            None => (UVec2::new(0, size.y - kept), kept),
        };
        let physical_size = UVec2::new(size.x, height);
        let same = camera
            .viewport
            .as_ref()
            .is_some_and(|v| (v.physical_position, v.physical_size) == (position, physical_size));
        if !same {
            camera.viewport = Some(Viewport {
                physical_position: position,
                physical_size,
                ..default()
            });
        }
    }
}

/// Several runs have captions instead of instruments.
pub fn hide_instruments(
    player: Res<Player>,
    mut roots: Query<&mut Visibility, (With<Node>, Without<ChildOf>, Without<Lasting>)>,
) {
    if player.runs.len() < 2 {
        return;
    }
    for mut visibility in &mut roots {
        visibility.set_if_neq(Visibility::Hidden);
    }
}

/// What was painted last.
#[derive(Default, PartialEq, Clone)]
pub struct Before(Option<(Geometry, Transport)>);

pub fn repaint(
    player: Res<Player>,
    shape: Res<Shape>,
    setting: Res<crate::station::scene::Setting>,
    painting: Single<&Painting>,
    mut images: ResMut<Assets<Image>>,
    mut before: Local<Before>,
) {
    let now = Some((shape.0.clone(), player.transport.clone()));
    if before.0 == now || shape.0.size.min_element() == 0 {
        return;
    }
    before.0 = now;
    let runs: Vec<Painted> = player
        .runs
        .iter()
        .map(|run| Painted {
            strip: run.strip,
            bands: &run.survey.bands,
            marks: &run.marks,
            curves: &run.survey.curves,
        })
        .collect();
    let panel = Panel {
        runs: &runs,
        range: player.transport.range(),
        stretch: player.transport.stretch(),
        at: player.transport.at(),
        asks_below: setting.0.policy.asks_below(),
    };
    let size = shape.0.size;
    let image = Image::new(
        Extent3d {
            width: size.x,
            height: size.y,
            depth_or_array_layers: 1,
        },
        TextureDimension::D2,
        panel.paint(&shape.0),
        TextureFormat::Rgba8UnormSrgb,
        RenderAssetUsages::default(),
    );
    if let Some(mut kept) = images.get_mut(&painting.0) {
        *kept = image;
    }
}

pub fn words(
    player: Res<Player>,
    view: Res<View>,
    shape: Res<Shape>,
    room: Res<Room>,
    mut texts: Query<(&Word, &mut Text)>,
    badge: Single<&mut BackgroundColor, With<Badge>>,
    desk: Res<Desk>,
    mut help: Query<&mut Node, With<HelpPage>>,
    page: Single<&mut Text, (With<PageWords>, Without<Word>)>,
) {
    let ground = match player.through {
        Through::Operator => SKY_BLUE,
        Through::Truth => ORANGE,
    };
    paint(&mut badge.into_inner(), ground);
    for (word, mut text) in &mut texts {
        let words = match *word {
            Word::Through => match player.through {
                Through::Operator => t("replay.operator").into(),
                Through::Truth => t("replay.truth").into(),
            },
            Word::Clock => clock(&player),
            Word::Right => right(&player, *view, *room),
            Word::Lane(i) => match shape.0.lanes.get(i) {
                Some((lane, _)) => lane_words(&player, *lane),
                None => String::new(),
            },
        };
        write(&mut text, words);
    }
    for mut node in &mut help {
        show(&mut node, player.help || desk.page.is_some());
    }
    let words = match &desk.page {
        Some(label) => label.words(),
        None => t("replay.help").into(),
    };
    write(&mut page.into_inner(), words);
}

/// Speed and time.
fn clock(player: &Player) -> String {
    let transport = &player.transport;
    let sign = match (transport.playing(), transport.speed() < 0.0) {
        (false, _) => "\u{25a0}",
        (true, false) => "\u{25b6}",
        (true, true) => "\u{25c0}",
    };
    let at = transport.at();
    let place = match player.runs.as_slice() {
        [run] => {
            let (tick, _) = run.strip.tick(at);
            let time = format!("{:.2}", tick as f64 / run.strip.hz as f64);
            let end = format!("{:.2}", run.strip.ticks.1 as f64 / run.strip.hz as f64);
            fill(
                "replay.at",
                &[("t", &time), ("end", &end), ("tick", &tick.to_string())],
            )
        }
        _ => fill("replay.at_axis", &[("t", &format!("{at:+.2}"))]),
    };
    format!("{sign} {}  {place}", speed(transport.speed()))
}

/// `1/4x`, `-8x`.
fn speed(speed: f64) -> String {
    let sign = if speed < 0.0 { "-" } else { "" };
    let size = speed.abs();
    if size >= 1.0 {
        format!("{sign}{size:.0}x")
    } else {
        format!("{sign}1/{:.0}x", 1.0 / size)
    }
}

/// Stretch of the curves, view, what is lost, the way to the keys.
fn right(player: &Player, view: View, room: Room) -> String {
    let (from, to) = player.transport.stretch();
    let step = step_of((from, to));
    let mut parts = vec![view.word().to_owned()];
    if room > Room::Little {
        parts.push(fill(
            "replay.stretch",
            &[
                ("s", &format!("{:.0}", to - from)),
                ("step", &format!("{step}")),
            ],
        ));
    }
    let lost = player.runs.iter().any(|run| run.survey.lost.is_some());
    if lost {
        parts.insert(0, t("replay.incomplete").into());
    }
    parts.push(t("replay.keys").into());
    parts.join("  ")
}

/// What a curve is, and its values at the cursor.
fn lane_words(player: &Player, lane: Lane) -> String {
    let several = player.runs.len() > 1;
    let value = |run: &Run| -> Option<String> {
        let frame = run.now.frame.as_ref()?;
        let command = run.now.command.command;
        let ego = &frame.ego;
        let degrees = |radians: f64| format!("{:+.0}", radians.to_degrees().round() + 0.0);
        let percent = |share: f64| format!("{:.0}", share * 100.0);
        Some(match lane {
            Lane::Confidence => format!("{} %", percent(frame.confidence.overall)),
            Lane::Speed => format!("{:.0} km/h", ego.speed * 3.6),
            Lane::Wheel if several => format!("{} deg", degrees(ego.wheel)),
            Lane::Wheel => fill(
                "replay.wheel_values",
                &[
                    ("force", &degrees(ego.wheel)),
                    ("own", &degrees(f64::from(command.wheel))),
                ],
            ),
            Lane::Pedals if several => {
                format!("{} / {} %", percent(ego.accelerator), percent(ego.brake))
            }
            Lane::Pedals => fill(
                "replay.pedal_values",
                &[
                    ("accelerator", &percent(ego.accelerator)),
                    ("brake", &percent(ego.brake)),
                    ("own_accelerator", &percent(f64::from(command.accelerator))),
                    ("own_brake", &percent(f64::from(command.brake))),
                ],
            ),
        })
    };
    let values = player
        .runs
        .iter()
        .map(|run| value(run).unwrap_or("-".into()));
    let name = match lane {
        Lane::Confidence => t("replay.confidence"),
        Lane::Speed => t("replay.speed"),
        Lane::Wheel => t("replay.wheel"),
        Lane::Pedals => t("replay.pedals"),
    };
    format!("{name} {}", values.collect::<Vec<_>>().join("  |  "))
}

/// Puts the words of the curves where the curves are, and captions and covers where the pictures are.
pub fn arrange(
    shape: Res<Shape>,
    area: Res<Area>,
    ui_scale: Res<UiScale>,
    window: Single<&Window, With<PrimaryWindow>>,
    mut lanes: Query<(&LaneWord, &mut Node), (Without<Caption>, Without<Cover>)>,
    mut captions: Query<(&Caption, &mut Node), Without<Cover>>,
    mut covers: Query<(&Cover, &mut Node), Without<Caption>>,
) {
    let to_px = 1.0 / (window.scale_factor() * ui_scale.0);
    for (lane, mut node) in &mut lanes {
        let rect = shape.0.lanes.get(lane.0).map(|l| l.1);
        show(&mut node, rect.is_some());
        let Some(rect) = rect else { continue };
        place(&mut node, UVec2::new(rect.x, rect.y), None, to_px);
    }
    let size = window.physical_size();
    let main = UVec2::new(size.x, size.y.saturating_sub(area.kept));
    for (caption, mut node) in &mut captions {
        let (at, _) = layout::cell(caption.0, area.runs, main);
        place(&mut node, at, None, to_px);
    }
    for (cover, mut node) in &mut covers {
        let (at, size) = layout::cell(cover.0, area.runs, main);
        place(&mut node, at, Some(size), to_px);
    }
}

fn place(node: &mut Mut<Node>, at: UVec2, size: Option<UVec2>, to_px: f32) {
    let mut wanted = Node {
        left: px(at.x as f32 * to_px),
        top: px(at.y as f32 * to_px),
        ..(**node).clone()
    };
    if let Some(size) = size {
        wanted.width = px(size.x as f32 * to_px);
        wanted.height = px(size.y as f32 * to_px);
    }
    if **node != wanted {
        **node = wanted;
    }
}

/// Names over several pictures; and why there is none.
pub fn over_pictures(
    player: Res<Player>,
    mut captions: Query<(&CaptionWords, &mut Text), Without<CoverWords>>,
    mut covers: Query<(&Cover, &mut Node)>,
    mut cover_words: Query<(&CoverWords, &mut Text), Without<CaptionWords>>,
) {
    for (caption, mut text) in &mut captions {
        if let Some(run) = player.runs.get(caption.0) {
            write(&mut text, caption_of(run));
        }
    }
    for (cover, mut node) in &mut covers {
        let problem = player
            .runs
            .get(cover.0)
            .and_then(|r| r.now.problem.as_ref());
        show(&mut node, problem.is_some());
    }
    for (cover, mut text) in &mut cover_words {
        let problem = player
            .runs
            .get(cover.0)
            .and_then(|r| r.now.problem.as_ref());
        let words = match problem {
            None => continue,
            Some(Problem::NothingCame) => t("replay.nothing_came").into(),
            Some(Problem::Missing { from }) => {
                fill("replay.missing", &[("from", &format!("{from:.2}"))])
            }
            Some(Problem::Damaged(why)) => fill("replay.damaged", &[("why", why)]),
        };
        write(&mut text, words);
    }
}

/// Name, time of its own, who drives, how fast.
fn caption_of(run: &Run) -> String {
    let Some(frame) = &run.now.frame else {
        return run.name.clone();
    };
    let place = match run.now.place {
        Some(Place::Before) => format!("  {}", t("replay.before")),
        Some(Place::After) => format!("  {}", t("replay.after")),
        _ => String::new(),
    };
    format!(
        "{}\n{:.2} s  {}  {:.0} km/h{place}",
        run.name,
        frame.time,
        named("authority", &frame.authority),
        frame.ego.speed * 3.6
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds_are_said_as_they_are_set() {
        let said: Vec<String> = [0.0625, 0.25, 1.0, -8.0, -0.5].map(speed).into();
        assert_eq!(said, ["1/16x", "1/4x", "1x", "-8x", "-1/2x"]);
    }
}
