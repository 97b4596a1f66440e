//! What is on today, for whoever calls the roll.

use super::{expected_on, own_dates, stands};
use crate::{
    StoreError,
    accounts::Who,
    communities,
    entity::{activity, room, term},
    pickup::count_still_here,
    rosters::persons,
    terms::{local, zone_of},
};
use domain::{
    id::{CommunityId, OccurrenceId, PersonId, TermId},
    person::is_named,
    reading::{TodayDate, TodayPage, TodayPerson},
    roll::{OnRoll, at_the_door, read_code},
    term::OccurrenceState,
};
use jiff::Timestamp;
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, QueryFilter};
use std::collections::HashMap;
use uuid::Uuid;

/// People found by one search.
const FOUND: usize = 30;

/// Today's dates of those whose rolls the actor calls, by start; and those expected who are looked for by name, pinyin,
/// initials or check-in code.
///
/// # Errors
/// [`StoreError::NotFound`] for who calls no roll there.
pub async fn today(
    db: &DatabaseConnection,
    who: &Who,
    slug: &str,
    find: Option<&str>,
    now: Timestamp,
) -> Result<TodayPage, StoreError> {
    let community = communities::by_slug(db, slug).await?;
    let zone = zone_of(&community);
    let rows = own_dates(db, who, CommunityId(community.id), local(now, &zone).date(), now).await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let (names, rooms) = names(db, &rows).await?;
    let places = expected_on(db, &ids).await?;
    let (stands, _) = stands(db, &ids).await?;
    let on = |date: Uuid, person: Uuid| stands.get(&(date, person)).map_or_else(OnRoll::default, |stand| stand.on);
    let dates: Vec<TodayDate> = rows
        .iter()
        .filter_map(|row| {
            let (name, audience) = names.get(&row.term_id)?.clone();
            let expected: Vec<OnRoll> = places
                .iter()
                .filter(|place| place.occurrence_id == row.id)
                .map(|place| on(row.id, place.person_id))
                .collect();
            let (starts, ends) = (Timestamp::from(row.starts_at), Timestamp::from(row.ends_at));
            Some(TodayDate {
                occurrence: OccurrenceId(row.id),
                term: TermId(row.term_id),
                name,
                audience,
                start: local(starts, &zone).time(),
                end: local(ends, &zone).time(),
                room: row.room_id.and_then(|id| rooms.get(&id).cloned()),
                leader: row.leader.clone(),
                called_off: row.state == OccurrenceState::Cancelled,
                begun: starts <= now,
                over: ends <= now,
                expected: u32::try_from(expected.len()).unwrap_or(u32::MAX),
                marked: counted(&expected, |on| on.mark.is_some()),
                here: counted(&expected, |on| on.is_here()),
            })
        })
        .collect();
    let mut found = Vec::new();
    if let Some(find) = find.map(str::trim).filter(|find| !find.is_empty()) {
        let persons = persons(db, places.iter().map(|place| place.person_id).collect()).await?;
        let code = read_code(find);
        for place in &places {
            let (Some(person), Some(row)) =
                (persons.get(&place.person_id), rows.iter().find(|row| row.id == place.occurrence_id))
            else {
                continue;
            };
            let wanted = match &code {
                Some(code) => domain::roll::check_in_code(PersonId(person.id)) == *code,
                None => is_named(find, &person.name, [person.pinyin.as_str(), &person.initials]),
            };
            let Some(date) = dates.iter().find(|date| date.occurrence.0 == row.id && !date.called_off) else {
                continue;
            };
            if wanted {
                let stand = stands.get(&(row.id, person.id));
                found.push(TodayPerson {
                    person: PersonId(person.id),
                    name: person.name.clone(),
                    occurrence: date.occurrence,
                    activity: date.name.clone(),
                    start: date.start,
                    room: date.room.clone(),
                    on: on(row.id, person.id),
                    seen: stand.map_or(0, |stand| stand.taps),
                    says: at_the_door(row.starts_at.into(), row.ends_at.into(), now),
                });
            }
        }
        found.sort_by(|a, b| (&a.name, a.start).cmp(&(&b.name, b.start)));
        found.truncate(FOUND);
    }
    let still_here = count_still_here(db, who, CommunityId(community.id), &zone, now).await?;
    Ok(TodayPage { dates, found, still_here })
}

fn counted(expected: &[OnRoll], which: impl Fn(&OnRoll) -> bool) -> u32 {
    u32::try_from(expected.iter().filter(|on| which(on)).count()).unwrap_or(u32::MAX)
}

type Names = HashMap<Uuid, (String, domain::activity::Audience)>;

/// The activities' names by terms, and those of rooms.
async fn names(
    conn: &impl ConnectionTrait,
    rows: &[crate::entity::occurrence::Model],
) -> Result<(Names, HashMap<Uuid, String>), DbErr> {
    let terms =
        term::Entity::find().filter(term::Column::Id.is_in(rows.iter().map(|row| row.term_id))).all(conn).await?;
    let ids = terms.iter().map(|term| term.activity_id);
    let activities: HashMap<Uuid, activity::Model> = activity::Entity::find()
        .filter(activity::Column::Id.is_in(ids))
        .all(conn)
        .await?
        .into_iter()
        .map(|activity| (activity.id, activity))
        .collect();
    let name = |term: &term::Model| {
        let activity = activities.get(&term.activity_id)?;
        Some((term.id, (activity.name.clone(), activity.audience.0)))
    };
    let names = terms.iter().filter_map(name).collect();
    let ids = rows.iter().filter_map(|row| row.room_id);
    let rooms = room::Entity::find().filter(room::Column::Id.is_in(ids)).all(conn).await?;
    Ok((names, rooms.into_iter().map(|room| (room.id, room.name)).collect()))
}
