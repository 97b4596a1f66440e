//! What the database holds of the terms of a history.

use crate::{Entry, What};
use jiff::Timestamp;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use serde::Deserialize;
use std::collections::{BTreeSet, HashMap};
use store::{
    audit_seal, communities,
    deep_check::Standing,
    entity::{audit, booking, request_answer},
};
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
    /// The terms with their dates, bookings and places.
    pub standing: Standing,
    /// The ids of the bookings.
    ids: BTreeSet<Uuid>,
    /// What is wrong with the audit's chains; what is not sealed yet is not.
    pub chains: Vec<String>,
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
        let terms: Vec<Uuid> = terms.into_iter().collect();
        rows.standing = Standing::read(db, &terms).await?;
        rows.ids = rows.standing.bookings.iter().map(|row| row.id).collect();
        for some in terms.chunks(SOME) {
            rows.read_audit(db, some).await?;
        }
        for community in communities::all(db).await? {
            rows.chains.extend(audit_seal::verify(db, &community, &[], Timestamp::MIN).await?.findings);
        }
        for some in chunks(&keys) {
            for kept in request_answer::Entity::find().filter(request_answer::Column::Key.is_in(some)).all(db).await? {
                let answer = serde_json::from_str(&kept.answer).map_err(|error| DbErr::Json(error.to_string()))?;
                rows.answers.insert(kept.key, answer);
            }
        }
        Ok(rows)
    }

    async fn read_audit(&mut self, db: &impl ConnectionTrait, terms: &[Uuid]) -> Result<(), DbErr> {
        let found = audit::Entity::find()
            .filter(audit::Column::TermId.is_in(terms.iter().copied()))
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

    /// How often the audit of a booking names an action.
    pub(crate) fn audited(&self, booking: Uuid, action: &str) -> usize {
        self.audits.get(&booking).into_iter().flatten().filter(|row| row.action == action).count()
    }
}

fn chunks(ids: &BTreeSet<Uuid>) -> impl Iterator<Item = Vec<Uuid>> {
    let ids: Vec<Uuid> = ids.iter().copied().collect();
    ids.chunks(SOME).map(<[Uuid]>::to_vec).collect::<Vec<_>>().into_iter()
}
