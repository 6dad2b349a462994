//! Lane departures: a tyre's outer edge past the marking (domain reference section 2), unless it is
//! a lane change.

use super::Side;
use crate::vehicle::VehicleSpec;

/// Width of a tyre, m (205 mm; profiles do not have it).
const TYRE: f64 = 0.205;
/// Half the width of a marking, m: it is painted on the lane's edge, 12 cm wide. A departure begins
/// past it and ends before it, so that one who drives along it is told once.
const MARKING: f64 = 0.06;

/// The ego across its lane, by the truth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Across {
    /// Of the centre of gravity, left of the lane's centre, m.
    pub offset: f64,
    /// Left of the lane's direction, rad.
    pub heading: f64,
    /// Of the lane, m.
    pub width: f64,
    /// There is a driving lane of the same direction on the left, on the right.
    pub lanes: [bool; 2],
    /// Leaving the lane is meant: the indicator is on, or it pulls over at minimal risk.
    pub meant: bool,
    /// A person steers, whose lane changes nothing announces.
    pub person: bool,
}

/// What is to be told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum News {
    Began(Side),
    Over {
        side: Side,
        /// s.
        duration: f64,
        /// m past the marking.
        excursion: f64,
    },
}

#[derive(Clone, Copy, Debug)]
struct Open {
    side: Side,
    began: f64,
    excursion: f64,
    /// Whether it is a departure is seen only by how it ends.
    doubtful: bool,
}

/// Follows the ego across its lanes.
#[derive(Clone, Debug)]
pub struct DepartureWatch {
    /// From the centre of gravity to the axles ahead and behind, m.
    axles: [f64; 2],
    /// From the middle of an axle to the outer edge of its tyres, m.
    half: f64,
    open: Option<Open>,
    /// It is over a marking on purpose.
    changing: bool,
}

/// From the middle of an axle to the outer edge of its tyres, m.
pub fn half_width(spec: &VehicleSpec) -> f64 {
    f64::from(spec.track) / 2.0 + TYRE / 2.0
}

impl DepartureWatch {
    pub fn new(spec: &VehicleSpec) -> Self {
        Self {
            axles: [
                f64::from(spec.cg_to_front_axle),
                -f64::from(spec.cg_to_rear_axle),
            ],
            half: half_width(spec),
            open: None,
            changing: false,
        }
    }

    /// Distance of the tyres' edges past the lane's edges, left and right, m.
    fn past(&self, at: &Across) -> [f64; 2] {
        let (sin, cos) = (libm::sin(at.heading), libm::cos(at.heading));
        let [front, rear] = self.axles.map(|x| at.offset + x * sin);
        let half = self.half * cos.abs();
        [
            front.max(rear) + half - at.width / 2.0,
            -(front.min(rear) - half) - at.width / 2.0,
        ]
    }

    /// One tick; none where there are no markings to be past (in a junction).
    pub fn step(&mut self, now: f64, at: Option<&Across>) -> Option<News> {
        let Some(at) = at else {
            self.changing = false;
            return self.close(now, false);
        };
        let past = self.past(at);
        let Some(open) = &mut self.open else {
            let over = past[0].max(past[1]);
            if self.changing {
                self.changing = over > 0.0;
                return None;
            }
            if over <= MARKING {
                return None;
            }
            if at.meant {
                self.changing = true;
                return None;
            }
            let side = if past[0] > past[1] {
                Side::Left
            } else {
                Side::Right
            };
            let doubtful = at.person && at.lanes[side as usize];
            self.open = Some(Open {
                side,
                began: now,
                excursion: over - MARKING,
                doubtful,
            });
            return (!doubtful).then_some(News::Began(side));
        };
        // With its middle in the next lane, the marking it is past is that lane's other edge.
        let side = open.side.sign();
        let crossed = at.offset * side < 0.0;
        let (own, far) = match open.side {
            Side::Left => (past[0], past[1]),
            Side::Right => (past[1], past[0]),
        };
        if if crossed { far > 0.0 } else { own > 0.0 } {
            let beyond = if crossed { own + at.width } else { own };
            open.excursion = open.excursion.max(beyond - MARKING);
            return None;
        }
        self.close(now, crossed)
    }

    /// It is in a lane again: the next one, if it has `changed`.
    fn close(&mut self, now: f64, changed: bool) -> Option<News> {
        let open = self.open.take()?;
        (!(open.doubtful && changed)).then_some(News::Over {
            side: open.side,
            duration: now - open.began,
            excursion: open.excursion,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In the right one of two lanes 3.5 m wide.
    const LANE: Across = Across {
        offset: 0.0,
        heading: 0.0,
        width: 3.5,
        lanes: [true, false],
        meant: false,
        person: false,
    };

    fn watch() -> DepartureWatch {
        let mut watch = DepartureWatch::new(&crate::vehicle::profile("saloon").expect("there"));
        // Outer edges 0.9 m from the middle, to have round numbers.
        watch.half = 0.9;
        watch
    }

    /// Moves across by `way(t)` metres to the left of the right lane's centre for 20 s.
    fn drive(at: Across, way: impl Fn(f64) -> f64) -> Vec<(f64, News)> {
        let mut watch = watch();
        let mut told = Vec::new();
        for k in 0..2000 {
            let t = f64::from(k) / 100.0;
            let offset = way(t);
            // Past the marking the locator has it in the lane on the left.
            let here = if offset > 1.75 && at.lanes[0] {
                Across {
                    offset: offset - 3.5,
                    lanes: [false, true],
                    ..at
                }
            } else {
                Across { offset, ..at }
            };
            told.extend(watch.step(t, Some(&here)).map(|news| (t, news)));
        }
        told
    }

    /// Out by `far` m and back, 1 m/s.
    fn out_and_back(far: f64) -> impl Fn(f64) -> f64 {
        move |t| (far - (t - far - 1.0).abs()).max(0.0) * far.signum()
    }

    #[test]
    fn it_begins_past_the_marking_and_ends_back_on_it() {
        // Free on each side: 1.75 - 0.9 = 0.85 m; the marking ends at 0.91 m.
        assert_eq!(drive(LANE, |t| 0.9 * libm::sin(t)), []);
        let told = drive(LANE, out_and_back(1.2));
        assert_eq!(told.len(), 2, "{told:?}");
        assert_eq!(told[0].1, News::Began(Side::Left));
        assert!((told[0].0 - 1.91).abs() < 0.011, "{told:?}");
        let News::Over {
            side,
            duration,
            excursion,
        } = told[1].1
        else {
            panic!("{told:?}")
        };
        assert_eq!(side, Side::Left);
        // From 0.91 m out to 1.2 m, and back to 0.85 m.
        assert!((duration - (0.29 + 0.35)).abs() < 0.021, "{duration}");
        assert!((excursion - 0.29).abs() < 0.011, "{excursion}");
    }

    #[test]
    fn a_turned_vehicle_has_its_front_wheel_over_first() {
        let watch = watch();
        let turned = Across {
            heading: 0.1,
            ..LANE
        };
        let [left, right] = watch.past(&turned);
        // 0.9 m of half an axle turned by 0.1 rad, and the axles' distances times 0.0998.
        let [a, b] = watch.axles;
        assert!((left - (0.0998 * a + 0.8955 - 1.75)).abs() < 1e-3, "{left}");
        assert!((right - (0.0998 * -b + 0.8955 - 1.75)).abs() < 1e-3);
    }

    #[test]
    fn lane_changes_are_none_and_the_shoulder_is() {
        let over = |t: f64| (t - 2.0).clamp(0.0, 3.5);
        let meant = Across {
            meant: true,
            ..LANE
        };
        assert_eq!(drive(meant, over), [], "announced");
        let person = Across {
            person: true,
            ..LANE
        };
        assert_eq!(drive(person, over), [], "a person's change of lanes");
        // The automation goes over without a word: past the marking by all of its width and more.
        let told = drive(LANE, over);
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(
            matches!(told[1].1, News::Over { excursion, .. } if (excursion - 1.74).abs() < 0.03),
            "{told:?}"
        );
        // A person who comes back has not changed lanes.
        let told = drive(person, out_and_back(1.2));
        assert!(matches!(told[..], [(_, News::Over { .. })]), "{told:?}");
        // On the right there is only the shoulder.
        let told = drive(person, |t| -(t - 2.0).clamp(0.0, 3.0));
        assert!(
            matches!(told[..], [(t, News::Began(Side::Right))] if (t - 2.91).abs() < 0.011),
            "{told:?}"
        );
    }
}
