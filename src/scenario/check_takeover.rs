//! Checks of who drives: `authority`, `control`, `intent`.

use super::check::{Checker, LONGEST};
use super::raw::RawScenario;
use crate::command::DeviceKind;
use crate::takeover::authority::{AuthoritySettings, Control, Rejection};
use crate::takeover::intent::{IntentSettings, Thresholds};

pub fn check(c: &mut Checker, raw: &RawScenario) {
    authority(c, &raw.authority);
    control(c, &raw.control);
    intent(c, &raw.intent);
}

fn authority(c: &mut Checker, t: &AuthoritySettings) {
    let wait = t.minimal_risk_after;
    c.range("authority.minimal_risk_after", wait, 0.1, 120.0, "s");
    c.range(
        "authority.escalate_after",
        t.escalate_after,
        0.0,
        wait,
        "s (not after the manoeuvre)",
    );
    if let Rejection::Accepted { quiet } = t.rejection {
        c.range("authority.rejection.quiet", quiet, 0.0, LONGEST, "s");
    }
    c.range(
        "authority.operator_timeout",
        t.operator_timeout,
        0.05,
        10.0,
        "s",
    );
    if let Some(after) = t.unattended_after {
        c.range("authority.unattended_after", after, 0.0, 600.0, "s");
    }
    if let Some(silence) = t.silence_timeout {
        c.range("authority.silence_timeout", silence, 0.1, 600.0, "s");
    }
    c.range("authority.latency_limit", t.latency_limit, 0.02, 10.0, "s");
    if let Some(most) = t.remote_speed {
        c.range("authority.remote_speed", most, 1.0, 70.0, "m/s");
    }
    c.range("authority.stopped_speed", t.stopped_speed, 0.01, 1.0, "m/s");
    c.range("authority.stopped_for", t.stopped_for, 0.0, 10.0, "s");
    c.range(
        "authority.hand_back_offset",
        t.hand_back_offset,
        0.1,
        5.0,
        "m",
    );
    c.range(
        "authority.hand_back_heading_deg",
        t.hand_back_heading_deg,
        0.1,
        45.0,
        "degrees",
    );
    c.range(
        "authority.hand_back_dwell",
        t.hand_back_dwell,
        0.0,
        60.0,
        "s",
    );
    c.range("authority.offer_after", t.offer_after, 0.0, 600.0, "s");
    c.range("authority.handover_time", t.handover_time, 0.0, 10.0, "s");
    c.range(
        "authority.handover_wheel_rate_deg",
        t.handover_wheel_rate_deg,
        10.0,
        2000.0,
        "degrees/s",
    );
    c.range(
        "authority.handover_pedal_rate",
        t.handover_pedal_rate,
        0.1,
        100.0,
        "1/s",
    );
}

fn control(c: &mut Checker, control: &Control) {
    if let Control::Shared {
        weight,
        override_deg,
        override_for,
    } = *control
    {
        c.range("control.weight", f64::from(weight), 0.0, 1.0, "");
        c.range("control.override_deg", override_deg, 1.0, 720.0, "degrees");
        c.range("control.override_for", override_for, 0.0, 10.0, "s");
    }
}

fn intent(c: &mut Checker, intent: &IntentSettings) {
    let all = intent.of(DeviceKind::Program);
    thresholds(c, "intent", all, None);
    for (path, kind) in [
        ("intent.keyboard", DeviceKind::Keyboard),
        ("intent.gamepad", DeviceKind::Gamepad),
        ("intent.wheel", DeviceKind::Wheel),
    ] {
        thresholds(c, path, intent.of(kind), Some(all));
    }
    c.range(
        "intent.first_input_share",
        f64::from(intent.first_input_share),
        0.0,
        1.0,
        "",
    );
}

/// What a kind has from all kinds is only said once.
fn thresholds(c: &mut Checker, path: &str, own: &Thresholds, all: Option<&Thresholds>) {
    let values = |t: &Thresholds| {
        [
            f64::from(t.steering_deg),
            f64::from(t.brake),
            f64::from(t.accelerator),
            t.dwell,
            f64::from(t.drift_deg_per_s),
            f64::from(t.drift_pedal_per_s),
        ]
    };
    let said = all.map(values);
    let fields = [
        ("steering_deg", 0.1, 90.0, "degrees"),
        ("brake", 0.01, 1.0, ""),
        ("accelerator", 0.01, 1.0, ""),
        ("dwell", 0.0, 2.0, "s"),
        ("drift_deg_per_s", 0.0, 20.0, "degrees/s"),
        ("drift_pedal_per_s", 0.0, 1.0, "1/s"),
    ];
    for (i, (field, low, high, unit)) in fields.into_iter().enumerate() {
        let value = values(own)[i];
        if said.is_none_or(|said| said[i].to_bits() != value.to_bits()) {
            c.range(&format!("{path}.{field}"), value, low, high, unit);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::scenario::Scenario;

    /// What is wrong with a road and these groups: field, expected, got.
    fn wrong(groups: &str) -> Vec<(String, String, String)> {
        let text = format!(
            "(title: \"t\", duration: 10.0, \
            road: (lanes: 1, speed_limit: 20.0, line: [Straight(length: 500.0)]), \
            ego: (lane: -1, s: 20.0, speed: 10.0), {groups})"
        );
        let problems = Scenario::parse(&text).err().unwrap_or_default();
        problems
            .into_iter()
            .map(|p| (p.field, p.expected, p.got))
            .collect()
    }

    #[test]
    fn sound_settings_are_taken() {
        for groups in [
            "authority: (rejection: Accepted(quiet: 5.0), silence_timeout: 20.0)",
            "control: Shared()",
            "control: Shared(weight: 1.0, override_deg: 30.0)",
            "intent: (dwell: 0.1, gamepad: (steering_deg: 8.0, dwell: 0.0))",
            "link: (up_ms: 500.0, outages: [(at: 1.0, until: 2.0)]), authority: (link_timeout: 0.6)",
        ] {
            assert_eq!(wrong(groups), [], "{groups}");
        }
    }

    #[test]
    fn each_mistake_is_told_once_with_its_field() {
        for (groups, field, expected, got) in [
            (
                "authority: (rejection: Accepted(quiet: -1.0))",
                "authority.rejection.quiet",
                "0 to 7200 s",
                "-1",
            ),
            (
                "authority: (unattended_after: -1.0)",
                "authority.unattended_after",
                "0 to 600 s",
                "-1",
            ),
            (
                "authority: (silence_timeout: 0.0)",
                "authority.silence_timeout",
                "0.1 to 600 s",
                "0",
            ),
            (
                "authority: (link_timeout: 0.2), link: (up_ms: 250.0)",
                "authority.link_timeout",
                "0.27 to 60 s (longer than link.up_ms, and than 99 of 100 commands take)",
                "0.2",
            ),
            (
                "authority: (escalate_after: 12.0)",
                "authority.escalate_after",
                "0 to 10 s (not after the manoeuvre)",
                "12",
            ),
            (
                "authority: (hand_back_dwell: -0.5)",
                "authority.hand_back_dwell",
                "0 to 60 s",
                "-0.5",
            ),
            (
                "authority: (handover_wheel_rate_deg: 0.0)",
                "authority.handover_wheel_rate_deg",
                "10 to 2000 degrees/s",
                "0",
            ),
            (
                "control: Shared(weight: 1.5)",
                "control.weight",
                "0 to 1 ",
                "1.5",
            ),
            (
                "control: Shared(override_deg: 0.0)",
                "control.override_deg",
                "1 to 720 degrees",
                "0",
            ),
            ("intent: (dwell: 3.0)", "intent.dwell", "0 to 2 s", "3"),
            (
                "intent: (gamepad: (drift_deg_per_s: -1.0))",
                "intent.gamepad.drift_deg_per_s",
                "0 to 20 degrees/s",
                "-1",
            ),
            (
                "link: (outages: [(at: 1.0, until: 2.0), (at: 3.0, until: 3.0)])",
                "link.outages[1].until",
                "more than at (3 s)",
                "3",
            ),
            (
                "link: (outages: [(at: 11.0, until: 12.0)])",
                "link.outages[0].at",
                "0 to 10 s, within the run",
                "11",
            ),
        ] {
            let found = wrong(groups);
            let told = (field.to_string(), expected.to_string(), got.to_string());
            assert_eq!(found, [told], "{groups}");
        }
    }

    #[test]
    fn unknown_words_are_refused_with_those_that_are_known() {
        for (groups, known) in [
            ("control: Shard()", "Shared"),
            ("authority: (rejection: Ignored)", "Noted"),
            ("intent: (gamepad: (dwel: 0.1))", "dwell"),
            (
                "link: (outages: [(at: 1.0, until: 2.0, direction: Sideways)])",
                "Both",
            ),
        ] {
            let found = wrong(groups);
            assert_eq!(found.len(), 1, "{groups}");
            assert!(format!("{found:?}").contains(known), "{found:?}");
        }
    }
}
