//! Closing or clearing a room for a time, and a leader's days away (停用、腾空、请假): what they hit, and doing it in one
//! step.

use super::{
    arrangement,
    change::{Doing, as_taken, rearranged},
    families, hold_community,
    taken::taken_anywhere,
};
use crate::{
    StoreError,
    accounts::Who,
    audit::Change,
    communities::rooms,
    days,
    entity::{block, occurrence, room, stored::Stored, term, time::Day, time::Instant},
    error::InField,
    id::new_id,
    rosters::desk_of,
    terms::{Loaded, code, load_terms, lock_terms},
    tx::begin_write,
};
use domain::{
    block::{Block, BlockKind, Blocked, Decided, Relief},
    calendar::Span,
    id::{BlockId, CommunityId, OccurrenceId, RoomId, TermId},
    reading::{BlockHit, RoomChoice},
    refusal::Refusal,
    rights::Act,
    schedule::{Arrangement, ChangeKind, Taken},
    term::{OccurrenceState, TermState},
    text::InputProblem,
};
use jiff::{Timestamp, civil::Date};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DatabaseConnection, EntityTrait, JoinType, ModelTrait,
    QueryFilter, QueryOrder, QuerySelect, RelationTrait,
};
use std::collections::{BTreeSet, HashMap, HashSet};
use uuid::Uuid;

/// The dates to come that a block hits, each with its term, in order of start.
async fn hit(
    conn: &impl ConnectionTrait,
    at: CommunityId,
    block: &Block,
    now: Timestamp,
) -> Result<Vec<(Loaded, Vec<occurrence::Model>)>, StoreError> {
    let of = match &block.of {
        Blocked::Room(room) => Condition::all().add(occurrence::Column::RoomId.eq(room.0)),
        Blocked::Leader(name) => Condition::all().add(occurrence::Column::Leader.eq(name.as_str())),
    };
    let rows = occurrence::Entity::find()
        .join(JoinType::InnerJoin, occurrence::Relation::Term.def())
        .filter(occurrence::Column::CommunityId.eq(at.0))
        .filter(occurrence::Column::OnDate.between(Day::from(block.first), Day::from(block.last)))
        .filter(occurrence::Column::State.eq(code(OccurrenceState::Scheduled)))
        .filter(occurrence::Column::StartsAt.gt(Instant::from(now)))
        .filter(term::Column::State.eq(code(TermState::Published)))
        .filter(of)
        .order_by_asc(occurrence::Column::StartsAt)
        .all(conn)
        .await?;
    let ids: BTreeSet<Uuid> = rows.iter().map(|row| row.term_id).collect();
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let mut hit = Vec::new();
    for loaded in load_terms(conn, &ids).await? {
        let there = |row: &&occurrence::Model| row.term_id == loaded.row.id && block.hits(&arrangement(&loaded, row));
        let dates: Vec<_> = rows.iter().filter(there).cloned().collect();
        if !dates.is_empty() {
            hit.push((loaded, dates));
        }
    }
    hit.sort_by_key(|(loaded, _)| loaded.row.id);
    Ok(hit)
}

/// The room of a block, if it is one of the community.
async fn check_blocked(conn: &impl ConnectionTrait, at: CommunityId, block: &Block) -> Result<(), StoreError> {
    match &block.of {
        Blocked::Leader(_) => Ok(()),
        Blocked::Room(id) => match room::Entity::find_by_id(id.0).one(conn).await? {
            Some(room) if room.community_id == at.0 => Ok(()),
            _ => Err(StoreError::NotFound),
        },
    }
}

/// What a block would hit, each date with the rooms that are free then.
///
/// # Errors
/// [`StoreError::NotFound`] where the actor has no desk, or for a room of another community.
pub async fn preview_block(
    db: &DatabaseConnection,
    who: &Who,
    slug: &str,
    block: &Block,
    now: Timestamp,
) -> Result<Vec<BlockHit>, StoreError> {
    let at = desk_of(db, who, slug, Act::ManageActivities).await?;
    check_blocked(db, at, block).await?;
    let hit = hit(db, at, block, now).await?;
    let kinds = days::kinds(db, at, Span { first: block.first, last: block.last }).await?;
    let ids: Vec<_> = hit.iter().flat_map(|(_, dates)| dates.iter().map(|date| date.id)).collect();
    let families = families(db, &ids).await?;
    let rooms: Vec<RoomChoice> = rooms(db, at).await?;
    let wanted: Vec<_> =
        hit.iter().flat_map(|(loaded, dates)| dates.iter().map(|date| as_taken(loaded, date))).collect();
    let taken = taken_anywhere(db, at, &wanted, &[]).await?;
    let mut hits = Vec::new();
    for (loaded, dates) in &hit {
        for date in dates {
            let now_at = arrangement(loaded, date);
            // Its own term is left out: it is what moves.
            let wanted = Taken { term: TermId(Uuid::nil()), leader: None, ..as_taken(loaded, date) };
            let free = match block.of {
                Blocked::Leader(_) => Vec::new(),
                Blocked::Room(room) => {
                    let others: Vec<_> = rooms.iter().filter(|other| other.id != room).cloned().collect();
                    taken.free_rooms(&[wanted], &others)
                }
            };
            hits.push(BlockHit {
                occurrence: OccurrenceId(date.id),
                term: loaded.term.id,
                sequence: date.sequence,
                head: days::head(now_at.date, &kinds),
                name: loaded.activity.name.clone(),
                start: now_at.start,
                end: now_at.end,
                families: u32::try_from(families.get(&date.id).map_or(0, HashSet::len)).unwrap_or(u32::MAX),
                heads: loaded.places.held.get(&OccurrenceId(date.id)).copied().unwrap_or_default(),
                free,
            });
        }
    }
    hits.sort_by_key(|hit| (hit.head.date, hit.start, hit.occurrence));
    Ok(hits)
}

/// Blocks a room or a leader, and does with every date hit what was decided: moved to another room, led by somebody
/// else, called off, or, where a room is only cleared, left. All of it or nothing; who holds a place is told. Gives the
/// number of dates changed.
///
/// # Errors
/// [`Refusal::ChangedSince`] if a date that is hit was changed since it was decided upon, or not decided upon at all;
/// [`StoreError::Invalid`] for a decision that can't be; what [`super::edit_dates`] says of clashes.
pub async fn set_block(
    db: &DatabaseConnection,
    who: &Who,
    slug: &str,
    block: &Block,
    kind: BlockKind,
    decided: &[Decided],
    now: Timestamp,
) -> Result<usize, StoreError> {
    let at = desk_of(db, who, slug, Act::ManageActivities).await?;
    check_blocked(db, at, block).await?;
    let tx = begin_write(db).await?;
    // Terms first, then the community: the order of every change of dates.
    let terms: Vec<TermId> = hit(&tx, at, block, now).await?.iter().map(|(loaded, _)| loaded.term.id).collect();
    lock_terms(&tx, &terms).await?;
    hold_community(&tx, at).await?;
    let hit = hit(&tx, at, block, now).await?;
    if hit.iter().any(|(loaded, _)| !terms.contains(&loaded.term.id)) {
        return Err(Refusal::ChangedSince.into());
    }
    let decided: HashMap<OccurrenceId, &Decided> = decided.iter().map(|each| (each.occurrence, each)).collect();
    if kind == BlockKind::Close {
        insert(&tx, at, block, now).await?;
    }
    Change::at_desk(who, at, "set_block").write(&tx, None::<()>, Some(block), now).await?;
    let reason = Some(block.reason.as_str().to_owned());
    let mut changed = 0;
    for (loaded, dates) in &hit {
        let (mut moved, mut off) = (Vec::new(), Vec::new());
        for date in dates {
            let decision = decided.get(&OccurrenceId(date.id)).filter(|decided| decided.sequence == date.sequence);
            let to = match (&decision.ok_or(Refusal::ChangedSince)?.relief, &block.of) {
                (Relief::Cancel, _) => {
                    let state = Stored(OccurrenceState::Cancelled);
                    off.push(occurrence::Model { state, reason: reason.clone(), ..date.clone() });
                    continue;
                }
                (Relief::Keep, Blocked::Room(_)) if kind == BlockKind::Clear => continue,
                (Relief::Room(room), Blocked::Room(_)) => {
                    own_room(&tx, at, *room).await?;
                    Arrangement { room: Some(*room), ..arrangement(loaded, date) }
                }
                (Relief::Leader(name), Blocked::Leader(away)) if name != away => {
                    Arrangement { leader: Some(name.clone()), ..arrangement(loaded, date) }
                }
                _ => return Err(InputProblem::Choice).in_field("decisions"),
            };
            let row = rearranged(loaded, date, &to).in_field("date")?;
            moved.push(occurrence::Model { reason: reason.clone(), hand_made: true, ..row });
        }
        changed += moved.len() + off.len();
        for (kind, rows) in [(ChangeKind::Edit, moved), (ChangeKind::Cancel, off)] {
            if rows.is_empty() {
                continue;
            }
            let doing = Doing { tx: &tx, who, loaded, kind, now };
            doing.check(&rows).await?;
            doing.write(rows).await?;
        }
    }
    tx.commit().await?;
    Ok(changed)
}

async fn own_room(conn: &impl ConnectionTrait, at: CommunityId, id: RoomId) -> Result<(), StoreError> {
    match room::Entity::find_by_id(id.0).one(conn).await? {
        Some(room) if room.community_id == at.0 => Ok(()),
        _ => Err(InputProblem::Choice).in_field("decisions"),
    }
}

async fn insert(conn: &impl ConnectionTrait, at: CommunityId, block: &Block, now: Timestamp) -> Result<(), StoreError> {
    let time = |time: jiff::civil::Time| time.strftime("%H:%M").to_string();
    let (room, leader) = match &block.of {
        Blocked::Room(room) => (Some(room.0), None),
        Blocked::Leader(name) => (None, Some(name.clone())),
    };
    block::Entity::insert(block::ActiveModel {
        id: Set(new_id(now)),
        community_id: Set(at.0),
        room_id: Set(room),
        leader: Set(leader),
        first_date: Set(block.first.into()),
        last_date: Set(block.last.into()),
        start_time: Set(block.hours.map(|hours| time(hours.from))),
        end_time: Set(block.hours.map(|hours| time(hours.to))),
        reason: Set(block.reason.as_str().to_owned()),
        created_at: Set(now.into()),
    })
    .exec_without_returning(conn)
    .await?;
    Ok(())
}

/// Takes a block away. The dates that it moved or called off stay as they are.
///
/// # Errors
/// [`StoreError::NotFound`] for a block of another community.
pub async fn lift_block(
    db: &DatabaseConnection,
    who: &Who,
    slug: &str,
    id: BlockId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let at = desk_of(db, who, slug, Act::ManageActivities).await?;
    let tx = begin_write(db).await?;
    hold_community(&tx, at).await?;
    let row = block::Entity::find_by_id(id.0).one(&tx).await?.filter(|row| row.community_id == at.0);
    let row = row.ok_or(StoreError::NotFound)?;
    let told = (Date::from(row.first_date), Date::from(row.last_date), row.reason.clone());
    row.delete(&tx).await?;
    Change::at_desk(who, at, "lift_block").write(&tx, Some(told), None::<()>, now).await?;
    tx.commit().await?;
    Ok(())
}
