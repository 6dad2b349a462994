//! Every tick: who drives, where the ego is, what it does, what the operator wants.

use super::super::table::{Column, Value};
use super::cell::{angles, decimal, degrees, float, indicator, numbered, word};
use super::channel::{Channel, Context, FORMAT_1, Layout};
use crate::command::DeviceKind;
use crate::record::Entry;
use crate::record::messages::{Body, Command, OpenRequest, State, lamps};
use crate::takeover::source::Source;

/// Of the ego; missing in a damaged record that has no body.
fn ego(s: &State, of: impl Fn(&Body) -> Value) -> Value {
    s.bodies.first().map_or(Value::Missing, of)
}

fn command(c: &Context, of: impl Fn(&Command) -> Value) -> Value {
    c.command.as_ref().map_or(Value::Missing, of)
}

fn request(s: &State, of: impl Fn(&OpenRequest) -> Value) -> Value {
    s.request.as_ref().map_or(Value::Missing, of)
}

fn source(s: &State) -> Value {
    let name = match s.source_kind() {
        Source::Automation => "automation",
        Source::Bridge => "bridge",
        Source::Operator => "operator",
        Source::Shared { .. } => "shared",
    };
    name.into()
}

fn with(c: &Context, place: Option<u32>) -> Value {
    place.map_or(Value::Missing, |place| c.name(place as usize))
}

fn lateral_acceleration(s: &State) -> Value {
    let yaw_rate = |b: &Body| decimal(b.wz);
    ego(s, |b| Value::Float(decimal(s.speed) * yaw_rate(b)))
}

const NO_COMMAND: &str = "nothing had been given to the vehicle yet";
const NO_REQUEST: &str = "no request is open, or a log of format 1";
const NO_DANGER: &str = "nobody within 10 s";
const NO_NEIGHBOUR: &str = "nobody within 10 m";
const NO_CROSSING: &str = "nobody entered the other's path in this tick";

pub(super) fn ticks() -> Box<dyn Channel> {
    let fields: Vec<(Column, fn(&Context, &State) -> Value)> = vec![
        (
            Column::integer(
                "tick",
                "Number of the tick; the run's start is 0, the first on record 1.",
            ),
            |_, s| Value::count(s.tick),
        ),
        (
            Column::float("time_s", "Time of the run, pauses left out.").unit("s"),
            |c, s| c.time(s.tick),
        ),
        (
            Column::float(
                "wall_s",
                "When the tick was computed, on the session clock.",
            )
            .unit("s")
            .missing("a run that does not keep to real time"),
            |_, s| (s.wall_s != 0.0).then_some(s.wall_s).into(),
        ),
        (
            Column::text(
                "authority",
                "Who drives: automation, request_pending, operator, minimal_risk, \
                standstill, shared.",
            ),
            |_, s| word(&s.authority_kind()),
        ),
        (
            Column::text(
                "source",
                "Who moves the actuators: automation, bridge, operator, shared.",
            ),
            |_, s| source(s),
        ),
        (
            Column::float(
                "share",
                "The operator's share of the steering under shared control, 0 to 1.",
            )
            .missing("the source is not shared"),
            |_, s| match s.source_kind() {
                Source::Shared { weight } => float(weight),
                _ => Value::Missing,
            },
        ),
        (
            Column::float("x_m", "Centre of gravity of the ego, world axes.").unit("m"),
            |_, s| ego(s, |b| float(b.x)),
        ),
        (
            Column::float("y_m", "The same along the y axis.").unit("m"),
            |_, s| ego(s, |b| float(b.y)),
        ),
        (Column::float("z_m", "The same, up.").unit("m"), |_, s| {
            ego(s, |b| float(b.z))
        }),
        (
            Column::float("heading_deg", "From the x axis to the left, -180 to 180.").unit("deg"),
            |_, s| ego(s, |b| Value::Float(angles(b)[0])),
        ),
        (
            Column::float("pitch_deg", "Nose down is positive.")
                .unit("deg")
                .source("ISO 8855"),
            |_, s| ego(s, |b| Value::Float(angles(b)[1])),
        ),
        (
            Column::float("roll_deg", "Leaning to the right is positive.")
                .unit("deg")
                .source("ISO 8855"),
            |_, s| ego(s, |b| Value::Float(angles(b)[2])),
        ),
        (
            Column::float(
                "vx_mps",
                "Velocity of the centre of gravity along the world's x axis.",
            )
            .unit("m/s"),
            |_, s| ego(s, |b| float(b.vx)),
        ),
        (
            Column::float("vy_mps", "The same along the y axis.").unit("m/s"),
            |_, s| ego(s, |b| float(b.vy)),
        ),
        (
            Column::float("vz_mps", "The same, up.").unit("m/s"),
            |_, s| ego(s, |b| float(b.vz)),
        ),
        (
            Column::float(
                "yaw_rate_degps",
                "About the world's z axis, to the left positive.",
            )
            .unit("deg/s"),
            |_, s| ego(s, |b| degrees(b.wz)),
        ),
        (
            Column::float("speed_mps", "Along the vehicle; backwards is negative.").unit("m/s"),
            |_, s| float(s.speed),
        ),
        (
            Column::float("acceleration_mps2", "Along the vehicle.").unit("m/s2"),
            |_, s| float(s.acceleration),
        ),
        (
            Column::float(
                "lateral_acceleration_mps2",
                "Across the vehicle, to the left: speed times yaw rate; what a \
                changing slip angle adds is left out.",
            )
            .unit("m/s2"),
            |_, s| lateral_acceleration(s),
        ),
        (
            Column::float("s_m", "Along the road from its start.").unit("m"),
            |_, s| s.s.into(),
        ),
        (
            Column::float("lane_offset_m", "Left of the lane's centre.").unit("m"),
            |_, s| s.offset.into(),
        ),
        (
            Column::float("lateral_speed_mps", "Across the lane, to the left.").unit("m/s"),
            |_, s| s.lateral_speed.into(),
        ),
        (
            Column::float(
                "wheel_deg",
                "Steering-wheel angle in force, to the left positive.",
            )
            .unit("deg"),
            |_, s| degrees(s.wheel),
        ),
        (
            Column::float("accelerator", "Accelerator pedal in force, 0 to 1."),
            |_, s| float(s.accelerator),
        ),
        (
            Column::float("brake", "Brake pedal in force, 0 to 1."),
            |_, s| float(s.brake),
        ),
        (
            Column::flag("brake_lights", "The ego's brake lights are on.").missing(FORMAT_1),
            |c, s| c.since_2(ego(s, |b| (b.lamps & lamps::BRAKE != 0).into())),
        ),
        (
            Column::flag("hazard_lights", "The ego's hazard lights are on.").missing(FORMAT_1),
            |c, s| c.since_2(ego(s, |b| (b.lamps & lamps::HAZARD != 0).into())),
        ),
        (
            Column::text("indicator", "Side on which the ego indicates: left, right.")
                .missing("neither, or a log of format 1"),
            |_, s| ego(s, indicator),
        ),
        (
            Column::float(
                "command_wheel_deg",
                "The operator's own steering-wheel angle, as it had arrived for the \
                step to this tick.",
            )
            .unit("deg")
            .missing(NO_COMMAND),
            |c, _| command(c, |o| degrees(o.wheel)),
        ),
        (
            Column::float(
                "command_accelerator",
                "The operator's accelerator pedal, 0 to 1.",
            )
            .missing(NO_COMMAND),
            |c, _| command(c, |o| float(o.accelerator)),
        ),
        (
            Column::float("command_brake", "The operator's brake pedal, 0 to 1.")
                .missing(NO_COMMAND),
            |c, _| command(c, |o| float(o.brake)),
        ),
        (
            Column::flag("command_take_over", "The button to take over is held.")
                .missing(NO_COMMAND),
            |c, _| command(c, |o| o.take_over.into()),
        ),
        (
            Column::flag("command_hand_back", "The button to hand back is held.")
                .missing(NO_COMMAND),
            |c, _| command(c, |o| o.hand_back.into()),
        ),
        (
            Column::flag(
                "command_no_need",
                "The button that rejects a request is held.",
            )
            .missing(NO_COMMAND),
            |c, _| command(c, |o| o.no_need.into()),
        ),
        (
            Column::flag(
                "command_present",
                "An operator with a working device is there.",
            )
            .missing(NO_COMMAND),
            |c, _| command(c, |o| o.present.into()),
        ),
        (
            Column::text(
                "command_device",
                "What the controls were moved with last: program, keyboard, gamepad, \
                wheel.",
            )
            .missing(NO_COMMAND),
            |c, _| command(c, |o| numbered(o.device, &DeviceKind::ALL)),
        ),
        (
            Column::float(
                "command_age_s",
                "Since it was sent; before the first one had arrived, since the run's \
                start.",
            )
            .unit("s")
            .missing(NO_COMMAND),
            |c, _| command(c, |o| o.age.into()),
        ),
        (
            Column::float(
                "command_glass_to_glass_s",
                "From the cameras to the screen, as the operator's end had measured \
                it when it sent the command.",
            )
            .unit("s")
            .missing(NO_COMMAND),
            |c, _| command(c, |o| o.glass.into()),
        ),
        (
            Column::float("confidence", "Confidence over all, as reported, 0 to 1.")
                .missing("a log of format 1: the table perception has it"),
            |_, s| s.confidence.into(),
        ),
        (
            Column::float(
                "planning",
                "The same of planning, which may change with every tick.",
            )
            .missing("a log of format 1: the table functions has it"),
            |_, s| s.planning.into(),
        ),
        (
            Column::integer("request", "Number of the request that is open.").missing(NO_REQUEST),
            |_, s| request(s, |r| r.id.into()),
        ),
        (
            Column::text("request_reason", "Why it was raised.").missing(NO_REQUEST),
            |_, s| request(s, |r| word(&r.reason)),
        ),
        (
            Column::float("request_raised_s", "When it was raised.")
                .unit("s")
                .missing(NO_REQUEST),
            |_, s| request(s, |r| r.raised.into()),
        ),
        (
            Column::float(
                "request_deadline_s",
                "When the minimal-risk manoeuvre begins if nobody comes.",
            )
            .unit("s")
            .missing(NO_REQUEST),
            |_, s| request(s, |r| r.deadline.into()),
        ),
        (
            Column::flag("request_escalated", "It has escalated.").missing(NO_REQUEST),
            |_, s| request(s, |r| r.escalated.into()),
        ),
        (
            Column::flag("offers", "The automation offers to drive again.").missing(FORMAT_1),
            |c, s| c.since_2(s.offers),
        ),
        (
            Column::float("ttc_s", "Smallest time to collision.")
                .unit("s")
                .source("docs/referee.md")
                .missing(NO_DANGER),
            |_, s| s.ttc.into(),
        ),
        (
            Column::text("ttc_with", "With whom.").missing(NO_DANGER),
            |c, s| with(c, s.ttc_with),
        ),
        (
            Column::float("gap_m", "Distance to the nearest other.")
                .unit("m")
                .missing(NO_NEIGHBOUR),
            |_, s| s.gap.into(),
        ),
        (
            Column::text("gap_with", "To whom.").missing(NO_NEIGHBOUR),
            |c, s| with(c, s.gap_with),
        ),
        (
            Column::float(
                "pet_s",
                "Smallest post-encroachment time of those who entered in this tick.",
            )
            .unit("s")
            .source("docs/referee.md")
            .missing(NO_CROSSING),
            |_, s| s.pet.into(),
        ),
        (
            Column::text("pet_with", "With whom.").missing(NO_CROSSING),
            |c, s| with(c, s.pet_with),
        ),
        (
            Column::float("speed_limit_mps", "What the road allows.")
                .unit("m/s")
                .missing(FORMAT_1),
            |c, s| c.since_2(s.speed_limit),
        ),
        (
            Column::float(
                "speed_cap_mps",
                "How fast a remote operator may go, for the link's sake.",
            )
            .unit("m/s")
            .missing("there is no cap"),
            |_, s| s.speed_cap.into(),
        ),
        (
            Column::float("rain_mm_h", "Rain around the ego.")
                .unit("mm/h")
                .missing(FORMAT_1),
            |c, s| c.since_2(s.rain),
        ),
        (
            Column::text(
                "hash",
                "Of the run up to and with this tick, 64 bits as hexadecimal digits.",
            ),
            |_, s| format!("{:016x}", s.hash).into(),
        ),
    ];
    Box::new(Layout {
        name: "ticks",
        about: "One tick (10 ms): the ego, who drives, the operator's command, the \
                referee's measures.",
        needs_others: false,
        each: |entry, row| {
            if let Entry::State(state) = entry {
                row(state);
            }
        },
        fields,
    })
}
