//! Requests of the store, noted as they are asked and answered, and what they left in the rows.

use domain::{booking::PlaceState, id::TermId, reading::Booked};
pub use proof::{Answer, History, What};
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter};
use std::{collections::BTreeMap, future::Future};
use store::{
    StoreError,
    bookings::BookRequest,
    entity::{booking_place, occurrence},
};
use uuid::Uuid;

/// Asks for a booking, and notes it.
pub async fn noted(
    history: &History,
    (node, client): (u32, u32),
    request: &BookRequest,
    asking: impl Future<Output = Result<Booked, StoreError>>,
) -> Result<Booked, StoreError> {
    let noting = history.ask(node, client, What::book(request));
    let answer = asking.await;
    noting.answered(Answer::from(&answer));
    answer
}

/// Gives a booking back, and notes it.
pub async fn noted_cancel(
    history: &History,
    (node, client): (u32, u32),
    booking: Uuid,
    asking: impl Future<Output = Result<(), StoreError>>,
) {
    let noting = history.ask(node, client, What::Cancel { booking });
    noting.answered(match asking.await {
        Ok(()) => Answer::Ok { booking },
        Err(StoreError::Refused(_) | StoreError::NotFound) => Answer::Refused,
        Err(_) => Answer::Error,
    });
}

/// Places held on each date of a term.
pub async fn held(db: &DatabaseConnection, term: TermId) -> BTreeMap<Uuid, usize> {
    let dates = occurrence::Entity::find().filter(occurrence::Column::TermId.eq(term.0)).all(db).await.unwrap();
    let mut held: BTreeMap<Uuid, usize> = dates.iter().map(|date| (date.id, 0)).collect();
    for place in booking_place::Entity::find()
        .filter(booking_place::Column::OccurrenceId.is_in(dates.iter().map(|date| date.id)))
        .all(db)
        .await
        .unwrap()
    {
        if place.state == PlaceState::Held {
            *held.entry(place.occurrence_id).or_default() += usize::try_from(place.places).unwrap();
        }
    }
    held
}
