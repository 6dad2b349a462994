//! A moment of a run, as people name it: `53.7`, `request`, `takeover:2`, `collision-1.5`, `end`.

use crate::takeover::event::{Event, TimedEvent};
use std::str::FromStr;

/// What a moment is reckoned from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    /// The run's start.
    Start,
    Request(u32),
    /// The so-manieth, from 1.
    Takeover(u32),
    Collision(u32),
    End,
}

/// A moment: a mark, and s from it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct At {
    mark: Mark,
    offset: f64,
}

impl At {
    pub const REQUEST: Self = Self {
        mark: Mark::Request(1),
        offset: 0.0,
    };
    pub const TAKEOVER: Self = Self {
        mark: Mark::Takeover(1),
        offset: 0.0,
    };

    /// So many s after the start.
    pub fn seconds(offset: f64) -> Self {
        Self {
            mark: Mark::Start,
            offset,
        }
    }

    /// The tick at or before it, of a run of these events and ticks.
    ///
    /// # Errors
    /// One line: there is no such event, or it lies outside.
    pub fn tick(&self, events: &[TimedEvent], (first, last): (u64, u64)) -> Result<u64, String> {
        let nth = |n: u32, is: fn(&Event) -> bool| {
            events.iter().filter(|e| is(&e.event)).nth(n as usize - 1)
        };
        let found = match self.mark {
            Mark::Start => Some(0.0),
            Mark::End => Some(last as f64 / 100.0),
            Mark::Request(id) => events
                .iter()
                .find(
                    |e| matches!(&e.event, Event::RequestRaised { request, .. } if *request == id),
                )
                .map(|e| e.time),
            Mark::Takeover(n) => nth(n, |e| matches!(e, Event::TakenOver { .. })).map(|e| e.time),
            Mark::Collision(n) => nth(n, |e| matches!(e, Event::Collision { .. })).map(|e| e.time),
        };
        let (name, n) = self.mark.name();
        let time =
            found.ok_or_else(|| format!("there is no {name} {n} in this run"))? + self.offset;
        let tick = (time * 100.0 + 1e-6).floor();
        if tick < first as f64 || tick > last as f64 {
            let (from, to) = (first as f64 / 100.0, last as f64 / 100.0);
            return Err(format!(
                "expected a time from {from:.2} to {to:.2} s, got {time:.2} s"
            ));
        }
        Ok(tick as u64)
    }
}

impl Mark {
    fn name(self) -> (&'static str, u32) {
        match self {
            Self::Start => ("start", 1),
            Self::Request(n) => ("request", n),
            Self::Takeover(n) => ("takeover", n),
            Self::Collision(n) => ("collision", n),
            Self::End => ("end", 1),
        }
    }
}

impl FromStr for At {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || {
            "expected seconds (53.7), or request, takeover or collision with a number and an offset if need be \
             (request:2-1.5), start or end"
                .to_string()
        };
        if let Ok(seconds) = text.parse::<f64>() {
            return if seconds.is_finite() {
                Ok(Self::seconds(seconds))
            } else {
                Err(expected())
            };
        }
        let split = text.find(['+', '-']).unwrap_or(text.len());
        let (mark, offset) = text.split_at(split);
        let offset = if offset.is_empty() {
            Ok(0.0)
        } else {
            offset.parse::<f64>()
        };
        let offset = offset.ok().filter(|o| o.is_finite()).ok_or_else(expected)?;
        let (mark, number) = match mark.split_once(':') {
            None => (mark, 1),
            Some((mark, number)) => (
                mark,
                number
                    .parse()
                    .ok()
                    .filter(|n| *n > 0)
                    .ok_or_else(expected)?,
            ),
        };
        let mark = match mark {
            "start" if number == 1 => Mark::Start,
            "end" if number == 1 => Mark::End,
            "request" => Mark::Request(number),
            "takeover" => Mark::Takeover(number),
            "collision" => Mark::Collision(number),
            _ => return Err(expected()),
        };
        Ok(Self { mark, offset })
    }
}

impl std::fmt::Display for At {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (name, number) = self.mark.name();
        match self.mark {
            Mark::Start => return write!(f, "{} s", self.offset),
            Mark::End => f.write_str(name)?,
            _ => write!(f, "{name} {number}")?,
        }
        if self.offset == 0.0 {
            Ok(())
        } else {
            write!(f, " {:+} s", self.offset)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::takeover::event::Mode;
    use crate::takeover::intent::Means;

    fn taken(time: f64) -> TimedEvent {
        let event = Event::TakenOver {
            request: None,
            by: Means::Button,
            mode: Mode::Direct,
        };
        TimedEvent {
            tick: (time * 100.0) as u64,
            time,
            event,
        }
    }

    #[test]
    fn moments_are_found() {
        let events = [taken(10.0), taken(20.0)];
        let at = |text: &str| {
            text.parse::<At>()
                .and_then(|at| at.tick(&events, (1, 3000)))
        };
        assert_eq!(at("12.345"), Ok(1234), "the tick at or before");
        assert_eq!(at("0.57"), Ok(57), "and no rounding gets in the way");
        assert_eq!(at("takeover"), Ok(1000));
        assert_eq!(at("takeover:2-1.5"), Ok(1850));
        assert_eq!(at("end"), Ok(3000));
        assert_eq!(at("end-1"), Ok(2900));
        assert_eq!(at("start+1"), Ok(100));
        assert_eq!(
            at("takeover:3"),
            Err("there is no takeover 3 in this run".into())
        );
        let late = at("30.01").expect_err("outside");
        assert_eq!(late, "expected a time from 0.01 to 30.00 s, got 30.01 s");
        for wrong in [
            "",
            "soon",
            "request:0",
            "request:x",
            "takeover+",
            "nan",
            "inf",
            "end:2",
            "request-1e999",
        ] {
            assert!(wrong.parse::<At>().is_err(), "{wrong}");
        }
    }
}
