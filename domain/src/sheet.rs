//! A month on one sheet of paper: how large the type may be so that nothing is cut off.
//!
//! The page is laid out by a browser with a font that nobody knows here; so lines are counted with room to spare, and
//! a row that is higher all the same only makes its sheet longer.

use crate::{activity::Side, booking::Standing, codes, reading::CalendarDay};

codes! {
    /// The paper that a month is printed on, across.
    Paper {
        /// 297 × 210 mm.
        A4 = "a4",
        /// 420 × 297 mm.
        A3 = "a3",
    }
}

/// Where things stand on a paper, in millimetres. `style/sheet.css` says the same.
struct Measures {
    /// Room for the weeks, below the head and the weekdays and above the foot.
    weeks: f64,
    /// Room for text in the cell of a day.
    cell: f64,
    /// The lowest row.
    row: f64,
}

impl Paper {
    fn measures(self) -> Measures {
        match self {
            Self::A4 => Measures { weeks: 147.5, cell: 37.6, row: 14.0 },
            Self::A3 => Measures { weeks: 213.0, cell: 54.2, row: 20.0 },
        }
    }
}

/// Type sizes in points, the largest first. Below 7 nobody reads a sheet on a wall.
pub const TYPE_SIZES: [u8; 9] = [22, 18, 15, 13, 11, 10, 9, 8, 7];

/// How a month's weeks are set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fit {
    /// The type, in points.
    pub size: u8,
    /// Weeks on each page.
    pub pages: Vec<usize>,
}

/// Sets a month on as few pages as legible type allows, and then as large as those pages allow.
pub fn fit(paper: Paper, weeks: &[&[CalendarDay]], side: Option<Side>) -> Fit {
    let mut best: Option<Fit> = None;
    for size in TYPE_SIZES {
        let pages = pages(paper, weeks, side, size);
        if best.as_ref().is_none_or(|best| pages.len() < best.pages.len()) {
            best = Some(Fit { size, pages });
        }
    }
    best.unwrap_or(Fit { size: TYPE_SIZES[0], pages: Vec::new() })
}

/// Weeks on each page at one type size. Where a page is not enough, the pages are filled evenly.
fn pages(paper: Paper, weeks: &[&[CalendarDay]], side: Option<Side>, size: u8) -> Vec<usize> {
    let Measures { weeks: room, cell, row } = paper.measures();
    let em = f64::from(size) * 25.4 / 72.0;
    let heights: Vec<f64> =
        weeks.iter().map(|days| days.iter().map(|day| height(day, side, cell / em) * em).fold(row, f64::max)).collect();
    let filled = |room: f64| {
        let (mut pages, mut used) = (Vec::new(), f64::INFINITY);
        for height in &heights {
            if used + height > room {
                pages.push(0);
                used = 0.0;
            }
            used += height;
            if let Some(page) = pages.last_mut() {
                *page += 1;
            }
        }
        pages
    };
    let greedy = filled(room);
    let even = heights.iter().sum::<f64>() / greedy.len().max(1) as f64;
    let rooms = (0..10).map(|tenth| even + (room - even) * f64::from(tenth) / 10.0);
    rooms.map(filled).find(|pages| pages.len() == greedy.len()).unwrap_or(greedy)
}

/// The height of a day's cell, in ems of its text.
fn height(day: &CalendarDay, side: Option<Side>, width: f64) -> f64 {
    const PADDING: f64 = 0.8;
    const HEAD_LINE: f64 = 1.5;
    const LINE: f64 = 1.27;
    const GAP: f64 = 0.2;
    let noted = day.head.festival.as_deref().unwrap_or(&day.head.lunar_short);
    let marks = day.head.marks.iter().map(|(kind, name)| 2.7 + if kind.is_off() { ems(name) } else { 0.0 });
    let head = HEAD_LINE * lines(2.5 + ems(noted) + marks.sum::<f64>(), width);
    let entries = day.entries.iter().map(|entry| {
        // The time, a letter for whom it is, the name; then the room in smaller type, whole if it can be.
        let letter = if side.is_none() { 1.5 } else { 0.0 };
        let off = if entry.standing == Standing::CalledOff { 2.4 } else { 0.0 };
        let text = 3.2 + letter + ems(&entry.name) + off;
        let named = lines(text, width);
        let room = entry.room.as_deref().map_or(0.0, |room| 0.3 + 0.85 * ems(room));
        let left = named * (width - RAGGED) - text;
        LINE * (named + if room <= left { 0.0 } else { lines(room, width) }) + GAP
    });
    PADDING + head + entries.sum::<f64>()
}

/// What is left empty at the end of a line, where the next character or word doesn't fit.
const RAGGED: f64 = 0.7;

/// Lines that a text of so many ems takes.
fn lines(text: f64, width: f64) -> f64 {
    (text / (width - RAGGED).max(1.0)).ceil().max(1.0)
}

/// The width of a text in ems: Chinese characters are as wide as high, Latin ones about half of it.
fn ems(text: &str) -> f64 {
    text.chars().map(|c| if c.is_ascii() { 0.6 } else { 1.0 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        activity::{ActivityKind, Audience, Unit},
        calendar::month_weeks,
        reading::{DateEntry, DayHead},
        term::AgeRule,
    };
    use jiff::civil::{date, time};
    use proptest::prelude::*;
    use uuid::Uuid;

    fn entry(name: &str) -> DateEntry {
        DateEntry {
            occurrence: Uuid::nil().into(),
            term: Uuid::nil().into(),
            activity: Uuid::nil().into(),
            name: name.to_owned(),
            kind: ActivityKind::Course,
            audience: Audience::Elder,
            unit: Unit::Person,
            age: AgeRule::default(),
            date: date(2026, 11, 1),
            start: time(9, 0, 0, 0),
            end: time(10, 0, 0, 0),
            room: Some("多功能厅".to_owned()),
            ordinal: None,
            dates: 1,
            standing: Standing::Full,
            opens: None,
            reason: None,
        }
    }

    /// November 2026, six rows, with so many entries a day.
    fn november(entries: &[usize]) -> Vec<CalendarDay> {
        let days = month_weeks(date(2026, 11, 1)).concat();
        let day = |(n, date)| CalendarDay {
            head: DayHead {
                date,
                lunar: "九月廿三".to_owned(),
                lunar_short: "廿三".to_owned(),
                festival: None,
                marks: Vec::new(),
            },
            entries: vec![entry("智能助老课堂"); entries[n % entries.len()]],
        };
        days.into_iter().enumerate().map(day).collect()
    }

    fn fitted(paper: Paper, entries: &[usize]) -> Fit {
        let days = november(entries);
        fit(paper, &days.chunks(7).collect::<Vec<_>>(), None)
    }

    #[test]
    fn a_quiet_month_is_set_in_large_type_and_a_full_one_smaller() {
        let (quiet, busy) = (fitted(Paper::A4, &[1, 0, 0]), fitted(Paper::A4, &[3]));
        assert!(quiet.size >= 10 && quiet.pages == [6], "{quiet:?}");
        assert!(busy.size < quiet.size && busy.pages == [6], "{busy:?}");
    }

    #[test]
    fn what_is_too_much_for_legible_type_takes_more_pages_or_larger_paper() {
        let (a4, a3) = (fitted(Paper::A4, &[7]), fitted(Paper::A3, &[7]));
        assert_eq!(a4.pages, [3, 3], "{a4:?}");
        assert_eq!(a3.pages, [6], "{a3:?}");
        assert!(a3.size >= 7);
    }

    #[test]
    fn a_day_that_is_fuller_than_a_page_still_has_one() {
        let fit = fitted(Paper::A4, &[300, 0, 0, 0, 0, 0, 0]);
        assert_eq!((fit.size, fit.pages), (22, vec![1; 6]));
    }

    #[test]
    fn no_weeks_take_no_page() {
        assert_eq!(fit(Paper::A4, &[], None).pages, Vec::<usize>::new());
    }

    proptest! {
        #[test]
        fn every_week_is_set_once_and_more_paper_never_means_smaller_type(
            entries in proptest::collection::vec(0..20_usize, 42)
        ) {
            let (a4, a3) = (fitted(Paper::A4, &entries), fitted(Paper::A3, &entries));
            for fit in [&a4, &a3] {
                prop_assert_eq!(fit.pages.iter().sum::<usize>(), 6);
                prop_assert!(fit.pages.iter().all(|weeks| *weeks > 0) && TYPE_SIZES.contains(&fit.size));
            }
            prop_assert!(a3.pages.len() < a4.pages.len() || (a3.pages.len() == a4.pages.len() && a3.size >= a4.size));
        }
    }
}
