//! Settings of a link: as they are written ([`RawLink`]), checked, and in force ([`LinkSettings`]).
//!
//! A link is a [`Preset`] with fields of its own on top; `changes` replaces some or all of them from
//! a moment on. docs/link.md has the model behind each field.

use super::presets::Preset;
use crate::ron_file::{self, FileError, Problem};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The radio's part of a link: what a scenario can change while the run goes on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Conditions {
    /// Where the fields come from that nobody has set.
    pub preset: Preset,
    /// The least that a message takes from the vehicle to the operator, ms.
    pub down_ms: f64,
    /// ... and from the operator to the vehicle, ms.
    pub up_ms: f64,
    /// Mean of what comes on top of `down_ms`, ms: log-normal.
    pub down_jitter_ms: f64,
    /// ... and on top of `up_ms`, ms.
    pub up_jitter_ms: f64,
    /// Standard deviation of the logarithm of what comes on top: 0 is constant, 1 has a long tail.
    pub jitter_spread: f64,
    /// After this time the delay has forgotten all but 1/e of where it was, ms.
    pub jitter_correlation_ms: f64,
    /// Share of messages that are lost in the long run, 0 to 1.
    pub loss: f64,
    /// Mean length of a burst of loss, ms.
    pub loss_burst_ms: f64,
    /// Share of messages that are lost within a burst; outside nothing is.
    pub loss_in_burst: f64,
    /// Mean time from one handover to the next, s; none: there are none.
    pub handover_every: Option<f64>,
    /// Mean length of a handover's gap, ms. What is sent in it waits.
    pub handover_gap_ms: f64,
    /// What the link carries down on average, kbit/s; none: more than anybody needs.
    pub bandwidth_kbps: Option<f64>,
    /// Standard deviation of its logarithm.
    pub bandwidth_spread: f64,
    /// After this time it has forgotten all but 1/e of where it was, s.
    pub bandwidth_correlation: f64,
}

/// A link that can be simulated.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LinkSettings {
    /// From the start of the run.
    #[serde(flatten)]
    pub start: Conditions,
    /// From later moments on, in order.
    pub changes: Vec<Change>,
    /// When nothing gets through.
    pub outages: Vec<Outage>,
    /// Pictures a second that the cameras take; none: every tick's frame is a picture, at no cost.
    pub camera_rate: Option<f64>,
    /// What the encoder spends where the link has room for it, kbit/s.
    pub video_kbps: f64,
    /// Camera, encoder and decoder together, ms.
    pub codec_ms: f64,
    /// Every so often a picture is whole in itself, s.
    pub key_every: f64,
    /// The link is degraded from this round trip on, ms, ...
    pub soft_round_trip_ms: f64,
    /// ... or this share of loss over a second, ...
    pub soft_loss: f64,
    /// ... or this long without a frame or a picture, ms.
    pub soft_silence_ms: f64,
}

/// Other conditions from a moment on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Change {
    /// s since the start of the run.
    pub at: f64,
    #[serde(flatten)]
    pub to: Conditions,
}

/// A time in which nothing gets through.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outage {
    /// s since the start of the run.
    pub at: f64,
    /// s since the start of the run.
    pub until: f64,
    #[serde(default)]
    pub direction: Direction,
}

/// Which way a link fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Direction {
    #[default]
    Both,
    /// From the operator to the vehicle.
    Up,
    /// From the vehicle to the operator.
    Down,
}

impl Default for LinkSettings {
    fn default() -> Self {
        Self::of(Preset::Ideal)
    }
}

impl From<Preset> for LinkSettings {
    fn from(preset: Preset) -> Self {
        Self::of(preset)
    }
}

impl LinkSettings {
    /// A preset as it is.
    pub fn of(preset: Preset) -> Self {
        let ideal = preset == Preset::Ideal;
        Self {
            start: preset.conditions(),
            changes: Vec::new(),
            outages: Vec::new(),
            camera_rate: (!ideal).then_some(CAMERA_RATE),
            video_kbps: VIDEO_KBPS,
            codec_ms: if ideal { 0.0 } else { CODEC_MS },
            key_every: 2.0,
            soft_round_trip_ms: 200.0,
            soft_loss: 0.05,
            soft_silence_ms: 150.0,
        }
    }

    /// The conditions at a time, s since the start of the run.
    pub fn at(&self, time: f64) -> &Conditions {
        let change = self.changes.iter().rev().find(|c| c.at <= time);
        change.map_or(&self.start, |c| &c.to)
    }

    /// The next change after a time, s.
    pub fn next_change(&self, time: f64) -> Option<f64> {
        self.changes.iter().map(|c| c.at).find(|at| *at > time)
    }

    /// Everything arrives at once, whole, and always will.
    pub fn is_ideal(&self) -> bool {
        let free = |c: &Conditions| {
            c.down_ms == 0.0
                && c.up_ms == 0.0
                && c.down_jitter_ms == 0.0
                && c.up_jitter_ms == 0.0
                && c.loss == 0.0
                && c.handover_every.is_none()
                && c.bandwidth_kbps.is_none()
        };
        free(&self.start)
            && self.changes.iter().all(|c| free(&c.to))
            && self.outages.is_empty()
            && self.camera_rate.is_none()
            && self.codec_ms == 0.0
    }

    /// Reads and checks a file with a link of its own: what a scenario says in `link: (...)`.
    ///
    /// # Errors
    /// If it cannot be read, is not a link, or says something impossible.
    pub fn load(path: &Path) -> Result<Self, FileError> {
        ron_file::load(path, |text| {
            let raw: RawLink = ron_file::parse(text)?;
            raw.check(LONGEST).map_err(|wrong| {
                let problem =
                    |w: Wrong| Problem::at_path(text, &w.field, w.expected.clone(), w.got);
                wrong.into_iter().map(problem).collect()
            })
        })
    }
}

/// Longest run, s.
const LONGEST: f64 = 7200.0;
/// Pictures a second, if nothing else is said.
const CAMERA_RATE: f64 = 30.0;
/// Within the 3 to 8 Mbit/s that a review of 2024 gives for teleoperation, kbit/s.
const VIDEO_KBPS: f64 = 6000.0;
/// What is left of the 202 ms from glass to glass that were measured over commercial 5G when the
/// link's own share (half of a round trip of 47 ms), the wait for the next picture and the screen
/// (some 30 ms each) are taken away, ms.
const CODEC_MS: f64 = 120.0;

/// Declares a group that holds every field of [`Conditions`], each optional, after its own fields.
macro_rules! with_conditions {
    ($(#[$doc:meta])* pub struct $name:ident { $($(#[$own:meta])* pub $field:ident: $kind:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct $name {
            $($(#[$own])* pub $field: $kind,)*
            /// The conditions, as in [`Conditions`]; what is not said stays as it is.
            pub preset: Option<Preset>,
            pub down_ms: Option<f64>,
            pub up_ms: Option<f64>,
            pub down_jitter_ms: Option<f64>,
            pub up_jitter_ms: Option<f64>,
            pub jitter_spread: Option<f64>,
            pub jitter_correlation_ms: Option<f64>,
            pub loss: Option<f64>,
            pub loss_burst_ms: Option<f64>,
            pub loss_in_burst: Option<f64>,
            /// `inf`: none.
            pub handover_every: Option<f64>,
            pub handover_gap_ms: Option<f64>,
            /// `inf`: none.
            pub bandwidth_kbps: Option<f64>,
            pub bandwidth_spread: Option<f64>,
            pub bandwidth_correlation: Option<f64>,
        }

        impl $name {
            /// These conditions over others. Checks what is written; `prefix` is its path.
            fn over(&self, before: &Conditions, prefix: &str, wrong: &mut Vec<Wrong>) -> Conditions {
                let mut now = self.preset.map_or(*before, Preset::conditions);
                let mut set = |field: &str, to: &mut f64, said: Option<f64>, low, high, unit| {
                    if let Some(said) = said {
                        *to = said;
                        in_range(wrong, &format!("{prefix}{field}"), said, low, high, unit);
                    }
                };
                set("down_ms", &mut now.down_ms, self.down_ms, 0.0, 10_000.0, "ms");
                set("up_ms", &mut now.up_ms, self.up_ms, 0.0, 10_000.0, "ms");
                set("down_jitter_ms", &mut now.down_jitter_ms, self.down_jitter_ms, 0.0, 5000.0, "ms");
                set("up_jitter_ms", &mut now.up_jitter_ms, self.up_jitter_ms, 0.0, 5000.0, "ms");
                set("jitter_spread", &mut now.jitter_spread, self.jitter_spread, 0.0, 2.0, "");
                set(
                    "jitter_correlation_ms",
                    &mut now.jitter_correlation_ms,
                    self.jitter_correlation_ms,
                    0.0,
                    60_000.0,
                    "ms",
                );
                set("loss", &mut now.loss, self.loss, 0.0, 0.95, "");
                set("loss_burst_ms", &mut now.loss_burst_ms, self.loss_burst_ms, 1.0, 60_000.0, "ms");
                set("loss_in_burst", &mut now.loss_in_burst, self.loss_in_burst, 0.05, 1.0, "");
                set("handover_gap_ms", &mut now.handover_gap_ms, self.handover_gap_ms, 1.0, 60_000.0, "ms");
                set("bandwidth_spread", &mut now.bandwidth_spread, self.bandwidth_spread, 0.0, 1.0, "");
                set(
                    "bandwidth_correlation",
                    &mut now.bandwidth_correlation,
                    self.bandwidth_correlation,
                    0.0,
                    600.0,
                    "s",
                );
                let mut unless_inf = |field: &str, to: &mut Option<f64>, said: Option<f64>, low, high, unit| {
                    let Some(said) = said else { return };
                    *to = (said != f64::INFINITY).then_some(said);
                    if to.is_some() {
                        in_range(wrong, &format!("{prefix}{field}"), said, low, high, unit);
                    }
                };
                unless_inf(
                    "handover_every",
                    &mut now.handover_every,
                    self.handover_every,
                    1.0,
                    LONGEST,
                    "s, or inf: none",
                );
                unless_inf(
                    "bandwidth_kbps",
                    &mut now.bandwidth_kbps,
                    self.bandwidth_kbps,
                    50.0,
                    1e6,
                    "kbit/s, or inf: no limit",
                );
                // Between two bursts there is some time without.
                let said = self.loss.is_some() || self.loss_in_burst.is_some();
                if said && now.loss > 0.95 * now.loss_in_burst {
                    wrong.push(Wrong {
                        field: format!("{prefix}loss"),
                        expected: format!("at most 0.95 of loss_in_burst ({})", now.loss_in_burst),
                        got: now.loss.to_string(),
                    });
                }
                now
            }
        }
    };
}

with_conditions! {
    /// A link as it is written.
    pub struct RawLink {
        /// From later moments on, in order.
        pub changes: Vec<RawChange>,
        /// When nothing gets through.
        pub outages: Vec<Outage>,
        /// As in [`LinkSettings`].
        pub camera_rate: Option<f64>,
        pub video_kbps: Option<f64>,
        pub codec_ms: Option<f64>,
        pub key_every: Option<f64>,
        pub soft_round_trip_ms: Option<f64>,
        pub soft_loss: Option<f64>,
        pub soft_silence_ms: Option<f64>,
    }
}

with_conditions! {
    /// A change as it is written.
    pub struct RawChange {
        /// s since the start of the run.
        pub at: Option<f64>,
    }
}

/// One thing that is wrong with a link.
#[derive(Clone, Debug, PartialEq)]
pub struct Wrong {
    /// Path within the link.
    pub field: String,
    pub expected: String,
    pub got: String,
}

fn in_range(wrong: &mut Vec<Wrong>, field: &str, value: f64, low: f64, high: f64, unit: &str) {
    if !(low..=high).contains(&value) {
        wrong.push(Wrong {
            field: field.into(),
            expected: format!("{low} to {high} {unit}"),
            got: value.to_string(),
        });
    }
}

impl RawLink {
    /// The link in force, for a run that lasts `duration` s at most.
    ///
    /// # Errors
    /// Everything that is wrong with it; at least one.
    pub fn check(&self, duration: f64) -> Result<LinkSettings, Vec<Wrong>> {
        let mut wrong = Vec::new();
        let base = LinkSettings::of(self.preset.unwrap_or_default());
        let start = self.over(&base.start, "", &mut wrong);
        let end = duration.clamp(0.0, LONGEST);
        let mut link = LinkSettings {
            start,
            changes: Vec::new(),
            outages: self.outages.clone(),
            ..base
        };
        let mut last = (0.0, start);
        for (i, change) in self.changes.iter().enumerate() {
            let prefix = format!("changes[{i}].");
            let field = format!("{prefix}at");
            let to = change.over(&last.1, &prefix, &mut wrong);
            let Some(at) = change.at else {
                wrong.push(Wrong {
                    field,
                    expected: "a time, s".into(),
                    got: "nothing".into(),
                });
                continue;
            };
            in_range(
                &mut wrong,
                &field,
                at,
                last.0,
                end,
                "s, within the run and in order",
            );
            last = (at.max(last.0), to);
            link.changes.push(Change { at, to });
        }
        for (i, outage) in self.outages.iter().enumerate() {
            let field = format!("outages[{i}].at");
            in_range(&mut wrong, &field, outage.at, 0.0, end, "s, within the run");
            if outage.until.is_nan() || outage.until <= outage.at {
                wrong.push(Wrong {
                    field: format!("outages[{i}].until"),
                    expected: format!("more than at ({} s)", outage.at),
                    got: outage.until.to_string(),
                });
            }
        }
        self.video(&mut link, &mut wrong);
        if wrong.is_empty() {
            Ok(link)
        } else {
            Err(wrong)
        }
    }

    fn video(&self, link: &mut LinkSettings, wrong: &mut Vec<Wrong>) {
        let narrow = |c: &Conditions| c.bandwidth_kbps.is_some();
        if narrow(&link.start) || link.changes.iter().any(|c| narrow(&c.to)) {
            // What has a size needs an encoder.
            link.camera_rate.get_or_insert(CAMERA_RATE);
        }
        if let Some(rate) = self.camera_rate {
            in_range(wrong, "camera_rate", rate, 1.0, 100.0, "1/s");
            link.camera_rate = Some(rate);
        }
        let mut set = |field: &str, to: &mut f64, said: Option<f64>, low, high, unit| {
            if let Some(said) = said {
                *to = said;
                in_range(wrong, field, said, low, high, unit);
            }
        };
        set(
            "video_kbps",
            &mut link.video_kbps,
            self.video_kbps,
            100.0,
            1e6,
            "kbit/s",
        );
        set(
            "codec_ms",
            &mut link.codec_ms,
            self.codec_ms,
            0.0,
            2000.0,
            "ms",
        );
        set(
            "key_every",
            &mut link.key_every,
            self.key_every,
            0.1,
            60.0,
            "s",
        );
        set(
            "soft_round_trip_ms",
            &mut link.soft_round_trip_ms,
            self.soft_round_trip_ms,
            1.0,
            20_000.0,
            "ms",
        );
        set(
            "soft_loss",
            &mut link.soft_loss,
            self.soft_loss,
            0.001,
            1.0,
            "",
        );
        set(
            "soft_silence_ms",
            &mut link.soft_silence_ms,
            self.soft_silence_ms,
            20.0,
            60_000.0,
            "ms",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<LinkSettings, Vec<Wrong>> {
        let raw: RawLink = ron_file::parse(text).unwrap_or_else(|e| panic!("{e:?}"));
        raw.check(100.0)
    }

    #[test]
    fn nothing_said_is_ideal_and_what_is_said_is_in_force() {
        assert_eq!(read("()"), Ok(LinkSettings::default()));
        assert!(LinkSettings::default().is_ideal());
        let link = read("(preset: FourG, down_ms: 12.0, bandwidth_kbps: inf)").expect("sound");
        assert_eq!(link.start.down_ms, 12.0);
        assert_eq!(link.start.bandwidth_kbps, None);
        assert_eq!(link.start.up_ms, Preset::FourG.conditions().up_ms);
        assert!(!link.is_ideal());
        // Pictures that have a size need cameras.
        let narrow = read("(bandwidth_kbps: 500.0)").expect("sound");
        assert_eq!(narrow.camera_rate, Some(CAMERA_RATE));
        let later = read("(changes: [(at: 5.0, bandwidth_kbps: 500.0)])").expect("sound");
        assert_eq!(later.camera_rate, Some(CAMERA_RATE));
        assert_eq!(read("(up_ms: 5.0)").expect("sound").camera_rate, None);
    }

    #[test]
    fn a_change_goes_by_what_was_before_and_a_preset_replaces_it() {
        let link = read(
            "(preset: FiveG, loss: 0.1, changes: [(at: 10.0, down_ms: 99.0), (at: 20.0, preset: ThreeG), (at: 30.0, loss: 0.2)])",
        )
        .expect("sound");
        let at = |t| *link.at(t);
        assert_eq!(
            (at(9.9).loss, at(10.0).loss, at(10.0).down_ms),
            (0.1, 0.1, 99.0)
        );
        assert_eq!(at(20.0), Preset::ThreeG.conditions());
        assert_eq!(at(40.0).loss, 0.2);
        assert_eq!(at(40.0).down_ms, Preset::ThreeG.conditions().down_ms);
        assert_eq!(link.next_change(10.0), Some(20.0));
        assert_eq!(link.next_change(30.0), None);
    }

    #[test]
    fn each_mistake_is_told_once_with_its_field() {
        for (text, field, expected, got) in [
            ("(down_ms: -1.0)", "down_ms", "0 to 10000 ms", "-1"),
            ("(loss: 1.0)", "loss", "0 to 0.95 ", "1"),
            (
                "(loss: 0.5, loss_in_burst: 0.5)",
                "loss",
                "at most 0.95 of loss_in_burst (0.5)",
                "0.5",
            ),
            (
                "(bandwidth_kbps: 0.0)",
                "bandwidth_kbps",
                "50 to 1000000 kbit/s, or inf: no limit",
                "0",
            ),
            ("(camera_rate: 0.5)", "camera_rate", "1 to 100 1/s", "0.5"),
            (
                "(changes: [(at: 20.0, loss: 0.1), (at: 10.0)])",
                "changes[1].at",
                "20 to 100 s, within the run and in order",
                "10",
            ),
            (
                "(changes: [(loss: 0.1)])",
                "changes[0].at",
                "a time, s",
                "nothing",
            ),
            (
                "(changes: [(at: 20.0, jitter_spread: 3.0)])",
                "changes[0].jitter_spread",
                "0 to 2 ",
                "3",
            ),
        ] {
            let found = read(text).expect_err(text);
            let told = Wrong {
                field: field.into(),
                expected: expected.into(),
                got: got.into(),
            };
            let only = found.first().cloned();
            assert_eq!(only, Some(told), "{text}");
            // Too much loss is too much for its bursts as well.
            assert!(found.len() == 1 || text == "(loss: 1.0)", "{found:?}");
        }
    }
}
