//! Instants as text.

/// An instant, in microseconds since 1970-01-01T00:00:00Z, as RFC 3339 has it:
/// `2026-11-28T15:12:21.000250Z`. Always six decimals, so that texts sort as instants do; years outside
/// 0000 to 9999 get a sign and six digits (ISO 8601).
pub fn rfc3339(us: i64) -> String {
    const DAY_US: i64 = 86_400_000_000;
    let (year, month, day) = civil(us.div_euclid(DAY_US));
    let us = us.rem_euclid(DAY_US);
    let (s, us) = (us / 1_000_000, us % 1_000_000);
    let (hour, minute, second) = (s / 3600, s / 60 % 60, s % 60);
    let year = if (0..=9999).contains(&year) {
        format!("{year:04}")
    } else {
        format!("{year:+07}")
    };
    format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{us:06}Z")
}

/// Year, month and day of a day counted from 1970-01-01, in the Gregorian calendar (H. Hinnant,
/// "chrono-compatible low-level date algorithms", `civil_from_days`).
fn civil(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let of_era = z.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::rfc3339;

    // Python 3.11: (datetime(1970,1,1,tzinfo=utc) + timedelta(microseconds=us)).isoformat()
    #[test]
    fn instants_as_python_writes_them() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00.000000Z");
        assert_eq!(rfc3339(-1), "1969-12-31T23:59:59.999999Z");
        assert_eq!(rfc3339(951_782_399_000_001), "2000-02-28T23:59:59.000001Z");
        assert_eq!(rfc3339(951_782_400_000_000), "2000-02-29T00:00:00.000000Z");
        assert_eq!(
            rfc3339(1_795_878_741_000_250),
            "2026-11-28T15:12:21.000250Z"
        );
        assert_eq!(
            rfc3339(4_107_542_400_000_000),
            "2100-03-01T00:00:00.000000Z"
        );
        assert_eq!(
            rfc3339(-62_135_596_800_000_000),
            "0001-01-01T00:00:00.000000Z"
        );
    }

    #[test]
    fn the_ends_of_the_range_have_a_sign() {
        assert_eq!(rfc3339(i64::MAX), "+294247-01-10T04:00:54.775807Z");
        assert_eq!(rfc3339(i64::MIN), "-290308-12-21T19:59:05.224192Z");
    }
}
