//! A term (期) and its dates, as the rules see them.

use crate::{
    activity::Unit,
    booking::Scope,
    codes,
    entry::{Entry, Giving},
    id::{OccurrenceId, TermId},
};
use jiff::{
    Timestamp, ToSpan,
    civil::{Date, Time},
};
use serde::{Deserialize, Serialize};

codes! {
    /// The life of a term.
    TermState {
        /// Seen by the public.
        Published = "published",
        /// Called off as a whole.
        Cancelled = "cancelled",
    }
}

codes! {
    /// How a freed place reaches the first in line (递补方式).
    Promotion {
        /// The first in line gets it at once.
        AutoFill = "auto_fill",
        /// It is offered to the first in line, who has to answer by a deadline.
        Offer = "offer",
    }
}

codes! {
    /// The state of one date.
    OccurrenceState {
        /// It takes place.
        Scheduled = "scheduled",
        /// It is called off; its row stays, struck.
        Cancelled = "cancelled",
    }
}

/// The most dates that one term may have: three a week over five years is more than any centre plans.
pub const MAX_OCCURRENCES: usize = 800;

/// Whom a term takes, by age on a stated date.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgeRule {
    /// The youngest age in completed years.
    pub min: Option<i16>,
    /// The oldest age in completed years.
    pub max: Option<i16>,
    /// The date on which age is counted; the term's first date where none is stated.
    pub on: Option<Date>,
}

/// With how few people a term is in question (最低开班人数), and when that is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Minimum {
    /// People, or families, on its first date.
    pub people: u32,
    /// So many days before its first date staff must know.
    pub days: u32,
}

/// What the rules of booking need to know of a term.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// Its id.
    pub id: TermId,
    /// Published or called off.
    pub state: TermState,
    /// What a place is counted in.
    pub unit: Unit,
    /// Places on each date, in [`Unit`]s, where the date states none of its own.
    pub capacity: u32,
    /// When booking opens; open since ever if none.
    pub opens_at: Option<Timestamp>,
    /// When booking closes; with the start of the date booked if none.
    pub closes_at: Option<Timestamp>,
    /// How many hours before the start of the first date held a family may still cancel by itself.
    pub cancel_hours: u32,
    /// Whom it takes.
    pub age: AgeRule,
    /// Which scopes may be booked.
    pub scopes: Scopes,
    /// The most parties that may wait; none means no cap.
    pub waitlist_cap: Option<u32>,
    /// How a freed place reaches the first in line.
    pub promotion: Promotion,
    /// The other rules of entry.
    pub entry: Entry,
    /// True once lots were drawn.
    pub drawn: bool,
    /// Its dates in order of start, the cancelled ones included.
    pub occurrences: Vec<Occurrence>,
}

/// Which scopes a term allows to book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scopes {
    /// The whole term, before its first date.
    pub whole: bool,
    /// What is left of it, once it has begun.
    pub rest: bool,
    /// One date, or some of one's choice.
    pub single: bool,
    /// The same hours of every week.
    pub weekly: bool,
}

impl Scopes {
    /// True if `scope` is allowed.
    pub fn allows(self, scope: Scope) -> bool {
        match scope {
            Scope::Whole => self.whole,
            Scope::Rest => self.rest,
            Scope::Single => self.single,
            Scope::Weekly => self.weekly,
        }
    }
}

/// One date of a term.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Occurrence {
    /// Its id.
    pub id: OccurrenceId,
    /// The local date.
    pub on_date: Date,
    /// When it starts there, local.
    pub start: Time,
    /// When it starts.
    pub starts_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
    /// Takes place or called off.
    pub state: OccurrenceState,
    /// Places on this date where they differ from the term's.
    pub capacity: Option<u32>,
}

impl Minimum {
    /// Days before the first date where nothing else is said.
    pub const USUAL_DAYS: u32 = 3;

    /// The day from which on staff must know.
    pub fn decide_on(&self, first: Date) -> Date {
        first.checked_sub(i64::from(self.days).days()).unwrap_or(first)
    }
}

impl Term {
    /// How many places are missing, once that must be known and before the first date begins; none where enough are
    /// held on it, where nobody asks, or before anybody could book.
    pub fn shortage(&self, minimum: Option<Minimum>, held: u32, today: Date, now: Timestamp) -> Option<u32> {
        let minimum = minimum?;
        let first = self.first()?;
        let open = self.first_opening().is_none_or(|opens_at| opens_at <= now);
        let due = open && first.starts_at > now && minimum.decide_on(first.on_date) <= today;
        minimum.people.checked_sub(held).filter(|missing| due && *missing > 0)
    }

    /// The dates that take place and have not begun at `now`.
    pub fn coming(&self, now: Timestamp) -> impl Iterator<Item = &Occurrence> {
        self.occurrences.iter().filter(move |o| o.state == OccurrenceState::Scheduled && o.starts_at > now)
    }

    /// The dates to come for which somebody may still move up (递补截止).
    pub fn promotable(&self, now: Timestamp) -> impl Iterator<Item = &Occurrence> {
        self.coming(now).filter(move |o| self.last_promotion(o) > now)
    }

    /// The instant after which nobody moves up to a date.
    pub fn last_promotion(&self, date: &Occurrence) -> Timestamp {
        date.starts_at.checked_sub(i64::from(self.entry.cutoff_hours).hours()).unwrap_or(Timestamp::MIN)
    }

    /// When the first may book: the priority groups, or everybody; none if it is open since ever.
    pub fn first_opening(&self) -> Option<Timestamp> {
        let earlier = self.entry.priority_opens_at.filter(|_| self.entry.giving == Giving::PriorityFirst);
        match (self.opens_at, earlier) {
            (Some(opens_at), Some(earlier)) => Some(opens_at.min(earlier)),
            (opens_at, _) => opens_at,
        }
    }

    /// The first date that takes place.
    pub fn first(&self) -> Option<&Occurrence> {
        self.occurrences.iter().find(|o| o.state == OccurrenceState::Scheduled)
    }

    /// True once the first date that takes place has begun.
    pub fn has_begun(&self, now: Timestamp) -> bool {
        self.first().is_some_and(|o| o.starts_at <= now)
    }

    /// Places on one date.
    pub fn capacity_of(&self, occurrence: &Occurrence) -> u32 {
        occurrence.capacity.unwrap_or(self.capacity)
    }

    /// "第 n 次 / 共 m 次" of a date, counted over the dates that take place; none for a cancelled date.
    pub fn ordinal(&self, id: OccurrenceId) -> Option<(usize, usize)> {
        let held: Vec<_> =
            self.occurrences.iter().filter(|o| o.state == OccurrenceState::Scheduled).map(|o| o.id).collect();
        held.iter().position(|held| *held == id).map(|n| (n + 1, held.len()))
    }

    /// The last instant at which a family may cancel a booking whose first date starts at `start`.
    pub fn cancel_until(&self, start: Timestamp) -> Timestamp {
        start.checked_sub(i64::from(self.cancel_hours).hours()).unwrap_or(Timestamp::MIN)
    }
}
