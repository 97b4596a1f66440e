//! What the form of a new term holds, as typed, and how it is read: the preview and the saving read it alike.

use super::field_input::{at, instant, list, number, optional, text, time};
use domain::{
    code::Code,
    day_kind::HolidayPolicy,
    id::RoomId,
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
use leptos_router::params::ParamsMap;
use serde::{Deserialize, Serialize};

/// The most years from a term's first day to its last.
const MAX_YEARS: i32 = 5;

/// The form as typed. Any of it may be missing or make no sense.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TermForm {
    /// The term's name.
    pub name: Option<String>,
    /// weekly, month_weekday, month_day, lunar or dates.
    pub rule: Option<String>,
    /// Codes of weekdays, for weekly.
    pub weekday: Vec<String>,
    /// Every how many weeks.
    pub every: Option<String>,
    /// Which in the month: 1 to 5, or -1 for the last.
    pub nth: Option<String>,
    /// The weekday of the month.
    pub nth_weekday: Option<String>,
    /// The day of the month.
    pub month_day: Option<String>,
    /// The lunar month, or nothing for each.
    pub lunar_month: Option<String>,
    /// The day of the lunar month.
    pub lunar_day: Option<String>,
    /// Dates, one a line.
    pub dates: Option<String>,
    /// Dates to leave out, one a line.
    pub except: Option<String>,
    /// The first day.
    pub from: Option<String>,
    /// The last day.
    pub until: Option<String>,
    /// Start.
    pub start: Option<String>,
    /// End.
    pub end: Option<String>,
    /// skip, move or keep.
    pub holidays: Option<String>,
    /// The room's id, or nothing.
    pub room: Option<String>,
    /// Who leads.
    pub leader: Option<String>,
    /// Places a date.
    pub capacity: Option<String>,
    /// When booking opens.
    pub opens: Option<String>,
    /// When booking closes.
    pub closes: Option<String>,
    /// Hours before the start until which a family may cancel.
    pub cancel_hours: Option<String>,
    /// The youngest age.
    pub age_min: Option<String>,
    /// The oldest.
    pub age_max: Option<String>,
    /// The date on which age is counted.
    pub age_on: Option<String>,
    /// whole, rest, single.
    pub scopes: Vec<String>,
    /// The most parties that may wait.
    pub waitlist_cap: Option<String>,
    /// With how few people it is in question.
    pub min_people: Option<String>,
    /// So many days before its first date that is decided.
    pub decide_days: Option<String>,
}

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
        store::activities::Holding { start: self.start, end: self.end, room: self.room, leader: self.leader.clone() }
    }
}

impl TermForm {
    /// An empty form, with what is most often so.
    pub fn fresh(today: Date) -> Self {
        let some = |text: &str| Some(text.to_owned());
        Self {
            rule: some("weekly"),
            every: some("1"),
            from: Some(today.to_string()),
            start: some("09:00"),
            end: some("10:30"),
            holidays: some("skip"),
            capacity: some("20"),
            cancel_hours: some("24"),
            scopes: vec!["whole".to_owned(), "rest".to_owned()],
            ..Self::default()
        }
    }

    /// The form of a term that is to be made.
    #[cfg(feature = "ssr")]
    pub fn of(new: store::activities::NewTerm) -> Self {
        let some = |value: &dyn std::fmt::Display| Some(value.to_string());
        let mut form = Self {
            name: some(&new.name),
            every: some(&1),
            from: some(&new.from),
            until: some(&new.until),
            start: Some(crate::words::time(new.holding.start)),
            end: Some(crate::words::time(new.holding.end)),
            holidays: some(&new.holidays),
            room: new.holding.room.map(|room| room.to_string()),
            leader: new.holding.leader.map(|leader| leader.as_str().to_owned()),
            capacity: some(&new.capacity),
            cancel_hours: some(&new.cancel_hours),
            age_min: new.age.min.map(|age| age.to_string()),
            age_max: new.age.max.map(|age| age.to_string()),
            waitlist_cap: new.waitlist_cap.map(|cap| cap.to_string()),
            min_people: new.minimum.map(|minimum| minimum.people.to_string()),
            decide_days: new.minimum.map(|minimum| minimum.days.to_string()),
            ..Self::default()
        };
        let scopes = [("whole", new.scopes.whole), ("rest", new.scopes.rest), ("single", new.scopes.single)];
        form.scopes = scopes.into_iter().filter(|(_, is)| *is).map(|(code, _)| code.to_owned()).collect();
        let rule = match new.series.rule {
            Recurrence::Weekly { weekdays, every } => {
                form.weekday = weekdays.iter().map(|day| day.code().to_owned()).collect();
                form.every = some(&every);
                "weekly"
            }
            Recurrence::MonthlyWeekday { weekday, nth } => {
                (form.nth, form.nth_weekday) = (some(&nth), Some(weekday.code().to_owned()));
                "month_weekday"
            }
            Recurrence::MonthlyDay { day } => {
                form.month_day = some(&day);
                "month_day"
            }
            Recurrence::Lunar { month, day } => {
                (form.lunar_month, form.lunar_day) = (month.map(|month| month.to_string()), some(&day));
                "lunar"
            }
            // Its dates are over; others must be listed.
            Recurrence::Dates { .. } => "dates",
        };
        form.rule = Some(rule.to_owned());
        form
    }

    /// The form that a URL holds, if it holds one.
    pub fn in_url(params: &ParamsMap) -> Option<Self> {
        let one = |name: &str| params.get(name);
        let many = |name: &str| params.get_all(name).unwrap_or_default();
        one("rule")?;
        Some(Self {
            name: one("name"),
            rule: one("rule"),
            weekday: many("weekday[]"),
            every: one("every"),
            nth: one("nth"),
            nth_weekday: one("nth_weekday"),
            month_day: one("month_day"),
            lunar_month: one("lunar_month"),
            lunar_day: one("lunar_day"),
            dates: one("dates"),
            except: one("except"),
            from: one("from"),
            until: one("until"),
            start: one("start"),
            end: one("end"),
            holidays: one("holidays"),
            room: one("room"),
            leader: one("leader"),
            capacity: one("capacity"),
            opens: one("opens"),
            closes: one("closes"),
            cancel_hours: one("cancel_hours"),
            age_min: one("age_min"),
            age_max: one("age_max"),
            age_on: one("age_on"),
            scopes: many("scopes[]"),
            waitlist_cap: one("waitlist_cap"),
            min_people: one("min_people"),
            decide_days: one("decide_days"),
        })
    }

    /// The form as the pairs of a URL: what [`TermForm::in_url`] reads.
    pub fn pairs(&self) -> Vec<(&'static str, &str)> {
        let single = [
            ("name", &self.name),
            ("rule", &self.rule),
            ("every", &self.every),
            ("nth", &self.nth),
            ("nth_weekday", &self.nth_weekday),
            ("month_day", &self.month_day),
            ("lunar_month", &self.lunar_month),
            ("lunar_day", &self.lunar_day),
            ("dates", &self.dates),
            ("except", &self.except),
            ("from", &self.from),
            ("until", &self.until),
            ("start", &self.start),
            ("end", &self.end),
            ("holidays", &self.holidays),
            ("room", &self.room),
            ("leader", &self.leader),
            ("capacity", &self.capacity),
            ("opens", &self.opens),
            ("closes", &self.closes),
            ("cancel_hours", &self.cancel_hours),
            ("age_min", &self.age_min),
            ("age_max", &self.age_max),
            ("age_on", &self.age_on),
            ("waitlist_cap", &self.waitlist_cap),
            ("min_people", &self.min_people),
            ("decide_days", &self.decide_days),
        ];
        let single = single.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?)));
        let weekdays = self.weekday.iter().map(|day| ("weekday[]", day.as_str()));
        let scopes = self.scopes.iter().map(|scope| ("scopes[]", scope.as_str()));
        single.chain(weekdays).chain(scopes).collect()
    }

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
        let mut scopes = Scopes { whole: false, rest: false, single: false };
        for code in &self.scopes {
            match code.as_str() {
                "whole" => scopes.whole = true,
                "rest" => scopes.rest = true,
                "single" => scopes.single = true,
                _ => return Err(FieldProblem::new("scopes", InputProblem::Choice)),
            }
        }
        if self.scopes.is_empty() {
            return Err(FieldProblem::new("scopes", InputProblem::Empty));
        }
        Ok(scopes)
    }
}

#[cfg(test)]
#[path = "term_form_tests.rs"]
mod tests;
