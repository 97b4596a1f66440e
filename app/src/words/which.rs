//! Which dates of a term, in words.

use super::{date_short, hours, sentences, time, weekday_short};
use crate::say;
use domain::{
    block::Hours,
    booking::Scope,
    parts::Parts,
    reading::{MyBooking, RosterLine, TermCard},
    recurrence::Weekday,
    which::WeekHour,
};
use jiff::civil::Time;
use std::collections::BTreeMap;

/// 每周一、三、五 08:30、12:30；每周二 08:30: days on which the hours are the same stand together.
pub fn weekly(weekly: &[WeekHour]) -> String {
    let mut of_days: BTreeMap<Weekday, Vec<Time>> = BTreeMap::new();
    for hour in weekly {
        of_days.entry(hour.weekday).or_default().push(hour.start);
    }
    let mut together: Vec<(Vec<Time>, Vec<&str>)> = Vec::new();
    for (day, mut starts) in of_days {
        starts.sort_unstable();
        let day = weekday_short(day);
        match together.iter_mut().find(|(others, _)| *others == starts) {
            Some((_, days)) => days.push(day),
            None => together.push((starts, vec![day])),
        }
    }
    let joint = if crate::look::use_look().lang() == "en" { ", " } else { "、" };
    let each = together.into_iter().map(|(starts, days)| {
        let starts = starts.into_iter().map(time).collect::<Vec<_>>().join(joint);
        say!(which.each_week_at, days = days.join(joint), start = starts).to_string()
    });
    each.collect::<Vec<_>>().join(say!(which.between))
}

/// What a booking is for, on a roster: 整期, 固定每周一、三, 单次 12月7日, 单次 12月7日 等 5 次
pub fn of_line(line: &RosterLine) -> String {
    match (line.scope, line.date, line.dates) {
        (Scope::Weekly, ..) => weekly(&line.weekly),
        (scope, Some(date), 0 | 1) => format!("{} {}", super::scope(scope), date_short(date)),
        (scope, Some(date), count) => {
            let text = say!(which.line_several, date = date_short(date), count = count);
            format!("{} {text}", super::scope(scope))
        }
        (scope, None, _) => super::scope(scope).to_owned(),
    }
}

/// Days of a weekly booking that were full, and what can be done about them; nothing where there are none.
pub fn missing(booking: &MyBooking, single: bool) -> Option<String> {
    let first = booking.missing.iter().take(3).map(|date| date_short(*date)).collect::<Vec<_>>();
    let count = booking.missing.len();
    let left_out = match first.as_slice() {
        [] => return None,
        [date] => say!(which.missing_one, date = date.clone()).to_string(),
        dates => say!(which.missing, dates = dates.join(say!(entry.joint)), count = count).to_string(),
    };
    let then = if single { say!(which.missing_wait) } else { say!(which.missing_ask) };
    Some(sentences([Some(left_out), Some(then.to_owned())]))
}

/// The hours of a term's day: 08:30–12:30、12:30–16:30, or 09:00–11:00，每 20 分钟一场.
pub fn hours_of_day(term: &TermCard) -> String {
    let day = hours(term.start, term.end);
    match term.parts {
        Parts { minutes: Some(minutes), .. } => format!("{day} · {}", say!(which.parts_of, minutes = minutes)),
        parts if parts.is_one() => day,
        parts => {
            let parts = Hours::new(term.start, term.end).and_then(|day| parts.of(day)).unwrap_or_default();
            parts.iter().map(|part| hours(part.from, part.to)).collect::<Vec<_>>().join(say!(entry.joint))
        }
    }
}

/// How dates are chosen, where there is more to it than one at a time.
pub fn how_dates_are_chosen(term: &TermCard) -> Option<String> {
    let entry = &term.entry;
    let weekly = term.scopes.weekly.then(|| say!(which.how_weekly).to_owned());
    let at_once = (term.scopes.single && entry.dates_at_once > 1)
        .then(|| say!(which.how_at_once, max = entry.dates_at_once).to_string());
    let one_a_day = entry.one_a_day.then(|| say!(which.how_one_a_day).to_owned());
    let all = [weekly, at_once, one_a_day];
    all.iter().any(Option::is_some).then(|| sentences(all))
}
