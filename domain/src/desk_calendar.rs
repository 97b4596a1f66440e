//! The pages of the staff's calendar: which days a page shows, where its arrows lead, how full a day looks, and by
//! which steps an end is dragged. Pages turn within the same years as those of [`crate::calendar`].

use crate::{
    calendar::{self, Span, View, month_weeks},
    codes,
};
use jiff::{
    ToSpan,
    civil::{Date, Time, time},
};

codes! {
    /// How the staff's calendar is laid out.
    DeskView {
        /// 月: whole weeks with all that takes place.
        Month = "month",
        /// 场地: a week, one row a room.
        Rooms = "rooms",
        /// 授课人: a week, one row a leader.
        Leaders = "leaders",
        /// 年: twelve small months and the year's terms.
        Year = "year",
    }
}

/// The last end that dragging reaches: the form's own limit is the day's last minute.
const LAST_END: Time = time(23, 45, 0, 0);
/// Minutes of a step.
const STEP: i64 = 15;

/// The days that a page reads: for a month its whole weeks, for a year its first to its last day.
pub fn span(view: DeskView, day: Date) -> Span {
    match view {
        DeskView::Month => {
            let month = calendar::span(View::Month, day);
            match month_weeks(day).as_slice() {
                [first, .., last] => Span { first: first[0], last: last[6] },
                _ => month,
            }
        }
        DeskView::Rooms | DeskView::Leaders => calendar::span(View::Week, day),
        DeskView::Year => {
            let first = calendar::span(View::Month, day).first;
            Span { first: first.first_of_year(), last: first.last_of_year() }
        }
    }
}

/// A day of the page before the one that shows `day`; on the first page, of that page.
pub fn previous(view: DeskView, day: Date) -> Date {
    match view {
        DeskView::Month => calendar::previous(View::Month, day),
        DeskView::Rooms | DeskView::Leaders => calendar::previous(View::Week, day),
        DeskView::Year => calendar::span(View::Month, span(view, day).first.saturating_sub(1.year())).first,
    }
}

/// A day of the page after the one that shows `day`; on the last page, of that page.
pub fn next(view: DeskView, day: Date) -> Date {
    match view {
        DeskView::Month => calendar::next(View::Month, day),
        DeskView::Rooms | DeskView::Leaders => calendar::next(View::Week, day),
        DeskView::Year => calendar::span(View::Month, span(view, day).first.saturating_add(1.year())).first,
    }
}

/// How full a day looks, from 0 (nothing) to 4.
pub fn shade(dates: u32) -> u8 {
    match dates {
        0 => 0,
        1..=2 => 1,
        3..=5 => 2,
        6..=9 => 3,
        _ => 4,
    }
}

/// The end that lies some steps of a quarter of an hour from `end`, after `start` and on the same day.
pub fn dragged_end(start: Time, end: Time, steps: i64) -> Time {
    let minutes = |time: Time| i64::from(time.hour()) * 60 + i64::from(time.minute());
    // Whatever the end was, a step leads to a quarter of an hour.
    let wanted = (minutes(end).div_euclid(STEP).saturating_add(steps)).saturating_mul(STEP);
    let first = (minutes(start).div_euclid(STEP) + 1) * STEP;
    let wanted = wanted.clamp(first.min(minutes(LAST_END)), minutes(LAST_END));
    let part = |number: i64| i8::try_from(number).unwrap_or(0);
    match steps {
        0 => end,
        _ => Time::new(part(wanted / 60), part(wanted % 60), 0, 0).unwrap_or(end),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::Code;
    use jiff::civil::date;

    #[test]
    fn a_page_reads_the_days_that_it_shows_and_no_more() {
        for (view, first, last) in [
            (DeskView::Month, date(2026, 10, 26), date(2026, 12, 6)),
            (DeskView::Rooms, date(2026, 11, 23), date(2026, 11, 29)),
            (DeskView::Leaders, date(2026, 11, 23), date(2026, 11, 29)),
            (DeskView::Year, date(2026, 1, 1), date(2026, 12, 31)),
        ] {
            assert_eq!(span(view, date(2026, 11, 25)), Span { first, last }, "{view}");
        }
    }

    #[test]
    fn arrows_lead_to_the_neighbouring_page_and_stop_at_the_ends() {
        for (view, before, after) in [
            (DeskView::Month, date(2026, 10, 1), date(2026, 12, 1)),
            (DeskView::Rooms, date(2026, 11, 16), date(2026, 11, 30)),
            (DeskView::Year, date(2025, 1, 1), date(2027, 1, 1)),
        ] {
            assert_eq!((previous(view, date(2026, 11, 25)), next(view, date(2026, 11, 25))), (before, after), "{view}");
        }
        for view in DeskView::ALL.iter().copied() {
            for day in [Date::MIN, Date::MAX, date(1900, 1, 1), date(2199, 12, 31)] {
                let Span { first, last } = span(view, day);
                assert!(first <= last, "{view} {day}");
                for turned in [previous(view, day), next(view, day)] {
                    assert!((1899..=2200).contains(&turned.year()), "{view} {day} {turned}");
                }
            }
        }
    }

    #[test]
    fn an_end_is_dragged_by_quarters_and_stays_after_its_start() {
        let (nine, eleven) = (time(9, 0, 0, 0), time(11, 0, 0, 0));
        for (start, end, steps, expected) in [
            (nine, eleven, 0, eleven),
            (nine, eleven, 1, time(11, 15, 0, 0)),
            (nine, eleven, -3, time(10, 15, 0, 0)),
            (nine, eleven, -100, time(9, 15, 0, 0)),
            (nine, eleven, 100, LAST_END),
            (nine, eleven, i64::MAX, LAST_END),
            (nine, eleven, i64::MIN, time(9, 15, 0, 0)),
            (nine, time(11, 10, 0, 0), 0, time(11, 10, 0, 0)),
            (nine, time(11, 10, 0, 0), 1, time(11, 15, 0, 0)),
            (time(9, 5, 0, 0), eleven, -100, time(9, 15, 0, 0)),
        ] {
            assert_eq!(dragged_end(start, end, steps), expected, "{start} {end} {steps}");
        }
    }

    #[test]
    fn a_fuller_day_never_looks_emptier() {
        assert_eq!((shade(0), shade(1), shade(1000)), (0, 1, 4));
        assert!((0..50).all(|dates| shade(dates) <= shade(dates + 1)));
    }
}
