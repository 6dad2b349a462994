//! What is different here from where a record was made: the first thing to look at when it does not
//! repeat.

use crate::record::RunInfo;
use crate::scenario::Scenario;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

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
            all.retain(|Unlike { path, .. }| {
                !path.starts_with("link.") && path != "link" && !path.starts_with("alerts")
            });
            let more = all.len().saturating_sub(TOLD);
            let told = all.into_iter().take(TOLD);
            found.extend(told.map(|Unlike { path, a, b }| {
                format!("setting {path}: recorded {}, now {}", short(&a), short(&b))
            }));
            if more > 0 {
                found.push(format!("and {more} more settings"));
            }
        }
    }
    found
}

/// What is not the same at the same place of two JSON values; null where one has nothing there.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Unlike {
    /// `authority.link_timeout`, `bodies[lead].size[0]`.
    pub path: String,
    pub a: Value,
    pub b: Value,
}

/// All that is not the same in two values, from `path` on. Objects in a list that have names are compared
/// by name, wherever they stand.
pub fn compare(path: &str, a: &Value, b: &Value, out: &mut Vec<Unlike>) {
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
        (Value::Array(a), Value::Array(b)) => match (by_name(a), by_name(b)) {
            (Some(a), Some(b)) => {
                for (name, value) in &a {
                    let other = b.get(name).copied().unwrap_or(&Value::Null);
                    compare(&format!("{path}[{name}]"), value, other, out);
                }
                for (name, value) in b.iter().filter(|(name, _)| !a.contains_key(*name)) {
                    compare(&format!("{path}[{name}]"), &Value::Null, value, out);
                }
            }
            _ if a.len() == b.len() => {
                for (i, (a, b)) in a.iter().zip(b).enumerate() {
                    compare(&format!("{path}[{i}]"), a, b, out);
                }
            }
            _ => out.push(Unlike {
                path: path.to_string(),
                a: Value::Array(a.clone()),
                b: Value::Array(b.clone()),
            }),
        },
        _ if a == b => {}
        _ => out.push(Unlike {
            path: path.to_string(),
            a: a.clone(),
            b: b.clone(),
        }),
    }
}

/// The objects of a list by their names, if all have one and no two the same.
fn by_name(list: &[Value]) -> Option<BTreeMap<&str, &Value>> {
    let named = list.iter().map(|v| Some((v.get("name")?.as_str()?, v)));
    let named: BTreeMap<_, _> = named.collect::<Option<_>>()?;
    (named.len() == list.len()).then_some(named)
}

/// A value in one line, shortened.
pub fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
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
            participant: None,
            conditions: Default::default(),
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

    #[test]
    fn named_objects_in_a_list_are_compared_wherever_they_stand() {
        let a = serde_json::json!({
            "cars": [{"name": "x", "v": 1.0}, {"name": "y", "v": 2.0}],
            "line": [1, 2], "n": [0, 5],
        });
        let b = serde_json::json!({
            "cars": [{"name": "new"}, {"name": "y", "v": 2.5}, {"name": "x", "v": 1.0}],
            "line": [1, 2, 3], "n": [0, 6], "more": true,
        });
        let mut found = Vec::new();
        compare("", &a, &b, &mut found);
        let found: Vec<_> = found
            .iter()
            .map(|u| format!("{}: {} {}", u.path, short(&u.a), short(&u.b)))
            .collect();
        assert_eq!(
            found,
            [
                "cars[y].v: 2.0 2.5",
                "cars[new]: null {\"name\":\"new\"}",
                "line: [1,2] [1,2,3]",
                "n[1]: 5 6",
                "more: null true",
            ]
        );
    }
}
