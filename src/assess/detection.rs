//! Does a policy ask when it should, and only then? Signal detection theory, yes or no by window.
//!
//! A run in which nobody is asked meets limits: what a request would have been for. With horizon H and
//! lead L, in s:
//!
//! - A *trial* is a limit at time T. The policy *hits* it if it asks at some time from T - H to T - L;
//!   it is *late* if it first asks after T - L and up to T; otherwise it *misses*. Limits that follow
//!   within H of the one before belong to the same trial, and so does the time for which one lasts (no
//!   way on, until the vehicle moves again). One that comes before L is no trial.
//! - *Noise* is the time that is more than H away from every limit of a trial's. It is cut into windows
//!   of H; one in which the policy asks is a *false alarm*. A *false request* is one that begins in
//!   noise.
//! - Lead time is from the beginning of the request to the limit. A request that stands for long
//!   before counts as a hit, and its noise windows as false alarms: to ask always is no skill.
//! - Hit rate (hits + 0.5) / (trials + 1), false-alarm rate likewise (log-linear correction, Hautus
//!   1995); d' = z(hit) - z(false alarm), c = -(z(hit) + z(false alarm)) / 2. A policy that never asks,
//!   or always, has no d'.

use super::normal;
use serde::Serialize;

/// What counts as in time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Design {
    /// A request is for a limit within this time, s.
    pub horizon: f64,
    /// It must come this long before it, s.
    pub lead: f64,
}

/// A time in which a policy asks, s.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Asked {
    pub from: f64,
    /// The run's end, if it still asks then.
    pub until: f64,
}

impl Asked {
    /// It asks at some time from `from` to `to`.
    fn within(&self, from: f64, to: f64) -> bool {
        self.from <= to && self.until >= from
    }
}

/// Counts over runs, from which everything follows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counts {
    pub trials: u64,
    pub hits: u64,
    pub late: u64,
    pub windows: u64,
    pub false_windows: u64,
    pub false_requests: u64,
    /// s.
    pub noise: f64,
    /// Lead times of the hits, s.
    pub leads: Vec<f64>,
}

/// A limit in time: when it was met, and until when it lasts, s.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Met {
    pub from: f64,
    pub until: f64,
}

/// Trials: from the first limit of each to the end of the last that belongs to it. `limits` in order.
pub fn trials(limits: &[Met], horizon: f64) -> Vec<Met> {
    let mut out: Vec<Met> = Vec::new();
    for limit in limits {
        match out.last_mut() {
            Some(trial) if limit.from - trial.until <= horizon => {
                trial.until = trial.until.max(limit.until);
            }
            _ => out.push(*limit),
        }
    }
    out
}

impl Counts {
    /// One run of this duration (s), the limits it met and the requests of the policy, both in order.
    pub fn run(&mut self, design: Design, duration: f64, limits: &[Met], asked: &[Asked]) {
        let Design { horizon, lead } = design;
        let trials = trials(limits, horizon);
        for &Met { from: time, .. } in trials.iter().filter(|t| t.from >= lead) {
            self.trials += 1;
            let first = asked.iter().find(|a| a.within(time - horizon, time));
            match first {
                Some(a) if a.from <= time - lead => {
                    self.hits += 1;
                    self.leads.push(time - a.from);
                }
                Some(_) => self.late += 1,
                None => {}
            }
        }
        let mut from = 0.0;
        for trial in trials {
            self.noise(design, from, trial.from - horizon, asked);
            from = trial.until + horizon;
        }
        self.noise(design, from, duration, asked);
    }

    /// A stretch of noise.
    fn noise(&mut self, design: Design, from: f64, until: f64, asked: &[Asked]) {
        if until <= from {
            return;
        }
        self.noise += until - from;
        let begun = asked.iter().filter(|a| (from..until).contains(&a.from));
        self.false_requests += begun.count() as u64;
        // What is left over at the end is no window.
        let mut start = from;
        while start + design.horizon <= until + 1e-9 {
            let end = start + design.horizon;
            self.windows += 1;
            // Up to its end, which is the next one's beginning.
            let alarm = asked.iter().any(|a| a.from < end && a.until > start);
            self.false_windows += u64::from(alarm);
            start = end;
        }
    }

    pub fn merge(&mut self, other: &Self) {
        self.trials += other.trials;
        self.hits += other.hits;
        self.late += other.late;
        self.windows += other.windows;
        self.false_windows += other.false_windows;
        self.false_requests += other.false_requests;
        self.noise += other.noise;
        self.leads.extend_from_slice(&other.leads);
    }

    pub fn score(&self) -> Score {
        let share = |part: u64, whole: u64| (whole > 0).then(|| part as f64 / whole as f64);
        // Log-linear: no rate is 0 or 1, whose quantiles are infinite.
        let corrected =
            |part: u64, whole: u64| (whole > 0).then(|| (part as f64 + 0.5) / (whole as f64 + 1.0));
        let hit_rate = corrected(self.hits, self.trials);
        let alarm_rate = corrected(self.false_windows, self.windows);
        // Where it never or always asks there is no skill to measure: what the correction would make of
        // it depends on how many windows of each kind there are.
        let never = self.hits == 0 && self.false_windows == 0;
        let always = self.hits == self.trials && self.false_windows == self.windows;
        let z = hit_rate.zip(alarm_rate).filter(|_| !never && !always);
        let z = z.map(|(h, f)| (normal::quantile(h), normal::quantile(f)));
        let mut leads = self.leads.clone();
        leads.sort_by(f64::total_cmp);
        Score {
            trials: self.trials,
            hits: self.hits,
            late: self.late,
            misses: self.trials - self.hits - self.late,
            windows: self.windows,
            false_windows: self.false_windows,
            false_requests: self.false_requests,
            noise_h: self.noise / 3600.0,
            false_per_hour: (self.noise > 0.0)
                .then(|| self.false_requests as f64 / (self.noise / 3600.0)),
            hits_of_trials: share(self.hits, self.trials),
            alarms_of_windows: share(self.false_windows, self.windows),
            hit_rate,
            false_alarm_rate: alarm_rate,
            d_prime: z.map(|(h, f)| h - f),
            criterion: z.map(|(h, f)| -(h + f) / 2.0),
            lead_s: leads.first().zip(leads.last()).map(|(least, most)| Lead {
                least: *least,
                median: median(&leads),
                most: *most,
            }),
        }
    }
}

/// Of numbers in order, at least one.
fn median(sorted: &[f64]) -> f64 {
    let middle = sorted.len() / 2;
    if sorted.len().is_multiple_of(2) {
        (sorted[middle - 1] + sorted[middle]) / 2.0
    } else {
        sorted[middle]
    }
}

/// Lead times of hits, s.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Lead {
    pub least: f64,
    pub median: f64,
    pub most: f64,
}

/// What a policy is worth. None where there is nothing to divide by.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Score {
    pub trials: u64,
    pub hits: u64,
    pub late: u64,
    pub misses: u64,
    /// Windows of noise, ...
    pub windows: u64,
    /// ... and those of them in which it asked.
    pub false_windows: u64,
    pub false_requests: u64,
    /// Hours of noise.
    pub noise_h: f64,
    /// False requests per hour of noise.
    pub false_per_hour: Option<f64>,
    /// As counted, ...
    pub hits_of_trials: Option<f64>,
    pub alarms_of_windows: Option<f64>,
    /// ... and with the log-linear correction.
    pub hit_rate: Option<f64>,
    pub false_alarm_rate: Option<f64>,
    pub d_prime: Option<f64>,
    /// c: positive for a policy that asks seldom.
    pub criterion: Option<f64>,
    pub lead_s: Option<Lead>,
}

/// Area under the receiver operating characteristic through these points of (false alarms, hits), as
/// counted, and its two ends; by the trapezoid rule.
pub fn area(points: &[(f64, f64)]) -> f64 {
    let mut all = vec![(0.0, 0.0), (1.0, 1.0)];
    all.extend_from_slice(points);
    all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let strips = all.windows(2);
    strips
        .map(|p| (p[1].0 - p[0].0) * (p[0].1 + p[1].1) / 2.0)
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DESIGN: Design = Design {
        horizon: 10.0,
        lead: 4.0,
    };

    /// Limits that do not last.
    fn at(times: &[f64]) -> Vec<Met> {
        let met = |&t: &f64| Met { from: t, until: t };
        times.iter().map(met).collect()
    }

    fn counts(limits: &[f64], asked: &[(f64, f64)]) -> Counts {
        let asked: Vec<Asked> = asked
            .iter()
            .map(|&(from, until)| Asked { from, until })
            .collect();
        let mut counts = Counts::default();
        counts.run(DESIGN, 100.0, &at(limits), &asked);
        counts
    }

    #[test]
    fn a_request_in_time_hits_one_too_late_does_not_and_none_misses() {
        let answer = |from: f64, until: f64| {
            let c = counts(&[50.0], &[(from, until)]);
            assert_eq!(c.trials, 1);
            (c.hits, c.late)
        };
        assert_eq!(answer(44.0, 60.0), (1, 0));
        assert_eq!(answer(46.0, 60.0), (1, 0), "just in time");
        assert_eq!(answer(46.1, 60.0), (0, 1));
        assert_eq!(answer(50.1, 60.0), (0, 0), "after it");
        assert_eq!(answer(20.0, 39.0), (0, 0), "over before");
        assert_eq!(answer(20.0, 41.0), (1, 0), "standing");
        assert_eq!(counts(&[50.0], &[(44.0, 60.0)]).leads, [6.0]);
    }

    #[test]
    fn noise_is_what_is_far_from_limits_in_whole_windows() {
        // 0 to 40 and 60 to 100: eight windows.
        let c = counts(&[50.0], &[(44.0, 55.0)]);
        assert_eq!((c.windows, c.false_windows, c.false_requests), (8, 0, 0));
        assert_eq!(c.noise, 80.0);
        let c = counts(
            &[50.0],
            &[(12.0, 13.0), (44.0, 75.0), (81.0, 82.0), (83.0, 84.0)],
        );
        // 10-20; the one for the limit stands in 60-70 and 70-80; twice in 80-90.
        assert_eq!((c.windows, c.false_windows, c.false_requests), (8, 4, 3));
        // 0 to 35 is three windows and a half.
        let c = counts(&[45.0], &[]);
        assert_eq!((c.windows, c.noise), (3 + 4, 80.0));
    }

    #[test]
    fn limits_close_together_are_one_trial_and_an_early_one_is_none() {
        let both = trials(&at(&[20.0, 28.0, 37.0, 60.0]), 10.0);
        let spans: Vec<_> = both.iter().map(|t| (t.from, t.until)).collect();
        assert_eq!(spans, [(20.0, 37.0), (60.0, 60.0)]);
        let c = counts(&[20.0, 28.0, 37.0, 60.0], &[]);
        // Noise: 0 to 10, 47 to 50, 70 to 100.
        assert_eq!((c.trials, c.windows, c.noise), (2, 4, 43.0));
        let c = counts(&[3.0], &[(0.0, 3.0)]);
        assert_eq!((c.trials, c.hits, c.false_windows), (0, 0, 0));
        assert_eq!(c.noise, 87.0);
    }

    #[test]
    fn while_a_limit_lasts_there_is_no_noise() {
        let mut c = Counts::default();
        let blocked = Met {
            from: 50.0,
            until: 85.0,
        };
        let asked = Asked {
            from: 45.0,
            until: 95.0,
        };
        c.run(DESIGN, 100.0, &[blocked], &[asked]);
        // Noise: 0 to 40 and 95 to 100.
        assert_eq!((c.trials, c.hits, c.false_windows), (1, 1, 0));
        assert_eq!((c.windows, c.noise), (4, 45.0));
    }

    #[test]
    fn to_ask_always_is_no_skill() {
        let c = counts(&[50.0], &[(0.0, 100.0)]);
        assert_eq!((c.hits, c.false_windows, c.windows), (1, 8, 8));
        let score = c.score();
        assert_eq!(score.lead_s.expect("a hit").median, 50.0);
        assert_eq!((score.d_prime, score.criterion), (None, None));
        // Nearly always: 1.5 / 2 against 7.5 / 9.
        let c = counts(&[50.0], &[(10.0, 100.0)]);
        assert_eq!((c.hits, c.false_windows), (1, 7));
        assert!(c.score().d_prime.expect("a figure") < 0.0, "{c:?}");
        let never = counts(&[50.0], &[]).score();
        assert_eq!((never.misses, never.d_prime), (1, None));
    }

    #[test]
    fn rates_d_prime_and_criterion_by_hand() {
        let counts = Counts {
            trials: 9,
            hits: 7,
            late: 1,
            windows: 19,
            false_windows: 2,
            false_requests: 3,
            noise: 1800.0,
            leads: vec![9.0, 5.0, 6.0, 8.0],
        };
        let s = counts.score();
        assert_eq!(s.misses, 1);
        assert_eq!(s.false_per_hour, Some(6.0));
        // z(0.75) = 0.674490, z(0.125) = -1.150349 (tables).
        assert_eq!((s.hit_rate, s.false_alarm_rate), (Some(0.75), Some(0.125)));
        let (d, c) = (s.d_prime.expect("d'"), s.criterion.expect("c"));
        assert!((d - 1.824_839).abs() < 1e-6, "{d}");
        assert!((c - 0.237_930).abs() < 1e-6, "{c}");
        let lead = s.lead_s.expect("hits");
        assert_eq!((lead.least, lead.median, lead.most), (5.0, 7.0, 9.0));
        let none = Counts::default().score();
        assert_eq!((none.d_prime, none.false_per_hour), (None, None));
    }

    #[test]
    fn the_area_is_half_for_guessing_and_one_for_knowing() {
        assert_eq!(area(&[]), 0.5);
        assert!((area(&[(0.3, 0.3)]) - 0.5).abs() < 1e-12);
        assert_eq!(area(&[(0.0, 1.0)]), 1.0);
        // Trapezoids 0.05, 0.21 and 0.48.
        assert!((area(&[(0.4, 0.9), (0.1, 0.5)]) - 0.805).abs() < 1e-12);
    }

    #[test]
    fn runs_add_up() {
        let (mut a, b) = (counts(&[50.0], &[(44.0, 55.0)]), counts(&[], &[(1.0, 2.0)]));
        a.merge(&b);
        assert_eq!((a.trials, a.hits, a.windows), (1, 1, 18));
        assert_eq!((a.false_windows, a.false_requests), (1, 1));
        assert_eq!((a.noise, a.leads.len()), (180.0, 1));
    }
}
