//! Which dates of a term somebody asks for: all, the rest, chosen ones, or the same every week (固定预约).

use crate::{
    booking::Scope,
    code::Code,
    id::OccurrenceId,
    recurrence::Weekday,
    refusal::Refusal,
    term::{Occurrence, OccurrenceState, Term},
};
use jiff::{Timestamp, civil::Time};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What somebody asks for of a term.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Which {
    /// All of it, before it begins.
    Whole,
    /// Every date still to come.
    Rest,
    /// Chosen dates; order and repeats don't matter.
    Dates(Vec<OccurrenceId>),
    /// Every date to come that falls on one of these hours of the week.
    Weekly(Vec<WeekHour>),
}

/// An hour of the week on which a term meets, such as Monday at 8:30.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct WeekHour {
    /// The weekday.
    pub weekday: Weekday,
    /// When it starts there, local.
    pub start: Time,
}

impl Which {
    /// How much of the term that is.
    pub fn scope(&self) -> Scope {
        match self {
            Self::Whole => Scope::Whole,
            Self::Rest => Scope::Rest,
            Self::Dates(_) => Scope::Single,
            Self::Weekly(_) => Scope::Weekly,
        }
    }

    /// The hours of the week, where those are asked for.
    pub fn weekly(&self) -> &[WeekHour] {
        match self {
            Self::Weekly(hours) => hours,
            Self::Whole | Self::Rest | Self::Dates(_) => &[],
        }
    }

    /// The term's dates that are meant, whether or not they may be booked.
    pub fn dates<'a>(&'a self, term: &'a Term, now: Timestamp) -> Vec<&'a Occurrence> {
        match self {
            Self::Whole | Self::Rest => term.coming(now).collect(),
            Self::Dates(chosen) => term.occurrences.iter().filter(|date| chosen.contains(&date.id)).collect(),
            Self::Weekly(hours) => term.coming(now).filter(|date| hours.contains(&WeekHour::of(date))).collect(),
        }
    }
}

impl WeekHour {
    /// The hour of the week of a date.
    pub fn of(date: &Occurrence) -> Self {
        Self { weekday: Weekday::of(date.on_date), start: date.start }
    }

    /// Reads what [`WeekHour`] writes: `MO 08:30`, a weekday by its code in RFC 5545 and a time.
    pub fn parse(raw: &str) -> Option<Self> {
        let (weekday, start) = raw.trim().split_once([' ', '@'])?;
        Some(Self { weekday: Weekday::from_code(weekday)?, start: start.parse().ok()? })
    }
}

impl std::fmt::Display for WeekHour {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.weekday, self.start.strftime("%H:%M"))
    }
}

/// The hours of the week on which a term meets more than once from now on, in their order, where it lets them be booked.
pub fn bookable_weekly(term: &Term, now: Timestamp) -> Vec<WeekHour> {
    if !term.scopes.weekly {
        return Vec::new();
    }
    let mut often: BTreeMap<WeekHour, u32> = BTreeMap::new();
    for date in term.coming(now) {
        *often.entry(WeekHour::of(date)).or_default() += 1;
    }
    often.into_iter().filter(|(_, times)| *times > 1).map(|(hour, _)| hour).collect()
}

/// The dates that a wish is for, in the term's order, once they may be booked by themselves.
pub(crate) fn wanted(term: &Term, which: &Which, now: Timestamp) -> Result<Vec<OccurrenceId>, Refusal> {
    if !term.scopes.allows(which.scope()) {
        return Err(Refusal::ScopeNotOffered);
    }
    if *which == Which::Whole && term.has_begun(now) {
        return Err(Refusal::AlreadyBegun);
    }
    let dates = which.dates(term, now);
    if dates.is_empty() {
        return Err(Refusal::NoDateLeft);
    }
    if let Which::Dates(chosen) = which {
        if dates.len() < chosen.iter().collect::<std::collections::BTreeSet<_>>().len() {
            return Err(Refusal::NoDateLeft);
        }
        let max = term.entry.dates_at_once;
        if u32::try_from(dates.len()).is_ok_and(|count| count > max) {
            return Err(Refusal::TooManyDates { max });
        }
        for date in &dates {
            match date.state {
                OccurrenceState::Cancelled => return Err(Refusal::CalledOff),
                OccurrenceState::Scheduled if date.starts_at <= now => {
                    return Err(Refusal::Closed { closed_at: date.starts_at });
                }
                OccurrenceState::Scheduled => {}
            }
        }
    }
    Ok(dates.into_iter().map(|date| date.id).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_of_the_week_is_read_as_it_is_written() {
        for raw in ["MO 08:30", "SU 23:59", "WE 00:00"] {
            assert_eq!(WeekHour::parse(raw).unwrap().to_string(), raw);
        }
        for raw in ["", "MO", "XX 08:30", "MO 25:00", "MO 8点"] {
            assert_eq!(WeekHour::parse(raw), None, "{raw}");
        }
    }
}
