//! What is different here from where a record was made: the first thing to look at when it does not
//! repeat.

use crate::record::RunInfo;
use crate::scenario::Scenario;
use serde_json::Value;

/// Differences that are told one by one.
const TOLD: usize = 12;

/// The program's version and what it was built for, as a record names them.
pub fn platform() -> String {
    let tier = match (cfg!(feature = "station"), cfg!(feature = "sim")) {
        (true, _) => "station",
        (false, true) => "sim",
        (false, false) => "pure",
    };
    format!("{} {} {tier}", std::env::consts::ARCH, std::env::consts::OS)
}

/// In words, line by line: versions, platforms, and settings whose value is not what it was, because a
/// default changed or a profile did.
pub fn differences(info: &RunInfo, scenario: &Scenario, settings: Option<&str>) -> Vec<String> {
    let mut found = Vec::new();
    let here = env!("CARGO_PKG_VERSION");
    if info.version != here {
        found.push(format!(
            "version: recorded by {}, this is {here}",
            info.version
        ));
    }
    // The tiers of one version compute the same.
    let machine = |platform: &str| {
        platform
            .rsplit_once(' ')
            .map_or(platform.to_string(), |p| p.0.to_string())
    };
    if machine(&info.platform) != machine(&platform()) {
        let (then, now) = (machine(&info.platform), machine(&platform()));
        found.push(format!("platform: recorded on {then}, this is {now}"));
    }
    if info.tick_hz != 100 {
        found.push(format!(
            "tick rate: recorded with {} a second, this has 100",
            info.tick_hz
        ));
    }
    match settings.map(serde_json::from_str::<Value>) {
        None => found.push("settings: none on record".into()),
        Some(Err(why)) => found.push(format!("settings: cannot be read: {why}")),
        Some(Ok(then)) => {
            let now = scenario.settings(info.seed);
            let mut all = Vec::new();
            compare("", &then, &now, &mut all);
            // What is chosen beside the scenario's text is on record, and does not change what commands do.
            all.retain(|(path, ..)| {
                !path.starts_with("link.") && path != "link" && !path.starts_with("alerts")
            });
            let more = all.len().saturating_sub(TOLD);
            let told = all.into_iter().take(TOLD);
            found.extend(
                told.map(|(path, then, now)| format!("setting {path}: recorded {then}, now {now}")),
            );
            if more > 0 {
                found.push(format!("and {more} more settings"));
            }
        }
    }
    found
}

/// Values at the same place that are not the same: path, one, the other.
fn compare(path: &str, a: &Value, b: &Value, out: &mut Vec<(String, String, String)>) {
    let join = |key: &str| {
        if path.is_empty() {
            key.to_string()
        } else {
            format!("{path}.{key}")
        }
    };
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            for (key, value) in a {
                compare(&join(key), value, b.get(key).unwrap_or(&Value::Null), out);
            }
            for (key, value) in b.iter().filter(|(key, _)| !a.contains_key(*key)) {
                compare(&join(key), &Value::Null, value, out);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (i, (a, b)) in a.iter().zip(b).enumerate() {
                compare(&format!("{path}[{i}]"), a, b, out);
            }
        }
        _ if a == b => {}
        _ => {
            let short = |v: &Value| {
                let text = v.to_string();
                match text.char_indices().nth(60) {
                    Some((end, _)) => format!("{}...", &text[..end]),
                    None => text,
                }
            };
            out.push((path.to_string(), short(a), short(b)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scenario() -> Scenario {
        let text = "(title: \"t\", duration: 10.0, \
            road: (lanes: 1, speed_limit: 20.0, line: [Straight(length: 500.0)]), \
            ego: (lane: -1, s: 20.0, speed: 10.0))";
        Scenario::parse(text).expect("sound")
    }

    #[test]
    fn nothing_differs_here_and_a_changed_default_is_named() {
        let scenario = scenario();
        let info = RunInfo {
            format: 2,
            version: env!("CARGO_PKG_VERSION").into(),
            platform: platform(),
            scenario: String::new(),
            seed: 1,
            operator: "none".into(),
            pace: "fast".into(),
            started_ns: 0,
            tick_hz: 100,
            link: None,
            fork: None,
        };
        let settings = scenario.settings(1);
        assert_eq!(
            differences(&info, &scenario, Some(&settings.to_string())),
            Vec::<String>::new()
        );
        let mut other = settings;
        other["authority"]["link_timeout"] = 7.5.into();
        let info = RunInfo {
            version: "0.0.1".into(),
            ..info
        };
        let found = differences(&info, &scenario, Some(&other.to_string()));
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].contains("recorded by 0.0.1"));
        assert!(
            found[1].starts_with("setting authority.link_timeout: recorded 7.5, now "),
            "{}",
            found[1]
        );
        assert!(differences(&info, &scenario, Some("{"))[1].contains("cannot be read"));
    }
}
