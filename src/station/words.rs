//! Languages: every word on the screen has a key, and each language is one file of words by key.
//!
//! The language is the program's, not a resource of the window's: whoever shows a word need not
//! carry it along.

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Name for settings and the command line, and the file.
const LANGUAGES: [(&str, &str); 2] = [
    ("en", include_str!("../../assets/text/en.ron")),
    ("de", include_str!("../../assets/text/de.ron")),
];

type Book = BTreeMap<String, String>;

static BOOKS: LazyLock<Vec<Book>> = LazyLock::new(|| {
    // A test reads them all; an unreadable one would show its keys.
    LANGUAGES
        .iter()
        .map(|(_, text)| ron::from_str(text).unwrap_or_default())
        .collect()
});

static CURRENT: AtomicUsize = AtomicUsize::new(0);

/// The languages there are, by their short names.
pub fn languages() -> impl Iterator<Item = &'static str> {
    LANGUAGES.iter().map(|(name, _)| *name)
}

/// Chooses the language of all words from now on. False if there is none of this name.
pub fn speak(name: &str) -> bool {
    let found = languages().position(|language| language == name);
    if let Some(index) = found {
        CURRENT.store(index, Ordering::Relaxed);
    }
    found.is_some()
}

/// The words of this key; the key itself if there are none, so that the lack is seen.
pub fn t(key: &str) -> &str {
    BOOKS
        .get(CURRENT.load(Ordering::Relaxed))
        .and_then(|book| book.get(key))
        .map_or(key, String::as_str)
}

/// The words of this key, its {braces} filled in.
pub fn fill(key: &str, values: &[(&str, &str)]) -> String {
    let mut words = t(key).to_owned();
    for (name, value) in values {
        words = words.replace(&format!("{{{name}}}"), value);
    }
    words
}

/// The words for a value that has a name in records: `group.name`.
pub fn named(group: &str, value: &impl serde::Serialize) -> String {
    let key = format!("{group}.{}", name_of(value));
    t(&key).to_owned()
}

/// A unit variant's name, or the name of an event.
fn name_of(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        Ok(serde_json::Value::Object(fields)) => match fields.get("event") {
            Some(serde_json::Value::String(name)) => name.clone(),
            _ => fields.keys().next().cloned().unwrap_or_default(),
        },
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::End;
    use crate::perception::Function;
    use crate::takeover::event::Authority;
    use crate::takeover::reason::Reason;
    use std::path::Path;

    #[test]
    fn every_language_has_the_same_keys_and_the_same_braces() {
        let braces = |words: &str| {
            let mut found: Vec<&str> = words
                .split('{')
                .skip(1)
                .filter_map(|part| part.split_once('}'))
                .map(|(name, _)| name)
                .collect();
            found.sort_unstable();
            found.iter().map(|s| s.to_string()).collect::<Vec<_>>()
        };
        let books: Vec<Book> = LANGUAGES
            .iter()
            .map(|(name, text)| ron::from_str(text).unwrap_or_else(|e| panic!("{name}: {e}")))
            .collect();
        assert!(books[0].len() > 50);
        for (book, (name, _)) in books.iter().zip(LANGUAGES).skip(1) {
            for (key, words) in &books[0] {
                let there = book
                    .get(key)
                    .unwrap_or_else(|| panic!("{name} lacks {key}"));
                assert_eq!(braces(words), braces(there), "{name}: {key}");
            }
            assert_eq!(book.len(), books[0].len(), "{name} has keys of its own");
        }
    }

    /// Reads the sources: a key that is written there must be in the files.
    #[test]
    fn every_key_in_the_sources_has_words() {
        let mut found = 0;
        let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/station")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("sources").flatten() {
                let path = entry.path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let text = std::fs::read_to_string(&path).unwrap_or_default();
                for start in ["t(\"", "fill(\""] {
                    for part in text.split(start).skip(1) {
                        let Some((key, _)) = part.split_once('"') else {
                            continue;
                        };
                        let is_key = key.contains('.')
                            && !key.ends_with(".ron")
                            && key
                                .chars()
                                .all(|c| c.is_ascii_lowercase() || "._".contains(c));
                        if is_key {
                            found += 1;
                            assert!(
                                BOOKS[0].contains_key(key),
                                "{}: no words for {key}",
                                path.display()
                            );
                        }
                    }
                }
            }
        }
        assert!(found > 20, "{found}");
    }

    #[test]
    fn what_has_a_name_has_words() {
        for reason in Reason::ALL {
            assert!(named("reason", &reason).contains(' '), "{reason:?}");
        }
        for authority in Authority::ALL {
            assert_ne!(named("authority", &authority), "authority.");
            assert!(BOOKS[0].contains_key(&format!("authority.{}", name_of(&authority))));
        }
        for function in Function::ALL {
            assert!(BOOKS[0].contains_key(&format!("function.{}", name_of(&function))));
        }
        assert!(BOOKS[0].contains_key(&format!("end.{}", name_of(&End::RoadEnd))));
    }

    #[test]
    fn every_event_that_is_listed_has_words() {
        let schema = include_str!("../record/event.schema.json");
        let schema: serde_json::Value = serde_json::from_str(schema).expect("json");
        let kinds = schema["properties"]["event"]["enum"]
            .as_array()
            .expect("kinds");
        assert!(kinds.len() > 20);
        for kind in kinds.iter().filter_map(|kind| kind.as_str()) {
            // Others' actions are not listed.
            let there = BOOKS[0].contains_key(&format!("event.{kind}"));
            assert!(there || kind == "action", "no words for event.{kind}");
        }
    }

    #[test]
    fn links_devices_and_notices_have_words() {
        use crate::command::DeviceKind;
        use crate::link::view::LinkState;
        let all = LinkState::ALL.map(|state| format!("link.state.{}", name_of(&state)));
        let devices = DeviceKind::ALL.map(|kind| format!("device.{}", name_of(&kind)));
        for key in all.into_iter().chain(devices) {
            assert!(BOOKS[0].contains_key(&key), "no words for {key}");
        }
        for notice in [
            "advisory",
            "operator_lost",
            "no_need",
            "link_lost",
            "hand_back_offer",
        ] {
            assert!(
                BOOKS[0].contains_key(&format!("notice.{notice}")),
                "{notice}"
            );
        }
    }
}
