//! What the demo's bookings leave behind: rows, marks on the roll, the audit and a notice.

use super::{
    broken,
    bookings::Draft,
    clock::{Clock, hours_before},
    people::{People, mix_up},
    rows::Rows,
    terms::{MadeTerm, cancelled_at},
};
use crate::{
    entity::{attendance, audit, booking, booking_member, booking_place, notice, stored::Stored},
    id::new_id,
};
use domain::{
    booking::{BookingState, Mark, PlaceState},
    rights::Door,
};
use jiff::{SignedDuration, Timestamp};
use sea_orm::DbErr;
use serde_json::json;
use uuid::Uuid;

/// Who keeps a community's records.
pub struct Desk {
    pub community: Uuid,
    pub account: Uuid,
    pub name: String,
}

/// Writes down what the staff did with a term: set it up, called off dates.
pub fn keep_term(term: &MadeTerm, name: &str, desk: &Desk, clock: &Clock, rows: &mut Rows) {
    let set_up = hours_before(term.opens_at.min(clock.now), 72);
    let entry = |at, action: &str, subject: &str, id, before: Option<String>, after: String| audit::Model {
        id: new_id(at),
        community_id: desk.community,
        at: at.into(),
        account_id: Some(desk.account),
        actor_name: desk.name.clone(),
        for_person: None,
        action: action.to_owned(),
        subject: subject.to_owned(),
        subject_id: id,
        term_id: Some(term.id),
        before,
        after: Some(after),
        door: Stored(Door::Desk),
    };
    let made = json!({ "name": name, "dates": term.dates.len() }).to_string();
    rows.audits.push(entry(set_up, "create_term", "term", term.id, None, made));
    for date in term.dates.iter().filter(|date| date.cancelled) {
        let (before, after) = (json!({ "state": "scheduled" }), json!({ "state": "cancelled" }));
        let at = cancelled_at(date, clock);
        let before = Some(before.to_string());
        rows.audits.push(entry(at, "cancel_occurrence", "occurrence", date.id, before, after.to_string()));
    }
}

/// Turns drafts, in the order of their arrival, into rows. `activity` is what the notice calls it.
pub fn keep_bookings(
    drafts: Vec<Draft>,
    term: &MadeTerm,
    activity: &str,
    people: &People,
    desk: &Desk,
    clock: &Clock,
    rows: &mut Rows,
) -> Result<(), DbErr> {
    for (queue_no, draft) in (1..).zip(drafts) {
        let Some(person) = draft.party.first().copied() else { continue };
        let id = new_id(draft.created);
        let household = people.persons[person].household;
        // Some families with a phone come to the desk all the same.
        let by_page = people.account_of(person).filter(|_| mix_up(person as u64) % 7 != 0);
        let (account, actor, door) = match by_page {
            Some((account, name)) => (account, name, Door::Page),
            None => (desk.account, desk.name.as_str(), Door::Desk),
        };
        let heads = i32::try_from(draft.party.len()).map_err(broken)?;
        rows.bookings.push(booking::Model {
            id,
            community_id: desk.community,
            term_id: term.id,
            person_id: people.persons[person].id,
            household_id: Some(people.households[household].id),
            account_id: Some(account),
            heads,
            scope: Stored(draft.scope),
            state: Stored(draft.state),
            queue_no,
            door: Stored(door),
            created_at: draft.created.into(),
            confirmed_at: draft.confirmed.map(Into::into),
            cancelled_at: draft.cancelled.map(Into::into),
        });
        for member in &draft.party {
            rows.parties.push(booking_member::Model { booking_id: id, person_id: people.persons[*member].id });
        }
        for at in &draft.dates {
            let date = &term.dates[*at];
            let state = match draft.state {
                BookingState::Confirmed if !date.cancelled => PlaceState::Held,
                BookingState::Waiting if !date.cancelled => PlaceState::Waiting,
                _ => PlaceState::Released,
            };
            rows.places.push(booking_place::Model {
                id: new_id(draft.created),
                booking_id: id,
                occurrence_id: date.id,
                person_id: people.persons[person].id,
                places: draft.places,
                heads,
                state: Stored(state),
            });
            if state == PlaceState::Held && date.ends_at < clock.now {
                call_roll(&draft.party, date.id, date.starts_at, people, desk, rows);
            }
        }
        let mut entry = |at: Timestamp, action: &str, door: Door, by: Option<(Uuid, &str)>, state: BookingState| {
            rows.audits.push(audit::Model {
                id: new_id(at),
                community_id: desk.community,
                at: at.into(),
                account_id: by.map(|by| by.0),
                actor_name: by.map_or("", |by| by.1).to_owned(),
                for_person: Some(people.persons[person].id),
                action: action.to_owned(),
                subject: "booking".to_owned(),
                subject_id: id,
                term_id: Some(term.id),
                before: None,
                after: Some(json!({ "state": state, "queue_no": queue_no }).to_string()),
                door: Stored(door),
            });
        };
        let waited = draft.promoted || draft.state == BookingState::Waiting;
        let answer = if waited { BookingState::Waiting } else { BookingState::Confirmed };
        entry(draft.created, "book_place", door, Some((account, actor)), answer);
        if let Some(at) = draft.cancelled {
            entry(at, "cancel_booking", door, Some((account, actor)), BookingState::Cancelled);
        }
        if let Some(at) = draft.confirmed.filter(|_| draft.promoted) {
            entry(at, "promote", Door::Rule, None, BookingState::Confirmed);
            rows.notices.push(notice::Model {
                id: new_id(at),
                community_id: desk.community,
                account_id: Some(account),
                person_id: Some(people.persons[person].id),
                kind: "promoted".to_owned(),
                payload: json!({ "term": term.id, "activity": activity, "dates": draft.dates.len() }).to_string(),
                created_at: at.into(),
                sent_at: Some(at.into()),
                read_at: None,
            });
        }
    }
    Ok(())
}

/// Marks a party on a past date: most came.
fn call_roll(
    party: &[usize],
    occurrence: Uuid,
    starts_at: Timestamp,
    people: &People,
    desk: &Desk,
    rows: &mut Rows,
) {
    let seed = starts_at.as_second().unsigned_abs();
    let called_at = starts_at.checked_add(SignedDuration::from_mins(10)).unwrap_or(starts_at);
    for person in party {
        let mark = match mix_up(seed ^ ((*person as u64) << 32)) % 100 {
            0..=85 => Mark::Present,
            86..=90 => Mark::Late,
            91..=95 => Mark::Absent,
            _ => Mark::Leave,
        };
        rows.marks.push(attendance::Model {
            id: new_id(called_at),
            community_id: desk.community,
            occurrence_id: occurrence,
            person_id: people.persons[*person].id,
            mark: Stored(mark),
            marked_by: Some(desk.account),
            marked_at: called_at.into(),
        });
    }
}
