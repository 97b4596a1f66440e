//! Drawing lots (抽签) after a term has closed.

use super::promote::promote_waiting;
use crate::{
    StoreError,
    audit::Change,
    entity::{booking, term},
    notices,
    rosters::persons,
    terms::{Loaded, code, entry_of, line_before, load_term, lock_terms},
    tx::begin_write,
};
use domain::{
    booking::BookingState,
    draw::{Lot, Published, commitment, draw, seed_of, tickets, verify},
    entry::Giving,
    id::{CommunityId, OccurrenceId, PersonId, TermId},
    reading::{DrawPage, NoticeText},
    rights::Door,
    term::TermState,
};
use jiff::Timestamp;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait,
    IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use std::collections::HashMap;
use uuid::Uuid;

/// Draws the lots of a term that has closed, gives places in the order in which they fell, and tells who has none.
/// False if there was nothing to draw any more.
///
/// # Errors
/// [`StoreError::NotFound`] for an unknown term, and those of the database.
pub async fn draw_lots(db: &DatabaseConnection, id: TermId, now: Timestamp) -> Result<bool, StoreError> {
    let tx = begin_write(db).await?;
    lock_terms(&tx, &[id]).await?;
    let loaded = load_term(&tx, id).await?;
    let is_due = loaded.term.closes_at.is_some_and(|closes_at| closes_at <= now)
        && loaded.term.entry.giving == Giving::Draw
        && loaded.term.state == TermState::Published
        && !loaded.term.drawn;
    let seed = loaded.row.draw_seed.as_deref().and_then(seed_of).filter(|_| is_due);
    let Some(seed) = seed else { return Ok(false) };
    let waiting = booking::Entity::find()
        .filter(booking::Column::TermId.eq(id.0))
        .filter(booking::Column::State.eq(code(BookingState::Waiting)))
        .order_by_asc(booking::Column::QueueNo)
        .all(&tx)
        .await?;
    let applied = applications(&tx, &loaded).await?;
    let lots: Vec<Lot> = waiting
        .iter()
        .map(|row| Lot { number: row.queue_no, tickets: tickets(applied.get(&row.person_id).copied().unwrap_or(1)) })
        .collect();
    let order = draw(&seed, &lots);
    let published =
        Published { seed: loaded.row.draw_seed.clone(), lots, order, ..not_drawn(&loaded, commitment(&seed)) };
    let places: HashMap<i64, i64> = (1..).zip(&published.order).map(|(place, number)| (*number, place)).collect();
    for row in waiting {
        let place = places.get(&row.queue_no).copied().unwrap_or(row.queue_no);
        let mut change = row.into_active_model();
        change.order_no = Set(place);
        change.update(&tx).await?;
    }
    let mut change = loaded.row.clone().into_active_model();
    change.drawn_at = Set(Some(now.into()));
    change.draw_result = Set(Some(serde_json::to_string(&published).map_err(|error| DbErr::Json(error.to_string()))?));
    change.update(&tx).await?;
    Change {
        community: loaded.community(),
        by: None,
        for_person: None,
        action: "draw_lots",
        subject: ("term", id.0),
        term: Some(id),
        door: Door::Rule,
    }
    .write(&tx, Some(&published.commitment), published.seed.as_ref(), now)
    .await?;
    promote_waiting(&tx, id, now).await?;
    tell_the_others(&tx, &loaded, now).await?;
    tx.commit().await?;
    Ok(true)
}

/// How often each person applied in this round: the draws of the community that close at the same instant.
async fn applications(tx: &impl ConnectionTrait, loaded: &Loaded) -> Result<HashMap<Uuid, u32>, DbErr> {
    let round: Vec<Uuid> = term::Entity::find()
        .select_only()
        .column(term::Column::Id)
        .filter(term::Column::CommunityId.eq(loaded.row.community_id))
        .filter(term::Column::ClosesAt.eq(loaded.row.closes_at))
        .filter(term::Column::DrawSeed.is_not_null())
        .into_tuple()
        .all(tx)
        .await?;
    let rows: Vec<(Uuid, i64)> = booking::Entity::find()
        .select_only()
        .column(booking::Column::PersonId)
        .column_as(booking::Column::Id.count(), "applied")
        .filter(booking::Column::TermId.is_in(round))
        .filter(booking::Column::State.ne(code(BookingState::Cancelled)))
        .group_by(booking::Column::PersonId)
        .into_tuple()
        .all(tx)
        .await?;
    Ok(rows.into_iter().map(|(person, applied)| (person, u32::try_from(applied).unwrap_or(u32::MAX))).collect())
}

/// Owes a notice to everybody whose lot gave no place.
async fn tell_the_others(tx: &impl ConnectionTrait, loaded: &Loaded, now: Timestamp) -> Result<(), StoreError> {
    let rows = booking::Entity::find()
        .filter(booking::Column::TermId.eq(loaded.row.id))
        .filter(booking::Column::State.eq(code(BookingState::Waiting)))
        .all(tx)
        .await?;
    let persons = persons(tx, rows.iter().map(|row| row.person_id).collect()).await?;
    let coming: Vec<OccurrenceId> = loaded.term.coming(now).map(|o| o.id).collect();
    for row in rows {
        let ahead = line_before(tx, &loaded.row, row.order_no).await?.wanting(&coming);
        let text = NoticeText::NotDrawn {
            activity: loaded.activity.name.clone(),
            person: persons.get(&row.person_id).map(|person| person.name.clone()).unwrap_or_default(),
            slug: loaded.slug.clone(),
            activity_id: loaded.activity.id.into(),
            number: ahead + 1,
        };
        let (home, account) = (row.household_id, row.account_id);
        notices::owe(tx, loaded.community(), home, account, PersonId(row.person_id), &text, now).await?;
    }
    Ok(())
}

fn not_drawn(loaded: &Loaded, commitment: String) -> Published {
    let title = format!("{} · {}", loaded.activity.name, loaded.row.name);
    Published { title, commitment, seed: None, lots: Vec::new(), order: Vec::new() }
}

/// What is published of a term's draw: before it the commitment alone; none where nothing is drawn.
///
/// # Errors
/// [`StoreError::NotFound`] for an unknown term.
pub async fn published_draw(conn: &impl ConnectionTrait, id: TermId) -> Result<Option<Published>, StoreError> {
    let loaded = load_term(conn, id).await?;
    if let Some(result) = &loaded.row.draw_result {
        let read = serde_json::from_str(result).map_err(|error| DbErr::Json(error.to_string()))?;
        return Ok(Some(read));
    }
    Ok(seed_commitment(&loaded.row)?.map(|commitment| not_drawn(&loaded, commitment)))
}

/// The same for its page.
///
/// # Errors
/// [`StoreError::NotFound`] for a term that is not of this community.
pub async fn draw_page(
    conn: &impl ConnectionTrait,
    at: CommunityId,
    id: TermId,
) -> Result<Option<DrawPage>, StoreError> {
    let row = term::Entity::find_by_id(id.0).filter(term::Column::CommunityId.eq(at.0)).one(conn).await?;
    let activity = row.ok_or(StoreError::NotFound)?.activity_id.into();
    let Some(published) = published_draw(conn, id).await? else { return Ok(None) };
    let holds = verify(&published).is_ok();
    let tickets: HashMap<i64, u64> = published.lots.iter().map(|lot| (lot.number, lot.tickets)).collect();
    let share = |number: &i64| (*number, tickets.get(number).copied().unwrap_or_default());
    let order = published.order.iter().map(share).collect();
    let Published { title, commitment, seed, .. } = published;
    Ok(Some(DrawPage { activity, term: id, title, commitment, seed, order, holds }))
}

/// What was committed to, where lots are drawn.
pub(crate) fn seed_commitment(row: &term::Model) -> Result<Option<String>, DbErr> {
    let is_draw = entry_of(row)?.giving == Giving::Draw;
    Ok(row.draw_seed.as_deref().filter(|_| is_draw).and_then(seed_of).map(|seed| commitment(&seed)))
}
