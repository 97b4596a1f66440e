//! How people attended a term, and what staff excuse.

use crate::{
    StoreError,
    accounts::Who,
    audit::Change,
    entity::{attendance, excuse, occurrence, pickup, stored::Stored, term},
    id::new_id,
    rosters::{desk_of, desk_term, persons},
    terms::{code, entry_of, load_term, lock_terms},
    tx::begin_write,
};
use domain::{
    attended::{Attended, LATE_AFTER_MINUTES},
    booking::{BookingState, Mark},
    id::{CommunityId, PersonId, TermId},
    reading::{AttendedLine, AttendedPage},
    rights::Act,
    term::OccurrenceState,
    text::Line,
};
use jiff::{Timestamp, ToSpan};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, sea_query::OnConflict,
};
use std::collections::HashMap;
use uuid::Uuid;

/// How some people attended a term.
pub(crate) async fn attended(
    conn: &impl ConnectionTrait,
    term: TermId,
    people: &[Uuid],
) -> Result<HashMap<Uuid, Attended>, DbErr> {
    let mut found: HashMap<Uuid, Attended> = HashMap::new();
    let of_term = occurrence::Entity::find()
        .filter(occurrence::Column::TermId.eq(term.0))
        .filter(occurrence::Column::State.eq(code(OccurrenceState::Scheduled)));
    let here = || of_term.clone().select_only().column(occurrence::Column::Id).into_query();
    let dates: HashMap<Uuid, Timestamp> =
        of_term.clone().all(conn).await?.into_iter().map(|row| (row.id, row.ends_at.into())).collect();
    for people in people.chunks(500) {
        let marks: Vec<(Uuid, Stored<Mark>)> = attendance::Entity::find()
            .select_only()
            .column(attendance::Column::PersonId)
            .column(attendance::Column::Mark)
            .filter(attendance::Column::PersonId.is_in(people.to_vec()))
            .filter(attendance::Column::OccurrenceId.in_subquery(here()))
            .into_tuple()
            .all(conn)
            .await?;
        for (person, mark) in marks {
            let attended = found.entry(person).or_insert_with(|| Attended::none(term));
            match mark.0 {
                Mark::Present | Mark::Late => attended.came += 1,
                Mark::Absent => attended.missed += 1,
                Mark::Leave => {}
            }
        }
        let handed = pickup::Entity::find()
            .filter(pickup::Column::PersonId.is_in(people.to_vec()))
            .filter(pickup::Column::OccurrenceId.in_subquery(here()))
            .filter(pickup::Column::UndoneAt.is_null());
        for row in handed.all(conn).await? {
            let late = dates.get(&row.occurrence_id).and_then(|end| end.checked_add(LATE_AFTER_MINUTES.minutes()).ok());
            if late.is_some_and(|late| Timestamp::from(row.at) > late) {
                found.entry(row.person_id).or_insert_with(|| Attended::none(term)).late_pickups += 1;
            }
        }
        let excused = excuse::Entity::find()
            .filter(excuse::Column::TermId.eq(term.0))
            .filter(excuse::Column::PersonId.is_in(people.to_vec()));
        for row in excused.all(conn).await? {
            found.entry(row.person_id).or_insert_with(|| Attended::none(term)).excused = true;
        }
    }
    Ok(found)
}

/// The term of the same activity that was over last before this one began.
pub(crate) async fn term_before(conn: &impl ConnectionTrait, row: &term::Model) -> Result<Option<TermId>, DbErr> {
    let before = term::Entity::find()
        .select_only()
        .column(term::Column::Id)
        .filter(term::Column::ActivityId.eq(row.activity_id))
        .filter(term::Column::LastDate.lt(row.first_date))
        .order_by_desc(term::Column::LastDate)
        .limit(1)
        .into_tuple::<Uuid>()
        .one(conn)
        .await?;
    Ok(before.map(TermId))
}

/// How everybody with a place in a term attended it, who fell short first.
///
/// # Errors
/// [`StoreError::NotFound`] for a term of another community.
pub async fn attended_page(
    db: &DatabaseConnection,
    who: &Who,
    slug: &str,
    id: TermId,
    now: Timestamp,
) -> Result<AttendedPage, StoreError> {
    let at = desk_of(db, who, slug, Act::ManageBookings).await?;
    let loaded = load_term(db, id).await?;
    if loaded.community() != at {
        return Err(StoreError::NotFound);
    }
    let rule = entry_of(&loaded.row)?.attendance;
    let ids: Vec<Uuid> = crate::entity::booking::Entity::find()
        .select_only()
        .column(crate::entity::booking::Column::PersonId)
        .distinct()
        .filter(crate::entity::booking::Column::TermId.eq(id.0))
        .filter(crate::entity::booking::Column::State.eq(code(BookingState::Confirmed)))
        .into_tuple()
        .all(db)
        .await?;
    let records = attended(db, id, &ids).await?;
    let reasons: HashMap<Uuid, String> = excuse::Entity::find()
        .filter(excuse::Column::TermId.eq(id.0))
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.person_id, row.reason))
        .collect();
    let mut lines: Vec<AttendedLine> = persons(db, ids)
        .await?
        .into_values()
        .map(|person| {
            let attended = records.get(&person.id).copied().unwrap_or(Attended::none(id));
            AttendedLine {
                person: PersonId(person.id),
                name: person.name,
                attended,
                breach: rule.and_then(|rule| rule.breach(&attended)),
                excuse: reasons.get(&person.id).cloned(),
            }
        })
        .collect();
    lines.sort_by(|a, b| {
        let order = |line: &AttendedLine| (line.breach.is_none(), line.attended.percent().unwrap_or(101));
        order(a).cmp(&order(b)).then_with(|| a.name.cmp(&b.name)).then_with(|| a.person.cmp(&b.person))
    });
    Ok(AttendedPage { term: desk_term(&loaded, now), rule, lines })
}

/// Excuses somebody's attendance of a term, for a reason; the first reason stays.
///
/// # Errors
/// [`StoreError::NotFound`] for a term of another community and for whoever has no place in it.
pub async fn excuse(
    db: &DatabaseConnection,
    who: &Who,
    slug: &str,
    id: TermId,
    person: PersonId,
    reason: &Line,
    now: Timestamp,
) -> Result<(), StoreError> {
    let at = desk_of(db, who, slug, Act::ManageBookings).await?;
    let tx = begin_write(db).await?;
    lock_terms(&tx, &[id]).await?;
    let loaded = load_term(&tx, id).await?;
    let booked = crate::entity::booking::Entity::find()
        .filter(crate::entity::booking::Column::TermId.eq(id.0))
        .filter(crate::entity::booking::Column::PersonId.eq(person.0))
        .one(&tx)
        .await?;
    if loaded.community() != at || booked.is_none() {
        return Err(StoreError::NotFound);
    }
    let row = excuse::ActiveModel {
        id: Set(new_id(now)),
        community_id: Set(at.0),
        term_id: Set(id.0),
        person_id: Set(person.0),
        reason: Set(reason.as_str().to_owned()),
        account_id: Set(who.account.0),
        created_at: Set(now.into()),
    };
    let once = OnConflict::columns([excuse::Column::TermId, excuse::Column::PersonId]).do_nothing().to_owned();
    if excuse::Entity::insert(row).on_conflict(once).exec_without_returning(&tx).await? == 0 {
        return Ok(());
    }
    change(who, at, id, person, "excuse").write(&tx, None::<()>, Some(reason.as_str()), now).await?;
    tx.commit().await?;
    Ok(())
}

/// Takes an excuse back.
///
/// # Errors
/// [`StoreError::NotFound`] for a term of another community, or where nothing was excused.
pub async fn withdraw_excuse(
    db: &DatabaseConnection,
    who: &Who,
    slug: &str,
    id: TermId,
    person: PersonId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let at = desk_of(db, who, slug, Act::ManageBookings).await?;
    let tx = begin_write(db).await?;
    lock_terms(&tx, &[id]).await?;
    let row = excuse::Entity::find()
        .filter(excuse::Column::CommunityId.eq(at.0))
        .filter(excuse::Column::TermId.eq(id.0))
        .filter(excuse::Column::PersonId.eq(person.0))
        .one(&tx)
        .await?
        .ok_or(StoreError::NotFound)?;
    excuse::Entity::delete_by_id(row.id).exec(&tx).await?;
    change(who, at, id, person, "withdraw_excuse").write(&tx, Some(row.reason), None::<()>, now).await?;
    tx.commit().await?;
    Ok(())
}

fn change<'a>(who: &'a Who, at: CommunityId, term: TermId, person: PersonId, action: &'a str) -> Change<'a> {
    let at_desk = Change::at_desk(who, at, action);
    Change { for_person: Some(person), subject: ("term", term.0), term: Some(term), ..at_desk }
}
