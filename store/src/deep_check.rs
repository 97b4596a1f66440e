//! The deep check: everything that must be true of a database as it stands, read at one moment.

mod integrity;
mod records;
mod standing;

pub use standing::Standing;

use crate::{
    StoreError, audit_seal,
    bookings::due,
    communities,
    entity::{booking, term},
    terms::{code, load_term},
    tx::begin_read,
};
use domain::{
    booking::BookingState,
    id::{BookingId, TermId},
};
use jiff::Timestamp;
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

/// Terms whose rows are in memory at once.
const TERMS: usize = 20;

/// A part of the check.
#[derive(Clone, Debug)]
pub struct Part {
    /// What was looked at.
    pub what: &'static str,
    /// How much there was of it.
    pub seen: String,
    /// All that isn't true of it, each in a sentence.
    pub findings: Vec<String>,
}

/// Checks the database itself, bookings with their places, records that were joined, and the audit's chains. Nobody waits for it.
///
/// # Errors
/// None but those of a database that can't be read at all: what can't be read in part is a finding.
pub async fn deep_check(db: &DatabaseConnection, now: Timestamp) -> Result<Vec<Part>, StoreError> {
    let tx = begin_read(db).await?;
    let mut parts = Vec::new();
    let mut findings = Vec::new();
    let seen = integrity::check(&tx, &mut findings).await.map_err(StoreError::from);
    parts.push(part("integrity", seen, findings));
    let mut findings = Vec::new();
    let seen = bookings(&tx, now, &mut findings).await;
    parts.push(part("bookings", seen, findings));
    let mut findings = Vec::new();
    let seen = records::check(&tx, &mut findings).await.map_err(StoreError::from);
    parts.push(part("records", seen, findings));
    let mut findings = Vec::new();
    let seen = audit(&tx, now, &mut findings).await;
    parts.push(part("audit", seen, findings));
    Ok(parts)
}

fn part(what: &'static str, seen: Result<String, StoreError>, mut findings: Vec<String>) -> Part {
    let seen = seen.unwrap_or_else(|error| {
        findings.push(format!("it can't be read to the end: {error}"));
        "in part".to_owned()
    });
    Part { what, seen, findings }
}

async fn bookings(conn: &impl ConnectionTrait, now: Timestamp, found: &mut Vec<String>) -> Result<String, StoreError> {
    let ids = term::Entity::find().select_only().column(term::Column::Id).order_by_asc(term::Column::Id);
    let terms: Vec<Uuid> = ids.into_tuple().all(conn).await?;
    let (mut dates, mut bookings) = (0, 0);
    for some in terms.chunks(TERMS) {
        let rows = Standing::read(conn, some).await?;
        (dates, bookings) = (dates + rows.dates.len(), bookings + rows.bookings.len());
        found.extend(rows.violations());
    }
    let waiting: Vec<Uuid> = booking::Entity::find()
        .select_only()
        .column(booking::Column::TermId)
        .distinct()
        .filter(booking::Column::State.eq(code(BookingState::Waiting)))
        .into_tuple()
        .all(conn)
        .await?;
    for term in waiting {
        let loaded = load_term(conn, TermId(term)).await?;
        for up in due(conn, &loaded, now).await? {
            let BookingId(id) = up.booking;
            found.push(format!("booking {id} of term {term} waits, although all that it waits for is free"));
        }
    }
    Ok(format!("{} terms with {dates} dates and {bookings} bookings", terms.len()))
}

async fn audit(conn: &impl ConnectionTrait, now: Timestamp, found: &mut Vec<String>) -> Result<String, StoreError> {
    let (mut rows, communities) = (0, communities::all(conn).await?);
    for community in &communities {
        let chain = audit_seal::verify(conn, community, &[], now).await?;
        rows += chain.pending + chain.head.map_or(0, |head| head.number.unsigned_abs());
        found.extend(chain.findings);
    }
    Ok(format!("{rows} rows in the chains of {} communities", communities.len()))
}
