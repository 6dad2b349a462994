//! What the vehicle perceived and planned.

use super::super::table::{Column, Value};
use super::cell::{degrees, float, numbered};
use super::channel::{Channel, Context, FORMAT_1, Layout};
use crate::autopilot::PlanPoint;
use crate::perception::{Cause, Class, Function, SECTORS};
use crate::record::Entry;
use crate::record::messages::{Perception, Track};

fn tick() -> Column {
    Column::integer("tick", "Number of the tick that the report came with.")
}

fn time() -> Column {
    Column::float("time_s", "Time of the run, pauses left out.").unit("s")
}

/// No cause is an empty cell.
fn cause(number: i32) -> Value {
    match number {
        0 => Value::Missing,
        number => numbered(number, &Cause::ALL),
    }
}

const UNCAUSED: &str = "nothing takes confidence away";

pub(super) fn perception() -> Box<dyn Channel> {
    let fields: Vec<(Column, fn(&Context, &Perception) -> Value)> = vec![
        (tick(), |_, p| Value::count(p.tick)),
        (time(), |c, p| c.time(p.tick)),
        (
            Column::float("confidence", "Confidence over all, as reported, 0 to 1."),
            |_, p| float(p.confidence),
        ),
        (
            Column::text(
                "weakest",
                "The function that is relied upon least: free_space, lanes, objects, \
                signals, planning, localisation, prediction.",
            ),
            |_, p| numbered(p.weakest, &Function::ALL),
        ),
        (
            Column::text("cause", "What takes most confidence away.").missing(UNCAUSED),
            |_, p| cause(p.cause),
        ),
        (
            Column::flag(
                "scripted",
                "The confidence over all is a scenario's script.",
            ),
            |_, p| p.scripted.into(),
        ),
        (
            Column::float(
                "visibility_m",
                "Meteorological optical range around the ego.",
            )
            .unit("m"),
            |_, p| float(p.visibility),
        ),
        (
            Column::float("visible_range_m", "Free road is seen this far.").unit("m"),
            |_, p| float(p.visible_range),
        ),
        (
            Column::float("lane_range_m", "Lane markings are seen this far.").unit("m"),
            |_, p| float(p.lane_range),
        ),
        (
            Column::float(
                "lane_quality",
                "The same as a share of what a clear day shows, 0 to 1.",
            ),
            |_, p| float(p.lane_quality),
        ),
        (
            Column::float(
                "sd_along_m",
                "Standard deviation of the own place along the lane.",
            )
            .unit("m"),
            |_, p| float(p.sd_along),
        ),
        (
            Column::float("sd_across_m", "The same across the lane.").unit("m"),
            |_, p| float(p.sd_across),
        ),
        (
            Column::float("sd_heading_deg", "The same of the own heading.").unit("deg"),
            |_, p| degrees(p.sd_heading),
        ),
        (
            Column::integer(
                "tracks",
                "How many road users are believed in: rows of the table tracks.",
            ),
            |_, p| p.tracks.len().into(),
        ),
    ];
    Box::new(Layout {
        name: "perception",
        about: "One report of perception (20 Hz).",
        needs_others: false,
        each: |entry, row| {
            if let Entry::Perception(report) = entry {
                row(report.as_ref());
            }
        },
        fields,
    })
}

/// How far one function is relied upon.
struct Trust {
    tick: u64,
    function: Function,
    reported: f32,
    correct: Option<f32>,
    cause: Option<i32>,
}

impl Trust {
    fn of(p: &Perception, function: Function) -> Self {
        Self {
            tick: p.tick,
            function,
            reported: match function {
                Function::FreeSpace => p.free_space,
                Function::Lanes => p.lanes,
                Function::Objects => p.objects,
                Function::Signals => p.signals,
                Function::Planning => p.planning,
                Function::Localisation => p.localisation,
                Function::Prediction => p.prediction,
            },
            correct: p.correct.get(function as usize).copied(),
            cause: p.causes.get(function as usize).copied(),
        }
    }
}

pub(super) fn functions() -> Box<dyn Channel> {
    let fields: Vec<(Column, fn(&Context, &Trust) -> Value)> = vec![
        (tick(), |_, t| Value::count(t.tick)),
        (time(), |c, t| c.time(t.tick)),
        (
            Column::text(
                "function",
                "free_space, lanes, objects, signals, planning, localisation, prediction.",
            ),
            |_, t| t.function.name().into(),
        ),
        (
            Column::float(
                "reported",
                "How far it can be relied upon, as the vehicle says, 0 to 1.",
            ),
            |_, t| float(t.reported),
        ),
        (
            Column::float(
                "correct",
                "The true probability that its claim is right, 0 to 1.",
            )
            .source("docs/perception.md")
            .missing("an older log"),
            |_, t| t.correct.map_or(Value::Missing, float),
        ),
        (
            Column::text("cause", "What takes most of it away.")
                .missing("nothing does, or an older log"),
            |_, t| t.cause.map_or(Value::Missing, cause),
        ),
    ];
    Box::new(Layout {
        name: "functions",
        about: "One function of the vehicle in one report of perception (20 Hz).",
        needs_others: false,
        each: |entry, row| {
            if let Entry::Perception(report) = entry {
                for function in Function::ALL {
                    row(&Trust::of(report, function));
                }
            }
        },
        fields,
    })
}

/// Free distance in one direction.
struct Sector {
    tick: u64,
    number: usize,
    free: f32,
}

pub(super) fn sectors() -> Box<dyn Channel> {
    let fields: Vec<(Column, fn(&Context, &Sector) -> Value)> = vec![
        (tick(), |_, s| Value::count(s.tick)),
        (time(), |c, s| c.time(s.tick)),
        (
            Column::float(
                "bearing_deg",
                "Middle of the sector, from straight ahead to the left, 0 to 350.",
            )
            .unit("deg"),
            |_, s| Value::Float(s.number as f64 * 360.0 / SECTORS as f64),
        ),
        (
            Column::float("free_m", "Distance that is seen to be free in it.").unit("m"),
            |_, s| float(s.free),
        ),
    ];
    Box::new(Layout {
        name: "sectors",
        about: "One sector of the free distance in a report of perception (10 Hz).",
        needs_others: false,
        each: |entry, row| {
            if let Entry::Perception(report) = entry {
                for (number, free) in report.free.iter().enumerate() {
                    row(&Sector {
                        tick: report.tick,
                        number,
                        free: *free,
                    });
                }
            }
        },
        fields,
    })
}

/// A road user that is believed in.
struct Tracked {
    tick: u64,
    track: Track,
}

/// Heading and size, which logs of format 1 do not have: there they are 0.
fn sized(t: &Tracked, cell: Value) -> Value {
    if t.track.length > 0.0 {
        cell
    } else {
        Value::Missing
    }
}

pub(super) fn tracks() -> Box<dyn Channel> {
    let fields: Vec<(Column, fn(&Context, &Tracked) -> Value)> = vec![
        (tick(), |_, t| Value::count(t.tick)),
        (time(), |c, t| c.time(t.tick)),
        (Column::integer("track", "Number of the track."), |_, t| {
            t.track.id.into()
        }),
        (
            Column::text(
                "class",
                "What it is taken for: vehicle, two_wheeler, pedestrian, animal, \
                obstacle.",
            ),
            |_, t| numbered(t.track.class, &Class::ALL),
        ),
        (
            Column::float(
                "class_probability",
                "Probability that it is of this class, 0 to 1.",
            ),
            |_, t| float(t.track.class_probability),
        ),
        (
            Column::float("existence", "Probability that it exists, 0 to 1."),
            |_, t| float(t.track.existence),
        ),
        (
            Column::float(
                "reported",
                "Confidence that is reported for it: that it exists and is of this \
                class, 0 to 1.",
            ),
            |_, t| float(t.track.reported),
        ),
        (
            Column::float("x_m", "Its middle, world axes.").unit("m"),
            |_, t| float(t.track.x),
        ),
        (
            Column::float("y_m", "The same along the y axis.").unit("m"),
            |_, t| float(t.track.y),
        ),
        (
            Column::float("yaw_deg", "Its heading, from the x axis to the left.")
                .unit("deg")
                .missing(FORMAT_1),
            |_, t| sized(t, degrees(t.track.yaw)),
        ),
        (
            Column::float("vx_mps", "Velocity along the world's x axis.").unit("m/s"),
            |_, t| float(t.track.vx),
        ),
        (
            Column::float("vy_mps", "The same along the y axis.").unit("m/s"),
            |_, t| float(t.track.vy),
        ),
        (
            Column::float("speed_mps", "Along the ego's lane.").unit("m/s"),
            |_, t| float(t.track.speed),
        ),
        (
            Column::float(
                "gap_m",
                "From the ego's front bumper to its nearest point along the ego's \
                lane; negative beside and behind.",
            )
            .unit("m"),
            |_, t| float(t.track.gap),
        ),
        (
            Column::float("offset_m", "Left of the ego's lane's centre line.").unit("m"),
            |_, t| float(t.track.offset),
        ),
        (
            Column::float("length_m", "Its length.")
                .unit("m")
                .missing(FORMAT_1),
            |_, t| sized(t, float(t.track.length)),
        ),
        (
            Column::float("width_m", "Its width.")
                .unit("m")
                .missing(FORMAT_1),
            |_, t| sized(t, float(t.track.width)),
        ),
        (
            Column::float(
                "sxx_m2",
                "Variance of its place relative to the ego, along the world's x axis.",
            )
            .unit("m2"),
            |_, t| float(t.track.sxx),
        ),
        (
            Column::float("sxy_m2", "Covariance of the two.").unit("m2"),
            |_, t| float(t.track.sxy),
        ),
        (
            Column::float("syy_m2", "Variance along the y axis.").unit("m2"),
            |_, t| float(t.track.syy),
        ),
    ];
    Box::new(Layout {
        name: "tracks",
        about: "One road user that perception believes in, in one report (20 Hz).",
        needs_others: false,
        each: |entry, row| {
            if let Entry::Perception(report) = entry {
                for track in &report.tracks {
                    row(&Tracked {
                        tick: report.tick,
                        track: track.clone(),
                    });
                }
            }
        },
        fields,
    })
}

/// A point of a plan.
struct Planned {
    tick: u64,
    number: usize,
    point: PlanPoint,
}

pub(super) fn plan() -> Box<dyn Channel> {
    let fields: Vec<(Column, fn(&Context, &Planned) -> Value)> = vec![
        (
            Column::integer("tick", "Number of the tick at which it was planned."),
            |_, p| Value::count(p.tick),
        ),
        (time(), |c, p| c.time(p.tick)),
        (
            Column::integer("point", "Number of the point, from 0."),
            |_, p| p.number.into(),
        ),
        (
            Column::float("after_s", "When the vehicle is to be there, from now.").unit("s"),
            |_, p| p.point.after.into(),
        ),
        (
            Column::float(
                "x_m",
                "Middle of the vehicle's front end on the road, world axes.",
            )
            .unit("m"),
            |_, p| float(p.point.position.x),
        ),
        (
            Column::float("y_m", "The same along the y axis.").unit("m"),
            |_, p| float(p.point.position.y),
        ),
        (Column::float("z_m", "The same, up.").unit("m"), |_, p| {
            float(p.point.position.z)
        }),
        (
            Column::float("speed_mps", "How fast it is to be there.").unit("m/s"),
            |_, p| p.point.speed.into(),
        ),
    ];
    Box::new(Layout {
        name: "plan",
        about: "One point of where the automation means to go, or would if it drove \
                (5 Hz; none in logs of format 1).",
        needs_others: false,
        each: |entry, row| {
            if let Entry::Plan(plan) = entry {
                for (number, point) in plan.points().into_iter().enumerate() {
                    row(&Planned {
                        tick: plan.tick,
                        number,
                        point,
                    });
                }
            }
        },
        fields,
    })
}
