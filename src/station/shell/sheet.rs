//! A page as data, and its nodes on the screen.
//!
//! A page is described anew for every picture; its nodes are made anew only when the description
//! differs from the last. So what is shown can never lag behind what is so.

use super::menu::Row;
use crate::station::runs::Lasting;
use crate::station::widgets::{
    BLUE, FAINT, INK, ORANGE, PAPER, SKY_BLUE, TROUGH, VERMILLION, label, tick,
};
use bevy::prelude::*;
use bevy::ui::FocusPolicy;

/// A page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sheet {
    pub title: String,
    pub subtitle: String,
    pub columns: Vec<Column>,
    /// One line at the foot: which keys do what, or what went wrong.
    pub foot: String,
    pub ground: Ground,
}

/// What lies behind a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ground {
    /// Nothing shows through.
    #[default]
    Solid,
    /// The run, dimmed; one narrow panel in the middle.
    Dimmed,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Column {
    /// Of the page, per cent.
    pub width: f32,
    pub pieces: Vec<Piece>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Plain,
    Faint,
    Warning,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    Text {
        words: String,
        size: f32,
        tone: Tone,
    },
    Row {
        row: Row,
        label: String,
        value: Option<String>,
        focused: bool,
    },
    /// A name, a value, and what it is about.
    Fact {
        name: String,
        value: String,
        note: String,
    },
    /// A control's place: 0 to 1, or -1 to 1 from the middle.
    Bar {
        name: String,
        value: f32,
        centred: bool,
    },
    Split(Vec<Part>),
    /// Colour and words of each part.
    Legend(Vec<(usize, String)>),
    /// The plan or the way, px.
    Plan {
        height: f32,
    },
    /// Where the run's pictures are seen, as wide as its column.
    Hole,
    Gap(f32),
}

/// A stretch of a bar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    pub share: f32,
    /// Index into [`PARTS`].
    pub colour: usize,
}

/// Colours of a takeover's parts, Okabe and Ito's.
const PARTS: [Color; 5] = [
    FAINT,
    ORANGE,
    VERMILLION,
    SKY_BLUE,
    Color::srgb(0.0, 0.62, 0.451),
];

impl Piece {
    pub fn text(words: impl Into<String>, size: f32, tone: Tone) -> Self {
        Self::Text {
            words: words.into(),
            size,
            tone,
        }
    }
}

/// The page's node.
#[derive(Component)]
pub struct Root;

/// Where the run's pictures are seen.
#[derive(Component)]
pub struct Hole;

/// A row that the mouse can press, or one of its two arrows.
#[derive(Clone, Copy, Component)]
pub struct Target(pub Row, pub i32);

const GROUND: Color = Color::srgb(0.035, 0.045, 0.062);
const DIM: Color = Color::srgba(0.02, 0.03, 0.04, 0.72);
const FOCUSED: Color = Color::srgba(0.0, 0.447, 0.698, 0.55);

fn colour(tone: Tone) -> Color {
    match tone {
        Tone::Plain => PAPER,
        Tone::Faint => FAINT,
        Tone::Warning => ORANGE,
    }
}

/// Makes the page's nodes; `plan` is the picture for [`Piece::Plan`].
pub fn spawn(commands: &mut Commands, sheet: &Sheet, plan: &Handle<Image>) {
    let dimmed = sheet.ground == Ground::Dimmed;
    let root = Node {
        position_type: PositionType::Absolute,
        width: percent(100.0),
        height: percent(100.0),
        align_items: if dimmed {
            AlignItems::Center
        } else {
            AlignItems::Stretch
        },
        justify_content: JustifyContent::Center,
        ..default()
    };
    let behind = match sheet.ground {
        Ground::Solid => GROUND,
        Ground::Dimmed => DIM,
    };
    let mut root = commands.spawn((
        Root,
        Lasting,
        root,
        GlobalZIndex(10),
        BackgroundColor(behind),
    ));
    root.with_children(|root| {
        let mut page = Node {
            flex_direction: FlexDirection::Column,
            width: percent(100.0),
            ..default()
        };
        let mut ground = Color::NONE;
        if dimmed {
            page.width = px(420.0);
            page.border = UiRect::all(px(1.0));
            page.border_radius = BorderRadius::all(px(8.0));
            ground = INK;
        }
        root.spawn((page, BackgroundColor(ground), BorderColor::all(TROUGH)))
            .with_children(|page| {
                head(page, sheet);
                page.spawn(Node {
                    flex_grow: 1.0,
                    min_height: px(0.0),
                    ..default()
                })
                .with_children(|body| {
                    for column in &sheet.columns {
                        spawn_column(body, column, plan);
                    }
                });
                foot(page, sheet);
            });
    });
}

fn head(page: &mut ChildSpawnerCommands, sheet: &Sheet) {
    let node = Node {
        padding: UiRect::axes(px(28.0), px(12.0)),
        column_gap: px(18.0),
        align_items: AlignItems::Baseline,
        ..default()
    };
    page.spawn(node).with_children(|head| {
        head.spawn(label(sheet.title.clone(), 26.0, PAPER));
        head.spawn(label(sheet.subtitle.clone(), 14.0, FAINT));
    });
}

fn foot(page: &mut ChildSpawnerCommands, sheet: &Sheet) {
    let node = Node {
        padding: UiRect::axes(px(28.0), px(8.0)),
        ..default()
    };
    page.spawn(node).with_children(|foot| {
        foot.spawn(label(sheet.foot.clone(), 13.0, FAINT));
    });
}

fn spawn_column(body: &mut ChildSpawnerCommands, column: &Column, plan: &Handle<Image>) {
    body.spawn(Node {
        width: percent(column.width),
        flex_direction: FlexDirection::Column,
        padding: UiRect::axes(px(28.0), px(4.0)),
        row_gap: px(3.0),
        overflow: Overflow::clip(),
        ..default()
    })
    .with_children(|parent| {
        for piece in &column.pieces {
            spawn_piece(parent, piece, plan);
        }
    });
}

fn spawn_piece(parent: &mut ChildSpawnerCommands, piece: &Piece, plan: &Handle<Image>) {
    match piece {
        Piece::Text { words, size, tone } => {
            parent.spawn(label(words.clone(), *size, colour(*tone)));
        }
        Piece::Row {
            row,
            label: name,
            value,
            focused,
        } => menu_row(parent, *row, name, value.as_deref(), *focused),
        Piece::Fact { name, value, note } => {
            parent.spawn(Node::default()).with_children(|line| {
                for (words, width, size, colour) in [
                    (name, 44.0, 13.5, FAINT),
                    (value, 19.0, 14.0, PAPER),
                    (note, 37.0, 13.0, FAINT),
                ] {
                    line.spawn(Node {
                        width: percent(width),
                        ..default()
                    })
                    .with_children(|cell| {
                        cell.spawn(label(words.clone(), size, colour));
                    });
                }
            });
        }
        Piece::Bar {
            name,
            value,
            centred,
        } => control_bar(parent, name, *value, *centred),
        Piece::Split(parts) => {
            parent
                .spawn(Node {
                    width: percent(100.0),
                    height: px(16.0),
                    ..default()
                })
                .with_children(|bar| {
                    for part in parts {
                        bar.spawn((
                            Node {
                                width: percent(part.share * 100.0),
                                // Even a tick can be seen.
                                min_width: px(2.0),
                                ..default()
                            },
                            BackgroundColor(part_colour(part.colour)),
                        ));
                    }
                });
        }
        Piece::Legend(entries) => {
            parent
                .spawn(Node {
                    flex_wrap: FlexWrap::Wrap,
                    column_gap: px(14.0),
                    ..default()
                })
                .with_children(|line| {
                    for (i, words) in entries {
                        line.spawn(Node {
                            align_items: AlignItems::Center,
                            column_gap: px(5.0),
                            ..default()
                        })
                        .with_children(|entry| {
                            entry.spawn((
                                Node {
                                    width: px(10.0),
                                    height: px(10.0),
                                    ..default()
                                },
                                BackgroundColor(part_colour(*i)),
                            ));
                            entry.spawn(label(words.clone(), 13.0, PAPER));
                        });
                    }
                });
        }
        Piece::Plan { height } => {
            parent
                .spawn((
                    Node {
                        width: percent(100.0),
                        height: px(*height),
                        border_radius: BorderRadius::all(px(6.0)),
                        ..default()
                    },
                    BackgroundColor(INK),
                ))
                .with_children(|frame| {
                    frame.spawn((
                        ImageNode::new(plan.clone()),
                        Node {
                            width: percent(100.0),
                            height: percent(100.0),
                            ..default()
                        },
                    ));
                });
        }
        Piece::Hole => {
            // Its proportions come with its picture.
            parent.spawn((
                Hole,
                ImageNode::default(),
                Node {
                    width: percent(100.0),
                    flex_shrink: 0.0,
                    ..default()
                },
            ));
        }
        Piece::Gap(height) => {
            parent.spawn(Node {
                height: px(*height),
                flex_shrink: 1.0,
                ..default()
            });
        }
    }
}

fn part_colour(index: usize) -> Color {
    PARTS[index % PARTS.len()]
}

fn menu_row(
    parent: &mut ChildSpawnerCommands,
    row: Row,
    name: &str,
    value: Option<&str>,
    focused: bool,
) {
    let node = Node {
        width: percent(100.0),
        padding: UiRect::axes(px(10.0), px(4.0)),
        border: UiRect::left(px(4.0)),
        border_radius: BorderRadius::all(px(3.0)),
        justify_content: JustifyContent::SpaceBetween,
        align_items: AlignItems::Center,
        column_gap: px(12.0),
        ..default()
    };
    let (ground, edge) = if focused {
        (FOCUSED, SKY_BLUE)
    } else {
        (Color::NONE, Color::NONE)
    };
    parent
        .spawn((
            Target(row, 0),
            Interaction::default(),
            FocusPolicy::Block,
            node,
            BackgroundColor(ground),
            BorderColor::all(edge),
        ))
        .with_children(|line| {
            let ink = if value.is_some() { FAINT } else { PAPER };
            line.spawn(label(name, 15.0, if focused { PAPER } else { ink }));
            let Some(value) = value else { return };
            line.spawn(Node {
                column_gap: px(8.0),
                align_items: AlignItems::Center,
                ..default()
            })
            .with_children(|choice| {
                arrow(choice, row, -1, "<");
                choice.spawn(label(value, 15.0, PAPER));
                arrow(choice, row, 1, ">");
            });
        });
}

fn arrow(parent: &mut ChildSpawnerCommands, row: Row, way: i32, words: &str) {
    parent
        .spawn((
            Target(row, way),
            Interaction::default(),
            FocusPolicy::Block,
            Node {
                padding: UiRect::horizontal(px(7.0)),
                ..default()
            },
        ))
        .with_children(|button| {
            button.spawn(label(words, 15.0, SKY_BLUE));
        });
}

fn control_bar(parent: &mut ChildSpawnerCommands, name: &str, value: f32, centred: bool) {
    parent
        .spawn(Node {
            align_items: AlignItems::Center,
            column_gap: px(12.0),
            ..default()
        })
        .with_children(|line| {
            line.spawn(Node {
                width: px(190.0),
                ..default()
            })
            .with_children(|cell| {
                cell.spawn(label(name, 14.0, FAINT));
            });
            line.spawn((
                Node {
                    width: px(320.0),
                    height: px(12.0),
                    ..default()
                },
                BackgroundColor(TROUGH),
            ))
            .with_children(|trough| {
                let (left, width) = if centred {
                    let reach = 50.0 * value.clamp(-1.0, 1.0);
                    (50.0 + reach.min(0.0), reach.abs())
                } else {
                    (0.0, 100.0 * value.clamp(0.0, 1.0))
                };
                trough.spawn((
                    Node {
                        position_type: PositionType::Absolute,
                        left: percent(left),
                        width: percent(width),
                        height: percent(100.0),
                        ..default()
                    },
                    BackgroundColor(if width > 0.0 { SKY_BLUE } else { BLUE }),
                ));
                if centred {
                    trough.spawn(tick(0.5));
                }
            });
        });
}
