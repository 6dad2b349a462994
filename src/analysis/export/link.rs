//! What came over the link, and when the operator saw it.

use super::super::table::{Column, Value};
use super::cell::{float, word};
use super::channel::{Channel, Context, Layout};
use crate::link::view::{Drawn, LinkView, VideoView};
use crate::record::Entry;

pub(super) fn link() -> Box<dyn Channel> {
    let fields: Vec<(Column, fn(&Context, &LinkView) -> Value)> = vec![
        (
            Column::float("time_s", "When this was measured, time of the run.").unit("s"),
            |_, l| l.time.into(),
        ),
        (Column::text("state", "good, degraded, lost."), |_, l| {
            word(&l.state)
        }),
        (
            Column::float("round_trip_s", "Heartbeat there and back.")
                .unit("s")
                .missing("none had come back yet"),
            |_, l| l.round_trip.into(),
        ),
        (
            Column::float(
                "delay_s",
                "One way, vehicle to operator, of the latest frame.",
            )
            .unit("s"),
            |_, l| l.delay.into(),
        ),
        (
            Column::float("jitter_s", "Smoothed variation of that delay.")
                .unit("s")
                .source("RFC 3550, interarrival jitter"),
            |_, l| l.jitter.into(),
        ),
        (
            Column::float(
                "loss",
                "Share of what was sent down in the last second that never came, 0 to 1.",
            ),
            |_, l| l.loss.into(),
        ),
        (
            Column::float("silence_s", "Since the latest frame came.").unit("s"),
            |_, l| l.silence.into(),
        ),
        (
            Column::float(
                "frozen_s",
                "Since the latest picture came; 0 in logs of older versions.",
            )
            .unit("s"),
            |_, l| l.frozen.into(),
        ),
        (
            Column::float("bandwidth_kbit_s", "What the link can carry down now.")
                .unit("kbit/s")
                .missing("more than anybody needs"),
            |_, l| l.bandwidth.into(),
        ),
    ];
    Box::new(Layout {
        name: "link",
        about: "What the operator's end knows of the link (10 Hz, and when its state changes).",
        needs_others: false,
        each: |entry, row| {
            if let Entry::Link(view) = entry {
                row(view);
            }
        },
        fields,
    })
}

pub(super) fn video() -> Box<dyn Channel> {
    let fields: Vec<(Column, fn(&Context, &VideoView) -> Value)> = vec![
        (
            Column::integer(
                "number",
                "Pictures are numbered from 0 as the cameras take them; what is \
                missing was lost or skipped.",
            ),
            |_, v| Value::count(v.number),
        ),
        (
            Column::float("captured_s", "When the cameras took it, time of the run.").unit("s"),
            |_, v| v.captured.into(),
        ),
        (
            Column::float(
                "arrived_s",
                "When it was whole at the operator's end, time of the run.",
            )
            .unit("s"),
            |_, v| v.arrived.into(),
        ),
        (
            Column::float("rate_hz", "Pictures per second that the encoder sends now.").unit("Hz"),
            |_, v| v.rate.into(),
        ),
        (
            Column::float("bitrate_kbit_s", "What the encoder spends on them.")
                .unit("kbit/s")
                .missing("as much as it likes"),
            |_, v| v.bitrate.into(),
        ),
        (
            Column::float(
                "scale",
                "Width and height as a share of the full picture's, 0 to 1: less is blurred.",
            ),
            |_, v| float(v.scale),
        ),
        (
            Column::float(
                "coarseness",
                "Of the compression, 0 (none to be seen) to 1 (blocks only).",
            ),
            |_, v| float(v.coarseness),
        ),
        (
            Column::float(
                "damage",
                "Share of the picture that still shows what was there before, 0 to 1.",
            ),
            |_, v| float(v.damage),
        ),
    ];
    Box::new(Layout {
        name: "video",
        about: "One picture that could be shown (none where every frame is a picture).",
        needs_others: false,
        each: |entry, row| {
            if let Entry::Video(view) = entry {
                row(view);
            }
        },
        fields,
    })
}

pub(super) fn drawn() -> Box<dyn Channel> {
    let fields: Vec<(Column, fn(&Context, &Drawn) -> Value)> = vec![
        (
            Column::float("captured_s", "When the cameras took it, time of the run.").unit("s"),
            |_, d| d.captured.into(),
        ),
        (
            Column::float("presented_s", "When the screen had it, time of the run.").unit("s"),
            |_, d| d.presented.into(),
        ),
        (
            Column::float("glass_to_glass_s", "From the one to the other.").unit("s"),
            |_, d| d.glass_to_glass().into(),
        ),
    ];
    Box::new(Layout {
        name: "drawn",
        about: "One picture on the operator's screen (at most 10 Hz; none without a screen).",
        needs_others: false,
        each: |entry, row| {
            if let Entry::Drawn(drawn) = entry {
                row(drawn);
            }
        },
        fields,
    })
}
