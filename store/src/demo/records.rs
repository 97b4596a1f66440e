//! What the demo's bookings leave behind: rows, marks on the roll, the audit and a notice.

use super::{
    bookings::Draft,
    broken,
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
    line::order_no,
    reading::{Booked, NoticeText},
    rights::Door,
    term::OccurrenceState,
};
use jiff::{SignedDuration, Timestamp};
use sea_orm::DbErr;
use serde_json::{Value, json};
use uuid::Uuid;

/// Who keeps a community's records.
pub struct Desk {
    pub community: Uuid,
    pub account: Uuid,
    pub name: String,
}

/// An activity, as a notice speaks of it.
pub struct Offer<'a> {
    pub id: Uuid,
    pub name: &'a str,
    pub slug: &'a str,
}

/// Writes down what the staff did with a term: set it up, called off dates.
pub fn keep_term(term: &MadeTerm, desk: &Desk, clock: &Clock, rows: &mut Rows) {
    let entry = |at, action: &str, subject: &str, id, before: Option<String>, after: Value| audit::Model {
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
        after: Some(after.to_string()),
        door: Stored(Door::Desk),
    };
    let set_up = hours_before(term.opens_at.min(clock.now), 72);
    let made = json!([term.name, term.dates.len(), term.capacity]);
    rows.audits.push(entry(set_up, "new_term", "term", term.id, None, made));
    for (date, reason) in term.dates.iter().zip(&term.reasons).filter(|(date, _)| date.cancelled) {
        let (before, after) = (json!(OccurrenceState::Scheduled), json!([OccurrenceState::Cancelled, reason]));
        let at = cancelled_at(date, clock);
        rows.audits.push(entry(at, "cancel_occurrence", "occurrence", date.id, Some(before.to_string()), after));
    }
}

/// Turns drafts, in the order of their arrival, into rows. `offer` is what the notice says of the activity.
pub fn keep_bookings(
    drafts: Vec<Draft>,
    term: &MadeTerm,
    offer: &Offer<'_>,
    people: &People,
    desk: &Desk,
    clock: &Clock,
    rows: &mut Rows,
) -> Result<(), DbErr> {
    // All who wait in a demo term wait for the same dates.
    let mut waiting = 0;
    for (queue_no, draft) in (1..).zip(drafts) {
        let Some(person) = draft.party.first().copied() else { continue };
        let id = new_id(draft.created);
        let household = people.persons[person].household;
        // Some families with a phone come to the desk all the same, those of the demo sign-ins never.
        let by_page =
            people.account_of(person).filter(|_| people.is_cast(person) || !mix_up(person as u64).is_multiple_of(7));
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
            weekly: match draft.weekly.as_slice() {
                [] => None,
                hours => Some(serde_json::to_string(hours).map_err(broken)?),
            },
            state: Stored(draft.state),
            queue_no,
            order_no: order_no(false, term.has_priority, queue_no),
            answer_by: None,
            period: None,
            identity: None,
            adults: None,
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
                BookingState::Confirmed | BookingState::Offered => PlaceState::Held,
                BookingState::Waiting => PlaceState::Waiting,
                BookingState::Cancelled => PlaceState::Released,
            };
            rows.places.push(booking_place::Model {
                id: new_id(draft.created),
                booking_id: id,
                occurrence_id: date.id,
                person_id: people.persons[person].id,
                places: draft.places,
                heads,
                state: Stored(state),
                on_date: date.date.into(),
            });
            if state == PlaceState::Held && !date.cancelled && date.ends_at < clock.now {
                call_roll(&draft.party, date.id, date.starts_at, people, desk, rows);
            }
        }
        let mut entry = |at: Timestamp, action: &str, door, by: Option<(Uuid, &str)>, before, after: Value| {
            rows.audits.push(audit::Model {
                id: if action == "book_place" { id } else { new_id(at) },
                community_id: desk.community,
                at: at.into(),
                account_id: by.map(|by| by.0),
                actor_name: by.map_or("", |by| by.1).to_owned(),
                for_person: Some(people.persons[person].id),
                action: action.to_owned(),
                subject: "booking".to_owned(),
                subject_id: id,
                term_id: Some(term.id),
                before: Option::<BookingState>::map(before, |state| json!(state).to_string()),
                after: Some(after.to_string()),
                door: Stored(door),
            });
        };
        let waits = draft.promoted || draft.state == BookingState::Waiting;
        waiting += u32::from(waits);
        let dates = u32::try_from(draft.dates.len()).map_err(broken)?;
        let answer = match draft.dates.first() {
            Some(first) if !waits => Booked::Confirmed { booking: id.into(), dates, first: term.dates[*first].date },
            _ => Booked::Waiting { booking: id.into(), number: waiting },
        };
        entry(draft.created, "book_place", door, Some((account, actor)), None, json!(answer));
        if let Some(at) = draft.cancelled {
            let (before, after) = (Some(BookingState::Confirmed), json!(BookingState::Cancelled));
            entry(at, "cancel_booking", door, Some((account, actor)), before, after);
        }
        if let Some(at) = draft.confirmed.filter(|_| draft.promoted) {
            entry(at, "promote", Door::Rule, None, Some(BookingState::Waiting), json!(BookingState::Confirmed));
            let text = NoticeText::Promoted {
                activity: offer.name.to_owned(),
                person: people.persons[person].name.clone(),
                slug: offer.slug.to_owned(),
                activity_id: offer.id.into(),
                dates,
            };
            rows.notices.push(notice::Model {
                id: new_id(at),
                community_id: desk.community,
                account_id: Some(account),
                person_id: Some(people.persons[person].id),
                kind: "promoted".to_owned(),
                payload: json!(text).to_string(),
                created_at: at.into(),
                sent_at: Some(at.into()),
                read_at: None,
            });
        }
    }
    Ok(())
}

/// Marks a party on a past date: most came.
fn call_roll(party: &[usize], occurrence: Uuid, starts_at: Timestamp, people: &People, desk: &Desk, rows: &mut Rows) {
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
            left_at: None,
        });
    }
}
