//! From a rule to its dates: what a term's rule gives, and what days off and exceptions make of it. Only the server does
//! this, since lunar rules need the almanac's tables.

use crate::{
    almanac,
    day_kind::{DayKind, HolidayPolicy},
    recurrence::{Fate, Recurrence, Series, Weekday},
    term::MAX_OCCURRENCES,
    text::InputProblem,
};
use jiff::{ToSpan, civil::Date};
use std::collections::{BTreeMap, BTreeSet};

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
            Self::Lunar { month, day } => lunar(*month, *day, from, until).take(most).collect(),
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
            Self::Lunar { month, day } => month.is_none_or(|month| (1..=12).contains(&month)) && (1..=30).contains(day),
            Self::Dates { .. } => true,
        }
    }
}

impl Weekday {
    /// Days since the week's Monday, 0 to 6.
    pub(crate) fn days_after_monday(self) -> i64 {
        self as i64
    }

    /// The same day in jiff's words.
    pub(crate) fn in_jiff(self) -> jiff::civil::Weekday {
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

/// The days of the lunar calendar from `from` to `until`, as far as the almanac knows it, that are such a day.
fn lunar(month: Option<u8>, day: u8, from: Date, until: Date) -> impl Iterator<Item = Date> {
    let (first, last) = (Date::constant(*almanac::YEARS.start(), 1, 1), Date::constant(*almanac::YEARS.end(), 12, 31));
    let until = until.min(last);
    from.max(first).series(1.day()).take_while(move |date| *date <= until).filter(move |date| {
        almanac::lunar_date(*date)
            .is_some_and(|lunar| lunar.day == day && !lunar.leap && month.is_none_or(|month| lunar.month == month))
    })
}

/// A date of a rule, as a preview shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlannedDate {
    /// The date.
    pub date: Date,
    /// What becomes of it.
    pub fate: Fate,
}

/// How many days a date may be put off: longer than any public holiday, shorter than a school holiday.
const FARTHEST_MOVE: usize = 31;

/// The first day after a date that is free, within a month.
pub fn next_open_day(date: Date, is_free: impl Fn(Date) -> bool) -> Option<Date> {
    date.series(1.day()).skip(1).take(FARTHEST_MOVE).find(|day| is_free(*day))
}

/// The dates of a rule with its exceptions and a term's holiday policy applied, ascending. A day off
/// ([`DayKind::is_off`]) is left out under [`HolidayPolicy::Skip`], kept under [`HolidayPolicy::Keep`], and under
/// [`HolidayPolicy::Move`] goes to the next day that is neither off nor an exception nor a date of the term already, or is
/// left out where there is none within a month. `kinds` may hold several kinds of one date, in any order, and must reach
/// a month beyond `until` for dates to be moved; of two reasons to be off, the closure is named. Dates on which the term
/// does not meet stay in the list, so that the preview can strike them; all of them may be.
///
/// # Errors
/// As [`Recurrence::dates`], before exceptions and policy are applied.
pub fn plan(
    series: &Series,
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
    let dates = series.rule.dates(from, until)?;
    let except: BTreeSet<Date> = series.except.iter().copied().collect();
    let mut taken: BTreeSet<Date> = dates.iter().copied().collect();
    let mut planned = Vec::with_capacity(dates.len());
    for date in dates {
        let fate = match off.get(&date) {
            _ if except.contains(&date) => Fate::Excepted,
            None => Fate::Kept,
            Some(_) if policy == HolidayPolicy::Keep => Fate::Kept,
            Some(kind) if policy == HolidayPolicy::Skip => Fate::DayOff(*kind),
            Some(kind) => {
                let free = |day: Date| !off.contains_key(&day) && !except.contains(&day) && !taken.contains(&day);
                match next_open_day(date, free) {
                    None => Fate::DayOff(*kind),
                    Some(next) => {
                        taken.insert(next);
                        planned.push(PlannedDate { date: next, fate: Fate::InPlaceOf(date) });
                        Fate::MovedTo(next)
                    }
                }
            }
        };
        planned.push(PlannedDate { date, fate });
    }
    planned.sort_by_key(|planned| planned.date);
    Ok(planned)
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
    fn each_rule_gives_the_dates_that_people_mean() {
        use Weekday::*;
        let cases: [(&str, Recurrence, Date, Date, &[&str]); 18] = [
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
                "元宵节 is 正月十五",
                Recurrence::Lunar { month: Some(1), day: 15 },
                date(2026, 1, 1),
                date(2028, 12, 31),
                &["2026-03-03", "2027-02-20", "2028-02-09"],
            ),
            (
                "重阳节 is 九月初九",
                Recurrence::Lunar { month: Some(9), day: 9 },
                date(2024, 1, 1),
                date(2026, 12, 31),
                &["2024-10-11", "2025-10-29", "2026-10-18"],
            ),
            (
                "the first of each lunar month, the leap month left out",
                Recurrence::Lunar { month: None, day: 1 },
                date(2025, 6, 1),
                date(2025, 9, 30),
                &["2025-06-25", "2025-08-23", "2025-09-22"],
            ),
            (
                "from 2025 to 2029 the last lunar month has 29 days, so no 三十",
                Recurrence::Lunar { month: Some(12), day: 30 },
                date(2025, 1, 1),
                date(2030, 12, 31),
                &["2030-02-02"],
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
            Recurrence::Lunar { month: Some(0), day: 1 },
            Recurrence::Lunar { month: Some(13), day: 1 },
            Recurrence::Lunar { month: None, day: 31 },
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
    fn a_plan_strikes_keeps_or_moves_the_days_off() {
        let series = Series {
            rule: weekly_on(&[Weekday::Thursday, Weekday::Saturday], 1),
            except: vec![date(2026, 10, 8), date(2026, 10, 9)],
        };
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
            let plan = plan(&series, from, until, &kinds, policy).unwrap();
            plan.iter().map(|planned| (planned.date.day(), planned.fate)).collect::<Vec<_>>()
        };
        assert_eq!(
            seen(HolidayPolicy::Skip),
            [
                (1, Fate::DayOff(DayKind::PublicHoliday)),
                (3, Fate::DayOff(DayKind::Closure)),
                (8, Fate::Excepted),
                (10, Fate::Kept),
            ]
        );
        assert_eq!(
            seen(HolidayPolicy::Keep),
            [(1, Fate::Kept), (3, Fate::Kept), (8, Fate::Excepted), (10, Fate::Kept)]
        );
        // The 2nd and 3rd are off; the 5th is free once the 4th is taken.
        assert_eq!(
            seen(HolidayPolicy::Move),
            [
                (1, Fate::MovedTo(date(2026, 10, 4))),
                (3, Fate::MovedTo(date(2026, 10, 5))),
                (4, Fate::InPlaceOf(date(2026, 10, 1))),
                (5, Fate::InPlaceOf(date(2026, 10, 3))),
                (8, Fate::Excepted),
                (10, Fate::Kept),
            ]
        );
        assert_eq!(plan(&series, until, from, &kinds, HolidayPolicy::Keep), Err(InputProblem::Order));
    }

    #[test]
    fn a_date_is_not_moved_out_of_a_month_of_closure() {
        let closed: Vec<_> = date(2026, 7, 1).series(1.day()).take(40).map(|day| (day, DayKind::Closure)).collect();
        let series = Recurrence::Dates { dates: vec![date(2026, 7, 1)] }.into();
        let planned = plan(&series, date(2026, 7, 1), date(2026, 7, 1), &closed, HolidayPolicy::Move).unwrap();
        assert_eq!(planned, [PlannedDate { date: date(2026, 7, 1), fate: Fate::DayOff(DayKind::Closure) }]);
    }
}
