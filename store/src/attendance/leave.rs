//! Leave (请假), by a family: the roll shows it, and where single dates may be booked the place of the day goes on.

use super::{
    stands,
    taps::{Marking, mark},
};
use crate::{
    StoreError,
    accounts::Who,
    audit::Change,
    bookings::{hold_booking, places_of, promote_waiting, set_places},
    entity::{booking, leave, stored::Stored},
    id::new_id,
    terms::{Loaded, code},
    tx::WriteTx,
};
use domain::{
    booking::{BookingState, PlaceState},
    id::{BookingId, OccurrenceId, PersonId, RequestKey},
    leave::{LeaveKind, goes_to_a_guest, may_take_leave},
    refusal::Refusal,
    rights::Door,
    roll::{OnRoll, Says, Tap},
    term::Occurrence,
};
use jiff::Timestamp;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait,
    IntoActiveModel, QueryFilter, QuerySelect, QueryTrait,
};
use uuid::Uuid;

/// Live leave of some dates: a booking that was given back since takes its leave with it.
pub(super) async fn leaves_of(conn: &impl ConnectionTrait, dates: &[Uuid]) -> Result<Vec<leave::Model>, DbErr> {
    let confirmed = booking::Entity::find()
        .select_only()
        .column(booking::Column::Id)
        .filter(booking::Column::State.eq(code(BookingState::Confirmed)))
        .into_query();
    let mut found = Vec::new();
    for dates in dates.chunks(500) {
        let rows = leave::Entity::find()
            .filter(leave::Column::OccurrenceId.is_in(dates.to_vec()))
            .filter(leave::Column::WithdrawnAt.is_null())
            .filter(leave::Column::BookingId.in_subquery(confirmed.clone()));
        found.extend(rows.all(conn).await?);
    }
    Ok(found)
}

/// Takes leave of one date of a booking. The place of that day goes to the first in line, or to whoever books it, where
/// the term lets single dates be booked; a booking of one date keeps its place, since giving it back is cancelling.
///
/// # Errors
/// [`StoreError::NotFound`] for a booking that isn't the actor's, or holds nothing then; [`Refusal::TooLateForLeave`]
/// after the deadline; [`Refusal::CalledOff`].
pub async fn take_leave(
    db: &DatabaseConnection,
    who: &Who,
    id: BookingId,
    date: OccurrenceId,
    kind: LeaveKind,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (tx, row, loaded) = hold_booking(db, who, id, Door::Page).await?;
    let on = date_of(&loaded, date)?.clone();
    if leaves_of(&tx, &[date.0]).await?.iter().any(|leave| leave.person_id == row.person_id) {
        return Ok(());
    }
    let held = places_of(&tx, id, PlaceState::Held).await?;
    if row.state != BookingState::Confirmed || !held.contains(&date) {
        return Err(StoreError::NotFound);
    }
    may_take_leave(&loaded.term, &on, kind, now)?;
    let given_on = goes_to_a_guest(&loaded.term) && held.len() > 1;
    leave::Entity::insert(leave::ActiveModel {
        id: Set(new_id(now)),
        community_id: Set(row.community_id),
        occurrence_id: Set(date.0),
        person_id: Set(row.person_id),
        booking_id: Set(id.0),
        kind: Set(Stored(kind)),
        given_on: Set(given_on),
        account_id: Set(who.account.0),
        created_at: Set(now.into()),
        withdrawn_at: Set(None),
    })
    .exec_without_returning(&tx)
    .await?;
    tap(&tx, who, &loaded, date, &row, Says::Leave, now).await?;
    change(who, &row, date, "take_leave").write(&tx, None::<()>, Some(kind), now).await?;
    if given_on {
        set_places(&tx, id, Some(vec![date.0]), PlaceState::Released).await?;
        promote_waiting(&tx, loaded.term.id, now).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Takes leave back: the person comes after all.
///
/// # Errors
/// [`StoreError::NotFound`] for leave that isn't the actor's; [`Refusal::Closed`] once the date has begun;
/// [`Refusal::PlaceGivenOn`] where the place of the day was given to somebody else.
pub async fn withdraw_leave(
    db: &DatabaseConnection,
    who: &Who,
    id: BookingId,
    date: OccurrenceId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (tx, row, loaded) = hold_booking(db, who, id, Door::Page).await?;
    let on = date_of(&loaded, date)?.clone();
    let of_booking = leaves_of(&tx, &[date.0]).await?.into_iter().find(|leave| leave.booking_id == id.0);
    let taken = of_booking.filter(|_| row.state == BookingState::Confirmed).ok_or(StoreError::NotFound)?;
    if on.starts_at <= now {
        return Err(Refusal::Closed { closed_at: on.starts_at }.into());
    }
    if taken.given_on {
        let places = domain::booking::places_for(loaded.term.unit, crate::terms::count(row.heads));
        if loaded.places.left(&loaded.term, &on) < places {
            return Err(Refusal::PlaceGivenOn.into());
        }
        set_places(&tx, id, Some(vec![date.0]), PlaceState::Held).await?;
    }
    let kind = taken.kind.0;
    let mut model = taken.into_active_model();
    model.withdrawn_at = Set(Some(now.into()));
    model.update(&tx).await?;
    tap(&tx, who, &loaded, date, &row, Says::Nothing, now).await?;
    change(who, &row, date, "withdraw_leave").write(&tx, Some(kind), None::<()>, now).await?;
    tx.commit().await?;
    Ok(())
}

fn date_of(loaded: &Loaded, date: OccurrenceId) -> Result<&Occurrence, StoreError> {
    loaded.term.occurrences.iter().find(|on| on.id == date).ok_or(StoreError::NotFound)
}

/// The family's own tap at the roll; what staff have marked already stays.
async fn tap(
    tx: &WriteTx,
    who: &Who,
    loaded: &Loaded,
    date: OccurrenceId,
    row: &booking::Model,
    says: Says,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (mut stands, _) = stands(tx, &[date.0]).await?;
    let mut stand = stands.remove(&(date.0, row.person_id)).unwrap_or_default();
    let own = match says {
        Says::Nothing => stand.on == OnRoll::default().after(Says::Leave),
        _ => stand.on == OnRoll::default(),
    };
    let Some(on) = loaded.dates.iter().find(|on| on.id == date.0).filter(|_| own) else { return Ok(()) };
    let key = RequestKey(new_id(now));
    let tap = Tap { key, person: PersonId(row.person_id), says, seen: stand.taps, kept_for: None };
    mark(tx, &Marking { who, date: on, term: loaded.term.id, door: Door::Page, now }, &tap, &mut stand).await
}

fn change<'a>(who: &'a Who, row: &booking::Model, date: OccurrenceId, action: &'a str) -> Change<'a> {
    Change {
        community: domain::id::CommunityId(row.community_id),
        by: Some((who.account, &who.name)),
        for_person: Some(PersonId(row.person_id)),
        action,
        subject: ("occurrence", date.0),
        term: Some(domain::id::TermId(row.term_id)),
        door: Door::Page,
    }
}
