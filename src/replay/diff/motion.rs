//! Two runs side by side, tick by tick.

use super::Moment;
use super::ticks::Tick;
use crate::record::grain;
use crate::record::messages::{Body, Command, State};
use crate::takeover::event::Authority;
use serde::Serialize;
use std::collections::BTreeMap;

/// Distances from which on the ego is told to be apart, m. All are beyond its rounding, 0.1 mm.
pub const STEPS: [f64; 4] = [0.001, 0.01, 0.1, 1.0];
/// ... and the others, m: beyond their rounding, 1.5 mm in each record.
pub const OTHERS: f64 = 0.01;
/// Confidence is apart from here on, -.
const CONFIDENCE: f64 = 0.01;

/// Where two runs part, and how far.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Motion {
    /// Ticks that both have.
    pub ticks: u64,
    /// ... of which the hash is the same: all of the world, to the last bit.
    pub same_ticks: u64,
    pub only_a_ticks: u64,
    pub only_b_ticks: u64,
    /// The first tick whose hash differs.
    pub parted: Option<Parted>,
    /// The first tick whose command (controls, buttons, device) differs as it arrives at the vehicle: that
    /// of the step that leaves it. An operator who does not drive may give another without any effect.
    pub commands_part: Option<Moment>,
    pub ego: Apart,
    /// Others that are further apart than 1 cm, in the order in which they part.
    pub others: Vec<BodyApart>,
    /// Names of others that one run has and the other has not.
    pub only_a: Vec<String>,
    pub only_b: Vec<String>,
    /// Where it is not the same one who drives.
    pub authority: Vec<Span>,
    pub confidence: Confidence,
}

/// Where two worlds part.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Parted {
    #[serde(flatten)]
    pub at: Moment,
    /// Hashes, hex.
    pub a: String,
    pub b: String,
    /// What differs in that tick, in words; empty if a record's rounding hides it.
    pub what: Vec<String>,
}

/// How far something is apart at most, and when.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Far {
    pub value: f64,
    /// Null if it never was apart.
    pub at: Option<Moment>,
}

impl Far {
    fn see(&mut self, value: f64, at: Moment) {
        if value > self.value {
            (self.value, self.at) = (value, Some(at));
        }
    }
}

/// How far the ego of one run is from that of the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Apart {
    /// When it is first apart by more than 1 mm, 1 cm, 10 cm, 1 m.
    pub mm_1: Option<Moment>,
    pub cm_1: Option<Moment>,
    pub cm_10: Option<Moment>,
    pub m_1: Option<Moment>,
    /// Largest distance, m.
    pub furthest: Far,
    /// Largest difference of speed, m/s.
    pub speed: Far,
}

/// How far another one is from where it is in the other run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BodyApart {
    pub name: String,
    /// When it is first further apart than 1 cm.
    pub parted: Moment,
    /// Largest distance, m.
    pub furthest: Far,
}

/// Ticks from one to another, both included, in which not the same one drives.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Span {
    pub from: Moment,
    pub to: Moment,
    pub a: Authority,
    pub b: Authority,
}

/// How far overall confidence is apart, -.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Confidence {
    /// When it is first apart by more than 0.01.
    pub parted: Option<Moment>,
    pub furthest: Far,
    /// Mean of the difference's size over all ticks that both have.
    pub mean: f64,
}

/// Bodies that both have: name, place in A, place in B.
type Shared = Vec<(String, usize, usize)>;

/// Sees two runs side by side.
pub struct Watch {
    hz: f64,
    /// None: by number.
    named: Option<Shared>,
    others: BTreeMap<usize, BodyApart>,
    confidence_sum: f64,
    confidence_ticks: u64,
    /// The same hash, and yet something is elsewhere.
    contradiction: Option<Moment>,
    found: Motion,
}

impl Watch {
    /// Names of all bodies, the ego first; empty if they are not known.
    pub fn new(a: &[String], b: &[String], hz: u64) -> Self {
        let places: BTreeMap<&String, usize> = b.iter().enumerate().map(|(i, n)| (n, i)).collect();
        let shared: Shared = (a.iter().enumerate().skip(1))
            .filter_map(|(i, name)| Some((name.clone(), i, *places.get(name)?)))
            .collect();
        let only = |of: &[String], other: &[String]| {
            let other: std::collections::BTreeSet<_> = other.iter().collect();
            of.iter().filter(|n| !other.contains(n)).cloned().collect()
        };
        Self {
            hz: hz as f64,
            named: (!a.is_empty()).then_some(shared),
            others: BTreeMap::new(),
            confidence_sum: 0.0,
            confidence_ticks: 0,
            contradiction: None,
            found: Motion {
                ticks: 0,
                same_ticks: 0,
                only_a_ticks: 0,
                only_b_ticks: 0,
                parted: None,
                commands_part: None,
                ego: Apart::default(),
                others: Vec::new(),
                only_a: only(a, b),
                only_b: only(b, a),
                authority: Vec::new(),
                confidence: Confidence::default(),
            },
        }
    }

    pub fn only_a(&mut self) {
        self.found.only_a_ticks += 1;
    }

    pub fn only_b(&mut self) {
        self.found.only_b_ticks += 1;
    }

    fn moment(&self, tick: u64) -> Moment {
        let time_s = tick as f64 / self.hz;
        Moment { tick, time_s }
    }

    /// A tick that both have.
    pub fn both(&mut self, a: &Tick, b: &Tick) {
        let at = self.moment(a.state.tick);
        self.found.ticks += 1;
        let same = a.state.hash == b.state.hash;
        if same {
            self.found.same_ticks += 1;
        } else if self.found.parted.is_none() {
            self.found.parted = Some(Parted {
                at,
                a: format!("{:016x}", a.state.hash),
                b: format!("{:016x}", b.state.hash),
                what: what(&a.state, &b.state),
            });
        }
        if self.found.commands_part.is_none()
            && let (Some(x), Some(y)) = (&a.command, &b.command)
            && controls(x) != controls(y)
        {
            self.found.commands_part = Some(self.moment(at.tick.saturating_sub(1)));
        }
        let moved = self.bodies(&a.state, &b.state, at);
        if same && moved {
            self.contradiction.get_or_insert(at);
        }
        self.authority(&a.state, &b.state, at);
        if let (Some(x), Some(y)) = (a.confidence, b.confidence) {
            let by = (x - y).abs();
            let found = &mut self.found.confidence;
            if by > CONFIDENCE {
                found.parted.get_or_insert(at);
            }
            found.furthest.see(by, at);
            self.confidence_sum += by;
            self.confidence_ticks += 1;
        }
    }

    /// Whether one is apart further than rounding explains.
    fn bodies(&mut self, a: &State, b: &State, at: Moment) -> bool {
        let mut moved = false;
        let ego = &mut self.found.ego;
        if let (Some(x), Some(y)) = (a.bodies.first(), b.bodies.first()) {
            let by = distance(x, y);
            let steps = [&mut ego.mm_1, &mut ego.cm_1, &mut ego.cm_10, &mut ego.m_1];
            for (first, step) in steps.into_iter().zip(STEPS) {
                if by > step {
                    first.get_or_insert(at);
                }
            }
            ego.furthest.see(by, at);
            moved |= by > STEPS[0];
        }
        ego.speed.see(f64::from((a.speed - b.speed).abs()), at);
        let count = a.bodies.len().min(b.bodies.len());
        let shared = self
            .named
            .as_ref()
            .map_or(count.saturating_sub(1), Vec::len);
        for k in 0..shared {
            let (i, j) = match &self.named {
                Some(named) => (named[k].1, named[k].2),
                None => (k + 1, k + 1),
            };
            let (Some(x), Some(y)) = (a.bodies.get(i), b.bodies.get(j)) else {
                continue;
            };
            let by = distance(x, y);
            if by > OTHERS {
                moved = true;
                let named = &self.named;
                let apart = self.others.entry(k).or_insert_with(|| BodyApart {
                    name: match named {
                        Some(named) => named[k].0.clone(),
                        None => format!("body {i}"),
                    },
                    parted: at,
                    furthest: Far::default(),
                });
                apart.furthest.see(by, at);
            }
        }
        moved
    }

    fn authority(&mut self, a: &State, b: &State, at: Moment) {
        let (a, b) = (a.authority_kind(), b.authority_kind());
        if a == b {
            return;
        }
        match self.found.authority.last_mut() {
            Some(span) if (span.a, span.b, span.to.tick + 1) == (a, b, at.tick) => span.to = at,
            _ => self.found.authority.push(Span {
                from: at,
                to: at,
                a,
                b,
            }),
        }
    }

    pub fn finish(self, notes: &mut Vec<String>) -> Motion {
        let mut found = self.found;
        found.others = self.others.into_values().collect();
        found.others.sort_by_key(|o| o.parted.tick);
        if self.confidence_ticks > 0 {
            found.confidence.mean = self.confidence_sum / self.confidence_ticks as f64;
        }
        if let Some(at) = self.contradiction {
            notes.push(format!(
                "at tick {} ({:.2} s) the hashes are the same and yet something is elsewhere: one of the logs \
                 was changed since it was written; `takeover verify` tells which",
                at.tick, at.time_s
            ));
        }
        found
    }
}

fn distance(a: &Body, b: &Body) -> f64 {
    let square = |a: f32, b: f32| (f64::from(a) - f64::from(b)).powi(2);
    (square(a.x, b.x) + square(a.y, b.y) + square(a.z, b.z)).sqrt()
}

/// Of a command what the operator does: not how old it was, nor what they saw.
fn controls(c: &Command) -> Command {
    Command {
        tick: 0,
        age: 0.0,
        glass: 0.0,
        ..*c
    }
}

/// What is hashed, as far as a record shows it.
fn what(a: &State, b: &State) -> Vec<String> {
    let mut what = Vec::new();
    let mut words = |name: &str, a: String, b: String| {
        if a != b {
            what.push(format!("{name}: A {a}, B {b}"));
        }
    };
    let authority = |s: &State| s.authority_kind().label().to_string();
    words("authority", authority(a), authority(b));
    let request = |s: &State| match &s.request {
        Some(r) => format!("{} ({})", r.id, r.reason.label()),
        None => "none".into(),
    };
    words("open request", request(a), request(b));
    let none = f64::NAN;
    let numbers = [
        (
            "steering wheel",
            a.wheel.into(),
            b.wheel.into(),
            grain::PART,
            "rad",
        ),
        (
            "accelerator",
            a.accelerator.into(),
            b.accelerator.into(),
            grain::PART,
            "-",
        ),
        ("brake", a.brake.into(), b.brake.into(), grain::PART, "-"),
        ("speed", a.speed.into(), b.speed.into(), grain::SPEED, "m/s"),
        ("along the road", a.s, b.s, grain::LENGTH, "m"),
        ("across the road", a.offset, b.offset, grain::LENGTH, "m"),
        (
            "confidence",
            a.confidence.unwrap_or(none),
            b.confidence.unwrap_or(none),
            grain::PART,
            "-",
        ),
    ];
    for (name, a, b, per_unit, unit) in numbers {
        // One may be rounded and the other not, or both.
        if (a - b).abs() * per_unit > 0.75 {
            what.push(format!("{name}: A {a:.5} {unit}, B {b:.5} {unit}"));
        }
    }
    what
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tick(tick: u64, hash: u64, places: &[f32]) -> Tick {
        let body = |x: &f32| Body {
            x: *x,
            ..Body::default()
        };
        let state = State {
            tick,
            hash,
            bodies: places.iter().map(body).collect(),
            ..State::default()
        };
        let command = Some(Command {
            tick: tick - 1,
            ..Command::default()
        });
        Tick {
            state,
            command,
            confidence: Some(0.5),
        }
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn each_step_is_passed_once_and_the_furthest_is_kept() {
        let mut watch = Watch::new(&[], &[], 100);
        for (t, x) in [0.0, 0.0005, 0.002, 0.05, 0.02, 3.0, 2.0]
            .iter()
            .enumerate()
        {
            let t = t as u64 + 1;
            let b = u64::from(t > 1);
            watch.both(&tick(t, 0, &[0.0]), &tick(t, b, &[*x]));
        }
        let mut notes = Vec::new();
        let found = watch.finish(&mut notes);
        assert_eq!((found.ticks, found.same_ticks), (7, 1));
        assert_eq!(found.parted.expect("parts").at.tick, 2);
        let ego = found.ego;
        let steps = [ego.mm_1, ego.cm_1, ego.cm_10, ego.m_1].map(|m| m.map(|m| m.tick));
        assert_eq!(steps, [Some(3), Some(4), Some(6), Some(6)]);
        assert_eq!(
            (ego.furthest.value, ego.furthest.at.expect("apart").time_s),
            (3.0, 0.06)
        );
        assert!(notes.is_empty(), "{notes:?}");
    }

    #[test]
    fn others_are_known_by_name_wherever_they_stand() {
        let mut watch = Watch::new(
            &names(&["ego", "x", "gone", "y"]),
            &names(&["ego", "new", "y", "x"]),
            100,
        );
        watch.both(
            &tick(1, 1, &[0.0, 1.0, 2.0, 3.0]),
            &tick(1, 2, &[0.0, 9.0, 3.0, 1.0]),
        );
        // Within the rounding of both.
        watch.both(
            &tick(2, 1, &[0.0, 1.0, 2.0, 3.0]),
            &tick(2, 2, &[0.0, 9.0, 3.5, 1.003]),
        );
        let found = watch.finish(&mut Vec::new());
        assert_eq!(
            (found.only_a, found.only_b),
            (names(&["gone"]), names(&["new"]))
        );
        let [y] = &found.others[..] else {
            panic!("{:?}", found.others);
        };
        assert_eq!(
            (y.name.as_str(), y.parted.tick, y.furthest.value),
            ("y", 2, 0.5)
        );
    }

    #[test]
    fn spans_commands_and_contradictions() {
        let mut watch = Watch::new(&[], &[], 100);
        for t in 1..=20 {
            let (a, mut b) = (tick(t, t, &[0.0, 5.0]), tick(t, t, &[0.0, 5.0]));
            if (5..=8).contains(&t) || t == 12 {
                b.state.authority = Authority::Operator as i32;
            }
            if let Some(command) = b.command.as_mut() {
                command.age = 0.2;
                command.wheel = if t >= 7 { 0.1 } else { 0.0 };
            }
            if t == 15 {
                b.state.bodies[1].x = 6.0;
            }
            watch.both(&a, &b);
        }
        watch.only_b();
        let mut notes = Vec::new();
        let found = watch.finish(&mut notes);
        let spans: Vec<_> = found
            .authority
            .iter()
            .map(|s| (s.from.tick, s.to.tick, s.b))
            .collect();
        assert_eq!(
            spans,
            [(5, 8, Authority::Operator), (12, 12, Authority::Operator)]
        );
        assert_eq!(found.commands_part.map(|m| m.tick), Some(6));
        assert_eq!((found.only_a_ticks, found.only_b_ticks), (0, 1));
        assert!(found.parted.is_none());
        assert!(
            notes[0].starts_with("at tick 15 (0.15 s) the hashes are the same"),
            "{notes:?}"
        );
    }
}
