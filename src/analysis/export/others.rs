//! Every tick: where the others are.

use super::super::table::{Column, Value};
use super::cell::{angles, float, indicator};
use super::channel::{Channel, Context, FORMAT_1, Layout};
use crate::record::Entry;
use crate::record::messages::{Body, lamps};

/// A body at a tick.
struct Other {
    tick: u64,
    /// Its place among the bodies, of which the ego's is 0.
    place: usize,
    body: Body,
}

pub(super) fn others() -> Box<dyn Channel> {
    let fields: Vec<(Column, fn(&Context, &Other) -> Value)> = vec![
        (Column::integer("tick", "Number of the tick."), |_, o| {
            Value::count(o.tick)
        }),
        (
            Column::float("time_s", "Time of the run, pauses left out.").unit("s"),
            |c, o| c.time(o.tick),
        ),
        (
            Column::integer(
                "number",
                "Which one, from 1, in the order of the scenario; crowds come last.",
            ),
            |_, o| o.place.into(),
        ),
        (
            Column::text(
                "name",
                "Its name in the scenario; its number if the scenario inside the log \
                cannot be used.",
            ),
            |c, o| c.name(o.place),
        ),
        (
            Column::text(
                "kind",
                "car, van, truck, bus, shuttle, motorcycle, cyclist, pedestrian, \
                animal, debris.",
            )
            .missing("the scenario inside the log cannot be used"),
            |c, o| c.kind(o.place),
        ),
        (
            Column::float("x_m", "Centre of gravity, world axes; at most 1.5 mm off.").unit("m"),
            |_, o| float(o.body.x),
        ),
        (
            Column::float("y_m", "The same along the y axis.").unit("m"),
            |_, o| float(o.body.y),
        ),
        (Column::float("z_m", "The same, up.").unit("m"), |_, o| {
            float(o.body.z)
        }),
        (
            Column::float("yaw_deg", "From the x axis to the left, -180 to 180.").unit("deg"),
            |_, o| Value::Float(angles(&o.body)[0]),
        ),
        (
            Column::float(
                "vx_mps",
                "Velocity along the world's x axis: slope of the recorded curve.",
            )
            .unit("m/s"),
            |_, o| float(o.body.vx),
        ),
        (
            Column::float("vy_mps", "The same along the y axis.").unit("m/s"),
            |_, o| float(o.body.vy),
        ),
        (
            Column::flag("brake_lights", "Its brake lights are on.").missing(FORMAT_1),
            |c, o| c.since_2(o.body.lamps & lamps::BRAKE != 0),
        ),
        (
            Column::flag("hazard_lights", "Its hazard lights are on.").missing(FORMAT_1),
            |c, o| c.since_2(o.body.lamps & lamps::HAZARD != 0),
        ),
        (
            Column::text("indicator", "Side on which it indicates: left, right.")
                .missing("neither, or a log of format 1"),
            |_, o| indicator(&o.body),
        ),
    ];
    Box::new(Layout {
        name: "others",
        about: "One other road user at one tick (10 ms).",
        needs_others: true,
        each: |entry, row| {
            if let Entry::State(state) = entry {
                for (place, body) in state.bodies.iter().enumerate().skip(1) {
                    row(&Other {
                        tick: state.tick,
                        place,
                        body: *body,
                    });
                }
            }
        },
        fields,
    })
}
