//! What the machine can afford: one table, and the level that holds now.

use super::feed::Picture;
use super::frames::FrameTimes;
use super::notes::notice;
use super::words::{fill, t};
use crate::takeover::event::Authority;
use bevy::prelude::*;

/// A level of quality, worst first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// A processor draws.
    #[default]
    Low,
    /// A weak graphics card.
    Medium,
    High,
}

/// What was asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Choice {
    /// Low where a processor draws, else High; it falls a level where pictures take too long.
    #[default]
    Auto,
    Fixed(Level),
}

impl Choice {
    pub const ALL: [Self; 4] = [
        Self::Auto,
        Self::Fixed(Level::Low),
        Self::Fixed(Level::Medium),
        Self::Fixed(Level::High),
    ];

    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Fixed(Level::Low) => "low",
            Self::Fixed(Level::Medium) => "medium",
            Self::Fixed(Level::High) => "high",
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Auto => t("quality.auto"),
            Self::Fixed(level) => level.word(),
        }
    }
}

impl TryFrom<String> for Choice {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Choice> for String {
    fn from(choice: Choice) -> Self {
        choice.name().into()
    }
}

impl std::str::FromStr for Choice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "auto" => Ok(Self::Auto),
            "low" => Ok(Self::Fixed(Level::Low)),
            "medium" => Ok(Self::Fixed(Level::Medium)),
            "high" => Ok(Self::Fixed(Level::High)),
            _ => Err("expected auto, low, medium or high".into()),
        }
    }
}

/// What a level means. Materials and trees are made when a run begins; the rest can change at any
/// time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Terms {
    /// Bevy's own materials, with highlights; else plain ones ([`super::skins`]).
    pub rich: bool,
    /// Shadows that the sun casts; else dark spots below vehicles. Needs `rich`.
    pub shadows: bool,
    /// Samples a pixel that smooth the edges.
    pub samples: u32,
    /// Mirrors in the driver's view and the panorama: none, the inside one, or all three.
    pub mirrors: u8,
    /// A mirror is drawn with every so manieth picture; different mirrors with different ones.
    pub mirror_every: u64,
    /// Width and height of the drawn picture as a share of the window's.
    pub resolution: f32,
    /// What stands still is drawn up to this distance, m.
    pub distance: f32,
    /// Share of the trees.
    pub trees: f32,
    /// Share of the rain's streaks and drops.
    pub rain: f32,
}

/// By [`Level`].
const LEVELS: [Terms; 3] = [
    Terms {
        rich: false,
        shadows: false,
        samples: 1,
        mirrors: 0,
        mirror_every: 4,
        resolution: 0.75,
        distance: 1500.0,
        trees: 0.5,
        rain: 0.5,
    },
    Terms {
        rich: false,
        shadows: false,
        samples: 4,
        mirrors: 1,
        mirror_every: 2,
        resolution: 1.0,
        distance: 3000.0,
        trees: 1.0,
        rain: 1.0,
    },
    Terms {
        rich: true,
        shadows: true,
        samples: 4,
        mirrors: 3,
        mirror_every: 1,
        resolution: 1.0,
        distance: 12_000.0,
        trees: 1.0,
        rain: 1.0,
    },
];

impl Level {
    pub const ALL: [Self; 3] = [Self::Low, Self::Medium, Self::High];

    pub fn terms(self) -> &'static Terms {
        &LEVELS[self as usize]
    }

    fn below(self) -> Option<Self> {
        match self {
            Self::Low => None,
            Self::Medium => Some(Self::Low),
            Self::High => Some(Self::Medium),
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Low => t("quality.low"),
            Self::Medium => t("quality.medium"),
            Self::High => t("quality.high"),
        }
    }
}

/// The level that holds now.
#[derive(Clone, Copy, Debug, Resource)]
pub struct Quality {
    choice: Choice,
    software: bool,
    level: Level,
    /// Pictures drawn when the level last changed.
    since: u64,
}

impl Quality {
    pub fn new(choice: Choice, software: bool) -> Self {
        let level = match choice {
            Choice::Fixed(level) => level,
            Choice::Auto if software => Level::Low,
            Choice::Auto => Level::High,
        };
        Self {
            choice,
            software,
            level,
            since: 0,
        }
    }

    /// Chosen anew, from the next run on.
    pub fn choose(&mut self, choice: Choice) {
        if self.choice != choice {
            *self = Self::new(choice, self.software);
        }
    }

    pub fn terms(&self) -> &'static Terms {
        self.level.terms()
    }

    /// One level less if pictures took too long; the new level if so.
    fn judge(&mut self, times: &FrameTimes) -> Option<Level> {
        let below = self.level.below().filter(|_| self.choice == Choice::Auto)?;
        if times.count() < self.since + SETTLE {
            return None;
        }
        if times.statistics(JUDGED).median < TOO_LONG {
            return None;
        }
        self.level = below;
        self.since = times.count();
        Some(below)
    }
}

/// Median time of a picture that is too long, ms: below 30 a second, far below the 60 aimed at.
const TOO_LONG: f32 = 1000.0 / 30.0;
/// Pictures that are judged, and those after a change or the start that are left out before.
const JUDGED: usize = 120;
const SETTLE: u64 = 240;
/// How long the note on the screen stays, s.
const NOTE: f32 = 6.0;

pub fn plugin(app: &mut App) {
    app.add_systems(Update, fall.in_set(super::Stage::Draw));
}

/// Never while a person is asked to take over: nothing may take the eye away, and nothing may take
/// longer than usual.
fn fall(
    mut commands: Commands,
    picture: Res<Picture>,
    times: Res<FrameTimes>,
    mut quality: ResMut<Quality>,
) {
    let Some(frame) = &picture.frame else { return };
    if frame.request.is_some() || frame.authority == Authority::RequestPending || picture.over() {
        return;
    }
    let Some(level) = quality.bypass_change_detection().judge(&times) else {
        return;
    };
    quality.set_changed();
    let line = fill("quality.fell", &[("level", level.word())]);
    notice(&mut commands, line, NOTE);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_better_level_is_nowhere_worse() {
        for pair in LEVELS.windows(2) {
            let (worse, better) = (&pair[0], &pair[1]);
            assert!(better.rich >= worse.rich && better.shadows >= worse.shadows);
            assert!(better.samples >= worse.samples && better.mirrors >= worse.mirrors);
            assert!(better.mirror_every <= worse.mirror_every);
            assert!(better.resolution >= worse.resolution);
            assert!(better.distance >= worse.distance);
            assert!(better.trees >= worse.trees && better.rain >= worse.rain);
            assert_ne!(better, worse);
        }
        for (level, terms) in Level::ALL.iter().zip(&LEVELS) {
            assert_eq!(level.terms(), terms);
            assert!(!terms.shadows || terms.rich);
            assert!([1, 2, 4, 8].contains(&terms.samples) && terms.mirrors <= 3);
        }
    }

    #[test]
    fn slow_pictures_lower_the_level_only_where_it_was_left_to_us() {
        let mut slow = FrameTimes::default();
        for _ in 0..SETTLE {
            slow.note(0.05);
        }
        let mut auto = Quality::new(Choice::Auto, false);
        assert_eq!(auto.judge(&FrameTimes::default()), None, "too early");
        assert_eq!(auto.judge(&slow), Some(Level::Medium));
        assert_eq!(auto.judge(&slow), None, "it must settle first");
        for _ in 0..SETTLE {
            slow.note(0.05);
        }
        assert_eq!(auto.judge(&slow), Some(Level::Low));
        let mut fixed = Quality::new(Choice::Fixed(Level::High), false);
        assert_eq!(fixed.judge(&slow), None);
        for _ in 0..SETTLE {
            slow.note(0.01);
        }
        let mut auto = Quality::new(Choice::Auto, false);
        assert_eq!(auto.judge(&slow), None);
        assert_eq!(Quality::new(Choice::Auto, true).level, Level::Low);
    }
}
