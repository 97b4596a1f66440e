//! Communities (社区).

use crate::{
    StoreError,
    entity::{activity, community, occurrence, room, term},
    terms::{code, count, days_of, local, zone_of},
};
use domain::{
    activity::{Audience, Side},
    id::{CommunityId, RoomId},
    reading::{CommunityCard, CommunityHead, RoomChoice},
    term::{OccurrenceState, TermState},
};
use jiff::{Timestamp, ToSpan};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, JoinType, QueryFilter, QueryOrder,
    QuerySelect, RelationTrait,
};
use std::collections::HashMap;
use uuid::Uuid;

pub(crate) async fn by_slug(conn: &impl ConnectionTrait, slug: &str) -> Result<community::Model, StoreError> {
    community::Entity::find().filter(community::Column::Slug.eq(slug)).one(conn).await?.ok_or(StoreError::NotFound)
}

/// All of them, the oldest first.
pub async fn all(conn: &impl ConnectionTrait) -> Result<Vec<community::Model>, DbErr> {
    community::Entity::find().order_by_asc(community::Column::CreatedAt).all(conn).await
}

/// What every page of a community shows in its head.
pub async fn head(conn: &impl ConnectionTrait, slug: &str, now: Timestamp) -> Result<CommunityHead, StoreError> {
    Ok(head_of(by_slug(conn, slug).await?, now))
}

/// The same of its row.
pub(crate) fn head_of(community: community::Model, now: Timestamp) -> CommunityHead {
    CommunityHead {
        today: local(now, &zone_of(&community)).date(),
        id: CommunityId(community.id),
        slug: community.slug,
        name: community.name,
        place: community.place,
        phone: community.phone,
        about: community.about,
    }
}

/// All communities, with how many dates the coming seven days have for whom.
pub async fn list(db: &DatabaseConnection, now: Timestamp) -> Result<Vec<CommunityCard>, StoreError> {
    let communities = all(db).await?;
    let until = now.checked_add((7 * 24).hours()).unwrap_or(now);
    let (first, last) = days_of(now, until);
    let rows: Vec<(Uuid, crate::entity::stored::Stored<Audience>)> = occurrence::Entity::find()
        .select_only()
        .column(occurrence::Column::CommunityId)
        .column(activity::Column::Audience)
        .join(JoinType::InnerJoin, occurrence::Relation::Term.def())
        .join(JoinType::InnerJoin, term::Relation::Activity.def())
        .filter(occurrence::Column::CommunityId.is_in(communities.iter().map(|c| c.id)))
        .filter(occurrence::Column::OnDate.between(first, last))
        .filter(occurrence::Column::StartsAt.gte(crate::entity::time::Instant::from(now)))
        .filter(occurrence::Column::StartsAt.lt(crate::entity::time::Instant::from(until)))
        .filter(occurrence::Column::State.eq(code(OccurrenceState::Scheduled)))
        .filter(term::Column::State.eq(code(TermState::Published)))
        .into_tuple()
        .all(db)
        .await?;
    let mut counts: HashMap<(Uuid, Side), u32> = HashMap::new();
    for (community, audience) in rows {
        *counts.entry((community, audience.0.side())).or_default() += 1;
    }
    let count = |id, side| counts.get(&(id, side)).copied().unwrap_or(0);
    Ok(communities
        .into_iter()
        .map(|c| CommunityCard {
            elder: count(c.id, Side::Elder),
            child: count(c.id, Side::Child),
            all: count(c.id, Side::All),
            slug: c.slug,
            name: c.name,
            place: c.place,
        })
        .collect())
}

/// The offset of a community's clock from UTC at an instant, in seconds.
pub async fn offset_at(conn: &impl ConnectionTrait, slug: &str, at: Timestamp) -> Result<i32, StoreError> {
    let zone = zone_of(&by_slug(conn, slug).await?);
    Ok(zone.to_offset(at).seconds())
}

/// A community's time zone.
pub(crate) async fn zone(conn: &impl ConnectionTrait, id: CommunityId) -> Result<jiff::tz::TimeZone, StoreError> {
    let community = community::Entity::find_by_id(id.0).one(conn).await?.ok_or(StoreError::NotFound)?;
    Ok(zone_of(&community))
}

/// The rooms of a community.
pub async fn rooms(conn: &impl ConnectionTrait, id: CommunityId) -> Result<Vec<RoomChoice>, StoreError> {
    let rooms = room::Entity::find()
        .filter(room::Column::CommunityId.eq(id.0))
        .order_by_asc(room::Column::Name)
        .all(conn)
        .await?;
    Ok(rooms
        .into_iter()
        .map(|room| RoomChoice { id: RoomId(room.id), name: room.name, size: count(room.size) })
        .collect())
}
