//! What is told how: a condition of a study.
//!
//! Settings start from a named set and change what they name: `(set: "visual", escalated: (sound:
//! (on: true)))`. The default set tells as UN R157 asks: a request by eye and ear at once, its
//! escalation (after `authority.escalate_after`, at the latest 4 s) by touch as well.

use super::Alert;
use super::rumble::Pattern;
use super::tone::Tone;
use crate::ron_file::{self, FileError, Problem};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Named sets, and what each is for.
pub const SETS: [(&str, &str); 5] = [
    ("full", "eye and ear; touch from the escalation on"),
    ("visual_sound", "eye and ear"),
    ("visual", "eye only"),
    ("sound", "ear only"),
    ("none", "nothing: instruments only, for a baseline"),
];

/// How an alert looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Visual {
    /// The words, and the colour behind them.
    pub banner: bool,
    /// The shape in front of the words.
    pub icon: bool,
    /// The time left, as a bar and in seconds, where there is a deadline.
    pub countdown: bool,
    /// The frame around the picture.
    pub frame: bool,
}

impl Visual {
    pub fn any(self) -> bool {
        self.banner || self.icon || self.countdown || self.frame
    }
}

/// How an alert sounds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Sound {
    pub on: bool,
    pub tone: Tone,
    /// 0 to 1, of what the station's volume allows.
    pub volume: f64,
}

/// How an alert feels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Haptic {
    pub on: bool,
    pub pattern: Pattern,
    /// 0 to 1, of what the device can do.
    pub strength: f64,
}

/// What is drawn into the picture of the world.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Augmented {
    /// Outlines around the objects in doubt.
    pub objects: bool,
    /// Where the automation means to go.
    pub plan: bool,
    /// Where the own vehicle is by now, under delay.
    pub ego: bool,
}

impl Augmented {
    fn or(self, other: Self) -> Self {
        Self {
            objects: self.objects || other.objects,
            plan: self.plan || other.plan,
            ego: self.ego || other.ego,
        }
    }
}

/// How one alert is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Telling {
    pub visual: Visual,
    pub sound: Sound,
    pub haptic: Haptic,
    /// While this alert is on, as well as what is always drawn.
    pub augmented: Augmented,
}

/// How all alerts are told.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Alerts {
    pub request: Telling,
    pub escalated: Telling,
    pub minimal_risk: Telling,
    pub hand_back_offer: Telling,
    pub advisory: Telling,
    pub link_lost: Telling,
    pub operator_lost: Telling,
    pub no_need: Telling,
    /// Always drawn.
    pub augmented: Augmented,
}

impl Default for Alerts {
    fn default() -> Self {
        Self::full()
    }
}

impl Alerts {
    /// A set by its name.
    pub fn named(name: &str) -> Option<Self> {
        let mut set = Self::full();
        let (visual, sound, haptic) = match name {
            "full" => return Some(set),
            "visual_sound" => (true, true, false),
            "visual" => (true, false, false),
            "sound" => (false, true, false),
            "none" => (false, false, false),
            _ => return None,
        };
        for alert in Alert::ALL {
            let telling = set.of_mut(alert);
            if !visual {
                telling.visual = Visual::default();
            }
            telling.sound.on &= sound;
            telling.haptic.on &= haptic;
        }
        if name == "none" {
            set.augmented = Augmented::default();
        }
        Some(set)
    }

    /// How this alert is told.
    pub fn of(&self, alert: Alert) -> &Telling {
        match alert {
            Alert::Request => &self.request,
            Alert::Escalated => &self.escalated,
            Alert::MinimalRisk => &self.minimal_risk,
            Alert::HandBackOffer => &self.hand_back_offer,
            Alert::Advisory => &self.advisory,
            Alert::LinkLost => &self.link_lost,
            Alert::OperatorLost => &self.operator_lost,
            Alert::NoNeed => &self.no_need,
        }
    }

    fn of_mut(&mut self, alert: Alert) -> &mut Telling {
        match alert {
            Alert::Request => &mut self.request,
            Alert::Escalated => &mut self.escalated,
            Alert::MinimalRisk => &mut self.minimal_risk,
            Alert::HandBackOffer => &mut self.hand_back_offer,
            Alert::Advisory => &mut self.advisory,
            Alert::LinkLost => &mut self.link_lost,
            Alert::OperatorLost => &mut self.operator_lost,
            Alert::NoNeed => &mut self.no_need,
        }
    }

    /// Turns the sound of an alert on or off.
    pub fn set_sound(&mut self, alert: Alert, on: bool) {
        self.of_mut(alert).sound.on = on;
    }

    /// What is drawn into the picture while these alerts are on.
    pub fn augmented(&self, on: impl IntoIterator<Item = Alert>) -> Augmented {
        on.into_iter()
            .map(|alert| self.of(alert).augmented)
            .fold(self.augmented, Augmented::or)
    }

    fn full() -> Self {
        // Words, shape, time left, frame.
        let visual = |banner, icon, countdown, frame| Visual {
            banner,
            icon,
            countdown,
            frame,
        };
        let telling = |visual, tone, volume, pattern: Option<Pattern>| Telling {
            visual,
            sound: Sound {
                on: true,
                tone,
                volume,
            },
            haptic: Haptic {
                on: pattern.is_some(),
                pattern: pattern.unwrap_or_default(),
                strength: 1.0,
            },
            augmented: Augmented::default(),
        };
        let (asks, tells) = (
            visual(true, true, true, true),
            visual(true, true, false, false),
        );
        let stops = visual(true, true, false, true);
        Self {
            request: telling(asks, Tone::Call, 0.6, None),
            escalated: telling(asks, Tone::Alarm, 1.0, Some(Pattern::Urgent)),
            minimal_risk: telling(stops, Tone::Stop, 0.8, Some(Pattern::Long)),
            hand_back_offer: telling(tells, Tone::Offer, 0.4, None),
            advisory: telling(tells, Tone::Note, 0.4, None),
            link_lost: telling(tells, Tone::Lost, 0.6, None),
            operator_lost: telling(tells, Tone::Lost, 0.6, None),
            no_need: telling(tells, Tone::Note, 0.3, None),
            augmented: Augmented {
                objects: true,
                plan: true,
                ego: true,
            },
        }
    }

    /// `text`: the name of a set, or a file in the form of a scenario's `alerts`.
    ///
    /// # Errors
    /// If it is neither, or the file says something impossible.
    pub fn load(text: &str) -> Result<Self, AlertsError> {
        if let Some(set) = Self::named(text) {
            return Ok(set);
        }
        let path = Path::new(text);
        if !text.ends_with(".ron") && !path.exists() {
            return Err(AlertsError::Unknown(text.into()));
        }
        Ok(ron_file::load(path, |text| {
            let raw: RawAlerts = ron_file::parse(text)?;
            raw.check().map_err(|wrong| {
                let problem =
                    |(path, expected, got): Wrong| Problem::at_path(text, &path, expected, got);
                wrong.into_iter().map(problem).collect()
            })
        })?)
    }
}

/// Why there are no settings.
#[derive(Debug, thiserror::Error)]
pub enum AlertsError {
    #[error("no alerts `{0}`: expected {sets}, or a file that ends in .ron", sets = set_names())]
    Unknown(String),
    #[error(transparent)]
    File(#[from] FileError),
}

fn set_names() -> String {
    SETS.map(|(name, _)| name).join(", ")
}

/// Path in the file, what was expected, what was found.
pub type Wrong = (String, String, String);

/// As a file says it: what is not there is as in the set.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawAlerts {
    set: Option<String>,
    request: RawTelling,
    escalated: RawTelling,
    minimal_risk: RawTelling,
    hand_back_offer: RawTelling,
    advisory: RawTelling,
    link_lost: RawTelling,
    operator_lost: RawTelling,
    no_need: RawTelling,
    augmented: RawAugmented,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawTelling {
    visual: RawVisual,
    sound: RawSound,
    haptic: RawHaptic,
    augmented: RawAugmented,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawVisual {
    banner: Option<bool>,
    icon: Option<bool>,
    countdown: Option<bool>,
    frame: Option<bool>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawSound {
    on: Option<bool>,
    tone: Option<Tone>,
    volume: Option<f64>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawHaptic {
    on: Option<bool>,
    pattern: Option<Pattern>,
    strength: Option<f64>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawAugmented {
    objects: Option<bool>,
    plan: Option<bool>,
    ego: Option<bool>,
}

fn put<T: Copy>(into: &mut T, said: Option<T>) {
    if let Some(said) = said {
        *into = said;
    }
}

impl RawAugmented {
    fn put(&self, into: &mut Augmented) {
        put(&mut into.objects, self.objects);
        put(&mut into.plan, self.plan);
        put(&mut into.ego, self.ego);
    }
}

impl RawAlerts {
    fn of(&self, alert: Alert) -> &RawTelling {
        match alert {
            Alert::Request => &self.request,
            Alert::Escalated => &self.escalated,
            Alert::MinimalRisk => &self.minimal_risk,
            Alert::HandBackOffer => &self.hand_back_offer,
            Alert::Advisory => &self.advisory,
            Alert::LinkLost => &self.link_lost,
            Alert::OperatorLost => &self.operator_lost,
            Alert::NoNeed => &self.no_need,
        }
    }

    /// The set, with what is changed.
    ///
    /// # Errors
    /// Everything that is wrong, by path from these settings on.
    pub fn check(&self) -> Result<Alerts, Vec<Wrong>> {
        let mut wrong = Vec::new();
        let set = self.set.as_deref().unwrap_or("full");
        let mut alerts = Alerts::named(set).unwrap_or_else(|| {
            let expected = format!("one of {}", set_names());
            wrong.push(("set".to_string(), expected, format!("\"{set}\"")));
            Alerts::full()
        });
        for alert in Alert::ALL {
            let (raw, telling) = (self.of(alert), alerts.of_mut(alert));
            let (said, visual) = (&raw.visual, &mut telling.visual);
            put(&mut visual.banner, said.banner);
            put(&mut visual.icon, said.icon);
            put(&mut visual.countdown, said.countdown);
            put(&mut visual.frame, said.frame);
            let (said, sound) = (&raw.sound, &mut telling.sound);
            put(&mut sound.on, said.on);
            put(&mut sound.tone, said.tone);
            put(&mut sound.volume, said.volume);
            let (said, haptic) = (&raw.haptic, &mut telling.haptic);
            put(&mut haptic.on, said.on);
            put(&mut haptic.pattern, said.pattern);
            put(&mut haptic.strength, said.strength);
            raw.augmented.put(&mut telling.augmented);
            for (field, value) in [
                ("sound.volume", telling.sound.volume),
                ("haptic.strength", telling.haptic.strength),
            ] {
                if !(0.0..=1.0).contains(&value) {
                    let path = format!("{}.{field}", alert.name());
                    wrong.push((path, "0 to 1".into(), value.to_string()));
                }
            }
        }
        self.augmented.put(&mut alerts.augmented);
        if wrong.is_empty() {
            Ok(alerts)
        } else {
            Err(wrong)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> Result<Alerts, String> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("alerts.ron");
        std::fs::write(&path, text).expect("writable");
        Alerts::load(&path.to_string_lossy()).map_err(|e| {
            let place = format!("{}/", folder.path().display());
            e.to_string().replace(&place, "")
        })
    }

    #[test]
    fn a_request_is_seen_and_heard_and_its_escalation_felt_as_well() {
        let full = Alerts::default();
        assert!(full.request.visual.banner && full.request.sound.on);
        assert!(!full.request.haptic.on);
        assert!(
            full.escalated.visual.banner && full.escalated.sound.on && full.escalated.haptic.on
        );
        assert_ne!(full.request.sound.tone, full.escalated.sound.tone);
        for alert in Alert::ALL {
            let sounds_on = full.of(alert).sound.tone.period().is_some();
            assert!(sounds_on || !alert.asks(), "{alert:?}");
        }
    }

    #[test]
    fn every_set_has_the_channels_of_its_name() {
        for (name, _) in SETS {
            let set = Alerts::named(name).expect("a set");
            for alert in Alert::ALL {
                let telling = set.of(alert);
                let seen = telling.visual.any();
                assert_eq!(seen, name.contains("visual") || name == "full", "{name}");
                let heard = name.contains("sound") || name == "full";
                assert_eq!(telling.sound.on, heard, "{name}");
                assert!(name == "full" || !telling.haptic.on, "{name}");
            }
        }
        assert_eq!(Alerts::named("loud"), None);
    }

    #[test]
    fn a_file_changes_what_it_names_and_nothing_else() {
        let text = "(set: \"visual\", escalated: (sound: (on: true, tone: Stop)), \
            request: (visual: (frame: false)), augmented: (ego: false))";
        let found = file(text).expect("sound");
        let mut expected = Alerts::named("visual").expect("a set");
        expected.escalated.sound.on = true;
        expected.escalated.sound.tone = Tone::Stop;
        expected.request.visual.frame = false;
        expected.augmented.ego = false;
        assert_eq!(found, expected);
        assert_eq!(file("()"), Ok(Alerts::default()));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        for (text, said) in [
            (
                "(set: \"loud\")",
                "alerts.ron:1:7: set: expected one of full, visual_sound, visual, sound, none, got \"loud\"",
            ),
            (
                "(request: (\n  sound: (volume: 1.5)))",
                "alerts.ron:2:19: request.sound.volume: expected 0 to 1, got 1.5",
            ),
            (
                "(no_need: (haptic: (strength: -1.0)))",
                "alerts.ron:1:31: no_need.haptic.strength: expected 0 to 1, got -1",
            ),
        ] {
            assert_eq!(file(text), Err(said.into()));
        }
        for (text, known) in [
            ("(request: (sound: (tone: Bang)))", "one of Call, Alarm"),
            ("(request: (visual: (baner: true)))", "banner"),
            ("(requests: ())", "request, escalated"),
        ] {
            let error = file(text).expect_err("wrong");
            assert!(error.contains(known), "{error}");
        }
        let error = Alerts::load("loud").expect_err("no set").to_string();
        assert!(error.contains("visual_sound"), "{error}");
        let error = Alerts::load("none.ron").expect_err("no file").to_string();
        assert!(error.contains("cannot read"), "{error}");
    }

    #[test]
    fn an_alert_adds_to_what_is_always_drawn() {
        let text = "(set: \"none\", request: (augmented: (objects: true)))";
        let alerts = file(text).expect("sound");
        assert_eq!(alerts.augmented([]), Augmented::default());
        let asking = alerts.augmented([Alert::Advisory, Alert::Request]);
        assert!(asking.objects && !asking.plan && !asking.ego);
    }
}
