//! What the link did in a run: round trip, glass to glass, pictures.

use crate::link::survey::percentile;
use crate::link::view::{Drawn, LinkState, LinkView, VideoView};
use serde::{Deserialize, Serialize};

/// What the link did. Times as the report gives them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LinkAccount {
    /// Heartbeats there and back.
    pub round_trip_ms: Option<Middle>,
    /// From the cameras to the operator's screen; none without a screen.
    pub glass_to_glass_ms: Option<Middle>,
    /// From the cameras to the operator's end; none if frames are pictures.
    pub picture_delay_ms: Option<Middle>,
    /// Pictures that came and could be shown; 0 if frames are pictures.
    pub pictures: u64,
    /// Mean share of frames lost, 0 to 1.
    pub loss: f64,
    /// Time in each state, as the operator's end judged it, s.
    pub good_s: f64,
    pub degraded_s: f64,
    pub lost_s: f64,
}

/// Middle and tail of a sample.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Middle {
    pub median: f64,
    pub p95: f64,
}

impl Middle {
    /// Of times in s, as ms to a microsecond; none of an empty sample.
    fn of(mut times: Vec<f64>) -> Option<Self> {
        times.sort_by(f64::total_cmp);
        let at = |share| Some((percentile(&times, share)? * 1e6).round() / 1e3);
        Some(Self {
            median: at(0.5)?,
            p95: at(0.95)?,
        })
    }

    fn words(self) -> String {
        format!("{:.0} ms ({:.0} ms)", self.median, self.p95)
    }
}

/// Fed live or from a record.
#[derive(Debug, Default)]
pub struct LinkTally {
    trips: Vec<f64>,
    glass: Vec<f64>,
    pictures: Vec<f64>,
    loss: f64,
    looks: u32,
    /// The latest look.
    last: Option<LinkView>,
    /// By [`LinkState`], s.
    states: [f64; 3],
}

impl LinkTally {
    pub fn link(&mut self, view: &LinkView) {
        self.trips.extend(view.round_trip);
        self.loss += view.loss;
        self.looks += 1;
        if let Some(last) = self.last {
            self.states[last.state as usize] += view.time - last.time;
        }
        self.last = Some(*view);
    }

    pub fn video(&mut self, view: &VideoView) {
        self.pictures.push(view.arrived - view.captured);
    }

    pub fn drawn(&mut self, drawn: &Drawn) {
        self.glass.push(drawn.glass_to_glass());
    }

    pub fn finish(self) -> LinkAccount {
        let state = |s: LinkState| (self.states[s as usize] * 1e3).round() / 1e3;
        LinkAccount {
            good_s: state(LinkState::Good),
            degraded_s: state(LinkState::Degraded),
            lost_s: state(LinkState::Lost),
            pictures: self.pictures.len() as u64,
            round_trip_ms: Middle::of(self.trips),
            glass_to_glass_ms: Middle::of(self.glass),
            picture_delay_ms: Middle::of(self.pictures),
            loss: (self.loss / f64::from(self.looks.max(1)) * 1e6).round() / 1e6,
        }
    }
}

impl LinkAccount {
    /// For a person, line by line; nothing of a link that nobody notices.
    pub fn lines(&self) -> Vec<String> {
        let mut parts = Vec::new();
        if let Some(trip) = self.round_trip_ms.filter(|t| t.p95 > 0.0) {
            parts.push(format!("round trip {}", trip.words()));
        }
        if let Some(delay) = self.picture_delay_ms {
            parts.push(format!("pictures {}", delay.words()));
        }
        if let Some(glass) = self.glass_to_glass_ms {
            parts.push(format!("glass to glass {}", glass.words()));
        }
        if parts.is_empty() && self.loss == 0.0 && self.lost_s == 0.0 {
            return Vec::new();
        }
        let mut lines = Vec::new();
        if !parts.is_empty() {
            lines.push(format!(
                "link, median (95th percentile): {}",
                parts.join(", ")
            ));
        }
        if self.loss > 0.0 || self.degraded_s > 0.0 || self.lost_s > 0.0 {
            lines.push(format!(
                "link, at the operator's end: {:.2} % of frames lost; good for {:.1} s, degraded for {:.1} s, lost for {:.1} s",
                self.loss * 100.0,
                self.good_s,
                self.degraded_s,
                self.lost_s
            ));
        }
        lines
    }
}
