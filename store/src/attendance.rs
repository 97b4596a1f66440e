//! Attendance (签到): the roll of a date.

use crate::{
    StoreError,
    accounts::Who,
    audit::Change,
    calendar::term_of,
    care_details::with_allergy,
    communities,
    entity::{attendance, booking_place, occurrence, stored::Stored},
    id::new_id,
    rosters::persons,
    terms::{code, count, load_term, local, lock_terms},
    tx::begin_write,
};
use domain::{
    booking::{Mark, PlaceState},
    code::Code,
    id::{CommunityId, OccurrenceId, PersonId},
    reading::{RollLine, RollPage},
    refusal::Refusal,
    rights::{Act, Door, Reach},
    term::OccurrenceState,
};
use jiff::{Timestamp, ToSpan};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseConnection, EntityTrait, IntoActiveModel, QueryFilter,
};
use std::collections::HashMap;

/// The roll of a date: who holds a place, by name, and what was marked.
pub async fn roll(
    db: &DatabaseConnection,
    who: &Who,
    slug: &str,
    id: OccurrenceId,
    now: Timestamp,
) -> Result<RollPage, StoreError> {
    let at = CommunityId(communities::by_slug(db, slug).await?.id);
    let loaded = load_term(db, term_of(db, id).await?).await?;
    let row = loaded.dates.iter().find(|date| date.id == id.0).ok_or(StoreError::NotFound)?;
    if loaded.community() != at || !may_call_roll(who, row) {
        return Err(StoreError::NotFound);
    }
    let places = booking_place::Entity::find()
        .filter(booking_place::Column::OccurrenceId.eq(id.0))
        .filter(booking_place::Column::State.eq(code(PlaceState::Held)))
        .all(db)
        .await?;
    let marks: HashMap<_, _> = attendance::Entity::find()
        .filter(attendance::Column::OccurrenceId.eq(id.0))
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.person_id, row))
        .collect();
    let ids: Vec<_> = places.iter().map(|place| place.person_id).collect();
    let allergies = with_allergy(db, &ids).await?;
    let persons = persons(db, ids).await?;
    let mut lines: Vec<_> = places
        .into_iter()
        .filter_map(|place| {
            let person = persons.get(&place.person_id)?;
            let mark = marks.get(&place.person_id);
            Some(RollLine {
                person: PersonId(person.id),
                name: person.name.clone(),
                pinyin: format!("{} {}", person.pinyin, person.initials),
                heads: count(place.heads),
                mark: mark.map(|row| row.mark.0),
                at: mark.map(|row| local(row.marked_at.into(), &loaded.zone).time()),
                allergy: allergies.contains(&person.id),
            })
        })
        .collect();
    lines.sort_by(|a, b| a.pinyin.cmp(&b.pinyin).then_with(|| a.person.cmp(&b.person)));
    Ok(RollPage { date: loaded.entry(row, now).ok_or(StoreError::NotFound)?, lines })
}

/// True for who calls every roll of the community, and for who leads that date.
fn may_call_roll(who: &Who, date: &occurrence::Model) -> bool {
    match who.actor.reach(Act::CallRoll, CommunityId(date.community_id)) {
        Reach::All => true,
        Reach::Own => date.leader.as_deref() == Some(who.name.as_str()),
        Reach::Nothing => false,
    }
}

/// Marks a person on a date's roll, or takes the mark back with none.
///
/// # Errors
/// [`StoreError::NotFound`] for somebody who holds no place then; [`Refusal::NoRollYet`] more than a day ahead or
/// for a date that was called off.
pub async fn mark_attendance(
    db: &DatabaseConnection,
    who: &Who,
    id: OccurrenceId,
    person: PersonId,
    mark: Option<Mark>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let term = term_of(db, id).await?;
    let tx = begin_write(db).await?;
    lock_terms(&tx, &[term]).await?;
    let loaded = load_term(&tx, term).await?;
    let date = loaded.term.occurrences.iter().find(|o| o.id == id).ok_or(StoreError::NotFound)?;
    let row = loaded.dates.iter().find(|date| date.id == id.0).ok_or(StoreError::NotFound)?;
    if !may_call_roll(who, row) {
        return Err(StoreError::NotFound);
    }
    let opens = date.starts_at.checked_sub(24.hours()).unwrap_or(Timestamp::MIN);
    if date.state == OccurrenceState::Cancelled || now < opens {
        return Err(Refusal::NoRollYet.into());
    }
    booking_place::Entity::find()
        .filter(booking_place::Column::OccurrenceId.eq(id.0))
        .filter(booking_place::Column::PersonId.eq(person.0))
        .filter(booking_place::Column::State.eq(code(PlaceState::Held)))
        .one(&tx)
        .await?
        .ok_or(StoreError::NotFound)?;
    let row = attendance::Entity::find()
        .filter(attendance::Column::OccurrenceId.eq(id.0))
        .filter(attendance::Column::PersonId.eq(person.0))
        .one(&tx)
        .await?;
    let before = row.as_ref().map(|row| row.mark.0);
    if before == mark {
        return Ok(());
    }
    match (row, mark) {
        (Some(row), Some(mark)) => {
            let mut model = row.into_active_model();
            model.mark = Set(Stored(mark));
            model.marked_by = Set(Some(who.account.0));
            model.marked_at = Set(now.into());
            model.update(&tx).await?;
        }
        (Some(row), None) => {
            attendance::Entity::delete_by_id(row.id).exec(&tx).await?;
        }
        (None, Some(mark)) => {
            attendance::Entity::insert(attendance::ActiveModel {
                id: Set(new_id(now)),
                community_id: Set(loaded.row.community_id),
                occurrence_id: Set(id.0),
                person_id: Set(person.0),
                mark: Set(Stored(mark)),
                marked_by: Set(Some(who.account.0)),
                marked_at: Set(now.into()),
            })
            .exec_without_returning(&tx)
            .await?;
        }
        (None, None) => {}
    }
    Change {
        community: loaded.community(),
        by: Some((who.account, &who.name)),
        for_person: Some(person),
        action: "mark_attendance",
        subject: ("occurrence", id.0),
        term: Some(term),
        door: Door::Desk,
    }
    .write(&tx, before.map(Code::code), mark.map(Code::code), now)
    .await?;
    tx.commit().await?;
    Ok(())
}
