//! What happened, what the operator did and was told, what the referee says.

use super::super::table::{Column, Value};
use super::cell::{degrees, float, json, word};
use super::channel::{Channel, Context, Layout};
use crate::command::{Change, Input};
use crate::record::Entry;
use crate::referee::Limit;
use crate::referee::verdict::RequestVerdict;
use crate::takeover::alert::{Alert, Presented};
use crate::takeover::event::{Event, TimedEvent};

/// The fields of an event; its name is one of them, `event`.
fn fields(event: &Event) -> serde_json::Map<String, serde_json::Value> {
    match serde_json::to_value(event) {
        Ok(serde_json::Value::Object(fields)) => fields,
        _ => serde_json::Map::new(),
    }
}

pub(super) fn events() -> Box<dyn Channel> {
    let columns: Vec<(Column, fn(&Context, &TimedEvent) -> Value)> = vec![
        (
            Column::float("time_s", "When it happened, time of the run.").unit("s"),
            |_, e| e.time.into(),
        ),
        (
            Column::integer(
                "tick",
                "The tick at which the step began in which it happened.",
            ),
            |_, e| Value::count(e.tick),
        ),
        (
            Column::text("event", "What happened, as the log names it.").source("docs/record.md"),
            |_, e| match fields(&e.event).remove("event") {
                Some(serde_json::Value::String(name)) => name.into(),
                _ => Value::Missing,
            },
        ),
        (
            Column::text(
                "fields",
                "All that the log has of it, as one JSON object; {} if there is no \
                more to say.",
            ),
            |_, e| {
                let mut fields = fields(&e.event);
                fields.remove("event");
                json(&fields)
            },
        ),
        (
            Column::text("description", "The same for a person."),
            |_, e| e.event.describe().into(),
        ),
    ];
    Box::new(Layout {
        name: "events",
        about: "One event, as it is in the log.",
        needs_others: false,
        each: |entry, row| {
            if let Entry::Event(event) = entry {
                row(event);
            }
        },
        fields: columns,
    })
}

fn change(input: &Input) -> &'static str {
    match input.change {
        Change::Connected { .. } => "connected",
        Change::Disconnected => "disconnected",
        Change::Found { .. } => "found",
        Change::Axis { .. } => "axis",
        Change::Button { .. } => "button",
        Change::Key { .. } => "key",
        Change::Set => "set",
    }
}

const NO_AXIS: &str = "not about an axis";

pub(super) fn inputs() -> Box<dyn Channel> {
    let fields: Vec<(Column, fn(&Context, &Input) -> Value)> = vec![
        (
            Column::float(
                "time_s",
                "When it happened, time of the run; the device's own time where there is one.",
            )
            .unit("s"),
            |_, i| Value::Float(i.time_ns as f64 / 1e9),
        ),
        (
            Column::integer("time_ns", "The same to the last bit.").unit("ns"),
            |_, i| i.time_ns.into(),
        ),
        (
            Column::integer(
                "realtime_ns",
                "The same instant on the system's clock, since 1970-01-01 UTC.",
            )
            .unit("ns")
            .missing("a script or a model did it"),
            |_, i| (i.realtime_ns != 0).then_some(i.realtime_ns).into(),
        ),
        (
            Column::integer(
                "uncertainty_ns",
                "The true time lies at most this far from it (software error only).",
            )
            .unit("ns"),
            |_, i| Value::count(i.uncertainty_ns),
        ),
        (
            Column::text(
                "stamp",
                "Whose time it is: kernel (when the report reached it), arrival (when \
                this program read it), model (exact).",
            ),
            |_, i| word(&i.stamp),
        ),
        (
            Column::integer(
                "device",
                "0: the keyboard, a script or a model; others count from 1 in the \
                order in which they appeared.",
            ),
            |_, i| i.device.into(),
        ),
        (
            Column::text(
                "change",
                "What happened: connected, disconnected, found (an axis stood there \
                when its device came), axis, button, key, set (by a script or \
                model).",
            ),
            |_, i| change(i).into(),
        ),
        (
            Column::text("name", "Of the key, or of the device that was connected.")
                .missing("neither"),
            |_, i| match &i.change {
                Change::Connected { name, .. } | Change::Key { name, .. } => name.as_str().into(),
                _ => Value::Missing,
            },
        ),
        (
            Column::integer("code", "The platform's code of the axis or button.")
                .missing("neither"),
            |_, i| match &i.change {
                Change::Found { code, .. }
                | Change::Axis { code, .. }
                | Change::Button { code, .. } => (*code).into(),
                _ => Value::Missing,
            },
        ),
        (
            Column::integer("raw", "The axis's untouched reading.").missing(NO_AXIS),
            |_, i| match &i.change {
                Change::Found { raw, .. } | Change::Axis { raw, .. } => (*raw).into(),
                _ => Value::Missing,
            },
        ),
        (
            Column::float(
                "value",
                "The same, -1 to 1 (0 to 1 of a trigger), before any dead zone.",
            )
            .missing(NO_AXIS),
            |_, i| match &i.change {
                Change::Found { value, .. } | Change::Axis { value, .. } => float(*value),
                _ => Value::Missing,
            },
        ),
        (
            Column::flag("pressed", "The button or key went down.").missing("neither"),
            |_, i| match &i.change {
                Change::Button { pressed, .. } | Change::Key { pressed, .. } => (*pressed).into(),
                _ => Value::Missing,
            },
        ),
        (
            Column::float(
                "after_wheel_deg",
                "The command right after it: steering-wheel angle, to the left positive.",
            )
            .unit("deg"),
            |_, i| degrees(i.after.wheel),
        ),
        (
            Column::float("after_accelerator", "... accelerator pedal, 0 to 1."),
            |_, i| float(i.after.accelerator),
        ),
        (
            Column::float("after_brake", "... brake pedal, 0 to 1."),
            |_, i| float(i.after.brake),
        ),
        (
            Column::flag("after_take_over", "... the button to take over is held."),
            |_, i| i.after.take_over.into(),
        ),
        (
            Column::flag("after_hand_back", "... the button to hand back is held."),
            |_, i| i.after.hand_back.into(),
        ),
        (
            Column::flag(
                "after_no_need",
                "... the button that rejects a request is held.",
            ),
            |_, i| i.after.no_need.into(),
        ),
        (
            Column::flag(
                "after_present",
                "... an operator with a working device is there.",
            ),
            |_, i| i.after.present.into(),
        ),
        (
            Column::text(
                "after_device",
                "... what the controls were moved with last: program, keyboard, \
                gamepad, wheel.",
            ),
            |_, i| word(&i.after.device),
        ),
    ];
    Box::new(Layout {
        name: "inputs",
        about: "One thing that an operator's device did, or a script or a model.",
        needs_others: false,
        each: |entry, row| {
            if let Entry::Input(input) = entry {
                row(input);
            }
        },
        fields,
    })
}

pub(super) fn presented() -> Box<dyn Channel> {
    let fields: Vec<(Column, fn(&Context, &Presented) -> Value)> = vec![
        (
            Column::float(
                "time_s",
                "When the platform had it, time of the run: the nearest to its \
                presentation that can be known.",
            )
            .unit("s"),
            |_, p| p.presented.into(),
        ),
        (
            Column::float(
                "submitted_s",
                "When the station handed it to the platform, time of the run.",
            )
            .unit("s")
            .missing("an older log"),
            |_, p| (p.submitted != 0.0).then_some(p.submitted).into(),
        ),
        (
            Column::float(
                "uncertainty_s",
                "The true moment lies within this of time_s, as far as software can \
                know.",
            )
            .unit("s")
            .missing("unknown"),
            |_, p| p.uncertainty.into(),
        ),
        (
            Column::integer("request", "Number of the request it is about.")
                .missing("it is about none"),
            |_, p| (p.request != 0).then_some(p.request).into(),
        ),
        (
            Column::text("channel", "By which way: visual, sound, haptic."),
            |_, p| word(&p.channel),
        ),
        (
            Column::integer(
                "level",
                "Which alert, by number; 0 to 2 are one request's escalation.",
            )
            .source("docs/alerts.md"),
            |_, p| u32::from(p.level).into(),
        ),
        (
            Column::text(
                "alert",
                "The same by name: request, escalated, minimal_risk, hand_back_offer, \
                advisory, link_lost, operator_lost, no_need.",
            )
            .missing("an alert of a newer version"),
            |_, p| {
                let alert = Alert::ALL.into_iter().find(|a| a.level() == p.level);
                alert.map(Alert::name).into()
            },
        ),
    ];
    Box::new(Layout {
        name: "presented",
        about: "One alert as it reached the operator, once by each channel.",
        needs_others: false,
        each: |entry, row| {
            if let Entry::Presented(presented) = entry {
                row(presented);
            }
        },
        fields,
    })
}

fn limit(limit: &Option<Limit>, of: impl Fn(&Limit) -> Value) -> Value {
    limit.as_ref().map_or(Value::Missing, of)
}

const NO_LIMIT: &str = "no limit was met";

pub(super) fn verdicts() -> Box<dyn Channel> {
    let fields: Vec<(Column, fn(&Context, &RequestVerdict) -> Value)> = vec![
        (
            Column::float(
                "time_s",
                "When the request was raised, or it was taken over, time of the run.",
            )
            .unit("s"),
            |_, v| v.time_s.into(),
        ),
        (
            Column::integer("request", "Number of the request.").missing("an unprompted takeover"),
            |_, v| v.request.into(),
        ),
        (
            Column::flag("needed", "The automation alone would have met a limit.")
                .source("docs/referee.md"),
            |_, v| v.needed.into(),
        ),
        (
            Column::flag("in_time", "The true time budget was enough.")
                .missing("nothing was needed, or nobody was asked"),
            |_, v| v.in_time.into(),
        ),
        (
            Column::float(
                "budget_s",
                "From that moment to the first limit: the true time budget.",
            )
            .unit("s")
            .missing(NO_LIMIT),
            |_, v| v.budget_s.into(),
        ),
        (
            Column::float(
                "followed_s",
                "The automation was followed alone for this long.",
            )
            .unit("s"),
            |_, v| v.followed_s.into(),
        ),
        (
            Column::text(
                "limit",
                "The first limit that it met alone: collision, left_road, \
                lane_departure, near_miss, hard_braking, blocked.",
            )
            .missing(NO_LIMIT),
            |_, v| limit(&v.limit, |l| word(&l.kind)),
        ),
        (
            Column::float("limit_time_s", "When, time of the run.")
                .unit("s")
                .missing(NO_LIMIT),
            |_, v| limit(&v.limit, |l| l.time.into()),
        ),
        (
            Column::text("limit_with", "With whom.").missing("with nobody, or no limit was met"),
            |_, v| limit(&v.limit, |l| l.with.clone().into()),
        ),
        (
            Column::text("gravest", "The gravest limit that it met alone.").missing(NO_LIMIT),
            |_, v| limit(&v.gravest, |l| word(&l.kind)),
        ),
        (
            Column::float("gravest_time_s", "When, time of the run.")
                .unit("s")
                .missing(NO_LIMIT),
            |_, v| limit(&v.gravest, |l| l.time.into()),
        ),
        (
            Column::text("gravest_with", "With whom.").missing("with nobody, or no limit was met"),
            |_, v| limit(&v.gravest, |l| l.with.clone().into()),
        ),
        (Column::flag("answered", "An operator drove."), |_, v| {
            v.answered.into()
        }),
        (
            Column::text(
                "met",
                "The gravest limit that was met in the run as it was, within the same \
                time.",
            )
            .missing(NO_LIMIT),
            |_, v| limit(&v.met, |l| word(&l.kind)),
        ),
        (
            Column::float("met_time_s", "When, time of the run.")
                .unit("s")
                .missing(NO_LIMIT),
            |_, v| limit(&v.met, |l| l.time.into()),
        ),
        (
            Column::text("met_with", "With whom.").missing("with nobody, or no limit was met"),
            |_, v| limit(&v.met, |l| l.with.clone().into()),
        ),
        (
            Column::text(
                "effect",
                "The difference between the two: none, prevented, eased, \
                not_prevented, caused.",
            ),
            |_, v| word(&v.effect),
        ),
    ];
    Box::new(Layout {
        name: "verdicts",
        about: "What the referee says of one request, or of a takeover that nobody asked for.",
        needs_others: false,
        each: |entry, row| {
            if let Entry::Verdict(verdict) = entry {
                row(verdict);
            }
        },
        fields,
    })
}
