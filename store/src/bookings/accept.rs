//! Accepting an offer, or confirming a place that is held.

use super::cancel::hold_booking;
use crate::{StoreError, accounts::Who, audit::Change, entity::stored::Stored};
use domain::{
    booking::{BookingState, may_accept},
    id::{BookingId, PersonId, TermId},
    rights::Door,
};
use jiff::Timestamp;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, DatabaseConnection, IntoActiveModel};

/// Takes what is offered to a booking, or confirms what is held for it. Declining is [`super::cancel_booking`].
///
/// # Errors
/// [`StoreError::NotFound`] for a booking that is not there or not the actor's; [`StoreError::Refused`] once the deadline
/// has passed, though nobody has cleared it away yet.
pub async fn accept_offer(
    db: &DatabaseConnection,
    who: &Who,
    id: BookingId,
    door: Door,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (tx, row, loaded) = hold_booking(db, who, id, door).await?;
    // Pressed twice: it is the same answer.
    if row.state == BookingState::Confirmed {
        return Ok(());
    }
    may_accept(row.state.0, row.answer_by.map(Timestamp::from), now)?;
    let (person, term) = (row.person_id, row.term_id);
    let mut change = row.into_active_model();
    change.state = Set(Stored(BookingState::Confirmed));
    change.confirmed_at = Set(Some(now.into()));
    change.answer_by = Set(None);
    change.update(&tx).await?;
    Change {
        community: loaded.community(),
        by: Some((who.account, &who.name)),
        for_person: Some(PersonId(person)),
        action: "accept_offer",
        subject: ("booking", id.0),
        term: Some(TermId(term)),
        door,
    }
    .write(&tx, Some(BookingState::Offered), Some(BookingState::Confirmed), now)
    .await?;
    tx.commit().await?;
    Ok(())
}
