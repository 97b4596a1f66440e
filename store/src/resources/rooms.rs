//! Rooms (场地): added, changed, and what lies outside their hours.

use super::{blocks_from, dates, of};
use crate::{
    StoreError,
    accounts::Who,
    audit::Change,
    entity::{occurrence, room, time::Instant},
    error::InField,
    id::new_id,
    rosters::desk_of,
    schedule::{self, hold_community},
    terms::{code, count},
    tx::begin_write,
};
use domain::{
    block::{Barriers, Blocked, OpeningHours},
    calendar::Span,
    id::{CommunityId, RoomId},
    reading::{RoomCard, RoomPage, RoomsPage},
    rights::Act,
    schedule::Arrangement,
    term::OccurrenceState,
    text::{InputProblem, Line},
};
use jiff::{Timestamp, ToSpan, civil::Date};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DatabaseConnection, DbErr,
    EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
};
use std::collections::HashMap;

/// A room as it is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRoom {
    /// Its name, unlike any other room's of the community.
    pub name: Line,
    /// How many people fit in.
    pub size: u32,
    /// When it is open; always where none.
    pub hours: Option<OpeningHours>,
}

async fn rows(conn: &impl ConnectionTrait, at: CommunityId) -> Result<Vec<room::Model>, DbErr> {
    let here = room::Entity::find().filter(room::Column::CommunityId.eq(at.0));
    here.order_by_asc(room::Column::Name).order_by_asc(room::Column::Id).all(conn).await
}

async fn cards(
    conn: &impl ConnectionTrait,
    at: CommunityId,
    rows: Vec<room::Model>,
    today: Date,
) -> Result<Vec<RoomCard>, StoreError> {
    let blocks = blocks_from(conn, at, today).await?;
    let card = |row: room::Model| RoomCard {
        id: RoomId(row.id),
        size: count(row.size),
        hours: schedule::hours_of(&row),
        blocks: of(&blocks, &Blocked::Room(RoomId(row.id))),
        name: row.name,
    };
    Ok(rows.into_iter().map(card).collect())
}

/// All rooms of a community.
///
/// # Errors
/// [`StoreError::NotFound`] where the actor has no desk.
pub async fn rooms_page(
    db: &DatabaseConnection,
    who: &Who,
    slug: &str,
    now: Timestamp,
) -> Result<RoomsPage, StoreError> {
    let at = desk_of(db, who, slug, Act::ManageActivities).await?;
    let today = crate::communities::head(db, slug, now).await?.today;
    Ok(RoomsPage { rooms: cards(db, at, rows(db, at).await?, today).await? })
}

/// One room, with the dates to come that lie outside its hours.
///
/// # Errors
/// [`StoreError::NotFound`] for a room of another community.
pub async fn room_page(
    db: &DatabaseConnection,
    who: &Who,
    slug: &str,
    id: RoomId,
    now: Timestamp,
) -> Result<RoomPage, StoreError> {
    let at = desk_of(db, who, slug, Act::ManageActivities).await?;
    let today = crate::communities::head(db, slug, now).await?.today;
    let row = room::Entity::find_by_id(id.0).one(db).await?.filter(|row| row.community_id == at.0);
    let row = row.ok_or(StoreError::NotFound)?;
    let room = cards(db, at, vec![row], today).await?.pop().ok_or(StoreError::NotFound)?;
    let mut outside = Vec::new();
    if let Some(hours) = room.hours.clone() {
        let barriers = Barriers { hours: HashMap::from([(id, hours)]), blocks: Vec::new() };
        let coming = Condition::all()
            .add(occurrence::Column::RoomId.eq(id.0))
            .add(occurrence::Column::State.eq(code(OccurrenceState::Scheduled)))
            .add(occurrence::Column::StartsAt.gt(Instant::from(now)));
        let far = Span { first: today, last: today.checked_add(2.years()).unwrap_or(Date::MAX) };
        outside.extend(dates(db, at, far, coming).await?.into_iter().map(|held| held.date).filter(|date| {
            let (start, end) = (date.start, date.end);
            let there = Arrangement { date: date.head.date, start, end, room: Some(id), leader: None };
            !barriers.against(&there).is_empty()
        }));
    }
    Ok(RoomPage { room, outside })
}

/// What is written of a room's hours.
fn json(hours: Option<&OpeningHours>) -> Result<Option<String>, DbErr> {
    hours.map(serde_json::to_string).transpose().map_err(|e| DbErr::Json(e.to_string()))
}

fn refuse_same_name(rows: &[room::Model], new: &NewRoom, own: Option<RoomId>) -> Result<(), StoreError> {
    let same = |row: &room::Model| row.name == new.name.as_str() && own != Some(RoomId(row.id));
    if rows.iter().any(same) { Err(InputProblem::Choice).in_field("name") } else { Ok(()) }
}

/// Adds a room.
///
/// # Errors
/// [`StoreError::NotFound`] where the actor has no desk; [`StoreError::Invalid`] if a room of that name is there.
pub async fn add_room(
    db: &DatabaseConnection,
    who: &Who,
    slug: &str,
    new: &NewRoom,
    now: Timestamp,
) -> Result<RoomId, StoreError> {
    let at = desk_of(db, who, slug, Act::ManageActivities).await?;
    let tx = begin_write(db).await?;
    hold_community(&tx, at).await?;
    refuse_same_name(&rows(&tx, at).await?, new, None)?;
    let id = RoomId(new_id(now));
    room::Entity::insert(room::ActiveModel {
        id: Set(id.0),
        community_id: Set(at.0),
        name: Set(new.name.as_str().to_owned()),
        size: Set(i32::try_from(new.size).unwrap_or(i32::MAX)),
        hours: Set(json(new.hours.as_ref())?),
    })
    .exec_without_returning(&tx)
    .await?;
    Change { subject: ("room", id.0), ..Change::at_desk(who, at, "add_room") }
        .write(&tx, None::<()>, Some((new.name.as_str(), new.size, &new.hours)), now)
        .await?;
    tx.commit().await?;
    Ok(id)
}

/// Changes a room. Dates that lie outside new hours stay; the room's page lists them.
///
/// # Errors
/// [`StoreError::NotFound`] for a room of another community; [`StoreError::Invalid`] if another room has that name.
pub async fn change_room(
    db: &DatabaseConnection,
    who: &Who,
    slug: &str,
    id: RoomId,
    new: &NewRoom,
    now: Timestamp,
) -> Result<(), StoreError> {
    let at = desk_of(db, who, slug, Act::ManageActivities).await?;
    let tx = begin_write(db).await?;
    hold_community(&tx, at).await?;
    let rows = rows(&tx, at).await?;
    let row = rows.iter().find(|row| row.id == id.0).cloned().ok_or(StoreError::NotFound)?;
    refuse_same_name(&rows, new, Some(id))?;
    let was = (row.name.clone(), row.size, schedule::hours_of(&row));
    let mut changed = row.into_active_model();
    changed.name = Set(new.name.as_str().to_owned());
    changed.size = Set(i32::try_from(new.size).unwrap_or(i32::MAX));
    changed.hours = Set(json(new.hours.as_ref())?);
    changed.update(&tx).await?;
    Change { subject: ("room", id.0), ..Change::at_desk(who, at, "change_room") }
        .write(&tx, Some(was), Some((new.name.as_str(), new.size, &new.hours)), now)
        .await?;
    tx.commit().await?;
    Ok(())
}
