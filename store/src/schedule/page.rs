//! What staff see of a term's dates, and of an edit before it is saved.

use super::{arrangement, planned, taken, taken_anywhere, undo::last_change};
use crate::{
    StoreError,
    accounts::Who,
    communities::rooms,
    days,
    entity::{account, booking_place},
    error::InField,
    rosters::{desk_of, desk_term},
    terms::{Loaded, code, instant, load_term, local},
};
use domain::{
    booking::PlaceState,
    id::{ChangeId, OccurrenceId, TermId},
    reading::{EditPreview, LastChange, PlanPage, PlannedChange, PlannedDate},
    rights::Act,
    schedule::{Edit, Taken, plan_edit},
};
use jiff::Timestamp;
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, QueryFilter, QuerySelect};
use std::collections::{BTreeSet, HashMap, HashSet};
use uuid::Uuid;

async fn term_of_desk(conn: &DatabaseConnection, who: &Who, slug: &str, id: TermId) -> Result<Loaded, StoreError> {
    let at = desk_of(conn, who, slug, Act::ManageActivities).await?;
    let loaded = load_term(conn, id).await?;
    if loaded.community() == at { Ok(loaded) } else { Err(StoreError::NotFound) }
}

/// The dates of a term, with how many families each touches.
///
/// # Errors
/// [`StoreError::NotFound`] for a term of another community.
pub async fn plan_page(
    db: &DatabaseConnection,
    who: &Who,
    slug: &str,
    id: TermId,
    now: Timestamp,
) -> Result<PlanPage, StoreError> {
    let loaded = term_of_desk(db, who, slug, id).await?;
    let days: BTreeSet<_> = loaded.dates.iter().map(|date| date.on_date.into()).collect();
    let heads: HashMap<_, _> =
        days::heads(db, loaded.community(), &days).await?.into_iter().map(|head| (head.date, head)).collect();
    let ids: Vec<_> = loaded.dates.iter().map(|date| date.id).collect();
    let families = families(db, &ids).await?;
    let dates = loaded.dates.iter().filter_map(|date| {
        let now_at = arrangement(&loaded, date);
        Some(PlannedDate {
            occurrence: OccurrenceId(date.id),
            head: heads.get(&now_at.date)?.clone(),
            room: loaded.room(date.room_id),
            now: now_at,
            ordinal: loaded.term.ordinal(OccurrenceId(date.id)),
            state: date.state.0,
            reason: date.reason.clone(),
            begun: Timestamp::from(date.starts_at) <= now,
            hand_made: date.hand_made,
            families: u32::try_from(families.get(&date.id).map_or(0, HashSet::len)).unwrap_or(u32::MAX),
            sequence: date.sequence,
        })
    });
    Ok(PlanPage {
        dates: dates.collect(),
        rooms: rooms(db, loaded.community()).await?,
        last: last(db, &loaded).await?,
        term: desk_term(&loaded, now),
    })
}

async fn last(db: &DatabaseConnection, loaded: &Loaded) -> Result<Option<LastChange>, StoreError> {
    let Some(change) = last_change(db, TermId(loaded.row.id)).await? else { return Ok(None) };
    let who = match change.account_id {
        Some(id) => account::Entity::find_by_id(id).one(db).await?.map(|account| account.name).unwrap_or_default(),
        None => String::new(),
    };
    let dates = super::undo::snapshots(&change.after)?.len();
    Ok(Some(LastChange {
        id: ChangeId(change.id),
        kind: change.kind.0,
        dates: u32::try_from(dates).unwrap_or(u32::MAX),
        told: u32::try_from(change.told).unwrap_or(0),
        who,
        at: local(change.at.into(), &loaded.zone),
    }))
}

/// The bookings with a live place on each date.
pub(crate) async fn families(
    conn: &impl ConnectionTrait,
    dates: &[Uuid],
) -> Result<HashMap<Uuid, HashSet<Uuid>>, StoreError> {
    let mut families: HashMap<Uuid, HashSet<Uuid>> = HashMap::new();
    for dates in dates.chunks(400) {
        let rows: Vec<(Uuid, Uuid)> = booking_place::Entity::find()
            .select_only()
            .column(booking_place::Column::OccurrenceId)
            .column(booking_place::Column::BookingId)
            .filter(booking_place::Column::OccurrenceId.is_in(dates.to_vec()))
            .filter(booking_place::Column::State.ne(code(PlaceState::Released)))
            .into_tuple()
            .all(conn)
            .await?;
        for (date, booking) in rows {
            families.entry(date).or_default().insert(booking);
        }
    }
    Ok(families)
}

/// What an edit would do: each date as it is and would be, whom it touches, what stands in the way.
///
/// # Errors
/// [`StoreError::Invalid`] naming the field; [`StoreError::NotFound`] for a date of another community.
pub async fn preview_edit(
    db: &DatabaseConnection,
    who: &Who,
    slug: &str,
    edit: &Edit,
    now: Timestamp,
) -> Result<EditPreview, StoreError> {
    let term = crate::calendar::term_of(db, edit.of).await?;
    let loaded = term_of_desk(db, who, slug, term).await?;
    let moved = plan_edit(&planned(&loaded, now), edit).in_field("end")?;
    let days: BTreeSet<_> = moved.iter().flat_map(|moved| [moved.from.date, moved.to.date]).collect();
    let heads: HashMap<_, _> =
        days::heads(db, loaded.community(), &days).await?.into_iter().map(|head| (head.date, head)).collect();
    let ids: Vec<_> = moved.iter().map(|moved| moved.id.0).collect();
    let told: HashSet<Uuid> = families(db, &ids).await?.into_values().flatten().collect();
    let wanted = moved
        .iter()
        .map(|moved| {
            let at = |time| instant(moved.to.date, time, &loaded.zone);
            Ok(Taken {
                term,
                occurrence: Some(moved.id),
                date: moved.to.date,
                starts_at: at(moved.to.start)?,
                ends_at: at(moved.to.end)?,
                room: moved.to.room,
                leader: moved.to.leader.clone(),
            })
        })
        .collect::<Result<Vec<_>, domain::text::InputProblem>>()
        .in_field("date")?;
    let own: Vec<_> = moved.iter().map(|moved| moved.id).collect();
    let at = loaded.community();
    let in_the_way = taken(db, at, &wanted, &own).await?.lines(&wanted);
    let clashes: Vec<_> = in_the_way.into_iter().map(|(_, line)| line).collect();
    let mut free = Vec::new();
    if clashes.iter().any(|clash| clash.by.is_of_room()) {
        free = taken_anywhere(db, at, &wanted, &own).await?.free_rooms(&wanted, &rooms(db, at).await?);
    }
    let changes = moved.into_iter().filter_map(|moved| {
        Some(PlannedChange {
            from: heads.get(&moved.from.date)?.clone(),
            to: heads.get(&moved.to.date)?.clone(),
            was_room: loaded.room(moved.from.room.map(|room| room.0)),
            will_room: loaded.room(moved.to.room.map(|room| room.0)),
            was: moved.from,
            will: moved.to,
        })
    });
    Ok(EditPreview { changes: changes.collect(), told: u32::try_from(told.len()).unwrap_or(u32::MAX), clashes, free })
}
