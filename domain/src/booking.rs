//! Who gets a place: the decisions about booking, waiting, promotion and cancelling.
//!
//! All of them look at one term as its rows stand under the lock. One rule gives the rest: *nobody waits for places
//! that are free*. After every change [`promote`] restores it, so a newcomer whose places are all free passes
//! nobody who could have had them.

use crate::{
    activity::Unit,
    codes,
    id::{BookingId, OccurrenceId},
    person::age_on,
    refusal::Refusal,
    rights::Door,
    term::{AgeRule, Occurrence, OccurrenceState, Term, TermState},
};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

codes! {
    /// How much of a term a booking takes.
    Scope {
        /// 整期: all of it, before it begins.
        Whole = "whole",
        /// 余下各次: every date still to come.
        Rest = "rest",
        /// 单次: one date.
        Single = "single",
    }
}

codes! {
    /// Where a booking stands.
    BookingState {
        /// It holds places (已报名).
        Confirmed = "confirmed",
        /// It waits (候补).
        Waiting = "waiting",
        /// It is over (已取消).
        Cancelled = "cancelled",
    }
}

codes! {
    /// What a booking has on one date.
    PlaceState {
        /// A place.
        Held = "held",
        /// A wish for one.
        Waiting = "waiting",
        /// Nothing any more.
        Released = "released",
    }
}

codes! {
    /// What the roll says of a person on a date (签到).
    Mark {
        /// 到
        Present = "present",
        /// 迟到
        Late = "late",
        /// 缺席
        Absent = "absent",
        /// 请假
        Leave = "leave",
    }
}

/// The most heads of one party.
pub const MAX_HEADS: u32 = 10;

/// What somebody asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    /// How much of the term.
    pub scope: Scope,
    /// The date, for [`Scope::Single`].
    pub occurrence: Option<OccurrenceId>,
    /// Heads of the party, at least one.
    pub heads: u32,
    /// The birth date of the person whom the booking is for, where known.
    pub birth: Option<Date>,
    /// The person's live booking that shares a date with this wish, if any.
    pub earlier: Option<BookingState>,
    /// Through which door it comes.
    pub door: Door,
}

/// The places of a term as they stand under the lock.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Places {
    /// Places held on each date, in the term's unit.
    pub held: BTreeMap<OccurrenceId, u32>,
    /// How long the waiting list is.
    pub line: Line,
}

/// The waiting list (候补), counted by what its parties wait for: a rush makes it long, and whoever comes next need
/// not read it whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Parties that wait for every date that was to come when they asked.
    pub all: u32,
    /// Parties that wait for one date.
    pub single: BTreeMap<OccurrenceId, u32>,
}

impl Line {
    /// Parties in it.
    pub fn parties(&self) -> u32 {
        self.all + self.single.values().sum::<u32>()
    }

    /// Parties in it that wait for one of `dates`.
    pub fn wanting(&self, dates: &[OccurrenceId]) -> u32 {
        self.all + dates.iter().filter_map(|date| self.single.get(date)).sum::<u32>()
    }
}

/// A booking that waits, as [`promote`] looks at it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiter {
    /// The booking.
    pub booking: BookingId,
    /// Its number in the order of arrival within the term.
    pub queue_no: i64,
    /// Places wanted on each date.
    pub places: u32,
    /// The dates wanted.
    pub occurrences: Vec<OccurrenceId>,
}

/// The answer to a wish that the rules allow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Decision {
    /// The party holds its places.
    Confirm {
        /// On these dates.
        occurrences: Vec<OccurrenceId>,
        /// So many on each.
        places: u32,
    },
    /// The party waits.
    Wait {
        /// For these dates.
        occurrences: Vec<OccurrenceId>,
        /// So many on each.
        places: u32,
        /// Parties ahead that wait for one of the same dates.
        ahead: u32,
    },
}

impl Places {
    /// Places left on a date.
    pub fn left(&self, term: &Term, occurrence: &Occurrence) -> u32 {
        term.capacity_of(occurrence).saturating_sub(self.held.get(&occurrence.id).copied().unwrap_or(0))
    }

    fn fits(&self, term: &Term, dates: &[OccurrenceId], places: u32) -> bool {
        let wanted: BTreeSet<_> = dates.iter().collect();
        term.occurrences.iter().filter(|o| wanted.contains(&o.id)).all(|o| self.left(term, o) >= places)
    }

    /// Keeps what was decided, as if it had been written and read again, for whoever is next.
    pub fn note(&mut self, decision: &Decision, scope: Scope) {
        match decision {
            Decision::Confirm { occurrences, places } => self.take(occurrences, *places),
            Decision::Wait { occurrences, .. } if scope == Scope::Single => {
                for date in occurrences {
                    *self.line.single.entry(*date).or_default() += 1;
                }
            }
            Decision::Wait { .. } => self.line.all += 1,
        }
    }

    fn take(&mut self, dates: &[OccurrenceId], places: u32) {
        for date in dates {
            *self.held.entry(*date).or_default() += places;
        }
    }
}

/// Places that a party of `heads` takes on each date.
pub fn places_for(unit: Unit, heads: u32) -> u32 {
    match unit {
        Unit::Person => heads,
        Unit::Family => 1,
    }
}

/// Decides one wish. The order of the rules is the order in which a person would want to hear of them.
pub fn may_book(term: &Term, places: &Places, wish: &Wish, now: Timestamp) -> Result<Decision, Refusal> {
    if term.state == TermState::Cancelled {
        return Err(Refusal::CalledOff);
    }
    if let Some(opens_at) = term.opens_at.filter(|opens_at| now < *opens_at) {
        return Err(Refusal::NotYetOpen { opens_at });
    }
    // The desk may still take somebody who comes to the counter after closing.
    if let Some(closed_at) = term.closes_at.filter(|closes_at| *closes_at <= now && wish.door != Door::Desk) {
        return Err(Refusal::Closed { closed_at });
    }
    if !term.scopes.allows(wish.scope) {
        return Err(Refusal::ScopeNotOffered);
    }
    let occurrences = wanted(term, wish, now)?;
    check_age(term, wish.birth, &term.age)?;
    if let Some(earlier) = wish.earlier {
        return Err(Refusal::AlreadyBooked { waiting: earlier == BookingState::Waiting });
    }
    let taking = places_for(term.unit, wish.heads);
    if let Some(small) = smallest(term, &occurrences).filter(|small| taking > *small && *small > 0) {
        return Err(Refusal::PartyTooLarge { heads: wish.heads, capacity: small });
    }
    if places.fits(term, &occurrences, taking) {
        return Ok(Decision::Confirm { occurrences, places: taking });
    }
    if let Some(cap) = term.waitlist_cap.filter(|cap| places.line.parties() >= *cap) {
        return Err(Refusal::WaitlistFull { cap });
    }
    let ahead = places.line.wanting(&occurrences);
    Ok(Decision::Wait { occurrences, places: taking, ahead })
}

fn wanted(term: &Term, wish: &Wish, now: Timestamp) -> Result<Vec<OccurrenceId>, Refusal> {
    let coming: Vec<_> = term.coming(now).map(|o| o.id).collect();
    match wish.scope {
        Scope::Whole if term.has_begun(now) => Err(Refusal::AlreadyBegun),
        Scope::Whole | Scope::Rest if coming.is_empty() => Err(Refusal::NoDateLeft),
        Scope::Whole | Scope::Rest => Ok(coming),
        Scope::Single => {
            let date = term.occurrences.iter().find(|o| Some(o.id) == wish.occurrence).ok_or(Refusal::NoDateLeft)?;
            match date.state {
                OccurrenceState::Cancelled => Err(Refusal::CalledOff),
                OccurrenceState::Scheduled if date.starts_at <= now => {
                    Err(Refusal::Closed { closed_at: date.starts_at })
                }
                OccurrenceState::Scheduled => Ok(vec![date.id]),
            }
        }
    }
}

fn smallest(term: &Term, dates: &[OccurrenceId]) -> Option<u32> {
    term.occurrences.iter().filter(|o| dates.contains(&o.id)).map(|o| term.capacity_of(o)).min()
}

/// Checks the age rule on its date: the stated one, or the term's first.
fn check_age(term: &Term, birth: Option<Date>, rule: &AgeRule) -> Result<(), Refusal> {
    if rule.min.is_none() && rule.max.is_none() {
        return Ok(());
    }
    let Some(on) = rule.on.or_else(|| term.first().map(|o| o.on_date)) else { return Ok(()) };
    let birth = birth.ok_or(Refusal::BirthDateNeeded)?;
    let age = age_on(birth, on);
    if rule.min.is_some_and(|min| age < min) || rule.max.is_some_and(|max| age > max) {
        return Err(Refusal::Age { min: rule.min, max: rule.max, on, age });
    }
    Ok(())
}

/// Who moves up: the bookings to confirm, in order, each with the dates that it then holds.
///
/// Dates that have begun or were called off are no longer wanted. A party that doesn't fit doesn't hold up a
/// smaller one behind it; the page says so.
pub fn promote(
    term: &Term,
    places: &Places,
    waiting: &[Waiter],
    now: Timestamp,
) -> Vec<(BookingId, Vec<OccurrenceId>)> {
    if term.state == TermState::Cancelled {
        return Vec::new();
    }
    let coming: BTreeSet<_> = term.coming(now).map(|o| o.id).collect();
    let mut places = places.clone();
    let mut up = Vec::new();
    let mut waiting: Vec<_> = waiting.iter().collect();
    waiting.sort_by_key(|w| w.queue_no);
    for waiter in waiting {
        let dates: Vec<_> = waiter.occurrences.iter().copied().filter(|date| coming.contains(date)).collect();
        if !dates.is_empty() && places.fits(term, &dates, waiter.places) {
            places.take(&dates, waiter.places);
            up.push((waiter.booking, dates));
        }
    }
    up
}

/// May this booking be cancelled? `held` are the dates on which it holds places.
pub fn may_cancel(
    term: &Term,
    state: BookingState,
    held: &[OccurrenceId],
    door: Door,
    now: Timestamp,
) -> Result<(), Refusal> {
    match state {
        BookingState::Cancelled => Err(Refusal::AlreadyCancelled),
        BookingState::Waiting => Ok(()),
        BookingState::Confirmed if door != Door::Page => Ok(()),
        BookingState::Confirmed => match cancel_deadline(term, held) {
            Some(deadline) if now > deadline => Err(Refusal::TooLateToCancel { deadline }),
            _ => Ok(()),
        },
    }
}

/// The last instant at which a family may cancel: counted from the first date held that takes place.
pub fn cancel_deadline(term: &Term, held: &[OccurrenceId]) -> Option<Timestamp> {
    term.occurrences
        .iter()
        .find(|o| o.state == OccurrenceState::Scheduled && held.contains(&o.id))
        .map(|o| term.cancel_until(o.starts_at))
}

/// How a date or a term stands for somebody who looks at it: what the calendar says in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Standing {
    /// 可报名: places are left.
    Open {
        /// How many.
        left: u32,
    },
    /// 候补: one can join the waiting list.
    Waitlist {
        /// Parties that wait already.
        ahead: u32,
    },
    /// Booking opens later.
    Opens {
        /// When.
        at: Timestamp,
    },
    /// 已满: neither places nor room on the waiting list.
    Full,
    /// 已截止: booking is over.
    Closed,
    /// 已取消: called off.
    CalledOff,
    /// 已结束: it has taken place.
    Past,
}

/// How one date stands.
pub fn standing_of_date(term: &Term, places: &Places, date: &Occurrence, now: Timestamp) -> Standing {
    if term.state == TermState::Cancelled || date.state == OccurrenceState::Cancelled {
        return Standing::CalledOff;
    }
    if date.ends_at <= now {
        return Standing::Past;
    }
    if date.starts_at <= now {
        return Standing::Closed;
    }
    if term.scopes.single {
        return window(term, now).unwrap_or_else(|| vacancy(term, places, &[date.id]));
    }
    standing_of_term(term, places, now)
}

/// How the term stands for somebody who would book all of what may be booked now.
pub fn standing_of_term(term: &Term, places: &Places, now: Timestamp) -> Standing {
    if term.state == TermState::Cancelled {
        return Standing::CalledOff;
    }
    let coming: Vec<_> = term.coming(now).map(|o| o.id).collect();
    if coming.is_empty() {
        return Standing::Past;
    }
    if let Some(shut) = window(term, now) {
        return shut;
    }
    if term.scopes.single && !term.scopes.rest && (!term.scopes.whole || term.has_begun(now)) {
        return best(term, places, &coming);
    }
    if term.has_begun(now) && !term.scopes.rest {
        return Standing::Closed;
    }
    vacancy(term, places, &coming)
}

fn window(term: &Term, now: Timestamp) -> Option<Standing> {
    match (term.opens_at, term.closes_at) {
        (Some(at), _) if now < at => Some(Standing::Opens { at }),
        (_, Some(at)) if at <= now => Some(Standing::Closed),
        _ => None,
    }
}

fn vacancy(term: &Term, places: &Places, dates: &[OccurrenceId]) -> Standing {
    let left =
        term.occurrences.iter().filter(|o| dates.contains(&o.id)).map(|o| places.left(term, o)).min().unwrap_or(0);
    if left > 0 {
        return Standing::Open { left };
    }
    match term.waitlist_cap {
        Some(cap) if places.line.parties() >= cap => Standing::Full,
        _ => Standing::Waitlist { ahead: places.line.wanting(dates) },
    }
}

/// Where only single dates can be booked, the term stands as its best date does.
fn best(term: &Term, places: &Places, coming: &[OccurrenceId]) -> Standing {
    let mut standings = coming.iter().map(|date| vacancy(term, places, &[*date]));
    let first = standings.next().unwrap_or(Standing::Past);
    standings.fold(first, |best, next| match (best, next) {
        (Standing::Open { left: a }, Standing::Open { left: b }) => Standing::Open { left: a.max(b) },
        (Standing::Open { .. }, _) => best,
        (_, Standing::Open { .. }) => next,
        (Standing::Waitlist { .. }, _) => best,
        _ => next,
    })
}
