//! What every metric means.

use super::super::metric;
use super::super::report::{Block, Definition, Section};
use super::super::settings::Settings;
use super::reactions::folded;

pub(super) fn section(settings: &Settings) -> Section {
    let mut groups: Vec<&str> = Vec::new();
    for m in metric::all() {
        if !groups.contains(&m.group) {
            groups.push(m.group);
        }
    }
    let block = |group: &&str| {
        let of_group = metric::all().filter(|m| m.group == *group);
        let definitions = of_group.map(|m| Definition {
            term: m.name.into(),
            unit: m.unit.into(),
            text: m.definition.into(),
            formula: String::new(),
            source: m.source.into(),
        });
        folded(group, vec![Block::Definitions(definitions.collect())])
    };
    Section {
        id: "definitions".into(),
        title: "Definitions".into(),
        intro: format!(
            "As `takeover metrics` prints them. In this analysis: window {} s, TET and TIT below {} s, jerk low-passed at {} Hz.",
            settings.window_s, settings.ttc_s, settings.jerk_cutoff_hz
        ),
        blocks: groups.iter().map(block).collect(),
    }
}
