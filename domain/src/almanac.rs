//! The Chinese almanac (黄历): lunar dates, solar terms, and public holidays as the State Council announced them.
//! Only the server carries its tables; pages get the words.

use crate::day_kind::DayKind;
use jiff::{ToSpan, civil::Date};
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;
use tyme4rs::tyme::{Culture, Tyme, holiday::LegalHoliday, lunar::LunarDay, solar::SolarDay};

/// The festivals with a fixed lunar date, by month and day (GB/T 33661-2017). The library knows them too, but takes
/// twice as long to find one as for all the rest of a note, and a month's page asks for 42 notes.
const FESTIVALS: [(isize, usize, &str); 10] = [
    (1, 1, "春节"),
    (1, 15, "元宵节"),
    (2, 2, "龙头节"),
    (3, 3, "上巳节"),
    (5, 5, "端午节"),
    (7, 7, "七夕节"),
    (7, 15, "中元节"),
    (8, 15, "中秋节"),
    (9, 9, "重阳节"),
    (12, 8, "腊八节"),
];

/// What a wall calendar prints below a date, in Chinese.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayNote {
    /// The lunar month: `正月`, `十月`, `闰六月`.
    pub lunar_month: String,
    /// The day of the lunar month: `初一` to `三十`.
    pub lunar_day: String,
    /// The traditional festival on this day, if any: `春节`, `重阳节`, `除夕`.
    pub festival: Option<String>,
    /// The solar term that begins on this day, if any: `小雪`.
    pub solar_term: Option<String>,
}

impl DayNote {
    /// What a small cell shows: the festival, else the solar term, else the month on its first day, else the day.
    pub fn short(&self) -> &str {
        let month = (self.lunar_day == "初一").then_some(&self.lunar_month);
        self.festival.as_ref().or(self.solar_term.as_ref()).or(month).unwrap_or(&self.lunar_day)
    }
}

/// The years of which the almanac speaks; outside of them its tables were not checked.
pub const YEARS: RangeInclusive<i16> = 1900..=2199;

/// A date of the lunar calendar (农历), by numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LunarDate {
    /// The month, 1 to 12.
    pub month: u8,
    /// The day, 1 to 30.
    pub day: u8,
    /// True in a leap month (闰月), which carries the number of the month before it.
    pub leap: bool,
}

/// The lunar date of a day; none outside [`YEARS`].
pub fn lunar_date(date: Date) -> Option<LunarDate> {
    let lunar = solar_day(date)?.get_lunar_day();
    let month = lunar.get_month();
    let (number, day) = (u8::try_from(month.abs()).ok()?, u8::try_from(lunar.get_day()).ok()?);
    Some(LunarDate { month: number, day, leap: month < 0 })
}

/// The almanac's note of a date; an empty note outside of [`YEARS`].
pub fn day_note(date: Date) -> DayNote {
    let Some(solar) = solar_day(date) else { return DayNote::default() };
    let lunar = solar.get_lunar_day();
    let term_day = solar.get_term_day();
    let solar_term = (term_day.get_day_index() == 0).then(|| term_day.get_solar_term().get_name());
    DayNote {
        lunar_month: lunar.get_lunar_month().get_name(),
        lunar_day: lunar.get_name(),
        festival: festival(&lunar, solar_term.as_deref()).map(str::to_owned),
        solar_term,
    }
}

/// The traditional festival on a lunar day, on which `solar_term` begins. None falls in a leap month but 除夕.
fn festival(day: &LunarDay, solar_term: Option<&str>) -> Option<&'static str> {
    let fixed = FESTIVALS.iter().find(|(month, on, _)| (*month, *on) == (day.get_month(), day.get_day()));
    match (fixed, solar_term) {
        (Some((_, _, name)), _) => Some(name),
        (None, Some("清明")) => Some("清明节"),
        (None, Some("冬至")) => Some("冬至节"),
        _ if day.get_month().abs() == 12 && day.get_day() >= 29 && day.next(1).get_month() == 1 => Some("除夕"),
        _ => None,
    }
}

/// The public holidays and the weekend days worked in exchange (调休) of a year, ascending, each with the name of
/// the holiday that it belongs to. They are what the State Council announced, as far as the library carries it
/// (the end of 2001 to 2026): empty for any other year, so the table that this seeds must stay editable.
pub fn public_holidays(year: i16) -> Vec<(Date, DayKind, String)> {
    let Ok(first) = Date::new(year, 1, 1) else { return Vec::new() };
    first
        .series(1.day())
        .take_while(|date| date.year() == year)
        .filter_map(|date| {
            let solar = solar_day(date)?;
            let day = LegalHoliday::from_ymd(solar.get_year(), solar.get_month(), solar.get_day())?;
            let kind = if day.is_work() { DayKind::WorkingDay } else { DayKind::PublicHoliday };
            Some((date, kind, day.get_name()))
        })
        .collect()
}

/// The library's own form of a date; none outside [`YEARS`].
fn solar_day(date: Date) -> Option<SolarDay> {
    if !YEARS.contains(&date.year()) {
        return None;
    }
    SolarDay::new(date.year().into(), date.month().try_into().ok()?, date.day().try_into().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn known_days_carry_their_lunar_date_festival_and_term() {
        for (day, month, lunar_day, festival, term, short) in [
            (date(2026, 2, 16), "十二月", "廿九", Some("除夕"), None, "除夕"),
            (date(2026, 2, 17), "正月", "初一", Some("春节"), None, "春节"),
            (date(2026, 3, 3), "正月", "十五", Some("元宵节"), None, "元宵节"),
            (date(2026, 4, 5), "二月", "十八", Some("清明节"), Some("清明"), "清明节"),
            (date(2026, 6, 19), "五月", "初五", Some("端午节"), None, "端午节"),
            (date(2026, 9, 25), "八月", "十五", Some("中秋节"), None, "中秋节"),
            (date(2026, 10, 18), "九月", "初九", Some("重阳节"), None, "重阳节"),
            (date(2026, 11, 9), "十月", "初一", None, None, "十月"),
            (date(2026, 11, 22), "十月", "十四", None, Some("小雪"), "小雪"),
            (date(2026, 11, 24), "十月", "十六", None, None, "十六"),
            (date(2026, 12, 22), "十一月", "十四", Some("冬至节"), Some("冬至"), "冬至节"),
            (date(2027, 1, 15), "十二月", "初八", Some("腊八节"), None, "腊八节"),
            (date(2025, 7, 24), "六月", "三十", None, None, "三十"),
            (date(2025, 7, 25), "闰六月", "初一", None, None, "闰六月"),
            (date(2033, 12, 22), "闰十一月", "初一", None, None, "闰十一月"),
            (date(2015, 2, 19), "正月", "初一", Some("春节"), Some("雨水"), "春节"),
        ] {
            let note = day_note(day);
            assert_eq!((note.lunar_month.as_str(), note.lunar_day.as_str()), (month, lunar_day), "{day}");
            assert_eq!((note.festival.as_deref(), note.solar_term.as_deref()), (festival, term), "{day}");
            assert_eq!(note.short(), short, "{day}");
        }
    }

    #[test]
    fn festivals_are_those_of_the_library() {
        for year in [1984, 2025, 2026, 2030] {
            for day in date(year, 1, 1).series(1.day()).take_while(|day| day.year() == year) {
                let theirs = solar_day(day).unwrap().get_lunar_day().get_festival();
                assert_eq!(day_note(day).festival, theirs.map(|festival| festival.get_name()), "{day}");
            }
        }
    }

    #[test]
    fn every_year_has_its_24_solar_terms_and_one_spring_festival() {
        for year in [1900, 2026, 2033, 2199] {
            let days = date(year, 1, 1).series(1.day()).take_while(|day| day.year() == year);
            let notes: Vec<DayNote> = days.map(day_note).collect();
            assert_eq!(notes.iter().filter(|note| note.solar_term.is_some()).count(), 24, "{year}");
            assert_eq!(notes.iter().filter(|n| n.festival.as_deref() == Some("春节")).count(), 1, "{year}");
        }
    }

    #[test]
    fn no_day_of_three_centuries_is_without_a_note() {
        // 43 days meet every day of the week, of the month and of the lunar month.
        for day in date(1900, 1, 1).series(43.days()).take_while(|day| day.year() < 2200) {
            let note = day_note(day);
            assert!(note.lunar_month.ends_with('月') && note.lunar_day.chars().count() == 2, "{day}: {note:?}");
        }
        for day in [Date::MIN, date(1899, 12, 31), date(2200, 1, 1), Date::MAX] {
            assert_eq!(day_note(day).short(), "", "{day}");
        }
        assert_ne!(day_note(date(2199, 12, 31)), DayNote::default());
    }

    #[test]
    fn the_year_2026_has_the_holidays_of_its_notice() {
        let year = public_holidays(2026);
        assert!(year.is_sorted());
        let of = |kind| year.iter().filter(move |day| day.1 == kind).map(|day| (day.0, day.2.as_str()));
        let worked: Vec<_> = of(DayKind::WorkingDay).collect();
        assert_eq!(
            worked,
            [
                (date(2026, 1, 4), "元旦"),
                (date(2026, 2, 14), "春节"),
                (date(2026, 2, 28), "春节"),
                (date(2026, 5, 9), "劳动节"),
                (date(2026, 9, 20), "国庆节"),
                (date(2026, 10, 10), "国庆节"),
            ]
        );
        for (name, first, days) in [
            ("元旦", date(2026, 1, 1), 3),
            ("春节", date(2026, 2, 15), 9),
            ("清明节", date(2026, 4, 4), 3),
            ("劳动节", date(2026, 5, 1), 5),
            ("端午节", date(2026, 6, 19), 3),
            ("中秋节", date(2026, 9, 25), 3),
            ("国庆节", date(2026, 10, 1), 7),
        ] {
            let off: Vec<Date> = of(DayKind::PublicHoliday).filter(|day| day.1 == name).map(|day| day.0).collect();
            assert_eq!(off, first.series(1.day()).take(days).collect::<Vec<_>>(), "{name}");
        }
        assert_eq!(year.len(), 6 + 33);
    }

    #[test]
    fn a_year_without_a_notice_has_no_holidays() {
        for year in [i16::MIN, -1, 0, 1999, 2027, 2199, 9999, i16::MAX] {
            assert_eq!(public_holidays(year), [], "{year}");
        }
        assert!(!public_holidays(2025).is_empty());
    }
}
