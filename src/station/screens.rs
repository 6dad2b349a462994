//! The pictures of the world: each is drawn into an image of its own, and a node of the window shows
//! that image.
//!
//! So a picture is drawn only when a new one has come out of the link, may have fewer pixels than
//! the window, and stays as it is when the link freezes, while the instruments over it go on.
//! At full quality image and window have the same pixels, so nothing is lost on the way.

use super::camera::MainEye;
use super::codec::Codec;
use super::feed::Picture;
use super::glass::{OnScreen, Taken};
use super::layout::{self, Lens, Pane, Place, Slot, Windows};
use super::quality::Quality;
use super::runs::{Begin, Lasting, Memory, RunNumber};
use super::scene::Setting;
use super::sky;
use super::views::View;
use super::widgets::{Area, INK};
use super::{camera, project};
use bevy::camera::visibility::RenderLayers;
use bevy::camera::{ImageRenderTarget, RenderTarget};
use bevy::core_pipeline::tonemapping::{DebandDither, Tonemapping};
use bevy::light::cluster::ClusterConfig;
use bevy::prelude::*;
use bevy::render::render_resource::TextureFormat;
use bevy::ui::IsDefaultUiCamera;
use bevy::window::{ExitCondition, Monitor, PresentMode, PrimaryWindow, WindowMode, WindowRef};
use std::sync::Arc;

/// Behind the sky, m.
const FAR: f32 = 16_000.0;
/// The pictures lie below all instruments; mirrors over the main picture.
const BELOW: i32 = -10;

/// A camera of the world, and where its picture goes.
#[derive(Component)]
pub struct Screen {
    pub slot: Slot,
    /// None: it is not shown.
    pub place: Option<Place>,
    pub lens: Lens,
    /// Size of its image, px.
    size: UVec2,
    /// Its image shows nothing yet.
    blank: bool,
    /// Pictures to be drawn anew whether there is anything new or not: [`SETTLING`].
    settling: u8,
}

/// After its image, its place or its lens was changed a picture is drawn so often again. In a run the next
/// camera picture does that; a replay that stands shows one and the same, and what was drawn while the
/// window was still finding its layout was lost.
const SETTLING: u8 = 12;

/// The node that shows a screen's image.
#[derive(Component)]
pub struct Shows(pub Slot);

/// The node that shows the picture of one of several runs.
#[derive(Component)]
struct Cell(usize);

/// The camera that draws a window's instruments.
#[derive(Component)]
pub struct WindowCamera(pub Pane);

/// A window beside the main one.
#[derive(Component)]
struct SideWindow(Pane);

/// The panorama's outer screens have windows of their own.
#[derive(Resource)]
pub struct SideWindows(pub bool);

pub fn plugin(app: &mut App) {
    app.add_systems(Startup, open)
        .add_systems(Update, (to_monitors, with_view))
        .add_systems(Begin, (spawn, spawn_cells))
        .add_systems(
            Update,
            (
                (arrange, cells).chain().before(camera::follow),
                shoot.after(camera::follow),
            )
                .in_set(super::Stage::Finish),
        );
}

/// What the window plugin must do when a window is closed: the main one ends the program.
pub fn exit_condition() -> ExitCondition {
    ExitCondition::OnPrimaryClosed
}

/// The windows' own cameras, which outlast runs: they show images and instruments.
fn open(mut commands: Commands, sides: Res<SideWindows>) {
    let dark = || Camera {
        clear_color: ClearColorConfig::Custom(INK),
        ..default()
    };
    commands.spawn((
        WindowCamera(Pane::Main),
        dark(),
        Camera2d,
        Msaa::Off,
        IsDefaultUiCamera,
        Lasting,
    ));
    if !sides.0 {
        return;
    }
    for (pane, word) in [(Pane::Left, "window.left"), (Pane::Right, "window.right")] {
        let window = Window {
            title: super::words::t(word).into(),
            resolution: (960, 540).into(),
            // Only the main window waits for its display: three that wait would take turns.
            present_mode: PresentMode::AutoNoVsync,
            ..default()
        };
        let window = commands.spawn((window, SideWindow(pane))).id();
        commands.spawn((
            WindowCamera(pane),
            dark(),
            Camera2d,
            Msaa::Off,
            RenderTarget::Window(WindowRef::Entity(window)),
            Lasting,
        ));
    }
}

/// With three monitors or more, each of the three windows fills one, in their order from left to
/// right.
fn to_monitors(
    monitors: Query<(Entity, &Monitor)>,
    mut main: Query<&mut Window, With<PrimaryWindow>>,
    mut sides: Query<(&SideWindow, &mut Window), Without<PrimaryWindow>>,
    mut done: Local<bool>,
) {
    if *done || sides.is_empty() || monitors.is_empty() {
        return;
    }
    *done = true;
    let mut order: Vec<_> = monitors.iter().collect();
    order.sort_by_key(|(_, m)| (m.physical_position.x, m.physical_position.y));
    let [(left, _), (middle, _), (right, _), ..] = order.as_slice() else {
        return;
    };
    let fill = |monitor| WindowMode::BorderlessFullscreen(MonitorSelection::Entity(monitor));
    for mut window in &mut main {
        window.mode = fill(*middle);
    }
    for (side, mut window) in &mut sides {
        window.mode = fill(if side.0 == Pane::Left { *left } else { *right });
    }
}

/// Side windows have no instruments, but the same pixels: they show while the panorama does.
fn with_view(view: Res<View>, mut cameras: Query<(&WindowCamera, &mut Camera)>) {
    if !view.is_changed() {
        return;
    }
    for (window, mut camera) in &mut cameras {
        camera.is_active = window.0 == Pane::Main || *view == View::Panorama;
    }
}

fn spawn(mut commands: Commands, quality: Res<Quality>, setting: Res<Setting>) {
    for (i, slot) in Slot::ALL.into_iter().enumerate() {
        let mut camera = commands.spawn((
            Screen {
                slot,
                place: None,
                lens: Lens {
                    upright: 1.0,
                    aspect: 1.0,
                },
                size: UVec2::ZERO,
                blank: true,
                settling: SETTLING,
            },
            Camera3d::default(),
            Camera {
                is_active: false,
                // Before the window that shows it.
                order: i as isize - 10,
                ..default()
            },
            // No tone mapping: the fog's and the sky's colours come out exactly as given.
            Tonemapping::None,
            DebandDither::Disabled,
            Msaa::from_samples(quality.terms().samples),
            ClusterConfig::Single,
            sky::fog(&setting.0.weather, 10_000.0),
            RenderLayers::layer(camera::WORLD),
            Transform::from_xyz(0.0, 2.0, 0.0).looking_to(Vec3::X, Vec3::Y),
        ));
        if slot == Slot::Centre {
            camera.insert(MainEye);
        }
        let mirror = slot.is_mirror();
        commands.spawn((
            Shows(slot),
            Node {
                position_type: PositionType::Absolute,
                display: Display::None,
                border: UiRect::all(px(0.0)),
                ..default()
            },
            ImageNode::default(),
            GlobalZIndex(if mirror { BELOW + 1 } else { BELOW }),
            Outline {
                width: if mirror { px(2.0) } else { px(0.0) },
                offset: px(0.0),
                color: Color::srgb(0.06, 0.07, 0.08),
            },
        ));
    }
}

/// Where several runs share the window, each has an image of its own; the one camera draws them in
/// turn.
fn spawn_cells(mut commands: Commands, area: Res<Area>) {
    if area.runs < 2 {
        return;
    }
    for run in 0..area.runs {
        commands.spawn((
            Cell(run),
            Node {
                position_type: PositionType::Absolute,
                ..default()
            },
            ImageNode::default(),
            GlobalZIndex(BELOW),
            Lasting,
        ));
    }
}

fn cells(
    mut commands: Commands,
    area: Res<Area>,
    view: Res<View>,
    ui_scale: Res<UiScale>,
    mut images: ResMut<Assets<Image>>,
    windows: Query<(&Window, Option<&SideWindow>)>,
    screens: Query<(Entity, &Screen)>,
    mut shows: Query<&mut Node, (With<Shows>, Without<Cell>)>,
    mut cells: Query<(&Cell, &mut Node, &mut ImageNode), Without<Shows>>,
    mut size: Local<UVec2>,
) {
    let screen = screens.iter().find(|(_, s)| s.slot == Slot::Centre);
    let (Some((camera, screen)), Some((sizes, scale))) = (screen, sizes_of(&windows, &area)) else {
        return;
    };
    if area.runs < 2 {
        return;
    }
    for mut node in &mut shows {
        super::widgets::show(&mut node, false);
    }
    let to_px = 1.0 / (scale * ui_scale.0);
    for (cell, mut node, mut image) in &mut cells {
        if *size != screen.size {
            let format = TextureFormat::Rgba8UnormSrgb;
            let blank = Image::new_target_texture(screen.size.x, screen.size.y, format, None);
            image.image = images.add(blank);
        }
        let (at, of) = layout::cell(cell.0, area.runs, sizes.main);
        let wanted = Node {
            left: px(at.x as f32 * to_px),
            top: px(at.y as f32 * to_px),
            // A hairline between them.
            width: px((of.x.saturating_sub(2)) as f32 * to_px),
            height: px((of.y.saturating_sub(2)) as f32 * to_px),
            ..node.clone()
        };
        if *node != wanted {
            *node = wanted;
        }
        let flipped = Slot::Centre.is_flipped(*view);
        if image.flip_x != flipped {
            image.flip_x = flipped;
        }
        if cell.0 == area.now {
            commands
                .entity(camera)
                .insert(RenderTarget::Image(ImageRenderTarget::from(
                    image.image.clone(),
                )));
        }
    }
    *size = screen.size;
}

/// Px that a picture of a place is drawn with.
fn drawn_size(place: UVec2, resolution: f32) -> UVec2 {
    let size = place.as_vec2() * resolution.clamp(0.05, 1.0);
    size.round().as_uvec2().max(UVec2::splat(8))
}

/// Gives each picture its place, its image and its lens: views, windows, quality and video change.
fn arrange(
    mut commands: Commands,
    view: Res<View>,
    quality: Res<Quality>,
    picture: Res<Picture>,
    ui_scale: Res<UiScale>,
    area: Res<Area>,
    mut images: ResMut<Assets<Image>>,
    windows: Query<(&Window, Option<&SideWindow>)>,
    window_cameras: Query<(Entity, &WindowCamera)>,
    mut screens: Query<(Entity, &mut Screen, &mut Camera, &mut Projection, &mut Msaa)>,
    mut shows: Query<(
        Entity,
        &Shows,
        &mut Node,
        &mut ImageNode,
        Option<&UiTargetCamera>,
    )>,
) {
    let terms = quality.terms();
    let sizes = sizes_of(&windows, &area);
    let Some((sizes, scale)) = sizes else { return };
    let video = if view.is_video() {
        picture.video.scale
    } else {
        1.0
    };
    for (entity, mut screen, mut camera, mut projection, mut msaa) in &mut screens {
        let slot = screen.slot;
        let place = place(slot, *view, sizes, terms.mirrors, &area);
        let Some((node_entity, _, mut node, mut image, target)) =
            shows.iter_mut().find(|(_, shows, ..)| shows.0 == slot)
        else {
            continue;
        };
        screen.place = place;
        let Some(place) = place else {
            camera.is_active = false;
            screen.blank = true;
            if node.display != Display::None {
                node.display = Display::None;
            }
            continue;
        };
        let size = drawn_size(place.size, terms.resolution * video);
        if size != screen.size {
            let format = TextureFormat::Rgba8UnormSrgb;
            let target = images.add(Image::new_target_texture(size.x, size.y, format, None));
            commands
                .entity(entity)
                .insert(RenderTarget::Image(ImageRenderTarget::from(target.clone())));
            image.image = target;
            screen.size = size;
            screen.blank = true;
            screen.settling = SETTLING;
        }
        let samples = Msaa::from_samples(terms.samples);
        if *msaa != samples {
            *msaa = samples;
        }
        let ground = if *view == View::Map {
            ClearColorConfig::Custom(super::map::GROUND)
        } else {
            ClearColorConfig::Default
        };
        camera.clear_color = ground;
        let lens = layout::lens(slot, *view, place.size);
        if screen.lens != lens || view.is_changed() || screen.blank {
            screen.lens = lens;
            *projection = projection_of(*view, lens);
        }
        if image.flip_x != slot.is_flipped(*view) {
            image.flip_x = !image.flip_x;
        }
        let to_px = 1.0 / (scale * ui_scale.0);
        let wanted = Node {
            display: Display::Flex,
            left: px(place.at.x as f32 * to_px),
            top: px(place.at.y as f32 * to_px),
            width: px(place.size.x as f32 * to_px),
            height: px(place.size.y as f32 * to_px),
            ..node.clone()
        };
        if *node != wanted {
            *node = wanted;
            screen.settling = SETTLING;
        }
        let window = window_cameras.iter().find(|(_, w)| w.0 == place.pane);
        if let Some((window, _)) = window.filter(|w| target.is_none_or(|t| t.0 != w.0)) {
            commands.entity(node_entity).insert(UiTargetCamera(window));
        }
    }
}

/// Where a picture goes. Several runs have one picture each.
fn place(slot: Slot, view: View, windows: Windows, mirrors: u8, area: &Area) -> Option<Place> {
    if area.runs < 2 {
        return layout::place(slot, view, windows, mirrors);
    }
    let (at, size) = layout::cell(area.now, area.runs, windows.main);
    (slot == Slot::Centre).then_some(Place {
        pane: Pane::Main,
        at,
        size,
    })
}

/// The windows' sizes and the main one's scale; none while it is minimised.
fn sizes_of(
    windows: &Query<(&Window, Option<&SideWindow>)>,
    area: &Area,
) -> Option<(Windows, f32)> {
    let size_of = |pane: Pane| {
        windows
            .iter()
            .find(|(_, side)| side.map_or(Pane::Main, |s| s.0) == pane)
            .map(|(window, _)| (window.physical_size(), window.scale_factor()))
    };
    let (mut main, scale) = size_of(Pane::Main)?;
    main.y = main.y.saturating_sub(area.kept);
    let sides = size_of(Pane::Left).zip(size_of(Pane::Right));
    let sides = sides.map(|(left, right)| [left.0.max(UVec2::ONE), right.0.max(UVec2::ONE)]);
    (main.min_element() > 0).then_some((Windows { main, sides }, scale))
}

fn projection_of(view: View, lens: Lens) -> Projection {
    if view == View::Map {
        return Projection::Orthographic(OrthographicProjection {
            near: 1.0,
            far: 1000.0,
            scaling_mode: bevy::camera::ScalingMode::FixedVertical {
                viewport_height: super::map::HEIGHT,
            },
            ..OrthographicProjection::default_3d()
        });
    }
    Projection::Perspective(PerspectiveProjection {
        fov: lens.upright,
        aspect_ratio: lens.aspect,
        near: project::NEAR,
        far: FAR,
        ..default()
    })
}

/// What was drawn last.
#[derive(Default)]
struct Drawn {
    /// The frame behind the last picture, by its address and number.
    frame: Option<(usize, u64)>,
    /// Pictures drawn.
    count: u64,
}

/// Lets the cameras draw when there is a new picture, and only then.
fn shoot(
    mut commands: Commands,
    picture: Res<Picture>,
    view: Res<View>,
    quality: Res<Quality>,
    run: Res<RunNumber>,
    mut drawn: Local<Memory<Drawn>>,
    mut on_screen: ResMut<OnScreen>,
    mut screens: Query<(Entity, &mut Screen, &mut Camera, Option<&Codec>)>,
) {
    let drawn = drawn.of(*run);
    let frame = if view.is_video() {
        &picture.scene
    } else {
        &picture.frame
    };
    let Some(frame) = frame else {
        on_screen.set_if_neq(OnScreen(None));
        return;
    };
    on_screen.set_if_neq(OnScreen(view.is_video().then_some(Taken {
        number: picture.video.number,
        captured: picture.video.captured,
    })));
    let now = (Arc::as_ptr(frame) as usize, picture.video.number);
    let new = drawn.frame != Some(now);
    drawn.frame = Some(now);
    drawn.count += u64::from(new);
    let every = quality.terms().mirror_every.max(1);
    for (entity, mut screen, mut camera, worn) in &mut screens {
        if screen.place.is_none() {
            continue;
        }
        let turn = (drawn.count + screen.slot as u64).is_multiple_of(every);
        camera.is_active =
            screen.blank || screen.settling > 0 || (new && (turn || !screen.slot.is_mirror()));
        screen.settling = screen.settling.saturating_sub(1);
        if !camera.is_active {
            continue;
        }
        let codec = view
            .is_video()
            .then(|| Codec::of(&picture.video, screen.size, screen.blank))
            .flatten();
        screen.blank = false;
        camera.output_mode = Codec::output(codec);
        match codec {
            Some(codec) if worn != Some(&codec) => {
                commands.entity(entity).insert(codec);
            }
            None if worn.is_some() => {
                commands.entity(entity).remove::<Codec>();
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_full_quality_a_picture_has_the_windows_pixels() {
        let place = UVec2::new(641, 359);
        assert_eq!(drawn_size(place, 1.0), place);
        assert_eq!(drawn_size(place, 0.5), UVec2::new(321, 180));
        assert_eq!(drawn_size(place, 0.0), UVec2::new(32, 18));
    }
}
