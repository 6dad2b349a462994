//! How near the danger came, from the request to the end of the window.

use super::super::case::Case;
use super::super::metric::{Metric, Of};
use super::super::table::{Kind, Value};
use super::{count, flag, float};

const GROUP: &str = "Safety";
const NO_LEAD: &str = "no vehicle ahead in that time";

const fn metric(
    name: &'static str,
    unit: &'static str,
    definition: &'static str,
    source: &'static str,
    missing: &'static str,
    of: fn(&Case<'_>) -> Value,
) -> Metric {
    Metric {
        name,
        unit,
        kind: Kind::Float,
        group: GROUP,
        definition,
        source,
        missing,
        of: Of::Takeover(of),
    }
}

const fn counted(
    name: &'static str,
    definition: &'static str,
    of: fn(&Case<'_>) -> Value,
) -> Metric {
    Metric {
        name,
        unit: "",
        kind: Kind::Integer,
        group: GROUP,
        definition,
        source: "docs/referee.md",
        missing: "never",
        of: Of::Takeover(of),
    }
}

pub const METRICS: &[Metric] = &[
    metric(
        "exposure_s",
        "s",
        "Length of the stretch that these are taken over: from the request (or the first input) to the end of the window after the takeover (30 s unless set), a hand-back, a minimal-risk manoeuvre or the run's end; up to the window after a request that nobody answered. It ends at a collision that stops the vehicle (with a road user, or of 1 m/s and more).",
        "docs/metrics.md",
        "never",
        |c| {
            float(Some(
                c.run.channels.time(c.exposure.end) - c.run.channels.time(c.exposure.start),
            ))
        },
    ),
    metric(
        "speed_at_request_mps",
        "m/s",
        "Speed when the request was raised (or at the first input).",
        "docs/record.md",
        "never",
        |c| float(c.at(&c.run.channels.speed, c.start)),
    ),
    metric(
        "min_ttc_s",
        "s",
        "Smallest time to collision with any road user at constant speed and heading, as the referee measures it from the truth (below 10 s only).",
        "Hayward 1972; docs/referee.md",
        "never on a collision course within 10 s",
        |c| float(c.driving.ttc),
    ),
    metric(
        "ttc_at_takeover_s",
        "s",
        "Time to collision when the operator's command came into force (TTA if the takeover is the evasive action).",
        "ISO/TR 21959-2:2020",
        "not taken over, or not on a collision course then",
        |c| match c.takeover.in_force_s {
            None => Value::Missing,
            Some(time) => {
                let row = c.run.channels.row(time);
                float(c.run.channels.ttc.get(row).copied().flatten())
            }
        },
    ),
    metric(
        "tet_s",
        "s",
        "Time exposed to a time to collision of at most 3 s (or as set).",
        "Minderhoud & Bovy 2001",
        "never",
        |c| float(Some(c.driving.exposed)),
    ),
    metric(
        "tit_s2",
        "s2",
        "Integral of 3 s (or as set) minus the time to collision over the time in which it is below.",
        "Minderhoud & Bovy 2001",
        "never",
        |c| float(Some(c.driving.integrated)),
    ),
    metric(
        "min_pet_s",
        "s",
        "Smallest post-encroachment time where ways cross or join, as the referee measures it.",
        "Allen et al. 1978; docs/referee.md",
        "ways did not cross or join in that time",
        |c| float(c.driving.pet),
    ),
    metric(
        "min_gap_m",
        "m",
        "Smallest distance from bumper to bumper to the vehicle ahead. Ahead is who overlaps the corridor of the vehicle's width along the circle of its speed and yaw rate, within 150 m, and does not come towards it.",
        "SAE J2944 (gap); target selection as in ISO 15622",
        NO_LEAD,
        |c| {
            float(
                c.driving
                    .conflict
                    .as_ref()
                    .and_then(|x| x.min_gap)
                    .map(|x| x.value),
            )
        },
    ),
    metric(
        "min_time_gap_s",
        "s",
        "Smallest time gap to the vehicle ahead: gap / speed, from bumper to bumper.",
        "SAE J2944 (time gap, not headway)",
        "no vehicle ahead, or standing",
        |c| {
            float(
                c.driving
                    .conflict
                    .as_ref()
                    .and_then(|x| x.min_time_gap)
                    .map(|x| x.value),
            )
        },
    ),
    metric(
        "max_drac_mps2",
        "m/s²",
        "Greatest deceleration needed not to hit the vehicle ahead: closing speed squared / (2 gap).",
        "Almqvist et al. 1991",
        NO_LEAD,
        |c| {
            float(
                c.driving
                    .conflict
                    .as_ref()
                    .and_then(|x| x.max_drac)
                    .map(|x| x.value),
            )
        },
    ),
    metric(
        "max_braking_mps2",
        "m/s²",
        "Strongest deceleration along the vehicle; 0 if it never slowed down.",
        "ISO/TR 21959-2:2020",
        "nothing on record",
        |c| float(c.driving.acceleration.map(|a| a.max_braking)),
    ),
    metric(
        "max_longitudinal_acceleration_mps2",
        "m/s²",
        "Greatest absolute acceleration along the vehicle.",
        "ISO/TR 21959-2:2020",
        "nothing on record",
        |c| float(c.driving.acceleration.map(|a| a.max_longitudinal)),
    ),
    metric(
        "max_lateral_acceleration_mps2",
        "m/s²",
        "Greatest absolute acceleration across the vehicle: yaw rate x forward speed (that of the turn; sliding sideways is not in it).",
        "ISO/TR 21959-2:2020; ISO 8855",
        "nothing on record",
        |c| float(c.driving.acceleration.map(|a| a.max_lateral)),
    ),
    metric(
        "max_resultant_acceleration_mps2",
        "m/s²",
        "Greatest acceleration in the plane at one instant: root of the sum of both squares.",
        "ISO/TR 21959-2:2020",
        "nothing on record",
        |c| float(c.driving.acceleration.map(|a| a.max_resultant)),
    ),
    metric(
        "max_jerk_mps3",
        "m/s³",
        "Greatest absolute rate of change of the acceleration along the vehicle, low-passed at 2 Hz (or as set) by a Butterworth filter of second order, forward and backward.",
        "ISO/TR 21959-2:2020",
        "less than 10 ticks",
        |c| float(c.driving.jerk.map(|j| j.max)),
    ),
    metric(
        "rms_jerk_mps3",
        "m/s³",
        "Root mean square of the same.",
        "ISO/TR 21959-2:2020",
        "less than 10 ticks",
        |c| float(c.driving.jerk.map(|j| j.rms)),
    ),
    counted("collisions", "Collisions that began in that time.", |c| {
        count(c.driving.collisions)
    }),
    Metric {
        name: "collided",
        unit: "",
        kind: Kind::Flag,
        group: GROUP,
        definition: "There was at least one collision in that time.",
        source: "docs/referee.md",
        missing: "never",
        of: Of::Takeover(|c| flag(Some(c.driving.collisions > 0))),
    },
    metric(
        "max_delta_v_mps",
        "m/s",
        "Severity: largest change of the own vehicle's velocity in a collision.",
        "docs/referee.md (delta-v)",
        "no collision",
        |c| float(c.driving.delta_v),
    ),
    counted(
        "near_misses",
        "Near misses (time to collision below 1.5 s or post-encroachment time below 1 s, unless the scenario says otherwise) that began in that time.",
        |c| count(c.driving.near_misses),
    ),
];
