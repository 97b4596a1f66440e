//! Moving up (递补).

use super::cancel::set_places;
use crate::{
    StoreError,
    audit::Change,
    entity::{booking, person, stored::Stored},
    notices,
    terms::{load_term, waiters},
    tx::WriteTx,
};
use domain::{
    booking::{BookingState, PlaceState, promote},
    id::{PersonId, TermId},
    reading::NoticeText,
    rights::Door,
};
use jiff::Timestamp;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Gives free places to those who wait, in order; the caller holds the term's lock.
///
/// # Errors
/// Only those of the database.
pub(crate) async fn promote_waiting(tx: &WriteTx, term: TermId, now: Timestamp) -> Result<(), StoreError> {
    let loaded = load_term(tx, term).await?;
    if loaded.places.line.parties() == 0 {
        return Ok(());
    }
    let up = promote(&loaded.term, &loaded.places, &waiters(tx, term).await?, now);
    if up.is_empty() {
        return Ok(());
    }
    let rows: BTreeMap<Uuid, booking::Model> = booking::Entity::find()
        .filter(booking::Column::Id.is_in(up.iter().map(|(id, _)| id.0)))
        .all(tx)
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    for (id, dates) in up {
        let Some(row) = rows.get(&id.0) else { continue };
        let (person, household, account) = (row.person_id, row.household_id, row.account_id);
        let mut change = row.clone().into_active_model();
        change.state = Set(Stored(BookingState::Confirmed));
        change.confirmed_at = Set(Some(now.into()));
        change.update(tx).await?;
        set_places(tx, id, None, PlaceState::Released).await?;
        set_places(tx, id, Some(dates.iter().map(|date| date.0).collect()), PlaceState::Held).await?;
        Change {
            community: loaded.community(),
            by: None,
            for_person: Some(PersonId(person)),
            action: "promote",
            subject: ("booking", id.0),
            term: Some(term),
            door: Door::Rule,
        }
        .write(tx, Some(BookingState::Waiting), Some(BookingState::Confirmed), now)
        .await?;
        let name = person::Entity::find_by_id(person).one(tx).await?.map_or_else(String::new, |person| person.name);
        let text = NoticeText::Promoted {
            activity: loaded.activity.name.clone(),
            person: name,
            slug: loaded.slug.clone(),
            activity_id: loaded.activity.id.into(),
            dates: u32::try_from(dates.len()).unwrap_or(u32::MAX),
        };
        notices::owe(tx, loaded.community(), household, account, PersonId(person), &text, now).await?;
    }
    Ok(())
}
