//! The domain's recurrences against the `rrule` crate, which reads the same rules as RFC 5545 says them.

use domain::{
    code::Code,
    recurrence::{Recurrence, Weekday},
    term::MAX_OCCURRENCES,
    text::InputProblem,
};
use jiff::{ToSpan, civil::Date};
use proptest::prelude::*;
use rrule::RRuleSet;

/// The dates that `rrule` gives for a rule such as `FREQ=MONTHLY;BYDAY=-1SA`.
fn oracle(rule: &str, from: Date, until: Date) -> Vec<Date> {
    let (start, end) = (from.strftime("%Y%m%d"), until.strftime("%Y%m%d"));
    let text = format!("DTSTART:{start}T000000Z\nRRULE:{rule};WKST=MO;UNTIL={end}T000000Z");
    let set: RRuleSet = text.parse().expect("the oracle reads the rule");
    let result = set.all(10_000);
    assert!(!result.limited, "the oracle gave all dates of {text}");
    let day = |at: chrono::DateTime<rrule::Tz>| at.format("%F").to_string().parse().expect("a date");
    result.dates.into_iter().map(day).collect()
}

/// What the domain should answer where the oracle gives `dates`.
fn answer(dates: Vec<Date>) -> Result<Vec<Date>, InputProblem> {
    match dates.len() {
        0 => Err(InputProblem::NoDates),
        n if n > MAX_OCCURRENCES => Err(InputProblem::TooManyDates { max: MAX_OCCURRENCES }),
        _ => Ok(dates),
    }
}

/// A first day between 1950 and 2149, and a last day 24 to 60 months later.
fn period() -> impl Strategy<Value = (Date, Date)> {
    (1950..2150_i16, 1..=366_i64, 24..=60_i64, 0..=30_i64).prop_map(|(year, day, months, days)| {
        let from = Date::constant(year, 1, 1).saturating_add((day - 1).days());
        (from, from.saturating_add(months.months().days(days)))
    })
}

fn weekday() -> impl Strategy<Value = Weekday> {
    prop::sample::select(Weekday::ALL)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn weekly_rules_agree(
        (from, until) in period(),
        weekdays in prop::sample::subsequence(Weekday::ALL, 1..=7).prop_shuffle(),
        every in 1..=8_u8,
    ) {
        let codes = weekdays.iter().map(|day| day.code()).collect::<Vec<_>>().join(",");
        let expected = oracle(&format!("FREQ=WEEKLY;INTERVAL={every};BYDAY={codes}"), from, until);
        prop_assert_eq!(Recurrence::Weekly { weekdays, every }.dates(from, until), answer(expected));
    }

    #[test]
    fn monthly_weekdays_agree(
        (from, until) in period(),
        weekday in weekday(),
        nth in prop::sample::select(vec![1_i8, 2, 3, 4, 5, -1]),
    ) {
        let expected = oracle(&format!("FREQ=MONTHLY;BYDAY={nth}{weekday}"), from, until);
        prop_assert_eq!(Recurrence::MonthlyWeekday { weekday, nth }.dates(from, until), answer(expected));
    }

    #[test]
    fn days_of_the_month_agree((from, until) in period(), day in 1..=31_u8) {
        let expected = oracle(&format!("FREQ=MONTHLY;BYMONTHDAY={day}"), from, until);
        prop_assert_eq!(Recurrence::MonthlyDay { day }.dates(from, until), answer(expected));
    }
}

/// The lunar month's number, its day, and whether it is a leap month, as ICU4X says it.
fn icu(date: Date) -> (u8, u8, bool) {
    let iso = icu_calendar::Date::try_new_iso(date.year().into(), date.month() as u8, date.day() as u8);
    let iso = iso.expect("a date");
    let lunar = iso.to_calendar(icu_calendar::cal::ChineseTraditional::new());
    let month = lunar.month();
    (month.number(), lunar.day_of_month().0, month.to_input().is_leap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]

    #[test]
    fn lunar_days_agree(
        // Outside of these years the tables differ by a day in some months whose new moon falls at about midnight.
        year in 1958..2055_i16,
        first in 1..=366_i64,
        months in 24..=60_i64,
        month in proptest::option::of(1..=12_u8),
        day in 1..=30_u8,
    ) {
        let from = Date::constant(year, 1, 1).saturating_add((first - 1).days());
        let until = from.saturating_add(months.months()).min(Date::constant(2056, 12, 31));
        let expected = from.series(1.day()).take_while(|date| *date <= until).filter(|date| {
            let (number, on, leap) = icu(*date);
            on == day && !leap && month.is_none_or(|month| month == number)
        });
        prop_assert_eq!(Recurrence::Lunar { month, day }.dates(from, until), answer(expected.collect()));
    }
}
