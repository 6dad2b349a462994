//! Pieces of the instruments: panels, labels, bars, and the colours they share.
//!
//! Colours are from Okabe and Ito's palette, which people with any colour vision can tell apart.
//! Blue means fine, orange means look, and a word or a shape always says the same.

use bevy::prelude::*;
use bevy::window::PrimaryWindow;

/// All sizes are meant for this window size, px, and scaled to the real one.
pub const DESIGN: Vec2 = Vec2::new(1280.0, 720.0);
/// Words smaller than at this scale cannot be read at arm's length: a small window shows less
/// instead.
const LEAST_SCALE: f32 = 0.75;
/// Below this room, in the units of [`DESIGN`], not even the least of the instruments has a place:
/// there they shrink.
const LEAST_ROOM: Vec2 = Vec2::new(560.0, 315.0);

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

/// How large everything that is read is, 0.8 to 2: a wish of the operator's.
#[derive(Clone, Copy, Debug, PartialEq, Resource)]
pub struct TextScale(pub f32);

impl Default for TextScale {
    fn default() -> Self {
        Self(1.0)
    }
}

impl TextScale {
    pub const RANGE: (f32, f32) = (0.8, 2.0);
}

/// How much room there is for instruments, from little to much.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Resource)]
pub enum Room {
    /// What matters: who drives, speed, confidence and link in a line each.
    #[default]
    Little,
    /// All instruments.
    Enough,
    /// Help as well.
    Plenty,
}

impl Room {
    /// `size`: of the window, in the units of [`DESIGN`].
    fn of(size: Vec2) -> Self {
        if size.x < 1000.0 || size.y < 560.0 {
            Self::Little
        } else if size.x < 1230.0 || size.y < 680.0 {
            Self::Enough
        } else {
            Self::Plenty
        }
    }
}

/// Shown only where there is this much room, or more.
#[derive(Clone, Copy, Component)]
pub struct Needs(pub Room);

/// Shown only where there is little room.
#[derive(Clone, Copy, Component)]
pub struct Brief;

/// The scale of a window of this size, px, and the room that it leaves.
fn fitted(size: Vec2, text: f32) -> (f32, Room) {
    let wanted = (size / DESIGN).min_element().max(LEAST_SCALE) * text;
    let scale = wanted.min((size / LEAST_ROOM).min_element()).max(0.1);
    (scale, Room::of(size / scale))
}

/// The scale that a whole window of this size would have: of what keeps a part of it for itself, since
/// the scale in force depends on how much that is.
pub fn scale_of_whole(window: &Window, text: TextScale) -> f32 {
    let (low, high) = TextScale::RANGE;
    fitted(window.size(), text.0.clamp(low, high)).0
}

/// What of the main window the world and its instruments have, and how many runs share it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Resource)]
pub struct Area {
    /// Kept for other things at the lower edge, physical px.
    pub kept: u32,
    pub runs: usize,
    /// The run that is drawn now.
    pub now: usize,
}

impl Default for Area {
    fn default() -> Self {
        Self {
            kept: 0,
            runs: 1,
            now: 0,
        }
    }
}

impl Area {
    /// What is left of a window's size, px of any scale.
    fn left(&self, size: Vec2, scale_factor: f32) -> Vec2 {
        let kept = self.kept as f32 / scale_factor.max(0.1);
        Vec2::new(size.x, (size.y - kept).max(1.0))
    }
}

/// A page is open that needs the whole of [`DESIGN`], whatever size words have.
#[derive(Default, Resource)]
pub struct WholePage(pub bool);

/// Keeps the instruments' size in proportion to the window, and shows what has room.
pub fn scale(
    window: Single<&Window, With<PrimaryWindow>>,
    text: Res<TextScale>,
    page: Res<WholePage>,
    area: Res<Area>,
    mut scale: ResMut<UiScale>,
    mut room: ResMut<Room>,
    mut needy: Query<(&mut Node, &Needs), Without<Brief>>,
    mut brief: Query<&mut Node, (With<Brief>, Without<Needs>)>,
) {
    let (low, high) = TextScale::RANGE;
    let (mut wanted, fits) = fitted(
        area.left(window.size(), window.scale_factor()),
        text.0.clamp(low, high),
    );
    if page.0 {
        wanted = (window.size() / DESIGN).min_element().max(0.1);
    }
    if (scale.0 - wanted).abs() > 1e-3 {
        scale.0 = wanted;
    }
    room.set_if_neq(fits);
    for (mut node, needs) in &mut needy {
        show(&mut node, *room >= needs.0);
    }
    for mut node in &mut brief {
        show(&mut node, *room == Room::Little);
    }
}

/// Lays a node out, or not, only if that changes.
pub fn show(node: &mut Mut<Node>, shown: bool) {
    let display = if shown { Display::Flex } else { Display::None };
    if node.display != display {
        node.display = display;
    }
}

/// A dark ground for instruments, placed by `place`.
pub fn panel(place: Node) -> impl Bundle {
    (
        Node {
            position_type: PositionType::Absolute,
            ..within(place)
        },
        BackgroundColor(PANEL),
    )
}

/// The same, in a row or column of others.
pub fn card(place: Node) -> impl Bundle {
    (within(place), BackgroundColor(PANEL))
}

fn within(place: Node) -> Node {
    Node {
        padding: UiRect::axes(px(14.0), px(10.0)),
        row_gap: px(4.0),
        border_radius: BorderRadius::all(px(6.0)),
        ..place
    }
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
    marked_bar(parent, height, marker, None);
}

/// The same, with an upright line at `mark`, 0 to 1.
pub fn marked_bar(
    parent: &mut ChildSpawnerCommands,
    height: f32,
    marker: impl Bundle,
    mark: Option<f32>,
) {
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
            if let Some(mark) = mark {
                trough.spawn(tick(mark));
            }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_legible_and_the_least_instruments_always_fit() {
        for (width, height) in [
            (640.0, 360.0),
            (800.0, 600.0),
            (1280.0, 720.0),
            (1920.0, 1080.0),
            (3840.0, 1080.0),
            (3840.0, 2160.0),
        ] {
            let size = Vec2::new(width, height);
            for text in [0.8, 1.0, 1.25, 1.5, 2.0] {
                let (scale, room) = fitted(size, text);
                // Headlines are 30 px and readings 15 at scale 1.
                assert!(scale >= 0.6, "{size} {text}: {scale}");
                let left = size / scale;
                assert!(left.x >= 559.0 && left.y >= 314.0, "{size} {text}: {left}");
                assert_eq!(room, Room::of(left));
                if text > 1.0 {
                    assert!(scale >= fitted(size, 1.0).0, "larger words are no smaller");
                }
            }
        }
        assert_eq!(fitted(DESIGN, 1.0), (1.0, Room::Plenty));
        assert_eq!(fitted(Vec2::new(640.0, 360.0), 1.0).1, Room::Little);
        assert_eq!(fitted(Vec2::new(3840.0, 1080.0), 1.0), (1.5, Room::Plenty));
        assert_eq!(fitted(DESIGN, 2.0).1, Room::Little);
    }
}
