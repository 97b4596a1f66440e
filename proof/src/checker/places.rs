//! Not one place more at any time, not one less.

use super::{Ask, Party};
use crate::{Answer, Entry, Rows};
use domain::booking::{BookingState, PlaceState};
use std::collections::BTreeMap;
use uuid::Uuid;

pub(super) fn check(rows: &Rows, asks: &BTreeMap<Uuid, Ask>, parties: &[Party], found: &mut Vec<String>) {
    let taken = rows.standing.taken();
    for (id, date) in &rows.standing.dates {
        let capacity = rows.standing.capacity(date);
        let most = at_most(parties, rows, *id);
        if most > capacity {
            found.push(format!("date {id} had {most} places given at one time, of {capacity}"));
        }
    }
    for party in parties.iter().filter(|party| party.row.state == BookingState::Waiting) {
        let mut wanted = rows.standing.places(party.row.id).iter().filter(|place| place.state == PlaceState::Waiting);
        if wanted.all(|place| free(rows, &taken, place.occurrence_id) >= i64::from(place.places)) {
            found.push(format!("{} waits, although all that it waits for is free", party.name()));
        }
    }
    for ask in asks.values() {
        for entry in ask.entries.iter().filter(|entry| entry.answer == Answer::Full) {
            told_full(rows, parties, ask, entry, found);
        }
    }
}

fn free(rows: &Rows, taken: &BTreeMap<Uuid, i64>, date: Uuid) -> i64 {
    rows.standing.dates.get(&date).map_or(0, |row| rows.standing.capacity(row) - taken.get(&date).copied().unwrap_or(0))
}

/// The most places of a date that were surely given at one time: from when a booking was told until somebody asked to
/// give it back.
fn at_most(parties: &[Party], rows: &Rows, date: Uuid) -> i64 {
    let mut changes = Vec::new();
    for party in parties.iter().filter(|party| party.number.is_none()) {
        let Some(told_at) = party.ask.told_at() else { continue };
        let until = party.leaves_from.unwrap_or(u64::MAX);
        for place in
            rows.standing.places(party.row.id).iter().filter(|place| place.occurrence_id == date && told_at < until)
        {
            changes.push((told_at, i64::from(place.places)));
            changes.push((until, -i64::from(place.places)));
        }
    }
    // At the same instant what is given back counts first.
    changes.sort_unstable();
    let sums = changes.into_iter().scan(0, |sum, (_, change)| {
        *sum += change;
        Some(*sum)
    });
    sums.max().unwrap_or(0)
}

/// Nobody is told that all is full while there was surely a place, or room on the waiting list.
fn told_full(rows: &Rows, parties: &[Party], ask: &Ask, entry: &Entry, found: &mut Vec<String>) {
    let answered_at = entry.answered_at.unwrap_or(u64::MAX);
    let may_have_been = |party: &&Party| {
        let asked_before = party.row.term_id == ask.term && party.ask.asked_at() <= answered_at;
        asked_before && party.left_by.is_none_or(|left| left >= entry.asked_at)
    };
    let there: Vec<&Party> = parties.iter().filter(may_have_been).collect();
    let dates = rows.standing.dates.values().filter(|date| date.term_id == ask.term);
    let a_date_was_full = dates.clone().any(|date| {
        let places = there.iter().filter(|party| party.row.confirmed_at.is_some());
        let places =
            places.flat_map(|party| rows.standing.places(party.row.id)).filter(|place| place.occurrence_id == date.id);
        places.map(|place| i64::from(place.places)).sum::<i64>() + i64::from(ask.heads) > rows.standing.capacity(date)
    });
    if !a_date_was_full {
        found.push(format!("client {} was told that all is full while places were free", ask.client()));
    }
    let waiting = there.iter().filter(|party| party.number.is_some()).count();
    let cap = rows.standing.terms.get(&ask.term).and_then(|term| term.waitlist_cap);
    if cap.is_none_or(|cap| i64::try_from(waiting).is_ok_and(|waiting| waiting < i64::from(cap))) {
        found.push(format!("client {} was told that all is full while the waiting list had room", ask.client()));
    }
}
