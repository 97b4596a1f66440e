//! The waiting list moves in order, and its numbers are true.

use super::Party;
use crate::Rows;
use domain::booking::{BookingState, PlaceState, Scope};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

pub(super) fn check(rows: &Rows, parties: &[Party], found: &mut Vec<String>) {
    let mut terms: BTreeMap<Uuid, Vec<&Party>> = BTreeMap::new();
    for party in parties {
        terms.entry(party.row.term_id).or_default().push(party);
    }
    for parties in terms.values() {
        arrivals(parties, found);
        numbers(rows, parties, found);
        skipped(rows, parties, found);
    }
}

/// Whoever was answered before another asked stands before it.
fn arrivals(parties: &[&Party], found: &mut Vec<String>) {
    let mut by_asking: Vec<_> = parties.iter().collect();
    by_asking.sort_by_key(|party| party.ask.asked_at());
    let mut by_telling: Vec<_> = parties.iter().filter_map(|party| Some((party.ask.told_at()?, *party))).collect();
    by_telling.sort_by_key(|(told_at, _)| *told_at);
    let mut told = by_telling.into_iter().peekable();
    let mut last: Option<&Party> = None;
    for party in by_asking {
        while let Some((_, earlier)) = told.next_if(|(told_at, _)| *told_at < party.ask.asked_at()) {
            last = last.filter(|last| last.row.queue_no > earlier.row.queue_no).or(Some(earlier));
        }
        if let Some(last) = last.filter(|last| last.row.queue_no > party.row.queue_no) {
            let (late, early) = (party.name(), last.name());
            found.push(format!("{late} was asked for after {early} had been told, and stands before it"));
        }
    }
}

/// A number counts those ahead: at most all who had to wait before, at least those of them who wait still.
fn numbers(rows: &Rows, parties: &[&Party], found: &mut Vec<String>) {
    for (at, party) in parties.iter().enumerate() {
        let Some(number) = party.number else { continue };
        let dates = dates(rows, party);
        let shares = |other: &&&Party| {
            matches!(other.row.scope.0, Scope::Whole | Scope::Rest) || !dates.is_disjoint(&self::dates(rows, other))
        };
        let before = parties.get(..at).unwrap_or_default().iter().filter(|other| other.number.is_some()).filter(shares);
        let (mut most, mut least) = (1, 1);
        for other in before {
            most += 1;
            least += u32::from(other.row.state == BookingState::Waiting);
        }
        if !(least..=most).contains(&number) {
            let name = party.name();
            found.push(format!("{name} was given number {number}, but it is {least} to {most}"));
        }
    }
}

/// Nobody has what somebody before it still waits for.
fn skipped(rows: &Rows, parties: &[&Party], found: &mut Vec<String>) {
    for waiting in parties.iter().filter(|party| party.row.state == BookingState::Waiting) {
        let wanted = dates(rows, waiting);
        let passed = parties.iter().find(|later| {
            let has_more = wanted.is_subset(&dates(rows, later)) && places(rows, waiting) <= places(rows, later);
            later.row.state == BookingState::Confirmed && later.row.order_no > waiting.row.order_no && has_more
        });
        if let Some(passed) = passed {
            found.push(format!("{} has a place, and {} was skipped", passed.name(), waiting.name()));
        }
    }
}

/// The dates of a party that it holds or waits for.
fn dates(rows: &Rows, party: &Party) -> BTreeSet<Uuid> {
    let live = rows
        .standing
        .places(party.row.id)
        .iter()
        .filter(|place| place.state != PlaceState::Released || party.row.state == BookingState::Cancelled);
    live.map(|place| place.occurrence_id).collect()
}

fn places(rows: &Rows, party: &Party) -> i32 {
    rows.standing.places(party.row.id).iter().map(|place| place.places).max().unwrap_or(0)
}
