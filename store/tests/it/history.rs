//! The history checker: what was answered, read against the rows.

use domain::{
    booking::{BookingState, PlaceState},
    id::TermId,
    reading::Booked,
};
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder};
use std::collections::{BTreeMap, BTreeSet};
use store::{
    StoreError,
    entity::{audit, booking, booking_place, occurrence},
};
use uuid::Uuid;

/// The answers of a race, in any order.
#[derive(Default)]
pub struct History {
    pub confirmed: BTreeSet<Uuid>,
    pub waiting: BTreeMap<u32, Uuid>,
    pub refused: usize,
    pub errors: Vec<String>,
}

impl History {
    pub fn note(&mut self, answer: Result<Booked, StoreError>) {
        match answer {
            Ok(Booked::Confirmed { booking, .. }) => assert!(self.confirmed.insert(booking.0), "one answer a booking"),
            Ok(Booked::Waiting { booking, number }) => {
                let earlier = self.waiting.insert(number, booking.0);
                assert!(earlier.is_none(), "number {number} was given twice");
            }
            Ok(other) => panic!("{other:?} is no answer of this race"),
            Err(StoreError::Refused(_)) => self.refused += 1,
            Err(error) => self.errors.push(error.to_string()),
        }
    }

    /// Reads the answers against the rows: capacity held and used up, every answer a row and every row an answer,
    /// the numbers without gaps and in order, one audit row a change.
    pub async fn check(&self, db: &DatabaseConnection, term: TermId, capacity: usize) {
        assert!(self.errors.is_empty(), "{:?}", &self.errors[..self.errors.len().min(3)]);
        let rows = booking::Entity::find()
            .filter(booking::Column::TermId.eq(term.0))
            .order_by_asc(booking::Column::QueueNo)
            .all(db)
            .await
            .unwrap();
        let asked = self.confirmed.len() + self.waiting.len();
        assert_eq!(rows.len(), asked, "a row for every answer and an answer for every row");
        assert_eq!(self.confirmed.len(), asked.min(capacity), "not one place more, not one less");
        for (date, held) in held(db, term).await {
            assert_eq!(held, asked.min(capacity), "places held on {date}");
        }
        let numbers: Vec<_> = self.waiting.keys().copied().collect();
        let expected: Vec<_> = (1..=u32::try_from(self.waiting.len()).unwrap()).collect();
        assert_eq!(numbers, expected, "numbers without gaps");
        let in_order: Vec<_> = rows.iter().filter(|row| row.state == BookingState::Waiting).map(|row| row.id).collect();
        assert_eq!(in_order, self.waiting.values().copied().collect::<Vec<_>>(), "in order of arrival");
        for (n, row) in rows.iter().enumerate() {
            assert_eq!(row.queue_no, i64::try_from(n).unwrap() + 1, "arrivals are counted without gaps");
        }
        let changes = audit::Entity::find()
            .filter(audit::Column::TermId.eq(term.0))
            .filter(audit::Column::Action.eq("book_place"))
            .all(db)
            .await
            .unwrap();
        assert_eq!(changes.len(), rows.len(), "one audit row a change");
    }
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
