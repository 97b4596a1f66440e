//! Days of care: notes as they happen.

use super::{
    Stand, expected_on, may_call_roll, stands,
    taps::{Marking, mark},
};
use crate::{
    StoreError,
    accounts::Who,
    audit::Change,
    calendar::term_of,
    care_details::with_diet,
    communities,
    entity::{day_note, occurrence, stored::Stored},
    error::is_duplicate,
    rosters::persons,
    terms::{load_term, local, lock_terms},
    tx::begin_write,
};
use domain::{
    day_note::DayNoteKind,
    id::{CommunityId, DayNoteId, OccurrenceId, PersonId, RequestKey, TermId},
    reading::{DayLine, DayNote, DayPage},
    refusal::Refusal,
    rights::Door,
    roll::{OnRoll, Says, Tap},
    text::Line,
};
use jiff::{Timestamp, tz::TimeZone};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait,
    IntoActiveModel, QueryFilter, QueryOrder,
};
use std::collections::HashMap;
use uuid::Uuid;

/// Live notes of some dates, by date and person, in order.
pub(crate) async fn notes_of(
    conn: &impl ConnectionTrait,
    dates: &[Uuid],
    zone: &TimeZone,
) -> Result<HashMap<(Uuid, Uuid), Vec<DayNote>>, DbErr> {
    let mut notes: HashMap<(Uuid, Uuid), Vec<DayNote>> = HashMap::new();
    for dates in dates.chunks(500) {
        let rows = day_note::Entity::find()
            .filter(day_note::Column::OccurrenceId.is_in(dates.to_vec()))
            .filter(day_note::Column::WithdrawnAt.is_null())
            .order_by_asc(day_note::Column::CreatedAt)
            .order_by_asc(day_note::Column::Id);
        for row in rows.all(conn).await? {
            notes.entry((row.occurrence_id, row.person_id)).or_default().push(DayNote {
                id: DayNoteId(row.id),
                at: local(row.created_at.into(), zone).time(),
                kind: row.kind.0,
                words: row.words,
            });
        }
    }
    Ok(notes)
}

/// A day of care: who is there, and what was written down.
///
/// # Errors
/// [`StoreError::NotFound`] for a roll that isn't the actor's to call.
pub async fn day(
    db: &DatabaseConnection,
    who: &Who,
    slug: &str,
    id: OccurrenceId,
    now: Timestamp,
) -> Result<DayPage, StoreError> {
    let at = CommunityId(communities::by_slug(db, slug).await?.id);
    let loaded = load_term(db, term_of(db, id).await?).await?;
    let row = loaded.dates.iter().find(|date| date.id == id.0).ok_or(StoreError::NotFound)?;
    if loaded.community() != at || !may_call_roll(who, row) {
        return Err(StoreError::NotFound);
    }
    let ids: Vec<Uuid> = expected_on(db, &[id.0]).await?.iter().map(|expected| expected.person_id).collect();
    let (stands, _) = stands(db, &[id.0]).await?;
    let mut notes = notes_of(db, &[id.0], &loaded.zone).await?;
    let diets = with_diet(db, &ids).await?;
    let mut people: Vec<_> = persons(db, ids).await?.into_values().collect();
    people.sort_by(|a, b| (&a.pinyin, a.id).cmp(&(&b.pinyin, b.id)));
    let lines = people.into_iter().map(|person| {
        let stand = stands.get(&(id.0, person.id)).cloned().unwrap_or_default();
        DayLine {
            person: PersonId(person.id),
            on: stand.on,
            seen: stand.taps,
            at: stand.row.map(|row| local(row.marked_at.into(), &loaded.zone).time()),
            notes: notes.remove(&(id.0, person.id)).unwrap_or_default(),
            diet: diets.contains(&person.id),
            name: person.name,
        }
    });
    let lines = lines.collect();
    Ok(DayPage { date: loaded.entry(row, now).ok_or(StoreError::NotFound)?, lines })
}

/// Writes a note of some people's day. Who goes home has left, and the roll says so, too.
///
/// # Errors
/// [`StoreError::NotFound`] for a roll that isn't the actor's, and for whoever isn't on it; [`Refusal::NotHere`] for
/// somebody who isn't marked as there; [`Refusal::ChangedSince`] where a colleague said first that somebody went home.
#[allow(clippy::too_many_arguments, reason = "a note has so many parts")]
pub async fn write_day_note(
    db: &DatabaseConnection,
    who: &Who,
    id: OccurrenceId,
    people: &[PersonId],
    kind: DayNoteKind,
    words: Option<&Line>,
    key: RequestKey,
    now: Timestamp,
) -> Result<(), StoreError> {
    let term = term_of(db, id).await?;
    let tx = begin_write(db).await?;
    lock_terms(&tx, &[term]).await?;
    let date = occurrence::Entity::find_by_id(id.0).one(&tx).await?.ok_or(StoreError::NotFound)?;
    if !may_call_roll(who, &date) {
        return Err(StoreError::NotFound);
    }
    let expected: Vec<Uuid> = expected_on(&tx, &[id.0]).await?.iter().map(|expected| expected.person_id).collect();
    let (mut stands, _) = stands(&tx, &[id.0]).await?;
    let known: Vec<Uuid> = day_note::Entity::find()
        .filter(day_note::Column::Id.is_in(people.iter().map(|person| key.of(*person).0)))
        .all(&tx)
        .await?
        .into_iter()
        .map(|row| row.id)
        .collect();
    for person in people {
        let note = key.of(*person).0;
        if known.contains(&note) {
            continue;
        }
        if !expected.contains(&person.0) {
            return Err(StoreError::NotFound);
        }
        let stand = stands.entry((id.0, person.0)).or_default();
        let gone = kind == DayNoteKind::GoneHome;
        if !stand.on.is_here() {
            let twice = gone && stand.on.left;
            return Err(if twice { Refusal::ChangedSince } else { Refusal::NotHere }.into());
        }
        let inserted = day_note::Entity::insert(day_note::ActiveModel {
            id: Set(note),
            community_id: Set(date.community_id),
            occurrence_id: Set(id.0),
            person_id: Set(person.0),
            kind: Set(Stored(kind)),
            words: Set(words.map(|words| words.as_str().to_owned())),
            account_id: Set(who.account.0),
            created_at: Set(now.into()),
            withdrawn_at: Set(None),
        })
        .exec_without_returning(&tx)
        .await;
        inserted.map_err(|error| match is_duplicate(&error) {
            true => Refusal::ChangedSince.into(),
            false => StoreError::from(error),
        })?;
        if gone {
            leave_or_stay(&tx, who, &date, term, *person, stand, Says::Left, now).await?;
        }
        change(who, &date, term, *person, "write_day_note").write(&tx, None::<()>, Some(kind), now).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Takes a note back; who did not go home after all is there again.
///
/// # Errors
/// [`StoreError::NotFound`] for a note of a roll that isn't the actor's.
pub async fn withdraw_day_note(
    db: &DatabaseConnection,
    who: &Who,
    id: DayNoteId,
    now: Timestamp,
) -> Result<OccurrenceId, StoreError> {
    let note = day_note::Entity::find_by_id(id.0).one(db).await?.ok_or(StoreError::NotFound)?;
    let on = OccurrenceId(note.occurrence_id);
    let term = term_of(db, on).await?;
    let tx = begin_write(db).await?;
    lock_terms(&tx, &[term]).await?;
    let date = occurrence::Entity::find_by_id(on.0).one(&tx).await?.ok_or(StoreError::NotFound)?;
    let note = day_note::Entity::find_by_id(id.0).one(&tx).await?.ok_or(StoreError::NotFound)?;
    if !may_call_roll(who, &date) {
        return Err(StoreError::NotFound);
    }
    if note.withdrawn_at.is_some() {
        return Ok(on);
    }
    let (kind, person) = (note.kind.0, PersonId(note.person_id));
    let mut model = note.into_active_model();
    model.withdrawn_at = Set(Some(now.into()));
    model.update(&tx).await?;
    if kind == DayNoteKind::GoneHome {
        let (mut stands, _) = stands(&tx, &[on.0]).await?;
        let stand = stands.entry((on.0, person.0)).or_default();
        if stand.on.left {
            let says = OnRoll { left: false, ..stand.on }.says();
            leave_or_stay(&tx, who, &date, term, person, stand, says, now).await?;
        }
    }
    change(who, &date, term, person, "withdraw_day_note").write(&tx, Some(kind), None::<()>, now).await?;
    tx.commit().await?;
    Ok(on)
}

#[allow(clippy::too_many_arguments, reason = "it is one tap with all that belongs to it")]
async fn leave_or_stay(
    tx: &crate::tx::WriteTx,
    who: &Who,
    date: &occurrence::Model,
    term: TermId,
    person: PersonId,
    stand: &mut Stand,
    says: Says,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tap = Tap { key: RequestKey(crate::id::new_id(now)), person, says, seen: stand.taps, kept_for: None };
    mark(tx, &Marking { who, date, term, door: Door::Desk, now }, &tap, stand).await
}

fn change<'a>(who: &'a Who, date: &occurrence::Model, term: TermId, person: PersonId, action: &'a str) -> Change<'a> {
    let at_desk = Change::at_desk(who, CommunityId(date.community_id), action);
    Change { for_person: Some(person), subject: ("occurrence", date.id), term: Some(term), ..at_desk }
}
