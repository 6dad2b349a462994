//! Which tone sounds and which pattern is felt, from the alerts that are on.
//!
//! Of several the most urgent is told. What lasts is told as long as it lasts, what does not once;
//! and once only where nothing lasts, but that a "no need" is on record is told even then: it
//! answers what the operator just did. Sans-IO; times are s on the session's clock.

use super::Alert;
use super::rumble::Pulse;
use super::settings::Alerts;
use super::tone::Tone;
use super::watch::{Seen, Told, Watch};
use crate::takeover::event::TimedEvent;
use std::collections::VecDeque;

/// Something to do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cry {
    /// Start a tone. `first`: of this alert, so that its start is to be reported.
    Tone {
        tone: Tone,
        /// 0 to 1.
        volume: f64,
        told: Told,
        first: bool,
    },
    /// End all tones.
    Silence,
    /// Let the motors run. `first`: as above.
    Rumble {
        pulse: Pulse,
        told: Told,
        first: bool,
    },
    /// Stop the motors.
    Still,
}

/// Tells.
#[derive(Debug)]
pub struct Crier {
    alerts: Alerts,
    watch: Watch,
    /// The alert whose tone lasts.
    sounding: Option<Told>,
    /// The alert whose pattern is felt, when that began, and pulses to come, by time.
    felt: Option<(Told, f64)>,
    pulses: VecDeque<(f64, Pulse)>,
    /// Alerts whose start has been reported, by channel: the latest.
    heard: u32,
    reached: u32,
    hushed: bool,
}

impl Crier {
    pub fn new(alerts: Alerts) -> Self {
        Self {
            alerts,
            watch: Watch::default(),
            sounding: None,
            felt: None,
            pulses: VecDeque::new(),
            heard: 0,
            reached: 0,
            hushed: false,
        }
    }

    /// A frame came, at `now`.
    pub fn frame(&mut self, seen: &Seen, events: &[TimedEvent], now: f64) -> Vec<Cry> {
        self.watch.look(seen, events);
        self.tell(now)
    }

    /// What the operator's end knows of the link has changed.
    pub fn link(&mut self, lost: bool, now: f64) -> Vec<Cry> {
        self.watch.link(lost);
        self.tell(now)
    }

    /// When the next pulse is due.
    pub fn due(&self) -> Option<f64> {
        self.pulses.front().map(|(at, _)| *at)
    }

    /// The pulses that are due by `now`.
    pub fn beat(&mut self, now: f64) -> Vec<Cry> {
        let mut cries = Vec::new();
        while let Some((_, pulse)) = self.pulses.pop_front_if(|(at, _)| *at <= now) {
            let Some((told, begun)) = self.felt else {
                break;
            };
            let first = told.serial > self.reached;
            self.reached = self.reached.max(told.serial);
            // Of pulses that are late (a machine that slept) only the last is worth playing.
            cries = vec![Cry::Rumble { pulse, told, first }];
            if self.pulses.is_empty() {
                let pattern = self.alerts.of(told.alert).haptic.pattern;
                match pattern.period() {
                    Some(period) => {
                        let rounds = ((now - begun) / period).floor() + 1.0;
                        self.schedule(told, begun + rounds * period, begun);
                    }
                    None => self.felt = None,
                }
            }
        }
        cries
    }

    /// Nothing comes any more, not even news of the link: a pause. All is quiet until it goes on.
    pub fn hush(&mut self) -> Vec<Cry> {
        if std::mem::replace(&mut self.hushed, true) {
            return Vec::new();
        }
        self.pulses.clear();
        let (sounding, felt) = (self.sounding.take(), self.felt.take());
        let silence = sounding.map(|_| Cry::Silence);
        silence
            .into_iter()
            .chain(felt.map(|_| Cry::Still))
            .collect()
    }

    fn tell(&mut self, now: f64) -> Vec<Cry> {
        self.hushed = false;
        let begun = self.watch.take_begun();
        let mut cries = Vec::new();
        self.sound(&begun, &mut cries);
        self.feel(&begun, now, &mut cries);
        cries.extend(self.beat(now));
        cries
    }

    fn sound(&mut self, begun: &[Told], cries: &mut Vec<Cry>) {
        let alerts = self.alerts;
        let on = |told: &&Told| alerts.of(told.alert).sound.on;
        let lasts = |told: &&Told| alerts.of(told.alert).sound.tone.period().is_some();
        let wanted = self.watch.on().filter(on).find(lasts).copied();
        if wanted != self.sounding {
            match wanted {
                Some(told) => cries.push(self.tone(told)),
                None => cries.push(Cry::Silence),
            }
            self.sounding = wanted;
        }
        let once: Vec<Told> = begun
            .iter()
            .filter(|told| on(told) && !lasts(told))
            .filter(|told| wanted.is_none() || told.alert == Alert::NoNeed)
            .copied()
            .collect();
        for told in once {
            cries.push(self.tone(told));
        }
    }

    fn tone(&mut self, told: Told) -> Cry {
        let sound = self.alerts.of(told.alert).sound;
        let first = told.serial > self.heard;
        self.heard = self.heard.max(told.serial);
        Cry::Tone {
            tone: sound.tone,
            volume: sound.volume,
            told,
            first,
        }
    }

    fn feel(&mut self, begun: &[Told], now: f64, cries: &mut Vec<Cry>) {
        let alerts = self.alerts;
        let on = |told: &&Told| alerts.of(told.alert).haptic.on;
        let lasts = |told: &&Told| alerts.of(told.alert).haptic.pattern.period().is_some();
        let lasting = self.watch.on().filter(on).find(lasts).copied();
        let once = begun.iter().filter(on).rfind(|told| !lasts(told)).copied();
        let felt = self.felt.map(|(told, _)| told);
        match (lasting, once) {
            (Some(told), _) if Some(told) != felt => self.schedule(told, now, now),
            (None, Some(told)) => self.schedule(told, now, now),
            (None, None) if felt.as_ref().is_some_and(|told| lasts(&told)) => {
                self.felt = None;
                self.pulses.clear();
                cries.push(Cry::Still);
            }
            _ => {}
        }
    }

    /// One round of an alert's pattern from `from` on.
    fn schedule(&mut self, told: Told, from: f64, begun: f64) {
        let haptic = self.alerts.of(told.alert).haptic;
        self.felt = Some((told, begun));
        let round = haptic.pattern.pulses().into_iter().map(|pulse| {
            let scaled = Pulse {
                strong: pulse.strong * haptic.strength,
                weak: pulse.weak * haptic.strength,
                ..pulse
            };
            (from + pulse.at, scaled)
        });
        self.pulses = round.collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::takeover::event::{Authority, Event};
    use crate::takeover::reason::Reason;

    fn seen(time: f64, authority: Authority, request: Option<(u32, bool)>) -> Seen {
        Seen {
            time,
            authority,
            request,
            ..Seen::default()
        }
    }

    /// What is told in a run, one word each, with its time: request at 1 s, escalated at 5 s,
    /// taken over at 7 s; frames every `step` s.
    fn run(alerts: Alerts, step: f64) -> Vec<(f64, String)> {
        let mut crier = Crier::new(alerts);
        let mut heard = Vec::new();
        let mut next = 0.0;
        for ms in 0..10_000 {
            let now = f64::from(ms) / 1e3;
            let mut cries = crier.beat(now);
            if now >= next {
                next += step;
                let (authority, request) = match now {
                    t if t < 1.0 => (Authority::Automation, None),
                    t if t < 5.0 => (Authority::RequestPending, Some((1, false))),
                    t if t < 7.0 => (Authority::RequestPending, Some((1, true))),
                    _ => (Authority::Operator, None),
                };
                cries.extend(crier.frame(&seen(now, authority, request), &[], now));
            }
            for cry in cries {
                let word = match cry {
                    Cry::Tone { tone, first, .. } => format!("{tone:?} {first}"),
                    Cry::Rumble { told, first, .. } => format!("rumble {:?} {first}", told.alert),
                    Cry::Silence => "silence".into(),
                    Cry::Still => "still".into(),
                };
                heard.push((now, word));
            }
        }
        heard
    }

    #[test]
    fn each_level_is_told_once_by_each_of_its_channels_at_any_rate_of_frames() {
        for step in [0.01, 1.0 / 30.0, 1.0 / 3.0] {
            let heard = run(Alerts::default(), step);
            let starts: Vec<&str> = heard
                .iter()
                .map(|(_, word)| word.as_str())
                .filter(|word| !word.ends_with("false"))
                .collect();
            let expected = [
                "Call true",
                "Alarm true",
                "rumble Escalated true",
                "silence",
                "still",
            ];
            assert_eq!(starts, expected, "{step}");
            let at = |wanted: &str| {
                let found = heard.iter().find(|(_, word)| word == wanted);
                found.expect("told").0
            };
            for (word, due) in [("Call true", 1.0), ("Alarm true", 5.0), ("still", 7.0)] {
                let late = at(word) - due;
                assert!((0.0..=step + 0.001).contains(&late), "{word} {late} s late");
            }
            // Pulses go on in between: 5 each 1.5 s from 5 s to 7 s, and none after.
            let pulses = heard.iter().filter(|(_, word)| word.starts_with("rumble"));
            let last = pulses.clone().map(|(time, _)| *time).fold(0.0, f64::max);
            assert!((7..=9).contains(&pulses.count()), "{heard:?}");
            assert!(last < 7.0 + step);
        }
    }

    #[test]
    fn a_channel_that_is_off_says_nothing() {
        for (name, sound, rumble) in [
            ("full", true, true),
            ("visual_sound", true, false),
            ("visual", false, false),
            ("none", false, false),
        ] {
            let heard = run(Alerts::named(name).expect("a set"), 0.01);
            let any = |what: &str| heard.iter().any(|(_, word)| word.contains(what));
            assert_eq!(any("Alarm"), sound, "{name}");
            assert_eq!(any("rumble"), rumble, "{name}");
        }
    }

    #[test]
    fn a_pause_is_quiet_and_what_goes_on_is_not_reported_again() {
        let mut crier = Crier::new(Alerts::default());
        let escalated = seen(5.0, Authority::RequestPending, Some((1, true)));
        assert_eq!(crier.frame(&escalated, &[], 5.0).len(), 2);
        assert_eq!(crier.hush(), [Cry::Silence, Cry::Still]);
        assert_eq!(crier.hush(), []);
        assert_eq!(crier.due(), None);
        let again = crier.frame(&escalated, &[], 20.0);
        assert_eq!(again.len(), 2, "{again:?}");
        for cry in again {
            assert!(
                matches!(
                    cry,
                    Cry::Tone { first: false, .. } | Cry::Rumble { first: false, .. }
                ),
                "{cry:?}"
            );
        }
    }

    #[test]
    fn the_most_urgent_is_heard_and_notices_only_where_nothing_lasts() {
        let mut crier = Crier::new(Alerts::default());
        let tones = |cries: Vec<Cry>| -> Vec<Tone> {
            let tone = |cry: &Cry| match cry {
                Cry::Tone { tone, .. } => Some(*tone),
                _ => None,
            };
            cries.iter().filter_map(tone).collect()
        };
        let advisory = |time| TimedEvent {
            tick: 0,
            time,
            event: Event::Advisory {
                reason: Reason::Lanes,
            },
        };
        let drives = seen(1.0, Authority::Operator, None);
        assert_eq!(
            tones(crier.frame(&drives, &[advisory(1.0)], 1.0)),
            [Tone::Note]
        );
        assert_eq!(tones(crier.link(true, 2.0)), [Tone::Lost]);
        assert_eq!(tones(crier.frame(&drives, &[advisory(3.0)], 3.0)), []);
        let asks = seen(4.0, Authority::RequestPending, Some((1, false)));
        assert_eq!(tones(crier.frame(&asks, &[], 4.0)), [Tone::Call]);
        let rejected = TimedEvent {
            tick: 0,
            time: 5.0,
            event: Event::Rejected { request: 1 },
        };
        let told = crier.frame(&seen(5.0, asks.authority, asks.request), &[rejected], 5.0);
        assert_eq!(tones(told), [Tone::Note], "it answers the operator");
        assert_eq!(
            tones(crier.frame(&drives, &[], 6.0)),
            [Tone::Lost],
            "still lost"
        );
    }
}
