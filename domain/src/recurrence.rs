//! The rule by which a term's dates recur (规律), and the dates that it gives.

use crate::{
    codes,
    day_kind::{DayKind, HolidayPolicy},
    term::MAX_OCCURRENCES,
    text::InputProblem,
};
use jiff::{ToSpan, civil::Date};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

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

    /// Days since the week's Monday, 0 to 6.
    fn days_after_monday(self) -> i64 {
        self as i64
    }

    /// The same day in jiff's words.
    fn in_jiff(self) -> jiff::civil::Weekday {
        match self {
            Self::Monday => jiff::civil::Weekday::Monday,
            Self::Tuesday => jiff::civil::Weekday::Tuesday,
            Self::Wednesday => jiff::civil::Weekday::Wednesday,
            Self::Thursday => jiff::civil::Weekday::Thursday,
            Self::Friday => jiff::civil::Weekday::Friday,
            Self::Saturday => jiff::civil::Weekday::Saturday,
            Self::Sunday => jiff::civil::Weekday::Sunday,
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
    /// On the dates of a list.
    Dates {
        /// The dates; order and repeats don't matter, and those outside the days asked for are left out.
        dates: Vec<Date>,
    },
}

impl Recurrence {
    /// The dates from `from` to `until`, both inclusive, ascending, each once.
    ///
    /// # Errors
    /// - [`InputProblem::Choice`]: a number of the rule is out of its range, or a weekly rule has no weekday.
    /// - [`InputProblem::Order`]: `until` lies before `from`.
    /// - [`InputProblem::NoDates`]: the rule gives no date between the two.
    /// - [`InputProblem::TooManyDates`]: it gives more than [`MAX_OCCURRENCES`].
    pub fn dates(&self, from: Date, until: Date) -> Result<Vec<Date>, InputProblem> {
        if !self.is_in_range() {
            return Err(InputProblem::Choice);
        }
        if until < from {
            return Err(InputProblem::Order);
        }
        // One date too many is enough to know; without the cap a far `until` would cost time and memory.
        let most = MAX_OCCURRENCES + 1;
        let dates: Vec<Date> = match self {
            Self::Weekly { weekdays, every } => {
                weekly(weekdays, *every, from).take_while(|date| *date <= until).take(most).collect()
            }
            Self::MonthlyWeekday { weekday, nth } => {
                let in_month = |first: Date| first.nth_weekday_of_month(*nth, weekday.in_jiff()).ok();
                monthly(from, until).filter_map(in_month).filter(|d| (from..=until).contains(d)).take(most).collect()
            }
            Self::MonthlyDay { day } => {
                let in_month = |first: Date| Date::new(first.year(), first.month(), *day as i8).ok();
                monthly(from, until).filter_map(in_month).filter(|d| (from..=until).contains(d)).take(most).collect()
            }
            Self::Dates { dates } => {
                let within: BTreeSet<Date> = dates.iter().copied().filter(|d| (from..=until).contains(d)).collect();
                within.into_iter().collect()
            }
        };
        match dates.len() {
            0 => Err(InputProblem::NoDates),
            n if n > MAX_OCCURRENCES => Err(InputProblem::TooManyDates { max: MAX_OCCURRENCES }),
            _ => Ok(dates),
        }
    }

    /// True if the rule's own numbers make sense.
    fn is_in_range(&self) -> bool {
        match self {
            Self::Weekly { weekdays, every } => !weekdays.is_empty() && (1..=8).contains(every),
            Self::MonthlyWeekday { nth, .. } => *nth == -1 || (1..=5).contains(nth),
            Self::MonthlyDay { day } => (1..=31).contains(day),
            Self::Dates { .. } => true,
        }
    }
}

/// The weekdays of every nth week without end, from `from` on, ascending.
fn weekly(weekdays: &[Weekday], every: u8, from: Date) -> impl Iterator<Item = Date> {
    let weekdays: BTreeSet<Weekday> = weekdays.iter().copied().collect();
    let since_monday = Weekday::of(from).days_after_monday();
    (0_i64..)
        .step_by(usize::from(every))
        .flat_map(move |week| {
            let days = weekdays.iter().map(|day| week * 7 + day.days_after_monday() - since_monday);
            days.collect::<Vec<_>>()
        })
        // Days of the first week that lie before `from`.
        .skip_while(|days| *days < 0)
        .map_while(move |days| from.checked_add(jiff::Span::new().try_days(days).ok()?).ok())
}

/// The first day of each month from that of `from` to that of `until`.
fn monthly(from: Date, until: Date) -> impl Iterator<Item = Date> {
    std::iter::successors(Some(from.first_of_month()), |first| first.checked_add(1.month()).ok())
        .take_while(move |first| *first <= until)
}

/// A planned date, as a preview shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedDate {
    /// The date.
    pub date: Date,
    /// Why the date is a day off, if it is: the public holiday or the closure.
    pub day_off: Option<DayKind>,
    /// True if the term meets on it.
    pub kept: bool,
}

/// The dates of a rule with a term's holiday policy applied: a day off ([`DayKind::is_off`]) is not kept under
/// [`HolidayPolicy::Skip`], and kept under [`HolidayPolicy::Keep`]. `kinds` may hold several kinds of one date, in
/// any order; of two reasons to be off, the closure is named. Dates that are not kept stay in the list, so that
/// the preview can strike them; all of them may be.
///
/// # Errors
/// As [`Recurrence::dates`], before the policy is applied.
pub fn plan(
    rule: &Recurrence,
    from: Date,
    until: Date,
    kinds: &[(Date, DayKind)],
    policy: HolidayPolicy,
) -> Result<Vec<PlannedDate>, InputProblem> {
    let mut off: BTreeMap<Date, DayKind> = BTreeMap::new();
    for (date, kind) in kinds.iter().filter(|(_, kind)| kind.is_off()) {
        let named = off.entry(*date).or_insert(*kind);
        if *kind == DayKind::Closure {
            *named = *kind;
        }
    }
    let dates = rule.dates(from, until)?;
    let planned = dates.into_iter().map(|date| {
        let day_off = off.get(&date).copied();
        PlannedDate { date, day_off, kept: day_off.is_none() || policy == HolidayPolicy::Keep }
    });
    Ok(planned.collect())
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

    fn days(rule: &Recurrence, from: Date, until: Date) -> Vec<String> {
        rule.dates(from, until).unwrap().iter().map(Date::to_string).collect()
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
    fn each_rule_gives_the_dates_that_people_mean() {
        use Weekday::*;
        let cases: [(&str, Recurrence, Date, Date, &[&str]); 14] = [
            (
                "every Tuesday, both ends included",
                weekly_on(&[Tuesday], 1),
                date(2026, 11, 24),
                date(2026, 12, 8),
                &["2026-11-24", "2026-12-01", "2026-12-08"],
            ),
            (
                "weekdays out of order and twice give each date once, in order",
                weekly_on(&[Friday, Monday, Friday], 1),
                date(2026, 11, 25),
                date(2026, 12, 4),
                &["2026-11-27", "2026-11-30", "2026-12-04"],
            ),
            (
                "every second Thursday over the end of the year",
                weekly_on(&[Thursday], 2),
                date(2026, 12, 10),
                date(2027, 1, 21),
                &["2026-12-10", "2026-12-24", "2027-01-07", "2027-01-21"],
            ),
            (
                "the week that holds the first day counts, even where its weekday has passed",
                weekly_on(&[Monday], 2),
                date(2026, 11, 25),
                date(2026, 12, 21),
                &["2026-12-07", "2026-12-21"],
            ),
            (
                "every second week from a Sunday: Sunday ends its week, Monday begins the next",
                weekly_on(&[Monday, Sunday], 2),
                date(2026, 11, 29),
                date(2026, 12, 14),
                &["2026-11-29", "2026-12-07", "2026-12-13"],
            ),
            (
                "the last Saturday is the fifth where there are five",
                nth(-1, Saturday),
                date(2026, 10, 1),
                date(2026, 11, 30),
                &["2026-10-31", "2026-11-28"],
            ),
            (
                "the fourth Saturday is not the last where there are five",
                nth(4, Saturday),
                date(2026, 10, 1),
                date(2026, 11, 30),
                &["2026-10-24", "2026-11-28"],
            ),
            (
                "months without a fifth Friday are left out",
                nth(5, Friday),
                date(2026, 1, 1),
                date(2026, 12, 31),
                &["2026-01-30", "2026-05-29", "2026-07-31", "2026-10-30"],
            ),
            (
                "a first Monday before the first day is left out",
                nth(1, Monday),
                date(2026, 11, 3),
                date(2026, 12, 7),
                &["2026-12-07"],
            ),
            (
                "months without a 31st are left out",
                Recurrence::MonthlyDay { day: 31 },
                date(2026, 1, 31),
                date(2026, 8, 30),
                &["2026-01-31", "2026-03-31", "2026-05-31", "2026-07-31"],
            ),
            (
                "the 29th is in February of a leap year",
                Recurrence::MonthlyDay { day: 29 },
                date(2028, 1, 30),
                date(2028, 3, 28),
                &["2028-02-29"],
            ),
            (
                "and not in February of a common year",
                Recurrence::MonthlyDay { day: 29 },
                date(2027, 1, 1),
                date(2027, 3, 31),
                &["2027-01-29", "2027-03-29"],
            ),
            (
                "a weekly rule meets the leap day",
                weekly_on(&[Tuesday], 1),
                date(2028, 2, 22),
                date(2028, 3, 7),
                &["2028-02-22", "2028-02-29", "2028-03-07"],
            ),
            (
                "a list is sorted, without repeats, within its ends",
                Recurrence::Dates {
                    dates: vec![
                        date(2026, 3, 3),
                        date(2026, 2, 17),
                        date(2026, 3, 3),
                        date(2025, 1, 1),
                        date(2027, 1, 1),
                    ],
                },
                date(2026, 2, 17),
                date(2026, 3, 3),
                &["2026-02-17", "2026-03-03"],
            ),
        ];
        for (sentence, rule, from, until, expected) in cases {
            assert_eq!(days(&rule, from, until), expected, "{sentence}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_rule_is_named() {
        use Weekday::*;
        let (from, until) = (date(2026, 2, 1), date(2026, 2, 28));
        for rule in [
            weekly_on(&[], 1),
            weekly_on(&[Monday], 0),
            weekly_on(&[Monday], 9),
            nth(0, Monday),
            nth(6, Monday),
            nth(-2, Monday),
            nth(i8::MIN, Monday),
            Recurrence::MonthlyDay { day: 0 },
            Recurrence::MonthlyDay { day: 32 },
            Recurrence::MonthlyDay { day: 255 },
        ] {
            assert_eq!(rule.dates(from, until), Err(InputProblem::Choice), "{rule:?}");
        }
        assert_eq!(weekly_on(&[Monday], 1).dates(until, from), Err(InputProblem::Order));
        for rule in [
            nth(5, Monday),
            Recurrence::MonthlyDay { day: 29 },
            Recurrence::Dates { dates: vec![] },
            Recurrence::Dates { dates: vec![date(2026, 3, 1)] },
        ] {
            assert_eq!(rule.dates(from, until), Err(InputProblem::NoDates), "{rule:?}");
        }
        let saturday = weekly_on(&[Saturday], 1);
        assert_eq!(saturday.dates(date(2026, 11, 22), date(2026, 11, 27)), Err(InputProblem::NoDates));
    }

    #[test]
    fn a_term_has_at_most_so_many_dates_however_far_its_end() {
        let too_many = Err(InputProblem::TooManyDates { max: MAX_OCCURRENCES });
        let every_day = weekly_on(Weekday::ALL, 1);
        let from = date(2026, 1, 1);
        let last = from.saturating_add((MAX_OCCURRENCES as i64 - 1).days());
        assert_eq!(every_day.dates(from, last).unwrap().len(), MAX_OCCURRENCES);
        assert_eq!(every_day.dates(from, last.tomorrow().unwrap()), too_many);
        for rule in [every_day, nth(5, Weekday::Friday), Recurrence::MonthlyDay { day: 31 }] {
            assert_eq!(rule.dates(Date::MIN, Date::MAX), too_many, "{rule:?}");
        }
        let list = Recurrence::Dates { dates: from.series(1.day()).take(MAX_OCCURRENCES + 1).collect() };
        assert_eq!(list.dates(from, Date::MAX), too_many);
    }

    #[test]
    fn the_ends_of_time_are_no_trap() {
        let (from, until) = (date(9999, 12, 1), Date::MAX);
        assert_eq!(days(&weekly_on(&[Weekday::Friday], 8), from, until), ["9999-12-03"]);
        assert_eq!(days(&nth(-1, Weekday::Friday), from, until), ["9999-12-31"]);
        assert_eq!(days(&Recurrence::MonthlyDay { day: 31 }, from, until), ["9999-12-31"]);
        assert_eq!(weekly_on(Weekday::ALL, 1).dates(Date::MIN, Date::MIN), Ok(vec![Date::MIN]));
    }

    #[test]
    fn a_plan_strikes_the_days_off_or_keeps_them() {
        let rule = weekly_on(&[Weekday::Thursday, Weekday::Saturday], 1);
        let (from, until) = (date(2026, 10, 1), date(2026, 10, 10));
        let kinds = [
            (date(2026, 10, 10), DayKind::WorkingDay),
            (date(2026, 10, 3), DayKind::Closure),
            (date(2026, 10, 3), DayKind::PublicHoliday),
            (date(2026, 10, 1), DayKind::SchoolHoliday),
            (date(2026, 10, 1), DayKind::PublicHoliday),
            (date(2026, 10, 2), DayKind::PublicHoliday),
        ];
        let seen = |policy| {
            let plan = plan(&rule, from, until, &kinds, policy).unwrap();
            plan.iter().map(|p| (p.date.day(), p.day_off, p.kept)).collect::<Vec<_>>()
        };
        let off = |kept| {
            vec![
                (1, Some(DayKind::PublicHoliday), kept),
                (3, Some(DayKind::Closure), kept),
                (8, None, true),
                (10, None, true),
            ]
        };
        assert_eq!(seen(HolidayPolicy::Skip), off(false));
        assert_eq!(seen(HolidayPolicy::Keep), off(true));
        assert_eq!(plan(&rule, until, from, &kinds, HolidayPolicy::Keep), Err(InputProblem::Order));
    }

    #[test]
    fn a_rule_is_stored_in_plain_words() {
        for (rule, json) in [
            (weekly_on(&[Weekday::Tuesday], 2), r#"{"kind":"weekly","weekdays":["TU"],"every":2}"#),
            (nth(-1, Weekday::Saturday), r#"{"kind":"monthly_weekday","weekday":"SA","nth":-1}"#),
            (Recurrence::MonthlyDay { day: 15 }, r#"{"kind":"monthly_day","day":15}"#),
            (Recurrence::Dates { dates: vec![date(2026, 3, 3)] }, r#"{"kind":"dates","dates":["2026-03-03"]}"#),
        ] {
            assert_eq!(serde_json::to_string(&rule).unwrap(), json);
            assert_eq!(serde_json::from_str::<Recurrence>(json).unwrap(), rule);
        }
    }
}
