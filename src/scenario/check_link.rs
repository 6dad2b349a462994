//! Checks of the link, and of what the vehicle makes of its delay.

use super::check::Checker;
use super::raw::RawScenario;
use crate::link::settings::LinkSettings;
use crate::link::survey::up_p99_ms;
use crate::takeover::authority::AuthoritySettings;

/// The link is looked at every tick, and a command is as old as the tick it was sent in: with less
/// than this to spare, s, a sound link would count as lost.
const LINK_MARGIN: f64 = 0.02;
/// Largest `authority.link_timeout`, s.
const LONGEST_TIMEOUT: f64 = 60.0;

pub fn check(c: &mut Checker, raw: &RawScenario) -> LinkSettings {
    let checked = raw.link.check(raw.duration);
    let link = checked.unwrap_or_else(|wrong| {
        for w in wrong {
            c.fail(&format!("link.{}", w.field), w.expected, w.got);
        }
        LinkSettings::default()
    });
    let timeout = raw.authority.link_timeout;
    let least = least_timeout(&link);
    c.range(
        "authority.link_timeout",
        timeout,
        least,
        LONGEST_TIMEOUT,
        "s (longer than link.up_ms, and than 99 of 100 commands take)",
    );
    link
}

/// The least `authority.link_timeout` with which a link is not lost from the start, s: what is
/// changed later may well lose it.
pub fn least_timeout(link: &LinkSettings) -> f64 {
    let least = up_p99_ms(link) / 1000.0 + LINK_MARGIN;
    // To whole milliseconds: people read it.
    (least.min(LONGEST_TIMEOUT) * 1000.0 - 1e-6).ceil() / 1000.0
}

/// Why a link cannot be used with these settings, in words.
pub fn unfit(link: &LinkSettings, authority: &AuthoritySettings) -> Option<String> {
    let (least, timeout) = (least_timeout(link), authority.link_timeout);
    (timeout < least).then(|| {
        format!(
            "expected a link whose commands arrive within authority.link_timeout ({timeout} s), got one that takes {least} s; set authority: (link_timeout: ...) in the scenario"
        )
    })
}
