//! The tables of `takeover export --events` and `--labels`.

use anyhow::Context;
use serde::Serialize;
use std::path::Path;
use takeover::analysis::table::{Column, Kind, Schema, Table, Value};
use takeover::replay::events::EventRecord;
use takeover::replay::labels::{Identity, Labels, Rating, Target};

/// A table, made; the object that JSON has in its place; and what of the log is missing, in words.
pub struct Made {
    pub table: Table,
    pub json: String,
    pub lost: Option<String>,
}

/// A table of what is serialized, by the names of its fields.
fn table<T: Serialize>(schema: Schema, rows: &[T]) -> anyhow::Result<Table> {
    let mut table = Table::new(schema);
    for row in rows {
        let row = serde_json::to_value(row).context("cannot make the table")?;
        let cells = table.columns().iter();
        let cells = cells.map(|column| cell(&row[column.name.as_ref()], column.kind));
        let cells = cells.collect();
        table.push(cells)?;
    }
    Ok(table)
}

/// Of a column's kind; a number that JSON cannot hold is null, and so missing.
fn cell(value: &serde_json::Value, kind: Kind) -> Value {
    match kind {
        Kind::Float => value.as_f64().into(),
        Kind::Integer => value.as_i64().into(),
        Kind::Flag => value.as_bool().into(),
        Kind::Text => value.as_str().into(),
        Kind::Time => Value::Missing,
    }
}

fn json(object: &impl Serialize) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(object)? + "\n")
}

pub fn events(log: &Path) -> anyhow::Result<Made> {
    let record = EventRecord::read(log)?;
    let schema = Schema::new(
        "event_record",
        "One entry of the event data record.",
        entry(),
    );
    Ok(Made {
        table: table(schema, &record.entries)?,
        json: json(&record)?,
        lost: record.lost,
    })
}

const NO_OPERATOR: &str = "no operator was there";
const UNMEASURED: &str = "nothing was on record by then";
const NO_REQUEST: &str = "not about a request";

/// The columns of an entry: [`EventRecord::COLUMNS`].
fn entry() -> Vec<Column> {
    use Column as C;
    vec![
        C::integer(
            "sequence",
            "From 1; keeps the order of entries of one instant.",
        ),
        C::text("code", "What happened.").source("docs/events.md"),
        C::text("clause", "The rule that asks for it.").source("docs/events.md"),
        C::text("cause", "Why.").missing("nothing to say"),
        C::text("reason", "The same in plain words."),
        C::text("date_utc", "Date."),
        C::text("time_utc", "Time of day, to 1 ms."),
        C::text(
            "clock",
            "Which clock they are from: wall; run (start plus time of the run).",
        ),
        C::float("time_s", "Time of the run, pauses left out.").unit("s"),
        C::integer("tick", "Its tick."),
        C::integer("request", "Number of the request.").missing(NO_REQUEST),
        C::text("authority", "Who drives."),
        C::text("source", "Who moves the actuators."),
        C::float("speed_m_s", "Along the vehicle.").unit("m/s"),
        C::float("acceleration_m_s2", "Along the vehicle.").unit("m/s^2"),
        C::float("lateral_acceleration_m_s2", "Speed times yaw rate.").unit("m/s^2"),
        C::float("x_m", "Centre of gravity, world axes.").unit("m"),
        C::float("y_m", "The same along the y axis.").unit("m"),
        C::float("z_m", "The same, up.").unit("m"),
        C::float("road_position_m", "Along the road from its start.").unit("m"),
        C::float("lane_offset_m", "Left of the lane's centre.").unit("m"),
        C::float("steering_wheel_deg", "In force, to the left positive.").unit("deg"),
        C::float("accelerator", "Pedal in force, 0 to 1."),
        C::float("brake", "Pedal in force, 0 to 1."),
        C::flag("brake_lights", "They are on."),
        C::flag("hazard_lights", "They are on."),
        C::text("indicator", "left, right.").missing("neither"),
        C::float("latency_ms", "Glass to glass and command together.")
            .unit("ms")
            .missing(NO_OPERATOR),
        C::float("glass_to_glass_ms", "From the cameras to the screen.")
            .unit("ms")
            .missing(NO_OPERATOR),
        C::float("command_age_ms", "Since the command was sent.")
            .unit("ms")
            .missing(NO_OPERATOR),
        C::float("round_trip_ms", "As last measured.")
            .unit("ms")
            .missing(UNMEASURED),
        C::float("link_loss", "Share that never came, 0 to 1.").missing(UNMEASURED),
        C::float("bandwidth_kbit_s", "What the link carries.")
            .unit("kbit/s")
            .missing("nothing was on record, or more than anybody needs"),
        C::float("rain_mm_h", "Rain around the vehicle.").unit("mm/h"),
        C::float("visibility_m", "Meteorological optical range.")
            .unit("m")
            .missing(UNMEASURED),
        C::float("confidence", "Over all, as reported, 0 to 1.").missing(UNMEASURED),
        C::text("software_version", "That recorded it."),
        C::text("scenario", "Its title or file."),
    ]
}

/// One label.
#[derive(Serialize)]
struct LabelRow<'a> {
    log: String,
    rater: &'a str,
    target: &'static str,
    number: Option<u32>,
    from_s: Option<f64>,
    to_s: Option<f64>,
    needed: Option<&'static str>,
    cause: Option<&'a str>,
    taxonomy: Option<&'a str>,
    quality_toc: Option<u8>,
    note: Option<&'a str>,
    time_utc: &'a str,
    /// Ids, by space.
    entries: String,
}

const NOT_ASKED: &str = "not answered";

fn label() -> Vec<Column> {
    use Column as C;
    vec![
        C::text("log", "Path of the log."),
        C::text("rater", "Who said it."),
        C::text("target", "What it is about: takeover, event, span, run."),
        C::integer("number", "Number of the takeover or event.").missing("a span, or the run"),
        C::float("from_s", "Where the span begins.")
            .unit("s")
            .missing("not a span"),
        C::float("to_s", "Where the span ends.")
            .unit("s")
            .missing("not a span"),
        C::text("needed", "yes, no, unsure.").missing(NOT_ASKED),
        C::text("cause", "A code of the taxonomy.").missing(NOT_ASKED),
        C::text("taxonomy", "Which one.").missing("no cause was named"),
        C::integer(
            "quality_toc",
            "TOC rating, 1 (perfect) to 10 (uncontrollable).",
        )
        .source("Naujoks et al. 2018")
        .missing(NOT_ASKED),
        C::text("note", "In words.").missing("none"),
        C::text("time_utc", "When it was said."),
        C::text("entries", "Ids of the answers it is made of."),
    ]
}

impl<'a> LabelRow<'a> {
    fn of(log: &Path, rating: &'a Rating) -> Self {
        let label = &rating.label;
        let (target, number, span) = match label.target {
            Target::Run => ("run", None, None),
            Target::Takeover { number } => ("takeover", Some(number), None),
            Target::Event { number } => ("event", Some(number), None),
            Target::Span { from_s, to_s } => ("span", None, Some((from_s, to_s))),
        };
        let ids: Vec<_> = rating.entries.iter().map(|id| id.0.as_str()).collect();
        Self {
            log: log.display().to_string(),
            rater: &rating.rater,
            target,
            number,
            from_s: span.map(|s| s.0),
            to_s: span.map(|s| s.1),
            needed: label.needed.map(|n| n.name()),
            cause: label.cause.as_deref(),
            taxonomy: label.taxonomy.as_deref(),
            quality_toc: label.quality,
            note: label.note.as_deref(),
            time_utc: &rating.time,
            entries: ids.join(" "),
        }
    }
}

pub fn labels(log: &Path) -> anyhow::Result<Made> {
    let identity = Identity::read(log)?;
    let labels = Labels::open(log, identity.clone())?;
    let ratings = labels.all();
    let rows: Vec<_> = ratings.iter().map(|r| LabelRow::of(log, r)).collect();
    let damaged: Vec<_> = labels.damaged().collect();
    let json = json(&serde_json::json!({
        "log": log,
        "identity": identity,
        "labels": rows,
        "history": labels.entries().collect::<Vec<_>>(),
        "lost": damaged,
    }))?;
    Ok(Made {
        table: table(Schema::new("labels", "One label.", label()), &rows)?,
        json,
        lost: (!damaged.is_empty()).then(|| damaged.join("; ")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_event_records_columns_are_all_there() {
        let schema = Schema::new("event_record", "One entry.", entry());
        schema.check().expect("a table");
        let names: Vec<_> = schema.columns().iter().map(|c| c.name.as_ref()).collect();
        assert_eq!(names, EventRecord::COLUMNS);
        Schema::new("labels", "One label.", label())
            .check()
            .expect("a table");
    }
}
