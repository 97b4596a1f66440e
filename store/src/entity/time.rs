//! Instants and dates in columns. sea-orm knows chrono and not yet jiff: these two types stand between, and go
//! when sea-orm has it. Both databases keep years 1 to 9999, so whatever lies outside is moved to the nearest end.

use jiff::{Timestamp, civil};
use sea_orm::{
    DeriveValueType,
    prelude::{ChronoDate, DateTimeUtc},
    sea_query::prelude::chrono::Datelike,
};

/// 0001-01-01T00:00:00Z in microseconds.
const FIRST_INSTANT: i64 = -62_135_596_800_000_000;
/// 9999-12-30T22:00:00Z in microseconds: the last instant that jiff knows.
const LAST_INSTANT: i64 = 253_402_207_200_000_000;

/// An instant in UTC, to the microsecond, which is what PostgreSQL keeps. In SQLite it is RFC 3339 text, whose
/// order is the order of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, DeriveValueType)]
pub struct Instant(pub DateTimeUtc);

impl From<Timestamp> for Instant {
    fn from(at: Timestamp) -> Self {
        // Floored, not rounded towards zero, so that order holds on both sides of 1970.
        let micros = at.as_nanosecond().div_euclid(1000).clamp(FIRST_INSTANT.into(), LAST_INSTANT.into());
        let micros = i64::try_from(micros).unwrap_or(LAST_INSTANT);
        Self(DateTimeUtc::from_timestamp_micros(micros).unwrap_or(DateTimeUtc::UNIX_EPOCH))
    }
}

impl From<Instant> for Timestamp {
    fn from(instant: Instant) -> Self {
        let micros = instant.0.timestamp_micros().clamp(FIRST_INSTANT, LAST_INSTANT);
        Self::from_microsecond(micros).unwrap_or(Self::UNIX_EPOCH)
    }
}

/// A local date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, DeriveValueType)]
pub struct Day(pub ChronoDate);

impl From<civil::Date> for Day {
    fn from(date: civil::Date) -> Self {
        let date = date.max(civil::date(1, 1, 1));
        let month = u32::from(date.month().unsigned_abs());
        let day = u32::from(date.day().unsigned_abs());
        Self(ChronoDate::from_ymd_opt(date.year().into(), month, day).unwrap_or_default())
    }
}

impl From<Day> for civil::Date {
    fn from(day: Day) -> Self {
        let day = day.0;
        let parts = (i16::try_from(day.year()), i8::try_from(day.month()), i8::try_from(day.day()));
        let date = match parts {
            (Ok(year @ 1..), Ok(month), Ok(day)) => Self::new(year, month, day).ok(),
            _ => None,
        };
        date.unwrap_or(if day.year() < 1 { civil::date(1, 1, 1) } else { civil::date(9999, 12, 31) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_cut_to_microseconds_and_keeps_its_order() {
        for (written, kept) in [
            ("2026-11-24T09:00:00.123456789Z", "2026-11-24T09:00:00.123456Z"),
            ("1969-12-31T23:59:59.999999999Z", "1969-12-31T23:59:59.999999Z"),
            ("-009999-01-02T01:59:59Z", "0001-01-01T00:00:00Z"),
            ("9999-12-30T22:00:00.999999999Z", "9999-12-30T22:00:00Z"),
        ] {
            let instant = Instant::from(written.parse::<Timestamp>().unwrap());
            assert_eq!(Timestamp::from(instant), kept.parse().unwrap(), "{written}");
        }
        assert_eq!(Timestamp::from(Instant(DateTimeUtc::MAX_UTC)), "9999-12-30T22:00:00Z".parse().unwrap());
        assert_eq!(Timestamp::from(Instant(DateTimeUtc::MIN_UTC)), "0001-01-01T00:00:00Z".parse().unwrap());
    }

    #[test]
    fn a_day_goes_there_and_back() {
        for (written, kept) in [
            ("2024-02-29", "2024-02-29"),
            ("0001-01-01", "0001-01-01"),
            ("9999-12-31", "9999-12-31"),
            ("-009999-01-01", "0001-01-01"),
        ] {
            let day = Day::from(written.parse::<civil::Date>().unwrap());
            assert_eq!(civil::Date::from(day), kept.parse().unwrap(), "{written}");
        }
        assert_eq!(civil::Date::from(Day(ChronoDate::MAX)), civil::date(9999, 12, 31));
        assert_eq!(civil::Date::from(Day(ChronoDate::MIN)), civil::date(1, 1, 1));
    }
}
