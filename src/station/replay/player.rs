//! What is played: the records, where they are, and what the picture is made of.

use super::super::feed::{Picture, Replayed};
use super::super::views::View;
use super::super::widgets::Area;
use super::film::Film;
use crate::command::Arrived;
use crate::frame::Frame;
use crate::link::view::{LinkView, VideoView};
use crate::replay::reel::{Reel, Seen, Survey};
use crate::replay::transport::{Act, Mark, Place, Strip, Transport, mark};
use bevy::prelude::*;
use bevy::window::PrimaryWindow;
use std::sync::Arc;

/// Whose eyes a replay shows the run through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Through {
    /// What the operator had before them: late, and as coarse as the link left it.
    #[default]
    Operator,
    /// What was so at the vehicle.
    Truth,
}

impl Through {
    pub fn other(self) -> Self {
        match self {
            Self::Operator => Self::Truth,
            Self::Truth => Self::Operator,
        }
    }
}

impl std::str::FromStr for Through {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "operator" => Ok(Self::Operator),
            "truth" => Ok(Self::Truth),
            _ => Err("expected operator or truth".into()),
        }
    }
}

/// A record in the window.
pub struct Run {
    /// To tell it from the others.
    pub name: String,
    pub reel: Reel,
    pub survey: Survey,
    pub strip: Strip,
    pub(super) marks: Vec<(u64, Mark)>,
    pub(super) now: Now,
    /// What was drawn of it last.
    drawn: Option<Drawn>,
    /// The camera picture that is in its image.
    picture: Option<Arc<Frame>>,
}

/// What the panel tells of a run at the cursor: truth, whatever the picture shows.
#[derive(Clone, Default)]
pub struct Now {
    pub frame: Option<Arc<Frame>>,
    pub command: Arrived,
    pub place: Option<Place>,
    /// Why there is no picture.
    pub problem: Option<Problem>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Problem {
    /// The operator had not got any picture yet.
    NothingCame,
    Damaged(String),
    /// Nothing is on record since this time, s.
    Missing {
        from: f64,
    },
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Drawn {
    tick: u64,
    through: Through,
    view: View,
    window: UVec2,
    ui_scale: f32,
}

impl Run {
    pub fn new(name: String, reel: Reel, survey: Survey, strip: Strip) -> Self {
        let marks = survey.events.iter();
        let marks = marks.filter_map(|e| Some((e.tick, mark(&e.event)?)));
        Self {
            marks: marks.collect(),
            name,
            reel,
            survey,
            strip,
            now: Now::default(),
            drawn: None,
            picture: None,
        }
    }

    /// What is to be drawn of a tick; none if the operator had nothing yet.
    fn seen(&mut self, tick: u64, through: Through) -> Result<Option<Seen>, String> {
        let truth = self.reel.frame(tick)?;
        self.now.command = self.reel.command(tick)?;
        let seen = self.reel.seen(tick)?;
        self.now.frame = Some(Arc::clone(&truth));
        if through == Through::Operator {
            return Ok(seen);
        }
        // Nothing lies between the picture and the vehicle; how the link did is still told.
        let link = LinkView {
            delay: 0.0,
            silence: 0.0,
            frozen: 0.0,
            ..seen.map(|s| s.link).unwrap_or_default()
        };
        let video = VideoView {
            number: truth.tick,
            captured: truth.time,
            arrived: truth.time,
            ..VideoView::default()
        };
        Ok(Some(Seen {
            data: Arc::clone(&truth),
            picture: truth,
            video,
            link,
        }))
    }

    /// The next tick with another camera picture, or the one before; some steps of the cameras' usual
    /// rate where the pictures that came are not known.
    pub(super) fn picture_step(&mut self, from: u64, way: i64, through: Through) -> i64 {
        const USUAL: i64 = 4;
        const FARTHEST: i64 = 300;
        if through == Through::Truth {
            return way * USUAL;
        }
        let number = |reel: &mut Reel, tick: u64| Some(reel.seen(tick).ok()??.video.number);
        let Some(here) = number(&mut self.reel, from) else {
            return way * USUAL;
        };
        let (first, last) = self.strip.ticks;
        for n in 1..=FARTHEST {
            let tick = from.saturating_add_signed(way * n);
            if tick < first || tick > last {
                return way * n;
            }
            if number(&mut self.reel, tick).is_some_and(|other| other != here) {
                return way * n;
            }
        }
        way * FARTHEST
    }
}

/// The replay in the window.
#[derive(Resource)]
pub struct Player {
    pub runs: Vec<Run>,
    pub transport: Transport,
    pub through: Through,
    pub help: bool,
    /// Every run's picture is of the moment where the transport is.
    pub(super) settled: bool,
}

impl Player {
    pub fn new(runs: Vec<Run>, transport: Transport, through: Through) -> Self {
        Self {
            runs,
            transport,
            through,
            help: false,
            settled: false,
        }
    }

    /// A step of one picture of the first run.
    pub fn step_picture(&mut self, way: i64) {
        let at = self.transport.at();
        let Some(run) = self.runs.first_mut() else {
            return;
        };
        let (tick, _) = run.strip.tick(at);
        let ticks = run.picture_step(tick, way, self.through);
        self.transport
            .act(Act::Ticks(i32::try_from(ticks).unwrap_or(0)));
    }

    /// The run that has to be drawn anew, after the one that was drawn last: the one world is drawn
    /// for one run at a time, and each keeps its picture.
    fn due(&self, last: usize, wanted: &[Drawn]) -> Option<usize> {
        let count = self.runs.len();
        (1..=count)
            .map(|n| (last + n) % count.max(1))
            .find(|i| self.runs[*i].drawn != wanted.get(*i).copied())
    }
}

/// Goes on in time, and makes the picture of the run whose turn it is.
pub fn show(
    time: Res<Time<Real>>,
    view: Res<View>,
    ui_scale: Res<UiScale>,
    window: Single<&Window, With<PrimaryWindow>>,
    film: Option<Res<Film>>,
    mut since: Local<f64>,
    mut player: ResMut<Player>,
    mut area: ResMut<Area>,
    mut picture: ResMut<Picture>,
) {
    // After a long pause of the machine it goes on from where it was.
    *since += time.delta_secs_f64().min(0.5);
    if player.settled {
        match film {
            Some(film) => player.transport.act(Act::To(film.at())),
            None => player.transport.pass(*since),
        }
        *since = 0.0;
    }
    let (at, through) = (player.transport.at(), player.through);
    let wanted = |run: &Run| Drawn {
        tick: run.strip.tick(at).0,
        through,
        view: *view,
        window: window.physical_size(),
        ui_scale: ui_scale.0,
    };
    let wanted: Vec<Drawn> = player.runs.iter().map(wanted).collect();
    for run in &mut player.runs {
        run.now.place = Some(run.strip.tick(at).1);
    }
    let Some(next) = player.due(area.now, &wanted) else {
        player.settled = true;
        return;
    };
    area.set_if_neq(Area { now: next, ..*area });
    player.runs[next].draw(wanted[next], &mut picture);
    player.settled = player.due(next, &wanted).is_none();
}

impl Run {
    fn draw(&mut self, wanted: Drawn, picture: &mut Picture) {
        let tick = wanted.tick;
        let seen = self.seen(tick, wanted.through);
        let same = self.drawn.is_some_and(|drawn| {
            Drawn {
                tick,
                through: wanted.through,
                ..drawn
            } == wanted
        });
        self.drawn = Some(wanted);
        let seen = match seen {
            Ok(seen) => seen,
            Err(why) => {
                self.now.problem = Some(Problem::Damaged(why));
                self.now.frame = None;
                return;
            }
        };
        self.now.problem = seen.is_none().then_some(Problem::NothingCame);
        // Of ticks that are missing the reel has the last one before them.
        let there = self.now.frame.as_ref().map_or(tick, |frame| frame.tick);
        if there < tick {
            let from = (there + 1) as f64 / self.strip.hz as f64;
            self.now.problem = Some(Problem::Missing { from });
        }
        let seen = seen.map(|mut seen| {
            // A camera picture that stands still need not be drawn again.
            match &self.picture {
                Some(before) if same && before.tick == seen.picture.tick => {
                    seen.picture = Arc::clone(before);
                }
                _ => self.picture = Some(Arc::clone(&seen.picture)),
            }
            seen
        });
        let command = self.now.command.command;
        picture.replay(Replayed {
            seen,
            now: tick as f64 / self.strip.hz as f64,
            device: command.present.then_some(command.device),
            events: &self.survey.events,
            curves: &self.survey.curves,
            hz: self.strip.hz,
        });
    }
}
