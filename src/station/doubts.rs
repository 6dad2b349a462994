//! Marks over the picture: what the vehicle doubts, with its confidence and the cause, and where the
//! vehicle itself is by now ([`super::ahead`]).
//!
//! They are drawn by the window, not into the picture: crisp and new even where the picture is
//! coarse, old or frozen. All comes from the vehicle's own tracks; what it has missed has no mark.
//! Each kind of doubt has its own shape and colour (Okabe and Ito's palette).

use super::ahead::{Ahead, ahead};
use super::feed::Picture;
use super::layout::{Pane, Slot};
use super::project::{above, bounds, line, project};
use super::runs::Begin;
use super::scene::Setting;
use super::screens::Screen;
use super::views::View;
use super::widgets::{ORANGE, PANEL, PAPER, SKY_BLUE};
use super::words::{named, t};
use super::{axes, codec, plan};
use crate::autopilot::PlanPoint;
use crate::frame::Frame;
use crate::perception::{Cause, Class, Function, Track};
use crate::road::Network;
use crate::takeover::alert::settings;
use bevy::prelude::*;

/// What is added to the picture now: by the scenario's settings of alerts, and those that are on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Resource)]
pub struct Augmented(pub settings::Augmented);

/// Below this reported confidence a track is doubtful, and below this probability its existence
/// or its class is what is doubted.
const DOUBTED: f64 = 0.9;
/// A standard deviation of its place above this is a doubt about its motion, m.
const VAGUE: f64 = 2.0;
/// Marks, nearest tracks first.
const MARKS: usize = 8;
/// Farther away nothing is marked, m.
const FARTHEST: f64 = 150.0;
/// Smallest side of a mark, and length of its corners, px of the design.
const SMALLEST: f32 = 26.0;
const CORNER: f32 = 12.0;
/// Lines for the own outline, the stop and both edges of a plan.
const LINES: usize = 5 + 2 * PLAN;
/// Pieces of a plan's edge.
const PLAN: usize = 20;

/// What is doubted of a track.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// Whether it is there: corners only.
    Existence,
    /// What it is: a whole frame.
    Class,
    /// Where it goes: a frame with round ends.
    Motion,
}

/// What is most in doubt about a track; none if it is sure enough of it.
pub fn doubt(track: &Track) -> Option<Doubt> {
    let (existence, class) = (track.existence, track.class_probability);
    let spread = libm::sqrt(track.sxx.max(track.syy));
    if existence.min(class).min(track.reported) < DOUBTED {
        return Some(if existence <= class {
            Doubt::Existence
        } else {
            Doubt::Class
        });
    }
    (spread > VAGUE).then_some(Doubt::Motion)
}

impl Doubt {
    fn colour(self) -> Color {
        match self {
            Self::Existence => ORANGE,
            Self::Class => Color::srgb(0.8, 0.475, 0.655),
            Self::Motion => Color::srgb(0.941, 0.894, 0.259),
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Existence => t("doubt.existence"),
            Self::Class => t("doubt.class"),
            Self::Motion => t("doubt.motion"),
        }
    }
}

/// What stands at a mark: what it is taken for, how sure that is, what is doubted, and why.
fn caption(track: &Track, doubt: Doubt, cause: Cause) -> String {
    let class = named("class", &track.class);
    let share = (100.0 * track.reported).round();
    let line = format!("{class} {share:.0} %\n{}", doubt.word());
    match cause {
        // The mark itself says that it is the object.
        Cause::None | Cause::Object => line,
        cause => format!("{line} ({})", named("cause", &cause)),
    }
}

/// m.
fn height(track: &Track) -> f32 {
    match track.class {
        Class::Vehicle if track.length > 7.0 => 3.3,
        Class::Vehicle => 1.6,
        Class::TwoWheeler | Class::Pedestrian => 1.8,
        Class::Animal => 1.3,
        Class::Obstacle => 0.9,
    }
}

/// The corners of a track's box, Bevy's axes; it stands on the map's road.
fn corners(track: &Track, network: &Network, near: f32) -> [Vec3; 8] {
    let at = network.locate(track.x, track.y, Some(f64::from(near)));
    let ground = network.road(at.road).height(at.s, at.t) as f32;
    let (sin, cos) = (track.yaw.sin() as f32, track.yaw.cos() as f32);
    let half = Vec2::new(track.length as f32, track.width as f32).max(Vec2::splat(0.5)) / 2.0;
    let top = height(track);
    std::array::from_fn(|i| {
        let sign = |bit: usize| if i & bit == 0 { -1.0 } else { 1.0 };
        let (a, b) = (sign(1) * half.x, sign(2) * half.y);
        let up = if i & 4 == 0 { 0.0 } else { top };
        axes::point(Vec3::new(
            track.x as f32 + a * cos - b * sin,
            track.y as f32 + a * sin + b * cos,
            ground + up,
        ))
    })
}

/// A mark's frame.
#[derive(Component)]
struct Mark(usize);

/// Its text.
#[derive(Component)]
struct Caption(usize);

/// A piece of a mark's corners: 0 to 7.
#[derive(Component)]
struct Bracket(usize);

/// A line on the road.
#[derive(Component)]
struct Line(usize);

pub fn plugin(app: &mut App) {
    app.init_resource::<Augmented>()
        .add_systems(Begin, spawn)
        .add_systems(
            Update,
            augment.in_set(super::Stage::Feed).after(super::feed::drain),
        )
        .add_systems(
            Update,
            (mark, draw_lines)
                .in_set(super::Stage::Finish)
                .after(super::camera::follow),
        );
}

fn augment(picture: Res<Picture>, setting: Res<Setting>, mut augmented: ResMut<Augmented>) {
    let on = picture.watch.on().map(|told| told.alert);
    augmented.set_if_neq(Augmented(setting.0.alerts.augmented(on)));
}

/// Over the pictures and below the instruments.
const OVER_PICTURES: GlobalZIndex = GlobalZIndex(-5);

fn spawn(mut commands: Commands) {
    let hidden = || Node {
        position_type: PositionType::Absolute,
        display: Display::None,
        ..default()
    };
    for i in 0..MARKS {
        commands
            .spawn((Mark(i), hidden(), BorderColor::default(), OVER_PICTURES))
            .with_children(|mark| {
                for part in 0..8 {
                    // Two strokes in each corner.
                    let (right, low, upright) = (part & 1 == 1, part & 2 == 2, part & 4 == 4);
                    let (edge, zero) = (px(-2.0), Val::Auto);
                    let (width, height) = if upright {
                        (px(3.0), px(CORNER))
                    } else {
                        (px(CORNER), px(3.0))
                    };
                    let node = Node {
                        position_type: PositionType::Absolute,
                        left: if right { zero } else { edge },
                        right: if right { edge } else { zero },
                        top: if low { zero } else { edge },
                        bottom: if low { edge } else { zero },
                        width,
                        height,
                        ..default()
                    };
                    mark.spawn((Bracket(i), node, BackgroundColor(ORANGE)));
                }
                mark.spawn((
                    Caption(i),
                    Node {
                        position_type: PositionType::Absolute,
                        left: px(-2.0),
                        bottom: percent(100.0),
                        padding: UiRect::axes(px(5.0), px(2.0)),
                        margin: UiRect::bottom(px(4.0)),
                        ..default()
                    },
                    BackgroundColor(PANEL),
                    Text::default(),
                    TextLayout::no_wrap(),
                    TextFont::from_font_size(14.0),
                    TextColor(PAPER),
                ));
            });
    }
    for i in 0..LINES {
        commands.spawn((
            Line(i),
            hidden(),
            UiTransform::IDENTITY,
            BackgroundColor(SKY_BLUE),
            OVER_PICTURES,
        ));
    }
}

/// From a picture's own coordinates (-1 to 1) to its window's px, upper left first.
fn to_window(at: Vec2, screen: &Screen, view: View) -> Option<Vec2> {
    let place = screen.place?;
    let x = if screen.slot.is_flipped(view) {
        -at.x
    } else {
        at.x
    };
    let share = Vec2::new(0.5 + x / 2.0, 0.5 - at.y / 2.0);
    Some(place.at.as_vec2() + share * place.size.as_vec2())
}

/// The screens of the main window that show the world ahead or around, not mirrors.
fn main_screens<'a>(
    screens: &'a Query<(&Screen, &Transform)>,
) -> impl Iterator<Item = (&'a Screen, &'a Transform)> {
    screens.iter().filter(|(screen, _)| {
        let on_main = screen.place.is_some_and(|place| place.pane == Pane::Main);
        on_main && matches!(screen.slot, Slot::Centre | Slot::Left | Slot::Right)
    })
}

/// A mark to draw: upper left corner and size, px of the window.
struct Framed<'a> {
    track: &'a Track,
    doubt: Doubt,
    at: Vec2,
    size: Vec2,
}

fn framed<'a>(
    frame: &'a Frame,
    network: &Network,
    view: View,
    screens: &Query<(&Screen, &Transform)>,
) -> Vec<Framed<'a>> {
    let Some(ego) = frame.bodies.first() else {
        return Vec::new();
    };
    let away = |track: &Track| {
        libm::hypot(
            track.x - f64::from(ego.position.x),
            track.y - f64::from(ego.position.y),
        )
    };
    let mut doubted: Vec<(f64, &Track, Doubt)> = frame
        .tracks
        .iter()
        .filter_map(|track| doubt(track).map(|doubt| (away(track), track, doubt)))
        .filter(|(away, ..)| *away < FARTHEST)
        .collect();
    doubted.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.id.cmp(&b.1.id)));
    let mut marks = Vec::new();
    for (_, track, doubt) in doubted.into_iter().take(MARKS) {
        let corners = corners(track, network, ego.position.z);
        let seen = main_screens(screens).find_map(|(screen, eye)| {
            let (low, high) = bounds(eye, screen.lens, &corners)?;
            let middle = (low + high) / 2.0;
            // Of two screens, the one that has its middle.
            if middle.x.abs() > 1.0 {
                return None;
            }
            let a = to_window(low, screen, view)?;
            let b = to_window(high, screen, view)?;
            Some((a.min(b), a.max(b)))
        });
        if let Some((low, high)) = seen {
            marks.push(Framed {
                track,
                doubt,
                at: low,
                size: high - low,
            });
        }
    }
    marks
}

fn mark(
    picture: Res<Picture>,
    setting: Res<Setting>,
    view: Res<View>,
    augmented: Res<Augmented>,
    ui_scale: Res<UiScale>,
    window: Single<&Window, With<bevy::window::PrimaryWindow>>,
    screens: Query<(&Screen, &Transform)>,
    mut marks: Query<(&Mark, &mut Node, &mut BorderColor), (Without<Bracket>, Without<Caption>)>,
    mut captions: Query<(&Caption, &mut Text)>,
    mut brackets: Query<(&Bracket, &mut Visibility, &mut BackgroundColor)>,
) {
    let shown = match &picture.frame {
        // The map marks them itself.
        Some(frame) if augmented.0.objects && view.is_video() => {
            framed(frame, &setting.0.network, *view, &screens)
        }
        _ => Vec::new(),
    };
    let cause = picture.frame.as_ref().map_or(Cause::None, |frame| {
        let index = Function::ALL.iter().position(|f| *f == Function::Objects);
        index.map_or(Cause::None, |i| frame.confidence.functions[i].cause)
    });
    let to_px = 1.0 / (window.scale_factor() * ui_scale.0);
    for (mark, mut node, mut border) in &mut marks {
        let Some(framed) = shown.get(mark.0) else {
            if node.display != Display::None {
                node.display = Display::None;
            }
            continue;
        };
        let size = (framed.size * to_px).max(Vec2::splat(SMALLEST));
        let at = (framed.at + framed.size / 2.0) * to_px - size / 2.0;
        let colour = framed.doubt.colour();
        let (width, radius) = match framed.doubt {
            Doubt::Existence => (0.0, 0.0),
            Doubt::Class => (3.0, 0.0),
            Doubt::Motion => (3.0, 14.0),
        };
        node.display = Display::Flex;
        (node.left, node.top) = (px(at.x), px(at.y));
        (node.width, node.height) = (px(size.x), px(size.y));
        node.border = UiRect::all(px(width));
        node.border_radius = BorderRadius::all(px(radius));
        *border = BorderColor::all(colour);
        for (bracket, mut visibility, mut ground) in &mut brackets {
            if bracket.0 == mark.0 {
                ground.0 = colour;
                visibility.set_if_neq(if framed.doubt == Doubt::Existence {
                    Visibility::Inherited
                } else {
                    Visibility::Hidden
                });
            }
        }
        for (caption_of, mut text) in &mut captions {
            if caption_of.0 == mark.0 {
                let said = caption(framed.track, framed.doubt, cause);
                if text.0 != said {
                    text.0 = said;
                }
            }
        }
    }
}

/// Both edges of the plan from in front of the bonnet on, world axes.
fn edges(plan: &[PlanPoint], ego: Vec3) -> Vec<[Vec3; 2]> {
    let aside = |from: Vec3, to: Vec3| Vec3::Z.cross(to - from).normalize_or_zero() * plan::HALF;
    plan.windows(2)
        .take(PLAN)
        .map(|pair| [pair[0].position, pair[1].position].map(|p| p + Vec3::Z * plan::LIFT))
        .filter(|[_, to]| to.distance(ego) > plan::FROM)
        .flat_map(|[from, to]| {
            let out = aside(from, to);
            [[from + out, to + out], [from - out, to - out]]
        })
        .collect()
}

/// Draws where the own vehicle is by now, where it would stop, and the plan if the picture suffers.
fn draw_lines(
    picture: Res<Picture>,
    view: Res<View>,
    augmented: Res<Augmented>,
    ui_scale: Res<UiScale>,
    window: Single<&Window, With<bevy::window::PrimaryWindow>>,
    screens: Query<(&Screen, &Transform)>,
    mut lines: Query<(&Line, &mut Node, &mut UiTransform, &mut BackgroundColor)>,
) {
    let Ahead { outline, stop } = match &picture.frame {
        Some(frame) if augmented.0.ego && view.is_video() && *view != View::Rear => {
            ahead(frame, picture.link.delay + picture.link.silence)
        }
        _ => Ahead::default(),
    };
    let to_px = 1.0 / (window.scale_factor() * ui_scale.0);
    let ego = picture.scene.as_ref().and_then(|f| f.bodies.first());
    let bonnet = ego.filter(|_| view.from_seat()).map(|ego| {
        super::vehicles::pose(ego).transform_point(axes::point(super::cockpit::rim(ego.size)))
    });
    let plan = match &picture.frame {
        Some(frame)
            if augmented.0.plan
                && view.is_video()
                && codec::suffers(&picture.video, picture.link.frozen) =>
        {
            let ego = frame.bodies.first().map_or(Vec3::ZERO, |ego| ego.position);
            edges(&frame.plan, ego)
        }
        _ => Vec::new(),
    };
    let green = Color::srgb(0.0, 0.72, 0.54);
    let drawn = |lines: Vec<[Vec3; 2]>, colour, thick| {
        lines.into_iter().map(move |line| (line, colour, thick))
    };
    let wanted: Vec<([Vec3; 2], Color, f32)> = drawn(plan, green, 2.5)
        .chain(drawn(outline, SKY_BLUE, 3.0))
        .chain(drawn(stop.into_iter().collect(), PAPER, 5.0))
        .collect();
    for (at, mut node, mut transform, mut colour) in &mut lines {
        let seen = wanted.get(at.0).and_then(|([from, to], tint, thick)| {
            let (screen, eye) = main_screens(&screens).find(|(s, _)| s.slot == Slot::Centre)?;
            let ends = line(eye, screen.lens, axes::point(*from), axes::point(*to))?;
            // Not over the own bonnet.
            let rim = bonnet.and_then(|rim| project(eye, screen.lens, rim));
            let ends = rim.map_or(Some(ends), |rim| above(ends, rim.y))?;
            let [a, b] = ends.map(|p| to_window(p, screen, *view));
            Some((a? * to_px, b? * to_px, *tint, *thick))
        });
        let Some((a, b, tint, thick)) = seen else {
            if node.display != Display::None {
                node.display = Display::None;
            }
            continue;
        };
        let length = a.distance(b);
        let middle = (a + b) / 2.0;
        node.display = Display::Flex;
        (node.left, node.top) = (px(middle.x - length / 2.0), px(middle.y - thick / 2.0));
        (node.width, node.height) = (px(length), px(thick));
        transform.rotation = Rot2::radians((b - a).to_angle());
        colour.0 = tint;
    }
}

#[cfg(test)]
mod tests {
    use super::super::site::tests::one_way;
    use super::*;
    use crate::road::Element;

    fn sure() -> Track {
        Track {
            x: 30.0,
            y: 2.0,
            yaw: 0.3,
            length: 4.5,
            width: 1.8,
            existence: 0.99,
            class_probability: 0.98,
            reported: 0.97,
            sxx: 0.2,
            syy: 0.1,
            ..Track::default()
        }
    }

    #[test]
    fn only_what_is_doubted_has_a_mark_and_the_greatest_doubt_names_it() {
        assert_eq!(doubt(&sure()), None);
        let unsure = |change: fn(&mut Track)| {
            let mut track = sure();
            change(&mut track);
            doubt(&track)
        };
        assert_eq!(unsure(|t| t.existence = 0.5), Some(Doubt::Existence));
        assert_eq!(unsure(|t| t.class_probability = 0.5), Some(Doubt::Class));
        assert_eq!(unsure(|t| t.sxx = 9.0), Some(Doubt::Motion));
        assert_eq!(unsure(|t| t.reported = 0.6), Some(Doubt::Class));
        let kinds = [Doubt::Existence, Doubt::Class, Doubt::Motion];
        for (i, a) in kinds.iter().enumerate() {
            for b in &kinds[..i] {
                assert_ne!(a.colour(), b.colour());
                assert_ne!(a.word(), b.word());
            }
        }
    }

    #[test]
    fn a_caption_says_what_how_sure_and_why() {
        let mut track = sure();
        track.reported = 0.618;
        let said = caption(&track, Doubt::Existence, Cause::Fog);
        assert!(said.contains("62 %") && said.contains("fog"), "{said}");
        let said = caption(&track, Doubt::Class, Cause::None);
        assert!(!said.contains('('), "{said}");
    }

    #[test]
    fn a_plans_edges_begin_ahead_of_the_bonnet_and_lie_beside_it() {
        let plan: Vec<PlanPoint> = (0..8)
            .map(|i| PlanPoint {
                after: 0.25 * f64::from(i),
                position: Vec3::new(2.0 * i as f32, 1.0, 0.0),
                speed: 8.0,
            })
            .collect();
        let edges = edges(&plan, Vec3::Y);
        assert_eq!(edges.len(), 2 * 6);
        for [from, to] in &edges {
            assert!(to.x > plan::FROM && to.x - from.x > 1.9);
            assert!(((to.y - 1.0).abs() - plan::HALF).abs() < 1e-5);
        }
    }

    #[test]
    fn an_outline_holds_the_whole_box() {
        let network = one_way(&[Element::Straight { length: 300.0 }]);
        let corners = corners(&sure(), &network, 0.0);
        let (low, high) = corners
            .iter()
            .fold((Vec3::INFINITY, Vec3::NEG_INFINITY), |(l, h), p| {
                (l.min(*p), h.max(*p))
            });
        assert!((high.y - low.y - 1.6).abs() < 1e-4 && low.y.abs() < 1e-4);
        let eye = Transform::from_xyz(0.0, 1.2, 0.0).looking_to(Vec3::X, Vec3::Y);
        let lens = super::super::layout::lens(Slot::Centre, View::Driver, UVec2::new(1280, 720));
        let (low, high) = bounds(&eye, lens, &corners).expect("seen");
        for corner in corners {
            let at = project(&eye, lens, corner).expect("in front");
            assert!(at.cmpge(low - 1e-6).all() && at.cmple(high + 1e-6).all());
        }
    }
}
