//! A patch in a corner of the window for a light sensor: black or white, and it changes with the
//! very picture that first shows an alert. What the sensor sees later than the record says is the
//! delay of graphics card, compositor and display.

use super::feed::Picture;
use super::presented::{DrawingLog, Flipped, Shown};
use super::runs::{Begin, Memory, RunNumber};
use super::scene::Setting;
use bevy::prelude::*;
use bevy::window::PrimaryWindow;
use std::str::FromStr;

/// Where the patch is, and how large.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Resource, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Patch {
    pub corner: Corner,
    /// Side of the square, pixels of the screen.
    pub size: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Corner {
    TopLeft,
    TopRight,
    BottomLeft,
    BottomRight,
}

const CORNERS: [(&str, Corner); 4] = [
    ("top-left", Corner::TopLeft),
    ("top-right", Corner::TopRight),
    ("bottom-left", Corner::BottomLeft),
    ("bottom-right", Corner::BottomRight),
];

impl FromStr for Patch {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || {
            "expected top-left, top-right, bottom-left or bottom-right, and its size in pixels \
             (8 to 1000) after a colon if it is not 64, for example top-left:100"
                .to_string()
        };
        let (corner, size) = match text.split_once(':') {
            Some((corner, size)) => (corner, size.parse().map_err(|_| expected())?),
            None => (text, 64),
        };
        let named = CORNERS.iter().find(|(name, _)| *name == corner);
        match named {
            Some((_, corner)) if (8..=1000).contains(&size) => Ok(Self {
                corner: *corner,
                size,
            }),
            _ => Err(expected()),
        }
    }
}

impl TryFrom<String> for Patch {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Patch> for String {
    fn from(patch: Patch) -> Self {
        patch.to_string()
    }
}

impl std::fmt::Display for Patch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let named = CORNERS.iter().find(|(_, corner)| *corner == self.corner);
        write!(f, "{}:{}", named.map_or("", |(name, _)| name), self.size)
    }
}

#[derive(Component)]
struct Square;

/// Pictures from one change to the next while `takeover timing` counts them.
const COUNTED: u32 = 10;

pub fn plugin(app: &mut App) {
    app.add_systems(Begin, spawn.run_if(resource_exists::<Patch>))
        .add_systems(
            Update,
            (note_shown, flip).chain().in_set(super::Stage::Finish),
        );
}

fn spawn(mut commands: Commands, patch: Res<Patch>) {
    let zero = px(0.0);
    let mut node = Node {
        position_type: PositionType::Absolute,
        ..default()
    };
    match patch.corner {
        Corner::TopLeft => (node.left, node.top) = (zero, zero),
        Corner::TopRight => (node.right, node.top) = (zero, zero),
        Corner::BottomLeft => (node.left, node.bottom) = (zero, zero),
        Corner::BottomRight => (node.right, node.bottom) = (zero, zero),
    }
    // In front of everything, in every view.
    let front = GlobalZIndex(i32::MAX);
    commands.spawn((Square, node, front, BackgroundColor(Color::BLACK)));
}

/// Tells the render world what the picture now being drawn carries.
fn note_shown(picture: Res<Picture>, setting: Res<Setting>, mut shown: ResMut<Shown>) {
    let alerts = &setting.0.alerts;
    let mut on = picture.watch.on();
    let told = on.find(|told| alerts.of(told.alert).visual.any()).copied();
    let captured = picture.scene.as_ref().map(|_| picture.video.captured);
    shown.set_if_neq(Shown { told, captured });
}

/// Which alerts the patch has changed for, and pictures since the last change.
#[derive(Default)]
struct Changes {
    newest: u32,
    white: bool,
    pictures: u32,
}

impl Changes {
    /// Whether it changes with this picture.
    fn look(&mut self, shown: &Shown, counting: bool) -> bool {
        let serial = shown.told.map_or(0, |told| told.serial);
        let first = serial > self.newest;
        self.newest = self.newest.max(serial);
        self.pictures += 1;
        let flips = if counting {
            self.pictures >= COUNTED
        } else {
            first
        };
        if flips {
            self.pictures = 0;
            self.white = !self.white;
        }
        flips
    }
}

fn flip(
    shown: Res<Shown>,
    patch: Option<Res<Patch>>,
    log: Option<Res<DrawingLog>>,
    scale: Res<UiScale>,
    window: Single<&Window, With<PrimaryWindow>>,
    run: Res<RunNumber>,
    mut changes: Local<Memory<Changes>>,
    mut flipped: ResMut<Flipped>,
    mut squares: Query<(&mut Node, &mut BackgroundColor), With<Square>>,
) {
    let changes = changes.of(*run);
    let flips = changes.look(&shown, log.is_some());
    flipped.set_if_neq(Flipped(flips));
    let Some(patch) = patch else { return };
    let colour = if changes.white {
        Color::WHITE
    } else {
        Color::BLACK
    };
    let side = px(patch.size as f32 / (scale.0 * window.scale_factor()));
    for (mut node, mut ground) in &mut squares {
        if node.width != side {
            (node.width, node.height) = (side, side);
        }
        if ground.0 != colour {
            ground.0 = colour;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::takeover::alert::Alert;
    use crate::takeover::alert::watch::Told;

    #[test]
    fn a_patch_is_named_by_its_corner_and_size() {
        let patch: Patch = "bottom-right:100".parse().expect("a patch");
        assert_eq!((patch.corner, patch.size), (Corner::BottomRight, 100));
        assert_eq!("top-left".parse::<Patch>().expect("a patch").size, 64);
        for (_, corner) in CORNERS {
            let patch = Patch { corner, size: 20 };
            assert_eq!(patch.to_string().parse(), Ok(patch));
        }
        for wrong in ["middle", "top-left:", "top-left:3", "top-left:2000", ""] {
            let error = wrong.parse::<Patch>().expect_err(wrong);
            assert!(error.contains("bottom-right"), "{error}");
        }
    }

    fn shown(serial: u32) -> Shown {
        let told = Told {
            alert: Alert::Request,
            request: 1,
            serial,
            since: 0.0,
        };
        Shown {
            told: (serial > 0).then_some(told),
            captured: None,
        }
    }

    #[test]
    fn it_changes_with_the_first_picture_of_each_alert() {
        let mut changes = Changes::default();
        let serials = [0, 0, 1, 1, 2, 2, 1, 0, 0, 3];
        let flips: Vec<bool> = serials
            .iter()
            .map(|serial| changes.look(&shown(*serial), false))
            .collect();
        let expected = [
            false, false, true, false, true, false, false, false, false, true,
        ];
        assert_eq!(flips, expected);
        assert!(changes.white, "three changes from black");
    }

    #[test]
    fn it_changes_at_a_steady_rate_while_it_is_counted() {
        let mut changes = Changes::default();
        let flips = (0..100).filter(|_| changes.look(&shown(1), true)).count();
        assert_eq!(flips, 10);
    }
}
