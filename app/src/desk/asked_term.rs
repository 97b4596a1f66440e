//! How the form of a new term is read: the preview and the saving read it alike.

use super::{
    field_input::{at, instant, list, number, optional, text, time},
    term_form::TermForm,
};
use domain::{
    block::Hours,
    code::Code,
    day_kind::HolidayPolicy,
    id::RoomId,
    parts::{Parts, Pause},
    person::parse_date,
    recurrence::{Recurrence, Series, Weekday},
    refusal::FieldProblem,
    term::{AgeRule, Minimum, Scopes},
    text::{InputProblem, Line, Title},
};
use jiff::{
    ToSpan,
    civil::{Date, DateTime, Time},
};

/// The most years from a term's first day to its last.
const MAX_YEARS: i32 = 5;

/// The dates that a form asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedDates {
    /// The rule, with exceptions.
    pub series: Series,
    /// The first day.
    pub from: Date,
    /// The last day.
    pub until: Date,
    /// What happens on days off.
    pub holidays: HolidayPolicy,
}

/// A whole form, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedTerm {
    /// The term's name.
    pub name: Title,
    /// Its dates.
    pub dates: AskedDates,
    /// Start.
    pub start: Time,
    /// End.
    pub end: Time,
    /// How the day between the two is parted.
    pub parts: Parts,
    /// The room.
    pub room: Option<RoomId>,
    /// Who leads.
    pub leader: Option<Line>,
    /// Places a date.
    pub capacity: u32,
    /// When booking opens.
    pub opens: Option<DateTime>,
    /// When booking closes.
    pub closes: Option<DateTime>,
    /// Hours before the start until which a family may cancel.
    pub cancel_hours: u32,
    /// Whom it takes.
    pub age: AgeRule,
    /// What may be booked.
    pub scopes: Scopes,
    /// The most parties that may wait.
    pub waitlist_cap: Option<u32>,
    /// With how few people it is in question.
    pub minimum: Option<Minimum>,
}

#[cfg(feature = "ssr")]
impl AskedTerm {
    /// When in the day, where, and by whom.
    pub fn holding(&self) -> store::activities::Holding {
        let leader = self.leader.clone();
        store::activities::Holding { start: self.start, end: self.end, parts: self.parts, room: self.room, leader }
    }
}

impl TermForm {
    /// Reads the whole form.
    ///
    /// # Errors
    /// The first field that can't be used, and why.
    pub fn parse(&self) -> Result<AskedTerm, FieldProblem> {
        let name = Title::parse(text(&self.name)).map_err(at("name"))?;
        let dates = self.dates()?;
        let start = time("start", text(&self.start))?;
        let end = time("end", text(&self.end))?;
        if end <= start {
            return Err(FieldProblem::new("end", InputProblem::Order));
        }
        let parts = self.parts(start, end)?;
        let room = match text(&self.room) {
            "" => None,
            id => Some(id.parse().map_err(|_| FieldProblem::new("room", InputProblem::Choice))?),
        };
        let leader = match text(&self.leader) {
            "" => None,
            some => Some(Line::parse(some).map_err(at("leader"))?),
        };
        let capacity = number("capacity", &self.capacity, 1, 1_000)?;
        let opens = instant("opens", text(&self.opens))?;
        let closes = instant("closes", text(&self.closes))?;
        if opens.zip(closes).is_some_and(|(opens, closes)| closes <= opens) {
            return Err(FieldProblem::new("closes", InputProblem::Order));
        }
        let cancel_hours = number("cancel_hours", &self.cancel_hours, 0, 720)?;
        let age = self.age()?;
        let scopes = self.scopes()?;
        let waitlist_cap = optional("waitlist_cap", &self.waitlist_cap, 0, 1_000)?;
        let people: Option<u32> = optional("min_people", &self.min_people, 1, 1_000)?;
        let days: Option<u32> = optional("decide_days", &self.decide_days, 0, 60)?;
        if people.is_some_and(|people| people > capacity) {
            return Err(FieldProblem::new("min_people", InputProblem::Number { min: 1, max: capacity.into() }));
        }
        let minimum = people.map(|people| Minimum { people, days: days.unwrap_or(Minimum::USUAL_DAYS) });
        Ok(AskedTerm {
            name,
            dates,
            start,
            end,
            parts,
            room,
            leader,
            capacity,
            opens,
            closes,
            cancel_hours,
            age,
            scopes,
            waitlist_cap,
            minimum,
        })
    }

    /// Reads how the day is parted.
    fn parts(&self, start: Time, end: Time) -> Result<Parts, FieldProblem> {
        let pause = match (text(&self.pause_from), text(&self.pause_to)) {
            ("", "") => None,
            // One time alone parts the day there.
            (from, "") | ("", from) => {
                let at = time("pause_from", from)?;
                Some(Pause { from: at, to: at })
            }
            (from, to) => Some(Pause { from: time("pause_from", from)?, to: time("pause_to", to)? }),
        };
        let minutes = optional("minutes", &self.minutes, Parts::SHORTEST.into(), Parts::LONGEST.into())?;
        let (halves, parts) = (Parts { pause, minutes: None }, Parts { pause, minutes });
        let day = Hours::new(start, end).map_err(at("end"))?;
        halves.of(day).map_err(at("pause_from"))?;
        parts.of(day).map_err(at("minutes"))?;
        Ok(parts)
    }

    /// Reads the part of the form that gives the dates: all that a preview needs.
    ///
    /// # Errors
    /// The first field that can't be used, and why.
    pub fn dates(&self) -> Result<AskedDates, FieldProblem> {
        let recurrence = self.recurrence()?;
        let (from, until) = match &recurrence {
            // A list says by itself from when and until when.
            Recurrence::Dates { dates } => match (dates.iter().min(), dates.iter().max()) {
                (Some(first), Some(last)) => (*first, *last),
                _ => return Err(FieldProblem::new("dates", InputProblem::Empty)),
            },
            _ => {
                let from = parse_date(text(&self.from)).map_err(at("from"))?;
                (from, parse_date(text(&self.until)).map_err(at("until"))?)
            }
        };
        if until < from {
            return Err(FieldProblem::new("until", InputProblem::Order));
        }
        let field = if matches!(recurrence, Recurrence::Dates { .. }) { "dates" } else { "until" };
        if from.checked_add(MAX_YEARS.years()).is_ok_and(|latest| until > latest) {
            return Err(FieldProblem::new(field, InputProblem::Date));
        }
        let holidays = match text(&self.holidays) {
            "" => HolidayPolicy::Keep,
            code => HolidayPolicy::from_code(code).ok_or(InputProblem::Choice).map_err(at("holidays"))?,
        };
        let except = match text(&self.except) {
            "" => Vec::new(),
            dates => list(dates).map_err(at("except"))?,
        };
        Ok(AskedDates { series: Series { rule: recurrence, except }, from, until, holidays })
    }

    fn recurrence(&self) -> Result<Recurrence, FieldProblem> {
        let weekday = |field, code: &str| Weekday::from_code(code).ok_or(InputProblem::Choice).map_err(at(field));
        match text(&self.rule) {
            "weekly" => {
                if self.weekday.is_empty() {
                    return Err(FieldProblem::new("weekday", InputProblem::Empty));
                }
                let days = self.weekday.iter().map(|code| weekday("weekday", code)).collect::<Result<Vec<_>, _>>()?;
                Ok(Recurrence::Weekly { weekdays: days, every: optional("every", &self.every, 1, 8)?.unwrap_or(1) })
            }
            "month_weekday" => {
                let nth = text(&self.nth).parse().ok().filter(|nth| *nth == -1 || (1..=5).contains(nth));
                let nth = nth.ok_or(InputProblem::Choice).map_err(at("nth"))?;
                Ok(Recurrence::MonthlyWeekday { weekday: weekday("nth_weekday", text(&self.nth_weekday))?, nth })
            }
            "month_day" => Ok(Recurrence::MonthlyDay { day: number("month_day", &self.month_day, 1, 31)? }),
            "lunar" => Ok(Recurrence::Lunar {
                month: optional("lunar_month", &self.lunar_month, 1, 12)?,
                day: number("lunar_day", &self.lunar_day, 1, 30)?,
            }),
            "dates" => Ok(Recurrence::Dates { dates: list(text(&self.dates)).map_err(at("dates"))? }),
            _ => Err(FieldProblem::new("rule", InputProblem::Choice)),
        }
    }

    fn age(&self) -> Result<AgeRule, FieldProblem> {
        let min = optional("age_min", &self.age_min, 0, 130)?;
        let max = optional("age_max", &self.age_max, 0, 130)?;
        if min.zip(max).is_some_and(|(min, max)| max < min) {
            return Err(FieldProblem::new("age_max", InputProblem::Order));
        }
        let on = match text(&self.age_on) {
            "" => None,
            date => Some(parse_date(date).map_err(at("age_on"))?),
        };
        Ok(AgeRule { min, max, on })
    }

    fn scopes(&self) -> Result<Scopes, FieldProblem> {
        let mut scopes = Scopes { whole: false, rest: false, single: false, weekly: false };
        for code in &self.scopes {
            match code.as_str() {
                "whole" => scopes.whole = true,
                "rest" => scopes.rest = true,
                "single" => scopes.single = true,
                "weekly" => scopes.weekly = true,
                _ => return Err(FieldProblem::new("scopes", InputProblem::Choice)),
            }
        }
        if self.scopes.is_empty() {
            return Err(FieldProblem::new("scopes", InputProblem::Empty));
        }
        // All of a day that is parted by minutes is nobody's.
        if !text(&self.minutes).is_empty() && (scopes.whole || scopes.rest) {
            return Err(FieldProblem::new("scopes", InputProblem::Choice));
        }
        Ok(scopes)
    }
}

#[cfg(test)]
#[path = "asked_term_tests.rs"]
mod tests;
