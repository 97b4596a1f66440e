//! The checker: whatever isn't true of a history, each in a sentence.

mod line;
mod places;

use crate::{Answer, Entry, Kept, Rows, What};
use domain::booking::BookingState;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use store::entity::booking;
use uuid::Uuid;

/// Reads a history against the rows, as they stand and as they came about. It knows nothing of how the rules are carried out: only what must be true after
/// them, in whatever order the requests were decided.
pub fn violations(rows: &Rows, entries: &[Entry]) -> Vec<String> {
    let mut found = rows.standing.violations();
    found.extend(rows.chains.iter().cloned());
    let asks = asks(entries);
    let cancels = cancels(entries);
    let parties = parties(rows, &asks, &cancels, &mut found);
    told(rows, &asks, &mut found);
    for party in &parties {
        as_asked(party, &mut found);
        audited(rows, party, &mut found);
    }
    gone(rows, &cancels, &mut found);
    places::check(rows, &asks, &parties, &mut found);
    line::check(rows, &parties, &mut found);
    for booking in rows.audits.keys().filter(|id| !rows.has(**id)) {
        found.push(format!("the audit tells of booking {booking}, which is not there"));
    }
    found
}

/// All requests under one key.
struct Ask<'a> {
    term: Uuid,
    person: Uuid,
    heads: u32,
    entries: Vec<&'a Entry>,
}

impl Ask<'_> {
    fn client(&self) -> u32 {
        self.entries.first().map_or(0, |entry| entry.client)
    }

    /// When it was first asked.
    fn asked_at(&self) -> u64 {
        self.entries.iter().map(|entry| entry.asked_at).min().unwrap_or(0)
    }

    /// When a booking was first told.
    fn told_at(&self) -> Option<u64> {
        let told = self.entries.iter().filter(|entry| entry.answer.booking().is_some());
        told.filter_map(|entry| entry.answered_at).min()
    }
}

/// A booking with the request that made it.
struct Party<'a> {
    row: &'a booking::Model,
    ask: &'a Ask<'a>,
    /// The number that it was given, if it had to wait.
    number: Option<u32>,
    /// From when on it may have been given back.
    leaves_from: Option<u64>,
    /// By when it surely was.
    left_by: Option<u64>,
}

impl Party<'_> {
    fn name(&self) -> String {
        format!("client {}'s booking {} (arrival {})", self.ask.client(), self.row.id, self.row.queue_no)
    }
}

fn asks(entries: &[Entry]) -> BTreeMap<Uuid, Ask<'_>> {
    let mut asks = BTreeMap::new();
    for entry in entries {
        if let What::Book { term, person, heads, key } = entry.what {
            let ask = asks.entry(key).or_insert_with(|| Ask { term, person, heads, entries: Vec::new() });
            ask.entries.push(entry);
        }
    }
    asks
}

fn cancels(entries: &[Entry]) -> BTreeMap<Uuid, Vec<&Entry>> {
    let mut cancels: BTreeMap<Uuid, Vec<&Entry>> = BTreeMap::new();
    for entry in entries {
        if let What::Cancel { booking } = entry.what {
            cancels.entry(booking).or_default().push(entry);
        }
    }
    cancels
}

/// Every row with its request: whoever was never asked for, or twice, is found here.
fn parties<'a>(
    rows: &'a Rows,
    asks: &'a BTreeMap<Uuid, Ask<'a>>,
    cancels: &BTreeMap<Uuid, Vec<&Entry>>,
    found: &mut Vec<String>,
) -> Vec<Party<'a>> {
    let mut made: HashMap<Uuid, Vec<(&Ask, Option<u32>)>> = HashMap::new();
    for (key, ask) in asks {
        if let Some(kept) = rows.answers.get(key) {
            made.entry(kept.booking).or_default().push((ask, kept.number));
        }
    }
    let mut parties = Vec::new();
    for row in &rows.standing.bookings {
        let by: &[(&Ask, Option<u32>)] = made.get(&row.id).map(Vec::as_slice).unwrap_or_default();
        if by.len() != 1 {
            found.push(format!("booking {} is the answer to {} requests", row.id, by.len()));
        }
        let Some((ask, number)) = by.first().copied() else { continue };
        let asked = cancels.get(&row.id).into_iter().flatten();
        let may_have = asked.clone().filter(|entry| !matches!(entry.answer, Answer::Refused | Answer::Error));
        let did = asked.filter(|entry| matches!(entry.answer, Answer::Ok { .. }));
        parties.push(Party {
            row,
            ask,
            number,
            leaves_from: may_have.map(|entry| entry.asked_at).min(),
            left_by: did.filter_map(|entry| entry.answered_at).min(),
        });
    }
    parties
}

/// What was told is what was kept, and whoever was told no has nothing.
fn told(rows: &Rows, asks: &BTreeMap<Uuid, Ask>, found: &mut Vec<String>) {
    for (key, ask) in asks {
        let client = ask.client();
        let told: BTreeSet<Uuid> = ask.entries.iter().filter_map(|entry| entry.answer.booking()).collect();
        if told.len() > 1 {
            found.push(format!("client {client} was told of {} bookings for one request", told.len()));
        }
        let kept = rows.answers.get(key);
        let has = kept.map(|kept| kept.booking);
        if let Some(has) = has.filter(|has| !rows.has(*has)) {
            found.push(format!("client {client}'s kept answer names booking {has}, which is not there"));
        }
        for entry in &ask.entries {
            let agrees = match entry.answer {
                Answer::Ok { booking } => kept == Some(&Kept { booking, number: None }),
                Answer::Waitlisted { booking, number } => kept == Some(&Kept { booking, number: Some(number) }),
                Answer::Booked { booking } => Some(booking) == has,
                _ => true,
            };
            if !agrees {
                found.push(format!("client {client} was told {:?}, but kept is {kept:?}", entry.answer));
            }
        }
        let nobody_knows = ask.entries.iter().any(|entry| entry.answer == Answer::Unknown);
        if let (Some(has), true, false) = (has, told.is_empty(), nobody_knows) {
            found.push(format!("client {client} was never told of a booking, and yet has {has}"));
        }
        let duplicate = ask.entries.iter().any(|entry| entry.answer == Answer::Duplicate);
        let other = |row: &&booking::Model| row.term_id == ask.term && row.person_id == ask.person;
        if duplicate && !rows.standing.bookings.iter().any(|row| other(&row)) {
            found.push(format!("client {client} was told that it is booked already, and is not"));
        }
    }
}

/// A booking is for whom and for how many it was asked.
fn as_asked(party: &Party, found: &mut Vec<String>) {
    let Party { row, ask, .. } = party;
    if (row.term_id, row.person_id, i64::from(row.heads)) != (ask.term, ask.person, i64::from(ask.heads)) {
        found.push(format!("{} is not what was asked for", party.name()));
    }
}

/// One row of the audit a change.
fn audited(rows: &Rows, party: &Party, found: &mut Vec<String>) {
    let row = party.row;
    let moved_up = party.number.is_some() && row.confirmed_at.is_some();
    for (action, times) in [
        ("book_place", 1),
        ("promote", usize::from(moved_up)),
        ("cancel_booking", usize::from(row.state == BookingState::Cancelled)),
    ] {
        let written = rows.audited(row.id, action);
        if written != times {
            found.push(format!("{}: the audit has {action} {written} times instead of {times}", party.name()));
        }
    }
}

/// A booking that was given back stays so, and nobody's is given back unasked.
fn gone(rows: &Rows, cancels: &BTreeMap<Uuid, Vec<&Entry>>, found: &mut Vec<String>) {
    for row in &rows.standing.bookings {
        let asked: &[&Entry] = cancels.get(&row.id).map(Vec::as_slice).unwrap_or_default();
        let told = asked.iter().filter(|entry| matches!(entry.answer, Answer::Ok { .. })).count();
        let unknown = asked.iter().any(|entry| entry.answer == Answer::Unknown);
        let cancelled = row.state == BookingState::Cancelled;
        if told > 1 {
            found.push(format!("booking {} was given back {told} times", row.id));
        }
        if told > 0 && !cancelled {
            found.push(format!("booking {} was given back and has come back as {}", row.id, *row.state));
        }
        if told == 0 && !unknown && cancelled {
            found.push(format!("booking {} is cancelled, and nobody was told so", row.id));
        }
    }
}
