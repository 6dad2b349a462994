//! Who drives, in the banner; and the request to take over, which nobody may miss.
//!
//! A request is told four times over: in words, by a shape, by colour, and by a frame around the
//! whole picture; each can be off in a study's condition. Escalated, it flashes, at 2 Hz: below the
//! 3 Hz that can set off seizures (WCAG 2.3.1).

use super::feed::Picture;
use super::hud::COLUMN;
use super::runs::{Begin, Memory, RunNumber};
use super::scene::Setting;
use super::text;
use super::widgets::{
    BLUE, FAINT, INK, ORANGE, PANEL, PAPER, Room, TROUGH, VERMILLION, fill, label, paint, show,
    write,
};
use super::words::t;
use crate::frame::{Frame, RequestView};
use crate::takeover::alert::Alert;
use crate::takeover::alert::settings::{Alerts, Visual};
use crate::takeover::event::Authority;
use bevy::prelude::*;

const FLASHES: f64 = 2.0;
const SIGN: f32 = 40.0;

/// Widest that the banner gets, px: words far apart are not read in a glance.
const WIDEST: f32 = 720.0;

/// Where the banner and the notice below it stand.
#[derive(Component)]
struct Top;

#[derive(Component)]
struct Banner;

/// A line about something that is no request, below the banner.
#[derive(Component)]
struct Notice;

/// The shape in front of the words.
#[derive(Component)]
struct Sign;

#[derive(Clone, Copy, Component)]
enum Words {
    Sign,
    Headline,
    Explanation,
    Seconds,
    NoticeSign,
    Notice,
}

/// The row with the countdown.
#[derive(Component)]
struct Countdown;

#[derive(Component)]
struct Left;

/// One side of the frame around the picture.
#[derive(Component)]
struct Side;

pub fn plugin(app: &mut App) {
    app.add_systems(Begin, (spawn_frame, spawn_banner).chain())
        .add_systems(
            Update,
            (place, banner, words, countdown, frame).in_set(super::Stage::Draw),
        );
}

/// What of the request or manoeuvre that this frame tells of is to be seen; everything else is
/// always told by the banner.
fn visual(frame: &Frame, alerts: &Alerts) -> Visual {
    match (frame.authority, escalated(frame)) {
        (Authority::RequestPending, false) => alerts.request.visual,
        (Authority::RequestPending, true) => alerts.escalated.visual,
        (Authority::MinimalRisk, _) => alerts.minimal_risk.visual,
        _ => Visual {
            banner: true,
            icon: true,
            countdown: false,
            frame: false,
        },
    }
}

/// Who drives, as the banner may say it: a request that it keeps to itself looks like the
/// automation's drive that it is.
fn told(frame: &Frame, alerts: &Alerts) -> Authority {
    if visual(frame, alerts).banner {
        frame.authority
    } else {
        Authority::Automation
    }
}

/// The notice to show: requests have the banner, a lost link a sign of its own, an offer the
/// banner's second line.
fn notice(picture: &Picture, alerts: &Alerts) -> Option<Alert> {
    let on = picture.watch.on().map(|told| told.alert);
    let seen = |alert: &Alert| alerts.of(*alert).visual.banner;
    on.filter(seen)
        .find(|alert| matches!(alert, Alert::Advisory | Alert::OperatorLost | Alert::NoNeed))
}

/// How an authority looks: ground, ink, and its sign.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Look {
    ground: Color,
    ink: Color,
    sign: SignShape,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum SignShape {
    Disc,
    Diamond,
    Square,
    Block,
    Bar,
    Pill,
}

fn look(authority: Authority, flashing: bool) -> Look {
    let of = |ground, ink, sign| Look { ground, ink, sign };
    match authority {
        Authority::Automation => of(BLUE, PAPER, SignShape::Disc),
        Authority::RequestPending if flashing => of(VERMILLION, INK, SignShape::Diamond),
        Authority::RequestPending => of(ORANGE, INK, SignShape::Diamond),
        Authority::Operator => of(PAPER, INK, SignShape::Square),
        Authority::MinimalRisk => of(INK, ORANGE, SignShape::Block),
        Authority::Standstill => of(INK, PAPER, SignShape::Bar),
        Authority::Shared => of(PAPER, INK, SignShape::Pill),
    }
}

fn escalated(frame: &Frame) -> bool {
    frame.request.is_some_and(|request| request.escalated)
}

/// Whether the alert is in the bright half of its flash.
fn flash(frame: &Frame) -> bool {
    escalated(frame) && (frame.time * FLASHES).fract() < 0.5
}

fn spawn_frame(mut commands: Commands) {
    // Four bars rather than one node with a border: that would be blended over the whole picture.
    let none = px(0.0);
    let side = |left, right, top, bottom| Node {
        position_type: PositionType::Absolute,
        left,
        right,
        top,
        bottom,
        ..default()
    };
    for (node, upright) in [
        (side(none, Val::Auto, none, none), true),
        (side(Val::Auto, none, none, none), true),
        (side(none, none, none, Val::Auto), false),
        (side(none, none, Val::Auto, none), false),
    ] {
        commands.spawn((
            Side,
            Upright(upright),
            node,
            BackgroundColor(ORANGE),
            Visibility::Hidden,
        ));
    }
}

/// Whether a side of the frame is thick across or along the screen.
#[derive(Component)]
struct Upright(bool);

fn spawn_banner(mut commands: Commands) {
    let top = Node {
        position_type: PositionType::Absolute,
        top: px(12.0),
        flex_direction: FlexDirection::Column,
        align_items: AlignItems::Center,
        row_gap: px(6.0),
        ..default()
    };
    commands.spawn((Top, top)).with_children(|top| {
        spawn_sign_and_words(top);
        // In the column with the banner, hence below it however tall that is.
        let strip = Node {
            padding: UiRect::axes(px(14.0), px(6.0)),
            border_radius: BorderRadius::all(px(6.0)),
            column_gap: px(10.0),
            align_items: AlignItems::Center,
            display: Display::None,
            ..default()
        };
        let ground = BackgroundColor(PANEL);
        top.spawn((strip, ground, Notice)).with_children(|strip| {
            strip.spawn((label("", 20.0, ORANGE), Words::NoticeSign));
            strip.spawn((label("", 17.0, PAPER), Words::Notice));
        });
    });
}

fn spawn_sign_and_words(top: &mut ChildSpawnerCommands) {
    let place = Node {
        width: percent(100.0),
        max_width: px(WIDEST),
        flex_direction: FlexDirection::Column,
        padding: UiRect::axes(px(16.0), px(5.0)),
        row_gap: px(2.0),
        border_radius: BorderRadius::all(px(6.0)),
        ..default()
    };
    top.spawn((Banner, place, BackgroundColor(INK)))
        .with_children(|banner| {
            banner
                .spawn(Node {
                    align_items: AlignItems::Center,
                    column_gap: px(18.0),
                    ..default()
                })
                .with_children(|row| {
                    row.spawn(Node {
                        width: px(1.3 * SIGN),
                        height: px(1.3 * SIGN),
                        flex_shrink: 0.0,
                        align_items: AlignItems::Center,
                        justify_content: JustifyContent::Center,
                        ..default()
                    })
                    .with_children(|cell| {
                        cell.spawn((Sign, Node::default(), BackgroundColor(PAPER)));
                        cell.spawn((
                            Node {
                                position_type: PositionType::Absolute,
                                ..default()
                            },
                            label("", 32.0, PAPER),
                            Words::Sign,
                        ));
                    });
                    row.spawn(Node {
                        flex_direction: FlexDirection::Column,
                        ..default()
                    })
                    .with_children(|lines| {
                        lines.spawn((label(t("hud.waiting"), 32.0, PAPER), Words::Headline));
                        lines.spawn((label("", 16.0, PAPER), Words::Explanation));
                    });
                });
            banner
                .spawn((
                    Countdown,
                    Node {
                        display: Display::None,
                        align_items: AlignItems::Center,
                        column_gap: px(14.0),
                        ..default()
                    },
                ))
                .with_children(|row| {
                    row.spawn((
                        Node {
                            flex_grow: 1.0,
                            height: px(14.0),
                            ..default()
                        },
                        BackgroundColor(TROUGH),
                    ))
                    .with_children(|trough| {
                        let filling = Node {
                            height: percent(100.0),
                            ..default()
                        };
                        trough.spawn((Left, filling, BackgroundColor(INK)));
                    });
                    row.spawn((label("", 22.0, INK), Words::Seconds));
                });
        });
}

/// Between the columns, or over the whole width where there are none.
fn place(room: Res<Room>, top: Single<&mut Node, With<Top>>, new: Query<(), Added<Top>>) {
    if !room.is_changed() && new.is_empty() {
        return;
    }
    let side = match *room {
        Room::Little => px(8.0),
        Room::Enough | Room::Plenty => px(COLUMN + 24.0),
    };
    let mut top = top.into_inner();
    (top.left, top.right) = (side, side);
}

fn banner(
    picture: Res<Picture>,
    setting: Res<Setting>,
    banner: Single<&mut BackgroundColor, (With<Banner>, Without<Sign>)>,
    sign: Single<
        (
            &mut Node,
            &mut UiTransform,
            &mut BackgroundColor,
            &mut Visibility,
        ),
        With<Sign>,
    >,
    run: Res<RunNumber>,
    mut drawn: Local<Memory<Option<(Look, bool)>>>,
) {
    let Some(frame) = &picture.frame else { return };
    let alerts = &setting.0.alerts;
    let look = look(told(frame, alerts), flash(frame));
    let icon = visual(frame, alerts).icon;
    let drawn = drawn.of(*run);
    if *drawn == Some((look, icon)) {
        return;
    }
    *drawn = Some((look, icon));
    banner.into_inner().0 = look.ground;
    let (mut node, mut transform, mut colour, mut visibility) = sign.into_inner();
    *visibility = if icon {
        Visibility::Inherited
    } else {
        Visibility::Hidden
    };
    let (width, height, round, turned) = match look.sign {
        SignShape::Disc => (SIGN, SIGN, 50.0, 0.0),
        SignShape::Diamond => (0.86 * SIGN, 0.86 * SIGN, 8.0, 45.0),
        SignShape::Square => (SIGN, SIGN, 0.0, 0.0),
        SignShape::Block => (0.45 * SIGN, 1.2 * SIGN, 0.0, 0.0),
        SignShape::Bar => (1.2 * SIGN, 0.4 * SIGN, 0.0, 0.0),
        SignShape::Pill => (1.2 * SIGN, 0.6 * SIGN, 50.0, 0.0),
    };
    node.width = px(width);
    node.height = px(height);
    node.border_radius = BorderRadius::all(percent(round));
    transform.rotation = Rot2::degrees(turned);
    colour.0 = look.ink;
}

fn words(
    picture: Res<Picture>,
    setting: Res<Setting>,
    mut texts: Query<(&Words, &mut Text, &mut TextColor)>,
    strip: Single<&mut Node, With<Notice>>,
) {
    let Some(frame) = &picture.frame else { return };
    let alerts = &setting.0.alerts;
    let authority = told(frame, alerts);
    let look = look(authority, flash(frame));
    let request = frame.request.as_ref();
    let notice = notice(&picture, alerts);
    show(&mut strip.into_inner(), notice.is_some());
    for (which, mut shown, mut colour) in &mut texts {
        let (words, ink) = match which {
            Words::Sign => {
                let marked = look.sign == SignShape::Diamond && visual(frame, alerts).icon;
                let mark = if marked { "!" } else { "" };
                (mark.into(), look.ground)
            }
            Words::Headline => (text::headline(authority, escalated(frame)), look.ink),
            Words::Explanation => {
                let offered = alerts.hand_back_offer.visual.banner;
                (text::explanation(frame, authority, offered), look.ink)
            }
            Words::Seconds => {
                let left = request.map(|r| seconds_left(r, frame.time));
                (left.map_or(String::new(), text::seconds_left), look.ink)
            }
            Words::NoticeSign => {
                let icon = notice.is_some_and(|alert| alerts.of(alert).visual.icon);
                (if icon { "!" } else { "" }.into(), ORANGE)
            }
            Words::Notice => (notice.map_or(String::new(), text::notice), PAPER),
        };
        write(&mut shown, words);
        if colour.0 != ink {
            colour.0 = ink;
        }
    }
}

/// Time until the minimal-risk manoeuvre, s, on the run's own time as the picture shows it.
fn seconds_left(request: &RequestView, time: f64) -> f64 {
    (request.deadline - time).max(0.0)
}

/// The same as a share of the whole time given.
fn share_left(request: &RequestView, time: f64) -> f64 {
    let given = request.deadline - request.raised;
    if given > 0.0 {
        (seconds_left(request, time) / given).min(1.0)
    } else {
        0.0
    }
}

fn countdown(
    picture: Res<Picture>,
    setting: Res<Setting>,
    row: Single<&mut Node, (With<Countdown>, Without<Left>)>,
    left: Single<&mut Node, (With<Left>, Without<Countdown>)>,
) {
    let Some(frame) = &picture.frame else { return };
    let asks = frame.authority == Authority::RequestPending && frame.request.is_some();
    let shown = asks && visual(frame, &setting.0.alerts).countdown;
    show(&mut row.into_inner(), shown);
    if let Some(request) = &frame.request {
        fill(
            &mut left.into_inner(),
            share_left(request, frame.time) as f32,
        );
    }
}

fn frame(
    picture: Res<Picture>,
    setting: Res<Setting>,
    mut sides: Query<(&Upright, &mut Node, &mut BackgroundColor, &mut Visibility), With<Side>>,
) {
    let Some(frame) = &picture.frame else { return };
    let (shown, colour) = match frame.authority {
        _ if !visual(frame, &setting.0.alerts).frame => (Visibility::Hidden, FAINT),
        Authority::RequestPending if flash(frame) => (Visibility::Visible, VERMILLION),
        Authority::RequestPending => (Visibility::Visible, ORANGE),
        Authority::MinimalRisk => (Visibility::Visible, INK),
        _ => (Visibility::Hidden, FAINT),
    };
    let thick = px(if escalated(frame) { 14.0 } else { 8.0 });
    for (upright, mut node, mut ground, mut visibility) in &mut sides {
        visibility.set_if_neq(shown);
        paint(&mut ground, colour);
        let wanted = if upright.0 {
            (thick, Val::Auto)
        } else {
            (Val::Auto, thick)
        };
        if (node.width, node.height) != wanted {
            (node.width, node.height) = wanted;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::takeover::event::{Event, TimedEvent};
    use crate::takeover::reason::Reason;
    use std::sync::Arc;

    fn request() -> RequestView {
        RequestView {
            id: 1,
            reason: Reason::Lanes,
            raised: 8.0,
            deadline: 18.0,
            escalated: false,
        }
    }

    #[test]
    fn the_countdown_runs_from_full_to_empty_and_stays_there() {
        for (time, seconds, share) in [
            (8.0, 10.0, 1.0),
            (13.0, 5.0, 0.5),
            (18.0, 0.0, 0.0),
            (25.0, 0.0, 0.0),
        ] {
            assert!((seconds_left(&request(), time) - seconds).abs() < 1e-9);
            assert!((share_left(&request(), time) - share).abs() < 1e-9);
        }
    }

    #[test]
    fn a_request_without_time_shows_an_empty_bar() {
        let now = RequestView {
            deadline: 8.0,
            ..request()
        };
        assert_eq!(share_left(&now, 8.0), 0.0);
    }

    #[test]
    fn authorities_differ_in_shape_and_not_only_in_colour() {
        let signs = Authority::ALL.map(|a| look(a, false).sign);
        for (i, sign) in signs.iter().enumerate() {
            assert!(!signs[i + 1..].contains(sign), "{sign:?}");
        }
    }

    #[test]
    fn only_an_escalated_request_flashes() {
        let mut frame = Frame {
            authority: Authority::RequestPending,
            request: Some(request()),
            ..Frame::default()
        };
        assert!(!flash(&frame));
        frame.request = Some(RequestView {
            escalated: true,
            ..request()
        });
        assert!(flash(&frame));
        frame.time = 0.3;
        assert!(!flash(&frame));
    }

    #[test]
    fn a_request_that_is_not_to_be_seen_looks_like_the_automation_s_drive() {
        let mut frame = Frame {
            authority: Authority::RequestPending,
            request: Some(request()),
            ..Frame::default()
        };
        let full = Alerts::default();
        let none = Alerts::named("none").expect("a set");
        assert_eq!(told(&frame, &full), Authority::RequestPending);
        assert_eq!(told(&frame, &none), Authority::Automation);
        assert_eq!(visual(&frame, &none), Visual::default());
        // Its escalation is a level of its own.
        let mut late = none;
        late.escalated = full.escalated;
        assert_eq!(told(&frame, &late), Authority::Automation);
        frame.request = Some(RequestView {
            escalated: true,
            ..request()
        });
        assert_eq!(told(&frame, &late), Authority::RequestPending);
        // Who drives is always told.
        frame.authority = Authority::Operator;
        assert_eq!(told(&frame, &none), Authority::Operator);
    }

    #[test]
    fn a_notice_is_shown_unless_it_is_off() {
        let mut picture = Picture::default();
        let full = Alerts::default();
        assert_eq!(notice(&picture, &full), None);
        let reason = Reason::Lanes;
        let frame = Frame {
            authority: Authority::Operator,
            events: vec![TimedEvent {
                tick: 0,
                time: 0.0,
                event: Event::Advisory { reason },
            }],
            ..Frame::default()
        };
        picture.watch.look(&frame.seen(), &frame.events);
        picture.frame = Some(Arc::new(frame));
        assert_eq!(notice(&picture, &full), Some(Alert::Advisory));
        let none = Alerts::named("none").expect("a set");
        assert_eq!(notice(&picture, &none), None);
    }
}
