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
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Gives free places to those who wait, in order, or offers them, as the term states; the caller holds the term's lock.
///
/// # Errors
/// Only those of the database.
pub(crate) async fn promote_waiting(tx: &WriteTx, term: TermId, now: Timestamp) -> Result<(), StoreError> {
    let loaded = load_term(tx, term).await?;
    if loaded.places.line.parties() == 0 {
        return Ok(());
    }
    let up = promote(&loaded.term, &loaded.places, &waiters(tx, term).await?, now);
    if up.is_empty() {
        return Ok(());
    }
    let rows: BTreeMap<Uuid, booking::Model> = booking::Entity::find()
        .filter(booking::Column::Id.is_in(up.iter().map(|(id, _)| id.0)))
        .all(tx)
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    for (id, dates) in up {
        let Some(row) = rows.get(&id.0) else { continue };
        match loaded.term.promotion {
            Promotion::AutoFill => move_up(tx, &loaded, row, &dates, None, now).await?,
            Promotion::Offer => {
                let last = loaded.term.occurrences.iter().filter(|o| dates.contains(&o.id));
                let last = last.map(|o| loaded.term.last_promotion(o)).min().unwrap_or(now);
                // Where nobody could answer any more, nobody is asked.
                if let Some(until) = answer_by(now, loaded.term.entry.offer_hours, last, &loaded.zone) {
                    move_up(tx, &loaded, row, &dates, Some(until), now).await?;
                }
            }
        }
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
