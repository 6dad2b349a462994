//! What came close in a run: near misses, lane departures, and the extremes before any collision.

use crate::frame::Frame;
use crate::record::grain;
use crate::record::messages::State;
use crate::referee::{Nearness, Side};
use crate::road_user::RoadUser;
use crate::takeover::event::{Event, TimedEvent};
use serde::{Deserialize, Serialize};

/// Another road user who was missed by too little time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NearMiss {
    pub time_s: f64,
    pub with: String,
    pub kind: RoadUser,
    /// The measure that fell below its limit first.
    pub by: Nearness,
    /// Smallest of the encounter, s; as it began, if the run ended before it was over.
    pub ttc_s: Option<f64>,
    pub pet_s: Option<f64>,
    /// Smallest distance, m; none if the run ended before the encounter was over.
    pub gap_m: Option<f64>,
}

/// A tyre over its lane's marking.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Departure {
    pub time_s: f64,
    pub side: Side,
    /// None if it went on to the end.
    pub duration_s: Option<f64>,
    pub excursion_m: Option<f64>,
}

/// The smallest or largest value of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Extreme {
    pub value: f64,
    pub time_s: f64,
    /// The other road user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with: Option<String>,
}

/// What came close. Extremes are those before the first collision.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Dangers {
    pub near_misses: Vec<NearMiss>,
    pub lane_departures: Vec<Departure>,
    /// Smallest time to collision, s.
    pub least_ttc: Option<Extreme>,
    /// Smallest post-encroachment time, s, where ways cross or join.
    pub least_pet: Option<Extreme>,
    /// Smallest distance to another road user, m.
    pub least_gap: Option<Extreme>,
    /// Largest deceleration, m/s2.
    pub hardest_braking: Option<Extreme>,
}

/// What the referee measured in one tick: of a frame or of a record.
#[derive(Clone, Copy, Debug)]
pub struct Measured {
    pub ttc: Option<(f64, u32)>,
    pub pet: Option<(f64, u32)>,
    pub gap: Option<(f64, u32)>,
    /// m/s2, as precise as the record has it.
    pub acceleration: f32,
}

impl Measured {
    pub fn of_frame(frame: &Frame) -> Self {
        let j = &frame.judged;
        // As a record has it, so that it says the same.
        let time = |exact: f64| grain::rounded(exact, grain::TIME);
        let acceleration = f64::from(frame.ego.acceleration as f32);
        Self {
            ttc: j.ttc.map(time).zip(j.ttc_with),
            pet: j.pet.map(time).zip(j.pet_with),
            gap: j
                .gap
                .map(|d| grain::rounded(d, grain::LENGTH))
                .zip(j.gap_with),
            acceleration: grain::rounded(acceleration, grain::ACCELERATION) as f32,
        }
    }

    pub fn of_state(state: &State) -> Self {
        Self {
            ttc: state.ttc.zip(state.ttc_with),
            pet: state.pet.zip(state.pet_with),
            gap: state.gap.zip(state.gap_with),
            acceleration: state.acceleration,
        }
    }
}

/// From this change of velocity in its first step on a contact with an object is no cone, m/s.
const STOPPING: f64 = 1.0;

/// Finds what came close, tick by tick.
#[derive(Clone, Debug)]
pub struct DangerWatch {
    /// Names of the others, in the order of the frames' bodies.
    names: Vec<String>,
    dangers: Dangers,
    collided: bool,
}

impl DangerWatch {
    pub fn new(names: Vec<String>) -> Self {
        Self {
            names,
            dangers: Dangers::default(),
            collided: false,
        }
    }

    pub fn finish(self) -> Dangers {
        self.dangers
    }

    pub fn event(&mut self, timed: &TimedEvent) {
        let time_s = timed.time;
        let d = &mut self.dangers;
        match &timed.event {
            Event::Collision {
                with,
                kind,
                delta_v,
                ..
            } => {
                // A cone gives way; what stops the vehicle ends what there is to measure.
                self.collided |= kind.is_some() || *delta_v >= STOPPING;
                // It was no miss.
                d.near_misses
                    .retain(|n| n.with != *with || n.gap_m.is_some());
            }
            Event::NearMiss {
                with,
                kind,
                by,
                value,
            } => {
                let of = |measure: Nearness| (*by == measure).then_some(*value);
                d.near_misses.push(NearMiss {
                    time_s,
                    with: with.clone(),
                    kind: *kind,
                    by: *by,
                    ttc_s: of(Nearness::Ttc),
                    pet_s: of(Nearness::Pet),
                    gap_m: None,
                });
            }
            Event::NearMissOver {
                with,
                ttc,
                pet,
                gap,
                ..
            } => {
                if let Some(n) = d.near_misses.iter_mut().rfind(|n| n.with == *with) {
                    (n.ttc_s, n.pet_s, n.gap_m) = (*ttc, *pet, Some(*gap));
                }
            }
            Event::LaneDeparture { side } => d.lane_departures.push(Departure {
                time_s,
                side: *side,
                duration_s: None,
                excursion_m: None,
            }),
            Event::LaneDepartureOver {
                side,
                duration,
                excursion,
            } => {
                let open = d.lane_departures.last_mut();
                let open = open.filter(|o| o.duration_s.is_none() && o.side == *side);
                let began = time_s - duration;
                let over = Departure {
                    time_s: open.as_ref().map_or(began, |o| o.time_s),
                    side: *side,
                    duration_s: Some(*duration),
                    excursion_m: Some(*excursion),
                };
                match open {
                    Some(open) => *open = over,
                    None => d.lane_departures.push(over),
                }
            }
            _ => {}
        }
    }

    pub fn tick(&mut self, time_s: f64, now: Measured) {
        if self.collided {
            return;
        }
        let name = |i: u32| self.names.get((i as usize).checked_sub(1)?).cloned();
        let d = &mut self.dangers;
        for (least, found) in [
            (&mut d.least_ttc, now.ttc),
            (&mut d.least_pet, now.pet),
            (&mut d.least_gap, now.gap),
        ] {
            if let Some((value, with)) = found
                && least.as_ref().is_none_or(|l| value < l.value)
            {
                *least = Some(Extreme {
                    value,
                    time_s,
                    with: name(with),
                });
            }
        }
        let braking = f64::from(-now.acceleration);
        if braking > d.hardest_braking.as_ref().map_or(0.0, |h| h.value) {
            d.hardest_braking = Some(Extreme {
                value: braking,
                time_s,
                with: None,
            });
        }
    }
}

impl Dangers {
    /// For a person, line by line.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for n in &self.near_misses {
            let mut line = format!("near miss at {:.2} s with {}", n.time_s, n.with);
            for (by, least) in [(Nearness::Ttc, n.ttc_s), (Nearness::Pet, n.pet_s)] {
                if let Some(least) = least {
                    line += &format!(", {} {least:.2} s", by.label());
                }
            }
            if let Some(gap) = n.gap_m {
                line += &format!(", distance {gap:.2} m");
            }
            lines.push(line);
        }
        for o in &self.lane_departures {
            let how = match (o.duration_s, o.excursion_m) {
                (Some(t), Some(m)) => format!(", {t:.1} s, by {m:.2} m"),
                _ => ", to the end".into(),
            };
            lines.push(format!(
                "lane departure at {:.2} s over the {} marking{how}",
                o.time_s,
                o.side.label()
            ));
        }
        let extremes = [
            ("time to collision", &self.least_ttc, "s"),
            ("post-encroachment time", &self.least_pet, "s"),
            ("distance", &self.least_gap, "m"),
        ];
        for (what, extreme, unit) in extremes {
            if let Some(e) = extreme {
                lines.push(format!(
                    "least {what} {:.2} {unit} at {:.2} s with {}",
                    e.value,
                    e.time_s,
                    e.with.as_deref().unwrap_or("?")
                ));
            }
        }
        if let Some(e) = &self.hardest_braking {
            lines.push(format!(
                "hardest braking {:.1} m/s2 at {:.2} s",
                e.value, e.time_s
            ));
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(time: f64, event: Event) -> TimedEvent {
        let tick = (time * 100.0) as u64;
        TimedEvent { tick, time, event }
    }

    fn near(with: &str, value: f64) -> Event {
        Event::NearMiss {
            with: with.into(),
            kind: RoadUser::Car,
            by: Nearness::Ttc,
            value,
        }
    }

    #[test]
    fn a_near_miss_that_becomes_a_collision_is_none() {
        let mut watch = DangerWatch::new(vec!["a".into(), "b".into()]);
        watch.event(&at(1.0, near("a", 1.4)));
        watch.event(&at(1.5, near("b", 1.3)));
        watch.event(&at(
            3.0,
            Event::NearMissOver {
                with: "b".into(),
                kind: RoadUser::Car,
                ttc: Some(0.9),
                pet: None,
                gap: 2.0,
            },
        ));
        watch.event(&at(
            3.1,
            Event::Collision {
                with: "a".into(),
                kind: Some(RoadUser::Car),
                closing_speed: 1.0,
                delta_v: 1.0,
            },
        ));
        let dangers = watch.finish();
        assert_eq!(dangers.near_misses.len(), 1);
        let n = &dangers.near_misses[0];
        assert_eq!(
            (n.with.as_str(), n.ttc_s, n.gap_m),
            ("b", Some(0.9), Some(2.0))
        );
    }

    #[test]
    fn extremes_have_their_time_and_partner_and_stop_at_the_crash() {
        let mut watch = DangerWatch::new(vec!["a".into(), "b".into()]);
        let mut tick = |time: f64, ttc: Option<(f64, u32)>, acceleration: f32| {
            let gap = ttc.map(|(t, i)| (10.0 * t, i));
            watch.tick(
                time,
                Measured {
                    ttc,
                    pet: None,
                    gap,
                    acceleration,
                },
            );
        };
        tick(1.0, Some((3.0, 1)), -2.0);
        tick(2.0, Some((2.0, 2)), -6.5);
        tick(3.0, Some((4.0, 1)), 1.0);
        watch.event(&at(
            3.5,
            Event::Collision {
                with: "a".into(),
                kind: Some(RoadUser::Car),
                closing_speed: 1.0,
                delta_v: 1.0,
            },
        ));
        watch.tick(
            4.0,
            Measured {
                ttc: Some((0.0, 1)),
                pet: Some((0.0, 1)),
                gap: Some((0.0, 1)),
                acceleration: -800.0,
            },
        );
        let d = watch.finish();
        let ttc = d.least_ttc.expect("there");
        assert_eq!(
            (ttc.value, ttc.time_s, ttc.with.as_deref()),
            (2.0, 2.0, Some("b"))
        );
        assert_eq!(d.least_gap.expect("there").value, 20.0);
        assert_eq!(d.least_pet, None);
        assert_eq!(d.hardest_braking.expect("there").value, 6.5);
    }

    #[test]
    fn a_departure_is_one_entry_whether_or_not_its_beginning_was_known() {
        let mut watch = DangerWatch::new(Vec::new());
        let over = |side| Event::LaneDepartureOver {
            side,
            duration: 1.0,
            excursion: 0.3,
        };
        watch.event(&at(2.0, Event::LaneDeparture { side: Side::Right }));
        watch.event(&at(3.0, over(Side::Right)));
        watch.event(&at(5.0, over(Side::Left)));
        watch.event(&at(7.0, Event::LaneDeparture { side: Side::Left }));
        let d = watch.finish().lane_departures;
        let summary: Vec<_> = d.iter().map(|d| (d.time_s, d.duration_s)).collect();
        assert_eq!(summary, [(2.0, Some(1.0)), (4.0, Some(1.0)), (7.0, None)]);
    }
}
