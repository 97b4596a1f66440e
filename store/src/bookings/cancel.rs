//! Cancelling a booking.

use super::promote::promote_waiting;
use crate::{
    StoreError,
    accounts::Who,
    audit::Change,
    care_links::persons_who_allow,
    entity::{booking, booking_place, person, stored::Stored, time::Instant},
    households::homes_of,
    notices,
    terms::{Loaded, code, load_term, lock_terms},
    tx::{WriteTx, begin_write},
};
use domain::{
    booking::{BookingState, PlaceState, may_cancel},
    care::CareScope,
    id::{BookingId, OccurrenceId, PersonId, TermId},
    reading::NoticeText,
    rights::{Act, Door},
};
use jiff::Timestamp;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, IntoActiveModel,
    QueryFilter, QuerySelect, sea_query::Expr,
};
use uuid::Uuid;

/// A booking with its term, under the term's lock, if the actor may answer for it through that door: one's household's,
/// that of a member whom another home booked for, that of somebody who lets the actor book, or, at the desk, one of the community.
pub(crate) async fn hold_booking(
    db: &DatabaseConnection,
    who: &Who,
    id: BookingId,
    door: Door,
) -> Result<(WriteTx, booking::Model, Loaded), StoreError> {
    let term = TermId(booking::Entity::find_by_id(id.0).one(db).await?.ok_or(StoreError::NotFound)?.term_id);
    let tx = begin_write(db).await?;
    lock_terms(&tx, &[term]).await?;
    let row = booking::Entity::find_by_id(id.0).one(&tx).await?.ok_or(StoreError::NotFound)?;
    let loaded = load_term(&tx, term).await?;
    let allowed = match door {
        Door::Page if row.household_id.is_some() && row.household_id == who.household => true,
        Door::Page => {
            // A child in two homes: each answers for it.
            let homes = homes_of(&tx, row.person_id).await?;
            who.household.is_some_and(|home| homes.contains(&home))
                || persons_who_allow(&tx, who, CareScope::Book).await?.contains(&row.person_id)
        }
        _ => who.actor.may(Act::ManageBookings, loaded.community()),
    };
    if allowed { Ok((tx, row, loaded)) } else { Err(StoreError::NotFound) }
}

/// Cancels a booking, or takes it off the waiting list, and gives the freed places to the first in line.
///
/// # Errors
/// [`StoreError::NotFound`] for a booking that is not there or not the actor's; [`StoreError::Refused`] after the
/// deadline or when it was cancelled before.
pub async fn cancel_booking(
    db: &DatabaseConnection,
    who: &Who,
    id: BookingId,
    door: Door,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (tx, row, loaded) = hold_booking(db, who, id, door).await?;
    let term = row.term_id;
    let held: Vec<OccurrenceId> = places_of(&tx, id, PlaceState::Held).await?;
    may_cancel(&loaded.term, row.state.0, &held, door, now)?;
    let before = row.state.0;
    let (person, household) = (row.person_id, row.household_id);
    let mut change = row.into_active_model();
    change.state = Set(Stored(BookingState::Cancelled));
    change.cancelled_at = Set(Some(Instant::from(now)));
    change.answer_by = Set(None);
    change.update(&tx).await?;
    // What has begun stays as it was: who came, came. A date that was called off may yet be restored.
    let ahead = loaded.term.occurrences.iter().filter(|o| o.starts_at > now).map(|o| o.id.0).collect();
    set_places(&tx, id, Some(ahead), PlaceState::Released).await?;
    Change {
        community: loaded.community(),
        by: Some((who.account, &who.name)),
        for_person: Some(PersonId(person)),
        action: "cancel_booking",
        subject: ("booking", id.0),
        term: Some(TermId(term)),
        door,
    }
    .write(&tx, Some(before), Some(BookingState::Cancelled), now)
    .await?;
    if door == Door::Desk {
        let name = person::Entity::find_by_id(person).one(&tx).await?.map_or_else(String::new, |person| person.name);
        let text = NoticeText::CancelledByDesk {
            activity: loaded.activity.name.clone(),
            person: name,
            slug: loaded.slug.clone(),
            activity_id: loaded.activity.id.into(),
        };
        notices::owe(&tx, loaded.community(), household, None, PersonId(person), &text, now).await?;
    }
    promote_waiting(&tx, TermId(term), now).await?;
    tx.commit().await?;
    Ok(())
}

pub(crate) async fn places_of(
    conn: &impl ConnectionTrait,
    booking: BookingId,
    state: PlaceState,
) -> Result<Vec<OccurrenceId>, StoreError> {
    let ids: Vec<Uuid> = booking_place::Entity::find()
        .select_only()
        .column(booking_place::Column::OccurrenceId)
        .filter(booking_place::Column::BookingId.eq(booking.0))
        .filter(booking_place::Column::State.eq(code(state)))
        .into_tuple()
        .all(conn)
        .await?;
    Ok(ids.into_iter().map(OccurrenceId).collect())
}

/// Sets the state of a booking's places: those on `dates`, or all of them.
pub(crate) async fn set_places(
    tx: &impl ConnectionTrait,
    booking: BookingId,
    dates: Option<Vec<Uuid>>,
    state: PlaceState,
) -> Result<(), StoreError> {
    let mut update = booking_place::Entity::update_many()
        .col_expr(booking_place::Column::State, Expr::value(code(state)))
        .filter(booking_place::Column::BookingId.eq(booking.0));
    if let Some(dates) = dates {
        update = update.filter(booking_place::Column::OccurrenceId.is_in(dates));
    }
    update.exec(tx).await?;
    Ok(())
}
