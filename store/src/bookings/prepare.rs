//! Preparing a booking (提前准备): everything but the hour and the places is settled before the opening.

use super::{batch::Batch, book::Asked};
use crate::{
    StoreError,
    accounts::Who,
    audit::Change,
    entity::{person, preparation, stored::Stored},
    id::new_id,
    terms::lock_terms,
    tx::begin_write,
};
use domain::{
    booking::MAX_HEADS,
    id::{ActivityId, PersonId, TermId},
    reading::Prepared,
    refusal::FieldProblem,
    rights::Door,
    text::InputProblem,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder};
use std::collections::HashMap;
use uuid::Uuid;

/// Keeps what a family will ask for at the opening, once all rules of entry let it; what it settled for the same person
/// before is replaced.
///
/// # Errors
/// [`StoreError::Refused`] with the rule that says no; [`StoreError::NotFound`] for a term or person that is not there or
/// not the actor's.
pub async fn prepare_booking(db: &DatabaseConnection, asked: &Asked) -> Result<(), StoreError> {
    let (request, now) = (&asked.request, asked.at);
    if !(1..=MAX_HEADS).contains(&request.heads) {
        let problem = InputProblem::Number { min: 1, max: MAX_HEADS.into() };
        return Err(StoreError::Invalid(FieldProblem::new("heads", problem)));
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
        scope: Set(Stored(request.scope)),
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
    .write(&tx, None::<()>, Some(request.scope), now)
    .await?;
    tx.commit().await?;
    Ok(())
}

/// What the actor's household settled for the terms of an activity.
///
/// # Errors
/// Only those of the database.
pub async fn prepared(db: &DatabaseConnection, who: &Who, activity: ActivityId) -> Result<Vec<Prepared>, StoreError> {
    let Some(household) = who.household else { return Ok(Vec::new()) };
    let rows = preparation::Entity::find()
        .filter(preparation::Column::HouseholdId.eq(household))
        .order_by_asc(preparation::Column::CreatedAt)
        .all(db)
        .await?;
    let terms = crate::terms::terms_of(db, activity).await?;
    let names: HashMap<Uuid, String> = person::Entity::find()
        .filter(person::Column::Id.is_in(rows.iter().map(|row| row.person_id)))
        .all(db)
        .await?
        .into_iter()
        .map(|person| (person.id, person.name))
        .collect();
    let unsigned = |number: i32| u32::try_from(number).unwrap_or(1);
    Ok(rows
        .into_iter()
        .filter(|row| terms.contains(&row.term_id))
        .map(|row| Prepared {
            term: TermId(row.term_id),
            person: PersonId(row.person_id),
            name: names.get(&row.person_id).cloned().unwrap_or_default(),
            scope: row.scope.0,
            heads: unsigned(row.heads),
            adults: row.adults.map(unsigned),
            insists: row.insists,
        })
        .collect())
}
