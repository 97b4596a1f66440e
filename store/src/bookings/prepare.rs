//! Preparing a booking (提前准备): everything but the hour and the places is settled before the opening.

use super::{
    batch::{Batch, distinct},
    book::{Asked, BookRequest},
};
use crate::{
    StoreError,
    accounts::Who,
    audit::Change,
    entity::{booking, person, preparation, stored::Stored},
    id::new_id,
    terms::{Loaded, code, count, load_terms, lock_terms, terms_of},
    tx::begin_write,
};
use domain::{
    booking::{BookingState, MAX_HEADS, Scope, Standing, standing_of_term},
    id::{ActivityId, CommunityId, PersonId, PreparationId, RequestKey, TermId},
    reading::{Listed, Prepared},
    refusal::FieldProblem,
    rights::Door,
    text::InputProblem,
    which::Which,
};
use jiff::Timestamp;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, sea_query::IntoCondition,
};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Keeps what a family will ask for at the opening, once all rules of entry let it; what it settled for the same person
/// before is replaced.
///
/// # Errors
/// [`StoreError::Refused`] with the rule that says no; [`StoreError::NotFound`] for a term or person that is not there or
/// not the actor's; [`StoreError::Invalid`] for dates of one's choice, which have hours of their own.
pub async fn prepare_booking(db: &DatabaseConnection, asked: &Asked) -> Result<(), StoreError> {
    let (request, now) = (&asked.request, asked.at);
    if !(1..=MAX_HEADS).contains(&request.heads) {
        let problem = InputProblem::Number { min: 1, max: MAX_HEADS.into() };
        return Err(StoreError::Invalid(FieldProblem::new("heads", problem)));
    }
    // What is kept for one tap is the term.
    if !matches!(request.which, Which::Whole | Which::Rest) {
        return Err(StoreError::Invalid(FieldProblem::new("scope", InputProblem::Choice)));
    }
    let tx = begin_write(db).await?;
    lock_terms(&tx, &[request.term]).await?;
    let batch = Batch::read(&tx, std::slice::from_ref(asked)).await?;
    let (community, household) = batch.may_prepare(asked)?;
    let household = household.ok_or(StoreError::NotFound)?;
    preparation::Entity::delete_many()
        .filter(preparation::Column::TermId.eq(request.term.0))
        .filter(preparation::Column::HouseholdId.eq(household))
        .filter(preparation::Column::PersonId.eq(request.person.0))
        .exec(&tx)
        .await?;
    let signed = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
    let id = new_id(now);
    preparation::Entity::insert(preparation::ActiveModel {
        id: Set(id),
        community_id: Set(community.0),
        term_id: Set(request.term.0),
        household_id: Set(household),
        person_id: Set(request.person.0),
        account_id: Set(asked.who.account.0),
        scope: Set(Stored(request.which.scope())),
        heads: Set(signed(request.heads)),
        adults: Set(request.adults.map(signed)),
        insists: Set(request.insists),
        created_at: Set(now.into()),
    })
    .exec_without_returning(&tx)
    .await?;
    Change {
        community,
        by: Some((asked.who.account, &asked.who.name)),
        for_person: Some(request.person),
        action: "prepare_booking",
        subject: ("preparation", id),
        term: Some(request.term),
        door: Door::Page,
    }
    .write(&tx, None::<()>, Some(request.which.scope()), now)
    .await?;
    tx.commit().await?;
    Ok(())
}

/// What the actor's household settled for the terms of an activity.
///
/// # Errors
/// Only those of the database.
pub async fn prepared(db: &DatabaseConnection, who: &Who, activity: ActivityId) -> Result<Vec<Prepared>, StoreError> {
    let terms = terms_of(db, activity).await?;
    let rows = rows_of(db, who, preparation::Column::TermId.is_in(terms)).await?;
    readings(db, rows).await
}

/// The actor's household's list at a community: what it settled and has not booked, the next opening first.
///
/// # Errors
/// Only those of the database.
pub async fn listed(
    db: &DatabaseConnection,
    who: &Who,
    community: CommunityId,
    now: Timestamp,
) -> Result<Vec<Listed>, StoreError> {
    let rows = rows_of(db, who, preparation::Column::CommunityId.eq(community.0)).await?;
    let terms = distinct(rows.iter().map(|row| row.term_id));
    let booked: HashSet<(Uuid, Uuid)> = booking::Entity::find()
        .select_only()
        .columns([booking::Column::TermId, booking::Column::PersonId])
        .filter(booking::Column::TermId.is_in(terms.clone()))
        .filter(booking::Column::PersonId.is_in(rows.iter().map(|row| row.person_id)))
        .filter(booking::Column::State.ne(code(BookingState::Cancelled)))
        .filter(booking::Column::Scope.is_in([Scope::Whole, Scope::Rest].map(code)))
        .into_tuple()
        .all(db)
        .await?
        .into_iter()
        .collect();
    let loaded: HashMap<TermId, Loaded> =
        load_terms(db, &terms).await?.into_iter().map(|loaded| (loaded.term.id, loaded)).collect();
    let mut listed: Vec<Listed> = readings(db, rows)
        .await?
        .into_iter()
        .filter(|prepared| !booked.contains(&(prepared.term.0, prepared.person.0)))
        .filter_map(|prepared| {
            let loaded = loaded.get(&prepared.term)?;
            let standing = standing_of_term(&loaded.term, &loaded.places, now);
            // What is over is nobody's wish any more.
            (standing != Standing::Past).then(|| listing(loaded, prepared, standing, now))
        })
        .collect();
    listed.sort_by_key(|one| (one.opens_in, one.first, one.start));
    Ok(listed)
}

fn listing(loaded: &Loaded, prepared: Prepared, standing: Standing, now: Timestamp) -> Listed {
    let (start, end) = loaded.hours();
    let opens_in = loaded.term.first_opening().map(|at| at.as_second() - now.as_second());
    Listed {
        prepared,
        activity: ActivityId(loaded.activity.id),
        name: loaded.activity.name.clone(),
        unit: loaded.activity.unit.0,
        term_name: loaded.row.name.clone(),
        first: loaded.row.first_date.into(),
        last: loaded.row.last_date.into(),
        start,
        end,
        standing,
        opens: loaded.opens(now),
        opens_in: opens_in.filter(|seconds| *seconds > 0),
    }
}

/// The requests for lines of the actor's household's list, in the order given; their keys follow from that of the form.
///
/// # Errors
/// [`StoreError::NotFound`] for a line that is not there or not the household's.
pub async fn requests_listed(
    db: &DatabaseConnection,
    who: &Who,
    ids: &[PreparationId],
    key: RequestKey,
) -> Result<Vec<BookRequest>, StoreError> {
    let rows = rows_of(db, who, preparation::Column::Id.is_in(ids.iter().map(|id| id.0))).await?;
    let request = |id: &PreparationId| {
        let row = rows.iter().find(|row| row.id == id.0).ok_or(StoreError::NotFound)?;
        Ok(BookRequest {
            term: TermId(row.term_id),
            person: PersonId(row.person_id),
            which: match row.scope.0 {
                Scope::Whole => Which::Whole,
                _ => Which::Rest,
            },
            heads: count(row.heads),
            adults: row.adults.map(count),
            insists: row.insists,
            // It was agreed to when it was settled: else it would not have been.
            consents: true,
            key: key.of(*id),
            door: Door::Page,
        })
    };
    ids.iter().map(request).collect()
}

/// Takes a line off the actor's household's list. One that is gone already is no error.
///
/// # Errors
/// Only those of the database.
pub async fn take_off_list(
    db: &DatabaseConnection,
    who: &Who,
    id: PreparationId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(row) = rows_of(db, who, preparation::Column::Id.eq(id.0)).await?.pop() else { return Ok(()) };
    let tx = begin_write(db).await?;
    preparation::Entity::delete_by_id(row.id).exec(&tx).await?;
    Change {
        community: CommunityId(row.community_id),
        by: Some((who.account, &who.name)),
        for_person: Some(PersonId(row.person_id)),
        action: "take_off_list",
        subject: ("preparation", row.id),
        term: Some(TermId(row.term_id)),
        door: Door::Page,
    }
    .write(&tx, Some(row.scope.0), None::<()>, now)
    .await?;
    tx.commit().await?;
    Ok(())
}

/// What the actor's household settled, as far as a condition takes it, the oldest first.
async fn rows_of(
    conn: &impl ConnectionTrait,
    who: &Who,
    which: impl IntoCondition,
) -> Result<Vec<preparation::Model>, DbErr> {
    let Some(household) = who.household else { return Ok(Vec::new()) };
    preparation::Entity::find()
        .filter(preparation::Column::HouseholdId.eq(household))
        .filter(which.into_condition())
        .order_by_asc(preparation::Column::CreatedAt)
        .all(conn)
        .await
}

async fn readings(conn: &impl ConnectionTrait, rows: Vec<preparation::Model>) -> Result<Vec<Prepared>, StoreError> {
    let names: HashMap<Uuid, String> = person::Entity::find()
        .filter(person::Column::Id.is_in(rows.iter().map(|row| row.person_id)))
        .all(conn)
        .await?
        .into_iter()
        .map(|person| (person.id, person.name))
        .collect();
    let prepared = rows.into_iter().map(|row| Prepared {
        id: PreparationId(row.id),
        term: TermId(row.term_id),
        person: PersonId(row.person_id),
        name: names.get(&row.person_id).cloned().unwrap_or_default(),
        scope: row.scope.0,
        heads: count(row.heads),
        adults: row.adults.map(count),
        insists: row.insists,
    });
    Ok(prepared.collect())
}
