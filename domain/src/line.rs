//! The waiting list (候补): who stands before whom, and who moves up (递补).

use crate::{
    booking::Places,
    entry::Giving,
    id::{BookingId, OccurrenceId},
    term::{Term, TermState},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The waiting list, counted by what its parties wait for: a rush makes it long, and whoever comes next need not read
/// it whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Parties that wait for every date that was to come when they asked.
    pub all: u32,
    /// Parties that wait for one date.
    pub single: BTreeMap<OccurrenceId, u32>,
    /// What each of the parties waits for that waits for some dates.
    pub some: Vec<BTreeSet<OccurrenceId>>,
}

impl Line {
    /// Parties in it.
    pub fn parties(&self) -> u32 {
        self.all + self.single.values().sum::<u32>() + number(self.some.len())
    }

    /// Parties in it that wait for one of `dates`.
    pub fn wanting(&self, dates: &[OccurrenceId]) -> u32 {
        let some = self.some.iter().filter(|wanted| dates.iter().any(|date| wanted.contains(date)));
        self.all + dates.iter().filter_map(|date| self.single.get(date)).sum::<u32>() + number(some.count())
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Where a booking stands in line: a number that rises with those behind it. Those of a priority group stand before
/// all others; within either, who came first; after a draw, as the lots fell.
pub fn order_no(is_first: bool, entry_has_priority: bool, queue_no: i64) -> i64 {
    if entry_has_priority && !is_first { OTHERS + queue_no } else { queue_no }
}

/// Below it stand the priority groups, above it all others: more than ever book one term.
pub const OTHERS: i64 = 1 << 40;

/// A booking that waits, as [`promote`] looks at it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiter {
    /// The booking.
    pub booking: BookingId,
    /// Where it stands, by [`order_no`].
    pub order_no: i64,
    /// Places wanted on each date.
    pub places: u32,
    /// The dates wanted.
    pub occurrences: Vec<OccurrenceId>,
}

/// Who moves up: the bookings that get their places, in order, each with the dates that it then holds.
///
/// Dates that are past their cut-off or were called off are no longer wanted. A party that doesn't fit is passed by
/// smaller ones behind it, or holds up all that want one of its dates, as the term states.
pub fn promote(
    term: &Term,
    places: &Places,
    waiting: &[Waiter],
    now: Timestamp,
) -> Vec<(BookingId, Vec<OccurrenceId>)> {
    if term.state == TermState::Cancelled || (term.entry.giving == Giving::Draw && !term.drawn) {
        return Vec::new();
    }
    let wanted: BTreeSet<_> = term.promotable(now).map(|o| o.id).collect();
    let mut places = places.clone();
    let mut held_up: BTreeSet<OccurrenceId> = BTreeSet::new();
    let mut up = Vec::new();
    let mut waiting: Vec<_> = waiting.iter().collect();
    waiting.sort_by_key(|waiter| waiter.order_no);
    for waiter in waiting {
        let dates: Vec<_> = waiter.occurrences.iter().copied().filter(|date| wanted.contains(date)).collect();
        if dates.is_empty() {
            continue;
        }
        if !dates.iter().any(|date| held_up.contains(date)) && places.fits(term, &dates, waiter.places) {
            places.take(&dates, waiter.places);
            up.push((waiter.booking, dates));
        } else if !term.entry.smaller_may_pass {
            held_up.extend(dates);
        }
    }
    up
}

/// Why the first in line has not moved up (递补不动的原因), for staff who are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Stuck {
    /// All places are held.
    NoPlaceFree,
    /// Places are free, but fewer than the party needs on each of its dates.
    TooFewFree {
        /// What it needs.
        needs: u32,
        /// What is free on its fullest date.
        free: u32,
    },
    /// A larger party before it must have its places first.
    HeldUp,
    /// Its dates are past the cut-off.
    PastCutoff,
    /// Lots are not drawn yet.
    NotDrawn,
}

/// Why a party that waits has no place, given all of the line; none if it moves up now.
pub fn why_stuck(term: &Term, places: &Places, waiting: &[Waiter], one: BookingId, now: Timestamp) -> Option<Stuck> {
    if term.entry.giving == Giving::Draw && !term.drawn {
        return Some(Stuck::NotDrawn);
    }
    let waiter = waiting.iter().find(|waiter| waiter.booking == one)?;
    if promote(term, places, waiting, now).iter().any(|(up, _)| *up == one) {
        return None;
    }
    let wanted: Vec<_> = term.promotable(now).filter(|o| waiter.occurrences.contains(&o.id)).collect();
    let Some(free) = wanted.iter().map(|o| places.left(term, o)).min() else { return Some(Stuck::PastCutoff) };
    Some(match free {
        0 => Stuck::NoPlaceFree,
        free if free < waiter.places => Stuck::TooFewFree { needs: waiter.places, free },
        _ => Stuck::HeldUp,
    })
}
