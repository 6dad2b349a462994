//! Links that people know by name, each with where its figures come from.
//!
//! No published measurement has all that the model asks for, so each preset says what was measured
//! and what is assumed. `measured` figures are those of the project's domain reference: they were
//! read in a source, which is named; everything else is a setting.

use super::settings::Conditions;
use serde::{Deserialize, Serialize};

/// A link by its name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Preset {
    #[default]
    Ideal,
    LabLan,
    FiveG,
    FourG,
    ThreeG,
    Satellite,
    Geostationary,
    Failing,
}

/// No jitter, no loss, no handovers, no limit: what the others begin with.
const CLEAN: Conditions = Conditions {
    preset: Preset::Ideal,
    down_ms: 0.0,
    up_ms: 0.0,
    down_jitter_ms: 0.0,
    up_jitter_ms: 0.0,
    jitter_spread: 0.6,
    jitter_correlation_ms: 200.0,
    loss: 0.0,
    loss_burst_ms: 40.0,
    loss_in_burst: 1.0,
    handover_every: None,
    handover_gap_ms: 50.0,
    bandwidth_kbps: None,
    bandwidth_spread: 0.0,
    bandwidth_correlation: 5.0,
};

impl Preset {
    pub const ALL: [Self; 8] = [
        Self::Ideal,
        Self::LabLan,
        Self::FiveG,
        Self::FourG,
        Self::ThreeG,
        Self::Satellite,
        Self::Geostationary,
        Self::Failing,
    ];

    /// As it is written in a scenario.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ideal => "Ideal",
            Self::LabLan => "LabLan",
            Self::FiveG => "FiveG",
            Self::FourG => "FourG",
            Self::ThreeG => "ThreeG",
            Self::Satellite => "Satellite",
            Self::Geostationary => "Geostationary",
            Self::Failing => "Failing",
        }
    }

    /// As people write it, too: `4g`, `lab-lan`.
    pub fn by_name(text: &str) -> Option<Self> {
        let plain = |s: &str| {
            let letters = s.chars().filter(|c| c.is_ascii_alphanumeric());
            letters.collect::<String>().to_ascii_lowercase()
        };
        let wanted = match plain(text).as_str() {
            "5g" => "fiveg".into(),
            "4g" | "lte" => "fourg".into(),
            "3g" => "threeg".into(),
            "lan" => "lablan".into(),
            "geo" => "geostationary".into(),
            other => other.to_string(),
        };
        Self::ALL.into_iter().find(|p| plain(p.name()) == wanted)
    }

    /// What it stands for, in a line.
    pub fn about(self) -> &'static str {
        match self {
            Self::Ideal => {
                "nothing between vehicle and operator: every tick's frame is a picture, at once"
            }
            Self::LabLan => "a wired laboratory network, with real cameras and an encoder",
            Self::FiveG => "a commercial 5G network while driving, good coverage",
            Self::FourG => "a commercial 4G network while driving",
            Self::ThreeG => "a commercial 3G network: pictures only at low quality",
            Self::Satellite => "low Earth orbit, with a new path every 15 s",
            Self::Geostationary => "36,000 km up and down again: not for driving directly",
            Self::Failing => "a mobile network at the edge of its cell",
        }
    }

    /// Which of its figures were measured by somebody, and where they stand.
    pub fn measured(self) -> &'static str {
        match self {
            Self::Ideal | Self::LabLan => "nothing",
            Self::FiveG => {
                "round trip 47 ms and no loss, glass to glass 202 +- 32 ms (commercial 5G NSA); 3 to 8 Mbit/s of video (review of 2024)"
            }
            Self::FourG => "latency about 100 ms, taken as the round trip (review of 2024)",
            Self::ThreeG => "latency 121 to 217 ms, taken as the round trip (review of 2024)",
            Self::Satellite => "nothing",
            Self::Geostationary => {
                "nothing; the least delay follows from the distance: twice 35,786 km at the speed of light is 239 ms one way"
            }
            Self::Failing => "nothing",
        }
    }

    /// Which are settings of ours, and by what thought.
    pub fn assumed(self) -> &'static str {
        match self {
            Self::Ideal => "that there is no link",
            Self::LabLan => "0.3 ms each way, no loss, 100 Mbit/s",
            Self::FiveG => {
                "how the round trip divides; jitter's law (0.71 ms was measured; by this setting it is about that from message to message); bandwidth; a handover a minute"
            }
            Self::FourG => {
                "how the round trip divides; jitter; loss 0.2 % in bursts of 40 ms; 8 Mbit/s up from the vehicle, varying by half; a handover every 40 s"
            }
            Self::ThreeG => {
                "how the round trip divides; jitter; loss 0.5 % in bursts of 60 ms; 1.5 Mbit/s; a handover every 40 s"
            }
            Self::Satellite => {
                "all: round trip about 50 ms, a gap of 60 ms on average every 15 s, loss 0.5 %, 12 Mbit/s"
            }
            Self::Geostationary => "jitter, loss 0.1 %, 3 Mbit/s",
            Self::Failing => {
                "all: each figure bad enough to be noticed, none so bad that nothing is left"
            }
        }
    }

    pub fn conditions(self) -> Conditions {
        let own = Conditions {
            preset: self,
            ..CLEAN
        };
        match self {
            Self::Ideal => own,
            Self::LabLan => Conditions {
                down_ms: 0.3,
                up_ms: 0.3,
                bandwidth_kbps: Some(100_000.0),
                ..own
            },
            Self::FiveG => Conditions {
                down_ms: 20.0,
                up_ms: 18.0,
                down_jitter_ms: 5.0,
                up_jitter_ms: 4.0,
                handover_every: Some(60.0),
                handover_gap_ms: 30.0,
                bandwidth_kbps: Some(20_000.0),
                bandwidth_spread: 0.4,
                ..own
            },
            Self::FourG => Conditions {
                down_ms: 35.0,
                up_ms: 30.0,
                down_jitter_ms: 20.0,
                up_jitter_ms: 15.0,
                jitter_spread: 0.7,
                loss: 0.002,
                handover_every: Some(40.0),
                bandwidth_kbps: Some(8000.0),
                bandwidth_spread: 0.5,
                ..own
            },
            Self::ThreeG => Conditions {
                down_ms: 60.0,
                up_ms: 55.0,
                down_jitter_ms: 30.0,
                up_jitter_ms: 25.0,
                jitter_spread: 0.7,
                jitter_correlation_ms: 300.0,
                loss: 0.005,
                loss_burst_ms: 60.0,
                handover_every: Some(40.0),
                handover_gap_ms: 80.0,
                bandwidth_kbps: Some(1500.0),
                bandwidth_spread: 0.4,
                ..own
            },
            Self::Satellite => Conditions {
                down_ms: 20.0,
                up_ms: 20.0,
                down_jitter_ms: 6.0,
                up_jitter_ms: 6.0,
                loss: 0.005,
                loss_burst_ms: 30.0,
                handover_every: Some(15.0),
                handover_gap_ms: 60.0,
                bandwidth_kbps: Some(12_000.0),
                bandwidth_spread: 0.4,
                ..own
            },
            Self::Geostationary => Conditions {
                down_ms: 260.0,
                up_ms: 260.0,
                down_jitter_ms: 15.0,
                up_jitter_ms: 15.0,
                loss: 0.001,
                bandwidth_kbps: Some(3000.0),
                ..own
            },
            Self::Failing => Conditions {
                down_ms: 50.0,
                up_ms: 45.0,
                down_jitter_ms: 40.0,
                up_jitter_ms: 30.0,
                jitter_spread: 0.8,
                jitter_correlation_ms: 500.0,
                loss: 0.05,
                loss_burst_ms: 120.0,
                handover_every: Some(12.0),
                handover_gap_ms: 200.0,
                bandwidth_kbps: Some(800.0),
                bandwidth_spread: 0.8,
                ..own
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_is_found_by_its_name_and_by_what_people_call_it() {
        for preset in Preset::ALL {
            assert_eq!(Preset::by_name(preset.name()), Some(preset));
            assert_eq!(preset.conditions().preset, preset);
        }
        for (text, preset) in [
            ("4g", Preset::FourG),
            ("lab-lan", Preset::LabLan),
            ("lab LAN", Preset::LabLan),
            ("GEO", Preset::Geostationary),
        ] {
            assert_eq!(Preset::by_name(text), Some(preset), "{text}");
        }
        assert_eq!(Preset::by_name("6g"), None);
    }

    /// Mean round trip, ms: the figures that were measured come out of the settings.
    #[test]
    fn presets_have_the_round_trips_of_their_sources() {
        let mean = |p: Preset| {
            let c = p.conditions();
            c.down_ms + c.up_ms + c.down_jitter_ms + c.up_jitter_ms
        };
        assert_eq!(mean(Preset::FiveG), 47.0);
        assert_eq!(mean(Preset::FourG), 100.0);
        assert!((121.0..=217.0).contains(&mean(Preset::ThreeG)));
        assert!(Preset::Geostationary.conditions().down_ms >= 239.0);
    }

    fn as_markdown() -> String {
        let mut out = String::from(
            "| preset | round trip | down | up | loss, in bursts of | handovers | bandwidth | measured | assumed |\n|---|---|---|---|---|---|---|---|---|\n",
        );
        for preset in Preset::ALL {
            let c = preset.conditions();
            let way = |least: f64, more: f64| match more {
                0.0 => format!("{least} ms"),
                _ => format!("{least} + {more} ms"),
            };
            let loss = match c.loss {
                0.0 => "none".into(),
                loss => format!("{} %, {} ms", loss * 100.0, c.loss_burst_ms),
            };
            let handovers = c.handover_every.map_or("none".into(), |every| {
                format!("every {every} s, {} ms", c.handover_gap_ms)
            });
            let bandwidth = c.bandwidth_kbps.map_or("no limit".into(), |kbps| {
                format!("{} Mbit/s", kbps / 1000.0)
            });
            out += &format!(
                "| `{}`: {} | {} ms | {} | {} | {loss} | {handovers} | {bandwidth} | {} | {} |\n",
                preset.name(),
                preset.about(),
                c.down_ms + c.up_ms + c.down_jitter_ms + c.up_jitter_ms,
                way(c.down_ms, c.down_jitter_ms),
                way(c.up_ms, c.up_jitter_ms),
                preset.measured(),
                preset.assumed(),
            );
        }
        out
    }

    #[test]
    fn the_documented_presets_are_the_code_s() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/link.md");
        let text = std::fs::read_to_string(path).expect("docs/link.md is there");
        let (begin, end) = ("<!-- presets: made from the code -->\n", "<!-- end -->");
        let from = text.find(begin).expect("the mark at its begin") + begin.len();
        let to = from + text[from..].find(end).expect("the mark at its end");
        if std::env::var_os("UPDATE_DOCS").is_some() {
            let new = format!("{}{}{}", &text[..from], as_markdown(), &text[to..]);
            std::fs::write(path, new).expect("writable");
            return;
        }
        assert!(
            text[from..to] == as_markdown(),
            "run `UPDATE_DOCS=1 cargo test --no-default-features --lib presets`"
        );
    }
}
