//! Days that differ from the week's rhythm (休/班).

use crate::{
    codes,
    person::parse_date,
    text::{InputProblem, Line},
};
use jiff::{ToSpan, civil::Date};
use serde::{Deserialize, Serialize};

codes! {
    /// What makes a day different.
    DayKind {
        /// 法定节假日: a public holiday.
        PublicHoliday = "public_holiday",
        /// 调休上班: a weekend day that is worked in exchange.
        WorkingDay = "working_day",
        /// 寒暑假: schools are closed; the centre is open.
        SchoolHoliday = "school_holiday",
        /// 闭馆: the centre is closed.
        Closure = "closure",
    }
}

impl DayKind {
    /// True if a term that skips holidays does not meet on such a day.
    pub fn is_off(self) -> bool {
        matches!(self, Self::PublicHoliday | Self::Closure)
    }
}

codes! {
    /// What a term does with a date that falls on a day off.
    HolidayPolicy {
        /// The date is left out.
        Skip = "skip",
        /// The date stays.
        Keep = "keep",
        /// The date goes to the next day that is no day off and on which the term does not meet anyway (顺延).
        Move = "move",
    }
}

/// Days in a row that differ for the same reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DaySpan {
    /// The first day.
    pub first: Date,
    /// The last, not before the first.
    pub last: Date,
    /// What makes them different.
    pub kind: DayKind,
    /// What people call them.
    pub name: Line,
}

/// The most days of one span: a long summer holiday.
pub const MAX_SPAN: i64 = 100;
/// The most lines of one list: more than a year's notice of the State Council has.
pub const MAX_LINES: usize = 100;

impl DaySpan {
    /// Checks a span.
    ///
    /// # Errors
    /// [`InputProblem::Order`] if it ends before it begins; [`InputProblem::TooManyDates`] beyond [`MAX_SPAN`] days.
    pub fn new(first: Date, last: Date, kind: DayKind, name: Line) -> Result<Self, InputProblem> {
        if last < first {
            return Err(InputProblem::Order);
        }
        if i64::from((last - first).get_days()) >= MAX_SPAN {
            return Err(InputProblem::TooManyDates { max: MAX_SPAN as usize });
        }
        Ok(Self { first, last, kind, name })
    }

    /// Its days, ascending.
    pub fn days(&self) -> impl Iterator<Item = Date> + '_ {
        self.first.series(1.day()).take_while(|day| *day <= self.last)
    }
}

/// Reads a list as it is copied from a notice: a line a span, `2027-02-06 休 春节` or `2027-02-06~2027-02-12 休 春节`;
/// the kind is 休, 班, 假 or 闭馆.
///
/// # Errors
/// The number of the first line that can't be read, from 1, and why; [`InputProblem::Empty`] for a list without a line,
/// [`InputProblem::TooManyDates`] beyond [`MAX_LINES`].
pub fn parse_days(text: &str) -> Result<Vec<DaySpan>, (usize, InputProblem)> {
    let lines: Vec<_> = text.lines().map(str::trim).enumerate().filter(|(_, line)| !line.is_empty()).collect();
    match lines.len() {
        0 => return Err((1, InputProblem::Empty)),
        n if n > MAX_LINES => return Err((MAX_LINES + 1, InputProblem::TooManyDates { max: MAX_LINES })),
        _ => {}
    }
    lines.into_iter().map(|(n, line)| parse_line(line).map_err(|problem| (n + 1, problem))).collect()
}

fn parse_line(line: &str) -> Result<DaySpan, InputProblem> {
    let mut words = line.split_whitespace();
    let dates = words.next().unwrap_or_default();
    let (first, last) = dates.split_once(['~', '～']).unwrap_or((dates, dates));
    let kind = match words.next() {
        Some("休") => DayKind::PublicHoliday,
        Some("班") => DayKind::WorkingDay,
        Some("假") => DayKind::SchoolHoliday,
        Some("闭馆") => DayKind::Closure,
        Some(_) => return Err(InputProblem::Choice),
        None => return Err(InputProblem::Empty),
    };
    let name = words.collect::<Vec<_>>().join(" ");
    DaySpan::new(parse_date(first)?, parse_date(last)?, kind, Line::parse(&name)?)
}

codes! {
    /// What becomes of a date that a holiday or a closure hits.
    HitDecision {
        /// It is called off.
        Cancel = "cancel",
        /// It goes to the next open day.
        Move = "move",
        /// It takes place all the same.
        Keep = "keep",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_list_is_read_as_it_is_copied_from_a_notice() {
        let list = "2027-02-06~2027-02-12 休 春节\n\n 2027-02-14 班 春节 调休 \n2027-03-01～2027-03-02 闭馆 刷墙";
        let read: Vec<_> = parse_days(list)
            .unwrap()
            .into_iter()
            .map(|span| (span.days().count(), span.kind, span.name.as_str().to_owned()))
            .collect();
        let expected =
            [(7, DayKind::PublicHoliday, "春节"), (1, DayKind::WorkingDay, "春节 调休"), (2, DayKind::Closure, "刷墙")];
        assert_eq!(read, expected.map(|(days, kind, name)| (days, kind, name.to_owned())));
        assert_eq!(parse_days(list).unwrap()[0].days().last(), Some(date(2027, 2, 12)));
    }

    #[test]
    fn a_line_that_can_not_be_read_is_named() {
        use InputProblem::*;
        let good = "2027-02-06 休 春节\n";
        for (line, problem) in [
            ("2027-02-30 休 春节", Date),
            ("2027-02-06", Empty),
            ("2027-02-06 休", Empty),
            ("2027-02-06 放假 春节", Choice),
            ("2027-02-06~2027-02-05 休 春节", Order),
            ("2027-02-06~2027-12-05 假 暑假", TooManyDates { max: 100 }),
            ("2027-02-06 休 a\u{202E}b", BadCharacter),
        ] {
            assert_eq!(parse_days(&format!("{good}{line}")), Err((2, problem)), "{line}");
        }
        assert_eq!(parse_days(" \n "), Err((1, Empty)));
        assert_eq!(parse_days(&good.repeat(101)).unwrap_err().0, 101);
    }
}
