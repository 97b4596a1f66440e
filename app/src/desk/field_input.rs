//! How the fields of a form are read, each with the problem that it may have.

use domain::{person::parse_date, refusal::FieldProblem, term::MAX_OCCURRENCES, text::InputProblem};
use jiff::civil::{Date, DateTime, Time};

/// The most characters of a list of dates that are read: more than [`MAX_OCCURRENCES`] lines.
const MAX_LIST: usize = 16_000;

/// What was typed, trimmed; nothing where nothing came.
pub(super) fn text(value: &Option<String>) -> &str {
    value.as_deref().unwrap_or_default().trim()
}

/// Names the field of a problem.
pub(super) fn at(field: &'static str) -> impl Fn(InputProblem) -> FieldProblem {
    move |problem| FieldProblem::new(field, problem)
}

/// A whole number between two.
pub(super) fn number<T: TryFrom<i64>>(
    field: &'static str,
    value: &Option<String>,
    min: i64,
    max: i64,
) -> Result<T, FieldProblem> {
    optional(field, value, min, max)?.ok_or_else(|| FieldProblem::new(field, InputProblem::Empty))
}

/// A whole number between two, or nothing.
pub(super) fn optional<T: TryFrom<i64>>(
    field: &'static str,
    value: &Option<String>,
    min: i64,
    max: i64,
) -> Result<Option<T>, FieldProblem> {
    let raw = text(value);
    if raw.is_empty() {
        return Ok(None);
    }
    let number = raw.parse().ok().filter(|number| (min..=max).contains(number));
    let number = number.and_then(|number| T::try_from(number).ok());
    number.map(Some).ok_or_else(|| FieldProblem::new(field, InputProblem::Number { min, max }))
}

/// A time of day as a form sends it: `HH:MM`.
pub(super) fn time(field: &'static str, raw: &str) -> Result<Time, FieldProblem> {
    if raw.is_empty() {
        return Err(FieldProblem::new(field, InputProblem::Empty));
    }
    clock(raw).ok_or_else(|| FieldProblem::new(field, InputProblem::Time))
}

fn clock(raw: &str) -> Option<Time> {
    let (hour, minute) = raw.split_once(':')?;
    let two = |part: &str| {
        let digits = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| part.parse::<i8>().ok()).flatten()
    };
    Time::new(two(hour)?, two(minute)?, 0, 0).ok()
}

/// A date and time as a form sends it: `YYYY-MM-DDTHH:MM`, or nothing.
pub(super) fn instant(field: &'static str, raw: &str) -> Result<Option<DateTime>, FieldProblem> {
    if raw.is_empty() {
        return Ok(None);
    }
    let bad = |problem| FieldProblem::new(field, problem);
    let (date, time) = raw.split_once(['T', ' ']).ok_or_else(|| bad(InputProblem::Date))?;
    let date = parse_date(date).map_err(|_| bad(InputProblem::Date))?;
    Ok(Some(date.to_datetime(clock(time).ok_or_else(|| bad(InputProblem::Time))?)))
}

/// A list of dates, one a line; commas part them too.
pub(super) fn list(raw: &str) -> Result<Vec<Date>, InputProblem> {
    if raw.len() > MAX_LIST {
        return Err(InputProblem::TooManyDates { max: MAX_OCCURRENCES });
    }
    let parts = raw.split(|c: char| c.is_whitespace() || matches!(c, ',' | '，' | '、' | ';' | '；'));
    let dates: Vec<Date> = parts.filter(|part| !part.is_empty()).map(parse_date).collect::<Result<_, _>>()?;
    if dates.is_empty() { Err(InputProblem::Empty) } else { Ok(dates) }
}
