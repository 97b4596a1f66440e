//! Reading the audit: who changed what, of a term, of a person, of a community.

use crate::{
    StoreError,
    accounts::Who,
    audit::besides_booking,
    bookings::of_persons,
    communities::zone,
    entity::{audit, booking, term, time::Instant},
    rosters::{desk_of, persons},
    terms::{instant, local},
};
use domain::{
    id::{CommunityId, TermId},
    reading::{AuditLine, AuditPage},
    rights::Act,
};
use jiff::{
    ToSpan,
    civil::{Date, Time},
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, sea_query::IntoCondition,
};
use uuid::Uuid;

/// Changes on one page of a community's.
const PAGE: u64 = 50;

/// The changes of a term, newest first, at most 500.
pub async fn changes_of_term(
    db: &DatabaseConnection,
    who: &Who,
    slug: &str,
    id: TermId,
) -> Result<Vec<AuditLine>, StoreError> {
    let at = desk_of(db, who, slug, Act::ReadAudit).await?;
    let here = term::Entity::find_by_id(id.0).filter(term::Column::CommunityId.eq(at.0));
    here.one(db).await?.ok_or(StoreError::NotFound)?;
    changes_of(db, at, audit::Column::TermId.eq(id.0), 500).await
}

/// All that was done for persons.
pub(crate) async fn all_for(conn: &impl ConnectionTrait, persons: &[Uuid]) -> Result<Condition, DbErr> {
    let booked: Vec<Uuid> = booking::Entity::find()
        .select_only()
        .column(booking::Column::Id)
        .filter(of_persons(persons.iter().copied()))
        .into_tuple()
        .all(conn)
        .await?;
    let theirs = audit::Column::ForPerson.is_in(persons.iter().copied());
    let booked = Condition::all().add(audit::Column::Id.is_in(booked)).add(theirs);
    Ok(Condition::any().add(besides_booking(persons.iter().copied())).add(booked))
}

pub(crate) async fn changes_of(
    db: &DatabaseConnection,
    at: CommunityId,
    which: impl IntoCondition,
    most: u64,
) -> Result<Vec<AuditLine>, StoreError> {
    let rows = rows_of(db, at, which, most).await?;
    lines_of(db, at, rows).await
}

async fn rows_of(
    db: &DatabaseConnection,
    at: CommunityId,
    which: impl IntoCondition,
    most: u64,
) -> Result<Vec<audit::Model>, StoreError> {
    Ok(audit::Entity::find()
        .filter(which.into_condition())
        .filter(audit::Column::CommunityId.eq(at.0))
        .order_by_desc(audit::Column::At)
        .order_by_desc(audit::Column::Id)
        .limit(most)
        .all(db)
        .await?)
}

async fn lines_of(
    db: &DatabaseConnection,
    at: CommunityId,
    rows: Vec<audit::Model>,
) -> Result<Vec<AuditLine>, StoreError> {
    let zone = zone(db, at).await?;
    let persons = persons(db, rows.iter().filter_map(|row| row.for_person).collect()).await?;
    Ok(rows
        .into_iter()
        .map(|row| AuditLine {
            at: local(row.at.into(), &zone),
            who: row.actor_name,
            for_whom: row.for_person.and_then(|id| persons.get(&id)).map(|person| person.name.clone()),
            action: row.action,
            door: row.door.0,
            before: row.before,
            after: row.after,
        })
        .collect())
}

/// The changes of a community, newest first: those of a day where one is named, else all, in pages.
///
/// # Errors
/// [`StoreError::NotFound`] without the right to read them.
pub async fn changes_page(
    db: &DatabaseConnection,
    who: &Who,
    slug: &str,
    day: Option<Date>,
    before: Option<Uuid>,
) -> Result<AuditPage, StoreError> {
    let at = desk_of(db, who, slug, Act::ReadAudit).await?;
    let zone = zone(db, at).await?;
    let mut which = Condition::all();
    if let Some(day) = day {
        let start = |day: Date| instant(day, Time::midnight(), &zone).map(Instant::from);
        if let (Ok(first), Ok(next)) = (start(day), start(day.checked_add(1.day()).unwrap_or(day))) {
            which = which.add(audit::Column::At.gte(first)).add(audit::Column::At.lt(next));
        }
    }
    let last = match before {
        Some(id) => audit::Entity::find_by_id(id).filter(audit::Column::CommunityId.eq(at.0)).one(db).await?,
        None => None,
    };
    if let Some(last) = last {
        let same = Condition::all().add(audit::Column::At.eq(last.at)).add(audit::Column::Id.lt(last.id));
        which = which.add(Condition::any().add(audit::Column::At.lt(last.at)).add(same));
    }
    let rows = rows_of(db, at, which, PAGE).await?;
    let older = rows.last().map(|row| row.id).filter(|_| rows.len() as u64 == PAGE);
    Ok(AuditPage { lines: lines_of(db, at, rows).await?, older })
}
