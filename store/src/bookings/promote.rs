//! Moving up (递补).

use super::cancel::set_places;
use crate::{
    StoreError,
    audit::Change,
    entity::{booking, person, stored::Stored},
    notices,
    terms::{Loaded, load_term, local, waiters},
    tx::WriteTx,
};
use domain::{
    booking::{BookingState, PlaceState},
    id::{BookingId, OccurrenceId, PersonId, TermId},
    line::promote,
    offer::answer_by,
    reading::NoticeText,
    rights::Door,
    term::Promotion,
};
use jiff::Timestamp;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A booking that gets its places now.
pub(crate) struct Due {
    /// Which.
    pub booking: BookingId,
    /// The dates that it then holds.
    dates: Vec<OccurrenceId>,
    /// Until when its family must answer, where places are offered.
    until: Option<Timestamp>,
}

/// Who gets places now, in order.
///
/// # Errors
/// Only those of the database.
pub(crate) async fn due(conn: &impl ConnectionTrait, loaded: &Loaded, now: Timestamp) -> Result<Vec<Due>, StoreError> {
    if loaded.places.line.parties() == 0 {
        return Ok(Vec::new());
    }
    let term = &loaded.term;
    let up = promote(term, &loaded.places, &waiters(conn, term.id).await?, now).into_iter();
    let due = up.filter_map(|(booking, dates)| match term.promotion {
        Promotion::AutoFill => Some(Due { booking, dates, until: None }),
        Promotion::Offer => {
            let last = term.occurrences.iter().filter(|o| dates.contains(&o.id));
            let last = last.map(|o| term.last_promotion(o)).min().unwrap_or(now);
            // Where nobody could answer any more, nobody is asked.
            let until = answer_by(now, term.entry.offer_hours, last, &loaded.zone)?;
            Some(Due { booking, dates, until: Some(until) })
        }
    });
    Ok(due.collect())
}

/// Gives free places to those who wait, in order, or offers them, as the term states; the caller holds the term's lock.
///
/// # Errors
/// Only those of the database.
pub(crate) async fn promote_waiting(tx: &WriteTx, term: TermId, now: Timestamp) -> Result<(), StoreError> {
    let loaded = load_term(tx, term).await?;
    let due = due(tx, &loaded, now).await?;
    if due.is_empty() {
        return Ok(());
    }
    let rows: BTreeMap<Uuid, booking::Model> = booking::Entity::find()
        .filter(booking::Column::Id.is_in(due.iter().map(|up| up.booking.0)))
        .all(tx)
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    for Due { booking, dates, until } in due {
        let Some(row) = rows.get(&booking.0) else { continue };
        move_up(tx, &loaded, row, &dates, until, now).await?;
    }
    Ok(())
}

/// Gives a booking its places, or keeps them for it until an instant.
async fn move_up(
    tx: &WriteTx,
    loaded: &Loaded,
    row: &booking::Model,
    dates: &[OccurrenceId],
    until: Option<Timestamp>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let id = BookingId(row.id);
    let (person, household, account) = (row.person_id, row.household_id, row.account_id);
    let state = if until.is_some() { BookingState::Offered } else { BookingState::Confirmed };
    let mut change = row.clone().into_active_model();
    change.state = Set(Stored(state));
    change.confirmed_at = Set(until.is_none().then(|| now.into()));
    change.answer_by = Set(until.map(Into::into));
    change.update(tx).await?;
    set_places(tx, id, None, PlaceState::Released).await?;
    set_places(tx, id, Some(dates.iter().map(|date| date.0).collect()), PlaceState::Held).await?;
    Change {
        community: loaded.community(),
        by: None,
        for_person: Some(PersonId(person)),
        action: if until.is_some() { "offer" } else { "promote" },
        subject: ("booking", id.0),
        term: Some(loaded.term.id),
        door: Door::Rule,
    }
    .write(tx, Some(BookingState::Waiting), Some(state), now)
    .await?;
    let name = person::Entity::find_by_id(person).one(tx).await?.map_or_else(String::new, |person| person.name);
    let count = u32::try_from(dates.len()).unwrap_or(u32::MAX);
    let (activity, slug) = (loaded.activity.name.clone(), loaded.slug.clone());
    let activity_id = loaded.activity.id.into();
    let text = match until {
        None => NoticeText::Promoted { activity, person: name, slug, activity_id, dates: count },
        Some(until) => NoticeText::Offered {
            activity,
            person: name,
            slug,
            activity_id,
            booking: id,
            until: local(until, &loaded.zone),
            dates: count,
        },
    };
    notices::owe(tx, loaded.community(), household, account, PersonId(person), &text, now).await?;
    Ok(())
}
