//! What a run measured, tick by tick, as columns: what metrics are computed from.
//!
//! Everything comes from the record. What it does not have, [`Channels`] works out: which lane the vehicle is on
//! and the room in it (by the scenario's road), and the vehicle ahead (by the bodies on record).

use super::lead::{Ahead, Body, Shape};
use super::signals::conflict::Lead;
use crate::record::messages::State;
use crate::referee::departure::half_width;
use crate::road::Locator;
use crate::scenario::Scenario;
use crate::takeover::event::Authority;

/// A hole in a record is bridged by its last tick if it is at most this long, s. Behind a longer one nothing is
/// measured.
const LONGEST_HOLE: f64 = 5.0;
/// Rows from one place of the others to the next: maps need no more.
pub const OTHERS_EVERY: usize = 20;
/// Rows from one look at the lane's width to the next.
const LOOK_EVERY: usize = 10;
/// Two ticks between which the lane's centre is elsewhere by more than this are of two lanes, m.
const OTHER_LANE: f64 = 1.0;

/// Columns of equal length, one row a tick. Units as in their names; "not there" is none, or a mask.
#[derive(Clone, Debug, Default)]
pub struct Channels {
    /// Ticks per second.
    pub rate: f64,
    /// Tick of the first row.
    pub first: u64,
    pub authority: Vec<Authority>,
    /// m/s.
    pub speed: Vec<f64>,
    /// Along and across the vehicle, m/s2.
    pub along: Vec<f64>,
    pub across: Vec<f64>,
    /// Left of the lane's centre, m, and its change, m/s.
    pub offset: Vec<f64>,
    pub lateral_speed: Vec<f64>,
    /// A new lane begins at this row.
    pub new_lane: Vec<bool>,
    /// From the outer edge of the left and right tyres to the marking, m; negative beyond it. Not a number, which
    /// means missing, where there is no marking (junctions).
    pub room_left: Vec<f64>,
    pub room_right: Vec<f64>,
    /// Steering-wheel angle in force, degrees.
    pub wheel_deg: Vec<f64>,
    /// Pedals in force, 0 to 1.
    pub accelerator: Vec<f64>,
    pub brake: Vec<f64>,
    /// The operator's own controls as they had arrived.
    pub commanded_wheel_deg: Vec<f64>,
    pub commanded_accelerator: Vec<f64>,
    pub commanded_brake: Vec<f64>,
    /// An operator with a working device was there.
    pub present: Vec<bool>,
    /// 0 to 1.
    pub confidence: Vec<f64>,
    /// The referee's: s, s, m.
    pub ttc: Vec<Option<f64>>,
    pub pet: Vec<Option<f64>>,
    pub gap: Vec<Option<f64>>,
    /// The vehicle ahead.
    pub lead: Vec<Option<Lead>>,
    /// Centre of gravity, m, and heading, rad.
    pub x: Vec<f32>,
    pub y: Vec<f32>,
    pub yaw: Vec<f32>,
    /// Where the others were, m, at every [`OTHERS_EVERY`]th row, in the order of the bodies behind the ego.
    pub others: Vec<Vec<[f32; 2]>>,
    /// Rows that were filled in for ticks that are missing.
    pub filled: usize,
    /// A hole that was too long to be filled; what came after it is not here.
    pub broken: bool,
}

impl Channels {
    pub fn len(&self) -> usize {
        self.speed.len()
    }

    pub fn is_empty(&self) -> bool {
        self.speed.is_empty()
    }

    /// Time of a row, s since the start of the run.
    pub fn time(&self, row: usize) -> f64 {
        (self.first + row as u64) as f64 / self.rate
    }

    /// The first row at or after a time, at most the number of rows.
    pub fn row(&self, time: f64) -> usize {
        let tick = libm::ceil(time * self.rate - 1e-6).max(0.0) as u64;
        (tick.saturating_sub(self.first) as usize).min(self.len())
    }

    /// s.
    pub fn duration(&self) -> f64 {
        self.len() as f64 / self.rate.max(1.0)
    }

    /// Way driven, m.
    pub fn distance(&self) -> f64 {
        self.speed.iter().map(|v| v.abs()).sum::<f64>() / self.rate.max(1.0)
    }

    /// Time in which somebody had authority, s.
    pub fn time_in(&self, counts: impl Fn(Authority) -> bool) -> f64 {
        let rows = self.authority.iter().filter(|a| counts(**a)).count();
        rows as f64 / self.rate.max(1.0)
    }
}

/// Fills [`Channels`] from the entries of a record.
pub struct ChannelBuilder<'a> {
    scenario: &'a Scenario,
    locator: Locator,
    /// Of the ego and the others.
    shapes: Vec<Shape>,
    bodies: Vec<Body>,
    half_width: f64,
    /// Between a tyre's edge and the marking in the middle of the lane, m; not a number without markings.
    room: f64,
    /// Controls as they arrived, and the confidence of the latest report.
    command: Option<crate::record::messages::Command>,
    confidence: f64,
    out: Channels,
}

impl<'a> ChannelBuilder<'a> {
    /// `others`: in the order of the bodies behind the ego.
    pub fn new(scenario: &'a Scenario, others: &[Shape], tick_hz: u64) -> Self {
        let ego = &scenario.ego;
        let own = Shape {
            length: f64::from(ego.length),
            width: f64::from(ego.width),
            forward: f64::from(ego.cg_to_middle()),
        };
        Self {
            scenario,
            locator: Locator::default(),
            shapes: std::iter::once(own).chain(others.iter().copied()).collect(),
            bodies: Vec::new(),
            half_width: half_width(ego),
            room: f64::NAN,
            command: None,
            confidence: 1.0,
            out: Channels {
                rate: tick_hz as f64,
                ..Channels::default()
            },
        }
    }

    pub fn command(&mut self, command: crate::record::messages::Command) {
        self.command = Some(command);
    }

    /// Confidence over all of a report, 0 to 1: of logs whose ticks do not have it.
    pub fn confidence(&mut self, overall: f32) {
        self.confidence = f64::from(overall);
    }

    pub fn finish(self) -> Channels {
        self.out
    }

    pub fn state(&mut self, s: &State) {
        let out = &mut self.out;
        if out.is_empty() {
            out.first = s.tick;
        }
        let due = out.first + out.len() as u64;
        if out.broken || s.tick < due {
            return;
        }
        let hole = s.tick - due;
        if hole as f64 > LONGEST_HOLE * out.rate {
            out.broken = true;
            return;
        }
        for _ in 0..hole {
            out.repeat();
        }
        let body = s.bodies.first().copied().unwrap_or_default();
        let (x, y) = (f64::from(body.x), f64::from(body.y));
        let yaw = yaw_of(&body);
        // That of the turn. What the velocity across adds is small, and less than its rounding once differentiated.
        let forward = f64::from(body.vx) * libm::cos(yaw) + f64::from(body.vy) * libm::sin(yaw);
        let across = f64::from(body.wz) * forward;

        let jumped = out
            .offset
            .last()
            .is_some_and(|before| (s.offset - before).abs() > OTHER_LANE);
        // A lane is as wide a few metres on, and to look for it costs most of all.
        if jumped || out.len().is_multiple_of(LOOK_EVERY) {
            let (network, route) = (&self.scenario.network, self.scenario.route.as_ref());
            let found = self.locator.update(network, route, x, y, yaw);
            let marked = found.filter(|here| {
                let road = network.road(network.lane(here.at.lane).road);
                road.junction.is_none()
            });
            self.room = marked.map_or(f64::NAN, |here| {
                network.width(here.at) / 2.0 - self.half_width
            });
        }
        let (left, right) = (self.room - s.offset, self.room + s.offset);

        self.bodies.clear();
        self.bodies
            .extend(s.bodies.iter().zip(&self.shapes).map(|(b, shape)| Body {
                x: f64::from(b.x),
                y: f64::from(b.y),
                yaw: yaw_of(b),
                vx: f64::from(b.vx),
                vy: f64::from(b.vy),
                shape: *shape,
            }));
        // Of rows that were filled in there is none; a map has a gap there.
        if out.len() / OTHERS_EVERY >= out.others.len() {
            let places = s.bodies.iter().skip(1).map(|b| [b.x, b.y]);
            out.others.resize(out.len() / OTHERS_EVERY, Vec::new());
            out.others.push(places.collect());
        }
        let ahead = Ahead::find(&self.bodies, f64::from(body.wz));

        out.authority.push(s.authority_kind());
        out.speed.push(f64::from(s.speed));
        out.along.push(f64::from(s.acceleration));
        out.across.push(across);
        out.offset.push(s.offset);
        out.lateral_speed.push(s.lateral_speed);
        out.new_lane.push(jumped);
        out.room_left.push(left);
        out.room_right.push(right);
        out.wheel_deg.push(f64::from(s.wheel).to_degrees());
        out.accelerator.push(f64::from(s.accelerator));
        out.brake.push(f64::from(s.brake));
        let c = self.command.unwrap_or_default();
        out.commanded_wheel_deg
            .push(f64::from(c.wheel).to_degrees());
        out.commanded_accelerator.push(f64::from(c.accelerator));
        out.commanded_brake.push(f64::from(c.brake));
        out.present.push(c.present);
        out.confidence.push(s.confidence.unwrap_or(self.confidence));
        out.ttc.push(s.ttc);
        out.pet.push(s.pet);
        out.gap.push(s.gap);
        out.lead.push(ahead.map(|a| Lead {
            gap: a.gap,
            speed: a.speed,
            length: self.shapes.get(a.body).map(|s| s.length),
            acceleration: None,
        }));
        out.x.push(body.x);
        out.y.push(body.y);
        out.yaw.push(yaw as f32);
    }
}

impl Channels {
    /// The last row once more, for a tick that is missing.
    fn repeat(&mut self) {
        macro_rules! again {
            ($($column:ident),*) => {
                $(if let Some(last) = self.$column.last().copied() {
                    self.$column.push(last);
                })*
            };
        }
        again!(
            authority,
            speed,
            along,
            across,
            offset,
            lateral_speed,
            room_left,
            room_right,
            wheel_deg,
            accelerator,
            brake,
            commanded_wheel_deg,
            commanded_accelerator,
            commanded_brake,
            present,
            confidence,
            ttc,
            pet,
            gap,
            lead,
            x,
            y,
            yaw
        );
        self.new_lane.push(false);
        self.filled += 1;
    }
}

/// Heading of a body, rad.
fn yaw_of(b: &crate::record::messages::Body) -> f64 {
    let (x, y, z, w) = (
        f64::from(b.qx),
        f64::from(b.qy),
        f64::from(b.qz),
        f64::from(b.qw),
    );
    libm::atan2(2.0 * (w * z + x * y), 1.0 - 2.0 * (y * y + z * z))
}
