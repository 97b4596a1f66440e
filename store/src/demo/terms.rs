//! The demo's terms and their dates.

use super::{
    broken,
    clock::{Clock, add, hours_before, monday_of, time},
    file::{self, When},
    rows::Rows,
};
use crate::{
    entity::{occurrence, stored::Stored, term},
    id::new_id,
};
use domain::{
    block::Hours,
    booking::Scope,
    day_kind::HolidayPolicy,
    entry::Giving,
    expansion::plan,
    recurrence::{Recurrence, Series},
    term::{Minimum, OccurrenceState, TermState},
};
use jiff::{
    Timestamp, ToSpan,
    civil::{Date, Time},
};
use sea_orm::DbErr;
use uuid::Uuid;

/// A term just made, with what the bookings need of it.
pub struct MadeTerm {
    pub id: Uuid,
    pub name: String,
    pub capacity: i32,
    pub opens_at: Timestamp,
    /// Some groups come first. In the demo nobody has claimed to be of one.
    pub has_priority: bool,
    pub hours: [Time; 2],
    pub dates: Vec<MadeDate>,
    /// Why a date was called off, beside each date.
    pub reasons: Vec<Option<String>>,
}

/// One of its dates.
#[derive(Clone, Copy)]
pub struct MadeDate {
    pub id: Uuid,
    pub date: Date,
    /// Start, local.
    pub start: Time,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub cancelled: bool,
}

/// To what a term belongs.
pub struct Home {
    pub community: Uuid,
    pub activity: Uuid,
    pub room: Uuid,
    pub ages: Option<[i16; 2]>,
}

/// A rule, the days between which it holds, and how it treats a day off.
struct Rule {
    recurrence: Recurrence,
    from: Date,
    until: Date,
    count: Option<usize>,
    policy: HolidayPolicy,
}

/// Makes a term and its dates; none if the coming school holiday is over before it would begin.
pub fn make(spec: &file::Term, home: &Home, clock: &Clock, rows: &mut Rows) -> Result<Option<MadeTerm>, DbErr> {
    let rule = rule(&spec.when, clock)?;
    if rule.until < rule.from {
        return Ok(None);
    }
    let series = Series::from(rule.recurrence);
    let planned = plan(&series, rule.from, rule.until, &clock.kinds, rule.policy)
        .map_err(|problem| broken(format!("{}: {problem}", spec.name)))?;
    let kept: Vec<Date> = planned.iter().filter(|day| day.fate.is_kept()).map(|day| day.date).collect();
    let kept = &kept[..kept.len().min(rule.count.unwrap_or(usize::MAX))];
    let (Some(first), Some(last)) = (kept.first().copied(), kept.last().copied()) else {
        return Err(broken(format!("{}: no date is left", spec.name)));
    };
    let hours = [time(&spec.hours[0])?, time(&spec.hours[1])?];
    let opens_at = opens_at(&spec.opens, first, clock)?;
    let id = new_id(clock.now);
    let created_at = hours_before(opens_at.min(clock.now), 72);

    let mut dates = Vec::new();
    let parts = Hours::new(hours[0], hours[1]).and_then(|day| spec.parts.of(day)).map_err(broken)?;
    for (date, part) in kept.iter().flat_map(|date| parts.iter().map(move |part| (*date, *part))) {
        let (starts_at, ends_at) = (clock.at(date, part.from)?, clock.at(date, part.to)?);
        let id = new_id(clock.now);
        dates.push(MadeDate { id, date, start: part.from, starts_at, ends_at, cancelled: false });
    }
    let mut reasons = vec![None; dates.len()];
    for cancelled in &spec.cancelled {
        let begun = dates.iter().filter(|date| date.starts_at <= clock.now).count();
        let at = match (cancelled.coming, cancelled.past) {
            (Some(n), None) => begun.checked_add(n).and_then(|n| n.checked_sub(1)),
            (None, Some(n)) => begun.checked_sub(n),
            _ => None,
        };
        let at = at.filter(|at| *at < dates.len()).ok_or_else(|| broken(format!("{}: no such date", spec.name)))?;
        dates[at].cancelled = true;
        reasons[at] = Some(cancelled.reason.clone());
    }

    let name = name(&spec.name, first, clock);
    rows.terms.push(term::Model {
        id,
        community_id: home.community,
        activity_id: home.activity,
        name: name.clone(),
        room_id: Some(home.room),
        leader: spec.leader.clone(),
        capacity: spec.capacity,
        opens_at: Some(opens_at.into()),
        closes_at: None,
        cancel_hours: 24,
        age_min: home.ages.map(|ages| ages[0].into()),
        age_max: home.ages.map(|ages| ages[1].into()),
        age_on: None,
        book_whole: spec.book.contains(&Scope::Whole),
        book_rest: spec.book.contains(&Scope::Rest),
        book_single: spec.book.contains(&Scope::Single),
        book_weekly: spec.book.contains(&Scope::Weekly),
        waitlist_cap: None,
        promotion: Stored(spec.promotion),
        recurrence: serde_json::to_string(&series).map_err(broken)?,
        first_date: first.into(),
        last_date: last.into(),
        start_time: spec.hours[0].clone(),
        end_time: spec.hours[1].clone(),
        parts: (!spec.parts.is_one()).then(|| serde_json::to_string(&spec.parts)).transpose().map_err(broken)?,
        holidays: Stored(rule.policy),
        min_people: spec.minimum.map(|minimum| number(minimum.people)),
        decide_days: number(spec.minimum.map_or(Minimum::USUAL_DAYS, |minimum| minimum.days)),
        crew: spec.crew.as_ref().map(serde_json::to_string).transpose().map_err(broken)?,
        entry: spec.entry.as_ref().map(serde_json::to_string).transpose().map_err(broken)?,
        draw_seed: None,
        drawn_at: None,
        draw_result: None,
        state: Stored(TermState::Published),
        created_at: created_at.into(),
    });
    for (date, reason) in dates.iter().zip(&reasons) {
        let state = if date.cancelled { OccurrenceState::Cancelled } else { OccurrenceState::Scheduled };
        rows.occurrences.push(occurrence::Model {
            id: date.id,
            community_id: home.community,
            term_id: id,
            on_date: date.date.into(),
            starts_at: date.starts_at.into(),
            ends_at: date.ends_at.into(),
            room_id: Some(home.room),
            leader: Some(spec.leader.clone()).filter(|leader| !leader.is_empty()),
            capacity: None,
            state: Stored(state),
            reason: reason.clone(),
            hand_made: date.cancelled,
            crew: None,
            sequence: date.cancelled.into(),
            updated_at: if date.cancelled { cancelled_at(date, clock) } else { created_at }.into(),
        });
    }
    let has_priority = spec.entry.as_ref().is_some_and(|entry| entry.giving == Giving::PriorityFirst);
    Ok(Some(MadeTerm { id, name, capacity: spec.capacity, opens_at, has_priority, hours, dates, reasons }))
}

fn number(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// When a cancelled date was called off.
pub fn cancelled_at(date: &MadeDate, clock: &Clock) -> Timestamp {
    hours_before(date.starts_at.min(clock.now), 20)
}

fn rule(when: &When, clock: &Clock) -> Result<Rule, DbErr> {
    use HolidayPolicy::{Keep, Skip};
    Ok(match when {
        When::Weekly { weekdays, every, from, until, count } => Rule {
            recurrence: Recurrence::Weekly { weekdays: weekdays.clone(), every: *every },
            from: clock.weekday(*from, domain::recurrence::Weekday::Monday)?,
            until: clock.weekday(until.unwrap_or(from + 40), domain::recurrence::Weekday::Sunday)?,
            count: *count,
            policy: Skip,
        },
        When::MonthlyWeekday { weekday, nth, from, until } => Rule {
            recurrence: Recurrence::MonthlyWeekday { weekday: *weekday, nth: *nth },
            from: clock.month(*from)?,
            until: clock.month(*until)?.last_of_month(),
            count: None,
            policy: Skip,
        },
        When::MonthlyDay { day, from, until } => Rule {
            recurrence: Recurrence::MonthlyDay { day: *day },
            from: clock.month(*from)?,
            until: clock.month(*until)?.last_of_month(),
            count: None,
            policy: Keep,
        },
        When::Lunar { month, day } => listed(vec![clock.lunar(month, day)?])?,
        When::Days { days } => {
            listed(days.iter().map(|day| clock.weekday(day.week, day.weekday)).collect::<Result<_, _>>()?)?
        }
        When::Holiday { weekdays, week, weeks, count } => {
            // The first week is the one in which the holiday begins, however few days of it there are.
            let holiday = &clock.holiday;
            let monday = monday_of(holiday.first)?;
            let from = add(monday, (i64::from(*week) * 7).days())?.max(holiday.first);
            let until = match weeks {
                Some(weeks) => add(monday, (i64::from(week + weeks) * 7 - 1).days())?,
                None => holiday.last,
            };
            Rule {
                recurrence: Recurrence::Weekly { weekdays: weekdays.clone(), every: 1 },
                from,
                until: until.min(holiday.last),
                count: *count,
                policy: Skip,
            }
        }
    })
}

fn listed(mut dates: Vec<Date>) -> Result<Rule, DbErr> {
    dates.sort();
    let (Some(from), Some(until)) = (dates.first().copied(), dates.last().copied()) else {
        return Err(broken("a list of days without a day"));
    };
    Ok(Rule { recurrence: Recurrence::Dates { dates }, from, until, count: None, policy: HolidayPolicy::Keep })
}

fn opens_at(opens: &file::Opens, first: Date, clock: &Clock) -> Result<Timestamp, DbErr> {
    if let Some(minutes) = opens.minutes {
        return clock.now.checked_add(minutes.minutes()).map_err(broken);
    }
    let at = time(opens.at.as_deref().unwrap_or("09:00"))?;
    let day = match (opens.days, opens.before_first) {
        (Some(days), _) => add(clock.today, days.days())?,
        (None, Some(days)) => add(first, (-days).days())?,
        (None, None) => add(first.min(clock.today), (-14).days())?,
    };
    clock.at(day, at)
}

/// Fills in the year, the month, the season, the half-year and the holiday.
fn name(pattern: &str, first: Date, clock: &Clock) -> String {
    let season = match first.month() {
        3..=5 => "春季",
        6..=8 => "夏季",
        9..=11 => "秋季",
        _ => "冬季",
    };
    let half = if first.month() <= 6 { "上半年" } else { "下半年" };
    pattern
        .replace("{year}", &first.year().to_string())
        .replace("{month}", &first.month().to_string())
        .replace("{season}", season)
        .replace("{half}", half)
        .replace("{holiday}", clock.holiday.name())
}
