//! The pages of the public calendar: which days a page shows, and where its arrows lead. Pages turn within the
//! years 1900 to 2199, the same that [`crate::person::parse_date`] takes; a day outside counts as the nearest
//! one inside, so nothing here fails.

use crate::{codes, recurrence::Weekday};
use jiff::{
    ToSpan,
    civil::{Date, date},
};
use serde::{Deserialize, Serialize};

/// The first day that a page may be asked for, a Monday.
const FIRST: Date = date(1900, 1, 1);
/// The last day that a page may be asked for.
const LAST: Date = date(2199, 12, 31);
/// Days of a list.
const LIST_DAYS: i64 = 14;

codes! {
    /// How the calendar is laid out.
    View {
        /// 列表: two weeks, one day below the other.
        List = "list",
        /// 周: Monday to Sunday side by side.
        Week = "week",
        /// 月: a table of whole weeks.
        Month = "month",
    }
}

/// A run of days, both ends inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// The first day.
    pub first: Date,
    /// The last day.
    pub last: Date,
}

/// The days of the page that shows `day`: for a list the 14 days that begin with it, for a week Monday to Sunday,
/// for a month its first to its last day. The last page of 2199 may run on into 2200.
pub fn span(view: View, day: Date) -> Span {
    let first = anchor(view, day);
    let last = match view {
        View::List => days_after(first, LIST_DAYS - 1),
        View::Week => days_after(first, 6),
        View::Month => first.last_of_month(),
    };
    Span { first, last }
}

/// The first day of the page before the one that shows `day`; on the first page, the page's own first day.
pub fn previous(view: View, day: Date) -> Date {
    let first = anchor(view, day);
    anchor(
        view,
        match view {
            View::List => days_after(first, -LIST_DAYS),
            View::Week => days_after(first, -7),
            View::Month => first.saturating_sub(1.month()),
        },
    )
}

/// The first day of the page after the one that shows `day`; on the last page, the page's own first day, and for
/// a list that would pass the end of 2199, that year's last day.
pub fn next(view: View, day: Date) -> Date {
    let first = anchor(view, day);
    anchor(
        view,
        match view {
            View::List => days_after(first, LIST_DAYS),
            View::Week => days_after(first, 7),
            View::Month => first.saturating_add(1.month()),
        },
    )
}

/// The rows of a month's table: whole weeks, Monday first, that cover the month that holds `day` (four to six).
/// The first and the last row may hold days of the neighbouring months.
pub fn month_weeks(day: Date) -> Vec<[Date; 7]> {
    let month = span(View::Month, day);
    let mondays = std::iter::successors(Some(monday(month.first)), |monday| Some(days_after(*monday, 7)));
    mondays
        .take_while(|monday| *monday <= month.last)
        .map(|monday| std::array::from_fn(|n| days_after(monday, n as i64)))
        .collect()
}

/// The first day of the page that shows `day`, within the years that pages turn.
fn anchor(view: View, day: Date) -> Date {
    let day = day.clamp(FIRST, LAST);
    match view {
        View::List => day,
        View::Week => monday(day),
        View::Month => day.first_of_month(),
    }
}

/// The Monday of the week that holds `day`.
fn monday(day: Date) -> Date {
    days_after(day, -(Weekday::of(day) as i64))
}

/// The day `days` after `day`, before it if negative.
fn days_after(day: Date, days: i64) -> Date {
    day.saturating_add(days.days())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::Code;
    use proptest::prelude::*;

    #[test]
    fn a_page_shows_the_days_people_expect() {
        for (view, day, first, last) in [
            (View::List, date(2026, 11, 24), date(2026, 11, 24), date(2026, 12, 7)),
            (View::Week, date(2026, 11, 24), date(2026, 11, 23), date(2026, 11, 29)),
            (View::Week, date(2026, 11, 29), date(2026, 11, 23), date(2026, 11, 29)),
            (View::Week, date(2027, 1, 1), date(2026, 12, 28), date(2027, 1, 3)),
            (View::Month, date(2028, 2, 11), date(2028, 2, 1), date(2028, 2, 29)),
        ] {
            assert_eq!(span(view, day), Span { first, last }, "{view} {day}");
        }
    }

    #[test]
    fn arrows_lead_to_the_neighbouring_page() {
        for (view, day, before, after) in [
            (View::List, date(2026, 11, 24), date(2026, 11, 10), date(2026, 12, 8)),
            (View::Week, date(2026, 11, 29), date(2026, 11, 16), date(2026, 11, 30)),
            (View::Month, date(2026, 1, 31), date(2025, 12, 1), date(2026, 2, 1)),
        ] {
            assert_eq!((previous(view, day), next(view, day)), (before, after), "{view} {day}");
        }
    }

    #[test]
    fn pages_stop_at_the_ends_of_the_calendar() {
        for view in View::ALL.iter().copied() {
            assert_eq!(previous(view, FIRST), FIRST, "{view}");
            assert_eq!(previous(view, Date::MIN), FIRST, "{view}");
        }
        for (view, day) in [(View::List, LAST), (View::Week, date(2199, 12, 30)), (View::Month, date(2199, 12, 1))] {
            assert_eq!(next(view, LAST), day);
            assert_eq!(next(view, Date::MAX), day);
        }
        assert_eq!(span(View::Week, LAST).last, date(2200, 1, 5));
    }

    #[test]
    fn a_month_has_four_to_six_rows() {
        for (day, rows) in [(date(2027, 2, 14), 4), (date(2026, 11, 1), 6), (date(2026, 10, 1), 5)] {
            assert_eq!(month_weeks(day).len(), rows, "{day}");
        }
        assert_eq!(month_weeks(date(2026, 11, 24))[0][0], date(2026, 10, 26));
    }

    /// Any day that jiff knows, the years of the calendar more often.
    fn any_day() -> impl Strategy<Value = Date> {
        let day = |years: std::ops::RangeInclusive<i16>| {
            (years, 1..=12_i8, 1..=31_i8).prop_filter_map("a real day", |(y, m, d)| Date::new(y, m, d).ok())
        };
        prop_oneof![8 => day(1900..=2199), 1 => day(-9999..=9999)]
    }

    fn any_view() -> impl Strategy<Value = View> {
        prop::sample::select(View::ALL)
    }

    proptest! {
        #[test]
        fn a_page_holds_its_day(view in any_view(), day in any_day()) {
            let page = span(view, day);
            prop_assert!((page.first..=page.last).contains(&day.clamp(FIRST, LAST)));
        }

        #[test]
        fn pages_follow_each_other_without_gap_or_overlap(view in any_view(), day in any_day()) {
            let page = span(view, day);
            let (before, after) = (previous(view, day), next(view, day));
            for anchor in [before, after] {
                prop_assert!((FIRST..=LAST).contains(&anchor));
                prop_assert_eq!(span(view, anchor).first, anchor);
            }
            if days_after(page.last, 1) <= LAST {
                prop_assert_eq!(after, days_after(page.last, 1));
                prop_assert_eq!(span(view, previous(view, after)), page);
            }
            if page.first >= days_after(FIRST, 31) {
                prop_assert_eq!(span(view, before).last, days_after(page.first, -1));
                prop_assert_eq!(span(view, next(view, before)), page);
            }
        }

        #[test]
        fn a_month_table_shows_each_day_once(day in any_day()) {
            let weeks = month_weeks(day);
            prop_assert!((4..=6).contains(&weeks.len()));
            prop_assert!(weeks.iter().all(|week| Weekday::of(week[0]) == Weekday::Monday));
            let days: Vec<Date> = weeks.concat();
            prop_assert!(days.windows(2).all(|pair| pair[0].tomorrow().ok() == Some(pair[1])));
            let month = span(View::Month, day);
            let row_holds_month = |week: &[Date; 7]| week[6] >= month.first && week[0] <= month.last;
            prop_assert!(weeks.iter().all(row_holds_month));
            prop_assert!(days[0] <= month.first && month.last <= days[days.len() - 1]);
        }
    }
}
