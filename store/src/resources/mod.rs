//! Rooms and leaders (场地、授课人): what staff plan with, when each can be had, and what a month made of it.

mod leaders;
mod report;
mod rooms;

pub use leaders::leaders_page;
pub use report::report_page;
pub use rooms::{NewRoom, add_room, change_room, room_page, rooms_page};

use crate::{
    StoreError, days,
    entity::{activity, occurrence, room, term, time::Day},
    schedule,
    terms::local,
};
use domain::{
    block::{Block, Blocked},
    calendar::Span,
    id::{BlockId, CommunityId, OccurrenceId, TermId},
    reading::{BlockLine, ResourceDate},
};
use jiff::{ToSpan, civil::Date};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// A date with the rows that it hangs from.
struct Held {
    row: occurrence::Model,
    term: term::Model,
    date: ResourceDate,
}

/// The dates of a span that meet a condition, in order of start.
async fn dates(
    conn: &impl ConnectionTrait,
    at: CommunityId,
    span: Span,
    such: Condition,
) -> Result<Vec<Held>, StoreError> {
    let rows = occurrence::Entity::find()
        .filter(occurrence::Column::CommunityId.eq(at.0))
        .filter(occurrence::Column::OnDate.between(Day::from(span.first), Day::from(span.last)))
        .filter(such)
        .order_by_asc(occurrence::Column::StartsAt)
        .all(conn)
        .await?;
    let ids: BTreeSet<Uuid> = rows.iter().map(|row| row.term_id).collect();
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let mut terms: HashMap<Uuid, (String, term::Model)> = HashMap::new();
    for ids in ids.chunks(400) {
        let some = term::Entity::find().filter(term::Column::Id.is_in(ids.to_vec())).all(conn).await?;
        let of: Vec<(Uuid, String)> = activity::Entity::find()
            .select_only()
            .column(activity::Column::Id)
            .column(activity::Column::Name)
            .filter(activity::Column::Id.is_in(some.iter().map(|term| term.activity_id)))
            .into_tuple()
            .all(conn)
            .await?;
        let names: HashMap<Uuid, String> = of.into_iter().collect();
        let named = some.into_iter().filter_map(|term| Some((term.id, (names.get(&term.activity_id)?.clone(), term))));
        terms.extend(named);
    }
    let rooms: HashMap<Uuid, String> = room::Entity::find()
        .filter(room::Column::CommunityId.eq(at.0))
        .all(conn)
        .await?
        .into_iter()
        .map(|room| (room.id, room.name))
        .collect();
    let kinds = days::kinds(conn, at, span).await?;
    let zone = crate::communities::zone(conn, at).await?;
    let held = rows.into_iter().filter_map(|row| {
        let (name, term) = terms.get(&row.term_id)?.clone();
        let usual = Some(term.leader.clone()).filter(|usual| !usual.is_empty());
        // Of a date that was changed by itself; of all later ones somebody new leads, and stands in for nobody.
        let in_place_of =
            usual.filter(|usual| row.hand_made && row.leader.as_ref().is_some_and(|leader| leader != usual));
        let date = ResourceDate {
            occurrence: OccurrenceId(row.id),
            term: TermId(term.id),
            head: days::head(row.on_date.into(), &kinds),
            name,
            start: local(row.starts_at.into(), &zone).time(),
            end: local(row.ends_at.into(), &zone).time(),
            room: row.room_id.and_then(|id| rooms.get(&id).cloned()),
            state: row.state.0,
            reason: row.reason.clone(),
            in_place_of,
        };
        Some(Held { row, term, date })
    });
    Ok(held.collect())
}

/// The blocks that have not ended by a day.
async fn blocks_from(
    conn: &impl ConnectionTrait,
    at: CommunityId,
    day: Date,
) -> Result<Vec<(BlockId, Block)>, StoreError> {
    let far = Span { first: day, last: day.checked_add(10.years()).unwrap_or(Date::MAX) };
    let blocks = schedule::blocks(conn, at, far).await?;
    Ok(blocks.into_iter().map(|(id, block)| (BlockId(id), block)).collect())
}

/// Those blocks that are of one room or leader.
fn of(blocks: &[(BlockId, Block)], what: &Blocked) -> Vec<BlockLine> {
    let its = blocks.iter().filter(|(_, block)| block.of == *what);
    its.map(|(id, block)| BlockLine { id: *id, block: block.clone() }).collect()
}
