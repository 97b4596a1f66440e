//! The demo's moment, and the days around it that differ from the week's rhythm.

use super::broken;
use crate::entity::time::Instant;
use domain::{almanac, day_kind::DayKind, recurrence::Weekday};
use jiff::{
    SignedDuration, Span, Timestamp, ToSpan,
    civil::{Date, Time, date},
    tz::TimeZone,
};
use sea_orm::DbErr;
use std::collections::BTreeMap;

/// The zone of all demo communities.
pub const ZONE: &str = "Asia/Shanghai";

/// A school holiday shorter than this is no longer waited for: the next one is "the coming".
const ENOUGH_DAYS: i64 = 21;

/// One moment and what surrounds it.
pub struct Clock {
    pub now: Timestamp,
    pub today: Date,
    zone: TimeZone,
    /// Days off, days worked in exchange, school holidays: of last year, this and the next.
    pub days: Vec<(Date, DayKind, String)>,
    /// The same without their names.
    pub kinds: Vec<(Date, DayKind)>,
    /// What is left of the coming school holiday, from a Monday or its first day on.
    pub holiday: SchoolHoliday,
}

/// A school holiday.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SchoolHoliday {
    pub winter: bool,
    pub first: Date,
    pub last: Date,
}

impl SchoolHoliday {
    /// 寒假, 暑假.
    pub fn name(&self) -> &'static str {
        if self.winter { "寒假" } else { "暑假" }
    }
}

impl Clock {
    pub fn new(now: Timestamp) -> Result<Self, DbErr> {
        let zone = TimeZone::get(ZONE).map_err(broken)?;
        let today = zone.to_datetime(now).date();
        let mut days = Vec::new();
        let mut holidays = Vec::new();
        for year in today.year() - 1..=today.year() + 1 {
            days.extend(days_off(year)?);
            holidays.extend(school_holidays(year)?);
        }
        for holiday in &holidays {
            let all = holiday.first.series(1.day()).take_while(|day| *day <= holiday.last);
            days.extend(all.map(|day| (day, DayKind::SchoolHoliday, holiday.name().to_owned())));
        }
        let kinds = days.iter().map(|(day, kind, _)| (*day, *kind)).collect();
        let next_monday = add(monday_of(today)?, 7.days())?;
        let holiday = holidays
            .iter()
            .map(|holiday| SchoolHoliday { first: holiday.first.max(next_monday), ..*holiday })
            .find(|rest| (rest.last - rest.first).get_days() >= ENOUGH_DAYS as i32)
            .ok_or_else(|| broken("no school holiday ahead"))?;
        Ok(Self { now, today, zone, days, kinds, holiday })
    }

    /// The instant of a local time.
    pub fn at(&self, date: Date, time: Time) -> Result<Timestamp, DbErr> {
        self.zone.to_timestamp(date.to_datetime(time)).map_err(broken)
    }

    /// The weekday of a week counted from this one.
    pub fn weekday(&self, week: i32, weekday: Weekday) -> Result<Date, DbErr> {
        add(monday_of(self.today)?, (i64::from(week) * 7 + weekday as i64).days())
    }

    /// The first day of a month counted from this one.
    pub fn month(&self, month: i32) -> Result<Date, DbErr> {
        add(self.today.first_of_month(), month.months())
    }

    /// The next day, today included, with this lunar date.
    pub fn lunar(&self, month: &str, day: &str) -> Result<Date, DbErr> {
        let year = self.today.series(1.day()).take(400);
        let named = |day_of_year: &Date| {
            let note = almanac::day_note(*day_of_year);
            note.lunar_month == month && note.lunar_day == day
        };
        { year }.find(named).ok_or_else(|| broken(format!("no {month}{day} within 400 days")))
    }

    /// Now, as a column holds it.
    pub fn instant(&self) -> Instant {
        self.now.into()
    }
}

pub fn add(date: Date, span: Span) -> Result<Date, DbErr> {
    date.checked_add(span).map_err(broken)
}

pub fn monday_of(date: Date) -> Result<Date, DbErr> {
    add(date, (-(Weekday::of(date) as i64)).days())
}

/// So many hours before an instant.
pub fn hours_before(at: Timestamp, hours: i64) -> Timestamp {
    at.checked_sub(SignedDuration::from_hours(hours)).unwrap_or(Timestamp::MIN)
}

/// `HH:MM`.
pub fn time(text: &str) -> Result<Time, DbErr> {
    Time::strptime("%H:%M", text).map_err(|_| broken(format!("not a time: {text}")))
}

/// The announced days of a year; before they are announced, the days that are public holidays by law (《全国年节及
/// 纪念日放假办法》, 2024), which need no notice.
fn days_off(year: i16) -> Result<Vec<(Date, DayKind, String)>, DbErr> {
    let announced = almanac::public_holidays(year);
    if !announced.is_empty() {
        return Ok(announced);
    }
    let mut days: BTreeMap<Date, &str> = BTreeMap::new();
    for day in date(year, 1, 1).series(1.day()).take_while(|day| day.year() == year) {
        match (day.month(), day.day()) {
            (1, 1) => drop(days.insert(day, "元旦")),
            (5, 1 | 2) => drop(days.insert(day, "劳动节")),
            (10, 1..=3) => drop(days.insert(day, "国庆节")),
            _ => {}
        }
        match almanac::day_note(day).festival.as_deref() {
            // From the eve to the third day.
            Some("春节") => {
                for n in -1..=2 {
                    days.insert(add(day, n.days())?, "春节");
                }
            }
            Some("清明节") => drop(days.insert(day, "清明节")),
            Some("端午节") => drop(days.insert(day, "端午节")),
            Some("中秋节") => drop(days.insert(day, "中秋节")),
            _ => {}
        }
    }
    Ok(days.into_iter().map(|(day, name)| (day, DayKind::PublicHoliday, name.to_owned())).collect())
}

/// The winter's and the summer's holiday of a year. Each province sets its own; this takes the Monday almost three
/// weeks before 春节 and forty days, and the whole of July and August.
fn school_holidays(year: i16) -> Result<[SchoolHoliday; 2], DbErr> {
    let spring = date(year, 1, 20)
        .series(1.day())
        .take(40)
        .find(|day| almanac::day_note(*day).festival.as_deref() == Some("春节"))
        .ok_or_else(|| broken(format!("no 春节 in {year}")))?;
    let first = monday_of(add(spring, (-19).days())?)?;
    let last = add(first, 39.days())?.min(date(year, 3, 1));
    Ok([
        SchoolHoliday { winter: true, first, last },
        SchoolHoliday { winter: false, first: date(year, 7, 1), last: date(year, 8, 31) },
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_coming_holiday_is_the_next_with_three_weeks_left() {
        for (now, winter, first, last) in [
            ("2026-11-24T01:00:00Z", true, date(2027, 1, 18), date(2027, 2, 26)),
            ("2026-03-10T01:00:00Z", false, date(2026, 7, 1), date(2026, 8, 31)),
            ("2026-07-15T01:00:00Z", false, date(2026, 7, 20), date(2026, 8, 31)),
            ("2026-08-12T01:00:00Z", true, date(2027, 1, 18), date(2027, 2, 26)),
            ("2027-02-10T01:00:00Z", false, date(2027, 7, 1), date(2027, 8, 31)),
        ] {
            let clock = Clock::new(now.parse().unwrap()).unwrap();
            assert_eq!(clock.holiday, SchoolHoliday { winter, first, last }, "{now}");
        }
    }

    #[test]
    fn a_year_without_a_notice_has_the_holidays_of_the_law() {
        let days = days_off(2027).unwrap();
        assert_eq!(days.len(), 13);
        let spring: Vec<Date> = days.iter().filter(|day| day.2 == "春节").map(|day| day.0).collect();
        assert_eq!(spring, date(2027, 2, 5).series(1.day()).take(4).collect::<Vec<_>>());
        assert_eq!(days_off(2026).unwrap(), almanac::public_holidays(2026));
    }
}
