//! Half a second of ticks as columns: what has a value at every tick, in little room.
//!
//! A column is a series of whole numbers: values in grains ([`super::state::grain`]), or the bits of
//! numbers that must come back exactly. Neighbours differ little, and so do their differences; those
//! are what is stored, and a column of nothing but zeros is left out.

use super::schema::Command;
use super::state::{Body, OpenRequest, State, grain};
use crate::takeover::reason::Reason;
use glam::Quat;

/// A column of a block.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Column {
    /// [`Quantity`].
    #[prost(enumeration = "Quantity", tag = "1")]
    pub quantity: i32,
    /// A value is a whole number times 10 to this power.
    #[prost(sint32, tag = "2")]
    pub exponent: i32,
    /// How often differences were taken: that many running sums give the values back.
    #[prost(uint32, tag = "3")]
    pub order: u32,
    /// What is missing at the end is 0.
    #[prost(sint64, repeated, tag = "4")]
    pub differences: Vec<i64>,
}

/// Ticks one after the other, without a gap.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Ticks {
    #[prost(uint64, tag = "1")]
    pub first_tick: u64,
    #[prost(uint32, tag = "2")]
    pub count: u32,
    #[prost(fixed64, repeated, tag = "3")]
    pub hash: Vec<u64>,
    #[prost(message, repeated, tag = "4")]
    pub columns: Vec<Column>,
}

/// A step: the command it was given, the state it arrived at.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    pub command: Command,
    /// Of its bodies only the ego's is in a block of ticks; [`super::motion`] has the others.
    pub state: State,
    /// How many of the chunk's told messages come before the command, and before the state.
    pub before_command: u32,
    pub before_state: u32,
}

/// Most ticks in a block that are believed: a run of three hours in one.
pub const MOST_TICKS: u32 = 1_080_000;

type Get = fn(&Row) -> i64;
type Set = fn(&mut Row, i64);

macro_rules! quantities {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $exponent:literal, $get:expr, $set:expr;)*) => {
        /// What a column holds. Exponents: the unit is 10 to that power of what the comment says.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, prost::Enumeration)]
        #[repr(i32)]
        pub enum Quantity {
            None = 0,
            $($(#[$doc])* $name = $number,)*
        }

        /// Quantity, exponent, from a row, into a row.
        const QUANTITIES: &[(Quantity, i32, Get, Set)] = &[
            $((Quantity::$name, $exponent, $get, $set),)*
        ];
    };
}

fn ego(row: &Row) -> Body {
    row.state.bodies.first().copied().unwrap_or_default()
}

fn ego_mut(row: &mut Row) -> &mut Body {
    if row.state.bodies.is_empty() {
        row.state.bodies.push(Body::default());
    }
    &mut row.state.bodies[0]
}

fn put(exact: impl Into<f64>, per_unit: f64) -> i64 {
    grain::grains(exact.into(), per_unit)
}

/// Nothing is 0, and what there is counts from 1.
fn maybe(exact: Option<f64>, per_unit: f64) -> i64 {
    exact.map_or(0, |v| put(v, per_unit).saturating_add(1))
}

fn or_none(grains: i64, per_unit: f64) -> Option<f64> {
    (grains != 0).then(|| grain::value(grains - 1, per_unit))
}

fn f(grains: i64, per_unit: f64) -> f32 {
    grain::value(grains, per_unit) as f32
}

fn number(value: i64) -> i32 {
    i32::try_from(value).unwrap_or_default()
}

fn count(value: i64) -> u32 {
    u32::try_from(value).unwrap_or_default()
}

fn bits(value: f32) -> i64 {
    i64::from(value.to_bits())
}

fn from_bits(value: i64) -> f32 {
    f32::from_bits(value as u32)
}

fn long_bits(value: f64) -> i64 {
    value.to_bits() as i64
}

fn from_long_bits(value: i64) -> f64 {
    f64::from_bits(value as u64)
}

/// With whom the referee measured: bodies count from 0, and 0 is the ego itself.
fn with(other: Option<u32>) -> i64 {
    i64::from(other.unwrap_or_default())
}

fn whom(value: i64) -> Option<u32> {
    u32::try_from(value).ok().filter(|n| *n > 0)
}

const BUTTONS: [fn(&mut Command) -> &mut bool; 4] = [
    |c| &mut c.take_over,
    |c| &mut c.hand_back,
    |c| &mut c.no_need,
    |c| &mut c.present,
];

fn buttons(row: &Row) -> i64 {
    let mut command = row.command;
    let pressed = BUTTONS.iter().enumerate();
    pressed.fold(0, |all, (i, of)| all | i64::from(*of(&mut command)) << i)
}

fn press(row: &mut Row, all: i64) {
    for (i, of) in BUTTONS.iter().enumerate() {
        *of(&mut row.command) = all >> i & 1 == 1;
    }
}

/// A request's number comes first among its columns and makes it.
fn request(row: &mut Row, id: i64) {
    row.state.request = (id != 0).then(|| OpenRequest {
        id: count(id),
        reason: Reason::default(),
        raised: 0.0,
        deadline: 0.0,
        escalated: false,
    });
}

fn of_request(row: &Row, get: impl Fn(&OpenRequest) -> i64) -> i64 {
    row.state.request.as_ref().map_or(0, get)
}

fn in_request(row: &mut Row, set: impl Fn(&mut OpenRequest)) {
    if let Some(request) = &mut row.state.request {
        set(request);
    }
}

use grain::{ACCELERATION, LENGTH, PART, RAIN, SPEED, TIME, WALL};

quantities! {
    /// Told messages of this chunk before the command of the step.
    BeforeCommand = 1, 0, |r| i64::from(r.before_command), |r, v| r.before_command = count(v);
    /// ... and before its state.
    BeforeState = 2, 0, |r| i64::from(r.before_state), |r, v| r.before_state = count(v);
    /// Number of Authority.
    Authority = 3, 0, |r| i64::from(r.state.authority), |r, v| r.state.authority = number(v);
    /// Number of Source.
    Source = 4, 0, |r| i64::from(r.state.source), |r, v| r.state.source = number(v);
    /// An operator's share of the steering under shared control, 0 to 1.
    Share = 5, -5, |r| put(r.state.share, PART), |r, v| r.state.share = f(v, PART);
    /// Ego: centre of gravity, m.
    X = 6, -4, |r| put(ego(r).x, LENGTH), |r, v| ego_mut(r).x = f(v, LENGTH);
    Y = 7, -4, |r| put(ego(r).y, LENGTH), |r, v| ego_mut(r).y = f(v, LENGTH);
    Z = 8, -4, |r| put(ego(r).z, LENGTH), |r, v| ego_mut(r).z = f(v, LENGTH);
    /// Unit quaternion from body axes to world axes.
    Qx = 9, -5, |r| put(ego(r).qx, PART), |r, v| ego_mut(r).qx = f(v, PART);
    Qy = 10, -5, |r| put(ego(r).qy, PART), |r, v| ego_mut(r).qy = f(v, PART);
    Qz = 11, -5, |r| put(ego(r).qz, PART), |r, v| ego_mut(r).qz = f(v, PART);
    Qw = 12, -5, |r| put(ego(r).qw, PART), |r, v| ego_mut(r).qw = f(v, PART);
    /// World axes, m/s.
    Vx = 13, -4, |r| put(ego(r).vx, SPEED), |r, v| ego_mut(r).vx = f(v, SPEED);
    Vy = 14, -4, |r| put(ego(r).vy, SPEED), |r, v| ego_mut(r).vy = f(v, SPEED);
    Vz = 15, -4, |r| put(ego(r).vz, SPEED), |r, v| ego_mut(r).vz = f(v, SPEED);
    /// World axes, rad/s.
    Wx = 16, -5, |r| put(ego(r).wx, PART), |r, v| ego_mut(r).wx = f(v, PART);
    Wy = 17, -5, |r| put(ego(r).wy, PART), |r, v| ego_mut(r).wy = f(v, PART);
    Wz = 18, -5, |r| put(ego(r).wz, PART), |r, v| ego_mut(r).wz = f(v, PART);
    /// Bits: 1 brake lights, 2 hazard lights, 4 and 8 indicator left and right.
    Lamps = 19, 0, |r| i64::from(ego(r).lamps), |r, v| ego_mut(r).lamps = count(v);
    /// Along the vehicle, m/s.
    Speed = 20, -4, |r| put(r.state.speed, SPEED), |r, v| r.state.speed = f(v, SPEED);
    /// m/s2.
    Acceleration = 21, -3, |r| put(r.state.acceleration, ACCELERATION),
        |r, v| r.state.acceleration = f(v, ACCELERATION);
    /// Along the road from its start, m.
    S = 22, -4, |r| put(r.state.s, LENGTH), |r, v| r.state.s = grain::value(v, LENGTH);
    /// Left of the lane's centre, m.
    Offset = 23, -4, |r| put(r.state.offset, LENGTH), |r, v| r.state.offset = grain::value(v, LENGTH);
    /// Across the lane, to the left, m/s.
    LateralSpeed = 24, -4, |r| put(r.state.lateral_speed, SPEED),
        |r, v| r.state.lateral_speed = grain::value(v, SPEED);
    /// Steering-wheel angle in force, rad, positive to the left.
    Wheel = 25, -5, |r| put(r.state.wheel, PART), |r, v| r.state.wheel = f(v, PART);
    /// Pedals in force, 0 to 1.
    Accelerator = 26, -5, |r| put(r.state.accelerator, PART), |r, v| r.state.accelerator = f(v, PART);
    Brake = 27, -5, |r| put(r.state.brake, PART), |r, v| r.state.brake = f(v, PART);
    /// When the tick was computed on the session clock, s; 0 in a run faster than real time.
    Wall = 28, -5, |r| put(r.state.wall_s, WALL), |r, v| r.state.wall_s = grain::value(v, WALL);
    /// What the road allows, m/s.
    SpeedLimit = 29, -4, |r| put(r.state.speed_limit, SPEED),
        |r, v| r.state.speed_limit = grain::value(v, SPEED);
    /// How fast a remote operator may go, m/s, plus one grain; 0 without a cap.
    SpeedCap = 30, -4, |r| maybe(r.state.speed_cap, SPEED), |r, v| r.state.speed_cap = or_none(v, SPEED);
    /// Rain around the ego, mm/h.
    Rain = 31, -3, |r| put(r.state.rain, RAIN), |r, v| r.state.rain = grain::value(v, RAIN);
    /// Confidence over all, 0 to 1, plus one grain; 0 where it is not known.
    Confidence = 32, -5, |r| maybe(r.state.confidence, PART), |r, v| r.state.confidence = or_none(v, PART);
    /// The same of planning.
    Planning = 33, -5, |r| maybe(r.state.planning, PART), |r, v| r.state.planning = or_none(v, PART);
    /// The request that is open, from 1; 0: none.
    Request = 34, 0, |r| of_request(r, |q| i64::from(q.id)), |r, v| request(r, v);
    /// Number of Reason.
    RequestReason = 35, 0, |r| of_request(r, |q| Reason::ALL.iter().position(|x| *x == q.reason).unwrap_or(0) as i64),
        |r, v| in_request(r, |q| q.reason = Reason::ALL.get(v as usize).copied().unwrap_or_default());
    /// When it was raised, s.
    RequestRaised = 36, -4, |r| of_request(r, |q| put(q.raised, TIME)),
        |r, v| in_request(r, |q| q.raised = grain::value(v, TIME));
    /// When the minimal-risk manoeuvre begins, s.
    RequestDeadline = 37, -4, |r| of_request(r, |q| put(q.deadline, TIME)),
        |r, v| in_request(r, |q| q.deadline = grain::value(v, TIME));
    /// 1 once it has escalated.
    RequestEscalated = 38, 0, |r| of_request(r, |q| i64::from(q.escalated)),
        |r, v| in_request(r, |q| q.escalated = v != 0);
    /// 1 while the vehicle offers to take control back.
    Offers = 39, 0, |r| i64::from(r.state.offers), |r, v| r.state.offers = v != 0;
    /// Referee: smallest time to collision below 10 s, plus one grain; 0: none. With whom, place in the bodies.
    Ttc = 40, -4, |r| maybe(r.state.ttc, TIME), |r, v| r.state.ttc = or_none(v, TIME);
    TtcWith = 41, 0, |r| with(r.state.ttc_with), |r, v| r.state.ttc_with = whom(v);
    /// Distance to the nearest other within 10 m, plus one grain; 0: none.
    Gap = 42, -4, |r| maybe(r.state.gap, LENGTH), |r, v| r.state.gap = or_none(v, LENGTH);
    GapWith = 43, 0, |r| with(r.state.gap_with), |r, v| r.state.gap_with = whom(v);
    /// Smallest post-encroachment time of those who entered in this tick, plus one grain; 0: none.
    Pet = 44, -4, |r| maybe(r.state.pet, TIME), |r, v| r.state.pet = or_none(v, TIME);
    PetWith = 45, 0, |r| with(r.state.pet_with), |r, v| r.state.pet_with = whom(v);
    /// The command as it had arrived, as bits of IEEE 754 single precision: wheel, rad, and pedals.
    CommandWheelBits = 46, 0, |r| bits(r.command.wheel), |r, v| r.command.wheel = from_bits(v);
    CommandAcceleratorBits = 47, 0, |r| bits(r.command.accelerator), |r, v| r.command.accelerator = from_bits(v);
    CommandBrakeBits = 48, 0, |r| bits(r.command.brake), |r, v| r.command.brake = from_bits(v);
    /// Bits: 1 take over, 2 hand back, 4 no need, 8 an operator with a device is there.
    CommandButtons = 49, 0, buttons, press;
    /// Number of DeviceKind.
    CommandDevice = 50, 0, |r| i64::from(r.command.device), |r, v| r.command.device = number(v);
    /// s since it was sent, and from glass to glass by then, s: bits of double precision.
    CommandAgeBits = 51, 0, |r| long_bits(r.command.age), |r, v| r.command.age = from_long_bits(v);
    CommandGlassBits = 52, 0, |r| long_bits(r.command.glass), |r, v| r.command.glass = from_long_bits(v);
}

impl Quantity {
    /// All there are, with the power of ten of their unit.
    pub fn all() -> impl Iterator<Item = (Self, i32)> {
        QUANTITIES
            .iter()
            .map(|(quantity, exponent, ..)| (*quantity, *exponent))
    }
}

/// Differences of differences: twice at most, whichever is shortest; trailing zeros are left out.
fn differences(values: &[i64]) -> (u32, Vec<i64>) {
    let mut best: Option<(u64, u32, Vec<i64>)> = None;
    let mut now = values.to_vec();
    for order in 0..=2 {
        if order > 0 {
            for i in (1..now.len()).rev() {
                now[i] = now[i].wrapping_sub(now[i - 1]);
            }
        }
        // What a varint takes, in bits.
        let cost = now
            .iter()
            .map(|d| 64 - u64::from(zigzag(*d).leading_zeros()))
            .sum();
        if best.as_ref().is_none_or(|(least, ..)| cost < *least) {
            best = Some((cost, order, now.clone()));
        }
    }
    let (_, order, mut found) = best.unwrap_or_default();
    while found.last() == Some(&0) {
        found.pop();
    }
    (order, found)
}

fn zigzag(value: i64) -> u64 {
    (value << 1 ^ value >> 63) as u64
}

impl Column {
    /// Of values in grains.
    pub fn of(exponent: i32, values: impl Iterator<Item = i64>) -> Self {
        let values: Vec<i64> = values.collect();
        let (order, differences) = differences(&values);
        Self {
            quantity: 0,
            exponent,
            order,
            differences,
        }
    }

    /// The values again, of which there are so many.
    pub fn values(&self, count: usize) -> Vec<i64> {
        let mut values = self.differences.clone();
        values.resize(count, 0);
        for _ in 0..self.order.min(2) {
            for i in 1..values.len() {
                values[i] = values[i].wrapping_add(values[i - 1]);
            }
        }
        values
    }
}

impl Ticks {
    /// Of steps one after the other.
    pub fn of(rows: &[Row]) -> Self {
        let mut columns = Vec::new();
        for (quantity, exponent, get, _) in QUANTITIES {
            let column = Column::of(*exponent, rows.iter().map(get));
            if !column.differences.is_empty() {
                let quantity = *quantity as i32;
                columns.push(Column { quantity, ..column });
            }
        }
        Self {
            first_tick: rows.first().map_or(0, |r| r.state.tick),
            count: rows.len() as u32,
            hash: rows.iter().map(|r| r.state.hash).collect(),
            columns,
        }
    }

    /// The steps again, the ego as their only body.
    ///
    /// # Errors
    /// In words, if its parts do not fit together.
    pub fn rows(&self) -> Result<Vec<Row>, String> {
        let count = self.count as usize;
        if self.count > MOST_TICKS || self.hash.len() != count {
            return Err(format!("{} hashes for {count} ticks", self.hash.len()));
        }
        if self.first_tick.checked_add(u64::from(self.count)).is_none() {
            return Err(format!("tick {} does not exist", self.first_tick));
        }
        let mut rows: Vec<Row> = Vec::with_capacity(count);
        for (i, hash) in self.hash.iter().enumerate() {
            let tick = self.first_tick + i as u64;
            let mut row = Row::default();
            row.command.tick = tick.saturating_sub(1);
            (row.state.tick, row.state.hash) = (tick, *hash);
            // A column of zeros is not there, and means a body all the same.
            ego_mut(&mut row);
            rows.push(row);
        }
        for column in &self.columns {
            if column.differences.len() > count {
                return Err(format!(
                    "{} values for {count} ticks",
                    column.differences.len()
                ));
            }
            // A quantity of a later version is none of ours.
            let known = QUANTITIES.iter().find(|q| q.0 as i32 == column.quantity);
            let Some((.., set)) = known else { continue };
            for (row, value) in rows.iter_mut().zip(column.values(count)) {
                set(row, value);
            }
        }
        for row in &mut rows {
            let ego = ego_mut(row);
            // Rounded parts are not quite of length one any more.
            let q = Quat::from_xyzw(ego.qx, ego.qy, ego.qz, ego.qw);
            if let Some(length) = Some(q.length()).filter(|l| *l > 0.5) {
                let q = q / length;
                (ego.qx, ego.qy, ego.qz, ego.qw) = (q.x, q.y, q.z, q.w);
            }
        }
        Ok(rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_column_comes_back(values in prop::collection::vec(any::<i64>(), 0..60)) {
            let (order, differences) = differences(&values);
            let column = Column { order, differences, ..Column::default() };
            prop_assert_eq!(column.values(values.len()), values);
        }

        #[test]
        fn commands_come_back_to_the_last_bit(
            bits in prop::collection::vec((any::<u32>(), any::<u64>(), any::<bool>()), 1..60)
        ) {
            let rows: Vec<Row> = bits.iter().enumerate().map(|(i, (short, long, pressed))| Row {
                command: Command {
                    tick: 6 + i as u64,
                    wheel: f32::from_bits(*short),
                    age: f64::from_bits(*long),
                    no_need: *pressed,
                    present: !*pressed,
                    device: i32::from(*pressed),
                    ..Command::default()
                },
                state: State { tick: 7 + i as u64, hash: *long, ..State::default() },
                ..Row::default()
            }).collect();
            let again = Ticks::of(&rows).rows().expect("sound");
            for (a, b) in rows.iter().zip(&again) {
                prop_assert_eq!(a.command.wheel.to_bits(), b.command.wheel.to_bits());
                prop_assert_eq!(a.command.age.to_bits(), b.command.age.to_bits());
                let plain = |c: Command| Command { wheel: 0.0, age: 0.0, ..c };
                prop_assert_eq!(plain(a.command), plain(b.command));
                prop_assert_eq!((a.state.tick, a.state.hash), (b.state.tick, b.state.hash));
            }
        }
    }

    #[test]
    fn every_quantity_comes_back_by_itself() {
        for (i, (quantity, exponent, get, set)) in QUANTITIES.iter().enumerate() {
            assert_eq!(*quantity as usize, i + 1, "numbers are never used again");
            assert!((-5..=0).contains(exponent));
            let mut row = Row::default();
            if matches!(*quantity as i32, 35..=38) {
                request(&mut row, 1);
            }
            set(&mut row, 1);
            assert_eq!(get(&row), 1, "{quantity:?}");
            let rows = vec![Row::default(), row.clone(), row];
            let again = Ticks::of(&rows).rows().expect("sound");
            let values: Vec<i64> = again.iter().map(get).collect();
            assert_eq!(values, [0, 1, 1], "{quantity:?}");
        }
    }

    #[test]
    fn what_is_smooth_takes_little_room() {
        let rows: Vec<Row> = (0..50)
            .map(|i| {
                let t = f64::from(i) / 100.0;
                let s = 100.0 + 20.0 * t + 1.5 * t * t;
                Row {
                    state: State {
                        s,
                        ..State::default()
                    },
                    ..Row::default()
                }
            })
            .collect();
        let ticks = Ticks::of(&rows);
        assert_eq!(ticks.columns.len(), 1);
        let small = ticks.columns[0].differences[2..]
            .iter()
            .all(|d| d.abs() <= 5);
        assert!(small, "{:?}", ticks.columns[0]);
    }

    #[test]
    fn what_does_not_fit_together_is_refused() {
        let good = Ticks::of(&vec![Row::default(); 3]);
        assert!(good.rows().is_ok());
        let long = Ticks {
            count: 4,
            ..good.clone()
        };
        assert!(long.rows().is_err());
        let huge = Ticks {
            count: u32::MAX,
            ..good.clone()
        };
        assert!(huge.rows().is_err());
        let late = Ticks {
            first_tick: u64::MAX,
            ..good.clone()
        };
        assert!(late.rows().is_err());
        let column = Column {
            quantity: 1,
            differences: vec![1; 9],
            ..Column::default()
        };
        let wide = Ticks {
            columns: vec![column],
            ..good
        };
        assert!(wide.rows().is_err());
    }
}
