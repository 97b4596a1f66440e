//! Who gets a place: the decisions about booking and cancelling.
//!
//! All of them look at one term as its rows stand under the lock. One rule gives the rest: *nobody waits for places
//! that are free*. After every change [`crate::line::promote`] restores it, so a newcomer whose places are all free
//! passes nobody who could have had them.

mod standing;

pub use standing::{Standing, standing_of_date, standing_of_term};

use crate::{
    activity::Unit,
    codes,
    entry::{Giving, Shape, Standings, may_enter},
    id::OccurrenceId,
    line::Line,
    refusal::Refusal,
    rights::Door,
    term::{Occurrence, OccurrenceState, Term, TermState},
    which::{Which, wanted},
};
use jiff::{Timestamp, ToSpan, civil::Date};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

codes! {
    /// How much of a term a booking takes.
    Scope {
        /// 整期: all of it, before it begins.
        Whole = "whole",
        /// 余下各次: every date still to come.
        Rest = "rest",
        /// 单次: one date, or some of one's choice.
        Single = "single",
        /// 固定: the same hours of every week.
        Weekly = "weekly",
    }
}

codes! {
    /// Where a booking stands.
    BookingState {
        /// It holds places (已报名).
        Confirmed = "confirmed",
        /// Places are kept for it until its family answers or the deadline passes (待确认).
        Offered = "offered",
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

/// What somebody asks for, with what else counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    /// Which dates.
    pub which: Which,
    /// Heads of the party, at least one.
    pub heads: u32,
    /// Grown-ups among them, where it was asked.
    pub adults: Option<u32>,
    /// The birth date of the person whom the booking is for, where known.
    pub birth: Option<Date>,
    /// What else the person and the household have.
    pub has: Standings,
    /// Booked although something else is at the same time.
    pub insists: bool,
    /// What the term asks to be agreed to was agreed to.
    pub consents: bool,
    /// Through which door it comes.
    pub door: Door,
}

impl Wish {
    /// The make-up of the party, where it is known.
    pub fn shape(&self) -> Option<Shape> {
        let adults = self.adults?;
        Some(Shape { adults, children: self.heads.checked_sub(adults)? })
    }
}

/// The places of a term as they stand under the lock.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Places {
    /// Places held on each date, in the term's unit.
    pub held: BTreeMap<OccurrenceId, u32>,
    /// How long the waiting list is.
    pub line: Line,
    /// How much of it stands before whoever isn't of a priority group.
    pub first: Line,
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
    /// Places are kept for the party until it confirms.
    Hold {
        /// On these dates.
        occurrences: Vec<OccurrenceId>,
        /// So many on each.
        places: u32,
        /// Until then.
        answer_by: Timestamp,
    },
    /// The party takes part in the draw.
    Apply {
        /// For these dates.
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

    /// True if so many places are left on each of the dates.
    pub fn fits(&self, term: &Term, dates: &[OccurrenceId], places: u32) -> bool {
        let wanted: BTreeSet<_> = dates.iter().collect();
        term.occurrences.iter().filter(|o| wanted.contains(&o.id)).all(|o| self.left(term, o) >= places)
    }

    /// Keeps what was decided, as if it had been written and read again, for whoever is next.
    pub fn note(&mut self, decision: &Decision, scope: Scope, is_first: bool) {
        let waiting = match decision {
            Decision::Confirm { occurrences, places } | Decision::Hold { occurrences, places, .. } => {
                return self.take(occurrences, *places);
            }
            Decision::Wait { occurrences, .. } | Decision::Apply { occurrences, .. } => occurrences,
        };
        for line in [Some(&mut self.line), is_first.then_some(&mut self.first)].into_iter().flatten() {
            match scope {
                // Several dates of one's choice never wait together.
                Scope::Single => waiting.iter().for_each(|date| *line.single.entry(*date).or_default() += 1),
                Scope::Weekly => line.some.push(waiting.iter().copied().collect()),
                Scope::Whole | Scope::Rest => line.all += 1,
            }
        }
    }

    /// Counts places as held.
    pub fn take(&mut self, dates: &[OccurrenceId], places: u32) {
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
    is_open(term, wish, now)?;
    let mut occurrences = wanted(term, &wish.which, now)?;
    may_enter(term, wish)?;
    may_be_one_day(term, wish, &occurrences)?;
    let taking = places_for(term.unit, wish.heads);
    if let Some(small) = smallest(term, &occurrences).filter(|small| taking > *small && *small > 0) {
        return Err(Refusal::PartyTooLarge { heads: wish.heads, capacity: small });
    }
    let entry = &term.entry;
    if entry.giving == Giving::Draw && !term.drawn {
        if wish.which.scope() == Scope::Single && occurrences.len() > 1 {
            return Err(Refusal::TooManyDates { max: 1 });
        }
        return Ok(Decision::Apply { occurrences, places: taking });
    }
    let is_first = entry.is_first(&wish.has.groups);
    let line = if is_first { &places.first } else { &places.line };
    // Where nobody may be passed, whoever comes after somebody that waits for one of these dates waits, too.
    let is_free = |date: &OccurrenceId| {
        places.fits(term, &[*date], taking) && (entry.smaller_may_pass || line.wanting(&[*date]) == 0)
    };
    let free: Vec<_> = occurrences.iter().copied().filter(is_free).collect();
    match wish.which.scope() {
        // Who comes every week comes on the days on which there is a place.
        Scope::Weekly if !free.is_empty() => occurrences.clone_from(&free),
        // Another hour of the same day may do: who chooses chooses again.
        Scope::Single if occurrences.len() > 1 && free.len() < occurrences.len() => {
            let full = term.occurrences.iter().find(|o| occurrences.contains(&o.id) && !free.contains(&o.id));
            return Err(full.map_or(Refusal::NoDateLeft, |o| Refusal::DateFull { on: o.on_date, start: o.start }));
        }
        _ => {}
    }
    let ahead = line.wanting(&occurrences);
    if free.len() == occurrences.len() {
        let hold = entry.hold_minutes.filter(|_| wish.door == Door::Page);
        return Ok(match hold.and_then(|minutes| now.checked_add(i64::from(minutes).minutes()).ok()) {
            Some(answer_by) => Decision::Hold { occurrences, places: taking, answer_by },
            None => Decision::Confirm { occurrences, places: taking },
        });
    }
    if let Some(cap) = term.waitlist_cap.filter(|cap| places.line.parties() >= *cap) {
        return Err(Refusal::WaitlistFull { cap });
    }
    if !term.promotable(now).any(|o| occurrences.contains(&o.id)) {
        return Err(Refusal::NobodyMovesUp);
    }
    Ok(Decision::Wait { occurrences, places: taking, ahead })
}

/// What a family can settle days before: everything of [`may_book`] but the hour and the places.
pub fn may_prepare(term: &Term, wish: &Wish, now: Timestamp) -> Result<(), Refusal> {
    if term.state == TermState::Cancelled {
        return Err(Refusal::CalledOff);
    }
    wanted(term, &wish.which, now)?;
    may_enter(term, wish)
}

/// Where one place a day is all that a person gets (clinics): two of a day are refused, chosen now or booked before.
fn may_be_one_day(term: &Term, wish: &Wish, dates: &[OccurrenceId]) -> Result<(), Refusal> {
    if !term.entry.one_a_day {
        return Ok(());
    }
    let mut days = wish.has.days.clone();
    let dates = term.occurrences.iter().filter(|date| dates.contains(&date.id));
    match dates.map(|date| date.on_date).find(|day| !days.insert(*day)) {
        Some(on) => Err(Refusal::OneADay { on }),
        None => Ok(()),
    }
}

fn is_open(term: &Term, wish: &Wish, now: Timestamp) -> Result<(), Refusal> {
    if term.state == TermState::Cancelled {
        return Err(Refusal::CalledOff);
    }
    let entry = &term.entry;
    if let Some(opens_at) = entry.opens_for(term.opens_at, &wish.has.groups).filter(|opens_at| now < *opens_at) {
        let priority = entry.priority_opens_at.filter(|earlier| *earlier <= now && now < opens_at);
        return Err(match priority {
            Some(_) => Refusal::PriorityFirst { groups: entry.priority.clone(), opens_at },
            None => Refusal::NotYetOpen { opens_at },
        });
    }
    // The desk may still take somebody who comes to the counter after closing, but not into a draw.
    let at_counter = wish.door == Door::Desk && (entry.giving != Giving::Draw || term.drawn);
    match term.closes_at.filter(|closes_at| *closes_at <= now && !at_counter) {
        Some(closed_at) => Err(Refusal::Closed { closed_at }),
        None => Ok(()),
    }
}

fn smallest(term: &Term, dates: &[OccurrenceId]) -> Option<u32> {
    term.occurrences.iter().filter(|o| dates.contains(&o.id)).map(|o| term.capacity_of(o)).min()
}

/// May an offer be accepted, or a hold be confirmed?
pub fn may_accept(state: BookingState, answer_by: Option<Timestamp>, now: Timestamp) -> Result<(), Refusal> {
    match (state, answer_by) {
        (BookingState::Offered, Some(until)) if until <= now => Err(Refusal::OfferOver { until }),
        (BookingState::Offered, _) => Ok(()),
        (BookingState::Cancelled, _) => Err(Refusal::AlreadyCancelled),
        (BookingState::Confirmed | BookingState::Waiting, _) => Err(Refusal::NothingOffered),
    }
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
        BookingState::Waiting | BookingState::Offered => Ok(()),
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
