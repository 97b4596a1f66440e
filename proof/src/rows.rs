//! What the database holds of the terms of a history.

use crate::{Entry, What};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use store::entity::{audit, booking, booking_place, occurrence, request_answer, term};
use uuid::Uuid;

/// Parameters of one statement.
const SOME: usize = 500;

/// An answer as it is kept: whatever it says else.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Kept {
    /// The booking.
    pub booking: Uuid,
    /// The number, of whom has to wait.
    pub number: Option<u32>,
}

/// The rows of the terms that a history asks for.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// The terms.
    pub terms: BTreeMap<Uuid, term::Model>,
    /// Their dates.
    pub dates: BTreeMap<Uuid, occurrence::Model>,
    /// Their bookings, by term and number.
    pub bookings: Vec<booking::Model>,
    /// The ids of these.
    ids: BTreeSet<Uuid>,
    /// The places of each booking.
    pub places: HashMap<Uuid, Vec<booking_place::Model>>,
    /// What is written in the audit of each booking.
    pub audits: HashMap<Uuid, Vec<audit::Model>>,
    /// The answers kept under the keys of the history.
    pub answers: HashMap<Uuid, Kept>,
}

impl Rows {
    /// Reads them.
    ///
    /// # Errors
    /// Only those of the database.
    pub async fn read(db: &impl ConnectionTrait, entries: &[Entry]) -> Result<Self, DbErr> {
        let mut rows = Self::default();
        let (mut terms, mut keys, mut cancelled) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for entry in entries {
            match entry.what {
                What::Book { term, key, .. } => {
                    terms.insert(term);
                    keys.insert(key);
                }
                What::Cancel { booking } => {
                    cancelled.insert(booking);
                }
            }
        }
        for some in chunks(&cancelled) {
            let of = booking::Entity::find().filter(booking::Column::Id.is_in(some)).all(db).await?;
            terms.extend(of.into_iter().map(|row| row.term_id));
        }
        for some in chunks(&terms) {
            rows.read_terms(db, some).await?;
        }
        let bookings: BTreeSet<Uuid> = rows.bookings.iter().map(|row| row.id).collect();
        rows.ids = bookings.clone();
        for some in chunks(&bookings) {
            let of = booking_place::Column::BookingId.is_in(some);
            for place in booking_place::Entity::find().filter(of).all(db).await? {
                rows.places.entry(place.booking_id).or_default().push(place);
            }
        }
        for some in chunks(&keys) {
            for kept in request_answer::Entity::find().filter(request_answer::Column::Key.is_in(some)).all(db).await? {
                let answer = serde_json::from_str(&kept.answer).map_err(|error| DbErr::Json(error.to_string()))?;
                rows.answers.insert(kept.key, answer);
            }
        }
        Ok(rows)
    }

    async fn read_terms(&mut self, db: &impl ConnectionTrait, terms: Vec<Uuid>) -> Result<(), DbErr> {
        let found = term::Entity::find().filter(term::Column::Id.is_in(terms.clone())).all(db).await?;
        self.terms.extend(found.into_iter().map(|row| (row.id, row)));
        let found = occurrence::Entity::find().filter(occurrence::Column::TermId.is_in(terms.clone())).all(db).await?;
        self.dates.extend(found.into_iter().map(|row| (row.id, row)));
        let found = booking::Entity::find()
            .filter(booking::Column::TermId.is_in(terms.clone()))
            .order_by_asc(booking::Column::TermId)
            .order_by_asc(booking::Column::QueueNo);
        self.bookings.extend(found.all(db).await?);
        let found = audit::Entity::find()
            .filter(audit::Column::TermId.is_in(terms))
            .filter(audit::Column::Subject.eq("booking"));
        for row in found.all(db).await? {
            self.audits.entry(row.subject_id).or_default().push(row);
        }
        Ok(())
    }

    /// True if there is such a booking.
    pub(crate) fn has(&self, booking: Uuid) -> bool {
        self.ids.contains(&booking)
    }

    /// Places on a date.
    pub(crate) fn capacity(&self, date: &occurrence::Model) -> i64 {
        let of_term = self.terms.get(&date.term_id).map_or(0, |term| term.capacity);
        i64::from(date.capacity.unwrap_or(of_term))
    }

    /// The places of a booking.
    pub(crate) fn places(&self, booking: Uuid) -> &[booking_place::Model] {
        self.places.get(&booking).map(Vec::as_slice).unwrap_or_default()
    }

    /// How often the audit of a booking names an action.
    pub(crate) fn audited(&self, booking: Uuid, action: &str) -> usize {
        self.audits.get(&booking).into_iter().flatten().filter(|row| row.action == action).count()
    }
}

fn chunks(ids: &BTreeSet<Uuid>) -> impl Iterator<Item = Vec<Uuid>> {
    let ids: Vec<Uuid> = ids.iter().copied().collect();
    ids.chunks(SOME).map(<[Uuid]>::to_vec).collect::<Vec<_>>().into_iter()
}
