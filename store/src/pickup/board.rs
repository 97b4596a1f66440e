//! Who is still here: the children of today's dates whom nobody has collected.

use super::read::{live_of, marks_of, rules_of};
use crate::{
    StoreError,
    accounts::Who,
    attendance::{expected_on, may_call_roll},
    communities,
    entity::{activity, occurrence, room, term, time::Day},
    rosters::persons,
    terms::{code, local, zone_of},
};
use domain::{
    activity::{Audience, Unit},
    id::{CommunityId, OccurrenceId, PersonId},
    pickup::{is_needed, is_still_here},
    reading::{StillHere, StillHereChild, StillHereDate},
    rights::{Act, Reach},
    term::OccurrenceState,
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, RelationTrait,
};
use std::collections::HashMap;
use uuid::Uuid;

/// The board of a community, or, for a leader, of the dates that they lead.
///
/// # Errors
/// [`StoreError::NotFound`] for whoever calls no roll there.
pub async fn still_here(
    conn: &impl ConnectionTrait,
    who: &Who,
    slug: &str,
    now: Timestamp,
) -> Result<StillHere, StoreError> {
    let community = communities::by_slug(conn, slug).await?;
    let (at, zone) = (CommunityId(community.id), zone_of(&community));
    if who.actor.reach(Act::CallRoll, at) == Reach::Nothing {
        return Err(StoreError::NotFound);
    }
    let mut dates = dates_of(conn, who, at, &zone, now).await?;
    dates.sort_by_key(|date| (date.end, date.occurrence));
    Ok(StillHere { now: local(now, &zone), dates })
}

/// How many they are; none where no children come today, and for whoever calls no roll.
pub(crate) async fn count_still_here(
    conn: &impl ConnectionTrait,
    who: &Who,
    at: CommunityId,
    zone: &TimeZone,
    now: Timestamp,
) -> Result<Option<u32>, StoreError> {
    if who.actor.reach(Act::CallRoll, at) == Reach::Nothing {
        return Ok(None);
    }
    let dates = dates_of(conn, who, at, zone, now).await?;
    let count = dates.iter().map(|date| u32::try_from(date.children.len()).unwrap_or(u32::MAX)).sum();
    Ok((!dates.is_empty()).then_some(count))
}

async fn dates_of(
    conn: &impl ConnectionTrait,
    who: &Who,
    at: CommunityId,
    zone: &TimeZone,
    now: Timestamp,
) -> Result<Vec<StillHereDate>, StoreError> {
    let today = local(now, zone).date();
    let found = childrens(conn, at, today).await?;
    let rows: Vec<_> = found.into_iter().filter(|(date, _)| may_call_roll(who, date)).collect();
    let ids: Vec<Uuid> = rows.iter().map(|(date, _)| date.id).collect();
    let held = expected_on(conn, &ids).await?;
    let people = persons(conn, held.iter().map(|place| place.person_id).collect()).await?;
    let (marks, live) = (marks_of(conn, &ids).await?, live_of(conn, &ids).await?);
    let rules = rules_of(conn, &people.keys().copied().collect::<Vec<_>>()).await?;
    let rooms: HashMap<Uuid, String> = room::Entity::find()
        .filter(room::Column::CommunityId.eq(at.0))
        .all(conn)
        .await?
        .into_iter()
        .map(|room| (room.id, room.name))
        .collect();
    let dates = rows.into_iter().map(|(date, name)| {
        let came = held.iter().filter(|place| place.occurrence_id == date.id).filter_map(|place| {
            let child = people.get(&place.person_id)?;
            let needed =
                is_needed(Audience::Child, Unit::Person, child.birth_date.map(Into::into), date.on_date.into());
            let mark = marks.get(&(date.id, child.id)).map(|row| row.mark.0);
            (needed && is_still_here(mark, false)).then_some(child)
        });
        let mut came: Vec<_> = came.collect();
        came.sort_by(|a, b| a.pinyin.cmp(&b.pinyin).then_with(|| a.id.cmp(&b.id)));
        let children = came.iter().filter(|child| !live.contains_key(&(date.id, child.id)));
        let ends_at = Timestamp::from(date.ends_at);
        StillHereDate {
            occurrence: OccurrenceId(date.id),
            name,
            room: date.room_id.and_then(|id| rooms.get(&id).cloned()),
            start: local(date.starts_at.into(), zone).time(),
            end: local(ends_at, zone).time(),
            late: (now > ends_at).then(|| u32::try_from(now.duration_since(ends_at).as_mins()).unwrap_or(u32::MAX)),
            came: u32::try_from(came.len()).unwrap_or(u32::MAX),
            children: children
                .map(|child| StillHereChild {
                    person: PersonId(child.id),
                    name: child.name.clone(),
                    alone: rules.get(&child.id).is_some_and(|rule| rule.alone),
                })
                .collect(),
        }
    });
    Ok(dates.collect())
}

/// A day's dates to which children come by themselves, with the names of their activities.
async fn childrens(
    conn: &impl ConnectionTrait,
    at: CommunityId,
    day: Date,
) -> Result<Vec<(occurrence::Model, String)>, StoreError> {
    let dates = occurrence::Entity::find()
        .filter(occurrence::Column::CommunityId.eq(at.0))
        .filter(occurrence::Column::OnDate.eq(Day::from(day)))
        .filter(occurrence::Column::State.eq(code(OccurrenceState::Scheduled)))
        .join(JoinType::InnerJoin, occurrence::Relation::Term.def())
        .join(JoinType::InnerJoin, term::Relation::Activity.def())
        .filter(activity::Column::Audience.eq(code(Audience::Child)))
        .filter(activity::Column::Unit.eq(code(Unit::Person)))
        .order_by_asc(occurrence::Column::EndsAt);
    let names: Vec<(Uuid, String)> = dates
        .clone()
        .select_only()
        .column(occurrence::Column::Id)
        .column(activity::Column::Name)
        .into_tuple()
        .all(conn)
        .await?;
    let mut names: HashMap<Uuid, String> = names.into_iter().collect();
    let rows = dates.all(conn).await?;
    Ok(rows.into_iter().filter_map(|date| names.remove(&date.id).map(|name| (date, name))).collect())
}
