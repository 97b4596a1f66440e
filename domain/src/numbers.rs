//! What some days came to (数字): which days a page counts, what is counted of each date, and how it adds up.
//!
//! Only dates that were held count: scheduled, not called off, and over. A roll that was never called says nothing about
//! who came, so it counts neither as attendance nor as absence.

use crate::{booking::Mark, calendar::Span, codes, id::ActivityId, recurrence::Weekday};
use jiff::{
    ToSpan,
    civil::{Date, Time, date},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The longest run of days that is counted at once, in years.
pub const LONGEST_YEARS: i16 = 3;

/// The first and the last day that a page may be asked for, as in [`crate::calendar`].
const FIRST: Date = date(1900, 1, 1);
const LAST: Date = date(2199, 12, 31);

codes! {
    /// A run of days that the calendar gives.
    Period {
        /// 月
        Month = "month",
        /// 季度
        Quarter = "quarter",
        /// 年
        Year = "year",
    }
}

impl Period {
    /// The days of the month, quarter or year that holds `day`.
    pub fn span(self, day: Date) -> Span {
        let day = day.clamp(FIRST, LAST);
        let first = match self {
            Self::Month => day.first_of_month(),
            Self::Quarter => Date::new(day.year(), (day.month() - 1) / 3 * 3 + 1, 1).unwrap_or(day),
            Self::Year => day.first_of_year(),
        };
        let last = match self {
            Self::Month => first.last_of_month(),
            Self::Quarter => first.saturating_add(2.months()).last_of_month(),
            Self::Year => first.last_of_year(),
        };
        Span { first, last }
    }

    /// The first day of the one before.
    pub fn before(self, day: Date) -> Date {
        let first = self.span(day).first;
        self.span(first.saturating_sub(1.day())).first
    }

    /// The first day of the one after.
    pub fn after(self, day: Date) -> Date {
        self.span(self.span(day).last.saturating_add(1.day())).first
    }
}

/// The days from one to another, whichever comes first; at most [`LONGEST_YEARS`] from the first on.
pub fn between(one: Date, other: Date) -> Span {
    let (first, last) = (one.min(other).clamp(FIRST, LAST), one.max(other).clamp(FIRST, LAST));
    let longest = first.saturating_add(i64::from(LONGEST_YEARS).years()).saturating_sub(1.day());
    Span { first, last: last.min(longest) }
}

/// True for who came, in time or late.
pub fn came(mark: Mark) -> bool {
    match mark {
        Mark::Present | Mark::Late => true,
        Mark::Absent | Mark::Leave => false,
    }
}

/// True for a mark that tells that a roll was called: leave is said by families, too, before the day.
pub fn tells_of_a_roll(mark: Mark) -> bool {
    match mark {
        Mark::Present | Mark::Late | Mark::Absent => true,
        Mark::Leave => false,
    }
}

/// A date that was held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldDate {
    /// Of which activity.
    pub activity: ActivityId,
    /// Its day.
    pub on: Date,
    /// When it started, there.
    pub start: Time,
    /// Places that it offered, in the activity's unit.
    pub places: u32,
    /// Heads that had a place on it.
    pub booked: u32,
    /// Heads by what its roll says of them.
    pub marks: BTreeMap<Mark, u32>,
}

/// What some dates came to together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// 场次: dates that were held.
    pub dates: u32,
    /// Those of them whose roll was never called.
    pub uncalled: u32,
    /// 名额: places offered.
    pub places: u32,
    /// Heads that had a place.
    pub booked: u32,
    /// 人次: heads that came, in time or late.
    pub came: u32,
    /// Heads that stayed away without leave.
    pub absent: u32,
    /// Heads on leave.
    pub leave: u32,
    /// 受益人数: different people who came. No sum: who came to two activities counts once in both together.
    pub people: u32,
}

impl Tally {
    /// Takes a date in. Who came to it is counted elsewhere, since people are no sum.
    pub fn add(&mut self, date: &HeldDate) {
        self.dates += 1;
        let called = date.marks.iter().any(|(mark, heads)| tells_of_a_roll(*mark) && *heads > 0);
        self.uncalled += u32::from(!called);
        self.places += date.places;
        self.booked += date.booked;
        for (mark, heads) in &date.marks {
            self.mark(*mark, *heads);
        }
    }

    /// Takes heads in that a roll marked.
    pub fn mark(&mut self, mark: Mark, heads: u32) {
        match mark {
            mark if came(mark) => self.came += heads,
            Mark::Leave => self.leave += heads,
            _ => self.absent += heads,
        }
    }

    /// Heads that had a place, and of whom no roll says anything.
    pub fn unmarked(&self) -> u32 {
        self.booked.saturating_sub(self.came + self.absent + self.leave)
    }

    /// 出勤率: of a hundred heads that came or were absent, those that came, to the nearest whole number; none where no roll
    /// was called. Whoever took leave was not expected: some of their places go to others.
    pub fn attendance(&self) -> Option<u32> {
        let expected = u64::from(self.came) + u64::from(self.absent);
        let percent = (u64::from(self.came) * 200 + expected).checked_div(expected * 2)?;
        u32::try_from(percent).ok()
    }
}

/// The same dates put together in each way that a page shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// All of them.
    pub total: Tally,
    /// By activity.
    pub activities: BTreeMap<ActivityId, Tally>,
    /// By the first day of the month.
    pub months: BTreeMap<Date, Tally>,
    /// By hour of start and weekday.
    pub hours: BTreeMap<(i8, Weekday), Tally>,
}

impl Sums {
    /// Adds dates up.
    pub fn of(dates: &[HeldDate]) -> Self {
        let mut sums = Self::default();
        for date in dates {
            sums.total.add(date);
            sums.activities.entry(date.activity).or_default().add(date);
            sums.months.entry(date.on.first_of_month()).or_default().add(date);
            sums.hours.entry((date.start.hour(), Weekday::of(date.on))).or_default().add(date);
        }
        sums
    }
}

/// How dark a cell of a heat map is, 0 for nothing to 5 for the most.
pub fn heat(value: u32, most: u32) -> u8 {
    let of_five = (u64::from(value) * 5).div_ceil(u64::from(most.max(1)));
    u8::try_from(of_five.min(5)).unwrap_or(5)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::time;
    use uuid::Uuid;

    fn held(on: Date, marks: &[(Mark, u32)], booked: u32) -> HeldDate {
        HeldDate {
            activity: ActivityId(Uuid::nil()),
            on,
            start: time(9, 30, 0, 0),
            places: 20,
            booked,
            marks: marks.iter().copied().collect(),
        }
    }

    #[test]
    fn a_period_is_the_one_that_holds_the_day_and_turns_to_its_neighbours() {
        for (period, day, first, last, before, after) in [
            (Period::Month, date(2028, 2, 11), "2028-02-01", "2028-02-29", "2028-01-01", "2028-03-01"),
            (Period::Quarter, date(2026, 11, 24), "2026-10-01", "2026-12-31", "2026-07-01", "2027-01-01"),
            (Period::Quarter, date(2026, 1, 1), "2026-01-01", "2026-03-31", "2025-10-01", "2026-04-01"),
            (Period::Year, date(2026, 12, 31), "2026-01-01", "2026-12-31", "2025-01-01", "2027-01-01"),
            (Period::Year, Date::MIN, "1900-01-01", "1900-12-31", "1900-01-01", "1901-01-01"),
        ] {
            let span = period.span(day);
            let said = [span.first, span.last, period.before(day), period.after(day)].map(|day| day.to_string());
            assert_eq!(said, [first, last, before, after], "{period} {day}");
        }
    }

    #[test]
    fn days_from_one_to_another_are_put_in_order_and_end_after_three_years() {
        let (one, other) = (date(2026, 9, 1), date(2026, 10, 15));
        assert_eq!(between(other, one), Span { first: one, last: other });
        assert_eq!(between(date(2020, 3, 1), other).last, date(2023, 2, 28));
        assert_eq!(between(Date::MIN, Date::MAX), Span { first: FIRST, last: date(1902, 12, 31) });
    }

    #[test]
    fn a_roll_that_was_never_called_is_no_absence() {
        use Mark::{Absent, Late, Leave, Present};
        let dates = [
            held(date(2026, 11, 3), &[(Present, 5), (Late, 1), (Absent, 1), (Leave, 1)], 10),
            held(date(2026, 11, 10), &[(Leave, 1)], 9),
            held(date(2026, 12, 1), &[(Absent, 1)], 1),
        ];
        let sums = Sums::of(&dates);
        let total = sums.total;
        assert_eq!((total.dates, total.uncalled, total.places, total.booked), (3, 1, 60, 20));
        assert_eq!((total.came, total.absent, total.leave, total.unmarked()), (6, 2, 2, 10));
        assert_eq!(total.attendance(), Some(75), "6 of the 8 that were expected");
        assert_eq!(sums.months[&date(2026, 11, 1)].attendance(), Some(86));
        assert_eq!(sums.hours[&(9, Weekday::Tuesday)].dates, 3);
        assert_eq!(Sums::of(&dates[1..2]).total.attendance(), None, "leave that a family took calls no roll");
        assert_eq!(Sums::of(&dates[2..]).total.attendance(), Some(0));
    }

    #[test]
    fn the_darkest_cell_is_the_fullest_and_no_visit_is_lost_in_white() {
        assert_eq!([0, 1, 20, 21, 99, 100].map(|value| heat(value, 100)), [0, 1, 1, 2, 5, 5]);
        assert_eq!(heat(0, 0), 0);
        assert_eq!(heat(u32::MAX, u32::MAX), 5);
    }
}
