//! Where each picture of the world goes in its window, and how wide it looks. Pure geometry.

use super::views::View;
use bevy::math::{UVec2, Vec2};

/// Angle of view from top to bottom of the driver's, the chase and the bird's-eye view, degrees; no
/// screen of the panorama shows more either.
pub const UPRIGHT_ANGLE: f32 = 50.0;
/// Angle of view across one screen of the panorama, degrees: 165 on all three.
pub const PANORAMA_ANGLE: f32 = 55.0;
/// Across the inside mirror, the outside mirrors and the rear view, degrees: more than UN R46 asks
/// of mirrors (a test compares), and what rear cameras have.
pub const INSIDE_MIRROR_ANGLE: f32 = 26.0;
pub const OUTSIDE_MIRROR_ANGLE: f32 = 26.0;
pub const REAR_ANGLE: f32 = 95.0;

/// A picture of the world in a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Slot {
    Centre,
    /// The panorama's outer screens.
    Left,
    Right,
    InsideMirror,
    LeftMirror,
    RightMirror,
}

impl Slot {
    pub const ALL: [Self; 6] = [
        Self::Centre,
        Self::Left,
        Self::Right,
        Self::InsideMirror,
        Self::LeftMirror,
        Self::RightMirror,
    ];

    pub fn is_mirror(self) -> bool {
        matches!(
            self,
            Self::InsideMirror | Self::LeftMirror | Self::RightMirror
        )
    }

    /// Its picture is shown with left and right exchanged, as mirrors do.
    pub fn is_flipped(self, view: View) -> bool {
        self.is_mirror() || view == View::Rear
    }
}

/// A window of the station.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Pane {
    #[default]
    Main,
    /// The windows of their own that the panorama's outer screens can have.
    Left,
    Right,
}

/// Sizes of the windows, physical px.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Windows {
    pub main: UVec2,
    /// Left and right, if the user asked for them.
    pub sides: Option<[UVec2; 2]>,
}

/// Where a picture goes: its window, its upper left corner and its size, physical px.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub pane: Pane,
    pub at: UVec2,
    pub size: UVec2,
}

/// Where the pictures of `count` runs go, side by side; all of the same size.
pub fn cell(index: usize, count: usize, size: UVec2) -> (UVec2, UVec2) {
    let (columns, rows) = match count {
        0 | 1 => (1, 1),
        // Beside each other, unless the window is a tower.
        2 if size.x >= size.y => (2, 1),
        2 => (1, 2),
        _ => (2, 2),
    };
    let cell = (size / UVec2::new(columns, rows)).max(UVec2::ONE);
    let index = index as u32;
    (UVec2::new(index % columns, index / columns) * cell, cell)
}

/// How wide a picture looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lens {
    /// Angle from top to bottom, rad.
    pub upright: f32,
    /// Width over height.
    pub aspect: f32,
}

impl Lens {
    fn upright(degrees: f32, size: UVec2) -> Self {
        Self {
            upright: degrees.to_radians(),
            aspect: aspect(size),
        }
    }

    fn across(degrees: f32, size: UVec2) -> Self {
        let aspect = aspect(size);
        let half = (degrees.to_radians() / 2.0).tan() / aspect;
        Self {
            upright: 2.0 * half.atan(),
            aspect,
        }
    }

    /// Angle from side to side, rad.
    #[cfg(test)]
    pub fn across_angle(&self) -> f32 {
        2.0 * ((self.upright / 2.0).tan() * self.aspect).atan()
    }
}

fn aspect(size: UVec2) -> f32 {
    size.x as f32 / size.y.max(1) as f32
}

/// Where a picture goes in a view with so many mirrors, if it is shown at all.
pub fn place(slot: Slot, view: View, windows: Windows, mirrors: u8) -> Option<Place> {
    let main = |at: UVec2, size: UVec2| Place {
        pane: Pane::Main,
        at,
        size,
    };
    let panorama = view == View::Panorama;
    let screen = match (slot, windows.sides) {
        (Slot::Centre, Some(_)) => return Some(main(UVec2::ZERO, windows.main)),
        (Slot::Left | Slot::Right, Some([left, right])) if panorama => {
            let (pane, size) = if slot == Slot::Left {
                (Pane::Left, left)
            } else {
                (Pane::Right, right)
            };
            let at = UVec2::ZERO;
            return Some(Place { pane, at, size });
        }
        (Slot::Centre, None) if !panorama => return Some(main(UVec2::ZERO, windows.main)),
        (Slot::Left, None) if panorama => 0,
        (Slot::Centre, None) => 1,
        (Slot::Right, None) if panorama => 2,
        (Slot::Left | Slot::Right, _) => return None,
        _ => return mirror(slot, view, windows, mirrors),
    };
    let edge = |i: u32| windows.main.x * i / 3;
    let width = edge(screen + 1) - edge(screen);
    let most = {
        let half = |degrees: f32| (degrees.to_radians() / 2.0).tan();
        (windows.main.x / 3) as f32 * half(UPRIGHT_ANGLE) / half(PANORAMA_ANGLE)
    };
    // One height for the three, whatever the rounding.
    let height = windows.main.y.min(most.floor() as u32).max(1) / 4 * 4;
    let at = UVec2::new(edge(screen), (windows.main.y - height) / 2);
    Some(main(at, UVec2::new(width, height)))
}

/// Mirrors are insets of the main window: the inside one above the middle, the others at the edges.
fn mirror(slot: Slot, view: View, windows: Windows, mirrors: u8) -> Option<Place> {
    let wanted = match slot {
        Slot::InsideMirror => 1,
        _ => 3,
    };
    if !view.from_seat() || mirrors < wanted {
        return None;
    }
    let window = windows.main;
    let unit = window.as_vec2().min_element().min(window.x as f32 * 0.5625);
    let size = match slot {
        Slot::InsideMirror => Vec2::new(0.46, 0.115) * unit,
        _ => Vec2::new(0.26, 0.175) * unit,
    };
    let size = size.round().as_uvec2().max(UVec2::ONE);
    let gap = (0.022 * unit) as u32;
    // Below the banner; above the panels in the lower corners.
    let at = match slot {
        Slot::InsideMirror => UVec2::new((window.x - size.x) / 2, (0.245 * window.y as f32) as u32),
        Slot::LeftMirror => UVec2::new(gap, (0.525 * window.y as f32) as u32),
        _ => UVec2::new(window.x - size.x - gap, (0.525 * window.y as f32) as u32),
    };
    Some(Place {
        pane: Pane::Main,
        at,
        size,
    })
}

/// How wide a picture of some size looks, px.
pub fn lens(slot: Slot, view: View, size: UVec2) -> Lens {
    match (slot, view) {
        (Slot::InsideMirror, _) => Lens::across(INSIDE_MIRROR_ANGLE, size),
        (Slot::LeftMirror | Slot::RightMirror, _) => Lens::across(OUTSIDE_MIRROR_ANGLE, size),
        (_, View::Panorama) => {
            let lens = Lens::across(PANORAMA_ANGLE, size);
            if lens.upright > UPRIGHT_ANGLE.to_radians() {
                // A window of its own that is higher than wide.
                Lens::upright(UPRIGHT_ANGLE, size)
            } else {
                lens
            }
        }
        (_, View::Rear) => {
            let lens = Lens::across(REAR_ANGLE, size);
            if lens.upright > 1.3 {
                Lens::upright(1.3_f32.to_degrees(), size)
            } else {
                lens
            }
        }
        _ => Lens::upright(UPRIGHT_ANGLE, size),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(x: u32, y: u32) -> Windows {
        Windows {
            main: UVec2::new(x, y),
            sides: None,
        }
    }

    #[test]
    fn one_screen_fills_the_window_and_three_fill_its_width() {
        for (x, y) in [(1280, 720), (641, 361), (5760, 1080), (400, 900)] {
            let windows = one(x, y);
            let whole = place(Slot::Centre, View::Driver, windows, 0);
            assert_eq!(
                whole.map(|p| (p.at, p.size)),
                Some((UVec2::ZERO, windows.main))
            );
            assert_eq!(place(Slot::Left, View::Driver, windows, 3), None);
            let screens = [Slot::Left, Slot::Centre, Slot::Right]
                .map(|slot| place(slot, View::Panorama, windows, 0).expect("a place"));
            assert_eq!(screens[0].at.x, 0);
            assert_eq!(screens[2].at.x + screens[2].size.x, x);
            for pair in screens.windows(2) {
                assert_eq!(pair[0].at.x + pair[0].size.x, pair[1].at.x);
                assert_eq!(
                    (pair[0].at.y, pair[0].size.y),
                    (pair[1].at.y, pair[1].size.y)
                );
            }
            for screen in screens {
                assert!(screen.at.y + screen.size.y <= y);
                let lens = lens(Slot::Left, View::Panorama, screen.size);
                assert!((lens.across_angle().to_degrees() - PANORAMA_ANGLE).abs() < 0.5);
                assert!(lens.upright.to_degrees() < UPRIGHT_ANGLE + 0.1);
            }
        }
    }

    #[test]
    fn runs_side_by_side_share_the_window() {
        let size = UVec2::new(1281, 501);
        assert_eq!(cell(0, 1, size), (UVec2::ZERO, size));
        assert_eq!(cell(1, 2, size), (UVec2::new(640, 0), UVec2::new(640, 501)));
        let cells: Vec<_> = (0..4).map(|i| cell(i, 4, size)).collect();
        for (i, (at, of)) in cells.iter().enumerate() {
            assert!((at + of).x <= size.x && (at + of).y <= size.y);
            assert!(cells[..i].iter().all(|(other, _)| other != at));
        }
        assert_eq!(cell(1, 2, UVec2::new(300, 900)).0, UVec2::new(0, 450));
    }

    #[test]
    fn windows_of_their_own_are_filled() {
        let windows = Windows {
            main: UVec2::new(1920, 1080),
            sides: Some([UVec2::new(1280, 1024), UVec2::new(1920, 1080)]),
        };
        let left = place(Slot::Left, View::Panorama, windows, 0).expect("a place");
        assert_eq!((left.pane, left.size), (Pane::Left, UVec2::new(1280, 1024)));
        let centre = place(Slot::Centre, View::Panorama, windows, 0).expect("a place");
        assert_eq!((centre.pane, centre.size), (Pane::Main, windows.main));
        assert_eq!(place(Slot::Left, View::Chase, windows, 0), None);
    }

    #[test]
    fn mirrors_come_with_their_number_and_stay_inside_the_window() {
        for (x, y) in [(1280, 720), (640, 360), (3840, 1080), (500, 800)] {
            let windows = one(x, y);
            for view in View::ALL {
                for mirrors in [0, 1, 3] {
                    let shown: Vec<Place> = Slot::ALL
                        .into_iter()
                        .filter(|slot| slot.is_mirror())
                        .filter_map(|slot| place(slot, view, windows, mirrors))
                        .collect();
                    let wanted = if view.from_seat() { mirrors } else { 0 };
                    assert_eq!(shown.len(), usize::from(wanted), "{view:?} {mirrors}");
                    for place in shown {
                        let far = place.at + place.size;
                        assert!(far.x <= x && far.y <= y, "{place:?}");
                    }
                }
            }
        }
    }
}
