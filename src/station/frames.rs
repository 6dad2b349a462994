//! How long the window's pictures take: a ring of the last ones, and a file of all if asked for.

use bevy::prelude::*;
use bevy::time::Real;
use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufWriter, Write};

/// Pictures remembered: 17 s at 60 a second.
const REMEMBERED: usize = 1024;
/// Lines written between two flushes of the file.
const FLUSH: u64 = 64;

/// Times between the pictures of the window, newest last.
#[derive(Resource, Default)]
pub struct FrameTimes {
    /// s.
    times: VecDeque<f32>,
    /// All that were ever noted.
    count: u64,
    file: Option<BufWriter<File>>,
}

/// What a number of frame times come to, ms.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Statistics {
    pub count: usize,
    pub mean: f32,
    pub median: f32,
    /// 95th and 99th percentile (nearest rank).
    pub p95: f32,
    pub p99: f32,
    pub max: f32,
}

impl FrameTimes {
    /// Also writes every time as a line of CSV (`picture,ms`).
    pub fn to_file(file: File) -> Self {
        let mut file = BufWriter::new(file);
        // A full disk must not end a run; the file is then short.
        let _ = writeln!(file, "picture,ms");
        Self {
            file: Some(file),
            ..Self::default()
        }
    }

    /// Notes the time between two pictures, s.
    pub fn note(&mut self, seconds: f32) {
        if self.times.len() == REMEMBERED {
            self.times.pop_front();
        }
        self.times.push_back(seconds);
        self.count += 1;
        if let Some(file) = &mut self.file {
            let _ = writeln!(file, "{},{:.3}", self.count, 1000.0 * seconds);
            if self.count.is_multiple_of(FLUSH) {
                let _ = file.flush();
            }
        }
    }

    /// Pictures drawn since the window opened.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Times between the last pictures, s, newest first.
    pub fn newest(&self) -> impl Iterator<Item = f32> {
        self.times.iter().rev().copied()
    }

    /// Of the last `n` pictures, or as many as there are.
    pub fn statistics(&self, n: usize) -> Statistics {
        let mut ms: Vec<f32> = self.newest().take(n).map(|s| 1000.0 * s).collect();
        ms.sort_by(f32::total_cmp);
        let Some(max) = ms.last().copied() else {
            return Statistics::default();
        };
        let rank = |share: f32| {
            let rank = (share * ms.len() as f32).ceil() as usize;
            ms[rank.clamp(1, ms.len()) - 1]
        };
        Statistics {
            count: ms.len(),
            mean: ms.iter().sum::<f32>() / ms.len() as f32,
            median: rank(0.5),
            p95: rank(0.95),
            p99: rank(0.99),
            max,
        }
    }
}

pub fn plugin(app: &mut App) {
    app.init_resource::<FrameTimes>()
        .add_systems(First, note.after(bevy::time::TimeSystems));
}

fn note(time: Res<Time<Real>>, mut times: ResMut<FrameTimes>) {
    let seconds = time.delta_secs();
    // The first update has nothing before it.
    if seconds > 0.0 {
        times.note(seconds);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statistics_are_of_the_newest() {
        let mut times = FrameTimes::default();
        assert_eq!(times.statistics(10), Statistics::default());
        for _ in 0..REMEMBERED {
            times.note(1.0);
        }
        for i in 1..=100 {
            times.note(i as f32 / 1000.0);
        }
        let last = times.statistics(100);
        assert_eq!(last.count, 100);
        assert!((last.mean - 50.5).abs() < 1e-3, "{last:?}");
        assert!((last.median - 50.0).abs() < 1e-3);
        assert!((last.p95 - 95.0).abs() < 1e-3 && (last.p99 - 99.0).abs() < 1e-3);
        assert!((last.max - 100.0).abs() < 1e-3);
        assert_eq!(times.statistics(usize::MAX).count, REMEMBERED);
        assert_eq!(times.count(), REMEMBERED as u64 + 100);
        assert!((times.newest().next().unwrap_or(0.0) - 0.1).abs() < 1e-6);
    }
}
