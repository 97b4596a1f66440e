//! Giving up one date of a booking.

use super::{
    cancel::{hold_booking, places_of, set_places},
    promote::promote_waiting,
};
use crate::{
    StoreError,
    accounts::Who,
    audit::Change,
    entity::{stored::Stored, time::Instant},
};
use domain::{
    booking::{BookingState, PlaceState},
    id::{BookingId, OccurrenceId, PersonId, TermId},
    refusal::Refusal,
    rights::Door,
};
use jiff::{Timestamp, civil::Date};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, DatabaseConnection, IntoActiveModel};

/// Gives up one date of a booking that was moved or added after it was booked, whatever the deadline: the others are
/// kept, and the place goes to the first in line. A booking without any date left is cancelled.
///
/// # Errors
/// [`StoreError::NotFound`] for a booking that isn't the actor's, or holds nothing on that date;
/// [`Refusal::Closed`] once the date has begun; [`Refusal::TooLateToCancel`] for a date that never changed.
pub async fn decline_date(
    db: &DatabaseConnection,
    who: &Who,
    id: BookingId,
    date: OccurrenceId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (tx, row, loaded) = hold_booking(db, who, id, Door::Page).await?;
    let term = row.term_id;
    let mut live = places_of(&tx, id, PlaceState::Held).await?;
    live.extend(places_of(&tx, id, PlaceState::Waiting).await?);
    let on = loaded.dates.iter().find(|on| on.id == date.0).filter(|_| live.contains(&date));
    let on = on.ok_or(StoreError::NotFound)?;
    let starts_at = Timestamp::from(on.starts_at);
    if starts_at <= now {
        return Err(Refusal::Closed { closed_at: starts_at }.into());
    }
    if on.sequence == 0 && !on.hand_made {
        let deadline = loaded.term.cancel_until(starts_at);
        return Err(Refusal::TooLateToCancel { deadline }.into());
    }
    set_places(&tx, id, Some(vec![date.0]), PlaceState::Released).await?;
    let person = row.person_id;
    if live.len() == 1 {
        let mut change = row.into_active_model();
        change.state = Set(Stored(BookingState::Cancelled));
        change.cancelled_at = Set(Some(Instant::from(now)));
        change.update(&tx).await?;
    }
    Change {
        community: loaded.community(),
        by: Some((who.account, &who.name)),
        for_person: Some(PersonId(person)),
        action: "decline_date",
        subject: ("booking", id.0),
        term: Some(TermId(term)),
        door: Door::Page,
    }
    .write(&tx, None::<()>, Some(Date::from(on.on_date)), now)
    .await?;
    promote_waiting(&tx, TermId(term), now).await?;
    tx.commit().await?;
    Ok(())
}
