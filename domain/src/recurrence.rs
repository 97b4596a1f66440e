//! The rule by which a term's dates recur (规律). [`crate::expansion`] turns it into dates.

use crate::{codes, day_kind::DayKind};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

codes! {
    /// A day of the week, by its code in RFC 5545; the week starts on Monday.
    Weekday {
        /// 星期一
        Monday = "MO",
        /// 星期二
        Tuesday = "TU",
        /// 星期三
        Wednesday = "WE",
        /// 星期四
        Thursday = "TH",
        /// 星期五
        Friday = "FR",
        /// 星期六
        Saturday = "SA",
        /// 星期日
        Sunday = "SU",
    }
}

impl Weekday {
    /// The weekday of a date.
    pub fn of(date: Date) -> Self {
        match date.weekday() {
            jiff::civil::Weekday::Monday => Self::Monday,
            jiff::civil::Weekday::Tuesday => Self::Tuesday,
            jiff::civil::Weekday::Wednesday => Self::Wednesday,
            jiff::civil::Weekday::Thursday => Self::Thursday,
            jiff::civil::Weekday::Friday => Self::Friday,
            jiff::civil::Weekday::Saturday => Self::Saturday,
            jiff::civil::Weekday::Sunday => Self::Sunday,
        }
    }
}

/// The rule by which dates recur. It may come from a form or a stored row as it is: [`Recurrence::dates`] checks
/// its numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Recurrence {
    /// On some weekdays, every so many weeks.
    Weekly {
        /// The weekdays, at least one; order and repeats don't matter.
        weekdays: Vec<Weekday>,
        /// 1 for every week, 2 for every second, up to 8. Weeks start on Monday and are counted from the one that
        /// holds the first day asked for.
        every: u8,
    },
    /// On the nth such weekday of each month.
    MonthlyWeekday {
        /// The weekday.
        weekday: Weekday,
        /// 1 to 5, or -1 for the last; a month without a fifth is left out.
        nth: i8,
    },
    /// On the same day of each month.
    MonthlyDay {
        /// 1 to 31; a month without that day is left out.
        day: u8,
    },
    /// On the same day of each lunar month, or of one of them each year (农历).
    Lunar {
        /// 1 to 12, or none for each month. A leap month is not the month whose number it carries.
        month: Option<u8>,
        /// 1 to 30; a month of 29 days is left out where the 30th is asked for.
        day: u8,
    },
    /// On the dates of a list.
    Dates {
        /// The dates; order and repeats don't matter, and those outside the days asked for are left out.
        dates: Vec<Date>,
    },
}

/// A rule with the dates that are left out of it (除外), as a term keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Series {
    /// The rule.
    #[serde(flatten)]
    pub rule: Recurrence,
    /// Dates on which the term does not meet, whatever the rule says; others than the rule's don't matter.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub except: Vec<Date>,
}

impl From<Recurrence> for Series {
    fn from(rule: Recurrence) -> Self {
        Self { rule, except: Vec::new() }
    }
}

/// What becomes of a date of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// The term meets on it.
    Kept,
    /// The term meets on it in place of another, which is a day off.
    InPlaceOf(Date),
    /// It is a day off: a public holiday or a closure.
    DayOff(DayKind),
    /// It is a day off, and the term meets on another in its place.
    MovedTo(Date),
    /// It is among the rule's exceptions.
    Excepted,
}

impl Fate {
    /// True if the term meets on the date.
    pub fn is_kept(self) -> bool {
        matches!(self, Self::Kept | Self::InPlaceOf(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::Code;
    use jiff::civil::date;

    fn weekly_on(weekdays: &[Weekday], every: u8) -> Recurrence {
        Recurrence::Weekly { weekdays: weekdays.to_vec(), every }
    }

    fn nth(nth: i8, weekday: Weekday) -> Recurrence {
        Recurrence::MonthlyWeekday { weekday, nth }
    }

    #[test]
    fn a_weekday_knows_its_dates_and_its_code() {
        for (n, weekday) in Weekday::ALL.iter().enumerate() {
            let day = date(2026, 11, 23 + n as i8);
            assert_eq!(Weekday::of(day), *weekday);
            assert_eq!(weekday.in_jiff(), day.weekday());
            assert_eq!(serde_json::to_string(weekday).unwrap(), format!("\"{}\"", weekday.code()));
        }
    }

    #[test]
    fn a_rule_is_stored_in_plain_words() {
        for (rule, json) in [
            (weekly_on(&[Weekday::Tuesday], 2), r#"{"kind":"weekly","weekdays":["TU"],"every":2}"#),
            (nth(-1, Weekday::Saturday), r#"{"kind":"monthly_weekday","weekday":"SA","nth":-1}"#),
            (Recurrence::Lunar { month: Some(9), day: 9 }, r#"{"kind":"lunar","month":9,"day":9}"#),
            (Recurrence::MonthlyDay { day: 15 }, r#"{"kind":"monthly_day","day":15}"#),
            (Recurrence::Dates { dates: vec![date(2026, 3, 3)] }, r#"{"kind":"dates","dates":["2026-03-03"]}"#),
        ] {
            assert_eq!(serde_json::to_string(&rule).unwrap(), json);
            assert_eq!(serde_json::from_str::<Recurrence>(json).unwrap(), rule);
            let series = Series::from(rule);
            assert_eq!(
                serde_json::to_string(&series).unwrap(),
                json,
                "a rule without exceptions is stored as it ever was"
            );
            assert_eq!(serde_json::from_str::<Series>(json).unwrap(), series);
            let with = Series { except: vec![date(2026, 12, 8)], ..series };
            let json = serde_json::to_string(&with).unwrap();
            assert_eq!(serde_json::from_str::<Series>(&json).unwrap(), with);
        }
    }
}
