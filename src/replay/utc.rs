//! Times of day, as people and rules write them: UTC, to 1 ms.

use std::time::{SystemTime, UNIX_EPOCH};

/// `2026-11-27` and `08:40:00.123` of a time in ns since the Unix epoch. Civil calendar, no leap
/// seconds, as every computer's clock counts.
pub fn date_and_time(ns: i64) -> (String, String) {
    let ms = ns.div_euclid(1_000_000);
    let (days, of_day) = (ms.div_euclid(86_400_000), ms.rem_euclid(86_400_000));
    let (year, month, day) = civil(days);
    let (s, ms) = (of_day / 1000, of_day % 1000);
    (
        format!("{year:04}-{month:02}-{day:02}"),
        format!("{:02}:{:02}:{:02}.{ms:03}", s / 3600, s / 60 % 60, s % 60),
    )
}

/// Both in one, by ISO 8601: `2026-11-27T08:40:00.123Z`.
pub fn stamp(ns: i64) -> String {
    let (date, time) = date_and_time(ns);
    format!("{date}T{time}Z")
}

/// Now, ns since the Unix epoch.
pub fn now_ns() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |d| i64::try_from(d.as_nanos()).unwrap_or(i64::MAX))
}

/// Year, month and day of a number of days since 1970-01-01 (H. Hinnant, "chrono-compatible
/// low-level date algorithms", `civil_from_days`).
fn civil(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let of_era = z.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reference: `date -u -d @N`.
    #[test]
    fn known_days_and_times() {
        let cases = [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (951_868_799_999, "2000-02-29T23:59:59.999Z"),
            (1_709_251_199_001, "2024-02-29T23:59:59.001Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
        ];
        for (ms, text) in cases {
            assert_eq!(stamp(ms * 1_000_000), text);
        }
        // Cut, not rounded: an event is never put into the future.
        assert_eq!(stamp(999_999), "1970-01-01T00:00:00.000Z");
    }
}
