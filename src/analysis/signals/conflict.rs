//! Surrogate measures of safety towards the vehicle ahead, and post-encroachment time.
//!
//! Gap is bumper to bumper, closing speed is ego's minus lead's. Touching (gap 0 or less) has its own
//! rule in each: time to collision and time gap are 0, the deceleration that would still help doesn't
//! exist.

use super::kinematics::time_to_cover;
use super::samples::{counts, finite, fit};
use serde::Serialize;

/// Time to collision, s, at constant speeds (Hayward 1972): gap (m) / closing speed (m/s). 0 on
/// contact. None if not closing in, or a number is not finite.
#[must_use]
pub fn ttc(gap: f64, closing: f64) -> Option<f64> {
    modified_ttc(gap, closing, 0.0)
}

/// Modified time to collision, s, at constant accelerations (Ozbay et al. 2008): the smallest positive
/// t with gap = closing t + `closing_acceleration` t² / 2, where the last is ego's minus lead's (m/s²).
/// Vehicles that would stop on the way are not stopped. 0 on contact. None if they'd never meet, or a
/// number is not finite.
#[must_use]
pub fn modified_ttc(gap: f64, closing: f64, closing_acceleration: f64) -> Option<f64> {
    if ![gap, closing, closing_acceleration]
        .iter()
        .all(|x| x.is_finite())
    {
        return None;
    }
    if gap <= 0.0 {
        Some(0.0)
    } else {
        time_to_cover(gap, closing, closing_acceleration)
    }
}

/// Inverse time to collision, 1/s: closing speed / gap; negative if the gap grows. None on contact.
#[must_use]
pub fn inverse_ttc(gap: f64, closing: f64) -> Option<f64> {
    (gap > 0.0).then(|| finite(closing / gap))?
}

/// Deceleration to avoid a crash, m/s² (Almqvist et al. 1991): closing² / (2 gap). 0 if not closing in.
/// None on contact: too late.
#[must_use]
pub fn drac(gap: f64, closing: f64) -> Option<f64> {
    let closing = finite(closing)?.max(0.0);
    (gap > 0.0).then(|| finite(closing * closing / (2.0 * gap)))?
}

/// Time gap, s (SAE J2944): gap / ego's speed (m/s), from bumper to bumper. 0 on contact. None for a
/// vehicle that doesn't move forward.
#[must_use]
pub fn time_gap(gap: f64, speed: f64) -> Option<f64> {
    (speed > 0.0 && gap.is_finite()).then(|| finite(gap.max(0.0) / speed))?
}

/// Time headway, s (SAE J2944): from front bumper to front bumper, (gap + lead's length) / ego's speed.
/// None for a vehicle that doesn't move forward.
#[must_use]
pub fn time_headway(gap: f64, lead_length: f64, speed: f64) -> Option<f64> {
    time_gap(finite(gap)?.max(0.0) + lead_length, speed)
}

/// When someone was on an area, s.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Occupied {
    /// First touch.
    pub enter: f64,
    /// Left for good.
    pub leave: f64,
}

/// Post-encroachment time, s (Allen et al. 1978): from the first one's leaving to the second one's
/// entering, whoever was first. None if both were on the area at one time, or a number is not finite.
#[must_use]
pub fn post_encroachment(a: Occupied, b: Occupied) -> Option<f64> {
    let (first, second) = if a.enter <= b.enter { (a, b) } else { (b, a) };
    finite(second.enter - first.leave).filter(|pet| *pet >= 0.0)
}

/// The vehicle ahead, at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Lead {
    /// From ego's front to its rear, m; 0 or less: contact.
    pub gap: f64,
    /// m/s along ego's lane.
    pub speed: f64,
    /// m, if known: for the time headway.
    pub length: Option<f64>,
    /// m/s², if known: for the modified TTC.
    pub acceleration: Option<f64>,
}

/// A greatest or smallest value, and when.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Extreme {
    /// In the unit of what it is of.
    pub value: f64,
    /// s from the signal's start; the first time, if it was reached more than once.
    pub at: f64,
}

/// Exposure to short TTC (Minderhoud & Bovy 2001).
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Exposure {
    /// What counts as short, s.
    pub threshold: f64,
    /// Time with a TTC no longer than the threshold, s (TET). Contact counts.
    pub exposed: f64,
    /// Integral of threshold - TTC over it, s² (TIT).
    pub integrated: f64,
}

/// How close a stretch of driving came to the vehicles ahead.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Conflict {
    /// Samples used: with and without a vehicle ahead.
    pub n: usize,
    /// Time they stand for, s.
    pub seconds: f64,
    /// Samples with a vehicle ahead.
    pub with_lead: usize,
    /// Samples with a vehicle ahead that comes nearer, or in contact: those that have a TTC.
    pub closing: usize,
    /// First contact, s from the signal's start.
    pub contact: Option<f64>,
    /// Smallest gap, m; below 0 it is the depth of the overlap.
    pub min_gap: Option<Extreme>,
    /// Smallest TTC, s; none if the ego never closed in.
    pub min_ttc: Option<Extreme>,
    /// Smallest modified TTC, s.
    pub min_modified_ttc: Option<Extreme>,
    /// Greatest inverse TTC, 1/s, before contact; below 0 if the ego never closed in.
    pub max_inverse_ttc: Option<Extreme>,
    /// Smallest time gap, s.
    pub min_time_gap: Option<Extreme>,
    /// Smallest time headway, s.
    pub min_time_headway: Option<Extreme>,
    /// Greatest deceleration needed, m/s², before contact.
    pub max_drac: Option<Extreme>,
    /// One for each threshold asked for, in that order.
    pub exposure: Vec<Exposure>,
}

/// Measures over a stretch. `speed` (m/s) and `acceleration` (m/s², for the modified TTC) are the
/// ego's; `thresholds` (s) are those of TET and TIT. None if lengths differ or nothing counts. With no
/// vehicle ahead, exposure is 0 and the rest is none.
#[must_use]
pub fn conflict(
    lead: &[Option<Lead>],
    speed: &[f64],
    acceleration: Option<&[f64]>,
    rate: f64,
    thresholds: &[f64],
    mask: Option<&[bool]>,
) -> Option<Conflict> {
    let length = acceleration.map_or(lead.len(), <[f64]>::len);
    if !fit(rate, mask, &[lead.len(), speed.len(), length]) {
        return None;
    }
    let mut out = Conflict {
        n: 0,
        seconds: 0.0,
        with_lead: 0,
        closing: 0,
        contact: None,
        min_gap: None,
        min_ttc: None,
        min_modified_ttc: None,
        max_inverse_ttc: None,
        min_time_gap: None,
        min_time_headway: None,
        max_drac: None,
        exposure: thresholds
            .iter()
            .filter(|t| t.is_finite())
            .map(|t| Exposure::none(*t))
            .collect(),
    };
    for i in (0..length).filter(|i| counts(mask, *i)) {
        let v = speed[i];
        let known = lead[i].is_none_or(|l| l.gap.is_finite() && l.speed.is_finite());
        if !v.is_finite() || !known {
            continue;
        }
        out.n += 1;
        if let Some(lead) = lead[i] {
            out.see(
                &lead,
                v,
                acceleration.map(|a| a[i]),
                i as f64 / rate,
                1.0 / rate,
            );
        }
    }
    out.seconds = out.n as f64 / rate;
    (out.n > 0).then_some(out)
}

impl Conflict {
    fn see(&mut self, lead: &Lead, speed: f64, acceleration: Option<f64>, at: f64, step: f64) {
        let (gap, closing) = (lead.gap, speed - lead.speed);
        self.with_lead += 1;
        if gap <= 0.0 && self.contact.is_none() {
            self.contact = Some(at);
        }
        let ttc = ttc(gap, closing);
        self.closing += usize::from(ttc.is_some());
        if let Some(ttc) = ttc {
            self.exposure.iter_mut().for_each(|e| e.add(ttc, step));
        }
        let modified = acceleration
            .zip(lead.acceleration)
            .and_then(|(ego, lead)| modified_ttc(gap, closing, ego - lead));
        let headway = lead
            .length
            .and_then(|length| time_headway(gap, length, speed));
        lower(&mut self.min_gap, Some(gap), at);
        lower(&mut self.min_ttc, ttc, at);
        lower(&mut self.min_modified_ttc, modified, at);
        lower(&mut self.min_time_gap, time_gap(gap, speed), at);
        lower(&mut self.min_time_headway, headway, at);
        raise(&mut self.max_inverse_ttc, inverse_ttc(gap, closing), at);
        raise(&mut self.max_drac, drac(gap, closing), at);
    }
}

impl Exposure {
    fn none(threshold: f64) -> Self {
        Self {
            threshold,
            exposed: 0.0,
            integrated: 0.0,
        }
    }

    fn add(&mut self, ttc: f64, step: f64) {
        if ttc <= self.threshold {
            self.exposed += step;
            self.integrated += (self.threshold - ttc) * step;
        }
    }
}

fn lower(least: &mut Option<Extreme>, value: Option<f64>, at: f64) {
    if let Some(value) = value
        && least.is_none_or(|e| value < e.value)
    {
        *least = Some(Extreme { value, at });
    }
}

fn raise(greatest: &mut Option<Extreme>, value: Option<f64>, at: f64) {
    if let Some(value) = value
        && greatest.is_none_or(|e| value > e.value)
    {
        *greatest = Some(Extreme { value, at });
    }
}

#[cfg(test)]
mod tests {
    use super::super::reference::{RATE, near, sampled};
    use super::*;

    #[test]
    fn one_instant() {
        assert_eq!(ttc(20.0, 10.0), Some(2.0));
        assert_eq!(
            (ttc(20.0, 0.0), ttc(20.0, -1.0), ttc(f64::NAN, 1.0)),
            (None, None, None)
        );
        assert_eq!((ttc(0.0, -1.0), ttc(-0.5, 3.0)), (Some(0.0), Some(0.0)));
        assert_eq!(ttc(1e300, 1e-300), None);
        // 20 = 8t + t²: t = 2
        assert_eq!(modified_ttc(20.0, 8.0, 2.0), Some(2.0));
        // Opening, but accelerating: 3 = -2t + t²
        assert_eq!(modified_ttc(3.0, -2.0, 2.0), Some(3.0));
        assert_eq!(modified_ttc(5.0, 4.0, -2.0), None);
        assert_eq!(
            (inverse_ttc(20.0, 10.0), inverse_ttc(20.0, -10.0)),
            (Some(0.5), Some(-0.5))
        );
        assert_eq!(
            (inverse_ttc(0.0, 10.0), inverse_ttc(1.0, f64::NAN)),
            (None, None)
        );
        assert_eq!(
            (drac(20.0, 10.0), drac(20.0, -10.0)),
            (Some(2.5), Some(0.0))
        );
        assert_eq!((drac(0.0, 10.0), drac(1.0, f64::NAN)), (None, None));
        assert_eq!(
            (time_gap(30.0, 20.0), time_gap(-1.0, 20.0)),
            (Some(1.5), Some(0.0))
        );
        assert_eq!(
            (
                time_gap(30.0, 0.0),
                time_gap(30.0, -3.0),
                time_gap(f64::NAN, 3.0)
            ),
            (None, None, None)
        );
        assert_eq!(time_headway(30.0, 5.0, 20.0), Some(1.75));
        assert_eq!(
            (
                time_headway(f64::NAN, 5.0, 20.0),
                time_headway(1.0, 5.0, 0.0)
            ),
            (None, None)
        );
    }

    #[test]
    fn post_encroachment_times() {
        let on = |enter, leave| Occupied { enter, leave };
        assert_eq!(post_encroachment(on(1.0, 2.0), on(3.5, 4.0)), Some(1.5));
        assert_eq!(post_encroachment(on(3.5, 4.0), on(1.0, 2.0)), Some(1.5));
        assert_eq!(post_encroachment(on(1.0, 2.0), on(2.0, 4.0)), Some(0.0));
        assert_eq!(post_encroachment(on(1.0, 3.0), on(2.0, 4.0)), None);
        assert_eq!(post_encroachment(on(1.0, 9.0), on(2.0, 4.0)), None);
        assert_eq!(post_encroachment(on(1.0, 3.0), on(1.0, 4.0)), None);
        assert_eq!(post_encroachment(on(1.0, f64::NAN), on(2.0, 4.0)), None);
    }

    fn lead(gap: f64, speed: f64) -> Option<Lead> {
        Some(Lead {
            gap,
            speed,
            length: Some(5.0),
            acceleration: None,
        })
    }

    #[test]
    fn a_crash_by_hand() {
        // Ego 10 m/s, 2 Hz. TTC: none (no lead), none (opening), 2, 1, 0 (contact), 0 (overlap).
        let leads = [
            None,
            lead(10.0, 12.0),
            lead(10.0, 5.0),
            lead(5.0, 5.0),
            lead(0.0, 5.0),
            lead(-1.0, 5.0),
        ];
        let c = conflict(&leads, &[10.0; 6], None, 2.0, &[1.5, 2.0], None).unwrap();
        assert_eq!((c.n, c.seconds, c.with_lead, c.closing), (6, 3.0, 5, 4));
        assert_eq!(c.contact, Some(2.0));
        assert_eq!(
            c.min_ttc,
            Some(Extreme {
                value: 0.0,
                at: 2.0
            })
        );
        assert_eq!(
            c.min_gap,
            Some(Extreme {
                value: -1.0,
                at: 2.5
            })
        );
        assert_eq!(
            c.min_time_gap,
            Some(Extreme {
                value: 0.0,
                at: 2.0
            })
        );
        assert_eq!(
            c.min_time_headway,
            Some(Extreme {
                value: 0.5,
                at: 2.0
            })
        );
        // 25 / (2 * 5) at 5 m; 5 / 5 too.
        assert_eq!(
            c.max_drac,
            Some(Extreme {
                value: 2.5,
                at: 1.5
            })
        );
        assert_eq!(
            c.max_inverse_ttc,
            Some(Extreme {
                value: 1.0,
                at: 1.5
            })
        );
        assert_eq!(c.min_modified_ttc, None);
        // 1.5 s: TTC 1, 0, 0. 2 s: TTC 2 as well, which adds no area.
        assert_eq!(
            c.exposure[0],
            Exposure {
                threshold: 1.5,
                exposed: 1.5,
                integrated: 1.75
            }
        );
        assert_eq!(
            c.exposure[1],
            Exposure {
                threshold: 2.0,
                exposed: 2.0,
                integrated: 2.5
            }
        );
        let before = [true, true, true, false, false, false];
        let c = conflict(&leads, &[10.0; 6], None, 2.0, &[], Some(&before)).unwrap();
        assert_eq!(
            (c.n, c.contact, c.min_ttc),
            (
                3,
                None,
                Some(Extreme {
                    value: 2.0,
                    at: 1.0
                })
            )
        );
    }

    #[test]
    fn nobody_ahead() {
        let c = conflict(&[None; 3], &[10.0; 3], None, 2.0, &[1.5], None).unwrap();
        assert_eq!(
            (c.n, c.with_lead, c.min_ttc, c.min_gap, c.max_drac),
            (3, 0, None, None, None)
        );
        assert_eq!(c.exposure[0].exposed, 0.0);
        assert_eq!(conflict(&[], &[], None, 2.0, &[1.5], None), None);
        assert_eq!(
            conflict(&[None; 3], &[10.0; 2], None, 2.0, &[1.5], None),
            None
        );
        assert_eq!(
            conflict(&[lead(f64::NAN, 1.0)], &[10.0], None, 2.0, &[1.5], None),
            None
        );
        // Never closing in.
        let c = conflict(&[lead(20.0, 12.0)], &[10.0], None, 2.0, &[1.5], None).unwrap();
        assert_eq!((c.closing, c.min_ttc), (0, None));
        assert_eq!(c.max_inverse_ttc.map(|e| e.value), Some(-0.1));
        assert_eq!(c.max_drac.map(|e| e.value), Some(0.0));
    }

    #[test]
    fn against_numpy() {
        // ego 20 + 3 sin 0.3t, lead 18 + 2 cos 0.5t, gap 30 + 12 sin 0.4t - t; nobody in [5, 7) s.
        let speed = sampled(2000, |t| 20.0 + 3.0 * libm::sin(0.3 * t));
        let acceleration = sampled(2000, |t| 0.9 * libm::cos(0.3 * t));
        let lead = |i: usize| {
            let t = i as f64 / RATE;
            (!(500..700).contains(&i)).then(|| Lead {
                gap: 30.0 + 12.0 * libm::sin(0.4 * t) - t,
                speed: 18.0 + 2.0 * libm::cos(0.5 * t),
                length: Some(4.5),
                acceleration: Some(-libm::sin(0.5 * t)),
            })
        };
        let leads: Vec<_> = (0..2000).map(lead).collect();
        let c = conflict(&leads, &speed, Some(&acceleration), RATE, &[5.0, 8.0], None).unwrap();
        let is = |e: Option<Extreme>, value: f64, at: f64| {
            near(e.unwrap().value, value, 1e-10);
            near(e.unwrap().at, at, 1e-12);
        };
        // numpy 2.4.6: each as an array expression, argmin or argmax; modified TTC by np.roots
        assert_eq!((c.with_lead, c.closing), (1800, 1243));
        is(c.min_ttc, 3.9927705928977937, 8.06);
        is(c.max_drac, 0.7728471892088483, 7.0);
        is(c.min_time_gap, 0.3223277378746558, 12.17);
        is(c.min_time_headway, 0.5645665450907892, 12.07);
        is(c.max_inverse_ttc, 0.2504526560526083, 8.06);
        is(c.min_modified_ttc, 4.44242556698102, 4.76);
        is(c.min_gap, 5.957674247611495, 12.31);
        near(c.exposure[0].exposed, 2.67, 1e-10);
        near(c.exposure[0].integrated, 2.181538020448432, 1e-10);
        near(c.exposure[1].exposed, 5.17, 1e-10);
        near(c.exposure[1].integrated, 13.893527808069768, 1e-10);
    }
}
